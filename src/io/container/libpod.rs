//! What only Podman's own database has of a container: what others have written on it, and what it is to be started with.

use std::path::Path;

use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OptionalExtension};
use zeroize::Zeroizing;

use crate::domain::config::container::bolt::Bolt;
use crate::domain::config::container::definition::{DatabaseTrouble, UnreadFile, WhyUnread};
use crate::domain::config::container::libpod::{self, ContainerConfig};
use crate::io::install::host::HostRoot;

/// Longest database: one of some thousand containers.
const MAX_DATABASE: u64 = 16 << 20;
/// Longest value in it.
const LONGEST_VALUE: i32 = 1 << 20;
/// How long SQLite may compute for one answer: that many times so many of its instructions. A row that is found by its key
/// takes some dozen; without an index, some for each row.
const MOST_STEPS: u32 = 100;
const STEP: i32 = 10_000;
/// Below its storage, of versions from 4.8 on and of earlier ones.
const SQLITE: &str = "db.sql";
const BOLT: &str = "libpod/bolt_state.db";
/// Where a database of SQLite says in its head that it has a write-ahead log (2): for who writes and for who reads.
const LOGGED: std::ops::Range<usize> = 18..20;

/// The configuration of a container with this id, of the Podman that keeps everything in this folder. `is_roots` says whether
/// that is root's own: SQLite is not let onto files of others with root's rights.
///
/// # Errors
/// The database that may have it and cannot be read.
pub(super) fn config(
    host: &HostRoot,
    storage: &Path,
    id: &str,
    is_roots: bool,
) -> Result<Option<ContainerConfig>, UnreadFile> {
    let unread = |name: &str, why| UnreadFile {
        path: storage.join(name),
        why: WhyUnread::Database(why),
    };
    let of_sqlite = match is_roots {
        true => read(host, &storage.join(SQLITE)).and_then(|bytes| match bytes {
            Some(bytes) => of_sqlite(bytes, id),
            None => Ok(None),
        }),
        false => Ok(None),
    };
    if let Ok(Some(found)) = of_sqlite {
        return Ok(Some(found));
    }
    let of_bolt = read(host, &storage.join(BOLT)).and_then(|bytes| match bytes {
        Some(bytes) if Bolt::of(&bytes).is_some() => Ok(libpod::of_bolt(&bytes, id)),
        Some(_) => Err(DatabaseTrouble::Damaged),
        None => Ok(None),
    });
    match (of_sqlite, of_bolt) {
        (_, Ok(Some(found))) => Ok(Some(found)),
        (Err(why), _) => Err(unread(SQLITE, why)),
        (_, Err(why)) => Err(unread(BOLT, why)),
        (Ok(_), Ok(None)) => Ok(None),
    }
}

/// What is in a database, where there is one.
fn read(host: &HostRoot, path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, DatabaseTrouble> {
    match host.read_up_to(path, MAX_DATABASE) {
        Some(bytes) => Ok(Some(bytes)),
        None if !host.is_file(path) => Ok(None),
        None => Err(DatabaseTrouble::TooLarge),
    }
}

/// By a copy in memory: Podman's own file is left alone, with what lies beside it. Podman puts its log into the file
/// whenever it ends.
fn of_sqlite(
    mut bytes: Zeroizing<Vec<u8>>,
    id: &str,
) -> Result<Option<ContainerConfig>, DatabaseTrouble> {
    bytes
        .get_mut(LOGGED)
        .ok_or(DatabaseTrouble::Damaged)?
        .fill(1);
    let text = row_of(&bytes, id).map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => DatabaseTrouble::Strange,
        _ => DatabaseTrouble::Damaged,
    })?;
    match text {
        FoundRow::NoTable => Err(DatabaseTrouble::Strange),
        FoundRow::Missing => Ok(None),
        FoundRow::Is(text) => match libpod::of_config(text.as_bytes()) {
            Some(config) => Ok(Some(config)),
            None => Err(DatabaseTrouble::Damaged),
        },
    }
}

/// What stands where a container's row is to be.
enum FoundRow {
    /// What is called like the table is something else, which may compute for ever, or there is none.
    NoTable,
    Missing,
    Is(Zeroizing<String>),
}

