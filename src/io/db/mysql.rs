//! MySQL and MariaDB, connected to as FreeScout's `config/database.php` does through PDO.
//!
//! `localhost` means the socket; TLS is used only when a CA or a certificate is configured, and then chain and host name are
//! checked, unless checking is off.

mod lock;
mod shutter;
mod standing;
mod tls;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mysql::prelude::{FromValue, Queryable};
use mysql::{Conn, OptsBuilder, Row, Value};
use secrecy::ExposeSecret;

use self::tls::{Bridge, OverTls};
use super::change::{self, Transaction};
use super::error::{StoreError, SwapError};
use super::standing::Foreign;
use super::store::{LOCK_WAIT, LockAnswer, MAX_VALUE_BYTES, Server, Stored, Swap, Use};
use super::watch::Watch;
use crate::domain::config::{DbSettings, Driver};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::inventory::sql;
use crate::io::db::store;
use crate::io::os::names;
use crate::words::untrusted::Untrusted;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// No packet of a server is longer, in bytes: a row whose values are as long as they may be.
const PACKET: usize = 48 << 20;
/// A server too old for a statement calls it a mistake in its syntax.
const NO_SUCH_SYNTAX: u16 = 1064;
/// Where PHP's builds and distributions look for the server (`pdo_mysql.default_socket`).
const SOCKETS: [&str; 6] = [
    "/run/mysqld/mysqld.sock",
    "/var/run/mysqld/mysqld.sock",
    "/var/lib/mysql/mysql.sock",
    "/tmp/mysql.sock",
    "/run/mysql/mysql.sock",
    "/opt/lampp/var/mysql/mysql.sock",
];

/// An open connection.
pub struct MySql {
    connection: Conn,
    watch: Arc<Watch>,
    prefix: String,
    server: String,
    /// Whether the transaction of a change is open.
    begun: bool,
}

/// The socket of a connection, where it goes through one.
///
/// # Errors
/// [`StoreError::Unreachable`] for `localhost` without a socket in any of the usual places.
pub fn socket(settings: &DbSettings) -> Result<Option<String>, StoreError> {
    match &settings.socket {
        Some(socket) => Ok(Some(socket.clone())),
        None if settings.host == "localhost" => SOCKETS
            .iter()
            .find(|path| Path::new(path).exists())
            .map(|path| Some((*path).to_owned()))
            .ok_or_else(|| {
                StoreError::Unreachable(
                    format!("no server socket at {}", SOCKETS.join(", ")).into(),
                )
            }),
        None => Ok(None),
    }
}

impl From<mysql::Error> for StoreError {
    /// MySQL error numbers (`mysqld_error.h`): access denied for user, for database; unknown database; lock wait; deadlock;
    /// read-only server; a connection that was ended from the server's side; too many connections, and a node of a Galera
    /// cluster that is not ready (`WSREP has not yet prepared node`).
    fn from(error: mysql::Error) -> Self {
        let text = error.to_string();
        let (kind, text): (fn(Untrusted) -> Self, String) = match error {
            mysql::Error::MySqlError(refused) => (
                match refused.code {
                    1045 | 1698 | 1130 | 1251 | 1227 => Self::Denied,
                    1044 | 1049 => Self::UnknownDatabase,
                    1205 => Self::Locked,
                    1213 => Self::Deadlock,
                    1053 | 1927 | 4031 => Self::Unreachable,
                    1040 | 1047 | 1203 | 1226 => Self::NotServing,
                    1290 | 1836 | 1792 => Self::ReadOnly,
                    3159 => Self::Tls,
                    _ => Self::Query,
                },
                refused.message,
            ),
            mysql::Error::IoError(e) => (Self::Unreachable, e.to_string()),
            mysql::Error::DriverError(e) => (Self::Unreachable, e.to_string()),
            // The codec's own complaint is that the stream ended.
            mysql::Error::CodecError(e) => (Self::Unreachable, e.to_string()),
            _ => (Self::Query, text),
        };
        kind(text.into())
    }
}

