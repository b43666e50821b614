//! What FreeScout connects to: one target for each direction of a mailbox, and one for the system mail account.
//!
//! Follows how FreeScout reads its own codes, careless ones included: POP3 with "STARTTLS" goes in the clear, SMTP
//! certificates are never checked, an SMTP account without a user name makes no login.

pub mod account;
pub mod advice;
pub mod alike;
pub mod endpoint;
pub mod failed;
pub mod oauth;
pub mod oauth_error;
pub mod openssl_cnf;
pub mod outage;
pub mod probe;
pub mod queue;
pub mod rung;
pub mod schedule;
pub mod send_log;
pub mod sending;
pub mod server_name;
pub mod state;

use std::fmt;

use crate::domain::inventory::mailbox::{
    IncomingProtocol, Mailbox, OutgoingMethod, SystemMail, is_falsy,
};
use crate::domain::inventory::secret::SecretKind;
use crate::words::untrusted::Untrusted;

use crate::domain::inventory::secret::Place;

/// Which way the mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// FreeScout fetches.
    Incoming,
    /// FreeScout sends.
    Outgoing,
}

impl Direction {
    /// Both.
    pub const BOTH: [Direction; 2] = [Direction::Incoming, Direction::Outgoing];

    /// The name in the JSON forms.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Incoming => "incoming",
            Direction::Outgoing => "outgoing",
        }
    }
}

/// One direction of one mailbox; without a mailbox, the system mail account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId {
    /// The mailbox's row id; `None` is the system mail account, which only sends.
    pub mailbox: Option<u64>,
    /// The direction.
    pub direction: Direction,
}

impl ConnectionId {
    /// One direction of a mailbox.
    pub fn of(mailbox: u64, direction: Direction) -> Self {
        Self {
            mailbox: Some(mailbox),
            direction,
        }
    }

    /// The system mail account.
    pub const SYSTEM_MAIL: Self = Self {
        mailbox: None,
        direction: Direction::Outgoing,
    };

    /// The connection that logs in with this secret; `None` for secrets that log in nowhere.
    pub fn of_secret(kind: SecretKind, place: &Place) -> Option<Self> {
        let id = place.cell.id;
        match kind {
            SecretKind::Incoming => Some(Self::of(id, Direction::Incoming)),
            SecretKind::Outgoing => Some(Self::of(id, Direction::Outgoing)),
            SecretKind::SystemMail => Some(Self::SYSTEM_MAIL),
            _ => None,
        }
    }
}

named! {
    /// The protocol spoken.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Protocol {
        /// RFC 3501.
        Imap = "imap",
        /// RFC 1939.
        Pop3 = "pop3",
        /// RFC 5321.
        Smtp = "smtp",
    }
    /// The name in the JSON forms.
    pub fn name(self);
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Protocol::Imap => "IMAP",
            Protocol::Pop3 => "POP3",
            Protocol::Smtp => "SMTP",
        })
    }
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Security {
    /// Not at all; STARTTLS is not used even if it is offered.
    Plain,
    /// TLS from the first byte.
    Implicit,
    /// STARTTLS, required.
    StartTls,
}

/// How FreeScout logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginMethod {
    /// It does not.
    None,
    /// With user name and password.
    Password {
        /// As stored.
        user: String,
    },
    /// With an OAuth access token.
    XOAuth2 {
        /// The login part of the user name.
        user: String,
    },
}

impl LoginMethod {
    /// The account's name at the server; nothing where no login is made.
    pub fn user(&self) -> Option<&str> {
        match self {
            LoginMethod::None => None,
            LoginMethod::Password { user } | LoginMethod::XOAuth2 { user } => Some(user),
        }
    }
}

/// A server to connect to, as FreeScout would. Texts are as stored: hostile until sanitised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Protocol.
    pub protocol: Protocol,
    /// Host name or address, as stored but for the transport that some write before an SMTP server; [`endpoint`] says what
    /// PHP makes of it.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub security: Security,
    /// Whether FreeScout checks the certificate: its chain and its name.
    pub checks_certificate: bool,
    /// Login.
    pub login: LoginMethod,
    /// Folders FreeScout fetches from (IMAP).
    pub folders: Vec<Untrusted>,
    /// The address FreeScout sends from (SMTP); empty when it is not known.
    pub sender: String,
    /// FreeScout was told STARTTLS and does not use it (POP3).
    pub starttls_ignored: bool,
}

