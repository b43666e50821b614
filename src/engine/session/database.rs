//! The database of an install as the operator knows it: where it is, what is wrong with it, and whether its tables are FreeScout's.

use crate::domain::config::{DbSettings, Driver};
use crate::domain::error::{ErrorKind, Problem};
use crate::engine::recovery::disk_trouble::of_stopped;
use crate::engine::session::Session;
use crate::io::container::within;
use crate::io::db::{Bounds, Foreign, Store, StoreError};
use crate::words::untrusted::{Untrusted, shown};
use crate::words::{joined, words};

impl Session {
    /// Opens the database again, as FreeScout would now; with the operator's own values where they were given.
    ///
    /// # Errors
    /// A [`Problem`] with the variable to look at.
    pub fn reconnect(&mut self) -> Result<(), Problem> {
        if !self.other_database {
            self.settings = self.install.database()?;
        }
        self.store = self
            .connected()
            .map_err(|e| unreachable_database(&e, &self.settings))?;
        Ok(())
    }

    /// Opens the database again where the connection broke meanwhile: servers end those that idle, and restart.
    ///
    /// # Errors
    /// A [`Problem`]; nothing was changed.
    pub fn awake(&mut self) -> Result<(), Problem> {
        match self.together(Bounds::AWAKE, |session| session.store.columns("options")) {
            Err(StoreError::Unreachable(_)) => self.reconnect().map_err(|problem| Problem {
                next: joined::sentences(&[words().quit_nothing_changed, problem.next.as_str()]),
                ..problem
            }),
            _ => Ok(()),
        }
    }

    /// Opens the database again where it was given up over something that is not needed: what is needed must not fail for it.
    pub fn mend(&mut self) {
        if self.store.given_up() {
            // What it cannot reach, the next one who needs it tells.
            let _ = self.reconnect();
        }
    }
}

/// Where the database of a session is, for the operator.
pub fn place(session: &Session) -> String {
    place_of(&session.settings)
}

fn place_of(settings: &DbSettings) -> String {
    shown(&match (&settings.socket, settings.driver) {
        (_, Driver::Sqlite) => settings.database.clone(),
        (Some(socket), _) => socket.clone(),
        (None, _) => format!("{}:{}", settings.host, settings.port),
    })
    .to_string()
}

/// The problem of a database that cannot be reached, with the variable to look at.
pub fn unreachable_database(error: &StoreError, settings: &DbSettings) -> Problem {
    let w = words();
    let place = place_of(settings);
    let elsewhere;
    let kind = database_kind(error);
    let (what, next) = match error {
        StoreError::Unreachable(_) if settings.driver == Driver::Sqlite => {
            (text!(database_unreachable, place), w.database_file_next)
        }
        StoreError::Unreachable(_) if within::is_stopped() => {
            (text!(database_unreachable, place), w.container_start_first)
        }
        StoreError::Unreachable(_) => (
            text!(database_unreachable, place),
            w.database_unreachable_next,
        ),
        StoreError::NotServing(_) => (
            text!(database_not_serving, place),
            w.database_not_serving_next,
        ),
        StoreError::Denied(_) => (
            text!(database_denied, user = shown(&settings.username)),
            w.database_denied_next,
        ),
        StoreError::UnknownDatabase(_) => (
            text!(database_unknown, database = shown(&settings.database)),
            w.database_unknown_next,
        ),
        StoreError::Tls(_) => (text!(database_tls, place), w.database_tls_next),
        StoreError::TooMuch(_) => (text!(database_too_much, place), w.database_too_much_next),
        StoreError::NotPlain { table, foreign } => return not_plain(table, foreign),
        StoreError::Query(_) => (w.database_query.to_owned(), w.database_query_next),
        StoreError::Locked(_) if settings.driver == Driver::Sqlite => {
            (w.database_locked.to_owned(), w.database_file_locked_next)
        }
        StoreError::Locked(_) => (w.database_locked.to_owned(), w.database_locked_next),
        StoreError::Deadlock(_) => (w.database_deadlock.to_owned(), w.database_deadlock_next),
        StoreError::ReadOnly(_) if settings.driver == Driver::Sqlite && within::is_stopped() => {
            elsewhere = of_stopped(&place);
            (text!(database_read_only, place), elsewhere.as_str())
        }
        StoreError::ReadOnly(_) if settings.driver == Driver::Sqlite => (
            text!(database_read_only, place),
            w.database_file_read_only_next,
        ),
        StoreError::ReadOnly(_) => (text!(database_read_only, place), w.database_read_only_next),
        StoreError::Replica { primary, .. } => {
            let primary = primary.as_ref().filter(|host| !host.is_empty());
            elsewhere = match primary {
                Some(host) => text!(database_replica_of_next, primary = host),
                None => w.database_replica_next.to_owned(),
            };
            (text!(database_replica, place), elsewhere.as_str())
        }
    };
    kind.problem(what, error.to_string(), next)
}

