//! What whoever has rounds made remembers of the installs: how each was last named, and what was told of it that no round wrote
//! down, as none could be made or what it saw could not be kept. So that too is told once, again each day, and when it is over.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Matter, News, Turn, WatchCode, WatchReport, WatchState, WatchedInstall};

/// How an install came to be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chosen {
    /// It was named.
    Named,
    /// It is one of all that there are.
    OfAll,
    /// It was the only one there is.
    Only,
}

/// What was told of an install without being written down with a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldApart {
    /// What.
    pub news: News,
    /// When it was last told.
    pub at: Timestamp,
}

/// What is remembered of an install.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownTarget {
    /// How it came to be watched.
    pub chosen: Chosen,
    /// How it was last named.
    pub install: WatchedInstall,
    /// What was told of it apart from its rounds.
    pub apart: Vec<ToldApart>,
}

/// What is remembered of all, by what tells their targets apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetMemory {
    /// The installs.
    pub targets: BTreeMap<String, KnownTarget>,
}

fn is_about(one: &Matter, other: &Matter) -> bool {
    one.code == other.code && one.subject == other.subject
}

fn stands(turn: Turn) -> bool {
    matches!(turn, Turn::Began | Turn::Reminder)
}

/// Whether one of two pieces of news about one thing says what the other does.
fn is_of_kind(one: Turn, other: Turn) -> bool {
    one == other || stands(one) && stands(other) || one.is_over() && other.is_over()
}

impl KnownTarget {
    /// What is told now of what no round wrote down: the news of this report, unless its round was `recorded`, and what came to
    /// be known beside it. What was told before is told again only when it is graver, or after `remind_after`.
    pub fn settle(
        &mut self,
        report: &WatchReport,
        recorded: bool,
        beside: &[Matter],
        remind_after: Duration,
    ) -> Vec<News> {
        let now = report.at;
        let began = |matter: &Matter| News {
            turn: Turn::Began,
            matter: matter.clone(),
        };
        let of_round = report.news.iter().filter(|_| !recorded).cloned();
        let mut told = Vec::new();
        for news in of_round.chain(beside.iter().map(began)) {
            told.extend(self.one(news, now, remind_after));
        }
        let all = || report.standing.iter().chain(beside);
        let standing = |matter: &Matter| all().any(|one| is_about(one, matter));
        // What was over stands again, and the rounds do not know that it was over.
        let again: Vec<Matter> = self
            .apart
            .iter()
            .filter(|one| one.news.turn.is_over())
            .filter_map(|one| all().find(|matter| is_about(matter, &one.news.matter)))
            .cloned()
            .collect();
        for matter in again {
            told.extend(self.one(began(&matter), now, remind_after));
        }
        let looked = !report
            .standing
            .iter()
            .any(|matter| matter.code == WatchCode::CannotLook);
        if looked {
            let by_round = |matter: &Matter| {
                let mut ended = report.news.iter().filter(|n| n.turn.is_over());
                ended.any(|news| is_about(&news.matter, matter))
            };
            let over = |one: &ToldApart| stands(one.news.turn) && !standing(&one.news.matter);
            let ended = self.apart.iter().filter(|one| over(one));
            told.extend(
                ended
                    .filter(|one| !by_round(&one.news.matter))
                    .map(|one| News {
                        turn: Turn::Ended,
                        matter: one.news.matter.clone(),
                    }),
            );
            self.apart.retain(|one| !over(one));
        }
        told
    }

    /// Forgets what the rounds know from now on: one was written down.
    pub fn recorded(&mut self, beside: &[Matter]) {
        self.apart.retain(|one| {
            beside
                .iter()
                .any(|matter| is_about(matter, &one.news.matter))
        });
    }

    /// That all of it is over.
    pub fn all_over(&self) -> Vec<News> {
        let standing = self.apart.iter().filter(|one| stands(one.news.turn));
        let over = standing.map(|one| News {
            turn: Turn::Ended,
            matter: one.news.matter.clone(),
        });
        over.collect()
    }

