//! What was changed between two rounds: the record of configuration changes.

use super::record::{KnownFile, KnownInstall};
use crate::domain::mail::Direction;
use crate::words::untrusted::Untrusted;

/// Something that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigChange {
    /// The key in force; fingerprints, `None` where there is none.
    Key {
        /// Before.
        from: Option<String>,
        /// Now.
        to: Option<String>,
    },
    /// A password, by its place.
    Password(String),
    /// Server, port, protection or user name.
    Server {
        /// The mailbox's id.
        mailbox: u64,
        /// Its address.
        address: Untrusted,
        /// Which way.
        direction: Direction,
        /// Before.
        from: Untrusted,
        /// Now.
        to: Untrusted,
    },
    /// A mailbox was made: its address.
    MailboxAdded(Untrusted),
    /// A mailbox is gone: its address.
    MailboxRemoved(Untrusted),
    /// A file: its path, and how it is now; `None` where it is gone.
    File(String, Option<KnownFile>),
    /// More jobs failed.
    JobsFailed {
        /// How many.
        more: u64,
        /// How many there are.
        all: u64,
    },
}

/// What is otherwise in `now` than it was `before`.
pub fn changes(before: &KnownInstall, now: &KnownInstall) -> Vec<ConfigChange> {
    let mut changes = Vec::new();
    if before.key != now.key {
        changes.push(ConfigChange::Key {
            from: before.key.clone(),
            to: now.key.clone(),
        });
    }
    for (path, file) in &now.files {
        let was = before.files.get(path);
        if was.is_none_or(|was| was.differs(file)) {
            changes.push(ConfigChange::File(path.clone(), Some(file.clone())));
        }
    }
    let gone = before.files.keys().filter(|p| !now.files.contains_key(*p));
    changes.extend(gone.map(|path| ConfigChange::File(path.clone(), None)));
    for (id, mailbox) in &now.mailboxes {
        let Some(was) = before.mailboxes.get(id) else {
            changes.push(ConfigChange::MailboxAdded(mailbox.address.clone()));
            continue;
        };
        for (direction, from, to) in [
            (Direction::Incoming, &was.incoming, &mailbox.incoming),
            (Direction::Outgoing, &was.outgoing, &mailbox.outgoing),
        ] {
            if from != to {
                changes.push(ConfigChange::Server {
                    mailbox: *id,
                    address: mailbox.address.clone(),
                    direction,
                    from: from.clone(),
                    to: to.clone(),
                });
            }
        }
    }
    let gone = before.mailboxes.iter();
    let gone = gone.filter(|(id, _)| !now.mailboxes.contains_key(id));
    changes.extend(gone.map(|(_, was)| ConfigChange::MailboxRemoved(was.address.clone())));
    let passwords = now.passwords.iter().filter(|(place, digest)| {
        let was = before.passwords.get(*place);
        was.and_then(|was| was.same(digest)) == Some(false)
    });
    changes.extend(passwords.map(|(place, _)| ConfigChange::Password(place.clone())));
    if let (Some(was), Some(all)) = (before.failed_jobs, now.failed_jobs)
        && all > was
    {
        changes.push(ConfigChange::JobsFailed {
            more: all - was,
            all,
        });
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::run::watch::digest::{DigestSecret, KeyedDigest};
    use crate::domain::run::watch::record::KnownMailbox;

    const ONE: u8 = 1;
    const OTHER: u8 = 2;

    fn digest(by: u8, text: &[u8]) -> KeyedDigest {
        DigestSecret::new([by; DigestSecret::LENGTH]).digest(text)
    }

    fn mailbox(address: &str, server: &str) -> KnownMailbox {
        KnownMailbox {
            address: address.into(),
            incoming: server.into(),
            outgoing: "smtp".into(),
        }
    }

    fn known() -> KnownInstall {
        KnownInstall {
            key: Some("aaa".to_owned()),
            mailboxes: [(1, mailbox("a@example.org", "imap"))].into(),
            passwords: [("p".to_owned(), digest(ONE, b"x"))].into(),
            files: [(
                ".env".to_owned(),
                KnownFile {
                    modified: 1,
                    length: 1,
                    owner: "www-data".into(),
                    content: None,
                },
            )]
            .into(),
            failed_jobs: Some(2),
        }
    }

    #[test]
    fn nothing_changed_is_nothing() {
        assert_eq!(changes(&known(), &known()), []);
    }

    #[test]
    fn each_change_is_seen_once() {
        let change = |change: &dyn Fn(&mut KnownInstall)| {
            let mut now = known();
            change(&mut now);
            changes(&known(), &now)
        };
        let key_gone = change(&|now| now.key = None);
        let from = Some("aaa".to_owned());
        assert_eq!(key_gone, [ConfigChange::Key { from, to: None }]);
        assert_eq!(
            change(&|now| now.files.clear()),
            [ConfigChange::File(".env".to_owned(), None)]
        );
        assert_eq!(
            change(&|now| drop(now.mailboxes.insert(1, mailbox("a@example.org", "other")))),
            [ConfigChange::Server {
                mailbox: 1,
                address: "a@example.org".into(),
                direction: Direction::Incoming,
                from: "imap".into(),
                to: "other".into(),
            }]
        );
        assert_eq!(
            change(&|now| drop(now.mailboxes.insert(2, mailbox("b@example.org", "imap")))),
            [ConfigChange::MailboxAdded("b@example.org".into())]
        );
        assert_eq!(
            change(&|now| now.mailboxes.clear()),
            [ConfigChange::MailboxRemoved("a@example.org".into())]
        );
        let password = |by, text: &'static [u8]| {
            change(&|now| {
                now.passwords.insert("p".to_owned(), digest(by, text));
            })
        };
        assert_eq!(
            password(ONE, b"y"),
            [ConfigChange::Password("p".to_owned())]
        );
        // By another secret, nobody can tell whether it is another one.
        assert_eq!(password(OTHER, b"x"), []);
        assert_eq!(
            change(&|now| now.failed_jobs = Some(5)),
            [ConfigChange::JobsFailed { more: 3, all: 5 }]
        );
        // They were sent again, or flushed.
        assert_eq!(change(&|now| now.failed_jobs = Some(0)), []);
    }
}
