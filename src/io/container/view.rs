//! What we see of a container: its files at their places, as in it, and the host's folders that we keep things in at
//! theirs, as on the host. All of it is mounted for this process alone; nothing is made in the container.
//!
//! The root is a small file system of our own, and so is every folder on the way to one of the host's: their entries are
//! the container's, each mounted by itself. So nobody in the container can rename what our paths lead through, and the
//! permissions of those folders are ours. They are read-only once they are filled: what was written there would be lost.
//!
//! The rest of the host is read-only below its name, but for the folder of what is stored for a moment.
//!
//! `/proc` is mounted anew, since ours are read there, and `/dev` is the host's: a container can put what it likes there.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::domain::run::volatile::{Mount, mounts};
use crate::words::untrusted::shown;
use nix::sched::CloneFlags;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Gid, Mode, OFlags, ResolveFlags, Uid};
use rustix::io::Errno;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountFlags, MountPropagationFlags, MoveMountFlags,
    OpenTreeFlags,
};

/// The most entries that are mounted one by one.
const MOST_ENTRIES: usize = 4096;
/// Room for folders and links, in bytes: nothing else is stored there.
const ROOM: &str = "4m";

const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// A folder of the container whose entries are too many to be mounted one by one.
#[derive(Debug, thiserror::Error)]
#[error("{}", text!(container_crowded, folder = shown(.0), most = MOST_ENTRIES))]
pub struct Crowded(pub PathBuf);

/// A folder of the host that stands at its own path.
pub(super) struct Kept {
    path: PathBuf,
    tree: OwnedFd,
}

impl Kept {
    /// Takes it along, from the host.
    pub(super) fn take(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            tree: tree_of(CWD, path.as_os_str(), OpenTreeFlags::empty())?,
        })
    }
}

/// What is taken along from the host.
pub(super) struct Luggage {
    kept: Vec<Kept>,
    /// Where something is stored for a moment.
    short_lived: Kept,
    devices: OwnedFd,
    host: OwnedFd,
}

impl Luggage {
    /// The host's, and these folders of it; in `short_lived` something is stored for a moment.
    pub(super) fn take(folders: &[PathBuf], short_lived: &Path) -> io::Result<Self> {
        let mut folders = folders.to_vec();
        folders.sort();
        folders.dedup();
        // What lies in one of the others comes with it.
        let within = |folder: &PathBuf| {
            let mut others = folders.iter().filter(|other| *other != folder);
            others.any(|other| folder.starts_with(other))
        };
        let kept = folders.iter().filter(|folder| !within(folder));
        Ok(Self {
            kept: kept
                .map(|folder| Kept::take(folder))
                .collect::<io::Result<_>>()?,
            short_lived: Kept::take(short_lived)?,
            devices: tree_of(CWD, OsStr::new("/dev"), OpenTreeFlags::empty())?,
            host: tree_of(CWD, OsStr::new("/"), OpenTreeFlags::empty())?,
        })
    }
}

/// A copy of what is mounted at this path, that belongs to no place yet.
pub(super) fn copy_of(path: &Path) -> io::Result<OwnedFd> {
    tree_of(CWD, path.as_os_str(), OpenTreeFlags::empty())
}

/// A copy of the mounts from here on, that belongs to no place yet.
fn tree_of(at: BorrowedFd<'_>, name: &OsStr, flags: OpenTreeFlags) -> io::Result<OwnedFd> {
    let copy = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE
        | OpenTreeFlags::AT_NO_AUTOMOUNT;
    Ok(rustix::mount::open_tree(at, name, copy | flags)?)
}

fn put(tree: &OwnedFd, at: BorrowedFd<'_>, name: &OsStr) -> io::Result<()> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
    Ok(rustix::mount::move_mount(tree, "", at, name, flags)?)
}

/// A new file system of this kind, that belongs to no place yet.
fn new(kind: &str, options: &[(&str, &str)], attributes: MountAttrFlags) -> io::Result<OwnedFd> {
    let made = rustix::mount::fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)?;
    for (name, value) in options {
        rustix::mount::fsconfig_set_string(made.as_fd(), *name, *value)?;
    }
    rustix::mount::fsconfig_create(made.as_fd())?;
    let flags = FsMountFlags::FSMOUNT_CLOEXEC;
    Ok(rustix::mount::fsmount(made.as_fd(), flags, attributes)?)
}