    /// Whether this was told already, apart from the round that tells it now.
    pub fn was_told(&self, news: &News) -> bool {
        self.apart.iter().any(|one| {
            is_about(&one.news.matter, &news.matter)
                && is_of_kind(one.news.turn, news.turn)
                && one.news.matter.severity >= news.matter.severity
        })
    }

    /// Since when that is told apart from the rounds.
    pub fn since(&self, matter: &Matter) -> Option<Timestamp> {
        let mut apart = self.apart.iter();
        let one = apart.find(|one| is_about(&one.news.matter, matter))?;
        Some(one.news.matter.since)
    }

    /// Whether what its rounds saw could not be written down lately.
    pub fn is_not_recorded(&self) -> bool {
        let mut standing = self.apart.iter().filter(|one| stands(one.news.turn));
        standing.any(|one| one.news.matter.code == WatchCode::CannotRecord)
    }

    /// One piece of news, where it is told now.
    fn one(&mut self, news: News, now: Timestamp, remind_after: Duration) -> Option<News> {
        let at = self
            .apart
            .iter()
            .position(|one| is_about(&one.news.matter, &news.matter));
        let before = at.map(|at| &self.apart[at]);
        let same = before.filter(|before| is_of_kind(before.news.turn, news.turn));
        let news = match same {
            None => news,
            Some(before) => {
                let graver = news.matter.severity > before.news.matter.severity;
                let long = now.duration_since(before.at).unsigned_abs() >= remind_after;
                if !graver && (!long || news.turn.is_over()) {
                    return None;
                }
                let turn = match news.turn {
                    Turn::Began if !graver => Turn::Reminder,
                    turn => turn,
                };
                let since = before.news.matter.since;
                let matter = Matter {
                    since,
                    ..news.matter
                };
                News { turn, matter }
            }
        };
        if let Some(at) = at {
            self.apart.remove(at);
        }
        self.apart.push(ToldApart {
            news: news.clone(),
            at: now,
        });
        Some(news)
    }
}

