//! One run on one install: nobody else changes it meanwhile, and every write is announced in the journal first.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::disk_trouble::{kind_of, place, way_out, why_of};
use crate::domain::config::Driver;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::belongs::InstallIdentity;
use crate::domain::run::{Intent, Run, RunKind, RunOrigin, RunOutcome, RunPhase};
use crate::domain::verdict::finding::Finding;
use crate::engine::recovery::{clock, commands};
use crate::engine::session::Session;
use crate::engine::session::options::Options;
use crate::io::container::within;
use crate::io::db::lock::{self, Claimant, DatabaseLock, LockAttempt};
use crate::io::fs;
use crate::io::fs::disk_trouble::Obstacle;
use crate::io::install::{identified, identity};
use crate::io::os::uncut::{self, Uncut};
use crate::io::state::journal::{Journal, JournalError};
use crate::io::state::lock::{Holder, Lock, LockError};
use crate::sentences;
use crate::words::untrusted::{Untrusted, shown};
use crate::words::words;

/// The journal, and the lock of the install it is held for.
pub struct Ledger {
    journal: Journal,
    options: Options,
    install: PathBuf,
    _lock: Lock,
    _uncut: Uncut,
    /// None where the database gives no lock.
    database: Option<DatabaseLock>,
    /// What the operator should know of the lock: a sentence.
    unguarded: Option<String>,
}

/// A run that was begun and has not ended.
#[derive(Debug, Clone, Copy)]
pub struct RunId(i64);

impl Ledger {
    /// Takes the locks of the install, in our state folder and in its database, and opens the journal.
    ///
    /// # Errors
    /// A [`Problem`]: another run holds the install, or the journal cannot be written.
    pub fn open(options: &Options, session: &Session) -> Result<Self, Problem> {
        let uncut = uncut::hold();
        let install = &session.install.root;
        let origin = origin();
        let us = Holder {
            pid: origin.pid,
            host: origin.host,
            user: origin.user,
            since: clock::now().1.into(),
        };
        let lock = Lock::take(&options.state_dir, install, &us).map_err(locked)?;
        let journal = Journal::open(&options.state_dir)?;
        let mut ledger = Self {
            journal,
            options: options.clone(),
            install: install.clone(),
            _lock: lock,
            _uncut: uncut,
            database: None,
            unguarded: None,
        };
        ledger.guard(session)?;
        Ok(ledger)
    }

    /// Takes the lock in the database: another of us may keep its state in another folder, or run on another machine.
    fn guard(&mut self, session: &Session) -> Result<(), Problem> {
        match DatabaseLock::take(session.settings.driver, session.connector()) {
            LockAttempt::Held(lock) => {
                self.database = Some(lock);
                Ok(())
            }
            LockAttempt::Theirs(claimant) => Err(claimed(&claimant, session.settings.driver)),
            // Rows and files are compared all the same, right before they are committed.
            LockAttempt::Refused(error) => {
                let why = shown(&error.to_string()).to_string();
                self.unguarded = Some(text!(no_database_lock, why));
                Ok(())
            }
        }
    }

    /// Refuses to go on where somebody else took the lock in the database, as its connection had ended.
    ///
    /// # Errors
    /// A [`Problem`] that says who holds it.
    pub fn require_alone(&mut self, session: &Session) -> Result<(), Problem> {
        match &mut self.database {
            Some(lock) => match lock.is_held() {
                true => Ok(()),
                false => {
                    self.database = None;
                    self.guard(session)
                }
            },
            None => Ok(()),
        }
    }

    /// What the operator should know of the locks: a sentence, where there is something.
    pub fn unguarded(&self) -> Option<String> {
        self.unguarded.clone()
    }

    /// How long FreeScout's own command may take.
    pub fn php_limit(&self) -> Duration {
        self.options.php_limit
    }

    /// The last run on the install that did not end.
    pub fn unfinished(&self) -> Result<Option<Run>, Problem> {
        Ok(self.journal.unfinished(&self.install)?)
    }

