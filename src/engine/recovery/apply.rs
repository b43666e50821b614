//! Step 7: the confirmed plan carried out, exactly as it was shown.
//!
//! Order: what stands is compared with the backup; what will be written is announced in the journal, and as digests
//! beside the backup; rows and files as one change; the config cache; the workers; then everything is read again. If the
//! cached config cannot be made to follow, rows and files are put back.

use std::collections::HashSet;
use std::path::Path;

use super::change::{self, Change, Failure};
use super::disk_trouble::file_problem;
use super::prepare::{new_files, prepare, swaps, target_key};
use super::run_log::{self, Ledger};
use super::verify::{self, ToVerify};
use super::{backup, config_cache, file_change};
use crate::domain::config::DbSettings;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::{Place, SecretBytes};
use crate::domain::key::app_key::AppKey;
use crate::domain::plan::{Plan, PlanAction, TargetKey};
use crate::domain::run::{Intent, Run, RunKind, RunOutcome};
use crate::engine::hunt::processes::{self, Workers};
use crate::engine::hunt::sieve;
use crate::engine::progress::Progress;
use crate::engine::session::{Session, elsewhere, env_trouble};
use crate::engine::worker::Applied;
use crate::io::db::{self, Store, Stored};
use crate::io::fs::{self, FileError, FileRead};
use crate::io::state::backup::Backup;
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::words;

/// A plan that was confirmed, and what it takes to carry it out.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The passwords for its `Enter` steps.
    pub entered: &'a [(Place, SecretBytes)],
    /// The backup of what stands now.
    pub backup: &'a Backup,
    /// Run FreeScout's own cache command.
    pub artisan: bool,
    /// Whether it is called off.
    pub cancel: &'a dyn Fn() -> bool,
}

/// Carries out exactly this plan. Called off before anything is written, it writes nothing; from then on it does not listen.
/// What a restart of workers would destroy was searched before.
///
/// # Errors
/// A [`Failure`]; unless it says otherwise, nothing was changed.
pub(super) fn apply(
    session: &mut Session,
    ledger: &mut Ledger,
    order: &Order<'_>,
    workers: Workers,
    progress: &mut Progress<'_>,
) -> Result<Applied, Failure> {
    let w = words();
    let Order {
        plan,
        entered,
        backup,
        artisan,
        cancel,
    } = *order;
    progress(w.apply_checking, 0, None);
    backup::require_current(session, backup)?;
    require_files_unchanged(session)?;
    let not_kept = keys_not_kept(session, plan);
    let target = target_key(session, plan)?;
    let prepared = prepare(
        &session.inventory,
        &session.ring,
        plan,
        &target,
        Some(entered),
    )?;
    let swaps = swaps(session, &prepared);
    let files = new_files(session, plan, &prepared, &target)?;
    let change = Change::of(session, swaps, files);
    let run = Run {
        strategy: Some(plan.strategy.name().to_owned()),
        key: Some(target.fingerprint().to_string()),
        resealed: plan.resealed(),
        reentered: plan.entered(),
        refresh: config_cache::must_follow(&session.install, &target, &change.files),
        artisan,
        ..run_log::beginning(RunKind::Recovery, &session.install.root, &backup.folder)
    };
    if change.swaps.is_empty() && !run.refresh {
        return Ok(nothing_to_do(session, ledger, &run));
    }
    if run.refresh && session.install.cache_file.is_some() {
        let builds_anew = artisan && workers == Workers::Restart;
        require_handover(session, &target, builds_anew)?;
    }
    change.require_possible(session)?;
    let intent = Intent {
        plan: verify::planned(plan),
        ..change.intent(&|path| saved_as(session, path), &|cell| {
            prepared.payloads_of(cell)
        })
    };
    ledger.sweep()?;
    if cancel() {
        return Err(called_off(backup).into());
    }
    let id = ledger.begin(&run, &intent)?;
    let record = verify::record(session, &run, &intent, backup);
    if let Err(error) = backup.record(&record) {
        let _ = ledger.end(id, RunOutcome::NotCarriedOut);
        return Err(error.into());
    }
    progress(w.apply_rows, 0, Some(change.swaps.len() as u64));
    let carried = change.carry_out(session, ledger, id, &backup.folder, &mut || {
        progress(w.apply_files, 0, None)
    });
    if let Err(failure) = carried {
        return Err(not_recovered(backup, failure));
    }
    let mut written = ToVerify {
        run: &run,
        id,
        target,
        plan: &intent.plan,
        backup,
        record,
        notes: not_kept,
        workers,
    };
    let cache = session.install.cache_file.clone();
    if let Err(problem) = written.refresh(session, ledger, progress) {
        let failure = put_back(session, ledger, &change, backup, cache.as_ref(), problem);
        let failure = failure.closed(ledger, id);
        return Err(not_recovered(backup, failure));
    }
    Ok(written.prove(session, ledger, progress))
}

