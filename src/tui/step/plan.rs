//! Step 5 on the screen: strategies, why, what each changes.

use ratatui::layout::Rect;

use crate::domain::plan::{PlanAction, Strategy};
use crate::domain::verdict::Remedy;
use crate::engine::worker::PlanReady;
use crate::sentences;
use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, Marked, Piece, height, plain, take_top};
use crate::wizard::state::Wizard;
use crate::wizard::step::plan::Pane;
use crate::words::{Words, joined, words};

/// Rows that the list of changes has at least, where it needs them.
const LIST: usize = 6;

pub(in crate::tui) fn draw(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard) {
    let w = words();
    let Some(assessment) = wizard.assessment() else {
        return;
    };
    let recommended = assessment.recommendation;
    let strategies: Vec<Vec<Piece>> = Strategy::ALL
        .iter()
        .map(|strategy| {
            let mut text = text!(
                said_of,
                what = strategy_name(*strategy, w),
                said = strategy_does(*strategy, w)
            );
            if recommended.is_some_and(|r| r.strategy == *strategy) {
                text.push_str(w.plan_recommended);
            }
            let role = if wizard.impossible(*strategy).is_some() {
                Role::Muted
            } else {
                Role::Text
            };
            vec![(role, text)]
        })
        .collect();
    let chosen = Strategy::ALL.iter().position(|s| *s == wizard.strategy());
    let chosen = chosen.unwrap_or_default();
    let rows: u16 = strategies
        .iter()
        .map(|pieces| height(pieces, area.width.saturating_sub(2)))
        .sum();
    let list = take_top(&mut area, rows);
    // Both lists have a mark; the keys belong to one.
    let chosen = match wizard.plan.pane {
        Pane::Strategies => Marked::Now(chosen),
        Pane::Changes => Marked::Before(chosen),
    };
    canvas.list(
        list,
        strategies.len(),
        &|index| strategies[index].clone(),
        chosen,
    );
    take_top(&mut area, 1);
    if let Some((strategy, why)) = wizard.plan.impossible {
        let is_not = text!(strategy_impossible, strategy = strategy_name(strategy, w));
        let text = joined::sentences(&[is_not, sentences::impossible(why)]);
        canvas.pieces(&mut area, &[(Role::Warn, text)]);
        if let Some(need) = assessment.need() {
            let pieces = sentences::need(need, assessment);
            canvas.pieces(&mut area, &pieces.map(plain));
        }
        return;
    }
    if let Some(problem) = &wizard.plan.problem {
        canvas.problem(&mut area, problem);
        return;
    }
    let Some(ready) = &wizard.plan.ready else {
        canvas.pieces(&mut area, &[(Role::Muted, w.plan_rehearsing.to_owned())]);
        return;
    };
    if let Some(recommended) = recommended.filter(|r| r.strategy == ready.plan.strategy) {
        canvas.pieces(
            &mut area,
            &[plain(sentences::why(recommended.why, &assessment.rules))],
        );
    } else if recommended.is_none() {
        let overruled = sentences::elsewhere::overruled(assessment);
        let need = assessment.need();
        let said = match (overruled, need, wizard.passwords.asked.len()) {
            (Some(why), ..) => vec![(Role::Danger, why.to_owned())],
            (None, Some(need), _) => sentences::need(need, assessment)
                .map(|text| (Role::Warn, text))
                .to_vec(),
            (None, None, 0) => vec![(Role::Ok, w.check_all_well.to_owned())],
            (None, None, _) => vec![(Role::Warn, w.plan_only_passwords.to_owned())],
        };
        canvas.pieces(&mut area, &said);
    }
    let damage = sentences::damage::of(&ready.plan, assessment);
    canvas.pieces(&mut area, &[(Role::Muted, damage)]);
    if let Some(meaning) = sentences::damage::meaning(&ready.plan, assessment) {
        canvas.pieces(&mut area, &[(Role::Muted, meaning.to_owned())]);
    }
    take_top(&mut area, 1);
    changes(canvas, area, wizard, ready);
}

fn changes(canvas: &mut Canvas<'_>, mut area: Rect, wizard: &Wizard, ready: &PlanReady) {
    let Some(assessment) = wizard.assessment() else {
        return;
    };
    let before = assessment.summary;
    canvas.pieces(
        &mut area,
        &[(
            Role::Heading,
            text!(
                plan_headline,
                resealed = ready.plan.resealed(),
                needed = wizard.passwords.asked.len(),
                before = before.readable(),
                after = ready.after.readable(),
                total = ready.after.all()
            ),
        )],
    );
    for text in sentences::elsewhere::by_hand(&ready.plan, assessment) {
        canvas.pieces(&mut area, &[(Role::Warn, format!("  {text}"))]);
    }
    let key = sentences::key_written(&ready.plan, assessment);
    canvas.pieces(
        &mut area,
        &key.map(|text| (Role::Accent, format!("  {text}")))
            .into_iter()
            .collect::<Vec<_>>(),
    );
    let (theme, is_linear) = (canvas.theme, canvas.is_linear());
    // A plan has one step a secret, in the order of the secrets.
    let changed = |at: usize| {
        let index = *wizard.plan.order.get(at)?;
        Some((ready.plan.steps.get(index)?, assessment.secrets.get(index)?))
    };
    let item = |at: usize| -> Vec<Piece> {
        let Some((step, secret)) = changed(at) else {
            return Vec::new();
        };
        let role = match step.action {
            PlanAction::StaysLost => Role::Danger,
            PlanAction::Salvage(_) => Role::Warn,
            PlanAction::Keep | PlanAction::Leave | PlanAction::Nothing => Role::Muted,
            _ => Role::Text,
        };
        let ticked = match (secret.verdict.remedy(), step.action) {
            (Remedy::Salvage, PlanAction::Salvage(_)) => Some(true),
            (Remedy::Salvage, _) => Some(false),
            _ => None,
        };
        let (owner, place) = (step.owner.to_string(), step.place.to_string());
        let name = theme.name(&owner, &place);
        let action = sentences::action(step.action, secret, assessment);
        let kind = sentences::kind(step.kind);
        let whose = text!(list_more, list = name, one = kind);
        let said = text!(said_of, what = whose, said = action);
        let text = match (ticked, is_linear) {
            (None, _) => said,
            (Some(is_ticked), true) => super::ticked(is_ticked, &said),
            (Some(is_ticked), false) => format!("{} {said}", super::tick(is_ticked)),
        };
        vec![(role, text)]
    };
    let len = wizard.plan.order.len();
    let chosen = match wizard.plan.pane {
        Pane::Changes => Marked::Now(wizard.plan.cursor.at()),
        Pane::Strategies => Marked::Nothing,
    };
    canvas.needs(area, len.min(LIST));
    canvas.list(area, len, &item, chosen);
}

pub(in crate::tui) fn strategy_name(strategy: Strategy, w: &'static Words) -> &'static str {
    match strategy {
        Strategy::RestoreKey => w.strategy_restore,
        Strategy::Carry => w.strategy_carry,
        Strategy::Fresh => w.strategy_fresh,
        Strategy::Reenter => w.strategy_reenter,
    }
}

fn strategy_does(strategy: Strategy, w: &'static Words) -> &'static str {
    match strategy {
        Strategy::RestoreKey => w.strategy_restore_does,
        Strategy::Carry => w.strategy_carry_does,
        Strategy::Fresh => w.strategy_fresh_does,
        Strategy::Reenter => w.strategy_reenter_does,
    }
}
