//! What a timer is to run, in words that units and crontabs can hold; and why there is none.

use std::path::{Path, PathBuf};

use crate::domain::run::watch::every::Every;
use crate::io::fs::FileError;
use crate::io::fs::trust::Distrust;
use crate::words::untrusted::shown;
use crate::words::words;

/// What the timer runs, and how often.
#[derive(Debug, Clone)]
pub struct TimerWishes {
    /// Our program's file.
    pub program: PathBuf,
    /// Its arguments behind `watch`.
    pub arguments: Vec<String>,
    /// How often.
    pub every: Every,
    /// Our state folder.
    pub state_dir: PathBuf,
    /// Folders that a round writes to beside that one: a safe's, that of an output.
    pub writable: Vec<PathBuf>,
    /// Whether alarms are carried by programs that are not ours.
    pub runs_others: bool,
    /// Whether alarms go anywhere: then nobody needs what a round prints.
    pub told: bool,
    /// Minutes by which the rounds of this machine begin later than those of others.
    pub offset: u16,
}

/// Why there is no timer, or why it stays.
#[derive(Debug, thiserror::Error)]
pub enum TimerError {
    /// There is neither systemd nor a crontab that we may change.
    #[error("{}", words().timer_none)]
    Nowhere,
    /// Others could replace the program.
    #[error("{0}")]
    Program(Distrust),
    /// The program lies where it does not stay.
    #[error("{}", text!(timer_passing, path = shown(.0)))]
    Passing(PathBuf),
    /// A path or an argument has characters that units and crontabs do not take.
    #[error("{}", text!(timer_word, word = shown(.0)))]
    Word(String),
    /// The file is somebody else's.
    #[error("{}", text!(timer_foreign, path = shown(.0)))]
    Foreign(PathBuf),
    /// The file was ours, and somebody changed it.
    #[error("{}", text!(timer_changed, path = shown(.0)))]
    Changed(PathBuf),
    /// A file was not read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A program could not do it; its words.
    #[error("{}", text!(timer_failed, command = .0, said = shown(.1)))]
    Failed(String, String),
}

/// A text for units and crontabs, which are lines.
pub(super) fn line_of(text: &str) -> Result<&str, TimerError> {
    match text.contains(char::is_control) {
        true => Err(TimerError::Word(text.to_owned())),
        false => Ok(text),
    }
}

/// The same of a path.
pub(super) fn text_of(path: &Path) -> Result<&str, TimerError> {
    let lossy = || TimerError::Word(path.to_string_lossy().into_owned());
    line_of(path.to_str().ok_or_else(lossy)?)
}
