//! Both faces do the same work: the wizard, driven by its keys and without a screen, and the command, each on a copy of
//! the same broken install; then what they wrote is compared.

mod aftercare;
mod alike;
mod endings;
mod named;
mod order;
mod shown;
mod wizard;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use freescout_rescue::domain::run::{Intent, Run, RunKind};
use freescout_rescue::domain::verdict;
use freescout_rescue::engine::hunt::files;
use freescout_rescue::engine::recovery::backup;
use freescout_rescue::engine::recovery::run_log::{self, Ledger};
use freescout_rescue::engine::session::options::Options;
use freescout_rescue::engine::session::{Session, reading, survey};
use freescout_rescue::io::install::{Environment, artisan};
use freescout_rescue::io::state::backup::Backup;
use freescout_rescue::io::state::{self, AbsolutePath};
use freescout_rescue::wizard::message::Action;
use freescout_rescue::wizard::step::Step;
use freescout_rescue::words::words;
use serde_json::Value as Json;

use crate::cli::{Bench, Outcome};
use wizard::Driven;

/// What lies about after a use case, but for times, names that hold them, and random bytes.
#[derive(Debug, PartialEq)]
struct Written {
    /// What every secret says that opens with a key we know, by its place.
    opened: BTreeMap<String, String>,
    /// The install's files by their names.
    files: BTreeMap<PathBuf, String>,
    /// The files of each backup, and what its manifest says of it, the oldest first.
    backups: Vec<(Vec<PathBuf>, String)>,
    /// The journal, the last run first.
    journal: Vec<String>,
}

/// A broken install that can be laid out again as it was, where it was.
struct Broken {
    bench: Bench,
}

impl Broken {
    fn new() -> Self {
        let bench = Bench::new();
        copy(&bench.path("demo"), &bench.path("as-it-was"));
        Self { bench }
    }

    /// As it was, with nothing of ours around it.
    fn again(&self) {
        for name in ["demo", "state"] {
            let _ = std::fs::remove_dir_all(self.bench.path(name));
        }
        copy(&self.bench.path("as-it-was"), &self.bench.path("demo"));
    }

    fn look_in(&self) -> PathBuf {
        self.bench.path("demo/old-server")
    }

    fn options(&self) -> Options {
        let state_dir = AbsolutePath::new(self.bench.path("state")).unwrap();
        Options {
            backup_dir: state::backups_in(&state_dir),
            state_dir,
            keys_dir: None,
            artisan: false,
            php_limit: artisan::TIME_LIMIT,
        }
    }

    /// A command on it. Every one looks where the old key lies, as the wizard does.
    fn command(&self, words: &[&str]) -> Outcome {
        self.command_with(words, "")
    }

    fn command_with(&self, words: &[&str], input: &str) -> Outcome {
        let (install, look_in) = (self.bench.install(), self.look_in());
        let more = ["--no-artisan", "--look-in", look_in.to_str().unwrap()];
        let words = [words, &more[..], &[install.to_str().unwrap()]].concat();
        self.bench.run_with(&words, input)
    }

    fn session(&self) -> Session {
        let install = self.bench.install();
        let session = survey::open(Some(&install), Environment::default(), None);
        let mut session = session.ok().and_then(Result::ok).expect("the demo opens");
        reading::read_inventory(&mut session).unwrap();
        let places = [self.look_in()];
        files::look_in(&mut session, &places, &|| false, &mut |_, _| {});
        session
    }

    fn written(&self) -> Written {
        let session = self.session();
        let opened = session.inventory.secrets.iter().filter_map(|secret| {
            let text = verdict::text::text(secret, &session.ring)?;
            let text = String::from_utf8_lossy(text.expose()).into_owned();
            Some((secret.place.to_string(), text))
        });
        let install = self.bench.install();
        let kept = |path: &PathBuf| !path.ends_with("database.sqlite");
        let files = crate::cli::state(&install).into_keys().filter(kept);
        let read = |path: PathBuf| {
            let name = path.strip_prefix(&install).unwrap().to_owned();
            // What tells workers to restart holds the moment.
            let moment = name.starts_with("storage/framework/cache");
            let text = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(if moment { b"" } else { &text }).into_owned();
            (name, text)
        };
        let options = self.options();
        let mut backups = state::backup::list(&options.backup_dir, &install);
        backups.sort_by(|a, b| a.folder.cmp(&b.folder));
        let history = self.bench.run(&[
            "history",
            "--json",
            "--state-dir",
            options.state_dir.to_str().unwrap(),
            install.to_str().unwrap(),
        ]);
        let history: Json = serde_json::from_str(&history.out).expect(&history.err);
        Written {
            opened: opened.collect(),
            files: files.map(read).collect(),
            backups: backups.iter().map(form).collect(),
            journal: history["runs"]
                .as_array()
                .unwrap()
                .iter()
                .map(run)
                .collect(),
        }
    }
}

