//! Proofs that the servers are what they claim to be, made with openssl, curl and bare dialogues.
//!
//! Nothing of the program under test is used here: what its probes are measured against must stand by itself.

mod incoming;
mod outgoing;

use std::process::{Command, Stdio};

use crate::certificates::{Certificate, certificates};
use crate::dialogue::{Dialogue, quoted};
use crate::dovecot::{Account, Behaviour, Dovecot, SUPPORT};
use crate::guard::{Guard, await_some, run};
use crate::postfix::Postfix;

/// What openssl says of each certificate to a client that asked for `localhost` and trusts our CA.
const VERDICTS: [(Certificate, &str); 4] = [
    (Certificate::Good, "OK"),
    (Certificate::SelfSigned, "self-signed certificate"),
    (Certificate::Expired, "certificate has expired"),
    (Certificate::OtherName, "hostname mismatch"),
];

#[test]
fn certificates_are_what_they_claim() {
    let ca = certificates().ca();
    for (kind, expected) in VERDICTS {
        let out = Command::new("openssl")
            .args(["verify", "-verify_hostname", "localhost", "-CAfile"])
            .arg(&ca)
            .arg(certificates().certificate(kind))
            .output()
            .unwrap();
        let said = [out.stdout, out.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains(expected), "{kind:?}: {said}");
        assert_eq!(out.status.success(), kind == Certificate::Good);
    }
    for address in ["127.0.0.1", "127.0.0.2"] {
        run(Command::new("openssl")
            .args(["verify", "-verify_ip", address, "-CAfile"])
            .arg(&ca)
            .arg(certificates().certificate(Certificate::Good)));
    }
}

#[test]
fn nothing_is_left_of_a_server() {
    let dovecot = Dovecot::start(Behaviour::Shows(Certificate::Good));
    assert!(login(&dovecot, SUPPORT.user, SUPPORT.password).contains("a OK"));
    let postfix = Postfix::start(&dovecot);
    // The guard, master, and its children for the log and a client.
    leaves_nothing(postfix, Postfix::guard, 4);
    // The guard, Dovecot, and its children for the log, settings, passwords and logins.
    leaves_nothing(dovecot, Dovecot::guard, 6);
}

/// What openssl says of a server's certificate, asked for by this name: `OK`, or the error.
fn verdict(host: &str, port: u16, name: &str, starttls: Option<&str>) -> String {
    let mut command = Command::new("openssl");
    command
        .args(["s_client", "-brief", "-verify_return_error", "-CAfile"])
        .arg(certificates().ca())
        .args(["-verify_hostname", name, "-connect"])
        .arg(format!("{host}:{port}"));
    if let Some(protocol) = starttls {
        command.args(["-starttls", protocol]);
    }
    let out = command.stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    match text.lines().find(|line| line.starts_with("verify error")) {
        Some(error) => error.to_owned(),
        None if text.contains("Verification: OK") => "OK".to_owned(),
        None => panic!("no TLS on {host}:{port}: {text}"),
    }
}

/// Logs in by curl, whose certificate checks are on; its exit code.
fn curl(url: &str, account: &Account, more: &[&str]) -> Option<i32> {
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--max-time", "20", "--cacert"])
        .arg(certificates().ca())
        .arg("--user")
        .arg(format!("{}:{}", account.user, account.password))
        .args(more)
        .arg(url);
    command.stdout(Stdio::null()).status().unwrap().code()
}

const LOGIN_DENIED: Option<i32> = Some(67);

fn login(server: &Dovecot, user: &str, password: &str) -> String {
    let (mut imap, _) = Dialogue::greeted(server.host, server.imap).unwrap();
    imap.imap(&format!("LOGIN {} {}", quoted(user), quoted(password)))
}

/// Ends a server and looks for what is left of it.
fn leaves_nothing<T>(server: T, guard: fn(&T) -> &Guard, at_least: usize) {
    let folder = guard(&server).folder.clone();
    let processes = guard(&server).processes();
    assert!(processes.len() >= at_least, "{processes:?}");
    drop(server);
    assert!(!folder.exists());
    await_some(
        || format!("the end of all of {processes:?}"),
        || {
            let left = processes.iter().filter(|&&pid| is_alive(pid)).count();
            (left == 0).then_some(())
        },
    );
}

/// A process that ended and that nobody has asked about is not alive.
fn is_alive(pid: i32) -> bool {
    procfs::process::Process::new(pid)
        .and_then(|process| process.stat())
        .is_ok_and(|stat| stat.state != 'Z')
}
