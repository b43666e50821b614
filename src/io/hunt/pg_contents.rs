//! The table of contents of a `pg_dump` archive: who made the dump when of which database, and for each table the statement that its rows follow.
//!
//! It is read as a text of any kind is, entry by entry, and understood on the way: its texts are searched, and no more of
//! it is held than an entry, and the few tables that are read.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Read, Result};

use jiff::civil::{Date, DateTime};
use zeroize::Zeroizing;

use crate::domain::hunt::old_payloads::beside::{HeadlessRows, MadeTable, TextContext};
use crate::domain::hunt::old_payloads::made_tables;
use crate::words::untrusted::shown;

/// How every archive begins.
pub(super) const MAGIC: &[u8] = b"PGDMP";
/// No entry is longer, all its texts together: functions and views are texts of people.
const MAX_ENTRY: usize = 8 << 20;
/// Names of tables that are remembered, to tell where in the dump something stood.
const MAX_TABLES: usize = 4096;
/// Tables whose rows are read.
const MAX_READ: usize = 64;
/// A longer name is none, in bytes.
const MAX_NAME: usize = 256;
/// The last version of the form that is known.
const LAST: (u8, u8) = (1, 16);

/// Where the data are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DumpForm {
    /// Behind the contents (`-Fc`).
    Custom,
    /// In files beside them (`-Fd`, `-Ft`).
    Files,
}

/// How the data of the custom form are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DumpPacking {
    None,
    Zlib,
    Lz4,
    Zstd,
}

/// What is known of a file.
#[derive(Debug, Clone)]
pub(super) struct FileRows {
    /// Its name, without the ending of what it is packed with.
    pub(super) name: String,
    pub(super) beside: TextContext,
}

/// What a table is called, and how its rows are to be read.
#[derive(Debug, Default, Clone)]
struct TableRows {
    name: String,
    rows: Option<HeadlessRows>,
    file: Option<String>,
}

/// What the contents say.
#[derive(Debug, Clone)]
pub(super) struct DumpContents {
    pub(super) form: DumpForm,
    pub(super) packing: DumpPacking,
    /// Bytes of an integer.
    pub(super) integer: usize,
    version: (u8, u8),
    /// Bytes of a place in the file.
    offset: usize,
    database: Option<String>,
    date: Option<DateTime>,
    tables: BTreeMap<i64, TableRows>,
    /// How many of them have rows that are read.
    read: usize,
    /// How those were made: rows may stand there as statements without columns (`--inserts`).
    made: Vec<MadeTable>,
}

impl DumpContents {
    /// The name of a table as a member of the archive, and what is known of its rows.
    pub(super) fn table(&self, number: i64) -> (String, TextContext) {
        let TableRows { name, rows, .. } = self.tables.get(&number).cloned().unwrap_or_default();
        let name = match name.is_empty() {
            true => format!("{number}.dat"),
            false => name,
        };
        let ending = match self.packing {
            DumpPacking::None | DumpPacking::Zlib => "",
            DumpPacking::Lz4 => ".lz4",
            DumpPacking::Zstd => ".zst",
        };
        (name + ending, self.beside(rows))
    }

    fn beside(&self, rows: Option<HeadlessRows>) -> TextContext {
        TextContext {
            name: None,
            rows,
            tables: self.made.clone(),
        }
    }

    /// What is known of the files beside the contents that hold rows which are read.
    pub(super) fn files(&self) -> Vec<FileRows> {
        let is_made = |table: &TableRows| self.made.iter().any(|made| made.name() == table.name);
        let read = self.tables.values();
        let read = read.filter(|table| table.rows.is_some() || is_made(table));
        let files = read.filter_map(|table| {
            Some(FileRows {
                name: table.file.clone()?,
                beside: self.beside(table.rows.clone()),
            })
        });
        files.take(MAX_READ).collect()
    }
}

/// How far the contents are read.
enum ContentsStage {
    Header,
    /// So many entries are still to come.
    Entries(i64),
    Over,
    /// They are damaged: the rest is passed on as it is.
    Damaged(String),
}

/// Reads the contents, and gives them on as they are.
pub(super) struct ContentsReader<'s> {
    stream: &'s mut dyn Read,
    stage: ContentsStage,
    contents: Option<DumpContents>,
    /// What was read last, and how much of it was given on.
    bytes: Zeroizing<Vec<u8>>,
    given: usize,
}

impl<'s> ContentsReader<'s> {
    pub(super) fn new(stream: &'s mut dyn Read) -> Self {
        Self {
            stream,
            stage: ContentsStage::Header,
            contents: None,
            bytes: Zeroizing::new(Vec::new()),
            given: 0,
        }
    }

