//! A container that does not run: its files, put together from the layers that its runtime keeps, and the host's folders
//! that belong into it.
//!
//! The kernel does the putting together, as for a running one (an overlay, mounted read-only for this process alone): so
//! what was deleted, replaced and renamed in upper layers is told as the container would see it. Nothing of the layers is
//! changed; what lies in a volume can be, as it is the host's.

mod stack;

use std::collections::BTreeSet;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use rustix::mount::{MountFlags, MountPropagationFlags, MoveMountFlags};

pub use self::stack::Stack;
use super::Container;
use super::idmap::IdMap;
use super::runtimes::{self, Known, Layers, RecordBudget};
use super::view;
use crate::domain::config::container::RunState;
use crate::domain::config::container::records::Mounted;
use crate::domain::config::found::{Evidence, FoundBy, FoundInstall};
use crate::io::install::discover;
use crate::io::install::host::HostRoot;

/// How many of the host's folders are put into it.
const MOST_MOUNTS: usize = 256;
/// Where the layers are mounted, for this process alone: a folder that is everywhere, is root's, and was taken along before.
const MOUNT_POINT: &str = "/dev";
/// Where images have FreeScout.
pub(super) const USUAL: [&str; 10] = [
    "/www/html",
    "/var/www/html",
    "/var/www/freescout",
    "/var/www/html/freescout",
    "/var/www",
    "/app",
    "/app/www",
    "/srv/freescout",
    "/usr/share/nginx/html",
    "/opt/freescout",
];

/// The installs in a stopped container, as far as its layers and volumes tell without being put together.
pub(super) fn installs(
    host: &HostRoot,
    container: &Container,
    known: &Known,
    budget: &mut RecordBudget,
) -> Vec<FoundInstall> {
    // What is read for one takes nothing from the others.
    let Ok(host) = host.anew() else {
        return Vec::new();
    };
    let theirs = Theirs::of(&host, known);
    let stack = Stack::of(&host, known, budget);
    let layers: Vec<HostRoot> = stack
        .iter()
        .flat_map(Stack::folders)
        .filter_map(|folder| match known.owner {
            0 => HostRoot::at(&folder).ok(),
            // Whatever the account put there meanwhile.
            _ => host.below(&folder),
        })
        .collect();
    let work = known.record.work_folder.iter().cloned();
    let places = work.chain(USUAL.iter().map(PathBuf::from));
    let looked_at = budget.mounts(known.owner, known.record.mounts.len());
    let destinations = known.record.mounts.iter().take(looked_at);
    let destinations = destinations.map(|mount| mount.destination.clone());
    let places: BTreeSet<PathBuf> = places.chain(destinations).collect();
    let version = |folder: &Path| match mounted(known, folder) {
        Some((mount, below)) => {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let volume = rustix::fs::open(&mount.source, flags, Mode::empty()).ok()?;
            let volume = HostRoot::of(theirs.of_it(volume)?, &mount.source).ok()?;
            discover::version(&volume, &Path::new("/").join(below))
        }
        None => layers
            .iter()
            .find_map(|layer| discover::version(layer, folder)),
    };
    let found: Vec<(PathBuf, String)> = places
        .into_iter()
        .filter_map(|folder| version(&folder).map(|version| (folder, version)))
        .collect();
    let install = |(path, version)| FoundInstall {
        path,
        version,
        container: Some(Box::new(container.clone())),
        address: None,
        evidence: vec![Evidence::of(match container.state {
            Some(RunState::Restarting) => FoundBy::RestartingContainer,
            Some(RunState::Paused) | None => FoundBy::StoppedContainer,
        })],
    };
    found.into_iter().map(install).collect()
}

/// Whether it can be told which layers a container has.
pub(super) fn has_known_layers(host: &HostRoot, known: &Known, budget: &mut RecordBudget) -> bool {
    Stack::of(host, known, budget).is_some()
}

/// What is mounted where a path of a container leads, and the rest of that path.
fn mounted<'a>(known: &'a Known, path: &'a Path) -> Option<(&'a Mounted, &'a Path)> {
    let mut inner = known.record.mounts.iter().rev();
    inner.find_map(|mount| Some((mount, path.strip_prefix(&mount.destination).ok()?)))
}

/// Where a path of a container lies on the host, as long as no link is in between; `None` for what is in its own layers.
pub(super) fn on_host(known: &Known, path: &Path) -> Option<PathBuf> {
    let (mount, below) = mounted(known, path)?;
    Some(mount.source.join(below).components().collect())
}

/// A stopped container's files, and how its numbers are translated.
pub(super) struct Assembled {
    /// Its root folder.
    pub(super) root: OwnedFd,
    /// Its users.
    pub(super) users: IdMap,
    /// Its groups.
    pub(super) groups: IdMap,
}

