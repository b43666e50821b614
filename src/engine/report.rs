//! What was found and done, as JSON for programs and as files for the record. Holds no secret: it is made from
//! assessments alone.

pub mod connections;
mod damage;
pub mod escaped;
pub mod find_key;
pub mod payloads;
pub mod restore;
mod timeline;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::domain::app_key::Fingerprint;
use crate::domain::assessment::{Assessment, KeyReport, SecretReport, Summary};
use crate::domain::finding::{Finding, Severity};
use crate::domain::plan::{self, Action, Choices, Plan, Recommendation, Strategy, Target};
use crate::domain::problem::Problem;
use crate::domain::sanitize::{sanitize, sanitize_lines};
use crate::domain::secret::{Place, Token};
use crate::domain::source::Source;
use crate::domain::verdict::{MacFault, Verdict};
use crate::engine::backup;
use crate::engine::job::{Applied, PlanReady};
use crate::engine::obstacle::{place, way_out};
use crate::engine::session::Session;
use crate::io::backup::prepare_parent;
use crate::io::files::{self, Attributes};
use crate::sentences;

/// The form of `check --json`. Written straight from the assessment: an install may have thousands of mailboxes.
#[derive(Serialize)]
pub struct CheckJson<'a> {
    schema: u32,
    install: InstallJson<'a>,
    effective_key: Option<Fingerprint>,
    keys: Vec<KeyJson<'a>>,
    secrets: Vec<SecretJson<'a>>,
    findings: Vec<FindingJson>,
    recommendation: Option<RecommendationJson>,
    summary: Summary,
    timeline: Option<timeline::TimelineJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<Vec<connections::TestedJson<'a>>>,
}

impl<'a> CheckJson<'a> {
    /// The same with what the connection tests came to.
    #[must_use]
    pub fn with_connections(self, tested: Vec<connections::TestedJson<'a>>) -> Self {
        Self {
            connections: Some(tested),
            ..self
        }
    }
}

#[derive(Serialize)]
struct InstallJson<'a> {
    path: Cow<'a, str>,
    version: &'a str,
    driver: &'static str,
    table_prefix: &'a str,
}

#[derive(Serialize)]
struct KeyJson<'a> {
    fingerprint: Fingerprint,
    opens: usize,
    effective: bool,
    sources: &'a [Source],
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<&'static str>,
}

/// One secret, in the form of `secrets` and of `still_unreadable`.
#[derive(Serialize)]
struct SecretJson<'a> {
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

#[derive(Serialize)]
struct FindingJson {
    code: &'static str,
    severity: Severity,
    message: String,
}

#[derive(Serialize)]
struct RecommendationJson {
    strategy: Strategy,
    key: Option<Fingerprint>,
    reseal: usize,
    reenter: usize,
}

/// The form of `recover --json`.
#[derive(Serialize)]
pub struct RecoverJson<'a> {
    schema: u32,
    strategy: &'a str,
    key: Option<&'a str>,
    backup: Cow<'a, str>,
    resealed: usize,
    reentered: usize,
    still_unreadable: Vec<SecretJson<'a>>,
    verified: bool,
    /// What else was done or left, as sentences.
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<Vec<connections::TestedJson<'a>>>,
}

/// What `recover` would do, without `--yes`.
#[derive(Serialize)]
pub struct PlannedJson<'a> {
    schema: u32,
    planned: bool,
    strategy: Strategy,
    key: Option<Fingerprint>,
    reseal: usize,
    enter: usize,
    readable_now: usize,
    readable_after: usize,
    total: usize,
    damage: damage::DamageJson,
    /// What must be changed elsewhere, by hand, as sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    by_hand: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    older: Vec<payloads::PayloadJson<'a>>,
}

/// A plan that was not carried out, and the older payloads it would take.
pub fn planned_json<'a>(
    ready: &PlanReady,
    assessment: &'a Assessment,
    older: &BTreeSet<Place>,
) -> PlannedJson<'a> {
    PlannedJson {
        schema: 1,
        planned: true,
        strategy: ready.plan.strategy,
        key: match ready.plan.target {
            Target::Known(key) => Some(key),
            Target::Fresh => None,
        },
        reseal: ready.plan.resealed(),
        enter: ready.plan.entered(),
        readable_now: assessment.summary.readable(),
        readable_after: ready.after.readable(),
        total: ready.after.total,
        damage: damage::damage(&assessment.damage(ready.plan.target)),
        by_hand: sentences::elsewhere::by_hand(&ready.plan, assessment),
        older: payloads::payloads(
            assessment
                .newest_recoverable()
                .filter(|o| older.contains(&o.place)),
        ),
    }
}

