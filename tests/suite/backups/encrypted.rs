//! Encrypted backups: what they show, and who opens them.

use std::path::PathBuf;

use serde_json::Value as Json;

use super::{PASSPHRASE, SENTINEL, assert_closed, assert_nowhere, assert_silent};
use crate::by_hand;
use crate::cli::{Bench, state};
use freescout_rescue::engine::hunt::files;
use freescout_rescue::engine::session::reading;

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
fn a_restore_opens_it_with_the_passphrase_alone() {
    let bench = Bench::with_sentinel();
    let (texts, files) = (bench.texts(), bench.state());
    let backup = bench.encrypted(&[]);
    bench.spoil();
    let spoilt = bench.state();
    let named = backup.to_str().unwrap().to_owned();
    let wrong = bench.path("wrong");
    let refused: [(&[u8], &str); 4] = [
        (b"another\n", "this passphrase does not decrypt it"),
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
    assert_eq!(by_input.code, 0, "{}", by_input.err);
    assert_silent(&by_input);
    let outcome = bench.restore(&backup, &["--yes"]);
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    assert!(
        outcome.out.contains("is as it was shown before"),
        "{}",
        outcome.out
    );
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
                    && outcome.err.contains("was changed after it was made"),
                "{}",
                outcome.err
            );
        }
        // With the sum made right again, its own proof still speaks.
        let name = path.file_stem().unwrap().to_str().unwrap();
        if ["rows.jsonl", "env", "config.php"].contains(&name) {
            std::fs::write(&path, &flipped).unwrap();
            let sum = |bytes: &[u8]| {
                freescout_rescue::io::fs::hex(&freescout_rescue::io::fs::digest(bytes))
            };
            let adjusted = manifest.replace(&sum(&whole), &sum(&flipped));
            assert_ne!(adjusted, manifest);
            std::fs::write(backup.join("manifest.json"), adjusted).unwrap();
            let outcome = bench.restore(&backup, &["--yes"]);
            assert_eq!(outcome.code, 3, "{}", outcome.err);
            assert!(
                outcome.err.contains("truncated, changed"),
                "{}",
                outcome.err
            );
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
        outcome.err.contains("was changed after it was made"),
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
fn undo_opens_a_recovery_that_was_made_on_an_encrypted_backup() {
    use freescout_rescue::domain::inventory::secret::SecretBytes;
    use freescout_rescue::engine::recovery::apply::Order;
    use freescout_rescue::engine::recovery::backup::{self, BackupContents};
    use freescout_rescue::engine::recovery::run_log::Ledger;
    use freescout_rescue::engine::recovery::{self, anew};
    use freescout_rescue::engine::session::options::Options;
    use freescout_rescue::engine::session::survey;
    use freescout_rescue::io::install::Environment;
    use freescout_rescue::io::state::AbsolutePath;
    use freescout_rescue::io::state::backup::{Passphrase, Sealing};

    let bench = Bench::with_sentinel();
    let before = bench.state();
    let opened = survey::open(Some(&bench.install()), Environment::of_this_process(), None);
    let mut session = opened.ok().and_then(Result::ok).expect("the demo opens");
    reading::read_inventory(&mut session).unwrap();
    let look_in = [bench.path("demo/old-server")];
    files::look_in(&mut session, &look_in, &|| false, &mut |_, _| {});
    let options = Options {
        backup_dir: AbsolutePath::new(bench.path("backups")).unwrap(),
        state_dir: AbsolutePath::new(bench.path("state")).unwrap(),
        keys_dir: None,
        artisan: false,
        php_limit: freescout_rescue::io::install::artisan::TIME_LIMIT,
    };
    let passphrase = Passphrase::new(&SecretBytes::from(PASSPHRASE.as_bytes())).unwrap();
    let sealing = Sealing::new(passphrase).with_work(4);
    let wanted = BackupContents {
        sealing: Some(&sealing),
        ..BackupContents::default()
    };
    let mut quiet = |_: &str, _: u64, _: Option<u64>| {};
    let (backup, done) =
        backup::make_as(&mut session, &options, &wanted, &mut quiet, &|| false).unwrap();
    assert!(done.encrypted);
    let choices = freescout_rescue::domain::plan::Choices::default();
    let ready = recovery::plan(&session, None, &choices).unwrap();
    let mut ledger = Ledger::open(&options, &session).unwrap();
    let applied = anew::apply(
        &mut session,
        &mut ledger,
        &Order {
            plan: &ready.plan,
            entered: &[],
            backup: &backup,
            artisan: false,
            cancel: &|| false,
        },
        &mut quiet,
    );
    drop(ledger);
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
    assert!(
        refused.err.contains("does not decrypt it"),
        "{}",
        refused.err
    );
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
