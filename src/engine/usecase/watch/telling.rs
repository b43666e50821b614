//! Tells what is new to those who are to be told, and again to those who could not be told before.
//!
//! A round puts its news into the journal where it settles them; here they are handed out, and marked for each who takes them.
//! What no round could write down, or kept a round from being made, is settled here, and handed out in the same way. So each
//! piece of news reaches everybody at least once, whatever ends in the middle.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::book::WatchBook;
use super::fleet::{self, NotMade, WatchTarget};
use super::targets::{NONE_OF_ALL, Watching};
use crate::domain::run::watch::fleet::{Chosen, KnownTarget, state};
use crate::domain::run::watch::round::RoundAnswer;
use crate::domain::run::watch::settings::{Channels, WatchSettings};
use crate::domain::run::watch::settle::Claim;
use crate::domain::run::watch::{
    Matter, News, Turn, WatchCode, WatchReport, WatchState, WatchedInstall,
};
use crate::engine::report::watch::alert::alert;
use crate::engine::session::options::Options;
use crate::io::alert::{self as io, Alert, ChannelName, NotTold, Queued, Reach};
use crate::words::words;

/// Somebody who could not be told.
pub struct Failed {
    /// Who.
    pub channel: ChannelName,
    /// Why.
    pub why: NotTold,
}

/// What came of the rounds and of the telling.
pub struct TellingDone {
    /// What is known of each install now, with all that is told of it.
    pub reports: Vec<WatchReport>,
    /// Those who could not be told.
    pub failed: Vec<Failed>,
}

/// An install with what came of its round.
pub type Answered = (Watching, Result<RoundAnswer, NotMade>);

/// Who is told, and how.
pub struct ToTell<'a> {
    /// The settings.
    pub settings: &'a WatchSettings,
    /// How they are reached.
    pub reach: &'a Reach,
    /// The command that makes another round of an install, ready for a shell.
    pub look_again: &'a dyn Fn(&WatchTarget) -> String,
    /// Whether what is not found any more is forgotten.
    pub forget: bool,
}

