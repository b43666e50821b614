//! The whole way on the demo, as a new user goes it.

use std::path::Path;

use crate::terminal::{Session, binary, demo};

/// A password that must not be seen on the screen, in a file, or in the report.
const TYPED: &str = "typed-Pässwörd-密码-0451";

#[test]
fn from_survey_to_report_and_back() {
    let mut session = Session::start(&["demo"], 80, 24);
    let screen = session.wait_for("What is wrong");
    assert!(screen.contains("Do not save mailbox forms"), "{screen}");
    assert!(screen.contains("7/32"), "{screen}");
    session.keys("3");
    session.wait_for("locked until there is a verified backup");
    session.keys("\r");
    session.wait_for("Before anything is changed");
    session.keys(" ");
    session.wait_for("[x]");
    session.keys("\r");
    let screen = session.wait_for("complete and verified");
    assert!(screen.contains("3 files"), "the dump is in it: {screen}");
    session.keys("\r");
    let screen = session.wait_for("23 secrets cannot be decrypted");
    let place = old_server(&session);
    // Who has never seen it can find the key.
    assert!(screen.contains("an old key is hidden"), "{screen}");
    assert!(
        screen.contains(place.rsplit('/').next().unwrap()),
        "{screen}"
    );
    session.keys("p");
    session.wait_for("a folder on this server");
    session.keys(&place);
    session.keys("\r");
    let screen = session.wait_for("decrypts 22 of 32");
    assert!(screen.contains("var/www/html/.env"), "{screen}");
    session.wait_for("decrypts 22 of 32. Searched");
    session.keys("\r");
    let screen = session.wait_for("Decrypt checks");
    for name in [
        "销售",
        "Buchhaltung Köln",
        "Поддержка",
        "サポート",
        "고객지원",
        "lost",
        "wiped",
    ] {
        assert!(screen.contains(name), "{name}:\n{screen}");
    }
    session.keys("/köln");
    session.wait("the filter", |s| s.contains("Köln") && !s.contains("销售"));
    session.keys("\u{1b}");
    session.wait_for("销售");
    session.keys("\r");
    session.wait_for("Readable 7 → 30 of 32");
    session.keys("\r");
    session.wait_for("Only these are lost");
    session.keys(&format!("\u{1b}[200~{TYPED}\u{1b}[201~"));
    session.wait_for("•••");
    // Tried before it counts.
    session.keys("\r");
    session.wait_for("535 5.7.8");
    session.keys("\u{15}demo-sapoto-outgoing\r");
    session.wait_for("✓ works");
    session.keys("\r\u{f}");
    session.wait_for("the same as Biuro Łódź, incoming password");
    session.keys("\r");
    session.wait_for("535 5.7.8");
    session.keys("\r");
    session.wait_for("The mail server refused it. Type another");
    // Kept by the operator's own word.
    session.keys("\u{b}");
    session.wait_for("kept untested");
    session.keys("\r");
    let screen = session.wait_for("Type apply and press Enter");
    assert!(screen.contains("Passwords stored: 2"), "{screen}");
    session.keys("\r");
    session.wait_for("Type apply first");
    session.apply();
    let screen = session.wait_for("everything is as planned");
    assert!(screen.contains("32/32"), "{screen}");
    // The proof goes on by itself.
    session.keys("tF");
    session.wait("the proof", |s| {
        s.contains("certificate expi") && s.contains("SMTP ✗ login refused")
    });
    session.keys("t");
    session.wait_for("everything is as planned");
    session.keys("\r");
    session.wait_for("Saved:");
    // What was saved is said a moment before its job has ended, and takes the place of what a refused key is told.
    session.wait_for("n anew");
    session.press("u", "Undo the recovery");
    session.wait_for("An undo of the recovery of");
    session.press_until("\u{15}undo\r", &|screen| !screen.contains("Type undo"));
    let screen = session.wait_for("again, and no longer K");
    assert!(screen.contains("7/32"), "{screen}");
    assert!(screen.contains("FreeScout uses K"), "{screen}");
    // The token that was renewed meanwhile is left alone, and named: the first sentence is above.
    assert!(screen.contains("Microsoft 365, OAuth"), "{screen}");
    session.keys("\u{1b}[5~");
    session.wait_for("Undone: ");
    assert!(
        !String::from_utf8_lossy(&session.bytes()).contains(TYPED),
        "a password reached the terminal"
    );
    // While the undo has not said its last word, `q` asks first.
    session.wait_for("n anew");
    session.keys("q");
    assert_eq!(session.end(), 1, "taken back: nothing is changed any more");
    let screen = session.screen();
    assert!(screen.contains("That was the demo"), "{screen}");
    assert!(!screen.contains("rescue-demo-"), "it is gone: {screen}");
    let left: Vec<_> = std::fs::read_dir(session.home.path()).unwrap().collect();
    assert!(
        left.is_empty(),
        "the demo leaves something behind: {left:?}"
    );
}

