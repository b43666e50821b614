//! What the wizard asks of the engine, and what comes back. Pure data.
//!
//! Secrets go down (a [`Job`] owns what was typed), verdicts come up: [`Update`] is `Clone`, [`SecretBytes`] in a job is
//! moved and wiped by the engine.

mod aftercare;
pub mod bookmark;
pub mod handlers;
mod login_tests;
pub mod setup;
pub mod threads;

use std::path::PathBuf;

use crate::domain::config::{DbSettings, Driver};
use crate::domain::error::Problem;
use crate::domain::inventory::secret::{Place, SecretBytes};
use crate::domain::mail::ConnectionId;
use crate::domain::mail::probe::Tested;
use crate::domain::mail::rung::Rung;
use crate::domain::plan::hour::Hour;
use crate::domain::plan::{CacheRefresh, Choices, Impossible, Plan, Strategy};
use crate::domain::run::Run;
use crate::domain::run::bookmark::Bookmark;
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::secret_report::Summary;
pub use crate::domain::verdict::text::PasswordsUsed;
pub use crate::io::fs::complete::PathCompletion;

/// Names one job, so that late updates of a cancelled one can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct JobId(pub u64);

/// Work for the engine. The engine keeps the install, its database connection, the keys and the stored texts.
#[derive(Debug)]
pub enum Job {
    /// Find and read the install, connect, judge everything with the keys at hand.
    Survey {
        /// Where to look; `None` searches the usual places.
        install: Option<PathBuf>,
        /// Other values than FreeScout's for the database.
        database: Option<Box<OtherDatabase>>,
    },
    /// Back up everything that may be touched, and verify by reading back.
    Backup {
        /// Also a full dump through the server's own program.
        full_dump: bool,
    },
    /// Keep backups and journal in this folder from now on. Nothing is written.
    KeepIn(PathBuf),
    /// Look for keys in files, folders, archives.
    LookIn(Vec<PathBuf>),
    /// Look for keys where they usually survive on a server, and around the install.
    LookUsual,
    /// Look for keys in the environment and the memory of PHP processes.
    LookProcesses,
    /// Try a key the operator typed or pasted.
    TryKey(SecretBytes),
    /// Make a plan and rehearse it in memory.
    Plan {
        /// The strategy; `None` takes the recommended one.
        strategy: Option<Strategy>,
        /// What the operator chose.
        choices: Choices,
    },
    /// Carry out exactly this plan.
    Apply {
        /// The confirmed plan.
        plan: Plan,
        /// The passwords for its `Enter` steps.
        entered: Vec<(Place, Entered)>,
        /// Run FreeScout's own cache command; otherwise clear the cached config ourselves.
        artisan: bool,
        /// Restart workers even where their memory could not be searched for a lost key.
        restart_anyway: bool,
    },
    /// Say what [`Job::Undo`] would put back. Nothing is changed.
    ForeseeUndo,
    /// Take back the last recovery, or the one that was interrupted.
    Undo {
        /// The backup that was told with the question; with another one it is refused. `None` where nothing was told.
        confirmed: Option<PathBuf>,
    },
    /// Finish the run that was interrupted.
    Resume {
        /// The passphrase of the backup that is being put back, where that is encrypted.
        passphrase: Option<SecretBytes>,
    },
    /// Bring back what a bookmark names: search again, and take its backup if it is still of what stands.
    TakeUp(Box<Bookmark>),
    /// Put the keys into a safe.
    MakeSafe(NewSafe),
    /// Say how the timer would be made that has rounds of the watch made. Nothing is changed.
    ForeseeTimer,
    /// Make it.
    MakeTimer,
    /// Write the report as text and JSON.
    SaveReport {
        /// The text, as shown.
        text: String,
        /// What the connection tests came to.
        tested: Vec<Tested>,
        /// The files that were saved of the same report before: these take their place.
        over: Vec<PathBuf>,
    },
}

/// Connections to be tested, beside the other jobs.
#[derive(Debug)]
pub struct TestJob {
    /// Which; all of them, where none is named.
    pub which: Option<Vec<ConnectionId>>,
    /// With which passwords.
    pub reading: PasswordsUsed,
    /// With this password in place of the stored one: where it will be stored, and what it is.
    pub typed: Option<(Place, Entered)>,
    /// Also what is not sent unasked, as it was refused before.
    pub again: bool,
}

/// A safe that is to be made.
#[derive(Debug)]
pub struct NewSafe {
    /// Its file, from the root on.
    pub file: PathBuf,
    /// What opens it.
    pub passphrase: SecretBytes,
}

