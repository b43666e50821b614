//! How the work within ends when it is not by itself: the container stops, somebody kills it, the line goes away.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::container::{Container, Kind};

/// The process that works within, child of the one that was started.
pub fn within(caller: u32) -> u32 {
    let path = format!("/proc/{caller}/task/{caller}/children");
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let children = std::fs::read_to_string(&path).unwrap_or_default();
        if let Some(child) = children.split_whitespace().next() {
            return child.parse().unwrap();
        }
        assert!(Instant::now() < deadline, "nobody works within");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn state(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

pub fn wait_for(what: &str, ready: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !ready() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(pid.cast_signed()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

/// A recovery that stands still in the middle of its writing.
fn held(container: &Container) -> (std::process::Child, u32) {
    let started = container
        .recovery()
        .env("FREESCOUT_RESCUE_STOP_AT", "RowsCommitted")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let inner = within(started.id());
    wait_for("it stops where it is told to", || state(inner) == Some('T'));
    // Who waits for it stops with it, so that a shell sees that.
    let outer = started.id();
    wait_for("the first process stops too", || state(outer) == Some('T'));
    (started, inner)
}

#[test]
fn a_container_that_stops_in_the_middle_is_told_and_the_work_resumed() {
    let mut container = Container::start(Kind::Rooted);
    let (started, _) = held(&container);
    signal(container.process, rustix::process::Signal::KILL);
    signal(started.id(), rustix::process::Signal::CONT);
    let out = started.wait_with_output().unwrap();
    container.stop();
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(
        said.contains("stopped while freescout-rescue was working in it"),
        "{said}"
    );
    assert!(said.contains("Start the container first."), "{said}");
    let command = format!("freescout-rescue resume --container {}", container.process);
    assert!(said.contains(&command), "{said}");
    // Started again, with other numbers, it is the same one.
    container.start_again();
    let said = container.run(&["resume", "--yes", "--no-test"], 2);
    assert!(said.contains("FreeScout can read 30 of 32"), "{said}");
    container.run(&["undo", "--yes"], 0);
}

#[test]
fn killed_by_somebody_it_says_so_and_that_it_can_be_resumed() {
    let container = Container::start(Kind::Rooted);
    let (started, inner) = held(&container);
    signal(inner, rustix::process::Signal::KILL);
    signal(started.id(), rustix::process::Signal::CONT);
    let out = started.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(said.contains("Something ended freescout-rescue"), "{said}");
    container.run(&["resume", "--yes", "--no-test"], 2);
}

#[test]
fn asked_to_end_both_end_when_what_is_written_is_whole() {
    let container = Container::start(Kind::Rooted);
    let (started, inner) = held(&container);
    signal(started.id(), rustix::process::Signal::TERM);
    signal(started.id(), rustix::process::Signal::CONT);
    signal(inner, rustix::process::Signal::CONT);
    let out = started.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(state(inner).is_none(), "{said}");
    // As on the host: what was begun was finished.
    assert_eq!(out.status.code(), Some(2), "{said}");
}

#[test]
fn where_the_first_process_is_killed_the_other_ends_as_well() {
    let container = Container::start(Kind::Rooted);
    let (mut started, inner) = held(&container);
    signal(started.id(), rustix::process::Signal::KILL);
    started.wait().unwrap();
    signal(inner, rustix::process::Signal::CONT);
    wait_for("the other one ends", || {
        state(inner).is_none_or(|s| s == 'Z')
    });
    let said = container.run(&["check"], 2);
    assert!(said.contains("/www/html"), "{said}");
}
