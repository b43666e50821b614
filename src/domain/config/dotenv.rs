//! `.env` as FreeScout reads it: which lines set a variable, to what, and which line keeps FreeScout from starting.
//!
//! Follows phpdotenv 2.x in immutable mode with FreeScout's own `Loader`, PHP's `file`, `trim` and `putenv`, and
//! Laravel's `env()` helper; bytes throughout, since nothing obliges the file to be UTF-8. Never touches the disk or
//! the process environment, never keeps the text of a refused line.
//!
//! A plain line (`NAME=word`, nothing quoted, escaped, expanded or commented) means the same everywhere and is left to
//! the `dotenvy` crate. The rest is ours, because PHP differs there: one line, one value; a quoted value runs to the
//! *last* quote of its kind and may end at the line's end; only `\\` and the escaped own quote are escapes; only
//! `${NAME}` expands, single quotes included, and only when the name is known; the first definition wins; a byte order
//! mark belongs to the first name; spaces in a bare value are fatal; a name may be almost anything.

mod edit;
mod key_lines;
#[cfg(test)]
mod tests;
mod trouble;

use std::collections::HashMap;

use crate::domain::inventory::secret::SecretBytes;
use crate::words::words;

pub use edit::{CannotWrite, with_value};
pub use key_lines::{KeyLine, first_line_of_app_key, lines_mentioning_app_key};
pub use trouble::{Trouble, is_utf16, names_database, trouble};

/// Looks up a variable of the process environment that FreeScout runs in.
pub type Process<'p> = &'p dyn Fn(&[u8]) -> Option<Vec<u8>>;

/// Bytes that `${NAME}` may add to a file's values, all told: a few lines could otherwise fill the memory.
const EXPANSION_LIMIT: usize = 4 << 20;

/// Why FreeScout's reader throws, so that FreeScout does not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvError {
    /// "Dotenv values containing spaces must be surrounded by quotes."
    #[error("{}", words().env_error_blank)]
    SpaceInValue,
    /// Nothing is left of the name before `=`, which `putenv` refuses.
    #[error("{}", words().env_error_no_name)]
    BadName,
    /// The references grow beyond what any real file needs; PHP would run out of memory.
    #[error("{}", words().env_error_endless)]
    TooLong,
}

/// The line at which FreeScout's reader throws. What stands above it is set, what stands below is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedLine {
    /// Line in the file, counted from 1.
    pub line: u64,
    /// The reason.
    pub kind: EnvError,
}

/// Whether a setter line counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetterEffect {
    /// It defines the variable.
    Set,
    /// A line above already did.
    Repeated,
    /// The process environment has the variable, and wins.
    InProcess,
}

/// A line that sets a variable.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// Line in the file, counted from 1.
    pub line: u64,
    /// The variable's name, without `export` and quotes.
    pub name: Vec<u8>,
    /// The value, unquoted and with references resolved.
    pub value: SecretBytes,
    /// Whether it counts.
    pub standing: SetterEffect,
}

/// What Laravel's `env()` helper returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Env {
    /// The variable is not set: the caller's default.
    Missing,
    /// `null` or `(null)`.
    Null,
    /// `true`, `false`, also in brackets.
    Bool(bool),
    /// Any other text, without one pair of double quotes around it.
    Text(SecretBytes),
}

/// A `.env` file as read at boot, over the process environment it was read in.
pub struct EnvFile<'p> {
    assignments: Vec<Assignment>,
    /// Where in `assignments` a name is set.
    set: HashMap<Vec<u8>, usize>,
    refused: Option<RefusedLine>,
    process: Process<'p>,
}

impl<'p> EnvFile<'p> {
    /// Reads the file as FreeScout does at boot, up to the line it throws at, if any.
    pub fn read(bytes: &[u8], process: Process<'p>) -> Self {
        Self::read_lines(bytes, process, true)
    }

    /// Reads on behind a refused line when told to, as if that line were not there.
    fn read_lines(bytes: &[u8], process: Process<'p>, stop_at_refusal: bool) -> Self {
        let mut file = Self {
            assignments: Vec::new(),
            set: HashMap::new(),
            refused: None,
            process,
        };
        let mut spare = EXPANSION_LIMIT;
        for line in lines(bytes) {
            let Err(kind) = file.read_line(&line, &mut spare) else {
                continue;
            };
            file.refused.get_or_insert(RefusedLine {
                line: line.number,
                kind,
            });
            if stop_at_refusal {
                break;
            }
        }
        file
    }

    fn read_line(&mut self, line: &EnvLine<'_>, spare: &mut usize) -> Result<(), EnvError> {
        let (name, value) = match plain(line.text) {
            Some(pair) => pair,
            None => match line.setter() {
                Some(setter) => (setter.name, read_value(setter.raw)?),
                None => return Ok(()),
            },
        };
        let value = self.resolve(value, spare)?;
        let standing = if self.set.contains_key(&name) {
            SetterEffect::Repeated
        } else if (self.process)(&name).is_some() {
            SetterEffect::InProcess
        } else if name.is_empty() {
            return Err(EnvError::BadName);
        } else {
            self.set.insert(name.clone(), self.assignments.len());
            SetterEffect::Set
        };
        self.assignments.push(Assignment {
            line: line.number,
            name,
            value,
            standing,
        });
        Ok(())
    }

