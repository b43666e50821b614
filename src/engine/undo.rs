//! Takes a recovery back: every row and file byte for byte as it was, but for what somebody else changed since.

use std::collections::BTreeMap;

use crate::domain::problem::Problem;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::{Cell, SecretBytes, Table};
use crate::engine::apply::swap_problem;
use crate::engine::backup::{self, Progress, backup_problem};
use crate::engine::caches;
use crate::engine::checks;
use crate::engine::session::Session;
use crate::io::backup::{Backup, RecoveryRecord, SavedFile, WrittenFile};
use crate::io::files::{self, Attributes, FileError, MAX_CONFIG_BYTES};
use crate::io::store::Swap;
use crate::words::{fill, words};

/// What was taken back.
#[derive(Debug, Clone, Default)]
pub struct Undone {
    /// Rows put back.
    pub rows: usize,
    /// Rows that somebody changed since; they were left alone. Places as printed.
    pub refused: Vec<String>,
    /// Files put back.
    pub files: usize,
    /// Sentences for the operator.
    pub notes: Vec<String>,
}

/// Takes back the recovery that this backup was made for.
///
/// # Errors
/// A [`Problem`]; then nothing was changed, unless it says otherwise.
pub fn undo(
    session: &mut Session,
    backup: &Backup,
    progress: &mut Progress<'_>,
) -> Result<Undone, Problem> {
    let w = words();
    let record = backup
        .recovery()
        .map_err(|e| backup_problem(&e))?
        .ok_or_else(|| Problem::new(w.undo_nothing, "", w.undo_nothing_next))?;
    progress(w.undo_checking, 0, None);
    backup.verify().map_err(|e| backup_problem(&e))?;
    let saved = backup.rows().map_err(|e| backup_problem(&e))?;
    checks::read_inventory(session)?;
    let files = files_to_restore(&record, backup)?;
    let (swaps, refused) = swaps(session, &record, &saved);

    progress(w.undo_rows, 0, Some(swaps.len() as u64));
    session
        .store
        .swap(&swaps)
        .map_err(|e| swap_problem(&e, &swaps, session))?;
    let mut undone = Undone {
        rows: swaps.len(),
        refused,
        ..Undone::default()
    };
    progress(w.undo_files, 0, None);
    for (path, file) in files {
        let result = match file {
            Some((saved, bytes)) => files::write_new(&path, &bytes, &attributes(&saved)),
            None => files::remove(&path).map(|_| ()),
        };
        match result {
            Ok(()) => undone.files += 1,
            Err(error) => undone.notes.push(fill(
                w.undo_file_failed,
                &[("why", &sanitize(&error.to_string()))],
            )),
        }
    }
    undone
        .notes
        .extend(caches::restart_workers(&session.install));
    let record = RecoveryRecord {
        undone: Some(backup::now().1),
        ..record
    };
    backup.record(&record).map_err(|e| backup_problem(&e))?;
    session.reread_files()?;
    checks::read_inventory(session)?;
    Ok(undone)
}

fn attributes(saved: &SavedFile) -> Attributes {
    Attributes {
        uid: saved.uid,
        gid: saved.gid,
        mode: saved.mode,
        modified: 0,
    }
}

type Restored = Vec<(
    std::path::PathBuf,
    Option<(SavedFile, zeroize::Zeroizing<Vec<u8>>)>,
)>;

/// The files to put back. Refuses, before anything is written, when one was changed since: with `.env` in an unknown
/// state the rows must not be touched either.
fn files_to_restore(record: &RecoveryRecord, backup: &Backup) -> Result<Restored, Problem> {
    let w = words();
    let mut restored = Vec::new();
    for WrittenFile {
        origin,
        saved,
        new_sha256,
    } in &record.files
    {
        let saved = match saved {
            Some(name) => backup.file(name).map_err(|e| backup_problem(&e))?,
            None => None,
        };
        let now = match files::read(origin, MAX_CONFIG_BYTES) {
            Ok(file) => Some(files::hex(&file.digest())),
            Err(e) if e.is_missing() => None,
            Err(e) => return Err(changed(&e)),
        };
        if now.as_ref() == saved.as_ref().map(|(file, _)| &file.sha256) {
            continue;
        }
        // A file with no digest was removed, or rebuilt by FreeScout itself: whatever stands there now may go.
        if new_sha256.is_some() && now != *new_sha256 {
            return Err(Problem::new(
                fill(
                    w.undo_file_changed,
                    &[("path", &sanitize(&origin.to_string_lossy()))],
                ),
                w.undo_file_changed_why,
                w.undo_file_changed_next,
            ));
        }
        restored.push((origin.clone(), saved));
    }
    Ok(restored)
}

fn changed(error: &FileError) -> Problem {
    let w = words();
    Problem::new(
        w.file_unreadable,
        sanitize(&error.to_string()),
        w.undo_file_changed_next,
    )
}

/// The swaps back, and the rows that are no longer as we left them.
fn swaps(
    session: &Session,
    record: &RecoveryRecord,
    saved: &BTreeMap<Cell, Option<SecretBytes>>,
) -> (Vec<Swap>, Vec<String>) {
    let (mut swaps, mut refused) = (Vec::new(), Vec::new());
    let cells = &session.inventory.cells;
    for written in &record.cells {
        let known = cells.keys().chain(saved.keys()).find(|c| {
            c.table != Table::Env
                && c.table.name() == written.table
                && c.id == written.id
                && c.column == written.column
        });
        let Some(cell) = known else { continue };
        let (now, before) = (
            cells.get(cell).cloned().flatten(),
            saved.get(cell).cloned().flatten(),
        );
        if now == before {
            continue;
        }
        let sum = now
            .as_ref()
            .map(|text| files::hex(&files::digest(text.expose())));
        if sum.as_ref() == Some(&written.new_sha256) {
            swaps.push(Swap {
                table: cell.table.name(),
                id: cell.id,
                column: cell.column.clone(),
                old: now,
                new: before,
            });
        } else {
            refused.push(sanitize(&format!(
                "{}#{}.{}",
                written.table, written.id, written.column
            )));
        }
    }
    (swaps, refused)
}
