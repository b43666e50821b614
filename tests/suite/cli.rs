//! The program without its screen, on installs in every sort of trouble: a clear message, an exit code, nothing written.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use rusqlite::Connection;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// A demo install in a folder of its own.
pub struct Bench {
    pub folder: TempDir,
}

/// How a run ended.
pub struct Outcome {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Where programs are looked for, ours among them: in a container, what is not found there is named by its path.
pub fn search_path() -> String {
    let ours = assert_cmd::cargo::cargo_bin("freescout-rescue");
    format!("/usr/bin:/bin:{}", ours.parent().unwrap().to_str().unwrap())
}

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bench = Self { folder };
        let made = bench.run(&["demo", "--make", bench.path("demo").to_str().unwrap()]);
        assert_eq!(made.code, 0, "{}", made.err);
        bench
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn install(&self) -> PathBuf {
        self.path("demo/freescout")
    }

    pub fn database(&self) -> Connection {
        Connection::open(self.install().join("database/database.sqlite")).unwrap()
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, "")
    }

    pub fn run_with(&self, arguments: &[&str], input: &str) -> Outcome {
        self.run_with_bytes(arguments, input.as_bytes())
    }

    pub fn run_with_bytes(&self, arguments: &[&str], input: &[u8]) -> Outcome {
        let mut command = Command::cargo_bin("freescout-rescue").unwrap();
        command
            .env_clear()
            .env("HOME", self.path("home"))
            .env("PATH", search_path());
        // Nothing of a test stays on the machine: the usual state folder is the machine's.
        let commands = [
            "check", "find-key", "test", "backup", "safe", "restore", "recover", "undo", "resume",
            "resend", "rotate", "history", "watch",
        ];
        let command_of_ours = arguments.first().is_some_and(|a| commands.contains(a));
        if command_of_ours && !arguments.contains(&"--state-dir") {
            command.arg(arguments[0]).arg("--state-dir");
            command.arg(self.path("state")).args(&arguments[1..]);
        } else {
            command.args(arguments);
        }
        let out = command.write_stdin(input).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Outcome {
            code: out.status.code().unwrap_or(-1),
            out: text(&out.stdout),
            err: text(&out.stderr),
        }
    }

    /// `check` on the demo, with these further arguments.
    pub fn check(&self, more: &[&str]) -> Outcome {
        let install = self.install();
        self.run(&[&["check", install.to_str().unwrap()], more].concat())
    }

    pub fn check_json(&self) -> Json {
        let outcome = self.check(&["--json"]);
        serde_json::from_str(&outcome.out)
            .unwrap_or_else(|e| panic!("{e}: {} {}", outcome.out, outcome.err))
    }

    /// Every file below the install with its sum, owner and mode.
    pub fn state(&self) -> BTreeMap<PathBuf, (Vec<u8>, u32)> {
        state(&self.install())
    }
}

pub fn state(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u32)> {
    let files = walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file());
    files
        .map(|e| {
            let sum = Sha256::digest(std::fs::read(e.path()).unwrap()).to_vec();
            (
                e.path().to_owned(),
                (sum, e.metadata().unwrap().permissions().mode()),
            )
        })
        .collect()
}

/// A change to an install, and what `check` must then say.
type Trouble<'a> = (&'a str, &'a dyn Fn(&Bench), i32, &'a str);

