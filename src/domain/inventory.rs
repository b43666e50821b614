//! Everything that depends on the key: the mailboxes, and each secret with the text it is stored as.
//!
//! Built from rows as the database gives them. Which places hold secrets is FreeScout's own list: mailbox passwords,
//! OAuth tokens in `mailboxes.meta`, the option `mail_password` and module options sealed by shape, `modules.license`,
//! `users.password` of invited users, sealed variables of `.env`.

pub mod mailbox;
pub mod secret;
pub mod sql;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::payload::{Malformed, Payload, looks_like_payload};
use crate::domain::config::rules::{Rules, StorageRule};
use crate::domain::inventory::mailbox::{
    IncomingProtocol, Mailbox, OAuthProvider, OutgoingMethod, SystemMail,
};
use crate::domain::inventory::secret::{
    Cell, NamedPlace, Place, SecretBytes, SecretKind, Table, Token,
};
use crate::domain::payload::{base64, json_span};
use crate::words::untrusted::Untrusted;

/// Columns of `mailboxes` that we read. Old schemas lack some; those read as NULL.
pub const MAILBOX_COLUMNS: &[&str] = &[
    "name",
    "email",
    "in_server",
    "in_port",
    "in_username",
    "in_password",
    "in_protocol",
    "in_encryption",
    "in_validate_cert",
    "out_method",
    "out_server",
    "out_port",
    "out_username",
    "out_password",
    "out_encryption",
    "meta",
];
/// Columns of `mailboxes` that we read where they are, and do without where they are not: no secret is in them.
pub const MAILBOX_COLUMNS_BESIDE: &[&str] = &["in_imap_folders", "aliases"];
/// Columns of `options` that we read.
pub const OPTION_COLUMNS: &[&str] = &["name", "value"];
/// Columns of `modules` that we read.
pub const MODULE_COLUMNS: &[&str] = &["alias", "license"];
/// Columns of `users` that we read.
pub const USER_COLUMNS: &[&str] = &["first_name", "last_name", "email", "password"];

/// The text FreeScout would hand to its encrypter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredText {
    /// NULL.
    Null,
    /// The text.
    Text(SecretBytes),
    /// Too long to be read, in bytes.
    TooLong(u64),
    /// The JSON around it cannot be read.
    BadMeta,
}

/// How the payload is wrapped in its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapping {
    /// As it is.
    None,
    /// Base64 around the payload (`env_encode` of module settings).
    Base64,
}

/// One secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Where it is stored.
    pub place: Place,
    /// What it is.
    pub kind: SecretKind,
    /// Whose it is: mailbox name, option name, module alias, user, variable.
    pub owner: Untrusted,
    /// How it is wrapped.
    pub wrapping: Wrapping,
    /// How the installed version keeps it.
    pub keeping: StorageRule,
    /// Whether that version insists on a serialised value within the payload.
    pub serialized: bool,
    stored: StoredText,
    parsed: Parsed,
}

/// The stored text read as a payload, once: every key is tried on it. It follows from the text, so it says nothing of its
/// own when two secrets are compared or printed.
#[derive(Clone)]
struct Parsed(Option<Result<Payload, Malformed>>);

impl Parsed {
    fn of(stored: &StoredText) -> Self {
        Self(match stored {
            StoredText::Text(text) if !text.is_empty() => Some(Payload::parse(text.expose())),
            _ => None,
        })
    }
}

impl PartialEq for Parsed {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Parsed {}

impl std::fmt::Debug for Parsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Parsed")
    }
}

impl Secret {
    fn new(
        place: Place,
        kind: SecretKind,
        owner: &str,
        stored: StoredText,
        wrapping: Wrapping,
        rules: &Rules,
    ) -> Self {
        let parsed = Parsed::of(&stored);
        Self {
            place,
            kind,
            owner: owner.into(),
            wrapping,
            keeping: rules.keeping(kind),
            serialized: rules.wants_serialized(kind),
            stored,
            parsed,
        }
    }

    /// What is stored.
    pub fn stored(&self) -> &StoredText {
        &self.stored
    }

    /// The stored text as a payload; `None` where nothing is stored, or nothing that was read.
    pub fn payload(&self) -> Option<&Result<Payload, Malformed>> {
        self.parsed.0.as_ref()
    }

