//! A large text on disk, looked through in stretches: two threads each take the next that nobody took.
//!
//! It is read and not mapped: who maps a file is killed when somebody cuts it meanwhile, and reading piece by piece into
//! what the processor keeps at hand costs no more.
//!
//! Stretches overlap as blocks do, so that a key on an edge is found once; their finds are put in order again. The rows of
//! a dump must be read in their order, by one thread: of a stretch that holds some it reads the bytes once more.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Result;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;

use zeroize::Zeroizing;

use super::SkipReason;
use super::gaps::{Failing, Gaps, read_at};
use super::rows::Rows;
use super::text::{LineCounter, RangeFinds, search};
use crate::domain::hunt::byte_classes::Wish;
use crate::domain::hunt::old_payloads::CONTEXT;
use crate::domain::hunt::trials::KeyTrials;
use crate::domain::hunt::{LOOK_BACK, REACH};
use crate::domain::inventory::secret::wipe_stack;
use crate::io::hunt::search::{BLOCK, FileReading, PartSearch};

/// Smaller files are read as any stream is.
pub(super) const LARGE: u64 = 4 << 20;
/// How much a thread takes at a time.
pub(super) const STRETCH: usize = 2 * BLOCK;
/// Stretches that may wait until those before them are done.
const WAITING: usize = 8;

/// What a stretch holds.
#[derive(Default)]
struct StretchFinds {
    found: RangeFinds,
    length: usize,
    gaps: Gaps,
}

/// A file, and how far it is taken.
struct SharedFile<'f> {
    file: &'f File,
    length: u64,
    stretches: u64,
    next: AtomicU64,
    wish: Wish,
    trials: Option<&'f KeyTrials>,
    failing: Mutex<Failing>,
}

impl SharedFile<'_> {
    /// The number of the next stretch.
    fn take(&self) -> Option<u64> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.stretches).then_some(number)
    }

    fn read(&self, buffer: &mut [u8], offset: u64, gaps: &mut Gaps) -> Result<usize> {
        read_at(self.file, buffer, offset, &self.failing, gaps)
    }
}

/// What goes on from one stretch to the next.
struct Course<'s, 'w> {
    lines: LineCounter,
    rows: Rows<'s, 'w>,
    /// Bytes before this stretch that were not passed to the rows.
    passed: u64,
    gaps: Gaps,
    window: Zeroizing<Vec<u8>>,
}

