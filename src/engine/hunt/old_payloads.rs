//! Older payloads that a search met, kept for what is lost today: empty, damaged, or sealed with a key nobody knows.
//!
//! A payload may be met before the key that opens it, so it is kept unopened, within bounds, and tried whenever the state
//! is judged. What opens is offered with its date and the place it stood in; only what is certainly this install's own may
//! be taken without a look at it, and that only when it was asked for. The payloads stay here; what leaves is a
//! [`Recoverable`], which says where and when and holds no secret.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::config::Driver;
use crate::domain::hunt::old_payloads as sightings;
use crate::domain::hunt::old_payloads::kept::{KeptPayload, Sightings};
use crate::domain::hunt::old_payloads::origin::{Basis, Doubt, OwnDatabase, PayloadOrigin};
use crate::domain::hunt::old_payloads::standing::{
    DecryptedPayload, Eligibility, Recoverable, TakenUnseen, settle,
};
use crate::domain::hunt::old_payloads::{Sighting, Wanted};
use crate::domain::inventory::secret::{Place, SecretBytes, SecretKind, Table};
use crate::domain::inventory::{Inventory, Secret, StoredText};
use crate::domain::key::app_key::Fingerprint;
use crate::domain::key::ring::KeyRing;
use crate::domain::key::source::Source;
use crate::domain::verdict::secret_report::SecretReport;
use crate::domain::verdict::text::{self, PasswordsUsed};
use crate::domain::verdict::{self, Damage, Remedy, Verdict, assessment};
use crate::engine::hunt::sieve;
use crate::engine::session::Session;
use crate::io::state::backup;
use crate::words::untrusted::uncovered;

/// Payloads kept at most. The older ones that nothing opens go first, then the doubtful ones.
const MAX_KEPT: usize = 2000;

/// How many were ever kept: a number is given once, so that one chosen in an earlier session names nothing in a later one.
static NUMBERED: AtomicU64 = AtomicU64::new(0);

/// What to look for: the mailboxes, options and modules of this install that have lost something.
pub fn wanted(session: &Session) -> Wanted {
    let mut wanted = Wanted::default();
    let inventory = &session.inventory;
    let secrets = assessment::judge_all(inventory, &session.ring);
    let mut lost = std::collections::BTreeSet::new();
    for secret in secrets.iter().filter(|s| is_lost(s)) {
        match secret.kind {
            SecretKind::SystemMail | SecretKind::ModuleOption => wanted.option(secret.owner.raw()),
            SecretKind::License => wanted.module(secret.owner.raw()),
            _ => {
                lost.insert(secret.place.cell.id);
            }
        }
    }
    for mailbox in inventory.mailboxes.iter() {
        wanted.mailbox(mailbox.id, mailbox.email.raw(), lost.contains(&mailbox.id));
    }
    wanted.keys = Some(sieve::trials(session));
    wanted
}

