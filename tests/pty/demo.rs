//! The demo, from its break to every login proven, by what its screens say alone.

use crate::terminal::Session;

/// The password that step 6 tells of the chosen account.
fn noted(screen: &str) -> String {
    // A line of a pane that is too long goes on in the next one.
    let inner = |line: &str| line.trim_matches(['│', ' ']).to_owned();
    let text = screen.lines().map(inner).collect::<Vec<_>>().join(" ");
    let (_, said) = text.split_once("passwords.txt says: ").unwrap();
    said.split(' ').next().unwrap().to_owned()
}

/// Types the password that is told, and waits until its server took it; then goes on.
fn enter_as_told(session: &mut Session, of: &str, then: &str) {
    let told = format!("demo-{of}");
    let screen = session.wait(&told, |s| {
        s.contains("passwords.txt says") && s.contains(&told)
    });
    let password = noted(&screen);
    session.keys(&password);
    session.wait("it is typed", |s| s.contains("Enter tests this password"));
    session.keys("\r");
    // With its time, of the chosen one alone.
    session.wait_for("✓ works, ");
    session.press("\r", then);
}

/// Waits for this headline of the report, which goes on in a second line.
fn wait_for_proof(session: &Session, proven: &str, rest: &str) -> String {
    let (head, end) = (
        format!("{proven} connections proven by a"),
        format!("login{rest}"),
    );
    session.wait(&format!("{head} {end}"), |screen| {
        screen.contains(&head) && screen.contains(&end)
    })
}

#[test]
fn every_login_is_proven_by_what_the_screens_say() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.wait_for("What is wrong");
    session.press("\r", "Before anything is changed");
    session.press("\r", "complete and verified");
    session.press("\r", "press s");
    session.press("s", "decrypts 22 of 32");
    session.wait_for("decrypts 22 of 32. Searched");
    session.press("\r", "Decrypt checks");
    session.press("\r", "Readable 7 → 30 of 32");
    session.press("\r", "Only these are lost");
    enter_as_told(&mut session, "sapoto-outgoing", "demo-biuro");
    enter_as_told(&mut session, "biuro-outgoing", "Type apply and press Enter");
    session.apply();
    session.wait_for("everything is as planned");
    // What fails does so once, and the report says what to do.
    let screen = wait_for_proof(&session, "21 of 25", ", 4 failed.");
    assert!(screen.contains("press t, then T"), "{screen}");
    session.press("t", "T test all");
    session.keys("T\u{1b}");
    let screen = wait_for_proof(&session, "23 of 25", ", 2 failed.");
    assert!(screen.contains("Press n to enter other"), "{screen}");
    assert!(!screen.contains("press t, then T"), "{screen}");
    session.press("n", "secrets are all right");
    session.press("\r", "Before anything is changed");
    session.press("\r", "complete and verified");
    session.press("5", "Passwords to enter: 2");
    session.press("6", "demo-gogaek-changed");
    enter_as_told(
        &mut session,
        "gogaek-changed",
        "outgoing password: not entered",
    );
    enter_as_told(&mut session, "gogaek-changed", "Type apply and press Enter");
    session.apply();
    let screen = wait_for_proof(&session, "25 of 25", ".");
    assert!(screen.contains("FreeScout can read 32 of 32"), "{screen}");
    // Both recoveries are taken back, the last one first.
    for (next, then) in [
        ("Undo recovery 2 of 2", "Press u to undo recovery 1 of 2."),
        ("Undo recovery 1 of 2", "have been undone"),
    ] {
        session.press("u", next);
        session.wait_for("An undo of the recovery of");
        session.press_until("\u{15}undo\r", &|screen| !screen.contains("Type undo"));
        session.wait_for("Undone: ");
        session.wait_for(then);
    }
    session.wait_for("n anew");
    session.keys("q");
    session.end();
    let screen = session.screen();
    assert!(screen.contains("That was the demo"), "{screen}");
    let left: Vec<_> = std::fs::read_dir(session.home.path()).unwrap().collect();
    assert!(
        left.is_empty(),
        "the demo leaves something behind: {left:?}"
    );
}
