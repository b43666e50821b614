//! Where the runtimes of this host keep what they know: folders of root's and of accounts', found by their defaults, by what
//! configures them, and by what the daemons are told.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::domain::config::container::Runtime;
use crate::domain::config::container::records;
use crate::io::install::host::HostRoot;
use crate::io::os::{accounts, processes};

/// What starts Docker's daemon: its units with what is added to them, and a file of options.
const DOCKER_SERVICES: [&str; 6] = [
    "etc/systemd/system/docker.service",
    "etc/systemd/system/docker.service.d/*.conf",
    "usr/lib/systemd/system/docker.service",
    "lib/systemd/system/docker.service",
    "etc/default/docker",
    "etc/sysconfig/docker",
];
/// Docker's data folder, of packages and of the snap.
const DOCKER: [&str; 2] = ["/var/lib/docker", "/var/snap/docker/common/var-lib-docker"];
/// The same below an account's home.
const DOCKER_OF_HOME: &str = ".local/share/docker";
/// Podman's storage.
const PODMAN: &str = "/var/lib/containers/storage";
/// The same below an account's home.
pub(in crate::io::container) const PODMAN_OF_HOME: &str = ".local/share/containers/storage";
/// Where an account says that it keeps it elsewhere.
const PODMAN_CONFIG_OF_HOME: &str = ".config/containers/storage.conf";
/// How many homes are looked into.
pub(in crate::io::container) const MOST_HOMES: usize = 1024;
/// Where containerd keeps what it knows: by itself, as a part of k3s, RKE2, k0s and MicroK8s.
const CONTAINERD: [&str; 5] = [
    "/var/lib/containerd",
    "/var/lib/rancher/k3s/agent/containerd",
    "/var/lib/rancher/rke2/agent/containerd",
    "/var/lib/k0s/containerd",
    "/var/snap/microk8s/common/var/lib/containerd",
];
/// Below these: its list of containers.
const META: &str = "io.containerd.metadata.v1.bolt/meta.db";

/// A folder in which a runtime keeps what it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::io::container) struct Storage {
    pub(in crate::io::container) runtime: Runtime,
    pub(in crate::io::container) folder: PathBuf,
    /// Whose word it is: see [`Known`].
    pub(in crate::io::container) owner: u32,
}

/// The storages of this system.
#[derive(Debug, Default)]
pub(in crate::io::container) struct Storages {
    /// Root's first.
    pub(in crate::io::container) all: Vec<Storage>,
    /// Whether there are homes that were not looked into.
    pub(in crate::io::container) is_cut: bool,
}

/// The folders that runtimes keep their containers and layers in.
pub(in crate::io::container) fn storages(host: &HostRoot) -> Storages {
    let (homes, is_cut) = homes(host);
    let mut all = docker_storages(host, &homes);
    all.extend(podman_storages(host, &homes));
    let containerd = containerd_folders(host).into_iter().map(|folder| Storage {
        runtime: Runtime::Containerd,
        folder,
        owner: 0,
    });
    all.extend(containerd);
    all.sort_by_key(|storage| storage.owner != 0);
    Storages { all, is_cut }
}

/// Whether containerd keeps containers here that cannot be looked up.
pub fn has_containerd(host: &HostRoot) -> bool {
    let folders = containerd_folders(host);
    folders
        .iter()
        .any(|folder| host.is_file(&folder.join(META)))
}

/// The folders of containerds that are there.
pub(in crate::io::container) fn containerd_folders(host: &HostRoot) -> Vec<PathBuf> {
    let folders = CONTAINERD.iter().map(Path::new);
    folders.filter_map(|folder| host.real(folder)).collect()
}

