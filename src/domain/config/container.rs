//! A container in which FreeScout runs, as it is told apart from others: by what its control group, its mounts and its
//! runtime's own files say.

pub mod cgroup;
pub mod definition;
pub mod records;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What runs a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Runtime {
    /// Docker.
    Docker,
    /// Podman.
    Podman,
    /// A pod of Kubernetes, whatever runs its containers.
    Kubernetes,
    /// containerd without Kubernetes.
    Containerd,
    /// LXC, LXD, Incus.
    Lxc,
    /// systemd-nspawn.
    Nspawn,
    /// Something else that has its own mounts and its own root folder.
    #[default]
    Unknown,
}

/// A container in which FreeScout runs, or may run. Texts are as found: sanitise before showing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Container {
    /// What made it.
    pub runtime: Runtime,
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

/// How many digits of an id name a container, at least.
const LEAST_DIGITS: usize = 4;
/// How many digits of an id are shown.
const SHOWN_DIGITS: usize = 12;

impl Container {
    /// How it is named in a command that is typed later: by what lasts longest.
    pub fn lasting_name(&self) -> String {
        let process = || self.process.map(|pid| pid.to_string());
        let name = self.name.clone().or_else(|| self.short_id());
        name.or_else(process).unwrap_or_default()
    }

    /// Its id, as it is usually shown.
    pub fn short_id(&self) -> Option<String> {
        let id = self.id.as_ref()?;
        Some(match is_hex(id) && id.len() > SHOWN_DIGITS {
            true => id[..SHOWN_DIGITS].to_owned(),
            false => id.clone(),
        })
    }

    /// Whether somebody means it by this word: its name, the beginning of its id, or the number of its process.
    pub fn is_called(&self, word: &str) -> NameMatch {
        let name = self.name.as_deref();
        if name == Some(word) || self.id.as_deref() == Some(word) {
            return NameMatch::Exactly;
        }
        let digits = is_hex(word) && word.len() >= LEAST_DIGITS;
        let begins = |id: &String| id.starts_with(&word.to_ascii_lowercase());
        match digits && self.id.as_ref().is_some_and(begins) {
            true => NameMatch::Short,
            false => NameMatch::Not,
        }
    }
}

/// How well a word names a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameMatch {
    /// By its name, or its whole id.
    Exactly,
    /// By the beginning of its id.
    Short,
    /// It does not.
    Not,
}

/// Those of these containers that a word may mean: one that is called so exactly is meant alone, a number that is a process
/// of one means that.
pub fn named<'a>(
    all: &'a [Container],
    word: &str,
    process_of: Option<usize>,
) -> Vec<&'a Container> {
    let exactly: Vec<&Container> = all
        .iter()
        .filter(|one| one.is_called(word) == NameMatch::Exactly)
        .collect();
    // Of several that ran under one name, the one that runs.
    let running: Vec<&Container> = exactly.iter().copied().filter(|one| one.running).collect();
    if !running.is_empty() {
        return running;
    }
    if !exactly.is_empty() {
        return exactly;
    }
    if let Some(one) = process_of.and_then(|at| all.get(at)) {
        return vec![one];
    }
    let short = all
        .iter()
        .filter(|one| one.is_called(word) == NameMatch::Short);
    short.collect()
}

pub(super) fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(name: &str, id: &str, running: bool) -> Container {
        Container {
            name: Some(name.to_owned()),
            id: Some(id.to_owned()),
            running,
            ..Container::default()
        }
    }

    #[test]
    fn a_word_names_a_container_or_several() {
        let all = [
            container("freescout-app", "0123456789abcdef0123", true),
            container("freescout-app", "0123ffffffffffffffff", false),
            container("0123", "aaaa456789abcdef0123", true),
            container("db", "bbbb456789abcdef0123", true),
        ];
        let meant = |word: &str, process_of| -> Vec<usize> {
            let found = named(&all, word, process_of);
            let at = |one: &Container| all.iter().position(|other| std::ptr::eq(other, one));
            found.into_iter().filter_map(at).collect()
        };
        assert_eq!(meant("freescout-app", None), [0], "the one that runs");
        assert_eq!(meant("0123", Some(3)), [2], "a name comes first");
        assert_eq!(meant("01234", None), [0]);
        assert_eq!(meant("BBBB", None), [3]);
        assert_eq!(meant("bbb", None), [] as [usize; 0], "too short");
        assert_eq!(meant("4211", Some(3)), [3]);
        assert_eq!(meant("nobody", None), [] as [usize; 0]);
    }
}
