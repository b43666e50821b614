//! Each step of the wizard drawn.

pub mod aftercare;
pub mod apply;
pub mod backup;
pub mod checks;
pub mod connections;
pub mod keys;
pub mod passwords;
pub mod plan;
pub mod report;
pub mod survey;
pub mod timeline;

use crate::wizard::step::Step;
use crate::words::{Words, words};

/// The name of a step.
pub(super) fn step_name(step: Step, w: &'static Words) -> &'static str {
    match step {
        Step::Survey => w.step_survey,
        Step::Backup => w.step_backup,
        Step::Keys => w.step_keys,
        Step::Checks => w.step_checks,
        Step::Plan => w.step_plan,
        Step::Passwords => w.step_passwords,
        Step::Apply => w.step_apply,
        Step::Report => w.step_report,
    }
}

/// The sign of what may be ticked.
fn tick(is_ticked: bool) -> &'static str {
    if is_ticked { "[x]" } else { "[ ]" }
}

/// The same in words, where brackets are around what is typed: line by line.
fn ticked(is_ticked: bool, said: &str) -> String {
    let w = words();
    let what = match is_ticked {
        true => w.plain_ticked,
        false => w.plain_not_ticked,
    };
    text!(said_of, what, said)
}
