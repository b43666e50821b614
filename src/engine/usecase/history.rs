//! What was done on an install, or on all of them.

use std::path::Path;

use crate::domain::error::Problem;
use crate::domain::run::Run;
use crate::engine::recovery::run_log;
use crate::engine::session::options::Options;
use crate::engine::session::survey;
use crate::io::install::{Environment, Install};

/// Whose history is asked for.
pub enum Whose<'a> {
    /// Of every install that the journal knows.
    All,
    /// Of the install in this folder; `None` takes the only one there is.
    Of(Option<&'a Path>),
}

/// The runs, the last first. An install that is gone has a history as long as the journal knows it.
///
/// # Errors
/// A [`Problem`] when the journal cannot be read, or the folder is no install and never was one.
pub fn history(options: &Options, whose: &Whose<'_>) -> Result<Vec<Run>, Problem> {
    let Whose::Of(given) = whose else {
        return run_log::history(options, None);
    };
    let found = survey::find(*given)?.path;
    let folder = std::fs::canonicalize(&found).unwrap_or_else(|_| found.clone());
    let runs = run_log::history(options, Some(&folder))?;
    if runs.is_empty() {
        // Says precisely what is missing, as every other command does.
        Install::open(&found, Environment::default())?;
    }
    Ok(runs)
}
