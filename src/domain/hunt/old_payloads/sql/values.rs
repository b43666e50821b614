//! The rows of one statement: `(1,'a',NULL),(2,'b',0x6869);`, or the lines of a `COPY` up to `\.`.
//!
//! Literals: `'…'` with doubled quotes, with backslashes where they escape, `E'…'` where they always do, `_binary '…'`,
//! `X'…'`, `0x…` (`--hex-blob`), and MySQL's `"…"`, which mydumper writes. Of a function call, as SQLite's `.dump` writes for line ends, the first literal counts.

use zeroize::Zeroizing;

use super::super::rows::{DumpRow, Layout, MAX_VALUE};

/// A literal longer than this is a quote that was never closed.
pub(super) const MAX_LITERAL: usize = 64 << 20;
/// Outside of literals nothing is this long.
const MAX_BARE: usize = 4 << 20;

/// What came of some bytes.
pub(super) enum Over {
    /// More rows may follow.
    Not,
    /// The statement is over.
    Whole,
    /// This is no row, and perhaps no dump.
    Broken,
}

/// The row at hand, value by value.
pub(super) struct Cells {
    layout: Layout,
    row: DumpRow,
    index: usize,
    text: Zeroizing<Vec<u8>>,
    /// Bytes of the value, kept or not.
    length: usize,
    /// Values of a row, where all must have as many.
    width: Option<usize>,
}

impl Cells {
    fn new(layout: Layout) -> Self {
        Self {
            row: layout.row(),
            layout,
            index: 0,
            text: Zeroizing::new(Vec::new()),
            length: 0,
            width: None,
        }
    }

    /// Those of rows that count only where they have so many values.
    pub(super) fn of_width(layout: Layout, width: usize) -> Self {
        Self {
            width: Some(width),
            ..Self::new(layout)
        }
    }

    /// Bytes of the value at hand.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Whether a row is half read.
    pub(super) fn is_within(&self) -> bool {
        self.index > 0 || self.length > 0
    }

    pub(super) fn push(&mut self, byte: u8) {
        if self.text.capacity() == 0 {
            // Once, and twice what is kept: hex digits are two a byte.
            self.text.reserve_exact(2 * MAX_VALUE);
        }
        if self.text.len() < 2 * MAX_VALUE {
            self.text.push(byte);
        }
        self.length += 1;
    }

    fn clear(&mut self) {
        self.text.clear();
        self.length = 0;
    }

    /// The value is over: `read` makes of its text what is stored.
    pub(super) fn value(&mut self, read: impl Fn(&[u8]) -> Option<Zeroizing<Vec<u8>>>) {
        if let Some(field) = self.layout.field(self.index)
            && self.length == self.text.len()
            && let Some(value) = read(&self.text).filter(|value| value.len() <= MAX_VALUE)
        {
            self.row.put(field, &value);
        }
        self.index += 1;
        self.clear();
    }

    fn row(&mut self) -> DumpRow {
        self.index = 0;
        std::mem::replace(&mut self.row, self.layout.row())
    }

