//! The whole screen: title, steps, the step's own pane, the connections, the foot. Three columns where there is room,
//! one with a line of steps where there is not.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear};
use unicode_width::UnicodeWidthStr;

use super::theme::{Role, Theme};
use super::widgets::{Canvas, Piece, fit, plain, take_bottom, take_top, within, wrap};
use crate::tui::keymap;
use crate::tui::step::step_name;
use crate::tui::step::{apply, backup, checks, connections, keys, passwords, plan, report, survey};
use crate::wizard::message::Action;
use crate::wizard::parts::marks::StepProgress;
use crate::wizard::parts::window::Window;
use crate::wizard::step::Step;
use crate::wizard::step::passwords::EnterAction;
use crate::wizard::step::survey::SurveyForm;
use crate::wizard::update::{Overlay, Wizard};
use crate::words::{Words, words};

/// From this width on the steps and the connections have columns of their own.
const WIDE: u16 = 120;

/// Draws the wizard. `turn` counts the spinner on.
pub fn draw(frame: &mut Frame<'_>, wizard: &Wizard, theme: &Theme, turn: usize) {
    let area = frame.area();
    let mut canvas = Canvas { frame, theme };
    let window = Window {
        columns: area.width,
        rows: area.height,
    };
    if window.is_too_small() {
        canvas.too_small(area, wizard);
    } else {
        canvas.screen(area, wizard, turn);
    }
    if !theme.unicode {
        asciify(canvas.frame);
    }
}

/// Puts ASCII in place of everything a terminal without UTF-8 cannot show.
fn asciify(frame: &mut Frame<'_>) {
    for cell in &mut frame.buffer_mut().content {
        if !cell.symbol().is_ascii() {
            let replacement = super::theme::ascii(cell.symbol());
            cell.set_symbol(replacement);
        }
    }
}

impl Canvas<'_, '_> {
    /// What is asked, how large the window must be, and what goes on meanwhile.
    fn too_small(&mut self, mut area: Rect, wizard: &Wizard) {
        let w = words();
        if wizard.overlay == Some(Overlay::Quit) {
            self.pieces(
                &mut area,
                &[(Role::Heading, w.quit_question_small.to_owned())],
            );
            self.pieces(&mut area, &lost_by_leaving(wizard));
        }
        let text = text!(
            please_enlarge,
            width = Window::SMALLEST.columns,
            height = Window::SMALLEST.rows,
            w = area.width,
            h = self.frame.area().height
        );
        self.pieces(&mut area, &[(Role::Warn, text)]);
        if wizard.overlay != Some(Overlay::Quit) {
            self.pieces(&mut area, &[plain(w.please_enlarge_keys)]);
        }
        if let Some(job) = wizard.running.as_ref().filter(|job| !job.what.is_empty()) {
            let text = text!(please_enlarge_goes_on, what = job.what);
            self.pieces(&mut area, &[(Role::Muted, text)]);
        }
    }

    fn screen(&mut self, mut area: Rect, wizard: &Wizard, turn: usize) {
        let title = take_top(&mut area, 1);
        self.title(title, wizard);
        let foot = take_bottom(&mut area, 1);
        self.foot(foot, wizard);
        let status = take_bottom(&mut area, 1);
        self.status(status, wizard, turn);
        if area.width >= WIDE {
            let columns = Layout::horizontal([
                Constraint::Length(18),
                Constraint::Fill(1),
                Constraint::Length(36),
            ]);
            let [left, middle, right] = area.layout(&columns);
            self.steps_column(left, wizard);
            self.step(middle, wizard);
            let inner = self.pane(right, words().pane_connections, wizard.connections.open);
            connections::draw(self, inner, wizard, turn);
        } else {
            let crumbs = take_top(&mut area, 1);
            self.crumbs(crumbs, wizard);
            self.step(area, wizard);
            if wizard.connections.open {
                self.frame.render_widget(Clear, area);
                let inner = self.pane(area, words().pane_connections, true);
                connections::draw(self, inner, wizard, turn);
            }
        }
        match wizard.overlay {
            Some(Overlay::Help) => self.help(area, wizard),
            Some(Overlay::Quit) => self.quit(area, wizard),
            None => {}
        }
    }

    fn title(&mut self, area: Rect, wizard: &Wizard) {
        let w = words();
        let mut left = format!(" {}", w.product);
        let right = readable(wizard)
            .map(|text| format!("{text} "))
            .unwrap_or_default();
        let room = usize::from(area.width).saturating_sub(right.width());
        if let Some(survey) = wizard.survey.read() {
            let server = survey.server.split(' ').next().unwrap_or_default();
            for part in [survey.site.as_str(), survey.version.as_str(), server] {
                if !part.is_empty() && left.width() + part.width() + 4 <= room {
                    left.push_str("  ");
                    left.push_str(part);
                }
            }
        }
        let spans = vec![
            self.span(Role::Heading, fit(&left, room)),
            self.span(Role::Accent, right),
        ];
        self.line(area, 0, spans);
    }

