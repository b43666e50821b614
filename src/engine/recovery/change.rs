//! A change to an install as one piece: new files beside the old ones, rows in one transaction, then the files in place.
//! If something cannot be written, everything is put back; what cannot be put back is said. Apply, undo and restore all
//! go through here.
//!
//! In that order whatever interrupts us leaves both keys where they can be found: the new one in the staged file, which
//! is on the disk before the first row is sealed with it, the old one in the file that is replaced last, and in the backup.

mod failure;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::disk_trouble::file_problem;
use super::file_change::{FileChange, require_unchanged};
use super::key_file;
use super::reconcile::digest;
use super::run_log::{Ledger, RunId};
use crate::domain::config::Driver;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::{Cell, Place, SecretBytes, Table};
use crate::domain::run::{IntendedCell, IntendedFile, Intent, RunPhase};
use crate::engine::session::{Session, closed, compared, database, reading};
use crate::io::db::{StoreError, Swap, SwapError};
use crate::io::fs::{self, FileError, FileRead};
use crate::io::install::Install;
use crate::words::untrusted::shown;
use crate::words::{joined, words};
use failure::{NAMED, lost, swap_failure, unknown};

pub(super) use failure::half_done;
pub use failure::{Failure, swap_problem};

/// How long a database is asked again after the connection broke: one that restarts needs some seconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long between two questions.
const PAUSE: Duration = Duration::from_millis(250);

/// Rows and files that belong together.
#[derive(Default)]
pub struct Change {
    /// Rows that are written, each compared with what was read.
    pub swaps: Vec<Swap>,
    /// Rows that stay as they are, compared within the same transaction: what somebody saves there meanwhile may be sealed
    /// with the key that goes.
    pub compared: Vec<Swap>,
    /// Files, each compared with what was read.
    pub files: Vec<FileChange>,
}

impl Change {
    /// A change of these rows and files; all other rows with secrets are compared.
    pub fn of(session: &Session, swaps: Vec<Swap>, files: Vec<FileChange>) -> Self {
        Self {
            compared: compared(&session.inventory.cells, &swaps),
            swaps,
            files,
        }
    }

    /// Refuses, before anything is touched, what is bound to fail half-way.
    ///
    /// # Errors
    /// A [`Problem`]; nothing was changed.
    pub fn require_possible(&self, session: &mut Session) -> Result<(), Problem> {
        for file in &self.files {
            file.require_possible().map_err(|e| file_problem(&e))?;
        }
        key_file::require_places(session, &self.files)?;
        let mut tables: Vec<&'static str> = self
            .swaps
            .iter()
            .filter(|s| s.new != s.old)
            .map(|s| s.table)
            .collect();
        tables.dedup();
        for table in tables {
            let transactional = session.store.transactional(table);
            if !transactional.map_err(|e| database::unreachable_database(&e, &session.settings))? {
                let table = shown(&format!("{}{table}", session.settings.prefix)).to_string();
                return Err(ErrorKind::DatabaseUnsuitable.problem(
                    text!(no_transactions, table),
                    "",
                    text!(no_transactions_next, table),
                ));
            }
        }
        Ok(())
    }

    /// Refuses what lies where nothing can be written at all: before anybody waits for a backup.
    ///
    /// # Errors
    /// A [`Problem`]; nothing was changed.
    pub fn require_not_read_only(&self, session: &Session) -> Result<(), Problem> {
        for file in &self.files {
            closed::require_file_open(&file.path)?;
        }
        match self.swaps.is_empty() {
            true => Ok(()),
            false => closed::require_database_open(session),
        }
    }

    /// Writes rows and files, all or nothing, as part of a run that was announced.
    ///
    /// # Errors
    /// A [`Failure`] that says what stands. `restore_from` is named where nothing but a backup helps.
    pub fn carry_out(
        &self,
        session: &mut Session,
        ledger: &mut Ledger,
        run: RunId,
        restore_from: &Path,
        before_files: &mut dyn FnMut(),
    ) -> Result<(), Failure> {
        let outcome = self.carry_on(session, ledger, run, restore_from, before_files);
        outcome.map_err(|failure| {
            if !failure.half_done() {
                self.files.iter().for_each(FileChange::sweep);
            }
            failure.closed(ledger, run)
        })
    }

