//! Step 3 on the screen: every key with its evidence.

use ratatui::layout::Rect;

use crate::domain::verdict::assessment::{Assessment, KeyReport};
use crate::sentences;
use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, Marked, Piece, fit, height, plain, take_bottom, take_top};
use crate::wizard::state::Wizard;
use crate::wizard::step::keys::{KeysForm, SearchTotals, Tried};
use crate::words::untrusted::shown;
use crate::words::words;

/// Sources shown of one key; more are counted.
const SOURCES: usize = 3;
/// Rows of what is asked for, with its field: so many at least, and twice as many before the list of keys is scrolled for it.
const FORM: u16 = 5;
/// Rows of what is said below the list, where that would otherwise not have room.
const BELOW: u16 = 6;
/// Rows that the list of keys keeps beside the picture of their time.
const LIST: u16 = 8;

pub(in crate::tui) fn draw(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard) {
    let w = words();
    let Some(assessment) = wizard.assessment() else {
        return;
    };
    let order = wizard.keys.order.iter();
    let keys = order.filter_map(|index| assessment.keys.get(*index));
    let (total, width) = (assessment.summary.all(), area.width.saturating_sub(2));
    let keys: Vec<&KeyReport> = keys.collect();
    // An item has a row at least: more of them than rows tell no more.
    let first = keys.iter().take(usize::from(area.height));
    let listed: u16 = first
        .map(|key| height(&item(key, total, width), width))
        .sum();
    match &wizard.keys.form {
        None => {
            let below = said_below(wizard, assessment, area.width);
            let rows = height(&below, area.width);
            let room = area.height.saturating_sub(listed + 1).max(BELOW);
            let mut foot = take_bottom(&mut area, rows.min(room + canvas.extra));
            canvas.pieces(&mut foot, &below);
        }
        Some(form) => {
            let (prompt, input, masked) = match form {
                KeysForm::Key(input) => (w.keys_type_key, input, !wizard.keys.revealed),
                KeysForm::Place(input) => (w.keys_type_place, input, false),
            };
            let mut why: Vec<Piece> = Vec::new();
            let unread = wizard.keys.looked.as_ref().filter(|l| l.files == 0);
            if let (KeysForm::Place(_), Some(first)) =
                (form, unread.and_then(|l| l.skipped.first()))
            {
                why.push((Role::Danger, text!(looked_nothing, why = first)));
            }
            if let Some(Tried { key, opens: None }) = &wizard.keys.tried {
                why.push((Role::Danger, text!(key_not_a_key, why = key)));
            }
            let prompt = [(Role::Heading, prompt.to_owned())];
            let rows = height(&prompt, area.width) + height(&why, area.width);
            let mut foot = take_bottom(&mut area, (rows + 1).clamp(FORM, 2 * FORM + canvas.extra));
            canvas.pieces(&mut foot, &prompt);
            let row = take_top(&mut foot, 1);
            canvas.field(row, input, masked, true);
            canvas.pieces(&mut foot, &why);
        }
    }
    take_bottom(&mut area, 1);
    if keys.is_empty() {
        canvas.pieces(&mut area, &[plain(w.keys_none)]);
    }
    if let (None, Some(timeline)) = (&wizard.keys.form, &assessment.timeline) {
        let room = area.height.saturating_sub(listed.min(LIST) + 1);
        super::timeline::draw(canvas, &mut area, room, timeline, assessment);
    }
    let chosen = wizard.keys.cursor.at();
    // That there are further keys counts for more than where each of them is; the chosen one shows that.
    let in_short = listed > area.height;
    let shown = |index: usize| {
        let Some(key) = keys.get(index) else {
            return Vec::new();
        };
        let mut pieces = item(key, total, width);
        if in_short && index != chosen && pieces.len() > 1 {
            let (role, heading) = heading(key, total);
            pieces = vec![(role, format!("{heading} …"))];
        }
        pieces
    };
    canvas.list(area, keys.len(), &shown, Marked::Now(chosen));
}

/// What came of the last key and the last search, and what is still missing.
fn said_below(wizard: &Wizard, assessment: &Assessment, width: u16) -> Vec<Piece> {
    let w = words();
    let mut below: Vec<Piece> = Vec::new();
    if let Some(Tried { key, opens }) = &wizard.keys.tried {
        below.push(match opens {
            Some(0) => (Role::Warn, text!(key_tried_nothing, key)),
            Some(opens) => (Role::Ok, text!(key_tried, key, opens)),
            None => (Role::Danger, text!(key_not_a_key, why = key)),
        });
    }
    let closed = assessment.summary.unknown_key;
    below.push(match closed {
        0 => (Role::Ok, w.keys_all_open.to_owned()),
        count => (Role::Warn, text!(keys_some_closed, count)),
    });
    let is_found = assessment.keys.iter().any(|k| !k.effective && k.opens > 0);
    if let Some(place) = wizard
        .keys
        .hidden_in
        .as_ref()
        .filter(|_| closed > 0 && !is_found)
    {
        below.push(plain(text!(keys_of_demo, place = shown(place))));
    }
    if let Some(SearchTotals {
        unread: Some(unread),
        ..
    }) = &wizard.keys.looked
    {
        below.push((Role::Warn, fit(unread, 2 * usize::from(width))));
    }
    if let Some(SearchTotals { skipped, .. }) = &wizard.keys.looked
        && let Some(first) = skipped.first()
    {
        let text = match skipped.len() - 1 {
            0 => text!(look_skipped_one, first),
            more => text!(look_skipped_shown, first, more),
        };
        // Two lines, for the reason stands behind the path; it is good to know, not urgent.
        below.push((Role::Muted, fit(&text, 2 * usize::from(width))));
    }
    below
}

fn heading(key: &KeyReport, total: usize) -> Piece {
    let role = match (key.published, key.opens, key.effective) {
        (Some(_), ..) => Role::Danger,
        (None, 0, _) => Role::Muted,
        (None, _, true) => Role::Accent,
        (None, _, false) => Role::Text,
    };
    (role, sentences::key(key, total))
}

fn item(key: &KeyReport, total: usize, width: u16) -> Vec<Piece> {
    let mut pieces = vec![heading(key, total)];
    if key.opens == 0 && !key.effective {
        // Worth a line, not worth the room.
        let at = key.sources.first().map(sentences::source);
        let at = at.unwrap_or_default();
        let alone = text!(said_of, what = sentences::key(key, total), said = at);
        let alone = vec![(Role::Muted, alone)];
        if height(&alone, width) == 1 {
            return alone;
        }
        pieces.push((Role::Muted, format!("  {at}")));
        return pieces;
    }
    let shown = key
        .sources
        .iter()
        .take(SOURCES)
        .map(|source| (Role::Muted, format!("  {}", sentences::source(source))));
    pieces.extend(shown);
    let more = key.places().saturating_sub(SOURCES as u64);
    if more > 0 {
        pieces.push((Role::Muted, format!("  {}", text!(keys_more_sources, more))));
    }
    pieces
}
