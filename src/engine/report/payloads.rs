//! Older payloads in the JSON forms: where each belongs, where it was found, and from when it is. Never what it says.

use serde::Serialize;

use crate::domain::app_key::Fingerprint;
use crate::domain::assessment::Recoverable;
use crate::domain::secret::Token;
use crate::domain::source::Source;

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
        date: older.date.map(|date| date.to_string()),
    };
    recoverable.into_iter().map(json).collect()
}
