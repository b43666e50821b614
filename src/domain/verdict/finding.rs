//! What the operator must know, each finding with its evidence.

use std::path::PathBuf;

use serde::Serialize;

use crate::domain::config::container::definition::{UnreadFile, WhyUnread};
use crate::domain::config::elsewhere::By;
use crate::domain::inventory::secret::{Place, SecretKind};
use crate::domain::key::app_key::{Fingerprint, KeyError};
use crate::domain::key::source::Source;
use crate::domain::key::spelling::Spelling;
use crate::domain::run::Run;
use crate::domain::run::volatile::Fleeting;
use crate::words::untrusted::Untrusted;

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

/// Where a setting stands, outside of `.env`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAt {
    /// The file.
    pub path: PathBuf,
    /// Line, counted from 1.
    pub line: Option<u64>,
    /// Who sets it.
    pub by: By,
}

/// Whether a setting outside of `.env` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingEffect {
    /// It counts now, before `.env`.
    InForce,
    /// Not as long as the config cache stands, which was built without it or before it.
    Cached,
    /// From the container's next start on.
    NextStart,
    /// Whether it belongs to this install is not known.
    Unsure,
    /// Its value stands somewhere else again, or counts under a condition only.
    TakenOver,
}

impl SettingEffect {
    fn severity(self) -> Severity {
        match self {
            SettingEffect::InForce | SettingEffect::NextStart => Severity::Critical,
            SettingEffect::Cached | SettingEffect::Unsure | SettingEffect::TakenOver => {
                Severity::Warning
            }
        }
    }
}

