//! The way through folders: what is read, and what is left alone unless the operator names it.
//!
//! Folders are entered by their names in the folder above, which stays open meanwhile: nobody can lead the walk astray
//! by putting a link in a folder's place. Names come in order; of a folder with very many, so many at a time.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{CWD, FileType, OFlags};
use rustix::io::Errno;

use super::listing::{Buffer, Listing};
use super::mounts::FileSystemKind;
use super::parts::FileNeighbours;
use super::{SkipReason, git};
use crate::domain::hunt::forms::{self, FolderListing, UnreadForm};
use crate::io::fs;
use crate::io::state::backup;

/// Devices: not files on a disk, whatever its file system says.
const DEVICES: &str = "/dev";
/// Folders within folders. Each stays open until all within it is read, and of such a process may have about a thousand.
const MAX_DEPTH: usize = 200;
/// Files and folders of a repository that are counted, to say how much it holds.
const COUNTED: usize = 200_000;

/// What the walk meets.
pub(super) enum Met {
    /// A regular file.
    File(FilePlace),
    /// What is not read, and why.
    LeftOut(PathBuf, SkipReason),
    /// A repository of a backup program, which holds so many bytes.
    Repository(PathBuf, UnreadForm, u64),
    /// A folder of git's objects.
    Store(PathBuf),
}

/// Where a file is: its name, and the folder it lies in, which stays open.
pub(super) struct FilePlace {
    folder: Arc<OwnedFd>,
    /// The file system of that folder.
    device: u64,
    /// Whether it lies in a repository.
    told: bool,
    pub(super) path: PathBuf,
}

impl FilePlace {
    /// Opens the file. `None` when it has gone since the folder was listed.
    pub(super) fn open(&self) -> Result<Option<OpenedFile>, SkipReason> {
        let name = self.path.file_name().unwrap_or_default();
        let result = fs::open_regular_in(self.folder.as_fd(), name, &self.path);
        // One file alone may be mounted from elsewhere.
        if let Ok((file, stat)) = &result
            && stat.st_dev != self.device
            && FileSystemKind::of(file.as_fd()) == FileSystemKind::NoFiles
        {
            return Err(SkipReason::NoFiles);
        }
        let open = opened(result)?;
        let beside = || FileNeighbours::new(Arc::clone(&self.folder), &self.path);
        Ok(open.map(|open| OpenedFile {
            beside: Some(beside()),
            told: self.told,
            ..open
        }))
    }
}

/// A file on disk, opened.
pub(super) struct OpenedFile {
    pub(super) file: std::fs::File,
    /// In bytes.
    pub(super) length: u64,
    /// Unix seconds.
    pub(super) modified: i64,
    /// Whether less is stored than its length says.
    pub(super) has_holes: bool,
    /// Bytes that are stored.
    pub(super) blocks: u64,
    /// What lies beside it.
    pub(super) beside: Option<FileNeighbours>,
    /// Whether it lies in a repository, which is told as a whole.
    pub(super) told: bool,
}

impl OpenedFile {
    /// Bytes of it that lie on the disk. What a file system packs by itself lies there too, and some do not tell how much
    /// they store: only holes do not count.
    pub(super) fn stored(&self) -> u64 {
        use rustix::fs::{SeekFrom, seek};
        match self.length {
            0 => u64::MAX,
            length if !self.has_holes || self.blocks == 0 => length,
            length => match seek(&self.file, SeekFrom::Hole(0)) {
                Ok(hole) if hole < length => self.blocks,
                Ok(_) | Err(_) => length,
            },
        }
    }
}

/// Opens the file that a root leads to.
pub(super) fn open_root(path: &Path) -> Result<Option<OpenedFile>, SkipReason> {
    match fs::open_regular(path) {
        Ok((file, _)) if FileSystemKind::of(file.as_fd()) == FileSystemKind::NoFiles => {
            Err(SkipReason::NoFiles)
        }
        Ok((file, meta)) => Ok(Some(OpenedFile {
            file,
            length: meta.len(),
            modified: meta.mtime(),
            has_holes: meta.blocks().saturating_mul(512) < meta.len(),
            blocks: meta.blocks().saturating_mul(512),
            beside: beside_named(path),
            told: false,
        })),
        Err(e) if e.is_missing() => Ok(None),
        // Below the root of another process, which no path of links leads to.
        Err(e) if path.starts_with("/proc") => {
            beside(path).unwrap_or_else(|| Err(SkipReason::Refused(e.reason())))
        }
        Err(e) => Err(SkipReason::Refused(e.reason())),
    }
}

