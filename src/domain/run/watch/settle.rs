//! From what stands now and what stood before: what is told.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::record::StandingMatter;
use super::steps::NextSteps;
use super::{Matter, News, Turn, WatchCode, WatchState};

/// Something that stands now, or that happened since the round before; since when is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What.
    pub code: WatchCode,
    /// How grave it is.
    pub severity: WatchState,
    /// What it is about, the same in every round.
    pub subject: String,
    /// A sentence.
    pub message: String,
    /// What to do now.
    pub next: NextSteps,
}

impl Claim {
    /// As it stands since then.
    #[must_use]
    pub fn matter(self, since: Timestamp) -> Matter {
        Matter {
            code: self.code,
            severity: self.severity,
            since,
            subject: self.subject,
            message: self.message,
            next: self.next,
        }
    }
}

/// What a round comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// What stands from now on, the gravest first.
    pub standing: Vec<StandingMatter>,
    /// What is told, the gravest first; what ended comes last.
    pub news: Vec<News>,
}

impl Settled {
    /// With what ended because there is no longer what it was about told as that.
    #[must_use]
    pub fn with_gone(mut self, is_gone: impl Fn(&Matter) -> bool) -> Self {
        let ended = self.news.iter_mut().filter(|n| n.turn == Turn::Ended);
        for news in ended.filter(|news| is_gone(&news.matter)) {
            news.turn = Turn::Gone;
        }
        self
    }
}

