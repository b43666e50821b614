//! What lzop makes, `.lzo`: a header, and blocks that are packed by LZO1X or stand there as they are (its `conf.h` and
//! `lzop.c`, version 1.04). Several of them may stand one behind the other.

use std::io::{Error, ErrorKind, Read, Result};

use zeroize::Zeroizing;

use crate::io::hunt::search::fill;

pub(super) const MAGIC: &[u8] = b"\x89LZO\0\r\n\x1a\n";
/// Versions from here on say more in their headers.
const NEWER: u16 = 0x0940;
/// lzop makes blocks of 256 KiB.
const MAX_BLOCK: usize = 4 << 20;
/// A packed block and an unpacked one.
pub(super) const MEMORY: u64 = 2 * MAX_BLOCK as u64;

/// Flags of the header: sums of four bytes behind the lengths of a block, and more fields.
const SUMS_OF_UNPACKED: [u32; 2] = [0x1, 0x100];
const SUMS_OF_PACKED: [u32; 2] = [0x2, 0x200];
const EXTRA_FIELD: u32 = 0x40;
const FILTER: u32 = 0x800;

/// Unpacks a stream.
pub(super) struct Unlzop<R> {
    input: R,
    /// `None` before a header.
    flags: Option<u32>,
    packed: Zeroizing<Vec<u8>>,
    block: Zeroizing<Vec<u8>>,
    given: usize,
}

impl<R: Read> Unlzop<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            flags: None,
            packed: Zeroizing::default(),
            block: Zeroizing::default(),
            given: 0,
        }
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn number(&mut self) -> Result<u32> {
        self.bytes().map(u32::from_be_bytes)
    }

    fn pass_over(&mut self, bytes: u64) -> Result<()> {
        let passed = std::io::copy(&mut (&mut self.input).take(bytes), &mut std::io::sink())?;
        match passed == bytes {
            true => Ok(()),
            false => Err(Error::from(ErrorKind::UnexpectedEof)),
        }
    }

    /// Reads a header. `None` where none follows.
    fn header(&mut self) -> Result<Option<u32>> {
        let mut magic = [0; MAGIC.len()];
        let (filled, failed) = fill(&mut self.input, &mut magic, u64::MAX);
        failed?;
        if magic[..filled] != *MAGIC {
            return Ok(None);
        }
        let newer = u16::from_be_bytes(self.bytes()?) >= NEWER;
        // The library's version, the one that is needed, the method and its level.
        self.pass_over(if newer { 6 } else { 3 })?;
        let flags = self.number()?;
        if flags & FILTER != 0 {
            self.number()?;
        }
        // The mode, and the time in two halves.
        self.pass_over(if newer { 12 } else { 8 })?;
        let [name] = self.bytes()?;
        self.pass_over(u64::from(name) + 4)?;
        if flags & EXTRA_FIELD != 0 {
            let length = self.number()?;
            self.pass_over(u64::from(length) + 4)?;
        }
        Ok(Some(flags))
    }

    /// Unpacks the next block. `false` when all are over.
    fn next(&mut self) -> Result<bool> {
        self.block.clear();
        self.given = 0;
        let flags = match self.flags {
            Some(flags) => flags,
            None => match self.header()? {
                Some(flags) => *self.flags.insert(flags),
                None => return Ok(false),
            },
        };
        let unpacked = self.number()? as usize;
        if unpacked == 0 {
            self.flags = None;
            return Ok(true);
        }
        let packed = self.number()? as usize;
        if unpacked > MAX_BLOCK || packed > unpacked {
            return Err(Error::from(ErrorKind::InvalidData));
        }
        let given = |sums: [u32; 2]| sums.iter().filter(|sum| flags & **sum != 0).count() as u64;
        let of_packed = if packed < unpacked {
            given(SUMS_OF_PACKED)
        } else {
            0
        };
        self.pass_over(4 * (given(SUMS_OF_UNPACKED) + of_packed))?;
        self.packed.clear();
        (&mut self.input)
            .take(packed as u64)
            .read_to_end(&mut self.packed)?;
        if packed == unpacked {
            std::mem::swap(&mut self.packed, &mut self.block);
            return match self.block.len() == unpacked {
                true => Ok(true),
                // What is there of it is given first.
                false => Ok(!self.block.is_empty()),
            };
        }
        self.block.resize(unpacked, 0);
        let length = lzo::decompress_into(&self.packed, &mut self.block);
        let length = length.map_err(|_| Error::from(ErrorKind::InvalidData))?;
        self.block.truncate(length);
        Ok(true)
    }
}

impl<R: Read> Read for Unlzop<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while self.given == self.block.len() {
            if !self.next()? {
                return Ok(0);
            }
        }
        let read = (&self.block[self.given..]).read(buffer)?;
        self.given += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_survived(
            flags in 0u32..0x1000, lengths in proptest::collection::vec(0u32..300, 0..6),
            bytes in proptest::collection::vec(any::<u8>(), 0..600),
        ) {
            let head = [MAGIC, &[0x10, 0x30, 0x20, 0xa0, 9, 0x40, 1, 5], &flags.to_be_bytes()].concat();
            let lengths: Vec<u8> = lengths.iter().flat_map(|n| n.to_be_bytes()).collect();
            for whole in [[&head[..], &[0; 17], &lengths, &bytes].concat(), [&head[..], &bytes].concat()] {
                let mut unpacked = Vec::new();
                let _ = Unlzop::new(&whole[..]).take(1 << 20).read_to_end(&mut unpacked);
            }
        }
    }
}
