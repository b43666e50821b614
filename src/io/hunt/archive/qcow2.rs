//! Disks of QEMU whose clusters are packed (its own document, "Qcow2 Image File Format", versions 2 and 3).
//!
//! The file is searched as it stands, as any other; here the packed clusters are read besides, in the order of the disk, and
//! with them those that are not packed, so that nothing is cut at the edge of two. Clusters that only a snapshot has come
//! behind.

use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};

use flate2::{Decompress, FlushDecompress};
use zeroize::Zeroizing;

use super::super::SkipReason;
use super::super::budget::{Budget, FAST, MeteredReader};
use super::super::text::Text;
use crate::domain::key::source::SourceKind;
use crate::io::hunt::search::{FileReading, PartSearch};

const MAGIC: &[u8] = b"QFI\xfb\0\0\0";
/// What a reader must know, as far as it is known here: a disk that was in use, another packing, larger entries.
const IN_USE: u64 = 1 | 1 << 1;
const OTHER_PACKING: u64 = 1 << 3;
const LARGE_ENTRIES: u64 = 1 << 4;
const CLUSTER_BITS: std::ops::RangeInclusive<u32> = 9..=21;
/// The places of tables and clusters in their entries.
const OFFSET: u64 = 0x00ff_ffff_ffff_fe00;
const IS_PACKED: u64 = 1 << 62;
/// All zeros, whatever stands there.
const IS_ZERO: u64 = 1;
/// What is known of a snapshot before its names.
const SNAPSHOT: usize = 40;
const MAX_SNAPSHOTS: u32 = 1000;
/// Work of looking at a table, beside that of reading it: where a file has a hole, there may be any number of them.
const TABLE: u64 = 2 << 10;

/// A table of tables, and its entries.
#[derive(Debug, Clone, Copy)]
struct Tables {
    at: u64,
    entries: u64,
}

