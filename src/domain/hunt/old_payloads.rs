//! Older payloads, recognised by the row they stand in: SQL dumps and binary backups met on the way often hold the
//! password of a mailbox whose field is empty or damaged today.
//!
//! A [`Scanner`] is fed the bytes of any stream, block by block. Dumps of the usual tools are read statement by statement
//! (`sql`, `rows`); anything else is searched for payload texts behind a known address (`pages`). What is seen is only
//! a claim: whether a payload is ours, its MAC says. Memory stays under a mebibyte or two whatever is fed, and how the
//! stream is cut into blocks changes nothing: it is cut again here.

pub mod beside;
mod dates;
mod heads;
pub mod kept;
mod names;
pub mod origin;
mod pages;
mod rows;
mod sql;
pub mod standing;
mod update;
mod wide;

use jiff::civil::DateTime;
use zeroize::Zeroizing;

use super::byte_classes::Spot;
use beside::{MadeTable, TextContext};
pub use sighting::{Dated, DatedBy, RecognizedBy, Sighting, Wanted, basis};
use sighting::{EARLY, MAX_PAYLOAD, WINDOW};
pub use sql::made_tables;

/// How much is looked at in one go.
const BLOCK: usize = 256 << 10;
/// How much of a stream is looked at for its encoding in one go.
const PIECE: usize = 64 << 10;
/// Sightings that wait for the date at the end of their dump, and the bytes of their payloads.
const MAX_HELD: (usize, usize) = (1000, 1 << 20);

/// Bytes before a payload that may tell whose it is.
pub const CONTEXT: usize = WINDOW;

/// Whether a spot is worth reading the bytes around it for: a payload may begin there, or a statement that fills one of
/// our tables, or a line that tells of the dump.
pub fn matters(window: &[u8], spot: Spot, at: usize) -> bool {
    match spot {
        Spot::Json => pages::may_begin(&window[at..]),
        Spot::Line => sql::matters(&window[at..]),
        _ => false,
    }
}

/// Whether a text whose first bytes these are must be read from its beginning: it may say there which database it is of.
pub fn begins(head: &[u8]) -> bool {
    matters(head, Spot::Line, 0)
        || names::begins(&head[..head.len().min(EARLY)])
        || sql::delimited::begins(head)
        || wide::is_marked(head)
}

/// Looks for older payloads in one stream after another.
pub struct Scanner<'w> {
    wanted: &'w Wanted,
    buffer: Zeroizing<Vec<u8>>,
    /// Size of the blocks the stream is cut into.
    block: usize,
    /// Bytes before the buffer's first.
    dropped: u64,
    /// How far in the buffer statements were read.
    read: usize,
    /// How far in the buffer payloads were searched.
    searched: usize,
    statements: sql::Statements,
    pages: pages::Pages,
    held: PendingSightings,
    encoding: wide::TextEncoding,
}

impl<'w> Scanner<'w> {
    /// A scanner for these mailboxes and options.
    pub fn new(wanted: &'w Wanted) -> Self {
        Self::with_block(wanted, BLOCK)
    }

    fn with_block(wanted: &'w Wanted, block: usize) -> Self {
        // Reserved when something is fed, and once: growing would leave copies behind.
        Self {
            wanted,
            buffer: Zeroizing::new(Vec::new()),
            block,
            dropped: 0,
            read: 0,
            searched: 0,
            statements: sql::Statements::default(),
            pages: pages::Pages::default(),
            held: PendingSightings::default(),
            encoding: wide::TextEncoding::default(),
        }
    }

    /// Whether bytes in which nothing [`matters`] may be passed over: nothing before them is half read. Reads what was
    /// fed to its end.
    pub fn rests(&mut self, each: &mut dyn FnMut(Sighting)) -> bool {
        if self.encoding.is_wide() {
            return false;
        }
        if self.read < self.buffer.len() {
            self.look(false, each);
        }
        let unsearched = &self.buffer[self.searched..];
        self.statements.rests(self.buffer.last().copied())
            && !(0..unsearched.len()).any(|at| pages::may_begin(&unsearched[at..]))
    }

    /// Passes over so many bytes of the stream in which nothing matters: the last [`CONTEXT`] of them, or all if there are
    /// fewer, are in `last`. Only while the scanner [`rests`](Self::rests).
    pub fn pass_over(&mut self, bytes: u64, last: &[u8]) {
        if bytes == 0 {
            return;
        }
        self.encoding = wide::TextEncoding::Narrow;
        self.reserve();
        let last = &last[last.len().saturating_sub(CONTEXT)..];
        let gone = bytes.saturating_sub(last.len() as u64);
        let held = self.buffer.len();
        let old = match gone {
            0 => (held + last.len()).saturating_sub(CONTEXT).min(held),
            _ => held,
        };
        self.buffer.copy_within(old.., 0);
        self.buffer.truncate(held - old);
        self.buffer.extend_from_slice(last);
        self.dropped += old as u64 + gone;
        self.read = self.buffer.len();
        self.searched = self.buffer.len();
        self.statements.pass_over(&self.buffer);
        self.statements.forget(self.dropped + self.searched as u64);
    }

