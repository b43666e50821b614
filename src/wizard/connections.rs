//! The connections pane: every mailbox with its two servers. Logins are not tested yet; the pane says so instead of
//! guessing.

use super::list::Cursor;
use crate::domain::assessment::Assessment;
use crate::domain::mailbox::{IncomingProtocol, Mailbox, OutgoingMethod};
use crate::domain::sanitize::sanitize;
use crate::domain::secret::Table;
use crate::domain::verdict::Verdict;

/// What is known of one direction of a mailbox without asking its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// FreeScout reads a password and has a server to use it on.
    Ready,
    /// FreeScout reads no password.
    NoPassword,
    /// No server is configured, or none needs a login.
    NotNeeded,
}

/// One mailbox in the pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name, sanitised.
    pub name: String,
    /// Its address, sanitised.
    pub email: String,
    /// `IMAP`, `POP3`, or nothing known.
    pub protocol: &'static str,
    /// `server:port`, sanitised.
    pub incoming: String,
    /// `server:port`, sanitised.
    pub outgoing: String,
    /// Incoming.
    pub fetches: Standing,
    /// Outgoing.
    pub sends: Standing,
}

/// The pane.
#[derive(Debug, Default)]
pub struct State {
    /// Whether it is open over a narrow screen, or has the cursor on a wide one.
    pub open: bool,
    /// The chosen mailbox.
    pub cursor: Cursor,
}

/// One row a mailbox.
pub fn rows(assessment: &Assessment) -> Vec<Row> {
    // Once through the secrets: there may be thousands.
    let mut unreadable = std::collections::HashSet::new();
    for secret in &assessment.secrets {
        let readable =
            secret.verdict.readable() && !matches!(secret.verdict, Verdict::Empty { .. });
        if secret.place.cell.table == Table::Mailboxes && !readable {
            unreadable.insert((secret.place.cell.id, secret.place.cell.column.as_str()));
        }
    }
    let standing = |mailbox: &Mailbox, column, needed| match (
        needed,
        unreadable.contains(&(mailbox.id, column)),
    ) {
        (false, _) => Standing::NotNeeded,
        (true, true) => Standing::NoPassword,
        (true, false) => Standing::Ready,
    };
    let row = |mailbox: &Mailbox| Row {
        name: sanitize(&mailbox.name),
        email: sanitize(&mailbox.email),
        protocol: match mailbox.in_protocol {
            IncomingProtocol::Imap => "IMAP",
            IncomingProtocol::Pop3 => "POP3",
            IncomingProtocol::Other(_) => "",
        },
        incoming: sanitize(&format!("{}:{}", mailbox.in_server, mailbox.in_port)),
        outgoing: match mailbox.out_method {
            OutgoingMethod::Smtp => {
                sanitize(&format!("{}:{}", mailbox.out_server, mailbox.out_port))
            }
            OutgoingMethod::PhpMail => "mail()".to_owned(),
            OutgoingMethod::Sendmail => "sendmail".to_owned(),
            OutgoingMethod::Other(_) => String::new(),
        },
        fetches: standing(mailbox, "in_password", mailbox.needs_incoming()),
        sends: standing(mailbox, "out_password", mailbox.needs_outgoing()),
    };
    assessment.mailboxes.iter().map(row).collect()
}
