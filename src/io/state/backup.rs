//! The backup folder: everything a recovery may touch, with sums, closed to others, and usable without us.
//!
//! ```text
//! <backup-dir>/freescout-rescue-20261123-084501/    0700, files 0600
//!   .freescout-rescue-backup   marks the folder
//!   manifest.json              what is here, from where, with SHA-256 sums; written last
//!   rows.jsonl                 one stored text a line: {"table","id","column","text" | "base64" | null}
//!   restore.sql                puts those texts back without us
//!   files/env, files/config.php, files/key_file
//!   recovery.json              after a recovery: what was written, as digests; what undo goes by
//!   README.txt
//! ```
//!
//! Encrypted, every file that holds something of the install stands as `NAME.age` instead. Kept apart, `files/` lies in a
//! folder of the same name elsewhere.

mod apart;
mod error;
mod form;
pub mod own;
mod parent;
pub(super) mod sealed;
mod writer;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::domain::inventory::secret::{Cell, SecretBytes, Table};
use crate::domain::payload::base64;
use crate::io::fs::{self, Attributes, FileError};
use crate::io::install;

pub use error::BackupError;
pub use form::{Manifest, RecoveryRecord, SavedBytes, SavedFile, WrittenCell, WrittenFile};
pub use parent::{prepare_parent, require_reached};
pub use sealed::{ENDING, Passphrase, Sealing};
pub use writer::{BackupFile, Writer, WriterOptions};

/// Marks a folder as a backup of ours.
pub const MARKER: &str = ".freescout-rescue-backup";
const MANIFEST: &str = "manifest.json";
const ROWS: &str = "rows.jsonl";
/// The statements that put the saved texts back.
pub const RESTORE_SQL: &str = "restore.sql";
const README: &str = "README.txt";
/// What a recovery wrote; an undo goes by it.
pub const RECOVERY: &str = "recovery.json";
/// A manifest or list of rows larger than this is not ours.
const MAX_BYTES: u64 = 1 << 30;

#[derive(Serialize, Deserialize)]
struct RowLine<'a> {
    table: Cow<'a, str>,
    id: u64,
    column: Cow<'a, str>,
    // Borrowed while writing: the text may be a plain password, of which there shall be no copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

/// What marks the files that come from the install.
const OF_INSTALL: &str = "files/";

/// Whether a file comes from the install itself: each of those may hold a key.
fn is_of_install(name: &str) -> bool {
    name.starts_with(OF_INSTALL)
}

/// Whether a restore needs the file, so that it is opened with the backup.
fn is_unlocked(name: &str) -> bool {
    name == ROWS || is_of_install(name)
}

/// A backup that stands on disk.
#[derive(Debug, Clone)]
pub struct Backup {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// Where the files that hold a key lie now, when they were found elsewhere than the manifest says.
    keys: Option<PathBuf>,
    unlocked: Option<Arc<Unlocked>>,
}

/// The encrypted files a restore needs, open, in memory alone.
struct Unlocked(BTreeMap<String, Zeroizing<Vec<u8>>>);

impl fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unlocked({} files)", self.0.len())
    }
}

/// What every manifest has, whatever else is in it.
#[derive(Deserialize)]
struct Schema {
    schema: u32,
}

impl Backup {
    /// Opens a backup folder.
    pub fn open(folder: &Path) -> Result<Self, BackupError> {
        Self::open_within(folder, MAX_BYTES)
    }

    /// The same, unless its manifest is longer than this.
    fn open_within(folder: &Path, max: u64) -> Result<Self, BackupError> {
        let path = folder.join(MANIFEST);
        let file = fs::read(&path, max)?;
        apart::require_closed(folder)?;
        if !apart::closed(file.attributes.uid, file.attributes.mode) {
            return Err(BackupError::Foreign(folder.to_owned()));
        }
        let form = |e: serde_json::Error| BackupError::Form(path.clone(), e.line());
        let Schema { schema } = serde_json::from_slice(&file.bytes).map_err(form)?;
        if schema > form::GUARDED {
            return Err(BackupError::Newer(folder.to_owned(), schema));
        }
        let manifest = serde_json::from_slice(&file.bytes).map_err(form)?;
        Ok(Self {
            folder: folder.to_owned(),
            manifest,
            keys: None,
            unlocked: None,
        })
    }

