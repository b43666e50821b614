//! Files that lie beside one in its folder, and the parts of a cut archive read as one.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, FileType, Mode, OFlags};

use super::listing::{Buffer, Listing};
use crate::domain::hunt::forms::series::SeriesPart;
use crate::io::fs;

/// Bytes of the second part that are looked at: a tar header.
const HEAD: usize = 512;
/// No honest archive is cut into more.
const MOST: usize = 10_000;
/// Names of a folder that are looked at for files that belong together, and such files.
const NAMES: usize = 2048;
const KIN: usize = 64;

/// The folder that a file lies in, which stays open, and the file's path.
#[derive(Clone)]
pub(super) struct FileNeighbours {
    folder: Arc<OwnedFd>,
    path: PathBuf,
}

impl FileNeighbours {
    pub(super) fn new(folder: Arc<OwnedFd>, path: &Path) -> Self {
        Self {
            folder,
            path: path.to_owned(),
        }
    }

    /// Which part of a series the file is by its name.
    pub(super) fn part(&self) -> Option<SeriesPart> {
        SeriesPart::of(self.path.file_name()?.as_bytes())
    }

    /// The length of a regular file of this name, and how much of it is stored.
    fn length(&self, name: &[u8]) -> Option<(u64, u64)> {
        let name = OsStr::from_bytes(name);
        let stat = rustix::fs::statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        let regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        let length = u64::try_from(stat.st_size).unwrap_or(0);
        // Some file systems do not tell.
        let stored = match u64::try_from(stat.st_blocks).unwrap_or(0) {
            0 => length,
            blocks => length.min(blocks.saturating_mul(512)),
        };
        regular.then_some((length, stored))
    }

    fn open(&self, name: &[u8]) -> Result<File> {
        let name = OsStr::from_bytes(name);
        fs::open_regular_in(self.folder.as_fd(), name, &self.path.with_file_name(name))
            .map(|(file, _)| file)
            .map_err(|e| std::io::Error::other(e.reason()))
    }

    /// Other regular files whose names begin with the same letter, and their lengths: the first of them.
    pub(super) fn kin(&self) -> impl Iterator<Item = (File, u64)> {
        let own = self
            .path
            .file_name()
            .unwrap_or_default()
            .as_bytes()
            .to_vec();
        let (mut listing, mut buffer) = (Listing::default(), Buffer::new());
        // Its own place in the folder: another one is being walked through.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::openat(&self.folder, ".", flags, Mode::empty()).ok();
        let folder = folder.filter(|folder| listing.begin(folder.as_fd(), &mut buffer).is_ok());
        let names = std::iter::from_fn(move || {
            let (name, kind) = listing.next(folder.as_ref()?.as_fd(), &mut buffer).ok()??;
            Some((name.as_bytes().to_vec(), kind))
        });
        let akin = names.take(NAMES).filter(move |(name, kind)| {
            *kind == FileType::RegularFile && name.first() == own.first() && *name != own
        });
        akin.take(KIN).filter_map(|(name, _)| {
            let (length, _) = self.length(&name)?;
            Some((self.open(&name).ok()?, length))
        })
    }

    /// Whether the file goes on from another that lies here.
    pub(super) fn follows(&self, part: &SeriesPart) -> bool {
        let lies_here = |name: &Vec<u8>| self.length(name).is_some();
        part.firsts().iter().any(lies_here)
    }

    /// The file and those that go on from it, where it is the first and there are such.
    /// Others that are archives by themselves, told by their first bytes, are numbered and no parts.
    pub(super) fn joined(
        &self,
        part: &SeriesPart,
        is_archive: fn(&[u8]) -> bool,
    ) -> Option<Joined> {
        if !part.is_first() {
            return None;
        }
        let (mut parts, mut next) = (Vec::new(), Some(part.clone()));
        let mut stored_in_all = 0u64;
        while let Some(part) = next.filter(|_| parts.len() < MOST) {
            let name = part.name();
            let Some((length, stored)) = self.length(&name) else {
                break;
            };
            stored_in_all = stored.saturating_add(stored_in_all);
            parts.push((name, length));
            next = part.next();
        }
        if let Some(last) = part.last_of_zip()
            && let Some((length, stored)) = self.length(&last)
        {
            stored_in_all = stored.saturating_add(stored_in_all);
            parts.push((last, length));
        }
        let (second, _) = parts.get(1)?;
        let mut head = [0; HEAD];
        let read = self.open(second).ok()?.read_at(&mut head, 0).ok()?;
        if is_archive(&head[..read]) {
            return None;
        }
        Some(Joined {
            length: parts
                .iter()
                .fold(0, |sum: u64, (_, length)| sum.saturating_add(*length)),
            stored: stored_in_all,
            beside: self.clone(),
            parts,
            at: 0,
            open: None,
        })
    }
}

/// Parts of one file, one behind the other. One of them is open at a time.
pub(super) struct Joined {
    beside: FileNeighbours,
    /// Names and lengths.
    parts: Vec<(Vec<u8>, u64)>,
    pub(super) length: u64,
    /// Bytes that lie on the disk.
    pub(super) stored: u64,
    at: u64,
    open: Option<(usize, File)>,
}

impl Joined {
    /// The part that this place lies in, where it begins and ends.
    fn part_at(&self, at: u64) -> Option<(usize, u64, u64)> {
        let mut begin = 0u64;
        for (index, (_, length)) in self.parts.iter().enumerate() {
            if at < begin.saturating_add(*length) {
                return Some((index, begin, begin.saturating_add(*length)));
            }
            begin = begin.saturating_add(*length);
        }
        None
    }
}

/// The place that is sought from another, in something of this length.
///
/// # Errors
/// It would lie before the beginning.
pub(super) fn sought(to: SeekFrom, at: u64, length: u64) -> Result<u64> {
    let to = match to {
        SeekFrom::Start(to) => Some(to),
        SeekFrom::End(from) => length.checked_add_signed(from),
        SeekFrom::Current(from) => at.checked_add_signed(from),
    };
    to.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::InvalidInput))
}

impl Read for Joined {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let Some((index, begin, end)) = self.part_at(self.at) else {
            return Ok(0);
        };
        if self.open.as_ref().is_none_or(|(open, _)| *open != index) {
            self.open = Some((index, self.beside.open(&self.parts[index].0)?));
        }
        let Some((_, file)) = &self.open else {
            return Ok(0);
        };
        let room = usize::try_from(end - self.at)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = file.read_at(&mut buffer[..room], self.at - begin)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Joined {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.at = sought(to, self.at, self.length)?;
        Ok(self.at)
    }
}
