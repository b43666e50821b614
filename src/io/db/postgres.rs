//! PostgreSQL, connected to as libpq would with FreeScout's settings.
//!
//! Statements are sent unnamed, so that a connection pooler between us and the server does no harm. Values are asked
//! for as text, whatever their type. Everything is asked within transactions: what is only read is told to the server to
//! be only read, and names mean what the server itself means by them, whatever `search_path` the database sets.

mod link;
mod lock;
mod metered;
mod reply;
mod standing;
mod verifier;

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::Type;

use self::link::{Link, ReadTransaction};
use super::change::{self, Transaction};
use super::error::{StoreError, SwapError};
use super::standing::Foreign;
use super::store::{LOCK_WAIT, LockAnswer, MAX_VALUE_BYTES, Server, Stored, Swap};
use super::watch::Watch;
use crate::domain::config::{DbSettings, Driver};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::inventory::sql;
use crate::io::db::store;
use crate::words::untrusted::Untrusted;
use reply::taken;
use verifier::{Check, tls};

/// How long one statement of a change may take.
const STATEMENT: Duration = Duration::from_secs(60);

/// An open connection.
pub struct PgSql {
    link: Link,
    watch: Arc<Watch>,
    prefix: String,
    server: String,
    /// Whether the transaction of a change is open.
    begun: bool,
}

impl PgSql {
    /// Connects.
    pub fn connect(settings: &DbSettings, watch: &Arc<Watch>) -> Result<Self, StoreError> {
        let mut config = Config::new();
        config
            .user(&settings.username)
            .password(settings.password.expose_secret())
            .dbname(&settings.database)
            .application_name("freescout-rescue");
        let link = open(settings, &config, watch)?;
        link.batch_execute("SET client_encoding = 'UTF8'")?;
        let row = link.query_one("SHOW server_version")?;
        let version: String = taken(&row, 0)?;
        let number = version.split(' ').next().unwrap_or_default();
        Ok(Self {
            link,
            watch: Arc::clone(watch),
            prefix: settings.prefix.clone(),
            server: format!("PostgreSQL {number}"),
            begun: false,
        })
    }

    fn table(&self, table: &str) -> String {
        sql::table(Driver::PgSql, &self.prefix, table)
    }

    /// A transaction that only reads.
    fn reading(&mut self) -> Result<ReadTransaction<'_>, StoreError> {
        let transaction = self.link.reading()?;
        transaction.batch_execute(&[NAMES, &bound("lock_timeout", LOCK_WAIT)].concat())?;
        Ok(transaction)
    }
}

/// Names without a schema are the server's own. The first statement of every transaction: it looks nothing up itself.
const NAMES: &str = "SET LOCAL search_path = pg_catalog, pg_temp;";

/// Bounds of the server on transactions that idle, lifted for one that waits for us. Older servers know none of them.
const LIFTED: &str = "SELECT set_config(name, '0', true) FROM pg_settings \
     WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout');";

/// Names and types of a table's columns.
fn types(link: &Link, name: &str) -> Result<Vec<(String, String)>, StoreError> {
    let rows = link.query(
        "SELECT column_name::text, data_type::text FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position",
        &[(&name, Type::TEXT)],
    )?;
    rows.iter()
        .map(|row| Ok((taken(row, 0)?, taken(row, 1)?)))
        .collect()
}

/// Sets a bound: ours, or the server's where that is smaller. For the transaction alone, as a connection pooler takes no
/// settings for a session.
fn bound(name: &str, ours: Duration) -> String {
    format!(
        "SELECT set_config(name, LEAST({}, NULLIF(setting::bigint, 0))::text, true) \
         FROM pg_settings WHERE name = '{name}';",
        ours.as_millis()
    )
}

/// The libpq meaning of `sslmode`: `prefer` and `require` check nothing unless authorities are at libpq's place, `verify-ca` the
/// chain, `verify-full` the name too.
fn open(settings: &DbSettings, config: &Config, watch: &Arc<Watch>) -> Result<Link, StoreError> {
    let connect = |mode, check: Option<Check>| {
        let tls = check.map(|check| tls(check, &settings.host)).transpose()?;
        Link::connect(settings, config, mode, tls, watch)
    };
    match settings.sslmode.as_str() {
        "disable" => connect(SslMode::Disable, None),
        "require" => connect(SslMode::Require, Some(Check::Nothing)),
        "verify-ca" => connect(SslMode::Require, Some(Check::Chain)),
        "verify-full" => connect(SslMode::Require, Some(Check::ChainAndName)),
        _ => match connect(SslMode::Prefer, Some(Check::Nothing)) {
            // As libpq does: a handshake that fails is followed by a plain connection.
            Err(StoreError::Tls(_)) => connect(SslMode::Disable, None),
            outcome => outcome,
        },
    }
}

impl Server for PgSql {
    fn server(&self) -> &str {
        &self.server
    }

    fn foreign(&mut self, table: &str) -> Result<Option<Foreign>, StoreError> {
        let name = format!("{}{table}", self.prefix);
        let reading = self.reading()?;
        standing::of(&reading, &name)
    }

    fn columns(&mut self, table: &str) -> Result<Vec<String>, StoreError> {
        let name = format!("{}{table}", self.prefix);
        let reading = self.reading()?;
        let types = types(&reading, &name)?;
        Ok(types.into_iter().map(|(name, _)| name).collect())
    }

