//! Files in which packed pieces stand among plain ones: journals of systemd, segments of Borg, Redis' dumps, cabinets of
//! Windows, tables of InnoDB, the local history of JetBrains, and forms that keep their content as streams that end by
//! themselves (squashfs and its kin).
//!
//! They are read once, from their beginning: each piece is given unpacked, and all between them as it stands. So nothing is
//! lost that stands there plainly, whatever else is wrong with the file.

mod borg;
mod cabinet;
mod embedded;
mod innodb;
mod jetbrains;
mod journal;
mod lookahead;
mod redis;

use std::cell::Cell;
use std::io::{Error, ErrorKind, Read, Result};
use std::rc::Rc;

use zeroize::Zeroizing;

use super::super::SkipReason;
use super::super::budget::{FAST, MeteredReader};
use super::super::text::Text;
use crate::domain::hunt::forms::innodb::InnodbTable;
use crate::domain::hunt::forms::{StreamsIn, UnreadForm, is_revlog, streams_in};
use crate::io::hunt::search::{FileReading, PartSearch};
use lookahead::Lookahead;

/// What holds packed pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum PieceHolder {
    /// A journal of systemd with packed fields.
    Journal,
    /// A segment of a Borg repository.
    Borg,
    /// A dump of Redis.
    Redis,
    /// A cabinet of Windows.
    Cabinet,
    /// A table of InnoDB, whatever its pages are.
    Innodb(InnodbTable),
    /// What JetBrains' programs keep of files.
    ContentLog,
    /// Some other form, with streams of usual packers in it.
    Streams(StreamsIn),
}

/// A piece, packed or not: a chunk of Borg is no longer.
const MAX_PIECE: usize = 9 << 20;
/// The largest window of a piece.
const MAX_WINDOW: u64 = 8 << 20;
/// Two pieces, a window, and what is read ahead.
const MEMORY: u64 = 2 * MAX_PIECE as u64 + MAX_WINDOW + (1 << 20);
/// How much of what is not packed is given at a time.
const PLAIN: usize = 64 << 10;

/// What some piece is that was left out, where there is one.
type LeftOut = Rc<Cell<Option<UnreadForm>>>;

/// What begins so holds such pieces.
pub(super) fn holder(head: &[u8]) -> Option<PieceHolder> {
    match head {
        _ if journal::begins(head) => Some(PieceHolder::Journal),
        _ if head.starts_with(borg::MAGIC) => Some(PieceHolder::Borg),
        _ if redis::begins(head) => Some(PieceHolder::Redis),
        _ if head.starts_with(cabinet::MAGIC) => Some(PieceHolder::Cabinet),
        _ if head.starts_with(jetbrains::MAGIC) => Some(PieceHolder::ContentLog),
        _ if let Some(table) = InnodbTable::of(head) => Some(PieceHolder::Innodb(table)),
        _ => streams_in(head).map(PieceHolder::Streams),
    }
}

/// What is called so holds such pieces.
pub(super) fn holder_named(name: &[u8], head: &[u8], in_repository: bool) -> Option<PieceHolder> {
    let streams = StreamsIn {
        form: UnreadForm::Mercurial,
        all: true,
    };
    is_revlog(name, head, in_repository).then_some(PieceHolder::Streams(streams))
}

