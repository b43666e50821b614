//! The keys we know: each with where it was found, and which one is current.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use super::app_key::{AppKey, Fingerprint};
use super::source::{Source, SourceKind};
use crate::domain::payload::Payload;
use crate::words::untrusted::never_show;

/// A key and its evidence.
#[derive(Debug)]
pub struct KnownKey {
    /// The key.
    pub key: AppKey,
    /// Every place it was found in, first found first.
    pub sources: Vec<Source>,
    /// The other places, of which there are too many to remember more than that they were counted.
    counted: HashSet<u64>,
    /// How many of the emails in `send_logs` carry a hash made from this key's text.
    pub mails: u64,
    /// How many running queue workers carry the hash of this key's text in the name of their queue.
    pub workers: u64,
}

impl KnownKey {
    /// Remembers another place, unless it is the same as one that is known or there are enough.
    fn add_source(&mut self, source: Source) {
        let same = |s: &Source| {
            s.path == source.path
                && s.inside == source.inside
                && (s.line == source.line || s.line.is_none() || source.line.is_none())
        };
        let named = source.path.is_some();
        let known = |s: &Source| *s == source || named && same(s);
        if self.sources.iter().any(known) {
            return;
        }
        if self.sources.len() < MAX_SOURCES {
            self.sources.push(source);
        } else if self.counted.len() < MAX_COUNTED {
            let mut hasher = DefaultHasher::new();
            (&source.path, &source.inside, source.line).hash(&mut hasher);
            self.counted.insert(hasher.finish());
        }
    }

    /// In how many places it stands beside those that are remembered.
    pub fn more(&self) -> u64 {
        self.counted.len() as u64
    }

    /// What speaks for this text among those of the same bytes, the strongest first: emails and workers that were made
    /// under it, that it stands somewhere as FreeScout reads it, that it is spelled as `key:generate` does.
    fn evidence(&self) -> (u64, u64, bool, bool) {
        let stands = self.sources.iter().any(|s| s.spelling.is_none());
        (self.mails, self.workers, stands, self.key.is_usual())
    }

    /// How this key is named.
    pub fn fingerprint(&self) -> Fingerprint {
        self.key.fingerprint()
    }
}

/// Places remembered of one key: enough evidence for anybody.
const MAX_SOURCES: usize = 100;
/// Places that are counted beyond them: whoever has so many need not know how many more.
const MAX_COUNTED: usize = 1 << 16;

/// What a place is called when places are put in order: copies of `.env` and backups before what only runs.
fn place(source: &Source) -> (SourceKind, Option<PathBuf>, Vec<String>, Option<u64>) {
    let inside = source.inside.iter().map(ToString::to_string).collect();
    (source.kind, source.path.clone(), inside, source.line)
}

/// All known keys, in the order they were found.
#[derive(Debug, Default)]
pub struct KeyRing {
    keys: Vec<KnownKey>,
    /// The keys by their numbers. One that had a number before has it again, whenever it is found.
    numbers: Vec<Fingerprint>,
    /// How many of the numbers were told, the first ones: they stay.
    told: usize,
    effective: Option<Fingerprint>,
}

impl KeyRing {
    /// A ring in which these keys will have the numbers that they had in another.
    pub fn numbered_as(numbers: Vec<Fingerprint>) -> Self {
        Self {
            told: numbers.len(),
            numbers,
            ..Self::default()
        }
    }

    /// Gives the keys their numbers anew, but for those that were told: the current one first, then the one that opens
    /// most, then by the place that they stand in. So the same evidence makes the same numbers, in whatever order it was
    /// found. `opens` says how many secrets a key opens.
    pub fn number(&mut self, opens: &dyn Fn(Fingerprint) -> usize) {
        let Self {
            keys,
            numbers,
            told,
            effective,
        } = self;
        let rank = |of: &Fingerprint| {
            let known = keys.iter().find(|k| k.fingerprint() == *of);
            let place = known.and_then(|k| k.sources.iter().map(place).min());
            let opens = std::cmp::Reverse(opens(*of));
            (*effective != Some(*of), opens, place, *of)
        };
        if let Some(untold) = numbers.get_mut(*told..) {
            untold.sort_by_cached_key(rank);
        }
    }

    /// Whether there are keys of which the numbers may still change.
    pub fn has_untold_numbers(&self) -> bool {
        self.numbers.len() > self.told + 1
    }

    /// Whether what they open decides on that: there are several beside the current one.
    pub fn are_numbers_by_use(&self) -> bool {
        let untold = self.numbers.iter().skip(self.told);
        untold.filter(|of| self.effective != Some(**of)).count() > 1
    }

