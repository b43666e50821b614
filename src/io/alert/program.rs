//! A program that is given a text, with nothing of our environment, and with an end.
//!
//! It runs with our rights, so nobody else may be able to change it; and as the leader of a process group, which is ended as
//! a whole when its time is over. What it leaves behind when it ends by itself is left alone: mailers deliver so. It is not
//! kept from gaining rights, as mailers must.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use super::untold::NotTold;
use crate::io::fs::trust;
use crate::io::os::output::{self, OutputReader, end_group};
use crate::io::os::spawn::USUAL_PATH;
use crate::words::untrusted::{Untrusted, shown};

/// How often its end is looked for.
const LOOK_UP: Duration = Duration::from_millis(20);
/// How long the last words of one that failed are waited for.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How much of them is told, in bytes.
const MAX_TOLD: usize = 400;

/// How it failed by itself.
pub(super) struct ProgramFailure {
    /// Its exit code.
    pub(super) code: i32,
    /// Its last words.
    pub(super) said: Untrusted,
}

/// Runs it. The inner error is its own.
pub(super) fn run(
    program: &Path,
    arguments: &[impl AsRef<OsStr>],
    input: String,
    limit: Duration,
) -> Result<Result<(), ProgramFailure>, NotTold> {
    if !program.is_absolute() {
        return Err(NotTold::Relative(program.to_owned()));
    }
    trust::require_closed(program).map_err(|why| NotTold::Open(program.to_owned(), why))?;
    let failed = |e| NotTold::NotStarted(program.to_owned(), e);
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", USUAL_PATH)
        .env("LANG", "C.UTF-8")
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let readers = OutputReader::of_child(&mut child);
    if let Some(mut stdin) = child.stdin.take() {
        // Apart: one that does not read must not keep us. One that ends without reading all of it may be content.
        std::thread::spawn(move || {
            let _ = stdin.write_all(input.as_bytes());
        });
    }
    let Some(status) = output::wait_within(&mut child, limit, LOOK_UP).map_err(failed)? else {
        end_group(&mut child);
        let _ = child.wait();
        return Err(NotTold::Overdue(program.to_owned(), limit));
    };
    if status.success() {
        return Ok(Ok(()));
    }
    let said = output::last_words(&readers, LAST_WORDS);
    how_it_failed(program, status, &said).map(Err)
}

fn how_it_failed(
    program: &Path,
    status: ExitStatus,
    said: &[u8],
) -> Result<ProgramFailure, NotTold> {
    let end = &said[said.len().saturating_sub(MAX_TOLD)..];
    match (status.code(), status.signal()) {
        (None, Some(signal)) => Err(NotTold::Signalled(program.to_owned(), signal)),
        (code, _) => Ok(ProgramFailure {
            code: code.unwrap_or(-1),
            said: shown(end.trim_ascii()).to_string().into(),
        }),
    }
}
