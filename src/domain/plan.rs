//! What shall be done, secret by secret, and which strategy we recommend.
//!
//! A plan is computed from verdicts and choices alone, shown, confirmed, and then carried out as it is; it is never
//! recomputed behind the operator's back. It holds no secret.

mod choose;
pub mod hour;
pub mod mail_impact;
pub mod out_of_reach;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::verdict::{Remedy, Verdict};
use crate::domain::inventory::secret::{Place, SecretKind};
use crate::domain::key::app_key::Fingerprint;
use crate::domain::verdict::secret_report::SecretReport;
use crate::words::untrusted::Untrusted;
pub use choose::{best_old_key, need, recommend};

named! {
    /// How the install is to be brought back.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Strategy {
        /// Put the old key back and re-seal what was saved since under the newer one. Not the command of that name, which
        /// puts a backup back.
        #[serde(rename = "restore")]
        RestoreKey = "restore",
        /// Keep the current key and carry over all that opens.
        Carry = "carry",
        /// A new random key for everything: the old one leaked.
        Fresh = "fresh",
        /// Only enter passwords again.
        Reenter = "reenter",
    }
    /// The name on the command line and in the JSON forms.
    pub fn name(self);
}

/// Where the configured key lives, and so where another one would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyHome {
    /// `APP_KEY` in `.env`.
    EnvFile,
    /// The file named by `APP_KEY_FILE`.
    KeyFile,
    /// `APP_KEY` in the environment of the process: set by a container or pool configuration, out of our reach.
    ProcessEnvironment,
}

/// What a plan is made from, beside the verdicts.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// The current key.
    pub effective: Option<Fingerprint>,
    /// The key that would be current without the config cache.
    pub configured: Option<Fingerprint>,
    /// Where the configured key lives.
    pub home: KeyHome,
    /// Known keys with the number of emails, of the newest in `send_logs`, that carry their hash.
    pub mails: Vec<(Fingerprint, u64)>,
    /// Keys that are published samples.
    pub published: BTreeSet<Fingerprint>,
    /// Keys that the configuration holds in a spelling that FreeScout does not read.
    pub misspelled: BTreeSet<Fingerprint>,
    /// Whether the current key is the one that the last recovery ended with.
    pub settled: bool,
}

/// What becomes of FreeScout's config cache and its queue workers when a plan is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CacheRefresh {
    /// Nothing: neither the key nor a file of settings changes.
    NotNeeded,
    /// FreeScout's own command clears the one and restarts the others, as the web user.
    ByFreeScout,
    /// That command is not run, so we remove the cache.
    ByUs {
        /// Why it is not run: a sentence part, sanitised.
        why: String,
        /// Whether we can tell the workers to restart; otherwise the operator does.
        tells_workers: bool,
    },
}

/// Why a strategy is recommended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The current key is a published sample.
    PublishedKey,
    /// Most secrets were sealed with the old key.
    OldKeyOpensMore,
    /// The right key is configured, in a spelling that FreeScout does not read.
    Misspelled,
    /// The old key stands in `.env` already; only the cache is stale.
    OldKeyConfigured,
    /// Most emails were sent under the old key.
    OldKeySentMore,
    /// The current key opens more, or has sent more.
    CurrentKeyServesMore,
    /// A recovery has made this key current, and most opens with it.
    KeySettled,
    /// The key is set by the process environment, which we cannot change.
    KeyIsOutOfReach,
    /// The current key is right; some stored values are not.
    OnlyRepairs,
    /// Nothing opens any more: only new passwords help.
    NothingToOpen,
    /// Secrets remain whose key was not found yet: look for it first.
    KeyMissing,
    /// There is no usable key at all.
    NoUsableKey,
}

/// What must happen outside of any strategy, before one can be recommended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The old key must be found. A new one would open nothing of what is sealed, and nobody asked for it.
    OldKey,
    /// The key must be set right in the process environment, which we cannot change.
    Environment,
    /// The same, once the key is found that some of it is sealed with. FreeScout runs on the key in its config cache until then.
    MissingKeyThenEnvironment,
}

/// The strategy we recommend, and its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recommendation {
    /// The strategy.
    pub strategy: Strategy,
    /// The key that would be current; `None` for a key yet to be made.
    pub key: Option<Fingerprint>,
    /// Why.
    pub why: Why,
}