impl PartSearch<'_> {
    /// Looks through a file of this length.
    pub(super) fn large(
        &mut self,
        file: &File,
        length: u64,
        reading: &mut FileReading<'_>,
    ) -> std::result::Result<(), SkipReason> {
        reading.seen.clear();
        let mut scanner = self.scanner.take();
        let taken = SharedFile {
            file,
            length,
            stretches: length.div_ceil(STRETCH as u64),
            next: AtomicU64::new(0),
            wish: self.wish,
            trials: self.wanted.keys.as_ref(),
            failing: Mutex::default(),
        };
        let mut course = Course {
            lines: LineCounter::new(),
            rows: Rows::new(scanner.as_mut()),
            passed: 0,
            gaps: Gaps::default(),
            window: new_window(),
        };
        let outcome = self.by_reading(&taken, &mut course, reading);
        course.rows.end(reading, self.on);
        let gaps = course.gaps;
        self.scanner = scanner;
        self.was_read(reading);
        outcome.map_err(|e| SkipReason::Refused(e.to_string()))?;
        match gaps.first {
            Some(first) => Err(SkipReason::Gaps {
                kilobytes: gaps.bytes.div_ceil(1024),
                first,
            }),
            None => Ok(()),
        }
    }

    /// Reads everything.
    fn by_reading(
        &mut self,
        taken: &SharedFile<'_>,
        course: &mut Course<'_, '_>,
        reading: &mut FileReading<'_>,
    ) -> Result<()> {
        std::thread::scope(|scope| {
            let (sender, others) = sync_channel(WAITING);
            let other = move || {
                let mut window = new_window();
                while let Some(number) = taken.take() {
                    let stretch = look_at(taken, number, &mut window);
                    let failed = stretch.is_err();
                    if sender.send((number, stretch)).is_err() || failed {
                        return;
                    }
                }
            };
            if self.limits.threads > 1 && taken.stretches > 1 {
                scope.spawn(move || {
                    other();
                    wipe_stack();
                });
            } else {
                drop(other);
            }
            let mut early = BTreeMap::new();
            for number in 0..taken.stretches {
                if (self.cancel)() {
                    break;
                }
                let stretch: StretchFinds = loop {
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
                            (number, look_at(taken, number, &mut course.window))
                        }
                        Err(_) => match others.recv() {
                            Ok(received) => received,
                            Err(_) => return Ok(()),
                        },
                    };
                    early.insert(number, stretch);
                };
                self.over(number, stretch, taken, course, reading)?;
            }
            Ok(())
        })
    }

    /// Goes over the next stretch, which was looked at.
    fn over(
        &mut self,
        number: u64,
        stretch: StretchFinds,
        taken: &SharedFile<'_>,
        course: &mut Course<'_, '_>,
        reading: &mut FileReading<'_>,
    ) -> Result<()> {
        let StretchFinds {
            found,
            length,
            gaps,
        } = stretch;
        self.looked.bytes += length as u64;
        course.gaps.add(&gaps);
        let numbers = course.lines.over(found.seen, &found.before);
        for (hit, line) in found.hits.into_iter().zip(numbers) {
            self.found(hit, reading, line);
        }
        if course.rows.must_read(found.matters, reading, self.on) {
            let start = number * STRETCH as u64;
            let passed = std::mem::take(&mut course.passed);
            if passed > 0 {
                let last = passed.min(CONTEXT as u64);
                let bytes = &mut course.window[..last as usize];
                let read = taken.read(bytes, start - last, &mut Gaps::default())?;
                course.rows.pass_over(passed, &bytes[..read], reading);
            }
            let bytes = &mut course.window[..length];
            let read = taken.read(bytes, start, &mut Gaps::default())?;
            course.rows.read(&bytes[..read], reading, self.on);
        } else {
            course.passed += length as u64;
        }
        self.progress(reading.path);
        Ok(())
    }
}

fn new_window() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(vec![0; LOOK_BACK + STRETCH + 2 * REACH])
}

/// Reads a stretch and searches it, half of it at a time: what was just read is at hand.
fn look_at(taken: &SharedFile<'_>, number: u64, window: &mut [u8]) -> Result<StretchFinds> {
    let start = number * STRETCH as u64;
    let begin = start.min(LOOK_BACK as u64) as usize;
    let rest = usize::try_from(taken.length - start).unwrap_or(usize::MAX);
    let wanted = begin + rest.min(STRETCH + 2 * REACH);
    let (mut all, mut gaps) = (RangeFinds::default(), Gaps::default());
    let (mut filled, mut searched) = (0, begin);
    loop {
        let room = filled..wanted.min(filled + wanted.div_ceil(2));
        let offset = start - begin as u64 + filled as u64;
        let read = taken.read(&mut window[room.clone()], offset, &mut gaps)?;
        filled += read;
        let over = read < room.len() || filled == wanted;
        let until = if over {
            filled
        } else {
            filled.saturating_sub(2 * REACH)
        };
        let until = until.clamp(searched, begin + STRETCH);
        // A file that became shorter may end before this stretch begins.
        let range = searched.min(filled)..until.min(filled);
        let begins = start == 0 && searched == 0;
        all.add(search(
            &window[..filled],
            range,
            (taken.wish, taken.trials),
            begins,
        ));
        searched = until;
        if over {
            break;
        }
    }
    Ok(StretchFinds {
        found: all,
        length: searched.min(filled).saturating_sub(begin),
        gaps: gaps.within(start..start + STRETCH as u64),
    })
}