/// Makes the view, in a mount namespace of our own, and makes it this process's root. `root` is the container's, in the
/// mount namespace that we are in. `alias` is the path of the host's files then: one unguessable name below `/`.
///
/// # Errors
/// The system's. The view may then stand in part: the process must end.
pub(super) fn enter(root: &OwnedFd, luggage: Luggage, alias: &Path) -> io::Result<()> {
    rustix::process::fchdir(root)?;
    rustix::process::chroot(".")?;
    nix::sched::unshare(CloneFlags::CLONE_NEWNS)?;
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    // A folder that a process was chrooted into is no mount of its own.
    let changed = rustix::mount::mount_change("/", private);
    changed.or_else(|e| if e == Errno::INVAL { Ok(()) } else { Err(e) })?;
    // Of our copy of its mounts.
    let origin = rustix::fs::open("/", FOLDER, Mode::empty())?;
    let safe = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV;
    let ours = new("tmpfs", &[("mode", "0755"), ("size", ROOM)], safe)?;
    put(&ours, CWD, OsStr::new("/"))?;
    rustix::process::fchdir(&ours)?;
    rustix::process::chroot(".")?;
    rustix::process::chdir("/")?;
    let top = rustix::fs::open("/", FOLDER, Mode::empty())?;

    let alias = alias.strip_prefix("/").unwrap_or(alias);
    let own = ["proc".as_ref(), "dev".as_ref(), alias.as_os_str()];
    let mut filling = Filling {
        origin: &origin,
        own: &own,
        left: MOST_ENTRIES,
    };
    let kept = luggage.kept.iter().map(|kept| KeptBelow {
        below: kept.path.strip_prefix("/").unwrap_or(&kept.path),
        tree: &kept.tree,
    });
    filling.fill(top.as_fd(), Path::new(""), kept.collect())?;
    let process_files = safe | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    let trees = [
        new("proc", &[], process_files)?,
        luggage.devices,
        luggage.host,
    ];
    for (name, tree) in own.iter().zip(&trees) {
        let closed = Mode::from_raw_mode(0o700);
        rustix::fs::mkdirat(&top, *name, closed)?;
        put(tree, top.as_fd(), name)?;
    }
    // A disk that is unmounted on the host is not kept in use by us.
    let follow = MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC;
    let host = Path::new("/").join(alias);
    rustix::mount::mount_change(&host, follow)?;
    let mounted = std::fs::read("/proc/self/mountinfo")?;
    close(&host, &mounts(&mounted));
    let short_lived = &luggage.short_lived;
    let place = host.join(short_lived.path.strip_prefix("/").unwrap_or(Path::new("")));
    put(&short_lived.tree, CWD, place.as_os_str())?;
    let read_only = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
    rustix::mount::mount_remount("/", read_only, "")?;
    Ok(())
}

/// Makes the host's files read-only below this path: nothing of ours writes there, and a fault of ours shall not either.
///
/// Mount by mount, as any kernel can: `mount_setattr(2)` would do it at once, from Linux 5.12 on. What lies on another machine,
/// or is answered by a program, is left as it is, since asking for it could take for ever; so is what the host mounts later.
fn close(host: &Path, mounts: &[Mount]) {
    let ours = || mounts.iter().filter(|mount| mount.point.starts_with(host));
    let silent = |point: &Path| {
        let mut silent = ours().filter(|mount| mount.may_hang());
        silent.any(|mount| point.starts_with(&mount.point))
    };
    let closed = MountFlags::BIND
        | MountFlags::RDONLY
        | MountFlags::NOSUID
        | MountFlags::NODEV
        | MountFlags::NOEXEC;
    for mount in ours().filter(|mount| !silent(&mount.point)) {
        // One that another hides cannot be reached by anybody.
        let _ = rustix::mount::mount_remount(&mount.point, closed, "");
    }
}

/// A folder of the host and the path that leads to it from here.
struct KeptBelow<'a> {
    below: &'a Path,
    tree: &'a OwnedFd,
}

/// Fills our folders.
struct Filling<'a> {
    origin: &'a OwnedFd,
    /// Names below the root that we fill ourselves.
    own: &'a [&'a OsStr],
    left: usize,
}

