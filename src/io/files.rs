//! Reading and replacing files of an install that belongs to somebody else.
//!
//! We often run as root, and everything under the web root can be prepared by the web user. So: a link is followed only
//! when the file it leads to belongs to the owner of the link (or the link is root's), only regular files are opened,
//! never more than a bound is read, and a file is replaced by an atomic rename that keeps owner, group and mode.

use std::fs::{File, Metadata};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::crash::{self, Point};
use super::folder::{self, Folder, WriteError};
use super::obstacle::Obstacle;
use crate::words::{fill, words};
use rustix::fs::{Access, AtFlags, IFlags, Mode, OFlags};
use rustix::io::Errno;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Configuration files longer than this are not FreeScout's.
pub const MAX_CONFIG_BYTES: u64 = 8 << 20;

/// Why a file was not read or not written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is none.
    #[error("{}", of_path(.0, &self.reason()))]
    Missing(PathBuf),
    /// The operating system refused.
    #[error("{}", of_path(.0, &self.reason()))]
    Refused(PathBuf, std::io::Error),
    /// A folder, FIFO, socket or device.
    #[error("{}", of_path(.0, &self.reason()))]
    NotAFile(PathBuf),
    /// A link by one user to a file of another.
    #[error("{}", of_path(.0, &self.reason()))]
    ForeignLink(PathBuf),
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

fn of_path(path: &Path, why: &str) -> String {
    fill(
        words().error_path,
        &[("path", &path.display()), ("why", &why)],
    )
}

impl FileError {
    fn from_io(path: &Path, error: std::io::Error) -> Self {
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
            FileError::Owner(_, e) => fill(w.error_owner, &[("why", e)]),
            FileError::Missing(_) => w.error_no_such_file.to_owned(),
            FileError::NotAFile(_) => w.error_not_a_file.to_owned(),
            FileError::ForeignLink(_) => w.error_foreign_link.to_owned(),
            FileError::TooLarge(_, max) => fill(w.error_too_large, &[("max", max)]),
            FileError::Changed(_) => w.error_changed.to_owned(),
            FileError::Immutable(_) => w.error_immutable.to_owned(),
        }
    }

    /// The file, or the folder that refused.
    pub fn path(&self) -> &Path {
        match self {
            FileError::Missing(path)
            | FileError::Refused(path, _)
            | FileError::NotAFile(path)
            | FileError::ForeignLink(path)
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
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Follows a link only where that is safe.
fn resolve(path: &Path) -> Result<PathBuf, FileError> {
    let link = std::fs::symlink_metadata(path).map_err(|e| FileError::from_io(path, e))?;
    if !link.file_type().is_symlink() {
        return Ok(path.to_owned());
    }
    let target = std::fs::canonicalize(path).map_err(|e| FileError::from_io(path, e))?;
    let owner = std::fs::metadata(&target)
        .map_err(|e| FileError::from_io(path, e))?
        .uid();
    if link.uid() != 0 && link.uid() != owner {
        return Err(FileError::ForeignLink(path.to_owned()));
    }
    Ok(target)
}

/// Opens a regular file for reading, never through a link, never waiting for a FIFO. Its access time is kept where the
/// system allows: to the owner and to root.
pub(super) fn open_regular(path: &Path) -> Result<(File, Metadata), FileError> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let open = |flags: OFlags| {
        std::fs::OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(path)
    };
    let file = open(flags | OFlags::NOATIME)
        .or_else(|e| match e.kind() {
            std::io::ErrorKind::PermissionDenied => open(flags),
            _ => Err(e),
        })
        .map_err(|e| FileError::from_io(path, e))?;
    let meta = file.metadata().map_err(|e| FileError::from_io(path, e))?;
    if !meta.is_file() {
        return Err(FileError::NotAFile(path.to_owned()));
    }
    Ok((file, meta))
}

/// Reads a whole regular file of at most `max` bytes.
///
/// # Errors
/// [`FileError`]; nothing is read from anything but a regular file.
pub fn read(path: &Path, max: u64) -> Result<FileRead, FileError> {
    let path = resolve(path)?;
    let (file, meta) = open_regular(&path)?;
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
        attributes: Attributes::from(&meta),
    })
}

