//! After the key changed: the config cache and the queue workers, as FreeScout does it or as we do it ourselves.

use std::path::Path;
use std::time::Duration;

use super::file_change::FileChange;
use crate::domain::config::var_export;
use crate::domain::inventory::secret::{Place, SecretBytes};
use crate::domain::key::app_key::AppKey;
use crate::engine::hunt::processes::{self, Workers};
use crate::engine::progress::Progress;
use crate::engine::session::{Session, inherited};
use crate::io::fs::{self, FileRead};
use crate::io::install::{Install, artisan};
use crate::words::untrusted::shown;
use crate::words::words;

/// The cache entry `illuminate:queue:restart` in Laravel's file store: SHA-1 of the name, in two folders of its
/// first digits.
const RESTART_ENTRY: [&str; 3] = ["ee", "2f", "ee2f842aa7bb1f53edf3a2ed2c09a1807ffa6c90"];

/// Whether FreeScout's cached config has to follow a change: it runs on another key than this, or files of it change.
pub fn must_follow(install: &Install, target: &AppKey, files: &[FileChange]) -> bool {
    !files.is_empty() || install.key_in_force().text.expose() != target.text()
}

/// Makes FreeScout forget the old key. With `artisan`, its own command is run as the web user, for so long at most; if
/// that cannot be done, or was not asked for, the cached config is removed and the workers are restarted. It is
/// not removed unless that may be. Where workers must stay, its own command is not run: it tells them by itself, and by emptying the cache they watch. Returns what the
/// operator should know, as sentences.
pub fn refresh(
    install: &Install,
    artisan: Option<Duration>,
    key_text: &[u8],
    workers: &Workers,
    may_remove: bool,
) -> Vec<String> {
    let w = words();
    let mut notes = Vec::new();
    if let (Some(limit), Workers::Restart) = (artisan, workers) {
        let php = install.setting(&["app", "php_path"], "PHP_PATH");
        match artisan::clear_cache(
            &install.root,
            install.known.certain(),
            php.as_deref(),
            &inherited::of_ours(install),
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
        return notes;
    }
    match fs::remove(&install.cache_path()) {
        Ok(true) => notes.push(w.cache_removed.to_owned()),
        Ok(false) => {}
        Err(error) => notes.push(text!(cache_not_removed, why = shown(&error.to_string()))),
    }
    notes.extend(restart_workers(install, workers));
    notes
}

/// Tells the queue workers to restart, or says why they are left alone and what that means. Sentences.
pub fn restart_workers(install: &Install, workers: &Workers) -> Vec<String> {
    let w = words();
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
    restart_workers(&session.install, &workers)
}

/// Whether FreeScout cannot read a secret as things stand.
pub fn unreadable(session: &Session, place: &Place) -> bool {
    let secret = session.inventory.secret(place);
    let payload = secret.and_then(|s| s.payload()?.as_ref().ok());
    let effective = session.ring.effective();
    payload.is_some_and(|payload| !effective.is_some_and(|key| payload.made_with(key)))
}

/// Tells the queue workers to end after their present job, through the cache entry they watch. Returns a sentence.
fn tell_workers(install: &Install) -> String {
    let w = words();
    let driver = install
        .setting(&["cache", "default"], "CACHE_DRIVER")
        .unwrap_or_else(|| "file".to_owned());
    let folder = install.root.join("storage/framework/cache/data");
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
