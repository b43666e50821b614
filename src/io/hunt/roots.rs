//! What the operator named, one after the other; a folder by two threads.
//!
//! One thread walks and hands what it meets to the other, so many files at a time. Where the other has enough to do, the
//! one reads the next files itself and hands over what it found, in its place: the listener gets everything in the
//! order of the walk.

use std::cell::RefCell;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};

use super::cancellable_reader::CancellableReader;
use super::mounts::FileSystemKind;
use super::reading::Share;
use super::walk::{FilePlace, Met, Walk, open_root};
use super::{Candidate, HuntEvent, HuntLimits, HuntTotals, SkipReason, git};
use crate::domain::hunt::old_payloads::{Sighting, Wanted};
use crate::domain::inventory::secret::wipe_stack;
use crate::domain::key::source::Source;
use crate::io::fs::standard_input;
use crate::io::hunt::search::PartSearch;

/// Standard input, as the operator names it.
const STDIN: &str = "-";
/// Files that are handed over together.
const TOGETHER: usize = 32;
/// So many times as many may wait.
const WAITING: usize = 2;
/// Finds that are handed over together.
const FINDS: usize = 256;

/// What the walking thread hands over.
enum Handover {
    /// Not looked at yet.
    Met(Vec<Met>),
    /// What was found in files that it read itself, the last of them, and what they come to.
    Read(Vec<Find>, PathBuf, HuntTotals),
}

/// The real path of what the operator named. Where the path does not lead where its links say (`/proc/PID/root` opens
/// another root than the `/` it reads), it stays as it is.
fn real(named: &Path) -> std::io::Result<PathBuf> {
    let real = std::fs::canonicalize(named);
    let number = |path: &Path| std::fs::metadata(path).ok().map(|m| (m.dev(), m.ino()));
    let meant = number(named);
    match real {
        Ok(real) if meant.is_none() || number(&real) == meant => Ok(real),
        Err(e) if meant.is_none() => Err(e),
        // The dot is a folder's own name: the link before it is followed.
        Ok(_) | Err(_) if named.is_dir() => std::path::absolute(named).map(|path| path.join(".")),
        Ok(_) | Err(_) => std::path::absolute(named),
    }
}

enum Find {
    Candidate(Candidate),
    Sighting(Box<Sighting>, Source),
}

