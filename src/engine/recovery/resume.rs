//! An interrupted run taken up again. The journal tells what was meant, what stands tells how far it came: what is as it
//! was before is written now, what is as it was meant is left, what somebody changed since is left and named.

mod harm;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::change::{Change, Failure};
use super::config_cache::{self, RanOn};
use super::file_change::{self, FileChange};
use super::reconcile::{self, FileStands, RowChanges};
use super::restore::Restored;
use super::run_log::Ledger;
use super::undo::{self, Undone};
use super::verify::{self, ToVerify};
use super::{anew, give_up, prepare};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::Inventory;
use crate::domain::inventory::secret::{Cell, NamedPlace, Place, SecretBytes};
use crate::domain::key::app_key::AppKey;
use crate::domain::plan::PlanAction;
use crate::domain::run::reconcile::{Intended, cut_off};
use crate::domain::run::{
    IntendedCell, IntendedFile, Intent, PlannedSecret, Run, RunKind, RunOutcome,
};
use crate::engine::hunt::processes;
use crate::engine::progress::Progress;
use crate::engine::session::{Session, own_backups, reading, survey};
use crate::engine::worker::Applied;
use crate::io::fs::{self, FileRead};
use crate::io::state::backup::Backup;
use crate::sentences::place;
use crate::words::untrusted::shown;
use crate::words::words;

/// What became of the interrupted run.
pub enum Resumed {
    /// There was none.
    Nothing,
    /// It was cut off before it wrote anything: there is nothing to finish, and it is closed.
    Closed,
    /// The recovery is finished.
    Recovered(Box<Applied>),
    /// The undo is finished: the backup it rests on, and what it came to.
    TakenBack(PathBuf, Box<Undone>),
    /// The backup is put back: which, and what that came to.
    PutBack(PathBuf, Box<Restored>),
}

/// Opens a backup, whatever that takes: the folder of its keys, or its passphrase.
pub type Opener<'a> = dyn FnMut(&Path) -> Result<Backup, Problem> + 'a;

/// Finishes the last run that was interrupted.
///
/// # Errors
/// A [`Failure`] that says what stands and what to do.
pub fn resume(
    session: &mut Session,
    ledger: &mut Ledger,
    open: &mut Opener<'_>,
    progress: &mut Progress<'_>,
) -> Result<Resumed, Failure> {
    let Some(run) = ledger.unfinished()? else {
        return Ok(Resumed::Nothing);
    };
    let resumed = take_up(session, ledger, &run, open, progress);
    resumed.map_err(|failure| give_up::explained_failure(failure, Some(&run), ledger.options()))
}

fn take_up(
    session: &mut Session,
    ledger: &mut Ledger,
    run: &Run,
    open: &mut Opener<'_>,
    progress: &mut Progress<'_>,
) -> Result<Resumed, Failure> {
    let backup = run.backup.clone();
    match run.kind {
        RunKind::Recovery => {
            let backup = open(&backup)?;
            let applied = anew::until_nobody_saves(session, progress, &mut |session, progress| {
                finish(session, ledger, run, &backup, progress)
            })?;
            Ok(applied.map_or(Resumed::Closed, |applied| {
                Resumed::Recovered(Box::new(applied))
            }))
        }
        RunKind::Undo => {
            let undone = undo::undo(session, ledger, &open(&backup)?, progress)?;
            Ok(Resumed::TakenBack(backup, Box::new(undone)))
        }
        RunKind::Restore => {
            let opened = open(&backup)?;
            let restored =
                anew::until_nobody_saves(session, progress, &mut |session, progress| {
                    put_back(session, ledger, run, &opened, progress)
                })?;
            Ok(Resumed::PutBack(backup, Box::new(restored)))
        }
        // It is written down when it is done.
        RunKind::Backup => {
            ledger.end(Ledger::again(run), RunOutcome::Done)?;
            Ok(Resumed::Nothing)
        }
    }
}

/// Reads what stands now, and what the run meant to write.
fn compare(
    session: &mut Session,
    ledger: &Ledger,
    run: &Run,
    backup: &Backup,
    progress: &mut Progress<'_>,
) -> Result<Intent, Problem> {
    progress(words().resume_checking, 0, None);
    backup.verify()?;
    survey::reread(session)?;
    own_backups::add(session, backup);
    reading::read_inventory(session)?;
    ledger.intent(run)
}