/// The form of a backup.
fn form(backup: &Backup) -> (Vec<PathBuf>, String) {
    let files = crate::cli::state(&backup.folder);
    let name = |path: &PathBuf| path.strip_prefix(&backup.folder).unwrap().to_owned();
    let manifest = &backup.manifest;
    let said = format!(
        "{} rows of {} {} {}, encrypted: {}, apart: {}",
        manifest.rows,
        manifest.driver,
        manifest.version,
        manifest.install.display(),
        backup.is_encrypted(),
        manifest.keys.is_some(),
    );
    (files.keys().map(name).collect(), said)
}

/// A run of the journal without its times and numbers.
fn run(run: &Json) -> String {
    [
        "kind",
        "outcome",
        "strategy",
        "key",
        "resealed",
        "reentered",
        "install",
    ]
    .map(|name| format!("{name} {}", run[name]))
    .join(", ")
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// What both wrote, made the same way from the same beginning.
fn both(by_wizard: impl Fn(&Broken), by_command: impl Fn(&Broken)) -> Written {
    let broken = Broken::new();
    by_wizard(&broken);
    let wizard = broken.written();
    broken.again();
    by_command(&broken);
    let command = broken.written();
    assert_eq!(wizard, command);
    wizard
}

fn ends_with(outcome: &Outcome, code: i32) {
    assert_eq!(outcome.code, code, "{} {}", outcome.out, outcome.err);
}

/// Those of these steps that were said, in the order in which they were.
fn steps<'s>(said: impl Iterator<Item = &'s str>, known: &[&'s str]) -> Vec<&'s str> {
    said.filter(|text| known.contains(text)).collect()
}

/// Everything is backed up and read back before anything is compared, and compared before anything is written; what was
/// written is read again in the end.
#[test]
fn the_order_is_the_same_and_the_backup_comes_first() {
    let w = words();
    let recovery = [
        w.backup_reading,
        w.backup_rows,
        w.backup_verifying,
        w.apply_checking,
        w.apply_rows,
        w.apply_files,
        w.apply_verifying,
    ];
    let undo = [
        w.backup_reading,
        w.backup_rows,
        w.backup_verifying,
        w.undo_checking,
        w.undo_rows,
        w.undo_files,
    ];
    let broken = Broken::new();
    let mut wizard = Driven::surveyed(&broken);
    wizard.back_up();
    wizard.apply("");
    let said = std::mem::take(&mut wizard.said);
    assert_eq!(steps(said.iter().map(String::as_str), &recovery), recovery);
    wizard.undo();
    let said = std::mem::take(&mut wizard.said);
    assert_eq!(steps(said.iter().map(String::as_str), &undo), undo);
    drop(wizard);
    broken.again();
    let recovered = broken.command(&["recover", "--yes", "--no-test"]);
    assert_eq!(steps(recovered.err.lines(), &recovery), recovery);
    let undone = broken.command(&["undo", "--yes"]);
    assert_eq!(steps(undone.err.lines(), &undo), undo);
}

#[test]
fn a_backup_is_the_same() {
    let written = both(
        |broken| Driven::surveyed(broken).back_up(),
        |broken| ends_with(&broken.command(&["backup"]), 0),
    );
    assert_eq!(written.backups.len(), 1);
    assert_eq!(written.journal.len(), 1, "{:?}", written.journal);
}

#[test]
fn a_recovery_is_the_same() {
    let written = both(
        |broken| {
            let mut wizard = Driven::surveyed(broken);
            wizard.back_up();
            wizard.apply("");
        },
        |broken| ends_with(&broken.command(&["recover", "--yes", "--no-test"]), 2),
    );
    assert_eq!(written.backups.len(), 1);
    assert!(
        written.journal[0].starts_with(r#"kind "recovery", outcome "done""#),
        "{:?}",
        written.journal
    );
    // One is lost with its key, one field was wiped.
    assert_eq!(written.opened.len(), 30);
}

#[test]
fn passwords_that_are_typed_are_stored_the_same() {
    let typed = "hunter2-sentinel-ü";
    let lines = format!(
        "{{\"mailbox\":5,\"outgoing\":\"{typed}\"}}\n{{\"mailbox\":9,\"outgoing\":\"{typed}\"}}\n"
    );
    let written = both(
        |broken| {
            let mut wizard = Driven::surveyed(broken);
            wizard.back_up();
            wizard.apply(typed);
        },
        |broken| {
            let recover = ["recover", "--yes", "--no-test", "--passwords", "-"];
            ends_with(&broken.command_with(&recover, &lines), 0);
        },
    );
    let stored = written.opened.values().filter(|text| *text == typed);
    assert_eq!(stored.count(), 2, "{:?}", written.opened);
    assert!(
        written.journal[0].contains("reentered 2"),
        "{:?}",
        written.journal
    );
}

#[test]
fn an_undo_is_the_same() {
    let written = both(
        |broken| {
            let mut wizard = Driven::surveyed(broken);
            wizard.back_up();
            wizard.apply("");
            wizard.undo();
        },
        |broken| {
            ends_with(&broken.command(&["recover", "--yes", "--no-test"]), 2);
            ends_with(&broken.command(&["undo", "--yes"]), 0);
        },
    );
    assert_eq!(
        written.backups.len(),
        2,
        "an undo makes a backup of its own"
    );
    assert!(
        written.journal[0].starts_with(r#"kind "undo", outcome "done""#),
        "{:?}",
        written.journal
    );
}

/// A recovery that was begun and cut off before it wrote: announced, with a backup to rest on.
fn interrupted(broken: &Broken) {
    let mut session = broken.session();
    let options = broken.options();
    let (backup, _) =
        backup::make(&mut session, &options, false, &mut |_, _, _| {}, &|| false).unwrap();
    let key = session.ring.effective().unwrap().fingerprint().to_string();
    let run = Run {
        strategy: Some("carry".to_owned()),
        key: Some(key),
        ..run_log::beginning(RunKind::Recovery, &session.install.root, &backup.folder)
    };
    let mut ledger = Ledger::open(&options, &session).unwrap();
    ledger.begin(&run, &Intent::default()).unwrap();
}

#[test]
fn what_was_interrupted_is_finished_the_same() {
    let written = both(
        |broken| {
            interrupted(broken);
            let mut wizard = Driven::surveyed(broken);
            wizard.type_and_enter("resume");
            wizard.until("the end of the recovery", |w| {
                w.running.is_none() && w.report.applied.is_some()
            });
        },
        |broken| {
            interrupted(broken);
            ends_with(&broken.command(&["resume", "--no-test"]), 2);
        },
    );
    assert_eq!(written.backups.len(), 1);
    let run = &written.journal[0];
    assert!(
        run.starts_with(r#"kind "recovery", outcome "done""#),
        "{run}"
    );
}

#[test]
fn what_was_interrupted_is_taken_back_the_same() {
    let written = both(
        |broken| {
            interrupted(broken);
            let mut wizard = Driven::surveyed(broken);
            wizard.type_and_enter("undo");
            wizard.until("the undo", |w| {
                w.running.is_none() && w.report.undone.is_some()
            });
        },
        |broken| {
            interrupted(broken);
            ends_with(&broken.command(&["undo", "--yes"]), 0);
        },
    );
    assert_eq!(
        written.backups.len(),
        2,
        "an undo makes a backup of its own"
    );
    let run = &written.journal[0];
    assert!(run.starts_with(r#"kind "undo", outcome "done""#), "{run}");
}

/// FreeScout could not run on what `.env` says: the plan is refused where it is made, in the same words.
#[test]
fn a_plan_that_freescout_would_not_follow_is_refused_alike_before_anything_is_written_for_it() {
    let broken = Broken::new();
    let env = broken.bench.install().join(".env");
    let text = std::fs::read_to_string(&env).unwrap();
    std::fs::write(&env, text.replace("database.sqlite", "nowhere.sqlite")).unwrap();
    let mut said = Vec::new();
    for words in [&["recover"][..], &["recover", "--yes"]] {
        let refused = broken.command(words);
        ends_with(&refused, 1);
        assert_eq!(
            refused.out, "",
            "no plan that cannot be carried out is shown"
        );
        said.push(refused.err);
        assert!(!broken.options().backup_dir.exists(), "{words:?}");
    }
    let mut wizard = Driven::surveyed(&broken);
    wizard.back_up();
    wizard.act(&[Action::Go(Step::Plan)]);
    wizard.until("the refusal", |w| {
        w.running.is_none() && w.plan.problem.is_some()
    });
    let problem = wizard.wizard.plan.problem.as_ref().unwrap();
    for said in said {
        assert!(said.contains(&problem.what), "{said}");
    }
}
