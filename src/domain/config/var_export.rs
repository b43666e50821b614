//! PHP values as `var_export` writes them: the form of Laravel's `bootstrap/cache/config.php`.
//!
//! Follows PHP's `var_export` (7.x and 8.x: both ways to write objects, NULs in strings by concatenation, the split
//! smallest integer) behind `<?php return `. The file is read as data, in linear time, and is never executed; nesting
//! and size are bounded. No crate reads this form. It holds the key and the database password, so every text is a secret.

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::domain::inventory::secret::SecretBytes;

/// Deepest nesting that is read; FreeScout's configuration has about eight levels.
const DEEPEST: usize = 128;

/// Largest file that is read, in bytes; FreeScout's has some 40 thousand.
const LARGEST: usize = 4 << 20;

/// An array's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// An integer.
    Int(i64),
    /// A text, not a secret.
    Text(Vec<u8>),
}

/// A PHP value.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportedValue {
    /// `NULL`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float, infinities and not-a-number included.
    Float(f64),
    /// A string of bytes.
    Text(SecretBytes),
    /// An array, in its order; a key may stand twice, and then the last one counts.
    Array(Vec<(Key, ExportedValue)>),
    /// An object or enum case by its name (`stdClass`, `\App\Kind::Open`); what is in it was passed over.
    Object(Vec<u8>),
}

/// What is wrong with the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Not what `var_export` writes.
    Syntax,
    /// Nested deeper than we follow.
    TooDeep,
    /// Larger than we read.
    TooLarge,
}

/// Where reading stopped. Never holds a piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an exported PHP value: {fault:?} in line {line}")]
pub struct VarExportError {
    /// Offset in bytes.
    pub offset: usize,
    /// Line, counted from 1.
    pub line: u64,
    /// What is wrong.
    pub fault: Fault,
}

/// Reads a file of the form `<?php return …;`.
///
/// # Errors
/// [`VarExportError`] where the text is anything else than `var_export` writes, or beyond our bounds.
pub fn read(bytes: &[u8]) -> Result<ExportedValue, VarExportError> {
    let mut cursor = Parser { bytes, at: 0 };
    cursor.file().map_err(|fault| {
        let offset = cursor.at.min(bytes.len());
        let line = memchr::memchr_iter(b'\n', &bytes[..offset]).count() as u64 + 1;
        VarExportError {
            offset,
            line,
            fault,
        }
    })
}

impl ExportedValue {
    /// The member of an array under that key; a decimal name also finds an integer key, as in PHP.
    pub fn get(&self, key: &str) -> Option<&ExportedValue> {
        match key.parse::<i64>() {
            Ok(number) if number.to_string() == key => self.get_index(number),
            _ => self.member(|k| matches!(k, Key::Text(text) if text == key.as_bytes())),
        }
    }

    /// The member of an array under an integer key, such as an option of PDO.
    pub fn get_index(&self, number: i64) -> Option<&ExportedValue> {
        self.member(|k| *k == Key::Int(number))
    }

    fn member(&self, is: impl Fn(&Key) -> bool) -> Option<&ExportedValue> {
        let ExportedValue::Array(members) = self else {
            return None;
        };
        members
            .iter()
            .rev()
            .find(|(key, _)| is(key))
            .map(|(_, value)| value)
    }

