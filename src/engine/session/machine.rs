//! How far the work looks at the machine that it runs on: all of it, or, for the demo, a folder that stands for one.

use std::path::{Path, PathBuf};

/// What counts as the machine of an install, beside the install itself and what the operator names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum MachineScope {
    /// The one that we run on: its settings, processes, containers, and the places where keys usually survive.
    #[default]
    Host,
    /// Only what lies below this folder, as the files of a machine of its own. Nothing runs there.
    Only(PathBuf),
}

impl MachineScope {
    /// The folder that the machine's files lie below.
    pub fn system(&self) -> &Path {
        match self {
            Self::Host => Path::new("/"),
            Self::Only(folder) => folder,
        }
    }

    /// Whether it is the machine that we run on, with what runs there.
    pub fn is_host(&self) -> bool {
        *self == Self::Host
    }
}
