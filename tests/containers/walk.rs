//! Found, checked, recovered, undone: from the host, with state and backup on the host.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::container::{Container, Kind, NGINX};

/// Every file below a folder with what is in it, whose it is, and its mode.
fn everything(folder: &Path) -> Vec<String> {
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
    assert!(
        said.contains(archive.to_str().unwrap()),
        "as it is on the host: {said}"
    );
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
