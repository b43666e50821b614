//! Closed to others while it runs: no core dump, not to be looked into, locked in memory where that is allowed, and never
//! failing where it is not.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::not_tried::not_tried;
use crate::stopped;
use crate::terminal::{binary, demo};

const NOBODY: &str = "65534";

/// A demo that everybody may read, a large file to search, and the program where everybody may run it.
struct Ground {
    folder: tempfile::TempDir,
    install: PathBuf,
    program: PathBuf,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (install, _) = demo(folder.path());
        let program = folder.path().join("freescout-rescue");
        std::fs::copy(binary(), &program).unwrap();
        // Far more than any limit on locked memory that is given here.
        std::fs::write(folder.path().join("large"), vec![b'x'; 48 << 20]).unwrap();
        let opened = Command::new("chmod")
            .args(["-R", "a+rwX"])
            .arg(folder.path())
            .status();
        assert!(opened.unwrap().success());
        Self {
            folder,
            install,
            program,
        }
    }

    /// A search on several threads, called through `wrapper`; it stops at its end.
    fn start(&self, wrapper: &[&str]) -> Child {
        let mut command = Command::new(
            wrapper
                .first()
                .map_or(self.program.as_path(), |w| Path::new(w)),
        );
        if let [_, rest @ ..] = wrapper {
            command.args(rest).arg(&self.program);
        }
        command
            .arg("find-key")
            .arg(&self.install)
            .arg("--look-in")
            .arg(self.folder.path())
            .env_clear()
            .envs([("PATH", "/usr/bin:/bin"), stopped::AT_END])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        command.spawn().unwrap()
    }
}

fn succeeds(command: &[&str]) -> bool {
    let status = Command::new(command[0])
        .args(&command[1..])
        .stderr(Stdio::null())
        .status();
    status.unwrap().success()
}

/// Kibibytes of locked memory, and of address space.
fn locked(pid: u32) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let figure = |name: &str| {
        let line = status.lines().find(|l| l.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    (figure("VmLck:"), figure("VmSize:"))
}

fn finish(child: Child) {
    stopped::go_on(child.id());
    let out = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "one key is lost: {said}");
}

#[test]
fn memory_is_locked_where_it_may_be_and_nothing_fails_where_it_may_not() {
    let ground = Ground::new();
    let few = "--memlock=65536:65536";
    let unlimited = "--memlock=unlimited:unlimited";
    // The most that may be given here: with a small program, more than it has at first, and less than it has later.
    let room = match succeeds(&["prlimit", "--memlock=33554432:33554432", "true"]) {
        true => "--memlock=33554432:33554432",
        false => "--memlock=8388608:8388608",
    };
    let to_nobody = [
        "setpriv",
        "--reuid",
        NOBODY,
        "--regid",
        NOBODY,
        "--clear-groups",
    ];
    let as_nobody = |limit| [&["prlimit", limit][..], &to_nobody].concat();
    let cases: [(&str, Vec<&str>, bool); 6] = [
        ("root", vec![], true),
        ("root with a limit", vec!["prlimit", few], true),
        (
            "root without the capability",
            vec!["prlimit", few, "setpriv", "--bounding-set", "-ipc_lock"],
            false,
        ),
        ("a plain account", as_nobody(few), false),
        ("a plain account that may", as_nobody(unlimited), true),
        // Where total memory is below the limit at first, and above it later.
        ("a plain account with some room", as_nobody(room), false),
    ];
    for (name, wrapper, is_locked) in cases {
        if wrapper.contains(&unlimited) && !succeeds(&["prlimit", unlimited, "true"]) {
            not_tried(&format!("limits may not be raised here: {name}"));
            continue;
        }
        let child = ground.start(&wrapper);
        stopped::wait(child.id());
        let (locked, whole) = locked(child.id());
        assert_eq!(
            locked > 0,
            is_locked,
            "{name}: {locked} of {whole} kB are locked"
        );
        // But for the kernel's own pages, all of it.
        assert!(
            !is_locked || locked + 64 > whole,
            "{name}: {locked} of {whole} kB"
        );
        stopped::assert_closed(child.id());
        finish(child);
    }
    // Root of a user namespace has the capability by name alone.
    let namespace = ["unshare", "--user", "--map-root-user"];
    if !succeeds(&[&namespace[..], &["true"]].concat()) {
        not_tried("user namespaces are not allowed here: root of one");
        return;
    }
    let child = ground.start(&[&["prlimit", room], &namespace[..]].concat());
    stopped::wait(child.id());
    assert_eq!(locked(child.id()).0, 0, "locked in a user namespace");
    finish(child);
}

#[test]
fn nobody_looks_into_it_and_no_core_is_dumped() {
    let ground = Ground::new();
    let account = [
        "setpriv",
        "--reuid",
        NOBODY,
        "--regid",
        NOBODY,
        "--clear-groups",
    ];
    let mut wrapper = vec!["prlimit", "--core=unlimited:unlimited"];
    wrapper.extend(account);
    let mut child = ground.start(&wrapper);
    stopped::wait(child.id());
    stopped::assert_closed(child.id());
    let of_process = |name: &str| format!("/proc/{}/{name}", child.id());
    // What the system does to a process that is not dumpable: its files belong to root, and its own account may not look.
    assert_eq!(std::fs::metadata(of_process("mem")).unwrap().uid(), 0);
    for name in ["mem", "maps", "environ"] {
        let read = Command::new(account[0])
            .args(&account[1..])
            .args(["head", "-c1", &of_process(name)])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&read.stderr);
        assert!(
            !read.status.success() && said.contains("denied"),
            "{name}: {said}"
        );
    }
    let pid = Pid::from_raw(child.id().cast_signed()).unwrap();
    kill_process(pid, Signal::ABORT).unwrap();
    stopped::go_on(child.id());
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()));
    assert!(!status.core_dumped(), "a core was dumped");
}
