//! A container in which FreeScout runs, as it is told apart from others: by what its control group, its mounts and its
//! runtime's own files say.

pub mod bolt;
pub mod cgroup;
pub mod compose;
pub mod definition;
pub mod filed;
pub mod libpod;
pub mod quadlet;
pub mod records;
pub mod snapshots;
mod yaml;

use serde::{Deserialize, Serialize};

named! {
    /// What runs a container.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Runtime {
        /// Docker.
        Docker = "docker",
        /// Podman.
        Podman = "podman",
        /// A pod of Kubernetes, whatever runs its containers.
        Kubernetes = "kubernetes",
        /// containerd without Kubernetes.
        Containerd = "containerd",
        /// LXC, LXD, Incus.
        Lxc = "lxc",
        /// systemd-nspawn.
        Nspawn = "nspawn",
        /// Something else that has its own mounts and its own root folder.
        #[default]
        Unknown = "unknown",
    }
    /// Its name, in JSON too.
    pub fn code(self);
}

named! {
    /// What a container does, where that is more than that it runs or does not.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum RunState {
        /// It ended, and its runtime is about to start it again.
        Restarting = "restarting",
        /// Its processes are held.
        Paused = "paused",
    }
    /// Its name, in JSON too.
    pub fn code(self);
}

/// Within what a container's name and id tell it, where that is not the whole host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Realm {
    /// The containers of an account that is not root.
    Account {
        /// Its user number.
        number: u32,
        /// Its name.
        name: String,
    },
    /// A namespace of Kubernetes.
    Namespace(String),
    /// Another container, in which it runs: what names it there is that one's to say, so it has none here.
    Container(Box<Container>),
}

/// A container in which FreeScout runs, or may run. Texts are as found: sanitise before showing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Container {
    /// What made it.
    pub runtime: Runtime,
    /// Its id, as its runtime knows it.
    pub id: Option<String>,
    /// Its name, which outlasts its being made anew; of one in a pod, `POD/NAME`.
    pub name: Option<String>,
    /// Within what these tell it, where others may have the same.
    pub realm: Option<Realm>,
    /// Whether there is another one of this name on the host.
    pub has_namesake: bool,
    /// Whether one of these has the same runtime and realm too, as two daemons may have it: then only its id tells it.
    #[serde(default)]
    pub has_twin: bool,
    /// A process of FreeScout's in it, as the host numbers it.
    pub process: Option<i32>,
    /// Whether it runs.
    pub running: bool,
    /// What else its runtime says of that.
    #[serde(default)]
    pub state: Option<RunState>,
}

/// How many digits of an id name a container, at least.
const LEAST_DIGITS: usize = 4;
/// How many digits of an id are shown.
pub const SHOWN_DIGITS: usize = 12;

impl Container {
    /// How it is named in a command that is typed later: by what lasts longest.
    pub fn lasting_name(&self) -> String {
        let process = || self.process.map(|pid| pid.to_string());
        let name = match (self.has_twin, self.has_namesake) {
            (true, _) => self.short_id(),
            (false, true) => Some(self.filed_under("")),
            (false, false) => self.name.clone(),
        };
        let name = name.or_else(|| self.short_id());
        name.or_else(process).unwrap_or_default()
    }

    /// What its installs are filed under: its name, or its id, and whose that is, so that no other container has it.
    /// `nameless` stands for one that has neither.
    pub fn filed_under(&self, nameless: &str) -> String {
        let realm = match &self.realm {
            None => String::new(),
            Some(Realm::Account { number, .. }) => format!("{number}:"),
            Some(Realm::Namespace(name)) => format!("{name}:"),
            Some(Realm::Container(outer)) => format!("{}:", outer.filed_under("")),
        };
        let name = self.name.as_deref().or(self.id.as_deref());
        format!(
            "{}:{realm}{}",
            self.runtime.code(),
            name.unwrap_or(nameless)
        )
    }

    /// The user number of the account whose runtime made it: root's, where nothing tells another.
    pub fn account(&self) -> u32 {
        match self.realm {
            Some(Realm::Account { number, .. }) => number,
            _ => 0,
        }
    }

    /// Its id, as it is usually shown.
    pub fn short_id(&self) -> Option<String> {
        let id = self.id.as_ref()?;
        Some(match is_hex(id) && id.len() > SHOWN_DIGITS {
            true => id[..SHOWN_DIGITS].to_owned(),
            false => id.clone(),
        })
    }

