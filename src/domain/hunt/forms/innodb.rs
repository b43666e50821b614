//! Files of InnoDB's tables whose pages are compressed or encrypted: what their first page says, and what a page is.
//!
//! Follows `fil0fil.h`, `fsp0types.h` and `page0zip.cc` of MariaDB 10.3 to 11 and MySQL 5.7 to 8: pages of a table with
//! `page_compressed`, in either form of checksums, those of `ROW_FORMAT=COMPRESSED`, and those of MySQL's `COMPRESSION`.

/// What says where a page stands and what it is, before its content.
pub const PAGE_HEAD: usize = 38;
/// What of the first page is looked at.
const FIRST: usize = 58;
/// Where MariaDB's page begins in the form with one checksum for all of it, behind what is left of its head.
const SHORT_HEAD: usize = 26;
/// Where the deflated records of a page begin: behind the heads of the page, of the index and of its segments.
const RECORDS: usize = 94;

/// Kinds of pages.
const TABLE_HEAD: u16 = 8;
const BLOB: u16 = 11;
const MORE_OF_BLOB: u16 = 12;
const OF_MYSQL: u16 = 14;
const ENCRYPTED_BY_MYSQL: [u16; 3] = [15, 16, 17];
const INDEX: [u16; 2] = [17855, 17854];
const COMPRESSED: u16 = 34354;
const COMPRESSED_AND_ENCRYPTED: u16 = 37401;

/// How a table is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InnodbTable {
    /// Bytes of a page in the file.
    pub stored: usize,
    /// Bytes of a page that the server works on.
    pub page: usize,
    form: PageForm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PageForm {
    /// Each page says how it is packed, if the table may be.
    Own { packed: bool },
    /// One checksum at the end of each page; this packs those that are packed.
    OneChecksum(u8),
    /// `ROW_FORMAT=COMPRESSED`.
    Zip,
}

/// What packed a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagePacking {
    /// RFC 1950.
    Zlib,
    /// A block without a frame.
    Lz4,
    /// LZO1X.
    Lzo,
    /// `.xz`.
    Xz,
    /// bzip2.
    Bzip2,
    /// One that is not read.
    Other,
}

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageContent {
    /// What stands in it.
    Plain,
    /// Something encrypted.
    Encrypted,
    /// So many bytes from this place on, packed so.
    Packed(PagePacking, usize, usize),
    /// Deflated records from this place on; what changed since stands plainly behind them.
    Records(usize),
    /// The beginning of a long text, deflated, from this place on.
    Blob(usize),
    /// Its next part.
    MoreOfBlob(usize),
}

fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let field = bytes.get(at..at + length).unwrap_or_default();
    field
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

impl InnodbTable {
    /// What the first page says of its file; `None` where this is no table.
    pub fn of(head: &[u8]) -> Option<Self> {
        let is_first = head.len() >= FIRST
            && number(head, 4, 4) == 0
            && number(head, 24, 2) == u64::from(TABLE_HEAD)
            && number(head, 34, 4) == number(head, 38, 4);
        if !is_first {
            return None;
        }
        let flags = number(head, 54, 4);
        let bits = |from: u32, count: u32| flags >> from & ((1 << count) - 1);
        let size = |shift: u64, usual| match shift {
            0 => Some(usual),
            1..=7 => Some(512 << shift),
            _ => None,
        };
        const USUAL: usize = 16 << 10;
        if bits(4, 1) == 1 {
            let page = size(bits(0, 4), USUAL)?;
            let form = PageForm::OneChecksum(bits(5, 3) as u8);
            return Some(Self {
                stored: page,
                page,
                form,
            });
        }
        let page = size(bits(6, 4), USUAL)?;
        let (stored, form) = match bits(1, 4) {
            0 => (
                page,
                PageForm::Own {
                    packed: bits(16, 1) == 1,
                },
            ),
            zip => (
                size(zip, page).filter(|stored| *stored <= page)?,
                PageForm::Zip,
            ),
        };
        Some(Self { stored, page, form })
    }

    /// Whether its first page says that others are packed.
    pub fn is_packed(self) -> bool {
        !matches!(
            self.form,
            PageForm::Own { packed: false } | PageForm::OneChecksum(0)
        )
    }

    /// Whether one of these first pages is packed or encrypted.
    pub fn has_other_than_plain(self, pages: &[u8]) -> bool {
        let pages = pages.chunks_exact(self.stored).skip(1);
        pages
            .into_iter()
            .any(|page| self.content(page) != PageContent::Plain)
    }

    /// What a page holds, which is not the first.
    pub fn content(self, page: &[u8]) -> PageContent {
        let kind = number(page, 24, 2) as u16;
        let has_key = |at| number(page, at, 4) != 0;
        match self.form {
            PageForm::OneChecksum(_) if has_key(0) => PageContent::Encrypted,
            PageForm::OneChecksum(packing) if packing != 0 && kind >> 15 == 1 => {
                let packing = PagePacking::of_mariadb(u64::from(packing));
                one_checksum(page, packing, usize::from(kind & 0x7fff) << 8)
            }
            PageForm::OneChecksum(_) => PageContent::Plain,
            _ if kind == COMPRESSED_AND_ENCRYPTED || ENCRYPTED_BY_MYSQL.contains(&kind) => {
                PageContent::Encrypted
            }
            PageForm::Own { .. } if kind == COMPRESSED => {
                let packing = PagePacking::of_mariadb(number(page, SHORT_HEAD, 8));
                let length = number(page, PAGE_HEAD, 2) as usize;
                PageContent::Packed(packing, PAGE_HEAD + 2, length)
            }
            PageForm::Own { .. } if kind == OF_MYSQL => {
                let packing = match page.get(27) {
                    Some(1) => PagePacking::Zlib,
                    Some(2) => PagePacking::Lz4,
                    _ => PagePacking::Other,
                };
                PageContent::Packed(packing, PAGE_HEAD, number(page, 32, 2) as usize)
            }
            // In other pages, and in those of servers before 5.1.48, other things may stand in its place.
            _ if kind == INDEX[0] && has_key(SHORT_HEAD) && !begins_with_lowest(page) => {
                PageContent::Encrypted
            }
            PageForm::Zip if INDEX.contains(&kind) => PageContent::Records(RECORDS),
            PageForm::Zip if kind == BLOB => PageContent::Blob(PAGE_HEAD),
            PageForm::Zip if kind == MORE_OF_BLOB => PageContent::MoreOfBlob(PAGE_HEAD),
            _ => PageContent::Plain,
        }
    }
}

