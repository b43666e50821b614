//! The arguments of `watch`.

use clap::{Args, ValueEnum};

use super::absolute;
use crate::domain::run::watch::round::RoundWishes;
use crate::io::state::AbsolutePath;

/// How a round is told on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WatchFormat {
    /// For people.
    Text,
    /// A line of JSON an install.
    Json,
    /// For Nagios and Icinga: one line, performance data, details.
    Nagios,
    /// For Prometheus: a file of node_exporter's textfile collector.
    Prometheus,
}

/// What `watch` does.
#[derive(Args, Clone)]
pub struct WatchOptions {
    /// The settings. Default: /etc/freescout-rescue/watch.toml, where that is there.
    #[arg(long, value_name = "FILE", value_parser = absolute())]
    pub settings: Option<AbsolutePath>,
    /// How the round is told on standard output.
    #[arg(long, value_enum, default_value_t = WatchFormat::Text, conflicts_with = "json")]
    pub format: WatchFormat,
    /// Write that to this file instead, which is replaced at once, as a whole.
    #[arg(long, value_name = "FILE", value_parser = absolute())]
    pub output: Option<AbsolutePath>,
    /// Every install on this server.
    #[arg(long, conflicts_with_all = ["install", "container"])]
    pub all: bool,
    /// Forget those that were watched with --all and are not found any more: nobody is told of them again.
    #[arg(long, requires = "all")]
    pub forget: bool,
    /// Try no logins in this round.
    #[arg(long)]
    pub no_logins: bool,
    /// Also try once more what was refused: a password that was refused is not sent again by itself, as accounts get locked.
    #[arg(long, conflicts_with = "no_logins")]
    pub retry: bool,
    /// Have mailboxes send themselves a mail, once a day each, which is found again and removed.
    #[arg(long, conflicts_with = "no_logins")]
    pub send_test: bool,
    /// Only send a trial alarm to everybody who is to be told, and say what came of it.
    #[arg(long, conflicts_with_all = ["install_timer", "remove", "example"])]
    pub test_alert: bool,
    /// Only print an example of the settings, with comments.
    #[arg(long, conflicts_with_all = ["install_timer", "remove"])]
    pub example: bool,
    /// Have a round made by a timer of systemd, or by cron where there is none. Shows what would be written; with --yes, does it.
    #[arg(long = "install", conflicts_with = "remove")]
    pub install_timer: bool,
    /// Take that back. Shows what would be removed; with --yes, does it.
    #[arg(long)]
    pub remove: bool,
    /// Really do what --install or --remove shows.
    #[arg(long)]
    pub yes: bool,
    /// How often the timer has a round made.
    #[arg(long, value_name = "DURATION", requires = "install_timer")]
    pub every: Option<String>,
    /// One round of one install, as another process of ours wants it.
    #[arg(long, value_name = "JSON", hide = true, value_parser = wishes)]
    pub round: Option<RoundWishes>,
    /// Connect to this address instead of a mail server's own, for trials: HOST:PORT=ADDRESS:PORT. Repeatable.
    #[arg(long, value_name = "ROUTE", hide = true)]
    pub connect_to: Vec<String>,
}

fn wishes(text: &str) -> Result<RoundWishes, String> {
    serde_json::from_str(text).map_err(|e| e.to_string())
}