/// Gives nothing where nothing was written yet.
fn finish(
    session: &mut Session,
    ledger: &mut Ledger,
    run: &Run,
    backup: &Backup,
    progress: &mut Progress<'_>,
) -> Result<Option<Applied>, Failure> {
    let w = words();
    let intent = compare(session, ledger, run, backup, progress)?;
    let RowChanges { swaps, foreign } = rows_onward(session, &intent, &|inventory, intended| {
        let payloads = intended.payloads.iter();
        let payloads: Vec<(&Place, &[u8])> =
            payloads.map(|(p, text)| (p, text.as_bytes())).collect();
        inventory.rewritten(&intended.cell, &payloads)
    })?;
    let found = files_onward(session, ledger, run, backup, &intent)?;
    let id = Ledger::again(run);
    let Some(files) = found else {
        if swaps.len() + foreign.len() < intent.cells.len() {
            // The rows are written, and the new key is in none of its places: only the way back is left.
            let next = text!(resume_key_gone_next, undo = ledger.command("undo --yes"));
            return Err(ErrorKind::KeyGone
                .problem(w.resume_key_gone, "", next)
                .into());
        }
        give_up::require_its_data(run, ledger.options())?;
        ledger.sweep()?;
        backup.forget_recovery()?;
        ledger.end(id, RunOutcome::NotCarriedOut)?;
        return Ok(None);
    };
    let change = Change::of(session, swaps, files);
    harm::require_none(session, ledger, run, &intent, &change, backup, None)?;
    let still = |problem: Problem| Failure::from(problem).still_unfinished(ledger);
    change.require_possible(session).map_err(still)?;
    let record = match backup.recovery()? {
        Some(record) => record,
        None => {
            let record = verify::record(session, run, &intent, backup);
            backup.record(&record)?;
            record
        }
    };
    progress(w.apply_rows, 0, Some(change.swaps.len() as u64));
    let carried = change.carry_on(session, ledger, id, &backup.folder, &mut || {
        progress(w.apply_files, 0, None)
    });
    carried.map_err(|failure| failure.still_unfinished(ledger))?;
    ledger.sweep()?;
    survey::reread(session)?;
    let target = target(session, run)?;
    reading::read_inventory(session)?;
    let stays = |session: &Session, place: &Place| config_cache::unreadable(session, place);
    let workers = processes::before_restart(session, &stays, progress, &|| false);
    // A password that is stored as it was typed stands in no journal.
    let typed = |cell: &Cell| {
        let mut cells = intent.cells.iter();
        cells.any(|intended| intended.cell == *cell && intended.payloads.is_empty())
    };
    let left = |left: &NamedPlace| {
        let place = place::of_owner(left);
        if typed(&left.place.cell) {
            text!(resume_password_left, place)
        } else {
            text!(resume_row_left, place)
        }
    };
    let notes = undo::named(session, &foreign).iter().map(left).collect();
    let stored = without(run, &intent, &foreign);
    let mut written = ToVerify {
        run: &stored,
        id,
        target,
        plan: &intent.plan,
        backup,
        record,
        notes,
        workers,
    };
    if let Err(problem) = written.refresh(session, ledger, progress) {
        // Rows and files are as they were meant. It stays unfinished, to be taken up again or taken back.
        let next = format!("{}\n  {}", problem.next, ledger.both_ways());
        return Err(ErrorKind::HalfDone
            .problem(w.cache_stays_resumed, problem.why, next)
            .into());
    }
    Ok(Some(written.prove(session, ledger, progress)))
}

