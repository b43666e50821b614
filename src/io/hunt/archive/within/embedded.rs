//! Streams of usual packers that stand somewhere in a file: zlib, gzip, xz and zstd, each of which ends by itself. What stands
//! between them is given as it is.
//!
//! Squashfs, cramfs and zisofs are blocks packed so, one behind the other; others keep files, chunks or differences so.

use std::io::{BufRead, Read, Result};
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use flate2::bufread::{GzDecoder, ZlibDecoder};
use flate2::{Decompress, FlushDecompress};
use lzma_rust2::XzReader;

use super::super::super::budget::Budget;
use super::MAX_WINDOW;
use super::lookahead::Lookahead;

/// How streams begin.
const MARKS: [&[u8]; 7] = [
    b"\x78\x01",
    b"\x78\x5e",
    b"\x78\x9c",
    b"\x78\xda",
    b"\x1f\x8b\x08",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
];
const LONGEST: usize = 6;
/// What of a stream is looked at before it is taken for one: so much of what deflate packs unpacks to something.
const TRIED: usize = 4 << 10;
/// Work of trying.
const TRIAL: u64 = 32 << 10;

static SEARCHER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(MARKS).ok());

/// An unpacker at work.
enum Stream<'s> {
    Zlib(ZlibDecoder<Lookahead<'s>>),
    Gzip(GzDecoder<Lookahead<'s>>),
    Xz(Box<XzReader<Lookahead<'s>>>),
    Zstd(zstd::Decoder<'static, Lookahead<'s>>),
}

impl<'s> Stream<'s> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match self {
            Stream::Zlib(stream) => stream.read(buffer),
            Stream::Gzip(stream) => stream.read(buffer),
            Stream::Xz(stream) => stream.read(buffer),
            Stream::Zstd(stream) => stream.read(buffer),
        }
    }

    fn end(self) -> Lookahead<'s> {
        match self {
            Stream::Zlib(stream) => stream.into_inner(),
            Stream::Gzip(stream) => stream.into_inner(),
            Stream::Xz(stream) => stream.into_inner(),
            Stream::Zstd(stream) => stream.into_inner(),
        }
    }
}

enum EmbeddedPlace<'s> {
    Between(Lookahead<'s>),
    /// In a stream, which began here.
    In(Box<Stream<'s>>, u64),
    Over,
}

/// The file with its streams unpacked.
pub(super) struct Embedded<'s> {
    place: EmbeddedPlace<'s>,
    budget: Budget,
    trial: Decompress,
    /// The next byte begins no stream, whatever it looks like.
    pass: bool,
}

impl<'s> Embedded<'s> {
    pub(super) fn new(window: Lookahead<'s>, budget: &Budget) -> Self {
        Self {
            place: EmbeddedPlace::Between(window),
            budget: budget.clone(),
            trial: Decompress::new(true),
            pass: false,
        }
    }

    /// Gives what stands here as it is, up to the next stream. `None` where that begins here: it is begun.
    fn between(&mut self, mut window: Lookahead<'s>, buffer: &mut [u8]) -> Result<Option<usize>> {
        let ahead = window.ahead(TRIED)?;
        if ahead.is_empty() {
            return Ok(Some(0));
        }
        let pass = usize::from(std::mem::take(&mut self.pass));
        let found = SEARCHER
            .as_ref()
            .and_then(|searcher| searcher.find(&ahead[pass..]));
        let plain = match found {
            Some(found) => pass + found.start(),
            None if window.is_over() => ahead_length(&mut window)?,
            None => (ahead_length(&mut window)? - (LONGEST - 1)).max(pass),
        };
        if plain == 0 {
            return self.begin(window).map(|()| None);
        }
        let read = plain.min(buffer.len());
        buffer[..read].copy_from_slice(&window.ahead(read)?[..read]);
        window.consume(read);
        self.place = EmbeddedPlace::Between(window);
        Ok(Some(read))
    }

    /// Begins the stream that stands here, or leaves it for what it is.
    fn begin(&mut self, mut window: Lookahead<'s>) -> Result<()> {
        self.budget.work(TRIAL);
        let begun = window.taken;
        let ahead = window.ahead(TRIED)?;
        let deflated = |trial: &mut Decompress, bytes: &[u8], zlib| {
            let mut unpacked = [0; 1 << 10];
            trial.reset(zlib);
            let outcome = trial.decompress(bytes, &mut unpacked, FlushDecompress::None);
            outcome.is_ok() && trial.total_out() > 0
        };
        let stream = match ahead {
            [0x78, ..] if deflated(&mut self.trial, ahead, true) => {
                Stream::Zlib(ZlibDecoder::new(window))
            }
            [0x1f, ..]
                if GzDecoder::new(ahead)
                    .read(&mut [0; 64])
                    .is_ok_and(|read| read > 0) =>
            {
                Stream::Gzip(GzDecoder::new(window))
            }
            [0xfd, ..] => {
                let kib = (MAX_WINDOW >> 10) as u32 + 1024;
                Stream::Xz(Box::new(XzReader::new_mem_limit(window, false, kib)))
            }
            [0x28, ..] => {
                let mut stream = zstd::Decoder::with_buffer(window)?.single_frame();
                stream.window_log_max(MAX_WINDOW.ilog2())?;
                Stream::Zstd(stream)
            }
            _ => {
                self.pass = true;
                self.place = EmbeddedPlace::Between(window);
                return Ok(());
            }
        };
        self.place = EmbeddedPlace::In(Box::new(stream), begun);
        Ok(())
    }
}

fn ahead_length(window: &mut Lookahead<'_>) -> Result<usize> {
    window.ahead(0).map(<[u8]>::len)
}

impl Read for Embedded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.place, EmbeddedPlace::Over) {
                EmbeddedPlace::Over => return Ok(0),
                EmbeddedPlace::Between(window) => {
                    if let Some(read) = self.between(window, buffer)? {
                        return Ok(read);
                    }
                }
                EmbeddedPlace::In(mut stream, begun) => match stream.read(buffer) {
                    Ok(read) if read > 0 => {
                        self.place = EmbeddedPlace::In(stream, begun);
                        return Ok(read);
                    }
                    // At its end, or where it is damaged, all goes on as it stands.
                    _ => {
                        let window = stream.end();
                        self.pass = window.taken == begun;
                        self.place = EmbeddedPlace::Between(window);
                    }
                },
            }
            self.budget.spend(0, 1)?;
        }
    }
}
