//! A process of the container that is entered: its namespaces, its root folder, and what it was started with.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use zeroize::Zeroizing;

use crate::io::container::idmap::IdMap;
use crate::io::container::own_number;
use crate::io::container::within::Spaces;

/// How long a container takes to end when it has begun to.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// No more of a process's environment is read, in bytes.
const MOST_VARIABLES: usize = 1 << 20;

/// No more of the list of its mounts, in bytes.
const MOST_MOUNTS: u64 = 4 << 20;

pub(super) const SPACE: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC);

/// A process of a container, held open: everything that is read of it belongs to the same one, even if its number is given
/// to another meanwhile.
pub(super) struct ContainerProcess {
    pub(super) pid: i32,
    folder: OwnedFd,
}

impl ContainerProcess {
    pub(super) fn open(pid: i32) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::openat(CWD, format!("/proc/{pid}"), flags, Mode::empty())?;
        Ok(Self { pid, folder })
    }

    fn read(&self, name: &str) -> io::Result<String> {
        let file = rustix::fs::openat(&self.folder, name, SPACE, Mode::empty())?;
        let mut text = String::new();
        File::from(file).take(1 << 16).read_to_string(&mut text)?;
        Ok(text)
    }

    /// When it was started, in clock ticks since the machine was.
    pub(super) fn started(&self) -> io::Result<u64> {
        let text = self.read("stat")?;
        // Its name, in brackets, may hold anything.
        let after = text.rsplit_once(')').map(|(_, rest)| rest);
        let field = after.and_then(|rest| rest.split_whitespace().nth(19));
        let number = field.and_then(|field| field.parse().ok());
        number.ok_or_else(|| Errno::INVAL.into())
    }

    fn is_gone(&self) -> bool {
        let state = self.read("stat").ok();
        let state = state.as_deref().and_then(|text| text.rsplit_once(") "));
        state.is_none_or(|(_, rest)| rest.starts_with(['Z', 'X']))
    }

    /// Whether it ends now: the first process of a container that stops ends after all the others.
    pub(super) fn goes(&self) -> bool {
        let deadline = Instant::now() + LAST_MOMENT;
        while !self.is_gone() {
            if Instant::now() > deadline {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// Its number in its own container.
    pub(super) fn own_number(&self) -> Option<i32> {
        own_number(&self.read("status").ok()?)
    }

    /// A variable that it was started with.
    pub(super) fn variable(&self, name: &str) -> Option<OsString> {
        let file = rustix::fs::openat(&self.folder, "environ", SPACE, Mode::empty()).ok()?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_VARIABLES));
        let most = MOST_VARIABLES as u64;
        File::from(file).take(most).read_to_end(&mut bytes).ok()?;
        let value = bytes
            .split(|b| *b == 0)
            .find_map(|entry| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"="));
        value.map(|value| OsString::from_vec(value.to_vec()))
    }

    /// What it has mounted; empty where that cannot be read.
    pub(super) fn mountinfo(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Ok(file) = rustix::fs::openat(&self.folder, "mountinfo", SPACE, Mode::empty()) {
            // What came before an error counts.
            let _ = File::from(file).take(MOST_MOUNTS).read_to_end(&mut bytes);
        }
        bytes
    }

    pub(super) fn space(&self, name: &str) -> io::Result<OwnedFd> {
        let path = format!("ns/{name}");
        Ok(rustix::fs::openat(
            &self.folder,
            path,
            SPACE,
            Mode::empty(),
        )?)
    }

    pub(super) fn spaces(&self) -> io::Result<Spaces> {
        let root = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let others = ["uts", "ipc", "cgroup"].map(|name| self.space(name));
        let others = others.into_iter().filter(|space| !is_missing(space));
        let users = self.space("user")?;
        let same = is_same(users.as_fd(), Path::new("/proc/self/ns/user"))?;
        Ok(Spaces {
            root: rustix::fs::openat(&self.folder, "root", root, Mode::empty())?,
            mounts: self.space("mnt")?,
            network: self.space("net")?,
            others: others.collect::<io::Result<_>>()?,
            users: (!same).then_some(users),
        })
    }

    pub(super) fn map(&self, name: &str) -> IdMap {
        IdMap::parse(&self.read(name).unwrap_or_default())
    }
}

/// A kind of namespace that this kernel does not have.
fn is_missing<T>(space: &io::Result<T>) -> bool {
    matches!(space, Err(e) if e.kind() == io::ErrorKind::NotFound)
}

fn is_same(space: BorrowedFd<'_>, ours: &Path) -> io::Result<bool> {
    let (theirs, ours) = (rustix::fs::fstat(space)?, rustix::fs::stat(ours)?);
    Ok((theirs.st_dev, theirs.st_ino) == (ours.st_dev, ours.st_ino))
}
