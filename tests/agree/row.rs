//! A row of the comparison: one direction of one mailbox, set up in its own way, at one server.

use crate::dovecot::Account;
use crate::install::Mailbox;

/// How the mailbox is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    Imap,
    Pop3,
    Smtp,
}

pub use Protocol::{Imap, Pop3, Smtp};

/// FreeScout's codes of encryption: no TLS; TLS from the first byte; the same for mail that comes in, STARTTLS for mail
/// that goes out; STARTTLS for mail that comes in.
pub const NONE: i64 = 1;
pub const SSL: i64 = 2;
pub const TLS: i64 = 3;
pub const STARTTLS: i64 = 4;

/// What a mailbox is set to, and what the row is called.
#[derive(Clone)]
pub struct Row {
    /// A word for the kind, a slash, and what is special.
    pub name: String,
    pub protocol: Protocol,
    pub encryption: i64,
    pub port: u16,
    host: Option<String>,
    checks: bool,
    login: Option<(String, String)>,
    email: Option<String>,
    folders: Option<&'static str>,
}

/// A row with nothing odd, the certificate checked. Its host's name and its login are its own: we leave a host alone that
/// says "too many", and send no password again that was refused to the same user.
pub fn row(name: impl Into<String>, protocol: Protocol, encryption: i64, port: u16) -> Row {
    Row {
        name: name.into(),
        protocol,
        encryption,
        port,
        host: None,
        checks: true,
        login: None,
        email: None,
        folders: None,
    }
}

/// The name of a row's server, where the row does not give another.
pub fn own_host(id: usize) -> String {
    format!("row{id}.desk.example")
}

impl Row {
    pub fn host(self, host: &str) -> Self {
        Self {
            host: Some(host.to_owned()),
            ..self
        }
    }

    /// The certificate is not checked.
    pub fn unchecked(self) -> Self {
        Self {
            checks: false,
            ..self
        }
    }

    pub fn login(self, user: &str, password: &str) -> Self {
        Self {
            login: Some((user.to_owned(), password.to_owned())),
            ..self
        }
    }

    /// The login of an account, whose user is the mailbox's address where mail goes out: it is sent to itself.
    pub fn account(self, account: &Account) -> Self {
        let outgoing = self.protocol == Smtp;
        Self {
            email: outgoing
                .then(|| account.user.to_owned())
                .or(self.email.clone()),
            ..self.login(account.user, account.password)
        }
    }

    pub fn email(self, email: &str) -> Self {
        Self {
            email: Some(email.to_owned()),
            ..self
        }
    }

    /// The folders to fetch, as FreeScout stores them: JSON.
    pub fn folders(self, folders: &'static str) -> Self {
        Self {
            folders: Some(folders),
            ..self
        }
    }

    pub fn direction(&self) -> &'static str {
        match self.protocol {
            Smtp => "outgoing",
            Imap | Pop3 => "incoming",
        }
    }

    /// For our install; the other direction is not set up.
    pub fn mailbox(&self, id: usize) -> Mailbox {
        let none = (String::new(), String::new());
        let own = (format!("row{id}"), format!("password-{id}"));
        let login = self.login.clone().unwrap_or(own);
        let email = self.email.clone();
        let host = self.host.clone().unwrap_or_else(|| own_host(id));
        let mailbox = Mailbox {
            email: email.unwrap_or_else(|| format!("row{id}@desk.example")),
            in_protocol: 1,
            in_server: String::new(),
            in_port: 143,
            in_encryption: NONE,
            in_validate_cert: self.checks,
            in_folders: self.folders,
            in_login: none.clone(),
            out_method: 1,
            out_server: String::new(),
            out_port: 25,
            out_encryption: NONE,
            out_login: none,
        };
        match self.protocol {
            Smtp => Mailbox {
                out_method: 3,
                out_server: host,
                out_port: self.port,
                out_encryption: self.encryption,
                out_login: login,
                ..mailbox
            },
            protocol => Mailbox {
                in_protocol: if protocol == Imap { 1 } else { 2 },
                in_server: host,
                in_port: self.port,
                in_encryption: self.encryption,
                in_login: login,
                ..mailbox
            },
        }
    }
}
