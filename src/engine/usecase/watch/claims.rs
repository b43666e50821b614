//! What stands and what happened, from what was judged and compared.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::keep::KeptSafe;
use crate::domain::config::elsewhere::By;
use crate::domain::inventory::secret::{SecretKind, Table};
use crate::domain::key::source::SourceKind;
use crate::domain::run::watch::change::ConfigChange;
use crate::domain::run::watch::edit::LastSave;
use crate::domain::run::watch::record::StandingMatter;
use crate::domain::run::watch::settle::Claim;
use crate::domain::run::watch::{CheckCode, WatchCheck, WatchCode, WatchState};
use crate::domain::run::{Run, RunKind, RunOutcome};
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::finding::{Finding, Severity};
use crate::domain::verdict::secret_report::SecretReport;
use crate::engine::report::still_unreadable;
use crate::engine::session::Session;
use crate::io::os::processes;
use crate::sentences;
use crate::sentences::watch::claims::{CommandFor, KeyOrigin};
use crate::words::untrusted::shown;

/// Subject of what is told of workers, whichever they are: each is followed by another one.
const WORKERS: &str = "workers";
/// Subject of what is told of the environment of a running process.
const ENVIRONMENT: &str = "environment";

/// Whether it is about running processes, and nobody can say that it is over while none runs: cron starts the next one soon.
pub(super) fn is_of_processes(one: &StandingMatter) -> bool {
    [WORKERS, ENVIRONMENT].contains(&one.matter.subject.as_str())
}

/// What stood, as it is claimed again where nobody could look.
pub(super) fn as_it_stood(one: &StandingMatter) -> Claim {
    let matter = &one.matter;
    Claim {
        code: matter.code,
        severity: matter.severity,
        subject: matter.subject.clone(),
        message: matter.message.clone(),
        next: matter.next.clone(),
    }
}

/// Which piece of news a finding is; `None` where another one tells it, or it is only good to know.
fn code_of(finding: &Finding) -> Option<WatchCode> {
    if finding.severity() == Severity::Info {
        return None;
    }
    Some(match finding {
        Finding::StaleConfigCache { .. }
        | Finding::UnusableKey { .. }
        | Finding::MisspelledKey { .. }
        | Finding::GluedKey { .. }
        | Finding::KeyFileUnreadable { .. }
        | Finding::KeySetElsewhere { .. } => WatchCode::KeyDiffers,
        Finding::WorkerHoldsOtherKey { .. } | Finding::WorkerOlderThanKey { .. } => {
            WatchCode::ProcessHoldsOtherKey
        }
        // Told of each mailbox.
        Finding::UnderOtherKey { .. }
        | Finding::UnderUnknownKey { .. }
        | Finding::Damaged { .. }
        | Finding::Plaintext { .. }
        | Finding::Nested { .. }
        | Finding::Salvageable { .. }
        | Finding::LicencesUnreadable { .. }
        | Finding::OlderFound { .. }
        | Finding::OlderOffered { .. }
        // Backups are looked into in some rounds only.
        | Finding::OwnBackupUnread { .. }
        | Finding::OwnBackupsMore { .. } => return None,
        _ => WatchCode::Finding,
    })
}

/// What a finding is about, the same in every round.
fn subject_of(finding: &Finding) -> String {
    match finding {
        // The next process has another number, and is the same news.
        Finding::WorkerHoldsOtherKey { .. } | Finding::WorkerOlderThanKey { .. } => {
            WORKERS.to_owned()
        }
        Finding::KeySetElsewhere { at, .. } | Finding::SettingElsewhere { at, .. } => match at.by {
            By::Process(_) => ENVIRONMENT.to_owned(),
            _ => shown(&at.path).to_string(),
        },
        Finding::ProbablyWiped { place, .. } => place.to_string(),
        other => other.code().to_owned(),
    }
}

