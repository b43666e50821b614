//! The watch: what one round saw of an install, what of it stands, and what of it is news.
//!
//! A round compares what it sees with what the round before wrote down. News is told once: when something begins, when it
//! changes, when it is well again, and once more each day as long as it stands. Nothing here holds a secret: keys are
//! fingerprints, passwords are digests that nobody can try guesses on without a secret that lies apart from them.

pub mod away;
pub mod change;
pub mod digest;
pub mod edit;
pub mod every;
pub mod fleet;
pub mod habit;
pub mod metrics;
pub mod record;
pub mod round;
pub mod settings;
pub mod settle;
pub mod steps;
pub mod turns;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use steps::NextSteps;

named! {
    /// How an install is, as a whole or in one respect. The order is the best first, so that the worst is the greatest.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum WatchState {
        /// Nothing is wrong.
        Ok = "ok",
        /// It could not be looked at.
        Unknown = "unknown",
        /// Something needs attention.
        Warning = "warning",
        /// Mail does not flow, or will stop.
        Critical = "critical",
    }
    /// The name in the JSON forms.
    pub fn name(self);
}

impl WatchState {
    /// The exit code, and the number in Prometheus's form: that of the Nagios plugin guidelines.
    pub fn number(self) -> u8 {
        match self {
            WatchState::Ok => 0,
            WatchState::Warning => 1,
            WatchState::Critical => 2,
            WatchState::Unknown => 3,
        }
    }
}

named! {
    /// What is looked at in a round.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum CheckCode {
        /// Whether the install and its database could be read at all.
        Reading = "reading",
        /// The key in force, in all the places that hold one.
        Key = "key",
        /// Secrets that FreeScout reads (`value`), of all that are stored (`of`).
        Secrets = "secrets",
        /// Logins that worked when they were last tried (`value`), of all that are tried (`of`).
        Logins = "logins",
        /// Days until the first certificate of a mail server runs out (`value`).
        Certificates = "certificates",
        /// Jobs that wait in FreeScout's queue (`value`).
        Queue = "queue",
        /// Jobs that FreeScout gave up (`value`).
        FailedJobs = "failed_jobs",
        /// Seconds since FreeScout last began to fetch (`value`).
        Fetching = "fetching",
        /// Queue workers that run (`value`).
        Workers = "workers",
        /// Mailboxes whose mail comes and goes as usual (`value`), of all that have a habit (`of`).
        MailFlow = "mail_flow",
        /// Whether files that the key comes from are as they were.
        Files = "files",
        /// Whether a safe has the key in force.
        Safe = "safe",
        /// Mailboxes whose test mail came back (`value`), of all that sent one (`of`).
        TestMail = "test_mail",
    }
    /// The name in the JSON forms.
    pub fn name(self);
}

/// How one respect is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchCheck {
    /// Which.
    pub code: CheckCode,
    /// How it is.
    pub state: WatchState,
    /// The figure, in the unit that [`CheckCode`] says; `None` where there is none.
    pub value: Option<u64>,
    /// Of how many.
    pub of: Option<u64>,
    /// When it was looked at: logins are not tried in each round.
    pub at: Timestamp,
}

named! {
    /// What can stand, or change.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum WatchCode {
        /// The install cannot be read, or its database does not answer.
        CannotLook = "cannot_look",
        /// What a round sees cannot be written down.
        CannotRecord = "cannot_record",
        /// There are several installs, and nobody said which are watched.
        InstallsSeveral = "installs_several",
        /// The key in force is another one than before.
        KeyChanged = "key_changed",
        /// A place holds another key than the one in force.
        KeyDiffers = "key_differs",
        /// A running process holds another key than the one in force.
        ProcessHoldsOtherKey = "process_holds_other_key",
        /// A key was put into the safe.
        KeySaved = "key_saved",
        /// No safe that was made here has the key in force.
        KeyNotSafe = "key_not_safe",
        /// The safe of the settings cannot be used.
        SafeUnusable = "safe_unusable",
        /// A stored secret cannot be read with the key in force.
        SecretUnreadable = "secret_unreadable",
        /// A password was changed.
        PasswordChanged = "password_changed",
        /// Server, port, encryption or user name of a mailbox was changed.
        ServerChanged = "server_changed",
        /// A mailbox was made.
        MailboxAdded = "mailbox_added",
        /// A mailbox is gone.
        MailboxRemoved = "mailbox_removed",
        /// A login fails.
        LoginFails = "login_fails",
        /// Whether a login works cannot be told.
        LoginUntold = "login_untold",
        /// A mail server's certificate runs out soon, or has.
        CertificateEnds = "certificate_ends",
        /// Jobs wait too long.
        JobsWait = "jobs_wait",
        /// More jobs failed.
        JobsFailed = "jobs_failed",
        /// FreeScout has not fetched for too long.
        NotFetching = "not_fetching",
        /// The container that the install is in is stopped.
        NotRunning = "not_running",
        /// No queue worker runs.
        NoWorker = "no_worker",
        /// A mailbox has received nothing for far longer than usual.
        NothingReceived = "nothing_received",
        /// A mailbox has sent nothing for far longer than usual.
        NothingSent = "nothing_sent",
        /// A file that the key comes from was changed.
        FileChanged = "file_changed",
        /// A test mail did not come back.
        TestMailLost = "test_mail_lost",
        /// Something that `check` finds, and that none of the others is about.
        Finding = "finding",
        /// A trial of the alarm.
        TestAlert = "test_alert",
    }
    /// The name in the JSON forms.
    pub fn name(self);
}

