//! How rows are changed, all or none: locked, compared byte for byte with what was read, written, read back and compared
//! again. One way for all servers; how its transaction begins and ends, and how a row is read and written, each says itself.

use super::error::{StoreError, SwapError};
use super::store::{Server, Swap};
use super::watch::Watch;
use crate::domain::config::Driver;
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::inventory::sql;
use crate::io::os::crash_points::{self, Point};

/// A server, with its transaction of a change. [`super::Store::hold`], [`super::Store::exchange`] and
/// [`super::Store::commit`] are the last three.
pub(super) trait Transaction: Server {
    /// The bounds of the connection.
    fn watch(&self) -> &Watch;

    /// Begins the transaction, unless it was begun by holding rows, in tables that are plain ones.
    fn begin(&mut self, rows: &[Swap]) -> Result<(), StoreError>;

    /// Locks the row and reads the cell: `None` when there is no such row, `Some(None)` for NULL.
    fn current(&mut self, swap: &Swap) -> Result<Option<Option<SecretBytes>>, StoreError>;

    /// Writes the new text.
    fn write(&mut self, swap: &Swap) -> Result<(), StoreError>;

    /// Ends the transaction, and keeps what it wrote.
    fn keep(&mut self) -> Result<(), StoreError>;

    /// Ends the transaction, and takes back what it wrote.
    fn take_back(&mut self) -> Result<(), StoreError>;

    /// Tells servers that take no writes apart.
    fn told_apart(&mut self, error: SwapError) -> SwapError;

    /// Locks rows; those of a database that is locked as a whole are.
    fn lock_rows(&mut self, rows: &[Swap]) -> Result<(), StoreError> {
        rows.iter()
            .try_for_each(|row| self.current(row).map(|_| ()))
    }

    /// Begins, and locks these rows.
    fn hold_rows(&mut self, rows: &[Swap]) -> Result<(), StoreError> {
        let held = self.begin(rows).and_then(|()| self.lock_rows(rows));
        held.inspect_err(|_| drop(self.take_back()))
    }

    /// Compares and writes, and leaves the transaction open where that went well.
    fn exchange_rows(&mut self, swaps: &[Swap]) -> Result<(), SwapError> {
        let written = self.begin(swaps).map_err(SwapError::Store);
        let written = written.and_then(|()| compare_and_swap(self, swaps));
        written.map_err(|e| {
            // What cannot be rolled back is, by the server, as the connection is gone.
            let _ = self.take_back();
            self.told_apart(e)
        })
    }

    /// Commits, where there is time left for it.
    fn commit_rows(&mut self) -> Result<(), SwapError> {
        self.watch().commits()?;
        self.keep().map_err(SwapError::Unknown)?;
        crash_points::pass(Point::RowsCommitted);
        Ok(())
    }
}

/// The tables of these swaps, each once.
pub(super) fn tables(swaps: &[Swap]) -> Vec<&'static str> {
    let mut tables: Vec<_> = swaps.iter().map(|swap| swap.table).collect();
    tables.sort_unstable();
    tables.dedup();
    tables
}

/// Table and column of a swap, quoted.
pub(super) fn names(driver: Driver, prefix: &str, swap: &Swap) -> (String, String) {
    (
        sql::table(driver, prefix, swap.table),
        sql::name(driver, &swap.column),
    )
}

/// Compares, writes, reads back and compares again. The caller commits after `Ok` and rolls back after `Err`.
pub(super) fn compare_and_swap(
    transaction: &mut (impl Transaction + ?Sized),
    swaps: &[Swap],
) -> Result<(), SwapError> {
    let mut changed = Vec::new();
    for (index, swap) in swaps.iter().enumerate() {
        if transaction.current(swap)? != Some(swap.old.clone()) {
            changed.push(index);
        }
    }
    if !changed.is_empty() {
        return Err(SwapError::Changed(changed));
    }
    crash_points::pass(Point::RowsLocked);
    let written = || {
        swaps
            .iter()
            .enumerate()
            .filter(|(_, swap)| swap.new != swap.old)
    };
    for (_, swap) in written() {
        transaction.write(swap)?;
        crash_points::pass(Point::RowWritten);
    }
    for (index, swap) in written() {
        if transaction.current(swap)? != Some(swap.new.clone()) {
            return Err(SwapError::NotKept(index));
        }
    }
    crash_points::pass(Point::RowsCommitting);
    Ok(())
}
