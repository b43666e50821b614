//! Closes an interrupted run whose backup is lost, as it stands.

use super::{Refused, Reporter, lock};
use crate::engine::recovery::commands::command_with;
use crate::engine::recovery::give_up::{self, GivenUp};
use crate::engine::session::Session;
use crate::engine::session::options::Options;

/// Runs that were given up, and the command that tells how things stand now.
pub struct Closed {
    /// The runs, and what they left.
    pub given_up: GivenUp,
    /// The command, ready for a shell.
    pub check: String,
}

/// Closes it; `None` where there is nothing to close.
///
/// # Errors
/// [`Refused`]; nothing was changed.
pub fn give_up(
    session: &mut Session,
    options: &Options,
    reporter: &dyn Reporter,
) -> Result<Option<Closed>, Refused> {
    let mut ledger = lock(session, options, reporter).map_err(Refused::NotStarted)?;
    let given_up = give_up::give_up(&mut ledger).map_err(Refused::unchanged)?;
    Ok(given_up.map(|given_up| Closed {
        given_up,
        check: command_with("check", options, &session.install.root),
    }))
}