named! {
    /// Something found. Texts in it that come from outside are as found: sanitise before showing.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Finding {
        /// The config cache holds one key, the configuration another.
        StaleConfigCache {
            /// The key in the cache, which is the current one.
            cached: Option<KeyName>,
            /// The key in `.env` or the key file.
            configured: Option<KeyName>,
        } = "stale_config_cache",
        /// The current key is none that Laravel accepts.
        UnusableKey {
            /// Why.
            error: KeyError,
        } = "unusable_key",
        /// What is configured is a known key, in a spelling that FreeScout does not read.
        MisspelledKey {
            /// The key.
            key: KeyName,
            /// What is wrong with it.
            spelling: Spelling,
            /// Where it stands.
            place: Source,
        } = "misspelled_key",
        /// Two keys stand on one line, as `/install.php` leaves them.
        GluedKey {
            /// The line of `.env`, 0 when it is the config cache.
            line: u64,
        } = "glued_key",
        /// A queue worker runs with another key than the web side.
        WorkerHoldsOtherKey {
            /// Process id.
            pid: i32,
            /// Its key, if it is one we know.
            key: Option<KeyName>,
        } = "worker_holds_other_key",
        /// A queue worker that does not tell its key runs since before the configuration was changed.
        WorkerOlderThanKey {
            /// Process id.
            pid: i32,
        } = "worker_older_than_key",
        /// A secret is lost, and the memory of a queue worker, which may hold its key, could not be searched.
        WorkerUnsearched {
            /// Process id.
            pid: i32,
            /// What it is.
            what: Untrusted,
            /// Why.
            why: Untrusted,
        } = "worker_unsearched",
        /// A secret is lost, and a backup of ours of this install, which may hold its key, could not be searched.
        OwnBackupUnread {
            /// Its folder.
            folder: std::path::PathBuf,
            /// When it was made, RFC 3339; empty where that is not known.
            created: Untrusted,
            /// Why.
            why: Untrusted,
        } = "own_backup_unread",
        /// A secret is lost, and there are so many backups of ours that these were not searched.
        OwnBackupsMore {
            /// How many.
            count: usize,
        } = "own_backups_more",
        /// `APP_KEY` is set in the process environment, which wins over `.env`.
        KeyFromProcessEnvironment = "key_from_process_environment",
        /// Another key than that of `.env` is set for FreeScout's PHP.
        KeySetElsewhere {
            /// Where.
            at: SetAt,
            /// The key, where it is known and usable.
            key: Option<KeyName>,
            /// Whether it counts.
            standing: SettingEffect,
            /// How many secrets open with it.
            opens: usize,
            /// Of how many.
            total: usize,
        } = "key_set_elsewhere",
        /// Another setting than that of `.env` is set for FreeScout's PHP: of the database, or the key's file.
        SettingElsewhere {
            /// The variable.
            name: Untrusted,
            /// Where.
            at: SetAt,
            /// Whether it counts.
            standing: SettingEffect,
        } = "setting_elsewhere",
        /// What the container is defined by could not be read: whether more is set there is not known.
        DefinitionUnread(UnreadFile) = "definition_unread",
        /// FreeScout cannot read the file of `APP_KEY_FILE`.
        KeyFileUnreadable {
            /// The file.
            path: PathBuf,
            /// What keeps it from being read.
            why: Untrusted,
            /// The account that FreeScout runs as, where it has no right to read it.
            barred: Option<String>,
        } = "key_file_unreadable",
        /// The file that the key is read from goes by itself: with the container, or when that is restarted.
        KeyNotLasting {
            /// The file, links resolved.
            path: PathBuf,
            /// When it goes.
            fleeting: Fleeting,
            /// Where the container is defined, on the host.
            definition: Option<PathBuf>,
        } = "key_not_lasting",
        /// FreeScout runs in a container, with a folder of the same path: this one may be an old copy.
        AlsoInContainer {
            /// The container, as a sentence part.
            container: String,
            /// The folder there.
            path: PathBuf,
            /// The command that looks at that one.
            command: String,
        } = "also_in_container",
        /// Nothing names the install, and there are stopped containers that cannot be looked into: it may be a dead copy of one
        /// that is in there.
        ContainersUnseen {
            /// The containers, as sentence parts, with the commands that start them.
            containers: Vec<String>,
        } = "containers_unseen",
        /// Everything is root's, and everybody may decide what `.env` says: whose rights FreeScout has is not known.
        WebUserUntold = "web_user_untold",
        /// A line of `.env` that keeps FreeScout from starting: now, or once the config cache is gone.
        EnvRefused {
            /// The line, counted from 1.
            line: u64,
            /// Whether there is a config cache.
            cached: bool,
        } = "env_refused",
        /// Secrets sealed under another known key.
        UnderOtherKey {
            /// How many.
            count: usize,
            /// The key.
            key: KeyName,
        } = "under_other_key",
        /// Secrets that no known key opens.
        UnderUnknownKey {
            /// How many.
            count: usize,
        } = "under_unknown_key",
        /// Damaged secrets.
        Damaged {
            /// How many.
            count: usize,
        } = "damaged",
        /// Unencrypted passwords that FreeScout does not use.
        Plaintext {
            /// How many.
            count: usize,
        } = "plaintext",
        /// Unencrypted passwords that the installed version may use or not: it is not known.
        PlaintextUntold {
            /// How many.
            count: usize,
        } = "plaintext_untold",
        /// Unencrypted secrets that the installed version uses, and versions from 1.8.232 on do not.
        PlaintextUntilUpdate {
            /// How many.
            count: usize,
        } = "plaintext_until_update",
        /// Unencrypted passwords that a migration is still to seal: the database is older than the installed version.
        AwaitsMigration {
            /// How many.
            count: usize,
        } = "awaits_migration",
        /// Secrets that are sealed already, and that a migration is still to seal once more.
        WouldSealAgain {
            /// How many.
            count: usize,
        } = "would_seal_again",
        /// The installed version is not known.
        VersionUntold {
            /// What it states, as found.
            stated: Untrusted,
        } = "version_untold",
        /// A fault of two versions: they use the system mail password in a wrong form, whatever the key.
        SystemMailBroken {
            /// The version.
            version: Untrusted,
        } = "system_mail_broken",
        /// Secrets sealed twice.
        Nested {
            /// How many.
            count: usize,
        } = "nested",
        /// Ciphertexts that may be salvaged although their MAC does not vouch for them.
        Salvageable {
            /// How many.
            count: usize,
        } = "salvageable",
        /// Secrets that are lost today, and stand in an older copy that a known key opens.
        OlderFound {
            /// How many.
            count: usize,
        } = "older_found",
        /// Secrets that are lost today, and stand in older copies of which it is not certain that they are this install's.
        OlderOffered {
            /// How many.
            count: usize,
        } = "older_offered",
        /// Passwords that failed logins left in FreeScout's logs.
        PasswordInLog {
            /// How many different ones.
            count: usize,
        } = "password_in_log",
        /// Emails that FreeScout gave up: it does not send them any more by itself.
        FailedMails {
            /// How many.
            count: usize,
        } = "failed_mails",
        /// An empty field that needs a value: probably wiped by saving the form with an empty password field.
        ProbablyWiped {
            /// Whose.
            owner: Untrusted,
            /// Where it should be.
            place: Place,
            /// Incoming, outgoing or system mail password.
            kind: SecretKind,
        } = "probably_wiped",
        /// Licences of paid modules that FreeScout cannot read: its daily check will switch those modules off.
        LicencesUnreadable {
            /// How many.
            count: usize,
        } = "licences_unreadable",
        /// A known key that anybody can look up.
        PublishedKey {
            /// The key.
            key: KeyName,
            /// Where it is published.
            published: &'static str,
            /// Whether it is the current key.
            effective: bool,
        } = "published_key",
        /// A key that was given along, with `--key-file`, decrypts nothing and is not the current one.
        GivenKeyUseless {
            /// The key.
            key: KeyName,
            /// Where it was given.
            place: Source,
        } = "given_key_useless",
        /// Config cache and `.env` name different databases.
        DatabaseSettingsDiffer = "database_settings_differ",
        /// Files that the web user must write belong to root.
        RootOwned {
            /// The first of them.
            path: PathBuf,
        } = "root_owned",
        /// A table's engine has no transactions.
        NotTransactional {
            /// The table.
            table: &'static str,
        } = "not_transactional",
        /// A schema older than some columns.
        OlderSchema {
            /// `table.column`, comma-separated.
            missing: Untrusted,
        } = "older_schema",
        /// We do not run as root: what that leaves out.
        NotRoot = "not_root",
        /// What a recovery has to write is read-only.
        NotWritable {
            /// The database's file, or the one of the key.
            path: PathBuf,
            /// What helps, as sentences.
            help: String,
        } = "not_writable",
        /// A run on this install was begun and did not end.
        UnfinishedRun {
            /// The run.
            run: Box<Run>,
        } = "unfinished_run",
        /// The journal cannot be read: whether a run was interrupted is not known, and none can be begun.
        JournalUnreadable {
            /// Why.
            why: Untrusted,
        } = "journal_unreadable",
        /// Another freescout-rescue works on this install right now.
        AnotherRun {
            /// Its process.
            pid: u32,
            /// The machine it runs on.
            host: Untrusted,
            /// Whose it is.
            user: Untrusted,
            /// Since when, RFC 3339.
            since: Untrusted,
        } = "another_run",
        /// Opening `/install.php` in a browser would write a new key.
        InstallPageDangerous = "install_page_dangerous",
        /// Every account of the system may read a file with the key in it.
        EnvWorldReadable {
            /// `.env`, the config cache, or both.
            paths: Vec<PathBuf>,
            /// The account that FreeScout runs as, where that is known.
            user: Option<String>,
            /// The link in `public/` by which the web server reaches the first of them.
            link: Option<PathBuf>,
        } = "env_world_readable",
        /// The config cache is older than `.env`, and both have the same key.
        CacheOlderThanEnv {
            /// When the cache was built: Unix seconds.
            built: i64,
            /// When `.env` was changed.
            changed: i64,
        } = "cache_older_than_env",
        /// The journal knows of no safe and no page with the key in force.
        KeyHasNoCopy {
            /// The command that makes a safe, ready for a shell.
            command: String,
        } = "key_has_no_copy",
    }
    /// The name in the JSON forms.
    pub fn code(&self);
}

