//! Steps 3 and 4: every secret read from the database, every candidate key tried, every verdict.

mod reading;
mod sieve;

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::{elsewhere, own_backups, survey};
use crate::domain::config::rules::Rules;
use crate::domain::inventory::{Inventory, SecretKind};
use crate::domain::key::app_key::{AppKey, Fingerprint};
use crate::domain::key::derived_hashes;
use crate::domain::key::known;
use crate::domain::key::source::Source;
use crate::domain::key::timeline::Timeline;
use crate::domain::mail::send_log;
use crate::domain::mail::send_log::SendLog;
use crate::domain::plan::{self, Circumstances};
use crate::domain::verdict::assessment;
use crate::domain::verdict::assessment::{Assessment, SecretReport, Summary};
use crate::domain::verdict::finding::{Finding, KeyName};
use crate::domain::verdict::{Plain, Remedy, Verdict};
use crate::engine::hunt::{log_secrets, old_payloads};
use crate::engine::session::Session;
use crate::io::db::{Bounds, Store, Stored};
use crate::io::hunt;
use crate::io::os::processes;

pub use reading::{read_cells, read_foreseen, read_inventory};
pub(in crate::engine) use sieve::{Sieve, consider};

/// How many attachments are read, the newest: links in older mails are hardly followed.
const LINKS_READ: u32 = 500_000;

/// Asks every mail of `send_logs` which key made the hash in its Message-ID; the table is read once, keys that join
/// later are asked from memory. A table that is not there, or not as we know it, gives no evidence and no error.
pub fn count_mails(session: &mut Session) {
    if session.mails.is_none() {
        let read = session.together(Bounds::PASSING, |session| {
            read_mails(&mut *session.store, session.inventory.rules())
        });
        session.mails = Some(read);
        session.mend();
    }
    let Some(log) = &mut session.mails else {
        return;
    };
    log.ask(&session.ring);
    for known in session.ring.iter_mut() {
        known.mails = log.made_by(known.key.fingerprint());
    }
    session.timeline = Timeline::of(log);
    session.traces = log.traces();
    ask_workers(session);
}

/// Where one key is known in several texts, running workers tell which of them FreeScout was started with.
fn ask_workers(session: &mut Session) {
    if !session.ring.has_twins() {
        return;
    }
    let workers = processes::workers(&session.install.root);
    for known in session.ring.iter_mut() {
        let identifier = derived_hashes::worker_identifier(&known.key);
        let ours = workers
            .iter()
            .filter(|w| w.identifier.as_deref() == Some(&identifier));
        known.workers = ours.count() as u64;
    }
}

fn read_mails(store: &mut dyn Store, rules: &Rules) -> SendLog {
    let there = store.columns("send_logs").unwrap_or_default();
    let has = |name: &&str| there.iter().any(|c| c == name);
    let wanted: Vec<&str> = ["message_id", "created_at", "status"]
        .into_iter()
        .filter(has)
        .collect();
    let mut log = SendLog::default();
    if wanted.first() != Some(&"message_id") {
        return log;
    }
    let place = |name: &str| wanted.iter().position(|w| *w == name);
    let (date, status) = (place("created_at"), place("status"));
    let read = store.read("send_logs", &wanted, None, &mut |_, values| {
        let text = |n: usize| values.get(n).and_then(Stored::text);
        if let Some(message_id) = text(0)
            && send_log::was_sent(status.and_then(text))
        {
            log.add(message_id, date.and_then(text));
        }
    });
    // Half a log would show eras that end where the reading did.
    if read.is_err() {
        return SendLog::default();
    }
    read_links(store, rules, &mut log);
    log
}

/// The attachments whose links carry a token of the key. Without the table nothing is known of them.
fn read_links(store: &mut dyn Store, rules: &Rules, log: &mut SendLog) {
    let there = store.columns("attachments").unwrap_or_default();
    let has = |name: &str| there.iter().any(|c| c == name);
    if !has("thread_id") {
        return;
    }
    if !rules.links_carry_tokens() {
        log.set_links(&[]);
        return;
    }
    // `token_type` took the place of `public` in 1.8.213: what is public is served without a token.
    let column = ["token_type", "public"].into_iter().find(|name| has(name));
    let wanted: Vec<&str> = ["thread_id"].into_iter().chain(column).collect();
    let mut threads = Vec::new();
    let newest = Some(LINKS_READ);
    let read = store.read("attachments", &wanted, newest, &mut |_, values| {
        let number = |n: usize| -> Option<u64> {
            std::str::from_utf8(values.get(n)?.text()?)
                .ok()?
                .parse()
                .ok()
        };
        let tokened = match column {
            Some("token_type") => matches!(number(1), Some(2 | 3)),
            Some(_) => number(1) == Some(0),
            None => true,
        };
        if let (Some(thread), true) = (number(0), tokened) {
            threads.push(thread);
        }
    });
    if read.is_ok() {
        log.set_links(&threads);
    }
}

