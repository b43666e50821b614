//! The connections pane: a line a mailbox, and the ladder of the chosen direction.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::domain::mail::Direction;
use crate::domain::mail::probe::{LoginMark, TestVerdict, Tested};
use crate::domain::mail::rung::Code;
use crate::sentences::connections as sentences;
use crate::tui::keymap;
use crate::tui::layout::{below_list, page_of_table};
use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, Marked, Piece, fit, plain, take_bottom, take_top, wrap};
use crate::wizard::message::Action;
use crate::wizard::state::Wizard;
use crate::wizard::step::connections::{MailboxRow, Side, TestProgress};
use crate::words::{joined, words};

/// Rows for the chosen connection's ladder, on a small screen and on one with room.
const DETAIL: (u16, u16) = (12, 20);
/// From this height on there is room.
const ROOM: u16 = 30;
/// A cell narrower than this shows its mark alone.
const ROOM_FOR_WORDS: usize = 16;

pub(in crate::tui) fn draw(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard, turn: usize) {
    let w = words();
    let state = &wizard.connections;
    if wizard.assessment().is_none() {
        return;
    }
    let most = if area.height - canvas.extra >= ROOM {
        DETAIL.1
    } else {
        DETAIL.0
    };
    // No more room for the ladder than the tallest known one needs, so that moving does not shift the list.
    let tallest = state
        .tested()
        .into_iter()
        .map(|t| t.ended.ladder.len() + 5)
        .max();
    let needed = u16::try_from(tallest.unwrap_or(4)).unwrap_or(most);
    let shown = state.shown();
    let window = area.height - canvas.extra;
    let below = below_list(window, shown.len(), needed.clamp(4, most)) + canvas.extra;
    let mut detail = take_bottom(&mut area, below);
    if shown.is_empty() {
        let text = match (state.failing_only, state.begun()) {
            (true, true) => w.connections_none_failing,
            (true, false) => w.connections_none_tested,
            (false, _) => w.connections_none,
        };
        canvas.pieces(&mut area, &[plain(text)]);
    }
    if canvas.is_linear() {
        list(canvas, &mut area, wizard, &shown);
        take_top(&mut area, 1);
        match state.chosen() {
            Some(side) => ladder(canvas, &mut area, wizard, side),
            None if state.begun() => {}
            None => canvas.pieces(&mut area, &[plain(w.connections_note)]),
        }
        return;
    }
    table(canvas, area, wizard, &shown, turn);
    let rule = take_top(&mut detail, 1);
    let spans = vec![canvas.span(Role::Muted, "─".repeat(usize::from(rule.width)))];
    canvas.line(rule, 0, spans);
    match state.chosen().filter(|_| state.open || state.begun()) {
        Some(side) => ladder(canvas, &mut detail, wizard, side),
        // Nothing is left to be told by the filter.
        None if state.begun() => {}
        None => canvas.pieces(&mut detail, &[(Role::Muted, w.connections_note.to_owned())]),
    }
}

/// A row of the table as a sentence: whose it is, and how each direction stands.
fn list(canvas: &mut Canvas<'_>, area: &mut Rect, wizard: &Wizard, rows: &[&MailboxRow]) {
    if rows.is_empty() {
        return;
    }
    let state = &wizard.connections;
    let chosen = state.cursor.at().min(rows.len() - 1);
    let stands = |side: &Side| match (state.progress(side.id), state.last(side.id)) {
        (Some(_), _) => "…",
        (None, None) => words().password_untested,
        (None, Some(tested)) => match (tested.ended.mark(), sentences::word(&tested.ended)) {
            (LoginMark::Works, _) | (_, "") => mark(tested).1,
            (_, word) => word,
        },
    };
    let theme = canvas.theme;
    let item = |at: usize| -> Vec<Piece> {
        let Some(row) = rows.get(at) else {
            return Vec::new();
        };
        let sides = row.sides.iter().filter(|side| !side.protocol.is_empty());
        let sides: Vec<String> = sides
            .map(|side| format!("{} {}", side.protocol, stands(side)))
            .collect();
        let name = theme.name(&row.name, &row.email);
        vec![plain(text!(
            said_of,
            what = name,
            said = joined::list(&sides)
        ))]
    };
    canvas.linear_list(area, rows.len(), &item, Some(chosen));
}

