//! What was found and done, as JSON for programs and as files for the record. Holds no secret: it is made from
//! assessments alone.

pub mod connections;
mod damage;
pub mod escaped;
pub mod failed;
pub mod find_key;
mod found;
mod hour;
pub mod payloads;
pub mod resend;
pub mod restore;
mod saved;
mod secrets;
mod timeline;
pub mod watch;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::hunt::old_payloads::standing::Recoverable;
use crate::domain::inventory::secret::Place;
use crate::domain::key::app_key::Fingerprint;
use crate::domain::key::source::Source;
use crate::domain::mail::probe::Tested;
use crate::domain::mail::state::MailState;
use crate::domain::plan::hour::Hour;
use crate::domain::plan::{self, Choices, Plan, Recommendation, Strategy, TargetKey};
use crate::domain::run::RunOrigin;
use crate::domain::verdict::Verdict;
use crate::domain::verdict::assessment::{Assessment, KeyReport};
use crate::domain::verdict::finding::{Finding, Severity};
use crate::domain::verdict::secret_report::SecretReport;
use crate::engine::recovery::{clock, run_log};
use crate::engine::session::Session;
use crate::engine::worker::{Applied, PlanReady};
use crate::io::container::within;
use crate::io::fs;
use crate::io::install::{KnownBy, WebAccount};
use crate::sentences;
pub use saved::save;
use secrets::{SecretJson, SecretsJson, SummaryJson, secret};

/// The form of `check --json`. Written straight from the assessment: an install may have thousands of mailboxes.
#[derive(Serialize)]
pub struct CheckJson<'a> {
    schema: u32,
    install: InstallJson<'a>,
    effective_key: Option<Fingerprint>,
    keys: Vec<KeyJson<'a>>,
    secrets: SecretsJson<'a>,
    findings: Vec<FindingJson>,
    recommendation: Option<RecommendationJson>,
    summary: SummaryJson,
    timeline: Option<timeline::TimelineJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hour: Option<hour::HourJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<Vec<connections::TestedJson<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mail: Option<MailJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    made: Option<MadeJson<'a>>,
}

impl<'a> CheckJson<'a> {
    /// With how good the hour is.
    #[must_use]
    pub fn at(self, hour: &Hour) -> Self {
        Self {
            hour: Some(hour::HourJson::of(hour)),
            ..self
        }
    }

    /// As a report: with what the connection tests came to, and who made it, when and where.
    #[must_use]
    pub fn as_report(
        self,
        tested: Vec<connections::TestedJson<'a>>,
        state: &MailState<'_>,
        made: &'a Made,
    ) -> Self {
        Self {
            connections: Some(tested),
            mail: Some(mail(state)),
            made: Some(MadeJson {
                at: &made.at,
                host: made.origin.host.raw(),
                user: made.origin.user.raw(),
                from: made.origin.from.raw(),
                version: &made.origin.version,
            }),
            ..self
        }
    }
}

/// The state of the mail: `broken`, `open` (not all is proven) or `good`, and the figures.
#[derive(Serialize)]
struct MailJson {
    state: &'static str,
    readable: usize,
    total: usize,
    missing: usize,
    logins: LoginsJson,
}

#[derive(Serialize)]
struct LoginsJson {
    ok: usize,
    failed: usize,
    not_tried: usize,
    of: usize,
}

fn mail(state: &MailState<'_>) -> MailJson {
    let logins = state.logins;
    MailJson {
        state: state.health().name(),
        readable: state.summary.readable(),
        total: state.summary.total,
        missing: state.summary.missing,
        logins: LoginsJson {
            ok: logins.ok,
            failed: logins.failed,
            not_tried: logins.not_tried,
            of: logins.of(),
        },
    }
}

#[derive(Serialize)]
struct MadeJson<'a> {
    at: &'a str,
    host: &'a str,
    user: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    from: &'a str,
    version: &'a str,
}

/// When a report was made, by whom and where.
pub struct Made {
    stamp: String,
    at: String,
    origin: RunOrigin,
}

impl Made {
    /// Now, by us.
    pub fn now() -> Self {
        let (stamp, at) = clock::now();
        Self {
            stamp,
            at,
            origin: run_log::origin(),
        }
    }

    fn line(&self) -> String {
        match self.origin.from.is_empty() {
            true => text!(
                report_made,
                version = self.origin.version,
                at = self.at,
                host = self.origin.host,
                user = self.origin.user
            ),
            false => text!(
                report_made_from,
                version = self.origin.version,
                at = self.at,
                host = self.origin.host,
                user = self.origin.user,
                from = self.origin.from
            ),
        }
    }
}

#[derive(Serialize)]
struct InstallJson<'a> {
    path: Cow<'a, str>,
    /// The container that it is in, where it is worked on from outside of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<found::ContainerJson<'a>>,
    version: &'a str,
    driver: &'static str,
    table_prefix: &'a str,
    web_user: WebUserJson,
    /// How it was found, the strongest evidence first.
    found: Vec<found::EvidenceJson<'a>>,
}

/// Whose rights FreeScout has. `name` and `uid` are `null` where that is not known.
#[derive(Serialize)]
struct WebUserJson {
    name: Option<String>,
    uid: Option<u32>,
    known_by: &'static str,
}

impl WebUserJson {
    fn of(known: &WebAccount) -> Self {
        let uid = (known.by != KnownBy::Untold).then_some(known.account.uid);
        Self {
            name: uid.map(fs::user_name),
            uid,
            known_by: known.by.code(),
        }
    }
}