impl WatchCode {
    /// The respect in which it counts; `None` for what only happens.
    pub fn check(self) -> Option<CheckCode> {
        Some(match self {
            WatchCode::CannotLook | WatchCode::CannotRecord | WatchCode::InstallsSeveral => {
                CheckCode::Reading
            }
            WatchCode::KeyDiffers | WatchCode::ProcessHoldsOtherKey | WatchCode::Finding => {
                CheckCode::Key
            }
            WatchCode::KeyNotSafe | WatchCode::SafeUnusable => CheckCode::Safe,
            WatchCode::SecretUnreadable => CheckCode::Secrets,
            WatchCode::LoginFails | WatchCode::LoginUntold => CheckCode::Logins,
            WatchCode::CertificateEnds => CheckCode::Certificates,
            WatchCode::JobsWait => CheckCode::Queue,
            WatchCode::NotFetching => CheckCode::Fetching,
            WatchCode::NoWorker | WatchCode::NotRunning => CheckCode::Workers,
            WatchCode::NothingReceived | WatchCode::NothingSent => CheckCode::MailFlow,
            WatchCode::TestMailLost => CheckCode::TestMail,
            WatchCode::KeyChanged
            | WatchCode::KeySaved
            | WatchCode::PasswordChanged
            | WatchCode::ServerChanged
            | WatchCode::MailboxAdded
            | WatchCode::MailboxRemoved
            | WatchCode::JobsFailed
            | WatchCode::FileChanged
            | WatchCode::TestAlert => return None,
        })
    }
}

/// Something that stands, or that happened: what it is, about what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// What.
    pub code: WatchCode,
    /// How grave it is.
    pub severity: WatchState,
    /// Since when it stands, or when it was seen.
    pub since: Timestamp,
    /// What it is about, the same in every round: a mailbox's address and direction, a file, a fingerprint. Sanitised.
    pub subject: String,
    /// A sentence. Sanitised; no secret.
    pub message: String,
    /// What to do now.
    pub next: NextSteps,
}

named! {
    /// Why something is told.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Turn {
        /// It began.
        Began = "began",
        /// It happened: it does not stand.
        Happened = "happened",
        /// It stands still, a day after it was last told.
        Reminder = "reminder",
        /// It is well again.
        Ended = "ended",
        /// What it was about is no longer there.
        Gone = "gone",
    }
    /// The name in the JSON forms.
    pub fn name(self);
}

impl Turn {
    /// Whether it stands no longer.
    pub fn is_over(self) -> bool {
        matches!(self, Turn::Ended | Turn::Gone)
    }
}

/// What is told once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// Why.
    pub turn: Turn,
    /// What. Of something that ended, as it stood.
    #[serde(flatten)]
    pub matter: Matter,
}

/// Which install is watched, as it is named to those who are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedInstall {
    /// This machine.
    pub host: String,
    /// Its folder.
    pub path: String,
    /// Its address, or the machine's name where it has none.
    pub name: String,
    /// FreeScout's version; empty where it could not be read.
    pub version: String,
    /// The container that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
}

/// What came of a round: the form of `watch --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchReport {
    /// Version of the form.
    pub schema: u32,
    /// Which install.
    pub install: WatchedInstall,
    /// When it was looked at.
    pub at: Timestamp,
    /// When what stands was written down, where nobody looked now: another round is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
    /// How it is: the worst of what stands.
    pub state: WatchState,
    /// What is told in this round.
    pub news: Vec<News>,
    /// Everything that stands.
    pub standing: Vec<Matter>,
    /// In each respect.
    pub checks: Vec<WatchCheck>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_json_and_in_texts() {
        fn all<T: Serialize + Copy>(ones: &[T], name: impl Fn(T) -> &'static str) {
            for one in ones {
                assert_eq!(serde_json::to_value(one).unwrap(), name(*one));
            }
        }
        all(&WatchState::ALL, WatchState::name);
        all(&CheckCode::ALL, CheckCode::name);
        all(&WatchCode::ALL, WatchCode::name);
        all(&Turn::ALL, Turn::name);
    }

    #[test]
    fn the_worst_is_the_greatest() {
        let mut states = WatchState::ALL;
        states.sort_unstable();
        let numbers = states.map(WatchState::number);
        assert_eq!(numbers, [0, 3, 1, 2]);
    }
}
