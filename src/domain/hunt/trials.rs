//! Texts that may be keys, tried on the secrets that nothing opens: by every thread that reads, before anything is kept.
//!
//! There may be millions of such texts and thousands of such secrets, and somebody may have seen to that. So there is a
//! number of trials, which grows with what is read; when it is used up, a text is tried on a few secrets from all over the
//! list, and how many were treated so is told. Those that a prefix or a name calls keys have a number of their own:
//! hashes, of which lists of packages are full, do not use it up.

use std::fmt;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use zeroize::Zeroizing;

use crate::domain::key::app_key::{AppKey, KEY_LEN};
use crate::domain::payload::Payload;
use crate::domain::payload::trial::PayloadSet;
use crate::words::untrusted::Untrusted;

/// Trials whatever is read: some seconds of a processor at most.
const FREE: u64 = 2_000_000_000;
/// Trials that a byte which is read pays for: to read it from a disk takes about as long.
const A_BYTE: u64 = 1;
/// How many with a name are told of although they open nothing: the same ones come again and again.
const TOLD: u64 = 2000;
/// Secrets on which every text is tried.
pub const SOME: usize = 8;

/// Where the first text was met that was not tried on all secrets.
pub type FirstPlace = (PathBuf, Vec<Untrusted>);

/// What texts are tried on while a search goes on.
pub struct KeyTrials {
    /// Payloads that no key opened when it began, and some of them.
    closed: PayloadSet,
    some: PayloadSet,
    /// The keys known then.
    known: Vec<Zeroizing<[u8; KEY_LEN]>>,
    /// Trials left for those with a name, and for those without.
    named: AtomicU64,
    alone: AtomicU64,
    /// Whether enough of those are kept that have a name and open nothing.
    enough: AtomicBool,
    /// How many such were told of.
    told: AtomicU64,
    /// How many were not tried on all.
    on_some: AtomicU64,
    first: OnceLock<FirstPlace>,
}

impl KeyTrials {
    /// Trials on these payloads. A text that stands for a known key is always worth telling: it has one place more.
    pub fn new<'k>(closed: Vec<Payload>, known: impl Iterator<Item = &'k AppKey>) -> Self {
        Self {
            some: spread(&closed).cloned().collect(),
            closed: closed.into_iter().collect(),
            known: known.map(|key| Zeroizing::new(*key.bytes())).collect(),
            named: FREE.into(),
            alone: FREE.into(),
            enough: false.into(),
            told: 0.into(),
            on_some: 0.into(),
            first: OnceLock::new(),
        }
    }

    /// So many more bytes were read.
    pub fn read(&self, bytes: u64) {
        self.named.fetch_add(bytes * A_BYTE, Relaxed);
        self.alone.fetch_add(bytes * A_BYTE, Relaxed);
    }

    /// Whether a text is a key that opens something or is known, or one that calls itself so while such are kept.
    pub fn is_worth_telling(&self, text: &[u8], named: bool) -> bool {
        let Ok(bytes) = AppKey::bytes_of(text) else {
            return false;
        };
        // Nobody measures how long it takes to compare them, and there may be millions to compare.
        if self.known.contains(&bytes) {
            return true;
        }
        self.opens(named, |set| set.any_made_with(&bytes))
            || named && !self.enough.load(Relaxed) && self.told.fetch_add(1, Relaxed) < TOLD
    }

    /// Those with a name that open nothing are worth nothing from now on.
    pub fn enough(&self) {
        self.enough.store(true, Relaxed);
    }

    /// How many secrets there are to try on.
    pub fn secrets(&self) -> usize {
        self.closed.count()
    }

    /// How many texts were tried on some secrets only since this was asked last.
    pub fn take_on_some(&self) -> u64 {
        self.on_some.swap(0, Relaxed)
    }

    /// This was just read: where the first of those was met, if there are any.
    pub fn was_read(&self, place: impl FnOnce() -> FirstPlace) {
        if self.on_some.load(Relaxed) > 0 {
            self.first.get_or_init(place);
        }
    }

    /// Where the first of those was met.
    pub fn first(&self) -> Option<&FirstPlace> {
        self.first.get()
    }

    fn opens(&self, named: bool, made: impl Fn(&PayloadSet) -> bool) -> bool {
        let left = if named { &self.named } else { &self.alone };
        let all = self.closed.count();
        let take = |left: u64| left.checked_sub(all as u64);
        if all <= SOME || left.fetch_update(Relaxed, Relaxed, take).is_ok() {
            return made(&self.closed);
        }
        let opens = made(&self.some);
        self.on_some.fetch_add(u64::from(!opens), Relaxed);
        opens
    }
}

