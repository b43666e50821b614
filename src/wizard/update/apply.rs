//! What the keys of step 7 do.
//!
//! The only place that makes [`Job::Apply`]: it needs a verified backup, a plan made for exactly the passwords typed, and
//! the word.

use std::collections::BTreeSet;

use crate::domain::verdict::assessment::Assessment;
use crate::engine::worker::Job;
use crate::wizard::jobs::JobKind;
use crate::wizard::message::{Action, Effect};
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::apply::Confirmed;
use crate::words::{typed, words};

impl Wizard {
    /// What was confirmed by the word typed so far. The second word counts only where it was asked for.
    pub fn confirmed(&self) -> Option<Confirmed> {
        let typed = self.apply.word.expose().trim();
        if typed.eq_ignore_ascii_case(typed::APPLY) {
            return Some(Confirmed::Plan);
        }
        let restart = self.workers_stay() && typed.eq_ignore_ascii_case(typed::RESTART);
        restart.then_some(Confirmed::PlanAndRestart)
    }

    /// Whether workers are left alone unless the operator says otherwise.
    pub fn workers_stay(&self) -> bool {
        self.assessment().is_some_and(Assessment::workers_stay)
    }

    /// Asks for the final plan; an earlier confirmation no longer counts.
    pub(super) fn enter_apply(&mut self) -> Vec<Effect> {
        self.apply.ready = None;
        self.apply.word.clear();
        let entered: BTreeSet<_> = self.entered().into_iter().map(|(place, _)| place).collect();
        self.start_plan(entered)
    }

    pub(in crate::wizard) fn apply_offers(&self) -> Vec<Action> {
        match (&self.apply.ready, &self.apply.problem) {
            _ if self.is_running(JobKind::Apply) => vec![],
            (_, Some(_)) => vec![Action::Primary, Action::Retry],
            (Some(_), None) => vec![Action::Primary],
            (None, None) => self
                .is_free()
                .then_some(Action::Primary)
                .into_iter()
                .collect(),
        }
    }

    pub(super) fn act_apply(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Primary if self.is_running(JobKind::Apply) => {
                self.say_busy();
                Vec::new()
            }
            Action::Retry if self.apply.problem.is_some() => self.look_again(),
            // Nothing was begun: what was backed up still stands.
            Action::Primary if self.apply.problem.is_some() && self.backup.done.is_some() => {
                self.apply.problem = None;
                self.enter_apply()
            }
            // What stands now is no longer what was backed up.
            Action::Primary if self.apply.problem.is_some() => self.go(Step::Backup),
            Action::Primary if self.apply.ready.is_none() => self.enter_apply(),
            Action::Primary if self.apply.has_nothing_to_do() => self.go(Step::Report),
            _ if self.apply.has_nothing_to_do() && self.apply.problem.is_none() => {
                self.say(words().apply_nothing_to_do);
                Vec::new()
            }
            Action::Primary => match self.confirmed() {
                Some(confirmed) => self.carry_out(confirmed),
                None => {
                    self.say(words().apply_type_the_word);
                    Vec::new()
                }
            },
            Action::Retry if self.apply.ready.is_none() && self.apply.problem.is_none() => {
                self.enter_apply()
            }
            action => {
                self.apply.word.act(action);
                Vec::new()
            }
        }
    }

    fn carry_out(&mut self, confirmed: Confirmed) -> Vec<Effect> {
        let (Some(_backup), Some(ready)) = (&self.backup.done, &self.apply.ready) else {
            return Vec::new();
        };
        let (plan, entered, artisan) = (ready.plan.clone(), self.entered(), self.artisan);
        let started = self.start(Job::Apply {
            plan,
            entered,
            artisan,
            restart_anyway: confirmed == Confirmed::PlanAndRestart,
        });
        if !started.is_empty() {
            self.apply.word.clear();
        }
        started
    }
}
