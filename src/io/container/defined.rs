//! Where a container's environment is defined on the host, so that a key which the next start would bring back can be
//! changed there: the compose file that its runtime noted, the files that it names, units for Podman.

use std::cell::Cell;
use std::path::{Component, Path, PathBuf};

use zeroize::Zeroizing;

use super::runtimes::{self, Known, Layers};
use super::units::{self, text};
use super::{Container, libpod};
use crate::domain::config::container::definition::{
    self, Definition, ProjectVariables, Set, Stands, UnreadFile, Variable, WhyUnread,
};
use crate::domain::config::container::libpod::ContainerConfig;
use crate::domain::config::container::{compose, quadlet};
use crate::domain::config::elsewhere::{CONTAINER_KEYS, Setting};
use crate::domain::inventory::secret::SecretBytes;
use crate::io::install::host::HostRoot;

/// What Compose notes on a container: its files, their folder, the service, other files of variables.
const FILES: &str = "com.docker.compose.project.config_files";
const FOLDER: &str = "com.docker.compose.project.working_dir";
const SERVICE: &str = "com.docker.compose.service";
const VARIABLES: &str = "com.docker.compose.project.environment_file";
/// How many files of one kind are read, and how many of them all for one container.
const MOST: usize = 32;
/// How many variables of a project are looked up.
const MOST_VARIABLES: u32 = 1000;

/// What a container's definition says.
#[derive(Debug, Default)]
pub struct Defined {
    /// The settings that it makes, with the line of each.
    pub settings: Vec<Setting>,
    /// What could not be read of it.
    pub unread: Vec<UnreadFile>,
}

/// What the definition of a container says. `host` is the system that the container runs on.
pub fn read(host: &HostRoot, container: &Container) -> Defined {
    let Some((known, unread)) = labelled(host, container) else {
        return Defined::default();
    };
    let mut reader = Reader {
        host,
        known: &known,
        left: MOST,
        sets: Vec::new(),
        of_files: Vec::new(),
        unread: unread.into_iter().collect(),
    };
    if let Some(why) = known.record.unread {
        reader.is_unread(&known.written, why);
    }
    reader.composed();
    reader.of_units();
    let mut settings = reader.of_files;
    add(&mut settings, reader.sets.into_iter());
    Defined {
        settings,
        unread: reader.unread,
    }
}

/// The file that a container is made anew from, where there is one: the first of its compose files, or its unit.
pub fn file(host: &HostRoot, container: &Container) -> Option<PathBuf> {
    let (known, _) = labelled(host, container)?;
    let composed = compose_files(host, &known).map(|(_, files)| files);
    let unit = || {
        units::of(host, &known)
            .all
            .into_iter()
            .map(|unit| unit.file)
    };
    let all = composed.into_iter().flatten().chain(unit());
    all.into_iter().find(|file| host.is_file(file))
}

/// What a runtime wrote down of a container, with its labels: those of Podman stand apart, in a file that may be unreadable.
fn labelled(host: &HostRoot, container: &Container) -> Option<(Known, Option<UnreadFile>)> {
    let mut known = runtimes::of(host, container)?;
    let mut unread = None;
    if let Layers::Podman(storage, _) = &known.layers {
        match libpod::config(host, storage, &known.record.id, known.owner == 0) {
            Ok(config) => {
                let labels = config.map(ContainerConfig::into_labels);
                known.record.labels.extend(labels.unwrap_or_default());
            }
            Err(file) => unread = Some(file),
        }
    }
    Some((known, unread))
}

/// The folder of a compose project, and its files.
fn compose_files(host: &HostRoot, known: &Known) -> Option<(PathBuf, Vec<PathBuf>)> {
    let labels = &known.record.labels;
    let files = labels.get(FILES)?;
    let first = files.split(',').next().map(PathBuf::from);
    let beside = first.as_deref().and_then(Path::parent).map(Path::to_owned);
    let folder = labels.get(FOLDER).map(PathBuf::from).or(beside);
    let folder = folder.unwrap_or_else(|| PathBuf::from("/"));
    let files = files.split(',').take(MOST);
    let files = files.map(|file| joined(host, &folder, Path::new(file.trim())));
    Some((folder.clone(), files.collect()))
}

