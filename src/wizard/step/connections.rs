//! The connections pane: every mailbox with its two directions, and what the tests say of them, live.

mod pane;

use crate::domain::mail::{Connection, ConnectionId, Direction, connections};
use crate::domain::verdict::assessment::Assessment;
use crate::words::untrusted::shown;
use crate::words::words;

pub use pane::{State, TestProgress};

/// One direction of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Which connection.
    pub id: ConnectionId,
    /// `IMAP`, `POP3`, `SMTP`; empty where there is nothing to connect to.
    pub protocol: String,
    /// `server:port`, sanitised; empty likewise.
    pub server: String,
}

/// One mailbox in the pane; the system mail account is the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxRow {
    /// Its name, sanitised.
    pub name: String,
    /// Its address, sanitised.
    pub email: String,
    /// Incoming (not of the system mail account), outgoing.
    pub sides: Vec<Side>,
}

/// One row a mailbox, and one for the system mail account where there is one.
pub fn rows(assessment: &Assessment) -> Vec<MailboxRow> {
    let mut rows: Vec<MailboxRow> = Vec::new();
    for connection in connections(&assessment.mailboxes, &assessment.system_mail) {
        let system = connection.id.mailbox.is_none();
        if system && assessment.system_mail.driver.is_empty() {
            continue;
        }
        let side = side(&connection);
        match rows.last_mut() {
            Some(row) if connection.id.direction == Direction::Outgoing && !system => {
                row.sides.push(side);
            }
            _ => rows.push(MailboxRow {
                name: match system {
                    true => words().system_mail.to_owned(),
                    false => connection.owner.to_string(),
                },
                email: connection.email.to_string(),
                sides: vec![side],
            }),
        }
    }
    rows
}

fn side(connection: &Connection) -> Side {
    let target = connection.target.as_ref().ok();
    Side {
        id: connection.id,
        protocol: target.map_or_else(String::new, |t| t.protocol.to_string()),
        server: target.map_or_else(String::new, |t| shown(&t.server()).to_string()),
    }
}
