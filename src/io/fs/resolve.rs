//! The way to a file, gone step by step with every step held open: root works below folders that the web user may
//! rearrange at any moment, so a path means nothing twice.
//!
//! A link, in the last part or on the way, is followed only when it was made by root or by us, or leads to something of
//! its maker's own. That is decided on what was opened, not on what was seen before.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
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

/// A folder that is taken for `/`: the files of another system lie below it. No path leads out of it, whatever its links
/// and `..` say.
#[derive(Clone, Copy)]
pub(in crate::io) struct Base<'a> {
    /// The folder.
    pub(in crate::io) root: BorrowedFd<'a>,
    /// Whose it is: root's of that system, whose links are followed as those of ours.
    pub(in crate::io) owner: u32,
}

/// How deep below a [`Base`] a path may lead: each folder on the way is held open, for `..`.
const MAX_DEPTH: usize = 64;

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
    fn allows(&self, base: Option<Base<'_>>, owner: u32) -> bool {
        let we = rustix::process::geteuid().as_raw();
        [we, owner].contains(&self.owner)
            || within::is_root(self.owner)
            || base.is_some_and(|base| base.owner == self.owner)
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
    way(None, path, follow)
}

/// The same below another root, where there is one.
fn way(base: Option<Base<'_>>, path: &Path, follow: bool) -> Result<Way, FileError> {
    let mut last = None;
    let way = walk(base, path, follow, &mut last)?;
    match (within::get().filter(|_| base.is_none()), last) {
        // No link of a container's leads to a file of the host's, whoever made it.
        (Some(within), Some((link, owner))) if within.is_hosts(&way.path) => {
            let link = Followed { path: link, owner };
            Err(link.refused(&way.path, 0))
        }
        _ => Ok(way),
    }
}

/// The way as it stands, and the last link on it that is not one of the host's files.
fn walk(
    base: Option<Base<'_>>,
    path: &Path,
    follow: bool,
    last_link: &mut Option<(PathBuf, u32)>,
) -> Result<Way, FileError> {
    let fail = |e: Errno| FileError::from_io(path, e.into());
    let mut steps: VecDeque<PathStep> = steps(path).collect();
    let root = || match base {
        Some(base) => open(base.root, OsStr::new(".")),
        None => open(CWD.as_fd(), OsStr::new("/")),
    };
    let (mut folder, mut real) = match base {
        Some(_) => (root().map_err(fail)?, PathBuf::from("/")),
        None => {
            let here = open(CWD.as_fd(), OsStr::new(".")).map_err(fail)?;
            (here, PathBuf::new())
        }
    };
    // The folders above the one that was reached, below a base.
    let mut above: Vec<OwnedFd> = Vec::new();
    let mut links = 0;
    while let Some(step) = steps.pop_front() {
        let name = match step {
            PathStep::Root => {
                folder = root().map_err(fail)?;
                real = PathBuf::from("/");
                above.clear();
                continue;
            }
            PathStep::Up if base.is_some() => {
                if let Some(parent) = above.pop() {
                    folder = parent;
                    real.pop();
                }
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
                if !link.allows(base, owner) {
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
                let before = std::mem::replace(&mut folder, entry);
                if base.is_some() {
                    above.push(before);
                }
                if above.len() > MAX_DEPTH {
                    return Err(fail(Errno::NAMETOOLONG));
                }
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
    match way.owed.into_iter().find(|link| !link.allows(None, owner)) {
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
    match way
        .owed
        .into_iter()
        .find(|link| !link.allows(None, stat.st_uid))
    {
        Some(link) => Err(link.refused(&way.path, stat.st_uid)),
        None => Ok(stat),
    }
}

/// Opens a regular file for reading: what it is, and where it really is.
///
/// # Errors
/// [`FileError`]; nothing but a regular file stays open.
pub(in crate::io) fn open_file(path: &Path) -> Result<(File, Metadata, PathBuf), FileError> {
    open_file_from(None, path)
}

/// The same below another root, where there is one; where it really is, is told as it is called there.
///
/// # Errors
/// As [`open_file`].
pub(in crate::io) fn open_file_from(
    base: Option<Base<'_>>,
    path: &Path,
) -> Result<(File, Metadata, PathBuf), FileError> {
    for _ in 0..TRIES {
        let way = way(base, path, true)?;
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
                let refused = way
                    .owed
                    .into_iter()
                    .find(|link| !link.allows(base, meta.uid()));
                return match refused {
                    Some(link) => Err(link.refused(&way.path, meta.uid())),
                    None => Ok((file, meta, way.path)),
                };
            }
        }
    }
    Err(FileError::Changed(path.to_owned()))
}

/// Goes into a folder below another root, wherever links lead there: it is looked at, and nothing is read by its name alone.
///
/// # Errors
/// [`FileError`] when there is none.
pub(in crate::io) fn into_from(
    base: Base<'_>,
    path: &Path,
) -> Result<(OwnedFd, PathBuf), FileError> {
    let fail = |e: Errno| FileError::from_io(path, e.into());
    // Of a `.` behind it, the whole path has to be a folder; whose links lead there is not asked.
    let way = way(Some(base), path, true)?;
    match way.name {
        None => Ok((way.folder, way.path)),
        Some(name) => {
            let folder = open(way.folder.as_fd(), &name).map_err(fail)?;
            Ok((folder, way.path))
        }
    }
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