/// Where the old key of the running demo lies.
pub fn old_server(session: &Session) -> String {
    let entries = std::fs::read_dir(session.home.path()).unwrap();
    let demo = entries
        .map(|e| e.unwrap().path())
        .find(|p| p.join("demo/old-server").is_dir())
        .expect("a demo is laid out");
    demo.join("demo/old-server").to_string_lossy().into_owned()
}

#[test]
fn connections_are_tested_in_every_step() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.wait_for("What is wrong");
    session.keys("t");
    session.wait_for("Not tested.");
    session.keys("T");
    session.wait("the first results", |s| s.contains("IMAP ✓"));
    let screen = session.wait_for("by freescout-rescue");
    for rung in ["dns", "tcp", "tls"] {
        assert!(screen.contains(rung), "{rung}:\n{screen}");
    }
    // What was seen is shown as a whole, and the rest of it by turning the page.
    session.press("\u{1b}[6~", "INBOX");
    for rung in ["greeting", "login", "folder"] {
        session.wait_for(rung);
    }
    session.keys("F");
    session.wait("the failing only", |s| !s.contains("销售"));
    session.keys("\u{1b}q");
    assert_eq!(session.end(), 1);
}

#[test]
fn a_recovery_in_the_wizard_is_seen_by_check_and_undone_by_undo() {
    let folder = tempfile::tempdir().unwrap();
    let (install, look_in) = demo(folder.path());
    let backups = folder.path().join("backups");
    let before = std::fs::read(install.join("database/database.sqlite")).unwrap();
    let (install, look_in, backups) = (
        install.to_str().unwrap(),
        look_in.to_str().unwrap(),
        backups.to_str().unwrap(),
    );
    let run = |arguments: &[&str]| {
        let out = std::process::Command::new(binary())
            .args(arguments)
            .arg(install)
            .output()
            .unwrap();
        (
            out.status.code(),
            String::from_utf8_lossy(&out.stdout).into_owned(),
        )
    };
    // What `check` counts, the wizard counts too.
    let (_, json) = run(&["check", "--json", "--look-in", look_in]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let figure = |name: &str| json["recommendation"][name].as_u64().unwrap();
    let findings = json["findings"].as_array().unwrap().iter();
    let missing = findings.filter(|f| f["code"] == "probably_wiped").count() as u64;
    let plan = format!(
        "Newly encrypted: {}. Passwords to enter: {}.",
        figure("reseal"),
        figure("reenter") + missing
    );
    assert_eq!((figure("reenter"), missing), (1, 1), "lost, wiped");
    let stored = json["summary"]["total"].as_u64().unwrap();
    assert_eq!(stored, 31, "the JSON forms count what is stored");
    let (_, text) = run(&["check", "--look-in", look_in]);
    assert!(text.contains("can read 7 of 32"), "{text}");
    let mut session = Session::start(
        &[
            install,
            "--look-in",
            look_in,
            "--state-dir",
            backups,
            "--no-artisan",
        ],
        // Wide enough for the figures of step 5 in one row.
        126,
        40,
    );
    session.wait_for("readable now 7/32");
    session.wait_for("Found: K");
    for (keys, then) in [
        ("2", "Before anything is changed"),
        ("\r", "complete and verified"),
        ("5", "Readable 7 → 30 of 32"),
        ("5", plan.as_str()),
        ("7", "Type apply"),
    ] {
        session.press(keys, then);
    }
    session.apply();
    session.wait_for("To undo it: freescout-rescue");
    session.keys("q");
    session.wait_for("Its report was not saved");
    session.keys("\r");
    assert_eq!(session.end(), 2, "one secret stays lost");
    assert!(
        session.screen().contains("To undo it"),
        "the last words stay on the screen: {}",
        session.screen()
    );
    let (code, text) = run(&["check"]);
    assert!(
        code == Some(2) && text.contains("can read 30 of 32"),
        "{code:?} {text}"
    );
    let (code, text) = run(&["undo", "--yes", "--no-artisan", "--state-dir", backups]);
    assert_eq!(code, Some(0), "{text}");
    let (_, text) = run(&["check", "--look-in", look_in]);
    assert!(text.contains("can read 7 of 32"), "{text}");
    let after = std::fs::read(format!("{install}/database/database.sqlite")).unwrap();
    assert_eq!(before.len(), after.len());
}

#[test]
fn the_window_may_change_its_size() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.wait_for("What is wrong");
    session.resize(140, 40);
    session.wait_for("Connections");
    session.resize(40, 10);
    session.wait_for("Enlarge to 76×22");
    session.resize(80, 24);
    session.wait("one column again", |s| {
        s.contains("What is wrong") && s.contains("●1 Survey")
    });
    session.keys("q");
    assert_eq!(session.end(), 1);
}

