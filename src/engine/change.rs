//! A change to an install as one piece: new files beside the old ones, rows in one transaction, then the files in place.
//! If something cannot be written, everything is put back; what cannot be put back is said. Apply, undo and restore all
//! go through here.
//!
//! In that order whatever interrupts us leaves both keys where they can be found: the new one in the staged file, which
//! is on the disk before the first row is sealed with it, the old one in the file that is replaced last, and in the backup.

use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::domain::journal::{IntendedCell, IntendedFile, Intent, Outcome, Phase};
use crate::domain::problem::Problem;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::{Cell, Place, SecretBytes, Table};
use crate::engine::ledger::{Ledger, RunId};
use crate::engine::session::Session;
use crate::engine::survey;
use crate::io::files::{self, Attributes, FileError, FileRead, MAX_CONFIG_BYTES};
use crate::io::store::{Swap, SwapError};
use crate::words::{fill, words};

/// Why a change was not carried out.
pub struct Failure {
    /// What happened, and what stands now.
    pub problem: Problem,
    /// Whether something was changed and could not be put back.
    pub half_done: bool,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            half_done: false,
        }
    }
}

/// A file that is to be written or removed.
pub struct FileChange {
    /// Where it is.
    pub path: PathBuf,
    /// What stands there now; `None` when there is no file.
    pub before: Option<FileRead>,
    /// What shall stand there; `None` removes it.
    pub after: Option<(Zeroizing<Vec<u8>>, Attributes)>,
    /// Where it is made before it is put in place.
    pub staged: Option<PathBuf>,
}

impl FileChange {
    /// A file that is to become `after`, or to be removed.
    pub fn new(
        path: PathBuf,
        before: Option<FileRead>,
        after: Option<(Zeroizing<Vec<u8>>, Attributes)>,
    ) -> Self {
        Self {
            staged: after.as_ref().map(|_| files::staged_beside(&path)),
            path,
            before,
            after,
        }
    }

    /// Makes the new file beside the old one; an interrupted run may have done that already.
    fn stage(&self) -> Result<(), FileError> {
        let (Some(staged), Some((bytes, attributes))) = (&self.staged, &self.after) else {
            return Ok(());
        };
        if let Some(there) = current(staged)? {
            let same =
                |a: &Attributes, b: &Attributes| (a.uid, a.gid, a.mode) == (b.uid, b.gid, b.mode);
            if there.bytes == *bytes && same(&there.attributes, attributes) {
                return Ok(());
            }
            files::remove(staged)?;
        }
        files::stage(staged, bytes, attributes)
    }

    fn put(&self) -> Result<(), FileError> {
        match &self.staged {
            Some(staged) => files::put_staged(staged, &self.path),
            None => files::remove(&self.path).map(|_| ()),
        }
    }

    /// Removes the new file where it was not put in place. What cannot be removed does no harm.
    fn sweep(&self) {
        if let Some(staged) = &self.staged {
            let _ = files::remove(staged);
        }
    }

    /// Puts back what stood there, if what stands there is ours.
    fn write_back(&self) -> Result<(), FileError> {
        let now = current(&self.path)?.as_ref().map(FileRead::digest);
        if now == self.before.as_ref().map(FileRead::digest) {
            return Ok(());
        }
        if now != self.after.as_ref().map(|(bytes, _)| files::digest(bytes)) {
            return Err(FileError::Changed(self.path.clone()));
        }
        put(
            &self.path,
            self.before
                .as_ref()
                .map(|read| (&read.bytes[..], &read.attributes)),
        )
    }
}

/// The file as it stands; `None` when there is none.
///
/// # Errors
/// [`FileError`] when it is there and cannot be read.
pub fn current(path: &std::path::Path) -> Result<Option<FileRead>, FileError> {
    match files::read(path, MAX_CONFIG_BYTES) {
        Ok(file) => Ok(Some(file)),
        Err(e) if e.is_missing() => Ok(None),
        Err(e) => Err(e),
    }
}

