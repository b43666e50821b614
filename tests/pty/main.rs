//! The program in a real terminal: a pty, its output read by a terminal emulator. Waits for text with a deadline, never
//! sleeps for a guess.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub
)]

mod another;
mod chinese;
mod endings;
mod lines;
#[path = "../suite/not_tried.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod not_tried;
mod passphrase;
#[path = "../suite/runnable.rs"]
#[allow(dead_code, reason = "another test program copies programs")]
mod runnable;
mod terminal;
mod walk;
