//! The differences that are kept on purpose, each with what our result has to say about it.

/// For whom it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Ours,
    FreeScouts,
}

/// One of them, by the name of its row.
pub struct Kept {
    pub row: &'static str,
    pub works: Side,
    /// A part of the advice or of a caution.
    pub told: &'static str,
}

const fn kept(works: Side, row: &'static str, told: &'static str) -> Kept {
    Kept { row, works, told }
}

/// FreeScout takes a folder for empty that the server does not open; we take it for what it is.
const NOT_OPENED: &str = "FreeScout's own connection test says that all is well here";
/// Without the login that is set, FreeScout's mail reaches the server's own recipients alone.
const NO_LOGIN: &str = "it sends without login here";
/// FreeScout's test goes to whom the operator names; that an address of its own is no recipient is not its login's fault.
const NO_RECIPIENT: &str = "takes no emails for the mailbox's own address";

/// What stands behind it would be a command of its own to the server: we send none.
const LINE_BREAK: &str = "line break";

#[rustfmt::skip]
pub const KEPT: &[Kept] = &[
    kept(Side::FreeScouts, "dovecot/imap, a mailbox that is a file", NOT_OPENED),
    kept(Side::FreeScouts, "dovecot/imap, a mailbox of somebody else", NOT_OPENED),
    kept(Side::FreeScouts, "imap replies/opening refused", NOT_OPENED),
    kept(Side::FreeScouts, "imap replies/opening unknown", NOT_OPENED),
    kept(Side::FreeScouts, "imap replies/opening has a bug", NOT_OPENED),
    kept(Side::FreeScouts, "pop3 replies/LIST unknown", NOT_OPENED),
    kept(Side::FreeScouts, "postfix/no AUTH, none", NO_LOGIN),
    kept(Side::FreeScouts, "postfix/587, none", NO_LOGIN),
    kept(Side::FreeScouts, "exim/587, none", NO_LOGIN),
    kept(Side::FreeScouts, "exim/587, none, a wrong password", NO_LOGIN),
    kept(Side::FreeScouts, "pop3 logins/a line feed", LINE_BREAK),
    kept(Side::FreeScouts, "pop3 logins/a carriage return", LINE_BREAK),
    kept(Side::FreeScouts, "smtp senders/an empty password", "No password is stored"),
    kept(Side::Ours, "folders/no INBOX there", "its fetch works"),
    kept(Side::Ours, "postfix/an address elsewhere", NO_RECIPIENT),
    kept(Side::Ours, "postfix/an unknown recipient", NO_RECIPIENT),
    kept(Side::Ours, "postfix/an IDN domain", NO_RECIPIENT),
    kept(Side::Ours, "smtp replies/RCPT 550", NO_RECIPIENT),
    kept(Side::Ours, "smtp replies/RCPT 452", NO_RECIPIENT),
];