    /// Puts another text in its place, in memory.
    pub fn replace(&mut self, stored: StoredText) {
        self.parsed = Parsed::of(&stored);
        self.stored = stored;
    }
}

/// All mailboxes and secrets of an install.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// The rules of the installed version, by which every secret here is kept and read.
    rules: Rules,
    /// Mailboxes in the order of ids. What is told of the install shares them.
    pub mailboxes: Arc<Vec<Mailbox>>,
    /// The system mail account.
    pub system_mail: SystemMail,
    /// Every secret, mailbox by mailbox, then options, modules, users, `.env`.
    pub secrets: Vec<Secret>,
    /// The whole text of every cell a secret stands in, as read: for the backup and for compare-and-swap.
    pub cells: BTreeMap<Cell, Option<SecretBytes>>,
}

/// A row's columns by name, as read. A column the schema lacks reads as NULL.
pub struct Row<'a> {
    /// The row's id.
    pub id: u64,
    /// Name and value.
    pub values: Vec<(&'a str, StoredText)>,
}

impl Row<'_> {
    fn value(&self, column: &str) -> &StoredText {
        self.values
            .iter()
            .find(|(name, _)| *name == column)
            .map_or(&StoredText::Null, |(_, value)| value)
    }

    fn text(&self, column: &str) -> String {
        match self.value(column) {
            StoredText::Text(text) => String::from_utf8_lossy(text.expose()).into_owned(),
            _ => String::new(),
        }
    }

    fn number(&self, column: &str, default: i64) -> i64 {
        self.text(column).trim().parse().unwrap_or(default)
    }
}

impl Inventory {
    /// An empty one, by the rules of the installed version.
    pub fn by(rules: Rules) -> Self {
        Self {
            rules,
            ..Self::default()
        }
    }

    /// The rules of the installed version.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// A place, and whose it is, be there a secret or not.
    pub fn named(&self, place: Place) -> NamedPlace {
        let secret = self.secrets.iter().find(|secret| secret.place == place);
        let of_its_cell = || self.secrets.iter().find(|s| s.place.cell == place.cell);
        let of_its_mailbox = || {
            let mut mailboxes = self.mailboxes.iter();
            let is_it = |id| place.cell.table == Table::Mailboxes && id == place.cell.id;
            mailboxes.find(|mailbox| is_it(mailbox.id))
        };
        let owner = secret.or_else(of_its_cell).map(|secret| &secret.owner);
        let owner = owner.or_else(|| of_its_mailbox().map(|mailbox| &mailbox.name));
        NamedPlace {
            owner: owner.cloned().unwrap_or_default(),
            kind: secret.map(|secret| secret.kind),
            place,
        }
    }

    /// Takes a row of `mailboxes`.
    pub fn add_mailbox(&mut self, row: &Row<'_>) {
        let meta = row.value("meta");
        let parsed = match meta {
            StoredText::Text(text) => serde_json::from_slice::<Json>(text.expose()).ok(),
            _ => None,
        };
        // One without a name goes by its address.
        let called = Some(row.text("name")).filter(|name| !name.trim().is_empty());
        let mailbox = Mailbox {
            id: row.id,
            name: called.unwrap_or_else(|| row.text("email")).into(),
            email: row.text("email").into(),
            aliases: mailbox::aliases(&row.text("aliases")),
            in_server: row.text("in_server").into(),
            in_port: row.number("in_port", 143),
            in_username: row.text("in_username").into(),
            in_protocol: match row.number("in_protocol", 1) {
                1 => IncomingProtocol::Imap,
                2 => IncomingProtocol::Pop3,
                other => IncomingProtocol::Other(other),
            },
            in_encryption: row.number("in_encryption", 1),
            in_validate_cert: !matches!(row.text("in_validate_cert").as_str(), "0" | "f" | "false"),
            in_folders: folders(&row.text("in_imap_folders"))
                .into_iter()
                .map(Untrusted::new)
                .collect(),
            out_method: match row.number("out_method", 1) {
                1 => OutgoingMethod::PhpMail,
                2 => OutgoingMethod::Sendmail,
                3 => OutgoingMethod::Smtp,
                other => OutgoingMethod::Other(other),
            },
            out_server: row.text("out_server").into(),
            out_port: row.number("out_port", 0),
            out_username: row.text("out_username").into(),
            out_encryption: row.number("out_encryption", 1),
            sends_by_oauth: self.rules.sends_by_oauth(&row.text("out_server")),
            oauth: parsed
                .as_ref()
                .filter(|_| self.rules.fetches_by_oauth())
                .and_then(|meta| match meta["oauth"]["provider"].as_str() {
                    Some("ms") => Some(OAuthProvider::Microsoft),
                    Some("gw") => Some(OAuthProvider::Google),
                    _ => None,
                }),
        };
        for (kind, column) in [
            (SecretKind::Incoming, "in_password"),
            (SecretKind::Outgoing, "out_password"),
        ] {
            self.add(Table::Mailboxes, row, column, kind, mailbox.name.raw());
        }
        self.add_meta(row.id, meta, parsed.is_some(), mailbox.name.raw());
        Arc::make_mut(&mut self.mailboxes).push(mailbox);
    }

