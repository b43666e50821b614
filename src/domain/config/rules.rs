//! What the installed FreeScout stores encrypted, what it makes of a text that it cannot decrypt, and what it derives from
//! the key: all of that depends on its version.
//!
//! [`TABLE`] is the one place where it is written down. Its rows come from FreeScout's own source at each tag; that is
//! where each says. Where the version is not known, or a checkout stands between two of them, the rows of the table
//! `migrations` are a second witness; what stays untold is left as it is.

use std::collections::BTreeSet;

use super::version::Version;
use crate::domain::inventory::secret::{SecretKind, Table, Token};

/// What FreeScout makes of a text that it cannot decrypt, where it expects an encrypted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Undecryptable {
    /// An empty text.
    ReadsEmpty,
    /// The stored text itself: a plain one works, and under another key the sealed text is sent as the password.
    ReadsAsStored,
}

/// How one kind of secret is kept by the installed version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StorageRule {
    /// Stored as it is, and read as it is: what is sealed there is of no use to this version.
    AsItIs,
    /// Sealed under the key.
    Sealed(Undecryptable),
    /// Sealed under the key and empty where it does not decrypt. What is plain waits for a migration that will seal it,
    /// whatever it holds then.
    SealedByMigration,
    /// One or the other: the version is not known.
    Untold,
}

/// The form in which a text is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredForm {
    /// Sealed under the key.
    Sealed,
    /// As it is.
    Plain,
}

/// A row of [`TABLE`]: from a version on.
#[derive(Debug, Clone, Copy)]
pub struct RuleRow {
    /// What is kept so.
    pub kind: SecretKind,
    /// From this version on.
    pub since: Version,
    /// How.
    pub keeping: StorageRule,
    /// A migration that came with the change: where it ran, code of that time was there.
    pub witness: Option<&'static str>,
    /// Whether that migration seals what is stored plain, whatever it is.
    pub migrates: bool,
    /// Where it is to be read in FreeScout.
    pub source: &'static str,
}

const IN_PASSWORD: &str = "2018_11_13_143000";
const OUT_PASSWORD: &str = "2021_05_21_090000";
const MAIL_PASSWORD: &str = "2021_05_21_105200";
const LICENSE: &str = "2026_03_08_010101";

const FIRST: Version = Version::new(0, 0, 0);
const EMPTY: StorageRule = StorageRule::Sealed(Undecryptable::ReadsEmpty);
const AS_STORED: StorageRule = StorageRule::Sealed(Undecryptable::ReadsAsStored);
const ACCESS: SecretKind = SecretKind::OAuth(Token::Access);

const fn row(
    kind: SecretKind,
    since: Version,
    keeping: StorageRule,
    source: &'static str,
) -> RuleRow {
    RuleRow {
        kind,
        since,
        keeping,
        witness: None,
        migrates: false,
        source,
    }
}

