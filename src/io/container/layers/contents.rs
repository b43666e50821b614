//! What a storage has that may be a layer, and what of a layer may be settings.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::domain::config::container::{Runtime, SHOWN_DIGITS};
use crate::io::container::runtimes::{Known, RecordBudget, Storage};
use crate::io::container::stopped::{Stack, USUAL};
use crate::io::install::host::HostRoot;
use crate::words::untrusted::Untrusted;

/// How many files of one layer are searched, so that none of them takes the room of all.
pub(super) const MOST_OF_LAYER: usize = 64;
/// In how many folders of each layer they are looked for.
const MOST_PLACES: usize = 512;
/// In how many of all layers of an account's storage together: each may be wherever a container has something mounted.
pub(super) const LOOKS_OF_ACCOUNT: usize = 64_000;
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

/// Whose a layer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LayerOwner {
    pub(super) runtime: Runtime,
    pub(super) container: Option<Untrusted>,
    /// The account's number whose storage has it.
    pub(super) account: u32,
}

/// The folders of a storage that may be layers.
#[derive(Default)]
pub(super) struct LayerFolders {
    /// Those of containers first.
    pub(super) all: Vec<(PathBuf, LayerOwner)>,
    /// Whether there are more.
    pub(super) is_cut: bool,
    /// How many folders for layers are somewhere else, by a link of an account's: they are not looked into.
    pub(super) linked: u64,
}

pub(super) fn folders(
    host: &HostRoot,
    storage: &Storage,
    known: &[Known],
    most: usize,
    budget: &mut RecordBudget,
) -> LayerFolders {
    let mut folders = LayerFolders::default();
    for one in known {
        let id = one.record.id.get(..SHOWN_DIGITS).map(str::to_owned);
        let owner = LayerOwner {
            runtime: one.runtime,
            container: one.record.name.clone().or(id).map(Untrusted::new),
            account: storage.owner,
        };
        let stack = Stack::of(host, one, budget);
        let of_it = stack.iter().flat_map(Stack::folders);
        let of_it = of_it.map(|folder| (folder, owner.clone()));
        folders.all.extend(of_it);
    }
    let kept = match storage.runtime {
        Runtime::Docker => &DOCKER[..],
        Runtime::Podman => &PODMAN[..],
        Runtime::Containerd => &CONTAINERD[..],
        _ => &[],
    };
    let of_none = LayerOwner {
        runtime: storage.runtime,
        container: None,
        account: storage.owner,
    };
    for (below, files) in kept {
        let layers = storage.folder.join(below);
        if storage.owner != 0 && host.real(&layers).is_some_and(|real| real != layers) {
            folders.linked += 1;
            continue;
        }
        let listed = host.entries_named(&layers, most, |_| true);
        folders.is_cut |= listed.is_cut;
        for entry in listed.entries.into_iter().filter(|entry| entry.is_folder) {
            let folder = layers.join(entry.name).join(files);
            // Without the slash that an empty name leaves.
            let folder: PathBuf = folder.components().collect();
            folders.all.push((folder, of_none.clone()));
        }
    }
    folders
}

/// The folders of a layer in which settings may be: the likeliest, and no more than are looked into in so many layers. Says
/// whether there are more.
pub(super) fn places(
    install: &Path,
    known: &[Known],
    storage: &Storage,
    layers: usize,
) -> (Vec<PathBuf>, bool) {
    let most = match storage.owner {
        0 => MOST_PLACES,
        _ => MOST_PLACES.min(LOOKS_OF_ACCOUNT / layers.max(1)),
    };
    let usual = USUAL.iter().map(PathBuf::from);
    let apps = [install.to_owned()].into_iter().chain(usual);
    let apps: Vec<PathBuf> = apps.collect();
    let settings = SETTINGS.iter().map(PathBuf::from);
    let caches =
        |apps: &[PathBuf]| -> Vec<PathBuf> { apps.iter().map(|place| place.join(CACHE)).collect() };
    let of_containers: BTreeSet<PathBuf> = known.iter().flat_map(inside).collect();
    let of_containers: Vec<PathBuf> = of_containers.into_iter().collect();
    let mut places = apps.clone();
    places.extend(settings);
    places.extend(caches(&apps));
    let of_these = caches(&of_containers);
    places.extend(of_containers);
    places.extend(of_these);
    let mut seen = BTreeSet::new();
    places.retain(|place| seen.insert(place.clone()));
    let is_cut = places.len() > most;
    places.truncate(most);
    places.sort();
    (places, is_cut)
}

/// Where a container may have FreeScout, and what stands in it of the host's, whose places in the layers may be filled too.
fn inside(known: &Known) -> impl Iterator<Item = PathBuf> {
    let mounts = known.record.mounts.iter();
    let mounts = mounts.map(|mount| mount.destination.clone());
    known.record.work_folder.iter().cloned().chain(mounts)
}

/// The files of settings in these folders of a layer, by their paths here, and whether there are more than are looked at.
pub(super) fn files_of(layer: &HostRoot, places: &[PathBuf]) -> (BTreeSet<PathBuf>, bool) {
    // Of two names of a folder, the one without links.
    let mut found = BTreeSet::new();
    let mut is_cut = false;
    for place in places {
        let (files, more) = settings(layer, place);
        is_cut |= more;
        found.extend(files);
        while found.len() > MOST_OF_LAYER {
            is_cut = true;
            found.pop_last();
        }
    }
    (found, is_cut)
}

/// The files of settings in a folder of a layer, by their paths here. A link is none: it would lead out of the layer.
fn settings(layer: &HostRoot, folder: &Path) -> (Vec<PathBuf>, bool) {
    let Some(real) = layer.real(folder) else {
        return (Vec::new(), false);
    };
    let cache = folder.ends_with(CACHE);
    let wanted = |name: &OsStr| match cache {
        true => name == CACHED,
        false => {
            let name = name.to_string_lossy();
            name.starts_with(".env") || name.ends_with(".env") || NAMES.contains(&&*name)
        }
    };
    let listed = layer.entries_named(&real, MOST_OF_LAYER, wanted);
    let files = listed.entries.into_iter().filter(|entry| !entry.is_folder);
    let paths = files.map(|entry| real.join(entry.name));
    let regular = paths.filter(|path| !layer.is_link(path) && layer.is_file(path));
    let files = regular.map(|path| layer.here(&path)).collect();
    (files, listed.is_cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::container::records::{Mounted, Record};
    use crate::io::container::runtimes::Layers;

    #[test]
    fn an_accounts_many_layers_are_looked_into_at_fewer_places() {
        let mount = |number: usize| Mounted {
            source: "/srv".into(),
            destination: format!("/{number}").into(),
        };
        let known = [Known {
            runtime: Runtime::Docker,
            record: Record {
                mounts: (0..600).map(mount).collect(),
                ..Record::default()
            },
            written: "/x".into(),
            layers: Layers::Docker("/x".into()),
            owner: 0,
        }];
        let looked_into = |owner, layers| {
            let storage = Storage {
                runtime: Runtime::Docker,
                folder: "/x".into(),
                owner,
            };
            let (places, is_cut) = places(Path::new("/own"), &known, &storage, layers);
            assert!(is_cut && places.contains(&PathBuf::from("/own")));
            places.len()
        };
        assert_eq!(looked_into(0, 8000), MOST_PLACES);
        assert_eq!(looked_into(4711, 0), MOST_PLACES);
        assert_eq!(looked_into(4711, 1000), LOOKS_OF_ACCOUNT / 1000);
    }
}
