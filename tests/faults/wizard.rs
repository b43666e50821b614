//! The wizard in a terminal while things go wrong: signals at every step and in the middle of the writing, the terminal
//! gone, the database gone, the disk full.

use std::path::{Path, PathBuf};

use freescout_rescue::domain::config::Driver;
use rustix::process::Signal;

use crate::held::{MOMENTS, count, journal, signal, state_of, wait, wait_for_nth};
use crate::install::Install;
use crate::mounts::{Filler, Mount};
use crate::server::{self, Server};
use crate::signals::ENDING;
use crate::terminal::Session;
use crate::world::World;

/// The word.
const APPLY: &str = "apply";

/// What is typed from one step to the next, and what it shows then.
pub const STEPS: [(&str, &str); 8] = [
    ("", "What is wrong"),
    ("2", "Before anything is changed"),
    ("\r", "complete and verified"),
    ("4", "Decrypt checks"),
    ("5", "Passwords to enter"),
    ("6", "Only these are lost"),
    ("\r", "Type apply"),
    (APPLY, "To undo it"),
];

pub fn sqlite() -> World {
    World::new(Driver::Sqlite, "")
}

pub fn arguments(world: &World) -> Vec<String> {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    vec![
        path(&world.install.root()),
        "--look-in".to_owned(),
        path(&world.install.look_in()),
        "--state-dir".to_owned(),
        path(world.state.path()),
        "--no-artisan".to_owned(),
    ]
}

/// The wizard on an install.
pub fn start(world: &World, environment: &[(&str, &str)]) -> Session {
    let arguments = arguments(world);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let program = crate::terminal::binary();
    let session = Session::run(&program, &arguments, environment, 100, 30);
    session.wait_for("What is wrong");
    session
}

/// From the survey to the word.
pub fn to_apply(session: &mut Session) {
    session.wait_for("Searched: ");
    for (keys, then) in [
        ("2", "Before anything is changed"),
        ("\r", "complete and verified"),
        ("5", "Passwords to enter"),
        ("7", "Type apply"),
    ] {
        session.press(keys, then);
    }
}

/// Types the word, and Enter until it is taken.
pub fn confirm(session: &mut Session, begun: &dyn Fn(&str) -> bool) {
    // The field is open: before that, letters mean other things.
    session.wait_for("^C quit");
    session.keys(APPLY);
    session.press_until("\r", begun);
}

/// Confirms, and waits until it is done.
pub fn apply(session: &mut Session) {
    confirm(session, &|screen| screen.contains("To undo it"));
}

/// The terminal is the shell's again: cooked, the main screen, the cursor shown, no bracketed paste.
fn given_back(session: &Session) -> bool {
    session.modes() == (false, false, false) && !session.is_raw()
}

fn taken_over(session: &Session) -> bool {
    let (alternate, _, paste) = session.modes();
    alternate && paste && session.is_raw()
}

fn pid(session: &Session) -> u32 {
    session.child.process_id().unwrap()
}

/// Goes to a step, counted from 1.
fn to_step(session: &mut Session, step: usize) {
    for (number, (keys, then)) in STEPS.iter().enumerate().take(step) {
        if number == 1 {
            session.wait_for("Found: K");
        }
        go(session, keys, then);
    }
}

pub fn go(session: &mut Session, keys: &str, then: &str) {
    match keys {
        APPLY => apply(session),
        keys => session.press(keys, then),
    }
}

/// A line that drops, a shutdown, Ctrl-C from elsewhere: at every step the terminal is given back, and the install is as
/// it was, or recovered.
fn ended_at(step: usize) {
    let mut world = sqlite();
    for (name, asked) in ENDING {
        world.reset();
        let mut session = start(&world, &[]);
        to_step(&mut session, step);
        session.signal(asked);
        let code = session.end();
        let context = format!("{name} at step {step}: exit {code}");
        println!(
            "| {context} | {} |",
            session.screen().trim().replace('\n', " / ")
        );
        assert!(given_back(&session), "{context}: {:?}", session.modes());
        if step < STEPS.len() {
            assert_eq!(code, 1, "{context}");
            assert!(
                session.screen().contains("Nothing was changed"),
                "{context}"
            );
            world.require_original(&context);
        } else {
            assert_eq!(code, 2, "{context}");
            assert!(session.screen().contains("To undo it"), "{context}");
            world.require_recovered(&context);
        }
        world.require_settled(&context);
    }
}

