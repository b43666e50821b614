//! The units for Podman (Quadlet) that a container may have been made by, as its generator finds them: in several folders and
//! those below them, of one name the first, each with the files that are added to it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Runtime;
use super::runtimes::{Known, Layers, PODMAN_OF_HOME};
use crate::domain::config::container::definition::{UnreadFile, WhyUnread};
use crate::domain::config::container::quadlet::{self, Specifiers};
use crate::io::install::host::HostRoot;
use crate::io::os::accounts;

/// Where units for root's Podman are: of those with one name, the first counts.
const OF_ROOT: [&str; 3] = [
    "/run/containers/systemd",
    "/etc/containers/systemd",
    "/usr/share/containers/systemd",
];
/// Where those for accounts' are: below a home, and for all of them.
const OF_HOME: &str = ".config/containers/systemd";
const OF_ACCOUNTS: &str = "/etc/containers/systemd/users";
/// What their names end in, and those of files that are added to them; how many are read, and in how many folders.
const ENDING: &str = "container";
const ADDED: &str = "conf";
const MOST: usize = 1000;
const MOST_FOLDERS: usize = 256;

/// A unit, and what it makes a container of.
pub(super) struct ContainerUnit {
    /// Its file. Paths in it and in what is added begin at the folder of this one.
    pub(super) file: PathBuf,
    /// Its text, and those of the files that are added to it, in the order in which they count.
    pub(super) texts: Vec<(PathBuf, Zeroizing<String>)>,
    /// What its specifiers stand for.
    pub(super) specifiers: Specifiers,
}

/// The units of a container.
#[derive(Default)]
pub(super) struct Units {
    pub(super) all: Vec<ContainerUnit>,
    /// Those of which it cannot be told whether they are.
    pub(super) unread: Vec<UnreadFile>,
}

/// The units that make this container. Of a template and an instance of it, the instance counts.
pub(super) fn of(host: &HostRoot, known: &Known) -> Units {
    let named = known.record.name.as_ref();
    let Some(name) = named.filter(|_| known.runtime == Runtime::Podman) else {
        return Units::default();
    };
    let whose = UnitOwner::of(host, known);
    let folders = folders(host, known, &whose);
    let mut seen: Vec<std::ffi::OsString> = Vec::new();
    let mut found = Units::default();
    let mut templates = Vec::new();
    for folder in &folders {
        for file in files(host, folder, ENDING) {
            let name_of_file = file.file_name().unwrap_or_default().to_owned();
            if seen.contains(&name_of_file) || seen.len() >= MOST {
                continue;
            }
            let Some(text) = text(host, &file) else {
                continue;
            };
            seen.push(name_of_file);
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            let mut texts = vec![(file.clone(), text)];
            texts.extend(added(host, &folders, &stem));
            let plain: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
            let with = |unit: &str| whose.specifiers(unit);
            match quadlet::made_by(&plain, &stem, name, &with) {
                Ok(Some(unit)) => {
                    let kind = match stem.ends_with('@') {
                        true => &mut templates,
                        false => &mut found.all,
                    };
                    kind.push(ContainerUnit {
                        specifiers: whose.specifiers(&unit),
                        file,
                        texts,
                    });
                }
                Ok(None) => {}
                Err(_) if plain.iter().any(|text| quadlet::may_set(text)) => {
                    let why = WhyUnread::NameUntold;
                    found.unread.push(UnreadFile { path: file, why });
                }
                Err(_) => {}
            }
        }
    }
    if found.all.is_empty() {
        found.all = templates;
    }
    if !found.all.is_empty() {
        found.unread.clear();
    }
    found
}

/// Whose units these are.
struct UnitOwner {
    account: u32,
    user: String,
    home: PathBuf,
}

