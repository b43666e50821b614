//! Files that may hold a key of the install by where they stand: copies beside `.env`, beside each link that leads to the
//! real one, and beside that; and the files in which s6 keeps what a container was started with.
//!
//! Images of containers move the file that `.env` leads to (`/data/config` became `/data/config/config`) and leave the former
//! one, deploys keep it in `shared/`; the start of a container that was interrupted leaves the one it was about to put there.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Install;
use crate::io::fs::{self, FileRead};

/// As the kernel: more links one after the other are a circle.
const MAX_LINKS: usize = 40;
/// How many files of one folder are taken, and how many of its entries are looked at.
const MAX_FILES: usize = 200;
const MAX_ENTRIES: usize = 20_000;
/// Longest such file.
const MAX_VARIABLE: u64 = 64 << 10;

/// Where s6 keeps a container's environment, a file for each variable.
const S6: [&str; 2] = [
    "run/s6/container_environment",
    "var/run/s6/container_environment",
];
/// The variables that are keys, and those that name a file with one.
const KEYS: [&str; 2] = ["APP_KEY", "FREESCOUT_APP_KEY"];
const KEY_FILES: [&str; 2] = ["APP_KEY_FILE", "FREESCOUT_APP_KEY_FILE"];

impl Install {
    /// Copies of `.env`, by their names: beside it (`.env.bak`, `.env~`, `env.2019`, `.env.swp`, …), and where it is a link,
    /// beside each file that the links lead to. What lies outside of the install is read with the rights of whoever made
    /// the link: a link of the web user's must not make readable what that user may not read.
    pub fn copies_of_env(&self) -> Vec<FileRead> {
        let own = self.env_path();
        let real = self.env_file.as_ref().map(|file| file.path.clone());
        let mut found: Vec<FileRead> = Vec::new();
        let mut take = |path: &Path, as_freescout: bool| {
            let read = match as_freescout {
                true => self.read_as_freescout(path, fs::MAX_CONFIG_BYTES),
                false => fs::read(path, fs::MAX_CONFIG_BYTES),
            };
            if let Ok(file) = read
                && real.as_ref() != Some(&file.path)
                && found.iter().all(|known| known.path != file.path)
            {
                found.push(file);
            }
        };
        for path in copies(&self.root, OsStr::new("env")) {
            if path != own {
                take(&path, false);
            }
        }
        for hop in hops(&own) {
            for path in hop.copies() {
                take(&path, !hop.by_root);
            }
        }
        found
    }
}

/// What a link leads to.
struct Hop {
    /// What it names; it need not be there.
    target: PathBuf,
    /// Whether all links up to here are root's, or ours.
    by_root: bool,
}

impl Hop {
    /// The copies beside what the link names: of the same name, or of the folder's where a folder took the place of a file.
    fn copies(&self) -> Vec<PathBuf> {
        let Some((folder, name)) = self.target.parent().zip(self.target.file_name()) else {
            return Vec::new();
        };
        let mut found = copies(folder, name);
        found.extend(copies(folder, OsStr::new("env")));
        // A file became a folder of that name, or the other way round.
        if self.target.is_dir() {
            found.extend(copies(&self.target, name));
            found.extend(copies(&self.target, OsStr::new("env")));
        }
        if folder.file_name() == Some(name)
            && let Some(above) = folder.parent()
        {
            found.extend(copies(above, name));
        }
        found.retain(|path| *path != self.target);
        found
    }
}

/// Where a link leads, link after link.
fn hops(link: &Path) -> Vec<Hop> {
    let we = rustix::process::geteuid().as_raw();
    let (mut hops, mut at, mut by_root) = (Vec::new(), link.to_owned(), true);
    for _ in 0..MAX_LINKS {
        let Ok(meta) = std::fs::symlink_metadata(&at) else {
            break;
        };
        let Ok(target) = std::fs::read_link(&at) else {
            break;
        };
        by_root &= [0, we].contains(&meta.uid());
        let folder = at.parent().unwrap_or(Path::new("/"));
        // The folders on the way without their links, so that `..` is what the system takes it for.
        let target = folder.join(target);
        let named = target.file_name().map(OsStr::to_owned);
        let folder = target.parent().and_then(|p| p.canonicalize().ok());
        let Some(target) = folder.zip(named).map(|(folder, name)| folder.join(name)) else {
            break;
        };
        at.clone_from(&target);
        hops.push(Hop { target, by_root });
    }
    hops
}

