//! The passphrase of an encrypted backup or safe: where it comes from, and what is said when it cannot be had.

use std::path::Path;

use crate::cli::arguments::{BackupOptions, PassphraseSource};
use crate::domain::error::{ErrorKind, Problem};
use crate::io::state::backup::{Passphrase, Sealing};
use crate::io::state::passphrase::{self, PassphraseError, SilentTerminal};
use crate::words::untrusted::shown;
use crate::words::words;

/// How often a passphrase may be mistyped.
const TRIES: usize = 3;

fn problem(error: &PassphraseError) -> Problem {
    let w = words();
    let (what, next) = match error {
        PassphraseError::Unreadable(_) | PassphraseError::NoText => {
            (w.passphrase_unusable, w.passphrase_unusable_next)
        }
        PassphraseError::NoTerminal(_) => (w.passphrase_no_terminal, w.passphrase_no_terminal_next),
        PassphraseError::Stopped => (w.passphrase_stopped, ""),
    };
    let kind = match error {
        PassphraseError::Stopped => ErrorKind::Cancelled,
        _ => ErrorKind::Passphrase,
    };
    let why = match error {
        PassphraseError::Stopped => String::new(),
        error => shown(&error.to_string()).to_string(),
    };
    kind.problem(what, why, next)
}

/// Out of the file.
fn from_file(path: &Path) -> Result<Passphrase, Problem> {
    passphrase::read(path).map_err(|e| problem(&e))
}

/// How a new backup is encrypted; `None` when it shall not be.
pub(super) fn sealing(options: &BackupOptions) -> Result<Option<Sealing>, Problem> {
    if !options.encrypt {
        return Ok(None);
    }
    let (file, work) = (options.passphrase_file.as_deref(), options.work_factor);
    new(words().passphrase_new, file, work).map(Some)
}

/// How something new is encrypted: with the passphrase of the file, or with one that is asked for, twice, as nobody sees what
/// is typed. `work` is other than usual for trials.
pub(super) fn new(
    question: &str,
    file: Option<&Path>,
    work: Option<u8>,
) -> Result<Sealing, Problem> {
    let w = words();
    let passphrase = match file {
        Some(path) => from_file(path)?,
        None => {
            let ask = || {
                let mut terminal = SilentTerminal::open()?;
                for _ in 0..TRIES {
                    let first = terminal.ask(&format!("{question} "))?;
                    if terminal.ask(&format!("{} ", w.passphrase_again))? == first {
                        return Ok(Some(first));
                    }
                    terminal.say(&format!("{}\n", w.passphrase_differs))?;
                }
                Ok(None)
            };
            ask()
                .map_err(|e: PassphraseError| problem(&e))?
                .ok_or_else(|| ErrorKind::Passphrase.problem(w.passphrase_differs, "", ""))?
        }
    };
    let sealing = Sealing::new(passphrase);
    Ok(match work {
        Some(work) => sealing.with_work(work),
        None => sealing,
    })
}

/// The passphrase of the backup in this folder: out of the file, or asked for on the terminal.
///
/// # Errors
/// A [`Problem`]; nothing was changed.
pub(super) fn ask(source: &PassphraseSource, folder: &Path) -> Result<Passphrase, Problem> {
    if let Some(path) = &source.passphrase_file {
        return from_file(path);
    }
    let folder = shown(&folder).to_string();
    let question = text!(passphrase_ask, folder) + " ";
    let asked = SilentTerminal::open().and_then(|mut terminal| terminal.ask(&question));
    asked.map_err(|e| problem(&e))
}
