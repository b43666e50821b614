//! What is looked for, and what was seen of it.

use std::collections::{BTreeMap, BTreeSet};

use super::origin::{Basis, Doubt, OwnDatabase, PayloadOrigin, RowLogin};
use crate::domain::hunt::trials::KeyTrials;
use crate::domain::inventory::mailbox::Mailbox;
use crate::domain::inventory::secret::{SecretBytes, Table, Token};
use jiff::civil::DateTime;

/// A payload text longer than this is none of FreeScout's: the longest are OAuth tokens of some ten KiB.
pub(super) const MAX_PAYLOAD: usize = 32 << 10;

/// How far before a payload its owner's address may stand: an InnoDB page.
pub(super) const WINDOW: usize = 16 << 10;

/// Bytes at the beginning of a text in which its maker may name the database in a way that counts nowhere else.
pub(super) const EARLY: usize = 4 << 10;

/// What is looked for: the mailboxes of today, which of their secrets are lost, and the keys that matter.
#[derive(Debug, Default)]
pub struct Wanted {
    pub(super) mailboxes: Vec<WantedMailbox>,
    /// Places in `mailboxes` by the two characters around the `@`, in lower case.
    by_at: BTreeMap<(u8, u8), Vec<usize>>,
    pub(super) options: BTreeSet<String>,
    pub(super) modules: BTreeSet<String>,
    /// What texts that may be keys are tried on as they are met; without it all of them are told.
    pub keys: Option<KeyTrials>,
}

#[derive(Debug)]
pub(super) struct WantedMailbox {
    pub(super) id: u64,
    pub(super) email: String,
    pub(super) lost: bool,
}

impl Wanted {
    /// Adds a mailbox of today. One that has lost nothing is needed too: its address must not be taken for the end of
    /// another one's.
    pub fn mailbox(&mut self, id: u64, email: &str, lost: bool) {
        let email = email.trim().to_ascii_lowercase();
        if let Some(key) = email.find('@').and_then(|at| around(email.as_bytes(), at)) {
            let places = self.by_at.entry(key).or_default();
            places.push(self.mailboxes.len());
        }
        self.mailboxes.push(WantedMailbox { id, email, lost });
    }

    /// Adds the name of an option whose secret is lost.
    pub fn option(&mut self, name: &str) {
        self.options.insert(name.to_owned());
    }

    /// Adds the alias of a module whose licence is lost.
    pub fn module(&mut self, alias: &str) {
        self.modules.insert(alias.to_owned());
    }

    /// Whether nothing is lost: then nothing needs to be read.
    pub fn is_empty(&self) -> bool {
        self.options.is_empty() && self.modules.is_empty() && !self.mailboxes.iter().any(|m| m.lost)
    }

    /// The mailbox of a row: by its address, or by its id where no mailbox of today has that address.
    pub(super) fn of_row(&self, id: Option<u64>, email: &str) -> Option<&WantedMailbox> {
        let email = email.trim().to_ascii_lowercase();
        let by_email = self.mailboxes.iter().find(|m| m.email == email);
        by_email.or_else(|| self.mailboxes.iter().find(|m| Some(m.id) == id))
    }

    /// The mailbox whose address stands around the `@` at `at`; of several the longest.
    pub(super) fn around(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let candidates = self.by_at.get(&around(bytes, at)?)?;
        let stands = |place: &&usize| {
            let email = self.mailboxes[**place].email.as_bytes();
            let before = email.iter().position(|b| *b == b'@').unwrap_or(0);
            let text = at
                .checked_sub(before)
                .and_then(|start| bytes.get(start..start + email.len()));
            text.is_some_and(|text| text.eq_ignore_ascii_case(email))
        };
        candidates
            .iter()
            .filter(stands)
            .max_by_key(|place| self.mailboxes[**place].email.len())
            .copied()
    }
}

