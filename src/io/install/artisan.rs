//! FreeScout's own command line, `php artisan freescout:clear-cache` and `queue:retry`, run as the web user.
//!
//! Never as root: as root it would leave root-owned caches behind that lock the web user out of his own installation, and
//! what it runs belongs to the web user. The environment is clean but for FreeScout's own settings (a container's must reach the
//! rebuilt cache), time and output are bounded, and nothing of ours is in its hands (see `io::os::spawn`).

use crate::domain::config::inherited::Handed;
use crate::domain::config::php;
use crate::io::container::within;
use crate::io::fs::{self, FileError, resolve, trust};
use crate::io::install::discover::php_of;
use crate::io::install::host::HostRoot;
use crate::io::os::crash_points::{self, Point};
use crate::io::os::output::{self, OutputReader, end_group};
use crate::io::os::processes;
use crate::io::os::programs::{self, NotFound};
use crate::io::os::spawn::{self, Family, Program};
use crate::words::untrusted::shown;
use crate::words::words;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// How long the command may take, unless something else is said.
pub const TIME_LIMIT: Duration = Duration::from_secs(120);
/// How often its end is looked for.
const LOOK_UP: Duration = Duration::from_millis(30);
/// How long the output of a failed command is waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How much of that is told.
const MAX_TOLD: usize = 400;

/// Why the command was not run, or did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum ArtisanError {
    /// FreeScout's account is root, or so it seems, and PHP is never run as root.
    #[error("{}", words().artisan_root_storage)]
    OwnedByRoot,
    /// Which account FreeScout runs as is not known.
    #[error("{}", words().artisan_untold)]
    Untold,
    /// We are neither root nor FreeScout's account.
    #[error("{}", words().artisan_not_owner)]
    NotAllowed,
    /// It belongs to a container that does not run.
    #[error("{}", words().container_runs_nothing)]
    Stopped,
    /// No `php` to be found that may be run.
    #[error(transparent)]
    NoPhp(#[from] NotFound),
    /// `artisan` is no file that FreeScout's owner put there.
    #[error("{}", text!(artisan_not_freescouts, why = .0))]
    NotFreeScouts(String),
    /// Variables of our environment may be needed, and may not be handed on: their names.
    #[error("{}", text!(artisan_unsure, names = shown(.0)))]
    Unsure(String),
    /// It could not be started.
    #[error("{}", text!(artisan_not_started, why = .0))]
    Start(std::io::Error),
    /// It took too long and was ended.
    #[error("{}", text!(artisan_too_long, seconds = .0.as_secs()))]
    Timeout(Duration),
    /// It ended with an error: exit code and the end of its output.
    #[error("{}", text!(artisan_ended, code = .0, said = .1))]
    Failed(i32, String),
    /// A signal ended it (the system, where memory is short): its number and the end of its output.
    #[error("{}", text!(artisan_killed, signal = .0, said = .1))]
    Killed(i32, String),
}

/// Whom to run as: the account that FreeScout runs as.
pub use crate::io::os::spawn::Account as WebUser;

/// The PHP program: `PHP_PATH` of `.env` where it is an absolute path to a program (the web user's own choice, run as the
/// web user alone); else the one that FreeScout is run with here, by its processes, crontab, service or pool; else `php` on
/// the search path. A server may have many, and FreeScout may not start with just any of them.
pub(super) fn find_php(
    install: &Path,
    web_user: WebUser,
    configured: Option<&str>,
) -> Result<PathBuf, NotFound> {
    let configured = configured.map(Path::new);
    if let Some(path) = configured.filter(|p| p.is_absolute() && programs::is_program(p)) {
        return Ok(path.to_owned());
    }
    let user = fs::user_name(web_user.uid);
    let running = processes::programs(install).into_iter();
    let running = running.flat_map(|program| php::of_program(&program));
    let host = HostRoot::at(Path::new("/")).ok();
    let named = || host.iter().flat_map(|host| php_of(host, install, &user));
    let usable = |program: PathBuf| match program.is_absolute() {
        // Others could have put it there.
        true => (programs::is_program(&program) && trust::require_closed(&program).is_ok())
            .then_some(program),
        false => programs::find(&[program.to_str()?]).ok(),
    };
    let mut own = running.filter_map(usable);
    match own.next().or_else(|| named().find_map(usable)) {
        Some(program) => Ok(program),
        None => programs::find(&["php"]),
    }
}

/// Refuses an `artisan` that somebody else could have put there: it would be run as the web user.
fn require_freescouts(install: &Path, web_user: WebUser) -> Result<(), ArtisanError> {
    let unusable = |e: FileError| ArtisanError::NotFreeScouts(e.to_string());
    let (_, meta, _) = resolve::open_file(&install.join("artisan")).map_err(unusable)?;
    let install_owner = std::fs::metadata(install).map_or(0, |m| m.uid());
    let trusted = [web_user.uid, install_owner].contains(&meta.uid());
    if (trusted || within::is_root(meta.uid())) && meta.mode() & 0o002 == 0 {
        return Ok(());
    }
    let owner = fs::user_name(meta.uid());
    let why = text!(artisan_owner, owner);
    Err(ArtisanError::NotFreeScouts(why))
}