#[test]
fn signals_at_steps_1_and_2() {
    [1, 2].into_iter().for_each(ended_at);
}

#[test]
fn signals_at_steps_3_and_4() {
    [3, 4].into_iter().for_each(ended_at);
}

#[test]
fn signals_at_steps_5_and_6() {
    [5, 6].into_iter().for_each(ended_at);
}

#[test]
fn signals_at_steps_7_and_8() {
    [7, 8].into_iter().for_each(ended_at);
}

/// Stopped and continued at every step, as by a shell: the terminal is given back, and the screen drawn anew.
#[test]
fn stopped_at_every_step() {
    let world = sqlite();
    let mut session = start(&world, &[]);
    for (number, (keys, then)) in STEPS.iter().enumerate() {
        if number == 1 {
            session.wait_for("Found: K");
        }
        go(&mut session, keys, then);
        // Asked to by SIGTSTP, and by SIGSTOP, which nobody hears.
        for (asked, polite) in [(Signal::TSTP, true), (Signal::STOP, false)] {
            session.signal(asked);
            wait("the program to stop", || state_of(pid(&session)) == 'T');
            if polite {
                wait("the terminal to be given back", || given_back(&session));
            }
            scribble(&session);
            session.signal(Signal::CONT);
            wait("the terminal to be taken over", || taken_over(&session));
            session.wait(&format!("step {}", number + 1), |screen| {
                screen.contains(then) && !screen.contains("somebody's prompt")
            });
        }
    }
    session.signal(Signal::TERM);
    assert_eq!(session.end(), 2);
    assert!(given_back(&session));
    world.require_recovered("stopped at every step");
}

/// What a shell does meanwhile: sets its own mode, and writes.
fn scribble(session: &Session) {
    let terminal = format!("/proc/{}/fd/0", pid(session));
    let terminal = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(terminal);
    let mut terminal = terminal.unwrap();
    let cooked = std::process::Command::new("stty")
        .arg("sane")
        .stdin(terminal.try_clone().unwrap())
        .status();
    assert!(cooked.unwrap().success());
    std::io::Write::write_all(&mut terminal, b"\x1b[Hsomebody's prompt $ ").unwrap();
    session.wait_for("somebody's prompt");
}

/// Ctrl-Z is a key like any other in a full-screen program, and means nothing: rows would stay locked.
#[test]
fn ctrl_z_does_nothing() {
    let world = sqlite();
    let mut session = start(&world, &[]);
    session.wait_for("Found: K");
    session.keys("\u{1a}");
    session.press("2", "Before anything is changed");
    assert_ne!(state_of(pid(&session)), 'T');
    session.keys("q");
    assert_eq!(session.end(), 1);
}

/// Held in the middle of the writing, and asked to end.
#[test]
fn signals_while_it_is_written() {
    let mut world = sqlite();
    for (point, nth) in MOMENTS {
        for (name, asked) in ENDING {
            world.reset();
            let list = tempfile::NamedTempFile::new().unwrap();
            let mut session = start(
                &world,
                &[
                    ("FREESCOUT_RESCUE_STOP_AT", point),
                    ("FREESCOUT_RESCUE_CRASH_LIST", list.path().to_str().unwrap()),
                ],
            );
            to_word_past_the_backup(&mut session, list.path(), point);
            let before = count(list.path(), point);
            let begun = |_: &str| count(list.path(), point) > before;
            confirm(&mut session, &begun);
            wait_for_nth(pid(&session), list.path(), point, nth);
            signal(pid(&session), asked);
            let code = end_past_all_points(&mut session);
            let context = format!("{name} at {point} {nth}: exit {code}");
            println!(
                "| {context} | {} |",
                session.screen().trim().replace('\n', " / ")
            );
            assert_eq!(code, 2, "{context}: {}", session.screen());
            assert!(given_back(&session), "{context}: {:?}", session.modes());
            world.require_recovered(&context);
            world.require_settled(&context);
        }
    }
}

