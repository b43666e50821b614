//! One install under our hands: its files, its database, the keys we know, everything that depends on them.
//!
//! The session lives on the engine's side. What leaves it is an [`Assessment`](crate::domain::verdict::assessment::Assessment), which holds no secret.

pub mod backup_keys;
pub mod closed;
pub mod database;
pub mod edits;
pub mod elsewhere;
pub mod env_trouble;
pub mod failed_mails;
pub mod findings;
mod hints;
pub mod hour;
pub mod inherited;
pub mod judge;
pub mod machine;
pub mod mail_flow;
pub mod mails;
pub mod options;
pub mod own_backups;
pub mod own_keys;
pub mod reading;
pub mod signs;
pub mod survey;
pub mod volatile;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use crate::domain::config::DbSettings;
use crate::domain::config::dotenv::EnvFile;
use crate::domain::config::found::Evidence;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::hunt::log_secrets::SeenPassword;
use crate::domain::hunt::old_payloads::kept::Sightings;
use crate::domain::inventory::Inventory;
use crate::domain::inventory::secret::{Cell, SecretBytes, Table};
use crate::domain::key::app_key::AppKey;
use crate::domain::key::ring::KeyRing;
use crate::domain::key::timeline::Timeline;
use crate::domain::mail::failed::FailedMails;
use crate::domain::mail::send_log::SendLog;
use crate::domain::plan::mail_impact::Trace;
use crate::domain::run::Run;
use crate::domain::verdict::finding::Finding;
use crate::engine::session::backup_keys::OwnBackups;
use crate::engine::session::machine::MachineScope;
use crate::io::container::layers::KeptLayers;
use crate::io::db::lock::Connect;
use crate::io::db::{self, Bounds, Store, StoreError, Swap};
use crate::io::install::{self, Install, key_file_places};
use crate::io::os::processes::{self, PhpProcess, QueueWorker};
use crate::words::untrusted::shown;
use crate::words::words;

/// A queue worker of the install whose memory was not searched, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsearched {
    /// The worker.
    pub process: PhpProcess,
    /// Why.
    pub why: String,
}

/// An install that was found, read and connected to.
pub struct Session {
    /// Its files.
    pub install: Install,
    /// What counts as its machine.
    pub machine: MachineScope,
    /// How it was found.
    pub evidence: Vec<Evidence>,
    /// How we connected.
    pub settings: DbSettings,
    /// Whether the operator gave other values for the database than FreeScout's.
    pub other_database: bool,
    /// Its database.
    pub store: Box<dyn Store>,
    /// A connection that keeps others from changing the rows, while a plan is made again.
    pub held: Option<Box<dyn Store>>,
    /// The keys we know.
    pub ring: KeyRing,
    /// The keys of this install's own backups.
    pub own_backups: OwnBackups,
    /// What was found while reading the files.
    pub early_findings: Vec<Finding>,
    /// What the journal has to tell of earlier runs.
    pub journal_findings: Vec<Finding>,
    /// Everything that depends on the key, as last read.
    pub inventory: Inventory,
    /// The emails of `send_logs`, once they were read.
    pub mails: Option<SendLog>,
    /// The emails that FreeScout gave up, as last read.
    pub failed_mails: FailedMails,
    /// Which key was in use when, as far as the keys known now explain it.
    pub timeline: Option<Timeline>,
    /// What was sent under each key, likewise.
    pub traces: Vec<Trace>,
    /// Columns the schema lacks, and tables without transactions.
    pub schema_findings: Vec<Finding>,
    /// Older payloads that searches met.
    pub sightings: Sightings,
    /// Passwords that stand in FreeScout's logs, once those were read.
    pub logged: Option<Vec<SeenPassword>>,
    /// Settings of the install that stand outside of `.env`.
    pub elsewhere: elsewhere::Outside,
    /// The layers of containers on this host, once a search asked for them.
    pub layers: Option<KeptLayers>,
    /// Queue workers whose memory could not be searched, when that was last tried.
    pub unsearched: Vec<Unsearched>,
    /// Whether the operator said that workers shall be restarted even so.
    pub restart_anyway: bool,
    /// The new key that a plan for one ends with, where it has to be known, and kept, before the plan is carried out.
    pub next_key: Option<AppKey>,
}

impl Session {
    /// The run that has to be ended before anything else is begun, as it was found when the install was opened.
    pub fn unfinished(&self) -> Option<&Run> {
        self.journal_findings.iter().find_map(|found| match found {
            Finding::UnfinishedRun { run } => Some(&**run),
            _ => None,
        })
    }

    /// A session with nothing read from the database yet.
    pub fn new(
        install: Install,
        settings: DbSettings,
        store: Box<dyn Store>,
        ring: KeyRing,
        early_findings: Vec<Finding>,
    ) -> Self {
        Self {
            install,
            machine: MachineScope::Host,
            evidence: Vec::new(),
            settings,
            store,
            held: None,
            ring,
            own_backups: OwnBackups::default(),
            early_findings,
            journal_findings: Vec::new(),
            other_database: false,
            inventory: Inventory::default(),
            mails: None,
            failed_mails: FailedMails::default(),
            timeline: None,
            traces: Vec::new(),
            schema_findings: Vec::new(),
            sightings: Sightings::default(),
            logged: None,
            elsewhere: elsewhere::Outside::default(),
            layers: None,
            unsearched: Vec::new(),
            restart_anyway: false,
            next_key: None,
        }
    }

