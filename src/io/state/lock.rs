//! One run at a time on an install: a lock that ends with the process that holds it, however it ends, and that says who
//! that is.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use super::backup::{BackupError, prepare_parent};
use crate::io::fs::disk_trouble::Obstacle;
use crate::io::install::identity;
use crate::io::state;
use crate::words::untrusted::{Untrusted, shown};

/// How long a lock is tried for.
const PATIENCE: Duration = Duration::from_millis(200);
/// A holder's note longer than this is none.
const MAX_NOTE: u64 = 4 << 10;

/// Who holds a lock, as the holder wrote it down.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Holder {
    /// Process number.
    pub pid: u32,
    /// Machine.
    #[serde(with = "crate::words::untrusted::as_read")]
    pub host: Untrusted,
    /// User.
    #[serde(with = "crate::words::untrusted::as_read")]
    pub user: Untrusted,
    /// Since when, RFC 3339.
    #[serde(with = "crate::words::untrusted::as_read")]
    pub since: Untrusted,
}

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else holds it.
    #[error("{}", .0.pid)]
    Held(Holder),
    /// The state folder cannot be used.
    #[error(transparent)]
    Folder(#[from] BackupError),
    /// The system refused.
    #[error("{}", text!(error_path, path = shown(.0), why = .1))]
    System(PathBuf, std::io::Error),
}

impl LockError {
    /// The file or folder it is about; none where somebody holds it.
    pub fn path(&self) -> Option<&Path> {
        match self {
            LockError::Held(_) => None,
            LockError::Folder(error) => Some(error.path()),
            LockError::System(path, _) => Some(path),
        }
    }

    /// What the operator can remove, where that is known.
    pub fn obstacle(&self) -> Option<Obstacle> {
        match self {
            LockError::Held(_) => None,
            LockError::Folder(error) => error.obstacle(),
            LockError::System(_, error) => Obstacle::of(error),
        }
    }
}

/// The lock, held until it is dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "closing the file gives the lock back")] File);

impl Lock {
    /// Takes the lock of an install, at once or not at all.
    pub fn take(state_dir: &Path, install: &Path, us: &Holder) -> Result<Self, LockError> {
        Self::take_file(state_dir, file_of(state_dir, install), Some(us), PATIENCE)
    }

    /// Takes the lock that keeps two rounds of the watch off one install; waits so long for it. A run does not wait for it, nor
    /// a round for a run. Nothing is written to it, as a round mostly writes nothing: who holds it is not known.
    ///
    /// # Errors
    /// As [`Lock::take`].
    pub fn take_for_round(
        state_dir: &Path,
        install: &Path,
        patience: Duration,
    ) -> Result<Self, LockError> {
        let path = state::file_of(state_dir, install, ROUND, ENDING);
        Self::take_file(state_dir, path, None, patience)
    }

    /// Takes the lock by which only one process at a time tells what the rounds of this folder saw; waits so long for it.
    ///
    /// # Errors
    /// As [`Lock::take`].
    pub fn take_for_telling(folder: &Path, patience: Duration) -> Result<Self, LockError> {
        Self::take_file(folder, folder.join(TELLING), None, patience)
    }

    fn take_file(
        state_dir: &Path,
        path: PathBuf,
        us: Option<&Holder>,
        patience: Duration,
    ) -> Result<Self, LockError> {
        prepare_parent(state_dir)?;
        let system = |e| LockError::System(path.clone(), e);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags((OFlags::NOFOLLOW | OFlags::CLOEXEC).bits().cast_signed())
            .open(&path)
            .map_err(system)?;
        let began = Instant::now();
        let taken = loop {
            match file.try_lock() {
                // Somebody who only asks who holds it also holds it for a moment.
                Err(TryLockError::WouldBlock) if began.elapsed() < patience => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                taken => break taken,
            }
        };
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held(note(&file)));
            }
            Err(TryLockError::Error(e)) => return Err(system(e)),
        }
        let Some(us) = us else { return Ok(Self(file)) };
        let text = serde_json::to_vec(us).map_err(|e| system(e.into()))?;
        file.set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| file.write_all(&text))
            .map_err(system)?;
        Ok(Self(file))
    }

    /// Who holds the lock of an install now; `None` where nobody does.
    pub fn holder(state_dir: &Path, install: &Path) -> Option<Holder> {
        Self::holder_of_filed(state_dir, &identity(install))
    }

    /// The same by what the install is filed under.
    pub fn holder_of_filed(state_dir: &Path, filed: &Path) -> Option<Holder> {
        let flags = OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(state::file_of_filed(state_dir, filed, KIND, ENDING))
            .ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(note(&file)),
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }
}

/// How the files of locks are called.
const KIND: &str = "install";
const ROUND: &str = "watch";
const ENDING: &str = "lock";
/// The file of the lock for telling.
const TELLING: &str = "watch-telling.lock";

fn file_of(state_dir: &Path, install: &Path) -> PathBuf {
    state::file_of(state_dir, install, KIND, ENDING)
}

/// What the holder wrote. He may be writing it just now.
fn note(file: &File) -> Holder {
    let mut note = Vec::new();
    let _ = Read::take(file, MAX_NOTE).read_to_end(&mut note);
    serde_json::from_slice(&note).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_was_first_and_comes_in_when_he_is_gone() {
        let state = tempfile::tempdir().unwrap();
        let us = |pid| Holder {
            pid,
            host: "mail".to_owned().into(),
            user: "root".to_owned().into(),
            since: "2026-11-24T14:02:00+01:00".to_owned().into(),
        };
        let take =
            |install: &str, pid| Lock::take(&state.path().join("s"), Path::new(install), &us(pid));
        let first = take("/srv/a", 1).unwrap();
        assert!(take("/srv/b", 3).is_ok(), "another install is free");
        let Err(LockError::Held(holder)) = take("/srv/a", 2) else {
            unreachable!("two hold one lock")
        };
        assert_eq!(holder, us(1));
        let holder = || Lock::holder(&state.path().join("s"), Path::new("/srv/a"));
        assert_eq!(holder(), Some(us(1)));
        drop(first);
        assert_eq!(holder(), None);
        assert!(take("/srv/a", 2).is_ok());
    }
}
