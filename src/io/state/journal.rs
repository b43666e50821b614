//! The journal: every run on every install of this machine, in one SQLite file of our state folder. Runs are found by what
//! their install is known (`domain::run::belongs`), whichever release of it they were made on, and whatever its container was
//! called then.
//!
//! What is announced here is on the disk before it is done: SQLite syncs file and folder at each commit
//! (`synchronous = EXTRA`). The file holds digests and payloads, never a plain text and never a key.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, Transaction, params};
use rustix::fs::OFlags;

use super::backup::{BackupError, prepare_parent};
use crate::domain::inventory::secret::Place;
use crate::domain::run::belongs::{DataId, InstallIdentity, RecordOwner};
use crate::domain::run::{
    IntendedCell, IntendedFile, Intent, PlannedSecret, Run, RunOutcome, RunPhase,
};
use crate::io::fs::disk_trouble::Obstacle;
use crate::io::fs::folder;
use crate::io::install::identified;
use crate::io::os::crash_points::{self, Point};
use crate::words::untrusted::shown;
use rows::{
    FROM_FOURTH, FROM_SECOND, FROM_THIRD, end_steps, give_identities, insert_intent, insert_run,
    path_of, place_of, run_of, text,
};

/// Name of the file in the state folder.
pub(super) const FILE: &str = "journal.sqlite";
/// What the journal's pages may take in memory, in KiB.
const CACHE: i64 = 256;
/// Version of the form.
const VERSION: i64 = 5;
/// How long another program of ours may hold the file.
const LOCK_WAIT: Duration = Duration::from_secs(10);
/// Runs told by [`Journal::history`] at most.
const MAX_TOLD: i64 = 10_000;

const FORM: &str = "
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, install BLOB NOT NULL, backup BLOB NOT NULL, safety BLOB,
    started TEXT NOT NULL, ended TEXT, host TEXT NOT NULL, user TEXT NOT NULL, came_from TEXT NOT NULL, pid INTEGER NOT NULL,
    version TEXT NOT NULL, strategy TEXT, key TEXT, resealed INTEGER NOT NULL, reentered INTEGER NOT NULL,
    refresh INTEGER NOT NULL, artisan INTEGER NOT NULL, outcome TEXT NOT NULL, identity BLOB NOT NULL,
    data TEXT);
CREATE INDEX runs_of_identity ON runs (identity, outcome);
CREATE TABLE plan (run INTEGER NOT NULL, table_name TEXT NOT NULL, row INTEGER NOT NULL, column_name TEXT NOT NULL,
    json_path TEXT, action TEXT NOT NULL, readable_after INTEGER NOT NULL);
CREATE TABLE cells (run INTEGER NOT NULL, table_name TEXT NOT NULL, row INTEGER NOT NULL, column_name TEXT NOT NULL,
    old_sha256 TEXT, new_sha256 TEXT);
CREATE TABLE payloads (run INTEGER NOT NULL, table_name TEXT NOT NULL, row INTEGER NOT NULL, column_name TEXT NOT NULL,
    json_path TEXT, payload TEXT NOT NULL);
CREATE TABLE files (run INTEGER NOT NULL, path BLOB NOT NULL, saved TEXT, old_sha256 TEXT, new_sha256 TEXT, staged BLOB);
CREATE TABLE steps (run INTEGER NOT NULL, step TEXT NOT NULL, began TEXT NOT NULL, ended TEXT);
";

/// Why the journal could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The state folder cannot be used.
    #[error(transparent)]
    Folder(#[from] BackupError),
    /// The system refused the file.
    #[error("{}", text!(error_path, path = shown(.0), why = .1))]
    System(PathBuf, std::io::Error),
    /// SQLite refused.
    #[error("{}", text!(error_path, path = shown(.0), why = .1))]
    Database(PathBuf, rusqlite::Error),
    /// Written by a later version of this program.
    #[error("{}", text!(error_newer_journal, path = shown(.0)))]
    Newer(PathBuf),
}

impl JournalError {
    /// Whether another program holds the file: a run of ours that writes, or was stopped in the middle.
    pub fn is_held(&self) -> bool {
        let JournalError::Database(_, error) = self else {
            return false;
        };
        matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
        )
    }

    /// The file or folder it is about.
    pub fn path(&self) -> &Path {
        match self {
            JournalError::Folder(error) => error.path(),
            JournalError::System(path, _)
            | JournalError::Database(path, _)
            | JournalError::Newer(path) => path,
        }
    }

    /// What the operator can remove, where that is known.
    pub fn obstacle(&self) -> Option<Obstacle> {
        match self {
            JournalError::Folder(error) => error.obstacle(),
            JournalError::System(_, error) => Obstacle::of(error),
            JournalError::Database(_, error) => Obstacle::of_sqlite(error),
            JournalError::Newer(_) => None,
        }
    }
}

