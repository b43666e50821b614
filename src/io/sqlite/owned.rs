//! A SQLite file of the web user's, opened, read and written with his rights alone.
//!
//! `.env` names the file, and may name one of somebody else's; what lies beside it belongs to its owner, and SQLite takes
//! up a journal that it finds there; and what SQLite makes there must be the web user's, or lock him out.

use std::path::Path;

use super::Sqlite;
use crate::domain::configuration::DbSettings;
use crate::io::database_lock::Claim;
use crate::io::programs::Account;
use crate::io::rights;
use crate::io::store::{Store, StoreError, Stored, Swap, SwapError};

/// The open file.
pub struct Owned {
    // Closed with the same rights: closing may write.
    inner: Option<Sqlite>,
    account: Account,
    server: String,
}

fn refused(error: &std::io::Error) -> StoreError {
    StoreError::Query(error.to_string())
}

impl Owned {
    /// Opens the file of the install.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(settings: &DbSettings, root: &Path, account: Account) -> Result<Self, StoreError> {
        let inner = rights::with(account, || Sqlite::open(settings, root));
        let inner = inner.map_err(|e| refused(&e))??;
        Ok(Self {
            server: inner.server().to_owned(),
            inner: Some(inner),
            account,
        })
    }

    fn with<T>(
        &mut self,
        work: impl FnOnce(&mut Sqlite) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match &mut self.inner {
            Some(inner) => rights::with(self.account, || work(inner)).map_err(|e| refused(&e))?,
            None => Err(StoreError::Query(String::new())),
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        let inner = self.inner.take();
        // Where the rights cannot be laid down, it is not closed by us; it was not opened by us either.
        let _ = rights::with(self.account, || drop(inner));
    }
}

impl Store for Owned {
    fn server(&self) -> &str {
        &self.server
    }

    fn columns(&mut self, table: &str) -> Result<Vec<String>, StoreError> {
        self.with(|inner| inner.columns(table))
    }

    fn read(
        &mut self,
        table: &str,
        columns: &[&str],
        newest: Option<u32>,
        each: &mut dyn FnMut(u64, Vec<Stored>),
    ) -> Result<(), StoreError> {
        self.with(|inner| inner.read(table, columns, newest, each))
    }

    fn transactional(&mut self, table: &str) -> Result<bool, StoreError> {
        self.with(|inner| inner.transactional(table))
    }

    fn hold(&mut self, rows: &[Swap]) -> Result<(), StoreError> {
        self.with(|inner| inner.hold(rows))
    }

    fn exchange(&mut self, swaps: &[Swap]) -> Result<(), SwapError> {
        self.with(|inner| Ok(inner.exchange(swaps)))?
    }

    fn commit(&mut self) -> Result<(), SwapError> {
        self.with(|inner| Ok(inner.commit()))?
    }

    fn roll_back(&mut self) -> Result<(), StoreError> {
        self.with(Store::roll_back)
    }

    fn claim(&mut self) -> Result<Claim, StoreError> {
        self.with(Store::claim)
    }

    fn still_claimed(&mut self) -> bool {
        self.inner.as_mut().is_some_and(Store::still_claimed)
    }
}
