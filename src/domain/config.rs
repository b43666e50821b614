//! The settings FreeScout runs with: the current key, where it comes from, and the database.
//!
//! Follows Laravel's boot order: a cached configuration is everything; without it the process environment wins over
//! `.env`, and `APP_KEY_FILE` counts only when `APP_KEY` is empty.

pub mod container;
pub mod dotenv;
pub mod elsewhere;
pub mod found;
pub mod inherited;
pub mod jobs;
pub mod php;
pub mod rules;
pub mod var_export;
pub mod version;

use secrecy::{ExposeSecret, SecretString};

use crate::domain::config::dotenv::{Env, EnvFile};
use crate::domain::config::var_export::ExportedValue;
use crate::domain::inventory::secret::SecretBytes;
use crate::words::words;

named! {
    /// Database driver, as in `DB_CONNECTION`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Driver {
        /// MySQL and MariaDB.
        MySql = "mysql",
        /// PostgreSQL.
        PgSql = "pgsql",
        /// SQLite: configured in FreeScout, used by the demo.
        Sqlite = "sqlite",
    }
    /// The value of `DB_CONNECTION`.
    pub fn name(self);
}

impl Driver {
    /// Reads `DB_CONNECTION`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.name() == name)
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
    /// `DB_MYSQL_ATTR_SSL_CERT`: file of the client certificate and its key.
    pub ssl_cert: Option<String>,
    /// `DB_MYSQL_ATTR_SSL_VERIFY_SERVER_CERT`, as the number that PHP takes it for: no word but `true` says yes.
    pub ssl_verify: bool,
    /// `DB_PGSQL_SSLMODE`: a libpq value.
    pub sslmode: String,
}

impl DbSettings {
    /// Which database they lead to, and as whom.
    fn leads_to(&self) -> impl PartialEq {
        let server = (self.driver, &self.host, self.port, &self.socket);
        (server, &self.database, &self.username, &self.prefix)
    }

    /// Whether both lead to the same database, as the same user.
    pub fn lead_to_the_same(&self, other: &DbSettings) -> bool {
        self.leads_to() == other.leads_to()
    }

    /// Whether both say the same in every respect.
    pub fn same_as(&self, other: &DbSettings) -> bool {
        let tls = |s: &DbSettings| (s.ssl_ca.clone(), s.ssl_cert.clone(), s.ssl_verify);
        self.lead_to_the_same(other)
            && (&self.charset, &self.collation) == (&other.charset, &other.collation)
            && (tls(self), &self.sslmode) == (tls(other), &other.sslmode)
            && self.password.expose_secret() == other.password.expose_secret()
    }
}

/// What the settings are read from.
pub struct Sources<'a> {
    /// The config cache, where there is one.
    pub cache: Option<&'a var_export::ExportedValue>,
    /// `.env`, read with the process environment in mind.
    pub env: &'a EnvFile<'a>,
    /// The process environment FreeScout runs in, as far as it was given to us.
    pub process: &'a dyn Fn(&[u8]) -> Option<Vec<u8>>,
    /// The trimmed content of the file named by `APP_KEY_FILE`, once it was read.
    pub key_file: Option<&'a SecretBytes>,
}

/// Where the current key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySource {
    /// `bootstrap/cache/config.php`.
    ConfigCache,
    /// The process environment.
    ProcessEnvironment,
    /// `.env`.
    Env,
    /// The file named by `APP_KEY_FILE`.
    KeyFile,
    /// Nowhere: FreeScout has no key.
    Nowhere,
}

/// A key text with the place it is configured in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredKey {
    /// The text, exactly as configured; empty when there is none.
    pub text: SecretBytes,
    /// Where it stands.
    pub source: KeySource,
}

/// A variable where PHP wants a text; `None` where the default counts.
pub fn text_of(value: Env) -> Option<SecretBytes> {
    match value {
        Env::Missing | Env::Null => None,
        Env::Bool(true) => Some(SecretBytes::from(&b"1"[..])),
        Env::Bool(false) => Some(SecretBytes::from(&b""[..])),
        Env::Text(text) => Some(text),
    }
}

