//! Step 2: the backup. Nothing behind this step opens until a verified one stands.

use crate::domain::error::Problem;
use crate::engine::worker::{BackupDone, Folders};
use crate::wizard::parts::input::Input;

/// The step.
#[derive(Debug, Default)]
pub struct State {
    /// Also dump the whole database.
    pub full_dump: bool,
    /// The backup of what stands now; `None` also after it was used up by a recovery.
    pub done: Option<BackupDone>,
    /// The last backup made, whatever came of it.
    pub made: Option<BackupDone>,
    /// Where it goes, once that is known.
    pub folders: Option<Folders>,
    /// The field for another folder, while it is open.
    pub form: Option<Input>,
    /// Why the last attempt failed.
    pub problem: Option<Problem>,
}

impl State {
    /// Whether the folders are known to be as they were chosen at the start.
    pub(in crate::wizard) fn folders_fixed(&self) -> bool {
        self.folders.as_ref().is_some_and(|folders| folders.fixed)
    }
}