    /// Refuses a new run while one is unfinished.
    ///
    /// # Errors
    /// A [`Problem`] that names both ways out.
    pub fn require_finished(&self) -> Result<(), Problem> {
        match self.unfinished()? {
            None => Ok(()),
            Some(run) => Err(self.first(&run)),
        }
    }

    /// Refuses to put back another backup than an unfinished run rests on: its keys may be in no other place.
    ///
    /// # Errors
    /// As [`Ledger::require_finished`].
    pub fn require_settled_by(&self, backup: &Path) -> Result<(), Problem> {
        match self.unfinished()? {
            Some(run) if !is_settled_by(&run, backup) => Err(self.first(&run)),
            _ => Ok(()),
        }
    }

    fn first(&self, run: &Run) -> Problem {
        ErrorKind::UnfinishedRun.problem(
            sentences::journal::unfinished(run),
            words().run_unfinished_why,
            self.ways(run),
        )
    }

    /// The commands that end this unfinished run.
    pub fn ways(&self, run: &Run) -> String {
        ways(&self.options, &self.install, run)
    }

    /// Where backups and state lie.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The commands that finish an unfinished run, and take it back.
    pub fn both_ways(&self) -> String {
        ways_by(RunKind::Recovery, &|what| self.command(what))
    }

    /// One of our commands on this install, ready for a shell.
    pub fn command(&self, what: &str) -> String {
        commands::command_with(what, &self.options, &self.install)
    }

    /// What a run meant to write.
    pub fn intent(&self, run: &Run) -> Result<Intent, Problem> {
        Ok(self.journal.intent(run.id)?)
    }

    /// Announces a run and everything it means to write.
    ///
    /// # Errors
    /// A [`Problem`]; then nothing may be written.
    pub fn begin(&mut self, run: &Run, intent: &Intent) -> Result<RunId, Problem> {
        Ok(RunId(self.journal.begin(run, intent)?))
    }

    /// A run that was announced before, taken up again.
    pub fn again(run: &Run) -> RunId {
        RunId(run.id)
    }

    /// Announces a step; the one before has ended.
    ///
    /// # Errors
    /// A [`Problem`]; then the step may not be begun.
    pub fn step(&mut self, run: RunId, phase: RunPhase) -> Result<(), Problem> {
        Ok(self.journal.step(run.0, phase, &clock::now().1)?)
    }

    /// Writes down how a run ended.
    ///
    /// # Errors
    /// A [`Problem`]; then it still counts as unfinished, and resuming it finds everything done.
    pub fn end(&mut self, run: RunId, outcome: RunOutcome) -> Result<(), Problem> {
        Ok(self.journal.end(run.0, outcome, &clock::now().1)?)
    }

    /// Writes down that a recovery is done, with the figures of what it came to.
    ///
    /// # Errors
    /// As [`Ledger::end`].
    pub fn recovered(&mut self, run: RunId, done: &Run) -> Result<(), Problem> {
        Ok(self.journal.recovered(run.0, done, &clock::now().1)?)
    }

    /// Writes down that `run` has put everything back that was recovered from this backup, and everything that was left
    /// unfinished.
    ///
    /// # Errors
    /// As [`Ledger::end`].
    pub fn taken_back(&mut self, run: RunId, backup: &Path) -> Result<(), Problem> {
        let now = clock::now().1;
        Ok(self
            .journal
            .taken_back(&self.install, backup, run.0, &now)?)
    }

    /// Removes new files that earlier runs left beside those they would have replaced.
    pub fn sweep(&self) -> Result<(), Problem> {
        for staged in self.staged()? {
            // What cannot be removed does no harm.
            let _ = fs::remove(&staged);
        }
        Ok(())
    }

    /// Where earlier runs may have left new files.
    pub fn staged(&self) -> Result<Vec<PathBuf>, Problem> {
        Ok(self.journal.staged(&self.install)?)
    }
}

/// Whether an unfinished run is ended when this backup is put back: one that it rests on.
pub fn is_settled_by(run: &Run, backup: &Path) -> bool {
    let same = |other: &Path| {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        other == backup || real(other).is_some() && real(other) == real(backup)
    };
    same(&run.backup) || run.safety.as_deref().is_some_and(same)
}

