//! Puts the keys of an install into a safe.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::domain::error::{ErrorKind, Problem};
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::finding::Finding;
use crate::engine::recovery::clock::now;
use crate::engine::recovery::disk_trouble::{kind_of, place, way_out};
use crate::engine::recovery::{commands, run_log};
use crate::engine::safe::{self, KeptKey};
use crate::engine::session::Session;
use crate::engine::session::options::Options;
use crate::io::fs::FileError;
use crate::io::state::journal::Journal;
use crate::io::state::safe::{Proof, SafeError, SafeLock};
use crate::io::state::{self, Served, safe as file};
use crate::words::untrusted::shown;
use crate::words::words;

/// A safe that was made.
pub struct SafeMade {
    /// What is in it, encrypted.
    pub sealed: Vec<u8>,
    /// What was proven of it.
    pub proof: Proof,
    /// The keys in it.
    pub keys: Vec<KeptKey>,
}

/// Makes a safe with every key that is worth keeping: in this new file, or for the caller to hand on.
///
/// # Errors
/// A [`Problem`]; then there is no such file.
pub fn make(
    session: &Session,
    assessment: &Assessment,
    path: Option<&Path>,
    lock: &SafeLock,
) -> Result<SafeMade, Problem> {
    let w = words();
    if let Some(path) = path {
        require_place(path, &session.install.root)?;
    }
    let keys = safe::kept(session, assessment);
    if keys.is_empty() {
        return Err(ErrorKind::NothingToDo.problem(w.safe_no_key, "", w.safe_no_key_next));
    }
    let (_, moment) = now();
    let text = safe::text(session, assessment, &keys, &moment, lock.is_to_recipients());
    let made = file::seal(&text, lock).and_then(|sealed| {
        let proof = match path {
            Some(path) => file::write(path, &sealed, &text, lock)?,
            None => file::prove(&sealed, &text, lock)?,
        };
        Ok((sealed, proof))
    });
    let (sealed, proof) = made.map_err(not_made)?;
    Ok(SafeMade {
        sealed,
        proof,
        keys,
    })
}

/// Notes in the journal which keys are in a safe that was made, so that the watch knows.
///
/// # Errors
/// A [`Problem`] where the journal cannot be written. The safe is there all the same.
pub fn note(
    session: &Session,
    options: &Options,
    made: &SafeMade,
    path: Option<&Path>,
) -> Result<(), Problem> {
    let keys = made.keys.iter().map(|key| key.fingerprint().to_string());
    note_keys(session, options, &keys.collect::<Vec<_>>(), path)
}

/// The same of keys on a page.
///
/// # Errors
/// As [`note`].
pub fn note_keys(
    session: &Session,
    options: &Options,
    keys: &[String],
    path: Option<&Path>,
) -> Result<(), Problem> {
    let mut journal = Journal::open(&options.state_dir)?;
    Ok(journal.safe_made(&session.install.root, keys, path, Timestamp::now())?)
}

/// Whether the journal knows of a safe or a page with the key in force.
///
/// # Errors
/// A [`Problem`] where the journal cannot be read.
pub fn is_kept(session: &Session, options: &Options) -> Result<bool, Problem> {
    let Some(key) = session.ring.effective() else {
        return Ok(false);
    };
    let (root, key) = (&session.install.root, key.fingerprint().to_string());
    run_log::read(options, |journal| journal.is_in_a_safe(root, &key))
}

/// That the key in force is kept nowhere else, of an install that works; nothing where the journal cannot tell.
pub fn no_copy(session: &Session, assessment: &Assessment, options: &Options) -> Option<Finding> {
    session.ring.effective()?;
    let works = assessment.summary.unreadable() == 0 && assessment.recommendation.is_none();
    let kept = !works || is_kept(session, options).unwrap_or(true);
    (!kept).then(|| Finding::KeyHasNoCopy {
        command: commands::command_with("safe --output FILE", options, &session.install.root),
    })
}

/// Refuses a file that is there: nothing is written over.
///
/// # Errors
/// A [`Problem`] that names it.
pub fn require_new(path: &Path) -> Result<(), Problem> {
    let w = words();
    if std::fs::symlink_metadata(path).is_err() {
        return Ok(());
    }
    let what = text!(safe_exists, path = shown(&path));
    Err(ErrorKind::BadInput.problem(what, "", w.safe_exists_next))
}

/// Refuses a place that is lost with the install, or that the web server hands out.
///
/// # Errors
/// A [`Problem`] that names the folder.
pub fn require_place(path: &Path, install: &Path) -> Result<(), Problem> {
    let w = words();
    let folder = path.parent().unwrap_or(Path::new("/"));
    let name = shown(&folder).to_string();
    let (what, why) = match state::served(folder, install) {
        Some(Served::Public) => (text!(backup_served, folder = name), w.safe_served_why),
        Some(Served::Disk) => (text!(backup_served_disk, folder = name), w.safe_served_why),
        Some(Served::Link(link)) => (
            text!(backup_served_link, folder = name, link = shown(&link)),
            w.safe_served_why,
        ),
        None if state::is_in_install(folder, install) => {
            (text!(safe_in_install, folder = name), w.safe_in_install_why)
        }
        None if !folder.is_dir() => (text!(safe_no_folder, folder = name), ""),
        None => return Ok(()),
    };
    Err(ErrorKind::BadInput.problem(what, why, w.safe_place_next))
}

/// The key in force, as it is told of.
pub fn in_force(session: &Session, assessment: &Assessment) -> Option<KeptKey> {
    let mut kept = safe::kept(session, assessment).into_iter();
    kept.find(KeptKey::is_in_force)
}

/// Writes what is not encrypted, a page or a picture, to a new file that is closed to others.
///
/// # Errors
/// A [`Problem`]; then there is no such file.
pub fn write_unencrypted(path: &Path, bytes: &[u8], install: &Path) -> Result<(), Problem> {
    require_place(path, install)?;
    file::write_unencrypted(path, bytes).map_err(|e| not_written(&e))
}

/// The problem of a file with a key that was not written.
fn not_written(error: &FileError) -> Problem {
    let w = words();
    let obstacle = error.obstacle();
    let at: PathBuf = place(obstacle, error.path()).to_owned();
    let next = way_out(w.quit_nothing_changed, obstacle, &at, w.safe_place_next);
    let kind = kind_of(obstacle, ErrorKind::NotWritable);
    kind.problem(w.safe_not_written, error.to_string(), next)
}

fn not_made(error: SafeError) -> Problem {
    let w = words();
    match error {
        SafeError::File(error) => not_written(&error),
        SafeError::NotSealed(error) => {
            ErrorKind::Internal.problem(w.safe_not_written, error.to_string(), w.our_fault_next)
        }
        SafeError::NotProven(why) => {
            ErrorKind::NotWritable.problem(w.safe_not_proven, why, w.safe_not_proven_next)
        }
    }
}
