//! The pieces every step is made of: wrapped texts, lists that turn pages, fields, problems.

pub mod linear;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use self::linear::LineNotes;
use super::theme::{Role, Theme};
use crate::domain::error::Problem;
use crate::wizard::parts::input::Input;
use crate::words::words;

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

/// Breaks a text into lines of at most `width` columns, between words where that is possible. Lines that go on are
/// indented like the one they go on from.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    text.lines()
        .flat_map(|paragraph| wrap_paragraph(paragraph, width.max(1)))
        .collect()
}

fn wrap_paragraph(paragraph: &str, width: usize) -> Vec<String> {
    let blanks = paragraph.len() - paragraph.trim_start_matches(' ').len();
    let hanging = if paragraph[blanks..].starts_with("· ") {
        blanks + 2
    } else {
        blanks
    };
    let indent = " ".repeat(if hanging < width { hanging } else { 0 });
    let mut lines = Vec::new();
    let (mut line, mut used) = (" ".repeat(blanks.min(width)), blanks.min(width));
    for word in paragraph[blanks..].split_inclusive(' ') {
        let bare = word.trim_end_matches(' ');
        // One that fits on no line is broken behind the names of folders, where it has some.
        let pieces = match indent.len() + bare.width() > width {
            true => folders(bare),
            false => vec![bare],
        };
        for piece in pieces {
            if used + piece.width() > width && used > indent.len() {
                lines.push(std::mem::replace(&mut line, indent.clone()));
                used = indent.len();
            }
            for grapheme in piece.graphemes(true) {
                if used + grapheme.width() > width {
                    lines.push(std::mem::replace(&mut line, indent.clone()));
                    used = indent.len();
                }
                line.push_str(grapheme);
                used += grapheme.width();
            }
        }
        let gap = word.len() - bare.len();
        line.push_str(&" ".repeat(gap));
        used += gap;
    }
    lines.push(line);
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// A path in pieces that each end with a slash, but for the last; the slash that it begins with stays with what follows.
fn folders(path: &str) -> Vec<&str> {
    let begin = path.len() - path.trim_start_matches('/').len();
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, _) in path.match_indices('/').filter(|(at, _)| *at >= begin) {
        pieces.push(&path[from..=at]);
        from = at + 1;
    }
    pieces.push(&path[from..]);
    pieces
}

/// A text in exactly `width` columns: cut with an ellipsis, or filled with spaces.
pub fn fit(text: &str, width: usize) -> String {
    let full = text.width();
    if full <= width {
        return format!("{text}{}", " ".repeat(width - full));
    }
    let (mut cut, mut used) = (String::new(), 0);
    for grapheme in text.graphemes(true) {
        if used + grapheme.width() + 1 > width {
            break;
        }
        cut.push_str(grapheme);
        used += grapheme.width();
    }
    if used < width {
        cut.push('…');
        used += 1;
    }
    cut.push_str(&" ".repeat(width.saturating_sub(used)));
    cut
}