    fn add_meta(&mut self, id: u64, meta: &StoredText, is_json: bool, owner: &str) {
        let cell = Cell {
            table: Table::Mailboxes,
            id,
            column: "meta".to_owned(),
        };
        let mut add = |token: Option<Token>, stored| {
            let place = Place {
                cell: cell.clone(),
                token,
            };
            let kind = SecretKind::OAuth(token.unwrap_or(Token::Access));
            let secret = Secret::new(place, kind, owner, stored, Wrapping::None, &self.rules);
            self.secrets.push(secret);
        };
        let whole = match meta {
            StoredText::Null | StoredText::BadMeta => return,
            StoredText::Text(text) if text.is_empty() => return,
            StoredText::TooLong(_) => {
                // Not read, so neither saved nor compared.
                add(None, StoredText::BadMeta);
                return;
            }
            StoredText::Text(text) => text,
        };
        if !is_json {
            add(None, StoredText::BadMeta);
        }
        for token in [Token::Access, Token::Refresh] {
            if let Some(text) = token_text(whole.expose(), token) {
                add(Some(token), StoredText::Text(text));
            }
        }
        self.cells.insert(cell, Some(whole.clone()));
    }

    /// Takes a row of `options`.
    pub fn add_option(&mut self, row: &Row<'_>) {
        let name = row.text("name");
        let plain = || row.text("value");
        match name.as_str() {
            "mail_password" => {
                return self.add(Table::Options, row, "value", SecretKind::SystemMail, &name);
            }
            "mail_driver" => self.system_mail.driver = plain().into(),
            "mail_host" => self.system_mail.host = plain().into(),
            "mail_port" => self.system_mail.port = plain().into(),
            "mail_username" => self.system_mail.username = plain().into(),
            "mail_encryption" => self.system_mail.encryption = plain().into(),
            "mail_from" => self.system_mail.from = plain().into(),
            _ => {}
        }
        if matches!(row.value("value"), StoredText::Text(text) if looks_like_payload(text.expose()))
        {
            self.add(
                Table::Options,
                row,
                "value",
                SecretKind::ModuleOption,
                &name,
            );
        }
    }

    /// Takes a row of `modules`.
    pub fn add_module(&mut self, row: &Row<'_>) {
        if !matches!(row.value("license"), StoredText::Null) {
            self.add(
                Table::Modules,
                row,
                "license",
                SecretKind::License,
                &row.text("alias"),
            );
        }
    }

    /// Takes a row of `users`: only invited users without a password of their own hold a secret.
    pub fn add_user(&mut self, row: &Row<'_>) {
        if matches!(row.value("password"), StoredText::Text(text) if looks_like_payload(text.expose()))
        {
            let owner = format!("{} {}", row.text("first_name"), row.text("last_name"));
            self.add(
                Table::Users,
                row,
                "password",
                SecretKind::InvitedUser,
                owner.trim(),
            );
        }
    }

