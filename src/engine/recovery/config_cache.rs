//! After the key changed: the config cache and the queue workers, as FreeScout does it or as we do it ourselves.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::file_change::FileChange;
use crate::domain::config::var_export;
use crate::domain::inventory::secret::{Place, SecretBytes, Table};
use crate::domain::key::app_key::AppKey;
use crate::domain::plan::{CacheRefresh, Plan, PlanStep};
use crate::engine::hunt::processes::{self, Workers};
use crate::engine::progress::Progress;
use crate::engine::session::{Session, inherited};
use crate::io::container::within;
use crate::io::fs::{self, FileRead};
use crate::io::install::{Install, artisan};
use crate::io::os::spawn;
use crate::words::untrusted::shown;
use crate::words::words;

/// The cache entry `illuminate:queue:restart` in Laravel's file store: SHA-1 of the name, in two folders of its
/// first digits.
const RESTART_ENTRY: [&str; 3] = ["ee", "2f", "ee2f842aa7bb1f53edf3a2ed2c09a1807ffa6c90"];

/// Whether FreeScout's cached config has to follow a change: it runs on another key than this, or files of it change.
pub fn must_follow(install: &Install, target: &AppKey, files: &[FileChange]) -> bool {
    !files.is_empty() || key_moves(install, target)
}

fn key_moves(install: &Install, target: &AppKey) -> bool {
    install.key_in_force().text.expose() != target.text()
}

/// Whether FreeScout's cached config and its workers would have to follow a plan.
pub(super) fn needs_refresh(session: &Session, plan: &Plan, target: &AppKey) -> bool {
    let writes_env = |step: &PlanStep| step.action.writes() && step.place.cell.table == Table::Env;
    key_moves(&session.install, target)
        || plan.write_key.is_some()
        || plan.steps.iter().any(writes_env)
}

/// What will become of cached config and workers when a plan that ends with this key is carried out, as far as that is known
/// before.
pub(super) fn foresee(
    session: &Session,
    plan: &Plan,
    target: &AppKey,
    artisan: bool,
) -> CacheRefresh {
    let install = &session.install;
    if !needs_refresh(session, plan, target) {
        return CacheRefresh::NotNeeded;
    }
    let prepared = match artisan {
        true => prepare_artisan(session).map_err(|error| shown(&error.to_string()).to_string()),
        false => Err(words().artisan_not_wanted.to_owned()),
    };
    match prepared {
        Ok(_) => CacheRefresh::ByFreeScout,
        Err(why) => CacheRefresh::ByUs {
            why,
            tells_workers: cache_driver(install) == "file" && worker_folder(install).is_dir(),
        },
    }
}

fn prepare_artisan(session: &Session) -> Result<spawn::Program, artisan::ArtisanError> {
    let install = &session.install;
    let php = install.setting(&["app", "php_path"], "PHP_PATH");
    artisan::prepare(
        &install.root,
        install.known.certain(),
        php.as_deref(),
        &inherited::of_ours(session),
    )
}

/// Whose account "the web user" is, where sentences ask for a command of FreeScout's and we do not know it, or root's files
/// hide it.
fn whom(install: &Install, notes: &[String]) -> Option<String> {
    let known = install.known.certain().is_some_and(|user| user.uid != 0);
    let asks = notes.iter().any(|note| note.contains("php artisan"));
    (asks && !known).then(|| words().web_user_who.to_owned())
}

/// Makes FreeScout forget the old key. With `artisan`, its own command is run as the web user, for so long at most; if
/// that cannot be done, or was not asked for, the cached config is removed and the workers are restarted. It is
/// not removed unless that may be. Where workers must stay, its own command is not run: it tells them by itself, and by emptying the cache they watch. Returns what the
/// operator should know, as sentences.
pub fn refresh(
    session: &Session,
    artisan: Option<Duration>,
    key_text: &[u8],
    workers: &Workers,
    may_remove: bool,
) -> Vec<String> {
    let w = words();
    let install = &session.install;
    let mut notes = Vec::new();
    if let (Some(limit), Workers::Restart) = (artisan, workers) {
        let php = install.setting(&["app", "php_path"], "PHP_PATH");
        match artisan::clear_cache(
            &install.root,
            install.known.certain(),
            php.as_deref(),
            &inherited::of_ours(session),
            limit,
        ) {
            // What PHP wrote is on no disk yet: a machine that stops now would start with an empty file in its place.
            Ok(()) if cache_holds(install, key_text) && fs::sync(&install.cache_path()).is_ok() => {
                notes.push(w.cache_cleared_by_artisan.to_owned());
                // It tells the workers only where it finds FreeScout installed; told twice they restart once.
                let _ = tell_workers(install);
                notes.push(w.opcache_hint.to_owned());
                return notes;
            }
            Ok(()) => notes.push(w.artisan_left_old_key.to_owned()),
            Err(error) => notes.push(text!(artisan_failed, why = shown(&error.to_string()))),
        }
    }
    if !may_remove && install.cache_file.is_some() {
        notes.push(w.handover_key_elsewhere.to_owned());
        notes.extend(restart_workers(install, workers));
        notes.extend(whom(install, &notes));
        return notes;
    }
    match fs::remove(&install.cache_path()) {
        Ok(true) => notes.push(w.cache_removed.to_owned()),
        Ok(false) => {}
        Err(error) => notes.push(text!(cache_not_removed, why = shown(&error.to_string()))),
    }
    notes.extend(restart_workers(install, workers));
    notes.extend(whom(install, &notes));
    notes
}