/// Runs `php artisan freescout:clear-cache` in the install as its web user. Of our environment it gets what is FreeScout's
/// own (see `domain::config::inherited`), as the cache it builds would otherwise freeze defaults; and nothing else of root's. After `limit` it is ended, with everything it started.
pub fn clear_cache(
    install: &Path,
    web_user: Option<WebUser>,
    php_path: Option<&str>,
    handed: &Handed,
    limit: Duration,
) -> Result<(), ArtisanError> {
    run(prepare(install, web_user, php_path, handed)?, limit)
}

/// The command as [`clear_cache`] would run it; nothing is run.
///
/// # Errors
/// Why it would not be run.
pub fn prepare(
    install: &Path,
    web_user: Option<WebUser>,
    php_path: Option<&str>,
    handed: &Handed,
) -> Result<Program, ArtisanError> {
    command(
        install,
        web_user,
        php_path,
        handed,
        &["freescout:clear-cache"],
    )
}

/// Runs `php artisan queue:retry` with the numbers of these rows of `failed_jobs`, in the same way: each job is put back onto
/// the queue it came from, and its row is removed. A row that is gone is passed over; that does not make it fail.
pub fn retry_jobs(
    install: &Path,
    web_user: Option<WebUser>,
    php_path: Option<&str>,
    handed: &Handed,
    jobs: &[u64],
    limit: Duration,
) -> Result<(), ArtisanError> {
    let numbers: Vec<String> = jobs.iter().map(u64::to_string).collect();
    let words = std::iter::once("queue:retry").chain(numbers.iter().map(String::as_str));
    let words: Vec<&str> = words.collect();
    run(command(install, web_user, php_path, handed, &words)?, limit)
}

/// A command of FreeScout's with its arguments, ready to be run.
fn command(
    install: &Path,
    web_user: Option<WebUser>,
    php_path: Option<&str>,
    handed: &Handed,
    words: &[&str],
) -> Result<Program, ArtisanError> {
    if within::is_stopped() {
        return Err(ArtisanError::Stopped);
    }
    let we = rustix::process::geteuid();
    let web_user = web_user.ok_or(ArtisanError::Untold)?;
    if within::is_root(web_user.uid) {
        return Err(ArtisanError::OwnedByRoot);
    }
    if !we.is_root() && we.as_raw() != web_user.uid {
        return Err(ArtisanError::NotAllowed);
    }
    if !handed.unsure.is_empty() {
        return Err(ArtisanError::Unsure(handed.unsure.join(", ")));
    }
    require_freescouts(install, web_user)?;
    let mut command = spawn::command(&find_php(install, web_user, php_path)?, web_user);
    command
        .arg("artisan")
        .args(words)
        .arg("--no-interaction")
        .current_dir(install);
    let own = handed.own.iter();
    command.envs(
        own.map(|(name, value)| (OsStr::from_bytes(name), OsStr::from_bytes(value.expose()))),
    );
    Ok(command)
}

fn run(mut command: Program, limit: Duration) -> Result<(), ArtisanError> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    crash_points::pass(Point::ProgramStarting);
    let family = Family::begin();
    let mut child = command.spawn().map_err(ArtisanError::Start)?;
    crash_points::pass(Point::ProgramRunning);
    let readers = OutputReader::of_child(&mut child);
    let ended = output::wait_within(&mut child, limit, LOOK_UP).map_err(ArtisanError::Start)?;
    let Some(status) = ended else {
        end_group(&mut child);
        let _ = child.wait();
        return Err(ArtisanError::Timeout(limit));
    };
    drop(family);
    crash_points::pass(Point::ProgramEnded);
    if status.success() {
        return Ok(());
    }
    // Something it left behind may hold the pipes open for ever.
    end_group(&mut child);
    let output = in_one_line(&output::last_words(&readers, LAST_WORDS));
    let end = &output[output.len().saturating_sub(MAX_TOLD)..];
    let last = match crate::words::untrusted::shown(end).to_string().trim() {
        "" => words().artisan_said_nothing.to_owned(),
        said => said.to_owned(),
    };
    Err(match (status.code(), status.signal()) {
        (None, Some(signal)) => ArtisanError::Killed(signal, last),
        (code, _) => ArtisanError::Failed(code.unwrap_or(-1), last),
    })
}

/// Without the blanks and the empty lines in which PHP's console frames an error.
fn in_one_line(said: &[u8]) -> Vec<u8> {
    let words = said.split(u8::is_ascii_whitespace);
    let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
    words.join(&b' ')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::process::Command;

    fn shell(script: &str) -> Program {
        let mut command = Command::new("/bin/sh");
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.args(["-c", script]);
        command.into()
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
    fn an_error_of_phps_console_is_told_in_one_line() {
        let frame = " ".repeat(MAX_TOLD);
        let error = format!(
            "\nIn Connection.php line 664:\n{frame}\n  SQLSTATE[HY000] gone {frame}\n{frame}\n"
        );
        let result = run(shell(&format!("printf '{error}' >&2; exit 1")), TIME_LIMIT);
        let Err(ArtisanError::Failed(1, words)) = result else {
            unreachable!("{result:?}")
        };
        assert_eq!(words, "In Connection.php line 664: SQLSTATE[HY000] gone");
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
            clear_cache(
                Path::new("/"),
                Some(root),
                None,
                &Handed::default(),
                TIME_LIMIT
            ),
            Err(ArtisanError::OwnedByRoot)
        ));
    }
}
