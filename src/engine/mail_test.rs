//! Connection tests on threads of their own: so many at once, few to a server, one to an account, and never the same
//! wrong password twice.

pub mod connections;
pub mod lockouts;
pub mod oauth;

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::inventory::secret::wipe_stack;
use crate::domain::mail::account::{ProviderAccount, account, server};
use crate::domain::mail::advice::Advice;
use crate::domain::mail::probe::{Ended, Journey, Tested};
use crate::domain::mail::rung::{Code, Rung};
use crate::domain::mail::schedule::{Load, NextTest, QueuedTest, Schedule, TestLimits};
use crate::domain::mail::{ConnectionId, Direction, Protocol};
use crate::engine::mail_test::connections::{Attempt, PreparedTest, TestOrSkip, not_yet};
use crate::engine::mail_test::lockouts::RefusedLogins;
use crate::io::mail::{self, Cancelled, Settings, journey};

/// How often a thread that waits looks up.
const LOOK_UP: Duration = Duration::from_millis(100);

/// What is heard of a round of tests.
#[derive(Debug, Clone)]
pub enum TestEvent {
    /// A test is at this rung.
    At(ConnectionId, Rung),
    /// A test ended.
    Ended(Box<Tested>),
}

/// Everything a round shares.
pub struct Round<'a> {
    /// Deadlines, authorities, routes.
    pub settings: &'a Settings,
    /// How many at once.
    pub limits: TestLimits,
    /// What was refused before.
    pub memory: &'a RefusedLogins,
    /// Also what is not sent unasked: see [`Ended::waits_for_a_word`].
    pub again: bool,
    /// Raised when the round is called off.
    pub cancel: &'a AtomicBool,
    /// Hears how it goes; called from several threads.
    pub tell: &'a (dyn Fn(TestEvent) + Sync),
}

/// Makes the tests. When the round is called off, those that were not finished are not told.
pub fn run(prepared: &[PreparedTest], round: &Round<'_>) {
    let mut tests = Vec::new();
    for one in prepared {
        match &one.how {
            TestOrSkip::Skip(ended) => {
                (round.tell)(TestEvent::Ended(Box::new(one.tested(ended.clone()))))
            }
            TestOrSkip::Try(attempt) => tests.push((one, attempt)),
        }
    }
    // After failures, some servers keep every login of this address waiting until a good one comes (Dovecot up to 15 seconds):
    // what FreeScout itself reads is likelier to be good.
    tests.sort_by_key(|(_, attempt)| attempt.under.is_some());
    let items: Vec<QueuedTest> = tests.iter().map(|(_, attempt)| item(attempt)).collect();
    let threads = round.limits.with_slow().clamp(1, tests.len().max(1));
    let schedule = Mutex::new(Schedule::new(items, round.limits));
    let (limited, freed) = (Mutex::default(), Condvar::new());
    let since = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                work(&tests, &schedule, &limited, &freed, since, round);
                wipe_stack();
            });
        }
    });
}

fn item(attempt: &Attempt) -> QueuedTest {
    QueuedTest {
        server: server(&attempt.target.host),
        account: account(&attempt.target).map(|(_, user)| user),
    }
}

/// Sends a mail from each mailbox to itself that can send and fetch, and tells how it went.
pub fn send_to_itself(
    prepared: &[PreparedTest],
    tested: &[Tested],
    round: &Round<'_>,
) -> Vec<(u64, Journey)> {
    let works = |id: ConnectionId| {
        tested
            .iter()
            .any(|t| t.id == id && t.ended.code == Code::Ok)
    };
    let attempt = |id: ConnectionId| {
        let one = prepared.iter().find(|p| p.connection.id == id)?;
        match &one.how {
            TestOrSkip::Try(attempt) if works(id) => Some(attempt),
            _ => None,
        }
    };
    let mailboxes: BTreeSet<u64> = prepared
        .iter()
        .filter_map(|p| p.connection.id.mailbox)
        .collect();
    let waiting = Mutex::new(mailboxes.into_iter());
    let journeys = Mutex::new(Vec::new());
    let travel = || {
        loop {
            let Some(mailbox) = lock(&waiting).next() else {
                return;
            };
            let ends = (
                attempt(ConnectionId::of(mailbox, Direction::Outgoing)),
                attempt(ConnectionId::of(mailbox, Direction::Incoming)),
            );
            let journey = match ends {
                (Some(out), Some(back)) if back.target.protocol == Protocol::Imap => {
                    travel_between(out, back, round)
                }
                _ => Ok(Journey::NotTried),
            };
            let Ok(journey) = journey else { return };
            lock(&journeys).push((mailbox, journey));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..round.limits.per_server.max(1) {
            scope.spawn(|| {
                travel();
                wipe_stack();
            });
        }
    });
    journeys
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
}

