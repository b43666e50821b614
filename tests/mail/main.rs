//! The other sides of a mailbox, for real: Dovecot and Postfix started for these tests alone.
//!
//! They run on free loopback ports, in folders of their own, as root (Postfix insists), and end with the tests. They
//! need dovecot-imapd, dovecot-pop3d, postfix, openssl and curl; `tests/check.sh` installs them. A missing one fails
//! the tests.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub
)]

mod alarms;
mod certificates;
mod dialogue;
mod dovecot;
mod guard;
mod harness;
mod install;
mod postfix;
mod servers;
#[expect(
    dead_code,
    reason = "it serves the tests of tests/pty too, which need more of it"
)]
#[path = "../pty/terminal.rs"]
mod terminal;
mod verdicts;
mod walk;
