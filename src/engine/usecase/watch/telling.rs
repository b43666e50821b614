//! Tells what is new to those who are to be told, and again to those who could not be told before.
//!
//! News is told once, so what did not arrive is kept until it does, for some days, and told with the next round. It holds no
//! secret.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::run::watch::settings::Channels;
use crate::domain::run::watch::{Matter, News, Turn, WatchCode, WatchReport, WatchState};
use crate::engine::report::watch::alert::alert;
use crate::engine::session::options::Options;
use crate::io::alert::{self as io, Alert, ChannelName, NotTold, Reach};
use crate::io::fs::{self, Attributes};
use crate::io::state::AbsolutePath;
use crate::words::words;

/// The file of what could not be told, in the state folder.
const FILE: &str = "untold.json";
/// A longer one is none of ours.
const MOST_BYTES: u64 = 16 << 20;
/// So many are kept.
const MOST_KEPT: usize = 100;
/// And so long.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(72);

/// What a channel was to tell, and could not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Untold {
    channel: String,
    since: Timestamp,
    look_again: String,
    report: WatchReport,
}

/// A report, and what looks again.
#[derive(Clone, Copy)]
pub struct ToTell<'a> {
    /// What came of the round.
    pub report: &'a WatchReport,
    /// The command that makes another one, ready for a shell.
    pub look_again: &'a str,
}

/// Somebody who could not be told.
pub struct Failed {
    /// Who.
    pub channel: ChannelName,
    /// Why.
    pub why: NotTold,
}

/// Tells what is new in these reports, and what could not be told before. Gives those who could not be told.
pub fn tell<'a>(
    channels: &Channels,
    reports: impl IntoIterator<Item = ToTell<'a>>,
    options: &Options,
    reach: &Reach,
) -> Vec<Failed> {
    let now = Timestamp::now();
    let before = read(&options.state_dir);
    let mut kept: Vec<Untold> = Vec::new();
    let mut failed: Vec<Failed> = Vec::new();
    let mut told = |channels: &Channels, one: ToTell<'_>, since| {
        let ToTell { report, look_again } = one;
        let Some(alert) = alert(report, look_again, &TimeZone::system()) else {
            return;
        };
        for (channel, told) in io::tell(channels, &alert, reach) {
            let Err(why) = told else { continue };
            kept.push(Untold {
                channel: channel.name().to_owned(),
                since,
                look_again: look_again.to_owned(),
                report: report.clone(),
            });
            failed.push(Failed { channel, why });
        }
    };
    let fresh = |one: &&Untold| now.duration_since(one.since) < KEPT_FOR;
    for one in before.iter().filter(fresh) {
        let (report, look_again) = (&one.report, one.look_again.as_str());
        let again = ToTell { report, look_again };
        told(&only(channels, &one.channel), again, one.since);
    }
    for one in reports {
        told(channels, one, now);
    }
    let surplus = kept.len().saturating_sub(MOST_KEPT);
    kept.drain(..surplus);
    if kept != before {
        // Nobody is told of this either; the exit code says it.
        let _ = write(&options.state_dir, &kept);
    }
    failed
}

/// Sends a trial alarm to everybody. Gives what came of it.
pub fn trial(
    channels: &Channels,
    report: WatchReport,
    look_again: &str,
    reach: &Reach,
) -> Vec<(ChannelName, Result<(), NotTold>)> {
    let w = words();
    let trial = WatchReport {
        news: vec![News {
            turn: Turn::Happened,
            matter: Matter {
                code: WatchCode::TestAlert,
                severity: WatchState::Ok,
                since: report.at,
                subject: WatchCode::TestAlert.name().to_owned(),
                message: w.watch_trial.to_owned(),
                next: w.watch_trial_next.to_owned(),
            },
        }],
        ..report
    };
    let made: Option<Alert> = alert(&trial, look_again, &TimeZone::system());
    made.map_or_else(Vec::new, |alert| io::tell(channels, &alert, reach))
}

/// One of the channels, by its name.
fn only(channels: &Channels, name: &str) -> Channels {
    let is = |channel: ChannelName| channel.name() == name;
    Channels {
        syslog: channels.syslog && is(ChannelName::Syslog),
        mail: channels.mail.clone().filter(|_| is(ChannelName::Mail)),
        webhook: channels
            .webhook
            .clone()
            .filter(|_| is(ChannelName::Webhook)),
        command: channels
            .command
            .clone()
            .filter(|_| is(ChannelName::Command)),
    }
}

fn read(state_dir: &AbsolutePath) -> Vec<Untold> {
    let file = fs::read(&state_dir.join(FILE), MOST_BYTES);
    file.ok()
        .and_then(|file| serde_json::from_slice(&file.bytes).ok())
        .unwrap_or_default()
}

fn write(state_dir: &AbsolutePath, kept: &[Untold]) -> Result<(), fs::FileError> {
    let path = state_dir.join(FILE);
    if kept.is_empty() {
        return fs::remove(&path).map(|_| ());
    }
    let bytes = serde_json::to_vec(kept).unwrap_or_default();
    fs::replace(&path, &bytes, &Attributes::closed())
}
