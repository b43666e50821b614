//! The tables of FreeScout that matter here, as SQLite, and one way to fill them.

use rusqlite::{Connection, params};

use super::story::{IMAPS_PORT, SUBMISSION_PORT};

/// Columns and types follow FreeScout's migrations; columns that no secret depends on are left out.
pub(super) const SCHEMA: &str = "
CREATE TABLE mailboxes (
    id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, email VARCHAR(128) NOT NULL UNIQUE,
    out_method TINYINT NOT NULL DEFAULT 1, out_server TEXT, out_username TEXT, out_password TEXT, out_port INTEGER,
    out_encryption TINYINT NOT NULL DEFAULT 1,
    in_server TEXT, in_port INTEGER NOT NULL DEFAULT 143, in_username VARCHAR(100), in_password TEXT,
    in_protocol TINYINT NOT NULL DEFAULT 1, in_encryption TINYINT NOT NULL DEFAULT 1,
    in_validate_cert TINYINT(1) NOT NULL DEFAULT 1, in_imap_folders TEXT, meta TEXT, created_at TIMESTAMP, updated_at TIMESTAMP
);
CREATE TABLE options (id INTEGER PRIMARY KEY, name VARCHAR(191) NOT NULL UNIQUE, value TEXT NOT NULL);
CREATE TABLE modules (
    id INTEGER PRIMARY KEY, alias VARCHAR(191) NOT NULL UNIQUE, active TINYINT(1) NOT NULL DEFAULT 0,
    activated TINYINT(1) NOT NULL DEFAULT 0, license TEXT
);
CREATE TABLE users (
    id INTEGER PRIMARY KEY, first_name VARCHAR(20), last_name VARCHAR(30), email VARCHAR(100) UNIQUE,
    password VARCHAR(255) NOT NULL, role TINYINT NOT NULL DEFAULT 1, type TINYINT NOT NULL DEFAULT 1,
    status TINYINT NOT NULL DEFAULT 1, invite_state TINYINT NOT NULL DEFAULT 1, invite_hash VARCHAR(100)
);
CREATE TABLE send_logs (
    id INTEGER PRIMARY KEY, thread_id INTEGER, message_id VARCHAR(998), email VARCHAR(191), status TINYINT, created_at TIMESTAMP
);
CREATE TABLE attachments (
    id INTEGER PRIMARY KEY, thread_id INTEGER, file_name VARCHAR(255) NOT NULL, size INTEGER, token_type TINYINT NOT NULL DEFAULT 3
);
CREATE TABLE jobs (id INTEGER PRIMARY KEY, queue VARCHAR(20), payload TEXT, attempts TINYINT, available_at INTEGER);
";

/// What differs from one mailbox to the next.
pub(super) struct DemoMailbox {
    /// Shown name.
    pub name: String,
    /// Address and login.
    pub email: String,
    /// Server it is fetched from.
    pub imap: &'static str,
    /// Server it is sent by.
    pub smtp: &'static str,
    /// Stored incoming password.
    pub incoming: Option<String>,
    /// Stored outgoing password.
    pub outgoing: Option<String>,
    /// `meta`, where there is one.
    pub meta: Option<String>,
    /// OAuth client id: a part of the login, where there is one.
    pub client: Option<&'static str>,
}

/// IMAP over TLS, SMTP with STARTTLS.
pub(super) fn add_mailbox(
    database: &Connection,
    id: u64,
    mailbox: &DemoMailbox,
) -> rusqlite::Result<usize> {
    let login = match mailbox.client {
        Some(client) => format!("{}:{client}", mailbox.email),
        None => mailbox.email.clone(),
    };
    database.execute(
        "INSERT INTO mailboxes (id, name, email, out_method, out_server, out_username, out_password, out_port,
           out_encryption, in_server, in_port, in_username, in_password, in_protocol, in_encryption, meta)
         VALUES (?1, ?2, ?3, 3, ?4, ?5, ?6, ?10, 3, ?7, ?11, ?5, ?8, 1, 2, ?9)",
        params![
            id.cast_signed(), mailbox.name, mailbox.email, mailbox.smtp, login, mailbox.outgoing, mailbox.imap,
            mailbox.incoming, mailbox.meta, SUBMISSION_PORT, IMAPS_PORT
        ],
    )
}
