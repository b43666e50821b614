//! Lists that turn pages.

use std::collections::BTreeMap;
use std::ops::Range;

use ratatui::layout::Rect;
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Canvas, Piece, fit, wrap};
use crate::tui::theme::Role;

/// Columns of the chosen item that are marked: a slow line has them in no time.
const MARKED: usize = 24;

/// An item of a list, wrapped.
type ItemLines = Vec<(Role, String)>;

/// What a list marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// Nothing.
    Nothing,
    /// What was chosen, while the keys belong to another list beside it.
    Before(usize),
    /// What the keys move from, as far as they belong to the pane.
    Now(usize),
}

impl Marked {
    fn at(self) -> Option<usize> {
        match self {
            Self::Nothing => None,
            Self::Before(at) | Self::Now(at) => Some(at),
        }
    }
}

/// How a row is marked.
#[derive(Clone, Copy)]
struct RowMark {
    sign: &'static str,
    /// Of the sign.
    role: Role,
    /// Of the name, where that is marked.
    name: Option<Role>,
}

impl RowMark {
    const NONE: Self = Self {
        sign: "  ",
        role: Role::Text,
        name: None,
    };
}

impl Canvas<'_> {
    /// A list of so many items of several lines each. It turns pages instead of scrolling, so that moving within a page
    /// changes two marks and nothing else. Only the items of about a page are asked for, however many there are.
    pub fn list(
        &mut self,
        area: Rect,
        len: usize,
        item: &dyn Fn(usize) -> Vec<Piece>,
        chosen: Marked,
    ) {
        if self.is_linear() {
            // What the keys do not belong to is nothing to choose from.
            let now = match chosen {
                Marked::Now(at) => Some(at),
                Marked::Nothing | Marked::Before(_) => None,
            };
            return self.linear_list(&mut { area }, len, item, now);
        }
        let width = usize::from(area.width.saturating_sub(2)).max(1);
        let room = usize::from(area.height);
        let mut wrapped: BTreeMap<usize, ItemLines> = BTreeMap::new();
        let lines_of = |index: usize| -> ItemLines {
            let pieces = item(index).into_iter();
            let lines = pieces.flat_map(|(role, text)| {
                wrap(&text, width).into_iter().map(move |line| (role, line))
            });
            lines.collect()
        };
        let page = page(len, room, chosen.at().unwrap_or(0), &mut |index| {
            let lines = wrapped.entry(index).or_insert_with(|| lines_of(index));
            lines.len()
        });
        // The last row says how much more there is.
        let room = room - usize::from(page.len() < len && room > 0);
        let used: usize = page
            .clone()
            .filter_map(|index| wrapped.get(&index))
            .map(Vec::len)
            .sum();
        let mut row = 0;
        // Where the last page leaves rows, they show the end of what stands before it.
        let left = room.saturating_sub(used);
        if page.end == len
            && left > 0
            && let Some(before) = page.start.checked_sub(1)
        {
            let lines = wrapped.remove(&before).unwrap_or_default();
            let end = lines.len().saturating_sub(left);
            for (n, (role, line)) in lines.into_iter().skip(end).enumerate() {
                let sign = if n == 0 { "… " } else { "  " };
                let spans = vec![self.span(Role::Muted, sign), self.span(role, line)];
                self.line(area, row, spans);
                row += 1;
            }
        }
        // Of the one behind the page, as much as there is room for.
        for index in page.start..(page.end + 1).min(len) {
            let lines = wrapped.remove(&index).unwrap_or_default();
            // One that alone is higher than the page is cut, and shows that it is.
            let fits = lines.len().min(room.saturating_sub(usize::from(row)));
            self.cut |= fits < lines.len() && page.contains(&index);
            if chosen == Marked::Now(index) {
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
                let mark = match n {
                    0 => self.mark(index, chosen),
                    _ => RowMark::NONE,
                };
                let (head, rest) = line.split_at(mark.name.map_or(0, |_| head(&line)));
                let spans = vec![
                    self.span(mark.role, mark.sign),
                    self.span(mark.name.unwrap_or(*role), head),
                    self.span(*role, rest),
                ];
                self.line(area, row, spans);
                row += 1;
            }
        }
        self.more(area, page, len);
    }

    /// How a row is marked.
    fn mark(&self, index: usize, chosen: Marked) -> RowMark {
        match chosen {
            Marked::Now(at) if at == index && self.has_keys => RowMark {
                sign: "▸ ",
                role: Role::Chosen,
                name: Some(Role::Chosen),
            },
            _ if chosen.at() == Some(index) => RowMark {
                sign: "▸ ",
                role: Role::Accent,
                name: None,
            },
            _ => RowMark::NONE,
        }
    }

    /// The beginning of a row of a table: its mark, and a name in so many columns.
    pub fn row_head(
        &self,
        index: usize,
        chosen: Marked,
        name: &str,
        columns: usize,
    ) -> Vec<Span<'static>> {
        let mark = self.mark(index, chosen);
        let padded = fit(name, columns.saturating_sub(1)) + " ";
        let name = padded.trim_end().to_owned();
        let blanks = padded[name.len()..].to_owned();
        vec![
            self.span(mark.role, mark.sign),
            self.span(mark.name.unwrap_or(Role::Text), name),
            self.span(Role::Text, blanks),
        ]
    }

    /// Says how much lies before and behind the page, in the corner.
    pub fn more(&mut self, area: Rect, page: Range<usize>, len: usize) {
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
}

