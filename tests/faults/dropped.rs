//! The line drops: what held the terminal is gone, at many moments. Whatever it was that the program heard of it (a hang-up,
//! an input that ended, an output that fails), it finishes what it was writing and ends without a word.

use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use freescout_rescue::domain::config::Driver;
use rustix::process::Signal;

use crate::held::{MOMENTS, count, journal, signal, state_of, wait, wait_for_nth};
use crate::terminal::{Session, binary};
use crate::wizard::{STEPS, arguments, confirm, go, sqlite};
use crate::world::World;

/// A program in a terminal that another program holds, which can be killed; and how it ended.
struct Line {
    session: Session,
    folder: tempfile::TempDir,
}

impl Line {
    fn start(arguments: &[String], environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let program = binary().display().to_string();
        let arguments = arguments.join(" ");
        // A shell above it hears the hang-up as well, and stays to tell how it ended.
        let command = format!(
            "trap : HUP; sh -c 'echo $$ >{}; exec {program} {arguments}'; echo $? >{}",
            at("pid"),
            at("ended"),
        );
        let environment: Vec<(&str, &str)> = [("SHELL", "/bin/sh")]
            .into_iter()
            .chain(environment.iter().copied())
            .collect();
        let holder = Path::new("/usr/bin/script");
        let arguments = ["-q", "-c", &command, "/dev/null"];
        let session = Session::run(holder, &arguments, &environment, 100, 30);
        Self { session, folder }
    }

    fn read(&self, name: &str) -> Option<u32> {
        let text = std::fs::read_to_string(self.folder.path().join(name)).ok()?;
        text.strip_suffix('\n')?.parse().ok()
    }

    fn pid(&self) -> u32 {
        wait("the program to start", || self.read("pid").is_some());
        self.read("pid").unwrap()
    }

    /// The line drops; how the program ends.
    fn drop(self) -> u32 {
        self.drop_and_keep().0
    }

    /// The same, with the program's home kept.
    fn drop_and_keep(mut self) -> (u32, Session) {
        let pid = self.pid();
        self.session.signal(Signal::KILL);
        self.session.child.wait().unwrap();
        wait("the program to end", || {
            if state_of(pid) == 'T' {
                signal(pid, Signal::CONT);
            }
            self.read("ended").is_some()
        });
        (self.read("ended").unwrap(), self.session)
    }
}

/// A panic ends with 101, an abort with 134; a shell says 128 and the signal of what a signal ended.
fn require_quiet(code: u32, context: &str) {
    assert!(code < 100 || code == 129, "{context}: exit {code}");
}

/// The journal can be read, nothing waits to be decided, and no folder is half a backup.
fn require_sound(world: &World, context: &str) {
    let history = world.run("history", 0);
    assert_eq!(history.code, Some(0), "{context}: {}", history.said);
    world.require_settled(context);
    let backups = std::fs::read_dir(world.state().join("backups"));
    for backup in backups.into_iter().flatten().flatten() {
        let folder = backup.path();
        if folder.is_dir() {
            assert!(
                folder.join("manifest.json").exists(),
                "{context}: {folder:?}"
            );
        }
    }
    let check = world.run("check", 0);
    assert!(
        matches!(check.code, Some(0..=2)),
        "{context}: {}",
        check.said
    );
}

/// In every step, with nothing being written.
#[test]
fn in_every_step() {
    let mut world = sqlite();
    for step in 1..=STEPS.len() {
        world.reset();
        let mut line = Line::start(&arguments(&world), &[]);
        for (number, (keys, then)) in STEPS.iter().enumerate().take(step) {
            if number == 1 {
                line.session.wait_for("Found: K");
            }
            go(&mut line.session, keys, then);
        }
        let code = line.drop();
        let context = format!("dropped in step {step}: exit {code}");
        println!("| {context} |");
        if step < STEPS.len() {
            assert_eq!(code, 1, "{context}");
            world.require_original(&context);
        } else {
            assert_eq!(code, 2, "{context}");
            world.require_recovered(&context);
        }
        require_sound(&world, &context);
    }
}

/// While the recovery is being written: it is written to its end.
#[test]
fn while_it_is_written() {
    let mut world = sqlite();
    let more = [
        ("RowsCommitting", 1),
        ("JournalCommitting", journal::ROWS),
        ("JournalCommitted", journal::FILES),
        ("JournalCommitted", journal::VERIFYING),
    ];
    for (point, nth) in MOMENTS.into_iter().chain(more) {
        world.reset();
        let list = tempfile::NamedTempFile::new().unwrap();
        let environment = [
            ("FREESCOUT_RESCUE_STOP_AT", point),
            ("FREESCOUT_RESCUE_CRASH_LIST", list.path().to_str().unwrap()),
        ];
        let mut line = Line::start(&arguments(&world), &environment);
        let pid = line.pid();
        let session = &mut line.session;
        session.wait_for("Found: K");
        session.press("2", "Before anything is changed");
        session.keys("\r");
        go_on_until(session, pid, "complete and verified");
        session.press("5", "Passwords to enter");
        session.press("7", "Type apply");
        let before = count(list.path(), point);
        confirm(session, &|_| count(list.path(), point) > before);
        let nth = nth.max(before + 1);
        wait_for_nth(pid, list.path(), point, nth);
        let code = line.drop();
        let context = format!("dropped at {point} {nth}: exit {code}");
        println!("| {context} |");
        assert_eq!(code, 2, "{context}");
        world.require_recovered(&context);
        require_sound(&world, &context);
    }
}

