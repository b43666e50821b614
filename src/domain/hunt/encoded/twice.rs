//! Texts that base64 encoded twice, or a text with base64 in it that was encoded as a whole: the manifest of a secret within the
//! `user_data` of a Terraform state.
//!
//! What base64 makes of a text is told from most other runs of digits: the first bit of every byte is 0, so of every four
//! digits one is in the first half of the alphabet.

use std::ops::Range;

use aho_corasick::packed::Searcher;

use super::{BEHIND, LINE, MARKS, PackedRoom, base64, belongs, decode, digits, is_in_run};
use crate::domain::hunt::Hit;

/// Groups of four digits that are looked at.
const GROUPS: usize = 16;
/// So many of them may be of something else: letters of other alphabets.
const OTHERS: usize = 2;
/// Digits behind a piece that are decoded with it: a mark there may have its key behind the piece.
const BEYOND: usize = 2 * BEHIND;

/// Looks through this piece of a run, of which a digit stands here, for keys that begin in a range.
pub(super) fn look(
    window: &[u8],
    range: &Range<usize>,
    piece: Range<usize>,
    at: usize,
    searcher: &Searcher,
    room: &mut PackedRoom,
    hit: &mut dyn FnMut(Hit),
) {
    // A mark that began in the piece before.
    let near = at.max(piece.start);
    let before = window[..near].iter().rev().take(LINE);
    let begin = near - before.take_while(|byte| belongs(**byte)).count();
    let until = window.len().min(piece.end + BEYOND);
    for begin in texts_begin(&window[begin..piece.end]).map(|place| begin + place) {
        let run = &window[begin..until];
        let text = base64(run, 0, usize::MAX);
        for found in searcher.find_iter(&text) {
            let (_, encoding) = MARKS[found.pattern().as_usize()];
            let digit = found.start() / 3 * 4 + found.start() % 3;
            let offset = digits(run).nth(digit).map(|(place, _)| begin + place);
            let Some(offset) = offset.filter(|offset| range.contains(offset)) else {
                continue;
            };
            if is_in_run(&text, found.start()) {
                decode(&text, found.start(), encoding, room, &mut |inner| {
                    hit(Hit { offset, ..inner });
                });
            }
        }
    }
}

/// Where the first group of digits begins of which a text may have been made.
fn texts_begin(run: &[u8]) -> impl Iterator<Item = usize> {
    let mut others = [0; 4];
    let mut places = [0; 4];
    let mut count = 0;
    for (place, value) in digits(run).take(4 * GROUPS) {
        if count < 4 {
            places[count] = place;
        }
        others[count % 4] += usize::from(value >= 32);
        count += 1;
        let is_none = others.iter().all(|others| *others > OTHERS);
        if is_none {
            break;
        }
    }
    (0..4).filter_map(move |phase| {
        let is_text = count == 4 * GROUPS && others[phase] <= OTHERS;
        is_text.then(|| places[phase])
    })
}
