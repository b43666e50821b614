//! Where a FreeScout may lie: the folder that was named, the current one, those of running PHP, the usual web roots.

use std::path::{Path, PathBuf};

use super::freescout_version;
use crate::io::os::processes;

/// Where FreeScout usually lies.
const USUAL_ROOTS: &[&str] = &[
    "/var/www/html",
    "/var/www/freescout",
    "/var/www/html/freescout",
    "/var/www",
    "/www/html",
    "/usr/share/nginx/html",
    "/usr/share/nginx/freescout",
    "/srv/www/freescout",
    "/srv/freescout",
    "/opt/freescout",
    "/app",
    "/data/www",
];

/// Folders that look like a FreeScout: the one given, else the current one and its parents, running PHP processes,
/// the usual web roots and what lies directly below them and below home folders.
pub fn find(given: Option<&Path>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut look = |folder: &Path| {
        if freescout_version(folder).is_some()
            && let Ok(root) = std::fs::canonicalize(folder)
            && !found.contains(&root)
        {
            found.push(root);
        }
    };
    if let Some(given) = given {
        look(given);
        // A file of an install and its `public/` are as good as its folder; a folder beside one is not.
        let inside = given.is_file() || given.file_name().is_some_and(|name| name == "public");
        if let (true, Some(parent)) = (inside, given.parent()) {
            look(parent);
        }
        return found;
    }
    if let Ok(current) = std::env::current_dir() {
        current.ancestors().for_each(&mut look);
    }
    for folder in processes::php_folders() {
        folder.ancestors().take(2).for_each(&mut look);
    }
    for root in USUAL_ROOTS {
        look(Path::new(root));
        below(Path::new(root)).iter().for_each(|p| look(p));
    }
    for home in below(Path::new("/home")) {
        for web in [
            "public_html",
            "www",
            "web",
            "htdocs",
            "freescout",
            "domains",
        ] {
            look(&home.join(web));
            below(&home.join(web)).iter().for_each(|p| look(p));
        }
    }
    found
}

/// The folders directly below, bounded.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .take(500);
    let mut folders: Vec<PathBuf> = entries.map(|e| e.path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    folders
}