/// Reads definitions, one after the other: what a later one sets counts before what an earlier one did.
struct Reader<'a> {
    host: &'a HostRoot,
    known: &'a Known,
    /// How many more files are read.
    left: usize,
    /// What the definitions themselves set.
    sets: Vec<Setting>,
    /// What files of variables do, which the definitions name.
    of_files: Vec<Setting>,
    unread: Vec<UnreadFile>,
}

/// A project of Compose's, as far as its files have it in common.
struct Project {
    /// Its folder.
    folder: PathBuf,
    /// Its files of variables, and their texts.
    variables: Vec<(PathBuf, Zeroizing<String>)>,
    /// How many more are looked up: each time these are read again.
    left: Cell<u32>,
}

impl Project {
    fn variable(&self, name: &str) -> Option<Variable> {
        self.left.set(self.left.get().checked_sub(1)?);
        let last = self.variables.iter().rev();
        let mut found = last.filter_map(|(path, text)| definition::variable(text, name, path));
        found.next()
    }
}

impl Reader<'_> {
    fn composed(&mut self) {
        let labels = &self.known.record.labels;
        let (Some((folder, files)), Some(service)) =
            (compose_files(self.host, self.known), labels.get(SERVICE))
        else {
            return;
        };
        let named = labels.get(VARIABLES).map_or(".env", String::as_str);
        let named = named.split(',').take(MOST);
        let variables = named.map(|path| joined(self.host, &folder, Path::new(path.trim())));
        let variables = variables.filter_map(|path| {
            let text = text(self.host, &path)?;
            Some((path, text))
        });
        let project = Project {
            variables: variables.collect(),
            left: Cell::new(MOST_VARIABLES),
            folder,
        };
        let mut named = false;
        for file in &files {
            named |= self.compose_file(&project, file, &project.folder, service);
        }
        if let (Some(first), false, true) = (files.first(), named, self.unread.is_empty()) {
            self.is_unread(first, WhyUnread::NotNamed);
        }
    }

    fn is_unread(&mut self, path: &Path, why: WhyUnread) {
        let path = path.to_owned();
        let new = UnreadFile { path, why };
        if self.unread.len() < MOST && !self.unread.contains(&new) {
            self.unread.push(new);
        }
    }

    /// The text of a file that a definition consists of. That there is none is told.
    fn text(&mut self, path: &Path) -> Option<Zeroizing<String>> {
        let Some(left) = self.left.checked_sub(1) else {
            self.is_unread(path, WhyUnread::TooMuch);
            return None;
        };
        self.left = left;
        let text = text(self.host, path);
        if text.is_none() {
            self.is_unread(path, WhyUnread::Missing);
        }
        text
    }

    /// A compose file, what it builds on before it. Paths in it begin at this folder. Gives whether it defines the service.
    fn compose_file(
        &mut self,
        project: &Project,
        file: &Path,
        folder: &Path,
        service: &str,
    ) -> bool {
        let Some(text) = self.text(file) else {
            return false;
        };
        let defined = compose::read(&text, service, &|name| project.variable(name));
        let beside = file.parent().unwrap_or(Path::new("/"));
        for base in &defined.bases {
            let file = joined(self.host, beside, &base.file);
            let folder = file.parent().unwrap_or(Path::new("/")).to_owned();
            self.compose_file(project, &file, &folder, &base.service);
        }
        let mut named = defined.named;
        for included in &defined.includes {
            // Its paths begin at its own folder; what is defined here counts before it.
            let file = joined(self.host, folder, included);
            let folder = file.parent().unwrap_or(Path::new("/")).to_owned();
            named |= self.compose_file(project, &file, &folder, service);
        }
        self.take(file, folder, &defined, &|name| project.variable(name));
        named
    }

    fn of_units(&mut self) {
        let units = units::of(self.host, self.known);
        for file in &units.unread {
            self.is_unread(&file.path, file.why);
        }
        for unit in &units.all {
            let folder = unit.file.parent().unwrap_or(Path::new("/"));
            for (file, text) in &unit.texts {
                let defined = quadlet::read(text, &unit.specifiers);
                self.take(file, folder, &defined, &|_| None);
            }
        }
    }

    /// Takes over what a definition says.
    fn take(
        &mut self,
        file: &Path,
        folder: &Path,
        defined: &Definition,
        variables: ProjectVariables<'_>,
    ) {
        for why in &defined.unread {
            self.is_unread(file, *why);
        }
        if defined.resets_files {
            self.of_files.clear();
        }
        for named in &defined.files {
            let path = joined(self.host, folder, &named.path);
            if !named.required && !self.host.is_file(&path) {
                continue;
            }
            let Some(text) = self.text(&path) else {
                continue;
            };
            let sets = definition::variables(&text, named.form, variables);
            add(
                &mut self.of_files,
                sets.iter().map(|set| setting(set, &path)),
            );
        }
        if defined.resets {
            self.sets.clear();
        }
        let is_void = |setting: &Setting| defined.voids.contains(&setting.name);
        self.sets.retain(|setting| !is_void(setting));
        let sets = defined.sets.iter().map(|set| {
            let of_file = set.name == CONTAINER_KEYS[1];
            let secret = of_file.then(|| self.secret(folder, defined, set));
            secret.flatten().unwrap_or_else(|| Setting {
                // The name of a file is no key.
                value: set.value.clone().filter(|_| !of_file),
                ..setting(set, file)
            })
        });
        let sets: Vec<Setting> = sets.collect();
        add(&mut self.sets, sets.into_iter());
    }

    /// The file on the host that the container has where this variable says.
    fn secret(&self, folder: &Path, defined: &Definition, set: &Set) -> Option<Setting> {
        let inside = std::str::from_utf8(set.value.as_ref()?.expose()).ok()?;
        let mounts = self.known.record.mounts.iter();
        let mounted = mounts.filter_map(|mount| {
            let below = Path::new(inside).strip_prefix(&mount.destination).ok()?;
            let depth = mount.destination.components().count();
            Some((depth, mount.source.join(below).components().collect()))
        });
        let mounted = mounted.max_by_key(|(depth, _)| *depth);
        let named = inside.strip_prefix("/run/secrets/").and_then(|name| {
            let (_, path) = defined.secrets.iter().find(|(its, _)| its == name)?;
            Some(joined(self.host, folder, path))
        });
        // What is to be there at the next start, before what was there at the last one.
        let paths = named.into_iter().chain(mounted.map(|(_, path)| path));
        let (path, bytes) = paths
            .into_iter()
            .find_map(|path: PathBuf| Some((path.clone(), self.host.read(&path)?)))?;
        Some(Setting {
            name: set.name.clone(),
            value: Some(SecretBytes::from(bytes.trim_ascii())),
            path,
            line: 1,
        })
    }
}

