//! Containers of this host, and working within one of them.

pub mod enter;
pub mod idmap;
pub mod within;

mod view;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A container in which FreeScout runs, or may run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Container {
    /// What made it: `docker`, `podman`, `kubernetes`, `lxc`, `nspawn` or `unknown`.
    pub runtime: String,
    /// Its id, as its runtime knows it.
    pub id: Option<String>,
    /// Its name, which outlasts its being made anew.
    pub name: Option<String>,
    /// A process of FreeScout's in it, as the host numbers it.
    pub process: Option<i32>,
    /// The installs in it, by their paths inside.
    pub installs: Vec<PathBuf>,
    /// Whether it runs.
    pub running: bool,
}

impl Container {
    /// How it is named in a command that is typed later: by what lasts longest.
    pub fn lasting_name(&self) -> String {
        let process = || self.process.map(|pid| pid.to_string());
        let name = self.name.clone().or_else(|| self.id.clone());
        name.or_else(process).unwrap_or_default()
    }
}
