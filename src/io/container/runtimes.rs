//! What the container runtimes of this host keep on disk of each container: its name, its environment, its mounts, its
//! layers. No program of theirs is run, and none needs to be there.
//!
//! Docker: `containers/ID/config.v2.json` below its data folder. Podman: `overlay-containers/containers.json` (or
//! `vfs-containers`) below its storage, also that of accounts. What containerd keeps is in a database of its own, which is not read: of its containers,
//! only those that run are known.

mod budget;
mod podman;
mod storages;

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::path::PathBuf;

use crate::domain::config::container::records::{self, Record};
use crate::domain::config::container::{Container, Runtime};
use crate::io::install::host::HostRoot;

#[cfg(test)]
pub(super) use budget::LAYERS_OF_ACCOUNT;
pub(super) use budget::RecordBudget;
pub(super) use storages::containerd_folders;
pub use storages::has_containerd;
pub(super) use storages::{MOST_HOMES, PODMAN_OF_HOME, Storage, first_of, storages};

/// How many containers are read of one storage.
const MOST: usize = 2000;

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

/// The containers of one storage.
#[derive(Debug, Default)]
pub(super) struct KnownThere {
    pub(super) containers: Vec<Known>,
    /// Whether there are more.
    pub(super) is_cut: bool,
}

/// Every container that the runtimes of this system know, running or not; root's first, and of accounts as many as are read.
pub fn known(host: &HostRoot) -> Vec<Known> {
    known_within(host, &mut RecordBudget::whole())
}

/// The same within a budget, of which what is read next of these containers takes its share too.
pub(super) fn known_within(host: &HostRoot, budget: &mut RecordBudget) -> Vec<Known> {
    let all = storages(host).all.into_iter();
    let mut all: Vec<Known> = all
        .flat_map(|storage| storage.known(host, budget).containers)
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
    let mut budget = RecordBudget::counting();
    let mut all = storages.all.iter();
    storages.is_cut
        || all.any(|storage| storage.known(host, &mut budget).is_cut)
        || !budget.exceeded().is_empty()
}

/// The accounts of whose containers not all are read, by their numbers.
pub fn cut_accounts(host: &HostRoot) -> BTreeSet<u32> {
    let mut budget = RecordBudget::counting();
    for storage in storages(host).all.iter().filter(|one| one.owner != 0) {
        storage.known(host, &mut budget);
    }
    budget.exceeded().clone()
}

/// What is written down of this container, by whose runtime made it. Of all others nothing is read.
pub fn of(host: &HostRoot, container: &Container) -> Option<Known> {
    let id = container.id.as_deref()?;
    let mut all = storages(host).all;
    all.retain(|storage| storage.owner == container.account());
    // As in [`known`].
    let mut last = all.iter().rev();
    last.find_map(|storage| storage.known_as(host, id))
}

impl Storage {
    /// The containers that it lists. What is read of one storage takes nothing from those of others.
    pub(super) fn known(&self, host: &HostRoot, budget: &mut RecordBudget) -> KnownThere {
        let Ok(host) = host.anew() else {
            return KnownThere::default();
        };
        match self.runtime {
            Runtime::Docker => docker(&host, self, budget),
            Runtime::Podman => podman::all(&host, self, budget),
            _ => KnownThere::default(),
        }
    }

    /// The one with this id.
    fn known_as(&self, host: &HostRoot, id: &str) -> Option<Known> {
        let host = host.anew().ok()?;
        let budget = &mut RecordBudget::whole();
        match self.runtime {
            Runtime::Docker => docker_one(&host, self, OsStr::new(id), budget),
            Runtime::Podman => podman::one(&host, self, id, budget),
            _ => None,
        }
    }
}

fn docker(host: &HostRoot, storage: &Storage, budget: &mut RecordBudget) -> KnownThere {
    let containers = storage.folder.join("containers");
    let listed = host.entries_named(&containers, MOST, |_| true);
    let mut there = KnownThere {
        is_cut: listed.is_cut,
        ..KnownThere::default()
    };
    for entry in listed.entries {
        if !budget.has_place(storage.owner) {
            there.is_cut = true;
            break;
        }
        let one = docker_one(host, storage, &entry.name, budget);
        there.containers.extend(one);
    }
    there
}

