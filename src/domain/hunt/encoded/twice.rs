//! Texts that base64 encoded twice, or a text with base64 in it that was encoded as a whole: the manifest of a secret within the
//! `user_data` of a Terraform state.
//!
//! What base64 makes of a text is told from any other run of digits: the first bit of every byte is 0, so of every four
//! digits one is among the first half of the alphabet.

use std::ops::Range;

use aho_corasick::packed::Searcher;

use super::packed::PackedRoom;
use super::{BEHIND, LINE, MARKS, base64, belongs, decode, is_in_run};
use crate::domain::hunt::Hit;
use crate::domain::hunt::digits::is_digit;

/// Groups of four digits that are looked at.
const GROUPS: usize = 16;
/// Digits behind a piece that are decoded with it: a mark there may have its key behind the piece.
const BEYOND: usize = 2 * BEHIND;

/// Looks through this piece of a run, of which a digit stands here. A key in it is told where the piece begins.
pub(super) fn look(
    window: &[u8],
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
    let Some(begin) = text_begins(&window[begin..piece.end]).map(|skipped| begin + skipped) else {
        return;
    };
    let until = window.len().min(piece.end + BEYOND);
    let text = base64(&window[begin..until], 0, usize::MAX);
    for found in searcher.find_iter(&text) {
        let (_, encoding) = MARKS[found.pattern().as_usize()];
        if is_in_run(&text, found.start()) {
            decode(&text, found.start(), encoding, room, &mut |inner| {
                hit(Hit {
                    offset: piece.start,
                    ..inner
                });
            });
        }
    }
}

/// Where the first group of digits begins of which a text was made. `None` where it was none.
fn text_begins(run: &[u8]) -> Option<usize> {
    let mut high = [0; 4];
    let mut places = [0; 4];
    let mut number = 0;
    let mut escaped = false;
    for (place, byte) in run.iter().enumerate() {
        let in_escape = std::mem::replace(&mut escaped, *byte == b'\\');
        if in_escape || !is_digit(*byte) {
            continue;
        }
        if number < 4 {
            places[number] = place;
        }
        let is_low = byte.is_ascii_uppercase() || matches!(byte, b'a'..=b'f');
        high[number % 4] += usize::from(!is_low);
        number += 1;
        if number == 4 * GROUPS {
            break;
        }
    }
    if number < 4 * GROUPS {
        return None;
    }
    let is_text = |phase: &usize| {
        let text = base64(&run[places[*phase]..], 0, 4 * GROUPS);
        text.iter()
            .all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'))
    };
    (0..4)
        .filter(|phase| high[*phase] == 0)
        .find(is_text)
        .map(|phase| places[phase])
}
