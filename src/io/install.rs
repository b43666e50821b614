//! Finding a FreeScout install and reading its settings, as files. Connects to nothing and judges nothing.

pub mod artisan;
pub mod host;
pub mod services;

mod account;
mod beside;
mod configured;
pub mod discover;
mod identity;
mod key_file;
pub mod php_ini;
mod places;
mod recognised;

use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::domain::config::dotenv::{self, EnvFile, Trouble};
use crate::domain::config::inherited::Variables;
use crate::domain::config::rules::Rules;
use crate::domain::config::var_export::{self, ExportedValue};
use crate::domain::config::version::Version;
use crate::domain::config::{self, ConfiguredKey, DbSettings, KeySource, Sources};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::plan::KeyHome;
use crate::io::container::within;
use crate::io::fs::{self, FileError, FileRead, MAX_CONFIG_BYTES};
use crate::io::install::artisan::WebUser;
use crate::io::install::recognised::freescout_version;
use crate::io::os::processes;
use crate::words::untrusted::shown;
use crate::words::words;

pub use account::{KnownBy, NamedAccount, WebAccount, known, named, take_named};
pub use beside::container_keys;
pub use discover::{discover, php_of};
pub use identity::{identified, identity, lasting_name};
pub use key_file::{KeyFileUnread, key_file_places};
pub use places::{all, find};

/// The process environment, as far as FreeScout's settings go.
#[derive(Default, Clone)]
pub struct Environment(Variables);

impl Environment {
    /// `APP_*` and `DB_*` of our own process: inside a container they are FreeScout's too. Where we work within one from the
    /// host, those of a process of it.
    pub fn of_this_process() -> Self {
        let mut ours = Self::all_of_this_process();
        ours.retain(|name, _| name.starts_with(b"APP_") || name.starts_with(b"DB_"));
        Self(ours)
    }

    /// Every variable of our own process, or of one of the container that we work within; where that does not run, what it is
    /// started with.
    pub fn all_of_this_process() -> Variables {
        use std::os::unix::ffi::OsStringExt;
        if let Some(within) = within::get() {
            // None of its processes is there, and what else `/proc` may show is no container's.
            if within.spaces.is_none() {
                return within.started_with.variables.clone();
            }
            let first = within
                .process
                .and_then(|pid| processes::environment(pid).ok());
            let bytes = first.or_else(|| processes::environment(1).ok());
            return bytes.map_or_else(Variables::new, |bytes| variables_of(&bytes));
        }
        std::env::vars_os()
            .map(|(name, value)| (name.into_vec(), SecretBytes::from(value.into_vec())))
            .collect()
    }

    /// These variables.
    pub fn of(variables: Variables) -> Self {
        Self(variables)
    }

    /// The value of a variable.
    pub fn get(&self, name: &[u8]) -> Option<Vec<u8>> {
        self.0.get(name).map(|value| value.expose().to_vec())
    }
}

/// `NAME=value`, with NULs between. The first of a name counts, as it does for `getenv(3)`.
fn variables_of(bytes: &[u8]) -> Variables {
    let entries = bytes.split(|b| *b == 0).rev();
    let pairs = entries.filter_map(|entry| {
        let at = memchr::memchr(b'=', entry).filter(|at| *at > 0)?;
        Some((entry[..at].to_vec(), SecretBytes::from(&entry[at + 1..])))
    });
    pairs.collect()
}

/// Gives the value of a variable.
type Lookup = dyn Fn(&[u8]) -> Option<Vec<u8>>;

