//! Zip files, by their directory at the end (PKWARE APPNOTE), member after member: one may list millions of them.
//!
//! Where the directory is missing, as in a file that was cut off, the members are read one behind the other from the
//! start, as far as that goes. Our own, because `zip` keeps the whole directory in memory, and neither it nor `rawzip`
//! reads a file that has none.

mod directory;
mod taken;

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use deflate64::Deflate64Decoder;
use flate2::bufread::DeflateDecoder;
use lzma_rust2::LzmaReader;

use super::super::budget::{FAST, MeteredReader, SLOW};
use super::super::{SkipReason, Skipped};
use super::member;
use crate::io::hunt::search::{FileReading, PartSearch, broken};
use crate::words::untrusted::{Untrusted, shown};
use crate::words::words;
use directory::{Directory, NextLocal, ZipEntry};
use taken::Unpacked;

/// What is read of a member at a time.
const BUFFER: usize = 16 << 10;

/// What stands before the first member of a zip file in parts (8.5.4).
const PARTS_MARK: u64 = 4;

/// How a member is packed (4.4.5). But for three of them they are streams that say themselves what they are, or none.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const DEFLATE64: u16 = 9;
const BZIP2: u16 = 12;
const LZMA: u16 = 14;
const ZSTD_OLD: u16 = 20;
const ZSTD: u16 = 93;
const XZ: u16 = 95;
/// Those that are not read.
const NAMES: [(u16, &str); 14] = [
    (1, "Shrink"),
    (2, "Reduce"),
    (3, "Reduce"),
    (4, "Reduce"),
    (5, "Reduce"),
    (6, "Implode"),
    (10, "PKWARE DCL"),
    (16, "IBM CMPSC"),
    (18, "IBM TERSE"),
    (19, "IBM LZ77"),
    (94, "MP3"),
    (96, "JPEG"),
    (97, "WavPack"),
    (98, "PPMd"),
];

/// What a member of LZMA takes beside its dictionary.
const LZMA_MEMORY: u64 = 1 << 20;

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
    match from_the_start(search, file, reading, depth)? {
        true => Ok(()),
        false => Err(SkipReason::Broken(words().zip_cut.to_owned())),
    }
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
    let outer = reading.memory;
    let stream: Result<(Box<dyn Read + '_>, u64), SkipReason> = match entry.method {
        _ if entry.is_encrypted() => Err(SkipReason::Encrypted),
        STORED | BZIP2 | ZSTD_OLD | ZSTD | XZ => Ok((Box::new(packed), FAST)),
        DEFLATED if cut => Ok((Box::new(PartialStream(DeflateDecoder::new(packed))), FAST)),
        DEFLATED => Ok((Box::new(DeflateDecoder::new(packed)), FAST)),
        DEFLATE64 => Ok((Box::new(Deflate64Decoder::with_buffer(packed)), FAST)),
        LZMA => lzma(packed, entry, &mut reading.memory).map(|stream| (stream, SLOW)),
        method => {
            let name = NAMES.iter().find(|(number, _)| *number == method);
            let name = name.map_or_else(|| method.to_string(), |(_, name)| (*name).to_owned());
            Err(SkipReason::NotRead(text!(zip_method, method = name)))
        }
    };
    let outcome = match stream {
        Ok((stream, each)) => {
            let mut stream = MeteredReader::new(stream, &reading.budget, each, search.cancel);
            let name = shown(&entry.name).to_string();
            member(search, &mut stream, name, entry.modified(), reading, depth)
                .map(|()| !stream.failed())
        }
        Err(why) => {
            search.skip(reading.path, &inside(reading, entry), why);
            Ok(false)
        }
    };
    reading.memory = outer;
    outcome
}

/// A member of LZMA: a version, the length of its properties, and these (5.8.8), before a stream without a header.
fn lzma<'p>(
    packed: &'p mut dyn BufRead,
    entry: &ZipEntry,
    memory: &mut u64,
) -> Result<Box<dyn Read + 'p>, SkipReason> {
    let mut head = [0; 9];
    packed.read_exact(&mut head).map_err(|e| broken(&e))?;
    let [_, _, 5, 0, properties, dictionary @ ..] = head else {
        return Err(SkipReason::Broken(words().zip_lzma.to_owned()));
    };
    let dictionary = u32::from_le_bytes(dictionary);
    let needed = u64::from(dictionary) + LZMA_MEMORY;
    *memory = memory
        .checked_sub(needed)
        .ok_or(SkipReason::Memory(needed.div_ceil(1 << 20)))?;
    let length = entry.length_of_lzma().unwrap_or(u64::MAX);
    let stream = LzmaReader::new_with_props(packed, length, properties, dictionary, None);
    Ok(Box::new(stream.map_err(|e| broken(&e))?))
}

/// Reads the members as they stand, until one does not say where it ends. Whether the directory was met behind the last.
fn from_the_start<R: Read + Seek>(
    search: &mut PartSearch<'_>,
    file: &mut R,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<bool, SkipReason> {
    let mut stream = BufReader::with_capacity(BUFFER, file);
    let mut sizes_behind = false;
    loop {
        let next = directory::next_local(&mut stream, sizes_behind).map_err(|e| broken(&e))?;
        let NextLocal::Member(entry) = next else {
            return Ok(matches!(next, NextLocal::Directory));
        };
        if (search.cancel)() {
            return Ok(true);
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
            _ => return Ok(false),
        };
        if left.is_err() {
            return Ok(false);
        }
    }
}
