//! The way to a file, gone step by step with every step held open: root works below folders that the web user may
//! rearrange at any moment, so a path means nothing twice.
//!
//! A link, in the last part or on the way, is followed only when it was made by root or by us, or leads to something of
//! its maker's own. That is decided on what was opened, not on what was seen before.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::error::{FileError, NodeKind, UnfollowedLink};
use crate::io::container::within;

/// As the kernel: more links one after the other are a circle.
const MAX_LINKS: usize = 40;
/// How often a file that changes its kind while it is opened is tried again.
const TRIES: usize = 16;
/// Only to go through: on shared hosts the folders above a home may be entered, not read.
const THROUGH: OFlags = OFlags::CLOEXEC.union(OFlags::PATH).union(OFlags::NOFOLLOW);

/// To read: never through a link, never waiting for a FIFO.
pub(super) const READ: OFlags = OFlags::NOFOLLOW
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOCTTY);

/// One step of the way.
enum PathStep {
    Root,
    Up,
    Down(OsString),
    /// What this link leads to has been reached.
    Arrived(Followed),
}

/// A link that was followed, and to whose files it may lead.
struct Followed {
    path: PathBuf,
    owner: u32,
}

impl Followed {
    /// Whether it may lead to something of this owner.
    fn allows(&self, owner: u32) -> bool {
        [0, rustix::process::geteuid().as_raw(), owner].contains(&self.owner)
    }

    fn refused(self, target: &Path, owner: u32) -> FileError {
        FileError::ForeignLink(
            self.path,
            Box::new(UnfollowedLink {
                owner: self.owner,
                target: target.to_owned(),
                target_owner: owner,
            }),
        )
    }
}

/// Where a path leads: the folder, held open, and a name within it.
pub(super) struct Way {
    /// The folder.
    pub(super) folder: OwnedFd,
    /// The name; `None` where the path names a folder by `..` or `/`.
    pub(super) name: Option<OsString>,
    /// The same as a path, links resolved.
    pub(super) path: PathBuf,
    /// Links that led here, to be judged by what stands here.
    owed: Vec<Followed>,
}

/// Goes to the folder of the last part. With `follow`, a link in the last part is followed too.
///
/// # Errors
/// [`FileError`] when the way is barred, or a foreign link lies on it.
pub(super) fn to(path: &Path, follow: bool) -> Result<Way, FileError> {
    let mut last = None;
    let way = walk(path, follow, &mut last)?;
    match (within::get(), last) {
        // No link of a container's leads to a file of the host's, whoever made it.
        (Some(within), Some((link, owner))) if within.is_hosts(&way.path) => {
            let link = Followed { path: link, owner };
            Err(link.refused(&way.path, 0))
        }
        _ => Ok(way),
    }
}

/// The way, and the last link on it that is a container's.
fn walk(
    path: &Path,
    follow: bool,
    last_link: &mut Option<(PathBuf, u32)>,
) -> Result<Way, FileError> {
    let fail = |e: Errno| FileError::from_io(path, e.into());
    let mut steps: VecDeque<PathStep> = steps(path).collect();
    let mut folder = open(CWD.as_fd(), OsStr::new(".")).map_err(fail)?;
    let (mut real, mut links) = (PathBuf::new(), 0);
    while let Some(step) = steps.pop_front() {
        let name = match step {
            PathStep::Root => {
                folder = open(CWD.as_fd(), OsStr::new("/")).map_err(fail)?;
                real = PathBuf::from("/");
                continue;
            }
            PathStep::Up => {
                folder = open(folder.as_fd(), OsStr::new("..")).map_err(fail)?;
                let below = matches!(real.components().next_back(), Some(Component::Normal(_)));
                if !below || !real.pop() {
                    real.push("..");
                }
                continue;
            }
            PathStep::Arrived(link) => {
                let owner = rustix::fs::fstat(&folder).map_err(fail)?.st_uid;
                if !link.allows(owner) {
                    return Err(link.refused(&real, owner));
                }
                continue;
            }
            PathStep::Down(name) => name,
        };
        let last = !steps.iter().any(|s| !matches!(s, PathStep::Arrived(_)));
        let entry = match rustix::fs::openat(&folder, &name, THROUGH, Mode::empty()) {
            Ok(entry) => entry,
            // What is not there yet can be made there.
            Err(Errno::NOENT) if last => return Ok(here(folder, name, &real, steps)),
            Err(e) => return Err(fail(e)),
        };
        let stat = rustix::fs::fstat(&entry).map_err(fail)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Symlink if !last || follow => {
                links += 1;
                if links > MAX_LINKS {
                    return Err(fail(Errno::LOOP));
                }
                // Read from what was judged, not by its name again.
                let target = rustix::fs::readlinkat(&entry, "", Vec::new()).map_err(fail)?;
                let target = PathBuf::from(OsStr::from_bytes(target.to_bytes()));
                let link = Followed {
                    path: real.join(&name),
                    owner: stat.st_uid,
                };
                if within::get().is_none_or(|within| !within.is_hosts(&link.path)) {
                    *last_link = Some((link.path.clone(), link.owner));
                }
                steps.push_front(PathStep::Arrived(link));
                for step in self::steps(&target).rev() {
                    steps.push_front(step);
                }
            }
            _ if last => return Ok(here(folder, name, &real, steps)),
            FileType::Directory => {
                folder = entry;
                real.push(name);
            }
            _ => return Err(fail(Errno::NOTDIR)),
        }
    }
    Ok(Way {
        folder,
        name: None,
        path: real,
        owed: Vec::new(),
    })
}

