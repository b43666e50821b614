//! What runtimes write down of a container: Docker's `config.v2.json`, Podman's `containers.json` and the runtime
//! specification's `config.json` (OCI). Only what is needed of them; whatever else stands there is passed over.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::RunState;
use super::cgroup::RUNTIME_FILES;
use super::definition::WhyUnread;
use crate::domain::config::inherited::Variables;
use crate::domain::inventory::secret::SecretBytes;

/// A folder or file of the host's that stands at another path in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mounted {
    /// What it is on the host.
    pub source: PathBuf,
    /// Where it stands inside.
    pub destination: PathBuf,
}

/// What is written down of one container.
#[derive(Debug, Default)]
pub struct Record {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// What its first process is started with.
    pub environment: Variables,
    /// What stands in it of the host's.
    pub mounts: Vec<Mounted>,
    /// What others have written on it.
    pub labels: BTreeMap<String, String>,
    /// The folder that its first process starts in.
    pub work_folder: Option<PathBuf>,
    /// How its layers are stored, by the runtime's name of that: `overlay2`, `overlay`.
    pub driver: Option<String>,
    /// The runtime's own files that stand in it, such as `/etc/hosts`.
    pub own_files: Vec<Mounted>,
    /// Its first process, as the host numbers it, where that is written down and it runs.
    pub process: Option<i32>,
    /// What its runtime says it does, where that is more than that it runs or does not.
    pub state: Option<RunState>,
    /// Why its mounts and its environment are not known, where they are not.
    pub unread: Option<WhyUnread>,
}

#[derive(Deserialize)]
struct DockerForm {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Name", default)]
    name: String,
    #[serde(rename = "Driver", default)]
    driver: Option<String>,
    #[serde(rename = "Config", default)]
    config: DockerConfig,
    #[serde(rename = "MountPoints", default)]
    mounts: Option<BTreeMap<String, DockerMount>>,
    #[serde(rename = "State", default)]
    state: DockerState,
    #[serde(rename = "HostnamePath", default)]
    hostname: PathBuf,
    #[serde(rename = "HostsPath", default)]
    hosts: PathBuf,
    #[serde(rename = "ResolvConfPath", default)]
    name_servers: PathBuf,
}

#[derive(Deserialize, Default)]
struct DockerState {
    #[serde(rename = "Running", default)]
    running: bool,
    #[serde(rename = "Pid", default)]
    process: i32,
    #[serde(rename = "Paused", default)]
    paused: bool,
    #[serde(rename = "Restarting", default)]
    restarting: bool,
}

#[derive(Deserialize, Default)]
struct DockerConfig {
    #[serde(rename = "Env", default)]
    environment: Option<Vec<String>>,
    #[serde(rename = "Labels", default)]
    labels: Option<BTreeMap<String, String>>,
    #[serde(rename = "WorkingDir", default)]
    work_folder: String,
}

#[derive(Deserialize)]
struct DockerMount {
    #[serde(rename = "Source", default)]
    source: PathBuf,
    #[serde(rename = "Destination", default)]
    destination: PathBuf,
}

/// Docker's `config.v2.json`.
pub fn docker(bytes: &[u8]) -> Option<Record> {
    let form: DockerForm = serde_json::from_slice(bytes).ok()?;
    let mounts = form.mounts.unwrap_or_default().into_values();
    let mounts = mounts.map(|mount| (mount.source, mount.destination));
    let name = form.name.trim_start_matches('/').to_owned();
    let own_files = [
        (form.hostname, "/etc/hostname"),
        (form.hosts, "/etc/hosts"),
        (form.name_servers, "/etc/resolv.conf"),
    ];
    let own_files = own_files.into_iter();
    let DockerState {
        running,
        process,
        paused,
        restarting,
    } = form.state;
    Some(Record {
        id: id(&form.id)?,
        name: (!name.is_empty()).then_some(name),
        environment: variables(form.config.environment.unwrap_or_default()),
        mounts: mounted(mounts),
        labels: form.config.labels.unwrap_or_default(),
        work_folder: absolute(form.config.work_folder.into()),
        driver: form.driver,
        own_files: mounted(own_files.map(|(source, inside)| (source, inside.into()))),
        process: (running && process > 0).then_some(process),
        state: match (restarting, paused) {
            (true, _) => Some(RunState::Restarting),
            (false, true) => Some(RunState::Paused),
            (false, false) => None,
        },
        unread: None,
    })
}

/// The data folder that Docker's daemon is told on its command line, wherever that is written down.
pub fn data_folder<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<PathBuf> {
    let mut words = words.into_iter();
    let mut found = None;
    while let Some(word) = words.next() {
        let word = word.trim_matches(['"', '\'']);
        let value = match word.split_once('=') {
            Some((name, value)) if ["--data-root", "--graph"].contains(&name) => Some(value),
            None if ["--data-root", "--graph", "-g"].contains(&word) => words.next(),
            _ => None,
        };
        found = value.map(|value| value.trim_matches(['"', '\''])).or(found);
    }
    found.and_then(|folder| absolute(folder.into()))
}

