//! The names in a folder, in order, some at a time: a folder may hold millions.

use std::ffi::OsStr;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{AtFlags, FileType, RawDir};
use rustix::io::Errno;

/// Names held at a time; they are in order among themselves.
const HELD: usize = 1024;
/// What the system gives at a time, in bytes.
const BUFFER: usize = 32 << 10;

/// The names in a folder that are still to come.
#[derive(Default)]
pub(super) struct Listing {
    names: Vec<u8>,
    /// Where each name stands in `names`, the next one last.
    entries: Vec<(Range<u32>, FileType)>,
    over: bool,
}

/// Room for what the system gives, for one folder after another.
pub(super) struct Buffer(Box<[MaybeUninit<u8>]>);

impl Buffer {
    pub(super) fn new() -> Self {
        Self(Box::new_uninit_slice(BUFFER))
    }
}

impl Listing {
    /// The next name and what it is, of this folder.
    ///
    /// # Errors
    /// The folder's own. After an error nothing more comes.
    pub(super) fn next(
        &mut self,
        folder: BorrowedFd<'_>,
        buffer: &mut Buffer,
    ) -> Result<Option<(&OsStr, FileType)>, Errno> {
        if self.entries.is_empty() && !self.over {
            self.fill(folder, buffer)
                .inspect_err(|_| self.over = true)?;
        }
        let Some((name, kind)) = self.entries.pop() else {
            return Ok(None);
        };
        let name = OsStr::from_bytes(&self.names[name.start as usize..name.end as usize]);
        // Some file systems do not tell.
        let kind = match kind {
            FileType::Unknown => {
                let stat = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
                stat.map_or(kind, |stat| FileType::from_raw_mode(stat.st_mode))
            }
            kind => kind,
        };
        Ok(Some((name, kind)))
    }

    /// Whether a name is among the first ones of a folder, of which none was taken yet.
    pub(super) fn begins_with(&self, name: &[u8]) -> bool {
        let at = |range: &Range<u32>| &self.names[range.start as usize..range.end as usize];
        self.entries
            .binary_search_by(|(range, _)| name.cmp(at(range)))
            .is_ok()
    }

    /// Takes the first names from the system.
    ///
    /// # Errors
    /// The folder's own. After an error nothing more comes.
    pub(super) fn begin(
        &mut self,
        folder: BorrowedFd<'_>,
        buffer: &mut Buffer,
    ) -> Result<(), Errno> {
        self.fill(folder, buffer).inspect_err(|_| self.over = true)
    }

    fn fill(&mut self, folder: BorrowedFd<'_>, buffer: &mut Buffer) -> Result<(), Errno> {
        self.names.clear();
        let mut listed = RawDir::new(folder, &mut buffer.0);
        loop {
            let Some(entry) = listed.next() else {
                self.over = true;
                break;
            };
            let entry = match entry {
                Ok(entry) => entry,
                Err(Errno::INTR) => continue,
                Err(e) => return Err(e),
            };
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                let start = self.names.len() as u32;
                self.names.extend_from_slice(name);
                let range = start..self.names.len() as u32;
                self.entries.push((range, entry.file_type()));
            }
            // What the system gave must be taken to its end.
            if self.entries.len() >= HELD && listed.is_buffer_empty() {
                break;
            }
        }
        let name = |range: &Range<u32>| &self.names[range.start as usize..range.end as usize];
        self.entries
            .sort_unstable_by(|(a, _), (b, _)| name(b).cmp(name(a)));
        Ok(())
    }
}
