//! PHP values as `var_export` writes them: the form of Laravel's `bootstrap/cache/config.php`.
//!
//! Follows PHP's `var_export` (7.x and 8.x: both ways to write objects, NULs in strings by concatenation, the split
//! smallest integer) behind `<?php return `. The file is read as data, in linear time, and is never executed; nesting
//! and size are bounded. It holds the key and the database password, so every text is a secret.

use std::ops::Range;

use super::secret::SecretBytes;

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
pub enum Value {
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
    Array(Vec<(Key, Value)>),
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
pub fn read(bytes: &[u8]) -> Result<Value, VarExportError> {
    let mut cursor = Cursor { bytes, at: 0 };
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

impl Value {
    /// The member of an array under that key; a decimal name also finds an integer key, as in PHP.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Value::Array(members) = self else {
            return None;
        };
        let number = key.parse::<i64>().ok().filter(|n| n.to_string() == key);
        let is = |k: &Key| match k {
            Key::Text(text) => text == key.as_bytes(),
            Key::Int(n) => number == Some(*n),
        };
        members
            .iter()
            .rev()
            .find(|(k, _)| is(k))
            .map(|(_, value)| value)
    }

    /// The value at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The bytes of a string.
    pub fn as_text(&self) -> Option<&[u8]> {
        match self {
            Value::Text(text) => Some(text.expose()),
            _ => None,
        }
    }

