//! A disk that forgets: what was done to it and not synced yet may be there after the machine stopped, or not, or in part,
//! each for itself. What was synced is there.
//!
//! Stricter than any file system in use: a sync of a file brings its bytes to the disk and not its name, a sync of a folder
//! the names in it and not what is below them, and nothing that waits holds to an order. A rename alone is whole or not at
//! all, which POSIX and every journalling file system promise.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::log::Done;

/// What the smallest piece of a disk is that is written whole.
const SECTOR: usize = 512;

/// Names a file or folder, whatever its path is.
type Id = usize;

/// What stands under a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    pub uid: u32,
    pub gid: u32,
    pub mode: u32,
    /// `None` for a folder.
    pub bytes: Option<Vec<u8>>,
}

/// Every name, and what stands there.
pub type Tree = BTreeMap<PathBuf, Node>;

/// Something that is not on the disk yet.
#[derive(Debug, Clone)]
enum Waiting {
    Name(PathBuf, Id),
    NoName(PathBuf),
    Rename(PathBuf, PathBuf, Id),
    Bytes(Id, u64, Vec<u8>),
    Length(Id, usize),
    Mode(Id, u32),
    Owner(Id, u32, u32),
}

/// What becomes of something that waits, when the machine stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Lost,
    Kept,
    /// Only its first half, by whole sectors.
    Torn,
    /// Its length, with zeros in it.
    Hollow,
}

/// The disk.
#[derive(Clone)]
pub struct Disk {
    names: BTreeMap<PathBuf, Id>,
    nodes: BTreeMap<Id, Node>,
    /// Names as the running system sees them.
    seen: BTreeMap<PathBuf, Id>,
    waiting: Vec<Waiting>,
    next: Id,
}

impl Disk {
    /// A disk on which all of this stands, synced.
    pub fn of(stands: Tree) -> Self {
        let mut disk = Self {
            names: BTreeMap::new(),
            nodes: BTreeMap::new(),
            seen: BTreeMap::new(),
            waiting: Vec::new(),
            next: 0,
        };
        for (path, node) in stands {
            disk.nodes.insert(disk.next, node);
            disk.names.insert(path, disk.next);
            disk.next += 1;
        }
        disk.seen = disk.names.clone();
        disk
    }

    /// What the running system sees: nothing is lost.
    pub fn as_seen(&self) -> Tree {
        self.after(&vec![Fate::Kept; self.waiting.len()])
    }

    /// Does one thing.
    pub fn take(&mut self, done: &Done) {
        match done {
            Done::Point(_) => {}
            Done::Made(path) => {
                if !self.seen.contains_key(path) {
                    self.make(path, 0o600, Some(Vec::new()));
                }
            }
            Done::Folder(path) => self.make(path, 0o700, None),
            Done::Wrote(path, at, bytes) => {
                let wrote = Waiting::Bytes(self.seen[path], *at, bytes.clone());
                self.waiting.push(wrote);
            }
            Done::Cut(path, length) => {
                let length = usize::try_from(*length).unwrap();
                self.waiting.push(Waiting::Length(self.seen[path], length));
            }
            Done::Mode(path, mode) => self.waiting.push(Waiting::Mode(self.seen[path], *mode)),
            Done::Owner(path, uid, gid) => {
                let owner = Waiting::Owner(self.seen[path], *uid, *gid);
                self.waiting.push(owner);
            }
            Done::Renamed(from, to) => {
                let id = self.seen.remove(from).unwrap();
                self.seen.insert(to.clone(), id);
                self.waiting
                    .push(Waiting::Rename(from.clone(), to.clone(), id));
            }
            Done::Removed(path) => {
                self.seen.remove(path);
                self.waiting.push(Waiting::NoName(path.clone()));
            }
            Done::Synced(path) => self.sync(path),
        }
    }

    fn make(&mut self, path: &Path, mode: u32, bytes: Option<Vec<u8>>) {
        // As root makes it; but what SQLite makes beside a file of the web user's is made with his rights.
        let beside = path.to_string_lossy().ends_with("-journal");
        let folder = path.parent().and_then(|parent| self.seen.get(parent));
        let owner = folder.filter(|_| beside).map(|id| &self.nodes[id]);
        let (uid, gid) = owner.map_or((0, 0), |node| (node.uid, node.gid));
        let node = Node {
            uid,
            gid,
            mode,
            bytes,
        };
        self.nodes.insert(self.next, node);
        self.seen.insert(path.to_owned(), self.next);
        self.waiting.push(Waiting::Name(path.to_owned(), self.next));
        self.next += 1;
    }

    fn sync(&mut self, path: &Path) {
        // Removed, and still open.
        let Some(synced) = self.seen.get(path).copied() else {
            return;
        };
        let is_folder = self.nodes[&synced].bytes.is_none();
        let (mut names, mut nodes) = (self.names.clone(), self.nodes.clone());
        self.waiting.retain(|waiting| {
            let now = match waiting {
                Waiting::Bytes(id, ..)
                | Waiting::Length(id, _)
                | Waiting::Mode(id, _)
                | Waiting::Owner(id, ..) => *id == synced,
                Waiting::Name(name, _) | Waiting::NoName(name) | Waiting::Rename(_, name, _) => {
                    is_folder && name.parent() == Some(path)
                }
            };
            if now {
                apply(waiting, Fate::Kept, &mut names, &mut nodes);
            }
            !now
        });
        (self.names, self.nodes) = (names, nodes);
    }

