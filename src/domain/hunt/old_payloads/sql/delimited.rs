//! Tables as spreadsheets and clients have them: a line a row, separated by commas, semicolons, bars or tabs, the names of
//! the columns in the first line or not.
//!
//! Written by phpMyAdmin, Adminer, HeidiSQL, DBeaver, `\copy … csv`, `SELECT … INTO OUTFILE`, and by `mysql --batch`, whose
//! lines are those of a `COPY` but for NULL. Nothing in such a text says of which table it is: a column that only
//! FreeScout's mailboxes have does, or the name of the file.

use zeroize::Zeroizing;

use super::super::beside::TextContext;
use super::super::heads::Head;
use super::super::rows::{DumpRow, Layout};
use super::values::{Cells, CopyLines, MAX_LITERAL, Over};
use crate::domain::inventory::secret::Table;

/// A first line longer than this is none.
pub(super) const MAX_FIRST: usize = 16 << 10;
/// Columns that a table has at least which has no names: of mailboxes, of options, of modules.
const FEWEST: [(Table, usize); 3] = [
    (Table::Mailboxes, 20),
    (Table::Options, 3),
    (Table::Modules, 5),
];
const MARK: &[u8] = "\u{feff}".as_bytes();

/// How the lines of a table are to be read.
pub(super) enum Lines {
    /// As those of a `COPY`.
    Tabs(CopyLines),
    /// With quotes where they are needed.
    Quoted(DelimitedRows),
}

/// What the first line of a text says, where it begins a table.
pub(super) struct FirstLine {
    pub(super) lines: Lines,
    /// The table, where the name of the file says it.
    pub(super) table: Option<String>,
    /// Whether the line is a row itself, and not the names of the columns.
    pub(super) is_row: bool,
}

/// Reads the first line of a text as that of a table.
pub(super) fn first_line(line: &[u8], beside: &TextContext) -> Option<FirstLine> {
    let line = line.strip_prefix(MARK).unwrap_or(line).trim_ascii_end();
    if line.len() > MAX_FIRST || line.contains(&0) {
        return None;
    }
    let named = beside.table();
    let table = named.map(|(name, _)| name.to_owned());
    for separator in [b'\t', b',', b';', b'|'] {
        let (values, quoted) = values(line, separator);
        let (layout, is_row) = match (columns(&values, named.map(|n| n.1)), named) {
            (Some(layout), _) => (layout, false),
            (None, Some((name, kind))) if is_row(&values, kind) => {
                let told = beside.layout(name.as_bytes(), None).cloned();
                (told.or_else(|| Layout::usual(kind))?, true)
            }
            (None, _) => continue,
        };
        let width = values.len();
        let lines = match separator {
            b'\t' if !quoted => Lines::Tabs(CopyLines::of_width(layout, width)),
            _ => Lines::Quoted(DelimitedRows::new(layout, width, separator, quote_of(line))),
        };
        return Some(FirstLine {
            lines,
            table,
            is_row,
        });
    }
    None
}

/// Whether a text of which this is the beginning begins with the columns of mailboxes.
pub(in super::super::super) fn begins(head: &[u8]) -> bool {
    let end = memchr::memchr(b'\n', &head[..head.len().min(MAX_FIRST)]);
    let line = &head[..end.unwrap_or(head.len().min(MAX_FIRST))];
    let has = |name: &[u8]| memchr::memmem::find(line, name).is_some();
    let (incoming, outgoing) = (has(b"in_password"), has(b"out_password"));
    (incoming || outgoing) && first_line(line, &TextContext::default()).is_some()
}

/// The layout of a line of names, where it is one.
fn columns(values: &[Zeroizing<Vec<u8>>], named: Option<Table>) -> Option<Layout> {
    let is_name = |value: &[u8]| {
        let letter = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        !value.is_empty() && value.len() <= 64 && value.iter().all(letter)
    };
    let names: Vec<Vec<u8>> = values.iter().map(|value| value.to_vec()).collect();
    if names.len() < 2 || !names.iter().all(|name| is_name(name)) {
        return None;
    }
    let has = |name: &str| {
        names
            .iter()
            .any(|n| n.eq_ignore_ascii_case(name.as_bytes()))
    };
    let kind = match named {
        Some(Table::Mailboxes) | None if has("in_password") || has("out_password") => {
            Table::Mailboxes
        }
        Some(Table::Options) if has("name") && has("value") => Table::Options,
        Some(Table::Modules) if has("alias") && has("license") => Table::Modules,
        _ => return None,
    };
    Layout::of_some(&Head {
        qualifier: None,
        name: kind.name().into(),
        columns: Some(names),
    })
}

/// Whether these are the values of a row of this table, in FreeScout's own order.
fn is_row(values: &[Zeroizing<Vec<u8>>], table: Table) -> bool {
    let number = |value: &[u8]| !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let enough = FEWEST
        .iter()
        .any(|(of, fewest)| *of == table && values.len() >= *fewest);
    enough
        && number(&values[0])
        && (table != Table::Mailboxes || memchr::memchr(b'@', &values[2]).is_some())
}

