//! What decides about texts that may be keys while a search goes on.
//!
//! Each is tried on every secret that no known key opens. There may be millions of such texts and thousands of such
//! secrets, and somebody may have seen to that. So there is a number of proofs, which grows with what is read; when it is
//! used up, a text is tried on a few secrets from all over the list, and how many were treated so is told. Those that a
//! prefix or a name calls keys have a number of their own: hashes, of which lists of packages are full, do not use it up.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::domain::inventory::{Inventory, Secret};
use crate::domain::key::app_key::{AppKey, Fingerprint};
use crate::domain::key::source::Source;
use crate::domain::payload::Payload;
use crate::engine::session::{Session, mails};
use crate::io::fs;
use crate::io::hunt::{Candidate, SkipReason, Skipped};
use crate::words::untrusted::{Untrusted, uncovered};

/// How many candidates that open nothing are kept to be shown as decoys.
const DECOYS_SHOWN: usize = 20;
/// Proofs whatever is read: some seconds of a processor at most.
const FREE: u64 = 12_000_000;
/// Bytes read that pay for another one: to read them from a disk takes about as long.
const BYTES_A_PROOF: u64 = 32;
/// Secrets on which every text is tried.
const SOME: usize = 8;
/// Texts remembered that open nothing: copies of a file hold the same ones.
const REMEMBERED: usize = 1 << 16;

/// What decides about candidates while a search goes on.
pub(super) struct Sieve {
    /// Places in the inventory of payloads that no known key made.
    closed: Vec<usize>,
    /// Candidates kept although they open nothing.
    decoys: usize,
    /// Proofs that those with a name, and those without, may still cost.
    named: u64,
    alone: u64,
    /// Bytes read so far.
    read: u64,
    /// By the beginning of their SHA-256, and whether something calls them keys.
    rejected: HashSet<([u8; 16], bool)>,
    tried_on_some: Option<TriedOnSome>,
}

/// Candidates that were not tried on all secrets.
struct TriedOnSome {
    path: PathBuf,
    inside: Vec<Untrusted>,
    candidates: u64,
    secrets: usize,
}

impl Sieve {
    pub(super) fn of(session: &Session) -> Self {
        Self {
            closed: list_closed(session),
            decoys: 0,
            named: FREE,
            alone: FREE,
            read: 0,
            rejected: HashSet::new(),
            tried_on_some: None,
        }
    }

    /// How many secrets open with no key known.
    fn closed(&self) -> usize {
        self.closed.len()
    }

    /// So many bytes were read in all.
    pub(super) fn read(&mut self, bytes: u64) {
        let more = bytes.saturating_sub(self.read) / BYTES_A_PROOF;
        self.read = self.read.max(bytes);
        self.named += more;
        self.alone += more;
    }

    /// What to report about candidates that were not tried on all secrets; once.
    pub(super) fn tried_on_some(&mut self) -> Option<Skipped> {
        let told = self.tried_on_some.take()?;
        Some(Skipped {
            path: told.path,
            inside: told.inside,
            why: SkipReason::TriedOnSome {
                candidates: told.candidates,
                tried: SOME,
                secrets: told.secrets,
            },
            bytes: 0,
        })
    }

    /// Whether a key opens anything that is closed so far, and whether it was tried on all of that.
    fn try_on(&mut self, named: bool, opens: impl Fn(&usize) -> bool) -> (bool, bool) {
        let left = match named {
            true => &mut self.named,
            false => &mut self.alone,
        };
        let all = self.closed.len();
        if all <= SOME {
            return (self.closed.iter().any(opens), true);
        }
        if let Some(rest) = left.checked_sub(all as u64) {
            *left = rest;
            return (self.closed.iter().any(opens), true);
        }
        (spread(&self.closed).any(opens), false)
    }
}

