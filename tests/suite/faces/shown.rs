//! What was only shown ends with the command that carries it out, as it was called: printed, and good as it is.

use serde_json::Value as Json;

use super::{Broken, ends_with};
use crate::cli::Outcome;

/// The arguments of the command that standard error ends with: within a container only where to type it comes behind it.
fn next(shown: &Outcome) -> Vec<String> {
    let mut lines = shown.err.lines();
    let command = lines.find_map(|line| line.strip_prefix("Next: freescout-rescue "));
    let command = command.unwrap_or_else(|| panic!("{}", shown.err));
    command.split(' ').map(str::to_owned).collect()
}

fn carry_out(broken: &Broken, shown: &Outcome) -> Outcome {
    let words = next(shown);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert!(words.contains(&"--yes"), "{words:?}");
    broken.bench.run(&words)
}

#[test]
fn a_recovery_an_undo_and_a_restore_name_the_command_that_does_it() {
    let broken = Broken::new();
    let made = broken.command(&["backup", "--json"]);
    let made: Json = serde_json::from_str(&made.out).unwrap();
    let backup = made["backup"].as_str().unwrap();
    let plan = ["recover", "--strategy", "carry", "--no-test", "--dry-run"];
    let shown = broken.command(&plan);
    ends_with(&shown, 0);
    let words = next(&shown);
    let begins = ["recover", "--yes", "--strategy", "carry", "--no-test"];
    assert_eq!(words[..5], begins);
    let done = carry_out(&broken, &shown);
    ends_with(&done, 2);
    assert!(done.out.starts_with("Done (carry)."), "{}", done.out);
    let shown = broken.command(&["undo"]);
    ends_with(&shown, 0);
    assert_eq!(next(&shown)[..2], ["undo", "--yes"]);
    ends_with(&carry_out(&broken, &shown), 0);
    ends_with(&carry_out(&broken, &broken.command(&plan)), 2);
    let shown = broken.command(&["restore", backup]);
    ends_with(&shown, 0);
    assert_eq!(next(&shown)[..3], ["restore", "--yes", backup]);
    let done = carry_out(&broken, &shown);
    ends_with(&done, 0);
    assert_eq!(broken.bench.check_json()["summary"]["opens"], 7);
}

#[test]
fn options_of_a_recovery_are_named_again() {
    let broken = Broken::new();
    let file = broken.bench.path("passwords");
    let line = "{\"mailbox\": 5, \"outgoing\": \"typed\"}\n";
    std::fs::write(&file, line).unwrap();
    let file = file.to_str().unwrap();
    let shown = broken.command(&[
        "recover",
        "--take-older",
        "--passwords",
        file,
        "--restart-workers",
        "--json",
    ]);
    ends_with(&shown, 0);
    let words = next(&shown);
    assert_eq!(
        words[..6],
        [
            "recover",
            "--yes",
            "--passwords",
            file,
            "--take-older",
            "--restart-workers"
        ]
    );
    assert!(
        !words.contains(&"--json".to_owned()),
        "for people: {words:?}"
    );
}

#[test]
fn nothing_is_named_where_nothing_would_be_done() {
    let broken = Broken::new();
    ends_with(&broken.command(&["recover", "--yes", "--no-test"]), 2);
    let nothing = broken.command(&["recover"]);
    ends_with(&nothing, 0);
    assert!(!nothing.err.contains("Next: "), "{}", nothing.err);
}

#[test]
fn an_unknown_mailbox_is_followed_by_those_there_are() {
    let broken = Broken::new();
    let there_are = "The mailboxes are 1 (support@helpdesk.example), 2 (";
    let test = broken.command(&["test", "--mailbox", "nobody"]);
    ends_with(&test, 3);
    assert!(
        test.err.contains("There is no mailbox nobody."),
        "{}",
        test.err
    );
    assert!(test.err.contains(there_are), "{}", test.err);
    assert!(
        test.err.contains(", and 2 more."),
        "ten of 12: {}",
        test.err
    );
    let line = "{\"mailbox\": \"nobody@helpdesk.example\", \"incoming\": \"typed\"}\n";
    let recover = broken.command_with(&["recover", "--passwords", "-"], line);
    ends_with(&recover, 3);
    assert!(
        recover.err.contains("There is no mailbox nobody@"),
        "{}",
        recover.err
    );
    assert!(recover.err.contains(there_are), "{}", recover.err);
    assert!(!recover.err.contains("typed"), "{}", recover.err);
}
