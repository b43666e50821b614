//! Step 7: the final plan, a typed word, and the work itself.

use crate::domain::error::Problem;
use crate::engine::worker::PlanReady;
use crate::wizard::parts::input::Input;

/// The step.
#[derive(Debug, Default)]
pub struct State {
    /// The final plan, with the passwords typed.
    pub ready: Option<Box<PlanReady>>,
    /// The word as far as it is typed.
    pub word: Input,
    /// Why it was not carried out.
    pub problem: Option<Problem>,
}

impl State {
    /// Whether there is a plan that writes something, so that the word is asked for.
    pub fn asks(&self) -> bool {
        let ready = self.ready.as_ref();
        ready.is_some_and(|ready| !ready.writes_nothing())
    }

    /// Whether there is a plan, and it writes nothing.
    pub fn has_nothing_to_do(&self) -> bool {
        self.ready.is_some() && !self.asks()
    }
}

/// What the word that was typed confirms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// The plan; workers restart where nothing that only they hold is lost by it.
    Plan,
    /// The plan, and that workers restart whatever they hold.
    PlanAndRestart,
}
