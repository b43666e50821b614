//! What is wrong with a `.env` that leads to no database: the file, the line, and what to do, as problems.

use crate::domain::config::dotenv::Trouble;
use crate::domain::error::{ErrorKind, Problem};
use crate::io::install::Install;
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::{joined, words};

/// The problem of a `.env` in which no database is named, as far as FreeScout reads it.
pub(in crate::engine) fn settings_missing(install: &Install, trouble: &Trouble) -> Problem {
    let w = words();
    let path = shown(&install.env_path()).to_string();
    let what = match trouble {
        Trouble::Refused { refused, .. } => {
            text!(env_trouble_line, path, line = refused.line)
        }
        _ => text!(env_trouble, path),
    };
    let (why, next) = why_and_next(install, trouble);
    ErrorKind::EnvUnreadable.problem(
        what,
        why,
        joined::sentences(&[w.quit_nothing_changed, next]),
    )
}

/// The problem of a database that was tried with what could be read of such a `.env`.
pub(super) fn beside(install: &Install, trouble: &Trouble, database: Problem) -> Problem {
    let problem = settings_missing(install, trouble);
    match trouble {
        Trouble::Refused { .. } => Problem {
            why: text!(
                env_trouble_tried,
                why = problem.why,
                database = database.what
            )
            .into(),
            ..problem
        },
        // FreeScout reads on behind it.
        _ => Problem {
            what: database.what,
            ..problem
        },
    }
}

/// Whether FreeScout could read its `.env` without the config cache, which a recovery clears.
///
/// # Errors
/// A [`Problem`] with the line.
pub(in crate::engine) fn require_env(install: &Install) -> Result<(), Problem> {
    let w = words();
    let path = shown(&install.env_path()).to_string();
    let Some(file) = &install.env_file else {
        return Err(ErrorKind::EnvUnreadable.problem(
            w.handover_impossible,
            text!(handover_no_env, path),
            w.handover_impossible_next,
        ));
    };
    if install.env().refused().is_none() {
        return Ok(());
    }
    let Some(trouble) = install.trouble_of(file) else {
        return Ok(());
    };
    let (why, next) = why_and_next(install, &trouble);
    Err(ErrorKind::EnvUnreadable.problem(
        w.handover_impossible,
        text!(error_path, path, why),
        joined::sentences(&[w.quit_nothing_changed, next]),
    ))
}

fn why_and_next(install: &Install, trouble: &Trouble) -> (String, &'static str) {
    let w = words();
    let (why, next) = match trouble {
        _ if install.env_file.is_none() => (w.env_trouble_missing, w.env_missing_next),
        Trouble::Empty => (w.env_trouble_empty, w.env_missing_next),
        Trouble::Zeros => (w.env_trouble_zeros, w.env_missing_next),
        Trouble::NoDatabase => (w.env_trouble_no_database, w.env_missing_next),
        Trouble::Utf16 => (w.env_trouble_utf16, w.env_trouble_utf16_next),
        Trouble::CarriageReturns => (
            w.env_trouble_carriage_returns,
            w.env_trouble_carriage_returns_next,
        ),
        Trouble::Refused {
            refused,
            name,
            comment,
        } => {
            let next = match comment {
                true => w.env_trouble_comment_next,
                false => w.env_trouble_line_next,
            };
            return (sentences::refused_line(refused, name.as_deref()), next);
        }
        Trouble::Nul { line } => {
            let why = text!(env_trouble_nul, line);
            return (why, w.env_trouble_nul_next);
        }
    };
    (why.to_owned(), next)
}
