//! What the operator chose for a whole run of the program: where the work may leave things, and how it ends.

use std::time::Duration;

use crate::io::state::AbsolutePath;

/// Where the work may leave things, and how it ends.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder that holds the backups.
    pub backup_dir: AbsolutePath,
    /// Folder of the journal, the locks, and what the wizard remembers.
    pub state_dir: AbsolutePath,
    /// Folder for the files that hold a key, apart from what it opens.
    pub keys_dir: Option<AbsolutePath>,
    /// Run FreeScout's own cache command.
    pub artisan: bool,
    /// How long that may take.
    pub php_limit: Duration,
}
