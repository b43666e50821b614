//! JSON in which every character that must not reach a terminal is escaped: it means the same to a program, and shows
//! nothing to a person. serde_json alone escapes only what JSON demands.

use std::io::{Result, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use crate::words::untrusted::{all_uncovered, is_hostile};

/// Writes it in one line.
///
/// # Errors
/// Those of the writer.
pub fn write(out: impl Write, json: &impl Serialize) -> serde_json::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, Escaped(CompactFormatter));
    json.serialize(&mut serializer)
}

/// In lines, for people too.
///
/// # Errors
/// None that is known: what we print has no keys but texts.
pub fn pretty(json: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::new();
    let formatter = Escaped(PrettyFormatter::new());
    json.serialize(&mut serde_json::Serializer::with_formatter(
        &mut out, formatter,
    ))?;
    Ok(out)
}

struct Escaped<F>(F);

impl<F: Formatter> Formatter for Escaped<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> Result<()> {
        let text = all_uncovered(text);
        let mut rest = &*text;
        while let Some((at, hostile)) = rest.char_indices().find(|(_, c)| is_hostile(*c)) {
            out.write_all(&rest.as_bytes()[..at])?;
            for unit in hostile.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + hostile.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn it_means_the_same_and_shows_nothing() {
        let text = "é 密 🔑 \"\\\n\u{1b}\u{9b}\u{202e}\u{200b}\u{e0041}\u{feff} end";
        let json = serde_json::json!({"key\u{202e}": [text, 1, null], "empty": {}, "none": []});
        for written in [
            {
                let mut out = Vec::new();
                write(&mut out, &json).unwrap();
                out
            },
            pretty(&json).unwrap(),
        ] {
            let shown = String::from_utf8(written).unwrap();
            assert!(
                !shown.chars().any(|c| c != '\n' && is_hostile(c)),
                "{shown}"
            );
            assert!(shown.contains("é 密 🔑"), "{shown}");
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
                json
            );
        }
        assert_eq!(
            pretty(&serde_json::json!({"a": [1]})).unwrap(),
            serde_json::to_vec_pretty(&serde_json::json!({"a": [1]})).unwrap()
        );
    }
}