    /// What they say, once they are read to their end.
    pub(super) fn contents(self) -> std::result::Result<DumpContents, String> {
        match (self.stage, self.contents) {
            (ContentsStage::Damaged(why), _) => Err(why),
            (ContentsStage::Over, Some(contents)) => Ok(contents),
            _ => Err("its table of contents was not read".to_owned()),
        }
    }

    fn advance(&mut self) -> Result<()> {
        match self.stage {
            ContentsStage::Header => {
                let (contents, entries) = self.header()?;
                self.contents = Some(contents);
                self.stage = ContentsStage::Entries(entries);
            }
            ContentsStage::Entries(left) if left > 0 => {
                if let Some(mut contents) = self.contents.take() {
                    let read = self.entry(&mut contents);
                    self.contents = Some(contents);
                    read?;
                }
                self.stage = ContentsStage::Entries(left - 1);
            }
            ContentsStage::Entries(_) => self.stage = ContentsStage::Over,
            ContentsStage::Over | ContentsStage::Damaged(_) => {}
        }
        Ok(())
    }

    /// The head of the archive, and how many entries follow.
    fn header(&mut self) -> Result<(DumpContents, i64)> {
        if self.take(MAGIC.len())? != MAGIC {
            return Err(damaged("no archive of pg_dump"));
        }
        let mut version = (self.byte()?, self.byte()?);
        // Before 1.1 there was no third part.
        if version > (1, 0) {
            self.byte()?;
        }
        if version.0 != LAST.0 || version > LAST {
            let (major, minor) = version;
            return Err(damaged(&format!(
                "version {major}.{minor} of the form is not known"
            )));
        }
        let integer = usize::from(self.byte()?);
        let offset = match version >= (1, 7) {
            true => usize::from(self.byte()?),
            false => integer,
        };
        if !(1..=8).contains(&integer) || offset > 8 {
            return Err(damaged("its numbers have no size"));
        }
        let form = match self.byte()? {
            1 => DumpForm::Custom,
            3 | 5 => DumpForm::Files,
            _ => return Err(damaged("its form is not known")),
        };
        let mut contents = DumpContents {
            form,
            packing: DumpPacking::Zlib,
            integer,
            version,
            offset,
            database: None,
            date: None,
            tables: BTreeMap::new(),
            read: 0,
            made: Vec::new(),
        };
        contents.packing = self.packing(&contents)?;
        if version >= (1, 4) {
            contents.date = self.date(integer)?;
            contents.database = self.name(&contents)?;
        }
        if version >= (1, 10) {
            self.text(&contents)?;
            self.text(&contents)?;
        }
        version = contents.version;
        let entries = self.integer(version, integer)?;
        Ok((contents, entries))
    }

    fn packing(&mut self, contents: &DumpContents) -> Result<DumpPacking> {
        let level = match contents.version {
            (1, 15..) => {
                return match self.byte()? {
                    0 => Ok(DumpPacking::None),
                    1 => Ok(DumpPacking::Zlib),
                    2 => Ok(DumpPacking::Lz4),
                    3 => Ok(DumpPacking::Zstd),
                    _ => Err(damaged("it is packed in an unknown way")),
                };
            }
            (1, 4..) => self.integer(contents.version, contents.integer)?,
            (1, 2..) => i64::from(self.byte()?),
            _ => 1,
        };
        Ok(match level {
            0 => DumpPacking::None,
            _ => DumpPacking::Zlib,
        })
    }

    /// Seconds, minutes, hours, day, month from 0, years since 1900, and whether that is summer time.
    fn date(&mut self, integer: usize) -> Result<Option<DateTime>> {
        let mut parts = [0; 7];
        for part in &mut parts {
            *part = self.integer(LAST, integer)?;
        }
        let [second, minute, hour, day, month, year, _] = parts;
        let small = |number: i64| i8::try_from(number).ok();
        let date = || {
            let year = i16::try_from(year.checked_add(1900)?).ok()?;
            let date = Date::new(year, small(month)?.checked_add(1)?, small(day)?).ok()?;
            let time = (small(hour)?, small(minute)?, small(second)?.min(59));
            let time = jiff::civil::Time::new(time.0, time.1, time.2, 0).ok()?;
            Some(date.to_datetime(time))
        };
        Ok(date())
    }

