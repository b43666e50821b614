//! What Podman keeps of a container in a database of its own alone: its labels, and what it is to be started with before it
//! was started once. That is a BoltDB up to version 4.7, and on servers that were set up with one of those. In either
//! database, each container's configuration is one JSON text.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use memchr::memmem;
use serde::Deserialize;

use super::records::{Listed, Mounted, OciForm, Record, of_form};

/// Labels by their names.
pub type Labels = BTreeMap<String, String>;

/// What stands before a container's configuration: the name of the entry, and how that text begins.
const BEGINS: &[u8] = b"config{\"spec\":{";
/// Where in that the text begins.
const NAME: usize = b"config".len();
/// The longest configuration.
const LONGEST: usize = 1 << 20;
/// How many texts may be none, as of entries that were replaced.
const MOST_BROKEN: usize = 64;
/// A container's configuration, as Podman made it.
#[derive(Deserialize)]
pub struct ContainerConfig {
    id: String,
    #[serde(default)]
    labels: Option<Labels>,
    #[serde(default)]
    spec: OciForm,
    #[serde(default, rename = "namedVolumes")]
    volumes: Option<Vec<NamedVolume>>,
}

#[derive(Deserialize)]
struct NamedVolume {
    #[serde(default, rename = "volumeName")]
    name: String,
    #[serde(default, rename = "dest")]
    destination: PathBuf,
}

impl ContainerConfig {
    /// What others have written on it.
    pub fn into_labels(self) -> Labels {
        self.labels.unwrap_or_default()
    }

    /// What it is to be started with. Podman keeps its volumes below `volumes`.
    pub fn into_record(self, listed: &Listed, volumes: &Path) -> Record {
        let named = self.volumes.unwrap_or_default().into_iter();
        let is_name =
            |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains('/');
        let named = named.filter(|volume| is_name(&volume.name));
        let named = named.map(|volume| Mounted {
            source: volumes.join(volume.name).join("_data"),
            destination: volume.destination,
        });
        let mut record = of_form(listed, self.spec, named.collect());
        record.labels.extend(self.labels.unwrap_or_default());
        record
    }
}

/// The configuration of the container with this id, in the bytes of a BoltDB. Its texts are whole, wherever they stand; one
/// that was replaced says the same of what is asked of it here, which never changes.
pub fn of_bolt(bytes: &[u8], id: &str) -> Option<ContainerConfig> {
    let mut left = bytes;
    let mut broken = 0;
    while let Some(at) = memmem::find(left, BEGINS) {
        left = &left[at + NAME..];
        let text = &left[..left.len().min(LONGEST)];
        let mut texts = serde_json::Deserializer::from_slice(text).into_iter::<ContainerConfig>();
        match texts.next() {
            Some(Ok(form)) if form.id == id => return Some(form),
            Some(Ok(_)) => left = &left[texts.byte_offset()..],
            Some(Err(_)) | None if broken < MOST_BROKEN => broken += 1,
            Some(Err(_)) | None => return None,
        }
    }
    None
}

/// One configuration, as the SQLite database of later versions has it.
pub fn of_config(text: &[u8]) -> Option<ContainerConfig> {
    serde_json::from_slice(text).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn config(id: &str, service: &str) -> String {
        format!(
            r#"config{{"spec":{{"process":{{"env":["A=}}"]}}}},"id":"{id}","labels":{{"com.docker.compose.service":"{service}"}},"x":[1]}}"#
        )
    }

    #[test]
    fn the_labels_of_one_container_are_found_among_others() {
        let mut bytes = vec![0_u8; 4096];
        bytes.extend_from_slice(b"config{\"spec\":{\"cut off");
        bytes.extend_from_slice(&[0, 255, 7]);
        for (id, service) in [("aaaa", "db"), ("bbbb", "app")] {
            bytes.extend_from_slice(config(id, service).as_bytes());
            bytes.extend_from_slice(b"netNSPath\0\xff");
        }
        let service = |id| {
            let labels = of_bolt(&bytes, id)?.into_labels();
            labels.get("com.docker.compose.service").cloned()
        };
        assert_eq!(service("bbbb").as_deref(), Some("app"));
        assert_eq!(service("aaaa").as_deref(), Some("db"));
        assert_eq!(service("cccc"), None);
        let text = config("bbbb", "app");
        let labels = of_config(&text.as_bytes()[NAME..]).unwrap().into_labels();
        assert_eq!(labels["com.docker.compose.service"], "app");
    }

    #[test]
    fn what_is_none_costs_little() {
        let bytes = BEGINS.repeat(100_000);
        assert!(of_bolt(&bytes, "aaaa").is_none());
        assert!(of_config(b"{").is_none());
    }

    #[test]
    fn what_a_container_is_to_be_started_with_is_told() {
        let text = r#"{"spec":{"process":{"env":["APP_KEY=base64:x="],"cwd":"/www"},"mounts":[
            {"destination":"/proc","type":"proc","source":"proc"},
            {"destination":"/data","type":"bind","source":"/srv/data"}]},"id":"aaaa","labels":{"a":"b"},
            "namedVolumes":[{"volumeName":"fs","dest":"/www/html"},{"volumeName":"../../etc","dest":"/x"}]}"#;
        let listed = Listed {
            id: "aaaa".to_owned(),
            name: Some("one".to_owned()),
            layer: "bbbb".to_owned(),
            driver: "overlay",
        };
        let config = of_config(text.as_bytes()).unwrap();
        let record = config.into_record(&listed, Path::new("/s/volumes"));
        assert!(record.environment.contains_key(&b"APP_KEY"[..]));
        assert_eq!(record.work_folder.as_deref(), Some(Path::new("/www")));
        assert_eq!(record.labels["a"], "b");
        let mount = |source: &str, destination: &str| Mounted {
            source: source.into(),
            destination: destination.into(),
        };
        let expected = [
            mount("/srv/data", "/data"),
            mount("/s/volumes/fs/_data", "/www/html"),
        ];
        assert_eq!(record.mounts, expected);
    }
}
