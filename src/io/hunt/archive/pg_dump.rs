//! PostgreSQL's own archives: what `pg_dump` makes with `-Fc`, `-Fd` and `-Ft`.
//!
//! All begin with a table of contents. In the custom form the data of each table follow it, packed or not; the others have
//! them in files beside it, which are met on their own: what the contents say of their rows is remembered for them. The
//! form is that of PostgreSQL's `pg_backup_archiver` and `pg_backup_custom`, versions 1.0 to 1.16 (PostgreSQL 18).

mod blocks;

use std::io::Read;

use super::super::SkipReason;
use super::super::budget::{FAST, MeteredReader};
use super::super::pg_contents::{ContentsReader, DumpForm, DumpPacking};
use super::super::text::Text;
use super::member;
use crate::domain::hunt::old_payloads::beside::TextContext;
use crate::io::hunt::search::{FileReading, PartSearch, broken};
use blocks::{Chunks, DumpBlock, DumpBlocks};

/// A window of deflate, and room around it.
const MEMORY: u64 = 128 << 10;

/// Reads an archive from its start.
pub(super) fn read(
    search: &mut PartSearch<'_>,
    stream: &mut dyn Read,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let mut reader = ContentsReader::new(stream);
    // The contents hold texts of their own: definitions, comments. Where they are damaged, all that is there is one.
    let outcome = search.text(Text::new(&mut reader, depth), reading);
    let contents = reader.contents();
    outcome?;
    let contents = contents.map_err(|e| broken(&e))?;
    if contents.form == DumpForm::Files {
        if let Some(rows) = &mut search.scanner {
            rows.companions
                .remember(reading.path, &reading.inside, contents.files());
        }
        return Ok(());
    }
    let mut blocks = DumpBlocks::new(stream, contents.integer);
    loop {
        if (search.cancel)() {
            return Ok(());
        }
        let (name, beside) = match blocks.next().map_err(|e| broken(&e))? {
            None => return Ok(()),
            Some(DumpBlock::Table(number)) => contents.table(number),
            Some(DumpBlock::LargeObject(number)) => {
                (format!("blob_{number}.dat"), TextContext::default())
            }
        };
        let mut chunks = blocks.chunks();
        search.expect(Some(beside));
        let outcome = data(search, contents.packing, &mut chunks, name, reading, depth);
        search.expect(None);
        outcome?;
        chunks.skip_rest().map_err(|e| broken(&e))?;
    }
}

/// Reads what is stored of one table, or of one large object.
fn data(
    search: &mut PartSearch<'_>,
    packing: DumpPacking,
    chunks: &mut Chunks<'_, '_>,
    name: String,
    reading: &mut FileReading<'_>,
    depth: usize,
) -> Result<(), SkipReason> {
    let modified = reading.modified;
    if packing != DumpPacking::Zlib {
        // What is packed otherwise says so itself.
        return member(search, chunks, name, modified, reading, depth);
    }
    let outer = reading.memory;
    reading.memory = outer
        .checked_sub(MEMORY)
        .ok_or(SkipReason::Memory(MEMORY.div_ceil(1 << 20)))?;
    let unpacked = flate2::read::ZlibDecoder::new(chunks);
    let mut metered = MeteredReader::new(unpacked, &reading.budget, FAST, search.cancel);
    let outcome = member(search, &mut metered, name, modified, reading, depth);
    reading.memory = outer;
    outcome
}

impl PartSearch<'_> {
    /// This is known of the next text.
    fn expect(&mut self, beside: Option<TextContext>) {
        if let Some(search) = &mut self.scanner {
            search.companions.expected = beside;
        }
    }
}