/// An install, its files read.
pub struct Install {
    /// Its folder, links resolved.
    pub root: PathBuf,
    /// FreeScout's version, from `config/app.php`; empty when it does not say.
    pub version: String,
    /// Whose rights FreeScout has: the web user.
    pub web_user: WebUser,
    /// How that is known.
    pub known: WebAccount,
    /// `.env` as a file; `None` when there is none.
    pub env_file: Option<FileRead>,
    /// The config cache as a file.
    pub cache_file: Option<FileRead>,
    /// The config cache, parsed.
    pub cache: Option<ExportedValue>,
    /// The file of `APP_KEY_FILE`, when it is set and can be read.
    pub key_file: Option<FileRead>,
    /// `APP_KEY_FILE` is set and this is its file, but FreeScout cannot read it.
    pub key_file_unread: Option<KeyFileUnread>,
    environment: Environment,
    /// Looks variables up in `environment`, in the form the reader of `.env` wants.
    process: Box<Lookup>,
}

impl Install {
    /// Reads the install in this folder.
    ///
    /// # Errors
    /// A [`Problem`] when this is no FreeScout, or its settings cannot be read.
    pub fn open(folder: &Path, environment: Environment) -> Result<Self, Problem> {
        let w = words();
        let root = std::fs::canonicalize(folder).map_err(|e| {
            ErrorKind::InstallNotFound.problem(
                text!(install_missing, path = shown(&folder)),
                e.to_string(),
                w.install_missing_next,
            )
        })?;
        let version = freescout_version(&root).ok_or_else(|| {
            ErrorKind::InstallNotFound.problem(
                text!(install_not_freescout, path = shown(&root)),
                w.install_not_freescout_why,
                w.install_not_freescout_next,
            )
        })?;
        let known = known(&root);
        let env_path = env_path(&root, &environment);
        let env_file = optional(
            fs::read(&env_path, MAX_CONFIG_BYTES),
            ErrorKind::EnvUnreadable,
            w.env_unreadable_next,
        )?;
        let cache_file = optional(
            fs::read(&root.join(CACHE), MAX_CONFIG_BYTES),
            ErrorKind::CacheUnreadable,
            w.cache_unreadable_next,
        )?;
        if env_file.is_none() && cache_file.is_none() && environment.get(b"APP_KEY").is_none() {
            return Err(ErrorKind::EnvUnreadable.problem(
                text!(env_missing, path = shown(&env_path)),
                w.env_missing_why,
                w.env_missing_next,
            ));
        }
        Self::of_files(root, version, known, env_file, cache_file, environment)
    }

    /// An install with these files; the key file that they name is read.
    fn of_files(
        root: PathBuf,
        version: String,
        known: WebAccount,
        env_file: Option<FileRead>,
        cache_file: Option<FileRead>,
        environment: Environment,
    ) -> Result<Self, Problem> {
        let process = environment.clone();
        let mut install = Self {
            root,
            version,
            web_user: known.account,
            known,
            env_file,
            cache: read_cache(cache_file.as_ref())?,
            cache_file,
            key_file: None,
            key_file_unread: None,
            environment,
            process: Box::new(move |name| process.get(name)),
        };
        install.read_key_file();
        Ok(install)
    }

    /// The same install with these files in place of its own, as a restore would leave it. The key file that `.env` names
    /// is read where none is given.
    pub fn foreseen(
        &self,
        env_file: Option<FileRead>,
        cache_file: Option<FileRead>,
        key_file: Option<FileRead>,
    ) -> Result<Self, Problem> {
        let (root, version) = (self.root.clone(), self.version.clone());
        let (known, environment) = (self.known.clone(), self.environment.clone());
        let mut install = Self::of_files(root, version, known, env_file, cache_file, environment)?;
        if key_file.is_some() {
            install.key_file = key_file;
            install.key_file_unread = None;
        }
        Ok(install)
    }

