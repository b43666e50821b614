//! What there is to be told, as pieces of text: the step's own picture, drawn where nobody sees it, and read off row by row.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::tui::frame;
use crate::tui::keymap;
use crate::tui::step::connections;
use crate::tui::theme::Theme;
use crate::tui::widgets::linear::LineNotes;
use crate::tui::widgets::{Canvas, plain};
use crate::wizard::state::{Overlay, Wizard};
use crate::wizard::step::Step;
use crate::words::words;

/// Rows of the canvas, in a usual width; it grows by as many until all has room, up to so many.
const ROWS: u16 = 60;
const MOST: u16 = 600;
const USUAL_WIDTH: u16 = 72;
/// Narrower than this, the terminal breaks the lines.
const NARROWEST: u16 = 30;
/// Wider than this, lines are hard to read.
const WIDEST: u16 = 100;
/// Columns for the number before an item.
const NUMBER: u16 = 6;

/// Where we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scene {
    Step(Step),
    Connections,
    Help,
    Leaving,
}

impl Scene {
    pub(super) fn of(wizard: &Wizard) -> Self {
        match wizard.overlay {
            Some(Overlay::Help) => Self::Help,
            Some(Overlay::Quit) => Self::Leaving,
            None if wizard.connections.open => Self::Connections,
            None => Self::Step(wizard.step),
        }
    }

    /// Whether it lies over another one, which is as it was when it goes.
    pub(super) fn passes(self) -> bool {
        matches!(self, Self::Help | Self::Leaving)
    }

    pub(super) fn heading(self) -> String {
        let w = words();
        match self {
            Self::Step(step) => {
                let name = frame::step_title(step, w);
                text!(plain_step, number = step.number(), step = name)
            }
            Self::Connections => w.pane_connections.to_owned(),
            Self::Help => w.key_help.to_owned(),
            Self::Leaving => w.key_quit.to_owned(),
        }
    }
}

/// A piece that is told as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ToldPiece {
    /// Its lines.
    pub(super) text: String,
    /// Its number in the list that can be chosen from, from 1.
    pub(super) number: Option<usize>,
    /// Whether it is the chosen one there.
    pub(super) chosen: bool,
    /// Whether something new begins with it.
    pub(super) begins: bool,
}

/// A field that is typed into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AskedField {
    /// What stands before it in its row.
    pub(super) label: String,
    /// Whether what is typed is not shown.
    pub(super) silent: bool,
}

/// All that is to be told of a scene.
#[derive(Debug, Default)]
pub(super) struct PlainPage {
    pub(super) tellings: Vec<ToldPiece>,
    /// The items that are shown of the list that can be chosen from, and how many there are.
    pub(super) list: Option<(Range<usize>, usize)>,
    pub(super) field: Option<AskedField>,
}

/// Columns that are drawn in a terminal of this width.
pub(super) fn width(columns: Option<u16>) -> u16 {
    columns.map_or(USUAL_WIDTH, |columns| {
        columns.saturating_sub(NUMBER).clamp(NARROWEST, WIDEST)
    })
}

impl PlainPage {
    /// What is to be told now, in so many columns.
    pub(super) fn of(wizard: &Wizard, theme: Theme, width: u16) -> Self {
        let w = words();
        let scene = Scene::of(wizard);
        let (buffer, notes) = drawn(theme, width, &|canvas, mut area| match scene {
            Scene::Step(_) => frame::draw_step(canvas, area, wizard),
            Scene::Connections => connections::draw(canvas, area, wizard, 0),
            Scene::Help => {
                let text = match wizard.connections.open {
                    true => w.help_connections.to_owned(),
                    false => frame::help_of(wizard, w),
                };
                canvas.pieces(&mut area, &[plain(text)]);
            }
            Scene::Leaving => {
                canvas.pieces(&mut area, &frame::lost_by_leaving(wizard));
                canvas.pieces(&mut area, &[plain(w.plain_leave)]);
            }
        });
        let mut tellings = tellings(&buffer, &notes);
        // What is in a list is about what was found, and may be of anybody.
        for telling in tellings.iter_mut().filter(|one| one.number.is_none()) {
            telling.text = keys_as_lines(&telling.text, wizard.typing());
        }
        let mut page = Self {
            tellings,
            list: notes.page,
            field: None,
        };
        page.field = notes.field.map(|(at, silent)| AskedField {
            label: row(&buffer, at.y, at.x).trim().to_owned(),
            silent,
        });
        if let (Scene::Step(_), Some(readable)) = (scene, frame::readable(wizard)) {
            let readable = ToldPiece {
                text: spelt(&readable),
                number: None,
                chosen: false,
                begins: false,
            };
            page.tellings.insert(0, readable);
        }
        page
    }
}