named! {
    /// What happens to one secret.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum PlanAction {
        /// Nothing is stored and nothing needs to be.
        Nothing = "nothing",
        /// Reads right under the new key as it stands.
        Keep = "keep",
        /// Opened with this key, sealed with the new one.
        Reseal(Fingerprint) = "reseal",
        /// Sealed for the first time.
        Seal = "seal",
        /// Both layers opened, sealed once.
        Unwrap = "unwrap",
        /// Serialised and sealed again.
        Repair = "repair",
        /// Decrypted against the MAC's word and sealed again, as the operator wished.
        Salvage(Fingerprint) = "salvage",
        /// A new password is stored.
        Enter = "enter",
        /// Not encrypted, and not ours to seal: this version may use it as it stands, or seals it itself.
        Leave = "leave",
        /// Stays as it is, unreadable.
        StaysLost = "stays_lost",
    }
    /// The name in the journal.
    pub fn code(self);
}

impl PlanAction {
    /// Whether this writes.
    pub fn writes(self) -> bool {
        !matches!(
            self,
            PlanAction::Nothing | PlanAction::Keep | PlanAction::Leave | PlanAction::StaysLost
        )
    }

    /// Whether FreeScout reads a value afterwards that it should.
    pub fn readable_after(self) -> bool {
        !matches!(
            self,
            PlanAction::Nothing | PlanAction::Leave | PlanAction::StaysLost
        )
    }
}

/// One line of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanStep {
    /// The secret.
    pub place: Place,
    /// What it is.
    pub kind: SecretKind,
    /// Whose it is, sanitised.
    pub owner: Untrusted,
    /// What happens to it.
    pub action: PlanAction,
}

/// The key a plan ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKey {
    /// A known key.
    Known(Fingerprint),
    /// A new random key, made when the plan is carried out.
    Fresh,
}

/// Why a strategy cannot be carried out here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impossible {
    /// No other known key opens anything.
    NoOldKey,
    /// There is no usable current key.
    NoKeyInForce,
    /// The key is set by the process environment.
    KeyOutOfReach,
}

/// What the operator chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// Salvage what the MAC does not vouch for, secret by secret.
    pub salvage: BTreeSet<Place>,
    /// Secrets for which a new password was given.
    pub entered: BTreeSet<Place>,
}

impl Choices {
    /// What was chosen for this plan.
    pub fn of(plan: &Plan) -> Self {
        let places = |is: fn(PlanAction) -> bool| {
            let steps = plan.steps.iter().filter(move |step| is(step.action));
            steps.map(|step| step.place.clone()).collect()
        };
        Self {
            salvage: places(|action| matches!(action, PlanAction::Salvage(_))),
            entered: places(|action| action == PlanAction::Enter),
        }
    }
}

/// Why a plan that was made again is not the one that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breach {
    /// It follows another strategy, or ends with another key, or writes it elsewhere.
    Otherwise,
    /// What would be readable after the one that was shown would stay unreadable.
    Loses(Vec<Place>),
}

/// A whole plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The strategy.
    pub strategy: Strategy,
    /// The key it ends with.
    pub target: TargetKey,
    /// Where that key must be written; `None` when it stands there already.
    pub write_key: Option<KeyHome>,
    /// Every secret.
    pub steps: Vec<PlanStep>,
}

impl Plan {
    /// Whether this plan, made again, is still what was shown: the same strategy and key, and nothing given up that was to be
    /// readable. What is not stored any more was given up by somebody else.
    pub fn upholds(&self, shown: &Plan) -> Result<(), Breach> {
        let same = self.strategy == shown.strategy
            && self.target == shown.target
            && self.write_key == shown.write_key;
        if !same {
            return Err(Breach::Otherwise);
        }
        let kept: BTreeSet<&Place> = shown
            .steps
            .iter()
            .filter(|step| step.action.readable_after())
            .map(|step| &step.place)
            .collect();
        let lost = self.lost().filter(|step| kept.contains(&step.place));
        let lost: Vec<Place> = lost.map(|step| step.place.clone()).collect();
        match lost.is_empty() {
            true => Ok(()),
            false => Err(Breach::Loses(lost)),
        }
    }

    /// Steps that write, without those that store a new password.
    pub fn resealed(&self) -> usize {
        self.steps
            .iter()
            .filter(|s| s.action.writes() && s.action != PlanAction::Enter)
            .count()
    }

    /// Steps that store a new password.
    pub fn entered(&self) -> usize {
        self.steps
            .iter()
            .filter(|s| s.action == PlanAction::Enter)
            .count()
    }

    /// Steps whose secret stays unreadable.
    pub fn lost(&self) -> impl Iterator<Item = &PlanStep> {
        self.steps
            .iter()
            .filter(|s| s.action == PlanAction::StaysLost)
    }

