//! Reads what lies in one file: text of some kind, or an archive of such.
//!
//! Text is read in blocks through one buffer. The end of a block is looked at again with the next one, so that a key on
//! the edge is found, and found once.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::{Cursor, Read, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::budget::Budget;
use super::image::is_image;
use super::large::LARGE;
use super::sparse::Sparse;
use super::{Candidate, Event, Limits, Looked, SkipReason, Skipped, archive};
use crate::domain::key_scan::{self, Hit, LOOK_BACK, REACH};
use crate::domain::sightings::{Scanner, Wanted};
use crate::domain::source::{Source, SourceKind};
use crate::io::files;

/// How much is looked at at a time: it stays in the processor's cache while several searches run over it.
const BLOCK: usize = 256 << 10;
/// Files below this length are read whole as soon as they are opened.
pub(super) const SMALL: usize = 64 << 10;
/// Bytes at the start of a member that tell what it is: a tar header.
const HEAD: usize = 512;
/// Texts remembered of one member, so that each is reported once. Of more than that, some may be reported again.
const MAX_SEEN: usize = 1 << 15;
/// How often it is said how far the search is.
const PROGRESS: Duration = Duration::from_millis(50);

/// Hears the bytes of a text as they are read, and where to tell what it makes of them.
type Feed<'f> = dyn FnMut(&[u8], &mut dyn FnMut(Event<'_>)) + 'f;

/// A search, or the part of one that a thread does.
pub(super) struct Search<'a> {
    pub(super) limits: Limits,
    pub(super) cancel: &'a dyn Fn() -> bool,
    on: &'a mut dyn FnMut(Event<'_>),
    pub(super) looked: Looked,
    /// What of a text is looked at, one text after the other; wiped at the end of the search.
    window: Zeroizing<Vec<u8>>,
    said: Option<Instant>,
    /// Looks for older payloads, where something is lost.
    scanner: Option<Scanner<'a>>,
    /// Git's object stores that were read already.
    pub(super) stores: Vec<PathBuf>,
    /// Folders that were searched already: they are not entered again from above.
    pub(super) done: Vec<PathBuf>,
}

/// A file on disk, opened; a small one is read already.
pub(super) struct Opened {
    pub(super) file: File,
    pub(super) meta: Metadata,
    pub(super) head: Zeroizing<Vec<u8>>,
}

/// One file on disk while it is read.
pub(super) struct Reading<'a> {
    pub(super) path: &'a Path,
    kind: SourceKind,
    /// Unix seconds of the innermost member, or the file.
    pub(super) modified: Option<i64>,
    pub(super) inside: Vec<String>,
    pub(super) budget: Budget,
    /// Bytes of memory that unpacking may still take.
    pub(super) memory: u64,
    /// Texts already reported from this member.
    seen: HashSet<[u8; 32]>,
}

impl Reading<'_> {
    /// Where we are.
    fn source(&self, line: Option<u64>) -> Source {
        Source {
            kind: if self.inside.is_empty() || self.kind == SourceKind::Git {
                self.kind
            } else {
                SourceKind::Archive
            },
            path: (self.kind != SourceKind::Stdin).then(|| self.path.to_owned()),
            line,
            inside: self.inside.clone(),
            modified: self.modified,
        }
    }
}