    /// Whether somebody means it by this word: its name, alone or with whose it is; its pod's; the beginning of its id.
    pub fn is_called(&self, word: &str) -> NameMatch {
        // As `docker inspect` gives it.
        let word = word.strip_prefix('/').unwrap_or(word);
        let name = self.name.as_deref();
        let pod = name.and_then(|name| Some(name.split_once('/')?.0));
        let known = [name, pod, self.id.as_deref()].contains(&Some(word));
        if known || name.is_some() && self.filed_under("") == word {
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

/// Marks those of these containers whose name another one has too.
pub fn mark_namesakes(all: &mut [Container]) {
    let names: Vec<Option<String>> = all.iter().map(|one| one.name.clone()).collect();
    let filed: Vec<(String, bool)> = all
        .iter()
        .map(|one| (one.filed_under(""), one.running))
        .collect();
    for one in all.iter_mut().filter(|one| one.name.is_some()) {
        one.has_namesake = names.iter().filter(|name| **name == one.name).count() > 1;
        let its = one.filed_under("");
        // Beside one that runs, a stopped one is not meant by its name.
        let rivals = filed
            .iter()
            .filter(|(name, running)| *name == its && (*running || !one.running));
        let itself = 1;
        one.has_twin = rivals.count() > itself;
    }
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
    if !exactly.is_empty() {
        // Of several that one runtime had under one name, the one that runs: a data folder that was moved leaves the records
        // of the others behind. What other runtimes call so may be meant just as well.
        let has_running_heir = |one: &Container| {
            let name = one.filed_under("");
            let mut others = exactly.iter();
            !one.running && others.any(|other| other.running && other.filed_under("") == name)
        };
        return exactly
            .iter()
            .copied()
            .filter(|one| !has_running_heir(one))
            .collect();
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
        assert_eq!(
            meant("/freescout-app", None),
            [0],
            "as `docker inspect` has it"
        );
        assert_eq!(meant("0123", Some(3)), [2], "a name comes first");
        assert_eq!(meant("01234", None), [0]);
        assert_eq!(meant("BBBB", None), [3]);
        assert_eq!(meant("bbb", None), [] as [usize; 0], "too short");
        assert_eq!(meant("4211", Some(3)), [3]);
        assert_eq!(meant("nobody", None), [] as [usize; 0]);
    }

    #[test]
    fn those_of_one_name_are_told_apart() {
        let of = |runtime, realm| Container {
            runtime,
            realm,
            ..container("helpdesk", "0123456789abcdef0123", true)
        };
        let mut all = [
            of(Runtime::Docker, None),
            of(Runtime::Podman, None),
            of(
                Runtime::Podman,
                Some(Realm::Account {
                    number: 1000,
                    name: "ann".to_owned(),
                }),
            ),
            container("db", "bbbb456789abcdef0123", true),
        ];
        mark_namesakes(&mut all);
        let names: Vec<String> = all.iter().map(Container::lasting_name).collect();
        let expected = [
            "docker:helpdesk",
            "podman:helpdesk",
            "podman:1000:helpdesk",
            "db",
        ];
        assert_eq!(names, expected);
        assert_eq!(named(&all, "helpdesk", None).len(), 3);
        for (name, one) in expected.iter().zip(&all) {
            assert_eq!(named(&all, name, None), [one], "{name}");
        }
    }

    #[test]
    fn a_stopped_one_of_another_runtime_may_be_meant_too() {
        let of = |runtime, id: &str, running| Container {
            runtime,
            ..container("same", id, running)
        };
        let mut all = [
            of(Runtime::Podman, "aaaa456789abcdef0123", true),
            of(Runtime::Docker, "bbbb456789abcdef0123", false),
        ];
        mark_namesakes(&mut all);
        assert_eq!(named(&all, "same", None).len(), 2);
        assert_eq!(named(&all, "docker:same", None), [&all[1]]);
        assert_eq!(named(&all, "podman:same", None), [&all[0]]);
    }

    #[test]
    fn two_daemons_may_have_one_name() {
        let of = |id: &str, running| Container {
            runtime: Runtime::Docker,
            ..container("twin", id, running)
        };
        let mut all = [
            of("aaaa456789abcdef0123", true),
            of("bbbb456789abcdef0123", true),
            of("cccc456789abcdef0123", false),
        ];
        mark_namesakes(&mut all);
        for word in ["twin", "docker:twin"] {
            assert_eq!(named(&all, word, None), [&all[0], &all[1]], "{word}");
        }
        for one in &all {
            let name = one.lasting_name();
            assert_eq!(named(&all, &name, None), [one], "{name}");
        }
        assert_eq!(all[0].lasting_name(), "aaaa456789ab");
    }

    #[test]
    fn nothing_within_a_container_is_filed_as_another() {
        let outer = container("helpdesk", "0123456789abcdef0123", true);
        let within = Container {
            realm: Some(Realm::Container(Box::new(outer.clone()))),
            process: Some(7),
            ..Container::default()
        };
        assert_eq!(outer.filed_under("root-1"), "unknown:helpdesk");
        assert_eq!(
            within.filed_under("root-1"),
            "unknown:unknown:helpdesk:root-1"
        );
        assert_eq!(within.lasting_name(), "7");
        assert_eq!(within.is_called("helpdesk"), NameMatch::Not);
        let pod = Container {
            runtime: Runtime::Kubernetes,
            realm: Some(Realm::Namespace("help".to_owned())),
            ..container("freescout-0/app", "0123456789abcdef0123", true)
        };
        assert_eq!(pod.is_called("freescout-0"), NameMatch::Exactly);
        assert_eq!(pod.is_called("freescout-0/app"), NameMatch::Exactly);
        assert_eq!(pod.is_called("freescout"), NameMatch::Not);
        assert_eq!(pod.filed_under(""), "kubernetes:help:freescout-0/app");
    }
}
