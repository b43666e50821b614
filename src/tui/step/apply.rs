//! Step 7 on the screen: what will be written, the word, the work.

use ratatui::layout::Rect;

use super::plan::strategy_name;
use crate::domain::plan::{Plan, PlanAction, Strategy};
use crate::engine::worker::PlanReady;
use crate::sentences;
use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, Piece, plain, take_bottom, take_top, wrap};
use crate::wizard::jobs::JobKind;
use crate::wizard::state::Wizard;
use crate::words::untrusted::shown;
use crate::words::{typed, words};

pub(in crate::tui) fn draw(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard) {
    let w = words();
    if let Some(problem) = &wizard.apply.problem {
        canvas.problem(&mut area, problem);
        let typed = wizard.typed();
        if typed > 0 {
            canvas.pieces(&mut area, &[plain(text!(apply_typed_kept, count = typed))]);
        }
        return;
    }
    let Some(ready) = &wizard.apply.ready else {
        canvas.pieces(&mut area, &[(Role::Muted, w.plan_rehearsing.to_owned())]);
        return;
    };
    let lost = ready.plan.lost().count() + still_wiped(wizard, &ready.plan);
    if wizard.apply.has_nothing_to_do() {
        let nothing = (Role::Heading, w.apply_nothing_to_do.to_owned());
        let lost = (lost > 0).then(|| (Role::Warn, text!(apply_lost_enter, count = lost)));
        let pieces: Vec<Piece> = [nothing].into_iter().chain(lost).collect();
        canvas.pieces(&mut area, &pieces);
        return;
    }
    // Whatever else has to be cut, the word and its field are seen.
    let stay = wizard.workers_stay();
    let confirm = if stay {
        text!(
            apply_confirm_stay,
            word = typed::APPLY,
            restart = typed::RESTART
        )
    } else {
        text!(apply_confirm, word = typed::APPLY)
    };
    let rows = wrap(&confirm, usize::from(area.width)).len() + 1;
    let least = if stay { 4 } else { 3 };
    let mut prompt = take_bottom(&mut area, u16::try_from(rows).unwrap_or(least).max(least));
    canvas.pinned = prompt.height;
    canvas.pieces(&mut area, &[(Role::Heading, w.apply_head.to_owned())]);
    canvas.pieces(&mut area, &not_recommended(wizard, &ready.plan));
    canvas.pieces(&mut area, &written(wizard, ready));
    take_top(&mut area, 1);
    if lost > 0 {
        let text = text!(apply_lost, count = lost);
        canvas.pieces(&mut area, &[(Role::Warn, text)]);
    }
    if let Some(backup) = &wizard.backup.done {
        let folder = shown(&backup.folder).to_string();
        canvas.pieces(&mut area, &[(Role::Muted, text!(apply_backup, folder))]);
    }
    if let Some(hour) = &wizard.hour {
        let role = match hour.is_quiet() {
            true => Role::Muted,
            false => Role::Warn,
        };
        let pieces = [
            (role, sentences::hour::hour(hour)),
            (Role::Muted, sentences::hour::holds(hour)),
        ];
        canvas.pieces(&mut area, &pieces);
    }
    if wizard.is_running(JobKind::Apply) {
        canvas.pieces(&mut prompt, &[(Role::Accent, w.apply_running.to_owned())]);
        return;
    }
    canvas.pieces(&mut prompt, &[plain(confirm)]);
    let row = take_top(&mut prompt, 1);
    let field = Rect {
        width: row.width.min(20),
        ..row
    };
    canvas.field(field, &wizard.apply.word, false, true);
}

/// What a strategy means that is not the recommended one: before the word is typed, it is read once more.
fn not_recommended(wizard: &Wizard, plan: &Plan) -> Vec<Piece> {
    let Some(assessment) = wizard.assessment() else {
        return Vec::new();
    };
    let recommended = assessment.recommendation.map(|r| r.strategy);
    if plan.strategy == recommended.unwrap_or(Strategy::Reenter) {
        return Vec::new();
    }
    let strategy = strategy_name(plan.strategy, words());
    let meaning = sentences::damage::meaning(plan, assessment).map(str::to_owned);
    let said = [
        Some(text!(apply_not_recommended, strategy)),
        Some(sentences::damage::of(plan, assessment)),
        meaning,
    ];
    let said = said.into_iter().flatten().filter(|text| !text.is_empty());
    said.map(|text| (Role::Warn, text)).collect()
}

/// Wiped passwords that were not given: nothing is stored, and something is needed.
fn still_wiped(wizard: &Wizard, plan: &Plan) -> usize {
    let nothing = plan
        .steps
        .iter()
        .filter(|s| s.action == PlanAction::Nothing);
    nothing
        .filter(|s| {
            wizard
                .passwords
                .asked
                .iter()
                .any(|asked| asked.place == s.place)
        })
        .count()
}

fn written(wizard: &Wizard, ready: &PlanReady) -> Vec<Piece> {
    let w = words();
    let plan: &Plan = &ready.plan;
    let bullet = |text: String| plain(format!("  · {text}"));
    let rows = plan.steps.iter().filter(|s| s.action.writes()).count();
    let mut pieces = Vec::new();
    if rows == 0 && plan.write_key.is_none() {
        pieces.push(bullet(w.apply_no_rows.to_owned()));
    } else {
        pieces.push(bullet(text!(
            apply_rows_written,
            resealed = plan.resealed(),
            entered = plan.entered()
        )));
    }
    let key = wizard
        .assessment()
        .and_then(|a| sentences::key_written(plan, a));
    pieces.extend(key.map(bullet));
    let follows = wizard
        .assessment()
        .map(|a| sentences::followed(&ready.refresh, a));
    pieces.extend(follows.map(bullet));
    let by_hand = wizard
        .assessment()
        .map(|a| sentences::elsewhere::by_hand(plan, a));
    pieces.extend(by_hand.unwrap_or_default().into_iter().map(bullet));
    let summary = ready.after;
    pieces.push(bullet(text!(
        apply_then,
        after = summary.readable(),
        total = summary.all()
    )));
    pieces
}
