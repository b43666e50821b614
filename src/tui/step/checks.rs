//! Step 4 on the screen: the table of verdicts, and what the chosen row's mean.

use ratatui::layout::Rect;

use crate::domain::inventory::secret::SecretKind;
use crate::domain::plan;
use crate::domain::verdict::Verdict;
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::secret_report::SecretReport;
use crate::sentences;
use crate::tui::theme::Role;
use crate::tui::widgets::linear::page_of;
use crate::tui::widgets::{Canvas, Piece, below_list, fit, plain, take_top};
use crate::wizard::state::Wizard;
use crate::wizard::step::checks::OwnerRow;
use crate::words::words;

/// Columns of one verdict.
const CELL: usize = 11;
/// Rows for the chosen row's explanation, on a small screen and on one with room.
const DETAIL: (u16, u16) = (6, 9);
/// From this height on there is room.
const ROOM: u16 = 22;

pub(in crate::tui) fn draw(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard) {
    let w = words();
    let Some(assessment) = wizard.assessment() else {
        return;
    };
    let rows = &wizard.checks.rows;
    let filter = &wizard.checks.filter;
    if wizard.checks.filtering || !filter.is_empty() {
        let row = take_top(&mut area, 1);
        let spans = vec![canvas.span(Role::Accent, "/")];
        canvas.line(row, 0, spans);
        let field = Rect {
            x: row.x + 1,
            width: row.width.saturating_sub(1).min(40),
            ..row
        };
        canvas.field(field, filter, false, wizard.checks.filtering);
    }
    if canvas.is_linear() {
        return in_lines(canvas, area, wizard, assessment);
    }
    let owner_width = usize::from(area.width).saturating_sub(2 + 3 * CELL);
    let head = take_top(&mut area, 1);
    let names = [w.column_incoming, w.column_outgoing, w.column_oauth]
        .map(|name| fit(name, CELL))
        .concat();
    let spans = vec![canvas.span(
        Role::Heading,
        format!("  {}{names}", fit(w.column_owner, owner_width)),
    )];
    canvas.line(head, 0, spans);
    let rows_below = if area.height - canvas.extra >= ROOM {
        DETAIL.1
    } else {
        DETAIL.0
    };
    let mut detail = below_list(&mut area, rows.len(), rows_below + canvas.extra);
    let rule = take_top(&mut detail, 1);
    let spans = vec![canvas.span(Role::Muted, "─".repeat(usize::from(rule.width)))];
    canvas.line(rule, 0, spans);
    if rows.is_empty() {
        canvas.pieces(&mut area, &[plain(nothing_listed(wizard))]);
        return;
    }
    table(
        canvas,
        area,
        assessment,
        rows,
        wizard.checks.cursor.at(),
        owner_width,
    );
    if let Some(row) = rows.get(wizard.checks.cursor.at()) {
        canvas.pieces(&mut detail, &explanation(assessment, row));
    }
}

/// A row of the table as a sentence: whose it is, and each verdict behind its column's name.
fn in_lines(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard, assessment: &Assessment) {
    let rows = &wizard.checks.rows;
    if rows.is_empty() {
        let text = nothing_listed(wizard);
        canvas.pieces(&mut area, &[plain(text)]);
        return;
    }
    let chosen = wizard.checks.cursor.at();
    let page = page_of(Some(chosen), rows.len());
    let w = words();
    let item = |canvas: &Canvas<'_>, row: &OwnerRow| {
        let columns = [
            (Column::Incoming, w.column_incoming),
            (Column::Outgoing, w.column_outgoing),
            (Column::OAuth, w.column_oauth),
        ];
        let cells = columns.into_iter().filter_map(|(column, name)| {
            let held = row.secrets(assessment).filter(|s| column.holds(s.kind));
            let (_, text) = worst(held, assessment);
            (!text.is_empty()).then(|| format!("{name} {text}"))
        });
        let cells: Vec<String> = cells.collect();
        vec![plain(format!(
            "{}: {}",
            owner(canvas, row),
            cells.join(", ")
        ))]
    };
    let items: Vec<Vec<Piece>> = (0..rows.len())
        .map(|index| match page.contains(&index) {
            true => item(canvas, &rows[index]),
            false => Vec::new(),
        })
        .collect();
    canvas.linear_list(&mut area, &items, Some(chosen));
    take_top(&mut area, 1);
    if let Some(row) = rows.get(chosen) {
        canvas.pieces(&mut area, &explanation(assessment, row));
    }
}

fn nothing_listed(wizard: &Wizard) -> &'static str {
    match wizard.checks.filter.is_empty() {
        true => words().checks_nothing,
        false => words().checks_no_match,
    }
}

