//! Reads what lies in one file: text of some kind, or an archive of such.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::budget::{Budget, Paying, Reserve};
use super::image::is_image;
use super::large::LARGE;
use super::sparse::Sparse;
use super::text::Text;
use super::walk::OpenedFile;
use super::{Candidate, HuntEvent, HuntLimits, HuntTotals, SkipReason, Skipped, archive};
use crate::domain::hunt::byte_classes::Wish;
use crate::domain::hunt::old_payloads::{Scanner, Wanted};
use crate::domain::hunt::{Hit, LOOK_BACK, REACH};
use crate::domain::key::source::{Source, SourceKind};
use crate::io::fs;

/// How much is looked at at a time: it stays in the processor's cache from reading to searching.
pub(super) const BLOCK: usize = 256 << 10;
/// Bytes at the start of a member that tell what it is: a tar header.
const HEAD: usize = 512;
/// Texts remembered of one member, so that each is reported once. Of more than that, some may be reported again.
const MAX_SEEN: usize = 1 << 15;
/// How often it is said how far the search is.
const PROGRESS: Duration = Duration::from_millis(50);

/// A search, or the part of one that a thread does.
pub(super) struct PartSearch<'a> {
    pub(super) limits: HuntLimits,
    pub(super) wanted: &'a Wanted,
    pub(super) cancel: &'a dyn Fn() -> bool,
    pub(super) on: &'a mut dyn FnMut(HuntEvent<'_>),
    pub(super) looked: HuntTotals,
    /// What of a text is looked at, one text after the other; wiped at the end of the search.
    pub(super) window: Zeroizing<Vec<u8>>,
    said: Option<Instant>,
    /// What archives may cost beyond what they pay for.
    pub(super) reserve: Reserve,
    /// What a pass over a text is to tell.
    pub(super) wish: Wish,
    /// Looks for older payloads, where something is lost.
    pub(super) scanner: Option<Scanner<'a>>,
    /// Git's object stores that were read already.
    pub(super) stores: Vec<PathBuf>,
    /// Folders that were searched already: they are not entered again from above.
    pub(super) done: Vec<PathBuf>,
}

/// Which files a thread reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    /// Whatever it is.
    Any,
    /// No archives and nothing large: these take memory and threads, so only one of us reads them.
    Plain,
}

/// One file on disk while it is read.
pub(super) struct FileReading<'a> {
    pub(super) path: &'a Path,
    kind: SourceKind,
    /// Unix seconds of the innermost member, or the file.
    pub(super) modified: Option<i64>,
    pub(super) inside: Vec<String>,
    pub(super) budget: Budget,
    /// Bytes of memory that unpacking may still take.
    pub(super) memory: u64,
    /// Texts already reported from this member.
    pub(super) seen: HashSet<[u8; 32]>,
}

impl FileReading<'_> {
    /// Where we are.
    pub(super) fn source(&self, line: Option<u64>) -> Source {
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
            backup: None,
            spelling: None,
        }
    }
}