/// How each version keeps each kind of secret, oldest first within a kind. Both tokens are kept alike. What is found by
/// its shape alone was sealed by its writer, whatever the version.
pub const TABLE: &[RuleRow] = &[
    row(
        SecretKind::Incoming,
        FIRST,
        StorageRule::AsItIs,
        "app/Mailbox.php at 1.0.4: no accessor",
    ),
    RuleRow {
        // From 1.0.6 on that migration does nothing.
        witness: Some(IN_PASSWORD),
        ..row(
            SecretKind::Incoming,
            Version::new(1, 0, 5),
            EMPTY,
            "app/Mailbox.php at 1.0.5: get/setInPasswordAttribute; false before 1.7.9",
        )
    },
    row(
        SecretKind::Outgoing,
        FIRST,
        StorageRule::AsItIs,
        "app/Mailbox.php at 1.7.7: no accessor",
    ),
    RuleRow {
        witness: Some(OUT_PASSWORD),
        migrates: true,
        ..row(
            SecretKind::Outgoing,
            Version::new(1, 7, 8),
            EMPTY,
            "app/Mailbox.php at 1.7.9: get/setOutPasswordAttribute; 1.7.8 has no tag",
        )
    },
    row(
        SecretKind::SystemMail,
        FIRST,
        StorageRule::AsItIs,
        "app/Misc/Mail.php at 1.7.7: setSystemMailDriver",
    ),
    RuleRow {
        witness: Some(MAIL_PASSWORD),
        migrates: true,
        ..row(
            SecretKind::SystemMail,
            Version::new(1, 7, 8),
            AS_STORED,
            "app/Misc/Mail.php and app/Misc/Helper.php (decrypt) at 1.7.9",
        )
    },
    RuleRow {
        witness: Some(MAIL_PASSWORD),
        migrates: true,
        ..row(
            SecretKind::SystemMail,
            Version::new(1, 8, 232),
            EMPTY,
            "app/Misc/Helper.php (decrypt) at 1.8.232",
        )
    },
    row(
        ACCESS,
        FIRST,
        StorageRule::AsItIs,
        "app/Mailbox.php at 1.8.208: oauthGetParam; OAuth from 1.8.9",
    ),
    RuleRow {
        // No migration seals tokens; this one came a day later, with the same version.
        witness: Some(LICENSE),
        ..row(
            ACCESS,
            Version::new(1, 8, 209),
            AS_STORED,
            "app/Mailbox.php at 1.8.209: setMetaParam, oauthGetParam",
        )
    },
    row(
        ACCESS,
        Version::new(1, 8, 232),
        EMPTY,
        "app/Misc/Helper.php (decrypt) at 1.8.232",
    ),
    row(
        SecretKind::License,
        FIRST,
        StorageRule::AsItIs,
        "app/Module.php at 1.8.208: no accessor",
    ),
    RuleRow {
        witness: Some(LICENSE),
        migrates: true,
        ..row(
            SecretKind::License,
            Version::new(1, 8, 209),
            AS_STORED,
            "app/Module.php at 1.8.209 and 1.8.232: getLicenseAttribute",
        )
    },
    row(
        SecretKind::ModuleOption,
        FIRST,
        AS_STORED,
        "app/Http/Controllers/SettingsController.php at 1.7.9: settings declared encrypt",
    ),
    row(
        SecretKind::ModuleOption,
        Version::new(1, 8, 232),
        EMPTY,
        "app/Misc/Helper.php (decrypt) at 1.8.232",
    ),
    row(
        SecretKind::EnvValue,
        FIRST,
        AS_STORED,
        "app/Http/Controllers/SettingsController.php at 1.7.9: settings declared encrypt and env",
    ),
    row(
        SecretKind::EnvValue,
        Version::new(1, 8, 232),
        EMPTY,
        "app/Misc/Helper.php (decrypt) at 1.8.232",
    ),
    row(
        SecretKind::InvitedUser,
        FIRST,
        AS_STORED,
        "app/User.php at 1.8.49: getDummyPassword; before, a bcrypt hash",
    ),
    row(
        SecretKind::InvitedUser,
        Version::new(1, 8, 232),
        EMPTY,
        "app/Misc/Helper.php (decrypt) at 1.8.232",
    ),
];

/// `app/Misc/Helper.php` at 1.8.186: decrypt() takes texts that are not serialised; before, it unserialised everything.
const TAKES_RAW_TEXTS: Version = Version::new(1, 8, 186);
/// There, and at 1.8.187, its pattern has no end: the serialised form itself is handed on.
const READS_AGAIN: Version = Version::new(1, 8, 188);
/// `app/Attachment.php` at 1.5.0: getToken().
const ATTACHMENT_TOKENS: Version = Version::new(1, 5, 0);
/// `app/Misc/Mail.php` at 1.8.39: getMessageIdHash(); before, the hash of the thread's number alone.
const MESSAGE_ID_HASHES: Version = Version::new(1, 8, 39);
/// `app/Misc/Helper.php` at 1.7.18: getWebCronHash().
const WEB_CRON: Version = Version::new(1, 7, 18);
/// `config/app.php` at 1.8.17.
const KEY_FILE: Version = Version::new(1, 8, 17);
/// `app/Misc/Mail.php` at 1.8.9 fetches with an access token.
const OAUTH_FETCHES: Version = Version::new(1, 8, 9);
/// `app/Misc/Mail.php` at 1.8.144 sends with one too, at Microsoft's server.
const OAUTH_SENDS: Version = Version::new(1, 8, 144);
/// `app/Misc/Mail.php` at 1.8.207: OAUTH_GOOGLE_SMTP.
const OAUTH_SENDS_AT_GOOGLE: Version = Version::new(1, 8, 207);
/// Columns, or whole tables, that came later, by the first tag with their migration in `database/migrations`.
const LATER_COLUMNS: &[(Table, Option<&str>, Version)] = &[
    (Table::Modules, None, Version::new(1, 0, 2)),
    (
        Table::Mailboxes,
        Some("in_validate_cert"),
        Version::new(1, 1, 9),
    ),
    (Table::Mailboxes, Some("meta"), Version::new(1, 6, 14)),
];

/// Which of the migrations that matter ran, as the table `migrations` tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migrations(Option<BTreeSet<&'static str>>);

impl Migrations {
    /// Takes a name from the table. Where there is none at all, nothing is told.
    pub fn add(&mut self, name: &[u8]) {
        let known = [IN_PASSWORD, OUT_PASSWORD, MAIL_PASSWORD, LICENSE];
        let ran = self.0.get_or_insert_default();
        ran.extend(known.into_iter().filter(|m| name.starts_with(m.as_bytes())));
    }

    /// Whether this one ran; `None` where the table does not tell.
    fn ran(&self, migration: &str) -> Option<bool> {
        self.0.as_ref().map(|ran| ran.contains(migration))
    }
}

