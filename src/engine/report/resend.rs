//! The form of `resend --json`: what would be sent again, or was.

use serde::Serialize;

use crate::domain::inventory::mailbox::Mailbox;
use crate::domain::mail::failed::{FailedMails, MailJob};
use crate::engine::session::Session;
use crate::engine::usecase::resend::{Resendable, Resent};

/// The form.
#[derive(Serialize)]
pub struct ResendJson {
    schema: u32,
    /// Whether it was only shown.
    planned: bool,
    mails: usize,
    oldest: Option<String>,
    newest: Option<String>,
    jobs: Vec<KindJson>,
    mailboxes: Vec<OfMailboxJson>,
    held_back: usize,
    waiting: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    resent: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<usize>,
}

#[derive(Serialize)]
struct KindJson {
    job: &'static str,
    count: usize,
}

/// `mailbox` is `null` for emails of which it is not known.
#[derive(Serialize)]
struct OfMailboxJson {
    mailbox: Option<u64>,
    email: Option<String>,
    count: usize,
}

impl ResendJson {
    /// What would be sent again.
    pub fn planned(session: &Session, of: &Resendable) -> Self {
        let (oldest, newest) = of.mails.span().unzip();
        let kind = |(job, count): (MailJob, usize)| KindJson {
            job: job.class(),
            count,
        };
        Self {
            schema: 1,
            planned: true,
            mails: of.mails.count(),
            oldest: oldest.map(|at| at.to_string()),
            newest: newest.map(|at| at.to_string()),
            jobs: of.mails.by_job().into_iter().map(kind).collect(),
            mailboxes: mailboxes(session, &of.mails),
            held_back: of.held_back.count(),
            waiting: of.waiting,
            resent: None,
            left: None,
        }
    }

    /// What was sent again.
    pub fn done(session: &Session, done: &Resent) -> Self {
        Self {
            planned: false,
            resent: Some(done.resent),
            left: Some(done.left),
            ..Self::planned(session, &done.of)
        }
    }
}

fn mailboxes(session: &Session, mails: &FailedMails) -> Vec<OfMailboxJson> {
    let of = |(id, count): (Option<u64>, usize)| OfMailboxJson {
        mailbox: id,
        email: id
            .and_then(|id| mailbox(session, id))
            .map(|mailbox| mailbox.email.raw().to_owned()),
        count,
    };
    mails.by_mailbox().into_iter().map(of).collect()
}

/// The mailbox of this row.
pub fn mailbox(session: &Session, id: u64) -> Option<&Mailbox> {
    session.inventory.mailboxes.iter().find(|m| m.id == id)
}
