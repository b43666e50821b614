//! Programs of this machine, run as somebody else, with nothing of ours in their hands. Which are run: see
//! [`super::programs`].
//!
//! What is run as the web user may be hostile: that user can take such a process over. So it is started through a second call
//! of our own program, which takes everything off before it becomes the other one: the terminal (a session of its own, so
//! nothing can be typed into ours), the groups, the user, the right to gain rights; and it ends when we do. What it leaves
//! behind when it ends, in a session of its own too, is ended then (see [`Family`]).

use std::ffi::{OsStr, OsString};
use std::io::{ErrorKind, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::fs::Mode;
use rustix::process::{Gid, Pid, Signal, Uid, WaitOptions};

use super::harden;
use super::inside::{self, NOT_STARTED, number};
use crate::io::container::within::{self, Within};
use crate::io::os::around;
use crate::words::untrusted::shown;
use crate::words::words;

/// First argument of a call that only starts another program.
const AS_ANOTHER: &str = "--as-another";

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
    harden::belong_to(caller)
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
    let mut command = again()?;
    command.arg(purpose).arg(std::process::id().to_string());
    Some(command)
}

/// A command that calls our own program once more, as somebody would type it; `None` where this library lives within another
/// program.
pub fn again() -> Option<Command> {
    let mut command = Command::new(OURSELVES.get()?);
    // What it prints to be typed begins as what we print.
    command.arg0(around::called());
    Some(command)
}

/// A program that will run as an account, with nothing of our environment: on this machine, or in the container that we
/// work within. Its folder, arguments, environment and streams are for the caller to set.
pub struct Program {
    command: Command,
    within: Option<&'static Within>,
    /// It belongs to a container that is stopped: on the host it must not run.
    is_of_stopped: bool,
}

impl From<Command> for Program {
    /// A command as it is.
    fn from(command: Command) -> Self {
        Self {
            command,
            within: None,
            is_of_stopped: false,
        }
    }
}

impl Program {
    /// One more argument.
    pub fn arg(&mut self, argument: impl AsRef<OsStr>) -> &mut Self {
        self.command.arg(argument);
        self
    }

    /// More arguments.
    pub fn args(&mut self, all: impl IntoIterator<Item = impl AsRef<OsStr>>) -> &mut Self {
        self.command.args(all);
        self
    }

    /// A variable of its environment.
    pub fn env(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        match self.within {
            None => self.command.env(name, value),
            Some(_) => {
                let mut on_its_way = OsString::from(inside::VARIABLE);
                on_its_way.push(name);
                self.command.env(on_its_way, value)
            }
        };
        self
    }

    /// Variables of its environment.
    pub fn envs(
        &mut self,
        all: impl IntoIterator<Item = (impl AsRef<OsStr>, impl AsRef<OsStr>)>,
    ) -> &mut Self {
        for (name, value) in all {
            self.env(name, value);
        }
        self
    }

    /// The folder it starts in.
    pub fn current_dir(&mut self, folder: impl AsRef<Path>) -> &mut Self {
        match self.within {
            None => self.command.current_dir(folder),
            Some(_) => self.command.env(inside::FOLDER, folder.as_ref()),
        };
        self
    }

    /// Its standard input.
    pub fn stdin(&mut self, stream: impl Into<Stdio>) -> &mut Self {
        self.command.stdin(stream);
        self
    }

    /// Its standard output.
    pub fn stdout(&mut self, stream: impl Into<Stdio>) -> &mut Self {
        self.command.stdout(stream);
        self
    }

    /// Its standard error.
    pub fn stderr(&mut self, stream: impl Into<Stdio>) -> &mut Self {
        self.command.stderr(stream);
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// The system's.
    pub fn spawn(mut self) -> std::io::Result<Child> {
        if self.is_of_stopped {
            let why = words().container_runs_nothing;
            return Err(std::io::Error::new(ErrorKind::Unsupported, why));
        }
        match self.within {
            None => self.command.spawn(),
            Some(within) => within.start(self.command),
        }
    }
}

/// A program as this account, with nothing of our environment.
pub fn command(program: &Path, account: Account) -> Program {
    let within = within::get().filter(|within| within.spaces.is_some());
    let command = match (within, ourselves(AS_ANOTHER)) {
        (Some(within), _) => inside_of(within, program, account),
        (None, Some(mut command)) => {
            command
                .arg(account.uid.to_string())
                .arg(account.gid.to_string())
                .arg(program);
            command
        }
        // This library within another program: what the standard library can take off is taken off.
        (None, None) => {
            let mut command = Command::new(program);
            command.process_group(0);
            if rustix::process::geteuid().is_root() {
                command.uid(account.uid).gid(account.gid);
            }
            command
        }
    };
    let mut program = Program {
        command,
        within,
        is_of_stopped: within::is_stopped(),
    };
    program.command.env_clear();
    program.env("PATH", USUAL_PATH).env("LANG", "C.UTF-8");
    program
}

/// The call of our own program that becomes a program of the container.
fn inside_of(within: &Within, program: &Path, account: Account) -> Command {
    let list = |numbers: Vec<String>| numbers.join(",");
    let texts = |numbers: &[u32]| numbers.iter().map(u32::to_string).collect::<Vec<_>>();
    // An account that the container does not have runs as its nobody.
    let uid = within.users.inside(account.uid).unwrap_or(NOBODY);
    let gid = within.groups.inside(account.gid).unwrap_or(NOBODY);
    let outside = within.users.outside(uid).unwrap_or(account.uid);
    let spaces = within.numbers().unwrap_or_default();
    let mut command = Command::new(OURSELVES.get().unwrap_or(&"/proc/self/exe"));
    command.arg0("freescout-rescue").arg(inside::INSIDE);
    command.arg(std::process::id().to_string());
    command.arg(list(spaces.iter().map(i32::to_string).collect()));
    command
        .arg(outside.to_string())
        .arg(list(texts(&[uid, gid])));
    let groups = match within.users.inside(account.uid) {
        Some(_) => within.groups_of(account.uid, account.gid),
        None => within.groups.outside(gid).into_iter().collect(),
    };
    command.arg(list(texts(&groups)));
    command.arg(program);
    command
}

/// The number of an account without rights, everywhere.
const NOBODY: u32 = 65534;
