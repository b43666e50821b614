//! Takes a recovery back: every row and file byte for byte as it was, but for what somebody else changed since.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::change::{Change, Failure};
use super::config_cache::{self, RanOn};
use super::file_change::{self, FileChange};
use super::reconcile::{self, FileStands, RowChanges};
use super::run_log::{self, Ledger};
use super::{anew, backup, give_up, verify};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::{Cell, NamedPlace, Place, SecretBytes, Table};
use crate::domain::run::reconcile::{Intended, Replaces, cut_off};
use crate::domain::run::{Intent, Run, RunKind, RunOutcome};
use crate::domain::verdict::assessment::Assessment;
use crate::engine::progress::Progress;
use crate::engine::recovery::{clock, commands};
use crate::engine::session::options::Options;
use crate::engine::session::{Session, own_backups, reading, survey};
use crate::io::fs::{self, FileError, FileRead};
use crate::io::state::backup::{
    Backup, BackupError, RECOVERY, RecoveryRecord, SavedBytes, WrittenCell, WrittenFile, own,
};
use crate::sentences::{self, place};
use crate::words::untrusted::shown;
use crate::words::{joined, words};

/// What was taken back.
#[derive(Debug, Clone, Default)]
pub struct Undone {
    /// Rows put back.
    pub rows: usize,
    /// Rows that somebody changed since; they were left alone.
    pub refused: Vec<NamedPlace>,
    /// Secrets saved since under the key that was taken away: they do not open any more.
    pub stranded: Vec<NamedPlace>,
    /// Files put back.
    pub files: usize,
    /// Sentences for the operator.
    pub notes: Vec<String>,
}

impl Undone {
    /// What was done, for the operator.
    pub fn sentences(&self) -> Vec<String> {
        let stranded = |of: &NamedPlace| text!(undo_stranded, place = place::of_owner(of));
        let done = match (self.rows, self.files) {
            (0, 0) => words().undone_nothing.to_owned(),
            (rows, files) => text!(undone, rows, files),
        };
        let mut sentences = vec![done];
        sentences.extend(self.left_alone());
        sentences.extend(self.stranded.iter().map(stranded));
        sentences.extend(self.notes.iter().cloned());
        sentences
    }

    /// What is left alone, a sentence each.
    pub fn left_alone(&self) -> impl Iterator<Item = String> {
        let refused = |of: &NamedPlace| text!(undo_row_refused, place = place::of_owner(of));
        self.refused.iter().map(refused)
    }
}

/// Takes back the recovery that this backup was made for, finished or not; an undo that was interrupted is finished by
/// the same. The caller makes a new backup first: a key that only `.env` holds would otherwise be gone for what was saved
/// since.
///
/// # Errors
/// A [`Failure`]; then nothing was changed, unless it says otherwise.
pub fn undo(
    session: &mut Session,
    ledger: &mut Ledger,
    backup: &Backup,
    progress: &mut Progress<'_>,
) -> Result<Undone, Failure> {
    let unfinished = ledger.unfinished()?;
    let undone = anew::until_nobody_saves(session, progress, &mut |session, progress| {
        take_back(session, ledger, unfinished.as_ref(), backup, progress)
    });
    undone.map_err(|failure| {
        give_up::explained_failure(failure, unfinished.as_ref(), ledger.options())
    })
}