/// Goes on with putting a backup back: what was announced and not written yet, and nothing else.
fn put_back(
    session: &mut Session,
    ledger: &mut Ledger,
    run: &Run,
    backup: &Backup,
    progress: &mut Progress<'_>,
) -> Result<Restored, Failure> {
    let w = words();
    let intent = compare(session, ledger, run, backup, progress)?;
    let saved = backup.rows()?;
    let RowChanges { swaps, foreign } = rows_onward(session, &intent, &|_, intended| {
        saved.get(&intended.cell).cloned().flatten()
    })?;
    let Some(files) = files_onward(session, ledger, run, backup, &intent)? else {
        return Err(ErrorKind::BackupUnusable
            .problem(w.backup_unusable, "", ledger.both_ways())
            .into());
    };
    let change = Change::of(session, swaps, files);
    if let Some(Ok(safety)) = run.safety.as_deref().map(Backup::open) {
        harm::require_none(
            session,
            ledger,
            run,
            &intent,
            &change,
            &safety,
            Some(&saved),
        )?;
    }
    let still = |problem: Problem| Failure::from(problem).still_unfinished(ledger);
    change.require_possible(session).map_err(still)?;
    let id = Ledger::again(run);
    progress(w.undo_rows, 0, Some(change.swaps.len() as u64));
    let carried = change.carry_on(session, ledger, id, &backup.folder, &mut || {
        progress(w.undo_files, 0, None)
    });
    carried.map_err(|failure| failure.still_unfinished(ledger))?;
    ledger.sweep()?;
    let mut restored = Restored {
        rows: change.swaps.len(),
        files: change.files.len(),
        notes: Vec::new(),
        surprises: Vec::new(),
    };
    if let Err(problem) = ledger.taken_back(id, &backup.folder) {
        let note = text!(journal_not_ended, why = problem.why);
        restored.notes.push(note);
    }
    let read = survey::reread(session).and_then(|()| reading::read_inventory(session));
    if let Err(problem) = read {
        restored.notes.insert(
            0,
            text!(
                restore_not_read_again,
                what = problem.what,
                why = problem.why
            ),
        );
    }
    // Whether the files were in place before it was interrupted is not known: workers may still run on the old ones.
    let workers = config_cache::follow(session, RanOn::Unknown, progress);
    restored.notes.extend(workers);
    restored.notes.extend(ledger.unguarded());
    restored.surprises = undo::named(session, &foreign);
    Ok(restored)
}

/// The run without what was left alone: that is neither re-encrypted nor stored.
fn without(run: &Run, intent: &Intent, left: &[Cell]) -> Run {
    let unwritten = [
        PlanAction::Nothing,
        PlanAction::Keep,
        PlanAction::Leave,
        PlanAction::StaysLost,
    ]
    .map(PlanAction::code);
    let in_left = |secret: &&PlannedSecret| left.contains(&secret.place.cell);
    let meant = intent.plan.iter().filter(in_left);
    let meant = meant.map(|secret| secret.action.as_str());
    let meant: Vec<&str> = meant.filter(|action| !unwritten.contains(action)).collect();
    let entered = meant
        .iter()
        .filter(|action| **action == PlanAction::Enter.code());
    let entered = entered.count();
    Run {
        resealed: run.resealed.saturating_sub(meant.len() - entered),
        reentered: run.reentered.saturating_sub(entered),
        ..run.clone()
    }
}

/// The rows still to be written, and those that somebody changed since.
fn rows_onward(
    session: &mut Session,
    intent: &Intent,
    text: &dyn Fn(&Inventory, &IntendedCell) -> Option<SecretBytes>,
) -> Result<RowChanges, Problem> {
    let announced: BTreeMap<&Cell, &IntendedCell> =
        intent.cells.iter().map(|cell| (&cell.cell, cell)).collect();
    let cells = intent.cells.iter();
    let intended = cells.map(|c| Intended::onward(c.cell.clone(), c.old.clone(), c.new.clone()));
    let text = |inventory: &Inventory, cell: &Cell| text(inventory, announced.get(cell)?);
    reconcile::rows(session, intended.collect(), &text)
}