    fn entry(&mut self, contents: &mut DumpContents) -> Result<()> {
        let (version, integer) = (contents.version, contents.integer);
        let number = self.integer(version, integer)?;
        self.integer(version, integer)?;
        if version >= (1, 8) {
            self.text(contents)?;
        }
        self.text(contents)?;
        let name = self.name(contents)?;
        let kind = self.text(contents)?;
        if version >= (1, 11) {
            self.integer(version, integer)?;
        }
        let definition = self.text(contents)?;
        self.text(contents)?;
        let statement = match version >= (1, 3) {
            true => self.text(contents)?.map(Zeroizing::new),
            false => None,
        };
        let texts = usize::from(version >= (1, 6))
            + usize::from(version >= (1, 10))
            + usize::from(version >= (1, 14));
        for _ in 0..texts {
            self.text(contents)?;
        }
        if version >= (1, 16) {
            self.integer(version, integer)?;
        }
        self.text(contents)?;
        if version >= (1, 9) {
            self.text(contents)?;
        }
        if version >= (1, 5) {
            while self.text(contents)?.is_some() {}
        }
        let file = match contents.form {
            DumpForm::Custom => {
                // Whether there are data, and where: they come in their order.
                self.take(1 + contents.offset)?;
                None
            }
            DumpForm::Files => self.name(contents)?,
        };
        let is = |what: &[u8]| kind.as_ref().is_some_and(|kind| kind == what);
        if is(b"TABLE") && contents.made.len() < MAX_READ {
            let made = made_tables(&definition.unwrap_or_default());
            contents.made.extend(made.into_iter().take(1));
        }
        if is(b"TABLE DATA") && contents.tables.len() < MAX_TABLES {
            let statement = statement.filter(|_| contents.read < MAX_READ);
            let rows = statement.and_then(|statement| {
                HeadlessRows::of_copy(&statement, contents.database.as_deref(), contents.date)
            });
            contents.read += usize::from(rows.is_some());
            let name = shown(&name.unwrap_or_default()).to_string();
            contents
                .tables
                .insert(number, TableRows { name, rows, file });
        }
        Ok(())
    }

    /// A text, where it can be a name.
    fn name(&mut self, contents: &DumpContents) -> Result<Option<String>> {
        let text = self.text(contents)?;
        let name = text.filter(|text| !text.is_empty() && text.len() <= MAX_NAME);
        Ok(name.map(|name| String::from_utf8_lossy(&name).into_owned()))
    }

    /// A text behind its length; what has less than none is missing.
    fn text(&mut self, contents: &DumpContents) -> Result<Option<Vec<u8>>> {
        let length = self.integer(contents.version, contents.integer)?;
        let Ok(length) = usize::try_from(length) else {
            return Ok(None);
        };
        self.take(length).map(|text| Some(text.to_vec()))
    }

    /// A number: its sign in front, its lowest byte first.
    fn integer(&mut self, version: (u8, u8), size: usize) -> Result<i64> {
        let sign = version > (1, 0) && self.byte()? != 0;
        number(sign, self.take(size)?)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    /// The next bytes, which are given on too.
    fn take(&mut self, length: usize) -> Result<&[u8]> {
        let from = self.bytes.len();
        if length > MAX_ENTRY - from.min(MAX_ENTRY) {
            return Err(damaged("an entry of its table of contents is too long"));
        }
        let mut some = (&mut *self.stream).take(length as u64);
        let read = some.read_to_end(&mut self.bytes)?;
        match read == length {
            true => Ok(&self.bytes[from..]),
            false => Err(damaged("its table of contents breaks off")),
        }
    }
}

impl Read for ContentsReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        while self.given == self.bytes.len() {
            self.bytes.clear();
            self.given = 0;
            match self.stage {
                ContentsStage::Over => return Ok(0),
                ContentsStage::Damaged(_) => return self.stream.read(buffer),
                ContentsStage::Header | ContentsStage::Entries(_) => {
                    if let Err(e) = self.advance() {
                        if e.kind() != ErrorKind::InvalidData {
                            return Err(e);
                        }
                        self.stage = ContentsStage::Damaged(e.to_string());
                    }
                }
            }
        }
        let some = &self.bytes[self.given..];
        let length = some.len().min(buffer.len());
        buffer[..length].copy_from_slice(&some[..length]);
        self.given += length;
        Ok(length)
    }
}

/// What `toc.dat` in the folder of a `pg_dump -Fd` says of the files beside it.
pub(super) fn files_beside(contents: &mut dyn Read) -> Vec<FileRows> {
    let mut reader = ContentsReader::new(contents);
    // What is read is not wanted here, only what it says; what is damaged says nothing.
    let _ = std::io::copy(&mut reader, &mut std::io::sink());
    reader.contents().map(|c| c.files()).unwrap_or_default()
}

/// What bytes stand for, the lowest first.
pub(super) fn number(negative: bool, bytes: &[u8]) -> Result<i64> {
    let value = bytes
        .iter()
        .rev()
        .fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    let value = i64::try_from(value).map_err(|_| damaged("a number in it is too large"))?;
    Ok(if negative { -value } else { value })
}

pub(super) fn damaged(why: &str) -> Error {
    Error::new(ErrorKind::InvalidData, why.to_owned())
}
