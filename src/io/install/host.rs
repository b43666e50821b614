//! The files of a system, below the folder that is its `/`: this host's own, a container's, or one laid out by a test.
//!
//! Every path is the one that the system itself uses, and its links end within it, whatever they say (see
//! `io::fs::resolve`). Files may belong to anybody: only regular ones of moderate size are read, so many in all, and a
//! link is followed to a file only where it is root's, or leads to a file of its maker's.

use std::cell::Cell;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags};
use zeroize::Zeroizing;

use crate::domain::config::elsewhere::fits;
use crate::io::fs::resolve::{self, Base};
use crate::io::os::accounts;

/// Longest file that is read.
pub const MAX_FILE: u64 = 1 << 20;
/// How many files are read in all.
const MAX_FILES: usize = 8000;
/// How many entries of one folder are looked at.
const MAX_ENTRIES: usize = 2000;
/// How many of its names are passed over at most, for those that are wanted.
const MAX_NAMES: usize = 100_000;

/// A system's files.
pub struct HostRoot {
    folder: OwnedFd,
    /// What the folder is called here.
    named: PathBuf,
    owner: u32,
    left: Cell<usize>,
}

/// What stands in a folder, as far as it is looked at.
#[derive(Default)]
pub struct FolderEntries {
    /// In the order of the names.
    pub entries: Vec<Entry>,
    /// Whether there are more.
    pub is_cut: bool,
}

/// Something that stands in a folder.
pub struct Entry {
    /// Its name.
    pub name: OsString,
    /// Whether it is a folder, or a link to one.
    pub is_folder: bool,
    /// Whether it is a file by itself, and no link to one.
    is_plain: bool,
}

