//! The digits of a key: 32 bytes in base64, in either alphabet of RFC 4648.
//!
//! Laravel reads the standard alphabet only. A key copied through something that writes the url-safe one (sections 4
//! and 5) is given back in the standard one, as it stood in the configuration.

use crate::domain::inventory::secret::SecretBytes;
use crate::domain::key::app_key::{AppKey, KEY_LEN};

/// Base64 digits of 32 bytes, without padding.
pub(super) const DIGITS: usize = 43;
/// What Laravel knows base64 by.
pub(super) const PREFIX: &[u8] = b"base64:";

const STANDARD: u8 = 1;
const URL_SAFE: u8 = 2;

/// Which alphabets a byte belongs to.
static ALPHABETS: [u8; 256] = alphabets();

const fn alphabets() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let in_both = (byte as u8).is_ascii_alphanumeric();
        table[byte] = match byte as u8 {
            _ if in_both => STANDARD | URL_SAFE,
            b'+' | b'/' => STANDARD,
            b'-' | b'_' => URL_SAFE,
            _ => 0,
        };
        byte += 1;
    }
    table
}

/// Whether a byte is a digit of the standard alphabet.
#[inline]
pub(super) fn is_digit(byte: u8) -> bool {
    ALPHABETS[usize::from(byte)] & STANDARD != 0
}

/// Whether a byte is a digit of the url-safe alphabet.
#[inline]
pub(super) fn is_url_digit(byte: u8) -> bool {
    ALPHABETS[usize::from(byte)] & URL_SAFE != 0
}

/// Writes url-safe digits in the standard alphabet. `None` when both alphabets are mixed.
pub(super) fn to_standard(digits: &mut [u8]) -> Option<()> {
    let common = digits.iter().fold(STANDARD | URL_SAFE, |common, byte| {
        common & ALPHABETS[usize::from(*byte)]
    });
    if common & STANDARD != 0 {
        return Some(());
    }
    for byte in &mut *digits {
        match byte {
            b'-' => *byte = b'+',
            b'_' => *byte = b'/',
            _ => {}
        }
    }
    (common != 0).then_some(())
}

/// The text itself where Laravel takes it; else with the prefix that somebody left out, in the alphabet that Laravel
/// reads.
pub(super) fn as_key(text: &[u8]) -> Option<SecretBytes> {
    let encoded = text.strip_prefix(PREFIX);
    if encoded.is_some() && AppKey::parse(text).is_ok() || text.len() == KEY_LEN {
        return Some(text.into());
    }
    let encoded = encoded.unwrap_or(text);
    let digits = encoded.strip_suffix(b"=").unwrap_or(encoded);
    if digits.len() != DIGITS || !digits.iter().all(|b| is_digit(*b) || is_url_digit(*b)) {
        return None;
    }
    let mut key = Vec::with_capacity(PREFIX.len() + DIGITS + 1);
    key.extend_from_slice(PREFIX);
    key.extend_from_slice(encoded);
    to_standard(&mut key[PREFIX.len()..PREFIX.len() + DIGITS])?;
    Some(key.into())
}