/// The files still to be put in place; `None` when one that is needed was never made, or is gone.
fn files_onward(
    session: &Session,
    ledger: &Ledger,
    run: &Run,
    backup: &Backup,
    intent: &Intent,
) -> Result<Option<Vec<FileChange>>, Problem> {
    let mut changes = Vec::new();
    let env = backup.file("files/env")?;
    let env = env.as_ref().map(|(_, bytes)| &bytes[..]);
    for announced in &intent.files {
        let IntendedFile { path, old, new, .. } = announced;
        let intended = Intended::onward(path.clone(), old.clone(), new.clone());
        let was_cut_off = |now: &FileRead| is_cut_off(announced, now, backup);
        let name = announced.saved.as_deref();
        match reconcile::file(session, name, &intended, env, &was_cut_off)? {
            FileStands::Done => {}
            FileStands::OfFormerRelease(removed) => changes.push(removed),
            FileStands::Foreign(path, _) => return Err(changed_since(ledger, run, &path)),
            FileStands::ToWrite(path, before) => {
                match new_file(session, backup, announced, path, before)? {
                    Some(change) => changes.push(change),
                    None => return Ok(None),
                }
            }
        }
    }
    Ok(Some(changes))
}

/// A file that somebody else changed since.
fn changed_since(ledger: &Ledger, run: &Run, path: &Path) -> Problem {
    let w = words();
    let folder = crate::sentences::shell(&run.backup);
    let command = ledger.command(&format!("restore {folder} --yes"));
    ErrorKind::Refused.problem(
        text!(resume_file_changed, path = shown(&path)),
        w.resume_file_changed_why,
        text!(resume_file_changed_next, restore = command),
    )
}

/// A file that is still to be written, or removed; `None` when the new one was never made, or is gone.
fn new_file(
    session: &Session,
    backup: &Backup,
    announced: &IntendedFile,
    path: PathBuf,
    before: Option<FileRead>,
) -> Result<Option<FileChange>, Problem> {
    if announced.new.is_none() {
        return Ok(Some(FileChange::new(path, before, None)));
    }
    // What a backup is put back from holds the new file as well, and whose it was.
    let saved = backup
        .saved_files()
        .find(|f| f.origin == announced.path && Some(&f.sha256) == announced.new.as_ref());
    let saved = match saved {
        Some(saved) => backup.file(&saved.name)?,
        None => None,
    };
    let (attributes, saved) = match (saved, &before) {
        (Some((saved, bytes)), _) => (saved.attributes(), Some(bytes)),
        (None, Some(file)) => (file.attributes, None),
        (None, None) => (prepare::new_attributes(&session.install), None),
    };
    let Some(bytes) = staged_bytes(announced).or(saved) else {
        return Ok(None);
    };
    // Beside the file of another release it is of no use here.
    let staged = announced.staged.clone().filter(|_| path == announced.path);
    let change = FileChange::new(path, before, Some((bytes, attributes)));
    Ok(Some(FileChange {
        staged: staged.or(change.staged),
        ..change
    }))
}

/// The new file as it lies beside the old one, if it is whole, and what was announced.
fn staged_bytes(announced: &IntendedFile) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    let staged = announced.staged.as_ref()?;
    // Beside the file it replaces, and nowhere else.
    if staged.parent() != announced.path.parent() {
        return None;
    }
    let file = file_change::current(staged).ok().flatten()?;
    let whole = file.path == *staged && Some(fs::hex(&file.digest())) == announced.new;
    whole.then_some(file.bytes)
}

/// Whether a file was being written in place, and that was cut off.
fn is_cut_off(announced: &IntendedFile, now: &FileRead, backup: &Backup) -> Result<bool, Problem> {
    let (Some(new), Some(saved)) = (staged_bytes(announced), &announced.saved) else {
        return Ok(false);
    };
    let old = backup.file(saved)?;
    Ok(old.is_some_and(|(_, old)| cut_off(&now.bytes, &old, &new)))
}

/// The key the run ends with, as it stands configured now.
fn target(session: &Session, run: &Run) -> Result<AppKey, Problem> {
    let named = |key: &AppKey| Some(key.fingerprint().to_string()) == run.key;
    let configured = AppKey::parse(session.install.key_without_cache().text.expose()).ok();
    let known = || {
        let known = session.ring.iter().find(|known| named(&known.key))?;
        AppKey::parse(known.key.text()).ok()
    };
    configured
        .filter(|key| named(key))
        .or_else(known)
        .ok_or_else(|| {
            ErrorKind::KeyGone.problem(words().plan_key_gone, "", words().plan_surprised_next)
        })
}
