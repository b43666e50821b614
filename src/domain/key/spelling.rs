//! What is nearly a key: a text that FreeScout does not read as a key, but a person would.
//!
//! Read as widely as a search reads files, by the same scanner; this room adds what is wrong with the spelling, in words
//! that can be shown, and how it is put right in a `.env`. Whether the key belongs to this install, only opening a payload
//! tells. A key is spelled anew as `base64:` and its canonical digits; digits without their padding give a second text of
//! the same bytes, for FreeScout's derived hashes are made from the text and either may have been in use.

mod repair;
#[cfg(test)]
mod tests;

use memchr::memmem;
use serde::Serialize;
use zeroize::Zeroizing;

use super::app_key::{AppKey, KEY_LEN};
use crate::domain::config::dotenv;
use crate::domain::hunt;

pub use repair::with_app_key;

const NAME: &[u8] = b"APP_KEY";
const PREFIX: &[u8] = b"base64:";
/// As much of a text is looked at; a key with everything around it is far shorter.
const MOST_BYTES: usize = 64 << 10;
/// Keys taken from one text.
const MOST_KEYS: usize = 16;
/// A key that is wrapped at a narrow margin lies on three lines.
const MOST_LINES: usize = 3;

/// What is wrong with the spelling of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Spelling {
    /// `base64:` is missing.
    NoPrefix,
    /// `base64:` is there, in other letters: `Base64:`.
    Prefix,
    /// Quotation marks are part of the value, as `docker run --env-file` hands them over.
    Quotes,
    /// A comment is part of the value, likewise.
    Comment,
    /// `APP_KEY=` is part of the value: a whole line stands where the key should.
    Assignment,
    /// White space is part of the value.
    Blanks,
    /// Characters that are not ASCII stand around it: from a web page or a word processor.
    Foreign,
    /// A UTF-8 byte order mark stands before it.
    ByteOrderMark,
    /// It is written in UTF-16.
    Utf16,
    /// A line end stands within it.
    Wrapped,
    /// It is written in the URL-safe alphabet of RFC 4648, section 5.
    UrlSafe,
    /// The value is the path of a file that holds the key.
    Path,
    /// Something else stands within or around it: escapes of JSON or URLs, commas.
    Other,
}

/// A key in a text that FreeScout does not read as this key.
#[derive(Debug)]
pub struct NearKey {
    /// The key in its usual spelling.
    pub key: AppKey,
    /// The same bytes with the prefix and the digits exactly as they stand, where that is another text.
    pub as_written: Option<AppKey>,
    /// What is wrong.
    pub spelling: Spelling,
}

/// The keys that this value, or this file in place of one, nearly is. A text that FreeScout reads as a key gives none.
pub fn near_keys(text: &[u8]) -> Vec<NearKey> {
    let text = &text[..text.len().min(MOST_BYTES)];
    let mut found = DistinctKeys::default();
    let named = Zeroizing::new([NAME, b"=", text].concat());
    for bytes in [&named[..], text] {
        hunt::scan(bytes, bytes.len(), &mut |hit| {
            found.add(hit.text.expose());
        });
    }
    for bare in [hunt::bare(text), stripped(text)].into_iter().flatten() {
        found.add(bare.expose());
    }
    found.without(AppKey::parse(text).ok().as_slice());
    found.spelled(text)
}

/// A key on a line of `.env`, or begun there.
#[derive(Debug)]
pub struct NearLine {
    /// Line in the file, counted from 1.
    pub line: u64,
    /// The key.
    pub near: NearKey,
}

/// The keys that lines with `APP_KEY` in them nearly hold, wrapped ones included; in UTF-16 the whole file's. What
/// [`dotenv::lines_mentioning_app_key`] gives is left out where it is a key.
pub fn near_lines(env: &[u8]) -> Vec<NearLine> {
    if dotenv::is_utf16(env) {
        let near = near_keys(env).into_iter();
        return near.map(|near| NearLine { line: 1, near }).collect();
    }
    let exact = dotenv::lines_mentioning_app_key(env);
    let mut found = Vec::new();
    let mut start = 0;
    for (number, line) in env.split(|b| *b == b'\n').enumerate() {
        let (from, number) = (start, number as u64 + 1);
        start += line.len() + 1;
        let Some(name) = memmem::find(line, NAME) else {
            continue;
        };
        let value = value_of(&line[name..]);
        let mut keys = DistinctKeys::default();
        let window = &env[from..env.len().min(from + line.len() + 2 * hunt::REACH)];
        hunt::scan_in(window, 0..line.len(), &mut |hit| {
            keys.add(hit.text.expose());
        });
        if let Some(text) = stripped(value) {
            keys.add(text.expose());
        }
        if let Some(text) = next_lines(value, &env[(start).min(env.len())..]) {
            keys.add(&text);
        }
        let on_line = exact.iter().filter(|l| l.line == number);
        let on_line: Vec<AppKey> = on_line
            .flat_map(|l| &l.texts)
            .filter_map(|text| AppKey::parse(text.expose()).ok())
            .collect();
        keys.without(&on_line);
        // What does not stand on the line in one piece goes on below it.
        for near in keys.spelled(value) {
            found.push(NearLine { line: number, near });
        }
    }
    found
}

/// What stands behind the sign that assigns on a line that begins with a name.
fn value_of(line: &[u8]) -> &[u8] {
    let behind = memchr::memchr2(b'=', b':', line).map_or(NAME.len(), |at| at + 1);
    line.get(behind..).unwrap_or_default().trim_ascii()
}

