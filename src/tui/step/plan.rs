//! Step 5 on the screen: strategies, why, what each changes.

use ratatui::layout::Rect;

use crate::domain::plan::{PlanAction, Strategy};
use crate::domain::verdict::Remedy;
use crate::engine::worker::PlanReady;
use crate::sentences;
use crate::tui::theme::Role;
use crate::tui::widgets::{Canvas, Piece, plain, take_top};
use crate::wizard::state::Wizard;
use crate::wizard::step::plan::Pane;
use crate::words::{Words, words};

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
            let mut text = format!(
                "{}: {}",
                strategy_name(*strategy, w),
                strategy_does(*strategy, w)
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
    let rows: usize = strategies
        .iter()
        .flatten()
        .map(|(_, text)| crate::tui::widgets::wrap(text, usize::from(area.width) - 2).len())
        .sum();
    let list = take_top(&mut area, u16::try_from(rows).unwrap_or(8));
    let in_changes = wizard.plan.pane == Pane::Changes;
    canvas.list(list, &strategies, chosen);
    // Both lists have a mark; the keys belong to one.
    canvas.focus = canvas.focus.take().filter(|_| !in_changes);
    if in_changes {
        canvas.not_to_choose();
    }
    take_top(&mut area, 1);
    if let Some((strategy, why)) = wizard.plan.impossible {
        let text = format!(
            "{} {}",
            text!(strategy_impossible, strategy = strategy_name(strategy, w)),
            sentences::impossible(why)
        );
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
    // A plan has one step a secret, in the order of the secrets.
    let in_order = wizard.plan.order.iter().filter_map(|index| {
        Some((
            ready.plan.steps.get(*index)?,
            assessment.secrets.get(*index)?,
        ))
    });
    let items: Vec<Vec<Piece>> = in_order
        .map(|(step, secret)| {
            let role = match step.action {
                PlanAction::StaysLost => Role::Danger,
                PlanAction::Salvage(_) => Role::Warn,
                PlanAction::Keep | PlanAction::Leave | PlanAction::Nothing => Role::Muted,
                _ => Role::Text,
            };
            let offer = match (secret.verdict.remedy(), step.action) {
                (Remedy::Salvage, PlanAction::Salvage(_)) => "[x] ",
                (Remedy::Salvage, _) => "[ ] ",
                _ => "",
            };
            let name = canvas.name(&step.owner.to_string(), &step.place.to_string());
            let owner = format!("{name}, {}", sentences::kind(step.kind));
            let action = sentences::action(step.action, secret, assessment);
            vec![(role, format!("{offer}{owner}: {action}"))]
        })
        .collect();
    let chosen = (wizard.plan.pane == Pane::Changes).then(|| wizard.plan.cursor.at());
    canvas.needs(area, items.len().min(LIST));
    canvas.list(area, &items, chosen);
}

pub(super) fn strategy_name(strategy: Strategy, w: &'static Words) -> &'static str {
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
