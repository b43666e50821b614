//! Where we keep what must outlast a session: backups, and later the journal.

use std::path::PathBuf;

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
