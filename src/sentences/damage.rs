//! What a plan does to emails already sent, as sentences with counts.

use super::timeline;
use crate::domain::config::rules::Rules;
use crate::domain::plan::mail_impact::{MailImpact, Trace};
use crate::domain::plan::{Plan, Strategy};
use crate::domain::verdict::assessment::Assessment;
use crate::words::{joined, words};

/// What becomes of replies and links; without counts where the database tells none.
pub fn of(plan: &Plan, assessment: &Assessment) -> String {
    let w = words();
    let damage = assessment.damage(plan.target);
    if damage.is_empty() && !assessment.rules.replies_carry_hashes() {
        return of_old_version(plan, &damage, &assessment.rules);
    }
    if damage.is_empty() {
        return match (plan.strategy, damage.key_changes) {
            (Strategy::RestoreKey, _) => w.plan_links_restore,
            (_, true) => w.plan_links_fresh,
            (_, false) => w.plan_links_same,
        }
        .to_owned();
    }
    let what = |traces: &[Trace]| {
        let traces: Vec<String> = traces.iter().map(|t| trace(t, assessment)).collect();
        (!traces.is_empty()).then(|| joined::list(&traces))
    };
    let regains = what(&damage.regains).map(|what| text!(damage_regains, what));
    let keeps = what(&damage.keeps).map(|what| text!(damage_keeps, what));
    let breaks = what(&damage.breaks).map(|what| text!(damage_breaks, what));
    let broken = what(&damage.stays_broken).map(|what| text!(damage_stays_broken, what));
    let parts: Vec<String> = [regains, keeps, breaks, broken]
        .into_iter()
        .flatten()
        .collect();
    let mails = text!(damage_of_mails, parts = joined::clauses(&parts));
    format!("{mails} {}", of_the_key(plan, &damage, &assessment.rules))
}

/// What a broken mail means, where the plan breaks or leaves some.
pub fn meaning(plan: &Plan, assessment: &Assessment) -> Option<&'static str> {
    let damage = assessment.damage(plan.target);
    let broken = !damage.breaks.is_empty() || !damage.stays_broken.is_empty();
    broken.then(|| words().damage_meaning)
}

fn of_the_key(plan: &Plan, damage: &MailImpact, rules: &Rules) -> &'static str {
    let w = words();
    match (damage.key_changes, plan.strategy) {
        (true, _) if !rules.has_web_cron() => w.damage_logins_end,
        (false, _) if !rules.has_web_cron() => w.damage_logins_stay,
        (true, Strategy::RestoreKey) => w.damage_key_restored,
        (true, _) => w.damage_key_changes,
        (false, _) => w.damage_key_stays,
    }
}

/// Before 1.8.39 replies are matched by numbers alone, and what else depends on the key came bit by bit.
fn of_old_version(plan: &Plan, damage: &MailImpact, rules: &Rules) -> String {
    let w = words();
    let links = match (damage.key_changes, plan.strategy) {
        _ if !rules.links_carry_tokens() => w.plan_links_keyless,
        (true, Strategy::RestoreKey) => w.plan_links_work_again,
        (true, _) => w.plan_links_stop,
        (false, _) => w.plan_links_keep,
    };
    format!("{links} {}", of_the_key(plan, damage, rules))
}

fn trace(trace: &Trace, assessment: &Assessment) -> String {
    let key = trace.key.map_or_else(
        || words().damage_unknown_key.to_owned(),
        |key| assessment.name(key),
    );
    match trace.links {
        None | Some(0) => text!(damage_mails, mails = timeline::mails(trace.mails), key),
        Some(links) => text!(
            damage_mails_links,
            mails = timeline::mails(trace.mails),
            links,
            key
        ),
    }
}
