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
use crate::io::install::Install;
use crate::io::store::Store;

/// An install that was found, read and connected to.
pub struct Session {
    /// Its files.
    pub install: Install,
    /// How we connected.
    pub settings: DbSettings,
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

    /// Judges everything with the keys known now.
    pub fn assess(&self) -> Assessment {
        super::checks::assess(self)
    }
}
