//! Which installs are watched: the one that is named, those of the settings, all of this server, or the only one. What keeps
//! that from being known, or an install from being found, is told like everything else.

use std::collections::BTreeSet;
use std::path::Path;

use super::fleet::{self, NotMade, WatchTarget};
use crate::domain::config::found::FoundInstall;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::watch::WatchedInstall;
use crate::domain::run::watch::fleet::{Chosen, FleetMemory};
use crate::domain::run::watch::settings::{InstallToWatch, WatchSettings};
use crate::domain::run::watch::settle::Claim;
use crate::engine::recovery::commands;
use crate::engine::session::options::Options;
use crate::engine::session::survey;
use crate::io::install;
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::words;

/// What stands for all of a server, while none is found.
pub(super) const NONE_OF_ALL: &str = "*";

/// An install that is watched, or one that was.
pub struct Watching {
    /// What tells it from the others, whatever it is called.
    pub id: String,
    /// How it came to be watched.
    pub chosen: Chosen,
    /// Where it is.
    pub target: WatchTarget,
    /// Why no round of it can be made, where that is known before.
    pub refused: Option<NotMade>,
    /// What is known of it beside its rounds.
    pub beside: Vec<Claim>,
}

impl Watching {
    fn of(target: WatchTarget, chosen: Chosen) -> Self {
        let id = match chosen {
            // Wherever that is, it is the one.
            Chosen::Only => String::new(),
            Chosen::Named | Chosen::OfAll => {
                let named = fleet::named(&target);
                format!("{}:{}", named.container.unwrap_or_default(), named.path)
            }
        };
        Self {
            id,
            chosen,
            target,
            refused: None,
            beside: Vec::new(),
        }
    }

    fn refused(problem: &Problem) -> Self {
        Self {
            refused: Some(NotMade::from(problem)),
            ..Self::of(WatchTarget::default(), Chosen::Only)
        }
    }
}

fn target(found: FoundInstall) -> WatchTarget {
    WatchTarget {
        container: found.container.map(|container| container.lasting_name()),
        path: Some(found.path),
    }
}

/// The installs that are watched.
pub fn watched(
    named: Option<WatchTarget>,
    all: bool,
    settings: &WatchSettings,
    memory: &FleetMemory,
    options: &Options,
) -> Vec<Watching> {
    if let Some(named) = named {
        return vec![Watching::of(named, Chosen::Named)];
    }
    if all {
        return of_all(memory, options);
    }
    if !settings.installs.is_empty() {
        let of = |one: &InstallToWatch| WatchTarget {
            path: Some(one.path.clone()),
            container: one.container.clone(),
        };
        let all = settings.installs.iter().map(of);
        return all.map(|one| Watching::of(one, Chosen::Named)).collect();
    }
    vec![match survey::find(None) {
        Ok(found) => Watching::of(target(found), Chosen::Only),
        Err(problem) => {
            the_one_of_several(&problem, memory).unwrap_or_else(|| Watching::refused(&problem))
        }
    }]
}

/// All that are in use, and those that were there when all were watched before.
fn of_all(memory: &FleetMemory, options: &Options) -> Vec<Watching> {
    let mut found = install::all();
    // Copies that nothing names are watched only where nothing else is there: nobody should log in for a dead one.
    if found.iter().any(FoundInstall::is_in_use) {
        found.retain(FoundInstall::is_in_use);
    }
    let mut all: Vec<Watching> = found
        .into_iter()
        .map(|found| Watching::of(target(found), Chosen::OfAll))
        .collect();
    let there: BTreeSet<String> = all.iter().map(|one| one.id.clone()).collect();
    let known = memory.targets.iter();
    let gone = known.filter(|(id, known)| known.chosen == Chosen::OfAll && !there.contains(*id));
    let w = words();
    let forget = commands::command_named("watch --all --forget", options, None, None);
    let next = text!(watch_vanished_next, command = forget);
    all.extend(gone.map(|(id, _)| Watching {
        id: id.clone(),
        refused: Some(NotMade {
            message: w.watch_vanished.to_owned(),
            next: next.clone(),
        }),
        ..Watching::of(WatchTarget::default(), Chosen::OfAll)
    }));
    if all.is_empty() {
        let none =
            ErrorKind::InstallNotFound.problem(w.install_not_found, w.install_not_found_why, "");
        let problem = survey::find(None).err().unwrap_or(none);
        all.push(Watching {
            id: NONE_OF_ALL.to_owned(),
            ..Watching::refused(&problem)
        });
    }
    all
}

/// The one that was the only one, where there are others beside it now: it is watched on.
fn the_one_of_several(problem: &Problem, memory: &FleetMemory) -> Option<Watching> {
    let known = &memory.targets.get("")?.install;
    let one = problem.installs.iter().find(|found| is(found, known))?;
    let places: Vec<String> = problem
        .installs
        .iter()
        .map(sentences::found::place)
        .collect();
    Some(Watching {
        beside: vec![sentences::watch::claims::installs_several(
            &places.join(", "),
        )],
        ..Watching::of(target(one.clone()), Chosen::Only)
    })
}

fn is(found: &FoundInstall, known: &WatchedInstall) -> bool {
    let same = |path: &Path| shown(&path).to_string() == known.path;
    let container = found.container.as_ref().map(|c| c.lasting_name());
    let named = container.as_ref().map(|name| shown(name).to_string());
    let real = || std::fs::canonicalize(&found.path);
    named == known.container
        && (same(&found.path) || container.is_none() && real().is_ok_and(|path| same(&path)))
}
