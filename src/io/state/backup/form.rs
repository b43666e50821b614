//! The forms of `manifest.json` and `recovery.json`: what a backup holds, and what the recovery after it wrote.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::domain::inventory::secret::Cell;
use crate::domain::run::belongs::{DataId, InstallIdentity, RecordOwner};
use crate::io::fs::{self, Attributes};

/// The folder of the files of the install, within that of the backup or of the keys.
pub(super) const FILES: &str = "files";
/// The form of a backup whose files stand as they were, all in one folder.
pub(super) const PLAIN: u32 = 1;
/// The form of a backup with encrypted files, or with files that lie apart: what knows only the first form must not
/// take it for whole.
pub(super) const GUARDED: u32 = 2;

/// A saved file: what the manifest says of it, with the sum of the bytes, and these, wiped on drop.
pub type SavedBytes = (SavedFile, zeroize::Zeroizing<Vec<u8>>);

/// One file in a backup.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFile {
    /// Path within the backup; on disk with [`super::sealed::ENDING`] where it is encrypted.
    pub name: String,
    /// Where it came from; empty for files of our own making.
    #[serde(default)]
    pub origin: PathBuf,
    /// SHA-256 of the file as it stands there, hex.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Whether it is encrypted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub encrypted: bool,
    /// Whether it lies in the folder of the keys.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub apart: bool,
    /// Owner, group, mode of the original.
    #[serde(default)]
    pub uid: u32,
    /// Group id.
    #[serde(default)]
    pub gid: u32,
    /// Permission bits.
    #[serde(default)]
    pub mode: u32,
}

impl SavedFile {
    /// Owner, group and mode to put the file back with.
    pub fn attributes(&self) -> Attributes {
        Attributes {
            uid: self.uid,
            gid: self.gid,
            mode: self.mode,
            modified: 0,
        }
    }
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this form.
    pub schema: u32,
    /// The install's folder.
    pub install: PathBuf,
    /// What that is filed under, where that is another path: a deploy makes a new folder each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<PathBuf>,
    /// Its data, where those are in a volume of a container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<DataId>,
    /// Machine.
    pub host: String,
    /// Who ran us.
    pub user: String,
    /// When, RFC 3339.
    pub created: String,
    /// FreeScout's version.
    pub version: String,
    /// Database driver.
    pub driver: String,
    /// Database name.
    pub database: String,
    /// Table prefix.
    pub prefix: String,
    /// How many stored texts are in `rows.jsonl`.
    pub rows: usize,
    /// The format of the encrypted files, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<String>,
    /// The folder of the files that hold a key, where those lie apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<PathBuf>,
    /// Every file.
    pub files: Vec<SavedFile>,
}

impl Manifest {
    /// By what its install is known.
    pub fn identity(&self) -> InstallIdentity {
        InstallIdentity {
            folder: self.install.clone(),
            filed: self
                .identity
                .clone()
                .unwrap_or_else(|| self.install.clone()),
            data: self.data.clone(),
        }
    }

    /// Whether it is a backup of this install, whichever release of it, and whatever its container was called.
    pub fn is_of(&self, install: &InstallIdentity) -> bool {
        self.identity().belongs_to(install) != RecordOwner::Other
    }
}

/// What a recovery wrote, for undo. Digests only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryRecord {
    /// Version of this form.
    pub schema: u32,
    /// When it began, RFC 3339.
    pub started: String,
    /// Strategy name.
    pub strategy: String,
    /// Fingerprint of the key it ended with.
    pub key: String,
    /// Texts that were replaced.
    pub cells: Vec<WrittenCell>,
    /// Files that were replaced or removed.
    pub files: Vec<WrittenFile>,
    /// Set once it was taken back, RFC 3339.
    #[serde(default)]
    pub undone: Option<String>,
}

/// A text that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenCell {
    /// Table without prefix.
    pub table: String,
    /// Row id.
    pub id: u64,
    /// Column.
    pub column: String,
    /// SHA-256 of the text that was written, hex.
    pub new_sha256: String,
}

impl WrittenCell {
    /// A text of this digest; `None` for NULL, which is written down as the digest of nothing.
    pub fn new(cell: &Cell, digest: Option<String>) -> Self {
        Self {
            table: cell.table.name().to_owned(),
            id: cell.id,
            column: cell.column.clone(),
            new_sha256: digest.unwrap_or_else(of_nothing),
        }
    }

    /// The digests that this may stand for; `None` for NULL.
    pub fn digests(&self) -> Vec<Option<String>> {
        let null = (self.new_sha256 == of_nothing()).then_some(None);
        null.into_iter()
            .chain([Some(self.new_sha256.clone())])
            .collect()
    }
}

fn of_nothing() -> String {
    fs::hex(&fs::digest(&[]))
}

/// A file that was replaced or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenFile {
    /// Where it stands.
    pub origin: PathBuf,
    /// The copy within the backup; `None` when there was no such file before.
    pub saved: Option<String>,
    /// SHA-256 of what was left there, hex; `None` when it was removed or rebuilt by FreeScout.
    pub new_sha256: Option<String>,
}
