//! OAuth as FreeScout keeps it: client and login in one user name.

use super::mailbox::Mailbox;

/// What a user name of an OAuth mailbox holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The account's name at the server.
    pub login: String,
    /// The client id.
    pub client_id: String,
}

/// Reads a user name.
pub fn client(username: &str, email: &str) -> Client {
    match username.split_once(':') {
        Some((login, id)) => Client {
            login: login.to_owned(),
            client_id: id.to_owned(),
        },
        None => Client {
            login: email.to_owned(),
            client_id: username.to_owned(),
        },
    }
}

/// Whether SMTP uses OAuth.
pub fn outgoing_uses_oauth(mailbox: &Mailbox) -> bool {
    mailbox.oauth.is_some()
        && matches!(
            mailbox.out_server.as_str(),
            "smtp.office365.com" | "smtp.gmail.com"
        )
        && (!mailbox.out_username.contains('@') || mailbox.out_username.contains(':'))
}