/// The files of a folder whose names begin so, dots and the like in front aside.
fn copies(folder: &Path, name: &OsStr) -> Vec<PathBuf> {
    let bare = |name: &OsStr| -> Vec<u8> {
        let mut bytes = name.as_bytes().to_ascii_lowercase();
        let from = bytes.iter().position(|b| !b".#".contains(b));
        bytes.drain(..from.unwrap_or(bytes.len()));
        bytes
    };
    let wanted = bare(name);
    let staged = bare(OsStr::new(fs::STAGED_NAME));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.take(MAX_ENTRIES).filter(|entry| {
        let name = bare(&entry.file_name());
        // Beside `.env` an interrupted run leaves the new one, with its key in it.
        !wanted.is_empty() && name.starts_with(&wanted) || name.starts_with(&staged)
    });
    let paths = named
        .map(|entry| entry.path())
        .filter(|path| path.is_file());
    let mut paths: Vec<PathBuf> = paths.take(MAX_FILES).collect();
    paths.sort();
    paths
}

/// The files of s6 that hold a key, on the system whose files lie below this folder, and those that such files name: a
/// container's start writes `FREESCOUT_APP_KEY` into `.env`.
pub fn container_keys(system: &Path) -> Vec<FileRead> {
    let mut found: Vec<FileRead> = Vec::new();
    let mut take = |path: &Path| {
        if let Ok(file) = fs::read(path, MAX_VARIABLE)
            && found.iter().all(|known| known.path != file.path)
        {
            found.push(file);
        }
    };
    for folder in S6.map(|folder| system.join(folder)) {
        KEYS.iter().for_each(|name| take(&folder.join(name)));
        for name in KEY_FILES {
            let Ok(file) = fs::read(&folder.join(name), MAX_VARIABLE) else {
                continue;
            };
            let named = PathBuf::from(OsString::from(OsStr::from_bytes(file.bytes.trim_ascii())));
            if let Ok(path) = named.strip_prefix("/") {
                take(&system.join(path));
            }
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn write(path: &Path) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }

    /// The copies that the links lead to, below a folder.
    fn beside(root: &Path, env: &str) -> Vec<String> {
        let mut found: Vec<String> = hops(&root.join(env))
            .iter()
            .flat_map(Hop::copies)
            .map(|path| {
                path.strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn copies_are_looked_for_beside_what_each_link_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in [
            "data/config/config",
            "data/config/config.migrate_tmp",
            "data/config/.env.tmp.4711",
            "data/config.bak",
            "data/other",
            "app/shared/.env",
            "app/shared/.env.bak",
            "app/releases/3/artisan",
        ] {
            write(&root.join(name));
        }
        std::fs::create_dir_all(root.join("www/html")).unwrap();
        symlink(root.join("data/config/config"), root.join("www/html/.env")).unwrap();
        assert_eq!(
            beside(&root, "www/html/.env"),
            [
                "data/config.bak",
                "data/config/.env.tmp.4711",
                "data/config/config.migrate_tmp"
            ]
        );
        // The link of the former image, which knew a file and no folder.
        std::fs::remove_file(root.join("www/html/.env")).unwrap();
        symlink(root.join("data/config"), root.join("www/html/.env")).unwrap();
        assert_eq!(
            beside(&root, "www/html/.env"),
            [
                "data/config.bak",
                "data/config/.env.tmp.4711",
                "data/config/config",
                "data/config/config.migrate_tmp"
            ]
        );
        symlink("../../shared/.env", root.join("app/releases/3/.env")).unwrap();
        assert_eq!(
            beside(&root, "app/releases/3/.env"),
            ["app/shared/.env.bak"]
        );
        // Also where the file itself is gone.
        std::fs::remove_file(root.join("app/shared/.env")).unwrap();
        assert_eq!(
            beside(&root, "app/releases/3/.env"),
            ["app/shared/.env.bak"]
        );
        symlink("circle", root.join("circle")).unwrap();
        assert_eq!(beside(&root, "circle"), [""; 0]);
    }

    #[test]
    fn what_a_container_was_started_with_holds_keys() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let paths = || -> Vec<PathBuf> {
            let found = container_keys(root).into_iter();
            found.map(|file| file.path).collect()
        };
        assert_eq!(paths(), [""; 0].map(PathBuf::from));
        let s6 = root.join("run/s6/container_environment");
        write(&s6.join("FREESCOUT_APP_KEY"));
        write(&s6.join("DB_PASS"));
        write(&root.join("run/secrets/key"));
        std::fs::write(s6.join("APP_KEY_FILE"), "/run/secrets/key\n").unwrap();
        assert_eq!(
            paths(),
            [s6.join("FREESCOUT_APP_KEY"), root.join("run/secrets/key")]
        );
    }
}
