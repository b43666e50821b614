//! `resend`: the emails that FreeScout gave up, shown, and with `--yes` sent again.

use jiff::civil::DateTime;

use super::again;
use crate::cli::arguments::Common;
use crate::cli::opening::opened;
use crate::cli::outcome::{CommandResult, not_started, refused};
use crate::cli::output::Out;
use crate::cli::reporter::TerminalReporter;
use crate::domain::mail::failed::MailJob;
use crate::engine::exit::Exit;
use crate::engine::report::resend::{ResendJson, mailbox};
use crate::engine::session::Session;
use crate::engine::usecase::resend::{self, Resendable};
use crate::words::words;

/// Shows them, or has them sent.
pub(super) fn run(common: &Common, yes: bool, since: Option<DateTime>) -> CommandResult {
    let w = words();
    let reporter = TerminalReporter::default();
    let mut session = opened(common, &reporter).map_err(not_started)?;
    if !yes {
        let of = resend::foresee(&mut session, since);
        match common.json {
            true => Out::stdout().json(&ResendJson::planned(&session, &of)),
            false => show(&mut Out::stdout(), &session, &of),
        }
        if !of.mails.is_empty() {
            let assessment = session.assess();
            let root = &session.install.root;
            let again = again::options(common, &common.look_in, &assessment, root);
            let own: Vec<String> = since
                .iter()
                .map(|since| format!("--since {since}"))
                .collect();
            let next = again::carried_out("resend", &own, common, &again);
            let mut err = Out::aside();
            err.line(w.resend_needs_yes);
            err.line(&text!(find_key_next, next));
        }
        return Ok(Exit::Fine);
    }
    let options = common.options();
    let done = resend::resend(&mut session, &options, since, &reporter).map_err(refused)?;
    if common.json {
        Out::stdout().json(&ResendJson::done(&session, &done));
    } else {
        let mut out = Out::stdout();
        if done.resent > 0 {
            out.line(&text!(resend_done, count = done.resent));
        } else if done.of.held_back.is_empty() {
            out.line(w.resend_nothing);
        }
        if done.left > 0 {
            out.line(&text!(resend_left, count = done.left));
        }
        beside(&mut out, &done.of);
    }
    Ok(match done.left {
        0 => Exit::Fine,
        _ => Exit::Unreadable,
    })
}

/// How many, from when, of which kinds and mailboxes.
fn show(out: &mut Out, session: &Session, of: &Resendable) {
    let w = words();
    let count = of.mails.count();
    match of.mails.span() {
        _ if count == 0 && of.held_back.is_empty() => out.line(w.resend_nothing),
        _ if count == 0 => {}
        None => out.line(&text!(resend_head_undated, count)),
        Some((oldest, newest)) => {
            let minute = "%Y-%m-%d %H:%M";
            out.line(&text!(
                resend_head,
                count,
                oldest = oldest.strftime(minute),
                newest = newest.strftime(minute)
            ));
        }
    }
    let jobs = of.mails.by_job();
    for (job, count) in &jobs {
        out.line(&format!("  {}", kind(*job, *count)));
    }
    for (id, count) in of.mails.by_mailbox() {
        let named = id.and_then(|id| mailbox(session, id));
        let line = match named {
            Some(mailbox) => text!(resend_of_mailbox, mailbox = mailbox.name, count),
            None => text!(resend_of_nobody, count),
        };
        out.line(&format!("    {line}"));
    }
    if jobs.contains_key(&MailJob::Notification) {
        out.line(w.resend_twice);
    }
    beside(out, of);
}

/// What else there is: emails that would fail again, and those that are sent anyway.
fn beside(out: &mut Out, of: &Resendable) {
    if !of.held_back.is_empty() {
        out.line(&text!(resend_held_back, count = of.held_back.count()));
    }
    if of.waiting > 0 {
        out.line(&text!(resend_waiting, count = of.waiting));
    }
}

fn kind(job: MailJob, count: usize) -> String {
    match job {
        MailJob::Reply => text!(resend_reply, count),
        MailJob::Notification => text!(resend_notification, count),
        MailJob::AutoReply => text!(resend_auto_reply, count),
        MailJob::ReplyError => text!(resend_reply_error, count),
        MailJob::Alert => text!(resend_alert, count),
    }
}
