//! SQLite, through rusqlite: configured in FreeScout, not supported by it, used by the demo and by tests.
//!
//! The file is opened, read and written with the web user's rights alone: `.env` names it, and may name one of somebody
//! else's; what lies beside it belongs to its owner, and SQLite takes up a journal that it finds there; and what SQLite
//! makes there must be the web user's, or it would lock that user out.

mod lock;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::limits::Limit;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::change::{self, Transaction};
use super::error::{StoreError, SwapError};
use super::standing::Foreign;
use super::store::{LOCK_WAIT, LockAnswer, MAX_VALUE_BYTES, Server, Stored, Swap, Use};
use super::watch::Watch;
use crate::domain::config::{DbSettings, Driver};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::inventory::sql;
use crate::io::db::store;

/// An open SQLite file.
pub struct Sqlite {
    connection: Connection,
    watch: Arc<Watch>,
    prefix: String,
    server: String,
    file: PathBuf,
    /// The folder of the file, while the lock is held: closing it gives the lock back.
    claimed: Option<std::fs::File>,
}

/// The file: absolute as given, otherwise in Laravel's `database/` or in the install itself.
pub fn file(settings: &DbSettings, root: &Path) -> PathBuf {
    let given = Path::new(&settings.database);
    if given.is_absolute() {
        return given.to_owned();
    }
    let usual = root.join("database").join(given);
    if usual.is_file() {
        usual
    } else {
        root.join(given)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let kind = match error.sqlite_error_code() {
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Self::Unreachable,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::NotADatabase) => Self::UnknownDatabase,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            _ => Self::Query,
        };
        kind(error.to_string().into())
    }
}

impl Sqlite {
    /// Opens an existing file; never makes one.
    pub fn open(
        settings: &DbSettings,
        root: &Path,
        watch: &Arc<Watch>,
    ) -> Result<Self, StoreError> {
        // Links are followed as FreeScout follows them, with its rights; what stands there must be the file itself then.
        let named = file(settings, root);
        let file = std::fs::canonicalize(&named).unwrap_or(named);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let connection = Connection::open_with_flags(&file, flags)?;
        let interrupt = connection.get_interrupt_handle();
        watch.cut_by(move || interrupt.interrupt());
        connection.busy_timeout(LOCK_WAIT)?;
        // The file may be hostile: no functions out of its schema, nothing larger than we read.
        connection.pragma_update(None, "trusted_schema", false)?;
        // What is committed stays, whenever the machine stops: the file's journal is gone for good then.
        connection.pragma_update(None, "synchronous", "EXTRA")?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, 64 << 20)?;
        // Until something is to be written.
        connection.pragma_update(None, "query_only", true)?;
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
        let server = format!("SQLite {}", rusqlite::version());
        Ok(Self {
            connection,
            watch: Arc::clone(watch),
            prefix: settings.prefix.clone(),
            server,
            file,
            claimed: None,
        })
    }

    fn table(&self, table: &str) -> String {
        sql::table(Driver::Sqlite, &self.prefix, table)
    }

    fn run(&mut self, statement: &str) -> Result<(), StoreError> {
        Ok(self.connection.execute_batch(statement)?)
    }

    /// Whether the connection takes no statement that writes.
    fn only_reading(&self, on: bool) -> rusqlite::Result<()> {
        self.connection.pragma_update(None, "query_only", on)
    }
}

/// What stands under this name, which has its prefix.
fn standing(connection: &Connection, name: &str) -> rusqlite::Result<Option<Foreign>> {
    let first = |query: &str| -> rusqlite::Result<Option<String>> {
        let mut statement = connection.prepare(query)?;
        let mut rows = statement.query([name])?;
        rows.next()?.map(|row| row.get(0)).transpose()
    };
    let kind = first(
        "SELECT type FROM pragma_table_list WHERE schema = 'main' AND name = ?1 COLLATE NOCASE",
    )?;
    let foreign = kind.as_deref().and_then(Foreign::of_sqlite);
    if foreign.is_some() {
        return Ok(foreign);
    }
    let trigger = first(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE",
    )?;
    Ok(trigger.map(Foreign::Trigger))
}

/// Refuses what is not a plain table, within a transaction that keeps it as it is.
fn require(connection: &Connection, name: &str, wanted: Use) -> Result<(), StoreError> {
    wanted.refuse(name, standing(connection, name)?)
}

impl Server for Sqlite {
    fn server(&self) -> &str {
        &self.server
    }

    fn foreign(&mut self, table: &str) -> Result<Option<Foreign>, StoreError> {
        let name = format!("{}{table}", self.prefix);
        Ok(standing(&self.connection, &name)?)
    }

    fn columns(&mut self, table: &str) -> Result<Vec<String>, StoreError> {
        let select = "SELECT name FROM pragma_table_info(?1)";
        let mut statement = self.connection.prepare(select)?;
        let names = statement.query_map([format!("{}{table}", self.prefix)], |row| row.get(0))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }

