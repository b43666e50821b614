//! The layers in which runtimes keep the files of containers and images: places where a `.env` outlasts the container that
//! wrote it, its deletion, and its being replaced.
//!
//! Each layer is looked at by itself. What an upper one deletes or replaces is still in the lower one, and that is what is
//! looked for: no whiteout hides anything here. The layers of containers that are gone are looked at too, as are those of
//! images. Nothing is put together, mounted or written.

mod contents;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use self::contents::{LayerOwner, files_of, folders, places};
use super::runtimes::{self, MOST_HOMES, RecordBudget, Storage};
use super::within;
use crate::domain::key::source::InLayer;
use crate::io::hunt::{SkipReason, Skipped};
use crate::io::install::host::HostRoot;

/// What of a storage may be looked at. Each has its own, so that none takes the room of another: any account can fill one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Room {
    layers: usize,
    files: usize,
    /// Of those files.
    bytes: u64,
}

/// Of one of root's.
const OF_ROOT: Room = Room {
    layers: 8000,
    files: 8000,
    bytes: 64 << 20,
};
/// Of one of an account's.
const OF_ACCOUNT: Room = Room {
    layers: 1000,
    files: 1000,
    bytes: 8 << 20,
};
/// Of all accounts' together.
const OF_ACCOUNTS: Room = Room {
    layers: 8000,
    files: 8000,
    bytes: 32 << 20,
};
/// Longer files are none of settings, in bytes.
const LONGEST: u64 = 256 << 10;
/// The layers that are kept on this host.
#[derive(Debug, Default)]
pub struct KeptLayers {
    /// By the folder that its files are in, as it is called where we work.
    of: HashMap<PathBuf, LayerOwner>,
    /// Files of settings in them, likewise, the layers of containers first.
    pub files: Vec<PathBuf>,
    /// The folders of the runtimes: layers, volumes, what they wrote down; root's first.
    pub storages: Vec<PathBuf>,
    /// What was not looked at, and why: a line for each storage and reason.
    pub left_out: Vec<Skipped>,
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
        let there = |path: &PathBuf| within.real_of_host(path);
        let of = of_host.of.into_iter();
        let left_out = of_host.left_out.into_iter();
        Self {
            of: of.map(|(folder, owner)| (there(&folder), owner)).collect(),
            files: of_host.files.iter().map(there).collect(),
            storages: of_host.storages.iter().map(there).collect(),
            left_out: left_out
                .map(|skipped| Skipped {
                    path: there(&skipped.path),
                    ..skipped
                })
                .collect(),
        }
    }

    fn of(host: &HostRoot, install: &Path) -> Self {
        let storages = runtimes::storages(host);
        let mut all = Self::default();
        let mut of_accounts = OF_ACCOUNTS;
        let budget = &mut RecordBudget::whole();
        for storage in &storages.all {
            all.storages.push(host.here(&storage.folder));
            match storage.owner {
                0 => {
                    all.look_in(host, storage, install, OF_ROOT, budget);
                }
                _ => {
                    let room = OF_ACCOUNT.at_most(of_accounts);
                    let left = all.look_in(host, storage, install, room, budget);
                    of_accounts = of_accounts.without(room.without(left));
                }
            }
        }
        // Once for an account, however many storages it has.
        for account in budget.exceeded() {
            let mut its = storages.all.iter();
            if let Some(storage) = its.find(|one| one.owner == *account) {
                let folder = host.here(&storage.folder);
                all.leave_out(folder, SkipReason::Records);
            }
        }
        if storages.is_cut {
            let homes = host.here(Path::new("/home"));
            all.leave_out(homes, SkipReason::Homes(MOST_HOMES));
        }
        all
    }

    /// Looks at the layers of one storage. What is left of the room is given back.
    fn look_in(
        &mut self,
        host: &HostRoot,
        storage: &Storage,
        install: &Path,
        mut room: Room,
        budget: &mut RecordBudget,
    ) -> Room {
        // What is read of one storage takes nothing from the others.
        let Ok(host) = &host.anew() else {
            return room;
        };
        let given = room;
        let known = storage.known(host, budget).containers;
        let folders = folders(host, storage, &known, room.layers, budget);
        let mut too_many_layers = folders.is_cut;
        let (places, mut too_many_files) = {
            let layers = folders.all.len().min(room.layers);
            places(install, &known, storage, layers)
        };
        let (mut linked, mut long) = (folders.linked, (0, None));
        for (folder, owner) in folders.all {
            let Some(real) = host.real(&folder) else {
                continue;
            };
            // A link of an account's would have root read whatever the account likes.
            if storage.owner != 0 && real != folder {
                linked += 1;
                continue;
            }
            let here = host.here(&real);
            if self.of.contains_key(&here) {
                continue;
            }
            if room.layers == 0 {
                too_many_layers = true;
                break;
            }
            let Some(layer) = host.below(&real) else {
                continue;
            };
            room.layers -= 1;
            let (found, is_cut) = files_of(&layer, &places);
            too_many_files |= is_cut;
            for file in found {
                let length = std::fs::symlink_metadata(&file).map_or(0, |meta| meta.len());
                if length > LONGEST {
                    long.0 += 1;
                    long.1.get_or_insert(file);
                } else if room.files == 0 || length > room.bytes {
                    too_many_files = true;
                } else {
                    room.files -= 1;
                    room.bytes -= length;
                    self.files.push(file);
                }
            }
            self.of.insert(here, owner);
        }
        let folder = host.here(&storage.folder);
        if too_many_layers {
            self.leave_out(folder.clone(), SkipReason::Layers(given.layers));
        }
        if too_many_files {
            self.leave_out(folder.clone(), SkipReason::LayerFiles);
        }
        if linked > 0 {
            self.leave_out(folder, SkipReason::LinkedLayers(linked));
        }
        if let (count, Some(first)) = long {
            let kilobytes = LONGEST >> 10;
            self.leave_out(first, SkipReason::LongSettings { count, kilobytes });
        }
        room
    }

    fn leave_out(&mut self, path: PathBuf, why: SkipReason) {
        self.left_out.push(Skipped {
            path,
            inside: Vec::new(),
            why,
            bytes: 0,
            alike: 0,
        });
    }

    /// What a file is in the container, where it lies in one of these layers.
    pub fn place(&self, path: &Path) -> Option<InLayer> {
        let (folder, owner) = self.layer_of(path)?;
        Some(InLayer {
            runtime: owner.runtime,
            container: owner.container.clone(),
            path: Path::new("/").join(path.strip_prefix(folder).ok()?),
        })
    }

    /// The account in whose storage a file lies, where that is one of these layers; root is none.
    pub fn account(&self, path: &Path) -> Option<u32> {
        let (_, owner) = self.layer_of(path)?;
        Some(owner.account).filter(|account| *account != 0)
    }

    fn layer_of<'p>(&self, path: &'p Path) -> Option<(&'p Path, &LayerOwner)> {
        if self.of.is_empty() {
            return None;
        }
        let mut folders = path.ancestors();
        folders.find_map(|folder| Some((folder, self.of.get(folder)?)))
    }
}

