//! A key on paper: rows of characters that are typed in again, each of which finds its own mistakes.
//!
//! A row is [`GROUPS`] groups of four characters of the Bech32 alphabet (BIP 173): the row's number, the number of rows,
//! fifteen bytes, and Bech32's checksum, by which one wrong character is located and told. The bytes of all rows together
//! are a head, the key, and the beginning of the SHA-256 of its text, as much of it as fills the last row. What comes back
//! is the very text: FreeScout derives its hashes from that, not from the bytes that it stands for.

mod typed;

use bech32::primitives::decode::UncheckedHrpstring;
use bech32::{Bech32, ByteIterExt, Fe32, Fe32IterExt, Hrp};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::app_key::{AppKey, KEY_LEN};
use crate::words::words;

use typed::TypedRows;

/// Characters in a group.
const GROUP: usize = 4;
/// Groups in a row.
pub const GROUPS: usize = 8;
/// Characters in a row.
const ROW: usize = GROUP * GROUPS;
/// Of these, the checksum.
const CHECKSUM: usize = 6;
/// Bytes in a row.
const ROW_BYTES: usize = 15;
/// A row's number is one character.
const MOST_ROWS: usize = 31;
/// What the checksum is made over before the row itself, so that nothing else in Bech32 is taken for a row. Not printed.
const PREFIX: &str = "fskey";
/// The head of a key in the spelling of `php artisan key:generate`: its bytes follow.
const BYTES: u8 = 0x10;
/// The head of any other text: its length follows, then the text.
const TEXT: u8 = 0x11;
/// As much of the text's SHA-256 is there at least.
const LEAST_DIGEST: usize = 4;

/// Why rows that were typed are no key. Never holds more of them than one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misread {
    /// One character is wrong.
    #[error("{}", text!(paper_character, row = .row, group = .group, typed = .typed, correct = .correct))]
    Character {
        /// The row, counted from 1.
        row: usize,
        /// The group in it, counted from 1.
        group: usize,
        /// What was typed.
        typed: char,
        /// What it must be.
        correct: char,
    },
    /// More than one character of a row is wrong.
    #[error("{}", text!(paper_row, row = .0))]
    Row(usize),
    /// A group has too few characters, or too many.
    #[error("{}", text!(paper_group, row = .row, group = .group, typed = .typed))]
    Group {
        /// The row.
        row: usize,
        /// The group in it.
        group: usize,
        /// How many characters it has.
        typed: usize,
    },
    /// A row has too few characters, or too many.
    #[error("{}", text!(paper_row_length, row = .0, groups = GROUPS))]
    RowLength(usize),
    /// A row was left out.
    #[error("{}", text!(paper_missing, row = .row, rows = .rows))]
    Missing {
        /// The row.
        row: usize,
        /// How many there are.
        rows: usize,
    },
    /// A row was typed twice.
    #[error("{}", text!(paper_doubled, row = .0))]
    Doubled(usize),
    /// A row stands in the place of another.
    #[error("{}", text!(paper_order, row = .row, place = .place))]
    Order {
        /// The row.
        row: usize,
        /// Where it stands.
        place: usize,
    },
    /// Each row is right, but they are not those of one key.
    #[error("{}", words().paper_mixed)]
    Mixed,
}

/// The rows of a key, as they are printed: groups joined by `-`. `None` for a text too long to be typed by anybody.
pub fn rows(key: &AppKey) -> Option<Vec<Zeroizing<String>>> {
    let bytes = packed(key)?;
    let prefix = Hrp::parse(PREFIX).ok()?;
    let chunks = bytes.chunks(ROW_BYTES);
    let count = numeral(chunks.len())?;
    let rows = chunks.enumerate().map(|(at, chunk)| {
        let symbols = [numeral(at + 1)?, count].into_iter();
        let symbols = symbols.chain(chunk.iter().copied().bytes_to_fes());
        let checked = symbols.with_checksum::<Bech32>(&prefix);
        let mut row = Zeroizing::new(String::with_capacity(ROW + GROUPS));
        for (n, character) in checked.chars().skip(PREFIX.len() + 1).enumerate() {
            if n > 0 && n % GROUP == 0 {
                row.push('-');
            }
            row.push(character.to_ascii_uppercase());
        }
        Some(row)
    });
    rows.collect()
}

