//! Who a running container is, as far as that can be believed.
//!
//! What it is called decides which files are read beside it, where its backups are filed, and what it is entered by. A
//! container may write much of what names it: whoever may mount in it, and that is its root even in a user namespace, can
//! have any path stand in its mounts; whatever is below the control group that its runtime made for it may be its own. So a
//! name or an id is believed only where somebody outside says it: by the outermost group, as the word of who may make
//! groups there, or by the runtime's very files standing in it. All others are known by their process alone.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::alive::{Alive, root_of, text};
use super::runtimes::Known;
use super::{Container, Runtime, own_numbers};
use crate::domain::config::container::Realm;
use crate::domain::config::container::cgroup::{self, GroupPlace, PodContainer};
use crate::domain::config::container::records::Mounted;
use crate::io::install::host::HostRoot;

/// Where the kubelet names the containers of pods.
const POD_LOGS: &str = "/var/log/containers";
/// Longest name that is one.
const LONGEST_NAME: usize = 255;

/// What a container is called by all: what it is filed under, and its id.
type ContainerName = (String, Option<String>);

/// Who these containers are, in their order. `known` is what the runtimes of this host have written down.
pub(super) fn all(running: &[&Alive], known: &[Known]) -> Vec<Container> {
    let own = running.iter().map(|one| of(one, known));
    let mut all: Vec<Container> = own.collect();
    // A container that runs others within itself is the one that they are all told by.
    let mut first: BTreeMap<ContainerName, usize> = BTreeMap::new();
    let named = |one: &Container| {
        let named = one.name.is_some() || one.id.is_some();
        // Another id is another container, as two daemons may have one name: what runs within one has the id of that.
        named.then(|| (one.filed_under(""), one.id.clone()))
    };
    for (at, one) in all.iter().enumerate() {
        let Some(name) = named(one) else { continue };
        let outer = first.entry(name).or_insert(at);
        if rank(running[at]) < rank(running[*outer]) {
            *outer = at;
        }
    }
    let outer: BTreeMap<ContainerName, Container> = first
        .iter()
        .map(|(name, at)| (name.clone(), all[*at].clone()))
        .collect();
    for (at, one) in all.iter_mut().enumerate() {
        let Some(name) = named(one) else { continue };
        if first.get(&name) != Some(&at) {
            let outer = outer.get(&name).cloned().map(Box::new);
            *one = Container {
                realm: outer.map(Realm::Container),
                ..nameless(running[at])
            };
        }
    }
    all
}

/// How likely it is the outermost of several, the least first: by how deep its process namespaces are nested, whether it
/// has the first process of one, and when that was started. Nothing within can be less.
fn rank(running: &Alive) -> (usize, bool, u64) {
    let ranks = running.processes.iter().map(|pid| {
        let numbers = own_numbers(&text(*pid, "status"));
        let stat = text(*pid, "stat");
        // Its name, in brackets, may hold anything.
        let fields = stat.rsplit_once(')').map(|(_, rest)| rest);
        let started = fields.and_then(|rest| rest.split_whitespace().nth(19)?.parse().ok());
        let depth = match numbers.len() {
            0 => usize::MAX,
            depth => depth,
        };
        (
            depth,
            numbers.last() != Some(&1),
            started.unwrap_or(u64::MAX),
        )
    });
    ranks.min().unwrap_or((usize::MAX, true, u64::MAX))
}

fn nameless(running: &Alive) -> Container {
    Container {
        process: Some(running.chief),
        running: true,
        ..Container::default()
    }
}

fn of(running: &Alive, known: &[Known]) -> Container {
    let pid = running.chief;
    let told = by_group(pid, known).or_else(|| by_files(pid, known));
    let mut container = told.unwrap_or_default();
    container.name = container
        .name
        .filter(|name| !name.is_empty() && name.len() <= LONGEST_NAME);
    Container {
        process: Some(pid),
        running: true,
        ..container
    }
}

/// As a runtime has written it down.
pub(super) fn recorded(known: &Known) -> Container {
    Container {
        runtime: known.runtime,
        id: Some(known.record.id.clone()),
        name: known.record.name.clone(),
        realm: realm_of(known.owner),
        state: known.record.state,
        ..Container::default()
    }
}

fn realm_of(account: u32) -> Option<Realm> {
    (account != 0).then(|| Realm::Account {
        number: account,
        name: crate::io::fs::user_name(account),
    })
}

