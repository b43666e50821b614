//! Steps 5 and 7: the plan prepared in memory, rehearsed, and carried out. The only room that changes an installation
//! (its reverse is `undo`).
//!
//! Order of writes: what will be written is put down as digests beside the backup; all rows in one transaction; `.env`
//! or the key file by atomic rename; the config cache; the workers. If the files fail after the rows, the rows are
//! put back.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::domain::app_key::AppKey;
use crate::domain::assessment::{self, Assessment, Summary};
use crate::domain::configuration::KeySource;
use crate::domain::dotenv;
use crate::domain::inventory::{Inventory, StoredText};
use crate::domain::key_ring::KeyRing;
use crate::domain::payload::Payload;
use crate::domain::php;
use crate::domain::plan::{Action, KeyHome, Plan, Step, Target};
use crate::domain::problem::Problem;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::{Cell, Place, SecretBytes, Table};
use crate::domain::source::{Source, SourceKind};
use crate::domain::verdict::{self, Verdict};
use crate::engine::backup::{self, Progress};
use crate::engine::caches;
use crate::engine::checks;
use crate::engine::job::Applied;
use crate::engine::session::Session;
use crate::engine::survey;
use crate::io::backup::{Backup, RecoveryRecord, WrittenCell, WrittenFile};
use crate::io::entropy;
use crate::io::files::{self, FileError, FileRead};
use crate::io::store::{Swap, SwapError};
use crate::words::{fill, words};

/// A password that nobody typed yet: stands for one in a rehearsal.
const REHEARSED: &[u8] = b"rehearsed";

/// What a plan comes to, computed and not yet written.
pub struct Prepared {
    /// New payload for every secret that changes.
    payloads: Vec<(Place, String)>,
    /// New text for every cell that changes.
    cells: BTreeMap<Cell, SecretBytes>,
}

/// Computes every new payload of a plan. For `Enter` steps `entered` gives the passwords; in a rehearsal it gives none
/// and a stand-in is sealed.
///
/// # Errors
/// A [`Problem`] when a secret does not open the way the plan says.
pub fn prepare(
    inventory: &Inventory,
    ring: &KeyRing,
    plan: &Plan,
    target: &AppKey,
    entered: Option<&[(Place, SecretBytes)]>,
) -> Result<Prepared, Problem> {
    let mut payloads = Vec::new();
    for step in plan.steps.iter().filter(|s| s.action.writes()) {
        let plain = plain_of(inventory, ring, step, entered).ok_or_else(|| surprised(step))?;
        let payload = Payload::seal(target, &entropy::bytes(), plain.expose());
        payloads.push((step.place.clone(), payload));
    }
    let mut by_cell: BTreeMap<&Cell, Vec<(&Place, &str)>> = BTreeMap::new();
    for (place, payload) in &payloads {
        by_cell
            .entry(&place.cell)
            .or_default()
            .push((place, payload));
    }
    let mut cells = BTreeMap::new();
    for (cell, payloads) in by_cell {
        let text = inventory.rewritten(cell, &payloads).ok_or_else(|| {
            Problem::new(
                words().plan_surprised,
                format!("{}#{}.{}", cell.table.name(), cell.id, cell.column),
                "",
            )
        })?;
        cells.insert(cell.clone(), text);
    }
    Ok(Prepared { payloads, cells })
}

fn plain_of(
    inventory: &Inventory,
    ring: &KeyRing,
    step: &Step,
    entered: Option<&[(Place, SecretBytes)]>,
) -> Option<SecretBytes> {
    match (step.action, entered) {
        (Action::Enter, None) => Some(SecretBytes::from(&php::serialize_text(REHEARSED)[..])),
        (Action::Enter, Some(entered)) => entered
            .iter()
            .find(|(place, _)| *place == step.place)
            .map(|(_, text)| SecretBytes::from(&php::serialize_text(text.expose())[..])),
        (action, _) => {
            let secret = inventory.secret(&step.place)?;
            verdict::rescued(secret, ring, matches!(action, Action::Salvage(_)))
        }
    }
}

fn surprised(step: &Step) -> Problem {
    let w = words();
    Problem::new(
        w.plan_surprised,
        sanitize(&step.place.to_string()),
        w.plan_surprised_next,
    )
}

/// Applies a plan to a copy in memory and judges it as FreeScout would read it: nothing is written.
///
/// # Errors
/// As [`prepare`].
pub fn rehearse(session: &Session, plan: &Plan) -> Result<Summary, Problem> {
    let mut ring = KeyRing::default();
    for known in session.ring.iter() {
        if let Ok(key) = AppKey::parse(known.key.text()) {
            ring.add(key, Source::of(SourceKind::Given));
        }
    }
    let target = target_key(session, plan)?;
    let prepared = prepare(&session.inventory, &session.ring, plan, &target, None)?;
    let mut after = session.inventory.clone();
    for (place, payload) in prepared.payloads {
        if let Some(secret) = after.secrets.iter_mut().find(|s| s.place == place) {
            secret.stored = StoredText::Text(SecretBytes::from(payload.into_bytes()));
        }
    }
    let fingerprint = target.fingerprint();
    ring.add(target, Source::of(SourceKind::Given));
    ring.set_effective(Some(fingerprint));
    Ok(Summary::of(&assessment::judge_all(&after, &ring)))
}

