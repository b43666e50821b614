//! Packed streams: gzip, bzip2, xz, zstd, each also as several streams one behind the other.
//!
//! Unpackers look back in a window, of a size that the file chooses. It is read from the file's own header beforehand,
//! so that a file cannot take more memory than allowed.

use std::io::{BufRead, BufReader, Read};

use bzip2::bufread::BzDecoder;

use super::super::SkipReason;
use super::super::budget::{Budget, FAST, MeteredReader, SLOW};
use crate::io::hunt::search::{FileReading, PartSearch, broken};

/// How a stream is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Packing {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

/// The window of deflate, and room around it.
const GZIP_MEMORY: u64 = 128 << 10;
/// `bzip2 -9` (its manual: 3700 KiB) and room around it.
const BZIP2_MEMORY: u64 = 4 << 20;
/// Work of beginning another of its streams, of which the shortest have 14 bytes.
const BZIP2_STREAM: u64 = 256 << 10;
/// What is read of a packed stream at a time.
const INPUT: usize = 64 << 10;
/// A window for streams that do not say theirs in the first bytes.
const USUAL_WINDOW: u64 = 8 << 20;

impl Packing {
    /// Endings of the packed file, and those that stand for a packed tar.
    fn endings(self) -> (&'static str, [&'static str; 3]) {
        match self {
            Packing::Gzip => (".gz", [".tar.gz", ".tgz", ".taz"]),
            Packing::Bzip2 => (".bz2", [".tar.bz2", ".tbz2", ".tbz"]),
            Packing::Xz => (".xz", [".tar.xz", ".txz", ".tar.xz"]),
            Packing::Zstd => (".zst", [".tar.zst", ".tzst", ".tar.zstd"]),
        }
    }

    /// Work of unpacking a byte.
    fn each(self) -> u64 {
        match self {
            Packing::Gzip | Packing::Zstd => FAST,
            Packing::Bzip2 | Packing::Xz => SLOW,
        }
    }

    /// Bytes of memory that unpacking takes.
    fn memory(self, head: &[u8]) -> u64 {
        match self {
            Packing::Gzip => GZIP_MEMORY,
            Packing::Bzip2 => BZIP2_MEMORY,
            Packing::Xz => xz_window(head).unwrap_or(USUAL_WINDOW) + (1 << 20),
            Packing::Zstd => zstd_window(head)
                .unwrap_or(USUAL_WINDOW)
                .checked_next_power_of_two()
                .unwrap_or(u64::MAX),
        }
    }
}

pub(super) fn read(
    search: &mut PartSearch<'_>,
    packing: Packing,
    stream: &mut dyn Read,
    head: &[u8],
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let needed = packing.memory(head);
    let outer = reading.memory;
    reading.memory = outer
        .checked_sub(needed)
        .ok_or(SkipReason::Memory(needed.div_ceil(1 << 20)))?;
    let mut unpacked: Box<dyn Read + '_> = match packing {
        Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(stream)),
        Packing::Bzip2 => Box::new(Bzip2::new(stream, reading.budget.clone())),
        Packing::Xz => {
            let kib = u32::try_from(needed >> 10).unwrap_or(u32::MAX);
            // Its decoder reads single bytes of what it unpacks.
            let stream = BufReader::with_capacity(INPUT, stream);
            Box::new(lzma_rust2::XzReader::new_mem_limit(stream, true, kib))
        }
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::new(stream).map_err(|e| broken(&e))?;
            let log = needed.next_power_of_two().trailing_zeros().clamp(10, 31);
            decoder.window_log_max(log).map_err(|e| broken(&e))?;
            Box::new(decoder)
        }
    };
    let members = reading.inside.len();
    let name = current_name(reading);
    let (ending, tarballs) = packing.endings();
    let lower = name.to_ascii_lowercase();
    // A packed tar is one archive to its owner. Any other packed file is no member, but what is in it is not on disk.
    if !tarballs.iter().any(|tarball| lower.ends_with(tarball)) {
        let name = name.rsplit('/').next().unwrap_or(&name);
        reading
            .inside
            .push(name.strip_suffix(ending).unwrap_or(name).to_owned().into());
    }
    let mut metered = MeteredReader::new(
        &mut *unpacked,
        &reading.budget,
        packing.each(),
        search.cancel,
    );
    let outcome = search.stream(&mut metered, reading, depth + 1);
    reading.inside.truncate(members);
    reading.memory = outer;
    outcome
}

/// Streams of bzip2, one behind the other. To begin one costs more than to unpack a short one.
struct Bzip2<'s> {
    /// `None` when all are over, or one is damaged.
    stream: Option<BzDecoder<BufReader<&'s mut dyn Read>>>,
    budget: Budget,
}

impl<'s> Bzip2<'s> {
    fn new(stream: &'s mut dyn Read, budget: Budget) -> Self {
        let input = BufReader::with_capacity(INPUT, stream);
        Self {
            stream: Some(BzDecoder::new(input)),
            budget,
        }
    }
}

impl Read for Bzip2<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while let Some(mut stream) = self.stream.take() {
            let read = stream.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                self.stream = Some(stream);
                return Ok(read);
            }
            let mut input = stream.into_inner();
            if !input.fill_buf()?.is_empty() {
                self.budget.work(BZIP2_STREAM);
                self.budget.spend(0, SLOW)?;
                self.stream = Some(BzDecoder::new(input));
            }
        }
        Ok(0)
    }
}

fn current_name(reading: &FileReading<'_>) -> String {
    reading.inside.last().map_or_else(
        || reading.path.to_string_lossy().into_owned(),
        |member| member.raw().clone(),
    )
}

/// The LZMA2 dictionary of the first block (`xz-file-format.txt`, 3.1 and 5.3.1), in bytes.
fn xz_window(head: &[u8]) -> Option<u64> {
    let block = head.get(12..)?;
    let (flags, mut rest) = (*block.get(1)?, block.get(2..)?);
    for flag in [0x40, 0x80] {
        if flags & flag != 0 {
            let length = rest.iter().position(|byte| byte & 0x80 == 0)? + 1;
            rest = rest.get(length..)?;
        }
    }
    for _ in 0..=flags & 3 {
        match rest {
            [0x21, 1, bits @ 0..=39, ..] => {
                return Some((2 | u64::from(bits & 1)) << (bits / 2 + 11));
            }
            [_, size, ..] => rest = rest.get(2 + usize::from(*size)..)?,
            _ => return None,
        }
    }
    None
}

/// The window of the first frame (RFC 8878, 3.1.1.1), in bytes.
fn zstd_window(head: &[u8]) -> Option<u64> {
    let [0x28, 0xb5, 0x2f, 0xfd, descriptor, rest @ ..] = head else {
        return None;
    };
    if descriptor & 0x20 == 0 {
        let window = rest.first()?;
        let base = 1u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    // One segment: the window is the content.
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let field = rest.get(dictionary..dictionary + size)?;
    let content = field
        .iter()
        .rev()
        .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    Some(if size == 2 { content + 256 } else { content })
}