impl HostRoot {
    /// The system whose `/` is this folder.
    ///
    /// # Errors
    /// The system's, where it is no folder or cannot be entered.
    pub fn at(folder: &Path) -> std::io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(CWD, folder, flags, Mode::empty())?;
        Self::of(opened, folder)
    }

    /// The system whose `/` is this open folder, which is called so here.
    ///
    /// # Errors
    /// The system's.
    pub fn of(folder: OwnedFd, named: &Path) -> std::io::Result<Self> {
        let owner = rustix::fs::fstat(&folder)?.st_uid;
        Ok(Self {
            folder,
            named: named.to_owned(),
            owner,
            left: Cell::new(MAX_FILES),
        })
    }

    /// The same system once more, of which as many files may be read again.
    ///
    /// # Errors
    /// The system's.
    pub fn anew(&self) -> std::io::Result<Self> {
        Self::of(self.folder.try_clone()?, &self.named)
    }

    /// The system whose `/` is this folder of it, if no link leads to it.
    pub fn below(&self, folder: &Path) -> Option<Self> {
        let (held, real) = self.enter(folder)?;
        let there = (real == folder).then(|| self.here(folder))?;
        Self::of(held, &there).ok()
    }

    /// The folder itself, held open.
    pub fn into_folder(self) -> OwnedFd {
        self.folder
    }

    /// Whether it is the one that we run in.
    pub fn is_ours(&self) -> bool {
        self.named == Path::new("/")
    }

    /// What a path of the system is called here.
    pub fn here(&self, path: &Path) -> PathBuf {
        self.named.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// What the system itself calls a path that is called so here.
    pub fn inside(&self, here: &Path) -> PathBuf {
        match here.strip_prefix(&self.named) {
            Ok(path) => Path::new("/").join(path),
            Err(_) => here.to_owned(),
        }
    }

    fn base(&self) -> Base<'_> {
        Base {
            root: self.folder.as_fd(),
            owner: self.owner,
        }
    }

    /// What is in a file; `None` where there is none, or it is not read (see above).
    pub fn read(&self, path: &Path) -> Option<Zeroizing<Vec<u8>>> {
        self.read_up_to(path, MAX_FILE)
    }

    /// The same of one that may be larger, or smaller: of this many bytes.
    pub fn read_up_to(&self, path: &Path, most: u64) -> Option<Zeroizing<Vec<u8>>> {
        self.left.set(self.left.get().checked_sub(1)?);
        let (file, meta, _) = resolve::open_file_from(Some(self.base()), path).ok()?;
        if meta.len() > most {
            return None;
        }
        let room = usize::try_from(meta.len()).unwrap_or(0) + 1;
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        // One that grows meanwhile is taken as it was.
        file.take(meta.len()).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Whether a regular file stands there, links followed.
    pub fn is_file(&self, path: &Path) -> bool {
        let Some((parent, name)) = path.parent().zip(path.file_name()) else {
            return false;
        };
        let Some((folder, _)) = self.enter(parent) else {
            return false;
        };
        match rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => true,
                FileType::Symlink => resolve::open_file_from(Some(self.base()), path).is_ok(),
                _ => false,
            },
            Err(_) => false,
        }
    }

    /// A folder without links, as the system calls it; `None` where there is none.
    pub fn real(&self, folder: &Path) -> Option<PathBuf> {
        Some(self.enter(folder)?.1)
    }

    /// What the system numbers what stands there: device and file. A link is not followed.
    pub fn number(&self, path: &Path) -> Option<(u64, u64)> {
        let (folder, _) = self.enter(path.parent()?)?;
        let stat = rustix::fs::statat(&folder, path.file_name()?, AtFlags::SYMLINK_NOFOLLOW);
        stat.ok().map(|stat| (stat.st_dev, stat.st_ino))
    }

    /// Whose a folder is, by its number.
    pub fn owner(&self, folder: &Path) -> Option<u32> {
        let (folder, _) = self.enter(folder)?;
        Some(rustix::fs::fstat(&folder).ok()?.st_uid)
    }

    /// Whether a link stands there.
    pub fn is_link(&self, path: &Path) -> bool {
        let read = || {
            let (folder, _) = self.enter(path.parent()?)?;
            let stat =
                rustix::fs::statat(&folder, path.file_name()?, AtFlags::SYMLINK_NOFOLLOW).ok()?;
            Some(FileType::from_raw_mode(stat.st_mode) == FileType::Symlink)
        };
        read() == Some(true)
    }

    fn enter(&self, folder: &Path) -> Option<(OwnedFd, PathBuf)> {
        resolve::into_from(self.base(), folder).ok()
    }

    /// What stands in a folder, in the order of the names; hidden entries too.
    pub fn entries(&self, folder: &Path) -> Vec<Entry> {
        self.entries_named(folder, MAX_ENTRIES, |_| true).entries
    }

    /// Those with a name that is wanted, and no more than so many.
    pub fn entries_named(
        &self,
        folder: &Path,
        most: usize,
        wanted: impl Fn(&OsStr) -> bool,
    ) -> FolderEntries {
        let opened = self.enter(folder).and_then(|(held, _)| {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let readable = rustix::fs::openat(&held, ".", flags, Mode::empty()).ok()?;
            Dir::new(readable).ok()
        });
        let mut found = FolderEntries::default();
        for (seen, entry) in opened.into_iter().flatten().flatten().enumerate() {
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if seen > MAX_NAMES {
                found.is_cut = true;
                break;
            }
            if name == "." || name == ".." || !wanted(name) {
                continue;
            }
            if found.entries.len() >= most {
                found.is_cut = true;
                break;
            }
            let is_plain = entry.file_type() == FileType::RegularFile;
            let is_folder = match entry.file_type() {
                FileType::Directory => true,
                FileType::Symlink | FileType::Unknown => self.real(&folder.join(name)).is_some(),
                _ => false,
            };
            let name = name.to_owned();
            found.entries.push(Entry {
                name,
                is_folder,
                is_plain,
            });
        }
        found.entries.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    /// The files that a pattern stands for: `*` and `?` within names, from this folder on. A folder stands for all within it.
    pub fn matching(&self, from: &Path, pattern: &str) -> Vec<PathBuf> {
        // With what their folder's own list says of them: a look at each would begin at the root again.
        let mut paths = vec![(from.to_owned(), false)];
        for part in pattern.split('/').filter(|part| !part.is_empty()) {
            if !part.contains(['*', '?', '[']) {
                for (path, is_plain) in &mut paths {
                    path.push(part);
                    *is_plain = false;
                }
                continue;
            }
            let fitting = paths.iter().flat_map(|(folder, _)| {
                let fitting = |name: &OsStr| {
                    let name = name.as_bytes();
                    !name.starts_with(b".") && fits(name, part.as_bytes())
                };
                let found = self.entries_named(folder, MAX_ENTRIES, fitting).entries;
                let found = found.into_iter();
                found.map(|entry| (folder.join(entry.name), entry.is_plain))
            });
            paths = fitting.take(MAX_FILES).collect();
        }
        let mut files = Vec::new();
        for (path, is_plain) in paths {
            if is_plain {
                files.push(path);
                continue;
            }
            match self.real(&path) {
                Some(_) => {
                    let within = self.entries(&path).into_iter();
                    let within =
                        within.filter(|e| !e.is_folder && !e.name.as_bytes().starts_with(b"."));
                    files.extend(within.map(|entry| path.join(entry.name)));
                }
                None if self.is_file(&path) => files.push(path),
                None => {}
            }
        }
        files
    }

    /// The home folder of an account, by the system's own list.
    pub fn home_of(&self, user: &str) -> Option<PathBuf> {
        let list = self.read(Path::new("/etc/passwd"))?;
        let home = accounts::listed_user(&list, |one| one.name == user)?.home;
        home.is_absolute().then_some(home)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn no_link_leads_out_of_the_system() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("file"), "outside").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("srv/app")).unwrap();
        std::fs::create_dir_all(root.join("etc")).unwrap();
        std::fs::write(root.join("etc/file"), "inside").unwrap();
        let host = HostRoot::at(root).unwrap();
        let link = |to: &str, name: &str| symlink(to, root.join("srv/app").join(name)).unwrap();
        // Absolute ones begin at its own root, and nothing is above that.
        link("/etc/file", "absolute");
        link("../../../../../../etc/file", "up");
        link(&outside.path().join("file").to_string_lossy(), "out");
        link("/srv/app", "itself");
        link("circle", "circle");
        let read = |name: &str| {
            let bytes = host.read(&Path::new("/srv/app").join(name))?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        };
        assert_eq!(read("absolute").as_deref(), Some("inside"));
        assert_eq!(read("up").as_deref(), Some("inside"));
        assert_eq!(read("out"), None);
        assert_eq!(read("circle"), None);
        let real = |path: &str| host.real(Path::new(path));
        assert_eq!(
            real("/srv/app/itself/itself/../app"),
            Some("/srv/app".into())
        );
        assert_eq!(real("/srv/app/circle"), None);
        assert_eq!(real("/.."), Some("/".into()));
        assert_eq!(host.here(Path::new("/etc/file")), root.join("etc/file"));
    }

    #[test]
    fn patterns_stand_for_files() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "a/x.conf",
            "a/.hidden.conf",
            "b/y.conf",
            "b/y.txt",
            "b/deep/z.conf",
        ] {
            let path = folder.path().join("etc").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let host = HostRoot::at(folder.path()).unwrap();
        let found = |pattern: &str| host.matching(Path::new("/etc"), pattern);
        let paths = |names: &[&str]| -> Vec<PathBuf> {
            names
                .iter()
                .map(|name| Path::new("/etc").join(name))
                .collect()
        };
        assert_eq!(found("*/*.conf"), paths(&["a/x.conf", "b/y.conf"]));
        assert_eq!(found("b"), paths(&["b/y.conf", "b/y.txt"]));
        assert_eq!(found("no/*"), paths(&[]));
    }
}
