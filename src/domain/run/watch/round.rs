//! What one round of the watch is to do: handed to the process that carries it out, which may be in a container. No secret
//! is in it: others may read our arguments.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::WatchReport;
use super::settings::{MailCarrier, MailChannel, Thresholds, WatchSettings};

/// A folder of safes, and who can open what is put into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeToFill {
    /// The folder, on the host.
    pub folder: PathBuf,
    /// Public keys, `age1…`.
    pub recipients: Vec<String>,
}

/// What a round is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundWishes {
    /// Whether logins are tried at all.
    pub logins: bool,
    /// Each login is tried once in this time.
    pub logins_every: Duration,
    /// Whether what was refused is tried once more, and a test mail that was lost is followed by another one.
    pub retry_refused: bool,
    /// Whether each mailbox sends itself a mail once a day.
    pub send_test: bool,
    /// Whether expired OAuth tokens are renewed.
    pub renew_oauth: bool,
    /// What stands is told again after this.
    pub remind_after: Duration,
    /// From when on something is told.
    pub thresholds: Thresholds,
    /// Where keys are copied to.
    pub safe: Option<SafeToFill>,
    /// Why the safe of the settings cannot be used.
    pub safe_trouble: Option<String>,
    /// Whether the round is written down even where nothing is new: the one before could not be.
    pub write_down: bool,
    /// Host and user of the account that alarms are sent by: it should be none of the helpdesk's.
    pub alarms_by: Option<(String, String)>,
    /// The addresses that alarms are mailed to: the helpdesk should fetch none of them.
    pub alarms_to: Vec<String>,
    /// Whether this is a trial of alarms: only the ways that they go are judged, and nothing is written down.
    pub trial: bool,
    /// The settings, where they are not where they usually are: commands that are told name them.
    pub settings: Option<PathBuf>,
    /// `HOST:PORT=ADDRESS:PORT`, as `test --connect-to` takes them.
    pub connect_to: Vec<String>,
}

impl RoundWishes {
    /// As the settings say; `safe` is read by who knows its files.
    pub fn of(settings: &WatchSettings, safe: Option<SafeToFill>) -> Self {
        let mail = settings.channels.mail.as_ref();
        Self {
            logins: true,
            logins_every: settings.logins_every,
            retry_refused: false,
            send_test: settings.send_test,
            renew_oauth: settings.renew_oauth,
            remind_after: settings.remind_after,
            thresholds: settings.thresholds,
            safe,
            safe_trouble: None,
            write_down: false,
            alarms_by: mail.and_then(account),
            alarms_to: mail.map_or_else(Vec::new, |mail| mail.to.clone()),
            trial: false,
            settings: None,
            connect_to: Vec::new(),
        }
    }
}

/// What the process of a round answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundAnswer {
    /// What came of it.
    pub report: WatchReport,
    /// Whether it is written down, with its news: what is not is told by whoever asked for the round.
    pub recorded: bool,
}

/// The account of a mail server that this channel logs in to.
fn account(mail: &MailChannel) -> Option<(String, String)> {
    match &mail.carrier {
        MailCarrier::Smtp(account) => Some((account.host.clone(), account.user.clone()?)),
        MailCarrier::Sendmail(_) => None,
    }
}
