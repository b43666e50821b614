//! Stream-optimised disks of VMware, as exported machines have them: packed grains, each behind its place on the disk
//! ("Virtual Disk Format 5.0"). They are read as they stand, which is the order of the disk.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::os::unix::fs::FileExt;

use flate2::read::ZlibDecoder;
use zeroize::Zeroizing;

use super::super::SkipReason;
use super::super::budget::{FAST, MeteredReader};
use super::super::text::Text;
use super::numbers::number;
use crate::domain::key::source::SourceKind;
use crate::io::hunt::search::{FileReading, PartSearch, broken, fill};

const SECTOR: u64 = 512;
/// Whether grains are packed, and marked.
const PACKED: u32 = 1 << 16 | 1 << 17;
/// Sectors of a grain that are taken; usual are 128.
const MAX_GRAIN: u64 = 4096;

/// Whether a header says that what follows are packed grains. Others stand on the disk as they are.
pub(super) fn is_packed(head: &[u8]) -> bool {
    head.starts_with(b"KDMV") && number(head, 8, 4) as u32 & PACKED == PACKED
}

/// Entries of a table of grains, as all programs make them.
const ENTRIES: u64 = 512;

/// Whether a disk whose grains stand as they are ends before the last of them: its tables say where they stand.
pub(in super::super) fn lacks(head: &[u8], file: &File, length: u64) -> bool {
    let (grain, capacity) = (number(head, 20, 8), number(head, 12, 8));
    let (entries, directory) = (number(head, 44, 4), number(head, 56, 8));
    let is_sparse = head.starts_with(b"KDMV") && !is_packed(head) && entries == ENTRIES;
    if !is_sparse || grain == 0 || grain > MAX_GRAIN {
        return false;
    }
    // No more tables than there is room for in the file, whatever the header says.
    let tables = capacity.div_ceil(grain.saturating_mul(ENTRIES));
    let tables = tables.min(length / (ENTRIES * 4) + 1);
    let number_at = |at: u64| {
        let mut entry = [0; 4];
        let read = file.read_exact_at(&mut entry, at);
        read.ok().map(|()| u64::from(u32::from_le_bytes(entry)))
    };
    (0..tables).any(|table| {
        let at = directory.saturating_mul(SECTOR).saturating_add(table * 4);
        let place = match number_at(at) {
            None => return true,
            Some(0) => return false,
            Some(place) => place * SECTOR,
        };
        let mut grains = [0; ENTRIES as usize * 4];
        file.read_exact_at(&mut grains, place).is_err()
            || grains.chunks_exact(4).any(|entry| {
                let sector = number(entry, 0, 4);
                sector > 1 && (sector + grain) * SECTOR > length
            })
    })
}

pub(super) fn read(
    search: &mut PartSearch<'_>,
    stream: &mut dyn Read,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> std::result::Result<(), SkipReason> {
    let mut head = [0; SECTOR as usize];
    stream.read_exact(&mut head).map_err(|e| broken(&e))?;
    let (grain, before) = (number(&head, 20, 8), number(&head, 64, 8));
    if grain == 0 || grain > MAX_GRAIN {
        return Err(SkipReason::Memory(grain.saturating_mul(SECTOR) >> 20));
    }
    let before = before.saturating_sub(1).saturating_mul(SECTOR);
    std::io::copy(&mut stream.take(before), &mut std::io::sink()).map_err(|e| broken(&e))?;
    let mut disk = Grains {
        stream,
        largest: grain * SECTOR,
        grain: Zeroizing::new(Vec::new()),
        given: 0,
        over: false,
    };
    let mut metered = MeteredReader::new(&mut disk, &reading.budget, FAST, search.cancel);
    let kind = std::mem::replace(&mut reading.kind, SourceKind::Image);
    let outcome = search.text(Text::new(&mut metered, depth + 1), reading);
    reading.kind = kind;
    outcome
}

/// The grains that are stored, one behind the other.
struct Grains<'s> {
    stream: &'s mut dyn Read,
    largest: u64,
    grain: Zeroizing<Vec<u8>>,
    given: usize,
    over: bool,
}

impl Grains<'_> {
    /// Unpacks the next grain, and passes over tables between them.
    fn next(&mut self) -> Result<()> {
        let mut marker = [0; SECTOR as usize];
        let (filled, failed) = fill(self.stream, &mut marker, u64::MAX);
        failed?;
        let (value, size) = (number(&marker, 0, 8), number(&marker, 8, 4));
        if filled < marker.len() {
            // An end has a mark of its own.
            self.over = true;
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        if size == 0 && number(&marker, 12, 4) == 0 {
            self.over = true;
            return Ok(());
        }
        if size == 0 {
            let tables = value.saturating_mul(SECTOR);
            std::io::copy(&mut (&mut *self.stream).take(tables), &mut std::io::sink())?;
            return Ok(());
        }
        // What begins in the marker's own sector goes on behind it.
        let own = &marker[12..marker.len().min(12 + size as usize)];
        let rest = (12 + size).next_multiple_of(SECTOR) - SECTOR;
        let mut rest = (&mut *self.stream).take(rest);
        self.grain.clear();
        self.given = 0;
        ZlibDecoder::new(own.chain(&mut rest))
            .take(self.largest)
            .read_to_end(&mut self.grain)?;
        std::io::copy(&mut rest, &mut std::io::sink())?;
        Ok(())
    }
}

impl Read for Grains<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while self.given == self.grain.len() && !self.over {
            self.grain.clear();
            self.given = 0;
            self.next()?;
        }
        let read = (&self.grain[self.given..]).read(buffer)?;
        self.given += read;
        Ok(read)
    }
}
