//! What containers have to do with an install: where it may be in one of them instead, or in one that nobody can look into.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::domain::config::container::Container;
use crate::domain::config::found::{Evidence, FoundInstall, Strength};
use crate::domain::error::Problem;
use crate::domain::verdict::finding::Finding;
use crate::io::container;
use crate::io::os::around;
use crate::sentences;
use crate::words::joined;
use crate::words::untrusted::shown;

/// How many of those are told that let nobody look.
const CLOSED_TOLD: usize = 3;

/// The containers that FreeScout may be in all the same where none was found: a sentence for each sort.
pub(super) fn not_looked_into() -> Vec<String> {
    let closed = container::found::closed();
    let told = |one: &Container| {
        text!(
            container_closed,
            container = sentences::found::container(one)
        )
    };
    let mut told: Vec<String> = closed.iter().take(CLOSED_TOLD).map(told).collect();
    let unseen = unseen();
    if !unseen.is_empty() {
        told.push(text!(
            container_unseen,
            containers = sentences::found::listed(&unseen),
            count = unseen.len()
        ));
    }
    told
}

/// The command that does something in a container.
pub(super) fn command_in(container: &Container) -> String {
    let option = sentences::commands::in_container(container);
    format!("{} {option}", around::program())
}

/// An install of a container's that may be meant in place of one on the host.
struct Meant {
    container: String,
    path: PathBuf,
    command: String,
    /// It is the very same folder.
    is_same: bool,
}

/// The containers' installs of the same path as this folder, or the very same folder.
fn meant_instead(folder: &Path) -> Vec<Meant> {
    let number = |path: &Path| std::fs::metadata(path).ok().map(|m| (m.dev(), m.ino()));
    let here = number(folder);
    let twin = |one: FoundInstall| {
        let there = container::found::from_here(&one).and_then(|path| number(&path));
        let is_same = here.is_some() && there == here;
        if one.path != folder && !is_same {
            return None;
        }
        let container = one.container.as_deref()?;
        Some(Meant {
            command: format!("{} {}", check_in(container), sentences::shell(&one.path)),
            container: sentences::found::container(container),
            path: one.path,
            is_same,
        })
    };
    let found = container::found::installs().into_iter();
    found.filter_map(twin).collect()
}

/// The install of a stopped container that lies in this very folder, as the one to check.
fn of_stopped(folder: &Path) -> Option<String> {
    let number = |path: &Path| std::fs::metadata(path).ok().map(|m| (m.dev(), m.ino()));
    let here = number(folder)?;
    let mut stopped = container::found::stopped_installs().into_iter();
    let one = stopped.find(|one| {
        let there = container::found::stopped_from_here(one);
        there.and_then(|path| number(&path)) == Some(here)
    })?;
    let container = one.container.as_deref()?;
    Some(text!(
        container_stopped_is_meant,
        container = sentences::found::container(container),
        path = shown(&one.path),
        command = format!("{} {}", check_in(container), sentences::shell(&one.path))
    ))
}

fn check_in(container: &Container) -> String {
    let option = sentences::commands::in_container(container);
    format!("{} check {option}", around::program())
}

/// A problem with the containers' installs that may be meant in place of the one in this folder.
pub(super) fn beside(problem: Problem, folder: &Path) -> Problem {
    let meant = meant_instead(folder);
    if meant.is_empty() {
        return match of_stopped(folder) {
            Some(next) => Problem { next, ..problem },
            None => problem,
        };
    }
    let is_same = meant.iter().any(|meant| meant.is_same);
    let sentence = |meant: &Meant| {
        text!(
            container_may_be_meant,
            container = meant.container,
            path = shown(&meant.path),
            command = meant.command
        )
    };
    let mut next: Vec<String> = meant.iter().map(sentence).collect();
    // Of a folder that is the container's, links and names are as they are there: what else could be done here would harm.
    if !is_same {
        next.push(problem.next);
    }
    Problem {
        next: joined::sentences(&next),
        ..problem
    }
}

/// What containers have to do with the install in this folder, which was found by this.
pub(super) fn findings(folder: &Path, evidence: &[Evidence]) -> Vec<Finding> {
    let meant = meant_instead(folder).into_iter();
    let also = meant.map(|meant| Finding::AlsoInContainer {
        container: meant.container,
        path: meant.path,
        command: meant.command,
    });
    let lies = |one: &Evidence| one.by.strength() == Strength::Lies;
    let unseen = match evidence.iter().all(lies) {
        true => unseen(),
        false => Vec::new(),
    };
    let unseen = (!unseen.is_empty()).then_some(Finding::ContainersUnseen { containers: unseen });
    also.chain(unseen).collect()
}

/// The stopped containers that FreeScout may be in, as sentence parts with the commands that start them.
fn unseen() -> Vec<String> {
    let told = |one: &Container| {
        let container = sentences::found::container(one);
        match sentences::commands::start_of(one) {
            Some(start) => text!(container_with_start, container, start),
            None => container,
        }
    };
    container::found::unseen().iter().map(told).collect()
}