/// What a thread that failed has left is as good as ever.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One journey, with both accounts to itself.
fn travel_between(out: &Attempt, back: &Attempt, round: &Round<'_>) -> Result<Journey, Cancelled> {
    let ends = [out, back].into_iter();
    let accounts: BTreeSet<ProviderAccount> = ends.filter_map(|end| account(&end.target)).collect();
    let _held = round.memory.enter(accounts, None, round.cancel)?;
    let token = base16ct::lower::encode_string(&crate::io::os::entropy::bytes::<12>());
    let date = jiff::fmt::rfc2822::to_string(&jiff::Zoned::now()).unwrap_or_default();
    journey::travel(
        &out.end(),
        &back.end(),
        &token,
        &date,
        journey::PATIENCE,
        round.settings,
        round.cancel,
    )
}

fn work(
    tests: &[(&PreparedTest, &Attempt)],
    schedule: &Mutex<Schedule>,
    // What those came to that are tried again.
    limited: &Mutex<HashMap<usize, Ended>>,
    freed: &Condvar,
    since: Instant,
    round: &Round<'_>,
) {
    loop {
        if round.cancel.load(Ordering::Relaxed) {
            return;
        }
        let mut waiting = lock(schedule);
        let index = match waiting.next(since.elapsed()) {
            NextTest::Finished => return,
            NextTest::Run(index) => index,
            NextTest::GiveUp(index) => {
                drop(waiting);
                let before = lock(limited).remove(&index);
                let ended = before
                    .unwrap_or_else(|| Ended::skipped(Code::RateLimited, Some(Advice::TooMany)));
                (round.tell)(TestEvent::Ended(Box::new(tests[index].0.tested(ended))));
                continue;
            }
            NextTest::WaitUntil(_) | NextTest::WaitForOthers => {
                drop(freed.wait_timeout(waiting, LOOK_UP));
                continue;
            }
        };
        drop(waiting);
        // A fault of ours must not leave the others waiting for this account.
        let outcome = catch_unwind(AssertUnwindSafe(|| test(tests[index], round)));
        let ended = match outcome {
            Ok(Ok(ended)) => Some(ended),
            Ok(Err(Cancelled)) => None,
            Err(_) => Some(Ended::skipped(Code::OurFault, None)),
        };
        // What was said to a password that was sent is not asked for once more.
        let load = match &ended {
            Some(e) if e.code == Code::RateLimited => Load::TooMuch {
                again: e.rung != Some(Rung::Authentication),
            },
            _ => Load::Fine,
        };
        let again = lock(schedule).ended(index, load, since.elapsed());
        freed.notify_all();
        match ended {
            Some(ended) if again => {
                lock(limited).insert(index, ended);
            }
            Some(ended) => (round.tell)(TestEvent::Ended(Box::new(tests[index].0.tested(ended)))),
            None => return,
        }
    }
}

/// One test, after those of the same account.
fn test((one, attempt): (&PreparedTest, &Attempt), round: &Round<'_>) -> Result<Ended, Cancelled> {
    let Attempt {
        target,
        credential,
        under,
    } = attempt;
    let id = one.connection.id;
    let climb = || {
        mail::probe(
            target,
            credential.as_ref(),
            round.settings,
            round.cancel,
            &mut |rung| (round.tell)(TestEvent::At(id, rung)),
        )
    };
    let server = server(&target.host);
    let accounts: BTreeSet<ProviderAccount> = account(target).into_iter().collect();
    let room = Some((server.clone(), round.limits));
    let _held = round.memory.enter(accounts, room, round.cancel)?;
    let sent = credential.as_ref();
    if let Some(before) = sent.and_then(|c| round.memory.refused(id, target, c, round.again)) {
        return Ok(before);
    }
    let mut ended = climb()?;
    if let Some(credential) = sent {
        round.memory.note(id, target, credential, &ended);
    }
    if ended.code == Code::RateLimited {
        round.memory.close(&server, round.limits.first_pause);
    }
    ended.cautions.extend(not_yet(under.clone()));
    Ok(ended)
}
