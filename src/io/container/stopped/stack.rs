//! Which layers a container consists of, and where each of them lies: Docker's own way, Podman's, and containerd's.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::io::container::runtimes::{self, Known, Layers, RecordBudget};
use crate::io::install::host::HostRoot;
use crate::words::untrusted::shown;

/// How many layers a container has at most.
const MOST_LAYERS: usize = 500;
/// Where each layer is a whole copy of what is below it, with the driver `vfs`: a host whose file system can do no better.
const WHOLE: &str = "vfs/dir";
/// Below Docker's data folder: the containerd that it started itself.
const OF_DOCKER: &str = "containerd/daemon";

/// Where one of containerd's drivers keeps layers.
struct Snapshotter {
    /// Its folder.
    folder: &'static str,
    /// Where in the folder of a snapshot its files are.
    below: &'static str,
    /// Whether each is a whole copy of what is below it.
    is_whole: bool,
}

const OVERLAYFS: Snapshotter = Snapshotter {
    folder: "io.containerd.snapshotter.v1.overlayfs",
    below: "fs",
    is_whole: false,
};
const NATIVE: Snapshotter = Snapshotter {
    folder: "io.containerd.snapshotter.v1.native",
    below: "",
    is_whole: true,
};

/// A layer of a container that is not where its runtime says.
#[derive(Debug, thiserror::Error)]
#[error("{}", text!(container_layer_missing, path = shown(.0)))]
struct MissingLayer(PathBuf);

/// The layers of a container, the one that it writes to first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// The folder that they all lie in.
    base: PathBuf,
    /// Their folders below it.
    layers: Vec<PathBuf>,
}

impl Stack {
    /// Reads which layers a container has.
    pub(in crate::io::container) fn of(
        host: &HostRoot,
        known: &Known,
        budget: &mut RecordBudget,
    ) -> Option<Self> {
        let line = |path: &Path| {
            let bytes = host.read(path)?;
            Some(String::from_utf8_lossy(&bytes).trim().to_owned())
        };
        let driver = known.record.driver.as_deref();
        let (base, top) = match &known.layers {
            Layers::Docker(folder) => {
                let named = |driver: &str| {
                    let mounts = folder.join("image").join(driver).join("layerdb/mounts");
                    line(&mounts.join(&known.record.id).join("mount-id"))
                };
                match driver.unwrap_or("overlay2") {
                    "overlay2" => (folder.join("overlay2"), named("overlay2")?),
                    "vfs" => (folder.join(WHOLE), named("vfs")?),
                    "overlayfs" => {
                        return Self::of_snapshots(host, folder, &OVERLAYFS, known, budget);
                    }
                    "native" => return Self::of_snapshots(host, folder, &NATIVE, known, budget),
                    _ => return None,
                }
            }
            Layers::Podman(storage, layer) => match driver {
                Some("vfs") => (storage.join(WHOLE), layer.clone()),
                _ => (storage.join("overlay"), layer.clone()),
            },
        };
        let plain = |name: &str| {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
            !name.is_empty() && name.bytes().all(plain)
        };
        if !plain(&top) {
            return None;
        }
        if driver == Some("vfs") {
            let layers = vec![PathBuf::from(top)];
            return Self { base, layers }.confined(host, known);
        }
        let lower = line(&base.join(&top).join("lower")).unwrap_or_default();
        let lower = lower.split(':').filter(|name| !name.is_empty());
        let count = 1 + lower.clone().count();
        // Each is looked up by itself, in one container after the other.
        if count > MOST_LAYERS || !budget.has_layers(known.owner, count) {
            return None;
        }
        let mut layers = vec![Path::new(&top).join("diff")];
        for name in lower {
            // `l/SHORT`, a link to the layer's own folder; where that is missing, the link is what can be named.
            let short = name.strip_prefix("l/").filter(|short| plain(short))?;
            let link = base.join("l").join(short);
            let real = host.real(&link).unwrap_or(link);
            layers.push(real.strip_prefix(&base).ok()?.to_owned());
        }
        Self { base, layers }.confined(host, known)
    }