    /// `.env`, as FreeScout reads it (empty when there is none).
    pub fn env(&self) -> EnvFile<'_> {
        EnvFile::read(
            self.env_file.as_ref().map_or(&[], |f| &f.bytes),
            &*self.process,
        )
    }

    /// What keeps FreeScout from finding its settings in `.env`; `None` where it finds them, or runs on its config cache.
    pub fn env_trouble(&self) -> Option<Trouble> {
        if self.cache.is_some() {
            return None;
        }
        match &self.env_file {
            Some(file) => self.trouble_of(file),
            None => (!self.names_database()).then_some(Trouble::NoDatabase),
        }
    }

    /// What keeps FreeScout from finding its settings in this text of `.env`, were there no config cache.
    pub fn trouble_of(&self, env_file: &FileRead) -> Option<Trouble> {
        dotenv::trouble(&env_file.bytes, &*self.process)
    }

    /// Whether the current settings say which database to use.
    pub fn names_database(&self) -> bool {
        self.cache.is_some() || config::dotenv::names_database(&self.env())
    }

    /// Reads the same install again.
    ///
    /// # Errors
    /// As [`Install::open`].
    pub fn reopen(&self) -> Result<Self, Problem> {
        Self::open(&self.root, self.environment.clone())
    }

    fn with_sources<T>(&self, use_them: impl FnOnce(&Sources<'_>) -> T) -> T {
        let read = Rules::reads_key_file(Version::parse(&self.version));
        let key_file = self
            .key_file
            .as_ref()
            .filter(|_| read)
            .map(|f| SecretBytes::from(php_trim(&f.bytes)));
        use_them(&Sources {
            cache: self.cache.as_ref(),
            env: &self.env(),
            process: &*self.process,
            key_file: key_file.as_ref(),
        })
    }

    /// The current key.
    pub fn key_in_force(&self) -> ConfiguredKey {
        self.with_sources(config::key_in_force)
    }

    /// The key that would be current without the config cache.
    pub fn key_without_cache(&self) -> ConfiguredKey {
        self.with_sources(config::key_without_cache)
    }

    /// Where another key would be written.
    pub fn key_home(&self) -> KeyHome {
        match self.key_without_cache().source {
            KeySource::KeyFile => KeyHome::KeyFile,
            // Even an empty variable wins over `.env`: what is written there would not count.
            _ if self.environment.get(b"APP_KEY").is_some() => KeyHome::ProcessEnvironment,
            _ => KeyHome::EnvFile,
        }
    }

    /// The current database settings.
    ///
    /// # Errors
    /// A [`Problem`] when the driver is none of FreeScout's.
    pub fn database(&self) -> Result<DbSettings, Problem> {
        self.with_sources(config::database)
            .map_err(unusable_settings)
    }

    /// The database settings that would apply without the config cache.
    ///
    /// # Errors
    /// A [`Problem`] when `.env` names a driver that is none of FreeScout's.
    pub fn database_without_cache(&self) -> Result<DbSettings, Problem> {
        self.with_sources(|s| config::database(&Sources { cache: None, ..*s }))
            .map_err(unusable_settings)
    }

    /// Whether `.env` names another database than the config cache.
    pub fn database_settings_differ(&self) -> bool {
        if self.cache.is_none() {
            return false;
        }
        let without = self.with_sources(|s| config::database(&Sources { cache: None, ..*s }));
        match (self.with_sources(config::database), without) {
            (Ok(used), Ok(without)) => !used.lead_to_the_same(&without),
            _ => true,
        }
    }

    /// The time on FreeScout's clock: what it stamps rows with. UTC where no zone is set, or one that nobody knows.
    pub fn now_local(&self) -> DateTime {
        let name = self.setting(&["app", "timezone"], "APP_TIMEZONE");
        let zone = name.and_then(|name| TimeZone::get(name.trim()).ok());
        jiff::Timestamp::now()
            .to_zoned(zone.unwrap_or(TimeZone::UTC))
            .datetime()
    }

    /// A setting of the cache, or of `.env` where there is no cache.
    pub fn setting(&self, cached: &[&str], variable: &str) -> Option<String> {
        let text = match &self.cache {
            Some(cache) => cache
                .at(cached)
                .and_then(ExportedValue::as_text)
                .map(<[u8]>::to_vec),
            None => {
                config::text_of(self.env().env(variable.as_bytes())).map(|t| t.expose().to_vec())
            }
        };
        text.map(|t| String::from_utf8_lossy(&t).into_owned())
    }

    /// The key of our process environment, where it has one.
    pub fn key_of_environment(&self) -> Option<SecretBytes> {
        self.environment.get(b"APP_KEY").map(SecretBytes::from)
    }

    /// Names of the variables that FreeScout's configuration reads: `env('NAME')` in `config/*.php`.
    pub fn variables(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.root.join("config"))
            .into_iter()
            .flatten()
            .flatten();
        let mut names = Vec::new();
        for path in files
            .map(|e| e.path())
            .filter(|p| p.extension().is_some_and(|e| e == "php"))
            .take(200)
        {
            let Ok(file) = fs::read(&path, MAX_CONFIG_BYTES) else {
                continue;
            };
            for at in memchr::memmem::find_iter(&file.bytes, b"env(") {
                let rest = file.bytes[at + 4..].trim_ascii_start();
                let [quote @ (b'\'' | b'"'), rest @ ..] = rest else {
                    continue;
                };
                let name = rest.split(|b| b == quote).next().unwrap_or_default();
                let plain = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
                if !name.is_empty() && name.len() < 100 && name.iter().all(plain) {
                    names.push(String::from_utf8_lossy(name).into_owned());
                }
            }
        }
        names
    }

    /// Path of the config cache.
    pub fn cache_path(&self) -> PathBuf {
        self.root.join(CACHE)
    }

    /// Path of `.env` (or the file that takes its place).
    pub fn env_path(&self) -> PathBuf {
        env_path(&self.root, &self.environment)
    }
}

