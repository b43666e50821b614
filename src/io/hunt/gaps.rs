//! Reading past what a failing disk does not give.

use std::fs::File;
use std::io::{ErrorKind, Result};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use rustix::io::Errno;

/// What is left out when a disk fails; of what follows, twice as much each time.
const PAGE: u64 = 4096;

/// Bytes that could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Gaps {
    /// How many.
    pub(super) bytes: u64,
    /// Where the first of them stands.
    pub(super) first: Option<u64>,
    each: Vec<Range<u64>>,
}

impl Gaps {
    fn gap(&mut self, gap: Range<u64>) {
        self.bytes += gap.end - gap.start;
        self.first = self.first.into_iter().chain([gap.start]).min();
        self.each.push(gap);
    }

    /// Those in a range.
    pub(super) fn within(&self, range: Range<u64>) -> Self {
        let mut within = Self::default();
        for gap in &self.each {
            let gap = gap.start.max(range.start)..gap.end.min(range.end);
            if !gap.is_empty() {
                within.gap(gap);
            }
        }
        within
    }

    /// Counts those of another place as well.
    pub(super) fn add(&mut self, other: &Self) {
        self.bytes += other.bytes;
        self.first = self.first.into_iter().chain(other.first).min();
    }
}

/// Reads until the buffer is full or the file ends. Zeros stand where the disk gives nothing.
pub(super) fn read_at(
    file: &File,
    buffer: &mut [u8],
    offset: u64,
    gaps: &mut Gaps,
) -> Result<usize> {
    read_past(|bytes, at| file.read_at(bytes, at), buffer, offset, gaps)
}

fn read_past(
    mut read: impl FnMut(&mut [u8], u64) -> Result<usize>,
    buffer: &mut [u8],
    offset: u64,
    gaps: &mut Gaps,
) -> Result<usize> {
    let (mut filled, mut wide) = (0, PAGE);
    while filled < buffer.len() {
        let at = offset + filled as u64;
        match read(&mut buffer[filled..], at) {
            Ok(0) => break,
            Ok(read) => {
                filled += read;
                wide = PAGE;
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            // A read ends before what it cannot give, and the next one begins there.
            Err(e) if e.raw_os_error() == Some(Errno::IO.raw_os_error()) => {
                let until = (at - at % PAGE + wide).min(offset + buffer.len() as u64);
                let gap = (until - at) as usize;
                buffer[filled..filled + gap].fill(0);
                gaps.gap(at..until);
                filled += gap;
                wide *= 2;
            }
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A disk of so many bytes with pages that it does not give.
    fn disk(bytes: u64, bad: &[u64]) -> impl FnMut(&mut [u8], u64) -> Result<usize> {
        let bad = bad.to_vec();
        move |buffer, at| {
            let mut read = 0;
            for byte in buffer.iter_mut() {
                let at = at + read as u64;
                let is_bad = bad.contains(&(at / PAGE));
                if is_bad && read == 0 {
                    return Err(Errno::IO.into());
                }
                if is_bad || at >= bytes {
                    break;
                }
                *byte = b'x';
                read += 1;
            }
            Ok(read)
        }
    }

    #[test]
    fn what_stands_around_a_gap_is_read() {
        let (mut buffer, mut gaps) = (vec![1; 10 * 4096], Gaps::default());
        let read = read_past(disk(100 * PAGE, &[3, 7]), &mut buffer, 100, &mut gaps).unwrap();
        assert_eq!(read, buffer.len());
        for (at, byte) in buffer.iter().enumerate() {
            let bad = [3, 7].contains(&((at as u64 + 100) / PAGE));
            assert_eq!(*byte, if bad { 0 } else { b'x' }, "{at}");
        }
        assert_eq!((gaps.bytes, gaps.first), (2 * PAGE, Some(3 * PAGE)));
        let within = gaps.within(3 * PAGE + 5..7 * PAGE + 1);
        assert_eq!((within.bytes, within.first), (PAGE - 4, Some(3 * PAGE + 5)));
        assert_eq!(gaps.within(4 * PAGE..7 * PAGE), Gaps::default());
    }

    #[test]
    fn a_long_gap_is_soon_left_behind_and_other_errors_end_it() {
        let bad: Vec<u64> = (2..64).collect();
        let mut asked = 0;
        let mut disk = disk(100 * PAGE, &bad);
        let (mut buffer, mut gaps) = (vec![1; 80 * 4096], Gaps::default());
        let counted = |buffer: &mut [u8], at: u64| {
            asked += 1;
            disk(buffer, at)
        };
        let read = read_past(counted, &mut buffer, 0, &mut gaps);
        assert_eq!(read.unwrap(), buffer.len());
        assert!(asked < 12, "{asked}");
        assert_eq!(buffer[70 * 4096], b'x');
        let read = read_past(&mut disk, &mut buffer, 99 * PAGE, &mut gaps);
        assert_eq!(read.unwrap(), 4096, "the end of the disk");
        let gone = |_: &mut [u8], _| Err(Errno::NODEV.into());
        assert!(read_past(gone, &mut buffer, 0, &mut gaps).is_err());
    }
}
