//! Backups kept closed: encrypted, with the key apart, put back by hand and by us, and what is refused. On the demo install.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::by_hand;
use crate::cli::{Bench, Outcome, state};

const PASSPHRASE: &str = "correct horse battery ст@ple";
/// Stands unencrypted in a mailbox and in `.env`.
const SENTINEL: &str = "s3ntinel-in-plain-view";

impl Bench {
    /// A demo in which something stands unencrypted, and a passphrase in a file.
    fn with_sentinel() -> Self {
        let bench = Self::new();
        bench
            .database()
            .execute(
                "UPDATE mailboxes SET in_password = ?1 WHERE id = 6",
                [SENTINEL],
            )
            .unwrap();
        let env = bench.install().join(".env");
        let text = std::fs::read_to_string(&env).unwrap();
        std::fs::write(&env, format!("{text}# {SENTINEL}\n")).unwrap();
        std::fs::write(bench.path("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        bench
    }

    fn passphrase(&self) -> String {
        self.path("passphrase").to_str().unwrap().to_owned()
    }

    fn key_text(&self) -> String {
        let env = std::fs::read_to_string(self.install().join(".env")).unwrap();
        let key = env.lines().find_map(|l| l.strip_prefix("APP_KEY="));
        key.unwrap().to_owned()
    }

    /// Makes a backup as these options say, and gives its folder.
    fn backup(&self, options: &[&str]) -> PathBuf {
        let outcome = self.act(&["backup", "--json"], options);
        assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
        assert_silent(&outcome);
        let json: Json = serde_json::from_str(&outcome.out).unwrap();
        PathBuf::from(json["backup"].as_str().unwrap())
    }

    fn encrypted(&self, options: &[&str]) -> PathBuf {
        let passphrase = self.passphrase();
        let quick = [
            "--encrypt",
            "--passphrase-file",
            &passphrase,
            "--work-factor",
            "4",
        ];
        self.backup(&[&quick[..], options].concat())
    }

    /// `restore`, with the right passphrase.
    fn restore(&self, backup: &Path, options: &[&str]) -> Outcome {
        let passphrase = self.passphrase();
        let outcome = self.act(
            &["restore", backup.to_str().unwrap()],
            &[&["--passphrase-file", &passphrase], options].concat(),
        );
        assert_silent(&outcome);
        outcome
    }

    fn restore_json(&self, backup: &Path, options: &[&str]) -> (i32, Json) {
        let outcome = self.restore(backup, &[&["--json"], options].concat());
        let json = serde_json::from_str(&outcome.out)
            .unwrap_or_else(|e| panic!("{e}: {}{}", outcome.out, outcome.err));
        (outcome.code, json)
    }

    /// Every text that may be touched, byte for byte, by its place.
    fn texts(&self) -> Vec<(String, Option<Vec<u8>>)> {
        use rusqlite::types::ValueRef;
        let database = self.database();
        let mut all = Vec::new();
        for (table, columns) in [
            ("mailboxes", &["in_password", "out_password", "meta"][..]),
            ("options", &["value"]),
            ("modules", &["license"]),
            ("users", &["password"]),
        ] {
            let select = format!("SELECT id, {} FROM {table}", columns.join(", "));
            let mut statement = database.prepare(&select).unwrap();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let id: i64 = row.get(0).unwrap();
                for (n, column) in columns.iter().enumerate() {
                    let text = match row.get_ref(n + 1).unwrap() {
                        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes.to_vec()),
                        ValueRef::Null => None,
                        other => panic!("{other:?}"),
                    };
                    all.push((format!("{table}#{id}.{column}"), text));
                }
            }
        }
        all
    }

