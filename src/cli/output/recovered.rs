//! What a recovery came to, for people or for programs.

use super::{Cautioned, Out, Tone, groups};
use crate::domain::mail::probe::Tested;
use crate::domain::mail::state::MailState;
use crate::engine::exit::Exit;
use crate::engine::report;
use crate::engine::session::volatile::VolatileFolder;
use crate::engine::worker::Applied;
use crate::sentences::{mail_state, many};
use crate::words::untrusted::shown;
use crate::words::words;

/// A recovery that was carried out, and how it is told.
pub(crate) struct Recovery<'a> {
    /// What it came to.
    pub(crate) applied: &'a Applied,
    /// The logins, where they were made.
    pub(crate) tested: Option<&'a [Tested]>,
    /// The cautions about our folders.
    pub(crate) cautions: &'a [VolatileFolder],
    /// The host of `APP_URL`.
    pub(crate) site: &'a str,
    /// The options of the command that comes next.
    pub(crate) again: &'a str,
    /// Whether each mailbox is told by itself, however many there are.
    pub(crate) all: bool,
}

/// Says it, but for what comes next and the last word, and gives the exit code. `older` are passwords that were taken, and those that were not.
pub(super) fn told(json: bool, older: report::Older<'_>, recovery: &Recovery<'_>) -> Exit {
    let applied = recovery.applied;
    if json {
        let Recovery {
            tested,
            site,
            cautions,
            ..
        } = *recovery;
        let json = report::recover_json(applied, older, tested, site);
        Out::stdout().json(&Cautioned::new(json, cautions));
    } else {
        let mut out = Out::stdout();
        self::applied(&mut out, recovery);
    }
    Exit::of_recovery(applied.verified, &applied.after)
}

/// The last word, for people: that logins fail, where they do. The exit code does not say so.
pub(crate) fn last_word(json: bool, recovery: &Recovery<'_>) {
    let applied = recovery.applied;
    let tested = recovery.tested.filter(|_| !json).unwrap_or_default();
    let fail = many::fail(tested, applied.undo.is_some() && applied.verified);
    if let Some(fail) = fail {
        let mut out = Out::stdout();
        out.line("");
        out.marked(Tone::Bad, &fail, "");
    }
}

/// The result first, how to test and undo it, then everyone's mail, the worst first.
fn applied(out: &mut Out, recovery: &Recovery<'_>) {
    let Recovery { applied, site, .. } = *recovery;
    out.line(&headline(applied));
    let tested = recovery.tested.unwrap_or_default();
    let state = MailState::with(&applied.after, tested);
    out.line(&format!(
        "{} {}",
        mail_state::sign(state.health()),
        mail_state::headline(&state, 0)
    ));
    if state.is_untested() {
        out.line(&text!(state_test, test = applied.test));
    }
    match &applied.undo {
        Some(undo) => out.line(&text!(applied_undo, undo)),
        None => out.line(&text!(
            applied_nothing_backup,
            folder = shown(&applied.backup)
        )),
    }
    applied.notes.iter().for_each(|note| out.line(note));
    out.line("");
    if !recovery.all && many::is_many(&state) {
        for (heading, of) in many::state(&state, &applied.after, site) {
            out.line(heading);
            groups(out, &of);
            out.line("");
        }
    } else {
        let lines = mail_state::all_in_full(&state, &applied.after, site);
        lines.iter().for_each(|line| out.line(line));
    }
}

/// What was done, in a line.
fn headline(applied: &Applied) -> String {
    let w = words();
    let (strategy, resealed, entered) = (&applied.strategy, applied.resealed, applied.reentered);
    match (&applied.undo, applied.verified) {
        (None, true) => w.applied_nothing_to_do.to_owned(),
        (None, false) => w.applied_nothing.to_owned(),
        (Some(_), true) => text!(applied_verified, strategy, resealed, entered),
        (Some(_), false) => text!(applied_unverified, strategy, resealed, entered),
    }
}
