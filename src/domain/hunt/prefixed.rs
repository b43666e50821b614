//! A key behind `base64:`, plain, escaped, or wrapped over lines.
//!
//! Escapes are those of JSON and PHP (`\/`, `\u002f`), of URLs (`%2F`), of quoted-printable mail (RFC 2045, 6.7: a line
//! end after `=` is none), and of shells (a line end after a backslash is none).

use super::digits::{DIGITS, PREFIX, is_digit, is_url_digit, to_standard};
use crate::domain::inventory::secret::SecretBytes;

/// A key is short: in folded text it lies on two lines, at a narrow margin on three.
const MAX_BREAKS: usize = 2;
/// Blanks and quotation marks that a continued line may begin with.
const MAX_INDENT: usize = 64;

/// What follows `base64`: a colon, 43 digits, perhaps the padding. And whether it stood there as Laravel reads it, but
/// for escapes.
pub(super) fn read(mut rest: &[u8]) -> Option<(SecretBytes, bool)> {
    let (colon, length) = unescaped(rest)?;
    if colon != b':' {
        return None;
    }
    rest = &rest[length..];
    let (mut breaks, mut url_safe) = (0, false);
    let mut text = Vec::with_capacity(PREFIX.len() + DIGITS + 1);
    text.extend_from_slice(PREFIX);
    while text.len() < PREFIX.len() + DIGITS {
        if let Some(length) = line_break(rest) {
            breaks += 1;
            if breaks > MAX_BREAKS {
                return None;
            }
            rest = &rest[length..];
        }
        let (byte, length) = unescaped(rest)?;
        if !is_digit(byte) {
            if !is_url_digit(byte) {
                return None;
            }
            url_safe = true;
        }
        text.push(byte);
        rest = &rest[length..];
    }
    let continues = |byte: u8| {
        if url_safe {
            is_url_digit(byte)
        } else {
            is_digit(byte)
        }
    };
    match unescaped(rest) {
        Some((b'=', _)) => text.push(b'='),
        // A longer run is no key, unless another key is glued to this one.
        Some((byte, _)) if continues(byte) && !rest.starts_with(b"base64") => return None,
        _ => {
            let behind = line_break(rest).and_then(|length| rest.get(length..));
            if behind
                .and_then(unescaped)
                .is_some_and(|(byte, _)| byte == b'=')
            {
                text.push(b'=');
                breaks += 1;
            }
        }
    }
    to_standard(&mut text[PREFIX.len()..PREFIX.len() + DIGITS])?;
    Some((text.into(), breaks == 0 && !url_safe))
}

/// One byte of a text that may be escaped for JSON, PHP, a URL or a mail, and how many bytes it takes.
fn unescaped(bytes: &[u8]) -> Option<(u8, usize)> {
    match bytes {
        [b'\\', b'\\', b'/', ..] => Some((b'/', 3)),
        [b'\\', b'/', ..] => Some((b'/', 2)),
        [b'%', high, low, ..] => hex_byte(*high, *low).map(|byte| (byte, 3)),
        [b'\\', b'u', b'0', b'0', high, low, ..] => hex_byte(*high, *low).map(|byte| (byte, 6)),
        [byte, ..] => Some((*byte, 1)),
        [] => None,
    }
}

fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let mut byte = [0];
    base16ct::mixed::decode([high, low], &mut byte).ok()?;
    Some(byte[0])
}

/// The length of a line end within a key and of what the next line begins with.
fn line_break(bytes: &[u8]) -> Option<usize> {
    let soft = usize::from(matches!(bytes, [b'=' | b'\\', b'\r' | b'\n', ..]));
    let end = match &bytes[soft..] {
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        // As strings of JSON and PHP hold it.
        [b'\\', b'r', b'\\', b'n', ..] => 4,
        [b'\\', b'n', ..] => 2,
        _ => return None,
    };
    let indent = bytes[soft + end..]
        .iter()
        .take(MAX_INDENT)
        .take_while(|b| matches!(b, b' ' | b'\t' | b'>'))
        .count();
    Some(soft + end + indent)
}
