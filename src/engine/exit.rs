//! How the program ends: the exit codes of the documentation, the same for the wizard and the subcommands.

use crate::domain::verdict::assessment::Assessment;
use crate::engine::report;

/// An exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All readable; done, or only shown.
    Fine = 0,
    /// `check`: readable, but something needs attention. Others: nothing was changed.
    Attention = 1,
    /// Unreadable secrets remain.
    Unreadable = 2,
    /// Could not start.
    Failed = 3,
    /// Said to our own process on the host alone: begin anew in the same container.
    EnterAnew = 75,
    /// Likewise: let another install be chosen.
    ChooseAgain = 76,
}

impl Exit {
    /// The one with this number; what is none is a failure.
    pub fn of_code(code: u8) -> Self {
        let all = [Exit::Fine, Exit::Attention, Exit::Unreadable];
        all.into_iter()
            .find(|exit| *exit as u8 == code)
            .unwrap_or(Exit::Failed)
    }

    /// After a recovery: whether FreeScout reads everything that is stored. Where nothing is stored nothing was lost by the
    /// key; that a password is missing there is said, and is no fault of the recovery.
    pub fn of_recovery(verified: bool, after: &Assessment) -> Self {
        if verified && !after.secrets.iter().any(report::still_unreadable) {
            Exit::Fine
        } else {
            Exit::Unreadable
        }
    }
}
