//! Leaving: at once where nothing would be lost, after a question otherwise, and never in the middle of writing.

use crate::wizard::jobs::{JobKind, Pending, Running};
use crate::wizard::message::{Action, Effect};
use crate::wizard::parts::window::Window;
use crate::wizard::state::{Overlay, Wizard};

impl Wizard {
    /// Leaves at once where nothing would be lost, asks otherwise.
    pub(super) fn ask_to_leave(&mut self) -> Vec<Effect> {
        if self.would_lose() {
            self.overlay = Some(Overlay::Quit);
            return Vec::new();
        }
        self.leave()
    }

    /// Whether something is unsaved, or being done.
    fn would_lose(&self) -> bool {
        // A survey only reads, and is soon made again.
        let busy = |job: &Running| job.kind != JobKind::Survey;
        self.typed() > 0 || self.running.as_ref().is_some_and(busy) || self.report_unsaved()
    }

    /// Whether a recovery stands whose report was not saved since its last word.
    pub fn report_unsaved(&self) -> bool {
        let report = &self.report;
        report.applied.is_some() && report.undone.is_none() && !report.is_saved()
    }

    /// Leaves; after the job that writes, if one runs.
    pub(super) fn leave(&mut self) -> Vec<Effect> {
        match &mut self.running {
            Some(job) if job.kind.writes() => {
                job.then = Pending::Leave;
                vec![Effect::CallOff(job.id)]
            }
            Some(job) => {
                let cancel = Effect::Cancel(job.id);
                std::iter::once(cancel).chain(self.quit()).collect()
            }
            None => self.quit(),
        }
    }

    /// Leaves a window that shows nothing: at once where nothing would be lost. Otherwise it asks, and only Ctrl-C
    /// confirms: letters may be meant for a field that cannot be seen. Where not even the question fits, nothing happens;
    /// a larger window and closing the terminal remain.
    pub(super) fn leave_unseen(&mut self, action: Action) -> Vec<Effect> {
        let asked = self.overlay == Some(Overlay::Quit);
        let loses = self.would_lose() || self.mode_below().is_typing();
        if !loses {
            self.overlay = None;
            return self.leave();
        }
        if !self.window.holds(Window::SMALLEST_TO_ASK) {
            return Vec::new();
        }
        if asked && action == Action::Interrupt {
            self.overlay = None;
            return self.leave();
        }
        self.overlay = Some(Overlay::Quit);
        Vec::new()
    }

    /// Ends; what is being tested is called off, and is not tested then.
    pub(super) fn quit(&mut self) -> Vec<Effect> {
        let mut effects = self.stop_tests();
        effects.push(Effect::Quit(self.exit()));
        effects
    }
}
