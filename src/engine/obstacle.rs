//! What the operator can do where the system did not write: the same words for backup, journal, report and files.

use std::path::Path;

use crate::domain::sanitize::sanitize;
use crate::io::obstacle::Obstacle;
use crate::words::{fill, words};

/// What helps against an obstacle, else `otherwise`. `stands` says how things are meanwhile.
pub(super) fn way_out(
    stands: &str,
    obstacle: Option<Obstacle>,
    path: &Path,
    otherwise: &str,
) -> String {
    let w = words();
    let (help, path) = match obstacle {
        // The file itself may be one that never came to be.
        Some(Obstacle::NoRoom) => (w.obstacle_no_room, path.parent().unwrap_or(path)),
        Some(Obstacle::ReadOnlyMount) => (w.obstacle_read_only, path),
        Some(Obstacle::Immutable) => (w.obstacle_immutable, path),
        None => (otherwise, path),
    };
    let help = fill(help, &[("path", &sanitize(&path.to_string_lossy()))]);
    format!("{stands} {help}").trim().to_owned()
}
