//! A mailbox as FreeScout's table `mailboxes` describes it, and the system mail account of table `options`.

use crate::words::untrusted::Untrusted;

/// Code of `in_protocol`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncomingProtocol {
    /// 1.
    Imap,
    /// 2.
    Pop3,
    /// A module's own.
    Other(i64),
}

/// Codes of `in_encryption` and `out_encryption`, as stored: 1 none, 2 SSL, 3 TLS, 4 STARTTLS (incoming only).
pub type EncryptionCode = i64;

/// Code of `out_method`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutgoingMethod {
    /// 1: PHP's `mail()`.
    PhpMail,
    /// 2: sendmail.
    Sendmail,
    /// 3: SMTP.
    Smtp,
    /// Not one of FreeScout's.
    Other(i64),
}

/// OAuth provider of `meta.oauth.provider`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OAuthProvider {
    /// `ms`.
    Microsoft,
    /// `gw`.
    Google,
}

/// One mailbox. Texts are as stored: hostile until sanitised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Row id.
    pub id: u64,
    /// Display name; the address where it has none.
    pub name: Untrusted,
    /// Address.
    pub email: Untrusted,
    /// `aliases`: further addresses, without their names.
    pub aliases: Vec<Untrusted>,
    /// `in_server`.
    pub in_server: Untrusted,
    /// `in_port`.
    pub in_port: i64,
    /// `in_username`.
    pub in_username: Untrusted,
    /// `in_protocol`.
    pub in_protocol: IncomingProtocol,
    /// `in_encryption`.
    pub in_encryption: EncryptionCode,
    /// `in_validate_cert`; true in schemas older than the column.
    pub in_validate_cert: bool,
    /// `in_imap_folders`; `INBOX` where nothing is set, or the schema is older than the column.
    pub in_folders: Vec<Untrusted>,
    /// `out_method`.
    pub out_method: OutgoingMethod,
    /// `out_server`.
    pub out_server: Untrusted,
    /// `out_port`.
    pub out_port: i64,
    /// `out_username`: empty, or `0`, means that no login is made.
    pub out_username: Untrusted,
    /// `out_encryption`.
    pub out_encryption: EncryptionCode,
    /// `meta.oauth.provider`, where it is one FreeScout knows, and its version does OAuth at all.
    pub oauth: Option<OAuthProvider>,
    /// Whether that version sends with an access token at this server.
    pub sends_by_oauth: bool,
}

impl Mailbox {
    /// Whether fetching needs a stored password (or client secret).
    pub fn needs_incoming(&self) -> bool {
        !self.in_server.raw().trim().is_empty()
    }

    /// Whether sending needs a stored password: SMTP with a user name. Without one FreeScout does not log in.
    pub fn needs_outgoing(&self) -> bool {
        self.out_method == OutgoingMethod::Smtp && logs_in_as(self.out_username.raw())
    }
}

/// What PHP takes for nothing.
pub fn is_falsy(text: &str) -> bool {
    matches!(text, "" | "0")
}

fn logs_in_as(user: &str) -> bool {
    !is_falsy(user.trim())
}

/// The addresses of `aliases`, as FreeScout separates them: `a@example.org, b@example.org (Name)`.
pub(super) fn aliases(stored: &str) -> Vec<Untrusted> {
    let address = |alias: &str| {
        alias
            .split('(')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let addresses = stored.split(',').map(address);
    addresses
        .filter(|address| !address.is_empty())
        .map(Untrusted::new)
        .collect()
}

/// The account that FreeScout sends its own mail with: options `mail_driver`, `mail_host`, ….
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemMail {
    /// `mail_driver`: `mail`, `sendmail` or `smtp`.
    pub driver: Untrusted,
    /// `mail_host`.
    pub host: Untrusted,
    /// `mail_port`.
    pub port: Untrusted,
    /// `mail_username`.
    pub username: Untrusted,
    /// `mail_encryption`: empty, `ssl` or `tls`.
    pub encryption: Untrusted,
    /// `mail_from`.
    pub from: Untrusted,
}

impl SystemMail {
    /// Whether a password is needed.
    pub fn needs_password(&self) -> bool {
        self.driver == "smtp" && logs_in_as(self.username.raw())
    }

    /// The address its emails come from; the user name where `mail_from` is not set and the name is an address.
    pub fn sender(&self) -> &str {
        match (self.from.raw().trim(), self.username.raw().trim()) {
            ("", user) if user.contains('@') => user,
            (from, _) => from,
        }
    }
}
