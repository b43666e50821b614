//! What a restore will result in, worked out in memory before anything is written: the rows and files that change, the
//! key that is current afterwards, and what FreeScout then makes of every secret.

use std::collections::{BTreeMap, BTreeSet};

use super::{files_back, is_on_other_data, require_same_install, rows_back};
use crate::domain::error::Problem;
use crate::domain::inventory::secret::{NamedPlace, Place, Table};
use crate::domain::key::app_key::{AppKey, Fingerprint};
use crate::domain::verdict::assessment::{self, Assessment};
use crate::domain::verdict::secret_report::{SecretReport, Summary};
use crate::engine::recovery::change::Change;
use crate::engine::recovery::file_change::FileChange;
use crate::engine::session::{Session, backup_keys, own_backups, reading, survey};
use crate::io::db::Swap;
use crate::io::fs::FileRead;
use crate::io::install::Install;
use crate::io::state::backup::{Backup, SavedBytes};

/// The outcome of a restore, before it.
pub struct Foretold {
    pub(super) change: Change,
    /// What FreeScout reads now, with the keys of the backup known as well.
    pub now: Assessment,
    /// What it will read, in the order of the tables.
    pub after: Vec<SecretReport>,
    /// The current key afterwards, where there is a usable one.
    pub key_after: Option<Fingerprint>,
    /// Whether FreeScout will then run on another database than the one whose rows are put back.
    pub other_database: bool,
    /// Whether the backup is known to have been made of other data: in a container of this name, on another volume.
    pub other_data: bool,
}

/// What a restore is confirmed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    key: Option<Fingerprint>,
    readable: BTreeSet<Place>,
    other_database: bool,
    other_data: bool,
}

impl Promise {
    /// Whether this, predicted again, gives up nothing of what was shown.
    pub fn upholds(&self, shown: &Self) -> bool {
        self.key == shown.key
            && self.other_database == shown.other_database
            && self.other_data == shown.other_data
            && self.readable.is_superset(&shown.readable)
    }
}

/// Reads everything again and works out what putting the backup back comes to. Nothing is written.
///
/// # Errors
/// A [`Problem`] when the backup belongs to another install, or something cannot be read.
pub fn foretell(session: &mut Session, backup: &Backup) -> Result<Foretold, Problem> {
    require_same_install(session, backup)?;
    own_backups::add(session, backup);
    let after = install_after(session, backup)?;
    let mut saved = backup.rows()?;
    // The variables of `.env` come back with their file.
    saved.retain(|cell, _| cell.table != Table::Env);
    let inventory = reading::read_foreseen(session, &saved, &after)?;
    let swaps = rows_back(session, &saved)?;
    let files = files_back(session, backup)?;
    let change = Change::of(session, swaps, files);
    let in_force = after.key_in_force();
    for key in [&in_force, &after.key_without_cache()] {
        if let Ok(key) = AppKey::parse(key.text.expose()) {
            session.add_key(key, backup_keys::source(backup, &backup.folder));
        }
    }
    let now = session.assess();
    let key_after = AppKey::parse(in_force.text.expose()).ok();
    let key_after = key_after.map(|key| key.fingerprint());
    let key_now = now.circumstances.effective;
    session.ring.set_effective(key_after);
    let judged = assessment::judge_all(&inventory, &session.ring);
    session.ring.set_effective(key_now);
    let other_database = match (session.install.database(), after.database()) {
        (Ok(now), Ok(after)) => !now.same_as(&after),
        _ => true,
    };
    Ok(Foretold {
        change,
        now,
        after: judged,
        key_after,
        other_database,
        other_data: is_on_other_data(session, backup),
    })
}

/// The install with the files of the backup in place. The key file stays as it is where none was saved.
fn install_after(session: &Session, backup: &Backup) -> Result<Install, Problem> {
    let as_read = |(saved, bytes): SavedBytes| FileRead {
        attributes: saved.attributes(),
        path: saved.origin,
        bytes,
    };
    let read = |name: &str| backup.file(name).map(|saved| saved.map(as_read));
    session.install.foreseen(
        read("files/env")?,
        read("files/config.php")?,
        read("files/key_file")?,
    )
}

impl Foretold {
    /// Whether nothing would change.
    pub fn is_nothing(&self) -> bool {
        self.change.swaps.is_empty() && self.change.files.is_empty()
    }

    /// The texts that will be replaced.
    pub fn rows(&self) -> &[Swap] {
        &self.change.swaps
    }

    /// The files that will be written or removed.
    pub fn files(&self) -> &[FileChange] {
        &self.change.files
    }

    /// The current key now, where there is a usable one.
    pub fn key_now(&self) -> Option<Fingerprint> {
        self.now.circumstances.effective
    }

    /// What this restore is confirmed for.
    pub fn promise(&self) -> Promise {
        let readable = self.after.iter().filter(|s| s.verdict.readable());
        Promise {
            key: self.key_after,
            readable: readable.map(|s| s.place.clone()).collect(),
            other_database: self.other_database,
            other_data: self.other_data,
        }
    }

    /// Figures of what FreeScout will read.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.after)
    }

    /// Every secret that is there now or will be there: its report now, and then.
    pub fn secrets(&self) -> Vec<(Option<&SecretReport>, Option<&SecretReport>)> {
        let mut after: BTreeMap<&Place, &SecretReport> =
            self.after.iter().map(|s| (&s.place, s)).collect();
        let now = self.now.secrets.iter();
        let mut pairs: Vec<_> = now
            .map(|secret| (Some(secret), after.remove(&secret.place)))
            .collect();
        let only_then = self.after.iter().filter(|s| after.contains_key(&s.place));
        pairs.extend(only_then.map(|secret| (None, Some(secret))));
        pairs
    }

    /// Reads everything again, over a connection of its own, and names the places whose secret does not read as was
    /// predicted.
    pub(super) fn surprises(&self, session: &mut Session) -> Result<Vec<NamedPlace>, Problem> {
        survey::reread(session)?;
        session.reconnect()?;
        reading::read_inventory(session)?;
        let read = assessment::judge_all(&session.inventory, &session.ring);
        let told: BTreeMap<&Place, &SecretReport> =
            self.after.iter().map(|s| (&s.place, s)).collect();
        let mut surprises: Vec<Place> = read
            .iter()
            .filter(|s| told.get(&s.place).map(|t| t.verdict) != Some(s.verdict))
            .map(|s| s.place.clone())
            .collect();
        let there: BTreeSet<&Place> = read.iter().map(|s| &s.place).collect();
        let gone = told.keys().filter(|place| !there.contains(*place));
        surprises.extend(gone.map(|place| (*place).clone()));
        let named = |place| session.inventory.named(place);
        Ok(surprises.into_iter().map(named).collect())
    }
}
