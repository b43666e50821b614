//! What this process knows of the container that it works within, once it has entered one: who that is, its namespaces
//! for the programs that are run there, its numbers, and the way back to the host, for ourselves alone.
//!
//! A process within a container sees the container's files; the host's folders that it keeps things in stand at their own
//! paths, the rest of the host below a name that nobody else knows ([`Within::of_host`]). One thread stays on the host:
//! every program is started from there, so that none of the container's files decides how our own is loaded.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

use nix::sched::CloneFlags;
use rustix::io::FdFlags;

use super::Container;
use super::idmap::IdMap;
use crate::domain::config::found::FoundInstall;
use crate::domain::config::inherited::Variables;

/// The namespaces of a container, and its root folder, held open: they outlast the process that they were taken from.
#[derive(Debug)]
pub struct Spaces {
    /// Its root folder, in its own mount namespace.
    pub root: OwnedFd,
    /// Its own mounts, not our copy of them.
    pub mounts: OwnedFd,
    /// Its network.
    pub network: OwnedFd,
    /// Its others, but those of processes and users, for what is run in it.
    pub others: Vec<OwnedFd>,
    /// Its users, where they are not the host's.
    pub users: Option<OwnedFd>,
}

impl Spaces {
    fn all(&self) -> impl Iterator<Item = &OwnedFd> {
        let first = [&self.root, &self.mounts, &self.network].into_iter();
        first.chain(&self.others).chain(&self.users)
    }
}

/// The environment that a container is started with.
#[derive(Debug, Default)]
pub struct StartedWith {
    /// Its variables.
    pub variables: Variables,
    /// Where its runtime wrote them down, on the host.
    pub written: PathBuf,
}

/// The container that this process works within.
#[derive(Debug)]
pub struct Within {
    /// Which one.
    pub container: Container,
    /// The install that was found in it, where the operator named none.
    pub found: Option<FoundInstall>,
    /// Whether that was chosen from a list on the host.
    pub from_list: bool,
    /// What its installs are filed under: what lasts longest, be it made anew or only started again.
    pub filed: String,
    /// The process that the operator started, as the host numbers it.
    pub caller: u32,
    /// Its namespaces; `None` for a stopped one, in which nothing can be run.
    pub spaces: Option<Spaces>,
    /// Where something of the host's stands in a stopped one; all else is in its own layers.
    pub volumes: Vec<PathBuf>,
    /// How its user numbers are translated.
    pub users: IdMap,
    /// The same of its groups.
    pub groups: IdMap,
    /// The groups of an account, by its user and group.
    pub(super) groups_of: fn(u32, u32) -> Vec<u32>,
    /// Where it looks for programs.
    pub path: Option<OsString>,
    /// What is mounted in it, as `/proc/PID/mountinfo` told when it was entered; empty for a stopped one.
    pub mountinfo: Vec<u8>,
    /// The process it was entered by, as the container numbers it.
    pub process: Option<i32>,
    /// What it was created with; empty where nobody wrote that down.
    pub started_with: StartedWith,
    /// Where the host's files are to be read.
    pub(super) host: PathBuf,
    /// Folders of the host that stand at their own paths.
    pub(super) kept: Vec<PathBuf>,
    /// The thread that stayed on the host.
    pub(super) outside: HostThread,
}

static WITHIN: OnceLock<Within> = OnceLock::new();

/// Says that this process works within a container from now on.
pub(super) fn set(within: Within) {
    let _ = WITHIN.set(within);
}

/// The container that this process works within; `None` on the host, and in a container that it was started in.
pub fn get() -> Option<&'static Within> {
    WITHIN.get()
}

/// Whether we work on the files of a container that does not run: then none of its programs may be run, for they would run
/// on the host.
pub fn is_stopped() -> bool {
    get().is_some_and(|within| within.spaces.is_none())
}

