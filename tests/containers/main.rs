//! FreeScout in a container, worked on from the host: containers are made of namespaces, with the system's own programs in
//! them. It takes root and a system that lets root make such namespaces: where it does not, these tests fail and say so.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub
)]

mod alarms;
mod confined;
mod container;
mod copies;
mod ended;
mod found;
mod hostile;
mod impostors;
mod inside;
mod names;
mod refused;
#[path = "../suite/runnable.rs"]
mod runnable;
mod servers;
mod start;
#[allow(dead_code, reason = "these tests need a part of it")]
#[path = "../pty/terminal.rs"]
mod terminal;
mod walk;
mod wizard;
