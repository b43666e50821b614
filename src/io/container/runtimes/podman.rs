//! What Podman keeps on disk of each container: lists, a specification from its first start on, and before that what its
//! database has.

use std::path::PathBuf;

use super::{Known, KnownThere, Layers, MOST, RecordBudget, Storage};
use crate::domain::config::container::Runtime;
use crate::domain::config::container::definition::{DatabaseTrouble, WhyUnread};
use crate::domain::config::container::records::{self, Listed, Record};
use crate::io::container::libpod;
use crate::io::install::host::HostRoot;

/// How it may store layers: it lists its containers beside them.
const DRIVERS: [&str; 2] = ["overlay", "vfs"];

/// The containers that a storage lists. Only for root's is the database read for all of them.
pub(super) fn all(host: &HostRoot, storage: &Storage, budget: &mut RecordBudget) -> KnownThere {
    let (mut rows, mut is_cut) = rows_of(host, storage, budget);
    is_cut |= rows.len() > MOST;
    rows.truncate(MOST);
    let mut containers = Vec::new();
    for row in rows {
        if !budget.has_place(storage.owner) {
            is_cut = true;
            break;
        }
        let (known, row) = read_one(host, storage, row, budget);
        containers.push(match storage.owner == 0 && known.record.unread.is_some() {
            true => with_specification(host, storage, known, &row),
            false => known,
        });
    }
    KnownThere { containers, is_cut }
}

/// The one with this id, whatever its account has beside it.
pub(super) fn one(
    host: &HostRoot,
    storage: &Storage,
    id: &str,
    budget: &mut RecordBudget,
) -> Option<Known> {
    let (rows, _) = rows_of(host, storage, budget);
    let row = rows.into_iter().find(|row| row.id == id)?;
    let (known, row) = read_one(host, storage, row, budget);
    Some(match known.record.unread.is_some() {
        true => with_specification(host, storage, known, &row),
        false => known,
    })
}

/// Where a driver of Podman's keeps what it knows of containers.
fn folder_of(storage: &Storage, driver: &str) -> PathBuf {
    storage.folder.join(format!("{driver}-containers"))
}

/// The lists of containers, and whether one is too long to be read.
fn rows_of(host: &HostRoot, storage: &Storage, budget: &mut RecordBudget) -> (Vec<Listed>, bool) {
    let lists = ["containers.json", "volatile-containers.json"];
    let mut rows: Vec<Listed> = Vec::new();
    let mut is_cut = false;
    for driver in DRIVERS {
        for list in lists.map(|name| folder_of(storage, driver).join(name)) {
            match budget.list(host, &list, storage.owner) {
                Some(bytes) => rows.extend(records::listed(&bytes, driver)),
                None => is_cut |= host.is_file(&list),
            }
        }
    }
    (rows, is_cut)
}

fn read_one(
    host: &HostRoot,
    storage: &Storage,
    listed: Listed,
    budget: &mut RecordBudget,
) -> (Known, Listed) {
    let folder = folder_of(storage, listed.driver).join(&listed.id);
    let config = folder.join("userdata/config.json");
    let bytes = budget.record(host, &config, storage.owner);
    let unread = match (&bytes, host.is_file(&config)) {
        (Some(_), _) => WhyUnread::Database(DatabaseTrouble::Damaged),
        (None, true) => WhyUnread::TooMuch,
        (None, false) => WhyUnread::NeverStarted,
    };
    let record = bytes.and_then(|bytes| records::oci(&listed, &bytes));
    // Its name and its layer are known all the same.
    let mut record = record.unwrap_or_else(|| Record {
        id: listed.id.clone(),
        name: listed.name.clone(),
        driver: Some(listed.driver.to_owned()),
        unread: Some(unread),
        ..Record::default()
    });
    record.process = first_process(host, &record);
    let known = Known {
        runtime: Runtime::Podman,
        record,
        written: config,
        layers: Layers::Podman(storage.folder.clone(), listed.layer.clone()),
        owner: storage.owner,
    };
    (known, listed)
}

/// The same with what Podman's database says that it is to be started with, where that can be read.
fn with_specification(host: &HostRoot, storage: &Storage, known: Known, listed: &Listed) -> Known {
    let config = libpod::config(host, &storage.folder, &listed.id, storage.owner == 0);
    match config {
        Ok(Some(config)) => Known {
            record: config.into_record(listed, &storage.folder.join("volumes")),
            ..known
        },
        Ok(None) | Err(_) => known,
    }
}

/// Podman's `pidfile`, beside the files that it mounts into the container.
fn first_process(host: &HostRoot, record: &Record) -> Option<i32> {
    let beside = record.own_files.iter();
    let mut beside = beside.filter_map(|file| file.source.parent());
    let bytes = beside.find_map(|folder| host.read(&folder.join("pidfile")))?;
    String::from_utf8_lossy(&bytes).trim().parse().ok()
}