/// The commands that end this unfinished run, ready for a shell, a line each.
pub fn ways(options: &Options, install: &Path, run: &Run) -> String {
    ways_by(run.kind, &|what| {
        commands::command_with(what, options, install)
    })
}

/// The same of a run on any install of this machine, in whatever container that is.
pub fn ways_of(options: &Options, run: &Run) -> String {
    ways_by(run.kind, &|what| commands::command_for(what, options, run))
}

fn ways_by(kind: RunKind, command: &dyn Fn(&str) -> String) -> String {
    let resume = command("resume");
    match kind {
        RunKind::Undo => text!(run_unfinished_undo_next, resume),
        _ => text!(run_unfinished_next, resume, undo = command("undo --yes")),
    }
}

/// A run of this process that begins now.
pub fn beginning(kind: RunKind, install: &Path, backup: &Path) -> Run {
    let InstallIdentity {
        folder,
        filed,
        data,
    } = identified(install);
    Run {
        id: 0,
        kind,
        install: folder,
        filed,
        data,
        backup: backup.to_owned(),
        safety: None,
        started: clock::now().1,
        ended: None,
        origin: origin(),
        strategy: None,
        key: None,
        resealed: 0,
        reentered: 0,
        refresh: false,
        artisan: false,
        outcome: RunOutcome::Unfinished,
    }
}

/// Writes down a backup: it changes nothing and needs no lock.
pub fn note_backup(options: &Options, install: &Path, backup: &Path) -> Result<(), Problem> {
    let mut run = beginning(RunKind::Backup, install, backup);
    run.outcome = RunOutcome::Done;
    run.ended = Some(run.started.clone());
    Journal::open(&options.state_dir)?.begin(&run, &Intent::default())?;
    Ok(())
}

/// Reads the journal without the lock; nothing, where there is none.
pub(in crate::engine) fn read<T: Default>(
    options: &Options,
    read: impl FnOnce(&Journal) -> Result<T, JournalError>,
) -> Result<T, Problem> {
    match Journal::existing(&options.state_dir)? {
        Some(journal) => Ok(read(&journal)?),
        None => Ok(T::default()),
    }
}

/// The last unfinished run, read without the lock; `None` also where there is no journal.
pub fn unfinished(options: &Options, install: &Path) -> Result<Option<Run>, Problem> {
    read(options, |journal| journal.unfinished(install))
}

/// What the last unfinished run meant to write, read without the lock.
pub fn intent(options: &Options, run: &Run) -> Result<Intent, Problem> {
    read(options, |journal| journal.intent(run.id))
}

/// Where earlier runs may have left new files, read without the lock.
pub fn staged(options: &Options, install: &Path) -> Result<Vec<PathBuf>, Problem> {
    read(options, |journal| journal.staged(install))
}

/// Whether runs that this backup was made for came to write files, read without the lock; `None` where none is known.
pub fn wrote_files(
    options: &Options,
    install: &Path,
    backup: &Path,
) -> Result<Option<bool>, Problem> {
    read(options, |journal| journal.wrote_files(install, backup))
}

/// What the journal and the lock have to tell before anything is begun: a run that did not end, another that goes on, or
/// that nobody knows. Not while this process holds the lock itself.
pub fn findings(options: &Options, install: &Path) -> Vec<Finding> {
    // What goes on is not unfinished yet.
    let told =
        another(options, &identity(install)).or_else(|| match unfinished(options, install) {
            Ok(run) => run.map(unfinished_run),
            Err(problem) => Some(Finding::JournalUnreadable { why: problem.why }),
        });
    told.into_iter().collect()
}

/// That another of us is at work on what is filed so.
pub fn another(options: &Options, filed: &Path) -> Option<Finding> {
    let holder = Lock::holder_of_filed(&options.state_dir, filed)?;
    Some(Finding::AnotherRun {
        pid: holder.pid,
        host: holder.host,
        user: holder.user,
        since: holder.since,
    })
}