/// What the header says.
#[derive(Debug)]
pub(in super::super) struct Qcow2Disk {
    cluster_bits: u32,
    zstd: bool,
    /// Bytes of an entry of a table of clusters.
    entry: usize,
    tables: Tables,
    snapshots: u32,
    snapshots_at: u64,
    /// Whether what it does not hold stands in another file.
    is_above_another: bool,
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> u64 {
    let field = bytes.get(at..at + N).unwrap_or_default();
    field
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

impl Qcow2Disk {
    /// A disk that begins so. `None` where it is none, is encrypted, or keeps its content elsewhere.
    pub(in super::super) fn of(head: &[u8]) -> Option<Self> {
        let version = head.strip_prefix(MAGIC)?.first()?;
        let (needs, packing) = match version {
            2 => (0, 0),
            3 => (number::<8>(head, 72), number::<1>(head, 104)),
            _ => return None,
        };
        let packing = if needs & OTHER_PACKING == 0 {
            0
        } else {
            packing
        };
        let cluster_bits = number::<4>(head, 20) as u32;
        let is_encrypted = number::<4>(head, 32) != 0;
        let known = needs & !(IN_USE | OTHER_PACKING | LARGE_ENTRIES) == 0 && packing <= 1;
        if head.len() < 112 || is_encrypted || !known || !CLUSTER_BITS.contains(&cluster_bits) {
            return None;
        }
        Some(Self {
            cluster_bits,
            zstd: packing == 1,
            entry: if needs & LARGE_ENTRIES == 0 { 8 } else { 16 },
            tables: Tables {
                at: number::<8>(head, 40),
                entries: number::<4>(head, 36),
            },
            snapshots: number::<4>(head, 60) as u32,
            snapshots_at: number::<8>(head, 64),
            is_above_another: number::<8>(head, 8) != 0,
        })
    }

    fn cluster(&self) -> usize {
        1 << self.cluster_bits
    }
}

/// Reads what is packed of a disk in this file.
pub(in super::super) fn read<F: Read + Seek>(
    search: &mut PartSearch<'_>,
    disk: Qcow2Disk,
    file: &mut F,
    reading: &mut FileReading<'_>,
) -> std::result::Result<(), SkipReason> {
    // Two tables, a cluster, and what it is packed in.
    let needed = 5 << disk.cluster_bits;
    if needed > reading.memory {
        return Err(SkipReason::Memory(needed >> 20));
    }
    let is_above_another = disk.is_above_another;
    let length = reading.length;
    let rest = snapshots(&disk, file).map_err(|e| SkipReason::Refused(e.to_string()))?;
    let mut clusters = Clusters {
        file,
        active: disk.tables,
        tables: disk.tables,
        rest: rest.into_iter(),
        table: 0,
        entries: Zeroizing::default(),
        next: 0,
        follows: false,
        cluster: Zeroizing::default(),
        given: 0,
        packed: Zeroizing::default(),
        inflate: Decompress::new(false),
        budget: reading.budget.clone(),
        length,
        lacks: false,
        disk,
    };
    let mut metered = MeteredReader::new(&mut clusters, &reading.budget, FAST, search.cancel);
    let kind = std::mem::replace(&mut reading.kind, SourceKind::Image);
    let outcome = search.text(Text::new(&mut metered, 1), reading);
    reading.kind = kind;
    outcome?;
    match clusters.lacks {
        true => Err(SkipReason::DiskCut),
        false if is_above_another => Err(SkipReason::DiskAbove),
        false => Ok(()),
    }
}

/// The tables of the snapshots.
fn snapshots<F: Read + Seek>(disk: &Qcow2Disk, file: &mut F) -> Result<Vec<Tables>> {
    let mut all = Vec::new();
    let mut at = disk.snapshots_at;
    for _ in 0..disk.snapshots.min(MAX_SNAPSHOTS) {
        let mut head = Vec::new();
        if add(file, at, SNAPSHOT, &mut head)? < SNAPSHOT {
            break;
        }
        all.push(Tables {
            at: number::<8>(&head, 0),
            entries: number::<4>(&head, 8),
        });
        let names = number::<2>(&head, 12) + number::<2>(&head, 14) + number::<4>(&head, 36);
        at = at.saturating_add(SNAPSHOT as u64 + names).saturating_add(7) & !7;
    }
    Ok(all)
}

/// Adds bytes from some place of a file, as many as there are.
fn add<F: Read + Seek>(file: &mut F, at: u64, bytes: usize, to: &mut Vec<u8>) -> Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    (&mut *file).take(bytes as u64).read_to_end(to)
}

/// The clusters that are to be read, one behind the other.
struct Clusters<'f, F> {
    disk: Qcow2Disk,
    file: &'f mut F,
    /// The tables of the disk as it is, and those that are read just now.
    active: Tables,
    tables: Tables,
    rest: std::vec::IntoIter<Tables>,
    /// The next of the tables.
    table: u64,
    /// The entries of the one before, empty where it has none to be read.
    entries: Zeroizing<Vec<u8>>,
    next: usize,
    /// Whether the cluster before it was read.
    follows: bool,
    cluster: Zeroizing<Vec<u8>>,
    given: usize,
    packed: Zeroizing<Vec<u8>>,
    inflate: Decompress,
    budget: Budget,
    /// Of the file.
    length: u64,
    /// Whether something of the disk lies behind the file's end.
    lacks: bool,
}

