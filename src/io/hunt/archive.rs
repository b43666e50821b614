//! Archives as streams: gzip, tar, zip, and any of them within another.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};

use zeroize::Zeroizing;

use super::{HEAD, Reading, Search, SkipReason};
use crate::domain::sanitize::sanitize_bytes;

/// Longest name of a member that is read.
const MAX_NAME: u64 = 64 << 10;

/// What the first bytes say a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Gzip,
    Tar,
    Zip,
    /// Read by a later search than this one.
    Other(&'static str),
}

/// Signatures: RFC 1952, POSIX ustar (by its checksum, as old tars have no signature), PKWARE APPNOTE, and the others'
/// own documents.
pub(super) fn kind(head: &[u8]) -> Option<Kind> {
    match head {
        [0x1f, 0x8b, 8, ..] => Some(Kind::Gzip),
        [b'P', b'K', 3, 4, ..] => Some(Kind::Zip),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Kind::Other("xz")),
        [
            b'B',
            b'Z',
            b'h',
            b'1'..=b'9',
            0x31,
            0x41,
            0x59,
            0x26,
            0x53,
            0x59,
            ..,
        ] => Some(Kind::Other("bzip2")),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Kind::Other("zstd")),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some(Kind::Other("7z")),
        _ if is_tar_header(head) => Some(Kind::Tar),
        _ => None,
    }
}

/// The sum of a tar header with its own field as blanks, in octal at 148.
fn is_tar_header(head: &[u8]) -> bool {
    let (Some(field), HEAD) = (head.get(148..156), head.len()) else {
        return false;
    };
    let digits: Vec<u8> = field
        .iter()
        .copied()
        .filter(|b| matches!(b, b'0'..=b'7'))
        .collect();
    let said = std::str::from_utf8(&digits)
        .ok()
        .and_then(|d| u64::from_str_radix(d, 8).ok());
    let sum = |bytes: &[u8]| bytes.iter().map(|b| u64::from(*b)).sum::<u64>();
    said == Some(sum(&head[..148]) + 8 * u64::from(b' ') + sum(&head[156..])) && head[0] != 0
}

/// A zip file on disk is read by its directory. `None` when the file is none; then it stands at its start again.
pub(super) fn zip_on_disk(
    search: &mut Search<'_>,
    file: &mut File,
    reading: &mut Reading<'_>,
) -> Option<Result<(), SkipReason>> {
    let mut head = [0; 4];
    let is_zip = file.read_exact(&mut head).is_ok() && kind(&head) == Some(Kind::Zip);
    if let Err(e) = file.seek(SeekFrom::Start(0)) {
        return Some(Err(SkipReason::Refused(e.to_string())));
    }
    is_zip.then(|| zip(search, file, reading, 0))
}

pub(super) fn open(
    search: &mut Search<'_>,
    kind: Kind,
    stream: &mut dyn Read,
    reading: &mut Reading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    match kind {
        Kind::Gzip => {
            let name = reading.inside.len();
            // A packed file is no member, but what is in it is not on disk either.
            if !is_tarball(reading) {
                reading.inside.push(unpacked_name(reading));
            }
            let outcome = search.stream(
                &mut flate2::read::MultiGzDecoder::new(stream),
                reading,
                depth + 1,
            );
            reading.inside.truncate(name);
            outcome
        }
        Kind::Tar => tar(search, stream, reading, depth),
        Kind::Zip => {
            let limit = search.limits.inner_zip;
            let mut whole = Zeroizing::new(Vec::new());
            stream
                .take(limit + 1)
                .read_to_end(&mut whole)
                .map_err(|e| SkipReason::Broken(e.to_string()))?;
            if whole.len() as u64 > limit {
                return Err(SkipReason::TooMuch(limit >> 20));
            }
            zip(search, &mut Cursor::new(&whole[..]), reading, depth)
        }
        Kind::Other(name) => Err(SkipReason::NotRead(name)),
    }
}

fn current_name(reading: &Reading<'_>) -> String {
    reading
        .inside
        .last()
        .cloned()
        .unwrap_or_else(|| reading.path.to_string_lossy().into_owned())
}

fn is_tarball(reading: &Reading<'_>) -> bool {
    let name = current_name(reading).to_ascii_lowercase();
    name.ends_with(".tar.gz") || name.ends_with(".tgz")
}

