//! Which connection test may run now: so many at once, fewer to one server, one to an account; a server that says "too
//! many" is left alone for a while.
//!
//! No clock: the time is given, as the duration since some start.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// After so many "too many" in a row the server's other tests are given up.
pub const STRIKES: u32 = 3;

/// A test that takes longer waits for a server that hardly answers, and keeps the others from nothing.
const SLOW: Duration = Duration::from_secs(2);
/// So many of those at once, beside the others.
const MOST_SLOW: usize = 16;

/// How many tests may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestLimits {
    /// At once in all.
    pub at_once: usize,
    /// At once to one server.
    pub per_server: usize,
    /// How long a server is left alone after its first "too many"; twice as long after the next.
    pub first_pause: Duration,
}

impl TestLimits {
    /// At once in all, with those that only wait for their servers.
    pub fn with_slow(&self) -> usize {
        self.at_once.saturating_add(MOST_SLOW)
    }
}

impl Default for TestLimits {
    /// Kind to servers: Gmail takes 15 connections of one account, many hosts four of one address.
    fn default() -> Self {
        Self {
            at_once: 8,
            per_server: 2,
            first_pause: Duration::from_secs(5),
        }
    }
}

/// One test, by what it must not share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedTest {
    /// The server: the host, whatever the port.
    pub server: String,
    /// The account at that server, where a login is made.
    pub account: Option<String>,
}

/// What a test said of its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// It has room.
    Fine,
    /// It said "too many".
    TooMuch {
        /// Whether the test may be made once more.
        again: bool,
    },
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextTest {
    /// Run this one.
    Run(usize),
    /// Do not run this one: its server says "too many" again and again.
    GiveUp(usize),
    /// Nothing before this time, unless a running one ends.
    WaitUntil(Duration),
    /// Nothing before a running one ends.
    WaitForOthers,
    /// Everything was handed out.
    Finished,
}

#[derive(Debug, Clone, Copy, Default)]
struct ServerLoad {
    running: usize,
    strikes: u32,
    closed_until: Duration,
}

/// The tests that wait, and what runs.
#[derive(Debug)]
pub struct Schedule {
    limits: TestLimits,
    items: Vec<QueuedTest>,
    waiting: Vec<usize>,
    /// Since when each has been running.
    running: HashMap<usize, Duration>,
    servers: HashMap<String, ServerLoad>,
    busy: HashSet<(String, String)>,
}

impl Schedule {
    /// Nothing runs yet. Limits of zero count as one.
    pub fn new(items: Vec<QueuedTest>, limits: TestLimits) -> Self {
        let mut waiting: Vec<usize> = (0..items.len()).collect();
        waiting.reverse();
        Self {
            limits: TestLimits {
                at_once: limits.at_once.max(1),
                per_server: limits.per_server.max(1),
                ..limits
            },
            waiting,
            items,
            running: HashMap::new(),
            servers: HashMap::new(),
            busy: HashSet::new(),
        }
    }

    /// What to do now. What is to run counts as running from here on.
    pub fn next(&mut self, now: Duration) -> NextTest {
        if self.waiting.is_empty() {
            return NextTest::Finished;
        }
        let lively = |since: &&Duration| now.saturating_sub(**since) < SLOW;
        if self.running.values().filter(lively).count() >= self.limits.at_once
            || self.running.len() >= self.limits.with_slow()
        {
            return NextTest::WaitForOthers;
        }
        let mut opens: Option<Duration> = None;
        for at in (0..self.waiting.len()).rev() {
            let index = self.waiting[at];
            let item = &self.items[index];
            let server = self.servers.get(&item.server).copied().unwrap_or_default();
            if server.strikes >= STRIKES {
                self.waiting.remove(at);
                return NextTest::GiveUp(index);
            }
            // A server that has complained gets one at a time.
            let room = if server.strikes > 0 {
                1
            } else {
                self.limits.per_server
            };
            if server.running >= room {
                continue;
            }
            if server.closed_until > now {
                opens = Some(opens.map_or(server.closed_until, |t| t.min(server.closed_until)));
                continue;
            }
            if let Some(account) = &item.account
                && !self.busy.insert((item.server.clone(), account.clone()))
            {
                continue;
            }
            let server = self.servers.entry(item.server.clone()).or_default();
            server.running += 1;
            self.running.insert(index, now);
            self.waiting.remove(at);
            return NextTest::Run(index);
        }
        match opens {
            Some(time) => NextTest::WaitUntil(time),
            None => NextTest::WaitForOthers,
        }
    }

