//! The emails that FreeScout gave up, read from `failed_jobs`, each with the mailbox it belongs to.

use std::collections::{BTreeMap, BTreeSet};

use super::signs::{mailboxes_of_conversations, read_newest};
use crate::domain::mail::failed::{FailedMail, FailedMails, MailOf};
use crate::engine::session::Session;
use crate::io::db::{Bounds, Store};

/// Failed jobs that are looked at, the newest. FreeScout removes them every week.
const ROWS: u32 = 5000;
/// Conversations that are looked at to learn their mailbox, the newest.
const CONVERSATIONS: u32 = 200_000;

/// Reads them, as they are now. Without the table, or with another one than we know, there are none.
pub fn read(session: &mut Session) {
    let mails = session.together(Bounds::PASSING, |session| {
        let store = &mut *session.store;
        let mails = failed(store);
        let mailboxes = mailboxes(store, &mails);
        mails.in_mailboxes(&mailboxes)
    });
    session.mend();
    session.failed_mails = mails;
}

fn failed(store: &mut dyn Store) -> FailedMails {
    let mut mails = Vec::new();
    let columns = ["payload", "failed_at"];
    let whole = read_newest(store, "failed_jobs", &columns, ROWS, &mut |id, row| {
        let mail = FailedMail::read(id, row.text(0).unwrap_or_default(), row.date(1));
        mails.extend(mail);
    });
    match whole {
        true => FailedMails::new(mails),
        false => FailedMails::default(),
    }
}

/// The mailboxes of the conversations that these are about.
fn mailboxes(store: &mut dyn Store, mails: &FailedMails) -> BTreeMap<u64, u64> {
    let wanted: BTreeSet<u64> = mails
        .iter()
        .filter_map(|mail| match mail.of {
            MailOf::Conversation(id) => Some(id),
            MailOf::Mailbox(_) | MailOf::Nobody => None,
        })
        .collect();
    if wanted.is_empty() {
        return BTreeMap::new();
    }
    let wanted = |id| wanted.contains(&id);
    let (found, _) = mailboxes_of_conversations(store, CONVERSATIONS, &wanted);
    found
}
