//! Reads what lies in one file: text of some kind, or an archive of such.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::Path;

use zeroize::Zeroizing;

use super::archive::{HEAD, qcow2, vmdk};
use super::budget::Paying;
use super::image::is_image;
use super::large::LARGE;
use super::parts::FileNeighbours;
use super::sparse::Sparse;
use super::text::Text;
use super::volumes::{self, Volumes};
use super::walk::OpenedFile;
use super::{SkipReason, Skipped, archive, cut, git};
use crate::domain::hunt::forms::density::looks_random;
use crate::domain::hunt::forms::{self, FormNature};
use crate::domain::key::source::SourceKind;
use crate::io::hunt::search::{FileReading, PartSearch, fill};
use crate::words::words;

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
        (reading.length, reading.told) = (open.length, open.told);
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
        // Of files that are not on a disk the length is not known.
        let most = match open.length {
            0 => self.limits.endless,
            length => length,
        };
        let (filled, ended) = fill(&mut &open.file, &mut self.window, most);
        let head = &self.window[..filled];
        let begin = &head[..filled.min(HEAD)];
        let kind = archive::kind_of(own_name(reading), begin, reading.told);
        if let Some(kind) = kind.filter(|kind| archive::is_read_so(*kind, head)) {
            if share == Share::Plain {
                return None;
            }
            let begin = Zeroizing::new(begin.to_vec());
            return Some(self.archive_on_disk(kind, open, &begin, reading));
        }
        let bundle = git::pack_of_bundle(head);
        let behind = behind_script(head);
        let disk = qcow2::Qcow2Disk::of(head);
        if share == Share::Plain && (bundle.is_some() || behind.is_some() || disk.is_some()) {
            return None;
        }
        let begin = behind.map(|(_, at)| {
            let begin = &head[at..head.len().min(at + HEAD)];
            Zeroizing::new(begin.to_vec())
        });
        let unread = match (&bundle, &disk) {
            (Some(_), _) | (_, Some(_)) => None,
            (None, None) => unread(reading, open.beside.as_ref(), head),
        };
        if is_image(head) || disk.is_some() {
            reading.kind = SourceKind::Image;
        }
        if unread.is_some() {
            reading.budget.lies_there(open.length);
            reading.budget.pay(open.length);
        }
        let lacks = vmdk::lacks(head, &open.file, open.length);
        let (length, stored) = (open.length, open.stored());
        let again = (behind.is_some() || disk.is_some()).then(|| open.file.try_clone().ok());
        let again = again.flatten();
        let outcome = self.text_on_disk(open, (filled, ended), reading);
        if let Some(pack) = bundle {
            self.bundle(reading.path, pack);
        }
        if let (Some(disk), Some(file)) = (disk, &again) {
            let mut file = Paying::new(file, &reading.budget, Some(length), stored);
            let packed = qcow2::read(self, disk, &mut file, reading);
            return Some(outcome.and(packed));
        }
        if let (Some((kind, at)), Some(file), Some(begin)) = (behind, again, begin) {
            let behind = self.behind_script(kind, at as u64, &file, &begin, reading);
            self.done_with(reading, behind);
        }
        // What could not be read to its end says more than what it is.
        Some(
            match unread.or_else(|| lacks.then_some(SkipReason::DiskCut)) {
                Some(why) => outcome.and(Err(why)),
                None => outcome,
            },
        )
    }

    /// An archive, with its other parts where it is the first of several.
    fn archive_on_disk(
        &mut self,
        kind: archive::StreamKind,
        open: OpenedFile,
        head: &[u8],
        reading: &mut FileReading<'_>,
    ) -> Result<(), SkipReason> {
        let before = self.looked.skipped.len();
        let cut = cut::ends_too_soon(reading.path, head, &open.file, open.length);
        let part = open.beside.as_ref().and_then(FileNeighbours::part);
        let parts = part
            .as_ref()
            .filter(|_| !self.limits.real_files)
            .and_then(|part| {
                open.beside
                    .as_ref()?
                    .joined(part, |head| archive::kind(head).is_some())
            });
        let outcome = match parts {
            Some(joined) => {
                let (length, stored) = (joined.length, joined.stored);
                reading.length = length;
                let mut file = Paying::new(joined, &reading.budget, Some(length), stored);
                archive::open_on_disk(self, kind, &mut file, head, reading)
            }
            None if kind == archive::StreamKind::Tar
                && !self.limits.real_files
                && open.length > 0
                && let Some(beside) = &open.beside =>
            {
                let goes_on = volumes::goes_on(&open.file);
                if goes_on && volumes::follows(&open.file, beside) {
                    return Ok(());
                }
                let stored = open.stored();
                let volumes = Volumes::new(open.file, open.length, beside, &reading.budget);
                let mut file = Paying::new(volumes, &reading.budget, None, stored);
                let outcome = archive::open_on_disk(self, kind, &mut file, head, reading);
                match goes_on {
                    true => Err(SkipReason::Part),
                    false => outcome,
                }
            }
            None => {
                let (known, stored) = ((open.length > 0).then_some(open.length), open.stored());
                let mut file = Paying::new(open.file, &reading.budget, known, stored);
                file.rewind()
                    .map_err(|e| SkipReason::Refused(e.to_string()))
                    .and_then(|()| archive::open_on_disk(self, kind, &mut file, head, reading))
            }
        };
        let cut = cut.then(|| SkipReason::Broken(words().broken_off.to_owned()));
        match outcome.and(cut.map_or(Ok(()), Err)) {
            // What breaks off goes on in a part that is not here.
            Err(SkipReason::Broken(_)) if part.is_some_and(|part| part.is_first()) => {
                // So does the member that stands there.
                let is_cut = |s: &mut Skipped| matches!(s.why, SkipReason::Broken(_));
                if self.looked.skipped.len() > before {
                    self.looked.skipped.pop_if(is_cut);
                }
                Err(SkipReason::Part)
            }
            outcome => outcome,
        }
    }

    /// An archive that stands behind the last line of a script.
    fn behind_script(
        &mut self,
        kind: archive::StreamKind,
        at: u64,
        file: &File,
        head: &[u8],
        reading: &mut FileReading<'_>,
    ) -> Result<(), SkipReason> {
        let place = PlaceInFile {
            file,
            at,
            until: reading.length,
        };
        let stored = reading.length.saturating_sub(at);
        let mut stream = Paying::new(place, &reading.budget, Some(stored), stored);
        reading.inside.push(words().behind_script.to_owned().into());
        let outcome = archive::open(self, kind, &mut stream, head, reading, 1);
        reading.inside.clear();
        outcome
    }

    /// A text of some kind, whose beginning stands in the window.
    fn text_on_disk(
        &mut self,
        open: OpenedFile,
        (filled, ended): (usize, std::io::Result<()>),
        reading: &mut FileReading<'_>,
    ) -> Result<(), SkipReason> {
        let length = open.length;
        let over = filled as u64 >= length && (length > 0 || filled < self.window.len());
        let most = match length {
            0 => self.limits.endless,
            _ => length,
        };
        let mut file = open.file;
        if open.has_holes && !over {
            file.rewind()
                .map_err(|e| SkipReason::Refused(e.to_string()))?;
            self.text(Text::new(&mut Sparse::new(file, length), 0), reading)
        } else if length >= LARGE {
            self.large(&file, length, reading)
        } else {
            // Who writes to it meanwhile does not keep us.
            let mut rest = file.take(most - filled as u64);
            let text = Text::new(&mut rest, 0);
            let outcome = self.text(text.begun(filled, over, ended), reading);
            match length {
                0 if rest.limit() == 0 => outcome.and(Err(SkipReason::Endless(most >> 20))),
                _ => outcome,
            }
        }
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
        match archive::kind_of(own_name(reading), head, reading.told) {
            Some(_) if depth >= self.limits.depth => Err(SkipReason::TooDeep),
            Some(kind) => {
                let mut whole = Cursor::new(head).chain(stream);
                archive::open(self, kind, &mut whole, head, reading, depth)
            }
            None => {
                let unread = unread(reading, None, head);
                self.window[..filled].copy_from_slice(head);
                let text = Text::new(stream, depth);
                let outcome = self.text(text.begun(filled, filled < HEAD, ended), reading);
                match unread {
                    Some(why) => outcome.and(Err(why)),
                    None => outcome,
                }
            }
        }
    }
}

