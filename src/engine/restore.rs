//! Puts a backup back, whatever happened since: every saved text and file that differs from what stands now.
//!
//! The caller makes a new backup first, so that this too can be taken back.

use std::path::PathBuf;

use crate::domain::journal::Kind;
use crate::domain::problem::Problem;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::{Cell, SecretBytes, Table};
use crate::engine::backup::{Progress, backup_problem};
use crate::engine::caches;
use crate::engine::change::{Change, Failure, file_problem};
use crate::engine::checks;
use crate::engine::file_change::{self, FileChange};
use crate::engine::ledger::{self, Ledger};
use crate::engine::session::Session;
use crate::engine::survey;
use crate::io::backup::Backup;
use crate::io::files;
use crate::io::store::{Stored, Swap};
use crate::words::{fill, words};

/// What a restore would change.
#[derive(Debug, Default)]
pub struct Difference {
    /// Texts in the database that differ, as places.
    pub rows: Vec<String>,
    /// Files that differ.
    pub files: Vec<PathBuf>,
}

/// What a restore did.
#[derive(Debug, Default)]
pub struct Restored {
    /// Texts put back.
    pub rows: usize,
    /// Files put back.
    pub files: usize,
    /// Sentences for the operator.
    pub notes: Vec<String>,
}

impl Restored {
    /// What was done, for the operator.
    pub fn sentences(&self) -> Vec<String> {
        let figures: [(&str, &dyn std::fmt::Display); 2] =
            [("rows", &self.rows), ("files", &self.files)];
        let mut sentences = vec![fill(words().restored, &figures)];
        sentences.extend(self.notes.iter().cloned());
        sentences
    }
}

/// Reads everything anew and tells what differs from the backup.
///
/// # Errors
/// A [`Problem`] when the backup belongs to another install, or something cannot be read.
pub fn difference(session: &mut Session, backup: &Backup) -> Result<Difference, Problem> {
    let change = change_back(session, backup)?;
    let row = |s: &Swap| sanitize(&format!("{}#{}.{}", s.table, s.id, s.column));
    Ok(Difference {
        rows: change.swaps.iter().map(row).collect(),
        files: change.files.into_iter().map(|file| file.path).collect(),
    })
}

/// Puts the backup back.
///
/// # Errors
/// A [`Failure`]; then nothing was changed, unless it says otherwise.
pub fn restore(
    session: &mut Session,
    ledger: &mut Ledger,
    backup: &Backup,
    progress: &mut Progress<'_>,
) -> Result<Restored, Failure> {
    let w = words();
    let change = change_back(session, backup)?;
    change.require_possible(session)?;
    ledger.sweep()?;
    let root = session.install.root.clone();
    let run = ledger::beginning(Kind::Restore, &root, &backup.folder);
    let intent = change.intent(&|_| None, &|_| Vec::new());
    let id = ledger.begin(&run, &intent)?;
    progress(w.undo_rows, 0, Some(change.swaps.len() as u64));
    change.carry_out(session, ledger, id, &backup.folder, &mut || {
        progress(w.undo_files, 0, None)
    })?;
    let mut notes: Vec<String> = caches::restart_workers(&session.install)
        .into_iter()
        .chain([w.opcache_hint.to_owned()])
        .collect();
    // Whatever was left unfinished is overwritten by now.
    if let Err(problem) = ledger.taken_back(id, &backup.folder) {
        notes.push(fill(w.journal_not_ended, &[("why", &problem.why)]));
    }
    Ok(Restored {
        rows: change.swaps.len(),
        files: change.files.len(),
        notes,
    })
}

fn change_back(session: &mut Session, backup: &Backup) -> Result<Change, Problem> {
    let w = words();
    let (here, there) = (&session.install.root, &backup.manifest.install);
    if here != there {
        let why = format!(
            "{} ≠ {}",
            sanitize(&there.to_string_lossy()),
            sanitize(&here.to_string_lossy())
        );
        return Err(Problem::new(
            w.restore_other_install,
            why,
            w.restore_other_install_next,
        ));
    }
    checks::read_inventory(session)?;
    Ok(Change {
        swaps: swaps(session, backup)?,
        files: files_back(session, backup)?,
    })
}

fn swaps(session: &mut Session, backup: &Backup) -> Result<Vec<Swap>, Problem> {
    let saved = backup.rows().map_err(|e| backup_problem(&e))?;
    let mut swaps = Vec::new();
    for (cell, text) in saved
        .into_iter()
        .filter(|(cell, _)| cell.table != Table::Env)
    {
        let now = match session.inventory.cells.get(&cell) {
            Some(now) => Some(now.clone()),
            // Emptied since, so that no secret is found there any more.
            None => read_cell(session, &cell)?,
        };
        // A row that was deleted since cannot be put back alone.
        let Some(old) = now.filter(|now| *now != text) else {
            continue;
        };
        swaps.push(Swap {
            table: cell.table.name(),
            id: cell.id,
            column: cell.column,
            old,
            new: text,
        });
    }
    Ok(swaps)
}

/// One text from the database; `None` when there is no such row.
pub(super) fn read_cell(
    session: &mut Session,
    cell: &Cell,
) -> Result<Option<Option<SecretBytes>>, Problem> {
    let mut found = None;
    let read = session.store.read(
        cell.table.name(),
        &[cell.column.as_str()],
        None,
        &mut |id, values| {
            if id == cell.id {
                found = Some(values.first().and_then(Stored::text).map(SecretBytes::from));
            }
        },
    );
    read.map_err(|e| survey::unreachable_database(&e, &session.settings))?;
    Ok(found)
}

fn files_back(session: &Session, backup: &Backup) -> Result<Vec<FileChange>, Problem> {
    let mut changes = Vec::new();
    let env = backup
        .file("files/env")
        .map_err(|e| backup_problem(&e))?
        .map(|(_, bytes)| bytes);
    for saved in backup.saved_files() {
        let path = session.place_of(
            &saved.name,
            &saved.origin,
            env.as_ref().map(|bytes| &bytes[..]),
        )?;
        let Some((saved, bytes)) = backup.file(&saved.name).map_err(|e| backup_problem(&e))? else {
            continue;
        };
        let before = file_change::current(&path).map_err(|e| file_problem(&e))?;
        if before
            .as_ref()
            .map(|file| files::hex(&file.digest()))
            .as_ref()
            != Some(&saved.sha256)
        {
            let attributes = saved.attributes();
            changes.push(FileChange::new(path, before, Some((bytes, attributes))));
        }
    }
    // A file that did not exist then would outweigh what is put back.
    let install = &session.install;
    for (name, path) in [
        ("files/config.php", install.cache_path()),
        ("files/env", install.env_path()),
    ] {
        let before = file_change::current(&path).map_err(|e| file_problem(&e))?;
        if backup.saved_name(name).is_none() && before.is_some() {
            changes.push(FileChange::new(path, before, None));
        }
    }
    Ok(changes)
}
