//! Whose a file is, and what its permissions are.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

use crate::io::os::accounts;

/// Owner, group, mode and time of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
    /// Permission bits.
    pub mode: u32,
    /// Last change, Unix seconds.
    pub modified: i64,
}

impl Attributes {
    /// Of a file of ours that everybody may read.
    pub fn readable() -> Self {
        Self {
            mode: 0o644,
            ..Self::closed()
        }
    }

    /// Of a file of ours that is closed to others.
    pub fn closed() -> Self {
        Self {
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
            mode: 0o600,
            modified: 0,
        }
    }
}

impl From<&Metadata> for Attributes {
    fn from(meta: &Metadata) -> Self {
        Self {
            uid: meta.uid(),
            gid: meta.gid(),
            mode: meta.mode() & 0o7777,
            modified: meta.mtime(),
        }
    }
}

/// Whose something is, and what its permissions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ownership {
    /// User id of its owner.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
    /// Permission bits.
    pub mode: u32,
}

/// The name of a user, or the number where it has none.
pub fn user_name(uid: u32) -> String {
    accounts::called(uid)
}

/// The name of a group, or its number where it has none here.
pub fn group_name(gid: u32) -> String {
    accounts::group(gid).map_or_else(|| gid.to_string(), |group| group.name)
}
