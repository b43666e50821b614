//! Why a channel was not told.

use std::path::PathBuf;
use std::time::Duration;

use crate::domain::mail::rung::Code;
use crate::io::fs::FileError;
use crate::io::fs::trust::Distrust;
use crate::sentences::connections;
use crate::words::untrusted::{Untrusted, shown};
use crate::words::words;

/// Why a channel was not told, without any secret.
#[derive(Debug, thiserror::Error)]
pub enum NotTold {
    /// Others can change a program or a file that it needs, or it cannot be looked at.
    #[error("{}", text!(not_told_open, path = shown(.0), why = .1))]
    Open(PathBuf, Distrust),
    /// A file cannot be read.
    #[error("{0}")]
    Unreadable(#[from] FileError),
    /// Everybody can read a file with a secret.
    #[error("{}", text!(not_told_exposed, path = shown(.0)))]
    Exposed(PathBuf),
    /// A file holds no password.
    #[error("{}", text!(not_told_no_password, path = shown(.0)))]
    NoPassword(PathBuf),
    /// A line of a file is no header: its number, counted from 1.
    #[error("{}", text!(not_told_header, path = shown(.0), line = .1))]
    NoHeader(PathBuf, usize),
    /// A mail cannot come from or go to this address.
    #[error("{}", text!(not_told_address, address = .0))]
    Address(Untrusted),
    /// A mail has no recipient.
    #[error("{}", words().not_told_no_recipient)]
    NoRecipient,
    /// A password would go to another machine unencrypted.
    #[error("{}", text!(not_told_clear_text, server = .0))]
    ClearText(Untrusted),
    /// A mail server was not reached, or did not let us in; its words.
    #[error("{}", refused(.server, *.code, .said))]
    Server {
        /// `host:port`.
        server: Untrusted,
        /// How far it came; `None` where the server refused the mail itself.
        code: Option<Code>,
        /// What it said; may be empty.
        said: Untrusted,
    },
    /// A webhook has no address of https.
    #[error("{}", words().not_told_not_https)]
    NotHttps,
    /// A webhook's host does not take it.
    #[error("{}", text!(not_told_status, host = .0, status = .1))]
    Status(Untrusted, u16),
    /// A webhook's host was not reached.
    #[error("{}", text!(not_told_unreached, host = .0, why = .1))]
    Unreached(Untrusted, Untrusted),
    /// Neither journal nor syslog takes anything.
    #[error("{}", text!(not_told_no_log, why = .0))]
    NoLog(std::io::Error),
    /// A program is not named by its whole path.
    #[error("{}", text!(not_told_relative, program = shown(.0)))]
    Relative(PathBuf),
    /// A program did not start.
    #[error("{}", text!(not_told_not_started, program = shown(.0), why = .1))]
    NotStarted(PathBuf, std::io::Error),
    /// A program did not end in time.
    #[error("{}", text!(not_told_overdue, program = shown(.0), seconds = .1.as_secs()))]
    Overdue(PathBuf, Duration),
    /// A program ended with this exit code, and said this last.
    #[error("{}", text!(not_told_failed, program = shown(.0), status = .1, said = .2).trim_end())]
    Failed(PathBuf, i32, Untrusted),
    /// A signal ended a program.
    #[error("{}", text!(not_told_ended_by_signal, program = shown(.0), signal = .1))]
    Signalled(PathBuf, i32),
    /// `sendmail` did not take a mail: why, its exit code, its last words.
    #[error("{}", text!(not_told_sendmail, program = shown(.0), why = .1, status = .2, said = .3).trim_end())]
    Sendmail(PathBuf, &'static str, i32, Untrusted),
    /// It did not end in its time, for reasons of ours.
    #[error("{}", words().not_told_hung)]
    Hung,
}

fn refused(server: &Untrusted, code: Option<Code>, said: &Untrusted) -> String {
    let why = match code {
        None => text!(not_told_mail_refused, said),
        Some(code) if said.is_empty() => connections::code(code).to_owned(),
        Some(code) => format!("{}: {said}", connections::code(code)),
    };
    text!(not_told_server, server, why)
}
