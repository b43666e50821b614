//! How a scout tells what it found in a stretch, from one process of ours to another of the same program:
//!
//! ```text
//! u32 line ends, u8 marks (1 a zero byte, 2 something of an older payload), u32 hits, and of each hit
//! i32 line ends before it, u8 whether a prefix or a name says that it is a key, u16 length, its text
//! ```
//!
//! Numbers stand in the order of the machine's bytes.

use std::io::{Error, ErrorKind, Read, Result};

use zeroize::Zeroizing;

use crate::domain::glance::Seen;
use crate::domain::key_scan::{Hit, REACH};
use crate::io::hunt::large::STRETCH;
use crate::io::hunt::text::Found;

const ZERO: u8 = 1;
const MATTERS: u8 = 2;

/// Writes a report behind others.
pub(super) fn write(found: &Found, out: &mut Vec<u8>) {
    let marks = [(found.seen.zero, ZERO), (found.matters, MATTERS)];
    let marks = marks.iter().filter(|(there, _)| *there);
    // A stretch has no more lines, or hits, than bytes.
    out.extend((found.seen.lines as u32).to_ne_bytes());
    out.push(marks.map(|(_, mark)| mark).sum());
    out.extend((found.hits.len() as u32).to_ne_bytes());
    for (hit, before) in found.hits.iter().zip(&found.before) {
        let text = hit.text.expose();
        out.extend((*before as i32).to_ne_bytes());
        out.push(u8::from(hit.named));
        out.extend((text.len() as u16).to_ne_bytes());
        out.extend_from_slice(text);
    }
}

/// Reads the next report. Where the hits stand it does not tell.
///
/// # Errors
/// The system's, also for the end; [`ErrorKind::InvalidData`] for what no scout tells.
pub(super) fn read(input: &mut impl Read) -> Result<Found> {
    let lines = u64::from(u32::from_ne_bytes(bytes(input)?));
    let [marks] = bytes(input)?;
    let hits = u32::from_ne_bytes(bytes(input)?) as usize;
    if lines > STRETCH as u64 || marks & !(ZERO | MATTERS) != 0 || hits > STRETCH {
        return Err(Error::from(ErrorKind::InvalidData));
    }
    let mut found = Found {
        seen: Seen {
            lines,
            zero: marks & ZERO != 0,
        },
        matters: marks & MATTERS != 0,
        ..Found::default()
    };
    for _ in 0..hits {
        let before = i32::from_ne_bytes(bytes(input)?);
        let [named] = bytes(input)?;
        let length = usize::from(u16::from_ne_bytes(bytes(input)?));
        if named > 1 || length > 2 * REACH {
            return Err(Error::from(ErrorKind::InvalidData));
        }
        let mut text = Zeroizing::new(vec![0; length]);
        input.read_exact(&mut text)?;
        found.hits.push(Hit {
            offset: 0,
            text: std::mem::take(&mut *text).into(),
            named: named == 1,
        });
        found.before.push(i64::from(before));
    }
    Ok(found)
}

fn bytes<const N: usize>(input: &mut impl Read) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn found(lines: u64, zero: bool, matters: bool, hits: &[(i64, &str, bool)]) -> Found {
        let each = hits.iter().map(|(_, text, named)| Hit {
            offset: 0,
            text: text.as_bytes().to_vec().into(),
            named: *named,
        });
        Found {
            hits: each.collect(),
            before: hits.iter().map(|(before, ..)| *before).collect(),
            seen: Seen { lines, zero },
            matters,
        }
    }

    fn same(one: &Found, other: &Found) -> bool {
        let hits = |found: &Found| {
            let hits = found.hits.iter().zip(&found.before);
            let hits = hits.map(|(hit, before)| (hit.text.expose().to_vec(), hit.named, *before));
            hits.collect::<Vec<_>>()
        };
        (one.seen, one.matters, hits(one)) == (other.seen, other.matters, hits(other))
    }

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let told = [
            found(0, false, false, &[]),
            found(STRETCH as u64, true, false, &[(-3, "one", true)]),
            found(
                7,
                false,
                true,
                &[(0, "", false), (7, "two words\n\0", true)],
            ),
        ];
        let mut out = Vec::new();
        told.iter().for_each(|found| write(found, &mut out));
        let mut input = &out[..];
        for found in &told {
            assert!(same(&read(&mut input).unwrap(), found));
        }
        let ended = read(&mut input).map(|_| ()).unwrap_err();
        assert_eq!(ended.kind(), ErrorKind::UnexpectedEof);
        // A scout that dies may leave half a report.
        for cut in 1..out.len() {
            let mut input = &out[..cut];
            let whole = std::iter::from_fn(|| read(&mut input).ok()).count();
            assert!(whole < told.len());
        }
    }

    #[test]
    fn what_no_scout_tells_is_refused() {
        let [lines, hits] = [1u32, 0].map(u32::to_ne_bytes);
        let huge = u32::MAX.to_ne_bytes();
        for bad in [
            [&huge[..], &[0], &hits],
            [&lines[..], &[4], &hits],
            [&lines[..], &[0], &huge],
        ] {
            assert!(read(&mut &bad.concat()[..]).is_err());
        }
    }
}