pub(super) fn around(bytes: &[u8], at: usize) -> Option<(u8, u8)> {
    let before = bytes.get(at.checked_sub(1)?)?;
    let after = bytes.get(at + 1)?;
    Some((before.to_ascii_lowercase(), after.to_ascii_lowercase()))
}

/// How a payload was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecognizedBy {
    /// By the row of a dump: table, column and id are read.
    Row,
    /// By a known address before it in a binary file: the column follows from the order of the columns, if at all.
    Page,
}

/// What says a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatedBy {
    /// The dump: so it still was then.
    Dump,
    /// The row's `updated_at`: so it was from then on.
    Row,
    /// The file: then it was last written, or copied.
    File,
}

/// When a payload was stored like this. Local time of the machine that wrote it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated {
    /// The date.
    pub at: DateTime,
    /// What says so.
    pub by: DatedBy,
}

impl DatedBy {
    pub(super) fn at(self, date: Option<DateTime>) -> Option<Dated> {
        date.map(|at| Dated { at, by: self })
    }
}

/// An older payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The table it stood in.
    pub table: Table,
    /// The row's id, where it was read; the id of the mailbox of today, where it was told by its address.
    pub id: Option<u64>,
    /// The column; `None` where it is not known: then it is good for nothing but to be counted.
    pub column: Option<&'static str>,
    /// The member of a JSON column.
    pub token: Option<Token>,
    /// Address of the mailbox, name of the option, alias of the module.
    pub owner: String,
    /// The payload as stored.
    pub payload: SecretBytes,
    /// When it was stored like this: the dump's own date, else the row's, else the file's.
    pub date: Option<Dated>,
    /// Where it stood, as far as the text says.
    pub origin: PayloadOrigin,
    /// What its row says of the login it is for.
    pub login: RowLogin,
    /// How it was recognised.
    pub how: RecognizedBy,
}

/// What speaks for a sighting, whose origin is resolved, being of the `mailbox` of today that it was matched with; for
/// options and modules there is none.
pub fn basis(sighting: &Sighting, own: &OwnDatabase, mailbox: Option<&Mailbox>) -> Basis {
    if sighting.how == RecognizedBy::Page {
        return Basis::Doubtful(Doubt::NoRow);
    }
    let basis = match sighting.origin.table {
        None => Basis::Doubtful(Doubt::NoTable),
        Some(_) => sighting.origin.basis(sighting.table, own),
    };
    let doubt = match (&basis, mailbox) {
        (Basis::Doubtful(_), _) | (_, None) => None,
        (_, Some(mailbox)) => of_another(sighting, mailbox),
    };
    doubt.map_or(basis, Basis::Doubtful)
}

/// Why a row is perhaps not this mailbox's, or its password not for the login of today.
fn of_another(sighting: &Sighting, mailbox: &Mailbox) -> Option<Doubt> {
    let address = sighting.owner.trim();
    if !address.eq_ignore_ascii_case(mailbox.email.raw().trim()) {
        return Some(Doubt::OtherAddress(address.to_owned().into()));
    }
    if let Some(id) = sighting.id.filter(|id| *id != mailbox.id) {
        return Some(Doubt::OtherRow(id));
    }
    let (server, username) = match sighting.column {
        Some("in_password") => (mailbox.in_server.raw(), mailbox.in_username.raw()),
        Some("out_password") => (mailbox.out_server.raw(), mailbox.out_username.raw()),
        _ => return None,
    };
    let RowLogin {
        server: server_then,
        username: username_then,
    } = &sighting.login;
    let differs = |then: &Option<String>, now: &str| {
        let then = then.as_deref().unwrap_or(now);
        !then.trim().eq_ignore_ascii_case(now.trim())
    };
    (differs(server_then, server) || differs(username_then, username)).then(|| {
        Doubt::OtherLogin(
            username_then.as_deref().unwrap_or(username).into(),
            server_then.as_deref().unwrap_or(server).into(),
        )
    })
}
