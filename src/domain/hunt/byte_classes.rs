//! One pass over the bytes of a text that tells which places are worth a closer look: for keys, and for older payloads.
//!
//! Sixty-four bytes at a time, with the widest vectors the processor has (crate `fearless_simd`), each byte is recognised by
//! what it is: one bit a byte and kind. Everything looked for is then a few shifts of such words of bits, so that all of
//! it together costs little more than one search for one text. What is told here is generous; others look closer.
//!
//! Where a range is no text, most of it is passed over with one question only: whether eight bytes in a row could be
//! letters, or the zeros between them. Whatever is told stands among so many.

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
    /// An equals sign behind a run of what may be digits, or a line end behind such a run with an equals sign not far
    /// behind it.
    End,
    /// An equals sign behind what may be a digit and a zero.
    WideEnd,
    /// `eyJ`, with which JSON in base64 begins.
    Json,
    /// A line that begins with a sign or a letter as statements of SQL do.
    Line,
    /// Somewhere in a run of at least [`HALF`] of what may be digits; told again and again of a longer one.
    Run,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Keys with their prefix, also in UTF-16.
    Prefixed,
    /// Keys: all spots but those of rows.
    Keys,
    /// Keys, and payloads in the rows of dumps: all spots.
    KeysAndRows,
}

/// What a pass counts on its way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ByteCounts {
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
/// Bytes behind the range that a text which begins in it may reach to: `APP_KEY` in UTF-16, a long run.
const BEHIND: usize = WIDTH;
/// Digits in a row that make a run. Of 22 so many stand within one go.
const RUN: usize = 11;
/// Digits that make a long run: half of what is looked at in one go. Of twice as many, one short, so many stand together.
pub const HALF: usize = WIDTH / 2;
/// Bytes below 0x80 in a row that make it worthwhile to look at them, where most are none: `APP_KEY=` and `'key'=>'`, behind
/// which a key may be of any bytes; `base64:` with a key, a payload, and all that stands there in UTF-16 are longer.
const LOW: u32 = 8;
/// How far behind a line end the padding of a key may stand that breaks there: digits on the next line, and its margin.
const NEXT_LINE: usize = 2 * WIDTH;
/// How much of a range is asked whether it is text.
const ASKED: usize = 4 << 10;

static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);

/// Tells every spot that may matter to what begins in `range`, and some around it, in their order but for those within
/// the same 64 bytes, and line ends, which are told when their equals sign is met.
pub fn over(
    window: &[u8],
    range: Range<usize>,
    wish: Wish,
    spot: &mut dyn FnMut(Spot, usize),
) -> ByteCounts {
    over_with(*LEVEL, window, range, wish, spot)
}

fn over_with(
    level: Level,
    window: &[u8],
    range: Range<usize>,
    wish: Wish,
    spot: &mut dyn FnMut(Spot, usize),
) -> ByteCounts {
    match wish {
        Wish::Prefixed => {
            dispatch!(level, simd => look::<_, false, false>(simd, window, range, spot))
        }
        Wish::Keys => dispatch!(level, simd => look::<_, true, false>(simd, window, range, spot)),
        Wish::KeysAndRows => {
            dispatch!(level, simd => look::<_, true, true>(simd, window, range, spot))
        }
    }
}

/// What goes over from one go to the next, and what is counted.
#[derive(Default)]
struct State {
    /// All ones where the last go ended within a run.
    within: u64,
    /// The last line end behind a run, behind which no equals sign was met.
    broken: Option<usize>,
    lines: u64,
    zeros: u64,
}

