//! One file of a change: made beside the old one, brought in its place, and put back if the rest cannot be written.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::domain::run::reconcile::{Intended, Standing, cut_off};
use crate::io::fs::{self, Attributes, FileError, FileRead, MAX_CONFIG_BYTES};

/// A file that is to be written or removed.
pub struct FileChange {
    /// Where it is.
    pub path: PathBuf,
    /// What stands there now; `None` when there is no file.
    pub before: Option<FileRead>,
    /// What shall stand there; `None` removes it.
    pub after: Option<(Zeroizing<Vec<u8>>, Attributes)>,
    /// Where it is made before it is put in place.
    pub staged: Option<PathBuf>,
}

impl FileChange {
    /// A file that is to become `after`, or to be removed.
    pub fn new(
        path: PathBuf,
        before: Option<FileRead>,
        after: Option<(Zeroizing<Vec<u8>>, Attributes)>,
    ) -> Self {
        Self {
            staged: after.as_ref().map(|_| fs::staged_beside(&path)),
            path,
            before,
            after,
        }
    }

    /// Refuses what is bound to fail, and a file that is no longer as it was read.
    pub(super) fn require_possible(&self) -> Result<(), FileError> {
        match &self.after {
            Some((_, attributes)) => fs::require_writable(&self.path, attributes)?,
            None => fs::require_removable(&self.path)?,
        }
        require_unchanged(&self.path, self.before.as_ref())
    }

    /// Makes the new file beside the old one; an interrupted run may have done that already.
    pub(super) fn stage(&self) -> Result<(), FileError> {
        let (Some(staged), Some((bytes, attributes))) = (&self.staged, &self.after) else {
            return Ok(());
        };
        if let Some(there) = current(staged)? {
            let same =
                |a: &Attributes, b: &Attributes| (a.uid, a.gid, a.mode) == (b.uid, b.gid, b.mode);
            if there.bytes == *bytes && same(&there.attributes, attributes) {
                return Ok(());
            }
            fs::remove(staged)?;
        }
        fs::stage(staged, bytes, attributes)
    }

    /// Brings the new file in place of the old one, or removes that.
    pub(super) fn put(&self) -> Result<(), FileError> {
        match &self.staged {
            Some(staged) => fs::put_staged(staged, &self.path),
            None => fs::remove(&self.path).map(|_| ()),
        }
    }

    /// Removes the new file where it was not put in place. What cannot be removed does no harm.
    pub(super) fn sweep(&self) {
        if let Some(staged) = &self.staged {
            let _ = fs::remove(staged);
        }
    }

    /// Puts back what stood there, if what stands there is ours, be it only in part.
    pub(super) fn write_back(&self) -> Result<(), FileError> {
        let now = current(&self.path)?;
        let now = now.as_ref().map(|file| &file.bytes[..]);
        let before = self.before.as_ref().map(|file| &file.bytes[..]);
        let after = self.after.as_ref().map(|(bytes, _)| &bytes[..]);
        let sum = |bytes: Option<&[u8]>| bytes.map(|bytes| fs::hex(&fs::digest(bytes)));
        let back = Intended::back((), sum(before), sum(after));
        let Ok(standing) = back.standing_of_file(sum(now), || {
            Ok::<_, Infallible>(match (now, before, after) {
                (Some(now), Some(before), Some(after)) => cut_off(now, before, after),
                _ => false,
            })
        });
        match standing {
            Standing::Done => return Ok(()),
            Standing::Foreign => return Err(FileError::Changed(self.path.clone())),
            Standing::ToWrite => {}
        }
        match &self.before {
            Some(read) => fs::write_new(&self.path, &read.bytes, &read.attributes),
            None => fs::remove(&self.path).map(|_| ()),
        }
    }
}

/// The file as it stands; `None` when there is none.
///
/// # Errors
/// [`FileError`] when it is there and cannot be read.
pub fn current(path: &Path) -> Result<Option<FileRead>, FileError> {
    match fs::read(path, MAX_CONFIG_BYTES) {
        Ok(file) => Ok(Some(file)),
        Err(e) if e.is_missing() => Ok(None),
        Err(e) => Err(e),
    }
}

/// Refuses a file that is no longer as it was read; `None` is a file that was not there.
///
/// # Errors
/// [`FileError::Changed`], or what [`current`] says.
pub fn require_unchanged(path: &Path, read: Option<&FileRead>) -> Result<(), FileError> {
    if current(path)?.as_ref().map(FileRead::digest) == read.map(FileRead::digest) {
        Ok(())
    } else {
        Err(FileError::Changed(path.to_owned()))
    }
}
