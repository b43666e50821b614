//! An unfinished run whose backup is lost can be neither finished nor taken back. It is said how to go on, and done.

use std::path::{Path, PathBuf};

use crate::domain::journal::{Outcome, Run};
use crate::domain::problem::Problem;
use crate::domain::sanitize::sanitize;
use crate::engine::backup::{Options, command_with};
use crate::engine::change::Failure;
use crate::engine::ledger::Ledger;
use crate::io::backup::Backup;
use crate::sentences::journal;
use crate::words::{fill, words};

/// The backup that an unfinished run can be finished or taken back with, as far as can be told without its passphrase.
fn usable(run: &Run) -> Option<&Path> {
    let mut folders = run.safety.iter().chain([&run.backup]);
    let usable = folders.find(|folder| {
        let verified = Backup::open(folder).and_then(|backup| backup.verify());
        !verified.is_err_and(|error| error.is_lost())
    });
    usable.map(|folder| folder.as_path())
}

/// A problem with ending an unfinished run: where its backup is lost, with what can be done then.
pub fn explained(problem: Problem, run: &Run, options: &Options) -> Problem {
    if usable(run).is_some() {
        return problem;
    }
    let give_up = command_with("resume --give-up", options, &run.install);
    let next = fill(
        words().lost_next,
        &[("kind", &journal::kind(run.kind)), ("give_up", &give_up)],
    );
    Problem { next, ..problem }
}

/// The same of an attempt that was not carried out.
pub fn explained_failure(failure: Failure, run: Option<&Run>, options: &Options) -> Failure {
    match run {
        Some(run) if !failure.half_done => Failure {
            problem: explained(failure.problem, run, options),
            ..failure
        },
        _ => failure,
    }
}

/// A run that was given up.
pub struct GivenUp {
    /// The run.
    pub run: Run,
    /// New files that it left beside those they would have replaced.
    pub left: Vec<PathBuf>,
}

/// Closes the last run that was interrupted, as it stands; `None` where there is none. Nothing of the install is changed,
/// and its new files stay: a new key may be in no other place.
///
/// # Errors
/// A [`Problem`] when its backup is usable, or the journal cannot be read or written.
pub fn give_up(ledger: &mut Ledger) -> Result<Option<GivenUp>, Problem> {
    let Some(run) = ledger.unfinished()? else {
        return Ok(None);
    };
    if let Some(folder) = usable(&run) {
        let folder = sanitize(&folder.to_string_lossy());
        let why = fill(words().give_up_needless_why, &[("folder", &folder)]);
        return Err(Problem::new(
            journal::unfinished(&run),
            why,
            ledger.ways(&run),
        ));
    }
    let mut left = ledger.staged()?;
    left.retain(|path| path.symlink_metadata().is_ok());
    ledger.end(Ledger::again(&run), Outcome::GivenUp)?;
    Ok(Some(GivenUp { run, left }))
}