/// The backup's own point is passed on the way.
fn to_word_past_the_backup(session: &mut Session, list: &Path, point: &str) {
    session.wait_for("Found: K");
    session.press("2", "Before anything is changed");
    if point == "JournalCommitted" {
        // It stands still there, and its screen with it.
        session.press_until("\r", &|_| count(list, point) >= journal::BACKED_UP);
        wait_for_nth(pid(session), list, point, journal::BACKED_UP);
        signal(pid(session), Signal::CONT);
        session.wait_for("complete and verified");
    } else {
        session.press("\r", "complete and verified");
    }
    session.press("5", "Passwords to enter");
    session.press("7", "Type apply");
}

fn end_past_all_points(session: &mut Session) -> u32 {
    let pid = pid(session);
    wait("the wizard to end", || {
        if state_of(pid) == 'T' {
            signal(pid, Signal::CONT);
        }
        ['X', 'Z'].contains(&state_of(pid))
    });
    session.end()
}

/// A folder with a PHP that waits until a file is there, and fails.
pub fn waiting_php(world: &World) -> (tempfile::TempDir, PathBuf) {
    let bin = tempfile::tempdir().unwrap();
    let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(bin.path(), everybody).unwrap();
    let go = world.install.folder.path().join("go");
    let waits = format!(
        "#!/bin/sh\nwhile [ ! -e '{}' ]; do /bin/sleep 0.05; done; exit 1\n",
        go.display()
    );
    crate::runnable::script(&bin.path().join("php"), &waits);
    (bin, go)
}

/// SIGQUIT leaves no core and no raw terminal behind either.
#[test]
fn after_sigquit() {
    let world = sqlite();
    let mut session = start(&world, &[]);
    session.signal(Signal::QUIT);
    assert_eq!(session.end(), 1);
    assert!(given_back(&session));
    world.require_original("SIGQUIT");
}

/// Asked to stop while it writes, it stops when that is done.
#[test]
fn a_stop_waits_for_the_writing() {
    let world = sqlite();
    let (bin, go) = waiting_php(&world);
    let arguments = arguments(&world);
    let arguments: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| *argument != "--no-artisan")
        .collect();
    let path = bin.path().to_str().unwrap();
    let program = crate::terminal::binary();
    let mut session = Session::run(&program, &arguments, &[("PATH", path)], 100, 30);
    session.wait_for("What is wrong");
    to_apply(&mut session);
    confirm(&mut session, &|screen| {
        screen.contains("Clearing FreeScout")
    });
    session.signal(Signal::TSTP);
    // It still hears us, and has not stopped.
    session.keys("\u{1b}");
    session.wait_for("cannot be interrupted");
    assert!(taken_over(&session));
    std::fs::write(&go, "").unwrap();
    wait("the program to stop", || state_of(pid(&session)) == 'T');
    wait("the terminal to be given back", || given_back(&session));
    world.require_recovered("stopped after the writing");
    session.signal(Signal::CONT);
    session.wait_for("To undo it");
    session.signal(Signal::TERM);
    assert_eq!(session.end(), 2);
    assert!(given_back(&session));
}

