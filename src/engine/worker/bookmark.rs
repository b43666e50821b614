//! The bookmark on disk: one small file an install in our state folder, closed to others.

use std::path::{Path, PathBuf};

use crate::domain::run::bookmark::Bookmark;
use crate::engine::recovery::clock;
use crate::engine::session::options::Options;
use crate::io::container::within;
use crate::io::fs::{self, Attributes};
use crate::io::state;
use crate::io::state::backup::prepare_parent;

/// A bookmark longer than this is none of ours.
const MAX_BYTES: u64 = 1 << 20;

fn path(options: &Options, install: &Path) -> PathBuf {
    state::file_of(&options.state_dir, install, "bookmark", "json")
}

/// Keeps a bookmark; `None` forgets it. It is a convenience: where it cannot be kept, nothing is lost but a minute.
pub fn keep(options: &Options, install: &Path, bookmark: Option<&Bookmark>) {
    let path = path(options, install);
    let Some(bookmark) = bookmark else {
        let _ = fs::remove(&path);
        return;
    };
    let mut bookmark = bookmark.clone();
    bookmark.at = clock::now().1;
    // What was typed as a place and is none may be something that must not be written down.
    let places = std::mem::take(&mut bookmark.searched.places);
    let there = places
        .iter()
        .filter(|place| within::to_read(place).exists());
    // The next wizard may be started in another folder.
    bookmark.searched.places = there
        .filter_map(|place| std::path::absolute(place).ok())
        .collect();
    if prepare_parent(&options.state_dir).is_ok()
        && let Ok(json) = serde_json::to_vec(&bookmark)
    {
        let _ = fs::write_new(&path, &json, &Attributes::closed());
    }
}

/// The bookmark of an install, where there is one that can be read.
pub fn found(options: &Options, install: &Path) -> Option<Bookmark> {
    let file = fs::read(&path(options, install), MAX_BYTES).ok()?;
    // Written by us, or by root: nobody else puts places into our search.
    let ours = [0, rustix::process::geteuid().as_raw()];
    let trusted = ours.contains(&file.attributes.uid) && file.attributes.mode & 0o022 == 0;
    serde_json::from_slice(&file.bytes).ok().filter(|_| trusted)
}
