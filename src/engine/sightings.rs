//! Older payloads that a search met, kept for what is lost today: empty, damaged, or sealed with a key nobody knows.
//!
//! A payload may be met before the key that opens it, so it is kept unopened, within bounds, and tried whenever the state
//! is judged. What opens is offered with its date, never taken unasked. The payloads stay here; what leaves is a
//! [`Recoverable`], which says where and when and holds no secret.

use crate::domain::app_key::Fingerprint;
use crate::domain::assessment::{self, Recoverable, SecretReport};
use crate::domain::inventory::{Inventory, Secret, SecretKind, StoredText};
use crate::domain::key_ring::KeyRing;
use crate::domain::php;
use crate::domain::secret::{Place, SecretBytes, Table};
use crate::domain::sightings::{Sighting, Wanted};
use crate::domain::source::Source;
use crate::domain::verdict::{self, Damage, Remedy, Verdict};
use crate::engine::session::Session;

/// Payloads kept at most. The older ones that nothing opens go first.
const MAX_KEPT: usize = 2000;

/// The payloads of a session.
#[derive(Default)]
pub struct Sightings(Vec<Kept>);

struct Kept {
    place: Place,
    payload: SecretBytes,
    date: Option<jiff::civil::DateTime>,
    source: Source,
}

/// What to look for: the mailboxes, options and modules of this install that have lost something.
pub fn wanted(session: &Session) -> Wanted {
    let mut wanted = Wanted::default();
    let inventory = &session.inventory;
    let secrets = assessment::judge_all(inventory, &session.ring);
    let mut lost = std::collections::BTreeSet::new();
    for secret in secrets.iter().filter(|s| is_lost(s)) {
        match secret.kind {
            SecretKind::SystemMail | SecretKind::ModuleOption => wanted.option(&secret.owner),
            SecretKind::License => wanted.module(&secret.owner),
            _ => {
                lost.insert(secret.place.cell.id);
            }
        }
    }
    for mailbox in &inventory.mailboxes {
        wanted.mailbox(mailbox.id, &mailbox.email, lost.contains(&mailbox.id));
    }
    wanted
}

/// Keeps a sighting that matters. Says whether something new became recoverable by it.
pub fn sighted(session: &mut Session, sighting: Sighting, source: Source) -> bool {
    let Session {
        inventory,
        ring,
        sightings: Sightings(kept),
        ..
    } = session;
    let Some(secret) = place(inventory, &sighting).and_then(|place| inventory.secret(&place))
    else {
        return false;
    };
    let stands = *secret.stored() == StoredText::Text(sighting.payload.clone());
    if stands || !is_lost(&assessment::judge_one(secret, inventory, ring)) {
        return false;
    }
    let same = |k: &&mut Kept| k.place == secret.place && k.payload == sighting.payload;
    if let Some(known) = kept.iter_mut().find(same) {
        // The last day on which it was in use says most.
        if sighting.date > known.date {
            (known.date, known.source) = (sighting.date, source);
        }
        return false;
    }
    if kept.len() >= MAX_KEPT {
        make_room(kept, inventory, ring);
    }
    if kept.len() >= MAX_KEPT {
        return false;
    }
    let opens = open(secret, &sighting.payload, ring).is_some();
    kept.push(Kept {
        place: secret.place.clone(),
        payload: sighting.payload,
        date: sighting.date,
        source,
    });
    opens
}

/// Drops the older half of what nothing opens: many at once, since every one has to be tried.
fn make_room(kept: &mut Vec<Kept>, inventory: &Inventory, ring: &KeyRing) {
    let opens = |k: &Kept| {
        let secret = inventory.secret(&k.place);
        secret.is_some_and(|secret| open(secret, &k.payload, ring).is_some())
    };
    let (opened, mut unopened): (Vec<Kept>, Vec<Kept>) = kept.drain(..).partition(opens);
    unopened.sort_by_key(|k| std::cmp::Reverse(k.date));
    unopened.truncate(unopened.len() / 2);
    kept.extend(opened);
    kept.extend(unopened);
}