    /// Replaces each `${NAME}` whose name is known; what it puts in is not looked at again.
    fn resolve(&self, value: SecretBytes, spare: &mut usize) -> Result<SecretBytes, EnvError> {
        let bytes = value.expose();
        let mut known = Vec::new();
        let mut length = bytes.len();
        let mut from = 0;
        while let Some((start, end)) = next_reference(bytes, from) {
            from = end;
            let Some(text) = self.lookup(&bytes[start + 2..end - 1]) else {
                continue;
            };
            *spare = spare.checked_sub(text.len()).ok_or(EnvError::TooLong)?;
            length = length + text.len() - (end - start);
            known.push((start, end, text));
        }
        if known.is_empty() {
            return Ok(value);
        }
        // Exactly sized, so that no half-grown copy of the value is left behind.
        let mut out = Vec::with_capacity(length);
        let mut from = 0;
        for (start, end, text) in &known {
            out.extend_from_slice(&bytes[from..*start]);
            out.extend_from_slice(text.expose());
            from = *end;
        }
        out.extend_from_slice(&bytes[from..]);
        Ok(SecretBytes::from(out))
    }

    /// What a reference sees: `$_ENV`, then the process environment.
    fn lookup(&self, name: &[u8]) -> Option<SecretBytes> {
        match self.set.get(name) {
            Some(&at) => Some(self.assignments[at].value.clone()),
            None => (self.process)(name).map(SecretBytes::from),
        }
    }

    /// The line FreeScout does not get past, if there is one.
    pub fn refused(&self) -> Option<RefusedLine> {
        self.refused
    }

    /// Every setter line up to the refused one, in the file's order, those that do not count included.
    pub fn assignments(&self) -> &[Assignment] {
        &self.assignments
    }

    /// What `getenv()` says after boot. The C library ends a value at the first NUL.
    pub fn getenv(&self, name: &[u8]) -> Option<SecretBytes> {
        if let Some(value) = (self.process)(name) {
            return Some(SecretBytes::from(value));
        }
        let value = &self.assignments[*self.set.get(name)?].value;
        let end = memchr::memchr(0, value.expose()).unwrap_or(value.len());
        (!name.contains(&0)).then(|| SecretBytes::from(&value.expose()[..end]))
    }

    /// What the `env()` helper, and so FreeScout's configuration, makes of the variable.
    pub fn env(&self, name: &[u8]) -> Env {
        let Some(text) = self.getenv(name) else {
            return Env::Missing;
        };
        let bytes = text.expose();
        let is = |word: &str| {
            let inner = bytes
                .strip_prefix(b"(")
                .and_then(|b| b.strip_suffix(b")"))
                .unwrap_or(bytes);
            inner.eq_ignore_ascii_case(word.as_bytes())
        };
        match bytes {
            _ if is("true") => Env::Bool(true),
            _ if is("false") => Env::Bool(false),
            _ if is("null") => Env::Null,
            _ if is("empty") => Env::Text(SecretBytes::from(&b""[..])),
            [b'"', inside @ .., b'"'] => Env::Text(SecretBytes::from(inside)),
            _ => Env::Text(text),
        }
    }
}

/// A line of the file, as `file()` cuts it: at LF alone.
struct EnvLine<'a> {
    /// Counted from 1.
    number: u64,
    /// Offset of the first byte.
    start: usize,
    /// Without the LF, with a CR.
    text: &'a [u8],
}

/// Where the value of a variable stands in the file.
pub(in crate::domain) struct ValuePlace {
    /// Everything behind the first `=`, up to the line's LF.
    pub(in crate::domain) value: std::ops::Range<usize>,
    /// Whether FreeScout's reader throws at it.
    pub(in crate::domain) refused: bool,
}

/// The first line that sets this variable, whether the lines above it can be read or not.
pub(in crate::domain) fn first_line_that_sets(bytes: &[u8], name: &[u8]) -> Option<ValuePlace> {
    lines(bytes).find_map(|line| {
        let setter = line.setter().filter(|s| s.name == name)?;
        let end = line.start + line.text.len();
        Some(ValuePlace {
            value: end - setter.raw.len()..end,
            refused: read_value(setter.raw).is_err(),
        })
    })
}

/// A line with `=` that is no comment.
struct Setter<'a> {
    name: Vec<u8>,
    /// Everything behind the first `=`.
    raw: &'a [u8],
}

impl<'a> EnvLine<'a> {
    fn setter(&self) -> Option<Setter<'a>> {
        if trim_start(self.text).starts_with(b"#") {
            return None;
        }
        setter(self.text)
    }
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = EnvLine<'_>> {
    let mut start = 0;
    bytes
        .split(|&b| b == b'\n')
        .enumerate()
        .map(move |(i, text)| {
            let line = EnvLine {
                number: i as u64 + 1,
                start,
                text,
            };
            start += text.len() + 1;
            line
        })
}

