//! Programs of this machine, run as somebody else, with nothing of ours in their hands. Which are run: see
//! [`super::programs`].
//!
//! What is run as the web user may be hostile: that user can take such a process over. So it is started through a second call
//! of our own program, which takes everything off before it becomes the other one: the terminal (a session of its own, so
//! nothing can be typed into ours), the groups, the user, the right to gain rights; and it ends when we do. What it leaves
//! behind when it ends, in a session of its own too, is ended then (see [`Family`]).

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::fs::Mode;
use rustix::process::{Gid, Pid, Signal, Uid, WaitOptions};

use super::harden;
use crate::words::untrusted::shown;

/// First argument of a call that only starts another program.
const AS_ANOTHER: &str = "--as-another";
/// Exit code when that other program was not started, as in env(1).
const NOT_STARTED: u8 = 126;

/// Where programs are looked for when nothing is said.
pub const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Whom to run a program as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

/// The file of our own program; only that program itself sets it.
static OURSELVES: OnceLock<&str> = OnceLock::new();

/// For `main` alone: this process is our program, and calling it again starts another as [`command`] wishes. When this is
/// such a call, it gives the exit code of a failure, or does not return. `groups_of` knows the groups of an account.
pub fn called_for_another(
    arguments: &[OsString],
    groups_of: impl FnOnce(Account) -> Vec<Gid>,
) -> Option<u8> {
    // Whatever became of the file meanwhile: the kernel keeps what was started.
    let _ = OURSELVES.set("/proc/self/exe");
    let [_, call, caller, uid, gid, program, rest @ ..] = arguments else {
        return None;
    };
    if call != AS_ANOTHER {
        return None;
    }
    let (Some(uid), Some(gid), Some(caller)) = (number(uid), number(gid), number(caller)) else {
        return Some(NOT_STARTED);
    };
    let account = Account { uid, gid };
    let error = match undress(account, || groups_of(account), caller) {
        Ok(()) => Command::new(program).args(rest).exec(),
        Err(e) => e.into(),
    };
    // The caller reads it: its standard error is a pipe of the caller's.
    let _ = writeln!(std::io::stderr(), "{}: {error}", shown(program));
    Some(NOT_STARTED)
}

/// A number that one call of ours hands to another.
pub(super) fn number<T: FromStr>(text: &OsStr) -> Option<T> {
    text.to_str()?.parse().ok()
}

/// Takes off everything that the program to come must not have of ours. Only root can change groups and user; others stay
/// who they are.
fn undress(
    account: Account,
    groups: impl FnOnce() -> Vec<Gid>,
    caller: u32,
) -> rustix::io::Result<()> {
    use rustix::thread;
    rustix::process::setsid()?;
    rustix::process::umask(Mode::from_raw_mode(0o022));
    thread::set_no_new_privs(true)?;
    let (uid, gid) = (Uid::from_raw(account.uid), Gid::from_raw(account.gid));
    if rustix::process::geteuid().is_root() {
        // This process has this one thread. Groups first: afterwards we may not any more.
        thread::set_thread_groups(&groups())?;
        thread::set_thread_res_gid(gid, gid, gid)?;
        thread::set_thread_res_uid(uid, uid, uid)?;
    }
    if !uid.is_root() && thread::set_thread_uid(Uid::ROOT).is_ok() {
        return Err(rustix::io::Errno::PERM);
    }
    // The change of user opened the process to others of that account, and to core dumps.
    harden::hide();
    // It would be lost by the change of user, so it comes last; and who called may be gone by now.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    let called_by = rustix::process::getppid().map(Pid::as_raw_nonzero);
    match called_by.map(|pid| pid.get().unsigned_abs()) {
        Some(pid) if pid == caller => Ok(()),
        _ => Err(rustix::io::Errno::SRCH),
    }
}

/// How long what a program left behind is waited for, once it was killed.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// For `main` alone: what a program of ours leaves behind becomes our child when its own parent ends, also where it made
/// itself a session of its own. Where the system knows no such thing (Linux before 3.4), it stays as it is.
pub fn adopt() {
    let us = Pid::from_raw(std::process::id().cast_signed());
    let _ = rustix::process::set_child_subreaper(us);
}

/// A program that is about to be started, and all that it starts: dropped, none of it is left.
///
/// Only our own program does that, with [`adopt`]: within another one, children are its own business.
#[derive(Debug)]
pub struct Family {
    /// Children that were there before: the shell's that became us, say.
    strangers: Option<Vec<i32>>,
}

impl Family {
    /// Everything that becomes our child from now on belongs to it.
    pub fn begin() -> Self {
        Self {
            strangers: OURSELVES.get().map(|_| children()),
        }
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        let Some(strangers) = &self.strangers else {
            return;
        };
        let deadline = Instant::now() + LAST_MOMENT;
        loop {
            let mut left = children();
            left.retain(|pid| !strangers.contains(pid));
            if left.is_empty() || Instant::now() > deadline {
                return;
            }
            for pid in left.iter().filter_map(|pid| Pid::from_raw(*pid)) {
                // Those of its children that are left become ours in turn.
                let _ = rustix::process::kill_process(pid, Signal::KILL);
                let _ = rustix::process::waitpid(Some(pid), WaitOptions::NOHANG);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Our children, also those that have ended and were not waited for.
fn children() -> Vec<i32> {
    let us = std::process::id().cast_signed();
    let all = procfs::process::all_processes().into_iter().flatten();
    let stats = all.flatten().filter_map(|process| process.stat().ok());
    stats
        .filter(|stat| stat.ppid == us)
        .map(|stat| stat.pid)
        .collect()
}

/// A command that calls our own program once more, for a purpose that its first argument names; the second is who calls.
/// `None` where this library lives within another program.
pub fn ourselves(purpose: &str) -> Option<Command> {
    let mut command = Command::new(OURSELVES.get()?);
    command
        .arg0("freescout-rescue")
        .arg(purpose)
        .arg(std::process::id().to_string());
    Some(command)
}

/// A command that runs a program as this account, with nothing of our environment. Its folder, arguments, environment
/// and streams are for the caller to set.
pub fn command(program: &Path, account: Account) -> Command {
    let mut command = match ourselves(AS_ANOTHER) {
        Some(mut command) => {
            command
                .arg(account.uid.to_string())
                .arg(account.gid.to_string())
                .arg(program);
            command
        }
        // This library within another program: what the standard library can take off is taken off.
        None => {
            let mut command = Command::new(program);
            command.process_group(0);
            if rustix::process::geteuid().is_root() {
                command.uid(account.uid).gid(account.gid);
            }
            command
        }
    };
    command
        .env_clear()
        .env("PATH", USUAL_PATH)
        .env("LANG", "C.UTF-8");
    command
}