impl Filling<'_> {
    /// Fills the folder `path` with the container's entries, and with those of these places that begin here.
    fn fill(
        &mut self,
        at: BorrowedFd<'_>,
        path: &Path,
        places: Vec<KeptBelow<'_>>,
    ) -> io::Result<()> {
        let mut ways: Vec<(OsString, Vec<KeptBelow<'_>>)> = Vec::new();
        for place in places {
            let mut parts = place.below.components();
            let Some(first) = parts.next() else { continue };
            let below = parts.as_path();
            let rest = KeptBelow { below, ..place };
            match ways.iter_mut().find(|(name, _)| name == first.as_os_str()) {
                Some((_, rests)) => rests.push(rest),
                None => ways.push((first.as_os_str().to_owned(), vec![rest])),
            }
        }
        for (name, meta) in self.entries(path)? {
            let taken = ways.iter().any(|(way, _)| *way == name)
                || path.as_os_str().is_empty() && self.own.contains(&&*name);
            if !taken {
                self.take(at, path, &name, meta)?;
            }
        }
        for (name, places) in ways {
            rustix::fs::mkdirat(at, &name, Mode::from_raw_mode(0o755))?;
            match places
                .iter()
                .find(|place| place.below.as_os_str().is_empty())
            {
                Some(here) => put(here.tree, at, &name)?,
                None => {
                    let folder = rustix::fs::openat(at, &name, FOLDER, Mode::empty())?;
                    self.fill(folder.as_fd(), &path.join(&name), places)?;
                }
            }
        }
        Ok(())
    }

    /// The folder of the container at this path, links on the way resolved as in the container.
    fn folder(&self, path: &Path) -> Result<OwnedFd, Errno> {
        let here = match path.as_os_str().is_empty() {
            true => Path::new("."),
            false => path,
        };
        let inside = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        rustix::fs::openat2(self.origin, here, flags, Mode::empty(), inside)
    }

    /// What stands in the container's folder at this path: nothing where it has none.
    fn entries(&mut self, path: &Path) -> io::Result<Vec<(OsString, rustix::fs::Stat)>> {
        let folder = match self.folder(path) {
            Ok(folder) => folder,
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(Vec::new()),
            Err(e) => return Err(e.into()),
        };
        let mut entries = Vec::new();
        for entry in Dir::read_from(&folder)? {
            let name = OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned();
            if name == "." || name == ".." {
                continue;
            }
            let crowded = || io::Error::other(Crowded(Path::new("/").join(path)));
            self.left = self.left.checked_sub(1).ok_or_else(crowded)?;
            // What vanished meanwhile was never there.
            if let Ok(meta) = rustix::fs::statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW) {
                entries.push((name, meta));
            }
        }
        Ok(entries)
    }

    /// Brings one entry of the container's into our folder.
    fn take(
        &self,
        at: BorrowedFd<'_>,
        path: &Path,
        name: &OsStr,
        meta: rustix::fs::Stat,
    ) -> io::Result<()> {
        let folder = self.folder(path)?;
        let kind = FileType::from_raw_mode(meta.st_mode);
        match kind {
            FileType::Symlink => {
                let Ok(target) = rustix::fs::readlinkat(&folder, name, Vec::new()) else {
                    return Ok(());
                };
                rustix::fs::symlinkat(target, at, name)?;
                // Whose a link is decides whether it is followed.
                let (uid, gid) = (Uid::from_raw(meta.st_uid), Gid::from_raw(meta.st_gid));
                let itself = AtFlags::SYMLINK_NOFOLLOW;
                return Ok(rustix::fs::chownat(at, name, Some(uid), Some(gid), itself)?);
            }
            FileType::Directory => rustix::fs::mkdirat(at, name, Mode::empty())?,
            _ => {
                let new = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
                drop(rustix::fs::openat(at, name, new, Mode::empty())?);
            }
        }
        let moved = tree_of(folder.as_fd(), name, OpenTreeFlags::AT_SYMLINK_NOFOLLOW)
            .and_then(|tree| put(&tree, at, name));
        match moved {
            // It was replaced meanwhile by something else, or removed: an empty one stands for it.
            Err(e) if changed_meanwhile(&e) => Ok(()),
            moved => moved,
        }
    }
}

fn changed_meanwhile(error: &io::Error) -> bool {
    let of = Errno::from_io_error(error);
    matches!(of, Some(Errno::NOENT | Errno::NOTDIR | Errno::ISDIR))
}
