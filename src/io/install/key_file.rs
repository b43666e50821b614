//! The file that `APP_KEY_FILE` names, read as FreeScout reads it: with its rights, and no others.

use std::path::{Path, PathBuf};

use super::Install;
use crate::domain::config;
use crate::domain::inventory::secret::SecretBytes;
use crate::io::fs::{self, FileError, FileRead, MAX_CONFIG_BYTES};
use crate::io::os::as_user;

/// A key file that FreeScout has no key from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFileUnread {
    /// The file.
    pub path: PathBuf,
    /// What keeps it from being read.
    pub why: String,
    /// Whether it is the rights of FreeScout's account.
    pub barred: bool,
}

impl Install {
    pub(super) fn read_key_file(&mut self) {
        let Some(name) = self.key_file_name() else {
            return;
        };
        let [of_pages, of_root] = key_file_places(&self.root, name.expose());
        let there = as_user::with(self.web_user, || of_pages.exists());
        let path = match there {
            Ok(false) => of_root,
            _ => of_pages,
        };
        let read = as_user::with(self.web_user, || fs::read(&path, MAX_CONFIG_BYTES));
        match read {
            Ok(Ok(file)) => self.key_file = Some(file),
            // Root itself may not take another's rights, in a container without that capability.
            Err(error) => {
                self.key_file_unread = Some(KeyFileUnread {
                    barred: false,
                    why: error.to_string(),
                    path,
                });
            }
            Ok(Err(error)) => {
                self.key_file_unread = Some(KeyFileUnread {
                    barred: matches!(&error, FileError::Refused(_, e) if e.kind() == std::io::ErrorKind::PermissionDenied),
                    why: error.reason(),
                    path,
                });
            }
        }
    }

    /// Reads a file that the install's own settings name, with the rights FreeScout has: `.env` is the web user's to write,
    /// and what that user may not read must not become readable by naming it there.
    ///
    /// # Errors
    /// [`FileError`], as FreeScout would meet it.
    pub fn read_as_freescout(&self, path: &Path, max: u64) -> Result<FileRead, FileError> {
        match as_user::with(self.web_user, || fs::read(path, max)) {
            Ok(read) => read,
            Err(e) => Err(FileError::Refused(path.to_owned(), e)),
        }
    }

    /// What `APP_KEY_FILE` says, where it is set.
    pub fn key_file_name(&self) -> Option<SecretBytes> {
        let name = config::text_of(self.env().env(b"APP_KEY_FILE"));
        name.filter(|name| !name.is_empty())
    }
}

/// Where the file that `APP_KEY_FILE` names may be: a relative path counts from the folder that PHP serves pages from, and
/// a person may have meant FreeScout's own.
pub fn key_file_places(root: &Path, name: &[u8]) -> [PathBuf; 2] {
    use std::os::unix::ffi::OsStrExt;
    let name = Path::new(std::ffi::OsStr::from_bytes(name));
    [root.join("public"), root.to_owned()].map(|folder| {
        let mut path = folder;
        for part in name.components() {
            match part {
                // As a shell would: the folders above are the install's.
                std::path::Component::ParentDir => drop(path.pop()),
                part => path.push(part),
            }
        }
        path
    })
}
