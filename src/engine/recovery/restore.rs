//! Puts a backup back, whatever happened since: every saved text and file that differs from what stands now.
//!
//! What it would come to is worked out first, down to the verdict on each secret; what is carried out is exactly that, and
//! what is read in the end is compared with it. The caller makes a new backup in between, so that this too can be taken
//! back.

mod foretold;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::backup::{self, BackupContents};
use super::change::Failure;
use super::config_cache::{self, RanOn};
use super::file_change::FileChange;
use super::reconcile::{self, FileStands};
use super::run_log::{self, Ledger};
use super::{anew, apply};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::Inventory;
use crate::domain::inventory::secret::{Cell, NamedPlace, SecretBytes};
use crate::domain::run::reconcile::Intended;
use crate::domain::run::{Run, RunKind};
use crate::domain::verdict::secret_report::SecretReport;
use crate::engine::progress::Progress;
use crate::engine::session::Session;
use crate::io::db::Swap;
use crate::io::install;
use crate::io::state::backup::{Backup, SavedBytes};
use crate::sentences::{journal, place};
use crate::words::words;

pub use foretold::{Foretold, Promise, foretell};

/// What a restore did.
#[derive(Debug, Default)]
pub struct Restored {
    /// Texts put back.
    pub rows: usize,
    /// Files put back.
    pub files: usize,
    /// Places whose secret does not read as was predicted.
    pub surprises: Vec<NamedPlace>,
    /// Sentences for the operator.
    pub notes: Vec<String>,
}

impl Restored {
    /// Whether everything stood as in the backup already.
    pub fn is_nothing(&self) -> bool {
        (self.rows, self.files) == (0, 0)
    }

    /// What was put back, in one sentence.
    pub fn done(&self) -> String {
        match (self.rows, self.files) {
            (0, 0) => words().restored_nothing.to_owned(),
            (rows, files) => text!(restored, rows, files),
        }
    }

    /// What was done, for the operator.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = vec![self.done()];
        sentences.extend(self.notes.iter().cloned());
        if !self.surprises.is_empty() {
            let places = self.surprises.iter().map(place::of_owner);
            sentences.push(words().restored_otherwise.to_owned());
            sentences.extend(places.map(|place| format!("  {place}")));
        }
        sentences
    }
}

/// A restore that was carried out.
pub struct PutBack {
    /// What it did.
    pub restored: Restored,
    /// What it was predicted to come to.
    pub foretold: Foretold,
    /// The backup of what stood before.
    pub safety: Backup,
}

/// Backs up what stands and puts the backup back as was predicted; where somebody saves meanwhile, as is predicted then, if
/// that gives up nothing of it. `go_on` is asked before anything is changed.
///
/// # Errors
/// A [`Failure`]; then nothing was changed, unless it says otherwise.
pub fn put_back(
    session: &mut Session,
    ledger: &mut Ledger,
    backup: &Backup,
    foretold: Foretold,
    go_on: &dyn Fn(&Backup) -> Result<(), Problem>,
    progress: &mut Progress<'_>,
) -> Result<PutBack, Failure> {
    let w = words();
    let mut shown = Some(foretold);
    let mut first = None;
    anew::until_nobody_saves(session, progress, &mut |session, progress| {
        let foretold = match shown.take() {
            Some(foretold) => foretold,
            None => foretell(session, backup)?,
        };
        let promise = first.get_or_insert_with(|| foretold.promise());
        if !foretold.promise().upholds(promise) {
            let next = w.anew_gives_up_next;
            return Err(ErrorKind::ChangedMeanwhile
                .problem(w.anew_foretold_otherwise, "", next)
                .into());
        }
        foretold.change.require_not_read_only(session)?;
        let wanted = BackupContents {
            also: foretold.rows(),
            ..BackupContents::default()
        };
        let options = ledger.options().clone();
        let (safety, _) = backup::make_as(session, &options, &wanted, progress, &|| false)?;
        go_on(&safety)?;
        let folder = &safety.folder;
        let restored = restore(session, ledger, backup, &foretold, folder, progress)?;
        Ok(PutBack {
            restored,
            foretold,
            safety,
        })
    })
}