#[inline(always)]
fn look<S: Simd, const ALL: bool, const ROWS: bool>(
    simd: S,
    window: &[u8],
    range: Range<usize>,
    spot: &mut dyn FnMut(Spot, usize),
) -> ByteCounts {
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
        glance::<_, ALL, ROWS>(simd, &bytes, at, own, &mut state, spot);
        at += WIDTH;
        // As long as all of them are in the range, and nothing is missing around them.
        let whole = range.end.min(window.len().saturating_sub(AROUND));
        if at >= range.start.max(AROUND)
            && let Some(mut rest) = window.get(at - AROUND..whole + AROUND)
        {
            let text = memchr::memchr(0, &rest[..rest.len().min(ASKED)]).is_none();
            if ALL && !text {
                state.zeros = !0;
                at += letters_among::<_, ALL, ROWS>(simd, rest, at, &mut state, spot);
            } else {
                while let Some(bytes) = rest.first_chunk() {
                    glance::<_, ALL, ROWS>(simd, bytes, at, !0, &mut state, spot);
                    rest = &rest[WIDTH..];
                    at += WIDTH;
                }
            }
        }
    }
    ByteCounts {
        lines: state.lines,
        zero: state.zeros != 0,
    }
}

/// Looks at what may hold letters among bytes that are no text, from this place on. Says how many it went over, which are
/// followed by less than a go. Their line ends are not counted.
#[inline(always)]
fn letters_among<S: Simd, const ALL: bool, const ROWS: bool>(
    simd: S,
    bytes: &[u8],
    at: usize,
    state: &mut State,
    spot: &mut dyn FnMut(Spot, usize),
) -> usize {
    let mut gone = 0;
    // Bytes below 0x80 at the end of the last go, so many as matter where that is not known, and whether it was looked at.
    let (mut trailing, mut looked) = (LOW, true);
    while let Some(go) = bytes.get(gone..).and_then(|rest| rest.first_chunk()) {
        let low = !load(simd, go, AROUND).simd_ge(0x80).to_bitmask();
        let pairs = low & low >> 1;
        let fours = pairs & pairs >> 2;
        let eights = fours & fours >> 4;
        let leading = low.trailing_ones();
        if eights != 0 || leading > 0 && leading + trailing >= LOW {
            if !looked {
                let before = gone - WIDTH;
                state.within = 0;
                if let Some(go) = bytes[before..].first_chunk() {
                    glance::<_, ALL, ROWS>(simd, go, at + before, !0, state, spot);
                }
            }
            glance::<_, ALL, ROWS>(simd, go, at + gone, !0, state, spot);
            looked = true;
        } else {
            looked = false;
        }
        trailing = low.leading_ones();
        gone += WIDTH;
    }
    // What begins there may go on behind.
    if !looked {
        state.within = 0;
        if let Some(go) = bytes[gone - WIDTH..].first_chunk() {
            glance::<_, ALL, ROWS>(simd, go, at + gone - WIDTH, !0, state, spot);
        }
    }
    gone
}

/// So many bytes from this place on, within what is looked at in one go.
#[inline(always)]
fn load<S: Simd>(simd: S, bytes: &[u8; WIDTH + 2 * AROUND], from: usize) -> u8x64<S> {
    u8x64::from_slice(simd, &bytes[from..from + WIDTH])
}

