//! By what an install is known: its folder, where each deploy puts a new release too.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::domain::config::container::filed;
use crate::io::container::within;

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
