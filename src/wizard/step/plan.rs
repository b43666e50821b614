//! Step 5: the recommended strategy, the others, and what each would change. Rehearsed, not written.

use std::collections::BTreeSet;

use crate::domain::error::Problem;
use crate::domain::inventory::secret::Place;
use crate::domain::plan::{self, Impossible, Strategy};
use crate::engine::worker::PlanReady;
use crate::wizard::parts::list::Cursor;

/// Which list has the cursor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pane {
    /// The strategies.
    #[default]
    Strategies,
    /// The secrets and what becomes of them.
    Changes,
}

/// The step.
#[derive(Debug, Default)]
pub struct State {
    /// Which list has the cursor.
    pub pane: Pane,
    /// The chosen change, as a place in `order`.
    pub cursor: Cursor,
    /// The steps of the plan as they are shown: what stays lost, what changes, what stays as it is.
    pub order: Vec<usize>,
    /// The strategy the operator chose; `None` takes the recommended one.
    pub strategy: Option<Strategy>,
    /// Secrets to salvage, at the operator's word.
    pub salvage: BTreeSet<Place>,
    /// The plan without new passwords, as it stands now.
    pub ready: Option<Box<PlanReady>>,
    /// The chosen strategy is not possible here.
    pub impossible: Option<(Strategy, Impossible)>,
    /// Why there is no plan.
    pub problem: Option<Problem>,
}

/// The steps worth showing, what matters most first.
pub(in crate::wizard) fn order(plan: &plan::Plan) -> Vec<usize> {
    let rank = |index: &usize| match plan.steps[*index].action {
        plan::PlanAction::StaysLost => 0,
        plan::PlanAction::Keep | plan::PlanAction::Leave => 2,
        _ => 1,
    };
    let mut shown: Vec<usize> = (0..plan.steps.len())
        .filter(|index| plan.steps[*index].action != plan::PlanAction::Nothing)
        .collect();
    shown.sort_by_key(rank);
    shown
}
