//! Whether a process belongs to an install: by the files it works with, whatever it calls them.

use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

use super::{Belongs, ProcessRole};

/// How far above the folder it works in a process may have the install.
const UP: usize = 3;
/// What the system puts behind the name of a folder that is no longer there.
const DELETED: &[u8] = b" (deleted)";
/// What all releases of one install have in common, where each has a folder of its own.
const SHARED: [&str; 2] = [".env", "storage"];

/// A file or folder, whatever its name.
type Number = (u64, u64);

/// An install, as processes may know it.
pub(super) struct Home {
    root: PathBuf,
    folder: Option<Number>,
    artisan: Option<Number>,
    shared: Vec<(&'static str, Number)>,
    /// Whose files they are.
    owners: Vec<u32>,
}

impl Home {
    pub(super) fn of(install: &Path) -> Self {
        let number = |path: &Path| std::fs::metadata(path).ok().map(|m| (m.dev(), m.ino()));
        let shared = SHARED
            .iter()
            .filter_map(|name| Some((*name, number(&install.join(name))?)));
        Self {
            root: install.to_owned(),
            folder: number(install),
            artisan: number(&install.join("artisan")),
            shared: shared.collect(),
            owners: ["", "artisan", ".env", "storage"]
                .iter()
                .filter_map(|name| std::fs::metadata(install.join(name)).ok())
                .map(|meta| meta.uid())
                .collect(),
        }
    }

    /// Of a process of this user.
    pub(super) fn belongs(
        &self,
        pid: i32,
        user: u32,
        arguments: &[String],
        role: &ProcessRole,
    ) -> Belongs {
        let called = artisan(arguments).map(Path::new);
        if self.named(called, pid) {
            return Belongs::Here;
        }
        let work = folder(pid, "cwd");
        if let Some(path) = called
            && let Ok(file) = program(pid, &work, path)
        {
            let beside = |name: &str| match (path.is_absolute(), &work) {
                (true, _) => {
                    let root = folder(pid, "root")?;
                    inside(&root, &path.with_file_name(name))
                }
                (false, Ok(work)) => at(work.as_fd(), &path.with_file_name(name)),
                (false, Err(e)) => Err(*e),
            };
            let same = self.artisan.is_some() && number(&file) == self.artisan;
            return match same || self.release(&beside) {
                true => Belongs::Here,
                false => Belongs::Elsewhere,
            };
        }
        match work {
            Ok(work) if self.contains(&work) => Belongs::Here,
            _ if matches!(role, ProcessRole::Server(_)) => Belongs::Unclear,
            // What it runs cannot be looked up: it is gone, or not ours to see, as other users' processes on a shared host.
            Ok(_) if called.is_none() => Belongs::Elsewhere,
            _ if user != 0 && !self.owners.contains(&user) => Belongs::Elsewhere,
            _ => Belongs::Unclear,
        }
    }

    /// Whether it names the install, even where what it was started from is no longer there: after a deploy that replaced
    /// the folder, its workers go on.
    fn named(&self, called: Option<&Path>, pid: i32) -> bool {
        let cwd = working_folder(pid);
        let folder = match (called, cwd) {
            (Some(path), _) if path.is_absolute() => path.parent().map(Path::to_owned),
            (Some(path), Some(cwd)) => cwd.join(path).parent().map(Path::to_owned),
            (None, cwd) => cwd,
            (Some(_), None) => None,
        };
        // Another root has other files by the same names.
        folder.is_some_and(|folder| folder == self.root) && shares_our_root(pid)
    }

    /// Whether this is the folder of another release of the install.
    fn release(&self, beside: &dyn Fn(&str) -> Result<OwnedFd, Errno>) -> bool {
        let is_shared = |(name, known): &(&str, Number)| {
            beside(name).is_ok_and(|file| number(&file) == Some(*known))
        };
        self.shared.iter().any(is_shared)
    }

    /// Whether a folder lies in the install.
    fn contains(&self, folder: &OwnedFd) -> bool {
        let mut path = PathBuf::from(".");
        for _ in 0..=UP {
            let here = rustix::fs::statat(folder, &path, AtFlags::empty()).ok();
            let same = self.folder.is_some() && here.as_ref().map(number_of) == self.folder;
            let beside = |name: &str| at(folder.as_fd(), &path.join(name));
            if same || self.release(&beside) {
                return true;
            }
            path.push("..");
        }
        false
    }
}

/// The `artisan` that a process was called with.
fn artisan(arguments: &[String]) -> Option<&str> {
    let is = |argument: &&String| *argument == "artisan" || argument.ends_with("/artisan");
    arguments.iter().find(is).map(String::as_str)
}

/// The program file that a process was called with, as that process sees it.
fn program(pid: i32, work: &Result<OwnedFd, Errno>, path: &Path) -> Result<OwnedFd, Errno> {
    match work {
        _ if path.is_absolute() => inside(&folder(pid, "root")?, path),
        Ok(work) => at(work.as_fd(), path),
        Err(e) => Err(*e),
    }
}

/// The name of the folder it works in, or worked in before that was removed.
pub(super) fn working_folder(pid: i32) -> Option<PathBuf> {
    let path = std::fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
    let bytes = path.as_os_str().as_bytes();
    let name = bytes.strip_suffix(DELETED).unwrap_or(bytes).to_vec();
    Some(PathBuf::from(std::ffi::OsString::from_vec(name)))
}

/// Whether a process has the same files by the same names as we; also where that may not be seen.
pub(super) fn shares_our_root(pid: i32) -> bool {
    let number = |path: &str| std::fs::metadata(path).map(|m| (m.dev(), m.ino()));
    match (number(&format!("/proc/{pid}/root")), number("/")) {
        (Ok(its), Ok(ours)) => its == ours,
        _ => true,
    }
}

/// `cwd` or `root` of a process, held open.
fn folder(pid: i32, name: &str) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::openat(CWD, format!("/proc/{pid}/{name}"), flags, Mode::empty())
}

fn at(folder: std::os::fd::BorrowedFd<'_>, path: &Path) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(folder, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())
}

/// A path as a process with this root sees it: its links lead to its own files, not to ours.
fn inside(root: &OwnedFd, path: &Path) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    rustix::fs::openat2(root, path, flags, Mode::empty(), resolve)
}

fn number(file: &OwnedFd) -> Option<Number> {
    rustix::fs::fstat(file).ok().as_ref().map(number_of)
}

fn number_of(stat: &Stat) -> Number {
    (stat.st_dev, stat.st_ino)
}
