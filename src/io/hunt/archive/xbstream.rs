//! What `xtrabackup` and `mariadb-backup` stream: chunks of files, each with its path, those of several files mixed with one
//! another (`xbstream_read.c`). In a file on disk the chunks of each are brought together; in a stream they are read as they
//! come.

use std::collections::BTreeMap;
use std::io::{Read, Result, Seek, SeekFrom};

use super::super::SkipReason;
use super::super::budget::{FAST, MeteredReader};
use super::member;
use crate::io::hunt::search::{FileReading, PartSearch, broken, fill};
use crate::words::untrusted::shown;
use crate::words::words;

pub(super) const MAGIC: &[u8] = b"XBSTCK01";
/// The mark, flags, the kind, and the length of the path.
const HEAD: usize = 14;
const MAX_PATH: usize = 4 << 10;
/// Memory for what is known of the chunks, of usually ten MiB each, that are brought together.
const MAX_KNOWN: usize = 8 << 20;
const PAYLOAD: u8 = b'P';
const SPARSE: u8 = b'S';
const END: u8 = b'E';

/// What stands before the bytes of a chunk.
struct Chunk {
    path: Vec<u8>,
    bytes: u64,
}

/// Reads up to the bytes of the next chunk. `None` at the end.
fn next(stream: &mut dyn Read) -> std::result::Result<Option<Chunk>, SkipReason> {
    let no_chunk = || SkipReason::Broken(words().xbstream_no_chunk.to_owned());
    let number = |stream: &mut dyn Read, bytes: usize| -> Result<u64> {
        let mut number = [0; 8];
        stream.read_exact(&mut number[..bytes])?;
        Ok(u64::from_le_bytes(number))
    };
    loop {
        let mut head = [0; HEAD];
        let (filled, failed) = fill(stream, &mut head, u64::MAX);
        failed.map_err(|e| broken(&e))?;
        if filled == 0 {
            return Ok(None);
        }
        let length = u32::from_le_bytes([head[10], head[11], head[12], head[13]]) as usize;
        if filled < HEAD || !head.starts_with(MAGIC) || length > MAX_PATH {
            return Err(no_chunk());
        }
        let mut path = vec![0; length];
        stream.read_exact(&mut path).map_err(|e| broken(&e))?;
        let kind = head[9];
        match kind {
            END => continue,
            PAYLOAD | SPARSE => {}
            _ => return Err(no_chunk()),
        }
        let mut numbers = || -> Result<(u64, u64)> {
            let holes = if kind == SPARSE {
                number(stream, 4)?
            } else {
                0
            };
            let bytes = number(stream, 8)?;
            // Where it belongs in its file, and a sum.
            number(stream, 8)?;
            number(stream, 4)?;
            Ok((holes, bytes))
        };
        let (holes, bytes) = numbers().map_err(|e| broken(&e))?;
        let map = std::io::copy(&mut (&mut *stream).take(holes * 8), &mut std::io::sink());
        map.map_err(|e| broken(&e))?;
        return Ok(Some(Chunk { path, bytes }));
    }
}

/// Reads the files of a stream as their chunks come.
pub(super) fn read(
    search: &mut PartSearch<'_>,
    stream: &mut dyn Read,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> std::result::Result<(), SkipReason> {
    let mut waiting = next(stream)?;
    while let Some(Chunk { path, bytes }) = waiting.take() {
        if (search.cancel)() {
            return Ok(());
        }
        let mut file = ChunkRun {
            stream: &mut *stream,
            path,
            left: bytes,
            next: None,
            wrong: None,
        };
        let name = shown(&file.path).to_string();
        member(search, &mut file, name, reading.modified, reading, depth)?;
        if (search.cancel)() {
            return Ok(());
        }
        std::io::copy(&mut file, &mut std::io::sink()).map_err(|e| broken(&e))?;
        if let Some(why) = file.wrong {
            return Err(why);
        }
        waiting = file.next;
    }
    Ok(())
}

/// Chunks of one file, up to one of another.
struct ChunkRun<'s> {
    stream: &'s mut dyn Read,
    path: Vec<u8>,
    left: u64,
    next: Option<Chunk>,
    wrong: Option<SkipReason>,
}

impl Read for ChunkRun<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while self.left == 0 {
            if self.next.is_some() || self.wrong.is_some() {
                return Ok(0);
            }
            match next(self.stream) {
                Ok(Some(chunk)) if chunk.path == self.path => self.left = chunk.bytes,
                Ok(Some(chunk)) => self.next = Some(chunk),
                Ok(None) => return Ok(0),
                Err(why) => self.wrong = Some(why),
            }
        }
        let read = (&mut *self.stream).take(self.left).read(buffer)?;
        self.left -= read as u64;
        if read == 0 && !buffer.is_empty() {
            self.left = 0;
            self.wrong = Some(SkipReason::Broken(words().zip_cut.to_owned()));
        }
        Ok(read)
    }
}

/// Reads the files of a stream that lies on a disk, each whole.
pub(super) fn read_on_disk<F: Read + Seek>(
    search: &mut PartSearch<'_>,
    file: &mut F,
    reading: &mut FileReading<'_>,
) -> std::result::Result<(), SkipReason> {
    let mut files: BTreeMap<Vec<u8>, Vec<(u64, u64)>> = BTreeMap::new();
    let (mut known, mut wrong) = (0, None);
    let length = file.seek(SeekFrom::End(0)).map_err(|e| broken(&e))?;
    file.rewind().map_err(|e| broken(&e))?;
    while known <= MAX_KNOWN {
        match next(file) {
            Ok(None) => break,
            Ok(Some(Chunk { path, bytes })) => {
                let at = file.stream_position().map_err(|e| broken(&e))?;
                known += path.len() + 2 * size_of::<(u64, u64)>();
                files.entry(path).or_default().push((at, bytes));
                let behind = at.saturating_add(bytes);
                if behind > length {
                    wrong = Some(SkipReason::Broken(words().zip_cut.to_owned()));
                    break;
                }
                file.seek(SeekFrom::Start(behind)).map_err(|e| broken(&e))?;
            }
            Err(why) => {
                wrong = Some(why);
                break;
            }
        }
        if (search.cancel)() || reading.budget.exceeded() {
            return Ok(());
        }
    }
    if known > MAX_KNOWN {
        file.rewind().map_err(|e| broken(&e))?;
        return read(search, file, reading, 0);
    }
    for (path, places) in files {
        let whole = Stretches {
            file: &mut *file,
            places: places.into_iter(),
            left: 0,
        };
        let mut metered = MeteredReader::new(whole, &reading.budget, FAST, search.cancel);
        let name = shown(&path).to_string();
        member(search, &mut metered, name, reading.modified, reading, 0)?;
        if (search.cancel)() {
            return Ok(());
        }
    }
    wrong.map_or(Ok(()), Err)
}

/// Stretches of a file, one behind the other.
struct Stretches<'f, F> {
    file: &'f mut F,
    places: std::vec::IntoIter<(u64, u64)>,
    left: u64,
}

impl<F: Read + Seek> Read for Stretches<'_, F> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while self.left == 0 {
            let Some((at, bytes)) = self.places.next() else {
                return Ok(0);
            };
            self.file.seek(SeekFrom::Start(at))?;
            self.left = bytes;
        }
        let read = (&mut *self.file).take(self.left).read(buffer)?;
        // What is cut ends here.
        self.left = if read == 0 {
            0
        } else {
            self.left - read as u64
        };
        Ok(read)
    }
}