/// Whether the lowest record of an index stands in its place, in either form of records.
fn begins_with_lowest(page: &[u8]) -> bool {
    let stands = |at: usize| {
        page.get(at..)
            .is_some_and(|rest| rest.starts_with(b"infimum"))
    };
    stands(99) || stands(101)
}

/// A packed page of so many bytes with what stands behind them. Of what does not say itself where it ends, a byte before
/// the checksum tells how many of the last 256 bytes are in use.
fn one_checksum(page: &[u8], packing: PagePacking, total: usize) -> PageContent {
    let mut end = total;
    if !matches!(
        packing,
        PagePacking::Zlib | PagePacking::Xz | PagePacking::Bzip2
    ) {
        let used = total.checked_sub(5).and_then(|at| page.get(at)).copied();
        end = match used.unwrap_or(0) {
            0 => end,
            used => (end + usize::from(used)).saturating_sub(256),
        };
        end = end.saturating_sub(5);
    }
    PageContent::Packed(packing, SHORT_HEAD, end.saturating_sub(SHORT_HEAD))
}

impl PagePacking {
    /// By MariaDB's numbers.
    fn of_mariadb(number: u64) -> Self {
        match number {
            1 => PagePacking::Zlib,
            2 => PagePacking::Lz4,
            3 => PagePacking::Lzo,
            4 => PagePacking::Xz,
            5 => PagePacking::Bzip2,
            _ => PagePacking::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of this kind; the first one with these flags.
    fn page(kind: u16, flags: u32) -> Vec<u8> {
        let mut page = vec![0; 16 << 10];
        page[24..26].copy_from_slice(&kind.to_be_bytes());
        page[54..58].copy_from_slice(&flags.to_be_bytes());
        page
    }

    fn table(flags: u32) -> Option<InnodbTable> {
        InnodbTable::of(&page(TABLE_HEAD, flags))
    }

    #[test]
    fn the_first_page_says_how_the_others_are_stored() {
        // As MariaDB 10.11 writes them: usual tables of either form, packed ones, and ROW_FORMAT=COMPRESSED.
        for (flags, stored, packed) in [
            (0x15, 16 << 10, false),
            (0x21, 16 << 10, false),
            (0x35, 16 << 10, true),
            (0x55, 16 << 10, true),
            (0x1_0021, 16 << 10, true),
            (0x27, 4 << 10, true),
            (0x29, 8 << 10, true),
        ] {
            let table = table(flags);
            let told = table.map(|table| (table.stored, table.page, table.is_packed()));
            assert_eq!(told, Some((stored, 16 << 10, packed)), "{flags:x}");
        }
        assert_eq!(table(0x0f), None, "no such size");
        let mut other = page(TABLE_HEAD, 0x15);
        other[37] = 1;
        assert_eq!(InnodbTable::of(&other), None);
        for text in [&b""[..], b"APP_KEY=", &[0; 512], &[b'a'; 512]] {
            assert_eq!(InnodbTable::of(text), None);
        }
    }

    #[test]
    fn pages_say_what_they_hold() {
        let content = |flags, kind, key_at: Option<usize>| {
            let mut page = page(kind, 0);
            if let Some(at) = key_at {
                page[at + 3] = 1;
            }
            table(flags).map(|table| table.content(&page))
        };
        assert_eq!(content(0x15, INDEX[0], None), Some(PageContent::Plain));
        assert_eq!(
            content(0x15, INDEX[0], Some(0)),
            Some(PageContent::Encrypted)
        );
        assert_eq!(content(0x21, INDEX[0], Some(0)), Some(PageContent::Plain));
        assert_eq!(
            content(0x21, INDEX[0], Some(26)),
            Some(PageContent::Encrypted)
        );
        assert_eq!(content(0x21, INDEX[1], Some(26)), Some(PageContent::Plain));
        let mut old = page(INDEX[0], 0);
        old[29] = 1;
        old[99..106].copy_from_slice(b"infimum");
        assert_eq!(
            table(0x21).map(|table| table.content(&old)),
            Some(PageContent::Plain)
        );
        assert_eq!(content(0x21, 15, None), Some(PageContent::Encrypted));
        assert_eq!(
            content(0x29, INDEX[0], None),
            Some(PageContent::Records(94))
        );
        let packed = |packing, from, length| Some(PageContent::Packed(packing, from, length));
        assert_eq!(
            content(0x35, 0x8002, None),
            packed(PagePacking::Zlib, 26, 512 - 26)
        );
        assert_eq!(
            content(0x55, 0x8002, None),
            packed(PagePacking::Lz4, 26, 512 - 5 - 26)
        );
        assert_eq!(
            content(0x21, COMPRESSED, None),
            packed(PagePacking::Other, 40, 0)
        );
    }
}