    /// The same where Docker has its layers kept by containerd: one of its own, or the system's.
    fn of_snapshots(
        host: &HostRoot,
        docker: &Path,
        snapshotter: &Snapshotter,
        known: &Known,
        budget: &mut RecordBudget,
    ) -> Option<Self> {
        let own = host.real(&docker.join(OF_DOCKER)).into_iter();
        // No account has its layers in what is root's.
        let system = (known.owner == 0).then(|| runtimes::containerd_folders(host));
        let mut folders = own.chain(system.into_iter().flatten());
        folders.find_map(|folder| {
            let base = folder.join(snapshotter.folder);
            let listed = budget.snapshots(host, &base.join("metadata.db"), known.owner)?;
            let numbers = listed.of_container(&known.record.id)?;
            let needed = match snapshotter.is_whole {
                true => 1,
                false => numbers.len(),
            };
            if !budget.has_layers(known.owner, needed) {
                return None;
            }
            let layers = numbers.iter().take(needed).map(|number| {
                let layer = Path::new("snapshots").join(number.to_string());
                layer.join(snapshotter.below)
            });
            let layers = layers.map(|layer| layer.components().collect()).collect();
            Self { base, layers }.confined(host, known)
        })
    }

    /// This, unless an account says where the layers are and one of them is somewhere else: a link of its own would have
    /// root read whatever the account likes, this host's own files among it. One that is missing is told when it is opened.
    fn confined(self, host: &HostRoot, known: &Known) -> Option<Self> {
        let stays = |folder: &PathBuf| host.real(folder).is_none_or(|real| real == *folder);
        let confined = known.owner == 0 || self.folders().all(|folder| stays(&folder));
        confined.then_some(self)
    }

    /// One of these layers below a folder.
    #[cfg(test)]
    pub(super) fn made_of(base: PathBuf, layers: Vec<PathBuf>) -> Self {
        Self { base, layers }
    }

    /// The layers, held open as they were judged: whatever the account puts in their places then.
    pub(super) fn open(&self, host: &HostRoot, known: &Known) -> std::io::Result<Vec<OwnedFd>> {
        let open = |folder: PathBuf| match known.owner {
            _ if host.real(&folder).is_none() => Err(std::io::Error::other(MissingLayer(folder))),
            0 => HostRoot::at(&host.here(&folder)).map(HostRoot::into_folder),
            _ => {
                let held = host.below(&folder).map(HostRoot::into_folder);
                held.ok_or_else(|| Errno::LOOP.into())
            }
        };
        self.folders().map(open).collect()
    }