    /// The integer.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// The truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A piece of a string: what stands between single quotes, or a NUL.
enum Piece {
    Quoted(Range<usize>),
    Nul,
}

impl Cursor<'_> {
    fn file(&mut self) -> Result<Value, Fault> {
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

    fn value(&mut self, depth: usize) -> Result<Value, Fault> {
        if depth > DEEPEST {
            return Err(Fault::TooDeep);
        }
        self.blanks();
        match self.rest() {
            [b'\'' | b'"', ..] => self.string().map(Value::Text),
            [b'-' | b'0'..=b'9', ..] => self.number(),
            [b'(', ..] => {
                self.expect(b"(")?;
                self.expect(b"object")?;
                self.expect(b")")?;
                self.expect(b"array")?;
                self.members(depth)?;
                Ok(Value::Object(b"stdClass".to_vec()))
            }
            _ => self.named(depth),
        }
    }

    /// A value that begins with a word: a constant, an array, an object, an enum case.
    fn named(&mut self, depth: usize) -> Result<Value, Fault> {
        let word = self.word()?.to_vec();
        if self.take(b"::") {
            let member = self.word()?;
            if member == b"__set_state" {
                self.expect(b"(")?;
                self.expect(b"array")?;
                self.members(depth)?;
                self.expect(b")")?;
                return Ok(Value::Object(word));
            }
            return Ok(Value::Object([&word, &b"::"[..], member].concat()));
        }
        let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
        match () {
            () if is("array") => self.members(depth).map(Value::Array),
            () if is("null") => Ok(Value::Null),
            () if is("true") => Ok(Value::Bool(true)),
            () if is("false") => Ok(Value::Bool(false)),
            () if word == b"NAN" => Ok(Value::Float(f64::NAN)),
            () if word == b"INF" => Ok(Value::Float(f64::INFINITY)),
            () => Err(Fault::Syntax),
        }
    }

    /// What stands behind `array`: the members in their brackets.
    fn members(&mut self, depth: usize) -> Result<Vec<(Key, Value)>, Fault> {
        self.expect(b"(")?;
        let mut members = Vec::new();
        while !self.take(b")") {
            let key = match self.rest() {
                [b'\'' | b'"', ..] => Key::Text(self.string()?.expose().to_vec()),
                _ => match self.number()? {
                    Value::Int(n) => Key::Int(n),
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
                Piece::Nul
            } else {
                self.quoted()?
            };
            most += match &piece {
                Piece::Quoted(range) => range.len(),
                Piece::Nul => 1,
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
                Piece::Nul => out.push(0),
                Piece::Quoted(range) => unescape(&self.bytes[range], &mut out),
            }
        }
        Ok(SecretBytes::from(out))
    }

    fn quoted(&mut self) -> Result<Piece, Fault> {
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
        Ok(Piece::Quoted(start..end))
    }

    /// An integer or a float. The smallest integer is written as a difference, since PHP has no literal for it.
    fn number(&mut self) -> Result<Value, Fault> {
        const SMALLEST: &[u8] = b"-9223372036854775807-1";
        if self.take(SMALLEST) {
            return Ok(Value::Int(i64::MIN));
        }
        if self.take(b"-INF") {
            return Ok(Value::Float(f64::NEG_INFINITY));
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
            Ok(n) => Value::Int(n),
            Err(_) => Value::Float(written.parse().map_err(|_| Fault::Syntax)?),
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

    /// Passes over blanks, and over the token if it is next; then over the blanks behind it.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn text(t: &str) -> Value {
        Value::Text(SecretBytes::from(t.as_bytes()))
    }

    fn php(expression: &str) -> Result<Value, Fault> {
        read(format!("<?php return {expression};\n").as_bytes()).map_err(|e| e.fault)
    }

    #[test]
    fn scalars_read_as_php_writes_them() {
        for (written, value) in [
            ("NULL", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("-7", Value::Int(-7)),
            ("9223372036854775807", Value::Int(i64::MAX)),
            ("-9223372036854775807-1", Value::Int(i64::MIN)),
            (
                "9223372036854775808",
                Value::Float(9_223_372_036_854_775_808.0),
            ),
            ("1.0E+25", Value::Float(1.0e25)),
            ("-0.5", Value::Float(-0.5)),
            ("INF", Value::Float(f64::INFINITY)),
            ("-INF", Value::Float(f64::NEG_INFINITY)),
            (r"'it\'s \\ \n'", text(r"it's \ \n")),
            (r"'end\\'", text(r"end\")),
            (
                r#"'' . "\0" . 'a' . "\0" . '' . "\0" . ''"#,
                text("\0a\0\0"),
            ),
            ("''", text("")),
            (
                "(object) array(\n  'a' => 1,\n)",
                Value::Object(b"stdClass".to_vec()),
            ),
            (
                "stdClass::__set_state(array(\n))",
                Value::Object(b"stdClass".to_vec()),
            ),
            (
                r"\App\Thing::__set_state(array( 'x' => array ( 0 => NULL, ), ))",
                Value::Object(br"\App\Thing".to_vec()),
            ),
            (
                r"\App\Kind::Open",
                Value::Object(br"\App\Kind::Open".to_vec()),
            ),
        ] {
            assert_eq!(php(written), Ok(value), "{written}");
        }
        assert!(matches!(php("NAN"), Ok(Value::Float(f)) if f.is_nan()));
    }

    #[test]
    fn what_var_export_never_writes_is_refused() {
        for written in [
            "",
            "env('APP_KEY')",
            "'a' . $x",
            "array (0 => 1",
            "array (0 = 1)",
            "array (1.5 => 1)",
            "'open",
            r"'open\'",
            r#""a""#,
            "1 + 1",
            "-",
            "--1",
            "1e",
            "1; system('id')",
            "PHP_INT_MAX",
            "array (0 => 1 1 => 2)",
            "[1]",
            "\\",
        ] {
            assert_eq!(php(written), Err(Fault::Syntax), "{written}");
        }
        let error =
            read(b"<?php return array (\n  'a' => 1,\n  'b' => sentinel(),\n);").unwrap_err();
        assert_eq!((error.line, error.fault), (3, Fault::Syntax));
        assert!(!error.to_string().contains("sentinel"));
    }

    #[test]
    fn nesting_and_size_are_bounded() {
        let nested = |n: usize| format!("{}1{}", "array (0 => ".repeat(n), ")".repeat(n));
        assert!(php(&nested(DEEPEST)).is_ok());
        assert_eq!(php(&nested(DEEPEST + 1)), Err(Fault::TooDeep));
        assert_eq!(php(&nested(100_000)), Err(Fault::TooDeep));
        assert_eq!(
            php(&format!("'{}'", "x".repeat(LARGEST))),
            Err(Fault::TooLarge)
        );
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        let value = php("array ('a' => 1, 'a' => array ('b' => 2), 5 => 3)").unwrap();
        assert_eq!(value.at(&["a", "b"]).and_then(Value::as_int), Some(2));
        assert_eq!(value.get("5").and_then(Value::as_int), Some(3));
        assert_eq!(value.get("05"), None);
        assert_eq!(value.at(&["a", "b", "c"]), None);
    }

    #[test]
    fn the_key_is_the_direct_member_of_app() {
        let config = br"<?php return array (
  'services' => array ( 'key' => 'wrong', 'app' => array ( 'key' => 'wrong', ), ),
  'app' => 
  array (
    'inner' => array ( 'key' => 'wrong', ),
    'key' => 'base64:right=',
    'text' => '\'key\' => \'wrong\'',
  ),
  'last' => array ( 'key' => 'wrong', ),
);
";
        let config = read(config).unwrap();
        assert_eq!(
            config.at(&["app", "key"]).and_then(Value::as_text),
            Some(&b"base64:right="[..])
        );
        assert!(!format!("{config:?}").contains("right"));
    }

    #[test]
    fn the_incidents_configurations_are_read() {
        let Ok(incidents) =
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/incidents"))
        else {
            println!("the shared incidents are not here: nothing read");
            return;
        };
        let mut seen = 0;
        for incident in incidents {
            let path = incident.unwrap().path().join("config.php");
            let Ok(bytes) = std::fs::read(&path) else {
                continue;
            };
            let config = read(&bytes).unwrap();
            let key = config.at(&["app", "key"]).and_then(Value::as_text).unwrap();
            assert!(
                crate::domain::app_key::AppKey::parse(key).is_ok(),
                "{}",
                path.display()
            );
            let driver = config
                .at(&["database", "default"])
                .and_then(Value::as_text)
                .unwrap();
            let driver = std::str::from_utf8(driver).unwrap();
            assert!(
                config
                    .at(&["database", "connections", driver, "host"])
                    .and_then(Value::as_text)
                    .is_some()
            );
            seen += 1;
        }
        assert!(seen >= 6, "only {seen} configurations");
        println!("{seen} configurations read");
    }

    /// Writes as PHP does: short of its line breaks, which carry no meaning.
    fn export(value: &Value, out: &mut Vec<u8>) {
        match value {
            Value::Null => out.extend_from_slice(b"NULL"),
            Value::Bool(b) => out.extend_from_slice(b.to_string().as_bytes()),
            Value::Int(i64::MIN) => out.extend_from_slice(b"-9223372036854775807-1"),
            Value::Int(n) => out.extend_from_slice(n.to_string().as_bytes()),
            Value::Float(f) if f.is_infinite() => {
                out.extend_from_slice(if *f > 0.0 { b"INF" } else { b"-INF" })
            }
            Value::Float(f) => out.extend_from_slice(format!("{f:?}").replace('e', "E").as_bytes()),
            Value::Text(t) => export_text(t.expose(), out),
            Value::Object(name) => {
                out.extend_from_slice(name);
                out.extend_from_slice(b"::__set_state(array(\n   'x' => NULL,\n))");
            }
            Value::Array(members) => {
                out.extend_from_slice(b"array (\n");
                for (key, value) in members {
                    match key {
                        Key::Int(n) => export(&Value::Int(*n), out),
                        Key::Text(t) => export_text(t, out),
                    }
                    out.extend_from_slice(b" => \n");
                    export(value, out);
                    out.extend_from_slice(b",\n");
                }
                out.push(b')');
            }
        }
    }

    fn export_text(text: &[u8], out: &mut Vec<u8>) {
        out.push(b'\'');
        for &byte in text {
            match byte {
                0 => out.extend_from_slice(br#"' . "\0" . '"#),
                b'\'' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
                _ => out.push(byte),
            }
        }
        out.push(b'\'');
    }

    fn a_value() -> impl Strategy<Value = Value> {
        let bytes = || {
            proptest::collection::vec(
                prop_oneof![any::<u8>(), Just(b'\''), Just(b'\\'), Just(0)],
                0..12,
            )
        };
        let key = prop_oneof![any::<i64>().prop_map(Key::Int), bytes().prop_map(Key::Text)];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            prop_oneof![any::<i64>(), Just(i64::MIN)].prop_map(Value::Int),
            (proptest::num::f64::NORMAL | proptest::num::f64::INFINITE | proptest::num::f64::ZERO)
                .prop_map(Value::Float),
            bytes().prop_map(|b| Value::Text(SecretBytes::from(b))),
            "[A-Za-z_][A-Za-z_\\\\]{0,8}".prop_map(|n| Value::Object(n.into_bytes())),
        ];
        leaf.prop_recursive(5, 40, 6, move |inner| {
            proptest::collection::vec((key.clone(), inner), 0..6).prop_map(Value::Array)
        })
    }

    proptest! {
        #[test]
        fn what_is_exported_reads_back(value in a_value()) {
            let mut out = b"<?php return ".to_vec();
            export(&value, &mut out);
            out.extend_from_slice(b";\n");
            prop_assert_eq!(read(&out), Ok(value));
        }

        #[test]
        fn broken_texts_are_refused_quietly(value in a_value(), cut in 0.0..1.0f64, junk in any::<[u8; 3]>()) {
            let mut out = b"<?php return ".to_vec();
            export(&value, &mut out);
            let at = (out.len() as f64 * cut) as usize;
            let short = read(&out[..at]);
            prop_assert!(short.is_err());
            out.splice(at..at, junk);
            let _ = read(&out);
            let _ = read(&junk);
        }
    }
}
