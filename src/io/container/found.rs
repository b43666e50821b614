//! The containers of this host, and the installs in them, seen from outside: by the processes that have other mounts and
//! another root folder than we.
//!
//! What is below `/proc/PID` of such a process is a stranger's: its files are read through its root, and no link leads out
//! of that; numbers and texts are bounded. Nothing is entered, and nothing of the container is run.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::alive::{Alive, Root, root_of, text};
use super::idmap::IdMap;
use super::runtimes::{self, Known, RecordBudget};
use super::{Container, own_number, who, within};
use crate::domain::config::container::{self, cgroup};
use crate::domain::config::found::{Evidence, FoundBy, FoundInstall};
use crate::io::install::discover;
use crate::io::install::host::HostRoot;
use crate::io::os::{accounts, processes};

/// How many processes are looked at.
const MOST_PROCESSES: usize = 65_536;
/// How many containers are looked into.
const MOST_CONTAINERS: usize = 512;
/// How many installs of one container are told.
const MOST_INSTALLS: usize = 32;
/// First processes of containers that run more than one program: FreeScout may be there while its PHP is not running.
const FIRST: [&str; 9] = [
    "systemd",
    "init",
    "s6-svscan",
    "runsvdir",
    "runit",
    "supervisord",
    "openrc-init",
    "dumb-init",
    "tini",
];

/// Every container of this host: those that run, and those that are stopped and known to a runtime. Their installs are not
/// looked for. Empty where we may not see them: for all but root, and within a container.
pub fn containers() -> Vec<Container> {
    if !sees_others() {
        return Vec::new();
    }
    let known = known_here();
    all(&running(), &known)
}

/// The running ones, in their order, and then the stopped ones.
fn all(running: &BTreeMap<Root, Alive>, known: &[Known]) -> Vec<Container> {
    let running: Vec<&Alive> = running.values().collect();
    let mut all = who::all(&running, known);
    all.extend(stopped(known, &all));
    container::mark_namesakes(&mut all);
    all
}

/// Those that run and let nobody look but their own account.
pub fn closed() -> Vec<Container> {
    let mut all = containers();
    all.retain(|one| one.process.is_some_and(is_closed));
    all
}

/// Which of these containers a process belongs to.
pub fn of_process(all: &[Container], pid: i32) -> Option<usize> {
    let root = root_of(pid)?;
    all.iter()
        .position(|one| one.process.and_then(root_of) == Some(root))
}

/// The installs in the running containers of this host.
pub fn installs() -> Vec<FoundInstall> {
    if !sees_others() {
        return Vec::new();
    }
    let running = running();
    let all = all(&running, &known_here());
    let candidates = candidates(&running, &all).into_iter();
    candidates
        .take(MOST_CONTAINERS)
        .flat_map(|(running, container)| installs_of(running, container))
        .collect()
}

/// The running containers in which FreeScout may be. Of more than are looked into, those that any account can start come
/// last.
fn candidates<'a>(
    running: &'a BTreeMap<Root, Alive>,
    all: &'a [Container],
) -> Vec<(&'a Alive, &'a Container)> {
    let pairs = running.values().zip(all);
    let may_have = pairs.filter(|(one, _)| !one.php.is_empty() || runs_a_system(one));
    let mut candidates: Vec<_> = may_have.collect();
    candidates.sort_by_key(|(_, container)| anybody_s(container));
    candidates
}

/// How likely it is not root's: known to be an account's, or with nothing that says whose it is.
fn anybody_s(container: &Container) -> u8 {
    match (container.account(), &container.id) {
        (0, Some(_)) => 0,
        (0, None) => 1,
        _ => 2,
    }
}

/// Whether this host has more containers than are looked into.
pub fn passes_over() -> bool {
    if !sees_others() {
        return false;
    }
    let (running, known) = (running(), known_here());
    let all = all(&running, &known);
    let stopped = all.iter().filter(|one| !one.running).count();
    let running = candidates(&running, &all).len();
    if running.max(stopped) > MOST_CONTAINERS || leaves_out() {
        return true;
    }
    let mut budget = RecordBudget::whole();
    stopped_within(&mut budget);
    !budget.exceeded().is_empty()
}

/// What an install of a running container is called here.
pub fn from_here(install: &FoundInstall) -> Option<PathBuf> {
    let pid = install.container.as_ref()?.process?;
    let below = install.path.strip_prefix("/").ok()?;
    Some(PathBuf::from(format!("/proc/{pid}/root")).join(below))
}

/// Those in containers that are stopped.
pub fn stopped_installs() -> Vec<FoundInstall> {
    stopped_within(&mut RecordBudget::whole())
}

fn stopped_within(budget: &mut RecordBudget) -> Vec<FoundInstall> {
    let Some(host) = host_with_others() else {
        return Vec::new();
    };
    let stopped = stopped_ones(&host, budget).into_iter();
    let installs = stopped
        .map(|(container, known)| super::stopped::installs(&host, &container, &known, budget));
    installs.flatten().collect()
}

