//! An install of a version of one's own choosing: its secrets in the forms that the version keeps, on the demo's tables.

use std::collections::BTreeMap;

use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::{Payload, php};
use rusqlite::{Connection, params};
use serde_json::Value as Json;

use crate::cli::{Bench, Outcome};

/// Has the demo's `config/app.php` state another version; an empty one is left out.
pub fn state_version(bench: &Bench, version: &str) {
    let stated = match version {
        "" => String::new(),
        version => format!("'version' => '{version}',"),
    };
    let text = format!("<?php return ['name' => 'FreeScout', {stated}];");
    std::fs::write(bench.install().join("config/app.php"), text).unwrap();
}

/// A secret by its place, the form its version keeps it in, and its text.
pub type Field = (&'static str, u64, &'static str, Form, &'static str);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Sealed under the first key.
    Sealed,
    Plain,
}
pub use Form::{Plain, Sealed};

pub const INCOMING: &str = "Tr0ub4dor&3 \"ein\" 密";
pub const OUTGOING: &str = "aus; gang #1 ü";
pub const SYSTEM: &str = "S¥stem p@ss";
/// A token that is JSON in base64 itself, as Microsoft's are for accounts of an organisation.
pub const ACCESS: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJtYWlsIn0.c2lnbmF0dXJl-_x";
pub const REFRESH: &str = "M.C5_BAY.0.U.-LLvHazDyO7MiSSOG";
pub const LICENSE: &str = "00ff00ff00ff00ff00ff00ff00ff00ff";
pub const MODULE: &str = "crm_live_51Hx";

/// What a version keeps: incoming, outgoing, system mail and module option, tokens, licence.
pub fn fields(incoming: Form, outgoing: Form, tokens: Form) -> Vec<Field> {
    vec![
        ("mailboxes", 1, "in_password", incoming, INCOMING),
        ("mailboxes", 1, "out_password", outgoing, OUTGOING),
        ("mailboxes", 2, "in_password", incoming, "client secret"),
        ("options", 1, "value", outgoing, SYSTEM),
        ("options", 2, "value", outgoing, MODULE),
        ("meta", 2, "a_token", tokens, ACCESS),
        ("meta", 2, "r_token", tokens, REFRESH),
        ("modules", 1, "license", tokens, LICENSE),
    ]
}

/// One version of each set of rules, and the edges.
pub const VERSIONS: [(&str, [Form; 3]); 14] = [
    ("1.0.0", [Plain, Plain, Plain]),
    ("1.0.4", [Plain, Plain, Plain]),
    ("1.0.5", [Sealed, Plain, Plain]),
    ("1.5.0", [Sealed, Plain, Plain]),
    ("1.7.7", [Sealed, Plain, Plain]),
    ("1.7.9", [Sealed, Sealed, Plain]),
    ("1.8.8", [Sealed, Sealed, Plain]),
    ("1.8.101", [Sealed, Sealed, Plain]),
    ("1.8.186", [Sealed, Sealed, Plain]),
    ("1.8.208", [Sealed, Sealed, Plain]),
    ("1.8.209", [Sealed, Sealed, Sealed]),
    ("1.8.231", [Sealed, Sealed, Sealed]),
    ("1.8.232", [Sealed, Sealed, Sealed]),
    ("1.8.235", [Sealed, Sealed, Sealed]),
];

pub struct Install {
    pub bench: Bench,
    pub first: AppKey,
}

pub fn sealed(key: &AppKey, text: &str) -> String {
    Payload::seal(key, &[7; 16], &php::serialize_text(text.as_bytes()))
}

impl Install {
    /// An install of this version with these secrets, sealed under the key in force.
    pub fn new(version: &str, fields: &[Field]) -> Self {
        let bench = Bench::new();
        let env = std::fs::read_to_string(bench.install().join(".env")).unwrap();
        let line = env.lines().find_map(|l| l.strip_prefix("APP_KEY="));
        let first = AppKey::parse(line.unwrap().as_bytes()).unwrap();
        state_version(&bench, version);
        let _ = std::fs::remove_file(bench.install().join("bootstrap/cache/config.php"));
        let env: String = env
            .lines()
            .filter(|l| !l.starts_with("TELEGRAM"))
            .map(|l| format!("{l}\n"))
            .collect();
        std::fs::write(bench.install().join(".env"), env).unwrap();
        let install = Self { bench, first };
        let database = install.bench.database();
        database
            .execute_batch(
                "DELETE FROM mailboxes; DELETE FROM options; DELETE FROM modules; DELETE FROM users; DELETE FROM send_logs;
                 INSERT INTO mailboxes (id, name, email, in_server, in_username, out_method, out_server, out_port, out_username, meta)
                 VALUES (1, 'Support', 'support@helpdesk.example', 'imap.example', 'support', 3, 'smtp.example', 587, 'support', NULL),
                        (2, 'Office', 'office@helpdesk.example', 'outlook.office365.com', 'office:client', 1, NULL, NULL, NULL,
                         '{\"x\":\"\\u00e9\",\"oauth\":{\"provider\":\"ms\",\"a_token\":\"\",\"r_token\":\"\",\"issued_on\":\"2030-01-01 00:00:00\",\"expires_in\":3599}}');
                 INSERT INTO options (id, name, value) VALUES (1, 'mail_password', ''), (2, 'samplecrm.api_token', ''),
                        (3, 'mail_driver', 'smtp'), (4, 'mail_username', 'system'), (5, 'mail_host', 'smtp.example'), (6, 'mail_port', '587');
                 INSERT INTO modules (id, alias, active, activated) VALUES (1, 'samplecrm', 1, 1);",
            )
            .unwrap();
        for (table, id, column, form, text) in fields {
            let text = match form {
                Sealed => sealed(&install.first, text),
                Plain => (*text).to_owned(),
            };
            store(&database, table, *id, column, &text);
        }
        install
    }

