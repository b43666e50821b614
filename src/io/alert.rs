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
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    let begun = tellings(channels, reach)
        .into_iter()
        .map(|(name, longest, telling)| {
            let (send, receive) = oneshot::channel();
            let (alert, reach) = (alert.clone(), reach.clone());
            std::thread::spawn(move || {
                // Nobody listens any more when it took too long.
                let _ = send.send(telling(&alert, &reach));
            });
            (name, Instant::now() + longest.min(LONGEST) + GRACE, receive)
        });
    let begun: Vec<_> = begun.collect();
    let ended = begun.into_iter().map(|(name, until, receive)| {
        let left = until.saturating_duration_since(Instant::now());
        let told = receive.recv_timeout(left).unwrap_or(Err(NotTold::Hung));
        (name, told)
    });
    ended.collect()
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