/// The stopped containers of which it cannot be told which layers they have: FreeScout may be in one of them. Those with an
/// install in their volumes are none of these, nor those that are left out, as their account has so many.
pub fn unseen() -> Vec<Container> {
    let Some(host) = host_with_others() else {
        return Vec::new();
    };
    let mut budget = RecordBudget::whole();
    let mut unseen = stopped_ones(&host, &mut budget);
    unseen.retain(|(container, known)| {
        super::stopped::installs(&host, container, known, &mut budget).is_empty()
            && !super::stopped::has_known_layers(&host, known, &mut budget)
    });
    unseen.retain(|(_, known)| !budget.exceeded().contains(&known.owner));
    unseen.into_iter().map(|(container, _)| container).collect()
}

/// This system, where containers of it are seen from here.
fn host_with_others() -> Option<HostRoot> {
    let host = HostRoot::at(Path::new("/")).ok();
    host.filter(|_| sees_others())
}

/// The stopped containers that are looked into, with what their runtimes wrote down.
fn stopped_ones(host: &HostRoot, budget: &mut RecordBudget) -> Vec<(Container, Known)> {
    let mut known = runtimes::known_within(host, budget);
    let all = all(&running(), &known);
    let stopped = all.into_iter().filter(|one| !one.running);
    let described = stopped.filter_map(|one| {
        let its = known.iter().position(|known| is_of(known, &one))?;
        Some((one, known.swap_remove(its)))
    });
    described.take(MOST_CONTAINERS).collect()
}

/// What an install of a stopped container is called here; `None` where it lies in the container's own layers.
pub fn stopped_from_here(install: &FoundInstall) -> Option<PathBuf> {
    let known = known_as(install.container.as_deref()?)?;
    super::stopped::on_host(&known, &install.path)
}

/// Whether there may be stopped containers that cannot be told.
pub fn hides_stopped() -> bool {
    let host = HostRoot::at(Path::new("/"));
    sees_others() && host.is_ok_and(|host| runtimes::has_containerd(&host))
}

/// Whether the runtimes of this host know more containers than are listed.
pub fn leaves_out() -> bool {
    let host = HostRoot::at(Path::new("/"));
    sees_others() && host.is_ok_and(|host| runtimes::is_cut(&host))
}

/// The accounts of whose containers not all are read.
pub fn cut_accounts() -> Vec<String> {
    let host = HostRoot::at(Path::new("/"));
    let cut = host.map(|host| runtimes::cut_accounts(&host));
    let cut = cut.ok().filter(|_| sees_others()).unwrap_or_default();
    cut.into_iter().map(crate::io::fs::user_name).collect()
}

/// What a runtime wrote down of a container.
pub fn known_as(container: &Container) -> Option<Known> {
    let host = HostRoot::at(Path::new("/")).ok()?;
    runtimes::of(&host, container)
}

/// Root on the host: others may not look into other processes' roots, and who works within a container sees no other.
fn sees_others() -> bool {
    rustix::process::geteuid().is_root() && within::get().is_none()
}

fn known_here() -> Vec<Known> {
    let host = HostRoot::at(Path::new("/"));
    host.map(|host| runtimes::known(&host)).unwrap_or_default()
}

/// Containers that a runtime knows and that are not seen to run. One that runs all the same and lets nobody look is not told
/// as stopped.
fn stopped(known: &[Known], running: &[Container]) -> Vec<Container> {
    let runs = |known: &Known| running.iter().any(|one| is_of(known, one));
    let stopped = known.iter().filter(|known| !runs(known));
    let described = stopped.map(|known| {
        let closed = known.record.process.filter(|pid| is_closed(*pid));
        Container {
            process: closed,
            running: closed.is_some(),
            ..who::recorded(known)
        }
    });
    described.collect()
}

/// Whether a process runs whose files answer to its own users alone, not even to root: those of a file system that a program
/// of its account's makes (FUSE).
pub fn is_closed(pid: i32) -> bool {
    let root = std::fs::metadata(format!("/proc/{pid}/root"));
    let denied = root.is_err_and(|e| e.kind() == std::io::ErrorKind::PermissionDenied);
    denied && cgroup::root_is_fuse(&text(pid, "mountinfo"))
}

/// Whether this is written down of that container.
fn is_of(known: &Known, container: &Container) -> bool {
    container.id.as_ref() == Some(&known.record.id) && known.owner == container.account()
}

/// The processes of other mount namespaces with another root folder, by that folder: several namespaces of one container,
/// as those of services with files of their own, have it in common.
fn running() -> BTreeMap<Root, Alive> {
    let mut found: BTreeMap<Root, Alive> = BTreeMap::new();
    let (Some(ours), Some(our_mounts)) =
        (root_of(std::process::id().cast_signed()), mounts_of("self"))
    else {
        return found;
    };
    let php: HashSet<i32> = processes::php_numbers().into_iter().collect();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut numbers: Vec<i32> = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .take(MOST_PROCESSES)
        .collect();
    numbers.sort_unstable();
    for pid in numbers {
        let other = mounts_of(&pid.to_string()).is_some_and(|mounts| mounts != our_mounts);
        let Some(root) = root_of(pid).filter(|root| other && *root != ours) else {
            continue;
        };
        let running = found.entry(root).or_insert_with(|| Alive {
            processes: Vec::new(),
            php: Vec::new(),
            chief: pid,
        });
        running.processes.push(pid);
        if php.contains(&pid) {
            running.php.push(pid);
        }
    }
    for running in found.values_mut() {
        let first = running.processes.iter().copied().find(|pid| is_first(*pid));
        // What FreeScout's own processes have mounted is what counts.
        let chief = running.php.first().copied().or(first);
        running.chief = chief.unwrap_or(running.chief);
    }
    found
}

