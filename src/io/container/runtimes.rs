//! What the container runtimes of this host keep on disk of each container: its name, its environment, its mounts, its
//! layers. No program of theirs is run, and none needs to be there.
//!
//! Docker: `containers/ID/config.v2.json` below its data folder. Podman: `overlay-containers/containers.json` (or
//! `vfs-containers`) below its storage, also that of accounts. What containerd keeps is in a database of its own, which is not read: of its containers,
//! only those that run are known.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::domain::config::container::records::{self, Listed, Record};
use crate::domain::config::container::{Container, Runtime};
use crate::io::install::host::HostRoot;
use crate::io::os::{accounts, processes};

/// How many containers are read of one runtime.
const MOST: usize = 512;
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
const PODMAN_OF_HOME: &str = ".local/share/containers/storage";
/// How it may store layers: it lists its containers beside them.
const PODMAN_DRIVERS: [&str; 2] = ["overlay", "vfs"];
/// Where an account says that it keeps it elsewhere.
const PODMAN_CONFIG_OF_HOME: &str = ".config/containers/storage.conf";
/// How many homes are looked into.
const MOST_HOMES: usize = 1024;
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

/// Where the layers of a container are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layers {
    /// Below Docker's data folder.
    Docker(PathBuf),
    /// Below Podman's storage: the layer that it writes to.
    Podman(PathBuf, String),
}

/// A container that a runtime knows.
#[derive(Debug)]
pub struct Known {
    /// Which runtime.
    pub runtime: Runtime,
    /// What it wrote down.
    pub record: Record,
    /// The file that it wrote that into.
    pub written: PathBuf,
    /// Where its layers are.
    pub layers: Layers,
    /// Whose word this is: root's, or that of the account whose runtime it is, by its number.
    pub owner: u32,
}

/// A folder in which a runtime keeps what it knows.
#[derive(Debug, PartialEq, Eq)]
struct Storage {
    folder: PathBuf,
    owner: u32,
}

/// Every container that the runtimes of this system know, running or not.
pub fn known(host: &HostRoot) -> Vec<Known> {
    let homes = homes(host);
    let mut all = Vec::new();
    for storage in docker_storages(host, &homes) {
        all.extend(docker(host, &storage));
    }
    for storage in podman_storages(host, &homes) {
        all.extend(podman(host, &storage));
    }
    all
}

/// Whether containerd keeps containers here that cannot be looked up.
pub fn has_containerd(host: &HostRoot) -> bool {
    let folders = containerd_folders(host);
    folders
        .iter()
        .any(|folder| host.is_file(&folder.join(META)))
}

pub(super) fn containerd_folders(host: &HostRoot) -> Vec<PathBuf> {
    let folders = CONTAINERD.iter().map(Path::new);
    folders.filter_map(|folder| host.real(folder)).collect()
}

/// What is written down of this container, by whose runtime made it.
pub fn of(host: &HostRoot, container: &Container) -> Option<Known> {
    let id = container.id.as_deref()?;
    let its = |known: &Known| known.record.id == id && known.owner == container.account();
    known(host).into_iter().find(its)
}

/// The folders that Docker keeps its containers and layers in.
pub(super) fn docker_folders(host: &HostRoot) -> Vec<PathBuf> {
    folders(docker_storages(host, &homes(host)))
}

/// Those that Podman does.
pub(super) fn podman_folders(host: &HostRoot) -> Vec<PathBuf> {
    folders(podman_storages(host, &homes(host)))
}

