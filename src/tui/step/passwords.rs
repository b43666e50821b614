//! Step 6 on the screen: the passwords that are asked for, and the field of the chosen one.

use ratatui::layout::Rect;

use crate::domain::inventory::secret::SecretKind;
use crate::domain::mail::probe::TestVerdict;
use crate::domain::mail::rung::Code;
use crate::sentences;
use crate::tui::layout::below_list;
use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, Marked, Piece, height, plain, take_bottom, take_top};
use crate::wizard::parts::input::Input;
use crate::wizard::state::Wizard;
use crate::wizard::step::passwords::{Answer, Asked, Offer, Trial, objection};
use crate::words::untrusted::shown;
use crate::words::words;

/// Rows for the chosen one, at least: what most of them need, so that the list keeps its place while the choice moves.
const DETAIL: u16 = 6;

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
    let theme = canvas.theme;
    let item = |index: usize| -> Vec<Piece> {
        let Some(asked) = state.asked.get(index) else {
            return Vec::new();
        };
        let name = theme.name(&asked.owner, &asked.login);
        item(name, asked, state.answers.get(&asked.place))
    };
    if canvas.is_linear() {
        canvas.linear_list(&mut area, state.asked.len(), &item, Some(state.cursor.at()));
        take_top(&mut area, 1);
        if let Some(asked) = state.asked.get(state.cursor.at()) {
            field(canvas, area, wizard, asked);
        }
        return;
    }
    let chosen = state.asked.get(state.cursor.at());
    let below = chosen.map_or(0, |asked| below(wizard, asked, area.width));
    // An item has a row at least: more of them than rows tell no more.
    let first = 0..state.asked.len().min(usize::from(area.height));
    let width = area.width.saturating_sub(2);
    let rows: u16 = first.map(|index| height(&item(index), width)).sum();
    let window = area.height - canvas.extra;
    let below = below_list(window, usize::from(rows), below.max(DETAIL)) + canvas.extra;
    let mut detail = take_bottom(&mut area, below);
    let at = Marked::Now(state.cursor.at());
    canvas.list(area, state.asked.len(), &item, at);
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

fn item(name: &str, asked: &Asked, answer: Option<&Answer>) -> Vec<Piece> {
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
    let whose = text!(list_more, list = name, one = kind);
    let said = match trial.is_empty() {
        true => answer_text,
        false => text!(list_more, list = answer_text, one = trial),
    };
    vec![(role, text!(said_of, what = whose, said))]
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
    (role, text)
}

/// Rows that the chosen one needs below the list: a rule, what is said before its field, the field, what is said behind it.
fn below(wizard: &Wizard, asked: &Asked, width: u16) -> u16 {
    let (before, behind) = (before_field(asked), behind_field(wizard, asked));
    2 + height(&before, width) + height(&behind, width)
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
    canvas.pieces(&mut area, &before_field(asked));
    let answer = wizard.passwords.answers.get(&asked.place);
    let row = take_top(&mut area, 1);
    match answer.and_then(|answer| instead(asked, answer)) {
        Some(same) => {
            let spans = vec![canvas.span(Role::Ok, same)];
            canvas.line(row, 0, spans);
        }
        None => {
            let empty = Input::default();
            let input = answer.map_or(&empty, |answer| &answer.input);
            canvas.field(row, input, !wizard.passwords.revealed, true);
        }
    }
    canvas.pieces(&mut area, &behind_field(wizard, asked));
}

/// Whose password it is.
fn before_field(asked: &Asked) -> [Piece; 1] {
    let whose = text!(passwords_for, login = asked.login, server = asked.server);
    [(Role::Muted, whose)]
}

/// What there is to know of what stands in the field.
fn behind_field(wizard: &Wizard, asked: &Asked) -> Vec<Piece> {
    let w = words();
    let answer = wizard.passwords.answers.get(&asked.place);
    let mut hints = Vec::from_iter(noted(wizard, asked));
    match answer.filter(|answer| instead(asked, answer).is_some()) {
        Some(answer) => {
            if let Some(Offer::Older(number)) = answer.instead.as_ref()
                && let Some(older) = asked.older_copy(*number)
            {
                let role = if older.certain {
                    Role::Muted
                } else {
                    Role::Warn
                };
                hints.push((role, older.standing.clone()));
            }
        }
        None => {
            let text = answer.map_or("", |answer| answer.input.expose());
            let hint = match objection(text) {
                Some(objection) => Some(objection.sentence()),
                None if text != text.trim() => Some(w.password_blanks),
                None => None,
            };
            hints.extend(hint.map(|hint| (Role::Warn, hint.to_owned())));
        }
    }
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
    hints
}