/// Tells the kinds of 64 bytes, and what follows from them, if anything.
#[inline(always)]
fn glance<S: Simd, const ALL: bool, const ROWS: bool>(
    simd: S,
    bytes: &[u8; WIDTH + 2 * AROUND],
    at: usize,
    own: u64,
    state: &mut State,
    spot: &mut dyn FnMut(Spot, usize),
) {
    let here = load(simd, bytes, AROUND);
    let next = load(simd, bytes, AROUND + 1);

    let mut marks = here.simd_eq(b'6') & next.simd_eq(b'4');
    let first = load(simd, bytes, AROUND - 1);
    if ALL {
        let second = load(simd, bytes, AROUND - 2);
        let third = load(simd, bytes, AROUND - 3);
        let y = here | 0x20;
        // As a word of its own "key" is common; in a name something stands before it.
        marks |= y.simd_eq(b'y') & (second | 0x20).simd_eq(b'k') & !third.simd_eq(b' ');
        if ROWS {
            marks |= y.simd_eq(b'y') & next.simd_eq(b'J');
        }
        marks &= (first | 0x20).simd_eq(b'e');
    } else {
        marks &= first.simd_eq(b'e');
    }
    let marks = marks.to_bitmask();
    let zero = here.simd_eq(0).to_bitmask();
    let line_ends = here.simd_eq(b'\n');
    let line = line_ends.to_bitmask();
    let heads = if ROWS {
        (line_ends & begins_statement(next)).to_bitmask()
    } else {
        0
    };
    let digit = if ALL { digits(here) } else { 0 };
    let mut stops = if ALL {
        run_ends(digit, &mut state.within)
    } else {
        0
    };
    let long = ALL && (digit as u32 == !0 || (digit >> HALF) as u32 == !0);
    state.lines += u64::from((line & own).count_ones());
    state.zeros |= zero & own;

    // Every second byte a zero.
    let wide = zero & zero >> 2;
    if marks | stops | wide | heads | u64::from(long) == 0 && state.broken.is_none() {
        return;
    }
    for half in [0, HALF] {
        if ALL && (digit >> half) as u32 == !0 {
            spot(Spot::Run, at + half);
        }
    }
    if ALL && (stops != 0 || state.broken.is_some()) {
        // What ends a run is mostly neither of these.
        let is = |byte: u8| here.simd_eq(byte).to_bitmask();
        let equals = is(b'=');
        let breaks = stops & (line | is(b'\r'));
        stops &= equals;
        if equals != 0 {
            let near = at.saturating_sub(NEXT_LINE);
            if let Some(broken) = state.broken.take().filter(|broken| *broken >= near) {
                spot(Spot::End, broken);
            }
            stops |= breaks;
        }
        if breaks != 0 {
            state.broken = Some(at + (WIDTH - 1) - breaks.leading_zeros() as usize);
        }
    }
    if marks | stops | wide | heads != 0 {
        let told = PlaceBits {
            marks,
            stops,
            wide: wide != 0,
            heads,
        };
        tell::<_, ALL, ROWS>(simd, bytes, &told, at, spot);
    }
}

/// Where runs of digits are over.
#[inline(always)]
fn run_ends(digit: u64, within: &mut u64) -> u64 {
    let run = digit & digit >> 1;
    let run = run & run >> 2;
    let run = run & run >> 4;
    let run = run & run >> (RUN - 8);
    let stops = !digit & (run << RUN | *within & digit.wrapping_add(1));
    *within = ((run << (RUN - 1)).cast_signed() >> (WIDTH - 1)).cast_unsigned();
    stops
}

/// What is worth telling of one go, a bit a place.
struct PlaceBits {
    /// Where the `y` of `key` or of `eyJ` may stand, or the 6 of `e64`.
    marks: u64,
    /// Where an equals sign or a line end stands behind a run of digits.
    stops: u64,
    /// Whether zeros stand as in UTF-16.
    wide: bool,
    /// Line ends before what may be a statement.
    heads: u64,
}

/// Told rarely, so kept out of the way of what is done for all bytes.
#[inline(never)]
fn tell<S: Simd, const ALL: bool, const ROWS: bool>(
    simd: S,
    bytes: &[u8; WIDTH + 2 * AROUND],
    told: &PlaceBits,
    at: usize,
    spot: &mut dyn FnMut(Spot, usize),
) {
    simd.vectorize(
        #[inline(always)]
        || spots::<_, ALL, ROWS>(simd, bytes, told, at, spot),
    );
}

