//! Puts a backup back: what it would come to, and then exactly that.

use std::path::Path;

use super::{AskPassphrase, Refused, Reporter, Stage, heard, lock_for_change, readable};
use crate::domain::error::{ErrorKind, Problem};
use crate::engine::recovery::commands;
use crate::engine::recovery::restore::{self, Foretold, PutBack};
use crate::engine::session::Session;
use crate::engine::session::options::Options;
use crate::io::state::backup::{Backup, BackupError};
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::words;

/// The backup in this folder, readable.
///
/// # Errors
/// A [`Problem`]: there is none, or it cannot be read.
pub fn open(
    folder: &Path,
    options: &Options,
    ask: &mut AskPassphrase<'_>,
) -> Result<Backup, Problem> {
    let backup = Backup::open(folder).map_err(|e| no_backup(folder, options, e))?;
    readable(backup, options, ask)
}

fn no_backup(folder: &Path, options: &Options, error: BackupError) -> Problem {
    if let BackupError::Newer(..) = error {
        return error.into();
    }
    let what = text!(not_a_backup, path = shown(&folder));
    let next = text!(not_a_backup_next, folder = shown(&options.backup_dir));
    ErrorKind::BackupUnusable.problem(what, error.to_string(), next)
}

/// What it would come to. Nothing is changed.
///
/// # Errors
/// [`Refused`]: it cannot be put back here.
pub fn foresee(session: &mut Session, backup: &Backup) -> Result<Foretold, Refused> {
    restore::foretell(session, backup).map_err(Refused::unchanged)
}

/// The command that takes a restore back, by the backup of what stood before it, ready for a shell.
pub fn take_back(session: &Session, safety: &Backup) -> String {
    let what = format!("restore {} --yes", sentences::shell(&safety.folder));
    let keys = safety.manifest.keys.as_deref();
    commands::command(&what, &safety.folder, keys, &session.install.root)
}

/// Onto which data a backup may be put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreOnto {
    /// Only onto those that it was made of, as far as that is known.
    ItsOwnData,
    /// Onto others too, by the operator's own word.
    AnyData,
}

/// That the backup was made of other data.
pub fn on_other_data() -> Problem {
    let w = words();
    let (why, next) = (w.restore_other_data_why, w.restore_other_data_next);
    ErrorKind::Refused.problem(w.restore_other_data, why, next)
}

/// Backs up what stands, and puts the backup back as was predicted.
pub fn restore(
    session: &mut Session,
    options: &Options,
    backup: &Backup,
    foretold: Foretold,
    onto: RestoreOnto,
    reporter: &dyn Reporter,
) -> Result<PutBack, Refused> {
    if foretold.other_data && onto == RestoreOnto::ItsOwnData {
        return Err(Refused::unchanged(on_other_data()));
    }
    let mut ledger = lock_for_change(session, options, reporter).map_err(Refused::NotStarted)?;
    let settled = ledger.require_settled_by(&backup.folder);
    settled.map_err(Refused::NotStarted)?;
    reporter.stage(Stage::BackUp);
    let go_on = |safety: &Backup| {
        heard(reporter, safety)?;
        reporter.stage(Stage::Apply);
        Ok(())
    };
    let mut progress = |what: &str, done, of| reporter.progress(what, done, of);
    let done = restore::put_back(
        session,
        &mut ledger,
        backup,
        foretold,
        &go_on,
        &mut progress,
    );
    Ok(done?)
}
