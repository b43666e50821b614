//! By what an install is known: its folder, where each deploy puts a new release too.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, StatxFlags, statfs, statvfs, statx};

use crate::domain::config::container::filed;
use crate::domain::run::belongs::{DataId, InstallIdentity};
use crate::io::container::within;

/// File systems that put a folder together from others, or from another's answers: inodes and times in them may be those of
/// an image, and the same in all its containers (`linux/magic.h`).
const LAYERED: [u64; 2] = [0x794c_7630, 0x6573_5546];

/// What an install is filed under, in the journal and for locks: the same for every release that a deploy makes of it.
///
/// Within a container it is another one than the same folder on the host, and in other containers.
///
/// Deployer, Envoyer and their kin make a folder `releases/N` each time and turn the link `current`; then it is the folder
/// above `releases` (and beside `current`). Where `.env` is a link that leads out of the install, it is that file. Else it is the install's folder.
pub fn identity(root: &Path) -> PathBuf {
    let identity = identity_here(root);
    match within::get() {
        // No path of the host's, which are absolute.
        Some(within) => {
            let mut marked = OsString::from(filed::MARK);
            marked.push(&within.filed);
            marked.push(identity);
            PathBuf::from(marked)
        }
        None => identity,
    }
}

/// By what an install is known, in journal and backups.
pub fn identified(root: &Path) -> InstallIdentity {
    InstallIdentity {
        folder: root.to_owned(),
        filed: identity(root),
        // On a host, its path is enough.
        data: within::get().and_then(|_| data(&identity_here(root))),
    }
}

/// What tells the folder of this path, or that it lies in, from all others; `None` where nothing does for longer than its
/// container, or the image of that.
fn data(path: &Path) -> Option<DataId> {
    let folder = match path.is_dir() {
        true => path,
        false => path.parent()?,
    };
    let its = |folder: &Path, wanted| statx(CWD, folder, AtFlags::empty(), wanted).ok();
    let wanted = StatxFlags::INO | StatxFlags::BTIME | StatxFlags::MNT_ID;
    let stat = its(folder, wanted)?;
    let top = its(Path::new("/"), StatxFlags::MNT_ID)?;
    let known = |mask: u32, flags: StatxFlags| mask & flags.bits() == flags.bits();
    // What lies in the container's own layers may be a snapshot of its image's, inode and times included.
    let is_apart = known(top.stx_mask, StatxFlags::MNT_ID) && top.stx_mnt_id != stat.stx_mnt_id;
    let magic = u64::try_from(statfs(folder).ok()?.f_type).ok()?;
    // Device numbers change; this one is another for each file system, and each subvolume of Btrfs.
    let file_system = statvfs(folder).ok()?.f_fsid;
    let lasts = known(stat.stx_mask, wanted) && is_apart && file_system != 0;
    (lasts && !LAYERED.contains(&magic)).then(|| {
        let made = (stat.stx_btime.tv_sec, stat.stx_btime.tv_nsec);
        DataId::new(file_system, stat.stx_ino, made)
    })
}

/// As [`identity`], by the path alone.
fn identity_here(root: &Path) -> PathBuf {
    if let Some(app) = deployed(root) {
        return app.to_owned();
    }
    let env = root.join(".env");
    let shared = std::fs::canonicalize(&env).ok();
    let shared = shared.filter(|real| env.is_symlink() && !real.starts_with(root));
    shared.unwrap_or_else(|| root.to_owned())
}

/// How an install is best named in a command that is typed later: by the link that leads to it after the next deploy too,
/// where there is one.
pub fn lasting_name(root: &Path) -> PathBuf {
    let leads = |link: &PathBuf| match std::fs::canonicalize(link) {
        Ok(real) => real == root || !root.exists(),
        Err(_) => false,
    };
    let link = deployed(root).map(|app| app.join("current"));
    link.filter(leads).unwrap_or_else(|| root.to_owned())
}

/// The folder above `releases`, of an install that a deploy has put there.
///
/// The link `current` beside it tells a deploy's folder from one that merely is called so and holds installs of their own.
pub(super) fn deployed(root: &Path) -> Option<&Path> {
    let releases = root.parent()?;
    let app = releases.parent()?;
    let named = releases.file_name()? == "releases";
    (named && app.join("current").is_symlink()).then_some(app)
}