/// Puts `bytes` in place of a file that we have read, atomically, with owner, group and mode kept.
///
/// # Errors
/// [`FileError::Changed`] when the file is no longer what was read; any other leaves the old file in place.
pub fn replace(read: &FileRead, bytes: &[u8]) -> Result<(), FileError> {
    let current = self::read(&read.path, MAX_CONFIG_BYTES)?;
    if current.digest() != read.digest() {
        return Err(FileError::Changed(read.path.clone()));
    }
    write_new(&read.path, bytes, &read.attributes)
}

/// Whether this user can write a file with these attributes here.
///
/// # Errors
/// [`FileError`] when the folder refuses, or owner and group could not be kept.
pub fn require_writable(path: &Path, attributes: &Attributes) -> Result<(), FileError> {
    require_removable(path)?;
    // One file can be a mount of its own.
    if rustix::fs::access(path, Access::WRITE_OK) == Err(Errno::ROFS) {
        return Err(FileError::Refused(path.to_owned(), Errno::ROFS.into()));
    }
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
    folder
        .write(&name, bytes, attributes)
        .map_err(|e| not_written(path, e))
}

fn not_written(path: &Path, error: WriteError) -> FileError {
    match error {
        WriteError::Owner(e) => FileError::Owner(path.to_owned(), e),
        WriteError::System(e) => FileError::from_io(path, e),
    }
}

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

/// Removes a file if it is one. Says whether there was one.
///
/// # Errors
/// [`FileError`] when it exists and stays.
pub fn remove(path: &Path) -> Result<bool, FileError> {
    let (folder, name) = folder::of(path)?;
    folder
        .remove(&name)
        .map_err(|e| FileError::from_io(path, e.into()))
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
        let made = match rustix::fs::mkdirat(&at, *part, Mode::from_raw_mode(0o755)) {
            Ok(()) => true,
            Err(Errno::EXIST) => false,
            Err(e) => return Err(fail(e)),
        };
        at = rustix::fs::openat(&at, *part, directory, Mode::empty()).map_err(fail)?;
        if made {
            own(at.as_fd()).map_err(|e| FileError::from_io(folder, e))?;
        }
    }
    // Unlink and create anew: whatever stands there, it is not written through.
    match rustix::fs::unlinkat(&at, *name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(e) => return Err(fail(e)),
    }
    let create =
        OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = rustix::fs::openat(&at, *name, create, Mode::from_raw_mode(0o644)).map_err(fail)?;
    own(file.as_fd()).map_err(|e| FileError::from_io(folder, e))?;
    let mut file = File::from(file);
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|e| FileError::from_io(folder, e))?;
    crash::pass(Point::FileWritten);
    Ok(())
}

/// The name of a user, or the number where it has none.
pub fn user_name(uid: u32) -> String {
    uzers::get_user_by_uid(uid).map_or_else(
        || uid.to_string(),
        |user| user.name().to_string_lossy().into_owned(),
    )
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
        replace(&file, b"new").unwrap();
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
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, "old").unwrap();
        let file = read(&path, 100).unwrap();
        std::fs::write(&path, "by somebody else").unwrap();
        assert!(matches!(replace(&file, b"new"), Err(FileError::Changed(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"by somebody else");
    }

    #[test]
    fn only_regular_files_of_bounded_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, "12345").unwrap();
        assert!(matches!(read(&path, 4), Err(FileError::TooLarge(..))));
        assert!(matches!(
            read(folder.path(), 4),
            Err(FileError::NotAFile(_))
        ));
        assert!(read(&folder.path().join("none"), 4).is_err_and(|e| e.is_missing()));
        let fifo = folder.path().join("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, Mode::from_raw_mode(0o600)).unwrap();
        assert!(matches!(read(&fifo, 4), Err(FileError::NotAFile(_))));
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
        if rustix::process::geteuid().is_root() {
            // A link by the web user to a file of root.
            std::os::unix::fs::lchown(&link, Some(33), Some(33)).unwrap();
            assert!(matches!(read(&link, 9), Err(FileError::ForeignLink(_))));
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
