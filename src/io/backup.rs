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

mod form;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::base64;
use crate::domain::secret::{Cell, SecretBytes, Table};
use crate::io::files::{self, Attributes, FileError, FileRead};
use crate::io::obstacle::Obstacle;
use crate::words::{fill, words};

pub use form::{Manifest, RecoveryRecord, SavedBytes, SavedFile, WrittenCell, WrittenFile};

/// Marks a folder as a backup of ours.
pub const MARKER: &str = ".freescout-rescue-backup";
const MANIFEST: &str = "manifest.json";
const ROWS: &str = "rows.jsonl";
const RESTORE_SQL: &str = "restore.sql";
const README: &str = "README.txt";
const RECOVERY: &str = "recovery.json";
/// A manifest or list of rows larger than this is not ours.
const MAX_BYTES: u64 = 1 << 30;

/// What went wrong with a backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The system refused.
    #[error("{}", fill(words().error_path, &[("path", &.0.display()), ("why", &.1)]))]
    System(PathBuf, std::io::Error),
    /// What was read back is not what was written, or a sum does not match.
    #[error("{}", fill(words().error_sum, &[("path", &.0.display())]))]
    Sum(PathBuf),
    /// A line or member is not of our form: file, and line counted from 1 (0 for the whole file).
    #[error("{}", fill(words().error_backup_form, &[("path", &.0.display()), ("line", &.1)]))]
    Form(PathBuf, usize),
    /// The folder was prepared by another user, or others may write into it.
    #[error("{}", fill(words().error_open_folder, &[("path", &.0.display())]))]
    Foreign(PathBuf),
}

impl BackupError {
    /// The file or folder it is about.
    pub fn path(&self) -> &Path {
        match self {
            BackupError::File(error) => error.path(),
            BackupError::System(path, _)
            | BackupError::Sum(path)
            | BackupError::Form(path, _)
            | BackupError::Foreign(path) => path,
        }
    }

    /// What the operator can remove, where that is known.
    pub fn obstacle(&self) -> Option<Obstacle> {
        match self {
            BackupError::File(error) => error.obstacle(),
            BackupError::System(_, error) => Obstacle::of(error),
            BackupError::Sum(_) | BackupError::Form(..) | BackupError::Foreign(_) => None,
        }
    }
}

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

/// A backup that is being written. Dropped before it is finished, it is removed: half a backup is none, and what is in it
/// would lie about for nothing.
pub struct Writer {
    folder: PathBuf,
    files: Vec<SavedFile>,
    finished: bool,
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed has no manifest, and is taken for no backup.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Makes the folder that holds backups (0700), or checks that it is safe to use.
///
/// # Errors
/// [`BackupError::Foreign`] when it was prepared by somebody else.
pub fn prepare_parent(parent: &Path) -> Result<(), BackupError> {
    let system = |e| BackupError::System(parent.to_owned(), e);
    if !parent.exists() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(parent)
            .map_err(system)?;
    }
    let meta = std::fs::metadata(parent).map_err(system)?;
    let ours = meta.uid() == rustix::process::geteuid().as_raw();
    let others_write = meta.mode() & 0o022 != 0 && meta.mode() & 0o1000 == 0;
    if !meta.is_dir() || others_write || !ours && meta.uid() != 0 {
        return Err(BackupError::Foreign(parent.to_owned()));
    }
    Ok(())
}