/// The number of a row, as its character.
fn numeral(number: usize) -> Option<Fe32> {
    let number = u8::try_from(number).ok()?;
    (usize::from(number) <= MOST_ROWS)
        .then(|| Fe32::try_from(number).ok())
        .flatten()
}

/// The bytes of all rows.
fn packed(key: &AppKey) -> Option<Zeroizing<Vec<u8>>> {
    let text = key.text();
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_ROWS * ROW_BYTES));
    if AppKey::generate(key.bytes()).text() == text {
        bytes.push(BYTES);
        bytes.extend_from_slice(key.bytes());
    } else {
        bytes.extend_from_slice(&[TEXT, u8::try_from(text.len()).ok()?]);
        bytes.extend_from_slice(text);
    }
    let full = (bytes.len() + LEAST_DIGEST).next_multiple_of(ROW_BYTES);
    let digest = Sha256::digest(text);
    let room = full - bytes.len();
    bytes.extend_from_slice(&digest[..room]);
    Some(bytes)
}

/// The key of these bytes, if they are those of one.
fn unpacked(bytes: &[u8]) -> Option<AppKey> {
    let (key, digest) = match bytes {
        [BYTES, rest @ ..] => {
            let (key, digest) = rest.split_first_chunk::<KEY_LEN>()?;
            (AppKey::generate(key), digest)
        }
        [TEXT, length, rest @ ..] => {
            let (text, digest) = rest.split_at_checked(usize::from(*length))?;
            (AppKey::parse(text).ok()?, digest)
        }
        _ => return None,
    };
    let whole = Sha256::digest(key.text());
    let is_of_it = digest.len() >= LEAST_DIGEST && whole.starts_with(digest);
    is_of_it.then_some(key)
}

/// The key of rows as they were typed, or what is wrong with them; `None` for a text that is something else. Letters may be
/// small, and characters stand for those that they look like; lines that begin with `#`, numbers before rows, blanks and
/// dashes are passed over.
pub fn read(text: &[u8]) -> Option<Result<AppKey, Misread>> {
    let typed = TypedRows::of(text)?;
    let whole = typed.rows().is_some_and(|mut rows| {
        // One is enough: no other text has this checksum.
        rows.any(|row| matches!(checked(row), Checked::Right(_)))
    });
    (whole || typed.is_grouped()).then(|| key_of(&typed))
}

/// The number that a row says it has, how many it says there are, and its bytes.
struct CheckedRow {
    number: usize,
    of: usize,
    bytes: Zeroizing<Vec<u8>>,
}

fn key_of(typed: &TypedRows) -> Result<AppKey, Misread> {
    let rows = typed.rows().ok_or_else(|| typed.wrong_length())?;
    let rows: Result<Vec<CheckedRow>, Misread> = rows
        .enumerate()
        .map(|(at, row)| match checked(row) {
            Checked::Right(row) => Ok(row),
            Checked::OneWrong {
                number,
                at: character,
                typed,
                correct,
            } => Err(Misread::Character {
                row: if (1..=MOST_ROWS).contains(&number) {
                    number
                } else {
                    at + 1
                },
                group: character / GROUP + 1,
                typed,
                correct,
            }),
            Checked::Wrong => Err(Misread::Row(at + 1)),
        })
        .collect();
    let rows = rows?;
    in_order(&rows)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_ROWS * ROW_BYTES));
    rows.iter()
        .for_each(|row| bytes.extend_from_slice(&row.bytes));
    unpacked(&bytes).ok_or(Misread::Mixed)
}