    fn crumbs(&mut self, area: Rect, wizard: &Wizard) {
        let mut spans = Vec::new();
        for step in Step::ALL {
            let (mark, role) = step_mark(wizard, step);
            spans.push(self.span(
                role,
                format!("{mark}{} {}", step.number(), step_name(step, words())),
            ));
            spans.push(self.span(Role::Text, " "));
        }
        self.line(area, 0, spans);
    }

    fn steps_column(&mut self, area: Rect, wizard: &Wizard) {
        let inner = self.pane(area, words().pane_steps, false);
        for (row, step) in (0..).zip(Step::ALL) {
            let (mark, role) = step_mark(wizard, step);
            let spans = vec![self.span(
                role,
                format!(" {mark} {} {}", step.number(), step_name(step, words())),
            )];
            self.line(inner, row, spans);
        }
    }

    /// A box with a title; what is left inside it.
    fn pane(&mut self, area: Rect, title: &str, focused: bool) -> Rect {
        let role = if focused { Role::Accent } else { Role::Muted };
        let title = self.span(Role::Heading, format!(" {title} "));
        let room = usize::from(area.width.saturating_sub(2));
        let block = Block::bordered()
            .border_style(self.theme.style(role))
            .title(Line::from(within(vec![title], room)));
        let inner = block.inner(area);
        self.frame.render_widget(block, area);
        inner
    }

    fn step(&mut self, area: Rect, wizard: &Wizard) {
        let title = format!(
            "{}  {}",
            wizard.step.number(),
            step_title(wizard.step, words())
        );
        let mut inner = self.pane(area, &title, !wizard.connections.open);
        inner.x += 1;
        inner.width = inner.width.saturating_sub(2);
        match wizard.step {
            Step::Survey => survey::draw(self, inner, wizard),
            Step::Backup => backup::draw(self, inner, wizard),
            Step::Keys => keys::draw(self, inner, wizard),
            Step::Checks => checks::draw(self, inner, wizard),
            Step::Plan => plan::draw(self, inner, wizard),
            Step::Passwords => passwords::draw(self, inner, wizard),
            Step::Apply => apply::draw(self, inner, wizard),
            Step::Report => report::draw(self, inner, wizard),
        }
    }

    /// What is being done, or one sentence about the last key.
    fn status(&mut self, area: Rect, wizard: &Wizard, turn: usize) {
        let spans = match (&wizard.notice, &wizard.running) {
            (Some(notice), _) => {
                vec![self.span(
                    Role::Warn,
                    format!(
                        " {}",
                        fit(notice, usize::from(area.width).saturating_sub(1))
                    ),
                )]
            }
            (None, Some(job)) => {
                let mut text = if job.stopping {
                    words().stopping.to_owned()
                } else {
                    job.what.clone()
                };
                if let (Some(of), false) = (job.of, job.stopping) {
                    text.push_str(&format!("  {} / {of}", job.done));
                }
                self.moving(&text, area.width, turn)
            }
            (None, None) if wizard.connections.running() => {
                let left = wizard.connections.left();
                let text = text!(connections_left, count = left);
                self.moving(&text, area.width, turn)
            }
            (None, None) if wizard.passwords.trying() => {
                self.moving(words().password_trying, area.width, turn)
            }
            (None, None) => return,
        };
        self.line(area, 0, spans);
    }

    /// A spinner and what it stands for.
    fn moving<'s>(&self, text: &str, width: u16, turn: usize) -> Vec<Span<'s>> {
        let text = fit(text, usize::from(width).saturating_sub(3));
        vec![
            self.span(Role::Accent, format!(" {} ", self.spinner(turn))),
            self.span(Role::Text, text),
        ]
    }

    /// The keys that do something here and now. The last three always fit.
    fn foot(&mut self, area: Rect, wizard: &Wizard) {
        let w = words();
        let offers = wizard.offers();
        let entries: Vec<(&str, String)> = offers
            .iter()
            .filter_map(|action| {
                let cap = keymap::cap(*action, wizard.typing())?;
                let stops = wizard
                    .running
                    .as_ref()
                    .is_some_and(|job| job.kind.stoppable());
                let name = match action {
                    Action::Primary => primary(wizard, w),
                    Action::Back if stops && wizard.overlay.is_none() => w.key_stop,
                    action => action_name(*action, wizard, w),
                };
                Some((self.readable_cap(cap), name.to_owned()))
            })
            .collect();
        let columns = |(cap, name): &(&str, String)| cap.width() + name.width() + 3;
        let pinned = entries
            .len()
            .saturating_sub(if wizard.overlay.is_some() { 0 } else { 3 });
        let reserved: usize = entries[pinned..].iter().map(columns).sum();
        let mut room = usize::from(area.width).saturating_sub(reserved + 1);
        let mut spans = vec![self.span(Role::Text, " ")];
        for (index, entry) in entries.iter().enumerate() {
            if index < pinned {
                if columns(entry) > room {
                    continue;
                }
                room -= columns(entry);
            }
            spans.push(self.span(Role::Accent, entry.0.to_owned()));
            spans.push(self.span(Role::Text, format!(" {}  ", entry.1)));
        }
        self.line(area, 0, spans);
    }

