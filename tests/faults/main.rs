//! What goes wrong around a recovery, for real: databases that die, wait, refuse; disks that are full or read-only; others
//! who change the same things meanwhile; a PHP that fails in every way; signals and terminals that go away. Whatever
//! happens, the install is in a known state, it is said which, and what to do next.
//!
//! Servers, mounts and flags are the tests' own. Most of it needs root: without it these tests fail and say so.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub
)]

mod disk;
mod dropped;
mod held;
mod in_place;
#[path = "../servers/install.rs"]
#[allow(
    dead_code,
    reason = "these tests need less of it than those it was made for"
)]
mod install;
mod kernel_files;
mod locks;
mod lost;
mod meanwhile;
mod mounts;
mod panicked;
mod php;
mod read_only;
#[path = "../suite/runnable.rs"]
#[allow(dead_code, reason = "another test program copies programs")]
mod runnable;
mod saver;
#[path = "../servers/server.rs"]
#[allow(
    dead_code,
    reason = "these tests need less of it than those it was made for"
)]
mod server;
mod signals;
#[path = "../pty/terminal.rs"]
#[allow(
    dead_code,
    reason = "these tests need less of it than those it was made for"
)]
mod terminal;
mod two;
mod wire;
mod wizard;
#[path = "../crash/world.rs"]
#[allow(
    dead_code,
    reason = "these tests need less of it than those it was made for"
)]
mod world;
