//! What is written down from round to round: what is known of the install, when each login was tried and what came of it,
//! and what stands.
//!
//! Passwords and files are keyed digests under `APP_KEY`: without the key nobody can try guesses on them. Two of them can
//! be compared only where they were made under the same key.

use std::collections::BTreeMap;

use hmac::Mac;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Matter;
use crate::domain::key::app_key::AppKey;
use crate::words::untrusted::{Untrusted, as_read};

/// What separates these digests from everything else that is made with the key.
const PURPOSE: &[u8] = b"freescout-rescue watch\0";

/// A keyed digest, and under which key it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyedDigest {
    /// The key's fingerprint.
    key: String,
    /// HMAC-SHA256, hex.
    mac: String,
}

impl KeyedDigest {
    /// Of a text, under this key.
    pub fn of(key: &AppKey, text: &[u8]) -> Self {
        let mut mac = key.mac();
        mac.update(PURPOSE);
        mac.update(text);
        let mac = mac.finalize().into_bytes();
        Self {
            key: key.fingerprint().to_string(),
            mac: base16ct::lower::encode_string(&mac),
        }
    }

    /// Whether the texts are the same; `None` where the keys differ, so that nothing tells.
    pub fn same(&self, other: &Self) -> Option<bool> {
        (self.key == other.key).then_some(self.mac == other.mac)
    }
}

/// A mailbox, as it was configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownMailbox {
    /// Its address.
    #[serde(with = "as_read")]
    pub address: Untrusted,
    /// Where it is fetched from and as whom, in a line.
    #[serde(with = "as_read")]
    pub incoming: Untrusted,
    /// Where it is sent by and as whom, in a line.
    #[serde(with = "as_read")]
    pub outgoing: Untrusted,
}

/// A file that the key may come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFile {
    /// When it was last changed: Unix seconds.
    pub modified: i64,
    /// Its length in bytes.
    pub length: u64,
    /// Whose it is.
    #[serde(with = "as_read")]
    pub owner: Untrusted,
    /// What is in it; `None` where there is no key to make a digest with.
    pub content: Option<KeyedDigest>,
}

impl KnownFile {
    /// Whether it is another one, or says something else.
    pub fn differs(&self, other: &Self) -> bool {
        let (mine, its) = (self.content.as_ref(), other.content.as_ref());
        let same = mine.zip(its).and_then(|(mine, its)| mine.same(its));
        let untouched = self.modified == other.modified && self.length == other.length;
        self.owner != other.owner || !same.unwrap_or(untouched)
    }
}

/// What is known of an install.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownInstall {
    /// The fingerprint of the key in force.
    pub key: Option<String>,
    /// The mailboxes, by their ids.
    pub mailboxes: BTreeMap<u64, KnownMailbox>,
    /// The passwords that are readable, by their places.
    pub passwords: BTreeMap<String, KeyedDigest>,
    /// The files, by their paths; what is not there is not listed.
    pub files: BTreeMap<String, KnownFile>,
    /// How many jobs FreeScout gave up, in all.
    pub failed_jobs: Option<u64>,
}

/// What a login came to when it was last tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginResult {
    /// It works.
    Works,
    /// The server refuses this very password: it is not sent again.
    Refused,
    /// It fails otherwise, after the password was sent.
    Failed,
    /// It fails before anything secret was sent.
    Unreached,
    /// It was not tried, and why is known.
    Skipped,
}

/// A login that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriedLogin {
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub result: LoginResult,
    /// Where, in a line.
    #[serde(with = "as_read")]
    pub server: Untrusted,
    /// With which password at which provider's account; `None` where no password is sent.
    pub with: Option<KeyedDigest>,
    /// What is wrong with it, as a sentence, and what to do.
    pub trouble: Option<[String; 2]>,
    /// When the server's certificate runs out: Unix seconds.
    pub certificate_ends: Option<i64>,
}

/// A mail that a mailbox sent to itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestMail {
    /// When.
    pub at: Timestamp,
    /// How long it was under way, in milliseconds; `None` where it did not come back.
    pub took: Option<u64>,
}

/// Something that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingMatter {
    /// What.
    pub matter: Matter,
    /// When it was last told.
    pub told: Timestamp,
}

/// What a round hands on to the next one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchRecord {
    /// What is known; `None` before the first round that could look.
    pub known: Option<KnownInstall>,
    /// The logins, by mailbox and direction.
    pub logins: BTreeMap<String, TriedLogin>,
    /// The test mails, by mailbox.
    pub test_mails: BTreeMap<u64, TestMail>,
    /// What stands.
    pub standing: Vec<StandingMatter>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn key(text: &[u8]) -> AppKey {
        AppKey::parse(text).unwrap()
    }

    const ONE: &[u8] = b"this is a throw-away example key";
    const OTHER: &[u8] = b"0123456789abcdefghijklmnopqrstuv";

    #[test]
    fn digests_compare_only_under_one_key() {
        let of = |by, text: &[u8]| KeyedDigest::of(&key(by), text);
        assert_eq!(of(ONE, b"a").same(&of(ONE, b"a")), Some(true));
        assert_eq!(of(ONE, b"a").same(&of(ONE, b"b")), Some(false));
        assert_eq!(of(ONE, b"a").same(&of(OTHER, b"a")), None);
    }

    #[test]
    fn a_file_that_was_only_touched_is_the_same() {
        let file = |modified, length, content: Option<(&[u8], &[u8])>| KnownFile {
            modified,
            length,
            owner: "www-data".into(),
            content: content.map(|(by, text)| KeyedDigest::of(&key(by), text)),
        };
        let before = file(1, 3, Some((ONE, b"abc")));
        assert!(!before.differs(&file(2, 3, Some((ONE, b"abc")))));
        assert!(before.differs(&file(1, 3, Some((ONE, b"abd")))));
        // Under another key, or without one, time and length tell.
        assert!(before.differs(&file(2, 3, Some((OTHER, b"abc")))));
        assert!(!before.differs(&file(1, 3, None)));
        let anothers = KnownFile {
            owner: "root".into(),
            ..before.clone()
        };
        assert!(before.differs(&anothers));
    }
}