/// How many secrets of the inventory this key made.
fn opens(inventory: &Inventory, key: &AppKey) -> usize {
    let payloads = inventory
        .secrets
        .iter()
        .filter_map(|s| s.payload()?.as_ref().ok());
    payloads.filter(|payload| payload.made_with(key)).count()
}

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

/// What a search reports.
pub enum Looking<'a> {
    /// How far it is.
    At {
        /// Files read.
        files: u64,
        /// Bytes read.
        bytes: u64,
        /// The file being read.
        current: &'a std::path::Path,
    },
    /// A process that was started with another key than the one in force will be read.
    OtherKey(&'a crate::io::os::processes::PhpProcess),
    /// A key joined the ring.
    Found,
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
    let (fingerprint, opens) = (key.fingerprint(), opens(&session.inventory, &key));
    session.add_key(key, source);
    Ok((fingerprint, opens))
}

/// Judges everything with the keys known now.
pub fn assess(session: &Session) -> Assessment {
    let ring = &session.ring;
    let secrets = assessment::judge_all(&session.inventory, ring);
    let keys = assessment::report_keys(ring, &secrets);
    let configured = AppKey::parse(session.install.key_without_cache().text.expose())
        .ok()
        .map(|k| k.fingerprint());
    let lately = |key| {
        session
            .mails
            .as_ref()
            .map_or(0, |log| log.lately_made_by(key))
    };
    let circumstances = Circumstances {
        effective: ring.effective().map(AppKey::fingerprint),
        configured,
        home: session.install.key_home(),
        mails: ring
            .iter()
            .filter(|k| k.mails > 0)
            .map(|k| (k.fingerprint(), lately(k.fingerprint())))
            .collect(),
        published: ring
            .iter()
            .filter(|k| known::published(&k.key).is_some())
            .map(|k| k.fingerprint())
            .collect::<BTreeSet<_>>(),
        misspelled: misspelled(session),
        settled: own_backups::is_settled(session),
    };
    let mut findings = survey::findings(session);
    findings.extend(session.schema_findings.iter().cloned());
    findings.extend(secret_findings(&secrets, ring));
    findings.extend(version_findings(session, &secrets));
    let recoverable = old_payloads::recoverable(session, &secrets);
    let certain: BTreeSet<_> = recoverable
        .iter()
        .filter(|older| older.taken().is_some())
        .map(|older| &older.place)
        .collect();
    let offered: BTreeSet<_> = recoverable.iter().map(|older| &older.place).collect();
    let (certain, offered) = (certain.len(), offered.difference(&certain).count());
    if certain > 0 {
        findings.push(Finding::OlderFound { count: certain });
    }
    if offered > 0 {
        findings.push(Finding::OlderOffered { count: offered });
    }
    let in_logs = log_secrets::count(session);
    if in_logs > 0 {
        findings.push(Finding::PasswordInLog { count: in_logs });
    }
    findings.sort_by_key(Finding::severity);
    Assessment {
        rules: session.inventory.rules().clone(),
        summary: Summary::of(&secrets),
        logged: log_secrets::offered(session, &secrets),
        recommendation: crate::domain::config::elsewhere::advise(
            plan::recommend(&secrets, &circumstances),
            elsewhere::key_out_of_reach(session),
            &secrets,
            &circumstances,
        ),
        secrets,
        keys,
        findings,
        circumstances,
        mailboxes: session.inventory.mailboxes.clone(),
        system_mail: session.inventory.system_mail.clone(),
        timeline: session.timeline.clone(),
        traces: session.traces.clone(),
        recoverable,
    }
}