    /// The row, where it has as many values as it must.
    pub(super) fn whole_row(&mut self) -> Option<DumpRow> {
        let whole = self.width.is_none_or(|width| width == self.index);
        let row = self.row();
        whole.then_some(row)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum RowPhase {
    /// Between rows.
    Between,
    /// In a row, outside of a literal.
    Bare,
    /// In a literal.
    Literal,
    /// After a quote in a literal: its end, or half of a doubled one.
    Quote,
    /// After a backslash in a literal.
    Escape,
}

/// Reads rows in brackets.
pub(super) struct InsertRows {
    cells: Cells,
    phase: RowPhase,
    depth: u32,
    /// Whether backslashes escape in plain literals, and in the one at hand.
    backslash: bool,
    escapes: bool,
    /// What ends the literal at hand.
    quote: u8,
    /// The literal is in hex digits.
    hex: bool,
    /// A literal was read: what follows in the value is no part of it.
    literal: bool,
}

impl InsertRows {
    pub(super) fn new(layout: Layout, backslash: bool) -> Self {
        Self {
            cells: Cells::new(layout),
            phase: RowPhase::Between,
            depth: 0,
            backslash,
            escapes: false,
            quote: b'\'',
            hex: false,
            literal: false,
        }
    }

    /// Reads on: how many bytes belong to the rows, and whether they are over.
    pub(super) fn read(&mut self, bytes: &[u8], each: &mut dyn FnMut(DumpRow)) -> (usize, Over) {
        for (at, &byte) in bytes.iter().enumerate() {
            match self.byte(byte, each) {
                Over::Not => {}
                over => return (at + 1, over),
            }
        }
        (bytes.len(), Over::Not)
    }

    fn byte(&mut self, byte: u8, each: &mut dyn FnMut(DumpRow)) -> Over {
        match (self.phase, byte) {
            (RowPhase::Between, b'(') => self.phase = RowPhase::Bare,
            (RowPhase::Between, b',' | b' ' | b'\t' | b'\r' | b'\n') => {}
            (RowPhase::Between, b';') => return Over::Whole,
            // `ON CONFLICT …`, or no dump at all.
            (RowPhase::Between, _) => return Over::Broken,
            (RowPhase::Literal, b) if b == self.quote => self.phase = RowPhase::Quote,
            (RowPhase::Literal, b'\\') if self.escapes => self.phase = RowPhase::Escape,
            (RowPhase::Literal, _) => return self.push(byte, MAX_LITERAL),
            (RowPhase::Escape, _) => {
                self.phase = RowPhase::Literal;
                return self.push(unescaped(byte), MAX_LITERAL);
            }
            (RowPhase::Quote, b) if b == self.quote => {
                self.phase = RowPhase::Literal;
                return self.push(byte, MAX_LITERAL);
            }
            (RowPhase::Quote, _) => {
                self.phase = RowPhase::Bare;
                self.literal = true;
                return self.bare(byte, each);
            }
            (RowPhase::Bare, _) => return self.bare(byte, each),
        }
        Over::Not
    }

    fn bare(&mut self, byte: u8, each: &mut dyn FnMut(DumpRow)) -> Over {
        match byte {
            // Elsewhere a name stands in double quotes.
            b'\'' | b'"' if byte == b'\'' || self.backslash => {
                self.quote = byte;
                let before = self.cells.text.trim_ascii();
                self.escapes = self.backslash || before.eq_ignore_ascii_case(b"e");
                if !self.literal {
                    self.hex = before.eq_ignore_ascii_case(b"x");
                    self.cells.clear();
                }
                self.phase = RowPhase::Literal;
            }
            b'(' => self.depth += 1,
            b')' if self.depth > 0 => self.depth -= 1,
            b',' if self.depth == 0 => self.value(),
            b')' => {
                self.value();
                self.phase = RowPhase::Between;
                each(self.cells.row());
            }
            0 => return Over::Broken,
            _ => return self.push(byte, MAX_BARE),
        }
        Over::Not
    }

    fn push(&mut self, byte: u8, most: usize) -> Over {
        if !self.literal {
            self.cells.push(byte);
        }
        if self.cells.length > most {
            return Over::Broken;
        }
        Over::Not
    }

    fn value(&mut self) {
        let (literal, hex) = (self.literal, self.hex);
        self.cells.value(|text| match literal {
            true if hex => unhex(text),
            true => Some(Zeroizing::new(text.to_vec())),
            false => bare(text.trim_ascii()),
        });
        (self.literal, self.hex) = (false, false);
    }
}

/// Reads the lines of a `COPY … FROM stdin`, in PostgreSQL's text form, which is that of MySQL's files of rows too.
pub(super) struct CopyLines {
    cells: Cells,
    escape: bool,
    null: bool,
    end: bool,
    /// NULL is written as this word, as `mysql --batch` does.
    null_word: bool,
}

impl CopyLines {
    pub(super) fn new(layout: Layout) -> Self {
        Self {
            cells: Cells::new(layout),
            escape: false,
            null: false,
            end: false,
            null_word: false,
        }
    }

    /// Lines of so many values each.
    pub(super) fn of_width(layout: Layout, width: usize) -> Self {
        let mut lines = Self::new(layout);
        (lines.cells.width, lines.null_word) = (Some(width), true);
        lines
    }

    /// The text is over: its last line may have no end.
    pub(super) fn end(&mut self, each: &mut dyn FnMut(DumpRow)) {
        if self.cells.is_within() && !self.end {
            self.read(b"\n", each);
        }
    }

    /// Reads on: how many bytes belong to the rows, and whether they are over.
    pub(super) fn read(&mut self, bytes: &[u8], each: &mut dyn FnMut(DumpRow)) -> (usize, Over) {
        for (at, &byte) in bytes.iter().enumerate() {
            match byte {
                _ if self.escape => {
                    self.escape = false;
                    match byte {
                        b'N' if self.cells.length == 0 => self.null = true,
                        b'.' if self.cells.length == 0 && self.cells.index == 0 => self.end = true,
                        _ => self.cells.push(unescaped(byte)),
                    }
                }
                b'\\' => self.escape = true,
                b'\t' => self.value(),
                b'\n' if self.end => return (at + 1, Over::Whole),
                b'\n' => {
                    self.value();
                    self.cells.whole_row().into_iter().for_each(&mut *each);
                }
                // Never in a text of PostgreSQL.
                0 => return (at + 1, Over::Broken),
                _ if self.cells.length > MAX_LITERAL => return (at + 1, Over::Broken),
                _ => self.cells.push(byte),
            }
        }
        (bytes.len(), Over::Not)
    }

    fn value(&mut self) {
        let (null, word) = (std::mem::take(&mut self.null), self.null_word);
        self.cells.value(|text| {
            let null = null || word && text.trim_ascii_end() == b"NULL";
            (!null).then(|| Zeroizing::new(text.to_vec()))
        });
    }
}

/// What a backslash and this character stand for. MySQL and PostgreSQL agree where it matters here.
fn unescaped(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'0' => 0,
        other => other,
    }
}

/// A value without quotes: a number, NULL, hex digits.
fn bare(word: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if word.eq_ignore_ascii_case(b"NULL") {
        return None;
    }
    match word.strip_prefix(b"0x") {
        Some(digits) => unhex(digits),
        None => Some(Zeroizing::new(word.to_vec())),
    }
}

fn unhex(digits: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; digits.len() / 2]);
    base16ct::mixed::decode(digits, &mut bytes).ok()?;
    Some(bytes)
}
