//! What the operator can do where the system did not write: the same words for backup, journal, report and files.

use std::path::Path;

use crate::domain::error::{ErrorKind, Problem};
use crate::io::container::within;
use crate::io::fs::FileError;
use crate::io::fs::disk_trouble::Obstacle;
use crate::io::fs::volatile::{self, ClosedBy};
use crate::io::state;
use crate::sentences::commands::start_of;
use crate::sentences::shell;
use crate::words::untrusted::shown;
use crate::words::{joined, words};

/// What helps against an obstacle at a place, else `otherwise`. `stands` says how things are meanwhile.
pub(in crate::engine) fn way_out(
    stands: &str,
    obstacle: Option<Obstacle>,
    place: &Path,
    otherwise: &str,
) -> String {
    format!("{stands} {}", help(obstacle, place, otherwise))
}

/// The same without how things are.
pub(in crate::engine) fn help(obstacle: Option<Obstacle>, place: &Path, otherwise: &str) -> String {
    let shown = shown(&place).to_string();
    match obstacle {
        Some(Obstacle::NoRoom) => text!(obstacle_no_room, path = shown),
        Some(Obstacle::ReadOnlyMount) => folder_of_ours(place).unwrap_or_else(|| read_only(place)),
        // Within a command.
        Some(Obstacle::Immutable) => text!(obstacle_immutable, path = shell(place)),
        None => otherwise.to_owned(),
    }
}

/// What helps where a place lies in the layers of a container that is stopped.
pub(in crate::engine) fn of_stopped(place: &str) -> String {
    let start = within::get().and_then(|within| start_of(&within.container));
    match start {
        Some(start) => text!(obstacle_stopped_start, path = place, start),
        None => text!(obstacle_stopped, path = place),
    }
}

/// What helps where a place is read-only.
fn read_only(place: &Path) -> String {
    let path = shown(&place).to_string();
    match volatile::closed_by(place) {
        Some(ClosedBy::Mount(_, Some(source))) if volatile::is_kubelets(&source) => {
            text!(obstacle_kubernetes, path, source = shown(&source))
        }
        Some(ClosedBy::Mount(_, Some(source))) => {
            text!(
                obstacle_mounted_read_only_from,
                path,
                source = shown(&source)
            )
        }
        // Within a command.
        Some(ClosedBy::Mount(point, None)) => {
            text!(obstacle_mounted_read_only, path, point = shell(&point))
        }
        Some(ClosedBy::Root) => text!(obstacle_root_read_only, path),
        Some(ClosedBy::Stopped) => of_stopped(&path),
        None => text!(obstacle_read_only, path),
    }
}

/// The problem of a file that cannot be written.
pub fn file_problem(error: &FileError) -> Problem {
    let w = words();
    let why = shown(&error.to_string()).to_string();
    if matches!(error, FileError::Changed(_)) {
        return ErrorKind::ChangedMeanwhile.problem(w.file_changed, why, w.file_changed_next);
    }
    let next = way_out(
        w.quit_nothing_changed,
        error.obstacle(),
        self::place(error.obstacle(), error.path()),
        w.env_not_writable_next,
    );
    let kind = kind_of(error.obstacle(), ErrorKind::NotWritable);
    kind.problem(w.env_not_writable, why, next)
}

/// What helps where a place lies directly in a folder that we made on the way to one of the host's, within a container: no
/// mount of the container's is read-only there.
fn folder_of_ours(place: &Path) -> Option<String> {
    let within = within::get()?;
    let folders = [Some(place), place.parent()].into_iter().flatten();
    let mut ours = folders.filter_map(|folder| Some((folder, within.leads_to(folder)?)));
    let (folder, kept) = ours.next()?;
    Some(match folder.parent() {
        None => words().obstacle_root_of_container.to_owned(),
        Some(_) => text!(
            obstacle_way_of_ours,
            path = shown(&folder),
            folder = shown(&kept)
        ),
    })
}

/// Why a folder of ours cannot be used; where it is the usual one, also why none of those can that would take its place.
pub(in crate::engine) fn why_of(error: &dyn std::error::Error, folder: &Path) -> String {
    let others = state::refused_in_place_of(folder);
    let others = others.iter().map(ToString::to_string);
    let all: Vec<String> = std::iter::once(error.to_string()).chain(others).collect();
    joined::clauses(&all)
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
