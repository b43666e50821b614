//! Where an older payload stood, and whether that is this install's own database.
//!
//! A dump may hold several databases, a folder of backups several installs, a database several prefixes; a copy for
//! trials has the same keys, addresses and row numbers as the helpdesk it was made of. So the MAC of a payload proves a
//! key, never an install: what counts is where its row says that it stood.

use crate::domain::config::Driver;
use crate::domain::inventory::secret::Table;

use crate::words::untrusted::Untrusted;

/// Names longer than this are none, in bytes: MySQL's have 64 characters, PostgreSQL's 63 bytes.
pub(super) const MAX_NAME: usize = 256;

/// Where a payload stood, as far as its source says. Names as found: sanitise before showing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PayloadOrigin {
    /// The server, as the dump's header names it.
    pub host: Option<String>,
    /// The database.
    pub database: Option<String>,
    /// What stands before the table's name: PostgreSQL's schema; MySQL's database, which then is in `database` once it
    /// is [resolved](Self::resolved).
    pub schema: Option<String>,
    /// The table, with its prefix.
    pub table: Option<String>,
    /// Whether the line that names the database may be part of a text in the dump.
    pub unsure: bool,
}

/// The server, user name and address that a row gives beside a payload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowLogin {
    /// `in_server` or `out_server`.
    pub server: Option<String>,
    /// `in_username` or `out_username`.
    pub username: Option<String>,
}

/// The database of this install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDatabase {
    /// Its driver.
    pub driver: Driver,
    /// `DB_HOST`.
    pub host: String,
    /// `DB_DATABASE`.
    pub database: String,
    /// `DB_TABLE_PREFIX`.
    pub prefix: String,
}

/// What speaks for an older payload being this install's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// Its source names this install's own database and table.
    Named,
    /// Its source names no database.
    Unnamed,
    /// Something speaks against it, or it is not known.
    Doubtful(Doubt),
}

named! {
    /// Why an older payload is offered, and not taken unseen. Names as found: sanitise before showing.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Doubt {
        /// It was recognised by an address near it, in something that is no dump: no row was read.
        NoRow = "no_row",
        /// It is from another database than this one, which is the install's.
        OtherDatabase(Untrusted) = "other_database",
        /// It is from a database of this name on another server.
        OtherServer(Untrusted) = "other_server",
        /// It is from another table or schema than this one, which is the install's.
        OtherTable(Untrusted) = "other_table",
        /// Nothing says which table it is from.
        NoTable = "no_table",
        /// It is from a backup of ours that was made of another install.
        OtherInstall = "other_install",
        /// Its row is this mailbox's by its number, but belongs to this address.
        OtherAddress(Untrusted) = "other_address",
        /// Its row is this mailbox's by its address, but has this number.
        OtherRow(u64) = "other_row",
        /// It was for this login at this server.
        OtherLogin(Untrusted, Untrusted) = "other_login",
        /// The database is named by a line that may be part of a text.
        Unsure = "unsure",
        /// Other copies, as good as this one, hold another text, and no dates tell which is the later.
        Disagreement = "disagreement",
        /// A later one is known.
        Superseded = "superseded",
    }
    /// As named in the JSON forms.
    pub fn code(&self);
}

/// The schema of FreeScout's tables on PostgreSQL, and SQLite's only one.
fn own_schema(driver: Driver) -> &'static str {
    match driver {
        Driver::PgSql => "public",
        Driver::Sqlite => "main",
        Driver::MySql => "",
    }
}

/// Servers that are the machine the dump was made on, whichever that was: these say nothing.
fn is_local(host: &str) -> bool {
    matches!(host, "" | "localhost" | "127.0.0.1" | "::1") || host.starts_with('/')
}

impl PayloadOrigin {
    /// The server, where its name is not that of whichever machine the dump was made on.
    pub(super) fn server(&self) -> Option<&str> {
        self.host.as_deref().filter(|host| !is_local(host))
    }

    /// The same, with what stands before the table's name as this driver means it.
    #[must_use]
    pub fn resolved(mut self, driver: Driver) -> Self {
        if driver == Driver::MySql && self.schema.is_some() {
            self.database = self.schema.take();
            // It stands in the statement itself.
            self.unsure = false;
        }
        self
    }

    /// Adds what the name of a file says where its text says nothing: `desk.mailboxes.00000.sql` of mydumper, exports that
    /// are called `desk.mailboxes.csv`, and the folder of a table's own file, `desk/mailboxes.ibd`. `path` is the way to the file, its name last.
    #[must_use]
    pub fn or_of_path(mut self, path: &[&str]) -> Self {
        let Some((name, folders)) = path.split_last() else {
            return self;
        };
        let stem = |endings: &[&str]| endings.iter().find_map(|end| name.strip_suffix(end));
        match &self.table {
            Some(table) if self.database.is_none() => {
                let name = stem(&[".gz", ".zst", ".xz", ".bz2"]).unwrap_or(name);
                let endings = [".sql", ".csv", ".tsv", ".txt", ".dat"];
                let name = endings
                    .iter()
                    .find_map(|end| name.strip_suffix(end))
                    .unwrap_or(name);
                let mut name = name.strip_suffix("-schema").unwrap_or(name);
                while let Some((before, digits)) = name.rsplit_once('.')
                    && digits.bytes().all(|b| b.is_ascii_digit())
                {
                    name = before;
                }
                let database = name
                    .strip_suffix(table.as_str())
                    .and_then(|n| n.strip_suffix('.'));
                self.database = database.filter(|n| is_name(n)).map(str::to_owned);
            }
            None => {
                let table = stem(&[".ibd", ".MYD", ".MAD"]).filter(|n| is_name(n));
                if let (Some(table), Some(folder)) = (table, folders.last()) {
                    self.table = Some(decoded(table));
                    self.database = is_name(folder).then(|| decoded(folder));
                }
            }
            Some(_) => {}
        }
        self
    }

    /// Whether this is where the install's own `table` stands.
    pub fn basis(&self, table: Table, own: &OwnDatabase) -> Basis {
        let own_table = format!("{}{}", own.prefix, table.name());
        let schema = own_schema(own.driver);
        if self.schema.as_ref().is_some_and(|s| s != schema)
            || self.table.as_ref().is_some_and(|t| *t != own_table)
        {
            let own_table = match &self.schema {
                Some(_) if own.driver == Driver::PgSql => format!("{schema}.{own_table}"),
                _ => own_table,
            };
            return Basis::Doubtful(Doubt::OtherTable(own_table.into()));
        }
        let foreign = |host: &&str| !host.eq_ignore_ascii_case(&own.host);
        match (&self.database, self.server()) {
            (Some(name), _) if *name != own.database => {
                Basis::Doubtful(Doubt::OtherDatabase(own.database.clone().into()))
            }
            (Some(_), _) if self.unsure => Basis::Doubtful(Doubt::Unsure),
            (_, Some(host)) if foreign(&host) => {
                Basis::Doubtful(Doubt::OtherServer(host.to_owned().into()))
            }
            (Some(_), _) => Basis::Named,
            (None, _) => Basis::Unnamed,
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_NAME
}

/// A name as MySQL writes it into the names of its files: other characters as `@002d`.
fn decoded(name: &str) -> String {
    let mut text = String::new();
    let mut rest = name;
    while let Some((before, behind)) = rest.split_once('@') {
        text.push_str(before);
        let letter = behind
            .get(..4)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .and_then(char::from_u32);
        match letter {
            Some(letter) => {
                text.push(letter);
                rest = &behind[4..];
            }
            None => {
                text.push('@');
                rest = behind;
            }
        }
    }
    text + rest
}