/// What to connect to, one after the other: the host as it is named, where the library finds what PHP does; otherwise its
/// addresses.
fn hosts(settings: &DbSettings) -> Result<Vec<String>, StoreError> {
    if names::library_is_of_system() {
        return Ok(vec![settings.host.clone()]);
    }
    let addresses = names::addresses(&settings.host, settings.port, names::PATIENCE)
        .map_err(|e| StoreError::Unreachable(e.to_string().into()))?;
    Ok(addresses.iter().map(|at| at.ip().to_string()).collect())
}

/// The connection to the first of these hosts that can be reached.
fn first_of(hosts: Vec<String>, options: &OptsBuilder) -> mysql::Result<Conn> {
    let mut last = None;
    for host in hosts {
        let options = options.clone().ip_or_hostname(Some(host));
        match Conn::new(options) {
            Err(e @ (mysql::Error::IoError(_) | mysql::Error::DriverError(_))) => last = Some(e),
            done => return done,
        }
    }
    Err(last.unwrap_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound).into()))
}

impl MySql {
    /// Connects.
    pub fn connect(settings: &DbSettings, watch: &Arc<Watch>) -> Result<Self, StoreError> {
        let mut socket = socket(settings)?;
        // Its socket is needed until the library has come to it.
        let bridge = match socket {
            Some(_) => None,
            None => OverTls::of(settings)?
                .map(|tls| Bridge::open(settings, tls))
                .transpose()?,
        };
        if let Some(bridge) = &bridge {
            socket = Some(bridge.socket());
        }
        let charset = sql::charset_name(&settings.charset, "utf8mb4");
        let collation = sql::charset_name(&settings.collation, "utf8mb4_unicode_ci");
        let hosts = match socket {
            Some(_) => vec![settings.host.clone()],
            None => hosts(settings)?,
        };
        let options = OptsBuilder::new()
            .tcp_port(settings.port)
            .socket(socket)
            // Loopback TCP would otherwise move to the socket, where other rights may hold.
            .prefer_socket(false)
            .user(Some(settings.username.clone()))
            .pass(Some(settings.password.expose_secret().to_owned()))
            .db_name(Some(settings.database.clone()))
            .tcp_connect_timeout(Some(CONNECT_TIMEOUT))
            .read_timeout(Some(ANSWER_TIMEOUT))
            .write_timeout(Some(ANSWER_TIMEOUT))
            .max_allowed_packet(Some(PACKET));
        let mut connection = match (first_of(hosts, &options), bridge) {
            (Ok(connection), _) => connection,
            (Err(e), bridge) => return Err(bridge.and_then(Bridge::failed).unwrap_or(e.into())),
        };
        shutter::watch(&connection, watch);
        for statement in [
            format!("SET NAMES '{charset}' COLLATE '{collation}'"),
            "SET SESSION sql_mode = ''".to_owned(),
            bound("innodb_lock_wait_timeout"),
            // Of whole tables, as a dump or ALTER TABLE holds them; by itself the server waits for a day.
            bound("lock_wait_timeout"),
        ] {
            connection.query_drop(statement)?;
        }
        let row: Option<Row> = connection.query_first("SELECT VERSION()")?;
        let version: String = taken(&row.ok_or_else(store::odd)?, 0)?;
        let server = match version.split_once("-MariaDB") {
            Some((number, _)) => format!("MariaDB {number}"),
            None => format!("MySQL {version}"),
        };
        Ok(Self {
            connection,
            watch: Arc::clone(watch),
            prefix: settings.prefix.clone(),
            server,
            begun: false,
        })
    }

    fn table(&self, table: &str) -> String {
        sql::table(Driver::MySql, &self.prefix, table)
    }

    fn run(&mut self, statement: &str) -> Result<(), StoreError> {
        Ok(self.connection.query_drop(statement)?)
    }

    /// A transaction that only reads, where the server knows such (MySQL from 5.6.5, MariaDB from 10.0).
    fn reading<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let begun = self.connection.query_drop("START TRANSACTION READ ONLY");
        match begun {
            Err(mysql::Error::MySqlError(refused)) if refused.code == NO_SUCH_SYNTAX => {
                self.connection.query_drop("START TRANSACTION")
            }
            begun => begun,
        }?;
        let done = work(self);
        // Nothing was written. Where the connection is gone, this was said already.
        let ended = self.run("ROLLBACK");
        done.and_then(|done| ended.map(|()| done))
    }
}