/// Reads all of it.
pub(super) fn read(
    search: &mut PartSearch<'_>,
    holder: PieceHolder,
    stream: &mut dyn Read,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> std::result::Result<(), SkipReason> {
    let outer = reading.memory;
    reading.memory = outer
        .checked_sub(MEMORY)
        .ok_or(SkipReason::Memory(MEMORY.div_ceil(1 << 20)))?;
    let members = reading.inside.len();
    let mut unread = None;
    let left_out = LeftOut::default();
    let mut pieces: Box<dyn Read + '_> = match holder {
        PieceHolder::Journal => Box::new(PieceReader::new(journal::SystemdJournal::new(stream))),
        PieceHolder::Borg => Box::new(PieceReader::new(borg::BorgSegment::new(stream))),
        PieceHolder::Redis => Box::new(PieceReader::new(redis::RedisDump::new(
            Lookahead::new(stream),
            &reading.budget,
        ))),
        PieceHolder::Cabinet => {
            let name = UnreadForm::Cab.name().to_owned();
            reading.inside.push(name.into());
            let left_out = Rc::clone(&left_out);
            let cabinet = cabinet::Cabinet::new(stream, &reading.budget, left_out);
            Box::new(PieceReader::new(cabinet))
        }
        PieceHolder::Innodb(table) => {
            if table.is_packed() {
                let name = UnreadForm::InnodbCompressed.name().to_owned();
                reading.inside.push(name.into());
            }
            let left_out = Rc::clone(&left_out);
            let pages = innodb::InnodbPages::new(stream, table, left_out);
            Box::new(PieceReader::new(pages))
        }
        PieceHolder::ContentLog => {
            let name = UnreadForm::JetBrains.name().to_owned();
            reading.inside.push(name.into());
            let left_out = Rc::clone(&left_out);
            let log = jetbrains::ContentLog::new(stream, left_out);
            Box::new(PieceReader::new(log))
        }
        PieceHolder::Streams(StreamsIn { form, all }) => {
            reading.inside.push(form.name().to_owned().into());
            unread = (!all).then_some(SkipReason::Form(form));
            Box::new(embedded::Embedded::new(
                Lookahead::new(stream),
                &reading.budget,
            ))
        }
    };
    let mut metered = MeteredReader::new(&mut *pieces, &reading.budget, FAST, search.cancel);
    let outcome = search.text(Text::new(&mut metered, depth + 1), reading);
    reading.inside.truncate(members);
    reading.memory = outer;
    unread = unread.or(left_out.get().map(SkipReason::Form));
    outcome.and(unread.map_or(Ok(()), Err))
}

/// What gives a file piece by piece.
trait Pieces {
    /// Adds the next piece. `false` when all are over.
    fn next(&mut self, given: &mut Vec<u8>) -> Result<bool>;
}

/// Pieces as a stream.
struct PieceReader<P> {
    pieces: P,
    piece: Zeroizing<Vec<u8>>,
    taken: usize,
}

impl<P: Pieces> PieceReader<P> {
    fn new(pieces: P) -> Self {
        Self {
            pieces,
            piece: Zeroizing::default(),
            taken: 0,
        }
    }
}

impl<P: Pieces> Read for PieceReader<P> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while self.taken == self.piece.len() {
            self.piece.clear();
            self.taken = 0;
            if !self.pieces.next(&mut self.piece)? {
                return Ok(0);
            }
        }
        let read = (&self.piece[self.taken..]).read(buffer)?;
        self.taken += read;
        Ok(read)
    }
}

/// Gives what is left of bytes that are no piece, as many of them as are given at once. Says whether there may be more.
fn give_plain(stream: &mut dyn Read, left: &mut u64, given: &mut Vec<u8>) -> Result<bool> {
    let bytes = (*left).min(PLAIN as u64);
    *left -= bytes;
    let whole = add_plain(stream, bytes, given)?;
    Ok(whole || !given.is_empty())
}

/// Adds what a whole stream unpacks to, as far as that goes and no more than a piece may hold.
fn add_unpacked(unpacked: impl Read, given: &mut Vec<u8>) -> Result<()> {
    unpacked
        .take(MAX_PIECE as u64)
        .read_to_end(given)
        .map(|_| ())
}

fn add_xz(packed: &[u8], given: &mut Vec<u8>) -> Result<()> {
    let kib = (MAX_WINDOW >> 10) as u32 + 1024;
    add_unpacked(
        lzma_rust2::XzReader::new_mem_limit(packed, false, kib),
        given,
    )
}

fn add_zstd(packed: &[u8], given: &mut Vec<u8>) -> Result<()> {
    let mut unpacked = zstd::Decoder::with_buffer(packed)?;
    unpacked.window_log_max(MAX_WINDOW.ilog2())?;
    add_unpacked(unpacked, given)
}

