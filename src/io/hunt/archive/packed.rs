//! Packed streams: gzip, zlib, bzip2, xz, lzma, lzip, lz4, zstd, lzop, each also as several streams one behind the other;
//! and those of compress and brotli, which end with the file.
//!
//! Unpackers look back in a window, of a size that the file chooses. It is read from the file's own header beforehand,
//! so that a file cannot take more memory than allowed.

mod brotli;
mod compress;
mod lzop;

use std::io::{BufReader, Read};

use bzip2::bufread::BzDecoder;
use flate2::bufread::{GzDecoder, ZlibDecoder};
use lz4_flex::frame::FrameDecoder;

use super::super::SkipReason;
use super::super::budget::{FAST, MeteredReader, SLOW};
use super::streams::{INPUT, PackedInput, Streams};
use crate::io::hunt::search::{FileReading, PartSearch, broken};

/// How a stream is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Packing {
    Gzip,
    /// Without a header of a file around it: pool files of BackupPC.
    Zlib,
    Bzip2,
    Xz,
    /// The form before xz.
    Lzma,
    Lzip,
    Lz4,
    Zstd,
    Lzop,
    Compress,
    Brotli,
}

/// The window of deflate, and room around it.
const GZIP_MEMORY: u64 = 128 << 10;
/// `bzip2 -9` (its manual: 3700 KiB) and room around it.
const BZIP2_MEMORY: u64 = 4 << 20;
/// Blocks of lz4's old form.
const LZ4_OLD_BLOCK: u64 = 8 << 20;
/// A window for streams that do not say theirs in the first bytes.
const USUAL_WINDOW: u64 = 8 << 20;

impl Packing {
    /// Endings of the packed file, and those that stand for a packed tar.
    fn endings(self) -> (&'static str, [&'static str; 3]) {
        match self {
            Packing::Zlib => (".zlib", [".tar.zlib"; 3]),
            Packing::Lzma => (".lzma", [".tar.lzma", ".tlz", ".tar.lzma"]),
            Packing::Lzip => (".lz", [".tar.lz", ".tlz", ".tar.lz"]),
            Packing::Lz4 => (".lz4", [".tar.lz4", ".tlz4", ".tar.lz4"]),
            Packing::Gzip => (".gz", [".tar.gz", ".tgz", ".taz"]),
            Packing::Bzip2 => (".bz2", [".tar.bz2", ".tbz2", ".tbz"]),
            Packing::Xz => (".xz", [".tar.xz", ".txz", ".tar.xz"]),
            Packing::Lzop => (".lzo", [".tar.lzo", ".tzo", ".tar.lzo"]),
            Packing::Compress => (".Z", [".tar.z", ".taz", ".tar.z"]),
            Packing::Brotli => (".br", [".tar.br", ".tbr", ".tar.br"]),
            Packing::Zstd => (".zst", [".tar.zst", ".tzst", ".tar.zstd"]),
        }
    }

    /// Work of unpacking a byte.
    fn each(self) -> u64 {
        match self {
            Packing::Gzip | Packing::Zlib | Packing::Lz4 | Packing::Zstd | Packing::Lzop => FAST,
            Packing::Bzip2
            | Packing::Xz
            | Packing::Lzma
            | Packing::Lzip
            | Packing::Compress
            | Packing::Brotli => SLOW,
        }
    }

    /// Bytes of memory that unpacking takes.
    fn memory(self, head: &[u8]) -> u64 {
        match self {
            Packing::Gzip | Packing::Zlib => GZIP_MEMORY,
            Packing::Lzma => lzma_window(head) + (1 << 20),
            Packing::Lzip => lzip_window(head) + (1 << 20),
            // A packed block, two unpacked ones, and the window.
            Packing::Lz4 => 3 * lz4_block(head) + (1 << 20),
            Packing::Bzip2 => BZIP2_MEMORY,
            Packing::Lzop => lzop::MEMORY,
            Packing::Compress => compress::MEMORY,
            Packing::Brotli => brotli::MEMORY,
            Packing::Xz => xz_window(head).unwrap_or(USUAL_WINDOW) + (1 << 20),
            Packing::Zstd => zstd_window(head)
                .unwrap_or(USUAL_WINDOW)
                .checked_next_power_of_two()
                .unwrap_or(u64::MAX),
        }
    }
}

/// How a file that begins so is packed, of the packings whose readers are our own.
pub(super) fn own_packing(head: &[u8]) -> Option<Packing> {
    match head {
        _ if head.starts_with(lzop::MAGIC) => Some(Packing::Lzop),
        _ if compress::begins(head) => Some(Packing::Compress),
        _ => None,
    }
}

/// How a file that is called so is packed, where its bytes say nothing.
pub(super) fn packing_named(name: &[u8], head: &[u8]) -> Option<Packing> {
    brotli::is_named_so(name, head).then_some(Packing::Brotli)
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
        Packing::Gzip => Box::new(Streams::<GzDecoder<PackedInput<'_>>>::new(
            stream,
            &reading.budget,
        )),
        Packing::Zlib => Box::new(Streams::<ZlibDecoder<PackedInput<'_>>>::new(
            stream,
            &reading.budget,
        )),
        Packing::Bzip2 => Box::new(Streams::<BzDecoder<PackedInput<'_>>>::new(
            stream,
            &reading.budget,
        )),
        Packing::Lz4 => Box::new(Streams::<FrameDecoder<PackedInput<'_>>>::new(
            stream,
            &reading.budget,
        )),
        Packing::Lzma => {
            let kib = u32::try_from(needed >> 10).unwrap_or(u32::MAX);
            let stream = BufReader::with_capacity(INPUT, stream);
            let unpacked = lzma_rust2::LzmaReader::new_mem_limit(stream, kib, None);
            Box::new(unpacked.map_err(|e| broken(&e))?)
        }
        Packing::Lzip => {
            let stream = BufReader::with_capacity(INPUT, stream);
            Box::new(lzma_rust2::LzipReader::new(stream))
        }
        Packing::Lzop => Box::new(lzop::Unlzop::new(BufReader::with_capacity(INPUT, stream))),
        Packing::Compress => {
            let stream = BufReader::with_capacity(INPUT, stream);
            Box::new(compress::Unlzw::new(stream).map_err(|e| broken(&e))?)
        }
        Packing::Brotli => Box::new(brotli::unpack(stream)),
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

fn current_name(reading: &FileReading<'_>) -> String {
    reading.inside.last().map_or_else(
        || reading.path.to_string_lossy().into_owned(),
        |member| member.raw().clone(),
    )
}

/// The dictionary, behind a byte of properties.
fn lzma_window(head: &[u8]) -> u64 {
    let size = head.get(1..5).and_then(<[u8]>::first_chunk);
    size.map_or(USUAL_WINDOW, |size| u64::from(u32::from_le_bytes(*size)))
}

/// The dictionary of the first member (lzip's manual, "File format"): a power of two, less so many sixteenths.
fn lzip_window(head: &[u8]) -> u64 {
    head.get(5).map_or(USUAL_WINDOW, |byte| 1 << (byte & 0x1f))
}

/// The largest block of the first frame (lz4's frame format, block maximum size).
fn lz4_block(head: &[u8]) -> u64 {
    match head {
        [0x02, 0x21, 0x4c, 0x18, ..] => LZ4_OLD_BLOCK,
        [_, _, _, _, _, size, ..] => 1 << (8 + 2 * u64::from(size >> 4 & 7)),
        _ => 4 << 20,
    }
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
