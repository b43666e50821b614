//! Which passwords are asked for, and what is known of each: the account it is for, and where the same one may be known.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::config::rules::StoredForm;
use crate::domain::inventory::mailbox::OAuthProvider;
use crate::domain::inventory::secret::{Place, SecretKind, Table};
use crate::domain::mail::{ConnectionId, LoginMethod, connections};
use crate::domain::plan::{self, Choices};
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::secret_report::SecretReport;
use crate::sentences;
use crate::words::untrusted::shown;

/// How many older copies are offered.
const OLDER_OFFERED: usize = 8;
/// How many accounts of the same login are offered.
const SAME_OFFERED: usize = 5;

/// A password that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Where it will be stored.
    pub place: Place,
    /// What it is.
    pub kind: SecretKind,
    /// Whose, sanitised.
    pub owner: String,
    /// The login it belongs to, sanitised.
    pub login: String,
    /// The server it is for, sanitised.
    pub server: String,
    /// Row id of an OAuth mailbox, whose "password" is the client secret.
    pub oauth_mailbox: Option<u64>,
    /// Secrets of the same login that are readable or asked for too, each with its owner and kind.
    pub same: Vec<(Place, String, SecretKind)>,
    /// Older copies that a search met, each text once.
    pub older: Vec<OlderCopy>,
    /// Texts in FreeScout's logs that may be it: when and where, as sentences.
    pub logged: Vec<String>,
    /// The connection it is tried with; `None` where it cannot be tried (a client secret, a module's protocol).
    pub connection: Option<ConnectionId>,
    /// The installed version stores it as it is typed.
    pub plain: bool,
}

/// An older copy that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OlderCopy {
    /// Which of those that the search met.
    pub number: u64,
    /// From when and where, as a sentence.
    pub said: String,
    /// The database it stood in, and why it is perhaps not this mailbox's, as sentences.
    pub standing: String,
    /// Whether it is certainly this install's own.
    pub certain: bool,
}

impl Asked {
    /// The older copy with this number, where it is still offered.
    pub fn older_copy(&self, number: u64) -> Option<&OlderCopy> {
        self.older.iter().find(|older| older.number == number)
    }
}

/// The login and server of a secret.
fn account(assessment: &Assessment, secret: &SecretReport) -> (String, String) {
    if secret.kind == SecretKind::SystemMail {
        let mail = &assessment.system_mail;
        return (
            shown(&mail.username).to_string(),
            shown(&format!("{}:{}", mail.host, mail.port)).to_string(),
        );
    }
    let Some(mailbox) = assessment
        .mailboxes
        .iter()
        .find(|m| m.id == secret.place.cell.id)
    else {
        return (String::new(), String::new());
    };
    let (login, server, port) = match secret.kind {
        SecretKind::Incoming => (&mailbox.in_username, &mailbox.in_server, mailbox.in_port),
        _ => (&mailbox.out_username, &mailbox.out_server, mailbox.out_port),
    };
    (
        shown(login).to_string(),
        shown(&format!("{server}:{port}")).to_string(),
    )
}

/// The passwords that a plan of this assessment leaves to be entered; also those at `beside`, whatever the plan.
pub fn asked(
    assessment: &Assessment,
    strategy: plan::Strategy,
    choices: &Choices,
    beside: &dyn Fn(&SecretReport) -> bool,
) -> Vec<Asked> {
    let Ok(plan) = plan::make(
        strategy,
        &assessment.secrets,
        &assessment.circumstances,
        choices,
    ) else {
        return Vec::new();
    };
    let needed = plan.to_enter(&assessment.secrets);
    let needed: BTreeSet<&Place> = needed.map(|secret| &secret.place).collect();
    let untestable: BTreeSet<ConnectionId> =
        connections(&assessment.mailboxes, &assessment.system_mail)
            .into_iter()
            .filter(|c| {
                !c.target
                    .as_ref()
                    .is_ok_and(|t| matches!(t.login, LoginMethod::Password { .. }))
            })
            .map(|c| c.id)
            .collect();
    let left = |secret: &&SecretReport| {
        needed.contains(&secret.place) || secret.enterable() && beside(secret)
    };
    let mut readable: BTreeMap<String, Vec<&SecretReport>> = BTreeMap::new();
    for secret in assessment
        .secrets
        .iter()
        .filter(|s| s.enterable() && s.verdict.tells_text())
    {
        readable
            .entry(account(assessment, secret).0)
            .or_default()
            .push(secret);
    }
    let oauth = |secret: &SecretReport| -> Option<(u64, OAuthProvider)> {
        let mailbox = assessment
            .mailboxes
            .iter()
            .find(|m| m.id == secret.place.cell.id)?;
        (secret.place.cell.table == Table::Mailboxes).then_some((mailbox.id, mailbox.oauth?))
    };
    // What is typed for one may be meant for another of the same login too.
    for secret in assessment.secrets.iter().filter(left) {
        let place = &secret.place;
        let same = readable.entry(account(assessment, secret).0).or_default();
        if same.iter().all(|other| other.place != *place) {
            same.push(secret);
        }
    }
    assessment
        .secrets
        .iter()
        .filter(left)
        .map(|secret| {
            let (login, server) = account(assessment, secret);
            let same = readable
                .get(&login)
                .map(Vec::as_slice)
                .filter(|_| !login.is_empty())
                .unwrap_or_default();
            let same = same
                .iter()
                .filter(|other| other.place != secret.place)
                .take(SAME_OFFERED);
            Asked {
                place: secret.place.clone(),
                kind: secret.kind,
                owner: secret.owner.to_string(),
                server,
                oauth_mailbox: oauth(secret).map(|(id, _)| id),
                same: same
                    .map(|s| (s.place.clone(), s.owner.to_string(), s.kind))
                    .collect(),
                login,
                older: assessment
                    .recoverable
                    .iter()
                    .filter(|older| older.place == secret.place && !older.repeats)
                    .take(OLDER_OFFERED)
                    .map(|older| OlderCopy {
                        number: older.number,
                        said: sentences::older::older(older),
                        standing: sentences::older::standing(older),
                        certain: older.taken().is_some(),
                    })
                    .collect(),
                logged: assessment
                    .logged
                    .iter()
                    .filter(|logged| logged.place == secret.place)
                    .map(sentences::logged)
                    .collect(),
                connection: ConnectionId::of_secret(secret.kind, &secret.place)
                    .filter(|id| !untestable.contains(id)),
                plain: secret.form() == Some(StoredForm::Plain),
            }
        })
        .collect()
}