fn here(folder: OwnedFd, name: OsString, real: &Path, steps: VecDeque<PathStep>) -> Way {
    let owed = steps.into_iter().filter_map(|step| match step {
        PathStep::Arrived(link) => Some(link),
        _ => None,
    });
    Way {
        folder,
        path: real.join(&name),
        name: Some(name),
        owed: owed.collect(),
    }
}

fn steps(path: &Path) -> impl DoubleEndedIterator<Item = PathStep> + '_ {
    path.components().filter_map(|component| match component {
        Component::RootDir => Some(PathStep::Root),
        Component::ParentDir => Some(PathStep::Up),
        Component::Normal(name) => Some(PathStep::Down(name.to_owned())),
        Component::CurDir | Component::Prefix(_) => None,
    })
}

fn open(at: std::os::fd::BorrowedFd<'_>, name: &OsStr) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(at, name, THROUGH | OFlags::DIRECTORY, Mode::empty())
}

/// Goes into a folder.
///
/// # Errors
/// As [`to`].
pub(super) fn into(path: &Path) -> Result<OwnedFd, FileError> {
    let fail = |e: Errno| FileError::Refused(path.to_owned(), e.into());
    let way = to(path, true)?;
    let Some(name) = way.name else {
        return Ok(way.folder);
    };
    let folder = open(way.folder.as_fd(), &name).map_err(fail)?;
    let owner = rustix::fs::fstat(&folder).map_err(fail)?.st_uid;
    match way.owed.into_iter().find(|link| !link.allows(owner)) {
        Some(link) => Err(link.refused(&way.path, owner)),
        None => Ok(folder),
    }
}

/// What stands where a path leads, whatever it is. It is not opened.
///
/// # Errors
/// As [`to`].
pub(super) fn stat(path: &Path) -> Result<Stat, FileError> {
    let fail = |e: Errno| FileError::from_io(path, e.into());
    let way = to(path, true)?;
    let stat = match &way.name {
        Some(name) => rustix::fs::statat(&way.folder, name, AtFlags::SYMLINK_NOFOLLOW),
        None => rustix::fs::fstat(&way.folder),
    };
    let stat = stat.map_err(fail)?;
    match way.owed.into_iter().find(|link| !link.allows(stat.st_uid)) {
        Some(link) => Err(link.refused(&way.path, stat.st_uid)),
        None => Ok(stat),
    }
}

/// Opens a regular file for reading: what it is, and where it really is.
///
/// # Errors
/// [`FileError`]; nothing but a regular file stays open.
pub(in crate::io) fn open_file(path: &Path) -> Result<(File, Metadata, PathBuf), FileError> {
    for _ in 0..TRIES {
        let way = to(path, true)?;
        let Some(name) = &way.name else {
            let owner = rustix::fs::fstat(&way.folder).map_or(0, |stat| stat.st_uid);
            return Err(FileError::NotAFile(way.path, NodeKind::Folder, owner));
        };
        match open_in(&way.folder, name, &way.path) {
            // A link stands there now: it is looked at again.
            Err(FileError::Refused(_, e))
                if e.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {}
            Err(e) => return Err(e),
            Ok((file, meta)) => {
                let refused = way.owed.into_iter().find(|link| !link.allows(meta.uid()));
                return match refused {
                    Some(link) => Err(link.refused(&way.path, meta.uid())),
                    None => Ok((file, meta, way.path)),
                };
            }
        }
    }
    Err(FileError::Changed(path.to_owned()))
}

/// Opens a regular file of this name, never through a link, never waiting for a FIFO. Its access time is kept where the
/// system allows: to the owner and to root.
///
/// # Errors
/// [`FileError`], with `path` for the operator.
pub(super) fn open_in(
    folder: &OwnedFd,
    name: &OsStr,
    path: &Path,
) -> Result<(File, Metadata), FileError> {
    // Opening a device may already do something to it: looked at first, and again once it is open.
    if let Ok(seen) = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        let kind = FileType::from_raw_mode(seen.st_mode);
        if !matches!(kind, FileType::RegularFile | FileType::Symlink) {
            return Err(FileError::NotAFile(
                path.to_owned(),
                NodeKind::of(kind),
                seen.st_uid,
            ));
        }
    }
    let opened = rustix::fs::openat(folder, name, READ | OFlags::NOATIME, Mode::empty());
    let opened = opened.or_else(|e| match e {
        Errno::PERM | Errno::ACCESS => rustix::fs::openat(folder, name, READ, Mode::empty()),
        e => Err(e),
    });
    let file = File::from(opened.map_err(|e| FileError::from_io(path, e.into()))?);
    regular(&file, path).map(|meta| (file, meta))
}

/// What an open file is, if it is a regular one.
///
/// # Errors
/// [`FileError::NotAFile`].
pub(super) fn regular(file: &File, path: &Path) -> Result<Metadata, FileError> {
    let meta = file.metadata().map_err(|e| FileError::from_io(path, e))?;
    if meta.is_file() {
        return Ok(meta);
    }
    let kind = NodeKind::of(FileType::from_raw_mode(meta.mode()));
    Err(FileError::NotAFile(path.to_owned(), kind, meta.uid()))
}