    /// Somebody works on everything: rows, `.env`, the cache.
    fn spoil(&self) {
        self.database()
            .execute_batch(
                "UPDATE mailboxes SET in_password = 'spoilt', out_password = NULL, meta = NULL;
                 UPDATE options SET value = 'spoilt' WHERE name = 'mail_password';
                 UPDATE modules SET license = 'spoilt';",
            )
            .unwrap();
        let env = self.install().join(".env");
        let text = std::fs::read_to_string(&env).unwrap();
        let line = text.lines().find(|l| l.starts_with("APP_KEY=")).unwrap();
        let other = "APP_KEY=base64:QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUI=";
        std::fs::write(&env, text.replace(line, other)).unwrap();
        std::fs::remove_file(self.install().join("bootstrap/cache/config.php")).unwrap();
    }
}

/// The passphrase is in nothing that is said.
fn assert_silent(outcome: &Outcome) {
    let said = format!("{}{}", outcome.out, outcome.err);
    assert!(!said.contains("correct horse"), "{said}");
    assert!(!said.contains(SENTINEL), "{said}");
}

/// Nothing of this stands in a file below the folder.
fn assert_nowhere(folder: &Path, text: &str) {
    let mut looked_at = 0;
    for path in state(folder).keys() {
        let bytes = std::fs::read(path).unwrap();
        let found = bytes.windows(text.len()).any(|w| w == text.as_bytes());
        assert!(!found, "{text} in {}", path.display());
        looked_at += 1;
    }
    assert!(looked_at > 0, "nothing in {}", folder.display());
}

/// Folders 0700, files 0600.
fn assert_closed(folder: &Path) {
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
        let wanted = if entry.file_type().is_dir() {
            0o700
        } else {
            0o600
        };
        assert_eq!(mode, wanted, "{}", entry.path().display());
    }
}

