//! A problem as the operator sees it: what happened, why, and what to do next; and as a program sees it: its kind.

use crate::domain::config::found::FoundInstall;
use crate::words::untrusted::Untrusted;
use std::fmt;

/// Declares the kinds of problems, each with its code and whether the same command may succeed later.
macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident = $code:literal, $retry:ident;)+) => {
        /// What kind of problem it is, for programs: sentences change, and follow the language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorKind {
            $($(#[$doc])+ $kind,)+
        }

        impl ErrorKind {
            /// Every kind.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$kind,)+];

            /// The code in the JSON forms. It stays what it is once it was published.
            pub fn code(self) -> &'static str {
                match self {
                    $(ErrorKind::$kind => $code,)+
                }
            }

            /// A problem of this kind, from its three sentences.
            pub fn problem(
                self,
                what: impl Into<String>,
                why: impl Into<Untrusted>,
                next: impl Into<String>,
            ) -> Problem {
                Problem {
                    kind: self,
                    what: what.into(),
                    why: why.into(),
                    next: next.into(),
                    installs: Vec::new(),
                }
            }

            /// Whether the very same command may succeed later, without anything being set right first.
            pub fn retry(self) -> bool {
                match self {
                    $(ErrorKind::$kind => kinds!($retry),)+
                }
            }
        }
    };
    (retry) => { true };
    (no_retry) => { false };
}

kinds! {
    /// The arguments are none of ours.
    Usage = "usage", no_retry;
    /// Something given as an argument, or the file it names, cannot be used: a key, a password list, a place, a name.
    BadInput = "bad_input", no_retry;
    /// There is no terminal for the wizard.
    NoTerminal = "no_terminal", no_retry;
    /// A passphrase is needed, or the one given is wrong or cannot be read.
    Passphrase = "passphrase", no_retry;
    /// No FreeScout was found, or there is none where one was named.
    InstallNotFound = "install_not_found", no_retry;
    /// There are several installs to choose from.
    InstallAmbiguous = "install_ambiguous", no_retry;
    /// `.env` is missing or cannot be read, by us or by FreeScout.
    EnvUnreadable = "env_unreadable", no_retry;
    /// The config cache cannot be read.
    CacheUnreadable = "cache_unreadable", no_retry;
    /// Another file of the install cannot be read.
    FileUnreadable = "file_unreadable", no_retry;
    /// The database settings are none that FreeScout runs on.
    DatabaseSettings = "database_settings", no_retry;
    /// The database does not answer, or the connection broke.
    DatabaseUnreachable = "database_unreachable", retry;
    /// The database refuses user or password.
    DatabaseDenied = "database_denied", no_retry;
    /// The server has no such database.
    DatabaseUnknown = "database_unknown", no_retry;
    /// TLS to the database failed.
    DatabaseTls = "database_tls", no_retry;
    /// Others hold its rows, tables or file, or its server serves nobody now.
    DatabaseBusy = "database_busy", retry;
    /// It takes no writes: read-only, or a replica.
    DatabaseReadOnly = "database_read_only", no_retry;
    /// Its tables are missing, not as FreeScout makes them, or cannot take the change.
    DatabaseUnsuitable = "database_unsuitable", no_retry;
    /// A statement failed otherwise.
    DatabaseError = "database_error", no_retry;
    /// Another freescout-rescue works on the install.
    Locked = "locked", retry;
    /// An earlier run was interrupted, and has to be finished or taken back first.
    UnfinishedRun = "unfinished_run", no_retry;
    /// The journal cannot be read or written.
    JournalUnusable = "journal_unusable", no_retry;
    /// Something was changed by somebody else, or is known now that was not, since it was read: read again, it may go.
    ChangedMeanwhile = "changed_meanwhile", retry;
    /// There was no quiet moment within the time that was given.
    NotQuiet = "not_quiet", retry;
    /// A file or folder cannot be written.
    NotWritable = "not_writable", no_retry;
    /// There is no room on the disk, or in somebody's share of it.
    DiskFull = "disk_full", no_retry;
    /// A backup could not be made.
    BackupFailed = "backup_failed", no_retry;
    /// A backup is not there, not whole, or not of this install.
    BackupUnusable = "backup_unusable", no_retry;
    /// The strategy is not possible here, or something else has to happen first.
    NoPlan = "no_plan", no_retry;
    /// A new random key would be needed, and is made only for who asks for it.
    FreshNotAsked = "fresh_not_asked", no_retry;
    /// A key that is needed is known no more.
    KeyGone = "key_gone", no_retry;
    /// Refused, because it would do harm or could not be undone.
    Refused = "refused", no_retry;
    /// FreeScout's cached config did not follow, so everything was put back.
    CacheNotRefreshed = "cache_not_refreshed", no_retry;
    /// There is nothing to do it to: no recovery to undo, no mailbox to test.
    NothingToDo = "nothing_to_do", no_retry;
    /// Something was written, or may have been, and has to be finished or taken back.
    HalfDone = "half_done", no_retry;
    /// Somebody asked us to stop.
    Cancelled = "cancelled", retry;
    /// A fault of ours.
    Internal = "internal", retry;
}

/// Something that stops the work, in the operator's words. Built from the text table; never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem it is.
    pub kind: ErrorKind,
    /// What cannot be done, naming the thing it is about.
    pub what: String,
    /// The reason, in the words of the system or server that refused.
    pub why: Untrusted,
    /// What the operator can do now.
    pub next: String,
    /// The installs to choose from, where there are several.
    pub installs: Vec<FoundInstall>,
}

impl Problem {
    /// What happened and why, as one text.
    pub fn message(&self) -> String {
        if self.why.is_empty() {
            return self.what.clone();
        }
        format!("{} {}", self.what, self.why)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if !self.why.is_empty() {
            write!(f, "\n  {}", self.why)?;
        }
        if !self.next.is_empty() {
            write!(f, "\n  {}", self.next)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        let codes: BTreeSet<&str> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), ErrorKind::ALL.len());
        for code in codes {
            let snake_case = |c: char| c.is_ascii_lowercase() || c == '_';
            assert!(code.chars().all(snake_case), "{code}");
        }
    }

    #[test]
    fn the_message_says_what_and_why() {
        let problem = |why: &str| ErrorKind::Locked.problem("Locked.", why, "Wait.");
        assert_eq!(problem("By root.").message(), "Locked. By root.");
        assert_eq!(problem("").message(), "Locked.");
        assert_eq!(
            problem("By root.").to_string(),
            "Locked.\n  By root.\n  Wait."
        );
    }
}
