//! The job that runs, and what is to happen as soon as it has ended.

use super::step::Step;
use crate::engine::worker::{Job, JobId};

/// What kind of job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// [`Job::Survey`].
    Survey,
    /// [`Job::Backup`].
    Backup,
    /// [`Job::KeepIn`].
    KeepIn,
    /// [`Job::LookIn`], [`Job::LookUsual`], [`Job::LookProcesses`].
    Look,
    /// [`Job::TryKey`].
    TryKey,
    /// [`Job::Plan`].
    Plan,
    /// [`Job::Apply`].
    Apply,
    /// [`Job::ForeseeUndo`].
    ForeseeUndo,
    /// [`Job::Undo`].
    Undo,
    /// [`Job::Resume`].
    Resume,
    /// [`Job::TakeUp`].
    TakeUp,
    /// [`Job::MakeSafe`].
    MakeSafe,
    /// [`Job::ForeseeTimer`].
    ForeseeTimer,
    /// [`Job::MakeTimer`].
    MakeTimer,
    /// [`Job::SaveReport`].
    SaveReport,
}

impl JobKind {
    pub(super) fn of(job: &Job) -> Self {
        match job {
            Job::Survey { .. } => Self::Survey,
            Job::Backup { .. } => Self::Backup,
            Job::KeepIn(_) => Self::KeepIn,
            Job::LookIn(_) | Job::LookUsual | Job::LookProcesses => Self::Look,
            Job::TryKey(_) => Self::TryKey,
            Job::Plan { .. } => Self::Plan,
            Job::Apply { .. } => Self::Apply,
            Job::ForeseeUndo => Self::ForeseeUndo,
            Job::Undo { .. } => Self::Undo,
            Job::Resume { .. } => Self::Resume,
            Job::TakeUp(_) => Self::TakeUp,
            Job::MakeSafe(_) => Self::MakeSafe,
            Job::ForeseeTimer => Self::ForeseeTimer,
            Job::MakeTimer => Self::MakeTimer,
            Job::SaveReport { .. } => Self::SaveReport,
        }
    }

    /// Whether it changes the install: then it is never cut off.
    pub fn writes(self) -> bool {
        matches!(self, Self::Apply | Self::Undo | Self::Resume)
    }

    /// Whether Esc stops it.
    pub fn stoppable(self) -> bool {
        matches!(self, Self::Look | Self::Backup | Self::TakeUp)
    }
}

/// The job that runs.
#[derive(Debug)]
pub struct Running {
    /// Its name.
    pub id: JobId,
    /// Its kind.
    pub kind: JobKind,
    /// What it does right now.
    pub what: String,
    /// How far it is.
    pub done: u64,
    /// Of how much.
    pub of: Option<u64>,
    /// Whether it was asked to stop.
    pub stopping: bool,
    /// What happens as soon as it has ended.
    pub then: Pending,
}

/// What happens as soon as the job that runs has ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pending {
    /// Nothing that was asked for.
    #[default]
    Nothing,
    /// The operator wants to go to this step, which had to wait for the job.
    Go(Step),
    /// An earlier wizard was left at this step, and the job brings back what it had.
    Return(Step),
    /// The operator wants to leave, and the job writes.
    Leave,
}