    /// A test that ran has ended. Says whether it will be handed out again.
    pub fn ended(&mut self, index: usize, load: Load, now: Duration) -> bool {
        let item = &self.items[index];
        if let Some(account) = &item.account {
            self.busy.remove(&(item.server.clone(), account.clone()));
        }
        self.running.remove(&index);
        let server = self.servers.entry(item.server.clone()).or_default();
        server.running = server.running.saturating_sub(1);
        let Load::TooMuch { again } = load else {
            server.strikes = 0;
            return false;
        };
        server.strikes += 1;
        if server.strikes >= STRIKES {
            return false;
        }
        server.closed_until = now + self.limits.first_pause * 2u32.pow(server.strikes - 1);
        if again {
            self.waiting.push(index);
        }
        again
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn item(server: u8, account: Option<u8>) -> QueuedTest {
        QueuedTest {
            server: format!("s{server}"),
            account: account.map(|a| format!("a{a}")),
        }
    }

    const SECOND: Duration = Duration::from_secs(1);
    const AGAIN: Load = Load::TooMuch { again: true };

    #[test]
    fn an_account_is_never_used_twice_at_once() {
        let items = vec![item(1, Some(1)), item(1, Some(1)), item(1, Some(2))];
        let mut schedule = Schedule::new(items, TestLimits::default());
        assert_eq!(schedule.next(SECOND), NextTest::Run(0));
        assert_eq!(schedule.next(SECOND), NextTest::Run(2));
        assert_eq!(schedule.next(SECOND), NextTest::WaitForOthers);
        assert!(!schedule.ended(0, Load::Fine, SECOND));
        assert_eq!(schedule.next(SECOND), NextTest::Run(1));
        assert_eq!(schedule.next(SECOND), NextTest::Finished);
    }

    #[test]
    fn a_server_that_complains_is_left_alone_then_given_up() {
        let items = (0..4).map(|n| item(1, Some(n))).collect();
        let mut schedule = Schedule::new(
            items,
            TestLimits {
                at_once: 1,
                per_server: 1,
                first_pause: SECOND * 5,
            },
        );
        let mut now = SECOND;
        assert_eq!(schedule.next(now), NextTest::Run(0));
        assert!(schedule.ended(0, AGAIN, now));
        assert_eq!(schedule.next(now), NextTest::WaitUntil(now + SECOND * 5));
        now += SECOND * 5;
        assert_eq!(schedule.next(now), NextTest::Run(0));
        assert!(schedule.ended(0, AGAIN, now));
        assert_eq!(schedule.next(now), NextTest::WaitUntil(now + SECOND * 10));
        now += SECOND * 10;
        assert_eq!(schedule.next(now), NextTest::Run(0));
        assert!(!schedule.ended(0, AGAIN, now), "its own verdict stands");
        for index in 1..4 {
            assert_eq!(schedule.next(now), NextTest::GiveUp(index));
        }
        assert_eq!(schedule.next(now), NextTest::Finished);
    }

    #[test]
    fn servers_that_hardly_answer_hold_up_nobody() {
        let items = (0..40).map(|n| item(n, None)).collect();
        let limits = TestLimits {
            at_once: 2,
            ..TestLimits::default()
        };
        let mut schedule = Schedule::new(items, limits);
        let mut now = SECOND;
        let mut run = 0;
        for _ in 0..20 {
            while let NextTest::Run(_) = schedule.next(now) {
                run += 1;
            }
            now += SECOND * 2;
        }
        assert_eq!(run, limits.with_slow());
        assert_eq!(schedule.next(now), NextTest::WaitForOthers);
    }

    proptest! {
        #[test]
        fn limits_hold_and_everything_is_handed_out(
            items in proptest::collection::vec((0u8..4, proptest::option::of(0u8..5)), 0..40),
            at_once in 1usize..6, per_server in 1usize..4,
            choices in proptest::collection::vec((any::<prop::sample::Index>(), proptest::bool::weighted(0.2)), 400),
        ) {
            let items: Vec<QueuedTest> = items.into_iter().map(|(s, a)| item(s, a)).collect();
            let mut schedule = Schedule::new(items.clone(), TestLimits { at_once, per_server, ..TestLimits::default() });
            let (mut now, mut running, mut settled) = (Duration::ZERO, Vec::<usize>::new(), vec![0; items.len()]);
            let mut choices = choices.into_iter();
            loop {
                let next = schedule.next(now);
                match next {
                    NextTest::Run(index) => {
                        running.push(index);
                        // No time passes but where nothing runs.
                        prop_assert!(running.len() <= at_once);
                        let same = |of: &dyn Fn(&QueuedTest) -> bool| running.iter().filter(|i| of(&items[**i])).count();
                        prop_assert!(same(&|i| i.server == items[index].server) <= per_server);
                        prop_assert!(items[index].account.is_none() || same(&|i| *i == items[index]) == 1);
                        continue;
                    }
                    NextTest::GiveUp(index) => { settled[index] += 1; continue; }
                    NextTest::Finished if running.is_empty() => break,
                    NextTest::WaitUntil(time) if running.is_empty() => { prop_assert!(time > now); now = time; continue; }
                    _ => prop_assert!(!running.is_empty(), "stuck"),
                }
                let (which, limited) = choices.next().map_or((0, false), |(i, l)| (i.index(running.len()), l));
                let index = running.remove(which);
                let load = if limited { AGAIN } else { Load::Fine };
                settled[index] += usize::from(!schedule.ended(index, load, now));
            }
            prop_assert!(settled.iter().all(|count| *count == 1), "each ends once: {settled:?}");
        }
    }
}
