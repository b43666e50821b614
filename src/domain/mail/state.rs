//! The state of the mail: what FreeScout reads, which logins are proven, and whose mail does not flow, worst first.
//!
//! Made of an assessment and of what was tested; judges nothing itself. Untested is not proven.

use std::collections::BTreeMap;

use super::probe::{LoginMark, Tested};
use super::{Connection, ConnectionId, connections};
use crate::domain::inventory::secret::{SecretKind, Table};
use crate::domain::verdict::Verdict;
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::secret_report::{SecretReport, Summary};
use crate::words::untrusted::Untrusted;

named! {
    /// How something stands. The worst comes first.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Health {
        /// Mail does not flow, or a secret is lost.
        Broken = "broken",
        /// Not proven, or not in order, but nothing says that mail does not flow.
        Open = "open",
        /// All is proven.
        Good = "good",
    }
    /// The name in the JSON forms.
    pub fn name(self);
}

/// Figures of the logins that have to work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Logins {
    /// Proven.
    pub ok: usize,
    /// Tried, and refused or not reached.
    pub failed: usize,
    /// Not tried, for whatever reason.
    pub not_tried: usize,
}

impl Logins {
    /// All that have to work.
    pub fn of(self) -> usize {
        self.ok + self.failed + self.not_tried
    }
}

/// One login and its last test.
#[derive(Debug, Clone)]
pub struct TestedLogin<'a> {
    /// Where it leads.
    pub connection: Connection,
    /// What came of it; `None` where it was not tested.
    pub tested: Option<&'a Tested>,
}

impl TestedLogin<'_> {
    /// How it is marked.
    pub fn mark(&self) -> LoginMark {
        match (&self.connection.target, self.tested) {
            (_, Some(tested)) => tested.ended.mark(),
            (Ok(_), None) => LoginMark::NotTried,
            (Err(_), None) => LoginMark::NotNeeded,
        }
    }

    fn health(&self) -> Health {
        match self.mark() {
            LoginMark::Works | LoginMark::NotNeeded => Health::Good,
            LoginMark::Fails => Health::Broken,
            LoginMark::WouldWork | LoginMark::NotTried => Health::Open,
        }
    }
}

/// A mailbox, the system mail account, or another owner of a secret.
#[derive(Debug, Clone)]
pub struct Owner<'a> {
    /// The id of a mailbox.
    pub mailbox: Option<u64>,
    /// Its name.
    pub name: Untrusted<&'a str>,
    /// A mailbox's address; empty for others.
    pub email: Untrusted<&'a str>,
    /// What is stored for it and not empty, or empty and needed.
    pub secrets: Vec<&'a SecretReport>,
    /// Its logins, incoming first.
    pub logins: Vec<TestedLogin<'a>>,
}

impl<'a> Owner<'a> {
    /// How its mail stands.
    pub fn health(&self) -> Health {
        let logins = self.logins.iter().map(TestedLogin::health);
        let secrets = self.unreadable().map(|secret| match secret.kind {
            // The invitation works all the same.
            SecretKind::InvitedUser => Health::Open,
            _ => Health::Broken,
        });
        logins.chain(secrets).min().unwrap_or(Health::Good)
    }

    /// Its secrets that FreeScout cannot use.
    pub fn unreadable(&self) -> impl Iterator<Item = &'a SecretReport> + '_ {
        self.secrets.iter().copied().filter(|s| is_open(s))
    }
}

/// Whether FreeScout cannot use a secret that is, or should be, there.
pub fn is_open(secret: &SecretReport) -> bool {
    let empty = matches!(secret.verdict, Verdict::Empty { .. });
    secret.probably_wiped() || !empty && !secret.verdict.readable()
}

/// See the file's head.
#[derive(Debug, Clone)]
pub struct MailState<'a> {
    /// What FreeScout reads, and what it does not.
    pub summary: Summary,
    /// The logins.
    pub logins: Logins,
    /// Everyone, worst first; among equals mailboxes by id, then the system mail account, then the others.
    pub owners: Vec<Owner<'a>>,
}

