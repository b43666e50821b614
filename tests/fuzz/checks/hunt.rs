//! The search for keys: swap files and other texts, archives of every kind.

use std::collections::BTreeSet;
use std::io::Read;

use freescout_rescue::domain::hunt::old_payloads::Wanted;
use freescout_rescue::domain::key::source::SourceKind;
use freescout_rescue::io::hunt::{HuntEvent, HuntLimits, HuntTotals, search_stream};

use super::assert_clean;
use super::sql_dump::wanted;

/// Where the first block of a text ends: a key on it is found as well as any other.
const EDGE: usize = (256 << 10) + 256;
/// No text that may be a key is longer.
const LONGEST: usize = 4 << 10;
const LIMITS: HuntLimits = HuntLimits {
    threads: 1,
    real_files: false,
    prefixed: false,
    depth: 3,
    unpacked: 4 << 20,
    ratio: 0,
    endless: 4 << 20,
    memory: 40 << 20,
    skipped: 20,
};

/// What was found, in an order of its own: each text once.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    keys: BTreeSet<(Vec<u8>, Option<u64>)>,
    payloads: BTreeSet<String>,
}

/// A text of any kind: how it is read, and where in its file it stands, changes nothing.
pub(super) fn swap(bytes: &[u8]) {
    let (whole, _) = search(&mut &bytes[..], 0, sightings(bytes));
    // A search takes its time: which more are made follows from the bytes.
    let sum = bytes.iter().fold(0, |sum: u8, b| sum.wrapping_add(*b));
    match sum % 8 {
        0 => {
            let within = behind(1000, bytes);
            let across = behind(EDGE - bytes.len().min(EDGE) / 2, bytes);
            assert_eq!(across, within);
        }
        1 | 2 => {
            let (dripped, _) = search(&mut Drip(bytes, 0), 0, sightings(bytes));
            assert_eq!(dripped, whole);
        }
        _ => {}
    }
}

/// What is found in these bytes behind so many empty lines.
fn behind(lines: usize, bytes: &[u8]) -> Found {
    let before = vec![b'\n'; lines];
    let (mut found, _) = search(
        &mut (&before[..]).chain(bytes),
        lines as u64,
        sightings(bytes),
    );
    if bytes.contains(&0) {
        // Lines are counted until a block says that this is no text.
        found.keys = found.keys.into_iter().map(|(key, _)| (key, None)).collect();
    }
    found
}

/// An archive: what it holds is read within bounds, and its names are safe to show. The sums that a maker of archives
/// would get right are put right, or nothing behind them would ever be read.
pub(super) fn archive(bytes: &[u8]) {
    bounded(bytes);
    if let Some(mended) = mended(bytes).filter(|mended| mended != bytes) {
        bounded(&mended);
    }
}

fn bounded(bytes: &[u8]) {
    let (_, looked) = search(&mut &bytes[..], 0, sightings(bytes));
    assert!(looked.bytes <= LIMITS.unpacked + bytes.len() as u64 + 4096);
    assert!(looked.skipped.len() <= LIMITS.skipped);
    for skipped in &looked.skipped {
        assert_clean(&skipped.why.to_string());
        skipped
            .inside
            .iter()
            .for_each(|name| assert_clean(&name.to_string()));
    }
}

/// The archive with the sums over its heads as they should be.
fn mended(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut mended = bytes.to_vec();
    match bytes {
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => {
            let number =
                |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
            let start = usize::try_from(number(12)?.checked_add(32)?).ok()?;
            let end = start.checked_add(usize::try_from(number(20)?).ok()?)?;
            let sum = crc(bytes.get(start..end)?);
            mended.get_mut(28..32)?.copy_from_slice(&sum);
            let sum = crc(&mended[12..32]);
            mended[8..12].copy_from_slice(&sum);
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
            let sum = crc(bytes.get(6..8)?);
            mended.get_mut(8..12)?.copy_from_slice(&sum);
            let end = 12 + 4 * usize::from(*bytes.get(12)?);
            let sum = crc(bytes.get(12..end)?);
            mended.get_mut(end..end + 4)?.copy_from_slice(&sum);
        }
        _ => {
            let head = mended.get_mut(..512)?;
            head[148..156].fill(b' ');
            let sum: u32 = head.iter().map(|b| u32::from(*b)).sum();
            head[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        }
    }
    Some(mended)
}

fn crc(bytes: &[u8]) -> [u8; 4] {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

/// Whether it is worth the time to look for older payloads too.
fn sightings(bytes: &[u8]) -> bool {
    bytes.windows(8).any(|window| window == b"eyJpdiI6")
}

fn search(stream: &mut dyn Read, lines_before: u64, sightings: bool) -> (Found, HuntTotals) {
    let mut found = Found::default();
    let wanted = if sightings {
        wanted()
    } else {
        Wanted::default()
    };
    let looked = search_stream(
        stream,
        &LIMITS,
        &wanted,
        &|| false,
        &mut |event| match event {
            HuntEvent::Candidate(candidate) => {
                let text = candidate.text.expose();
                assert!(!text.is_empty() && text.len() <= LONGEST);
                let source = candidate.source;
                assert!(matches!(
                    source.kind,
                    SourceKind::Stdin | SourceKind::Archive
                ));
                assert_eq!(source.path, None);
                assert_eq!(
                    source.kind == SourceKind::Archive,
                    !source.inside.is_empty()
                );
                source
                    .inside
                    .iter()
                    .for_each(|name| assert_clean(&name.to_string()));
                let line = source.line.map(|line| line - lines_before);
                found.keys.insert((text.to_vec(), line));
            }
            HuntEvent::Sighting(sighting, source) => {
                source
                    .inside
                    .iter()
                    .for_each(|name| assert_clean(&name.to_string()));
                found.payloads.insert(format!(
                    "{} {:?} {:?} {:?} {}",
                    sighting.owner,
                    sighting.id,
                    sighting.column,
                    sighting.token,
                    sighting.payload.expose().escape_ascii()
                ));
            }
            HuntEvent::Progress { .. } => {}
        },
    );
    assert_eq!(looked.files, 1);
    (found, looked)
}

/// A stream that gives a few bytes at a time.
struct Drip<'b>(&'b [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.1 = (self.1 + 1) % 7;
        let most = buffer.len().min(self.1 + 1);
        self.0.read(&mut buffer[..most])
    }
}