#[test]
fn every_trouble_has_a_clear_message_and_nothing_is_written() {
    let env = |bench: &Bench, change: &dyn Fn(String) -> String| {
        let path = bench.install().join(".env");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, change(text)).unwrap();
    };
    let no_cache = |bench: &Bench| {
        std::fs::remove_file(bench.install().join("bootstrap/cache/config.php")).unwrap()
    };
    let sql = |bench: &Bench, statement: &str| bench.database().execute_batch(statement).unwrap();
    let troubles: [Trouble<'_>; 12] = [
        (
            "no FreeScout",
            &|b| std::fs::remove_file(b.install().join("artisan")).unwrap(),
            3,
            "is not a FreeScout",
        ),
        (
            "no .env, no cache",
            &|b| {
                no_cache(b);
                std::fs::remove_file(b.install().join(".env")).unwrap();
            },
            3,
            "Do not open /install.php",
        ),
        (
            "a line FreeScout cannot read",
            &|b| {
                no_cache(b);
                env(b, &|t| t.replace("APP_TIMEZONE=UTC", "APP_NAME=two words"));
            },
            2,
            "line 5 of .env",
        ),
        (
            "no database file",
            &|b| std::fs::remove_file(b.install().join("database/database.sqlite")).unwrap(),
            3,
            "cannot be reached",
        ),
        (
            "not a database",
            &|b| {
                std::fs::write(
                    b.install().join("database/database.sqlite"),
                    "x".repeat(5000),
                )
                .unwrap()
            },
            3,
            "not a database",
        ),
        (
            "no tables",
            &|b| sql(b, "DROP TABLE options"),
            3,
            "The table options is missing",
        ),
        (
            "another driver",
            &|b| {
                no_cache(b);
                env(b, &|t| {
                    t.replace("DB_CONNECTION=sqlite", "DB_CONNECTION=sqlsrv")
                });
            },
            3,
            "DB_CONNECTION",
        ),
        (
            "an older schema",
            &|b| {
                sql(
                    b,
                    "ALTER TABLE mailboxes DROP COLUMN meta; ALTER TABLE modules DROP COLUMN license;",
                )
            },
            2,
            "mailboxes.meta, modules.license does not exist",
        ),
        (
            "no modules, no users",
            &|b| sql(b, "DROP TABLE modules; DROP TABLE users;"),
            2,
            "modules, users does not exist",
        ),
        (
            "a broken cache",
            &|b| {
                std::fs::write(
                    b.install().join("bootstrap/cache/config.php"),
                    "<?php echo 1;",
                )
                .unwrap()
            },
            3,
            "is not a valid Laravel config cache",
        ),
        (
            "a hostile name",
            &|b| {
                sql(
                    b,
                    "UPDATE mailboxes SET name = 'a' || char(27) || ']0;owned' || char(7) WHERE id = 3",
                )
            },
            2,
            "a·]0;owned·",
        ),
        (
            "meta that is not JSON",
            &|b| sql(b, "UPDATE mailboxes SET meta = '{\"oauth\":' WHERE id = 12"),
            2,
            "meta is not JSON",
        ),
    ];
    for (name, trouble, code, message) in troubles {
        let bench = Bench::new();
        trouble(&bench);
        let before = bench.state();
        let outcome = bench.check(&[]);
        let said = format!("{}{}", outcome.out, outcome.err);
        assert_eq!(outcome.code, code, "{name}: {said}");
        assert!(said.contains(message), "{name}: {said}");
        assert!(!said.contains('\u{1b}'), "{name} lets an escape through");
        assert!(!said.contains("panicked"), "{name}: {said}");
        assert_eq!(bench.state(), before, "{name}: something was written");
        assert!(
            !bench.path("home").exists(),
            "{name}: something was written at home"
        );
    }
}

#[test]
fn huge_values_are_bounded() {
    let bench = Bench::new();
    bench
        .database()
        .execute_batch(
            "UPDATE mailboxes SET in_password = 'eyJpdiI6' || hex(zeroblob(500000)) WHERE id = 3;
             UPDATE mailboxes SET in_password = 'eyJpdiI6' || hex(zeroblob(3000000)) WHERE id = 4;",
        )
        .unwrap();
    let json = bench.check_json();
    let verdict = |id: u64| {
        let of =
            |s: &&Json| s["id"] == id && s["column"] == "in_password" && s["table"] == "mailboxes";
        json["secrets"].as_array().unwrap().iter().find(of).unwrap()["verdict"].clone()
    };
    assert_eq!(
        (verdict(3), verdict(4)),
        ("damaged".into(), "damaged".into())
    );
}

#[test]
fn json_is_alone_on_standard_output() {
    let bench = Bench::new();
    std::fs::write(bench.path("demo/packed.xz"), b"\xfd7zXZ\0").unwrap();
    let outcome = bench.check(&["--json", "--look-in", bench.path("demo").to_str().unwrap()]);
    let json: Json = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["summary"]["total"], 31);
    assert_eq!(json["recommendation"]["strategy"], "restore");
    assert!(outcome.err.contains("packed.xz"), "{}", outcome.err);
    let kinds: Vec<&Json> = json["keys"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|k| k["sources"].as_array().unwrap())
        .collect();
    assert!(
        kinds
            .iter()
            .any(|s| s["kind"] == "archive" && s["inside"][0] == "var/www/html/.env")
    );
}

