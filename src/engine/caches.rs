//! After the key changed: the config cache and the queue workers, as FreeScout does it or as we do it ourselves.

use std::path::Path;
use std::time::Duration;

use crate::domain::sanitize::sanitize;
use crate::domain::var_export;
use crate::io::artisan;
use crate::io::files;
use crate::io::install::Install;
use crate::words::{fill, words};

/// The cache entry `illuminate:queue:restart` in Laravel's file store: SHA-1 of the name, in two folders of its
/// first digits.
const RESTART_ENTRY: [&str; 3] = ["ee", "2f", "ee2f842aa7bb1f53edf3a2ed2c09a1807ffa6c90"];

/// Makes FreeScout forget the old key. With `artisan`, its own command is run as the web user, for so long at most; if
/// that cannot be done, or was not asked for, the cached config is removed and the workers are told to restart. Returns what the operator
/// should know, as sentences.
pub fn refresh(install: &Install, artisan: Option<Duration>, key_text: &[u8]) -> Vec<String> {
    let w = words();
    let mut notes = Vec::new();
    if let Some(limit) = artisan {
        let php = install.setting(&["app", "php_path"], "PHP_PATH");
        match artisan::clear_cache(
            &install.root,
            install.web_user,
            php.as_deref(),
            &install.variables(),
            limit,
        ) {
            // What PHP wrote is on no disk yet: a machine that stops now would start with an empty file in its place.
            Ok(())
                if cache_holds(install, key_text) && files::sync(&install.cache_path()).is_ok() =>
            {
                notes.push(w.cache_cleared_by_artisan.to_owned());
                // It tells the workers only where it finds FreeScout installed; told twice they restart once.
                let _ = restart_workers(install);
                notes.push(w.opcache_hint.to_owned());
                return notes;
            }
            Ok(()) => notes.push(w.artisan_left_old_key.to_owned()),
            Err(error) => notes.push(fill(
                w.artisan_failed,
                &[("why", &sanitize(&error.to_string()))],
            )),
        }
    }
    match files::remove(&install.cache_path()) {
        Ok(true) => notes.push(w.cache_removed.to_owned()),
        Ok(false) => {}
        Err(error) => notes.push(fill(
            w.cache_not_removed,
            &[("why", &sanitize(&error.to_string()))],
        )),
    }
    notes.extend(restart_workers(install));
    notes.push(w.opcache_hint.to_owned());
    notes
}

/// Tells the queue workers to end after their present job, through the cache entry they watch. Returns a sentence.
pub fn restart_workers(install: &Install) -> Option<String> {
    let w = words();
    let driver = install
        .setting(&["cache", "default"], "CACHE_DRIVER")
        .unwrap_or_else(|| "file".to_owned());
    let folder = install.root.join("storage/framework/cache/data");
    if driver != "file" {
        return Some(fill(
            w.workers_other_driver,
            &[("driver", &sanitize(&driver))],
        ));
    }
    if !folder.is_dir() {
        return Some(w.workers_not_told.to_owned());
    }
    let time = jiff::Timestamp::now().as_second();
    // Laravel's file store: ten digits of expiry (never), then the serialised value.
    match files::write_below(
        &folder,
        &RESTART_ENTRY,
        format!("9999999999i:{time};").as_bytes(),
    ) {
        Ok(()) => Some(w.workers_told.to_owned()),
        Err(_) => Some(w.workers_not_told.to_owned()),
    }
}

/// Whether the config cache is gone or holds this key.
fn cache_holds(install: &Install, key_text: &[u8]) -> bool {
    holds(&install.cache_path(), key_text)
}

fn holds(path: &Path, key_text: &[u8]) -> bool {
    match files::read(path, files::MAX_CONFIG_BYTES) {
        Ok(file) => var_export::read(&file.bytes).is_ok_and(|cache| {
            cache
                .at(&["app", "key"])
                .and_then(var_export::Value::as_text)
                == Some(key_text)
        }),
        Err(error) => error.is_missing(),
    }
}
