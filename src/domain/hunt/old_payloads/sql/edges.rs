//! How a text begins and ends: with a table instead of statements, in the middle of one; and the statement that is read whole.

use zeroize::Zeroizing;

use super::super::beside::TextContext;
use super::super::origin::PayloadOrigin;
use super::super::rows::Layout;
use super::super::update::update;
use super::delimited::{self, Lines};
use super::values::{CopyLines, InsertRows};
use super::{DumpEvent, LineKind, State, Statements};

impl Statements {
    /// The text begins, and this is known beside it.
    pub(in super::super) fn begin(
        &mut self,
        beside: TextContext,
        on: &mut dyn FnMut(DumpEvent<'_>),
    ) {
        self.beside = beside;
        if let Some(rows) = self.beside.rows.take() {
            if let Some(date) = rows.date {
                on(DumpEvent::Date(date));
            }
            self.origin = rows.origin;
            self.state = State::Lines(Box::new(CopyLines::new(rows.layout)));
        }
    }

    /// The text is over, and perhaps the last line or statement is not.
    pub(in super::super) fn end(&mut self, on: &mut dyn FnMut(DumpEvent<'_>)) {
        if matches!(self.state, State::First) {
            self.first_line(false, on);
        }
        let origin = &self.origin;
        let mut each = |row| on(DumpEvent::Row(row, origin));
        match &mut self.state {
            State::Table(lines) => match &mut **lines {
                Lines::Tabs(rows) => rows.end(&mut each),
                Lines::Quoted(rows) => rows.end(&mut each),
            },
            State::Head(Some(LineKind::Update), quoting) if quoting.quote.is_none() => {
                self.update(on);
            }
            _ => {}
        }
    }

    /// Whether the first line is half read.
    pub(in super::super) fn may_be_table(&self) -> bool {
        matches!(self.state, State::First)
    }

    /// Takes of the first line what of it is there, and says how much that is.
    pub(super) fn first(
        &mut self,
        bytes: &[u8],
        offset: u64,
        on: &mut dyn FnMut(DumpEvent<'_>),
    ) -> usize {
        if self.head.is_empty() {
            self.began = offset;
        }
        let room = (delimited::MAX_FIRST + 1).saturating_sub(self.head.len());
        let some = &bytes[..bytes.len().min(room)];
        let end = memchr::memchr2(b'\n', 0, some);
        let some = &some[..end.map_or(some.len(), |end| end + 1)];
        self.head.extend_from_slice(some);
        if end.is_some() || self.head.len() > delimited::MAX_FIRST {
            self.first_line(true, on);
        }
        some.len()
    }

    /// The first line is read: a table begins with it, or it is a line as any other.
    fn first_line(&mut self, goes_on: bool, on: &mut dyn FnMut(DumpEvent<'_>)) {
        let line = std::mem::take(&mut self.head);
        self.state = State::Start;
        let whole = !goes_on || line.ends_with(b"\n");
        let first = whole.then(|| delimited::first_line(&line, &self.beside));
        let mut is_read = false;
        if let Some(first) = first.flatten() {
            self.origin = PayloadOrigin {
                table: first.table,
                ..PayloadOrigin::default()
            };
            self.state = State::Table(Box::new(first.lines));
            is_read = !first.is_row;
        }
        if !is_read {
            self.read(&line, self.began, on);
        }
    }

    /// A whole `UPDATE`: it is read as the `INSERT` of what it names.
    pub(super) fn update(&mut self, on: &mut dyn FnMut(DumpEvent<'_>)) {
        self.state = State::Start;
        let usual = self.backslash.unwrap_or_else(|| self.head.contains(&b'`'));
        let ways = match self.backslash {
            Some(_) => vec![usual],
            None => vec![usual, !usual],
        };
        let read = |backslash: bool| Some((update(&self.head, backslash)?, backslash));
        let Some(((head, values), backslash)) = ways.into_iter().find_map(read) else {
            return;
        };
        let Some(layout) = Layout::of_some(&head) else {
            return;
        };
        let origin = self.origin_of(&head, !backslash);
        let row = Zeroizing::new([b"(".as_slice(), &values.join(&b','), b")"].concat());
        let mut each = |row| on(DumpEvent::Row(row, &origin));
        InsertRows::new(layout, backslash).read(&row, &mut each);
        let end = self.began + self.head.len() as u64;
        self.spans.push(self.began..end);
    }
}
