//! Digests by which a round recognises a password or a file that it must not keep: keyed, so that nobody can try guesses on
//! them without the secret, which is our own and lies apart from them.
//!
//! The secret is none of the install's: a digest is the same whatever `APP_KEY` is in force. Two digests can be compared only
//! where they were made with the same secret.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// What separates these digests from what names the secret.
const OF_TEXT: &[u8] = b"freescout-rescue watch\0";
/// What the secret's own name is made of.
const NAME: &[u8] = b"freescout-rescue watch, name of the secret\0";
/// Bytes of that name.
const NAME_LENGTH: usize = 6;

/// What the digests are made with.
pub struct DigestSecret(SecretBox<[u8; Self::LENGTH]>);

impl DigestSecret {
    /// Its length in bytes.
    pub const LENGTH: usize = 32;

    /// Of these random bytes.
    pub fn new(bytes: [u8; Self::LENGTH]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// The digest of a text.
    pub fn digest(&self, text: &[u8]) -> KeyedDigest {
        let name = self.mac(&[NAME]);
        KeyedDigest {
            key: Hex(std::array::from_fn(|n| name[n])),
            mac: Hex(self.mac(&[OF_TEXT, text])),
        }
    }

    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        // A secret as long as a block's half is only padded: it cannot fail.
        let mut block = zeroize::Zeroizing::new([0; 64]);
        block[..Self::LENGTH].copy_from_slice(self.0.expose_secret());
        let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }
}

/// A keyed digest, and with which secret it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyedDigest {
    /// The secret's name.
    key: Hex<NAME_LENGTH>,
    /// HMAC-SHA256.
    mac: Hex<32>,
}

/// Bytes, in hex where they are written: thousands of digests are in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Hex<const N: usize>([u8; N]);

impl<const N: usize> From<Hex<N>> for String {
    fn from(bytes: Hex<N>) -> Self {
        base16ct::lower::encode_string(&bytes.0)
    }
}

impl<const N: usize> TryFrom<String> for Hex<N> {
    type Error = base16ct::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; N];
        match base16ct::lower::decode(&text, &mut bytes)?.len() == N {
            true => Ok(Self(bytes)),
            false => Err(base16ct::Error::InvalidLength),
        }
    }
}

impl KeyedDigest {
    /// Whether the texts are the same; `None` where the secrets differ, so that nothing tells.
    pub fn same(&self, other: &Self) -> Option<bool> {
        (self.key == other.key).then_some(self.mac == other.mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_compare_only_under_one_secret() {
        let [one, other] = [1, 2].map(|byte| DigestSecret::new([byte; DigestSecret::LENGTH]));
        assert_eq!(one.digest(b"a").same(&one.digest(b"a")), Some(true));
        assert_eq!(one.digest(b"a").same(&one.digest(b"b")), Some(false));
        assert_eq!(one.digest(b"a").same(&other.digest(b"a")), None);
    }

    #[test]
    fn a_digest_is_read_as_it_was_written() {
        let digest = DigestSecret::new([7; DigestSecret::LENGTH]).digest(b"a");
        let written = serde_json::to_string(&digest).expect("it is plain");
        let read: KeyedDigest = serde_json::from_str(&written).expect("it was written by us");
        assert_eq!(read, digest);
        for wrong in [
            written.replace("\"mac\":\"", "\"mac\":\"00"),
            written.replace("\"key\":\"", "\"key\":\"zz"),
            written.replace("\"key\":\"", "\"key\":\"\",\"more\":\""),
        ] {
            assert!(
                serde_json::from_str::<KeyedDigest>(&wrong).is_err(),
                "{wrong}"
            );
        }
    }
}