impl UnitOwner {
    fn of(host: &HostRoot, known: &Known) -> Self {
        let account = known.owner;
        let list = host.read(Path::new("/etc/passwd")).unwrap_or_default();
        let listed = accounts::listed_user(&list, |user| user.uid == account);
        let by_storage = match &known.layers {
            Layers::Podman(storage, _) if account != 0 => storage
                .ancestors()
                .find(|home| home.join(PODMAN_OF_HOME) == *storage),
            _ => None,
        };
        let (user, home) = match listed {
            Some(user) => (user.name, user.home),
            None if account == 0 => ("root".to_owned(), PathBuf::from("/root")),
            None => (account.to_string(), PathBuf::new()),
        };
        Self {
            account,
            user,
            home: by_storage.map_or(home, Path::to_owned),
        }
    }

    fn specifiers(&self, unit: &str) -> Specifiers {
        Specifiers {
            name: unit.to_owned(),
            account: self.account,
            user: self.user.clone(),
            home: self.home.clone(),
        }
    }
}

/// Every folder that units of this container's Podman are read in, those that count first.
fn folders(host: &HostRoot, known: &Known, whose: &UnitOwner) -> Vec<PathBuf> {
    let of_accounts = Path::new(OF_ACCOUNTS);
    let mut found = Vec::new();
    if known.owner == 0 {
        for folder in OF_ROOT {
            add_with_those_below(host, Path::new(folder), &mut found, &|below| {
                below != of_accounts
            });
        }
        return found;
    }
    let everything = |_: &Path| true;
    let own = of_accounts.join(known.owner.to_string());
    let home = (whose.home != Path::new("")).then(|| whose.home.join(OF_HOME));
    for folder in quadlet::of_account(known.owner).into_iter().chain(home) {
        add_with_those_below(host, &folder, &mut found, &everything);
    }
    add_with_those_below(host, &own, &mut found, &everything);
    add_with_those_below(host, of_accounts, &mut found, &|below| {
        // Those of other accounts.
        let name = below
            .file_name()
            .and_then(OsStr::to_str)
            .unwrap_or_default();
        below.parent() != Some(of_accounts) || !name.bytes().all(|byte| byte.is_ascii_digit())
    });
    found
}

fn add_with_those_below(
    host: &HostRoot,
    folder: &Path,
    found: &mut Vec<PathBuf>,
    wanted: &dyn Fn(&Path) -> bool,
) {
    if found.len() >= MOST_FOLDERS || found.iter().any(|known| known == folder) {
        return;
    }
    found.push(folder.to_owned());
    let entries = host.entries_named(folder, MOST, |_| true).entries;
    for entry in entries.into_iter().filter(|entry| entry.is_folder) {
        let below = folder.join(entry.name);
        // A link may lead back up.
        if wanted(&below) && !host.is_link(&below) {
            add_with_those_below(host, &below, found, wanted);
        }
    }
}

/// The files of a folder with this ending, in the order of their names.
fn files(host: &HostRoot, folder: &Path, ending: &str) -> Vec<PathBuf> {
    let is_one = |name: &OsStr| Path::new(name).extension().is_some_and(|e| e == ending);
    let entries = host.entries_named(folder, MOST, is_one).entries;
    let files = entries.into_iter().map(|entry| folder.join(entry.name));
    files.collect()
}

/// The files that are added to a unit, in the order of their names; of one name, the most telling.
fn added(host: &HostRoot, folders: &[PathBuf], stem: &str) -> Vec<(PathBuf, Zeroizing<String>)> {
    let mut found: Vec<PathBuf> = Vec::new();
    for name in quadlet::added_folders(stem) {
        for folder in folders {
            for file in files(host, &folder.join(&name), ADDED) {
                let is_known = |known: &PathBuf| known.file_name() == file.file_name();
                if found.len() < MOST && !found.iter().any(is_known) {
                    found.push(file);
                }
            }
        }
    }
    found.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    let read = |file: PathBuf| text(host, &file).map(|text| (file, text));
    found.into_iter().filter_map(read).collect()
}

