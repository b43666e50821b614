//! Archives as streams: packed files, tar, zip, 7z, and any of them within another.

mod packed;
mod seven;
mod tar;
mod zip;

use std::io::{Cursor, Read, Seek};

use zeroize::Zeroizing;

use self::packed::Packing;
use super::budget::SLOW;
use super::text::Text;
use super::{SkipReason, pg_dump};
use crate::io::hunt::search::{FileReading, PartSearch, broken};

/// What the first bytes say a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamKind {
    Packed(Packing),
    Tar,
    Zip,
    Seven,
    PgDump,
    /// Forms that are not unpacked here.
    NotRead(&'static str),
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
        [b'P', b'K', 3, 4, ..] => Some(StreamKind::Zip),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some(StreamKind::Seven),
        _ if head.starts_with(pg_dump::MAGIC) => Some(StreamKind::PgDump),
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Some(StreamKind::NotRead("rar")),
        [b'L', b'Z', b'I', b'P', 0 | 1, ..] => Some(StreamKind::NotRead("lzip")),
        [0x04, 0x22, 0x4d, 0x18, ..] => Some(StreamKind::NotRead("lz4")),
        [0x89, b'L', b'Z', b'O', 0, b'\r', ..] => Some(StreamKind::NotRead("lzop")),
        [b'Q', b'F', b'I', 0xfb, 0, 0, 0, 2 | 3, ..] => Some(StreamKind::NotRead("qcow2")),
        _ if tar::is_header(head) => Some(StreamKind::Tar),
        _ => None,
    }
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
        StreamKind::Seven => seven::read(search, file, reading, 0),
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
        StreamKind::NotRead(name) => Err(SkipReason::NotRead(name)),
    }
}

/// Reads one member. A broken one does not end the archive.
///
/// # Errors
/// When nothing more of the archive may be read.
pub(super) fn member(
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