fn take_back(
    session: &mut Session,
    ledger: &mut Ledger,
    unfinished: Option<&Run>,
    backup: &Backup,
    progress: &mut Progress<'_>,
) -> Result<Undone, Failure> {
    let w = words();
    let record = match unfinished {
        Some(run) if run.kind == RunKind::Restore => written_by(&ledger.intent(run)?),
        _ => match backup.recovery()? {
            Some(record) => record,
            // Announced in the journal, and interrupted before anything else was written.
            None if unfinished.is_some() => RecoveryRecord::default(),
            None => return Err(nothing_to_take_back().into()),
        },
    };
    progress(w.undo_checking, 0, None);
    let left = Left {
        interrupted: is_interrupted_recovery(unfinished),
        staged: ledger.staged()?,
        wrote_files: wrote_files(ledger.options(), session, backup)?,
    };
    let (change, refused) = change_back(session, backup, &record, &left)?;
    require_its_data(session, ledger.options(), unfinished, backup, &change)?;
    let before = session.assess();
    // An undo that was interrupted may have put the files back already.
    let ran_on = match unfinished {
        Some(run) if run.kind == RunKind::Undo => RanOn::Unknown,
        _ => RanOn::of(session),
    };
    let still = |failure: Failure, ledger: &Ledger| match unfinished {
        Some(_) => failure.still_unfinished(ledger),
        None => failure,
    };
    change
        .require_possible(session)
        .map_err(|problem| still(problem.into(), ledger))?;
    let root = session.install.root.clone();
    let run = run_log::beginning(RunKind::Undo, &root, &backup.folder);
    let intent = change.intent(&|_| None, &|_| Vec::new());
    let id = ledger.begin(&run, &intent)?;
    progress(w.undo_rows, 0, Some(change.swaps.len() as u64));
    let carried = change.carry_out(session, ledger, id, &backup.folder, &mut || {
        progress(w.undo_files, 0, None)
    });
    carried.map_err(|failure| still(failure, ledger))?;
    // Not before: a file that is written in place and cut off is recognised by the new one that lies beside it.
    ledger.sweep()?;
    let mut undone = Undone {
        rows: change.swaps.len(),
        refused: named(session, &refused),
        files: change.files.len(),
        ..Undone::default()
    };
    let record = RecoveryRecord {
        undone: Some(clock::now().1),
        ..record
    };
    let finished = match record.schema {
        // There was none.
        0 => Ok(()),
        _ => backup.record(&record).map_err(Problem::from),
    };
    let finished = finished.and_then(|()| ledger.taken_back(id, &backup.folder));
    let read = survey::reread(session).and_then(|()| reading::read_inventory(session));
    undone
        .notes
        .extend(config_cache::follow(session, ran_on, progress));
    // Saved since under the key that was taken away: readable a moment ago, and in no backup of ours.
    let readable = |assessment: &Assessment| -> BTreeSet<Place> {
        let readable = assessment.secrets.iter().filter(|s| s.verdict.readable());
        readable.map(|s| s.place.clone()).collect()
    };
    let saved = backup.rows().unwrap_or_default();
    let changed =
        |place: &&Place| saved.get(&place.cell) != session.inventory.cells.get(&place.cell);
    let after = session.assess();
    undone.notes.splice(0..0, key_back(&before, &after));
    let (was, is) = (readable(&before), readable(&after));
    undone.stranded = was
        .difference(&is)
        .filter(changed)
        .filter(|place| !refused.contains(&place.cell))
        .map(|place| session.inventory.named(place.clone()))
        .collect();
    undone.notes.extend(ledger.unguarded());
    for problem in [finished, read].into_iter().filter_map(Result::err) {
        undone
            .notes
            .push(joined::sentences(&[problem.what, problem.why.to_string()]));
    }
    Ok(undone)
}

/// Which key FreeScout uses again, and which one no longer, where that is another one now.
fn key_back(before: &Assessment, after: &Assessment) -> Option<String> {
    let was = before.circumstances.effective?;
    let is = after.circumstances.effective?;
    (was != is).then(|| {
        text!(
            undo_key_back,
            now = after.name(is),
            before = after.name(was)
        )
    })
}

/// What an undo would change: places and files.
///
/// # Errors
/// A [`Problem`] when it cannot be taken back.
pub fn preview(
    session: &mut Session,
    options: &Options,
    backup: &Backup,
) -> Result<Undone, Problem> {
    let (change, refused) = foreseen(session, options, backup)?;
    change.require_not_read_only(session)?;
    Ok(Undone {
        rows: change.swaps.len(),
        refused: named(session, &refused),
        files: change.files.len(),
        ..Undone::default()
    })
}

