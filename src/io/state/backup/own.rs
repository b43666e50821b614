//! The backups of one install, the newest of them, within bounds: a folder of backups may hold anything by now.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{Backup, BackupError, MARKER, SavedFile};
use crate::io::fs;
use crate::io::install;
use zeroize::Zeroizing;

/// So many backups of an install are opened.
pub const MOST: usize = 100;
/// So many folders are looked at to find them.
const MOST_FOLDERS: usize = 5000;
/// A longer manifest is not ours: a backup has a handful of files.
const MAX_MANIFEST: u64 = 1 << 20;

/// What was found.
#[derive(Default)]
pub struct BackupsFound {
    /// The newest, the newest first.
    pub backups: Vec<Backup>,
    /// Folders marked as backups that cannot be opened, and why.
    pub refused: Vec<(PathBuf, BackupError)>,
    /// How many of this install are there beyond those.
    pub more: usize,
}

/// The backups of an install, whichever release of it, that lie below `parent`, and those of `named` that do not.
pub fn of(parent: &Path, named: &[PathBuf], install: &Path) -> BackupsFound {
    let install = install::identified(install);
    let below = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut below: Vec<PathBuf> = below
        .take(MOST_FOLDERS)
        .map(|entry| entry.path())
        .filter(|path| path.join(MARKER).is_file())
        .collect();
    // Their names tell when they were made.
    below.sort_by(|a, b| b.cmp(a));
    let (mut own, mut seen) = (BackupsFound::default(), HashSet::new());
    for folder in below.into_iter().chain(named.iter().cloned()) {
        let Ok(real) = std::fs::canonicalize(&folder) else {
            // What the journal names may have been removed since.
            continue;
        };
        if !seen.insert(real) {
            continue;
        }
        match Backup::open_within(&folder, MAX_MANIFEST) {
            Ok(backup) if !backup.manifest.is_of(&install) => {}
            Ok(_) if own.backups.len() == MOST => own.more += 1,
            Ok(backup) => own.backups.push(backup),
            Err(error) if own.refused.len() < MOST => own.refused.push((folder, error)),
            Err(_) => {}
        }
    }
    let created = |backup: &Backup| (backup.manifest.created.clone(), backup.folder.clone());
    own.backups
        .sort_by_key(|backup| std::cmp::Reverse(created(backup)));
    own
}

impl Backup {
    /// A saved file and where it stands, if it is no longer than this.
    ///
    /// # Errors
    /// [`BackupError`] when it cannot be read, is encrypted and was not unlocked, is longer, or does not match its sum.
    pub fn file_within(
        &self,
        saved: &SavedFile,
        max: u64,
    ) -> Result<(PathBuf, Zeroizing<Vec<u8>>), BackupError> {
        let path = self.path_of(saved)?;
        if saved.encrypted {
            return Ok((path, self.bytes_of(saved)?));
        }
        let read = fs::read(&path, max)?;
        match fs::hex(&read.digest()) == saved.sha256 {
            true => Ok((path, read.bytes)),
            false => Err(BackupError::Sum(path)),
        }
    }
}
