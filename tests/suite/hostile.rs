//! An install in which every text is hostile: nothing of it reaches a terminal, a pipe or a report as it is.

mod ground;
mod screens;

use std::path::Path;

use ground::Ground;

/// Sets a title, colours, a C1 control, moves back, rings; turns the writing round, hides, breaks lines; tags, fillers.
const HOSTILE: &str = "x\u{1b}]0;pwn\u{7}\u{1b}[31m\u{9b}2J\u{8}\u{7f}\u{202e}\u{2066}\u{200b}\u{200d}\u{200f}\u{2028}\u{2029}\u{feff}\u{ad}\u{61c}\u{180e}\u{e0041}\u{fff9}\u{2060}y";

/// Whether a character must not be shown, by its own list: not the program's.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            // Soft hyphen; Arabic letter mark; Mongolian separator; zero widths and marks; lines, paragraphs, embeddings.
            0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e
            // Word joiner, invisible operators, isolates; byte order mark; annotations; tags.
            | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe0fff)
}

/// Refuses a text with a forbidden character; lines may end.
fn assert_harmless(what: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|e| panic!("{what}: {e}"));
    for (number, line) in text.lines().enumerate() {
        let bad: Vec<char> = line.chars().filter(|c| is_forbidden(*c)).collect();
        assert!(
            bad.is_empty(),
            "{what}, line {}: {bad:x?} in {}",
            number + 1,
            line.escape_debug()
        );
    }
}

#[test]
fn every_command_says_it_harmlessly() {
    let ground = Ground::new();
    let (look_in, backups, state) = (
        ground.path("look-in"),
        ground.path(&format!("backups {HOSTILE}")),
        ground.path(&format!("state {HOSTILE}")),
    );
    let (look_in, backups, state) = (
        look_in.to_str().unwrap(),
        backups.to_str().unwrap(),
        state.to_str().unwrap(),
    );
    let places = [
        "--look-in",
        look_in,
        "--backup-dir",
        backups,
        "--no-artisan",
        "--state-dir",
        state,
    ];
    let json = ["--json"];
    let commands: [(&[&str], i32); 11] = [
        (&["check"], 2),
        (&["find-key"], 2),
        (&["backup"], 0),
        (&["backup", "--full-dump"], 0),
        (&["test", "--no-renew"], 2),
        (&["recover"], 0),
        (&["recover", "--yes"], 2),
        (&["undo"], 0),
        (&["undo", "--yes"], 0),
        (&["history"], 0),
        (&["resume"], 0),
    ];
    for (command, code) in commands {
        for json in [&[][..], &json[..]] {
            // What was taken back once has nothing left to take back.
            let again = !json.is_empty() && command == ["undo", "--yes"];
            let arguments = [command, &places[..], json].concat();
            let (ended, out, err) = ground.run(&arguments);
            let what = format!("{command:?} {json:?}");
            let said = String::from_utf8_lossy(&err).into_owned();
            assert!(
                ended == code || again,
                "{what}: {ended} instead of {code}: {said}"
            );
            assert_harmless(&format!("{what}, standard output"), &out);
            assert_harmless(&format!("{what}, standard error"), &err);
            assert!(out.len() + err.len() > 10, "{what} says nothing");
            if !json.is_empty() && command[0] != "undo" {
                serde_json::from_slice::<serde_json::Value>(&out)
                    .unwrap_or_else(|e| panic!("{what}: {e}"));
            }
        }
    }
    // The command that is printed for taking it back can be pasted into any shell.
    let (_, out, _) = ground.run(&[&["recover", "--yes", "--no-test"], &places[..]].concat());
    let said = String::from_utf8(out).unwrap();
    let undo = said
        .lines()
        .find_map(|l| l.strip_prefix("To undo it: "))
        .expect("an undo is offered");
    assert_harmless("the undo command", undo.as_bytes());
    let program = assert_cmd::cargo::cargo_bin("freescout-rescue");
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let pasted = std::process::Command::new("/bin/sh")
        .args(["-c", undo])
        .env("PATH", path)
        .output()
        .unwrap();
    assert!(
        pasted.status.success(),
        "{undo}: {}",
        String::from_utf8_lossy(&pasted.stderr)
    );
    // What cannot be done says so just as harmlessly.
    let nowhere = format!("/nowhere/{HOSTILE}");
    for arguments in [
        &["check", &nowhere][..],
        &["check", "--look-in", &nowhere],
        &["check", "--key-file", &nowhere],
        &["recover", "--passwords", &nowhere],
        &["restore", &nowhere],
        &["backup", "--backup-dir", "/proc/nowhere"],
    ] {
        let (_, out, err) = ground.run(arguments);
        assert_harmless(&format!("{arguments:?}"), &[out, err].concat());
    }
    written(&ground, Path::new(backups));
}

/// What lies in the backups to be read by a person.
fn written(ground: &Ground, backups: &Path) {
    let (mut readmes, mut scripts) = (0, 0);
    for entry in walkdir::WalkDir::new(backups) {
        let entry = entry.unwrap();
        let bytes = || std::fs::read(entry.path()).unwrap();
        match entry.file_name().to_str() {
            Some("README.txt") => {
                readmes += 1;
                assert_harmless("README.txt", &bytes());
            }
            Some("restore.sql") => {
                scripts += 1;
                let text = String::from_utf8(bytes()).unwrap();
                let head: Vec<&str> = text.lines().take_while(|l| l.starts_with("--")).collect();
                assert!(!head.is_empty());
                assert_harmless("the head of restore.sql", head.join("\n").as_bytes());
            }
            _ => {}
        }
    }
    assert!(
        readmes >= 6 && scripts >= 6,
        "{readmes} backups in {}",
        ground.install().display()
    );
}