    /// The key is replaced; the old one stays in a copy of `.env`.
    pub fn change_key(&self) {
        let path = self.bench.install().join(".env");
        let env = std::fs::read_to_string(&path).unwrap();
        std::fs::write(self.bench.install().join(".env.bak"), &env).unwrap();
        let second = AppKey::generate(&[9; 32]);
        let old = String::from_utf8_lossy(self.first.text()).into_owned();
        let new = String::from_utf8_lossy(second.text()).into_owned();
        std::fs::write(&path, env.replace(&old, &new)).unwrap();
    }

    /// The key that stands in `.env`.
    pub fn key(&self) -> AppKey {
        let env = std::fs::read_to_string(self.bench.install().join(".env")).unwrap();
        let line = env.lines().find_map(|l| l.strip_prefix("APP_KEY="));
        AppKey::parse(line.unwrap().as_bytes()).unwrap()
    }

    pub fn check(&self) -> (Json, i32) {
        let outcome = self.bench.check(&["--json"]);
        let json = serde_json::from_str(&outcome.out);
        (
            json.unwrap_or_else(|e| panic!("{e}: {}", outcome.err)),
            outcome.code,
        )
    }

    pub fn recover(&self, more: &[&str], input: &str) -> Outcome {
        let (install, backups) = (self.bench.install(), self.bench.path("backups"));
        let arguments = [
            "recover",
            install.to_str().unwrap(),
            "--yes",
            "--no-test",
            "--no-artisan",
            "--json",
            "--backup-dir",
            backups.to_str().unwrap(),
        ];
        self.bench.run_with(&[&arguments[..], more].concat(), input)
    }

    /// Every text of every table that holds secrets.
    pub fn texts(&self) -> BTreeMap<(String, u64, String), String> {
        let database = self.bench.database();
        let mut texts = BTreeMap::new();
        for (table, columns) in [
            ("mailboxes", &["in_password", "out_password", "meta"][..]),
            ("options", &["value"]),
            ("modules", &["license"]),
        ] {
            for column in columns {
                let select = format!("SELECT id, COALESCE({column}, '') FROM {table}");
                let mut rows = database.prepare(&select).unwrap();
                let rows = rows
                    .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
                    .unwrap();
                texts.extend(rows.map(|row| {
                    let (id, text): (i64, String) = row.unwrap();
                    (
                        (table.to_owned(), id.cast_unsigned(), (*column).to_owned()),
                        text,
                    )
                }));
            }
        }
        texts
    }

    /// The stored text of a field.
    pub fn text(&self, field: &Field) -> String {
        let (table, id, column, ..) = field;
        let texts = self.texts();
        if *table != "meta" {
            return texts[&((*table).to_owned(), *id, (*column).to_owned())].clone();
        }
        let meta = &texts[&("mailboxes".to_owned(), *id, "meta".to_owned())];
        assert!(meta.starts_with("{\"x\":\"\\u00e9\",\"oauth\":{\"provider\":\"ms\","));
        let meta: Json = serde_json::from_str(meta).unwrap();
        meta["oauth"][*column].as_str().unwrap().to_owned()
    }
}

fn store(database: &Connection, table: &str, id: u64, column: &str, text: &str) {
    let (statement, text) = match table {
        "meta" => {
            let quoted = serde_json::to_string(text).unwrap().replace('/', "\\/");
            let empty = format!("\"{column}\":\"\"");
            let statement =
                format!("UPDATE mailboxes SET meta = replace(meta, '{empty}', ?1) WHERE id = ?2");
            (statement, format!("\"{column}\":{quoted}"))
        }
        table => (
            format!("UPDATE {table} SET {column} = ?1 WHERE id = ?2"),
            text.to_owned(),
        ),
    };
    let changed = database.execute(&statement, params![text, id.cast_signed()]);
    assert_eq!(changed.unwrap(), 1, "{table} {id} {column}");
}

pub fn opens(text: &str, key: &AppKey) -> Option<String> {
    let plain = Payload::parse(text.as_bytes()).ok()?.open(key).ok()?;
    match php::unserialize(plain.expose()) {
        Ok(php::PhpValue::Text(text)) => String::from_utf8(text.to_vec()).ok(),
        _ => None,
    }
}

pub fn codes(check: &Json) -> Vec<&str> {
    let findings = check["findings"].as_array().unwrap().iter();
    findings.map(|f| f["code"].as_str().unwrap()).collect()
}