    /// Takes a variable of `.env`: a payload, or base64 of one.
    pub fn add_env(&mut self, name: &str, value: &[u8]) {
        let (stored, wrapping) = if value.trim_ascii().starts_with(b"ZXlKcGRpSTZ") {
            match base64::decode_lenient(value) {
                Ok(inner) => (inner, Wrapping::Base64),
                Err(_) => return,
            }
        } else if looks_like_payload(value) {
            (value.to_vec(), Wrapping::None)
        } else {
            return;
        };
        let place = Place::column(Table::Env, 0, name);
        self.cells
            .insert(place.cell.clone(), Some(SecretBytes::from(value)));
        let stored = StoredText::Text(SecretBytes::from(stored));
        self.secrets.push(Secret::new(
            place,
            SecretKind::EnvValue,
            name,
            stored,
            wrapping,
            &self.rules,
        ));
    }

    fn add(&mut self, table: Table, row: &Row<'_>, column: &str, kind: SecretKind, owner: &str) {
        let place = Place::column(table, row.id, column);
        let stored = row.value(column).clone();
        let whole = match &stored {
            StoredText::Text(text) => Some(text.clone()),
            _ => None,
        };
        // A text too long to read cannot be compared later, so it is never written either.
        if !matches!(stored, StoredText::TooLong(_)) {
            self.cells.insert(place.cell.clone(), whole);
        }
        let secret = Secret::new(place, kind, owner, stored, Wrapping::None, &self.rules);
        self.secrets.push(secret);
    }

    /// The secret at a place.
    pub fn secret(&self, place: &Place) -> Option<&Secret> {
        self.secrets.iter().find(|s| s.place == *place)
    }

    /// The mailbox of an id.
    pub fn mailbox(&self, id: u64) -> Option<&Mailbox> {
        let at = self.mailboxes.binary_search_by_key(&id, |m| m.id).ok()?;
        self.mailboxes.get(at)
    }

    /// The text of a cell after new texts of its secrets (payloads, or plain ones where they are kept so) were put into
    /// it; `None` if the cell does not hold such a secret, or cannot hold such a text.
    pub fn rewritten(&self, cell: &Cell, texts: &[(&Place, &[u8])]) -> Option<SecretBytes> {
        let mut text = self.cells.get(cell)?.clone();
        for (place, new) in texts.iter().filter(|(place, _)| place.cell == *cell) {
            text = Some(match place.token {
                None => match self.secret(place)?.wrapping {
                    Wrapping::None => SecretBytes::from(*new),
                    Wrapping::Base64 => SecretBytes::from(base64::encode(new).into_bytes()),
                },
                Some(token) => {
                    let whole = text?;
                    let span = json_span::text_span(whole.expose(), &["oauth", token.member()])?;
                    let mut out = Vec::with_capacity(whole.len() + new.len());
                    out.extend_from_slice(&whole.expose()[..span.start]);
                    let new = std::str::from_utf8(new).ok()?;
                    out.extend_from_slice(json_span::escape_ascii(new).as_bytes());
                    out.extend_from_slice(&whole.expose()[span.end..]);
                    SecretBytes::from(out)
                }
            });
        }
        text
    }
}

