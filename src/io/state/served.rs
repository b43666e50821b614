//! What the web server of an install hands out: its `public/`, what links in there lead to, and Laravel's public disk
//! (`storage/app/public`), which `php artisan storage:link` puts there sooner or later. A module puts links to its own
//! public files into `public/modules`.
//!
//! Links count whoever made them: the web server follows them with the rights of its own, as long as it may.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::io::container::within::{self, Within};
use crate::io::fs::trust;

/// Levels of folders in `public/` whose links are looked at.
const DEPTH: usize = 3;
/// So many entries of `public/` are looked at.
const MOST_ENTRIES: usize = 20_000;

/// The way by which the web server reaches a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Served {
    /// It lies in `public/`.
    Public,
    /// It lies in Laravel's public disk.
    Disk,
    /// It lies in what this link in `public/` leads to.
    Link(PathBuf),
}

/// How the web server of this install reaches a folder, be that there or not; `None` where it does not.
pub fn served(folder: &Path, install: &Path) -> Option<Served> {
    if let Some(within) = within::get().filter(|within| within.is_kept(folder)) {
        return served_from_host(folder, install, within);
    }
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let there = real(&trust::existing(folder));
    // What is not there yet is made below what is.
    let below = |served: &Path| {
        folder.starts_with(served) || {
            let existing = trust::existing(served);
            let missing = served.strip_prefix(&existing).unwrap_or(Path::new(""));
            let wanted = folder.strip_prefix(trust::existing(folder));
            let wanted = there.join(wanted.unwrap_or(Path::new("")));
            wanted.starts_with(real(&existing).join(missing))
        }
    };
    let public = install.join("public");
    if below(&public) {
        return Some(Served::Public);
    }
    if below(&install.join("storage/app/public")) {
        return Some(Served::Disk);
    }
    let is_way = |link: &PathBuf| std::fs::canonicalize(link).is_ok_and(|to| there.starts_with(to));
    links_to_folders(&public).find(is_way).map(Served::Link)
}

/// Whether a folder, be that there or not, lies in this install.
pub fn is_in_install(folder: &Path, install: &Path) -> bool {
    if let Some(within) = within::get().filter(|within| within.is_kept(folder)) {
        let named = folder.to_owned();
        let above = within.on_host(move || identities_above(&named));
        let is_above = |above: HashSet<_>| identity(install).is_some_and(|it| above.contains(&it));
        return above.is_some_and(is_above);
    }
    let there = trust::existing(folder);
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    real(&there).starts_with(real(install))
}

/// [`served`] of a folder of the host's, for the install of a container: a folder that was mounted into that has another path
/// there, and is told by what it is.
fn served_from_host(folder: &Path, install: &Path, within: &'static Within) -> Option<Served> {
    let named = folder.to_owned();
    let above = within.on_host(move || identities_above(&named))?;
    let is_above = |path: &Path| identity(path).is_some_and(|one| above.contains(&one));
    let public = install.join("public");
    if is_above(&public) {
        return Some(Served::Public);
    }
    if is_above(&install.join("storage/app/public")) {
        return Some(Served::Disk);
    }
    // Where the host's files stand for us, the web server finds the container's.
    let leads_out = |link: &Path| std::fs::canonicalize(link).is_ok_and(|to| within.is_hosts(&to));
    let is_way = |link: &PathBuf| !leads_out(link) && is_above(link);
    links_to_folders(&public).find(is_way).map(Served::Link)
}

/// What a folder is, whatever its path: device and number.
fn identity(path: &Path) -> Option<(u64, u64)> {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.dev(), meta.ino()))
}

/// Those of a folder and of all above it, by the path as it is used and by the one it leads to.
fn identities_above(folder: &Path) -> HashSet<(u64, u64)> {
    let real = std::fs::canonicalize(trust::existing(folder)).unwrap_or_default();
    let paths = [folder, &real].into_iter().flat_map(Path::ancestors);
    paths.filter_map(identity).collect()
}

/// Links to folders in this one, and in the folders in it.
fn links_to_folders(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let below = walkdir::WalkDir::new(folder)
        .max_depth(DEPTH)
        .follow_root_links(true);
    below
        .into_iter()
        .take(MOST_ENTRIES)
        .flatten()
        .filter(|entry| entry.path_is_symlink() && entry.path().is_dir())
        .map(walkdir::DirEntry::into_path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_lies_in_the_document_root_is_served() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        let install = top.join("install");
        for made in [
            "install/public/css",
            "install/public/modules",
            "install/storage/app/attachment",
            "install/Modules/Tags/Public",
            "install/Modules/Tags/Config",
            "release",
            "shared/photos",
        ] {
            std::fs::create_dir_all(top.join(made)).unwrap();
        }
        for (target, link) in [
            ("install/public/css", "styles"),
            ("install", "current"),
            ("install/Modules/Tags/Public", "install/public/modules/tags"),
            ("shared/photos", "install/public/photos"),
            ("gone", "install/public/broken"),
        ] {
            symlink(top.join(target), top.join(link)).unwrap();
        }
        let link = |name: &str| Some(Served::Link(install.join("public").join(name)));
        for (name, way) in [
            ("install/public", Some(Served::Public)),
            ("install/public/not/there", Some(Served::Public)),
            ("styles/not-there", Some(Served::Public)),
            ("current/public/backups", Some(Served::Public)),
            ("install/storage/app/public", Some(Served::Disk)),
            ("current/storage/app/public/not/there", Some(Served::Disk)),
            ("install/Modules/Tags/Public/b", link("modules/tags")),
            ("current/Modules/Tags/Public", link("modules/tags")),
            ("shared/photos/b", link("photos")),
            ("install", None),
            ("install/publicity", None),
            ("install/storage/backups", None),
            ("install/storage/app/attachment", None),
            ("install/storage/app/publicity", None),
            ("install/Modules/Tags/Config", None),
            ("shared/photographs", None),
            ("shared", None),
            ("elsewhere", None),
        ] {
            assert_eq!(served(&top.join(name), &install), way, "{name}");
        }
        for (name, within) in [
            ("install", true),
            ("install/storage/not/there", true),
            ("current/storage", true),
            ("installs", false),
            ("shared", false),
        ] {
            assert_eq!(is_in_install(&top.join(name), &install), within, "{name}");
        }
    }

    #[test]
    fn links_in_a_circle_and_a_public_folder_that_is_a_link_are_looked_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        for made in ["real", "disk", "install"] {
            std::fs::create_dir(top.join(made)).unwrap();
        }
        symlink(top.join("real"), top.join("install/public")).unwrap();
        symlink(top.join("disk"), top.join("real/storage")).unwrap();
        symlink(top.join("real"), top.join("real/again")).unwrap();
        let install = top.join("install");
        assert_eq!(served(&top.join("real/b"), &install), Some(Served::Public));
        let by = Served::Link(install.join("public/storage"));
        assert_eq!(served(&top.join("disk/b"), &install), Some(by));
        assert_eq!(served(&top.join("elsewhere"), &install), None);
    }
}
