//! An undo whose backup is damaged or gone says which backup that is, and never takes an older one in its place.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::cli::{Bench, Outcome};

fn act(bench: &Bench, command: &[&str], more: &[&str]) -> Outcome {
    let install = bench.install();
    bench.run(&[command, &[install.to_str().unwrap(), "--no-artisan"], more].concat())
}

fn json(outcome: &Outcome) -> Json {
    serde_json::from_str(&outcome.out)
        .unwrap_or_else(|e| panic!("{e}: {}{}", outcome.out, outcome.err))
}

/// A demo that was recovered once, and the backup of that.
fn recovered() -> (Bench, PathBuf) {
    let bench = Bench::new();
    let look_in = bench.path("demo/old-server");
    let look_in = ["--look-in", look_in.to_str().unwrap()];
    let done = act(
        &bench,
        &["recover", "--yes", "--no-test", "--json"],
        &look_in,
    );
    assert_eq!(done.code, 2, "{}{}", done.out, done.err);
    let backup = json(&done)["backup"].as_str().unwrap().into();
    (bench, backup)
}

/// `undo` is refused with the code, names the backup, and changes nothing.
fn is_refused(bench: &Bench, options: &[&str], backup: &Path, code: &str) {
    let before = bench.state();
    for command in [&["undo", "--json"][..], &["undo", "--yes", "--json"]] {
        let refused = act(bench, command, options);
        assert_eq!(refused.code, 1, "{}{}", refused.out, refused.err);
        let error = &json(&refused)["error"];
        assert_eq!(error["code"], code, "{error}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(backup.to_str().unwrap()), "{message}");
        let next = error["next"].as_str().unwrap();
        assert!(next.starts_with("Nothing was changed."), "{next}");
        assert!(next.contains("--backup-dir"), "{next}");
        assert_eq!(bench.state(), before);
    }
}

#[test]
fn an_undo_names_the_backup_that_cannot_be_used() {
    let (bench, backup) = recovered();
    for name in ["manifest.json", "recovery.json", "rows.jsonl", "files/env"] {
        let path = backup.join(name);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        is_refused(&bench, &[], &backup, "backup_unusable");
        std::fs::remove_file(&path).unwrap();
        is_refused(&bench, &[], &backup, "backup_unusable");
        std::fs::write(&path, whole).unwrap();
    }
    let away = bench.path("away");
    std::fs::rename(&backup, &away).unwrap();
    is_refused(&bench, &[], &backup, "backup_unusable");
    let told = act(&bench, &["history", "--json"], &[]);
    let runs = json(&told)["runs"].as_array().unwrap().clone();
    assert!(
        runs.iter()
            .all(|run| run["backup_unusable"] == "that backup is no longer there")
    );
    std::fs::rename(&away, &backup).unwrap();
    let told = act(&bench, &["history", "--json"], &[]);
    assert!(!told.out.contains("backup_unusable"), "{}", told.out);
    let undone = act(&bench, &["undo", "--yes"], &[]);
    assert_eq!(undone.code, 0, "{}", undone.err);
    let nothing = act(&bench, &["undo", "--json"], &[]);
    assert_eq!(json(&nothing)["error"]["code"], "nothing_to_do");
    // Once it is undone, its backup may go.
    std::fs::remove_dir_all(&backup).unwrap();
    let nothing = act(&bench, &["undo", "--json"], &[]);
    assert_eq!(json(&nothing)["error"]["code"], "nothing_to_do");
}

#[test]
fn an_older_recovery_is_never_undone_in_place_of_the_last() {
    let (bench, first) = recovered();
    let again = act(
        &bench,
        &[
            "recover",
            "--yes",
            "--no-test",
            "--json",
            "--strategy",
            "fresh",
        ],
        &[],
    );
    assert_eq!(again.code, 2, "{}{}", again.out, again.err);
    let last = PathBuf::from(json(&again)["backup"].as_str().unwrap());
    assert_ne!(first, last);
    std::fs::remove_file(last.join("manifest.json")).unwrap();
    is_refused(&bench, &[], &last, "backup_unusable");
}

/// The journal is gone: only the folders tell.
#[test]
fn without_a_journal_a_damaged_backup_is_named() {
    let (bench, backup) = recovered();
    std::fs::remove_file(bench.path("state/journal.sqlite")).unwrap();
    std::fs::write(backup.join("manifest.json"), "{").unwrap();
    is_refused(&bench, &[], &backup, "backup_unusable");
}

/// It was moved as a whole: the folder that is named counts; without it, the old name is told.
#[test]
fn a_backup_that_was_moved_is_found_where_it_is_named() {
    let (bench, backup) = recovered();
    let elsewhere = bench.path("elsewhere");
    std::fs::rename(backup.parent().unwrap(), &elsewhere).unwrap();
    is_refused(&bench, &[], &backup, "backup_unusable");
    let options = ["--backup-dir", elsewhere.to_str().unwrap()];
    let would = act(&bench, &["undo", "--json"], &options);
    assert_eq!(json(&would)["planned"], true, "{}", would.err);
    let undone = act(&bench, &["undo", "--yes"], &options);
    assert_eq!(undone.code, 0, "{}", undone.err);
}

/// It lies where the recovery was told to put it, and nobody remembers: the journal does.
#[test]
fn a_backup_in_a_folder_of_its_own_is_found_by_the_journal() {
    let bench = Bench::new();
    let (look_in, own) = (bench.path("demo/old-server"), bench.path("own"));
    let options = [
        "--look-in",
        look_in.to_str().unwrap(),
        "--backup-dir",
        own.to_str().unwrap(),
    ];
    let done = act(&bench, &["recover", "--yes", "--no-test"], &options);
    assert_eq!(done.code, 2, "{}{}", done.out, done.err);
    let undone = act(&bench, &["undo", "--yes"], &[]);
    assert_eq!(undone.code, 0, "{}", undone.err);
}
