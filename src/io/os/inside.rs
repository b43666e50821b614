//! A program of a container, before it is one: our own program, started on the host, goes into all of the container's
//! namespaces, takes everything off, and becomes it.
//!
//! What runs there may be hostile, and so may be every file it consists of. It gets no capability, not even within the
//! container; none of our files, folders and streams but those it is given; and it is never the host's root, who owns our
//! own program's file. There is no way back from there.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{Gid, Uid};
use rustix::thread::{self, CapabilitySet, CapabilitySets};

use super::harden;
use crate::words::untrusted::shown;

/// Exit code when that other program was not started, as in env(1).
pub(super) const NOT_STARTED: u8 = 126;
/// First argument of a call that only starts a program in a container.
pub(super) const INSIDE: &str = "--as-another-inside";
/// How variables are called on their way: under their own names they would mean something to the loader of our own program.
pub(super) const VARIABLE: &str = "FREESCOUT_RESCUE_SET_";
/// The variable that names the folder it starts in.
pub(super) const FOLDER: &str = "FREESCOUT_RESCUE_IN";

/// For `main` alone: when this is a call that starts a program in a container, it gives the exit code of a failure, or does
/// not return.
pub fn called(arguments: &[OsString]) -> Option<u8> {
    let [
        _,
        call,
        caller,
        spaces,
        account,
        within,
        groups,
        program,
        rest @ ..,
    ] = arguments
    else {
        return None;
    };
    if call != INSIDE {
        return None;
    }
    let error = match Crossing::read(caller, spaces, account, within, groups) {
        None => Errno::INVAL.into(),
        Some(call) => match call.enter() {
            Ok(()) => Command::new(program)
                .args(rest)
                .env_clear()
                .envs(variables())
                .exec(),
            Err(e) => e,
        },
    };
    // The caller reads it: its standard error is a pipe of the caller's.
    let _ = writeln!(io::stderr(), "{}: {error}", shown(program));
    Some(NOT_STARTED)
}

/// The program's environment.
fn variables() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os().filter_map(|(name, value)| {
        let own = name.as_bytes().strip_prefix(VARIABLE.as_bytes())?;
        Some((OsString::from_vec(own.to_vec()), value))
    })
}

/// The way into a container, as such a call describes it.
struct Crossing {
    caller: u32,
    /// Open under these numbers: root folder, mounts, users where they are the container's own, other namespaces.
    spaces: Vec<i32>,
    /// Its user as the host numbers it.
    uid: u32,
    /// Its user and group as the container numbers them.
    within: (u32, u32),
    /// Its groups as the host numbers them.
    groups: Vec<Gid>,
}

impl Crossing {
    fn read(
        caller: &OsStr,
        spaces: &OsStr,
        account: &OsStr,
        within: &OsStr,
        groups: &OsStr,
    ) -> Option<Self> {
        let [uid] = numbers(account)?[..] else {
            return None;
        };
        let [inside_uid, inside_gid] = numbers(within)?[..] else {
            return None;
        };
        Some(Self {
            caller: number(caller)?,
            spaces: numbers(spaces)?,
            uid,
            within: (inside_uid, inside_gid),
            groups: numbers(groups)?.into_iter().map(Gid::from_raw).collect(),
        })
    }

    /// Enters, and takes off what the program must not have.
    fn enter(&self) -> io::Result<()> {
        let [root, mounts, users, others @ ..] = &self.spaces[..] else {
            return Err(Errno::INVAL.into());
        };
        // Root of the host owns our program's file, and root of a namespace without an own one is the same.
        if self.uid == 0 {
            return Err(Errno::PERM.into());
        }
        let root = opened(*root, OFlags::PATH | OFlags::DIRECTORY)?;
        let mounts = opened(*mounts, OFlags::RDONLY)?;
        let users = (*users >= 0)
            .then(|| opened(*users, OFlags::RDONLY))
            .transpose()?;
        let others = others.iter().map(|number| opened(*number, OFlags::RDONLY));
        let others: Vec<OwnedFd> = others.collect::<io::Result<_>>()?;

        rustix::process::setsid()?;
        rustix::process::umask(Mode::from_raw_mode(0o022));
        thread::set_no_new_privs(true)?;
        // As the host numbers them: a container may not be allowed to set its own.
        thread::set_thread_groups(&self.groups)?;
        for space in &others {
            thread::move_into_link_name_space(space.as_fd(), None)?;
        }
        thread::move_into_link_name_space(mounts.as_fd(), None)?;
        rustix::process::fchdir(&root)?;
        rustix::process::chroot(".")?;
        rustix::process::chdir("/")?;
        if let Some(users) = &users {
            thread::move_into_link_name_space(users.as_fd(), None)?;
        }
        self.undress()?;
        if let Some(folder) = std::env::var_os(FOLDER) {
            rustix::process::chdir(&*folder)?;
        }
        Ok(harden::belong_to(self.caller)?)
    }

    fn undress(&self) -> io::Result<()> {
        let none = CapabilitySet::empty();
        for capability in CapabilitySet::all().iter() {
            match thread::remove_capability_from_bounding_set(capability) {
                // A kernel that does not know it yet.
                Ok(()) | Err(Errno::INVAL) => {}
                Err(e) => return Err(e.into()),
            }
        }
        thread::clear_ambient_capability_set()?;
        let (uid, gid) = (Uid::from_raw(self.within.0), Gid::from_raw(self.within.1));
        thread::set_thread_res_gid(gid, gid, gid)?;
        thread::set_thread_res_uid(uid, uid, uid)?;
        let sets = CapabilitySets {
            effective: none,
            permitted: none,
            inheritable: none,
        };
        thread::set_capabilities(None, sets)?;
        let left = thread::capabilities(None)?;
        let free = left.effective | left.permitted | left.inheritable;
        let root_again = !uid.is_root() && thread::set_thread_uid(Uid::ROOT).is_ok();
        match free.is_empty() && !root_again {
            true => Ok(()),
            false => Err(Errno::PERM.into()),
        }
    }
}

fn numbers<T: std::str::FromStr>(list: &OsStr) -> Option<Vec<T>> {
    let list = list.to_str()?.split(',').filter(|text| !text.is_empty());
    list.map(|text| text.parse().ok()).collect()
}

/// What our caller left open under this number.
fn opened(number: i32, flags: OFlags) -> io::Result<OwnedFd> {
    let path = format!("/proc/self/fd/{number}");
    Ok(rustix::fs::open(
        path,
        flags | OFlags::CLOEXEC,
        Mode::empty(),
    )?)
}

/// A number that one call of ours hands to another.
pub(in crate::io) fn number<T: std::str::FromStr>(text: &OsStr) -> Option<T> {
    text.to_str()?.parse().ok()
}