impl<'a> PartSearch<'a> {
    pub(super) fn new(
        limits: HuntLimits,
        wanted: &'a Wanted,
        cancel: &'a dyn Fn() -> bool,
        on: &'a mut dyn FnMut(HuntEvent<'_>),
    ) -> Self {
        Self {
            limits,
            wanted,
            cancel,
            on,
            looked: HuntTotals::default(),
            window: Zeroizing::new(vec![0; LOOK_BACK + BLOCK + 2 * REACH]),
            said: None,
            reserve: Reserve::new(limits.rates()),
            wish: limits.wish(!wanted.is_empty()),
            scanner: (!wanted.is_empty() && !limits.prefixed).then(|| Scanner::new(wanted)),
            stores: Vec::new(),
            done: Vec::new(),
        }
    }

    pub(super) fn skip(&mut self, path: &Path, inside: &[String], why: SkipReason) {
        let skipped = Skipped {
            path: path.to_owned(),
            inside: inside.to_vec(),
            why,
        };
        self.looked.skip(skipped, &self.limits);
    }

    pub(super) fn progress(&mut self, path: &Path) {
        let now = Instant::now();
        if self.said.is_some_and(|said| now - said < PROGRESS) {
            return;
        }
        self.said = Some(now);
        (self.on)(HuntEvent::Progress {
            files: self.looked.files,
            bytes: self.looked.bytes,
            current: path,
        });
    }

    /// Reads a file. `false` where it is not of this thread's share.
    pub(super) fn opened(&mut self, path: &Path, open: OpenedFile, share: Share) -> bool {
        self.progress(path);
        let mut reading = self.reading(path, SourceKind::File);
        reading.modified = Some(open.modified);
        let Some(outcome) = self.on_disk(open, &mut reading, share) else {
            return false;
        };
        self.looked.files += 1;
        self.done_with(&reading, outcome);
        true
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
        let outcome = match disk.seek(std::io::SeekFrom::End(0)) {
            Ok(length) if length >= LARGE => self.large(&disk, length, &mut reading),
            _ => disk
                .rewind()
                .map_err(|e| SkipReason::Refused(e.to_string()))
                .and_then(|()| self.text(Text::new(&mut disk, 0), &mut reading)),
        };
        self.done_with(&reading, outcome);
    }

    /// Standard input, or what stands in for it: archive or text.
    pub(super) fn input(&mut self, stream: &mut dyn Read) {
        self.looked.files += 1;
        let mut reading = self.reading(Path::new("-"), SourceKind::Stdin);
        let mut stream = Paying::new(stream, &reading.budget, None, u64::MAX);
        let outcome = self.stream(&mut stream, &mut reading, 0);
        self.done_with(&reading, outcome);
    }

    pub(super) fn reading<'p>(&self, path: &'p Path, kind: SourceKind) -> FileReading<'p> {
        FileReading {
            path,
            kind,
            modified: None,
            inside: Vec::new(),
            budget: self.reserve.budget(),
            memory: self.limits.memory,
            seen: HashSet::new(),
        }
    }

    fn done_with(&mut self, reading: &FileReading<'_>, outcome: Result<(), SkipReason>) {
        if let Err(why) = outcome
            && !(self.cancel)()
        {
            let why = if reading.budget.exceeded() {
                reading.budget.why()
            } else {
                why
            };
            self.skip(reading.path, &[], why);
        }
    }

    /// A file is read from its start; an archive then anew, zip and 7z files by their directories.
    fn on_disk(
        &mut self,
        open: OpenedFile,
        reading: &mut FileReading<'_>,
        share: Share,
    ) -> Option<Result<(), SkipReason>> {
        let large = open.length >= LARGE;
        if large && share == Share::Plain {
            return None;
        }
        let refused = |e: std::io::Error| SkipReason::Refused(e.to_string());
        let length = open.length;
        let has_holes = open.has_holes;
        // Of files that are not on a disk the length is not known.
        let (known, most) = match length {
            0 => (None, self.limits.endless),
            _ => (Some(length), length),
        };
        let (filled, ended) = fill(&mut &open.file, &mut self.window, most);
        let over = filled as u64 >= length && (length > 0 || filled < self.window.len());
        let head = &self.window[..filled];
        if let Some(kind) = archive::kind(&head[..filled.min(HEAD)]) {
            if share == Share::Plain {
                return None;
            }
            let head = Zeroizing::new(head[..filled.min(HEAD)].to_vec());
            let stored = open.stored();
            let mut file = Paying::new(open.file, &reading.budget, known, stored);
            let outcome = file
                .rewind()
                .map_err(refused)
                .and_then(|()| archive::open_on_disk(self, kind, &mut file, &head, reading));
            return Some(outcome);
        }
        if is_image(head) {
            reading.kind = SourceKind::Image;
        }
        let mut file = open.file;
        Some(if has_holes && !over {
            file.rewind()
                .map_err(refused)
                .and_then(|()| self.text(Text::new(&mut Sparse::new(file, length), 0), reading))
        } else if large {
            self.large(&file, length, reading)
        } else {
            // Who writes to it meanwhile does not keep us.
            let mut rest = file.take(most - filled as u64);
            let text = Text::new(&mut rest, 0);
            let outcome = self.text(text.begun(filled, over, ended), reading);
            match known {
                None if rest.limit() == 0 => outcome.and(Err(SkipReason::Endless(most >> 20))),
                _ => outcome,
            }
        })
    }

    /// Reads a stream within an archive: an archive by its first bytes, otherwise text of some kind.
    pub(super) fn stream(
        &mut self,
        stream: &mut dyn Read,
        reading: &mut FileReading<'_>,
        depth: usize,
    ) -> Result<(), SkipReason> {
        let mut head = Zeroizing::new([0; HEAD]);
        let (filled, ended) = fill(stream, &mut head[..], u64::MAX);
        let head = &head[..filled];
        match archive::kind(head) {
            Some(_) if depth >= self.limits.depth => Err(SkipReason::TooDeep),
            Some(kind) => {
                let mut whole = Cursor::new(head).chain(stream);
                archive::open(self, kind, &mut whole, head, reading, depth)
            }
            None => {
                self.window[..filled].copy_from_slice(head);
                let text = Text::new(stream, depth);
                self.text(text.begun(filled, filled < HEAD, ended), reading)
            }
        }
    }

    pub(super) fn found(&mut self, hit: Hit, reading: &mut FileReading<'_>, line: Option<u64>) {
        if !reading.inside.is_empty() {
            reading.budget.candidate();
        }
        if reading.seen.len() >= MAX_SEEN {
            reading.seen.clear();
        }
        if !reading.seen.insert(fs::digest(hit.text.expose())) {
            return;
        }
        let source = reading.source(line);
        (self.on)(HuntEvent::Candidate(Candidate {
            text: hit.text,
            source,
            named: hit.named,
        }));
    }
}