impl fmt::Debug for KeyTrials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyTrials")
            .field("closed", &self.closed.count())
            .field("known", &self.known.len())
            .finish_non_exhaustive()
    }
}

/// Some of a list, from its beginning to its end.
fn spread<T>(list: &[T]) -> impl Iterator<Item = &T> {
    let last = list.len().saturating_sub(1);
    (0..SOME).filter_map(move |number| list.get(number * last / (SOME - 1)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::cell::Cell;
    use std::collections::HashSet;

    use super::*;

    const OURS: &[u8] = b"this is a throw-away example key";

    /// Trials on so many secrets of one key, with so many left for texts of each sort.
    fn trials(secrets: usize, named: u64, alone: u64) -> KeyTrials {
        let key = AppKey::parse(OURS).unwrap();
        let sealed = |number: usize| {
            let iv = [number as u8; 16];
            let sealed = Payload::seal(&key, &iv, format!("s:1:\"{number}\";").as_bytes());
            Payload::parse(sealed.as_bytes()).ok().unwrap()
        };
        KeyTrials {
            named: named.into(),
            alone: alone.into(),
            ..KeyTrials::new((0..secrets).map(sealed).collect(), std::iter::empty())
        }
    }

    /// On how many secrets the next text is tried that opens nothing.
    fn tried(trials: &KeyTrials, named: bool) -> usize {
        let tried = Cell::new(0);
        let opens = trials.opens(named, |set| {
            tried.set(set.count());
            false
        });
        assert!(!opens);
        tried.get()
    }

    #[test]
    fn as_many_as_there_are_trials_for_are_tried_on_all_secrets() {
        let trials = trials(100, 250, 100);
        let all: Vec<_> = (0..4).map(|_| tried(&trials, true)).collect();
        assert_eq!(all, [100, 100, SOME, SOME]);
        // Hashes take nothing from keys, nor keys from hashes.
        assert_eq!(tried(&trials, false), 100);
        assert_eq!(tried(&trials, false), SOME);
        assert_eq!(trials.take_on_some(), 3);
        // What is read pays for more.
        trials.read(50);
        assert_eq!(tried(&trials, true), 100);
        assert_eq!(tried(&trials, true), SOME);
    }

    #[test]
    fn few_secrets_are_tried_on_always() {
        let trials = trials(SOME, 0, 0);
        for _ in 0..1000 {
            assert_eq!(tried(&trials, false), SOME);
        }
        assert_eq!(trials.take_on_some(), 0);
    }

    #[test]
    fn some_are_from_all_over_the_list() {
        let list: Vec<usize> = (100..1100).collect();
        let some: Vec<usize> = spread(&list).copied().collect();
        assert_eq!(some, [100, 242, 385, 528, 670, 813, 956, 1099]);
        let least: Vec<usize> = (0..=SOME).collect();
        assert_eq!(spread(&least).collect::<HashSet<_>>().len(), SOME);
        assert_eq!(spread::<usize>(&[]).count(), 0);
    }

    #[test]
    fn what_opens_or_is_known_or_has_a_name_is_worth_telling() {
        let other = b"another throw-away example key!!";
        let trials = trials(20, FREE, FREE);
        for named in [false, true] {
            assert!(trials.is_worth_telling(OURS, named));
            assert_eq!(trials.is_worth_telling(other, named), named);
            assert!(!trials.is_worth_telling(b"no key", named));
        }
        trials.enough();
        assert!(!trials.is_worth_telling(other, true));
        let known = AppKey::parse(other).unwrap();
        let trials = KeyTrials::new(Vec::new(), std::iter::once(&known));
        assert!(trials.is_worth_telling(other, false));
        assert!(!trials.is_worth_telling(OURS, false));
    }
}
