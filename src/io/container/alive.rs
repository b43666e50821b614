//! A running container, by its processes, and what the system says of those.

use std::io::Read;
use std::os::unix::fs::MetadataExt;

/// How much of a file below `/proc` is read.
const MOST_TEXT: u64 = 1 << 20;

/// A running container.
#[derive(Debug)]
pub(super) struct Alive {
    /// All of its processes that were seen, as the host numbers them.
    pub(super) processes: Vec<i32>,
    /// Those that run PHP.
    pub(super) php: Vec<i32>,
    /// The one by which it is looked into.
    pub(super) chief: i32,
}

/// Something that may be a container's: what its root folder is.
pub(super) type Root = (u64, u64);

pub(super) fn root_of(pid: i32) -> Option<Root> {
    let meta = std::fs::metadata(format!("/proc/{pid}/root")).ok()?;
    Some((meta.dev(), meta.ino()))
}

/// A file below `/proc/PID`; empty where there is none.
pub(super) fn text(pid: i32, name: &str) -> String {
    let mut bytes = Vec::new();
    if let Ok(file) = std::fs::File::open(format!("/proc/{pid}/{name}")) {
        let _ = file.take(MOST_TEXT).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
