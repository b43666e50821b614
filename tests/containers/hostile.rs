//! Containers that want to get at the host: by links, by their programs, by what they put in place of system files.

use std::os::unix::fs::{lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::container::{Container, Kind, NGINX, give, mode, program, told};
use crate::walk::everything;

/// What FreeScout's own command does here: it writes down what it could do, where the web user may write.
const SPY: &str = r#"#!/bin/sh
exec 2>&1
{
    id -u; id -g; id -G
    grep -E '^(Cap|NoNewPrivs|Groups)' /proc/self/status
    ls -l /proc/self/fd
    for space in mnt net pid user uts ipc cgroup; do readlink /proc/self/ns/$space; done
    pwd
    ls / /proc/1/root/
    for host in HOST_STATE HOST_SECRET; do
        cat "$host" && echo "READ $host"
        echo spied >"$host/spied" && echo "WROTE $host"
    done
    echo x >/usr/spied && echo "WROTE /usr"
    mount -t tmpfs none /tmp && echo MOUNTED
    chroot / /bin/true && echo CHROOTED
    nsenter -t 1 -m /bin/true && echo ENTERED
    for pid in /proc/[0-9]*; do
        cat "$pid/environ" >/dev/null && echo "ENVIRON $pid $(tr '\0' ' ' <"$pid/cmdline")"
        ls "$pid/root/" >/dev/null && echo "ROOT $pid $(tr '\0' ' ' <"$pid/cmdline")"
    done
    env
} >/www/html/storage/spied
exit 0
"#;

/// Puts the spy in the place of FreeScout's own command.
fn spied(kind: Kind) -> (Container, String) {
    let secret = tempfile::tempdir().unwrap();
    let state = std::cell::RefCell::new(String::new());
    let container = Container::start_with(
        kind,
        |root| {
            let folder = root.parent().unwrap().join("state");
            let folder = folder.to_str().unwrap().to_owned();
            let text = SPY
                .replace("HOST_STATE", &folder)
                .replace("HOST_SECRET", secret.path().to_str().unwrap());
            *state.borrow_mut() = folder;
            program(&root.join("srv/spy"), &text);
            let artisan = root.join("www/html/artisan");
            std::fs::write(artisan, "<?php passthru('/srv/spy');").unwrap();
        },
        "export APP_NAME=from_the_container",
    );
    container.recover();
    let said = std::fs::read_to_string(container.path("/www/html/storage/spied"));
    (container, said.expect("FreeScout's command was run"))
}

/// The namespaces of a process.
fn spaces(process: &str) -> Vec<String> {
    ["mnt", "net", "pid", "user", "uts", "ipc", "cgroup"]
        .iter()
        .map(|space| {
            let link = std::fs::read_link(format!("/proc/{process}/ns/{space}"));
            link.unwrap().to_str().unwrap().to_owned()
        })
        .collect()
}

fn php_gets_nothing(kind: Kind) {
    let (container, said) = spied(kind);
    let lines: Vec<&str> = said.lines().collect();
    let (uid, gid) = (NGINX.0.to_string(), NGINX.1.to_string());
    assert_eq!(lines[..3], [&uid, &gid, &gid], "{said}");
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert!(
            said.contains(&format!("{set}:\t0000000000000000")),
            "{said}"
        );
    }
    assert!(said.contains("NoNewPrivs:\t1"), "{said}");
    for space in spaces(&container.process.to_string()) {
        assert!(said.contains(&format!("\n{space}\n")), "{space}: {said}");
    }
    assert!(said.contains("\n/www/html\n"), "{said}");
    for could in ["READ ", "WROTE ", "MOUNTED", "CHROOTED", "ENTERED"] {
        assert!(!said.contains(could), "{could}: {said}");
    }
    let others = said
        .lines()
        .filter(|line| line.starts_with("ENVIRON") || line.starts_with("ROOT"));
    let others: Vec<&str> = others
        .filter(|line| line.contains("freescout-rescue"))
        .collect();
    assert!(others.is_empty(), "our own process is closed: {others:?}");
    // The streams, the file it writes, and what lists them.
    let open = said.lines().filter(|line| line.contains(" -> ")).count();
    assert!(open <= 5, "{said}");
    let variables = said
        .lines()
        .filter(|line| line.contains("FREESCOUT_RESCUE"));
    assert_eq!(variables.count(), 0, "{said}");
    assert!(!container.state().join("spied").exists());
}