fn row_of(bytes: &[u8], id: &str) -> rusqlite::Result<FoundRow> {
    let mut copy = Connection::open_in_memory()?;
    copy.pragma_update(None, "trusted_schema", false)?;
    copy.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)?;
    let mut left = MOST_STEPS;
    let ends = move || {
        left = left.saturating_sub(1);
        left == 0
    };
    copy.progress_handler(STEP, Some(ends))?;
    copy.deserialize_read_exact(rusqlite::MAIN_DB, bytes, bytes.len(), true)?;
    let sql = "SELECT type, sql FROM sqlite_master WHERE name = 'ContainerConfig' COLLATE NOCASE";
    let form = copy.query_row(sql, [], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    });
    let is_plain = form.optional()?.is_some_and(|(kind, sql)| {
        let starts = sql.get(.."CREATE TABLE".len());
        kind == "table" && starts.is_some_and(|starts| starts.eq_ignore_ascii_case("CREATE TABLE"))
    });
    if !is_plain {
        return Ok(FoundRow::NoTable);
    }
    let sql = "SELECT JSON FROM ContainerConfig WHERE ID = ?1";
    let text: Option<String> = copy.query_row(sql, [id], |row| row.get(0)).optional()?;
    Ok(text.map_or(FoundRow::Missing, |text| FoundRow::Is(Zeroizing::new(text))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::config::container::bolt::tests::around as bolt;

    const CONFIG: &str = r#"{"spec":{},"id":"aaaa","labels":{"com.docker.compose.service":"app"}}"#;
    const TABLE: &str = "CREATE TABLE ContainerConfig (ID TEXT PRIMARY KEY, JSON TEXT)";

    /// A storage in a folder of its own.
    fn storage() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().join("storage");
        std::fs::create_dir_all(here.join("libpod")).unwrap();
        (folder, here)
    }

    fn service_in(folder: &Path, is_roots: bool) -> Result<Option<String>, UnreadFile> {
        let host = HostRoot::at(folder).unwrap();
        let found = config(&host, Path::new("/storage"), "aaaa", is_roots)?;
        let labels = found.map(ContainerConfig::into_labels).unwrap_or_default();
        Ok(labels.get("com.docker.compose.service").cloned())
    }

    fn app() -> Result<Option<String>, UnreadFile> {
        Ok(Some("app".to_owned()))
    }

    #[test]
    fn labels_are_read_from_either_database() {
        let (folder, here) = storage();
        let service = |is_roots| service_in(folder.path(), is_roots);
        assert_eq!(service(true), Ok(None));
        let database = Connection::open(here.join(SQLITE)).unwrap();
        let journal = "PRAGMA journal_mode = WAL";
        database.query_row(journal, [], |_| Ok(())).unwrap();
        database.execute(TABLE, []).unwrap();
        let long = CONFIG.replace(
            "\"spec\":{}",
            &format!("\"spec\":{{\"x\":\"{}\"}}", "y".repeat(9000)),
        );
        let row = "INSERT INTO ContainerConfig VALUES ('aaaa', ?1)";
        database.execute(row, [long]).unwrap();
        drop(database);
        assert_eq!(service(true), app());
        assert_eq!(service(false), Ok(None));
        let entry = format!("\0config{CONFIG}\0").replace("\"spec\":{}", "\"spec\":{\"a\":1}");
        std::fs::write(here.join(BOLT), bolt(entry.as_bytes())).unwrap();
        assert_eq!(service(false), app());
        std::fs::write(here.join(SQLITE), "no database").unwrap();
        assert_eq!(service(true), app());
    }

    #[test]
    fn a_database_that_cannot_be_read_is_named() {
        let (folder, here) = storage();
        let service = |is_roots| service_in(folder.path(), is_roots);
        let unread = |name: &str, why| {
            Err(UnreadFile {
                path: Path::new("/storage").join(name),
                why: WhyUnread::Database(why),
            })
        };
        let whole = bolt(&[7; 9000]);
        std::fs::write(here.join(BOLT), &whole[..5000]).unwrap();
        assert_eq!(service(true), unread(BOLT, DatabaseTrouble::Damaged));
        std::fs::write(here.join(BOLT), [7; 9000]).unwrap();
        assert_eq!(service(false), unread(BOLT, DatabaseTrouble::Damaged));
        let long = std::fs::File::create(here.join(BOLT)).unwrap();
        long.set_len(MAX_DATABASE + 1).unwrap();
        assert_eq!(service(true), unread(BOLT, DatabaseTrouble::TooLarge));
        std::fs::remove_file(here.join(BOLT)).unwrap();
        for text in ["", "no database that is longer than the head of one"] {
            std::fs::write(here.join(SQLITE), text).unwrap();
            let expected = unread(SQLITE, DatabaseTrouble::Damaged);
            assert_eq!(service(true), expected, "{text:?}");
            assert_eq!(service(false), Ok(None));
        }
    }

    #[test]
    fn what_is_no_plain_table_is_not_computed() {
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
            SELECT 'bbbb' AS ID, '' AS JSON FROM n";
        let forms = [
            format!("CREATE VIEW ContainerConfig AS {endless}"),
            format!("CREATE VIEW containerconfig AS {endless}"),
            "CREATE TABLE Others (ID TEXT)".to_owned(),
        ];
        for form in forms {
            let (folder, here) = storage();
            let database = Connection::open(here.join(SQLITE)).unwrap();
            database.execute(&form, []).unwrap();
            drop(database);
            let told = service_in(folder.path(), true).unwrap_err();
            let why = WhyUnread::Database(DatabaseTrouble::Strange);
            assert_eq!(told.why, why, "{form}");
        }
    }

    #[test]
    fn sqlite_does_not_compute_for_long() {
        let (folder, here) = storage();
        let database = Connection::open(here.join(SQLITE)).unwrap();
        database
            .execute("CREATE TABLE ContainerConfig (ID TEXT, JSON TEXT)", [])
            .unwrap();
        let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000)
            INSERT INTO ContainerConfig SELECT '', '' FROM n";
        database.execute(many, []).unwrap();
        drop(database);
        let told = service_in(folder.path(), true).unwrap_err();
        assert_eq!(told.why, WhyUnread::Database(DatabaseTrouble::Strange));
    }
}