fn key_json(key: &KeyReport) -> KeyJson<'_> {
    KeyJson {
        fingerprint: key.fingerprint,
        opens: key.opens,
        effective: key.effective,
        sources: &key.sources,
        published: key.published,
    }
}

/// What `check` found.
pub fn check_json<'a>(session: &'a Session, assessment: &'a Assessment) -> CheckJson<'a> {
    let finding = |finding: &Finding| FindingJson {
        code: finding.code(),
        severity: finding.severity(),
        message: sentences::finding(finding),
    };
    CheckJson {
        schema: 1,
        install: InstallJson {
            path: session.install.root.to_string_lossy(),
            version: &session.install.version,
            driver: session.settings.driver.name(),
            table_prefix: &session.settings.prefix,
        },
        effective_key: assessment.circumstances.effective,
        keys: assessment.keys.iter().map(key_json).collect(),
        secrets: assessment.secrets.iter().map(secret).collect(),
        findings: assessment.findings.iter().map(finding).collect(),
        recommendation: assessment
            .recommendation
            .map(|r| recommendation(r, assessment)),
        summary: assessment.summary,
        timeline: assessment.timeline.as_ref().map(timeline::timeline),
        connections: None,
    }
}

fn secret(secret: &SecretReport) -> SecretJson<'_> {
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
        owner: sanitize(&secret.owner),
        verdict: secret.verdict.code(),
        key: secret.verdict.key(),
        detail,
        salvage: salvage.map(|salvage| SalvageJson {
            key: salvage.key,
            fault: fault(salvage.fault),
        }),
    }
}

fn recommendation(recommended: Recommendation, assessment: &Assessment) -> RecommendationJson {
    let (secrets, choices) = (&assessment.secrets, Choices::default());
    let plan = plan::make(
        recommended.strategy,
        secrets,
        &assessment.circumstances,
        &choices,
    );
    let lost = |plan: &Plan| {
        // A plan has one step a secret, in the order of the secrets.
        let pairs = plan.steps.iter().zip(secrets);
        pairs
            .filter(|(step, secret)| step.action == Action::StaysLost && secret.enterable())
            .count()
    };
    let (reseal, reenter) = plan.map_or((0, 0), |plan| (plan.resealed(), lost(&plan)));
    RecommendationJson {
        strategy: recommended.strategy,
        key: recommended.key,
        reseal,
        reenter,
    }
}

/// What `recover` did, and what the connection tests came to, where they were made.
pub fn recover_json<'a>(
    applied: &'a Applied,
    connections: Option<Vec<connections::TestedJson<'a>>>,
) -> RecoverJson<'a> {
    let unreadable = applied.after.secrets.iter().filter(|s| still_unreadable(s));
    RecoverJson {
        schema: 1,
        strategy: &applied.strategy,
        key: applied.key.as_deref(),
        backup: applied.backup.to_string_lossy(),
        resealed: applied.resealed,
        reentered: applied.reentered,
        still_unreadable: unreadable.map(secret).collect(),
        verified: applied.verified,
        notes: &applied.notes,
        connections,
    }
}

/// Something is stored, and FreeScout does not read it.
pub fn still_unreadable(secret: &SecretReport) -> bool {
    !secret.verdict.readable() && !matches!(secret.verdict, Verdict::Empty { .. })
}

/// Saves a report as text and JSON beside the backups, closed to others.
///
/// # Errors
/// A [`Problem`] when the folder or a file cannot be written.
pub fn save(folder: &Path, text: &str, json: &CheckJson<'_>) -> Result<Vec<PathBuf>, Problem> {
    let w = crate::words::words();
    let failed = |why: String, obstacle, path: &Path| {
        let next = way_out(
            w.report_changes_nothing,
            obstacle,
            place(obstacle, path),
            w.backup_failed_next,
        );
        Problem::new(w.report_not_saved, sanitize(&why), next)
    };
    prepare_parent(folder).map_err(|e| failed(e.to_string(), e.obstacle(), e.path()))?;
    let (stamp, _) = backup::now();
    let attributes = Attributes::closed();
    let json = escaped::pretty(json).map_err(|e| failed(e.to_string(), None, folder))?;
    let mut saved: Vec<PathBuf> = Vec::new();
    let text = sanitize_lines(text);
    for (ending, bytes) in [("txt", text.as_bytes()), ("json", &json)] {
        let path = folder.join(format!("report-{stamp}.{ending}"));
        if let Err(e) = files::write_new(&path, bytes, &attributes) {
            // Not one of two; what cannot be removed does no harm.
            saved.iter().for_each(|path| drop(files::remove(path)));
            return Err(failed(e.to_string(), e.obstacle(), e.path()));
        }
        saved.push(path);
    }
    Ok(saved)
}
