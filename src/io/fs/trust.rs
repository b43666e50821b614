//! Folders and programs that nobody but root (or we) can have changed, or can change: those alone may hold our backups,
//! and be run with our rights.
//!
//! That takes every folder above as well: an account that may rename one of them chooses what the path leads to.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::io::container::within;
use crate::io::fs;
use crate::words::untrusted::shown;

const STICKY: u32 = 0o1000;
const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;

/// Something that somebody else may change, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.said())]
pub struct Open {
    /// The folder or file.
    pub path: PathBuf,
    /// User id of its owner.
    pub owner: u32,
    /// Its permission bits.
    pub mode: u32,
}

impl Open {
    fn said(&self) -> String {
        text!(
            error_open_to_others,
            path = shown(&self.path),
            owner = fs::user_name(self.owner),
            mode = format!("{:04o}", self.mode)
        )
    }
}

/// Why something cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub enum Distrust {
    /// Others may change it, or what lies above it.
    #[error(transparent)]
    Open(#[from] Open),
    /// It cannot be looked at.
    #[error("{1}")]
    System(PathBuf, std::io::Error),
}

/// Refuses a file or folder that somebody else can have changed, or any folder above it that they may rename or fill.
///
/// # Errors
/// [`Distrust`] names the first such part of the path.
pub fn require_closed(path: &Path) -> Result<(), Distrust> {
    let system = |path: &Path| {
        let path = path.to_owned();
        move |e| Distrust::System(path, e)
    };
    // The path as it is used, and the one it leads to where links are on it.
    let used = std::path::absolute(path).map_err(system(path))?;
    let real = std::fs::canonicalize(path).map_err(system(path))?;
    for path in [&real, &used] {
        for part in path.ancestors() {
            let meta = std::fs::metadata(part).map_err(system(part))?;
            require(part, &meta)?;
        }
    }
    Ok(())
}

fn require(path: &Path, meta: &std::fs::Metadata) -> Result<(), Open> {
    let we = rustix::process::geteuid();
    let ours = meta.uid() == we.as_raw() || within::is_root(meta.uid());
    // Root's group has root in it alone; a plain account's own is as good as itself.
    let own_group = !we.is_root() && meta.gid() == rustix::process::getegid().as_raw();
    let group =
        meta.mode() & GROUP_WRITES != 0 && !within::is_roots_group(meta.gid()) && !own_group;
    let written = group || meta.mode() & OTHERS_WRITE != 0;
    // In a sticky folder, as /tmp is, nobody can rename what belongs to others.
    let sticky = meta.is_dir() && meta.mode() & STICKY != 0;
    if ours && (!written || sticky) {
        return Ok(());
    }
    Err(Open {
        path: path.to_owned(),
        owner: meta.uid(),
        mode: meta.mode() & 0o7777,
    })
}

/// The nearest folder of this path that exists.
pub fn existing(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let exists = |part: &&Path| std::fs::symlink_metadata(part).is_ok();
    let found = path.ancestors().find(exists);
    found.unwrap_or(Path::new("/")).to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    const SOMEBODY: u32 = 65534;

    fn open_part(path: &Path) -> Option<PathBuf> {
        match require_closed(path) {
            Ok(()) => None,
            Err(Distrust::Open(open)) => Some(open.path),
            Err(e) => panic!("{e}"),
        }
    }

    #[test]
    fn every_folder_above_counts() {
        let folder = tempfile::tempdir().unwrap();
        let top = std::fs::canonicalize(folder.path()).unwrap();
        let (middle, leaf) = (top.join("middle"), top.join("middle/leaf"));
        std::fs::create_dir_all(&leaf).unwrap();
        let mode = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        assert_eq!(open_part(&leaf), None);
        mode(&middle, 0o777);
        assert_eq!(open_part(&leaf), Some(middle.clone()));
        mode(&middle, 0o1777);
        assert_eq!(open_part(&leaf), None, "nobody renames what is not his");
        mode(&middle, 0o755);
        if crate::not_tried::as_root("a folder of another account on the way") {
            chown(&middle, Some(SOMEBODY), None).unwrap();
            assert_eq!(open_part(&leaf), Some(middle.clone()));
            // By way of a link in their folder, which they may turn, to one of ours.
            let ours = top.join("ours");
            std::fs::create_dir(&ours).unwrap();
            symlink(&ours, middle.join("link")).unwrap();
            assert_eq!(open_part(&ours), None);
            assert_eq!(open_part(&middle.join("link")), Some(middle.clone()));
            chown(&middle, Some(0), Some(SOMEBODY)).unwrap();
            mode(&middle, 0o775);
            assert_eq!(open_part(&leaf), Some(middle.clone()), "a group of others");
        }
        assert_eq!(existing(&leaf.join("not/there")), leaf);
    }
}
