//! An install whose database is a real server: FreeScout's tables, as far as secrets are concerned.

use std::path::{Path, PathBuf};
use std::process::Command;

use freescout_rescue::domain::config::{DbSettings, Driver};
use freescout_rescue::domain::inventory::sql;
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::{Payload, php};
use secrecy::ExposeSecret;

use crate::server::{Server, USER};

/// A password that opens with the old key.
pub const OLD_PASSWORD: &str = "in-1: opens with the old key";

pub fn key(byte: u8) -> AppKey {
    // A key of one repeated byte would be taken for a published sample.
    AppKey::generate(&std::array::from_fn(|n| {
        byte.wrapping_mul(41).wrapping_add((n * n * 7) as u8)
    }))
}

const TABLES: [&str; 4] = ["mailboxes", "options", "modules", "users"];

pub fn sealed(key: &AppKey, text: &str) -> String {
    Payload::seal(key, &[9; 16], &php::serialize_text(text.as_bytes()))
}

/// The install's folder, its database, and a folder with the old key in a file.
pub struct Install {
    pub folder: tempfile::TempDir,
    pub settings: DbSettings,
    /// `None` for SQLite.
    server: Option<&'static Server>,
}

impl Install {
    /// Seven secrets under the old key, two under the new one in force, one under a lost key.
    pub fn new(server: &'static Server, name: &str) -> Self {
        Self::through(server, name, server.port)
    }

    /// The same, reached by another port of this machine.
    pub fn through(server: &'static Server, name: &str, port: u16) -> Self {
        let mut settings = server.database(name);
        settings.prefix = "fs_".to_owned();
        settings.port = port;
        Self::laid_out(tempfile::tempdir().unwrap(), settings, Some(server))
    }

    /// The same in this folder.
    pub fn new_in(folder: tempfile::TempDir, server: &'static Server, name: &str) -> Self {
        let mut settings = server.database(name);
        settings.prefix = "fs_".to_owned();
        Self::laid_out(folder, settings, Some(server))
    }

    /// The same in a database of exactly this name.
    pub fn named(server: &'static Server, database: &str) -> Self {
        let mut settings = server.database_named(database.to_owned());
        settings.prefix = "fs_".to_owned();
        Self::laid_out(tempfile::tempdir().unwrap(), settings, Some(server))
    }

    /// The same in an SQLite file.
    pub fn sqlite() -> Self {
        Self::sqlite_in(tempfile::tempdir().unwrap())
    }

    /// The same in this folder.
    pub fn sqlite_in(folder: tempfile::TempDir) -> Self {
        // In a folder of its own, which can be given to the web user: SQLite makes files beside it.
        let file = folder.path().join("data/database.sqlite");
        std::fs::create_dir(folder.path().join("data")).unwrap();
        std::fs::write(&file, "").unwrap();
        let settings = DbSettings {
            driver: Driver::Sqlite,
            host: String::new(),
            port: 0,
            socket: None,
            database: file.to_string_lossy().into_owned(),
            username: String::new(),
            password: String::new().into(),
            prefix: "fs_".to_owned(),
            charset: String::new(),
            collation: String::new(),
            ssl_ca: None,
            ssl_cert: None,
            ssl_verify: true,
            sslmode: String::new(),
        };
        Self::laid_out(folder, settings, None)
    }

    fn laid_out(
        folder: tempfile::TempDir,
        settings: DbSettings,
        server: Option<&'static Server>,
    ) -> Self {
        let install = Self {
            folder,
            settings,
            server,
        };
        install.fill_tables();
        install.files(&key(2), &key(1));
        install
    }

    /// Statements as the owner of everything.
    pub fn admin(&self, statements: &[&str]) {
        match self.server {
            Some(server) => server.admin(&self.settings.database, statements),
            None => {
                let connection = rusqlite::Connection::open(&self.settings.database).unwrap();
                connection
                    .busy_timeout(std::time::Duration::from_secs(20))
                    .unwrap();
                for statement in statements {
                    connection.execute_batch(statement).unwrap();
                }
            }
        }
    }