#[test]
fn nothing_is_done_in_a_window_that_shows_nothing() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.wait_for("What is wrong");
    for (keys, then) in [
        ("2", "Before anything is changed"),
        ("\r", "complete and verified"),
        ("5", "Passwords to enter"),
        ("7", "Type apply and press Enter"),
    ] {
        session.keys(keys);
        session.wait_for(then);
    }
    session.keys("app");
    session.wait("the word", |s| s.contains("app  "));
    session.resize(60, 20);
    session.wait_for("now 60×20");
    session.keys("ly\r\u{1b}[200~apply\u{1b}[201~\r\u{15}apply\r\u{1b}[A1");
    // Whatever was typed before it is taken in before it: it is asked, and letters do not answer.
    session.keys("qqq");
    let screen = session.wait_for("Leave? Ctrl-C: yes.");
    assert!(!screen.contains("Writing"), "{screen}");
    session.resize(80, 24);
    session.wait_for("Enter: leave. Esc: stay");
    session.keys("\u{1b}");
    let screen = session.wait("the word as it was", |s| {
        s.contains("Type apply and press Enter") && !s.contains("Leave?")
    });
    assert!(
        screen.contains("app  ") && !screen.contains("apply  "),
        "{screen}"
    );
    session.resize(30, 8);
    session.wait_for("30×8");
    session.keys("\u{3}");
    session.wait_for("Leave?");
    session.keys("\u{3}");
    assert_eq!(session.end(), 1, "nothing was changed");
}

#[test]
fn a_terminal_that_does_not_know_its_size_is_told_what_to_do() {
    let own = format!("stty cols 0 rows 0; exec {} demo", binary().display());
    let mut session = Session::run(Path::new("/bin/sh"), &["-c", &own], &[], 80, 24);
    session.wait_for("stty cols 80 rows 24");
    assert_eq!(session.end(), 3);
}

/// As `docker exec -it` sets it when the program has been started already.
#[test]
fn a_size_that_comes_a_moment_later_is_waited_for() {
    let own = format!(
        "stty cols 0 rows 0; (sleep 0.5; stty cols 80 rows 24 </dev/tty) & exec {} demo",
        binary().display()
    );
    let mut session = Session::run(Path::new("/bin/sh"), &["-c", &own], &[], 80, 24);
    session.wait_for("What is wrong");
    session.keys("q");
    assert_eq!(session.end(), 1);
}

#[test]
fn other_database_values_help_where_freescouts_own_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let (install, _) = demo(folder.path());
    let moved = folder.path().join("moved.sqlite");
    std::fs::rename(install.join("database/database.sqlite"), &moved).unwrap();
    let mut session = Session::start(&[install.to_str().unwrap(), "--no-artisan"], 80, 24);
    session.wait_for("cannot be reached");
    session.keys("d");
    session.wait_for("Database settings for this session");
    // To DB_DATABASE, four fields down; its text is emptied and typed anew.
    session.keys("\t\t\t\t\u{15}");
    session.keys(moved.to_str().unwrap());
    session.press("\r", "What is wrong");
    let screen = session.wait_for("7/32");
    assert!(screen.contains("What is wrong"), "{screen}");
    session.keys("q");
    assert_eq!(session.end(), 1);
}

/// What is seen of a text: its colours take no room.
fn uncoloured(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let first = pieces.next().unwrap_or_default();
    let rest = pieces.map(|piece| piece.split_once('m').map_or(piece, |(_, seen)| seen));
    std::iter::once(first).chain(rest).collect()
}

#[test]
fn what_a_command_says_is_broken_between_words_and_its_commands_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let (install, _) = demo(folder.path());
    let install = install.to_str().unwrap();
    let mut session = Session::start(&["check", install], 60, 60);
    assert_eq!(session.end(), 2);
    let bytes = session.bytes();
    let said = uncoloured(&String::from_utf8_lossy(&bytes));
    let mut long = said.lines().filter(|line| line.chars().count() > 60);
    let is_whole = |line: &str| line.contains("freescout-rescue ") || !line.trim().contains(' ');
    assert!(long.all(is_whole), "{said}");
    let is_next = |line: &str| line.contains("find-key --usual") && line.ends_with(install);
    assert!(said.lines().any(is_next), "{said}");
    // Whole words, where a terminal would have cut one.
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = "stored passwords, tokens and licences (called secrets here).";
    assert!(words(&said).contains(plain), "{said}");
    assert!(!said.contains(plain), "{said}");
}