/// What lies beside a file that was named.
fn beside_named(path: &Path) -> Option<FileNeighbours> {
    let folder = open_folder(CWD, path.parent()?.as_os_str()).ok()?;
    Some(FileNeighbours::new(Arc::new(folder), path))
}

/// The file as a name in its folder.
fn beside(path: &Path) -> Option<Result<Option<OpenedFile>, SkipReason>> {
    let folder = open_folder(CWD, path.parent()?.join(".").as_os_str()).ok()?;
    let device = rustix::fs::fstat(&folder).ok()?.st_dev;
    if FileSystemKind::of(folder.as_fd()) == FileSystemKind::NoFiles {
        return Some(Err(SkipReason::NoFiles));
    }
    let place = FilePlace {
        folder: Arc::new(folder),
        device,
        told: false,
        path: path.to_owned(),
    };
    Some(place.open())
}

fn opened(
    result: Result<(std::fs::File, rustix::fs::Stat), fs::FileError>,
) -> Result<Option<OpenedFile>, SkipReason> {
    match result {
        Ok((file, stat)) => {
            let length = u64::try_from(stat.st_size).unwrap_or(0);
            let stored = u64::try_from(stat.st_blocks).unwrap_or(0);
            Ok(Some(OpenedFile {
                file,
                length,
                modified: stat.st_mtime,
                has_holes: stored.saturating_mul(512) < length,
                blocks: stored.saturating_mul(512),
                beside: None,
                told: false,
            }))
        }
        Err(e) if e.is_missing() => Ok(None),
        Err(e) => Err(SkipReason::Refused(e.reason())),
    }
}

/// A folder on the way, and what of it is still to come.
struct Level {
    folder: Arc<OwnedFd>,
    device: u64,
    path: PathBuf,
    listing: Listing,
    /// Whether it was looked at as a whole.
    begun: bool,
    /// Whether it lies in a repository.
    told: bool,
}

impl FolderListing for Level {
    fn has(&self, name: &str) -> bool {
        self.listing.begins_with(name.as_bytes())
    }

    fn begins(&self, name: &str, with: &[u8]) -> bool {
        let path = self.path.join(name);
        let file = fs::open_regular_in(self.folder.as_fd(), OsStr::new(name), &path);
        let mut head = vec![0; with.len()];
        file.is_ok_and(|(mut file, _)| file.read_exact(&mut head).is_ok()) && head == with
    }
}

/// A walk through a folder.
pub(super) struct Walk<'d> {
    levels: Vec<Level>,
    buffer: Buffer,
    mounts: HashMap<u64, FileSystemKind>,
    /// What was met beside the last.
    more: Option<Met>,
    /// Folders that were searched already.
    done: &'d [PathBuf],
}

impl<'d> Walk<'d> {
    /// A walk through this folder: the operator named it, so also over the network or through a backup of ours; but where
    /// there are no files, naming it does not make any.
    pub(super) fn new(root: &Path, done: &'d [PathBuf]) -> Result<Self, SkipReason> {
        let refused = |e: Errno| SkipReason::Refused(std::io::Error::from(e).to_string());
        let folder = open_folder(CWD, root.as_os_str()).map_err(refused)?;
        let device = rustix::fs::fstat(&folder).map_err(refused)?.st_dev;
        if FileSystemKind::of(folder.as_fd()) == FileSystemKind::NoFiles {
            return Err(SkipReason::NoFiles);
        }
        Ok(Self {
            levels: vec![Level {
                folder: Arc::new(folder),
                device,
                path: root.components().collect(),
                listing: Listing::default(),
                begun: false,
                told: false,
            }],
            buffer: Buffer::new(),
            mounts: HashMap::from([(device, FileSystemKind::Files)]),
            more: None,
            done,
        })
    }

