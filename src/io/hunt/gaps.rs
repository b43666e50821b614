//! Reading past what a failing disk does not give.

use std::fs::File;
use std::io::{ErrorKind, Result};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, PoisonError};

use rustix::io::Errno;

/// What is left out when a disk fails; when it fails again right behind that, twice as much.
const PAGE: u64 = 4096;
/// And no more than this.
const WIDEST: u64 = 1 << 30;

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

/// Where a disk failed last. What is left out there grows, so that a dead disk has an end.
#[derive(Debug)]
pub(super) struct Failing {
    left_out: Range<u64>,
    next: u64,
}

impl Default for Failing {
    fn default() -> Self {
        Self {
            left_out: 0..0,
            next: PAGE,
        }
    }
}

/// Reads until the buffer is full or the file ends. Zeros stand where the disk gives nothing.
pub(super) fn read_at(
    file: &File,
    buffer: &mut [u8],
    offset: u64,
    failing: &Mutex<Failing>,
    gaps: &mut Gaps,
) -> Result<usize> {
    read_past(
        |bytes, at| file.read_at(bytes, at),
        buffer,
        offset,
        failing,
        gaps,
    )
}

fn read_past(
    mut read: impl FnMut(&mut [u8], u64) -> Result<usize>,
    buffer: &mut [u8],
    offset: u64,
    failing: &Mutex<Failing>,
    gaps: &mut Gaps,
) -> Result<usize> {
    let failing = || failing.lock().unwrap_or_else(PoisonError::into_inner);
    let mut filled = 0;
    while filled < buffer.len() {
        let at = offset + filled as u64;
        let known = failing().left_out.clone();
        if known.contains(&at) {
            let until = known.end.min(offset + buffer.len() as u64);
            let gap = (until - at) as usize;
            buffer[filled..filled + gap].fill(0);
            gaps.gap(at..until);
            filled += gap;
            continue;
        }
        match read(&mut buffer[filled..], at) {
            Ok(0) => break,
            Ok(read) => {
                filled += read;
                if at >= known.end {
                    failing().next = PAGE;
                }
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            // A read ends before what it cannot give, and the next one begins there.
            Err(e) if e.raw_os_error() == Some(Errno::IO.raw_os_error()) => {
                let mut failing = failing();
                failing.left_out = at..at - at % PAGE + failing.next;
                failing.next = (failing.next * 2).min(WIDEST);
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
        let (disk, failing) = (disk(100 * PAGE, &[3, 7]), Mutex::default());
        let read = read_past(disk, &mut buffer, 100, &failing, &mut gaps).unwrap();
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
        let bad: Vec<u64> = (2..640).collect();
        let mut asked = 0;
        let mut disk = disk(2000 * PAGE, &bad);
        let failing = Mutex::default();
        let (mut buffer, mut gaps) = (vec![1; 16 * 4096], Gaps::default());
        // Buffer after buffer, as a search reads.
        for start in (0..2000 * PAGE).step_by(buffer.len()) {
            let counted = |buffer: &mut [u8], at: u64| {
                asked += 1;
                disk(buffer, at)
            };
            let read = read_past(counted, &mut buffer, start, &failing, &mut gaps);
            assert_eq!(read.unwrap(), buffer.len());
        }
        // 62 buffers lie wholly behind what is left out, twice as much as is bad at most.
        assert!(asked < 125 + 12, "{asked}");
        assert_eq!(gaps.first, Some(2 * PAGE));
        assert!(gaps.bytes >= 638 * PAGE && gaps.bytes <= 2 * 640 * PAGE);
        assert_eq!(buffer, [b'x'; 16 * 4096]);
        let read = read_past(&mut disk, &mut buffer, 1999 * PAGE, &failing, &mut gaps);
        assert_eq!(read.unwrap(), 4096, "the end of the disk");
        let gone = |_: &mut [u8], _| Err(Errno::NODEV.into());
        assert!(read_past(gone, &mut buffer, 0, &Mutex::default(), &mut gaps).is_err());
    }
}
