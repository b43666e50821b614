//! The form of `find-key --json`.

use std::path::Path;

use serde::Serialize;

use super::payloads::{PayloadJson, payloads};
use super::{KeyJson, key_json};
use crate::domain::hunt::forms::UnreadForm;
use crate::domain::key::app_key::Fingerprint;
use crate::domain::verdict::assessment::Assessment;
use crate::engine::hunt::find_key::Hunted;
use crate::engine::recovery::commands;
use crate::words::untrusted::{Untrusted, uncovered, without_keys};

/// What a hunt found.
#[derive(Serialize)]
pub struct FindKeyJson<'a> {
    schema: u32,
    effective_key: Option<Fingerprint>,
    keys: Vec<KeyJson<'a>>,
    payloads: Vec<PayloadJson<'a>>,
    looked: LookedJson,
    skipped: Vec<SkippedJson<'a>>,
    skipped_more: u64,
    next: Option<&'a str>,
}

#[derive(Serialize)]
struct LookedJson {
    files: u64,
    bytes: u64,
    seconds: f64,
}

#[derive(Serialize)]
struct SkippedJson<'a> {
    path: String,
    #[serde(skip_serializing_if = "<[Untrusted]>::is_empty")]
    inside: &'a [Untrusted],
    why: String,
    /// What it is, where it is packed, encrypted or a repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<&'static str>,
    /// How much it holds, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// How many more members of the same archive were not read for the same reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    alike: Option<u64>,
}

/// What a hunt for keys of this install found, and the command that comes next.
pub fn find_key_json<'a>(
    install: &Path,
    assessment: &'a Assessment,
    hunted: &'a Hunted,
    next: Option<&'a str>,
) -> FindKeyJson<'a> {
    let looked = &hunted.looked;
    let install = commands::operand(install);
    let skipped = looked.skipped.iter().map(|skipped| SkippedJson {
        path: without_keys(&uncovered(&skipped.path).to_string_lossy()).into_owned(),
        inside: &skipped.inside,
        why: skipped.told(&install),
        form: skipped.why.form().map(UnreadForm::name),
        bytes: (skipped.bytes > 0).then_some(skipped.bytes),
        alike: (skipped.alike > 0).then_some(skipped.alike),
    });
    FindKeyJson {
        schema: 1,
        effective_key: assessment.circumstances.effective,
        keys: assessment.keys.iter().map(key_json).collect(),
        payloads: payloads(&assessment.recoverable),
        looked: LookedJson {
            files: looked.files,
            bytes: looked.bytes,
            seconds: (hunted.seconds * 1000.0).round() / 1000.0,
        },
        skipped: skipped.collect(),
        skipped_more: looked.skipped_more,
        next,
    }
}