/// Whose a row is.
fn owner(canvas: &Canvas<'_>, row: &OwnerRow) -> String {
    match row.kind {
        None => canvas.name(&row.owner, &row.email),
        Some(SecretKind::SystemMail) => sentences::kind(SecretKind::SystemMail).to_owned(),
        Some(kind) => format!("{} ({})", row.owner, sentences::kind(kind)),
    }
}

fn table(
    canvas: &mut Canvas<'_>,
    area: Rect,
    assessment: &Assessment,
    rows: &[OwnerRow],
    chosen: usize,
    owner_width: usize,
) {
    let mut height = usize::from(area.height).max(1);
    if rows.len() > height {
        // The last line says how much more there is.
        height = (height - 1).max(1);
    }
    let start = chosen / height * height;
    let end = rows.len().min(start + height);
    for (line, (index, row)) in (0..).zip((start..end).zip(&rows[start..end])) {
        let mark = if index == chosen { "▸ " } else { "  " };
        let owner = owner(canvas, row);
        let mut spans = vec![
            canvas.span(Role::Accent, mark),
            canvas.span(Role::Text, fit(&owner, owner_width.saturating_sub(1)) + " "),
        ];
        for column in [Column::Incoming, Column::Outgoing, Column::OAuth] {
            let (role, text) = worst(
                row.secrets(assessment).filter(|s| column.holds(s.kind)),
                assessment,
            );
            spans.push(canvas.span(role, fit(&text, CELL)));
        }
        canvas.line(area, line, spans);
    }
    canvas.more(area, start..end, rows.len());
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Incoming,
    Outgoing,
    OAuth,
}

impl Column {
    /// What has no direction stands in the first column; the system account sends.
    fn holds(self, kind: SecretKind) -> bool {
        self == match kind {
            SecretKind::Outgoing | SecretKind::SystemMail => Column::Outgoing,
            SecretKind::OAuth(_) => Column::OAuth,
            _ => Column::Incoming,
        }
    }
}

/// The verdict that matters most of those in one cell.
fn worst<'a>(
    secrets: impl Iterator<Item = &'a SecretReport>,
    assessment: &Assessment,
) -> (Role, String) {
    let rank = |role| match role {
        Role::Danger => 0,
        Role::Warn => 1,
        Role::Ok => 2,
        _ => 3,
    };
    let cells = secrets.map(|secret| cell(secret, assessment));
    cells
        .min_by_key(|(role, _)| rank(*role))
        .unwrap_or((Role::Muted, String::new()))
}

/// One verdict in a word or two.
fn cell(secret: &SecretReport, assessment: &Assessment) -> (Role, String) {
    let w = words();
    match secret.verdict {
        Verdict::Opens(key) => (Role::Ok, format!("{} ✓", assessment.label(key))),
        Verdict::OtherKey(key) => (Role::Warn, assessment.label(key)),
        Verdict::UnknownKey { salvage: None } => (Role::Danger, w.cell_lost.to_owned()),
        Verdict::UnknownKey { salvage: Some(_) }
        | Verdict::Damaged {
            salvage: Some(_), ..
        } => (Role::Danger, w.cell_salvage.to_owned()),
        Verdict::Damaged { .. } => (Role::Danger, w.cell_damaged.to_owned()),
        Verdict::Plaintext(_) if secret.verdict.readable() => {
            (Role::Ok, w.cell_plain_read.to_owned())
        }
        Verdict::Plaintext(_) if secret.verdict.untold() => {
            (Role::Warn, w.cell_plain_untold.to_owned())
        }
        Verdict::Plaintext(_) => (Role::Warn, w.cell_plain.to_owned()),
        Verdict::Nested { .. } => (Role::Warn, w.cell_twice.to_owned()),
        Verdict::Empty { .. } if secret.probably_wiped() => (Role::Danger, w.cell_wiped.to_owned()),
        Verdict::Empty { .. } => (Role::Muted, "–".to_owned()),
    }
}

/// Every secret of the row: what it is, its verdict, and what the recommended plan makes of it.
fn explanation(assessment: &Assessment, row: &OwnerRow) -> Vec<Piece> {
    let w = words();
    let mut pieces: Vec<Piece> = Vec::new();
    for secret in row.secrets(assessment) {
        if matches!(secret.verdict, Verdict::Empty { .. }) && !secret.probably_wiped() {
            continue;
        }
        let (role, _) = cell(secret, assessment);
        let mut text = format!(
            "{}: {}",
            sentences::kind(secret.kind),
            sentences::verdict(secret, assessment)
        );
        if let Some(recommended) = assessment.recommendation {
            let action = plan::recommended_action(recommended, secret);
            text.push_str(&text!(
                checks_planned,
                action = sentences::action(action, secret, assessment)
            ));
        }
        let role = if role == Role::Ok { Role::Text } else { role };
        pieces.push((role, text));
    }
    if pieces.is_empty() {
        pieces.push((Role::Muted, w.verdict_empty.to_owned()));
    }
    pieces
}