/// The key a plan ends with; a new one for a fresh plan.
fn target_key(session: &Session, plan: &Plan) -> Result<AppKey, Problem> {
    let w = words();
    let lost = || Problem::new(w.plan_key_gone, "", w.plan_surprised_next);
    match plan.target {
        Target::Fresh => Ok(AppKey::generate(&Zeroizing::new(entropy::bytes()))),
        Target::Known(fingerprint) => {
            let text = session.ring.get(fingerprint).ok_or_else(lost)?.text();
            AppKey::parse(text).map_err(|_| lost())
        }
    }
}

/// New bytes for the files of the install.
struct NewFiles {
    env: Option<Zeroizing<Vec<u8>>>,
    key_file: Option<Zeroizing<Vec<u8>>>,
}

fn new_files(
    session: &Session,
    plan: &Plan,
    prepared: &Prepared,
    target: &AppKey,
) -> Result<NewFiles, Problem> {
    let w = words();
    let install = &session.install;
    let old: &[u8] = install.env_file.as_ref().map_or(&[], |f| &f.bytes);
    let mut env = Zeroizing::new(old.to_vec());
    let cannot = |why: String| Problem::new(w.env_not_writable, why, w.env_not_writable_next);
    for (cell, text) in prepared
        .cells
        .iter()
        .filter(|(cell, _)| cell.table == Table::Env)
    {
        env = dotenv::with_value(&env, cell.column.as_bytes(), text.expose())
            .map_err(|e| cannot(format!("{}: {e}", sanitize(&cell.column))))?;
    }
    let mut key_file = None;
    match plan.write_key {
        Some(KeyHome::EnvFile) => {
            env = dotenv::with_value(&env, b"APP_KEY", target.text())
                .map_err(|e| cannot(format!("APP_KEY: {e}")))?;
        }
        Some(KeyHome::KeyFile) => {
            let file = install
                .key_file
                .as_ref()
                .ok_or_else(|| cannot("APP_KEY_FILE".to_owned()))?;
            let mut bytes = Zeroizing::new(target.text().to_vec());
            if file.bytes.ends_with(b"\n") {
                bytes.push(b'\n');
            }
            key_file = Some(bytes);
        }
        Some(KeyHome::ProcessEnvironment) | None => {}
    }
    Ok(NewFiles {
        env: (*env != old).then_some(env),
        key_file,
    })
}

/// Carries out exactly this plan.
///
/// # Errors
/// A [`Problem`] that says what stands now. Unless it says otherwise, nothing was changed.
pub fn apply(
    session: &mut Session,
    plan: &Plan,
    entered: &[(Place, SecretBytes)],
    backup: &Backup,
    artisan: bool,
    progress: &mut Progress<'_>,
) -> Result<Applied, Problem> {
    let w = words();
    progress(w.apply_checking, 0, None);
    backup::require_current(session, backup)?;
    let target = target_key(session, plan)?;
    let prepared = prepare(
        &session.inventory,
        &session.ring,
        plan,
        &target,
        Some(entered),
    )?;
    let new_files = new_files(session, plan, &prepared, &target)?;
    require_writable(session, &new_files)?;

    let swaps = swaps(session, &prepared);
    let record = record(session, plan, &target, &prepared, &new_files);
    backup
        .record(&record)
        .map_err(|e| backup::backup_problem(&e))?;

    progress(w.apply_rows, 0, Some(swaps.len() as u64));
    session
        .store
        .swap(&swaps)
        .map_err(|e| swap_problem(&e, &swaps, session))?;
    progress(w.apply_files, 0, None);
    if let Err(error) = write_files(session, &new_files) {
        return Err(roll_back(session, &swaps, &error, backup));
    }
    let mut notes = Vec::new();
    let key_moves =
        plan.write_key.is_some() || session.install.key_in_force().text.expose() != target.text();
    if key_moves || new_files.env.is_some() {
        progress(w.apply_cache, 0, None);
        notes.extend(caches::refresh(&session.install, artisan, target.text()));
    }
    progress(w.apply_verifying, 0, None);
    let after = read_again(session, target, plan)?;
    let verified = verified(&after, plan);
    Ok(Applied {
        verified,
        resealed: plan.resealed(),
        reentered: plan.entered(),
        after: Box::new(after),
        backup: backup.folder.clone(),
        notes,
    })
}

fn swaps(session: &Session, prepared: &Prepared) -> Vec<Swap> {
    let rows = prepared
        .cells
        .iter()
        .filter(|(cell, _)| cell.table != Table::Env);
    rows.map(|(cell, new)| Swap {
        table: cell.table.name(),
        id: cell.id,
        column: cell.column.clone(),
        old: session.inventory.cells.get(cell).cloned().flatten(),
        new: Some(new.clone()),
    })
    .collect()
}

