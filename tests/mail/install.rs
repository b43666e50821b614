//! A FreeScout install whose mailboxes lead to the servers of these tests: the demo's files, rows of our own, every
//! password sealed under the key in force.

use std::path::{Path, PathBuf};
use std::process::Command;

use freescout_rescue::demo;
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::{Payload, php};
use freescout_rescue::io::os::entropy;
use rusqlite::{Connection, params};
use serde_json::Value as Json;

use crate::certificates::certificates;

/// One row of `mailboxes`. What is not set is as a new mailbox has it.
#[derive(Clone)]
pub struct Mailbox {
    pub email: String,
    pub in_protocol: i64,
    pub in_server: String,
    pub in_port: u16,
    pub in_encryption: i64,
    pub in_validate_cert: bool,
    pub in_folders: Option<&'static str>,
    pub in_login: (String, String),
    pub out_method: i64,
    pub out_server: String,
    pub out_port: u16,
    pub out_encryption: i64,
    pub out_login: (String, String),
}

/// An install in a folder of its own.
pub struct Install {
    pub folder: tempfile::TempDir,
    key: AppKey,
}

impl Install {
    /// With these mailboxes, numbered from 1, and nothing else that needs a key.
    pub fn with(mailboxes: &[Mailbox]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = demo::lay_out(&folder.path().join("demo"), &mut entropy::fill).unwrap();
        std::fs::remove_file(made.install.join("bootstrap/cache/config.php")).unwrap();
        let env = std::fs::read_to_string(made.install.join(".env")).unwrap();
        let text = env
            .lines()
            .find_map(|l| l.strip_prefix("APP_KEY="))
            .unwrap();
        let install = Self {
            key: AppKey::parse(text.as_bytes()).unwrap(),
            folder,
        };
        let kept: Vec<&str> = env.lines().filter(|l| !l.starts_with("TELEGRAM")).collect();
        let white_list = "APP_REMOTE_HOST_WHITE_LIST=localhost,127.0.0.1,127.0.0.2";
        std::fs::write(
            made.install.join(".env"),
            format!("{}\n{white_list}\n", kept.join("\n")),
        )
        .unwrap();
        let database = install.database();
        database
            .execute_batch("DELETE FROM mailboxes; DELETE FROM options; DELETE FROM modules; DELETE FROM users;")
            .unwrap();
        for (id, mailbox) in (1..).zip(mailboxes) {
            install.add(&database, id, mailbox);
        }
        install
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("demo/freescout")
    }

    pub fn database(&self) -> Connection {
        Connection::open(self.root().join("database/database.sqlite")).unwrap()
    }

    /// A text as FreeScout stores it.
    pub fn sealed(&self, text: &str) -> String {
        let plain = php::serialize_text(text.as_bytes());
        Payload::seal(&self.key, &entropy::bytes(), &plain)
    }

    fn add(&self, database: &Connection, id: i64, mailbox: &Mailbox) {
        database
            .execute(
                "INSERT INTO mailboxes (id, name, email, in_protocol, in_server, in_port, in_encryption, in_validate_cert,
                   in_imap_folders, in_username, in_password, out_method, out_server, out_port, out_encryption, out_username,
                   out_password)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
                params![
                    id,
                    format!("Mailbox {id}"),
                    mailbox.email,
                    mailbox.in_protocol,
                    mailbox.in_server,
                    mailbox.in_port,
                    mailbox.in_encryption,
                    mailbox.in_validate_cert,
                    mailbox.in_folders,
                    mailbox.in_login.0,
                    self.sealed(&mailbox.in_login.1),
                    mailbox.out_method,
                    mailbox.out_server,
                    mailbox.out_port,
                    mailbox.out_encryption,
                    mailbox.out_login.0,
                    self.sealed(&mailbox.out_login.1),
                ],
            )
            .unwrap();
    }

    /// The system mail account: SMTP over TLS.
    pub fn set_system_mail(&self, host: &str, port: u16, login: (&str, &str)) {
        let database = self.database();
        for (name, value) in [
            ("mail_driver", "smtp"),
            ("mail_host", host),
            ("mail_port", &port.to_string()),
            ("mail_encryption", "ssl"),
            ("mail_username", login.0),
            ("mail_from", login.0),
            ("mail_password", &self.sealed(login.1)),
        ] {
            database
                .execute(
                    "INSERT INTO options (name, value) VALUES (?1, ?2)",
                    [name, value],
                )
                .unwrap();
        }
    }

    /// Runs a subcommand that trusts the servers' authority. Gives its exit code, standard output and standard error.
    pub fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let command = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"));
        self.run_by(command, &certificates().ca(), arguments)
    }

    /// Runs a subcommand by a command that begins with the program, or with what leads to it.
    pub fn run_by(
        &self,
        mut command: Command,
        trusted: &Path,
        arguments: &[&str],
    ) -> (i32, String, String) {
        let out = command
            .args(arguments)
            .arg(self.root())
            .env("SSL_CERT_FILE", trusted)
            .env("HOME", self.folder.path())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            out.status.code().unwrap(),
            text(&out.stdout),
            text(&out.stderr),
        )
    }

    /// `test --json`: the exit code, and the results.
    pub fn test(&self, more: &[&str]) -> (i32, Vec<Json>) {
        let (code, out, err) = self.run(&[&["test", "--json"], more].concat());
        let json: Json = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
        (code, json["results"].as_array().unwrap().clone())
    }
}
