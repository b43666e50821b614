//! The settings FreeScout runs with: the key in force, where it comes from, and the database.
//!
//! Follows Laravel's boot order: a cached configuration is everything; without it the process environment wins over
//! `.env`, and `APP_KEY_FILE` counts only when `APP_KEY` is empty.

use secrecy::SecretString;

/// Database driver, as in `DB_CONNECTION`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// MySQL and MariaDB.
    MySql,
    /// PostgreSQL.
    PgSql,
    /// SQLite: configured in FreeScout, used by the demo.
    Sqlite,
}

impl Driver {
    /// The value of `DB_CONNECTION`.
    pub fn name(self) -> &'static str {
        match self {
            Driver::MySql => "mysql",
            Driver::PgSql => "pgsql",
            Driver::Sqlite => "sqlite",
        }
    }

    /// Reads `DB_CONNECTION`.
    pub fn from_name(name: &str) -> Option<Self> {
        [Driver::MySql, Driver::PgSql, Driver::Sqlite].into_iter().find(|d| d.name() == name)
    }
}

/// How FreeScout connects to its database: the connection of `config/database.php`, resolved.
#[derive(Debug, Clone)]
pub struct DbSettings {
    /// `DB_CONNECTION`.
    pub driver: Driver,
    /// `DB_HOST`: a name, an address; for PostgreSQL also a folder of sockets. MySQL's `localhost` means the socket.
    pub host: String,
    /// `DB_PORT`.
    pub port: u16,
    /// `DB_SOCKET` (MySQL): if set, host and port are ignored.
    pub socket: Option<String>,
    /// `DB_DATABASE`: a name, or a file for SQLite.
    pub database: String,
    /// `DB_USERNAME`.
    pub username: String,
    /// `DB_PASSWORD`.
    pub password: SecretString,
    /// `DB_TABLE_PREFIX`.
    pub prefix: String,
    /// `DB_CHARSET` (MySQL).
    pub charset: String,
    /// `DB_COLLATION` (MySQL).
    pub collation: String,
    /// `DB_MYSQL_ATTR_SSL_CA`: file of trusted certificates.
    pub ssl_ca: Option<String>,
    /// `DB_MYSQL_ATTR_SSL_CERT`: file of the client certificate.
    pub ssl_cert: Option<String>,
    /// `DB_MYSQL_ATTR_SSL_VERIFY_SERVER_CERT`.
    pub ssl_verify: bool,
    /// `DB_PGSQL_SSLMODE`: a libpq value.
    pub sslmode: String,
}
