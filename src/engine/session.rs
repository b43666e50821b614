//! One install under our hands: its files, its database, the keys we know, everything that depends on them.
//!
//! The session lives on the engine's side. What leaves it is an [`Assessment`], which holds no secret.

use crate::domain::app_key::AppKey;
use crate::domain::assessment::Assessment;
use crate::domain::configuration::DbSettings;
use crate::domain::finding::Finding;
use crate::domain::inventory::Inventory;
use crate::domain::key_ring::KeyRing;
use crate::domain::problem::Problem;
use crate::domain::sanitize::sanitize;
use crate::io::install::Install;
use crate::io::store::{self, Store};
use crate::words::words;

/// An install that was found, read and connected to.
pub struct Session {
    /// Its files.
    pub install: Install,
    /// How we connected.
    pub settings: DbSettings,
    /// Whether the operator gave other values for the database than FreeScout's.
    pub other_database: bool,
    /// Its database.
    pub store: Box<dyn Store>,
    /// The keys we know.
    pub ring: KeyRing,
    /// What was found while reading the files.
    pub early_findings: Vec<Finding>,
    /// Everything that depends on the key, as last read.
    pub inventory: Inventory,
    /// The newest mails of `send_logs`, once they were read: thread and Message-ID.
    pub mails: Option<Vec<(u64, String)>>,
    /// Columns the schema lacks, and tables without transactions.
    pub schema_findings: Vec<Finding>,
}

impl Session {
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
            settings,
            store,
            ring,
            early_findings,
            other_database: false,
            inventory: Inventory::default(),
            mails: None,
            schema_findings: Vec::new(),
        }
    }

    /// What the database server calls itself.
    pub fn server(&self) -> &str {
        self.store.server()
    }

    /// Adds a key whatever it opens. Says whether it is new.
    pub fn add_key(&mut self, key: AppKey, source: crate::domain::source::Source) -> bool {
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

    /// Refuses a path that is none of this install's own files: a manifest must not choose what we write.
    ///
    /// # Errors
    /// A [`Problem`] that names the path.
    pub fn require_own(&self, path: &std::path::Path) -> Result<(), Problem> {
        let install = &self.install;
        let read = [&install.env_file, &install.key_file, &install.cache_file];
        let own = path == install.env_path()
            || path == install.cache_path()
            || read.into_iter().flatten().any(|file| file.path == path);
        if own {
            return Ok(());
        }
        let w = words();
        Err(Problem::new(
            w.backup_failed_open,
            sanitize(&path.to_string_lossy()),
            w.restore_other_install_next,
        ))
    }

    /// Opens the database anew, as FreeScout would now; with the operator's own values where they were given.
    ///
    /// # Errors
    /// A [`Problem`] with the variable to look at.
    pub fn reconnect(&mut self) -> Result<(), Problem> {
        if !self.other_database {
            self.settings = self.install.database()?;
        }
        self.store = store::connect(&self.settings, &self.install.root)
            .map_err(|e| super::survey::unreachable_database(&e, &self.settings))?;
        Ok(())
    }

    /// Judges everything with the keys known now.
    pub fn assess(&self) -> Assessment {
        super::checks::assess(self)
    }
}