#[test]
fn an_encrypted_backup_shows_nothing_and_is_closed() {
    let bench = Bench::with_sentinel();
    let (key, texts) = (bench.key_text(), bench.texts());
    let backup = bench.encrypted(&["--full-dump"]);
    assert_closed(&bench.path("backups"));
    for text in [SENTINEL, &key, "eyJpdiI6", "correct horse", "SQLite format"] {
        assert_nowhere(&bench.path("backups"), text);
    }
    let mut names: Vec<String> = state(&backup)
        .keys()
        .map(|p| {
            p.strip_prefix(&backup)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            ".freescout-rescue-backup",
            "README.txt",
            "database.dump.age",
            "files/config.php.age",
            "files/env.age",
            "manifest.json",
            "restore.sql.age",
            "rows.jsonl.age",
        ]
    );
    let manifest: Json =
        serde_json::from_slice(&std::fs::read(backup.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(
        (&manifest["schema"], &manifest["encrypted"]),
        (&2.into(), &"age-encryption.org/v1".into())
    );
    let plain = std::fs::read(bench.backup(&[]).join("rows.jsonl")).unwrap();
    let shown = plain
        .windows(SENTINEL.len())
        .any(|w| w == SENTINEL.as_bytes());
    assert!(shown, "a plain one shows it, so the search was right");
    // The dump is a whole database, and what the install held.
    let (opened, said) = by_hand::type_line(
        &backup,
        "age -d -o ../dump database.dump.age && sqlite3 ../dump 'PRAGMA integrity_check'",
        PASSPHRASE,
    );
    assert!(opened && said.contains("ok"), "{said}");
    let dump = bench.path("backups/dump");
    std::fs::copy(dump, bench.install().join("database/database.sqlite")).unwrap();
    assert_eq!(bench.texts(), texts);
}

/// SQLite's dump is made by way of a file elsewhere; not the one that is encrypted.
#[test]
fn a_full_dump_that_is_encrypted_touches_no_other_place() {
    let bench = Bench::with_sentinel();
    let (install, backups, passphrase) =
        (bench.install(), bench.path("backups"), bench.passphrase());
    let encrypt = [
        "--encrypt",
        "--work-factor",
        "4",
        "--passphrase-file",
        &passphrase,
    ];
    let nowhere = bench.path("nowhere");
    for (options, code) in [(&encrypt[..], 0), (&[], 3)] {
        let out = std::process::Command::new(assert_cmd::cargo::cargo_bin("freescout-rescue"))
            .args(["backup", "--full-dump", "--backup-dir"])
            .arg(&backups)
            .args(options)
            .arg(&install)
            .env_clear()
            .env("HOME", bench.path("home"))
            .env("TMPDIR", &nowhere)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(code), "{said}");
    }
}

#[test]
fn the_readme_alone_puts_everything_back() {
    let bench = Bench::with_sentinel();
    for (id, text) in (1..).zip(by_hand::hostile()) {
        let update = "UPDATE mailboxes SET out_password = ?1 WHERE id = ?2";
        let text = rusqlite::types::ToSqlOutput::Borrowed(rusqlite::types::ValueRef::Text(&text));
        bench
            .database()
            .execute(update, rusqlite::params![text, id])
            .unwrap();
    }
    bench
        .database()
        .execute_batch(
            "UPDATE mailboxes SET in_password = CAST(X'FF00FEC32827' AS TEXT) WHERE id = 1;
             UPDATE mailboxes SET in_password = CAST(X'610062' AS TEXT) WHERE id = 2;
             UPDATE mailboxes SET in_password = '' WHERE id = 3;
             UPDATE mailboxes SET in_password = NULL WHERE id = 4;
             UPDATE modules SET license = X'FFFE5C27' WHERE id = 1;",
        )
        .unwrap();
    let (texts, files) = (bench.texts(), bench.state());
    let keys = bench.path("keys");
    let backups = [
        bench.backup(&[]),
        bench.encrypted(&[]),
        bench.encrypted(&["--keys-dir", keys.to_str().unwrap()]),
    ];
    for backup in backups {
        bench.spoil();
        assert_ne!(bench.texts(), texts);
        by_hand::follow_readme(&backup, PASSPHRASE, |line| line);
        assert_eq!(bench.texts(), texts, "{}", backup.display());
        for (path, what) in &files {
            if !path.ends_with("database.sqlite") {
                assert_eq!(bench.state().get(path), Some(what), "{}", path.display());
            }
        }
        assert!(!backup.join("env").exists() && !backup.join("config.php").exists());
    }
}

#[test]
fn a_script_that_was_cut_off_changes_nothing() {
    let bench = Bench::with_sentinel();
    let backup = bench.encrypted(&[]);
    bench.spoil();
    let spoilt = bench.texts();
    let script = backup.join("restore.sql.age");
    let whole = std::fs::read(&script).unwrap();
    std::fs::write(&script, &whole[..whole.len() - 1]).unwrap();
    let line = by_hand::lines(&backup).remove(0);
    by_hand::type_line(&backup, &line, PASSPHRASE);
    assert_eq!(bench.texts(), spoilt);
    std::fs::write(&script, whole).unwrap();
    let (_, said) = by_hand::type_line(&backup, &line, "another");
    assert!(said.contains("incorrect passphrase"), "{said}");
    assert_eq!(bench.texts(), spoilt);
}

#[test]
fn a_restore_opens_it_with_the_passphrase_alone() {
    let bench = Bench::with_sentinel();
    let (texts, files) = (bench.texts(), bench.state());
    let backup = bench.encrypted(&[]);
    bench.spoil();
    let spoilt = bench.state();
    let named = backup.to_str().unwrap().to_owned();
    let wrong = bench.path("wrong");
    let refused: [(&[u8], &str); 4] = [
        (b"another\n", "this passphrase does not open it"),
        (b"", "one line of text"),
        (b"\xff\n", "one line of text"),
        (&[b'x'; 5000], "larger than"),
    ];
    for (text, why) in refused {
        std::fs::write(&wrong, text).unwrap();
        for yes in [&["--yes"][..], &[]] {
            let given = [&["--passphrase-file", wrong.to_str().unwrap()], yes].concat();
            let outcome = bench.act(&["restore", &named], &given);
            assert_eq!(outcome.code, 3, "{}", outcome.err);
            assert!(outcome.err.contains(why), "{why}: {}", outcome.err);
            assert!(
                outcome.err.contains("Nothing was changed"),
                "{}",
                outcome.err
            );
        }
    }
    assert_eq!(bench.state(), spoilt);
    assert_eq!(
        std::fs::read_dir(bench.path("backups")).unwrap().count(),
        1,
        "no backup is made for what is not done"
    );
    let by_input = bench.run_with(
        &[
            "restore",
            &named,
            bench.install().to_str().unwrap(),
            "--passphrase-file",
            "-",
        ],
        PASSPHRASE,
    );
    assert_eq!(by_input.code, 1, "{}", by_input.err);
    assert_silent(&by_input);
    let outcome = bench.restore(&backup, &["--yes"]);
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    assert!(outcome.out.contains("is as foretold"), "{}", outcome.out);
    assert_eq!(bench.texts(), texts);
    for (path, what) in files {
        if !path.ends_with("database.sqlite") {
            assert_eq!(bench.state().get(&path), Some(&what), "{}", path.display());
        }
    }
}

#[test]
fn without_a_terminal_it_says_how_to_give_the_passphrase() {
    let bench = Bench::with_sentinel();
    let backup = bench.encrypted(&[]);
    let install = bench.install();
    let before = bench.state();
    for command in [
        &["restore", backup.to_str().unwrap()][..],
        &["backup", "--encrypt"],
    ] {
        // A session of its own has no terminal, wherever the tests run.
        let out = std::process::Command::new("/usr/bin/setsid")
            .arg("--wait")
            .arg(assert_cmd::cargo::cargo_bin("freescout-rescue"))
            .args(command)
            .arg(&install)
            .arg("--backup-dir")
            .arg(bench.path("backups"))
            .env_clear()
            .env("HOME", bench.path("home"))
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(3), "{said}");
        assert!(said.contains("--passphrase-file"), "{said}");
    }
    let twice = bench.act(
        &["restore", backup.to_str().unwrap()],
        &["--passphrase-file", "-", "--key-file", "-"],
    );
    assert_eq!(twice.code, 3, "{}", twice.err);
    assert!(twice.err.contains("cannot be read twice"), "{}", twice.err);
    assert_eq!(bench.state(), before);
    let alone = bench.act(&["backup"], &["--passphrase-file", "-"]);
    assert_eq!(
        alone.code, 3,
        "no passphrase without --encrypt: {}",
        alone.out
    );
}

