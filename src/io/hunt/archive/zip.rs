//! Zip files, by their directory at the end.

use std::io::{Read, Seek};

use super::super::SkipReason;
use super::super::budget::Metered;
use super::super::reading::{Reading, Search, broken};
use super::member;
use crate::domain::sanitize::sanitize_bytes;

pub(super) fn read<R: Read + Seek>(
    search: &mut Search<'_>,
    file: &mut R,
    reading: &mut Reading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let mut archive = zip::ZipArchive::new(file).map_err(|e| broken(&e))?;
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
            Err(e) => return Err(broken(&e)),
        };
        match archive.by_index(index) {
            Ok(entry) => {
                let mut entry = Metered::new(entry, &reading.budget, search.cancel);
                member(search, &mut entry, name, modified, reading, depth)?;
            }
            Err(e) => {
                let encrypted = matches!(e, zip::result::ZipError::UnsupportedArchive(text)
                    if text == zip::result::ZipError::PASSWORD_REQUIRED);
                let why = if encrypted {
                    SkipReason::Encrypted
                } else {
                    broken(&e)
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
