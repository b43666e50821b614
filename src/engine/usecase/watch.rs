//! One round of the watch: looks, compares with the round before, tries the logins whose turn it is, copies a new key into
//! the safe, and writes down what is told.
//!
//! Nothing of FreeScout's is changed, but for OAuth tokens that are over, which are renewed as FreeScout would. While
//! another of us works on the install, nothing is judged. Where nothing is new, nothing is written.

pub mod alarms;
pub mod book;
mod claims;
pub mod fleet;
mod flow;
mod gone;
mod keep;
mod login;
mod look;
mod memory;
pub mod targets;
pub mod telling;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Reporter;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::watch::change::changes;
use crate::domain::run::watch::fleet::state;
use crate::domain::run::watch::record::{KnownName, StandingMatter, WatchRecord};
use crate::domain::run::watch::round::{RoundAnswer, RoundWishes};
use crate::domain::run::watch::settle::{Claim, settle};
use crate::domain::run::watch::{
    CheckCode, Matter, News, WatchCheck, WatchCode, WatchReport, WatchState, WatchedInstall,
};
use crate::domain::verdict::finding::Finding;
use crate::engine::recovery::backup::require_apart;
use crate::engine::recovery::{commands, run_log};
use crate::engine::session::options::Options;
use crate::engine::session::{Session, edits, reading, survey};
use crate::io::container::within;
use crate::io::install::Environment;
use crate::io::mail::Settings;
use crate::io::mail::oauth::Endpoints;
use crate::io::state::lock::{Lock, LockError};
use crate::sentences;
use crate::words::untrusted::{Untrusted, shown};
use memory::RoundMemory;

/// How long a round waits for another one on the same install.
const PATIENCE: Duration = Duration::from_mins(1);

/// A run of ours that takes longer is looked past.
const LONGEST_RUN: Duration = Duration::from_hours(1);

/// What a round is given.
pub struct RoundInput<'a> {
    /// The install's folder; `None` takes the only one there is.
    pub install: Option<&'a Path>,
    /// FreeScout's process environment.
    pub environment: Environment,
    /// Where the journal is.
    pub options: &'a Options,
    /// What it is to do.
    pub wishes: &'a RoundWishes,
    /// Deadlines, authorities, routes.
    pub mail: Settings,
    /// Where OAuth tokens are renewed.
    pub endpoints: Endpoints,
}

/// Makes a round. An install that is there and cannot be read is no error, but what is told; so is a journal that cannot be
/// read or written.
///
/// # Errors
/// A [`Problem`] where there is no such install, or it cannot be judged.
pub fn round(input: RoundInput<'_>, reporter: &dyn Reporter) -> Result<RoundAnswer, Problem> {
    let (options, now) = (input.options, Timestamp::now());
    let folder = survey::find(input.install)?.path;
    let folder = std::fs::canonicalize(&folder).unwrap_or(folder);
    let lock = Lock::take_for_round(&options.state_dir, &folder, PATIENCE);
    let is_held = matches!(lock, Err(LockError::Held(_)));
    let mut memory = RoundMemory::read(options, &folder, lock);
    if is_held {
        return Ok(as_written(&memory, &folder, now));
    }
    let mut session = match opened(&folder, &input.environment) {
        Ok(session) => session,
        // Never seen, and no FreeScout: somebody mistyped it.
        Err(problem)
            if problem.kind == ErrorKind::InstallNotFound
                && *memory.before == WatchRecord::default() =>
        {
            return Err(problem);
        }
        Err(problem) => return Ok(blind(&input, &folder, memory, &problem, now)),
    };
    session.journal_findings = run_log::findings(options, &folder);
    let busy = |finding: &Finding| match finding {
        Finding::AnotherRun { since, .. } => is_young(since, now),
        _ => false,
    };
    if session.journal_findings.iter().any(busy) {
        return Ok(as_written(&memory, &folder, now));
    }
    // A journal that cannot be read is told as such, once.
    session
        .journal_findings
        .retain(|finding| !matches!(finding, Finding::JournalUnreadable { .. }));
    look(&mut session, &input, &mut memory, now, reporter)
}

/// Whether a run that began then may still be at work: one that hangs must not keep everybody from looking.
fn is_young(since: &Untrusted, now: Timestamp) -> bool {
    let since: Option<Timestamp> = since.raw().parse().ok();
    since.is_none_or(|since| now.duration_since(since).unsigned_abs() < LONGEST_RUN)
}