impl Writer {
    /// A new backup folder in `parent`, named by the time stamp `stamp` (and a number when that is taken).
    ///
    /// # Errors
    /// [`BackupError`] when it cannot be made.
    pub fn create(parent: &Path, stamp: &str) -> Result<Self, BackupError> {
        prepare_parent(parent)?;
        for number in 1.. {
            let suffix = if number == 1 {
                String::new()
            } else {
                format!("-{number}")
            };
            let folder = parent.join(format!("freescout-rescue-{stamp}{suffix}"));
            match DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => {
                    let mut writer = Self {
                        folder,
                        files: Vec::new(),
                        finished: false,
                    };
                    DirBuilder::new()
                        .mode(0o700)
                        .create(writer.folder.join("files"))
                        .map_err(|e| BackupError::System(writer.folder.clone(), e))?;
                    writer.write(MARKER, b"", None)?;
                    return Ok(writer);
                }
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && number < 1000 => {}
                Err(e) => return Err(BackupError::System(folder, e)),
            }
        }
        unreachable!("the loop returns")
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Opens a file in the backup for writing, 0600; call [`Writer::adopt`] when it is complete.
    ///
    /// # Errors
    /// [`BackupError::System`].
    pub fn open(&self, name: &str) -> Result<File, BackupError> {
        let path = self.folder.join(name);
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|e| BackupError::System(path, e))
    }

    /// Enters a file that was written through [`Writer::open`] into the manifest.
    ///
    /// # Errors
    /// [`BackupError`] when it cannot be read back.
    pub fn adopt(&mut self, name: &str) -> Result<u64, BackupError> {
        let path = self.folder.join(name);
        let (sha256, bytes) = sum_of(&path)?;
        self.files.push(SavedFile {
            name: name.to_owned(),
            origin: PathBuf::new(),
            sha256,
            bytes,
            uid: 0,
            gid: 0,
            mode: 0,
        });
        Ok(bytes)
    }

    fn write(
        &mut self,
        name: &str,
        bytes: &[u8],
        origin: Option<(&Path, Attributes)>,
    ) -> Result<(), BackupError> {
        let mut file = self.open(name)?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(|e| BackupError::System(self.folder.join(name), e))?;
        let (path, attributes) = origin.map_or((PathBuf::new(), None), |(path, attributes)| {
            (path.to_owned(), Some(attributes))
        });
        self.files.push(SavedFile {
            name: name.to_owned(),
            origin: path,
            sha256: files::hex(&files::digest(bytes)),
            bytes: bytes.len() as u64,
            uid: attributes.map_or(0, |a| a.uid),
            gid: attributes.map_or(0, |a| a.gid),
            mode: attributes.map_or(0, |a| a.mode),
        });
        Ok(())
    }

    /// Saves a file of the install under `files/`.
    ///
    /// # Errors
    /// [`BackupError::System`].
    pub fn save_file(&mut self, name: &str, file: &FileRead) -> Result<(), BackupError> {
        self.write(
            &format!("files/{name}"),
            &file.bytes,
            Some((&file.path, file.attributes)),
        )
    }

    /// Saves the stored texts, and the statements that put them back.
    ///
    /// # Errors
    /// [`BackupError::System`].
    pub fn save_rows(
        &mut self,
        cells: &BTreeMap<Cell, Option<SecretBytes>>,
        restore_sql: &[u8],
    ) -> Result<(), BackupError> {
        let mut lines = zeroize::Zeroizing::new(Vec::new());
        for (cell, text) in cells {
            let (text, encoded) = match text
                .as_ref()
                .map(|t| std::str::from_utf8(t.expose()).map_err(|_| t))
            {
                None => (None, None),
                Some(Ok(text)) => (Some(Cow::Borrowed(text)), None),
                Some(Err(bytes)) => (None, Some(base64::encode(bytes.expose()))),
            };
            let line = RowLine {
                table: cell.table.name().into(),
                id: cell.id,
                column: cell.column.as_str().into(),
                text,
                base64: encoded,
            };
            serde_json::to_writer(&mut *lines, &line)
                .map_err(|e| BackupError::System(self.folder.join(ROWS), e.into()))?;
            lines.push(b'\n');
        }
        self.write(ROWS, &lines, None)?;
        self.write(RESTORE_SQL, restore_sql, None)
    }

    /// Writes README and manifest, and reads everything back.
    ///
    /// # Errors
    /// [`BackupError::Sum`] when the disk did not keep what was written.
    pub fn finish(mut self, readme: &str, mut manifest: Manifest) -> Result<Backup, BackupError> {
        self.write(README, readme.as_bytes(), None)?;
        manifest.files = std::mem::take(&mut self.files);
        let json = serde_json::to_vec_pretty(&manifest)
            .map_err(|e| BackupError::System(self.folder.join(MANIFEST), e.into()))?;
        self.write(MANIFEST, &json, None)?;
        File::open(&self.folder)
            .and_then(|f| f.sync_all())
            .map_err(|e| BackupError::System(self.folder.clone(), e))?;
        let backup = Backup::open(&self.folder)?;
        backup.verify()?;
        self.finished = true;
        Ok(backup)
    }
}

/// A backup that stands on disk.
#[derive(Debug, Clone)]
pub struct Backup {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
}

impl Backup {
    /// Opens a backup folder.
    ///
    /// # Errors
    /// [`BackupError`] when it is none.
    pub fn open(folder: &Path) -> Result<Self, BackupError> {
        let path = folder.join(MANIFEST);
        let file = files::read(&path, MAX_BYTES)?;
        // Whoever can write a manifest decides which files we write: it must be ours, or root's.
        let ours = [0, rustix::process::geteuid().as_raw()];
        let closed = |uid, mode: u32| ours.contains(&uid) && mode & 0o022 == 0;
        let meta =
            std::fs::metadata(folder).map_err(|e| BackupError::System(folder.to_owned(), e))?;
        if !closed(meta.uid(), meta.mode()) || !closed(file.attributes.uid, file.attributes.mode) {
            return Err(BackupError::Foreign(folder.to_owned()));
        }
        let manifest =
            serde_json::from_slice(&file.bytes).map_err(|e| BackupError::Form(path, e.line()))?;
        Ok(Self {
            folder: folder.to_owned(),
            manifest,
        })
    }

