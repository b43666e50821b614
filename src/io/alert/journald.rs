//! The journal of systemd by its native protocol, or where there is none, syslog: one entry for each piece of news.
//!
//! The journal drops fields with lower-case names in silence, and a raw new line would begin another field: values that
//! have one are sent with their length. Syslog gets one line.

use std::io::{Error, ErrorKind};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::message::Alert;
use super::reach::Reach;
use super::untold::NotTold;
use crate::domain::run::watch::{News, WatchState};
use crate::sentences::watch;

/// How long a full socket is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// What we are called in logs.
const IDENTIFIER: &str = "freescout-rescue";
/// The facility of daemons.
const DAEMON: u8 = 3;
/// A longer message is cut, in characters: it must fit into one datagram.
const MOST: usize = 8 << 10;

/// Sends all entries to the first of the two that takes them.
pub(super) fn tell(alert: &Alert, reach: &Reach) -> Result<(), NotTold> {
    let entries = alert.news.iter().map(|news| JournalEntry::of(alert, news));
    let entries: Vec<JournalEntry<'_>> = entries.collect();
    let natively = send(&reach.journal, entries.iter().map(JournalEntry::native));
    natively
        .or_else(|_| send(&reach.syslog, entries.iter().map(JournalEntry::line)))
        .map_err(NotTold::NoLog)
}

fn send(socket: &Path, datagrams: impl Iterator<Item = Vec<u8>>) -> Result<(), Error> {
    let ours = UnixDatagram::unbound()?;
    ours.set_write_timeout(Some(PATIENCE))?;
    ours.connect(socket)?;
    for datagram in datagrams {
        while let Err(e) = ours.send(&datagram) {
            if e.kind() != ErrorKind::Interrupted {
                return Err(e);
            }
        }
    }
    Ok(())
}

/// One piece of news.
struct JournalEntry<'a> {
    alert: &'a Alert,
    news: &'a News,
    message: String,
}

impl<'a> JournalEntry<'a> {
    fn of(alert: &'a Alert, news: &'a News) -> Self {
        let told = watch::news(news);
        let name = watch::called_in_short(&alert.install);
        let mut lines = vec![text!(alert_subject, name, told)];
        if !news.turn.is_over() {
            lines.extend(watch::next(&news.matter.next));
        }
        let message = lines.join("\n");
        Self {
            alert,
            news,
            message: message.chars().take(MOST).collect(),
        }
    }

    /// As syslog counts: the smaller, the graver.
    fn priority(&self) -> u8 {
        match (self.news.turn.is_over(), self.news.matter.severity) {
            (true, _) | (_, WatchState::Ok) => 5,
            (_, WatchState::Warning | WatchState::Unknown) => 4,
            (_, WatchState::Critical) => 2,
        }
    }

    /// For the journal.
    fn native(&self) -> Vec<u8> {
        let (install, matter) = (&self.alert.install, &self.news.matter);
        let mut datagram = Vec::new();
        let mut field = |name: &str, value: &str| {
            datagram.extend_from_slice(name.as_bytes());
            if value.contains('\n') {
                datagram.push(b'\n');
                datagram.extend_from_slice(&(value.len() as u64).to_le_bytes());
            } else {
                datagram.push(b'=');
            }
            datagram.extend_from_slice(value.as_bytes());
            datagram.push(b'\n');
        };
        field("MESSAGE", &self.message);
        field("PRIORITY", &self.priority().to_string());
        field("SYSLOG_FACILITY", &DAEMON.to_string());
        field("SYSLOG_IDENTIFIER", IDENTIFIER);
        field("SYSLOG_PID", &std::process::id().to_string());
        field("FREESCOUT_RESCUE_CODE", matter.code.name());
        field("FREESCOUT_RESCUE_SEVERITY", matter.severity.name());
        field("FREESCOUT_RESCUE_TURN", self.news.turn.name());
        field("FREESCOUT_RESCUE_SUBJECT", &matter.subject);
        field("FREESCOUT_RESCUE_SINCE", &matter.since.to_string());
        field("FREESCOUT_RESCUE_INSTALL", &install.name);
        field("FREESCOUT_RESCUE_PATH", &install.path);
        if let Some(container) = &install.container {
            field("FREESCOUT_RESCUE_CONTAINER", container);
        }
        datagram
    }

    /// For syslog: as C libraries write it (RFC 3164, without the host).
    fn line(&self) -> Vec<u8> {
        let value = DAEMON * 8 + self.priority();
        let now = Timestamp::now().to_zoned(TimeZone::system());
        let time = now.strftime("%b %e %H:%M:%S");
        // What is to be done is told from what stands before it.
        let lines: Vec<&str> = self.message.lines().map(str::trim).collect();
        let message = lines.join(" | ").replace(char::is_control, " ");
        let pid = std::process::id();
        format!("<{value}>{time} {IDENTIFIER}[{pid}]: {message}").into_bytes()
    }
}
