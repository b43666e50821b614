//! What the operator must know, each finding with its evidence.

use std::path::PathBuf;

use serde::Serialize;

use super::app_key::{Fingerprint, KeyError};
use super::journal::Run;
use super::source::Source;
use super::spelling::Spelling;

/// How grave a finding is. The order is gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Mail does not flow, or will stop.
    Critical,
    /// Needs attention.
    Warning,
    /// Good to know.
    Info,
}

/// A key as it is named in sentences: `K1 · 3fa9c2d1e0b4`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName {
    /// `K1`.
    pub label: String,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
}

impl std::fmt::Display for KeyName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} · {}", self.label, self.fingerprint)
    }
}

/// Something found. Texts in it that come from outside are as found: sanitise before showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The config cache holds one key, the configuration another.
    StaleConfigCache {
        /// The key in the cache, which is in force.
        cached: Option<KeyName>,
        /// The key in `.env` or the key file.
        configured: Option<KeyName>,
    },
    /// The key in force is none that Laravel accepts.
    UnusableKey {
        /// Why.
        error: KeyError,
    },
    /// What is configured is a known key, in a spelling that FreeScout does not read.
    MisspelledKey {
        /// The key.
        key: KeyName,
        /// What is wrong with it.
        spelling: Spelling,
        /// Where it stands.
        place: Source,
    },
    /// Two keys stand on one line, as `/install.php` leaves them.
    GluedKey {
        /// The line of `.env`, 0 when it is the config cache.
        line: u64,
    },
    /// A queue worker runs with another key than the web side.
    WorkerHoldsOtherKey {
        /// Process id.
        pid: i32,
        /// Its key, if it is one we know.
        key: Option<KeyName>,
    },
    /// `APP_KEY` is set in the process environment, which wins over `.env`.
    KeyFromProcessEnvironment,
    /// The file of `APP_KEY_FILE` cannot be read.
    KeyFileUnreadable {
        /// The file.
        path: PathBuf,
    },
    /// A line of `.env` that keeps FreeScout from starting once the config cache is gone.
    EnvRefused {
        /// The line, counted from 1.
        line: u64,
    },
    /// Secrets sealed under another known key.
    UnderOtherKey {
        /// How many.
        count: usize,
        /// The key.
        key: KeyName,
    },
    /// Secrets that no known key opens.
    UnderUnknownKey {
        /// How many.
        count: usize,
    },
    /// Damaged secrets.
    Damaged {
        /// How many.
        count: usize,
    },
    /// Unencrypted passwords that FreeScout does not use.
    Plaintext {
        /// How many.
        count: usize,
    },
    /// Secrets sealed twice.
    Nested {
        /// How many.
        count: usize,
    },
    /// Ciphertexts that may be salvaged although their MAC does not vouch for them.
    Salvageable {
        /// How many.
        count: usize,
    },
    /// Secrets that are lost today, and stand in an older copy that a known key opens.
    OlderFound {
        /// How many.
        count: usize,
    },
    /// Passwords that failed logins left in FreeScout's logs.
    PasswordInLog {
        /// How many different ones.
        count: usize,
    },
    /// An empty field that needs a value: probably wiped by saving the blank form.
    ProbablyWiped {
        /// Whose.
        owner: String,
        /// Incoming, outgoing or the system mail account: the place as printed.
        place: String,
    },
    /// Licences of paid modules that FreeScout cannot read: its daily check will switch those modules off.
    LicencesUnreadable {
        /// How many.
        count: usize,
    },
    /// A known key that anybody can look up.
    PublishedKey {
        /// The key.
        key: KeyName,
        /// Where it is published.
        published: &'static str,
        /// Whether it is in force.
        effective: bool,
    },
    /// Config cache and `.env` name different databases.
    DatabaseSettingsDiffer,
    /// Files that the web user must write belong to root.
    RootOwned {
        /// The first of them.
        path: PathBuf,
    },
    /// A table's engine has no transactions.
    NotTransactional {
        /// The table.
        table: &'static str,
    },
    /// A schema older than some columns.
    OlderSchema {
        /// `table.column`, comma-separated.
        missing: String,
    },
    /// We do not run as root: what that leaves out.
    NotRoot,
    /// A run on this install was begun and did not end.
    UnfinishedRun {
        /// The run.
        run: Box<Run>,
    },
    /// The journal cannot be read: whether a run was interrupted is not known, and none can be begun.
    JournalUnreadable {
        /// Why.
        why: String,
    },
    /// Another freescout-rescue works on this install right now.
    AnotherRun {
        /// Its process.
        pid: u32,
        /// The machine it runs on.
        host: String,
        /// Whose it is.
        user: String,
        /// Since when, RFC 3339.
        since: String,
    },
    /// Opening `/install.php` in a browser would write a new key.
    InstallPageDangerous,
}

