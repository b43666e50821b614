//! A change to an install as one piece: rows in one transaction, then files. If a file cannot be written, the rows are
//! put back; what cannot be put back is said. Apply, undo and restore all go through here.

use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::domain::problem::Problem;
use crate::domain::sanitize::sanitize;
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
}

impl FileChange {
    fn write(&self) -> Result<(), FileError> {
        put(
            &self.path,
            self.after
                .as_ref()
                .map(|(bytes, attributes)| (&bytes[..], attributes)),
        )
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

    /// Writes rows and files, all or nothing.
    ///
    /// # Errors
    /// A [`Failure`] that says what stands. `restore_from` is named where nothing but a backup helps.
    pub fn carry_out(
        &self,
        session: &mut Session,
        restore_from: &std::path::Path,
        before_files: &mut dyn FnMut(),
    ) -> Result<(), Failure> {
        match session.store.swap(&self.swaps) {
            Ok(()) => {}
            Err(SwapError::Unknown(error)) => self.find_out(session, &error, restore_from)?,
            Err(error) => return Err(swap_problem(&error, &self.swaps, session).into()),
        }
        before_files();
        for (index, file) in self.files.iter().enumerate() {
            if let Err(error) =
                require_unchanged(&file.path, file.before.as_ref()).and_then(|()| file.write())
            {
                return Err(self.put_back(session, index + 1, file_problem(&error), restore_from));
            }
        }
        Ok(())
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
