//! What does not fit into its pane: it is drawn on a canvas as high as it needs, and as much of that is shown as fits. The
//! pane's frame says that there is more, and with which keys it is reached.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use crate::tui::theme::Role;
use crate::tui::widgets::Canvas;
use crate::wizard::parts::scroll::Scroll;
use crate::wizard::parts::window::Hidden;
use crate::words::words;

/// By so many rows the canvas grows until all has room.
const GROWS: u16 = 2;
/// A text that is higher than so many windows is cut.
const WINDOWS: u16 = 12;

impl Canvas<'_> {
    /// Draws a pane's inside. `pane` is the whole of it, with its frame. The one that the keys belong to is scrolled down by
    /// so many rows; otherwise what is chosen or typed into is kept in sight.
    pub(super) fn scrolled(
        &mut self,
        pane: Rect,
        inner: Rect,
        keys: Option<Scroll>,
        draw: &dyn Fn(&mut Canvas<'_>, Rect),
    ) -> Hidden {
        let by = keys.and_then(Scroll::by);
        let mut extra = 0;
        loop {
            let whole = Rect {
                height: inner.height.saturating_add(extra),
                ..inner
            };
            let mut buffer = Buffer::empty(whole);
            let mut canvas = Canvas {
                extra,
                has_keys: keys.is_some(),
                ..Canvas::new(&mut buffer, self.theme)
            };
            draw(&mut canvas, whole);
            if canvas.cut && extra < inner.height.saturating_mul(WINDOWS) {
                extra += GROWS;
                continue;
            }
            let Canvas {
                cursor,
                focus,
                pinned,
                cut,
                ..
            } = canvas;
            // Where what stays in sight leaves no room for the rest, it is scrolled like that.
            let pinned = if pinned > inner.height / 2 { 0 } else { pinned };
            let view = inner.height - pinned;
            let offset = match (by, focus) {
                (Some(by), _) => by.min(extra),
                (None, Some(focus)) if focus.start < whole.bottom() - pinned => {
                    let (top, end) = (focus.start - inner.y, focus.end - inner.y);
                    end.saturating_sub(view).min(top).min(extra)
                }
                (None, _) => 0,
            };
            let shown = |row: u16| match row < view {
                true => row + offset,
                false => row + extra,
            };
            for row in 0..inner.height {
                for x in inner.left()..inner.right() {
                    self.buffer[(x, inner.y + row)] = buffer[(x, inner.y + shown(row))].clone();
                }
            }
            if let Some(cursor) = cursor {
                let mut rows = 0..inner.height;
                let row = rows.find(|row| inner.y + shown(*row) == cursor.y);
                self.cursor = row.map(|row| Position {
                    y: inner.y + row,
                    ..cursor
                });
            }
            let hidden = Hidden {
                above: offset,
                below: extra - offset,
                cut,
            };
            if keys.is_some() {
                self.say_hidden(pane, hidden);
            }
            return hidden;
        }
    }

    /// Says in the pane's frame that there is more.
    fn say_hidden(&mut self, pane: Rect, hidden: Hidden) {
        let w = words();
        let ends = [
            (hidden.above, pane.top(), w.more_above),
            (hidden.below, pane.bottom().saturating_sub(1), w.more_below),
        ];
        for (rows, y, text) in ends {
            if rows == 0 {
                continue;
            }
            let text = format!(" {text} ");
            let width = u16::try_from(text.width()).unwrap_or(0);
            let width = width.min(pane.width.saturating_sub(4));
            let at = Rect {
                x: pane.right().saturating_sub(width + 2),
                y,
                width,
                height: 1,
            };
            let span = self.span(Role::Accent, text);
            self.line(at, 0, vec![span]);
        }
    }
}
