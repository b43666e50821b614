//! Step 7: the confirmed plan carried out, exactly as it was shown.
//!
//! Order: what stands is compared with the backup; what will be written is put down as digests beside it; rows and files
//! as one change; the config cache; the workers; then everything is read again. If the cached config cannot be made to
//! follow, rows and files are put back.

use crate::domain::app_key::AppKey;
use crate::domain::assessment::Assessment;
use crate::domain::configuration::{DbSettings, KeySource};
use crate::domain::plan::{Action, KeyHome, Plan};
use crate::domain::problem::Problem;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::{Place, SecretBytes, Table};
use crate::domain::source::{Source, SourceKind};
use crate::domain::verdict::Verdict;
use crate::engine::backup::{self, Progress};
use crate::engine::caches;
use crate::engine::change::{self, Change, Failure, FileChange, file_problem};
use crate::engine::checks;
use crate::engine::job::Applied;
use crate::engine::rehearsal::{new_files, prepare, swaps, target_key};
use crate::engine::session::Session;
use crate::io::backup::{Backup, RecoveryRecord, WrittenCell, WrittenFile};
use crate::io::files::{self, FileRead};
use crate::io::store::{self, Store, Stored, Swap};
use crate::words::{fill, words};

/// Carries out exactly this plan.
///
/// # Errors
/// A [`Failure`]; unless it says otherwise, nothing was changed.
pub fn apply(
    session: &mut Session,
    plan: &Plan,
    entered: &[(Place, SecretBytes)],
    backup: &Backup,
    artisan: bool,
    progress: &mut Progress<'_>,
) -> Result<Applied, Failure> {
    let w = words();
    progress(w.apply_checking, 0, None);
    backup::require_current(session, backup)?;
    require_files_unchanged(session)?;
    let target = target_key(session, plan)?;
    let prepared = prepare(
        &session.inventory,
        &session.ring,
        plan,
        &target,
        Some(entered),
    )?;
    let mut change = Change {
        swaps: swaps(session, &prepared),
        files: new_files(session, plan, &prepared, &target)?,
    };
    let key_moves = session.install.key_in_force().text.expose() != target.text();
    let refresh = key_moves || !change.files.is_empty();
    if change.swaps.is_empty() && !refresh {
        return Ok(applied(
            plan,
            session.assess(),
            true,
            backup,
            vec![w.recover_nothing_to_do.to_owned()],
        ));
    }
    if refresh && session.install.cache_file.is_some() {
        require_handover(session)?;
    }
    change.require_possible(session)?;
    let mut record = record(session, plan, &target, &change);
    if refresh {
        // Named before it is touched: an interrupted recovery can be undone whole. Its digest follows.
        record.files.push(WrittenFile {
            origin: session.install.cache_path(),
            saved: backup.saved_name("files/config.php"),
            new_sha256: None,
        });
    }
    backup
        .record(&record)
        .map_err(|e| backup::backup_problem(&e))?;
    if key_moves {
        // What somebody saves meanwhile under the key that goes would be stranded.
        change.swaps.extend(compare_only(session, &change.swaps));
    }
    progress(w.apply_rows, 0, Some(change.swaps.len() as u64));
    let carried = change.carry_out(session, &backup.folder, &mut || {
        progress(w.apply_files, 0, None)
    });
    if let Err(failure) = carried {
        return Err(not_recovered(backup, failure));
    }
    let mut notes = Vec::new();
    if refresh {
        progress(w.apply_cache, 0, None);
        let cache = session.install.cache_file.clone();
        notes.extend(caches::refresh(&session.install, artisan, target.text()));
        if let Err(failure) =
            follow_cache(session, &change, &target, backup, cache.as_ref(), &notes)
        {
            return Err(not_recovered(backup, failure));
        }
        if let Some(cache) = record.files.last_mut() {
            cache.new_sha256 = session
                .install
                .cache_file
                .as_ref()
                .map(|file| files::hex(&file.digest()));
        }
        // The record stands already; only the cache's digest would be missing from it.
        let _ = backup.record(&record);
    }
    progress(w.apply_verifying, 0, None);
    let read = read_again(session, target, plan);
    if let Err(problem) = &read {
        notes.insert(
            0,
            fill(
                w.apply_not_read_again,
                &[("what", &problem.what), ("why", &problem.why)],
            ),
        );
    }
    let after = session.assess();
    let verified = read.is_ok() && verified(&after, plan);
    Ok(applied(plan, after, verified, backup, notes))
}

fn applied(
    plan: &Plan,
    after: Assessment,
    verified: bool,
    backup: &Backup,
    notes: Vec<String>,
) -> Applied {
    Applied {
        verified,
        resealed: plan.resealed(),
        reentered: plan.entered(),
        after: Box::new(after),
        backup: backup.folder.clone(),
        undo: backup::command(
            "undo --yes",
            &backup.folder,
            backup.manifest.keys.as_deref(),
            &backup.manifest.install,
        ),
        notes,
    }
}

/// A recovery that did not happen must not stand in the way of undoing the one before it.
fn not_recovered(backup: &Backup, failure: Failure) -> Failure {
    if !failure.half_done {
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
        change::require_unchanged(&path, read.as_ref()).map_err(|e| file_problem(&e))?;
    }
    Ok(())
}

