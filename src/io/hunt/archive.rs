//! Archives as streams: packed files, tar, zip, 7z, packages, disks of VMware and QEMU, journals and others that hold packed
//! pieces, and any of them within another.

mod ar;
mod numbers;
mod packed;
mod pg_dump;
pub(super) mod qcow2;
mod rpm;
mod seven;
mod streams;
mod tar;
pub(super) mod vmdk;
mod within;
mod xbstream;
mod zip;

use std::io::{Cursor, Read, Seek};

use zeroize::Zeroizing;

use self::packed::Packing;
use self::within::PieceHolder;
use super::budget::SLOW;
use super::text::Text;
use super::{SkipReason, pg_contents};
use crate::io::hunt::search::{FileReading, PartSearch, broken};

/// Bytes at the start of a stream that tell what it is: a tar header.
pub(super) const HEAD: usize = 512;

/// What the first bytes say a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamKind {
    Packed(Packing),
    Tar,
    /// Debian's packages, static libraries.
    Ar,
    Rpm,
    /// A disk whose parts are packed.
    Vmdk,
    Zip,
    Seven,
    PgDump,
    /// Streamed backups of MariaDB and Percona.
    Xbstream,
    /// Packed pieces among plain ones.
    Within(PieceHolder),
    /// A zip file in parts begins so: a mark, and the first member behind it.
    ZipPart,
}

/// Signatures: RFC 1952 (gzip), RFC 8878 (zstd, its skippable frames too), PKWARE APPNOTE, POSIX ustar (by its checksum,
/// as old tars have no signature), `7zFormat.txt`, and the others' own documents.
pub(super) fn kind(head: &[u8]) -> Option<StreamKind> {
    const BLOCK: [u8; 6] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
    const END: [u8; 6] = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];
    match head {
        [0x1f, 0x8b, 8, ..] => Some(StreamKind::Packed(Packing::Gzip)),
        [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]
            if rest.starts_with(&BLOCK) || rest.starts_with(&END) =>
        {
            Some(StreamKind::Packed(Packing::Bzip2))
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(StreamKind::Packed(Packing::Xz)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            Some(StreamKind::Packed(Packing::Zstd))
        }
        [0x04 | 0x02, 0x22 | 0x21, 0x4d | 0x4c, 0x18, ..] if is_lz4(head) => {
            Some(StreamKind::Packed(Packing::Lz4))
        }
        [b'L', b'Z', b'I', b'P', 0 | 1, ..] => Some(StreamKind::Packed(Packing::Lzip)),
        [0x5d, ..] if is_lzma(head) => Some(StreamKind::Packed(Packing::Lzma)),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] if is_zlib(head) => {
            Some(StreamKind::Packed(Packing::Zlib))
        }
        [0xed, 0xab, 0xee, 0xdb, ..] => Some(StreamKind::Rpm),
        _ if head.starts_with(ar::MAGIC) => Some(StreamKind::Ar),
        _ if vmdk::is_packed(head) => Some(StreamKind::Vmdk),
        _ if head.starts_with(xbstream::MAGIC) => Some(StreamKind::Xbstream),
        [b'P', b'K', 3, 4, ..] => Some(StreamKind::Zip),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some(StreamKind::Seven),
        _ if head.starts_with(pg_contents::MAGIC) => Some(StreamKind::PgDump),
        [b'P', b'K', 7, 8, b'P', b'K', 3, 4, ..] => Some(StreamKind::ZipPart),
        _ if tar::is_header(head) => Some(StreamKind::Tar),
        _ => packed::own_packing(head)
            .map(StreamKind::Packed)
            .or_else(|| within::holder(head).map(StreamKind::Within)),
    }
}

/// The same, or what the name says where the bytes say nothing: of a file in a repository of some backup program or not.
pub(super) fn kind_of(name: &[u8], head: &[u8], in_repository: bool) -> Option<StreamKind> {
    let by_name = match name {
        // It may begin as what it holds.
        [.., b'.', b'i' | b'd'] => {
            within::holder_named(name, head, in_repository).map(StreamKind::Within)
        }
        _ => None,
    };
    by_name
        .or_else(|| kind(head))
        .or_else(|| packed::packing_named(name, head).map(StreamKind::Packed))
}

/// Whether a file on disk is to be read so. A table whose first pages are plain is searched as it stands, by all threads.
pub(super) fn is_read_so(kind: StreamKind, window: &[u8]) -> bool {
    match kind {
        StreamKind::Within(PieceHolder::Innodb(table)) => {
            table.is_packed() || table.has_other_than_plain(window)
        }
        _ => true,
    }
}

/// lz4's frames, and those of its old form.
fn is_lz4(head: &[u8]) -> bool {
    head.starts_with(&[0x04, 0x22, 0x4d, 0x18]) || head.starts_with(&[0x02, 0x21, 0x4c, 0x18])
}