fn table(canvas: &mut Canvas<'_>, area: Rect, wizard: &Wizard, rows: &[&MailboxRow], turn: usize) {
    let state = &wizard.connections;
    let chosen = state.cursor.at().min(rows.len().saturating_sub(1));
    let page = page_of_table(rows.len(), chosen, area.height, area.height);
    let width = usize::from(area.width);
    let cell_width = ((width.saturating_sub(2)) / 3).clamp(8, 26);
    let name_width = width.saturating_sub(2 + 2 * cell_width);
    let marked = match state.open {
        true => Marked::Now(chosen),
        false => Marked::Nothing,
    };
    for (line, (index, row)) in (0..).zip(page.clone().zip(&rows[page.clone()])) {
        let name = canvas.theme.name(&row.name, &row.email);
        let mut spans = canvas.row_head(index, marked, name, name_width);
        for direction in Direction::BOTH {
            let side = row.sides.iter().find(|s| s.id.direction == direction);
            let (role, text) = side.map_or((Role::Muted, String::new()), |side| {
                cell(canvas, wizard, side, turn, cell_width)
            });
            spans.push(canvas.span(role, fit(&text, cell_width.saturating_sub(1)) + " "));
        }
        canvas.line(area, line, spans);
    }
    canvas.more(area, page, rows.len());
}

/// One direction: its protocol and a mark, and a word where there is room.
fn cell(
    canvas: &Canvas<'_>,
    wizard: &Wizard,
    side: &Side,
    turn: usize,
    width: usize,
) -> (Role, String) {
    let state = &wizard.connections;
    let (role, mark, word) = match (state.progress(side.id), state.last(side.id)) {
        _ if side.protocol.is_empty() => (Role::Muted, "–", ""),
        (Some(TestProgress::Waiting), _) => (Role::Muted, "…", ""),
        (Some(TestProgress::At(rung)), _) => {
            (Role::Accent, canvas.spinner(turn), sentences::rung(rung))
        }
        (None, None) => (Role::Muted, "·", ""),
        (None, Some(tested)) => {
            let (role, mark) = mark(tested);
            let word = match tested.ended.mark() {
                LoginMark::Works => "",
                _ => sentences::word(&tested.ended),
            };
            (role, mark, word)
        }
    };
    let word = if width >= ROOM_FOR_WORDS { word } else { "" };
    (role, format!("{:<4} {mark} {word}", side.protocol))
}

fn mark(tested: &Tested) -> (Role, &'static str) {
    let mark = tested.ended.mark();
    let role = match mark {
        LoginMark::Works if tested.ended.cautions.is_empty() => Role::Ok,
        LoginMark::WouldWork => Role::Accent,
        LoginMark::Works | LoginMark::NotTried => Role::Warn,
        LoginMark::Fails => Role::Danger,
        LoginMark::NotNeeded => Role::Muted,
    };
    (role, sentences::sign(mark))
}

/// Everything known of one connection.
fn ladder(canvas: &mut Canvas<'_>, area: &mut Rect, wizard: &Wizard, side: &Side) {
    let w = words();
    let head = [
        sentences::direction(side.id.direction),
        side.protocol.as_str(),
        side.server.as_str(),
    ];
    let head: Vec<&str> = head.into_iter().filter(|part| !part.is_empty()).collect();
    let row = take_top(area, 1);
    let spans = vec![canvas.span(Role::Heading, fit(&head.join(" "), usize::from(row.width)))];
    canvas.line(row, 0, spans);
    let state = &wizard.connections;
    match (state.progress(side.id), state.last(side.id)) {
        (None, None) => canvas.pieces(area, &[(Role::Muted, w.connections_untested.to_owned())]),
        (Some(TestProgress::Waiting), _) => {
            canvas.pieces(area, &[(Role::Muted, w.connections_waiting.to_owned())]);
        }
        (Some(TestProgress::At(rung)), _) => {
            canvas.pieces(
                area,
                &[(Role::Accent, format!("{} …", sentences::rung(rung)))],
            );
        }
        (None, Some(tested)) => {
            let mut words_of = verdict(tested, wizard);
            if tested.ended.waits_for_a_word() {
                let key = retry_keys(wizard);
                let hint = match tested.ended.code {
                    Code::SameAsBefore => text!(connections_send_once, key),
                    _ => text!(connections_send_again, key),
                };
                words_of.push((Role::Muted, hint));
            }
            // What it came to is in sight, also where the steps on the way there are scrolled to.
            canvas.pieces(area, &words_of);
            rungs(canvas, area, tested);
        }
    }
}

