//! Mounts, flags and other accounts: what only root can arrange.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::world::WEB_USER;

/// Runs a program of the system that has to succeed.
pub fn run(program: &str, arguments: &[&OsStr]) {
    assert!(
        rustix::process::geteuid().is_root(),
        "these tests mount file systems, set flags and change accounts: run them as root"
    );
    let out = Command::new(program).args(arguments).output();
    let out = out.unwrap_or_else(|e| panic!("{program}: {e}"));
    assert!(
        out.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
}

/// A mount, taken away when it is dropped.
pub struct Mount(PathBuf);

impl Mount {
    pub fn of(at: &Path, arguments: &[&OsStr]) -> Self {
        run("mount", arguments);
        Self(at.to_owned())
    }

    /// A small file system in memory; what lay in the folder lies in it.
    pub fn small(at: &Path, kib: u32) -> Self {
        let aside = tempfile::tempdir().unwrap();
        let copy = |from: &Path, to: &Path| {
            run("cp", &["-aT".as_ref(), from.as_os_str(), to.as_os_str()]);
        };
        copy(at, aside.path());
        let size = format!("size={kib}k");
        let arguments = ["-t", "tmpfs", "-o", &size, "tmpfs"].map(OsStr::new);
        let mount = Self::of(at, &[&arguments[..], &[at.as_os_str()]].concat());
        copy(aside.path(), at);
        mount
    }

    /// A file or folder mounted over itself, as a container mounts a single file.
    pub fn bind(at: &Path) -> Self {
        Self::of(at, &["--bind".as_ref(), at.as_os_str(), at.as_os_str()])
    }

    /// The same, read-only.
    pub fn read_only(at: &Path) -> Self {
        let mount = Self::bind(at);
        mount.remount("remount,bind,ro");
        mount
    }

    pub fn remount(&self, how: &str) {
        run("mount", &["-o".as_ref(), how.as_ref(), self.0.as_os_str()]);
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: a program that still ends must not keep it.
        let taken = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(
            taken.is_ok_and(|status| status.success()) || std::thread::panicking(),
            "{} stays mounted",
            self.0.display()
        );
    }
}

/// Fills a file system to its last byte, until it is dropped.
pub struct Filler(PathBuf);

impl Filler {
    pub fn of(folder: &Path) -> Self {
        let path = folder.join("filler");
        let mut file = std::fs::File::create(&path).unwrap();
        for size in [1 << 16, 1 << 10, 1] {
            let block = vec![0; size];
            // The end of the room is what is looked for.
            while std::io::Write::write_all(&mut file, &block).is_ok() {}
        }
        Self(path)
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

/// A file that nobody may change, until it is dropped.
pub struct Immutable(PathBuf);

impl Immutable {
    pub fn new(path: &Path) -> Self {
        // Where the file system knows no flags, this fails, and so does the test.
        run("chattr", &["+i".as_ref(), path.as_os_str()]);
        Self(path.to_owned())
    }
}

impl Drop for Immutable {
    fn drop(&mut self) {
        run("chattr", &["-i".as_ref(), self.0.as_os_str()]);
    }
}

/// The same command, run by the web user, from a copy of the program that he may reach.
pub fn as_web_user(command: &Command, below: &Path) -> Command {
    let program = below.join("program");
    if !program.exists() {
        // By a program of its own: our next child would keep it open for writing, and it could not be run.
        run("cp", &[command.get_program(), program.as_os_str()]);
    }
    let mut theirs = Command::new(program);
    theirs.args(command.get_args()).uid(WEB_USER).gid(WEB_USER);
    theirs.current_dir("/");
    for (name, value) in command.get_envs() {
        theirs.env(name, value.unwrap_or_default());
    }
    theirs
}

/// Gives a folder and everything in it to the web user.
pub fn give(folder: &Path) {
    let owner = format!("{WEB_USER}:{WEB_USER}");
    run(
        "chown",
        &["-R".as_ref(), owner.as_ref(), folder.as_os_str()],
    );
}
