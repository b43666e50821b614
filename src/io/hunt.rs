//! The search for keys in files, folders and archives that the operator names.
//!
//! Reads regular files only, never follows links but the one it was given, reads archives as streams with bounds on
//! depth and size, and writes nothing anywhere. What it could not read it says.

mod archive;

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::domain::key_scan::{self, REACH};
use crate::domain::sanitize::sanitize;
use crate::domain::secret::SecretBytes;
use crate::domain::source::{Source, SourceKind};
use crate::io::files;
use crate::words::{fill, words};

/// How much is read at a time.
const BLOCK: usize = 1 << 20;
/// Bytes at the start of a stream that tell what it is: a tar header.
const HEAD: usize = 512;
/// Folders that are not files on a disk.
const NOT_ON_DISK: [&str; 3] = ["/proc", "/sys", "/dev"];

/// Where copies of a `.env` usually survive: homes, backups, web roots, containers' folders, temporary files.
const USUAL: [&str; 12] = [
    "/root",
    "/home",
    "/var/backups",
    "/backup",
    "/backups",
    "/var/www",
    "/srv",
    "/opt",
    "/etc",
    "/run/secrets",
    "/tmp",
    "/var/tmp",
];

/// The usual places that exist here, and the folder that the install lies in.
pub fn usual_places(install: &Path) -> Vec<PathBuf> {
    let around = install.parent().filter(|folder| *folder != Path::new("/"));
    let mut places: Vec<PathBuf> = Vec::new();
    let usual = USUAL.iter().map(Path::new).filter(|path| path.is_dir());
    for place in around.into_iter().chain(usual) {
        if !places.iter().any(|known| place.starts_with(known)) {
            places.push(place.to_owned());
        }
    }
    places
}

/// What a search may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Archives within archives.
    pub depth: usize,
    /// Bytes that one file may unpack to, all its members together.
    pub unpacked: u64,
    /// Bytes of a zip file within an archive: it must be held in memory.
    pub inner_zip: u64,
    /// How many skipped places are remembered.
    pub skipped: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 5,
            unpacked: 64 << 30,
            inner_zip: 64 << 20,
            skipped: 200,
        }
    }
}

/// A text that may be a key.
pub struct Candidate {
    /// The text.
    pub text: SecretBytes,
    /// Where it stands.
    pub source: Source,
    /// Whether a prefix or a name says that it is a key.
    pub named: bool,
}

/// What a search reports.
pub enum Event<'a> {
    /// A text that may be a key.
    Candidate(Candidate),
    /// How far it is.
    Progress {
        /// Files read.
        files: u64,
        /// Bytes read, unpacked ones included.
        bytes: u64,
        /// The file being read.
        current: &'a Path,
    },
}

/// Why something was not read, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SkipReason {
    /// The operating system refused, in its words.
    #[error("{0}")]
    Refused(String),
    /// An archive that breaks off or contradicts itself.
    #[error("{}", fill(words().skip_broken, &[("why", &sanitize(.0))]))]
    Broken(String),
    /// A member of a zip file that needs a password.
    #[error("{}", words().skip_encrypted)]
    Encrypted,
    /// Archives within archives within archives.
    #[error("{}", words().skip_too_deep)]
    TooDeep,
    /// The file unpacks to more than the limit, in MiB.
    #[error("{}", fill(words().skip_too_much, &[("megabytes", .0)]))]
    TooMuch(u64),
    /// A packed form that this search does not read.
    #[error("{}", fill(words().skip_not_read, &[("form", .0)]))]
    NotRead(&'static str),
    /// The named place is not there.
    #[error("{}", words().skip_missing)]
    Missing,
}

/// Something that was not read, or not to its end.
pub struct Skipped {
    /// The file on disk.
    pub path: PathBuf,
    /// Members that lead to it, outermost first.
    pub inside: Vec<String>,
    /// Why.
    pub why: SkipReason,
}

/// What a search came to.
pub struct Looked {
    /// Files read.
    pub files: u64,
    /// Bytes read, unpacked ones included.
    pub bytes: u64,
    /// What was not read, as many as the limits say.
    pub skipped: Vec<Skipped>,
    /// How many more were not read.
    pub skipped_more: u64,
}