impl<'a> MailState<'a> {
    /// The state of an install, with the last test of each connection.
    pub fn of(
        assessment: &'a Assessment,
        tested: &dyn Fn(ConnectionId) -> Option<&'a Tested>,
    ) -> Self {
        let mut owners = owners(assessment, tested);
        let mut logins = Logins::default();
        for login in owners.iter().flat_map(|owner| &owner.logins) {
            match login.mark() {
                LoginMark::Works => logins.ok += 1,
                LoginMark::Fails => logins.failed += 1,
                LoginMark::WouldWork | LoginMark::NotTried => logins.not_tried += 1,
                LoginMark::NotNeeded => {}
            }
        }
        owners.sort_by_cached_key(Owner::health);
        Self {
            summary: assessment.summary,
            logins,
            owners,
        }
    }

    /// The state with these results.
    pub fn with(assessment: &'a Assessment, tested: &'a [Tested]) -> Self {
        let by_id: BTreeMap<ConnectionId, &Tested> = tested.iter().map(|t| (t.id, t)).collect();
        Self::of(assessment, &|id| by_id.get(&id).copied())
    }

    /// Whether there are logins to test, and none of them was.
    pub fn is_untested(&self) -> bool {
        let logins = || self.owners.iter().flat_map(|owner| &owner.logins);
        self.logins.of() > 0 && logins().all(|login| login.tested.is_none())
    }

    /// The worst of all: of what is read, and of what was tested.
    pub fn health(&self) -> Health {
        let owners = self.owners.first().map(Owner::health);
        owners.unwrap_or(Health::Good)
    }
}

fn owners<'a>(
    assessment: &'a Assessment,
    tested: &dyn Fn(ConnectionId) -> Option<&'a Tested>,
) -> Vec<Owner<'a>> {
    let mut secrets: BTreeMap<u64, Vec<&SecretReport>> = BTreeMap::new();
    let (mut system, mut others) = (Vec::new(), Vec::new());
    let empty = |s: &SecretReport| matches!(s.verdict, Verdict::Empty { .. });
    let shown = |s: &&SecretReport| is_open(s) || !empty(s);
    for secret in assessment.secrets.iter().filter(shown) {
        match (secret.place.cell.table, secret.kind) {
            (Table::Mailboxes, _) => secrets
                .entry(secret.place.cell.id)
                .or_default()
                .push(secret),
            (_, SecretKind::SystemMail) => system.push(secret),
            _ => others.push(secret),
        }
    }
    let mut owners: Vec<Owner<'_>> = assessment
        .mailboxes
        .iter()
        .map(|mailbox| Owner {
            mailbox: Some(mailbox.id),
            name: Untrusted::new(mailbox.name.raw()),
            email: Untrusted::new(mailbox.email.raw()),
            secrets: secrets.remove(&mailbox.id).unwrap_or_default(),
            logins: Vec::with_capacity(2),
        })
        .collect();
    let mut of_system = None;
    // Both directions of each mailbox, in the order of the mailboxes.
    let mut at = 0;
    for connection in connections(&assessment.mailboxes, &assessment.system_mail) {
        let login = TestedLogin {
            tested: tested(connection.id),
            connection,
        };
        match login.connection.id.mailbox {
            Some(id) => {
                while owners
                    .get(at)
                    .is_some_and(|owner| owner.mailbox != Some(id))
                {
                    at += 1;
                }
                if let Some(owner) = owners.get_mut(at) {
                    owner.logins.push(login);
                }
            }
            None => of_system = Some(login),
        }
    }
    let needed = |login: &TestedLogin<'_>| login.connection.target.is_ok();
    if !system.is_empty() || of_system.as_ref().is_some_and(needed) {
        owners.push(Owner {
            mailbox: None,
            name: Untrusted::default(),
            email: Untrusted::new(assessment.system_mail.sender()),
            secrets: system,
            logins: of_system.into_iter().collect(),
        });
    }
    owners.extend(others.into_iter().map(|secret| Owner {
        mailbox: None,
        name: Untrusted::new(secret.owner.raw()),
        email: Untrusted::default(),
        secrets: vec![secret],
        logins: Vec::new(),
    }));
    owners
}