    /// The numbers were told: each key keeps its own from now on.
    pub fn keep_numbers(&mut self) {
        self.told = self.numbers.len();
    }

    /// The keys in the order of their numbers, those included that are not known here.
    pub fn numbers(&self) -> &[Fingerprint] {
        &self.numbers
    }

    /// Adds a key, or a source to a key that is known already. Says whether the key is new. No name that is shown from
    /// now on has it in it.
    pub fn add(&mut self, key: AppKey, source: Source) -> bool {
        never_show(key.bytes());
        match self
            .keys
            .iter_mut()
            .find(|k| k.fingerprint() == key.fingerprint())
        {
            Some(known) => {
                known.add_source(source);
                false
            }
            None => {
                let fingerprint = key.fingerprint();
                if !self.numbers.contains(&fingerprint) {
                    self.numbers.push(fingerprint);
                }
                self.keys.push(KnownKey {
                    key,
                    sources: vec![source],
                    counted: HashSet::new(),
                    mails: 0,
                    workers: 0,
                });
                true
            }
        }
    }

    /// Adds a place to a key that is known already.
    pub fn also_at(&mut self, key: Fingerprint, source: Source) {
        if let Some(known) = self.keys.iter_mut().find(|k| k.fingerprint() == key) {
            known.add_source(source);
        }
    }

    /// Says which key is current. It should have been added.
    pub fn set_effective(&mut self, key: Option<Fingerprint>) {
        self.effective = key;
    }

    /// The current key, where there is a usable one.
    pub fn effective(&self) -> Option<&AppKey> {
        self.effective.and_then(|fingerprint| self.get(fingerprint))
    }

    /// The key of that fingerprint.
    pub fn get(&self, fingerprint: Fingerprint) -> Option<&AppKey> {
        self.iter()
            .find(|k| k.fingerprint() == fingerprint)
            .map(|k| &k.key)
    }

