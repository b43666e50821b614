//! The recommendation where the key is set outside of `.env`, out of our reach.

use super::{Circumstances, Recommendation, Strategy, Why, best_old_key};
use crate::domain::key::app_key::Fingerprint;
use crate::domain::verdict::secret_report::SecretReport;

/// The recommendation, with a key in mind that is set outside of `.env`, out of our reach. Where that key opens as much as
/// the one of `.env`, it is the one to end with: FreeScout then reads everything without anything changed by hand.
pub fn advise(
    recommended: Option<Recommendation>,
    out_of_reach: Option<Fingerprint>,
    secrets: &[SecretReport],
    circumstances: &Circumstances,
) -> Option<Recommendation> {
    let opens = |key| {
        secrets
            .iter()
            .filter(|s| s.verdict.key() == Some(key))
            .count()
    };
    let key = out_of_reach.filter(|key| {
        let best = best_old_key(secrets, circumstances) == Some(*key);
        best && opens(*key) >= circumstances.effective.map_or(0, opens)
    });
    match (recommended, key) {
        (Some(recommended), Some(key)) if recommended.strategy != Strategy::Fresh => {
            Some(Recommendation {
                strategy: Strategy::RestoreKey,
                key: Some(key),
                why: Why::KeyIsOutOfReach,
            })
        }
        _ => recommended,
    }
}