    /// Writes what an interrupted run left to be written. If that fails, the run stays unfinished.
    ///
    /// # Errors
    /// As [`Change::carry_out`].
    pub fn carry_on(
        &self,
        session: &mut Session,
        ledger: &mut Ledger,
        run: RunId,
        restore_from: &Path,
        before_files: &mut dyn FnMut(),
    ) -> Result<(), Failure> {
        ledger.step(run, RunPhase::Staging)?;
        self.files
            .iter()
            .try_for_each(FileChange::stage)
            .map_err(|e| file_problem(&e))?;
        ledger.step(run, RunPhase::Rows)?;
        self.write_rows(session, ledger)?;
        before_files();
        // The lock's connection may have ended meanwhile, and another of us may be at work.
        let alone = ledger.require_alone(session);
        if let Err(problem) = alone.and_then(|()| ledger.step(run, RunPhase::Files)) {
            return Err(self.put_back(session, ledger, 0, problem, restore_from));
        }
        for (index, file) in self.files.iter().enumerate() {
            // What somebody else changed is not ours to put back.
            let refused = match require_unchanged(&file.path, file.before.as_ref()) {
                Ok(()) => file.put().err().map(|error| (index + 1, error)),
                Err(error) => Some((index, error)),
            };
            if let Some((ours, error)) = refused {
                let problem = file_problem(&error);
                return Err(self.put_back(session, ledger, ours, problem, restore_from));
            }
        }
        Ok(())
    }

    /// Rows in one transaction. Before it is committed, everything is looked at once more that the change was made from.
    fn write_rows(&self, session: &mut Session, ledger: &mut Ledger) -> Result<(), Failure> {
        let rows = [&self.swaps[..], &self.compared].concat();
        // Where rows are held, over the connection that holds them.
        let mut held = session.held.take();
        // A file of SQLite's may be read by nobody while much is written to it.
        let before = session.settings.driver == Driver::Sqlite;
        if before {
            require_nothing_new(session)?;
        }
        let exchanged = held.as_mut().unwrap_or(&mut session.store).exchange(&rows);
        exchanged.map_err(|error| swap_failure(&error, &rows, session))?;
        let alone = self.require_standing(session, ledger);
        let stands = alone.map_err(Failure::from).and_then(|()| {
            // Where the database has no room for it, a row too many is found when all is read again.
            let room = !before && ledger.unguarded().is_none();
            match (room, held.is_some()) {
                (false, _) => Ok(()),
                (true, true) => require_nothing_new(session),
                (true, false) => beside(session, require_nothing_new),
            }
        });
        if let Err(failure) = stands {
            // Where the connection broke, the server does it by itself.
            let _ = held.as_mut().unwrap_or(&mut session.store).roll_back();
            return Err(failure);
        }
        let committed = held.as_mut().unwrap_or(&mut session.store).commit();
        drop(held);
        match committed {
            Ok(()) => Ok(()),
            Err(SwapError::Unknown(error)) => self.find_out(session, ledger, &error),
            Err(error) => Err(swap_failure(&error, &rows, session)),
        }
    }

    /// Refuses to commit where a file is no longer as it was read, the current key is another one, or another run is at
    /// work.
    fn require_standing(&self, session: &Session, ledger: &mut Ledger) -> Result<(), Problem> {
        let install = &session.install;
        let unchanged = |path: &Path, read: Option<&FileRead>| {
            require_unchanged(path, read).map_err(|e| file_problem(&e))
        };
        for file in &self.files {
            unchanged(&file.path, file.before.as_ref())?;
        }
        let read = [
            (install.env_path(), install.env_file.as_ref()),
            (
                install
                    .key_file
                    .as_ref()
                    .map_or_else(PathBuf::new, |f| f.path.clone()),
                install.key_file.as_ref(),
            ),
        ];
        for (path, read) in read {
            let ours = |file: &FileChange| {
                file.path == path || read.is_some_and(|read| read.path == file.path)
            };
            if !path.as_os_str().is_empty() && !self.files.iter().any(ours) {
                unchanged(&path, read)?;
            }
        }
        // FreeScout builds its cached config again whenever it likes: what counts is what it runs on then.
        let now = install.reopen()?;
        let settings = |install: &Install| install.database().ok();
        let same_database = match (settings(install), settings(&now)) {
            (Some(read), Some(now)) => read.same_as(&now),
            (read, now) => read.is_none() && now.is_none(),
        };
        if now.key_in_force().text != install.key_in_force().text || !same_database {
            return Err(file_problem(&FileError::Changed(install.cache_path())));
        }
        ledger.require_alone(session)
    }

    /// What this change means to write, for the journal. `saved` names a file's copy in the backup, `payloads` the new
    /// payloads in a text.
    pub fn intent(
        &self,
        saved: &dyn Fn(&std::path::Path) -> Option<String>,
        payloads: &dyn Fn(&Cell) -> Vec<(Place, String)>,
    ) -> Intent {
        let cell = |swap: &Swap| {
            let cell = swap.cell()?;
            Some(IntendedCell {
                old: digest(swap.old.as_ref()),
                new: digest(swap.new.as_ref()),
                payloads: payloads(&cell),
                cell,
            })
        };
        let file = |file: &FileChange| IntendedFile {
            path: file.path.clone(),
            saved: saved(&file.path),
            old: file.before.as_ref().map(|read| fs::hex(&read.digest())),
            new: file
                .after
                .as_ref()
                .map(|(bytes, _)| fs::hex(&fs::digest(bytes))),
            staged: file.staged.clone(),
        };
        Intent {
            plan: Vec::new(),
            cells: self.swaps.iter().filter_map(cell).collect(),
            files: self.files.iter().map(file).collect(),
        }
    }

