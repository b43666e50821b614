//! What compress(1) makes, `.Z`: LZW with codes of 9 to 16 bits. Our own, as the kept crates of LZW know the packings of
//! pictures alone, whose codes are not padded to groups.

use std::io::{Error, ErrorKind, Read, Result};

use crate::io::hunt::search::fill;

/// Codes below stand for a byte.
const BYTES: u16 = 256;
/// Empties the table, where the header says so.
const CLEAR: u16 = 256;
const LEAST_BITS: u32 = 9;
const MOST_BITS: u32 = 16;
/// The tables and what is unpacked of one code.
pub(super) const MEMORY: u64 = 1 << 20;

/// Whether a file begins so: two marks, the widest code, and whether the table is emptied.
pub(super) fn begins(head: &[u8]) -> bool {
    matches!(head, [0x1f, 0x9d, flags, ..] if flags & 0x60 == 0 && widest(*flags).is_some())
}

fn widest(flags: u8) -> Option<u32> {
    let bits = u32::from(flags & 0x1f);
    (LEAST_BITS..=MOST_BITS).contains(&bits).then_some(bits)
}

/// Codes, packed into groups of eight.
struct Codes<R> {
    input: R,
    bits: u32,
    group: [u8; MOST_BITS as usize],
    /// Bits of the group that are there, and that are taken.
    filled: u32,
    taken: u32,
}

impl<R: Read> Codes<R> {
    fn next(&mut self) -> Result<Option<u16>> {
        if self.taken + self.bits > self.filled {
            let (filled, failed) = fill(
                &mut self.input,
                &mut self.group[..self.bits as usize],
                u64::MAX,
            );
            failed?;
            (self.filled, self.taken) = (filled as u32 * 8, 0);
            if self.bits > self.filled {
                return Ok(None);
            }
        }
        let first = (self.taken / 8) as usize;
        let near = self.group[first..].iter().take(3).rev();
        let near = near.fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
        let code = near >> (self.taken % 8) & ((1 << self.bits) - 1);
        self.taken += self.bits;
        Ok(Some(code as u16))
    }

    /// Codes are as wide as this from the next group on.
    fn of_width(&mut self, bits: u32) {
        self.bits = bits;
        (self.filled, self.taken) = (0, 0);
    }
}

/// Unpacks a stream.
pub(super) struct Unlzw<R> {
    codes: Codes<R>,
    most_bits: u32,
    clears: bool,
    /// Of each code, the code of all but its last byte, and that byte.
    before: Vec<u16>,
    last: Vec<u8>,
    /// The next code that the table has room for.
    free: u32,
    previous: Option<u16>,
    /// The first byte of the previous code.
    first: u8,
    /// What is unpacked and not yet given, its end first.
    unpacked: Vec<u8>,
}

impl<R: Read> Unlzw<R> {
    /// Reads the header.
    pub(super) fn new(mut input: R) -> Result<Self> {
        let mut head = [0; 3];
        input.read_exact(&mut head)?;
        let most_bits = widest(head[2]).ok_or_else(damaged)?;
        let clears = head[2] & 0x80 != 0;
        Ok(Self {
            codes: Codes {
                input,
                bits: LEAST_BITS,
                group: [0; MOST_BITS as usize],
                filled: 0,
                taken: 0,
            },
            most_bits,
            clears,
            before: vec![0; 1 << most_bits],
            last: vec![0; 1 << most_bits],
            free: u32::from(BYTES) + u32::from(clears),
            previous: None,
            first: 0,
            unpacked: Vec::new(),
        })
    }

    /// Unpacks the next code. `false` at the end.
    fn step(&mut self) -> Result<bool> {
        if self.free >= 1 << self.codes.bits && self.codes.bits < self.most_bits {
            self.codes.of_width(self.codes.bits + 1);
        }
        let Some(code) = self.codes.next()? else {
            return Ok(false);
        };
        let Some(previous) = self.previous else {
            self.first = u8::try_from(code).map_err(|_| damaged())?;
            self.previous = Some(code);
            self.unpacked.push(self.first);
            return Ok(true);
        };
        if code == CLEAR && self.clears {
            // The next code makes the entry of this one, which nobody asks for.
            self.free = u32::from(CLEAR);
            self.codes.of_width(LEAST_BITS);
            return Ok(true);
        }
        let mut part = code;
        if u32::from(code) >= self.free {
            if u32::from(code) > self.free {
                return Err(damaged());
            }
            // The code that is only being made: the previous one and its own first byte.
            self.unpacked.push(self.first);
            part = previous;
        }
        while part >= BYTES {
            if self.unpacked.len() > 1 << MOST_BITS {
                return Err(damaged());
            }
            self.unpacked.push(self.last[usize::from(part)]);
            part = self.before[usize::from(part)];
        }
        self.first = part as u8;
        self.unpacked.push(self.first);
        if self.free < 1 << self.most_bits {
            self.before[self.free as usize] = previous;
            self.last[self.free as usize] = self.first;
            self.free += 1;
        }
        self.previous = Some(code);
        Ok(true)
    }
}

impl<R: Read> Read for Unlzw<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut given = 0;
        while given < buffer.len() {
            match self.unpacked.pop() {
                Some(byte) => {
                    buffer[given] = byte;
                    given += 1;
                }
                None => match self.step() {
                    Ok(true) => {}
                    Ok(false) => break,
                    // What stood before is good.
                    Err(_) if given > 0 => break,
                    Err(e) => return Err(e),
                },
            }
        }
        Ok(given)
    }
}

fn damaged() -> Error {
    Error::from(ErrorKind::InvalidData)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_survived(flags: u8, bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let whole = [&[0x1f, 0x9d, flags][..], &bytes].concat();
            if let Ok(stream) = Unlzw::new(&whole[..]) {
                let mut unpacked = Vec::new();
                let _ = stream.take(1 << 20).read_to_end(&mut unpacked);
            }
        }
    }

    #[test]
    fn a_code_that_is_only_being_made_is_read() {
        // `aaaa` as codes of nine bits: a, 257.
        let codes = u32::from(b'a') | 257 << 9;
        let bytes = [&[0x1f, 0x9d, 0x90][..], &codes.to_le_bytes()[..3]].concat();
        let mut text = String::new();
        Unlzw::new(&bytes[..])
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "aaa");
    }
}
