//! What a git repository holds: every blob, commit and tag, whether or not anything still leads to it.
//!
//! Reads the object store itself and never runs git, nor looks at its configuration: both could be prepared by the web
//! user. Objects that no branch reaches, stashes, and packs that lost their index or their end are read like all others.
//! Files are read, not mapped: a pack that is cut meanwhile must not end this program. Follows git's own
//! `gitrepository-layout`, `gitformat-pack` and `gitformat-loose`. Our own, because `gix-pack` (and 21 crates with it) maps
//! its files and holds every object whole: no stream, no bound on the work of a pack, no stop while it unpacks.

mod delta;
mod index;
mod pack;

use std::collections::HashSet;
use std::io::{BufRead, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::io::container::within;
use crate::io::fs;
use crate::io::hunt::budget::{Budget, FAST, MeteredReader, Rates};
use crate::io::hunt::{SkipReason, Skipped};
use crate::words::untrusted::Untrusted;
use crate::words::words;

/// Longest `.git` file, `commondir` or list of alternates that is read.
const MAX_LINK: u64 = 64 << 10;
/// Stores that borrow from stores that borrow.
const MAX_ALTERNATES: usize = 5;

/// What reading one store may use.
#[derive(Debug, Clone, Copy)]
pub struct GitLimits {
    /// Bytes of an object that is stored as a difference: it and its base must be held. Others are read as streams.
    pub object: u64,
    /// Work that all objects together may cost whatever is read of the store: bytes to unpack.
    pub unpacked: u64,
    /// Work that each byte of the store pays for when it is read. No honest store costs as much.
    pub ratio: u64,
    /// How many skipped objects are remembered.
    pub skipped: usize,
}

impl Default for GitLimits {
    fn default() -> Self {
        Self {
            object: 12 << 20,
            unpacked: 12 << 30,
            ratio: 8 << 10,
            skipped: 200,
        }
    }
}

/// One object that may hold text. Trees hold names and hashes alone, and are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name in hex; in a pack without an index, the pack's name and the place in it.
    pub id: String,
    /// What it is.
    pub kind: ObjectKind,
}

/// The kinds of objects that may hold text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// A file.
    Blob,
    /// A commit with its message.
    Commit,
    /// A tag with its message.
    Tag,
}

/// What reading a store came to.
#[derive(Default)]
pub struct GitRead {
    /// Objects given to the reader.
    pub objects: u64,
    /// What was not read, as many as the limits say.
    pub skipped: Vec<Skipped>,
    /// How many more were not read.
    pub skipped_more: u64,
}

/// Takes one object. An error is reported for the object and does not end the store.
pub type Each<'a> = dyn FnMut(&Object, &mut dyn Read) -> Result<(), SkipReason> + 'a;

/// Whether a folder is an object store: `.git`, a bare repository, a submodule's store below `.git/modules`, or an
/// `objects` folder alone.
pub fn is_store(folder: &Path) -> bool {
    let objects = folder.join("objects");
    is_folder(&objects) && folder.join("HEAD").symlink_metadata().is_ok()
        || is_folder(&objects.join("pack"))
        || folder.file_name().is_some_and(|name| name == "objects")
            && is_folder(&folder.join("pack"))
}

/// For a walk that meets a folder named `objects`: the store to be read in its place, where it is one's. What else lies in
/// a store (its messages and logs, the stores of its submodules) is walked as any folder.
pub fn store_of(objects: &Path) -> Option<&Path> {
    if objects.file_name()? != "objects" {
        return None;
    }
    let parent = objects.parent().filter(|parent| is_store(parent));
    parent.or_else(|| is_store(objects).then_some(objects))
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_dir())
}

/// The store that the `.git` file of a worktree or a submodule leads to, where its maker could have read that.
pub fn linked(dot_git: &Path) -> Option<PathBuf> {
    let text = fs::read(dot_git, MAX_LINK).ok()?;
    let named = text.bytes.strip_prefix(b"gitdir:")?.trim_ascii();
    let folder = dot_git.parent()?.join(path(named));
    // The folder of a worktree holds its HEAD only, and says where the objects are.
    let store = match fs::read(&folder.join("commondir"), MAX_LINK) {
        Ok(common) => folder.join(path(common.bytes.trim_ascii())),
        Err(_) => folder,
    };
    let store = store.canonicalize().ok()?;
    (is_store(&store) && may_lead(dot_git, &store)).then_some(store)
}

fn path(bytes: &[u8]) -> &Path {
    Path::new(std::ffi::OsStr::from_bytes(bytes))
}

/// A file of one user leads nowhere but to what the same user owns; root's may lead anywhere.
fn may_lead(from: &Path, to: &Path) -> bool {
    match (from.symlink_metadata(), to.symlink_metadata()) {
        (Ok(from), Ok(to)) => within::is_root(from.uid()) || from.uid() == to.uid(),
        _ => false,
    }
}