/// What stands, from what was judged.
pub(super) fn of_assessment(assessment: &Assessment, typed: &CommandFor<'_>) -> Vec<Claim> {
    let of_finding = |finding: &Finding| {
        Some(Claim {
            code: code_of(finding)?,
            severity: match finding.severity() {
                Severity::Critical => WatchState::Critical,
                Severity::Warning | Severity::Info => WatchState::Warning,
            },
            subject: subject_of(finding),
            message: sentences::finding(finding),
            next: sentences::watch::claims::look_closer(typed).into(),
        })
    };
    let mut claims: Vec<Claim> = assessment.findings.iter().filter_map(of_finding).collect();
    let mut of_mailbox: BTreeMap<u64, Vec<SecretKind>> = BTreeMap::new();
    for secret in assessment.secrets.iter().filter(|s| still_unreadable(s)) {
        match secret.place.cell.table {
            Table::Mailboxes => {
                let kinds = of_mailbox.entry(secret.place.cell.id).or_default();
                kinds.push(secret.kind);
            }
            _ => claims.push(sentences::watch::claims::unreadable(
                &secret.place.to_string(),
                &sentences::place::of_secret(secret),
                typed,
            )),
        }
    }
    for (id, kinds) in of_mailbox {
        let email = assessment.mailboxes.iter().find(|m| m.id == id);
        let subject = email.map_or_else(|| format!("mailbox {id}"), |m| m.email.to_string());
        let mut kinds: Vec<&str> = kinds.into_iter().map(sentences::kind).collect();
        // Access token and refresh token are called alike.
        kinds.dedup();
        let what = format!("{subject}: {}", kinds.join(", "));
        claims.push(sentences::watch::claims::unreadable(&subject, &what, typed));
    }
    claims
}

/// The mailbox whose connections were changed, if any were.
pub(super) fn changed_mailbox(change: &ConfigChange, assessment: &Assessment) -> Option<u64> {
    match change {
        ConfigChange::Server { mailbox, .. } => Some(*mailbox),
        ConfigChange::Password(place) => {
            let cell = &stored_at(place, assessment)?.place.cell;
            (cell.table == Table::Mailboxes).then_some(cell.id)
        }
        _ => None,
    }
}

/// The secret at a place, as the record names it.
fn stored_at<'a>(place: &str, assessment: &'a Assessment) -> Option<&'a SecretReport> {
    let mut secrets = assessment.secrets.iter();
    secrets.find(|secret| secret.place.to_string() == place)
}

/// A change, with what is known of it.
pub(super) fn of_change(
    change: &ConfigChange,
    session: &Session,
    assessment: &Assessment,
    kept: &KeptSafe,
    saves: &BTreeMap<u64, LastSave>,
    ours: Option<&Run>,
    typed: &CommandFor<'_>,
) -> Claim {
    if let (ConfigChange::Key { from, to }, Some(run)) = (change, ours)
        && made_it(run, to.as_deref(), session)
    {
        let (from, to) = (from.as_deref(), to.as_deref());
        return sentences::watch::claims::key_changed_by_us(from, to, run);
    }
    let saved = changed_mailbox(change, assessment).and_then(|mailbox| saves.get(&mailbox));
    match change {
        ConfigChange::Key { from, to } => {
            let unreadable = assessment.summary.unreadable();
            let holders = holders(session, from.as_deref());
            sentences::watch::claims::key_changed(
                from.as_deref(),
                to.as_deref(),
                &origin(session),
                (unreadable, assessment.summary.all()),
                &holders,
                kept.saved.as_deref(),
                typed,
            )
        }
        ConfigChange::Password(place) => {
            let secret = stored_at(place, assessment);
            let named = secret.map_or_else(|| place.clone(), sentences::place::of_secret);
            sentences::watch::claims::password_changed(place, &named, saved)
        }
        ConfigChange::Server {
            address,
            direction,
            from,
            to,
            ..
        } => sentences::watch::claims::server_changed(address, *direction, from, to, saved),
        ConfigChange::MailboxAdded(address) => {
            sentences::watch::claims::mailbox(WatchCode::MailboxAdded, address)
        }
        ConfigChange::MailboxRemoved(address) => {
            sentences::watch::claims::mailbox(WatchCode::MailboxRemoved, address)
        }
        ConfigChange::File(path, now) => sentences::watch::claims::file_changed(path, now.as_ref()),
        ConfigChange::JobsFailed { more, all } => {
            sentences::watch::claims::jobs_failed(*more, *all, typed)
        }
    }
}

