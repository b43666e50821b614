//! Step 4 on the screen: the table of verdicts, and what the chosen row's mean.

use std::ops::Range;

use ratatui::layout::Rect;

use crate::domain::inventory::secret::SecretKind;
use crate::domain::plan;
use crate::domain::verdict::Verdict;
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::secret_report::SecretReport;
use crate::sentences;
use crate::tui::layout::{below_list, page_of_table};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{Canvas, Marked, Piece, fit, height, plain, take_top};
use crate::wizard::state::Wizard;
use crate::wizard::step::checks::{OwnerRow, State};
use crate::words::{joined, words};

/// Columns of one verdict.
const CELL: usize = 11;
/// The explanations of so many rows are measured, so that the table keeps its place while the choice moves.
const MEASURED: usize = 64;

pub(in crate::tui) fn draw(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard) {
    let w = words();
    let Some(assessment) = wizard.assessment() else {
        return;
    };
    let checks = &wizard.checks;
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
    let window = area.height - canvas.extra;
    let rows_of_table = |below| window - below_list(window, checks.len(), below);
    let tallest = rows_of_table(tallest(assessment, checks, area.width));
    let chosen = checks.row(checks.cursor.at());
    let said = chosen.map_or(Vec::new(), |row| explanation(assessment, row));
    let rows = rows_of_table(height(&said, area.width) + 1);
    let mut table_area = take_top(&mut area, rows);
    let page = page_of_table(checks.len(), checks.cursor.at(), tallest, rows);
    let mut detail = area;
    let rule = take_top(&mut detail, 1);
    let spans = vec![canvas.span(Role::Muted, "─".repeat(usize::from(rule.width)))];
    canvas.line(rule, 0, spans);
    if checks.is_empty() {
        canvas.pieces(&mut table_area, &[plain(nothing_listed(wizard))]);
        return;
    }
    table(canvas, table_area, assessment, checks, page, owner_width);
    canvas.pieces(&mut detail, &said);
}

/// Rows that the tallest explanation needs, with the rule above it; of the first ones, where there are many.
fn tallest(assessment: &Assessment, checks: &State, width: u16) -> u16 {
    let rows = (0..checks.len().min(MEASURED)).filter_map(|at| checks.row(at));
    let tall = rows.map(|row| height(&explanation(assessment, row), width));
    tall.max().unwrap_or_default() + 1
}

/// A row of the table as a sentence: whose it is, and each verdict behind its column's name.
fn in_lines(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard, assessment: &Assessment) {
    let checks = &wizard.checks;
    if checks.is_empty() {
        canvas.pieces(&mut area, &[plain(nothing_listed(wizard))]);
        return;
    }
    let (w, theme) = (words(), canvas.theme);
    let item = |at: usize| -> Vec<Piece> {
        let Some(row) = checks.row(at) else {
            return Vec::new();
        };
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
        let said = text!(
            said_of,
            what = owner(*theme, row),
            said = joined::list(&cells)
        );
        vec![plain(said)]
    };
    let chosen = checks.cursor.at();
    canvas.linear_list(&mut area, checks.len(), &item, Some(chosen));
    take_top(&mut area, 1);
    if let Some(row) = checks.row(chosen) {
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
fn owner(theme: Theme, row: &OwnerRow) -> String {
    match row.kind {
        None => theme.name(&row.owner, &row.email).to_owned(),
        Some(SecretKind::SystemMail) => sentences::kind(SecretKind::SystemMail).to_owned(),
        Some(kind) => text!(
            owner_of_kind,
            owner = row.owner,
            kind = sentences::kind(kind)
        ),
    }
}

fn table(
    canvas: &mut Canvas<'_>,
    area: Rect,
    assessment: &Assessment,
    checks: &State,
    page: Range<usize>,
    owner_width: usize,
) {
    let chosen = checks.cursor.at();
    let rows = page
        .clone()
        .filter_map(|index| Some((index, checks.row(index)?)));
    for (line, (index, row)) in (0..).zip(rows) {
        let owner = owner(*canvas.theme, row);
        let mut spans = canvas.row_head(index, Marked::Now(chosen), &owner, owner_width);
        for column in [Column::Incoming, Column::Outgoing, Column::OAuth] {
            let (role, text) = worst(
                row.secrets(assessment).filter(|s| column.holds(s.kind)),
                assessment,
            );
            spans.push(canvas.span(role, fit(&text, CELL)));
        }
        canvas.line(area, line, spans);
    }
    canvas.more(area, page, checks.len());
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

/// One verdict in a word or two, and how it is to be taken.
fn cell(secret: &SecretReport, assessment: &Assessment) -> (Role, String) {
    let role = match secret.verdict {
        Verdict::Opens(_) => Role::Ok,
        Verdict::Plaintext(_) if secret.verdict.readable() => Role::Ok,
        Verdict::OtherKey(_) | Verdict::Plaintext(_) | Verdict::Nested { .. } => Role::Warn,
        Verdict::UnknownKey { .. } | Verdict::Damaged { .. } => Role::Danger,
        Verdict::Empty { .. } if secret.probably_wiped() => Role::Danger,
        Verdict::Empty { .. } => Role::Muted,
    };
    (role, sentences::cell(secret, assessment))
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
        let mut text = text!(
            said_of,
            what = sentences::kind(secret.kind),
            said = sentences::verdict(secret, assessment)
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