/// A container as Podman lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The layer that it writes to.
    pub layer: String,
    /// How its layers are stored.
    pub driver: &'static str,
}

#[derive(Deserialize)]
struct ListedForm {
    id: String,
    #[serde(default)]
    names: Option<Vec<String>>,
    #[serde(default)]
    layer: String,
    #[serde(default)]
    metadata: Option<String>,
}

/// Podman's `containers.json`. What others store there, such as images that are being built, is left out.
pub fn listed(bytes: &[u8], driver: &'static str) -> Vec<Listed> {
    let forms: Vec<ListedForm> = serde_json::from_slice(bytes).unwrap_or_default();
    let row = |form: ListedForm| {
        form.metadata.filter(|text| !text.is_empty())?;
        Some(Listed {
            id: id(&form.id)?,
            name: form.names.unwrap_or_default().into_iter().next(),
            layer: id(&form.layer)?,
            driver,
        })
    };
    forms.into_iter().filter_map(row).collect()
}

#[derive(Deserialize, Default)]
pub(super) struct OciForm {
    #[serde(default)]
    process: Option<OciProcess>,
    #[serde(default)]
    mounts: Option<Vec<OciMount>>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct OciProcess {
    #[serde(default)]
    env: Option<Vec<String>>,
    #[serde(default)]
    cwd: PathBuf,
}

#[derive(Deserialize)]
struct OciMount {
    destination: PathBuf,
    #[serde(default)]
    source: PathBuf,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

/// The runtime specification's `config.json` of a listed container.
pub fn oci(listed: &Listed, bytes: &[u8]) -> Option<Record> {
    let form: OciForm = serde_json::from_slice(bytes).ok()?;
    Some(of_form(listed, form, Vec::new()))
}

/// What a specification says of a listed container, with what is mounted into it besides.
pub(super) fn of_form(listed: &Listed, form: OciForm, more: Vec<Mounted>) -> Record {
    let mounts = form.mounts.unwrap_or_default().into_iter();
    let bound = mounts.filter(|mount| mount.kind.as_deref() == Some("bind"));
    let (environment, work_folder) = match form.process {
        Some(process) => (process.env.unwrap_or_default(), absolute(process.cwd)),
        None => (Vec::new(), None),
    };
    let bound = bound.map(|mount| (mount.source, mount.destination));
    let more = more.into_iter();
    let more = more.map(|mount| (mount.source, mount.destination));
    let mounts = mounted(bound.chain(more));
    let own = |mount: &&Mounted| {
        let inside = mount.destination.to_str();
        inside.is_some_and(|path| RUNTIME_FILES.contains(&path))
    };
    Record {
        id: listed.id.clone(),
        name: listed.name.clone(),
        environment: variables(environment),
        own_files: mounts.iter().filter(own).cloned().collect(),
        mounts,
        labels: form.annotations.unwrap_or_default(),
        work_folder,
        driver: Some(listed.driver.to_owned()),
        process: None,
        ..Record::default()
    }
}

/// An id that is one: it becomes part of paths.
fn id(text: &str) -> Option<String> {
    let plain = (12..=128).contains(&text.len()) && super::is_hex(text);
    plain.then(|| text.to_owned())
}

fn absolute(path: PathBuf) -> Option<PathBuf> {
    let plain = |part: Component<'_>| matches!(part, Component::RootDir | Component::Normal(_));
    let whole = path.is_absolute() && path.components().all(plain);
    (whole && path != Path::new("/")).then_some(path)
}

/// Those that lead from one place to another, the outer ones first.
fn mounted(pairs: impl Iterator<Item = (PathBuf, PathBuf)>) -> Vec<Mounted> {
    let mut mounts: Vec<Mounted> = pairs
        .filter_map(|(source, destination)| {
            Some(Mounted {
                source: absolute(source)?,
                destination: absolute(destination)?,
            })
        })
        .collect();
    mounts.sort_by(|a, b| a.destination.cmp(&b.destination));
    mounts
}

fn variables(texts: Vec<String>) -> Variables {
    let pair = |text: String| {
        let (name, value) = text.split_once('=')?;
        let value = SecretBytes::from(value.as_bytes());
        Some((name.as_bytes().to_vec(), value))
    };
    texts.into_iter().filter_map(pair).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn docker_says_name_environment_and_mounts() {
        let text = format!(
            r#"{{"ID":"{ID}","Name":"/freescout-app","Driver":"overlay2","State":{{"Running":true,"Pid":4211}},
            "HostsPath":"/var/lib/docker/containers/{ID}/hosts","HostnamePath":"",
            "Config":{{"Env":["APP_KEY=base64:x=","NOTHING","EMPTY="],"WorkingDir":"/www",
            "Labels":{{"com.docker.compose.service":"app"}}}},
            "MountPoints":{{"/data":{{"Source":"/srv/data","Destination":"/data"}},
            "/a":{{"Source":"/srv/../etc","Destination":"/a"}},
            "/assets/custom":{{"Source":"/srv/c","Destination":"/assets/custom"}}}}}}"#
        );
        let record = docker(text.as_bytes()).unwrap();
        assert_eq!(record.name.as_deref(), Some("freescout-app"));
        let value = |name: &[u8]| record.environment.get(name).map(SecretBytes::expose);
        assert_eq!(value(b"APP_KEY"), Some(&b"base64:x="[..]));
        assert_eq!(value(b"EMPTY"), Some(&b""[..]));
        assert_eq!(record.environment.len(), 2);
        let places: Vec<_> = record
            .mounts
            .iter()
            .map(|m| m.destination.clone())
            .collect();
        assert_eq!(places, [Path::new("/assets/custom"), Path::new("/data")]);
        assert_eq!(record.work_folder.as_deref(), Some(Path::new("/www")));
        assert_eq!(record.process, Some(4211));
        let own: Vec<_> = record
            .own_files
            .iter()
            .map(|m| m.destination.clone())
            .collect();
        assert_eq!(own, [Path::new("/etc/hosts")]);
        let state = |state: &str| {
            let text = format!(r#"{{"ID":"{ID}","State":{{{state}}}}}"#);
            docker(text.as_bytes()).unwrap().state
        };
        // Docker says of one that waits for its next start that it runs.
        let waits = r#""Running":true,"Restarting":true,"Pid":0"#;
        assert_eq!(state(waits), Some(RunState::Restarting));
        let paused = r#""Running":true,"Paused":true,"Pid":7"#;
        assert_eq!(state(paused), Some(RunState::Paused));
        assert_eq!(state(r#""Running":true,"Pid":7"#), None);
        let stopped = format!(r#"{{"ID":"{ID}","State":{{"Running":false,"Pid":7}}}}"#);
        assert_eq!(docker(stopped.as_bytes()).unwrap().process, None);
        assert!(docker(b"{\"ID\":\"../../etc\"}").is_none());
        assert!(docker(b"[1,").is_none());
    }

    #[test]
    fn a_daemon_says_where_it_keeps_its_data() {
        for (line, folder) in [
            ("dockerd -H fd:// --data-root /srv/d", Some("/srv/d")),
            (
                "ExecStart=/usr/bin/dockerd --data-root=/srv/d",
                Some("/srv/d"),
            ),
            ("DOCKER_OPTS=\"--dns 8.8.8.8 -g /srv/d\"", Some("/srv/d")),
            (
                "dockerd --graph '/old' --data-root=\"/srv/d\"",
                Some("/srv/d"),
            ),
            ("dockerd --data-root", None),
            ("dockerd --data-root ../srv", None),
            ("dockerd --containerd=/run/containerd.sock", None),
        ] {
            let found = data_folder(line.split_whitespace());
            assert_eq!(found.as_deref(), folder.map(Path::new), "{line}");
        }
    }

    #[test]
    fn podman_lists_its_own_and_not_what_is_being_built() {
        let layer = ID.replace('0', "f");
        let text = format!(
            r#"[{{"id":"{ID}","names":["helpdesk"],"layer":"{layer}","metadata":"{{}}"}},
            {{"id":"{layer}","names":["working-container"],"layer":"{ID}"}},
            {{"id":"../x","layer":"{ID}","metadata":"{{}}"}}]"#
        );
        let all = listed(text.as_bytes(), "overlay");
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].layer, layer);
        let spec = r#"{"process":{"env":["FREESCOUT_APP_KEY=x"],"cwd":"/"},"mounts":[
            {"destination":"/proc","type":"proc","source":"proc"},
            {"destination":"/etc/hosts","type":"bind","source":"/run/containers/storage/x/hosts"},
            {"destination":"/data","type":"bind","source":"/srv/data","options":["rbind"]}]}"#;
        let record = oci(&all[0], spec.as_bytes()).unwrap();
        assert_eq!(record.name.as_deref(), Some("helpdesk"));
        assert_eq!(record.mounts.len(), 2);
        assert_eq!(record.own_files, record.mounts[1..]);
        assert_eq!(record.work_folder, None);
        assert!(record.environment.contains_key(&b"FREESCOUT_APP_KEY"[..]));
        assert_eq!(record.driver.as_deref(), Some("overlay"));
        assert!(listed(b"{}", "vfs").is_empty());
    }
}
