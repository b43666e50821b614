//! What was done on an install, or on all of them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::domain::error::Problem;
use crate::domain::run::Run;
use crate::engine::recovery::run_log;
use crate::engine::session::options::Options;
use crate::engine::session::survey;
use crate::io::install::{Environment, Install};
use crate::io::state::backup::{Backup, own};
use crate::io::state::journal::safes::NotedSafe;
use crate::io::state::journal::watched::ToldNews;
use crate::sentences;
use crate::words::words;

/// Whose history is asked for.
pub enum Whose<'a> {
    /// Of every install that the journal knows.
    All,
    /// Of the install in this folder; `None` takes the only one there is.
    Of(Option<&'a Path>),
}

/// What was done, where keys were saved, and what the watch told, the last first.
pub struct History {
    /// The runs.
    pub runs: Vec<Run>,
    /// The safes and pages that were made.
    pub safes: Vec<NotedSafe>,
    /// What the watch told.
    pub told: Vec<ToldNews>,
}

impl History {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.safes.is_empty() && self.told.is_empty()
    }
}

/// What was done and told. An install that is gone has a history as long as the journal knows it.
///
/// # Errors
/// A [`Problem`] when the journal cannot be read, or the folder is no install and never was one.
pub fn history(options: &Options, whose: &Whose<'_>) -> Result<History, Problem> {
    let of = |folder: Option<&Path>| -> Result<History, Problem> {
        Ok(History {
            runs: run_log::history(options, folder)?,
            safes: run_log::read(options, |journal| journal.safes(folder))?,
            told: run_log::read(options, |journal| journal.told(folder))?,
        })
    };
    let Whose::Of(given) = whose else {
        return of(None);
    };
    let found = survey::find(*given)?.path;
    let folder = std::fs::canonicalize(&found).unwrap_or_else(|_| found.clone());
    let history = of(Some(&folder))?;
    if history.is_empty() {
        // Says precisely what is missing, as every other command does.
        Install::open(&found, Environment::default())?;
    }
    Ok(history)
}

/// What ends a run that has not ended, a line each: the commands, or that another of us is at work on it now.
pub fn ways(options: &Options, run: &Run) -> String {
    match run_log::another(options, &run.filed) {
        Some(another) => sentences::finding(&another),
        None => run_log::ways_of(options, run),
    }
}

/// The backups of these runs that cannot be used, each with a clause that says why: those of the newest runs, as far as
/// their manifests tell.
pub fn unusable(runs: &[Run]) -> HashMap<&Path, String> {
    let mut folders: Vec<&PathBuf> = runs.iter().map(|run| &run.backup).collect();
    folders.dedup();
    let trouble = |folder: &PathBuf| {
        if folder.symlink_metadata().is_err() {
            return Some(words().run_backup_gone.to_owned());
        }
        let error = Backup::open(folder).err()?;
        Some(text!(run_backup_unusable, why = error))
    };
    let looked_at = folders.into_iter().take(own::MOST);
    looked_at
        .filter_map(|folder| Some((folder.as_path(), trouble(folder)?)))
        .collect()
}
