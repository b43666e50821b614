//! The state of an install as we report it: verdicts, keys, findings, figures. Holds no secret, so it may be cloned,
//! shown and printed.

use std::sync::Arc;

use jiff::civil::DateTime;

use super::finding::{Finding, SettingEffect};
use crate::domain::config::rules::Rules;
use crate::domain::hunt::old_payloads::standing::Recoverable;
use crate::domain::inventory::mailbox::{Mailbox, SystemMail};
use crate::domain::inventory::secret::{Place, SecretKind, Table};
use crate::domain::inventory::{Inventory, Secret, StoredText};
use crate::domain::key::app_key::Fingerprint;
use crate::domain::key::ring::KeyRing;
use crate::domain::key::source::Source;
use crate::domain::key::timeline::Timeline;
use crate::domain::payload::base64;
use crate::domain::plan::mail_impact::{MailImpact, Trace};
use crate::domain::plan::{self, Circumstances, Need, Recommendation, TargetKey};
use crate::domain::verdict;
use crate::domain::verdict::secret_report::{SecretReport, Summary};
use crate::words::untrusted::Untrusted;

/// One key and its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyReport {
    /// `K1`, `K2`, ….
    pub label: String,
    /// How it is named.
    pub fingerprint: Fingerprint,
    /// How many secrets it opens.
    pub opens: usize,
    /// Whether it is the current key.
    pub effective: bool,
    /// Where it stands: as many places as are remembered.
    pub sources: Vec<Source>,
    /// In how many more.
    pub more: u64,
    /// How many emails in `send_logs` carry its hash.
    pub mails: u64,
    /// Where it is published, if it is a sample key.
    pub published: Option<&'static str>,
}

impl KeyReport {
    /// Its label and its fingerprint: `K1 · 3fa9c2d1e0b4`.
    pub fn name(&self) -> String {
        format!("{} · {}", self.label, self.fingerprint)
    }

    /// In how many places it stands.
    pub fn places(&self) -> u64 {
        self.sources.len() as u64 + self.more
    }
}

/// A text from a log that may be the password of a lost secret. Unproven: to be tried at the mail server, never to be
/// stored untested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedPassword {
    /// The secret it may be of.
    pub place: Place,
    /// The log: `table#id`, or the path of a file.
    pub seen_in: Untrusted,
    /// When it was written down.
    pub date: Option<DateTime>,
}

/// Everything the checks found out.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The rules of the installed version.
    pub rules: Rules,
    /// Every secret, mailbox by mailbox, then the others.
    pub secrets: Vec<SecretReport>,
    /// Every known key, in the order found.
    pub keys: Vec<KeyReport>,
    /// What needs attention, gravest first.
    pub findings: Vec<Finding>,
    /// Where the key that is configured in `.env` is set elsewhere too. Nothing is wrong with that, until a plan ends with
    /// another key.
    pub set_alike: Vec<Finding>,
    /// Figures.
    pub summary: Summary,
    /// What plans are made from.
    pub circumstances: Circumstances,
    /// What we recommend; `None` when all is well.
    pub recommendation: Option<Recommendation>,
    /// The mailboxes.
    pub mailboxes: Arc<Vec<Mailbox>>,
    /// The system mail account.
    pub system_mail: SystemMail,
    /// Which key was in use when; `None` where no mail tells.
    pub timeline: Option<Timeline>,
    /// What was sent under each key.
    pub traces: Vec<Trace>,
    /// What older copies could bring back, in the order of the secrets; of each what may be taken first, then the newest.
    pub recoverable: Vec<Recoverable>,
    /// What FreeScout's logs offer for lost passwords, in the order of the secrets, newest first.
    pub logged: Vec<LoggedPassword>,
}

impl Assessment {
    /// What keeps FreeScout from reading, now and whatever we write, what reads right with the key of `.env`: a key that is
    /// set elsewhere and counts first, or a line of `.env` that it does not get past.
    pub fn overruled(&self) -> impl Iterator<Item = &Finding> {
        let readable = self.summary.readable();
        self.findings.iter().filter(move |finding| match finding {
            Finding::KeySetElsewhere {
                standing, opens, ..
            } => *standing == SettingEffect::InForce && *opens < readable,
            Finding::EnvRefused { cached, .. } => !cached,
            _ => false,
        })
    }

