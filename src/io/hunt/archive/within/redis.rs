//! Dumps of Redis: long strings in them are packed by LZF (`rdb.c`: a mark, two lengths, the packed string). They are known
//! by their mark wherever they stand, so that the many kinds of values need not be known.

use std::io::{BufRead, Result};

use zeroize::Zeroizing;

use super::super::super::budget::Budget;
use super::lookahead::Lookahead;
use super::{MAX_PIECE, Pieces};

/// A packed string follows.
const MARK: u8 = 0xc3;
/// Redis packs none that is as short as this.
const SHORT: usize = 20;
/// The mark and two lengths.
const HEAD: usize = 11;
/// Work of trying, beside that of each byte.
const TRIAL: u64 = 1 << 10;

/// `REDIS` and four digits.
pub(super) fn begins(head: &[u8]) -> bool {
    let version = head.strip_prefix(b"REDIS").and_then(|rest| rest.get(..4));
    version.is_some_and(|version| version.iter().all(u8::is_ascii_digit))
}

pub(super) struct RedisDump<'s> {
    window: Lookahead<'s>,
    budget: Budget,
    unpacked: Zeroizing<Vec<u8>>,
}

impl<'s> RedisDump<'s> {
    pub(super) fn new(window: Lookahead<'s>, budget: &Budget) -> Self {
        Self {
            window,
            budget: budget.clone(),
            unpacked: Zeroizing::default(),
        }
    }

    /// Adds the string that stands here. `false` where there is none.
    fn string(&mut self, given: &mut Vec<u8>) -> Result<bool> {
        let Some((begin, packed, unpacked)) = lengths(self.window.ahead(HEAD)?) else {
            return Ok(false);
        };
        let ahead = self.window.ahead(begin + packed)?;
        let Some(packed) = ahead.get(begin..begin + packed) else {
            return Ok(false);
        };
        let end = begin + packed.len();
        self.unpacked.clear();
        let whole = unlzf(packed, unpacked, &mut self.unpacked);
        self.budget.work(TRIAL + self.unpacked.len() as u64);
        if whole {
            given.push(b'\n');
            given.extend_from_slice(&self.unpacked);
            given.push(b'\n');
            self.window.consume(end);
        }
        Ok(whole)
    }
}

impl Pieces for RedisDump<'_> {
    fn next(&mut self, given: &mut Vec<u8>) -> Result<bool> {
        let ahead = self.window.ahead(1)?;
        if ahead.is_empty() {
            return Ok(false);
        }
        let plain = memchr::memchr(MARK, ahead).unwrap_or(ahead.len());
        given.extend_from_slice(&ahead[..plain]);
        self.window.consume(plain);
        if plain == 0 && !self.string(given)? {
            self.window.consume(1);
            given.push(MARK);
        }
        Ok(true)
    }
}

/// Where a packed string begins, and its two lengths.
fn lengths(bytes: &[u8]) -> Option<(usize, usize, usize)> {
    let mut at = 1;
    let mut length = || {
        let first = *bytes.get(at)?;
        let (length, took) = match first >> 6 {
            0 => (usize::from(first & 0x3f), 1),
            1 => (
                usize::from(first & 0x3f) << 8 | usize::from(*bytes.get(at + 1)?),
                2,
            ),
            _ if first == 0x80 => {
                let long = bytes.get(at + 1..).and_then(<[u8]>::first_chunk)?;
                (u32::from_be_bytes(*long) as usize, 5)
            }
            _ => return None,
        };
        at += took;
        Some(length)
    };
    let (packed, unpacked) = (length()?, length()?);
    let fits = unpacked > SHORT && packed < unpacked && unpacked <= MAX_PIECE && packed > 2;
    fits.then_some((at, packed, unpacked))
}

/// Unpacks LZF (`lzf_d.c`). Whether it comes to this length.
fn unlzf(mut packed: &[u8], length: usize, out: &mut Vec<u8>) -> bool {
    while let Some((control, rest)) = packed.split_first() {
        packed = rest;
        let control = usize::from(*control);
        if control < 32 {
            let Some((literal, rest)) = packed.split_at_checked(control + 1) else {
                return false;
            };
            out.extend_from_slice(literal);
            packed = rest;
        } else {
            let mut count = (control >> 5) + 2;
            if count == 9 {
                let Some((more, rest)) = packed.split_first() else {
                    return false;
                };
                count += usize::from(*more);
                packed = rest;
            }
            let Some((low, rest)) = packed.split_first() else {
                return false;
            };
            packed = rest;
            let back = ((control & 0x1f) << 8 | usize::from(*low)) + 1;
            let Some(from) = out.len().checked_sub(back) else {
                return false;
            };
            for at in from..from + count {
                out.push(out[at]);
            }
        }
        if out.len() > length {
            return false;
        }
    }
    out.len() == length
}
