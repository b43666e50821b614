//! What the system had against writing, as far as the operator can do something about it.

use std::io::Error;

use rustix::io::Errno;

/// Why the system did not write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The file system, or somebody's share of it, is full.
    NoRoom,
    /// The file system is mounted read-only.
    ReadOnlyMount,
    /// The file has the flag that forbids any change (`chattr +i`, `+a`).
    Immutable,
}

impl Obstacle {
    /// What an error of the system says. A flag cannot be distinguished from missing rights by the error alone.
    pub fn of(error: &Error) -> Option<Self> {
        match Errno::from_io_error(error)? {
            Errno::NOSPC | Errno::DQUOT | Errno::FBIG => Some(Obstacle::NoRoom),
            Errno::ROFS => Some(Obstacle::ReadOnlyMount),
            _ => None,
        }
    }

    /// What SQLite says of its file.
    pub fn of_sqlite(error: &rusqlite::Error) -> Option<Self> {
        match error.sqlite_error_code()? {
            rusqlite::ErrorCode::DiskFull => Some(Obstacle::NoRoom),
            rusqlite::ErrorCode::ReadOnly => Some(Obstacle::ReadOnlyMount),
            _ => None,
        }
    }
}
