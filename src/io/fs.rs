//! Reading and replacing files of an install that belongs to somebody else.
//!
//! We often run as root, and everything under the web root can be prepared by the web user. So: a link is followed only
//! when the file it leads to belongs to the owner of the link (or the link is root's), only regular files are opened,
//! never more than a bound is read, and a file is replaced by an atomic rename that keeps owner, group and mode.
//!
//! A second name of somebody else's file (a hard link) is read as any file: what we make of it root alone gets to see. It
//! is not replaced: a rename would leave the other name untouched, but what stands there is no file of this install.

pub mod certificates;
pub mod complete;
pub mod disk_trouble;
pub mod folder;
pub mod resolve;
pub mod standard_input;
pub mod trust;
pub mod volatile;

mod error;
mod owners;

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use crate::io::fs::folder::{Folder, WriteError};
use crate::io::os::crash_points::{self, Point};

use rustix::fs::{Access, AtFlags, CWD, FileType, IFlags, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Configuration files longer than this are not FreeScout's.
pub const MAX_CONFIG_BYTES: u64 = 8 << 20;

pub use error::{FileError, NodeKind, SecondName, UnfollowedLink};
pub use owners::{Attributes, Ownership, group_name, user_name};

/// A file as read.
#[derive(Clone)]
pub struct FileRead {
    /// Where it really is, links resolved.
    pub path: PathBuf,
    /// Its bytes, wiped on drop.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Its attributes.
    pub attributes: Attributes,
}

impl FileRead {
    /// SHA-256 of the bytes.
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.bytes)
    }
}

/// SHA-256.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

/// Opens a regular file of a tree that was entered by its real path: a link anywhere on the way has come in between, and
/// is not followed. Its access time is kept where the system allows.
pub(super) fn open_regular(path: &Path) -> Result<(File, Metadata), FileError> {
    let open = |flags: OFlags| {
        let links = ResolveFlags::NO_SYMLINKS;
        match rustix::fs::openat2(CWD, path, flags, Mode::empty(), links) {
            // Linux before 5.6.
            Err(Errno::NOSYS) => rustix::fs::openat(CWD, path, flags, Mode::empty()),
            opened => opened,
        }
    };
    let opened = open(resolve::READ | OFlags::NOATIME).or_else(|e| match e {
        // Not ours; or a container that does not know the call.
        Errno::PERM | Errno::ACCESS => open(resolve::READ)
            .or_else(|_| rustix::fs::openat(CWD, path, resolve::READ, Mode::empty())),
        e => Err(e),
    });
    let file = File::from(opened.map_err(|e| FileError::from_io(path, e.into()))?);
    resolve::regular(&file, path).map(|meta| (file, meta))
}

/// As [`open_regular`], the file `name` of an open folder. `path` is where errors say it is.
pub(super) fn open_regular_in(
    folder: BorrowedFd<'_>,
    name: &OsStr,
    path: &Path,
) -> Result<(File, Stat), FileError> {
    let fail = |e: Errno| FileError::from_io(path, e.into());
    let file = open_quietly(folder, Path::new(name), resolve::READ).map_err(fail)?;
    let stat = rustix::fs::fstat(&file).map_err(fail)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok((File::from(file), stat)),
        kind => Err(FileError::NotAFile(
            path.to_owned(),
            NodeKind::of(kind),
            stat.st_uid,
        )),
    }
}

/// Opens with its access time kept, where the system allows that.
pub(super) fn open_quietly(
    folder: BorrowedFd<'_>,
    path: &Path,
    flags: OFlags,
) -> Result<OwnedFd, Errno> {
    let open = |flags| {
        rustix::io::retry_on_intr(|| rustix::fs::openat(folder, path, flags, Mode::empty()))
    };
    open(flags | OFlags::NOATIME).or_else(|e| match e {
        Errno::PERM | Errno::ACCESS => open(flags),
        _ => Err(e),
    })
}

/// Reads a whole regular file of at most `max` bytes.
///
/// # Errors
/// [`FileError`]; nothing is read from anything but a regular file.
pub fn read(path: &Path, max: u64) -> Result<FileRead, FileError> {
    let (file, meta, path) = resolve::open_file(path)?;
    read_open(file, &meta, path, max)
}

