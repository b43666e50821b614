//! What the installs of containers are filed under, read back: in which container a run was made, for those who read of it
//! outside of that container.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{Container, Runtime, SHOWN_DIGITS, is_hex};

/// What stands before all that is filed under a container; no path of a host begins so.
pub const MARK: &str = "container:";

/// What an install of this folder is filed under, in its parts: the container, and what it is filed under within that.
pub fn split<'a>(filed: &'a Path, install: &Path) -> (Option<FiledContainer>, &'a Path) {
    let bytes = filed.as_os_str().as_bytes();
    let Some(rest) = bytes.strip_prefix(MARK.as_bytes()) else {
        return (None, filed);
    };
    // The folder itself, or that of all releases of a deploy; a shared `.env` may be anywhere.
    let folder = install.ancestors().find_map(|folder| {
        let folder = folder.as_os_str().as_bytes();
        (folder != b"/").then_some(())?;
        rest.strip_suffix(folder)
    });
    let container = folder.unwrap_or_else(|| first(rest));
    let path = Path::new(OsStr::from_bytes(&rest[container.len()..]));
    let text = String::from_utf8_lossy(container).into_owned();
    (Some(FiledContainer(text)), path)
}

/// The container, where nothing tells the path behind it; the name of one in a pod is `POD/NAME`.
fn first(rest: &[u8]) -> &[u8] {
    let mut ends = rest.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    let end = ends.next().map_or(rest.len(), |(at, _)| at);
    let pod = rest[..end].strip_prefix(Runtime::Kubernetes.code().as_bytes());
    let name = pod.and_then(|pod| pod.rsplit(|byte| *byte == b':').next());
    let is_id = name.is_none_or(|name| is_id(&String::from_utf8_lossy(name)));
    match ends.next() {
        Some((at, _)) if !is_id => &rest[..at],
        _ => &rest[..end],
    }
}

/// A container, as installs are filed under it: `RUNTIME:[REALM:]NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledContainer(String);

impl FiledContainer {
    /// The container in what an install of this folder is filed under; `None` for one of the host.
    pub fn of(filed: &Path, install: &Path) -> Option<Self> {
        split(filed, install).0
    }

    /// What names it after `--container`; `None` where nothing does but the number of a process.
    pub fn word(&self) -> Option<&str> {
        let name = self.last();
        match self.runtime() {
            _ if name.is_empty() => None,
            // An id has no runtime in front. One of a container without either is the number of its root folder.
            _ if is_id(name) => Some(name),
            Runtime::Unknown if self.0.contains(":root-") => None,
            _ => Some(&self.0),
        }
    }

    /// The container, as far as this tells.
    pub fn container(&self) -> Container {
        let name = self.word().map(|_| self.last().to_owned());
        let (id, name) = match name {
            Some(name) if is_id(&name) => (Some(name), None),
            name => (None, name),
        };
        Container {
            runtime: self.runtime(),
            id,
            name,
            ..Container::default()
        }
    }

    fn last(&self) -> &str {
        self.0.rsplit(':').next().unwrap_or_default()
    }

    fn runtime(&self) -> Runtime {
        let code = self.0.split(':').next().unwrap_or_default();
        let mut all = Runtime::ALL.into_iter();
        all.find(|one| one.code() == code).unwrap_or_default()
    }
}

fn is_id(name: &str) -> bool {
    is_hex(name) && name.len() > SHOWN_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_container_is_named_by_what_an_install_is_filed_under() {
        let id = "0123456789abcdef".repeat(4);
        let of_id = format!("container:docker:{id}/www/html");
        for (filed, install, word) in [
            ("/www/html", "/www/html", None),
            (
                "container:docker:helpdesk/www/html",
                "/www/html",
                Some("docker:helpdesk"),
            ),
            (
                "container:podman:1000:helpdesk/srv/app",
                "/srv/app/releases/3",
                Some("podman:1000:helpdesk"),
            ),
            (
                "container:docker:helpdesk/data/.env",
                "/www/html",
                Some("docker:helpdesk"),
            ),
            (
                "container:kubernetes:help:freescout-0/app/www/html",
                "/www/html",
                Some("kubernetes:help:freescout-0/app"),
            ),
            (
                "container:kubernetes:help:freescout-0/app/data/.env",
                "/www/html",
                Some("kubernetes:help:freescout-0/app"),
            ),
            (of_id.as_str(), "/www/html", Some(id.as_str())),
            ("container:unknown:root-8:1-77/www/html", "/www/html", None),
        ] {
            let found = FiledContainer::of(Path::new(filed), Path::new(install));
            let found = found.as_ref().and_then(FiledContainer::word);
            assert_eq!(found, word, "{filed}");
        }
    }

    #[test]
    fn the_word_is_one_that_names_the_container() {
        let one = Container {
            runtime: Runtime::Docker,
            name: Some("helpdesk".to_owned()),
            ..Container::default()
        };
        let filed = format!("{MARK}{}/www/html", one.filed_under(""));
        let filed = FiledContainer::of(Path::new(&filed), Path::new("/www/html"));
        let word = filed.as_ref().and_then(FiledContainer::word);
        assert_eq!(
            word.map(|word| one.is_called(word)),
            Some(super::super::NameMatch::Exactly)
        );
    }
}
