//! The wizard against real servers: a wrong password is heard of once in a whole walk, and the right one is proven.

use crate::certificates::certificates;
use crate::install::Install;
use crate::servers::good_dovecot;
use crate::terminal::{Session, binary};
use crate::verdicts::{good, result};

#[test]
fn a_wrong_password_is_sent_once_in_a_whole_walk() {
    let (known, changed) = (good_dovecot().own_account(), good_dovecot().own_account());
    let mut mailboxes = [known, changed].each_ref().map(good);
    mailboxes[1].in_login.1 = "wrong".to_owned();
    mailboxes[1].out_login.1 = "wrong".to_owned();
    let install = Install::with(&mailboxes);
    let root = install.root();
    let state = install.folder.path().join("state");
    let backups = state.join("backups");
    let arguments = [
        root.to_str().unwrap(),
        "--no-artisan",
        "--state-dir",
        state.to_str().unwrap(),
    ];
    let ca = certificates().ca();
    let environment = [("SSL_CERT_FILE", ca.to_str().unwrap())];
    let mut session = Session::run(&binary(), &arguments, &environment, 80, 24);
    let tested = |s: &str| s.contains("IMAP ✗") && s.contains("SMTP ○") && s.contains("SMTP ✓");
    session.wait_for("1 Survey");
    session.wait_for("readable now 4/4");
    session.keys("t");
    session.wait_for("Not tested.");
    session.keys("T");
    session.wait("the first tests", tested);
    // Again, in the same step and in the next one.
    session.keys("jT");
    session.wait_for("This is the earlier answer");
    session.keys("t\r");
    session.wait_for("Before anything is changed");
    session.keys("\r");
    session.wait_for("complete and verified");
    session.keys("t");
    session.wait_for("┌ Connections");
    session.keys("T");
    session.wait("the third tests", tested);
    session.keys("t\r");
    session.wait_for("3  Keys");
    session.keys("\r");
    session.wait_for("Decrypt checks");
    session.keys("\r");
    session.wait_for("5  Plan");
    session.wait_for("Passwords to enter");
    // What its server refused is asked for.
    session.keys("\r");
    session.wait_for("Only these are lost, or were refused");
    session.keys("wrong\r");
    session.wait_for("✗ login refused");
    assert_eq!(good_dovecot().attempts(changed.user), 1);
    session.keys("\u{15}");
    session.keys(changed.password);
    session.keys("\r");
    session.wait_for("✓ works");
    session.keys("\r\u{f}");
    session.wait_for("the same as Mailbox 2");
    session.keys("\r");
    session.wait_for("✓ works, ");
    session.keys("\r");
    session.wait_for("Type apply and press Enter");
    session.keys("apply\r");
    session.wait_for("4 of 4 connections proven");
    session.keys("\r");
    session.wait_for("Saved:");
    session.keys("q");
    assert_eq!(session.end(), 0);
    let screen = String::from_utf8_lossy(&session.bytes()).into_owned();
    assert!(
        !screen.contains(changed.password),
        "a password reached the terminal"
    );
    // One wrong one; then the right one for each direction, and the proof of both.
    assert_eq!(good_dovecot().attempts(changed.user), 1 + 2 + 2);
    let (code, results) = install.test(&[]);
    assert_eq!(code, 0, "{results:?}");
    assert_eq!(result(&results, 2, "incoming")["code"], "ok");
    let report = std::fs::read_dir(&backups)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "json"))
        .unwrap();
    let report = std::fs::read_to_string(report).unwrap();
    assert!(!report.contains(changed.password));
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let proven = report["connections"].as_array().unwrap();
    let ok = proven.iter().filter(|c| c["verdict"] == "ok").count();
    assert_eq!(ok, 4, "{proven:?}");
    assert_eq!(
        report["mail"],
        serde_json::json!({"state": "good", "readable": 4, "total": 4, "missing": 0,
            "logins": {"ok": 4, "failed": 0, "not_tried": 0, "of": 4}})
    );
    for made in ["at", "host", "user", "version"] {
        assert!(report["made"][made].as_str().is_some_and(|s| !s.is_empty()));
    }
    let text = std::fs::read_dir(&backups)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "txt"))
        .map(|p| std::fs::read_to_string(p).unwrap())
        .unwrap();
    let host = report["made"]["host"].as_str().unwrap();
    let heading = text.lines().next().unwrap();
    assert!(
        heading.starts_with("freescout-rescue 0.1.0: report of") && heading.contains(host),
        "{heading}"
    );
    assert!(
        text.contains("4 of 4 connections proven by a login."),
        "{text}"
    );
}