fn docker_storages(host: &HostRoot, homes: &[PathBuf]) -> Vec<Storage> {
    let mut folders: Vec<PathBuf> = DOCKER.iter().map(PathBuf::from).collect();
    let configured = host.read(Path::new("/etc/docker/daemon.json"));
    let configured = configured.and_then(|bytes| {
        let form: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
        let folder = form.get("data-root").or_else(|| form.get("graph"))?;
        folder.as_str().map(PathBuf::from)
    });
    folders.extend(configured.filter(|folder| folder.is_absolute()));
    folders.extend(of_command_lines(host));
    // Where the containers have users of their own, it keeps everything in a folder named by the first of them.
    let remapped = folders.iter().flat_map(|folder| {
        let entries = host.entries(folder).into_iter();
        let remapped = entries.filter(|entry| entry.is_folder && first_of(&entry.name).is_some());
        remapped.map(|entry| folder.join(entry.name))
    });
    let remapped: Vec<PathBuf> = remapped.collect();
    folders.extend(remapped);
    let mut there = Vec::new();
    for folder in folders {
        add_system(host, &mut there, Runtime::Docker, &folder);
    }
    for home in homes {
        let folder = home.join(DOCKER_OF_HOME);
        add_of_home(host, &mut there, home, Runtime::Docker, &folder);
    }
    there
}

/// The data folders that Docker's daemons are told: those that run, and those that a service starts.
fn of_command_lines(host: &HostRoot) -> Vec<PathBuf> {
    let running = match host.is_ours() {
        true => processes::of_root("dockerd"),
        false => Vec::new(),
    };
    let running = running
        .iter()
        .filter_map(|words| records::data_folder(words.iter().map(String::as_str)));
    let mut found: Vec<PathBuf> = running.collect();
    for pattern in DOCKER_SERVICES {
        for file in host.matching(Path::new("/"), pattern) {
            let bytes = host.read(&file).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            let lines = text
                .lines()
                .filter(|line| !line.trim_start().starts_with('#'));
            found.extend(records::data_folder(lines.flat_map(str::split_whitespace)));
        }
    }
    found
}

/// The first user and group of containers with users of their own, by the folder that Docker names after them: `UID.GID`.
pub(in crate::io::container) fn first_of(name: &OsStr) -> Option<(u32, u32)> {
    let (user, group) = name.to_str()?.split_once('.')?;
    Some((user.parse().ok()?, group.parse().ok()?))
}

fn podman_storages(host: &HostRoot, homes: &[PathBuf]) -> Vec<Storage> {
    let mut there = Vec::new();
    let configured = host.read(Path::new("/etc/containers/storage.conf"));
    let configured = configured.and_then(|bytes| graph_root(&bytes));
    for folder in [PathBuf::from(PODMAN)].into_iter().chain(configured) {
        add_system(host, &mut there, Runtime::Podman, &folder);
    }
    for home in homes {
        let folder = home.join(PODMAN_OF_HOME);
        add_of_home(host, &mut there, home, Runtime::Podman, &folder);
        let configured = host.read(&home.join(PODMAN_CONFIG_OF_HOME));
        if let Some(folder) = configured.and_then(|bytes| graph_root(&bytes)) {
            add_of_home(host, &mut there, home, Runtime::Podman, &folder);
        }
    }
    there
}

/// `graphroot` of Podman's `storage.conf`.
fn graph_root(bytes: &[u8]) -> Option<PathBuf> {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == "graphroot").then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    });
    line.map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Adds a storage of the system's, if it is there and not known.
fn add_system(host: &HostRoot, there: &mut Vec<Storage>, runtime: Runtime, folder: &Path) {
    if let Some(folder) = host.real(folder) {
        add(there, runtime, folder, 0);
    }
}

/// Adds a storage of an account's, likewise: its word, or that of whoever owns what it leads to. What an account has is
/// never taken for root's: one that would be is not used, unless root's own home has it. Nor is one that a link or a
/// setting of the account's has elsewhere, unless that folder is its own: it would have root read there what others have.
fn add_of_home(
    host: &HostRoot,
    there: &mut Vec<Storage>,
    home: &Path,
    runtime: Runtime,
    folder: &Path,
) {
    let (Some(folder), Some(real_home)) = (host.real(folder), host.real(home)) else {
        return;
    };
    let [its, homes] = [&folder, &real_home].map(|folder| host.owner(folder));
    let account = [its, homes].into_iter().flatten().find(|owner| *owner != 0);
    let is_within = real_home != Path::new("/") && folder.starts_with(&real_home);
    let owner = match account {
        Some(owner) if is_within || its == homes => owner,
        None if home == Path::new("/root") => 0,
        _ => return,
    };
    add(there, runtime, folder, owner);
}

