//! What the next start of a container undoes, and what cannot be written in it: said before anything is changed.

use std::path::Path;
use std::process::Command;

use crate::container::{Container, Kind, NGINX, give, told};
use crate::found::{on_host_with, write};
use crate::impostors::Groups;

/// A container of Docker's, as its files say, with its compose file; this script runs in it at its start. The runtime is
/// told by what is mounted there: the files that it puts into its containers lie in a folder of the container's id.
struct Composed {
    container: Container,
    id: String,
    /// Goes after the container, when no process is left in it.
    _groups: Groups,
    var: tempfile::TempDir,
}

impl Composed {
    /// `digit` makes the id: tests run side by side.
    fn start(digit: char, environment: &str, prepare: impl FnOnce(&Path), script: &str) -> Self {
        let id = digit.to_string().repeat(64);
        let var = tempfile::tempdir_in("/var/tmp").unwrap();
        let compose = var.path().join("lib/compose/compose.yml");
        let config = serde_json::json!({
            "ID": id, "Name": format!("/helpdesk-{digit}"), "Driver": "overlay2",
            "Config": {"Labels": {
                "com.docker.compose.service": "app",
                "com.docker.compose.project.working_dir": compose.parent(),
                "com.docker.compose.project.config_files": &compose,
            }},
        });
        let config = config.to_string();
        let at = format!("lib/docker/containers/{id}/config.v2.json");
        write(var.path(), &at, &config);
        let text = format!("services:\n  app:\n    image: a\n{environment}");
        write(var.path(), "lib/compose/compose.yml", &text);
        let container = Container::start_with(Kind::Rooted, prepare, script);
        let mut groups = Groups::new();
        groups.hold(&container, &format!("docker/{id}"));
        Self {
            container,
            id,
            _groups: groups,
            var,
        }
    }

    fn command(&self, what: &[&str]) -> Command {
        let mut command = on_host_with(self.var.path());
        command.args(what).args(["--container", &self.id]);
        command.arg("--state-dir").arg(self.container.state());
        command.arg("--look-in").arg(self.container.old_server());
        command
    }

    fn said(&self, what: &[&str], code: i32) -> String {
        told(&self.command(what).arg("/www/html").output().unwrap(), code)
    }
}

#[test]
fn a_key_in_the_containers_own_layer_is_said_to_go_and_how_it_is_kept() {
    let composed = Composed::start('7', "", |_| {}, "");
    let goes = "It is in the container's own layer: a restart keeps it";
    let compose = composed.var.path().join("lib/compose/compose.yml");
    let keep = format!("To keep it, change {}:", compose.display());
    let said = composed.said(&["check"], 2);
    assert!(
        said.contains("APP_KEY is read from /www/html/.env."),
        "{said}"
    );
    assert!(said.contains(goes) && said.contains(&keep), "{said}");
    let said = composed.said(&["recover"], 0);
    let by_hand = "to do by hand: /www/html/.env, where the key of this plan is written, goes";
    assert!(said.contains(by_hand), "{said}");
    let set = format!("or set the key in {},", compose.display());
    assert!(said.contains(&set), "{said}");
    // Nothing of it stands in the way of the recovery, and it is said afterwards too.
    composed.said(&["recover", "--yes", "--no-test"], 2);
    let said = composed.said(&["check"], 2);
    assert!(said.contains(goes), "{said}");
    composed.said(&["undo", "--yes"], 0);
}

#[test]
fn a_key_that_lies_in_a_volume_or_is_set_where_the_container_is_defined_does_not_go() {
    let goes = "is in the container's own layer";
    let in_volume = Composed::start(
        '8',
        "",
        |root| {
            std::fs::create_dir(root.join("data")).unwrap();
            std::fs::rename(root.join("www/html/.env"), root.join("data/config")).unwrap();
            std::os::unix::fs::symlink("/data/config", root.join("www/html/.env")).unwrap();
            give(&root.join("data"), NGINX.0, NGINX.1);
        },
        "mount --bind /data /data",
    );
    let said = in_volume.said(&["check"], 2);
    assert!(!said.contains(goes), "{said}");
    let differs = "    environment:\n      FREESCOUT_APP_KEY: base64:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    // The image sets it for every database; that of this install is a file.
    let differs = format!("{differs}      DB_HOST: db\n      DB_PASSWORD: secret\n");
    let defined = Composed::start('9', &differs, |_| {}, "");
    let said = defined.said(&["check"], 2);
    assert!(!said.contains("sets DB_"), "{said}");
    assert!(!said.contains(goes), "{said}");
    let line = defined.var.path().join("lib/compose/compose.yml");
    let line = format!("{}, line 5", line.display());
    assert!(said.contains(&line), "{said}");
    assert!(
        said.contains("the next time the container starts"),
        "{said}"
    );
}