/// The key that begins with this value, or below it, and goes on over the next lines, as one text.
fn next_lines(value: &[u8], rest: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut joined = Zeroizing::new(Vec::with_capacity(value.len() + 256));
    joined.extend_from_slice(part(value));
    for line in rest.split(|b| *b == b'\n').take(MOST_LINES - 1) {
        let line = part(line.trim_ascii());
        if !line.iter().all(|b| is_of_key(*b)) || joined.len() + line.len() > 256 {
            return None;
        }
        joined.extend_from_slice(line);
        if let Some(text) = stripped(&joined) {
            return Some(Zeroizing::new(text.expose().to_vec()));
        }
    }
    None
}

/// One line's part of a wrapped value, without quotes and the sign of continuation.
fn part(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\\").unwrap_or(line).trim_ascii();
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    line.strip_suffix(b"\"").unwrap_or(line)
}

/// Whether a byte may stand within a key.
fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=' | b':')
}

/// The key between everything that no key begins or ends with, its prefix in whatever letters.
fn stripped(text: &[u8]) -> Option<crate::domain::inventory::secret::SecretBytes> {
    let start = text.iter().position(|b| is_of_key(*b))?;
    let end = text.iter().rposition(|b| is_of_key(*b))? + 1;
    let text = &text[start..end];
    let digits = match text.get(..PREFIX.len()) {
        Some(prefix) if prefix.eq_ignore_ascii_case(PREFIX) => &text[PREFIX.len()..],
        _ => text,
    };
    // 32 plain characters are a key wherever they stand; here only digits with a place of their own are looked for.
    (digits.len() > KEY_LEN)
        .then(|| hunt::bare(digits))
        .flatten()
}

/// Keys found in one text, each once.
#[derive(Default)]
struct DistinctKeys(Vec<AppKey>);

impl DistinctKeys {
    fn add(&mut self, text: &[u8]) {
        if let Ok(key) = AppKey::parse(text)
            && self.0.len() < MOST_KEYS
            && !self.0.iter().any(|known| known.same_bytes(&key))
        {
            self.0.push(key);
        }
    }

    fn without(&mut self, known: &[AppKey]) {
        self.0
            .retain(|key| !known.iter().any(|k| k.same_bytes(key)));
    }

    /// Each with what is wrong about it in this value.
    fn spelled(self, value: &[u8]) -> Vec<NearKey> {
        let near = |found: AppKey| {
            let spelling = spelling(value, found.text());
            let usual = usual(&found);
            let other = usual.text() != found.text();
            NearKey {
                key: usual,
                as_written: other.then_some(found),
                spelling,
            }
        };
        self.0.into_iter().map(near).collect()
    }
}

/// The same bytes in the spelling of `php artisan key:generate`. Plain characters stay: nobody ever had them otherwise.
fn usual(found: &AppKey) -> AppKey {
    let as_found = || AppKey::parse(found.text()).ok();
    let plain = !found.text().starts_with(PREFIX);
    plain
        .then(as_found)
        .flatten()
        .unwrap_or_else(|| AppKey::generate(found.bytes()))
}

/// What is wrong with a value that should have been this key text.
fn spelling(value: &[u8], key: &[u8]) -> Spelling {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    if dotenv::is_utf16(value) {
        return Spelling::Utf16;
    }
    let encoded = key.strip_prefix(PREFIX);
    let digits = encoded.unwrap_or(key);
    let digits = match encoded {
        Some(_) => digits.strip_suffix(b"=").unwrap_or(digits),
        None => digits,
    };
    let Some(at) = memmem::find(value, digits) else {
        let url_safe = |b: &u8| matches!(b, b'-' | b'_');
        return if value.contains(&b'\n') || value.len() < digits.len() {
            Spelling::Wrapped
        } else if value.iter().any(url_safe) {
            Spelling::UrlSafe
        } else {
            Spelling::Other
        };
    };
    let (before, behind) = (&value[..at], &value[at + digits.len()..]);
    let behind = behind.strip_prefix(b"=").unwrap_or(behind);
    let (around, prefix) = match before.len().checked_sub(PREFIX.len()) {
        Some(start) if before[start..].eq_ignore_ascii_case(PREFIX) => {
            (&before[..start], Some(&before[start..]))
        }
        _ => (before, None),
    };
    let quote = |b: &u8| matches!(b, b'\'' | b'"' | b'`');
    let foreign = |b: &u8| !b.is_ascii();
    let blank = |b: &u8| b.is_ascii_whitespace() || *b == 0;
    let outside = || around.iter().chain(behind);
    let comment = behind.trim_ascii_start().first();
    if around.starts_with(BYTE_ORDER_MARK) {
        Spelling::ByteOrderMark
    } else if memmem::find(&around.to_ascii_uppercase(), NAME).is_some() {
        Spelling::Assignment
    } else if around.first().is_some_and(quote)
        || around.is_empty() && behind.first().is_some_and(quote)
    {
        Spelling::Quotes
    } else if matches!(comment, Some(b'#')) {
        Spelling::Comment
    } else if encoded.is_some() && prefix.is_none() {
        Spelling::NoPrefix
    } else if encoded.is_some() && prefix != Some(PREFIX) {
        Spelling::Prefix
    } else if outside().any(foreign) {
        Spelling::Foreign
    } else if outside().any(blank) {
        Spelling::Blanks
    } else {
        Spelling::Other
    }
}
