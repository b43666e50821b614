//! The wizard's whole state. What becomes of it with an event stands in [`update`](super::update).

use std::path::PathBuf;

use super::jobs::Running;
use super::parts::scroll::Scroll;
use super::parts::window::Window;
use super::step::written::Written;
use super::step::{
    Step, apply, backup, checks, connections, keys, passwords, plan, report, survey,
};
use crate::domain::plan::hour::Hour;
use crate::domain::run::bookmark::{Bookmark, Searched};
use crate::domain::verdict::assessment::Assessment;

/// What lies over the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// The help.
    Help,
    /// "Really leave?"
    Quit,
}

/// What becomes of the install, and of all that was written beside it, when the program has ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InstallLifetime {
    /// It stays.
    #[default]
    Lasting,
    /// It is deleted: no backup, report or way back is left to be named.
    ThrowAway,
}

/// Where the wizard works.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Workplace {
    /// On the files of a container that does not run: what becomes of it is seen only when it is entered anew.
    pub stopped_container: bool,
    /// On an install that stays, or not.
    pub lifetime: InstallLifetime,
    /// In a container whose install was chosen from a list on the host.
    pub chosen_on_host: bool,
}

/// The whole state.
#[derive(Debug, Default)]
pub struct Wizard {
    /// The step on the screen.
    pub step: Step,
    /// Step 1.
    pub survey: survey::State,
    /// Step 2.
    pub backup: backup::State,
    /// Step 3.
    pub keys: keys::State,
    /// Step 4.
    pub checks: checks::State,
    /// Step 5.
    pub plan: plan::State,
    /// Step 6.
    pub passwords: passwords::State,
    /// Step 7.
    pub apply: apply::State,
    /// Step 8.
    pub report: report::State,
    /// The connections pane.
    pub connections: connections::State,
    /// What lies over the step.
    pub overlay: Option<Overlay>,
    /// The job that runs.
    pub running: Option<Running>,
    /// One sentence about the last key; gone with the next one.
    pub notice: Option<String>,
    /// How far the pane on the screen is scrolled.
    pub scroll: Scroll,
    /// How good the hour is for a recovery, when it was last looked at.
    pub hour: Option<Box<Hour>>,
    /// What this session has written to the install, as it stands now.
    pub written: Written,
    /// The bookmark as it was written down last.
    pub(super) remembered: Option<Bookmark>,
    /// Whether that one is of this session: it is not asked about.
    pub(super) bookmark_is_own: bool,
    /// Where the command line says to look for keys.
    pub(super) given: Searched,
    /// Those of these places that are still to be searched: as soon as the install was read.
    pub(super) to_search: Vec<PathBuf>,
    /// Run FreeScout's own cache command.
    pub(super) artisan: bool,
    /// Where we work, as far as looking again and choosing again depend on it.
    pub(super) workplace: Workplace,
    /// The furthest step that was gone to in this round.
    pub(super) reached: Step,
    /// What it is drawn in.
    pub(super) window: Window,
    pub(super) assessment: Option<Box<Assessment>>,
    pub(super) jobs: u64,
}
