//! The picture in step 3: a row of bars a key over the time that emails tell of, and what they say below.

use ratatui::layout::Rect;

use crate::domain::key::app_key::Fingerprint;
use crate::domain::key::timeline::Timeline;
use crate::domain::verdict::assessment::Assessment;
use crate::sentences::timeline as told;
use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, fit, plain, take_bottom, take_top, wrap};

/// Rows at most: those of the keys that sent most, and of keys that are not known.
const ROWS: usize = 4;
/// Sentences below the picture at most.
const SENTENCES: usize = 2;
/// Heights of a bar. The lowest stands for any mail at all.
const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// One row: whose, how many emails, and how many in each part.
type KeyRow = (Option<Fingerprint>, u64, Vec<u32>);

/// Draws at the bottom of the area, which shrinks by what it took, within so many rows; nothing where they do not do.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: &mut Rect,
    room: u16,
    timeline: &Timeline,
    assessment: &Assessment,
) {
    let rows = rows(timeline);
    let width = usize::from(area.width.saturating_sub(2));
    let picture = match canvas.is_linear() {
        true => 0,
        false => u16::try_from(rows.len() + 1).unwrap_or(u16::MAX),
    };
    let mut lines = 0;
    let sentences: Vec<String> = told::says(timeline, assessment)
        .into_iter()
        .take(SENTENCES)
        .take_while(|text| {
            lines += wrap(text, width).len();
            u16::try_from(lines).unwrap_or(u16::MAX) <= room.saturating_sub(picture)
        })
        .collect();
    let said: usize = sentences.iter().map(|text| wrap(text, width).len()).sum();
    // Where there is no room for sentences, the names, the figures and the days beside the bars still tell what they are.
    if room < picture {
        return;
    }
    let mut below = take_bottom(area, picture + u16::try_from(said).unwrap_or(0));
    below.x += 2;
    below.width = below.width.saturating_sub(2);
    if picture > 0 {
        bars(canvas, &mut below, &rows, timeline, assessment);
    }
    for text in sentences {
        canvas.pieces(&mut below, &[plain(text)]);
    }
}

/// The rows by their first mail.
fn rows(timeline: &Timeline) -> Vec<KeyRow> {
    let mut rows: Vec<KeyRow> = Vec::new();
    for era in &timeline.eras {
        match rows.iter_mut().find(|(key, ..)| *key == era.key) {
            Some((_, mails, _)) => *mails += era.mails,
            None => rows.push((era.key, era.mails, timeline.row(era.key))),
        }
    }
    let mut ranks: Vec<(bool, u64)> = rows.iter().map(|(k, n, _)| (k.is_none(), *n)).collect();
    ranks.sort_unstable_by(|a, b| b.cmp(a));
    if let Some(least) = ranks.get(ROWS - 1).copied() {
        rows.retain(|(key, mails, _)| (key.is_none(), *mails) >= least);
        rows.truncate(ROWS);
    }
    rows
}

fn bars(
    canvas: &mut Canvas<'_>,
    area: &mut Rect,
    rows: &[KeyRow],
    timeline: &Timeline,
    assessment: &Assessment,
) {
    let label = |key| told::name(key, assessment);
    let names = rows.iter().map(|(key, ..)| label(*key).len()).max();
    let counts = rows.iter().map(|(_, n, _)| told::mails(*n).len()).max();
    let (names, counts) = (names.unwrap_or(0) + 2, counts.unwrap_or(0) + 2);
    let room = usize::from(area.width).saturating_sub(names + counts);
    let parts = rows.first().map_or(0, |(.., parts)| parts.len());
    if room == 0 || parts == 0 {
        return;
    }
    let columns = if parts <= room {
        parts * (room / parts)
    } else {
        room
    };
    let column = |row: &[u32], at: usize| {
        let first = at * parts / columns;
        let end = ((at + 1) * parts / columns).max(first + 1);
        row[first..end].iter().copied().max().unwrap_or(0)
    };
    let highest = rows.iter().flat_map(|(.., row)| row).max().copied();
    let highest = usize::try_from(highest.unwrap_or(1))
        .unwrap_or(usize::MAX)
        .max(1);
    let bar = |mails: u32| match usize::try_from(mails).unwrap_or(usize::MAX) {
        0 => " ",
        mails => {
            BARS[(mails.saturating_mul(BARS.len()).div_ceil(highest)).clamp(1, BARS.len()) - 1]
        }
    };
    for (key, mails, row) in rows {
        let role = match key {
            None => Role::Warn,
            key if *key == assessment.circumstances.effective => Role::Accent,
            Some(_) => Role::Text,
        };
        let drawn: String = (0..columns).map(|at| bar(column(row, at))).collect();
        let spans = vec![
            canvas.span(role, fit(&label(*key), names)),
            canvas.span(role, drawn),
            canvas.span(Role::Muted, format!("  {}", told::mails(*mails))),
        ];
        let at = take_top(area, 1);
        canvas.line(at, 0, spans);
    }
    let (from, to) = (told::day(timeline.from), told::day(timeline.to));
    // Where there are few parts the dates may need more than the bars.
    let between = columns.saturating_sub(from.len() + to.len()).max(1);
    let axis = format!("{}{from}{}{to}", " ".repeat(names), " ".repeat(between));
    let at = take_top(area, 1);
    let axis = canvas.span(Role::Muted, axis);
    canvas.line(at, 0, vec![axis]);
}