/// By its control group.
fn by_group(pid: i32, known: &[Known]) -> Option<Container> {
    let mark = cgroup::of_cgroup(&text(pid, "cgroup"))?;
    let maker = maker(&mark.place);
    let doubtful = mark.place.is_services();
    let Some(id) = mark.id else {
        return (!doubtful).then(|| Container {
            runtime: mark.runtime,
            name: mark.name,
            realm: realm_of(maker),
            ..Container::default()
        });
    };
    let record = known
        .iter()
        .find(|known| known.record.id == id && known.owner == maker);
    let container = match record {
        Some(known) if doubtful && !has_files_of(pid, known) => return None,
        Some(known) => recorded(known),
        // An id that nobody has written down is root's word, or nobody's.
        None if maker != 0 || doubtful => return None,
        None => Container {
            runtime: mark.runtime,
            id: Some(id),
            ..Container::default()
        },
    };
    Some(match mark.runtime {
        Runtime::Kubernetes => in_pod(container),
        _ => container,
    })
}

/// With the names that it has in its pod.
fn in_pod(container: Container) -> Container {
    let pod = container.id.as_deref().and_then(pod_of);
    let container = Container {
        runtime: Runtime::Kubernetes,
        ..container
    };
    match pod {
        Some(pod) => Container {
            name: Some(format!("{}/{}", pod.pod, pod.name)),
            realm: Some(Realm::Namespace(pod.namespace)),
            ..container
        },
        None => container,
    }
}

fn pod_of(id: &str) -> Option<PodContainer> {
    let entries = std::fs::read_dir(POD_LOGS).ok()?.flatten();
    let named = entries.filter_map(|entry| cgroup::of_log(entry.file_name().to_str()?));
    named.into_iter().find(|one| one.id == id)
}

/// Who may make groups there, by the hierarchy's own files; where they cannot be seen, by the names of the groups.
fn maker(place: &GroupPlace) -> u32 {
    let by_name = || place.account().unwrap_or(0);
    if place.path.split('/').any(|part| part == "..") {
        return by_name();
    }
    let folder = hierarchy(&place.controllers).map(|top| {
        let below = place.path.trim_start_matches('/');
        top.join(below)
    });
    let owner = folder.and_then(|folder| std::fs::metadata(folder).ok());
    owner.map_or_else(by_name, |meta| meta.uid())
}

/// Where the hierarchy of control groups with these controllers is mounted, from its top on.
fn hierarchy(controllers: &str) -> Option<PathBuf> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    mounts.lines().find_map(|line| {
        let (mount, system) = line.split_once(" - ")?;
        let mut mount = mount.split(' ').skip(3);
        let (root, point) = (mount.next()?, mount.next()?);
        let mut system = system.split(' ');
        let (kind, options) = (system.next()?, system.nth(1)?);
        let mut named = controllers.split(',');
        let same = match controllers.is_empty() {
            true => kind == "cgroup2",
            false => kind == "cgroup" && named.all(|name| options.split(',').any(|o| o == name)),
        };
        (same && root == "/").then(|| PathBuf::from(point))
    })
}

/// By the files that its runtime has mounted into it, where they are those.
fn by_files(pid: i32, known: &[Known]) -> Option<Container> {
    let id = cgroup::claimed_by_mounts(&text(pid, "mountinfo"))?;
    let mut claimed = known.iter().filter(|known| known.record.id == id);
    claimed.find(|known| has_files_of(pid, known)).map(recorded)
}

/// Whether a file that a runtime made for this container stands in the one of this process, and its first process is there.
/// Docker always tells that; Podman's note of it may be gone.
fn has_files_of(pid: i32, known: &Known) -> bool {
    let Ok(root) = HostRoot::at(Path::new(&format!("/proc/{pid}/root"))) else {
        return false;
    };
    let is_there = |file: &Mounted| {
        let on_host = std::fs::symlink_metadata(&file.source);
        let on_host = on_host.map(|meta| (meta.dev(), meta.ino())).ok();
        on_host.is_some() && root.number(&file.destination) == on_host
    };
    known.record.own_files.iter().any(is_there)
        && match known.record.process {
            Some(first) => root_of(first) == root_of(pid),
            None => known.runtime == Runtime::Podman,
        }
}
