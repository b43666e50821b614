//! FreeScout's own code and ours, asked about the same mailboxes at the same servers.
//!
//! The environment variable `FREESCOUT_CHECKOUT` names a checkout of FreeScout with its vendor folder (its branch `dist`)
//! that nobody uses; it is no part of this project. Without it nothing is compared, which is said on standard error. It
//! takes root, since the servers have names of their own here, and PHP with its extensions: `driver.php` says which is
//! missing.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub
)]

mod answering;
mod authority;
#[path = "../mail/certificates.rs"]
mod certificates;
#[expect(
    dead_code,
    reason = "it serves the tests of tests/mail too, which need more of it"
)]
#[path = "../mail/dialogue.rs"]
mod dialogue;
#[expect(
    dead_code,
    reason = "it serves the tests of tests/mail too, which need more of it"
)]
#[path = "../mail/dovecot.rs"]
mod dovecot;
mod freescout;
#[expect(
    dead_code,
    reason = "it serves the tests of tests/mail too, which need more of it"
)]
#[path = "../mail/guard.rs"]
mod guard;
#[expect(
    dead_code,
    reason = "it serves the tests of tests/mail too, which need more of it"
)]
#[path = "../mail/install.rs"]
mod install;
mod kept;
#[expect(dead_code, reason = "it serves the suite too, which needs more of it")]
#[path = "../suite/not_tried.rs"]
mod not_tried;
mod ours;
#[expect(
    dead_code,
    reason = "it serves the tests of tests/mail too, which need more of it"
)]
#[path = "../mail/postfix.rs"]
mod postfix;
mod roots;
mod row;
mod rows;
mod table;
