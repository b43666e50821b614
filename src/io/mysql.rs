//! MySQL and MariaDB, connected to as FreeScout's `config/database.php` does through PDO.
//!
//! `localhost` means the socket; TLS is used only when a CA or a certificate is configured, and then the host name is
//! checked as well, unless checking is off.

mod lock;

use std::path::Path;
use std::time::Duration;

use mysql::prelude::Queryable;
use mysql::{Conn, OptsBuilder, SslOpts, Value};
use secrecy::ExposeSecret;

use super::certificates::Copied;
use super::crash::{self, Point};
use super::database_lock::Claim;
use super::store::{
    self, LOCK_WAIT, MAX_VALUE_BYTES, Store, StoreError, Stored, Swap, SwapError, Transaction,
};
use crate::domain::configuration::{DbSettings, Driver};
use crate::domain::secret::SecretBytes;
use crate::domain::sql;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
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
                StoreError::Unreachable(format!("no server socket at {}", SOCKETS.join(", ")))
            }),
        None => Ok(None),
    }
}

/// MySQL error numbers (`mysqld_error.h`): access denied for user, for database; unknown database; lock wait; deadlock;
/// read-only server; a connection that was ended from the server's side.
fn error(error: &mysql::Error) -> StoreError {
    let text = error.to_string();
    match error {
        mysql::Error::MySqlError(refused) => match refused.code {
            1045 | 1698 | 1130 | 1251 | 1227 => StoreError::Denied(refused.message.clone()),
            1044 | 1049 => StoreError::UnknownDatabase(refused.message.clone()),
            1205 => StoreError::Locked(refused.message.clone()),
            1213 => StoreError::Deadlock(refused.message.clone()),
            1053 | 1927 | 4031 => StoreError::Unreachable(refused.message.clone()),
            1290 | 1836 | 1792 => StoreError::ReadOnly(refused.message.clone()),
            3159 => StoreError::Tls(refused.message.clone()),
            _ => StoreError::Query(refused.message.clone()),
        },
        mysql::Error::TlsError(_) => StoreError::Tls(text),
        // A refused certificate arrives wrapped in the codec's error.
        mysql::Error::CodecError(_)
            if text.contains("certificate")
                || text.contains("TLS")
                || text.contains("handshake") =>
        {
            StoreError::Tls(text)
        }
        mysql::Error::IoError(e) => StoreError::Unreachable(e.to_string()),
        mysql::Error::DriverError(e) => StoreError::Unreachable(e.to_string()),
        // The codec's own complaint is that the stream ended.
        mysql::Error::CodecError(e) => StoreError::Unreachable(e.to_string()),
        _ => StoreError::Query(text),
    }
}

/// The file that `DB_MYSQL_ATTR_SSL_CA` names, for one who opens what he is given and reads it to its end.
///
/// # Errors
/// [`StoreError::Tls`] for one that is no file, or too long to be one of certificates.
pub fn authorities(settings: &DbSettings) -> Result<Option<Copied>, StoreError> {
    let copied = settings.ssl_ca.as_ref().map(|ca| Copied::of(Path::new(ca)));
    copied
        .transpose()
        .map_err(|e| StoreError::Tls(e.to_string()))
}

fn ssl(settings: &DbSettings, authorities: Option<&Copied>) -> Option<SslOpts> {
    if settings.ssl_ca.is_none() && settings.ssl_cert.is_none() {
        return None;
    }
    // Without a CA PHP has nothing to check the certificate against.
    let unchecked = authorities.is_none() || !settings.ssl_verify;
    Some(
        SslOpts::default()
            .with_root_cert_path(authorities.map(Copied::path))
            .with_danger_accept_invalid_certs(unchecked)
            .with_danger_skip_domain_validation(unchecked),
    )
}

impl MySql {
    /// Connects.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn connect(settings: &DbSettings) -> Result<Self, StoreError> {
        // Another store may have been first; any ring will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let socket = socket(settings)?;
        let authorities = match socket {
            Some(_) => None,
            None => authorities(settings)?,
        };
        let ssl = match socket {
            Some(_) => None,
            None => ssl(settings, authorities.as_ref()),
        };
        let charset = sql::charset_name(&settings.charset, "utf8mb4");
        let collation = sql::charset_name(&settings.collation, "utf8mb4_unicode_ci");
        let options = OptsBuilder::new()
            .ip_or_hostname(Some(settings.host.clone()))
            .tcp_port(settings.port)
            .socket(socket)
            // Loopback TCP would otherwise move to the socket, where other rights may hold.
            .prefer_socket(false)
            .user(Some(settings.username.clone()))
            .pass(Some(settings.password.expose_secret().to_owned()))
            .db_name(Some(settings.database.clone()))
            .ssl_opts(ssl)
            .tcp_connect_timeout(Some(CONNECT_TIMEOUT))
            .read_timeout(Some(ANSWER_TIMEOUT))
            .write_timeout(Some(ANSWER_TIMEOUT))
            .init(vec![
                format!("SET NAMES '{charset}' COLLATE '{collation}'"),
                "SET SESSION sql_mode = ''".to_owned(),
                bound("innodb_lock_wait_timeout"),
                // Of whole tables, as a dump or ALTER TABLE holds them; by itself the server waits for a day.
                bound("lock_wait_timeout"),
            ]);
        let mut connection = Conn::new(options).map_err(|e| error(&e))?;
        let version: Option<String> = connection
            .query_first("SELECT VERSION()")
            .map_err(|e| error(&e))?;
        let version = version.unwrap_or_default();
        let server = match version.split_once("-MariaDB") {
            Some((number, _)) => format!("MariaDB {number}"),
            None => format!("MySQL {version}"),
        };
        Ok(Self {
            connection,
            prefix: settings.prefix.clone(),
            server,
            begun: false,
        })
    }

    fn table(&self, table: &str) -> String {
        sql::table(Driver::MySql, &self.prefix, table)
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
                return SwapError::Store(StoreError::Replica { said, primary });
            }
        }
        SwapError::Store(StoreError::ReadOnly(said))
    }

    fn run(&mut self, statement: &str) -> Result<(), StoreError> {
        self.connection.query_drop(statement).map_err(|e| error(&e))
    }

    /// Begins the transaction of a change, unless it was begun by holding rows.
    fn begin(&mut self) -> Result<(), StoreError> {
        if !self.begun {
            self.run("START TRANSACTION")?;
            self.begun = true;
        }
        Ok(())
    }

    fn within(&mut self) -> Within<'_> {
        Within {
            connection: &mut self.connection,
            prefix: &self.prefix,
        }
    }
}

