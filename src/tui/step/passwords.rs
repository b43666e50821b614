//! Step 6 on the screen: the passwords that are asked for, and the field of the chosen one.

use ratatui::layout::Rect;

use crate::domain::inventory::secret::SecretKind;
use crate::domain::mail::probe::TestVerdict;
use crate::domain::mail::rung::Code;
use crate::sentences;
use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, Piece, below_list, plain, take_top, wrap};
use crate::wizard::parts::input::Input;
use crate::wizard::state::Wizard;
use crate::wizard::step::passwords::{Answer, Asked, Offer, Trial, objection};
use crate::words::untrusted::shown;
use crate::words::words;

/// Rows for the chosen one, at least.
const DETAIL: u16 = 11;

pub(in crate::tui) fn draw(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard) {
    let w = words();
    let state = &wizard.passwords;
    if state.asked.is_empty() {
        canvas.pieces(&mut area, &[(Role::Ok, w.passwords_none.to_owned())]);
        return;
    }
    let head = if state.asked.iter().any(|asked| asked.plain) {
        w.passwords_head_plain
    } else {
        w.passwords_head
    };
    canvas.pieces(&mut area, &[plain(head), plain("")]);
    let items: Vec<Vec<Piece>> = state
        .asked
        .iter()
        .map(|asked| {
            item(
                canvas.name(&asked.owner, &asked.login),
                asked,
                state.answers.get(&asked.place),
            )
        })
        .collect();
    let width = usize::from(area.width.saturating_sub(2));
    let rows = items
        .iter()
        .flatten()
        .map(|(_, text)| wrap(text, width).len());
    let mut detail = below_list(&mut area, rows.sum(), DETAIL + canvas.extra / 2);
    canvas.list(area, &items, Some(state.cursor.at()));
    if let Some(asked) = state.asked.get(state.cursor.at()) {
        let rule = take_top(&mut detail, 1);
        let spans = vec![canvas.span(Role::Muted, "─".repeat(usize::from(rule.width)))];
        canvas.line(rule, 0, spans);
        field(canvas, detail, wizard, asked);
    }
}

/// What is taken in place of a typed password.
fn instead(asked: &Asked, answer: &Answer) -> Option<String> {
    match answer.instead.as_ref()? {
        Offer::Older(number) => asked.older_copy(*number).map(|older| older.said.clone()),
        Offer::Logged(n) => asked.logged.get(*n).cloned(),
        Offer::SameAs(place) => {
            let (_, owner, kind) = asked.same.iter().find(|(p, ..)| p == place)?;
            Some(text!(
                passwords_same_as,
                owner,
                kind = sentences::kind(*kind)
            ))
        }
    }
}

fn item(name: String, asked: &Asked, answer: Option<&Answer>) -> Vec<Piece> {
    let w = words();
    let kind = match (asked.oauth_mailbox, asked.kind) {
        (Some(_), SecretKind::Outgoing) => w.kind_client_secret_outgoing,
        (Some(_), _) => w.kind_client_secret,
        (None, kind) => sentences::kind(kind),
    };
    let answer_text = match answer {
        Some(answer) if answer.instead.is_some() => instead(asked, answer).unwrap_or_default(),
        Some(answer) if !answer.input.is_empty() => {
            text!(passwords_typed, count = answer.input.chars())
        }
        _ => w.passwords_missing.to_owned(),
    };
    let (role, trial) = answer
        .filter(|answer| answer.given())
        .map_or((Role::Text, String::new()), |answer| trial(asked, answer));
    vec![(role, format!("{name}, {kind}: {answer_text}{trial}"))]
}

/// What its server says to an answer, in a word or two.
fn trial(asked: &Asked, answer: &Answer) -> (Role, String) {
    let w = words();
    let (role, text) = match &answer.trial {
        Some(Trial::Running(_, rung)) => (
            Role::Accent,
            format!("{} …", rung.map_or("", sentences::connections::rung)),
        ),
        Some(Trial::Ended(tested)) => {
            let mark = tested.ended.mark();
            let role = match tested.ended.verdict() {
                TestVerdict::Ok => Role::Ok,
                TestVerdict::Failed => Role::Danger,
                TestVerdict::Skipped => Role::Warn,
            };
            let sign = sentences::connections::sign(mark);
            let word = sentences::connections::outcome(&tested.ended);
            (role, format!("{sign} {word}"))
        }
        Some(Trial::Kept) => (Role::Warn, w.password_kept.to_owned()),
        None if asked.connection.is_none() => (Role::Ok, w.password_untestable.to_owned()),
        None => (Role::Warn, w.password_untested.to_owned()),
    };
    (role, format!(", {text}"))
}

/// What the note of a demo says.
fn noted(wizard: &Wizard, asked: &Asked) -> Option<Piece> {
    let note = wizard.passwords.note.as_ref()?;
    let password = &note.says(asked)?.password;
    Some(plain(text!(
        passwords_of_demo,
        file = shown(&note.file),
        password = shown(&password.expose())
    )))
}

fn field(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard, asked: &Asked) {
    let w = words();
    canvas.pieces(
        &mut area,
        &[(
            Role::Muted,
            text!(passwords_for, login = asked.login, server = asked.server),
        )],
    );
    let answer = wizard.passwords.answers.get(&asked.place);
    let row = take_top(&mut area, 1);
    match answer.and_then(|answer| instead(asked, answer)) {
        Some(same) => {
            let spans = vec![canvas.span(Role::Ok, same)];
            canvas.line(row, 0, spans);
            if let Some(Offer::Older(number)) = answer.and_then(|answer| answer.instead.as_ref())
                && let Some(older) = asked.older_copy(*number)
            {
                let role = if older.certain {
                    Role::Muted
                } else {
                    Role::Warn
                };
                canvas.pieces(&mut area, &[(role, older.standing.clone())]);
            }
        }
        None => {
            let empty = Input::default();
            let input = answer.map_or(&empty, |answer| &answer.input);
            canvas.field(row, input, !wizard.passwords.revealed, true);
            let text = input.expose();
            let hint = match objection(text) {
                Some(objection) => Some(objection.sentence()),
                None if text != text.trim() => Some(w.password_blanks),
                None => None,
            };
            if let Some(hint) = hint {
                canvas.pieces(&mut area, &[(Role::Warn, hint.to_owned())]);
            }
        }
    }
    let mut hints = Vec::from_iter(noted(wizard, asked));
    if let Some(id) = asked.oauth_mailbox {
        let site = wizard.survey.read().map_or("", |s| s.site.as_str());
        hints.push(plain(text!(passwords_oauth, site, id)));
    }
    if !wizard.passwords.offers(asked).is_empty() {
        hints.push((Role::Muted, w.passwords_same_hint.to_owned()));
    }
    match answer.and_then(|answer| answer.trial.as_ref()) {
        Some(Trial::Ended(tested)) => {
            hints.extend(super::connections::verdict(tested, wizard));
            if tested.ended.code == Code::SameAsBefore {
                hints.push((Role::Muted, w.password_not_tried.to_owned()));
            } else if wizard.trial_waits() {
                hints.push((Role::Muted, w.password_login_closed.to_owned()));
            }
        }
        Some(Trial::Kept) => {}
        _ if asked.connection.is_some() => {
            let hint = match answer.is_some_and(Answer::given) {
                true => w.passwords_tested_first,
                false => w.passwords_tested_later,
            };
            hints.push((Role::Muted, hint.to_owned()));
        }
        _ => {}
    }
    canvas.pieces(&mut area, &hints);
}
