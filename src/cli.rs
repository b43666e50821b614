//! The use cases without the screen: arguments in, text or JSON out, exit codes as documented.
//!
//! JSON goes to standard output alone; everything else goes to standard error. A key or a password is never taken from
//! the command line itself: other users can read it there.

pub mod arguments;
mod command;
pub mod container;
mod failure;
pub mod manual;
mod opening;
mod outcome;
pub mod output;
mod passphrase;
mod reporter;

pub use command::run;
pub use failure::{exit, usage};
pub use outcome::{CommandResult, not_started, unchanged};
