//! Tables of InnoDB, page by page: packed ones are given as the server works on them, others as they stand.

use std::io::{Error, ErrorKind, Read, Result};

use flate2::{Decompress, FlushDecompress, Status};
use zeroize::Zeroizing;

use super::{LeftOut, MAX_PIECE, Pieces, add_lz4, add_plain, add_unpacked, add_xz};
use crate::domain::hunt::forms::UnreadForm;
use crate::domain::hunt::forms::innodb::{InnodbTable, PageContent, PagePacking};

pub(super) struct InnodbPages<'s> {
    stream: &'s mut dyn Read,
    table: InnodbTable,
    page: Zeroizing<Vec<u8>>,
    /// Whether the first page was given.
    begun: bool,
    records: Decompress,
    /// A long text goes on in the next page.
    blob: Decompress,
    left_out: LeftOut,
}

impl<'s> InnodbPages<'s> {
    /// Reads a table; `left_out` is set where a page is encrypted, or packed in a way that is not read.
    pub(super) fn new(stream: &'s mut dyn Read, table: InnodbTable, left_out: LeftOut) -> Self {
        Self {
            stream,
            table,
            page: Zeroizing::default(),
            begun: false,
            records: Decompress::new(true),
            blob: Decompress::new(true),
            left_out,
        }
    }
}

impl Pieces for InnodbPages<'_> {
    fn next(&mut self, given: &mut Vec<u8>) -> Result<bool> {
        self.page.clear();
        let whole = add_plain(self.stream, self.table.stored as u64, &mut self.page)?;
        let content = match self.begun && whole {
            true => self.table.content(&self.page),
            false => PageContent::Plain,
        };
        self.begun = true;
        let page = &self.page[..];
        let before = given.len();
        let longest = self.table.page;
        let outcome = match content {
            PageContent::Plain => Err(None),
            PageContent::Encrypted => Err(Some(UnreadForm::InnodbEncrypted)),
            PageContent::Packed(packing, at, length) => page
                .get(at..at + length)
                .and_then(|packed| unpack(packing, packed, longest, given).ok())
                .ok_or(Some(UnreadForm::InnodbCompressed)),
            PageContent::Records(at) => {
                // Mostly without what is the same in all records of a page: what it unpacks to is no longer.
                self.records.reset(true);
                let used = inflate(&mut self.records, &page[at..], longest, given);
                used.map(|used| given.extend_from_slice(&page[at + used..]))
                    .map_err(|_| Some(UnreadForm::InnodbCompressed))
            }
            PageContent::Blob(at) | PageContent::MoreOfBlob(at) => {
                if matches!(content, PageContent::Blob(_)) {
                    self.blob.reset(true);
                }
                // Parts that are not in their order are given as they stand.
                let used = inflate(
                    &mut self.blob,
                    &page[at..],
                    (page.len() << 10).min(MAX_PIECE),
                    given,
                );
                used.map(|_| ()).map_err(|_| None)
            }
        };
        let nothing = given.len() == before;
        if nothing || outcome.is_err() {
            given.truncate(before);
            given.extend_from_slice(page);
        }
        // Who is told that it is encrypted knows more.
        if let Err(Some(unread)) = outcome
            && self.left_out.get() != Some(UnreadForm::InnodbEncrypted)
        {
            self.left_out.set(Some(unread));
        }
        Ok(!page.is_empty())
    }
}

/// Adds what a page holds.
fn unpack(packing: PagePacking, packed: &[u8], longest: usize, given: &mut Vec<u8>) -> Result<()> {
    match packing {
        PagePacking::Zlib => add_unpacked(flate2::bufread::ZlibDecoder::new(packed), given),
        PagePacking::Lz4 => add_lz4(packed, longest, given),
        PagePacking::Lzo => {
            let before = given.len();
            given.resize(before + longest, 0);
            let unpacked = lzo::decompress_into(packed, &mut given[before..]);
            given.truncate(before + unpacked.as_ref().map_or(0, |length| *length));
            unpacked
                .map(|_| ())
                .map_err(|_| Error::from(ErrorKind::InvalidData))
        }
        PagePacking::Xz => add_xz(packed, given),
        PagePacking::Bzip2 => add_unpacked(bzip2::bufread::BzDecoder::new(packed), given),
        PagePacking::Other => Err(Error::from(ErrorKind::Unsupported)),
    }
}

