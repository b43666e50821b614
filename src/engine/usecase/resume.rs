//! Finishes what was interrupted: a recovery, an undo, or a restore.

use std::path::Path;

use super::restore::take_back;
use super::{AskPassphrase, Refused, Reporter, Stage, lock, logins, readable, resend};
use crate::domain::mail::probe::Tested;
use crate::domain::run::Run;
use crate::domain::run::belongs::RecordOwner;
use crate::engine::recovery::backup::unusable;
use crate::engine::recovery::resume::{self, Resumed};
use crate::engine::recovery::{run_log, undo};
use crate::engine::session::Session;
use crate::engine::session::options::Options;
use crate::io::install::identified;
use crate::io::state::backup::Backup;
use crate::sentences;

/// What became of the interrupted run.
pub struct Finished {
    /// What it came to.
    pub resumed: Resumed,
    /// The logins, where it was a recovery and they were made.
    pub tested: Option<Vec<Tested>>,
}

/// Finishes it; where nothing was interrupted, nothing is written. `prove` has every login tried after a recovery.
pub fn resume(
    session: &mut Session,
    options: &Options,
    ask: &mut AskPassphrase<'_>,
    prove: bool,
    reporter: &dyn Reporter,
) -> Result<Finished, Refused> {
    let unfinished = run_log::unfinished(options, &session.install.root);
    let Some(run) = unfinished.map_err(Refused::NotStarted)? else {
        return Ok(Finished {
            resumed: Resumed::Nothing,
            tested: None,
        });
    };
    let mut ledger = lock(session, options, reporter).map_err(Refused::NotStarted)?;
    reporter.stage(Stage::Apply);
    if let Some(told) = begun_elsewhere(&run, &session.install.root) {
        reporter.progress(&told, 0, None);
    }
    let mut open = |folder: &Path| {
        let backup = Backup::open(folder).map_err(unusable)?;
        readable(backup, options, ask)
    };
    let mut progress = |what: &str, done, of| reporter.progress(what, done, of);
    let mut resumed = resume::resume(session, &mut ledger, &mut open, &mut progress)?;
    session.journal_findings.clear();
    if let Resumed::Recovered(applied) = &mut resumed {
        // It was read while the run was not ended yet, and must not tell of one that is unfinished.
        *applied.after = session.assess();
        applied.notes.extend(resend::notes(session, options));
    }
    if let (Resumed::PutBack(_, restored), Some(safety)) = (&mut resumed, &run.safety)
        && let Ok(safety) = Backup::open(safety)
    {
        let undo = take_back(session, &safety);
        restored.notes.push(text!(restored_undo, undo));
    }
    if let Resumed::TakenBack(backup, undone) = &mut resumed {
        let install = &session.install.root;
        let earlier = undo::still_in_place(options, install, backup);
        undone.notes.extend(earlier);
    }
    let tested = match &resumed {
        Resumed::Recovered(_) => logins::prove(session, prove, reporter),
        Resumed::Nothing | Resumed::Closed | Resumed::TakenBack(..) | Resumed::PutBack(..) => None,
    };
    Ok(Finished { resumed, tested })
}

/// That the run was begun when the install's container had another name.
pub fn begun_elsewhere(run: &Run, install: &Path) -> Option<String> {
    let owner = run.identity().belongs_to(&identified(install));
    let container = run.container()?.container();
    (owner == RecordOwner::SameDataElsewhere).then(|| {
        let container = sentences::found::container(&container);
        text!(run_begun_elsewhere, container)
    })
}
