//! Step 8: what came of it, how to take it back, what to watch.

use std::path::PathBuf;

use crate::domain::error::Problem;
use crate::domain::mail::state::Health;
use crate::engine::worker::{Applied, WatchTimer, WouldUndo};
use crate::wizard::parts::input::Input;
use crate::wizard::parts::list::Cursor;
use crate::wizard::parts::worked_out::WorkedOut;
use crate::wizard::step::aftercare::SafeForm;

/// A form that is open.
#[derive(Debug)]
pub enum ReportForm {
    /// Whether to take the recovery back.
    Undo {
        /// The word that confirms it, as it is typed.
        word: Input,
        /// What that would put back, once it is known.
        would: Option<Box<WouldUndo>>,
    },
    /// A safe for the keys.
    Safe(Box<SafeForm>),
    /// Whether to have rounds of the watch made by this timer, once it is known.
    Watch(Option<Box<WatchTimer>>),
}

impl ReportForm {
    /// The question about an undo, with nothing answered.
    pub(in crate::wizard) fn undo() -> Self {
        Self::Undo {
            word: Input::default(),
            would: None,
        }
    }
}

/// The step.
#[derive(Debug, Default)]
pub struct State {
    /// What applying came to.
    pub applied: Option<Box<Applied>>,
    /// What taking it back came to: sentences.
    pub undone: Option<Vec<String>>,
    /// The form that is open.
    pub form: Option<ReportForm>,
    /// What was done since, as the operator asked: sentences.
    pub done_since: Vec<String>,
    /// Where the report was saved.
    pub saved: Vec<PathBuf>,
    /// Something came since that it does not say.
    pub outdated: bool,
    /// What failed.
    pub problem: Option<Problem>,
    /// The chosen row.
    pub cursor: Cursor,
    /// What the screen says of all this.
    pub(in crate::wizard) view: WorkedOut<ReportView>,
}

/// What the screen says, worked out of every secret and every login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportView {
    /// How it all stands: the worse of what is read and what is proven, and of what applying came to.
    pub health: Health,
    /// What came of it, in sentences, where the list below says what is not read.
    pub in_short: Vec<String>,
    /// Which keys lead on from here.
    pub hints: Vec<String>,
    /// Those whose mail does not flow, what is left to do, then all the others.
    pub items: Vec<ReportItem>,
}

impl State {
    /// The field that is typed into.
    pub(in crate::wizard) fn field(&mut self) -> Option<&mut Input> {
        match self.form.as_mut()? {
            ReportForm::Undo { word, .. } => Some(word),
            ReportForm::Safe(form) => form.field(),
            ReportForm::Watch(_) => None,
        }
    }

    /// What an undo would put back, once it was asked for and is known.
    pub fn would_undo(&self) -> Option<&WouldUndo> {
        match &self.form {
            Some(ReportForm::Undo { would, .. }) => would.as_deref(),
            _ => None,
        }
    }

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
