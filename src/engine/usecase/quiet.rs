//! Waits for a good hour, where somebody asked for that: at most so long, and until called off.

use std::time::{Duration, Instant};

use super::{Reporter, Stage};
use crate::domain::error::{ErrorKind, Problem};
use crate::engine::session::hour;
use crate::engine::session::{Session, reading, survey};
use crate::sentences;
use crate::words::words;

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(4);
/// How often it is looked meanwhile whether it is called off.
const HEARD: Duration = Duration::from_millis(50);

/// Waits until the hour is quiet. What was read before is read again then: somebody may have worked on it meanwhile.
///
/// # Errors
/// A [`Problem`]: it was not quiet in time, it is called off, or the install can no longer be read.
pub fn wait(
    session: &mut Session,
    limit: Duration,
    reporter: &dyn Reporter,
) -> Result<(), Problem> {
    let w = words();
    reporter.stage(Stage::Wait);
    let until = Instant::now() + limit;
    let mut waited = false;
    loop {
        let hour = hour::look(session);
        if hour.is_quiet() {
            break;
        }
        waited = true;
        let signs = sentences::hour::bad_signs(&hour);
        reporter.progress(&text!(hour_waits_for, signs), 0, None);
        let next_look = (Instant::now() + EVERY).min(until);
        while Instant::now() < next_look {
            if reporter.cancelled() {
                let (what, next) = (w.hour_called_off, w.hour_called_off_next);
                return Err(ErrorKind::Cancelled.problem(what, "", next));
            }
            std::thread::sleep(HEARD);
        }
        if Instant::now() >= until {
            let limit = jiff::SignedDuration::try_from(limit).unwrap_or_default();
            let what = text!(hour_not_quiet, limit = format!("{limit:#}"));
            let why = sentences::hour::hour(&hour);
            return Err(ErrorKind::NotQuiet.problem(what, why, w.hour_not_quiet_next));
        }
    }
    if waited {
        survey::reread(session)?;
        reading::read_inventory(session)?;
    }
    Ok(())
}