/// Searches every root and reports as it goes. Stops soon after `cancel` says so.
pub fn search(
    roots: &[PathBuf],
    limits: &Limits,
    cancel: &dyn Fn() -> bool,
    on: &mut dyn FnMut(Event<'_>),
) -> Looked {
    let looked = Looked {
        files: 0,
        bytes: 0,
        skipped: Vec::new(),
        skipped_more: 0,
    };
    let mut search = Search {
        limits: *limits,
        cancel,
        on,
        looked,
        window: Zeroizing::new(Vec::with_capacity(BLOCK + 2 * REACH)),
    };
    for root in roots {
        search.root(root);
    }
    search.looked
}

struct Search<'a> {
    limits: Limits,
    cancel: &'a dyn Fn() -> bool,
    on: &'a mut dyn FnMut(Event<'_>),
    looked: Looked,
    /// What of a file is looked at, one file after the other; wiped at the end of the search.
    window: Zeroizing<Vec<u8>>,
}

/// One file on disk while it is read.
struct Reading<'a> {
    path: &'a Path,
    /// Unix seconds of the innermost member, or the file.
    modified: Option<i64>,
    inside: Vec<String>,
    /// Bytes its archives may still unpack to.
    budget: u64,
    /// Texts already reported from this member.
    seen: HashSet<[u8; 32]>,
}

impl Search<'_> {
    fn skip(&mut self, path: &Path, inside: &[String], why: SkipReason) {
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

    fn root(&mut self, root: &Path) {
        // The operator's own link is followed, so that everything below has its real path.
        let root = match std::fs::canonicalize(root) {
            Ok(root) => root,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return self.skip(root, &[], SkipReason::Missing);
            }
            Err(e) => return self.skip(root, &[], SkipReason::Refused(e.to_string())),
        };
        let walk = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter();
        let on_disk =
            |entry: &walkdir::DirEntry| !NOT_ON_DISK.iter().any(|p| entry.path() == Path::new(p));
        for entry in walk.filter_entry(on_disk) {
            if (self.cancel)() {
                return;
            }
            match entry {
                Ok(entry) if entry.file_type().is_file() => self.file(entry.path()),
                Ok(_) => {}
                Err(e) => {
                    let path = e.path().unwrap_or(&root).to_owned();
                    let why = e
                        .io_error()
                        .map_or_else(|| e.to_string(), std::string::ToString::to_string);
                    self.skip(&path, &[], SkipReason::Refused(why));
                }
            }
        }
    }

    fn file(&mut self, path: &Path) {
        self.looked.files += 1;
        (self.on)(Event::Progress {
            files: self.looked.files,
            bytes: self.looked.bytes,
            current: path,
        });
        let (mut file, meta) = match files::open_regular(path) {
            Ok(open) => open,
            // Gone since the folder was listed: nothing to read, nothing to say.
            Err(e) if e.is_missing() => return,
            Err(e) => return self.skip(path, &[], SkipReason::Refused(e.reason())),
        };
        let mut reading = Reading {
            path,
            modified: Some(files::Attributes::from(&meta).modified),
            inside: Vec::new(),
            budget: self.limits.unpacked,
            seen: HashSet::new(),
        };
        let outcome = archive::zip_on_disk(self, &mut file, &mut reading)
            .unwrap_or_else(|| self.stream(&mut Sparse::new(file), &mut reading, 0));
        if let Err(why) = outcome {
            self.skip(path, &reading.inside, why);
        }
    }

    /// Reads a stream: an archive by its first bytes, otherwise text of some kind.
    fn stream(
        &mut self,
        stream: &mut dyn Read,
        reading: &mut Reading<'_>,
        depth: usize,
    ) -> Result<(), SkipReason> {
        let mut head = Zeroizing::new(Vec::with_capacity(HEAD));
        stream
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .map_err(|e| refused(&e, depth))?;
        let kind = archive::kind(&head);
        let mut whole = std::io::Cursor::new(&head[..]).chain(stream);
        match kind {
            Some(_) if depth >= self.limits.depth => Err(SkipReason::TooDeep),
            Some(kind) => archive::open(self, kind, &mut whole, reading, depth),
            None => self.text(&mut whole, reading, depth),
        }
    }

    fn text(
        &mut self,
        stream: &mut dyn Read,
        reading: &mut Reading<'_>,
        depth: usize,
    ) -> Result<(), SkipReason> {
        let mut window = std::mem::take(&mut self.window);
        window.clear();
        let outcome = self.text_in(&mut window, stream, reading, depth);
        self.window = window;
        outcome
    }

    fn text_in(
        &mut self,
        window: &mut Vec<u8>,
        stream: &mut dyn Read,
        reading: &mut Reading<'_>,
        depth: usize,
    ) -> Result<(), SkipReason> {
        let (mut line, mut binary, mut first) = (1, false, true);
        reading.seen.clear();
        loop {
            let before = window.len();
            let end = {
                let mut block = (&mut *stream).take(BLOCK as u64);
                block.read_to_end(window).map_err(|e| refused(&e, depth))? < BLOCK
            };
            let read = (window.len() - before) as u64;
            self.looked.bytes += read;
            if depth > 0 {
                reading.budget = reading
                    .budget
                    .checked_sub(read)
                    .ok_or(SkipReason::TooMuch(self.limits.unpacked >> 20))?;
            }
            // Line numbers mean nothing in a swap file or a program.
            binary |= memchr::memchr(0, window).is_some();
            let until = if end {
                window.len()
            } else {
                window.len().saturating_sub(2 * REACH)
            };
            let (mut counted, mut at_line) = (0, line);
            let mut hits = Vec::new();
            key_scan::scan(window, until, &mut |hit| hits.push(hit));
            if first && end {
                hits.extend(key_scan::bare(window).map(|text| key_scan::Hit {
                    offset: 0,
                    text,
                    named: false,
                }));
            }
            hits.sort_by_key(|hit| hit.offset);
            for hit in hits {
                at_line += memchr::memchr_iter(b'\n', &window[counted..hit.offset]).count() as u64;
                counted = hit.offset;
                self.found(hit, reading, if binary { None } else { Some(at_line) });
            }
            if end {
                return Ok(());
            }
            (self.on)(Event::Progress {
                files: self.looked.files,
                bytes: self.looked.bytes,
                current: reading.path,
            });
            if (self.cancel)() {
                return Ok(());
            }
            line += memchr::memchr_iter(b'\n', &window[..until]).count() as u64;
            window.drain(..until);
            first = false;
        }
    }

    fn found(&mut self, hit: key_scan::Hit, reading: &mut Reading<'_>, line: Option<u64>) {
        if !reading.seen.insert(files::digest(hit.text.expose())) {
            return;
        }
        let source = Source {
            kind: if reading.inside.is_empty() {
                SourceKind::File
            } else {
                SourceKind::Archive
            },
            path: Some(reading.path.to_owned()),
            line,
            inside: reading.inside.clone(),
            modified: reading.modified,
        };
        (self.on)(Event::Candidate(Candidate {
            text: hit.text,
            source,
            named: hit.named,
        }));
    }
}

