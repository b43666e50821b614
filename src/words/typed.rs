//! Words that are typed at the terminal. They are the same in every language; texts take them as arguments.

/// Confirms a plan.
pub const APPLY: &str = "apply";
/// Confirms a plan, and the restart of workers that may hold a lost key.
pub const RESTART: &str = "restart";
/// Finishes an interrupted run.
pub const RESUME: &str = "resume";
/// Takes a recovery or an interrupted run back.
pub const UNDO: &str = "undo";