impl<F: Read + Seek> Clusters<'_, F> {
    /// Where the table of clusters of this number stands. `None` where there is none.
    fn place_of(&mut self, tables: Tables, number_of: u64) -> Result<Option<u64>> {
        if number_of >= tables.entries {
            return Ok(None);
        }
        let mut entry = Vec::new();
        add(
            self.file,
            tables.at.saturating_add(number_of * 8),
            8,
            &mut entry,
        )?;
        self.lacks |= entry.len() < 8;
        let place = number::<8>(&entry, 0) & OFFSET;
        Ok((place != 0).then_some(place))
    }

    /// Where what an entry tells of begins.
    fn place_in_file(&self, entry: u64) -> u64 {
        match entry & IS_PACKED {
            0 => entry & OFFSET,
            _ => entry & ((1 << self.packed_bits()) - 1),
        }
    }

    /// Bits of the place in the entry of a packed cluster.
    fn packed_bits(&self) -> u32 {
        62 - (self.disk.cluster_bits - 8)
    }

    /// Takes the next table that has packed clusters. `false` when all are over.
    fn next_table(&mut self) -> Result<bool> {
        self.entries.clear();
        self.next = 0;
        if self.table >= self.tables.entries {
            let Some(tables) = self.rest.next() else {
                return Ok(false);
            };
            (self.tables, self.table, self.follows) = (tables, 0, false);
            return Ok(true);
        }
        let number_of = self.table;
        self.table += 1;
        self.budget.work(TABLE);
        self.budget.spend(0, FAST)?;
        let Some(place) = self.place_of(self.tables, number_of)? else {
            return Ok(true);
        };
        let is_snapshot = self.tables.at != self.active.at;
        let own = match is_snapshot {
            true => self.place_of(self.active, number_of)?,
            false => None,
        };
        if own == Some(place) {
            return Ok(true);
        }
        let bytes = self.disk.cluster();
        let mut entries = std::mem::take(&mut self.entries);
        add(self.file, place, bytes, &mut entries)?;
        if let Some(own) = own {
            // What the disk itself has was read with it.
            let mut others = Vec::new();
            add(self.file, own, bytes, &mut others)?;
            let both = entries
                .chunks_exact_mut(self.disk.entry)
                .zip(others.chunks_exact(self.disk.entry));
            both.filter(|(entry, other)| entry == other)
                .for_each(|(entry, _)| entry.fill(0));
        }
        let all = entries.chunks_exact(self.disk.entry);
        let mut all = all.map(|entry| number::<8>(entry, 0));
        self.lacks |= entries.len() < bytes
            || all
                .clone()
                .any(|entry| self.place_in_file(entry) >= self.length);
        if all.any(|entry| entry & IS_PACKED != 0) {
            self.entries = entries;
        }
        Ok(true)
    }

    /// Reads the next cluster. `false` when all are over.
    fn step(&mut self) -> Result<bool> {
        self.cluster.clear();
        self.given = 0;
        let Some(entry) = self.entries.get(self.next..self.next + self.disk.entry) else {
            return self.next_table();
        };
        let entry = number::<8>(entry, 0);
        self.next += self.disk.entry;
        let place = entry & OFFSET;
        let followed = std::mem::take(&mut self.follows);
        if entry & IS_PACKED != 0 {
            self.unpack(entry)?;
        } else if place != 0 && (entry & IS_ZERO == 0 || self.disk.entry == 16) {
            let mut cluster = std::mem::take(&mut self.cluster);
            add(self.file, place, self.disk.cluster(), &mut cluster)?;
            self.cluster = cluster;
        } else {
            return Ok(true);
        }
        self.follows = true;
        if !followed {
            self.cluster.insert(0, 0);
        }
        Ok(true)
    }

    /// Unpacks a cluster. A damaged one gives what can be unpacked.
    fn unpack(&mut self, entry: u64) -> Result<()> {
        let split = self.packed_bits();
        let place = self.place_in_file(entry);
        let sectors = (entry & (IS_PACKED - 1)) >> split;
        let bytes = (sectors + 1) * 512 - place % 512;
        self.packed.clear();
        let mut packed = std::mem::take(&mut self.packed);
        add(self.file, place, bytes as usize, &mut packed)?;
        let length = self.disk.cluster();
        if self.disk.zstd {
            let mut stream = zstd::Decoder::with_buffer(&packed[..])?;
            stream.window_log_max(*CLUSTER_BITS.end())?;
            // Damage ends it.
            let _ = stream
                .single_frame()
                .take(length as u64)
                .read_to_end(&mut self.cluster);
        } else {
            self.cluster.resize(length, 0);
            self.inflate.reset(false);
            let _ = self
                .inflate
                .decompress(&packed, &mut self.cluster, FlushDecompress::Finish);
            self.cluster.truncate(self.inflate.total_out() as usize);
        }
        self.packed = packed;
        Ok(())
    }
}

impl<F: Read + Seek> Read for Clusters<'_, F> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.given == self.cluster.len() {
            match self.step() {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                // A place beyond what a file can have.
                Err(e) if e.kind() == ErrorKind::InvalidInput => {
                    return Err(Error::from(ErrorKind::InvalidData));
                }
                Err(e) => return Err(e),
            }
        }
        let read = (&self.cluster[self.given..]).read(buffer)?;
        self.given += read;
        Ok(read)
    }
}
