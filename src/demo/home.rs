//! The folder that a demo lives in, and those of demos that were killed before they could delete theirs.
//!
//! A demo holds a lock on a file of its folder for as long as it runs, and the system gives that back however it ends. So
//! only a folder is deleted that has the form of ours, is ours alone, and of which nobody holds the lock.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::process::geteuid;

/// What the name of such a folder begins with; letters and digits follow, as many.
const PREFIX: &str = "rescue-demo-";
const LETTERS: usize = 6;
/// The file whose lock says that a demo runs.
const LOCK: &str = "running";
/// What others than its owner may do with a file.
const OTHERS: u32 = 0o077;

/// The folder of a demo. Dropped, it is deleted with all that is in it.
pub struct DemoHome {
    folder: tempfile::TempDir,
    /// Held until the folder is gone.
    lock: File,
}

impl DemoHome {
    /// A new one, among other temporary folders. Those of demos that were killed are deleted before.
    ///
    /// # Errors
    /// What the system says when it cannot be made.
    pub fn make() -> io::Result<Self> {
        let temporary = std::env::temp_dir();
        delete_left_behind(&temporary);
        Self::make_in(&temporary)
    }

    fn make_in(temporary: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .rand_bytes(LETTERS)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(temporary)?;
        let lock = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(folder.path().join(LOCK))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Self { folder, lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Deletes it.
    ///
    /// # Errors
    /// What the system says when something of it stays.
    pub fn close(self) -> io::Result<()> {
        let Self { folder, lock } = self;
        let closed = folder.close();
        drop(lock);
        closed
    }
}

/// Deletes the folders of demos that were killed. One that cannot be deleted stays.
fn delete_left_behind(temporary: &Path) {
    let entries = std::fs::read_dir(temporary).into_iter().flatten();
    for entry in entries.flatten() {
        let is_named = entry.file_name().to_str().is_some_and(is_name_of_ours);
        let folder = is_named.then(|| entry.path());
        if let Some(lock) = folder.as_deref().and_then(left_behind) {
            // The links in it are deleted, and not what they lead to.
            let _ = std::fs::remove_dir_all(entry.path());
            drop(lock);
        }
    }
}

fn is_name_of_ours(name: &str) -> bool {
    let letters = name.strip_prefix(PREFIX);
    let is_ours = |c: char| c.is_ascii_alphanumeric();
    letters.is_some_and(|letters| letters.len() == LETTERS && letters.chars().all(is_ours))
}

/// The lock of a demo's folder that nobody else holds: it is ours alone, and no link.
fn left_behind(folder: &Path) -> Option<File> {
    let is_ours = |path: &Path| {
        let found = std::fs::symlink_metadata(path).ok()?;
        let ours = found.uid() == geteuid().as_raw() && found.mode() & OTHERS == 0;
        ours.then_some(found)
    };
    is_ours(folder).filter(std::fs::Metadata::is_dir)?;
    let file: PathBuf = folder.join(LOCK);
    is_ours(&file).filter(std::fs::Metadata::is_file)?;
    let nofollow = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(nofollow.bits()).ok()?;
    let mut options = std::fs::OpenOptions::new();
    let lock = options.write(true).custom_flags(flags).open(&file).ok()?;
    flock(&lock, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(lock)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_what_a_demo_left_behind_is_deleted() {
        let temporary = tempfile::tempdir().unwrap();
        let at = |name: &str| temporary.path().join(name);
        let made = |name: &str, mode: u32| {
            std::fs::create_dir(at(name)).unwrap();
            std::fs::set_permissions(at(name), PermissionsExt::from_mode(mode)).unwrap();
            std::fs::write(at(name).join(LOCK), "").unwrap();
            let file = at(name).join(LOCK);
            std::fs::set_permissions(file, PermissionsExt::from_mode(0o600)).unwrap();
        };
        made("rescue-demo-killed", 0o700);
        std::fs::create_dir(at("rescue-demo-killed").join("demo")).unwrap();
        made("elsewhere", 0o700);
        symlink(at("elsewhere"), at("rescue-demo-killed").join("demo/link")).unwrap();
        // Of others, or of another form.
        made("rescue-demo-shared", 0o750);
        made("rescue-demo-toolong", 0o700);
        made("rescue-demo-a.b-c_", 0o700);
        std::fs::create_dir(at("rescue-demo-nolock")).unwrap();
        std::fs::write(at("rescue-demo-afile1"), "").unwrap();
        symlink(at("elsewhere"), at("rescue-demo-alink1")).unwrap();
        let runs = DemoHome::make_in(temporary.path()).unwrap();
        delete_left_behind(temporary.path());
        assert!(!at("rescue-demo-killed").exists());
        for stays in [
            "elsewhere",
            "rescue-demo-shared",
            "rescue-demo-toolong",
            "rescue-demo-a.b-c_",
            "rescue-demo-nolock",
            "rescue-demo-afile1",
            "rescue-demo-alink1",
        ] {
            assert!(at(stays).exists(), "{stays}");
        }
        assert!(at("elsewhere").join(LOCK).exists());
        let folder = runs.path().to_owned();
        assert!(folder.join(LOCK).exists(), "it runs");
        runs.close().unwrap();
        assert!(!folder.exists());
        // One whose process is gone, as the next one finds it.
        let DemoHome { folder, lock } = DemoHome::make_in(temporary.path()).unwrap();
        let folder = folder.keep();
        drop(lock);
        delete_left_behind(temporary.path());
        assert!(!folder.exists());
    }
}
