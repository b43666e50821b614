//! The way through folders: what is read, and what is left alone unless the operator names it himself.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};

use zeroize::Zeroizing;

use super::SkipReason;
use super::reading::{Opened, SMALL, Search};
use crate::io::{backup, files, git};

/// Files that are opened before it is their turn: while one thread looks through a file, another reads the next.
const AHEAD: usize = 64;

/// What the walk meets.
enum Met {
    File(PathBuf, Result<Option<Opened>, SkipReason>),
    LeftOut(PathBuf, SkipReason),
    /// A folder of git's objects.
    Store(PathBuf),
}

/// Standard input, as the operator names it.
const STDIN: &str = "-";
/// Folders that are not files on a disk.
const NOT_ON_DISK: [&str; 3] = ["/proc", "/sys", "/dev"];

/// Numbers of file systems (statfs(2)) that hold no files of their own: proc, sysfs, cgroup, cgroup2, tracefs, debugfs,
/// devpts, securityfs, bpf, efivarfs, configfs.
const NO_FILES: [u64; 11] = [
    0x9fa0,
    0x6265_6572,
    0x0027_e0eb,
    0x6367_7270,
    0x7472_6163,
    0x6462_6720,
    0x1cd1,
    0x7363_6673,
    0xcafe_4a11,
    0xde5e_81e4,
    0x6265_6570,
];
/// Those of other machines, or fed by a program: NFS, SMB, CIFS, SMB2, 9p, FUSE, AFS, Ceph, Coda, OCFS2, GFS2, Lustre.
const NETWORK: [u64; 12] = [
    0x6969,
    0x517b,
    0xff53_4d42,
    0xfe53_4d42,
    0x0102_1997,
    0x6573_5546,
    0x5346_414f,
    0x00c3_6400,
    0x7375_7245,
    0x7461_636f,
    0x0116_1970,
    0x0bd0_0bd0,
];

/// What lies on a file system.
#[derive(Clone, Copy)]
enum Mount {
    Files,
    Network,
    NoFiles,
}

impl Mount {
    fn of(folder: &Path) -> Self {
        let Ok(said) = rustix::fs::statfs(folder) else {
            return Mount::Files;
        };
        // The type of this number differs by processor; each magic number has 32 bits.
        #[allow(clippy::cast_sign_loss, clippy::unnecessary_cast)]
        let magic = said.f_type as u64 & 0xffff_ffff;
        if NETWORK.contains(&magic) {
            Mount::Network
        } else if NO_FILES.contains(&magic) {
            Mount::NoFiles
        } else {
            Mount::Files
        }
    }
}

impl Search<'_> {
    pub(super) fn root(&mut self, root: &Path) {
        if root == Path::new(STDIN) {
            return match files::stdin() {
                Ok(mut stdin) => self.input(&mut stdin),
                Err(e) => self.skip(root, &[], SkipReason::Refused(e.to_string())),
            };
        }
        // The operator's own link is followed, so that everything below has its real path.
        let root = match std::fs::canonicalize(root) {
            Ok(root) => root,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return self.skip(root, &[], SkipReason::Missing);
            }
            Err(e) => return self.skip(root, &[], SkipReason::Refused(e.to_string())),
        };
        if let Some(store) = git::store_of(&root) {
            return self.git(store);
        }
        let device = match std::fs::symlink_metadata(&root) {
            Ok(meta) if meta.is_dir() => meta.dev(),
            Ok(meta) if meta.file_type().is_block_device() => return self.disk(&root),
            _ => {
                match open(&root) {
                    Ok(Some(open)) => self.opened(&root, open),
                    Ok(None) => self.skip(&root, &[], SkipReason::Missing),
                    Err(why) => self.skip(&root, &[], why),
                }
                return;
            }
        };
        let done = std::mem::take(&mut self.done);
        std::thread::scope(|scope| {
            let (sender, met) = sync_channel(AHEAD);
            let (from, done) = (&root, &done);
            scope.spawn(move || walk(from, device, done, &sender));
            for met in met {
                if (self.cancel)() {
                    break;
                }
                match met {
                    Met::File(path, Ok(Some(open))) => self.opened(&path, open),
                    // Gone since the folder was listed: nothing to read, nothing to say.
                    Met::File(_, Ok(None)) => {}
                    Met::Store(store) => self.git(&store),
                    Met::File(path, Err(why)) | Met::LeftOut(path, why) => {
                        self.skip(&path, &[], why);
                    }
                }
            }
        });
        self.done = done;
        self.done.push(root);
    }
}

/// Walks ahead and opens what it meets, until nobody wants to know any more.
fn walk(root: &Path, device: u64, done: &[PathBuf], sender: &SyncSender<Met>) {
    let mut mounts = HashMap::from([(device, Mount::Files)]);
    let mut left_out: Vec<Met> = Vec::new();
    let mut enter = |entry: &walkdir::DirEntry| {
        if entry.depth() == 0 || !entry.file_type().is_dir() {
            return true;
        }
        let path = entry.path();
        if let Some(store) = git::store_of(path) {
            left_out.push(Met::Store(store.to_owned()));
            return false;
        }
        if NOT_ON_DISK.iter().any(|p| path == Path::new(p)) || done.iter().any(|d| path == d) {
            return false;
        }
        let why = match entry.metadata() {
            Ok(meta) => match mounts.entry(meta.dev()).or_insert_with(|| Mount::of(path)) {
                Mount::NoFiles => return false,
                Mount::Network => SkipReason::Network,
                Mount::Files if backup::is_backup(path) => SkipReason::OwnBackup,
                Mount::Files => return true,
            },
            // The walk says what is wrong with it.
            Err(_) => return true,
        };
        left_out.push(Met::LeftOut(path.to_owned(), why));
        false
    };
    let walk = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(&mut enter) {
        let met = match entry {
            Ok(entry) if entry.file_type().is_file() => {
                let path = entry.into_path();
                // A worktree or a submodule: its store may lie elsewhere.
                if let Some(store) = (path.file_name() == Some(OsStr::new(".git")))
                    .then(|| git::linked(&path))
                    .flatten()
                    && sender.send(Met::Store(store)).is_err()
                {
                    return;
                }
                let open = open(&path);
                Met::File(path, open)
            }
            Ok(_) => continue,
            Err(e) => {
                let path = e.path().unwrap_or(root).to_owned();
                let why = e
                    .io_error()
                    .map_or_else(|| e.to_string(), std::string::ToString::to_string);
                Met::LeftOut(path, SkipReason::Refused(why))
            }
        };
        if sender.send(met).is_err() {
            return;
        }
    }
    for met in left_out {
        if sender.send(met).is_err() {
            return;
        }
    }
}

/// Opens a file and reads its beginning. `None` when it has gone.
fn open(path: &Path) -> Result<Option<Opened>, SkipReason> {
    let refused = |e: std::io::Error| SkipReason::Refused(e.to_string());
    let (mut file, meta) = match files::open_regular(path) {
        Ok(open) => open,
        Err(e) if e.is_missing() => return Ok(None),
        Err(e) => return Err(SkipReason::Refused(e.reason())),
    };
    let small = usize::try_from(meta.len()).is_ok_and(|length| length < SMALL);
    let mut head = Zeroizing::new(Vec::new());
    if small && meta.blocks().saturating_mul(512) >= meta.len() {
        head.reserve_exact(SMALL.min(meta.len() as usize + 1));
        (&mut file)
            .take(SMALL as u64)
            .read_to_end(&mut head)
            .map_err(refused)?;
    }
    Ok(Some(Opened { file, meta, head }))
}
