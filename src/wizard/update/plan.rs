//! What the keys of step 5 do.

use std::collections::BTreeSet;

use crate::domain::inventory::secret::Place;
use crate::domain::plan::{self, Choices, Impossible, Strategy};
use crate::domain::verdict::Remedy;
use crate::engine::worker::{Job, PlanReady};
use crate::wizard::message::{Action, Effect};
use crate::wizard::parts::list::Cursor;
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::plan::{Pane, order};

impl Wizard {
    /// A plan came back: the last look's when that is where we are, the step's own otherwise.
    pub(super) fn planned(&mut self, ready: Box<PlanReady>) {
        if self.step == Step::Apply {
            self.apply.ready = Some(ready);
        } else {
            self.plan.order = order(&ready.plan);
            self.plan.cursor.clamp(self.plan.order.len());
            self.plan.ready = Some(ready);
        }
    }

    /// The strategy of the step: chosen, or recommended, or only new passwords.
    pub fn strategy(&self) -> Strategy {
        let recommended = self
            .assessment()
            .and_then(|a| a.recommendation)
            .map(|r| r.strategy);
        self.plan
            .strategy
            .or(recommended)
            .unwrap_or(Strategy::Reenter)
    }

    /// Why a strategy cannot be carried out here, where it cannot.
    pub fn impossible(&self, strategy: Strategy) -> Option<Impossible> {
        let assessment = self.assessment()?;
        plan::target(strategy, &assessment.secrets, &assessment.circumstances).err()
    }

    /// Asks for the plan of the chosen strategy, with these new passwords.
    pub(super) fn start_plan(&mut self, entered: BTreeSet<Place>) -> Vec<Effect> {
        let choices = Choices {
            salvage: self.plan.salvage.clone(),
            entered,
        };
        let started = self.start(Job::Plan {
            strategy: Some(self.strategy()),
            choices,
        });
        if !started.is_empty() {
            self.plan.problem = None;
            self.plan.impossible = None;
        }
        started
    }

    pub(in crate::wizard) fn plan_offers(&self) -> Vec<Action> {
        let free = self.is_free();
        let changes = self.plan.pane == Pane::Changes;
        let mut offers = Vec::new();
        if self.plan.ready.is_some() || free {
            offers.push(Action::Primary);
        }
        // What its problem says is to be pressed.
        if self.plan.problem.is_some() && free {
            offers.push(Action::Retry);
        }
        let choose = match self.plan.pane {
            Pane::Strategies => free,
            Pane::Changes => self.plan.order.len() > 1,
        };
        offers.extend(choose.then_some(Action::Down));
        offers.push(Action::NextPane);
        if changes && free && self.salvageable_at_cursor().is_some() {
            offers.push(Action::Select);
        }
        offers
    }

    fn salvageable_at_cursor(&self) -> Option<Place> {
        let index = self.plan.order.get(self.plan.cursor.at())?;
        let step = self.plan.ready.as_ref()?.plan.steps.get(*index)?;
        let secret = self
            .assessment()?
            .secrets
            .iter()
            .find(|s| s.place == step.place)?;
        (secret.verdict.remedy() == Remedy::Salvage).then(|| step.place.clone())
    }

    pub(super) fn act_plan(&mut self, action: Action) -> Vec<Effect> {
        match (action, self.plan.pane) {
            (Action::Primary, _) if self.plan.ready.is_some() => {
                let next = if self.passwords.asked.is_empty() {
                    Step::Apply
                } else {
                    Step::Passwords
                };
                return self.go(next);
            }
            // The files of a container that does not run stay as they were when it was entered.
            (Action::Primary | Action::Retry, _)
                if self.plan.problem.is_some() && self.workplace.stopped_container =>
            {
                return self.look_again();
            }
            (Action::Primary | Action::Retry, _) if self.plan.ready.is_none() => {
                return self.start_plan(BTreeSet::new());
            }
            (Action::NextPane | Action::PreviousPane | Action::Left | Action::Right, pane) => {
                self.plan.pane = if pane == Pane::Strategies {
                    Pane::Changes
                } else {
                    Pane::Strategies
                };
            }
            (Action::Select, Pane::Changes) if self.is_free() => {
                if let Some(place) = self.salvageable_at_cursor() {
                    if !self.plan.salvage.remove(&place) {
                        self.plan.salvage.insert(place);
                    }
                    self.refresh_asked();
                    return self.start_plan(BTreeSet::new());
                }
            }
            (Action::Up | Action::Down | Action::Row(_), Pane::Strategies) if self.is_free() => {
                let at = Strategy::ALL
                    .iter()
                    .position(|s| *s == self.strategy())
                    .unwrap_or(0);
                let mut cursor = Cursor::default();
                cursor.set(at, Strategy::ALL.len());
                cursor.act(action, Strategy::ALL.len());
                if cursor.at() != at {
                    self.plan.strategy = Some(Strategy::ALL[cursor.at()]);
                    self.plan.ready = None;
                    self.refresh_asked();
                    return self.start_plan(BTreeSet::new());
                }
            }
            (action, Pane::Changes) => {
                self.plan.cursor.act(action, self.plan.order.len());
            }
            _ => {}
        }
        Vec::new()
    }
}
