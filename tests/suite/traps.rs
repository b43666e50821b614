//! Traps under the web root, laid by the web user for a program that runs as root. Only root can play both parts: as
//! anybody else these tests say so, and check what a plain account can.

mod databases;
mod programs;
mod rights;
mod swapping;

use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode};

use crate::cli::{Bench, Outcome, state};
use crate::not_tried::as_root;

/// The web user of these tests, who owns nothing else.
pub const WEB: u32 = 65534;
/// Another account of the machine.
const OTHER: u32 = 12345;
/// What a trap would like to be read or written.
const SECRET: &str = "APP_KEY=base64:U0VDUkVUU0VDUkVUU0VDUkVUU0VDUkVUU0VDUkVUU0U=\n";

/// Gives a whole tree away.
fn give(folder: &Path, owner: u32) {
    for entry in walkdir::WalkDir::new(folder) {
        lchown(entry.unwrap().path(), Some(owner), Some(owner)).unwrap();
    }
}

impl Bench {
    /// An install that belongs to the web user, without a cached config: `.env` counts.
    fn of_web_user() -> Self {
        let bench = Self::new();
        std::fs::remove_file(bench.install().join("bootstrap/cache/config.php")).unwrap();
        give(&bench.install(), WEB);
        // He can enter it.
        for folder in [bench.folder.path(), &bench.path("demo")] {
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        bench
    }

    fn env(&self) -> PathBuf {
        self.install().join(".env")
    }

    /// A file of root's outside the install, closed to others.
    fn secret(&self) -> PathBuf {
        let path = self.path("secret");
        std::fs::write(&path, SECRET).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// A link of the web user's.
    fn trap(&self, target: &Path, link: &Path) {
        symlink(target, link).unwrap();
        lchown(link, Some(WEB), Some(WEB)).unwrap();
    }

    fn recover_with(&self, more: &[&str]) -> Outcome {
        let (install, backups, look_in) = (
            self.install(),
            self.path("backups"),
            self.path("demo/old-server"),
        );
        let arguments = [
            "recover",
            "--yes",
            "--no-test",
            "--look-in",
            look_in.to_str().unwrap(),
            install.to_str().unwrap(),
        ];
        let backup_dir = ["--backup-dir", backups.to_str().unwrap()];
        let backup_dir = if more.contains(&"--backup-dir") {
            &[][..]
        } else {
            &backup_dir
        };
        self.run(&[&arguments[..], backup_dir, more].concat())
    }
}

/// Lays a trap in place of `.env`, and what must be said of it.
type Trap<'a> = (&'a str, &'a dyn Fn(&Bench), &'a [&'a str]);

#[test]
fn nothing_but_a_file_of_the_install_is_read_as_its_env() {
    if !as_root("traps in place of .env") {
        return;
    }
    let node = |bench: &Bench, kind, device| {
        rustix::fs::mknodat(CWD, bench.env(), kind, Mode::from_raw_mode(0o644), device).unwrap();
        chown(bench.env(), Some(WEB), Some(WEB)).unwrap();
    };
    let traps: [Trap<'_>; 8] = [
        (
            "a link to a file of root's",
            &|b| b.trap(&b.secret(), &b.env()),
            &[
                "/.env: a link owned by nobody to",
                "secret, which belongs to root",
                "not followed",
            ],
        ),
        (
            "a link to a link of root's",
            &|b| {
                symlink(b.secret(), b.path("harmless")).unwrap();
                b.trap(&b.path("harmless"), &b.env());
            },
            &["a link owned by nobody to", "not followed"],
        ),
        (
            "a link to a file that root alone sees in a folder of the web user's",
            &|b| {
                let folder = b.install().join("storage/mine");
                b.trap(b.folder.path(), &folder);
                b.secret();
                b.trap(&folder.join("secret"), &b.env());
            },
            &["a link owned by nobody to", "not followed"],
        ),
        (
            "a circle",
            &|b| b.trap(&b.env(), &b.env()),
            &["/.env: ", "symbolic links"],
        ),
        (
            "a FIFO",
            &|b| node(b, FileType::Fifo, 0),
            &[
                "/.env: a FIFO owned by nobody where a file should be",
                "restore the real file",
            ],
        ),
        (
            "a device",
            &|b| node(b, FileType::CharacterDevice, rustix::fs::makedev(1, 5)),
            &["/.env: a device owned by nobody"],
        ),
        (
            "a socket",
            &|b| node(b, FileType::Socket, 0),
            &["/.env: a socket owned by nobody"],
        ),
        (
            "a huge file",
            &|b| {
                let file = std::fs::File::create(b.env()).unwrap();
                file.set_len(1 << 40).unwrap();
            },
            &["/.env: larger than 8388608 bytes"],
        ),
    ];
    for (name, lay, says) in traps {
        let bench = Bench::of_web_user();
        std::fs::remove_file(bench.env()).unwrap();
        lay(&bench);
        for outcome in [bench.check(&[]), bench.recover_with(&["--no-artisan"])] {
            assert_eq!(outcome.code, 3, "{name}: {}{}", outcome.out, outcome.err);
            for text in says {
                assert!(
                    outcome.err.contains(text),
                    "{name}: {text}: {}",
                    outcome.err
                );
            }
            assert!(!outcome.err.contains("U0VDUkVU"), "{name}: {}", outcome.err);
        }
        assert!(
            !bench.path("backups").exists(),
            "{name}: a backup was begun"
        );
    }
}

/// Links on the way are judged like links in the last part.
#[test]
fn folders_of_the_install_lead_nowhere_else() {
    if !as_root("folders replaced by links") {
        return;
    }
    // The cached config: what lies in root's folder of that name is not read.
    let bench = Bench::of_web_user();
    let outside = bench.path("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(
        outside.join("config.php"),
        "<?php return ['app' => ['key' => 'SECRETSECRET']];",
    )
    .unwrap();
    let cache = bench.install().join("bootstrap/cache");
    std::fs::remove_dir_all(&cache).unwrap();
    bench.trap(&outside, &cache);
    let before = state(&outside);
    let outcome = bench.check(&[]);
    assert_eq!(outcome.code, 3, "{}", outcome.err);
    assert!(
        outcome
            .err
            .contains("bootstrap/cache: a link owned by nobody to")
            && !outcome.err.contains("SECRETSECRET"),
        "{}",
        outcome.err
    );
    assert_eq!(state(&outside), before);
    // Made root's, it is followed: the operator knows what he links to.
    lchown(&cache, Some(0), Some(0)).unwrap();
    std::fs::remove_file(outside.join("config.php")).unwrap();
    assert_eq!(bench.check(&[]).code, 2);

    // The cache that tells workers to restart.
    let bench = Bench::of_web_user();
    let outside = bench.path("outside");
    std::fs::create_dir(&outside).unwrap();
    let data = bench.install().join("storage/framework/cache/data");
    std::fs::remove_dir_all(&data).unwrap();
    bench.trap(&outside, &data);
    let outcome = bench.recover_with(&["--no-artisan"]);
    assert_eq!(outcome.code, 2, "{}{}", outcome.out, outcome.err);
    assert!(
        outcome.out.contains("could not be restarted"),
        "{}",
        outcome.out
    );
    assert_eq!(
        std::fs::read_dir(&outside).unwrap().count(),
        0,
        "written through a link"
    );

    // storage/ itself: whoever made the link is the web user then, not whom it leads to.
    let bench = Bench::of_web_user();
    let outside = bench.path("outside");
    std::fs::rename(bench.install().join("storage"), &outside).unwrap();
    give(&outside, OTHER);
    bench.trap(&outside, &bench.install().join("storage"));
    let user = freescout_rescue::io::install::web_user(&bench.install());
    assert_eq!((user.uid, user.gid), (WEB, WEB));
    // Root's own link is followed, where nothing else is his.
    give(&bench.install(), 0);
    let user = freescout_rescue::io::install::web_user(&bench.install());
    assert_eq!(
        (user.uid, user.gid),
        (OTHER, OTHER),
        "root's own link is followed"
    );
}

#[test]
fn a_second_name_of_somebody_elses_file_is_read_and_never_replaced() {
    if !as_root("hard links") {
        return;
    }
    let bench = Bench::of_web_user();
    let victim = bench.path("victim");
    std::fs::rename(bench.env(), &victim).unwrap();
    chown(&victim, Some(0), Some(0)).unwrap();
    std::fs::hard_link(&victim, bench.env()).unwrap();
    assert_eq!(bench.check(&[]).code, 2, "reading does no harm");
    let (before, text) = (bench.state(), std::fs::read(&victim).unwrap());
    let outcome = bench.recover_with(&["--no-artisan"]);
    assert_eq!(outcome.code, 1, "{}{}", outcome.out, outcome.err);
    assert!(
        outcome
            .err
            .contains("one of 2 hard links to a file of root, in a folder of nobody")
            && outcome.err.contains("replace it with a copy"),
        "{}",
        outcome.err
    );
    assert_eq!(bench.state(), before);
    assert_eq!(std::fs::read(&victim).unwrap(), text);
    // The web user's own file may have as many names as he likes: ours is put in place of one, the others stay.
    chown(&victim, Some(WEB), Some(WEB)).unwrap();
    let outcome = bench.recover_with(&["--no-artisan"]);
    assert_eq!(outcome.code, 2, "{}{}", outcome.out, outcome.err);
    assert_eq!(
        std::fs::read(&victim).unwrap(),
        text,
        "written through a hard link"
    );
    assert_ne!(std::fs::read(bench.env()).unwrap(), text);
}

#[test]
fn a_key_file_of_others_is_not_written() {
    if !as_root("key files of others") {
        return;
    }
    let key = |bench: &Bench| {
        let text = std::fs::read_to_string(bench.env()).unwrap();
        let line = text.lines().find(|l| l.starts_with("APP_KEY=")).unwrap();
        line["APP_KEY=".len()..].to_owned()
    };
    for (name, owner, plain, says) in [
        ("another user's", OTHER, false, "belongs to 12345"),
        (
            "root's, and perhaps no key",
            0,
            true,
            "may be something other than a key file",
        ),
        ("root's, and a key without doubt", 0, false, ""),
        ("the web user's", WEB, true, ""),
    ] {
        let bench = Bench::of_web_user();
        let folder = bench.path("keys");
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        let file = folder.join("machine-id");
        let held = match plain {
            // The form of /etc/machine-id.
            true => "0123456789abcdef0123456789abcdef".to_owned(),
            false => key(&bench),
        };
        std::fs::write(&file, format!("{held}\n")).unwrap();
        chown(&file, Some(owner), Some(owner)).unwrap();
        let text = std::fs::read_to_string(bench.env()).unwrap();
        let named = text.replace(&key(&bench), &format!("\nAPP_KEY_FILE={}", file.display()));
        std::fs::write(bench.env(), named).unwrap();
        let before = std::fs::read(&file).unwrap();
        let outcome = bench.recover_with(&["--no-artisan", "--strategy", "restore"]);
        if says.is_empty() {
            assert!(
                matches!(outcome.code, 0 | 2),
                "{name}: {}{}",
                outcome.out,
                outcome.err
            );
            assert_ne!(std::fs::read(&file).unwrap(), before, "{name}: not written");
            undo_waits_for_a_closed_folder(&bench, &folder, name);
            assert_eq!(std::fs::read(&file).unwrap(), before, "{name}: not undone");
        } else {
            assert_eq!(outcome.code, 1, "{name}: {}{}", outcome.out, outcome.err);
            assert!(
                outcome.err.contains(says) && outcome.err.contains("machine-id"),
                "{name}: {}",
                outcome.err
            );
            assert!(outcome.err.contains("choose the strategy carry"), "{name}");
            assert_eq!(std::fs::read(&file).unwrap(), before, "{name}: written");
        }
    }
}

/// What is put back is no plan: another strategy is no way out, a closed folder is.
fn undo_waits_for_a_closed_folder(bench: &Bench, folder: &Path, name: &str) {
    let mode = |mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(folder, mode).unwrap();
    };
    let install = bench.install();
    let backups = bench.path("backups");
    let folders = [
        "--backup-dir",
        backups.to_str().unwrap(),
        install.to_str().unwrap(),
    ];
    let undo = || bench.run(&[&["undo", "--yes"], &folders[..]].concat());
    mode(0o777);
    let refused = undo();
    assert_eq!(refused.code, 1, "{name}: {}", refused.err);
    assert!(refused.err.contains("0777"), "{name}: {}", refused.err);
    assert!(refused.err.contains("chmod"), "{name}: {}", refused.err);
    assert!(!refused.err.contains("strategy"), "{name}: {}", refused.err);
    mode(0o755);
    let undone = undo();
    assert_eq!(undone.code, 0, "{name}: {}", undone.err);
}

#[test]
fn a_backup_goes_nowhere_that_others_prepared() {
    if !as_root("backup folders of others") {
        return;
    }
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let cases: [Trap<'_>; 5] = [
        (
            "theirs",
            &|b| {
                std::fs::create_dir(b.path("theirs")).unwrap();
                chown(b.path("theirs"), Some(WEB), Some(WEB)).unwrap();
            },
            &["theirs belongs to nobody and has mode 0755"],
        ),
        (
            "theirs/new",
            &|b| {
                std::fs::create_dir(b.path("theirs")).unwrap();
                chown(b.path("theirs"), Some(WEB), Some(WEB)).unwrap();
            },
            &["theirs belongs to nobody"],
        ),
        (
            "theirs/ours",
            &|b| {
                std::fs::create_dir_all(b.path("theirs/ours")).unwrap();
                chown(b.path("theirs"), Some(WEB), Some(WEB)).unwrap();
            },
            &["theirs belongs to nobody"],
        ),
        (
            "open",
            &|b| {
                std::fs::create_dir(b.path("open")).unwrap();
                mode(&b.path("open"), 0o777);
            },
            &["open belongs to root and has mode 0777"],
        ),
        (
            "theirs/link",
            &|b| {
                std::fs::create_dir(b.path("ours")).unwrap();
                std::fs::create_dir(b.path("theirs")).unwrap();
                chown(b.path("theirs"), Some(WEB), Some(WEB)).unwrap();
                b.trap(&b.path("ours"), &b.path("theirs/link"));
            },
            &["theirs belongs to nobody"],
        ),
    ];
    for (folder, lay, says) in cases {
        let bench = Bench::of_web_user();
        lay(&bench);
        let (before, there) = (bench.state(), state(bench.folder.path()));
        let backups = bench.path(folder);
        let outcome =
            bench.recover_with(&["--no-artisan", "--backup-dir", backups.to_str().unwrap()]);
        assert!(
            matches!(outcome.code, 1 | 3),
            "{folder}: {}{}",
            outcome.out,
            outcome.err
        );
        for text in says {
            assert!(outcome.err.contains(text), "{folder}: {}", outcome.err);
        }
        assert!(
            outcome.err.contains("--backup-dir"),
            "{folder}: {}",
            outcome.err
        );
        assert_eq!(bench.state(), before);
        let new: Vec<_> = state(bench.folder.path())
            .into_keys()
            .filter(|path| !there.contains_key(path))
            .collect();
        assert!(
            new.iter().all(|path| !path.starts_with(&backups)),
            "{folder}: {new:?}"
        );
    }
}
