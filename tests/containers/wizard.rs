//! The wizard within a container: it works as ever, and however it ends, the terminal is as it was.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustix::process::Signal;

use crate::container::{Container, Kind};
use crate::ended::{signal, wait_for, within};
use crate::found::StoppedDocker;
use crate::terminal::{Session, binary};

fn at_work(container: &Container) -> Session {
    let (process, state) = (container.process.to_string(), container.state());
    let arguments = [
        "--container",
        &process,
        "--state-dir",
        state.to_str().unwrap(),
        "/www/html",
    ];
    let session = Session::run(&binary(), &arguments, &[("TERM", "xterm")], 80, 24);
    session.wait_for("What is wrong");
    let (alternate, _, paste) = session.modes();
    assert!(
        alternate && paste && session.is_raw(),
        "the test would prove nothing"
    );
    session
}

fn assert_restored(session: &Session) {
    assert_eq!(
        session.modes(),
        (false, false, false),
        "alternate, no cursor, pastes marked"
    );
    assert!(!session.is_raw() && session.echoes());
}

#[test]
fn it_makes_its_backup_on_the_host_and_ends_as_it_began() {
    let container = Container::start(Kind::Rooted);
    let mut session = at_work(&container);
    session.keys("2");
    session.wait_for("Before anything is changed");
    // It lies in a folder that is emptied; another one would be the container's, and is not offered.
    session.wait_for("press q, and start again with");
    session.wait("no other folder to be offered", |s| {
        !s.contains("other folder") && !s.contains("Press f")
    });
    session.keys("f");
    session.wait("no field to open", |s| {
        !s.contains("Folder for backups and journal")
    });
    session.press("\r", "complete and verified");
    assert!(container.state().join("backups").is_dir());
    session.keys("q");
    assert_eq!(session.end(), 1);
    assert_restored(&session);
}

#[test]
fn a_container_that_stops_takes_the_screen_with_it_and_the_terminal_is_given_back() {
    let container = Container::start(Kind::Rooted);
    let mut session = at_work(&container);
    signal(container.process, Signal::KILL);
    assert_eq!(session.end(), 2);
    assert_restored(&session);
    let said = session.screen();
    assert!(
        said.contains("stopped while freescout-rescue was"),
        "{said}"
    );
}

#[test]
fn a_signal_to_either_process_ends_both_in_good_order() {
    for (whom, which) in [
        ("outer", Signal::TERM),
        ("inner", Signal::TERM),
        ("outer", Signal::HUP),
        ("outer", Signal::INT),
    ] {
        let container = Container::start(Kind::Rooted);
        let mut session = at_work(&container);
        let outer = session.child.process_id().unwrap();
        let inner = within(outer);
        let pid = if whom == "outer" { outer } else { inner };
        signal(pid, which);
        let code = session.end();
        assert_eq!(code, 1, "{whom} {which:?}: {}", session.screen());
        assert_restored(&session);
        wait_for("the inner one is gone", || {
            !std::path::Path::new(&format!("/proc/{inner}")).exists()
        });
    }
}

#[test]
fn the_hosts_files_are_read_only_while_it_works() {
    let elsewhere = tempfile::tempdir_in("/var/tmp").unwrap();
    let container = Container::start(Kind::Rooted);
    let mut session = at_work(&container);
    let outer = session.child.process_id().unwrap();
    let inner = within(outer);
    let seen = PathBuf::from(format!("/proc/{inner}/root"));
    let is_alias = |name: &str| name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let mut names = std::fs::read_dir(&seen)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let host = seen.join(names.find(|name| is_alias(name)).unwrap());
    let write = |folder: &Path| {
        let file = host.join(folder.strip_prefix("/").unwrap()).join("probe");
        let written = std::fs::write(&file, "x").map_err(|e| e.kind());
        let _ = std::fs::remove_file(folder.join("probe"));
        written
    };
    for closed in [elsewhere.path(), Path::new("/"), Path::new("/dev/shm")] {
        assert_eq!(
            write(closed),
            Err(ErrorKind::ReadOnlyFilesystem),
            "{closed:?}"
        );
    }
    // What is stored for a moment, and our own folders at their own paths.
    let variables = std::fs::read_to_string(format!("/proc/{outer}/environ")).unwrap();
    let mut variables = variables.split('\0');
    let short_lived = variables.find_map(|entry| entry.strip_prefix("TMPDIR="));
    assert_eq!(write(Path::new(short_lived.unwrap())), Ok(()));
    let own = seen.join(container.state().strip_prefix("/").unwrap());
    assert!(std::fs::write(own.join("probe"), "x").is_ok());
    std::fs::remove_file(own.join("probe")).unwrap();
    session.keys("q");
    session.end();
}

/// What becomes of it is seen only when it is entered anew: by another process, in the same terminal.
#[test]
fn a_stopped_one_says_what_helps_and_is_entered_anew_to_look_again() {
    let docker = {
        let mut container = Container::start(Kind::Rooted);
        container.stop();
        StoppedDocker::lay_out(&container)
    };
    let command = docker.command(&["--container", "freescout-app"]);
    let arguments: Vec<&str> = command.get_args().filter_map(|one| one.to_str()).collect();
    let program = Path::new(command.get_program());
    let mut session = Session::run(program, &arguments, &[("TERM", "xterm")], 80, 24);
    // Before anything is typed, in words that can all be read.
    session.wait_for("nothing can be recovered here");
    session.wait_for("docker start");
    let outer = session.child.process_id().unwrap();
    let before = within(outer);
    // Not before the survey has ended.
    session.wait_for("r run again");
    session.keys("r");
    wait_for("another process goes in", || within(outer) != before);
    session.wait_for("r run again");
    session.keys("2");
    session.wait_for("Enter make the backup");
    session.keys("\r");
    session.wait_for("complete and verified");
    session.keys("5");
    session.wait_for("✗ The database at");
    session.keys("6");
    session.wait_for("locked until there is a plan");
    session.keys("q");
    assert_eq!(session.end(), 1);
    assert_restored(&session);
}