/// Without the cached config FreeScout runs on `.env`: it must be there, readable, and name the same database.
fn require_handover(session: &mut Session) -> Result<(), Problem> {
    let w = words();
    let install = &session.install;
    let refuse = |why: String| {
        Err(Problem::new(
            w.handover_impossible,
            why,
            w.handover_impossible_next,
        ))
    };
    if install.env_file.is_none() {
        return refuse(fill(
            w.handover_no_env,
            &[("path", &sanitize(&install.env_path().to_string_lossy()))],
        ));
    }
    if let Some(refused) = install.env().refused() {
        return refuse(fill(w.finding_env_refused, &[("line", &refused.line)]));
    }
    files::require_folder_writable(&install.cache_path()).map_err(|e| file_problem(&e))?;
    let (cached, configured) = (install.database()?, install.database_without_cache()?);
    // The same settings need no proof; others may still lead to the same place, by another name.
    if !cached.same_as(&configured) && !lead_to_the_same(session, &configured) {
        return refuse(w.handover_other_database.to_owned());
    }
    Ok(())
}

/// Whether these settings lead to the very mailboxes of the database that is open.
fn lead_to_the_same(session: &mut Session, settings: &DbSettings) -> bool {
    let Ok(mut other) = store::connect(settings, &session.install.root) else {
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

/// Every other text that was read, to be compared within the same transaction.
fn compare_only(session: &Session, written: &[Swap]) -> Vec<Swap> {
    let changes: std::collections::HashSet<(&str, u64, &str)> = written
        .iter()
        .map(|s| (s.table, s.id, s.column.as_str()))
        .collect();
    let cells = session.inventory.cells.iter().filter(|(cell, _)| {
        cell.table != Table::Env
            && !changes.contains(&(cell.table.name(), cell.id, cell.column.as_str()))
    });
    cells
        .map(|(cell, text)| Swap {
            table: cell.table.name(),
            id: cell.id,
            column: cell.column.clone(),
            old: text.clone(),
            new: text.clone(),
        })
        .collect()
}

fn record(session: &Session, plan: &Plan, target: &AppKey, change: &Change) -> RecoveryRecord {
    let install = &session.install;
    let saved_as = |path: &std::path::Path| {
        let is = |file: &Option<FileRead>| file.as_ref().is_some_and(|f| f.path == path);
        let env = is(&install.env_file).then_some("files/env");
        env.or(is(&install.key_file).then_some("files/key_file"))
            .map(str::to_owned)
    };
    let written = |file: &FileChange| WrittenFile {
        origin: file.path.clone(),
        saved: saved_as(&file.path),
        new_sha256: file
            .after
            .as_ref()
            .map(|(bytes, _)| files::hex(&files::digest(bytes))),
    };
    RecoveryRecord {
        schema: 1,
        started: backup::now().1,
        strategy: plan.strategy.name().to_owned(),
        key: target.fingerprint().to_string(),
        cells: change
            .swaps
            .iter()
            .map(|swap| WrittenCell {
                table: swap.table.to_owned(),
                id: swap.id,
                column: swap.column.clone(),
                new_sha256: files::hex(&files::digest(
                    swap.new.as_ref().map_or(&[], SecretBytes::expose),
                )),
            })
            .collect(),
        files: change.files.iter().map(written).collect(),
        undone: None,
    }
}

/// Whether FreeScout now runs with the key of the plan; otherwise everything is put back.
fn follow_cache(
    session: &mut Session,
    change: &Change,
    target: &AppKey,
    backup: &Backup,
    cache: Option<&FileRead>,
    notes: &[String],
) -> Result<(), Failure> {
    let w = words();
    // A file that cannot be read again is told later, as something that was not verified.
    if session.reread_files().is_err()
        || session.install.key_in_force().text.expose() == target.text()
    {
        return Ok(());
    }
    let problem = Problem::new(w.cache_stays, notes.join(" "), w.cache_stays_next);
    let restored = match cache {
        Some(file) => files::write_new(&file.path, &file.bytes, &file.attributes),
        None => files::remove(&session.install.cache_path()).map(|_| ()),
    };
    let mut failure = change.put_back(session, change.files.len(), problem, &backup.folder);
    if let Err(error) = restored {
        failure.half_done = true;
        failure.problem.why = format!("{} {}", failure.problem.why, sanitize(&error.to_string()));
    }
    Err(failure)
}

/// Reads files and rows again as FreeScout would, over a connection of its own, keeping the keys we know.
fn read_again(session: &mut Session, target: AppKey, plan: &Plan) -> Result<(), Problem> {
    let source = match plan.write_key {
        Some(KeyHome::KeyFile) => SourceKind::KeyFile,
        _ => SourceKind::Env,
    };
    session.reread_files()?;
    let in_force = session.install.key_in_force();
    let path = match in_force.source {
        KeySource::ConfigCache => session.install.cache_path(),
        _ => session.install.env_path(),
    };
    if in_force.text.expose() == target.text() {
        session.add_key(target, Source::file(source, path, None));
    }
    let effective = AppKey::parse(in_force.text.expose())
        .ok()
        .map(|k| k.fingerprint());
    session.ring.set_effective(effective);
    session.reconnect()?;
    checks::read_inventory(session)
}

/// Whether everything reads as the plan said.
fn verified(after: &Assessment, plan: &Plan) -> bool {
    let verdicts: std::collections::HashMap<&Place, &Verdict> = after
        .secrets
        .iter()
        .map(|s| (&s.place, &s.verdict))
        .collect();
    plan.steps
        .iter()
        .filter(|s| s.action.readable_after())
        .all(|step| {
            verdicts.get(&step.place).is_some_and(|verdict| {
                verdict.readable()
                    || step.action == Action::Keep && matches!(verdict, Verdict::Empty { .. })
            })
        })
}