/// A read that failed: within an archive the archive is to blame.
fn refused(error: &std::io::Error, depth: usize) -> SkipReason {
    if depth > 0 {
        SkipReason::Broken(error.to_string())
    } else {
        SkipReason::Refused(error.to_string())
    }
}

/// A file whose holes are stepped over: a sparse file of terabytes holds little to read.
struct Sparse {
    file: File,
    /// Where the next hole begins; nothing is known at the start.
    data_until: u64,
    at: u64,
}

impl Sparse {
    fn new(file: File) -> Self {
        Self {
            file,
            data_until: 0,
            at: 0,
        }
    }

    /// Moves to the next data, leaving out all of a hole but a line end that keeps its sides apart. `false` at the end.
    fn step_over(&mut self) -> std::io::Result<bool> {
        use rustix::fs::{SeekFrom, seek};
        use rustix::io::Errno;
        match seek(&self.file, SeekFrom::Data(self.at)) {
            Ok(data) => {
                self.data_until = seek(&self.file, SeekFrom::Hole(data)).unwrap_or(u64::MAX);
                seek(&self.file, SeekFrom::Start(data))?;
                self.at = data;
                Ok(true)
            }
            Err(Errno::NXIO) => Ok(false),
            // A file system that does not tell holes.
            Err(_) => {
                self.data_until = u64::MAX;
                Ok(true)
            }
        }
    }
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut stepped = false;
        if self.at >= self.data_until {
            let before = self.at;
            if !self.step_over()? {
                return Ok(0);
            }
            stepped = self.at > before && before > 0;
        }
        if stepped && !buffer.is_empty() {
            buffer[0] = 0;
            return Ok(1);
        }
        let room = usize::try_from(self.data_until - self.at)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = self.file.read(&mut buffer[..room])?;
        self.at += read as u64;
        Ok(read)
    }
}