#[test]
fn an_encrypted_file_that_was_cut_off_or_changed_is_named() {
    let bench = Bench::with_sentinel();
    let backup = bench.encrypted(&["--full-dump"]);
    bench.spoil();
    let before = bench.state();
    let manifest = std::fs::read_to_string(backup.join("manifest.json")).unwrap();
    let names: Vec<PathBuf> = state(&backup)
        .into_keys()
        .filter(|p| p.extension().is_some_and(|e| e == "age"))
        .collect();
    assert_eq!(names.len(), 5);
    for path in names {
        let whole = std::fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 0x10;
        for broken in [&whole[..whole.len() - 1], &whole[..20], b"", &flipped] {
            std::fs::write(&path, broken).unwrap();
            let outcome = bench.restore(&backup, &["--yes"]);
            assert_eq!(outcome.code, 3, "{}", outcome.err);
            assert!(
                outcome.err.contains(path.to_str().unwrap())
                    && outcome.err.contains("not as it was written"),
                "{}",
                outcome.err
            );
        }
        // With the sum made right again, its own proof still speaks.
        let name = path.file_stem().unwrap().to_str().unwrap();
        if ["rows.jsonl", "env", "config.php"].contains(&name) {
            std::fs::write(&path, &flipped).unwrap();
            let sum = |bytes: &[u8]| {
                freescout_rescue::io::files::hex(&freescout_rescue::io::files::digest(bytes))
            };
            let adjusted = manifest.replace(&sum(&whole), &sum(&flipped));
            assert_ne!(adjusted, manifest);
            std::fs::write(backup.join("manifest.json"), adjusted).unwrap();
            let outcome = bench.restore(&backup, &["--yes"]);
            assert_eq!(outcome.code, 3, "{}", outcome.err);
            assert!(outcome.err.contains("cut off, changed"), "{}", outcome.err);
            std::fs::write(backup.join("manifest.json"), &manifest).unwrap();
        }
        std::fs::write(&path, whole).unwrap();
    }
    assert_eq!(bench.state(), before);
    let script = backup.join("restore.sql.age");
    std::fs::rename(&script, bench.path("moved")).unwrap();
    let outcome = bench.restore(&backup, &["--yes"]);
    assert_eq!(outcome.code, 3, "{}", outcome.err);
    assert!(
        outcome.err.contains("not as it was written"),
        "{}",
        outcome.err
    );
    std::fs::rename(bench.path("moved"), &script).unwrap();
    let newer = manifest.replacen("\"schema\": 2", "\"schema\": 3", 1);
    std::fs::write(backup.join("manifest.json"), newer).unwrap();
    let outcome = bench.restore(&backup, &["--yes"]);
    assert_eq!(outcome.code, 3, "{}", outcome.err);
    assert!(
        outcome.err.contains("newer version of this program"),
        "{}",
        outcome.err
    );
}

