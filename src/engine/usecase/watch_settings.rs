//! The settings of the watch, and what is wrong with them as a problem with its way out.

use std::path::Path;

use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::watch::settings::WatchSettings;
use crate::io::fs::trust::Distrust;
use crate::io::os::around;
use crate::io::state::watch_settings::{self as file, WatchSettingsError};
use crate::sentences::shell;
use crate::words::untrusted::shown;
use crate::words::words;

/// Reads the settings: those in this file, or else those in the usual one. Where that is not there, the defaults count.
///
/// # Errors
/// A [`Problem`]: a file that is named has to be there, and whichever is there has to be right.
pub fn read(named: Option<&Path>) -> Result<WatchSettings, Problem> {
    let path = named.unwrap_or(Path::new(file::USUAL));
    match file::read(path) {
        Ok(Some(settings)) => Ok(settings),
        Ok(None) if named.is_none() => Ok(WatchSettings::default()),
        Ok(None) => {
            let next = text!(watch_settings_absent_next, program = around::program());
            Err(unusable(path, words().error_no_such_file, next))
        }
        Err(error) => Err(unusable(path, error.to_string(), next(&error))),
    }
}

fn unusable(path: &Path, why: impl Into<String>, next: String) -> Problem {
    let what = text!(watch_settings_unusable, path = shown(&path));
    ErrorKind::BadInput.problem(what, why.into(), next)
}

fn next(error: &WatchSettingsError) -> String {
    let program = around::program();
    match error {
        WatchSettingsError::Distrusted(Distrust::Open(open)) => {
            text!(watch_settings_open_next, path = shell(&open.path))
        }
        WatchSettingsError::Mistake(_) => text!(watch_settings_mistake_next, program),
        WatchSettingsError::Distrusted(Distrust::System(..))
        | WatchSettingsError::Unreadable(_)
        | WatchSettingsError::NotText => text!(watch_settings_unreadable_next, program),
    }
}