/// Adds what a block of lz4 unpacks to, which is no longer than this.
fn add_lz4(packed: &[u8], longest: usize, given: &mut Vec<u8>) -> Result<()> {
    let before = given.len();
    // No block unpacks to more than 255 times as much.
    let longest = longest.min(MAX_PIECE).min(packed.len().saturating_mul(255));
    given.resize(before + longest, 0);
    let unpacked = lz4_flex::block::decompress_into(packed, &mut given[before..]);
    given.truncate(before + unpacked.as_ref().copied().unwrap_or(0));
    unpacked
        .map(|_| ())
        .map_err(|e| Error::new(ErrorKind::InvalidData, e))
}

/// Reads so many bytes, or as many as are left, behind those that are there. Whether all were.
fn add_plain(stream: &mut dyn Read, bytes: u64, given: &mut Vec<u8>) -> Result<bool> {
    let read = stream.take(bytes).read_to_end(given)?;
    Ok(read as u64 == bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::super::super::budget::{Budget, Rates};
    use super::*;

    /// What comes out of these bytes, up to a bound.
    fn given(holder: PieceHolder, mut bytes: &[u8]) -> Vec<u8> {
        let budget = Budget::new(Rates {
            free: 1 << 30,
            ratio: 0,
        });
        let stream: &mut dyn Read = &mut bytes;
        let pieces: Box<dyn Read + '_> = match holder {
            PieceHolder::Journal => {
                Box::new(PieceReader::new(journal::SystemdJournal::new(stream)))
            }
            PieceHolder::Borg => Box::new(PieceReader::new(borg::BorgSegment::new(stream))),
            PieceHolder::Redis => Box::new(PieceReader::new(redis::RedisDump::new(
                Lookahead::new(stream),
                &budget,
            ))),
            PieceHolder::Cabinet => {
                let cabinet = cabinet::Cabinet::new(stream, &budget, Rc::default());
                Box::new(PieceReader::new(cabinet))
            }
            PieceHolder::Innodb(table) => Box::new(PieceReader::new(innodb::InnodbPages::new(
                stream,
                table,
                Rc::default(),
            ))),
            PieceHolder::ContentLog => Box::new(PieceReader::new(jetbrains::ContentLog::new(
                stream,
                Rc::default(),
            ))),
            PieceHolder::Streams(_) => {
                Box::new(embedded::Embedded::new(Lookahead::new(stream), &budget))
            }
        };
        let mut out = Vec::new();
        let _ = pieces.take(1 << 20).read_to_end(&mut out);
        out
    }

    const STREAMS: PieceHolder = PieceHolder::Streams(StreamsIn {
        form: UnreadForm::Squashfs,
        all: true,
    });
    /// All of them, tables of every form among them.
    fn all() -> Vec<PieceHolder> {
        let table = |flags: u32| {
            let mut head = [0; 512];
            head[25] = 8;
            head[54..58].copy_from_slice(&flags.to_be_bytes());
            InnodbTable::of(&head)
        };
        let tables = [0x31, 0x51, 0x71, 0x1_0061, 0x23]
            .into_iter()
            .filter_map(table);
        let others = [
            PieceHolder::Cabinet,
            PieceHolder::Journal,
            PieceHolder::Borg,
            PieceHolder::Redis,
            PieceHolder::ContentLog,
            STREAMS,
        ];
        tables.map(PieceHolder::Innodb).chain(others).collect()
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived_and_what_is_no_piece_is_given(
            parts in proptest::collection::vec((0..16usize, proptest::collection::vec(any::<u8>(), 0..80)), 0..10),
        ) {
            let marks: [&[u8]; 16] = [
                b"", b"LPKSHHRH\0\0\0\0\x08\0\0\0", b"BORG_SEG", b"REDIS0011", b"\x78\x9c", b"\x28\xb5\x2f\xfd",
                b"\xfd7zXZ\0", b"\x1f\x8b\x08\0", b"\xc3\x10\x18", b"\x01\x04\0\0\0\0\0\0\x60\0\0\0\0\0\0\0",
                b"\0\0\0\0\x60\0\0\0\0", b"\x02\x01\0",
                b"MLOA", b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80\x02", &[0; 512],
                b"MSCF\0\0\0\0\x80\0\0\0\0\0\0\0\x2c\0\0\0\0\0\0\0\x03\x01\x01\0\x02\0\0\0\0\0\0\0\x2c\0\0\0\x09\0\x01\0\0\0\0\0\x09\0\x40\0CK",
            ];
            let bytes: Vec<u8> = parts.iter().flat_map(|(mark, more)| [marks[*mark], more].concat()).collect();
            for holder in all() {
                given(holder, &bytes);
            }
        }
    }

    /// A journal with one field, packed so, and something plain behind it.
    fn journal(packing: u8, packed: &[u8]) -> Vec<u8> {
        let mut head = vec![0; 264];
        head[..8].copy_from_slice(b"LPKSHHRH");
        head[12] = packing;
        head[88..90].copy_from_slice(&264u16.to_le_bytes());
        let length = (64 + packed.len()) as u64;
        let object = [
            &[1, packing, 0, 0, 0, 0, 0, 0][..],
            &length.to_le_bytes(),
            &[0; 48],
            packed,
        ]
        .concat();
        [head, object, b"plain".to_vec()].concat()
    }

    #[test]
    fn fields_of_journals_are_unpacked_whatever_packed_them() {
        let text = b"MESSAGE=a a a a a a a a a a\n";
        let lz4 = [
            &(text.len() as u64).to_le_bytes()[..],
            &lz4_flex::block::compress(text),
        ]
        .concat();
        let mut xz =
            lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
        xz.write_all(text).unwrap();
        let zstd = zstd::encode_all(&text[..], 1).unwrap();
        for (packing, packed) in [(1, xz.finish().unwrap()), (2, lz4), (4, zstd)] {
            let mut bytes = journal(packing, &packed);
            let given_of = |bytes: &[u8]| given(PieceHolder::Journal, bytes);
            let out = given_of(&bytes);
            assert!(memchr::memmem::find(&out, text).is_some(), "{packing}");
            assert!(out.ends_with(b"plain"), "{packing}");
            // What cannot be unpacked is given as it stands.
            bytes[264 + 64..264 + 64 + 12].fill(0xff);
            assert!(
                memchr::memmem::find(&given_of(&bytes), &packed[12..]).is_some(),
                "{packing}"
            );
        }
    }

    #[test]
    fn blocks_of_a_cabinet_look_back_into_those_before() {
        let text = b"APP_KEY=abcdefghijklmnopqrstuvwxyz0123456789 ".repeat(900);
        let (first, second) = text.split_at(32 << 10);
        let deflated = |before: &[u8], block: &[u8]| {
            let mut packed = flate2::Compress::new(flate2::Compression::best(), false);
            if !before.is_empty() {
                packed.set_dictionary(before).unwrap();
            }
            let mut out = Vec::with_capacity(40 << 10);
            packed
                .compress_vec(block, &mut out, flate2::FlushCompress::Finish)
                .unwrap();
            [b"CK", &out[..]].concat()
        };
        let blocks = [deflated(b"", first), deflated(first, second)];
        let mut cabinet = [cabinet::MAGIC, &[0; 28]].concat();
        (cabinet[26], cabinet[30]) = (1, 4);
        // Four bytes more of the header, one of the folder, and two of each block.
        cabinet.extend([4, 0, 1, 2, 9, 9, 9, 9]);
        cabinet.extend([60, 0, 0, 0, 2, 0, 1, 0, 9]);
        cabinet.resize(60, 9);
        for block in &blocks {
            let lengths = [block.len() as u16, 0].map(u16::to_le_bytes).concat();
            cabinet.extend([&[9; 4], &lengths[..], &[9; 2], block].concat());
        }
        assert!(given(PieceHolder::Cabinet, &cabinet) == text);
        assert!(blocks[1].len() < 200, "the second block looks back");
        // Cut, it is read as far as it goes.
        let cut = given(PieceHolder::Cabinet, &cabinet[..cabinet.len() - 1]);
        assert!(text.starts_with(&cut) && cut.len() > first.len());
    }

    #[test]
    fn text_comes_through_as_it_is() {
        let text = b"APP_KEY=x (not packed) x\x9cy\n".repeat(9000);
        for holder in [PieceHolder::Redis, STREAMS] {
            assert!(given(holder, &text) == text, "{holder:?}");
        }
        let segment = [borg::MAGIC, &text].concat();
        assert!(given(PieceHolder::Borg, &segment).ends_with(&text));
    }
}
