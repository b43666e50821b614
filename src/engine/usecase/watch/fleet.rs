//! The rounds of several installs, each in a process of its own: one that hangs or fails keeps nobody else from being
//! watched, and one in a container is looked at from within while those who are told are told from the host.

use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::watch::round::{RoundAnswer, RoundWishes};
use crate::domain::run::watch::{News, Turn, WatchReport, WatchedInstall};
use crate::engine::recovery::run_log;
use crate::io::os::{output, spawn};
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::words;

/// How long a round may take: thousands of logins, some of servers that do not answer.
const PATIENCE: Duration = Duration::from_mins(20);
/// How often it is looked whether a round has ended.
const LOOK_UP: Duration = Duration::from_millis(5);
/// A longer answer is none of ours.
const MOST_BYTES: u64 = 64 << 20;

/// An install whose round is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WatchTarget {
    /// Its folder; in a container, a path there, where it is not the only one.
    pub path: Option<PathBuf>,
    /// The container that it is in, as `--container` takes it.
    pub container: Option<String>,
}

/// What a process of ours says in the end.
#[derive(Deserialize)]
#[serde(untagged)]
enum RoundSaid {
    Answer(Box<RoundAnswer>),
    Failed { error: NotMade },
}

/// Why a round could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NotMade {
    /// A sentence.
    pub message: String,
    /// What to do.
    pub next: String,
}

impl From<&Problem> for NotMade {
    fn from(problem: &Problem) -> Self {
        Self {
            message: problem.message(),
            next: match problem.next.is_empty() {
                true => words().our_fault_next.to_owned(),
                false => problem.next.clone(),
            },
        }
    }
}

/// Makes the round of one install, and gives what came of it.
///
/// # Errors
/// Why it could not be made.
pub fn round_of(
    watched: &WatchTarget,
    wishes: &RoundWishes,
    options: &[OsString],
) -> Result<RoundAnswer, NotMade> {
    match made(watched, wishes, options) {
        Ok(RoundSaid::Answer(answer)) => Ok(*answer),
        Ok(RoundSaid::Failed { error }) => Err(error),
        Err(problem) => Err(NotMade::from(&problem)),
    }
}

fn made(
    watched: &WatchTarget,
    wishes: &RoundWishes,
    options: &[OsString],
) -> Result<RoundSaid, Problem> {
    let w = words();
    let failed = |why: String| ErrorKind::Internal.problem(w.watch_round_failed, why, "");
    let wishes = serde_json::to_string(wishes).map_err(|e| failed(e.to_string()))?;
    let mut command = spawn::again().ok_or_else(|| failed(String::new()))?;
    command
        .arg("watch")
        .arg("--json")
        .arg("--round")
        .arg(wishes);
    command.args(options);
    if let Some(container) = &watched.container {
        command.arg("--container").arg(container);
    }
    if let Some(path) = &watched.path {
        command.arg("--").arg(path);
    }
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| failed(e.to_string()))?;
    // A pipe that is full would keep it from ending.
    let answer = reader(child.stdout.take());
    let complaint = reader(child.stderr.take());
    let ended = wait(&mut child);
    let (answer, complaint) = (read(answer), read(complaint));
    if !ended {
        let minutes = PATIENCE.as_secs() / 60;
        return Err(failed(text!(watch_round_too_long, minutes)));
    }
    // What it says beside its answer is in that already, and would be told by cron each time.
    let last = || String::from_utf8_lossy(&complaint).trim().to_owned();
    serde_json::from_slice(&answer).map_err(|_| failed(shown(&last()).to_string()))
}

/// Reads all of a stream, on a thread of its own.
fn reader(said: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(said) = said {
            let _ = said.take(MOST_BYTES).read_to_end(&mut bytes);
        }
        bytes
    })
}

fn read(reader: JoinHandle<Vec<u8>>) -> Vec<u8> {
    reader.join().unwrap_or_default()
}

/// Waits for its end; ends it when it takes too long. Says whether it ended by itself.
fn wait(child: &mut Child) -> bool {
    let ended = output::wait_within(child, PATIENCE, LOOK_UP);
    let by_itself = matches!(ended, Ok(Some(_)));
    if !by_itself {
        let _ = child.kill();
        let _ = child.wait();
    }
    by_itself
}

/// An install, as it is named before anybody looked at it.
pub fn named(watched: &WatchTarget) -> WatchedInstall {
    let host = run_log::origin().host.to_string();
    let path = watched.path.as_ref();
    WatchedInstall {
        path: path.map_or_else(String::new, |path| shown(path).to_string()),
        name: host.clone(),
        version: String::new(),
        container: watched.container.as_ref().map(|c| shown(c).to_string()),
        host,
    }
}

/// The report of a round that could not be made.
pub fn not_made(install: WatchedInstall, why: &NotMade) -> WatchReport {
    let now = Timestamp::now();
    let claim = sentences::watch::claims::round_not_made(&why.message, why.next.clone());
    let matter = claim.matter(now);
    WatchReport {
        schema: 1,
        install,
        at: now,
        as_of: None,
        state: matter.severity,
        news: vec![News {
            turn: Turn::Began,
            matter: matter.clone(),
        }],
        standing: vec![matter],
        checks: Vec::new(),
    }
}
