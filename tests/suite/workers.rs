//! Queue workers, and the restart that would destroy the last copy of a key: real processes, the program itself.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use freescout_rescue::domain::plan::{Choices, Plan, Strategy};
use freescout_rescue::engine::recovery::apply::Order;
use freescout_rescue::engine::recovery::run_log::Ledger;
use freescout_rescue::engine::recovery::{self, anew, backup};
use freescout_rescue::engine::session::Session;
use freescout_rescue::engine::session::options::Options;
use freescout_rescue::io::os::processes as running;
use freescout_rescue::io::os::processes::{Belongs, ProcessRole};
use freescout_rescue::io::state::AbsolutePath;
use freescout_rescue::io::state::backup::Backup;
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::processes::{install, open};

/// Takes a line, keeps it, says that it has it, and waits to be let go.
const KEEPS: &str = "<?php $key = trim(fgets(STDIN)); echo \"ready\\n\"; fgets(STDIN);";
/// A user who owns nothing.
const NOBODY: &str = "65534";
/// As containers and hosters start it: nothing in it tells the key.
const QUEUE: [&str; 2] = ["queue:work", "--queue=emails,default"];
/// Root, but for the right to look into other processes: what root is in a container.
const CONTAINED: [&str; 4] = [
    "setpriv",
    "--bounding-set=-sys_ptrace",
    "--inh-caps=-sys_ptrace",
    "--",
];
/// The same without the right to become its users either.
const CLOSED: [&str; 4] = [
    "setpriv",
    "--bounding-set=-sys_ptrace,-setuid,-setgid",
    "--inh-caps=-sys_ptrace,-setuid,-setgid",
    "--",
];
/// A program of that user.
const ITS_OWN: [&str; 6] = [
    "setpriv",
    "--reuid",
    NOBODY,
    "--regid",
    NOBODY,
    "--clear-groups",
];

/// An install whose keys are lost but for one, and a place for what the program keeps.
struct Site {
    folder: TempDir,
    install: PathBuf,
    lost: Vec<String>,
}

/// A process, ended with its test.
struct Running(Child);

