//! What comes from standard input: a passphrase, a key, a list of passwords. Nothing of it stays behind, in the runtime's
//! own buffers least of all.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::secrets::{self, Search};
use crate::stopped;
use crate::terminal::{binary, demo};

const PASSPHRASE: &str = "Richtiges-Pferd-密码-Batterie-🔑-Klammer-Пароль";

/// Runs the program with this on its standard input, stops it at its end, and tells what is left of `search`.
fn left(folder: &Path, arguments: &[&str], input: &str, search: &Search) -> (Vec<String>, Output) {
    let mut child = Command::new(binary())
        .args(arguments)
        .args(["--no-artisan", "--state-dir"])
        .arg(folder.join("state"))
        .arg("--backup-dir")
        .arg(folder.join("backups"))
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), stopped::AT_END])
        .env("HOME", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    stopped::wait(child.id());
    let mut told = stopped::memory(child.id(), search);
    told.extend(stopped::calling(child.id(), search));
    stopped::go_on(child.id());
    let out = child.wait_with_output().unwrap();
    told.extend(search.told("standard output", &out.stdout));
    told.extend(search.told("standard error", &out.stderr));
    (told, out)
}

fn assert_nothing(what: &str, (told, out): &(Vec<String>, Output), code: i32) {
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(code), "{what}: {said}");
    assert!(told.is_empty(), "{what}:\n{}", told.join("\n"));
}

#[test]
fn nothing_is_left_of_a_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let (install, _) = demo(folder.path());
    let install = install.to_str().unwrap();
    let search = Search::new(&[secrets::text("the passphrase", PASSPHRASE)]);
    for ending in ["\n", ""] {
        let input = format!("{PASSPHRASE}{ending}");
        let from_stdin = ["--passphrase-file", "-"];
        let backup = ["backup", "--encrypt", "--work-factor", "4", install];
        let backup = [&backup[..], &from_stdin].concat();
        let made = left(folder.path(), &backup, &input, &search);
        assert_nothing("backup", &made, 0);
        let backups = folder.path().join("backups");
        let made = std::fs::read_dir(&backups).unwrap().next().unwrap();
        let made = made.unwrap().path();
        let restore = ["restore", made.to_str().unwrap(), install];
        let restore = [&restore[..], &from_stdin].concat();
        let foretold = left(folder.path(), &restore, &input, &search);
        assert_nothing("restore", &foretold, 0);
        assert!(search.below(&backups, &|_, _| false).is_empty());
        std::fs::remove_dir_all(backups).unwrap();
    }
}

#[test]
fn nothing_is_left_of_a_key_or_of_a_list_of_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let (install, look_in) = demo(folder.path());
    let install = install.to_str().unwrap();
    let key = "base64:3wq7m0l8S0o2TgQ0c1nVqk9yq0x3m1dVw8m2Jt5uJ5A=";
    let search = Search::new(&[secrets::key("a key", key.as_bytes())]);
    let check = ["check", "--key-file", "-", install];
    let checked = left(folder.path(), &check, &format!("{key}\n"), &search);
    assert_nothing("check", &checked, 2);

    // Longer than the piece of memory that is read into at first, and than Rust's own buffer.
    let typed = "Lang-密码-Пароль-🔑-".repeat(7);
    let line = serde_json::json!({"mailbox": 2, "incoming": typed}).to_string() + "\n";
    let many = line.repeat((40 << 10) / line.len());
    let search = Search::new(&[secrets::text("a password", &typed)]);
    let recover = ["recover", "--passwords", "-", "--look-in"];
    let recover = [&recover[..], &[look_in.to_str().unwrap(), install]].concat();
    let planned = left(folder.path(), &recover, &many, &search);
    assert_nothing("recover", &planned, 0);
}
