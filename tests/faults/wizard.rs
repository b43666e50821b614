//! The wizard in a terminal while things go wrong.

use crate::terminal::Session;
use crate::world::World;

/// The wizard on an install.
pub fn start(world: &World, environment: &[(&str, &str)]) -> Session {
    let path = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let arguments = [
        path(&world.install.root()),
        "--look-in".to_owned(),
        path(&world.install.look_in()),
        "--state-dir".to_owned(),
        path(world.state.path()),
        "--no-artisan".to_owned(),
    ];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let program = crate::terminal::binary();
    let session = Session::run(&program, &arguments, environment, 100, 30);
    session.wait_for("What is wrong");
    session
}

/// From the survey to the word.
pub fn to_apply(session: &mut Session) {
    session.wait_for("Found: K");
    for (keys, then) in [
        ("2", "Before anything is changed"),
        ("\r", "reads back right"),
        ("5", "Passwords to type"),
        ("7", "Type apply"),
    ] {
        press(session, keys, then);
    }
}

/// Presses a key until it is taken: a job that has brought its result may not have ended yet.
pub fn press(session: &mut Session, keys: &str, then: &str) {
    const NOT_YET: &str = "One moment";
    loop {
        session.keys(keys);
        let screen = session.wait(&format!("{then:?} to appear"), |screen| {
            screen.contains(then) || screen.contains(NOT_YET)
        });
        if screen.contains(then) {
            return;
        }
    }
}
