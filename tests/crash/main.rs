//! Proof by breaking it: the program is killed at every write, fsync, rename, commit and external command of a recovery
//! and of an undo, on MariaDB, PostgreSQL and SQLite, and at times of chance; then it is started again, to resume or to
//! undo. Nothing may be lost, nothing left half done.
//!
//! The points are listed by the program itself (feature `crash-points`).
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub
)]

#[path = "../servers/install.rs"]
#[allow(
    dead_code,
    reason = "these tests need less of it than those it was made for"
)]
mod install;
mod older;
mod points;
mod power_loss;
mod random;
#[path = "../servers/server.rs"]
#[allow(
    dead_code,
    reason = "these tests need less of it than those it was made for"
)]
mod server;
mod story;
#[allow(dead_code, reason = "other tests need more of it")]
mod world;
