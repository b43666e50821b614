//! An interrupted run taken up again. The journal tells what was meant, what stands tells how far it came: what is as it
//! was before is written now, what is as it was meant is left, what somebody changed since is left and named.

mod harm;

use std::path::{Path, PathBuf};

use super::anew;
use super::backup::{Progress, backup_problem};
use super::change::{Change, Failure, file_problem};
use super::config_cache;
use super::config_cache::RanOn;
use super::file_change;
use super::file_change::{FileChange, torn};
use super::give_up;
use super::prepare;
use super::restore;
use super::restore::Restored;
use super::run_log::Ledger;
use super::undo;
use super::undo::Undone;
use super::verify;
use super::verify::Written;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::Inventory;
use crate::domain::inventory::secret::{Cell, Place, SecretBytes};
use crate::domain::key::app_key::AppKey;
use crate::domain::run::{
    CurrentState, IntendedCell, IntendedFile, Intent, Run, RunKind, RunOutcome,
};
use crate::engine::hunt::processes;
use crate::engine::session::judge;
use crate::engine::session::own_backups;
use crate::engine::session::survey;
use crate::engine::session::{Session, compared};
use crate::engine::worker::Applied;
use crate::io::db::Swap;
use crate::io::fs;
use crate::io::fs::FileRead;
use crate::io::state::backup::Backup;
use crate::words::untrusted::sanitize;
use crate::words::{fill, words};

/// What became of the interrupted run.
pub enum Resumed {
    /// There was none.
    Nothing,
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
            Ok(Resumed::Recovered(Box::new(applied)))
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
    backup.verify().map_err(|e| backup_problem(&e))?;
    survey::reread(session)?;
    own_backups::add(session, backup);
    judge::read_inventory(session)?;
    ledger.intent(run)
}