/// Root's own number where we work: the host's, or that of the container's users.
pub fn root_user() -> u32 {
    let own = get().and_then(|within| within.users.outside(0));
    own.unwrap_or(0)
}

/// What the container that we work within calls this user; on the host, what it is. `None` for one it does not know.
pub fn user_inside(uid: u32) -> Option<u32> {
    get().map_or(Some(uid), |within| within.users.inside(uid))
}

/// Our number of a user of the container's.
pub fn user_outside(uid: u32) -> Option<u32> {
    get().map_or(Some(uid), |within| within.users.outside(uid))
}

/// As [`user_inside`], of a group.
pub fn group_inside(gid: u32) -> Option<u32> {
    get().map_or(Some(gid), |within| within.groups.inside(gid))
}

/// As [`user_outside`], of a group.
pub fn group_outside(gid: u32) -> Option<u32> {
    get().map_or(Some(gid), |within| within.groups.outside(gid))
}

/// Whether this is root: the host's, or the container's that we work within, where that is another one.
pub fn is_root(uid: u32) -> bool {
    uid == 0 || uid == root_user()
}

/// Whether this is root's own group, likewise.
pub fn is_roots_group(gid: u32) -> bool {
    let own = get().and_then(|within| within.groups.outside(0));
    gid == 0 || own == Some(gid)
}

/// The user and the group without rights, by their numbers where we work.
pub fn nobody() -> (u32, u32) {
    let own = |map: fn(&Within) -> &IdMap| get().and_then(|within| map(within).outside(NOBODY));
    let user = own(|within| &within.users).unwrap_or(NOBODY);
    (user, own(|within| &within.groups).unwrap_or(NOBODY))
}

/// Linux' own number for users and groups it does not know (`/proc/sys/kernel/overflowuid`).
pub const NOBODY: u32 = 65534;

/// Where a file that the operator named is to be read: the host's, where there is one, else the container's. It is never
/// written there.
pub fn to_read(path: &Path) -> PathBuf {
    match get() {
        Some(within) => within.of_host(path).unwrap_or_else(|| path.to_owned()),
        None => path.to_owned(),
    }
}

/// The same of several.
pub fn all_to_read(paths: &[PathBuf]) -> Vec<PathBuf> {
    paths.iter().map(|path| to_read(path)).collect()
}

/// The number of this program's process to who looks for it on the host: of the one that the operator started.
pub fn own_process() -> u32 {
    get().map_or_else(std::process::id, |within| within.caller)
}

impl Within {
    /// Where a file of the host's is to be read, its links resolved there; `None` where there is none.
    fn of_host(&'static self, path: &Path) -> Option<PathBuf> {
        if path == Path::new("-") {
            return None;
        }
        let named = path.to_owned();
        let real = self
            .outside
            .work(|| std::fs::canonicalize(named))
            .ok()?
            .ok()?;
        Some(self.real_of_host(&real))
    }

    /// The same of a path without links, which is not looked up.
    pub(super) fn real_of_host(&self, real: &Path) -> PathBuf {
        match self.is_kept(real) {
            true => real.to_owned(),
            false => self.host.join(real.strip_prefix("/").unwrap_or(real)),
        }
    }

