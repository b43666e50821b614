//! Step 2: the backup. Nothing behind this step opens until a verified one stands.

use super::jobs::JobKind;
use super::message::{Action, Effect};
use super::step::Step;
use super::update::Wizard;
use crate::domain::problem::Problem;
use crate::engine::job::{BackupDone, Job};

/// The step.
#[derive(Debug, Default)]
pub struct State {
    /// Also dump the whole database.
    pub full_dump: bool,
    /// The backup of what stands now; `None` also after it was used up by a recovery.
    pub done: Option<BackupDone>,
    /// The last backup made, whatever came of it.
    pub made: Option<BackupDone>,
    /// Why the last attempt failed.
    pub problem: Option<Problem>,
}

impl Wizard {
    pub(super) fn backup_offers(&self) -> Vec<Action> {
        match (self.is_running(JobKind::Backup), &self.backup.done) {
            (true, _) => vec![],
            (false, None) => vec![Action::Primary, Action::Select],
            (false, Some(_)) => vec![Action::Primary, Action::Retry],
        }
    }

    pub(super) fn act_backup(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Primary if self.backup.done.is_some() => self.go(Step::Keys),
            Action::Primary | Action::Retry => {
                let started = self.start(Job::Backup {
                    full_dump: self.backup.full_dump,
                });
                if !started.is_empty() {
                    self.backup.problem = None;
                    self.backup.done = None;
                }
                started
            }
            Action::Select if self.backup.done.is_none() && self.running.is_none() => {
                self.backup.full_dump = !self.backup.full_dump;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }
}