/// Gives every blob, commit and tag of a store to `each`: loose ones first, then the packs, then what it borrows from
/// others. The same object may come twice. Stops soon after `cancel` says so.
pub fn objects(
    store: &Path,
    limits: &GitLimits,
    cancel: &dyn Fn() -> bool,
    each: &mut Each<'_>,
) -> GitRead {
    let budget = Budget::new(Rates {
        free: limits.unpacked,
        ratio: limits.ratio,
    });
    objects_within(store, limits, &budget, cancel, each)
}

/// The same within a budget that the reader spends from as well.
pub(super) fn objects_within(
    store: &Path,
    limits: &GitLimits,
    budget: &Budget,
    cancel: &dyn Fn() -> bool,
    each: &mut Each<'_>,
) -> GitRead {
    let mut reader = GitStoreReader::new(limits, budget, cancel, each);
    let own = store.join("objects");
    reader.store(if is_folder(&own) { &own } else { store }, 0);
    reader.read
}

/// The objects of a bundle: a pack behind some lines of text, which begins at this byte of the file.
pub(super) fn bundle_within(
    bundle: &Path,
    pack: u64,
    limits: &GitLimits,
    budget: &Budget,
    cancel: &dyn Fn() -> bool,
    each: &mut Each<'_>,
) -> GitRead {
    let mut reader = GitStoreReader::new(limits, budget, cancel, each);
    if let Err(why) = pack::read_behind(&mut reader, bundle, pack) {
        reader.skip(bundle, Vec::new(), why);
    }
    reader.read
}

/// Where the pack of a bundle begins (git's `gitformat-bundle`): behind an empty line.
pub(super) fn pack_of_bundle(head: &[u8]) -> Option<u64> {
    let signed = head.starts_with(b"# v2 git bundle\n") || head.starts_with(b"# v3 git bundle\n");
    let at = memchr::memmem::find(head, b"\n\nPACK").filter(|_| signed)?;
    Some(at as u64 + 2)
}

/// One store while it is read.
struct GitStoreReader<'a> {
    limits: GitLimits,
    cancel: &'a dyn Fn() -> bool,
    each: &'a mut Each<'a>,
    budget: Budget,
    read: GitRead,
    visited: HashSet<PathBuf>,
}

impl<'a> GitStoreReader<'a> {
    fn new(
        limits: &GitLimits,
        budget: &Budget,
        cancel: &'a dyn Fn() -> bool,
        each: &'a mut Each<'a>,
    ) -> Self {
        Self {
            limits: *limits,
            cancel,
            each,
            budget: budget.clone(),
            read: GitRead::default(),
            visited: HashSet::new(),
        }
    }

    fn skip(&mut self, path: &Path, inside: Vec<Untrusted>, why: SkipReason) {
        if self.read.skipped.len() < self.limits.skipped {
            self.read.skipped.push(Skipped {
                path: path.to_owned(),
                inside,
                why,
                bytes: 0,
                alike: 0,
            });
        } else {
            self.read.skipped_more += 1;
        }
    }

    /// Takes the work of unpacking from the budget.
    fn spend(&self, bytes: u64, each: u64) -> Result<(), SkipReason> {
        let spent = self.budget.spend(bytes, each);
        spent.map_err(|_| self.budget.why())
    }

    fn ended(&self) -> bool {
        self.budget.exceeded() || (self.cancel)()
    }

    fn give(&mut self, object: &Object, content: &mut dyn Read) -> Result<(), SkipReason> {
        self.read.objects += 1;
        let outcome = (self.each)(object, content);
        match self.budget.exceeded() {
            true => Err(self.budget.why()),
            false => outcome,
        }
    }

    /// Gives an object as it is unpacked. What it says of its size is believed only as far as it goes.
    fn give_stream(
        &mut self,
        object: &Object,
        content: impl Read,
        size: u64,
    ) -> Result<(), SkipReason> {
        let cancel = self.cancel;
        let metered = MeteredReader::new(content, &self.budget, FAST, cancel);
        let mut content = metered.take(size);
        self.give(object, &mut content)?;
        // A reader that stopped has left something; where nothing is left, the object is cut.
        let cut = content.limit() > 0 && !matches!(content.read(&mut [0]), Ok(1));
        match cut {
            _ if self.budget.exceeded() => Err(self.budget.why()),
            true if !cancel() => Err(damaged(words().git_not_an_object)),
            _ => Ok(()),
        }
    }

    fn store(&mut self, objects: &Path, depth: usize) {
        let real = objects
            .canonicalize()
            .unwrap_or_else(|_| objects.to_owned());
        if !self.visited.insert(real) {
            return;
        }
        let walk = walkdir::WalkDir::new(objects)
            .min_depth(1)
            .max_depth(2)
            .sort_by_file_name();
        for entry in walk {
            if self.ended() {
                return;
            }
            match entry {
                Ok(entry) if entry.file_type().is_file() && entry.depth() == 2 => {
                    self.file(entry.path());
                }
                Ok(_) => {}
                Err(e) => {
                    let path = e.path().unwrap_or(objects).to_owned();
                    self.skip(&path, Vec::new(), SkipReason::Refused(e.to_string()));
                }
            }
        }
        self.alternates(objects, depth);
    }