    fn reserve(&mut self) {
        if self.buffer.capacity() == 0 {
            self.buffer
                .reserve_exact(self.block + WINDOW + 2 * MAX_PAYLOAD);
        }
    }

    /// Takes the next bytes of the stream.
    pub fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(Sighting)) {
        if self.wanted.is_empty() {
            return;
        }
        // Of UTF-16 as much at a time as takes little room.
        for piece in bytes.chunks(PIECE) {
            let mut narrowed = Zeroizing::new(Vec::new());
            let narrow = self
                .encoding
                .take(piece, &mut |letter| narrowed.extend_from_slice(letter));
            self.feed_narrow(&narrowed, each);
            if let Some(at) = narrow {
                self.feed_narrow(&piece[at..], each);
            }
        }
    }

    fn feed_narrow(&mut self, bytes: &[u8], each: &mut dyn FnMut(Sighting)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            self.reserve();
            // The next block ends where it always ends, however the stream is fed.
            let room = self.block - (self.buffer.len() - self.read);
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.buffer.extend_from_slice(now);
            rest = later;
            if self.buffer.len() - self.read == self.block {
                self.look(false, each);
            }
        }
    }

    /// Another stream begins; `modified` is when its file was last changed, in Unix seconds.
    pub fn begin(&mut self, modified: Option<i64>) {
        self.buffer.clear();
        (self.dropped, self.read, self.searched) = (0, 0, 0);
        self.statements = sql::Statements::default();
        self.pages = pages::Pages::default();
        self.encoding = wide::TextEncoding::default();
        self.held = PendingSightings {
            file: modified.and_then(dates::of_unix),
            ..PendingSightings::default()
        };
    }

    /// This is known beside the bytes of the stream that just began.
    pub fn learn(&mut self, beside: TextContext) {
        let Self {
            statements, held, ..
        } = self;
        statements.begin(beside, &mut |event| {
            if let sql::DumpEvent::Date(date) = event {
                held.dump = Some(date);
            }
        });
    }

    /// The stream is over. Gives back how tables of FreeScout were made in it.
    pub fn end(&mut self, each: &mut dyn FnMut(Sighting)) -> Vec<MadeTable> {
        self.look(true, each);
        self.held.flush(None, each);
        let made = self.statements.made().to_vec();
        self.begin(None);
        made
    }

    fn look(&mut self, last: bool, each: &mut dyn FnMut(Sighting)) {
        let Self { wanted, held, .. } = self;
        let from = self.dropped + self.read as u64;
        let mut on = |event: sql::DumpEvent<'_>| match event {
            sql::DumpEvent::Row(row, origin) => {
                row.sightings(wanted, origin, &mut |sighting| held.take(sighting, each));
            }
            sql::DumpEvent::Begins => {
                held.flush(None, each);
                held.dump = None;
            }
            sql::DumpEvent::Date(date) => {
                held.flush(Some(date), each);
                held.dump = Some(date);
            }
        };
        self.statements
            .read(&self.buffer[self.read..], from, &mut on);
        if last {
            self.statements.end(&mut on);
        }
        self.read = self.buffer.len();
        if self.statements.may_be_table() {
            // Whether its payloads stand in rows is not known yet.
            return;
        }
        let mut found = Vec::new();
        self.searched = self.pages.search(
            &pages::Stretch {
                bytes: &self.buffer,
                offset: self.dropped,
                from: self.searched,
                last,
                rows: self.statements.spans(),
            },
            wanted,
            &mut found,
        );
        for sighting in found {
            each(Sighting {
                date: DatedBy::File.at(held.file),
                ..sighting
            });
        }
        let cut = self.searched.saturating_sub(WINDOW);
        self.statements.forget(self.dropped + self.searched as u64);
        self.buffer.copy_within(cut.., 0);
        self.buffer.truncate(self.read - cut);
        self.dropped += cut as u64;
        self.read -= cut;
        self.searched -= cut;
    }
}

/// Sightings of a dump that wait: its date stands at its end.
#[derive(Default)]
struct PendingSightings {
    waiting: Vec<Sighting>,
    bytes: usize,
    /// The date the dump at hand began with.
    dump: Option<DateTime>,
    /// The file's.
    file: Option<DateTime>,
}

impl PendingSightings {
    /// Takes a sighting: dated at once where the dump began with its date.
    fn take(&mut self, sighting: Sighting, each: &mut dyn FnMut(Sighting)) {
        self.bytes += sighting.payload.len();
        self.waiting.push(sighting);
        if self.dump.is_some() || self.waiting.len() > MAX_HELD.0 || self.bytes > MAX_HELD.1 {
            self.flush(self.dump, each);
        }
    }

    /// Lets all go, with the date of their dump, else their rows', else the file's.
    fn flush(&mut self, dump: Option<DateTime>, each: &mut dyn FnMut(Sighting)) {
        self.bytes = 0;
        let (dump, file) = (DatedBy::Dump.at(dump), DatedBy::File.at(self.file));
        for sighting in std::mem::take(&mut self.waiting) {
            each(Sighting {
                date: dump.or(sighting.date).or(file),
                ..sighting
            });
        }
    }
}

mod sighting;
#[cfg(test)]
mod tests;
