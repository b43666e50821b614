//! Volumes of `tar -M`: a tar that breaks off in a member and goes on in another file, which begins with a header of its own
//! and may be called anything (GNU tar's manual, "Using Multiple Tapes"; the form is GNU's own).
//!
//! They are found by what they say: the next volume names the member and how much of it stood before.

use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom};
use std::os::unix::fs::FileExt;

use super::budget::Budget;
use super::parts::{FileNeighbours, sought};

const BLOCK: usize = 512;
/// The kind of a header that goes on with a member, and of a label before it.
const GOES_ON: u8 = b'M';
const LABEL: u8 = b'V';
/// No honest archive has more volumes.
const MOST: usize = 1000;

/// Where a member breaks off or goes on: its name, as far as headers hold it, and how much of it stands before.
#[derive(Debug, PartialEq, Eq)]
struct Break {
    name: Vec<u8>,
    at: u64,
}

/// Whether a file goes on with a member of another one.
pub(super) fn goes_on(file: &File) -> bool {
    beginning(file).is_some()
}

fn block_at(file: &File, at: u64) -> Option<tar::Header> {
    let mut header = tar::Header::new_old();
    file.read_exact_at(header.as_mut_bytes(), at).ok()?;
    (header.as_bytes() != &[0; BLOCK]).then_some(header)
}

/// A number of eight digits, as old headers have it.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    u64::from_str_radix(text.trim_matches(['\0', ' ']), 8).ok()
}

/// What a volume goes on with, and where that begins in it.
fn beginning(file: &File) -> Option<(Break, u64)> {
    let mut at = 0;
    let mut header = block_at(file, at)?;
    if header.entry_type().as_byte() == LABEL {
        at += BLOCK as u64;
        header = block_at(file, at)?;
    }
    let goes_on = header.entry_type().as_byte() == GOES_ON;
    let begin = Break {
        name: header.path_bytes().into_owned(),
        at: octal(&header.as_bytes()[369..381])?,
    };
    goes_on.then_some((begin, at + BLOCK as u64))
}

/// Where the last member of a volume of this length breaks off. `None` where it does not.
fn breaking_off(file: &File, length: u64) -> Option<Break> {
    let (mut at, mut before) = (0u64, 0);
    while let Some(header) = block_at(file, at) {
        let kind = header.entry_type();
        if kind.is_gnu_sparse() {
            // What stands in it is shorter, and told elsewhere.
            return None;
        }
        if kind.as_byte() == GOES_ON {
            before = octal(&header.as_bytes()[369..381])?;
        }
        let size = match kind.as_byte() {
            LABEL => 0,
            _ => header.entry_size().ok()?,
        };
        let begin = at.checked_add(BLOCK as u64)?;
        let end = begin.checked_add(size)?;
        if end > length {
            return Some(Break {
                name: header.path_bytes().into_owned(),
                at: before + length.saturating_sub(begin),
            });
        }
        (at, before) = (end.checked_next_multiple_of(BLOCK as u64)?, 0);
    }
    None
}

/// Whether the file that this one goes on from lies beside it, so that both are read together.
pub(super) fn follows(file: &File, beside: &FileNeighbours) -> bool {
    let Some((begin, _)) = beginning(file) else {
        return false;
    };
    let mut others = beside.kin();
    others.any(|(other, length)| breaking_off(&other, length).as_ref() == Some(&begin))
}

/// A volume, and those that go on from it.
pub(super) struct Volumes {
    file: File,
    length: u64,
    at: u64,
    /// Where others may lie. `None` when there are no more.
    beside: Option<FileNeighbours>,
    count: usize,
    budget: Budget,
}

impl Volumes {
    pub(super) fn new(file: File, length: u64, beside: &FileNeighbours, budget: &Budget) -> Self {
        Self {
            file,
            length,
            at: 0,
            beside: Some(beside.clone()),
            count: 1,
            budget: budget.clone(),
        }
    }

    /// Goes on in the next volume. `false` where there is none.
    fn next(&mut self) -> bool {
        let next = self
            .beside
            .as_ref()
            .filter(|_| self.count < MOST)
            .and_then(|beside| {
                // Most tars do not go on: whether another one does is looked up first.
                let mut others = beside.kin().filter_map(|(file, length)| {
                    let (begin, at) = beginning(&file)?;
                    Some((file, length, begin, at))
                });
                let first = others.next()?;
                let end = breaking_off(&self.file, self.length)?;
                std::iter::once(first)
                    .chain(others)
                    .find(|(_, _, begin, _)| *begin == end)
            });
        match next {
            Some((file, length, _, at)) => {
                (self.file, self.length, self.at) = (file, length, at);
                self.count += 1;
                self.budget.lies_there(length);
                true
            }
            None => {
                self.beside = None;
                false
            }
        }
    }
}

impl Read for Volumes {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            let left = usize::try_from(self.length.saturating_sub(self.at)).unwrap_or(usize::MAX);
            let room = left.min(buffer.len());
            let read = self.file.read_at(&mut buffer[..room], self.at)?;
            self.at += read as u64;
            if read > 0 || buffer.is_empty() || !self.next() {
                return Ok(read);
            }
        }
    }
}

/// Within the first volume alone: a tar is read from its beginning on.
impl Seek for Volumes {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.at = sought(to, self.at, self.length)?;
        Ok(self.at)
    }
}
