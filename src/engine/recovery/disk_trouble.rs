//! What the operator can do where the system did not write: the same words for backup, journal, report and files.

use std::path::Path;

use crate::domain::error::ErrorKind;
use crate::io::container::within;
use crate::io::fs::disk_trouble::Obstacle;
use crate::io::fs::volatile;
use crate::io::state;
use crate::sentences::shell;
use crate::words::untrusted::shown;

/// What helps against an obstacle at a place, else `otherwise`. `stands` says how things are meanwhile.
pub(in crate::engine) fn way_out(
    stands: &str,
    obstacle: Option<Obstacle>,
    place: &Path,
    otherwise: &str,
) -> String {
    let shown = shown(&place).to_string();
    let help = match obstacle {
        Some(Obstacle::NoRoom) => text!(obstacle_no_room, path = shown),
        Some(Obstacle::ReadOnlyMount) if is_in_layers(place) => {
            text!(container_layers_closed, path = shown)
        }
        Some(Obstacle::ReadOnlyMount) => match volatile::closed_mount(place) {
            // Within a command.
            Some(point) => text!(
                obstacle_mounted_read_only,
                path = shown,
                point = shell(&point)
            ),
            None => text!(obstacle_read_only, path = shown),
        },
        // Within a command.
        Some(Obstacle::Immutable) => text!(obstacle_immutable, path = shell(place)),
        None => otherwise.to_owned(),
    };
    format!("{stands} {help}")
}

/// Whether it is one of a stopped container's own files.
fn is_in_layers(place: &Path) -> bool {
    within::get().is_some_and(|within| within.is_in_layers(place))
}

/// Why a folder of ours cannot be used; where it is the usual one, also why none of those can that would take its place.
pub(in crate::engine) fn why_of(error: &dyn std::error::Error, folder: &Path) -> String {
    let others = state::refused_in_place_of(folder);
    let others = others.iter().map(ToString::to_string);
    let all: Vec<String> = std::iter::once(error.to_string()).chain(others).collect();
    all.join("; ")
}

/// The kind of problem that an obstacle makes, else `otherwise`.
pub(in crate::engine) fn kind_of(obstacle: Option<Obstacle>, otherwise: ErrorKind) -> ErrorKind {
    match obstacle {
        Some(Obstacle::NoRoom) => ErrorKind::DiskFull,
        Some(Obstacle::ReadOnlyMount | Obstacle::Immutable) | None => otherwise,
    }
}

/// The place to look at. A file that found no room may never have come to be: then it is its folder.
pub(in crate::engine) fn place(obstacle: Option<Obstacle>, path: &Path) -> &Path {
    match obstacle {
        Some(Obstacle::NoRoom) => path.parent().unwrap_or(path),
        _ => path,
    }
}
