//! Which keys of an install were saved, when and where: safes and pages that were made here.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::rows::{path_of, text};
use super::{Journal, JournalError, MAX_TOLD};

/// A safe that was made, or another place where keys were saved: one file, page or pipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotedSafe {
    /// The install's folder.
    pub install: PathBuf,
    /// When, RFC 3339.
    pub at: String,
    /// The file; `None` for a page or a pipe.
    pub path: Option<PathBuf>,
    /// Fingerprints of the keys in it.
    pub keys: Vec<String>,
}

impl Journal {
    /// Writes down that these keys, by their fingerprints, are in a safe: a file at this place, or somewhere else.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn safe_made(
        &mut self,
        install: &Path,
        keys: &[String],
        path: Option<&Path>,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.commit_of(install, |t, row| {
            for key in keys {
                t.execute(
                    "INSERT INTO safes (watched, fingerprint, path, at) VALUES (?1, ?2, ?3, ?4)",
                    params![row, key, path.map(text), now.to_string()],
                )?;
            }
            Ok(())
        })
    }

    /// The safes and pages that were made of the keys of an install, or of all of them, the last first.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn safes(&self, install: Option<&Path>) -> Result<Vec<NotedSafe>, JournalError> {
        let Some(row) = self.asked(install)? else {
            return Ok(Vec::new());
        };
        let read = || {
            let mut statement = self.connection.prepare(
                "SELECT install, safes.at, path, json_group_array(fingerprint ORDER BY safes.rowid) FROM safes \
                 JOIN watched ON watched.id = safes.watched WHERE ?1 IS NULL OR watched = ?1 \
                 GROUP BY watched, safes.at, path ORDER BY max(safes.rowid) DESC LIMIT ?2",
            )?;
            let safes = statement.query_map(params![row, MAX_TOLD], |row| {
                let path: Option<Vec<u8>> = row.get(2)?;
                let keys: String = row.get(3)?;
                Ok(NotedSafe {
                    install: path_of(row.get(0)?),
                    at: row.get(1)?,
                    path: path.map(path_of),
                    keys: serde_json::from_str(&keys).unwrap_or_default(),
                })
            })?;
            safes.collect::<rusqlite::Result<Vec<NotedSafe>>>()
        };
        read().map_err(self.failed())
    }

    /// The last file that was made here as a safe with this key of an install.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn safe_with(&self, install: &Path, key: &str) -> Result<Option<PathBuf>, JournalError> {
        let Some(row) = self.watched(install)? else {
            return Ok(None);
        };
        self.connection
            .query_row(
                "SELECT path FROM safes WHERE watched = ?1 AND fingerprint = ?2 AND path IS NOT NULL \
                 ORDER BY rowid DESC LIMIT 1",
                params![row, key],
                |row| row.get(0).map(path_of),
            )
            .optional()
            .map_err(self.failed())
    }

    /// Whether a safe or a page was made here with this key of an install.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn is_in_a_safe(&self, install: &Path, key: &str) -> Result<bool, JournalError> {
        let Some(row) = self.watched(install)? else {
            return Ok(false);
        };
        self.connection
            .query_row(
                "SELECT EXISTS (SELECT 1 FROM safes WHERE watched = ?1 AND fingerprint = ?2)",
                params![row, key],
                |row| row.get(0),
            )
            .map_err(self.failed())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_is_found_again_by_its_key_and_its_install() {
        let state = tempfile::tempdir().unwrap();
        let (install, other) = (Path::new("/srv/desk"), Path::new("/srv/other"));
        let mut journal = Journal::open(state.path()).unwrap();
        assert!(!journal.is_in_a_safe(install, "aaa").unwrap());
        let now = Timestamp::UNIX_EPOCH;
        let keys = ["aaa".to_owned()];
        journal
            .safe_made(install, &keys, Some(Path::new("/root/safe.age")), now)
            .unwrap();
        assert!(journal.is_in_a_safe(install, "aaa").unwrap());
        assert!(!journal.is_in_a_safe(install, "bbb").unwrap());
        assert!(!journal.is_in_a_safe(other, "aaa").unwrap());
        let later = Timestamp::from_second(60).unwrap();
        let both = ["bbb".to_owned(), "aaa".to_owned()];
        journal.safe_made(install, &both, None, later).unwrap();
        journal.safe_made(other, &keys, None, later).unwrap();
        let safe = |install: &Path, at: &str, path: Option<&str>, keys: &[String]| NotedSafe {
            install: install.to_owned(),
            at: at.to_owned(),
            path: path.map(PathBuf::from),
            keys: keys.to_vec(),
        };
        let of_install = [
            safe(install, "1970-01-01T00:01:00Z", None, &both),
            safe(
                install,
                "1970-01-01T00:00:00Z",
                Some("/root/safe.age"),
                &keys,
            ),
        ];
        assert_eq!(journal.safes(Some(install)).unwrap(), of_install);
        let of_other = [safe(other, "1970-01-01T00:01:00Z", None, &keys)];
        let all = journal.safes(None).unwrap();
        assert_eq!(all, [&of_other[..], &of_install].concat());
        let path = journal.safe_with(install, "aaa").unwrap();
        assert_eq!(path.as_deref(), Some(Path::new("/root/safe.age")));
    }
}
