//! Containers with copies of one helpdesk at one path are told apart, and a helpdesk whose container comes back under
//! another name is still the same.

use std::path::Path;
use std::process::Command;

use crate::container::{Container, Kind, told};
use crate::found::{PHP, StoppedDocker, json, on_host_with, php_of, write};
use crate::impostors::Groups;

/// Each container of these has PHP, and this name with Docker.
struct Host {
    var: tempfile::TempDir,
    groups: Groups,
    state: tempfile::TempDir,
}

/// Of no other test: they run side by side, and see each other's processes.
fn id(digit: &str) -> String {
    format!("c{digit}").repeat(32)
}

impl Host {
    fn new() -> Self {
        Self {
            var: tempfile::tempdir_in("/var/tmp").unwrap(),
            groups: Groups::new(),
            state: tempfile::tempdir().unwrap(),
        }
    }

    fn name(&mut self, container: &Container, digit: &str, name: &str) {
        php_of(container);
        let id = id(digit);
        self.groups.hold(container, &format!("docker-{id}.scope"));
        write(
            self.var.path(),
            &format!("lib/docker/containers/{id}/config.v2.json"),
            &format!(r#"{{"ID":"{id}","Name":"/{name}"}}"#),
        );
    }

    fn forget(&self, digit: &str) {
        let id = id(digit);
        let folder = format!("lib/docker/containers/{id}");
        std::fs::remove_dir_all(self.var.path().join(folder)).unwrap();
    }

    fn command(&self, name: &str, what: &[&str]) -> Command {
        let mut command = on_host_with(self.var.path());
        command.args(what).args(["--container", name]);
        command.arg("--state-dir").arg(self.state.path());
        command.arg("/www/html");
        command
    }

    fn run(&self, name: &str, what: &[&str], code: i32) -> String {
        told(&self.command(name, what).output().unwrap(), code)
    }

    fn recovery(&self, name: &str, of: &Container) -> Command {
        let old = of.old_server();
        let look_in = ["--look-in", old.to_str().unwrap()];
        self.command(
            name,
            &[&["recover", "--yes", "--no-test"], &look_in[..]].concat(),
        )
    }

    fn recover(&self, name: &str, of: &Container) -> String {
        told(&self.recovery(name, of).output().unwrap(), 2)
    }
}

fn copied(from: &Path, to: &Path) {
    let mut copy = Command::new("cp");
    let copy = copy.args(["-a", "-T"]).arg(from).arg(to);
    let done = copy.status().unwrap();
    assert!(done.success());
}

fn env(container: &Container) -> String {
    std::fs::read_to_string(container.path("/www/html/.env")).unwrap()
}

fn backup_of(said: &str) -> String {
    let words = said.split(|c: char| c.is_whitespace() || c == '"');
    let mut words = words.filter(|word| word.contains("/backups/freescout-rescue-"));
    let word = words.next().unwrap_or_else(|| panic!("{said}"));
    word.trim_end_matches(['.', ',', ':']).to_owned()
}

#[test]
fn a_recovery_in_one_container_is_never_taken_back_in_another() {
    let stage = Container::start_with(Kind::Rooted, |_| {}, PHP);
    let prod = Container::start_with(
        Kind::Rooted,
        |root| {
            std::fs::remove_dir_all(root.join("www/html")).unwrap();
            copied(&stage.path("/www/html"), &root.join("www/html"));
        },
        PHP,
    );
    let mut host = Host::new();
    host.name(&stage, "1", "stage");
    host.name(&prod, "2", "prod");
    let before = env(&stage);
    assert_eq!(env(&prod), before, "copies");
    host.recover("stage", &stage);
    let recovered = env(&stage);
    assert_ne!(recovered, before);
    // The very state that undo would find in its own: every file and row as the recovery left it.
    std::fs::remove_dir_all(prod.path("/www/html")).unwrap();
    copied(&stage.path("/www/html"), &prod.path("/www/html"));

    let said = host.run("prod", &["undo", "--yes"], 1);
    assert!(said.contains("There is no recovery to undo."), "{said}");
    assert!(!said.contains("/backups/freescout-rescue-"), "{said}");
    assert_eq!(env(&prod), recovered);
    let history = host.run("stage", &["history"], 0);
    let backup = backup_of(&history);
    let said = host.run("prod", &["restore", &backup, "--yes"], 1);
    for part in [
        "This backup belongs to another install.",
        "in the Docker container stage: /www/html",
        "in the Docker container prod: /www/html",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(env(&prod), recovered);
    host.run("stage", &["undo", "--yes"], 0);
    assert_eq!(env(&stage), before);
}

/// A container with this volume at `/www/html`; a new one gets the demo's helpdesk.
fn on_volume(volume: &Path) -> Container {
    let is_new = std::fs::read_dir(volume).unwrap().next().is_none();
    let prepare = |root: &Path| {
        if is_new {
            copied(&root.join("www/html"), volume);
        }
    };
    Container::start_on(Kind::Rooted, prepare, PHP, volume)
}

#[test]
fn a_run_that_was_cut_off_is_found_when_its_container_comes_back_under_another_name() {
    let [volume, fresh] = [0, 1].map(|_| tempfile::tempdir_in("/var/tmp").unwrap());
    let mut host = Host::new();
    let mut first = on_volume(volume.path());
    let env = || std::fs::read_to_string(volume.path().join(".env")).unwrap();
    let before = env();
    host.name(&first, "3", "fs-app-1");
    copied(volume.path(), fresh.path());
    let mut cut_off = host.recovery("fs-app-1", &first);
    let cut_off = cut_off.env("FREESCOUT_RESCUE_FAULT_AT", "RowsCommitted");
    assert!(!cut_off.output().unwrap().status.success());
    first.stop();
    host.forget("3");

    let mut renamed = on_volume(volume.path());
    host.name(&renamed, "4", "fs_app_1");
    // The first name has another volume now, a copy of before: nothing of the run is in it.
    let other = on_volume(fresh.path());
    host.name(&other, "5", "fs-app-1");
    let said = host.run("fs_app_1", &["check"], 2);
    assert!(said.contains("An unfinished recovery"), "{said}");
    let out = host.recovery("fs_app_1", &first).output().unwrap();
    let said = told(&out, 3);
    assert!(said.contains("resume --state-dir"), "{said}");
    assert!(said.contains("--container fs_app_1"), "{said}");

    for what in [&["resume", "--no-test"], &["undo", "--yes"]] {
        let said = host.run("fs-app-1", what, 1);
        assert!(said.contains("Nothing of the recovery is here."), "{said}");
    }
    let said = host.run("fs_app_1", &["resume", "--no-test"], 2);
    assert!(said.contains("FreeScout can read 30 of 32"), "{said}");
    let begun = "It was begun when the install was in the Docker container fs-app-1";
    assert!(said.contains(begun), "{said}");
    assert_ne!(env(), before);
    host.run("fs_app_1", &["undo", "--yes"], 0);
    assert_eq!(env(), before);
    // Nobody's passwords get into another volume unseen.
    let backup = backup_of(&host.run("fs_app_1", &["history"], 0));
    for (what, code) in [
        (&["restore", &backup, "--yes"][..], 1),
        (&["restore", &backup], 0),
    ] {
        let said = host.run("fs-app-1", what, code);
        assert!(
            said.contains("This backup was made of other data."),
            "{said}"
        );
        assert!(said.contains("--onto-other-data"), "{said}");
    }
    host.run(
        "fs-app-1",
        &["restore", &backup, "--yes", "--onto-other-data"],
        0,
    );

    // Once more, and the volume is gone: the other one has its name now.
    let mut cut_off = host.recovery("fs_app_1", &first);
    let cut_off = cut_off.env("FREESCOUT_RESCUE_FAULT_AT", "RowsCommitted");
    assert!(!cut_off.output().unwrap().status.success());
    renamed.stop();
    host.forget("4");
    host.forget("5");
    host.name(&other, "6", "fs_app_1");
    let said = host.run("fs_app_1", &["resume", "--no-test"], 1);
    assert!(said.contains("resume --give-up"), "{said}");
    host.run("fs_app_1", &["resume", "--give-up"], 0);
    host.recover("fs_app_1", &first);
}

/// A host with a stopped container and no process of others, where a copy of its helpdesk that nothing names any more is in a
/// home folder.
struct BesideCopy {
    docker: StoppedDocker,
    home: tempfile::TempDir,
}

impl BesideCopy {
    fn lay_out() -> Self {
        let mut container = Container::start(Kind::Rooted);
        container.stop();
        let home = tempfile::tempdir_in("/var/tmp").unwrap();
        let copied = Command::new("cp")
            .arg("-a")
            .args([container.path("/www/html"), home.path().join("old")])
            .output();
        told(&copied.unwrap(), 0);
        let docker = StoppedDocker::lay_out(&container);
        Self { docker, home }
    }

    fn command(&self, home: &Path, what: &[&str]) -> Command {
        let inner = self.docker.command(what);
        let mut command = Command::new("unshare");
        command.args(["--pid", "--fork", "--kill-child", "--mount-proc"]);
        // Of this machine, only what the program itself lies in.
        command.args(["sh", "-c"]).arg(
            "for folder in /root /home /srv /opt /data /www /var/www; do \
             case $0 in $folder/*) ;; *) ! test -d $folder || mount -t tmpfs none $folder;; esac; done && \
             exec \"$@\"",
        );
        command.arg(env!("CARGO_BIN_EXE_freescout-rescue"));
        command.arg(inner.get_program()).args(inner.get_args());
        command.env("HOME", home).current_dir("/");
        command.stdin(std::process::Stdio::null());
        command
    }
}

#[test]
fn a_copy_that_nothing_names_is_not_taken_where_the_helpdesk_of_a_stopped_one_is() {
    let host = BesideCopy::lay_out();
    for what in [&["check"][..], &["recover", "--yes", "--no-test"]] {
        let out = host.command(host.home.path(), what).output().unwrap();
        let said = told(&out, 3);
        let copy = host.home.path().join("old").display().to_string();
        for place in [&*copy, "in the Docker container freescout-app: /www/html"] {
            assert!(said.contains(place), "{what:?}: {said}");
        }
    }
}

#[test]
fn a_stopped_one_that_cannot_be_looked_into_is_named() {
    let host = BesideCopy::lay_out();
    host.docker.hide_layers();
    let container = "Docker container freescout-app (docker start freescout-app)";
    let empty = tempfile::tempdir().unwrap();
    let out = host.command(empty.path(), &["check"]).output().unwrap();
    let said = told(&out, 3);
    assert!(said.contains("No FreeScout install was found"), "{said}");
    assert!(said.contains(container), "{said}");
    // A copy beside it is looked at, and that it may be no more than that is said.
    let copy = host.home.path().join("old");
    std::fs::remove_file(copy.join("bootstrap/cache/config.php")).unwrap();
    let env = std::fs::read_to_string(copy.join(".env")).unwrap();
    let env = env.replace("/www/html", &copy.to_string_lossy());
    std::fs::write(copy.join(".env"), env).unwrap();
    let form = json(&mut host.command(host.home.path(), &["check", "--json"]), 2);
    let mut findings = form["findings"].as_array().unwrap().iter();
    let unseen = findings.find(|one| one["code"] == "containers_unseen");
    let message = unseen.unwrap()["message"].as_str().unwrap();
    assert!(message.contains(container), "{message}");
    // Named, it is what is meant.
    let mut named = host.command(host.home.path(), &["check"]);
    let said = told(&named.arg(&copy).output().unwrap(), 2);
    assert!(!said.contains(container), "{said}");
}
