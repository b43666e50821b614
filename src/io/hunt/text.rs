//! A text of any kind, looked through in blocks.
//!
//! The end of a block is looked at again with the next one, so that a key on the edge is found, and found once.

use std::io::Read;
use std::ops::Range;

use super::SkipReason;
use super::rows::Rows;
use crate::domain::hunt::byte_classes::{self, ByteCounts, Spot, Wish};
use crate::domain::hunt::encoded::EncodedScan;
use crate::domain::hunt::trials::KeyTrials;
use crate::domain::hunt::{self, Hit, LOOK_BACK, REACH, Scan, old_payloads};
use crate::io::hunt::search::{FileReading, PartSearch, broken, fill};

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
pub(super) struct LineCounter {
    line: u64,
    binary: bool,
}

impl LineCounter {
    pub(super) fn new() -> Self {
        Self {
            line: 1,
            binary: false,
        }
    }

    /// Goes over a stretch and says on which lines its hits stand, of which so many line ends stand before each.
    pub(super) fn over(&mut self, seen: ByteCounts, before: &[i64]) -> Vec<Option<u64>> {
        self.binary |= seen.zero;
        let begins = self.line;
        self.line += seen.lines;
        let line = |before: &i64| (!self.binary).then(|| begins.saturating_add_signed(*before));
        before.iter().map(line).collect()
    }
}

/// What a range of a window holds.
#[derive(Default)]
pub(super) struct RangeFinds {
    /// In their order.
    pub(super) hits: Vec<Hit>,
    /// How many line ends of the range stand before each hit; where one begins before the range, less than none.
    pub(super) before: Vec<i64>,
    pub(super) seen: ByteCounts,
    /// Whether the range holds something of an older payload.
    pub(super) matters: bool,
}

/// Searches a range of a window, which begins a text or not. Texts that are no key of anybody's are left out by the
/// `trials`.
pub(super) fn search(
    window: &[u8],
    range: Range<usize>,
    (wish, trials): (Wish, Option<&KeyTrials>),
    begins: bool,
) -> RangeFinds {
    let from = range.start;
    let mut found = RangeFinds::default();
    let mut scan = Scan::new(window, range.clone());
    let mut encoded = EncodedScan::new(window, range.clone());
    let rows = wish == Wish::KeysAndRows;
    if let Some(trials) = trials {
        trials.read(range.len() as u64);
    }
    // No line end tells the first line.
    found.matters = rows && begins && old_payloads::begins(window);
    found.seen = byte_classes::over(window, range.clone(), wish, &mut |spot, at| {
        let hit = &mut |hit: Hit| {
            if trials.is_none_or(|all| all.is_worth_telling(hit.text.expose(), hit.named)) {
                found.hits.push(hit);
            }
        };
        match spot {
            Spot::Json | Spot::Line => {
                found.matters |= range.contains(&at) && old_payloads::matters(window, spot, at);
            }
            Spot::Run => encoded.look(at, hit),
            _ => scan.look(spot, at, hit),
        }
    });
    found.hits.sort_by_key(|hit| hit.offset);
    found.count_lines(window, from);
    found
}

impl RangeFinds {
    /// What the range behind this one holds.
    pub(super) fn add(&mut self, next: RangeFinds) {
        let lines = self.seen.lines as i64;
        self.before
            .extend(next.before.iter().map(|line| lines + line));
        self.hits.extend(next.hits);
        self.seen.lines += next.seen.lines;
        self.seen.zero |= next.seen.zero;
        self.matters |= next.matters;
    }

    fn count_lines(&mut self, window: &[u8], from: usize) {
        let (mut at, mut so_far) = (from, 0);
        let binary = self.seen.zero;
        let before = self.hits.iter().map(|hit| match hit.offset {
            _ if binary => 0,
            offset if offset < from => -lines(&window[offset..from]),
            offset => {
                so_far += lines(&window[at..offset]);
                at = offset;
                so_far
            }
        });
        self.before = before.collect();
    }
}

/// How many lines end in these bytes.
fn lines(bytes: &[u8]) -> i64 {
    memchr::memchr_iter(b'\n', bytes).count() as i64
}

impl PartSearch<'_> {
    /// Looks through a text.
    pub(super) fn text(
        &mut self,
        text: Text<'_>,
        reading: &mut FileReading<'_>,
    ) -> Result<(), SkipReason> {
        let mut window = std::mem::take(&mut self.window);
        let mut scanner = self.scanner.take();
        let mut rows = Rows::new(scanner.as_mut());
        let outcome = self.blocks(&mut window, text, reading, &mut rows);
        rows.end(reading, self.on);
        self.scanner = scanner;
        self.window = window;
        self.was_read(reading);
        outcome
    }

    fn blocks(
        &mut self,
        window: &mut [u8],
        text: Text<'_>,
        reading: &mut FileReading<'_>,
        rows: &mut Rows<'_, '_>,
    ) -> Result<(), SkipReason> {
        reading.seen.clear();
        let trials = self.wanted.keys.as_ref();
        let Text {
            stream,
            depth,
            mut filled,
            mut over,
            mut ended,
        } = text;
        self.looked.bytes += filled as u64;
        let (mut lines, mut scanned, mut first) = (LineCounter::new(), 0, true);
        loop {
            if !over {
                let more;
                (more, ended) = fill(stream, &mut window[filled..], u64::MAX);
                self.looked.bytes += more as u64;
                filled += more;
                over = filled < window.len();
            }
            let text = &window[..filled];
            let until = if over { filled } else { filled - 2 * REACH };
            let mut found = search(text, scanned..until, (self.wish, trials), first);
            if first
                && over
                && let Some(text) = hunt::bare(text)
            {
                let offset = 0;
                let named = false;
                found.hits.push(Hit {
                    offset,
                    text,
                    named,
                });
                found.before.push(0);
            }
            let numbers = lines.over(found.seen, &found.before);
            for (hit, line) in found.hits.into_iter().zip(numbers) {
                self.found(hit, reading, line);
            }
            let own = &text[scanned..until];
            if rows.must_read(found.matters, reading, self.on) {
                rows.read(own, reading, self.on);
            } else if !over {
                rows.pass_over(own.len() as u64, own, reading);
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
