//! Labels of Podman's containers: Podman keeps them in a database of its own alone, which is a BoltDB up to version 4.7,
//! and on servers that were set up with one of those. In it, each container's configuration is one JSON text.

use std::collections::BTreeMap;

use memchr::memmem;
use serde::Deserialize;

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

#[derive(Deserialize)]
struct ConfigForm {
    id: String,
    #[serde(default)]
    labels: Option<Labels>,
}

/// The labels of the container with this id, in the bytes of a BoltDB. Its texts are whole, wherever they stand; one that was
/// replaced has the same labels, which never change.
pub fn of_bolt(bytes: &[u8], id: &str) -> Option<Labels> {
    let mut left = bytes;
    let mut broken = 0;
    while let Some(at) = memmem::find(left, BEGINS) {
        left = &left[at + NAME..];
        let text = &left[..left.len().min(LONGEST)];
        let mut texts = serde_json::Deserializer::from_slice(text).into_iter::<ConfigForm>();
        match texts.next() {
            Some(Ok(form)) if form.id == id => return form.labels,
            Some(Ok(_)) => left = &left[texts.byte_offset()..],
            Some(Err(_)) | None if broken < MOST_BROKEN => broken += 1,
            Some(Err(_)) | None => return None,
        }
    }
    None
}

/// The labels in one configuration, as the SQLite database of later versions has it.
pub fn of_config(text: &[u8]) -> Option<Labels> {
    serde_json::from_slice::<ConfigForm>(text).ok()?.labels
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
            let labels = of_bolt(&bytes, id);
            labels.and_then(|labels| labels.get("com.docker.compose.service").cloned())
        };
        assert_eq!(service("bbbb").as_deref(), Some("app"));
        assert_eq!(service("aaaa").as_deref(), Some("db"));
        assert_eq!(service("cccc"), None);
        let text = config("bbbb", "app");
        let labels = of_config(&text.as_bytes()[NAME..]).unwrap();
        assert_eq!(labels["com.docker.compose.service"], "app");
    }

    #[test]
    fn what_is_none_costs_little() {
        let bytes = BEGINS.repeat(100_000);
        assert_eq!(of_bolt(&bytes, "aaaa"), None);
        assert_eq!(of_config(b"{"), None);
    }
}
