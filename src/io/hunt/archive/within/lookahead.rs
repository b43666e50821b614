//! A stream of which the next bytes can be looked at before they are taken.

use std::io::{BufRead, Error, ErrorKind, Read, Result};

use zeroize::Zeroizing;

/// How much is read at a time.
const CHUNK: usize = 64 << 10;

/// The stream and what of it is held.
pub(super) struct Lookahead<'s> {
    stream: &'s mut dyn Read,
    held: Zeroizing<Vec<u8>>,
    start: usize,
    over: bool,
    /// Why no more can be read: unpackers may keep that to themselves.
    failed: Option<ErrorKind>,
    /// Bytes that were taken.
    pub(super) taken: u64,
}

impl<'s> Lookahead<'s> {
    pub(super) fn new(stream: &'s mut dyn Read) -> Self {
        Self {
            stream,
            held: Zeroizing::default(),
            start: 0,
            over: false,
            failed: None,
            taken: 0,
        }
    }

    /// The next bytes: as many as this, or more, or all that are left.
    pub(super) fn ahead(&mut self, bytes: usize) -> Result<&[u8]> {
        while self.held.len() - self.start < bytes && !self.over {
            if let Some(kind) = self.failed {
                return Err(Error::from(kind));
            }
            // What was taken makes room, so seldom that it costs little.
            if self.start > 0 {
                self.held.drain(..self.start);
                self.start = 0;
            }
            let filled = self.held.len();
            self.held.resize(filled + CHUNK, 0);
            let read = self.stream.read(&mut self.held[filled..]);
            self.held
                .truncate(filled + read.as_ref().copied().unwrap_or(0));
            match read {
                Ok(0) => self.over = true,
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => {
                    self.failed = Some(e.kind());
                    return Err(e);
                }
            }
        }
        Ok(&self.held[self.start..])
    }

    /// Whether nothing comes behind what is held.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }
}

impl Read for Lookahead<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Lookahead<'_> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        self.ahead(1)
    }

    fn consume(&mut self, bytes: usize) {
        self.start += bytes;
        self.taken += bytes as u64;
    }
}
