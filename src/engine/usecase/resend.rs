//! Has the emails sent again that FreeScout gave up while it could not log in: by its own command, which puts them back into
//! its queue. Nothing but mail is put back, and nothing that would fail again for a password that FreeScout cannot read.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use super::{Refused, Reporter, Stage, lock};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::SecretKind;
use crate::domain::mail::failed::{FailedMail, FailedMails, MailOf};
use crate::domain::verdict::finding::Finding;
use crate::engine::recovery::commands;
use crate::engine::report::still_unreadable;
use crate::engine::session::options::Options;
use crate::engine::session::{Session, failed_mails, inherited, signs};
use crate::io::install::artisan;
use crate::words::untrusted::shown;
use crate::words::words;

/// How many are put back by one command: a line is not too long for the system, and a request to stop is heard soon.
const AT_ONCE: usize = 100;

/// What there is to be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resendable {
    /// What would be sent, the oldest first.
    pub mails: FailedMails,
    /// What would fail again: FreeScout cannot read the outgoing password of its mailbox.
    pub held_back: FailedMails,
    /// Emails that wait in the queue: FreeScout sends those by itself.
    pub waiting: u64,
}

/// Looks what there is. With `since`, what was given up before, or nobody knows when, is left out. Nothing is changed.
pub fn foresee(session: &mut Session, since: Option<DateTime>) -> Resendable {
    failed_mails::read(session);
    let waiting = signs::read_signs(session).mails_waiting;
    let young = |mail: &FailedMail| since.is_none_or(|since| mail.at >= Some(since));
    let (wanted, _) = session.failed_mails.clone().split(young);
    let closed = closed_mailboxes(session);
    let sendable = |mail: &FailedMail| match mail.of {
        MailOf::Mailbox(id) => !closed.contains(&id),
        MailOf::Conversation(_) | MailOf::Nobody => true,
    };
    let (mails, held_back) = wanted.split(sendable);
    Resendable {
        mails,
        held_back,
        waiting,
    }
}

/// The mailboxes whose outgoing password FreeScout cannot read.
fn closed_mailboxes(session: &Session) -> BTreeSet<u64> {
    let assessment = session.assess();
    let secrets = assessment.secrets.iter();
    let closed = secrets.filter(|s| s.kind == SecretKind::Outgoing && still_unreadable(s));
    closed.map(|s| s.place.cell.id).collect()
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resent {
    /// Emails that are back in the queue.
    pub resent: usize,
    /// Emails that could not be put back.
    pub left: usize,
    /// What there was.
    pub of: Resendable,
}

/// Puts them back. What is so now counts, and not what was shown before.
///
/// # Errors
/// [`Refused`]; nothing was changed.
pub fn resend(
    session: &mut Session,
    options: &Options,
    since: Option<DateTime>,
    reporter: &dyn Reporter,
) -> Result<Resent, Refused> {
    let w = words();
    if !options.artisan {
        let (what, next) = (w.resend_no_artisan, w.resend_no_artisan_next);
        return Err(Refused::unchanged(
            ErrorKind::Refused.problem(what, "", next),
        ));
    }
    // A recovery that runs, or was left half done, changes what they are sent with.
    let ledger = lock(session, options, reporter).map_err(Refused::NotStarted)?;
    ledger.require_finished().map_err(Refused::NotStarted)?;
    let of = foresee(session, since);
    require_sendable(session, &of).map_err(Refused::unchanged)?;
    reporter.stage(Stage::Apply);
    let ids: Vec<u64> = of.mails.iter().map(|mail| mail.id).collect();
    let mut stopped = None;
    for (round, some) in ids.chunks(AT_ONCE).enumerate() {
        if reporter.cancelled() {
            break;
        }
        let done = round * AT_ONCE;
        reporter.progress(
            &text!(resend_doing, done, of = ids.len()),
            done as u64,
            None,
        );
        if let Err(why) = retry(session, some, options) {
            stopped = Some(why);
            break;
        }
    }
    failed_mails::read(session);
    let still: BTreeSet<u64> = session.failed_mails.iter().map(|mail| mail.id).collect();
    let left = ids.iter().filter(|id| still.contains(id)).count();
    let resent = ids.len() - left;
    if resent == 0 && !ids.is_empty() {
        return Err(Refused::unchanged(nothing_done(stopped, reporter)));
    }
    Ok(Resent { resent, left, of })
}

fn retry(session: &Session, ids: &[u64], options: &Options) -> Result<(), artisan::ArtisanError> {
    let install = &session.install;
    let php = install.setting(&["app", "php_path"], "PHP_PATH");
    artisan::retry_jobs(
        &install.root,
        install.known.certain(),
        php.as_deref(),
        &inherited::of_ours(session),
        ids,
        options.php_limit,
    )
}

/// Refuses what would only fail again.
fn require_sendable(session: &Session, of: &Resendable) -> Result<(), Problem> {
    let w = words();
    if of.mails.is_empty() && !of.held_back.is_empty() {
        let (what, next) = (w.resend_all_held_back, w.resend_recover_first);
        return Err(ErrorKind::Refused.problem(what, "", next));
    }
    let findings = session.assess().findings;
    let worker = findings.iter().find_map(|finding| match finding {
        Finding::WorkerHoldsOtherKey { pid, .. } => Some(*pid),
        _ => None,
    });
    match worker.filter(|_| !of.mails.is_empty()) {
        Some(pid) => {
            let what = text!(resend_worker_first, pid);
            Err(ErrorKind::Refused.problem(what, "", w.resend_worker_next))
        }
        None => Ok(()),
    }
}

/// Why no email was put back.
fn nothing_done(why: Option<artisan::ArtisanError>, reporter: &dyn Reporter) -> Problem {
    let w = words();
    let what = w.resend_failed;
    match why {
        Some(why) => {
            let why = shown(&why.to_string()).to_string();
            ErrorKind::Refused.problem(what, why, w.resend_failed_next)
        }
        None if reporter.cancelled() => {
            ErrorKind::Cancelled.problem(what, "", w.hour_called_off_next)
        }
        None => {
            ErrorKind::Refused.problem(what, w.resend_failed_said_nothing, w.resend_failed_next)
        }
    }
}

/// What is left to be sent after a recovery: sentences.
pub(super) fn notes(session: &mut Session, options: &Options) -> Vec<String> {
    let left = foresee(session, None);
    let mut notes = Vec::new();
    let count = left.mails.count() + left.held_back.count();
    if count > 0 {
        let command = commands::command_with("resend", options, &session.install.root);
        notes.push(text!(resend_note, count, command));
    }
    if left.waiting > 0 {
        notes.push(text!(resend_note_waiting, count = left.waiting));
    }
    notes
}
