//! Whether an install lies where nothing can be written: on a file system that is read-only, or in the layers of a container
//! that is stopped. Told when it is opened, and asked again by the plan that would write there, by the same functions: nobody is
//! led to a failure that was known.

use std::path::Path;

use crate::domain::config::Driver;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::plan::{KeyHome, Strategy};
use crate::domain::verdict::finding::Finding;
use crate::engine::recovery::disk_trouble::{file_problem, help, way_out};
use crate::engine::session::Session;
use crate::engine::session::database::place;
use crate::io::db::sqlite;
use crate::io::fs::{self, FileError};
use crate::words::untrusted::shown;
use crate::words::words;

/// Refuses rows in a database that is a file and cannot be written. What a server allows, only the server knows.
///
/// # Errors
/// A [`Problem`]; nothing was changed.
pub fn require_database_open(session: &Session) -> Result<(), Problem> {
    let w = words();
    database(session).map_err(|error| {
        let next = way_out(
            w.quit_nothing_changed,
            error.obstacle(),
            error.path(),
            w.database_file_read_only_next,
        );
        let what = text!(database_read_only, place = place(session));
        let why = shown(&error.to_string()).to_string();
        ErrorKind::DatabaseReadOnly.problem(what, why, next)
    })
}

/// Refuses a file of the install that cannot be written.
///
/// # Errors
/// A [`Problem`]; nothing was changed.
pub fn require_file_open(path: &Path) -> Result<(), Problem> {
    fs::require_not_read_only(path).map_err(|error| file_problem(&error))
}

fn database(session: &Session) -> Result<(), FileError> {
    let settings = &session.settings;
    if settings.driver != Driver::Sqlite {
        return Ok(());
    }
    let named = sqlite::file(settings, &session.install.root);
    let file = std::fs::canonicalize(&named).unwrap_or(named);
    fs::require_not_read_only(&file)
}

/// The file that a key is written to.
fn key_file(session: &Session) -> Result<(), FileError> {
    let install = &session.install;
    let file = match install.key_home() {
        KeyHome::EnvFile => install.env_file.as_ref(),
        KeyHome::KeyFile => install.key_file.as_ref(),
        KeyHome::ProcessEnvironment => None,
    };
    file.map_or(Ok(()), |file| fs::require_not_read_only(&file.path))
}

/// That what a recovery would have to write cannot be written, with what helps.
pub fn finding(session: &Session, recommended: Option<Strategy>) -> Option<Finding> {
    let moves_key = match recommended {
        Some(Strategy::RestoreKey | Strategy::Fresh) => true,
        Some(Strategy::Carry | Strategy::Reenter) | None => false,
    };
    let closed = database(session).err();
    let closed = closed.or_else(|| key_file(session).err().filter(|_| moves_key))?;
    Some(Finding::NotWritable {
        help: help(closed.obstacle(), closed.path(), ""),
        path: closed.path().to_owned(),
    })
}
