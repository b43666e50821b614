//! Step 8: what came of it, how to take it back, what to watch.

use std::path::PathBuf;

use crate::domain::error::Problem;
use crate::domain::mail::state::Health;
use crate::engine::worker::{Applied, WouldUndo};
use crate::wizard::parts::input::Input;
use crate::wizard::parts::list::Cursor;

/// The step.
#[derive(Debug, Default)]
pub struct State {
    /// What applying came to.
    pub applied: Option<Box<Applied>>,
    /// What taking it back came to: sentences.
    pub undone: Option<Vec<String>>,
    /// The word that confirms an undo, while it is typed.
    pub undoing: Option<Input>,
    /// What that would put back, once it is known.
    pub would_undo: Option<Box<WouldUndo>>,
    /// Where the report was saved.
    pub saved: Vec<PathBuf>,
    /// Something came since that it does not say.
    pub outdated: bool,
    /// What failed.
    pub problem: Option<Problem>,
    /// The chosen row.
    pub cursor: Cursor,
}

impl State {
    /// Whether the last word is saved.
    pub fn is_saved(&self) -> bool {
        !self.saved.is_empty() && !self.outdated
    }

    /// Whether a recovery was carried out that wrote something.
    pub fn has_written(&self) -> bool {
        let applied = self.applied.as_ref();
        applied.is_some_and(|applied| applied.undo.is_some())
    }

    /// Whether the round is over: only its report stands, until a new one is started.
    pub fn is_over(&self) -> bool {
        self.applied.is_some() || self.undone.is_some()
    }
}

/// One item of the report's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportItem {
    /// How it stands; `None` for what was done or is left to the operator.
    pub health: Option<Health>,
    /// Whose it is, sanitised; empty for notes.
    pub name: String,
    /// An ASCII name in place of that one, where there is one.
    pub address: String,
    /// What is so.
    pub text: String,
    /// What to do about it.
    pub advice: Vec<String>,
}
