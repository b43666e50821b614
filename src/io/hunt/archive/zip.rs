//! Zip files, by their directory at the end (PKWARE APPNOTE), member after member: one may list millions of them.
//!
//! Where the directory is missing, as in a file that was cut off, the members are read one behind the other from the
//! start, as far as that goes.

mod directory;

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use flate2::bufread::DeflateDecoder;

use super::super::budget::Metered;
use super::super::reading::{Reading, Search, broken};
use super::super::{SkipReason, Skipped};
use super::member;
use crate::domain::sanitize::sanitize_bytes;
use crate::words::words;
use directory::{Directory, Entry};

/// What is read of a member at a time.
const BUFFER: usize = 16 << 10;

/// How a member is packed (4.4.5). All but the second are streams that say themselves what they are, or none.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const BZIP2: u16 = 12;
const ZSTD_OLD: u16 = 20;
const ZSTD: u16 = 93;
const XZ: u16 = 95;

pub(super) fn read<R: Read + Seek>(
    search: &mut Search<'_>,
    file: &mut R,
    reading: &mut Reading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let length = file.seek(SeekFrom::End(0)).map_err(|e| broken(&e))?;
    match Directory::find(file, length).map_err(|e| broken(&e))? {
        Some(directory) => by_directory(search, file, directory, length, reading, depth),
        None => {
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

fn by_directory<R: Read + Seek>(
    search: &mut Search<'_>,
    file: &mut R,
    mut directory: Directory,
    length: u64,
    reading: &mut Reading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    while let Some(entry) = directory.next(file).map_err(|e| broken(&e))? {
        if (search.cancel)() {
            return Ok(());
        }
        if entry.is_folder() {
            continue;
        }
        let mut stream = BufReader::with_capacity(BUFFER, &mut *file);
        let Some(begin) = entry.find(&mut stream).map_err(|e| broken(&e))? else {
            let why = SkipReason::Broken(words().zip_no_member.to_owned());
            search.skip(reading.path, &inside(reading, &entry), why);
            continue;
        };
        unpack(
            search,
            &mut stream.take(entry.packed),
            &entry,
            reading,
            depth,
        )?;
        if entry.packed > length.saturating_sub(begin) {
            let why = SkipReason::Broken(words().zip_cut.to_owned());
            search.skip(reading.path, &inside(reading, &entry), why);
        }
    }
    Ok(())
}

fn inside(reading: &Reading<'_>, entry: &Entry) -> Vec<String> {
    let mut inside = reading.inside.clone();
    inside.push(sanitize_bytes(&entry.name));
    inside
}

/// Reads a member from the bytes it is packed in.
fn unpack(
    search: &mut Search<'_>,
    packed: &mut dyn BufRead,
    entry: &Entry,
    reading: &mut Reading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let mut deflated;
    let stream: &mut dyn Read = match entry.method {
        _ if entry.is_encrypted() => {
            search.skip(reading.path, &inside(reading, entry), SkipReason::Encrypted);
            return Ok(());
        }
        STORED | BZIP2 | ZSTD_OLD | ZSTD | XZ => packed,
        DEFLATED => {
            deflated = DeflateDecoder::new(packed);
            &mut deflated
        }
        _ => {
            let why = SkipReason::NotRead(words().zip_method);
            search.skip(reading.path, &inside(reading, entry), why);
            return Ok(());
        }
    };
    let mut stream = Metered::new(stream, &reading.budget, search.cancel);
    let name = sanitize_bytes(&entry.name);
    member(search, &mut stream, name, entry.modified(), reading, depth)
}

/// Reads the members as they stand, until one does not say where it ends.
fn from_the_start<R: Read + Seek>(
    search: &mut Search<'_>,
    file: &mut R,
    reading: &mut Reading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    file.rewind().map_err(|e| broken(&e))?;
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
                unpack(search, &mut packed, &entry, reading, depth)?;
                std::io::copy(&mut packed, &mut std::io::sink())
            }
            // What is deflated tells itself where it ends.
            (true, DEFLATED) if !entry.is_encrypted() => {
                let unpacked = DeflateDecoder::new(&mut stream);
                let mut unpacked = Metered::new(unpacked, &budget, search.cancel);
                let name = sanitize_bytes(&entry.name);
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
