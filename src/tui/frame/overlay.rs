//! What lies over a step: the help, and the question whether to leave.

use ratatui::layout::{Constraint, Rect};
use ratatui::widgets::Clear;

use super::foot::action_name;
use crate::tui::keymap;
use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, Piece, fit, plain, take_top, wrap};
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::apply::Written;
use crate::words::{Words, words};

impl Canvas<'_, '_> {
    pub(super) fn help(&mut self, area: Rect, wizard: &Wizard) {
        let w = words();
        let over = area.inner(ratatui::layout::Margin {
            horizontal: 4,
            vertical: 1,
        });
        self.frame.render_widget(Clear, over);
        let mut inner = self.pane(over, w.key_help, true);
        inner.x += 1;
        inner.width = inner.width.saturating_sub(2);
        let (what, typing, offers) = if wizard.connections.open {
            (w.help_connections, false, wizard.connections_offers())
        } else {
            let offers = wizard.step_offers();
            (
                help_of(wizard.step, w),
                wizard.mode_below().is_typing(),
                offers,
            )
        };
        self.pieces(&mut inner, &[plain(what), plain("")]);
        let mut entries: Vec<(&str, &str)> = Vec::new();
        for action in offers {
            if let Some(cap) = keymap::cap(action, typing) {
                entries.push((self.readable_cap(cap), action_name(action, wizard, w)));
            }
        }
        if !typing && !wizard.connections.open {
            entries.insert(entries.len().saturating_sub(3), ("1-8", w.key_go));
        }
        let half = usize::from(inner.width) / 2;
        for pair in entries.chunks(2) {
            let mut spans = Vec::new();
            for (cap, name) in pair {
                spans.push(self.span(Role::Accent, fit(cap, 9)));
                spans.push(self.span(Role::Text, fit(name, half.saturating_sub(9))));
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
        self.frame.render_widget(Clear, over);
        let mut inner = self.pane(over, w.key_quit, true);
        inner.x += 1;
        inner.width = inner.width.saturating_sub(2);
        self.pieces(&mut inner, &pieces);
    }
}

/// What leaving now would end or lose.
pub(super) fn lost_by_leaving(wizard: &Wizard) -> Vec<Piece> {
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
        count => pieces.push((Role::Warn, text!(quit_typed, count = count))),
    }
    // What was, or is being, written cannot be called nothing.
    let changed = wizard.written != Written::Nothing || wizard.is_writing();
    match (&wizard.report.applied, wizard.report_unsaved()) {
        (_, true) if wizard.report.saved.is_empty() => pieces.push(plain(w.quit_report_unsaved)),
        (_, true) => pieces.push(plain(w.quit_report_outdated)),
        (None, _) if !changed => pieces.push(plain(w.quit_nothing_changed)),
        _ => {}
    }
    pieces
}

fn help_of(step: Step, w: &'static Words) -> &'static str {
    match step {
        Step::Survey => w.help_survey,
        Step::Backup => w.help_backup,
        Step::Keys => w.help_keys,
        Step::Checks => w.help_checks,
        Step::Plan => w.help_plan,
        Step::Passwords => w.help_passwords,
        Step::Apply => w.help_apply,
        Step::Report => w.help_report,
    }
}
