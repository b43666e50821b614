//! PHP in every way it fails. It is never run as root, never waited for without end, and never believed.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use freescout_rescue::domain::config::Driver;

use crate::held::{state_of, told, wait};
use crate::world::{Ended, WEB_USER, World, ended};

/// An install, and a folder that is the only one on the search path.
struct Bench {
    world: World,
    bin: tempfile::TempDir,
}

impl Bench {
    /// With this as `php`; `{storage}` is a folder it may write.
    fn new(script: Option<&str>) -> Self {
        let world = World::new(Driver::Sqlite, "");
        let bin = tempfile::tempdir().unwrap();
        std::fs::set_permissions(bin.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let bench = Self { world, bin };
        if let Some(script) = script {
            let storage = bench.storage("").to_string_lossy().into_owned();
            let script = script.replace("{storage}", storage.trim_end_matches('/'));
            crate::runnable::script(&bench.bin.path().join("php"), &script);
        }
        bench
    }

    fn storage(&self, name: &str) -> PathBuf {
        self.world.install.root().join("storage").join(name)
    }

    /// A recovery that may run PHP, and how long it took.
    fn recover(&self, limit: u32) -> (Ended, Duration) {
        let usual = self.world.command("recover");
        let mut command = Command::new(usual.get_program());
        let dropped = ["--no-artisan", "--json"];
        command.args(
            usual
                .get_args()
                .filter(|argument| !dropped.contains(&argument.to_string_lossy().as_ref())),
        );
        command.args(["--php-limit", &limit.to_string()]);
        command.env("HOME", self.world.install.folder.path());
        command.env("PATH", self.bin.path());
        let began = Instant::now();
        (ended(&command.output().unwrap()), began.elapsed())
    }

    /// Whatever PHP did: the recovery stands, the cached key is gone, the workers are told, and nobody was root.
    fn stands(&self, fault: &str, done: &Ended, says: &[&str]) {
        told(fault, Driver::Sqlite, done);
        let note = done
            .out
            .lines()
            .find(|line| line.contains("clear-cache"))
            .unwrap_or_default();
        println!("|   {fault} says | {note} |");
        assert_eq!(done.code, Some(2), "{fault}: {}", done.said);
        for says in says {
            assert!(done.said.contains(says), "{says:?}: {}", done.said);
        }
        assert!(
            !done.said.contains('\u{1b}'),
            "an escape reaches the terminal"
        );
        assert!(
            done.said.len() < 8000,
            "{fault}: {} bytes are said",
            done.said.len()
        );
        self.world.require_recovered(fault);
        self.world.require_settled(fault);
        let told = "framework/cache/data/ee/2f/ee2f842aa7bb1f53edf3a2ed2c09a1807ffa6c90";
        assert!(
            self.storage(told).is_file(),
            "{fault}: workers are not told"
        );
        if let Ok(user) = std::fs::read_to_string(self.storage("ran")) {
            assert_eq!(
                user.trim(),
                WEB_USER.to_string(),
                "{fault}: run by somebody else"
            );
        }
    }

    fn ran(&self) -> bool {
        self.storage("ran").is_file()
    }
}

const RAN: &str = "#!/bin/sh\nPATH=/usr/bin:/bin; id -u >{storage}/ran\n";
const REMOVED: &str = "The config cache was removed";

fn failing(fault: &str, script: &str, says: &[&str]) -> Bench {
    let bench = Bench::new(Some(&format!("{RAN}{script}\n")));
    let (done, took) = bench.recover(60);
    assert!(took < Duration::from_secs(30), "{fault}: {took:?}");
    assert!(bench.ran(), "{fault}: it was not run");
    let says = [says, &[REMOVED]].concat();
    bench.stands(fault, &done, &says);
    bench
}

#[test]
fn missing() {
    let bench = Bench::new(None);
    let (done, _) = bench.recover(60);
    bench.stands("php missing", &done, &["php was not found", REMOVED]);
}

#[test]
fn not_to_be_run() {
    let bench = Bench::new(Some(RAN));
    let php = bench.bin.path().join("php");
    std::fs::set_permissions(&php, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (done, _) = bench.recover(60);
    bench.stands("php not executable", &done, &["php was not found", REMOVED]);
    assert!(!bench.ran());
    let bench = Bench::new(Some("#!/no/such/interpreter\n"));
    let (done, _) = bench.recover(60);
    bench.stands(
        "php no program",
        &done,
        // Said by the program that gives PHP the web user's rights.
        &[
            "php ended with exit code 12",
            "No such file or directory",
            REMOVED,
        ],
    );
}

#[test]
fn ends_with_an_error() {
    failing(
        "php fails",
        "printf 'SQLSTATE \\033[31mgone\\n' >&2; exit 1",
        &["php ended with exit code 1", "SQLSTATE"],
    );
    failing(
        "php is killed",
        "echo last words; kill -9 $$",
        &["php was stopped by signal 9", "last words"],
    );
}

#[test]
fn says_that_it_worked() {
    failing(
        "php does nothing",
        "exit 0",
        &["still does not contain the key"],
    );
    failing(
        "php writes garbage into the cache",
        "printf '<?php garbage' >bootstrap/cache/config.php; exit 0",
        &["still does not contain the key"],
    );
}

#[test]
fn prints_without_end() {
    failing(
        "php prints 100 MB and fails",
        "head -c 100000000 /dev/urandom; printf '\\033[2J\\033]0;owned\\007'; exit 1",
        &["php ended with exit code 1"],
    );
    failing(
        "php prints 100 MB and does nothing",
        "head -c 100000000 /dev/urandom >&2; exit 0",
        &["still does not contain the key"],
    );
}

#[test]
fn hangs() {
    let hangs = "trap '' TERM INT HUP; echo $$ >{storage}/pid; while :; do sleep 0.1; done";
    let bench = Bench::new(Some(&format!("{RAN}{hangs}\n")));
    let (done, took) = bench.recover(1);
    assert!(took < Duration::from_secs(20), "{took:?}");
    bench.stands(
        "php hangs",
        &done,
        &["php took longer than 1 second", REMOVED],
    );
    assert!(bench.ran());
    let pid: u32 = std::fs::read_to_string(bench.storage("pid"))
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    wait("it to be ended", || ['X', 'Z'].contains(&state_of(pid)));
}

/// A child of it keeps our pipes open: nobody waits for it, and it ends with its parent, whatever became of that, and in a
/// session of its own too.
#[test]
fn leaves_a_child_behind() {
    let child = "sleep 300 & echo $! >{storage}/pid";
    let away = "setsid sleep 300 & echo $! >{storage}/pid";
    for (fault, script, says) in [
        (
            "php leaves a child, and does nothing",
            format!("{child}; exit 0"),
            "still does not contain the key",
        ),
        (
            "php leaves a child, and fails",
            format!("{child}; exit 1"),
            "php ended with exit code 1",
        ),
        (
            "php leaves a daemon, and fails",
            format!("{away}; exit 1"),
            "php ended with exit code 1",
        ),
    ] {
        let bench = failing(fault, &script, &[says]);
        let pid = std::fs::read_to_string(bench.storage("pid")).unwrap();
        let pid: u32 = pid.trim().parse().unwrap();
        assert_eq!(state_of(pid), 'X', "{fault}");
    }
}

/// What works, works: the cache holds the new key, and the workers are told, though this one does not tell them.
#[test]
fn rebuilds_the_cache() {
    let mut bench = Bench::new(Some(&format!("{RAN}exec /usr/bin/php \"$@\"\n")));
    bench.world.artisan = true;
    bench.world.write_files();
    bench.world.original = bench.world.truth();
    let (done, _) = bench.recover(60);
    assert!(bench.ran());
    bench.stands(
        "php works",
        &done,
        &["clear-cache command was run as the web user"],
    );
}