/// Bytes of a line that are marked when it is chosen: the name at its beginning, or as many whole words as fit.
fn head(line: &str) -> usize {
    let ends = [": ", ", ", " (", "：", "，", "（"];
    let named = ends.iter().filter_map(|end| line.find(end)).min();
    let named = named.unwrap_or(line.len());
    if line[..named].width() <= MARKED {
        return named;
    }
    let (mut used, mut columns) = (0, 0);
    for word in line.split_word_bounds() {
        columns += word.width();
        if columns > MARKED {
            break;
        }
        used += word.len();
    }
    line[..used].trim_end().len()
}

/// The items of the page that the chosen one is on. `height` is asked only of items near it: pages are counted anew from
/// every so many items.
fn page(
    len: usize,
    room: usize,
    chosen: usize,
    height: &mut dyn FnMut(usize) -> usize,
) -> Range<usize> {
    if len <= room && (0..len).map(&mut *height).sum::<usize>() <= room {
        return 0..len;
    }
    // The last row says how much more there is.
    let room = room.saturating_sub(1).max(1);
    let chosen = chosen.min(len.saturating_sub(1));
    let (mut start, mut used, mut index) = (chosen / room * room, 0, chosen / room * room);
    while index < len {
        let rows = height(index);
        if used + rows > room && index > start {
            if chosen < index {
                break;
            }
            (start, used) = (index, 0);
        }
        used += rows;
        index += 1;
    }
    // Nothing follows: the rows that are left show what comes before.
    while index == len && start > 0 {
        used += height(start - 1);
        if used > room {
            break;
        }
        start -= 1;
    }
    start..index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_hold_every_item_and_leave_no_rows_that_another_one_has_use_for() {
        let heights = [2, 3, 1, 4, 2, 2, 9, 1, 1, 1, 3, 2, 1, 1, 2];
        for room in 1..40 {
            let mut seen = std::collections::BTreeSet::new();
            for chosen in 0..heights.len() {
                let mut asked = 0;
                let page = page(heights.len(), room, chosen, &mut |index| {
                    asked += 1;
                    heights[index]
                });
                assert!(page.contains(&chosen), "{room}: {chosen} in {page:?}");
                let used: usize = heights[page.clone()].iter().sum();
                let room = match page.len() < heights.len() {
                    true => (room - 1).max(1),
                    false => room,
                };
                assert!(used <= room || page.len() == 1, "{room}: {page:?}");
                if let Some(next) = heights.get(page.end) {
                    assert!(used + next > room, "{room}: {page:?}");
                } else if let Some(before) = page.start.checked_sub(1) {
                    assert!(used + heights[before] > room, "{room}: {page:?}");
                }
                assert!(
                    asked <= 2 * room + 4 + heights.len().min(room),
                    "{room}: {asked}"
                );
                seen.extend(page);
            }
            assert_eq!(seen.len(), heights.len());
        }
    }

    #[test]
    fn a_long_list_is_asked_for_a_page_alone() {
        let mut asked = 0;
        let page = page(20_000, 14, 12_345, &mut |_| {
            asked += 1;
            2
        });
        assert!(page.contains(&12_345));
        assert!(asked < 40, "{asked}");
    }

    #[test]
    fn the_name_at_the_beginning_is_marked() {
        let marked = |line: &'static str| &line[..head(line)];
        assert_eq!(marked("Support, incoming password: lost"), "Support");
        assert_eq!(marked("K1 (current): opens 3"), "K1");
        assert_eq!(marked("Restore"), "Restore");
        assert_eq!(
            marked("Everything that stands here without a name"),
            "Everything that stands"
        );
        assert_eq!(marked("销售，收信密码：已丢失"), "销售");
    }
}
