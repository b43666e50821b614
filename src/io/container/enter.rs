//! Going into a container: the program starts itself once more, in the container's process namespace, and that second
//! process goes in and does the work. The first one stays on the host, as a shell would that waits for its command: it
//! hands on the signals, and gives back the terminal when the other one ends in a way that does not.

mod folder;
mod process;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use serde::{Deserialize, Serialize};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

use super::Container;
use super::found;
use super::idmap::IdMap;
use super::stopped::{self, Assembled};
use super::view::{self, Luggage};
use super::within::{self, HostThread, StartedWith, Within};
use crate::domain::config::found::FoundInstall;
use crate::io::os::tls::variables;
use crate::io::os::{entropy, inside, spawn};
use crate::words::untrusted;

pub use super::view::Crowded;
use folder::HostFolder;
pub use folder::UnusableFolder;
use process::{ContainerProcess, SPACE};

/// First argument of the call that works within a container.
const WITHIN: &str = "--within";
/// The variable that names where the host's files are to be read: others may read our arguments, but not this.
const HOST: &str = "FREESCOUT_RESCUE_HOST";
/// What a terminal needs to hear after a full-screen program that was killed: no pasted texts marked, the cursor shown, the
/// screen as it was.
const AS_BEFORE: &[u8] = b"\x1b[?2004l\x1b[?1049l\x1b[?25h";

/// How the work within ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkEnded {
    /// By itself, with this exit code.
    Exit(u8),
    /// By a signal that we were sent too.
    Signal(i32),
    /// It was killed, while the container went on.
    Killed,
    /// The container stopped.
    Stopped,
}

/// Where the work is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Target {
    /// The container.
    pub container: Container,
    /// The install in it, where that was found and not named.
    pub found: Option<FoundInstall>,
    /// Whether it was chosen from a list, to which there is a way back.
    pub from_list: bool,
}

/// Carries out a command line within a container, and waits until it is done. `folders` are those of the host that stand at
/// their own paths there. `screen` says that it takes over the terminal.
///
/// # Errors
/// The system's, when it could not be started. What fails later, the other process says.
pub fn enter(
    target: &Target,
    folders: &[PathBuf],
    arguments: &[OsString],
    screen: bool,
) -> io::Result<WorkEnded> {
    let container = &target.container;
    let process = match container.running {
        true => Some(ContainerProcess::open(
            container.process.ok_or(Errno::SRCH)?,
        )?),
        false => None,
    };
    let made = folders.iter().map(|folder| HostFolder::require(folder));
    let made: Vec<HostFolder> = made.collect::<Result<_, _>>().map_err(io::Error::other)?;
    let mut command = command(target, process.as_ref())?;
    command.args(arguments);
    let before = tcgetattr(io::stdin()).ok();
    // Before the next process is to be one of the container's: no thread can be started then.
    let signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP])?;
    let handle = signals.handle();
    let child = std::sync::Arc::new(std::sync::OnceLock::new());
    let listener = hand_on(signals, std::sync::Arc::clone(&child))?;
    let own = rustix::fs::open("/proc/self/ns/pid", SPACE, Mode::empty())?;
    if let Some(process) = &process {
        rustix::thread::move_into_link_name_space(process.space("pid")?.as_fd(), None)?;
    }
    let started = command.spawn();
    let back = match process {
        Some(_) => rustix::thread::move_into_link_name_space(own.as_fd(), None),
        None => Ok(()),
    };
    let started = started?;
    back?;
    let pid = Pid::from_raw(started.id().cast_signed()).ok_or(Errno::SRCH)?;
    let _ = child.set(pid);
    let ended = wait(pid, process.as_ref());
    handle.close();
    let _ = listener.join();
    if !matches!(ended, Ok(WorkEnded::Exit(_)))
        && let Some(before) = before
    {
        give_back(&before, screen);
    }
    // One that lies in another goes first.
    made.into_iter().rev().for_each(drop);
    ended
}