/// Refuses a file that is no longer as it was read; `None` is a file that was not there.
///
/// # Errors
/// [`FileError::Changed`], or what [`current`] says.
pub fn require_unchanged(path: &std::path::Path, read: Option<&FileRead>) -> Result<(), FileError> {
    if current(path)?.as_ref().map(FileRead::digest) == read.map(FileRead::digest) {
        Ok(())
    } else {
        Err(FileError::Changed(path.to_owned()))
    }
}

fn put(path: &std::path::Path, file: Option<(&[u8], &Attributes)>) -> Result<(), FileError> {
    match file {
        Some((bytes, attributes)) => files::write_new(path, bytes, attributes),
        None => files::remove(path).map(|_| ()),
    }
}

/// Rows and files that belong together.
#[derive(Default)]
pub struct Change {
    /// Rows, each compared with what was read.
    pub swaps: Vec<Swap>,
    /// Files, each compared with what was read.
    pub files: Vec<FileChange>,
}

impl Change {
    /// Refuses, before anything is touched, what is bound to fail half-way.
    ///
    /// # Errors
    /// A [`Problem`]; nothing was changed.
    pub fn require_possible(&self, session: &mut Session) -> Result<(), Problem> {
        let w = words();
        for file in &self.files {
            let possible = match &file.after {
                Some((_, attributes)) => files::require_writable(&file.path, attributes),
                None => files::require_folder_writable(&file.path),
            };
            possible
                .and_then(|()| require_unchanged(&file.path, file.before.as_ref()))
                .map_err(|e| file_problem(&e))?;
        }
        let mut tables: Vec<&'static str> = self
            .swaps
            .iter()
            .filter(|s| s.new != s.old)
            .map(|s| s.table)
            .collect();
        tables.dedup();
        for table in tables {
            let transactional = session.store.transactional(table);
            if !transactional.map_err(|e| survey::unreachable_database(&e, &session.settings))? {
                let table = sanitize(&format!("{}{table}", session.settings.prefix));
                return Err(Problem::new(
                    fill(w.no_transactions, &[("table", &table)]),
                    "",
                    fill(w.no_transactions_next, &[("table", &table)]),
                ));
            }
        }
        Ok(())
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
        restore_from: &std::path::Path,
        before_files: &mut dyn FnMut(),
    ) -> Result<(), Failure> {
        let outcome = self.carry_on(session, ledger, run, restore_from, before_files);
        if matches!(&outcome, Err(failure) if !failure.half_done) {
            self.files.iter().for_each(FileChange::sweep);
            // Where even this cannot be written, the run is found unfinished, and nothing of it.
            let _ = ledger.end(run, Outcome::NotCarriedOut);
        }
        outcome
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
        restore_from: &std::path::Path,
        before_files: &mut dyn FnMut(),
    ) -> Result<(), Failure> {
        ledger.step(run, Phase::Staging)?;
        self.files
            .iter()
            .try_for_each(FileChange::stage)
            .map_err(|e| file_problem(&e))?;
        ledger.step(run, Phase::Rows)?;
        match session.store.swap(&self.swaps) {
            Ok(()) => {}
            Err(SwapError::Unknown(error)) => self.find_out(session, &error, restore_from)?,
            Err(error) => return Err(swap_problem(&error, &self.swaps, session).into()),
        }
        before_files();
        if let Err(problem) = ledger.step(run, Phase::Files) {
            return Err(self.put_back(session, 0, problem, restore_from));
        }
        for (index, file) in self.files.iter().enumerate() {
            if let Err(error) =
                require_unchanged(&file.path, file.before.as_ref()).and_then(|()| file.put())
            {
                return Err(self.put_back(session, index + 1, file_problem(&error), restore_from));
            }
        }
        Ok(())
    }