/// The problem of settings that name a driver which is none of FreeScout's.
fn unusable_settings(error: impl std::fmt::Display) -> Problem {
    let w = words();
    let (why, next) = (error.to_string(), w.database_settings_next);
    ErrorKind::DatabaseSettings.problem(w.database_settings, why, next)
}

fn read_cache(file: Option<&FileRead>) -> Result<Option<ExportedValue>, Problem> {
    let w = words();
    let read = |file: &FileRead| {
        var_export::read(&file.bytes).map_err(|e| {
            ErrorKind::CacheUnreadable.problem(
                text!(cache_unreadable, path = shown(&file.path)),
                e.to_string(),
                w.cache_unreadable_next,
            )
        })
    };
    file.map(read).transpose()
}

/// The config cache, below the install's folder.
pub const CACHE: &str = "bootstrap/cache/config.php";
/// The folder of it.
const CACHE_FOLDER: &str = "bootstrap/cache";

/// PHP's `trim()`.
fn php_trim(bytes: &[u8]) -> &[u8] {
    let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0 | 0x0b);
    let start = bytes.iter().position(|b| !blank(b)).unwrap_or(bytes.len());
    let end = bytes
        .iter()
        .rposition(|b| !blank(b))
        .map_or(start, |n| n + 1);
    &bytes[start..end]
}

/// `.env`, or `.env.<APP_ENV>` when that variable is set in the process environment and the file exists.
fn env_path(root: &Path, environment: &Environment) -> PathBuf {
    let special = environment
        .get(b"APP_ENV")
        .and_then(|name| String::from_utf8(name).ok());
    let special = special.filter(|name| !name.is_empty() && !name.contains('/'));
    let special = special
        .map(|name| root.join(format!(".env.{name}")))
        .filter(|path| path.exists());
    special.unwrap_or_else(|| root.join(".env"))
}

/// A missing file is fine; one that cannot be read is a problem.
fn optional(
    read: Result<FileRead, FileError>,
    kind: ErrorKind,
    next: &str,
) -> Result<Option<FileRead>, Problem> {
    match read {
        Ok(file) => Ok(Some(file)),
        Err(e) if e.is_missing() => Ok(None),
        Err(e) => {
            let next = if e.is_trap() { words().trap_next } else { next };
            Err(kind.problem(words().file_unreadable, e.to_string(), next))
        }
    }
}

/// Whose rights FreeScout has in this install. What is done for it is done with no more than these; see [`known`].
pub fn web_user(root: &Path) -> WebUser {
    known(root).account
}
