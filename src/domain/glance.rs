//! One pass over the bytes of a text that tells which places are worth a closer look: for keys, and for older payloads.
//!
//! Sixty-four bytes at a time, with the widest vectors the processor has (crate `fearless_simd`), each byte is told by
//! what it is: one bit a byte and kind. Everything looked for is then a few shifts of such words of bits, so that all of
//! it together costs little more than one search for one text. What is told here is generous; others look closer.

use std::ops::Range;
use std::sync::LazyLock;

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x64};

/// A place worth a closer look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// `key`, in letters of any case.
    Key,
    /// The `e64` of `base64`.
    Base64,
    /// `key` with a zero between each two letters.
    WideKey,
    /// `e64` with a zero between each two bytes.
    WideBase64,
    /// An equals sign or a line end behind a run of what may be digits.
    End,
    /// An equals sign behind what may be a digit and a zero.
    WideEnd,
    /// `eyJ`, with which JSON in base64 begins.
    Json,
    /// A line that begins with a sign or a letter as statements of SQL do.
    Line,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Keys: all spots but the last two.
    Keys,
    /// Keys, and payloads in the rows of dumps: all spots.
    KeysAndRows,
}

/// What a pass counts on its way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Line ends in the range.
    pub lines: u64,
    /// Whether a zero byte is in the range: then it is no text, or UTF-16.
    pub zero: bool,
}

/// Bytes looked at in one go.
const WIDTH: usize = 64;
/// Bytes on either side of them that may belong to a text that stands among them.
const AROUND: usize = 8;
/// Bytes looked at before the range: a run that ends in it may begin there.
const BEFORE: usize = 3 * WIDTH;
/// Bytes behind the range that a text which begins in it may reach to: `APP_KEY` in UTF-16.
const BEHIND: usize = 16;
/// Digits in a row that make a run. Of 22 so many stand within one go.
const RUN: usize = 11;

static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);

/// Tells every spot that may matter to what begins in `range`, and some around it, in their order but for those within
/// the same 64 bytes.
pub fn over(
    window: &[u8],
    range: Range<usize>,
    wish: Wish,
    spot: &mut dyn FnMut(Spot, usize),
) -> Seen {
    over_with(*LEVEL, window, range, wish, spot)
}

fn over_with(
    level: Level,
    window: &[u8],
    range: Range<usize>,
    wish: Wish,
    spot: &mut dyn FnMut(Spot, usize),
) -> Seen {
    match wish {
        Wish::Keys => dispatch!(level, simd => look::<_, false>(simd, window, range, spot)),
        Wish::KeysAndRows => dispatch!(level, simd => look::<_, true>(simd, window, range, spot)),
    }
}

/// What goes over from one go to the next, and what is counted.
#[derive(Default)]
struct State {
    /// All ones where the last go ended within a run.
    within: u64,
    lines: u64,
    zeros: u64,
}

#[inline(always)]
fn look<S: Simd, const ROWS: bool>(
    simd: S,
    window: &[u8],
    range: Range<usize>,
    spot: &mut dyn FnMut(Spot, usize),
) -> Seen {
    let mut state = State::default();
    let mut at = range.start.saturating_sub(BEFORE);
    let end = window.len().min(range.end + BEHIND);
    while at < end {
        // Bits of the bytes before a place.
        let before = |place: usize| {
            let bits = place.saturating_sub(at).min(WIDTH);
            !(!0u64).unbounded_shl(bits as u32)
        };
        let own = before(range.end) & !before(range.start);
        // Around a text there is nothing.
        let mut bytes = [0xff; WIDTH + 2 * AROUND];
        let from = at.saturating_sub(AROUND);
        let there = &window[from..window.len().min(at + WIDTH + AROUND)];
        bytes[from + AROUND - at..][..there.len()].copy_from_slice(there);
        glance::<_, ROWS>(simd, &bytes, at, own, &mut state, spot);
        at += WIDTH;
        // As long as all of them are in the range, and nothing is missing around them.
        let whole = range.end.min(window.len().saturating_sub(AROUND));
        if at >= range.start.max(AROUND)
            && let Some(mut rest) = window.get(at - AROUND..whole + AROUND)
        {
            while let Some(bytes) = rest.first_chunk() {
                glance::<_, ROWS>(simd, bytes, at, !0, &mut state, spot);
                rest = &rest[WIDTH..];
                at += WIDTH;
            }
        }
    }
    Seen {
        lines: state.lines,
        zero: state.zeros != 0,
    }
}

/// Tells the kinds of 64 bytes, and what follows from them, if anything.
#[inline(always)]
fn glance<S: Simd, const ROWS: bool>(
    simd: S,
    bytes: &[u8; WIDTH + 2 * AROUND],
    at: usize,
    own: u64,
    state: &mut State,
    spot: &mut dyn FnMut(Spot, usize),
) {
    let load = |from: usize| u8x64::from_slice(simd, &bytes[from..from + WIDTH]);
    let before = load(AROUND - 1);
    let first = load(AROUND);
    let second = load(AROUND + 1);
    let third = load(AROUND + 2);
    let fourth = load(AROUND + 3);

    // As a word of its own "key" is common; in a name something stands before it.
    let key = !before.simd_eq(b' ') & (first | 0x20).simd_eq(b'k') & (third | 0x20).simd_eq(b'y');
    let base64 = third.simd_eq(b'6') & fourth.simd_eq(b'4');
    let mut marks = key | base64;
    if ROWS {
        marks |= third.simd_eq(b'y') & fourth.simd_eq(b'J');
    }
    let marks = ((second | 0x20).simd_eq(b'e') & marks).to_bitmask();
    let zero = first.simd_eq(0).to_bitmask();
    let line_ends = first.simd_eq(b'\n');
    let line = line_ends.to_bitmask();
    let heads = if ROWS {
        (line_ends & begins_statement(second)).to_bitmask()
    } else {
        0
    };
    let digit = digits(first);
    state.lines += u64::from((line & own).count_ones());
    state.zeros |= zero & own;

    let run = digit & digit >> 1;
    let run = run & run >> 2;
    let run = run & run >> 4;
    let run = run & run >> (RUN - 8);
    let stops = !digit & (run << RUN | state.within & digit.wrapping_add(1));
    state.within = ((run << (RUN - 1)).cast_signed() >> (WIDTH - 1)).cast_unsigned();

    // Every second byte a zero.
    let wide = zero & zero >> 2;
    if marks | stops | wide | heads != 0 {
        let told = Told {
            marks,
            stops,
            wide: wide != 0,
            heads,
        };
        tell::<_, ROWS>(simd, bytes, &told, at, spot);
    }
}