/// The text of a file; `None` where there is none.
pub(super) fn text(host: &HostRoot, path: &Path) -> Option<Zeroizing<String>> {
    let bytes = host.read(path)?;
    Some(String::from_utf8_lossy(&bytes).into_owned().into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::config::container::records::Record;
    use crate::io::container::written::write;

    /// The texts of the units of a container with this name, and the files of which it is not known.
    fn told(root: &Path, owner: u32, storage: &str, name: &str) -> (Vec<String>, Vec<PathBuf>) {
        let host = HostRoot::at(root).unwrap();
        let record = Record {
            name: Some(name.to_owned()),
            ..<_>::default()
        };
        let known = Known {
            runtime: Runtime::Podman,
            written: storage.into(),
            record,
            layers: Layers::Podman(storage.into(), String::new()),
            owner,
        };
        let Units { all, unread } = of(&host, &known);
        let texts = all.iter().flat_map(|unit| &unit.texts);
        let keys = texts.map(|(_, text)| text.rsplit_once('=').unwrap().1.trim().to_owned());
        let unread = unread.into_iter().map(|file| file.path);
        (keys.collect(), unread.collect())
    }

    fn unit(name: &str, key: &str) -> String {
        format!("[Container]\nContainerName={name}\nEnvironment=APP_KEY={key}\n")
    }

    #[test]
    fn an_accounts_units_are_its_own() {
        let folder = tempfile::tempdir().unwrap();
        for (path, key) in [
            ("home/ann/.config/containers/systemd/desk.container", "anns"),
            ("etc/containers/systemd/users/4711/desk.container", "hidden"),
            ("etc/containers/systemd/users/4712/other.container", "bobs"),
            ("etc/containers/systemd/users/all.container", "of-all"),
            ("run/containers/systemd/desk.container", "roots"),
            ("etc/containers/systemd/desk.container", "hidden"),
        ] {
            write(folder.path(), path, &unit("desk", key));
        }
        let told = |owner, storage| told(folder.path(), owner, storage, "desk").0;
        assert_eq!(
            told(4711, "/home/ann/.local/share/containers/storage"),
            ["anns", "of-all"]
        );
        assert_eq!(told(4711, "/srv/pods"), ["hidden", "of-all"]);
        assert_eq!(told(0, "/var/lib/containers/storage"), ["roots"]);
    }

    #[test]
    fn units_are_found_as_the_generator_finds_them() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| format!("etc/containers/systemd/{path}");
        let add = |key: &str| format!("[Container]\nEnvironment=APP_KEY={key}\n");
        let write = |path: &str, text: &str| write(folder.path(), &at(path), text);
        write("apps/desk/fs-app.container", &unit("desk", "unit"));
        write("fs-app.container.d/20-key.conf", &add("second"));
        write("fs-.container.d/20-key.conf", &add("overridden"));
        write("fs-.container.d/10-key.conf", &add("first"));
        write("container.d/90-key.conf", &add("of-all"));
        write("fs-app.container.d/README", &add("no"));
        write(
            "more@.container",
            "[Container]\nEnvironment=APP_KEY=template\n",
        );
        write("more@.container.d/1.conf", &add("of-template"));
        write(
            "more@two.container",
            "[Container]\nEnvironment=APP_KEY=two\n",
        );
        write("odd.container", &unit("%m", "odd"));
        let told = |name| told(folder.path(), 0, "/var/lib/containers/storage", name);
        let (keys, unread) = told("desk");
        assert_eq!(keys, ["unit", "first", "second", "of-all"]);
        assert_eq!(unread, Vec::<PathBuf>::new());
        assert_eq!(
            told("systemd-more_one").0,
            ["template", "of-template", "of-all"]
        );
        assert_eq!(told("systemd-more_two").0, ["two", "of-template", "of-all"]);
        let (keys, unread) = told("nobody");
        assert!(keys.is_empty());
        assert_eq!(unread, [Path::new("/").join(at("odd.container"))]);
    }
}
