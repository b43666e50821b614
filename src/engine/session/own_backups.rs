//! Keys that this install's own backups hold: a worker that still runs on the key before may save under it within a second
//! of a recovery, and the backup of a minute ago has that key.
//!
//! They are always known to us, and become candidates like any other: one counts by what it opens, or by the emails that
//! were sent with it, and only where nothing else that we know does. What a backup says of itself proves nothing.

use std::path::PathBuf;

use crate::domain::inventory::Inventory;
use crate::domain::key::app_key::{AppKey, Fingerprint};
use crate::domain::key::source::{Source, SourceKind};
use crate::domain::run::{RunKind, RunOutcome};
use crate::domain::verdict::finding::Finding;
use crate::engine::recovery::run_log;
use crate::engine::session::backup_keys::OwnBackups;
use crate::engine::session::options::Options;
use crate::engine::session::{Session, mails};
use crate::io::state::backup::{Backup, own};

/// Backups that were not searched, and are named.
const MOST_NAMED: usize = 5;

/// Reads the keys of this install's backups: of the folder where they are made, and of those that the journal names. The
/// session tries them whenever it reads the database.
pub fn load(session: &mut Session, options: &Options) {
    let root = session.install.root.clone();
    // A journal that cannot be read is told elsewhere.
    let runs = run_log::history(options, Some(&root)).unwrap_or_default();
    let named: Vec<PathBuf> = runs
        .iter()
        .flat_map(|run| run.safety.iter().chain([&run.backup]).cloned())
        .collect();
    let found = own::of(&options.backup_dir, &named, &root);
    let mut own = OwnBackups {
        more: found.more,
        ..OwnBackups::default()
    };
    for (folder, error) in found.refused {
        own.not_read(folder, "", &error);
    }
    let mut recovered = None;
    for mut backup in found.backups {
        backup.look_for_keys_in(options.keys_dir.as_deref());
        own.take(&backup);
        if recovered.is_none()
            && let Ok(Some(record)) = backup.recovery()
        {
            recovered = Some(record).filter(|record| record.undone.is_none());
        }
    }
    let noted = runs
        .iter()
        .find(|run| run.kind == RunKind::Recovery && run.outcome == RunOutcome::Done)
        .map(|run| (run.started.clone(), run.key.clone()));
    let recorded = recovered.map(|record| (record.started, Some(record.key)));
    own.settled = noted.max(recorded).and_then(|(_, key)| key);
    session.own_backups = own;
}

/// Takes the keys of a backup that is open, and was perhaps unlocked with its passphrase.
pub(in crate::engine) fn add(session: &mut Session, backup: &Backup) {
    session.own_backups.take(backup);
}

/// Tries the keys of the backups on everything that opens with no key known; those that open something are known from then
/// on. Says whether there are any.
pub(in crate::engine) fn offer(session: &mut Session, inventory: &Inventory) -> bool {
    let own = std::mem::take(&mut session.own_backups);
    let closed = inventory.secrets.iter().filter_map(|secret| {
        let payload = secret.payload()?.as_ref().ok()?;
        session.ring.maker_of(payload).is_none().then_some(payload)
    });
    let closed: Vec<_> = closed.collect();
    let mut new = Vec::new();
    for (key, sources) in &own.keys {
        let known = session.ring.get(key.fingerprint()).is_some();
        if !known && closed.iter().any(|payload| payload.made_with(key)) {
            new.push((key, sources));
        } else if known && only_running(session, key.fingerprint()) {
            // It stands somewhere after all.
            let first = sources.first().cloned();
            first
                .into_iter()
                .for_each(|source| session.ring.also_at(key.fingerprint(), source));
        }
    }
    let found = !new.is_empty();
    for (key, sources) in new {
        for source in sources {
            if let Ok(key) = AppKey::parse(key.text()) {
                session.ring.add(key, source.clone());
            }
        }
    }
    session.own_backups = own;
    if found && session.mails.is_some() {
        mails::count_mails(session);
    }
    found
}

/// Whether a key that is known stands nowhere but in running processes.
fn only_running(session: &Session, key: Fingerprint) -> bool {
    let known = session.ring.iter().find(|k| k.fingerprint() == key);
    let running = |source: &Source| {
        matches!(
            source.kind,
            SourceKind::ProcessMemory | SourceKind::ProcessEnvironment
        )
    };
    known.is_some_and(|known| known.sources.iter().all(running))
}

/// Whether the current key is the one that the last recovery ended with.
pub(super) fn is_settled(session: &Session) -> bool {
    let effective = session.ring.effective();
    let effective = effective.map(|key| key.fingerprint().to_string());
    effective.is_some() && effective == session.own_backups.settled
}

/// While something opens with no key we know: the backups that may hold it and were not read.
pub(super) fn findings(session: &Session) -> Vec<Finding> {
    let own = &session.own_backups;
    let named = own.unread.iter().take(MOST_NAMED);
    let mut findings: Vec<Finding> = named
        .map(|unread| Finding::OwnBackupUnread {
            folder: unread.folder.clone(),
            created: unread.created.clone().into(),
            why: unread.why.clone(),
        })
        .collect();
    let more = own.more + own.unread.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        findings.push(Finding::OwnBackupsMore { count: more });
    }
    findings
}
