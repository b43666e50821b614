//! What decides about the keys that a search tells of: those that open something, or are known, and some that only call
//! themselves keys.

use std::collections::HashSet;

use crate::domain::hunt::trials::{KeyTrials, SOME};
use crate::domain::inventory::{Inventory, Secret};
use crate::domain::key::app_key::{AppKey, Fingerprint};
use crate::domain::key::source::Source;
use crate::domain::payload::Payload;
use crate::engine::session::{Session, mails};
use crate::io::fs;
use crate::io::hunt::{Candidate, SkipReason};
use crate::words::untrusted::uncovered;

/// How many candidates that open nothing are kept to be shown as decoys.
pub const DECOYS_SHOWN: usize = 20;
/// Texts remembered that open nothing: copies of a file hold the same ones.
const REMEMBERED: usize = 1 << 16;

/// What decides about candidates while a search goes on.
pub(super) struct Sieve {
    /// Places in the inventory of payloads that no known key made.
    closed: Vec<usize>,
    /// Candidates kept although they open nothing.
    decoys: usize,
    /// By the beginning of their SHA-256, and whether something calls them keys.
    rejected: HashSet<([u8; 16], bool)>,
}

impl Sieve {
    pub(super) fn of(session: &Session) -> Self {
        Self {
            closed: list_closed(session),
            decoys: 0,
            rejected: HashSet::new(),
        }
    }

    /// How many secrets open with no key known.
    fn closed(&self) -> usize {
        self.closed.len()
    }
}

/// What texts are tried on before they are told of.
pub(super) fn trials(session: &Session) -> KeyTrials {
    let closed = list_closed(session).into_iter();
    let payload = |index: usize| session.inventory.secrets[index].payload()?.clone().ok();
    KeyTrials::new(
        closed.filter_map(payload).collect(),
        session.ring.iter().map(|known| &known.key),
    )
}

/// What to say about texts that were not tried on all secrets; once.
pub(super) fn tried_on_some(trials: &KeyTrials) -> Option<SkipReason> {
    let candidates = trials.take_on_some();
    (candidates > 0).then_some(SkipReason::TriedOnSome {
        candidates,
        tried: SOME,
        secrets: trials.secrets(),
    })
}

fn list_closed(session: &Session) -> Vec<usize> {
    let closed = |(index, secret): (usize, &Secret)| {
        let payload = secret.payload()?.as_ref().ok()?;
        session.ring.maker_of(payload).is_none().then_some(index)
    };
    let secrets = session.inventory.secrets.iter().enumerate();
    secrets.filter_map(closed).collect()
}

/// How many secrets open with no key we know.
pub fn closed(session: &Session) -> usize {
    Sieve::of(session).closed()
}

/// Takes a candidate that opens something, or is known, or at least calls itself a key: of those that open nothing only
/// so many, and then the `trials` leave them out. What nothing calls a key is tried on closed payloads alone. Says whether
/// it is new.
pub(super) fn consider(
    session: &mut Session,
    candidate: Candidate,
    sieve: &mut Sieve,
    trials: Option<&KeyTrials>,
) -> bool {
    let named = candidate.named;
    let mut digest = [0; 16];
    digest.copy_from_slice(&fs::digest(candidate.text.expose())[..16]);
    // What a name was not enough for is not taken without one either.
    if sieve.rejected.contains(&(digest, true)) || sieve.rejected.contains(&(digest, named)) {
        return false;
    }
    let Ok(key) = AppKey::parse(candidate.text.expose()) else {
        return false;
    };
    if session.ring.get(key.fingerprint()).is_none() {
        let inventory = &session.inventory;
        let payload = |index: &usize| -> Option<&Payload> {
            inventory.secrets.get(*index)?.payload()?.as_ref().ok()
        };
        let opens = |index: &usize| payload(index).is_some_and(|payload| payload.made_with(&key));
        if !sieve.closed.iter().any(opens) {
            // What is open already opens with another text of the same bytes only.
            let twin = named && session.ring.iter().any(|k| k.key.bytes() == key.bytes());
            let is_decoy = !(twin && opened_by(&session.inventory, &key) > 0);
            if !named || is_decoy && sieve.decoys >= DECOYS_SHOWN {
                if let Some(trials) = trials.filter(|_| named) {
                    trials.enough();
                }
                if sieve.rejected.len() >= REMEMBERED {
                    sieve.rejected.clear();
                }
                sieve.rejected.insert((digest, named));
                return false;
            }
            sieve.decoys += usize::from(is_decoy);
        }
    }
    let source = placed(session, candidate.source).without(&key);
    let new = session.add_key(key, source);
    if new {
        mails::count_mails(session);
        sieve.closed = list_closed(session);
    }
    new
}

/// The same place as the operator names it, and what it is in a container.
pub(super) fn placed(session: &Session, source: Source) -> Source {
    let (layers, path) = (session.layers.as_ref(), source.path.as_deref());
    Source {
        layer: layers.zip(path).and_then(|(all, path)| all.place(path)),
        path: path.map(|path| uncovered(path).into_owned()),
        ..source
    }
}

/// How many secrets of the inventory this key made.
fn opened_by(inventory: &Inventory, key: &AppKey) -> usize {
    let payloads = inventory
        .secrets
        .iter()
        .filter_map(|s| s.payload()?.as_ref().ok());
    payloads.filter(|payload| payload.made_with(key)).count()
}

/// Adds a key text from somewhere else than a search.
///
/// # Errors
/// [`crate::domain::key::app_key::KeyError`] when the text is no key.
pub fn try_key(
    session: &mut Session,
    text: &[u8],
    source: Source,
) -> Result<(Fingerprint, usize), crate::domain::key::app_key::KeyError> {
    let key = AppKey::parse(text)?;
    let (fingerprint, opens) = (key.fingerprint(), opened_by(&session.inventory, &key));
    session.add_key(key, source);
    Ok((fingerprint, opens))
}
