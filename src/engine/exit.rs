//! How the program ends: the exit codes of the documentation, the same for the wizard and the subcommands.

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
