//! A folder held open, reached without being led astray: root works below folders that the web user may rearrange at any
//! moment. Files are then written, renamed and removed within it, by their names alone.
//!
//! Which links are followed on the way there, `io::fs::resolve` decides.

use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File};
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use zeroize::Zeroizing;

use super::{Attributes, FileError, MAX_CONFIG_BYTES, hex, resolve};
use crate::io::os::crash_points::{self, Point};
use crate::io::os::spawn::Account;
use crate::io::os::{as_user, entropy};

/// The folder, open.
pub(super) struct Folder(OwnedFd);

/// The folder of a path, open, and the name within it.
///
/// # Errors
/// [`FileError`] when the way is barred, or a foreign link lies on it.
pub(super) fn of(path: &Path) -> Result<(Folder, OsString), FileError> {
    let refused = |e: Errno| FileError::Refused(path.to_owned(), e.into());
    let name = path.file_name().ok_or_else(|| refused(Errno::INVAL))?;
    let parent = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    Ok((Folder::open(parent)?, name.to_owned()))
}

/// Makes a folder and what is missing above it (0700), and brings all of that to the disk.
///
/// Of what is there already the last part may be one that an earlier run made when it was cut off: it is synced as well.
pub(in crate::io) fn make(path: &Path) -> std::io::Result<()> {
    let exists = |part: &Path| std::fs::metadata(part).is_ok();
    let parts: Vec<&Path> = path
        .ancestors()
        .filter(|p| p.file_name().is_some())
        .collect();
    let there = parts.iter().position(|part| exists(part));
    let missing = there.unwrap_or(parts.len());
    for part in parts.iter().take(missing + 1).rev() {
        match DirBuilder::new().mode(0o700).create(part) {
            Ok(()) => crash_points::pass(Point::FolderMade),
            Err(_) if exists(part) => {}
            Err(e) => return Err(e),
        }
        sync(part.parent().unwrap_or(Path::new("/")))?;
    }
    Ok(())
}

/// Brings to the disk what was made, renamed or removed in a folder.
///
/// # Errors
/// [`failed`].
pub(in crate::io) fn sync(folder: &Path) -> std::io::Result<()> {
    match File::open(folder) {
        Ok(open) => failed(rustix::fs::fsync(open)),
        // One that may be entered and not read. What is made in it, is made.
        Err(_) => Ok(()),
    }
}

/// What a sync of a folder came to. Some network file systems cannot: no reason to say that a file was not written.
///
/// # Errors
/// Where the disk itself has failed, or has no room for it.
fn failed(synced: Result<(), Errno>) -> std::io::Result<()> {
    match synced {
        Err(e @ (Errno::IO | Errno::NOSPC | Errno::DQUOT)) => Err(e.into()),
        _ => Ok(()),
    }
}

/// A name that nothing has yet.
pub(super) fn temporary_name() -> String {
    format!("{}{}", super::STAGED_NAME, hex(&entropy::bytes::<8>()))
}

/// Makes an entry in a folder. A file system that was mounted within a container with users of its own knows those alone,
/// and takes nothing from root of the host ("user_namespaces(7)"): there it is made as the folder's owner would.
///
/// # Errors
/// The system's.
pub(super) fn make_in<T>(
    folder: &OwnedFd,
    make: impl Fn() -> Result<T, Errno>,
) -> Result<T, Errno> {
    match make() {
        Err(Errno::OVERFLOW) => {
            let stat = rustix::fs::fstat(folder)?;
            let owner = Account {
                uid: stat.st_uid,
                gid: stat.st_gid,
            };
            as_user::with(owner, make).unwrap_or(Err(Errno::OVERFLOW))
        }
        made => made,
    }
}

impl Folder {
    /// Opens a folder, step by step.
    ///
    /// # Errors
    /// As [`of`].
    pub(super) fn open(path: &Path) -> Result<Self, FileError> {
        resolve::into(path).map(Self)
    }

    /// The open folder itself.
    pub(super) fn fd(&self) -> &OwnedFd {
        &self.0
    }

