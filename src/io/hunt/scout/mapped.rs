//! What a scout does: it maps the file piece by piece, looks at each, and tells of its stretches in their order.

use std::fs::File;
use std::io::{Error, Result, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use rustix::fs::Advice;
use rustix::io::{Errno, ReadWriteFlags};
use vmap::Map;

use super::Report;
use crate::domain::glance::Wish;
use crate::domain::key_scan::{LOOK_BACK, REACH};
use crate::io::crash::{self, Point};
use crate::io::files;
use crate::io::hunt::large::STRETCH;
use crate::io::hunt::text::search;

/// How much is mapped at a time: a thread takes that much memory.
const PIECE: u64 = 32 * STRETCH as u64;

/// Looks through standard input, a file of this length, and tells standard output of every stretch.
pub(super) fn look_ahead(length: u64, wish: Wish, threads: usize) -> Result<()> {
    look(&files::stdin()?, length, wish, threads, std::io::stdout())
}

/// Whose turn it is to tell; `None` when that failed.
struct Telling<W> {
    next: Option<u64>,
    out: W,
}

fn look(
    file: &File,
    length: u64,
    wish: Wish,
    threads: usize,
    out: impl Write + Send,
) -> Result<()> {
    let next = AtomicU64::new(0);
    let telling = Mutex::new(Telling { next: Some(0), out });
    let turn = Condvar::new();
    let work = || -> Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let start = number * PIECE;
            if start >= length {
                return Ok(());
            }
            for ahead in [start, start + threads as u64 * PIECE] {
                fetch(file, ahead);
            }
            let reports = piece(file, start, length, wish);
            let telling = telling.lock().unwrap_or_else(PoisonError::into_inner);
            let mut telling = turn
                .wait_while(telling, |telling| {
                    telling.next.is_some_and(|next| next != number)
                })
                .unwrap_or_else(PoisonError::into_inner);
            let told = match telling.next {
                Some(_) => reports.and_then(|reports| telling.out.write_all(reports.as_bytes())),
                None => Ok(()),
            };
            telling.next = told
                .is_ok()
                .then_some(number + 1)
                .filter(|_| telling.next.is_some());
            turn.notify_all();
            if telling.next.is_none() {
                return told;
            }
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut outcome = work();
        for other in others {
            let other = other.join();
            outcome = outcome.and(other.unwrap_or_else(|_| Err(Error::other("a thread ended"))));
        }
        outcome
    })
}

/// Has a piece fetched from the disk in one go, unless it is there: who only waits for it page by page makes the disk turn
/// between the threads.
fn fetch(file: &File, start: u64) {
    let last = &mut [0];
    let buffers = &mut [std::io::IoSliceMut::new(last)];
    let there = rustix::io::preadv2(file, buffers, start + PIECE - 1, ReadWriteFlags::NOWAIT);
    if there == Err(Errno::AGAIN) {
        // Advice that is not taken does no harm.
        let length = std::num::NonZeroU64::new(PIECE);
        let _ = rustix::fs::fadvise(file, start, length, Advice::WillNeed);
    }
}

/// Reports of the stretches of a piece, one after the other.
fn piece(file: &File, start: u64, length: u64, wish: Wish) -> Result<String> {
    let end = length.min(start + PIECE);
    let from = start.saturating_sub(LOOK_BACK as u64);
    let until = length.min(end + 2 * REACH as u64);
    let offset = usize::try_from(from).map_err(Error::other)?;
    let map = Map::with_options()
        .offset(offset)
        .len((until - from) as usize)
        .map(file)
        .map_err(Error::other)?;
    crash::pass(Point::FileMapped);
    let (mut reports, end) = (String::new(), (end - from) as usize);
    let mut at = (start - from) as usize;
    while at < end {
        let begin = at.saturating_sub(LOOK_BACK);
        let stretch = at..end.min(at + STRETCH);
        let window = &map[begin..map.len().min(stretch.end + 2 * REACH)];
        let range = stretch.start - begin..stretch.end - begin;
        let found = search(window, range, wish, start == 0 && at == 0);
        let report = Report {
            seen: found.seen,
            keys: !found.hits.is_empty(),
            matters: found.matters,
        };
        reports += &report.line();
        at = stretch.end;
    }
    Ok(reports)
}