impl MailServer {
    /// `host:port`, as stored.
    pub fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// Why there is nothing to connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoTarget {
    /// PHP's `mail()` or sendmail: no login is made.
    LocalMailer,
    /// No server, or no usable port.
    NoServer,
    /// A protocol or method of a module.
    OfModule,
    /// No user name, or one that PHP takes for nothing: FreeScout fetches nothing then.
    NoUser,
    /// A code of encryption that FreeScout does not have: it ends with an error.
    UnknownEncryption,
}

/// One connection of an install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Which.
    pub id: ConnectionId,
    /// The mailbox's name; empty for the system mail account.
    pub owner: Untrusted,
    /// The mailbox's address, or the sender of the system mail account.
    pub email: Untrusted,
    /// Where it leads.
    pub target: Result<MailServer, NoTarget>,
}

/// Every connection: both directions of each mailbox, in the order of ids, then the system mail account.
pub fn connections(mailboxes: &[Mailbox], system: &SystemMail) -> Vec<Connection> {
    let of_mailbox = |mailbox: &Mailbox, direction| Connection {
        id: ConnectionId::of(mailbox.id, direction),
        owner: mailbox.name.clone(),
        email: mailbox.email.clone(),
        target: match direction {
            Direction::Incoming => incoming(mailbox),
            Direction::Outgoing => outgoing(mailbox),
        },
    };
    let mut all: Vec<Connection> = mailboxes
        .iter()
        .flat_map(|m| Direction::BOTH.map(|direction| of_mailbox(m, direction)))
        .collect();
    all.push(Connection {
        id: ConnectionId::SYSTEM_MAIL,
        owner: String::new().into(),
        email: system.sender().to_owned().into(),
        target: system_mail(system),
    });
    all
}

/// As stored, blanks included: FreeScout looks the name up with them.
fn place(host: &str, port: i64) -> Result<(String, u16), NoTarget> {
    match u16::try_from(port) {
        Ok(port @ 1..) if !host.trim().is_empty() => Ok((host.to_owned(), port)),
        _ => Err(NoTarget::NoServer),
    }
}

fn incoming(mailbox: &Mailbox) -> Result<MailServer, NoTarget> {
    let (host, port) = place(mailbox.in_server.raw(), mailbox.in_port)?;
    let protocol = match mailbox.in_protocol {
        IncomingProtocol::Imap => Protocol::Imap,
        IncomingProtocol::Pop3 => Protocol::Pop3,
        IncomingProtocol::Other(_) => return Err(NoTarget::OfModule),
    };
    if is_falsy(mailbox.in_username.raw()) {
        return Err(NoTarget::NoUser);
    }
    let starttls = mailbox.in_encryption == 4;
    let login = match mailbox.oauth {
        Some(_) => LoginMethod::XOAuth2 {
            user: oauth::client(mailbox.in_username.raw(), mailbox.email.raw()).login,
        },
        None => LoginMethod::Password {
            user: mailbox.in_username.raw().clone(),
        },
    };
    Ok(MailServer {
        protocol,
        host,
        port,
        security: match mailbox.in_encryption {
            2 | 3 => Security::Implicit,
            4 if protocol == Protocol::Imap => Security::StartTls,
            1 | 4 => Security::Plain,
            _ => return Err(NoTarget::UnknownEncryption),
        },
        checks_certificate: mailbox.in_validate_cert,
        login,
        folders: mailbox.in_folders.clone(),
        sender: String::new(),
        starttls_ignored: starttls && protocol == Protocol::Pop3,
    })
}

/// `ssl://` or `tls://` before an SMTP server is TLS from the first byte where no encryption is set; where one is, PHP
/// takes it for the name.
fn transport(host: String, security: Security) -> (String, Security) {
    if security != Security::Plain {
        return (host, security);
    }
    let known = [
        ("ssl://", Security::Implicit),
        ("tls://", Security::Implicit),
        ("tcp://", Security::Plain),
    ];
    let named = known
        .into_iter()
        .find_map(|(name, security)| Some((host.strip_prefix(name)?.to_owned(), security)));
    named.unwrap_or((host, security))
}

