//! Containers of the same name are told apart, on the screen, in commands and in the journal; those of pods by their pods,
//! those within others by those.

use std::path::Path;
use std::process::Command;

use crate::container::{Container, Kind, told};
use crate::found::{PHP, json, on_host_with, php_of, write};
use crate::impostors::Groups;

fn rescue(var: &Path, container: &Container, what: &[&str]) -> Command {
    let mut command = on_host_with(var);
    command.args(what).arg("--state-dir").arg(container.state());
    command
}

#[test]
fn of_one_name_under_two_runtimes_each_has_its_own_state() {
    let (docker, podman) = ("1".repeat(64), "2".repeat(64));
    let both = [0, 1].map(|_| Container::start_with(Kind::Rooted, |_| {}, PHP));
    let mut groups = Groups::new();
    for (container, group) in both.iter().zip([
        format!("docker-{docker}.scope"),
        format!("libpod-{podman}.scope"),
    ]) {
        php_of(container);
        groups.hold(container, &group);
    }
    let var = tempfile::tempdir_in("/var/tmp").unwrap();
    write(
        var.path(),
        &format!("lib/docker/containers/{docker}/config.v2.json"),
        &format!(r#"{{"ID":"{docker}","Name":"/helpdesk"}}"#),
    );
    write(
        var.path(),
        "lib/containers/storage/overlay-containers/containers.json",
        &format!(
            r#"[{{"id":"{podman}","names":["helpdesk"],"layer":"{docker}","metadata":"{{}}"}}]"#
        ),
    );
    let state = &both[0];
    let run = |what: &[&str], code| {
        let out = rescue(var.path(), state, what).output().unwrap();
        told(&out, code)
    };
    let said = run(&["check"], 3);
    for line in [
        "in the Docker container helpdesk: /www/html",
        "in the Podman container helpdesk: /www/html",
    ] {
        assert!(said.contains(line), "{said}");
    }
    let form = json(&mut rescue(var.path(), state, &["check", "--json"]), 3);
    let message = form["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("in the Docker container helpdesk: /www/html"),
        "{message}"
    );
    assert!(
        message.contains("in the Podman container helpdesk: /www/html"),
        "{message}"
    );
    // Others may run on this host meanwhile.
    let installs = form["error"]["installs"].as_array().unwrap();
    let option = |one: &serde_json::Value| one["container"]["option"].as_str().unwrap().to_owned();
    let options: Vec<String> = installs.iter().map(option).collect();
    let next = form["error"]["next"].as_str().unwrap();
    let typed = |option: &String| next.ends_with(&format!("--container {option} /www/html"));
    assert!(
        options.iter().any(typed),
        "it can be typed as it stands: {next}"
    );
    for option in ["docker:helpdesk", "podman:helpdesk"] {
        assert!(options.iter().any(|one| one == option), "{options:?}");
    }

    let said = run(&["check", "--container", "helpdesk"], 3);
    assert!(
        said.contains("helpdesk could mean several containers"),
        "{said}"
    );
    for option in ["docker:helpdesk", "podman:helpdesk"] {
        assert!(said.contains(option), "{said}");
    }
    let old = both[0].old_server();
    let look_in = ["--look-in", old.to_str().unwrap()];
    let recover = [
        "recover",
        "--yes",
        "--no-test",
        "--container",
        "docker:helpdesk",
    ];
    run(&[&recover[..], &look_in, &["/www/html"]].concat(), 2);
    let history = |name: &str| run(&["history", "--container", name, "/www/html"], 0);
    assert!(history("docker:helpdesk").contains("recovery, restore: done"));
    let other = history("podman:helpdesk");
    assert!(!other.contains("recovery"), "{other}");
    // On the host, and of all: the one that it was made in is named.
    let said = run(&["history", "--all"], 0);
    let place = "in the Docker container helpdesk: /www/html";
    assert!(said.contains(place), "{said}");
    let undo = [
        "undo",
        "--yes",
        "--container",
        "podman:helpdesk",
        "/www/html",
    ];
    run(&undo, 1);
    let undo = [
        "undo",
        "--yes",
        "--container",
        "docker:helpdesk",
        "/www/html",
    ];
    run(&undo, 0);
    drop(both);
}

#[test]
fn the_history_of_the_host_ends_an_unfinished_run_in_its_container() {
    let id = "6".repeat(64);
    let container = Container::start_with(Kind::Rooted, |_| {}, PHP);
    php_of(&container);
    let mut groups = Groups::new();
    groups.hold(&container, &format!("docker-{id}.scope"));
    let var = tempfile::tempdir_in("/var/tmp").unwrap();
    write(
        var.path(),
        &format!("lib/docker/containers/{id}/config.v2.json"),
        &format!(r#"{{"ID":"{id}","Name":"/helpdesk"}}"#),
    );
    let old = container.old_server();
    let recover = [
        "recover",
        "--yes",
        "--no-test",
        "--container",
        "helpdesk",
        "--look-in",
        old.to_str().unwrap(),
    ];
    let cut_off = rescue(var.path(), &container, &recover)
        .env("FREESCOUT_RESCUE_FAULT_AT", "RowsCommitted")
        .output()
        .unwrap();
    assert!(!cut_off.status.success());
    let history = ["history", "--all"];
    let out = rescue(var.path(), &container, &history).output().unwrap();
    let said = told(&out, 0);
    let state = container.state();
    let state = state.to_str().unwrap();
    let command = |what: &str| {
        format!("freescout-rescue {what} --state-dir {state} --container docker:helpdesk /www/html")
    };
    for what in ["resume", "undo --yes"] {
        assert!(said.contains(&command(what)), "{said}");
    }
    let form = json(
        &mut rescue(var.path(), &container, &["history", "--all", "--json"]),
        0,
    );
    assert_eq!(form["runs"][0]["container"], "docker:helpdesk", "{form}");
    // It does what it says.
    let line = said.lines().find(|line| line.contains(" undo --yes "));
    let (_, words) = line.unwrap().split_once("freescout-rescue ").unwrap();
    let words: Vec<&str> = words.split_whitespace().collect();
    let out = on_host_with(var.path()).args(words).output().unwrap();
    told(&out, 0);
    drop(container);
}

#[test]
fn one_of_a_pod_is_named_by_the_kubelet() {
    let container = Container::start_with(
        Kind::Rooted,
        |root| {
            std::fs::write(root.join("etc/hostname"), "something-else\n").unwrap();
        },
        PHP,
    );
    let process = php_of(&container).to_string();
    let id = "3".repeat(64);
    let mut groups = Groups::new();
    groups.hold(
        &container,
        &format!("kubepods.slice/kubepods-pod1_2.slice/cri-containerd-{id}.scope"),
    );
    let var = tempfile::tempdir_in("/var/tmp").unwrap();
    let named = |name: &str| {
        let what = ["check", "--json", "--container", name];
        json(&mut rescue(var.path(), &container, &what), 2)["install"]["container"].clone()
    };
    let form = named(&process);
    assert_eq!(form["runtime"], "kubernetes", "{form}");
    assert_eq!(form["name"], serde_json::Value::Null, "{form}");
    write(
        var.path(),
        &format!("log/containers/freescout-0_help_app-{id}.log"),
        "",
    );
    for name in [&process, "freescout-0", "freescout-0/app", &id[..12]] {
        let form = named(name);
        assert_eq!(form["name"], "freescout-0/app", "{form}");
        assert_eq!(form["namespace"], "help", "{form}");
    }
    let by_name = ["check", "--container", "freescout-0"];
    let out = rescue(var.path(), &container, &by_name).output().unwrap();
    let said = told(&out, 2);
    let head =
        format!("in the Kubernetes pod freescout-0/app in namespace help (process {process})");
    assert!(said.contains(&head), "{said}");
    drop(container);
}

/// A container in it, with the same PHP.
const INNER: &str = "mkdir -p /srv/inner/usr /srv/inner/proc /srv/inner/dev; \
    cp -a /etc /www /bin /sbin /lib /lib64 /srv/inner; \
    unshare --mount --pid --fork --kill-child sh -c '\
    mount --bind /usr /srv/inner/usr; mount --bind /dev /srv/inner/dev; mount -t proc proc /srv/inner/proc; \
    exec chroot /srv/inner sh -c \"cd /www/html; exec setpriv --reuid 80 --regid 82 --clear-groups \
    php8.2 -n -r \\\"sleep(600);\\\"\"' >&- 2>&- <&- & ";

#[test]
fn one_within_another_is_told_by_that() {
    let container = Container::start_with(Kind::Rooted, |_| {}, &format!("{INNER} {PHP}"));
    let outer = php_of(&container);
    let inner = inner_php(&container);
    let id = "4".repeat(64);
    let mut groups = Groups::new();
    groups.hold(&container, &format!("docker-{id}.scope"));
    groups.hold_process(
        inner,
        &format!("docker-{id}.scope/docker/{}", "5".repeat(64)),
    );
    let var = tempfile::tempdir_in("/var/tmp").unwrap();
    let described = |name: &str| {
        let what = ["check", "--json", "--container", name, "/www/html"];
        json(&mut rescue(var.path(), &container, &what), 2)["install"]["container"].clone()
    };
    let form = described(&outer.to_string());
    assert_eq!(form["id"], id, "{form}");
    let form = described(&inner.to_string());
    assert_eq!(form["id"], serde_json::Value::Null, "{form}");
    assert_eq!(form["within"], &id[..12], "{form}");
    let out = rescue(var.path(), &container, &["check"]).output().unwrap();
    let said = told(&out, 3);
    let head = format!(
        "in the container of process {inner} in the Docker container {}: /www/html",
        &id[..12]
    );
    assert!(said.contains(&head), "{said}");
    drop(container);
}

fn inner_php(container: &Container) -> i32 {
    let ino = |pid: i32| {
        let meta = std::fs::metadata(format!("/proc/{pid}/root"));
        meta.map(|m| std::os::unix::fs::MetadataExt::ino(&m)).ok()
    };
    let inner = std::fs::metadata(container.path("/srv/inner"));
    for _ in 0..1200 {
        let inner = inner.as_ref().map(std::os::unix::fs::MetadataExt::ino).ok();
        let mut all = procfs::process::all_processes().unwrap().flatten();
        let found = all.find(|process| {
            let is_php = process
                .cmdline()
                .is_ok_and(|words| words.first().is_some_and(|w| w == "php8.2"));
            is_php && ino(process.pid()) == inner
        });
        if let Some(process) = found {
            return process.pid();
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    panic!("no PHP in the inner container");
}