#[test]
fn an_env_that_is_mounted_read_only_is_named_by_its_place_on_the_host_before_anything_is_changed() {
    // A blank stands as three digits where mounts are told.
    let script = "cp -p /www/html/.env '/srv/env of'; mount --bind '/srv/env of' /www/html/.env; \
        mount -o remount,bind,ro /www/html/.env";
    let composed = Composed::start('a', "", |_| {}, script);
    let before = std::fs::read(composed.container.path("/srv/env of")).unwrap();
    let source = composed.container.path("/srv/env of");
    for what in [&["recover"][..], &["recover", "--yes", "--no-test"]] {
        let said = composed.said(what, 1);
        let told = format!("on the host it is {}, mounted with `:ro`", source.display());
        assert!(said.contains(&told), "{said}");
        assert!(said.contains("Nothing was changed"), "{said}");
        assert!(said.contains("recover --strategy carry"), "{said}");
    }
    assert!(!composed.container.state().join("backups").exists());
    assert_eq!(std::fs::read(&source).unwrap(), before);
}

#[test]
fn a_root_file_system_that_is_read_only_is_no_disk_that_fails() {
    let script = "for folder in database storage; do mount --bind /www/html/$folder /www/html/$folder; done; \
        mount -o remount,bind,ro /";
    let composed = Composed::start('b', "", |_| {}, script);
    let said = composed.said(&["recover"], 1);
    assert!(
        said.contains("/www/html/.env is in the container's root file system, which is read-only"),
        "{said}"
    );
    assert!(!said.contains("dmesg"), "{said}");
}

/// The key that is current is what the container was started with: nothing differs, until a plan ends with another one.
#[test]
fn a_start_that_would_bring_back_the_replaced_key_is_told_with_the_plan() {
    let key = std::cell::RefCell::new(String::new());
    let taken = |root: &Path| {
        let env = std::fs::read_to_string(root.join("www/html/.env")).unwrap();
        let value = env.lines().find_map(|line| line.strip_prefix("APP_KEY="));
        *key.borrow_mut() = value.unwrap().to_owned();
    };
    let composed = Composed::start('c', "", taken, "");
    let compose = composed.var.path().join("lib/compose/compose.yml");
    let key = key.into_inner();
    let defined = |environment: &str, more: &str| {
        let text = format!("services:\n  app:\n    environment:\n      {environment}\n{more}");
        std::fs::write(&compose, text).unwrap();
        composed.said(&["recover"], 0)
    };
    let said = defined(&format!("FREESCOUT_APP_KEY: {key}"), "");
    let by_hand = |place: &str| format!("to do by hand: {place}");
    let line = by_hand(&format!("{}, line 4, sets", compose.display()));
    assert!(said.contains(&line), "{said}");
    write(composed.var.path(), "lib/compose/key.txt", &key);
    // The container finds it under another name than the project.
    let given = "FREESCOUT_APP_KEY_FILE: /run/secrets/app_key\n    secrets: [{source: fs, target: app_key}]";
    let secrets = "secrets:\n  fs: {file: ./key.txt}\n  app_key: {file: ./other.txt}\n";
    let said = defined(given, secrets);
    let file = compose.with_file_name("key.txt");
    let line = by_hand(&format!("{}, line 1, is the secret with K", file.display()));
    assert!(said.contains(&line), "{said}");
    // It is no fault as it stands, and one once the plan is carried out.
    let found = "writes this key into .env, over what is there";
    let said = composed.said(&["check"], 2);
    assert!(!said.contains(found), "{said}");
    composed.said(&["recover", "--yes", "--no-test"], 2);
    let said = composed.said(&["check"], 2);
    assert!(
        said.contains(found) && said.contains(&*file.to_string_lossy()),
        "{said}"
    );
    // What will be in the file is not known: the line that names it is told, and no key that it would hold.
    for (secret, unread) in [
        ("{external: true}", None),
        ("{file: ./gone.txt}", Some("gone.txt, from which")),
    ] {
        let given = "FREESCOUT_APP_KEY_FILE: /var/run/secrets/fs\n    secrets: [fs]";
        let text = format!(
            "services:\n  app:\n    environment:\n      {given}\nsecrets:\n  fs: {secret}\n"
        );
        std::fs::write(&compose, text).unwrap();
        let said = composed.said(&["check"], 2);
        let untold = format!(
            "{}, line 4, has FREESCOUT_APP_KEY_FILE name a file",
            compose.display()
        );
        assert!(said.contains(&untold), "{secret}: {said}");
        assert!(!said.contains(found), "{secret}: {said}");
        assert!(!said.contains("own layer"), "{secret}: {said}");
        assert!(unread.is_none_or(|told| said.contains(told)), "{said}");
    }
}