impl Finding {
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
            | Finding::NotWritable { .. }
            | Finding::LicencesUnreadable { .. } => Severity::Critical,
            Finding::PublishedKey { effective, .. } => {
                if *effective {
                    Severity::Critical
                } else {
                    Severity::Warning
                }
            }
            Finding::KeySetElsewhere { standing, .. }
            | Finding::SettingElsewhere { standing, .. } => standing.severity(),
            Finding::DefinitionUnread(file) => match file.why {
                // What the container runs with is known all the same; it may be kept on another machine.
                WhyUnread::Missing | WhyUnread::NotNamed | WhyUnread::NameUntold => Severity::Info,
                WhyUnread::Broken(_)
                | WhyUnread::TooMuch
                | WhyUnread::NotAFile
                | WhyUnread::NotText
                | WhyUnread::Untold(_)
                | WhyUnread::NeverStarted
                | WhyUnread::Database(_)
                | WhyUnread::NotUnderstood(_) => Severity::Warning,
            },
            Finding::WorkerHoldsOtherKey { .. }
            | Finding::WorkerOlderThanKey { .. }
            | Finding::WorkerUnsearched { .. }
            | Finding::OwnBackupUnread { .. }
            | Finding::OwnBackupsMore { .. }
            | Finding::Damaged { .. }
            | Finding::Plaintext { .. }
            | Finding::PlaintextUntold { .. }
            | Finding::AwaitsMigration { .. }
            | Finding::WouldSealAgain { .. }
            | Finding::SystemMailBroken { .. }
            | Finding::Nested { .. }
            | Finding::PasswordInLog { .. }
            | Finding::ProbablyWiped { .. }
            | Finding::GivenKeyUseless { .. }
            | Finding::DatabaseSettingsDiffer
            | Finding::RootOwned { .. }
            | Finding::AlsoInContainer { .. }
            | Finding::ContainersUnseen { .. }
            | Finding::KeyNotLasting { .. }
            | Finding::WebUserUntold
            | Finding::AnotherRun { .. }
            | Finding::JournalUnreadable { .. }
            | Finding::NotTransactional { .. }
            | Finding::InstallPageDangerous => Severity::Warning,
            Finding::KeyFromProcessEnvironment
            | Finding::Salvageable { .. }
            | Finding::PlaintextUntilUpdate { .. }
            | Finding::VersionUntold { .. }
            | Finding::FailedMails { .. }
            | Finding::OlderFound { .. }
            | Finding::OlderOffered { .. }
            | Finding::OlderSchema { .. }
            | Finding::EnvWorldReadable { .. }
            | Finding::CacheOlderThanEnv { .. }
            | Finding::KeyHasNoCopy { .. }
            | Finding::NotRoot => Severity::Info,
        }
    }
}