/// A setting as it stands in a file, or in the file of variables that it takes its value from.
fn setting(set: &Set, file: &Path) -> Setting {
    let (path, line) = match &set.stands {
        Stands::Here(line) => (file, *line),
        Stands::InVariables(at) => (&*at.path, at.line),
    };
    Setting {
        name: set.name.clone(),
        value: set.value.clone(),
        path: path.to_owned(),
        line,
    }
}

/// What a later one sets counts.
fn add(found: &mut Vec<Setting>, new: impl Iterator<Item = Setting>) {
    for setting in new {
        found.retain(|known| known.name != setting.name);
        found.push(setting);
    }
}

/// A path as it stands in a definition, from the folder of that, and without what leads back up where that is there.
fn joined(host: &HostRoot, folder: &Path, path: &Path) -> PathBuf {
    let path: PathBuf = folder.join(path).components().collect();
    let goes_up = path.components().any(|part| part == Component::ParentDir);
    let real = || Some(host.real(path.parent()?)?.join(path.file_name()?));
    match goes_up {
        true => real().unwrap_or(path),
        false => path,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::io::container::Runtime;
    use crate::io::container::written::write;

    #[test]
    fn the_very_line_is_told_wherever_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |path: &str, text: &str| write(root, path, text);
        let id = "a".repeat(64);
        let config = format!(
            r#"{{"ID":"{id}","Name":"/app","Config":{{"Labels":{{
            "{FILES}":"/srv/fs/compose.yml,/srv/fs/override.yml","{FOLDER}":"/srv/fs","{SERVICE}":"app"}}}}}}"#
        );
        write(
            &format!("var/lib/docker/containers/{id}/config.v2.json"),
            &config,
        );
        write(
            "srv/fs/compose.yml",
            "services:\n  app:\n    env_file: app.env\n    environment:\n      FREESCOUT_APP_KEY: ${FS_KEY}\n      FREESCOUT_APP_KEY_FILE: /run/secrets/key\n      DB_HOST: first\nsecrets:\n  key:\n    file: ./key.txt\n",
        );
        write(
            "srv/fs/override.yml",
            "services:\n  app:\n    environment:\n      - DB_HOST=second\n",
        );
        write("srv/fs/.env", "TZ=UTC\nFS_KEY=base64:F=\n");
        write("srv/fs/app.env", "\nAPP_KEY=base64:G=\n");
        write("srv/fs/key.txt", "base64:H=\n");
        let host = HostRoot::at(root).unwrap();
        let container = Container {
            runtime: Runtime::Docker,
            id: Some(id),
            ..Container::default()
        };
        let found = read(&host, &container);
        assert_eq!(found.unread, []);
        let mut told: Vec<String> = found
            .settings
            .iter()
            .map(|one| {
                let value = one
                    .value
                    .as_ref()
                    .map(|v| String::from_utf8_lossy(v.expose()).into_owned());
                let value = value.unwrap_or_default();
                format!(
                    "{} {} {} {value}",
                    one.name,
                    one.path.to_string_lossy(),
                    one.line
                )
            })
            .collect();
        told.sort();
        assert_eq!(
            told,
            [
                "APP_KEY /srv/fs/app.env 2 base64:G=",
                "DB_HOST /srv/fs/override.yml 4 second",
                "FREESCOUT_APP_KEY /srv/fs/.env 2 base64:F=",
                "FREESCOUT_APP_KEY_FILE /srv/fs/key.txt 1 base64:H=",
            ]
        );
    }

    /// The settings of a container that was made from these files, and what was not read of them.
    fn told(files: &[(&str, &str)], mount: &str) -> (Vec<String>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let id = "a".repeat(64);
        let config = format!(
            r#"{{"ID":"{id}","Name":"/app","MountPoints":{{{mount}}},"Config":{{"Labels":{{
            "{FILES}":"/srv/fs/compose.yml","{FOLDER}":"/srv/fs","{SERVICE}":"app"}}}}}}"#
        );
        let config_file = format!("var/lib/docker/containers/{id}/config.v2.json");
        for (path, text) in files.iter().chain(&[(&*config_file, &*config)]) {
            write(root, path, text);
        }
        let container = Container {
            runtime: Runtime::Docker,
            id: Some(id),
            ..Container::default()
        };
        let found = read(&HostRoot::at(root).unwrap(), &container);
        let settings = found.settings.iter().map(|one| {
            let path = one.path.to_string_lossy();
            format!("{} {path} {}", one.name, one.line)
        });
        let unread = found.unread.iter();
        let unread = unread.map(|file| format!("{} {:?}", file.path.to_string_lossy(), file.why));
        (settings.collect(), unread.collect())
    }

    #[test]
    fn what_a_definition_builds_on_is_read_as_well() {
        let files = [
            (
                "srv/fs/compose.yml",
                "include: [more/app.yml]\nservices:\n  db:\n    environment: [APP_KEY=no]\n",
            ),
            (
                "srv/fs/more/app.yml",
                "services:\n  app:\n    extends:\n      file: ../../base.yml\n      service: web\n    environment:\n      DB_SOCKET: !reset null\n      DB_PORT: 1\n      FREESCOUT_APP_KEY_FILE: /keys/key\n",
            ),
            (
                "srv/base.yml",
                "services:\n  web:\n    env_file: [base.env, gone.env, {path: no.env, required: false}]\n    environment: [DB_PORT=2, DB_HOST=x, DB_SOCKET=y]\n",
            ),
            ("srv/base.env", "APP_KEY=base64:A=\n"),
            ("srv/keys/key", "base64:B=\n"),
        ];
        let mount = r#""/keys":{"Source":"/srv/keys","Destination":"/keys"}"#;
        let (settings, unread) = told(&files, mount);
        assert_eq!(
            settings,
            [
                "APP_KEY /srv/base.env 1",
                "DB_HOST /srv/base.yml 4",
                "DB_PORT /srv/fs/more/app.yml 8",
                "FREESCOUT_APP_KEY_FILE /srv/keys/key 1",
            ]
        );
        assert_eq!(unread, ["/srv/gone.env Missing"]);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (text, why) in [
            (
                "services: {app: {environment: *none}}",
                "Broken(Broken { line: 1, too_much: false })",
            ),
            ("services: {web: {}}", "NotNamed"),
            ("services: {app: {env_file: '${FILE}'}}", "Untold(1)"),
            ("include: [compose.yml]", "TooMuch"),
        ] {
            let (settings, unread) = told(&[("srv/fs/compose.yml", text)], "");
            let expected = format!("/srv/fs/compose.yml {why}");
            assert_eq!((settings.len(), unread), (0, vec![expected]), "{text}");
        }
        assert_eq!(told(&[], "").1, ["/srv/fs/compose.yml Missing"]);
    }

    #[test]
    fn a_unit_and_what_is_added_to_it_tell_theirs() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let id = "a".repeat(64);
        let units = "etc/containers/systemd/apps";
        for (path, text) in [
            (
                "var/lib/containers/storage/overlay-containers/containers.json",
                &*format!(r#"[{{"id":"{id}","names":["desk"],"layer":"{id}","metadata":"{{}}"}}]"#),
            ),
            (
                &*format!("{units}/desk.container"),
                "[Container]\nContainerName=desk\nEnvironmentFile=a.env\nEnvironment=DB_HOST=x DB_PORT=1\nSecret=key,type=env,target=FREESCOUT_APP_KEY\n",
            ),
            (
                "etc/containers/systemd/desk.container.d/1.conf",
                "[Container]\nEnvironmentFile=\nEnvironmentFile=%h/b.env\nEnvironment=DB_PORT=2\nEnvironmentFile=%m/c.env\n",
            ),
            (&*format!("{units}/a.env"), "APP_KEY=base64:A=\n"),
            ("root/b.env", "APP_KEY=base64:B=\n"),
        ] {
            write(root, path, text);
        }
        let container = Container {
            runtime: Runtime::Podman,
            id: Some(id),
            ..Container::default()
        };
        let unread = read(&HostRoot::at(root).unwrap(), &container).unread;
        assert_eq!(unread[0].why, WhyUnread::NeverStarted);
        write(root, &unread[0].path.to_string_lossy(), "{}");
        let found = read(&HostRoot::at(root).unwrap(), &container);
        let told = |one: &Setting| {
            let value = one.value.as_ref();
            let value = value.map(|v| String::from_utf8_lossy(v.expose()).into_owned());
            let (path, value) = (one.path.to_string_lossy(), value.unwrap_or_default());
            format!("{} {path} {} {value}", one.name, one.line)
        };
        let added = "/etc/containers/systemd/desk.container.d/1.conf";
        assert_eq!(
            found.settings.iter().map(told).collect::<Vec<_>>(),
            [
                "APP_KEY /root/b.env 1 base64:B=".to_owned(),
                format!("DB_HOST /{units}/desk.container 4 x"),
                format!("FREESCOUT_APP_KEY /{units}/desk.container 5 "),
                format!("DB_PORT {added} 4 2"),
            ]
        );
        let untold = UnreadFile {
            path: added.into(),
            why: WhyUnread::Untold(5),
        };
        assert_eq!(found.unread, [untold]);
    }
}
