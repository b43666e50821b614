//! Step 5: the plan prepared in memory: every new payload, every new text of a row, every new file. Rehearsed, that is
//! judged as FreeScout would read it, and not written.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::file_change::FileChange;
use super::{config_cache, key_file};
use crate::domain::config::dotenv::{self, EnvFile, Trouble};
use crate::domain::config::rules::StoredForm;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::{Cell, Place, SecretBytes, Table};
use crate::domain::inventory::{Inventory, StoredText};
use crate::domain::key::app_key::AppKey;
use crate::domain::key::ring::KeyRing;
use crate::domain::key::source::{Source, SourceKind};
use crate::domain::key::spelling;
use crate::domain::payload::{Payload, php};
use crate::domain::plan::{KeyHome, Plan, PlanAction, PlanStep, TargetKey};
use crate::domain::verdict::secret_report::Summary;
use crate::domain::verdict::{self, assessment};
use crate::engine::session::{Session, closed, env_trouble};
use crate::io::db::Swap;
use crate::io::fs::{Attributes, FileRead};
use crate::io::install::Install;
use crate::io::os::entropy;
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::{joined, words};

/// A password that nobody typed yet: stands for one in a rehearsal.
const REHEARSED: &[u8] = b"rehearsed";

/// What is stored in place of a secret.
enum New {
    /// A payload.
    Sealed(String),
    /// A password as it was typed, where this version of FreeScout keeps it so.
    Plain(SecretBytes),
}

impl New {
    fn bytes(&self) -> &[u8] {
        match self {
            New::Sealed(payload) => payload.as_bytes(),
            New::Plain(text) => text.expose(),
        }
    }
}

/// What a plan comes to, computed and not yet written.
pub struct PreparedChange {
    /// New text for every secret that changes.
    texts: Vec<(Place, New)>,
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
) -> Result<PreparedChange, Problem> {
    let mut texts = Vec::new();
    for step in plan.steps.iter().filter(|s| s.action.writes()) {
        let new = new_text(inventory, ring, step, target, entered);
        texts.push((step.place.clone(), new.ok_or_else(|| surprised(step))?));
    }
    let mut by_cell: BTreeMap<&Cell, Vec<(&Place, &[u8])>> = BTreeMap::new();
    for (place, new) in &texts {
        by_cell
            .entry(&place.cell)
            .or_default()
            .push((place, new.bytes()));
    }
    let mut cells = BTreeMap::new();
    for (cell, texts) in by_cell {
        let text = inventory.rewritten(cell, &texts).ok_or_else(|| {
            ErrorKind::ChangedMeanwhile.problem(
                words().plan_surprised,
                format!("{}#{}.{}", cell.table.name(), cell.id, cell.column),
                "",
            )
        })?;
        cells.insert(cell.clone(), text);
    }
    Ok(PreparedChange { texts, cells })
}

fn new_text(
    inventory: &Inventory,
    ring: &KeyRing,
    step: &PlanStep,
    target: &AppKey,
    entered: Option<&[(Place, SecretBytes)]>,
) -> Option<New> {
    let secret = inventory.secret(&step.place)?;
    let seal = |plain: &[u8]| New::Sealed(Payload::seal(target, &entropy::bytes(), plain));
    if step.action != PlanAction::Enter {
        let salvage = matches!(step.action, PlanAction::Salvage(_));
        let plain = verdict::rescued(secret, ring, salvage)?;
        return Some(seal(plain.expose()));
    }
    let text = match entered {
        None => REHEARSED,
        Some(entered) => entered
            .iter()
            .find(|(place, _)| *place == step.place)
            .map(|(_, text)| text.expose())?,
    };
    match verdict::form(secret.keeping, &verdict::judge(secret, ring))? {
        StoredForm::Sealed => Some(seal(&php::serialize_text(text))),
        StoredForm::Plain => Some(New::Plain(SecretBytes::from(text))),
    }
}

