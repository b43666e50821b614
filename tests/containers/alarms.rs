//! The watch of a helpdesk in a container: who is told is told on the host, and types there what is to be done.

use std::process::Command;

use crate::container::{Container, Kind, program, told};

#[test]
fn commands_in_an_alarm_are_typed_on_the_host() {
    let container = Container::start(Kind::Rooted);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let teller = format!("#!/bin/sh\ncat > {}\n", path("told"));
    program(&folder.path().join("teller"), &teller);
    let settings = format!("[alert.command]\nprogram = {:?}\n", path("teller"));
    std::fs::write(path("watch.toml"), settings).unwrap();
    let round = ["watch", "--no-logins", "--settings", &path("watch.toml")];
    container.run(&round, 2);
    let alarm = std::fs::read_to_string(path("told")).unwrap();
    for (command, more) in [("check", ""), ("watch", " --no-logins")] {
        let name = format!("freescout-rescue {command} ");
        let mut lines = alarm.lines().filter(|line| line.contains(&name));
        let (_, typed) = lines.next().unwrap().rsplit_once(": ").unwrap();
        let place = format!("--container {}", container.process);
        assert!(typed.contains(&place), "{alarm}");
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{typed}{more}"));
        // Where it is installed.
        let installed = std::path::Path::new(env!("CARGO_BIN_EXE_freescout-rescue")).parent();
        let search = installed.unwrap().display();
        shell.env("PATH", format!("{search}:/usr/bin:/bin"));
        shell.current_dir("/");
        told(&shell.output().unwrap(), 2);
    }
}