#[test]
fn a_key_comes_by_file_or_standard_input_and_never_shows() {
    let bench = Bench::new();
    let key = format!("base64:{}", "QUJD".repeat(10) + "QUI=");
    let file = bench.path("key");
    std::fs::write(&file, format!("{key}\n")).unwrap();
    let install = bench.install();
    let install = install.to_str().unwrap();
    let by_file = bench.run(&[
        "check",
        install,
        "--json",
        "--key-file",
        file.to_str().unwrap(),
    ]);
    let by_input = bench.run_with(&["check", install, "--json", "--key-file", "-"], &key);
    for (outcome, kind) in [(by_file, "given"), (by_input, "stdin")] {
        assert!(
            outcome.out.contains(&format!("\"{kind}\"")),
            "{}",
            outcome.out
        );
        assert!(!outcome.out.contains(&key[7..]) && !outcome.err.contains(&key[7..]));
    }
    std::fs::write(&file, "not a key").unwrap();
    let wrong = bench.run(&["check", install, "--key-file", file.to_str().unwrap()]);
    assert_eq!(wrong.code, 3);
    assert!(wrong.err.contains("contains no key"), "{}", wrong.err);
    assert!(
        !wrong.err.contains("not a key"),
        "the content is not shown: {}",
        wrong.err
    );
}

#[test]
fn without_yes_nothing_happens() {
    let bench = Bench::new();
    let before = bench.state();
    let (install, backups) = (bench.install(), bench.path("backups"));
    let (install, backups) = (install.to_str().unwrap(), backups.to_str().unwrap());
    // That there is something to do, and what: as asked. That there is nothing to undo: no.
    for (command, code, says) in [
        (&["recover"][..], 0, "Nothing was changed"),
        (&["recover", "--dry-run"], 0, "Nothing was changed"),
        (&["undo"], 1, "no recovery"),
        (&["undo", "--dry-run"], 1, "no recovery"),
    ] {
        let place = [install, "--state-dir", backups, "--no-artisan"];
        let outcome = bench.run(&[command, &place].concat());
        assert_eq!(outcome.code, code, "{command:?}: {}", outcome.err);
        assert!(outcome.err.contains(says), "{}", outcome.err);
    }
    let both = bench.run(&["recover", install, "--dry-run", "--yes"]);
    assert_eq!(both.code, 3, "{}", both.err);
    assert_eq!(bench.state(), before);
    assert!(!bench.path("backups").exists());
}

#[test]
fn a_refused_password_list_names_its_line_and_changes_nothing() {
    let bench = Bench::new();
    let before = bench.state();
    let install = bench.install();
    let backups = bench.path("backups");
    let common = [
        "recover",
        install.to_str().unwrap(),
        "--yes",
        "--no-artisan",
        "--state-dir",
        backups.to_str().unwrap(),
    ];
    for (lines, message) in [
        (
            "{\"mailbox\": 1, \"incoming\": \"hunter2-sentinel\"}\n{\"mailbox\": \n",
            "The passwords from standard input cannot be used.\n  line 2",
        ),
        (
            "{\"mailbox\": 99, \"incoming\": \"hunter2-sentinel\"}\n",
            "no mailbox 99",
        ),
        (
            "{\"mailbox\": \"nobody@x.example\", \"outgoing\": \"hunter2-sentinel\"}\n",
            "nobody@x.example",
        ),
    ] {
        let outcome = bench.run_with(&[&common[..], &["--passwords", "-"]].concat(), lines);
        assert_eq!(outcome.code, 3, "{}", outcome.err);
        assert!(outcome.err.contains(message), "{}", outcome.err);
        assert!(
            !format!("{}{}", outcome.out, outcome.err).contains("hunter2"),
            "{}",
            outcome.err
        );
    }
    assert_eq!(bench.state(), before);
}

#[test]
fn a_whole_recovery_and_its_undo() {
    let bench = Bench::new();
    let before = bench.state();
    let (install, backups, look_in) = (
        bench.install(),
        bench.path("backups"),
        bench.path("demo/old-server"),
    );
    let common = [
        "--no-artisan",
        "--json",
        "--state-dir",
        backups.to_str().unwrap(),
        install.to_str().unwrap(),
    ];
    let typed = "hunter2-sentinel-ü";
    let lines = format!(
        "{{\"mailbox\":5,\"outgoing\":\"{typed}\"}}\n{{\"mailbox\":\"BIURO@helpdesk.example\",\"outgoing\":\"{typed}\"}}\n"
    );
    let recover = [
        &[
            "recover",
            "--yes",
            "--passwords",
            "-",
            "--look-in",
            look_in.to_str().unwrap(),
        ],
        &common[..],
    ]
    .concat();
    let outcome = bench.run_with(&recover, &lines);
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    let json: Json = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(
        (&json["verified"], &json["reentered"]),
        (&true.into(), &2.into())
    );
    assert_eq!(bench.check_json()["summary"]["opens"], 32);
    // Nobody else may read what we leave, and the password stands nowhere.
    for (path, (_, mode)) in state(&backups) {
        assert_eq!(mode & 0o077, 0, "{} is open to others", path.display());
    }
    for entry in walkdir::WalkDir::new(bench.folder.path())
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file())
    {
        let bytes = std::fs::read(entry.path()).unwrap();
        assert!(
            !bytes.windows(typed.len()).any(|w| w == typed.as_bytes()),
            "{}",
            entry.path().display()
        );
    }
    let outcome = bench.run(&[&["undo", "--yes"], &common[..]].concat());
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    let after = bench.state();
    for (path, what) in before
        .iter()
        .filter(|(path, _)| !path.ends_with("database.sqlite"))
    {
        assert_eq!(after.get(path), Some(what), "{}", path.display());
    }
    assert_eq!(bench.check_json()["summary"]["opens"], 7);
    let again = bench.run(&[&["undo", "--yes"], &common[..]].concat());
    assert_eq!(again.code, 1, "an undo is not undone twice: {}", again.err);
}

