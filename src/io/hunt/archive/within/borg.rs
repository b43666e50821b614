//! Segments of a Borg repository: entries one behind the other, and in those of a repository without encryption chunks of
//! files, each packed by itself (Borg's "Internals", versions 1.0 to 1.4). Of one with encryption nothing is seen.

use std::io::{Read, Result};

use zeroize::Zeroizing;

use super::{MAX_PIECE, Pieces, add_lz4, add_plain, add_unpacked, add_xz, add_zstd, give_plain};

pub(super) const MAGIC: &[u8] = b"BORG_SEG";
/// A sum, the length of the entry, and its kind.
const ENTRY: usize = 9;
/// Kinds that hold a chunk, behind its name of 32 bytes and perhaps a sum.
const PUT: u8 = 0;
const PUT_WITH_SUM: u8 = 3;
const NAME: u64 = 32;
const SUM: u64 = 8;
/// How a chunk begins that is not encrypted.
const PLAINTEXT: u8 = 2;

pub(super) struct BorgSegment<'s> {
    stream: &'s mut dyn Read,
    /// Bytes from here on that are no chunk.
    plain: u64,
}

impl<'s> BorgSegment<'s> {
    pub(super) fn new(stream: &'s mut dyn Read) -> Self {
        Self {
            stream,
            plain: MAGIC.len() as u64,
        }
    }
}

impl Pieces for BorgSegment<'_> {
    fn next(&mut self, given: &mut Vec<u8>) -> Result<bool> {
        if self.plain > 0 {
            return give_plain(self.stream, &mut self.plain, given);
        }
        let mut entry = Vec::new();
        let whole = add_plain(self.stream, ENTRY as u64, &mut entry)?;
        let length = entry.get(4..).and_then(<[u8]>::first_chunk);
        let length = length.map(|length| u64::from(u32::from_le_bytes(*length)));
        let rest = length.and_then(|length| length.checked_sub(ENTRY as u64));
        let (true, Some(rest)) = (whole, rest) else {
            given.extend_from_slice(&entry);
            self.plain = u64::MAX;
            return Ok(!entry.is_empty());
        };
        let before = match entry[ENTRY - 1] {
            PUT => NAME,
            PUT_WITH_SUM => NAME + SUM,
            _ => rest + 1,
        };
        match rest.checked_sub(before) {
            Some(chunk) if chunk <= MAX_PIECE as u64 => {
                std::io::copy(&mut (&mut *self.stream).take(before), &mut std::io::sink())?;
                let mut packed = Zeroizing::new(Vec::new());
                let whole = add_plain(self.stream, chunk, &mut packed)?;
                let length = given.len();
                let unpacked = unpack(&packed, given);
                if unpacked.is_none_or(|unpacked| unpacked.is_err()) && given.len() == length {
                    given.extend_from_slice(&packed);
                }
                // Chunks of a file mostly stand one behind the other: what is cut between two of them is whole again.
                Ok(whole || !given.is_empty())
            }
            _ => {
                given.extend_from_slice(&entry);
                self.plain = rest;
                Ok(true)
            }
        }
    }
}

/// Adds what a chunk holds, where it is not encrypted and its packing is known.
fn unpack(chunk: &[u8], given: &mut Vec<u8>) -> Option<Result<()>> {
    let content = chunk.strip_prefix(&[PLAINTEXT])?;
    let unpacked = match content {
        [0, 0, rest @ ..] => {
            given.extend_from_slice(rest);
            Ok(())
        }
        [1, 0, rest @ ..] => add_lz4(rest, MAX_PIECE, given),
        [2, 0, rest @ ..] => add_xz(rest, given),
        [3, 0, rest @ ..] => add_zstd(rest, given),
        [5, 0, rest @ ..] => add_unpacked(flate2::bufread::ZlibDecoder::new(rest), given),
        [first, ..] if first & 0x0f == 8 => {
            add_unpacked(flate2::bufread::ZlibDecoder::new(content), given)
        }
        _ => return None,
    };
    Some(unpacked)
}
