//! Puts a backup back, whatever happened since: every saved text and file that differs from what stands now.
//!
//! The caller makes a new backup first, so that this too can be taken back.

use std::path::PathBuf;

use crate::domain::problem::Problem;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::{Cell, Table};
use crate::engine::apply::swap_problem;
use crate::engine::backup::{Progress, backup_problem};
use crate::engine::caches;
use crate::engine::checks;
use crate::engine::session::Session;
use crate::io::backup::Backup;
use crate::io::files::{self, Attributes, MAX_CONFIG_BYTES};
use crate::io::store::Swap;
use crate::words::words;

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

/// Reads everything anew and tells what differs from the backup.
///
/// # Errors
/// A [`Problem`] when the backup belongs to another install, or something cannot be read.
pub fn difference(session: &mut Session, backup: &Backup) -> Result<Difference, Problem> {
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
    let rows = swaps(session, backup)?;
    let rows = rows
        .iter()
        .map(|s| sanitize(&format!("{}#{}.{}", s.table, s.id, s.column)))
        .collect();
    let files = changed_files(backup)?
        .into_iter()
        .map(|(path, ..)| path)
        .collect();
    Ok(Difference { rows, files })
}

/// Puts the backup back.
///
/// # Errors
/// A [`Problem`]; then nothing was changed, unless it says otherwise.
pub fn restore(
    session: &mut Session,
    backup: &Backup,
    progress: &mut Progress<'_>,
) -> Result<Restored, Problem> {
    let w = words();
    let swaps = swaps(session, backup)?;
    let files = changed_files(backup)?;
    progress(w.undo_rows, 0, Some(swaps.len() as u64));
    session
        .store
        .swap(&swaps)
        .map_err(|e| swap_problem(&e, &swaps, session))?;
    progress(w.undo_files, 0, None);
    let mut restored = Restored {
        rows: swaps.len(),
        ..Restored::default()
    };
    for (path, bytes, attributes) in files {
        match files::write_new(&path, &bytes, &attributes) {
            Ok(()) => restored.files += 1,
            Err(error) => restored.notes.push(crate::words::fill(
                w.undo_file_failed,
                &[("why", &sanitize(&error.to_string()))],
            )),
        }
    }
    restored
        .notes
        .extend(caches::restart_workers(&session.install));
    Ok(restored)
}

fn swaps(session: &Session, backup: &Backup) -> Result<Vec<Swap>, Problem> {
    let saved = backup.rows().map_err(|e| backup_problem(&e))?;
    let now = &session.inventory.cells;
    let differs = |(cell, text): &(Cell, _)| {
        cell.table != Table::Env && now.get(cell).is_some_and(|now| now != text)
    };
    Ok(saved
        .into_iter()
        .filter(differs)
        .map(|(cell, text)| Swap {
            table: cell.table.name(),
            id: cell.id,
            old: now.get(&cell).cloned().flatten(),
            new: text,
            column: cell.column,
        })
        .collect())
}

type ChangedFiles = Vec<(PathBuf, zeroize::Zeroizing<Vec<u8>>, Attributes)>;

fn changed_files(backup: &Backup) -> Result<ChangedFiles, Problem> {
    let mut changed = Vec::new();
    for saved in backup.saved_files() {
        let Some((saved, bytes)) = backup.file(&saved.name).map_err(|e| backup_problem(&e))? else {
            continue;
        };
        let same = files::read(&saved.origin, MAX_CONFIG_BYTES)
            .is_ok_and(|file| files::hex(&file.digest()) == saved.sha256);
        if !same {
            let attributes = Attributes {
                uid: saved.uid,
                gid: saved.gid,
                mode: saved.mode,
                modified: 0,
            };
            changed.push((saved.origin, bytes, attributes));
        }
    }
    Ok(changed)
}
