//! The foot of the screen: the keys that do something here and now, and what each does.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::tui::keymap;
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::Canvas;
use crate::wizard::message::Action;
use crate::wizard::mode::{Field, Mode, Question};
use crate::wizard::state::Wizard;
use crate::wizard::step::Step;
use crate::wizard::step::passwords::EnterAction;
use crate::wizard::step::plan::Pane;
use crate::words::{Words, words};

/// Columns between two keys.
const GAP: usize = 2;

/// Keys and what they do, in one row.
pub(super) type FootRow = Vec<(&'static str, &'static str)>;

impl Canvas<'_> {
    /// The keys that do something here and now, in one row where shorter names help to fit them into it, and in as many as
    /// they need otherwise: no key that works is left out.
    pub(super) fn keys(&self, wizard: &Wizard, width: u16) -> Vec<FootRow> {
        let offers = wizard.offers();
        let entries = |label: fn(Action, &Wizard) -> &'static str| -> FootRow {
            let shown = offers.iter().filter_map(|action| {
                let cap = keymap::cap(*action, wizard.typing())?;
                Some((self.readable_cap(cap), label(*action, wizard)))
            });
            shown.collect()
        };
        // A blank stands before the first one.
        let width = usize::from(width).saturating_sub(1);
        let columns = |(cap, name): &(&str, &str)| cap.width() + 1 + name.width();
        let fits = |row: &FootRow| {
            let gaps = row.len().saturating_sub(1) * GAP;
            row.iter().map(columns).sum::<usize>() + gaps <= width
        };
        let forms = [label, short, shorter];
        if let Some(row) = forms.into_iter().map(entries).find(fits) {
            return vec![row];
        }
        let rows_of = |label| {
            let mut rows: Vec<FootRow> = vec![FootRow::new()];
            for entry in entries(label) {
                if let Some(row) = rows.last_mut() {
                    row.push(entry);
                    if row.len() > 1 && !fits(row) {
                        row.pop();
                        rows.push(vec![entry]);
                    }
                }
            }
            rows
        };
        // Where a second row is taken all the same, the names need not be short.
        let mut rows = forms.into_iter().map(rows_of);
        let two = rows.find(|rows| rows.len() == 2);
        two.unwrap_or_else(|| rows_of(shorter))
    }

    /// The rows of keys.
    pub(super) fn foot(&mut self, area: Rect, rows: Vec<FootRow>) {
        for (at, row) in (0..).zip(rows) {
            let mut spans = vec![self.span(Role::Text, " ")];
            for (cap, name) in row {
                spans.push(self.span(Role::Accent, cap));
                spans.push(self.span(Role::Text, format!(" {name}{}", " ".repeat(GAP))));
            }
            self.line(area, at, spans);
        }
    }

    /// Arrows by name, where they cannot be drawn.
    pub(super) fn readable_cap(&self, cap: &'static str) -> &'static str {
        if cap == "↑↓" && self.theme.glyphs == Glyphs::Ascii {
            "Up/Down"
        } else {
            cap
        }
    }
}

/// What the foot calls an action here and now.
pub fn label(action: Action, wizard: &Wizard) -> &'static str {
    let w = words();
    match action {
        Action::Primary => primary(wizard.mode(), wizard, w),
        Action::Back if wizard.esc_stops() && is_step(wizard.mode()) => w.key_stop,
        action => action_name(action, wizard, w),
    }
}

/// What the foot calls an action where there is no room for all of them by their full names.
fn short(action: Action, wizard: &Wizard) -> &'static str {
    let w = words();
    match action {
        Action::AddKey => w.key_add_key_short,
        Action::LookUsual => w.key_look_usual_short,
        Action::LookProcesses => w.key_look_processes_short,
        Action::KeepKeys => w.key_keep_keys_short,
        action => label(action, wizard),
    }
}

/// The same where that is not enough.
fn shorter(action: Action, wizard: &Wizard) -> &'static str {
    let w = words();
    match (action, wizard.mode(), wizard.step) {
        (Action::Down, Mode::Command, Step::Keys | Step::Report) => w.key_choose_short,
        (Action::LookIn, ..) => w.key_look_in_short,
        (Action::Primary, Mode::Command, Step::Report) => w.enter_save_short,
        _ => short(action, wizard),
    }
}

