//! Programs that others prepared: an `artisan` that is not FreeScout's, a `php` on a path that others may write to.

use crate::runnable::script;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use super::{OTHER, WEB};
use crate::cli::{Bench, Outcome};
use crate::not_tried::as_root;

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// An install of the web user's in a place that he may enter, and a `php` of root's that says it was run.
fn ground() -> Bench {
    let bench = Bench::of_web_user();
    std::fs::create_dir(bench.path("bin")).unwrap();
    let look = "#!/bin/sh\nls -l /proc/$$/fd >storage/fds\nid -u >storage/ran\nexit 7\n";
    script(&bench.path("bin/php"), look);
    bench
}

/// A recovery with PHP from these folders, and a file of root's left open by who called us.
fn recover(bench: &Bench, path: &str) -> Outcome {
    let command = format!(
        "exec 5<'{0}/demo/freescout/.env'; exec '{1}' recover --yes --no-test --look-in '{0}/demo/old-server' --backup-dir '{0}/backups' --state-dir '{0}/state' '{0}/demo/freescout'",
        bench.folder.path().display(),
        assert_cmd::cargo::cargo_bin("freescout-rescue").display(),
    );
    let out = Command::new("/bin/sh")
        .args(["-c", &command])
        .env_clear()
        .env("HOME", bench.path("home"))
        .env("PATH", path)
        .output()
        .unwrap();
    Outcome {
        code: out.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&out.stdout).into_owned(),
        err: String::from_utf8_lossy(&out.stderr).into_owned(),
    }
}

/// What a program leaves behind in a session of its own ends with it, whether it failed or not, and whatever it holds open.
#[test]
fn what_it_leaves_behind_ends_with_it() {
    if !as_root("what PHP leaves behind") {
        return;
    }
    for (name, streams, exit) in [
        ("quietly", "</dev/null >/dev/null 2>&1", 0),
        ("with our pipes in its hands", "", 7),
    ] {
        let bench = ground();
        let php = format!(
            "#!/bin/sh\n(setsid sh -c 'sleep 600 & echo $! >storage/left; setsid sleep 600 & echo $! >>storage/left; echo $$ >>storage/left; exec sleep 600' {streams} &)\nuntil [ -s storage/left ] && [ $(wc -l <storage/left) = 3 ]; do sleep 0.02; done\nexit {exit}\n"
        );
        script(&bench.path("bin/php"), &php);
        let start = std::time::Instant::now();
        let outcome = recover(&bench, &format!("{}:/usr/bin:/bin", bin(&bench)));
        assert_eq!(outcome.code, 2, "{name}: {}", outcome.err);
        assert!(start.elapsed().as_secs() < 60, "{name}: it was waited for");
        let left = std::fs::read_to_string(bench.install().join("storage/left")).unwrap();
        assert_eq!(left.lines().count(), 3, "{name}: {left}");
        for pid in left.lines() {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
            assert!(stat.is_err(), "{name}: {stat:?} lives on");
        }
    }
}

fn bin(bench: &Bench) -> String {
    bench.path("bin").to_str().unwrap().to_owned()
}

#[test]
fn an_artisan_that_others_put_there_is_not_run() {
    if !as_root("an artisan of others") {
        return;
    }
    let artisan = |b: &Bench| b.install().join("artisan");
    type Lay<'a> = (&'a str, &'a dyn Fn(&Bench), &'a str);
    let cases: [Lay<'_>; 3] = [
        (
            "another user's",
            &|b| chown(artisan(b), Some(OTHER), None).unwrap(),
            "artisan was not run: it belongs to 12345",
        ),
        (
            "everybody's",
            &|b| mode(&artisan(b), 0o777),
            "artisan was not run: it belongs to nobody",
        ),
        (
            "a link to another place",
            &|b| {
                std::fs::write(b.path("elsewhere"), "<?php").unwrap();
                std::fs::remove_file(artisan(b)).unwrap();
                b.trap(&b.path("elsewhere"), &artisan(b));
            },
            "a link owned by nobody to",
        ),
    ];
    for (name, lay, says) in cases {
        let bench = ground();
        lay(&bench);
        let outcome = recover(&bench, &bin(&bench));
        assert_eq!(outcome.code, 2, "{name}: {}{}", outcome.out, outcome.err);
        assert!(outcome.out.contains(says), "{name}: {}", outcome.out);
        assert!(
            !bench.install().join("storage/ran").exists(),
            "{name}: it was run"
        );
    }
    // FreeScout's own is run, as the web user, and gets nothing that our caller left open.
    let bench = ground();
    let outcome = recover(&bench, &bin(&bench));
    assert!(
        outcome.out.contains("php ended with exit code 7"),
        "{}",
        outcome.out
    );
    let ran = std::fs::read_to_string(bench.install().join("storage/ran")).unwrap();
    assert_eq!(ran.trim(), WEB.to_string());
    let fds = std::fs::read_to_string(bench.install().join("storage/fds")).unwrap();
    assert!(
        fds.contains(" 0 -> /dev/null") && !fds.contains(" 5 -> "),
        "{fds}"
    );
}

#[test]
fn a_php_that_others_could_have_put_there_is_not_run() {
    if !as_root("a php of others") {
        return;
    }
    let bench = ground();
    mode(&bench.path("bin"), 0o777);
    let outcome = recover(&bench, &bin(&bench));
    assert_eq!(outcome.code, 2, "{}{}", outcome.out, outcome.err);
    let said = format!(
        "php was not found; {0}/php was found but not run: {0} belongs to root and has mode 0777",
        bin(&bench)
    );
    assert!(outcome.out.contains(&said), "{}", outcome.out);
    assert!(!bench.install().join("storage/ran").exists(), "it was run");
}