/// The change that an undo would be, as things stand, and the rows that it would leave alone.
fn foreseen(
    session: &mut Session,
    options: &Options,
    backup: &Backup,
) -> Result<(Change, Vec<Cell>), Problem> {
    let unfinished = run_log::unfinished(options, &session.install.root)?;
    let record = match &unfinished {
        Some(run) if run.kind == RunKind::Restore => written_by(&run_log::intent(options, run)?),
        // Only an interrupted recovery has none yet, and then nothing was written.
        _ => backup.recovery()?.unwrap_or_default(),
    };
    let left = Left {
        interrupted: is_interrupted_recovery(unfinished.as_ref()),
        staged: run_log::staged(options, &session.install.root)?,
        wrote_files: wrote_files(options, session, backup)?,
    };
    let (change, refused) = change_back(session, backup, &record, &left)?;
    require_its_data(session, options, unfinished.as_ref(), backup, &change)?;
    Ok((change, refused))
}

/// Refuses to call a run taken back of which nothing is found, where its data are known to be others: it is in place there.
fn require_its_data(
    session: &Session,
    options: &Options,
    unfinished: Option<&Run>,
    backup: &Backup,
    change: &Change,
) -> Result<(), Problem> {
    if !change.swaps.is_empty() || !change.files.is_empty() {
        return Ok(());
    }
    let run = match unfinished {
        Some(run) => Some(run.clone()),
        None => {
            let runs = run_log::history(options, Some(&session.install.root))?;
            let mut its = runs.into_iter().filter(|run| run.backup == backup.folder);
            its.find(|run| run.kind == RunKind::Recovery)
        }
    };
    run.map_or(Ok(()), |run| give_up::require_its_data(&run, options))
}

/// Refuses an undo of what lies where nothing can be written. What else stands against it is said when it is carried out.
///
/// # Errors
/// A [`Problem`]; nothing was changed.
pub fn require_not_read_only(
    session: &mut Session,
    options: &Options,
    backup: &Backup,
) -> Result<(), Problem> {
    match foreseen(session, options, backup) {
        Ok((change, _)) => change.require_not_read_only(session),
        Err(_) => Ok(()),
    }
}

/// What runs left that did not end.
struct Left {
    /// Whether the last of them is a recovery.
    interrupted: bool,
    /// Where new files of theirs may lie.
    staged: Vec<PathBuf>,
    /// Whether they came to write files. Where they did not, and no row stands as they wrote it, a file that does is not
    /// theirs: another of us, with its own state folder, may have put the same key in place since.
    wrote_files: bool,
}

/// Whether the run that this backup was made for came to write files, as far as our journal knows it.
fn wrote_files(options: &Options, session: &Session, backup: &Backup) -> Result<bool, Problem> {
    let noted = run_log::wrote_files(options, &session.install.root, &backup.folder)?;
    Ok(noted.unwrap_or(true))
}

impl Left {
    /// Whether a file was cut off while it was written in place, from `old` to the text of this sum or back. That text
    /// stands in full beside the file, or in the backup that was made before it was taken back.
    fn is_cut_off(&self, now: &[u8], old: &SavedBytes, sum: &str, backup: &Backup) -> bool {
        let is_it = |bytes: &[u8]| fs::hex(&fs::digest(bytes)) == sum;
        let (saved, old) = old;
        let beside = || {
            self.staged.iter().find_map(|path| {
                let file = file_change::current(path).ok().flatten()?;
                is_it(&file.bytes).then_some(file.bytes)
            })
        };
        let in_a_backup = || {
            let parent = backup.folder.parent()?;
            let all = crate::io::state::backup::list(parent, &backup.manifest.install);
            let mut copies = all
                .iter()
                .filter_map(|b| b.file(&saved.name).ok().flatten());
            let copy = copies.find(|(file, _)| file.sha256 == sum)?;
            Some(copy.1)
        };
        beside()
            .or_else(in_a_backup)
            .is_some_and(|new| cut_off(now, old, &new))
    }
}

