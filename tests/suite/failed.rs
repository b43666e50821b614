//! Commands that fail with `--json`: the code, the exit code, and exactly one document on standard output, beside the
//! sentences on standard error.

use std::path::Path;

use freescout_rescue::domain::error::ErrorKind;
use freescout_rescue::domain::run::{Intent, Run, RunKind, RunOutcome};
use freescout_rescue::engine::recovery::run_log;
use freescout_rescue::io::state::journal::Journal;
use freescout_rescue::io::state::lock::{Holder, Lock};
use serde_json::Value as Json;

use crate::cli::Bench;

/// What is in the way, made on a demo install; it may hold something until the command has ended.
type Situation = fn(&Bench) -> Option<Lock>;

/// Arguments (`INSTALL`, `DEMO`, `STATE` stand for paths), what is in the way, the kind of problem, the exit code.
type Case = (&'static str, Situation, ErrorKind, i32);

fn nothing(_: &Bench) -> Option<Lock> {
    None
}

fn env(bench: &Bench, change: impl Fn(String) -> String) -> Option<Lock> {
    let path = bench.install().join(".env");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, change(text)).unwrap();
    None
}

fn sql(bench: &Bench, statement: &str) -> Option<Lock> {
    bench.database().execute_batch(statement).unwrap();
    None
}

fn without_cache(bench: &Bench) {
    std::fs::remove_file(bench.install().join("bootstrap/cache/config.php")).unwrap();
}

/// A file where a folder is wanted.
fn state_is_a_file(bench: &Bench) -> Option<Lock> {
    std::fs::write(bench.path("state"), "").unwrap();
    None
}

/// A journal that is none.
fn journal_is_garbage(bench: &Bench) -> Option<Lock> {
    drop(Journal::open(&bench.path("state")).unwrap());
    std::fs::write(
        bench.path("state/journal.sqlite"),
        "no database".repeat(100),
    )
    .unwrap();
    None
}

fn root(bench: &Bench) -> std::path::PathBuf {
    std::fs::canonicalize(bench.install()).unwrap()
}

/// Another of us holds the install.
fn held(bench: &Bench) -> Option<Lock> {
    Some(Lock::take(&bench.path("state"), &root(bench), &Holder::default()).unwrap())
}

/// A run that was begun and never ended. Its backup is nowhere.
fn unfinished(bench: &Bench) -> Option<Lock> {
    let mut journal = Journal::open(&bench.path("state")).unwrap();
    let run = Run {
        outcome: RunOutcome::Unfinished,
        ..run_log::beginning(RunKind::Recovery, &root(bench), &bench.path("backups/gone"))
    };
    journal.begin(&run, &Intent::default()).unwrap();
    None
}

/// The same, but that its backup is whole.
fn unfinished_with_its_backup(bench: &Bench) -> Option<Lock> {
    backed_up(bench);
    let mut journal = Journal::open(&bench.path("state")).unwrap();
    let run = run_log::beginning(RunKind::Recovery, &root(bench), &bench.path("backup"));
    journal.begin(&run, &Intent::default()).unwrap();
    None
}

/// A backup of the install in `backup`.
fn backed_up(bench: &Bench) -> Option<Lock> {
    let (install, backups) = (bench.install(), bench.path("backups"));
    let made = bench.run(&[
        "backup",
        install.to_str().unwrap(),
        "--backup-dir",
        backups.to_str().unwrap(),
    ]);
    assert_eq!(made.code, 0, "{}", made.err);
    let folder = std::fs::read_dir(&backups)
        .unwrap()
        .flatten()
        .next()
        .unwrap();
    std::fs::rename(folder.path(), bench.path("backup")).unwrap();
    None
}

/// The same, and another install in its place.
fn of_another_install(bench: &Bench) -> Option<Lock> {
    backed_up(bench);
    std::fs::rename(bench.install(), bench.path("demo/moved")).unwrap();
    let made = bench.run(&["demo", "--make", bench.path("other").to_str().unwrap()]);
    assert_eq!(made.code, 0, "{}", made.err);
    let another = bench.path("demo/another");
    std::fs::rename(bench.path("other/freescout"), &another).unwrap();
    std::fs::remove_file(another.join("bootstrap/cache/config.php")).unwrap();
    let env = std::fs::read_to_string(another.join(".env")).unwrap();
    let moved = env.replace("other/freescout", "demo/another");
    std::fs::write(another.join(".env"), moved).unwrap();
    None
}

fn cut_off(bench: &Bench) -> Option<Lock> {
    backed_up(bench);
    std::fs::write(bench.path("backup/rows.jsonl"), "").unwrap();
    None
}

