//! Payload texts in binary backups: InnoDB and SQLite pages, heap pages of PostgreSQL, raw images.
//!
//! A row there is its columns one behind the other, often with nothing between them. So a known address before a payload
//! tells whose it is, and the order of FreeScout's columns tells which one: address, …, `out_password`, server and user
//! name, `in_password`, …, `meta`. One payload alone in a row is recognised by the numbers behind it, where they are written
//! in a known way (port and encryption, or protocol, encryption and a flag). In a text of some other form only a name
//! right before the payload counts. Where two owners are possible, or no column is certain, we say so.

use std::collections::BTreeSet;
use std::ops::Range;

use super::origin::{PayloadOrigin, RowLogin};
use super::sighting::{MAX_PAYLOAD, RecognizedBy, Sighting, WINDOW, Wanted};
use crate::domain::inventory::secret::{SecretBytes, Table, Token};
use crate::domain::payload::base64;

/// How every payload begins: base64 of `{"iv":"`.
const LEAD: &[u8] = b"eyJpdiI6";
/// Between two passwords of one row stand a port, a server and a user name.
const WITHIN_ROW: u64 = 1 << 10;
/// Bytes behind a payload that may tell its column.
const TAIL: usize = 6;

/// Whether a payload begins here, or may once more bytes come.
pub(super) fn may_begin(bytes: &[u8]) -> bool {
    let known = bytes.len().min(LEAD.len());
    bytes[..known] == LEAD[..known]
}

/// A stretch of a stream.
pub(super) struct Stretch<'b> {
    pub(super) bytes: &'b [u8],
    /// Where the first byte stands in the stream.
    pub(super) offset: u64,
    /// How far it was searched already.
    pub(super) from: usize,
    /// Whether the stream ends with it.
    pub(super) last: bool,
    /// What was read as rows already.
    pub(super) rows: Vec<Range<u64>>,
}

/// Searches for payloads.
#[derive(Default)]
pub(super) struct Pages {
    /// A payload whose column the next one may tell.
    first: Option<First>,
    /// Where the last payload ended.
    ended: u64,
    /// Whose row the last payload stood in.
    owner: Option<usize>,
}

struct First {
    owner: usize,
    payload: SecretBytes,
    column: Option<&'static str>,
}

impl Pages {
    /// Searches on. Says how far it came: a payload that is not whole yet is looked at again.
    pub(super) fn search(
        &mut self,
        stretch: &Stretch<'_>,
        wanted: &Wanted,
        found: &mut Vec<Sighting>,
    ) -> usize {
        let bytes = stretch.bytes;
        let mut from = stretch.from;
        // Where the letters around it end: told once for all beginnings among them.
        let mut run_end = from;
        while let Some(at) = memchr::memmem::find(&bytes[from..], LEAD).map(|n| from + n) {
            let left = bytes.len() - at;
            if run_end <= at {
                let letters = bytes[at..].iter().take_while(|b| is_payload(**b));
                run_end = at + letters.count();
            }
            let run = &bytes[at..run_end.min(at + MAX_PAYLOAD + TAIL)];
            if !stretch.last && run.len() + TAIL > left && left < MAX_PAYLOAD {
                return at;
            }
            let place = stretch.offset + at as u64;
            from = at + LEAD.len();
            let row = stretch.rows.iter().any(|rows| rows.contains(&place));
            if let Some((payload, length)) = payload(run)
                && !row
            {
                from = at + length;
                let seen = SeenPayloads {
                    payload,
                    since: self.since(stretch.offset, at),
                    at,
                    end: from,
                };
                self.take(seen, stretch, wanted, found);
            }
        }
        if stretch.last {
            self.single(wanted, found);
            return bytes.len();
        }
        // The beginning of a payload may be the end of this stretch.
        from.max(bytes.len().saturating_sub(LEAD.len() - 1))
    }

    /// Where the row of a payload may begin: behind the last payload, and within the window.
    fn since(&self, offset: u64, at: usize) -> usize {
        let ended = usize::try_from(self.ended.saturating_sub(offset)).unwrap_or(0);
        ended.min(at).max(at.saturating_sub(WINDOW))
    }

    fn take(
        &mut self,
        seen: SeenPayloads,
        stretch: &Stretch<'_>,
        wanted: &Wanted,
        found: &mut Vec<Sighting>,
    ) {
        let bytes = stretch.bytes;
        let between = &bytes[seen.since..seen.at];
        let owners: BTreeSet<usize> = memchr::memchr_iter(b'@', between)
            .filter_map(|at| wanted.around(bytes, seen.since + at))
            .collect();
        let place = stretch.offset + seen.at as u64;
        let near = place - self.ended < WITHIN_ROW;
        self.ended = stretch.offset + seen.end as u64;
        let token = token_before(between);
        let same_row = near
            && self
                .owner
                .is_some_and(|owner| owners.iter().all(|o| *o == owner));
        let owner = match (same_row, owners.len()) {
            (true, _) => self.owner,
            (false, 1) => owners.first().copied(),
            (false, _) => None,
        };
        if let Some(token) = token {
            // Tokens stand behind the passwords, and say themselves what they are.
            self.single(wanted, found);
            if let Some(owner) = owner {
                self.owner = Some(owner);
                found.extend(sighting(
                    wanted,
                    owner,
                    Some("meta"),
                    Some(token),
                    seen.payload,
                ));
            }
            return;
        }
        if in_text(between) {
            self.single(wanted, found);
            self.owner = owner;
            let column = owner.and_then(|_| named_before(between));
            let owner = owner.or(owners.last().copied());
            let of = |owner| sighting(wanted, owner, column, None, seen.payload);
            found.extend(owner.and_then(of));
            return;
        }
        let column = column_by_tail(&bytes[seen.end..]);
        match (self.first.take(), owner) {
            (Some(first), Some(owner)) if same_row && first.column != Some("in_password") => {
                found.extend(sighting(
                    wanted,
                    owner,
                    Some("out_password"),
                    None,
                    first.payload,
                ));
                found.extend(sighting(
                    wanted,
                    owner,
                    Some("in_password"),
                    None,
                    seen.payload,
                ));
            }
            (first, owner) => {
                // A user name may be the address of another mailbox: then this is still the row of the first payload,
                // unless that one was the last password of its row.
                let ended = first
                    .as_ref()
                    .is_none_or(|f| f.column == Some("in_password"));
                self.first = first;
                self.single(wanted, found);
                let certain = owner.filter(|_| same_row || !near || ended);
                self.owner = certain;
                match (certain, owners.last()) {
                    (Some(owner), _) => {
                        self.first = Some(First {
                            owner,
                            payload: seen.payload,
                            column,
                        });
                    }
                    (None, Some(owner)) => {
                        found.extend(sighting(wanted, *owner, None, None, seen.payload))
                    }
                    (None, None) => {}
                }
            }
        }
    }

