//! One function a use case, under both faces: the commands, and the wizard with its worker.
//!
//! The order that keeps an install safe (open, judge, lock, back up, plan, apply, prove) stands here and nowhere else.
//! Inputs are plain structs, outcomes are what the faces render. Where the faces differ by intent, a parameter says so.

pub mod backup;
pub mod give_up;
pub mod given;
pub mod history;
pub mod hunt;
pub mod logins;
pub mod open;
pub mod plan;
pub mod quiet;
pub mod recover;
pub mod resend;
pub mod restore;
pub mod resume;
pub mod rotate;
pub mod safe;
pub mod timer;
pub mod undo;
pub mod watch;
pub mod watch_settings;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::error::Problem;
use crate::engine::hunt::Looking;
use crate::engine::recovery::apply;
use crate::engine::recovery::backup::require_unserved;
use crate::engine::recovery::change::Failure;
use crate::engine::recovery::run_log::Ledger;
use crate::engine::session::Session;
use crate::engine::session::options::Options;
use crate::io::hunt::HuntTotals;
use crate::io::state::backup::{Backup, Passphrase};

/// What a use case is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Find and read the install, and connect to its database.
    Open,
    /// Read everything that depends on the key, and judge it.
    Judge,
    /// Search for keys.
    Search,
    /// Wait for a quiet moment.
    Wait,
    /// Keep others from changing the install. From here on a request to stop is honoured only where it does no harm.
    Lock,
    /// Back up what stands.
    BackUp,
    /// Make the plan on exactly what was backed up.
    Plan,
    /// Change the install, and read it again.
    Apply,
    /// Log in at the mail servers.
    Prove,
}

/// What somebody should know at once.
pub enum Notice<'a> {
    /// The install was read and its database answers.
    Opened(&'a Session, &'a Options),
    /// What earlier runs left was read.
    Journal(&'a Session, &'a Options),
    /// A search for keys of this install ended, and could not read all of this.
    Skipped(&'a Path, &'a HuntTotals),
    /// We were asked to end while we could not; now that it is done, nothing more is tested.
    AskedToEnd,
}

/// The caller of a use case: is told how it goes, and may cancel it.
///
/// Nothing of it needs to be borrowed for writing: a use case reports, and asks whether it is called off, at once.
pub trait Reporter {
    /// Another stage begins.
    fn stage(&self, stage: Stage);
    /// What is being done, how far it is, and of how much (`None` when nobody knows the end).
    fn progress(&self, what: &str, done: u64, of: Option<u64>);
    /// How a search goes, and that verdicts are others than before.
    fn found(&self, session: &Session, looking: Looking<'_>);
    /// Something to know at once.
    fn notice(&self, notice: Notice<'_>);
    /// Whether keys are shown by their numbers as soon as they are found, and keep them.
    fn keeps_numbers(&self) -> bool {
        false
    }
    /// Raised when it is called off; for threads that must hear of it.
    fn flag(&self) -> Arc<AtomicBool>;
    /// Whether it is called off.
    fn cancelled(&self) -> bool {
        self.flag().load(Ordering::SeqCst)
    }
}

/// Says how a search goes. What is told of keys is told with their numbers; `kept` says that these stay, because all that is at
/// hand was looked through before.
fn tell_found(session: &mut Session, looking: Looking<'_>, kept: bool, reporter: &dyn Reporter) {
    if matches!(looking, Looking::Found) && reporter.keeps_numbers() {
        session.number_keys(kept);
    }
    reporter.found(session, looking);
}

/// Asks for the passphrase of the backup in this folder.
pub type AskPassphrase<'a> = dyn FnMut(&Path) -> Result<Passphrase, Problem> + 'a;

/// Why a use case was not carried out.
pub enum Refused {
    /// Nothing was begun.
    NotStarted(Problem),
    /// It was begun. Nothing was changed, unless the failure says otherwise.
    Failed(Failure),
}

impl Refused {
    /// Begun, and nothing was changed.
    pub fn unchanged(problem: Problem) -> Self {
        Self::Failed(problem.into())
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotStarted(problem) => problem.into(),
            Refused::Failed(failure) => failure,
        }
    }
}

/// Keeps others from changing the install for as long as the ledger lives.
fn lock(
    session: &mut Session,
    options: &Options,
    reporter: &dyn Reporter,
) -> Result<Ledger, Problem> {
    reporter.stage(Stage::Lock);
    session.awake()?;
    Ledger::open(options, session)
}

/// The same for what makes a backup first: refused before anything is written where that could not be kept.
fn lock_for_change(
    session: &mut Session,
    options: &Options,
    reporter: &dyn Reporter,
) -> Result<Ledger, Problem> {
    require_unserved(options, &session.install.root)?;
    lock(session, options, reporter)
}

/// A request to stop that came while this backup was made is honoured now, before anything is changed.
fn heard(reporter: &dyn Reporter, backup: &Backup) -> Result<(), Problem> {
    match reporter.cancelled() {
        true => Err(apply::called_off(backup)),
        false => Ok(()),
    }
}

/// Makes everything of a backup readable: its keys, where they lie apart, and what is encrypted.
fn readable(
    mut backup: Backup,
    options: &Options,
    ask: &mut AskPassphrase<'_>,
) -> Result<Backup, Problem> {
    backup.look_for_keys_in(options.keys_dir.as_deref());
    backup.verify()?;
    if backup.is_encrypted() {
        let passphrase = ask(&backup.folder)?;
        let unlocked = backup.unlock(&passphrase).and_then(|()| backup.verify());
        unlocked?;
    }
    Ok(backup)
}