/// The form has no mark: usual properties, a dictionary as `lzma` and `xz` choose them, a length that is unknown or not
/// absurd, and the first byte of the packed data, which is always 0.
fn is_lzma(head: &[u8]) -> bool {
    let Some(([0x5d, dictionary @ .., _, _, _, _, _, _, _, _], [0, ..])) =
        head.split_first_chunk::<13>()
    else {
        return false;
    };
    let length = u64::from_le_bytes(head[5..].first_chunk().copied().unwrap_or_default());
    let dictionary = u32::from_le_bytes(*dictionary);
    dictionary >= 4096
        && (dictionary.is_power_of_two()
            || dictionary % 3 == 0 && (dictionary / 3).is_power_of_two())
        && (length == u64::MAX || length < 1 << 40)
}

/// Two bytes are a weak mark: as much as is there must unpack to something.
fn is_zlib(head: &[u8]) -> bool {
    let mut unpacked = [0; 1 << 10];
    let mut unpacker = flate2::Decompress::new(true);
    let outcome = unpacker.decompress(head, &mut unpacked, flate2::FlushDecompress::None);
    outcome.is_ok() && unpacker.total_out() > 0
}

/// Reads an archive on disk, which stands at its start.
pub(super) fn open_on_disk<F: Read + Seek>(
    search: &mut PartSearch<'_>,
    kind: StreamKind,
    file: &mut F,
    head: &[u8],
    reading: &mut FileReading<'_>,
) -> Result<(), SkipReason> {
    match kind {
        StreamKind::Zip => zip::read(search, file, reading, 0),
        StreamKind::ZipPart => zip::read_parts(search, file, reading, 0),
        StreamKind::Seven => seven::read(search, file, reading, 0),
        StreamKind::Xbstream => xbstream::read_on_disk(search, file, reading),
        _ => open(search, kind, file, head, reading, 0),
    }
}

/// Reads an archive from its start. `head` is how it begins.
pub(super) fn open(
    search: &mut PartSearch<'_>,
    kind: StreamKind,
    stream: &mut dyn Read,
    head: &[u8],
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    match kind {
        StreamKind::Packed(packing) => packed::read(search, packing, stream, head, reading, depth),
        StreamKind::Tar => tar::read(search, stream, reading, depth),
        StreamKind::PgDump => pg_dump::read(search, stream, reading, depth),
        StreamKind::Ar => ar::read(search, stream, reading, depth),
        StreamKind::Rpm => rpm::read(search, stream, reading, depth),
        StreamKind::Vmdk => vmdk::read(search, stream, reading, depth),
        StreamKind::Xbstream => xbstream::read(search, stream, reading, depth),
        StreamKind::Within(holder) => within::read(search, holder, stream, reading, depth),
        StreamKind::Zip | StreamKind::Seven => {
            // Half of what is left: its members may need the rest.
            let limit = reading.memory / 2;
            let mut whole = Zeroizing::new(Vec::new());
            stream
                .take(limit + 1)
                .read_to_end(&mut whole)
                .map_err(|e| broken(&e))?;
            reading.budget.work(whole.len() as u64 * SLOW);
            if whole.len() as u64 > limit {
                return Err(SkipReason::Memory(limit >> 20));
            }
            // A growing buffer has up to twice the room that it fills.
            let outer = reading.memory;
            reading.memory -= whole.len() as u64;
            let mut whole = Cursor::new(&whole[..]);
            let outcome = match kind {
                StreamKind::Zip => zip::read(search, &mut whole, reading, depth),
                _ => seven::read(search, &mut whole, reading, depth),
            };
            // What begins like an archive and is none, or is damaged, may be anything.
            if matches!(outcome, Err(SkipReason::Broken(_))) && !reading.budget.exceeded() {
                whole.set_position(0);
                // What holds it all does not fail.
                let _ = search.text(Text::new(&mut whole, depth), reading);
            }
            reading.memory = outer;
            outcome
        }
        StreamKind::ZipPart => Err(SkipReason::Part),
    }
}

/// Reads one member. A broken one does not end the archive.
///
/// # Errors
/// When nothing more of the archive may be read.
fn member(
    search: &mut PartSearch<'_>,
    stream: &mut dyn Read,
    name: String,
    modified: Option<i64>,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let outer = std::mem::replace(&mut reading.modified, modified);
    reading.inside.push(name.into());
    let outcome = search.stream(stream, reading, depth + 1);
    let ends = reading.budget.exceeded();
    if let Err(why) = &outcome
        && !ends
        && !(search.cancel)()
    {
        let inside = reading.inside.clone();
        search.skip(reading.path, &inside, why.clone());
    }
    reading.inside.pop();
    reading.modified = outer;
    if ends { outcome } else { Ok(()) }
}
