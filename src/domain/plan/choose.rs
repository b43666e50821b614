//! Which strategy an install needs, and which one is recommended.

use std::collections::BTreeSet;

use super::{Circumstances, KeyHome, Need, Recommendation, Strategy, Why};
use crate::domain::key::app_key::Fingerprint;
use crate::domain::verdict::secret_report::{SecretReport, Summary};
use crate::domain::verdict::{Remedy, Verdict};

/// How many secrets each key opens.
pub(super) fn opens(secrets: &[SecretReport], key: Fingerprint) -> usize {
    secrets
        .iter()
        .filter(|s| s.verdict.key() == Some(key))
        .count()
}

/// The known key, other than the current one, that opens most.
pub fn best_old_key(
    secrets: &[SecretReport],
    circumstances: &Circumstances,
) -> Option<Fingerprint> {
    let candidates: BTreeSet<Fingerprint> =
        secrets.iter().filter_map(|s| s.verdict.key()).collect();
    candidates
        .into_iter()
        .filter(|key| Some(*key) != circumstances.effective)
        // The configured key wins a tie, be it misspelled: the operator put it there.
        .max_by_key(|key| {
            let configured = Some(*key) == circumstances.configured;
            let meant = configured || circumstances.misspelled.contains(key);
            (opens(secrets, *key), meant)
        })
}

/// Whether anything is sealed that no known key opens: what was stored may still be had, with its key.
pub(super) fn sealed_under_unknown_key(secrets: &[SecretReport]) -> bool {
    secrets.iter().any(|s| {
        matches!(
            s.verdict,
            Verdict::UnknownKey { salvage: None }
                | Verdict::Damaged {
                    key: None,
                    salvage: None,
                    ..
                }
        )
    })
}

/// What must happen before anything can be recommended; `None` where something is, or where all is well.
pub fn need(secrets: &[SecretReport], circumstances: &Circumstances) -> Option<Need> {
    if recommend(secrets, circumstances).is_some() {
        return None;
    }
    let out_of_reach = circumstances.home == KeyHome::ProcessEnvironment;
    let known = best_old_key(secrets, circumstances).is_some();
    let missing = sealed_under_unknown_key(secrets);
    match circumstances.effective {
        _ if out_of_reach && known => Some(Need::Environment),
        // The cache holds the right key, or the better one; it is gone with the next start.
        Some(current) if out_of_reach && circumstances.configured != Some(current) => {
            match opens(secrets, current) {
                _ if missing => Some(Need::MissingKeyThenEnvironment),
                0 => None,
                _ => Some(Need::Environment),
            }
        }
        None if missing => Some(Need::OldKey),
        None if out_of_reach => Some(Need::Environment),
        _ => None,
    }
}

/// The strategy we recommend; `None` when all is well, or when there is a [`need`] first.
///
/// A new key is recommended only where nothing is sealed that it would close for good.
pub fn recommend(
    secrets: &[SecretReport],
    circumstances: &Circumstances,
) -> Option<Recommendation> {
    let effective = circumstances.effective;
    let mails = |key: Fingerprint| {
        circumstances
            .mails
            .iter()
            .find(|(k, _)| *k == key)
            .map_or(0, |(_, n)| *n)
    };
    let out_of_reach = circumstances.home == KeyHome::ProcessEnvironment;
    let some = |strategy, key, why| Some(Recommendation { strategy, key, why });
    let closed = sealed_under_unknown_key(secrets);
    let published = effective.is_some_and(|key| circumstances.published.contains(&key));
    if published && !out_of_reach && !closed {
        return some(Strategy::Fresh, None, Why::PublishedKey);
    }
    let Some(old) = best_old_key(secrets, circumstances) else {
        let Some(current) = effective else {
            if out_of_reach || closed {
                return None;
            }
            return some(Strategy::Fresh, None, Why::NoUsableKey);
        };
        let repairs = secrets.iter().any(|s| needs_repair(&s.verdict));
        let missing = secrets
            .iter()
            .any(|s| matches!(s.verdict, Verdict::UnknownKey { salvage: None }));
        if out_of_reach && circumstances.configured != effective {
            // Clearing the cache would make another key current, and that key is not ours to set.
            return None;
        }
        return if repairs || circumstances.configured != effective {
            let why = if missing {
                Why::KeyMissing
            } else {
                Why::OnlyRepairs
            };
            some(Strategy::Carry, effective, why)
        } else if missing {
            some(Strategy::Reenter, Some(current), Why::KeyMissing)
        } else if Summary::of(secrets).to_recover() > 0 {
            some(Strategy::Reenter, Some(current), Why::NothingToOpen)
        } else {
            None
        };
    };
    let configured = circumstances.configured == Some(old);
    let Some(current) = effective else {
        let why = match circumstances.misspelled.contains(&old) {
            true => Why::Misspelled,
            false => Why::OldKeyOpensMore,
        };
        return match out_of_reach {
            false => some(Strategy::RestoreKey, Some(old), why),
            true if configured => some(Strategy::RestoreKey, Some(old), Why::OldKeyConfigured),
            // Written anywhere else it would not count.
            true => None,
        };
    };
    if out_of_reach {
        // Only the cache is ours to change there.
        return match configured {
            true => some(Strategy::RestoreKey, Some(old), Why::OldKeyConfigured),
            false if circumstances.configured == effective => {
                some(Strategy::Carry, effective, Why::KeyIsOutOfReach)
            }
            false => None,
        };
    }
    if circumstances.published.contains(&old) {
        return some(Strategy::Carry, effective, Why::CurrentKeyServesMore);
    }
    if configured {
        return some(Strategy::RestoreKey, Some(old), Why::OldKeyConfigured);
    }
    // What a worker saved since under the key before must not turn the operator's decision round: that key may have leaked.
    if circumstances.settled && opens(secrets, current) > opens(secrets, old) {
        return some(Strategy::Carry, effective, Why::KeySettled);
    }
    match mails(old).cmp(&mails(current)) {
        _ if circumstances.misspelled.contains(&old) && opens(secrets, current) == 0 => {
            some(Strategy::RestoreKey, Some(old), Why::Misspelled)
        }
        std::cmp::Ordering::Greater => some(Strategy::RestoreKey, Some(old), Why::OldKeySentMore),
        std::cmp::Ordering::Less => some(Strategy::Carry, effective, Why::CurrentKeyServesMore),
        std::cmp::Ordering::Equal if opens(secrets, old) >= opens(secrets, current) => {
            some(Strategy::RestoreKey, Some(old), Why::OldKeyOpensMore)
        }
        std::cmp::Ordering::Equal => some(Strategy::Carry, effective, Why::CurrentKeyServesMore),
    }
}

pub(super) fn needs_repair(verdict: &Verdict) -> bool {
    matches!(
        verdict.remedy(),
        Remedy::Seal | Remedy::Unwrap | Remedy::Repair
    )
}