fn read_open(file: File, meta: &Metadata, path: PathBuf, max: u64) -> Result<FileRead, FileError> {
    if meta.len() > max {
        return Err(FileError::TooLarge(path, max));
    }
    // Room for all of it at once: a growing buffer would leave copies of secrets behind.
    let room = usize::try_from(meta.len()).unwrap_or(0) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(max + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| FileError::from_io(&path, e))?;
    if bytes.len() as u64 > max {
        return Err(FileError::TooLarge(path, max));
    }
    Ok(FileRead {
        path,
        bytes,
        attributes: Attributes::from(meta),
    })
}

/// Refuses to replace what is only a second name of somebody else's file.
fn require_own(folder: &Folder, name: &OsStr, path: &Path) -> Result<(), FileError> {
    let fail = |e: Errno| FileError::from_io(path, e.into());
    let stat = match rustix::fs::statat(folder.fd(), name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(()),
        Err(e) => return Err(fail(e)),
    };
    let kind = FileType::from_raw_mode(stat.st_mode);
    if !matches!(kind, FileType::RegularFile | FileType::Symlink) {
        return Err(FileError::NotAFile(
            path.to_owned(),
            NodeKind::of(kind),
            stat.st_uid,
        ));
    }
    let folder_owner = rustix::fs::fstat(folder.fd()).map_err(fail)?.st_uid;
    // The type of this number differs by processor.
    #[allow(clippy::useless_conversion)]
    let names = u64::from(stat.st_nlink);
    if names > 1 && stat.st_uid != folder_owner {
        let second = SecondName {
            names,
            owner: stat.st_uid,
            folder_owner,
        };
        return Err(FileError::SecondName(path.to_owned(), second));
    }
    Ok(())
}

/// Whether this user can write a file with these attributes here.
///
/// # Errors
/// [`FileError`] when the folder refuses, or owner and group could not be kept.
pub fn require_writable(path: &Path, attributes: &Attributes) -> Result<(), FileError> {
    require_removable(path)?;
    require_not_read_only(path)?;
    let (folder, name) = folder::of(path)?;
    require_own(&folder, &name, path)?;
    let we = rustix::process::geteuid();
    let group = rustix::process::Gid::from_raw(attributes.gid);
    let groups = rustix::process::getgroups().unwrap_or_default();
    let keeps_group = rustix::process::getegid() == group || groups.contains(&group);
    if we.is_root() || we.as_raw() == attributes.uid && keeps_group {
        Ok(())
    } else {
        Err(FileError::Owner(path.to_owned(), Errno::PERM.into()))
    }
}

/// Whether the file system is not read-only that the file, or its folder, lies on. Others of its folder may be: one file can
/// be a mount of its own.
///
/// # Errors
/// [`FileError::Refused`] with the system's `EROFS`.
pub fn require_not_read_only(path: &Path) -> Result<(), FileError> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let closed = |path: &Path| rustix::fs::access(path, Access::WRITE_OK) == Err(Errno::ROFS);
    match closed(path) || closed(folder) {
        true => Err(FileError::Refused(path.to_owned(), Errno::ROFS.into())),
        false => Ok(()),
    }
}

