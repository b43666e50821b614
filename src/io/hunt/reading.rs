//! Reads what lies in one file: text of some kind, or an archive of such.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use zeroize::Zeroizing;

use super::budget::Paying;
use super::image::is_image;
use super::large::LARGE;
use super::sparse::Sparse;
use super::text::Text;
use super::walk::OpenedFile;
use super::{SkipReason, archive};
use crate::domain::key::source::SourceKind;
use crate::io::hunt::search::{FileReading, PartSearch, fill};

/// Bytes at the start of a member that tell what it is: a tar header.
const HEAD: usize = 512;

/// Which files a thread reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    /// Whatever it is.
    Any,
    /// No archives and nothing large: these take memory and threads, so only one of us reads them.
    Plain,
}

impl PartSearch<'_> {
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

    /// A file is read from its start; an archive is then opened again, zip and 7z files by their directories.
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hunt::old_payloads::Wanted;
    use crate::io::hunt::{HuntEvent, HuntLimits};

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
