//! Where a container's environment is defined on the host, so that a key which the next start would bring back can be
//! changed there: the compose file that its runtime noted, the files that it names, units for Podman.

mod composed;
mod given;

use std::path::{Component, Path, PathBuf};

use zeroize::Zeroizing;

use super::runtimes::{self, Known, Layers};
use super::units;
use super::{Container, libpod};
use crate::domain::config::container::definition::granted::{GivenFile, ProjectFile};
use crate::domain::config::container::definition::{
    self, Definition, ProjectFileSource, ProjectVariables, Set, Stands, UnreadFile, WhyUnread,
};
use crate::domain::config::container::libpod::ContainerConfig;
use crate::domain::config::container::quadlet;
use crate::domain::config::elsewhere::{CONTAINER_KEYS, Setting};
use crate::io::install::host::HostRoot;

/// What Compose notes on a container: its files, their folder, the service, other files of variables.
const FILES: &str = "com.docker.compose.project.config_files";
const FOLDER: &str = "com.docker.compose.project.working_dir";
const SERVICE: &str = "com.docker.compose.service";
const VARIABLES: &str = "com.docker.compose.project.environment_file";
/// How many files of one kind are read, and how many of them all for one container.
const MOST: usize = 32;

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
        given: Vec::new(),
        project_files: Vec::new(),
        unread: unread.into_iter().collect(),
    };
    if let Some(why) = known.record.unread {
        reader.is_unread(&known.written, why);
    }
    reader.composed();
    reader.of_units();
    reader.into_defined()
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
    /// What the container is given as files.
    given: Vec<GivenFile>,
    /// The secrets and configs of the project.
    project_files: Vec<ProjectFile<Contents>>,
    unread: Vec<UnreadFile>,
}

/// Where the contents of a secret or config are on the host.
enum Contents {
    /// They are this file.
    File(PathBuf),
    /// They stand here.
    Text(Setting),
}

impl Reader<'_> {
    fn is_unread(&mut self, path: &Path, why: WhyUnread) {
        let path = path.to_owned();
        let new = UnreadFile { path, why };
        if self.unread.len() < MOST && !self.unread.contains(&new) {
            self.unread.push(new);
        }
    }

    /// Tells that this file is not read, and why, as far as that is seen.
    fn has_no_text(&mut self, path: &Path) {
        let why = match self.host.number(path) {
            None => WhyUnread::Missing,
            Some(_) if self.host.is_file(path) => WhyUnread::TooMuch,
            Some(_) => WhyUnread::NotAFile,
        };
        self.is_unread(path, why);
    }

    /// The text of a file that a definition consists of. That there is none is told, and that it is not all text.
    fn text(&mut self, path: &Path) -> Option<Zeroizing<String>> {
        let Some(left) = self.left.checked_sub(1) else {
            self.is_unread(path, WhyUnread::TooMuch);
            return None;
        };
        self.left = left;
        let Some(bytes) = self.host.read(path) else {
            self.has_no_text(path);
            return None;
        };
        if std::str::from_utf8(&bytes).is_err() {
            self.is_unread(path, WhyUnread::NotText);
        }
        Some(String::from_utf8_lossy(&bytes).into_owned().into())
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
        let sets = defined.sets.iter().map(|set| setting(set, file));
        add(&mut self.sets, sets);
        self.given.extend_from_slice(&defined.given);
        for defined in &defined.files_of_project {
            let contents = match &defined.source {
                ProjectFileSource::File(path) => Contents::File(joined(self.host, folder, path)),
                ProjectFileSource::Text(set) => Contents::Text(setting(set, file)),
            };
            self.project_files.push(ProjectFile {
                kind: defined.kind,
                name: defined.name.clone(),
                source: contents,
            });
        }
    }

    /// What was found, when all is read: a secret may be defined in another file than the one that names it.
    fn into_defined(mut self) -> Defined {
        let mut settings = std::mem::take(&mut self.of_files);
        add(&mut settings, std::mem::take(&mut self.sets).into_iter());
        for setting in &mut settings {
            if setting.name == CONTAINER_KEYS[1] {
                self.follow(setting);
            }
        }
        Defined {
            settings,
            unread: self.unread,
        }
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
            "services:\n  app:\n    env_file: app.env\n    secrets: [key]\n    environment:\n      FREESCOUT_APP_KEY: ${FS_KEY}\n      FREESCOUT_APP_KEY_FILE: /run/secrets/key\n      DB_HOST: first\nsecrets:\n  key:\n    file: ./key.txt\n",
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

    /// What the definition of a container says that was made from these files.
    pub(super) fn defined<T: AsRef<[u8]>>(files: &[(&str, T)], mount: &str) -> Defined {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let id = "a".repeat(64);
        let config = format!(
            r#"{{"ID":"{id}","Name":"/app","MountPoints":{{{mount}}},"Config":{{"Labels":{{
            "{FILES}":"/srv/fs/compose.yml","{FOLDER}":"/srv/fs","{SERVICE}":"app"}}}}}}"#
        );
        let config_file = format!("var/lib/docker/containers/{id}/config.v2.json");
        write(root, &config_file, &config);
        for (path, text) in files {
            write(root, path, text);
        }
        let container = Container {
            runtime: Runtime::Docker,
            id: Some(id),
            ..Container::default()
        };
        read(&HostRoot::at(root).unwrap(), &container)
    }

    /// The places of its settings, and what was not read.
    pub(super) fn told<T: AsRef<[u8]>>(
        files: &[(&str, T)],
        mount: &str,
    ) -> (Vec<String>, Vec<String>) {
        let found = defined(files, mount);
        let settings = found.settings.iter().map(|one| {
            let path = one.path.to_string_lossy();
            format!("{} {path} {}", one.name, one.line)
        });
        let unread = found.unread.iter();
        let unread = unread.map(|file| format!("{} {:?}", file.path.to_string_lossy(), file.why));
        (settings.collect(), unread.collect())
    }

    #[test]
    fn what_is_no_file_is_not_said_to_be_missing() {
        let text = "services: {app: {env_file: [folder, gone.env]}}";
        let files = [("srv/fs/compose.yml", text), ("srv/fs/folder/x", "")];
        let (_, unread) = told(&files, "");
        let told = ["/srv/fs/folder NotAFile", "/srv/fs/gone.env Missing"];
        assert_eq!(unread, told);
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
        assert_eq!(told::<&str>(&[], "").1, ["/srv/fs/compose.yml Missing"]);
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