/// Past the points at which it is held on the way, until the screen shows this and it is held no more.
fn go_on_until(session: &Session, pid: u32, text: &str) {
    let mut since = Instant::now();
    wait(text, || {
        if state_of(pid) == 'T' {
            signal(pid, Signal::CONT);
            since = Instant::now();
        }
        session.screen().contains(text) && since.elapsed() > Duration::from_millis(300)
    });
}

/// While the backup is written: there is a whole one in the end, or none.
#[test]
fn while_the_backup_is_made() {
    let mut world = sqlite();
    for (point, nth) in [
        ("FolderMade", 1),
        ("FolderSynced", 1),
        ("JournalCommitting", journal::BACKED_UP),
        ("JournalCommitted", journal::BACKED_UP),
    ] {
        world.reset();
        let list = tempfile::NamedTempFile::new().unwrap();
        let environment = [
            ("FREESCOUT_RESCUE_STOP_AT", point),
            ("FREESCOUT_RESCUE_CRASH_LIST", list.path().to_str().unwrap()),
        ];
        let mut line = Line::start(&arguments(&world), &environment);
        let pid = line.pid();
        line.session.wait_for("Found: K");
        line.session.press("2", "Before anything is changed");
        let before = count(list.path(), point);
        line.session.keys("\r");
        wait_for_nth(pid, list.path(), point, nth.max(before + 1));
        let code = line.drop();
        let context = format!("dropped at {point} {nth} of the backup: exit {code}");
        println!("| {context} |");
        assert_eq!(code, 1, "{context}");
        world.require_original(&context);
        require_sound(&world, &context);
    }
}

/// Before it has its terminal, and while it takes it over.
#[test]
fn at_the_start() {
    let world = sqlite();
    for delay in (0..12).map(|n| n * 12) {
        let line = Line::start(&arguments(&world), &[]);
        line.pid();
        std::thread::sleep(Duration::from_millis(delay));
        let code = line.drop();
        let context = format!("dropped after {delay} ms: exit {code}");
        println!("| {context} |");
        require_quiet(code, &context);
        world.require_original(&context);
        require_sound(&world, &context);
    }
}

/// In the middle of connection tests.
#[test]
fn while_connections_are_tested() {
    for delay in [0, 20, 60, 150, 400] {
        let mut line = Line::start(&["demo".to_owned()], &[]);
        line.session.wait_for("What is wrong");
        line.session.keys("t");
        line.session.wait_for("Not tested.");
        line.session.keys("T");
        std::thread::sleep(Duration::from_millis(delay));
        let (code, session) = line.drop_and_keep();
        let context = format!("dropped {delay} ms into the tests: exit {code}");
        println!("| {context} |");
        assert_eq!(code, 1, "{context}");
        let left: Vec<_> = std::fs::read_dir(session.home.path()).unwrap().collect();
        assert!(left.is_empty(), "{context}: {left:?}");
    }
}

/// Without the screen: a backup is finished, or a dump called off, of which nothing is left; and what is said goes nowhere.
#[test]
fn a_backup_without_the_screen() {
    let mut world = World::new(Driver::Sqlite, "");
    for (more, point, code) in [
        (&[][..], "FolderMade", 0),
        (&[], "FolderSynced", 0),
        (&[], "JournalCommitted", 0),
        (&["--full-dump"], "FolderMade", 3),
    ] {
        world.reset();
        let command = world.command_with("backup", more);
        let mut held = crate::held::Held::at(command, point, 1);
        held.close_pipes();
        signal(held.pid(), Signal::HUP);
        let done = held.end();
        let context = format!("backup {more:?} dropped at {point}");
        println!("| {context}: exit {:?} |", done.code);
        assert_eq!(done.code, Some(code), "{context}");
        require_sound(&world, &context);
        let backups = std::fs::read_dir(world.state().join("backups"));
        let count = backups.into_iter().flatten().count();
        assert_eq!(count, usize::from(code == 0), "{context}");
    }
}

/// `resume --yes`, as a person types it who has just typed `undo --yes`.
#[test]
fn resume_takes_the_word_that_undo_takes() {
    let world = World::new(Driver::Sqlite, "");
    let done = Command::new(binary())
        .args(["resume", "--yes", "--no-test", "--json", "--state-dir"])
        .arg(world.state())
        .arg(world.install.root())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&done.stdout).contains("\"resumed\":false"));
}

/// Nobody takes what the program writes, as on a line that hangs: it still ends when it is asked to from elsewhere.
#[test]
fn a_line_that_hangs_does_not_keep_it() {
    let mut world = sqlite();
    for asked in [Signal::TERM, Signal::HUP] {
        world.reset();
        let mut line = Line::start(&arguments(&world), &[]);
        let pid = line.pid();
        line.session.wait_for("Found: K");
        line.session.signal(Signal::STOP);
        // Whatever the system would still take for it is filled.
        let terminal = std::fs::OpenOptions::new()
            .write(true)
            .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
            .open(format!("/proc/{pid}/fd/1"));
        let mut terminal = terminal.unwrap();
        while std::io::Write::write(&mut terminal, &[b' '; 512]).is_ok() {}
        signal(pid, asked);
        wait("the program to end", || line.read("ended").is_some());
        let code = line.read("ended").unwrap();
        println!("| {asked:?} on a line that hangs: exit {code} |");
        assert_eq!(code, 1);
        line.session.signal(Signal::KILL);
        line.session.child.wait().unwrap();
        world.require_original("a line that hangs");
    }
}
