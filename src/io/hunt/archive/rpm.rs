//! Packages of RPM: a lead, two headers with an index and a store each, and a packed cpio behind them (the format's
//! own document). The cpio is read as it stands: its members are not packed.

use std::io::Read;

use super::super::SkipReason;
use super::member;
use crate::io::hunt::search::{FileReading, PartSearch, broken};
use crate::words::words;

const LEAD: u64 = 96;
const HEADER: usize = 16;
const MAGIC: &[u8] = &[0x8e, 0xad, 0xe8, 1];
/// What an entry of an index takes.
const ENTRY: u64 = 16;

pub(super) fn read(
    search: &mut PartSearch<'_>,
    stream: &mut dyn Read,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let pass_over = |stream: &mut dyn Read, bytes: u64| {
        let passed = std::io::copy(&mut stream.take(bytes), &mut std::io::sink());
        passed.map_err(|e| broken(&e))
    };
    pass_over(stream, LEAD)?;
    // The first is filled up to eight bytes.
    for unit in [8, 1] {
        let mut header = [0; HEADER];
        stream.read_exact(&mut header).map_err(|e| broken(&e))?;
        let number = |at: usize| {
            let bytes = header[at..].first_chunk().copied().unwrap_or_default();
            u64::from(u32::from_be_bytes(bytes))
        };
        if !header.starts_with(MAGIC) {
            return Err(SkipReason::Broken(words().rpm_no_header.to_owned()));
        }
        let length = number(8) * ENTRY + number(12);
        pass_over(stream, length.next_multiple_of(unit))?;
    }
    let name = words().rpm_payload.to_owned();
    member(search, stream, name, None, reading, depth)
}
