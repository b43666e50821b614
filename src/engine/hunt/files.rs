//! Keys in files, folders and archives: what the search finds, tried and added to the session.

use std::path::{Path, PathBuf};

use super::shares::LayerShares;
use super::sieve::{self, Sieve, consider};
use super::{Looking, old_payloads};
use crate::engine::session::Session;
use crate::engine::session::machine::MachineScope;
use crate::io::container::layers::KeptLayers;
use crate::io::hunt::{self, HuntLimits, Skipped};

/// Searches files, folders and archives for keys and adds what it finds to the session. `on` hears of progress and of
/// every key that opens something.
pub fn look_in(
    session: &mut Session,
    roots: &[PathBuf],
    cancel: &dyn Fn() -> bool,
    on: &mut dyn FnMut(&mut Session, Looking<'_>),
) -> hunt::HuntTotals {
    look_in_within(session, roots, &hunt::HuntLimits::default(), cancel, on)
}

/// What a file of settings in a layer may cost: any container can put there what it likes, and every check reads it.
const OF_LAYERS: HuntLimits = HuntLimits {
    unpacked: 16 << 20,
    ratio: 32,
    real_files: true,
    ..HuntLimits::USUAL
};

/// What is kept of keys that were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptKeys {
    /// Those that call themselves keys too.
    Named,
    /// Only those that decrypt something: other applications' are of no use, and not asked for.
    Useful,
}

/// As [`look_in`], in the files of settings in the layers of this host's containers, of those that are gone too. How many
/// there are is told as well. What is left out is said, unless it is among the `named` places: those are searched whole.
pub fn look_in_layers(
    session: &mut Session,
    kept: KeptKeys,
    named: &[PathBuf],
    cancel: &dyn Fn() -> bool,
    on: &mut dyn FnMut(&mut Session, Looking<'_>),
) -> (hunt::HuntTotals, usize) {
    let files = layers(session).files.clone();
    let mut shares = LayerShares::default();
    let taken = Some(&mut shares);
    let mut looked = search(session, &files, &OF_LAYERS, kept, taken, cancel, on);
    let named: Vec<PathBuf> = named
        .iter()
        .map(|place| std::fs::canonicalize(place).unwrap_or_else(|_| place.clone()))
        .collect();
    let is_named = |path: &Path| named.iter().any(|place| path.starts_with(place));
    let left_out = layers(session).left_out.iter().cloned();
    let left_out = left_out.chain(shares.left_out());
    let left_out = left_out.filter(|skipped| !is_named(&skipped.path));
    // Before what any file in a layer can cause.
    looked.skipped.splice(0..0, left_out);
    (looked, files.len())
}

/// The layers that are kept on this host, looked up once.
fn layers(session: &mut Session) -> &KeptLayers {
    let (install, machine) = (&session.install.root, &session.machine);
    session.layers.get_or_insert_with(|| match machine {
        MachineScope::Host => KeptLayers::read(install),
        MachineScope::Only(_) => KeptLayers::default(),
    })
}

/// Where keys usually survive on a server, cheapest first: the runtimes of containers keep much, wherever that is.
pub fn usual_places(session: &mut Session) -> Vec<PathBuf> {
    if let MachineScope::Only(folder) = &session.machine {
        return vec![folder.clone()];
    }
    let mut roots = hunt::usual_places(&session.install.root);
    for storage in &layers(session).storages {
        if !roots.iter().any(|root| storage.starts_with(root)) {
            roots.push(storage.clone());
        }
    }
    roots
}

/// As [`look_in`], within limits of one's own.
pub fn look_in_within(
    session: &mut Session,
    roots: &[PathBuf],
    limits: &hunt::HuntLimits,
    cancel: &dyn Fn() -> bool,
    on: &mut dyn FnMut(&mut Session, Looking<'_>),
) -> hunt::HuntTotals {
    search(session, roots, limits, KeptKeys::Named, None, cancel, on)
}

fn search(
    session: &mut Session,
    roots: &[PathBuf],
    limits: &HuntLimits,
    kept: KeptKeys,
    mut shares: Option<&mut LayerShares>,
    cancel: &dyn Fn() -> bool,
    on: &mut dyn FnMut(&mut Session, Looking<'_>),
) -> hunt::HuntTotals {
    // What is found is told by the layer that it lies in.
    layers(session);
    let mut sieve = Sieve::of(session);
    let wanted = old_payloads::wanted(session);
    let trials = wanted.keys.as_ref();
    if let Some(trials) = trials.filter(|_| kept == KeptKeys::Useful) {
        trials.enough();
    }
    let mut looked = hunt::search(roots, limits, &wanted, cancel, &mut |event| match event {
        hunt::HuntEvent::Progress {
            files,
            bytes,
            current,
        } => {
            on(
                session,
                Looking::At {
                    files,
                    bytes,
                    current,
                },
            );
        }
        hunt::HuntEvent::Sighting(sighting, source) => {
            if old_payloads::sighted(session, *sighting, source) {
                on(session, Looking::Found);
            }
        }
        hunt::HuntEvent::Candidate(candidate) => {
            let account = |path: &Path| session.layers.as_ref()?.account(path);
            if let (Some(shares), Some(path)) = (&mut shares, candidate.source.path.as_deref())
                && !shares.take(path, candidate.text.expose(), || account(path))
            {
                return;
            }
            let named = candidate.named && kept == KeptKeys::Named;
            let candidate = hunt::Candidate { named, ..candidate };
            if consider(session, candidate, &mut sieve, trials) {
                on(session, Looking::Found);
            }
        }
    });
    // What matters most is said first.
    if let Some((trials, why)) = trials.and_then(|all| Some((all, sieve::tried_on_some(all)?))) {
        let (path, inside) = trials.first().cloned().unwrap_or_default();
        let bytes = 0;
        looked.skipped.insert(
            0,
            Skipped {
                path,
                inside,
                why,
                bytes,
                alike: 0,
            },
        );
    }
    looked
}
