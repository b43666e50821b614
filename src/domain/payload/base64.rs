//! Base64 as PHP reads and writes it.
//!
//! `base64_decode($text)` is lenient: it skips every byte outside the alphabet, takes missing padding, and stops
//! meaningfully at padding (data behind padding decodes to garbage in Laravel's use, so we refuse it).
//! `base64_decode($text, true)` is strict about foreign characters, spaces excepted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const FOREIGN: u8 = 0xff;

const fn table() -> [u8; 256] {
    let mut table = [FOREIGN; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut i = 0;
    while i < 64 {
        table[alphabet[i] as usize] = i as u8;
        i += 1;
    }
    table
}

static TABLE: [u8; 256] = table();

/// Why a text is not base64 even by PHP's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base64Error {
    /// Data follows the padding.
    AfterPadding,
    /// A character outside the alphabet (strict reading only).
    Foreign,
    /// One lone character in the last group, or padding that does not fit (strict reading only).
    Length,
}

/// Decodes like PHP's lenient `base64_decode`, but refuses data after the padding.
///
/// # Errors
/// [`Base64Error::AfterPadding`].
pub fn decode_lenient(text: &[u8]) -> Result<Vec<u8>, Base64Error> {
    // What base64_encode wrote is read by the library, many times faster.
    if let Ok(bytes) = STANDARD.decode(text) {
        return Ok(bytes);
    }
    // Exactly sized, so that a decoded key leaves no copies behind by growing.
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut group, mut bits, mut padded) = (0u32, 0u32, false);
    for &byte in text {
        if byte == b'=' {
            padded = true;
            continue;
        }
        let value = TABLE[byte as usize];
        if value == FOREIGN {
            continue;
        }
        if padded {
            return Err(Base64Error::AfterPadding);
        }
        group = group << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((group >> bits) as u8);
            group &= (1 << bits) - 1;
        }
    }
    Ok(out)
}

/// Decodes what `base64_encode` wrote of exactly 32 bytes. `false` where it is anything else.
pub fn decode_usual(text: &[u8], bytes: &mut [u8; 32]) -> bool {
    // The library wants room for whole groups.
    let mut groups = Zeroizing::new([0; 36]);
    let usual = STANDARD.decode_slice(text, &mut groups[..]) == Ok(bytes.len());
    bytes.copy_from_slice(&groups[..32]);
    usual
}

/// Decodes like PHP's `base64_decode($text, true)`: spaces are skipped, anything else foreign is refused.
///
/// # Errors
/// Any [`Base64Error`].
pub fn decode_strict(text: &[u8]) -> Result<Vec<u8>, Base64Error> {
    if let Ok(bytes) = STANDARD.decode(text) {
        return Ok(bytes);
    }
    let (mut data, mut padding) = (0usize, 0usize);
    for &byte in text {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'=' => padding += 1,
            _ if TABLE[byte as usize] == FOREIGN => return Err(Base64Error::Foreign),
            _ if padding > 0 => return Err(Base64Error::AfterPadding),
            _ => data += 1,
        }
    }
    if data % 4 == 1 || padding > 0 && (padding > 2 || (data + padding) % 4 != 0) {
        return Err(Base64Error::Length);
    }
    decode_lenient(text)
}

/// The value of a letter of the alphabet.
pub(in crate::domain) fn digit(letter: u8) -> Option<u8> {
    Some(TABLE[usize::from(letter)]).filter(|value| *value != FOREIGN)
}

/// Standard alphabet, padded, one line: what `base64_encode` writes.
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Whether the text is spelled as [`encode`] would: no spaces, no mark before it, its padding in place.
pub fn is_canonical(text: &[u8]) -> bool {
    STANDARD.decode(text).is_ok()
}

/// Whether the text holds a character that is neither base64, padding, nor white space (a byte order mark aside).
pub fn has_foreign(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.iter()
        .any(|&b| TABLE[b as usize] == FOREIGN && b != b'=' && !b.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lenient_skips_what_php_skips() {
        assert_eq!(
            decode_lenient(b" a\nG-V.s bG8").as_deref(),
            Ok(&b"hello"[..])
        );
        assert_eq!(decode_lenient(b"aGVsbG8=").as_deref(), Ok(&b"hello"[..]));
        assert_eq!(
            decode_lenient(b"\xef\xbb\xbfaGVsbG8=\n").as_deref(),
            Ok(&b"hello"[..])
        );
        assert_eq!(decode_lenient(b"aGVsbG8=x"), Err(Base64Error::AfterPadding));
    }

    #[test]
    fn strict_refuses_foreign_characters_and_lone_ones() {
        assert_eq!(decode_strict(b"aGVs bG8=").as_deref(), Ok(&b"hello"[..]));
        assert_eq!(decode_strict(b"aGVs*bG8="), Err(Base64Error::Foreign));
        assert_eq!(decode_strict(b"aGVsb"), Err(Base64Error::Length));
        assert_eq!(decode_strict(b"aGVsbG8=="), Err(Base64Error::Length));
    }
}
