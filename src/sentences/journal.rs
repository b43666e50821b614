//! Runs as sentences: what was begun, what became of it, and who did it.

use super::found;
use crate::domain::run::belongs::InstallIdentity;
use crate::domain::run::claimant::Claimant;
use crate::domain::run::{Run, RunKind, RunOutcome};
use crate::words::untrusted::{Untrusted, shown};
use crate::words::{joined, words};

/// That there may be runs which are recorded elsewhere; within a container, where that should be.
pub fn elsewhere(in_container: bool) -> &'static str {
    match in_container {
        true => words().runs_elsewhere_in_container,
        false => words().runs_elsewhere,
    }
}

/// What a run does, as a noun.
pub fn kind(kind: RunKind) -> &'static str {
    let w = words();
    match kind {
        RunKind::Backup => w.run_backup,
        RunKind::Recovery => w.run_recovery,
        RunKind::Undo => w.run_undo,
        RunKind::Restore => w.run_restore,
    }
}

/// A run by its kind and its beginning: "recovery of 2026-11-24 14:02".
pub fn run_of(of: RunKind, started: &str) -> String {
    text!(run_of, kind = kind(of), started = time(started))
}

/// How a run ended.
pub fn outcome(outcome: RunOutcome) -> &'static str {
    let w = words();
    match outcome {
        RunOutcome::Unfinished => w.outcome_unfinished,
        RunOutcome::Done => w.outcome_done,
        RunOutcome::NotCarriedOut => w.outcome_not_carried_out,
        RunOutcome::TakenBack => w.outcome_taken_back,
        RunOutcome::GivenUp => w.outcome_given_up,
    }
}

/// `2026-11-24 14:02` of an RFC 3339 time, as the operator's clock showed it.
pub fn time(rfc3339: &str) -> String {
    shown(
        &rfc3339
            .replace('T', " ")
            .chars()
            .take(16)
            .collect::<String>(),
    )
    .to_string()
}

/// That a run was begun and did not end: "An unfinished recovery of 2026-11-24 14:02 was found."
pub fn unfinished(run: &Run) -> String {
    text!(
        run_unfinished,
        kind = kind(run.kind),
        started = time(&run.started),
        user = run.origin.user
    )
}

/// That another freescout-rescue works on the install, and which.
pub fn another(pid: u32, host: &Untrusted, user: &Untrusted, since: &Untrusted) -> String {
    text!(locked_by_other, pid, host, user, since = time(since.raw()))
}

/// That another freescout-rescue holds the lock in the database, and as far as is known which: what the server says of
/// it, or the processes of ours on this machine, of which it may be one.
pub fn claimant(claimant: &Claimant, candidates: &[(u32, String)]) -> String {
    let w = words();
    let mut told: Vec<String> = Vec::new();
    if let Some(program) = &claimant.program {
        told.push(program.to_string());
    }
    if let Some(pid) = claimant.pid {
        told.push(text!(claimant_process, pid));
    }
    if let Some(connection) = &claimant.connection {
        let from = &claimant.from;
        told.push(match from {
            Some(from) => text!(claimant_connection_from, connection, from),
            None => text!(claimant_connection, connection),
        });
    }
    let running = candidates.iter().map(|(pid, user)| {
        let user = shown(user);
        text!(claimant_running, pid, user)
    });
    let running: Vec<String> = running.collect();
    if !running.is_empty() {
        let running = joined::list(&running);
        told.push(text!(claimant_here, running));
    }
    if told.is_empty() {
        told.push(w.claimant_unknown.to_owned());
    }
    text!(locked_in_database, who = joined::clauses(&told))
}

/// A run on one line; of an undo, with the run that it took back, where that is known.
pub fn told(run: &Run, undone: Option<&Run>) -> String {
    let mut what = match undone {
        None => kind(run.kind).to_owned(),
        Some(undone) => text!(
            run_of_what,
            kind = kind(run.kind),
            what = run_of(undone.kind, &undone.started)
        ),
    };
    if let Some(strategy) = &run.strategy {
        what = format!("{what}, {}", shown(strategy));
    }
    match run.kind {
        RunKind::Recovery => text!(
            run_told_recovery,
            started = time(&run.started),
            what,
            outcome = outcome(run.outcome),
            resealed = run.resealed,
            entered = run.reentered
        ),
        RunKind::Backup | RunKind::Undo | RunKind::Restore => text!(
            run_told,
            started = time(&run.started),
            what,
            outcome = outcome(run.outcome)
        ),
    }
}

/// Where an install is: the folder, and the container where it is in one.
pub fn place(install: &InstallIdentity) -> String {
    let path = shown(&install.folder).to_string();
    match install.container() {
        None => path,
        Some(container) => match container.word() {
            Some(_) => text!(
                found_in_container,
                container = found::container(&container.container()),
                path
            ),
            None => text!(run_in_nameless_container, path),
        },
    }
}

/// Who did it, and from where.
pub fn by(run: &Run) -> String {
    let w = words();
    let from = match run.origin.from.is_empty() {
        true => w.run_from_console.to_owned(),
        false => run.origin.from.to_string(),
    };
    text!(
        run_by,
        user = run.origin.user,
        host = run.origin.host,
        from,
        pid = run.origin.pid
    )
}
