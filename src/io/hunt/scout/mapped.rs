//! What a scout does: it maps the file piece by piece, looks at each, and tells of its stretches in their order.

use std::fs::File;
use std::io::{Error, IoSliceMut, Result, Write};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::Advice;
use rustix::io::{Errno, ReadWriteFlags};
use vmap::Map;

use super::report;
use crate::domain::glance::Wish;
use crate::domain::key_scan::{LOOK_BACK, REACH};
use crate::io::crash::{self, Point};
use crate::io::hunt::large::STRETCH;
use crate::io::hunt::text::search;
use crate::io::standard_input;

/// How much is mapped at a time: a thread takes that much memory.
const PIECE: u64 = 32 * STRETCH as u64;
/// Bytes of reports that may wait to be told.
const WAITING: usize = 64 << 10;
/// How long they may, when the next one comes.
const PAUSE: Duration = Duration::from_millis(25);

/// Looks through standard input, a file of this length, and tells standard output of every stretch.
pub(super) fn look_ahead(length: u64, wish: Wish, threads: usize) -> Result<()> {
    look(
        &standard_input::open()?,
        length,
        wish,
        threads,
        std::io::stdout(),
    )
}

fn look(
    file: &File,
    length: u64,
    wish: Wish,
    threads: usize,
    out: impl Write + Send,
) -> Result<()> {
    let next = AtomicU64::new(0);
    let order = Order::new(out);
    let work = || -> Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let start = number * PIECE;
            if start >= length {
                return Ok(());
            }
            for ahead in [start, start + threads as u64 * PIECE] {
                fetch(file, ahead, length);
            }
            let told = piece(file, start, length, wish, &mut |reports, waits| {
                order.tell(number, reports, waits)
            });
            order.done(number, told)?;
        }
    };
    let outcome = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut outcome = work();
        for other in others {
            let other = other.join();
            outcome = outcome.and(other.unwrap_or_else(|_| Err(Error::other("a thread ended"))));
        }
        outcome
    });
    order.end().and(outcome)
}

/// Pieces are told one after the other.
struct Order<W> {
    now: Mutex<Telling<W>>,
    turn: Condvar,
}

/// What is told now.
struct Telling<W> {
    /// The piece whose turn it is; `None` when one could not be told, so that none behind it will be.
    piece: Option<u64>,
    /// Reports to be told together: waking who listens takes longer than looking at a stretch.
    reports: Vec<u8>,
    told: Instant,
    out: W,
}

impl<W: Write> Order<W> {
    fn new(out: W) -> Self {
        let telling = Telling {
            piece: Some(0),
            reports: Vec::new(),
            told: Instant::now(),
            out,
        };
        Self {
            now: Mutex::new(telling),
            turn: Condvar::new(),
        }
    }

    /// Takes reports of a piece. While its turn has not come yet, waits for it, or leaves them.
    fn tell(&self, piece: u64, reports: &mut Vec<u8>, waits: bool) -> Result<()> {
        let mut now = match waits {
            true => self.turn_of(piece),
            false => self.now.lock().unwrap_or_else(PoisonError::into_inner),
        };
        match now.piece {
            None => Err(Error::other("a piece before was not told")),
            Some(told) if told != piece => Ok(()),
            Some(_) => {
                now.reports.append(reports);
                if now.reports.len() >= WAITING || now.told.elapsed() >= PAUSE {
                    now.tell()?;
                }
                Ok(())
            }
        }
    }

    /// A piece is told; or not.
    fn done(&self, piece: u64, told: Result<()>) -> Result<()> {
        let mut now = self.turn_of(piece);
        let goes_on = now.piece.is_some() && told.is_ok();
        now.piece = goes_on.then_some(piece + 1);
        self.turn.notify_all();
        told
    }

    /// Waits until all pieces before are told, or one of them could not be.
    fn turn_of(&self, piece: u64) -> MutexGuard<'_, Telling<W>> {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let before = |now: &mut Telling<W>| now.piece.is_some_and(|now| now != piece);
        let waited = self.turn.wait_while(now, before);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells what was left.
    fn end(self) -> Result<()> {
        let now = self.now.into_inner();
        now.unwrap_or_else(PoisonError::into_inner).tell()
    }
}