impl Finding {
    /// The name in the JSON forms.
    pub fn code(&self) -> &'static str {
        match self {
            Finding::StaleConfigCache { .. } => "stale_config_cache",
            Finding::UnusableKey { .. } => "unusable_key",
            Finding::MisspelledKey { .. } => "misspelled_key",
            Finding::GluedKey { .. } => "glued_key",
            Finding::WorkerHoldsOtherKey { .. } => "worker_holds_other_key",
            Finding::KeyFromProcessEnvironment => "key_from_process_environment",
            Finding::KeyFileUnreadable { .. } => "key_file_unreadable",
            Finding::EnvRefused { .. } => "env_refused",
            Finding::UnderOtherKey { .. } => "under_other_key",
            Finding::UnderUnknownKey { .. } => "under_unknown_key",
            Finding::Damaged { .. } => "damaged",
            Finding::Plaintext { .. } => "plaintext",
            Finding::Nested { .. } => "nested",
            Finding::Salvageable { .. } => "salvageable",
            Finding::OlderFound { .. } => "older_found",
            Finding::PasswordInLog { .. } => "password_in_log",
            Finding::ProbablyWiped { .. } => "probably_wiped",
            Finding::LicencesUnreadable { .. } => "licences_unreadable",
            Finding::PublishedKey { .. } => "published_key",
            Finding::DatabaseSettingsDiffer => "database_settings_differ",
            Finding::RootOwned { .. } => "root_owned",
            Finding::NotTransactional { .. } => "not_transactional",
            Finding::OlderSchema { .. } => "older_schema",
            Finding::NotRoot => "not_root",
            Finding::UnfinishedRun { .. } => "unfinished_run",
            Finding::AnotherRun { .. } => "another_run",
            Finding::JournalUnreadable { .. } => "journal_unreadable",
            Finding::InstallPageDangerous => "install_page_dangerous",
        }
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        match self {
            Finding::StaleConfigCache { .. }
            | Finding::UnusableKey { .. }
            | Finding::MisspelledKey { .. }
            | Finding::GluedKey { .. }
            | Finding::KeyFileUnreadable { .. }
            | Finding::EnvRefused { .. }
            | Finding::UnderOtherKey { .. }
            | Finding::UnderUnknownKey { .. }
            | Finding::UnfinishedRun { .. }
            | Finding::LicencesUnreadable { .. } => Severity::Critical,
            Finding::PublishedKey { effective, .. } => {
                if *effective {
                    Severity::Critical
                } else {
                    Severity::Warning
                }
            }
            Finding::WorkerHoldsOtherKey { .. }
            | Finding::Damaged { .. }
            | Finding::Plaintext { .. }
            | Finding::Nested { .. }
            | Finding::PasswordInLog { .. }
            | Finding::ProbablyWiped { .. }
            | Finding::DatabaseSettingsDiffer
            | Finding::RootOwned { .. }
            | Finding::AnotherRun { .. }
            | Finding::JournalUnreadable { .. }
            | Finding::NotTransactional { .. }
            | Finding::InstallPageDangerous => Severity::Warning,
            Finding::KeyFromProcessEnvironment
            | Finding::Salvageable { .. }
            | Finding::OlderFound { .. }
            | Finding::OlderSchema { .. }
            | Finding::NotRoot => Severity::Info,
        }
    }
}
