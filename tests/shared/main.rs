//! The readers against data that a real FreeScout made. They lie beside the project where it is developed, not in it:
//! these tests are built with `--features shared-data`, which `tests/check.sh` gives when the data are there.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub
)]

mod config_caches;
mod dumps;
mod env_files;
mod payloads;

use std::path::PathBuf;

/// The folder of the data.
fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"))
}

/// One file of it.
fn shared(file: &str) -> Vec<u8> {
    std::fs::read(folder().join(file))
        .unwrap_or_else(|e| panic!("{file}: {e}: the data are not beside this checkout"))
}
