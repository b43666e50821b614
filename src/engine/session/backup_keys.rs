//! The keys that the backups of an install hold, each with where it stands.

use std::path::{Path, PathBuf};

use crate::domain::config::dotenv::{self, EnvFile};
use crate::domain::config::var_export::{self, ExportedValue};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::key::app_key::{self, AppKey};
use crate::domain::key::source::{Source, SourceKind};
use crate::domain::key::spelling;
use crate::io::state::backup::{Backup, BackupError};
use crate::words::untrusted::Untrusted;
use crate::words::words;

/// A longer file of an install holds no more keys than this much of it.
const MAX_FILE: u64 = 1 << 20;

/// Keys taken from one file.
const MOST_IN_FILE: usize = 64;

/// Keys kept in all.
const MOST_KEYS: usize = 1000;

/// Places named of one key.
const MOST_PLACES: usize = 3;

/// A backup whose keys are not known to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its folder.
    pub folder: PathBuf,
    /// When it was made, RFC 3339, as it says; empty where that is not known.
    pub created: String,
    /// Why.
    pub why: Untrusted,
}

/// What the backups of an install hold.
#[derive(Default)]
pub struct OwnBackups {
    pub(super) keys: Vec<(AppKey, Vec<Source>)>,
    pub(super) unread: Vec<Unread>,
    /// How many were not opened, as there are too many.
    pub(super) more: usize,
    /// Fingerprint of the key that the last recovery ended with, where it was not taken back.
    pub(super) settled: Option<String>,
}

/// Where a key stands that a backup holds.
pub(in crate::engine) fn source(backup: &Backup, path: &Path) -> Source {
    Source {
        backup: Some(backup.manifest.created.clone()),
        ..Source::file(SourceKind::File, path, None)
    }
}

impl OwnBackups {
    /// Every key in them, each with where it stands.
    pub(in crate::engine) fn keys(&self) -> impl Iterator<Item = (&AppKey, &[Source])> {
        self.keys
            .iter()
            .map(|(key, sources)| (key, sources.as_slice()))
    }

    pub(super) fn not_read(&mut self, folder: PathBuf, created: &str, error: &BackupError) {
        let why = match error {
            BackupError::Locked(_) => words().own_backup_encrypted.into(),
            error => error.to_string().into(),
        };
        self.unread.push(Unread {
            folder,
            created: created.to_owned(),
            why,
        });
    }

    /// Takes the keys of one backup, or remembers why not.
    pub(super) fn take(&mut self, backup: &Backup) {
        self.unread.retain(|unread| unread.folder != backup.folder);
        for saved in backup.saved_files() {
            match backup.file_within(saved, MAX_FILE) {
                Ok((path, bytes)) => {
                    let texts = texts(&saved.name, &bytes);
                    for text in texts.into_iter().take(MOST_IN_FILE) {
                        self.add(text.expose(), source(backup, &path));
                    }
                }
                // One reason is enough for all of its files.
                Err(error) => {
                    let created = &backup.manifest.created;
                    self.not_read(backup.folder.clone(), created, &error);
                    return;
                }
            }
        }
    }

    fn add(&mut self, text: &[u8], source: Source) {
        let Ok(key) = AppKey::parse(text) else {
            return;
        };
        let same = |(known, _): &(AppKey, _)| known.fingerprint() == key.fingerprint();
        match self.keys.iter().position(same) {
            Some(at) => {
                let places = &mut self.keys[at].1;
                if places.len() < MOST_PLACES && !places.contains(&source) {
                    places.push(source);
                }
            }
            None if self.keys.len() < MOST_KEYS => self.keys.push((key, vec![source])),
            None => {}
        }
    }
}

/// The texts in a saved file that may be keys, the one that FreeScout read there first.
fn texts(name: &str, bytes: &[u8]) -> Vec<SecretBytes> {
    let mut texts: Vec<SecretBytes> = Vec::new();
    let near = |keys: &mut dyn Iterator<Item = spelling::NearKey>| {
        keys.take(MOST_IN_FILE)
            .flat_map(|near| [Some(near.key), near.as_written])
            .flatten()
            .map(|key| SecretBytes::from(key.text()))
            .collect::<Vec<_>>()
    };
    match name {
        "files/config.php" => {
            let cache = var_export::read(bytes).ok();
            let key = cache.as_ref().and_then(|cache| cache.at(&["app", "key"]));
            texts.extend(key.and_then(ExportedValue::as_text).map(SecretBytes::from));
        }
        "files/env" => {
            texts.extend(EnvFile::read(bytes, &|_| None).getenv(b"APP_KEY"));
            let lines = dotenv::lines_mentioning_app_key(bytes);
            let written = lines.iter().flat_map(|line| &line.texts);
            texts.extend(written.cloned());
            texts.extend(near(
                &mut spelling::near_lines(bytes)
                    .into_iter()
                    .map(|line| line.near),
            ));
        }
        _ => {
            texts.push(SecretBytes::from(bytes.trim_ascii()));
            texts.extend(near(&mut spelling::near_keys(bytes).into_iter()));
        }
    }
    let glued: Vec<SecretBytes> = texts
        .iter()
        .flat_map(|text| app_key::split_glued(text.expose()))
        .map(SecretBytes::from)
        .collect();
    texts.extend(glued);
    texts
}
