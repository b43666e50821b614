//! What lies over a step: the help, and the question whether to leave.

use ratatui::layout::{Constraint, Rect};
use ratatui::widgets::{Clear, Widget};
use unicode_width::UnicodeWidthStr;

use super::foot::label_below;
use crate::tui::keymap;
use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, Piece, fit, plain, take_top, wrap};
use crate::wizard::message::Action;
use crate::wizard::mode::{Field, Mode};
use crate::wizard::parts::window::Hidden;
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::words::{Words, typed, words};

/// Columns of the help for a key's name.
const CAP: usize = 11;

impl Canvas<'_> {
    /// Makes room for what lies over the step. A wide letter at its left edge goes as a whole: a terminal that draws
    /// one leaves out the column behind it, and with it the frame.
    fn clear(&mut self, over: Rect) {
        Clear.render(over, self.buffer);
        let Some(before) = over.x.checked_sub(1) else {
            return;
        };
        let buffer = &mut *self.buffer;
        for y in over.top()..over.bottom() {
            if let Some(cell) = buffer.cell_mut((before, y))
                && cell.symbol().width() > 1
            {
                cell.set_symbol(" ");
            }
        }
    }

    pub(super) fn help(&mut self, area: Rect, wizard: &Wizard) -> Hidden {
        let over = area.inner(ratatui::layout::Margin {
            horizontal: 4,
            vertical: 1,
        });
        self.clear(over);
        let mut inner = self.pane(over, words().key_help, true);
        inner.x += 1;
        inner.width = inner.width.saturating_sub(2);
        self.scrolled(over, inner, Some(wizard.scroll), &|canvas, inner| {
            canvas.help_text(inner, wizard);
        })
    }

    fn help_text(&mut self, mut inner: Rect, wizard: &Wizard) {
        let w = words();
        let (what, typing, offers) = if wizard.connections.open {
            (
                w.help_connections.to_owned(),
                false,
                wizard.connections_offers(),
            )
        } else {
            let offers = wizard.step_offers();
            (help_of(wizard, w), wizard.mode_below().is_typing(), offers)
        };
        let told = offers.into_iter().flat_map(|action| match action {
            Action::Down => wizard.list_moves(),
            action => vec![action],
        });
        self.pieces(&mut inner, &[plain(what), plain("")]);
        let mut entries: Vec<(&str, &str)> = Vec::new();
        for action in told {
            for cap in keymap::caps(action, typing) {
                entries.push((self.readable_cap(cap), label_below(action, wizard)));
            }
        }
        if !typing && !wizard.connections.open {
            entries.insert(entries.len().saturating_sub(3), ("1-8", w.key_go));
        }
        let half = usize::from(inner.width) / 2;
        for pair in entries.chunks(2) {
            let mut spans = Vec::new();
            for (cap, name) in pair {
                spans.push(self.span(Role::Accent, fit(cap, CAP)));
                spans.push(self.span(Role::Text, fit(name, half.saturating_sub(CAP))));
            }
            let row = take_top(&mut inner, 1);
            self.line(row, 0, spans);
        }
    }

    pub(super) fn quit(&mut self, area: Rect, wizard: &Wizard) {
        let w = words();
        let mut pieces = lost_by_leaving(wizard);
        pieces.push(plain(""));
        pieces.push((Role::Heading, w.quit_question.to_owned()));
        let width = area.width.min(64);
        let lines: usize = pieces
            .iter()
            .map(|(_, text)| wrap(text, usize::from(width) - 4).len().max(1))
            .sum();
        let height = u16::try_from(lines + 2)
            .unwrap_or(u16::MAX)
            .min(area.height);
        let over = area.centered(Constraint::Length(width), Constraint::Length(height));
        self.clear(over);
        let mut inner = self.pane(over, w.key_quit, true);
        inner.x += 1;
        inner.width = inner.width.saturating_sub(2);
        self.pieces(&mut inner, &pieces);
    }
}

/// What leaving now would end or lose.
pub(in crate::tui) fn lost_by_leaving(wizard: &Wizard) -> Vec<Piece> {
    let w = words();
    let mut pieces = Vec::new();
    if let Some(job) = &wizard.running {
        pieces.push(plain(if job.kind.writes() {
            w.quit_writing
        } else {
            w.quit_running
        }));
    }
    match wizard.typed() {
        0 => {}
        count => pieces.push((Role::Warn, text!(quit_typed, count))),
    }
    // What was, or is being, written cannot be called nothing.
    let changed = !wizard.written.is_nothing() || wizard.is_writing();
    match (&wizard.report.applied, wizard.report_unsaved()) {
        (_, true) if wizard.report.saved.is_empty() => pieces.push(plain(w.quit_report_unsaved)),
        (_, true) => pieces.push(plain(w.quit_report_outdated)),
        (None, _) if !changed => pieces.push(plain(wizard.nothing_changed())),
        _ => {}
    }
    pieces
}

/// What the help says of what is on the screen.
pub(in crate::tui) fn help_of(wizard: &Wizard, w: &'static Words) -> String {
    // What is asked there writes, which the step itself never does.
    if wizard.mode_below() == Mode::Field(Field::Unfinished) {
        return match wizard.is_taking_back() {
            true => text!(help_unfinished_undo, resume = typed::RESUME),
            false => text!(help_unfinished, resume = typed::RESUME, undo = typed::UNDO),
        };
    }
    let help = match wizard.step {
        Step::Survey => w.help_survey,
        Step::Backup => w.help_backup,
        Step::Keys => w.help_keys,
        Step::Checks => w.help_checks,
        Step::Plan => w.help_plan,
        Step::Passwords => w.help_passwords,
        Step::Apply => w.help_apply,
        Step::Report => w.help_report,
    };
    help.to_owned()
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;
    use crate::tui::theme::{Depth, Glyphs, Theme};

    #[test]
    fn no_wide_letter_hides_the_frame_of_what_lies_over_it() {
        let theme = Theme::new(Depth::Sixteen, Glyphs::Unicode);
        let mut terminal = Terminal::new(TestBackend::new(12, 4)).unwrap();
        let drawn = terminal
            .draw(|frame| {
                let area = frame.area();
                let mut canvas = Canvas::new(frame.buffer_mut(), &theme);
                // `|` marks the column where the upper layer begins: behind the first letter, and inside of the second.
                canvas.line(Rect { height: 1, ..area }, 0, vec!["サポート".into()]);
                canvas.clear(Rect::new(3, 0, 6, 4));
            })
            .unwrap();
        let symbols: Vec<&str> = (0..8).map(|x| drawn.buffer[(x, 0)].symbol()).collect();
        assert_eq!(symbols[..4], ["サ", " ", " ", " "]);
    }
}
