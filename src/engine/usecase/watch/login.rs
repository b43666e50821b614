//! The logins whose turn it is, and what the last one of each came to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::claims::state_of;
use super::look::server_line;
use super::memory::RoundMemory;
use super::{Reporter, RoundInput};
use crate::domain::error::Problem;
use crate::domain::inventory::Secret;
use crate::domain::mail::account::account;
use crate::domain::mail::probe::{Journey, TestVerdict, Tested};
use crate::domain::mail::rung::{Code, Rung};
use crate::domain::mail::{
    Connection, ConnectionId, Direction, LoginMethod, MailServer, connections,
};
use crate::domain::run::watch::away::{self, AwayReason};
use crate::domain::run::watch::digest::{DigestSecret, KeyedDigest};
use crate::domain::run::watch::record::{LoginResult, TestMail, TriedLogin, WatchRecord};
use crate::domain::run::watch::round::RoundWishes;
use crate::domain::run::watch::settle::Claim;
use crate::domain::run::watch::steps::NextSteps;
use crate::domain::run::watch::turns::{LoginCandidate, whose_turn};
use crate::domain::run::watch::{CheckCode, WatchCheck};
use crate::domain::verdict::text::{self, Password, PasswordsUsed};
use crate::engine::session::{Session, survey};
use crate::engine::usecase::logins::{self, WantedLogins};
use crate::sentences;
use crate::sentences::watch::claims::CommandFor;

/// Each mailbox sends itself a mail once in this time.
const TEST_EVERY: Duration = Duration::from_hours(24);
/// So many mailboxes send one in a round at most.
const TESTS_AT_ONCE: usize = 8;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// What the logins came to, now and before.
pub(super) struct TriedLogins {
    pub(super) record: BTreeMap<String, TriedLogin>,
    pub(super) test_mails: BTreeMap<u64, TestMail>,
    /// Whether tokens may have been renewed.
    pub(super) renewed: bool,
}

/// A connection that can be tried.
struct Tryable {
    connection: Connection,
    with: Option<KeyedDigest>,
}

impl Tryable {
    /// Whether it was tried with the password that it has now.
    fn is_with(&self, tried: &TriedLogin) -> bool {
        match (&tried.with, &self.with) {
            (Some(before), Some(now)) => before.same(now) == Some(true),
            (None, None) => true,
            _ => false,
        }
    }
}

