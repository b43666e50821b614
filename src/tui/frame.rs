//! The whole screen: title, steps, the step's own pane, the connections, the foot. Three columns where there is room,
//! one with a line of steps where there is not.

pub mod foot;
mod overlay;
pub mod picture;
mod scroll;

use std::time::Duration;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};
use unicode_width::UnicodeWidthStr;

pub(super) use self::overlay::{help_of, lost_by_leaving};
use super::layout::Columns;
use super::theme::{Glyphs, Role, Theme};
use super::widgets::{Canvas, fit, plain, take_bottom, take_top, within, wrap};
use crate::tui::step::{
    apply, backup, checks, connections, keys, passwords, plan, report, step_name, survey,
};
use crate::wizard::jobs::Running;
use crate::wizard::parts::marks::StepProgress;
use crate::wizard::parts::window::{Hidden, Window};
use crate::wizard::state::{Overlay, Wizard};
use crate::wizard::step::Step;
use crate::wizard::update::leave::Unseen;
use crate::words::{Words, words};

/// Rows that a sentence about the last key has at most.
const NOTICE: u16 = 4;
/// A job that takes longer says for how long it has been running.
const LONG: Duration = Duration::from_secs(5);

/// What of the screen moves by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clock {
    /// How often the spinner turned.
    pub turn: usize,
    /// How long the job has been running that runs.
    pub running: Duration,
}

/// Draws the wizard. `turn` counts the spinner on.
pub fn draw(frame: &mut Frame<'_>, wizard: &Wizard, theme: &Theme, turn: usize) {
    let clock = Clock {
        turn,
        ..Clock::default()
    };
    draw_measured(frame, wizard, theme, clock);
}

/// The same; says what of the pane that the keys belong to is not in sight.
pub fn draw_measured(
    frame: &mut Frame<'_>,
    wizard: &Wizard,
    theme: &Theme,
    clock: Clock,
) -> Hidden {
    let area = frame.area();
    let mut canvas = Canvas::new(frame.buffer_mut(), theme);
    let mut hidden = Hidden::default();
    let window = Window {
        columns: area.width,
        rows: area.height,
    };
    if window.is_too_small() {
        canvas.too_small(area, wizard);
    } else {
        hidden = canvas.screen(area, wizard, clock);
    }
    let cursor = canvas.cursor;
    replace_signs(frame.buffer_mut(), *theme);
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
    hidden
}

/// Puts others in place of the signs that the terminal's font does not have.
fn replace_signs(buffer: &mut Buffer, theme: Theme) {
    if theme.glyphs == Glyphs::Unicode {
        return;
    }
    for cell in &mut buffer.content {
        if let Some(instead) = super::theme::shown(cell.symbol(), theme.glyphs) {
            cell.set_symbol(instead);
        }
    }
}

