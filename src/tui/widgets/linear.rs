//! The same pictures for a face that prints them line by line: lists in pages of ten, names and values in one line, and
//! notes for who prints it of what belongs together.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use super::{Canvas, Piece, fit, plain};
use crate::tui::theme::Role;
use crate::wizard::parts::input::Input;

/// Items of a list that are shown at once.
pub const PAGE: usize = 10;

/// What is noted of a picture that is printed.
#[derive(Debug, Default)]
pub struct LineNotes {
    /// Rows that go on with what the row above them began.
    pub goes_on: BTreeSet<u16>,
    /// Rows at which an item of a list begins: its place in the list, and whether it is the chosen one.
    pub items: BTreeMap<u16, (usize, bool)>,
    /// The items that are shown, and how many there are.
    pub page: Option<(Range<usize>, usize)>,
    /// Where the field begins that is typed into, and whether its text is masked.
    pub field: Option<(Position, bool)>,
}

/// The items of a list of so many that are shown.
fn page_of(chosen: Option<usize>, len: usize) -> Range<usize> {
    let start = chosen.unwrap_or(0).min(len.saturating_sub(1)) / PAGE * PAGE;
    start..len.min(start + PAGE)
}

impl Canvas<'_> {
    /// Whether it is printed line by line.
    pub fn is_linear(&self) -> bool {
        self.notes.is_some()
    }

    /// A row goes on with what the one above it began.
    pub(super) fn goes_on(&mut self, row: u16) {
        if let Some(notes) = &mut self.notes {
            notes.goes_on.insert(row);
        }
    }

    /// A list of which one page is shown; the area shrinks by what it took. Where something is chosen, the items can be
    /// chosen by their numbers.
    pub fn linear_list(
        &mut self,
        area: &mut Rect,
        len: usize,
        item: &dyn Fn(usize) -> Vec<Piece>,
        chosen: Option<usize>,
    ) {
        let page = page_of(chosen, len);
        for index in page.clone() {
            let top = area.y;
            if let (Some(notes), Some(chosen), true) = (&mut self.notes, chosen, area.height > 0) {
                notes.items.insert(top, (index, chosen == index));
            }
            self.pieces(area, &item(index));
            (top + 1..area.y).for_each(|row| self.goes_on(row));
        }
        if page.len() < len {
            let more = format!("{}–{} / {len}", page.start + 1, page.end);
            self.pieces(area, &[(Role::Muted, more)]);
        }
        if let (Some(notes), true) = (&mut self.notes, chosen.is_some()) {
            notes.page = Some((page, len));
        }
    }

    /// What was listed cannot be chosen from: the keys belong to another list.
    pub fn not_to_choose(&mut self) {
        if let Some(notes) = &mut self.notes {
            notes.items.clear();
            notes.page = None;
        }
    }

    /// The name before a field, in so many columns; gives how many it has.
    pub fn field_name(&mut self, row: Rect, role: Role, name: &str, columns: u16) -> u16 {
        let (text, columns) = match self.is_linear() {
            true => {
                let text = format!("{name}: ");
                let columns = u16::try_from(text.width()).unwrap_or(columns);
                (text, columns)
            }
            false => (fit(name, usize::from(columns)), columns),
        };
        let span = self.span(role, text);
        self.line(row, 0, vec![span]);
        columns
    }

    /// A name and its value in one line.
    pub(super) fn linear_value(&mut self, area: &mut Rect, name: &str, value: &str) {
        self.pieces(area, &[plain(format!("{name}: {value}"))]);
    }

    /// A field: what is in it, or how much, where that is not shown.
    pub(super) fn linear_field(&mut self, area: Rect, input: &Input, masked: bool, focused: bool) {
        if let (Some(notes), true) = (&mut self.notes, focused) {
            let at = Position {
                x: area.x,
                y: area.y,
            };
            notes.field = Some((at, masked));
        }
        let shown = match masked && !input.is_empty() {
            true => text!(passwords_typed, count = input.chars()),
            false => input.expose().to_owned(),
        };
        let width = usize::from(area.width).max(1);
        // What is too long for the row is cut from the left, as the end of a path tells more.
        let mut text = shown.as_str();
        while text.width() > width {
            let first = text.chars().next().map_or(0, char::len_utf8);
            text = &text[first..];
        }
        let span = self.span(Role::Text, text.to_owned());
        self.line(area, 0, vec![span]);
    }
}
