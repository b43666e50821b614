//! Where we keep what must outlast a session: backups, the journal, locks, bookmarks, and keys in a safe.

pub mod backup;
pub mod digest_secret;
pub mod journal;
pub mod lock;
pub mod passphrase;
pub mod passwords;
pub mod safe;
mod served;
pub mod spare;
pub mod watch_settings;

use std::ffi::OsStr;
use std::ops::Deref;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::Access;

use crate::io::fs::{self, trust};
use crate::io::install;
use crate::io::os::accounts;
use crate::io::state::backup::BackupError;
use crate::words::untrusted::Sanitise;
pub use served::{Served, is_in_install, served};

/// A path that means the same wherever it is read again: in a command that we print, in the journal, in a manifest.
///
/// Its links stay as they are: a name that the operator gave is the name they will look for. Only what `..` goes back through
/// is resolved: typed within a release of a deploy, it would lead through that release, which the next one removes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsolutePath(PathBuf);

impl AbsolutePath {
    /// The path as seen from the current folder.
    ///
    /// # Errors
    /// The system's, when the path is empty, or relative to a current folder that is gone.
    pub fn new(path: impl AsRef<Path>) -> std::io::Result<Self> {
        let path = std::path::absolute(path)?;
        let mut parts = path.components();
        let mut below = PathBuf::new();
        while let Some(last) = parts.next_back() {
            if last == Component::ParentDir {
                let through = std::fs::canonicalize(parts.as_path().join(".."));
                // What is not there yet is made as it was named.
                return Ok(Self(
                    through.map_or(path.clone(), |through| through.join(below)),
                ));
            }
            below = match below.as_os_str().is_empty() {
                true => PathBuf::from(last.as_os_str()),
                false => Path::new(last.as_os_str()).join(below),
            };
        }
        Ok(Self(path))
    }

    /// What lies below it.
    #[must_use]
    pub fn join(&self, below: &str) -> Self {
        Self(self.0.join(below.trim_start_matches('/')))
    }
}

impl Sanitise for AbsolutePath {
    fn sanitised(&self) -> String {
        self.0.sanitised()
    }
}

