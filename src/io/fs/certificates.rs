//! Files of certificates that others name (`DB_MYSQL_ATTR_SSL_CA` in `.env`), for libraries that open what they are given
//! and read it to its end: a device has none, and a FIFO waits for ever.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use rustix::fs::MemfdFlags;

use super::{FileError, FileRead};
use crate::io::fs;

/// A file of certificates is no longer than this, in bytes. The bundles of whole systems have a quarter of a MiB.
const MOST: u64 = 16 << 20;

/// Reads a file of certificates: a regular one, of a bounded size.
pub fn read(path: &Path) -> Result<FileRead, FileError> {
    fs::read(path, MOST)
}

/// What was read of a file, under a path of this process's own that leads to nothing else.
#[derive(Debug)]
pub struct Copied(File);

impl Copied {
    /// Reads the file.
    ///
    /// # Errors
    /// [`FileError`], or the system's that it has no memory for the copy.
    pub fn of(path: &Path) -> Result<Self, FileError> {
        let read = read(path)?;
        let copy = || -> std::io::Result<File> {
            let mut copy = File::from(rustix::fs::memfd_create(
                "certificates",
                MemfdFlags::CLOEXEC,
            )?);
            copy.write_all(&read.bytes)?;
            Ok(copy)
        };
        copy().map(Self).map_err(|e| FileError::from_io(path, e))
    }

    /// The path, for as long as this is kept.
    pub fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.0.as_raw_fd()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, FileType, Mode};

    #[test]
    fn only_files_that_end_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name| folder.path().join(name);
        std::fs::write(path("ca"), "certificates").unwrap();
        let copied = Copied::of(&path("ca")).unwrap();
        // What becomes of the file afterwards changes nothing; and it can be read more than once.
        std::fs::write(path("ca"), "others").unwrap();
        for _ in 0..2 {
            assert_eq!(std::fs::read(copied.path()).unwrap(), b"certificates");
        }
        rustix::fs::mknodat(CWD, path("fifo"), FileType::Fifo, Mode::RUSR, 0).unwrap();
        for endless in [Path::new("/dev/zero"), &path("fifo"), folder.path()] {
            let refused = Copied::of(endless);
            assert!(
                matches!(refused, Err(FileError::NotAFile(..))),
                "{refused:?}"
            );
        }
        let large = File::create(path("large")).unwrap();
        large.set_len(MOST + 1).unwrap();
        let refused = Copied::of(&path("large"));
        assert!(
            matches!(refused, Err(FileError::TooLarge(_, MOST))),
            "{refused:?}"
        );
    }
}