    /// Writes a file of this name atomically, with these attributes, whether or not it exists.
    ///
    /// # Errors
    /// What the system says; then the old file stands.
    pub(super) fn write(
        &self,
        name: &OsStr,
        bytes: &[u8],
        attributes: &Attributes,
    ) -> Result<(), WriteError> {
        let temporary = OsString::from(temporary_name());
        let outcome = self
            .stage(&temporary, bytes, attributes)
            .and_then(|()| self.put(&temporary, name));
        if outcome.is_err() {
            // It may never have been made.
            let _ = rustix::fs::unlinkat(&self.0, &temporary, AtFlags::empty());
        }
        outcome
    }

    /// Makes a new file, complete and on the disk, which [`Folder::put`] can bring in place of another.
    ///
    /// # Errors
    /// What the system says; then the file may stand there in part.
    pub(super) fn stage(
        &self,
        temporary: &OsStr,
        bytes: &[u8],
        attributes: &Attributes,
    ) -> Result<(), WriteError> {
        let create =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let file = make_in(&self.0, || {
            rustix::fs::openat(&self.0, temporary, create, mode)
        })?;
        crash_points::pass(Point::FileCreated);
        let mut file = File::from(file);
        file.write_all(bytes)?;
        crash_points::pass(Point::FileWritten);
        own(&file, attributes).map_err(WriteError::Owner)?;
        file.sync_all()?;
        self.sync()?;
        crash_points::pass(Point::FileSynced);
        Ok(())
    }

    /// Brings a staged file in place of the file of this name, whether or not there is one.
    ///
    /// # Errors
    /// What the system says; then the staged file still stands.
    pub(super) fn put(&self, temporary: &OsStr, name: &OsStr) -> Result<(), WriteError> {
        let rename = || rustix::fs::renameat(&self.0, temporary, &self.0, name);
        match make_in(&self.0, rename) {
            Ok(()) => crash_points::pass(Point::FileRenamed),
            // A single file mounted into a container cannot be renamed over: it is written in place. Until that is
            // done, the staged one stands.
            Err(Errno::BUSY) => {
                let staged = rustix::fs::openat(&self.0, temporary, resolve::READ, Mode::empty())?;
                let write = OFlags::WRONLY | resolve::READ;
                let mounted = rustix::fs::openat(&self.0, name, write, Mode::empty())?;
                let (mut staged, mut mounted) = (File::from(staged), File::from(mounted));
                require_ours(&staged, &mounted)?;
                let mut bytes = Zeroizing::new(Vec::new());
                (&mut staged)
                    .take(MAX_CONFIG_BYTES)
                    .read_to_end(&mut bytes)?;
                let (first, rest) = bytes.split_at(crash_points::cut(bytes.len()));
                mounted.write_all(first)?;
                crash_points::pass(Point::FileHalfWritten);
                mounted.write_all(rest)?;
                crash_points::pass(Point::FileWritten);
                mounted.set_len(bytes.len() as u64)?;
                mounted.sync_all()?;
                crash_points::pass(Point::FileSynced);
                rustix::fs::unlinkat(&self.0, temporary, AtFlags::empty())?;
            }
            Err(e) => return Err(e.into()),
        }
        self.sync()?;
        crash_points::pass(Point::FolderSynced);
        Ok(())
    }

    /// Gives a staged file this name, which nothing has yet.
    ///
    /// # Errors
    /// What the system says, that something has the name among it; then the staged file still stands.
    pub(super) fn put_new(&self, temporary: &OsStr, name: &OsStr) -> Result<(), WriteError> {
        let new = RenameFlags::NOREPLACE;
        let rename = || rustix::fs::renameat_with(&self.0, temporary, &self.0, name, new);
        match make_in(&self.0, rename) {
            // A file system of another machine may not know how; a second name is never one that is taken.
            Err(Errno::INVAL | Errno::NOSYS) => {
                let link =
                    || rustix::fs::linkat(&self.0, temporary, &self.0, name, AtFlags::empty());
                make_in(&self.0, link)?;
                rustix::fs::unlinkat(&self.0, temporary, AtFlags::empty())?;
            }
            renamed => renamed?,
        }
        crash_points::pass(Point::FileRenamed);
        self.sync()?;
        crash_points::pass(Point::FolderSynced);
        Ok(())
    }

    /// As [`sync`].
    fn sync(&self) -> std::io::Result<()> {
        let readable = OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY;
        match rustix::fs::openat(&self.0, ".", readable, Mode::empty()) {
            Ok(open) => failed(rustix::fs::fsync(open)),
            Err(_) => Ok(()),
        }
    }

