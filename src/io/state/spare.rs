//! Where it is remembered what the watch told while the journal cannot be written: one file in memory, in a folder of `/run`
//! that is closed to others. It lasts until the machine starts anew; what is in it goes into the journal as soon as it can.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::NAME;
use super::backup::{BackupError, prepare_parent};
use super::journal::outbox::Undelivered;
use super::lock::{Lock, LockError};
use crate::domain::run::watch::fleet::FleetMemory;
use crate::io::fs::{self, Attributes};

/// A longer file is none of ours.
const MOST_BYTES: u64 = 64 << 20;

/// What the journal could not take.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpareMemory {
    /// What is remembered of all installs.
    pub fleet: FleetMemory,
    /// What has not reached everybody, beside what waits in the journal.
    pub undelivered: Vec<Undelivered>,
    /// Who took what waits in the journal, by its numbers there.
    pub taken: Vec<(i64, Vec<String>)>,
}

/// The file, for one state folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpareFile {
    folder: PathBuf,
    path: PathBuf,
}

impl SpareFile {
    /// The file that stands in for the journal of this state folder; `None` where the system gives this account no folder.
    pub fn of(state_dir: &Path) -> Option<Self> {
        Some(Self::within(&runtime_folder()?.join(NAME), state_dir))
    }

    fn within(folder: &Path, state_dir: &Path) -> Self {
        Self {
            path: super::file_of_filed(folder, state_dir, "watch", "json"),
            folder: folder.to_owned(),
        }
    }

    /// What is in it; `None` where there is none, or what cannot be understood.
    pub fn read(&self) -> Option<SpareMemory> {
        fs::trust::require_closed(&self.folder).ok()?;
        let file = fs::read(&self.path, MOST_BYTES).ok()?;
        serde_json::from_slice(&file.bytes).ok()
    }

    /// Writes it as a whole.
    ///
    /// # Errors
    /// [`BackupError`]; then what was there stands.
    pub fn write(&self, memory: &SpareMemory) -> Result<(), BackupError> {
        prepare_parent(&self.folder)?;
        let bytes = serde_json::to_vec(memory)
            .map_err(|e| BackupError::System(self.path.clone(), e.into()))?;
        Ok(fs::replace(&self.path, &bytes, &Attributes::closed())?)
    }

    /// Removes it, where it is there.
    pub fn remove(&self) {
        // What stays is read again, and says what was told.
        let _ = fs::remove(&self.path);
    }

    /// Takes the lock for telling here, where the state folder gives none.
    ///
    /// # Errors
    /// As [`Lock::take_for_telling`].
    pub fn lock(&self, patience: std::time::Duration) -> Result<Lock, LockError> {
        Lock::take_for_telling(&self.folder, patience)
    }
}

/// The folder in memory that the system gives this account.
fn runtime_folder() -> Option<PathBuf> {
    let uid = rustix::process::geteuid();
    if uid.is_root() {
        return Some(PathBuf::from("/run"));
    }
    let named = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let usual = PathBuf::from(format!("/run/user/{}", uid.as_raw()));
    named
        .into_iter()
        .chain([usual])
        .find(|folder| folder.is_absolute() && folder.is_dir())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_written_is_read_where_nobody_else_can_have_written_it() {
        let run = tempfile::tempdir().unwrap();
        let folder = run.path().join("ours");
        let file = |state: &str| SpareFile::within(&folder, Path::new(state));
        let memory = SpareMemory {
            taken: vec![(7, vec!["mail".to_owned()])],
            ..SpareMemory::default()
        };
        assert_eq!(file("/a").read(), None);
        file("/a").write(&memory).unwrap();
        assert_eq!(file("/a").read(), Some(memory));
        assert_eq!(file("/b").read(), None, "another state folder");
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o777)).unwrap();
        assert_eq!(file("/a").read(), None);
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o700)).unwrap();
        file("/a").remove();
        assert_eq!(file("/a").read(), None);
    }
}