fn docker_one(
    host: &HostRoot,
    storage: &Storage,
    id: &OsStr,
    budget: &mut RecordBudget,
) -> Option<Known> {
    let written = storage.folder.join("containers").join(id);
    let written = written.join("config.v2.json");
    let bytes = budget.record(host, &written, storage.owner)?;
    let record = records::docker(&bytes).filter(|record| id == OsStr::new(&record.id))?;
    Some(Known {
        runtime: Runtime::Docker,
        record,
        written,
        layers: Layers::Docker(storage.folder.clone()),
        owner: storage.owner,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::domain::config::container::definition::WhyUnread;
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
        for one in known(&host) {
            let account = |number| crate::domain::config::container::Realm::Account {
                number,
                name: String::new(),
            };
            let container = Container {
                id: Some(one.record.id.clone()),
                realm: (one.owner != 0).then(|| account(one.owner)),
                ..Container::default()
            };
            let alone = of(&host, &container).unwrap();
            assert_eq!(
                (alone.record.name, alone.written, alone.layers),
                (one.record.name, one.written, one.layers)
            );
        }
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
    fn no_account_has_more_read_than_its_share() {
        assert!(
            rustix::process::geteuid().is_root(),
            "not root: nothing can be given to others"
        );
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let storage = "home/eve/.local/share/containers/storage/overlay-containers";
        let id = |number: usize| format!("{number:064x}");
        let rows: Vec<String> = (0..512)
            .map(|number| {
                let (id, layer) = (id(number), id(number));
                format!(
                    r#"{{"id":"{id}","names":["n{number}"],"layer":"{layer}","metadata":"{{}}"}}"#
                )
            })
            .collect();
        let long = format!(r#"{{"process":{{"env":["A={}"]}}}}"#, "x".repeat(900 << 10));
        write(root, "home/eve/one.json", &long);
        for number in 0..512 {
            let its = format!("{storage}/{}/userdata/config.json", id(number));
            std::fs::create_dir_all(root.join(&its).parent().unwrap()).unwrap();
            std::fs::hard_link(root.join("home/eve/one.json"), root.join(its)).unwrap();
        }
        write(
            root,
            &format!("{storage}/containers.json"),
            &format!("[{}]", rows.join(",")),
        );
        let ann = "home/ann/.local/share/containers/storage/overlay-containers/containers.json";
        write(root, ann, &format!("[{}]", rows[0]));
        for (name, number) in [("ann", 4711), ("eve", 4713)] {
            let home = root.join("home").join(name);
            std::os::unix::fs::chown(home, Some(number), None).unwrap();
        }
        let docker = "f".repeat(64);
        let text = format!(r#"{{"ID":"{docker}","Name":"/a1"}}"#);
        write(
            root,
            &format!("var/lib/docker/containers/{docker}/config.v2.json"),
            &text,
        );
        let host = HostRoot::at(root).unwrap();
        let mut budget = RecordBudget::whole();
        let known = known_within(&host, &mut budget);
        let of = |owner| known.iter().filter(|one| one.owner == owner).count();
        assert_eq!((of(0), of(4711), of(4713)), (1, 1, budget::MOST_OF_ACCOUNT));
        assert_eq!(known[0].record.name.as_deref(), Some("a1"), "root's first");
        assert!(budget.spent() <= budget::BYTES_OF_ACCOUNT + rows[0].len() as u64 + 2);
        let read = known
            .iter()
            .filter(|one| !one.record.environment.is_empty());
        assert!((4..=9).contains(&read.count()), "of eve's, what fits");
        assert_eq!(cut_accounts(&host), BTreeSet::from([4713]));
        assert!(is_cut(&host));
        // Named by its id, any of them is read by itself.
        let last = Container {
            id: Some(id(511)),
            realm: Some(crate::domain::config::container::Realm::Account {
                number: 4713,
                name: "eve".to_owned(),
            }),
            ..Container::default()
        };
        let last = super::of(&host, &last).unwrap();
        assert_eq!(last.record.environment.len(), 1);
    }

    #[test]
    fn what_was_never_started_is_known_by_podmans_database() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let id = "a".repeat(64);
        let storage = "var/lib/containers/storage";
        let row = format!(r#"[{{"id":"{id}","names":["one"],"layer":"{id}","metadata":"{{}}"}}]"#);
        write(
            root,
            &format!("{storage}/overlay-containers/containers.json"),
            &row,
        );
        let host = HostRoot::at(root).unwrap();
        let container = Container {
            id: Some(id.clone()),
            ..Container::default()
        };
        for known in [
            known(&host).remove(0),
            super::of(&host, &container).unwrap(),
        ] {
            assert_eq!(known.record.unread, Some(WhyUnread::NeverStarted));
        }
        let config = format!(
            r#"config{{"spec":{{"process":{{"env":["APP_KEY=x"]}}}},"id":"{id}","namedVolumes":[{{"volumeName":"fs","dest":"/www"}}]}}"#
        );
        let bytes = crate::domain::config::container::bolt::tests::around(config.as_bytes());
        let database = root.join(storage).join("libpod/bolt_state.db");
        std::fs::create_dir_all(database.parent().unwrap()).unwrap();
        std::fs::write(database, bytes).unwrap();
        for known in [
            known(&host).remove(0),
            super::of(&host, &container).unwrap(),
        ] {
            assert_eq!(known.record.unread, None);
            assert!(known.record.environment.contains_key(&b"APP_KEY"[..]));
            let source = Path::new("/").join(storage).join("volumes/fs/_data");
            assert_eq!(known.record.mounts[0].source, source);
        }
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
}
