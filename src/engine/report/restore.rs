//! `restore --json`: what would change, and what every secret reads like now and afterwards.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use crate::domain::inventory::secret::Token;
use crate::domain::key::app_key::Fingerprint;
use crate::domain::verdict::Verdict;
use crate::domain::verdict::secret_report::SecretReport;
use crate::engine::recovery::restore::{Foretold, Restored};

/// The proof: made before anything is written, and printed with or without `--yes`.
#[derive(Serialize)]
struct ProofJson<'a> {
    rows: usize,
    files: usize,
    changes: ChangesJson<'a>,
    key_now: Option<Fingerprint>,
    key_after: Option<Fingerprint>,
    readable_now: usize,
    readable_after: usize,
    total: usize,
    other_database: bool,
    other_data: bool,
    secrets: Vec<RestoredSecretJson<'a>>,
}

/// What a restore would do.
#[derive(Serialize)]
pub struct PlannedRestoreJson<'a> {
    schema: u32,
    planned: bool,
    #[serde(flatten)]
    proof: ProofJson<'a>,
}

/// What a restore did.
#[derive(Serialize)]
pub struct RestoredJson<'a> {
    schema: u32,
    backup: Cow<'a, str>,
    safety_backup: Cow<'a, str>,
    #[serde(flatten)]
    proof: ProofJson<'a>,
    as_foretold: bool,
    surprises: Vec<String>,
}

#[derive(Serialize)]
struct ChangesJson<'a> {
    rows: Vec<RowJson<'a>>,
    files: Vec<FileJson<'a>>,
}

#[derive(Serialize)]
struct RowJson<'a> {
    table: &'static str,
    id: u64,
    column: &'a str,
}

#[derive(Serialize)]
struct FileJson<'a> {
    path: Cow<'a, str>,
    action: &'static str,
}

#[derive(Serialize)]
struct RestoredSecretJson<'a> {
    table: &'static str,
    id: u64,
    column: &'a str,
    json_path: Option<&'static str>,
    owner: String,
    /// `null` where there is no such secret now.
    now: Option<ReadingJson>,
    /// `null` where there will be none.
    after: Option<ReadingJson>,
}

#[derive(Serialize)]
struct ReadingJson {
    verdict: &'static str,
    key: Option<Fingerprint>,
    detail: Option<&'static str>,
}

/// A restore that was not carried out.
pub fn planned(foretold: &Foretold) -> PlannedRestoreJson<'_> {
    PlannedRestoreJson {
        schema: 1,
        planned: true,
        proof: proof(foretold),
    }
}

/// A restore that was, from this backup, after another was made.
pub fn restored<'a>(
    foretold: &'a Foretold,
    restored: &'a Restored,
    backup: &'a Path,
    safety_backup: &'a Path,
) -> RestoredJson<'a> {
    let surprises = restored.surprises.iter();
    RestoredJson {
        schema: 1,
        backup: backup.to_string_lossy(),
        safety_backup: safety_backup.to_string_lossy(),
        proof: proof(foretold),
        as_foretold: restored.surprises.is_empty(),
        surprises: surprises.map(|of| of.place.to_string()).collect(),
    }
}

fn proof(foretold: &Foretold) -> ProofJson<'_> {
    let after = foretold.summary();
    let secrets = foretold.secrets().into_iter();
    ProofJson {
        rows: foretold.rows().len(),
        files: foretold.files().len(),
        changes: changes(foretold),
        key_now: foretold.key_now(),
        key_after: foretold.key_after,
        readable_now: foretold.now.summary.readable(),
        readable_after: after.readable(),
        total: after.total,
        other_database: foretold.other_database,
        other_data: foretold.other_data,
        secrets: secrets
            .filter_map(|(now, after)| secret(now, after))
            .collect(),
    }
}

fn changes(foretold: &Foretold) -> ChangesJson<'_> {
    let rows = foretold.rows().iter().map(|swap| RowJson {
        table: swap.table,
        id: swap.id,
        column: &swap.column,
    });
    let files = foretold.files().iter().map(|file| FileJson {
        path: file.path.to_string_lossy(),
        action: match file.after {
            Some(_) => "write",
            None => "remove",
        },
    });
    ChangesJson {
        rows: rows.collect(),
        files: files.collect(),
    }
}

fn secret<'a>(
    now: Option<&'a SecretReport>,
    after: Option<&'a SecretReport>,
) -> Option<RestoredSecretJson<'a>> {
    let of = after.or(now)?;
    Some(RestoredSecretJson {
        table: of.place.cell.table.name(),
        id: of.place.cell.id,
        column: &of.place.cell.column,
        json_path: of.place.token.map(Token::json_path),
        owner: of.owner.to_string(),
        now: now.map(reading),
        after: after.map(reading),
    })
}

fn reading(secret: &SecretReport) -> ReadingJson {
    ReadingJson {
        verdict: secret.verdict.code(),
        key: secret.verdict.key(),
        detail: match secret.verdict {
            Verdict::Damaged { damage, .. } => Some(damage.code()),
            _ => None,
        },
    }
}
