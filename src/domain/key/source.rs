//! Where a key was found: the evidence shown beside every candidate.

use std::path::{Path, PathBuf};

use memchr::memmem;
use serde::Serialize;

use super::app_key::AppKey;
use super::spelling::Spelling;
use crate::domain::config::container::Runtime;
use crate::words::untrusted::{Untrusted, without_keys};
use crate::words::words;

/// The kind of place a key came from, as named in the JSON forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The install's own `.env`.
    Env,
    /// `bootstrap/cache/config.php`.
    ConfigCache,
    /// The file named by `APP_KEY_FILE`.
    KeyFile,
    /// The environment of a process: ours, or one of PHP's.
    ProcessEnvironment,
    /// The memory of a PHP process.
    ProcessMemory,
    /// A plain file.
    File,
    /// A member of an archive.
    Archive,
    /// A git object.
    Git,
    /// A disk image or raw device.
    Image,
    /// Standard input.
    Stdin,
    /// Typed or pasted by the operator, or given with `--key-file`.
    Given,
}

impl SourceKind {
    /// Whether it goes with a process.
    pub fn is_of_process(self) -> bool {
        matches!(
            self,
            SourceKind::ProcessEnvironment | SourceKind::ProcessMemory
        )
    }
}

/// One place where a key stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// What sort of place it is.
    pub kind: SourceKind,
    /// The file on disk, where there is one.
    #[serde(serialize_with = "lossy")]
    pub path: Option<PathBuf>,
    /// Line within the (innermost) text, counted from 1.
    pub line: Option<u64>,
    /// Archive members that lead to the text, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<Untrusted>,
    /// When the file (innermost member) was last changed: Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<i64>,
    /// When the backup of ours was made that holds it, RFC 3339, as it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
    /// The layer of a container's files that it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<InLayer>,
    /// What is wrong with the key's spelling there: FreeScout does not read it as this key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spelling: Option<Spelling>,
}

impl Source {
    /// A source that is only a kind, such as the process environment.
    pub fn of(kind: SourceKind) -> Self {
        Self {
            kind,
            path: None,
            line: None,
            inside: Vec::new(),
            modified: None,
            backup: None,
            layer: None,
            spelling: None,
        }
    }

    /// A source in a file on disk.
    pub fn file(kind: SourceKind, path: impl Into<PathBuf>, line: Option<u64>) -> Self {
        Self {
            kind,
            path: Some(path.into()),
            line,
            inside: Vec::new(),
            modified: None,
            backup: None,
            layer: None,
            spelling: None,
        }
    }

    /// The same place, without the text of this key in it: files may be called like what they hold.
    #[must_use]
    pub fn without(mut self, key: &AppKey) -> Self {
        let text = key.text();
        let held = |name: &[u8]| memmem::find(name, text).is_some();
        if let Some(path) = &self.path
            && held(path.as_os_str().as_encoded_bytes())
        {
            // The folder around it is named in place of it.
            let named = path
                .ancestors()
                .find(|folder| !held(folder.as_os_str().as_encoded_bytes()));
            self.path = named.map(Path::to_path_buf);
        }
        for member in &mut self.inside {
            if held(member.raw().as_bytes())
                && let Ok(text) = std::str::from_utf8(text)
            {
                *member = member.raw().replace(text, words().key_in_a_name).into();
            }
        }
        self
    }

    /// The same place, where the key stands misspelled.
    #[must_use]
    pub fn misspelled(self, spelling: Spelling) -> Self {
        Self {
            spelling: Some(spelling),
            ..self
        }
    }
}

/// A file in a layer of a container's files: what it is in the container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InLayer {
    /// What keeps the layer.
    pub runtime: Runtime,
    /// A container that has it; `None` where none is left.
    pub container: Option<Untrusted>,
    /// Its path inside.
    #[serde(serialize_with = "lossy_path")]
    pub path: PathBuf,
}

/// A path need not be UTF-8, JSON must. What a file is called may be a key.
fn lossy_path<S: serde::Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    without_keys(&path.to_string_lossy()).serialize(serializer)
}

/// The same where there may be none.
#[expect(clippy::ref_option, reason = "serde gives the field as it is")]
fn lossy<S: serde::Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    let text = path.as_ref().map(|path| path.to_string_lossy());
    text.as_deref().map(without_keys).serialize(serializer)
}
