//! What FreeScout's own code makes of the rows: `driver.php` beside this file asks it, in the checkout that the
//! environment names.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::row::Row;

/// The name of the variable that holds the checkout's path.
pub const VARIABLE: &str = "FREESCOUT_CHECKOUT";

/// The checkout, where one is named.
pub fn checkout() -> Option<PathBuf> {
    std::env::var_os(VARIABLE)
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
}

/// One of FreeScout's answers.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    pub ok: bool,
    pub said: String,
}

/// All that FreeScout said of a row.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Answers {
    /// Of its button for incoming mail.
    button: Option<Answer>,
    /// Of the look that a fetch takes at its folders.
    listing: Option<Answer>,
    /// Of its test mail.
    sending: Option<Answer>,
}

impl Answers {
    /// Whether mail comes in, or goes out: each that was asked says so. Without any, it did not answer in time.
    pub fn works(&self) -> bool {
        let mut all = self.all().peekable();
        all.peek().is_some() && all.all(|answer| answer.ok)
    }

    fn all(&self) -> impl Iterator<Item = &Answer> {
        [&self.button, &self.listing, &self.sending]
            .into_iter()
            .flatten()
    }

    /// In one line, for a person.
    pub fn told(&self) -> String {
        let one = |(name, answer): (&str, &Option<Answer>)| {
            let answer = answer.as_ref()?;
            let mark = if answer.ok { '✓' } else { '✗' };
            let said: String = answer.said.split_whitespace().collect::<Vec<_>>().join(" ");
            Some(format!("{name} {mark} {said}"))
        };
        let named = [
            ("button", &self.button),
            ("listing", &self.listing),
            ("sending", &self.sending),
        ];
        let told: Vec<String> = named.into_iter().filter_map(one).collect();
        if told.is_empty() {
            return "no answer in time".to_owned();
        }
        told.join("; ").trim().to_owned()
    }
}

/// FreeScout's answers by the rows' numbers, from 1. `prepared` is a command that runs the one added to it.
pub fn answers(
    checkout: &Path,
    rows: &[Row],
    trusted: &Path,
    mut prepared: Command,
) -> BTreeMap<usize, Answers> {
    let folder = tempfile::tempdir().unwrap();
    let asked: Vec<Json> = (1..).zip(rows).map(|(id, row)| asked(id, row)).collect();
    let mut child = prepared
        .args(["php", "tests/agree/driver.php"])
        .arg(folder.path())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env(VARIABLE, checkout)
        .env("SSL_CERT_FILE", trusted)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(Json::from(asked).to_string().as_bytes())
        .unwrap();
    drop(stdin);
    let out = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    let erred = String::from_utf8_lossy(&out.stderr);
    assert!(
        out.status.success(),
        "FreeScout could not be asked: {erred}{said}"
    );
    said.lines()
        .map(|line| {
            #[derive(Deserialize)]
            struct Line {
                id: usize,
                #[serde(flatten)]
                answers: Answers,
            }
            let line: Line =
                serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}\n{erred}"));
            (line.id, line.answers)
        })
        .collect()
}

/// A row as the driver takes it: the mailbox's columns, passwords in plain.
fn asked(id: usize, row: &Row) -> Json {
    let mailbox = row.mailbox(id);
    json!({
        "direction": row.direction(),
        "columns": {
            "id": id,
            "name": format!("Mailbox {id}"),
            "email": mailbox.email,
            "in_protocol": mailbox.in_protocol,
            "in_server": mailbox.in_server,
            "in_port": mailbox.in_port,
            "in_encryption": mailbox.in_encryption,
            "in_validate_cert": mailbox.in_validate_cert,
            "in_imap_folders": mailbox.in_folders,
            "in_username": mailbox.in_login.0,
            "in_password": mailbox.in_login.1,
            "out_method": mailbox.out_method,
            "out_server": mailbox.out_server,
            "out_port": mailbox.out_port,
            "out_encryption": mailbox.out_encryption,
            "out_username": mailbox.out_login.0,
            "out_password": mailbox.out_login.1,
        }
    })
}
