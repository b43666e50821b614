//! Where a container's environment is defined on the host, so that a key which the next start would bring back can be
//! changed there: the compose file that its runtime noted, the files that it names, units for Podman.

use std::path::{Path, PathBuf};

use super::runtimes::{self, Known, Layers};
use super::{Container, Runtime, libpod};
use crate::domain::config::container::definition::{self, Definition, Set, SetTo};
use crate::domain::config::elsewhere::{CONTAINER_KEYS, Setting};
use crate::domain::inventory::secret::SecretBytes;
use crate::io::install::host::HostRoot;

/// What Compose notes on a container: its files, their folder, the service, other files of variables.
const FILES: &str = "com.docker.compose.project.config_files";
const FOLDER: &str = "com.docker.compose.project.working_dir";
const SERVICE: &str = "com.docker.compose.service";
const VARIABLES: &str = "com.docker.compose.project.environment_file";
/// Where units for Podman are.
const UNITS: [&str; 2] = ["/etc/containers/systemd", "/usr/share/containers/systemd"];
/// How many files of one kind are read.
const MOST: usize = 32;

/// The settings that a container's definition makes, with the line of each. `host` is the system that the container runs on.
pub fn settings(host: &HostRoot, container: &Container) -> Vec<Setting> {
    let Some(known) = labelled(host, container) else {
        return Vec::new();
    };
    let mut found = composed(host, &known);
    found.extend(of_units(host, &known));
    found
}

/// The file that a container is made anew from, where there is one: the first of its compose files, or its unit.
pub fn file(host: &HostRoot, container: &Container) -> Option<PathBuf> {
    let known = labelled(host, container)?;
    let composed = compose_files(&known).map(|(_, files)| files);
    let unit = || units(host, &known).into_iter().map(|(file, _)| file);
    let all = composed.into_iter().flatten().chain(unit());
    all.into_iter().find(|file| host.is_file(file))
}

/// What a runtime wrote down of a container, with its labels: those of Podman stand apart.
fn labelled(host: &HostRoot, container: &Container) -> Option<Known> {
    let mut known = runtimes::of(host, container)?;
    if let Layers::Podman(storage, _) = &known.layers {
        let labels = libpod::labels(host, storage, &known.record.id, known.owner == 0);
        known.record.labels.extend(labels.unwrap_or_default());
    }
    Some(known)
}

/// The folder of a compose project, and its files.
fn compose_files(known: &Known) -> Option<(PathBuf, Vec<PathBuf>)> {
    let labels = &known.record.labels;
    let files = labels.get(FILES)?;
    let first = files.split(',').next().map(PathBuf::from);
    let beside = first.as_deref().and_then(Path::parent).map(Path::to_owned);
    let folder = labels.get(FOLDER).map(PathBuf::from).or(beside);
    let folder = folder.unwrap_or_else(|| PathBuf::from("/"));
    let files = files.split(',').take(MOST);
    let files = files.map(|file| joined(&folder, Path::new(file.trim())));
    Some((folder.clone(), files.collect()))
}

fn composed(host: &HostRoot, known: &Known) -> Vec<Setting> {
    let labels = &known.record.labels;
    let (Some((folder, files)), Some(service)) = (compose_files(known), labels.get(SERVICE)) else {
        return Vec::new();
    };
    let variables = labels
        .get(VARIABLES)
        .map(|path| joined(&folder, Path::new(path)));
    let variables = variables.unwrap_or_else(|| folder.join(".env"));
    let mut found: Vec<Setting> = Vec::new();
    for file in files {
        let Some(text) = text(host, &file) else {
            continue;
        };
        let defined = definition::compose(&text, service);
        add(
            &mut found,
            settings_of(host, &file, &folder, &variables, &defined),
        );
    }
    found
}

fn of_units(host: &HostRoot, known: &Known) -> Vec<Setting> {
    let mut found = Vec::new();
    for (file, text) in units(host, known) {
        let defined = definition::quadlet(&text);
        let folder = file.parent().unwrap_or(Path::new("/"));
        add(
            &mut found,
            settings_of(host, &file, folder, Path::new(""), &defined),
        );
    }
    found
}

/// The units for Podman that define this container, and their texts.
fn units(host: &HostRoot, known: &Known) -> Vec<(PathBuf, String)> {
    let named = known.record.name.as_ref();
    let Some(name) = named.filter(|_| known.runtime == Runtime::Podman) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for folder in UNITS.map(Path::new) {
        for entry in host.entries(folder).into_iter().take(MOST * 8) {
            let file = folder.join(&entry.name);
            if file.extension().is_none_or(|ending| ending != "container") {
                continue;
            }
            let Some(text) = text(host, &file) else {
                continue;
            };
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            let usual = format!("systemd-{stem}");
            if definition::quadlet_name(&text).unwrap_or(&usual) == name {
                found.push((file, text));
            }
        }
    }
    found
}

/// What a later file sets counts, as does what stands in the definition before what a file of variables says.
fn add(found: &mut Vec<Setting>, new: Vec<Setting>) {
    for setting in new {
        found.retain(|known| known.name != setting.name);
        found.push(setting);
    }
}

fn settings_of(
    host: &HostRoot,
    file: &Path,
    folder: &Path,
    variables: &Path,
    defined: &Definition,
) -> Vec<Setting> {
    let mut found = Vec::new();
    let setting = |set: &Set, path: &Path, line, value| Setting {
        name: set.name.clone(),
        value,
        path: path.to_owned(),
        line,
    };
    for named in defined.files.iter().take(MOST) {
        let path = joined(folder, named);
        let text = text(host, &path).unwrap_or_default();
        let sets = definition::variables(&text);
        let sets = sets.iter().map(|set| match &set.value {
            SetTo::Is(value) => setting(set, &path, set.line, Some(value.clone())),
            SetTo::Of(_) => setting(set, &path, set.line, None),
        });
        add(&mut found, sets.collect());
    }
    let sets = defined.sets.iter().map(|set| match &set.value {
        SetTo::Is(value) if set.name == CONTAINER_KEYS[1] => secret(host, folder, defined, value)
            .unwrap_or_else(|| setting(set, file, set.line, None)),
        SetTo::Is(value) => setting(set, file, set.line, Some(value.clone())),
        SetTo::Of(other) => {
            let text = text(host, variables).unwrap_or_default();
            match definition::variable(&text, other) {
                Some((value, line)) => setting(set, variables, line, Some(value)),
                None => setting(set, file, set.line, None),
            }
        }
    });
    add(&mut found, sets.collect());
    found
}

/// The file on the host that is a secret of this name inside.
fn secret(
    host: &HostRoot,
    folder: &Path,
    defined: &Definition,
    named: &SecretBytes,
) -> Option<Setting> {
    let inside = std::str::from_utf8(named.expose()).ok()?;
    let name = inside.strip_prefix("/run/secrets/")?;
    let (_, path) = defined.secrets.iter().find(|(its, _)| its == name)?;
    let path = joined(folder, path);
    let bytes = host.read(&path)?;
    Some(Setting {
        name: CONTAINER_KEYS[1].to_owned(),
        value: Some(SecretBytes::from(bytes.trim_ascii())),
        path,
        line: 1,
    })
}

/// A path as it stands in a definition, from the folder of that.
fn joined(folder: &Path, path: &Path) -> PathBuf {
    folder.join(path).components().collect()
}

fn text(host: &HostRoot, path: &Path) -> Option<String> {
    let bytes = host.read(path)?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_very_line_is_told_wherever_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
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
        let found = settings(&host, &container);
        let mut told: Vec<String> = found
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
}
