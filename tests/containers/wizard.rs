//! The wizard within a container: it works as ever, and however it ends, the terminal is as it was.

use rustix::process::Signal;

use crate::container::{Container, Kind};
use crate::ended::{signal, wait_for, within};
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
    // Another folder would be one of the container's.
    session.keys("f");
    session.wait_for("Folder for backups and journal");
    session.keys("\u{15}/srv/elsewhere\r");
    session.wait_for("cannot be reached from inside the container");
    assert!(!container.path("/srv/elsewhere").exists());
    session.keys("\u{1b}");
    session.wait("the field to close", |s| !s.contains("/srv/elsewhere"));
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
