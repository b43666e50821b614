//! Folders and servers that end with the test, however it ends.
//!
//! A shell of ours is the parent of each server and reads a pipe from the test program. When the pipe closes (a drop, a
//! panic, an exit, a kill), it ends the server, waits for it and removes the folder. Statics are never dropped, so a
//! `Drop` alone would not do.

use std::ffi::OsStr;
use std::net::{IpAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const DEADLINE: Duration = Duration::from_secs(30);

/// `$1` is the folder; what follows is the server's command. A session of its own makes the server the leader of its
/// processes' group, so that all of them end at once: nothing of theirs is worth a slower end. A process that dies may
/// still write to the folder for a moment, so its removal is repeated.
const SCRIPT: &str = r#"
folder=$1; shift
setsid "$@" </dev/null >>"$folder/output" 2>&1 &
server=$!
cat >/dev/null
kill -KILL "-$server" "$server" 2>/dev/null
wait "$server"
until rm -rf "$folder" 2>/dev/null; do :; done
"#;

/// A folder and what lives in it; both end when this is dropped or this program ends.
pub struct Guard {
    pub folder: PathBuf,
    shell: Child,
}

impl Guard {
    /// Starts a server that stays in the foreground, and watches over its folder.
    pub fn over(folder: TempDir, server: &[&OsStr]) -> Self {
        let shell = Command::new("sh")
            .args(["-c", SCRIPT, "guard"])
            .arg(folder.path())
            .args(server)
            // Not in the terminal's foreground group: Ctrl-C is for the test program, whose end we notice.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            folder: folder.keep(),
            shell,
        }
    }

    /// Watches over a folder in which nothing runs.
    pub fn over_folder(folder: TempDir) -> Self {
        Self::over(folder, &[OsStr::new("true")])
    }

    /// What the server wrote, before and after it opened its log.
    pub fn log(&self) -> String {
        let read = |name| std::fs::read(self.folder.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&[read("output"), read("log")].concat()).into_owned()
    }

    /// The shell and all processes below it.
    pub fn processes(&self) -> Vec<i32> {
        let all: Vec<(i32, i32)> = procfs::process::all_processes()
            .unwrap()
            .filter_map(|process| process.ok()?.stat().ok())
            .map(|stat| (stat.pid, stat.ppid))
            .collect();
        let mut ours = vec![self.shell.id().cast_signed()];
        let mut next = 0;
        while next < ours.len() {
            let parent = ours[next];
            ours.extend(all.iter().filter(|(_, p)| *p == parent).map(|(pid, _)| pid));
            next += 1;
        }
        ours
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // A drop may run while a test panics: a second panic would hide the first.
        let _ = self.shell.wait();
    }
}

/// A new folder that the servers' accounts may enter.
pub fn new_folder(name: &str) -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix(&format!("rescue-{name}-"))
        .tempdir()
        .unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

/// A port nobody listens on. Below the range of outgoing connections, so that none takes it before the server does;
/// counted, so that no two servers of this program are given the same; begun at a place that differs by program.
pub fn free_port(host: IpAddr) -> u16 {
    const FIRST: u16 = 12_000;
    const COUNT: u16 = 20_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = (std::process::id().wrapping_mul(97) % u32::from(COUNT)) as u16;
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        let port = FIRST + (begin + step) % COUNT;
        if TcpListener::bind((host, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port on {host}");
}

/// Asks again until there is an answer; after the deadline, panics with what was awaited.
pub fn await_some<T>(what: impl Fn() -> String, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < DEADLINE, "not in time: {}", what());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Runs a program to its end; its failure is the test's.
pub fn run(command: &mut Command) -> String {
    let name = command.get_program().to_string_lossy().into_owned();
    let out = command
        .output()
        .unwrap_or_else(|e| panic!("{name}: {e}. tests/check.sh installs what these tests need"));
    let stdout = String::from_utf8_lossy(&out.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{name}: {stdout}{stderr}");
    stdout
}

/// A server's program. Only root may start one: the accounts of its processes are not ours otherwise.
pub fn program(path: &str) -> &OsStr {
    assert!(
        Path::new(path).is_file(),
        "{path} is not there: tests/check.sh installs what these tests need"
    );
    assert!(
        rustix::process::geteuid().is_root(),
        "only root can start mail servers: run these tests as root"
    );
    OsStr::new(path)
}

/// Gives a file or folder to an account, by name.
pub fn give(path: &Path, account: &str) {
    run(Command::new("chown").arg(account).arg(path));
}
