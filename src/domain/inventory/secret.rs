//! Secrets in the abstract: where one is stored, and the stored text itself.
//!
//! A stored text may be a plain password (old databases hold them), so it is wiped on drop and never printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretSlice};
use serde::{Deserialize, Serialize};

use crate::words::untrusted::Untrusted;

use crate::words::untrusted::shown;

/// Bytes that must not be printed: a stored text, a password, a serialised value. Wiped on drop.
#[derive(Clone)]
pub struct SecretBytes(SecretSlice<u8>);

impl SecretBytes {
    /// The bytes. Keep the borrow short.
    #[inline]
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.expose().len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl From<Vec<u8>> for SecretBytes {
    fn from(bytes: Vec<u8>) -> Self {
        // `into_boxed_slice` would copy and leave the old bytes behind when there is spare room.
        let mut bytes = bytes;
        if bytes.capacity() == bytes.len() {
            return Self(SecretSlice::from(bytes));
        }
        let exact = bytes.as_slice().into();
        zeroize::Zeroize::zeroize(&mut bytes);
        Self(SecretSlice::new(exact))
    }
}

impl From<&[u8]> for SecretBytes {
    fn from(bytes: &[u8]) -> Self {
        Self(SecretSlice::new(bytes.into()))
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.expose(), other.expose()).into()
    }
}

impl Eq for SecretBytes {}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({} bytes)", self.len())
    }
}

/// How much of the stack is wiped, in bytes: far more than any work on a secret needs, far less than a thread has.
const STACK: usize = 256 << 10;

/// Overwrites what calls that have returned left on this thread's stack. For the end of a piece of work that had secrets
/// in its hands: values that were moved or passed leave copies there which nothing else wipes.
#[inline(never)]
pub fn wipe_stack() {
    let mut room = [0_u8; STACK];
    std::hint::black_box(&mut room);
}

named! {
    /// A table that can hold secrets, by its name without prefix.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Table {
        /// `mailboxes`.
        Mailboxes = "mailboxes",
        /// `options`.
        Options = "options",
        /// `modules`.
        Modules = "modules",
        /// `users`.
        Users = "users",
        /// Not a table: the variables of `.env`.
        Env = "env",
    }
    /// The name without prefix; `env` for the variables of `.env`.
    pub fn name(self);
}

impl Table {
    /// The table of this [`Table::name`].
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }
}

/// One stored text: a column of a row, or a variable of `.env` (then `id` is 0 and `column` the variable).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// The table.
    pub table: Table,
    /// The row's id.
    pub id: u64,
    /// The column, or the variable's name.
    pub column: String,
}

/// Which member of a JSON column holds the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Token {
    /// `$.oauth.a_token`, the OAuth access token.
    Access,
    /// `$.oauth.r_token`, the OAuth refresh token.
    Refresh,
}

impl Token {
    /// The member's name under `oauth`.
    pub fn member(self) -> &'static str {
        match self {
            Token::Access => "a_token",
            Token::Refresh => "r_token",
        }
    }

    /// The JSON path, as printed.
    pub fn json_path(self) -> &'static str {
        match self {
            Token::Access => "$.oauth.a_token",
            Token::Refresh => "$.oauth.r_token",
        }
    }
}

/// What kind of secret it is: decides how FreeScout reads it and how it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretKind {
    /// `mailboxes.in_password`: the password, or the client secret of an OAuth mailbox.
    Incoming,
    /// `mailboxes.out_password`, likewise.
    Outgoing,
    /// An OAuth token in `mailboxes.meta`.
    OAuth(Token),
    /// Option `mail_password`.
    SystemMail,
    /// A module's option, found by its shape.
    ModuleOption,
    /// `modules.license`.
    License,
    /// The placeholder password of an invited user.
    InvitedUser,
    /// A variable of `.env`, found by its shape.
    EnvValue,
}

/// Where one secret is stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The stored text it is in.
    pub cell: Cell,
    /// The member within, where the text is JSON.
    pub token: Option<Token>,
}

impl Place {
    /// A secret that fills its column.
    pub fn column(table: Table, id: u64, column: impl Into<String>) -> Self {
        Self {
            cell: Cell {
                table,
                id,
                column: column.into(),
            },
            token: None,
        }
    }
}

/// A place, and what is known of it where no verdict is at hand: for sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPlace {
    /// Where it is.
    pub place: Place,
    /// Whose it is, as stored. Empty where its row is gone.
    pub owner: Untrusted,
    /// What it is, where a secret stands there.
    pub kind: Option<SecretKind>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cell { table, id, column } = &self.cell;
        let column = shown(column);
        match table {
            Table::Env => write!(f, ".env {column}")?,
            _ => write!(f, "{}#{id}.{column}", table.name())?,
        }
        match self.token {
            Some(token) => write!(f, " {}", token.json_path()),
            None => Ok(()),
        }
    }
}
