//! A key on paper: printed, typed in again with and without mistakes, and drawn on a terminal.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value as Json;

use crate::by_hand;
use crate::cli::{Bench, Outcome};

impl Bench {
    /// `safe --paper` into this file.
    fn page(&self, name: &str) -> String {
        let output = self.text(name);
        let made = self.safe(&["--paper", "--output", &output]);
        assert_eq!(made.code, 0, "{}{}", made.out, made.err);
        std::fs::read_to_string(output).unwrap()
    }

    /// What `recover` would do with this text from standard input.
    fn plan_with(&self, typed: &str) -> Outcome {
        let install = self.text("demo/freescout");
        let arguments = [
            "recover",
            &install,
            "--key-file",
            "-",
            "--no-test",
            "--json",
        ];
        self.run_with(&arguments, typed)
    }
}

/// The rows of a page, without their numbers.
fn rows(page: &str) -> Vec<String> {
    let rows = page.lines().filter_map(|line| line.trim().split_once(": "));
    let rows = rows.filter(|(number, _)| number.parse::<u8>().is_ok());
    rows.map(|(_, row)| row.to_owned()).collect()
}

fn is_closed(path: &Path) -> bool {
    let mode = std::fs::metadata(path).unwrap().permissions().mode();
    mode & 0o7777 == 0o600
}