/// The terminal itself is gone: the program that held it was killed.
#[test]
fn the_terminal_is_gone() {
    let mut world = sqlite();
    for point in ["RowsLocked", "RowsCommitted", ""] {
        world.reset();
        let list = tempfile::NamedTempFile::new().unwrap();
        let command: Vec<String> = std::iter::once(crate::terminal::binary())
            .map(|program| program.to_string_lossy().into_owned())
            .chain(arguments(&world))
            .collect();
        let command = format!("exec {}", command.join(" "));
        let mut session = Session::run(
            Path::new("/usr/bin/script"),
            &["-q", "-c", &command, "/dev/null"],
            &[
                ("SHELL", "/bin/sh"),
                ("FREESCOUT_RESCUE_STOP_AT", point),
                ("FREESCOUT_RESCUE_CRASH_LIST", list.path().to_str().unwrap()),
            ],
            100,
            30,
        );
        session.wait_for("What is wrong");
        let wizard = child_of(pid(&session));
        to_apply(&mut session);
        if point.is_empty() {
            // Nothing is being written: it just leaves.
            session.signal(Signal::KILL);
        } else {
            let begun = |_: &str| count(list.path(), point) >= 1;
            confirm(&mut session, &begun);
            wait_for_nth(wizard, list.path(), point, 1);
            session.signal(Signal::KILL);
            session.child.wait().unwrap();
            signal(wizard, Signal::CONT);
        }
        wait("the wizard to end", || {
            ['X', 'Z'].contains(&state_of(wizard))
        });
        let context = format!("terminal gone at {point}");
        if point.is_empty() {
            world.require_original(&context);
        } else {
            world.require_recovered(&context);
        }
        world.require_settled(&context);
    }
}

/// The only child of a process.
fn child_of(parent: u32) -> u32 {
    let mut found = None;
    wait("a child", || {
        let all = procfs::process::all_processes().unwrap().flatten();
        found = all
            .filter_map(|process| process.stat().ok())
            .find(|stat| stat.ppid.cast_unsigned() == parent)
            .map(|stat| stat.pid.cast_unsigned());
        found.is_some()
    });
    found.unwrap()
}

/// The database goes away between the plan and the word, and comes back: the wizard goes on where it was.
#[test]
fn the_database_goes_away_and_comes_back() {
    let server: &'static Server = Box::leak(Box::new(server::own_mariadb()));
    let world = World::of(Install::new(server, "wizard"));
    let mut session = start(&world, &[]);
    to_apply(&mut session);
    server.kill();
    confirm(&mut session, &|screen| screen.contains("cannot be reached"));
    let screen = session.screen();
    println!("{screen}");
    assert!(screen.contains("Nothing was changed"), "{screen}");
    server.start();
    world.require_original("while the database was away");
    session.keys("\r");
    session.press("\r", "complete and verified");
    session.press("5", "Passwords to enter");
    // It restarted since, and the connection is another one.
    server.kill();
    server.start();
    session.press("7", "Type apply");
    apply(&mut session);
    session.signal(Signal::TERM);
    assert_eq!(session.end(), 2);
    world.require_recovered("with the database back");
    world.require_settled("with the database back");
}

/// No room for the report: what was done stands, and with room it is saved.
#[test]
fn no_room_for_the_report() {
    let world = sqlite();
    let _mount = Mount::small(world.state.path(), 512);
    let mut session = start(&world, &[]);
    to_apply(&mut session);
    apply(&mut session);
    let filler = Filler::of(world.state.path());
    session.press("\r", "could not be saved");
    let screen = session.wait_for("could not be saved");
    println!("{screen}");
    for says in ["This does not affect what was done", "Free up space"] {
        assert!(screen.contains(says), "{says:?}: {screen}");
    }
    drop(filler);
    session.press("\r", "Saved:");
    session.signal(Signal::TERM);
    assert_eq!(session.end(), 2);
    let reports = std::fs::read_dir(world.state.path().join("backups")).unwrap();
    let is_report = |name: &str| name.starts_with("report-");
    let count = reports
        .flatten()
        .filter(|entry| is_report(&entry.file_name().to_string_lossy()))
        .count();
    assert_eq!(count, 2, "one text, one JSON");
    world.require_recovered("reported");
}