/// A file from some place on. Its own position stays where it is.
struct PlaceInFile<'f> {
    file: &'f File,
    at: u64,
    until: u64,
}

impl Read for PlaceInFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = self.until.saturating_sub(self.at);
        let room = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = self.file.read_at(&mut buffer[..room], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// The archive that a script unpacks from its own end (makeself and the like), and where it begins: behind a line end.
fn behind_script(head: &[u8]) -> Option<(archive::StreamKind, usize)> {
    if !head.starts_with(b"#!") {
        return None;
    }
    memchr::memchr_iter(b'\n', head).find_map(|end| {
        let begin = end + 1;
        let rest = &head[begin..head.len().min(begin + HEAD)];
        archive::kind(rest).map(|kind| (kind, begin))
    })
}

/// The name of the innermost member, or of the file.
fn own_name<'r>(reading: &'r FileReading<'_>) -> &'r [u8] {
    let member = reading.inside.last().map(|name| name.raw().as_bytes());
    let name = member.or_else(|| Some(reading.path.file_name()?.as_bytes()));
    let name = name.unwrap_or_default();
    name.rsplit(|b| *b == b'/').next().unwrap_or(name)
}

/// Why what begins like this holds more than is seen when it is searched as it stands. The innermost name is its own.
fn unread(
    reading: &mut FileReading<'_>,
    beside: Option<&FileNeighbours>,
    head: &[u8],
) -> Option<SkipReason> {
    if reading.kind == SourceKind::Git {
        // Their names stand elsewhere, and random bytes are what pictures look like.
        let form = forms::by_content(&head[..head.len().min(HEAD)]);
        return form.map(SkipReason::Stored);
    }
    let name = own_name(reading);
    let by_name = forms::by_name(name, head);
    let form = by_name
        .filter(|form| form.is_a_folder())
        .or_else(|| forms::by_content(&head[..head.len().min(HEAD)]))
        .or(by_name);
    // Of a repository, all files are told as one.
    let form = form.filter(|form| !reading.told || form.nature() != FormNature::Repository);
    if let Some(form) = form {
        if reading.inside.is_empty() {
            // Where it is found all the same, the source says in what.
            reading
                .inside
                .push(text!(inside_as_it_stands, form = form.name()).into());
        }
        return Some(SkipReason::Form(form));
    }
    if reading.told || !looks_random(name, head) {
        return None;
    }
    let part = beside.and_then(FileNeighbours::part);
    match (part, beside) {
        // Told with the first of them.
        (Some(part), Some(beside)) if beside.follows(&part) => None,
        (Some(part), _) if part.is_sure() => Some(SkipReason::Part),
        _ => Some(SkipReason::Random),
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
            beside: None,
            told: false,
        };
        assert!(search.opened(Path::new("endless"), open("/dev/zero"), Share::Any));
        assert!(search.opened(Path::new("empty"), open("/dev/null"), Share::Any));
        let looked = search.looked;
        assert_eq!((looked.files, looked.bytes), (2, 1 << 20));
        let why: Vec<_> = looked.skipped.iter().map(|s| &s.why).collect();
        assert_eq!(why, [&SkipReason::Endless(1)]);
    }
}
