//! A search while it goes on, and the file that it reads just now: what was found, what was not read, how far it is.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::budget::{Budget, Reserve};
use super::companions::RowSearch;
use super::{Candidate, HuntEvent, HuntLimits, HuntTotals, SkipReason, Skipped};
use crate::domain::hunt::byte_classes::Wish;
use crate::domain::hunt::forms::UnreadForm;
use crate::domain::hunt::old_payloads::Wanted;
use crate::domain::hunt::{Hit, LOOK_BACK, REACH};
use crate::domain::key::source::{Source, SourceKind};
use crate::io::fs;
use crate::words::untrusted::Untrusted;

/// How much is looked at at a time: it stays in the processor's cache from reading to searching.
pub(super) const BLOCK: usize = 256 << 10;

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
    pub(super) scanner: Option<RowSearch<'a>>,
    /// Git's object stores that were read already.
    pub(super) stores: Vec<PathBuf>,
    /// Folders that were searched already: they are not entered again from above.
    pub(super) done: Vec<PathBuf>,
}

/// One file on disk while it is read.
pub(super) struct FileReading<'a> {
    pub(super) path: &'a Path,
    pub(super) kind: SourceKind,
    /// Unix seconds of the innermost member, or the file.
    pub(super) modified: Option<i64>,
    pub(super) inside: Vec<Untrusted>,
    /// How long the file is; 0 where it does not say.
    pub(super) length: u64,
    /// Whether it lies in a repository, which is told as a whole: its files look random.
    pub(super) told: bool,
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
            layer: None,
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
            scanner: (!wanted.is_empty() && !limits.prefixed).then(|| RowSearch::new(wanted)),
            stores: Vec::new(),
            done: Vec::new(),
        }
    }

    pub(super) fn skip(&mut self, path: &Path, inside: &[Untrusted], why: SkipReason) {
        self.skip_of(path, inside, why, 0);
    }

    /// The same, of something that holds so many bytes.
    pub(super) fn skip_of(
        &mut self,
        path: &Path,
        inside: &[Untrusted],
        why: SkipReason,
        bytes: u64,
    ) {
        // Files that say nothing alone: their folder is told.
        let folder = path
            .parent()
            .filter(|_| inside.is_empty() && why.form().is_some_and(UnreadForm::is_a_folder));
        let skipped = Skipped {
            path: folder.unwrap_or(path).to_owned(),
            inside: inside.to_vec(),
            why,
            bytes,
            alike: 0,
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

    pub(super) fn reading<'p>(&self, path: &'p Path, kind: SourceKind) -> FileReading<'p> {
        FileReading {
            path,
            kind,
            modified: None,
            inside: Vec::new(),
            length: 0,
            told: false,
            budget: self.reserve.budget(),
            memory: self.limits.memory,
            seen: HashSet::new(),
        }
    }

    pub(super) fn done_with(&mut self, reading: &FileReading<'_>, outcome: Result<(), SkipReason>) {
        if let Err(why) = outcome
            && !(self.cancel)()
        {
            let why = if reading.budget.exceeded() {
                reading.budget.why()
            } else {
                why
            };
            self.skip_of(reading.path, &[], why, reading.length);
        }
    }

    /// A text was read: perhaps some in it were not tried on all secrets.
    pub(super) fn was_read(&self, reading: &FileReading<'_>) {
        if let Some(trials) = &self.wanted.keys {
            trials.was_read(|| (reading.path.to_owned(), reading.inside.clone()));
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
