//! The folder that holds backups, and others of ours.

use std::path::Path;

use super::error::BackupError;
use crate::io::fs::{folder, trust};

/// Makes the folder that holds backups (0700), or checks that it is safe to use.
///
/// # Errors
/// [`BackupError::Open`] when it was prepared by somebody else, or lies where others may put another in its place.
pub fn prepare_parent(parent: &Path) -> Result<(), BackupError> {
    let system = |e| BackupError::System(parent.to_owned(), e);
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