    /// Does something on the host, with its files and its network.
    pub fn on_host<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        self.outside.work(work).ok()
    }

    /// Whether a path leads to a file of the host's, not of the container's.
    pub fn is_hosts(&self, path: &Path) -> bool {
        self.is_kept(path) || path.starts_with(&self.host)
    }

    /// Whether it lies in the own layers of a container that is stopped.
    pub fn is_in_layers(&self, path: &Path) -> bool {
        let mut volumes = self.volumes.iter();
        self.spaces.is_none()
            && !self.is_hosts(path)
            && !volumes.any(|volume| path.starts_with(volume))
    }

    /// Whether it lies in one of the host's folders that stand at their own paths.
    pub fn is_kept(&self, path: &Path) -> bool {
        self.kept.iter().any(|folder| path.starts_with(folder))
    }

    /// The folder of the host that this one only leads to: it is a folder of ours then, with the container's entries, and
    /// nothing can be made, renamed or removed in it.
    pub fn leads_to(&self, folder: &Path) -> Option<&Path> {
        let below = |kept: &&PathBuf| kept.starts_with(folder) && **kept != folder;
        self.kept.iter().find(below).map(PathBuf::as_path)
    }

    /// The folder of the host that this path and it lie within one another.
    pub fn overlaps(&self, path: &Path) -> Option<&Path> {
        let mut kept = self.kept.iter().map(PathBuf::as_path);
        let around = kept.find(|kept| path.starts_with(kept));
        around.or_else(|| self.leads_to(path))
    }

    /// The groups that an account has, as the host numbers them.
    pub fn groups_of(&self, uid: u32, gid: u32) -> Vec<u32> {
        (self.groups_of)(uid, gid)
    }

    /// Starts a program of our own from the host, with the container's namespaces open under their numbers.
    ///
    /// # Errors
    /// The system's.
    pub fn start(&'static self, mut command: Command) -> io::Result<Child> {
        self.outside.work(move || {
            let open = |flags| {
                let mut spaces = self.spaces.iter().flat_map(Spaces::all);
                spaces.try_for_each(|fd| rustix::io::fcntl_setfd(fd, flags))
            };
            // Nobody else starts anything meanwhile: all is started by this one thread.
            open(FdFlags::empty())?;
            let started = command.spawn();
            open(FdFlags::CLOEXEC)?;
            started
        })?
    }

    /// The numbers under which [`Within::start`] leaves the namespaces open: root, mounts, users (`-1` for the host's own),
    /// network, the others. `None` where nothing can be run.
    pub fn numbers(&self) -> Option<Vec<i32>> {
        let spaces = self.spaces.as_ref()?;
        let number = |fd: &OwnedFd| fd.as_fd().as_raw_fd();
        let users = spaces.users.as_ref().map_or(-1, number);
        let first = [&spaces.root, &spaces.mounts].map(number);
        let last = [&spaces.network].into_iter().chain(&spaces.others);
        Some(
            first
                .into_iter()
                .chain([users])
                .chain(last.map(number))
                .collect(),
        )
    }
}

type HostWork = Box<dyn FnOnce() + Send>;

/// A thread that stays in the host's folders and namespaces when the others enter a container. It lives as long as the
/// process: what it starts is told by the kernel when its parent, this thread, ends.
#[derive(Debug)]
pub struct HostThread(Sender<HostWork>);

impl HostThread {
    /// Starts it, while this process is still on the host.
    ///
    /// # Errors
    /// The system's.
    pub fn start() -> io::Result<Self> {
        let (sender, works) = channel::<HostWork>();
        let (tell, told) = oneshot::channel();
        std::thread::Builder::new()
            .name("host".to_owned())
            .spawn(move || {
                // Root folder and current folder are shared by threads unless one says otherwise.
                let apart = nix::sched::unshare(CloneFlags::CLONE_FS).map_err(io::Error::from);
                // When the process that waits for us is gone, nobody hands on signals. Of this thread, which keeps its rights.
                let end = Some(rustix::process::Signal::TERM);
                let _ = rustix::process::set_parent_process_death_signal(end);
                let failed = apart.is_err();
                if tell.send(apart).is_err() || failed {
                    return;
                }
                for work in works {
                    work();
                }
            })?;
        told.recv().map_err(io::Error::other)??;
        Ok(Self(sender))
    }

    /// Does something on the host.
    ///
    /// # Errors
    /// When the thread is gone, as after a panic on it.
    pub fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let (tell, told) = oneshot::channel();
        let work: HostWork = Box::new(move || {
            let _ = tell.send(work());
        });
        self.0
            .send(work)
            .map_err(|_| io::Error::other("thread gone"))?;
        told.recv().map_err(io::Error::other)
    }
}
