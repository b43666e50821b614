//! 7z files, by their directory at the end. Members packed together are unpacked together, one after the other.

use std::io::{Read, Seek};

use sevenz_rust2::{ArchiveReader, EntryDecision, Error, Password};

use super::super::SkipReason;
use super::super::budget::{MeteredReader, SLOW};
use super::member;
use crate::io::hunt::search::{FileReading, PartSearch, broken};
use crate::words::untrusted::shown;
use crate::words::words;

pub(super) fn read<R: Read + Seek>(
    search: &mut PartSearch<'_>,
    file: &mut R,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    // Half of what is left: its members may need the rest.
    let memory = reading.memory / 2;
    let kib = usize::try_from(memory >> 10).unwrap_or(usize::MAX);
    let mut archive = ArchiveReader::new_with_memory_limit(file, Password::empty(), kib)
        .map_err(|e| reason(&e))?;
    archive.set_thread_count(1);
    reading.memory -= memory;
    let mut ended = Ok(());
    let outcome = archive.for_each_entries_with_decision(|entry, packed| {
        if (search.cancel)() {
            return Ok(EntryDecision::Stop);
        }
        if entry.is_directory || !entry.has_stream {
            return Ok(EntryDecision::Continue);
        }
        let modified = entry
            .has_last_modified_date
            .then(|| std::time::SystemTime::from(entry.last_modified_date))
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_secs()).ok());
        let mut metered = MeteredReader::new(packed, &reading.budget, SLOW, search.cancel);
        let name = shown(&entry.name).to_string();
        ended = member(search, &mut metered, name, modified, reading, depth);
        // What stands before the next member is unpacked in any case.
        if ended.is_ok()
            && std::io::copy(&mut metered, &mut std::io::sink()).is_err()
            && reading.budget.exceeded()
        {
            ended = Err(reading.budget.why());
        }
        Ok(match ended {
            Ok(()) => EntryDecision::Continue,
            Err(_) => EntryDecision::Stop,
        })
    });
    reading.memory += memory;
    ended?;
    outcome.map_err(|e| reason(&e))
}

fn reason(error: &Error) -> SkipReason {
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => SkipReason::Encrypted,
        Error::MaxMemLimited { actaul_kb, .. } => SkipReason::Memory(*actaul_kb as u64 >> 10),
        Error::UnsupportedCompressionMethod(method) if method.contains("AES") => {
            SkipReason::Encrypted
        }
        Error::UnsupportedCompressionMethod(_) => {
            SkipReason::NotRead(words().seven_method.to_owned())
        }
        other => broken(other),
    }
}
