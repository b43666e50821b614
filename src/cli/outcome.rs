//! How a command ends: with an exit code, or with a problem and the exit code it leads to.

use crate::domain::error::Problem;
use crate::engine::exit::Exit;
use crate::engine::usecase::Refused;

/// How a command ended: with an exit code, or with a problem and the exit code it leads to.
pub type CommandResult = Result<Exit, (Problem, Exit)>;

/// Before anything was touched.
pub fn not_started(problem: Problem) -> (Problem, Exit) {
    (problem, Exit::Failed)
}

/// Nothing was changed.
pub fn unchanged(problem: Problem) -> (Problem, Exit) {
    (problem, Exit::Attention)
}

/// A use case that was not carried out: mostly nothing was changed, seldom only half of it.
pub(super) fn refused(refused: Refused) -> (Problem, Exit) {
    match refused {
        Refused::NotStarted(problem) => not_started(problem),
        Refused::Failed(failure) if failure.half_done() => (failure.problem, Exit::Unreadable),
        Refused::Failed(failure) => unchanged(failure.problem),
    }
}