    /// Whether its files are encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.manifest.files.iter().any(|file| file.encrypted)
    }

    /// Looks for the files that lie apart below another folder than the manifest says: it may have been moved, or its disk
    /// is mounted elsewhere now. Where no other is given, as it says.
    pub fn look_for_keys_in(&mut self, keys_dir: Option<&Path>) {
        let Some(keys_dir) = keys_dir else {
            return;
        };
        let name = self.manifest.keys.as_deref().and_then(Path::file_name);
        self.keys = name
            .map(|name| keys_dir.join(name))
            .filter(|folder| apart::is_keys(folder));
    }

    /// Opens the files that a restore needs, in memory. Of a backup that is not encrypted there is nothing to open.
    ///
    /// # Errors
    /// [`BackupError::Passphrase`] when it is another one.
    pub fn unlock(&mut self, passphrase: &Passphrase) -> Result<(), BackupError> {
        let mut unlocked = BTreeMap::new();
        let needed = |file: &&SavedFile| file.encrypted && is_unlocked(&file.name);
        for file in self.manifest.files.iter().filter(needed) {
            let path = self.path_of(file)?;
            let read = fs::read(&path, MAX_BYTES)?;
            if fs::hex(&read.digest()) != file.sha256 {
                return Err(BackupError::Sum(path));
            }
            let plain = sealed::whole(&path, &read.bytes, passphrase)?;
            unlocked.insert(file.name.clone(), plain);
        }
        self.unlocked = Some(Arc::new(Unlocked(unlocked)));
        Ok(())
    }

    /// Reads every file and compares it with its sum.
    ///
    /// # Errors
    /// [`BackupError::Sum`] names the first that does not match, [`BackupError::KeysAway`] the folder that is not there.
    pub fn verify(&self) -> Result<(), BackupError> {
        for file in &self.manifest.files {
            let path = self.path_of(file)?;
            let (sum, bytes) = sum_of(&path)?;
            if sum != file.sha256 || bytes != file.bytes {
                return Err(BackupError::Sum(path));
            }
        }
        let locked = self.is_encrypted() && self.unlocked.is_none();
        if !locked && self.rows()?.len() != self.manifest.rows {
            return Err(BackupError::Sum(self.folder.join(ROWS)));
        }
        Ok(())
    }

    /// The saved texts.
    ///
    /// # Errors
    /// [`BackupError::Form`] with the line.
    pub fn rows(&self) -> Result<BTreeMap<Cell, Option<SecretBytes>>, BackupError> {
        let path = self.folder.join(ROWS);
        let bytes = match self.saved(ROWS) {
            Some(saved) => self.bytes_of(saved)?,
            None => return Err(BackupError::Form(self.folder.join(MANIFEST), 0)),
        };
        let mut cells = BTreeMap::new();
        for (number, line) in bytes
            .split(|b| *b == b'\n')
            .enumerate()
            .filter(|(_, l)| !l.is_empty())
        {
            let form = || BackupError::Form(path.clone(), number + 1);
            let row: RowLine<'_> = serde_json::from_slice(line).map_err(|_| form())?;
            let table = Table::by_name(&row.table).ok_or_else(form)?;
            let text = match (row.text, row.base64) {
                (Some(text), None) => Some(SecretBytes::from(text.into_owned().into_bytes())),
                (None, Some(text)) => Some(SecretBytes::from(
                    base64::decode_strict(text.as_bytes()).map_err(|_| form())?,
                )),
                (None, None) => None,
                (Some(_), Some(_)) => return Err(form()),
            };
            cells.insert(
                Cell {
                    table,
                    id: row.id,
                    column: row.column.into_owned(),
                },
                text,
            );
        }
        Ok(cells)
    }

    /// A saved file of the install: what the manifest says of it, with size and sum of its bytes, and these.
    ///
    /// # Errors
    /// [`BackupError`] when it cannot be read or does not match its sum.
    pub fn file(&self, name: &str) -> Result<Option<SavedBytes>, BackupError> {
        let Some(saved) = self.saved(name) else {
            return Ok(None);
        };
        let bytes = self.bytes_of(saved)?;
        let saved = SavedFile {
            sha256: fs::hex(&fs::digest(&bytes)),
            bytes: bytes.len() as u64,
            ..saved.clone()
        };
        Ok(Some((saved, bytes)))
    }

    fn saved(&self, name: &str) -> Option<&SavedFile> {
        self.manifest.files.iter().find(|f| f.name == name)
    }

    /// What was saved, checked against its sum or proven by its encryption.
    fn bytes_of(&self, saved: &SavedFile) -> Result<Zeroizing<Vec<u8>>, BackupError> {
        if saved.encrypted {
            let unlocked = self.unlocked.as_ref().and_then(|u| u.0.get(&saved.name));
            return unlocked
                .cloned()
                .ok_or_else(|| BackupError::Locked(self.folder.clone()));
        }
        let path = self.path_of(saved)?;
        let read = fs::read(&path, MAX_BYTES)?;
        if fs::hex(&read.digest()) != saved.sha256 {
            return Err(BackupError::Sum(path));
        }
        Ok(read.bytes)
    }

    /// Files of the install in this backup.
    pub fn saved_files(&self) -> impl Iterator<Item = &SavedFile> {
        self.manifest
            .files
            .iter()
            .filter(|f| is_of_install(&f.name))
    }

    /// What the recovery after this backup wrote, if there was one.
    pub fn recovery(&self) -> Result<Option<RecoveryRecord>, BackupError> {
        let path = self.folder.join(RECOVERY);
        match fs::read(&path, MAX_BYTES) {
            Ok(file) => serde_json::from_slice(&file.bytes)
                .map(Some)
                .map_err(|e| BackupError::Form(path, e.line())),
            Err(e) if e.is_missing() => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// Writes down what a recovery is about to write (or that it was taken back).
    pub fn record(&self, record: &RecoveryRecord) -> Result<(), BackupError> {
        let path = self.folder.join(RECOVERY);
        let json = serde_json::to_vec_pretty(record)
            .map_err(|e| BackupError::System(path.clone(), e.into()))?;
        fs::write_new(&path, &json, &Attributes::closed())?;
        Ok(())
    }

    /// Removes the record of a recovery that did not happen.
    pub fn forget_recovery(&self) -> Result<(), BackupError> {
        fs::remove(&self.folder.join(RECOVERY))?;
        Ok(())
    }

    /// The name, where the backup holds a file of that name.
    pub fn saved_name(&self, name: &str) -> Option<String> {
        self.saved(name).map(|saved| saved.name.clone())
    }

    /// Where a file of the manifest stands. Its name must stay inside the folder, and that of the keys must be there.
    fn path_of(&self, saved: &SavedFile) -> Result<PathBuf, BackupError> {
        let form = || BackupError::Form(self.folder.join(MANIFEST), 0);
        let plain = Path::new(&saved.name)
            .components()
            .all(|c| matches!(c, std::path::Component::Normal(_)));
        if !plain {
            return Err(form());
        }
        let folder = if saved.apart {
            let keys = self.keys.as_ref().or(self.manifest.keys.as_ref());
            let keys = keys.ok_or_else(form)?;
            match apart::require_closed(keys) {
                Ok(()) => keys,
                Err(BackupError::System(path, e)) if e.kind() == std::io::ErrorKind::NotFound => {
                    return Err(BackupError::KeysAway(path));
                }
                Err(e) => return Err(e),
            }
        } else {
            &self.folder
        };
        let mut path = folder.join(&saved.name).into_os_string();
        if saved.encrypted {
            path.push(ENDING);
        }
        Ok(path.into())
    }
}

/// The backups of an install below `parent`, newest first. Folders that are no backups are passed over.
pub fn list(parent: &Path, install: &Path) -> Vec<Backup> {
    let install = install::identified(install);
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut backups: Vec<Backup> = entries
        .filter(|e| e.path().join(MARKER).is_file())
        .filter_map(|e| Backup::open(&e.path()).ok())
        .filter(|b| b.manifest.is_of(&install))
        .collect();
    backups.sort_by(|a, b| (&b.manifest.created, &b.folder).cmp(&(&a.manifest.created, &a.folder)));
    backups
}

/// Whether a folder is a backup of any install, or holds the keys of one, made by this program.
pub fn is_backup(folder: &Path) -> bool {
    apart::is_keys(folder) || folder.join(MARKER).is_file() && Backup::open(folder).is_ok()
}

fn sum_of(path: &Path) -> Result<(String, u64), BackupError> {
    let read = File::open(path).and_then(sum);
    read.map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => FileError::Missing(path.to_owned()).into(),
        _ => BackupError::System(path.to_owned(), e),
    })
}

/// The sum of everything that can be read, and its size.
fn sum(mut from: impl Read) -> std::io::Result<(String, u64)> {
    use sha2::{Digest, Sha256};
    let (mut sum, mut total, mut block) = (Sha256::new(), 0, Zeroizing::new(vec![0; 64 << 10]));
    loop {
        match from.read(&mut block)? {
            0 => return Ok((fs::hex(&sum.finalize()), total)),
            n => {
                sum.update(&block[..n]);
                total += n as u64;
            }
        }
    }
}
