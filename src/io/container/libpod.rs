//! What others have written on Podman's containers: only its own database has that.

use std::path::Path;

use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::domain::config::container::libpod::{self, Labels};
use crate::io::install::host::HostRoot;

/// Longest database: one of some thousand containers.
const MAX_DATABASE: u64 = 16 << 20;
/// Below its storage, of versions from 4.8 on and of earlier ones.
const SQLITE: &str = "db.sql";
const BOLT: &str = "libpod/bolt_state.db";
/// Where a database of SQLite says in its head that it has a write-ahead log (2): for who writes and for who reads.
const LOGGED: std::ops::Range<usize> = 18..20;

/// The labels of a container with this id, of the Podman that keeps everything in this folder. `is_roots` says whether that
/// is root's own: SQLite is not let onto files of others with root's rights.
pub(super) fn labels(host: &HostRoot, storage: &Path, id: &str, is_roots: bool) -> Option<Labels> {
    let read = |name| host.read_up_to(&storage.join(name), MAX_DATABASE);
    let of_sqlite = || of_sqlite(read(SQLITE).filter(|_| is_roots)?, id);
    of_sqlite().or_else(|| libpod::of_bolt(&read(BOLT)?, id))
}

/// By a copy in memory: Podman's own file is left alone, with what lies beside it. Podman puts its log into the file
/// whenever it ends.
fn of_sqlite(mut bytes: Zeroizing<Vec<u8>>, id: &str) -> Option<Labels> {
    bytes.get_mut(LOGGED)?.fill(1);
    let mut copy = Connection::open_in_memory().ok()?;
    copy.pragma_update(None, "trusted_schema", false).ok()?;
    let length = bytes.len();
    copy.deserialize_read_exact(rusqlite::MAIN_DB, &bytes[..], length, true)
        .ok()?;
    let sql = "SELECT JSON FROM ContainerConfig WHERE ID = ?1";
    let text: String = copy.query_row(sql, [id], |row| row.get(0)).ok()?;
    libpod::of_config(Zeroizing::new(text).as_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"{"spec":{},"id":"aaaa","labels":{"com.docker.compose.service":"app"}}"#;

    #[test]
    fn labels_are_read_from_either_database() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Path::new("/storage");
        let here = folder.path().join("storage");
        std::fs::create_dir_all(here.join("libpod")).unwrap();
        let host = HostRoot::at(folder.path()).unwrap();
        let service = |is_roots| {
            let labels = labels(&host, storage, "aaaa", is_roots)?;
            labels.get("com.docker.compose.service").cloned()
        };
        assert_eq!(service(true), None);
        let database = Connection::open(here.join(SQLITE)).unwrap();
        let journal = "PRAGMA journal_mode = WAL";
        database.query_row(journal, [], |_| Ok(())).unwrap();
        let form = "CREATE TABLE ContainerConfig (ID TEXT PRIMARY KEY, JSON TEXT)";
        database.execute(form, []).unwrap();
        let long = CONFIG.replace("{}", &format!("{{\"x\":\"{}\"}}", "y".repeat(9000)));
        let row = "INSERT INTO ContainerConfig VALUES ('aaaa', ?1)";
        database.execute(row, [long]).unwrap();
        drop(database);
        assert_eq!(service(true).as_deref(), Some("app"));
        assert_eq!(service(false), None);
        let entry = format!("\0config{CONFIG}\0");
        std::fs::write(here.join(BOLT), entry).unwrap();
        assert_eq!(service(false).as_deref(), Some("app"));
        std::fs::write(here.join(SQLITE), "no database").unwrap();
        assert_eq!(service(true).as_deref(), Some("app"));
    }
}