impl PartSearch<'_> {
    pub(super) fn root(&mut self, root: &Path) {
        if root == Path::new(STDIN) {
            let cancel = self.cancel;
            return match standard_input::open() {
                Ok(input) if FileSystemKind::of(input.as_fd()) == FileSystemKind::NoFiles => {
                    self.skip(root, &[], SkipReason::NoFiles);
                }
                Ok(input) => self.input(&mut CancellableReader { input, cancel }),
                Err(e) => self.skip(root, &[], SkipReason::Refused(e.to_string())),
            };
        }
        if self.limits.real_files {
            return self.named_file(root);
        }
        // The operator's own link is followed, so that everything below has its real path.
        let root = match real(root) {
            Ok(root) => root,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return self.skip(root, &[], SkipReason::Missing);
            }
            Err(e) => return self.skip(root, &[], SkipReason::Refused(e.to_string())),
        };
        if let Some(store) = git::store_of(&root) {
            return self.git(store);
        }
        match std::fs::symlink_metadata(&root) {
            Ok(meta) if meta.is_dir() => self.folder(root),
            Ok(meta) if meta.file_type().is_block_device() => self.disk(&root),
            _ => self.named_file(&root),
        }
    }

    fn named_file(&mut self, path: &Path) {
        match open_root(path) {
            Ok(Some(open)) => {
                self.opened(path, open, Share::Any);
            }
            Ok(None) => self.skip(path, &[], SkipReason::Missing),
            Err(why) => self.skip(path, &[], why),
        }
    }

    fn folder(&mut self, root: PathBuf) {
        let done = std::mem::take(&mut self.done);
        match Walk::new(&root, &done) {
            Ok(walk) if self.limits.threads > 1 => self.by_two(walk),
            Ok(walk) => self.meet(walk),
            Err(why) => self.skip(&root, &[], why),
        }
        self.done = done;
        self.done.push(root);
    }

    fn meet(&mut self, all: impl IntoIterator<Item = Met>) {
        for met in all {
            if (self.cancel)() {
                return;
            }
            match met {
                Met::File(place) => {
                    self.file(&place, Share::Any);
                }
                Met::Store(store) => self.git(&store),
                Met::LeftOut(path, why) => self.skip(&path, &[], why),
                Met::Repository(_, form, _) if form.is_read_in_full() => {}
                Met::Repository(path, form, bytes) => {
                    self.skip_of(&path, &[], SkipReason::Form(form), bytes);
                }
            }
        }
    }

    /// Reads a file of the walk. `false` where it is not of this thread's share.
    fn file(&mut self, place: &FilePlace, share: Share) -> bool {
        match place.open() {
            Ok(Some(open)) => return self.opened(&place.path, open, share),
            // Gone since the folder was listed: nothing to read, nothing to say.
            Ok(None) => {}
            Err(why) => self.skip(&place.path, &[], why),
        }
        true
    }

    fn by_two(&mut self, walk: Walk<'_>) {
        let over = AtomicBool::new(false);
        let (limits, wanted) = (self.limits, self.wanted);
        std::thread::scope(|scope| {
            let (sender, parts) = sync_channel(WAITING);
            let over = &over;
            scope.spawn(move || {
                walk_ahead(walk, limits, wanted, over, &sender);
                wipe_stack();
            });
            for part in parts {
                match part {
                    Handover::Met(all) => self.meet(all),
                    Handover::Read(finds, last, looked) => self.heard(finds, &last, looked),
                }
                if (self.cancel)() {
                    break;
                }
            }
            over.store(true, Ordering::Relaxed);
        });
    }

    /// What the other thread found.
    fn heard(&mut self, finds: Vec<Find>, last: &Path, looked: HuntTotals) {
        for find in finds {
            (self.on)(match find {
                Find::Candidate(candidate) => HuntEvent::Candidate(candidate),
                Find::Sighting(sighting, source) => HuntEvent::Sighting(sighting, source),
            });
        }
        self.looked.files += looked.files;
        self.looked.bytes += looked.bytes;
        for skipped in looked.skipped {
            self.looked.skip(skipped, &self.limits);
        }
        self.looked.skipped_more += looked.skipped_more;
        self.progress(last);
    }
}

/// Hands over what the walk meets; what nobody takes yet is read here.
fn walk_ahead(
    walk: Walk<'_>,
    limits: HuntLimits,
    wanted: &Wanted,
    over: &AtomicBool,
    sender: &SyncSender<Handover>,
) {
    let cancel = || over.load(Ordering::Relaxed);
    let finds = RefCell::new(Vec::new());
    let mut on = |event: HuntEvent<'_>| {
        let find = match event {
            HuntEvent::Candidate(candidate) => Find::Candidate(candidate),
            HuntEvent::Sighting(sighting, source) => Find::Sighting(sighting, source),
            HuntEvent::Progress { .. } => return,
        };
        finds.borrow_mut().push(find);
        if finds.borrow().len() >= FINDS {
            // Where nobody listens any more, the search is over soon.
            let part = Handover::Read(finds.take(), PathBuf::new(), HuntTotals::default());
            let _ = sender.send(part);
        }
    };
    let mut search = PartSearch::new(limits, wanted, &cancel, &mut on);
    let mut together = Vec::with_capacity(TOGETHER);
    for met in walk {
        together.push(met);
        if together.len() < TOGETHER {
            continue;
        }
        let all = std::mem::replace(&mut together, Vec::with_capacity(TOGETHER));
        let all = match sender.try_send(Handover::Met(all)) {
            Err(TrySendError::Full(Handover::Met(all))) => all,
            Ok(()) => continue,
            Err(_) => return,
        };
        let mut last = PathBuf::new();
        for met in all {
            let left = match met {
                Met::File(place) if search.file(&place, Share::Plain) => {
                    last = place.path;
                    continue;
                }
                other => other,
            };
            let looked = std::mem::take(&mut search.looked);
            let parts = [
                Handover::Read(finds.take(), std::mem::take(&mut last), looked),
                Handover::Met(vec![left]),
            ];
            if parts.into_iter().any(|part| sender.send(part).is_err()) {
                return;
            }
        }
        let looked = std::mem::take(&mut search.looked);
        if sender
            .send(Handover::Read(finds.take(), last, looked))
            .is_err()
        {
            return;
        }
    }
    let _ = sender.send(Handover::Met(together));
}
