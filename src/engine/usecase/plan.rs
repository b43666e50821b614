//! The plan and its rehearsal, and whether FreeScout would follow it. Nothing is written.

use crate::domain::plan::{Choices, Strategy};
use crate::engine::recovery::{self, NoPlan, apply};
use crate::engine::session::Session;
use crate::engine::worker::PlanReady;

/// Makes the plan for a strategy (`None` takes the recommended one) and rehearses it. A plan that the cached config stands
/// in the way of is none: it would be refused when all is confirmed and backed up. `artisan` says whether FreeScout's own
/// command may build a new cached config.
pub fn plan(
    session: &mut Session,
    strategy: Option<Strategy>,
    choices: &Choices,
    artisan: bool,
) -> Result<PlanReady, NoPlan> {
    let mut ready = recovery::plan(session, strategy, choices)?;
    if !artisan {
        ready.refresh =
            recovery::refresh(session, &ready.plan, artisan).map_err(NoPlan::Problem)?;
    }
    apply::require_followed(session, &ready.plan, artisan).map_err(NoPlan::Problem)?;
    Ok(ready)
}