    /// No second payload came: the column is what the bytes behind it say.
    fn single(&mut self, wanted: &Wanted, found: &mut Vec<Sighting>) {
        if let Some(first) = self.first.take() {
            found.extend(sighting(
                wanted,
                first.owner,
                first.column,
                None,
                first.payload,
            ));
        }
    }
}

struct SeenPayloads {
    payload: SecretBytes,
    since: usize,
    at: usize,
    end: usize,
}

fn is_payload(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\\')
}

/// The payload a run of base64 begins with, and its length in the run: what follows without a mark is cut off. In JSON
/// its slashes are escaped.
fn payload(run: &[u8]) -> Option<(SecretBytes, usize)> {
    let (length, letters) = json_end(run)?;
    let padding = letters.next_multiple_of(4) - letters;
    let mut payload = Vec::with_capacity(letters + padding);
    payload.extend(run[..length].iter().filter(|b| **b != b'\\'));
    payload.resize(letters + padding, b'=');
    let padded = run[length..]
        .iter()
        .take(padding)
        .take_while(|b| **b == b'=')
        .count();
    Some((SecretBytes::from(payload), length + padded))
}

/// Where the object in a run of base64 ends: bytes of the run, and letters among them. It is given up at the first byte
/// that no payload has, a second beginning among them: a run of nothing but beginnings is not read to its end for each.
fn json_end(run: &[u8]) -> Option<(usize, usize)> {
    let (mut letters, mut bits, mut group) = (0, 0, 0);
    for (at, letter) in run.iter().enumerate().filter(|(_, b)| **b != b'\\') {
        group = group << 6 | u32::from(base64::digit(*letter)?);
        letters += 1;
        bits += 6;
        if bits < 8 {
            continue;
        }
        bits -= 8;
        match (group >> bits) as u8 {
            b'}' => return Some((at + 1, letters)),
            b'{' if letters > 2 => return None,
            b' '..=b'~' | b'\t' | b'\r' | b'\n' => {}
            _ => return None,
        }
        group &= (1 << bits) - 1;
    }
    None
}

/// Whether a payload stands in `meta`: behind the name of a token.
fn token_before(before: &[u8]) -> Option<Token> {
    let named = |token: &Token| {
        let name = before.strip_suffix(b"\":\"");
        name.is_some_and(|name| name.ends_with(token.member().as_bytes()))
    };
    [Token::Access, Token::Refresh].into_iter().find(named)
}

/// Whether a payload stands in a text of some form, where the order of columns is not the table's.
fn in_text(before: &[u8]) -> bool {
    before.last().is_some_and(|b| {
        matches!(
            b,
            b'"' | b'\'' | b'`' | b',' | b';' | b'|' | b'\t' | b'=' | b':'
        )
    })
}

/// The column whose name stands right before a payload, as in JSON or in an `UPDATE`.
fn named_before(before: &[u8]) -> Option<&'static str> {
    let near = &before[before.len().saturating_sub(20)..];
    let named = |name: &&str| memchr::memmem::find(near, name.as_bytes()).is_some();
    ["in_password", "out_password"].into_iter().find(named)
}

/// The column by the numbers behind it. InnoDB writes them big-endian, the highest bit of signed ones turned over;
/// PostgreSQL writes them little-endian on x86 and ARM, two bytes at an even place.
fn column_by_tail(behind: &[u8]) -> Option<&'static str> {
    match *behind {
        // in_protocol, in_encryption (unsigned), auto_reply_enabled (signed 0 or 1).
        [1..=9, 1..=4, 0x80 | 0x81, ..] => Some("in_password"),
        // The same in PostgreSQL: two numbers of two bytes, and a boolean.
        [1..=9, 0, 1..=4, 0, 0 | 1, ..] | [0, 1..=9, 0, 1..=4, 0, 0 | 1, ..] => Some("in_password"),
        // out_port (four bytes), out_encryption.
        [0, 0, _, _, 1..=4, ..] => Some("out_password"),
        _ => None,
    }
}

fn sighting(
    wanted: &Wanted,
    owner: usize,
    column: Option<&'static str>,
    token: Option<Token>,
    payload: SecretBytes,
) -> Option<Sighting> {
    let mailbox = wanted.mailboxes.get(owner).filter(|mailbox| mailbox.lost)?;
    Some(Sighting {
        table: Table::Mailboxes,
        id: Some(mailbox.id),
        column,
        token,
        owner: mailbox.email.clone(),
        payload,
        date: None,
        origin: PayloadOrigin::default(),
        login: RowLogin::default(),
        how: RecognizedBy::Page,
    })
}