fn folders(storages: Vec<Storage>) -> Vec<PathBuf> {
    storages.into_iter().map(|storage| storage.folder).collect()
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
        add_system(host, &mut there, &folder);
    }
    for home in homes {
        add_of_home(host, &mut there, home, &home.join(DOCKER_OF_HOME));
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
pub(super) fn first_of(name: &OsStr) -> Option<(u32, u32)> {
    let (user, group) = name.to_str()?.split_once('.')?;
    Some((user.parse().ok()?, group.parse().ok()?))
}

fn podman_storages(host: &HostRoot, homes: &[PathBuf]) -> Vec<Storage> {
    let mut there = Vec::new();
    let configured = host.read(Path::new("/etc/containers/storage.conf"));
    let configured = configured.and_then(|bytes| graph_root(&bytes));
    for folder in [PathBuf::from(PODMAN)].into_iter().chain(configured) {
        add_system(host, &mut there, &folder);
    }
    for home in homes {
        add_of_home(host, &mut there, home, &home.join(PODMAN_OF_HOME));
        let configured = host.read(&home.join(PODMAN_CONFIG_OF_HOME));
        if let Some(folder) = configured.and_then(|bytes| graph_root(&bytes)) {
            add_of_home(host, &mut there, home, &folder);
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
fn add_system(host: &HostRoot, there: &mut Vec<Storage>, folder: &Path) {
    if let Some(folder) = host.real(folder) {
        add(there, Storage { folder, owner: 0 });
    }
}

/// Adds a storage of an account's, likewise: its word, or that of whoever owns what it leads to. What an account has is
/// never taken for root's: one that would be is not used, unless root's own home has it.
fn add_of_home(host: &HostRoot, there: &mut Vec<Storage>, home: &Path, folder: &Path) {
    let Some(folder) = host.real(folder) else {
        return;
    };
    let owners = [&folder, home].map(|folder| host.owner(folder));
    match owners.into_iter().flatten().find(|owner| *owner != 0) {
        Some(owner) => add(there, Storage { folder, owner }),
        None if home == Path::new("/root") => add(there, Storage { folder, owner: 0 }),
        None => {}
    }
}

fn add(there: &mut Vec<Storage>, storage: Storage) {
    if there.iter().all(|known| known.folder != storage.folder) {
        there.push(storage);
    }
}

/// The homes of this system: root's, those below `/home`, and those of accounts that live elsewhere.
fn homes(host: &HostRoot) -> Vec<PathBuf> {
    let below = host.entries(Path::new("/home")).into_iter();
    let below = below.filter(|entry| entry.is_folder);
    let mut homes: Vec<PathBuf> = vec![PathBuf::from("/root")];
    homes.extend(below.map(|entry| Path::new("/home").join(entry.name)));
    let list = host.read(Path::new("/etc/passwd")).unwrap_or_default();
    for home in accounts::listed_homes(&list) {
        if home.is_absolute() && home != Path::new("/") && !homes.contains(&home) {
            homes.push(home);
        }
    }
    homes.truncate(MOST_HOMES);
    homes
}

fn docker(host: &HostRoot, storage: &Storage) -> Vec<Known> {
    let containers = storage.folder.join("containers");
    let entries = host.entries(&containers).into_iter().take(MOST);
    let read = |id: std::ffi::OsString| {
        let written = containers.join(&id).join("config.v2.json");
        let bytes = host.read(&written)?;
        let record = records::docker(&bytes).filter(|record| id == *record.id)?;
        Some(Known {
            runtime: Runtime::Docker,
            record,
            written,
            layers: Layers::Docker(storage.folder.clone()),
            owner: storage.owner,
        })
    };
    entries.filter_map(|entry| read(entry.name)).collect()
}

fn podman(host: &HostRoot, storage: &Storage) -> Vec<Known> {
    let containers = |driver: &str| storage.folder.join(format!("{driver}-containers"));
    let lists = ["containers.json", "volatile-containers.json"];
    let rows = PODMAN_DRIVERS.iter().flat_map(|driver| {
        let lists = lists.iter();
        let lists = lists.filter_map(|name| host.read(&containers(driver).join(name)));
        lists.flat_map(|bytes| records::listed(&bytes, driver))
    });
    let rows: Vec<Listed> = rows.take(MOST).collect();
    let read = |listed: Listed| {
        let folder = containers(listed.driver).join(&listed.id);
        let config = folder.join("userdata/config.json");
        let read = host.read(&config);
        // One that was created and never started has none: its name and its layer are known all the same.
        let record = read.and_then(|bytes| records::oci(&listed, &bytes));
        let mut record = record.unwrap_or_else(|| Record {
            id: listed.id.clone(),
            name: listed.name.clone(),
            driver: Some(listed.driver.to_owned()),
            ..Record::default()
        });
        record.process = first_process(host, &record);
        Known {
            runtime: Runtime::Podman,
            record,
            written: config,
            layers: Layers::Podman(storage.folder.clone(), listed.layer),
            owner: storage.owner,
        }
    };
    rows.into_iter().map(read).collect()
}

/// Podman's `pidfile`, beside the files that it mounts into the container.
fn first_process(host: &HostRoot, record: &Record) -> Option<i32> {
    let beside = record.own_files.iter();
    let mut beside = beside.filter_map(|file| file.source.parent());
    let bytes = beside.find_map(|folder| host.read(&folder.join("pidfile")))?;
    String::from_utf8_lossy(&bytes).trim().parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn the_files_of_runtimes_tell_names_wherever_they_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let ids = ["a", "b", "c", "d", "e", "f"].map(|digit| digit.repeat(64));
        let docker = |id: &str, name: &str| format!(r#"{{"ID":"{id}","Name":"/{name}"}}"#);
        let put = |at: &str, id: &str, text: &str| {
            write(root, &format!("{at}/containers/{id}/config.v2.json"), text);
        };
        put("var/lib/docker", &ids[0], &docker(&ids[0], "one"));
        put("srv/docker", &ids[1], &docker(&ids[1], "moved"));
        write(
            root,
            "etc/docker/daemon.json",
            r#"{"data-root":"/srv/docker"}"#,
        );
        put("mnt/big", &ids[5], &docker(&ids[5], "told"));
        write(
            root,
            "etc/systemd/system/docker.service.d/disk.conf",
            "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd:// --data-root /mnt/big\n",
        );
        // One that says it is another is not believed.
        put("var/lib/docker", &ids[2], &docker(&ids[0], "double"));
        let row = format!(
            r#"[{{"id":"{}","names":["rootless"],"layer":"{}","metadata":"{{}}"}}]"#,
            ids[3], ids[0]
        );
        // Of an account that lives elsewhere, and keeps it elsewhere.
        write(
            root,
            "etc/passwd",
            "ann:x:4711:4711::/srv/ann:/bin/sh\nbroken\n",
        );
        let config = "[storage]\ngraphroot = \"/srv/pods\"\n";
        write(root, "srv/ann/.config/containers/storage.conf", config);
        write(root, "srv/pods/overlay-containers/containers.json", &row);
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(root.join("srv/ann"), Some(4711), None).unwrap();
        }
        // Of containers with users of their own.
        put(
            "var/lib/docker/100000.100000",
            &ids[4],
            &docker(&ids[4], "remapped"),
        );
        let host = HostRoot::at(root).unwrap();
        let mut names: Vec<_> = known(&host)
            .into_iter()
            .map(|known| (known.runtime, known.record.name.unwrap()))
            .collect();
        names.sort_by(|a, b| a.1.cmp(&b.1));
        let told = |runtime, name: &str| (runtime, name.to_owned());
        assert_eq!(
            names,
            [
                told(Runtime::Docker, "moved"),
                told(Runtime::Docker, "one"),
                told(Runtime::Docker, "remapped"),
                told(Runtime::Podman, "rootless"),
                told(Runtime::Docker, "told"),
            ]
        );
        assert!(!has_containerd(&host));
    }

    #[test]
    fn whose_word_it_is_goes_with_it() {
        assert!(
            rustix::process::geteuid().is_root(),
            "not root: nothing can be given to others"
        );
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let id = "a".repeat(64);
        let text = |name: &str| format!(r#"{{"ID":"{id}","Name":"/{name}"}}"#);
        for (at, name) in [
            ("var/lib/docker", "roots"),
            ("home/ann/.local/share/docker", "anns"),
            // All of it root's, in a home of nobody's: whoever named it has no word of root's.
            ("home/www/.local/share/docker", "nobodys"),
        ] {
            let path = format!("{at}/containers/{id}/config.v2.json");
            write(root, &path, &text(name));
        }
        // Her folder is root's, as one that root made there: it is hers all the same.
        std::os::unix::fs::chown(root.join("home/ann"), Some(4711), None).unwrap();
        // What leads to another's is another's.
        std::fs::create_dir_all(root.join("home/eve/.local/share")).unwrap();
        let link = root.join("home/eve/.local/share/docker");
        std::os::unix::fs::symlink("/var/lib/docker", link).unwrap();
        let host = HostRoot::at(root).unwrap();
        let all: Vec<_> = known(&host)
            .into_iter()
            .map(|known| (known.owner, known.record.name.unwrap()))
            .collect();
        assert_eq!(all, [(0, "roots".to_owned()), (4711, "anns".to_owned())]);
        let meant = |realm| {
            let container = Container {
                id: Some(id.clone()),
                realm,
                ..Container::default()
            };
            of(&host, &container).and_then(|known| known.record.name)
        };
        let ann = Some(crate::domain::config::container::Realm::Account {
            number: 4711,
            name: "ann".to_owned(),
        });
        assert_eq!(meant(None).as_deref(), Some("roots"));
        assert_eq!(meant(ann).as_deref(), Some("anns"));
    }

    #[test]
    fn podmans_storage_may_lie_elsewhere() {
        let text =
            b"[storage]\ndriver = \"overlay\"\n# graphroot = \"/no\"\ngraphroot = \"/srv/pods\"\n";
        assert_eq!(graph_root(text), Some(PathBuf::from("/srv/pods")));
        assert_eq!(graph_root(b"graphroot = \"relative\""), None);
    }
}