impl Canvas<'_> {
    /// What is asked, how large the window must be, which keys work, and what goes on meanwhile: shortest first, as what
    /// comes last may be cut off.
    fn too_small(&mut self, mut area: Rect, wizard: &Wizard) {
        let w = words();
        let unseen = wizard.unseen();
        if unseen == Unseen::Asked {
            let question = (Role::Heading, w.quit_question_small.to_owned());
            self.pieces(&mut area, &[question]);
            self.pieces(&mut area, &lost_by_leaving(wizard));
        }
        let text = text!(
            please_enlarge,
            width = Window::SMALLEST.columns,
            height = Window::SMALLEST.rows,
            w = area.width,
            h = self.buffer.area.height
        );
        self.pieces(&mut area, &[(Role::Warn, text)]);
        let ways_out = match unseen {
            Unseen::Leaves => Some(w.please_enlarge_leaves),
            Unseen::Asks => Some(w.please_enlarge_asks),
            Unseen::Leaving => Some(w.please_enlarge_leaving),
            Unseen::Asked | Unseen::Nothing => None,
        };
        if let Some(keys) = ways_out {
            self.pieces(&mut area, &[plain(keys), plain(w.please_enlarge_others)]);
        }
        if let Some(job) = wizard.running.as_ref().filter(|job| !job.what.is_empty()) {
            let text = text!(please_enlarge_goes_on, what = job.what);
            self.pieces(&mut area, &[(Role::Muted, text)]);
        }
    }

    fn screen(&mut self, mut area: Rect, wizard: &Wizard, clock: Clock) -> Hidden {
        let title = take_top(&mut area, 1);
        self.title(title, wizard);
        let keys = self.keys(wizard, area.width);
        let foot = take_bottom(&mut area, u16::try_from(keys.len()).unwrap_or(1));
        self.foot(foot, keys);
        let rows = status_rows(area, wizard);
        let status = take_bottom(&mut area, rows);
        self.status(status, wizard, clock);
        let columns = Columns::of(area.width);
        if columns.steps.is_none() {
            let crumbs = take_top(&mut area, 1);
            self.crumbs(crumbs, wizard);
        }
        let lengths = [columns.steps, Some(columns.step), columns.connections];
        let lengths = lengths.map(|length| Constraint::Length(length.unwrap_or_default()));
        let [left, middle, right] = area.layout(&Layout::horizontal(lengths));
        if columns.steps.is_some() {
            self.steps_column(left, wizard);
        }
        let mut hidden = match (columns.connections, wizard.connections.open) {
            (None, true) => self.connections(middle, wizard, clock.turn),
            (None, false) => self.step(middle, wizard),
            (Some(_), open) => {
                let step = self.step(middle, wizard);
                let beside = self.connections(right, wizard, clock.turn);
                if open { beside } else { step }
            }
        };
        match wizard.overlay {
            Some(Overlay::Help) => hidden = self.help(area, wizard),
            Some(Overlay::Quit) => self.quit(area, wizard),
            None => {}
        }
        hidden
    }

    fn connections(&mut self, area: Rect, wizard: &Wizard, turn: usize) -> Hidden {
        let open = wizard.connections.open;
        let inner = self.pane(area, words().pane_connections, open);
        // Nothing in it can be scrolled to before it is open.
        let keys = (open && wizard.overlay.is_none()).then_some(wizard.scroll);
        self.scrolled(area, inner, keys, &|canvas, area| {
            connections::draw(canvas, area, wizard, turn);
        })
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

    /// One line of steps. Where not all names fit, those of the steps farthest from the current one are left out, with a
    /// sign; every number and mark stays.
    fn crumbs(&mut self, area: Rect, wizard: &Wizard) {
        let named = (0..=Step::ALL.len()).rev();
        let line = |named: usize| -> Vec<(Role, String)> {
            let steps = Step::ALL.into_iter().map(|step| {
                let (mark, role) = step_mark(wizard, step);
                let text = format!("{mark}{}", step.number());
                match step.number().abs_diff(wizard.step.number()) < named {
                    true => (role, format!("{text} {}", step_name(step, words()))),
                    false => (role, format!("{text}…")),
                }
            });
            steps.collect()
        };
        let width = |line: &[(Role, String)]| -> usize {
            let texts: usize = line.iter().map(|(_, text)| text.width()).sum();
            texts + line.len() - 1
        };
        let mut lines = named.map(line);
        let fits = lines.find(|line| width(line) <= usize::from(area.width));
        let spans = fits.unwrap_or_default().into_iter();
        let spans = spans.flat_map(|(role, text)| {
            let gap = self.span(Role::Text, " ");
            [self.span(role, text), gap]
        });
        let spans = spans.collect();
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
        block.render(area, self.buffer);
        inner
    }

    fn step(&mut self, area: Rect, wizard: &Wizard) -> Hidden {
        let mut title = step_title(wizard.step, words()).to_owned();
        if wizard.step == Step::Plan && wizard.plan.ready.is_some() {
            // The list of them may be scrolled away.
            let said = plan::strategy_name(wizard.strategy(), words());
            title = text!(said_of, what = title, said);
        }
        let title = format!("{}  {title}", wizard.step.number());
        let mut inner = self.pane(area, &title, !wizard.connections.open);
        inner.x += 1;
        inner.width = inner.width.saturating_sub(2);
        let has_keys = wizard.overlay.is_none() && !wizard.connections.open;
        let keys = has_keys.then_some(wizard.scroll);
        self.scrolled(area, inner, keys, &|canvas, inner| {
            draw_step(canvas, inner, wizard);
        })
    }

    /// What is being done, or one sentence about the last key.
    fn status(&mut self, area: Rect, wizard: &Wizard, clock: Clock) {
        let spans = match (&wizard.notice, &wizard.running) {
            (Some(notice), _) => {
                let mut area = Rect {
                    x: area.x + 1,
                    width: area.width.saturating_sub(1),
                    ..area
                };
                self.pieces(&mut area, &[(Role::Warn, notice.clone())]);
                return;
            }
            (None, Some(job)) => {
                let mut text = doing(job);
                if clock.running >= LONG {
                    // Before what is being read: that is cut off where it is long.
                    let seconds = clock.running.as_secs();
                    text = format!("{}:{:02}  {text}", seconds / 60, seconds % 60);
                }
                self.moving(&text, area.width, clock.turn)
            }
            (None, None) if wizard.connections.running() => {
                let left = wizard.connections.left();
                let text = text!(connections_left, count = left);
                self.moving(&text, area.width, clock.turn)
            }
            (None, None) if wizard.passwords.trying() => {
                self.moving(words().password_trying, area.width, clock.turn)
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
}

/// The inside of the step's own pane.
pub(super) fn draw_step(canvas: &mut Canvas<'_>, inner: Rect, wizard: &Wizard) {
    match wizard.step {
        Step::Survey => survey::draw(canvas, inner, wizard),
        Step::Backup => backup::draw(canvas, inner, wizard),
        Step::Keys => keys::draw(canvas, inner, wizard),
        Step::Checks => checks::draw(canvas, inner, wizard),
        Step::Plan => plan::draw(canvas, inner, wizard),
        Step::Passwords => passwords::draw(canvas, inner, wizard),
        Step::Apply => apply::draw(canvas, inner, wizard),
        Step::Report => report::draw(canvas, inner, wizard),
    }
}

/// What a job does right now, and how far it is.
pub(super) fn doing(job: &Running) -> String {
    if job.stopping {
        return words().stopping.to_owned();
    }
    match job.of {
        Some(of) => format!("{}  {} / {of}", job.what, job.done),
        None => job.what.clone(),
    }
}

/// Rows of the status: a sentence about the last key is shown whole.
fn status_rows(area: Rect, wizard: &Wizard) -> u16 {
    let width = usize::from(area.width).saturating_sub(1);
    let rows = wizard
        .notice
        .as_ref()
        .map_or(1, |notice| wrap(notice, width).len());
    u16::try_from(rows).unwrap_or(u16::MAX).clamp(1, NOTICE)
}

/// `readable now 7/31 → after plan 30/31`.
pub(super) fn readable(wizard: &Wizard) -> Option<String> {
    let summary = wizard.assessment()?.summary;
    let now = text!(
        title_readable,
        readable = summary.readable(),
        total = summary.all()
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
                    total = after.all()
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
            StepProgress::Untested => ("?", Role::Warn),
            StepProgress::Ahead if wizard.is_open(step) => ("○", Role::Text),
            StepProgress::Ahead => ("○", Role::Muted),
        }
    }
}

pub(super) fn step_title(step: Step, w: &'static Words) -> &'static str {
    match step {
        Step::Checks => w.step_checks_title,
        step => step_name(step, w),
    }
}