/// Draws on a canvas as high as it needs.
fn drawn(theme: Theme, width: u16, draw: &dyn Fn(&mut Canvas<'_>, Rect)) -> (Buffer, LineNotes) {
    // What is narrower is higher.
    let rows = (u32::from(ROWS) * u32::from(USUAL_WIDTH) / u32::from(width.max(1))).max(1);
    let rows = u16::try_from(rows).unwrap_or(MOST).clamp(ROWS, MOST);
    let mut extra = 0;
    loop {
        let area = Rect::new(0, 0, width, rows + extra);
        let mut buffer = Buffer::empty(area);
        let mut canvas = Canvas {
            extra,
            notes: Some(LineNotes::default()),
            ..Canvas::new(&mut buffer, &theme)
        };
        draw(&mut canvas, area);
        if canvas.cut && extra < MOST {
            extra += rows;
            continue;
        }
        let notes = canvas.notes.take().unwrap_or_default();
        return (buffer, notes);
    }
}

/// The text of a row up to a column, without the blanks at its end.
fn row(buffer: &Buffer, y: u16, end: u16) -> String {
    let mut text = String::new();
    let mut x = 0;
    while x < end.min(buffer.area.width) {
        let symbol = buffer[(x, y)].symbol();
        text.push_str(symbol);
        // A wide letter takes the column behind it, too.
        x += u16::try_from(symbol.width()).unwrap_or(1).max(1);
    }
    text.truncate(text.trim_end().len());
    text
}

fn tellings(buffer: &Buffer, notes: &LineNotes) -> Vec<ToldPiece> {
    let mut all: Vec<ToldPiece> = Vec::new();
    let mut gap = false;
    for y in 0..buffer.area.height {
        let text = row(buffer, y, buffer.area.width);
        if text.chars().all(|c| c == '─') {
            gap = true;
            continue;
        }
        match all.last_mut() {
            Some(last) if notes.goes_on.contains(&y) && !gap => {
                last.text.push('\n');
                last.text.push_str(&text);
            }
            _ => {
                let item = notes.items.get(&y);
                all.push(ToldPiece {
                    text,
                    number: item.map(|(index, _)| index + 1),
                    chosen: item.is_some_and(|(_, chosen)| *chosen),
                    begins: std::mem::take(&mut gap),
                });
            }
        }
    }
    for telling in &mut all {
        telling.text = spelt(&telling.text);
    }
    all
}

/// A text of ours in which keys that no line has are named by the lines that are typed for them: `Esc` by `b`, `^O` by `:s`.
/// What a server said is told as it said it.
pub(super) fn keys_as_lines(text: &str, typing: bool) -> String {
    if text.contains('“') {
        return text.to_owned();
    }
    let colon = if typing { ":" } else { "" };
    let keys = keymap::BINDINGS.iter().filter(|key| {
        let letter = keymap::letter(key.action);
        key.cap.len() > 1 && key.cap.is_ascii() && letter.is_some()
    });
    keys.fold(text.to_owned(), |text, key| {
        let letter = keymap::letter(key.action).unwrap_or_default();
        with_key(&text, key.cap, &format!("[{colon}{letter}]"))
    })
}

/// A text with another name in place of this key's, where that stands as a word of its own.
fn with_key(text: &str, cap: &str, instead: &str) -> String {
    let mut parts = text.split(cap);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_within = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-');
        let within = is_within(out.chars().next_back()) || is_within(part.chars().next());
        out.push_str(if within { cap } else { instead });
        out.push_str(part);
    }
    out
}

