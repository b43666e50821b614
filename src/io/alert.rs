//! Those who are told of what the watch saw: the journal, a mail, a webhook, a program.
//!
//! Each channel has its own thread and its own time: that one of them fails or hangs keeps nobody else from being told. What
//! is said of a failure holds no password, no header and no address of a webhook: such an address is a secret itself.

mod command;
mod journald;
mod letter;
mod message;
mod program;
mod reach;
mod secret_file;
mod sendmail;
mod smtp;
mod untold;
mod webhook;

use std::sync::mpsc;
use std::time::{Duration, Instant};

pub use message::Alert;
pub use reach::Reach;
pub use untold::NotTold;

use crate::domain::run::watch::settings::{Channels, MailCarrier};
use reach::LONGEST;

/// What a channel has beyond its own limits, before it counts as hung.
const GRACE: Duration = Duration::from_secs(10);

named! {
    /// A way of telling.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum ChannelName {
        /// The journal of systemd, or syslog.
        Syslog = "syslog",
        /// A mail.
        Mail = "mail",
        /// A webhook.
        Webhook = "webhook",
        /// A program.
        Command = "command",
    }
    /// The name in the settings.
    pub fn name(self);
}

/// One telling: the longest it may take, and what it does.
type Telling = (
    ChannelName,
    Duration,
    Box<dyn FnOnce(&Alert, &Reach) -> Result<(), NotTold> + Send>,
);

/// Tells all who are to be told, at once, and says of each whether it was.
pub fn tell(
    channels: &Channels,
    alert: &Alert,
    reach: &Reach,
) -> Vec<(ChannelName, Result<(), NotTold>)> {
    let queue = [Queued {
        alert: alert.clone(),
        taken: Vec::new(),
    }];
    let mut ended = Vec::new();
    tell_queue(channels, &queue, reach, &mut |_, name, told| {
        ended.push((name, told))
    });
    ended.sort_by_key(|(name, _)| *name);
    ended
}

/// An alert that waits.
pub struct Queued {
    /// What is told.
    pub alert: Alert,
    /// The names of the channels that took it.
    pub taken: Vec<String>,
}

/// What becomes of a queue in a channel.
enum QueueStep {
    Begun(usize),
    Ended(usize, Result<(), NotTold>),
    Over,
}

/// A channel at work: on which alert, and until when that may last.
struct Working {
    name: ChannelName,
    longest: Duration,
    on: usize,
    until: Instant,
}

/// Tells what waits, the oldest first, in each channel for itself, and says of each alert, by its place in the queue, and each
/// channel what came of it, as soon as that is known. Where one fails, only the newest is tried after it: a channel that is
/// away does not take up the time of all, and an alert that it does not take keeps no newer one back.
pub fn tell_queue(
    channels: &Channels,
    queue: &[Queued],
    reach: &Reach,
    ended: &mut dyn FnMut(usize, ChannelName, Result<(), NotTold>),
) {
    let (send, receive) = mpsc::channel();
    let mut working: Vec<Working> = Vec::new();
    for (name, longest, _) in tellings(channels, reach) {
        let left = queue.iter().enumerate();
        let left: Vec<(usize, Alert)> = left
            .filter(|(_, one)| !one.taken.iter().any(|taken| taken == name.name()))
            .map(|(at, one)| (at, one.alert.clone()))
            .collect();
        let longest = longest.min(LONGEST) + GRACE;
        working.push(Working {
            name,
            longest,
            on: 0,
            until: Instant::now() + longest,
        });
        let (channels, reach, send) = (channels.clone(), reach.clone(), send.clone());
        // Nobody listens any more when it took too long.
        let say = move |step| drop(send.send((name, step)));
        std::thread::spawn(move || work_off(name, left, &channels, &reach, &say));
    }
    while let Some(next) = working.iter().map(|one| one.until).min() {
        let patience = next.saturating_duration_since(Instant::now());
        let Ok((name, step)) = receive.recv_timeout(patience) else {
            let now = Instant::now();
            for hung in working.iter().filter(|one| one.until <= now) {
                ended(hung.on, hung.name, Err(NotTold::Hung));
            }
            working.retain(|one| one.until > now);
            continue;
        };
        let Some(at) = working.iter().position(|one| one.name == name) else {
            continue;
        };
        match step {
            QueueStep::Begun(on) => {
                let one = &mut working[at];
                (one.on, one.until) = (on, Instant::now() + one.longest);
            }
            QueueStep::Ended(on, told) => ended(on, name, told),
            QueueStep::Over => drop(working.swap_remove(at)),
        }
    }
}

/// Works off what waits for one channel.
fn work_off(
    name: ChannelName,
    left: Vec<(usize, Alert)>,
    channels: &Channels,
    reach: &Reach,
    say: &dyn Fn(QueueStep),
) {
    let newest = left.last().map(|(on, _)| *on);
    let mut failed = false;
    for (on, alert) in left {
        if failed && Some(on) != newest {
            continue;
        }
        let mut all = tellings(channels, reach).into_iter();
        let Some((_, _, telling)) = all.find(|(other, ..)| *other == name) else {
            break;
        };
        say(QueueStep::Begun(on));
        let told = telling(&alert, reach);
        failed |= told.is_err();
        say(QueueStep::Ended(on, told));
    }
    say(QueueStep::Over);
}

/// Who is told, by these settings.
pub fn channels(channels: &Channels) -> Vec<ChannelName> {
    let all = tellings(channels, &Reach::of_system());
    all.into_iter().map(|(name, ..)| name).collect()
}

fn tellings(channels: &Channels, reach: &Reach) -> Vec<Telling> {
    let mut all: Vec<Telling> = Vec::new();
    if channels.syslog {
        let longest = journald::PATIENCE;
        all.push((ChannelName::Syslog, longest, Box::new(journald::tell)));
    }
    if let Some(mail) = channels.mail.clone() {
        let longest = match mail.carrier {
            MailCarrier::Sendmail(_) => sendmail::PATIENCE,
            MailCarrier::Smtp(_) => reach.mail.patience.whole,
        };
        let telling = move |alert: &Alert, reach: &Reach| match &mail.carrier {
            MailCarrier::Sendmail(program) => sendmail::tell(&mail, program, alert),
            MailCarrier::Smtp(account) => smtp::tell(&mail, account, alert, reach),
        };
        all.push((ChannelName::Mail, longest, Box::new(telling)));
    }
    if let Some(webhook) = channels.webhook.clone() {
        let longest = webhook::longest(&webhook, reach.first_pause);
        let telling = move |alert: &Alert, reach: &Reach| webhook::tell(&webhook, alert, reach);
        all.push((ChannelName::Webhook, longest, Box::new(telling)));
    }
    if let Some(command) = channels.command.clone() {
        let longest = command.timeout;
        let telling = move |alert: &Alert, _: &Reach| command::tell(&command, alert);
        all.push((ChannelName::Command, longest, Box::new(telling)));
    }
    all
}