/// Tells what is new in these rounds, and what could not be told before.
pub fn tell(to_tell: &ToTell<'_>, answered: Vec<Answered>, options: &Options) -> TellingDone {
    let forget = to_tell.forget;
    let Some(mut book) = WatchBook::take(options) else {
        // Somebody else tells just now, for long: what was written down is told with the next round, and what was not is new
        // then, too.
        let reports = answered.into_iter().map(|(watching, answer)| {
            let install = || fleet::named(&watching.target);
            answer.map_or_else(|why| fleet::not_made(install(), &why), |made| made.report)
        });
        return TellingDone {
            reports: reports.collect(),
            failed: Vec::new(),
        };
    };
    if forget {
        let gone = |id: &str| {
            let mut all = answered.iter();
            all.any(|(watching, _)| watching.id == id && is_gone(watching))
        };
        book.fleet.targets.retain(|id, _| !gone(id));
    }
    let (mut reports, mut news, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(over) = found_again(&mut book, &answered) {
        ours.push(Ours {
            install: over.install.clone(),
            target: WatchTarget::default(),
            recorded: None,
        });
        news.push(over.clone());
        reports.push(over);
    }
    for (watching, answer) in answered {
        if forget && is_gone(&watching) {
            continue;
        }
        let target = watching.target.clone();
        let settled = settle(&mut book, watching, answer, to_tell.settings);
        news.extend(settled.apart);
        ours.push(Ours {
            install: settled.report.install.clone(),
            target,
            recorded: settled.recorded,
        });
        reports.push(settled.report);
    }
    if let Err(why) = book.keep(news) {
        book.say_so(&why);
    }
    let failed = hand_out(to_tell, &mut book, &ours);
    TellingDone { reports, failed }
}

/// That none of all installs was found is over as soon as one is.
fn found_again(book: &mut WatchBook, answered: &[Answered]) -> Option<WatchReport> {
    let is_of_all = |(watching, _): &Answered| watching.chosen == Chosen::OfAll;
    let none = |(watching, _): &Answered| watching.id == NONE_OF_ALL;
    if !answered.iter().any(is_of_all) || answered.iter().any(none) {
        return None;
    }
    let known = book.fleet.targets.remove(NONE_OF_ALL)?;
    let report = WatchReport {
        schema: 1,
        at: Timestamp::now(),
        as_of: None,
        state: WatchState::Ok,
        news: known.all_over(),
        install: known.install,
        standing: Vec::new(),
        checks: Vec::new(),
    };
    (!report.news.is_empty()).then_some(report)
}

/// Whether it was watched with all others, and is not found any more.
fn is_gone(watching: &Watching) -> bool {
    watching.chosen == Chosen::OfAll && watching.refused.is_some()
}

/// An install whose round was made now.
struct Ours {
    install: WatchedInstall,
    target: WatchTarget,
    /// What its round wrote down, and what had been told apart from rounds by then.
    recorded: Option<(WatchReport, KnownTarget)>,
}

impl Ours {
    fn is_of(&self, report: &WatchReport) -> bool {
        let (one, other) = (&self.install, &report.install);
        one.path == other.path && one.container == other.container
    }
}

/// What one install came to.
struct InstallNews {
    report: WatchReport,
    /// What is told of it apart from its round.
    apart: Option<WatchReport>,
    /// As in [`Ours`].
    recorded: Option<(WatchReport, KnownTarget)>,
}

fn settle(
    book: &mut WatchBook,
    watching: Watching,
    answer: Result<RoundAnswer, NotMade>,
    settings: &WatchSettings,
) -> InstallNews {
    let known = book.fleet.targets.get(&watching.id);
    let (mut report, recorded) = match answer {
        Ok(answer) => (answer.report, answer.recorded),
        Err(why) => {
            let install = known.map(|known| known.install.clone());
            let install = install.unwrap_or_else(|| fleet::named(&watching.target));
            (fleet::not_made(install, &why), false)
        }
    };
    if report.as_of.is_some() {
        // Nobody looked.
        return InstallNews {
            report,
            apart: None,
            recorded: None,
        };
    }
    let mut target = KnownTarget {
        chosen: watching.chosen,
        install: report.install.clone(),
        apart: known.map(|known| known.apart.clone()).unwrap_or_default(),
    };
    let at = report.at;
    let beside = watching.beside.into_iter();
    let beside: Vec<Matter> = beside.map(|claim: Claim| claim.matter(at)).collect();
    let apart = target.settle(&report, recorded, &beside, settings.remind_after);
    let known_before = known.filter(|_| recorded);
    let written = known_before.map(|known| (report.clone(), known.clone()));
    if recorded {
        target.recorded(&beside);
    } else {
        report.news.clear();
    }
    report.standing.extend(beside);
    for matter in &mut report.standing {
        matter.since = target.since(matter).unwrap_or(matter.since);
    }
    let told = (!apart.is_empty()).then(|| WatchReport {
        news: apart.clone(),
        ..report.clone()
    });
    report.news.extend(apart);
    let state = state(&report.standing, &report.news);
    report.state = report.state.max(state);
    book.fleet.targets.insert(watching.id, target);
    InstallNews {
        report,
        apart: told,
        recorded: written,
    }
}

/// Tells what waits to those who have not taken it. Gives those who could not be told.
fn hand_out(to_tell: &ToTell<'_>, book: &mut WatchBook, ours: &[Ours]) -> Vec<Failed> {
    let channels = &to_tell.settings.channels;
    let names = io::channels(channels);
    if names.is_empty() {
        // Somebody else may have been named who is to be told.
        return Vec::new();
    }
    let is_ours = |report: &WatchReport| ours.iter().any(|one| one.is_of(report));
    let (mut places, mut queue) = (Vec::new(), Vec::new());
    for (place, one) in book.waiting(&is_ours) {
        match alert_of(to_tell, &one.report, ours) {
            Some(alert) => {
                places.push(place);
                let taken = one.taken;
                queue.push(Queued { alert, taken });
            }
            None => book.done(place),
        }
    }
    let mut taken: Vec<Vec<String>> = queue.iter().map(|one| one.taken.clone()).collect();
    let mut failed = Vec::new();
    io::tell_queue(channels, &queue, to_tell.reach, &mut |at, channel, told| {
        let (place, taken) = (places[at], &mut taken[at]);
        match told {
            Ok(()) => {
                taken.push(channel.name().to_owned());
                book.mark(place, taken);
            }
            Err(why) => failed.push(Failed { channel, why }),
        }
    });
    for (place, taken) in places.into_iter().zip(taken) {
        let has = |name: &ChannelName| taken.iter().any(|taken| taken == name.name());
        if names.iter().all(has) {
            book.done(place);
        }
    }
    failed
}

/// What is told of a report that waits; nothing, where all of it was told apart from its round.
fn alert_of(to_tell: &ToTell<'_>, report: &WatchReport, ours: &[Ours]) -> Option<Alert> {
    let mut report = report.clone();
    let ours = ours.iter().find(|ours| ours.is_of(&report));
    if let Some((_, known)) = ours
        .and_then(|ours| ours.recorded.as_ref())
        .filter(|(recorded, _)| *recorded == report)
    {
        report.news.retain(|news| !known.was_told(news));
    }
    let look_again = match ours {
        Some(ours) if ours.target != WatchTarget::default() => (to_tell.look_again)(&ours.target),
        _ => (to_tell.look_again)(&WatchTarget {
            path: Some(PathBuf::from(&report.install.path)),
            container: report.install.container.clone(),
        }),
    };
    alert(&report, &look_again, &TimeZone::system())
}

/// Sends a trial alarm to everybody. Gives what came of it.
pub fn trial(
    channels: &Channels,
    install: WatchedInstall,
    look_again: &str,
    reach: &Reach,
) -> Vec<(ChannelName, Result<(), NotTold>)> {
    let w = words();
    let at = Timestamp::now();
    let trial = WatchReport {
        schema: 1,
        install,
        at,
        as_of: None,
        state: WatchState::Ok,
        news: vec![News {
            turn: Turn::Happened,
            matter: Matter {
                code: WatchCode::TestAlert,
                severity: WatchState::Ok,
                since: at,
                subject: WatchCode::TestAlert.name().to_owned(),
                message: w.watch_trial.to_owned(),
                next: w.watch_trial_next.into(),
            },
        }],
        standing: Vec::new(),
        checks: Vec::new(),
    };
    let made: Option<Alert> = alert(&trial, look_again, &TimeZone::system());
    made.map_or_else(Vec::new, |alert| io::tell(channels, &alert, reach))
}
