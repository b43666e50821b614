//! An unfinished run whose backup is lost, or whose data are not here, can be neither finished nor taken back. It is said
//! how to go on, and done.

use std::path::{Path, PathBuf};

use super::change::Failure;
use super::run_log::Ledger;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::{Run, RunOutcome};
use crate::engine::recovery::commands::command_with;
use crate::engine::session::options::Options;
use crate::io::install;
use crate::io::state::backup::{Backup, BackupError};
use crate::sentences::journal;
use crate::words::untrusted::shown;
use crate::words::words;

/// The backup that an unfinished run can be finished or taken back with, as far as is known without its passphrase.
fn usable<'r>(run: &'r Run, options: &Options) -> Result<&'r Path, BackupError> {
    let whole = |folder: &Path| {
        let mut backup = Backup::open(folder)?;
        backup.look_for_keys_in(options.keys_dir.as_deref());
        backup.verify()
    };
    if let Some(safety) = &run.safety
        && whole(safety).is_ok()
    {
        return Ok(safety);
    }
    whole(&run.backup).map(|()| run.backup.as_path())
}

/// A problem with ending an unfinished run: where its backup is lost, with what can be done then.
pub fn explained(problem: Problem, run: &Run, options: &Options) -> Problem {
    let put_back = match usable(run, options) {
        // What is said of these names the ways to bring them back.
        Err(BackupError::KeysAway(_)) => problem.next.clone(),
        Err(error) if error.is_lost() => text!(lost_put_back, kind = journal::kind(run.kind)),
        _ => return problem,
    };
    let give_up = command_with("resume --give-up", options, &run.install);
    let kind = journal::kind(run.kind);
    let for_good = text!(lost_for_good, kind, give_up);
    Problem {
        next: format!("{put_back} {for_good}"),
        ..problem
    }
}

/// The same of an attempt that was not carried out.
pub fn explained_failure(failure: Failure, run: Option<&Run>, options: &Options) -> Failure {
    match run {
        Some(run) if !failure.half_done() => Failure {
            problem: explained(failure.problem, run, options),
            ..failure
        },
        _ => failure,
    }
}

/// Refuses to end a run of which nothing was found here, where it is known to have been begun on other data: they may be in
/// use under another name, and the run alone leads back there.
///
/// # Errors
/// A [`Problem`]; nothing was changed.
pub fn require_its_data(run: &Run, options: &Options) -> Result<(), Problem> {
    if !is_on_other_data(run) {
        return Ok(());
    }
    let w = words();
    let (command, close) = match run.outcome {
        RunOutcome::Unfinished => {
            let give_up = command_with("resume --give-up", options, &run.install);
            ("resume", Some(text!(other_data_close, give_up)))
        }
        _ => ("undo", None),
    };
    let next = text!(other_data_next, command);
    let next = [Some(next), close].into_iter().flatten();
    let what = text!(other_data, kind = journal::kind(run.kind));
    Err(ErrorKind::Refused.problem(what, w.other_data_why, next.collect::<Vec<_>>().join(" ")))
}

fn is_on_other_data(run: &Run) -> bool {
    let here = install::identified(&run.install);
    run.identity().has_other_data_than(&here)
}

/// Runs that were given up.
pub struct GivenUp {
    /// The runs, the last first: an undo of what was interrupted may have been interrupted too.
    pub runs: Vec<Run>,
    /// New files that they left beside those they would have replaced.
    pub left: Vec<PathBuf>,
}

/// Closes what was interrupted and can be neither finished nor taken back here, as it stands; `None` where there is nothing.
/// Nothing of the install is changed, and new files stay: a key may be in no other place.
///
/// # Errors
/// A [`Problem`] when its backup is usable, or may be, or the journal cannot be read or written.
pub fn give_up(ledger: &mut Ledger) -> Result<Option<GivenUp>, Problem> {
    let mut left = ledger.staged()?;
    left.retain(|path| path.symlink_metadata().is_ok());
    let mut runs = Vec::new();
    while let Some(run) = ledger.unfinished()? {
        match usable(&run, ledger.options()) {
            Err(error) if error.is_lost() => {}
            // Nobody can tell from here whether those data still exist.
            _ if is_on_other_data(&run) => {}
            // Those behind it are closed, and it is said of this one that it is unfinished whenever something is begun.
            _ if !runs.is_empty() => break,
            Err(error) => return Err(error.into()),
            Ok(folder) => {
                let folder = shown(&folder).to_string();
                let why = text!(give_up_needless_why, folder);
                let what = journal::unfinished(&run);
                return Err(ErrorKind::Refused.problem(what, why, ledger.ways(&run)));
            }
        }
        ledger.end(Ledger::again(&run), RunOutcome::GivenUp)?;
        runs.push(run);
    }
    Ok((!runs.is_empty()).then_some(GivenUp { runs, left }))
}