/// How the database was, or shall be, connected to. Holds no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseValues {
    /// The driver.
    pub driver: Driver,
    /// Host name, address, or folder of sockets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// MySQL's socket; then host and port do not count.
    pub socket: Option<String>,
    /// Database name, or SQLite's file.
    pub database: String,
    /// User name.
    pub username: String,
    /// Table prefix.
    pub prefix: String,
}

impl DatabaseValues {
    /// The values of these settings.
    pub fn of(settings: &DbSettings) -> Self {
        Self {
            driver: settings.driver,
            host: settings.host.clone(),
            port: settings.port,
            socket: settings.socket.clone(),
            database: settings.database.clone(),
            username: settings.username.clone(),
            prefix: settings.prefix.clone(),
        }
    }
}

/// Values the operator gives in place of FreeScout's. Nothing of FreeScout is changed by them.
#[derive(Debug)]
pub struct OtherDatabase {
    /// Everything but the password.
    pub values: DatabaseValues,
    /// The password; `None` takes the configured one.
    pub password: Option<SecretBytes>,
}

/// A password for an `Enter` step of a plan.
#[derive(Debug, Clone)]
pub enum Entered {
    /// As typed.
    Typed(SecretBytes),
    /// The same as another secret, which a known key opens.
    SameAs(Place),
    /// What an older payload of this place says, by the number of the one that the operator chose.
    Older(Place, u64),
    /// The nth of the passwords that FreeScout's logs offer for this place. Unproven: only for a test, or after one.
    Logged(Place, usize),
}

/// The install, as the survey found it. Texts are sanitised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// This machine's name.
    pub host: String,
    /// The install's folder.
    pub path: PathBuf,
    /// FreeScout's version.
    pub version: String,
    /// Host part of `APP_URL`, for the title line; empty when it is not set.
    pub site: String,
    /// Database server and version.
    pub server: String,
    /// Database name, as configured.
    pub database: String,
    /// Table prefix.
    pub prefix: String,
    /// Driver name, as in `DB_CONNECTION`.
    pub driver: &'static str,
    /// The account that FreeScout runs as, and how we know: `www-data (owns storage/)`.
    pub web_user: String,
    /// Where the current key comes from, as a sentence part: `bootstrap/cache/config.php`.
    pub key_source: String,
    /// How it was found, where the operator did not name it: a sentence part.
    pub found: Option<String>,
    /// What we cannot do as this user: sentences.
    pub left_out: Vec<String>,
}

/// Where backups and journal go. Texts are sanitised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// The folder of the backups.
    pub backups: PathBuf,
    /// Why it cannot be used, where that is so.
    pub refused: Option<String>,
    /// What to offer when another is asked for: our state folder, or one that can be used where that cannot.
    pub offered: PathBuf,
    /// The file to offer for a safe with the keys.
    pub safe: PathBuf,
    /// That it will not last: sentences.
    pub cautions: Vec<String>,
    /// Whether no other can be chosen any more: within a container, those of the host are as they were at the start.
    pub fixed: bool,
}

/// A verified backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupDone {
    /// Its folder.
    pub folder: PathBuf,
    /// The folder of the files that hold a key, where those lie apart.
    pub keys: Option<PathBuf>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// How many stored texts are in it.
    pub cells: usize,
    /// How many files.
    pub files: usize,
    /// Size in bytes.
    pub bytes: u64,
}

/// A run that was begun and did not end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedRun {
    /// The run.
    pub run: Run,
    /// The commands that end it, a line each.
    pub ways: String,
    /// Where the install was then, if its container was called otherwise.
    pub begun: Option<String>,
}

/// A plan and its rehearsal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanReady {
    /// The plan.
    pub plan: Plan,
    /// What FreeScout would read after it.
    pub after: Summary,
    /// What becomes of its config cache and its workers.
    pub refresh: CacheRefresh,
}

impl PlanReady {
    /// Whether carrying it out would write nothing at all.
    pub fn writes_nothing(&self) -> bool {
        let rows = self.plan.steps.iter().any(|step| step.action.writes());
        !rows && self.plan.write_key.is_none() && self.refresh == CacheRefresh::NotNeeded
    }
}

/// What an undo would put back. Texts are sanitised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldUndo {
    /// The backup that it would go back to.
    pub backup: PathBuf,
    /// What it takes back: "recovery of 2026-11-24 14:02", by when that began.
    pub what: String,
    /// Rows that would be put back.
    pub rows: usize,
    /// Files that would be.
    pub files: usize,
    /// What would be left alone: sentences.
    pub left_alone: Vec<String>,
}

