//! The directory of a zip file, entry after entry, and the headers before its members (PKWARE APPNOTE 4.3).

use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};

use crate::words::words;

/// The header before a member (4.3.7), and its length without the names.
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_LENGTH: usize = 30;
/// An entry of the directory (4.3.12).
const CENTRAL: &[u8] = b"PK\x01\x02";
const CENTRAL_LENGTH: usize = 46;
/// What stands behind the directory (4.3.16), and behind that a comment of at most so many bytes.
const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
const MAX_COMMENT: u64 = 0xffff;
/// The same for large files (4.3.14), and what leads to it, right before the other (4.3.15).
const LARGE_END: &[u8] = b"PK\x06\x06";
const LARGE_END_LENGTH: usize = 56;
const LOCATOR: &[u8] = b"PK\x06\x07";
const LOCATOR_LENGTH: usize = 20;
/// The extra field that holds what is too large for its own (4.5.3).
const LARGE_SIZES: u16 = 1;
/// What of the directory is read at a time: more than its longest entry.
const BUFFER: usize = 256 << 10;

/// Flags of a member (4.4.4), and the method that stands for one encrypted by AES.
const ENCRYPTED: u16 = 1;
const ENDS_BY_MARK: u16 = 1 << 1;
const SIZES_BEHIND: u16 = 1 << 3;
const AES: u16 = 99;

/// What is said of a member.
pub(super) struct ZipEntry {
    pub(super) name: Vec<u8>,
    pub(super) method: u16,
    flags: u16,
    /// Date and time as MS-DOS writes them.
    modified: (u16, u16),
    /// Its bytes in the file.
    pub(super) packed: u64,
    /// What they unpack to.
    unpacked: u64,
    /// Where its header stands.
    pub(super) offset: u64,
}

impl ZipEntry {
    pub(super) fn is_folder(&self) -> bool {
        matches!(self.name.last(), Some(b'/' | b'\\'))
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0 || self.method == AES
    }

    /// What it unpacks to, of a member of LZMA that does not tell itself where it ends (5.8.9).
    pub(super) fn length_of_lzma(&self) -> Option<u64> {
        (self.flags & ENDS_BY_MARK == 0).then_some(self.unpacked)
    }

    /// Whether its sizes stand behind it alone.
    pub(super) fn sizes_behind(&self) -> bool {
        self.flags & SIZES_BEHIND != 0
    }

    /// Goes to its bytes, behind its header, and says where they are. `None` where there is no header.
    pub(super) fn find<R: Read + Seek>(&self, file: &mut R) -> Result<Option<u64>> {
        let mut head = [0; LOCAL_LENGTH];
        file.seek(SeekFrom::Start(self.offset))?;
        if !fills(file, &mut head)? || !head.starts_with(LOCAL) {
            return Ok(None);
        }
        let names = u64::from(u16_at(&head, 26)) + u64::from(u16_at(&head, 28));
        let begin = self.offset + LOCAL_LENGTH as u64 + names;
        file.seek(SeekFrom::Start(begin)).map(Some)
    }

    /// Unix seconds. Zip times have no zone: taken as UTC, good for telling which copy is newer.
    pub(super) fn modified(&self) -> Option<i64> {
        let (date, time) = self.modified;
        let part =
            |of: u16, shift: u32, bits: u32| i8::try_from(of >> shift & ((1 << bits) - 1)).ok();
        let civil = jiff::civil::DateTime::new(
            1980 + i16::try_from(date >> 9).ok()?,
            part(date, 5, 4)?,
            part(date, 0, 5)?,
            part(time, 11, 5)?,
            part(time, 5, 6)?,
            part(time, 0, 5)? * 2,
            0,
        );
        let zoned = civil.ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp().as_second())
    }
}

/// The directory of a file.
pub(super) struct Directory {
    at: u64,
    end: u64,
    /// What was put before the file since it was made, as before an archive that unpacks itself.
    shift: u64,
    /// Some of its bytes, and where in the file they stand.
    buffer: Vec<u8>,
    buffered: u64,
}

impl Directory {
    /// Finds the directory of a file of this length. `None` where there is none.
    pub(super) fn find<R: Read + Seek>(file: &mut R, length: u64) -> Result<Option<Self>> {
        let tail = read_at(
            file,
            length.saturating_sub(MAX_COMMENT + (END_LENGTH + LOCATOR_LENGTH) as u64),
            length,
        )?;
        let start = length - tail.len() as u64;
        let Some(end) =
            memchr::memmem::rfind_iter(&tail, END).find(|at| tail.len() - at >= END_LENGTH)
        else {
            return Ok(None);
        };
        let said = &tail[end..];
        let (mut size, mut offset) = (u64::from(u32_at(said, 12)), u64::from(u32_at(said, 16)));
        let mut behind = start + end as u64;
        let locator = end.checked_sub(LOCATOR_LENGTH).map(|at| &tail[at..end]);
        if let Some(locator) = locator.filter(|l| l.starts_with(LOCATOR)) {
            let place = u64_at(locator, 8);
            // Where something was put before the file, it stands right before its locator.
            let near = behind.checked_sub((LOCATOR_LENGTH + LARGE_END_LENGTH) as u64);
            for place in [Some(place), near].into_iter().flatten() {
                let large = read_at(file, place, place.saturating_add(LARGE_END_LENGTH as u64))?;
                if large.len() == LARGE_END_LENGTH && large.starts_with(LARGE_END) {
                    (size, offset) = (u64_at(&large, 40), u64_at(&large, 48));
                    behind = place;
                    break;
                }
            }
        }
        let Some(at) = behind.checked_sub(size) else {
            return Ok(None);
        };
        Ok(Some(Self {
            at,
            end: behind,
            shift: at.saturating_sub(offset),
            buffer: Vec::new(),
            buffered: 0,
        }))
    }