    /// The tables as they are at first, whatever became of them.
    pub fn fill_tables(&self) {
        let settings = &self.settings;
        let t = |name: &str| sql::table(settings.driver, &settings.prefix, name);
        let id = match settings.driver {
            Driver::MySql => "id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY",
            Driver::PgSql => "id SERIAL PRIMARY KEY",
            Driver::Sqlite => "id INTEGER PRIMARY KEY",
        };
        let mut statements: Vec<String> = TABLES
            .map(|table| format!("DROP TABLE IF EXISTS {}", t(table)))
            .to_vec();
        statements.extend([
            format!(
                "CREATE TABLE {} ({id}, name VARCHAR(40), email VARCHAR(128), out_method SMALLINT DEFAULT 1, out_server TEXT, out_username TEXT, out_password TEXT, out_port INT, out_encryption SMALLINT DEFAULT 1, in_server TEXT, in_port INT, in_username VARCHAR(100), in_password TEXT, in_protocol SMALLINT DEFAULT 1, in_encryption SMALLINT DEFAULT 1, in_validate_cert BOOLEAN DEFAULT true, meta TEXT)",
                t("mailboxes")
            ),
            format!(
                "CREATE TABLE {} ({id}, name VARCHAR(191), value TEXT NOT NULL)",
                t("options")
            ),
            format!(
                "CREATE TABLE {} ({id}, alias VARCHAR(191), license TEXT)",
                t("modules")
            ),
            format!(
                "CREATE TABLE {} ({id}, first_name VARCHAR(20), last_name VARCHAR(30), email VARCHAR(100), password VARCHAR(255))",
                t("users")
            ),
        ]);
        if settings.driver == Driver::PgSql {
            for table in TABLES {
                statements.push(format!("ALTER TABLE {} OWNER TO {USER}", t(table)));
            }
        }
        statements.extend(self.rows());
        self.as_owner(&statements);
    }

    /// The rows as they are at first, in tables whose columns nobody changed: a server makes new tables slowly.
    pub fn refill_tables(&self) {
        let settings = &self.settings;
        let mut statements = Vec::new();
        for table in TABLES {
            let table = sql::table(settings.driver, &settings.prefix, table);
            match settings.driver {
                Driver::PgSql => statements.push(format!("TRUNCATE {table} RESTART IDENTITY")),
                Driver::MySql => statements.extend([
                    format!("DELETE FROM {table}"),
                    format!("ALTER TABLE {table} AUTO_INCREMENT = 1"),
                ]),
                Driver::Sqlite => statements.push(format!("DELETE FROM {table}")),
            }
        }
        statements.extend(self.rows());
        self.as_owner(&statements);
    }

    fn as_owner(&self, statements: &[String]) {
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        self.admin(&statements);
    }

    /// What puts the first rows into empty tables.
    fn rows(&self) -> Vec<String> {
        let settings = &self.settings;
        let (old, new, lost) = (key(1), key(2), key(3));
        let t = |name: &str| sql::table(settings.driver, &settings.prefix, name);
        let v = |text: &str| sql::literal(settings.driver, "utf8mb4", Some(text.as_bytes()));
        let mut statements = Vec::new();
        let meta = format!(
            "{{\"keep\":\"ä\\/b\",\"oauth\":{{\"provider\":\"ms\",\"a_token\":\"{0}\",\"r_token\":\"{0}\"}}}}",
            sealed(&old, "token").replace('/', "\\/")
        );
        for (name, incoming, outgoing, meta) in [
            (
                "销售's",
                sealed(&old, OLD_PASSWORD),
                sealed(&old, "out-1"),
                Some(meta.as_str()),
            ),
            ("Support", sealed(&new, "in-2"), sealed(&new, "out-2"), None),
            ("Lost", sealed(&lost, "in-3"), sealed(&old, "out-3"), None),
        ] {
            statements.push(format!(
                "INSERT INTO {} (name, email, in_server, in_password, out_method, out_username, out_password, meta) VALUES ({}, {}, 'imap.example', {}, 3, 'u', {}, {})",
                t("mailboxes"), v(name), v(&format!("{name}@x.example")), v(&incoming), v(&outgoing), sql::literal(settings.driver, "utf8mb4", meta.map(str::as_bytes))
            ));
        }
        statements.push(format!(
            "INSERT INTO {} (name, value) VALUES ('mail_password', {}), ('company', 'x')",
            t("options"),
            v(&sealed(&old, "system"))
        ));
        statements.push(format!(
            "INSERT INTO {} (alias, license) VALUES ('tags', {})",
            t("modules"),
            v(&sealed(&old, "licence"))
        ));
        statements.push(format!("INSERT INTO {} (first_name, last_name, email, password) VALUES ('A', 'B', 'c', '$2y$10$x')", t("users")));
        statements
    }

