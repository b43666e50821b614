//! Rows and files that shall stand, compared with those of the install: what is still to be written of them. What a text or
//! a file may replace is the caller's to say; nothing is written here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::file_change::{self, FileChange};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::Inventory;
use crate::domain::inventory::secret::{Cell, SecretBytes, Table};
use crate::domain::run::reconcile::{Digest, Found, Intended, Standing, reconcile};
use crate::engine::session::{Session, database};
use crate::io::db::{Stored, Swap};
use crate::io::fs::{self, FileError, FileRead};
use crate::words::{joined, words};

/// The digest of a stored text.
pub(super) fn digest(text: Option<&SecretBytes>) -> Digest {
    text.map(|text| fs::hex(&fs::digest(text.expose())))
}

/// The rows of a change.
pub(super) struct RowChanges {
    /// Still to be written, each compared with what was read.
    pub(super) swaps: Vec<Swap>,
    /// Left alone: somebody else changed them, or they were deleted.
    pub(super) foreign: Vec<Cell>,
}

/// Compares texts that shall stand with what the session has read, or reads what it has not. `text` gives the text itself;
/// one that comes out otherwise than its digest says is not written.
pub(super) fn rows(
    session: &mut Session,
    intended: Vec<Intended<Cell>>,
    text: &dyn Fn(&Inventory, &Cell) -> Option<SecretBytes>,
) -> Result<RowChanges, Problem> {
    let now = stored_now(session, &intended)?;
    let found = |cell: &Cell| match now.get(cell) {
        Some(text) => Found::Text(digest(text.as_ref())),
        None => Found::NoRow,
    };
    let reconciled = reconcile(intended, found);
    let mut rows = RowChanges {
        swaps: Vec::new(),
        foreign: reconciled.foreign,
    };
    for Intended {
        place: cell, new, ..
    } in reconciled.to_write
    {
        let text = text(&session.inventory, &cell);
        if digest(text.as_ref()) != new {
            rows.foreign.push(cell);
            continue;
        }
        rows.swaps.push(Swap {
            table: cell.table.name(),
            id: cell.id,
            old: now.get(&cell).cloned().flatten(),
            new: text,
            column: cell.column,
        });
    }
    Ok(rows)
}

/// The texts that stand in these cells. A cell whose row was deleted is missing.
fn stored_now(
    session: &mut Session,
    intended: &[Intended<Cell>],
) -> Result<BTreeMap<Cell, Option<SecretBytes>>, Problem> {
    let mut now = BTreeMap::new();
    // Emptied since, so that no secret was found there.
    let mut unread: BTreeMap<(Table, &str), BTreeSet<u64>> = BTreeMap::new();
    for Intended { place: cell, .. } in intended {
        if let Some(text) = session.inventory.cells.get(cell) {
            now.insert(cell.clone(), text.clone());
        } else if cell.table != Table::Env {
            let column = (cell.table, cell.column.as_str());
            unread.entry(column).or_default().insert(cell.id);
        }
    }
    for ((table, column), ids) in unread {
        let read = session
            .store
            .read(table.name(), &[column], None, &mut |id, values| {
                if ids.contains(&id) {
                    let cell = Cell {
                        table,
                        id,
                        column: column.to_owned(),
                    };
                    let text = values.first().and_then(Stored::text);
                    now.insert(cell, text.map(SecretBytes::from));
                }
            });
        read.map_err(|e| database::unreachable_database(&e, &session.settings))?;
    }
    Ok(now)
}

/// How a file stands that shall be written, or removed.
pub(super) enum FileStands {
    /// As it shall.
    Done,
    /// Still to be written here, in place of this.
    ToWrite(PathBuf, Option<FileRead>),
    /// Somebody else changed it.
    Foreign(PathBuf, Option<FileRead>),
    /// The cached config of a release that a deploy has replaced is not put here: the one here is removed.
    OfFormerRelease(FileChange),
}

/// Compares a file that shall stand with what stands in its place. `name` is its name in a backup, `saved_env` the `.env` of
/// that; `was_cut_off` is asked of a file that nothing else explains: it may have been cut off while it was written in place.
///
/// # Errors
/// A [`Problem`] when it is none of the install's files, or cannot be read.
pub(super) fn file(
    session: &Session,
    name: Option<&str>,
    intended: &Intended<PathBuf>,
    saved_env: Option<&[u8]>,
    was_cut_off: &dyn Fn(&FileRead) -> Result<bool, Problem>,
) -> Result<FileStands, Problem> {
    let origin = &intended.place;
    let path = session.place_of(name.unwrap_or_default(), origin, saved_env)?;
    let before = file_change::current(&path).map_err(|e| unreadable(&e))?;
    if session.is_former_cache(origin, &path) {
        let removed =
            |before| FileStands::OfFormerRelease(FileChange::new(path, Some(before), None));
        return Ok(before.map_or(FileStands::Done, removed));
    }
    let now = before.as_ref().map(|file| fs::hex(&file.digest()));
    let was_cut_off = || before.as_ref().map_or(Ok(false), was_cut_off);
    Ok(match intended.standing_of_file(now, was_cut_off)? {
        Standing::Done => FileStands::Done,
        Standing::ToWrite => FileStands::ToWrite(path, before),
        Standing::Foreign => FileStands::Foreign(path, before),
    })
}

fn unreadable(error: &FileError) -> Problem {
    let w = words();
    let next = joined::sentences(&[w.quit_nothing_changed, w.env_unreadable_next]);
    ErrorKind::FileUnreadable.problem(w.file_unreadable, error.to_string(), next)
}