    /// The passwords that are left to be entered: what stays unreadable and can be entered, and what is missing. `secrets`
    /// are those that the plan was made for.
    pub fn to_enter<'a>(
        &self,
        secrets: &'a [SecretReport],
    ) -> impl Iterator<Item = &'a SecretReport> {
        self.with(secrets)
            .filter(|(action, secret)| {
                stays_unreadable(*action, secret)
                    || (*action == PlanAction::Nothing
                        && secret.enterable()
                        && secret.probably_wiped())
            })
            .map(|(_, secret)| secret)
    }

    /// How many of [`Plan::to_enter`] are stored but stay unreadable: a missing one is counted apart, in the summary.
    pub fn unreadable_to_enter(&self, secrets: &[SecretReport]) -> usize {
        self.with(secrets)
            .filter(|(action, secret)| stays_unreadable(*action, secret))
            .count()
    }

    /// Each secret with what is done to it: a plan has one step a secret, in the order of the secrets.
    fn with<'a>(
        &self,
        secrets: &'a [SecretReport],
    ) -> impl Iterator<Item = (PlanAction, &'a SecretReport)> {
        self.steps.iter().map(|step| step.action).zip(secrets)
    }
}

/// Whether a stored password is neither readable afterwards nor out of the operator's reach.
fn stays_unreadable(action: PlanAction, secret: &SecretReport) -> bool {
    action == PlanAction::StaysLost && secret.enterable()
}

/// The key a strategy ends with, and where it must be written; `None` when it stands there already.
///
/// # Errors
/// [`Impossible`] where the strategy makes no sense here.
pub fn target(
    strategy: Strategy,
    secrets: &[SecretReport],
    circumstances: &Circumstances,
) -> Result<(TargetKey, Option<KeyHome>), Impossible> {
    let target = match strategy {
        Strategy::RestoreKey => {
            TargetKey::Known(best_old_key(secrets, circumstances).ok_or(Impossible::NoOldKey)?)
        }
        Strategy::Carry | Strategy::Reenter => {
            TargetKey::Known(circumstances.effective.ok_or(Impossible::NoKeyInForce)?)
        }
        Strategy::Fresh => TargetKey::Fresh,
    };
    let standing = matches!(target, TargetKey::Known(key) if circumstances.configured == Some(key));
    let write_key = if standing {
        None
    } else {
        Some(circumstances.home.clone())
    };
    if write_key == Some(KeyHome::ProcessEnvironment) {
        return Err(Impossible::KeyOutOfReach);
    }
    Ok((target, write_key))
}

/// Makes the plan for a strategy.
///
/// # Errors
/// [`Impossible`] where the strategy makes no sense here.
pub fn make(
    strategy: Strategy,
    secrets: &[SecretReport],
    circumstances: &Circumstances,
    choices: &Choices,
) -> Result<Plan, Impossible> {
    let (target, write_key) = target(strategy, secrets, circumstances)?;
    let steps = secrets
        .iter()
        .map(|s| step(s, strategy, target, choices))
        .collect();
    Ok(Plan {
        strategy,
        target,
        write_key,
        steps,
    })
}

/// What the recommended strategy makes of one secret, without anything chosen.
pub fn recommended_action(recommended: Recommendation, secret: &SecretReport) -> PlanAction {
    let target = recommended.key.map_or(TargetKey::Fresh, TargetKey::Known);
    step(secret, recommended.strategy, target, &Choices::default()).action
}

fn step(
    secret: &SecretReport,
    strategy: Strategy,
    target: TargetKey,
    choices: &Choices,
) -> PlanStep {
    let keeps = |key: Fingerprint| target == TargetKey::Known(key);
    let action = if choices.entered.contains(&secret.place) && secret.form().is_some() {
        PlanAction::Enter
    } else {
        match (secret.verdict, secret.verdict.remedy()) {
            (Verdict::Empty { .. }, _) => PlanAction::Nothing,
            (verdict, Remedy::Nothing) if verdict.readable() => PlanAction::Keep,
            (_, Remedy::Nothing) => PlanAction::Leave,
            (Verdict::Opens(_), _) if strategy == Strategy::Reenter => PlanAction::Keep,
            (_, _) if strategy == Strategy::Reenter => PlanAction::StaysLost,
            (Verdict::Opens(key) | Verdict::OtherKey(key), _)
                if keeps(key) && !secret.misspelled =>
            {
                PlanAction::Keep
            }
            (Verdict::Opens(key) | Verdict::OtherKey(key), _) => PlanAction::Reseal(key),
            (_, Remedy::Seal) => PlanAction::Seal,
            (_, Remedy::Unwrap) => PlanAction::Unwrap,
            (_, Remedy::Repair) => PlanAction::Repair,
            (
                Verdict::UnknownKey {
                    salvage: Some(salvage),
                }
                | Verdict::Damaged {
                    salvage: Some(salvage),
                    ..
                },
                Remedy::Salvage,
            ) if choices.salvage.contains(&secret.place) => PlanAction::Salvage(salvage.key),
            (_, _) => PlanAction::StaysLost,
        }
    };
    PlanStep {
        place: secret.place.clone(),
        kind: secret.kind,
        owner: secret.owner.clone(),
        action,
    }
}