/// Tells the queue workers to restart, or says why they are left alone and what that means. Sentences.
pub fn restart_workers(install: &Install, workers: &Workers) -> Vec<String> {
    let w = words();
    if within::is_stopped() {
        return vec![w.container_starts_anew.to_owned()];
    }
    match workers {
        Workers::Restart => vec![tell_workers(install), w.opcache_hint.to_owned()],
        Workers::Stay(why) => {
            let mut notes = vec![w.workers_stay.to_owned()];
            notes.extend(why.iter().cloned());
            notes.push(w.workers_stay_next.to_owned());
            notes
        }
    }
}

/// What FreeScout ran on, for a comparison afterwards.
pub enum RanOn {
    /// This key text, and a cached config of this digest.
    Known(SecretBytes, Option<[u8; 32]>),
    /// It is no longer known.
    Unknown,
}

impl RanOn {
    /// As it stands now.
    pub fn of(session: &Session) -> Self {
        let install = &session.install;
        let cache = install.cache_file.as_ref().map(FileRead::digest);
        RanOn::Known(install.key_in_force().text, cache)
    }

    fn is_still(&self, session: &Session) -> bool {
        match (self, RanOn::of(session)) {
            (RanOn::Known(key, cache), RanOn::Known(key_now, cache_now)) => {
                *key == key_now && *cache == cache_now
            }
            _ => false,
        }
    }
}

/// After rows and files were put back, and everything was read again: the workers follow, where key or cached config
/// became others than those they may run on. Sentences.
pub fn follow(session: &mut Session, ran_on: RanOn, progress: &mut Progress<'_>) -> Vec<String> {
    if ran_on.is_still(session) {
        return Vec::new();
    }
    let workers = processes::before_restart(session, &unreadable, progress, &|| false);
    let mut notes = restart_workers(&session.install, &workers);
    notes.extend(whom(&session.install, &notes));
    notes
}

/// Whether FreeScout cannot read a secret as things stand.
pub fn unreadable(session: &Session, place: &Place) -> bool {
    let secret = session.inventory.secret(place);
    let payload = secret.and_then(|s| s.payload()?.as_ref().ok());
    let effective = session.ring.effective();
    payload.is_some_and(|payload| !effective.is_some_and(|key| payload.made_with(key)))
}

/// FreeScout's cache driver.
fn cache_driver(install: &Install) -> String {
    install
        .setting(&["cache", "default"], "CACHE_DRIVER")
        .unwrap_or_else(|| "file".to_owned())
}

/// Where Laravel's file store keeps the entry that workers watch.
fn worker_folder(install: &Install) -> PathBuf {
    install.root.join("storage/framework/cache/data")
}

/// Tells the queue workers to end after their present job, through the cache entry they watch. Returns a sentence.
fn tell_workers(install: &Install) -> String {
    let w = words();
    let driver = cache_driver(install);
    let folder = worker_folder(install);
    if driver != "file" {
        return text!(workers_other_driver, driver = shown(&driver));
    }
    if !folder.is_dir() {
        return w.workers_not_told.to_owned();
    }
    let time = jiff::Timestamp::now().as_second();
    // Laravel's file store: ten digits of expiry (never), then the serialised value.
    match fs::write_below(
        &folder,
        &RESTART_ENTRY,
        format!("9999999999i:{time};").as_bytes(),
    ) {
        Ok(()) => w.workers_told.to_owned(),
        Err(_) => w.workers_not_told.to_owned(),
    }
}

/// Whether the config cache is gone or holds this key.
fn cache_holds(install: &Install, key_text: &[u8]) -> bool {
    holds(&install.cache_path(), key_text)
}

fn holds(path: &Path, key_text: &[u8]) -> bool {
    match fs::read(path, fs::MAX_CONFIG_BYTES) {
        Ok(file) => var_export::read(&file.bytes).is_ok_and(|cache| {
            cache
                .at(&["app", "key"])
                .and_then(var_export::ExportedValue::as_text)
                == Some(key_text)
        }),
        Err(error) => error.is_missing(),
    }
}
