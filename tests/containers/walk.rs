//! Found, checked, recovered, undone: from the host, with state and backup on the host.

use std::os::unix::fs::{MetadataExt, chown, symlink};
use std::path::Path;

use freescout_rescue::words::args;
use freescout_rescue::words::language::CHINESE;

use crate::container::{Container, FIRST, Kind, NGINX, old_env, told};

/// Every file below a folder with what is in it, whose it is, and its mode.
pub fn everything(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = std::fs::symlink_metadata(&path).unwrap();
        let is_database = path.ends_with("database.sqlite");
        let bytes = match meta.is_file() && !is_database {
            true => std::fs::read(&path).unwrap(),
            false => Vec::new(),
        };
        let (uid, gid, mode) = (meta.uid(), meta.gid(), meta.mode());
        found.push(format!("{} {uid}:{gid} {mode:o} {bytes:?}", path.display()));
        if meta.is_dir() {
            found.extend(everything(&path));
        }
    }
    found.sort();
    found
}

/// Without what the cached restart mark of the workers makes.
fn of_install(container: &Container) -> Vec<String> {
    let mut all = everything(&container.path("/www/html"));
    all.retain(|line| !line.contains("framework/cache/data"));
    all
}

fn walked(kind: Kind) {
    let container = Container::start(kind);
    let before = everything(&container.root());
    let said = container.run(&["check"], 2);
    assert!(
        said.contains("Web user: nginx (owns storage/)"),
        "by the container's own names: {said}"
    );
    let command = format!("--container {} /www/html", container.process);
    assert!(said.contains(&command), "{said}");
    // The work within speaks as the process does that was started here.
    let w = CHINESE.table;
    let user = (w.check_web_user)(&args::check_web_user { user: &"nginx" });
    let user = user.split("nginx").next().unwrap();
    let mut in_chinese = container.command(&["check"]);
    in_chinese.env("LANG", "zh_CN.UTF-8").env_remove("LC_ALL");
    for said in [
        container.run(&["check", "--lang", "zh-CN"], 2),
        told(&in_chinese.env_remove("TERM").output().unwrap(), 2),
    ] {
        assert!(said.contains(user) && !said.contains("Web user"), "{said}");
    }
    assert!(!container.state().exists(), "a check leaves nothing behind");
    assert_eq!(
        everything(&container.root()),
        before,
        "nor in the container"
    );

    let unchanged = of_install(&container);
    let old = container.old_server();
    let look = ["--look-in", old.to_str().unwrap()];
    let said = container.run(&["find-key", look[0], look[1]], 2);
    let archive = old.join("root/backups");
    let archive = archive.to_str().unwrap();
    assert!(said.contains(archive), "as it is on the host: {said}");
    let next = format!("recover --look-in {archive}/");
    assert!(said.contains(&next), "to be typed there: {said}");
    let json = container.run(&["find-key", "--json", look[0], look[1]], 2);
    let json: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    let keys = json["keys"].as_array().unwrap().iter();
    let sources = keys.flat_map(|key| key["sources"].as_array().unwrap());
    let paths: Vec<&str> = sources.filter_map(|one| one["path"].as_str()).collect();
    assert!(
        paths.iter().any(|path| path.starts_with(archive)),
        "{paths:?}"
    );
    let next = json["next"].as_str().unwrap();
    assert!(next.contains(archive) && !next.contains("//"), "{next}");
    let recover = ["recover", "--yes", "--no-test", look[0], look[1]];
    let said = container.run(&recover, 2);
    assert!(said.contains("FreeScout can read 30 of 32"), "{said}");
    assert!(container.state().join("journal.sqlite").is_file());
    let env = std::fs::metadata(container.path("/www/html/.env")).unwrap();
    let web_user = (container.on_host(NGINX.0), container.on_host(NGINX.1));
    assert_eq!((env.uid(), env.gid()), web_user);
    let only_install = everything(&container.root());
    let changed = only_install.iter().filter(|line| !before.contains(line));
    let elsewhere: Vec<_> = changed
        .filter(|line| !line.contains("/www/html/"))
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");

    let said = container.run(&["history"], 0);
    assert!(said.contains("recovery, restore: done"), "{said}");
    container.run(&["undo", "--yes"], 0);
    assert_eq!(of_install(&container), unchanged);
    container.run(&["check"], 2);
}

#[test]
fn an_install_is_checked_recovered_and_undone_from_the_host() {
    walked(Kind::Rooted);
}

#[test]
fn so_is_one_whose_users_are_the_containers_own() {
    walked(Kind::Rootless);
}