/// Words in place of signs that are read aloud as something else, or not at all.
fn spelt(text: &str) -> String {
    let w = words();
    let lines = text.lines().map(|line| {
        let bare = line.trim_start();
        let indent = &line[..line.len() - bare.len()];
        for (sign, word) in [("✓ ", w.plain_good), ("✗ ", w.plain_bad)] {
            if let Some(rest) = bare.strip_prefix(sign) {
                return format!("{indent}{word}: {}", spelt_within(rest));
            }
        }
        for (sign, instead) in [("· ", "- "), ("→ ", ""), ("○ ", "")] {
            if let Some(rest) = bare.strip_prefix(sign) {
                return format!("{indent}{instead}{}", spelt_within(rest));
            }
        }
        format!("{indent}{}", spelt_within(bare))
    });
    let lines: Vec<String> = lines.collect();
    lines.join("\n")
}

fn spelt_within(text: &str) -> String {
    let w = words();
    text.replace('✓', w.plain_good)
        .replace('✗', w.plain_bad)
        .replace('→', "->")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::tui::theme::{Depth, Glyphs};
    use crate::tui::widgets::Marked;

    fn told(width: u16, draw: &dyn Fn(&mut Canvas<'_>, Rect)) -> Vec<ToldPiece> {
        let theme = Theme::new(Depth::Mono, Glyphs::Unicode);
        let (buffer, notes) = drawn(theme, width, draw);
        tellings(&buffer, &notes)
    }

    #[test]
    fn keys_that_no_line_has_are_named_by_the_lines_for_them() {
        for (text, typing, told) in [
            (
                "Esc stops it; then try again.",
                false,
                "[b] stops it; then try again.",
            ),
            (
                "^O takes another, Esc goes back.",
                true,
                "[:s] takes another, [:b] goes back.",
            ),
            (
                "Escape is none, nor is Tabs.",
                false,
                "Escape is none, nor is Tabs.",
            ),
            ("按 Esc 返回。", false, "按 [b] 返回。"),
            ("“press Esc”", false, "“press Esc”"),
            ("Press t, then T.", false, "Press t, then T."),
            ("Press Enter.", false, "Press Enter."),
        ] {
            assert_eq!(keys_as_lines(text, typing), told);
        }
    }

    #[test]
    fn what_was_wrapped_is_one_piece_and_what_was_not_is_another() {
        let all = told(12, &|canvas, mut area| {
            let text = "one two three four";
            canvas.pieces(&mut area, &[plain(text), plain("five"), plain("")]);
            canvas.pieces(&mut area, &[plain("✗ six"), plain("  · seven ✓")]);
        });
        let texts: Vec<&str> = all.iter().map(|t| t.text.as_str()).collect();
        let told = ["one two\nthree four", "five", "NOT OK: six", "  - seven OK"];
        assert_eq!(texts, told);
        let begins: Vec<bool> = all.iter().map(|t| t.begins).collect();
        assert_eq!(begins, [false, false, true, false]);
    }

    #[test]
    fn a_long_list_is_told_ten_items_at_a_time_with_their_numbers() {
        let item = |at: usize| vec![plain(format!("item {}", at + 1)), plain("  below it")];
        for (chosen, numbers) in [(0, 1..=10), (13, 11..=20), (1999, 1991..=2000)] {
            let all = told(40, &|canvas, area| {
                canvas.list(area, 2000, &item, Marked::Now(chosen))
            });
            let told: Vec<usize> = all.iter().filter_map(|t| t.number).collect();
            assert_eq!(told, numbers.clone().collect::<Vec<_>>());
            let marked: Vec<usize> = all
                .iter()
                .filter(|t| t.chosen)
                .filter_map(|t| t.number)
                .collect();
            assert_eq!(marked, [chosen + 1]);
            assert_eq!(all[0].text, format!("item {}\n  below it", numbers.start()));
            let more = format!("{}–{} / 2000", numbers.start(), numbers.end());
            assert_eq!(all.last().unwrap().text, more);
        }
        let all = told(40, &|canvas, area| {
            canvas.list(area, 2000, &item, Marked::Nothing)
        });
        assert!(all.iter().all(|t| t.number.is_none()), "nothing to choose");
    }

    #[test]
    fn what_needs_more_rows_gets_them() {
        let all = told(30, &|canvas, mut area| {
            for number in 0..300 {
                canvas.pieces(&mut area, &[plain(format!("line {number}"))]);
            }
        });
        assert_eq!(all.len(), 300);
        assert_eq!(all[299].text, "line 299");
    }
}
