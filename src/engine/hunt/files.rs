//! Keys in files, folders and archives: what the search finds, tried and added to the session.

use std::path::PathBuf;

use super::sieve::{Sieve, consider};
use super::{Looking, old_payloads};
use crate::engine::session::Session;
use crate::io::container::layers::KeptLayers;
use crate::io::hunt;

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

/// The files of settings in the layers of containers on this host, of those that are gone too: looked up once.
pub fn layer_files(session: &mut Session) -> Vec<PathBuf> {
    let install = &session.install.root;
    let layers = session
        .layers
        .get_or_insert_with(|| KeptLayers::read(install));
    layers.files.clone()
}

/// Where keys usually survive on a server, cheapest first: the runtimes of containers keep much, wherever that is.
pub fn usual_places(session: &mut Session) -> Vec<PathBuf> {
    let mut roots = layer_files(session);
    roots.extend(hunt::usual_places(&session.install.root));
    let storages = session.layers.iter().flat_map(|layers| &layers.storages);
    for storage in storages {
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
    layer_files(session);
    let mut sieve = Sieve::of(session);
    let wanted = old_payloads::wanted(session);
    let mut looked = hunt::search(roots, limits, &wanted, cancel, &mut |event| match event {
        hunt::HuntEvent::Progress {
            files,
            bytes,
            current,
        } => {
            sieve.read(bytes);
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
            if consider(session, candidate, &mut sieve) {
                on(session, Looking::Found);
            }
        }
    });
    // What matters most is said first.
    if let Some(skipped) = sieve.tried_on_some() {
        looked.skipped.insert(0, skipped);
    }
    looked
}