    fn read(
        &mut self,
        table: &str,
        columns: &[&str],
        newest: Option<u32>,
        each: &mut dyn FnMut(u64, Vec<Stored>),
    ) -> Result<(), StoreError> {
        let (prefix, from) = (self.prefix.clone(), self.table(table));
        let transaction = self.reading()?;
        standing::require(&transaction, &prefix, table, store::Use::Read)?;
        let types = types(&transaction, &format!("{prefix}{table}"))?;
        let bounded = columns.iter().map(|column| {
            let name = sql::name(Driver::PgSql, column);
            let boolean = types
                .iter()
                .any(|(name, kind)| name == column && kind == "boolean");
            let text = if boolean {
                format!("({name}::int)::text")
            } else {
                format!("{name}::text")
            };
            let bytes = format!("octet_length({text})");
            format!(
                ", CASE WHEN {bytes} > {MAX_VALUE_BYTES} THEN NULL ELSE {text} END, {bytes}::bigint"
            )
        });
        let order = newest.map_or("ASC".to_owned(), |n| format!("DESC LIMIT {n}"));
        let select = format!(
            "SELECT \"id\"::bigint{} FROM {from} ORDER BY 1 {order}",
            bounded.collect::<String>(),
        );
        transaction.each(&select, &[], &mut |row| {
            let id: i64 = taken(&row, 0)?;
            let mut values = Vec::with_capacity(columns.len());
            for index in 0..columns.len() {
                let length: Option<i64> = taken(&row, 2 + 2 * index)?;
                let text: Option<&str> = taken(&row, 1 + 2 * index)?;
                values.push(match (length.map(i64::cast_unsigned), text) {
                    (Some(length), _) if length > MAX_VALUE_BYTES => Stored::TooLong(length),
                    (_, Some(text)) => Stored::Text(text.as_bytes().into()),
                    (_, None) => Stored::Null,
                });
            }
            each(id.cast_unsigned(), values);
            Ok(())
        })
    }

    fn transactional(&mut self, _table: &str) -> Result<bool, StoreError> {
        Ok(true)
    }

    fn claim(&mut self) -> Result<LockAnswer, StoreError> {
        lock::claim(self)
    }

    fn still_claimed(&mut self) -> bool {
        lock::still_claimed(self)
    }
}

impl Transaction for PgSql {
    fn watch(&self) -> &Watch {
        &self.watch
    }

    fn begin(&mut self, rows: &[Swap]) -> Result<(), StoreError> {
        if !self.begun {
            let begin = [
                "BEGIN ISOLATION LEVEL READ COMMITTED;",
                NAMES,
                LIFTED,
                &bound("lock_timeout", LOCK_WAIT),
                &bound("statement_timeout", STATEMENT),
            ];
            self.link.batch_execute(&begin.concat())?;
            self.begun = true;
        }
        for table in change::tables(rows) {
            standing::require(&self.link, &self.prefix, table, store::Use::Change)?;
        }
        Ok(())
    }

    fn current(&mut self, swap: &Swap) -> Result<Option<Option<SecretBytes>>, StoreError> {
        let (table, column) = change::names(Driver::PgSql, &self.prefix, swap);
        let select = format!("SELECT {column}::text FROM {table} WHERE \"id\" = $1 FOR UPDATE");
        let id = swap.id.cast_signed();
        let row = self.link.query_opt(&select, &[(&id, Type::INT8)])?;
        let Some(row) = row else { return Ok(None) };
        let text: Option<&str> = taken(&row, 0)?;
        Ok(Some(text.map(|text| text.as_bytes().into())))
    }

    fn write(&mut self, swap: &Swap) -> Result<(), StoreError> {
        let (table, column) = change::names(Driver::PgSql, &self.prefix, swap);
        let update = format!("UPDATE {table} SET {column} = $1 WHERE \"id\" = $2");
        let new = match swap
            .new
            .as_ref()
            .map(|new| std::str::from_utf8(new.expose()))
        {
            Some(Ok(text)) => Some(text),
            Some(Err(_)) => return Err(StoreError::Query("the new text is not UTF-8".into())),
            None => None,
        };
        let id = swap.id.cast_signed();
        self.link
            .execute(&update, &[(&new, Type::TEXT), (&id, Type::INT8)])
            .map(|_| ())
    }

    fn keep(&mut self) -> Result<(), StoreError> {
        self.begun = false;
        self.link.batch_execute("COMMIT")
    }

    fn take_back(&mut self) -> Result<(), StoreError> {
        self.begun = false;
        self.link.batch_execute("ROLLBACK")
    }

    /// Tells a standby from any other server that takes no writes.
    fn told_apart(&mut self, error: SwapError) -> SwapError {
        let SwapError::Store(StoreError::ReadOnly(said)) = error else {
            return error;
        };
        let mut ask = |query| self.reading().ok()?.query_opt(query, &[]).ok().flatten();
        let standby = ask("SELECT 1 WHERE pg_is_in_recovery()").is_some();
        let refused = if standby {
            let receiver = ask("SELECT sender_host::text FROM pg_stat_wal_receiver");
            let primary = receiver.and_then(|row| row.try_get(0).ok().flatten());
            let primary = primary.map(|host: String| Untrusted::new(host));
            StoreError::Replica { said, primary }
        } else {
            StoreError::ReadOnly(said)
        };
        SwapError::Store(refused)
    }
}
