//! The database as the rest of the house sees it: read columns, swap texts in one transaction.
//!
//! Three rooms implement [`Server`]: `mysql`, `postgres`, `sqlite`. Table names are given without prefix; the store adds
//! it. Nothing here knows what a payload is.

mod change;
pub mod dump;
mod error;
pub mod lock;
pub mod mysql;
pub mod postgres;
pub mod sqlite;

pub mod standing;
mod store;
mod threaded;
pub mod watch;

use std::path::Path;

pub use self::error::{StoreError, SwapError};
pub use self::standing::Foreign;
pub use self::store::{LOCK_WAIT, LockAnswer, MAX_VALUE_BYTES, Server, Store, Stored, Swap};
use self::threaded::ThreadedConnection;
pub use self::threaded::hush;
pub use self::watch::Bounds;
use super::install;
use crate::domain::config::{DbSettings, Driver};
use crate::io::os::spawn::Account;

/// Opens the database with the settings FreeScout uses, and with the rights it has: a server at a socket takes a
/// client for the account it sees, and files that the settings name are read by the web user. `root` is the install's
/// folder, for a relative SQLite file.
///
/// # Errors
/// [`StoreError`], by what the operator has to look at.
pub fn connect(settings: &DbSettings, root: &Path) -> Result<Box<dyn Store>, StoreError> {
    connect_as(Some(install::web_user(root)), settings, root)
}

/// Opens the database with settings and rights of the operator's own. A file is opened with the web user's
/// even so: what lies beside it, and is made there, belongs to that user.
///
/// # Errors
/// As [`connect`].
pub fn connect_as_operator(
    settings: &DbSettings,
    root: &Path,
) -> Result<Box<dyn Store>, StoreError> {
    match settings.driver {
        Driver::Sqlite => connect(settings, root),
        Driver::MySql | Driver::PgSql => connect_as(None, settings, root),
    }
}

/// Whether the server is reached by a socket, where it sees whose process the client is.
pub fn by_socket(settings: &DbSettings) -> bool {
    match settings.driver {
        Driver::MySql => matches!(mysql::socket(settings), Ok(Some(_))),
        Driver::PgSql => settings.host.starts_with('/'),
        Driver::Sqlite => false,
    }
}

fn connect_as(
    account: Option<Account>,
    settings: &DbSettings,
    root: &Path,
) -> Result<Box<dyn Store>, StoreError> {
    let (settings, root) = (settings.clone(), root.to_owned());
    let opened = match settings.driver {
        Driver::MySql => ThreadedConnection::open(account, move |watch| {
            crate::io::db::mysql::MySql::connect(&settings, watch)
        }),
        Driver::PgSql => ThreadedConnection::open(account, move |watch| {
            crate::io::db::postgres::PgSql::connect(&settings, watch)
        }),
        Driver::Sqlite => ThreadedConnection::open(account, move |watch| {
            crate::io::db::sqlite::Sqlite::open(&settings, &root, watch)
        }),
    };
    Ok(Box::new(opened?))
}
