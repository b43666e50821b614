//! Step 8 on the screen.

use ratatui::layout::Rect;

use crate::domain::mail::state::Health;
use crate::engine::worker::WouldUndo;
use crate::sentences::mail_state;
use crate::tui::step::aftercare;
use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, Marked, Piece, plain, take_bottom, take_top, wrap};
use crate::wizard::mode::{Field, Mode};
use crate::wizard::state::Wizard;
use crate::wizard::step::report::ReportForm;
use crate::words::untrusted::shown;
use crate::words::{joined, typed, words};

/// Rows that the list has at least, where it needs them.
const LIST: usize = 6;

pub(in crate::tui) fn draw(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard) {
    let w = words();
    let report = &wizard.report;
    match &report.form {
        Some(ReportForm::Safe(form)) => return aftercare::safe(canvas, area, wizard, form),
        Some(ReportForm::Watch(timer)) => {
            return aftercare::watch(canvas, area, wizard, timer.as_deref());
        }
        Some(ReportForm::Undo { .. }) | None => {}
    }
    if let Some(problem) = &report.problem {
        canvas.problem(&mut area, problem);
    }
    if let (Some(ReportForm::Undo { word, .. }), Mode::Field(Field::Undo)) =
        (&report.form, wizard.mode_below())
    {
        canvas.pieces(
            &mut area,
            &[
                (Role::Heading, undo_head(wizard)),
                plain(w.undo_what),
                plain(""),
            ],
        );
        match report.would_undo() {
            None => {
                canvas.pieces(
                    &mut area,
                    &[(Role::Muted, w.undo_question_waits.to_owned())],
                );
                return;
            }
            // The word and its field, and a row before them.
            Some(would) => {
                if wizard.written.of(&would.backup).is_none() {
                    canvas.pieces(&mut area, &[(Role::Warn, w.undo_not_ours.to_owned())]);
                }
                would_undo(canvas, &mut area, would, 3);
            }
        }
        take_top(&mut area, 1);
        canvas.pieces(&mut area, &[plain(text!(undo_confirm, word = typed::UNDO))]);
        let row = take_top(&mut area, 1);
        canvas.field(
            Rect {
                width: row.width.min(20),
                ..row
            },
            word,
            false,
            true,
        );
        return;
    }
    let view = wizard.report_view();
    let health = view.health;
    let unverified =
        report.undone.is_none() && report.applied.as_ref().is_some_and(|a| !a.verified);
    for (index, line) in view.in_short.iter().enumerate() {
        let piece = match (index, unverified) {
            (0, _) => (role(health), format!("{} {line}", mail_state::sign(health))),
            (1, true) => (Role::Danger, line.clone()),
            _ => plain(line.as_str()),
        };
        canvas.pieces(&mut area, &[piece]);
    }
    if !view.hints.is_empty() {
        canvas.pieces(&mut area, &[(Role::Muted, joined::sentences(&view.hints))]);
    }
    // The text; the JSON beside it has the same name.
    if let Some(path) = report.saved.first() {
        canvas.pieces(
            &mut area,
            &[(
                Role::Muted,
                if wizard.connections.running() {
                    text!(report_saved_while_testing, path = shown(&path))
                } else if report.outdated {
                    text!(report_saved_before, path = shown(&path))
                } else {
                    text!(report_saved, path = shown(&path))
                },
            )],
        );
    }
    take_top(&mut area, 1);
    // What was done last is proof; before that, what is to be done.
    let watch: Vec<Piece> = match report.done_since.last() {
        Some(done) => vec![(Role::Ok, done.clone())],
        None => vec![(Role::Muted, w.report_aftercare.to_owned())],
    };
    let width = usize::from(area.width);
    let rows: usize = watch.iter().map(|(_, text)| wrap(text, width).len()).sum();
    let mut foot = take_bottom(&mut area, u16::try_from(rows).unwrap_or(4));
    canvas.pieces(&mut foot, &watch);
    take_bottom(&mut area, 1);
    let items = &view.items;
    let theme = canvas.theme;
    let piece = |index: usize| -> Vec<Piece> {
        let Some(item) = items.get(index) else {
            return Vec::new();
        };
        let Some(health) = item.health else {
            return vec![plain(format!("· {}", item.text))];
        };
        let name = theme.name(&item.name, &item.address);
        let sign = mail_state::sign(health);
        let role = match role(health) {
            Role::Ok => Role::Text,
            role => role,
        };
        let said = text!(said_of, what = name, said = item.text);
        let mut pieces = vec![(role, format!("{sign} {said}"))];
        let advice = item.advice.iter();
        pieces.extend(advice.map(|text| (Role::Text, format!("  · {text}"))));
        pieces
    };
    canvas.needs(area, items.len().min(LIST));
    let chosen = Marked::Now(report.cursor.at());
    canvas.list(area, items.len(), &piece, chosen);
}

/// Which recovery is taken back, where this session has carried out several.
fn undo_head(wizard: &Wizard) -> String {
    let is_ours = |would: &WouldUndo| wizard.written.of(&would.backup).is_some();
    let may_be_ours = wizard.report.would_undo().is_none_or(is_ours);
    let of_several = wizard.next_undo().filter(|_| may_be_ours);
    of_several.map_or_else(
        || words().undo_head.to_owned(),
        |(number, made)| text!(undo_head_of, number, made),
    )
}

/// What an undo would put back and leave alone, as much of it as leaves so many rows below it.
pub(super) fn would_undo(canvas: &mut Canvas<'_>, area: &mut Rect, would: &WouldUndo, below: u16) {
    let head = text!(
        undo_would,
        what = would.what,
        rows = would.rows,
        files = would.files
    );
    canvas.pieces(area, &[plain(head)]);
    let width = usize::from(area.width);
    let rows_of = |line: &String| wrap(line, width).len();
    let room = usize::from(area.height.saturating_sub(below));
    let all: usize = would.left_alone.iter().map(rows_of).sum();
    if all > room {
        let count = would.left_alone.len();
        let how_many = text!(undo_would_leave, count);
        canvas.pieces(area, &[(Role::Warn, how_many)]);
    }
    for line in &would.left_alone {
        if rows_of(line) > usize::from(area.height.saturating_sub(below)) {
            canvas.cut = true;
            break;
        }
        canvas.pieces(area, &[(Role::Warn, line.clone())]);
    }
}

fn role(health: Health) -> Role {
    match health {
        Health::Broken => Role::Danger,
        Health::Open => Role::Warn,
        Health::Good => Role::Ok,
    }
}
