//! Containers that are not entered although nothing is wrong with them: what is said is what bars the way.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::container::{Container, Kind, told};
use crate::walk::everything;

/// A check that keeps its state there.
fn check(container: &Container, state: &Path) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
        .args(["check", "--container", &container.process.to_string()])
        .arg("--state-dir")
        .arg(state)
        .arg("/www/html")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    told(&out, 3)
}

#[test]
fn a_folder_that_cannot_be_used_is_blamed_and_not_the_container() {
    let container = Container::start(Kind::Rooted);
    let before = everything(&container.root());
    for top in ["/proc", "/sys", "/dev", "/dev/shm"] {
        let state = Path::new(top).join("freescout-rescue-state");
        let said = check(&container, &state);
        let top = if top == "/dev/shm" { "/dev" } else { top };
        let why = format!("{} lies in {top}, which", state.display());
        assert!(said.contains(&why), "{said}");
        assert!(
            said.contains("Choose another folder of this host"),
            "{said}"
        );
        assert!(!said.contains("Check that it is running"), "{said}");
        assert!(!state.exists(), "{said}");
    }
    // A file stands in its way.
    let file = container.folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let said = check(&container, &file.join("state"));
    assert!(
        said.contains("Choose another folder of this host"),
        "{said}"
    );
    assert!(!said.contains("Check that it is running"), "{said}");
    assert_eq!(everything(&container.root()), before);
}

#[test]
fn a_folder_with_too_many_entries_is_named_with_what_helps() {
    // Its root; then one that leads to the folder for the state.
    for (is_root, next) in [
        (true, "Run freescout-rescue in the container itself"),
        (false, "Choose a folder of this host with another path"),
    ] {
        let container = Container::start(Kind::Rooted);
        let crowded = match is_root {
            true => Path::new("/"),
            false => container.folder.path(),
        };
        let there = container.path(crowded.to_str().unwrap());
        std::fs::create_dir_all(&there).unwrap();
        for number in 0..4200 {
            std::fs::write(there.join(number.to_string()), "").unwrap();
        }
        let said = check(&container, &container.state());
        let what = format!("Its folder {} has too many entries", crowded.display());
        assert!(said.contains(&what), "{said}");
        assert!(said.contains(next), "{said}");
        assert!(!said.contains("Check that it is running"), "{said}");
        assert!(!container.state().exists(), "{said}");
    }
}