/// Reading within an archive failed.
pub(super) fn broken(error: &dyn std::fmt::Display) -> SkipReason {
    SkipReason::Broken(error.to_string())
}

/// Reads until the buffer is full, the stream ends, or `most` bytes are read. Says how many were, and why no more.
pub(super) fn fill<R: Read + ?Sized>(
    stream: &mut R,
    buffer: &mut [u8],
    most: u64,
) -> (usize, std::io::Result<()>) {
    let room = usize::try_from(most)
        .unwrap_or(usize::MAX)
        .min(buffer.len());
    let mut filled = 0;
    while filled < room {
        match stream.read(&mut buffer[filled..room]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return (filled, Err(e)),
        }
    }
    (filled, Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_size_is_read_as_far_as_this_and_that_is_said() {
        let wanted = Wanted::default();
        let limits = HuntLimits {
            endless: 1 << 20,
            ..HuntLimits::default()
        };
        let mut on = |_: HuntEvent<'_>| {};
        let mut search = PartSearch::new(limits, &wanted, &|| false, &mut on);
        let open = |path: &str| OpenedFile {
            file: File::open(path).unwrap_or_else(|e| panic!("{path}: {e}")),
            length: 0,
            modified: 0,
            has_holes: false,
            blocks: 0,
        };
        assert!(search.opened(Path::new("endless"), open("/dev/zero"), Share::Any));
        assert!(search.opened(Path::new("empty"), open("/dev/null"), Share::Any));
        let looked = search.looked;
        assert_eq!((looked.files, looked.bytes), (2, 1 << 20));
        let why: Vec<_> = looked.skipped.iter().map(|s| &s.why).collect();
        assert_eq!(why, [&SkipReason::Endless(1)]);
    }
}
