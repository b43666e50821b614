//! What the keys of step 4 do.

use crate::wizard::message::{Action, Effect};
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;

impl Wizard {
    /// Makes the rows again, after the assessment changed.
    pub(super) fn refresh_rows(&mut self) {
        self.checks.judged(self.assessment.as_deref());
    }

    pub(in crate::wizard) fn checks_offers(&self) -> Vec<Action> {
        let choose = (self.checks.len() > 1).then_some(Action::Down);
        let all = [Action::Primary].into_iter().chain(choose);
        all.chain([Action::Filter]).collect()
    }

    pub(super) fn act_checks(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Primary if self.checks.filtering => self.checks.filtering = false,
            Action::Back if self.checks.filtering => {
                self.checks.filtering = false;
                self.checks.filter.clear();
                self.checks.sift();
            }
            Action::Primary => return self.go(Step::Plan),
            Action::Filter => self.checks.filtering = true,
            action => {
                let len = self.checks.len();
                let moved = self.checks.cursor.act(action, len);
                if !moved && self.checks.filtering && self.checks.filter.act(action) {
                    self.checks.sift();
                }
            }
        }
        Vec::new()
    }
}
