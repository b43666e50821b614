//! Keys in files, folders and archives: what the search finds, tried and added to the session.

use std::path::PathBuf;

use super::sieve::{Sieve, consider};
use super::{Looking, old_payloads};
use crate::engine::session::Session;
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

/// As [`look_in`], within limits of one's own.
pub fn look_in_within(
    session: &mut Session,
    roots: &[PathBuf],
    limits: &hunt::HuntLimits,
    cancel: &dyn Fn() -> bool,
    on: &mut dyn FnMut(&mut Session, Looking<'_>),
) -> hunt::HuntTotals {
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