/// What the last round wrote down, where nobody can look now: another of us is at work on the install.
fn as_written(memory: &RoundMemory, folder: &Path, now: Timestamp) -> RoundAnswer {
    let written = memory.of_journal(|journal| journal.round_written(folder));
    let written = written.flatten();
    let mut report = report(
        named(folder, memory.before.named.clone()),
        now,
        &memory.before.standing,
        Vec::new(),
        Vec::new(),
    );
    report.as_of = Some(written.unwrap_or(now));
    if written.is_none() {
        report.state = WatchState::Unknown;
    }
    RoundAnswer {
        report,
        recorded: true,
    }
}

/// Reads the install and its database, and nothing else: no searches, no logs, no mails.
fn opened(folder: &Path, environment: &Environment) -> Result<Session, Problem> {
    require_apart(folder)?;
    let opened = survey::open(Some(folder), environment.clone(), None)?;
    let mut session = opened.map_err(|refused| refused.problem)?;
    reading::read_inventory(&mut session)?;
    Ok(session)
}

/// A round that could not look: what stood before stands, and that nobody can look is told.
fn blind(
    input: &RoundInput<'_>,
    folder: &Path,
    mut memory: RoundMemory,
    problem: &Problem,
    now: Timestamp,
) -> RoundAnswer {
    let before = WatchRecord::clone(&memory.before);
    let mut claims: Vec<Claim> = before.standing.iter().map(claims::as_it_stood).collect();
    let of_looking = [
        WatchCode::CannotLook,
        WatchCode::CannotRecord,
        WatchCode::NotRunning,
    ];
    claims.retain(|claim| !of_looking.contains(&claim.code));
    claims.push(sentences::watch::claims::cannot_look(problem));
    claims.extend(stopped());
    let seen = Seen {
        install: named(folder, before.named.clone()),
        after: before,
        claims,
        happened: Vec::new(),
        gone: Vec::new(),
        // How long is counted from when somebody could look.
        is_unseen: &|_| false,
    };
    let reading = |_: &WatchRecord| {
        vec![WatchCheck {
            code: CheckCode::Reading,
            state: WatchState::Critical,
            value: None,
            of: None,
            at: now,
        }]
    };
    conclude(&mut memory, input.wishes, seen, &reading, now)
}

/// What a round saw.
struct Seen<'a> {
    install: WatchedInstall,
    /// What is handed on, but for what stands.
    after: WatchRecord,
    claims: Vec<Claim>,
    happened: Vec<Claim>,
    /// Of what stood, that of which there is no longer what it was about.
    gone: Vec<Matter>,
    /// Whether nobody could see if it still stands.
    is_unseen: &'a dyn Fn(&StandingMatter) -> bool,
}

/// Settles what is told, and writes it down. Where that cannot be, it is told, too.
fn conclude(
    memory: &mut RoundMemory,
    wishes: &RoundWishes,
    seen: Seen<'_>,
    checks: &dyn Fn(&WatchRecord) -> Vec<WatchCheck>,
    now: Timestamp,
) -> RoundAnswer {
    let Seen {
        install,
        mut after,
        claims,
        happened,
        gone,
        is_unseen,
    } = seen;
    let before = Arc::clone(&memory.before);
    let stood = &before.standing;
    let unseen: Vec<&StandingMatter> = stood.iter().filter(|one| is_unseen(one)).collect();
    // Thousands of mailboxes may be in the record: it is never copied.
    let settled = |after: &mut WatchRecord, claims: Vec<Claim>| {
        let settled = settle(stood, claims, happened.clone(), now, wishes.remind_after)
            .with_gone(|matter| gone.contains(matter));
        after.standing = settled.standing;
        for one in &mut after.standing {
            let before = unseen.iter().find(|before| before.is_same(one));
            one.unseen = before.map(|before| before.unseen.unwrap_or(now));
        }
        let checks = checks(after);
        report(install.clone(), now, &after.standing, settled.news, checks)
    };
    if memory.trouble.is_none() {
        let report = settled(&mut after, claims.clone());
        if memory.end(&after, &report, wishes.write_down) {
            let recorded = true;
            return RoundAnswer { report, recorded };
        }
    }
    let trouble = memory.trouble.iter();
    let told = trouble
        .map(|trouble| sentences::watch::claims::cannot_record(&trouble.why, trouble.next.clone()));
    let report = settled(&mut after, claims.into_iter().chain(told).collect());
    RoundAnswer {
        report,
        recorded: false,
    }
}