/// The open journal.
pub struct Journal {
    connection: Connection,
    path: PathBuf,
}

impl Journal {
    /// Opens the journal of a state folder, and makes folder and file (0700, 0600) where there are none.
    ///
    /// # Errors
    /// [`JournalError`]: without a journal nothing may be changed.
    pub fn open(state_dir: &Path) -> Result<Self, JournalError> {
        prepare_parent(state_dir)?;
        let path = state_dir.join(FILE);
        // SQLite would make it readable for everybody.
        let made = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags((OFlags::NOFOLLOW | OFlags::CLOEXEC).bits().cast_signed())
            .open(&path);
        made.and_then(|_| folder::sync(state_dir))
            .map_err(|e| JournalError::System(path.clone(), e))?;
        Self::connect(path)
    }

    /// Opens the journal for reading; `None` where there is none yet.
    ///
    /// # Errors
    /// [`JournalError`] when it is there and cannot be read.
    pub fn existing(state_dir: &Path) -> Result<Option<Self>, JournalError> {
        let path = state_dir.join(FILE);
        // An empty one was made and not written yet.
        match std::fs::symlink_metadata(&path) {
            Ok(meta) if meta.len() > 0 => Self::connect(path).map(Some),
            Ok(_) => Ok(None),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(JournalError::System(path, e)),
        }
    }