/// A transaction that waits for us may idle.
const LIFTED: &str =
    "SET SESSION idle_transaction_timeout = 0, SESSION idle_write_transaction_timeout = 0";

/// A name as a text within a statement. Asked in one piece: a server that is far away answers once.
fn literal(name: &str) -> String {
    sql::literal(Driver::MySql, "utf8mb4", Some(name.as_bytes()))
}

/// A value of a row, of the kind that was asked for.
fn taken<T: FromValue>(row: &Row, index: usize) -> Result<T, StoreError> {
    row.get_opt(index)
        .and_then(Result::ok)
        .ok_or_else(store::odd)
}

/// Sets a bound of the session: ours, or the server's where that is smaller.
fn bound(name: &str) -> String {
    format!(
        "SET SESSION {name} = LEAST(@@{name}, {})",
        LOCK_WAIT.as_secs()
    )
}

impl Server for MySql {
    fn server(&self) -> &str {
        &self.server
    }

    fn foreign(&mut self, table: &str) -> Result<Option<Foreign>, StoreError> {
        let name = format!("{}{table}", self.prefix);
        standing::of(&mut self.connection, &name)
    }

    fn columns(&mut self, table: &str) -> Result<Vec<String>, StoreError> {
        let name = literal(&format!("{}{table}", self.prefix));
        let mut names = Vec::new();
        let rows = self.connection.query_iter(format!(
            "SELECT COLUMN_NAME FROM information_schema.COLUMNS \
             WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {name} ORDER BY ORDINAL_POSITION"
        ));
        for row in rows? {
            let name: String = taken(&row?, 0)?;
            if let Err(e) = self.watch.row(&[name.len() as u64]) {
                self.watch.give_up();
                return Err(e);
            }
            names.push(name);
        }
        Ok(names)
    }

    fn read(
        &mut self,
        table: &str,
        columns: &[&str],
        newest: Option<u32>,
        each: &mut dyn FnMut(u64, Vec<Stored>),
    ) -> Result<(), StoreError> {
        let bounded = columns.iter().map(|column| {
            let name = sql::name(Driver::MySql, column);
            let long = format!("LENGTH({name}) > {MAX_VALUE_BYTES}");
            format!(", IF({long}, NULL, {name}), IF({long}, LENGTH({name}), NULL)")
        });
        let order = newest.map_or("ASC".to_owned(), |n| format!("DESC LIMIT {n}"));
        let select = format!(
            "SELECT `id`{} FROM {} ORDER BY 1 {order}",
            bounded.collect::<String>(),
            self.table(table)
        );
        self.reading(|this| {
            standing::require(&mut this.connection, &this.prefix, table, Use::Read)?;
            let rows = this.connection.query_iter(select)?;
            for row in rows {
                let taken = || {
                    let (id, values) = row_of(row?, columns.len())?;
                    this.watch.row(&store::lengths(&values))?;
                    Ok((id, values))
                };
                match taken() {
                    Ok((id, values)) => each(id, values),
                    Err(e) => {
                        // Otherwise the library reads on, to the end of the answer, before it gives the connection back.
                        this.watch.give_up();
                        return Err(e);
                    }
                }
            }
            Ok(())
        })
    }

    fn transactional(&mut self, table: &str) -> Result<bool, StoreError> {
        let name = literal(&format!("{}{table}", self.prefix));
        let row: Option<Row> = self.connection.query_first(format!(
            "SELECT e.TRANSACTIONS FROM information_schema.TABLES t \
                 JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE \
                 WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_NAME = {name}"
        ))?;
        let Some(row) = row else { return Ok(false) };
        let answer: Option<String> = taken(&row, 0)?;
        Ok(answer.is_some_and(|word| word == "YES"))
    }

    fn claim(&mut self) -> Result<LockAnswer, StoreError> {
        lock::claim(self)
    }

