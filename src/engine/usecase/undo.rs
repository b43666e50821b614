//! Takes the last recovery back, or the run that was interrupted.

use std::path::{Path, PathBuf};

use super::backup::before_change;
use super::{AskPassphrase, Refused, Reporter, Stage, lock_for_change, readable};
use crate::domain::error::{ErrorKind, Problem};
use crate::engine::recovery::commands;
use crate::engine::recovery::undo::{self, Undone};
use crate::engine::session::Session;
use crate::engine::session::options::Options;
use crate::io::state::backup::Backup;
use crate::words::untrusted::shown;
use crate::words::words;

/// An undo that was carried out.
pub struct TakenBack {
    /// The backup that was gone back to.
    pub backup: PathBuf,
    /// What it came to. The last note names the backup of what stood before.
    pub undone: Undone,
}

/// The backup that an undo goes back to, readable.
///
/// # Errors
/// A [`Problem`]: there is none, or it cannot be read.
pub fn backup_to_undo(
    session: &Session,
    options: &Options,
    ask: &mut AskPassphrase<'_>,
) -> Result<Backup, Problem> {
    readable(found(session, options)?, options, ask)
}

fn found(session: &Session, options: &Options) -> Result<Backup, Problem> {
    let w = words();
    let install = &session.install.root;
    undo::backup_to_undo(options, install)?.ok_or_else(|| {
        if undo::is_none_left(options, install) {
            let history = commands::command_with("history", options, install);
            let next = text!(undo_none_left_next, history);
            return ErrorKind::NothingToDo.problem(w.undo_none_left, "", next);
        }
        let folder = shown(&options.backup_dir).to_string();
        let why = text!(undo_nothing_why, folder);
        ErrorKind::NothingToDo.problem(w.undo_nothing, why, w.undo_nothing_next)
    })
}

/// What an undo that goes back to this backup takes back: "recovery of 2026-11-24 14:02".
///
/// # Errors
/// A [`Problem`] when the journal cannot be read.
pub fn what(session: &Session, options: &Options, backup: &Backup) -> Result<String, Problem> {
    undo::what(options, &session.install.root, backup)
}

/// What an undo would put back. Nothing is changed.
///
/// # Errors
/// A [`Problem`] when it cannot be taken back.
pub fn foresee(
    session: &mut Session,
    options: &Options,
    backup: &Backup,
) -> Result<Undone, Problem> {
    undo::preview(session, options, backup)
}

/// That another recovery would be taken back than the one that was confirmed.
fn not_confirmed() -> Problem {
    let w = words();
    ErrorKind::ChangedMeanwhile.problem(w.undo_not_confirmed, "", w.undo_not_confirmed_next)
}

/// The backup of the recovery whose undo was foreseen, readable.
///
/// # Errors
/// As [`backup_to_undo`], and when another recovery is the last one by now.
pub fn foreseen(
    session: &Session,
    options: &Options,
    folder: Option<&Path>,
    ask: &mut AskPassphrase<'_>,
) -> Result<Backup, Problem> {
    let backup = backup_to_undo(session, options, ask)?;
    match folder {
        Some(folder) if folder != backup.folder => Err(not_confirmed()),
        _ => Ok(backup),
    }
}

/// Backs up what stands, and takes the last recovery back, for which this backup was found: before the lock, so that with
/// nothing to undo nobody has to wait for one, and a passphrase is typed before others are locked out. Where another of us has
/// recovered since, nothing is changed: that is not what was asked for.
pub fn undo(
    session: &mut Session,
    options: &Options,
    backup: &Backup,
    reporter: &dyn Reporter,
) -> Result<TakenBack, Refused> {
    let mut ledger = lock_for_change(session, options, reporter).map_err(Refused::NotStarted)?;
    let now = found(session, options).map_err(Refused::unchanged)?;
    if now.folder != backup.folder {
        return Err(Refused::unchanged(not_confirmed()));
    }
    // What cannot be written is told before anything is saved for it; all else is said of what stands then.
    undo::require_not_read_only(session, options, backup).map_err(Refused::unchanged)?;
    let safety = before_change(session, options, reporter).map_err(Refused::unchanged)?;
    reporter.stage(Stage::Apply);
    let mut progress = |what: &str, done, of| reporter.progress(what, done, of);
    let mut undone = undo::undo(session, &mut ledger, backup, &mut progress)?;
    session.journal_findings.clear();
    let folder = shown(&safety.folder).to_string();
    let install = &session.install.root;
    let earlier = undo::still_in_place(options, install, &backup.folder);
    undone.notes.extend(earlier);
    undone.notes.push(text!(undo_safety, folder));
    Ok(TakenBack {
        backup: backup.folder.clone(),
        undone,
    })
}
