//! The secret that the watch makes its digests with: random, made once, in a file of our state folder that is closed to others.
//! It lies apart from the journal, which has the digests.

use std::path::Path;

use zeroize::Zeroizing;

use super::backup::{BackupError, prepare_parent};
use crate::domain::run::watch::digest::DigestSecret;
use crate::io::fs::{self, Attributes, FileError};
use crate::io::os::entropy;

/// The file, in our state folder.
const FILE: &str = "watch.secret";
/// A longer file is not the secret.
const MOST_BYTES: u64 = 4096;

/// Reads the secret, or makes it where there is none. One that is damaged is made anew: then nothing of before can be compared.
///
/// # Errors
/// [`BackupError`].
pub fn read_or_make(state_dir: &Path) -> Result<DigestSecret, BackupError> {
    prepare_parent(state_dir)?;
    let path = state_dir.join(FILE);
    match read(&path) {
        Ok(Some(secret)) => return Ok(secret),
        Ok(None) => drop(fs::remove(&path)?),
        Err(error) if error.is_missing() => {}
        Err(error) => return Err(error.into()),
    }
    make(&path)?;
    // Another round may have been first: what stands there counts.
    match read(&path)? {
        Some(secret) => Ok(secret),
        None => Err(FileError::Changed(path).into()),
    }
}

fn read(path: &Path) -> Result<Option<DigestSecret>, FileError> {
    let file = fs::read(path, MOST_BYTES)?;
    let bytes: Result<[u8; DigestSecret::LENGTH], _> = file.bytes.as_slice().try_into();
    Ok(bytes.ok().map(DigestSecret::new))
}

fn make(path: &Path) -> Result<(), FileError> {
    let bytes = Zeroizing::new(entropy::bytes::<{ DigestSecret::LENGTH }>());
    let staged = fs::staged_beside(path);
    let made = fs::stage(&staged, &*bytes, &Attributes::closed())
        .and_then(|()| fs::put_staged_new(&staged, path));
    let Err(error) = made else { return Ok(()) };
    drop(fs::remove(&staged));
    match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(()),
        Err(_) => Err(error),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn it_is_made_once_closed_to_others_and_anew_where_it_is_damaged() {
        let state = tempfile::tempdir().unwrap();
        let of = || read_or_make(state.path()).unwrap().digest(b"a");
        let first = of();
        assert_eq!(first.same(&of()), Some(true));
        let path = state.path().join(FILE);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(&path, "short").unwrap();
        assert_eq!(first.same(&of()), None);
        assert_eq!(std::fs::read_dir(state.path()).unwrap().count(), 1);
    }
}