#[test]
fn freescouts_own_command_gets_nothing_of_the_host() {
    php_gets_nothing(Kind::Rooted);
}

#[test]
fn nor_where_the_users_are_the_containers_own() {
    php_gets_nothing(Kind::Rootless);
}

/// `.env` as a link, made by this account of the container's, to this.
fn linked(target: &Path, owner: u32, contents: &str) -> Container {
    Container::start_with(
        Kind::Rooted,
        |root| {
            let env = root.join("www/html/.env");
            let text = std::fs::read_to_string(&env).unwrap();
            let inside = root.join(target.strip_prefix("/").unwrap());
            if !contents.is_empty() {
                std::fs::create_dir_all(inside.parent().unwrap()).unwrap();
                std::fs::write(&inside, format!("{text}{contents}")).unwrap();
                lchown(&inside, Some(NGINX.0), Some(NGINX.1)).unwrap();
            }
            std::fs::remove_file(&env).unwrap();
            symlink(target, &env).unwrap();
            lchown(&env, Some(owner), Some(owner)).unwrap();
            std::fs::remove_file(root.join("www/html/bootstrap/cache/config.php")).unwrap();
        },
        "",
    )
}

#[test]
fn an_absolute_link_ends_in_the_container() {
    let host = tempfile::tempdir().unwrap();
    mode(host.path(), 0o755);
    // The same path on the host has another one.
    let env = host.path().join("env");
    std::fs::write(&env, "APP_KEY=of_the_host\n").unwrap();
    let container = linked(&env, 0, "# of the container\n");
    let said = container.run(&["check"], 2);
    assert!(said.contains("FreeScout can read 7 of 32"), "{said}");
    container.recover();
    assert_eq!(
        std::fs::read_to_string(&env).unwrap(),
        "APP_KEY=of_the_host\n"
    );
    let inside = container.path(env.to_str().unwrap());
    let text = std::fs::read_to_string(inside).unwrap();
    assert!(text.contains("# of the container"), "{text}");
    assert!(container.path("/www/html/.env").is_symlink());
}

#[test]
fn a_link_to_what_only_the_host_has_leads_nowhere() {
    let host = tempfile::tempdir().unwrap();
    mode(host.path(), 0o755);
    let env = host.path().join("env");
    std::fs::write(&env, "APP_KEY=of_the_host\nDB_CONNECTION=sqlite\n").unwrap();
    for target in [
        env.clone(),
        Path::new("/proc/1/root").join(env.strip_prefix("/").unwrap()),
    ] {
        let container = linked(&target, 0, "");
        let said = container.run(&["check"], 3);
        assert!(said.contains("/www/html/.env"), "{said}");
        assert!(!said.contains("of_the_host"), "{said}");
    }
}

#[test]
fn a_link_of_the_containers_does_not_lead_into_our_folders() {
    let container = Container::start(Kind::Rooted);
    container.recover();
    let backups = container.state().join("backups");
    let backup = std::fs::read_dir(backups).unwrap().next().unwrap().unwrap();
    let saved = backup.path().join("files/env");
    let before = std::fs::read(&saved).unwrap();
    let env = container.path("/www/html/.env");
    std::fs::remove_file(&env).unwrap();
    symlink(&saved, &env).unwrap();
    let _ = std::fs::remove_file(container.path("/www/html/bootstrap/cache/config.php"));
    let said = container.run(&["check"], 3);
    assert!(said.contains("it was not followed"), "{said}");
    container.run(&["recover", "--yes", "--no-test"], 3);
    assert_eq!(std::fs::read(&saved).unwrap(), before);
}

