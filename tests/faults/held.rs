//! The program held at a point of its way, while something else happens.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use freescout_rescue::domain::config::Driver;
use rustix::process::{Pid, Signal, kill_process};

use crate::world::{Ended, ended};

/// How long anything may take. Far more than it does: a loaded machine must not fail a test.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Moments of a recovery, from its announcement to its last step: a point, and which passing of it, counted from 1.
pub const MOMENTS: [(&str, usize); 5] = [
    ("JournalCommitted", journal::ANNOUNCED),
    ("RowsLocked", 1),
    ("RowWritten", 1),
    ("RowsCommitted", 1),
    ("JournalCommitted", journal::CACHE),
];

/// The commits of the journal during a recovery, counted from 1.
pub mod journal {
    /// The backup is written down.
    pub const BACKED_UP: usize = 1;
    /// The recovery is announced: nothing of it is written yet.
    pub const ANNOUNCED: usize = 2;
    /// The new `.env` lies beside the old one; the rows come next.
    pub const ROWS: usize = 4;
    /// The rows are committed; the files come next.
    pub const FILES: usize = 5;
    /// The files are in place; the cache comes next.
    pub const CACHE: usize = 6;
    /// The cache is cleared; everything is read again next.
    pub const VERIFYING: usize = 7;
}

/// Waits until something is so.
pub fn wait(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < DEADLINE, "waited for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Tells what a fault came to: the table of these tests.
pub fn told(fault: &str, driver: Driver, ended: &Ended) {
    println!(
        "| {fault} | {} | exit {} | {} |",
        driver.name(),
        ended.code.map_or("-".to_owned(), |code| code.to_string()),
        ended.said[ended.out.len()..].trim().replace('\n', " / ")
    );
}

/// The state of a process, as in `/proc`: `T` is stopped.
pub fn state_of(pid: u32) -> char {
    let process = procfs::process::Process::new(pid.cast_signed());
    process
        .and_then(|process| process.stat())
        .map_or('X', |stat| stat.state)
}

pub fn signal(pid: u32, signal: Signal) {
    // It may have ended.
    let _ = kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), signal);
}

/// Arranges that a command stops at every point of this name, and writes down what it passes.
pub fn holding(command: &mut Command, point: &str) -> tempfile::NamedTempFile {
    let list = tempfile::NamedTempFile::new().unwrap();
    let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    std::fs::set_permissions(list.path(), everybody).unwrap();
    command
        .env("FREESCOUT_RESCUE_STOP_AT", point)
        .env("FREESCOUT_RESCUE_CRASH_LIST", list.path());
    list
}

/// How often a program has passed a point.
pub fn count(list: &std::path::Path, point: &str) -> usize {
    let list = std::fs::read_to_string(list).unwrap_or_default();
    list.lines().filter(|line| *line == point).count()
}

/// Waits until a program stands still at the nth of those points, past those before it.
pub fn wait_for_nth(pid: u32, list: &std::path::Path, point: &str, nth: usize) {
    let start = Instant::now();
    loop {
        // In this order: what stands still passes nothing more.
        let state = state_of(pid);
        let passed = count(list, point);
        if passed == nth && state == 'T' {
            return;
        }
        assert!(
            passed <= nth && !['X', 'Z'].contains(&state) && start.elapsed() < DEADLINE,
            "waited for the program at {point} {nth}; it is at {passed}, its state {state}"
        );
        if state == 'T' {
            signal(pid, Signal::CONT);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A program that stands still.
pub struct Held {
    child: Child,
    #[expect(dead_code, reason = "the program writes to it as long as it runs")]
    list: tempfile::NamedTempFile,
}

impl Held {
    /// Starts a command and waits until it stands still at the nth point of this name.
    pub fn at(mut command: Command, point: &str, nth: usize) -> Self {
        let list = holding(&mut command, point);
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for_nth(child.id(), list.path(), point, nth);
        Self { child, list }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// From now on nobody reads what it says.
    pub fn close_pipes(&mut self) {
        drop((self.child.stdout.take(), self.child.stderr.take()));
    }

    /// Ends it as a lost machine would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Lets it go on to its end, past all points.
    pub fn end(self) -> Ended {
        let pid = self.pid();
        signal(pid, Signal::CONT);
        let watched = std::thread::spawn(move || ended(&self.child.wait_with_output().unwrap()));
        wait("the program to end", || {
            if state_of(pid) == 'T' {
                signal(pid, Signal::CONT);
            }
            watched.is_finished()
        });
        watched.join().unwrap()
    }
}