/// Tries those whose turn it is.
pub(super) fn try_those_due(
    session: &mut Session,
    memory: &mut RoundMemory,
    input: &RoundInput<'_>,
    now: Timestamp,
    reporter: &dyn Reporter,
) -> Result<TriedLogins, Problem> {
    let wishes = input.wishes;
    let before = &*Arc::clone(&memory.before);
    let mut record = before.logins.clone();
    // What is configured no more is of no interest.
    let all = connections(&session.inventory.mailboxes, &session.inventory.system_mail);
    let there: BTreeSet<String> = all
        .iter()
        .filter(|connection| connection.target.is_ok())
        .map(|connection| name(connection.id))
        .collect();
    record.retain(|login, _| there.contains(login));
    let mut test_mails = before.test_mails.clone();
    test_mails.retain(|id, _| session.inventory.mailbox(*id).is_some());
    let untried = |record, test_mails| {
        Ok(TriedLogins {
            record,
            test_mails,
            renewed: false,
        })
    };
    let secret = memory.secret.as_ref();
    let Some(secret) = secret.filter(|_| wishes.logins && memory.trouble.is_none()) else {
        return untried(record, test_mails);
    };
    let tryable = tryable(session, all, secret);
    // Whoever began and did not end may have been refused.
    let may_be_refused = |tried: &TriedLogin| match tried.result {
        LoginResult::Refused => true,
        LoginResult::Begun => now.duration_since(tried.at).unsigned_abs() < wishes.logins_every,
        _ => false,
    };
    let elsewhere = memory.of_journal(|journal| journal.logins_elsewhere(&session.install.root));
    let elsewhere = elsewhere.unwrap_or_default();
    let elsewhere: Vec<&TriedLogin> = elsewhere.iter().filter(|t| may_be_refused(t)).collect();
    let refused: Vec<(&String, &TriedLogin)> = before
        .logins
        .iter()
        .filter(|(_, tried)| may_be_refused(tried))
        .collect();
    let candidates: Vec<LoginCandidate<'_>> = tryable
        .iter()
        .map(|one| candidate(one, before, (&refused, &elsewhere), wishes))
        .collect();
    let turns = whose_turn(&candidates, now, wishes.logins_every);
    let sending = match wishes.send_test {
        true => who_sends(session, before, &tryable, wishes, now),
        false => Vec::new(),
    };
    let both = |id: &u64| Direction::BOTH.map(|direction| ConnectionId::of(*id, direction));
    let sending_ids: Vec<ConnectionId> = sending.iter().flat_map(both).collect();
    let turns: Vec<ConnectionId> = turns
        .into_iter()
        .filter(|id| !sending_ids.contains(id))
        .collect();
    // Whatever ends this round in the middle: no password is sent that is not written down as sent. A token locks nothing.
    let ids: Vec<ConnectionId> = turns.iter().chain(&sending_ids).copied().collect();
    let mut written = before.logins.clone();
    let begun = tryable
        .iter()
        .filter(|one| one.with.is_some() && ids.contains(&one.connection.id));
    written.extend(begun.map(|one| {
        let own = name(one.connection.id);
        let begun = begun_now(one, before.logins.get(&own), now);
        (own, begun)
    }));
    if written != before.logins && !memory.begin(written) {
        return untried(record, test_mails);
    }
    let site = survey::summary(session).site;
    let mut renewed = false;
    for (which, send) in [(turns, false), (sending_ids, true)] {
        if which.is_empty() {
            continue;
        }
        renewed |= wishes.renew_oauth;
        let wanted = WantedLogins {
            which: Some(&which),
            renew: wishes.renew_oauth.then(|| input.endpoints.clone()),
            mail: input.mail.clone(),
            send,
            ..WantedLogins::default()
        };
        for tested in logins::test(session, &wanted, reporter)? {
            let one = tryable.iter().find(|t| t.connection.id == tested.id);
            let Some(one) = one else { continue };
            if let (true, Some(mailbox)) = (send, tested.id.mailbox)
                && let Some(mail) = test_mail(&tested, now)
            {
                test_mails.insert(mailbox, mail);
            }
            let tried = tried(one, &tested, &site, now);
            let before = record.get(&name(tested.id));
            // That it is skipped again is no news, and not written down.
            let again = before
                .is_some_and(|b| b.result == LoginResult::Skipped && b.trouble == tried.trouble);
            if !(again && tried.result == LoginResult::Skipped) {
                record.insert(name(tested.id), tried);
            }
        }
    }
    Ok(TriedLogins {
        record,
        test_mails,
        renewed,
    })
}

/// Those that lead somewhere, and of whose password FreeScout reads something.
fn tryable(session: &Session, all: Vec<Connection>, secret: &DigestSecret) -> Vec<Tryable> {
    let secrets = session.inventory.secrets.iter();
    let of_login = |secret: &'_ Secret| ConnectionId::of_secret(secret.kind, &secret.place);
    let passwords: BTreeMap<ConnectionId, &Secret> = secrets
        .filter_map(|secret| Some((of_login(secret)?, secret)))
        .collect();
    let all = all.into_iter();
    all.filter_map(|connection| {
        let target = connection.target.as_ref().ok()?;
        let with = match &target.login {
            LoginMethod::Password { .. } => {
                let password = passwords.get(&connection.id)?;
                Some(digest(session, password, target, secret)?)
            }
            LoginMethod::None | LoginMethod::XOAuth2 { .. } => None,
        };
        Some(Tryable { connection, with })
    })
    .collect()
}

/// The password of a login, at its provider's account; `None` where FreeScout reads none.
fn digest(
    session: &Session,
    stored: &Secret,
    target: &MailServer,
    secret: &DigestSecret,
) -> Option<KeyedDigest> {
    let Password::Text(password) = text::password(stored, &session.ring, PasswordsUsed::InForce)
    else {
        return None;
    };
    let (provider, user) = account(target)?;
    let mut text = zeroize::Zeroizing::new(Vec::new());
    for part in [provider.as_bytes(), user.as_bytes(), password.expose()] {
        text.extend_from_slice(&(part.len() as u64).to_be_bytes());
        text.extend_from_slice(part);
    }
    Some(secret.digest(&text))
}