#[inline(always)]
fn spots<S: Simd, const ALL: bool, const ROWS: bool>(
    simd: S,
    bytes: &[u8; WIDTH + 2 * AROUND],
    told: &PlaceBits,
    at: usize,
    spot: &mut dyn FnMut(Spot, usize),
) {
    each(told.marks, |bit| {
        // From two bytes before to one behind.
        let text = &bytes[AROUND + bit - 2..AROUND + bit + 2];
        if text[1..] == *b"e64" {
            spot(Spot::Base64, at + bit - 1);
        }
        if text[..3].eq_ignore_ascii_case(b"key") {
            spot(Spot::Key, at + bit - 2);
        }
        if ROWS && text[1..] == *b"eyJ" {
            spot(Spot::Json, at + bit - 1);
        }
    });
    each(told.heads, |bit| spot(Spot::Line, at + bit + 1));
    each(told.stops, |bit| spot(Spot::End, at + bit));
    if told.wide {
        let lower = |from: usize, byte: u8| (load(simd, bytes, AROUND + from) | 0x20).simd_eq(byte);
        let byte = |from: usize, byte: u8| load(simd, bytes, AROUND + from).simd_eq(byte);
        let between = byte(1, 0) & byte(3, 0);
        let key = lower(0, b'k') & lower(2, b'e') & lower(4, b'y') & between;
        let base64 = byte(0, b'e') & byte(2, b'6') & byte(4, b'4') & between;
        // An end is recognised by the zeros before it.
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

/// From a dash to a backslash, and a `u`: comments, the statements that fill tables or name a database, and some more.
#[inline(always)]
fn begins_statement<S: Simd>(bytes: u8x64<S>) -> <u8x64<S> as SimdBase<S>>::Mask {
    (bytes - b'-').simd_lt(b']' - b'-') | bytes.simd_eq(b'u')
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
        let seen = |level, range: Range<usize>, wish| {
            let mut spots = Vec::new();
            let seen = over_with(level, &bytes, range, wish, &mut |spot, at| {
                spots.push((spot, at))
            });
            (seen, spots)
        };
        for wish in [Wish::Prefixed, Wish::Keys, Wish::KeysAndRows] {
            for range in [1..500, 777..20_001, 0..bytes.len()] {
                let with = |level| seen(level, range.clone(), wish);
                assert_eq!(with(Level::new()), with(Level::baseline()));
            }
        }
        let (counted, spots) = seen(Level::new(), 0..bytes.len(), Wish::KeysAndRows);
        let (as_counted, prefixed) = seen(Level::new(), 0..bytes.len(), Wish::Prefixed);
        assert_eq!(counted, as_counted);
        let base64 = |spots: &[(Spot, usize)]| {
            let of_kind = spots.iter().filter(|(spot, _)| *spot == Spot::Base64);
            of_kind.copied().collect::<Vec<_>>()
        };
        assert_eq!(base64(&spots), base64(&prefixed));
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

    #[test]
    fn what_stands_among_letters_is_told_of_bytes_that_are_no_text_too() {
        let digits = "dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk";
        let texts = [
            format!("APP_KEY=base64:{digits}="),
            format!("{}\n  {}=", &digits[..30], &digits[30..]),
            format!("\nINSERT INTO `mailboxes` VALUES ({digits}{digits}{digits})"),
            "\"password\":\"eyJpdiI6Ik".to_owned(),
            "\nUSE `freescout`;\n".to_owned(),
            format!("A\0P\0P\0_\0K\0E\0Y\0=\0{}", "x\0".repeat(40)),
        ];
        for text in texts {
            let mut anything = false;
            for offset in 600..600 + WIDTH {
                let mut bytes = vec![0xe5; 2000];
                bytes[offset..][..text.len()].copy_from_slice(text.as_bytes());
                let mut seen = |first: u8| {
                    // The first goes are looked at in any case, as the last is.
                    bytes[200] = first;
                    let mut spots = Vec::new();
                    let range = 200..1900;
                    over(&bytes, range, Wish::KeysAndRows, &mut |spot, at| {
                        spots.push((spot, at));
                    });
                    spots
                };
                let (text, other) = (seen(0xe5), seen(0));
                assert_eq!(text, other, "at {offset}");
                anything |= !text.is_empty();
            }
            assert!(anything, "{text}");
        }
    }
}