impl<W: Write> Telling<W> {
    fn tell(&mut self) -> Result<()> {
        self.out.write_all(&self.reports)?;
        self.reports.clear();
        self.out.flush()?;
        self.told = Instant::now();
        Ok(())
    }
}

/// Has a piece fetched from the disk in one go, unless it is there: who only waits for it page by page makes the disk turn
/// between the threads.
fn fetch(file: &File, start: u64, length: u64) {
    let Some(last) = length
        .min(start + PIECE)
        .checked_sub(1)
        .filter(|l| *l >= start)
    else {
        return;
    };
    let byte = &mut [0];
    let buffers = &mut [IoSliceMut::new(byte)];
    let there = rustix::io::preadv2(file, buffers, last, ReadWriteFlags::NOWAIT);
    if there == Err(Errno::AGAIN) {
        // Advice that is not taken does no harm.
        let length = NonZeroU64::new(last + 1 - start);
        let _ = rustix::fs::fadvise(file, start, length, Advice::WillNeed);
    }
}

/// Looks at the stretches of a piece, one after the other, and tells reports of them: waiting for its turn, or not.
fn piece(
    file: &File,
    start: u64,
    length: u64,
    wish: Wish,
    tell: &mut dyn FnMut(&mut Vec<u8>, bool) -> Result<()>,
) -> Result<()> {
    let end = length.min(start + PIECE);
    let from = start.saturating_sub(LOOK_BACK as u64);
    let until = length.min(end + 2 * REACH as u64);
    let map = Map::with_options()
        .offset(usize::try_from(from).map_err(Error::other)?)
        .len((until - from) as usize)
        .map(file)
        .map_err(Error::other)?;
    crash::pass(Point::FileMapped);
    let (begin, end) = ((start - from) as usize, (end - from) as usize);
    let mut reports = Vec::new();
    for at in (begin..end).step_by(STRETCH) {
        let before = at.saturating_sub(LOOK_BACK);
        let stretch = at..end.min(at + STRETCH);
        let window = &map[before..map.len().min(stretch.end + 2 * REACH)];
        let range = stretch.start - before..stretch.end - before;
        let found = search(window, range, wish, start == 0 && at == 0);
        report::write(&found, &mut reports);
        let waits = stretch.end == end || reports.len() >= WAITING;
        tell(&mut reports, waits)?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// How many reports were told of a file of so many bytes that is said to have others, and whether that went well.
    fn told(bytes: u64, said: u64, threads: usize) -> (usize, bool) {
        let file = tempfile::tempfile().unwrap();
        file.set_len(bytes).unwrap();
        let mut out = Vec::new();
        let looked = look(&file, said, Wish::Prefixed, threads, &mut out);
        let mut out = &out[..];
        let reports = std::iter::from_fn(|| report::read(&mut out).ok());
        (reports.count(), looked.is_ok())
    }

    #[test]
    fn every_stretch_is_told_and_nothing_behind_what_cannot_be_mapped() {
        let stretches = |bytes: u64| bytes.div_ceil(STRETCH as u64) as usize;
        for threads in [1, 2, 3] {
            for bytes in [
                1,
                STRETCH as u64,
                PIECE - 1,
                PIECE,
                PIECE + 1,
                2 * PIECE + 7,
            ] {
                assert_eq!(told(bytes, bytes, threads), (stretches(bytes), true));
            }
            // The second piece already reaches behind the end.
            let short = told(2 * PIECE, 9 * PIECE, threads);
            assert_eq!(short, (stretches(PIECE), false), "{threads} threads");
        }
    }

    #[test]
    fn nobody_waits_for_one_who_cannot_tell() {
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> Result<usize> {
                self.0 = self.0.checked_sub(bytes.len()).ok_or(Errno::PIPE)?;
                Ok(bytes.len())
            }

            fn flush(&mut self) -> Result<()> {
                Ok(())
            }
        }
        let file = tempfile::tempfile().unwrap();
        file.set_len(3 * PIECE).unwrap();
        for room in [0, 300, 700] {
            let looked = look(&file, 3 * PIECE, Wish::Prefixed, 2, Full(room));
            assert!(looked.is_err());
        }
    }
}