/// Refuses rows that are not all there, each once, in their order.
fn in_order(rows: &[CheckedRow]) -> Result<(), Misread> {
    let of = rows.first().map_or(0, |row| row.of);
    if rows
        .iter()
        .any(|row| row.of != of || !(1..=of).contains(&row.number))
    {
        return Err(Misread::Mixed);
    }
    let times = |number: usize| rows.iter().filter(|row| row.number == number).count();
    if let Some(doubled) = (1..=of).find(|number| times(*number) > 1) {
        return Err(Misread::Doubled(doubled));
    }
    if let Some(row) = (1..=of).find(|number| times(*number) == 0) {
        return Err(Misread::Missing { row, rows: of });
    }
    let mut places = rows.iter().zip(1..);
    match places.find(|(row, place)| row.number != *place) {
        Some((row, place)) => Err(Misread::Order {
            row: row.number,
            place,
        }),
        None => Ok(()),
    }
}

/// What the checksum says of a row.
enum Checked {
    Right(CheckedRow),
    OneWrong {
        /// The row's number, as it is with the right character.
        number: usize,
        /// The character's place in the row.
        at: usize,
        typed: char,
        correct: char,
    },
    Wrong,
}

/// Checks the characters of a row.
fn checked(typed: &[char]) -> Checked {
    // What is no character at all is one that is wrong: any other takes its place.
    let symbols = typed.iter().map(|c| symbol(*c).unwrap_or(Fe32::Q));
    let mut symbols: Vec<Fe32> = symbols.collect();
    let wrong = if has_right_checksum(&symbols) {
        typed.iter().position(|c| symbol(*c).is_none())
    } else {
        match only_error(&mut symbols) {
            Some(at) => Some(at),
            None => return Checked::Wrong,
        }
    };
    let [number, of, data @ ..] = &symbols[..] else {
        return Checked::Wrong;
    };
    let number = usize::from(number.to_u8());
    match wrong {
        Some(at) => Checked::OneWrong {
            number,
            at,
            typed: typed[at],
            correct: symbols[at].to_char().to_ascii_uppercase(),
        },
        None => {
            let data = &data[..data.len().saturating_sub(CHECKSUM)];
            let mut bytes = Zeroizing::new(Vec::with_capacity(ROW_BYTES));
            bytes.extend(data.iter().copied().fes_to_bytes());
            Checked::Right(CheckedRow {
                number,
                of: usize::from(of.to_u8()),
                bytes,
            })
        }
    }
}

fn has_right_checksum(symbols: &[Fe32]) -> bool {
    let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + 1 + symbols.len()));
    text.push_str(PREFIX);
    text.push('1');
    symbols.iter().for_each(|s| text.push(s.to_char()));
    UncheckedHrpstring::new(&text).is_ok_and(|row| row.has_valid_checksum::<Bech32>())
}

/// Puts the one wrong character of a row right and says where it stands; `None` where more are wrong. Every character is
/// tried in every place: of so few one alone can fit, and the library's own correction takes any row for one of its own.
fn only_error(symbols: &mut [Fe32]) -> Option<usize> {
    for at in 0..symbols.len().min(ROW) {
        let typed = symbols[at];
        let all = (0..32u8).filter_map(|value| Fe32::try_from(value).ok());
        for other in all.filter(|other| *other != typed) {
            symbols[at] = other;
            if has_right_checksum(symbols) {
                return Some(at);
            }
        }
        symbols[at] = typed;
    }
    None
}

/// The character that was typed, as what it stands for: those that the alphabet leaves out look like others.
fn symbol(typed: char) -> Option<Fe32> {
    let typed = match typed.to_ascii_lowercase() {
        'o' => '0',
        'i' | '1' => 'l',
        'b' => '8',
        other => other,
    };
    Fe32::from_char(typed).ok()
}

#[cfg(test)]
mod tests;