fn outgoing(mailbox: &Mailbox) -> Result<MailServer, NoTarget> {
    match mailbox.out_method {
        OutgoingMethod::Smtp => {}
        OutgoingMethod::PhpMail | OutgoingMethod::Sendmail => return Err(NoTarget::LocalMailer),
        OutgoingMethod::Other(_) => return Err(NoTarget::OfModule),
    }
    let (host, port) = place(mailbox.out_server.raw(), mailbox.out_port)?;
    let login = if is_falsy(mailbox.out_username.raw()) {
        LoginMethod::None
    } else if oauth::outgoing_uses_oauth(mailbox) {
        LoginMethod::XOAuth2 {
            user: oauth::client(mailbox.out_username.raw(), mailbox.email.raw()).login,
        }
    } else {
        LoginMethod::Password {
            user: mailbox.out_username.raw().clone(),
        }
    };
    Ok(smtp(
        host,
        port,
        match mailbox.out_encryption {
            2 => Security::Implicit,
            3 => Security::StartTls,
            1 => Security::Plain,
            _ => return Err(NoTarget::UnknownEncryption),
        },
        login,
        mailbox.email.raw(),
    ))
}

fn system_mail(system: &SystemMail) -> Result<MailServer, NoTarget> {
    match system.driver.raw().as_str() {
        "smtp" => {}
        "" => return Err(NoTarget::NoServer),
        _ => return Err(NoTarget::LocalMailer),
    }
    let (host, port) = place(
        system.host.raw(),
        system.port.raw().trim().parse().unwrap_or(0),
    )?;
    let security = match system.encryption.raw().as_str() {
        "ssl" => Security::Implicit,
        "tls" => Security::StartTls,
        _ => Security::Plain,
    };
    let login = if is_falsy(system.username.raw()) {
        LoginMethod::None
    } else {
        LoginMethod::Password {
            user: system.username.raw().clone(),
        }
    };
    Ok(smtp(host, port, security, login, system.sender()))
}