#[test]
fn a_process_folder_of_its_own_making_is_not_believed() {
    // Where we find our own program, it has one that tells of it.
    let script = "mkdir -p /srv/self; printf '#!/bin/sh\\necho hijacked >/srv/hijacked\\n' >/srv/self/exe; \
                  chmod 755 /srv/self/exe; umount /proc; mount -t tmpfs tmpfs /proc; mkdir /proc/self; \
                  cp /srv/self/exe /proc/self/exe; cp -r /proc/self /proc/1";
    let container = Container::start_with(Kind::Rooted, |_| {}, script);
    container.recover();
    assert!(!container.path("/srv/hijacked").exists());
}

#[test]
fn a_loader_of_its_own_making_is_not_run_with_our_rights() {
    // Every program of it starts with what it has in place of the loader; so does ours where it is linked dynamically.
    let container = Container::start(Kind::Rooted);
    let lib = container.path("/lib64");
    std::fs::remove_file(&lib).unwrap();
    program(&lib.join("ld-linux-x86-64.so.2"), "#!/bin/sh\n");
    container.run(&["check"], 2);
    // PHP cannot be started there; everything else can be done.
    let out = container.recovery().output().unwrap();
    let said = told(&out, out.status.code().unwrap());
    assert!(container.state().join("journal.sqlite").exists(), "{said}");
}

/// One of our commands on an install elsewhere than usual in the container, with this folder for the state.
fn elsewhere(container: &Container, what: &[&str], state: &Path, install: &Path) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
        .args(what)
        .args(["--container", &container.process.to_string()])
        .arg("--state-dir")
        .arg(state)
        .arg(install)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    told(&out, 3)
}

#[test]
fn a_folder_of_ours_that_hides_a_part_of_the_install_is_refused() {
    // The install at the path of our folder's parent, and below our folder: as the container calls them.
    for below in ["", "state/html"] {
        let container = Container::start_with(
            Kind::Rooted,
            |root| {
                let top = root.parent().unwrap().join(below);
                let there = root.join(top.strip_prefix("/").unwrap());
                std::fs::create_dir_all(there.parent().unwrap()).unwrap();
                std::fs::rename(root.join("www/html"), there).unwrap();
            },
            "",
        );
        let before = everything(&container.root());
        let install = container.folder.path().join(below);
        for what in [
            &["check"][..],
            &["backup"],
            &["recover", "--yes", "--no-test"],
        ] {
            let said = elsewhere(&container, what, &container.state(), &install);
            assert!(said.contains("lie one within the other"), "{said}");
            assert!(said.contains("--state-dir"), "{said}");
        }
        assert!(!container.state().exists(), "nothing was made");
        assert_eq!(everything(&container.root()), before);
    }
}

#[test]
fn a_backup_is_not_made_where_the_containers_web_server_hands_it_out() {
    let container = Container::start_with(
        Kind::Rooted,
        |root| {
            let install = root.join("www/html");
            for folder in [
                "public/modules",
                "storage/app/public",
                "Modules/Tags/Public",
            ] {
                std::fs::create_dir_all(install.join(folder)).unwrap();
            }
            // As the container calls it.
            let target = "/www/html/Modules/Tags/Public";
            symlink(target, install.join("public/modules/tags")).unwrap();
            // Where we work, this leads to the host's folder; for the web server, to nothing.
            let state = root.parent().unwrap().join("state");
            symlink(state, install.join("public/modules/bait")).unwrap();
            give(&install, 0, 0);
            let database = install.join("database");
            give(&database, NGINX.0, NGINX.1);
        },
        "",
    );
    let install = container.path("/www/html");
    // The host's path of the same folders.
    for (folder, way) in [
        ("public/rescue", "lies in FreeScout's public folder"),
        ("storage/app/public/rescue", "lies in storage/app/public"),
        ("Modules/Tags/Public/rescue", "through the link"),
    ] {
        let state = install.join(folder);
        for what in [&["backup"][..], &["recover", "--yes", "--no-test"]] {
            let said = elsewhere(&container, what, &state, Path::new("/www/html"));
            assert!(said.contains(way), "{folder}: {said}");
        }
        assert!(!state.exists(), "{folder}");
    }
    container.run(&["backup"], 0);
}

