//! The keys we know: each with where it was found, and which one is in force.

use super::app_key::{AppKey, Fingerprint};
use super::payload::Payload;
use super::source::Source;

/// A key and its evidence.
#[derive(Debug)]
pub struct KnownKey {
    /// The key.
    pub key: AppKey,
    /// Every place it was found in, first found first.
    pub sources: Vec<Source>,
    /// How many of the mails in `send_logs` carry a hash made from this key's text.
    pub mails: u64,
}

impl KnownKey {
    /// How this key is named.
    pub fn fingerprint(&self) -> Fingerprint {
        self.key.fingerprint()
    }
}

/// Places remembered of one key: enough evidence for anybody.
const MAX_SOURCES: usize = 100;

/// All known keys, in the order they were found.
#[derive(Debug, Default)]
pub struct KeyRing {
    keys: Vec<KnownKey>,
    effective: Option<Fingerprint>,
}

impl KeyRing {
    /// Adds a key, or a source to a key that is known already. Says whether the key is new.
    pub fn add(&mut self, key: AppKey, source: Source) -> bool {
        match self
            .keys
            .iter_mut()
            .find(|k| k.fingerprint() == key.fingerprint())
        {
            Some(known) => {
                let same = |s: &Source| {
                    s.path == source.path
                        && s.inside == source.inside
                        && (s.line == source.line || s.line.is_none() || source.line.is_none())
                };
                let named = source.path.is_some();
                if known.sources.len() < MAX_SOURCES
                    && !known
                        .sources
                        .iter()
                        .any(|s| *s == source || named && same(s))
                {
                    known.sources.push(source);
                }
                false
            }
            None => {
                self.keys.push(KnownKey {
                    key,
                    sources: vec![source],
                    mails: 0,
                });
                true
            }
        }
    }

    /// Says which key is in force. It should have been added.
    pub fn set_effective(&mut self, key: Option<Fingerprint>) {
        self.effective = key;
    }

    /// The key in force, where there is a usable one.
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

    /// `K1`, `K2`, … in the order the keys were found.
    pub fn label(&self, fingerprint: Fingerprint) -> String {
        match self
            .keys
            .iter()
            .position(|k| k.fingerprint() == fingerprint)
        {
            Some(index) => format!("K{}", index + 1),
            None => fingerprint.to_string(),
        }
    }

    /// The key that made this payload. Of two spellings of the same bytes: the effective one, else the one that more
    /// mails in `send_logs` confirm, else the first found.
    pub fn maker_of(&self, payload: &Payload) -> Option<&AppKey> {
        if let Some(key) = self.effective().filter(|key| payload.made_with(key)) {
            return Some(key);
        }
        let others = self
            .keys
            .iter()
            .filter(|k| self.effective != Some(k.fingerprint()));
        let first = others.into_iter().find(|k| payload.made_with(&k.key))?;
        let twins = self.keys.iter().filter(|k| k.key.same_bytes(&first.key));
        twins
            .reduce(|best, k| if k.mails > best.mails { k } else { best })
            .map(|k| &k.key)
    }
}