    /// Reads every file and compares it with its sum.
    ///
    /// # Errors
    /// [`BackupError::Sum`] names the first that does not match.
    pub fn verify(&self) -> Result<(), BackupError> {
        for file in &self.manifest.files {
            let path = self.inside(&file.name)?;
            let (sum, bytes) = sum_of(&path)?;
            if sum != file.sha256 || bytes != file.bytes {
                return Err(BackupError::Sum(path));
            }
        }
        if self.rows()?.len() != self.manifest.rows {
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
        let file = files::read(&path, MAX_BYTES)?;
        let mut cells = BTreeMap::new();
        for (number, line) in file
            .bytes
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

    /// A saved file of the install: what the manifest says of it, and its bytes.
    ///
    /// # Errors
    /// [`BackupError`] when it cannot be read or does not match its sum.
    pub fn file(&self, name: &str) -> Result<Option<SavedBytes>, BackupError> {
        let Some(saved) = self.manifest.files.iter().find(|f| f.name == name) else {
            return Ok(None);
        };
        let path = self.inside(name)?;
        let read = files::read(&path, MAX_BYTES)?;
        if files::hex(&read.digest()) != saved.sha256 {
            return Err(BackupError::Sum(path));
        }
        Ok(Some((saved.clone(), read.bytes)))
    }

    /// Files of the install in this backup.
    pub fn saved_files(&self) -> impl Iterator<Item = &SavedFile> {
        self.manifest
            .files
            .iter()
            .filter(|f| f.name.starts_with("files/"))
    }

    /// What the recovery after this backup wrote, if there was one.
    ///
    /// # Errors
    /// [`BackupError`] when the record cannot be read.
    pub fn recovery(&self) -> Result<Option<RecoveryRecord>, BackupError> {
        let path = self.folder.join(RECOVERY);
        match files::read(&path, MAX_BYTES) {
            Ok(file) => serde_json::from_slice(&file.bytes)
                .map(Some)
                .map_err(|e| BackupError::Form(path, e.line())),
            Err(e) if e.is_missing() => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// Writes down what a recovery is about to write (or that it was taken back).
    ///
    /// # Errors
    /// [`BackupError::File`].
    pub fn record(&self, record: &RecoveryRecord) -> Result<(), BackupError> {
        let path = self.folder.join(RECOVERY);
        let json = serde_json::to_vec_pretty(record)
            .map_err(|e| BackupError::System(path.clone(), e.into()))?;
        let (uid, gid) = (
            rustix::process::geteuid().as_raw(),
            rustix::process::getegid().as_raw(),
        );
        files::write_new(
            &path,
            &json,
            &Attributes {
                uid,
                gid,
                mode: 0o600,
                modified: 0,
            },
        )?;
        Ok(())
    }

    /// Removes the record of a recovery that did not happen.
    ///
    /// # Errors
    /// [`BackupError::File`].
    pub fn forget_recovery(&self) -> Result<(), BackupError> {
        files::remove(&self.folder.join(RECOVERY))?;
        Ok(())
    }

    /// The name, where the backup holds a file of that name.
    pub fn saved_name(&self, name: &str) -> Option<String> {
        self.manifest
            .files
            .iter()
            .any(|f| f.name == name)
            .then(|| name.to_owned())
    }

    /// A name from the manifest as a path, which must stay inside the folder.
    fn inside(&self, name: &str) -> Result<PathBuf, BackupError> {
        let path = Path::new(name);
        let plain = path
            .components()
            .all(|c| matches!(c, std::path::Component::Normal(_)));
        if plain {
            Ok(self.folder.join(path))
        } else {
            Err(BackupError::Form(self.folder.join(MANIFEST), 0))
        }
    }
}

/// The backups of an install below `parent`, newest first. Folders that are no backups are passed over.
pub fn list(parent: &Path, install: &Path) -> Vec<Backup> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut backups: Vec<Backup> = entries
        .filter(|e| e.path().join(MARKER).is_file())
        .filter_map(|e| Backup::open(&e.path()).ok())
        .filter(|b| b.manifest.install == install)
        .collect();
    backups.sort_by(|a, b| (&b.manifest.created, &b.folder).cmp(&(&a.manifest.created, &a.folder)));
    backups
}

/// Whether a folder is a backup of any install, made by this program.
pub fn is_backup(folder: &Path) -> bool {
    folder.join(MARKER).is_file() && Backup::open(folder).is_ok()
}

fn sum_of(path: &Path) -> Result<(String, u64), BackupError> {
    use sha2::{Digest, Sha256};
    use std::io::Read;
    let system = |e| BackupError::System(path.to_owned(), e);
    let mut file = File::open(path).map_err(system)?;
    let (mut sum, mut total, mut block) =
        (Sha256::new(), 0, zeroize::Zeroizing::new(vec![0; 64 << 10]));
    loop {
        match file.read(&mut block).map_err(system)? {
            0 => return Ok((files::hex(&sum.finalize()), total)),
            n => {
                sum.update(&block[..n]);
                total += n as u64;
            }
        }
    }
}
