//! The key apart from what it opens: the files of an install that hold a key, in a folder of the backup's name elsewhere.
//!
//! Closed like the backup, and marked, so that it is not taken for a find when keys are searched for.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::BackupError;
use super::form::FILES;
use super::parent::prepare_parent;
use crate::io::fs;

/// Marks the folder, and says whose keys it holds.
pub(super) const MARKER: &str = ".freescout-rescue-keys";
/// A longer mark is not ours.
const MAX_MARK: u64 = 64 << 10;

/// What the mark says.
#[derive(Serialize, Deserialize)]
pub(super) struct KeysFolderMark {
    /// Version of this form.
    pub(super) schema: u32,
    /// The folder of the backup.
    pub(super) backup: PathBuf,
    /// The install.
    pub(super) install: PathBuf,
    /// When, RFC 3339.
    pub(super) created: String,
}

/// Where the keys shall lie, links resolved: `keys_dir`, made or found safe, which must not be within the folder of the
/// backups, whose own links are resolved.
///
/// # Errors
/// [`BackupError::NotApart`], or as [`prepare_parent`].
pub(super) fn parent(keys_dir: &Path, backups: &Path) -> Result<PathBuf, BackupError> {
    prepare_parent(keys_dir)?;
    let keys_dir =
        std::fs::canonicalize(keys_dir).map_err(|e| BackupError::System(keys_dir.to_owned(), e))?;
    if keys_dir.starts_with(backups) {
        return Err(BackupError::NotApart(keys_dir));
    }
    Ok(keys_dir)
}

/// Makes the folder. Says whether it was not there before.
///
/// # Errors
/// [`BackupError::System`].
pub(super) fn make(folder: &Path) -> Result<bool, BackupError> {
    let failed = |e| BackupError::System(folder.to_owned(), e);
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => {}
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => return Ok(false),
        Err(e) => return Err(failed(e)),
    }
    DirBuilder::new()
        .mode(0o700)
        .create(folder.join(FILES))
        .map_err(failed)?;
    Ok(true)
}

/// Whether this folder holds the keys of a backup, and nobody else could have prepared it.
pub(super) fn is_keys(folder: &Path) -> bool {
    require_closed(folder).is_ok()
        && fs::read(&folder.join(MARKER), MAX_MARK).is_ok_and(|mark| {
            closed(mark.attributes.uid, mark.attributes.mode)
                && serde_json::from_slice::<KeysFolderMark>(&mark.bytes).is_ok()
        })
}

/// Refuses a folder that somebody else prepared, or may write into.
///
/// # Errors
/// [`BackupError::Foreign`], or [`BackupError::System`] when there is none.
pub(super) fn require_closed(folder: &Path) -> Result<(), BackupError> {
    let meta = std::fs::metadata(folder).map_err(|e| BackupError::System(folder.to_owned(), e))?;
    if meta.is_dir() && closed(meta.uid(), meta.mode()) {
        Ok(())
    } else {
        Err(BackupError::Foreign(folder.to_owned()))
    }
}

/// Ours or root's, and nobody else may write: whoever can write a manifest decides which files we write.
pub(super) fn closed(uid: u32, mode: u32) -> bool {
    [0, rustix::process::geteuid().as_raw()].contains(&uid) && mode & 0o022 == 0
}