fn setter(text: &[u8]) -> Option<Setter<'_>> {
    let equals = memchr::memchr(b'=', text)?;
    // `export ` goes wherever it stands in the name, then the quotes: the order matters for odd names.
    let mut name = Vec::with_capacity(equals);
    let mut rest = trim(&text[..equals]);
    while let Some((&first, others)) = rest.split_first() {
        rest = match rest.strip_prefix(b"export ") {
            Some(behind) => behind,
            None => {
                name.push(first);
                others
            }
        };
    }
    name.retain(|b| !matches!(b, b'\'' | b'"'));
    Some(Setter {
        name: trim(&name).to_vec(),
        raw: &text[equals + 1..],
    })
}

/// Reads a line on which all grammars agree, by `dotenvy`. Its errors hold the line's text and are dropped here; it
/// looks into the process environment for `$`, which no plain line has.
fn plain(text: &[u8]) -> Option<(Vec<u8>, SecretBytes)> {
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let equals = memchr::memchr(b'=', text)?;
    if !is_name(&text[..equals]) || !is_bare(&text[equals + 1..]) {
        return None;
    }
    let (name, value) = dotenvy::from_read_iter(text).next()?.ok()?;
    Some((name.into_bytes(), SecretBytes::from(value.into_bytes())))
}

/// A name that needs no thought: letters, digits and `_`, no digit first.
fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|b| !b.is_ascii_digit())
        && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// A value that needs no quotes anywhere: base64, addresses, words.
fn is_bare(text: &[u8]) -> bool {
    text.iter()
        .all(|b| b.is_ascii_alphanumeric() || b"_:/+=.-".contains(b))
}

/// The value written behind `=`, before references are resolved.
fn read_value(raw: &[u8]) -> Result<SecretBytes, EnvError> {
    let text = trim(raw);
    match text.first() {
        Some(&quote @ (b'"' | b'\'')) => Ok(unquote(text, quote)),
        _ => bare_part(text).map(SecretBytes::from),
    }
}

/// What counts of a bare text: it ends at space and `#`, and may hold no white space unless it is all comment.
fn bare_part(text: &[u8]) -> Result<&[u8], EnvError> {
    let end = memchr::memmem::find(text, b" #").unwrap_or(text.len());
    let part = trim(&text[..end]);
    if !part.iter().any(|b| matches!(b, b' ' | b'\t'..=b'\r')) {
        Ok(part)
    } else if part.starts_with(b"#") {
        Ok(b"")
    } else {
        Err(EnvError::SpaceInValue)
    }
}

/// The text up to the closing quote. What follows is dropped, save from the next (then escaped) quote on: FreeScout's
/// pattern stops eating there.
fn unquote(text: &[u8], quote: u8) -> SecretBytes {
    let text = without_escaped_end(text, quote);
    let (inside, behind) = match closing_quote(text, quote) {
        Some(end) => (&text[1..end], &text[end + 1..]),
        None => (&text[1..], &b""[..]),
    };
    let kept = memchr::memchr(quote, behind).map_or(&b""[..], |at| &behind[at..]);
    let mut out = Vec::with_capacity(inside.len() + kept.len());
    unescape(inside, quote, &mut out);
    unescape(kept, quote, &mut out);
    SecretBytes::from(out)
}

/// A last quote counts even behind a backslash; it is taken off first.
fn without_escaped_end(text: &[u8], quote: u8) -> &[u8] {
    match text {
        [before @ .., b'\\', last] if *last == quote => &text[..=before.len()],
        _ => text,
    }
}

/// The last quote without a backslash before it, the opening one aside.
fn closing_quote(text: &[u8], quote: u8) -> Option<usize> {
    (1..text.len())
        .rev()
        .find(|&i| text[i] == quote && text[i - 1] != b'\\')
}

fn unescape(text: &[u8], quote: u8, out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((&first, others)) = rest.split_first() {
        rest = match others.split_first() {
            Some((&second, behind)) if first == b'\\' && (second == quote || second == b'\\') => {
                out.push(second);
                behind
            }
            _ => {
                out.push(first);
                others
            }
        };
    }
}

/// The next `${NAME}` at or behind `from`: offsets of the `$` and of the byte behind `}`.
fn next_reference(text: &[u8], mut from: usize) -> Option<(usize, usize)> {
    while let Some(at) = memchr::memmem::find(&text[from..], b"${") {
        let start = from + at;
        let name = &text[start + 2..];
        let length = name
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
            .count();
        from = start + 2 + length;
        if length > 0 && text.get(from) == Some(&b'}') {
            return Some((start, from + 1));
        }
    }
    None
}

/// What PHP's `trim` takes off.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0)
}

fn trim_start(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|b| is_blank(**b)).count()..]
}

fn trim(text: &[u8]) -> &[u8] {
    let text = trim_start(text);
    &text[..text.len() - text.iter().rev().take_while(|b| is_blank(**b)).count()]
}
