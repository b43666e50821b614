//! Journals of systemd: objects one behind the other, of which those of data may be packed by xz, lz4 or zstd (its own
//! document, "Journal File Format").

use std::io::{Read, Result};

use zeroize::Zeroizing;

use super::super::numbers::number;
use super::{MAX_PIECE, PLAIN, Pieces, add_lz4, add_plain, add_xz, add_zstd};

const MAGIC: &[u8] = b"LPKSHHRH";
/// Flags of what a reader must understand: packed by one of three, and shorter objects.
const PACKED: u64 = 1 | 1 << 1 | 1 << 3;
const COMPACT: u64 = 1 << 4;
/// The header up to its own length.
const HEADER: usize = 96;
/// What every object begins with: its kind, flags and length.
const OBJECT: usize = 16;
const DATA: u8 = 1;
/// What stands before the content of data.
const FIELDS: u64 = 48;
const FIELDS_COMPACT: u64 = 56;
const XZ: u8 = 1;
const LZ4: u8 = 2;
const ZSTD: u8 = 4;

/// Whether a file begins as a journal with packed data does. Others are read as they stand.
pub(super) fn begins(head: &[u8]) -> bool {
    head.starts_with(MAGIC) && flags(head) & PACKED != 0
}

fn flags(head: &[u8]) -> u64 {
    number(head, 12, 4)
}

pub(super) struct SystemdJournal<'s> {
    stream: &'s mut dyn Read,
    /// Bytes that were read.
    at: u64,
    /// Bytes from here on that are no packed data.
    plain: u64,
    fields: u64,
}

impl<'s> SystemdJournal<'s> {
    pub(super) fn new(stream: &'s mut dyn Read) -> Self {
        Self {
            stream,
            at: 0,
            plain: 0,
            fields: FIELDS,
        }
    }

    /// Adds so many bytes. Whether all were there.
    fn add(&mut self, bytes: u64, given: &mut Vec<u8>) -> Result<bool> {
        let before = given.len();
        let whole = add_plain(self.stream, bytes, given)?;
        self.at += (given.len() - before) as u64;
        Ok(whole)
    }
}

impl Pieces for SystemdJournal<'_> {
    fn next(&mut self, given: &mut Vec<u8>) -> Result<bool> {
        if self.at == 0 {
            if self.add(HEADER as u64, given)? {
                self.plain = number(given, HEADER - 8, 8).saturating_sub(HEADER as u64);
                if flags(given) & COMPACT != 0 {
                    self.fields = FIELDS_COMPACT;
                }
            }
            return Ok(!given.is_empty());
        }
        if self.plain > 0 {
            let bytes = self.plain.min(PLAIN as u64);
            self.plain -= bytes;
            let whole = self.add(bytes, given)?;
            return Ok(whole || !given.is_empty());
        }
        let padding = self.at.next_multiple_of(8) - self.at;
        if !self.add(padding + OBJECT as u64, given)? {
            return Ok(!given.is_empty());
        }
        let head = &given[given.len() - OBJECT..];
        let (kind, packing) = (head[0], head[1] & (XZ | LZ4 | ZSTD));
        let Some(length) = number(head, 8, 8).checked_sub(OBJECT as u64) else {
            // Room that is kept for more, or damage: the rest as it stands.
            self.plain = u64::MAX;
            return Ok(true);
        };
        let content = length.checked_sub(self.fields);
        let content = content.filter(|content| *content <= MAX_PIECE as u64);
        let (DATA, XZ | LZ4 | ZSTD, Some(content)) = (kind, packing, content) else {
            self.plain = length;
            return Ok(true);
        };
        self.add(self.fields, given)?;
        let mut packed = Zeroizing::new(Vec::new());
        self.add(content, &mut packed)?;
        let before = given.len();
        let unpacked = match packing {
            XZ => add_xz(&packed, given),
            ZSTD => add_zstd(&packed, given),
            _ => {
                let longest = usize::try_from(number(&packed, 0, 8)).unwrap_or(usize::MAX);
                add_lz4(packed.get(8..).unwrap_or_default(), longest, given)
            }
        };
        if unpacked.is_err() && given.len() == before {
            given.extend_from_slice(&packed);
        }
        given.push(b'\n');
        Ok(true)
    }
}
