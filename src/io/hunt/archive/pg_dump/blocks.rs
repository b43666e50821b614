//! The data of the custom form: a block a table, or a block for all large objects, each in chunks of which the last is empty.

use std::io::{Error, ErrorKind, Read, Result};

use crate::io::hunt::pg_contents::{damaged, number};

/// Kinds of blocks.
const TABLE: u8 = 1;
const LARGE_OBJECTS: u8 = 3;

/// What data follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DumpBlock {
    /// Those of the entry with this number.
    Table(i64),
    /// Those of a large object.
    LargeObject(i64),
}

/// Reads block after block.
pub(super) struct DumpBlocks<'s> {
    stream: &'s mut dyn Read,
    /// Bytes of an integer.
    integer: usize,
    /// Large objects follow one another.
    within: bool,
}

impl<'s> DumpBlocks<'s> {
    pub(super) fn new(stream: &'s mut dyn Read, integer: usize) -> Self {
        Self {
            stream,
            integer,
            within: false,
        }
    }

    /// What follows; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<DumpBlock>> {
        loop {
            if self.within {
                match self.number()? {
                    0 => self.within = false,
                    number => return Ok(Some(DumpBlock::LargeObject(number))),
                }
            }
            let mut kind = [0];
            if !self.fill(&mut kind)? {
                return Ok(None);
            }
            let number = self.number()?;
            match kind[0] {
                TABLE => return Ok(Some(DumpBlock::Table(number))),
                LARGE_OBJECTS => self.within = true,
                _ => return Err(damaged("a block of an unknown kind")),
            }
        }
    }

    /// The data of the block at hand.
    pub(super) fn chunks(&mut self) -> Chunks<'_, 's> {
        Chunks {
            blocks: self,
            left: 0,
            over: false,
        }
    }

    fn number(&mut self) -> Result<i64> {
        let mut bytes = [0; 9];
        let bytes = &mut bytes[..=self.integer];
        match self.fill(bytes)? {
            true => number(bytes[0] != 0, &bytes[1..]),
            false => Err(damaged("it breaks off")),
        }
    }

    /// Whether there was so much: `false` at the end, an error in the middle.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<bool> {
        let mut filled = 0;
        while filled < bytes.len() {
            match self.stream.read(&mut bytes[filled..]) {
                Ok(0) if filled == 0 => return Ok(false),
                Ok(0) => return Err(damaged("it breaks off")),
                Ok(read) => filled += read,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(true)
    }
}

/// The data of one block.
pub(super) struct Chunks<'b, 's> {
    blocks: &'b mut DumpBlocks<'s>,
    /// Bytes of the chunk at hand that were not read.
    left: u64,
    over: bool,
}

impl Chunks<'_, '_> {
    /// Goes to the next block, whatever of this one was read.
    pub(super) fn skip_rest(&mut self) -> Result<()> {
        std::io::copy(self, &mut std::io::sink()).map(|_| ())
    }
}

impl Read for Chunks<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.left == 0 && !self.over {
            let length = self.blocks.number()?;
            self.left = u64::try_from(length).map_err(|_| damaged("a chunk of no size"))?;
            self.over = length == 0;
        }
        if self.over {
            return Ok(0);
        }
        let room = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = self.blocks.stream.read(&mut buffer[..room])?;
        if read == 0 {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        self.left -= read as u64;
        Ok(read)
    }
}
