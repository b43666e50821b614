//! What was found and done, as JSON for programs and as files for the record. Holds no secret: it is made from
//! assessments alone.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::domain::assessment::{Assessment, KeyReport, SecretReport};
use crate::domain::plan::{Action, Plan, Target};
use crate::domain::problem::Problem;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::Place;
use crate::domain::verdict::{MacFault, Verdict};
use crate::engine::backup;
use crate::engine::job::Applied;
use crate::engine::session::Session;
use crate::io::backup::prepare_parent;
use crate::io::files::{self, Attributes};
use crate::sentences;

/// The form of `check --json`.
pub fn check_json(session: &Session, assessment: &Assessment) -> Json {
    json!({
        "schema": 1,
        "install": {
            "path": session.install.root.to_string_lossy(),
            "version": session.install.version,
            "driver": session.settings.driver.name(),
            "table_prefix": session.settings.prefix,
        },
        "effective_key": assessment.circumstances.effective,
        "keys": assessment.keys.iter().map(key).collect::<Vec<_>>(),
        "secrets": assessment.secrets.iter().map(secret).collect::<Vec<_>>(),
        "findings": assessment.findings.iter().map(|f| json!({
            "code": f.code(),
            "severity": f.severity(),
            "message": sentences::finding(f),
        })).collect::<Vec<_>>(),
        "recommendation": recommendation(assessment),
        "summary": assessment.summary,
    })
}

fn key(key: &KeyReport) -> Json {
    let mut json = json!({
        "fingerprint": key.fingerprint,
        "opens": key.opens,
        "effective": key.effective,
        "sources": key.sources,
    });
    if let (Some(published), Some(members)) = (key.published, json.as_object_mut()) {
        members.insert("published".to_owned(), published.into());
    }
    json
}

/// One secret, in the form of `secrets` and of `still_unreadable`.
pub fn secret(secret: &SecretReport) -> Json {
    let detail = match secret.verdict {
        Verdict::Damaged { damage, .. } => Some(damage.code()),
        _ => None,
    };
    let mut json = json!({
        "table": secret.place.cell.table.name(),
        "id": secret.place.cell.id,
        "column": secret.place.cell.column,
        "json_path": secret.place.token.map(crate::domain::secret::Token::json_path),
        "owner": sanitize(&secret.owner),
        "verdict": secret.verdict.code(),
        "key": secret.verdict.key(),
        "detail": detail,
    });
    let (Verdict::UnknownKey {
        salvage: Some(salvage),
    }
    | Verdict::Damaged {
        salvage: Some(salvage),
        ..
    }) = secret.verdict
    else {
        return json;
    };
    let fault = match salvage.fault {
        MacFault::Missing => "mac_missing",
        MacFault::UpperCase => "mac_upper_case",
        MacFault::Wrong => "mac_wrong",
    };
    if let Some(members) = json.as_object_mut() {
        members.insert(
            "salvage".to_owned(),
            json!({ "key": salvage.key, "fault": fault }),
        );
    }
    json
}

fn recommendation(assessment: &Assessment) -> Json {
    let Some(recommended) = assessment.recommendation else {
        return Json::Null;
    };
    let choices = crate::domain::plan::Choices::default();
    let plan = crate::domain::plan::make(
        recommended.strategy,
        &assessment.secrets,
        &assessment.circumstances,
        &choices,
    );
    let (reseal, reenter) = plan.map_or((0, 0), |plan| {
        (plan.resealed(), to_reenter(&plan, assessment).len())
    });
    json!({ "strategy": recommended.strategy, "key": recommended.key, "reseal": reseal, "reenter": reenter })
}

/// Secrets that stay lost under a plan and can be entered again.
pub fn to_reenter(plan: &Plan, assessment: &Assessment) -> Vec<Place> {
    let enterable = |place: &Place| {
        assessment
            .secrets
            .iter()
            .any(|s| s.place == *place && s.enterable())
    };
    plan.steps
        .iter()
        .filter(|s| s.action == Action::StaysLost && enterable(&s.place))
        .map(|s| s.place.clone())
        .collect()
}

/// The form of `recover --json`.
pub fn recover_json(plan: &Plan, applied: &Applied) -> Json {
    let key = match plan.target {
        Target::Known(key) => Some(key),
        Target::Fresh => applied.after.circumstances.effective,
    };
    let unreadable = applied.after.secrets.iter().filter(|s| still_unreadable(s));
    json!({
        "schema": 1,
        "strategy": plan.strategy,
        "key": key,
        "backup": applied.backup.to_string_lossy(),
        "resealed": applied.resealed,
        "reentered": applied.reentered,
        "still_unreadable": unreadable.map(secret).collect::<Vec<_>>(),
        "verified": applied.verified,
    })
}

/// Something is stored, and FreeScout does not read it.
pub fn still_unreadable(secret: &SecretReport) -> bool {
    !secret.verdict.readable() && !matches!(secret.verdict, Verdict::Empty { .. })
}

/// Saves a report as text and JSON beside the backups, closed to others.
///
/// # Errors
/// A [`Problem`] when the folder or a file cannot be written.
pub fn save(folder: &Path, text: &str, json: &Json) -> Result<Vec<PathBuf>, Problem> {
    let w = crate::words::words();
    let failed =
        |why: String| Problem::new(w.report_not_saved, sanitize(&why), w.backup_failed_next);
    prepare_parent(folder).map_err(|e| failed(e.to_string()))?;
    let (stamp, _) = backup::now();
    let attributes = Attributes {
        uid: rustix::process::geteuid().as_raw(),
        gid: rustix::process::getegid().as_raw(),
        mode: 0o600,
        modified: 0,
    };
    let json = serde_json::to_vec_pretty(json).map_err(|e| failed(e.to_string()))?;
    let mut saved = Vec::new();
    for (ending, bytes) in [("txt", text.as_bytes()), ("json", &json)] {
        let path = folder.join(format!("report-{stamp}.{ending}"));
        files::write_new(&path, bytes, &attributes).map_err(|e| failed(e.to_string()))?;
        saved.push(path);
    }
    Ok(saved)
}
