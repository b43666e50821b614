//! What the operator wants watched, and who is told: the settings of `watch.toml`.

mod file;
mod section;

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use file::parse;
pub use section::{Mistake, SettingForm, SettingsMistake, time, written};

/// A file with all settings, each with its default or an example, and what it is for.
pub const EXAMPLE: &str = include_str!("../../../../assets/watch.toml");

/// An install that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallToWatch {
    /// Its folder; in a container, a path there.
    pub path: PathBuf,
    /// The container that it is in, by name.
    pub container: Option<String>,
}

/// From when on something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// A certificate that runs out within this.
    pub certificate: Duration,
    /// A job that waits longer.
    pub job_waits: Duration,
    /// A last fetch that is longer ago.
    pub fetch_ago: Duration,
    /// So many more failed jobs than in the round before.
    pub failed_jobs: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            certificate: Duration::from_hours(14 * 24),
            job_waits: Duration::from_mins(15),
            fetch_ago: Duration::from_mins(30),
            failed_jobs: 1,
        }
    }
}

/// Where keys are copied to as soon as they change, and who can open that: age recipients, so that no passphrase lies here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedSafe {
    /// A folder, preferably one that is copied elsewhere. Each key gets a file of its own.
    pub folder: PathBuf,
    /// A file with recipients, one a line.
    pub recipients: PathBuf,
}

/// How a mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// TLS from the first byte.
    Implicit,
    /// STARTTLS, required.
    StartTls,
    /// Nothing: for a relay on this machine alone.
    None,
}

/// An account that alarms are sent by. Its certificate is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpAccount {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub security: SmtpSecurity,
    /// User name; without one no login is made.
    pub user: Option<String>,
    /// The file that holds the password and nothing else.
    pub password_file: Option<PathBuf>,
}

/// Who carries a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailCarrier {
    /// The system's `sendmail`.
    Sendmail(PathBuf),
    /// A mail server.
    Smtp(SmtpAccount),
}

/// Alarms by mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailChannel {
    /// Sender.
    pub from: String,
    /// Recipients; at least one.
    pub to: Vec<String>,
    /// How it goes out.
    pub carrier: MailCarrier,
}

/// Alarms by HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookChannel {
    /// Address; https only.
    pub url: String,
    /// A file with further headers, `Name: value` a line: tokens belong there.
    pub headers_file: Option<PathBuf>,
    /// How long one try may take.
    pub timeout: Duration,
    /// How often it is tried in a round.
    pub tries: u32,
}

/// Alarms to a program: the text on its standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandChannel {
    /// The program, by its whole path.
    pub program: PathBuf,
    /// Its arguments, as they are.
    pub arguments: Vec<String>,
    /// How long it may take.
    pub timeout: Duration,
}

/// Who is told. Without any, the exit code and the output alone tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channels {
    /// The journal of systemd, or syslog where there is none.
    pub syslog: bool,
    /// By mail.
    pub mail: Option<MailChannel>,
    /// By HTTP.
    pub webhook: Option<WebhookChannel>,
    /// By a program.
    pub command: Option<CommandChannel>,
}

impl Channels {
    /// Whether one of them is a program that is not ours.
    pub fn run_programs(&self) -> bool {
        let carrier = self.mail.as_ref().map(|mail| &mail.carrier);
        self.command.is_some() || matches!(carrier, Some(MailCarrier::Sendmail(_)))
    }
}

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchSettings {
    /// Which installs; the only one there is, where none is named.
    pub installs: Vec<InstallToWatch>,
    /// Each login is tried once in this time.
    pub logins_every: Duration,
    /// Whether each mailbox sends itself a mail once a day.
    pub send_test: bool,
    /// Whether expired OAuth tokens are renewed, as FreeScout does at its next fetch.
    pub renew_oauth: bool,
    /// What stands is told again after this.
    pub remind_after: Duration,
    /// From when on something is told.
    pub thresholds: Thresholds,
    /// Where keys are copied to.
    pub safe: Option<WatchedSafe>,
    /// Who is told.
    pub channels: Channels,
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self {
            installs: Vec::new(),
            logins_every: Duration::from_hours(6),
            send_test: false,
            renew_oauth: true,
            remind_after: Duration::from_hours(24),
            thresholds: Thresholds::default(),
            safe: None,
            channels: Channels::default(),
        }
    }
}