/// What the version has to do with it.
fn version_findings(session: &Session, secrets: &[SecretReport]) -> Vec<Finding> {
    let rules = session.inventory.rules();
    let count = |plain| {
        let is = |s: &&SecretReport| s.verdict == Verdict::Plaintext(plain);
        secrets.iter().filter(is).count()
    };
    let system_mail = |s: &SecretReport| {
        s.kind == SecretKind::SystemMail && s.needed && matches!(s.verdict, Verdict::Opens(_))
    };
    // Licences are read as they stand by every version.
    let until_update = secrets.iter().filter(|s| {
        s.kind != SecretKind::License && s.verdict == Verdict::Plaintext(Plain::StillRead)
    });
    let (untold, awaits, until_update) = (
        count(Plain::Untold),
        count(Plain::AwaitsMigration),
        until_update.count(),
    );
    let sealed_again = secrets.iter().filter(|s| {
        let sealed = matches!(
            s.verdict,
            Verdict::Opens(_) | Verdict::OtherKey(_) | Verdict::UnknownKey { .. }
        );
        sealed && rules.seals_later(s.kind)
    });
    let sealed_again = sealed_again.count();
    let stated = || session.install.version.clone();
    let findings = [
        (sealed_again > 0).then_some(Finding::WouldSealAgain {
            count: sealed_again,
        }),
        (rules.version().is_none()).then(|| Finding::VersionUntold { stated: stated() }),
        (untold > 0).then_some(Finding::PlaintextUntold { count: untold }),
        (awaits > 0).then_some(Finding::AwaitsMigration { count: awaits }),
        (until_update > 0).then_some(Finding::PlaintextUntilUpdate {
            count: until_update,
        }),
        (rules.hands_on_serialized() && secrets.iter().any(system_mail))
            .then(|| Finding::SystemMailBroken { version: stated() }),
    ];
    findings.into_iter().flatten().collect()
}

/// The keys that the configuration holds misspelled, in every text that is known of them.
fn misspelled(session: &Session) -> BTreeSet<Fingerprint> {
    let named = session.early_findings.iter().filter_map(|f| match f {
        Finding::MisspelledKey { key, .. } => session.ring.get(key.fingerprint),
        _ => None,
    });
    let named: Vec<&AppKey> = named.collect();
    let keys = session.ring.iter();
    keys.filter(|k| named.iter().any(|n| n.same_bytes(&k.key)))
        .map(|k| k.fingerprint())
        .collect()
}

fn secret_findings(
    secrets: &[SecretReport],
    ring: &crate::domain::key::ring::KeyRing,
) -> Vec<Finding> {
    let count = |is: &dyn Fn(&SecretReport) -> bool| secrets.iter().filter(|s| is(s)).count();
    let mut findings = Vec::new();
    for known in ring.iter() {
        let key = KeyName {
            label: ring.label(known.fingerprint()),
            fingerprint: known.fingerprint(),
        };
        let under =
            count(&|s| matches!(s.verdict, Verdict::OtherKey(k) if k == known.fingerprint()));
        if under > 0 {
            findings.push(Finding::UnderOtherKey {
                count: under,
                key: key.clone(),
            });
        }
        if let Some(published) = known::published(&known.key) {
            let effective = ring.effective().is_some_and(|e| e.same_bytes(&known.key));
            let opens = secrets
                .iter()
                .any(|s| s.verdict.key() == Some(known.fingerprint()));
            if effective || opens {
                findings.push(Finding::PublishedKey {
                    key,
                    published,
                    effective,
                });
            }
        }
    }
    type Counted = fn(usize) -> Finding;
    let counted: [(usize, Counted); 6] = [
        (
            count(&|s| matches!(s.verdict, Verdict::UnknownKey { .. })),
            |count| Finding::UnderUnknownKey { count },
        ),
        (
            count(&|s| {
                s.kind == SecretKind::License
                    && !s.verdict.readable()
                    && s.verdict.remedy() != Remedy::Nothing
            }),
            |count| Finding::LicencesUnreadable { count },
        ),
        (
            count(&|s| matches!(s.verdict, Verdict::Damaged { .. })),
            |count| Finding::Damaged { count },
        ),
        (
            count(&|s| s.verdict == Verdict::Plaintext(Plain::ReadsEmpty)),
            |count| Finding::Plaintext { count },
        ),
        (
            count(&|s| matches!(s.verdict, Verdict::Nested { .. })),
            |count| Finding::Nested { count },
        ),
        (count(&|s| s.verdict.remedy() == Remedy::Salvage), |count| {
            Finding::Salvageable { count }
        }),
    ];
    findings.extend(
        counted
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, finding)| finding(count)),
    );
    findings.extend(secrets.iter().filter(|s| s.probably_wiped()).map(|s| {
        Finding::ProbablyWiped {
            owner: s.owner.clone(),
            place: s.place.clone(),
            kind: s.kind,
        }
    }));
    findings
}
