//! What somebody saves while we work is never overwritten: everything is read again and the plan is made again, by itself, a
//! few times. It is carried out only where it is still what was confirmed.
//!
//! The first attempt keeps nobody waiting. For the next ones the rows are held from before they are read until they are
//! written, so that a user or job that saves ten times a second waits for a moment.

use super::apply::{self, Order};
use super::backup;
use super::change::Failure;
use super::run_log::Ledger;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::Place;
use crate::domain::plan::{Breach, Choices, Plan};
use crate::engine::progress::Progress;
use crate::engine::recovery;
use crate::engine::session::Session;
use crate::engine::worker::{Applied, PlanReady};
use crate::io::state::backup::Backup;
use crate::sentences;
use crate::words::{joined, words};

/// How often a plan is made again before the operator is asked.
pub const TRIES: usize = 5;
/// How many places are named.
const NAMED: usize = 5;

/// Does `work`, and does it again where somebody saved meanwhile, with the rows held. `work` reads everything itself.
///
/// # Errors
/// As `work`; with what follows where it was tried often enough.
pub(super) fn until_nobody_saves<T>(
    session: &mut Session,
    progress: &mut Progress<'_>,
    work: &mut dyn FnMut(&mut Session, &mut Progress<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut tried = 0;
    let done = loop {
        match work(session, progress) {
            Err(failure) if failure.meanwhile && tried < TRIES => {
                tried += 1;
                again(session, progress, tried);
            }
            Err(failure) => break Err(often_enough(failure)),
            done => break done,
        }
    };
    session.let_go();
    done
}

/// Says that it is done again, and keeps others from saving meanwhile.
pub fn again(session: &mut Session, progress: &mut Progress<'_>, tried: usize) {
    progress(&text!(made_anew, tried, tries = TRIES), 0, None);
    session.hold_rows();
}

/// Says what follows where it was tried often enough.
fn often_enough(failure: Failure) -> Failure {
    if !failure.meanwhile {
        return failure;
    }
    let next = text!(made_anew_too_often, tries = TRIES);
    Failure {
        problem: Problem {
            next,
            ..failure.problem
        },
        ..failure
    }
}

/// Carries out a confirmed plan: as it is, or as it has to be where somebody saved meanwhile.
///
/// # Errors
/// A [`Failure`]; unless it says otherwise, nothing was changed. Where the plan that is possible now is not what was
/// confirmed, it holds that plan.
pub fn apply(
    session: &mut Session,
    ledger: &mut Ledger,
    order: &Order<'_>,
    progress: &mut Progress<'_>,
) -> Result<Applied, Failure> {
    let mut workers = apply::search_first(session, order.plan, progress, order.cancel)?;
    let mut attempt = 0;
    let applied = until_nobody_saves(session, progress, &mut |session, progress| {
        attempt += 1;
        if attempt == 1 {
            return apply::apply(session, ledger, order, workers.clone(), progress);
        }
        let (plan, backup) = make_anew(session, ledger, order, progress)?;
        let is_new = |place: &Place| order.plan.lost().all(|step| step.place != *place);
        if plan.lost().any(|step| is_new(&step.place)) {
            // That takes a while, in which nobody shall wait.
            session.let_go();
            workers = apply::search_first(session, &plan, progress, order.cancel)?;
        }
        let order = Order {
            plan: &plan,
            backup: &backup,
            ..*order
        };
        apply::apply(session, ledger, &order, workers.clone(), progress)
    });
    applied.map(|mut applied| {
        if attempt > 1 {
            applied.notes.insert(0, told(attempt - 1));
        }
        applied
    })
}

/// How often the plan was made again, as a sentence.
fn told(times: usize) -> String {
    text!(made_anew_note, times)
}

/// Reads and backs up what stands now, and makes the plan for it, if that is still what was confirmed.
fn make_anew(
    session: &mut Session,
    ledger: &Ledger,
    order: &Order<'_>,
    progress: &mut Progress<'_>,
) -> Result<(Plan, Backup), Failure> {
    let w = words();
    let before = session.inventory.clone();
    let (backup, _) = backup::make(session, ledger.options(), false, progress, order.cancel)?;
    let cell =
        |place: &&Place| before.cells.get(&place.cell) != session.inventory.cells.get(&place.cell);
    let entered = order.entered.iter().map(|(place, _)| place);
    let saved_over: Vec<&Place> = entered.filter(cell).collect();
    let choices = Choices::of(order.plan);
    let ready = recovery::plan(session, Some(order.plan.strategy), &choices)
        .map_err(|why| why.problem())?;
    let why = match ready.plan.upholds(order.plan) {
        _ if !saved_over.is_empty() => {
            text!(anew_saved_over, places = named(saved_over.into_iter()))
        }
        Err(Breach::Loses(places)) => text!(anew_loses, places = named(places.iter())),
        Err(Breach::Otherwise) => w.anew_other_strategy.to_owned(),
        Ok(()) => return Ok((ready.plan, backup)),
    };
    Err(refused(why, ready))
}

fn refused(why: String, ready: PlanReady) -> Failure {
    let w = words();
    Failure {
        plan: Some(Box::new(ready)),
        ..ErrorKind::ChangedMeanwhile
            .problem(w.anew_gives_up, why, w.anew_gives_up_next)
            .into()
    }
}

fn named<'p>(places: impl Iterator<Item = &'p Place>) -> String {
    let named: Vec<String> = places.take(NAMED).map(sentences::place).collect();
    joined::list(&named)
}
