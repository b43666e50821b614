//! Why a file was not read or not written, as sentences that say what stands there, whose it is, and what to do about it.

use std::path::{Path, PathBuf};

use rustix::fs::FileType;

use super::disk_trouble::Obstacle;
use super::owners::user_name;
use crate::words::untrusted::shown;
use crate::words::words;

/// Why a file was not read or not written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is none.
    #[error("{}", of_path(.0, &self.reason()))]
    Missing(PathBuf),
    /// The operating system refused.
    #[error("{}", of_path(.0, &self.reason()))]
    Refused(PathBuf, std::io::Error),
    /// A folder, FIFO, socket or device, and whose (user id).
    #[error("{}", of_path(.0, &self.reason()))]
    NotAFile(PathBuf, NodeKind, u32),
    /// A link by one user to a file of another.
    #[error("{}", of_path(.0, &self.reason()))]
    ForeignLink(PathBuf, Box<UnfollowedLink>),
    /// One of several names of a file that does not belong to the owner of its folder.
    #[error("{}", of_path(.0, &self.reason()))]
    SecondName(PathBuf, SecondName),
    /// Larger than we read.
    #[error("{}", of_path(.0, &self.reason()))]
    TooLarge(PathBuf, u64),
    /// Somebody else changed it since we read it.
    #[error("{}", of_path(.0, &self.reason()))]
    Changed(PathBuf),
    /// Owner or group cannot be kept by this user.
    #[error("{}", of_path(.0, &self.reason()))]
    Owner(PathBuf, std::io::Error),
    /// It has the flag that forbids any change.
    #[error("{}", of_path(.0, &self.reason()))]
    Immutable(PathBuf),
}

/// What stands where a file should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// A folder.
    Folder,
    /// A FIFO.
    Fifo,
    /// A socket.
    Socket,
    /// A device.
    Device,
    /// Something else.
    Other,
}

impl NodeKind {
    pub(super) fn of(kind: FileType) -> Self {
        match kind {
            FileType::Directory => NodeKind::Folder,
            FileType::Fifo => NodeKind::Fifo,
            FileType::Socket => NodeKind::Socket,
            FileType::BlockDevice | FileType::CharacterDevice => NodeKind::Device,
            _ => NodeKind::Other,
        }
    }

    fn name(self) -> &'static str {
        let w = words();
        match self {
            NodeKind::Folder => w.kind_folder,
            NodeKind::Fifo => w.kind_fifo,
            NodeKind::Socket => w.kind_socket,
            NodeKind::Device => w.kind_device,
            NodeKind::Other => w.kind_other,
        }
    }
}

/// A link that was not followed.
#[derive(Debug)]
pub struct UnfollowedLink {
    /// User id of its owner.
    pub owner: u32,
    /// Where it leads.
    pub target: PathBuf,
    /// User id of the owner of what it leads to.
    pub target_owner: u32,
}

/// A file with several names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondName {
    /// How many.
    pub names: u64,
    /// User id of its owner.
    pub owner: u32,
    /// User id of the owner of the folder.
    pub folder_owner: u32,
}

fn of_path(path: &Path, why: &str) -> String {
    let path = shown(&path).to_string();
    text!(error_path, path = path, why = why)
}

impl FileError {
    pub(super) fn from_io(path: &Path, error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::NotFound {
            FileError::Missing(path.to_owned())
        } else {
            FileError::Refused(path.to_owned(), error)
        }
    }

    /// The reason alone, for places that name the file themselves.
    pub fn reason(&self) -> String {
        let w = words();
        match self {
            FileError::Refused(_, e) => e.to_string(),
            FileError::Owner(_, e) => text!(error_owner, why = e),
            FileError::Missing(_) => w.error_no_such_file.to_owned(),
            FileError::NotAFile(_, kind, owner) => text!(
                error_not_a_file,
                kind = kind.name(),
                owner = user_name(*owner)
            ),
            FileError::ForeignLink(_, link) => text!(
                error_foreign_link,
                owner = user_name(link.owner),
                target = shown(&link.target),
                target_owner = user_name(link.target_owner)
            ),
            FileError::SecondName(_, file) => text!(
                error_second_name,
                names = file.names,
                owner = user_name(file.owner),
                folder_owner = user_name(file.folder_owner)
            ),
            FileError::TooLarge(_, max) => text!(error_too_large, max = max),
            FileError::Changed(_) => w.error_changed.to_owned(),
            FileError::Immutable(_) => w.error_immutable.to_owned(),
        }
    }

    /// Whether something stands there that should not: the reason says what to do about it.
    pub fn is_trap(&self) -> bool {
        matches!(
            self,
            FileError::NotAFile(..)
                | FileError::ForeignLink(..)
                | FileError::SecondName(..)
                | FileError::TooLarge(..)
        )
    }

    /// The file, or the folder that refused.
    pub fn path(&self) -> &Path {
        match self {
            FileError::Missing(path)
            | FileError::Refused(path, _)
            | FileError::NotAFile(path, ..)
            | FileError::ForeignLink(path, _)
            | FileError::SecondName(path, _)
            | FileError::TooLarge(path, _)
            | FileError::Changed(path)
            | FileError::Owner(path, _)
            | FileError::Immutable(path) => path,
        }
    }

    /// What the operator can remove, where that is known.
    pub fn obstacle(&self) -> Option<Obstacle> {
        match self {
            FileError::Refused(_, e) | FileError::Owner(_, e) => Obstacle::of(e),
            FileError::Immutable(_) => Some(Obstacle::Immutable),
            _ => None,
        }
    }

    /// Whether there simply is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(self, FileError::Missing(_))
    }
}
