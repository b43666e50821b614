//! A backup folder as somebody prepared it: nothing outside of it is read, and what we write there reads back.
//!
//! The bytes are three texts with a NUL between them: `manifest.json`, `rows.jsonl`, `recovery.json`. In the manifest,
//! `$SUM` stands for the sum of a file beside the folder.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use freescout_rescue::domain::inventory::secret::{Cell, SecretBytes, Table};
use freescout_rescue::io::fs;
use freescout_rescue::io::state::backup::{Backup, MARKER, Manifest, Writer, WriterOptions};
use tempfile::TempDir;

const OUTSIDE: &[u8] = b"a file beside the backup, which is nobody's business";
const CLOSED: u32 = 0o700;

thread_local! {
    /// One folder a thread: making a new one costs more than the check.
    static ROOM: TempDir = tempfile::tempdir().expect("a temporary folder");
}

pub(super) fn check(bytes: &[u8]) {
    let mut parts = bytes.splitn(3, |b| *b == 0);
    let manifest = parts.next().unwrap_or_default();
    let rows = parts.next().unwrap_or_default();
    let recovery = parts.next().unwrap_or_default();
    ROOM.with(|room| {
        let folder = room.path().join("backup");
        lay_out(room.path(), &folder, manifest, rows, recovery);
        let Ok(backup) = Backup::open(&folder) else {
            return;
        };
        taken_apart(&backup);
        written(room.path(), &backup);
    });
}

fn lay_out(room: &Path, folder: &Path, manifest: &[u8], rows: &[u8], recovery: &[u8]) {
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("the temporary folder takes a file");
        // Whatever the umask says.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("ours");
    };
    std::fs::create_dir_all(folder).expect("a temporary folder");
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(CLOSED)).expect("ours");
    std::fs::write(room.join("outside"), OUTSIDE).expect("the temporary folder takes a file");
    let sum = fs::hex(&fs::digest(OUTSIDE));
    let manifest = String::from_utf8_lossy(manifest).replace("$SUM", &sum);
    write(MARKER, b"");
    write("manifest.json", manifest.as_bytes());
    write("rows.jsonl", rows);
    write("recovery.json", recovery);
}

/// Whatever the manifest says, only files within the folder are read, and only as they were saved.
fn taken_apart(backup: &Backup) {
    let verified = backup.verify().is_ok();
    for file in &backup.manifest.files {
        match backup.file(&file.name) {
            Ok(Some((saved, bytes))) => {
                assert_ne!(&bytes[..], OUTSIDE, "{file:?}");
                assert_eq!(fs::hex(&fs::digest(&bytes)), saved.sha256);
            }
            Ok(None) => panic!("{file:?} is in the manifest"),
            Err(_) => assert!(!verified, "{file:?} was verified"),
        }
    }
    if verified {
        let rows = backup.rows().expect("they were verified");
        assert_eq!(rows.len(), backup.manifest.rows);
    }
    if let Ok(Some(record)) = backup.recovery() {
        let json = serde_json::to_vec_pretty(&record).expect("a record is JSON");
        let again = serde_json::from_slice(&json).ok();
        assert_eq!(again, Some(record));
    }
    let json = serde_json::to_vec_pretty(&backup.manifest).expect("a manifest is JSON");
    assert_eq!(
        serde_json::from_slice::<Manifest>(&json).ok().as_ref(),
        Some(&backup.manifest)
    );
}

/// A backup that we write with the same rows reads back the same.
fn written(room: &Path, backup: &Backup) {
    let Ok(rows) = backup.rows() else {
        return;
    };
    // Texts of the database may be any bytes.
    let mut rows: BTreeMap<Cell, Option<SecretBytes>> = rows;
    let cell = Cell {
        table: Table::Options,
        id: 1,
        column: "value".to_owned(),
    };
    rows.insert(cell, Some(SecretBytes::from(&b"\xff\x00\"\n"[..])));
    let parent = room.join("written");
    std::fs::create_dir_all(&parent).expect("a temporary folder");
    std::fs::set_permissions(&parent, std::fs::Permissions::from_mode(CLOSED)).expect("ours");
    let keeping = WriterOptions {
        sealing: None,
        keys_dir: None,
    };
    let stamp = "20261123-084501";
    let mut writer = Writer::create(&parent, stamp, keeping).expect("a new backup");
    writer.save_rows(&rows, b"").expect("rows are written");
    let manifest = Manifest {
        rows: rows.len(),
        files: Vec::new(),
        ..backup.manifest.clone()
    };
    let again = writer
        .finish("", "", manifest)
        .expect("what was written is there");
    let read = again.rows().expect("what was written is read");
    assert!(read == rows, "{} rows became {}", rows.len(), read.len());
    std::fs::remove_dir_all(&parent).expect("the temporary folder lets go");
}
