//! A large text on disk, looked through by two threads: each takes every second stretch of it.
//!
//! Stretches overlap as blocks do, so that a key on an edge is found once; their finds are put in order again.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use zeroize::Zeroizing;

use super::SkipReason;
use super::reading::{Reading, Search, lines};
use crate::domain::key_scan::{self, Hit, LOOK_BACK, REACH};

/// Threads that read and search. Reading costs about as much as searching, so two do nearly twice as much as one.
const THREADS: u64 = 2;
/// How much one of them takes at a time.
const STRETCH: u64 = 256 << 10;
/// Smaller files are not worth a thread.
pub(super) const LARGE: u64 = 4 << 20;
/// Stretches that may wait until those before them are done.
const WAITING: usize = 8;

/// What one stretch holds.
struct Stretch {
    /// Offsets count from the start of the stretch; of a key without a mark it may lie before it.
    hits: Vec<Hit>,
    /// Line ends before each hit.
    lines_before: Vec<u64>,
    lines: u64,
    binary: bool,
    read: u64,
}

impl Search<'_> {
    /// Looks through a file of this length.
    pub(super) fn large(
        &mut self,
        file: &File,
        length: u64,
        reading: &mut Reading<'_>,
    ) -> Result<(), SkipReason> {
        let binary = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let results: Vec<_> = (0..THREADS)
                .map(|first| {
                    let (sender, receiver) = sync_channel(WAITING);
                    let binary = &binary;
                    scope.spawn(move || look_through(file, length, first, binary, &sender));
                    receiver
                })
                .collect();
            let mut line = 1;
            for number in 0..length.div_ceil(STRETCH) {
                let Ok(stretch) = results[(number % THREADS) as usize].recv() else {
                    break;
                };
                let stretch = stretch.map_err(|e| SkipReason::Refused(e.to_string()))?;
                self.looked.bytes += stretch.read;
                if stretch.binary {
                    binary.store(true, Ordering::Relaxed);
                }
                let counts = !binary.load(Ordering::Relaxed);
                for (hit, before) in stretch.hits.into_iter().zip(stretch.lines_before) {
                    self.found(hit, reading, counts.then_some(line + before));
                }
                line += stretch.lines;
                self.progress(reading.path);
                if (self.cancel)() {
                    break;
                }
            }
            Ok(())
        })
    }
}

/// Every second stretch, until nobody wants to know any more.
fn look_through(
    file: &File,
    length: u64,
    first: u64,
    binary: &AtomicBool,
    sender: &SyncSender<std::io::Result<Stretch>>,
) {
    let mut window = Zeroizing::new(vec![0; LOOK_BACK + STRETCH as usize + 2 * REACH]);
    let mut start = first * STRETCH;
    while start < length {
        let stretch = look_at(file, start, binary.load(Ordering::Relaxed), &mut window);
        let failed = stretch.is_err();
        if sender.send(stretch).is_err() || failed {
            return;
        }
        start += THREADS * STRETCH;
    }
}

fn look_at(file: &File, start: u64, binary: bool, window: &mut [u8]) -> std::io::Result<Stretch> {
    let before = start.min(LOOK_BACK as u64) as usize;
    let wanted = before + STRETCH as usize + 2 * REACH;
    let mut filled = 0;
    while filled < wanted {
        match file.read_at(
            &mut window[filled..wanted],
            start - before as u64 + filled as u64,
        ) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    let text = &window[..filled];
    let from = before.min(filled);
    let until = (before + STRETCH as usize).min(filled);
    let mut hits = Vec::new();
    let seen = key_scan::scan_in(text, from..until, &mut |hit| hits.push(hit));
    hits.sort_by_key(|hit| hit.offset);
    let own = &text[from..until];
    let binary = binary || seen.zero;
    let (mut counted, mut so_far) = (from, 0);
    let lines_before = hits
        .iter()
        .map(|hit| {
            if !binary && hit.offset >= counted {
                so_far += lines(&text[counted..hit.offset]);
                counted = hit.offset;
            }
            so_far
        })
        .collect();
    Ok(Stretch {
        lines_before,
        lines: if binary {
            0
        } else {
            so_far + lines(&text[counted..until.max(counted)])
        },
        hits,
        binary,
        read: own.len() as u64,
    })
}