    /// Brings a file of this name to the disk that another program wrote, and its name.
    pub(super) fn sync_file(&self, name: &OsStr) -> std::io::Result<()> {
        let file = rustix::fs::openat(&self.0, name, resolve::READ, Mode::empty())?;
        failed(rustix::fs::fsync(file))?;
        self.sync()
    }

    /// Removes a file of this name. Says whether there was one.
    ///
    /// # Errors
    /// What the system says; then it stays.
    pub(super) fn remove(&self, name: &OsStr) -> std::io::Result<bool> {
        match rustix::fs::unlinkat(&self.0, name, AtFlags::empty()) {
            Ok(()) => {
                crash_points::pass(Point::FileRemoved);
                self.sync()?;
                Ok(true)
            }
            Err(Errno::NOENT) => Ok(false),
            // Of a file system that is read-only this is said before anybody looks.
            Err(Errno::ROFS) if self.is_missing(name) => Ok(false),
            Err(e) => Err(e.into()),
        }
    }

    fn is_missing(&self, name: &OsStr) -> bool {
        let found = rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW);
        matches!(found, Err(Errno::NOENT))
    }
}

/// Why a file was not written.
pub(super) enum WriteError {
    /// Owner, group or mode cannot be set.
    Owner(std::io::Error),
    /// Anything else.
    System(std::io::Error),
}

impl From<std::io::Error> for WriteError {
    fn from(error: std::io::Error) -> Self {
        WriteError::System(error)
    }
}

impl From<Errno> for WriteError {
    fn from(error: Errno) -> Self {
        WriteError::System(error.into())
    }
}

/// Whether the staged file is still the one we made: in the web user's folder another may stand under its name by now, one
/// that they may not read themselves and would like to see copied.
fn require_ours(staged: &File, mounted: &File) -> std::io::Result<()> {
    let (made, there) = (staged.metadata()?, mounted.metadata()?);
    let rights = |meta: &std::fs::Metadata| (meta.uid(), meta.gid(), meta.mode() & 0o777);
    let same = made.is_file() && there.is_file() && made.nlink() == 1;
    match same && rights(&made) == rights(&there) {
        true => Ok(()),
        false => Err(std::io::Error::from(std::io::ErrorKind::PermissionDenied)),
    }
}

/// Sets owner, group and mode on an open file.
fn own(file: &File, attributes: &Attributes) -> std::io::Result<()> {
    let stat = rustix::fs::fstat(file)?;
    if (stat.st_uid, stat.st_gid) != (attributes.uid, attributes.gid) {
        std::os::unix::fs::fchown(file.as_fd(), Some(attributes.uid), Some(attributes.gid))?;
    }
    // No file of an install runs as somebody else.
    rustix::fs::fchmod(file, Mode::from_raw_mode(attributes.mode & 0o777))?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    const SOMEBODY: u32 = 65534;

    #[test]
    fn our_own_links_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("real")).unwrap();
        symlink("real", folder.path().join("link")).unwrap();
        let (open, name) = of(&folder.path().join("link/file")).ok().unwrap();
        assert!(open.write(&name, b"x", &Attributes::closed()).is_ok());
        assert_eq!(
            std::fs::read(folder.path().join("real/file")).unwrap(),
            b"x"
        );
        assert!(open.remove(&name).is_ok_and(|was| was));
        assert!(open.remove(&name).is_ok_and(|was| !was));
        assert_eq!(
            std::fs::read_dir(folder.path().join("real"))
                .unwrap()
                .count(),
            0,
            "nothing is left behind"
        );
    }

    #[test]
    fn a_foreign_link_leads_nowhere_but_to_its_makers_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["ours", "theirs"] {
            std::fs::create_dir(path(name)).unwrap();
        }
        symlink("ours", path("trap")).unwrap();
        symlink("theirs", path("harmless")).unwrap();
        let root = crate::not_tried::as_root("links of another account in place of a folder");
        for name in ["trap", "harmless"] {
            let given = std::os::unix::fs::lchown(path(name), Some(SOMEBODY), None);
            assert_eq!(given.is_ok(), root, "only root gives files away");
        }
        if root {
            std::os::unix::fs::chown(path("theirs"), Some(SOMEBODY), None).unwrap();
        }
        assert_eq!(
            matches!(Folder::open(&path("trap")), Err(FileError::ForeignLink(..))),
            root
        );
        assert!(Folder::open(&path("harmless")).is_ok());
    }
}
