//! Signals to the commands, and readers that go away: what is being written is finished, and nothing else is begun.

use std::process::{Command, Stdio};

use freescout_rescue::domain::config::Driver;
use rustix::process::Signal;

use crate::held::{Held, MOMENTS, count, journal, signal, state_of, told, wait};
use crate::world::{World, ended};

/// What Ctrl-C, a shutdown and a lost line send.
pub const ENDING: [(&str, Signal); 3] = [
    ("SIGINT", Signal::INT),
    ("SIGTERM", Signal::TERM),
    ("SIGHUP", Signal::HUP),
];
const PUT_OFF: &str = "it first finished what was being written";

fn world() -> World {
    World::new(Driver::Sqlite, "")
}

/// Sent while something is written, whatever it is.
#[test]
fn while_it_is_written() {
    let mut world = world();
    for (point, nth) in MOMENTS {
        for (name, asked) in ENDING {
            world.reset();
            let held = Held::at(world.command("recover"), point, nth);
            signal(held.pid(), asked);
            let done = held.end();
            told(&format!("{name} at {point} {nth}"), Driver::Sqlite, &done);
            assert_eq!(done.code, Some(2), "{name} at {point}: {}", done.said);
            assert!(done.said.contains(PUT_OFF), "{}", done.said);
            world.require_recovered(&done.said);
            world.require_settled(&done.said);
        }
    }
    for what in ["undo", "restore"] {
        let mut command = world.command(what);
        if what == "restore" {
            world.reset();
            assert_eq!(world.run("recover", 0).code, Some(2));
            let backups = std::fs::read_dir(world.state.path().join("backups")).unwrap();
            let mut command_to = Command::new(command.get_program());
            command_to
                .arg("restore")
                .arg(backups.flatten().next().unwrap().path());
            let again = world.command("restore");
            command_to.arg("--yes").args(again.get_args().skip(1));
            command = command_to;
        }
        let held = Held::at(command, "RowsLocked", 1);
        signal(held.pid(), Signal::TERM);
        let done = held.end();
        assert_eq!(done.code, Some(0), "{what}: {}", done.said);
        world.require_original(&done.said);
        world.require_settled(&done.said);
    }
    // A resume of something that was killed.
    world.reset();
    Held::at(world.command("recover"), "RowsCommitted", 1).kill();
    let held = Held::at(world.command("resume"), "JournalCommitted", 1);
    signal(held.pid(), Signal::INT);
    let done = held.end();
    assert_eq!(done.code, Some(2), "{}", done.said);
    assert!(done.said.contains(PUT_OFF), "{}", done.said);
    world.require_recovered(&done.said);
    world.require_settled(&done.said);
}

/// Stopped and continued by a shell in the middle, it goes on.
#[test]
fn stopped_and_continued() {
    let world = world();
    let (bin, go) = crate::wizard::waiting_php(&world);
    let usual = world.command("recover");
    let mut command = Command::new(usual.get_program());
    let arguments = usual.get_args();
    command.args(arguments.filter(|argument| *argument != "--no-artisan"));
    command.env("PATH", bin.path());
    let list = tempfile::NamedTempFile::new().unwrap();
    command.env("FREESCOUT_RESCUE_CRASH_LIST", list.path());
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let running = || count(list.path(), "ProgramRunning") == 1;
    wait("PHP to run", running);
    // Of a process without a shell above it, SIGTSTP is not heard by the system: SIGSTOP always is.
    signal(child.id(), Signal::TSTP);
    signal(child.id(), Signal::STOP);
    wait("the program to stop", || state_of(child.id()) == 'T');
    signal(child.id(), Signal::CONT);
    std::fs::write(&go, "").unwrap();
    let done = ended(&child.wait_with_output().unwrap());
    assert_eq!(done.code, Some(2), "{}", done.said);
    world.require_recovered(&done.said);
    world.require_settled(&done.said);
}

/// Sent before: nothing is begun.
#[test]
fn before_anything_is_written() {
    let world = world();
    for (name, asked) in ENDING {
        let held = Held::at(
            world.command("recover"),
            "JournalCommitted",
            journal::BACKED_UP,
        );
        signal(held.pid(), asked);
        let done = held.end();
        told(
            &format!("{name} while the backup is made"),
            Driver::Sqlite,
            &done,
        );
        assert_eq!(done.code, Some(1), "{}", done.said);
        for says in ["before anything was written", "Nothing was changed"] {
            assert!(done.said.contains(says), "{}", done.said);
        }
        world.require_original(&done.said);
        world.require_settled(&done.said);
    }
}

/// Ignored from the start, as `nohup` does it: then it means nothing at all.
#[test]
fn ignored_from_the_start() {
    let world = world();
    let usual = world.command("recover");
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]);
    command.arg(usual.get_program()).args(usual.get_args());
    let held = Held::at(command, "RowsLocked", 1);
    signal(held.pid(), Signal::HUP);
    let done = held.end();
    assert_eq!(done.code, Some(2), "{}", done.said);
    assert!(!done.said.contains(PUT_OFF), "{}", done.said);
    world.require_recovered(&done.said);
}

/// Ended by a signal while it only reads, it ends at once.
#[test]
fn while_it_only_reads() {
    let world = world();
    let mut child = world
        .command("recover")
        .args(["--key-file", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    signal(child.id(), Signal::TERM);
    let ended = child.wait().unwrap();
    assert_eq!(ended.code(), None, "{ended:?}");
    world.require_original("ended while it waited for a key");
}

/// `| head -1`, or a pager that was left: nobody reads what we say, and the work is done all the same.
#[test]
fn nobody_reads() {
    let mut world = world();
    for (point, nth) in [("JournalCommitted", journal::BACKED_UP), ("RowsLocked", 1)] {
        world.reset();
        let mut held = Held::at(world.command("recover"), point, nth);
        held.close_pipes();
        let done = held.end();
        assert_eq!(done.code, Some(2));
        world.require_recovered("nobody read");
        world.require_settled("nobody read");
    }
    let undone = piped(&world.command("undo"), "| head -c 1");
    assert!(undone.contains("status 0"), "{undone}");
    world.require_original("nobody read");
    for (what, status) in [("recover", 2), ("undo", 0)] {
        let said = piped(&world.command(what), "| true");
        assert!(said.contains(&format!("status {status}")), "{what}: {said}");
        // With no output at all.
        world.reset();
        if what == "undo" {
            assert_eq!(world.run("recover", 0).code, Some(2));
        }
        let said = piped(&world.command(what), ">&- 2>&-");
        assert!(said.contains(&format!("status {status}")), "{what}: {said}");
        match what {
            "recover" => world.require_recovered("no output"),
            _ => world.require_original("no output"),
        }
    }
    for what in ["check", "history", "find-key"] {
        let said = piped(&world.command(what), "| head -1");
        assert!(!said.contains("panicked"), "{what}: {said}");
    }
}

/// Runs a command in a shell with this behind it; what came out, and the command's own exit code.
fn piped(command: &Command, behind: &str) -> String {
    let script = format!("{{ \"$@\"; echo \"status $?\" >&3; }} {behind}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 3>&1; {script}"), "sh"]);
    shell.arg(command.get_program()).args(command.get_args());
    ended(&shell.output().unwrap()).said
}
