//! A text of any kind, looked through in blocks.
//!
//! The end of a block is looked at again with the next one, so that a key on the edge is found, and found once.

use std::io::Read;
use std::ops::Range;

use super::reading::{Reading, Search, broken, fill};
use super::{Event, SkipReason};
use crate::domain::key_scan::{self, Hit, LOOK_BACK, REACH, Seen};

/// Hears the bytes of a text as they are read, and where to tell what it makes of them.
type Feed<'f> = dyn FnMut(&[u8], &mut dyn FnMut(Event<'_>)) + 'f;

/// A text that is read from a stream.
pub(super) struct Text<'s> {
    stream: &'s mut dyn Read,
    /// Archives around it.
    depth: usize,
    /// Bytes of it that stand in the window already.
    filled: usize,
    /// Whether these are all.
    over: bool,
    /// Why no more could be read.
    ended: std::io::Result<()>,
}

impl<'s> Text<'s> {
    pub(super) fn new(stream: &'s mut dyn Read, depth: usize) -> Self {
        Self {
            stream,
            depth,
            filled: 0,
            over: false,
            ended: Ok(()),
        }
    }

    /// Its beginning stands in the window; perhaps it is over, or could be read no further.
    pub(super) fn begun(self, filled: usize, over: bool, ended: std::io::Result<()>) -> Self {
        Self {
            filled,
            over: over || ended.is_err(),
            ended,
            ..self
        }
    }
}

/// Which line a text has come to. Line numbers mean nothing in a swap file or a program.
pub(super) struct Lines {
    line: u64,
    binary: bool,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self {
            line: 1,
            binary: false,
        }
    }

    /// Goes over a stretch and says on which lines its hits stand, of which so many line ends stand before each.
    pub(super) fn over(&mut self, seen: Seen, before: &[i64]) -> Vec<Option<u64>> {
        self.binary |= seen.zero;
        let begins = self.line;
        self.line += seen.lines;
        let line = |before: &i64| (!self.binary).then(|| begins.saturating_add_signed(*before));
        before.iter().map(line).collect()
    }
}

/// Searches a range of a window. Gives the hits in their order, and how many line ends of the range stand before each;
/// where a hit begins before the range, less than none.
pub(super) fn hits_in(window: &[u8], range: Range<usize>, hits: &mut Vec<Hit>) -> (Seen, Vec<i64>) {
    let begin = range.start;
    let seen = key_scan::scan_in(window, range, &mut |hit| hits.push(hit));
    hits.sort_by_key(|hit| hit.offset);
    let (mut at, mut so_far) = (begin, 0);
    let before = hits.iter().map(|hit| {
        if hit.offset < begin {
            return -lines(&window[hit.offset..begin]);
        }
        so_far += lines(&window[at..hit.offset]);
        at = hit.offset;
        so_far
    });
    let before = if seen.zero {
        vec![0; hits.len()]
    } else {
        before.collect()
    };
    (seen, before)
}

/// How many lines end in these bytes.
fn lines(bytes: &[u8]) -> i64 {
    memchr::memchr_iter(b'\n', bytes).count() as i64
}

impl Search<'_> {
    /// Looks through a text.
    pub(super) fn text(
        &mut self,
        text: Text<'_>,
        reading: &mut Reading<'_>,
    ) -> Result<(), SkipReason> {
        let mut window = std::mem::take(&mut self.window);
        let outcome = match self.scanner.take() {
            None => self.keys_in(&mut window, text, reading, &mut |_, _| {}),
            Some(mut scanner) => {
                scanner.begin(reading.modified);
                let source = reading.source(None);
                let mut feed = |bytes: &[u8], on: &mut dyn FnMut(Event<'_>)| {
                    scanner.feed(bytes, &mut |sighting| {
                        on(Event::Sighting(sighting, source.clone()));
                    });
                };
                let outcome = self.keys_in(&mut window, text, reading, &mut feed);
                scanner.end(&mut |sighting| {
                    (self.on)(Event::Sighting(sighting, source.clone()));
                });
                self.scanner = Some(scanner);
                outcome
            }
        };
        self.window = window;
        outcome
    }

    /// The keys of a text; `feed` hears what is read of it.
    fn keys_in(
        &mut self,
        window: &mut [u8],
        text: Text<'_>,
        reading: &mut Reading<'_>,
        feed: &mut Feed<'_>,
    ) -> Result<(), SkipReason> {
        reading.seen.clear();
        let Text {
            stream,
            depth,
            mut filled,
            mut over,
            mut ended,
        } = text;
        self.looked.bytes += filled as u64;
        feed(&window[..filled], self.on);
        let (mut lines, mut scanned, mut first) = (Lines::new(), 0, true);
        let mut hits = Vec::new();
        loop {
            if !over {
                let more;
                (more, ended) = fill(stream, &mut window[filled..], u64::MAX);
                self.looked.bytes += more as u64;
                feed(&window[filled..filled + more], self.on);
                filled += more;
                over = filled < window.len();
            }
            let text = &window[..filled];
            let until = if over { filled } else { filled - 2 * REACH };
            if first && over {
                hits.extend(key_scan::bare(text).map(|text| Hit {
                    offset: 0,
                    text,
                    named: false,
                }));
            }
            let (seen, before) = hits_in(text, scanned..until, &mut hits);
            for (hit, line) in hits.drain(..).zip(lines.over(seen, &before)) {
                self.found(hit, reading, line);
            }
            if over {
                // What stood before the place where it breaks off was searched.
                return ended.map_err(|e| match depth {
                    0 => SkipReason::Refused(e.to_string()),
                    _ => broken(&e),
                });
            }
            self.progress(reading.path);
            if (self.cancel)() {
                return Ok(());
            }
            let kept = until - LOOK_BACK;
            window.copy_within(kept..filled, 0);
            (filled, scanned, first) = (filled - kept, LOOK_BACK, false);
        }
    }
}
