//! A process of our own that goes ahead through a large file and tells what it finds, stretch by stretch.
//!
//! It maps the file into memory, where nothing is copied: what lies in the page cache is looked through twice as fast as
//! it could be read. But who maps a file is killed (SIGBUS) when somebody cuts it meanwhile, or when the disk fails. So
//! only the scout maps, and it may perish: whatever it did not tell of is read. Called by root it has nobody's rights.

mod mapped;
mod report;

use std::ffi::{CStr, OsString};
use std::fs::File;
use std::io::BufReader;
use std::process::{Child, ChildStdout, Stdio};

use super::patient::Patient;
use super::text::Found;
use crate::domain::glance::Wish;
use crate::io::{crash, programs};

/// First argument of a call that only looks ahead.
const LOOK_AHEAD: &str = "--look-ahead";
/// In lists of processes it would be called after the link it is started by. Linux lets a process have 15 bytes of name.
const NAME: &CStr = c"freescout-rescu";
/// Smaller files are not worth a process.
const WORTH: u64 = 32 << 20;
/// Bytes of reports that may lie in the pipe: where every mail holds what may be a key, a smaller one keeps both waiting.
const PIPE: usize = 256 << 10;
/// Bytes of reports that are taken at a time.
const TAKEN: usize = 64 << 10;
/// After so many waits in vain it is asked whether it stands still: others of its account can stop it.
const STILL: u32 = 50;
/// What is looked for, and how that is told.
const WISHES: [(Wish, &str); 3] = [
    (Wish::Prefixed, "prefixed"),
    (Wish::Keys, "keys"),
    (Wish::KeysAndRows, "rows"),
];

/// A scout on its way. It ends when this is dropped.
pub(super) struct Scout<'a> {
    process: Child,
    reports: BufReader<Patient<'a, ChildStdout>>,
}

impl<'a> Scout<'a> {
    /// Sends one through a file of this length. `None` where that is not worth it, or cannot be.
    pub(super) fn send(
        file: &File,
        length: u64,
        wish: Wish,
        threads: usize,
        cancel: &'a dyn Fn() -> bool,
    ) -> Option<Self> {
        // Disks are read: past what a failing one does not give.
        if length < WORTH || !file.metadata().ok()?.is_file() {
            return None;
        }
        let (_, wish) = WISHES.iter().find(|(known, _)| *known == wish)?;
        let mut command = programs::ourselves(LOOK_AHEAD)?;
        command
            .args([&length.to_string(), *wish, &threads.to_string()])
            .env_clear()
            .stdin(file.try_clone().ok()?)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        crash::hand_on(&mut command);
        let mut process = command.spawn().ok()?;
        let input = process.stdout.take()?;
        // Where the system does not allow as many, it is as it is.
        let _ = rustix::pipe::fcntl_setpipe_size(&input, PIPE);
        let pid = process.id();
        let cancel = Box::new(move |waits| cancel() || waits > STILL && is_stopped(pid));
        Some(Self {
            process,
            reports: BufReader::with_capacity(TAKEN, Patient { input, cancel }),
        })
    }

    /// What it found in the next stretch. `None` when it tells no more, or the search was cancelled.
    pub(super) fn found(&mut self) -> Option<Found> {
        report::read(&mut self.reports).ok()
    }
}

fn is_stopped(pid: u32) -> bool {
    let stat = procfs::process::Process::new(pid.cast_signed()).and_then(|process| process.stat());
    stat.is_ok_and(|stat| stat.state == 'T')
}

impl Drop for Scout<'_> {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// For `main` alone: when this process was called to look ahead, it does, and gives the exit code.
pub fn called_to_scout(arguments: &[OsString]) -> Option<u8> {
    let [_, call, caller, length, wish, threads] = arguments else {
        return None;
    };
    if call != LOOK_AHEAD {
        return None;
    }
    let _ = rustix::thread::set_name(NAME);
    // Whatever happens here, who called goes on by himself.
    std::panic::set_hook(Box::new(|_| std::process::exit(1)));
    let scout = || -> Option<()> {
        let (wish, _) = WISHES.iter().find(|(_, known)| wish == known)?;
        let (length, threads) = (programs::number(length)?, programs::number(threads)?);
        programs::become_nobody(programs::number(caller)?).ok()?;
        mapped::look_ahead(length, *wish, threads).ok()
    };
    Some(u8::from(scout().is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_by_a_library() {
        // Who calls himself again would here run all tests once more.
        assert!(programs::ourselves(LOOK_AHEAD).is_none());
    }
}
