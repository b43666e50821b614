//! By what a folder is known to hold a FreeScout, and its version.

use std::path::Path;

use crate::io::fs::{self, MAX_CONFIG_BYTES};

/// The version FreeScout states in `config/app.php`; `None` when the folder holds no FreeScout.
pub(super) fn freescout_version(root: &Path) -> Option<String> {
    if !root.join("artisan").is_file() {
        return None;
    }
    let config = fs::read(&root.join("config/app.php"), MAX_CONFIG_BYTES).ok()?;
    version_in(&config.bytes)
}

/// The version that a `config/app.php` states; `None` where it is not FreeScout's.
pub(super) fn version_in(config: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(config);
    if !text.to_ascii_lowercase().contains("freescout") {
        return None;
    }
    let version = text
        .split_once("'version'")
        .and_then(|(_, rest)| rest.split('\'').nth(1))
        .filter(|v| {
            v.len() < 20
                && v.chars()
                    .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
        })
        .unwrap_or_default();
    Some(version.to_owned())
}
