//! The search for keys in files, folders and archives, and in the disk or stream that the operator names.
//!
//! Reads regular files only, never follows links but the one it was given, reads archives as streams with bounds on
//! depth, size and memory, and writes nothing anywhere. What it could not read it says.

pub mod git;

mod archive;
mod budget;
mod cancellable_reader;
mod companions;
mod cut;
mod gaps;
mod git_stores;
mod image;
mod large;
mod listing;
mod mounts;
mod parts;
mod pg_contents;
mod places;
mod reading;
mod roots;
mod rows;
mod search;
mod skip;
mod sparse;
mod text;
mod volumes;
mod walk;

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::domain::hunt::byte_classes::Wish;
use crate::domain::hunt::forms::{UnreadForm, UnreadGroup};
use crate::domain::hunt::old_payloads::{Sighting, Wanted};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::key::source::Source;
use crate::io::hunt::search::PartSearch;
use budget::Rates;
pub use places::{usual_places, usual_places_below};
pub use skip::{SkipReason, Skipped};

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
    /// Whether all that is named are files by their real paths: a link that is there now was made meanwhile, and is not
    /// followed to what is somebody else's.
    pub real_files: bool,
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

impl HuntLimits {
    /// Those of a search where nobody says otherwise.
    pub const USUAL: Self = Self {
        depth: 5,
        unpacked: 12 << 30,
        ratio: 8 << 10,
        endless: 4 << 30,
        memory: 40 << 20,
        skipped: 5000,
        threads: 2,
        real_files: false,
        prefixed: false,
    };
}

impl Default for HuntLimits {
    fn default() -> Self {
        Self::USUAL
    }
}

/// So many places that were not read last are compared with the next.
const RECENT: usize = 8;

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
    /// Remembers what was not read, or counts it. Files that say nothing alone are one with the others of their folder.
    fn skip(&mut self, skipped: Skipped, limits: &HuntLimits) {
        if skipped.why.form().is_some_and(UnreadForm::is_a_folder) {
            let same =
                |other: &&mut Skipped| other.why == skipped.why && other.path == skipped.path;
            if let Some(other) = self.skipped.iter_mut().rfind(same) {
                other.bytes += skipped.bytes;
                return;
            }
        }
        // Members of an archive come one behind the other.
        let recent = self.skipped.len().saturating_sub(RECENT);
        let same = |other: &&mut Skipped| other.is_alike(&skipped);
        if let Some(other) = self.skipped[recent..].iter_mut().rfind(same) {
            other.alike += 1 + skipped.alike;
            other.bytes += skipped.bytes;
            return;
        }
        if self.skipped.len() < limits.skipped {
            self.skipped.push(skipped);
        } else {
            self.skipped_more += 1;
        }
    }

    /// What may hold the key, the heaviest first, then what the system refused; what looks random comes last: there may
    /// be much of it.
    fn in_order(&mut self) {
        self.skipped.sort_by_key(|skipped| {
            let rank = match skipped.why {
                SkipReason::TriedOnSome { .. } => 0,
                SkipReason::Random => 3,
                SkipReason::Refused(_) => 2,
                _ => 1,
            };
            (rank, std::cmp::Reverse(skipped.bytes))
        });
    }

    /// Whether something was not read that may hold a key: packed, encrypted, damaged, or cut.
    pub fn may_hold_more(&self) -> bool {
        self.skipped.iter().any(|skipped| {
            matches!(
                skipped.why,
                SkipReason::Form(_)
                    | SkipReason::Stored(_)
                    | SkipReason::NotRead(_)
                    | SkipReason::Encrypted
                    | SkipReason::Broken(_)
                    | SkipReason::Part
                    | SkipReason::DiskCut
                    | SkipReason::DiskAbove
            )
        })
    }

    /// Backups and packed files that were not read, by what they are, the heaviest first.
    pub fn unread(&self) -> Vec<UnreadGroup> {
        let mut groups: Vec<UnreadGroup> = Vec::new();
        for skipped in &self.skipped {
            let form = match skipped.why {
                SkipReason::Form(form) | SkipReason::Stored(form) => Some(form),
                SkipReason::Random => None,
                _ => continue,
            };
            match groups.iter_mut().find(|group| group.form == form) {
                Some(group) => {
                    group.count += 1 + skipped.alike;
                    group.bytes += skipped.bytes;
                }
                None => groups.push(UnreadGroup {
                    form,
                    count: 1 + skipped.alike,
                    bytes: skipped.bytes,
                }),
            }
        }
        groups.sort_by_key(|group| std::cmp::Reverse(group.bytes));
        groups
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
    search.looked.in_order();
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