    /// The connection broke at the commit: asks again, for a while, whether the new texts stand.
    fn find_out(
        &self,
        session: &mut Session,
        ledger: &Ledger,
        error: &StoreError,
    ) -> Result<(), Failure> {
        let began = Instant::now();
        loop {
            let stands = session
                .reconnect()
                .is_ok()
                .then(|| session.store.swap(&self.compared(|s| &s.new)));
            match stands {
                Some(Ok(())) => return Ok(()),
                Some(Err(SwapError::Changed(_))) => {
                    return Err(match session.store.swap(&self.compared(|s| &s.old)) {
                        Ok(()) => lost(error, session).into(),
                        Err(_) => unknown(error, session, ledger),
                    });
                }
                _ if began.elapsed() > PATIENCE => return Err(unknown(error, session, ledger)),
                _ => std::thread::sleep(PAUSE),
            }
        }
    }

    /// The same swaps, to see whether a text stands.
    fn compared(&self, text: fn(&Swap) -> &Option<SecretBytes>) -> Vec<Swap> {
        let compare = |s: &Swap| Swap {
            old: text(s).clone(),
            new: text(s).clone(),
            ..s.clone()
        };
        self.swaps.iter().map(compare).collect()
    }

    /// Puts everything back, of the files the first `files`. Gives `problem` when that worked.
    pub fn put_back(
        &self,
        session: &mut Session,
        ledger: &Ledger,
        files: usize,
        problem: Problem,
        restore_from: &Path,
    ) -> Failure {
        let files = self.files[..files]
            .iter()
            .try_for_each(FileChange::write_back);
        let rows = self.rows_back(session);
        match (files, rows) {
            (Ok(()), Ok(())) => problem.into(),
            (files, rows) => {
                let refused = [
                    Some(joined::sentences(&[
                        problem.what.clone(),
                        problem.why.to_string(),
                    ])),
                    files.err().map(|e| e.to_string()),
                    rows.err().map(|e| e.to_string()),
                ];
                let why: Vec<String> = refused.into_iter().flatten().collect();
                half_done(&joined::clauses(&why), ledger, restore_from)
            }
        }
    }

    /// Puts the rows back, over a new connection where the old one broke.
    fn rows_back(&self, session: &mut Session) -> Result<(), SwapError> {
        if self.swaps.iter().all(|swap| swap.old == swap.new) {
            return Ok(());
        }
        let back: Vec<Swap> = self.swaps.iter().map(Swap::reversed).collect();
        let (began, mut asked) = (Instant::now(), false);
        loop {
            let error = match session.store.swap(&back) {
                Ok(()) => return Ok(()),
                // They were put back by a commit that nobody confirmed.
                Err(SwapError::Changed(_)) if asked => {
                    return session.store.swap(&self.compared(|s| &s.old));
                }
                Err(error) => error,
            };
            asked |= matches!(error, SwapError::Unknown(_));
            let broke = asked || matches!(error, SwapError::Store(StoreError::Unreachable(_)));
            if !broke || began.elapsed() > PATIENCE {
                return Err(error);
            }
            std::thread::sleep(PAUSE);
            // What it cannot reach, the next turn tells.
            let _ = session.reconnect();
        }
    }
}

/// Does something over a connection of its own: on ours, a transaction is open.
fn beside(
    session: &mut Session,
    work: impl FnOnce(&mut Session) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Ok(another) = session.connected() else {
        return Ok(());
    };
    let ours = std::mem::replace(&mut session.store, another);
    let done = work(session);
    session.store = ours;
    done
}

/// Refuses to commit where there is a row by now that was not there when all was read: nobody planned for its secrets.
fn require_nothing_new(session: &mut Session) -> Result<(), Failure> {
    let cells = reading::read_cells(session)?;
    let known = &session.inventory.cells;
    let new = cells
        .keys()
        .filter(|cell| cell.table != Table::Env && !known.contains_key(cell));
    let named: Vec<String> = new
        .take(NAMED)
        .map(|cell| format!("{}#{}.{}", cell.table.name(), cell.id, cell.column))
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    let w = words();
    Err(Failure {
        meanwhile: true,
        ..ErrorKind::ChangedMeanwhile
            .problem(w.rows_changed, joined::list(&named), w.rows_changed_next)
            .into()
    })
}