    /// A loose object, a pack, or what an interrupted git left of one.
    fn file(&mut self, path: &Path) {
        let name = |path: &Path| {
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        };
        let (folder, name) = (path.parent().map(name).unwrap_or_default(), name(path));
        let outcome = if folder == "pack" {
            let is_pack = name.ends_with(".pack") || name.starts_with("tmp_pack");
            if is_pack {
                pack::read(self, path)
            } else {
                Ok(())
            }
        } else if folder.len() == 2 && folder.bytes().all(|b| b.is_ascii_hexdigit()) {
            self.loose(path, format!("{folder}{name}"))
        } else {
            Ok(())
        };
        if let Err(why) = outcome {
            self.skip(path, Vec::new(), why);
        }
    }

    /// zlib of `blob 123`, NUL, and the content.
    fn loose(&mut self, path: &Path, id: String) -> Result<(), SkipReason> {
        let file = match fs::open_regular(path) {
            Ok((file, meta)) => {
                self.budget.lies_there(stored(&meta));
                file
            }
            Err(e) if e.is_missing() => return Ok(()),
            Err(e) => return Err(SkipReason::Refused(e.reason())),
        };
        let stretch = BlockReader::new(&file, 0, &self.budget);
        let mut content = flate2::bufread::ZlibDecoder::new(stretch);
        let mut head = Vec::new();
        loop {
            let mut byte = [0];
            content.read_exact(&mut byte).map_err(|e| broken(&e))?;
            match byte {
                [0] => break,
                _ if head.len() >= 32 => return Err(damaged(words().git_not_an_object)),
                [byte] => head.push(byte),
            }
        }
        let mut parts = head.split(|b| *b == b' ');
        let kind = match parts.next() {
            Some(b"blob") => ObjectKind::Blob,
            Some(b"commit") => ObjectKind::Commit,
            Some(b"tag") => ObjectKind::Tag,
            Some(b"tree") => return Ok(()),
            _ => return Err(damaged(words().git_not_an_object)),
        };
        let size = parts
            .next()
            .and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u64>().ok())
            .ok_or_else(|| damaged(words().git_not_an_object))?;
        self.give_stream(&Object { id, kind }, content, size)
    }

    /// Stores that this one borrows objects from: `objects/info/alternates`.
    fn alternates(&mut self, objects: &Path, depth: usize) {
        let list = objects.join("info/alternates");
        let Ok(text) = fs::read(&list, MAX_LINK) else {
            return;
        };
        let lines = text.bytes.split(|b| *b == b'\n');
        for line in lines.filter(|line| !line.is_empty() && line[0] != b'#') {
            let named = objects.join(path(line));
            match named.canonicalize() {
                Err(e) => self.skip(&named, Vec::new(), SkipReason::Refused(e.to_string())),
                Ok(_) if depth >= MAX_ALTERNATES => {
                    self.skip(&named, Vec::new(), SkipReason::TooDeep);
                }
                Ok(other) if !may_lead(&list, &other) => {
                    let why = SkipReason::Refused(words().git_foreign.to_owned());
                    self.skip(&named, Vec::new(), why);
                }
                Ok(other) => self.store(&other, depth + 1),
            }
        }
    }
}

fn broken(error: &std::io::Error) -> SkipReason {
    SkipReason::Broken(error.to_string())
}

fn damaged(why: &str) -> SkipReason {
    SkipReason::Broken(why.to_owned())
}

/// Bytes of a file that lie on the disk; some file systems do not tell how many.
fn stored(meta: &std::fs::Metadata) -> u64 {
    match meta.blocks().saturating_mul(512) {
        0 => meta.len(),
        stored => stored.min(meta.len()),
    }
}

/// A file from some place on, in blocks that are wiped.
struct BlockReader<'a> {
    file: &'a std::fs::File,
    at: u64,
    block: Zeroizing<Vec<u8>>,
    used: usize,
    budget: Budget,
}

impl<'a> BlockReader<'a> {
    const BLOCK: usize = 8 << 10;

    fn new(file: &'a std::fs::File, at: u64, budget: &Budget) -> Self {
        Self {
            budget: budget.clone(),
            file,
            at,
            block: Zeroizing::new(Vec::new()),
            used: 0,
        }
    }
}

impl BufRead for BlockReader<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.used == self.block.len() {
            self.block.resize(Self::BLOCK, 0);
            let read = std::os::unix::fs::FileExt::read_at(self.file, &mut self.block, self.at)?;
            self.block.truncate(read);
            self.budget.pay(read as u64);
            (self.at, self.used) = (self.at + read as u64, 0);
        }
        Ok(&self.block[self.used..])
    }

    fn consume(&mut self, amount: usize) {
        self.used += amount;
    }
}

impl Read for BlockReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}