/// Spans in at most `width` columns: what does not fit is cut with an ellipsis.
pub(super) fn within(spans: Vec<Span<'_>>, width: usize) -> Vec<Span<'_>> {
    let whole: String = spans.iter().map(|span| span.content.as_ref()).collect();
    if whole.trim_end().width() <= width {
        return spans;
    }
    // Not even the ellipsis.
    if width == 0 {
        return Vec::new();
    }
    let mut room = width - 1;
    let mut cut = Vec::new();
    for span in spans {
        let columns = span.content.width();
        if columns <= room {
            room -= columns;
            cut.push(span);
            continue;
        }
        let mut text = fit(&span.content, room + 1);
        // As wide as what is left, and followed by more.
        if columns == room + 1 {
            text = fit(&format!("{text} "), room + 1);
        }
        cut.push(Span::styled(text, span.style));
        break;
    }
    cut
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

/// Cuts off what lies below a list that needs so many rows: all that it leaves, and so many at least.
pub fn below_list(area: &mut Rect, list: usize, least: u16) -> Rect {
    let list = u16::try_from(list.max(1)).unwrap_or(u16::MAX);
    let rows = area.height.saturating_sub(list).max(least);
    take_bottom(area, rows)
}

const SPINNER: [&str; 8] = ["⠋", "⠙", "⠸", "⠴", "⠦", "⠧", "⠇", "⠏"];
const ASCII_SPINNER: [&str; 4] = ["|", "/", "-", "\\"];

impl Canvas<'_> {
    /// A sign of life, another each turn.
    pub fn spinner(&self, turn: usize) -> &'static str {
        let frames: &[&str] = if self.theme.unicode {
            &SPINNER
        } else {
            &ASCII_SPINNER
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

    /// A name, or what takes its place where the terminal could only show question marks.
    pub fn name(&self, name: &str, otherwise: &str) -> String {
        let shown = self.theme.unicode || name.is_ascii();
        if shown { name } else { otherwise }.to_owned()
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

    /// A list of items of several lines, the chosen one marked. It turns pages instead of scrolling, so that moving
    /// within a page changes two marks and nothing else.
    pub fn list(&mut self, area: Rect, items: &[Vec<Piece>], chosen: Option<usize>) {
        if self.is_linear() {
            return self.linear_list(&mut { area }, items, chosen);
        }
        let width = usize::from(area.width.saturating_sub(2)).max(1);
        let wrapped: Vec<Vec<(Role, String)>> = items
            .iter()
            .map(|pieces| {
                pieces
                    .iter()
                    .flat_map(|(role, text)| {
                        wrap(text, width).into_iter().map(|line| (*role, line))
                    })
                    .collect()
            })
            .collect();
        let heights: Vec<usize> = wrapped.iter().map(Vec::len).collect();
        let mut room = usize::from(area.height);
        if heights.iter().sum::<usize>() > room {
            // The last row says how much more there is.
            room = room.saturating_sub(1);
        }
        let page = page(&heights, room, chosen.unwrap_or(0));
        let mut row = 0;
        for index in page.clone() {
            let lines = &wrapped[index];
            // One that alone is higher than the page is cut, and shows that it is.
            let fits = lines.len().min(room.saturating_sub(usize::from(row)));
            self.cut |= fits < lines.len();
            if chosen == Some(index) {
                let top = area.y + row;
                self.focus = Some(top..top + u16::try_from(fits).unwrap_or(u16::MAX));
            }
            for (n, (role, line)) in lines.iter().take(fits).enumerate() {
                let cut = n + 1 == fits && fits < lines.len();
                let line = match cut {
                    true if line.width() < width => format!("{line}…"),
                    true => fit(&format!("{line} "), width),
                    false => line.clone(),
                };
                let mark = if n == 0 && chosen == Some(index) {
                    "▸ "
                } else {
                    "  "
                };
                let spans = vec![self.span(Role::Accent, mark), self.span(*role, line)];
                self.line(area, row, spans);
                row += 1;
            }
        }
        self.more(area, page, items.len());
    }

    /// Says how much lies before and behind the page, in the corner.
    pub fn more(&mut self, area: Rect, page: std::ops::Range<usize>, len: usize) {
        if page.len() < len && area.height > 0 {
            let text = format!(" {}–{} / {len} ", page.start + 1, page.end);
            let width = u16::try_from(text.width()).unwrap_or(0).min(area.width);
            let corner = Rect {
                x: area.right() - width,
                y: area.bottom() - 1,
                width,
                height: 1,
            };
            let span = self.span(Role::Muted, text);
            self.line(corner, 0, vec![span]);
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
            input.expose().to_owned()
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

/// The items of the page that the chosen one is on.
pub fn page(heights: &[usize], room: usize, chosen: usize) -> std::ops::Range<usize> {
    let (mut start, mut used) = (0, 0);
    for (index, height) in heights.iter().enumerate() {
        if used + height > room && index > start {
            if chosen < index {
                return start..index;
            }
            (start, used) = (index, 0);
        }
        used += height;
    }
    start..heights.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_break_between_words_and_wide_ones_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("销售销售", 5), ["销售", "销售"]);
        assert_eq!(wrap("a\n\nb", 5), ["a", "", "b"]);
        assert_eq!(
            wrap("in /var/lib/freescout/backups", 14),
            ["in /var/lib/", "freescout/", "backups"]
        );
        assert_eq!(
            wrap("  · one two (three)", 11),
            ["  · one two", "    (three)"]
        );
    }

    #[test]
    fn a_fitted_text_has_exactly_its_width() {
        for text in [
            "",
            "abc",
            "销售部门",
            "🧪 Labor",
            "e\u{301}e\u{301}e\u{301}",
        ] {
            for width in 0..12 {
                assert_eq!(fit(text, width).width(), width, "{text:?} in {width}");
            }
        }
    }

    #[test]
    fn a_line_that_does_not_fit_says_so() {
        let cut = |texts: &[&'static str], width| {
            let spans = texts.iter().map(|text| Span::raw(*text)).collect();
            let cut = within(spans, width);
            cut.iter()
                .map(|span| span.content.as_ref())
                .collect::<String>()
        };
        assert_eq!(cut(&["one ", "two "], 7), "one two ");
        assert_eq!(cut(&["one ", "two"], 6), "one t…");
        assert_eq!(cut(&["one", "two"], 3), "on…");
        assert_eq!(cut(&["one", "two"], 4), "one…");
        assert_eq!(cut(&["销售", "部"], 5), "销售…");
        assert_eq!(cut(&["one"], 0), "");
    }

    #[test]
    fn pages_hold_every_item_once() {
        let heights = [2, 3, 1, 4, 2, 2, 9, 1];
        let mut seen = Vec::new();
        let mut chosen = 0;
        while chosen < heights.len() {
            let page = page(&heights, 5, chosen);
            assert!(page.contains(&chosen));
            chosen = page.end;
            seen.extend(page);
        }
        assert_eq!(seen, (0..heights.len()).collect::<Vec<_>>());
    }
}