/// Sets a bound of the session: ours, or the server's where that is smaller.
fn bound(name: &str) -> String {
    format!(
        "SET SESSION {name} = LEAST(@@{name}, {})",
        LOCK_WAIT.as_secs()
    )
}

impl Store for MySql {
    fn server(&self) -> &str {
        &self.server
    }

    fn columns(&mut self, table: &str) -> Result<Vec<String>, StoreError> {
        self.connection
            .exec(
                "SELECT COLUMN_NAME FROM information_schema.COLUMNS \
                 WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION",
                (format!("{}{table}", self.prefix),),
            )
            .map_err(|e| error(&e))
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
            format!(", IF(LENGTH({name}) > {MAX_VALUE_BYTES}, NULL, {name}), LENGTH({name})")
        });
        let order = newest.map_or("ASC".to_owned(), |n| format!("DESC LIMIT {n}"));
        let select = format!(
            "SELECT `id`{} FROM {} ORDER BY 1 {order}",
            bounded.collect::<String>(),
            self.table(table)
        );
        let rows = self.connection.query_iter(select).map_err(|e| error(&e))?;
        for row in rows {
            let mut values = row.map_err(|e| error(&e))?.unwrap().into_iter();
            let id = values.next().and_then(number).unwrap_or(0);
            let mut stored = Vec::with_capacity(columns.len());
            while let (Some(value), Some(length)) = (values.next(), values.next()) {
                stored.push(match number(length) {
                    Some(length) if length > MAX_VALUE_BYTES => Stored::TooLong(length),
                    _ => text(value).map_or(Stored::Null, Stored::Text),
                });
            }
            each(id, stored);
        }
        Ok(())
    }

    fn transactional(&mut self, table: &str) -> Result<bool, StoreError> {
        let answer: Option<Option<String>> = self
            .connection
            .exec_first(
                "SELECT e.TRANSACTIONS FROM information_schema.TABLES t \
                 JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE \
                 WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_NAME = ?",
                (format!("{}{table}", self.prefix),),
            )
            .map_err(|e| error(&e))?;
        Ok(answer.flatten().is_some_and(|word| word == "YES"))
    }

    fn hold(&mut self, rows: &[Swap]) -> Result<(), StoreError> {
        let held = self
            .begin()
            .and_then(|()| store::lock_rows(&mut self.within(), rows));
        held.inspect_err(|_| drop(self.roll_back()))
    }

    fn exchange(&mut self, swaps: &[Swap]) -> Result<(), SwapError> {
        let written = self
            .begin()
            .map_err(SwapError::Store)
            .and_then(|()| store::compare_and_swap(&mut self.within(), swaps));
        written.map_err(|e| {
            // What cannot be rolled back is, by the server, as the connection is gone.
            let _ = self.roll_back();
            self.told_apart(e)
        })
    }

    fn commit(&mut self) -> Result<(), SwapError> {
        self.begun = false;
        self.run("COMMIT").map_err(SwapError::Unknown)?;
        crash::pass(Point::RowsCommitted);
        Ok(())
    }

    fn roll_back(&mut self) -> Result<(), StoreError> {
        self.begun = false;
        self.run("ROLLBACK")
    }

    fn claim(&mut self) -> Result<Claim, StoreError> {
        lock::claim(self)
    }

    fn still_claimed(&mut self) -> bool {
        lock::still_claimed(self)
    }
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

struct Within<'a> {
    connection: &'a mut Conn,
    prefix: &'a str,
}

impl Transaction for Within<'_> {
    fn current(&mut self, swap: &Swap) -> Result<Option<Option<SecretBytes>>, StoreError> {
        let (table, column) = store::names(Driver::MySql, self.prefix, swap);
        let select = format!("SELECT {column} FROM {table} WHERE `id` = ? FOR UPDATE");
        let row: Option<mysql::Row> = self
            .connection
            .exec_first(select, (swap.id,))
            .map_err(|e| error(&e))?;
        Ok(row.map(|row| row.unwrap().into_iter().next().and_then(text)))
    }

    fn write(&mut self, swap: &Swap) -> Result<(), StoreError> {
        let (table, column) = store::names(Driver::MySql, self.prefix, swap);
        let update = format!("UPDATE {table} SET {column} = ? WHERE `id` = ?");
        let new = swap
            .new
            .as_ref()
            .map_or(Value::NULL, |new| Value::Bytes(new.expose().to_vec()));
        self.connection
            .exec_drop(update, (new, swap.id))
            .map_err(|e| error(&e))
    }
}
