//! PHP's `serialize()` format, as far as FreeScout's secrets need it.
//!
//! Reads one value and tells its kind, the way `unserialize()` of PHP 8 accepts it (data behind the value is ignored
//! there, and here). Writes texts only. Lengths are byte counts and are checked against what is really there, so a huge
//! length costs nothing. Never builds arrays or objects: it only walks over them. Our own on purpose: what PHP accepts, to
//! the byte, tells a secret from a damaged one.

/// Nesting beyond this is refused; FreeScout stores flat values.
const MAX_DEPTH: u32 = 64;

/// A serialised value, with texts as they stand.
#[derive(Clone, Copy, PartialEq)]
pub enum PhpValue<'a> {
    /// `N;`
    Null,
    /// `b:1;`
    Bool(bool),
    /// `i:12345;`, its digits.
    Int(&'a [u8]),
    /// `d:1.5;`, its digits.
    Float(&'a [u8]),
    /// `s:6:"secret";`, the bytes between the quotes.
    Text(&'a [u8]),
    /// `a:…`
    Array,
    /// `O:…`, `C:…` or `E:…`
    Object,
}

/// The bytes are not a serialised value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a serialised value")]
pub struct NotSerialized;

/// Reads the value at the start of `bytes`.
///
/// # Errors
/// [`NotSerialized`] where `unserialize()` raises a notice.
pub fn unserialize(bytes: &[u8]) -> Result<PhpValue<'_>, NotSerialized> {
    Unserializer { rest: bytes }.value(0)
}

/// `s:<bytes>:"…";`
pub fn serialize_text(text: &[u8]) -> zeroize::Zeroizing<Vec<u8>> {
    let length = text.len().to_string();
    let mut out = zeroize::Zeroizing::new(Vec::with_capacity(text.len() + length.len() + 6));
    out.extend_from_slice(b"s:");
    out.extend_from_slice(length.as_bytes());
    out.extend_from_slice(b":\"");
    out.extend_from_slice(text);
    out.extend_from_slice(b"\";");
    out
}

/// Whether the text begins as a serialised value does, so that FreeScout's helper would try to unserialise it
/// (`App\Misc\Helper::decrypt` looks at `i:`, `d:`, `s:` and `a:`).
pub fn begins_serialized(text: &[u8]) -> bool {
    matches!(text, [b'i' | b'd' | b's' | b'a', b':', ..])
}

struct Unserializer<'a> {
    rest: &'a [u8],
}

impl<'a> Unserializer<'a> {
    fn value(&mut self, depth: u32) -> Result<PhpValue<'a>, NotSerialized> {
        if depth > MAX_DEPTH {
            return Err(NotSerialized);
        }
        let kind = self.byte()?;
        if kind == b'N' {
            self.expect(b";")?;
            return Ok(PhpValue::Null);
        }
        self.expect(b":")?;
        match kind {
            b'b' => match self.until(b';')? {
                b"0" => Ok(PhpValue::Bool(false)),
                b"1" => Ok(PhpValue::Bool(true)),
                _ => Err(NotSerialized),
            },
            // A reference leads to a value before it, of which there is none for the outermost.
            b'r' | b'R' if depth == 0 => Err(NotSerialized),
            b'i' | b'r' | b'R' => {
                let digits = self.until(b';')?;
                if is_int(digits) {
                    Ok(PhpValue::Int(digits))
                } else {
                    Err(NotSerialized)
                }
            }
            b'd' => {
                let digits = self.until(b';')?;
                if is_float(digits) {
                    Ok(PhpValue::Float(digits))
                } else {
                    Err(NotSerialized)
                }
            }
            b's' => {
                let text = self.quoted()?;
                self.expect(b";")?;
                Ok(PhpValue::Text(text))
            }
            b'a' => {
                let count = self.length()?;
                self.members(count, depth)?;
                Ok(PhpValue::Array)
            }
            b'O' => {
                self.quoted()?;
                self.expect(b":")?;
                let count = self.length()?;
                self.members(count, depth)?;
                Ok(PhpValue::Object)
            }
            b'E' => {
                self.quoted()?;
                self.expect(b";")?;
                Ok(PhpValue::Object)
            }
            b'C' => {
                self.quoted()?;
                self.expect(b":")?;
                let length = self.length()?;
                self.expect(b"{")?;
                self.take(length)?;
                self.expect(b"}")?;
                Ok(PhpValue::Object)
            }
            _ => Err(NotSerialized),
        }
    }

    fn members(&mut self, count: usize, depth: u32) -> Result<(), NotSerialized> {
        self.expect(b"{")?;
        for _ in 0..count {
            if !matches!(self.rest, [b'i' | b's', ..]) {
                return Err(NotSerialized);
            }
            self.value(depth + 1)?;
            self.value(depth + 1)?;
        }
        self.expect(b"}")
    }

    fn byte(&mut self) -> Result<u8, NotSerialized> {
        let (&first, rest) = self.rest.split_first().ok_or(NotSerialized)?;
        self.rest = rest;
        Ok(first)
    }

    fn expect(&mut self, what: &[u8]) -> Result<(), NotSerialized> {
        self.rest = self.rest.strip_prefix(what).ok_or(NotSerialized)?;
        Ok(())
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], NotSerialized> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(NotSerialized)?;
        self.rest = rest;
        Ok(taken)
    }

    fn until(&mut self, end: u8) -> Result<&'a [u8], NotSerialized> {
        let at = memchr::memchr(end, self.rest).ok_or(NotSerialized)?;
        let taken = self.take(at)?;
        self.expect(&[end])?;
        Ok(taken)
    }

    fn length(&mut self) -> Result<usize, NotSerialized> {
        let digits = self.until(b':')?;
        let digits = digits.strip_prefix(b"+").unwrap_or(digits);
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return Err(NotSerialized);
        }
        std::str::from_utf8(digits)
            .ok()
            .and_then(|d| d.parse().ok())
            .ok_or(NotSerialized)
    }

    fn quoted(&mut self) -> Result<&'a [u8], NotSerialized> {
        let length = self.length()?;
        self.expect(b"\"")?;
        let text = self.take(length)?;
        self.expect(b"\"")?;
        Ok(text)
    }
}

