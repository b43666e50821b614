//! FreeScout's own command line: `php artisan freescout:clear-cache`, run as the web user.
//!
//! Never as root: as root it would leave root-owned caches behind that lock the web user out of his own installation.
//! The environment is clean but for `APP_*` and `DB_*` (a container's settings must reach the rebuilt cache), time and
//! output are bounded.

use super::crash::{self, Point};
use crate::words::{fill, words};
use std::ffi::OsString;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long the command may take, unless something else is said.
pub const TIME_LIMIT: Duration = Duration::from_secs(120);
/// How long the output of a failed command is waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How much of the end of its output is kept, in bytes.
const MAX_OUTPUT: usize = 4 << 10;
/// How much of that is told.
const MAX_TOLD: usize = 400;

/// Why the command was not run, or did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum ArtisanError {
    /// `storage/` belongs to root, and PHP is never run as root.
    #[error("{}", words().artisan_root_storage)]
    OwnedByRoot,
    /// We are neither root nor the owner of `storage/`.
    #[error("{}", words().artisan_not_owner)]
    NotAllowed,
    /// No `php` to be found.
    #[error("{}", words().artisan_no_php)]
    NoPhp,
    /// It could not be started.
    #[error("{}", fill(words().artisan_not_started, &[("why", &.0)]))]
    Start(std::io::Error),
    /// It took too long and was ended.
    #[error("{}", fill(words().artisan_too_long, &[("seconds", &.0.as_secs())]))]
    Timeout(Duration),
    /// It ended with an error: exit code and the end of its output.
    #[error("{}", fill(words().artisan_ended, &[("code", &.0), ("said", &.1)]))]
    Failed(i32, String),
    /// A signal ended it (the system, where memory is short): its number and the end of its output.
    #[error("{}", fill(words().artisan_killed, &[("signal", &.0), ("said", &.1)]))]
    Killed(i32, String),
}

/// Whom to run as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebUser {
    /// User id of the owner of `storage/`.
    pub uid: u32,
    /// Its group id.
    pub gid: u32,
}

/// The PHP program: `PHP_PATH` of `.env` where it is an absolute path to a program, else `php` on the search path.
pub fn find_php(configured: Option<&str>) -> Option<PathBuf> {
    let executable = |path: &Path| {
        rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok() && path.is_file()
    };
    if let Some(path) = configured
        .map(Path::new)
        .filter(|p| p.is_absolute() && executable(p))
    {
        return Some(path.to_owned());
    }
    let path =
        std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/local/bin:/usr/bin:/bin"));
    std::env::split_paths(&path)
        .map(|folder| folder.join("php"))
        .find(|p| executable(p))
}

/// Runs `php artisan freescout:clear-cache` in the install as its web user. Of our environment it gets what FreeScout's
/// configuration reads (`variables`), as the cache it builds would otherwise freeze defaults; and nothing else of root's.
/// After `limit` it is ended, with everything it started.
///
/// # Errors
/// [`ArtisanError`].
pub fn clear_cache(
    install: &Path,
    web_user: WebUser,
    php: Option<&str>,
    variables: &[String],
    limit: Duration,
) -> Result<(), ArtisanError> {
    let we = rustix::process::geteuid();
    if web_user.uid == 0 {
        return Err(ArtisanError::OwnedByRoot);
    }
    if !we.is_root() && we.as_raw() != web_user.uid {
        return Err(ArtisanError::NotAllowed);
    }
    let mut command = Command::new(find_php(php).ok_or(ArtisanError::NoPhp)?);
    command
        .args(["artisan", "freescout:clear-cache", "--no-interaction"])
        .current_dir(install);
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "C.UTF-8");
    command.envs(std::env::vars_os().filter(|(name, _)| {
        let name = name.to_string_lossy();
        name.starts_with("APP_") || name.starts_with("DB_") || variables.iter().any(|v| *v == name)
    }));
    if we.is_root() {
        // Setting the user id also drops root's supplementary groups.
        command.uid(web_user.uid).gid(web_user.gid);
    }
    run(command, limit)
}

fn run(mut command: Command, limit: Duration) -> Result<(), ArtisanError> {
    command
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    crash::pass(Point::ProgramStarting);
    let mut child = command.spawn().map_err(ArtisanError::Start)?;
    crash::pass(Point::ProgramRunning);
    let readers = [
        child
            .stdout
            .take()
            .map(|s| Box::new(s) as Box<dyn Read + Send>),
        child
            .stderr
            .take()
            .map(|s| Box::new(s) as Box<dyn Read + Send>),
    ];
    let readers: Vec<Reader> = readers.into_iter().flatten().map(Reader::of).collect();
    let started = Instant::now();
    let end_group = |child: &std::process::Child| {
        if let Some(group) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
            // It may have ended by itself.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    };
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() > limit => {
                end_group(&child);
                let _ = child.wait();
                return Err(ArtisanError::Timeout(limit));
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(30)),
            Err(e) => return Err(ArtisanError::Start(e)),
        }
    };
    crash::pass(Point::ProgramEnded);
    if status.success() {
        return Ok(());
    }
    // Something it left behind may hold the pipes open for ever.
    end_group(&child);
    let deadline = Instant::now() + LAST_WORDS;
    while readers.iter().any(|reader| !reader.thread.is_finished()) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    let output: Vec<u8> = readers.iter().flat_map(Reader::read_so_far).collect();
    let end = &output[output.len().saturating_sub(MAX_TOLD)..];
    let last = match crate::domain::sanitize::sanitize_bytes(end).trim() {
        "" => words().artisan_said_nothing.to_owned(),
        said => said.to_owned(),
    };
    Err(match (status.code(), status.signal()) {
        (None, Some(signal)) => ArtisanError::Killed(signal, last),
        (code, _) => ArtisanError::Failed(code.unwrap_or(-1), last),
    })
}

/// Reads an output to its end, so that a chatty program does not wait for us; keeps the end of it.
struct Reader {
    end: Arc<Mutex<Vec<u8>>>,
    thread: JoinHandle<()>,
}

impl Reader {
    fn of(mut stream: Box<dyn Read + Send>) -> Self {
        let end = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&end);
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 1 << 14];
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&buffer[..read]);
                let over = kept.len().saturating_sub(MAX_OUTPUT);
                kept.drain(..over);
            }
        });
        Self { end, thread }
    }

    /// The end as far as it was read: something the program left behind may keep the pipe open for ever.
    fn read_so_far(&self) -> Vec<u8> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut end)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failure_brings_its_last_words_without_escapes() {
        let result = run(
            shell("printf '\\033[31mno space\\n' >&2; exit 3"),
            TIME_LIMIT,
        );
        let Err(ArtisanError::Failed(3, words)) = result else {
            unreachable!("{result:?}")
        };
        assert_eq!(words, "·[31mno space");
    }

    #[test]
    fn a_chatty_program_does_not_hang_us_and_a_slow_one_is_ended() {
        assert!(run(shell("yes | head -c 10000000"), TIME_LIMIT).is_ok());
        let result = run(shell("sleep 60"), Duration::from_millis(100));
        assert!(matches!(result, Err(ArtisanError::Timeout(_))));
    }

    #[test]
    fn php_is_never_run_as_root() {
        let root = WebUser { uid: 0, gid: 0 };
        assert!(matches!(
            clear_cache(Path::new("/"), root, None, &[], TIME_LIMIT),
            Err(ArtisanError::OwnedByRoot)
        ));
    }
}