/// Searches what a restart of workers would destroy, while anything is lost. A key that turns up now was not in the plan.
pub(super) fn search_first(
    session: &mut Session,
    plan: &Plan,
    progress: &mut Progress<'_>,
    cancel: &dyn Fn() -> bool,
) -> Result<Workers, Problem> {
    let w = words();
    let lost: HashSet<&Place> = plan.lost().map(|step| &step.place).collect();
    let before = sieve::closed(session);
    let stays = |_: &Session, place: &Place| lost.contains(place);
    let workers = processes::before_restart(session, &stays, progress, cancel);
    if sieve::closed(session) < before {
        return Err(ErrorKind::ChangedMeanwhile.problem(
            w.memory_key_found,
            w.memory_key_found_why,
            w.memory_key_found_next,
        ));
    }
    Ok(workers)
}

/// A request to stop before anything was written is honoured.
pub fn called_off(backup: &Backup) -> Problem {
    let w = words();
    let folder = shown(&backup.folder).to_string();
    let next = text!(signal_before_next, folder);
    ErrorKind::Cancelled.problem(w.signal_before, "", next)
}

/// Keys that are used now and kept nowhere: after an undo they are missing. Sentences.
fn keys_not_kept(session: &Session, plan: &Plan) -> Vec<String> {
    let used = plan.steps.iter().filter_map(|step| match step.action {
        PlanAction::Reseal(key) if plan.target != TargetKey::Known(key) => Some(key),
        _ => None,
    });
    let keys = processes::held_by_processes_alone(session, &used.collect());
    let told = |key: &String| text!(key_not_kept, key);
    keys.iter().map(told).collect()
}

fn nothing_to_do(session: &Session, ledger: &Ledger, run: &Run) -> Applied {
    let after = session.assess();
    let overruled = sentences::elsewhere::not_in_use(&after);
    Applied {
        strategy: run.strategy.clone().unwrap_or_default(),
        key: run.key.clone(),
        verified: overruled.is_empty(),
        resealed: 0,
        reentered: 0,
        after: Box::new(after),
        backup: run.backup.clone(),
        undo: None,
        test: ledger.command("test"),
        notes: overruled,
    }
}

/// A recovery that did not happen must not stand in the way of undoing the one before it.
fn not_recovered(backup: &Backup, failure: Failure) -> Failure {
    if !failure.half_done() {
        // What cannot be removed describes rows that undo will find unchanged.
        let _ = backup.forget_recovery();
    }
    failure
}

/// Every file the plan was made from must still be what was read.
fn require_files_unchanged(session: &Session) -> Result<(), Problem> {
    let install = &session.install;
    let known = [
        (install.env_path(), &install.env_file),
        (install.cache_path(), &install.cache_file),
    ];
    let key_file = install
        .key_file
        .as_ref()
        .map(|file| (file.path.clone(), &install.key_file));
    for (path, read) in known.into_iter().chain(key_file) {
        file_change::require_unchanged(&path, read.as_ref()).map_err(|e| file_problem(&e))?;
    }
    Ok(())
}

