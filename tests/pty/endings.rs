//! However the program ends, the terminal is as it was.

use rustix::process::Signal;

use crate::terminal::{Session, demo};

fn assert_restored(session: &Session) {
    let (alternate, hidden, paste) = session.modes();
    assert!(!alternate, "still on the alternate screen");
    assert!(!hidden, "the cursor is still hidden");
    assert!(!paste, "bracketed paste is still on");
}

fn at_work() -> Session {
    let session = Session::start(&["demo"], 80, 24);
    session.wait_for("What is wrong");
    let (alternate, _, paste) = session.modes();
    assert!(
        alternate && paste && session.is_raw(),
        "the test would prove nothing"
    );
    session
}

#[test]
fn after_q() {
    let mut session = at_work();
    session.keys("q");
    assert_eq!(session.end(), 1);
    assert_restored(&session);
    assert!(
        session.screen().contains("That was the demo"),
        "{}",
        session.screen()
    );
}

#[test]
fn after_ctrl_c_with_something_typed() {
    let mut session = at_work();
    session.keys("2");
    session.wait_for("Before anything is changed");
    session.keys("\r");
    session.wait_for("complete and verified");
    session.keys("5");
    session.wait_for("Passwords to enter");
    session.press("\r", "Only these are lost");
    session.keys("abc");
    session.wait_for("•••");
    session.keys("\u{3}");
    session.wait_for("A password was entered but not applied");
    session.keys("\u{1b}");
    session.wait("the question to go", |s| !s.contains("Leave?"));
    session.keys("\u{3}\u{3}");
    assert_eq!(session.end(), 1);
    assert_restored(&session);
}

#[test]
fn after_sigterm_and_sighup() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut session = at_work();
        session.signal(signal);
        assert_eq!(session.end(), 1, "{signal:?}");
        assert_restored(&session);
    }
}

/// Runs itself a second time, in a pty and with this variable set: there it takes the terminal over and panics.
#[test]
fn after_a_panic() {
    if std::env::var_os("RESCUE_PTY_PANICS").is_some() {
        let _terminal = freescout_rescue::tui::terminal::Terminal::open().unwrap();
        panic!("on purpose");
    }
    let own = std::env::current_exe().unwrap();
    let arguments = [
        "--exact",
        "endings::after_a_panic",
        "--nocapture",
        "--test-threads=1",
    ];
    let mut session = Session::run(&own, &arguments, &[("RESCUE_PTY_PANICS", "1")], 80, 24);
    assert_ne!(session.end(), 0);
    let bytes = String::from_utf8_lossy(&session.bytes()).into_owned();
    let entered = bytes
        .find("\u{1b}[?1049h")
        .expect("it took the terminal over");
    let left = bytes
        .find("\u{1b}[?1049l")
        .expect("it gave the terminal back");
    let said = bytes.find("on purpose").expect("the panic is told");
    assert!(entered < left && left < said, "given back before it speaks");
    assert_restored(&session);
}

#[test]
fn without_a_terminal_it_says_what_to_use() {
    let out = std::process::Command::new(crate::terminal::binary())
        .arg("demo")
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(3));
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(
        said.contains("needs a terminal") && said.contains("check"),
        "{said}"
    );
}

/// The connection is lost in the middle of the writing: what was begun is finished, and said.
#[test]
fn a_signal_during_the_recovery_lets_it_finish() {
    for signal in [Signal::TERM, Signal::HUP] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(
            folder.path(),
            std::os::unix::fs::PermissionsExt::from_mode(0o755),
        )
        .unwrap();
        let (install, look_in) = demo(folder.path());
        std::fs::set_permissions(
            folder.path().join("demo"),
            std::os::unix::fs::PermissionsExt::from_mode(0o755),
        )
        .unwrap();
        // Met in the middle, it ends when it is let go; it fails, so that the cache is removed by us.
        let artisan = "<?php while (!file_exists('storage/go')) { usleep(10000); } exit(1);";
        std::fs::write(install.join("artisan"), artisan).unwrap();
        if rustix::process::geteuid().is_root() {
            // Root's own storage/ would not be cleared by artisan at all.
            let owner = std::process::Command::new("chown")
                .args(["-R", "65534:65534"])
                .arg(&install)
                .status();
            assert!(owner.unwrap().success());
        }
        let backups = folder.path().join("backups");
        let path = |p: &std::path::Path| p.to_str().unwrap().to_owned();
        let arguments = [
            path(&install),
            "--look-in".to_owned(),
            path(&look_in),
            "--state-dir".to_owned(),
            path(&backups),
        ];
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut session = Session::start(&arguments, 80, 24);
        session.wait_for("Found: K");
        for (keys, then) in [
            ("2", "Before anything is changed"),
            ("\r", "complete and verified"),
            ("5", "Passwords to enter"),
            ("7", "Type apply"),
        ] {
            session.press(keys, then);
        }
        session.apply();
        session.wait_for("Clearing FreeScout");
        session.signal(signal);
        // It still hears us, and has not stopped.
        session.keys("\u{1b}");
        session.wait_for("cannot be interrupted");
        std::fs::write(install.join("storage/go"), "").unwrap();
        assert_eq!(
            session.end(),
            2,
            "{signal:?}: finished, with one secret lost: {}",
            session.screen()
        );
        assert_restored(&session);
        let out = std::process::Command::new(crate::terminal::binary())
            .arg("check")
            .arg(&install)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stdout);
        assert!(said.contains("can read 30 of 32"), "{signal:?}: {said}");
    }
}
