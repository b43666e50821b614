//! Whether a folder outlasts a restart, or the container it lies in: mounts, marks of containers, rules of tmpfiles.d(5).

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::trust;
use crate::domain::config::container::Runtime;
use crate::domain::run::volatile::{Fleeting, Ground, Mount, emptied, mount_of, mounts, source_of};
use crate::io::container::within;

/// Of a longer list of mounts only so much is read.
const MAX_MOUNTS: u64 = 4 << 20;
/// Our own list.
const OWN: &str = "/proc/self/mountinfo";
/// A longer file of rules is none.
const MAX_RULES: u64 = 256 << 10;
/// More files of rules than this are not read.
const MAX_FILES: usize = 1000;
/// Where rules lie; a file of the same name further on outweighs one before.
const RULES: [&str; 4] = [
    "/usr/lib/tmpfiles.d",
    "/usr/local/lib/tmpfiles.d",
    "/run/tmpfiles.d",
    "/etc/tmpfiles.d",
];
/// What engines put into the containers that they throw away: Docker, Podman.
const MARKS: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// Whether what is kept in this folder, which need not be there yet, goes by itself.
pub fn of(folder: &Path) -> Option<Fleeting> {
    let there = trust::existing(folder);
    let real = std::fs::canonicalize(&there).unwrap_or(there);
    ground(&real).judge(&real)
}

/// Why a place is read-only although no disk fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClosedBy {
    /// The mount at this point alone is: a volume or a single file that was mounted so. What the host calls it, where we know
    /// the host.
    Mount(PathBuf, Option<PathBuf>),
    /// The container's root file system is.
    Root,
    /// It is in the layers of a container that is stopped.
    Stopped,
}

/// Why a path cannot be written; `None` where somebody else made its whole file system read-only: the system, when a disk
/// fails.
pub fn closed_by(path: &Path) -> Option<ClosedBy> {
    let there = trust::existing(path);
    let real = std::fs::canonicalize(&there).unwrap_or(there);
    let within = within::get().filter(|within| !within.is_hosts(&real));
    let mounts = seen(&real);
    let mount = mount_of(&mounts, &real)?;
    if within.is_some_and(|within| within.is_in_layers(&real)) {
        return Some(ClosedBy::Stopped);
    }
    if !mount.closed {
        return None;
    }
    if mount.point == Path::new("/") && (within.is_some() || has_mark()) {
        return Some(ClosedBy::Root);
    }
    // Of the thread that stayed on the host: the others have other mounts.
    let hosts = within.and_then(|within| within.on_host(|| own("/proc/thread-self/mountinfo")));
    let source = match hosts {
        Some(hosts) => source_of(&hosts, mount),
        // The kubelet's folders tell what they are by their names alone.
        None => Some(mount.root.clone()).filter(|root| is_kubelets(root)),
    };
    Some(ClosedBy::Mount(mount.point.clone(), source))
}

/// What the host calls a file of the container that we work within, where that is the host's and mounted there.
pub fn on_host(path: &Path) -> Option<PathBuf> {
    let real = std::fs::canonicalize(path).ok()?;
    let within = within::get().filter(|within| !within.is_hosts(&real))?;
    let mounts = seen(&real);
    let mount = mount_of(&mounts, &real).filter(|mount| mount.point != Path::new("/"))?;
    let hosts = within.on_host(|| own("/proc/thread-self/mountinfo"))?;
    let below = real.strip_prefix(&mount.point).ok()?;
    // Without the slash that an empty rest leaves.
    Some(source_of(&hosts, mount)?.join(below).components().collect())
}

/// Whether the kubelet put what lies there into a pod, from a Secret, a ConfigMap, or several of these.
pub fn is_kubelets(source: &Path) -> bool {
    let kinds = [
        "kubernetes.io~secret",
        "kubernetes.io~configmap",
        "kubernetes.io~projected",
    ];
    let mut parts = source.iter().filter_map(|part| part.to_str());
    parts.any(|part| kinds.contains(&part))
}

/// Whether this process works in a container that is thrown away and made anew, entered from the host or not.
pub fn in_container() -> bool {
    match within::get() {
        Some(within) => is_remade(within.container.runtime),
        None => has_mark(),
    }
}

/// Whether a container of this runtime is made anew from an image: others are machines.
fn is_remade(runtime: Runtime) -> bool {
    match runtime {
        Runtime::Docker | Runtime::Podman | Runtime::Kubernetes | Runtime::Containerd => true,
        Runtime::Lxc | Runtime::Nspawn | Runtime::Unknown => false,
    }
}

fn has_mark() -> bool {
    let kubernetes = std::env::var_os("KUBERNETES_SERVICE_HOST").is_some();
    kubernetes || MARKS.iter().any(|mark| Path::new(mark).exists())
}

/// The mounts that decide about a path: those of the container that we work within, for its files; our own show entries of
/// its folders instead.
fn seen(real: &Path) -> Vec<Mount> {
    let within = within::get().filter(|within| !within.is_hosts(real));
    match within.map(|within| &within.mountinfo) {
        Some(told) if !told.is_empty() => mounts(told),
        Some(_) | None => own(OWN),
    }
}

fn own(mountinfo: &str) -> Vec<Mount> {
    mounts(&read(Path::new(mountinfo), MAX_MOUNTS))
}

/// Mount points of file systems that may never answer, as long as the other machine is away.
pub fn mounts_that_may_hang() -> Vec<PathBuf> {
    let mounts = own(OWN);
    let remote = mounts.into_iter().filter(Mount::may_hang);
    remote.map(|mount| mount.point).collect()
}

fn ground(real: &Path) -> Ground {
    let of_host = within::get().is_some_and(|within| within.is_hosts(real));
    Ground {
        mounts: seen(real),
        container: !of_host && in_container(),
        emptied: rules(),
    }
}

fn rules() -> Vec<std::path::PathBuf> {
    let folders = RULES
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok());
    let files = folders
        .flatten()
        .flatten()
        .take(MAX_FILES)
        .map(|entry| entry.path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "conf"));
    let by_name: BTreeMap<_, _> = files
        .map(|path| (path.file_name().map(ToOwned::to_owned), path))
        .collect();
    let texts = by_name.values().map(|path| read(path, MAX_RULES));
    texts
        .flat_map(|text| emptied(&String::from_utf8_lossy(&text)))
        .collect()
}

/// A file of the system; empty where it cannot be read.
fn read(path: &Path, max: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Ok(file) = std::fs::File::open(path) {
        // What came before an error counts.
        let _ = file.take(max).read_to_end(&mut bytes);
    }
    bytes
}