    /// Goes into a folder, or says why not.
    fn enter(&mut self, parent: &OwnedFd, path: PathBuf, told: bool) -> Option<Met> {
        if let Some(store) = git::store_of(&path) {
            return Some(Met::Store(store.to_owned()));
        }
        if self.done.contains(&path) {
            return None;
        }
        if path == Path::new(DEVICES) {
            return Some(Met::LeftOut(path, SkipReason::NoFiles));
        }
        let refused = |path, e: Errno| {
            let why = std::io::Error::from(e).to_string();
            Some(Met::LeftOut(path, SkipReason::Refused(why)))
        };
        let name = path.file_name().unwrap_or_default();
        let opened = open_folder(parent.as_fd(), name)
            .and_then(|folder| Ok((rustix::fs::fstat(&folder)?.st_dev, folder)));
        let (device, folder) = match opened {
            Ok(opened) => opened,
            // Gone, or something else by now.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return None,
            Err(e) => return refused(path, e),
        };
        let mount = self.mounts.entry(device);
        match mount.or_insert_with(|| FileSystemKind::of(folder.as_fd())) {
            FileSystemKind::NoFiles => Some(Met::LeftOut(path, SkipReason::NoFiles)),
            FileSystemKind::Network => Some(Met::LeftOut(path, SkipReason::Network)),
            FileSystemKind::Files if backup::is_backup(&path) => {
                Some(Met::LeftOut(path, SkipReason::OwnBackup))
            }
            FileSystemKind::Files if self.levels.len() >= MAX_DEPTH => {
                Some(Met::LeftOut(path, SkipReason::TooDeep))
            }
            FileSystemKind::Files => {
                self.levels.push(Level {
                    folder: Arc::new(folder),
                    device,
                    path,
                    listing: Listing::default(),
                    begun: false,
                    told,
                });
                None
            }
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Met;

    fn next(&mut self) -> Option<Met> {
        loop {
            if let Some(met) = self.more.take() {
                return Some(met);
            }
            let level = self.levels.last_mut()?;
            let (folder, device) = (Arc::clone(&level.folder), level.device);
            let begun = std::mem::replace(&mut level.begun, true);
            if !begun && let Err(e) = level.listing.begin(folder.as_fd(), &mut self.buffer) {
                let why = std::io::Error::from(e).to_string();
                let path = level.path.clone();
                return Some(Met::LeftOut(path, SkipReason::Refused(why)));
            }
            if !begun
                && !level.told
                && let Some(form) = forms::repository(level)
            {
                level.told = true;
                let path = level.path.clone();
                let bytes = size_below(&path);
                return Some(Met::Repository(path, form, bytes));
            }
            let told = level.told;
            let (path, kind) = match level.listing.next(folder.as_fd(), &mut self.buffer) {
                Ok(Some((name, kind))) => (level.path.join(name), kind),
                Ok(None) => {
                    self.levels.pop();
                    continue;
                }
                Err(e) => {
                    let why = std::io::Error::from(e).to_string();
                    let path = level.path.clone();
                    return Some(Met::LeftOut(path, SkipReason::Refused(why)));
                }
            };
            match kind {
                FileType::RegularFile => {
                    // A worktree or a submodule: its store may lie elsewhere.
                    if path.file_name() == Some(OsStr::new(".git")) {
                        self.more = git::linked(&path).map(Met::Store);
                    }
                    return Some(Met::File(FilePlace {
                        folder,
                        device,
                        told,
                        path,
                    }));
                }
                FileType::Directory => self.more = self.enter(&folder, path, told),
                _ => {}
            }
        }
    }
}

/// How much the files below a folder hold, as far as they are counted.
fn size_below(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder)
        .same_file_system(true)
        .into_iter();
    let lengths = files.take(COUNTED).filter_map(|entry| {
        let meta = entry.ok()?.metadata().ok()?;
        meta.is_file().then_some(meta.len())
    });
    lengths.sum()
}

fn open_folder(parent: std::os::fd::BorrowedFd<'_>, name: &OsStr) -> Result<OwnedFd, Errno> {
    let flags =
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    fs::open_quietly(parent, Path::new(name), flags)
}
