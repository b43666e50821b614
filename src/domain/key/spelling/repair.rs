//! `APP_KEY` written into a `.env` over a line that holds this very key, misspelled.
//!
//! Beyond what [`dotenv::with_value`] does: the lines that the rest of a wrapped key stands on are taken out, and a line
//! that FreeScout refuses to read is rewritten, because its key is known. Nothing but this key's own text is removed.

use zeroize::Zeroizing;

use super::{MOST_LINES, NAME, near_keys, part, stripped};
use crate::domain::config::dotenv::{self, CannotWrite};
use crate::domain::key::app_key::AppKey;

/// The text with `APP_KEY` set to this key.
///
/// # Errors
/// [`CannotWrite`], as [`dotenv::with_value`].
pub fn with_app_key(env: &[u8], key: &AppKey) -> Result<Zeroizing<Vec<u8>>, CannotWrite> {
    let cleared = cleared(env, key);
    dotenv::with_value(cleared.as_ref().map_or(env, |text| text), NAME, key.text())
}

/// The text with nothing behind `APP_KEY=` where this key stands there, wrapped or on a line that is refused.
fn cleared(env: &[u8], key: &AppKey) -> Option<Zeroizing<Vec<u8>>> {
    let line = dotenv::first_line_that_sets(env, NAME)?;
    let (raw, rest) = (&env[line.value.clone()], &env[line.value.end..]);
    let holds = |text: &[u8]| near_keys(text).iter().any(|n| n.key.same_bytes(key));
    let end = if line.refused && holds(raw) {
        line.value.end
    } else if AppKey::parse(raw.trim_ascii()).is_err() && !holds(raw) {
        line.value.end + length_of_rest(raw, rest, key)?
    } else {
        return None;
    };
    let mut text = Zeroizing::new(Vec::with_capacity(env.len() + 3));
    text.extend_from_slice(&env[..line.value.start]);
    if line.refused {
        text.extend_from_slice(&as_comment(raw));
    } else if raw.ends_with(b"\r") {
        text.push(b'\r');
    }
    text.extend_from_slice(&env[end..]);
    Some(text)
}

/// What stands behind the key on a line that is refused, as the comment that it mostly was meant to be.
fn as_comment(raw: &[u8]) -> Zeroizing<Vec<u8>> {
    let key = raw.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let word = raw[key..].iter().take_while(|b| !b.is_ascii_whitespace());
    let after_word = &raw[key + word.count()..];
    let behind = match raw.iter().position(|b| *b == b'#') {
        Some(at) => &raw[at + 1..],
        None => after_word,
    };
    if behind.trim_ascii().is_empty() {
        return Zeroizing::new(behind.to_vec());
    }
    Zeroizing::new([&b" #"[..], behind].concat())
}

/// The length of the lines behind a value that hold the rest of this key, and nothing else.
fn length_of_rest(raw: &[u8], rest: &[u8], key: &AppKey) -> Option<usize> {
    let mut joined = Zeroizing::new(Vec::with_capacity(raw.len() + 256));
    joined.extend_from_slice(part(raw.trim_ascii()));
    let mut length = 0;
    // The first piece is what stands between the value and the end of its line: nothing.
    let mut lines = rest.split(|b| *b == b'\n');
    lines.next();
    for line in lines.take(MOST_LINES - 1) {
        length += 1 + line.len();
        let line = part(line.trim_ascii());
        if joined.len() + line.len() > 256 {
            return None;
        }
        joined.extend_from_slice(line);
        // The whole of the pieces, quotes aside: what else stands on such a line is not ours to remove.
        let whole = |text: &[u8]| AppKey::parse(text).is_ok_and(|k| k.same_bytes(key));
        if whole(&joined) || stripped(&joined).is_some_and(|text| whole(text.expose())) {
            return Some(length);
        }
    }
    None
}
