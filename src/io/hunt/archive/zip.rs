//! Zip files, by their directory at the end (PKWARE APPNOTE), member after member: one may list millions of them.
//!
//! Where the directory is missing, as in a file that was cut off, the members are read one behind the other from the
//! start, as far as that goes. Our own, because `zip` keeps the whole directory in memory, and neither it nor `rawzip`
//! reads a file that has none.

mod directory;
mod taken;

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use flate2::bufread::DeflateDecoder;

use super::super::budget::{FAST, MeteredReader};
use super::super::{SkipReason, Skipped};
use super::member;
use crate::io::hunt::search::{FileReading, PartSearch, broken};
use crate::words::untrusted::{Untrusted, shown};
use crate::words::words;
use directory::{Directory, ZipEntry};
use taken::Unpacked;

/// What is read of a member at a time.
const BUFFER: usize = 16 << 10;

/// What stands before the first member of a zip file in parts (8.5.4).
const PARTS_MARK: u64 = 4;

/// How a member is packed (4.4.5). All but the second are streams that say themselves what they are, or none.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const BZIP2: u16 = 12;
const ZSTD_OLD: u16 = 20;
const ZSTD: u16 = 93;
const XZ: u16 = 95;

pub(super) fn read<R: Read + Seek>(
    search: &mut PartSearch<'_>,
    file: &mut R,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let length = file.seek(SeekFrom::End(0)).map_err(|e| broken(&e))?;
    match Directory::find(file, length).map_err(|e| broken(&e))? {
        Some(directory) => by_directory(search, file, directory, length, reading, depth),
        None => {
            file.rewind().map_err(|e| broken(&e))?;
            let before = search.looked.skipped.len();
            from_the_start(search, file, reading, depth)?;
            // What is wrong with the member that was cut is that all behind it is missing.
            let is_cut = |s: &mut Skipped| matches!(s.why, SkipReason::Broken(_));
            if search.looked.skipped.len() > before {
                search.looked.skipped.pop_if(is_cut);
            }
            Err(SkipReason::Broken(words().zip_no_directory.to_owned()))
        }
    }
}

/// Reads a zip file whose parts stand one behind the other: what its directory says counts from the beginning of each
/// part, so the members are read as they stand.
pub(super) fn read_parts<R: Read + Seek>(
    search: &mut PartSearch<'_>,
    file: &mut R,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let begin = SeekFrom::Start(PARTS_MARK);
    file.seek(begin).map_err(|e| broken(&e))?;
    from_the_start(search, file, reading, depth)
}

fn by_directory<R: Read + Seek>(
    search: &mut PartSearch<'_>,
    file: &mut R,
    mut directory: Directory,
    length: u64,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let mut taken = Unpacked::default();
    let mut shared = 0;
    while let Some(entry) = directory.next(file).map_err(|e| broken(&e))? {
        if (search.cancel)() {
            return Ok(());
        }
        if entry.is_folder() {
            continue;
        }
        if taken.holds(entry.offset) {
            shared += 1;
            continue;
        }
        let mut stream = BufReader::with_capacity(BUFFER, &mut *file);
        let Some(begin) = entry.find(&mut stream).map_err(|e| broken(&e))? else {
            let why = SkipReason::Broken(words().zip_no_member.to_owned());
            search.skip(reading.path, &inside(reading, &entry), why);
            continue;
        };
        // What of it another member has unpacked is not unpacked again.
        let next = taken.next(begin).filter(|_| entry.method == DEFLATED);
        let own = next.map_or(entry.packed, |next| entry.packed.min(next - begin));
        let cut = own < entry.packed;
        shared += u64::from(cut);
        let mut packed = stream.take(own);
        let whole = unpack(search, &mut packed, cut, &entry, reading, depth)?;
        match entry.method {
            DEFLATED if whole => taken.add(entry.offset, begin + own - packed.limit()),
            DEFLATED => {}
            _ => taken.add_begun(entry.offset),
        }
        if entry.packed > length.saturating_sub(begin) {
            let why = SkipReason::Broken(words().zip_cut.to_owned());
            search.skip(reading.path, &inside(reading, &entry), why);
        }
    }
    match shared {
        0 => Ok(()),
        _ => Err(SkipReason::Shared(shared)),
    }
}

fn inside(reading: &FileReading<'_>, entry: &ZipEntry) -> Vec<Untrusted> {
    let mut inside = reading.inside.clone();
    inside.push(shown(&entry.name).to_string().into());
    inside
}

/// What is unpacked from a part of what it should be: its end is no fault.
struct PartialStream<R>(R);

impl<R: Read> Read for PartialStream<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer) {
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Ok(0),
            read => read,
        }
    }
}

/// Reads a member from the bytes it is packed in, or a part of them. Whether nothing was wrong with them.
fn unpack(
    search: &mut PartSearch<'_>,
    packed: &mut dyn BufRead,
    cut: bool,
    entry: &ZipEntry,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<bool, SkipReason> {
    let (mut deflated, mut part);
    let stream: &mut dyn Read = match entry.method {
        _ if entry.is_encrypted() => {
            search.skip(reading.path, &inside(reading, entry), SkipReason::Encrypted);
            return Ok(false);
        }
        STORED | BZIP2 | ZSTD_OLD | ZSTD | XZ => packed,
        DEFLATED if cut => {
            part = PartialStream(DeflateDecoder::new(packed));
            &mut part
        }
        DEFLATED => {
            deflated = DeflateDecoder::new(packed);
            &mut deflated
        }
        _ => {
            let why = SkipReason::NotRead(words().zip_method);
            search.skip(reading.path, &inside(reading, entry), why);
            return Ok(false);
        }
    };
    let mut stream = MeteredReader::new(stream, &reading.budget, FAST, search.cancel);
    let name = shown(&entry.name).to_string();
    member(search, &mut stream, name, entry.modified(), reading, depth)?;
    Ok(!stream.failed())
}

/// Reads the members as they stand, until one does not say where it ends.
fn from_the_start<R: Read + Seek>(
    search: &mut PartSearch<'_>,
    file: &mut R,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let mut stream = BufReader::with_capacity(BUFFER, file);
    let mut sizes_behind = false;
    while let Some(entry) =
        directory::next_local(&mut stream, sizes_behind).map_err(|e| broken(&e))?
    {
        if (search.cancel)() {
            return Ok(());
        }
        sizes_behind = entry.sizes_behind();
        let budget = reading.budget.clone();
        let left = match (sizes_behind, entry.method) {
            (false, _) => {
                let mut packed = (&mut stream).take(entry.packed);
                unpack(search, &mut packed, false, &entry, reading, depth)?;
                std::io::copy(&mut packed, &mut std::io::sink())
            }
            // What is deflated tells itself where it ends.
            (true, DEFLATED) if !entry.is_encrypted() => {
                let unpacked = DeflateDecoder::new(&mut stream);
                let mut unpacked = MeteredReader::new(unpacked, &budget, FAST, search.cancel);
                let name = shown(&entry.name).to_string();
                member(
                    search,
                    &mut unpacked,
                    name,
                    entry.modified(),
                    reading,
                    depth,
                )?;
                std::io::copy(&mut unpacked, &mut std::io::sink())
            }
            _ => return Ok(()),
        };
        if left.is_err() {
            return Ok(());
        }
    }
    Ok(())
}