#[test]
fn two_thousand_mailboxes_are_no_trouble() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench { folder };
    let made = bench.run(&[
        "demo",
        "--make",
        bench.path("demo").to_str().unwrap(),
        "--mailboxes",
        "2000",
    ]);
    assert_eq!(made.code, 0, "{}", made.err);
    let look_in = bench.path("demo/old-server");
    let look_in = ["--look-in", look_in.to_str().unwrap()];
    // The first ten of each group, unless all are asked for; or all in one line.
    for (more, lines) in [
        (&[][..], 20..80),
        (&["--all"], 3000..3080),
        (&["--brief"], 1..2),
    ] {
        let told = bench.check(&[&look_in[..], more].concat());
        assert_eq!(told.code, 2, "{}", told.err);
        assert!(lines.contains(&told.out.lines().count()), "{}", told.out);
        let says = told
            .out
            .matches("    and 990 more (--all lists them)")
            .count();
        assert_eq!(says, if more.is_empty() { 3 } else { 0 }, "{}", told.out);
    }
    let outcome = bench.check(&[&["--json"], &look_in[..]].concat());
    let json: Json = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(json["summary"]["total"], 4000);
    assert_eq!(
        (&json["summary"]["opens"], &json["summary"]["other_key"]),
        (&1000.into(), &3000.into())
    );
}

#[test]
fn a_public_key_in_force_is_told_and_left_behind() {
    let bench = Bench::new();
    let path = bench.install().join(".env");
    std::fs::remove_file(bench.install().join("bootstrap/cache/config.php")).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let line = text.lines().find(|l| l.starts_with("APP_KEY=")).unwrap();
    std::fs::write(
        &path,
        text.replace(line, &format!("APP_KEY={}", "a".repeat(32))),
    )
    .unwrap();
    // What is sealed under keys not known yet comes first.
    let outcome = bench.check(&[]);
    assert!(
        outcome.out.contains("is public") && !outcome.out.contains("Recommended: fresh"),
        "{}",
        outcome.out
    );
    bench
        .database()
        .execute_batch("UPDATE mailboxes SET in_password = '', out_password = '', meta = NULL; DELETE FROM options WHERE value LIKE 'eyJ%'; DELETE FROM modules; UPDATE users SET password = 'x'")
        .unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let plain = text
        .lines()
        .filter(|l| !l.contains("eyJ") && !l.contains("ZXlK"));
    std::fs::write(&path, plain.map(|l| format!("{l}\n")).collect::<String>()).unwrap();
    let outcome = bench.check(&[]);
    assert!(
        outcome.out.contains("Recommended: fresh"),
        "{}",
        outcome.out
    );
    // And it is not made before it was asked for.
    let before = bench.state();
    let outcome = bench.act(&["recover", "--yes"], &[]);
    assert_eq!(outcome.code, 1, "{}{}", outcome.out, outcome.err);
    assert!(outcome.err.contains("--strategy fresh"), "{}", outcome.err);
    assert_eq!(bench.state(), before);
    assert_eq!(
        bench
            .act(&["recover", "--yes", "--no-test"], &["--strategy", "fresh"])
            .code,
        0
    );
    assert_ne!(bench.state(), before);
}

#[test]
fn a_misspelt_place_stops_everything_before_it_begins() {
    let bench = Bench::new();
    let before = bench.state();
    let install = bench.install();
    for command in [&["check"][..], &["recover"], &["recover", "--yes"]] {
        let arguments = [
            command,
            &[install.to_str().unwrap(), "--look-in", "/no/such/place"],
        ]
        .concat();
        let outcome = bench.run(&arguments);
        assert_eq!(outcome.code, 3, "{}", outcome.err);
        assert!(outcome.err.contains("/no/such/place"), "{}", outcome.err);
    }
    assert_eq!(bench.state(), before);
}