/// What is worth telling of one go, a bit a place.
struct Told {
    /// Where the `k` of `key` may stand, or the byte before `e64` or `eyJ`.
    marks: u64,
    /// Where a run of digits is over.
    stops: u64,
    /// Whether zeros stand as in UTF-16.
    wide: bool,
    /// Line ends before what may be a statement.
    heads: u64,
}

/// Told rarely, so kept out of the way of what is done for all bytes.
#[inline(never)]
fn tell<S: Simd, const ROWS: bool>(
    simd: S,
    bytes: &[u8; WIDTH + 2 * AROUND],
    told: &Told,
    at: usize,
    spot: &mut dyn FnMut(Spot, usize),
) {
    simd.vectorize(
        #[inline(always)]
        || spots::<_, ROWS>(simd, bytes, told, at, spot),
    );
}

#[inline(always)]
fn spots<S: Simd, const ROWS: bool>(
    simd: S,
    bytes: &[u8; WIDTH + 2 * AROUND],
    told: &Told,
    at: usize,
    spot: &mut dyn FnMut(Spot, usize),
) {
    each(told.marks, |bit| {
        let text = &bytes[AROUND + bit..AROUND + bit + 4];
        if text[2] == b'6' {
            spot(Spot::Base64, at + bit + 1);
        } else if text[..3].eq_ignore_ascii_case(b"key") {
            spot(Spot::Key, at + bit);
        }
        if ROWS && text[1..] == *b"eyJ" {
            spot(Spot::Json, at + bit + 1);
        }
    });
    each(told.heads, |bit| spot(Spot::Line, at + bit + 1));
    let load = |from: usize| u8x64::from_slice(simd, &bytes[from..from + WIDTH]);
    let first = load(AROUND);
    let is = |byte: u8| first.simd_eq(byte).to_bitmask();
    let ends = is(b'=') | is(b'\n') | is(b'\r');
    each(told.stops & ends, |bit| spot(Spot::End, at + bit));
    if told.wide {
        let lower = |from: usize, byte: u8| (load(AROUND + from) | 0x20).simd_eq(byte);
        let byte = |from: usize, byte: u8| load(AROUND + from).simd_eq(byte);
        let between = byte(1, 0) & byte(3, 0);
        let key = lower(0, b'k') & lower(2, b'e') & lower(4, b'y') & between;
        let base64 = byte(0, b'e') & byte(2, b'6') & byte(4, b'4') & between;
        // An end is told by the zeros before it.
        let end = byte(0, 0) & byte(2, 0) & byte(3, b'=');
        each(key.to_bitmask(), |bit| spot(Spot::WideKey, at + bit));
        each(base64.to_bitmask(), |bit| spot(Spot::WideBase64, at + bit));
        each(end.to_bitmask(), |bit| spot(Spot::WideEnd, at + bit + 3));
    }
}

/// What may be a digit, or a backslash among digits, and some more that seldom stand between digits: two comparisons
/// tell these.
#[inline(always)]
fn digits<S: Simd>(bytes: u8x64<S>) -> u64 {
    let letters = (bytes - b'@').simd_lt(0x40);
    let others = (bytes - b'+').simd_lt(b':' - b'+');
    (letters | others).to_bitmask()
}

/// From a dash to an S: comments and the statements that fill tables, and some more.
#[inline(always)]
fn begins_statement<S: Simd>(bytes: u8x64<S>) -> <u8x64<S> as SimdBase<S>>::Mask {
    (bytes - b'-').simd_lt(b'T' - b'-')
}

#[inline(always)]
fn each(mut bits: u64, mut told: impl FnMut(usize)) {
    while bits != 0 {
        told(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_processor_sees_the_same() {
        // Bytes of chance out of those that matter.
        let mut state = 1u64;
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            b"keyKJ64Z\0\0\0= \n\xff\\"[(state >> 60) as usize]
        })
        .take(200_000)
        .collect();
        let seen = |level, range: Range<usize>| {
            let mut spots = Vec::new();
            let wish = Wish::KeysAndRows;
            let seen = over_with(level, &bytes, range, wish, &mut |spot, at| {
                spots.push((spot, at))
            });
            (seen, spots)
        };
        for range in [1..500, 777..20_001, 0..bytes.len()] {
            let with = |level| seen(level, range.clone());
            assert_eq!(with(Level::new()), with(Level::baseline()));
        }
        let (_, spots) = seen(Level::new(), 0..bytes.len());
        for kind in [
            Spot::Key,
            Spot::Base64,
            Spot::WideKey,
            Spot::End,
            Spot::WideEnd,
        ] {
            assert!(spots.iter().any(|(spot, _)| *spot == kind), "{kind:?}");
        }
    }
}