    /// Whether workers are not restarted, unless the operator says so: one that could not be searched may hold a
    /// lost key.
    pub fn workers_stay(&self) -> bool {
        let unsearched = |f: &Finding| matches!(f, Finding::WorkerUnsearched { .. });
        self.findings.iter().any(unsearched)
    }

    /// What must happen before anything can be recommended.
    pub fn need(&self) -> Option<Need> {
        plan::need(&self.secrets, &self.circumstances)
    }

    /// What ending with this key does to emails already sent.
    pub fn damage(&self, target: TargetKey) -> MailImpact {
        let mut damage = MailImpact::of(target, self.circumstances.effective, &self.traces);
        damage.web_cron_changes &= self.rules.has_web_cron();
        damage
    }

    /// A key by its label and its fingerprint: `K1 · 3fa9c2d1e0b4`. Every sentence names it so, because another command, or
    /// the same one after a recovery, may give another label.
    pub fn name(&self, key: Fingerprint) -> String {
        let known = self.keys.iter().find(|k| k.fingerprint == key);
        known.map_or_else(|| key.to_string(), KeyReport::name)
    }

    /// The label of a key alone, for the cells of a table; its fingerprint when it is not known.
    pub fn label(&self, key: Fingerprint) -> String {
        self.keys
            .iter()
            .find(|k| k.fingerprint == key)
            .map_or_else(|| key.to_string(), |k| k.label.clone())
    }

    /// The older payloads that may be taken unseen: one of each secret that has such a one.
    pub fn takeable(&self) -> impl Iterator<Item = &Recoverable> {
        self.recoverable
            .iter()
            .filter(|older| older.taken().is_some() && !older.repeats)
    }
}

/// Judges every secret of an inventory.
pub fn judge_all(inventory: &Inventory, ring: &KeyRing) -> Vec<SecretReport> {
    inventory
        .secrets
        .iter()
        .map(|secret| judge_one(secret, inventory, ring))
        .collect()
}

/// Judges one secret of an inventory.
pub fn judge_one(secret: &Secret, inventory: &Inventory, ring: &KeyRing) -> SecretReport {
    SecretReport {
        place: secret.place.clone(),
        kind: secret.kind,
        owner: secret.owner.clone(),
        verdict: verdict::judge(secret, ring),
        keeping: secret.keeping,
        misspelled: matches!(secret.stored(), StoredText::Text(text) if !base64::is_canonical(text.expose())),
        needed: needed(secret.kind, &secret.place, inventory),
    }
}

/// The keys with what each opens.
pub fn report_keys(ring: &KeyRing, secrets: &[SecretReport]) -> Vec<KeyReport> {
    let effective = ring
        .effective()
        .map(crate::domain::key::app_key::AppKey::fingerprint);
    // A file with one key may be called like another.
    let unnamed = |source: &Source| {
        let keys = ring.iter().map(|known| &known.key);
        keys.fold(source.clone(), Source::without)
    };
    ring.iter()
        .map(|known| KeyReport {
            label: ring.label(known.fingerprint()),
            fingerprint: known.fingerprint(),
            opens: secrets
                .iter()
                .filter(|s| s.verdict.key() == Some(known.fingerprint()))
                .count(),
            effective: effective == Some(known.fingerprint()),
            sources: known.sources.iter().map(unnamed).collect(),
            more: known.more(),
            mails: known.mails,
            published: crate::domain::key::known::published(&known.key),
        })
        .collect()
}

fn needed(kind: SecretKind, place: &Place, inventory: &Inventory) -> bool {
    let mailbox = || match place.cell.table {
        Table::Mailboxes => inventory.mailbox(place.cell.id),
        _ => None,
    };
    match kind {
        SecretKind::Incoming => mailbox().is_some_and(Mailbox::needs_incoming),
        SecretKind::Outgoing => mailbox().is_some_and(Mailbox::needs_outgoing),
        SecretKind::SystemMail => inventory.system_mail.needs_password(),
        _ => false,
    }
}
