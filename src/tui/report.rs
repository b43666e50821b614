//! Step 8 on the screen.

use ratatui::layout::Rect;

use super::theme::Role;
use super::widgets::{Canvas, Piece, plain, take_bottom, take_top};
use crate::domain::sanitize::sanitize;
use crate::sentences;
use crate::wizard::update::Wizard;
use crate::words::{fill, words};

pub(super) fn draw(canvas: &mut Canvas<'_, '_>, mut area: Rect, wizard: &Wizard) {
    let w = words();
    let report = &wizard.report;
    if let Some(problem) = &report.problem {
        canvas.problem(&mut area, problem);
    }
    if let Some(word) = &report.undoing {
        canvas.pieces(
            &mut area,
            &[
                (Role::Heading, w.undo_head.to_owned()),
                plain(w.undo_what),
                plain(""),
            ],
        );
        canvas.pieces(
            &mut area,
            &[plain(fill(w.undo_confirm, &[("word", &w.undo_word)]))],
        );
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
    let verified = report.undone.is_some() || report.applied.as_ref().is_some_and(|a| a.verified);
    let open = report.undone.is_none() && wizard.open_secrets() > 0;
    for (index, line) in wizard.report_headlines().into_iter().enumerate() {
        let piece = match (index, verified) {
            (0, true) => (Role::Ok, format!("✓ {line}")),
            (0, false) => (Role::Danger, format!("✗ {line}")),
            (1, _) if open => (Role::Warn, format!("! {line}")),
            _ => plain(line),
        };
        canvas.pieces(&mut area, &[piece]);
    }
    for path in &report.saved {
        canvas.pieces(
            &mut area,
            &[(
                Role::Muted,
                fill(
                    if report.outdated {
                        w.report_saved_before
                    } else {
                        w.report_saved
                    },
                    &[("path", &sanitize(&path.to_string_lossy()))],
                ),
            )],
        );
    }
    take_top(&mut area, 1);
    let watch: Vec<Piece> = w
        .report_watch
        .lines()
        .map(|line| (Role::Muted, line.to_owned()))
        .collect();
    let width = usize::from(area.width);
    let rows: usize = watch
        .iter()
        .map(|(_, text)| super::widgets::wrap(text, width).len())
        .sum();
    if area.height > 12 {
        let mut foot = take_bottom(&mut area, u16::try_from(rows).unwrap_or(4));
        canvas.pieces(&mut foot, &watch);
        take_bottom(&mut area, 1);
    }
    let items: Vec<Vec<Piece>> = wizard
        .report_rows()
        .into_iter()
        .map(|row| {
            let (mark, role) = if row.readable {
                ("✓", Role::Text)
            } else {
                ("✗", Role::Danger)
            };
            vec![(
                role,
                format!(
                    "{mark} {}, {}: {}",
                    canvas.name(&row.owner, &row.place),
                    sentences::kind(row.kind),
                    row.verdict
                ),
            )]
        })
        .collect();
    canvas.list(area, &items, Some(report.cursor.at()));
}