/// What can be brought back with the keys known now: in the order of the secrets, newest first.
pub(super) fn recoverable(session: &Session, secrets: &[SecretReport]) -> Vec<Recoverable> {
    let mut found = Vec::new();
    if session.sightings.0.is_empty() {
        return found;
    }
    for secret in secrets.iter().filter(|s| is_lost(s)) {
        let of_place = newest_first(session, &secret.place).into_iter();
        found.extend(of_place.map(|(kept, key, _)| Recoverable {
            place: kept.place.clone(),
            kind: secret.kind,
            key,
            source: kept.source.clone(),
            date: kept.date,
        }));
    }
    found
}

/// The newest text of a place that a known key opens.
pub(super) fn newest(session: &Session, place: &Place) -> Option<SecretBytes> {
    let (_, _, text) = newest_first(session, place).into_iter().next()?;
    Some(text)
}

fn newest_first<'s>(
    session: &'s Session,
    place: &Place,
) -> Vec<(&'s Kept, Fingerprint, SecretBytes)> {
    let Some(secret) = session.inventory.secret(place) else {
        return Vec::new();
    };
    let of_place = session.sightings.0.iter().filter(|k| k.place == *place);
    let mut opened: Vec<_> = of_place
        .filter_map(|kept| {
            let (key, text) = open(secret, &kept.payload, &session.ring)?;
            Some((kept, key, text))
        })
        .collect();
    opened.sort_by_key(|(kept, ..)| std::cmp::Reverse(kept.date));
    opened
}

/// Whether an older payload of this secret would help, and could be put in its place.
pub(super) fn is_lost(secret: &SecretReport) -> bool {
    let storable = match secret.kind {
        SecretKind::OAuth(_) => secret.place.token.is_some(),
        SecretKind::InvitedUser | SecretKind::EnvValue => false,
        _ => true,
    };
    storable
        && match secret.verdict {
            Verdict::Empty { .. } => secret.needed,
            Verdict::UnknownKey { .. } => true,
            // What was not read whole cannot be compared, so it is never replaced.
            Verdict::Damaged { damage, .. } => {
                secret.verdict.remedy() != Remedy::Repair && damage != Damage::TooLong
            }
            _ => false,
        }
}

/// The secret of today that a sighting is an older form of.
fn place(inventory: &Inventory, sighting: &Sighting) -> Option<Place> {
    let column = sighting.column?;
    let of_owner = |kinds: &[SecretKind]| {
        let is = |s: &&Secret| kinds.contains(&s.kind) && s.owner == sighting.owner;
        inventory.secrets.iter().find(is).map(|s| s.place.clone())
    };
    match sighting.table {
        Table::Mailboxes => {
            let email = sighting.owner.trim();
            let mut mailboxes = inventory.mailboxes.iter();
            let by_email = mailboxes.find(|m| m.email.trim().eq_ignore_ascii_case(email));
            let mailbox = by_email.or_else(|| inventory.mailbox(sighting.id?))?;
            Some(Place {
                token: sighting.token,
                ..Place::column(Table::Mailboxes, mailbox.id, column)
            })
        }
        Table::Options => of_owner(&[SecretKind::SystemMail, SecretKind::ModuleOption]),
        Table::Modules => of_owner(&[SecretKind::License]),
        Table::Users | Table::Env => None,
    }
}

/// The key and the text of an older payload of this secret, judged by the rules of the secret.
fn open(
    secret: &Secret,
    payload: &SecretBytes,
    ring: &KeyRing,
) -> Option<(Fingerprint, SecretBytes)> {
    let mut older = secret.clone();
    older.replace(StoredText::Text(payload.clone()));
    let verdict = verdict::judge(&older, ring);
    if !matches!(
        verdict.remedy(),
        Remedy::Reseal | Remedy::Unwrap | Remedy::Repair
    ) {
        return None;
    }
    let plain = verdict::rescued(&older, ring, false)?;
    let text = match php::unserialize(plain.expose()) {
        Ok(php::Value::Text(text)) => SecretBytes::from(text),
        Ok(_) => return None,
        // FreeScout reads some of them without serialisation.
        Err(_) => plain,
    };
    (!text.is_empty()).then_some((verdict.key()?, text))
}