/// Whether the keys belong to the step, not to what lies over it.
fn is_step(mode: Mode) -> bool {
    match mode {
        Mode::Question(Question::Earlier | Question::Watch) | Mode::Field(_) | Mode::Command => {
            true
        }
        Mode::Question(Question::Leave) | Mode::Unseen | Mode::Help | Mode::Connections => false,
    }
}

/// What an action is called where it means something of its own.
fn action_name(action: Action, wizard: &Wizard, w: &'static Words) -> &'static str {
    match action {
        Action::NextPane if wizard.completes_path() => w.key_complete,
        Action::NextPane if matches!(wizard.mode(), Mode::Field(_)) => w.enter_next_field,
        Action::NextPane if !wizard.connections.open && wizard.step == Step::Plan => {
            match wizard.plan.pane {
                Pane::Strategies => w.key_to_changes,
                Pane::Changes => w.key_to_strategies,
            }
        }
        Action::Retry if wizard.sends_once() => w.key_send_once,
        Action::Primary if wizard.connections.open => w.enter_test,
        Action::NextPane if wizard.connections.open => w.key_direction,
        Action::Retry if wizard.connections.open || wizard.step == Step::Passwords => {
            w.key_send_again
        }
        Action::Retry if wizard.step == Step::Apply => w.key_look_again,
        // After a failure Enter and this key do the same, and are called the same.
        Action::Retry if primary(wizard.mode_below(), wizard, w) == w.key_retry => w.key_retry,
        action => keymap::name(action, w),
    }
}

/// What the help calls an action: what it does once the help is closed.
pub(super) fn label_below(action: Action, wizard: &Wizard) -> &'static str {
    let w = words();
    match action {
        Action::Primary if !wizard.connections.open => primary(wizard.mode_below(), wizard, w),
        action => action_name(action, wizard, w),
    }
}

/// What Enter does in this mode.
fn primary(mode: Mode, wizard: &Wizard, w: &'static Words) -> &'static str {
    match mode {
        Mode::Question(Question::Leave) | Mode::Unseen => w.enter_leave,
        Mode::Question(Question::Earlier) => w.enter_go_on,
        Mode::Question(Question::Watch) => w.enter_make_timer,
        Mode::Help => w.key_back,
        Mode::Connections => w.enter_test,
        Mode::Field(field) => match field {
            Field::Folder
            | Field::Database
            | Field::BackupFolder
            | Field::Key
            | Field::Place
            | Field::Filter => w.enter_use,
            Field::Unfinished | Field::Passphrase | Field::Confirm => w.enter_carry_out,
            Field::Undo => w.enter_undo,
            Field::Safe => w.enter_make_safe,
            Field::Password => match wizard.passwords_next() {
                EnterAction::Try | EnterAction::Nothing => w.enter_try,
                EnterAction::Field => w.enter_next_field,
                EnterAction::Apply => w.enter_to_apply,
            },
        },
        Mode::Command => command(wizard, w),
    }
}

/// What Enter does in a step that has no field open.
fn command(wizard: &Wizard, w: &'static Words) -> &'static str {
    match wizard.step {
        Step::Survey if !wizard.survey.installs().is_empty() => w.enter_use,
        Step::Survey if wizard.survey.read().is_none() => w.key_retry,
        Step::Survey if wizard.survey.unfinished.is_some() => w.enter_decide,
        Step::Survey => w.enter_to_backup,
        Step::Backup if wizard.backup.done.is_none() => w.enter_make_backup,
        Step::Backup => w.enter_to_keys,
        Step::Keys => w.enter_to_checks,
        Step::Checks => w.enter_to_plan,
        Step::Plan if wizard.plan.ready.is_none() => w.key_retry,
        Step::Plan if wizard.passwords.asked.is_empty() => w.enter_to_apply,
        Step::Plan => w.enter_to_passwords,
        Step::Passwords => w.enter_to_apply,
        Step::Apply if wizard.apply.problem.is_some() && wizard.backup.done.is_none() => {
            w.enter_to_backup
        }
        Step::Apply if wizard.apply.has_nothing_to_do() => w.enter_to_report,
        Step::Apply => w.key_retry,
        Step::Report => w.enter_save_report,
    }
}