/// The values of a line without their quotes, and whether the first has some.
fn values(line: &[u8], separator: u8) -> (Vec<Zeroizing<Vec<u8>>>, bool) {
    let mut values = Vec::new();
    let mut reader = Reader::new(separator, quote_of(line));
    let mut value = Zeroizing::new(Vec::with_capacity(line.len()));
    for byte in line.iter().chain(b"\n") {
        match reader.byte(*byte) {
            CellStep::Nothing => {}
            CellStep::Byte(byte) => value.push(byte),
            CellStep::Value { .. } => values.push(std::mem::take(&mut value)),
        }
    }
    (values, matches!(line.first(), Some(b'"' | b'\'')))
}

/// The quotes of a table: those that its first value has.
fn quote_of(line: &[u8]) -> u8 {
    match line.first() {
        Some(b'\'') => b'\'',
        _ => b'"',
    }
}

/// Where in a value a table is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A value begins.
    Begins,
    /// In one without quotes.
    Bare,
    /// In one with quotes.
    Quoted,
    /// After a backslash in one.
    Escape,
    /// After a quote in one: its end, or half of a doubled one. Behind a backslash, whose meaning nothing tells, whatever is
    /// neither goes on.
    Quote { escaped: bool },
}

/// What a byte comes to.
enum CellStep {
    Nothing,
    /// It belongs to the value.
    Byte(u8),
    /// The value is over, with quotes or without, and the row too.
    Value {
        quoted: bool,
        row: bool,
    },
}

/// Tells the values of a line apart.
struct Reader {
    separator: u8,
    quote: u8,
    phase: Phase,
    quoted: bool,
}

impl Reader {
    fn new(separator: u8, quote: u8) -> Self {
        Self {
            separator,
            quote,
            phase: Phase::Begins,
            quoted: false,
        }
    }

    fn byte(&mut self, byte: u8) -> CellStep {
        match (self.phase, byte) {
            (Phase::Begins, b) if b == self.quote => {
                (self.phase, self.quoted) = (Phase::Quoted, true);
                CellStep::Nothing
            }
            (Phase::Begins | Phase::Bare | Phase::Quote { .. }, b'\n') => self.over(true),
            (Phase::Begins | Phase::Bare | Phase::Quote { .. }, b) if b == self.separator => {
                self.over(false)
            }
            (Phase::Begins | Phase::Bare, _) => {
                self.phase = Phase::Bare;
                CellStep::Byte(byte)
            }
            (Phase::Quoted, b) if b == self.quote => {
                self.phase = Phase::Quote { escaped: false };
                CellStep::Nothing
            }
            (Phase::Quoted, b'\\') => {
                self.phase = Phase::Escape;
                CellStep::Byte(byte)
            }
            (Phase::Quoted, _) => CellStep::Byte(byte),
            (Phase::Escape, b) if b == self.quote => {
                self.phase = Phase::Quote { escaped: true };
                CellStep::Nothing
            }
            (Phase::Escape, _) => {
                self.phase = Phase::Quoted;
                CellStep::Byte(byte)
            }
            (Phase::Quote { .. }, b'\r') => CellStep::Nothing,
            (Phase::Quote { escaped: false }, b) if b != self.quote => {
                self.phase = Phase::Bare;
                CellStep::Byte(byte)
            }
            (Phase::Quote { .. }, _) => {
                self.phase = Phase::Quoted;
                CellStep::Byte(byte)
            }
        }
    }

    fn over(&mut self, row: bool) -> CellStep {
        self.phase = Phase::Begins;
        let quoted = std::mem::take(&mut self.quoted);
        CellStep::Value { quoted, row }
    }

    /// Whether a value is being read.
    fn is_within(&self) -> bool {
        self.phase != Phase::Begins
    }
}

/// Reads the rows of a table, as wide as its first line.
pub(super) struct DelimitedRows {
    cells: Cells,
    reader: Reader,
}

impl DelimitedRows {
    fn new(layout: Layout, width: usize, separator: u8, quote: u8) -> Self {
        Self {
            cells: Cells::of_width(layout, width),
            reader: Reader::new(separator, quote),
        }
    }

    /// Reads on: how many bytes belong to the rows, and whether they are over.
    pub(super) fn read(&mut self, bytes: &[u8], each: &mut dyn FnMut(DumpRow)) -> (usize, Over) {
        for (at, &byte) in bytes.iter().enumerate() {
            match self.reader.byte(byte) {
                _ if byte == 0 => return (at + 1, Over::Broken),
                CellStep::Nothing => {}
                CellStep::Byte(byte) => {
                    self.cells.push(byte);
                    if self.cells.length() > MAX_LITERAL {
                        return (at + 1, Over::Broken);
                    }
                }
                CellStep::Value { quoted, row } => {
                    self.cells.value(|text| match text.trim_ascii_end() {
                        b"" | b"NULL" | b"\\N" if !quoted => None,
                        _ if quoted => Some(Zeroizing::new(text.to_vec())),
                        bare => Some(Zeroizing::new(bare.to_vec())),
                    });
                    if row {
                        self.cells.whole_row().into_iter().for_each(&mut *each);
                    }
                }
            }
        }
        (bytes.len(), Over::Not)
    }

    /// The text is over: its last line may have no end.
    pub(super) fn end(&mut self, each: &mut dyn FnMut(DumpRow)) {
        if self.reader.is_within() || self.cells.is_within() {
            self.read(b"\n", each);
        }
    }
}
