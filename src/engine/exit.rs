//! How the program ends: the exit codes of the documentation, the same for the wizard and the subcommands.

use crate::domain::assessment::Assessment;
use crate::domain::mail_state::is_open;

/// An exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All readable; done.
    Fine = 0,
    /// `check`: readable, but something needs attention. Others: nothing was changed.
    Attention = 1,
    /// Unreadable secrets remain.
    Unreadable = 2,
    /// Could not start.
    Failed = 3,
}

impl Exit {
    /// After a recovery: whether FreeScout reads everything, and no password is missing.
    pub fn of_recovery(verified: bool, after: &Assessment) -> Self {
        if verified && !after.secrets.iter().any(is_open) {
            Exit::Fine
        } else {
            Exit::Unreadable
        }
    }
}
