//! Where we keep what must outlast a session: backups, the journal, locks, bookmarks.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::files;

/// `/var/lib/freescout-rescue` as root, `$XDG_STATE_HOME/freescout-rescue` (or `~/.local/state/freescout-rescue`) as
/// anybody else.
pub fn default() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/freescout-rescue");
    }
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|p: &PathBuf| p.is_absolute())
    };
    absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
        .unwrap_or_else(std::env::temp_dir)
        .join("freescout-rescue")
}

/// The file of an install in a state folder: `what`, a name for the install's path, and an ending.
pub fn file_of(state_dir: &Path, install: &Path, what: &str, ending: &str) -> PathBuf {
    let name = files::hex(&files::digest(install.as_os_str().as_bytes())[..8]);
    state_dir.join(format!("{what}-{name}.{ending}"))
}
