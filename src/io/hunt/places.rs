//! Where copies of a `.env` usually survive, the cheapest to search first.

use std::path::{Path, PathBuf};

/// Secrets of containers, system and user settings, web roots, containers' data, temporary files, then what is large:
/// the backups of hosts and of hosting panels (cPanel, ISPConfig, Plesk; those of DirectAdmin, CyberPanel and Virtualmin
/// lie in homes), and the files of containers (Docker, also from a snap; Podman, containerd, Kubernetes, LXC, nspawn; those
/// of plain users lie in homes).
const USUAL: [&str; 30] = [
    "run/secrets",
    "etc",
    "root",
    "var/spool/cron",
    "config",
    "var/www",
    "usr/share/nginx",
    "usr/local/www",
    "srv",
    "home",
    "opt",
    "tmp",
    "var/tmp",
    "usr/local",
    "var/backups",
    "var/backup",
    "backup",
    "backups",
    "var/lib/psa/dumps",
    "var/lib/docker/containers",
    "var/lib/docker/volumes",
    "var/lib/docker",
    "var/snap/docker/common/var-lib-docker",
    "var/lib/containers",
    "var/lib/containerd",
    "var/lib/kubelet/pods",
    "var/lib/rancher",
    "var/lib/lxc",
    "var/lib/lxd",
    "var/lib/machines",
];
/// Where in that list the folders `/data…` of common images belong.
const BEFORE_DATA: &str = "opt";

/// The folder that the install lies in, and the usual places that exist here.
pub fn usual_places(install: &Path) -> Vec<PathBuf> {
    usual_places_below(Path::new("/"), install)
}

/// The same on a system whose files lie below this folder, as of a disk that was taken from another machine.
pub fn usual_places_below(root: &Path, install: &Path) -> Vec<PathBuf> {
    let around = install.parent().filter(|folder| *folder != root);
    let usual = USUAL.iter().flat_map(|place| {
        let data = if *place == BEFORE_DATA {
            data(root)
        } else {
            Vec::new()
        };
        data.into_iter().chain([root.join(place)])
    });
    let mut places: Vec<PathBuf> = Vec::new();
    for place in around.map(Path::to_owned).into_iter().chain(usual) {
        if place.is_dir() && !places.iter().any(|known| place.starts_with(known)) {
            places.push(place);
        }
    }
    places
}

fn data(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"data"))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}