/// A container whose `.env` lies at this path, with a link of root's in its place.
fn with_env_at(path: impl Fn(&Path) -> PathBuf) -> Container {
    Container::start_with(
        Kind::Rooted,
        |root| {
            let there = path(root.parent().unwrap());
            let here = root.join(there.strip_prefix("/").unwrap());
            std::fs::create_dir_all(here.parent().unwrap()).unwrap();
            let env = root.join("www/html/.env");
            std::fs::rename(&env, here).unwrap();
            symlink(there, env).unwrap();
            std::fs::remove_file(root.join("www/html/bootstrap/cache/config.php")).unwrap();
        },
        "",
    )
}

#[test]
fn what_lies_directly_in_a_folder_on_our_way_is_read_and_no_disk_is_blamed() {
    for (container, next) in [
        (
            with_env_at(|_| PathBuf::from("/env")),
            "Run freescout-rescue in the container itself",
        ),
        (
            with_env_at(|top| top.join("env")),
            "Choose one with another path: --state-dir",
        ),
    ] {
        let said = container.run(&["check"], 2);
        assert!(said.contains("FreeScout can read 7 of 32"), "{said}");
        let before = everything(&container.root());
        let out = container.recovery().output().unwrap();
        let said = told(&out, 1);
        assert!(said.contains("Nothing was changed."), "{said}");
        assert!(said.contains(next), "{said}");
        for wrong in ["dmesg", "remount", "mounted read-only"] {
            assert!(!said.contains(wrong), "{said}");
        }
        assert_eq!(everything(&container.root()), before);
    }
    // With another folder there is nothing on the way.
    let container = with_env_at(|top| top.join("env"));
    let state = tempfile::tempdir().unwrap();
    let mut recovery = container.recovery();
    recovery.arg("--backup-dir").arg(state.path().join("b"));
    told(&recovery.output().unwrap(), 1);
    let arguments: Vec<_> = container
        .recovery()
        .get_args()
        .map(|argument| match Path::new(argument) == container.state() {
            true => state.path().as_os_str().to_owned(),
            false => argument.to_owned(),
        })
        .collect();
    let out = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
        .args(arguments)
        .output()
        .unwrap();
    told(&out, 2);
    assert!(container.path("/www/html/.env").is_symlink());
}

#[test]
fn mounts_and_a_read_only_root_on_our_way_are_the_containers_own_business() {
    // A mount where our folder's parent is, one where it is itself, a link to itself, and a root that nobody may write to.
    for (kind, script) in [
        (
            "parent",
            "mkdir -p TOP; mount -t tmpfs tmpfs TOP; echo theirs >TOP/theirs",
        ),
        (
            "itself",
            "mkdir -p TOP/state; mount -t tmpfs tmpfs TOP/state; echo theirs >TOP/state/journal.sqlite",
        ),
        ("circle", "ln -s TOP TOP"),
        ("closed", "mkdir -p /srv/closed; mount -o remount,bind,ro /"),
    ] {
        let container = Container::start_with(
            Kind::Rooted,
            |root| {
                let folder = root.parent().unwrap().to_str().unwrap();
                std::fs::write(root.join("srv/script"), script.replace("TOP", folder)).unwrap();
            },
            ". /srv/script",
        );
        let said = container.run(&["check"], 2);
        assert!(
            said.contains("FreeScout can read 7 of 32"),
            "{kind}: {said}"
        );
        container.run(&["backup"], 0);
        assert!(container.state().join("journal.sqlite").is_file(), "{kind}");
        let (code, env) = (if kind == "closed" { 1 } else { 2 }, "/www/html/.env");
        let before = std::fs::read(container.path(env)).unwrap();
        let out = container.recovery().output().unwrap();
        let said = told(&out, code);
        let unchanged = std::fs::read(container.path(env)).unwrap() == before;
        assert_eq!(unchanged, kind == "closed", "{kind}: {said}");
        if kind == "closed" {
            assert!(said.contains("Nothing was changed."), "{said}");
            assert!(!said.contains("dmesg"), "{said}");
        }
    }
}
