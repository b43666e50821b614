//! Whether a folder outlasts a restart, or the container it lies in: mounts, marks of containers, rules of tmpfiles.d(5).

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::trust;
use crate::domain::run::volatile::{Fleeting, Ground, Mount, emptied, mount_of, mounts};

/// Of a longer list of mounts only so much is read.
const MAX_MOUNTS: u64 = 4 << 20;
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
    ground().judge(&real)
}

/// The mount point that a path lies below, where that mount alone is read-only and its file system is not: a volume or a
/// single file that was mounted so.
pub fn closed_mount(path: &Path) -> Option<PathBuf> {
    let there = trust::existing(path);
    let real = std::fs::canonicalize(&there).unwrap_or(there);
    let mounts = mounts(&read(Path::new("/proc/self/mountinfo"), MAX_MOUNTS));
    let mount = mount_of(&mounts, &real).filter(|mount| mount.closed)?;
    Some(mount.point.clone())
}

/// Mount points of file systems that may never answer, as long as the other machine is away.
pub fn mounts_that_may_hang() -> Vec<PathBuf> {
    let mounts = mounts(&read(Path::new("/proc/self/mountinfo"), MAX_MOUNTS));
    let remote = mounts.into_iter().filter(Mount::may_hang);
    remote.map(|mount| mount.point).collect()
}

fn ground() -> Ground {
    let kubernetes = std::env::var_os("KUBERNETES_SERVICE_HOST").is_some();
    Ground {
        mounts: mounts(&read(Path::new("/proc/self/mountinfo"), MAX_MOUNTS)),
        container: kubernetes || MARKS.iter().any(|mark| Path::new(mark).exists()),
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