fn finish(
    session: &mut Session,
    ledger: &mut Ledger,
    run: &Run,
    backup: &Backup,
    progress: &mut Progress<'_>,
) -> Result<Applied, Failure> {
    let w = words();
    let intent = compare(session, ledger, run, backup, progress)?;
    let (swaps, foreign) = swaps(session, &intent, &|inventory, intended| {
        let payloads = intended.payloads.iter();
        let payloads: Vec<(&Place, &[u8])> =
            payloads.map(|(p, text)| (p, text.as_bytes())).collect();
        inventory.rewritten(&intended.cell, &payloads)
    })?;
    let found = files_forward(session, ledger, run, backup, &intent)?;
    let id = Ledger::again(run);
    let Some(files) = found else {
        if swaps.len() + foreign.len() < intent.cells.len() {
            // The rows are written, and the new key is in none of its places: only the way back is left.
            let next = fill(
                w.resume_key_gone_next,
                &[("undo", &ledger.command("undo --yes"))],
            );
            return Err(Problem::new(ErrorKind::KeyGone, w.resume_key_gone, "", next).into());
        }
        ledger.sweep()?;
        backup.forget_recovery().map_err(|e| backup_problem(&e))?;
        ledger.end(id, RunOutcome::NotCarriedOut)?;
        return Err(Problem::new(
            ErrorKind::NothingToDo,
            w.resume_nothing_written,
            "",
            w.resume_nothing_written_next,
        )
        .into());
    };
    let change = Change {
        compared: compared(&session.inventory.cells, &swaps),
        swaps,
        files,
    };
    harm::require_none(session, ledger, run, &intent, &change, backup, None)?;
    let still = |problem: Problem| Failure::from(problem).still_unfinished(ledger);
    change.require_possible(session).map_err(still)?;
    let record = match backup.recovery().map_err(|e| backup_problem(&e))? {
        Some(record) => record,
        None => {
            let record = verify::record(session, run, &intent, backup);
            backup.record(&record).map_err(|e| backup_problem(&e))?;
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
    judge::read_inventory(session)?;
    let stays = |session: &Session, place: &Place| config_cache::unreadable(session, place);
    let workers = processes::before_restart(session, &stays, progress, &|| false);
    // A password that is stored as it was typed stands in no journal.
    let typed = |cell: &&Cell| {
        let mut cells = intent.cells.iter();
        cells.any(|intended| intended.cell == **cell && intended.payloads.is_empty())
    };
    let left = |cell: &Cell| {
        let text = if typed(&cell) {
            w.resume_password_left
        } else {
            w.resume_row_left
        };
        fill(text, &[("place", &named(cell))])
    };
    let notes = foreign.iter().map(left).collect();
    let stored = Run {
        reentered: run
            .reentered
            .saturating_sub(foreign.iter().filter(typed).count()),
        ..run.clone()
    };
    let mut written = Written {
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
        return Err(Problem::new(
            ErrorKind::HalfDone,
            w.cache_stays_resumed,
            problem.why,
            next,
        )
        .into());
    }
    Ok(written.prove(session, ledger, progress))
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
    let saved = backup.rows().map_err(|e| backup_problem(&e))?;
    let (swaps, foreign) = swaps(session, &intent, &|_, intended| {
        saved.get(&intended.cell).cloned().flatten()
    })?;
    let Some(files) = files_forward(session, ledger, run, backup, &intent)? else {
        return Err(Problem::new(
            ErrorKind::BackupUnusable,
            w.backup_unusable,
            "",
            ledger.both_ways(),
        )
        .into());
    };
    let change = Change {
        compared: compared(&session.inventory.cells, &swaps),
        swaps,
        files,
    };
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
        let note = fill(w.journal_not_ended, &[("why", &problem.why)]);
        restored.notes.push(note);
    }
    let read = survey::reread(session).and_then(|()| judge::read_inventory(session));
    if let Err(problem) = read {
        let said: [(&str, &dyn std::fmt::Display); 2] =
            [("what", &problem.what), ("why", &problem.why)];
        restored
            .notes
            .insert(0, fill(w.restore_not_read_again, &said));
    }
    // Whether the files were in place before it was interrupted is not known: workers may still run on the old ones.
    let workers = config_cache::follow(session, RanOn::Unknown, progress);
    restored.notes.extend(workers);
    restored.notes.extend(ledger.unguarded());
    restored.surprises = foreign
        .into_iter()
        .map(|cell| Place { cell, token: None })
        .collect();
    Ok(restored)
}

fn named(cell: &Cell) -> String {
    sanitize(
        &Place {
            cell: cell.clone(),
            token: None,
        }
        .to_string(),
    )
}

fn sum(text: Option<&SecretBytes>) -> Option<String> {
    text.map(|text| fs::hex(&fs::digest(text.expose())))
}

/// The rows still to be written, and those that somebody changed since.
fn swaps(
    session: &mut Session,
    intent: &Intent,
    new_text: &dyn Fn(&Inventory, &IntendedCell) -> Option<SecretBytes>,
) -> Result<(Vec<Swap>, Vec<Cell>), Problem> {
    let (mut swaps, mut foreign) = (Vec::new(), Vec::new());
    for intended in &intent.cells {
        let IntendedCell { cell, old, new, .. } = intended;
        let now = match session.inventory.cells.get(cell) {
            Some(now) => now.clone(),
            None => restore::read_cell(session, cell)?.flatten(),
        };
        match CurrentState::of(old.as_ref(), new.as_ref(), sum(now.as_ref()).as_ref()) {
            CurrentState::Meant => {}
            CurrentState::Foreign => foreign.push(cell.clone()),
            CurrentState::Before => {
                let text = new_text(&session.inventory, intended);
                // A text that comes out otherwise than announced is not written.
                if sum(text.as_ref()) == *new {
                    swaps.push(Swap {
                        table: cell.table.name(),
                        id: cell.id,
                        column: cell.column.clone(),
                        old: now,
                        new: text,
                    });
                } else {
                    foreign.push(cell.clone());
                }
            }
        }
    }
    Ok((swaps, foreign))
}

/// The files still to be put in place; `None` when one that is needed was never made, or is gone.
fn files_forward(
    session: &Session,
    ledger: &Ledger,
    run: &Run,
    backup: &Backup,
    intent: &Intent,
) -> Result<Option<Vec<FileChange>>, Problem> {
    let mut changes = Vec::new();
    let env = backup.file("files/env").map_err(|e| backup_problem(&e))?;
    let env = env.as_ref().map(|(_, bytes)| &bytes[..]);
    for intended in &intent.files {
        let name = intended.saved.as_deref().unwrap_or_default();
        let path = session.place_of(name, &intended.path, env)?;
        let before = file_change::current(&path).map_err(|e| file_problem(&e))?;
        if session.is_former_cache(&intended.path, &path) {
            changes.extend(before.map(|before| FileChange::new(path, Some(before), None)));
            continue;
        }
        let now = before.as_ref().map(|file| fs::hex(&file.digest()));
        match CurrentState::of(intended.old.as_ref(), intended.new.as_ref(), now.as_ref()) {
            CurrentState::Meant => continue,
            CurrentState::Before => {}
            CurrentState::Foreign if is_torn(intended, before.as_ref(), backup)? => {}
            CurrentState::Foreign => {
                let w = words();
                let command = ledger.command(&format!(
                    "restore {} --yes",
                    crate::sentences::shell(&run.backup)
                ));
                return Err(Problem::new(
                    ErrorKind::Refused,
                    fill(
                        w.resume_file_changed,
                        &[("path", &sanitize(&path.to_string_lossy()))],
                    ),
                    w.resume_file_changed_why,
                    fill(w.resume_file_changed_next, &[("restore", &command)]),
                ));
            }
        }
        if intended.new.is_none() {
            changes.push(FileChange::new(path, before, None));
            continue;
        }
        // What a backup is put back from holds the new file as well, and whose it was.
        let saved = backup
            .saved_files()
            .find(|f| f.origin == intended.path && Some(&f.sha256) == intended.new.as_ref());
        let saved = match saved {
            Some(saved) => backup.file(&saved.name).map_err(|e| backup_problem(&e))?,
            None => None,
        };
        let (attributes, saved) = match (saved, &before) {
            (Some((saved, bytes)), _) => (saved.attributes(), Some(bytes)),
            (None, Some(file)) => (file.attributes, None),
            (None, None) => (prepare::new_attributes(&session.install), None),
        };
        let Some(bytes) = staged_bytes(intended).or(saved) else {
            return Ok(None);
        };
        // Beside the file of another release it is of no use here.
        let staged = intended.staged.clone().filter(|_| path == intended.path);
        let change = FileChange::new(path, before, Some((bytes, attributes)));
        changes.push(FileChange {
            staged: staged.or(change.staged),
            ..change
        });
    }
    Ok(Some(changes))
}

/// The new file as it lies beside the old one, if it is whole, and what was announced.
fn staged_bytes(intended: &IntendedFile) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    let staged = intended.staged.as_ref()?;
    // Beside the file it replaces, and nowhere else.
    if staged.parent() != intended.path.parent() {
        return None;
    }
    let file = file_change::current(staged).ok().flatten()?;
    let whole = file.path == *staged && Some(fs::hex(&file.digest())) == intended.new;
    whole.then_some(file.bytes)
}

/// Whether a file was being written in place, and that was cut off.
fn is_torn(
    intended: &IntendedFile,
    now: Option<&FileRead>,
    backup: &Backup,
) -> Result<bool, Problem> {
    let (Some(now), Some(new), Some(saved)) = (now, staged_bytes(intended), &intended.saved) else {
        return Ok(false);
    };
    let old = backup.file(saved).map_err(|e| backup_problem(&e))?;
    Ok(old.is_some_and(|(_, old)| torn(&now.bytes, &old, &new)))
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
            Problem::new(
                ErrorKind::KeyGone,
                words().plan_key_gone,
                "",
                words().plan_surprised_next,
            )
        })
}