/// `in_imap_folders` as FreeScout reads it: a JSON list of names, empty ones too; a text that is no JSON is a name; `INBOX`
/// where there is none.
fn folders(text: &str) -> Vec<String> {
    use serde_json::Value;
    let values = match serde_json::from_str(text) {
        Ok(Value::Array(values)) => values,
        Ok(Value::Object(named)) => named.into_iter().map(|(_, value)| value).collect(),
        Err(_) if !text.is_empty() => vec![text.into()],
        _ => Vec::new(),
    };
    let mut names: Vec<String> = values
        .into_iter()
        .filter_map(|value| match value {
            Value::String(name) => Some(name),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
        .collect();
    if names.is_empty() {
        names.push("INBOX".to_owned());
    }
    names
}

/// The token's text as PHP would read it from the JSON.
pub(super) fn token_text(meta: &[u8], token: Token) -> Option<SecretBytes> {
    let span = json_span::text_span(meta, &["oauth", token.member()])?;
    let quoted = &meta[span.start - 1..=span.end];
    serde_json::from_slice::<String>(quoted)
        .ok()
        .map(|text| SecretBytes::from(text.into_bytes()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn text(text: &str) -> StoredText {
        StoredText::Text(SecretBytes::from(text.as_bytes()))
    }

    #[test]
    fn folders_are_read_as_freescout_reads_them() {
        for (stored, names) in [
            (r#"["INBOX","Tom & Co"]"#, &["INBOX", "Tom & Co"][..]),
            (r#"{"1":"Orders"}"#, &["Orders"]),
            (r#"[""]"#, &[""]),
            ("[2026]", &["2026"]),
            ("Orders", &["Orders"]),
            ("[]", &["INBOX"]),
            ("null", &["INBOX"]),
            ("", &["INBOX"]),
        ] {
            assert_eq!(folders(stored), names, "{stored}");
        }
    }

    #[test]
    fn a_token_is_replaced_and_the_rest_of_meta_kept() {
        let mut inventory = Inventory::default();
        let meta = r#"{ "x":"\u00e9", "oauth":{"provider":"ms","a_token":"eyJh\/b","r_token":"eyJr"}, "z":[1] }"#;
        inventory.add_mailbox(&Row {
            id: 3,
            values: vec![("name", text("Support")), ("meta", text(meta))],
        });
        let places: Vec<_> = inventory
            .secrets
            .iter()
            .filter(|s| s.place.token.is_some())
            .collect();
        assert_eq!(places.len(), 2);
        assert_eq!(*places[0].stored(), text("eyJh/b"));
        assert_eq!(inventory.mailboxes[0].oauth, Some(OAuthProvider::Microsoft));
        let changed = inventory
            .rewritten(
                &places[0].place.cell,
                &[(&places[0].place, b"AA/A="), (&places[1].place, b"BBB")],
            )
            .unwrap();
        assert_eq!(
            String::from_utf8_lossy(changed.expose()),
            r#"{ "x":"\u00e9", "oauth":{"provider":"ms","a_token":"AA\/A=","r_token":"BBB"}, "z":[1] }"#
        );
    }

    #[test]
    fn secrets_are_found_by_place_and_by_shape() {
        let mut inventory = Inventory::default();
        inventory.add_option(&Row {
            id: 1,
            values: vec![("name", text("mail_password")), ("value", text(""))],
        });
        inventory.add_option(&Row {
            id: 2,
            values: vec![("name", text("crm.token")), ("value", text("eyJpdiI6IjE"))],
        });
        inventory.add_option(&Row {
            id: 3,
            values: vec![("name", text("other")), ("value", text("plain"))],
        });
        inventory.add_user(&Row {
            id: 4,
            values: vec![("password", text("$2y$10$abcdefghijklmnopqrstuv"))],
        });
        inventory.add_user(&Row {
            id: 5,
            values: vec![("password", text("eyJpdiI6IjE"))],
        });
        inventory.add_module(&Row {
            id: 6,
            values: vec![("alias", text("m")), ("license", StoredText::Null)],
        });
        inventory.add_env("SECRET", b"ZXlKcGRpSTZJakVpZlE9PQ==");
        inventory.add_env("OTHER", b"value");
        let kinds: Vec<_> = inventory.secrets.iter().map(|s| s.kind).collect();
        use SecretKind::*;
        assert_eq!(kinds, [SystemMail, ModuleOption, InvitedUser, EnvValue]);
        assert_eq!(inventory.secrets[3].wrapping, Wrapping::Base64);
    }

    #[test]
    fn meta_that_is_not_json_is_one_damaged_secret() {
        let mut inventory = Inventory::default();
        inventory.add_mailbox(&Row {
            id: 1,
            values: vec![("meta", text(r#"{"oauth":{"a_token":"eyJ"#))],
        });
        let last = inventory.secrets.last().unwrap();
        assert_eq!(
            (last.place.token, last.stored()),
            (None, &StoredText::BadMeta)
        );
        for harmless in ["[]", "null", r#"{"oauth":"not an object"}"#, ""] {
            let mut inventory = Inventory::default();
            inventory.add_mailbox(&Row {
                id: 1,
                values: vec![("meta", text(harmless))],
            });
            assert_eq!(inventory.secrets.len(), 2, "{harmless}");
        }
    }
}