impl<'a> Search<'a> {
    pub(super) fn new(
        limits: Limits,
        wanted: &'a Wanted,
        cancel: &'a dyn Fn() -> bool,
        on: &'a mut dyn FnMut(Event<'_>),
    ) -> Self {
        let looked = Looked {
            files: 0,
            bytes: 0,
            skipped: Vec::new(),
            skipped_more: 0,
        };
        Self {
            limits,
            cancel,
            on,
            looked,
            window: Zeroizing::new(vec![0; LOOK_BACK + BLOCK + 2 * REACH]),
            said: None,
            scanner: (!wanted.is_empty()).then(|| Scanner::new(wanted)),
            stores: Vec::new(),
            done: Vec::new(),
        }
    }

    pub(super) fn skip(&mut self, path: &Path, inside: &[String], why: SkipReason) {
        if self.looked.skipped.len() < self.limits.skipped {
            self.looked.skipped.push(Skipped {
                path: path.to_owned(),
                inside: inside.to_vec(),
                why,
            });
        } else {
            self.looked.skipped_more += 1;
        }
    }

    pub(super) fn progress(&mut self, path: &Path) {
        let now = Instant::now();
        if self.said.is_some_and(|said| now - said < PROGRESS) {
            return;
        }
        self.said = Some(now);
        (self.on)(Event::Progress {
            files: self.looked.files,
            bytes: self.looked.bytes,
            current: path,
        });
    }

    pub(super) fn opened(&mut self, path: &Path, open: Opened) {
        self.looked.files += 1;
        self.progress(path);
        let mut reading = self.reading(path, SourceKind::File);
        reading.modified = Some(files::Attributes::from(&open.meta).modified);
        let outcome = self.on_disk(open, &mut reading);
        self.done_with(&reading, outcome);
    }

    /// A disk that the operator named: its bytes, whatever lies in them, so deleted files count.
    pub(super) fn disk(&mut self, path: &Path) {
        self.looked.files += 1;
        self.progress(path);
        let mut disk = match File::open(path) {
            Ok(disk) => disk,
            Err(e) => return self.skip(path, &[], SkipReason::Refused(e.to_string())),
        };
        let mut reading = self.reading(path, SourceKind::Image);
        let mut window = std::mem::take(&mut self.window);
        let outcome = self.text(&mut window, 0, &mut disk, &mut reading, 0);
        self.window = window;
        self.done_with(&reading, outcome);
    }

    /// Standard input, archive or text.
    pub(super) fn stdin(&mut self) {
        self.looked.files += 1;
        let mut reading = self.reading(Path::new("-"), SourceKind::Stdin);
        let outcome = self.stream(&mut std::io::stdin().lock(), &mut reading, 0);
        self.done_with(&reading, outcome);
    }

    pub(super) fn reading<'p>(&self, path: &'p Path, kind: SourceKind) -> Reading<'p> {
        Reading {
            path,
            kind,
            modified: None,
            inside: Vec::new(),
            budget: Budget::new(self.limits.unpacked),
            memory: self.limits.memory,
            seen: HashSet::new(),
        }
    }

    fn done_with(&mut self, reading: &Reading<'_>, outcome: Result<(), SkipReason>) {
        if let Err(why) = outcome
            && !(self.cancel)()
        {
            let why = if reading.budget.exceeded() {
                SkipReason::TooMuch(self.limits.unpacked >> 20)
            } else {
                why
            };
            self.skip(reading.path, &[], why);
        }
    }

    /// A file is read from its start; an archive then anew, zip and 7z files by their directories.
    fn on_disk(&mut self, open: Opened, reading: &mut Reading<'_>) -> Result<(), SkipReason> {
        let Opened { file, meta, head } = open;
        let refused = |e: std::io::Error| SkipReason::Refused(e.to_string());
        let has_holes = meta.blocks().saturating_mul(512) < meta.len();
        let mut file = if has_holes {
            Bytes::Sparse(Sparse::new(file))
        } else {
            Bytes::Whole(file)
        };
        let mut window = std::mem::take(&mut self.window);
        window[..head.len()].copy_from_slice(&head);
        let filled = if head.is_empty() {
            fill(&mut file, &mut window)
        } else {
            Ok(head.len())
        };
        let outcome = filled.map_err(refused).map(|filled| {
            let head = &window[..filled];
            let kind = archive::kind(&head[..filled.min(HEAD)]);
            let archive =
                kind.map(|kind| (kind, Zeroizing::new(head[..filled.min(HEAD)].to_vec())));
            if archive.is_some() {
                return (archive, Ok(()));
            }
            if is_image(head) {
                reading.kind = SourceKind::Image;
            }
            let outcome = match &file {
                // Rows must be read in their order: by one thread.
                Bytes::Whole(file) if meta.len() >= LARGE && self.scanner.is_none() => {
                    self.large(file, meta.len(), reading)
                }
                _ => self.text(&mut window, filled, &mut file, reading, 0),
            };
            (None, outcome)
        });
        self.window = window;
        let (archive, outcome) = outcome?;
        let Some((kind, head)) = archive else {
            return outcome;
        };
        let mut file = file.into_file();
        file.rewind().map_err(refused)?;
        archive::open_on_disk(self, kind, &mut file, &head, reading)
    }

    /// Reads a stream within an archive: an archive by its first bytes, otherwise text of some kind.
    pub(super) fn stream(
        &mut self,
        stream: &mut dyn Read,
        reading: &mut Reading<'_>,
        depth: usize,
    ) -> Result<(), SkipReason> {
        let mut head = Zeroizing::new([0; HEAD]);
        let filled = fill(stream, &mut head[..]).map_err(|e| broken(&e))?;
        let head = &head[..filled];
        match archive::kind(head) {
            Some(_) if depth >= self.limits.depth => Err(SkipReason::TooDeep),
            Some(kind) => {
                let mut whole = Cursor::new(head).chain(stream);
                archive::open(self, kind, &mut whole, head, reading, depth)
            }
            None => {
                let mut window = std::mem::take(&mut self.window);
                window[..filled].copy_from_slice(head);
                let outcome = self.text(&mut window, filled, stream, reading, depth);
                self.window = window;
                outcome
            }
        }
    }

    /// Looks through a text whose beginning stands in the window.
    fn text(
        &mut self,
        window: &mut [u8],
        filled: usize,
        stream: &mut dyn Read,
        reading: &mut Reading<'_>,
        depth: usize,
    ) -> Result<(), SkipReason> {
        let Some(mut scanner) = self.scanner.take() else {
            return self.keys_in(window, filled, stream, reading, depth, &mut |_, _| {});
        };
        scanner.begin(reading.modified);
        let source = reading.source(None);
        let mut feed = |bytes: &[u8], on: &mut dyn FnMut(Event<'_>)| {
            scanner.feed(bytes, &mut |sighting| {
                on(Event::Sighting(sighting, source.clone()));
            });
        };
        feed(&window[..filled], self.on);
        let outcome = self.keys_in(window, filled, stream, reading, depth, &mut feed);
        scanner.end(&mut |sighting| (self.on)(Event::Sighting(sighting, source.clone())));
        self.scanner = Some(scanner);
        outcome
    }

    /// The keys of a text; `feed` hears what is read of it.
    fn keys_in(
        &mut self,
        window: &mut [u8],
        mut filled: usize,
        stream: &mut dyn Read,
        reading: &mut Reading<'_>,
        depth: usize,
        feed: &mut Feed<'_>,
    ) -> Result<(), SkipReason> {
        reading.seen.clear();
        let (mut line, mut binary, mut scanned, mut first) = (1, false, 0, true);
        let mut hits = Vec::new();
        self.looked.bytes += filled as u64;
        loop {
            let more = fill(stream, &mut window[filled..]).map_err(|e| match depth {
                0 => SkipReason::Refused(e.to_string()),
                _ => broken(&e),
            })?;
            self.looked.bytes += more as u64;
            feed(&window[filled..filled + more], self.on);
            filled += more;
            let end = filled < window.len();
            let text = &window[..filled];
            let until = if end { filled } else { filled - 2 * REACH };
            let seen = key_scan::scan_in(text, scanned..until, &mut |hit| hits.push(hit));
            // Line numbers mean nothing in a swap file or a program.
            binary |= seen.zero;
            if first && end {
                hits.extend(key_scan::bare(text).map(|text| Hit {
                    offset: 0,
                    text,
                    named: false,
                }));
            }
            hits.sort_by_key(|hit| hit.offset);
            let (mut counted, mut at_line) = (0, line);
            for hit in hits.drain(..) {
                if !binary {
                    at_line += lines(&text[counted..hit.offset]);
                    counted = hit.offset;
                }
                self.found(hit, reading, (!binary).then_some(at_line));
            }
            if end {
                return Ok(());
            }
            self.progress(reading.path);
            if (self.cancel)() {
                return Ok(());
            }
            let kept = until - LOOK_BACK;
            if !binary {
                line += lines(&window[..kept]);
            }
            window.copy_within(kept..filled, 0);
            (filled, scanned, first) = (filled - kept, LOOK_BACK, false);
        }
    }

    pub(super) fn found(&mut self, hit: Hit, reading: &mut Reading<'_>, line: Option<u64>) {
        if reading.seen.len() >= MAX_SEEN {
            reading.seen.clear();
        }
        if !reading.seen.insert(files::digest(hit.text.expose())) {
            return;
        }
        let source = reading.source(line);
        (self.on)(Event::Candidate(Candidate {
            text: hit.text,
            source,
            named: hit.named,
        }));
    }
}

/// A file on disk.
enum Bytes {
    Whole(File),
    Sparse(Sparse),
}

impl Bytes {
    fn into_file(self) -> File {
        match self {
            Bytes::Whole(file) => file,
            Bytes::Sparse(sparse) => sparse.into_file(),
        }
    }
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Bytes::Whole(file) => file.read(buffer),
            Bytes::Sparse(sparse) => sparse.read(buffer),
        }
    }
}

/// Reading within an archive failed.
pub(super) fn broken(error: &dyn std::fmt::Display) -> SkipReason {
    SkipReason::Broken(error.to_string())
}

/// How many lines end in these bytes.
pub(super) fn lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Reads until the buffer is full or the stream ends.
fn fill<R: Read + ?Sized>(stream: &mut R, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}