#[test]
fn the_key_lies_apart_from_what_it_opens() {
    let bench = Bench::with_sentinel();
    let (key, keys) = (bench.key_text(), bench.path("keys"));
    let dir = ["--keys-dir", keys.to_str().unwrap()];
    let backup = bench.backup(&dir);
    let apart = keys.join(backup.file_name().unwrap());
    assert_closed(&keys);
    assert_nowhere(&backup, &key);
    assert!(!backup.join("files").exists());
    assert_eq!(
        std::fs::read(apart.join("files/env")).unwrap(),
        std::fs::read(bench.install().join(".env")).unwrap()
    );
    for (folder, other) in [(&backup, &apart), (&apart, &backup)] {
        let readme = std::fs::read_to_string(folder.join("README.txt")).unwrap();
        assert!(readme.contains(other.to_str().unwrap()), "{readme}");
    }
    // Both are left out of a search for keys, unless they are named.
    let looked = bench.act(
        &["find-key", "--json"],
        &["--look-in", bench.folder.path().to_str().unwrap()],
    );
    let json: Json = serde_json::from_str(&looked.out).unwrap();
    let skipped: Vec<&str> = json["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|s| s["path"].as_str())
        .collect();
    for folder in [&backup, &apart] {
        assert!(skipped.contains(&folder.to_str().unwrap()), "{skipped:?}");
    }
    let (texts, env) = (
        bench.texts(),
        std::fs::read(bench.install().join(".env")).unwrap(),
    );
    bench.spoil();
    let outcome = bench.restore(&backup, &["--yes"]);
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    assert_eq!(bench.texts(), texts);
    assert_eq!(std::fs::read(bench.install().join(".env")).unwrap(), env);
}

#[test]
fn nothing_is_put_back_while_the_keys_are_away() {
    let bench = Bench::with_sentinel();
    let (keys, elsewhere) = (bench.path("keys"), bench.path("elsewhere"));
    let dir = ["--keys-dir", keys.to_str().unwrap()];
    let look_in = bench.path("demo/old-server");
    let before = bench.state();
    let recovered = bench.act(
        &["recover", "--yes", "--json"],
        &[&dir[..], &["--look-in", look_in.to_str().unwrap()]].concat(),
    );
    assert_eq!(recovered.code, 2, "{}", recovered.err);
    let json: Json = serde_json::from_str(&recovered.out).unwrap();
    let backup = PathBuf::from(json["backup"].as_str().unwrap());
    assert!(!backup.join("files").exists());
    std::fs::rename(&keys, &elsewhere).unwrap();
    let after = bench.state();
    let apart = keys.join(backup.file_name().unwrap());
    for (command, code) in [
        (&["undo", "--yes"][..], 1),
        (&["undo"], 1),
        (&["restore", backup.to_str().unwrap(), "--yes"], 3),
        (&["restore", backup.to_str().unwrap()], 3),
    ] {
        let outcome = bench.act(command, &[]);
        assert_eq!(outcome.code, code, "{command:?}: {}", outcome.err);
        for said in [
            apart.to_str().unwrap(),
            "this folder is not there",
            "the rows could be put back",
            "--keys-dir",
        ] {
            assert!(outcome.err.contains(said), "{said}: {}", outcome.err);
        }
    }
    assert_eq!(bench.state(), after);
    // A folder that others may write into, and one that somebody else could have put there.
    let now = elsewhere.join(backup.file_name().unwrap());
    let there = ["--keys-dir", elsewhere.to_str().unwrap()];
    std::fs::set_permissions(&now, std::fs::Permissions::from_mode(0o777)).unwrap();
    let outcome = bench.act(&["undo", "--yes"], &there);
    assert_eq!(outcome.code, 1, "{}", outcome.err);
    assert_eq!(bench.state(), after);
    std::fs::set_permissions(&now, std::fs::Permissions::from_mode(0o700)).unwrap();
    let outcome = bench.act(&["undo", "--yes"], &there);
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    for (path, what) in before {
        if !path.ends_with("database.sqlite") {
            assert_eq!(bench.state().get(&path), Some(&what), "{}", path.display());
        }
    }
    // The backup that the undo made first keeps its keys there too.
    assert_nowhere(&bench.path("backups"), &bench.key_text());
}

#[test]
fn a_folder_for_the_keys_must_be_apart_and_safe() {
    let bench = Bench::with_sentinel();
    std::fs::create_dir(bench.path("backups")).unwrap();
    std::fs::set_permissions(
        bench.path("backups"),
        std::fs::Permissions::from_mode(0o700),
    )
    .unwrap();
    std::fs::create_dir(bench.path("open")).unwrap();
    std::fs::set_permissions(bench.path("open"), std::fs::Permissions::from_mode(0o777)).unwrap();
    std::os::unix::fs::symlink(bench.path("backups"), bench.path("link")).unwrap();
    for (dir, why) in [
        ("backups", "within the folder of the backups"),
        ("backups/keys", "within the folder of the backups"),
        ("link/keys", "within the folder of the backups"),
        ("open", "others may write"),
    ] {
        let dir = bench.path(dir);
        let outcome = bench.act(&["backup"], &["--keys-dir", dir.to_str().unwrap()]);
        assert_eq!(outcome.code, 3, "{}", outcome.out);
        assert!(outcome.err.contains(why), "{why}: {}", outcome.err);
    }
    // A name that is taken among the keys is not taken for the backup either.
    let keys = bench.path("keys");
    let dir = ["--keys-dir", keys.to_str().unwrap()];
    let (first, second) = (bench.backup(&dir), bench.backup(&dir));
    std::fs::remove_dir_all(&first).unwrap();
    let third = bench.backup(&dir);
    let names = std::fs::read_dir(&keys).unwrap().count();
    assert_eq!(names, 3);
    assert_ne!(first.file_name(), second.file_name());
    assert!(keys.join(third.file_name().unwrap()).is_dir());
}

/// What is printed without `--yes` is what happens with it.
#[test]
fn a_restore_comes_out_as_it_was_foretold() {
    let bench = Bench::with_sentinel();
    let backup = bench.backup(&[]);
    let saved = bench.texts();
    let look_in = bench.path("demo/old-server");
    let recovered = bench.act(
        &["recover", "--yes"],
        &["--look-in", look_in.to_str().unwrap()],
    );
    assert_eq!(recovered.code, 2, "{}", recovered.err);
    // A user who accepted the invitation meanwhile: no secret stands there any more, and it is replaced all the same.
    bench
        .database()
        .execute_batch(
            "UPDATE users SET password = '$2y$10$accepted' WHERE id = 2;
             DELETE FROM modules WHERE id = 2;",
        )
        .unwrap();
    let (before, files) = (bench.texts(), bench.state());
    let (code, told) = bench.restore_json(&backup, &[]);
    assert_eq!((code, &told["planned"]), (1, &true.into()));
    assert_eq!(bench.state(), files, "nothing was changed");
    let changes = told["changes"]["rows"].as_array().unwrap();
    let told_rows: Vec<String> = changes
        .iter()
        .map(|c| {
            let text = |name: &str| c[name].as_str().unwrap().to_owned();
            format!("{}#{}.{}", text("table"), c["id"], text("column"))
        })
        .collect();
    assert_eq!(told["rows"], told_rows.len());
    let differs = |(place, text): &&(String, Option<Vec<u8>>)| {
        before.iter().any(|(p, t)| p == place && t != text)
    };
    let mut differing: Vec<String> = saved
        .iter()
        .filter(differs)
        .map(|(place, _)| place.clone())
        .collect();
    let mut sorted = told_rows.clone();
    sorted.sort();
    differing.sort();
    assert_eq!(sorted, differing, "exactly what differs, nowhere a value");
    assert!(sorted.contains(&"users#2.password".to_owned()));
    let actions: Vec<&Json> = told["changes"]["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["action"])
        .collect();
    assert_eq!(actions, ["write", "write"]);
    let of = |secrets: &Json, table: &str, id: u64, column: &str| {
        let is = |s: &&Json| s["table"] == table && s["id"] == id && s["column"] == column;
        secrets.as_array().unwrap().iter().find(is).unwrap().clone()
    };
    let (now, after) = (&told["key_now"], &told["key_after"]);
    assert_ne!(now, after);
    let support = of(&told["secrets"], "mailboxes", 1, "in_password");
    assert_eq!(
        (&support["now"]["key"], &support["after"]["key"]),
        (now, after)
    );
    let sales = of(&told["secrets"], "mailboxes", 3, "in_password");
    assert_eq!(
        (&sales["now"]["verdict"], &sales["after"]["verdict"]),
        (&"opens".into(), &"other_key".into())
    );
    let plain = of(&told["secrets"], "mailboxes", 6, "in_password");
    assert_eq!(plain["after"]["verdict"], "plaintext");
    let invited = of(&told["secrets"], "users", 2, "password");
    assert_eq!(invited["now"], Json::Null);
    let text = bench.restore(&backup, &[]);
    for said in [
        "users#2.password",
        "The key in force becomes",
        "It would read fewer than now.",
        "bootstrap/cache/config.php",
    ] {
        assert!(text.out.contains(said), "{said}: {}", text.out);
    }
    let (code, done) = bench.restore_json(&backup, &["--yes"]);
    assert_eq!((code, &done["as_foretold"]), (0, &true.into()), "{done}");
    assert_eq!(done["surprises"].as_array().unwrap().len(), 0);
    for same in ["secrets", "changes", "rows", "files", "key_after"] {
        assert_eq!(done[same], told[same], "{same}");
    }
    let checked = bench.check_json();
    assert_eq!(&checked["effective_key"], after);
    for secret in checked["secrets"].as_array().unwrap() {
        let is = |s: &&Json| {
            ["table", "id", "column", "json_path"]
                .iter()
                .all(|name| s[name] == secret[name])
        };
        let foretold = told["secrets"].as_array().unwrap().iter().find(is);
        // Another program does not know the key that stands nowhere but in the recovery.
        let verdict = &foretold.unwrap()["after"]["verdict"];
        assert!(
            verdict == &secret["verdict"]
                || verdict == "other_key" && secret["verdict"] == "unknown_key",
            "{secret}"
        );
    }
    // What was replaced can be put back in its turn, the accepted user's password with it.
    let safety = PathBuf::from(done["safety_backup"].as_str().unwrap());
    assert_eq!(bench.restore(&safety, &["--yes"]).code, 0);
    assert_eq!(bench.texts(), before);
    let (code, nothing) = bench.restore_json(&safety, &[]);
    assert_eq!(
        (code, &nothing["rows"], &nothing["files"]),
        (1, &0.into(), &0.into())
    );
}

/// Somebody saves something in FreeScout between what was foretold and what is done.
#[test]
fn what_changes_meanwhile_is_refused_or_named() {
    use freescout_rescue::engine::{restore, survey};
    use freescout_rescue::io::backup::Backup;
    use freescout_rescue::io::install::Environment;

    for (update, refused) in [
        (
            "UPDATE mailboxes SET in_password = 'typed' WHERE id = 1",
            true,
        ),
        (
            "UPDATE mailboxes SET out_password = 'typed' WHERE id = 9",
            false,
        ),
    ] {
        let bench = Bench::with_sentinel();
        let folder = bench.backup(&[]);
        let look_in = bench.path("demo/old-server");
        let recovered = bench.act(
            &["recover", "--yes"],
            &["--look-in", look_in.to_str().unwrap()],
        );
        assert_eq!(recovered.code, 2, "{}", recovered.err);
        let environment = Environment::of_this_process();
        let opened = survey::open(Some(&bench.install()), environment, None);
        let mut session = opened.ok().and_then(Result::ok).expect("the demo opens");
        let backup = Backup::open(&folder).unwrap();
        let foretold = restore::foretell(&mut session, &backup).unwrap();
        bench.database().execute_batch(update).unwrap();
        let before = bench.state();
        let mut quiet = |_: &str, _: u64, _: Option<u64>| {};
        match restore::restore(&mut session, &backup, &foretold, &mut quiet) {
            Err(failure) => {
                assert!(refused && !failure.half_done, "{}", failure.problem);
                assert_eq!(bench.state(), before);
            }
            Ok(restored) => {
                assert!(!refused, "a row that was changed is overwritten");
                let places: Vec<String> =
                    restored.surprises.iter().map(ToString::to_string).collect();
                assert_eq!(places, ["mailboxes#9.out_password"]);
            }
        }
    }
}

#[test]
fn undo_opens_a_recovery_that_was_made_on_an_encrypted_backup() {
    use freescout_rescue::domain::secret::SecretBytes;
    use freescout_rescue::engine::backup::{self, Options, Wanted};
    use freescout_rescue::engine::{apply, checks, recover, survey};
    use freescout_rescue::io::backup::{Passphrase, Sealing};
    use freescout_rescue::io::install::Environment;

    let bench = Bench::with_sentinel();
    let before = bench.state();
    let opened = survey::open(Some(&bench.install()), Environment::of_this_process(), None);
    let mut session = opened.ok().and_then(Result::ok).expect("the demo opens");
    checks::read_inventory(&mut session).unwrap();
    let look_in = [bench.path("demo/old-server")];
    checks::look_in(&mut session, &look_in, &|| false, &mut |_, _| {});
    let options = Options {
        backup_dir: bench.path("backups"),
        keys_dir: None,
        artisan: false,
    };
    let passphrase = Passphrase::new(&SecretBytes::from(PASSPHRASE.as_bytes())).unwrap();
    let sealing = Sealing::new(passphrase).with_work(4);
    let wanted = Wanted {
        sealing: Some(&sealing),
        ..Wanted::default()
    };
    let mut quiet = |_: &str, _: u64, _: Option<u64>| {};
    let (backup, done) =
        backup::make_as(&mut session, &options, &wanted, &mut quiet, &|| false).unwrap();
    assert!(done.encrypted);
    let choices = freescout_rescue::domain::plan::Choices::default();
    let ready = recover::plan(&session, None, &choices).unwrap();
    let applied = apply::apply(&mut session, &ready.plan, &[], &backup, false, &mut quiet);
    assert!(applied.is_ok());
    drop(session);
    let after = bench.state();
    std::fs::write(bench.path("wrong"), "another").unwrap();
    let wrong = bench.path("wrong");
    let refused = bench.act(
        &["undo", "--yes"],
        &["--passphrase-file", wrong.to_str().unwrap()],
    );
    assert_eq!(refused.code, 1, "{}", refused.err);
    assert!(refused.err.contains("does not open it"), "{}", refused.err);
    assert_eq!(bench.state(), after);
    let undone = bench.act(
        &["undo", "--yes"],
        &["--passphrase-file", &bench.passphrase()],
    );
    assert_eq!(undone.code, 0, "{}{}", undone.out, undone.err);
    for (path, what) in before {
        if !path.ends_with("database.sqlite") {
            assert_eq!(bench.state().get(&path), Some(&what), "{}", path.display());
        }
    }
}
