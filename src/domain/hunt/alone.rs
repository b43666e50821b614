//! A key without prefix or name: 43 digits that stand alone, and the padding behind them, which is what is looked for.
//!
//! Alone means that no 44th digit stands before them: the end of any longer base64 text would look the same. What looks
//! like a digit there but belongs to an escape (`\n`, `%3D`) or to a path (`/`) does not count.

use super::Hit;
use super::digits::{DIGITS, PREFIX, is_digit, is_url_digit, to_standard};

/// Blanks that a continued line may begin with.
const MAX_INDENT: usize = 64;

/// The 43 digits, to be filled from behind.
type Digits = zeroize::Zeroizing<[u8; DIGITS]>;

/// The key whose padding stands at `padding`.
pub(super) fn before(window: &[u8], padding: usize) -> Option<Hit> {
    let before = &window[..padding];
    let (offset, mut digits) = match before {
        [.., last] if is_last_digit(*last) && may_be_whole(before) => {
            narrow(before, is_digit).or_else(|| narrow(before, is_url_digit))
        }
        [.., last, 0] if is_last_digit(*last) => wide(before),
        _ => None,
    }?;
    to_standard(&mut digits[..])?;
    let mut text = Vec::with_capacity(PREFIX.len() + DIGITS + 1);
    text.extend_from_slice(PREFIX);
    text.extend_from_slice(&digits[..]);
    text.push(b'=');
    Some(Hit {
        offset,
        text: text.into(),
        named: false,
    })
}

/// Where the padding of a key stands whose line breaks at `end`, with most of its digits before.
pub(super) fn padding_behind_break(window: &[u8], end: usize) -> Option<usize> {
    let rest = &window[end..];
    let rest = rest.strip_prefix(b"=").unwrap_or(rest);
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
    let rest = rest.strip_prefix(b"\n")?;
    // Of the lines of a mail in base64 this is all that is looked at.
    memchr::memchr(b'=', &rest[..rest.len().min(MAX_INDENT + DIGITS + 1)])?;
    let count = |bytes: &[u8], most: usize, what: fn(&u8) -> bool| {
        bytes.iter().take(most).take_while(|b| what(b)).count()
    };
    let rest = &rest[count(rest, MAX_INDENT, |b| matches!(b, b' ' | b'\t'))..];
    // Escapes double the slashes at most.
    let digits = count(rest, DIGITS, |b| {
        is_digit(*b) || is_url_digit(*b) || *b == b'\\'
    });
    (rest.get(digits) == Some(&b'=')).then(|| window.len() - rest.len() + digits)
}

/// The last digit of 32 bytes carries four bits; every encoder leaves the other two empty.
fn is_last_digit(byte: u8) -> bool {
    matches!(
        byte,
        b'A' | b'E'
            | b'I'
            | b'M'
            | b'Q'
            | b'U'
            | b'Y'
            | b'c'
            | b'g'
            | b'k'
            | b'o'
            | b's'
            | b'w'
            | b'0'
            | b'4'
            | b'8'
    )
}

/// Whether it is worth a closer look: most of what stands before an equals sign is a short word.
fn may_be_whole(before: &[u8]) -> bool {
    let digits = before
        .iter()
        .rev()
        .take(DIGITS)
        .take_while(|b| is_digit(**b) || is_url_digit(**b))
        .count();
    let rest = &before[..before.len() - digits];
    match rest.last() {
        _ if digits == DIGITS => true,
        Some(b'\\') => before.get(rest.len()) == Some(&b'/'),
        Some(b'\n' | b' ' | b'\t') => before_break(rest).is_some(),
        _ => false,
    }
}

/// The digits before the padding, with escaped slashes and one line end among them.
fn narrow(before: &[u8], is_digit: impl Fn(u8) -> bool + Copy) -> Option<(usize, Digits)> {
    let mut digits = Digits::new([0; DIGITS]);
    let (mut left, mut at, mut breaks) = (DIGITS, before.len(), 0);
    while left > 0 {
        let byte = *before.get(at.checked_sub(1)?)?;
        if is_digit(byte) {
            left -= 1;
            at -= 1;
            digits[left] = byte;
        } else if byte == b'\\' && before.get(at) == Some(&b'/') {
            at -= 1;
        } else {
            // A break inside the digits, not before the padding or the first of them.
            breaks += 1;
            at = before_break(&before[..at]).filter(|_| breaks == 1)?;
        }
    }
    let rest = &before[..at];
    // The prefix is a mark of its own.
    (!rest.ends_with(PREFIX) && begins_here(rest, is_digit)).then_some((at, digits))
}

/// Whether nothing that belongs to the digits stands before them.
fn begins_here(rest: &[u8], is_digit: impl Fn(u8) -> bool) -> bool {
    match rest {
        [.., b'\\', b'n' | b'r' | b't'] | [.., b'/'] => true,
        [.., b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => true,
        // Before url-safe digits a standard one is as foreign to a key's beginning.
        [.., last] => !is_digit(*last) && *last != b'+',
        [] => true,
    }
}

/// Where the line before a continued one ends.
fn before_break(before: &[u8]) -> Option<usize> {
    let blanks = before
        .iter()
        .rev()
        .take(MAX_INDENT)
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count();
    let line = before[..before.len() - blanks].strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line
        .strip_suffix(b"=")
        .or_else(|| line.strip_suffix(b"\\"))
        .unwrap_or(line);
    Some(line.len())
}

/// The digits before a padding in UTF-16: in either byte order a zero stands between each two.
fn wide(before: &[u8]) -> Option<(usize, Digits)> {
    let mut digits = Digits::new([0; DIGITS]);
    let start = before.len().checked_sub(2 * DIGITS)?;
    let (text, rest) = (&before[start..], &before[..start]);
    for (digit, pair) in digits.iter_mut().zip(text.chunks_exact(2)) {
        if !(is_digit(pair[0]) || is_url_digit(pair[0])) || pair[1] != 0 {
            return None;
        }
        *digit = pair[0];
    }
    let longer = matches!(rest, [.., last, 0] if is_digit(*last) && *last != b'/');
    let prefixed = rest.ends_with(b"6\x004\0:\0");
    (!longer && !prefixed).then_some((start, digits))
}
