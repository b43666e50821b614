//! The pieces every step is made of: wrapped texts, lists that turn pages, fields, problems.

pub mod linear;
mod list;
mod text;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use self::linear::LineNotes;
use super::theme::{Glyphs, Role, Theme};
use crate::domain::error::Problem;
use crate::wizard::parts::input::Input;
use crate::words::untrusted::is_hostile;
use crate::words::words;

pub use list::Marked;
pub(super) use text::within;
pub use text::{height, wrap};

pub use crate::words::columns::fit;

/// What is drawn on, its looks, and what became of it.
pub struct Canvas<'a> {
    /// The cells.
    pub buffer: &'a mut Buffer,
    /// Their looks.
    pub theme: &'a Theme,
    /// Rows there are beside those of the window: what is cut in the window is drawn on a higher canvas, and scrolled.
    pub extra: u16,
    /// Where the terminal's cursor is.
    pub cursor: Option<Position>,
    /// The rows of what is chosen or typed into.
    pub focus: Option<std::ops::Range<u16>>,
    /// How many rows at its end stay in sight, however it is scrolled.
    pub pinned: u16,
    /// Whether there was no room for all of it.
    pub cut: bool,
    /// Whether the keys belong to what is drawn.
    pub has_keys: bool,
    /// Where it is printed line by line: what is noted for that.
    pub notes: Option<LineNotes>,
}

impl<'a> Canvas<'a> {
    /// A canvas of the window.
    pub fn new(buffer: &'a mut Buffer, theme: &'a Theme) -> Self {
        Self {
            buffer,
            theme,
            extra: 0,
            cursor: None,
            focus: None,
            pinned: 0,
            cut: false,
            has_keys: false,
            notes: None,
        }
    }
}

/// A text of one role, to be wrapped.
pub type Piece = (Role, String);

/// A piece of plain text.
pub fn plain(text: impl Into<String>) -> Piece {
    (Role::Text, text.into())
}

/// Cuts `height` rows off the top of an area.
pub fn take_top(area: &mut Rect, height: u16) -> Rect {
    let height = height.min(area.height);
    let top = Rect { height, ..*area };
    area.y += height;
    area.height -= height;
    top
}

/// Cuts `height` rows off the bottom of an area.
pub fn take_bottom(area: &mut Rect, height: u16) -> Rect {
    let height = height.min(area.height);
    area.height -= height;
    Rect {
        y: area.y + area.height,
        height,
        ..*area
    }
}

const SPINNER: [&str; 8] = ["⠋", "⠙", "⠸", "⠴", "⠦", "⠧", "⠇", "⠏"];
const ASCII_SPINNER: [&str; 4] = ["|", "/", "-", "\\"];