fn smtp(
    host: String,
    port: u16,
    security: Security,
    login: LoginMethod,
    sender: &str,
) -> MailServer {
    let (host, security) = transport(host, security);
    MailServer {
        protocol: Protocol::Smtp,
        host,
        port,
        security,
        checks_certificate: false,
        login,
        folders: Vec::new(),
        sender: sender.to_owned(),
        starttls_ignored: false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::inventory::mailbox::OAuthProvider;

    pub(super) fn mailbox() -> Mailbox {
        Mailbox {
            id: 3,
            name: "Support".into(),
            email: "support@example.org".into(),
            aliases: Vec::new(),
            in_server: "imap.example.org".into(),
            in_port: 993,
            in_username: "support".into(),
            in_protocol: IncomingProtocol::Imap,
            in_encryption: 2,
            in_validate_cert: true,
            in_folders: vec!["INBOX".into()],
            out_method: OutgoingMethod::Smtp,
            out_server: "smtp.example.org".into(),
            out_port: 587,
            out_username: "support".into(),
            out_encryption: 3,
            oauth: None,
            sends_by_oauth: false,
        }
    }

    #[test]
    fn encryption_codes_mean_what_freescout_does_with_them() {
        let security = |protocol, code| {
            let mailbox = Mailbox {
                in_protocol: protocol,
                in_encryption: code,
                ..mailbox()
            };
            let target = incoming(&mailbox).unwrap();
            (target.security, target.starttls_ignored)
        };
        let (imap, pop3) = (IncomingProtocol::Imap, IncomingProtocol::Pop3);
        for (protocol, code, expected) in [
            (imap, 1, (Security::Plain, false)),
            (imap, 2, (Security::Implicit, false)),
            (imap, 3, (Security::Implicit, false)),
            (imap, 4, (Security::StartTls, false)),
            (pop3, 1, (Security::Plain, false)),
            (pop3, 2, (Security::Implicit, false)),
            (pop3, 3, (Security::Implicit, false)),
            (pop3, 4, (Security::Plain, true)),
        ] {
            assert_eq!(security(protocol, code), expected, "{protocol:?} {code}");
        }
        for (code, expected) in [
            (1, Security::Plain),
            (2, Security::Implicit),
            (3, Security::StartTls),
        ] {
            let target = outgoing(&Mailbox {
                out_encryption: code,
                ..mailbox()
            })
            .unwrap();
            assert_eq!(target.security, expected);
            assert!(!target.checks_certificate, "SMTP's is never checked");
        }
    }

    #[test]
    fn no_user_name_means_no_login_and_no_server_no_target() {
        let without = Mailbox {
            out_username: "".into(),
            in_server: "  ".into(),
            ..mailbox()
        };
        assert_eq!(outgoing(&without).unwrap().login, LoginMethod::None);
        // PHP takes `0` for nothing.
        let zero = Mailbox {
            out_username: "0".into(),
            ..mailbox()
        };
        assert_eq!(outgoing(&zero).unwrap().login, LoginMethod::None);
        assert!(!zero.needs_outgoing());
        assert_eq!(incoming(&without).unwrap_err(), NoTarget::NoServer);
        for (method, expected) in [
            (OutgoingMethod::PhpMail, NoTarget::LocalMailer),
            (OutgoingMethod::Sendmail, NoTarget::LocalMailer),
            (OutgoingMethod::Other(9), NoTarget::OfModule),
        ] {
            let mailbox = Mailbox {
                out_method: method,
                ..mailbox()
            };
            assert_eq!(outgoing(&mailbox).unwrap_err(), expected);
        }
        for user in ["", "0"] {
            let nobody = Mailbox {
                in_username: user.into(),
                ..mailbox()
            };
            assert_eq!(incoming(&nobody).unwrap_err(), NoTarget::NoUser);
        }
        let unknown = Mailbox {
            in_encryption: 0,
            out_encryption: 4,
            ..mailbox()
        };
        assert_eq!(incoming(&unknown).unwrap_err(), NoTarget::UnknownEncryption);
        assert_eq!(outgoing(&unknown).unwrap_err(), NoTarget::UnknownEncryption);
        let port = Mailbox {
            in_port: 70_000,
            ..mailbox()
        };
        assert_eq!(incoming(&port).unwrap_err(), NoTarget::NoServer);
    }

    #[test]
    fn smtp_servers_are_used_as_stored() {
        use Security::{Implicit, Plain, StartTls};
        for (stored, code, expected) in [
            ("mail.example.org", 1, ("mail.example.org", Plain)),
            (" mail.example.org ", 1, (" mail.example.org ", Plain)),
            ("ssl://mail.example.org", 1, ("mail.example.org", Implicit)),
            ("tls://mail.example.org", 1, ("mail.example.org", Implicit)),
            ("tcp://mail.example.org", 1, ("mail.example.org", Plain)),
            (
                "SSL://mail.example.org",
                1,
                ("SSL://mail.example.org", Plain),
            ),
            (
                "ssl://mail.example.org",
                2,
                ("ssl://mail.example.org", Implicit),
            ),
            (
                "tls://mail.example.org",
                3,
                ("tls://mail.example.org", StartTls),
            ),
        ] {
            let target = outgoing(&Mailbox {
                out_server: stored.into(),
                out_encryption: code,
                ..mailbox()
            })
            .unwrap();
            let found = (target.host.as_str(), target.security);
            assert_eq!(found, expected, "{stored} {code}");
        }
        // A transport is none of an IMAP server's name.
        let incoming = incoming(&Mailbox {
            in_server: "ssl://mail.example.org".into(),
            ..mailbox()
        });
        assert_eq!(incoming.unwrap().host, "ssl://mail.example.org");
    }

    #[test]
    fn oauth_logs_in_with_the_login_part_of_the_user_name() {
        let mailbox = Mailbox {
            in_username: "box@example.org:client-id".into(),
            out_username: "box@example.org:client-id".into(),
            out_server: "smtp.office365.com".into(),
            oauth: Some(OAuthProvider::Microsoft),
            sends_by_oauth: true,
            ..mailbox()
        };
        for target in [incoming(&mailbox).unwrap(), outgoing(&mailbox).unwrap()] {
            assert_eq!(
                target.login,
                LoginMethod::XOAuth2 {
                    user: "box@example.org".to_owned()
                }
            );
        }
        // A version that does not send with tokens yet logs in with the password.
        let older = Mailbox {
            sends_by_oauth: false,
            ..mailbox
        };
        assert_eq!(
            outgoing(&older).unwrap().login,
            LoginMethod::Password {
                user: older.out_username.raw().clone()
            }
        );
    }

    #[test]
    fn the_system_mail_account_only_sends() {
        let all = connections(
            &[mailbox()],
            &SystemMail {
                driver: "smtp".into(),
                host: "smtp.example.org".into(),
                port: "465".into(),
                username: "system@example.org".into(),
                encryption: "ssl".into(),
                from: "".into(),
            },
        );
        assert_eq!(all.len(), 3);
        let system = all.last().unwrap();
        assert_eq!(system.id, ConnectionId::SYSTEM_MAIL);
        assert_eq!(system.email, "system@example.org");
        let target = system.target.as_ref().unwrap();
        assert_eq!((target.port, target.security), (465, Security::Implicit));
    }
}
