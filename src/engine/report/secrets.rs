//! Secrets and their figures in `check --json`, in the report and in what `recover --json` says is left.

use serde::{Serialize, Serializer};

use crate::domain::inventory::secret::Token;
use crate::domain::key::app_key::Fingerprint;
use crate::domain::verdict::secret_report::{SecretReport, Summary};
use crate::domain::verdict::{MacFault, Verdict};

/// The form of `summary`: figures by verdict, and those that texts for people count in.
#[derive(Serialize)]
pub(super) struct SummaryJson {
    #[serde(flatten)]
    by_verdict: Summary,
    /// Empty, although FreeScout needs them.
    missing: usize,
    /// All that FreeScout needs: `total` and `missing`.
    needed: usize,
    /// Of those, what it reads.
    readable: usize,
}

impl SummaryJson {
    pub(super) fn of(summary: Summary) -> Self {
        Self {
            by_verdict: summary,
            missing: summary.missing,
            needed: summary.all(),
            readable: summary.readable(),
        }
    }
}

/// Secrets, each made as it is written.
pub(super) struct SecretsJson<'a>(pub(super) &'a [SecretReport]);

impl Serialize for SecretsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(secret))
    }
}

/// One secret, in the form of `secrets` and of `still_unreadable`.
#[derive(Serialize)]
pub(super) struct SecretJson<'a> {
    table: &'static str,
    id: u64,
    column: &'a str,
    json_path: Option<&'static str>,
    owner: String,
    verdict: &'static str,
    key: Option<Fingerprint>,
    detail: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    salvage: Option<SalvageJson>,
}

#[derive(Serialize)]
struct SalvageJson {
    key: Fingerprint,
    fault: &'static str,
}

/// One of them.
pub(super) fn secret(secret: &SecretReport) -> SecretJson<'_> {
    let (detail, salvage) = match secret.verdict {
        Verdict::Damaged {
            damage, salvage, ..
        } => (Some(damage.code()), salvage),
        Verdict::UnknownKey { salvage } => (None, salvage),
        _ => (None, None),
    };
    let fault = |fault| match fault {
        MacFault::Missing => "mac_missing",
        MacFault::UpperCase => "mac_upper_case",
        MacFault::Wrong => "mac_wrong",
    };
    SecretJson {
        table: secret.place.cell.table.name(),
        id: secret.place.cell.id,
        column: &secret.place.cell.column,
        json_path: secret.place.token.map(Token::json_path),
        owner: secret.owner.to_string(),
        verdict: secret.verdict.code(),
        key: secret.verdict.key(),
        detail,
        salvage: salvage.map(|salvage| SalvageJson {
            key: salvage.key,
            fault: fault(salvage.fault),
        }),
    }
}