/// The timer that has rounds of the watch made. Texts are sanitised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchTimer {
    /// Whether there is one.
    pub stands: TimerStands,
    /// What is done to make it: sentence parts.
    pub steps: Vec<String>,
    /// Minutes from one round to the next.
    pub minutes: u16,
    /// Nothing that reads crontabs runs here.
    pub idle: bool,
    /// Who will be told, by the settings: names of channels.
    pub told: Vec<&'static str>,
    /// The same by hand, ready for a shell.
    pub command: String,
    /// The command that makes a round now.
    pub round: String,
}

/// Whether rounds of the watch are made already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerStands {
    /// By no timer of ours.
    No,
    /// Just as they would be.
    AsWanted,
    /// With other arguments: perhaps of another install.
    Otherwise,
}

/// What applying a plan came to.
#[derive(Debug, Clone)]
pub struct Applied {
    /// Name of the strategy.
    pub strategy: String,
    /// Fingerprint of the key it ended with.
    pub key: Option<String>,
    /// Whether reading everything again confirmed the plan.
    pub verified: bool,
    /// Texts re-encrypted.
    pub resealed: usize,
    /// Passwords entered.
    pub reentered: usize,
    /// The state afterwards, read again as FreeScout would.
    pub after: Box<Assessment>,
    /// The backup that `undo` takes back to.
    pub backup: PathBuf,
    /// The command that takes it back, ready for a shell; `None` where nothing was written. Undo would then take back the
    /// recovery before.
    pub undo: Option<String>,
    /// The command that tests every login, likewise.
    pub test: String,
    /// Things that were done or left to the operator: sentences.
    pub notes: Vec<String>,
}

/// What the engine reports.
#[derive(Debug, Clone)]
pub enum Update {
    /// Something moves: what, and how far (`None` when nobody knows the end).
    Progress {
        /// What is being done, as a sentence.
        what: String,
        /// Done so far.
        done: u64,
        /// Of how many.
        of: Option<u64>,
    },
    /// The install was found and read.
    Surveyed(Box<Survey>),
    /// The install was read, its database not: why, and the values that were used.
    NoDatabase {
        /// What happened.
        problem: Problem,
        /// What was tried.
        values: Box<DatabaseValues>,
    },
    /// Where backups and journal go, or now go.
    Folders(Box<Folders>),
    /// A run on this install was begun and did not end.
    Unfinished(Box<UnfinishedRun>),
    /// An earlier wizard on this install was left at this place.
    Bookmark(Box<Bookmark>),
    /// Verdicts, keys and findings, whole or as they stand so far.
    Assessed(Box<Assessment>),
    /// How good the hour is for a recovery.
    Hour(Box<Hour>),
    /// A key was tried: how it was named, and how many secrets it opens; `None` when the text is no key.
    KeyTried {
        /// `K3 · 91c0…`, or why it is no key.
        key: String,
        /// Secrets it opens.
        opens: Option<usize>,
    },
    /// The search ended: files and bytes read, and what could not be read.
    Looked {
        /// Files read.
        files: u64,
        /// Bytes read.
        bytes: u64,
        /// Backups and packed files that could not be read, by weight.
        unread: Option<String>,
        /// Sentences about what was left out, bounded.
        skipped: Vec<String>,
    },
    /// The backup stands and reads back.
    BackedUp(BackupDone),
    /// The plan is ready.
    Planned(Box<PlanReady>),
    /// The strategy is not possible.
    NotPossible(Strategy, Impossible),
    /// The plan was carried out.
    Applied(Box<Applied>),
    /// What an undo would put back.
    WouldUndo(Box<WouldUndo>),
    /// The run that did not end had written nothing: it is closed.
    RunClosed,
    /// What was written was taken back.
    Undone {
        /// The backup that was gone back to; `None` where it was no recovery's.
        backup: Option<PathBuf>,
        /// What it came to: sentences.
        sentences: Vec<String>,
    },
    /// The keys are in a safe: sentences.
    SafeMade(Vec<String>),
    /// How the timer would be made.
    Timer(Box<WatchTimer>),
    /// It was made.
    TimerMade(Box<WatchTimer>),
    /// What a path that is being typed may become.
    Completed(Box<PathCompletion>),
    /// A connection test is at this rung.
    Probing(ConnectionId, Rung),
    /// A connection test ended.
    Tested(Box<Tested>),
    /// The report was saved to these files.
    ReportSaved(Vec<PathBuf>),
    /// The job failed. Nothing beyond what the problem says was changed.
    Failed(Problem),
    /// The job failed half-way, and what it had changed could not be put back: the problem says what stands.
    HalfDone(Problem),
    /// The job was cancelled as asked.
    Cancelled,
    /// The job's last word.
    Done,
}
