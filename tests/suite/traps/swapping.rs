//! A web user who swaps things under our hands, as fast as he can, while we read and write thousands of times.

use std::os::unix::fs::{chown, lchown, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use freescout_rescue::io::fs;
use rustix::fs::{CWD, FileType, Mode, RenameFlags};

use super::WEB;
use crate::cli::state;
use crate::not_tried::as_root;

const ROUNDS: usize = 4000;
const INSIDE: &[u8] = b"what the web user may let us read";
const OUTSIDE: &[u8] = b"what belongs to root alone";

/// A web root with a folder `cache`, and a folder of root's with files of the same names.
struct Ground {
    folder: tempfile::TempDir,
}

impl Ground {
    fn new() -> Self {
        let ground = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for folder in ["web", "web/cache", "root"] {
            std::fs::create_dir(ground.path(folder)).unwrap();
        }
        std::fs::write(ground.path("web/cache/.env"), INSIDE).unwrap();
        std::fs::write(ground.path("root/.env"), OUTSIDE).unwrap();
        for given in ["web", "web/cache", "web/cache/.env"] {
            chown(ground.path(given), Some(WEB), Some(WEB)).unwrap();
        }
        ground
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A link of the web user's, ready to be put in place.
    fn link(&self, name: &str, target: &str) -> PathBuf {
        let link = self.path(name);
        symlink(self.path(target), &link).unwrap();
        lchown(&link, Some(WEB), Some(WEB)).unwrap();
        link
    }
}

/// Two names change places in one step.
fn exchange(a: &Path, b: &Path) {
    // What was not there a moment ago comes back the next.
    let _ = rustix::fs::renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE);
}

struct Stopping<'a>(&'a AtomicBool);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Swaps until told to stop, while `work` is done [`ROUNDS`] times. How often it succeeded.
fn meanwhile(swap: impl Fn() + Sync, mut work: impl FnMut() -> bool) -> usize {
    let (stop, swaps) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                swap();
                swaps.fetch_add(1, Ordering::Relaxed);
            }
        });
        // Also when a round fails: the swapping would never end.
        let stopping = Stopping(&stop);
        let mut done = 0;
        // A busy machine may let one of the two run alone for a while.
        let mut rounds = 0;
        while rounds < ROUNDS || swaps.load(Ordering::Relaxed) < ROUNDS {
            done += usize::from(work());
            rounds += 1;
        }
        drop(stopping);
        assert!(done < rounds, "nothing was ever refused in {rounds} rounds");
        done
    })
}

#[test]
fn what_is_swapped_while_we_read_never_shows_us_what_lies_outside() {
    if !as_root("files swapped while they are read") {
        return;
    }
    let read = |ground: &Ground| {
        let path = ground.path("web/cache/.env");
        move || match fs::read(&path, 1 << 10) {
            Ok(file) => {
                assert_eq!(&**file.bytes, INSIDE, "something from outside was read");
                assert_eq!(file.attributes.uid, WEB);
                true
            }
            Err(_) => false,
        }
    };
    // The file: a link, a folder, a FIFO in turn.
    let ground = Ground::new();
    let link = ground.link("web/link", "root/.env");
    std::fs::create_dir(ground.path("web/folder")).unwrap();
    let fifo = ground.path("web/fifo");
    rustix::fs::mknodat(CWD, &fifo, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
    let env = ground.path("web/cache/.env");
    let folder = ground.path("web/folder");
    let done = meanwhile(
        || {
            for trap in [&link, &folder, &fifo] {
                exchange(&env, trap);
                exchange(&env, trap);
            }
        },
        read(&ground),
    );
    assert!(done > 0, "nothing was ever read");
    // The folder above it: a link to root's, which holds a file of that name; and root's own link swapped for another.
    let ground = Ground::new();
    let link = ground.link("web/link", "root");
    let cache = ground.path("web/cache");
    let done = meanwhile(|| exchange(&cache, &link), read(&ground));
    assert!(done > 0, "nothing was ever read");
    let ground = Ground::new();
    std::fs::rename(ground.path("web/cache"), ground.path("web/real")).unwrap();
    symlink(ground.path("web/real"), ground.path("web/cache")).unwrap();
    let link = ground.link("web/link", "root");
    let cache = ground.path("web/cache");
    let done = meanwhile(|| exchange(&cache, &link), read(&ground));
    assert!(done > 0, "nothing was ever read");
}

#[test]
fn what_is_swapped_while_we_write_never_leads_us_outside() {
    if !as_root("files swapped while they are written") {
        return;
    }
    for below in [false, true] {
        let ground = Ground::new();
        let outside = state(&ground.path("root"));
        let link = ground.link("web/link", "root");
        let file_link = ground.link("web/file-link", "root/.env");
        let (cache, env) = (ground.path("web/cache"), ground.path("web/cache/.env"));
        let swap = || {
            exchange(&cache, &link);
            exchange(&cache, &link);
            exchange(&env, &file_link);
            exchange(&env, &file_link);
        };
        let done = meanwhile(swap, || {
            if below {
                let parts = ["cache", "ee", "entry"];
                return fs::write_below(&ground.path("web"), &parts, b"written").is_ok();
            }
            let Ok(read) = fs::read(&env, 1 << 10) else {
                return false;
            };
            assert_eq!(&**read.bytes, INSIDE);
            fs::write_new(&env, INSIDE, &read.attributes).is_ok()
                && fs::remove(&cache.join("not-there")).is_ok()
        });
        assert!(done > 0, "nothing was ever written");
        assert_eq!(state(&ground.path("root")), outside, "written outside");
        let names = |folder: &str| std::fs::read_dir(ground.path(folder)).unwrap().count();
        assert_eq!(names("root"), 1, "something was made outside");
    }
}