    /// The processes of PHP on its machine; none where nothing runs there.
    pub fn php_processes(&self) -> Vec<PhpProcess> {
        match self.machine {
            MachineScope::Host => processes::php(&self.install.root),
            MachineScope::Only(_) => Vec::new(),
        }
    }

    /// The queue workers of this install, likewise.
    pub fn queue_workers(&self) -> Vec<QueueWorker> {
        match self.machine {
            MachineScope::Host => processes::workers(&self.install.root),
            MachineScope::Only(_) => Vec::new(),
        }
    }

    /// What the database server calls itself.
    pub fn server(&self) -> &str {
        self.store.server()
    }

    /// Adds a key whatever it opens. Says whether it is new.
    pub fn add_key(&mut self, key: AppKey, source: crate::domain::key::source::Source) -> bool {
        self.ring.add(key, source)
    }

    /// Reads the install's files again; database, keys and inventory stay.
    ///
    /// # Errors
    /// A [`Problem`] when the install can no longer be read.
    pub fn reread_files(&mut self) -> Result<(), Problem> {
        self.install = self.install.reopen()?;
        Ok(())
    }

    /// Where a saved file of this install belongs now: a manifest must not choose what we write.
    ///
    /// # Errors
    /// A [`Problem`] that names the path, when it is none of the install's own.
    pub fn place_of(
        &self,
        name: &str,
        origin: &Path,
        saved_env: Option<&[u8]>,
    ) -> Result<PathBuf, Problem> {
        let install = &self.install;
        let read = [&install.env_file, &install.key_file, &install.cache_file];
        let own = origin == install.env_path()
            || origin == install.cache_path()
            || read.into_iter().flatten().any(|file| file.path == origin);
        // The key file may be gone, or the line that names it: the saved `.env` knows it.
        let named = || {
            let env = EnvFile::read(saved_env?, &|_| None);
            let name = env.getenv(b"APP_KEY_FILE")?;
            let places = key_file_places(&install.root, name.expose());
            places.iter().any(|path| path == origin).then_some(())
        };
        match name {
            _ if own => Ok(origin.to_owned()),
            // A link that was replaced by a file since, or the file of a release that a deploy has replaced.
            "files/env" => Ok(install.env_path()),
            _ if origin.ends_with(install::CACHE) => Ok(install.cache_path()),
            "files/key_file"
                if install
                    .key_file_unread
                    .as_ref()
                    .is_some_and(|unread| unread.path == origin)
                    || named().is_some() =>
            {
                Ok(origin.to_owned())
            }
            _ => {
                let w = words();
                let path = shown(&origin).to_string();
                Err(ErrorKind::BackupUnusable.problem(
                    w.backup_failed_open,
                    path,
                    w.restore_other_install_next,
                ))
            }
        }
    }

    /// Whether a saved config cache is that of another release than the one here: it names that release's folders, and is
    /// not put here. The one here may hold the wrong key all the same.
    pub fn is_former_cache(&self, origin: &Path, place: &Path) -> bool {
        place == self.install.cache_path() && origin != place
    }

    /// A further connection: with the web user's rights, or with the operator's own where the operator gave the values.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn connected(&self) -> Result<Box<dyn Store>, StoreError> {
        self.connector()()
    }

    /// How further connections are made, for another thread.
    pub fn connector(&self) -> impl Connect + use<> {
        let (settings, root) = (self.settings.clone(), self.install.root.clone());
        let connect = match self.other_database {
            true => db::connect_as_operator,
            false => db::connect,
        };
        move || connect(&settings, &root)
    }

    /// Does what belongs together, within these bounds for all that is read of the database meanwhile.
    pub fn together<T>(&mut self, bounds: Bounds, work: impl FnOnce(&mut Self) -> T) -> T {
        self.store.together(Some(bounds));
        let done = work(self);
        self.store.together(None);
        done
    }

    /// Keeps others from changing what was read, until the next change is written or [`Session::let_go`]: FreeScout waits
    /// as long. Where the database does not do that, somebody may save again meanwhile.
    pub fn hold_rows(&mut self) {
        self.held = None;
        let rows = compared(&self.inventory.cells, &[]);
        let held = self
            .connected()
            .and_then(|mut store| store.hold(&rows).map(|()| store));
        self.held = held.ok();
    }

    /// Lets go of the rows that are held.
    pub fn let_go(&mut self) {
        self.held = None;
    }
}

/// The texts of these cells that are not `written`, to be compared within the same transaction.
pub(super) fn compared(cells: &BTreeMap<Cell, Option<SecretBytes>>, written: &[Swap]) -> Vec<Swap> {
    let written: HashSet<(&str, u64, &str)> = written
        .iter()
        .map(|s| (s.table, s.id, s.column.as_str()))
        .collect();
    let cells = cells.iter().filter(|(cell, _)| {
        cell.table != Table::Env
            && !written.contains(&(cell.table.name(), cell.id, cell.column.as_str()))
    });
    cells
        .map(|(cell, text)| Swap {
            table: cell.table.name(),
            id: cell.id,
            column: cell.column.clone(),
            old: text.clone(),
            new: text.clone(),
        })
        .collect()
}