    fn help(&mut self, area: Rect, wizard: &Wizard) {
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
            (help_of(wizard.step, w), wizard.typing_below(), offers)
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

    /// Arrows by name, where they cannot be drawn.
    fn readable_cap(&self, cap: &'static str) -> &'static str {
        if cap == "↑↓" && !self.theme.unicode {
            "Up/Down"
        } else {
            cap
        }
    }

    fn quit(&mut self, area: Rect, wizard: &Wizard) {
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
fn lost_by_leaving(wizard: &Wizard) -> Vec<Piece> {
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
    let changed = wizard.standing.is_some() || wizard.half_done.is_some() || wizard.is_writing();
    match (&wizard.report.applied, wizard.report_unsaved()) {
        (_, true) if wizard.report.saved.is_empty() => pieces.push(plain(w.quit_report_unsaved)),
        (_, true) => pieces.push(plain(w.quit_report_outdated)),
        (None, _) if !changed => pieces.push(plain(w.quit_nothing_changed)),
        _ => {}
    }
    pieces
}

/// `readable now 7/31 → after plan 30/31`.
fn readable(wizard: &Wizard) -> Option<String> {
    let summary = wizard.assessment()?.summary;
    let now = text!(
        title_readable,
        readable = summary.readable(),
        total = summary.total
    );
    let last = wizard
        .apply
        .ready
        .as_ref()
        .filter(|_| wizard.step == Step::Apply);
    let ready = last.or(wizard.plan.ready.as_ref());
    Some(match ready.filter(|_| wizard.report.applied.is_none()) {
        Some(ready) => {
            let after = ready.after;
            format!(
                "{now}{}",
                text!(
                    title_after,
                    readable = after.readable(),
                    total = after.total
                )
            )
        }
        None => now,
    })
}

fn step_mark(wizard: &Wizard, step: Step) -> (&'static str, Role) {
    if step == wizard.step {
        ("●", Role::Accent)
    } else {
        match wizard.standing_of(step) {
            StepProgress::Good => ("✓", Role::Ok),
            StepProgress::Open => ("!", Role::Warn),
            StepProgress::Ahead if wizard.is_open(step) => ("○", Role::Text),
            StepProgress::Ahead => ("○", Role::Muted),
        }
    }
}

fn step_title(step: Step, w: &'static Words) -> &'static str {
    match step {
        Step::Checks => w.step_checks_title,
        step => step_name(step, w),
    }
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

/// What an action is called where it means something of its own.
fn action_name(action: Action, wizard: &Wizard, w: &'static Words) -> &'static str {
    match action {
        Action::Retry if wizard.sends_once() => w.key_send_once,
        Action::Primary if wizard.connections.open => w.enter_test,
        Action::NextPane if wizard.connections.open => w.key_direction,
        Action::Retry if wizard.connections.open => w.key_send_again,
        action => keymap::name(action, w),
    }
}

/// What Enter does here and now.
fn primary(wizard: &Wizard, w: &'static Words) -> &'static str {
    if wizard.overlay.is_some() {
        return w.enter_leave;
    }
    if wizard.connections.open {
        return w.enter_test;
    }
    match wizard.step {
        Step::Survey => match (&wizard.survey.form, wizard.survey.read()) {
            (Some(SurveyForm::Earlier(_)), _) => w.enter_go_on,
            (Some(SurveyForm::Unfinished(_)), _) => w.enter_carry_out,
            (Some(_), _) => w.enter_use,
            (None, None) => w.key_retry,
            (None, Some(_)) if wizard.survey.unfinished.is_some() => w.enter_decide,
            (None, Some(_)) => w.enter_to_backup,
        },
        Step::Backup if wizard.backup.form.is_some() => w.enter_use,
        Step::Backup if wizard.backup.done.is_none() => w.enter_make_backup,
        Step::Backup => w.enter_to_keys,
        Step::Keys if wizard.keys.form.is_some() => w.enter_use,
        Step::Keys => w.enter_to_checks,
        Step::Checks if wizard.checks.filtering => w.enter_use,
        Step::Checks => w.enter_to_plan,
        Step::Plan if wizard.passwords.asked.is_empty() => w.enter_to_apply,
        Step::Plan => w.enter_to_passwords,
        Step::Passwords => match wizard.passwords_next() {
            EnterAction::Try => w.enter_try,
            EnterAction::Field => w.enter_next_field,
            EnterAction::Apply => w.enter_to_apply,
        },
        Step::Apply if wizard.apply.problem.is_some() => w.enter_to_backup,
        Step::Apply => w.enter_carry_out,
        Step::Report if wizard.report.undoing.is_some() => w.enter_undo,
        Step::Report => w.enter_save_report,
    }
}
