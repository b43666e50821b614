//! Hashes that FreeScout derives from the key *text*: they tell two spellings of the same key bytes apart.
//!
//! Formulas found by experiment on FreeScout 1.8.235; `K` is the configured text with its `base64:` prefix.

use md5::{Digest, Md5};

use super::app_key::AppKey;

/// `md5(K)`: the last queue name in the command line of `queue:work`
/// (`App\Misc\Helper::getWorkerIdentifier`).
pub fn worker_identifier(key: &AppKey) -> String {
    base16ct::lower::encode_string(&Md5::digest(key.text()))
}

/// First 16 digits of `md5(thread_id . K)`: the hash in the Message-ID of a mail that FreeScout sent.
pub fn message_id_hash(key: &AppKey, thread_id: u64) -> String {
    format!("{:016x}", message_id_number(key, thread_id))
}

/// The same as a number: what a log of many mails is compared by.
pub fn message_id_number(key: &AppKey, thread_id: u64) -> u64 {
    let mut md5 = Md5::new();
    md5.update(thread_id.to_string());
    md5.update(key.text());
    let mut first = [0; 8];
    first.copy_from_slice(&md5.finalize()[..8]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_taken_over_the_text_not_the_bytes() {
        let padded = AppKey::parse(b"base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=").unwrap();
        let bare = AppKey::parse(b"base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk").unwrap();
        assert!(padded.same_bytes(&bare));
        assert_ne!(worker_identifier(&padded), worker_identifier(&bare));
        assert_eq!(message_id_hash(&padded, 7).len(), 16);
        assert_ne!(message_id_hash(&padded, 7), message_id_hash(&padded, 8));
    }
}