impl Deref for AbsolutePath {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for AbsolutePath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<OsStr> for AbsolutePath {
    fn as_ref(&self) -> &OsStr {
        self.0.as_os_str()
    }
}

/// Name of our folder, wherever it lies.
const NAME: &str = "freescout-rescue";

/// Our state folder when nobody names one: of [`usual`] and those that take its place, the first that was used before,
/// else the first that can be made. Where none can, the usual one, so that it is said what is wrong with it.
pub fn default() -> AbsolutePath {
    chosen(&places(&Surroundings::of_this_process()))
}

/// The folder that needs no naming: `/var/lib/freescout-rescue` as root, `$XDG_STATE_HOME/freescout-rescue` (or
/// `~/.local/state/freescout-rescue`) as anybody else.
pub fn usual() -> AbsolutePath {
    let mut places = places(&Surroundings::of_this_process());
    places.swap_remove(0)
}

/// What the choice of a folder depends on.
struct Surroundings {
    uid: u32,
    state_home: Option<PathBuf>,
    home: Option<PathBuf>,
    /// The home that the system's list of users names: `HOME` may be unset, or somebody else's.
    listed_home: Option<PathBuf>,
}

impl Surroundings {
    fn of_this_process() -> Self {
        let uid = rustix::process::geteuid().as_raw();
        let variable = |name| std::env::var_os(name).map(PathBuf::from);
        Self {
            uid,
            state_home: variable("XDG_STATE_HOME"),
            home: variable("HOME"),
            listed_home: accounts::user(uid).map(|user| user.home),
        }
    }
}

/// Where our folder may lie, the best place first. Never `/tmp`, which is emptied at every start of the machine; the last
/// is a folder that every account has, and that outlasts one.
fn places(around: &Surroundings) -> Vec<AbsolutePath> {
    let root = (around.uid == 0).then(|| PathBuf::from("/var/lib").join(NAME));
    let state_home = around.state_home.iter().cloned();
    let homes = around.home.iter().chain(&around.listed_home);
    let states = state_home.chain(homes.map(|home| home.join(".local/state")));
    let last = PathBuf::from(format!("/var/tmp/{NAME}-{}", around.uid));
    let all = root
        .into_iter()
        .chain(states.map(|state| state.join(NAME)))
        .chain([last]);
    all.filter(|path| path.is_absolute())
        .map(AbsolutePath)
        .collect()
}

fn chosen(places: &[AbsolutePath]) -> AbsolutePath {
    // Somebody else may have made a folder of that name where everybody may.
    let used = |path: &&AbsolutePath| {
        std::fs::symlink_metadata(path.0.join(crate::io::state::journal::FILE)).is_ok()
            && trust::require_closed(path).is_ok()
    };
    let found = places.iter().find(used);
    let found = found.or_else(|| places.iter().find(|path| require_usable(path).is_ok()));
    found.unwrap_or(&places[0]).clone()
}

/// Whether this folder is there and may be written to, or can be made, where nobody else can change it. Nothing is written.
///
/// # Errors
/// What stands against it.
pub fn require_usable(path: &AbsolutePath) -> Result<(), BackupError> {
    backup::require_reached(path)?;
    let there = trust::existing(path);
    trust::require_closed(&there)?;
    // What is no folder is recognised by the dot below it.
    rustix::fs::access(there.join("."), Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|e| BackupError::System(there, e.into()))
}

/// Why none of the folders that would take the place of the usual one can be used, where `path` lies in that: it alone is
/// named otherwise, though another may be the one to set right. Empty for a folder that somebody named.
pub fn refused_in_place_of(path: &Path) -> Vec<BackupError> {
    refused_after(path, &places(&Surroundings::of_this_process()))
}

fn refused_after(path: &Path, places: &[AbsolutePath]) -> Vec<BackupError> {
    let Some((usual, others)) = places.split_first() else {
        return Vec::new();
    };
    if !path.starts_with(&usual.0) {
        return Vec::new();
    }
    let refused = others.iter().map(|other| require_usable(other).err());
    refused.collect::<Option<_>>().unwrap_or_default()
}

/// The folder of the backups, where no other is named.
pub fn backups_in(state_dir: &AbsolutePath) -> AbsolutePath {
    state_dir.join("backups")
}

/// The file of an install in a state folder: `what`, a name for the install, whichever release of it, and an ending.
pub fn file_of(state_dir: &Path, install: &Path, what: &str, ending: &str) -> PathBuf {
    file_of_filed(state_dir, &install::identity(install), what, ending)
}

/// The same by what the install is filed under: it may be one of a container's that is not seen from here.
pub fn file_of_filed(state_dir: &Path, identity: &Path, what: &str, ending: &str) -> PathBuf {
    let name = fs::hex(&fs::digest(identity.as_os_str().as_bytes())[..8]);
    state_dir.join(format!("{what}-{name}.{ending}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn places_of(uid: u32, home: Option<&str>, listed: Option<&str>) -> Vec<String> {
        let around = Surroundings {
            uid,
            state_home: None,
            home: home.map(PathBuf::from),
            listed_home: listed.map(PathBuf::from),
        };
        let places = places(&around).into_iter();
        places
            .map(|path| path.0.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn without_a_home_it_is_not_the_folder_that_is_emptied() {
        assert_eq!(
            places_of(33, None, Some("/var/www")),
            [
                "/var/www/.local/state/freescout-rescue",
                "/var/tmp/freescout-rescue-33"
            ]
        );
        assert_eq!(
            places_of(4711, None, None),
            ["/var/tmp/freescout-rescue-4711"]
        );
        assert_eq!(
            places_of(33, Some("www"), None),
            ["/var/tmp/freescout-rescue-33"]
        );
        assert_eq!(
            places_of(0, Some("/root"), None)[0],
            "/var/lib/freescout-rescue"
        );
    }

    #[test]
    fn the_first_that_can_be_made_and_from_then_on_that_one() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| AbsolutePath::new(folder.path().join(name).join(NAME)).unwrap();
        let places = ["file", "second", "third"].map(place);
        // Nobody, root included, makes a folder below a file.
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert_eq!(chosen(&places), places[1]);
        assert_eq!(
            chosen(&places[..1]),
            places[0],
            "and it is said what is wrong with it"
        );
        std::fs::create_dir_all(&places[2]).unwrap();
        assert_eq!(
            chosen(&places),
            places[1],
            "an empty folder holds nothing of ours"
        );
        std::fs::write(places[2].0.join("journal.sqlite"), "").unwrap();
        assert_eq!(chosen(&places), places[2]);
        let open = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(&places[2], open).unwrap();
        assert_eq!(chosen(&places), places[1], "others could have put it there");
    }

    #[test]
    fn each_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| AbsolutePath::new(folder.path().join(name).join(NAME)).unwrap();
        let places = ["file", "planted"].map(place);
        std::fs::write(folder.path().join("file"), "").unwrap();
        std::fs::create_dir_all(&places[1]).unwrap();
        let open = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(&places[1], open).unwrap();
        let refused = |path: &Path| -> Vec<PathBuf> {
            let all = refused_after(path, &places);
            all.iter().map(|error| error.path().to_owned()).collect()
        };
        let (usual, planted) = (&places[0], places[1].to_path_buf());
        for within in [usual.to_path_buf(), usual.join("backups/one").to_path_buf()] {
            assert_eq!(refused(&within), std::slice::from_ref(&planted));
        }
        assert!(
            refused(Path::new("/srv/named")).is_empty(),
            "named by somebody"
        );
        let closed = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&places[1], closed).unwrap();
        assert!(refused(usual).is_empty(), "this one takes its place");
    }

    #[test]
    fn a_relative_path_is_one_of_this_folder_from_then_on() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(AbsolutePath::new("a/b").unwrap().0, here.join("a/b"));
        assert!(AbsolutePath::new("").is_err());
        let folder = tempfile::tempdir().unwrap();
        let top = std::fs::canonicalize(folder.path()).unwrap();
        std::fs::create_dir_all(top.join("releases/1")).unwrap();
        let of = |path: &str| AbsolutePath::new(top.join(path)).unwrap().0;
        assert_eq!(of("releases/1/../../state/a"), top.join("state/a"));
        assert_eq!(
            of("none/../state"),
            top.join("none/../state"),
            "nobody knows where that leads"
        );
    }
}
