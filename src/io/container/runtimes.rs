//! What the container runtimes of this host keep on disk of each container: its name, its environment, its mounts, its
//! layers. No program of theirs is run, and none needs to be there.
//!
//! Docker: `containers/ID/config.v2.json` below its data folder. Podman: `overlay-containers/containers.json` (or
//! `vfs-containers`) below its storage, also that of accounts. What containerd keeps is in a database of its own, which is not read: of its containers,
//! only those that run are known.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::domain::config::container::records::{self, Listed, Record};
use crate::domain::config::container::{Container, Runtime};
use crate::io::install::host::HostRoot;
use crate::io::os::{accounts, processes};

/// How many containers are read of one storage: of root's, and of an account's, which may claim any number.
const MOST: usize = 2000;
const MOST_OF_ACCOUNT: usize = 512;
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
pub(super) const PODMAN_OF_HOME: &str = ".local/share/containers/storage";
/// How it may store layers: it lists its containers beside them.
const PODMAN_DRIVERS: [&str; 2] = ["overlay", "vfs"];
/// Where an account says that it keeps it elsewhere.
const PODMAN_CONFIG_OF_HOME: &str = ".config/containers/storage.conf";
/// How many homes are looked into.
pub(super) const MOST_HOMES: usize = 1024;
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Storage {
    pub(super) runtime: Runtime,
    pub(super) folder: PathBuf,
    /// Whose word it is: see [`Known`].
    pub(super) owner: u32,
}

/// The storages of this system.
#[derive(Debug, Default)]
pub(super) struct Storages {
    /// Root's first.
    pub(super) all: Vec<Storage>,
    /// Whether there are homes that were not looked into.
    pub(super) is_cut: bool,
}

/// The containers of one storage.
#[derive(Debug, Default)]
pub(super) struct KnownThere {
    pub(super) containers: Vec<Known>,
    /// Whether there are more.
    pub(super) is_cut: bool,
}

/// Every container that the runtimes of this system know, running or not; root's first.
pub fn known(host: &HostRoot) -> Vec<Known> {
    let all = storages(host).all.into_iter();
    let mut all: Vec<Known> = all
        .flat_map(|storage| storage.known(host).containers)
        .collect();
    // Of a folder that was moved or is mounted twice, the place that is configured counts, which comes after the usual one.
    let mut seen = HashSet::new();
    let mut is_last: Vec<bool> = all
        .iter()
        .rev()
        .map(|known| seen.insert((known.runtime, known.owner, known.record.id.clone())))
        .collect();
    all.retain(|_| is_last.pop().unwrap_or(true));
    all
}

/// Whether the runtimes know more containers than are looked at.
pub fn is_cut(host: &HostRoot) -> bool {
    let storages = storages(host);
    let mut all = storages.all.iter();
    storages.is_cut || all.any(|storage| storage.known(host).is_cut)
}

/// Whether containerd keeps containers here that cannot be looked up.
pub fn has_containerd(host: &HostRoot) -> bool {
    let folders = containerd_folders(host);
    folders
        .iter()
        .any(|folder| host.is_file(&folder.join(META)))
}

fn containerd_folders(host: &HostRoot) -> Vec<PathBuf> {
    let folders = CONTAINERD.iter().map(Path::new);
    folders.filter_map(|folder| host.real(folder)).collect()
}

/// What is written down of this container, by whose runtime made it.
pub fn of(host: &HostRoot, container: &Container) -> Option<Known> {
    let id = container.id.as_deref()?;
    let its = |known: &Known| known.record.id == id && known.owner == container.account();
    known(host).into_iter().find(its)
}

/// The folders that runtimes keep their containers and layers in.
pub(super) fn storages(host: &HostRoot) -> Storages {
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

impl Storage {
    /// The containers that it lists. What is read of one storage takes nothing from the others.
    pub(super) fn known(&self, host: &HostRoot) -> KnownThere {
        let Ok(host) = host.anew() else {
            return KnownThere::default();
        };
        let most = match self.owner {
            0 => MOST,
            _ => MOST_OF_ACCOUNT,
        };
        match self.runtime {
            Runtime::Docker => docker(&host, self, most),
            Runtime::Podman => podman(&host, self, most),
            _ => KnownThere::default(),
        }
    }
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
pub(super) fn first_of(name: &OsStr) -> Option<(u32, u32)> {
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
        let owner = 0;
        add(
            there,
            Storage {
                runtime,
                folder,
                owner,
            },
        );
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
    add(
        there,
        Storage {
            runtime,
            folder,
            owner,
        },
    );
}

fn add(there: &mut Vec<Storage>, storage: Storage) {
    if there.iter().all(|known| known.folder != storage.folder) {
        there.push(storage);
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

fn docker(host: &HostRoot, storage: &Storage, most: usize) -> KnownThere {
    let containers = storage.folder.join("containers");
    let listed = host.entries_named(&containers, most, |_| true);
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
    let entries = listed.entries.into_iter();
    KnownThere {
        containers: entries.filter_map(|entry| read(entry.name)).collect(),
        is_cut: listed.is_cut,
    }
}

fn podman(host: &HostRoot, storage: &Storage, most: usize) -> KnownThere {
    let containers = |driver: &str| storage.folder.join(format!("{driver}-containers"));
    let lists = ["containers.json", "volatile-containers.json"];
    let mut rows: Vec<Listed> = Vec::new();
    let mut is_cut = false;
    for driver in PODMAN_DRIVERS {
        for list in lists.map(|name| containers(driver).join(name)) {
            match host.read(&list) {
                Some(bytes) => rows.extend(records::listed(&bytes, driver)),
                // Too long to be read.
                None => is_cut |= host.is_file(&list),
            }
        }
    }
    is_cut |= rows.len() > most;
    rows.truncate(most);
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
    KnownThere {
        containers: rows.into_iter().map(read).collect(),
        is_cut,
    }
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
    use crate::io::container::written::write;

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
        // What was left behind when that folder was moved.
        put("var/lib/docker", &ids[1], &docker(&ids[1], "left-behind"));
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
            for its in ["srv/ann", "srv/pods"] {
                std::os::unix::fs::chown(root.join(its), Some(4711), None).unwrap();
            }
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
    fn what_is_not_looked_at_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let host = HostRoot::at(root).unwrap();
        let list = "var/lib/containers/storage/overlay-containers/containers.json";
        write(root, list, "[]");
        assert!(!is_cut(&host));
        // Longer than what is read.
        write(root, list, &format!("[{}]", " ".repeat(1 << 20)));
        assert!(is_cut(&host));
        write(root, list, "[]");
        for number in 0..MOST_HOMES {
            std::fs::create_dir_all(root.join(format!("home/{number}"))).unwrap();
        }
        assert!(is_cut(&host));
    }

    #[test]
    fn podmans_storage_may_lie_elsewhere() {
        let text =
            b"[storage]\ndriver = \"overlay\"\n# graphroot = \"/no\"\ngraphroot = \"/srv/pods\"\n";
        assert_eq!(graph_root(text), Some(PathBuf::from("/srv/pods")));
        assert_eq!(graph_root(b"graphroot = \"relative\""), None);
    }
}