/// A login that is about to be tried, as it is written down before. A password that was refused before stays so.
fn begun_now(one: &Tryable, before: Option<&TriedLogin>, now: Timestamp) -> TriedLogin {
    let is_refused =
        before.is_some_and(|tried| tried.result == LoginResult::Refused && one.is_with(tried));
    TriedLogin {
        at: now,
        result: match is_refused {
            true => LoginResult::Refused,
            false => LoginResult::Begun,
        },
        server: server_line(&one.connection),
        with: one.with.clone(),
        trouble: before
            .filter(|tried| tried.result != LoginResult::Skipped)
            .and_then(|tried| tried.trouble.clone()),
        certificate_ends: before.and_then(|tried| tried.certificate_ends),
    }
}

fn candidate<'a>(
    one: &Tryable,
    before: &'a WatchRecord,
    (refused, elsewhere): (&[(&String, &TriedLogin)], &[&TriedLogin]),
    wishes: &RoundWishes,
) -> LoginCandidate<'a> {
    let own = name(one.connection.id);
    let tried = before.logins.get(&own);
    let with_this = |(login, tried): &(&String, &TriedLogin)| {
        **login != own && one.with.is_some() && one.is_with(tried)
    };
    let is_refused = tried.is_some_and(|tried| tried.result == LoginResult::Refused);
    LoginCandidate {
        id: one.connection.id,
        tried: tried.filter(|_| !(wishes.retry_refused && is_refused)),
        changed: tried.is_some_and(|tried| {
            !one.is_with(tried) || tried.server != server_line(&one.connection)
        }),
        refused_elsewhere: !wishes.retry_refused
            && (refused.iter().any(with_this)
                || one.with.is_some() && elsewhere.iter().any(|tried| one.is_with(tried))),
    }
}

/// The mailboxes that send themselves a mail in this round: those that last did so long ago, where both ways worked.
fn who_sends(
    session: &Session,
    before: &WatchRecord,
    tryable: &[Tryable],
    wishes: &RoundWishes,
    now: Timestamp,
) -> Vec<u64> {
    let can = |id: u64, direction| {
        let id = ConnectionId::of(id, direction);
        let known = before.logins.get(&name(id));
        tryable.iter().any(|one| one.connection.id == id)
            && known.is_some_and(|tried| tried.result == LoginResult::Works)
    };
    let due = |id: u64| {
        let Some(mail) = before.test_mails.get(&id) else {
            return true;
        };
        // One that was lost stands until another one comes back: that is not left for a day.
        let every = match (mail.took, wishes.retry_refused) {
            (Some(_), _) => TEST_EVERY,
            (None, false) => wishes.logins_every.min(TEST_EVERY),
            (None, true) => Duration::ZERO,
        };
        now.duration_since(mail.at).unsigned_abs() >= every
    };
    let mailboxes = session.inventory.mailboxes.iter().map(|mailbox| mailbox.id);
    mailboxes
        .filter(|id| due(*id) && Direction::BOTH.into_iter().all(|way| can(*id, way)))
        .take(TESTS_AT_ONCE)
        .collect()
}

fn test_mail(tested: &Tested, now: Timestamp) -> Option<TestMail> {
    let took = match tested.ended.journey.as_ref()? {
        Journey::Arrived { took, .. } => u64::try_from(took.as_millis()).ok(),
        Journey::NotSeen(_) | Journey::Refused(_) => None,
        Journey::NotTried => return None,
    };
    Some(TestMail { at: now, took })
}

/// What a test came to, as it is written down.
fn tried(one: &Tryable, tested: &Tested, site: &str, now: Timestamp) -> TriedLogin {
    let ended = &tested.ended;
    let by_password = one.with.is_some();
    let result = match ended.verdict() {
        TestVerdict::Ok => LoginResult::Works,
        TestVerdict::Skipped => LoginResult::Skipped,
        TestVerdict::Failed if by_password && ended.stands() && ended.code != Code::RateLimited => {
            LoginResult::Refused
        }
        TestVerdict::Failed if ended.rung >= Some(Rung::Authentication) => LoginResult::Failed,
        TestVerdict::Failed => LoginResult::Unreached,
    };
    let fails = ended.verdict() == TestVerdict::Failed || ended.code == Code::CannotTell;
    TriedLogin {
        at: now,
        result,
        server: server_line(&one.connection),
        with: one.with.clone(),
        trouble: fails.then(|| sentences::watch::claims::trouble(tested, site)),
        certificate_ends: ended
            .certificate_days
            .map(|days| now.as_second().saturating_add(days.saturating_mul(DAY))),
    }
}

/// The name of a login in the record.
fn name(id: ConnectionId) -> String {
    match id.mailbox {
        Some(mailbox) => format!("{mailbox} {}", id.direction.name()),
        None => "system mail".to_owned(),
    }
}

