//! Tars as they stand, member after member, sparse ones and those of docker and OCI images among them.

use std::io::Read;

use super::super::SkipReason;
use super::member;
use crate::io::hunt::search::{FileReading, PartSearch, broken};
use crate::words::untrusted::shown;

/// Length of a header.
const HEADER: usize = 512;
/// Longest name of a member that is read.
const MAX_NAME: u64 = 64 << 10;

/// The sum of a tar header with its own field as spaces, in octal at 148.
pub(in super::super) fn is_header(head: &[u8]) -> bool {
    let (Some(field), HEADER) = (head.get(148..156), head.len()) else {
        return false;
    };
    // Most other files have none of these here, and are not summed up.
    if !field.iter().all(|b| matches!(b, b'0'..=b'7' | b' ' | 0)) {
        return false;
    }
    let digits = field.iter().filter(|b| matches!(b, b'0'..=b'7'));
    let said = digits.fold(0, |said, digit| said * 8 + u64::from(digit - b'0'));
    let sum = |bytes: &[u8]| bytes.iter().map(|b| u64::from(*b)).sum::<u64>();
    said == sum(&head[..148]) + 8 * u64::from(b' ') + sum(&head[156..]) && head[0] != 0
}

/// Reads the entries as they stand: the library would take names of any length into memory.
pub(super) fn read(
    search: &mut PartSearch<'_>,
    stream: &mut dyn Read,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let mut archive = tar::Archive::new(stream);
    let mut long_name: Option<Vec<u8>> = None;
    for entry in archive.entries().map_err(|e| broken(&e))?.raw(true) {
        if (search.cancel)() {
            return Ok(());
        }
        let mut entry = entry.map_err(|e| broken(&e))?;
        let kind = entry.header().entry_type();
        let extension = |entry: &mut dyn Read| {
            let mut text = Vec::new();
            entry
                .take(MAX_NAME)
                .read_to_end(&mut text)
                .map_err(|e| broken(&e))
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
            let name = shown(&name).to_string();
            member(search, &mut entry, name, modified, reading, depth)?;
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
