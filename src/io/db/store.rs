//! What every database does for us: read columns, swap texts in one transaction.

use std::time::Duration;

use super::error::{StoreError, SwapError};
use super::standing::Foreign;
use super::watch::Bounds;
use crate::domain::inventory::secret::{Cell, SecretBytes, Table};
use crate::domain::run::claimant::Claimant;
use crate::words::words;

/// A stored value longer than this many bytes is not read: no secret of FreeScout comes near.
pub const MAX_VALUE_BYTES: u64 = 4 << 20;

/// How long others may hold what we want to read or write; the server's own bound, where that is smaller.
pub const LOCK_WAIT: Duration = Duration::from_secs(20);

/// One value as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// SQL NULL.
    Null,
    /// The value as text, byte for byte (numbers in decimal, booleans as `1` and `0`).
    Text(SecretBytes),
    /// Longer than [`MAX_VALUE_BYTES`]: its length in bytes.
    TooLong(u64),
}

impl Stored {
    /// The text, where there is one.
    #[inline]
    pub fn text(&self) -> Option<&[u8]> {
        match self {
            Stored::Text(text) => Some(text.expose()),
            Stored::Null | Stored::TooLong(_) => None,
        }
    }
}

/// One text to be replaced, if it still stands as we read it. With `new` the same as `old` it is only compared.
#[derive(Debug, Clone)]
pub struct Swap {
    /// Table without prefix.
    pub table: &'static str,
    /// The row's id.
    pub id: u64,
    /// The column.
    pub column: String,
    /// What must stand there now; `None` is NULL.
    pub old: Option<SecretBytes>,
    /// What shall stand there; `None` is NULL.
    pub new: Option<SecretBytes>,
}

impl Swap {
    /// The cell it is about; `None` for a table that holds no secrets.
    pub fn cell(&self) -> Option<Cell> {
        Some(Cell {
            table: Table::by_name(self.table)?,
            id: self.id,
            column: self.column.clone(),
        })
    }

    /// The swap that puts back what this one replaced.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            old: self.new.clone(),
            new: self.old.clone(),
            ..self.clone()
        }
    }
}

/// A FreeScout database, whatever server keeps it: what is asked of it, one question at a time.
pub trait Server: Send {
    /// Product and version, such as `MariaDB 10.11.19`. As the server says it: sanitise before showing.
    fn server(&self) -> &str;

    /// What stands under the table's name, or acts when its rows are changed, that is not FreeScout's. Nothing is read of
    /// the table itself. `None` also where there is no such table.
    fn foreign(&mut self, table: &str) -> Result<Option<Foreign>, StoreError>;

    /// The names of a table's columns; none when the table does not exist.
    fn columns(&mut self, table: &str) -> Result<Vec<String>, StoreError>;

    /// Reads `columns` of every row, in the order of ids, row by row. With `newest`, only that many of the highest ids,
    /// highest first. The table must exist and have `id`. Whether it is a plain table is found out within the transaction
    /// that reads it.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails, [`StoreError::NotPlain`] before anything is read.
    fn read(
        &mut self,
        table: &str,
        columns: &[&str],
        newest: Option<u32>,
        each: &mut dyn FnMut(u64, Vec<Stored>),
    ) -> Result<(), StoreError>;

    /// Whether changes to the table can be rolled back (MyISAM tables cannot).
    fn transactional(&mut self, table: &str) -> Result<bool, StoreError>;

    /// Takes the lock that keeps two of us off one install, wherever they run: see [`crate::io::db::lock`]. For a
    /// connection that does nothing else, as long as it is to be held.
    ///
    /// # Errors
    /// [`StoreError`] when the server does not give such locks.
    fn claim(&mut self) -> Result<LockAnswer, StoreError>;

    /// Whether the lock of [`Server::claim`] is still held.
    fn still_claimed(&mut self) -> bool;
}

/// A FreeScout database, open.
pub trait Store: Server {
    /// What is asked from now on shares these bounds, which begin with this call; with `None` each call has its own. A
    /// change of rows always has its own.
    fn together(&mut self, bounds: Option<Bounds>);

    /// Whether the connection was given up, because the server answered too late or sent too much: nothing is answered any
    /// more.
    fn given_up(&self) -> bool;

    /// Begins a transaction and locks these rows: others that want to change one wait until [`Store::commit`] or
    /// [`Store::roll_back`]. Nothing else is read over this connection meanwhile.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is locked.
    fn hold(&mut self, rows: &[Swap]) -> Result<(), StoreError>;

    /// Replaces texts, all or none, in the transaction of [`Store::hold`] or in one of its own, and leaves it open: locks
    /// each row, compares byte for byte with what we read, writes, reads back, compares again. Only in plain tables that nothing else acts on.
    ///
    /// # Errors
    /// [`SwapError`]; then the transaction is rolled back.
    fn exchange(&mut self, swaps: &[Swap]) -> Result<(), SwapError>;

    /// Commits what [`Store::exchange`] wrote.
    ///
    /// # Errors
    /// [`SwapError::Unknown`].
    fn commit(&mut self) -> Result<(), SwapError>;

    /// Takes back what [`Store::exchange`] wrote, and lets go what is locked.
    ///
    /// # Errors
    /// [`StoreError`] when the connection broke; the server then does the same by itself.
    fn roll_back(&mut self) -> Result<(), StoreError>;

    /// [`Store::exchange`] and [`Store::commit`].
    ///
    /// # Errors
    /// [`SwapError`]; then nothing was changed.
    fn swap(&mut self, swaps: &[Swap]) -> Result<(), SwapError> {
        self.exchange(swaps)?;
        self.commit()
    }

    /// Does everything that [`Store::swap`] does, and rolls back instead of committing: whether the texts would be kept,
    /// found out before something depends on it. Only for tables with transactions; another keeps what is written.
    ///
    /// # Errors
    /// As [`Store::swap`].
    fn rehearse(&mut self, swaps: &[Swap]) -> Result<(), SwapError> {
        self.exchange(swaps)?;
        Ok(self.roll_back()?)
    }
}

/// What a table is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Rows are read.
    Read,
    /// Rows are changed.
    Change,
}

impl Use {
    /// Refuses a table for what stands there. `table` has its prefix.
    pub(super) fn refuse(self, table: &str, foreign: Option<Foreign>) -> Result<(), StoreError> {
        match foreign {
            Some(foreign) if self == Use::Change || !foreign.acts_on_writes_alone() => {
                let table = table.into();
                Err(StoreError::NotPlain { table, foreign })
            }
            _ => Ok(()),
        }
    }
}

/// An answer of another shape than was asked for.
pub(super) fn odd() -> StoreError {
    StoreError::Query(words().error_database_odd.to_owned().into())
}

/// How many bytes each value keeps in memory.
pub(super) fn lengths(values: &[Stored]) -> Vec<u64> {
    let length = |value: &Stored| value.text().map_or(0, |text| text.len() as u64);
    values.iter().map(length).collect()
}

/// What came of asking for the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockAnswer {
    /// It is ours.
    Ours,
    /// Somebody else holds it.
    Theirs(Claimant),
}
