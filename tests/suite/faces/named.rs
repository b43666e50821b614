//! What is given on the command line is taken, or refused, alike by the wizard and by every command.

use std::os::unix::fs::symlink;

use crate::cli::Bench;

/// Refused: the exit code of a command that could not start, and these words.
fn refuses(bench: &Bench, words: &[&str], said: &str) {
    let outcome = bench.run_with(words, "x");
    assert_eq!(
        outcome.code, 3,
        "{words:?}: {} {}",
        outcome.out, outcome.err
    );
    assert!(outcome.err.contains(said), "{words:?}: {}", outcome.err);
    assert_eq!(outcome.out, "", "{words:?}");
}

#[test]
fn a_place_that_is_not_there_is_refused_by_the_wizard_too() {
    let bench = Bench::new();
    let install = bench.install();
    let install = install.to_str().unwrap();
    let commands = [
        &[][..],
        &["check"],
        &["find-key"],
        &["test"],
        &["backup"],
        &["recover"],
        &["recover", "--yes"],
        &["resume"],
        &["undo"],
        &["undo", "--yes"],
    ];
    for command in commands {
        let words = [command, &["--look-in", "/no/such/place", install]].concat();
        refuses(&bench, &words, "/no/such/place does not exist");
    }
    let backup = bench.run(&["backup", install]);
    let folder = backup.out.split_whitespace().last().unwrap();
    let restore = ["restore", folder, "--look-in", "/no/such/place", install];
    refuses(&bench, &restore, "/no/such/place does not exist");
    refuses(&bench, &["--look-in", "-", install], "it is the keyboard");
}

#[test]
fn standard_input_has_one_reader() {
    let bench = Bench::new();
    let install = bench.install();
    let install = install.to_str().unwrap();
    let pairs: [&[&str]; 6] = [
        &["recover", "--key-file", "-", "--passwords", "-", install],
        &["--key-file", "-", "recover", "--passwords", "-", install],
        &["check", "--key-file", "-", "--look-in", "-", install],
        &["find-key", "--look-in", "-", "--look-in", "-", install],
        &["undo", "--key-file", "-", "--passphrase-file", "-", install],
        &["--key-file", "-", "--key-file", "-", install],
    ];
    for words in pairs {
        refuses(&bench, words, "both name standard input");
    }
}

#[test]
fn options_may_stand_before_the_command() {
    let bench = Bench::new();
    let (install, state) = (bench.install(), bench.path("elsewhere"));
    let (install, state) = (install.to_str().unwrap(), state.to_str().unwrap());
    let before = bench.run(&["--state-dir", state, "--json", "backup", install]);
    assert_eq!(before.code, 0, "{}", before.err);
    let json: serde_json::Value = serde_json::from_str(&before.out).unwrap();
    let folder = json["backup"].as_str().unwrap();
    assert!(folder.starts_with(state), "{folder}");
    let both = bench.run(&["--state-dir", state, install, "check", "--no-artisan"]);
    assert_eq!(both.code, 2, "{}", both.err);
    let twice = ["--state-dir", state, "check", "--state-dir", "x", install];
    refuses(&bench, &twice, "--state-dir is given both before");
    refuses(
        &bench,
        &[install, "check", install],
        "INSTALL is given both before",
    );
    refuses(
        &bench,
        &["--state-dir", state, "demo"],
        "brings an install of its own",
    );
}

#[test]
fn a_word_that_is_neither_command_nor_folder_is_told_the_commands() {
    let bench = Bench::new();
    for words in [&["xyzzy"][..], &["--no-artisan", "xyzzy"]] {
        refuses(&bench, words, "xyzzy is neither a command nor a folder");
        refuses(&bench, words, "check, find-key, test, backup");
    }
}

/// Whatever stands before it and behind it.
#[test]
fn a_word_that_is_nearly_a_command_is_a_mistyped_command() {
    let bench = Bench::new();
    let install = bench.install();
    let install = install.to_str().unwrap();
    for (words, nearest) in [
        (&["chekc"][..], "'check'"),
        (&["--no-artisan", "chekc"], "'check'"),
        (&["chekc", install], "'check'"),
        (&["find-kye", install, "--usual"], "'find-key'"),
        (&["recovre", "--yes", install], "'recover'"),
    ] {
        refuses(&bench, words, nearest);
        let word = words.iter().find(|word| !word.starts_with("--")).unwrap();
        refuses(&bench, words, &format!("type ./{word}"));
    }
    refuses(&bench, &["./chekc"], "./chekc cannot be opened");
    // A folder is called so more often than a command is mistyped so.
    refuses(&bench, &["helpdesk"], "helpdesk is neither");
}

#[test]
fn the_history_of_what_never_was_an_install_is_refused_and_of_one_that_is_gone_is_told() {
    let bench = Bench::new();
    let install = bench.install();
    refuses(
        &bench,
        &["history", "/no/such/folder"],
        "/no/such/folder cannot be opened",
    );
    let folder = bench.folder.path().to_str().unwrap().to_owned();
    refuses(&bench, &["history", &folder], "is not a FreeScout");
    let backup = bench.run(&["backup", install.to_str().unwrap()]);
    assert_eq!(backup.code, 0, "{}", backup.err);
    std::fs::remove_dir_all(&install).unwrap();
    let gone = bench.run(&["history", install.to_str().unwrap()]);
    assert_eq!(gone.code, 0, "{}", gone.err);
    assert!(gone.out.contains("    "), "{}", gone.out);
}

#[test]
fn the_next_command_names_the_install_as_it_was_named() {
    let bench = Bench::new();
    let link = bench.path("current");
    symlink(bench.install(), &link).unwrap();
    let check = bench.run(&["check", link.to_str().unwrap()]);
    assert_eq!(check.code, 2, "{}", check.err);
    let next: Vec<&str> = check
        .out
        .lines()
        .filter(|line| line.contains("freescout-rescue "))
        .collect();
    assert_eq!(
        next.len(),
        4,
        "find-key, recover, the wizard, test: {}",
        check.out
    );
    for line in next {
        assert!(line.ends_with(link.to_str().unwrap()), "{line}");
    }
    // Typed elsewhere, a path from here leads nowhere.
    let program = env!("CARGO_BIN_EXE_freescout-rescue");
    let check = std::process::Command::new(program)
        .args(["check", "--state-dir", "state", "current/"])
        .current_dir(bench.folder.path())
        .output()
        .unwrap();
    let out = String::from_utf8(check.stdout).unwrap();
    let next: Vec<&str> = out.lines().filter(|l| l.contains("rescue ")).collect();
    assert!(next.len() >= 2, "{out}");
    for line in next {
        let named = line.trim_end_matches('/');
        assert!(named.ends_with(link.to_str().unwrap()), "{line}");
    }
}
