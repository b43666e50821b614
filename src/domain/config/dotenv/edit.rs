//! Changing one variable of a `.env` text and nothing else: every other byte stays, line ends and comments included.
//!
//! Every new text is read back by the reader beside this room before it is handed out, and where possible `dotenvy`
//! must read the new line alike, for the other programs that look into the file. Writes no file.

use zeroize::Zeroizing;

use super::{
    Env, EnvFile, EnvLine, bare_part, closing_quote, is_bare, is_name, lines, read_value, setter,
    trim, trim_start, without_escaped_end,
};
use crate::words::words;

/// Why a value cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotWrite {
    /// The name is not made of letters, digits and `_`.
    #[error("{}", words().env_error_name)]
    Name,
    /// The line that sets the name is the one FreeScout refuses to read: a person has to look at it.
    #[error("{}", text!(env_error_line, line))]
    Refused {
        /// Line in the file, counted from 1.
        line: u64,
    },
    /// However it is spelled, FreeScout would read something else: a line break, a NUL, a `${NAME}` that is known.
    #[error("{}", words().env_error_spelling)]
    NoSpelling,
}

/// The text with `name` set so that `env(name)` gives `value`.
///
/// Replaces the value of the line that counts, keeping what stands around it (`export`, spaces, the kind of quotes, a
/// comment behind, CR LF), or appends a line. A file whose value is right already comes back unchanged. Lines that
/// FreeScout refuses are never altered, and not in the way unless the first to set this very name is one.
///
/// # Errors
/// [`CannotWrite`]; its cases say when.
pub fn with_value(
    bytes: &[u8],
    name: &[u8],
    value: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CannotWrite> {
    if !is_name(name) {
        return Err(CannotWrite::Name);
    }
    let line = lines(bytes).find(|line| line.setter().is_some_and(|s| s.name == name));
    let slot = match &line {
        Some(line) => Slot::of_line(bytes, line)?,
        None => Slot::at_end(bytes, name),
    };
    if reads_as(bytes, name, value) {
        return Ok(Zeroizing::new(bytes.to_vec()));
    }
    // A spelling that `dotenvy` shares comes first, then one that keeps what stood behind the value.
    for shared in [true, false] {
        for tail in [&slot.tail[..], slot.bare_tail] {
            for spelling in spellings(value, slot.quote) {
                let new = slot.filled(&spelling, tail);
                let agreed = || !shared || dotenvy_reads(slot.line_of(&new), name, value);
                if reads_as(&new, name, value) && agreed() {
                    return Ok(new);
                }
            }
        }
    }
    Err(CannotWrite::NoSpelling)
}

/// Where the value goes: what stands before and behind it in the file.
struct Slot<'a> {
    before: Zeroizing<Vec<u8>>,
    /// The quote the old value is in.
    quote: Option<u8>,
    /// The rest of the line: spaces, a comment, CR.
    tail: Zeroizing<Vec<u8>>,
    /// The rest of the line with nothing in it but a CR.
    bare_tail: &'a [u8],
    after: &'a [u8],
}

impl<'a> Slot<'a> {
    fn of_line(bytes: &'a [u8], line: &EnvLine<'a>) -> Result<Self, CannotWrite> {
        let refused = CannotWrite::Refused { line: line.number };
        let raw = line.setter().ok_or(refused)?.raw;
        read_value(raw).map_err(|_| refused)?;
        let end = line.start + line.text.len();
        let text = trim_start(raw);
        let quote = text.first().copied().filter(|b| matches!(b, b'"' | b'\''));
        let (blanks, length) = match quote {
            Some(quote) => {
                let inside = without_escaped_end(trim(raw), quote);
                let length = closing_quote(inside, quote).map_or(trim(raw).len(), |at| at + 1);
                (raw.len() - text.len(), length)
            }
            None => match bare_part(trim(raw)).map_err(|_| refused)?.len() {
                // An empty value has no spaces of its own: they belong to the comment, or to the line's end.
                0 => (0, 0),
                length => (raw.len() - text.len(), length),
            },
        };
        let start = end - raw.len() + blanks;
        let mut tail = Zeroizing::new(raw[blanks + length..].to_vec());
        if tail.starts_with(b"#") {
            tail.insert(0, b' ');
        }
        Ok(Self {
            before: Zeroizing::new(bytes[..start].to_vec()),
            quote,
            tail,
            bare_tail: if line.text.ends_with(b"\r") {
                b"\r"
            } else {
                b""
            },
            after: &bytes[end..],
        })
    }

    fn at_end(bytes: &'a [u8], name: &[u8]) -> Self {
        let first_end = memchr::memchr(b'\n', bytes).unwrap_or(0);
        let line_end: &[u8] = if bytes[..first_end].ends_with(b"\r") {
            b"\r\n"
        } else {
            b"\n"
        };
        let break_before: &[u8] = if bytes.is_empty() || bytes.ends_with(b"\n") {
            b""
        } else {
            line_end
        };
        Self {
            before: Zeroizing::new([bytes, break_before, name, b"="].concat()),
            quote: None,
            tail: Zeroizing::default(),
            bare_tail: b"",
            after: line_end,
        }
    }

    /// The line with the value, in a text this slot was filled in.
    fn line_of<'t>(&self, new: &'t [u8]) -> &'t [u8] {
        let start = memchr::memrchr(b'\n', &self.before).map_or(0, |at| at + 1);
        let end = memchr::memchr(b'\n', &new[start..]).map_or(new.len(), |length| start + length);
        &new[start..end]
    }

    fn filled(&self, spelling: &[u8], tail: &[u8]) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([&self.before, spelling, tail, self.after].concat())
    }
}

/// Ways to write the value, the one closest to the old spelling first. The last ones carry quotes of their own, which
/// `env()` takes off again: only so can `true`, or a text in double quotes, be a text.
fn spellings(value: &[u8], old_quote: Option<u8>) -> Vec<Zeroizing<Vec<u8>>> {
    let mut all = Vec::with_capacity(6);
    if old_quote.is_none() && is_bare(value) {
        all.push(Zeroizing::new(value.to_vec()));
    }
    if old_quote == Some(b'\'') {
        all.push(single_quoted(value));
    }
    all.push(double_quoted(value));
    all.push(single_quoted(value));
    let wrapped = Zeroizing::new([b"\"", value, b"\""].concat());
    all.push(double_quoted(&wrapped));
    all
}

fn single_quoted(value: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([b"'", value, b"'"].concat())
}

fn double_quoted(value: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(value.len() * 2 + 2));
    out.push(b'"');
    for &byte in value {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
    out
}

/// Whether `env(name)` is that text, a refused line elsewhere set aside.
fn reads_as(bytes: &[u8], name: &[u8], value: &[u8]) -> bool {
    let file = EnvFile::read_lines(bytes, &|_| None, false);
    matches!(file.env(name), Env::Text(text) if text.expose() == value)
}

/// Whether `dotenvy` reads the line as this variable with this value. It takes every `$` outside single quotes for a
/// reference and looks into our own environment, so a value with `$` must be in those. Its errors hold the line.
fn dotenvy_reads(line: &[u8], name: &[u8], value: &[u8]) -> bool {
    let in_single_quotes = || setter(line).is_some_and(|s| trim_start(s.raw).starts_with(b"'"));
    if value.contains(&b'$') && !in_single_quotes() {
        return false;
    }
    match dotenvy::from_read_iter(line).next() {
        Some(Ok((read_name, read))) => {
            let read = Zeroizing::new(read);
            read_name.as_bytes() == name && read.as_bytes() == value
        }
        _ => false,
    }
}