fn add(there: &mut Vec<Storage>, runtime: Runtime, folder: PathBuf, owner: u32) {
    if there.iter().all(|known| known.folder != folder) {
        there.push(Storage {
            runtime,
            folder,
            owner,
        });
    }
}

/// The homes of this system: root's, those below `/home`, and those of accounts that live elsewhere. Says whether there
/// are more than are looked into.
fn homes(host: &HostRoot) -> (Vec<PathBuf>, bool) {
    let below = host.entries_named(Path::new("/home"), MOST_HOMES, |_| true);
    let folders = below.entries.into_iter().filter(|entry| entry.is_folder);
    let mut homes: Vec<PathBuf> = vec![PathBuf::from("/root")];
    homes.extend(folders.map(|entry| Path::new("/home").join(entry.name)));
    let list = host.read(Path::new("/etc/passwd")).unwrap_or_default();
    for home in accounts::listed_homes(&list) {
        let is_new = home.is_absolute() && home != Path::new("/") && !homes.contains(&home);
        if is_new && host.real(&home).is_some() {
            homes.push(home);
        }
    }
    let is_cut = below.is_cut || homes.len() > MOST_HOMES;
    homes.truncate(MOST_HOMES);
    (homes, is_cut)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::io::container::written::write;

    #[test]
    fn no_account_has_its_storage_in_what_is_another_s() {
        assert!(
            rustix::process::geteuid().is_root(),
            "not root: nothing can be given to others"
        );
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let chown = |path: &str, to: u32| {
            std::os::unix::fs::lchown(root.join(path), Some(to), None).unwrap();
        };
        let config = |path: &str| format!("[storage]\ngraphroot = \"{path}\"\n");
        for (name, number) in [("ann", 4711), ("bob", 4712), ("eve", 4713), ("eva", 4714)] {
            let home = format!("home/{name}");
            write(root, &format!("{home}/.local/share/kept"), "");
            chown(&home, number);
        }
        // Hers, on another disk: by her setting, and by a link.
        write(root, "srv/pods/kept", "");
        write(root, "srv/docker/kept", "");
        for its in ["srv/pods", "srv/docker"] {
            chown(its, 4711);
        }
        let of_home = |name: &str| format!("home/{name}/{PODMAN_CONFIG_OF_HOME}");
        write(root, &of_home("ann"), &config("/srv/pods"));
        let link = |to: &str, at: &str| {
            std::os::unix::fs::symlink(to, root.join(at)).unwrap();
        };
        link("/srv/docker", &format!("home/ann/{DOCKER_OF_HOME}"));
        // Root's own, and another's.
        write(root, "etc/vfs/dir/1/app/.env", "");
        write(root, "root/kept", "");
        link("/etc", &format!("home/eve/{DOCKER_OF_HOME}"));
        write(root, &of_home("eve"), &config("/root"));
        link("/home/bob", &format!("home/eva/{DOCKER_OF_HOME}"));
        write(root, &of_home("eva"), &config("/srv/pods"));
        let host = HostRoot::at(root).unwrap();
        let all = storages(&host).all.into_iter();
        let all: Vec<_> = all.map(|one| (one.owner, one.folder)).collect();
        let hers = |path: &str| (4711, PathBuf::from(path));
        assert_eq!(all, [hers("/srv/docker"), hers("/srv/pods")]);
    }

    #[test]
    fn podmans_storage_may_lie_elsewhere() {
        let text =
            b"[storage]\ndriver = \"overlay\"\n# graphroot = \"/no\"\ngraphroot = \"/srv/pods\"\n";
        assert_eq!(graph_root(text), Some(PathBuf::from("/srv/pods")));
        assert_eq!(graph_root(b"graphroot = \"relative\""), None);
    }
}