    /// The value at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&ExportedValue> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The bytes of a string.
    pub fn as_text(&self) -> Option<&[u8]> {
        match self {
            ExportedValue::Text(text) => Some(text.expose()),
            _ => None,
        }
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A piece of a string: what stands between single quotes, or a NUL.
enum StringPiece {
    Quoted(Range<usize>),
    Nul,
}

impl Parser<'_> {
    fn file(&mut self) -> Result<ExportedValue, Fault> {
        if self.bytes.len() > LARGEST {
            return Err(Fault::TooLarge);
        }
        self.expect(b"<?php")?;
        self.expect(b"return")?;
        let value = self.value(0)?;
        self.expect(b";")?;
        self.take(b"?>");
        self.blanks();
        if self.at == self.bytes.len() {
            Ok(value)
        } else {
            Err(Fault::Syntax)
        }
    }

    fn value(&mut self, depth: usize) -> Result<ExportedValue, Fault> {
        if depth > DEEPEST {
            return Err(Fault::TooDeep);
        }
        self.blanks();
        match self.rest() {
            [b'\'' | b'"', ..] => self.string().map(ExportedValue::Text),
            [b'-' | b'0'..=b'9', ..] => self.number(),
            [b'(', ..] => {
                self.expect(b"(")?;
                self.expect(b"object")?;
                self.expect(b")")?;
                self.expect(b"array")?;
                self.members(depth)?;
                Ok(ExportedValue::Object(b"stdClass".to_vec()))
            }
            _ => self.named(depth),
        }
    }

    /// A value that begins with a word: a constant, an array, an object, an enum case.
    fn named(&mut self, depth: usize) -> Result<ExportedValue, Fault> {
        let word = self.word()?.to_vec();
        if self.take(b"::") {
            let member = self.word()?;
            if member == b"__set_state" {
                self.expect(b"(")?;
                self.expect(b"array")?;
                self.members(depth)?;
                self.expect(b")")?;
                return Ok(ExportedValue::Object(word));
            }
            return Ok(ExportedValue::Object([&word, &b"::"[..], member].concat()));
        }
        let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
        match () {
            () if is("array") => self.members(depth).map(ExportedValue::Array),
            () if is("null") => Ok(ExportedValue::Null),
            () if is("true") => Ok(ExportedValue::Bool(true)),
            () if is("false") => Ok(ExportedValue::Bool(false)),
            () if word == b"NAN" => Ok(ExportedValue::Float(f64::NAN)),
            () if word == b"INF" => Ok(ExportedValue::Float(f64::INFINITY)),
            () => Err(Fault::Syntax),
        }
    }

    /// What stands behind `array`: the members in their brackets.
    fn members(&mut self, depth: usize) -> Result<Vec<(Key, ExportedValue)>, Fault> {
        self.expect(b"(")?;
        let mut members = Vec::new();
        while !self.take(b")") {
            let key = match self.rest() {
                [b'\'' | b'"', ..] => Key::Text(self.string()?.expose().to_vec()),
                _ => match self.number()? {
                    ExportedValue::Int(n) => Key::Int(n),
                    _ => return Err(Fault::Syntax),
                },
            };
            self.expect(b"=>")?;
            members.push((key, self.value(depth + 1)?));
            if !self.take(b",") {
                self.expect(b")")?;
                break;
            }
        }
        Ok(members)
    }

    /// Pieces joined by ` . `. Two steps, so that the text is made in one go and leaves no half-grown copies.
    fn string(&mut self) -> Result<SecretBytes, Fault> {
        let mut pieces = Vec::new();
        let mut most = 0;
        loop {
            let piece = if self.take(b"\"\\0\"") {
                StringPiece::Nul
            } else {
                self.quoted()?
            };
            most += match &piece {
                StringPiece::Quoted(range) => range.len(),
                StringPiece::Nul => 1,
            };
            pieces.push(piece);
            if !self.take(b".") {
                break;
            }
            self.blanks();
        }
        let mut out = Vec::with_capacity(most);
        for piece in pieces {
            match piece {
                StringPiece::Nul => out.push(0),
                StringPiece::Quoted(range) => unescape(&self.bytes[range], &mut out),
            }
        }
        Ok(SecretBytes::from(out))
    }

    fn quoted(&mut self) -> Result<StringPiece, Fault> {
        if self.rest().first() != Some(&b'\'') {
            return Err(Fault::Syntax);
        }
        let start = self.at + 1;
        let mut end = start;
        loop {
            let rest = self.bytes.get(end..).unwrap_or_default();
            end += memchr::memchr2(b'\'', b'\\', rest).ok_or(Fault::Syntax)?;
            if self.bytes[end] == b'\'' {
                break;
            }
            end += 2;
        }
        self.at = end + 1;
        Ok(StringPiece::Quoted(start..end))
    }

    /// An integer or a float. The smallest integer is written as a difference, since PHP has no literal for it.
    fn number(&mut self) -> Result<ExportedValue, Fault> {
        const SMALLEST: &[u8] = b"-9223372036854775807-1";
        if self.take(SMALLEST) {
            return Ok(ExportedValue::Int(i64::MIN));
        }
        if self.take(b"-INF") {
            return Ok(ExportedValue::Float(f64::NEG_INFINITY));
        }
        let is_part = |b: &&u8| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'E' | b'e');
        let text = self.rest();
        let text = &text[..text.iter().take_while(is_part).count()];
        let digits = text.strip_prefix(b"-").unwrap_or(text);
        if !digits.first().is_some_and(u8::is_ascii_digit) {
            return Err(Fault::Syntax);
        }
        let written = std::str::from_utf8(text).map_err(|_| Fault::Syntax)?;
        // PHP reads an integer that is too large as a float.
        let value = match written.parse() {
            Ok(n) => ExportedValue::Int(n),
            Err(_) => ExportedValue::Float(written.parse().map_err(|_| Fault::Syntax)?),
        };
        self.at += text.len();
        Ok(value)
    }

    /// A name, with its namespace.
    fn word(&mut self) -> Result<&[u8], Fault> {
        self.blanks();
        let start = self.at;
        let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'\\' | 0x80..);
        let length = self.rest().iter().take_while(is_part).count();
        if length == 0 {
            return Err(Fault::Syntax);
        }
        self.at += length;
        Ok(&self.bytes[start..self.at])
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn blanks(&mut self) {
        self.at += self
            .rest()
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
            .count();
    }

    /// Passes over spaces, and over the token if it is next; then over the spaces behind it.
    fn take(&mut self, token: &[u8]) -> bool {
        self.blanks();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
            self.blanks();
        }
        found
    }

    fn expect(&mut self, token: &[u8]) -> Result<(), Fault> {
        if self.take(token) {
            Ok(())
        } else {
            Err(Fault::Syntax)
        }
    }
}

/// In single quotes only the quote and the backslash can be escaped; any other backslash is one.
fn unescape(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let taken = match rest {
            [_, escaped @ (b'\'' | b'\\'), ..] => {
                out.push(*escaped);
                2
            }
            _ => {
                out.push(b'\\');
                1
            }
        };
        rest = &rest[taken..];
    }
    out.extend_from_slice(rest);
}