/// Tells what began, what happened, what stands still after `remind_after`, and what ended. What stands is known by its
/// code and its subject; told again when it has become graver.
pub fn settle(
    before: &[StandingMatter],
    claims: Vec<Claim>,
    happened: Vec<Claim>,
    now: Timestamp,
    remind_after: Duration,
) -> Settled {
    let mut stood: BTreeMap<(WatchCode, String), &StandingMatter> = before
        .iter()
        .map(|one| ((one.matter.code, one.matter.subject.clone()), one))
        .collect();
    let mut claimed: BTreeMap<(WatchCode, String), Claim> = BTreeMap::new();
    for claim in claims {
        let id = (claim.code, claim.subject.clone());
        let graver = |there: &Claim| there.severity >= claim.severity;
        if !claimed.get(&id).is_some_and(graver) {
            claimed.insert(id, claim);
        }
    }
    let (mut standing, mut news) = (Vec::new(), Vec::new());
    for (id, claim) in claimed {
        let was = stood.remove(&id);
        let (since, turn) = match was {
            None => (now, Some(Turn::Began)),
            Some(was) if claim.severity > was.matter.severity => {
                (was.matter.since, Some(Turn::Began))
            }
            Some(was) => {
                let due = now.duration_since(was.told).unsigned_abs() >= remind_after;
                (was.matter.since, due.then_some(Turn::Reminder))
            }
        };
        let told = match (turn, was) {
            (None, Some(was)) => was.told,
            _ => now,
        };
        let matter = claim.matter(since);
        news.extend(turn.map(|turn| News {
            turn,
            matter: matter.clone(),
        }));
        standing.push(StandingMatter {
            matter,
            told,
            unseen: None,
        });
    }
    news.extend(happened.into_iter().map(|claim| News {
        turn: Turn::Happened,
        matter: claim.matter(now),
    }));
    news.sort_by_key(|one| std::cmp::Reverse(one.matter.severity));
    news.extend(stood.into_values().map(|was| News {
        turn: Turn::Ended,
        matter: was.matter.clone(),
    }));
    standing.sort_by_key(|one| std::cmp::Reverse(one.matter.severity));
    Settled { standing, news }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn claim(code: WatchCode, subject: &str, severity: WatchState) -> Claim {
        Claim {
            code,
            severity,
            subject: subject.to_owned(),
            message: format!("{subject} is wrong."),
            next: NextSteps::default(),
        }
    }

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(hours)
    }

    fn told(settled: &Settled) -> Vec<(Turn, &str)> {
        let news = settled.news.iter();
        news.map(|n| (n.turn, n.matter.subject.as_str())).collect()
    }

    #[test]
    fn each_piece_of_news_appears_once_and_goes_away_once() {
        let fails = || vec![claim(WatchCode::LoginFails, "a", WatchState::Critical)];
        let first = settle(&[], fails(), vec![], at(0), DAY);
        assert_eq!(told(&first), [(Turn::Began, "a")]);
        let silent = settle(&first.standing, fails(), vec![], at(1), DAY);
        assert_eq!(told(&silent), []);
        assert_eq!(silent.standing[0].matter.since, at(0));
        let day = settle(&silent.standing, fails(), vec![], at(24), DAY);
        assert_eq!(told(&day), [(Turn::Reminder, "a")]);
        let after = settle(&day.standing, fails(), vec![], at(25), DAY);
        assert_eq!(told(&after), []);
        let well = settle(&after.standing, vec![], vec![], at(26), DAY);
        assert_eq!(told(&well), [(Turn::Ended, "a")]);
        assert_eq!(
            well.news[0].matter.since,
            at(0),
            "it says since when it stood"
        );
        let quiet = settle(&well.standing, vec![], vec![], at(27), DAY);
        assert_eq!((quiet.news, quiet.standing), (vec![], vec![]));
    }

    #[test]
    fn what_becomes_graver_is_told_again_and_what_becomes_lighter_is_not() {
        let ends = |severity| vec![claim(WatchCode::CertificateEnds, "a", severity)];
        let first = settle(&[], ends(WatchState::Warning), vec![], at(0), DAY);
        let graver = settle(
            &first.standing,
            ends(WatchState::Critical),
            vec![],
            at(1),
            DAY,
        );
        assert_eq!(told(&graver), [(Turn::Began, "a")]);
        let lighter = settle(
            &graver.standing,
            ends(WatchState::Warning),
            vec![],
            at(2),
            DAY,
        );
        assert_eq!(told(&lighter), []);
    }

    #[test]
    fn what_is_no_longer_there_did_not_get_well() {
        let fails = |subject| claim(WatchCode::LoginFails, subject, WatchState::Critical);
        let first = settle(&[], vec![fails("a"), fails("b")], vec![], at(0), DAY);
        let over = settle(&first.standing, vec![], vec![], at(1), DAY);
        let over = over.with_gone(|matter| matter.subject == "a");
        assert_eq!(told(&over), [(Turn::Gone, "a"), (Turn::Ended, "b")]);
        let stands = settle(&first.standing, vec![fails("a")], vec![], at(25), DAY);
        let stands = stands.with_gone(|_| true);
        assert_eq!(told(&stands), [(Turn::Reminder, "a"), (Turn::Gone, "b")]);
    }

    #[test]
    fn what_happened_does_not_stand() {
        let changed = vec![claim(WatchCode::KeyChanged, "k", WatchState::Critical)];
        let first = settle(&[], vec![], changed, at(0), DAY);
        assert_eq!(told(&first), [(Turn::Happened, "k")]);
        assert_eq!(settle(&first.standing, vec![], vec![], at(1), DAY).news, []);
    }

    proptest! {
        /// Whatever stands in whatever rounds: what began and what ended alternate, and between them only reminders come.
        #[test]
        fn began_and_ended_alternate(rounds in proptest::collection::vec((0_u8..8, 0_i64..40), 1..20)) {
            let (mut standing, mut open, mut now) = (Vec::new(), [false; 3], 0);
            for (which, hours) in rounds {
                now += hours;
                let claims = (0..3).filter(|bit| which & (1 << bit) != 0);
                let claims = claims.map(|bit| claim(WatchCode::LoginFails, &bit.to_string(), WatchState::Warning));
                let settled = settle(&standing, claims.collect(), vec![], at(now), DAY);
                for news in &settled.news {
                    let bit: usize = news.matter.subject.parse().unwrap_or_default();
                    match news.turn {
                        Turn::Began => prop_assert!(!std::mem::replace(&mut open[bit], true)),
                        Turn::Ended => prop_assert!(std::mem::replace(&mut open[bit], false)),
                        Turn::Reminder => prop_assert!(open[bit]),
                        Turn::Happened | Turn::Gone => prop_assert!(false),
                    }
                }
                for (bit, open) in open.iter().enumerate() {
                    prop_assert_eq!(*open, which & (1 << bit) != 0);
                }
                standing = settled.standing;
            }
        }
    }
}