    /// All keys, in the order they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, KnownKey> {
        self.keys.iter()
    }

    /// All keys, to be annotated.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, KnownKey> {
        self.keys.iter_mut()
    }

    /// `K1`, `K2`, …: see [`KeyRing::number`].
    pub fn label(&self, fingerprint: Fingerprint) -> String {
        let known = self.get(fingerprint).is_some();
        let mut numbers = self.numbers.iter();
        match numbers.position(|one| known && *one == fingerprint) {
            Some(index) => format!("K{}", index + 1),
            None => fingerprint.to_string(),
        }
    }

    /// A key by its label and its fingerprint, `K1 · 3fa9c2d1e0b4`; by its fingerprint alone where it is not known.
    pub fn name(&self, fingerprint: Fingerprint) -> String {
        match self.get(fingerprint) {
            Some(_) => format!("{} · {fingerprint}", self.label(fingerprint)),
            None => fingerprint.to_string(),
        }
    }

    /// Whether the current key has these bytes.
    pub fn is_effective(&self, key: &AppKey) -> bool {
        self.effective()
            .is_some_and(|effective| effective.same_bytes(key))
    }

    /// All keys of the same bytes as this one, which is among them where it is known itself.
    pub fn twins_of(&self, key: &AppKey) -> impl Iterator<Item = &KnownKey> {
        self.iter().filter(|known| known.key.same_bytes(key))
    }

    /// Whether two texts of the same bytes are known.
    pub fn has_twins(&self) -> bool {
        self.iter()
            .any(|known| self.twins_of(&known.key).nth(1).is_some())
    }

    /// The key that made this payload. Of two spellings of the same bytes: the effective one, else the one that more
    /// emails in `send_logs` confirm, or more workers; else one that FreeScout could have run with, the usual spelling
    /// first; else the first found.
    pub fn maker_of(&self, payload: &Payload) -> Option<&AppKey> {
        if let Some(key) = self.effective().filter(|key| payload.made_with(key)) {
            return Some(key);
        }
        let others = self
            .keys
            .iter()
            .filter(|k| self.effective != Some(k.fingerprint()));
        let first = others.into_iter().find(|k| payload.made_with(&k.key))?;
        self.twins_of(&first.key)
            .reduce(|best, k| {
                if k.evidence() > best.evidence() {
                    k
                } else {
                    best
                }
            })
            .map(|k| &k.key)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::domain::key::spelling::Spelling;

    const USUAL: &str = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";

    fn unpadded() -> &'static str {
        USUAL.trim_end_matches('=')
    }

    fn key(text: &str) -> AppKey {
        AppKey::parse(text.as_bytes()).expect("a key of 32 bytes")
    }

    #[test]
    fn a_key_keeps_its_number_in_the_next_round() {
        let keys = || [USUAL, unpadded()].map(key);
        let mut ring = KeyRing::default();
        for key in keys() {
            ring.add(key, Source::of(SourceKind::File));
        }
        let labels = keys().map(|key| ring.label(key.fingerprint()));
        assert_eq!(labels, ["K1", "K2"]);
        let mut next = KeyRing::numbered_as(ring.numbers().to_vec());
        let [first, second] = keys();
        next.add(second, Source::of(SourceKind::File));
        assert_eq!(
            next.label(first.fingerprint()),
            first.fingerprint().to_string()
        );
        next.add(first, Source::of(SourceKind::File));
        assert_eq!(
            keys().map(|key| next.label(key.fingerprint())),
            ["K1", "K2"]
        );
    }

    #[test]
    fn the_same_evidence_makes_the_same_numbers_in_whatever_order_it_was_found() {
        let texts: [&[u8]; 4] = [b"current", b"opens", b"here", b"there"];
        let key = |text: &[u8]| {
            let bytes = std::array::from_fn(|n| text[n % text.len()].wrapping_add(n as u8));
            AppKey::generate(&bytes)
        };
        let place =
            |at: usize| Source::file(SourceKind::File, Path::new(["d", "c", "a", "b"][at]), None);
        let [current, opens, ..] = texts.map(|text| key(text).fingerprint());
        let opened = |of: Fingerprint| usize::from(of == opens) * 3;
        let numbered = |order: [usize; 4]| {
            let mut ring = KeyRing::default();
            for at in order {
                ring.add(key(texts[at]), place(at));
            }
            ring.set_effective(Some(current));
            ring.number(&opened);
            ring
        };
        let labels = |ring: &KeyRing| texts.map(|text| ring.label(key(text).fingerprint()));
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
            assert_eq!(labels(&numbered(order)), ["K1", "K2", "K3", "K4"]);
        }
        // What was told stays, whatever comes.
        let mut ring = KeyRing::default();
        ring.add(key(texts[3]), place(3));
        ring.keep_numbers();
        for at in [2, 1, 0] {
            ring.add(key(texts[at]), place(at));
        }
        ring.set_effective(Some(current));
        assert!(ring.has_untold_numbers() && ring.are_numbers_by_use());
        ring.number(&opened);
        assert_eq!(labels(&ring), ["K2", "K3", "K4", "K1"]);
        ring.keep_numbers();
        assert!(!ring.has_untold_numbers());
        // Of two, the current one is the first, whatever they open.
        let mut two = KeyRing::default();
        two.add(key(texts[1]), place(1));
        two.add(key(texts[0]), place(0));
        two.set_effective(Some(current));
        assert!(two.has_untold_numbers() && !two.are_numbers_by_use());
        two.number(&|_| 0);
        assert_eq!(two.label(current), "K1");
    }

    /// The text that is taken for the maker, of two that were found in this order.
    fn maker(found: [(&str, Option<Spelling>); 2], mails: [u64; 2], workers: [u64; 2]) -> String {
        let mut ring = KeyRing::default();
        for (text, spelling) in found {
            let source = Source {
                spelling,
                ..Source::of(SourceKind::File)
            };
            ring.add(key(text), source);
        }
        assert!(ring.has_twins());
        for (at, known) in ring.iter_mut().enumerate() {
            (known.mails, known.workers) = (mails[at], workers[at]);
        }
        let payload = Payload::seal(&key(USUAL), &[7; 16], b"N;");
        let payload = Payload::parse(payload.as_bytes())
            .ok()
            .expect("just sealed");
        let maker = ring.maker_of(&payload).expect("it is known");
        String::from_utf8_lossy(maker.text()).into_owned()
    }

    #[test]
    fn of_two_texts_the_better_proven_one_is_the_maker() {
        let misspelled = Some(Spelling::NoPrefix);
        let both = [(USUAL, None), (unpadded(), None)];
        let turned = [(unpadded(), None), (USUAL, None)];
        assert_eq!(maker(both, [0, 0], [0, 0]), USUAL);
        assert_eq!(maker(turned, [0, 0], [0, 0]), USUAL, "the usual spelling");
        assert_eq!(maker(both, [1, 2], [5, 0]), unpadded(), "mails first");
        assert_eq!(maker(both, [1, 1], [0, 1]), unpadded(), "then workers");
        let stood = [(USUAL, misspelled), (unpadded(), None)];
        assert_eq!(
            maker(stood, [0, 0], [0, 0]),
            unpadded(),
            "what FreeScout could have run with"
        );
        assert_eq!(maker(stood, [1, 0], [0, 0]), USUAL);
    }
}
