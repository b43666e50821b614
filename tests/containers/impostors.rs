//! Containers that say they are another one: by what they mount, by groups of their own making, by names they give
//! themselves. What is theirs to write names nobody.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

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
pub struct Groups {
    /// The folder of the hierarchy.
    top: PathBuf,
    made: Vec<PathBuf>,
    number: u32,
}

/// Tests run side by side.
static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Groups {
    pub fn new() -> Self {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        let unified = mounts.lines().find(|line| line.contains(" - cgroup2 "));
        let unified = unified.expect("no unified control groups here");
        let top = PathBuf::from(unified.split(' ').nth(4).unwrap());
        Self {
            top,
            made: Vec::new(),
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Puts every process of a container into this group, below one that is the test's own.
    pub fn hold(&mut self, container: &Container, group: &str) {
        let folder = self.make(group);
        let space = |pid: i32| std::fs::read_link(format!("/proc/{pid}/ns/mnt")).ok();
        let held = space(container.process.cast_signed());
        for process in procfs::process::all_processes().unwrap().flatten() {
            if space(process.pid()) == held {
                std::fs::write(folder.join("cgroup.procs"), process.pid().to_string()).unwrap();
            }
        }
    }

    /// Puts one process into this group.
    pub fn hold_process(&mut self, process: i32, group: &str) {
        let folder = self.make(group);
        std::fs::write(folder.join("cgroup.procs"), process.to_string()).unwrap();
    }

    fn make(&mut self, group: &str) -> PathBuf {
        let mut folder = self.top.clone();
        let own = format!("fsr-{}-{}", std::process::id(), self.number);
        for part in [own.as_str()].into_iter().chain(group.split('/')) {
            folder.push(part);
            if !folder.exists() {
                std::fs::create_dir(&folder).expect("a control group can be made");
                self.made.push(folder.clone());
            }
        }
        folder
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
    groups.hold(&container, &format!("docker/{own}/docker/{}", stolen()));
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

#[test]
fn nor_do_groups_that_others_than_root_can_make() {
    let var = var_with_stopped();
    let id = stolen();
    let container = Container::start_with(Kind::Rootless, |_| {}, PHP);
    php_of(&container);
    // An account that was given a group; the same by its name alone; a service that was.
    let mut groups = Groups::new();
    let delegated = groups.make("delegated");
    chown(&delegated, Some(4711), None).unwrap();
    for group in [
        format!("delegated/docker-{id}.scope"),
        format!("portal.service/docker-{id}.scope"),
        "portal.service/lxc.payload.freescout-app".to_owned(),
    ] {
        groups.hold(&container, &group);
        assert_nobody(var.path(), &container);
    }
    // Root's own word, to see that it is this which tells.
    groups.hold(&container, &format!("docker-{id}.scope"));
    let form = described(var.path(), &container);
    assert_eq!(form["name"], "freescout-app", "{form}");
    drop(container);
}

#[test]
fn a_runtimes_own_files_name_the_container_whose_process_it_wrote_down() {
    let id = "b".repeat(64);
    let source = format!("/srv/containers/{id}/hostname");
    let script = format!(
        "mkdir -p {}; echo x >{source}; echo x >/srv/other; : >/etc/hostname; \
         mount --bind {source} /etc/hostname; {PHP}",
        source.strip_suffix("/hostname").unwrap()
    );
    let container = Container::start_with(Kind::Rooted, |_| {}, &script);
    let first = container.process;
    let elsewhere = std::process::id();
    for (file, running, process, told) in [
        (source.as_str(), true, first, true),
        ("/srv/other", true, first, false),
        (source.as_str(), true, elsewhere, false),
        (source.as_str(), false, first, false),
    ] {
        let var = tempfile::tempdir_in("/var/tmp").unwrap();
        let config = serde_json::json!({
            "ID": id, "Name": "/helpdesk", "State": {"Running": running, "Pid": process},
            "HostnamePath": container.path(file),
        });
        write(
            var.path(),
            &format!("lib/docker/containers/{id}/config.v2.json"),
            &config.to_string(),
        );
        let form = described(var.path(), &container);
        let name = if told { Some("helpdesk") } else { None };
        assert_eq!(
            form["name"].as_str(),
            name,
            "{file} {running} {process}: {form}"
        );
    }
}