/// What an interrupted restore may have written, as if a recovery had. It has no record of its own.
fn written_by(intent: &Intent) -> RecoveryRecord {
    RecoveryRecord {
        cells: verify::written_cells(intent),
        files: verify::written_files(intent),
        ..RecoveryRecord::default()
    }
}

fn is_interrupted_recovery(unfinished: Option<&Run>) -> bool {
    unfinished.is_some_and(|run| run.kind == RunKind::Recovery)
}

fn nothing_to_take_back() -> Problem {
    let w = words();
    ErrorKind::NothingToDo.problem(w.undo_nothing, "", w.undo_nothing_next)
}

/// The backup that an undo goes back to, whole: of the run that is unfinished, else of the last recovery that stands. `None`
/// when there is neither.
///
/// # Errors
/// A [`Problem`] when the journal, or the backup it names, cannot be read.
pub fn backup_to_undo(options: &Options, install: &Path) -> Result<Option<Backup>, Problem> {
    let whole = |mut backup: Backup| {
        backup.look_for_keys_in(options.keys_dir.as_deref());
        backup.verify().map(|()| backup)
    };
    if let Some(run) = run_log::unfinished(options, install)? {
        // What is put back by it is not what stood before.
        let opened = Backup::open(run.safety.as_ref().unwrap_or(&run.backup)).and_then(whole);
        return opened
            .map(Some)
            .map_err(|e| give_up::explained(backup::unusable(e), &run, options));
    }
    let runs = run_log::history(options, Some(install))?;
    let mut recoveries = runs
        .iter()
        .filter(|run| run.kind == RunKind::Recovery)
        .peekable();
    let known = recoveries.peek().is_some();
    let found = match recoveries.find(|run| run.outcome == RunOutcome::Done) {
        Some(run) => of_run(run, options, install)?,
        None => match backup::last_recovery(&options.backup_dir, install) {
            None if !known => return unread(options, install).map_or(Ok(None), Err),
            found => found,
        },
    };
    let Some(backup) = found else {
        return Ok(None);
    };
    let (started, folder) = (backup.manifest.created.clone(), backup.folder.clone());
    let backup = whole(backup).map_err(|error| lost(&started, &folder, error))?;
    Ok(Some(backup))
}

/// What an undo that goes back to this backup takes back, by its kind and by when it began: the same time as in the history.
pub fn what(options: &Options, install: &Path, backup: &Backup) -> Result<String, Problem> {
    let unfinished = run_log::unfinished(options, install)?;
    if let Some(run) = unfinished.filter(|run| run.kind != RunKind::Undo) {
        return Ok(sentences::journal::run_of(run.kind, &run.started));
    }
    let record = backup.recovery().ok().flatten();
    let started = record.map_or(backup.manifest.created.clone(), |record| record.started);
    Ok(sentences::journal::run_of(RunKind::Recovery, &started))
}

/// After an undo that went back to `undone`: that an earlier recovery is still in place, and how to take that back too.
pub fn still_in_place(options: &Options, install: &Path, undone: &Path) -> Option<String> {
    let backup = match backup_to_undo(options, install) {
        Ok(backup) => backup?,
        // It stands, and its backup is lost.
        Err(problem) => return Some(problem.what),
    };
    if backup.folder == undone {
        return None;
    }
    let record = backup.recovery().ok().flatten()?;
    let what = sentences::journal::run_of(RunKind::Recovery, &record.started);
    let undo = commands::command_with("undo --yes", options, install);
    let strategy = shown(&record.strategy).to_string();
    Some(text!(undo_another, what, strategy, undo))
}