    /// What this change means to write, for the journal. `saved` names a file's copy in the backup, `payloads` the new
    /// payloads in a text.
    pub fn intent(
        &self,
        saved: &dyn Fn(&std::path::Path) -> Option<String>,
        payloads: &dyn Fn(&Cell) -> Vec<(Place, String)>,
    ) -> Intent {
        let sum = |text: &Option<SecretBytes>| {
            text.as_ref()
                .map(|text| files::hex(&files::digest(text.expose())))
        };
        let cell = |swap: &Swap| {
            let cell = Cell {
                table: Table::by_name(swap.table)?,
                id: swap.id,
                column: swap.column.clone(),
            };
            Some(IntendedCell {
                old: sum(&swap.old),
                new: sum(&swap.new),
                payloads: payloads(&cell),
                cell,
            })
        };
        let file = |file: &FileChange| IntendedFile {
            path: file.path.clone(),
            saved: saved(&file.path),
            old: file.before.as_ref().map(|read| files::hex(&read.digest())),
            new: file
                .after
                .as_ref()
                .map(|(bytes, _)| files::hex(&files::digest(bytes))),
            staged: file.staged.clone(),
        };
        Intent {
            plan: Vec::new(),
            cells: self.swaps.iter().filter_map(cell).collect(),
            files: self.files.iter().map(file).collect(),
        }
    }

    /// The connection broke at the commit: asks again whether the new texts stand.
    fn find_out(
        &self,
        session: &mut Session,
        error: &crate::io::store::StoreError,
        restore_from: &std::path::Path,
    ) -> Result<(), Failure> {
        let same = |text: fn(&Swap) -> &Option<crate::domain::secret::SecretBytes>| -> Vec<Swap> {
            let compare = |s: &Swap| Swap {
                old: text(s).clone(),
                new: text(s).clone(),
                ..s.clone()
            };
            self.swaps.iter().map(compare).collect()
        };
        let half = || half_done(&error.to_string(), restore_from);
        if session.reconnect().is_err() {
            return Err(half());
        }
        if session.store.swap(&same(|s| &s.new)).is_ok() {
            return Ok(());
        }
        match session.store.swap(&same(|s| &s.old)) {
            Ok(()) => Err(survey::unreachable_database(error, &session.settings).into()),
            Err(_) => Err(half()),
        }
    }

    /// Puts everything back, of the files the first `files`. Gives `problem` when that worked.
    pub fn put_back(
        &self,
        session: &mut Session,
        files: usize,
        problem: Problem,
        restore_from: &std::path::Path,
    ) -> Failure {
        let back: Vec<Swap> = self.swaps.iter().map(Swap::reversed).collect();
        let files = self.files[..files]
            .iter()
            .try_for_each(FileChange::write_back);
        let rows = session.store.swap(&back);
        match (files, rows) {
            (Ok(()), Ok(())) => problem.into(),
            _ => half_done(&format!("{} {}", problem.what, problem.why), restore_from),
        }
    }
}

fn half_done(why: &str, restore_from: &std::path::Path) -> Failure {
    let w = words();
    let folder = sanitize(&restore_from.to_string_lossy());
    let next = fill(w.apply_half_done_next, &[("folder", &folder)]);
    Failure {
        problem: Problem::new(w.apply_half_done, sanitize(why), next),
        half_done: true,
    }
}

/// The problem of a file that cannot be written.
pub fn file_problem(error: &FileError) -> Problem {
    let w = words();
    Problem::new(
        w.env_not_writable,
        sanitize(&error.to_string()),
        w.env_not_writable_next,
    )
}

/// The problem of rows that could not be swapped.
pub fn swap_problem(error: &SwapError, swaps: &[Swap], session: &Session) -> Problem {
    let w = words();
    let name = |index: &usize| {
        swaps
            .get(*index)
            .map(|s| format!("{}#{}.{}", s.table, s.id, s.column))
    };
    match error {
        SwapError::Changed(indexes) => {
            let rows: Vec<String> = indexes.iter().take(5).filter_map(name).collect();
            Problem::new(w.rows_changed, rows.join(", "), w.rows_changed_next)
        }
        SwapError::NotKept(index) => Problem::new(
            w.row_not_kept,
            name(index).unwrap_or_default(),
            w.row_not_kept_next,
        ),
        SwapError::Store(error) | SwapError::Unknown(error) => {
            survey::unreachable_database(error, &session.settings)
        }
    }
}
