//! Older payloads as sentences: what each is, where it stood, and why it is only offered. Never what it says.

use super::{kind, source};
use crate::domain::hunt::old_payloads::origin::{Doubt, PayloadOrigin};
use crate::domain::hunt::old_payloads::standing::Recoverable;
use crate::words::untrusted::shown;
use crate::words::words;

/// What it is, from when, from where.
pub fn older(older: &Recoverable) -> String {
    let (what, from) = (kind(older.kind), source(&older.source));
    match older.date {
        Some(date) => text!(
            older,
            what,
            date = date.at.strftime("%Y-%m-%d"),
            source = from
        ),
        None => text!(older_undated, what, source = from),
    }
}

/// The same with the database and the table it stood in.
pub fn with_origin(recoverable: &Recoverable) -> String {
    let (older, origin) = (older(recoverable), origin(&recoverable.origin));
    text!(older_with_origin, older, origin)
}

/// Where it stood, and why it is only offered, where it is.
pub fn standing(recoverable: &Recoverable) -> String {
    let origin = text!(older_stood, origin = origin(&recoverable.origin));
    match recoverable.doubt() {
        None => origin,
        Some(doubt) => format!("{origin} {}", self::doubt(doubt)),
    }
}

/// The database and the table.
pub fn origin(origin: &PayloadOrigin) -> String {
    let w = words();
    let table = origin.table.as_deref().map(|table| match &origin.schema {
        Some(schema) => shown(&format!("{schema}.{table}")).to_string(),
        None => shown(table).to_string(),
    });
    let database = origin.database.as_deref().map(shown);
    match (table, database) {
        (Some(table), Some(database)) => text!(older_of_table, table, database),
        (Some(table), None) => text!(older_of_table_alone, table),
        (None, Some(database)) => text!(older_of_database, database),
        (None, None) => w.older_of_nowhere.to_owned(),
    }
}

/// Why it is not taken unseen.
pub fn doubt(doubt: &Doubt) -> String {
    let w = words();
    match doubt {
        Doubt::NoRow => w.doubt_no_row.to_owned(),
        Doubt::OtherDatabase(own) => text!(doubt_other_database, own),
        Doubt::OtherServer(host) => text!(doubt_other_server, host),
        Doubt::OtherTable(own) => text!(doubt_other_table, own),
        Doubt::NoTable => w.doubt_no_table.to_owned(),
        Doubt::OtherInstall => w.doubt_other_install.to_owned(),
        Doubt::OtherAddress(address) if address.is_empty() => w.doubt_no_address.to_owned(),
        Doubt::OtherAddress(address) => {
            text!(doubt_other_address, address)
        }
        Doubt::OtherRow(row) => text!(doubt_other_row, row),
        Doubt::OtherLogin(login, server) => {
            text!(doubt_other_login, login, server)
        }
        Doubt::Unsure => w.doubt_unsure.to_owned(),
        Doubt::Disagreement => w.doubt_disagreement.to_owned(),
        Doubt::Superseded => w.doubt_superseded.to_owned(),
    }
}
