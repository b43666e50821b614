//! Whose login is tried in a round: each at most once in a time, spread over the rounds, the longest not tried first. A
//! password that was refused is not sent again.

use std::time::Duration;

use jiff::Timestamp;

use super::record::{LoginResult, TriedLogin};
use crate::domain::mail::ConnectionId;

/// So many are tried in a round at least, where they are due.
const AT_LEAST: usize = 32;
/// How long a round is taken to last before anything was tried, and at least.
const ROUND: Duration = Duration::from_mins(5);

/// A login, and what came of it before.
pub struct LoginCandidate<'a> {
    /// Which.
    pub id: ConnectionId,
    /// When it was tried, and what came of it.
    pub tried: Option<&'a TriedLogin>,
    /// Whether server, user or password are others since.
    pub changed: bool,
    /// Whether another login was refused with the same password at the same account, or may have been: it is not sent once more.
    pub refused_elsewhere: bool,
}

/// Why a login is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// Something was changed: the operator waits for it.
    Changed,
    /// It was never tried, or long ago.
    Since(Option<Timestamp>),
}

/// Those whose turn it is, in the order in which they are given.
///
/// A login that failed before a password was sent is tried in the next round again: that locks no account, and it is told
/// soon when it is well.
pub fn whose_turn(
    all: &[LoginCandidate<'_>],
    now: Timestamp,
    every: Duration,
) -> Vec<ConnectionId> {
    let ago = |then: Timestamp| now.duration_since(then).unsigned_abs();
    let due = |candidate: &LoginCandidate<'_>| {
        if candidate.refused_elsewhere {
            return None;
        }
        let Some(tried) = candidate.tried else {
            return Some(Due::Since(None));
        };
        if candidate.changed {
            return Some(Due::Changed);
        }
        let long = match tried.result {
            LoginResult::Refused => false,
            LoginResult::Works | LoginResult::Failed | LoginResult::Begun => ago(tried.at) >= every,
            LoginResult::Unreached | LoginResult::Skipped => ago(tried.at) >= every.min(ROUND),
        };
        long.then_some(Due::Since(Some(tried.at)))
    };
    let last = all.iter().filter_map(|c| c.tried.map(|t| t.at)).max();
    let elapsed = last.map_or(ROUND, ago).clamp(ROUND, every.max(ROUND));
    let share = elapsed.as_secs_f64() / every.as_secs_f64().max(1.0);
    let most = ((all.len() as f64 * share).ceil() as usize).max(AT_LEAST);
    let mut turns: Vec<(Due, usize)> = all
        .iter()
        .enumerate()
        .filter_map(|(n, candidate)| Some((due(candidate)?, n)))
        .collect();
    turns.sort_unstable();
    turns.truncate(most);
    turns.sort_unstable_by_key(|(_, n)| *n);
    turns.into_iter().map(|(_, n)| all[n].id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::Direction;

    const SIX_HOURS: Duration = Duration::from_hours(6);

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_mins(minutes)
    }

    fn tried(minutes: i64, result: LoginResult) -> TriedLogin {
        TriedLogin {
            at: at(minutes),
            result,
            server: String::new().into(),
            with: None,
            trouble: None,
            certificate_ends: None,
        }
    }

    fn id(n: u64) -> ConnectionId {
        ConnectionId::of(n, Direction::Incoming)
    }

    fn turn_of(tried: Option<&TriedLogin>, changed: bool, minutes: i64) -> bool {
        let one = LoginCandidate {
            id: id(1),
            tried,
            changed,
            refused_elsewhere: false,
        };
        !whose_turn(&[one], at(minutes), SIX_HOURS).is_empty()
    }

    #[test]
    fn each_at_most_once_in_its_time_and_a_refused_password_never() {
        assert!(turn_of(None, false, 0));
        let works = tried(0, LoginResult::Works);
        assert!(!turn_of(Some(&works), false, 359));
        assert!(turn_of(Some(&works), false, 360));
        assert!(turn_of(Some(&works), true, 1), "it was changed");
        let refused = tried(0, LoginResult::Refused);
        assert!(!turn_of(Some(&refused), false, 100_000));
        assert!(turn_of(Some(&refused), true, 1), "another password");
        // Nobody knows whether the password was sent.
        let begun = tried(0, LoginResult::Begun);
        assert!(!turn_of(Some(&begun), false, 359));
        assert!(turn_of(Some(&begun), false, 360));
        // The server did not answer: no password was sent.
        let away = tried(0, LoginResult::Unreached);
        assert!(turn_of(Some(&away), false, 5));
    }

    #[test]
    fn four_thousand_logins_are_spread_and_each_has_its_turn() {
        let mut record: Vec<Option<TriedLogin>> = vec![None; 4000];
        let (mut most, mut all) = (0, 0);
        for round in 0..73 {
            let now = at(round * 5);
            let candidates: Vec<LoginCandidate<'_>> = record
                .iter()
                .enumerate()
                .map(|(n, tried)| LoginCandidate {
                    id: id(n as u64),
                    tried: tried.as_ref(),
                    changed: false,
                    refused_elsewhere: false,
                })
                .collect();
            let turns = whose_turn(&candidates, now, SIX_HOURS);
            most = most.max(turns.len());
            all += turns.len();
            for one in turns {
                let n = one.mailbox.unwrap_or_default() as usize;
                record[n] = Some(tried(round * 5, LoginResult::Works));
            }
        }
        assert_eq!(record.iter().filter(|r| r.is_none()).count(), 0);
        assert!(most <= 60, "{most} at once");
        // Those of the first round are due again in the last one.
        assert!(all <= 4000 + 60, "{all} in six hours");
    }

    #[test]
    fn after_a_night_without_rounds_all_are_due_but_in_their_order() {
        let works = tried(0, LoginResult::Works);
        let candidates: Vec<LoginCandidate<'_>> = (0..100)
            .map(|n| LoginCandidate {
                id: id(n),
                tried: Some(&works),
                changed: false,
                refused_elsewhere: false,
            })
            .collect();
        let turns = whose_turn(&candidates, at(1000), SIX_HOURS);
        assert_eq!(turns, (0..100).map(id).collect::<Vec<_>>());
    }
}
