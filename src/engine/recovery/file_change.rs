//! One file of a change: made beside the old one, brought in its place, and put back if the rest cannot be written.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::io::fs;
use crate::io::fs::{Attributes, FileError, FileRead, MAX_CONFIG_BYTES};

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
        let [now, before] = [&now, &self.before].map(|file| file.as_ref().map(|f| &f.bytes[..]));
        let after = self.after.as_ref().map(|(bytes, _)| &bytes[..]);
        if now == before {
            return Ok(());
        }
        let half = match (now, before, after) {
            (Some(now), Some(before), Some(after)) => torn(now, before, after),
            _ => false,
        };
        if now != after && !half {
            return Err(FileError::Changed(self.path.clone()));
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

/// Whether a file that is written in place, as one mounted into a container has to be, was cut off at that, be it more
/// than once: every byte is the one of the old text or of the new one.
pub fn torn(now: &[u8], old: &[u8], new: &[u8]) -> bool {
    let lengths = old.len().min(new.len())..=old.len().max(new.len());
    let is_of = |text: &[u8], at: usize, byte: u8| text.get(at) == Some(&byte);
    lengths.contains(&now.len())
        && now
            .iter()
            .enumerate()
            .all(|(at, byte)| is_of(old, at, *byte) || is_of(new, at, *byte))
}

#[cfg(test)]
mod tests {
    use super::torn;

    #[test]
    fn a_file_cut_off_while_it_was_written_in_place_is_known() {
        let (old, new) = (b"KEY=aaaa\nREST=1\n", b"KEY=bbbb\nREST=1\n");
        for cut in 0..=new.len() {
            let now = [&new[..cut], &old[cut..]].concat();
            assert!(torn(&now, old, new), "cut at {cut}");
        }
        assert!(!torn(b"KEY=cccc\nREST=1\n", old, new));
        assert!(!torn(b"KEY=bbbb\nREST=2\n", old, new));
        assert!(!torn(b"KEY=bbbb\n", old, new), "cut short");
        assert!(torn(b"KEY=abba\nREST=1\n", old, new), "cut off twice");
        let longer = b"KEY=bbbb\nREST=1\nMORE=1\n";
        for cut in 0..=longer.len() {
            let now = [&longer[..cut], old.get(cut..).unwrap_or_default()].concat();
            assert!(torn(&now, old, longer), "cut at {cut}");
        }
        // On the way back the shorter text is written over the longer one.
        for cut in 0..=old.len() {
            let now = [&old[..cut], &longer[cut..]].concat();
            assert!(torn(&now, old, longer), "cut at {cut} on the way back");
        }
    }
}
