//! Packed streams one behind the other, of packings whose unpackers end with the first.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result};

use bzip2::bufread::BzDecoder;
use flate2::bufread::{GzDecoder, ZlibDecoder};
use lz4_flex::frame::FrameDecoder;

use super::super::budget::{Budget, SLOW};
use crate::words::words;

/// What is read of a packed stream at a time.
pub(super) const INPUT: usize = 64 << 10;
/// Work of beginning another stream, of which the shortest of bzip2 have 14 bytes.
const BEGIN: u64 = 256 << 10;

/// A packed file: it is unpacked from here on.
pub(super) type PackedInput<'s> = BufReader<&'s mut dyn Read>;

/// An unpacker of one stream.
pub(super) trait Unpacker<'s>: Read + Sized {
    /// Begins a stream.
    fn begin(input: PackedInput<'s>) -> Self;
    /// Gives the input back behind the stream's end.
    fn end(self) -> PackedInput<'s>;
    /// Whether another stream follows. What stands there is passed over, or an error where it says that something is
    /// wrong.
    fn follows(input: &mut PackedInput<'s>) -> Result<bool>;
    /// What it costs to begin a stream.
    const COSTS: u64;
}

impl<'s> Unpacker<'s> for BzDecoder<PackedInput<'s>> {
    const COSTS: u64 = BEGIN;

    fn begin(input: PackedInput<'s>) -> Self {
        BzDecoder::new(input)
    }

    fn end(self) -> PackedInput<'s> {
        self.into_inner()
    }

    fn follows(input: &mut PackedInput<'s>) -> Result<bool> {
        Ok(!only_zeros(input)?)
    }
}

impl<'s> Unpacker<'s> for GzDecoder<PackedInput<'s>> {
    const COSTS: u64 = 0;

    fn begin(input: PackedInput<'s>) -> Self {
        GzDecoder::new(input)
    }

    fn end(self) -> PackedInput<'s> {
        self.into_inner()
    }

    /// Tapes and block devices give back zeros behind it.
    fn follows(input: &mut PackedInput<'s>) -> Result<bool> {
        if only_zeros(input)? {
            return Ok(false);
        }
        match input.fill_buf()? {
            [0x1f, ..] => Ok(true),
            _ => Err(Error::new(ErrorKind::InvalidData, words().gzip_followed)),
        }
    }
}

impl<'s> Unpacker<'s> for ZlibDecoder<PackedInput<'s>> {
    const COSTS: u64 = 0;

    fn begin(input: PackedInput<'s>) -> Self {
        ZlibDecoder::new(input)
    }

    fn end(self) -> PackedInput<'s> {
        self.into_inner()
    }

    /// BackupPC begins another one in a long file, and puts checksums behind the last.
    fn follows(input: &mut PackedInput<'s>) -> Result<bool> {
        Ok(input.fill_buf()?.first() == Some(&0x78))
    }
}

impl<'s> Unpacker<'s> for FrameDecoder<PackedInput<'s>> {
    const COSTS: u64 = 0;

    fn begin(input: PackedInput<'s>) -> Self {
        FrameDecoder::new(input)
    }

    fn end(self) -> PackedInput<'s> {
        self.into_inner()
    }

    fn follows(input: &mut PackedInput<'s>) -> Result<bool> {
        Ok(!only_zeros(input)?)
    }
}

/// Passes over zeros. Whether nothing else follows.
fn only_zeros(input: &mut PackedInput<'_>) -> Result<bool> {
    loop {
        let there = input.fill_buf()?;
        let zeros = there.iter().take_while(|byte| **byte == 0).count();
        if there.is_empty() || zeros < there.len() {
            let over = there.is_empty();
            input.consume(zeros);
            return Ok(over);
        }
        input.consume(zeros);
    }
}

/// Streams one behind the other.
pub(super) struct Streams<U> {
    /// `None` when all are over, or one is damaged.
    stream: Option<U>,
    budget: Budget,
}

impl<'s, U: Unpacker<'s>> Streams<U> {
    pub(super) fn new(stream: &'s mut dyn Read, budget: &Budget) -> Self {
        let input = BufReader::with_capacity(INPUT, stream);
        Self {
            stream: Some(U::begin(input)),
            budget: budget.clone(),
        }
    }
}

impl<'s, U: Unpacker<'s>> Read for Streams<U> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while let Some(mut stream) = self.stream.take() {
            let read = stream.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                self.stream = Some(stream);
                return Ok(read);
            }
            let mut input = stream.end();
            if U::follows(&mut input)? {
                self.budget.work(U::COSTS);
                self.budget.spend(0, SLOW)?;
                self.stream = Some(U::begin(input));
            }
        }
        Ok(0)
    }
}
