//! The key hunt alone: the install itself, running PHP processes, the layers of containers, the places that were named, and the usual ones on request, cheapest first.

use std::path::PathBuf;
use std::time::Instant;

use super::processes;
use crate::domain::verdict::Verdict;
use crate::domain::verdict::assessment::Assessment;
use crate::engine::hunt::{Looking, files};
use crate::engine::session::{Session, mails};
use crate::io::container::within;
use crate::io::hunt;

/// Where to look, the install aside.
pub struct SearchPlaces {
    /// What the operator named; `-` is standard input.
    pub named: Vec<PathBuf>,
    /// Whether the usual places are searched as well.
    pub usual: bool,
    /// Within which limits.
    pub limits: hunt::HuntLimits,
}

/// What the hunt came to.
pub struct Hunted {
    /// What was read and what was not.
    pub looked: hunt::HuntTotals,
    /// How many files of settings in the layers of containers were searched.
    pub layer_files: usize,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// Looks for keys and adds what it finds to the session.
pub fn hunt(
    session: &mut Session,
    places: &SearchPlaces,
    cancel: &dyn Fn() -> bool,
    on: &mut dyn FnMut(&mut Session, Looking<'_>),
) -> Hunted {
    let install = session.install.root.clone();
    let began = Instant::now();
    let mut looked = files::look_in(session, std::slice::from_ref(&install), cancel, on);
    // Before anything is restarted: their memory may be the only place left.
    looked.add(processes::look_in(session, cancel, on));
    let mut roots = within::all_to_read(&places.named);
    if places.usual {
        roots.extend(files::usual_places(session));
    }
    let (in_layers, layer_files) =
        files::look_in_layers(session, files::KeptKeys::Named, &roots, cancel, on);
    looked.add(in_layers);
    looked.add(files::look_in_within(
        session,
        &roots,
        &places.limits,
        cancel,
        on,
    ));
    mails::count_mails(session);
    Hunted {
        looked,
        layer_files,
        seconds: began.elapsed().as_secs_f64(),
    }
}

/// Whether every secret that is whole opens with a key we know.
pub fn all_open(assessment: &Assessment) -> bool {
    !assessment
        .secrets
        .iter()
        .any(|secret| matches!(secret.verdict, Verdict::UnknownKey { .. }))
}