fn unpacked_name(reading: &Reading<'_>) -> String {
    let name = current_name(reading);
    let name = name.rsplit('/').next().unwrap_or(&name);
    name.strip_suffix(".gz").unwrap_or(name).to_owned()
}

/// Reads the entries as they stand: the library would take names of any length into memory.
fn tar(
    search: &mut Search<'_>,
    stream: &mut dyn Read,
    reading: &mut Reading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let broken = |e: std::io::Error| SkipReason::Broken(e.to_string());
    let mut archive = tar::Archive::new(stream);
    let mut long_name: Option<Vec<u8>> = None;
    for entry in archive.entries().map_err(broken)?.raw(true) {
        if (search.cancel)() {
            return Ok(());
        }
        let mut entry = entry.map_err(broken)?;
        let kind = entry.header().entry_type();
        let extension = |entry: &mut dyn Read| {
            let mut text = Vec::new();
            entry
                .take(MAX_NAME)
                .read_to_end(&mut text)
                .map_err(broken)
                .map(|_| text)
        };
        if kind.is_gnu_longname() {
            let text = extension(&mut entry)?;
            long_name = Some(text.split(|b| *b == 0).next().unwrap_or_default().to_vec());
        } else if kind.is_pax_local_extensions() {
            long_name = pax_path(&extension(&mut entry)?);
        } else if kind.is_file() {
            let name = long_name
                .take()
                .unwrap_or_else(|| entry.path_bytes().into_owned());
            let modified = entry
                .header()
                .mtime()
                .ok()
                .and_then(|t| i64::try_from(t).ok());
            member(
                search,
                &mut entry,
                sanitize_bytes(&name),
                modified,
                reading,
                depth,
            );
        } else {
            long_name = None;
        }
    }
    Ok(())
}

/// The `path` of POSIX extended headers: records of `length key=value`, one a line.
fn pax_path(text: &[u8]) -> Option<Vec<u8>> {
    text.split(|b| *b == b'\n')
        .filter_map(|record| {
            let blank = record.iter().position(|b| *b == b' ')?;
            record[blank + 1..].strip_prefix(b"path=")
        })
        .next_back()
        .map(<[u8]>::to_vec)
}

fn zip<R: Read + Seek>(
    search: &mut Search<'_>,
    file: &mut R,
    reading: &mut Reading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let broken = |e: zip::result::ZipError| SkipReason::Broken(e.to_string());
    let mut archive = zip::ZipArchive::new(file).map_err(broken)?;
    for index in 0..archive.len() {
        if (search.cancel)() {
            return Ok(());
        }
        let (name, modified) = match archive.by_index_raw(index) {
            Ok(entry) if entry.is_file() => (
                sanitize_bytes(entry.name_raw()),
                entry.last_modified().and_then(seconds),
            ),
            Ok(_) => continue,
            Err(e) => return Err(broken(e)),
        };
        match archive.by_index(index) {
            Ok(mut entry) => member(search, &mut entry, name, modified, reading, depth),
            Err(e) => {
                let encrypted = matches!(e, zip::result::ZipError::UnsupportedArchive(text)
                    if text == zip::result::ZipError::PASSWORD_REQUIRED);
                let why = if encrypted {
                    SkipReason::Encrypted
                } else {
                    broken(e)
                };
                search.skip(reading.path, &[name], why);
            }
        }
    }
    Ok(())
}

/// Zip times have no zone: taken as UTC, good for telling which copy is newer.
fn seconds(time: zip::DateTime) -> Option<i64> {
    let narrow = |n: u16| i16::try_from(n).ok();
    let small = |n: u8| i8::try_from(n).ok();
    let date = jiff::civil::DateTime::new(
        narrow(time.year())?,
        small(time.month())?,
        small(time.day())?,
        small(time.hour())?,
        small(time.minute())?,
        small(time.second())?,
        0,
    );
    Some(
        date.ok()?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()?
            .timestamp()
            .as_second(),
    )
}

/// Reads one member. A broken one does not end the archive.
fn member(
    search: &mut Search<'_>,
    stream: &mut dyn Read,
    name: String,
    modified: Option<i64>,
    reading: &mut Reading<'_>,
    depth: usize,
) {
    let outer = std::mem::replace(&mut reading.modified, modified);
    reading.inside.push(name);
    if let Err(why) = search.stream(stream, reading, depth + 1) {
        let inside = reading.inside.clone();
        search.skip(reading.path, &inside, why);
    }
    reading.inside.pop();
    reading.modified = outer;
}