/// Adds what comes out of this part of a stream, and says how much of the part it took.
fn inflate(
    stream: &mut Decompress,
    packed: &[u8],
    longest: usize,
    given: &mut Vec<u8>,
) -> Result<usize> {
    let begun = stream.total_in();
    let mut part = Zeroizing::new(vec![0; 16 << 10]);
    let mut added = 0;
    loop {
        let used = (stream.total_in() - begun) as usize;
        let before = stream.total_out();
        let status = stream
            .decompress(&packed[used..], &mut part, FlushDecompress::None)
            .map_err(|e| Error::new(ErrorKind::InvalidData, e))?;
        let length = (stream.total_out() - before) as usize;
        given.extend_from_slice(&part[..length]);
        added += length;
        let used = (stream.total_in() - begun) as usize;
        if status == Status::StreamEnd || length == 0 && used == packed.len() {
            return Ok(used);
        }
        if added > longest || length == 0 {
            return Err(Error::from(ErrorKind::InvalidData));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;
    use std::rc::Rc;

    use super::*;

    const PAGE: usize = 16 << 10;

    /// A page of this kind, with something at a place.
    fn page(kind: u16, at: usize, content: &[u8]) -> Vec<u8> {
        let mut page = vec![0; PAGE];
        page[24..26].copy_from_slice(&kind.to_be_bytes());
        page[at..at + content.len()].copy_from_slice(content);
        page
    }

    /// What is given of a table whose first page has these flags, and what is told.
    fn given(flags: u32, page_of_it: &[u8]) -> (Vec<u8>, Option<UnreadForm>) {
        let first = page(8, 54, &flags.to_be_bytes());
        let table = InnodbTable::of(&first).unwrap();
        let bytes = [&first, page_of_it].concat();
        let (mut stream, unread) = (&bytes[..], LeftOut::default());
        let mut pages = InnodbPages::new(&mut stream, table, Rc::clone(&unread));
        let mut all = Vec::new();
        while pages.next(&mut all).unwrap() {}
        assert!(all.starts_with(&first));
        (all.split_off(PAGE), unread.get())
    }

    /// A page as the server works on it, and packed.
    fn packed_in_every_way() -> (Vec<u8>, [(u32, Vec<u8>); 4]) {
        let text = page(17855, 200, b"APP_KEY=abcdefghijklmnopqrstuvwxyz");
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
        let xz = lzma_rust2::XzOptions::with_preset(0);
        let mut xz = lzma_rust2::XzWriter::new(Vec::new(), xz).unwrap();
        zlib.write_all(&text).unwrap();
        bzip2.write_all(&text).unwrap();
        xz.write_all(&text).unwrap();
        let packed = [
            (1, zlib.finish().unwrap()),
            (2, lz4_flex::block::compress(&text)),
            (4, xz.finish().unwrap()),
            (5, bzip2.finish().unwrap()),
        ];
        (text, packed)
    }

    #[test]
    fn pages_are_given_as_the_server_works_on_them() {
        let (text, packed) = packed_in_every_way();
        for (number, packed) in packed {
            // With one checksum: of lz4's blocks, the byte before it says how much is in use of the last 256.
            let total = (26 + packed.len() + 5).next_multiple_of(256);
            let mut new = page(0x8000 | (total >> 8) as u16, 26, &packed);
            new[total - 5] = ((26 + packed.len() + 5) % 256) as u8;
            assert!(
                given(0x15 | number << 5, &new) == (text.clone(), None),
                "{number}"
            );
            let length = (packed.len() as u16).to_be_bytes();
            let mut old = page(34354, 38, &[&length[..], &packed].concat());
            old[33] = number as u8;
            assert!(given(0x1_0021, &old) == (text.clone(), None), "{number}");
            // Cut, or with other lengths, it is given as it stands, or as far as it goes.
            for at in [24, 25, 38, 39, 60] {
                let mut other = old.clone();
                other[at] ^= 0x55;
                assert!(!given(0x1_0021, &other).0.is_empty());
                assert!(given(0x1_0021, &old[..at * 2]).0 == old[..at * 2]);
            }
        }
        let snappy = page(0x8001, 26, b"whatever");
        let told = Some(UnreadForm::InnodbCompressed);
        assert!(given(0x15 | 6 << 5, &snappy) == (snappy, told));
        let mut encrypted = page(17855, 38, b"whatever");
        encrypted[3] = 1;
        let told = Some(UnreadForm::InnodbEncrypted);
        assert!(given(0x15, &encrypted) == (encrypted, told));
    }

    #[test]
    fn what_mysql_packs_is_read_too() {
        let text = b"APP_KEY=abcdefghijklmnopqrstuvwxyz ".repeat(100);
        for (number, packed) in [
            (2, lz4_flex::block::compress(&text)),
            (3, lz4_flex::block::compress(&text)),
        ] {
            let mut page = page(14, 38, &packed);
            page[27] = number;
            page[32..34].copy_from_slice(&(packed.len() as u16).to_be_bytes());
            let (given, told) = given(0x21, &page);
            match number {
                2 => assert!(given == text && told.is_none()),
                _ => assert_eq!((given, told), (page, Some(UnreadForm::InnodbCompressed))),
            }
        }
    }
}
