//! Many texts that may be keys, tried on many payloads.
//!
//! The padding is asked before the MAC: of a wrong key it fits once in 256 times, and the last blocks of all payloads are
//! decrypted together. Of whatever an encrypter wrote this says the same as [`Payload::made_with`]; only one who signs what
//! nobody can decrypt is not believed.

use aes::{Aes256Dec, Block};
use cbc::cipher::{BlockCipherDecrypt, KeyInit};
use hmac::Hmac;
use sha2::Sha256;

use super::Payload;
use crate::domain::key::app_key::KEY_LEN;

/// Length of what AES encrypts at a time, in bytes.
const BLOCK_LEN: usize = 16;
/// Blocks that are decrypted together.
const TOGETHER: usize = 64;

/// The payloads that texts are tried on.
pub struct PayloadSet {
    payloads: Vec<Payload>,
    /// The last block of each, and what was added to it before it was encrypted.
    last: Vec<(Block, [u8; BLOCK_LEN])>,
}

impl FromIterator<Payload> for PayloadSet {
    fn from_iter<I: IntoIterator<Item = Payload>>(payloads: I) -> Self {
        let ends = |payload: Payload| {
            let (rest, last) = payload.body.ciphertext.split_last_chunk::<BLOCK_LEN>()?;
            let before = *rest.last_chunk().unwrap_or(&payload.body.iv);
            let last = (Block::from(*last), before);
            Some((payload, last))
        };
        let (payloads, last) = payloads.into_iter().filter_map(ends).unzip();
        Self { payloads, last }
    }
}

impl PayloadSet {
    /// How many they are.
    pub fn count(&self) -> usize {
        self.payloads.len()
    }

    /// Whether these bytes made one of them.
    pub fn any_made_with(&self, key: &[u8; KEY_LEN]) -> bool {
        let cipher = Aes256Dec::new(key.into());
        let mut blocks = [Block::default(); TOGETHER];
        let together = self.last.chunks(TOGETHER);
        together
            .zip(self.payloads.chunks(TOGETHER))
            .any(|(ends, payloads)| {
                let blocks = &mut blocks[..ends.len()];
                for (block, (last, _)) in blocks.iter_mut().zip(ends) {
                    *block = *last;
                }
                cipher.decrypt_blocks(blocks);
                let mut all = blocks.iter().zip(ends).zip(payloads);
                all.any(|((block, (_, before)), payload)| {
                    is_padded(block, before) && has_mac_of(payload, key)
                })
            })
    }
}

/// Whether a last block ends with as many bytes as each of them says.
fn is_padded(block: &Block, before: &[u8; BLOCK_LEN]) -> bool {
    let plain = |at: usize| block[at] ^ before[at];
    let padding = plain(BLOCK_LEN - 1);
    (1..=BLOCK_LEN).contains(&usize::from(padding))
        && (BLOCK_LEN - usize::from(padding)..BLOCK_LEN).all(|at| plain(at) == padding)
}

fn has_mac_of(payload: &Payload, key: &[u8; KEY_LEN]) -> bool {
    let keyed = Hmac::<Sha256>::new_from_slice(key);
    keyed.is_ok_and(|keyed| payload.mac_bytes == Some(payload.body.mac(keyed)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::key::app_key::AppKey;

    #[test]
    fn a_key_is_told_by_any_payload_that_it_made() {
        let (ours, other) = (*b"this is a throw-away example key", [7; KEY_LEN]);
        let sealed = |key: &[u8; KEY_LEN], number: usize| {
            let key = AppKey::parse(key).unwrap();
            let plain = "x".repeat(number % 40);
            let sealed = Payload::seal(&key, &[number as u8; 16], plain.as_bytes());
            Payload::parse(sealed.as_bytes()).ok().unwrap()
        };
        for length in [0, 1, 63, 64, 65, 200] {
            let others: PayloadSet = (0..length).map(|n| sealed(&other, n)).collect();
            assert_eq!(others.count(), length);
            assert_eq!(others.any_made_with(&other), length > 0);
            assert!(!others.any_made_with(&ours));
            for place in [0, length / 2, length.saturating_sub(1)] {
                let key = |n| if n == place { &ours } else { &other };
                let set: PayloadSet = (0..length).map(|n| sealed(key(n), n)).collect();
                assert_eq!(set.any_made_with(&ours), length > 0, "{place} of {length}");
            }
        }
    }

    #[test]
    fn the_mac_has_the_last_word() {
        let key = AppKey::parse(b"this is a throw-away example key").unwrap();
        let sealed = Payload::seal(&key, &[1; 16], b"s:1:\"x\";");
        let mut payload = Payload::parse(sealed.as_bytes()).ok().unwrap();
        payload.mac_bytes.as_mut().unwrap()[0] ^= 1;
        let set: PayloadSet = std::iter::once(payload).collect();
        assert!(!set.any_made_with(key.bytes()));
    }
}