    fn still_claimed(&mut self) -> bool {
        lock::still_claimed(self)
    }
}

/// A row: its id, then each value, with its length where that is too great.
fn row_of(row: Row, columns: usize) -> Result<(u64, Vec<Stored>), StoreError> {
    let values = row.unwrap();
    if values.len() != 1 + 2 * columns {
        return Err(store::odd());
    }
    let mut values = values.into_iter();
    let id = values.next().and_then(number).ok_or_else(store::odd)?;
    let mut stored = Vec::with_capacity(columns);
    while let (Some(value), Some(length)) = (values.next(), values.next()) {
        stored.push(match number(length) {
            Some(length) if length > MAX_VALUE_BYTES => Stored::TooLong(length),
            // One who sends a length without being asked for it sends a value that counts.
            _ => text(value).map_or(Stored::Null, Stored::Text),
        });
    }
    Ok((id, stored))
}

fn number(value: Value) -> Option<u64> {
    match value {
        Value::Bytes(text) => std::str::from_utf8(&text).ok()?.parse().ok(),
        Value::Int(number) => u64::try_from(number).ok(),
        Value::UInt(number) => Some(number),
        _ => None,
    }
}

fn text(value: Value) -> Option<SecretBytes> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(SecretBytes::from(bytes)),
        other => Some(SecretBytes::from(other.as_sql(true).into_bytes())),
    }
}

impl Transaction for MySql {
    fn watch(&self) -> &Watch {
        &self.watch
    }

    fn begin(&mut self, rows: &[Swap]) -> Result<(), StoreError> {
        if !self.begun {
            // MariaDB's bounds on transactions that idle; other servers know none of them.
            let _ = self.run(LIFTED);
            self.run("START TRANSACTION")?;
            self.begun = true;
        }
        for table in change::tables(rows) {
            standing::require(&mut self.connection, &self.prefix, table, Use::Change)?;
        }
        Ok(())
    }

    fn current(&mut self, swap: &Swap) -> Result<Option<Option<SecretBytes>>, StoreError> {
        let (table, column) = change::names(Driver::MySql, &self.prefix, swap);
        let select = format!("SELECT {column} FROM {table} WHERE `id` = ? FOR UPDATE");
        let row: Option<mysql::Row> = self.connection.exec_first(select, (swap.id,))?;
        Ok(row.map(|row| row.unwrap().into_iter().next().and_then(text)))
    }

    fn write(&mut self, swap: &Swap) -> Result<(), StoreError> {
        let (table, column) = change::names(Driver::MySql, &self.prefix, swap);
        let update = format!("UPDATE {table} SET {column} = ? WHERE `id` = ?");
        let new = swap
            .new
            .as_ref()
            .map_or(Value::NULL, |new| Value::Bytes(new.expose().to_vec()));
        Ok(self.connection.exec_drop(update, (new, swap.id))?)
    }

    fn keep(&mut self) -> Result<(), StoreError> {
        self.begun = false;
        self.run("COMMIT")
    }

    fn take_back(&mut self) -> Result<(), StoreError> {
        self.begun = false;
        self.run("ROLLBACK")
    }

    /// Tells a replica from any other server that takes no writes, as far as our rights go.
    fn told_apart(&mut self, error: SwapError) -> SwapError {
        let SwapError::Store(StoreError::ReadOnly(said)) = error else {
            return error;
        };
        // MariaDB with all its connections, MySQL from 8.0.22, older ones.
        let statements = [
            "SHOW ALL SLAVES STATUS",
            "SHOW REPLICA STATUS",
            "SHOW SLAVE STATUS",
        ];
        for statement in statements {
            if let Ok(Some(mut row)) = self.connection.query_first::<mysql::Row, _>(statement) {
                let mut host = |name| row.take_opt::<String, _>(name)?.ok();
                let primary = host("Master_Host").or_else(|| host("Source_Host"));
                let primary = primary.map(Untrusted::new);
                return SwapError::Store(StoreError::Replica { said, primary });
            }
        }
        SwapError::Store(StoreError::ReadOnly(said))
    }
}
