//! Why a change was not carried out, and what stands then: in words.

use std::path::Path;

use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::RunOutcome;
use crate::engine::recovery::run_log::{Ledger, RunId};
use crate::engine::session::{Session, database};
use crate::engine::worker::PlanReady;
use crate::io::db::{StoreError, Swap, SwapError};
use crate::words::untrusted::shown;
use crate::words::words;

/// How many rows are named.
pub(super) const NAMED: usize = 5;

/// Why a change was not carried out.
pub struct Failure {
    /// What happened, and what stands now.
    pub problem: Problem,
    /// Whether nothing stood in the way but that somebody saved meanwhile: read again, it may well be carried out.
    pub meanwhile: bool,
    /// The plan that is possible now, where it is not the one that was confirmed.
    pub plan: Option<Box<PlanReady>>,
}

impl<E> From<E> for Failure
where
    Problem: From<E>,
{
    fn from(error: E) -> Self {
        Self {
            problem: error.into(),
            meanwhile: false,
            plan: None,
        }
    }
}

impl Failure {
    /// Whether something was changed and could not be put back.
    pub fn half_done(&self) -> bool {
        self.problem.kind == ErrorKind::HalfDone
    }

    /// Closes the run, of which nothing stands; where not even that can be written down, it says so.
    #[must_use]
    pub fn closed(mut self, ledger: &mut Ledger, run: RunId) -> Self {
        if !self.half_done() && ledger.end(run, RunOutcome::NotCarriedOut).is_err() {
            let undo = ledger.command("undo --yes");
            let open = text!(journal_not_closed, undo);
            self.problem.next = format!("{} {open}", self.problem.next);
        }
        self
    }

    /// The same of an attempt to end a run that was interrupted before: that one is where it was.
    #[must_use]
    pub fn still_unfinished(mut self, ledger: &Ledger) -> Self {
        if !self.half_done() {
            let stays = text!(run_stays_unfinished, ways = ledger.both_ways());
            self.problem.next = format!("{}\n  {stays}", self.problem.next);
        }
        self
    }
}

/// Some of it stands, and stays until it is finished or taken back.
pub(in crate::engine::recovery) fn half_done(
    why: &str,
    ledger: &Ledger,
    restore_from: &Path,
) -> Failure {
    let w = words();
    let next = text!(
        apply_half_done_next,
        ways = ledger.both_ways(),
        folder = shown(&restore_from)
    );
    ErrorKind::HalfDone
        .problem(w.apply_half_done, why, next)
        .into()
}

/// The connection broke before the commit: the database has taken everything back.
pub(super) fn lost(error: &StoreError, session: &Session) -> Problem {
    let w = words();
    Problem {
        what: text!(database_lost, place = database::place(session)),
        next: w.database_lost_next.to_owned(),
        ..database::unreachable_database(error, &session.settings)
    }
}

/// Nobody can tell now how the commit ended. The run stays unfinished.
pub(super) fn unknown(error: &StoreError, session: &Session, ledger: &Ledger) -> Failure {
    let what = text!(commit_unknown, place = database::place(session));
    let next = text!(commit_unknown_next, ways = ledger.both_ways());
    ErrorKind::HalfDone
        .problem(what, error.to_string(), next)
        .into()
}

/// The failure of rows that could not be swapped.
pub(super) fn swap_failure(error: &SwapError, swaps: &[Swap], session: &Session) -> Failure {
    Failure {
        meanwhile: matches!(error, SwapError::Changed(_)),
        ..swap_problem(error, swaps, session).into()
    }
}

/// The problem of rows that could not be swapped.
pub fn swap_problem(error: &SwapError, swaps: &[Swap], session: &Session) -> Problem {
    let w = words();
    let name = |index: &usize| {
        swaps
            .get(*index)
            .map(|s| format!("{}#{}.{}", s.table, s.id, s.column))
    };
    match error {
        SwapError::Changed(indexes) => {
            let rows: Vec<String> = indexes.iter().take(NAMED).filter_map(name).collect();
            ErrorKind::ChangedMeanwhile.problem(
                w.rows_changed,
                rows.join(", "),
                w.rows_changed_next,
            )
        }
        SwapError::NotKept(index) => ErrorKind::DatabaseUnsuitable.problem(
            w.row_not_kept,
            name(index).unwrap_or_default(),
            w.row_not_kept_next,
        ),
        SwapError::Store(error @ StoreError::Unreachable(_)) => lost(error, session),
        SwapError::Store(error) | SwapError::Unknown(error) => {
            database::unreachable_database(error, &session.settings)
        }
    }
}
