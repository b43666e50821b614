//! The search for keys in files, folders and archives, and in the disk or stream that the operator names.
//!
//! Reads regular files only, never follows links but the one it was given, reads archives as streams with bounds on
//! depth, size and memory, and writes nothing anywhere. What it could not read it says.

pub mod git;

mod archive;
mod budget;
mod cancellable_reader;
mod gaps;
mod git_stores;
mod image;
mod large;
mod listing;
mod mounts;
mod places;
mod reading;
mod roots;
mod rows;
mod search;
mod sparse;
mod text;
mod walk;

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::domain::hunt::byte_classes::Wish;
use crate::domain::hunt::old_payloads::{Sighting, Wanted};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::key::source::Source;
use crate::words::untrusted::{Untrusted, shown};
use crate::words::words;

use crate::io::hunt::search::PartSearch;
use budget::Rates;
pub use places::{usual_places, usual_places_below};

/// What a search may use.
#[derive(Debug, Clone, Copy)]
pub struct HuntLimits {
    /// Archives within archives.
    pub depth: usize,
    /// Work that one archive may cost whatever its size, all its members together: bytes to unpack, those of a slow
    /// packing several times.
    pub unpacked: u64,
    /// Work that each byte of it pays for when it is read from the disk. No honest data costs as much, so that all of it
    /// is searched whole, however large.
    pub ratio: u64,
    /// Bytes that are read of a file that does not say how long it is.
    pub endless: u64,
    /// Bytes of memory for unpacking, all levels of one file together: the windows that packers look back in, and zip and
    /// 7z files within archives, which are read from their end and so must be held.
    pub memory: u64,
    /// How many skipped places are remembered.
    pub skipped: usize,
    /// Threads that read and search: one, or more for two.
    pub threads: usize,
    /// Whether keys with their prefix are all that is looked for, in texts: for measuring.
    pub prefixed: bool,
}

impl HuntLimits {
    fn rates(&self) -> Rates {
        Rates {
            free: self.unpacked,
            ratio: self.ratio,
        }
    }

    fn wish(&self, rows: bool) -> Wish {
        match (self.prefixed, rows) {
            (true, _) => Wish::Prefixed,
            (false, true) => Wish::KeysAndRows,
            (false, false) => Wish::Keys,
        }
    }
}

impl Default for HuntLimits {
    fn default() -> Self {
        Self {
            depth: 5,
            unpacked: 12 << 30,
            ratio: 8 << 10,
            endless: 4 << 30,
            memory: 40 << 20,
            skipped: 200,
            threads: 2,
            prefixed: false,
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
pub enum HuntEvent<'a> {
    /// A text that may be a key.
    Candidate(Candidate),
    /// An older password or token of this install, and where it stands.
    Sighting(Box<Sighting>, Source),
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
    /// A disk that fails: so many KiB of a file, the first of them at this byte.
    #[error("{}", text!(skip_gaps, kilobytes = .kilobytes, first = .first))]
    Gaps {
        /// How much could not be read.
        kilobytes: u64,
        /// Where it begins.
        first: u64,
    },
    /// An archive that breaks off or contradicts itself.
    #[error("{}", text!(skip_broken, why = shown(.0)))]
    Broken(String),
    /// A member of a zip file that needs a password.
    #[error("{}", words().skip_encrypted)]
    Encrypted,
    /// Archives within archives within archives.
    #[error("{}", words().skip_too_deep)]
    TooDeep,
    /// Something unpacks to more than the limit, in MiB.
    #[error("{}", text!(skip_too_much, megabytes = .0))]
    TooMuch(u64),
    /// Too much work for so few bytes of the file, as no honest archive makes: it was searched as far as this.
    #[error("{}", text!(skip_trap, kilobytes = .kilobytes, megabytes = .megabytes))]
    Trap {
        /// What was read of the file.
        kilobytes: u64,
        /// What that unpacked to.
        megabytes: u64,
    },
    /// So many members of a zip file lie within others, or are others once more: their bytes were unpacked once.
    #[error("{}", text!(skip_shared, count = .0))]
    Shared(u64),
    /// A file that does not say how long it is, and has not ended after so many MiB.
    #[error("{}", text!(skip_endless, megabytes = .0))]
    Endless(u64),
    /// From here on, not every text that may be a key was tried on every secret.
    #[error("{}", text!(skip_tried_on_some, count = .candidates, some = .tried, all = .secrets))]
    TriedOnSome {
        /// How many texts were tried on some secrets only.
        candidates: u64,
        /// On how many.
        tried: usize,
        /// Of how many that no known key opens.
        secrets: usize,
    },
    /// Unpacking takes more memory than the limit, in MiB.
    #[error("{}", text!(skip_memory, megabytes = .0))]
    Memory(u64),
    /// A packed form that this search does not read.
    #[error("{}", text!(skip_not_read, form = .0))]
    NotRead(&'static str),
    /// A file system of another machine, or one that a program feeds.
    #[error("{}", words().skip_network)]
    Network,
    /// Nothing on a disk, only what the kernel makes up while it is read: `/proc`, `/sys` and their like.
    #[error("{}", words().skip_no_files)]
    NoFiles,
    /// A backup that this program made.
    #[error("{}", words().skip_own_backup)]
    OwnBackup,
    /// The named place is not there.
    #[error("{}", words().skip_missing)]
    Missing,
}

/// Something that was not read, or not to its end.
pub struct Skipped {
    /// The file on disk.
    pub path: PathBuf,
    /// Members that lead to it, outermost first.
    pub inside: Vec<Untrusted>,
    /// Why.
    pub why: SkipReason,
}

/// What a search came to.
#[derive(Default)]
pub struct HuntTotals {
    /// Files read.
    pub files: u64,
    /// Bytes read, unpacked ones included.
    pub bytes: u64,
    /// What was not read, as many as the limits say.
    pub skipped: Vec<Skipped>,
    /// How many more were not read.
    pub skipped_more: u64,
}

impl HuntTotals {
    /// Remembers what was not read, or counts it.
    fn skip(&mut self, skipped: Skipped, limits: &HuntLimits) {
        if self.skipped.len() < limits.skipped {
            self.skipped.push(skipped);
        } else {
            self.skipped_more += 1;
        }
    }

    /// Another search came after this one.
    pub fn add(&mut self, other: HuntTotals) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.skipped.extend(other.skipped);
        self.skipped_more += other.skipped_more;
    }
}

/// Searches every root and reports as it goes; `-` is standard input. Older payloads are reported where they are
/// `wanted`. Stops soon after `cancel` says so.
pub fn search(
    roots: &[PathBuf],
    limits: &HuntLimits,
    wanted: &Wanted,
    cancel: &dyn Fn() -> bool,
    on: &mut dyn FnMut(HuntEvent<'_>),
) -> HuntTotals {
    let mut search = PartSearch::new(*limits, wanted, cancel, on);
    for root in roots {
        search.root(root);
    }
    search.looked
}

/// Searches one stream, archive or text, as [`search`] does standard input.
pub fn search_stream(
    stream: &mut dyn Read,
    limits: &HuntLimits,
    wanted: &Wanted,
    cancel: &dyn Fn() -> bool,
    on: &mut dyn FnMut(HuntEvent<'_>),
) -> HuntTotals {
    let mut search = PartSearch::new(*limits, wanted, cancel, on);
    search.input(stream);
    search.looked
}
