//! What goes into a safe: the key in force, every other key that opens or once opened something here, and what a person needs
//! to know years later. And the key in force on a page.

pub mod page;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::domain::key::app_key::{AppKey, Fingerprint};
use crate::domain::key::ring::KnownKey;
use crate::domain::key::safe::{self, SafeEntry};
use crate::domain::key::source::Source;
use crate::domain::key::timeline::Era;
use crate::domain::verdict::assessment::Assessment;
use crate::engine::session::Session;
use crate::sentences::timeline::day;
use crate::sentences::{self, commands};
use crate::words::untrusted::shown;
use crate::words::words;

/// Places that are told of a key.
const PLACES: usize = 3;

/// What a kept key is to the install.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyRole {
    /// It is about to replace the key in force.
    Next,
    /// The key in force.
    InForce,
    /// The key in force, which is about to be replaced.
    Replaced,
    /// Another one.
    Other,
}

/// A key that is worth keeping.
pub struct KeptKey {
    key: AppKey,
    /// What it is to the install.
    pub role: KeyRole,
    /// How many secrets it opens.
    pub opens: usize,
    sources: Vec<Source>,
}

/// A kept key, as programs read it.
#[derive(Serialize)]
pub struct KeptKeyJson {
    fingerprint: Fingerprint,
    effective: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    next: bool,
    opens: usize,
}

impl KeptKey {
    /// How it is named.
    pub fn fingerprint(&self) -> Fingerprint {
        self.key.fingerprint()
    }

    /// Whether it is the key in force.
    pub fn is_in_force(&self) -> bool {
        matches!(self.role, KeyRole::InForce | KeyRole::Replaced)
    }

    /// For programs.
    pub fn json(&self) -> KeptKeyJson {
        KeptKeyJson {
            fingerprint: self.fingerprint(),
            effective: self.is_in_force(),
            next: self.role == KeyRole::Next,
            opens: self.opens,
        }
    }
}

/// The keys that are worth keeping: one that is about to be put in force first, then the one in force, whatever it opens, then
/// those that open most. A key that opens nothing now is kept where something here was made with it, or a backup of ours has
/// it: a dump may still need it.
pub fn kept(session: &Session, assessment: &Assessment) -> Vec<KeptKey> {
    let report = |key: Fingerprint| assessment.keys.iter().find(move |k| k.fingerprint == key);
    let opens = |key: Fingerprint| report(key).map_or(0, |k| k.opens);
    let (effective, configured) = (
        assessment.circumstances.effective,
        assessment.circumstances.configured,
    );
    let counts = |known: &&KnownKey| {
        let key = known.fingerprint();
        let stands = [effective, configured].contains(&Some(key));
        stands || opens(key) > 0 || known.mails > 0 || known.workers > 0
    };
    let of_ring = session.ring.iter().filter(counts);
    let mut candidates: Vec<(&AppKey, &[Source])> = of_ring
        .map(|known| (&known.key, known.sources.as_slice()))
        .collect();
    for (key, sources) in session.own_backups.keys() {
        if !candidates
            .iter()
            .any(|(one, _)| one.fingerprint() == key.fingerprint())
        {
            candidates.push((key, sources));
        }
    }
    let next = session.next_key.iter().map(|key| (key, &[][..]));
    let role = |key: Fingerprint| match &session.next_key {
        Some(next) if next.fingerprint() == key => KeyRole::Next,
        Some(_) if effective == Some(key) => KeyRole::Replaced,
        None if effective == Some(key) => KeyRole::InForce,
        _ => KeyRole::Other,
    };
    let kept = next.chain(candidates).filter_map(|(key, sources)| {
        Some(KeptKey {
            role: role(key.fingerprint()),
            opens: opens(key.fingerprint()),
            sources: sources.to_vec(),
            key: AppKey::parse(key.text()).ok()?,
        })
    });
    let mut kept: Vec<KeptKey> = kept.collect();
    kept.sort_by_key(|k| (k.role, std::cmp::Reverse(k.opens)));
    kept
}

/// The text of a safe with these keys, made at this moment, and encrypted `to_recipients` or with a passphrase.
pub fn text(
    session: &Session,
    assessment: &Assessment,
    kept: &[KeptKey],
    moment: &str,
    to_recipients: bool,
) -> Zeroizing<Vec<u8>> {
    let w = words();
    let address = session.install.setting(&["app", "url"], "APP_URL");
    let head = text!(
        safe_head,
        address = shown(&address.unwrap_or_default()),
        path = shown(&session.install.root),
        moment,
        names = match to_recipients {
            true => w.safe_names_with_key,
            false => w.safe_names,
        },
        decrypt = commands::decrypt("FILE", to_recipients)
    );
    let entries: Vec<SafeEntry<'_>> = kept
        .iter()
        .map(|one| SafeEntry {
            about: about(one, assessment),
            key: &one.key,
        })
        .collect();
    safe::text(&[head], &entries)
}

/// What is said of a key: what it is good for, since when it is known, and where it came from.
fn about(kept: &KeptKey, assessment: &Assessment) -> Vec<String> {
    let mut about = vec![standing(kept, assessment)];
    let eras = assessment.timeline.iter().flat_map(|line| &line.eras);
    let eras: Vec<&Era> = eras
        .filter(|era| era.key == Some(kept.fingerprint()))
        .collect();
    let first = eras.iter().map(|era| era.first).min();
    let last = eras.iter().map(|era| era.last).max();
    if let Some((first, last)) = first.zip(last) {
        about.push(text!(safe_key_mails, first = day(first), last = day(last)));
    }
    let places = kept.sources.iter().take(PLACES);
    about.extend(places.map(|place| text!(safe_key_source, place = sentences::source(place))));
    about
}

/// Whether a key is in force, and what it decrypts.
pub fn standing(kept: &KeptKey, assessment: &Assessment) -> String {
    let (fingerprint, opens, all) = (kept.fingerprint(), kept.opens, assessment.summary.all());
    match kept.role {
        KeyRole::Next => text!(safe_key_next, fingerprint),
        KeyRole::InForce => text!(safe_key_in_force, fingerprint, opens, all),
        KeyRole::Replaced => text!(safe_key_replaced, fingerprint, opens, all),
        KeyRole::Other => text!(safe_key_other, fingerprint, opens, all),
    }
}
