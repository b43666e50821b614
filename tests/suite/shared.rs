//! Where the data made by a real FreeScout stand, when they are at hand.

use std::path::PathBuf;

/// The folder of shared test data, or `None` with a line that says what was left out.
pub fn shared(file: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(file);
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "NOT RUN: {file} is not beside this checkout; the project's own fixtures cover the same rules"
    );
    None
}