fn surprised(step: &PlanStep) -> Problem {
    let w = words();
    ErrorKind::ChangedMeanwhile.problem(
        w.plan_surprised,
        sentences::place::of_kind(&step.place, step.kind),
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
    let install = &session.install;
    // What cannot be written is better told now than when all is confirmed. The database first: where it cannot be written
    // either, keeping the current key is no way out.
    if prepared.cells.keys().any(|cell| cell.table != Table::Env) {
        closed::require_database_open(session)?;
    }
    let files = new_files(session, plan, &prepared, &target)?;
    for file in &files {
        closed::require_file_open(&file.path)
            .map_err(|problem| or_carry(problem, session, plan, &prepared))?;
    }
    if config_cache::must_follow(install, &target, &files) && install.cache_file.is_some() {
        // Without its cached config FreeScout runs on `.env`.
        env_trouble::require_env(install)?;
    }
    let mut after = session.inventory.clone();
    for (place, new) in prepared.texts {
        if let Some(secret) = after.secrets.iter_mut().find(|s| s.place == place) {
            secret.replace(StoredText::Text(SecretBytes::from(new.bytes())));
        }
    }
    let fingerprint = target.fingerprint();
    ring.add(target, Source::of(SourceKind::Given));
    ring.set_effective(Some(fingerprint));
    Ok(Summary::of(&assessment::judge_all(&after, &ring)))
}

/// The key a plan ends with; a new one for a fresh plan.
///
/// # Errors
/// A [`Problem`] when the key is not known any more.
pub fn target_key(session: &Session, plan: &Plan) -> Result<AppKey, Problem> {
    let w = words();
    let lost = || ErrorKind::KeyGone.problem(w.plan_key_gone, "", w.plan_surprised_next);
    let known = match plan.target {
        TargetKey::Known(fingerprint) => session.ring.get(fingerprint).ok_or_else(lost)?,
        TargetKey::Fresh => match &session.next_key {
            Some(key) => key,
            None => return Ok(new_key()),
        },
    };
    AppKey::parse(known.text()).map_err(|_| lost())
}

/// A new random key.
pub fn new_key() -> AppKey {
    AppKey::generate(&Zeroizing::new(entropy::bytes()))
}

/// Owner and mode of a file of the install that was not there before. Where it is not known whom to give it to, it stays
/// ours.
pub fn new_attributes(install: &Install) -> Attributes {
    let ours = Attributes {
        mode: 0o640,
        ..Attributes::closed()
    };
    match install.known.certain() {
        Some(user) => Attributes {
            uid: user.uid,
            gid: user.gid,
            ..ours
        },
        None => ours,
    }
}

/// The files that change: `.env` (or the file in its place) and the key file.
///
/// # Errors
/// A [`Problem`] when the key cannot be written there.
pub fn new_files(
    session: &Session,
    plan: &Plan,
    prepared: &PreparedChange,
    target: &AppKey,
) -> Result<Vec<FileChange>, Problem> {
    let install = &session.install;
    let old: &[u8] = install.env_file.as_ref().map_or(&[], |f| &f.bytes);
    let mut env = Zeroizing::new(old.to_vec());
    for (cell, text) in prepared
        .cells
        .iter()
        .filter(|(cell, _)| cell.table == Table::Env)
    {
        env = dotenv::with_value(&env, cell.column.as_bytes(), text.expose())
            .map_err(|e| cannot(format!("{}: {e}", shown(&cell.column))))?;
    }
    let mut key_file = None;
    match plan.write_key {
        Some(KeyHome::EnvFile) => {
            env = with_app_key(install, &env, target)?;
        }
        Some(KeyHome::KeyFile) => {
            let file = install
                .key_file
                .as_ref()
                .ok_or_else(|| cannot("APP_KEY_FILE".to_owned()))?;
            key_file::require_replaceable(install, file)?;
            let mut bytes = Zeroizing::new(target.text().to_vec());
            if file.bytes.ends_with(b"\n") {
                bytes.push(b'\n');
            }
            key_file = Some(bytes);
        }
        Some(KeyHome::ProcessEnvironment) | None => {}
    }
    let change =
        |path: std::path::PathBuf, before: &Option<FileRead>, bytes: Zeroizing<Vec<u8>>| {
            let attributes = before
                .as_ref()
                .map_or_else(|| new_attributes(install), |file| file.attributes);
            let path = before.as_ref().map_or(path, |file| file.path.clone());
            FileChange::new(path, before.clone(), Some((bytes, attributes)))
        };
    let mut changes = Vec::new();
    if let Some(bytes) = key_file {
        changes.push(change(std::path::PathBuf::new(), &install.key_file, bytes));
    }
    if *env != old {
        changes.push(change(install.env_path(), &install.env_file, env));
    }
    Ok(changes)
}

/// The problem of a file that is read-only, with the strategy that leaves it as it is: where the key is all that would be
/// written there, and there is one to keep.
fn or_carry(
    problem: Problem,
    session: &Session,
    plan: &Plan,
    prepared: &PreparedChange,
) -> Problem {
    let mut cells = prepared.cells.keys();
    let key_alone = !cells.any(|cell| cell.table == Table::Env);
    let writes_key = plan.write_key == Some(KeyHome::EnvFile);
    if !(key_alone && writes_key && session.ring.effective().is_some()) {
        return problem;
    }
    Problem {
        next: joined::sentences(&[problem.next.as_str(), words().env_or_carry]),
        ..problem
    }
}

impl PreparedChange {
    /// The new payloads of a stored text. A password that is stored as it is has none, and is never written down
    /// elsewhere.
    pub fn payloads_of(&self, cell: &Cell) -> Vec<(Place, String)> {
        let here = self.texts.iter().filter(|(place, _)| place.cell == *cell);
        here.filter_map(|(place, new)| match new {
            New::Sealed(payload) => Some((place.clone(), payload.clone())),
            New::Plain(_) => None,
        })
        .collect()
    }
}

/// The problem of a file that cannot take its new text.
fn cannot(why: String) -> Problem {
    let w = words();
    let next = joined::sentences(&[w.quit_nothing_changed, w.env_not_writable_next]);
    ErrorKind::NotWritable.problem(w.env_not_writable, why, next)
}

/// `.env` with another key in it. Where FreeScout does not find its settings there, and has no cache to run on, that comes
/// first: a key in such a file would mend nothing, and might spoil what is left of it.
fn with_app_key(
    install: &Install,
    env: &[u8],
    target: &AppKey,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let trouble = install.env_trouble();
    match &trouble {
        None | Some(Trouble::Refused { .. } | Trouble::Nul { .. }) => {}
        Some(trouble) => return Err(env_trouble::settings_missing(install, trouble)),
    }
    let new = spelling::with_app_key(env, target).map_err(|e| cannot(format!("APP_KEY: {e}")))?;
    // The line that was refused may have been the key's own.
    match trouble.filter(|_| EnvFile::read(&new, &|_| None).refused().is_some()) {
        Some(trouble) => Err(env_trouble::settings_missing(install, &trouble)),
        None => Ok(new),
    }
}

/// The rows that change.
pub fn swaps(session: &Session, prepared: &PreparedChange) -> Vec<Swap> {
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
