//! Containers that say they are another one: by what they mount, by groups of their own making, by names they give
//! themselves. What is theirs to write names nobody.

use std::path::{Path, PathBuf};

use crate::container::{Container, Kind, told};
use crate::found::{PHP, json, on_host_with, php_of, write};

/// The id of a stopped container, whose name somebody else would like to have.
fn stolen() -> String {
    "5".repeat(64)
}

/// What this host's runtimes know: one container, which does not run.
fn var_with_stopped() -> tempfile::TempDir {
    let var = tempfile::tempdir_in("/var/tmp").unwrap();
    let id = stolen();
    let config = format!(
        r#"{{"ID":"{id}","Name":"/freescout-app","Driver":"overlay2","State":{{"Running":false,"Pid":0}}}}"#
    );
    write(
        var.path(),
        &format!("lib/docker/containers/{id}/config.v2.json"),
        &config,
    );
    var
}

fn described(var: &Path, container: &Container) -> serde_json::Value {
    let process = php_of(container).to_string();
    let mut command = on_host_with(var);
    command
        .args(["check", "--json", "--container", &process, "--state-dir"])
        .arg(container.state());
    json(&mut command, 2)["install"]["container"].clone()
}

/// What is said of the containers there are.
fn listed(var: &Path) -> String {
    let mut command = on_host_with(var);
    command.args(["check", "--container", "nobody"]);
    told(&command.output().unwrap(), 3)
}

/// It is known by its process alone, and the stopped one is still there.
fn assert_nobody(var: &Path, container: &Container) {
    let form = described(var, container);
    assert_eq!(form["id"], serde_json::Value::Null, "{form}");
    assert_eq!(form["name"], serde_json::Value::Null, "{form}");
    assert_eq!(form["runtime"], "unknown", "{form}");
    let said = listed(var);
    assert!(
        said.contains("freescout-app 555555555555 (stopped)"),
        "{said}"
    );
}

#[test]
fn what_it_mounts_over_its_own_files_names_nobody() {
    let var = var_with_stopped();
    for kind in [Kind::Rooted, Kind::Rootless] {
        // The first as Docker's would look, the second as Podman's.
        for folder in ["containers", "overlay-containers"] {
            let source = format!("/srv/{folder}/{}", stolen());
            let script = format!(
                "mkdir -p {source}; echo stolen >{source}/hostname; : >/etc/hostname; \
                 mount --bind {source}/hostname /etc/hostname; {PHP}"
            );
            let container = Container::start_with(kind, |_| {}, &script);
            assert_nobody(var.path(), &container);
        }
    }
}

#[test]
fn a_pods_folder_of_its_own_making_makes_no_pod() {
    let var = var_with_stopped();
    let source = "/srv/pods/0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f";
    let script = format!(
        "mkdir -p {source}; echo helpdesk-0 >{source}/etc-hosts; cp {source}/etc-hosts /etc/hostname; \
         mount --bind {source}/etc-hosts /etc/hosts; {PHP}"
    );
    let container = Container::start_with(Kind::Rootless, |_| {}, &script);
    assert_nobody(var.path(), &container);
}

/// Control groups of a test, removed with it.
struct Groups {
    /// The folder of the hierarchy.
    top: PathBuf,
    made: Vec<PathBuf>,
}

impl Groups {
    fn new() -> Self {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        let unified = mounts.lines().find(|line| line.contains(" - cgroup2 "));
        let unified = unified.expect("no unified control groups here");
        let top = PathBuf::from(unified.split(' ').nth(4).unwrap());
        Self {
            top,
            made: Vec::new(),
        }
    }

    /// Puts every process of a container into this group.
    fn hold(&mut self, container: &Container, group: &str) {
        let mut folder = self.top.clone();
        for part in group.split('/') {
            folder.push(part);
            if !folder.exists() {
                std::fs::create_dir(&folder).expect("a control group can be made");
                self.made.push(folder.clone());
            }
        }
        let root = |pid: i32| std::fs::read_link(format!("/proc/{pid}/ns/mnt")).ok();
        let first = root(container.process.cast_signed());
        for process in procfs::process::all_processes().unwrap().flatten() {
            if root(process.pid()) == first {
                std::fs::write(folder.join("cgroup.procs"), process.pid().to_string()).unwrap();
            }
        }
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        for folder in self.made.iter().rev() {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

#[test]
fn groups_below_its_own_name_nobody() {
    let var = var_with_stopped();
    let mut groups = Groups::new();
    let container = Container::start_with(Kind::Rootless, |_| {}, PHP);
    php_of(&container);
    let own = "a".repeat(64);
    let top = format!("fsr-{}", std::process::id());
    let group = format!("{top}/docker/{own}/docker/{}", stolen());
    groups.hold(&container, &group);
    let form = described(var.path(), &container);
    assert_eq!(form["id"], own, "{form}");
    assert_eq!(form["name"], serde_json::Value::Null, "{form}");
    let said = listed(var.path());
    assert!(
        said.contains("freescout-app 555555555555 (stopped)"),
        "{said}"
    );
    drop(container);
}
