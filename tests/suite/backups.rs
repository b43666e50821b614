//! Backups kept closed: encrypted, with the key apart, put back by hand and by us, and what is refused. On the demo install.

mod apart;
mod encrypted;
mod restored;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::cli::{Bench, Outcome, state};

const PASSPHRASE: &str = "correct horse battery ст@ple";
/// Stands unencrypted in a mailbox and in `.env`.
const SENTINEL: &str = "s3ntinel-in-plain-view";

impl Bench {
    /// A demo in which something stands unencrypted, and a passphrase in a file.
    fn with_sentinel() -> Self {
        let bench = Self::new();
        bench
            .database()
            .execute(
                "UPDATE mailboxes SET in_password = ?1 WHERE id = 6",
                [SENTINEL],
            )
            .unwrap();
        let env = bench.install().join(".env");
        let text = std::fs::read_to_string(&env).unwrap();
        std::fs::write(&env, format!("{text}# {SENTINEL}\n")).unwrap();
        std::fs::write(bench.path("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        bench
    }

    fn passphrase(&self) -> String {
        self.path("passphrase").to_str().unwrap().to_owned()
    }

    fn key_text(&self) -> String {
        let env = std::fs::read_to_string(self.install().join(".env")).unwrap();
        let key = env.lines().find_map(|l| l.strip_prefix("APP_KEY="));
        key.unwrap().to_owned()
    }

    /// Makes a backup as these options say, and gives its folder.
    fn backup(&self, options: &[&str]) -> PathBuf {
        let outcome = self.act(&["backup", "--json"], options);
        assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
        assert_silent(&outcome);
        let json: Json = serde_json::from_str(&outcome.out).unwrap();
        PathBuf::from(json["backup"].as_str().unwrap())
    }

    fn encrypted(&self, options: &[&str]) -> PathBuf {
        let passphrase = self.passphrase();
        let quick = [
            "--encrypt",
            "--passphrase-file",
            &passphrase,
            "--work-factor",
            "4",
        ];
        self.backup(&[&quick[..], options].concat())
    }

    /// `restore`, with the right passphrase.
    fn restore(&self, backup: &Path, options: &[&str]) -> Outcome {
        let passphrase = self.passphrase();
        let outcome = self.act(
            &["restore", backup.to_str().unwrap()],
            &[&["--passphrase-file", &passphrase], options].concat(),
        );
        assert_silent(&outcome);
        outcome
    }

    fn restore_json(&self, backup: &Path, options: &[&str]) -> (i32, Json) {
        let outcome = self.restore(backup, &[&["--json"], options].concat());
        let json = serde_json::from_str(&outcome.out)
            .unwrap_or_else(|e| panic!("{e}: {}{}", outcome.out, outcome.err));
        (outcome.code, json)
    }

    /// Every text that may be touched, byte for byte, by its place.
    fn texts(&self) -> Vec<(String, Option<Vec<u8>>)> {
        use rusqlite::types::ValueRef;
        let database = self.database();
        let mut all = Vec::new();
        for (table, columns) in [
            ("mailboxes", &["in_password", "out_password", "meta"][..]),
            ("options", &["value"]),
            ("modules", &["license"]),
            ("users", &["password"]),
        ] {
            let select = format!("SELECT id, {} FROM {table}", columns.join(", "));
            let mut statement = database.prepare(&select).unwrap();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let id: i64 = row.get(0).unwrap();
                for (n, column) in columns.iter().enumerate() {
                    let text = match row.get_ref(n + 1).unwrap() {
                        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes.to_vec()),
                        ValueRef::Null => None,
                        other => panic!("{other:?}"),
                    };
                    all.push((format!("{table}#{id}.{column}"), text));
                }
            }
        }
        all
    }

    /// Somebody works on everything: rows, `.env`, the cache.
    fn spoil(&self) {
        self.database()
            .execute_batch(
                "UPDATE mailboxes SET in_password = 'spoilt', out_password = NULL, meta = NULL;
                 UPDATE options SET value = 'spoilt' WHERE name = 'mail_password';
                 UPDATE modules SET license = 'spoilt';",
            )
            .unwrap();
        let env = self.install().join(".env");
        let text = std::fs::read_to_string(&env).unwrap();
        let line = text.lines().find(|l| l.starts_with("APP_KEY=")).unwrap();
        let other = "APP_KEY=base64:QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUI=";
        std::fs::write(&env, text.replace(line, other)).unwrap();
        std::fs::remove_file(self.install().join("bootstrap/cache/config.php")).unwrap();
    }
}

/// The passphrase is in nothing that is said.
fn assert_silent(outcome: &Outcome) {
    let said = format!("{}{}", outcome.out, outcome.err);
    assert!(!said.contains("correct horse"), "{said}");
    assert!(!said.contains(SENTINEL), "{said}");
}

/// Nothing of this stands in a file below the folder.
fn assert_nowhere(folder: &Path, text: &str) {
    let mut looked_at = 0;
    for path in state(folder).keys() {
        let bytes = std::fs::read(path).unwrap();
        let found = bytes.windows(text.len()).any(|w| w == text.as_bytes());
        assert!(!found, "{text} in {}", path.display());
        looked_at += 1;
    }
    assert!(looked_at > 0, "nothing in {}", folder.display());
}

/// Folders 0700, files 0600.
fn assert_closed(folder: &Path) {
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
        let wanted = if entry.file_type().is_dir() {
            0o700
        } else {
            0o600
        };
        assert_eq!(mode, wanted, "{}", entry.path().display());
    }
}
