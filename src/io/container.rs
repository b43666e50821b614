//! Containers of this host, and working within one of them.

pub mod defined;
pub mod enter;
pub mod found;
pub mod idmap;
pub mod layers;
pub mod runtimes;
pub mod stopped;
pub mod within;

mod alive;
mod libpod;
mod units;
mod view;
mod who;

pub use crate::domain::config::container::{Container, Runtime};

/// What a process is numbered in its own process namespace, by its `/proc/PID/status`.
fn own_number(status: &str) -> Option<i32> {
    own_numbers(status).last().copied()
}

/// The same in each namespace that it is nested in, from ours on.
fn own_numbers(status: &str) -> Vec<i32> {
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
    let numbers = numbers.unwrap_or_default().split_whitespace();
    numbers.filter_map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod written {
    //! What the tests of these rooms lay out.

    use std::path::Path;

    /// A file of a system whose `/` is this folder, and the folders on its way.
    pub(super) fn write(root: &Path, path: &str, text: &(impl AsRef<[u8]> + ?Sized)) {
        let path = root.join(path.trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}