/// The key that would be current without a config cache.
pub fn key_without_cache(sources: &Sources<'_>) -> ConfiguredKey {
    let from_process = (sources.process)(b"APP_KEY").is_some();
    let text = text_of(sources.env.env(b"APP_KEY"));
    match (text.filter(|t| !t.is_empty()), sources.key_file) {
        (Some(text), _) if from_process => ConfiguredKey {
            text,
            source: KeySource::ProcessEnvironment,
        },
        (Some(text), _) => ConfiguredKey {
            text,
            source: KeySource::Env,
        },
        (None, Some(content)) => ConfiguredKey {
            text: content.clone(),
            source: KeySource::KeyFile,
        },
        (None, None) => ConfiguredKey {
            text: SecretBytes::from(Vec::new()),
            source: KeySource::Nowhere,
        },
    }
}

/// The current key.
pub fn key_in_force(sources: &Sources<'_>) -> ConfiguredKey {
    match sources.cache {
        Some(cache) => ConfiguredKey {
            text: SecretBytes::from(
                cache
                    .at(&["app", "key"])
                    .and_then(ExportedValue::as_text)
                    .unwrap_or_default(),
            ),
            source: KeySource::ConfigCache,
        },
        None => key_without_cache(sources),
    }
}

/// The settings do not say which database is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DbSettingsError {
    /// `DB_CONNECTION` is none that FreeScout supports. Sanitised.
    #[error("{}", text!(error_driver, name = .0))]
    Driver(String),
    /// The config cache has no such connection.
    #[error("{}", words().error_no_connection)]
    NoConnection,
}

/// How FreeScout connects to its database with these sources.
pub fn database(sources: &Sources<'_>) -> Result<DbSettings, DbSettingsError> {
    match sources.cache {
        Some(cache) => database_from_cache(cache),
        None => database_from_env(sources.env),
    }
}

fn driver(name: &str) -> Result<Driver, DbSettingsError> {
    Driver::from_name(name)
        .ok_or_else(|| DbSettingsError::Driver(crate::words::untrusted::shown(name).to_string()))
}

/// Defaults are those of FreeScout's `config/database.php`.
fn database_from_env(env: &EnvFile<'_>) -> Result<DbSettings, DbSettingsError> {
    let text = |name: &str, default: &str| match text_of(env.env(name.as_bytes())) {
        Some(text) => String::from_utf8_lossy(text.expose()).into_owned(),
        None => default.to_owned(),
    };
    let optional = |name: &str| Some(text(name, "")).filter(|t| !t.is_empty());
    let driver = driver(&text("DB_CONNECTION", "mysql"))?;
    let default_port = if driver == Driver::PgSql { 5432 } else { 3306 };
    Ok(DbSettings {
        driver,
        host: text("DB_HOST", "127.0.0.1"),
        port: text("DB_PORT", "").trim().parse().unwrap_or(default_port),
        socket: optional("DB_SOCKET"),
        database: text("DB_DATABASE", "forge"),
        username: text("DB_USERNAME", "forge"),
        password: SecretString::from(text("DB_PASSWORD", "")),
        prefix: text("DB_TABLE_PREFIX", ""),
        charset: text("DB_CHARSET", "utf8mb4"),
        collation: text("DB_COLLATION", "utf8mb4_unicode_ci"),
        ssl_ca: optional("DB_MYSQL_ATTR_SSL_CA"),
        ssl_cert: optional("DB_MYSQL_ATTR_SSL_CERT"),
        ssl_verify: match env.env(b"DB_MYSQL_ATTR_SSL_VERIFY_SERVER_CERT") {
            Env::Missing | Env::Null => true,
            Env::Bool(verify) => verify,
            Env::Text(text) => is_nonzero(text.expose()),
        },
        sslmode: text("DB_PGSQL_SSLMODE", "prefer"),
    })
}

/// Whether PHP reads a whole number other than nought in a text. The number ends where it is none any more; a text that does
/// not begin with one is nought, words such as `on` among them.
fn is_nonzero(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
    let is_of_number = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    let end = text.find(|c| !is_of_number(c)).unwrap_or(text.len());
    let numbers = (1..=end).rev().map(|end| text[..end].parse::<f64>());
    numbers
        .flatten()
        .next()
        .is_some_and(|number| number.abs() >= 1.0)
}

/// PDO's numbers of the options that FreeScout sets (`PDO::MYSQL_ATTR_SSL_*`).
const PDO_SSL_CERT: i64 = 1008;
const PDO_SSL_CA: i64 = 1009;
const PDO_SSL_VERIFY: i64 = 1014;

