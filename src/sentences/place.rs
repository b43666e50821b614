//! Where a secret is stored, for people: what it is, then whose or in which row.

use crate::domain::inventory::secret::{NamedPlace, Place, SecretKind, Table, Token};
use crate::domain::verdict::secret_report::SecretReport;
use crate::words::untrusted::shown;
use crate::words::words;

use super::kind;

/// A place, as "incoming password (mailbox 3)". Options are known by their row alone: where their kind is at hand, see
/// [`of_kind`].
pub fn place(place: &Place) -> String {
    named(place, None)
}

/// A place whose kind is known, as "system mail password (options row 8)".
pub fn of_kind(place: &Place, kind: SecretKind) -> String {
    named(place, Some(kind))
}

/// A place after the name of its owner, as "Support, incoming password (mailbox 3)".
pub fn of_owner(named_place: &NamedPlace) -> String {
    let NamedPlace { place, owner, kind } = named_place;
    let place = named(place, *kind);
    // A variable is its own owner.
    if owner.is_empty() || named_place.place.cell.table == Table::Env {
        return place;
    }
    text!(place_of_owner, owner, place)
}

/// Where the secret of a verdict is, likewise.
pub fn of_secret(secret: &SecretReport) -> String {
    of_owner(&NamedPlace {
        place: secret.place.clone(),
        owner: secret.owner.clone(),
        kind: Some(secret.kind),
    })
}

fn named(place: &Place, known: Option<SecretKind>) -> String {
    let w = words();
    let cell = &place.cell;
    let (id, column) = (cell.id, shown(&cell.column).to_string());
    let in_row = |what: &str| text!(place_in_row, what, table = cell.table.name(), id);
    match cell.table {
        Table::Mailboxes => {
            let what = match (place.token, cell.column.as_str()) {
                (Some(Token::Access), _) => w.place_access_token,
                (Some(Token::Refresh), _) => w.place_refresh_token,
                (None, "in_password") => kind(SecretKind::Incoming),
                (None, "out_password") => kind(SecretKind::Outgoing),
                (None, _) => column.as_str(),
            };
            text!(place_of_mailbox, what, id)
        }
        Table::Options => in_row(known.map_or(w.place_option, kind)),
        Table::Modules => in_row(kind(SecretKind::License)),
        Table::Users => in_row(kind(SecretKind::InvitedUser)),
        Table::Env => text!(place_in_env, name = column),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_by_the_name_of_its_owner() {
        let of = |owner: &str, kind| NamedPlace {
            place: Place::column(Table::Options, 8, "value"),
            owner: owner.into(),
            kind,
        };
        for (named, told) in [
            (
                of("mail\u{1b}[2J_password", Some(SecretKind::SystemMail)),
                "mail·[2J_password, system mail password (options row 8)",
            ),
            (of("", None), "setting (options row 8)"),
        ] {
            assert_eq!(of_owner(&named), told);
        }
    }

    #[test]
    fn a_place_says_what_it_is_before_where() {
        let column = |table, id, column: &str| Place::column(table, id, column);
        let mut token = column(Table::Mailboxes, 12, "meta");
        token.token = Some(Token::Refresh);
        let option = column(Table::Options, 8, "value");
        for (said, meant) in [
            (
                place(&column(Table::Mailboxes, 3, "in_password")),
                "incoming password (mailbox 3)",
            ),
            (
                place(&column(Table::Mailboxes, 3, "out_password")),
                "outgoing password (mailbox 3)",
            ),
            (place(&token), "OAuth refresh token (mailbox 12)"),
            (place(&option), "setting (options row 8)"),
            (
                of_kind(&option, SecretKind::SystemMail),
                "system mail password (options row 8)",
            ),
            (
                place(&column(Table::Modules, 1, "license")),
                "module licence (modules row 1)",
            ),
            (
                place(&column(Table::Env, 0, "TELEGRAM_BOT_TOKEN")),
                "TELEGRAM_BOT_TOKEN in .env",
            ),
        ] {
            assert_eq!(said, meant);
        }
    }
}