/// A round that can look.
fn look(
    session: &mut Session,
    input: &RoundInput<'_>,
    memory: &mut RoundMemory,
    now: Timestamp,
    reporter: &dyn Reporter,
) -> Result<RoundAnswer, Problem> {
    let (wishes, folder) = (input.wishes, session.install.root.clone());
    let typed = |what: &str| commands::command_with(what, input.options, &folder);
    let flow = flow::read(session);
    let mut known = look::known(session, &flow.signs, memory.secret.as_ref());
    let from = memory.before.known.as_ref().map(|known| known.key.clone());
    // Before anybody restarts what holds the key that was replaced.
    let replaced = from.filter(|from| *from != known.key);
    let kept = keep::keep(
        session,
        input.options,
        wishes,
        memory,
        replaced.as_ref(),
        &typed,
    )?;
    let logins = login::try_those_due(session, memory, input, now, reporter)?;
    // A renewal of tokens reads the install again.
    if logins.renewed {
        known = look::known(session, &flow.signs, memory.secret.as_ref());
    }
    let assessment = session.assess();
    let last_run = memory.of_journal(|journal| journal.last_change(&folder));
    let last_run = last_run.flatten();
    let ours = last_run
        .as_ref()
        .filter(|run| memory.before.last_run < Some(run.id));
    let before = memory.before.known.as_ref();
    let changed = before.map_or_else(Vec::new, |before| changes(before, &known));
    let edited = changed.iter();
    let edited: BTreeSet<u64> = edited
        .filter_map(|change| claims::changed_mailbox(change, &assessment))
        .collect();
    let saves = match edited.is_empty() {
        true => BTreeMap::new(),
        false => edits::last_saves(session, &edited),
    };
    let told =
        |change| claims::of_change(change, session, &assessment, &kept, &saves, ours, &typed);
    let mut happened: Vec<Claim> = changed
        .iter()
        .filter(|change| flow::is_told(change, wishes.thresholds))
        .map(told)
        .collect();
    happened.extend(kept.told.clone());
    let mut claims = claims::of_assessment(&assessment, &typed);
    claims.extend(kept.missing.clone());
    let unusable = wishes.safe_trouble.as_deref();
    claims.extend(unusable.map(sentences::watch::claims::safe_unusable));
    claims.extend(alarms::claims(session, wishes));
    claims.extend(stopped());
    claims.extend(login::claims(session, &logins.record, wishes, now, &typed));
    let limits = wishes.thresholds;
    claims.extend(flow::claims(session, &flow, limits, now, &typed));
    let test_mails = &logins.test_mails;
    claims.extend(login::test_mail_claims(session, test_mails, &typed));
    let stood = memory.before.standing.iter();
    claims.extend(
        stood
            .filter(|one| flow.is_unseen(one, now))
            .map(claims::as_it_stood),
    );
    let before = memory.before.standing.iter().map(|one| &one.matter);
    let gone = before.filter(|matter| gone::is_gone(matter, session, &assessment));
    let gone: Vec<Matter> = gone.cloned().collect();
    let name = name(session);
    let seen = Seen {
        install: named(&folder, Some(name.clone())),
        after: WatchRecord {
            named: Some(name),
            last_run: last_run.map(|run| run.id).or(memory.before.last_run),
            known: Some(known),
            logins: logins.record,
            test_mails: logins.test_mails,
            standing: Vec::new(),
        },
        claims,
        happened,
        gone,
        is_unseen: &|one| flow.is_unseen(one, now),
    };
    let checks = |after: &WatchRecord| {
        let mut checks = claims::checks(&assessment, &after.standing, now);
        checks.extend(login::checks(after, wishes, now));
        checks.extend(flow::checks(&flow, &after.standing, now));
        checks.sort_by_key(|check| check.code);
        checks
    };
    Ok(conclude(memory, wishes, seen, &checks, now))
}

/// That the container that the install is in is stopped, where it is.
fn stopped() -> Option<Claim> {
    let container = &within::get()?.container;
    (!container.running).then(|| sentences::watch::claims::not_running(container))
}

/// How the install is named to those who are told.
fn name(session: &Session) -> KnownName {
    let site = survey::summary(session).site;
    KnownName {
        name: match site.is_empty() {
            true => run_log::origin().host.to_string(),
            false => shown(&site).to_string(),
        },
        version: shown(&session.install.version).to_string(),
    }
}

/// The install, by the name that it has now, or had when it could be read.
fn named(folder: &Path, known: Option<KnownName>) -> WatchedInstall {
    let host = run_log::origin().host.to_string();
    let (name, version) = match known {
        Some(known) => (known.name, known.version),
        None => (host.clone(), String::new()),
    };
    WatchedInstall {
        path: shown(&folder).to_string(),
        name,
        version,
        container: within::get().map(|w| shown(&w.container.lasting_name()).to_string()),
        host,
    }
}

fn report(
    install: WatchedInstall,
    at: Timestamp,
    standing: &[StandingMatter],
    news: Vec<News>,
    checks: Vec<WatchCheck>,
) -> WatchReport {
    let standing: Vec<Matter> = standing.iter().map(|one| one.matter.clone()).collect();
    let state = state(&standing, &news);
    WatchReport {
        schema: 1,
        install,
        at,
        as_of: None,
        state,
        news,
        standing,
        checks,
    }
}