/// Refuses a plan that FreeScout would not follow, before anything is backed up for it. What is found then may be changed
/// when it is carried out, so it is asked again.
///
/// # Errors
/// A [`Problem`]; nothing was changed.
pub fn require_followed(session: &mut Session, plan: &Plan, artisan: bool) -> Result<(), Problem> {
    let target = target_key(session, plan)?;
    let refresh = config_cache::needs_refresh(session, plan, &target);
    match refresh && session.install.cache_file.is_some() {
        true => require_handover(session, &target, artisan),
        false => Ok(()),
    }
}

/// Without the cached config FreeScout runs on `.env`: it must be there, readable, and name the same database.
fn require_handover(
    session: &mut Session,
    target: &AppKey,
    builds_anew: bool,
) -> Result<(), Problem> {
    let w = words();
    let install = &session.install;
    let refuse = |why: String| {
        Err(ErrorKind::Refused.problem(w.handover_impossible, why, w.handover_impossible_next))
    };
    env_trouble::require_env(install)?;
    if !builds_anew && elsewhere::overrules(session, target) {
        let places = elsewhere::findings(session);
        let places: Vec<String> = places.iter().map(sentences::finding).collect();
        return refuse(format!("{} {}", w.handover_key_elsewhere, places.join(" ")));
    }
    fs::require_removable(&install.cache_path()).map_err(|e| file_problem(&e))?;
    let (cached, configured) = (install.database()?, install.database_without_cache()?);
    // The same settings need no proof; others may still lead to the same place, by another name.
    if !cached.same_as(&configured) && !lead_to_the_same(session, &configured) {
        return refuse(w.handover_other_database.to_owned());
    }
    Ok(())
}

/// Whether these settings lead to the very mailboxes of the database that is open.
fn lead_to_the_same(session: &mut Session, settings: &DbSettings) -> bool {
    let Ok(mut other) = db::connect(settings, &session.install.root) else {
        return false;
    };
    let passwords = |store: &mut dyn Store| {
        let mut all: Vec<(u64, Vec<Stored>)> = Vec::new();
        let columns = ["in_password", "out_password"];
        let read = store.read("mailboxes", &columns, None, &mut |id, values| {
            all.push((id, values))
        });
        read.is_ok().then_some(all)
    };
    match (passwords(&mut *session.store), passwords(&mut *other)) {
        (Some(here), Some(there)) => here == there,
        _ => false,
    }
}

/// The name of a file's copy within the backup.
pub(super) fn saved_as(session: &Session, path: &Path) -> Option<String> {
    let install = &session.install;
    let is = |file: &Option<FileRead>| file.as_ref().is_some_and(|f| f.path == path);
    let env = is(&install.env_file).then_some("files/env");
    env.or(is(&install.key_file).then_some("files/key_file"))
        .or(is(&install.cache_file).then_some("files/config.php"))
        .map(str::to_owned)
}

/// FreeScout does not run with the key of the plan: rows, files and the cached config are put back.
fn put_back(
    session: &mut Session,
    ledger: &Ledger,
    change: &Change,
    backup: &Backup,
    cache: Option<&FileRead>,
    problem: Problem,
) -> Failure {
    let failure = change.put_back(session, ledger, change.files.len(), problem, &backup.folder);
    match cache_back(&session.install.cache_path(), cache) {
        Err(error) if !failure.half_done() => {
            let why = format!("{} {error}", failure.problem.why);
            change::half_done(&why, ledger, &backup.folder)
        }
        _ => failure,
    }
}

/// The cached config as it was; what was not touched is left alone.
fn cache_back(path: &Path, cache: Option<&FileRead>) -> Result<(), FileError> {
    if file_change::require_unchanged(path, cache).is_ok() {
        return Ok(());
    }
    match cache {
        Some(file) => fs::write_new(&file.path, &file.bytes, &file.attributes),
        None => fs::remove(path).map(|_| ()),
    }
}