fn is_int(digits: &[u8]) -> bool {
    let digits = digits
        .strip_prefix(b"-")
        .or_else(|| digits.strip_prefix(b"+"))
        .unwrap_or(digits);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

fn is_float(digits: &[u8]) -> bool {
    match digits {
        b"INF" | b"-INF" | b"NAN" => true,
        _ => {
            digits
                .iter()
                .all(|b| b.is_ascii_digit() || b"+-.eE".contains(b))
                && std::str::from_utf8(digits).is_ok_and(|d| d.parse::<f64>().is_ok())
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(bytes: &[u8]) -> Option<&'static str> {
        unserialize(bytes).ok().map(|v| match v {
            PhpValue::Null => "null",
            PhpValue::Bool(_) => "bool",
            PhpValue::Int(_) => "int",
            PhpValue::Float(_) => "float",
            PhpValue::Text(_) => "text",
            PhpValue::Array => "array",
            PhpValue::Object => "object",
        })
    }

    #[test]
    fn reads_every_kind_freescout_stores() {
        assert_eq!(kind(b"N;"), Some("null"));
        assert_eq!(kind(b"b:1;"), Some("bool"));
        assert_eq!(kind(b"i:-12345;"), Some("int"));
        assert_eq!(kind(b"d:1.5;"), Some("float"));
        assert_eq!(kind(b"d:-INF;"), Some("float"));
        assert_eq!(kind(b"s:3:\"a\"b\";"), Some("text"));
        assert_eq!(kind(b"a:2:{s:1:\"a\";s:1:\"b\";i:0;a:0:{}}"), Some("array"));
        assert_eq!(kind(b"a:2:{i:0;s:1:\"a\";i:1;R:2;}"), Some("array"));
        assert_eq!(kind(b"O:8:\"stdClass\":1:{s:1:\"x\";N;}"), Some("object"));
    }

    #[test]
    fn refuses_what_raises_a_notice() {
        let deep = "a:1:{i:0;".repeat(100_000);
        for broken in [
            "",
            "secret",
            "s:9:\"abc\";",
            "s:3:\"abc\"",
            "s:not really",
            "a:b",
            "i:;",
            "i:1",
            "b:2;",
            "d:x;",
            "s:99999999999999999999:\"a\";",
            "a:1:{N;N;}",
            "r:1;",
            "R:1;",
            "a:1:{R:1;N;}",
            "a:1:{i:0;}",
            deep.as_str(),
        ] {
            assert_eq!(
                kind(broken.as_bytes()),
                None,
                "{}",
                &broken[..broken.len().min(40)]
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in proptest::collection::vec(any::<u8>(), 0..300)) {
            let sealed = serialize_text(&text);
            prop_assert!(unserialize(&sealed).unwrap() == PhpValue::Text(&text));
        }

        #[test]
        fn any_bytes_are_survived(bytes in "[abdisNOCERr0-9:;\"{}+.-]{0,60}") {
            let _ = kind(bytes.as_bytes());
        }
    }
}