fn database_from_cache(cache: &ExportedValue) -> Result<DbSettings, DbSettingsError> {
    let default = cache
        .at(&["database", "default"])
        .and_then(ExportedValue::as_text)
        .unwrap_or(b"mysql");
    let name = String::from_utf8_lossy(default);
    let connection = cache
        .at(&["database", "connections", &name])
        .ok_or(DbSettingsError::NoConnection)?;
    let text = |name: &str, default: &str| match connection.get(name) {
        Some(ExportedValue::Text(text)) => String::from_utf8_lossy(text.expose()).into_owned(),
        Some(ExportedValue::Int(number)) => number.to_string(),
        _ => default.to_owned(),
    };
    let optional = |name: &str| Some(text(name, "")).filter(|t| !t.is_empty());
    let option = |number: i64| {
        connection
            .get("options")
            .and_then(|options| options.get(&number.to_string()))
    };
    let option_text = |number| {
        option(number)
            .and_then(ExportedValue::as_text)
            .filter(|t| !t.is_empty())
            .map(|t| String::from_utf8_lossy(t).into_owned())
    };
    let driver = driver(&text("driver", &name))?;
    let default_port = if driver == Driver::PgSql { 5432 } else { 3306 };
    Ok(DbSettings {
        driver,
        host: text("host", "127.0.0.1"),
        port: text("port", "").trim().parse().unwrap_or(default_port),
        socket: optional("unix_socket"),
        database: text("database", "forge"),
        username: text("username", "forge"),
        password: SecretString::from(text("password", "")),
        prefix: text("prefix", ""),
        charset: text("charset", "utf8mb4"),
        collation: text("collation", "utf8mb4_unicode_ci"),
        ssl_ca: option_text(PDO_SSL_CA),
        ssl_cert: option_text(PDO_SSL_CERT),
        ssl_verify: match option(PDO_SSL_VERIFY) {
            Some(ExportedValue::Bool(verify)) => *verify,
            Some(ExportedValue::Int(number)) => *number != 0,
            Some(ExportedValue::Text(text)) => is_nonzero(text.expose()),
            _ => true,
        },
        sslmode: text("sslmode", "prefer"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As PDO takes them (PHP 8.2), tried with a certificate that does not pass.
    #[test]
    fn a_certificate_is_checked_by_the_number_that_php_reads() {
        let checks = |set: &str| {
            let text = format!("DB_MYSQL_ATTR_SSL_VERIFY_SERVER_CERT={set}\n");
            let env = EnvFile::read(text.as_bytes(), &|_| None);
            database_from_env(&env).map(|settings| settings.ssl_verify)
        };
        for yes in [
            "true",
            "(true)",
            "1",
            "2",
            "-1",
            "+1",
            "null",
            "\" 1\"",
            "1x",
            "1e3",
            "1.9",
            "9999999999999999999",
        ] {
            assert_eq!(checks(yes), Ok(true), "{yes}");
        }
        for no in [
            "false",
            "False",
            "(false)",
            "empty",
            "",
            "0",
            "00",
            "0.0",
            "\"0\"",
            "\" 0\"",
            "no",
            "off",
            "yes",
            "on",
            "x1",
            "0x1",
            "0.9",
            ".9",
            "1e-5",
            "\"true \"",
            "-",
            "e",
            "é1",
        ] {
            assert_eq!(checks(no), Ok(false), "{no}");
        }
        let unset = database_from_env(&EnvFile::read(b"A=b\n", &|_| None));
        assert!(unset.is_ok_and(|settings| settings.ssl_verify));
    }

    #[test]
    fn a_config_cache_says_the_same() {
        for (value, checks) in [
            ("true", true),
            ("false", false),
            ("'0'", false),
            ("'off'", false),
            ("'1'", true),
            ("0", false),
            ("1", true),
            ("NULL", true),
        ] {
            let text = format!(
                "<?php return array('database' => array('default' => 'mysql', 'connections' => array('mysql' => array('driver' => 'mysql', 'options' => array(1014 => {value},),),),),);"
            );
            let cache = var_export::read(text.as_bytes());
            let settings = cache.map(|cache| database_from_cache(&cache).map(|s| s.ssl_verify));
            assert_eq!(settings, Ok(Ok(checks)), "{value}");
        }
    }
}