/// The rules of one install. By default nothing is told, so nothing plain is touched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    version: Option<Version>,
    migrations: Migrations,
}

impl Rules {
    /// The rules of a version, and of what the database tells of its own.
    pub fn of(version: Option<Version>, migrations: Migrations) -> Self {
        Self {
            version,
            migrations,
        }
    }

    /// The version, where it is known.
    pub fn version(&self) -> Option<Version> {
        self.version
    }

    /// Whether the version is this one or a later one; `None` where it is not known.
    fn since(&self, version: Version) -> Option<bool> {
        Some(self.version? >= version)
    }

    /// How a kind of secret is kept.
    pub fn keeping(&self, kind: SecretKind) -> StorageRule {
        let alike = match kind {
            SecretKind::OAuth(_) => ACCESS,
            kind => kind,
        };
        let rows = || TABLE.iter().filter(|row| row.kind == alike);
        let untold = match kind {
            SecretKind::Incoming
            | SecretKind::Outgoing
            | SecretKind::SystemMail
            | SecretKind::OAuth(_) => StorageRule::Untold,
            // Plain licences are read by every version, and what is found by its shape is sealed.
            SecretKind::License
            | SecretKind::ModuleOption
            | SecretKind::EnvValue
            | SecretKind::InvitedUser => AS_STORED,
        };
        let Some(version) = self.version else {
            return untold;
        };
        let Some(row) = rows().rfind(|row| row.since <= version) else {
            return untold;
        };
        let next = rows().find(|next| next.since > version);
        let between = next.is_some_and(|next| {
            let ran = |migration| self.migrations.ran(migration) == Some(true);
            version.is_right_before(next.since) && next.witness.is_some_and(ran)
        });
        if between && row.keeping == StorageRule::AsItIs {
            return untold;
        }
        if row.keeping == EMPTY && self.is_pending(row) {
            StorageRule::SealedByMigration
        } else {
            row.keeping
        }
    }

    /// Whether the migration of a row is still to seal what it finds.
    fn is_pending(&self, row: &RuleRow) -> bool {
        row.migrates && row.witness.and_then(|m| self.migrations.ran(m)) == Some(false)
    }

    /// Whether a migration is still to seal this kind of secret, once more where it is sealed already.
    pub fn seals_later(&self, kind: SecretKind) -> bool {
        let mut rows = TABLE.iter().filter(|row| row.kind == kind);
        let version = self.version;
        let row = version.and_then(|version| rows.rfind(|row| row.since <= version));
        row.is_some_and(|row| self.is_pending(row))
    }

    /// Whether FreeScout insists on a serialised value within the payload. Its own wrapper later took raw texts too.
    pub fn wants_serialized(&self, kind: SecretKind) -> bool {
        matches!(kind, SecretKind::Incoming | SecretKind::Outgoing)
            || self.since(TAKES_RAW_TEXTS) == Some(false)
    }

    /// Whether FreeScout's own wrapper hands on the serialised form instead of the value: a fault of 1.8.186 and 1.8.187.
    pub fn hands_on_serialized(&self) -> bool {
        self.since(TAKES_RAW_TEXTS) == Some(true) && self.since(READS_AGAIN) == Some(false)
    }

    /// Whether links to attachments carry a token of the key. Untold, they do: all but the oldest have one.
    pub fn links_carry_tokens(&self) -> bool {
        self.since(ATTACHMENT_TOKENS) != Some(false)
    }

    /// Whether replies are matched by a hash of the key. Untold, they are.
    pub fn replies_carry_hashes(&self) -> bool {
        self.since(MESSAGE_ID_HASHES) != Some(false)
    }

    /// Whether the schema of this version has a column, or the table where none is named.
    pub fn has_column(&self, table: Table, column: Option<&str>) -> bool {
        let later = LATER_COLUMNS
            .iter()
            .find(|(of, name, _)| *of == table && *name == column);
        later.is_none_or(|(.., since)| self.since(*since) != Some(false))
    }

    /// Whether there is a web cron, whose address is made from the key.
    pub fn has_web_cron(&self) -> bool {
        self.since(WEB_CRON) != Some(false)
    }

    /// Whether `APP_KEY_FILE` is read.
    pub fn reads_key_file(version: Option<Version>) -> bool {
        version.is_none_or(|version| version >= KEY_FILE)
    }

    /// Whether a connected mailbox fetches with its access token; before, with its password.
    pub fn fetches_by_oauth(&self) -> bool {
        self.since(OAUTH_FETCHES) != Some(false)
    }

    /// Whether a connected mailbox sends with its access token at this server; else with its password.
    pub fn sends_by_oauth(&self, server: &str) -> bool {
        let from = match server {
            "smtp.office365.com" => OAUTH_SENDS,
            "smtp.gmail.com" => OAUTH_SENDS_AT_GOOGLE,
            _ => return false,
        };
        self.since(from) != Some(false)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