    /// Every state that this disk may be found in, as far as they are tried: all that waits is lost, is kept, has its length
    /// alone; `mixes` of chance; and with `each`, each alone is lost, kept, or written in part.
    pub fn states(
        &self,
        each: bool,
        mixes: usize,
        chance: &mut dyn FnMut() -> u64,
    ) -> BTreeSet<Tree> {
        let all = |fate| vec![fate; self.waiting.len()];
        let mut fates = vec![all(Fate::Lost), all(Fate::Kept), all(Fate::Hollow)];
        for index in (0..self.waiting.len()).filter(|_| each) {
            let but = |rest, one| {
                let mut fates = all(rest);
                fates[index] = one;
                fates
            };
            fates.push(but(Fate::Kept, Fate::Lost));
            fates.push(but(Fate::Lost, Fate::Kept));
            if let Waiting::Bytes(..) = self.waiting[index] {
                fates.push(but(Fate::Kept, Fate::Torn));
            }
        }
        for _ in 0..mixes {
            let any = [Fate::Lost, Fate::Kept, Fate::Kept, Fate::Torn];
            let mut one = || any[usize::try_from(chance() % 4).unwrap()];
            fates.push(self.waiting.iter().map(|_| one()).collect());
        }
        fates.iter().map(|fates| self.after(fates)).collect()
    }

    fn after(&self, fates: &[Fate]) -> Tree {
        let (mut names, mut nodes) = (self.names.clone(), self.nodes.clone());
        for (waiting, fate) in self.waiting.iter().zip(fates) {
            if *fate != Fate::Lost {
                apply(waiting, *fate, &mut names, &mut nodes);
            }
        }
        let folder = |path: &Path| names.get(path).map(|id| nodes[id].bytes.is_none());
        // What stands in a folder that is not there, is not there; the watched folders stand for themselves.
        let top: Vec<&PathBuf> = self
            .names
            .keys()
            .filter(|path| !self.names.contains_key(path.parent().unwrap()))
            .collect();
        let reached = |path: &PathBuf| {
            let within = |part: &&Path| top.iter().any(|top| part.starts_with(top));
            path.ancestors()
                .skip(1)
                .take_while(within)
                .all(|part| folder(part) == Some(true))
        };
        let there = names.iter().filter(|(path, _)| reached(path));
        there
            .map(|(path, id)| (path.clone(), nodes[id].clone()))
            .collect()
    }
}

fn apply(
    waiting: &Waiting,
    fate: Fate,
    names: &mut BTreeMap<PathBuf, Id>,
    nodes: &mut BTreeMap<Id, Node>,
) {
    match waiting {
        Waiting::Name(path, id) => {
            names.insert(path.clone(), *id);
        }
        Waiting::NoName(path) => {
            names.remove(path);
        }
        Waiting::Rename(from, to, id) => {
            if names.get(from) == Some(id) {
                names.remove(from);
            }
            names.insert(to.clone(), *id);
        }
        Waiting::Mode(id, mode) => nodes.get_mut(id).unwrap().mode = *mode,
        Waiting::Owner(id, uid, gid) => {
            let node = nodes.get_mut(id).unwrap();
            (node.uid, node.gid) = (*uid, *gid);
        }
        Waiting::Length(id, length) => {
            let bytes = nodes.get_mut(id).unwrap().bytes.as_mut().unwrap();
            bytes.resize(*length, 0);
        }
        Waiting::Bytes(id, at, written) => {
            let bytes = nodes.get_mut(id).unwrap().bytes.as_mut().unwrap();
            let at = usize::try_from(*at).unwrap();
            let end = at + written.len();
            bytes.resize(bytes.len().max(end), 0);
            match fate {
                Fate::Hollow => bytes[at..end].fill(0),
                Fate::Torn => {
                    let half = match written.len() / 2 {
                        small @ ..SECTOR => small,
                        half => half / SECTOR * SECTOR,
                    };
                    bytes[at..at + half].copy_from_slice(&written[..half]);
                }
                _ => bytes[at..end].copy_from_slice(written),
            }
        }
    }
}

/// Names a state, for those that were tried already.
pub fn digest(tree: &Tree) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    tree.hash(&mut hasher);
    hasher.finish()
}

/// What stands below these folders now.
pub fn tree(folders: &[PathBuf]) -> Tree {
    let entries = folders.iter().flat_map(walkdir::WalkDir::new).flatten();
    let node = |entry: walkdir::DirEntry| {
        let meta = entry.metadata().unwrap();
        let bytes = meta.is_file().then(|| std::fs::read(entry.path()).unwrap());
        assert!(
            meta.is_file() || meta.is_dir(),
            "{}",
            entry.path().display()
        );
        let node = Node {
            uid: meta.uid(),
            gid: meta.gid(),
            mode: meta.mode() & 0o7777,
            bytes,
        };
        (entry.into_path(), node)
    };
    entries.map(node).collect()
}

/// Makes what stands below these folders as it is in the tree.
pub fn lay_out(folders: &[PathBuf], wanted: &Tree) {
    let now = tree(folders);
    for (path, node) in now.iter().rev() {
        if wanted.get(path) != Some(node) && !folders.contains(path) {
            let same_kind = wanted
                .get(path)
                .is_some_and(|other| other.bytes.is_none() && node.bytes.is_none());
            match node.bytes {
                _ if same_kind => {}
                Some(_) => std::fs::remove_file(path).unwrap(),
                None => std::fs::remove_dir(path).unwrap(),
            }
        }
    }
    for (path, node) in wanted {
        if now.get(path) == Some(node) {
            continue;
        }
        match &node.bytes {
            Some(bytes) => std::fs::write(path, bytes).unwrap(),
            None => std::fs::create_dir_all(path).unwrap(),
        }
        std::os::unix::fs::chown(path, Some(node.uid), Some(node.gid)).unwrap();
        let mode = std::fs::Permissions::from_mode(node.mode);
        std::fs::set_permissions(path, mode).unwrap();
    }
}
