//! One round of the watch: looks, compares with the round before, tries the logins whose turn it is, copies a new key into
//! the safe, and writes down what is told.
//!
//! Nothing of FreeScout's is changed, but for OAuth tokens that are over, which are renewed as FreeScout would. While
//! another of us works on the install, nothing is judged. Where nothing is new, nothing is written.

pub mod alarms;
mod claims;
pub mod fleet;
mod flow;
mod keep;
mod login;
mod look;
pub mod telling;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Reporter;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::key::ring::KeyRing;
use crate::domain::run::watch::change::changes;
use crate::domain::run::watch::record::{StandingMatter, WatchRecord};
use crate::domain::run::watch::round::RoundWishes;
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
use crate::io::state::journal::Journal;
use crate::io::state::lock::{Lock, LockError};
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::words;

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

/// Makes a round.
///
/// # Errors
/// A [`Problem`] where there is no such install, the journal cannot be used, or another round is under way. An install
/// that is there and cannot be read is no error, but what is told.
pub fn round(input: RoundInput<'_>, reporter: &dyn Reporter) -> Result<WatchReport, Problem> {
    let (options, now) = (input.options, Timestamp::now());
    let folder = survey::find(input.install)?.path;
    let folder = std::fs::canonicalize(&folder).unwrap_or(folder);
    let _lock = Lock::take_for_round(&options.state_dir, &folder).map_err(|e| match e {
        LockError::Held(_) => {
            ErrorKind::Locked.problem(words().watch_locked, "", words().watch_locked_next)
        }
        other => run_log::locked(other),
    })?;
    let before = run_log::read(options, |journal| journal.watch_record(&folder))?;
    let before = before.unwrap_or_default();
    let mut session = match opened(&folder, &input.environment) {
        Ok(session) => session,
        // Never seen, and no FreeScout: somebody mistyped it.
        Err(problem)
            if problem.kind == ErrorKind::InstallNotFound && before == WatchRecord::default() =>
        {
            return Err(problem);
        }
        Err(problem) => return blind(&input, folder, before, &problem, now),
    };
    session.journal_findings = run_log::findings(options, &folder);
    let busy = |finding: &Finding| matches!(finding, Finding::AnotherRun { .. });
    if session.journal_findings.iter().any(busy) {
        let install = named(&folder, Some(&session));
        return Ok(report(
            install,
            now,
            &before.standing,
            Vec::new(),
            Vec::new(),
        ));
    }
    look_and_tell(&mut session, &input, before, now, reporter)
}

/// Reads the install and its database, and nothing else: no searches, no logs, no mails.
fn opened(folder: &Path, environment: &Environment) -> Result<Session, Problem> {
    require_apart(folder)?;
    let opened = survey::open_with(Some(folder), environment.clone(), None, KeyRing::default())?;
    let mut session = opened.map_err(|refused| refused.problem)?;
    reading::read_inventory(&mut session)?;
    Ok(session)
}

/// A round that could not look: what stood before stands, and that nobody can look is told.
fn blind(
    input: &RoundInput<'_>,
    folder: PathBuf,
    before: WatchRecord,
    problem: &Problem,
    now: Timestamp,
) -> Result<WatchReport, Problem> {
    let mut claims: Vec<Claim> = before.standing.iter().map(claims::as_it_stood).collect();
    claims.retain(|claim| claim.code != WatchCode::CannotLook);
    claims.push(sentences::watch::claims::cannot_look(problem));
    let settled = settle(
        &before.standing,
        claims,
        Vec::new(),
        now,
        input.wishes.remind_after,
    );
    let after = WatchRecord {
        standing: settled.standing,
        ..before.clone()
    };
    write(input.options, &folder, &before, &after, &settled.news, now)?;
    let reading = WatchCheck {
        code: CheckCode::Reading,
        state: WatchState::Critical,
        value: None,
        of: None,
        at: now,
    };
    let install = named(&folder, None);
    Ok(report(
        install,
        now,
        &after.standing,
        settled.news,
        vec![reading],
    ))
}