/// The call of ourselves that goes in.
fn command(target: &Target, process: Option<&ContainerProcess>) -> io::Result<Command> {
    let mut command = spawn::ourselves(WITHIN).ok_or(Errno::NOENT)?;
    let described = serde_json::to_string(target).map_err(io::Error::other)?;
    let (pid, started) = match process {
        Some(process) => (process.pid, process.started()?),
        None => (0, 0),
    };
    command.args([pid.to_string(), started.to_string(), described]);
    let mut random = [0; 16];
    entropy::fill(&mut random);
    let host = Path::new("/").join(base16ct::lower::encode_string(&random));
    command.env(HOST, &host);
    // What we store for a moment is not the container's.
    let short_lived = std::env::temp_dir();
    // A login may name one of its own that is made later, or was removed.
    let there = short_lived.is_dir();
    let short_lived = std::fs::canonicalize(if there {
        &short_lived
    } else {
        Path::new("/tmp")
    })?;
    command.env(
        "TMPDIR",
        host.join(short_lived.strip_prefix("/").unwrap_or(&short_lived)),
    );
    // Times are told in the operator's zone, not in the container's.
    if std::env::var_os("TZ").is_none()
        && let Ok(zone) = std::fs::canonicalize("/etc/localtime")
        && let Ok(below) = zone.strip_prefix("/")
    {
        command.env("TZ", host.join(below));
    }
    variables::hand_over(&mut command, |name| process?.variable(name));
    Ok(command)
}

/// Hands on the signals that end a program, which the terminal or a person may have sent to us alone; those that the
/// terminal sends to both of us do no harm twice. One that stops us is left to the other process: we stop with it.
fn hand_on(
    mut signals: Signals,
    child: std::sync::Arc<std::sync::OnceLock<Pid>>,
) -> io::Result<std::thread::JoinHandle<()>> {
    std::thread::Builder::new().spawn(move || {
        for signal in signals.forever() {
            let signal = match signal {
                SIGHUP => Signal::HUP,
                SIGTERM => Signal::TERM,
                SIGINT => Signal::INT,
                SIGQUIT => Signal::QUIT,
                _ => continue,
            };
            if let Some(pid) = child.get() {
                let _ = kill_process(*pid, signal);
            }
        }
    })
}

/// Waits until it ends, and stops whenever it does.
fn wait(pid: Pid, process: Option<&ContainerProcess>) -> io::Result<WorkEnded> {
    loop {
        let (_, status) = match waitpid(Some(pid), WaitOptions::UNTRACED) {
            Ok(Some(ended)) => ended,
            Ok(None) | Err(Errno::INTR) => continue,
            Err(e) => return Err(e.into()),
        };
        if status.stopped() {
            // Our shell is to see that the command is stopped; it wakes both of us.
            let _ = kill_process(rustix::process::getpid(), Signal::STOP);
            continue;
        }
        if let Some(code) = status.exit_status() {
            return Ok(WorkEnded::Exit(u8::try_from(code).unwrap_or(u8::MAX)));
        }
        let asked = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];
        return Ok(match status.terminating_signal() {
            Some(signal) if asked.contains(&signal) => WorkEnded::Signal(signal),
            _ if process.is_some_and(ContainerProcess::goes) => WorkEnded::Stopped,
            _ => WorkEnded::Killed,
        });
    }
}

/// Gives the terminal back as it was.
fn give_back(before: &Termios, screen: bool) {
    let out = io::stdout();
    if screen && out.is_terminal() {
        let _ = (&out).write_all(AS_BEFORE).and_then(|()| (&out).flush());
    }
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
}

/// A call that works within a container.
pub struct Errand {
    caller: u32,
    pid: i32,
    started: u64,
    /// Which container, and what in it.
    pub target: Target,
    /// The command line as it was typed, without the program's name.
    pub arguments: Vec<OsString>,
}

/// For `main` alone: whether this process is to work within a container.
pub fn called(arguments: &[OsString]) -> Option<Errand> {
    let [_, call, caller, pid, started, target, rest @ ..] = arguments else {
        return None;
    };
    if call != WITHIN {
        return None;
    }
    Some(Errand {
        caller: inside::number(caller)?,
        pid: inside::number(pid)?,
        started: inside::number(started)?,
        target: serde_json::from_slice(target.as_bytes()).ok()?,
        arguments: rest.to_vec(),
    })
}

