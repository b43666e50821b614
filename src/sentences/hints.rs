//! What would make the next loss of the key worse, or the key known to others, as sentences.

use std::path::{Path, PathBuf};

use crate::words::untrusted::shown;
use crate::words::{joined, words};

/// Files with the key in them that every account may read; `link` is how the web server reaches them as well.
pub(super) fn world_readable(paths: &[PathBuf], user: Option<&str>, link: Option<&Path>) -> String {
    let paths: Vec<String> = paths.iter().map(|path| shown(path).to_string()).collect();
    let paths = joined::list(&paths);
    let user = user.unwrap_or(words().finding_env_world_readable_user);
    let user = shown(user);
    match link {
        Some(link) => {
            let link = shown(link);
            text!(finding_env_world_readable_served, paths, link, user)
        }
        None => text!(finding_env_world_readable, paths, user),
    }
}

/// The config cache was built then, and `.env` changed after that: Unix seconds.
pub(super) fn cache_older(built: i64, changed: i64) -> String {
    let time = |seconds: i64| {
        jiff::Timestamp::from_second(seconds).map_or_else(
            |_| seconds.to_string(),
            |at| at.strftime("%Y-%m-%d %H:%M").to_string(),
        )
    };
    text!(
        finding_cache_older_than_env,
        built = time(built),
        changed = time(changed)
    )
}
