//! Older payloads in the JSON forms: where each belongs, where it was found, from when it is, and whether it is certain to
//! be this install's own. Never what it says.

use serde::Serialize;

use crate::domain::hunt::old_payloads::origin::{Doubt, PayloadOrigin};
use crate::domain::hunt::old_payloads::standing::Recoverable;
use crate::domain::inventory::secret::Token;
use crate::domain::key::app_key::Fingerprint;
use crate::domain::key::source::Source;

/// One older payload, as in `payloads` of `find-key --json`.
#[derive(Serialize)]
pub struct PayloadJson<'a> {
    table: &'static str,
    id: u64,
    column: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    json_path: Option<&'static str>,
    key: Fingerprint,
    source: &'a Source,
    date: Option<String>,
    origin: OriginJson<'a>,
    /// Whether `recover --take-older` takes it.
    certain: bool,
    /// Why not.
    doubt: Option<&'static str>,
}

/// The database, the table (with its prefix) and the row it stood in; `null` where the source does not say.
#[derive(Serialize)]
struct OriginJson<'a> {
    host: Option<&'a str>,
    database: Option<&'a str>,
    schema: Option<&'a str>,
    table: Option<&'a str>,
    row: Option<u64>,
}

/// These older payloads.
pub fn payloads<'a>(
    recoverable: impl IntoIterator<Item = &'a Recoverable>,
) -> Vec<PayloadJson<'a>> {
    let json = |older: &'a Recoverable| PayloadJson {
        table: older.place.cell.table.name(),
        id: older.place.cell.id,
        column: &older.place.cell.column,
        json_path: older.place.token.map(Token::json_path),
        key: older.key,
        source: &older.source,
        date: older.date.map(|date| date.at.to_string()),
        origin: origin(&older.origin, older.row),
        certain: older.doubt().is_none(),
        doubt: older.doubt().map(Doubt::code),
    };
    recoverable.into_iter().map(json).collect()
}

fn origin(origin: &PayloadOrigin, row: Option<u64>) -> OriginJson<'_> {
    OriginJson {
        host: origin.host.as_deref(),
        database: origin.database.as_deref(),
        schema: origin.schema.as_deref(),
        table: origin.table.as_deref(),
        row,
    }
}