/// Whether there were recoveries, and every one of them was taken back.
pub fn is_none_left(options: &Options, install: &Path) -> bool {
    let runs = run_log::history(options, Some(install)).unwrap_or_default();
    let recoveries = runs.iter().filter(|run| run.kind == RunKind::Recovery);
    let carried_out = recoveries.filter(|run| run.outcome != RunOutcome::NotCarriedOut);
    let mut outcomes = carried_out.map(|run| run.outcome).peekable();
    if outcomes.peek().is_some() {
        return outcomes.all(|outcome| outcome == RunOutcome::TakenBack);
    }
    // The journal may be gone, or another.
    let backups = crate::io::state::backup::list(&options.backup_dir, install);
    let mut records = backups.iter().filter_map(|b| b.recovery().ok().flatten());
    records.any(|record| record.undone.is_some())
}

/// The backup of a recovery that the journal knows as carried out, or of a later one that it does not know. An older one is
/// never taken in its place: the rows in it are not what stood before the last recovery.
fn of_run(run: &Run, options: &Options, install: &Path) -> Result<Option<Backup>, Problem> {
    let found = backup::last_recovery(&options.backup_dir, install);
    let later = |backup: &Backup| {
        let record = backup.recovery().ok().flatten();
        // Its folder may have been moved since.
        backup.folder.file_name() == run.backup.file_name()
            || record.is_some_and(|record| record.started > run.started)
    };
    if found.as_ref().is_some_and(later) {
        return Ok(found);
    }
    let opened = Backup::open(&run.backup).and_then(|backup| {
        let missing = || FileError::Missing(backup.folder.join(RECOVERY));
        let record = backup.recovery()?.ok_or_else(missing)?;
        Ok((backup, record))
    });
    match opened {
        // Another of us did, who keeps a journal elsewhere.
        Ok((_, record)) if record.undone.is_some() => Ok(found),
        Ok((backup, _)) => Ok(Some(backup)),
        Err(error) => Err(lost(&run.started, &run.backup, error)),
    }
}

/// That the backup of a recovery cannot be used.
fn lost(started: &str, folder: &Path, error: BackupError) -> Problem {
    let is_lost = error.is_lost() && !matches!(error, BackupError::KeysAway(_));
    let problem = backup::unusable(error);
    if problem.kind != ErrorKind::BackupUnusable {
        return problem;
    }
    let started = sentences::journal::time(started);
    Problem {
        what: text!(undo_backup_lost, started, folder = shown(&folder)),
        next: match is_lost {
            true => words().undo_backup_lost_next.to_owned(),
            false => problem.next,
        },
        ..problem
    }
}

/// Where the journal knows of no recovery: a backup that may be of one, and cannot be read.
fn unread(options: &Options, install: &Path) -> Option<Problem> {
    let own = own::of(&options.backup_dir, &[], install);
    let unrecorded = own.backups.into_iter().find_map(|backup| {
        let error = backup.recovery().err()?;
        Some((backup.folder, error))
    });
    let (folder, error) = own.refused.into_iter().chain(unrecorded).next()?;
    let is_lost = error.is_lost();
    let problem = backup::unusable(error);
    Some(Problem {
        what: text!(undo_backup_unread, folder = shown(&folder)),
        next: match is_lost {
            true => words().undo_backup_lost_next.to_owned(),
            false => problem.next,
        },
        ..problem
    })
}

fn change_back(
    session: &mut Session,
    backup: &Backup,
    record: &RecoveryRecord,
    left: &Left,
) -> Result<(Change, Vec<Cell>), Problem> {
    backup.verify()?;
    own_backups::add(session, backup);
    let saved = backup.rows()?;
    reading::read_inventory(session)?;
    let RowChanges { swaps, foreign } = rows_back(session, record, &saved)?;
    let files = match left.wrote_files || !swaps.is_empty() {
        true => files_back(session, record, backup, left)?,
        false => Vec::new(),
    };
    Ok((Change::of(session, swaps, files), foreign))
}