impl Room {
    fn at_most(self, other: Self) -> Self {
        Self {
            layers: self.layers.min(other.layers),
            files: self.files.min(other.files),
            bytes: self.bytes.min(other.bytes),
        }
    }

    fn without(self, other: Self) -> Self {
        Self {
            layers: self.layers.saturating_sub(other.layers),
            files: self.files.saturating_sub(other.files),
            bytes: self.bytes.saturating_sub(other.bytes),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::io::container::layers::contents::MOST_OF_LAYER;
    use crate::io::container::written::write;
    use crate::words::untrusted::Untrusted;
    use std::os::unix::fs::symlink;

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
                "Containerd  /data/config/config",
                "Podman  /app/.env",
            ]
        );
        let long_one = root.join(layers).join("image/diff/app/.env");
        let left_out = |all: &KeptLayers| -> Vec<_> {
            let left_out = all.left_out.iter();
            left_out
                .map(|one| (one.path.clone(), one.why.clone()))
                .collect()
        };
        let kilobytes = LONGEST >> 10;
        let told = |count| {
            let why = SkipReason::LongSettings { count, kilobytes };
            vec![(long_one.clone(), why)]
        };
        assert_eq!(left_out(&all), told(1));
        write(root, &format!("{layers}/image/diff/app/old.env"), &long);
        let again = KeptLayers::of(&host, Path::new("/var/www/html"));
        assert_eq!(left_out(&again), told(2), "one line for all of them");
        assert_eq!(all.place(Path::new("/var/www/html/.env")), None);
        let storages: Vec<_> = all.storages.iter().map(|path| host.inside(path)).collect();
        assert_eq!(
            storages,
            [
                "/var/lib/docker",
                "/var/lib/containerd",
                "/home/ann/.local/share/containers/storage",
            ]
            .map(PathBuf::from)
        );
    }

    #[test]
    fn no_account_takes_the_room_of_others_and_what_is_too_much_is_said() {
        assert!(
            rustix::process::geteuid().is_root(),
            "not root: nothing can be given to others"
        );
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let storage = |name: &str| format!("home/{name}/.local/share/containers/storage");
        let layers = |name: &str| format!("{}/vfs/dir", storage(name));
        for number in 0..=OF_ACCOUNT.layers {
            write(root, &format!("{}/{number}/.env", layers("ann")), "");
        }
        for number in 0..=MOST_OF_LAYER {
            write(root, &format!("{}/1/app/{number}.env", layers("bob")), "");
            // What is called otherwise takes no room.
            write(root, &format!("{}/1/www/html/{number}", layers("bob")), "");
        }
        write(root, &format!("{}/2/app/.env", layers("bob")), "");
        write(root, "var/lib/docker/vfs/dir/1/app/.env", "");
        for (name, number) in [("ann", 4711), ("bob", 4712)] {
            let home = root.join("home").join(name);
            std::os::unix::fs::chown(home, Some(number), None).unwrap();
        }
        let host = HostRoot::at(root).unwrap();
        let all = KeptLayers::of(&host, Path::new("/app"));
        let of_roots = root.join("var/lib/docker/vfs/dir/1/app/.env");
        assert_eq!(all.files.first(), Some(&of_roots));
        let of_bobs = root.join(format!("{}/2/app/.env", layers("bob")));
        assert_eq!(all.files.last(), Some(&of_bobs));
        let left_out: Vec<_> = all
            .left_out
            .iter()
            .map(|one| (one.path.clone(), one.why.clone()))
            .collect();
        let at = |name: &str| root.join(storage(name));
        assert_eq!(
            left_out,
            [
                (at("ann"), SkipReason::Layers(OF_ACCOUNT.layers)),
                (at("bob"), SkipReason::LayerFiles),
            ]
        );
    }

    #[test]
    fn nothing_of_others_is_taken_for_an_accounts_layer() {
        assert!(
            rustix::process::geteuid().is_root(),
            "not root: nothing can be given to others"
        );
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, "root/.env", "APP_KEY=");
        write(root, "root/app/.env", "APP_KEY=");
        write(root, "etc/vfs/dir/1/app/.env", "APP_KEY=");
        for number in 1..9 {
            write(root, &format!("etc/{number}/app/.env"), "APP_KEY=");
        }
        let home = root.join("home/eve");
        let shares = home.join(".local/share");
        let storage = shares.join("containers/storage");
        let link = |to: &str, at: PathBuf| {
            std::fs::create_dir_all(at.parent().unwrap()).unwrap();
            symlink(to, &at).unwrap();
            std::os::unix::fs::lchown(at, Some(4713), None).unwrap();
        };
        // A layer, the files of one, a part of one, the folder of all layers, the storage.
        link("/root", storage.join("vfs/dir/1"));
        link("/root", storage.join("overlay/1/diff"));
        link("/root/app", storage.join("vfs/dir/2/app"));
        link("/root/.env", storage.join("vfs/dir/2/www/html/.env"));
        link("/etc", shares.join("docker"));
        link("/etc", storage.join("btrfs/subvolumes"));
        let hers = storage.join("vfs/dir/3/app/.env");
        write(&storage, "vfs/dir/3/app/.env", "APP_KEY=");
        for path in [&home, &hers] {
            std::os::unix::fs::chown(path, Some(4713), None).unwrap();
        }
        let host = HostRoot::at(root).unwrap();
        let all = KeptLayers::of(&host, Path::new("/app"));
        assert_eq!(all.files, [hers]);
        assert_eq!(all.storages, [storage.as_path()]);
        // One of a layer, one of its files, one of all layers.
        let told: Vec<_> = all.left_out.iter().map(|one| one.why.clone()).collect();
        assert_eq!(told, [SkipReason::LinkedLayers(3)]);
        for there in ["root/.env", "root/app/.env", "etc/vfs/dir/1/app/.env"] {
            assert_eq!(all.place(&root.join(there)), None);
        }
    }
}