fn database_kind(error: &StoreError) -> ErrorKind {
    match error {
        StoreError::Unreachable(_) => ErrorKind::DatabaseUnreachable,
        StoreError::Denied(_) => ErrorKind::DatabaseDenied,
        StoreError::UnknownDatabase(_) => ErrorKind::DatabaseUnknown,
        StoreError::Tls(_) => ErrorKind::DatabaseTls,
        StoreError::TooMuch(_) | StoreError::NotPlain { .. } => ErrorKind::DatabaseUnsuitable,
        StoreError::Query(_) => ErrorKind::DatabaseError,
        StoreError::Locked(_) | StoreError::Deadlock(_) | StoreError::NotServing(_) => {
            ErrorKind::DatabaseBusy
        }
        StoreError::ReadOnly(_) | StoreError::Replica { .. } => ErrorKind::DatabaseReadOnly,
    }
}

/// The problem of a table that is none of FreeScout's making.
fn not_plain(table: &Untrusted, foreign: &Foreign) -> Problem {
    let w = words();
    let next = if foreign.acts_on_writes_alone() {
        w.database_acts_next
    } else {
        w.database_not_plain_next
    };
    ErrorKind::DatabaseUnsuitable.problem(
        text!(database_not_plain, table, foreign),
        w.database_not_plain_why,
        next,
    )
}

/// Tables that we change rows of.
const CHANGED: [&str; 4] = ["mailboxes", "options", "modules", "users"];

/// Tables that are only read.
const READ: [&str; 5] = [
    "migrations",
    "send_logs",
    "attachments",
    "activity_logs",
    "failed_jobs",
];

/// Whether the tables FreeScout cannot do without are there, and all that are read are tables of its own.
///
/// # Errors
/// A [`Problem`] that names the missing table and the prefix it was looked for with, or the table that is none.
pub fn require_tables(store: &mut dyn Store, settings: &DbSettings) -> Result<(), Problem> {
    let w = words();
    for table in CHANGED.into_iter().chain(READ) {
        let foreign = store
            .foreign(table)
            .map_err(|e| unreachable_database(&e, settings))?;
        match foreign {
            Some(foreign) if CHANGED.contains(&table) || !foreign.acts_on_writes_alone() => {
                return Err(not_plain(
                    &format!("{}{table}", settings.prefix).into(),
                    &foreign,
                ));
            }
            _ => {}
        }
    }
    for table in ["mailboxes", "options"] {
        let columns = store
            .columns(table)
            .map_err(|e| unreachable_database(&e, settings))?;
        if columns.is_empty() {
            return Err(ErrorKind::DatabaseUnsuitable.problem(
                text!(
                    table_missing,
                    table = shown(&format!("{}{table}", settings.prefix))
                ),
                text!(table_missing_why, database = shown(&settings.database)),
                w.table_missing_next,
            ));
        }
    }
    Ok(())
}