/// The files to put back. Refuses, before anything is written, when one was changed since: with `.env` in an unknown
/// state the rows must not be touched either.
fn files_back(
    session: &Session,
    record: &RecoveryRecord,
    backup: &Backup,
    left: &Left,
) -> Result<Vec<FileChange>, Problem> {
    let mut changes = Vec::new();
    let env = backup.file("files/env")?;
    let env = env.as_ref().map(|(_, bytes)| &bytes[..]);
    for WrittenFile {
        origin,
        saved: name,
        new_sha256,
    } in &record.files
    {
        let saved = match name {
            Some(name) => backup.file(name)?,
            None => None,
        };
        let old = saved.as_ref().map(|(file, _)| file.sha256.clone());
        let is_cache = *origin == session.install.cache_path();
        let intended = match is_cache && left.interrupted {
            // What an interrupted recovery left of the cache was not recorded any more.
            true => Intended::anyway(origin.clone(), old),
            false => Intended::back(origin.clone(), old, new_sha256.clone()),
        };
        let was_cut_off = |now: &FileRead| {
            Ok(match (&saved, new_sha256) {
                (Some(old), Some(sum)) => left.is_cut_off(&now.bytes, old, sum, backup),
                _ => false,
            })
        };
        let stands = reconcile::file(session, name.as_deref(), &intended, env, &was_cut_off)?;
        changes.extend(match stands {
            FileStands::Done => None,
            FileStands::OfFormerRelease(removed) => Some(removed),
            FileStands::ToWrite(path, before) => {
                let after = saved.map(|(saved, bytes)| (bytes, saved.attributes()));
                Some(FileChange::new(path, before, after))
            }
            // FreeScout rebuilt its cache since: the old one may be wrong by now, and `.env` is right again.
            FileStands::Foreign(path, before) if is_cache => {
                before.map(|before| FileChange::new(path, Some(before), None))
            }
            FileStands::Foreign(path, _) => return Err(changed_since(session, backup, &path)),
        });
    }
    Ok(changes)
}

/// A file that somebody else changed since.
fn changed_since(session: &Session, backup: &Backup, path: &Path) -> Problem {
    let w = words();
    let folder = &backup.folder;
    let what = format!("restore {} --yes", crate::sentences::shell(folder));
    let keys = backup.manifest.keys.as_deref();
    let restore = commands::command(&what, folder, keys, &session.install.root);
    ErrorKind::Refused.problem(
        text!(undo_file_changed, path = shown(&path)),
        w.undo_file_changed_why,
        text!(undo_file_changed_next, restore),
    )
}

/// The rows to put back, and those that are no longer as we left them.
fn rows_back(
    session: &mut Session,
    record: &RecoveryRecord,
    saved: &BTreeMap<Cell, Option<SecretBytes>>,
) -> Result<RowChanges, Problem> {
    let before = |cell: &Cell| saved.get(cell).cloned().flatten();
    let back = |written: &WrittenCell| {
        // The variables of `.env` come back with their file.
        let table = Table::by_name(&written.table).filter(|table| *table != Table::Env)?;
        let cell = Cell {
            table,
            id: written.id,
            column: written.column.clone(),
        };
        Some(Intended {
            // What the backup does not hold is not emptied.
            replaces: Replaces::Only(match saved.contains_key(&cell) {
                true => written.digests(),
                false => Vec::new(),
            }),
            new: reconcile::digest(before(&cell).as_ref()),
            place: cell,
        })
    };
    let intended = record.cells.iter().filter_map(back).collect();
    reconcile::rows(session, intended, &|_, cell| before(cell))
}

/// These cells, by the names of their owners as they were read last.
pub(super) fn named(session: &Session, cells: &[Cell]) -> Vec<NamedPlace> {
    let name = |cell: &Cell| {
        let cell = cell.clone();
        session.inventory.named(Place { cell, token: None })
    };
    cells.iter().map(name).collect()
}
