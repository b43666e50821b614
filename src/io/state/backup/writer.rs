//! A backup that is being written: hashed on its way to the disk, encrypted before that where it shall be, and read back
//! in the end.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use age::stream::StreamWriter;
use sha2::{Digest, Sha256};

use super::apart::{self, KeysFolderMark};
use super::form::{FILES, GUARDED, Manifest, PLAIN, SavedFile};
use super::sealed::{self, Passphrase, Sealing};
use super::{Backup, BackupError, MANIFEST, MARKER, README, RESTORE_SQL, ROWS, RowLine};
use crate::domain::inventory::secret::{Cell, SecretBytes};
use crate::domain::payload::base64;
use crate::io::fs::{self, FileRead, folder};
use crate::io::os::crash_points::{self, Point};
use crate::io::os::uncut::{self, Uncut};

/// How a backup is kept, beyond the usual.
#[derive(Clone, Copy, Default)]
pub struct WriterOptions<'a> {
    /// Encrypt every file that holds something of the install.
    pub sealing: Option<&'a Sealing>,
    /// Put the files that hold a key into a folder of the same name below this one.
    pub keys_dir: Option<&'a Path>,
}

/// A backup that is being written. Dropped before it is finished, it is removed: half a backup is none, and what is in it
/// would lie about for nothing.
pub struct Writer<'a> {
    folder: PathBuf,
    keys: Option<PathBuf>,
    sealing: Option<&'a Sealing>,
    files: Vec<SavedFile>,
    /// The sum of each encrypted file before it was encrypted. Never written down: it would tell of a short text.
    plain: BTreeMap<String, String>,
    finished: bool,
    _uncut: Uncut,
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        // What cannot be removed has no manifest, and is taken for no backup.
        for folder in self.keys.iter().chain([&self.folder]) {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

impl<'a> Writer<'a> {
    /// A new backup folder in `parent`, named by the time stamp `stamp` (and a number when that is taken).
    pub fn create(
        parent: &Path,
        stamp: &str,
        keeping: WriterOptions<'a>,
    ) -> Result<Self, BackupError> {
        let uncut = uncut::hold();
        super::prepare_parent(parent)?;
        // As it will be named in README and manifest, wherever those are read.
        let parent = &std::fs::canonicalize(parent)
            .map_err(|e| BackupError::System(parent.to_owned(), e))?;
        let keys_dir = keeping
            .keys_dir
            .map(|keys_dir| apart::parent(keys_dir, parent))
            .transpose()?;
        for number in 1.. {
            let suffix = if number == 1 {
                String::new()
            } else {
                format!("-{number}")
            };
            let name = format!("freescout-rescue-{stamp}{suffix}");
            let folder = parent.join(&name);
            match DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => {}
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && number < 1000 => {
                    continue;
                }
                Err(e) => return Err(BackupError::System(folder, e)),
            }
            let keys = keys_dir.as_ref().map(|keys_dir| keys_dir.join(&name));
            let system = |e| BackupError::System(folder.clone(), e);
            match &keys {
                None => DirBuilder::new()
                    .mode(0o700)
                    .create(folder.join(FILES))
                    .map_err(system)?,
                Some(keys) if apart::make(keys)? => {}
                // The two are found by their name: it must be free in both places.
                Some(keys) => {
                    std::fs::remove_dir(&folder).map_err(system)?;
                    if number < 1000 {
                        continue;
                    }
                    let taken = std::io::ErrorKind::AlreadyExists;
                    return Err(BackupError::System(keys.clone(), taken.into()));
                }
            }
            let mut writer = Self {
                folder,
                keys,
                sealing: keeping.sealing,
                files: Vec::new(),
                plain: BTreeMap::new(),
                finished: false,
                _uncut: uncut,
            };
            writer.own(MARKER, b"")?;
            return Ok(writer);
        }
        unreachable!("the loop returns")
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of the files that hold a key, where those lie apart.
    pub fn keys(&self) -> Option<&Path> {
        self.keys.as_deref()
    }

    /// Opens a file in the backup for writing; call [`Writer::adopt`] when it is complete.
    pub fn open(&self, name: &str) -> Result<BackupFile, BackupError> {
        let apart = self.keys.as_deref().filter(|_| super::is_of_install(name));
        let mut path = apart.unwrap_or(&self.folder).join(name).into_os_string();
        if self.sealing.is_some() {
            path.push(sealed::ENDING);
        }
        let path = PathBuf::from(path);
        let file = Summed::create(&path)?;
        let sink = match self.sealing {
            None => Sink::Plain(file),
            Some(sealing) => Sink::Sealed(
                sealing
                    .seal(file)
                    .map_err(|e| BackupError::System(path.clone(), e))?,
            ),
        };
        Ok(BackupFile {
            path,
            saved: SavedFile {
                name: name.to_owned(),
                encrypted: self.sealing.is_some(),
                apart: apart.is_some(),
                ..SavedFile::default()
            },
            plain: Sha256::new(),
            sink,
        })
    }

    /// Enters a file that was written through [`Writer::open`] into the manifest.
    ///
    /// # Errors
    /// [`BackupError::System`] when its last bytes cannot be written.
    pub fn adopt(&mut self, target: BackupFile) -> Result<(), BackupError> {
        let (saved, plain) = target.finish()?;
        if saved.encrypted {
            self.plain.insert(saved.name.clone(), plain);
        }
        self.files.push(saved);
        Ok(())
    }

    /// A file that holds nothing of the install, and so is never encrypted.
    fn own(&mut self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        let path = self.folder.join(name);
        let (sha256, bytes) = Summed::create(&path)?.with(bytes, &path)?;
        self.files.push(SavedFile {
            name: name.to_owned(),
            sha256,
            bytes,
            ..SavedFile::default()
        });
        Ok(())
    }

    fn write(
        &mut self,
        name: &str,
        bytes: &[u8],
        origin: Option<&FileRead>,
    ) -> Result<(), BackupError> {
        let mut target = self.open(name)?;
        target
            .write_all(bytes)
            .map_err(|e| BackupError::System(target.path.clone(), e))?;
        if let Some(file) = origin {
            let saved = &mut target.saved;
            saved.origin.clone_from(&file.path);
            saved.uid = file.attributes.uid;
            saved.gid = file.attributes.gid;
            saved.mode = file.attributes.mode;
        }
        self.adopt(target)
    }

    /// Saves a file of the install under `files/`.
    pub fn save_file(&mut self, name: &str, file: &FileRead) -> Result<(), BackupError> {
        self.write(&format!("files/{name}"), &file.bytes, Some(file))
    }

    /// Saves the stored texts, and the statements that put them back.
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

    /// Writes README and manifest (and what marks the folder of the keys, with a README of its own), and reads everything
    /// back.
    ///
    /// # Errors
    /// [`BackupError::Sum`] when the disk did not keep what was written.
    pub fn finish(
        mut self,
        readme: &str,
        keys_readme: &str,
        mut manifest: Manifest,
    ) -> Result<Backup, BackupError> {
        if let Some(keys) = &self.keys {
            let mark = KeysFolderMark {
                schema: 1,
                backup: self.folder.clone(),
                install: manifest.install.clone(),
                created: manifest.created.clone(),
            };
            let path = keys.join(apart::MARKER);
            let mark = serde_json::to_vec(&mark)
                .map_err(|e| BackupError::System(path.clone(), e.into()))?;
            Summed::create(&path)?.with(&mark, &path)?;
            let path = keys.join(README);
            Summed::create(&path)?.with(keys_readme.as_bytes(), &path)?;
        }
        self.own(README, readme.as_bytes())?;
        // The manifest comes last: where it is, everything is.
        self.sync()?;
        let guarded = self.keys.is_some() || self.sealing.is_some();
        manifest.schema = if guarded { GUARDED } else { PLAIN };
        manifest.encrypted = self.sealing.map(|_| sealed::FORMAT.to_owned());
        manifest.keys.clone_from(&self.keys);
        manifest.files = std::mem::take(&mut self.files);
        let json = serde_json::to_vec_pretty(&manifest)
            .map_err(|e| BackupError::System(self.folder.join(MANIFEST), e.into()))?;
        self.own(MANIFEST, &json)?;
        synced(&self.folder)?;
        crash_points::pass(Point::FolderSynced);
        let mut backup = Backup::open(&self.folder)?;
        if let Some(sealing) = self.sealing {
            backup.unlock(sealing.passphrase())?;
            self.read_back(&backup, sealing.passphrase())?;
        }
        backup.verify()?;
        self.finished = true;
        Ok(backup)
    }

    /// Brings every folder of the backup to the disk, and that it stands in the one above. Its files are there by now.
    fn sync(&self) -> Result<(), BackupError> {
        for folder in self.keys.iter().chain([&self.folder]) {
            let files = folder.join(FILES);
            if files.is_dir() {
                synced(&files)?;
            }
            synced(folder)?;
            synced(folder.parent().unwrap_or(Path::new("/")))?;
        }
        crash_points::pass(Point::FolderSynced);
        Ok(())
    }

    /// Reads every encrypted file to its end and compares what comes out with what went in.
    fn read_back(&self, backup: &Backup, passphrase: &Passphrase) -> Result<(), BackupError> {
        for saved in backup.manifest.files.iter().filter(|saved| saved.encrypted) {
            let path = backup.path_of(saved)?;
            let sum = match backup.bytes_of(saved) {
                Ok(bytes) => fs::hex(&fs::digest(&bytes)),
                // Not needed by a restore, and perhaps large: a stream.
                Err(_) => {
                    let file = File::open(&path);
                    let file = file.map_err(|e| BackupError::System(path.clone(), e))?;
                    let opened = sealed::open(&path, BufReader::new(file), passphrase)?;
                    super::sum(opened).map_err(|e| sealed::broken(&path, e))?.0
                }
            };
            if self.plain.get(&saved.name) != Some(&sum) {
                return Err(BackupError::Sum(path));
            }
        }
        Ok(())
    }
}

fn synced(folder: &Path) -> Result<(), BackupError> {
    folder::sync(folder).map_err(|e| BackupError::System(folder.to_owned(), e))
}

/// A file of the backup that is being written.
pub struct BackupFile {
    path: PathBuf,
    saved: SavedFile,
    plain: Sha256,
    sink: Sink,
}

enum Sink {
    Plain(Summed),
    Sealed(StreamWriter<Summed>),
}

impl BackupFile {
    /// Writes the last bytes to the disk: what the manifest says of the file, and the sum of what was written to it.
    fn finish(self) -> Result<(SavedFile, String), BackupError> {
        let failed = |e| BackupError::System(self.path.clone(), e);
        let file = match self.sink {
            Sink::Plain(file) => file,
            Sink::Sealed(writer) => writer.finish().map_err(failed)?,
        };
        let (sha256, bytes) = file.finish().map_err(failed)?;
        let saved = SavedFile {
            sha256,
            bytes,
            ..self.saved
        };
        Ok((saved, fs::hex(&self.plain.finalize())))
    }
}

impl Write for BackupFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = match &mut self.sink {
            Sink::Plain(file) => file.write(bytes)?,
            Sink::Sealed(writer) => writer.write(bytes)?,
        };
        self.plain.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match &mut self.sink {
            Sink::Plain(file) => file.flush(),
            Sink::Sealed(writer) => writer.flush(),
        }
    }
}

/// A new file, closed to others, and the sum of what reaches it.
struct Summed {
    file: File,
    sum: Sha256,
    bytes: u64,
}

impl Summed {
    fn create(path: &Path) -> Result<Self, BackupError> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(|e| BackupError::System(path.to_owned(), e))?;
        Ok(Self {
            file,
            sum: Sha256::new(),
            bytes: 0,
        })
    }

    fn with(mut self, bytes: &[u8], path: &Path) -> Result<(String, u64), BackupError> {
        self.write_all(bytes)
            .and_then(|()| self.finish())
            .map_err(|e| BackupError::System(path.to_owned(), e))
    }

    fn finish(self) -> std::io::Result<(String, u64)> {
        self.file.sync_all()?;
        Ok((fs::hex(&self.sum.finalize()), self.bytes))
    }
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sum.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}
