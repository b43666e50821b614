//! What JetBrains' programs keep of files since 2024, for their local history: records one behind the other, of which long
//! ones are packed by lz4 or deflate (`AppendOnlyLogOverMMappedFile`, `VFSContentStorageOverMMappedFile`). What they kept
//! before that is a row of streams.

use std::io::{Read, Result};

use zeroize::Zeroizing;

use super::{LeftOut, MAX_PIECE, Pieces, add_lz4, add_plain, add_unpacked, give_plain};
use crate::domain::hunt::forms::UnreadForm;

pub(super) const MAGIC: &[u8] = b"MLOA";
const HEADER: u64 = 64;
/// Of the number before a record: its length with this number. Two bits more say what it is.
const LENGTH: u32 = 0x3fff_ffff;
const NUMBER: u64 = 4;
/// A sum of the content.
const SUM: usize = 20;

pub(super) struct ContentLog<'s> {
    stream: &'s mut dyn Read,
    /// Bytes from here on that are no record.
    plain: u64,
    left_out: LeftOut,
}

impl<'s> ContentLog<'s> {
    /// Reads such a log; `left_out` is set where a record holds more than is unpacked of one.
    pub(super) fn new(stream: &'s mut dyn Read, left_out: LeftOut) -> Self {
        Self {
            stream,
            plain: HEADER,
            left_out,
        }
    }
}

impl Pieces for ContentLog<'_> {
    fn next(&mut self, given: &mut Vec<u8>) -> Result<bool> {
        if self.plain > 0 {
            return give_plain(self.stream, &mut self.plain, given);
        }
        let mut number = Vec::new();
        add_plain(self.stream, NUMBER, &mut number)?;
        let length = number
            .first_chunk()
            .map(|number| u32::from_le_bytes(*number) & LENGTH);
        let rest = length.and_then(|length| u64::from(length).checked_sub(NUMBER));
        let Some(rest) = rest.filter(|rest| *rest > 0) else {
            // Room for more, or damage.
            self.plain = u64::MAX;
            given.extend_from_slice(&number);
            return Ok(!number.is_empty());
        };
        let padded = rest.next_multiple_of(NUMBER);
        if rest > MAX_PIECE as u64 {
            self.plain = padded;
            return Ok(true);
        }
        let mut record = Zeroizing::new(Vec::new());
        add_plain(self.stream, padded, &mut record)?;
        let end = record.len().min(rest as usize);
        let before = given.len();
        if !unpack(&record[..end], given) {
            given.extend_from_slice(&record[..end]);
        } else if given.len() - before >= MAX_PIECE {
            self.left_out.set(Some(UnreadForm::JetBrains));
        }
        given.push(b'\n');
        Ok(true)
    }
}

/// Adds what a record holds, if it is packed: then its length stands there as a negative number.
fn unpack(record: &[u8], given: &mut Vec<u8>) -> bool {
    let Some((length, packed)) = record.get(SUM..).and_then(<[u8]>::split_first_chunk) else {
        return false;
    };
    let length = i32::from_le_bytes(*length);
    if length >= 0 {
        return false;
    }
    let before = given.len();
    let longest = (length.unsigned_abs() as usize).min(MAX_PIECE);
    if add_lz4(packed, longest, given).is_err() || given.len() < before + longest {
        given.truncate(before);
        // What came out before it broke off counts.
        let _ = add_unpacked(flate2::bufread::ZlibDecoder::new(packed), given);
    }
    given.len() > before
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;
    use std::rc::Rc;

    use super::super::PieceReader;
    use super::*;

    /// A record of these bytes, after its number.
    fn record(length: i32, content: &[u8]) -> Vec<u8> {
        let all = SUM + 4 + content.len();
        let number = (all as u32 + NUMBER as u32) | 1 << 30;
        let mut record = [
            &number.to_le_bytes()[..],
            &[7; SUM],
            &length.to_le_bytes(),
            content,
        ]
        .concat();
        record.resize(record.len().next_multiple_of(4), 0);
        record
    }

    fn given(mut bytes: &[u8]) -> Vec<u8> {
        let mut given = Vec::new();
        let mut log = PieceReader::new(ContentLog::new(&mut bytes, Rc::default()));
        log.read_to_end(&mut given).unwrap();
        given
    }

    #[test]
    fn a_record_that_unpacks_to_more_is_told() {
        for (length, told) in [(1 << 20, None), (10 << 20, Some(UnreadForm::JetBrains))] {
            let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            zlib.write_all(&vec![b'x'; length]).unwrap();
            let mut bytes = MAGIC.to_vec();
            bytes.resize(HEADER as usize, 0);
            bytes.extend(record(-(length as i32), &zlib.finish().unwrap()));
            let cut = LeftOut::default();
            let mut stream = &bytes[..];
            let mut log = PieceReader::new(ContentLog::new(&mut stream, Rc::clone(&cut)));
            std::io::copy(&mut log, &mut std::io::sink()).unwrap();
            assert_eq!(cut.get(), told);
        }
    }

    #[test]
    fn records_are_unpacked_whatever_packed_them() {
        let text = b"APP_KEY=abcdefghijklmnopqrstuvwxyz and more of it\n".repeat(300);
        let length = text.len() as i32;
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        zlib.write_all(&text).unwrap();
        let (lz4, zlib) = (lz4_flex::block::compress(&text), zlib.finish().unwrap());
        let mut header = MAGIC.to_vec();
        header.resize(HEADER as usize, 0);
        let all = [
            header.clone(),
            record(9, b"it stands"),
            record(-length, &lz4),
            record(-length, &zlib),
            record(-length, b"damaged"),
            vec![0; 100_000],
        ]
        .concat();
        let given = given(&all);
        assert!(memchr::memmem::find(&given, b"it stands").is_some());
        assert!(memchr::memmem::find(&given, b"damaged").is_some());
        assert_eq!(memchr::memmem::find_iter(&given, &text).count(), 2);
        assert!(given.ends_with(&[0; 1000]));
        for end in [0, 3, 60, 66, 90, 100, 400] {
            assert!(super::tests::given(&all[..end]).len() >= end.min(64));
        }
    }
}