#[test]
fn so_is_one_on_a_file_system_that_knows_the_containers_users_alone() {
    // As the layers of a rootless container are: mounted within it.
    let mount = "mount -t tmpfs -o mode=755 tmpfs /srv; cp -a /www/html /srv; \
                 mount --bind /srv/html /www/html";
    let container = Container::start_with(Kind::Rootless, |_| {}, mount);
    let inside = format!("/proc/{}/root/www/html", container.process);
    let inside = Path::new(&inside);
    let files = || {
        let mut all = everything(inside);
        all.retain(|line| !line.contains("framework/cache/data"));
        all
    };
    let before = files();
    let said = container.recover();
    assert!(said.contains("FreeScout can read 30 of 32"), "{said}");
    let owner = std::fs::metadata(inside.join(".env")).unwrap().uid();
    assert_eq!(owner, container.on_host(NGINX.0));
    assert!(!inside.join("bootstrap/cache/config.php").exists());
    let mark = everything(&inside.join("storage/framework/cache/data"));
    assert_eq!(mark.len(), 3, "workers were told: {mark:?}");
    container.run(&["undo", "--yes"], 0);
    assert_eq!(files(), before);
}

#[test]
fn a_folder_for_short_lived_files_that_is_not_there_hinders_nothing() {
    let container = Container::start(Kind::Rooted);
    for folder in ["/not/there", "/dev/null", "/dev/shm"] {
        let mut backup = container.command(&["backup", "--full-dump"]);
        let out = backup.env("TMPDIR", folder).output().unwrap();
        told(&out, 0);
    }
}

/// What FreeScout's own command is while it works: it has the old key in its memory, and nobody else has it any more.
pub const WORKER: &str =
    "<?php\n$key = trim(file_get_contents('/srv/key'));\nunlink('/srv/key');\nsleep(600);\n";

/// Puts the demo's old key where such a worker takes it from.
pub fn keep_old_key(root: &Path) {
    let env = old_env(&root.join("www/old-server"));
    let key = env.lines().find_map(|line| line.strip_prefix("APP_KEY="));
    std::fs::write(root.join("srv/key"), key.unwrap()).unwrap();
}

/// A container with a worker that alone has the old key.
pub fn with_worker(kind: Kind) -> Container {
    let container = Container::start_with(
        kind,
        |root| {
            keep_old_key(root);
            std::fs::write(root.join("www/html/artisan"), WORKER).unwrap();
            let first = if kind == Kind::Rootless { FIRST } else { 0 };
            chown(root.join("srv"), Some(first + NGINX.0), None).unwrap();
        },
        "cd /www/html; setpriv --reuid 80 --regid 82 --clear-groups php artisan queue:work & cd /",
    );
    while container.path("/srv/key").exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    container
}

#[test]
fn the_key_in_the_memory_of_a_worker_of_the_container_is_found() {
    let container = with_worker(Kind::Rootless);
    let said = container.run(&["check"], 2);
    assert!(said.contains("decrypts 22 of 32"), "{said}");
    assert!(said.contains("/mem\n"), "{said}");
}

#[test]
fn our_folders_stand_at_their_paths_whatever_the_container_has_there() {
    // A link on the way, a folder of the same name that is not ours, and a file in place of a folder.
    for kind in ["link", "same", "file"] {
        let container = Container::start_with(
            Kind::Rooted,
            |root| {
                let state = root.parent().unwrap().join("state");
                let parts: Vec<_> = state.iter().skip(1).collect();
                let first = root.join(parts[0]);
                let _ = std::fs::remove_dir_all(&first);
                match kind {
                    "link" => {
                        std::fs::create_dir_all(root.join("srv/elsewhere/theirs")).unwrap();
                        symlink("/srv/elsewhere", first).unwrap();
                    }
                    "same" => {
                        let same = parts
                            .iter()
                            .fold(root.to_owned(), |path, part| path.join(part));
                        std::fs::create_dir_all(&same).unwrap();
                        std::fs::write(same.join("journal.sqlite"), "not ours").unwrap();
                    }
                    _ => std::fs::write(first, "a file").unwrap(),
                }
            },
            "",
        );
        let before = everything(&container.root());
        container.run(&["backup"], 0);
        assert!(container.state().join("backups").is_dir(), "{kind}");
        assert!(container.state().join("journal.sqlite").is_file(), "{kind}");
        assert_eq!(everything(&container.root()), before, "{kind}");
    }
}

#[test]
fn a_name_that_nothing_in_the_container_can_look_up_is_not_called_unknown() {
    let container = Container::start_with(
        Kind::Rooted,
        // Debian's `php`.
        |root| std::fs::remove_file(root.join("etc/alternatives/php")).unwrap(),
        "mount --bind /dev/null /usr/bin/getent",
    );
    let said = container.run(&["test"], 2);
    let why = "not tried: nothing in the container can resolve names";
    assert!(said.contains(why), "{said}");
    assert!(!said.contains("no such host"), "{said}");
    let out = container.command(&["test", "--json"]).output().unwrap();
    let form: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let results = form["results"].as_array().unwrap();
    let untold = results.iter().find(|one| one["code"] == "no_resolver");
    let untold = untold.unwrap_or_else(|| panic!("{form}"));
    assert_eq!(untold["verdict"], "skipped", "{untold}");
    assert_eq!(untold["rung"], serde_json::Value::Null, "{untold}");
}