    fn files(&self, new: &AppKey, old: &AppKey) {
        let root = self.root();
        for folder in ["bootstrap/cache", "config", "storage/framework/cache/data"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        std::fs::write(root.join("artisan"), "").unwrap();
        std::fs::write(
            root.join("config/app.php"),
            "<?php return ['name' => 'FreeScout', 'version' => '1.8.235'];",
        )
        .unwrap();
        let settings = &self.settings;
        // As FreeScout's installer should have written it: in quotes, with quotes and backslashes escaped.
        let password = settings
            .password
            .expose_secret()
            .replace('\\', "\\\\")
            .replace('"', "\\\"");
        let env = format!(
            "APP_KEY={}\n# a comment stays\nDB_CONNECTION={}\nDB_HOST={}\nDB_PORT={}\nDB_DATABASE=\"{}\"\nDB_USERNAME={}\nDB_PASSWORD=\"{password}\"\nDB_TABLE_PREFIX={}\n",
            String::from_utf8_lossy(new.text()),
            settings.driver.name(),
            settings.host,
            settings.port,
            settings.database,
            settings.username,
            settings.prefix
        );
        std::fs::write(root.join(".env"), env).unwrap();
        std::fs::create_dir(self.look_in()).unwrap();
        std::fs::write(
            self.look_in().join("env.old"),
            [b"APP_KEY=", old.text()].concat(),
        )
        .unwrap();
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("freescout")
    }

    pub fn look_in(&self) -> PathBuf {
        self.folder.path().join("old")
    }

    pub fn backups(&self) -> PathBuf {
        self.folder.path().join("backups")
    }

    /// Runs the program on the install: exit code, output, error output.
    pub fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        // Nothing of a test stays on the machine: the usual state folder is the machine's.
        let state = self.folder.path().join("state");
        let ours = !arguments.contains(&"--state-dir");
        let out = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
            .args(arguments)
            .args(ours.then_some("--state-dir"))
            .args(ours.then_some(state))
            .arg(self.root())
            .env("HOME", self.folder.path())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            out.status.code().unwrap_or(-1),
            text(&out.stdout),
            text(&out.stderr),
        )
    }

    /// Everything in the tables, as texts.
    pub fn tables(&self) -> Vec<String> {
        let mut store = freescout_rescue::io::db::connect(&self.settings, Path::new("/")).unwrap();
        let mut all = Vec::new();
        for table in TABLES {
            let columns = store.columns(table).unwrap();
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            let mut take = |id, values: Vec<freescout_rescue::io::db::Stored>| {
                let texts = values
                    .iter()
                    .map(|v| v.text().map(|t| String::from_utf8_lossy(t).into_owned()));
                all.push(format!("{table} {id} {:?}", texts.collect::<Vec<_>>()));
            };
            store.read(table, &columns, None, &mut take).unwrap();
        }
        all
    }

    pub fn env(&self) -> String {
        std::fs::read_to_string(self.root().join(".env")).unwrap()
    }
}