/// Some of a list, from its beginning to its end.
fn spread(closed: &[usize]) -> impl Iterator<Item = &usize> {
    let last = closed.len().saturating_sub(1);
    (0..SOME).filter_map(move |number| closed.get(number * last / (SOME - 1)))
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
/// so many. What nothing calls a key is tried on closed payloads alone: there may be millions of such. Says whether it is
/// new.
pub(super) fn consider(session: &mut Session, candidate: Candidate, sieve: &mut Sieve) -> bool {
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
        let (opens, tried) = sieve.try_on(named, opens);
        if !opens {
            if !tried {
                let told = sieve.tried_on_some.get_or_insert_with(|| TriedOnSome {
                    path: candidate.source.path.clone().unwrap_or_else(|| "-".into()),
                    inside: candidate.source.inside.clone(),
                    candidates: 0,
                    secrets: sieve.closed.len(),
                });
                told.candidates += 1;
            }
            // What is open already opens with another text of the same bytes only. Nobody measures how long it takes to
            // compare them, and there may be millions to compare.
            let twin = named && session.ring.iter().any(|k| k.key.bytes() == key.bytes());
            let is_decoy = !(twin && opened_by(&session.inventory, &key) > 0);
            if !named || is_decoy && sieve.decoys >= DECOYS_SHOWN {
                if tried {
                    if sieve.rejected.len() >= REMEMBERED {
                        sieve.rejected.clear();
                    }
                    sieve.rejected.insert((digest, named));
                }
                return false;
            }
            sieve.decoys += usize::from(is_decoy);
        }
    }
    let source = placed(session, candidate.source);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A sieve for so many closed secrets, with so many proofs for texts of each sort.
    fn sieve(secrets: usize, named: u64, alone: u64) -> Sieve {
        Sieve {
            closed: (0..secrets).collect(),
            decoys: 0,
            named,
            alone,
            read: 0,
            rejected: HashSet::new(),
            tried_on_some: None,
        }
    }

    /// How many secrets the next candidate is tried on, of those that open nothing.
    fn trials(sieve: &mut Sieve, named: bool) -> (usize, bool) {
        let tried = std::cell::Cell::new(0);
        let (opens, on_all) = sieve.try_on(named, |_| {
            tried.set(tried.get() + 1);
            false
        });
        assert!(!opens);
        (tried.get(), on_all)
    }

    #[test]
    fn as_many_as_there_are_proofs_for_are_tried_on_all_secrets() {
        let mut sieve = sieve(1000, 2500, 1000);
        let all: Vec<_> = (0..4).map(|_| trials(&mut sieve, true)).collect();
        assert_eq!(
            all,
            [(1000, true), (1000, true), (SOME, false), (SOME, false)]
        );
        // Hashes take nothing from keys, nor keys from hashes.
        assert_eq!(trials(&mut sieve, false), (1000, true));
        assert_eq!(trials(&mut sieve, false), (SOME, false));
        // What is read pays for more, and once.
        sieve.read(500 * BYTES_A_PROOF);
        sieve.read(500 * BYTES_A_PROOF);
        assert_eq!(trials(&mut sieve, true), (1000, true));
        assert_eq!(trials(&mut sieve, true), (SOME, false));
    }

    #[test]
    fn few_secrets_are_tried_on_always() {
        let mut sieve = sieve(SOME, 0, 0);
        for _ in 0..1000 {
            assert_eq!(trials(&mut sieve, false), (SOME, true));
        }
        assert!(sieve.tried_on_some().is_none());
    }

    #[test]
    fn some_are_from_all_over_the_list() {
        let list: Vec<usize> = (100..1100).collect();
        let some: Vec<usize> = spread(&list).copied().collect();
        assert_eq!(some, [100, 242, 385, 528, 670, 813, 956, 1099]);
        let least: Vec<usize> = (0..=SOME).collect();
        assert_eq!(spread(&least).collect::<HashSet<_>>().len(), SOME);
        assert_eq!(spread(&[]).count(), 0);
    }
}