fn unfinished_run(run: Run) -> Finding {
    Finding::UnfinishedRun { run: Box::new(run) }
}

/// What was done, the last first: on this install, or on all.
pub fn history(options: &Options, install: Option<&Path>) -> Result<Vec<Run>, Problem> {
    read(options, |journal| journal.history(install))
}

/// Who we are.
pub fn origin() -> RunOrigin {
    let user = fs::user_name(rustix::process::geteuid().as_raw());
    let called = std::env::var("SUDO_USER").ok().filter(|name| *name != user);
    let from = std::env::var("SSH_CONNECTION").unwrap_or_default();
    RunOrigin {
        host: rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned()
            .into(),
        user: Untrusted::new(match called {
            Some(called) => format!("{user} ({called})"),
            None => user,
        }),
        // sshd puts the client's address first (sshd(8), ENVIRONMENT).
        from: from
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
            .into(),
        pid: within::own_process(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

pub(in crate::engine) fn locked(error: LockError) -> Problem {
    let w = words();
    match error {
        LockError::Held(h) => ErrorKind::Locked.problem(
            sentences::journal::another(h.pid, &h.host, &h.user, &h.since),
            w.locked_by_other_why,
            w.locked_by_other_next,
        ),
        error => {
            let path = error.path().unwrap_or(Path::new(""));
            unusable(&error, error.obstacle(), path)
        }
    }
}

/// Somebody holds the lock in the database, whose own note lies in a folder that we do not know.
fn claimed(claimant: &Claimant, driver: Driver) -> Problem {
    let w = words();
    let candidates = match (&claimant.program, claimant.pid) {
        (None, None) => lock::others_of_ours(),
        _ => Vec::new(),
    };
    ErrorKind::Locked.problem(
        sentences::journal::claimant(claimant, &candidates),
        w.locked_by_other_why,
        match kill(claimant, driver) {
            None => w.locked_in_database_next.to_owned(),
            Some(kill) => {
                let kill = text!(locked_in_database_kill, kill);
                format!("{} {kill}", w.locked_in_database_next)
            }
        },
    )
}

/// The statement that ends the connection that holds the lock, where the server numbers its connections.
fn kill(claimant: &Claimant, driver: Driver) -> Option<String> {
    // It goes into a command: nothing but a number.
    let connection: u64 = claimant.connection.as_ref()?.raw().parse().ok()?;
    match driver {
        Driver::MySql => Some(format!("KILL {connection};")),
        Driver::PgSql => Some(format!("SELECT pg_terminate_backend({connection});")),
        Driver::Sqlite => None,
    }
}

impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Self {
        if !error.is_held() {
            return unusable(&error, error.obstacle(), error.path());
        }
        let w = words();
        // Another journal would know nothing of the run that holds this one.
        let (why, next) = (error.to_string(), w.journal_held_next);
        ErrorKind::Locked.problem(w.journal_held, why, next)
    }
}

fn unusable(error: &dyn std::error::Error, obstacle: Option<Obstacle>, path: &Path) -> Problem {
    let w = words();
    let next = way_out(
        w.quit_nothing_changed,
        obstacle,
        place(obstacle, path),
        w.journal_unusable_next,
    );
    let kind = kind_of(obstacle, ErrorKind::JournalUnusable);
    kind.problem(w.journal_unusable, why_of(error, path), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_connection_that_holds_the_lock_is_ended_by_its_number() {
        let of = |connection: Option<&str>, driver| {
            let claimant = Claimant {
                connection: connection.map(str::to_owned).map(Untrusted::new),
                ..Claimant::default()
            };
            kill(&claimant, driver)
        };
        assert_eq!(of(Some("42"), Driver::MySql).as_deref(), Some("KILL 42;"));
        assert_eq!(
            of(Some("4711"), Driver::PgSql).as_deref(),
            Some("SELECT pg_terminate_backend(4711);")
        );
        assert_eq!(of(Some("1; DROP TABLE mailboxes"), Driver::MySql), None);
        assert_eq!(of(Some("42"), Driver::Sqlite), None);
        assert_eq!(of(None, Driver::MySql), None);
    }
}
