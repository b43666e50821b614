//! What is left of secrets when the program has done its work: it is stopped at the very end, before its memory goes back
//! to the system, and everything it can have left them in is searched. Needs the feature `crash-points`, and root: nobody
//! else may look into the program's memory.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod closed;
#[allow(dead_code, reason = "this test needs a part of it")]
#[path = "../servers/install.rs"]
mod install;
#[path = "../suite/not_tried.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod not_tried;
mod recover;
mod secrets;
#[allow(dead_code, reason = "this test needs a part of it")]
#[path = "../servers/server.rs"]
mod server;
mod standard_input;
mod stopped;
#[allow(dead_code, reason = "this test needs a part of it")]
#[path = "../pty/terminal.rs"]
mod terminal;
mod wizard;