/// Puts the backup back, exactly as was predicted, and reads everything again.
///
/// # Errors
/// A [`Failure`]; then nothing was changed, unless it says otherwise.
pub fn restore(
    session: &mut Session,
    ledger: &mut Ledger,
    backup: &Backup,
    foretold: &Foretold,
    safety: &Path,
    progress: &mut Progress<'_>,
) -> Result<Restored, Failure> {
    let w = words();
    ledger.require_settled_by(&backup.folder)?;
    let change = &foretold.change;
    change.require_possible(session)?;
    let ran_on = RanOn::of(session);
    let root = session.install.root.clone();
    let run = Run {
        safety: Some(safety.to_owned()),
        ..run_log::beginning(RunKind::Restore, &root, &backup.folder)
    };
    let intent = change.intent(&|path| apply::saved_as(session, path), &|_| Vec::new());
    let id = ledger.begin(&run, &intent)?;
    progress(w.undo_rows, 0, Some(change.swaps.len() as u64));
    change.carry_out(session, ledger, id, &backup.folder, &mut || {
        progress(w.undo_files, 0, None)
    })?;
    let mut notes = Vec::new();
    // What was left unfinished rested on the same backup: all it had written is put back. Its new files go last of all.
    ledger.sweep()?;
    if let Err(problem) = ledger.taken_back(id, &backup.folder) {
        notes.push(text!(journal_not_ended, why = problem.why));
    }
    progress(w.apply_verifying, 0, None);
    let surprises = foretold.surprises(session).unwrap_or_else(|problem| {
        notes.insert(
            0,
            text!(
                restore_not_read_again,
                what = problem.what,
                why = problem.why
            ),
        );
        let named = |s: &SecretReport| session.inventory.named(s.place.clone());
        foretold.after.iter().map(named).collect()
    });
    notes.extend(config_cache::follow(session, ran_on, progress));
    notes.extend(ledger.unguarded());
    Ok(Restored {
        rows: change.swaps.len(),
        files: change.files.len(),
        surprises,
        notes,
    })
}

/// Refuses a backup of another install.
fn require_same_install(session: &Session, backup: &Backup) -> Result<(), Problem> {
    let w = words();
    let here = install::identified(&session.install.root);
    if backup.manifest.is_of(&here) {
        return Ok(());
    }
    let [there, here] = [&backup.manifest.identity(), &here].map(journal::place);
    let why = text!(restore_other_install_why, there, here);
    Err(ErrorKind::BackupUnusable.problem(
        w.restore_other_install,
        why,
        w.restore_other_install_next,
    ))
}

fn is_on_other_data(session: &Session, backup: &Backup) -> bool {
    let here = install::identified(&session.install.root);
    backup.manifest.identity().has_other_data_than(&here)
}

/// The files that differ from those of the backup, and those that were not there then.
fn files_back(session: &Session, backup: &Backup) -> Result<Vec<FileChange>, Problem> {
    let env = backup.file("files/env")?;
    let env = env.as_ref().map(|(_, bytes)| &bytes[..]);
    let mut wanted: Vec<(Option<&str>, PathBuf, Option<SavedBytes>)> = Vec::new();
    for saved in backup.saved_files() {
        let file = backup.file(&saved.name)?;
        if let Some(file) = file {
            wanted.push((Some(&saved.name), saved.origin.clone(), Some(file)));
        }
    }
    // A file that did not exist then would outweigh what is put back.
    let install = &session.install;
    for (name, path) in [
        ("files/config.php", install.cache_path()),
        ("files/env", install.env_path()),
    ] {
        if backup.saved_name(name).is_none() {
            wanted.push((None, path, None));
        }
    }
    let mut changes = Vec::new();
    for (name, origin, saved) in wanted {
        let digest = saved.as_ref().map(|(file, _)| file.sha256.clone());
        let intended = Intended::anyway(origin, digest);
        match reconcile::file(session, name, &intended, env, &|_| Ok(false))? {
            FileStands::ToWrite(path, before) => {
                let after = saved.map(|(saved, bytes)| (bytes, saved.attributes()));
                changes.push(FileChange::new(path, before, after));
            }
            FileStands::OfFormerRelease(removed) => changes.push(removed),
            FileStands::Done | FileStands::Foreign(..) => {}
        }
    }
    Ok(changes)
}

/// The saved texts that differ from what the session has read. A row that was deleted since cannot be put back alone.
fn rows_back(
    session: &mut Session,
    saved: &BTreeMap<Cell, Option<SecretBytes>>,
) -> Result<Vec<Swap>, Problem> {
    let intended = saved
        .iter()
        .map(|(cell, text)| Intended::anyway(cell.clone(), reconcile::digest(text.as_ref())));
    let text = |_: &Inventory, cell: &Cell| saved.get(cell).cloned().flatten();
    reconcile::rows(session, intended.collect(), &text).map(|rows| rows.swaps)
}
