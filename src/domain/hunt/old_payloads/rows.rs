//! Rows of FreeScout's tables in a dump: which columns they have, and the older payloads they hold.

use zeroize::Zeroizing;

use super::dates;
use super::heads::Head;
use super::origin::{PayloadOrigin, RowLogin};
use super::sighting::{DatedBy, RecognizedBy, Sighting, Wanted};
use crate::domain::inventory::secret::{SecretBytes, Table, Token};
use crate::domain::inventory::token_text;
use crate::domain::payload::looks_like_payload;

/// A value longer than this is not kept: neither a payload nor a `meta` of FreeScout's comes near.
pub(super) const MAX_VALUE: usize = 64 << 10;

/// Longer names of servers and accounts are none, in bytes.
const MAX_LOGIN: usize = 1 << 10;

/// A column that says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowField {
    Id,
    /// Address, name or alias: whose row it is.
    Owner,
    /// A column that is a payload.
    Secret(&'static str),
    Meta,
    Updated,
    /// The server and the user name that a payload is for, by its column.
    Server(&'static str),
    Username(&'static str),
}

/// The order of the columns when neither the statement nor a `CREATE TABLE` before it says it: FreeScout 1.8's own.
const USUAL_MAILBOXES: &str = "id name email aliases from_name from_name_custom ticket_status ticket_assignee template \
    signature out_method out_server out_username out_password out_port out_encryption in_server in_port in_username \
    in_password in_protocol in_encryption auto_reply_enabled auto_reply_subject auto_reply_message office_hours_enabled \
    ratings ratings_placement ratings_text created_at updated_at in_validate_cert in_imap_folders auto_bcc before_reply \
    imap_sent_folder meta aliases_reply";

/// Which value of a row is what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    table: Table,
    fields: Vec<Option<RowField>>,
}

/// The table a name ends in, whatever the prefix.
pub(super) fn table_of(name: &[u8]) -> Option<Table> {
    let tables = [Table::Mailboxes, Table::Options, Table::Modules];
    tables
        .into_iter()
        .find(|table| name.ends_with(table.name().as_bytes()))
}

impl Layout {
    /// The layout of a table with these columns; `None` when it is none of FreeScout's, or lacks what tells whose a
    /// row is.
    pub(super) fn of(head: &Head) -> Option<Self> {
        Self::of_some(head).filter(|layout| layout.has(RowField::Owner))
    }

    /// The layout of some columns of a table, as a statement or an export chose them: of a mailbox its number alone tells
    /// whose the row is.
    pub(super) fn of_some(head: &Head) -> Option<Self> {
        let table = table_of(&head.name)?;
        let columns = head.columns.as_ref()?.iter();
        let fields: Vec<_> = columns.map(|name| field(table, name)).collect();
        let layout = Self { table, fields };
        let owned =
            layout.has(RowField::Owner) || table == Table::Mailboxes && layout.has(RowField::Id);
        let secret = |f: &Option<RowField>| matches!(f, Some(RowField::Secret(_) | RowField::Meta));
        (owned && layout.fields.iter().any(secret)).then_some(layout)
    }

    fn has(&self, field: RowField) -> bool {
        self.fields.contains(&Some(field))
    }

    /// The layout of FreeScout's own schema.
    pub(super) fn usual(table: Table) -> Option<Self> {
        let columns = match table {
            Table::Mailboxes => USUAL_MAILBOXES,
            Table::Options => "id name value",
            Table::Modules => "id alias active activated license",
            Table::Users | Table::Env => return None,
        };
        let columns = columns.split(' ').map(|name| field(table, name.as_bytes()));
        Some(Self {
            table,
            fields: columns.collect(),
        })
    }

    /// What the value at this place of a row is.
    pub(super) fn field(&self, index: usize) -> Option<RowField> {
        self.fields.get(index).copied().flatten()
    }

    /// An empty row of this table.
    pub(super) fn row(&self) -> DumpRow {
        DumpRow {
            table: self.table,
            values: Vec::new(),
        }
    }
}

fn field(table: Table, name: &[u8]) -> Option<RowField> {
    let name = std::str::from_utf8(name).ok()?.to_ascii_lowercase();
    match (table, name.as_str()) {
        (_, "id") => Some(RowField::Id),
        (_, "updated_at") => Some(RowField::Updated),
        (Table::Mailboxes, "email") | (Table::Options, "name") | (Table::Modules, "alias") => {
            Some(RowField::Owner)
        }
        (Table::Mailboxes, "in_password") => Some(RowField::Secret("in_password")),
        (Table::Mailboxes, "out_password") => Some(RowField::Secret("out_password")),
        (Table::Mailboxes, "meta") => Some(RowField::Meta),
        (Table::Mailboxes, "in_server") => Some(RowField::Server("in_password")),
        (Table::Mailboxes, "out_server") => Some(RowField::Server("out_password")),
        (Table::Mailboxes, "in_username") => Some(RowField::Username("in_password")),
        (Table::Mailboxes, "out_username") => Some(RowField::Username("out_password")),
        (Table::Options, "value") => Some(RowField::Secret("value")),
        (Table::Modules, "license") => Some(RowField::Secret("license")),
        _ => None,
    }
}

/// The values of one row that say something.
pub(super) struct DumpRow {
    table: Table,
    values: Vec<(RowField, Zeroizing<Vec<u8>>)>,
}

impl DumpRow {
    /// Adds a value; NULL is not added.
    pub(super) fn put(&mut self, field: RowField, value: &[u8]) {
        // A row says every column once; a broken one must not grow.
        if self.values.len() < 16 {
            self.values.push((field, Zeroizing::new(value.to_vec())));
        }
    }

    fn text(&self, wanted: RowField) -> Option<&str> {
        let (_, value) = self.values.iter().find(|(field, _)| *field == wanted)?;
        std::str::from_utf8(value).ok()
    }

    /// A part of a login; one that is too long is none.
    fn login(&self, wanted: RowField) -> Option<String> {
        let text = self.text(wanted)?;
        (text.len() <= MAX_LOGIN).then(|| text.to_owned())
    }

    /// The payloads of the row, where it is one of those that are wanted.
    pub(super) fn sightings(
        &self,
        wanted: &Wanted,
        origin: &PayloadOrigin,
        each: &mut dyn FnMut(Sighting),
    ) {
        let id = self
            .text(RowField::Id)
            .and_then(|id| id.trim().parse().ok());
        let owner = self.text(RowField::Owner).unwrap_or_default();
        let is_wanted = match self.table {
            Table::Mailboxes => wanted.of_row(id, owner).is_some_and(|m| m.lost),
            Table::Options => wanted.options.contains(owner),
            Table::Modules => wanted.modules.contains(owner),
            Table::Users | Table::Env => false,
        };
        if !is_wanted {
            return;
        }
        let mut see = |column, token, payload: &[u8]| {
            let payload = payload.trim_ascii();
            if looks_like_payload(payload) {
                each(Sighting {
                    table: self.table,
                    id,
                    column: Some(column),
                    token,
                    owner: owner.to_owned(),
                    payload: SecretBytes::from(payload),
                    date: DatedBy::Row.at(self.text(RowField::Updated).and_then(dates::of_text)),
                    origin: origin.clone(),
                    login: RowLogin {
                        server: self.login(RowField::Server(column)),
                        username: self.login(RowField::Username(column)),
                    },
                    how: RecognizedBy::Row,
                });
            }
        };
        for (field, value) in &self.values {
            match field {
                RowField::Secret(column) => see(column, None, value),
                RowField::Meta => {
                    for token in [Token::Access, Token::Refresh] {
                        if let Some(text) = token_text(value, token) {
                            see("meta", Some(token), text.expose());
                        }
                    }
                }
                RowField::Id
                | RowField::Owner
                | RowField::Updated
                | RowField::Server(_)
                | RowField::Username(_) => {}
            }
        }
    }
}