#[test]
fn a_page_brings_the_key_back_when_it_is_lost() {
    let bench = Bench::new();
    let before = bench.check_json();
    let page = bench.page("page");
    assert!(is_closed(&bench.path("page")));
    let rows = rows(&page);
    assert_eq!(rows.len(), 3, "{page}");
    for said in [
        before["effective_key"].as_str().unwrap(),
        "https://helpdesk.example",
        "█",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(page.lines().all(|line| line.chars().count() <= 100));
    bench.replace_key();
    let lost = bench.plan_with(&rows.join("\n"));
    let plan: Json = serde_json::from_str(&lost.out).unwrap();
    assert_eq!(plan["key"], before["effective_key"], "{}", lost.out);
    // One wrong character: nothing is done, and it says which.
    let mut typed = rows.clone();
    let correct = typed[1].remove(11);
    let wrong = if correct == 'Q' { 'P' } else { 'Q' };
    typed[1].insert(11, wrong);
    let refused = bench.plan_with(&typed.join(" "));
    let json: Json = serde_json::from_str(&refused.out).unwrap();
    assert_eq!(
        (refused.code, &json["error"]["code"]),
        (3, &"bad_input".into())
    );
    let place = format!("row 2, group 3: `{wrong}` was typed, it must be `{correct}`");
    assert!(refused.err.contains(&place), "{}", refused.err);
    let missing = bench.plan_with(&rows[..2].join("\n"));
    assert!(
        missing.err.contains("row 3 of 3 is missing"),
        "{}",
        missing.err
    );
    // The page itself will do, and small letters.
    let page = bench.text("page");
    let install = bench.text("demo/freescout");
    let arguments = [
        "recover",
        &install,
        "--key-file",
        &page,
        "--yes",
        "--no-test",
        "--json",
    ];
    let recovered = bench.run(&arguments);
    assert!(
        recovered.code == 0 || recovered.code == 2,
        "{}",
        recovered.err
    );
    let after = bench.check_json();
    let readable = |json: &Json| json["summary"]["opens"].as_u64().unwrap();
    assert!(readable(&after) >= readable(&before), "{after}");
}

#[test]
fn a_key_in_another_spelling_comes_back_to_the_letter() {
    let bench = Bench::new();
    let path = bench.install().join(".env");
    let env = std::fs::read_to_string(&path).unwrap();
    let key = bench.key_in_force();
    let padless = key.trim_end_matches('=');
    std::fs::write(&path, env.replace(&key, padless)).unwrap();
    std::fs::remove_file(bench.install().join("bootstrap/cache/config.php")).unwrap();
    let before = bench.check_json();
    let rows = rows(&bench.page("page"));
    bench.replace_key();
    let planned = bench.plan_with(&rows.join(" ").to_lowercase());
    let plan: Json = serde_json::from_str(&planned.out).unwrap();
    assert_eq!(plan["key"], before["effective_key"], "{}", planned.err);
}

#[test]
fn a_terminal_gets_the_code_in_black_on_white() {
    let bench = Bench::new();
    let program = assert_cmd::cargo::cargo_bin("freescout-rescue");
    let (install, state) = (bench.text("demo/freescout"), bench.text("state"));
    let line = |environment: &str| {
        let program = program.to_str().unwrap();
        format!("{environment} {program} safe {install} --state-dir {state} --paper")
    };
    let shown = |environment: &str| {
        let (went_well, said) = by_hand::type_line(bench.folder.path(), &line(environment), "");
        assert!(went_well, "{said}");
        said
    };
    let all = shown("TERM=xterm-256color LANG=C.UTF-8");
    assert_eq!(all.matches("\u{1b}[38;5;16;48;5;231m").count(), 21, "{all}");
    assert_eq!(rows(&all).len(), 3);
    let few = shown("TERM=linux LANG=C.UTF-8");
    assert_eq!(few.matches("\u{1b}[30;47m").count(), 21, "{few}");
    for none in ["TERM=xterm LANG=C", "TERM=xterm NO_COLOR=1 LANG=C.UTF-8"] {
        let none = shown(none);
        assert!(none.contains("--svg FILE") && !none.contains('█'), "{none}");
        assert_eq!(rows(&none).len(), 3);
    }
}

#[test]
fn a_page_goes_only_where_it_was_sent() {
    let bench = Bench::new();
    let nowhere = bench.safe(&["--paper"]);
    assert_eq!((nowhere.code, nowhere.out.as_str()), (3, ""));
    assert!(nowhere.err.contains("--output -"), "{}", nowhere.err);
    let piped = bench.safe(&["--paper", "--output", "-"]);
    assert_eq!((piped.code, rows(&piped.out).len()), (0, 3));
    assert!(!piped.out.contains('\u{1b}'));
    let (page, svg) = (bench.text("page"), bench.text("code.svg"));
    let both = bench.safe(&["--paper", "--output", &page, "--svg", &svg, "--json"]);
    let json: Json = serde_json::from_str(&both.out).unwrap();
    assert_eq!(json["paper"], serde_json::json!({"path": page, "svg": svg}));
    assert_eq!(json["keys"][0]["effective"], true);
    assert!(is_closed(Path::new(&page)) && is_closed(Path::new(&svg)));
    assert!(std::fs::read_to_string(&svg).unwrap().starts_with("<svg "));
    let again = bench.safe(&["--paper", "--svg", &svg]);
    assert_eq!((again.code, again.out.as_str()), (3, ""));
    assert!(again.err.contains("exists already"), "{}", again.err);
    let only = bench.safe(&["--paper", "--svg", &bench.text("only.svg")]);
    assert_eq!((only.code, only.out.as_str()), (0, ""), "{}", only.err);
    let inside = bench.text("demo/freescout/key.svg");
    let inside = bench.safe(&["--paper", "--svg", &inside]);
    assert!(inside.err.contains("lies in the install"), "{}", inside.err);
}

#[test]
fn without_a_key_in_force_there_is_no_page() {
    let bench = Bench::new();
    let path = bench.install().join(".env");
    let env = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, env.replace(&bench.key_in_force(), "")).unwrap();
    std::fs::remove_file(bench.install().join("bootstrap/cache/config.php")).unwrap();
    let outcome = bench.safe(&[
        "--paper",
        "--output",
        "-",
        "--state-dir",
        &bench.text("state"),
    ]);
    assert_eq!((outcome.code, outcome.out.as_str()), (3, ""));
    assert!(
        outcome.err.contains("No key is in force"),
        "{}",
        outcome.err
    );
}