/// What stands by the logins: those that fail, and certificates that end.
pub(super) fn claims(
    session: &Session,
    record: &BTreeMap<String, TriedLogin>,
    wishes: &RoundWishes,
    now: Timestamp,
    typed: &CommandFor<'_>,
) -> Vec<Claim> {
    let inventory = &session.inventory;
    let (mut claims, mut away) = (Vec::new(), Vec::new());
    for connection in connections(&inventory.mailboxes, &inventory.system_mail) {
        let (Some(tried), Ok(target)) = (record.get(&name(connection.id)), &connection.target)
        else {
            continue;
        };
        let server = crate::words::untrusted::shown(&target.server()).to_string();
        let subject = sentences::watch::claims::login(&connection);
        if let (Some([message, next]), LoginResult::Unreached) = (&tried.trouble, &tried.result) {
            let reason = AwayReason {
                message: message.clone(),
                next: next.clone(),
                logins: vec![subject],
            };
            away::note(&mut away, server.clone(), reason);
        } else if let (Some([message, next]), LoginResult::Skipped) =
            (&tried.trouble, &tried.result)
        {
            let untold = sentences::watch::claims::login_untold(subject, message, next);
            claims.push(untold);
        } else if let Some([message, next]) = &tried.trouble {
            let mut next = NextSteps::from(next.as_str());
            if tried.result == LoginResult::Refused {
                let settings = wishes.settings.as_deref();
                next = next.then(&sentences::watch::claims::try_again(settings, typed));
            }
            claims.push(sentences::watch::claims::login_fails(
                subject, message, next,
            ));
        }
        let within = i64::try_from(wishes.thresholds.certificate.as_secs()).unwrap_or(i64::MAX);
        if let Some(ends) = tried.certificate_ends
            && ends.saturating_sub(now.as_second()) < within
        {
            let left = ends.saturating_sub(now.as_second()).div_euclid(DAY);
            claims.push(sentences::watch::claims::certificate_ends(
                server,
                left,
                target.checks_certificate,
            ));
        }
    }
    claims.extend(away.into_iter().map(sentences::watch::away::server_away));
    claims
}

/// Test mails that did not come back.
pub(super) fn test_mail_claims(
    session: &Session,
    test_mails: &BTreeMap<u64, TestMail>,
    typed: &CommandFor<'_>,
) -> Vec<Claim> {
    let lost = test_mails.iter().filter(|(_, mail)| mail.took.is_none());
    lost.filter_map(|(id, _)| {
        let mailbox = session.inventory.mailbox(*id)?;
        let email = &mailbox.email;
        Some(sentences::watch::claims::test_mail_lost(email, typed))
    })
    .collect()
}

/// The figures.
pub(super) fn checks(after: &WatchRecord, wishes: &RoundWishes, now: Timestamp) -> Vec<WatchCheck> {
    let tried = || {
        let all = after.logins.values();
        all.filter(|tried| tried.result != LoginResult::Skipped || tried.trouble.is_some())
    };
    let last = tried().map(|tried| tried.at).max();
    let count = |n: usize| Some(n as u64);
    let mut checks = Vec::new();
    if let Some(at) = last {
        let works = tried().filter(|tried| tried.result == LoginResult::Works);
        checks.push(WatchCheck {
            code: CheckCode::Logins,
            state: state_of(CheckCode::Logins, &after.standing),
            value: count(works.count()),
            of: count(tried().count()),
            at,
        });
    }
    let ends = after.logins.values().filter_map(|t| t.certificate_ends);
    if let (Some(ends), Some(at)) = (ends.min(), last) {
        let left = ends.saturating_sub(now.as_second()).div_euclid(DAY).max(0);
        checks.push(WatchCheck {
            code: CheckCode::Certificates,
            state: state_of(CheckCode::Certificates, &after.standing),
            value: u64::try_from(left).ok(),
            of: None,
            at,
        });
    }
    if let (true, Some(at)) = (
        wishes.send_test,
        after.test_mails.values().map(|mail| mail.at).max(),
    ) {
        let back = after.test_mails.values().filter(|mail| mail.took.is_some());
        checks.push(WatchCheck {
            code: CheckCode::TestMail,
            state: state_of(CheckCode::TestMail, &after.standing),
            value: count(back.count()),
            of: count(after.test_mails.len()),
            at,
        });
    }
    checks
}