impl Errand {
    /// Goes in, on the one thread there is, with these folders of the host. `groups_of` knows the groups of an account.
    ///
    /// # Errors
    /// The system's. The process must end then: it may stand half within.
    pub fn enter(self, folders: &[PathBuf], groups_of: fn(u32, u32) -> Vec<u32>) -> io::Result<()> {
        // Others of ours are looked for by it.
        rustix::thread::set_name(c"freescout-rescue")?;
        if !self.target.container.running {
            return self.enter_stopped(folders, groups_of);
        }
        let process = ContainerProcess::open(self.pid)?;
        if process.started()? != self.started {
            return Err(Errno::SRCH.into());
        }
        let host = host_alias()?;
        let spaces = process.spaces()?;
        let created_with = found::known_as(&self.target.container).map(|known| StartedWith {
            variables: known.record.environment,
            written: known.written,
        });
        let created_with = created_with.unwrap_or_default();
        let users = process.map("uid_map");
        let root = root_name(&rustix::fs::fstat(&spaces.root)?, &users);
        let within = Within {
            filed: self.target.container.filed_under(&root),
            caller: self.caller,
            container: self.target.container,
            found: self.target.found,
            from_list: self.target.from_list,
            users,
            groups: process.map("gid_map"),
            process: process.own_number(),
            started_with: created_with,
            volumes: Vec::new(),
            groups_of,
            path: process.variable("PATH"),
            mountinfo: process.mountinfo(),
            kept: folders.to_vec(),
            host,
            outside: HostThread::start()?,
            spaces: None,
        };
        let luggage = Luggage::take(folders, &short_lived(&within.host))?;
        for space in [&spaces.network, &spaces.mounts] {
            rustix::thread::move_into_link_name_space(space.as_fd(), None)?;
        }
        view::enter(&spaces.root, luggage, &within.host)?;
        untrusted::hide(within.host.as_os_str());
        within::set(Within {
            spaces: Some(spaces),
            ..within
        });
        Ok(())
    }

    /// The same where it does not run: its files are put together, and the network is the host's.
    fn enter_stopped(
        self,
        folders: &[PathBuf],
        groups_of: fn(u32, u32) -> Vec<u32>,
    ) -> io::Result<()> {
        let known = found::known_as(&self.target.container).ok_or(Errno::SRCH)?;
        let host = host_alias()?;
        let outside = HostThread::start()?;
        let luggage = Luggage::take(folders, &short_lived(&host))?;
        let Assembled {
            root,
            users,
            groups,
        } = stopped::assemble(&known)?;
        let created_with = StartedWith {
            variables: known.record.environment,
            written: known.written,
        };
        let volumes = known.record.mounts.into_iter();
        let volumes = volumes.map(|mount| mount.destination);
        view::enter(&root, luggage, &host)?;
        untrusted::hide(host.as_os_str());
        within::set(Within {
            filed: self.target.container.filed_under(""),
            caller: self.caller,
            container: self.target.container,
            found: self.target.found,
            from_list: self.target.from_list,
            users,
            groups,
            process: None,
            started_with: created_with,
            volumes: volumes.collect(),
            groups_of,
            path: None,
            mountinfo: Vec::new(),
            kept: folders.to_vec(),
            host,
            outside,
            spaces: None,
        });
        Ok(())
    }
}

/// What stands for a container without a name: a process has another number each time, but the folder that is its root is
/// the same one, and whose users it has. Numbers of devices that are no disk's change with each mount.
fn root_name(root: &rustix::fs::Stat, users: &IdMap) -> String {
    let (major, minor) = (
        rustix::fs::major(root.st_dev),
        rustix::fs::minor(root.st_dev),
    );
    let disk = match major {
        0 => String::new(),
        _ => format!("{major}:{minor}-"),
    };
    let account = match users.outside(0) {
        None | Some(0) => String::new(),
        Some(first) => format!("-{first}"),
    };
    format!("root-{disk}{}{account}", root.st_ino)
}

/// The host's own path of the folder where we store something for a moment.
fn short_lived(host: &Path) -> PathBuf {
    let named = std::env::temp_dir();
    Path::new("/").join(named.strip_prefix(host).unwrap_or(&named))
}

/// Where the host's files are to be read.
fn host_alias() -> io::Result<PathBuf> {
    let host = std::env::var_os(HOST).map(PathBuf::from);
    let host = host.filter(|host| host.is_absolute() && host.components().count() == 2);
    host.ok_or_else(|| Errno::INVAL.into())
}