fn record(
    session: &Session,
    plan: &Plan,
    target: &AppKey,
    prepared: &Prepared,
    new: &NewFiles,
) -> RecoveryRecord {
    let install = &session.install;
    let sum = |bytes: &[u8]| files::hex(&files::digest(bytes));
    let written = |file: &Option<FileRead>,
                   name: &str,
                   new: &Option<Zeroizing<Vec<u8>>>,
                   path: std::path::PathBuf| {
        new.as_ref().map(|bytes| WrittenFile {
            origin: file.as_ref().map_or(path, |f| f.path.clone()),
            saved: file.as_ref().map(|_| format!("files/{name}")),
            new_sha256: Some(sum(bytes)),
        })
    };
    let env = written(&install.env_file, "env", &new.env, install.env_path());
    let key_file = written(
        &install.key_file,
        "key_file",
        &new.key_file,
        std::path::PathBuf::new(),
    );
    let cache = Some(WrittenFile {
        origin: install.cache_path(),
        saved: install
            .cache_file
            .as_ref()
            .map(|_| "files/config.php".to_owned()),
        new_sha256: None,
    });
    RecoveryRecord {
        schema: 1,
        started: backup::now().1,
        strategy: plan.strategy.name().to_owned(),
        key: target.fingerprint().to_string(),
        cells: prepared
            .cells
            .iter()
            .filter(|(cell, _)| cell.table != Table::Env)
            .map(|(cell, new)| WrittenCell {
                table: cell.table.name().to_owned(),
                id: cell.id,
                column: cell.column.clone(),
                new_sha256: sum(new.expose()),
            })
            .collect(),
        files: [env, key_file, cache].into_iter().flatten().collect(),
        undone: None,
    }
}

/// Refuses early when a file cannot be replaced by this user, before any row is touched.
fn require_writable(session: &Session, new: &NewFiles) -> Result<(), Problem> {
    let install = &session.install;
    let wanted = [
        (&new.env, &install.env_file),
        (&new.key_file, &install.key_file),
    ];
    for (_, file) in wanted.iter().filter(|(bytes, _)| bytes.is_some()) {
        let path = file
            .as_ref()
            .map_or_else(|| install.env_path(), |f| f.path.clone());
        let folder = path.parent().unwrap_or(&path);
        if let Err(e) = rustix::fs::access(folder, rustix::fs::Access::WRITE_OK) {
            return Err(file_problem(&FileError::Refused(
                folder.to_owned(),
                e.into(),
            )));
        }
    }
    Ok(())
}

fn write_files(session: &Session, new: &NewFiles) -> Result<(), FileError> {
    let install = &session.install;
    for (bytes, file) in [
        (&new.key_file, &install.key_file),
        (&new.env, &install.env_file),
    ] {
        match (bytes, file) {
            (Some(bytes), Some(file)) => files::replace(file, bytes)?,
            (Some(bytes), None) => {
                let like = files::Attributes {
                    uid: install.web_user.uid,
                    gid: install.web_user.gid,
                    mode: 0o640,
                    modified: 0,
                };
                files::write_new(&install.env_path(), bytes, &like)?;
            }
            (None, _) => {}
        }
    }
    Ok(())
}

fn file_problem(error: &FileError) -> Problem {
    let w = words();
    Problem::new(
        w.env_not_writable,
        sanitize(&error.to_string()),
        w.env_not_writable_next,
    )
}

/// The rows were written, a file could not be: put the rows back.
fn roll_back(session: &mut Session, swaps: &[Swap], error: &FileError, backup: &Backup) -> Problem {
    let w = words();
    // The key file may have been replaced before `.env` failed.
    let install = &session.install;
    if let Some(file) = &install.key_file {
        let _ = files::write_new(&file.path, &file.bytes, &file.attributes);
    }
    let back: Vec<Swap> = swaps
        .iter()
        .map(|s| Swap {
            table: s.table,
            id: s.id,
            column: s.column.clone(),
            old: s.new.clone(),
            new: s.old.clone(),
        })
        .collect();
    match session.store.swap(&back) {
        Ok(()) => file_problem(error),
        Err(_) => Problem::new(
            w.apply_half_done,
            sanitize(&error.to_string()),
            fill(
                w.apply_half_done_next,
                &[("folder", &backup.folder.display())],
            ),
        ),
    }
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
        SwapError::Store(error) => survey::unreachable_database(error, &session.settings),
    }
}

/// Reads files and rows again as FreeScout would, keeping the keys we know.
fn read_again(session: &mut Session, target: AppKey, plan: &Plan) -> Result<Assessment, Problem> {
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
    checks::read_inventory(session)?;
    Ok(session.assess())
}

/// Whether everything reads as the plan said.
fn verified(after: &Assessment, plan: &Plan) -> bool {
    plan.steps
        .iter()
        .filter(|s| s.action.readable_after())
        .all(|step| {
            after.secrets.iter().any(|s| {
                s.place == step.place
                    && (s.verdict.readable()
                        || step.action == Action::Keep
                            && matches!(s.verdict, Verdict::Empty { .. }))
            })
        })
}