/// Whether a run of ours put this key in force: it says so, or nobody has changed the key's file since it ended.
fn made_it(run: &Run, to: Option<&str>, session: &Session) -> bool {
    if run.kind == RunKind::Recovery {
        return run.outcome == RunOutcome::Done && run.key.as_deref() == to;
    }
    let ended = run.ended.as_ref().and_then(|at| at.parse().ok());
    let ended: Option<i64> = ended.map(|at: Timestamp| at.as_second());
    let changed = origin(session).modified;
    ended
        .zip(changed)
        .is_some_and(|(ended, changed)| changed <= ended)
}

/// Where the key in force stands, and since when the file is as it is.
fn origin(session: &Session) -> KeyOrigin {
    let install = &session.install;
    let source = install.key_in_force().source;
    let of = |file: &Option<crate::io::fs::FileRead>| {
        file.as_ref().map(|file| KeyOrigin {
            place: shown(&file.path).to_string(),
            modified: Some(file.attributes.modified),
            owner: Some(crate::io::fs::user_name(file.attributes.uid)),
        })
    };
    let found = match source {
        crate::domain::config::KeySource::ConfigCache => of(&install.cache_file),
        crate::domain::config::KeySource::Env => of(&install.env_file),
        crate::domain::config::KeySource::KeyFile => of(&install.key_file),
        _ => None,
    };
    found.unwrap_or_else(|| KeyOrigin {
        place: crate::engine::session::survey::summary(session).key_source,
        modified: None,
        owner: None,
    })
}

/// The running processes that hold the key of this fingerprint, by what they say or what their memory holds.
fn holders(session: &Session, key: Option<&str>) -> Vec<i32> {
    let Some(known) = session
        .ring
        .iter()
        .find(|known| Some(known.fingerprint().to_string().as_str()) == key)
    else {
        return Vec::new();
    };
    let identifier = crate::domain::key::derived_hashes::worker_identifier(&known.key);
    let workers = processes::workers(&session.install.root);
    let said = workers
        .iter()
        .filter(|worker| worker.identifier.as_ref() == Some(&identifier))
        .map(|worker| worker.pid);
    let of_process = |kind| {
        matches!(
            kind,
            SourceKind::ProcessMemory | SourceKind::ProcessEnvironment
        )
    };
    let seen = known
        .sources
        .iter()
        .filter(|s| of_process(s.kind))
        .filter_map(|source| {
            let path = source.path.as_ref()?.to_str()?;
            path.split('/').nth(2)?.parse().ok()
        });
    let mut all: Vec<i32> = said.chain(seen).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// How a respect is, by the worst that stands in it.
pub(super) fn state_of(code: CheckCode, standing: &[StandingMatter]) -> WatchState {
    let of_it = standing
        .iter()
        .filter(|one| one.matter.code.check() == Some(code));
    of_it
        .map(|one| one.matter.severity)
        .max()
        .unwrap_or(WatchState::Ok)
}

/// The figures of what was judged.
pub(super) fn checks(
    assessment: &Assessment,
    standing: &[StandingMatter],
    now: Timestamp,
) -> Vec<WatchCheck> {
    let check = |code, value: Option<usize>, of: Option<usize>| WatchCheck {
        code,
        state: state_of(code, standing),
        value: value.map(|n| n as u64),
        of: of.map(|n| n as u64),
        at: now,
    };
    let summary = &assessment.summary;
    vec![
        check(CheckCode::Reading, None, None),
        check(CheckCode::Key, None, None),
        check(
            CheckCode::Secrets,
            Some(summary.readable()),
            Some(summary.all()),
        ),
        check(CheckCode::Safe, None, None),
    ]
}
