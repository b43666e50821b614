//! Tars as they stand, member after member, sparse ones and those of docker and OCI images among them.
//!
//! The blocks are read here and not by the library, which would take names of any length into memory, ends at the first
//! zeros though another archive may stand behind them, and calls a tar without zeros at its end damaged.

mod sparse;

use std::io::{Cursor, Read};

use super::super::SkipReason;
use super::super::budget::{FAST, MeteredReader};
use super::super::text::Text;
use super::member;
use crate::io::hunt::search::{FileReading, PartSearch, broken, fill};
use crate::words::untrusted::shown;
use crate::words::words;
use sparse::{Segments, SparseContent};

/// Length of a header, and of the blocks that members fill.
const HEADER: usize = 512;
/// Longest name of a member that is read.
const MAX_NAME: u64 = 64 << 10;

/// The sum of a tar header with its own field as spaces, in octal at 148.
pub(in super::super) fn is_header(head: &[u8]) -> bool {
    let (Some(field), HEADER) = (head.get(148..156), head.len()) else {
        return false;
    };
    // Most other files have none of these here, and are not summed up.
    if !field.iter().all(|b| matches!(b, b'0'..=b'7' | b' ' | 0)) {
        return false;
    }
    let digits = field.iter().filter(|b| matches!(b, b'0'..=b'7'));
    let said = digits.fold(0, |said, digit| said * 8 + u64::from(digit - b'0'));
    let sum = |bytes: &[u8]| bytes.iter().map(|b| u64::from(*b)).sum::<u64>();
    said == sum(&head[..148]) + 8 * u64::from(b' ') + sum(&head[156..]) && head[0] != 0
}

/// What the headers before a member say of it.
#[derive(Default)]
struct SaidBefore {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    /// How its holes are told.
    holes: Holes,
}

/// How POSIX extended headers tell the holes of a file (GNU's manual, "Storing Sparse Files").
#[derive(Default)]
enum Holes {
    #[default]
    None,
    /// In these headers: versions 0.0 and 0.1.
    Listed(Segments),
    /// Before the content: version 1.0.
    InContent,
}

/// Reads the members as they stand.
pub(super) fn read(
    search: &mut PartSearch<'_>,
    stream: &mut dyn Read,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let mut before = SaidBefore::default();
    let (mut block, mut ended) = ([0; HEADER], false);
    loop {
        if (search.cancel)() {
            return Ok(());
        }
        let (filled, failed) = fill(stream, &mut block, u64::MAX);
        failed.map_err(|e| broken(&e))?;
        if filled == 0 {
            return Ok(());
        }
        if block[..filled].iter().all(|byte| *byte == 0) {
            ended = true;
            continue;
        }
        if !is_header(&block[..filled]) {
            let mut rest = Cursor::new(&block[..filled]).chain(stream);
            // Behind its end anything may stand; elsewhere it is damaged, and searched all the same.
            return match ended {
                true => search.stream(&mut rest, reading, depth + 1),
                false => search
                    .text(Text::new(&mut rest, depth + 1), reading)
                    .and(Err(SkipReason::Broken(words().tar_no_header.to_owned()))),
            };
        }
        ended = false;
        entry(search, stream, &block, &mut before, reading, depth)?;
    }
}

/// Reads what a header is for, and the rest of its last block.
fn entry(
    search: &mut PartSearch<'_>,
    stream: &mut dyn Read,
    block: &[u8; HEADER],
    before: &mut SaidBefore,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let header = tar::Header::from_byte_slice(block);
    let kind = header.entry_type();
    let has_content =
        kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() || kind.as_byte() == b'M';
    let own = match header.entry_size() {
        // Labels of volumes say none.
        Err(_) if !has_content => 0,
        size => size.map_err(|e| broken(&e))?,
    };
    let mut segments = Segments::default();
    if kind.is_gnu_sparse() {
        segments = Segments::of_header(header, stream).map_err(|e| broken(&e))?;
    }
    // Extended headers have no others before them.
    let is_extension = kind.is_gnu_longname() || kind.is_pax_local_extensions();
    let size = before.size.filter(|_| !is_extension).unwrap_or(own);
    let mut content = (&mut *stream).take(size);
    let text = |content: &mut dyn Read| {
        let mut text = Vec::new();
        let read = content.take(MAX_NAME).read_to_end(&mut text);
        read.map_err(|e| broken(&e)).map(|_| text)
    };
    if kind.is_gnu_longname() {
        let text = text(&mut content)?;
        before.name = Some(text.split(|b| *b == 0).next().unwrap_or_default().to_vec());
    } else if kind.is_pax_local_extensions() {
        before.pax(&text(&mut content)?);
    } else if has_content {
        let said = std::mem::take(before);
        let name = said
            .name
            .unwrap_or_else(|| header.path_bytes().into_owned());
        let modified = header.mtime().ok().and_then(|t| i64::try_from(t).ok());
        let name = shown(&name).to_string();
        let segments = match said.holes {
            Holes::None => segments,
            Holes::Listed(listed) => listed,
            Holes::InContent => Segments::of_content(&mut content).map_err(|e| broken(&e))?,
        };
        if segments.is_empty() {
            member(search, &mut content, name, modified, reading, depth)?;
        } else {
            // Holes are made here, out of nothing.
            let holes = SparseContent::new(&mut content, segments);
            let mut metered = MeteredReader::new(holes, &reading.budget, FAST, search.cancel);
            member(search, &mut metered, name, modified, reading, depth)?;
        }
    } else if !kind.is_gnu_longlink() {
        *before = SaidBefore::default();
    }
    if (search.cancel)() {
        return Ok(());
    }
    std::io::copy(&mut content, &mut std::io::sink()).map_err(|e| broken(&e))?;
    if content.limit() > 0 {
        return Err(SkipReason::Broken(words().tar_cut.to_owned()));
    }
    // Of the last member the rest may be missing.
    let padding = size.next_multiple_of(HEADER as u64) - size;
    std::io::copy(&mut stream.take(padding), &mut std::io::sink()).map_err(|e| broken(&e))?;
    Ok(())
}

impl SaidBefore {
    /// POSIX extended headers: records of `length key=value`, one a line.
    fn pax(&mut self, text: &[u8]) {
        let records = text.split(|b| *b == b'\n').filter_map(|record| {
            let record = &record[record.iter().position(|b| *b == b' ')? + 1..];
            let at = record.iter().position(|b| *b == b'=')?;
            Some((&record[..at], &record[at + 1..]))
        });
        let number = |value: &[u8]| std::str::from_utf8(value).ok()?.parse::<u64>().ok();
        let (mut offset, mut listed) = (None, Segments::default());
        let mut real_name = None;
        for (key, value) in records {
            match key {
                b"path" => self.name = Some(value.to_vec()),
                b"size" => self.size = number(value),
                b"GNU.sparse.name" => real_name = Some(value.to_vec()),
                b"GNU.sparse.major" if value == b"1" => self.holes = Holes::InContent,
                b"GNU.sparse.map" => {
                    let numbers: Option<Vec<u64>> =
                        value.split(|b| *b == b',').map(number).collect();
                    for pair in numbers.unwrap_or_default().chunks_exact(2) {
                        listed.add(pair[0], pair[1]);
                    }
                }
                b"GNU.sparse.offset" => offset = number(value),
                b"GNU.sparse.numbytes" => {
                    if let (Some(offset), Some(length)) = (offset.take(), number(value)) {
                        listed.add(offset, length);
                    }
                }
                _ => {}
            }
        }
        if !listed.is_empty() {
            self.holes = Holes::Listed(listed);
        }
        self.name = real_name.or(self.name.take());
    }
}