    fn read(
        &mut self,
        table: &str,
        columns: &[&str],
        newest: Option<u32>,
        each: &mut dyn FnMut(u64, Vec<Stored>),
    ) -> Result<(), StoreError> {
        // The library gives no value longer than the limit set on opening; longer than ours are measured in place.
        let names = columns
            .iter()
            .map(|column| format!(", {}", sql::name(Driver::Sqlite, column)));
        let order = newest.map_or("ASC".to_owned(), |n| format!("DESC LIMIT {n}"));
        let select = format!(
            "SELECT \"id\"{} FROM {} ORDER BY 1 {order}",
            names.collect::<String>(),
            self.table(table)
        );
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Deferred)?;
        require(&transaction, &format!("{}{table}", self.prefix), Use::Read)?;
        let mut statement = transaction.prepare(&select)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (id, values, lengths) = row_of(row, columns.len())?;
            self.watch.row(&lengths)?;
            each(id, values);
        }
        Ok(())
    }

    fn transactional(&mut self, _table: &str) -> Result<bool, StoreError> {
        Ok(true)
    }

    fn claim(&mut self) -> Result<LockAnswer, StoreError> {
        lock::claim(self)
    }

    fn still_claimed(&mut self) -> bool {
        self.claimed.is_some()
    }
}

/// A row: its id, its values, and their lengths as far as they were taken.
fn row_of(
    row: &rusqlite::Row<'_>,
    columns: usize,
) -> rusqlite::Result<(u64, Vec<Stored>, Vec<u64>)> {
    let id: i64 = row.get(0)?;
    let mut values = Vec::with_capacity(columns);
    for index in 1..=columns {
        values.push(match row.get_ref(index)? {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes)
                if bytes.len() as u64 > MAX_VALUE_BYTES =>
            {
                Stored::TooLong(bytes.len() as u64)
            }
            value => stored(value).map_or(Stored::Null, Stored::Text),
        });
    }
    let lengths = store::lengths(&values);
    Ok((id.cast_unsigned(), values, lengths))
}

/// A value as text, whatever SQLite stores it as.
fn stored(value: ValueRef<'_>) -> Option<SecretBytes> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string().into_bytes().into()),
        ValueRef::Real(number) => Some(number.to_string().into_bytes().into()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes.into()),
    }
}

impl Transaction for Sqlite {
    fn watch(&self) -> &Watch {
        &self.watch
    }

    // The whole file is locked.
    fn begin(&mut self, rows: &[Swap]) -> Result<(), StoreError> {
        if self.connection.is_autocommit() {
            self.only_reading(false)?;
            self.run("BEGIN IMMEDIATE")?;
        }
        for table in change::tables(rows) {
            let name = format!("{}{table}", self.prefix);
            require(&self.connection, &name, Use::Change)?;
        }
        Ok(())
    }

    fn current(&mut self, swap: &Swap) -> Result<Option<Option<SecretBytes>>, StoreError> {
        let (table, column) = change::names(Driver::Sqlite, &self.prefix, swap);
        let select = format!("SELECT {column} FROM {table} WHERE \"id\" = ?1");
        let mut statement = self.connection.prepare(&select)?;
        let mut rows = statement.query([swap.id.cast_signed()])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        Ok(Some(stored(row.get_ref(0)?)))
    }

    fn write(&mut self, swap: &Swap) -> Result<(), StoreError> {
        let (table, column) = change::names(Driver::Sqlite, &self.prefix, swap);
        let update = format!("UPDATE {table} SET {column} = ?1 WHERE \"id\" = ?2");
        let mut statement = self.connection.prepare(&update)?;
        // FreeScout's columns are texts. Bytes that are no UTF-8 can only come from a text column all the same.
        let new = swap.new.as_ref();
        let new = new.map(|text| ToSqlOutput::Borrowed(ValueRef::Text(text.expose())));
        statement.execute(rusqlite::params![new, swap.id.cast_signed()])?;
        Ok(())
    }

    fn keep(&mut self) -> Result<(), StoreError> {
        if let Err(e) = self.run("COMMIT") {
            let _ = self.take_back();
            return Err(e);
        }
        // What was changed stays changed, whatever this says; the next change asks for it again.
        let _ = self.only_reading(true);
        Ok(())
    }

    fn take_back(&mut self) -> Result<(), StoreError> {
        let ended = match self.connection.is_autocommit() {
            true => Ok(()),
            false => self.run("ROLLBACK"),
        };
        let _ = self.only_reading(true);
        ended
    }

    /// The whole file is locked.
    fn lock_rows(&mut self, _rows: &[Swap]) -> Result<(), StoreError> {
        Ok(())
    }

    /// A file that was read and cannot be opened is its journal, for which the folder must be writable.
    fn told_apart(&mut self, error: SwapError) -> SwapError {
        match error {
            SwapError::Store(StoreError::Unreachable(said)) => {
                SwapError::Store(StoreError::ReadOnly(said))
            }
            error => error,
        }
    }
}
