//! Commands on a terminal: one line says how far a search is and is gone at its end, and what is grave is in colour.

use std::path::Path;

use crate::terminal::{Session, demo};

/// Runs this as a shell does, and gives the screen and every byte that was written.
fn run(script: &str, environment: &[(&str, &str)]) -> (String, String) {
    let shell = Path::new("/bin/sh");
    let mut session = Session::run(shell, &["-c", script], environment, 100, 60);
    session.end();
    let bytes = session.bytes();
    (session.screen(), String::from_utf8_lossy(&bytes).into())
}

/// A search of what comes slowly.
fn slowly(search: &str) -> String {
    format!("(for i in 1 2 3 4 5 6; do head -c 1000000 /dev/urandom; sleep 0.2; done) | {search}")
}

#[test]
fn a_search_says_in_one_line_how_far_it_is_and_takes_it_away() {
    let folder = tempfile::tempdir().unwrap();
    let (install, _) = demo(folder.path());
    let search = format!(
        "freescout-rescue find-key {} --look-in -",
        install.display()
    );
    let (screen, written) = run(&slowly(&search), &[]);
    assert!(
        written.matches("\r\x1b[KSearching, ").count() > 1,
        "{written}"
    );
    assert!(screen.starts_with("K1 · "), "{screen}");
    assert!(!screen.contains("Searching, "), "{screen}");
    // Nobody looks at it, or asked for it.
    for search in [format!("{search} 2>/dev/null"), format!("{search} -q")] {
        let (_, written) = run(&slowly(&search), &[]);
        assert!(!written.contains("Searching"), "{written}");
    }
    let (_, written) = run(&slowly(&search), &[("TERM", "dumb")]);
    assert!(!written.contains("Searching"), "{written}");
}

#[test]
fn what_is_grave_is_in_colour_on_a_terminal_that_has_any() {
    let folder = tempfile::tempdir().unwrap();
    let (install, _) = demo(folder.path());
    let check = format!("freescout-rescue check {}", install.display());
    let is_coloured = |script: &str, environment: &[(&str, &str)]| {
        let (screen, written) = run(script, environment);
        assert!(screen.contains("critical"), "{screen}");
        written.contains("\x1b[31m critical\x1b[0m")
    };
    assert!(is_coloured(&check, &[]));
    assert!(!is_coloured(&check, &[("NO_COLOR", "1")]));
    assert!(!is_coloured(&check, &[("TERM", "dumb")]));
    let piped = format!("{check} | cat");
    assert!(!is_coloured(&piped, &[]));
    assert!(is_coloured(&piped, &[("CLICOLOR_FORCE", "1")]));
    let help = |environment: &[(&str, &str)]| {
        let (_, written) = run("freescout-rescue --help | cat", environment);
        written.contains("\x1b[1m")
    };
    assert!(help(&[("CLICOLOR_FORCE", "1")]));
    assert!(!help(&[("CLICOLOR_FORCE", "0")]));
    assert!(!help(&[]));
}
