//! A password that was refused is not sent again: not after a round that was stopped, not after a change of the key, not where
//! nothing can be written down, and not by a copy of the install. Where the server was wrong, the alarm says how it is tried again.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::Watched;
use crate::cli::search_path;
use crate::scripted::{Server, Step, say, script};

const REFUSES: &str = "
    * OK ready
    C: R1
    * CAPABILITY IMAP4rev1
    R1 OK done
    C: R2
    R2 NO [AUTHENTICATIONFAILED] no";

/// An install with one mailbox, which is fetched from this server alone.
fn with_one_mailbox(server: &Server) -> Watched {
    let watched = Watched::new();
    let port = server.address.port();
    let one = format!(
        "DELETE FROM mailboxes WHERE id <> 1; DELETE FROM options WHERE name LIKE 'mail_%';
         UPDATE mailboxes SET in_server = 'localhost', in_port = {port}, in_encryption = 1, in_protocol = 1, out_method = 1"
    );
    watched.bench.database().execute_batch(&one).unwrap();
    watched
}

/// A round with logins.
fn round(watched: &Watched) -> Vec<String> {
    let (install, settings) = (
        watched.bench.text("demo/freescout"),
        watched.bench.text("watch.toml"),
    );
    vec![
        "watch".to_owned(),
        "--state-dir".to_owned(),
        watched.bench.text("state"),
        install,
        "--settings".to_owned(),
        settings,
    ]
}

fn run(watched: &Watched) -> String {
    let words = round(watched);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    watched.bench.run(&words).out
}

#[test]
fn it_is_sent_once_whatever_becomes_of_the_key_and_of_copies() {
    let server = Server::new(script(REFUSES));
    let watched = with_one_mailbox(&server);
    let first = run(&watched);
    assert!(first.contains("AUTHENTICATIONFAILED"), "{first}");
    run(&watched);
    let install = watched.bench.text("demo/freescout");
    let (safe, recipients) = (
        watched.bench.text("rotated.age"),
        watched.bench.text("recipients"),
    );
    let rotate = ["rotate", &install, "--recipients-file", &recipients];
    let options = ["--yes", "--no-test", "--no-artisan", "--output", &safe];
    let rotated = watched.bench.run(&[&rotate[..], &options].concat());
    assert_eq!(rotated.code, 0, "{}{}", rotated.out, rotated.err);
    let after = run(&watched);
    assert!(after.contains("the login fails"), "it still does: {after}");
    assert_eq!(server.records().len(), 1, "one connection");
}

#[test]
fn a_round_that_is_stopped_has_sent_it() {
    let mut hangs = script(REFUSES);
    hangs.truncate(5);
    hangs.extend([Step::Enter, Step::Sleep(Duration::from_secs(8))]);
    let server = Server::new(hangs);
    let watched = with_one_mailbox(&server);
    let program = assert_cmd::cargo::cargo_bin("freescout-rescue");
    let mut child = Command::new(program)
        .args(round(&watched))
        .env_clear()
        .env("PATH", search_path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let began = Instant::now();
    while server.busiest() == 0 && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(50));
    }
    let group = Pid::from_child(&child);
    kill_process_group(group, Signal::KILL).unwrap();
    child.wait().unwrap();
    let next = run(&watched);
    assert!(!next.is_empty());
    assert_eq!(server.records().len(), 1, "one connection");
}

#[test]
fn where_nothing_can_be_written_down_nothing_is_sent() {
    let server = Server::new(script(REFUSES));
    let watched = with_one_mailbox(&server);
    let journal = watched.bench.path("state/journal.sqlite");
    std::fs::write(
        &journal,
        "this is no database, but a text that is long enough",
    )
    .unwrap();
    let round = run(&watched);
    assert!(round.contains("cannot be written down"), "{round}");
    assert_eq!(server.records().len(), 0);
    std::fs::remove_file(&journal).unwrap();
    // What was remembered meanwhile goes into the journal.
    run(&watched);
}

#[test]
fn the_alarm_says_how_it_is_tried_again() {
    let server = Server::new(script(REFUSES));
    let watched = with_one_mailbox(&server);
    run(&watched);
    let told = watched.told();
    let retry = told.lines().find(|line| line.contains("watch --retry"));
    assert!(retry.is_some_and(|line| {
        line.trim_start()
            .starts_with("This login is not tried again by itself")
    }));
    watched.can_be_pasted(&told, "watch --retry", "", 2);
    assert_eq!(server.records().len(), 2, "it was sent once more");
}

#[test]
fn a_login_of_which_nothing_can_be_told_is_told_as_such() {
    // A server that speaks none of the versions of TLS that are offered.
    let server = Server::new(vec![say([21, 3, 3, 0, 2, 2, 70]), Step::HalfClose]);
    let watched = with_one_mailbox(&server);
    let encrypted = "UPDATE mailboxes SET in_encryption = 2, in_validate_cert = 0";
    watched.bench.database().execute_batch(encrypted).unwrap();
    let mut words = round(&watched);
    words.push("--json".to_owned());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    for _ in 0..2 {
        let told: serde_json::Value = serde_json::from_str(&watched.bench.run(&words).out).unwrap();
        let all = told["standing"].as_array().unwrap();
        let untold = all.iter().find(|m| m["code"] == "login_untold");
        let untold = untold.unwrap_or_else(|| panic!("{told:#}"));
        assert_eq!(untold["severity"], "unknown");
        let message = untold["message"].as_str().unwrap();
        assert!(
            message.contains("not known whether the login works"),
            "{message}"
        );
        let checks = told["checks"].as_array().unwrap();
        let logins = checks.iter().find(|c| c["code"] == "logins").unwrap();
        assert_eq!((&logins["value"], &logins["of"]), (&0.into(), &1.into()));
    }
}

#[test]
fn what_is_no_longer_there_did_not_get_well() {
    for change in [
        "UPDATE mailboxes SET in_server = ''",
        "DELETE FROM mailboxes",
    ] {
        let server = Server::new(script(REFUSES));
        let watched = with_one_mailbox(&server);
        assert!(run(&watched).contains("the login fails"));
        watched.bench.database().execute_batch(change).unwrap();
        let after = run(&watched);
        let gone = after.lines().find(|l| l.contains("the login fails"));
        assert!(
            gone.is_some_and(|line| line.contains("NO LONGER THERE: ")),
            "{change}: {after}"
        );
        assert!(!after.contains("OVER: "), "{change}: {after}");
        let install = watched.bench.text("demo/freescout");
        let history = watched.bench.run(&["history", &install]).out;
        assert!(history.contains("no longer there. It was: "), "{history}");
        assert!(!history.contains("well again"), "{history}");
        let quiet = run(&watched);
        assert!(!quiet.contains("login fails"), "{quiet}");
    }
}
