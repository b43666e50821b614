//! The folders of this host that are taken along into a container: for backups and journal.

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use crate::io::fs::trust::{self, Distrust};
use crate::words::untrusted::shown;

/// What the kernel fills. Nothing lasts there, and the view has its own or the host's in their place.
const KERNELS: [&str; 3] = ["/proc", "/sys", "/dev"];

/// Why a folder of this host cannot be taken along.
#[derive(Debug, thiserror::Error)]
pub enum UnusableFolder {
    /// Others may change it, or it cannot be looked at.
    #[error(transparent)]
    Distrusted(#[from] Distrust),
    /// It lies in a folder that the kernel fills.
    #[error("{}", text!(container_folder_of_kernel, folder = shown(.0), top = .1))]
    Kernels(PathBuf, &'static str),
    /// The system refused to make it, or to open it.
    #[error("{}", text!(container_folder_refused, folder = shown(.0), why = .1))]
    System(PathBuf, io::Error),
}

/// A folder of ours on the host that is there while we work within. Where it was made for that and nothing came into it, it
/// is removed afterwards: to look at an install leaves nothing behind.
pub(super) struct HostFolder {
    held: OwnedFd,
    /// Those that were made, the innermost first.
    made: Vec<PathBuf>,
}

impl HostFolder {
    pub(super) fn require(folder: &Path) -> Result<Self, UnusableFolder> {
        let top = |top: &&'static str| folder.starts_with(top);
        if let Some(top) = KERNELS.iter().copied().find(|it| top(it)) {
            return Err(UnusableFolder::Kernels(folder.to_owned(), top));
        }
        // The view shows nothing of who may change what leads there.
        trust::require_closed(&trust::existing(folder))?;
        let refused = |e: Errno| UnusableFolder::System(folder.to_owned(), e.into());
        let missing = folder.ancestors().take_while(|part| !part.exists());
        let made: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        for part in made.iter().rev() {
            match rustix::fs::mkdir(part, Mode::from_raw_mode(0o700)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(e) => return Err(refused(e)),
            }
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let held = rustix::fs::open(folder, flags, Mode::empty()).map_err(refused)?;
        let _ = rustix::fs::flock(&held, FlockOperation::LockShared);
        Ok(Self { held, made })
    }
}

impl Drop for HostFolder {
    fn drop(&mut self) {
        // Somebody else may be within, with this very folder, and have nothing in it yet.
        let alone = rustix::fs::flock(&self.held, FlockOperation::NonBlockingLockExclusive);
        if alone.is_ok() {
            for folder in &self.made {
                if rustix::fs::rmdir(folder).is_err() {
                    break;
                }
            }
        }
    }
}