#[derive(Serialize)]
struct KeyJson<'a> {
    fingerprint: Fingerprint,
    opens: usize,
    effective: bool,
    sources: &'a [Source],
    /// How many more places it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    sources_more: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<&'static str>,
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
    /// Whether anything was written.
    changed: bool,
    /// What else was done or left, as sentences.
    notes: &'a [String],
    mail: MailJson,
    #[serde(flatten)]
    older: Older<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<Vec<connections::TestedJson<'a>>>,
}

/// What `recover` would do, without `--yes`.
#[derive(Serialize)]
pub struct PlannedRecoveryJson<'a> {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    hour: Option<hour::HourJson>,
    #[serde(flatten)]
    older: Older<'a>,
}

impl PlannedRecoveryJson<'_> {
    /// With how good the hour is.
    #[must_use]
    pub fn at(self, hour: &Hour) -> Self {
        Self {
            hour: Some(hour::HourJson::of(hour)),
            ..self
        }
    }
}

/// The older payloads that are taken, and those that are only offered for what stays lost.
#[derive(Serialize, Default)]
pub struct Older<'a> {
    #[serde(rename = "older", skip_serializing_if = "Vec::is_empty")]
    taken: Vec<payloads::PayloadJson<'a>>,
    #[serde(rename = "older_offered", skip_serializing_if = "Vec::is_empty")]
    offered: Vec<payloads::PayloadJson<'a>>,
}

impl<'a> Older<'a> {
    /// Those that are taken for these places, and those that are offered for others but the `entered` ones.
    pub fn of(
        assessment: &'a Assessment,
        taken: &BTreeSet<Place>,
        entered: &BTreeSet<Place>,
    ) -> Self {
        let takeable = assessment.takeable();
        Self {
            taken: payloads::payloads(takeable.filter(|o| taken.contains(&o.place))),
            offered: payloads::payloads(not_taken(assessment, entered)),
        }
    }
}

/// Older payloads that are only offered, each text once, for places that get nothing.
pub fn not_taken<'a>(
    assessment: &'a Assessment,
    entered: &BTreeSet<Place>,
) -> impl Iterator<Item = &'a Recoverable> {
    assessment
        .recoverable
        .iter()
        .filter(move |older| !older.repeats && !entered.contains(&older.place))
}

/// A plan that was not carried out, with the older payloads it would take.
pub fn planned_json<'a>(
    ready: &PlanReady,
    assessment: &Assessment,
    older: Older<'a>,
) -> PlannedRecoveryJson<'a> {
    PlannedRecoveryJson {
        schema: 1,
        planned: true,
        strategy: ready.plan.strategy,
        key: match ready.plan.target {
            TargetKey::Known(key) => Some(key),
            TargetKey::Fresh => None,
        },
        reseal: ready.plan.resealed(),
        enter: ready.plan.entered(),
        readable_now: assessment.summary.readable(),
        readable_after: ready.after.readable(),
        total: ready.after.total,
        damage: damage::damage(&assessment.damage(ready.plan.target)),
        by_hand: sentences::elsewhere::by_hand(&ready.plan, assessment),
        hour: None,
        older,
    }
}

fn key_json(key: &KeyReport) -> KeyJson<'_> {
    KeyJson {
        fingerprint: key.fingerprint,
        opens: key.opens,
        effective: key.effective,
        sources: &key.sources,
        sources_more: (key.more > 0).then_some(key.more),
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
            container: within::get().map(|within| found::ContainerJson::of(&within.container)),
            version: &session.install.version,
            driver: session.settings.driver.name(),
            table_prefix: &session.settings.prefix,
            web_user: WebUserJson::of(&session.install.known),
            found: found::evidence(&session.evidence),
        },
        effective_key: assessment.circumstances.effective,
        keys: assessment.keys.iter().map(key_json).collect(),
        secrets: SecretsJson(&assessment.secrets),
        findings: assessment.findings.iter().map(finding).collect(),
        recommendation: assessment
            .recommendation
            .map(|r| recommendation(r, assessment)),
        summary: SummaryJson::of(assessment.summary),
        timeline: assessment.timeline.as_ref().map(timeline::timeline),
        hour: None,
        connections: None,
        mail: None,
        made: None,
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
    let figures = |plan: Plan| (plan.resealed(), plan.unreadable_to_enter(secrets));
    let (reseal, reenter) = plan.map_or((0, 0), figures);
    RecommendationJson {
        strategy: recommended.strategy,
        key: recommended.key,
        reseal,
        reenter,
    }
}

/// What `recover` did, with the older payloads it took, and what the connection tests came to, where they were made.
pub fn recover_json<'a>(
    applied: &'a Applied,
    older: Older<'a>,
    tested: Option<&'a [Tested]>,
    site: &str,
) -> RecoverJson<'a> {
    let state = MailState::with(&applied.after, tested.unwrap_or_default());
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
        changed: applied.undo.is_some(),
        notes: &applied.notes,
        mail: mail(&state),
        connections: tested.map(|tested| connections::results(tested, site)),
        older,
    }
}

/// Something is stored, and FreeScout does not read it. What nobody can tell is a finding of its own.
pub fn still_unreadable(secret: &SecretReport) -> bool {
    let told = !secret.verdict.readable() && !secret.verdict.untold();
    told && !matches!(secret.verdict, Verdict::Empty { .. })
}
