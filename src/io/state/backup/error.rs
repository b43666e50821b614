//! What goes wrong with backups.

use std::path::{Path, PathBuf};

use crate::io::fs::disk_trouble::Obstacle;
use crate::io::fs::{FileError, trust};
use crate::words::untrusted::shown;

/// What went wrong with a backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The system refused.
    #[error("{}", text!(error_path, path = shown(.0), why = .1))]
    System(PathBuf, std::io::Error),
    /// What was read back is not what was written, or a sum does not match.
    #[error("{}", text!(error_sum, path = shown(.0)))]
    Sum(PathBuf),
    /// A line or member is not of our form: file, and line counted from 1 (0 for the whole file).
    #[error("{}", text!(error_backup_form, path = shown(.0), line = .1))]
    Form(PathBuf, usize),
    /// The folder, or one above it, belongs to another user, or others may write into it.
    #[error(transparent)]
    Open(#[from] trust::Distrust),
    /// The folder was prepared by another user, or others may write into it.
    #[error("{}", text!(error_open_folder, path = shown(.0)))]
    Foreign(PathBuf),
    /// We work within a container, and this folder of the host was not taken along.
    #[error("{}", text!(error_not_taken_along, path = shown(.0)))]
    NotTakenAlong(PathBuf),
    /// The folder for the keys lies within the folder of the backups.
    #[error("{}", text!(error_not_apart, path = shown(.0)))]
    NotApart(PathBuf),
    /// The files that hold a key lie apart, and this folder of them is not there.
    #[error("{}", text!(error_keys_away, path = shown(.0)))]
    KeysAway(PathBuf),
    /// A newer version of this program made it.
    #[error("{}", text!(error_backup_newer, path = shown(.0), schema = .1))]
    Newer(PathBuf, u32),
    /// The backup is encrypted and was not unlocked.
    #[error("{}", text!(error_locked, path = shown(.0)))]
    Locked(PathBuf),
    /// The passphrase does not open this file.
    #[error("{}", text!(error_passphrase, path = shown(.0)))]
    Passphrase(PathBuf),
    /// An encrypted file was cut off or changed, or is not of our making.
    #[error("{}", text!(error_sealed, path = shown(.0)))]
    Sealed(PathBuf),
}

impl BackupError {
    /// Whether the backup, or a part of it, is not there, or not as it was written: no passphrase and no rights would help.
    pub fn is_lost(&self) -> bool {
        match self {
            BackupError::File(error) => error.is_missing(),
            BackupError::Sum(_)
            | BackupError::Form(..)
            | BackupError::Sealed(_)
            | BackupError::KeysAway(_) => true,
            _ => false,
        }
    }

    /// The file or folder it is about.
    pub fn path(&self) -> &Path {
        match self {
            BackupError::File(error) => error.path(),
            BackupError::Open(trust::Distrust::Open(open)) => &open.path,
            BackupError::System(path, _)
            | BackupError::Open(trust::Distrust::System(path, _))
            | BackupError::Sum(path)
            | BackupError::Form(path, _)
            | BackupError::Foreign(path)
            | BackupError::NotTakenAlong(path)
            | BackupError::NotApart(path)
            | BackupError::KeysAway(path)
            | BackupError::Newer(path, _)
            | BackupError::Locked(path)
            | BackupError::Passphrase(path)
            | BackupError::Sealed(path) => path,
        }
    }

    /// What the operator can remove, where that is known.
    pub fn obstacle(&self) -> Option<Obstacle> {
        match self {
            BackupError::File(error) => error.obstacle(),
            BackupError::System(_, error)
            | BackupError::Open(trust::Distrust::System(_, error)) => Obstacle::of(error),
            _ => None,
        }
    }
}
