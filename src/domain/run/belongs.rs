//! Whether a run or a backup is of the install that we work on: the one rule that all go by who would undo, resume, restore
//! or advise it. Containers of copies of one helpdesk have the same paths inside, and a container may come back under
//! another name.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::domain::config::container::filed::{FiledContainer, split};

/// What tells the folder of a container's install from every other one, whatever the container is called: the file system
/// of its volume, its inode, and when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DataId(String);

impl DataId {
    /// Of a folder on this file system, with this inode, made at this time (seconds and nanoseconds).
    pub fn new(file_system: u64, inode: u64, made: (i64, u32)) -> Self {
        let (seconds, nanoseconds) = made;
        Self(format!(
            "{file_system:x}-{inode}-{seconds}.{nanoseconds:09}"
        ))
    }

    /// As it was written down.
    pub fn from_recorded(text: String) -> Self {
        Self(text)
    }

    /// As it is written down.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// By what an install is known, here or in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallIdentity {
    /// Its folder, as it is called where it is.
    pub folder: PathBuf,
    /// What it is filed under: the same for each release of it, and another one in each container.
    pub filed: PathBuf,
    /// Its data, where those are in a volume; records of earlier versions have none.
    pub data: Option<DataId>,
}

/// Whose a record is, seen from an install.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordOwner {
    /// This install's, by where it is.
    Same,
    /// This install's: its container was called otherwise, and the data are the same.
    SameDataElsewhere,
    /// Another install's.
    Other,
}

impl InstallIdentity {
    /// Whose this record is, seen from the install `here`.
    pub fn belongs_to(&self, here: &Self) -> RecordOwner {
        let (its, its_path) = split(&self.filed, &self.folder);
        let (our, our_path) = split(&here.filed, &here.folder);
        // An app that is deployed, or whose `.env` became a link, is filed otherwise than before.
        let is_same_path = its_path == our_path || self.folder == here.folder;
        let is_same_data = self.data.is_some() && self.data == here.data;
        match is_same_path {
            true if its == our => RecordOwner::Same,
            true if its.is_some() && our.is_some() && is_same_data => {
                RecordOwner::SameDataElsewhere
            }
            _ => RecordOwner::Other,
        }
    }

    /// Whether its data are known to be others, whatever their container is called.
    pub fn has_other_data_than(&self, here: &Self) -> bool {
        let both = self.data.as_ref().zip(here.data.as_ref());
        both.is_some_and(|(its, our)| its != our)
    }

    /// The container it is in; `None` for one of the host.
    pub fn container(&self) -> Option<FiledContainer> {
        FiledContainer::of(&self.filed, &self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install(filed: &str, folder: &str, inode: Option<u64>) -> InstallIdentity {
        InstallIdentity {
            folder: folder.into(),
            filed: filed.into(),
            data: inode.map(|inode| DataId::new(0xfe01, inode, (1_764_000_000, 5))),
        }
    }

    fn html(container: &str, inode: Option<u64>) -> InstallIdentity {
        install(&format!("{container}/www/html"), "/www/html", inode)
    }

    #[test]
    fn copies_at_one_path_are_told_apart_by_their_containers() {
        let stage = html("container:docker:stage", Some(7));
        assert_eq!(stage.belongs_to(&stage), RecordOwner::Same);
        for other in [
            html("container:docker:prod", Some(8)),
            html("container:docker:prod", None),
            html("container:podman:stage", Some(8)),
            html("container:podman:1000:stage", None),
            html("", Some(7)),
            html("", None),
        ] {
            assert_eq!(stage.belongs_to(&other), RecordOwner::Other, "{other:?}");
            assert_eq!(other.belongs_to(&stage), RecordOwner::Other, "{other:?}");
        }
    }

    #[test]
    fn a_container_made_anew_under_its_name_has_the_same_install() {
        let before = html("container:docker:desk", Some(7));
        for now in [Some(8), None] {
            let now = html("container:docker:desk", now);
            assert_eq!(before.belongs_to(&now), RecordOwner::Same);
            assert_eq!(before.has_other_data_than(&now), now.data.is_some());
        }
        let linked = install("container:docker:desk/data/.env", "/www/html", None);
        assert_eq!(before.belongs_to(&linked), RecordOwner::Same);
        let elsewhere = install("container:docker:desk/srv/html", "/srv/html", Some(7));
        assert_eq!(before.belongs_to(&elsewhere), RecordOwner::Other);
    }

    #[test]
    fn under_another_name_it_is_known_by_its_data_alone() {
        let of = |container: &str, inode| {
            let filed = format!("container:{container}/data/config/config");
            install(&filed, "/www/html", inode)
        };
        let before = of("docker:fs-app-1", Some(7));
        let renamed = of("podman:1000:desk", Some(7));
        assert_eq!(before.belongs_to(&renamed), RecordOwner::SameDataElsewhere);
        assert_eq!(
            before.belongs_to(&of("docker:desk", Some(8))),
            RecordOwner::Other
        );
        // Recorded by an earlier version, or where nothing tells.
        let unknown = of("docker:fs-app-1", None);
        assert_eq!(unknown.belongs_to(&renamed), RecordOwner::Other);
        assert_eq!(
            unknown.belongs_to(&of("docker:desk", None)),
            RecordOwner::Other
        );
    }

    #[test]
    fn the_containers_of_one_pod_are_several() {
        let of = |name: &str| {
            let filed = format!("container:kubernetes:help:freescout-0/{name}/data/.env");
            install(&filed, "/www/html", None)
        };
        assert_eq!(of("app").belongs_to(&of("app")), RecordOwner::Same);
        assert_eq!(of("app").belongs_to(&of("cron")), RecordOwner::Other);
    }

    #[test]
    fn on_a_host_it_is_the_folder_or_that_of_its_deploys() {
        let release = |number| {
            let folder = format!("/srv/app/releases/{number}");
            install("/srv/app", &folder, None)
        };
        assert_eq!(release(1).belongs_to(&release(2)), RecordOwner::Same);
        let plain = install("/www/html", "/www/html", None);
        let linked = install("/etc/desk.env", "/www/html", None);
        assert_eq!(plain.belongs_to(&linked), RecordOwner::Same);
        assert_eq!(plain.belongs_to(&release(1)), RecordOwner::Other);
    }
}