/// Nothing known opens anything, and no key is configured.
fn no_usable_key(bench: &Bench) -> Option<Lock> {
    without_cache(bench);
    env(bench, |t| {
        let lines = t.lines().filter(|line| !line.starts_with("APP_KEY"));
        lines.collect::<Vec<_>>().join("\n")
    })
}

/// Nothing is stored under any key, and the one in force is published.
fn public_key(bench: &Bench) -> Option<Lock> {
    without_cache(bench);
    env(bench, |t| {
        let lines = t
            .lines()
            .filter(|line| !line.contains("eyJ") && !line.contains("ZXlK"));
        let key = format!("APP_KEY={}", "a".repeat(32));
        let with_key = |line: &str| match line.starts_with("APP_KEY=") {
            true => format!("{key}\n"),
            false => format!("{line}\n"),
        };
        lines.map(with_key).collect()
    });
    sql(
        bench,
        "UPDATE mailboxes SET in_password = '', out_password = '', meta = NULL;
         DELETE FROM options WHERE value LIKE 'eyJ%'; DELETE FROM modules; UPDATE users SET password = 'x'",
    )
}

const CASES: &[Case] = &[
    // the install, its settings, its database: alike for whatever is to be done
    ("check NOWHERE", nothing, ErrorKind::InstallNotFound, 3),
    ("find-key NOWHERE", nothing, ErrorKind::InstallNotFound, 3),
    ("test NOWHERE", nothing, ErrorKind::InstallNotFound, 3),
    ("backup NOWHERE", nothing, ErrorKind::InstallNotFound, 3),
    ("recover NOWHERE", nothing, ErrorKind::InstallNotFound, 3),
    (
        "recover --yes NOWHERE",
        nothing,
        ErrorKind::InstallNotFound,
        3,
    ),
    ("undo NOWHERE", nothing, ErrorKind::InstallNotFound, 3),
    ("resume NOWHERE", nothing, ErrorKind::InstallNotFound, 3),
    (
        "resume --give-up NOWHERE",
        nothing,
        ErrorKind::InstallNotFound,
        3,
    ),
    ("NOWHERE", nothing, ErrorKind::InstallNotFound, 3),
    ("INSTALL", nothing, ErrorKind::NoTerminal, 3),
    (
        "check INSTALL",
        |b| {
            std::fs::remove_file(b.install().join("artisan")).unwrap();
            None
        },
        ErrorKind::InstallNotFound,
        3,
    ),
    (
        "check INSTALL",
        |b| {
            without_cache(b);
            std::fs::remove_file(b.install().join(".env")).unwrap();
            None
        },
        ErrorKind::EnvUnreadable,
        3,
    ),
    (
        "check INSTALL",
        |b| {
            std::fs::remove_file(b.install().join(".env")).unwrap();
            std::fs::create_dir(b.install().join(".env")).unwrap();
            None
        },
        ErrorKind::EnvUnreadable,
        3,
    ),
    (
        "check INSTALL",
        |b| {
            without_cache(b);
            env(b, |_| String::new())
        },
        ErrorKind::EnvUnreadable,
        3,
    ),
    (
        "check INSTALL",
        |b| {
            std::fs::write(
                b.install().join("bootstrap/cache/config.php"),
                "<?php return array(",
            )
            .unwrap();
            None
        },
        ErrorKind::CacheUnreadable,
        3,
    ),
    (
        "check INSTALL",
        |b| {
            without_cache(b);
            env(b, |t| {
                t.replace("DB_CONNECTION=sqlite", "DB_CONNECTION=sqlsrv")
            })
        },
        ErrorKind::DatabaseSettings,
        3,
    ),
    (
        "recover --yes INSTALL",
        |b| {
            std::fs::remove_file(b.install().join("database/database.sqlite")).unwrap();
            None
        },
        ErrorKind::DatabaseUnreachable,
        3,
    ),
    (
        "check INSTALL",
        |b| {
            without_cache(b);
            env(b, |t| {
                t.replace(
                    "DB_CONNECTION=sqlite",
                    "DB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nDB_PORT=1",
                )
            })
        },
        ErrorKind::DatabaseUnreachable,
        3,
    ),
    (
        "find-key INSTALL",
        |b| sql(b, "DROP TABLE options"),
        ErrorKind::DatabaseUnsuitable,
        3,
    ),
    (
        "backup INSTALL",
        |b| {
            sql(
                b,
                "CREATE TRIGGER t AFTER UPDATE ON mailboxes BEGIN DELETE FROM options; END",
            )
        },
        ErrorKind::DatabaseUnsuitable,
        3,
    ),
    // what is given
    ("check --jsn INSTALL", nothing, ErrorKind::Usage, 3),
    ("restore", nothing, ErrorKind::Usage, 3),
    (
        "recover --strategy all INSTALL",
        nothing,
        ErrorKind::Usage,
        3,
    ),
    ("test --concurrency 0 INSTALL", nothing, ErrorKind::Usage, 3),
    (
        "check --look-in NOWHERE INSTALL",
        nothing,
        ErrorKind::BadInput,
        3,
    ),
    (
        "find-key --key-file NOWHERE INSTALL",
        nothing,
        ErrorKind::BadInput,
        3,
    ),
    (
        "check --key-file INSTALL/artisan INSTALL",
        nothing,
        ErrorKind::BadInput,
        3,
    ),
    (
        "check --web-user nobody-of-that-name INSTALL",
        nothing,
        ErrorKind::BadInput,
        3,
    ),
    (
        "test --mailbox nobody@x.example INSTALL",
        nothing,
        ErrorKind::BadInput,
        3,
    ),
    (
        "test --connect-to here INSTALL",
        nothing,
        ErrorKind::BadInput,
        3,
    ),
    (
        "recover --passwords NOWHERE INSTALL",
        nothing,
        ErrorKind::BadInput,
        3,
    ),
    (
        "backup --encrypt --passphrase-file NOWHERE INSTALL",
        nothing,
        ErrorKind::Passphrase,
        3,
    ),
    // the work itself
    (
        "backup INSTALL",
        state_is_a_file,
        ErrorKind::BackupFailed,
        3,
    ),
    (
        "restore INSTALL INSTALL",
        nothing,
        ErrorKind::BackupUnusable,
        3,
    ),
    (
        "restore NOWHERE INSTALL",
        nothing,
        ErrorKind::BackupUnusable,
        3,
    ),
    (
        "restore BACKUP INSTALL",
        cut_off,
        ErrorKind::BackupUnusable,
        3,
    ),
    (
        "restore BACKUP DEMO/another",
        of_another_install,
        ErrorKind::BackupUnusable,
        1,
    ),
    ("recover INSTALL", no_usable_key, ErrorKind::NoPlan, 1),
    (
        "recover --yes --strategy restore INSTALL",
        nothing,
        ErrorKind::NoPlan,
        1,
    ),
    (
        "recover --yes INSTALL",
        public_key,
        ErrorKind::FreshNotAsked,
        1,
    ),
    ("recover --yes INSTALL", held, ErrorKind::Locked, 3),
    ("undo --yes INSTALL", held, ErrorKind::NothingToDo, 1),
    ("resume --give-up INSTALL", held, ErrorKind::Locked, 3),
    (
        "recover --yes INSTALL",
        unfinished,
        ErrorKind::UnfinishedRun,
        3,
    ),
    ("resume INSTALL", unfinished, ErrorKind::BackupUnusable, 1),
    ("undo INSTALL", unfinished, ErrorKind::BackupUnusable, 1),
    (
        "resume --give-up INSTALL",
        unfinished_with_its_backup,
        ErrorKind::Refused,
        1,
    ),
    (
        "recover --yes INSTALL",
        journal_is_garbage,
        ErrorKind::JournalUnusable,
        3,
    ),
    (
        "history INSTALL",
        journal_is_garbage,
        ErrorKind::JournalUnusable,
        3,
    ),
    (
        "history --all",
        journal_is_garbage,
        ErrorKind::JournalUnusable,
        3,
    ),
    ("undo INSTALL", nothing, ErrorKind::NothingToDo, 1),
];

