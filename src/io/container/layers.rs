//! The layers in which runtimes keep the files of containers and images: places where a `.env` outlasts the container that
//! wrote it, its deletion, and its being replaced.
//!
//! Each layer is looked at by itself. What an upper one deletes or replaces is still in the lower one, and that is what is
//! looked for: no whiteout hides anything here. The layers of containers that are gone are looked at too, as are those of
//! images. Nothing is put together, mounted or written.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::runtimes::{self, Known};
use super::stopped::{Stack, USUAL};
use super::within;
use crate::domain::config::container::Runtime;
use crate::domain::key::source::InLayer;
use crate::io::install::host::HostRoot;
use crate::words::untrusted::Untrusted;

/// How many layers are looked at.
const MOST_LAYERS: usize = 2000;
/// How many files of them are searched; of one layer, so that none of them takes the room of all.
const MOST_FILES: usize = 4000;
const MOST_OF_LAYER: usize = 64;
/// Longer files are none of settings, in bytes; nor is more read of all of them.
const LONGEST: u64 = 256 << 10;
const MOST_BYTES: u64 = 64 << 20;
/// How many digits of an id stand for a container without a name.
const SHOWN_DIGITS: usize = 12;
/// Where storages keep layers, below a runtime's folder, and where the files are below each of these.
const DOCKER: [(&str, &str); 5] = [
    ("overlay2", "diff"),
    ("fuse-overlayfs", "diff"),
    ("vfs/dir", ""),
    ("btrfs/subvolumes", ""),
    (
        "containerd/daemon/io.containerd.snapshotter.v1.overlayfs/snapshots",
        "fs",
    ),
];
/// The same of Podman.
const PODMAN: [(&str, &str); 3] = [
    ("overlay", "diff"),
    ("vfs/dir", ""),
    ("btrfs/subvolumes", ""),
];
/// The same of containerd.
const CONTAINERD: [(&str, &str); 2] = [
    ("io.containerd.snapshotter.v1.overlayfs/snapshots", "fs"),
    ("io.containerd.snapshotter.v1.native/snapshots", ""),
];
/// Folders in which images keep the settings of FreeScout, beside its own.
const SETTINGS: [&str; 3] = ["/data", "/data/config", "/config"];
/// Below FreeScout's folder: where its config cache is.
const CACHE: &str = "bootstrap/cache";
const CACHED: &str = "config.php";
/// What files of settings are called there, beside `.env` and what begins so.
const NAMES: [&str; 5] = ["env", "config", "config.bak", "config.migrate_tmp", CACHED];

/// The layers that are kept on this host.
#[derive(Debug, Default)]
pub struct KeptLayers {
    /// By the folder that its files are in, as it is called where we work.
    of: HashMap<PathBuf, LayerOwner>,
    /// Files of settings in them, likewise, the layers of containers first.
    pub files: Vec<PathBuf>,
    /// The folders of the runtimes: layers, volumes, what they wrote down.
    pub storages: Vec<PathBuf>,
}

/// Whose a layer is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LayerOwner {
    runtime: Runtime,
    container: Option<Untrusted>,
}

impl KeptLayers {
    /// Those of this host, also for a process that works within a container of it. `install` is FreeScout's folder in the
    /// container. Empty where no runtime keeps any that we may see.
    pub fn read(install: &Path) -> Self {
        let install = install.to_owned();
        let read = move || {
            let host = HostRoot::at(Path::new("/"));
            host.map(|host| Self::of(&host, &install))
        };
        let Some(within) = within::get() else {
            return read().unwrap_or_default();
        };
        let Some(Ok(of_host)) = within.on_host(read) else {
            return Self::default();
        };
        let of = of_host.of.into_iter();
        Self {
            of: of
                .map(|(folder, owner)| (within::to_read(&folder), owner))
                .collect(),
            files: within::all_to_read(&of_host.files),
            storages: within::all_to_read(&of_host.storages),
        }
    }

