//! `APP_KEY`: the configured text, the 32 key bytes it stands for, and the fingerprint it is shown by.
//!
//! Follows Laravel 5.5's `EncryptionServiceProvider` and `Encrypter::supported` (AES-256-CBC): a text that begins with
//! `base64:` is decoded leniently, any other text is the key itself; both must give exactly 32 bytes. The text matters
//! as well as the bytes: FreeScout derives its hashes from the text.

use std::fmt;

use hmac::{Hmac, KeyInit};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox, SecretSlice};
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::domain::payload::base64;
use crate::words::words;

/// Length of an AES-256 key, in bytes.
pub const KEY_LEN: usize = 32;

/// First 12 hex digits of SHA-256 of the configured text: how a key is named wherever it is shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 6]);

impl Fingerprint {
    /// The fingerprint of a configured key text.
    pub fn of(text: &[u8]) -> Self {
        let digest = Sha256::digest(text);
        let mut first = [0; 6];
        first.copy_from_slice(&digest[..6]);
        Self(first)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base16ct::lower::encode_string(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why Laravel's encrypter refuses a key text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// "No application encryption key has been specified."
    #[error("{}", words().key_error_empty)]
    Empty,
    /// The key does not come to exactly 32 bytes.
    #[error("{}", text!(key_error_length, bytes = .0))]
    Length(usize),
    /// Data follows the base64 padding.
    #[error("{}", words().key_error_trailing)]
    TrailingData,
    /// A program that encrypts the values of a `.env` wrote it; its name.
    #[error("{}", text!(key_error_encrypted, program = .0))]
    Encrypted(&'static str),
}

/// How programs mark a value that they have encrypted.
const ENCRYPTED: [(&[u8], &str); 2] = [(b"encrypted:", "dotenvx"), (b"ENC[AES256_GCM,", "SOPS")];

/// A key that Laravel's AES-256-CBC encrypter accepts.
pub struct AppKey {
    text: SecretSlice<u8>,
    bytes: SecretBox<[u8; KEY_LEN]>,
    /// HMAC-SHA256 with the key taken in already: every payload is tried with every key. Wiped on drop.
    mac: Hmac<Sha256>,
    fingerprint: Fingerprint,
}

impl AppKey {
    /// Reads a configured key text, exactly as given: nothing is trimmed.
    ///
    /// # Errors
    /// [`KeyError`] where Laravel's encrypter would refuse to start.
    pub fn parse(text: &[u8]) -> Result<Self, KeyError> {
        let mut bytes = SecretBox::new(Box::new([0u8; KEY_LEN]));
        bytes
            .expose_secret_mut()
            .copy_from_slice(&*Self::bytes_of(text)?);
        Ok(Self {
            text: SecretSlice::from(text.to_vec()),
            mac: mac_of(&bytes),
            bytes,
            fingerprint: Fingerprint::of(text),
        })
    }

    /// The 32 bytes that a configured key text stands for, and nothing else of it: there may be millions to look at.
    ///
    /// # Errors
    /// As [`AppKey::parse`].
    pub fn bytes_of(text: &[u8]) -> Result<Zeroizing<[u8; KEY_LEN]>, KeyError> {
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        let Some(encoded) = text.strip_prefix(b"base64:") else {
            set_bytes(&mut bytes, text).map_err(|error| {
                let encrypted = ENCRYPTED.iter().find(|(mark, _)| text.starts_with(mark));
                encrypted.map_or(error, |(_, program)| KeyError::Encrypted(program))
            })?;
            return Ok(bytes);
        };
        if !base64::decode_usual(encoded, &mut bytes) {
            let decoded = base64::decode_lenient(encoded).map_err(|_| KeyError::TrailingData)?;
            set_bytes(&mut bytes, &Zeroizing::new(decoded))?;
        }
        Ok(bytes)
    }

    /// A new key in the form `php artisan key:generate` writes, from 32 random bytes.
    pub fn generate(random: &[u8; KEY_LEN]) -> Self {
        let text = Zeroizing::new(format!("base64:{}", base64::encode(random)));
        let mut bytes = SecretBox::new(Box::new([0u8; KEY_LEN]));
        bytes.expose_secret_mut().copy_from_slice(random);
        Self {
            text: SecretSlice::from(text.as_bytes().to_vec()),
            mac: mac_of(&bytes),
            bytes,
            fingerprint: Fingerprint::of(text.as_bytes()),
        }
    }

    /// The configured text. Derived hashes are made from it.
    pub fn text(&self) -> &[u8] {
        self.text.expose_secret()
    }

    /// The 32 bytes that encrypt and authenticate.
    pub fn bytes(&self) -> &[u8; KEY_LEN] {
        self.bytes.expose_secret()
    }

    /// A MAC that has taken the key in.
    pub(in crate::domain) fn mac(&self) -> Hmac<Sha256> {
        self.mac.clone()
    }

    /// How this key is named on screens and in reports.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Whether the text is spelled as `php artisan key:generate` writes it, or is plain characters.
    pub fn is_usual(&self) -> bool {
        let encoded = self.text().strip_prefix(b"base64:");
        encoded.is_none_or(base64::is_canonical)
    }

    /// Whether both texts stand for the same key bytes: they open the same payloads.
    pub fn same_bytes(&self, other: &AppKey) -> bool {
        subtle::ConstantTimeEq::ct_eq(&self.bytes()[..], &other.bytes()[..]).into()
    }
}

impl fmt::Debug for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AppKey({})", self.fingerprint)
    }
}

fn mac_of(bytes: &SecretBox<[u8; KEY_LEN]>) -> Hmac<Sha256> {
    // HMAC pads a short key with zeros to SHA-256's block; given the whole block it cannot fail.
    let mut block = zeroize::Zeroizing::new([0; 64]);
    block[..KEY_LEN].copy_from_slice(bytes.expose_secret());
    <Hmac<Sha256> as KeyInit>::new((&*block).into())
}

fn set_bytes(target: &mut [u8; KEY_LEN], bytes: &[u8]) -> Result<(), KeyError> {
    if bytes.len() != KEY_LEN {
        return Err(KeyError::Length(bytes.len()));
    }
    target.copy_from_slice(bytes);
    Ok(())
}

/// Splits a glued `APP_KEY` value (`base64:NEW=base64:OLD=`, as `/install.php` leaves it) into the keys in it.
///
/// Gives nothing for a text that holds fewer than two prefixes.
pub fn split_glued(text: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<usize> = memchr::memmem::find_iter(text, b"base64:").collect();
    if starts.len() < 2 {
        return Vec::new();
    }
    starts
        .iter()
        .enumerate()
        .map(|(i, &start)| &text[start..starts.get(i + 1).copied().unwrap_or(text.len())])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_not_decrypted_is_told_as_that() {
        let refused = |text: &[u8]| AppKey::parse(text).err();
        for (text, program) in [
            (
                &b"encrypted:BKUdE8+60BUDpKKvfVgWJXKH8CNqMqtz"[..],
                "dotenvx",
            ),
            (b"ENC[AES256_GCM,data:Zq1,iv:a,tag:b,type:str]", "SOPS"),
        ] {
            assert_eq!(refused(text), Some(KeyError::Encrypted(program)));
        }
        // Laravel takes any 32 bytes.
        assert_eq!(refused(b"encrypted:6789012345678901234567"), None);
        assert_eq!(refused(b"enc"), Some(KeyError::Length(3)));
    }
}