impl Running {
    fn pid(&self) -> i32 {
        i32::try_from(self.0.id()).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Outcome {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Site {
    fn new() -> Self {
        let (folder, install, lost) = install();
        let site = Self {
            folder,
            install,
            lost,
        };
        std::fs::write(site.install.join("artisan"), KEEPS).unwrap();
        for folder in site.install.ancestors().take(3) {
            std::fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).unwrap();
        }
        site
    }

    fn run(&self, as_whom: &[&str], arguments: &[&str]) -> Outcome {
        let (command, more) = arguments.split_first().unwrap();
        let words = as_whom
            .iter()
            .copied()
            .chain([env!("CARGO_BIN_EXE_freescout-rescue"), command])
            .chain(["--state-dir", "state", "--no-artisan"]);
        let words: Vec<&str> = words.chain(more.iter().copied()).collect();
        let out = Command::new(words[0])
            .args(&words[1..])
            .arg(&self.install)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Outcome {
            code: out.status.code(),
            out: text(&out.stdout),
            err: text(&out.stderr),
        }
    }

    /// Whether workers were told to restart, in the cache entry that they watch.
    fn told(&self) -> bool {
        let entry = "storage/framework/cache/data/ee/2f/ee2f842aa7bb1f53edf3a2ed2c09a1807ffa6c90";
        self.install.join(entry).exists()
    }

    /// A worker that holds this in its memory, started by these words.
    fn worker(&self, php: &[&str], holds: &str) -> Running {
        let artisan = self.install.join("artisan");
        let words: Vec<&str> = php
            .iter()
            .copied()
            .chain([artisan.to_str().unwrap()])
            .collect();
        started(&words, &self.install, holds)
    }
}

fn started(words: &[&str], folder: &Path, holds: &str) -> Running {
    let mut child = Command::new(words[0])
        .args(&words[1..])
        .args(QUEUE)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdin = child.stdin.as_mut().unwrap();
    stdin.write_all(format!("{holds}\n").as_bytes()).unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut said)
        .unwrap();
    assert_eq!(said, "ready\n", "{words:?}");
    Running(child)
}

fn json(outcome: &Outcome) -> Json {
    serde_json::from_str(&outcome.out).unwrap_or_else(|e| panic!("{e}: {}", outcome.err))
}

/// How many secrets open with a key whose source has this path.
fn opened_from(check: &Json, path: &str) -> u64 {
    let keys = check["keys"].as_array().unwrap().iter();
    let from = |key: &&Json| {
        let sources = key["sources"].as_array().unwrap();
        sources.iter().any(|source| source["path"] == path)
    };
    keys.filter(from)
        .map(|key| key["opens"].as_u64().unwrap())
        .sum()
}

#[test]
fn a_key_that_only_a_worker_holds_is_used_before_the_worker_restarts() {
    let site = Site::new();
    let worker = site.worker(&["php"], &site.lost[0]);
    let check = site.run(&[], &["check", "--json"]);
    assert_eq!(check.code, Some(2), "{}", check.err);
    let memory = format!("/proc/{}/mem", worker.pid());
    assert_eq!(opened_from(&json(&check), &memory), 4);
    let recovered = site.run(
        &[],
        &[
            "recover",
            "--yes",
            "--no-test",
            "--strategy=carry",
            "--json",
        ],
    );
    assert_eq!(recovered.code, Some(2), "{}", recovered.err);
    assert_eq!(json(&recovered)["resealed"], 4, "{}", recovered.err);
    let notes = json(&recovered)["notes"].to_string();
    assert!(notes.contains("an undo would bring back"), "{notes}");
    drop(worker);
    let check = json(&site.run(&[], &["check", "--json"]));
    assert_eq!(check["summary"]["opens"], 8, "{check}");
}

#[test]
fn a_worker_that_could_not_be_searched_is_not_told_to_restart() {
    for strategy in ["auto", "carry", "reenter", "fresh"] {
        let site = Site::new();
        let worker = site.worker(&[&ITS_OWN[..], &["php"]].concat(), &site.lost[0]);
        let check = site.run(&CLOSED, &["check", "--json"]);
        // Root's workers of tests that run beside this one may be the install's, as far as can be told without that right.
        let check = json(&check);
        let findings = check["findings"].as_array().unwrap().iter();
        let unsearched: Vec<&str> = findings
            .filter(|f| f["code"] == "worker_unsearched")
            .map(|f| f["message"].as_str().unwrap())
            .collect();
        let process = format!("process {} ", worker.pid());
        let own = unsearched.iter().filter(|said| said.contains(&process));
        let own: Vec<_> = own.collect();
        assert!(
            matches!(own[..], [said] if said.contains("CAP_SYS_PTRACE")),
            "{unsearched:?}"
        );
        let strategy = format!("--strategy={strategy}");
        // The key moves, or a cached config stands: something a worker would have to follow.
        std::fs::create_dir_all(site.install.join("bootstrap/cache")).unwrap();
        let arguments = ["recover", "--yes", "--no-test", &strategy];
        let recovered = site.run(&CLOSED, &arguments);
        assert_eq!(
            recovered.code,
            Some(2),
            "{strategy} {} {}",
            recovered.err,
            recovered.out
        );
        assert!(!site.told(), "{strategy}: {}", recovered.out);
        let undone = site.run(&CLOSED, &["undo", "--yes"]);
        assert!(!site.told(), "{strategy}: {} {}", undone.out, undone.err);
    }
}

#[test]
fn the_operator_may_say_that_workers_restart_all_the_same() {
    let site = Site::new();
    let _worker = site.worker(&[&ITS_OWN[..], &["php"]].concat(), "nothing");
    let held = site.run(
        &CLOSED,
        &["recover", "--yes", "--no-test", "--strategy=fresh"],
    );
    assert!(
        held.out.contains("were not restarted"),
        "{} {}",
        held.out,
        held.err
    );
    assert!(
        held.out.contains("CAP_SYS_PTRACE") && !site.told(),
        "{}",
        held.out
    );
    let undone = site.run(&CLOSED, &["undo", "--yes", "--restart-workers"]);
    assert!(site.told(), "{} {}", undone.out, undone.err);
}

#[test]
fn in_a_container_memory_is_read_with_the_rights_of_its_own_user() {
    let site = Site::new();
    let worker = site.worker(&[&ITS_OWN[..], &["php"]].concat(), &site.lost[1]);
    let check = json(&site.run(&CONTAINED, &["check", "--json"]));
    let memory = format!("/proc/{}/mem", worker.pid());
    assert_eq!(opened_from(&check, &memory), 4, "{check}");
}

#[test]
fn undo_tells_workers_where_the_key_changed_and_nowhere_else() {
    let site = Site::new();
    let key = site.folder.path().join("key");
    std::fs::write(&key, &site.lost[0]).unwrap();
    let key = format!("--key-file={}", key.display());
    for (strategy, moves) in [("carry", false), ("restore", true)] {
        let strategy = format!("--strategy={strategy}");
        let done = site.run(&[], &["recover", "--yes", "--no-test", &strategy, &key]);
        assert_eq!((done.code, site.told()), (Some(2), moves), "{}", done.err);
        let entry = site.install.join("storage/framework/cache/data/ee");
        let _ = std::fs::remove_dir_all(entry);
        let undone = site.run(&[], &["undo", "--yes"]);
        assert_eq!(
            site.told(),
            moves,
            "{strategy} {} {}",
            undone.out,
            undone.err
        );
        assert_eq!(undone.out.contains("workers"), moves, "{}", undone.out);
    }
}

/// A backup, and the plan of a new key.
fn planned(site: &Site, session: &mut Session) -> (Options, Backup, Plan) {
    let options = Options {
        backup_dir: AbsolutePath::new(site.folder.path().join("backups")).unwrap(),
        state_dir: AbsolutePath::new(site.folder.path().join("state")).unwrap(),
        keys_dir: None,
        artisan: false,
        php_limit: freescout_rescue::io::install::artisan::TIME_LIMIT,
    };
    let mut quiet = |_: &str, _, _| {};
    let (backup, _) = backup::make(session, &options, false, &mut quiet, &|| false).unwrap();
    let planned = recovery::plan(session, Some(Strategy::Fresh), &Choices::default());
    let plan = planned.ok().unwrap().plan;
    (options, backup, plan)
}

#[test]
fn a_key_that_turns_up_at_the_last_moment_stops_the_plan_that_was_made_without_it() {
    let site = Site::new();
    let mut session = open(&site.install);
    let (options, backup, plan) = planned(&site, &mut session);
    let _worker = site.worker(&["php"], &site.lost[0]);
    let before = std::fs::read(site.install.join(".env")).unwrap();
    let mut ledger = Ledger::open(&options, &session).unwrap();
    let applied = anew::apply(
        &mut session,
        &mut ledger,
        &Order {
            plan: &plan,
            entered: &[],
            backup: &backup,
            artisan: false,
            cancel: &|| false,
        },
        &mut |_: &str, _, _| {},
    );
    let Err(failure) = applied else {
        panic!("it was carried out without the key")
    };
    assert!(!failure.half_done() && failure.problem.what.contains("running process"));
    assert_eq!(std::fs::read(site.install.join(".env")).unwrap(), before);
    assert!(!site.told());
    let planned = recovery::plan(&session, Some(Strategy::Fresh), &Choices::default());
    let plan = planned.ok().unwrap().plan;
    assert_eq!(
        plan.resealed(),
        8,
        "four of the key in force, four of the worker's"
    );
}

/// Ctrl-C while memory is searched before the first row is written: nothing is, not even an announcement.
#[test]
fn a_plan_called_off_while_memory_is_searched_writes_nothing() {
    let site = Site::new();
    let mut session = open(&site.install);
    let (options, backup, plan) = planned(&site, &mut session);
    let before = std::fs::read(site.install.join(".env")).unwrap();
    let mut ledger = Ledger::open(&options, &session).unwrap();
    let asked = std::cell::Cell::new(false);
    let mut said = Vec::new();
    let applied = anew::apply(
        &mut session,
        &mut ledger,
        &Order {
            plan: &plan,
            entered: &[],
            backup: &backup,
            artisan: false,
            cancel: &|| asked.get(),
        },
        &mut |what: &str, _, _| {
            said.push(what.to_owned());
            asked.set(asked.get() || what.starts_with("Searching the memory"));
        },
    );
    let Err(failure) = applied else {
        panic!("it was carried out: {said:?}")
    };
    assert!(asked.get(), "the test would prove nothing: {said:?}");
    let what = "Stopped by a signal (such as Ctrl-C) before anything was written.";
    assert!(!failure.half_done() && failure.problem.what == what);
    assert_eq!(std::fs::read(site.install.join(".env")).unwrap(), before);
    assert!(ledger.unfinished().unwrap().is_none());
    assert!(matches!(backup.recovery(), Ok(None)));
}

/// Whether the only worker among these processes belongs to the install.
fn belongs(install: &Path, worker: &Running) -> Belongs {
    let all = running::php(install);
    let found = all.into_iter().find(|process| process.pid == worker.pid());
    let found = found.expect("the worker is among the processes");
    assert_eq!(found.role, ProcessRole::Worker(None));
    found.belongs
}

#[test]
fn a_worker_is_known_by_what_it_runs() {
    let site = Site::new();
    let link = site.folder.path().join("current");
    std::os::unix::fs::symlink(&site.install, &link).unwrap();
    let by_link = link.join("artisan");
    let relative = started(&["php", "artisan"], &site.install, "x");
    let absolute = started(
        &["php", site.install.join("artisan").to_str().unwrap()],
        Path::new("/"),
        "x",
    );
    let linked = started(&["php", by_link.to_str().unwrap()], Path::new("/"), "x");
    for worker in [&relative, &absolute, &linked] {
        assert_eq!(belongs(&site.install, worker), Belongs::Here);
    }
    // Another install, and an older release of this one: it shares storage with it.
    let (other, release) = (
        site.folder.path().join("other"),
        site.folder.path().join("release"),
    );
    for folder in [&other, &release] {
        std::fs::create_dir(folder).unwrap();
        std::fs::write(folder.join("artisan"), KEEPS).unwrap();
    }
    std::os::unix::fs::symlink(site.install.join("storage"), release.join("storage")).unwrap();
    let elsewhere = started(&["php", "artisan"], &other, "x");
    assert_eq!(belongs(&site.install, &elsewhere), Belongs::Elsewhere);
    let older = started(&["php", "artisan"], &release, "x");
    assert_eq!(belongs(&site.install, &older), Belongs::Here);
    // A deploy that replaced the whole folder: what the worker runs is gone, and its name is the install's.
    let moved = site.folder.path().join("moved");
    std::fs::rename(&site.install, &moved).unwrap();
    std::fs::create_dir(&site.install).unwrap();
    std::fs::remove_dir_all(&moved).unwrap();
    assert_eq!(belongs(&site.install, &absolute), Belongs::Here);
}
