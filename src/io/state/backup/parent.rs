//! The folder that holds backups, and others of ours.

use std::path::Path;

use super::error::BackupError;
use crate::io::container::within;
use crate::io::fs::{folder, trust};

/// Makes the folder that holds backups (0700), or checks that it is safe to use.
///
/// # Errors
/// [`BackupError::Open`] when it was prepared by somebody else, or lies where others may put another in its place.
pub fn prepare_parent(parent: &Path) -> Result<(), BackupError> {
    let system = |e| BackupError::System(parent.to_owned(), e);
    require_reached(parent)?;
    // Before anything is made: an account that may rename a folder above it could swap that.
    trust::require_closed(&trust::existing(parent))?;
    folder::make(parent).map_err(system)?;
    trust::require_closed(parent)?;
    let meta = std::fs::metadata(parent).map_err(system)?;
    if !meta.is_dir() {
        return Err(BackupError::Foreign(parent.to_owned()));
    }
    Ok(())
}

/// Refuses a folder that would be one of the container's that we work within: what is kept is kept on the host.
///
/// # Errors
/// [`BackupError::NotTakenAlong`].
pub fn require_reached(folder: &Path) -> Result<(), BackupError> {
    match within::get() {
        Some(within) if !within.is_kept(folder) => {
            Err(BackupError::NotTakenAlong(folder.to_owned()))
        }
        _ => Ok(()),
    }
}