impl Canvas<'_> {
    /// A sign of life, another each turn.
    pub fn spinner(&self, turn: usize) -> &'static str {
        let frames: &[&str] = match self.theme.glyphs {
            Glyphs::Unicode => &SPINNER,
            Glyphs::Console | Glyphs::Ascii => &ASCII_SPINNER,
        };
        frames[turn % frames.len()]
    }

    /// One line of spans at a row of an area, cut with an ellipsis at its edge.
    pub fn line(&mut self, area: Rect, row: u16, spans: Vec<Span<'_>>) {
        if row < area.height {
            let at = Rect {
                y: area.y + row,
                height: 1,
                ..area
            };
            let spans = within(spans, usize::from(area.width));
            Line::from(spans).render(at, self.buffer);
        } else {
            self.cut = true;
        }
    }

    /// Says that so many rows are needed here.
    pub fn needs(&mut self, area: Rect, rows: usize) {
        self.cut |= usize::from(area.height) < rows;
    }

    /// A span of a role.
    pub fn span<'s>(&self, role: Role, text: impl Into<std::borrow::Cow<'s, str>>) -> Span<'s> {
        Span::styled(text, self.theme.style(role))
    }

    /// Wrapped pieces from the top of an area, which shrinks by what they took. What does not fit is cut with an
    /// ellipsis at the end of the last row.
    pub fn pieces(&mut self, area: &mut Rect, pieces: &[Piece]) {
        for (role, text) in pieces {
            if text.is_empty() {
                take_top(area, 1);
            }
            for (number, line) in wrap(text, usize::from(area.width)).into_iter().enumerate() {
                if area.height == 0 && !line.is_empty() {
                    return self.goes_on_below(*area);
                }
                let row = take_top(area, 1);
                if number > 0 {
                    self.goes_on(row.y);
                }
                let span = self.span(*role, line);
                self.line(row, 0, vec![span]);
            }
        }
    }

    /// Marks the row above a used up area as cut.
    fn goes_on_below(&mut self, area: Rect) {
        let (Some(x), Some(y)) = (area.right().checked_sub(1), area.y.checked_sub(1)) else {
            return;
        };
        self.cut = true;
        let buffer = &mut *self.buffer;
        if let Some(before) = buffer.cell_mut((x.saturating_sub(1), y))
            && before.symbol().width() > 1
        {
            before.set_symbol(" ");
        }
        if let Some(last) = buffer.cell_mut((x, y)) {
            last.set_symbol("…");
        }
    }

    /// A name and its value, wrapped under itself; the names take `name_width` columns.
    pub fn value(&mut self, area: &mut Rect, name: &str, name_width: u16, value: &str) {
        if self.is_linear() {
            return self.linear_value(area, name, value);
        }
        let mut row = *area;
        row.height = 1;
        let label = self.span(Role::Muted, fit(name, usize::from(name_width)));
        self.line(row, 0, vec![label]);
        let mut column = Rect {
            x: area.x + name_width.min(area.width),
            width: area.width.saturating_sub(name_width),
            ..*area
        };
        let before = column.height;
        self.pieces(&mut column, &[plain(value)]);
        take_top(area, (before - column.height).max(1));
    }

    /// A problem: what, why, what to do next.
    pub fn problem(&mut self, area: &mut Rect, problem: &Problem) {
        let w = words();
        self.pieces(area, &[(Role::Danger, format!("✗ {}", problem.what))]);
        if !problem.why.is_empty() {
            self.pieces(area, &[plain(problem.why.to_string())]);
        }
        take_top(area, 1);
        if !problem.next.is_empty() {
            self.pieces(
                area,
                &[
                    (Role::Heading, w.what_now.to_owned()),
                    plain(problem.next.clone()),
                ],
            );
            take_top(area, 1);
        }
    }

    /// A field: its text or its mask, and the terminal's cursor in it.
    pub fn field(&mut self, area: Rect, input: &Input, masked: bool, focused: bool) {
        if self.is_linear() {
            return self.linear_field(area, input, masked, focused);
        }
        let width = usize::from(area.width).max(2);
        let shown: String = if masked {
            "•".repeat(input.chars())
        } else {
            let signs = input.expose().chars();
            signs.map(|c| if is_hostile(c) { '·' } else { c }).collect()
        };
        let before: String = shown.chars().take(input.cursor()).collect();
        // The cursor stays in sight: what stands before it is cut from the left.
        let cut = before.width().saturating_sub(width - 1);
        let mut visible = String::new();
        let (mut column, mut used) = (0, 0);
        for grapheme in shown.graphemes(true) {
            let columns = grapheme.width();
            if column >= cut && used + columns <= width {
                visible.push_str(grapheme);
                used += columns;
            }
            column += columns;
        }
        let style = if focused { Role::Accent } else { Role::Text };
        let underline = self
            .theme
            .style(style)
            .add_modifier(ratatui::style::Modifier::UNDERLINED);
        self.line(area, 0, vec![Span::styled(fit(&visible, width), underline)]);
        if focused && area.height > 0 {
            let x = area.x + u16::try_from(before.width() - cut.min(before.width())).unwrap_or(0);
            self.cursor = Some(Position {
                x: x.min(area.right().saturating_sub(1)),
                y: area.y,
            });
            self.focus = Some(area.y..area.y + 1);
        }
    }
}