    fn connect(path: PathBuf) -> Result<Self, JournalError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let opened = || -> rusqlite::Result<(Connection, i64)> {
            let mut connection = Connection::open_with_flags(&path, flags)?;
            connection.busy_timeout(LOCK_WAIT)?;
            connection.pragma_update(None, "trusted_schema", false)?;
            connection.pragma_update(None, "synchronous", "EXTRA")?;
            // Kibibytes: what is read here is read once, and rows of thousands of mailboxes would be kept twice.
            connection.pragma_update(None, "cache_size", -CACHE)?;
            let version = |c: &Connection| c.query_row("PRAGMA user_version", [], |row| row.get(0));
            if version(&connection)? < VERSION {
                let transaction = connection
                    .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
                // Somebody else may have been first.
                let there = version(&transaction)?;
                match there {
                    0 => transaction.execute_batch(FORM)?,
                    1 => give_identities(&transaction)?,
                    _ => {}
                }
                if matches!(there, 1 | 2) {
                    transaction.execute_batch(FROM_SECOND)?;
                }
                if there < 4 {
                    transaction.execute_batch(FROM_THIRD)?;
                }
                if there < VERSION {
                    transaction.execute_batch(FROM_FOURTH)?;
                }
                if version(&transaction)? < VERSION {
                    transaction.pragma_update(None, "user_version", VERSION)?;
                }
                transaction.commit()?;
            }
            let version = version(&connection)?;
            Ok((connection, version))
        };
        match opened() {
            Ok((connection, VERSION)) => Ok(Self { connection, path }),
            Ok(_) => Err(JournalError::Newer(path)),
            Err(e) => Err(JournalError::Database(path, e)),
        }
    }

    fn failed(&self) -> impl Fn(rusqlite::Error) -> JournalError + use<> {
        let path = self.path.clone();
        move |e| JournalError::Database(path.clone(), e)
    }

    /// Commits what `write` writes: it is on the disk afterwards.
    fn commit<T>(
        &mut self,
        write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, JournalError> {
        let failed = self.failed();
        let committed = || -> rusqlite::Result<T> {
            let transaction = self
                .connection
                .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let written = write(&transaction)?;
            crash_points::pass(Point::JournalCommitting);
            transaction.commit()?;
            crash_points::pass(Point::JournalCommitted);
            Ok(written)
        };
        committed().map_err(failed)
    }

    /// Writes down a run and everything it means to write. Gives its number.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing is written down.
    pub fn begin(&mut self, run: &Run, intent: &Intent) -> Result<i64, JournalError> {
        self.commit(|transaction| {
            insert_run(transaction, run)?;
            let id = transaction.last_insert_rowid();
            insert_intent(transaction, id, intent)?;
            Ok(id)
        })
    }

    /// Writes down that a step begins, and that the one before it has ended.
    pub fn step(&mut self, run: i64, phase: RunPhase, now: &str) -> Result<(), JournalError> {
        self.commit(|t| {
            end_steps(t, run, now)?;
            t.execute(
                "INSERT INTO steps (run, step, began) VALUES (?1, ?2, ?3)",
                params![run, phase.code(), now],
            )
            .map(|_| ())
        })
    }

    /// Writes down how a run ended.
    pub fn end(&mut self, run: i64, outcome: RunOutcome, now: &str) -> Result<(), JournalError> {
        self.commit(|t| {
            end_steps(t, run, now)?;
            t.execute(
                "UPDATE runs SET outcome = ?2, ended = ?3 WHERE id = ?1",
                params![run, outcome.code(), now],
            )
            .map(|_| ())
        })
    }

    /// Writes down that a recovery is done, and what it came to: a run that was resumed leaves alone what others have
    /// changed, so that it may be less than was announced.
    pub fn recovered(&mut self, run: i64, done: &Run, now: &str) -> Result<(), JournalError> {
        self.commit(|t| {
            end_steps(t, run, now)?;
            let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
            t.execute(
                "UPDATE runs SET outcome = ?2, ended = ?3, resealed = ?4, reentered = ?5 WHERE id = ?1",
                params![
                    run,
                    RunOutcome::Done.code(),
                    now,
                    count(done.resealed),
                    count(done.reentered)
                ],
            )
            .map(|_| ())
        })
    }

    /// Writes down that `undo` has ended, that recoveries which rested on this backup are taken back by it, and with them
    /// everything that was left unfinished on the install.
    pub fn taken_back(
        &mut self,
        install: &Path,
        backup: &Path,
        undo: i64,
        now: &str,
    ) -> Result<(), JournalError> {
        let its = self.numbers_of(install)?;
        self.commit(|t| {
            end_steps(t, undo, now)?;
            t.execute(
                "UPDATE runs SET outcome = CASE id WHEN ?3 THEN 'done' ELSE 'taken_back' END, ended = ?4 \
                 WHERE id IN (SELECT value FROM json_each(?1)) \
                 AND (outcome = 'unfinished' OR kind = 'recovery' AND backup = ?2 AND outcome = 'done')",
                params![its, text(backup), undo, now],
            )
            .map(|_| ())
        })
    }

    /// The last run on an install that was begun and did not end.
    pub fn unfinished(&self, install: &Path) -> Result<Option<Run>, JournalError> {
        let its = self.numbers_of(install)?;
        self.connection
            .query_row(
                "SELECT * FROM runs WHERE id IN (SELECT value FROM json_each(?1)) AND outcome = 'unfinished' \
                 ORDER BY id DESC LIMIT 1",
                [its],
                run_of,
            )
            .optional()
            .map_err(self.failed())
    }

    /// The last run that changed something of an install, and ended.
    pub fn last_change(&self, install: &Path) -> Result<Option<Run>, JournalError> {
        let its = self.numbers_of(install)?;
        self.connection
            .query_row(
                "SELECT * FROM runs WHERE id IN (SELECT value FROM json_each(?1)) AND kind != 'backup' \
                 AND outcome IN ('done', 'taken_back') ORDER BY id DESC LIMIT 1",
                [its],
                run_of,
            )
            .optional()
            .map_err(self.failed())
    }

    /// New files that runs on an install which did not end, or failed, may have left beside those they would have replaced.
    pub fn staged(&self, install: &Path) -> Result<Vec<PathBuf>, JournalError> {
        let its = self.numbers_of(install)?;
        let read = || {
            let mut statement = self.connection.prepare(
                "SELECT staged FROM files JOIN runs ON runs.id = files.run \
                 WHERE id IN (SELECT value FROM json_each(?1)) \
                 AND outcome IN ('unfinished', 'not_carried_out') AND staged IS NOT NULL",
            )?;
            let paths = statement.query_map([its], |row| row.get(0).map(path_of))?;
            paths.collect::<rusqlite::Result<Vec<PathBuf>>>()
        };
        read().map_err(self.failed())
    }

    /// Whether the runs on an install that this backup was made for came to write files; `None` where none is known.
    pub fn wrote_files(&self, install: &Path, backup: &Path) -> Result<Option<bool>, JournalError> {
        let its = self.numbers_of(install)?;
        let counted = self.connection.query_row(
            "SELECT count(*), count(steps.run) FROM runs LEFT JOIN steps ON steps.run = runs.id AND steps.step = ?3 \
             WHERE id IN (SELECT value FROM json_each(?1)) \
             AND (kind = 'recovery' AND backup = ?2 OR kind = 'restore' AND safety = ?2)",
            params![its, text(backup), RunPhase::Files.code()],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
        );
        let (runs, wrote) = counted.map_err(self.failed())?;
        Ok((runs > 0).then_some(wrote > 0))
    }

    /// All runs on an install, or on all of them, the last one first.
    pub fn history(&self, install: Option<&Path>) -> Result<Vec<Run>, JournalError> {
        let its = install
            .map(|install| self.numbers_of(install))
            .transpose()?;
        let read = || {
            let mut statement = self.connection.prepare(
                "SELECT * FROM runs WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1)) \
                 ORDER BY id DESC LIMIT ?2",
            )?;
            let runs = statement.query_map(params![its, MAX_TOLD], run_of)?;
            runs.collect::<rusqlite::Result<Vec<Run>>>()
        };
        read().map_err(self.failed())
    }

    /// The numbers of the runs that are of this install, as a list in JSON.
    fn numbers_of(&self, install: &Path) -> Result<String, JournalError> {
        let install = identified(install);
        let read = || {
            let mut statement = self
                .connection
                .prepare("SELECT id, install, identity, data FROM runs")?;
            let all = statement.query_map([], |row| {
                let data: Option<String> = row.get(3)?;
                let its = InstallIdentity {
                    folder: row.get(1).map(path_of)?,
                    filed: row.get(2).map(path_of)?,
                    data: data.map(DataId::from_recorded),
                };
                Ok((row.get(0)?, its))
            })?;
            let mut numbers: Vec<String> = Vec::new();
            for run in all {
                let (number, its): (i64, InstallIdentity) = run?;
                if its.belongs_to(&install) != RecordOwner::Other {
                    numbers.push(number.to_string());
                }
            }
            Ok(format!("[{}]", numbers.join(",")))
        };
        read().map_err(self.failed())
    }

    /// What a run meant to write.
    pub fn intent(&self, run: i64) -> Result<Intent, JournalError> {
        let plan = self.rows(
            "table_name, row, column_name, json_path, action, readable_after FROM plan",
            run,
            |row| {
                let place = place_of(row)?;
                let (action, readable_after) = (row.get(4)?, row.get(5)?);
                Ok(place.map(|place| PlannedSecret {
                    place,
                    action,
                    readable_after,
                }))
            },
        )?;
        let payloads: Vec<(Place, String)> = self.rows(
            "table_name, row, column_name, json_path, payload FROM payloads",
            run,
            |row| {
                let payload = row.get(4)?;
                Ok(place_of(row)?.map(|place| (place, payload)))
            },
        )?;
        let cells = self.rows(
            "table_name, row, column_name, NULL, old_sha256, new_sha256 FROM cells",
            run,
            |row| {
                let (old, new) = (row.get(4)?, row.get(5)?);
                Ok(place_of(row)?.map(|place| IntendedCell {
                    payloads: payloads
                        .iter()
                        .filter(|(p, _)| p.cell == place.cell)
                        .cloned()
                        .collect(),
                    cell: place.cell,
                    old,
                    new,
                }))
            },
        )?;
        let files = self.rows(
            "path, saved, old_sha256, new_sha256, staged FROM files",
            run,
            |row| {
                Ok(Some(IntendedFile {
                    path: path_of(row.get(0)?),
                    saved: row.get(1)?,
                    old: row.get(2)?,
                    new: row.get(3)?,
                    staged: row.get::<_, Option<Vec<u8>>>(4)?.map(path_of),
                }))
            },
        )?;
        Ok(Intent { plan, cells, files })
    }

    /// Columns of a table's rows about one run, in the order in which they were written; those that are none of ours are
    /// passed over.
    fn rows<T>(
        &self,
        columns: &str,
        run: i64,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<Option<T>>,
    ) -> Result<Vec<T>, JournalError> {
        let all = || {
            let select = format!("SELECT {columns} WHERE run = ?1 ORDER BY rowid");
            let mut statement = self.connection.prepare(&select)?;
            let rows = statement.query_map([run], read)?;
            rows.filter_map(Result::transpose)
                .collect::<rusqlite::Result<Vec<T>>>()
        };
        all().map_err(self.failed())
    }
}

pub mod outbox;
mod rows;
pub mod safes;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
pub mod watched;
