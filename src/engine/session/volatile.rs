//! What is said before anything is written: folders of ours that will not be there when they are needed.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::domain::run::volatile::Fleeting;
use crate::engine::session::options::Options;
use crate::io::fs::volatile;
use crate::sentences;
use crate::words::untrusted::shown;

/// A folder of ours that does not last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolatileFolder {
    /// The folder.
    pub folder: PathBuf,
    /// When its content goes.
    pub fleeting: Fleeting,
}

/// A caution, as programs read it.
#[derive(Debug, Serialize)]
pub struct VolatileFolderJson {
    code: &'static str,
    path: String,
    message: String,
}

impl VolatileFolder {
    /// For the operator.
    pub fn sentence(&self) -> String {
        sentences::fleeting(&self.folder, self.fleeting)
    }

    /// For programs.
    pub fn json(&self) -> VolatileFolderJson {
        VolatileFolderJson {
            code: self.fleeting.code(),
            path: shown(&self.folder).to_string(),
            message: self.sentence(),
        }
    }
}

/// The caution about this folder, if what is kept there does not last.
pub fn caution_about(folder: &Path) -> Option<VolatileFolder> {
    volatile::of(folder).map(|fleeting| VolatileFolder {
        folder: folder.to_owned(),
        fleeting,
    })
}

/// Those of our folders that do not last; what lies within one of them is not named again.
pub fn cautions(options: &Options) -> Vec<VolatileFolder> {
    let mut cautions: Vec<VolatileFolder> = Vec::new();
    let own: [Option<&Path>; 3] = [
        Some(&options.state_dir),
        Some(&options.backup_dir),
        options.keys_dir.as_deref(),
    ];
    for folder in own.into_iter().flatten() {
        let Some(caution) = caution_about(folder) else {
            continue;
        };
        let said =
            |c: &VolatileFolder| c.fleeting == caution.fleeting && folder.starts_with(&c.folder);
        if !cautions.iter().any(said) {
            cautions.push(caution);
        }
    }
    cautions
}
