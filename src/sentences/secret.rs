//! What is known of a secret, and what becomes of it, as sentences.

use crate::domain::config::rules::{StorageRule, StoredForm, Undecryptable};
use crate::domain::inventory::secret::SecretKind;
use crate::domain::key::app_key::Fingerprint;
use crate::domain::plan::PlanAction;
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::secret_report::SecretReport;
use crate::domain::verdict::{Damage, MacFault, Plain, Salvage, Verdict};
use crate::words::words;

/// What a verdict means.
pub fn verdict(secret: &SecretReport, assessment: &Assessment) -> String {
    let w = words();
    let label = |key: Fingerprint| assessment.name(key);
    match secret.verdict {
        Verdict::Opens(key) => text!(verdict_opens, key = label(key)),
        Verdict::OtherKey(key) => {
            format!(
                "{} {}",
                text!(verdict_other_key, key = label(key)),
                reads(secret)
            )
        }
        Verdict::UnknownKey { salvage } => {
            let used = sent_as_stored(secret).map_or_else(String::new, |used| format!(" {used}"));
            format!(
                "{}{used}{}",
                w.verdict_unknown_key,
                salvageable(salvage, assessment)
            )
        }
        Verdict::Damaged {
            damage,
            key,
            salvage,
            ..
        } => {
            let key = key
                .map(|key| text!(verdict_damaged_key, key = label(key)))
                .unwrap_or_default();
            format!(
                "{}{key}{}",
                self::damage(damage),
                salvageable(salvage, assessment)
            )
        }
        Verdict::Plaintext(plain) => match plain {
            Plain::AsItIs => w.verdict_plaintext_as_it_is,
            // Every version reads licences so.
            Plain::StillRead if secret.kind == SecretKind::License => w.verdict_plaintext_works,
            Plain::StillRead => w.verdict_plaintext_still_read,
            Plain::ReadsEmpty => w.verdict_plaintext,
            Plain::AwaitsMigration => w.verdict_plaintext_awaits,
            Plain::Untold => w.verdict_plaintext_untold,
        }
        .to_owned(),
        Verdict::Nested { key, innermost } => {
            if innermost {
                text!(verdict_nested, key = label(key))
            } else {
                text!(verdict_nested_closed, key = label(key))
            }
        }
        Verdict::Empty { .. } if secret.probably_wiped() => w.verdict_wiped.to_owned(),
        Verdict::Empty { null_payload: true } => w.verdict_null.to_owned(),
        Verdict::Empty {
            null_payload: false,
        } => w.verdict_empty.to_owned(),
    }
}

fn salvageable(salvage: Option<Salvage>, assessment: &Assessment) -> String {
    let Some(Salvage { key, fault }) = salvage else {
        return String::new();
    };
    let text = match fault {
        MacFault::Missing => text!(salvage_missing, key = assessment.name(key)),
        MacFault::UpperCase => text!(salvage_upper_case, key = assessment.name(key)),
        MacFault::Wrong => text!(salvage_wrong, key = assessment.name(key)),
    };
    format!(" {text}")
}

/// What a damage is.
pub fn damage(damage: Damage) -> &'static str {
    let w = words();
    match damage {
        Damage::BadBase64 => w.damage_bad_base64,
        Damage::BadJson => w.damage_bad_json,
        Damage::NoMac => w.damage_no_mac,
        Damage::BadIv => w.damage_bad_iv,
        Damage::Truncated => w.damage_truncated,
        Damage::BadPadding => w.damage_bad_padding,
        Damage::NotSerialized => w.damage_not_serialized,
        Damage::BadMeta => w.damage_bad_meta,
        Damage::TooLong => w.damage_too_long,
        Damage::OfNewerVersion => w.damage_of_newer_version,
    }
}

/// What a plan does with a secret.
pub fn action(action: PlanAction, secret: &SecretReport, assessment: &Assessment) -> String {
    let w = words();
    match action {
        PlanAction::Nothing => w.action_nothing.to_owned(),
        PlanAction::Keep => match secret.verdict {
            Verdict::OtherKey(key) => text!(action_keep_until, key = assessment.name(key)),
            _ => w.action_keep.to_owned(),
        },
        PlanAction::Reseal(key) => text!(action_reseal, key = assessment.name(key)),
        PlanAction::Seal => w.action_seal.to_owned(),
        PlanAction::Unwrap => w.action_unwrap.to_owned(),
        PlanAction::Repair => w.action_repair.to_owned(),
        PlanAction::Salvage(key) => text!(action_salvage, key = assessment.name(key)),
        PlanAction::Enter if secret.form() == Some(StoredForm::Plain) => {
            w.action_enter_plain.to_owned()
        }
        PlanAction::Enter => w.action_enter.to_owned(),
        PlanAction::Leave => match secret.keeping {
            StorageRule::SealedByMigration => w.action_leave_to_migration,
            _ => w.action_leave,
        }
        .to_owned(),
        PlanAction::StaysLost => match secret.kind {
            SecretKind::Incoming | SecretKind::Outgoing | SecretKind::SystemMail => {
                w.action_stays_lost
            }
            SecretKind::OAuth(_) => w.action_lost_oauth,
            SecretKind::License => w.action_lost_license,
            SecretKind::ModuleOption | SecretKind::EnvValue => w.action_lost_module,
            SecretKind::InvitedUser => w.action_lost_invited,
        }
        .to_owned(),
    }
}

/// What FreeScout makes of a secret that it cannot open.
fn reads(secret: &SecretReport) -> &'static str {
    let w = words();
    match secret.kind {
        SecretKind::License => w.reads_license,
        SecretKind::ModuleOption | SecretKind::EnvValue => w.reads_module,
        SecretKind::InvitedUser => w.reads_invited,
        _ => sent_as_stored(secret).unwrap_or(w.reads_empty),
    }
}

/// What is sent to a mail server in place of a secret that does not decrypt, where that is the stored text.
fn sent_as_stored(secret: &SecretReport) -> Option<&'static str> {
    let w = words();
    let said = match secret.kind {
        SecretKind::SystemMail => w.reads_as_stored,
        SecretKind::OAuth(_) => w.reads_as_stored_token,
        _ => return None,
    };
    (secret.keeping == StorageRule::Sealed(Undecryptable::ReadsAsStored)).then_some(said)
}

/// A verdict in a word or two, for a cell of a table.
pub fn cell(secret: &SecretReport, assessment: &Assessment) -> String {
    let w = words();
    let word = match secret.verdict {
        Verdict::Opens(key) => return format!("{} ✓", assessment.label(key)),
        Verdict::OtherKey(key) => return assessment.label(key),
        Verdict::UnknownKey { salvage: None } => w.cell_lost,
        Verdict::UnknownKey { salvage: Some(_) }
        | Verdict::Damaged {
            salvage: Some(_), ..
        } => w.cell_salvage,
        Verdict::Damaged { .. } => w.cell_damaged,
        Verdict::Plaintext(_) if secret.verdict.readable() => w.cell_plain_read,
        Verdict::Plaintext(_) if secret.verdict.untold() => w.cell_plain_untold,
        Verdict::Plaintext(_) => w.cell_plain,
        Verdict::Nested { .. } => w.cell_twice,
        Verdict::Empty { .. } if secret.probably_wiped() => w.cell_wiped,
        Verdict::Empty { .. } => "–",
    };
    word.to_owned()
}
