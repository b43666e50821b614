//! A planned change of key as sentences: what breaks, what is done, and what is left to the operator.

use super::{damage, elsewhere, followed, key_written};
use crate::domain::plan::{CacheRefresh, Plan};
use crate::domain::verdict::assessment::Assessment;
use crate::words::words;

/// What breaks, whatever is done.
pub fn breaks(plan: &Plan, assessment: &Assessment) -> Vec<String> {
    let meaning = damage::meaning(plan, assessment).map(str::to_owned);
    let mut said = vec![damage::of(plan, assessment)];
    said.extend(meaning);
    said.push(words().rotate_traces.to_owned());
    said
}

/// What is done, after the safe.
pub fn does(
    plan: &Plan,
    assessment: &Assessment,
    refresh: &CacheRefresh,
    mailboxes: usize,
) -> Vec<String> {
    let w = words();
    let secrets = plan.resealed();
    let mut said = vec![w.rotate_backup.to_owned()];
    said.push(text!(rotate_reencrypts, secrets, mailboxes));
    said.extend(key_written(plan, assessment));
    said.push(followed(refresh, assessment));
    said.push(w.rotate_proven.to_owned());
    said
}

/// What is left to the operator. `recover` is the command that brings in what was encrypted with the old key.
pub fn afterwards(
    plan: &Plan,
    assessment: &Assessment,
    licences: usize,
    recover: &str,
) -> Vec<String> {
    let w = words();
    let mut said = elsewhere::by_hand(plan, assessment);
    if assessment.damage(plan.target).web_cron_changes {
        said.push(w.rotate_cron.to_owned());
    }
    if licences > 0 {
        said.push(text!(rotate_licences, count = licences));
    }
    said.push(w.rotate_passwords.to_owned());
    said.push(text!(rotate_old_backups, recover));
    said
}
