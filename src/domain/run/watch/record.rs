//! What is written down from round to round: what is known of the install, when each login was tried and what came of it,
//! and what stands.
//!
//! Passwords and files are keyed digests ([`super::digest`]).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Matter;
use super::digest::KeyedDigest;
use crate::words::untrusted::{Untrusted, as_read};

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
    /// What is in it; `None` where there was no secret to make a digest with.
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
    /// It was begun, and the round that tried it did not end: its password may have been sent.
    Begun,
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
    /// Since when nobody could see whether it still stands, where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<Timestamp>,
}

impl StandingMatter {
    /// Whether it is the same matter, however it stands.
    pub fn is_same(&self, other: &Self) -> bool {
        let (one, other) = (&self.matter, &other.matter);
        one.code == other.code && one.subject == other.subject
    }

    /// Whether it stands on although nobody can see it: for so long, from the first round on that could not.
    pub fn stands_unseen(&self, now: Timestamp, at_most: SignedDuration) -> bool {
        let unseen = self.unseen.map(|since| now.duration_since(since));
        unseen.is_none_or(|long| long < at_most)
    }
}

/// How an install is named to those who are told, as it was when it could be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownName {
    /// Its address, or the machine's name where it has none.
    pub name: String,
    /// FreeScout's version.
    pub version: String,
}

/// What a round hands on to the next one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchRecord {
    /// How it is named; `None` before the first round that could look.
    #[serde(default)]
    pub named: Option<KnownName>,
    /// The number of the last run of ours that changed something.
    #[serde(default)]
    pub last_run: Option<i64>,
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
mod tests {
    use super::*;
    use crate::domain::run::watch::digest::DigestSecret;
    use crate::domain::run::watch::steps::NextSteps;
    use crate::domain::run::watch::{WatchCode, WatchState};

    #[test]
    fn what_nobody_sees_stands_for_a_while() {
        let at = |minutes| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let limit = SignedDuration::from_mins(30);
        let matter = |unseen: Option<i64>| StandingMatter {
            matter: Matter {
                code: WatchCode::KeyDiffers,
                severity: WatchState::Critical,
                since: at(0),
                subject: "workers".to_owned(),
                message: String::new(),
                next: NextSteps::default(),
            },
            told: at(0),
            unseen: unseen.map(at),
        };
        assert!(matter(None).stands_unseen(at(100), limit));
        assert!(matter(Some(100)).stands_unseen(at(129), limit));
        assert!(!matter(Some(100)).stands_unseen(at(130), limit));
    }

    #[test]
    fn a_file_that_was_only_touched_is_the_same() {
        let [one, other] = [1, 2].map(|byte| DigestSecret::new([byte; 32]));
        let file = |modified, length, content: Option<(&DigestSecret, &[u8])>| KnownFile {
            modified,
            length,
            owner: "www-data".into(),
            content: content.map(|(by, text)| by.digest(text)),
        };
        let before = file(1, 3, Some((&one, b"abc")));
        assert!(!before.differs(&file(2, 3, Some((&one, b"abc")))));
        assert!(before.differs(&file(1, 3, Some((&one, b"abd")))));
        // Under another secret, or without one, time and length tell.
        assert!(before.differs(&file(2, 3, Some((&other, b"abc")))));
        assert!(!before.differs(&file(1, 3, None)));
        let anothers = KnownFile {
            owner: "root".into(),
            ..before.clone()
        };
        assert!(before.differs(&anothers));
    }
}
