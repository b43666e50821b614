//! What the keys of step 4 do.

use crate::wizard::message::{Action, Effect};
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::checks::rows;

impl Wizard {
    /// Makes the rows again, after the assessment or the filter changed.
    pub(super) fn refresh_rows(&mut self) {
        self.checks.rows = self
            .assessment()
            .map(|a| rows(a, self.checks.filter.expose()))
            .unwrap_or_default();
        let len = self.checks.rows.len();
        self.checks.cursor.clamp(len);
    }

    pub(in crate::wizard) fn checks_offers(&self) -> Vec<Action> {
        let choose = (self.checks.rows.len() > 1).then_some(Action::Down);
        let all = [Action::Primary].into_iter().chain(choose);
        all.chain([Action::Filter]).collect()
    }

    pub(super) fn act_checks(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Primary if self.checks.filtering => self.checks.filtering = false,
            Action::Back if self.checks.filtering => {
                self.checks.filtering = false;
                self.checks.filter.clear();
                self.refresh_rows();
            }
            Action::Primary => return self.go(Step::Plan),
            Action::Filter => self.checks.filtering = true,
            action => {
                let len = self.checks.rows.len();
                let moved = self.checks.cursor.act(action, len);
                if !moved && self.checks.filtering && self.checks.filter.act(action) {
                    self.refresh_rows();
                }
            }
        }
        Vec::new()
    }
}