    fn of(host: &HostRoot, install: &Path) -> Self {
        let known = runtimes::known(host);
        let mut folders: Vec<(PathBuf, LayerOwner)> = Vec::new();
        let mut places = vec![install.to_owned()];
        for one in &known {
            let id = one.record.id.get(..SHOWN_DIGITS).map(str::to_owned);
            let owner = LayerOwner {
                runtime: one.runtime,
                container: one.record.name.clone().or(id).map(Untrusted::new),
            };
            let stack = Stack::of(host, one);
            let of_it = stack.iter().flat_map(Stack::folders);
            folders.extend(of_it.map(|folder| (folder, owner.clone())));
            places.extend(inside(one));
        }
        let kept = [
            (Runtime::Docker, &DOCKER[..], runtimes::docker_folders(host)),
            (Runtime::Podman, &PODMAN[..], runtimes::podman_folders(host)),
            (
                Runtime::Containerd,
                &CONTAINERD[..],
                runtimes::containerd_folders(host),
            ),
        ];
        for (runtime, storages, roots) in &kept {
            let of_none = LayerOwner {
                runtime: *runtime,
                container: None,
            };
            for (root, (below, files)) in roots
                .iter()
                .flat_map(|root| storages.iter().map(move |storage| (root, storage)))
            {
                let storage = root.join(below);
                for entry in host.entries(&storage) {
                    let folder = storage.join(entry.name).join(files);
                    // Without the slash that an empty name leaves.
                    let folder: PathBuf = folder.components().collect();
                    folders.push((folder, of_none.clone()));
                }
            }
        }
        places.extend(USUAL.iter().map(PathBuf::from));
        let caches: Vec<PathBuf> = places.iter().map(|place| place.join(CACHE)).collect();
        places.extend(caches);
        places.extend(SETTINGS.iter().map(PathBuf::from));
        places.sort();
        places.dedup();
        let storages = kept.iter().flat_map(|(_, _, roots)| roots);
        let mut all = Self {
            storages: storages.map(|folder| host.here(folder)).collect(),
            ..Self::default()
        };
        let mut left = MOST_BYTES;
        for (folder, owner) in folders {
            if all.of.len() >= MOST_LAYERS {
                break;
            }
            let here = host.here(&folder);
            if all.of.contains_key(&here) {
                continue;
            }
            let Ok(layer) = HostRoot::at(&here) else {
                continue;
            };
            let room = MOST_OF_LAYER.min(MOST_FILES.saturating_sub(all.files.len()));
            let found = places.iter().flat_map(|place| settings(&layer, place));
            // Of two names of a folder, the one without links.
            let found: BTreeSet<PathBuf> = found.take(room).collect();
            all.files.extend(found.into_iter().filter(|file| {
                let length = std::fs::symlink_metadata(file).map_or(0, |meta| meta.len());
                let read = length <= LONGEST && length <= left;
                left -= if read { length } else { 0 };
                read
            }));
            all.of.insert(here, owner);
        }
        all
    }

    /// What a file is in the container, where it lies in one of these layers.
    pub fn place(&self, path: &Path) -> Option<InLayer> {
        if self.of.is_empty() {
            return None;
        }
        let (folder, owner) = path
            .ancestors()
            .find_map(|folder| Some((folder, self.of.get(folder)?)))?;
        Some(InLayer {
            runtime: owner.runtime,
            container: owner.container.clone(),
            path: Path::new("/").join(path.strip_prefix(folder).ok()?),
        })
    }
}

/// Where a container may have FreeScout, and what stands in it of the host's, whose places in the layers may be filled too.
fn inside(known: &Known) -> impl Iterator<Item = PathBuf> {
    let mounts = known.record.mounts.iter();
    let mounts = mounts.map(|mount| mount.destination.clone());
    known.record.work_folder.iter().cloned().chain(mounts)
}

