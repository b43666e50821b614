//! A large text on disk, looked through by two threads: each takes the next stretch that nobody took.
//!
//! Stretches overlap as blocks do, so that a key on an edge is found once; their finds are put in order again. The rows of
//! a dump must be read in their order, by one thread: of a stretch that holds some it reads the bytes once more.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Result;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;

use zeroize::Zeroizing;

use super::SkipReason;
use super::reading::{BLOCK, Reading, Search};
use super::rows::Rows;
use super::text::{Found, Lines, search};
use crate::domain::glance::Wish;
use crate::domain::key_scan::{LOOK_BACK, REACH};
use crate::domain::sightings::CONTEXT;

/// Smaller files are not worth a thread.
pub(super) const LARGE: u64 = 4 << 20;
/// How much a thread takes at a time.
const STRETCH: usize = 2 * BLOCK;
/// Stretches that may wait until those before them are done.
const WAITING: usize = 8;

/// What a stretch holds.
#[derive(Default)]
struct Stretch {
    found: Found,
    length: usize,
    /// Its last bytes, where rows are looked for.
    last: Zeroizing<Vec<u8>>,
}

/// A file, and how far it is taken.
struct Taken<'f> {
    file: &'f File,
    stretches: u64,
    next: AtomicU64,
    wish: Wish,
}

impl Taken<'_> {
    /// The number of the next stretch.
    fn take(&self) -> Option<u64> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.stretches).then_some(number)
    }
}

impl Search<'_> {
    /// Looks through a file of this length.
    pub(super) fn large(
        &mut self,
        file: &File,
        length: u64,
        reading: &mut Reading<'_>,
    ) -> std::result::Result<(), SkipReason> {
        reading.seen.clear();
        let mut scanner = self.scanner.take();
        let mut rows = Rows::new(scanner.as_mut());
        let taken = Taken {
            file,
            stretches: length.div_ceil(STRETCH as u64),
            next: AtomicU64::new(0),
            wish: self.wish,
        };
        let outcome = self.by_halves(&taken, reading, &mut rows);
        rows.end(self.on);
        self.scanner = scanner;
        outcome.map_err(|e| SkipReason::Refused(e.to_string()))
    }

    fn by_halves(
        &mut self,
        taken: &Taken<'_>,
        reading: &mut Reading<'_>,
        rows: &mut Rows<'_, '_>,
    ) -> Result<()> {
        std::thread::scope(|scope| {
            let (sender, others) = sync_channel(WAITING);
            scope.spawn(move || {
                let mut window = new_window();
                while let Some(number) = taken.take() {
                    let stretch = look_at(taken, number, &mut window);
                    let failed = stretch.is_err();
                    if sender.send((number, stretch)).is_err() || failed {
                        return;
                    }
                }
            });
            let mut window = new_window();
            let mut lines = Lines::new();
            let mut early = BTreeMap::new();
            for number in 0..taken.stretches {
                let stretch: Stretch = loop {
                    if let Some(stretch) = early.remove(&number) {
                        break stretch?;
                    }
                    let (number, stretch) = match others.try_recv() {
                        Ok(received) => received,
                        // Who is far ahead waits for the other.
                        Err(_)
                            if early.len() < WAITING
                                && let Some(number) = taken.take() =>
                        {
                            (number, look_at(taken, number, &mut window))
                        }
                        Err(_) => match others.recv() {
                            Ok(received) => received,
                            Err(_) => return Ok(()),
                        },
                    };
                    early.insert(number, stretch);
                };
                self.looked.bytes += stretch.length as u64;
                let numbers = lines.over(stretch.found.seen, &stretch.found.before);
                for (hit, line) in stretch.found.hits.into_iter().zip(numbers) {
                    self.found(hit, reading, line);
                }
                if rows.must_read(stretch.found.matters, self.on) {
                    let bytes = &mut window[..stretch.length];
                    let read = read_at(taken.file, bytes, number * STRETCH as u64)?;
                    rows.read(&bytes[..read], reading, self.on);
                } else {
                    rows.pass_over(stretch.length as u64, &stretch.last, reading);
                }
                self.progress(reading.path);
                if (self.cancel)() {
                    break;
                }
            }
            Ok(())
        })
    }
}

fn new_window() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(vec![0; LOOK_BACK + STRETCH + 2 * REACH])
}

/// Reads a stretch and searches it, half of it at a time: what was just read is at hand.
fn look_at(taken: &Taken<'_>, number: u64, window: &mut [u8]) -> Result<Stretch> {
    let start = number * STRETCH as u64;
    let begin = start.min(LOOK_BACK as u64) as usize;
    let wanted = begin + STRETCH + 2 * REACH;
    let mut all = Found::default();
    let (mut filled, mut searched) = (0, begin);
    loop {
        let room = filled..wanted.min(filled + wanted.div_ceil(2));
        let offset = start - begin as u64 + filled as u64;
        let read = read_at(taken.file, &mut window[room.clone()], offset)?;
        filled += read;
        let over = read < room.len() || filled == wanted;
        let until = if over { filled } else { filled - 2 * REACH };
        // A file that became shorter may end before this stretch begins.
        let until = until.clamp(searched, begin + STRETCH).min(filled);
        let range = searched.min(until)..until;
        let begins = start == 0 && searched == 0;
        all.add(search(&window[..filled], range, taken.wish, begins));
        searched = until;
        if over {
            break;
        }
    }
    let own = &window[begin.min(searched)..searched];
    let last = match taken.wish {
        Wish::Prefixed | Wish::Keys => &[],
        Wish::KeysAndRows => &own[own.len().saturating_sub(CONTEXT)..],
    };
    Ok(Stretch {
        found: all,
        length: own.len(),
        last: Zeroizing::new(last.to_vec()),
    })
}

/// Reads until the buffer is full or the file ends.
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}
