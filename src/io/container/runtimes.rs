//! What the container runtimes of this host keep on disk of each container: its name, its environment, its mounts, its
//! layers. No program of theirs is run, and none needs to be there.
//!
//! Docker: `containers/ID/config.v2.json` below its data folder. Podman: `overlay-containers/containers.json` below its
//! storage, also that of accounts. What containerd keeps is in a database of its own, which is not read: of its containers,
//! only those that run are known.

use std::path::{Path, PathBuf};

use crate::domain::config::container::Runtime;
use crate::domain::config::container::records::{self, Listed, Record};
use crate::io::install::host::HostRoot;

/// How many containers are read of one runtime.
const MOST: usize = 512;
/// Docker's data folder, of packages and of the snap.
const DOCKER: [&str; 2] = ["/var/lib/docker", "/var/snap/docker/common/var-lib-docker"];
/// The same below an account's home.
const DOCKER_OF_HOME: &str = ".local/share/docker";
/// Podman's storage.
const PODMAN: &str = "/var/lib/containers/storage";
/// The same below an account's home.
const PODMAN_OF_HOME: &str = ".local/share/containers/storage";
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
    /// Where its layers are.
    pub layers: Layers,
}

/// Every container that the runtimes of this system know, running or not.
pub fn known(host: &HostRoot) -> Vec<Known> {
    let mut all = Vec::new();
    for folder in docker_folders(host) {
        all.extend(docker(host, &folder));
    }
    for storage in podman_storages(host) {
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
    real(host, CONTAINERD.map(PathBuf::from).to_vec())
}

/// The container of this id.
pub fn of_id(host: &HostRoot, id: &str) -> Option<Known> {
    known(host).into_iter().find(|known| known.record.id == id)
}

pub(super) fn docker_folders(host: &HostRoot) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = DOCKER.iter().map(PathBuf::from).collect();
    let configured = host.read(Path::new("/etc/docker/daemon.json"));
    let configured = configured.and_then(|bytes| {
        let form: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
        let folder = form.get("data-root").or_else(|| form.get("graph"))?;
        folder.as_str().map(PathBuf::from)
    });
    folders.extend(configured.filter(|folder| folder.is_absolute()));
    folders.extend(homes(host).map(|home| home.join(DOCKER_OF_HOME)));
    real(host, folders)
}

pub(super) fn podman_storages(host: &HostRoot) -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from(PODMAN)];
    let configured = host.read(Path::new("/etc/containers/storage.conf"));
    folders.extend(configured.and_then(|bytes| graph_root(&bytes)));
    folders.extend(homes(host).map(|home| home.join(PODMAN_OF_HOME)));
    real(host, folders)
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

/// Those that are there, each once.
fn real(host: &HostRoot, folders: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut there = Vec::new();
    for folder in folders.iter().filter_map(|folder| host.real(folder)) {
        if !there.contains(&folder) {
            there.push(folder);
        }
    }
    there
}

fn homes(host: &HostRoot) -> impl Iterator<Item = PathBuf> {
    let below = host.entries(Path::new("/home")).into_iter();
    let below = below.filter(|entry| entry.is_folder);
    let homes = below.map(|entry| Path::new("/home").join(entry.name));
    homes.chain([PathBuf::from("/root")])
}

fn docker(host: &HostRoot, folder: &Path) -> Vec<Known> {
    let containers = folder.join("containers");
    let entries = host.entries(&containers).into_iter().take(MOST);
    let read = |id: std::ffi::OsString| {
        let bytes = host.read(&containers.join(&id).join("config.v2.json"))?;
        let record = records::docker(&bytes).filter(|record| id == *record.id)?;
        Some(Known {
            runtime: Runtime::Docker,
            record,
            layers: Layers::Docker(folder.to_owned()),
        })
    };
    entries.filter_map(|entry| read(entry.name)).collect()
}

fn podman(host: &HostRoot, storage: &Path) -> Vec<Known> {
    let containers = storage.join("overlay-containers");
    let lists = ["containers.json", "volatile-containers.json"];
    let lists = lists
        .iter()
        .filter_map(|name| host.read(&containers.join(name)));
    let rows: Vec<Listed> = lists.flat_map(|bytes| records::listed(&bytes)).collect();
    let read = |listed: Listed| {
        let config = containers.join(&listed.id).join("userdata/config.json");
        let read = host.read(&config);
        // One that was created and never started has none: its name and its layer are known all the same.
        let record = read.and_then(|bytes| records::oci(&listed, &bytes));
        Known {
            runtime: Runtime::Podman,
            record: record.unwrap_or_else(|| Record {
                id: listed.id.clone(),
                name: listed.name.clone(),
                driver: Some("overlay".to_owned()),
                ..Record::default()
            }),
            layers: Layers::Podman(storage.to_owned(), listed.layer),
        }
    };
    rows.into_iter().take(MOST).map(read).collect()
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
        let ids = ["a", "b", "c", "d"].map(|digit| digit.repeat(64));
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
        // One that says it is another is not believed.
        put("var/lib/docker", &ids[2], &docker(&ids[0], "double"));
        let row = format!(
            r#"[{{"id":"{}","names":["rootless"],"layer":"{}","metadata":"{{}}"}}]"#,
            ids[3], ids[0]
        );
        let storage = "home/ann/.local/share/containers/storage";
        write(
            root,
            &format!("{storage}/overlay-containers/containers.json"),
            &row,
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
                told(Runtime::Podman, "rootless"),
            ]
        );
        assert!(!has_containerd(&host));
    }

    #[test]
    fn podmans_storage_may_lie_elsewhere() {
        let text =
            b"[storage]\ndriver = \"overlay\"\n# graphroot = \"/no\"\ngraphroot = \"/srv/pods\"\n";
        assert_eq!(graph_root(text), Some(PathBuf::from("/srv/pods")));
        assert_eq!(graph_root(b"graphroot = \"relative\""), None);
    }
}