/// The files of settings in a folder of a layer, by their paths here. A link is none: it would lead out of the layer.
fn settings(layer: &HostRoot, folder: &Path) -> Vec<PathBuf> {
    let Some(real) = layer.real(folder) else {
        return Vec::new();
    };
    let cache = folder.ends_with(CACHE);
    let wanted = |name: &OsStr| match cache {
        true => name == CACHED,
        false => {
            let name = name.to_string_lossy();
            name.starts_with(".env") || name.ends_with(".env") || NAMES.contains(&&*name)
        }
    };
    let entries = layer.entries(&real).into_iter();
    let files = entries.filter(|entry| !entry.is_folder && wanted(&entry.name));
    let paths = files.map(|entry| real.join(entry.name));
    let regular = paths.filter(|path| !layer.is_link(path) && layer.is_file(path));
    regular.map(|path| layer.here(&path)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn every_layer_is_looked_at_by_itself_and_none_leads_out() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let id = "a".repeat(64);
        write(
            root,
            &format!("var/lib/docker/containers/{id}/config.v2.json"),
            &format!(
                r#"{{"ID":"{id}","Name":"/app","Driver":"overlay2","MountPoints":{{
                "/kept":{{"Source":"/srv/kept","Destination":"/kept"}}}}}}"#
            ),
        );
        let layers = "var/lib/docker/overlay2";
        let mount_id = format!("var/lib/docker/image/overlay2/layerdb/mounts/{id}/mount-id");
        write(root, &mount_id, "top");
        write(root, &format!("{layers}/top/lower"), "l/I");
        std::fs::create_dir_all(root.join(layers).join("l")).unwrap();
        symlink("../image/diff", root.join(layers).join("l/I")).unwrap();
        for file in [
            "top/diff/var/www/html/.env.bak",
            "top/diff/var/www/html/index.php",
            "image/diff/var/www/html/.env",
            "image/diff/var/www/html/bootstrap/cache/config.php",
            "image/diff/var/www/html/bootstrap/cache/config",
            "image/diff/kept/.env",
            "image/diff/etc/.env",
            "image/diff/app/.env",
            "orphan/diff/data/config",
        ] {
            write(root, &format!("{layers}/{file}"), "APP_KEY=");
        }
        let long = "x".repeat(usize::try_from(LONGEST).unwrap() + 1);
        write(root, &format!("{layers}/image/diff/app/.env"), &long);
        // The host's own, by a link of the layer's to the folder, and by one to the file.
        write(root, "var/www/.env", "APP_KEY=");
        let hostile = root.join(layers).join("hostile/diff");
        std::fs::create_dir_all(hostile.join("var/www/html")).unwrap();
        symlink(root.join("var/www"), hostile.join("www")).unwrap();
        symlink(root.join("var/www"), hostile.join("app")).unwrap();
        let there = root.join("var/www/.env");
        symlink(there, hostile.join("var/www/html/.env")).unwrap();
        write(
            root,
            "var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/7/fs/data/config/config",
            "APP_KEY=",
        );
        write(
            root,
            "home/ann/.local/share/containers/storage/vfs/dir/1/app/.env",
            "APP_KEY=",
        );
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(root.join("home/ann"), Some(4711), None).unwrap();
        }
        let host = HostRoot::at(root).unwrap();
        let all = KeptLayers::of(&host, Path::new("/var/www/html"));
        let told: Vec<String> = all
            .files
            .iter()
            .map(|file| {
                let place = all.place(file).unwrap();
                let container = place.container.map(Untrusted::into_raw);
                format!(
                    "{:?} {} {}",
                    place.runtime,
                    container.unwrap_or_default(),
                    place.path.to_string_lossy()
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "Docker app /var/www/html/.env.bak",
                "Docker app /kept/.env",
                "Docker app /var/www/html/.env",
                "Docker app /var/www/html/bootstrap/cache/config.php",
                "Docker  /data/config",
                "Podman  /app/.env",
                "Containerd  /data/config/config",
            ]
        );
        assert_eq!(all.place(Path::new("/var/www/html/.env")), None);
        let storages: Vec<_> = all.storages.iter().map(|path| host.inside(path)).collect();
        assert_eq!(
            storages,
            [
                "/var/lib/docker",
                "/home/ann/.local/share/containers/storage",
                "/var/lib/containerd"
            ]
            .map(PathBuf::from)
        );
    }
}
