//! The connections pane: every mailbox with its two servers.

use ratatui::layout::Rect;

use super::theme::Role;
use super::widgets::{Canvas, Piece, take_bottom, wrap};
use crate::wizard::connections::{Row, Standing, rows};
use crate::wizard::update::Wizard;
use crate::words::words;

pub(super) fn draw(canvas: &mut Canvas<'_, '_>, mut area: Rect, wizard: &Wizard) {
    let w = words();
    let note = wrap(w.connections_note, usize::from(area.width));
    let mut foot = take_bottom(&mut area, u16::try_from(note.len()).unwrap_or(3));
    canvas.pieces(&mut foot, &[(Role::Muted, w.connections_note.to_owned())]);
    let Some(assessment) = wizard.assessment() else {
        return;
    };
    let items: Vec<Vec<Piece>> = rows(assessment)
        .iter()
        .map(|row| item(row, canvas.name(&row.name, &row.email)))
        .collect();
    let chosen = wizard
        .connections
        .open
        .then(|| wizard.connections.cursor.at());
    canvas.list(area, &items, chosen);
}

fn item(row: &Row, name: String) -> Vec<Piece> {
    let direction = |protocol: &str, server: &str, standing| {
        let (role, mark) = match standing {
            Standing::Ready => (Role::Text, "✓"),
            Standing::NoPassword => (Role::Danger, "✗"),
            Standing::NotNeeded => (Role::Muted, "–"),
        };
        (
            role,
            [" ", mark, protocol, server]
                .iter()
                .filter(|part| !part.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join(" "),
        )
    };
    let sender = if row.outgoing.contains(':') {
        "SMTP"
    } else {
        ""
    };
    vec![
        (Role::Text, name),
        direction(row.protocol, &row.incoming, row.fetches),
        direction(sender, &row.outgoing, row.sends),
    ]
}