    /// The folders of the layers on the host.
    pub fn folders(&self) -> impl Iterator<Item = PathBuf> {
        self.layers.iter().map(|layer| self.base.join(layer))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::config::container::bolt::tests::{Item, database};
    use crate::io::container::runtimes::LAYERS_OF_ACCOUNT;
    use crate::io::container::written::write;
    use std::os::unix::fs::symlink;

    #[test]
    fn the_layers_of_a_container_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let id = "a".repeat(64);
        let docker = "var/lib/docker";
        let config = format!(r#"{{"ID":"{id}","Name":"/one","Driver":"overlay2"}}"#);
        write(
            root,
            &format!("{docker}/containers/{id}/config.v2.json"),
            &config,
        );
        let mounts = format!("{docker}/image/overlay2/layerdb/mounts/{id}/mount-id");
        write(root, &mounts, "top1\n");
        write(
            root,
            &format!("{docker}/overlay2/top1/lower"),
            "l/INIT:l/IMG",
        );
        for (layer, short) in [("top1", "TOP"), ("top1-init", "INIT"), ("img", "IMG")] {
            std::fs::create_dir_all(root.join(docker).join("overlay2").join(layer).join("diff"))
                .unwrap();
            let links = root.join(docker).join("overlay2/l");
            std::fs::create_dir_all(&links).unwrap();
            symlink(format!("../{layer}/diff"), links.join(short)).unwrap();
        }
        let told = || {
            let host = HostRoot::at(root).unwrap();
            let known = runtimes::known(&host);
            Stack::of(&host, &known[0], &mut RecordBudget::whole())
        };
        let stack = told().unwrap();
        assert_eq!(stack.base, Path::new("/var/lib/docker/overlay2"));
        let layers = ["top1/diff", "top1-init/diff", "img/diff"].map(PathBuf::from);
        assert_eq!(stack.layers, layers);
        // Names that lead elsewhere are no layers.
        write(
            root,
            &format!("{docker}/overlay2/top1/lower"),
            "l/../../etc",
        );
        assert_eq!(told(), None);
        write(root, &mounts, "../../etc");
        assert_eq!(told(), None);
    }

    #[test]
    fn the_layers_that_containerd_keeps_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let id = "a".repeat(64);
        let put = |driver: &str, owner: &str| {
            let config = format!(r#"{{"ID":"{id}","Name":"/one","Driver":"{driver}"}}"#);
            let file = format!("{owner}/containers/{id}/config.v2.json");
            write(root, &file, &config);
        };
        let snapshots = || {
            let values = |number, parent: &str| {
                vec![
                    Item::Value("id", vec![number]),
                    Item::Value("parent", parent.into()),
                ]
            };
            let image = Item::Inline("moby/1/sha256:b".to_owned(), values(3, ""));
            let own = Item::Inline(format!("moby/2/{id}"), values(4, "moby/1/sha256:b"));
            let all = Item::Apart("snapshots".to_owned(), vec![image, own]);
            database(vec![Item::Inline("v1".to_owned(), vec![all])])
        };
        let told = || {
            let host = HostRoot::at(root).unwrap();
            let known = runtimes::known(&host);
            Stack::of(&host, &known[0], &mut RecordBudget::whole())
        };
        let docker = "var/lib/docker";
        put("overlayfs", docker);
        assert_eq!(told(), None);
        for (driver, containerd, layers) in [
            (
                "overlayfs",
                "var/lib/containerd",
                &["snapshots/4/fs", "snapshots/3/fs"][..],
            ),
            (
                "native",
                "var/lib/docker/containerd/daemon",
                &["snapshots/4"],
            ),
        ] {
            put(driver, docker);
            let base = format!("{containerd}/io.containerd.snapshotter.v1.{driver}");
            std::fs::create_dir_all(root.join(&base)).unwrap();
            std::fs::write(root.join(&base).join("metadata.db"), snapshots()).unwrap();
            let stack = told().unwrap();
            assert_eq!(stack.base, Path::new("/").join(&base));
            assert_eq!(
                stack.layers,
                layers.iter().map(PathBuf::from).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn a_list_of_snapshots_is_read_once_for_all_its_containers() {
        assert!(
            rustix::process::geteuid().is_root(),
            "not root: nothing can be given to others"
        );
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let docker = "home/ann/.local/share/docker";
        let ids = ["a", "b", "c"].map(|digit| digit.repeat(64));
        let mut records = 0;
        for id in &ids {
            let config = format!(r#"{{"ID":"{id}","Name":"/one","Driver":"overlayfs"}}"#);
            records += config.len() as u64;
            let file = format!("{docker}/containers/{id}/config.v2.json");
            write(root, &file, &config);
        }
        let own = |id: &String| {
            let values = vec![Item::Value("id", vec![4])];
            Item::Inline(format!("moby/1/{id}"), values)
        };
        let all = Item::Apart("snapshots".to_owned(), ids.iter().map(own).collect());
        let bytes = database(vec![Item::Inline("v1".to_owned(), vec![all])]);
        let base = format!("{docker}/containerd/daemon/{}", OVERLAYFS.folder);
        let layer = root.join(&base).join("snapshots/4/fs");
        std::fs::create_dir_all(layer).unwrap();
        let list = root.join(&base).join("metadata.db");
        std::fs::write(&list, &bytes).unwrap();
        std::os::unix::fs::chown(root.join("home/ann"), Some(4711), None).unwrap();
        let host = HostRoot::at(root).unwrap();
        let told = || {
            let mut budget = RecordBudget::whole();
            let known = runtimes::known_within(&host, &mut budget);
            let stacks = known.iter().map(|one| Stack::of(&host, one, &mut budget));
            let told = stacks.flatten().count();
            let exceeded: Vec<u32> = budget.exceeded().iter().copied().collect();
            (told, budget.spent() - records, exceeded)
        };
        assert_eq!(told(), (3, bytes.len() as u64, vec![]));
        // A long one of an account's is left alone.
        let long = std::fs::OpenOptions::new().write(true).open(&list).unwrap();
        long.set_len(9 << 20).unwrap();
        assert_eq!(told(), (0, 0, vec![4711]));
    }

    #[test]
    fn a_layer_that_is_missing_is_named() {
        assert!(
            rustix::process::geteuid().is_root(),
            "not root: nothing can be given to others"
        );
        for of_docker in ["home/ann/.local/share/docker", "var/lib/docker"] {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path();
            let id = "a".repeat(64);
            let config = format!(r#"{{"ID":"{id}","Name":"/one","Driver":"overlay2"}}"#);
            let file = format!("{of_docker}/containers/{id}/config.v2.json");
            write(root, &file, &config);
            let mounts = format!("{of_docker}/image/overlay2/layerdb/mounts/{id}/mount-id");
            write(root, &mounts, "top");
            let layers = root.join(of_docker).join("overlay2");
            write(&layers, "top/lower", "l/I");
            std::fs::create_dir(layers.join("top/diff")).unwrap();
            std::fs::create_dir(layers.join("l")).unwrap();
            symlink("../image/diff", layers.join("l/I")).unwrap();
            std::fs::create_dir_all(root.join("home/ann")).unwrap();
            std::os::unix::fs::chown(root.join("home/ann"), Some(4711), None).unwrap();
            let host = HostRoot::at(root).unwrap();
            let known = runtimes::known(&host).remove(0);
            let open = || {
                let stack = Stack::of(&host, &known, &mut RecordBudget::whole()).unwrap();
                stack.open(&host, &known).map(|held| held.len())
            };
            let said = open().unwrap_err().to_string();
            assert!(
                said.contains(&format!("/{of_docker}/overlay2/l/I")),
                "{said}"
            );
            std::fs::create_dir_all(layers.join("image/diff")).unwrap();
            assert_eq!(open().unwrap(), 2);
        }
    }

    #[test]
    fn no_account_has_more_layers_looked_at_than_its_share() {
        assert!(
            rustix::process::geteuid().is_root(),
            "not root: nothing can be given to others"
        );
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let of_home = "home/ann/.local/share/docker";
        let of_root = "var/lib/docker";
        for docker in [of_home, of_root] {
            let layers = root.join(docker).join("overlay2");
            std::fs::create_dir_all(layers.join("image/diff")).unwrap();
            std::fs::create_dir(layers.join("l")).unwrap();
            symlink("../image/diff", layers.join("l/I")).unwrap();
            for number in 0..=LAYERS_OF_ACCOUNT / MOST_LAYERS {
                let id = format!("{number:064x}");
                let config = format!(r#"{{"ID":"{id}","Name":"/one","Driver":"overlay2"}}"#);
                let file = format!("{docker}/containers/{id}/config.v2.json");
                write(root, &file, &config);
                let mounts = format!("{docker}/image/overlay2/layerdb/mounts/{id}/mount-id");
                write(root, &mounts, "top");
            }
            std::fs::create_dir_all(layers.join("top/diff")).unwrap();
            let lower = ["l/I"; MOST_LAYERS - 1].join(":");
            std::fs::write(layers.join("top/lower"), lower).unwrap();
        }
        std::os::unix::fs::chown(root.join("home/ann"), Some(4711), None).unwrap();
        let host = HostRoot::at(root).unwrap();
        let mut budget = RecordBudget::whole();
        let mut told = |owner| {
            let known = runtimes::known(&host).into_iter();
            let its = known.filter(|one| one.owner == owner);
            let stacks = its.filter_map(|one| Stack::of(&host, &one, &mut budget));
            (stacks.count(), budget.exceeded().len())
        };
        let share = LAYERS_OF_ACCOUNT / MOST_LAYERS;
        assert_eq!(told(4711), (share, 1));
        assert_eq!(told(0), (share + 1, 1));
    }

    #[test]
    fn layers_that_an_account_has_elsewhere_are_not_put_together() {
        assert!(
            rustix::process::geteuid().is_root(),
            "not root: nothing can be given to others"
        );
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let id = "a".repeat(64);
        let storage = "home/ann/.local/share/containers/storage";
        let list = format!(r#"[{{"id":"{id}","names":["one"],"layer":"{id}","metadata":"{{}}"}}]"#);
        write(
            root,
            &format!("{storage}/overlay-containers/containers.json"),
            &list,
        );
        std::os::unix::fs::chown(root.join("home/ann"), Some(4711), None).unwrap();
        let layers = root.join(storage).join("overlay");
        let diff = layers.join(&id).join("diff");
        std::fs::create_dir_all(&diff).unwrap();
        let told = || {
            let host = HostRoot::at(root).unwrap();
            let known = runtimes::known(&host);
            assert_eq!(known[0].owner, 4711);
            Stack::of(&host, &known[0], &mut RecordBudget::whole())
        };
        assert_eq!(told().unwrap().layers, [Path::new(&id).join("diff")]);
        // The layer is the host's own root; then all layers are.
        std::fs::remove_dir(&diff).unwrap();
        symlink("/", &diff).unwrap();
        assert_eq!(told(), None);
        std::fs::rename(&layers, root.join("elsewhere")).unwrap();
        let diff = root.join("elsewhere").join(&id).join("diff");
        std::fs::remove_file(&diff).unwrap();
        std::fs::create_dir(&diff).unwrap();
        symlink("/elsewhere", &layers).unwrap();
        assert_eq!(told(), None);
    }
}
