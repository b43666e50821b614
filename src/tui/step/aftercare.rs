//! The forms of step 8 that keep the key and have the helpdesk watched.

use ratatui::layout::Rect;

use crate::engine::worker::{TimerStands, WatchTimer};
use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, Piece, plain, take_top};
use crate::wizard::jobs::JobKind;
use crate::wizard::state::Wizard;
use crate::wizard::step::aftercare::{SafeField, SafeForm};
use crate::words::{joined, words};

/// Columns of a field's name.
const NAMES: u16 = 12;

/// A safe for the keys.
pub(super) fn safe(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard, form: &SafeForm) {
    let w = words();
    let what = match &wizard.report.problem {
        None => vec![
            (Role::Heading, w.safe_form_head.to_owned()),
            plain(w.safe_form_what),
        ],
        // The fields must not be pushed off the screen.
        Some(problem) => {
            canvas.problem(&mut area, problem);
            vec![(Role::Heading, w.safe_form_head.to_owned())]
        }
    };
    canvas.pieces(&mut area, &what);
    take_top(&mut area, 1);
    for (index, field) in SafeField::ALL.into_iter().enumerate() {
        let name = match field {
            SafeField::File => w.safe_form_file,
            SafeField::Passphrase => w.safe_form_passphrase,
            SafeField::Again => w.safe_form_again,
        };
        let role = match form.wrong {
            Some(wrong) if wrong == field => Role::Danger,
            _ => Role::Muted,
        };
        let row = take_top(&mut area, 1);
        let names = canvas.field_name(row, role, name, NAMES);
        let input = Rect {
            x: row.x + names,
            width: row.width.saturating_sub(names),
            ..row
        };
        let has_keys = form.focus.at() == index && !wizard.is_running(JobKind::MakeSafe);
        canvas.field(
            input,
            &form.inputs[index],
            field != SafeField::File,
            has_keys,
        );
    }
    take_top(&mut area, 1);
    let hint = match form.wrong {
        _ if wizard.is_running(JobKind::MakeSafe) => (Role::Warn, w.safe_form_running),
        Some(SafeField::File) => (Role::Danger, w.safe_form_wrong_file),
        Some(SafeField::Passphrase) => (Role::Danger, w.safe_form_wrong_passphrase),
        Some(SafeField::Again) => (Role::Danger, w.passphrase_differs),
        None => (Role::Muted, w.safe_form_hint),
    };
    canvas.pieces(&mut area, &[(hint.0, hint.1.to_owned())]);
}

/// A timer for the watch; `None` while it is being looked for.
pub(super) fn watch(
    canvas: &mut Canvas<'_>,
    mut area: Rect,
    wizard: &Wizard,
    timer: Option<&WatchTimer>,
) {
    let w = words();
    let mut pieces: Vec<Piece> = vec![(Role::Heading, w.watch_offer_head.to_owned())];
    let Some(timer) = timer else {
        pieces.push((Role::Muted, w.watch_offer_reading.to_owned()));
        canvas.pieces(&mut area, &pieces);
        return;
    };
    let minutes = u64::from(timer.minutes);
    let every = text!(watch_minutes, minutes);
    pieces.extend([plain(text!(watch_offer_what, every)), plain("")]);
    if !wizard.install_stays() {
        // Nothing of this machine is told.
        pieces.push((Role::Warn, w.watch_offer_demo.to_owned()));
        canvas.pieces(&mut area, &pieces);
        return;
    }
    pieces.push(match timer.told.as_slice() {
        [] => (Role::Warn, w.watch_offer_nobody.to_owned()),
        told => plain(text!(watch_offer_told, channels = joined::list(told))),
    });
    pieces.push(plain(""));
    match timer.stands {
        TimerStands::AsWanted => pieces.push((Role::Ok, w.watch_offer_made.to_owned())),
        TimerStands::Otherwise => pieces.extend([
            (Role::Warn, w.watch_offer_otherwise.to_owned()),
            plain(format!("  {}", timer.command)),
        ]),
        TimerStands::No => {
            pieces.push(plain(w.watch_offer_steps));
            let steps = timer.steps.iter();
            pieces.extend(steps.map(|step| plain(format!("  · {step}"))));
            if timer.idle {
                pieces.push((Role::Warn, w.watch_timer_idle.to_owned()));
            }
            pieces.extend([
                plain(w.watch_offer_takes_back),
                plain(format!("  {}", timer.command)),
            ]);
        }
    }
    canvas.pieces(&mut area, &pieces);
}