/// How an install is, by what stands and what happened: the worst of it.
pub fn state(standing: &[Matter], news: &[News]) -> WatchState {
    let happened = news.iter().filter(|one| one.turn == Turn::Happened);
    let all = standing.iter().chain(happened.map(|one| &one.matter));
    all.map(|matter| matter.severity)
        .max()
        .unwrap_or(WatchState::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::run::watch::steps::NextSteps;

    const DAY: Duration = Duration::from_hours(24);

    fn matter(code: WatchCode, severity: WatchState) -> Matter {
        Matter {
            code,
            severity,
            since: Timestamp::UNIX_EPOCH,
            subject: "it".to_owned(),
            message: "It is.".to_owned(),
            next: NextSteps::default(),
        }
    }

    fn install() -> WatchedInstall {
        WatchedInstall {
            host: "server1".to_owned(),
            path: "/srv/desk".to_owned(),
            name: "desk".to_owned(),
            version: "1".to_owned(),
            container: None,
        }
    }

    /// A report of that hour.
    fn report(hour: i64, news: &[(Turn, WatchCode)], standing: &[WatchCode]) -> WatchReport {
        let grave = |code| matter(code, WatchState::Critical);
        WatchReport {
            schema: 1,
            install: install(),
            at: Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(hour),
            as_of: None,
            state: WatchState::Critical,
            news: news
                .iter()
                .map(|(turn, code)| News {
                    turn: *turn,
                    matter: grave(*code),
                })
                .collect(),
            standing: standing.iter().map(|code| grave(*code)).collect(),
            checks: Vec::new(),
        }
    }

    fn target() -> KnownTarget {
        KnownTarget {
            chosen: Chosen::Named,
            install: install(),
            apart: Vec::new(),
        }
    }

    fn told(news: &[News]) -> Vec<(Turn, WatchCode)> {
        news.iter().map(|n| (n.turn, n.matter.code)).collect()
    }

    #[test]
    fn what_no_round_writes_down_is_told_once_reminded_of_and_ended_once() {
        let mut known = target();
        let (key, login) = (WatchCode::KeyChanged, WatchCode::LoginFails);
        let round = |hour| {
            let news = [(Turn::Happened, key), (Turn::Began, login)];
            report(hour, &news, &[login])
        };
        let first = known.settle(&round(0), false, &[], DAY);
        assert_eq!(told(&first), [(Turn::Happened, key), (Turn::Began, login)]);
        assert_eq!(known.settle(&round(1), false, &[], DAY), []);
        let day = known.settle(&round(24), false, &[], DAY);
        assert_eq!(told(&day), [(Turn::Happened, key), (Turn::Reminder, login)]);
        // Now it can be written down, and it is well again: the rounds never knew of it.
        let well = known.settle(&report(25, &[], &[]), true, &[], DAY);
        assert_eq!(told(&well), [(Turn::Ended, login)]);
        known.recorded(&[]);
        assert_eq!(known, target());
    }

    #[test]
    fn what_the_rounds_knew_ends_once_and_begins_again() {
        let mut known = target();
        let login = WatchCode::LoginFails;
        let ended = report(0, &[(Turn::Ended, login)], &[]);
        assert_eq!(
            told(&known.settle(&ended, false, &[], DAY)),
            [(Turn::Ended, login)]
        );
        assert_eq!(
            known.settle(&report(1, &[(Turn::Ended, login)], &[]), false, &[], DAY),
            []
        );
        let again = known.settle(&report(2, &[], &[login]), false, &[], DAY);
        assert_eq!(told(&again), [(Turn::Began, login)]);
        assert_eq!(known.settle(&report(3, &[], &[login]), false, &[], DAY), []);
    }

    #[test]
    fn what_was_told_apart_is_not_told_again_when_it_is_written_down() {
        let mut known = target();
        let login = WatchCode::LoginFails;
        let began = report(0, &[(Turn::Began, login)], &[login]);
        known.settle(&began, false, &[], DAY);
        assert!(known.was_told(&began.news[0]));
        assert_eq!(known.settle(&began, true, &[], DAY), []);
        known.recorded(&[]);
        assert!(!known.was_told(&began.news[0]));
    }

    #[test]
    fn where_nobody_could_look_nothing_else_ends() {
        let mut known = target();
        let (login, blind) = (WatchCode::LoginFails, WatchCode::CannotLook);
        known.settle(
            &report(0, &[(Turn::Began, login)], &[login]),
            false,
            &[],
            DAY,
        );
        let not_made = report(1, &[(Turn::Began, blind)], &[blind]);
        assert_eq!(
            told(&known.settle(&not_made, false, &[], DAY)),
            [(Turn::Began, blind)]
        );
        let back = known.settle(&report(2, &[], &[login]), false, &[], DAY);
        assert_eq!(told(&back), [(Turn::Ended, blind)]);
    }

    #[test]
    fn all_that_was_told_apart_can_be_over_at_once() {
        let mut known = target();
        let blind = WatchCode::CannotLook;
        let told = known.settle(
            &report(0, &[(Turn::Began, blind)], &[blind]),
            false,
            &[],
            DAY,
        );
        assert_eq!(told.len(), 1);
        let over: Vec<_> = known
            .all_over()
            .iter()
            .map(|n| (n.turn, n.matter.code))
            .collect();
        assert_eq!(over, [(Turn::Ended, blind)]);
        assert_eq!(target().all_over(), []);
    }

    #[test]
    fn what_is_known_beside_the_rounds_stands_through_them() {
        let mut known = target();
        let several = [matter(WatchCode::InstallsSeveral, WatchState::Warning)];
        let quiet = |hour| report(hour, &[], &[]);
        let first = known.settle(&quiet(0), true, &several, DAY);
        assert_eq!(told(&first), [(Turn::Began, WatchCode::InstallsSeveral)]);
        known.recorded(&several);
        assert_eq!(known.settle(&quiet(1), true, &several, DAY), []);
        known.recorded(&several);
        let one = known.settle(&quiet(2), true, &[], DAY);
        assert_eq!(told(&one), [(Turn::Ended, WatchCode::InstallsSeveral)]);
    }
}
