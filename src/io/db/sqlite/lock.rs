//! `flock` on the folder of the file: SQLite takes no notice of it, and nothing that SQLite closes gives it back.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use super::Sqlite;
use crate::io::db::error::StoreError;
use crate::io::db::lock::Claimant;
use crate::io::db::store::LockAnswer;

/// The kernel's list of all locks.
const LOCKS: &str = "/proc/locks";
/// More of it is not read.
const MAX_LOCKS: u64 = 1 << 20;

pub(super) fn claim(store: &mut Sqlite) -> Result<LockAnswer, StoreError> {
    let refused = |e: std::io::Error| StoreError::Query(e.to_string().into());
    let file = std::fs::canonicalize(&store.file).map_err(refused)?;
    let folder = OpenOptions::new()
        .read(true)
        .custom_flags((OFlags::DIRECTORY | OFlags::CLOEXEC).bits().cast_signed())
        .open(file.parent().unwrap_or(Path::new("/")))
        .map_err(refused)?;
    match folder.try_lock() {
        Ok(()) => {
            store.claimed = Some(folder);
            Ok(LockAnswer::Ours)
        }
        Err(TryLockError::WouldBlock) => Ok(LockAnswer::Theirs(Claimant {
            pid: holder(&folder),
            ..Claimant::default()
        })),
        Err(TryLockError::Error(e)) => Err(refused(e)),
    }
}

/// The process that holds the lock, where the kernel's list tells.
fn holder(folder: &File) -> Option<u32> {
    let inode = folder.metadata().ok()?.ino();
    let mut list = String::new();
    let locks = File::open(LOCKS).ok()?;
    locks.take(MAX_LOCKS).read_to_string(&mut list).ok()?;
    list.lines().find_map(|line| of_line(line, inode))
}

/// `1: FLOCK  ADVISORY  WRITE 4711 fd:01:1234 0 EOF`, see proc_locks(5).
fn of_line(line: &str, inode: u64) -> Option<u32> {
    let mut words = line.split_whitespace().skip(1);
    let flock = words.next() == Some("FLOCK");
    let (pid, place) = (words.nth(2)?, words.next()?);
    let number: u64 = place.rsplit(':').next()?.parse().ok()?;
    let pid: u32 = pid.parse().ok()?;
    (flock && number == inode && pid > 0).then_some(pid)
}

#[cfg(test)]
mod tests {
    use super::of_line;

    #[test]
    fn the_holder_is_read_from_the_kernels_list() {
        let line = "1: FLOCK  ADVISORY  WRITE 4711 fd:01:1234 0 EOF";
        assert_eq!(of_line(line, 1234), Some(4711));
        assert_eq!(of_line(line, 1235), None);
        let others = [
            "2: POSIX  ADVISORY  WRITE 4711 fd:01:1234 0 EOF",
            // Of another namespace of processes.
            "3: FLOCK  ADVISORY  WRITE 0 fd:01:1234 0 EOF",
            "3: FLOCK  ADVISORY  WRITE",
            "",
        ];
        for line in others {
            assert_eq!(of_line(line, 1234), None, "{line}");
        }
    }
}