    /// The next entry.
    ///
    /// # Errors
    /// The file's own, or that the directory is damaged here.
    pub(super) fn next<R: Read + Seek>(&mut self, file: &mut R) -> Result<Option<ZipEntry>> {
        if self.at >= self.end {
            return Ok(None);
        }
        let fixed = self.bytes(file, CENTRAL_LENGTH)?;
        if !fixed.starts_with(CENTRAL) {
            return Err(Error::new(
                ErrorKind::InvalidData,
                words().zip_directory_damaged,
            ));
        }
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(u16_at(fixed, at)));
        let length = CENTRAL_LENGTH + name + extra + comment;
        let whole = self.bytes(file, length)?;
        let sizes = [u32_at(whole, 24), u32_at(whole, 20), u32_at(whole, 42)];
        let extra = &whole[CENTRAL_LENGTH + name..][..extra];
        let [unpacked, packed, offset] = large_sizes(extra, sizes);
        let entry = ZipEntry {
            name: whole[CENTRAL_LENGTH..][..name].to_vec(),
            flags: u16_at(whole, 8),
            method: u16_at(whole, 10),
            modified: (u16_at(whole, 14), u16_at(whole, 12)),
            packed,
            unpacked,
            offset: offset.saturating_add(self.shift),
        };
        self.at += length as u64;
        Ok(Some(entry))
    }

    /// The next bytes of the directory.
    fn bytes<R: Read + Seek>(&mut self, file: &mut R, length: usize) -> Result<&[u8]> {
        let inside = |buffered: u64, held: usize, at: u64| {
            let from = usize::try_from(at.checked_sub(buffered)?).ok()?;
            (from + length <= held).then_some(from)
        };
        if inside(self.buffered, self.buffer.len(), self.at).is_none() {
            let end = self.end.min(self.at + BUFFER as u64);
            self.buffer = read_at(file, self.at, end)?;
            self.buffered = self.at;
        }
        let from = inside(self.buffered, self.buffer.len(), self.at);
        let from = from.ok_or_else(|| Error::from(ErrorKind::UnexpectedEof))?;
        Ok(&self.buffer[from..from + length])
    }
}

/// What follows in a stream of members.
pub(super) enum NextLocal {
    Member(ZipEntry),
    /// All members were read.
    Directory,
    /// The stream is over, or something else stands there.
    None,
}

/// The header that follows in a stream of members, with what it says.
pub(super) fn next_local<R: Read>(stream: &mut R, sizes_behind: bool) -> Result<NextLocal> {
    let mut fixed = [0; LOCAL_LENGTH];
    let mut found = false;
    // Behind a descriptor of 12, 16, 20 or 24 bytes: with its signature or without, its sizes of 4 or of 8 bytes.
    let gaps: &[usize] = match sizes_behind {
        true => &[0, 8, 0, 0, 0],
        false => &[0],
    };
    for gap in gaps {
        let skipped = std::io::copy(&mut stream.take(*gap as u64), &mut std::io::sink())?;
        if skipped < *gap as u64 || !fills(stream, &mut fixed[..LOCAL.len()])? {
            return Ok(NextLocal::None);
        }
        if fixed.starts_with(CENTRAL) || fixed.starts_with(END) {
            return Ok(NextLocal::Directory);
        }
        found = fixed.starts_with(LOCAL);
        if found {
            break;
        }
    }
    if !found || !fills(stream, &mut fixed[LOCAL.len()..])? {
        return Ok(NextLocal::None);
    }
    let [name_length, extra_length] = [26, 28].map(|at| usize::from(u16_at(&fixed, at)));
    let (mut name, mut extra) = (vec![0; name_length], vec![0; extra_length]);
    if !fills(stream, &mut name)? || !fills(stream, &mut extra)? {
        return Ok(NextLocal::None);
    }
    let [unpacked, packed, _] = large_sizes(&extra, [u32_at(&fixed, 22), u32_at(&fixed, 18), 0]);
    Ok(NextLocal::Member(ZipEntry {
        name,
        flags: u16_at(&fixed, 6),
        method: u16_at(&fixed, 8),
        modified: (u16_at(&fixed, 12), u16_at(&fixed, 10)),
        packed,
        unpacked,
        offset: 0,
    }))
}

/// The unpacked size, the packed one and the offset: each from the extra field where its own says so.
fn large_sizes(mut extra: &[u8], sizes: [u32; 3]) -> [u64; 3] {
    let mut large: &[u8] = &[];
    while extra.len() >= 4 {
        let length = usize::from(u16_at(extra, 2)).min(extra.len() - 4);
        if u16_at(extra, 0) == LARGE_SIZES {
            large = &extra[4..4 + length];
            break;
        }
        extra = &extra[4 + length..];
    }
    sizes.map(|size| {
        if size == u32::MAX && large.len() >= 8 {
            let (value, rest) = large.split_at(8);
            large = rest;
            u64_at(value, 0)
        } else {
            u64::from(size)
        }
    })
}

/// The bytes between two places of a file, as many as there are.
fn read_at<R: Read + Seek>(file: &mut R, start: u64, end: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.take(end.saturating_sub(start))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether a stream has so many more bytes, which are read.
fn fills<R: Read>(stream: &mut R, bytes: &mut [u8]) -> Result<bool> {
    match stream.read_exact(bytes) {
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => Ok(false),
        outcome => outcome.map(|()| true),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
