//! A large text on disk, looked through by two threads: each takes the next stretch that nobody took.
//!
//! Stretches overlap as blocks do, so that a key on an edge is found once; their finds are put in order again. Where
//! older payloads are looked for, one thread reads and searches for keys, and the other reads the rows of the same bytes,
//! in their order.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{channel, sync_channel};

use zeroize::Zeroizing;

use super::reading::{BLOCK, Reading, Search};
use super::text::{Lines, hits_in};
use super::{Event, SkipReason};
use crate::domain::key_scan::{Hit, LOOK_BACK, REACH, Seen};
use crate::domain::sightings::Scanner;

/// Smaller files are not worth a thread.
pub(super) const LARGE: u64 = 4 << 20;
/// How much a thread takes at a time.
const STRETCH: usize = 2 * BLOCK;
/// Stretches that may wait until those before them are done.
const WAITING: usize = 8;
/// Windows that go to and fro between the threads.
const SHARED: usize = 4;

/// Bytes of the file, and which of them are of a stretch.
struct Window {
    bytes: Zeroizing<Vec<u8>>,
    own: Range<usize>,
}

impl Window {
    fn new() -> Self {
        Self {
            bytes: Zeroizing::new(vec![0; LOOK_BACK + STRETCH + 2 * REACH]),
            own: 0..0,
        }
    }
}

/// What a stretch holds.
#[derive(Default)]
struct Stretch {
    hits: Vec<Hit>,
    /// Line ends of the stretch before each hit.
    before: Vec<i64>,
    seen: Seen,
    length: usize,
}

/// A file, and how far it is taken.
struct Taken<'f> {
    file: &'f File,
    stretches: u64,
    next: AtomicU64,
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
    ) -> Result<(), SkipReason> {
        let taken = Taken {
            file,
            stretches: length.div_ceil(STRETCH as u64),
            next: AtomicU64::new(0),
        };
        reading.seen.clear();
        let outcome = match self.scanner.take() {
            None => self.by_halves(&taken, reading),
            Some(mut scanner) => {
                let outcome = self.keys_and_rows(&taken, &mut scanner, reading);
                self.scanner = Some(scanner);
                outcome
            }
        };
        outcome.map_err(|e| SkipReason::Refused(e.to_string()))
    }

    /// Both threads search for keys.
    fn by_halves(&mut self, taken: &Taken<'_>, reading: &mut Reading<'_>) -> std::io::Result<()> {
        std::thread::scope(|scope| {
            let (sender, others) = sync_channel(WAITING);
            scope.spawn(move || {
                let mut window = Window::new();
                while let Some(number) = taken.take() {
                    let stretch = look_at(taken.file, number, &mut window);
                    let failed = stretch.is_err();
                    if sender.send((number, stretch)).is_err() || failed {
                        return;
                    }
                }
            });
            let mut window = Window::new();
            let mut lines = Lines::new();
            let mut early = BTreeMap::new();
            for number in 0..taken.stretches {
                let stretch = loop {
                    if let Some(stretch) = early.remove(&number) {
                        break stretch;
                    }
                    let (number, stretch) = match others.try_recv() {
                        Ok(received) => received,
                        // Who is far ahead waits for the other.
                        Err(_)
                            if early.len() < WAITING
                                && let Some(number) = taken.take() =>
                        {
                            (number, look_at(taken.file, number, &mut window))
                        }
                        Err(_) => match others.recv() {
                            Ok(received) => received,
                            Err(_) => return Ok(()),
                        },
                    };
                    early.insert(number, stretch);
                };
                self.stretch(stretch?, &mut lines, reading);
                if (self.cancel)() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// One thread searches for keys, the other reads the rows.
    fn keys_and_rows(
        &mut self,
        taken: &Taken<'_>,
        scanner: &mut Scanner<'_>,
        reading: &mut Reading<'_>,
    ) -> std::io::Result<()> {
        scanner.begin(reading.modified);
        let source = reading.source(None);
        let outcome = std::thread::scope(|scope| {
            let (sender, stretches) = sync_channel(SHARED);
            let (back, windows) = channel();
            for _ in 0..SHARED {
                // It is received below.
                let _ = back.send(Window::new());
            }
            scope.spawn(move || {
                while let Ok(mut window) = windows.recv()
                    && let Some(number) = taken.take()
                {
                    let stretch = look_at(taken.file, number, &mut window);
                    let failed = stretch.is_err();
                    if sender.send((stretch, window)).is_err() || failed {
                        return;
                    }
                }
            });
            let mut lines = Lines::new();
            for (stretch, window) in stretches {
                let stretch = stretch?;
                scanner.feed(&window.bytes[window.own.clone()], &mut |sighting| {
                    (self.on)(Event::Sighting(sighting, source.clone()));
                });
                // Who reads may be done already.
                let _ = back.send(window);
                self.stretch(stretch, &mut lines, reading);
                if (self.cancel)() {
                    break;
                }
            }
            Ok(())
        });
        scanner.end(&mut |sighting| (self.on)(Event::Sighting(sighting, source.clone())));
        outcome
    }

    /// The finds of the next stretch.
    fn stretch(&mut self, stretch: Stretch, lines: &mut Lines, reading: &mut Reading<'_>) {
        self.looked.bytes += stretch.length as u64;
        let numbers = lines.over(stretch.seen, &stretch.before);
        for (hit, line) in stretch.hits.into_iter().zip(numbers) {
            self.found(hit, reading, line);
        }
        self.progress(reading.path);
    }
}

/// Reads a stretch and searches it for keys, half of it at a time: what was just read is at hand.
fn look_at(file: &File, number: u64, window: &mut Window) -> std::io::Result<Stretch> {
    let start = number * STRETCH as u64;
    let begin = start.min(LOOK_BACK as u64) as usize;
    let wanted = begin + STRETCH + 2 * REACH;
    let mut found = Stretch::default();
    let (mut filled, mut searched) = (0, begin);
    loop {
        let room = filled..wanted.min(filled + wanted.div_ceil(2));
        let offset = start - begin as u64 + filled as u64;
        let read = read_at(file, &mut window.bytes[room.clone()], offset)?;
        filled += read;
        let over = read < room.len() || filled == wanted;
        let until = if over { filled } else { filled - 2 * REACH };
        // A file that has become shorter may end before its stretch begins.
        let until = until.clamp(searched, (begin + STRETCH).max(searched));
        let text = &window.bytes[..filled];
        let from = searched.min(filled);
        let mut hits = Vec::new();
        let (seen, before) = hits_in(text, from..until.min(filled), &mut hits);
        let lines = found.seen.lines as i64;
        found.before.extend(before.iter().map(|line| lines + line));
        found.hits.append(&mut hits);
        found.seen.lines += seen.lines;
        found.seen.zero |= seen.zero;
        searched = until;
        if over {
            window.own = begin.min(filled)..until.min(filled);
            found.length = window.own.len();
            return Ok(found);
        }
    }
}

/// Reads until the buffer is full or the file ends.
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
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
