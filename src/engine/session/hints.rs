//! What would make the next loss of the key worse, or the key known to others: said of an install that works, too.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::domain::config::KeySource;
use crate::domain::verdict::finding::Finding;
use crate::io::fs;
use crate::io::install::Install;
use crate::io::state::{Served, served};

const OTHERS_READ: u32 = 0o004;
const OTHERS_ENTER: u32 = 0o001;
/// Who changes `.env` and the config cache together writes the one soon after the other, whichever comes first: seconds.
const TOGETHER: i64 = 60;

/// The hints about this install.
pub(super) fn findings(install: &Install) -> Vec<Finding> {
    [readable_by_all(install), cache_older(install)]
        .into_iter()
        .flatten()
        .collect()
}

/// `.env` and the config cache, as far as every account of this system gets to them.
fn readable_by_all(install: &Install) -> Option<Finding> {
    let files = [&install.env_file, &install.cache_file];
    let open = files
        .into_iter()
        .flatten()
        .filter(|file| file.attributes.mode & OTHERS_READ != 0 && is_way_open(&file.path));
    let paths: Vec<PathBuf> = open.map(|file| file.path.clone()).collect();
    let first = paths.first()?;
    let link = match served(first.parent()?, &install.root) {
        Some(Served::Link(link)) => Some(link),
        // FreeScout's own `public/` and `storage/` hold neither of them.
        Some(Served::Public | Served::Disk) | None => None,
    };
    let user = install.known.certain();
    Some(Finding::EnvWorldReadable {
        paths,
        user: user.map(|user| fs::user_name(user.uid)),
        link,
    })
}

/// Whether every account may pass each folder above, links resolved.
fn is_way_open(file: &Path) -> bool {
    file.ancestors().skip(1).all(|folder| {
        std::fs::metadata(folder).is_ok_and(|meta| meta.permissions().mode() & OTHERS_ENTER != 0)
    })
}

/// The config cache holds the key of `.env`, and was built before that was last changed.
fn cache_older(install: &Install) -> Option<Finding> {
    let (in_force, configured) = (install.key_in_force(), install.key_without_cache());
    let same = in_force.source == KeySource::ConfigCache && in_force.text == configured.text;
    let changed = |file: &Option<fs::FileRead>| Some(file.as_ref()?.attributes.modified);
    let (built, changed) = (changed(&install.cache_file)?, changed(&install.env_file)?);
    let older = same && built.saturating_add(TOGETHER) < changed;
    older.then_some(Finding::CacheOlderThanEnv { built, changed })
}