/// A round that can look.
fn look_and_tell(
    session: &mut Session,
    input: &RoundInput<'_>,
    before: WatchRecord,
    now: Timestamp,
    reporter: &dyn Reporter,
) -> Result<WatchReport, Problem> {
    let (wishes, folder) = (input.wishes, session.install.root.clone());
    let typed = |what: &str| commands::command_with(what, input.options, &folder);
    let flow = flow::read(session);
    let mut known = look::known(session, &flow.signs);
    let key_changed = before.known.as_ref().is_some_and(|b| b.key != known.key);
    // Before anybody restarts what holds the key that was replaced.
    let kept = keep::keep(session, input.options, wishes, key_changed, &typed)?;
    let logins = login::try_those_due(session, &before, input, now, reporter)?;
    // A renewal of tokens reads the install again.
    if logins.renewed {
        known = look::known(session, &flow.signs);
    }
    let assessment = session.assess();
    let changed = before.known.as_ref().map(|b| changes(b, &known));
    let changed = changed.unwrap_or_default();
    let edited = changed.iter();
    let edited: BTreeSet<u64> = edited
        .filter_map(|change| claims::changed_mailbox(change, &assessment))
        .collect();
    let saves = match edited.is_empty() {
        true => BTreeMap::new(),
        false => edits::last_saves(session, &edited),
    };
    let mut happened: Vec<Claim> = changed
        .iter()
        .filter(|change| flow::is_told(change, wishes.thresholds))
        .map(|change| claims::of_change(change, session, &assessment, &kept, &saves, &typed))
        .collect();
    happened.extend(kept.told.clone());
    let mut claims = claims::of_assessment(&assessment, &typed);
    claims.extend(kept.missing.clone());
    claims.extend(alarms::claims(session, wishes));
    claims.extend(login::claims(session, &logins.record, wishes, now));
    let limits = wishes.thresholds;
    claims.extend(flow::claims(session, &flow, limits, now, &typed));
    let test_mails = &logins.test_mails;
    claims.extend(login::test_mail_claims(session, test_mails, &typed));
    let stood = before.standing.iter();
    claims.extend(
        stood
            .filter(|one| flow.is_unseen(one))
            .map(claims::as_it_stood),
    );
    let settled = settle(&before.standing, claims, happened, now, wishes.remind_after);
    let after = WatchRecord {
        known: Some(known),
        logins: logins.record,
        test_mails: logins.test_mails,
        standing: settled.standing,
    };
    write(input.options, &folder, &before, &after, &settled.news, now)?;
    let mut checks = claims::checks(&assessment, &after.standing, now);
    checks.extend(login::checks(&after, wishes, now));
    checks.extend(flow::checks(&flow, &after.standing, now));
    checks.sort_by_key(|check| check.code);
    let install = named(&folder, Some(session));
    Ok(report(install, now, &after.standing, settled.news, checks))
}

/// Writes the round down, where anything is new.
fn write(
    options: &Options,
    folder: &Path,
    before: &WatchRecord,
    after: &WatchRecord,
    news: &[News],
    now: Timestamp,
) -> Result<(), Problem> {
    if before == after && news.is_empty() {
        return Ok(());
    }
    let mut journal = Journal::open(&options.state_dir)?;
    Ok(journal.write_round(folder, after, news, now)?)
}

fn named(folder: &Path, session: Option<&Session>) -> WatchedInstall {
    let host = run_log::origin().host.to_string();
    let address = session.map(|session| survey::summary(session).site);
    let address = address.filter(|site| !site.is_empty());
    WatchedInstall {
        path: shown(&folder).to_string(),
        name: address.map_or_else(|| host.clone(), |site| shown(&site).to_string()),
        version: session.map_or_else(String::new, |s| shown(&s.install.version).to_string()),
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
    let severities = standing.iter().chain(
        news.iter()
            .filter(|one| one.turn == crate::domain::run::watch::Turn::Happened)
            .map(|one| &one.matter),
    );
    let state = severities.map(|matter| matter.severity).max();
    WatchReport {
        schema: 1,
        install,
        at,
        state: state.unwrap_or(WatchState::Ok),
        news,
        standing,
        checks,
    }
}