/// Puts a stopped container's files together, in a mount namespace of our own: for a process that has one thread that is to
/// see them, and goes in next.
///
/// # Errors
/// The system's, or that the layers cannot be told.
pub(super) fn assemble(known: &Known) -> std::io::Result<Assembled> {
    // What is opened before belongs to mounts that an overlay cannot be made of here.
    nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNS)?;
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    rustix::mount::mount_change("/", private)?;
    let host = HostRoot::at(Path::new("/"))?;
    let unknown = || std::io::Error::other(crate::words::words().container_layers_unknown);
    let stack = Stack::of(&host, known, &mut RecordBudget::whole()).ok_or_else(unknown)?;
    let layers = stack.open(&host, known)?;
    let theirs = Theirs::of(&host, known);
    let volumes = known.record.mounts.iter().take(MOST_MOUNTS);
    let volumes: Vec<(PathBuf, OwnedFd)> = volumes
        .filter_map(|mount| {
            let tree = view::copy_of(&mount.source).ok()?;
            Some((mount.destination.clone(), theirs.of_it(tree)?))
        })
        .collect();
    let root = mount(&layers, known.owner, Path::new(MOUNT_POINT))?;
    for (destination, tree) in volumes {
        match put(&root, &destination, &tree) {
            // Nothing stands there that it could be put on: the runtime would make it.
            Ok(()) | Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(Assembled {
        root,
        users: theirs.users,
        groups: theirs.groups,
    })
}

/// Mounts these layers here, read-only, and opens that.
fn mount(layers: &[OwnedFd], owner: u32, place: &Path) -> std::io::Result<OwnedFd> {
    let safe = MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
    // Their numbers are names there: no path leads to a layer, and all of them fit into one page.
    rustix::process::chdir("/proc/self/fd")?;
    let names: Vec<String> = layers
        .iter()
        .map(|layer| layer.as_raw_fd().to_string())
        .collect();
    if let [only] = &names[..] {
        rustix::mount::mount_bind(only.as_str(), place)?;
        rustix::mount::mount_remount(place, safe | MountFlags::BIND, "")?;
    } else {
        let marks = match owner {
            0 => "",
            _ => ",userxattr",
        };
        let options = format!("lowerdir={}{marks}", names.join(":"));
        let options = std::ffi::CString::new(options)?;
        rustix::mount::mount("overlay", place, "overlay", safe, options.as_c_str())?;
    }
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(rustix::fs::openat(CWD, place, flags, Mode::empty())?)
}

/// The numbers of a container's users and groups, and what its account may have mounted into it.
struct Theirs {
    account: u32,
    users: IdMap,
    groups: IdMap,
}

impl Theirs {
    fn of(host: &HostRoot, known: &Known) -> Self {
        let remapped = match &known.layers {
            Layers::Docker(folder) => folder.file_name().and_then(runtimes::first_of),
            Layers::Podman(..) => None,
        };
        let (users, groups) = match remapped {
            Some((user, group)) => (IdMap::parse(&whole(user)), IdMap::parse(&whole(group))),
            None => {
                let map = |file: &str| id_map(host, file, known.owner);
                (map("/etc/subuid"), map("/etc/subgid"))
            }
        };
        Self {
            account: known.owner,
            users,
            groups,
        }
    }

    /// This copy of a folder or file of the host's, where the account could have it in a container: what it only says is
    /// mounted there, and belongs to others, would be opened with root's rights.
    fn of_it(&self, tree: OwnedFd) -> Option<OwnedFd> {
        let owner = rustix::fs::fstat(&tree).ok()?.st_uid;
        (self.account == 0 || self.users.inside(owner).is_some()).then_some(tree)
    }
}

/// All numbers of a container, the first of which is this one on the host.
fn whole(first: u32) -> String {
    format!("0 {first} 65536")
}

fn put(root: &OwnedFd, destination: &Path, tree: &OwnedFd) -> Result<(), Errno> {
    let inside = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let place = rustix::fs::openat2(root, destination, flags, Mode::empty(), inside)?;
    let both = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    rustix::mount::move_mount(tree.as_fd(), "", place.as_fd(), "", both)
}

/// The numbers of an account's containers: its own is root in them, the others are those that it may give away.
fn id_map(host: &HostRoot, file: &str, owner: u32) -> IdMap {
    if owner == 0 {
        return IdMap::parse("0 0 4294967295");
    }
    let bytes = host.read(Path::new(file));
    let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let name = crate::io::fs::user_name(owner);
    let number = owner.to_string();
    let mut map = format!("0 {owner} 1\n");
    let mut next: u32 = 1;
    for line in text.unwrap_or_default().lines() {
        let mut fields = line.split(':');
        let whose = fields.next().unwrap_or_default();
        let numbers = (
            fields.next(),
            fields.next().and_then(|n| n.trim().parse().ok()),
        );
        if let ((Some(first), Some(count)), true) = (numbers, whose == name || whose == number) {
            map += &format!("{next} {first} {count}\n");
            next = next.saturating_add(count);
        }
    }
    IdMap::parse(&map)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::io::container::written::write;
    use std::os::unix::fs::symlink;

    #[test]
    fn an_account_has_nothing_of_others_in_its_containers() {
        assert!(
            rustix::process::geteuid().is_root(),
            "not root: nothing can be given to others"
        );
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, "etc/subuid", "4711:200000:65536\n");
        let host = HostRoot::at(root).unwrap();
        let known = |owner, layers| Known {
            runtime: crate::io::container::Runtime::Podman,
            record: crate::domain::config::container::records::Record::default(),
            written: "/x".into(),
            layers,
            owner,
        };
        let podman = || Layers::Podman("/x".into(), "y".to_owned());
        let may = |owner, of: u32| {
            let folder = tempfile::tempdir().unwrap();
            std::os::unix::fs::chown(folder.path(), Some(of), None).unwrap();
            let flags = OFlags::PATH | OFlags::CLOEXEC;
            let opened = rustix::fs::open(folder.path(), flags, Mode::empty()).unwrap();
            Theirs::of(&host, &known(owner, podman()))
                .of_it(opened)
                .is_some()
        };
        assert!(may(4711, 4711) && may(4711, 200_033));
        assert!(!may(4711, 0) && !may(4711, 33));
        assert!(may(0, 33) && may(0, 0));
        let docker = Layers::Docker("/var/lib/docker/100000.100001".into());
        let remapped = Theirs::of(&host, &known(0, docker));
        assert_eq!(remapped.users.inside(100_033), Some(33));
        assert_eq!(remapped.groups.inside(100_033), Some(32));
    }

    #[test]
    fn an_accounts_containers_have_its_numbers() {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            "etc/subuid",
            "4711:200000:65536\nother:1:2\nbroken\n",
        );
        let host = HostRoot::at(folder.path()).unwrap();
        let map = id_map(&host, "/etc/subuid", 4711);
        assert_eq!(map.inside(4711), Some(0));
        assert_eq!(map.inside(200_081), Some(82));
        assert_eq!(map.inside(33), None);
        assert_eq!(id_map(&host, "/etc/subuid", 0).inside(33), Some(33));
    }

    #[test]
    fn layers_are_mounted_as_they_were_judged() {
        assert!(
            rustix::process::geteuid().is_root(),
            "not root: nothing can be mounted"
        );
        let work = || {
            let here = nix::sched::CloneFlags::CLONE_FS | nix::sched::CloneFlags::CLONE_NEWNS;
            nix::sched::unshare(here).unwrap();
            let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
            rustix::mount::mount_change("/", private).unwrap();
            let folder = tempfile::tempdir_in("/var/tmp").unwrap();
            let root = folder.path();
            write(root, "secret/file", "of root");
            for layers in [&["only"][..], &["upper", "lower"]] {
                let base = root.join(layers.join("-"));
                for layer in layers {
                    write(&base, &format!("{layer}/file"), layer);
                    write(&base, &format!("{layer}/{layer}"), "");
                }
                let layers_there = layers.iter().map(PathBuf::from);
                let stack = Stack::made_of(base.clone(), layers_there.collect());
                for owner in [0, 4711] {
                    let known = Known {
                        runtime: crate::io::container::Runtime::Podman,
                        record: crate::domain::config::container::records::Record::default(),
                        written: "/x".into(),
                        layers: Layers::Podman("/x".into(), "y".to_owned()),
                        owner,
                    };
                    let host = HostRoot::at(Path::new("/")).unwrap();
                    let held = stack.open(&host, &known).unwrap();
                    // Right after they were looked at.
                    for layer in layers {
                        let away = base.join(format!("{layer}-away"));
                        std::fs::rename(base.join(layer), away).unwrap();
                        symlink(root.join("secret"), base.join(layer)).unwrap();
                    }
                    let place = root.join("place");
                    std::fs::create_dir_all(&place).unwrap();
                    mount(&held, owner, &place).unwrap();
                    let text = std::fs::read_to_string(place.join("file")).unwrap();
                    assert_eq!(text, layers[0]);
                    assert!(layers.iter().all(|layer| place.join(layer).exists()));
                    assert!(std::fs::write(place.join("file"), "").is_err());
                    rustix::process::chdir("/").unwrap();
                    rustix::mount::unmount(&place, rustix::mount::UnmountFlags::DETACH).unwrap();
                    // What leads elsewhere is none of an account's.
                    assert!(owner == 0 || stack.open(&host, &known).is_err());
                    for layer in layers {
                        std::fs::remove_file(base.join(layer)).unwrap();
                        let away = base.join(format!("{layer}-away"));
                        std::fs::rename(away, base.join(layer)).unwrap();
                    }
                }
            }
        };
        std::thread::spawn(work).join().unwrap();
    }
}