/// Whether this user can remove the file, or put another in its place.
///
/// # Errors
/// [`FileError`] when the folder refuses, or the file has the flag that forbids it.
pub fn require_removable(path: &Path) -> Result<(), FileError> {
    require_folder_writable(path)?;
    let flags = open_regular(path)
        .ok()
        // Not every file system has them.
        .and_then(|(file, _)| rustix::fs::ioctl_getflags(&file).ok());
    match flags {
        Some(flags) if flags.intersects(IFlags::IMMUTABLE | IFlags::APPEND) => {
            Err(FileError::Immutable(path.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Whether this user can put a file into the folder of `path`, or remove it from there.
///
/// # Errors
/// [`FileError::Refused`] by the folder.
pub fn require_folder_writable(path: &Path) -> Result<(), FileError> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    rustix::fs::access(folder, Access::WRITE_OK)
        .map_err(|e| FileError::Refused(folder.to_owned(), e.into()))
}

/// Writes a file atomically with these attributes, whether or not it exists.
///
/// # Errors
/// [`FileError`]; then nothing was changed.
pub fn write_new(path: &Path, bytes: &[u8], attributes: &Attributes) -> Result<(), FileError> {
    let (folder, name) = folder::of(path)?;
    write_in(&folder, &name, path, bytes, attributes)
}

fn write_in(
    folder: &Folder,
    name: &OsStr,
    path: &Path,
    bytes: &[u8],
    attributes: &Attributes,
) -> Result<(), FileError> {
    folder
        .write(name, bytes, attributes)
        .map_err(|e| not_written(path, e))
}

fn not_written(path: &Path, error: WriteError) -> FileError {
    match error {
        WriteError::Owner(e) => FileError::Owner(path.to_owned(), e),
        WriteError::System(e) => FileError::from_io(path, e),
    }
}

/// What the names of new files begin with, until they are put in place.
pub const STAGED_NAME: &str = ".freescout-rescue-";

/// A new name beside a file, for [`stage`].
pub fn staged_beside(path: &Path) -> PathBuf {
    path.with_file_name(folder::temporary_name())
}

/// Makes a new file, complete and on the disk, that [`put_staged`] can bring in place of another in the same folder.
///
/// # Errors
/// [`FileError`]; then the file may stand there in part.
pub fn stage(staged: &Path, bytes: &[u8], attributes: &Attributes) -> Result<(), FileError> {
    let (folder, name) = folder::of(staged)?;
    folder
        .stage(&name, bytes, attributes)
        .map_err(|e| not_written(staged, e))
}

/// Brings a staged file in place of `path`, atomically, whether or not that exists.
///
/// # Errors
/// [`FileError`]; then the staged file still stands.
pub fn put_staged(staged: &Path, path: &Path) -> Result<(), FileError> {
    let (folder, name) = folder::of(path)?;
    let staged = staged.file_name().unwrap_or_default();
    folder.put(staged, &name).map_err(|e| not_written(path, e))
}

/// Replaces a file as a whole, whether or not it exists: who reads it has the one or the other.
///
/// # Errors
/// [`FileError`]; then what was there stands, and nothing beside it.
pub fn replace(path: &Path, bytes: &[u8], attributes: &Attributes) -> Result<(), FileError> {
    let staged = staged_beside(path);
    let written = stage(&staged, bytes, attributes).and_then(|()| put_staged(&staged, path));
    written.inspect_err(|_| drop(remove(&staged)))
}

/// Gives a staged file its name, which nothing has yet.
///
/// # Errors
/// [`FileError`], also where something has the name; then the staged file still stands.
pub fn put_staged_new(staged: &Path, path: &Path) -> Result<(), FileError> {
    let (folder, name) = folder::of(path)?;
    let staged = staged.file_name().unwrap_or_default();
    let put = folder.put_new(staged, &name);
    put.map_err(|e| not_written(path, e))
}

/// Whose a file or folder is, where the path leads; `None` where there is none, or a foreign link stands in its place.
pub fn standing(path: &Path) -> Option<Ownership> {
    let stat = resolve::stat(path).ok()?;
    Some(Ownership {
        uid: stat.st_uid,
        gid: stat.st_gid,
        mode: stat.st_mode & 0o7777,
    })
}

/// Owner and group of a folder; `None` where there is none, or a foreign link stands in its place.
pub fn folder_owner(path: &Path) -> Option<(u32, u32)> {
    let folder = Folder::open(path).ok()?;
    let stat = rustix::fs::fstat(folder.fd()).ok()?;
    Some((stat.st_uid, stat.st_gid))
}

/// Removes a file if it is one. Says whether there was one.
///
/// # Errors
/// [`FileError`] when it exists and stays.
pub fn remove(path: &Path) -> Result<bool, FileError> {
    let (folder, name) = match folder::of(path) {
        Err(e) if e.is_missing() => return Ok(false),
        folder => folder?,
    };
    folder
        .remove(&name)
        .map_err(|e| FileError::from_io(path, e))
}

/// Brings a file to the disk that another program wrote: PHP does not sync what it writes. Says whether there is one.
pub fn sync(path: &Path) -> Result<bool, FileError> {
    let (folder, name) = match folder::of(path) {
        Err(e) if e.is_missing() => return Ok(false),
        folder => folder?,
    };
    match folder.sync_file(&name) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(FileError::from_io(path, e)),
    }
}

/// Writes `bytes` to `folder/parts…`, making missing folders, never following a link on the way. New files and folders
/// get the owner of `folder`; who is neither root nor that owner would lock the web user out, and may not.
///
/// # Errors
/// [`FileError`] when a part is a link or the system refuses.
pub fn write_below(folder: &Path, parts: &[&str], bytes: &[u8]) -> Result<(), FileError> {
    let fail = |e: Errno| FileError::from_io(folder, e.into());
    let directory = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
    let top = Folder::open(folder)?;
    let stat = rustix::fs::fstat(top.fd()).map_err(fail)?;
    let we = rustix::process::geteuid();
    if !we.is_root() && we.as_raw() != stat.st_uid {
        return Err(FileError::Owner(folder.to_owned(), Errno::PERM.into()));
    }
    let own = |fd: rustix::fd::BorrowedFd<'_>| {
        if we.is_root() {
            std::os::unix::fs::fchown(fd, Some(stat.st_uid), Some(stat.st_gid))
        } else {
            Ok(())
        }
    };
    let Some((name, folders)) = parts.split_last() else {
        return Ok(());
    };
    let mut at = top
        .fd()
        .try_clone()
        .map_err(|e| FileError::from_io(folder, e))?;
    for part in folders {
        let make = || rustix::fs::mkdirat(&at, *part, Mode::from_raw_mode(0o755));
        let made = match folder::make_in(&at, make) {
            Ok(()) => true,
            Err(Errno::EXIST) => false,
            Err(e) => return Err(fail(e)),
        };
        at = rustix::fs::openat(&at, *part, directory, Mode::empty()).map_err(fail)?;
        if made {
            own(at.as_fd()).map_err(|e| FileError::from_io(folder, e))?;
        }
    }
    // Unlink and create again: whatever stands there, it is not written through.
    match rustix::fs::unlinkat(&at, *name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(e) => return Err(fail(e)),
    }
    let create =
        OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let make = || rustix::fs::openat(&at, *name, create, Mode::from_raw_mode(0o644));
    let file = folder::make_in(&at, make).map_err(fail)?;
    own(file.as_fd()).map_err(|e| FileError::from_io(folder, e))?;
    let mut file = File::from(file);
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|e| FileError::from_io(folder, e))?;
    crash_points::pass(Point::FileWritten);
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_file_is_replaced_with_its_mode_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let file = read(&path, 100).unwrap();
        write_new(&path, b"new", &file.attributes).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777,
            0o640
        );
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no temporary file is left"
        );
    }

    #[test]
    fn a_staged_file_takes_a_name_that_is_free_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let (staged, path) = (folder.path().join("staged"), folder.path().join("new"));
        let closed = Attributes::closed();
        stage(&staged, b"new", &closed).unwrap();
        put_staged_new(&staged, &path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert!(!staged.exists());
        stage(&staged, b"newer", &closed).unwrap();
        symlink("nowhere", folder.path().join("link")).unwrap();
        for taken in ["new", "link"] {
            assert!(put_staged_new(&staged, &folder.path().join(taken)).is_err());
            assert!(staged.exists());
        }
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn only_regular_files_of_bounded_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, "12345").unwrap();
        assert!(matches!(read(&path, 4), Err(FileError::TooLarge(..))));
        assert!(matches!(
            read(folder.path(), 4),
            Err(FileError::NotAFile(..))
        ));
        assert!(read(&folder.path().join("none"), 4).is_err_and(|e| e.is_missing()));
        let fifo = folder.path().join("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, Mode::from_raw_mode(0o600)).unwrap();
        assert!(matches!(read(&fifo, 4), Err(FileError::NotAFile(..))));
    }

    #[test]
    fn links_are_followed_to_files_of_the_same_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join(".env"));
        std::fs::write(&real, "x").unwrap();
        symlink(&real, &link).unwrap();
        assert_eq!(
            read(&link, 9).unwrap().path,
            std::fs::canonicalize(&real).unwrap()
        );
        if crate::not_tried::as_root("a link of another account") {
            // A link by the web user to a file of root.
            std::os::unix::fs::lchown(&link, Some(33), Some(33)).unwrap();
            assert!(matches!(read(&link, 9), Err(FileError::ForeignLink(..))));
        }
    }

    #[test]
    fn nothing_is_written_through_a_link_below_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        symlink(outside.path(), folder.path().join("ee")).unwrap();
        assert!(write_below(folder.path(), &["ee", "f"], b"x").is_err());
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
        write_below(folder.path(), &["aa", "bb", "f"], b"x").unwrap();
        write_below(folder.path(), &["aa", "bb", "f"], b"y").unwrap();
        assert_eq!(std::fs::read(folder.path().join("aa/bb/f")).unwrap(), b"y");
    }
}