#[test]
fn every_command_says_which_kind_of_problem_it_was() {
    let wrong: Vec<String> = CASES.iter().filter_map(|case| wrong(case).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is not as it should be with one case.
fn wrong((arguments, situation, kind, code): &Case) -> Result<(), String> {
    let bench = Bench::new();
    let held = situation(&bench);
    let install = bench.install();
    let paths: [(&str, &Path); 4] = [
        ("INSTALL", &install),
        ("NOWHERE", &bench.path("nowhere")),
        ("BACKUP", &bench.path("backup")),
        ("DEMO", &bench.path("demo")),
    ];
    let in_full = |word: &str| {
        let named = paths.iter().find(|(name, _)| word.starts_with(name));
        match named {
            Some((name, path)) => format!("{}{}", path.display(), &word[name.len()..]),
            None => word.to_owned(),
        }
    };
    let words: Vec<String> = arguments.split(' ').map(in_full).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).chain(["--json"]).collect();
    let before = bench.state();
    let outcome = bench.run(&words);
    drop(held);
    let require = |holds: bool, what: &str| match holds {
        true => Ok(()),
        false => Err(format!(
            "{arguments}: {what}; exit code {}\n{}{}",
            outcome.code, outcome.out, outcome.err
        )),
    };
    let json: Json = serde_json::from_str(&outcome.out).unwrap_or_default();
    let members = json
        .as_object()
        .map(|o| o.keys().map(String::as_str).collect::<Vec<_>>());
    require(members == Some(vec!["error", "schema"]), "not one document")?;
    let error = &json["error"];
    require(json["schema"] == 1, "another schema")?;
    require(error["code"] == kind.code(), kind.code())?;
    require(error["retry"] == kind.retry(), "retry")?;
    require(outcome.code == *code, "the exit code")?;
    let message = error["message"].as_str().unwrap_or_default();
    require(!message.is_empty() && error["next"].is_string(), "texts")?;
    // It is said to people as well.
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = one_line(&outcome.err).contains(&one_line(message));
    require(said, "not on standard error")?;
    require(bench.state() == before, "something was written")
}

/// Without `--json` standard output stays empty, and the sentences are the same.
#[test]
fn without_json_nothing_is_on_standard_output() {
    let bench = Bench::new();
    for arguments in [
        &["check", "/nowhere"][..],
        &["recover", "--strategy", "all"],
    ] {
        let plain = bench.run(arguments);
        assert_eq!((plain.code, plain.out.as_str()), (3, ""), "{arguments:?}");
        let json = bench.run(&[arguments, &["--json"]].concat());
        assert_eq!(plain.err, json.err, "{arguments:?}");
    }
}

/// `recover` would refuse, so it is not what comes next.
#[test]
fn check_names_the_way_out_of_an_unfinished_run() {
    let bench = Bench::new();
    let install = bench.install();
    let install = install.to_str().unwrap();
    let state = bench.path("state");
    let check = || bench.run(&["check", install, "--state-dir", state.to_str().unwrap()]);
    assert!(check().out.contains("freescout-rescue recover "));
    unfinished(&bench);
    let checked = check();
    assert_eq!(checked.code, 2, "{}", checked.err);
    for way in ["freescout-rescue resume ", "freescout-rescue undo --yes "] {
        assert!(checked.out.contains(way), "{}", checked.out);
    }
    assert!(
        !checked.out.contains("freescout-rescue recover "),
        "{}",
        checked.out
    );
}

/// Arguments are shown in what is said of them, but not as they are.
#[test]
fn arguments_do_not_steer_the_terminal() {
    let bench = Bench::new();
    for argument in [
        "--no\u{1b}[2Jsuch",
        "--concurrency=\u{1b}]0;x\u{7}",
        "\u{202e}txt",
    ] {
        let outcome = bench.run(&["test", "--json", argument, "--jsn"]);
        let shown = format!("{}{}", outcome.out, outcome.err);
        assert_eq!(outcome.code, 3, "{shown}");
        assert!(
            !shown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
            "{shown:?}"
        );
        serde_json::from_str::<Json>(&outcome.out).unwrap();
    }
}

/// Programs are written against the list in the README.
#[test]
fn every_code_is_documented() {
    let readme = include_str!("../../README.md");
    let row = |kind: &ErrorKind| {
        let retry = if kind.retry() { "yes" } else { "no" };
        let mut rows = readme
            .lines()
            .filter(|line| line.starts_with(&format!("| `{}` |", kind.code())));
        rows.any(|row| row.ends_with(&format!("| {retry} |")))
    };
    for kind in ErrorKind::ALL {
        assert!(row(kind), "{} is not in the README as it is", kind.code());
    }
}

/// Help and README list them in one order, and say the same.
#[test]
fn exit_codes_are_listed_in_their_order() {
    let in_order = |text: &str, context: &str| {
        let codes: Vec<u32> = text
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|number| number.parse().ok())
            .collect();
        assert!(
            codes.is_sorted() && codes.first() == Some(&0),
            "{context}: {text}"
        );
        codes
    };
    let bench = Bench::new();
    let readme = include_str!("../../README.md");
    let table = readme
        .split("| command | does | exit code |")
        .nth(1)
        .unwrap();
    let mut compared = 0;
    for row in table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
    {
        let cells: Vec<&str> = row.split(" | ").collect();
        let command = cells[0]
            .trim_start_matches("| `")
            .split(['`', ' '])
            .next()
            .unwrap();
        let of_readme = cells[2].trim_matches([' ', '|']);
        // Of `demo` none are told, and of `resume` those of `recover`.
        if of_readme.is_empty() || of_readme.starts_with("as ") {
            continue;
        }
        let help = bench.run(&[command, "--help"]).out;
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let of_help = help.split("Exit code ").nth(1).unwrap();
        let of_help = of_help
            .split(". ")
            .next()
            .unwrap()
            .split(" Usage")
            .next()
            .unwrap();
        assert_eq!(
            in_order(of_readme, command),
            in_order(of_help, command),
            "{command}"
        );
        compared += 1;
    }
    assert_eq!(compared, 11);
}
