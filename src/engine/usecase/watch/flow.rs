//! FreeScout's own signs of life: its queue, its fetching, its workers, and the mail that comes and goes.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::claims::{is_of_processes, state_of};
use crate::domain::mail::Direction;
use crate::domain::mail::queue::Signs;
use crate::domain::run::watch::change::ConfigChange;
use crate::domain::run::watch::habit::{Flow as MailFlow, flow};
use crate::domain::run::watch::record::StandingMatter;
use crate::domain::run::watch::settings::Thresholds;
use crate::domain::run::watch::settle::Claim;
use crate::domain::run::watch::{CheckCode, WatchCheck, WatchCode};
use crate::engine::session::mail_flow::{LastFetch, last_fetch, message_times, seconds};
use crate::engine::session::{Session, signs};
use crate::io::container::within;
use crate::io::os::processes;
use crate::sentences::watch::claims::{self as sentences, CommandFor};

/// FreeScout that fetches less often than this many times its schedule does not fetch.
const SCHEDULES: i64 = 3;
/// A job that waits so long would have been taken by a worker, in seconds: where none is seen, none runs.
const TAKEN_WITHIN: i64 = 300;

/// Cron starts workers more often than this.
const BETWEEN_WORKERS: SignedDuration = SignedDuration::from_mins(30);

/// What was seen.
pub(super) struct SignsOfLife {
    /// The queue.
    pub(super) signs: Signs,
    fetch: LastFetch,
    /// How many workers run; `None` where that cannot be seen.
    workers: Option<usize>,
    /// How the mail of each mailbox flows, received and sent; `None` where that could not be read.
    mail: Option<BTreeMap<u64, [MailFlow; 2]>>,
}

/// Looks for them.
pub(super) fn read(session: &mut Session) -> SignsOfLife {
    let now = seconds(session.install.now_local()).unwrap_or_default();
    let mail = message_times(session).map(|times| {
        let flows = |(id, times): (u64, crate::engine::session::mail_flow::MessageTimes)| {
            (id, [flow(&times.received, now), flow(&times.sent, now)])
        };
        times.into_iter().map(flows).collect()
    });
    let seen = processes::can_be_seen() && !processes::others_hidden() && !within::is_stopped();
    SignsOfLife {
        signs: signs::read_signs(session),
        fetch: last_fetch(session),
        workers: seen.then(|| processes::workers(&session.install.root).len()),
        mail,
    }
}

impl SignsOfLife {
    /// Whether this could not be looked at in this round: what stood of it stands. What is said of processes stands for a
    /// while: the next one is started soon, or there is none that it could be said of.
    pub(super) fn is_unseen(&self, one: &StandingMatter, now: Timestamp) -> bool {
        let of_mail = [WatchCode::NothingReceived, WatchCode::NothingSent];
        let no_worker = self.workers.is_none_or(|running| running == 0);
        self.mail.is_none() && of_mail.contains(&one.matter.code)
            || no_worker && is_of_processes(one) && one.stands_unseen(now, BETWEEN_WORKERS)
    }
}

/// Whether a change is worth telling.
pub(super) fn is_told(change: &ConfigChange, thresholds: Thresholds) -> bool {
    match change {
        ConfigChange::JobsFailed { more, .. } => *more >= thresholds.failed_jobs,
        _ => true,
    }
}

/// What is wrong.
pub(super) fn claims(
    session: &Session,
    life: &SignsOfLife,
    thresholds: Thresholds,
    now: Timestamp,
    typed: &CommandFor<'_>,
) -> Vec<Claim> {
    let mut claims = Vec::new();
    let now = now.as_second();
    let limit =
        |duration: std::time::Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    if let Some(oldest) = life.signs.oldest_job {
        let waits = now.saturating_sub(oldest);
        if waits > limit(thresholds.job_waits) {
            claims.push(sentences::jobs_wait(life.signs.jobs_waiting, oldest));
        }
        if life.workers == Some(0) && waits > TAKEN_WITHIN {
            claims.push(sentences::no_worker());
        }
    }
    let often = life.fetch.every.unwrap_or(0).saturating_mul(SCHEDULES);
    let fetches = session.inventory.mailboxes.iter();
    let fetches = fetches.filter(|mailbox| mailbox.needs_incoming()).count() > 0;
    if let Some(began) = life.fetch.began
        && fetches
        && now.saturating_sub(began) > often.max(limit(thresholds.fetch_ago))
    {
        claims.push(sentences::not_fetching(began));
    }
    for (id, flows) in life.mail.iter().flatten() {
        let Some(mailbox) = session.inventory.mailbox(*id) else {
            continue;
        };
        for (direction, flow) in Direction::BOTH.into_iter().zip(flows) {
            if let MailFlow::Silent { last, longest } = flow {
                claims.push(sentences::silent(
                    &mailbox.email,
                    direction,
                    *last,
                    *longest,
                    typed,
                ));
            }
        }
    }
    claims
}

/// The figures.
pub(super) fn checks(
    life: &SignsOfLife,
    standing: &[StandingMatter],
    now: Timestamp,
) -> Vec<WatchCheck> {
    let check = |code, value: Option<u64>, of| WatchCheck {
        code,
        state: state_of(code, standing),
        value,
        of,
        at: now,
    };
    let (waiting, failed) = (life.signs.jobs_waiting, life.signs.failed_jobs);
    let mut checks = vec![
        check(CheckCode::Queue, Some(waiting), None),
        check(CheckCode::FailedJobs, Some(failed), None),
    ];
    if let Some(began) = life.fetch.began {
        let ago = now.as_second().saturating_sub(began).max(0);
        checks.push(check(CheckCode::Fetching, u64::try_from(ago).ok(), None));
    }
    if let Some(workers) = life.workers {
        checks.push(check(CheckCode::Workers, Some(workers as u64), None));
    }
    if let Some(mail) = &life.mail {
        let flows = || mail.values().flatten();
        let count = |is: &dyn Fn(&MailFlow) -> bool| flows().filter(|f| is(f)).count() as u64;
        let usual = count(&|flow| *flow == MailFlow::Usual);
        let told = count(&|flow| *flow != MailFlow::Untold);
        checks.push(check(CheckCode::MailFlow, Some(usual), Some(told)));
    }
    checks
}