/// What is pressed to try a login again: while the pane is only shown, beside a step, its keys are the step's.
fn retry_keys(wizard: &Wizard) -> String {
    let cap = |action, typing| keymap::cap(action, typing).unwrap_or_default();
    let retry = cap(Action::Retry, false);
    match wizard.connections.open {
        true => retry.to_owned(),
        false => text!(
            connections_open_first,
            open = cap(Action::Connections, wizard.typing()),
            key = retry
        ),
    }
}

/// Columns of a rung's name, and of its time.
const RUNG: usize = 8;

/// The rungs of a ladder, each with what was seen.
fn rungs(canvas: &mut Canvas<'_>, area: &mut Rect, tested: &Tested) {
    let ladder = &tested.ended.ladder;
    let failed = tested.ended.verdict() == TestVerdict::Failed;
    let width = usize::from(area.width);
    for (index, step) in ladder.iter().enumerate() {
        let broke = failed && index + 1 == ladder.len();
        let (role, mark) = if broke {
            (Role::Danger, "✗")
        } else {
            (Role::Ok, "✓")
        };
        let time = format!("{} ms", step.took.as_millis());
        let rung = sentences::rung(step.rung);
        if canvas.is_linear() {
            let text = format!("{mark} {rung}, {time}: {}", step.detail);
            canvas.pieces(area, &[(role, text)]);
            continue;
        }
        let name_and_time = format!("{} {time:>8}  ", fit(rung, RUNG));
        let blank = " ".repeat(name_and_time.width());
        let room = width.saturating_sub(blank.len() + 2).max(RUNG);
        // In as many lines as it needs.
        let seen = wrap(&step.detail.to_string(), room);
        let rows = seen.len().max(1);
        canvas.needs(*area, rows);
        if rows > usize::from(area.height) {
            return;
        }
        for line in 0..rows {
            let row = take_top(area, 1);
            let (mark, name) = match line {
                0 => (mark, &name_and_time),
                _ => (" ", &blank),
            };
            let seen = seen.get(line).cloned().unwrap_or_default();
            let spans = vec![
                canvas.span(role, format!("{mark} ")),
                canvas.span(Role::Text, name.clone()),
                canvas.span(Role::Muted, seen),
            ];
            canvas.line(row, 0, spans);
        }
    }
}

/// How it ended, the server's words, what to do.
pub(super) fn verdict(tested: &Tested, wizard: &Wizard) -> Vec<Piece> {
    let ended = &tested.ended;
    let (role, mark) = mark(tested);
    let word = sentences::outcome(ended);
    let head = match ended.verdict() {
        TestVerdict::Ok => text!(
            connections_works,
            code = word,
            ms = ended.took().as_millis()
        ),
        _ => word,
    };
    let mut pieces = vec![(role, format!("{mark} {head}"))];
    if !ended.server_said.is_empty() {
        pieces.push(plain(text!(connections_said, said = ended.server_said)));
    }
    let site = wizard.survey.read().map_or("", |s| s.site.as_str());
    let advice = sentences::advice(tested, site);
    if !advice.is_empty() {
        pieces.push((Role::Accent, format!("→ {advice}")));
    }
    pieces.extend(sentences::cautions(ended).map(|caution| (Role::Warn, format!("! {caution}"))));
    pieces
}