fn mounts_of(process: &str) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{process}/ns/mnt")).ok()
}

/// Whether a process is the first one of its own process namespace.
fn is_first(pid: i32) -> bool {
    let status = text(pid, "status");
    own_number(&status) == Some(1)
}

/// The installs in one container.
fn installs_of(running: &Alive, container: &Container) -> Vec<FoundInstall> {
    let path = PathBuf::from(format!("/proc/{}/root", running.chief));
    let Ok(root) = HostRoot::at(&path) else {
        return Vec::new();
    };
    let accounts = Accounts::of(&root, running.chief);
    let processes = running.php.iter().flat_map(|pid| {
        let evidence = Evidence {
            user: accounts.name(*pid).map(Into::into),
            ..Evidence::of(FoundBy::Process(*pid))
        };
        folders_of(*pid)
            .into_iter()
            .map(move |folder| (folder, evidence.clone()))
    });
    let mut found = discover::with_processes(&root, processes);
    found.truncate(MOST_INSTALLS);
    for one in &mut found {
        let process = one.evidence.iter().find_map(|evidence| match evidence.by {
            FoundBy::Process(pid) => Some(pid),
            _ => None,
        });
        let process = process.or(container.process);
        one.container = Some(Box::new(Container {
            process,
            ..container.clone()
        }));
    }
    found
}

fn runs_a_system(running: &Alive) -> bool {
    let first = running.processes.iter().find(|pid| is_first(**pid));
    first.is_some_and(|pid| FIRST.contains(&text(*pid, "comm").trim_end()))
}

/// The folders that a process of PHP works in, and of the `artisan` files that it was called with, as it calls them itself.
fn folders_of(pid: i32) -> Vec<PathBuf> {
    let work = std::fs::read_link(format!("/proc/{pid}/cwd")).ok();
    let arguments = text(pid, "cmdline");
    let called = arguments
        .split('\0')
        .filter(|word| word.ends_with("/artisan") && word.starts_with('/'))
        .filter_map(|word| Path::new(word).parent().map(Path::to_owned));
    let above = work.iter().flat_map(|work| work.ancestors().take(2));
    above.map(Path::to_owned).chain(called).collect()
}

/// The accounts of a container: its own list, for numbers as the host has them.
struct Accounts {
    list: Zeroizing<Vec<u8>>,
    users: IdMap,
}

impl Accounts {
    fn of(root: &HostRoot, pid: i32) -> Self {
        Self {
            list: root.read(Path::new("/etc/passwd")).unwrap_or_default(),
            users: IdMap::parse(&text(pid, "uid_map")),
        }
    }

    /// Whose a process is.
    fn name(&self, pid: i32) -> Option<String> {
        let status = text(pid, "status");
        let line = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
        let outside: u32 = line.split_whitespace().nth(1)?.parse().ok()?;
        let number = self.users.inside(outside)?;
        let known = accounts::listed_user(&self.list, |user| user.uid == number);
        Some(known.map_or_else(|| number.to_string(), |user| user.name))
    }
}

/// The containers that a word may mean: a name, the beginning of an id, the number of a process.
pub fn named(all: &[Container], word: &str) -> Vec<Container> {
    let pid = word.parse().ok().filter(|pid: &i32| *pid > 0);
    let process_of = pid.and_then(|pid| of_process(all, pid));
    let mut found: Vec<Container> = container::named(all, word, process_of)
        .into_iter()
        .cloned()
        .collect();
    // The very process that was named: another one may see other mounts.
    if let (Some(pid), Some(_), [one]) = (pid, process_of, found.as_mut_slice()) {
        one.process = Some(pid);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::container::Realm;

    #[test]
    fn what_any_account_can_start_comes_last() {
        let id = || Some("a".repeat(64));
        let realm = |number| {
            let name = String::new();
            Some(Realm::Account { number, name })
        };
        let one = |id, realm| Container {
            id,
            realm,
            ..Container::default()
        };
        let alive = |chief| Alive {
            processes: vec![chief],
            php: vec![chief],
            chief,
        };
        let running = BTreeMap::from([1_u8, 2, 3, 4].map(|n| ((0, n.into()), alive(n.into()))));
        let all = [
            one(id(), realm(4711)),
            one(None, None),
            one(id(), None),
            one(id(), Some(Realm::Namespace("default".to_owned()))),
        ];
        let order: Vec<i32> = candidates(&running, &all)
            .iter()
            .map(|(one, _)| one.chief)
            .collect();
        assert_eq!(order, [3, 4, 2, 1]);
    }
}