/// Keeps a sighting that matters. Says whether something new became recoverable by it.
pub fn sighted(session: &mut Session, sighting: Sighting, source: Source) -> bool {
    let own = own(session);
    let Session {
        inventory,
        ring,
        sightings: Sightings { kept },
        install,
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
    let mut sighting = sighting;
    sighting.origin = located(sighting.origin, &source, own.driver);
    let mailbox = match secret.place.cell.table {
        Table::Mailboxes => inventory.mailbox(secret.place.cell.id),
        _ => None,
    };
    let mut basis = sightings::basis(&sighting, &own, mailbox);
    if let Some(of_backup) = of_own_backup(&source, &own, &install.root)
        && !matches!(basis, Basis::Doubtful(_))
    {
        basis = of_backup;
    }
    let same = |k: &&mut KeptPayload| {
        k.place == secret.place
            && k.payload == sighting.payload
            && k.basis == basis
            && k.origin == sighting.origin
    };
    let source = Source {
        path: source
            .path
            .as_deref()
            .map(|path| uncovered(path).into_owned()),
        ..source
    };
    if let Some(known) = kept.iter_mut().find(same) {
        // The last day on which it was in use says most.
        if sighting.date.map(|d| d.at) > known.date.map(|d| d.at) {
            (known.date, known.source) = (sighting.date, source);
        }
        return false;
    }
    if kept.len() >= MAX_KEPT {
        make_room(kept, inventory, ring);
    }
    if kept.len() >= MAX_KEPT && !matches!(basis, Basis::Doubtful(_)) {
        kept.retain(|k| !matches!(k.basis, Basis::Doubtful(_)));
    }
    if kept.len() >= MAX_KEPT {
        return false;
    }
    let new = |k: &KeptPayload| k.place != secret.place || k.payload != sighting.payload;
    let opens = kept.iter().all(new) && open(secret, &sighting.payload, ring).is_some();
    kept.push(KeptPayload {
        number: NUMBERED.fetch_add(1, Ordering::Relaxed),
        place: secret.place.clone(),
        payload: sighting.payload,
        date: sighting.date,
        source,
        origin: sighting.origin,
        row: sighting.id,
        basis,
    });
    opens
}

/// The database of this install.
fn own(session: &Session) -> OwnDatabase {
    let settings = &session.settings;
    OwnDatabase {
        driver: settings.driver,
        host: settings.host.clone(),
        database: settings.database.clone(),
        prefix: settings.prefix.clone(),
    }
}

/// Where a payload stood, with what the name of its file says.
fn located(origin: PayloadOrigin, source: &Source, driver: Driver) -> PayloadOrigin {
    let path = source.path.as_deref().unwrap_or(Path::new(""));
    let path = path.to_string_lossy();
    // Of an archive only the member says something: the folder is that of the archive.
    let path = source.inside.last().map_or(&*path, |member| member.raw());
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    origin.resolved(driver).or_of_path(&parts)
}

/// What a backup of ours, in whose folder the source lies, says by its manifest.
fn of_own_backup(source: &Source, own: &OwnDatabase, root: &Path) -> Option<Basis> {
    let folders = source.path.as_deref()?.ancestors().skip(1);
    let folder = folders
        .take(4)
        .find(|folder| folder.join(backup::MARKER).is_file())?;
    let of_this = backup::Backup::open(folder).is_ok_and(|backup| {
        let manifest = &backup.manifest;
        manifest.install == root
            && manifest.driver == own.driver.name()
            && manifest.database == own.database
            && manifest.prefix == own.prefix
    });
    Some(match of_this {
        true => Basis::Named,
        false => Basis::Doubtful(Doubt::OtherInstall),
    })
}

/// Drops the older half of what nothing opens: many at once, since every one has to be tried.
fn make_room(kept: &mut Vec<KeptPayload>, inventory: &Inventory, ring: &KeyRing) {
    let opens = |k: &KeptPayload| {
        let secret = inventory.secret(&k.place);
        secret.is_some_and(|secret| open(secret, &k.payload, ring).is_some())
    };
    let (opened, mut unopened): (Vec<KeptPayload>, Vec<KeptPayload>) =
        kept.drain(..).partition(opens);
    unopened.sort_by_key(|k| std::cmp::Reverse(k.date.map(|d| d.at)));
    unopened.truncate(unopened.len() / 2);
    kept.extend(opened);
    kept.extend(unopened);
}

/// What can be brought back with the keys known now: in the order of the secrets, of each what may be taken first, then
/// the newest.
pub(in crate::engine) fn recoverable(
    session: &Session,
    secrets: &[SecretReport],
) -> Vec<Recoverable> {
    let mut found = Vec::new();
    if session.sightings.kept.is_empty() {
        return found;
    }
    for secret in secrets.iter().filter(|s| is_lost(s)) {
        let opened = opened(session, &secret.place);
        for (at, older) in opened.iter().enumerate() {
            let repeats = opened[..at].iter().any(|before| before.text == older.text);
            let kept = older.kept;
            found.push(Recoverable {
                place: kept.place.clone(),
                kind: secret.kind,
                key: older.key,
                source: kept.source.clone(),
                date: kept.date,
                origin: kept.origin.clone(),
                row: kept.row,
                standing: older.standing.clone(),
                number: kept.number,
                repeats,
            });
        }
    }
    found
}

/// The text that is taken for a secret unseen, judged again by all that is known now.
pub(in crate::engine) fn taken(session: &Session, taken: &TakenUnseen) -> Option<SecretBytes> {
    let mut opened = opened(session, taken.place()).into_iter();
    let ours = opened.find(|older| matches!(older.standing, Eligibility::Ours(_)))?;
    Some(ours.text)
}

/// The text of an older payload that the operator chose.
pub(in crate::engine) fn chosen(
    session: &Session,
    place: &Place,
    number: u64,
) -> Option<SecretBytes> {
    let mut opened = opened(session, place).into_iter();
    Some(opened.find(|older| older.kept.number == number)?.text)
}

/// An older payload that a known key opens.
struct OpenedPayload<'s> {
    kept: &'s KeptPayload,
    key: Fingerprint,
    text: SecretBytes,
    standing: Eligibility,
}

/// The older payloads of a place that known keys open: what may be taken first, then the newest.
fn opened<'s>(session: &'s Session, place: &Place) -> Vec<OpenedPayload<'s>> {
    let Some(secret) = session.inventory.secret(place) else {
        return Vec::new();
    };
    let of_place = session.sightings.kept.iter().filter(|k| k.place == *place);
    let opened: Vec<_> = of_place
        .filter_map(|kept| {
            let (key, text) = open(secret, &kept.payload, &session.ring)?;
            Some((kept, key, text))
        })
        .collect();
    let claims: Vec<DecryptedPayload<'_>> = opened
        .iter()
        .map(|(kept, _, text)| DecryptedPayload {
            basis: kept.basis.clone(),
            origin: &kept.origin,
            date: kept.date,
            text,
        })
        .collect();
    let standings = settle(&claims);
    let mut opened: Vec<OpenedPayload<'s>> = opened
        .into_iter()
        .zip(standings)
        .map(|((kept, key, text), standing)| OpenedPayload {
            kept,
            key,
            text,
            standing,
        })
        .collect();
    opened.sort_by_key(|older| {
        let offered = matches!(older.standing, Eligibility::Offered(_));
        (offered, std::cmp::Reverse(older.kept.date.map(|d| d.at)))
    });
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
        let is = |s: &&Secret| kinds.contains(&s.kind) && *s.owner.raw() == sighting.owner;
        inventory.secrets.iter().find(is).map(|s| s.place.clone())
    };
    match sighting.table {
        Table::Mailboxes => {
            let email = sighting.owner.trim();
            let mut mailboxes = inventory.mailboxes.iter();
            let by_email = mailboxes.find(|m| m.email.raw().trim().eq_ignore_ascii_case(email));
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
    let text = text::password(&older, ring, PasswordsUsed::Rescued).text()?;
    Some((verdict.key()?, text))
}
