//! A program that was stopped at its end, and everything that can be read of it from outside.

use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::secrets::Search;

/// Stops the program when everything is done and dropped.
pub const AT_END: (&str, &str) = ("FREESCOUT_RESCUE_STOP_AT", "End");
const DEADLINE: Duration = Duration::from_secs(120);
/// Bytes of memory looked at at a time.
const BLOCK: u64 = 4 << 20;

/// Waits until the program has stopped itself. `None` when it ended instead.
pub fn wait(pid: u32) {
    assert!(
        rustix::process::geteuid().is_root(),
        "NOT TESTED: only root may look into the memory of a program that is not dumpable; run this as root"
    );
    let start = Instant::now();
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        // Behind the name, which may hold anything but this.
        let state = stat.rsplit_once(')').unwrap().1.trim_start().chars().next();
        match state {
            Some('T') => return,
            Some('Z' | 'X') => panic!("the program ended, and did not stop before"),
            _ => {}
        }
        assert!(
            start.elapsed() < DEADLINE,
            "the program does not come to its end"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Lets it end.
pub fn go_on(pid: u32) {
    let pid = Pid::from_raw(pid.cast_signed()).unwrap();
    kill_process(pid, Signal::CONT).unwrap();
}

/// Every readable region of its memory.
pub fn memory(pid: u32, search: &Search) -> Vec<String> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let memory = std::fs::File::open(format!("/proc/{pid}/mem")).unwrap();
    let (mut told, mut bytes) = (Vec::new(), 0);
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, access) = (words.next().unwrap(), words.next().unwrap());
        let name = words.nth(3).unwrap_or("anonymous memory");
        // The kernel's own pages cannot be read this way.
        if !access.starts_with('r') || name.starts_with("[vvar") || name == "[vsyscall]" {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let number = |text| u64::from_str_radix(text, 16).unwrap();
        let (from, to) = (number(from), number(to));
        let mut at = from;
        while at < to {
            let mut block = vec![0; usize::try_from((to - at).min(BLOCK)).unwrap()];
            match memory.read_exact_at(&mut block, at) {
                Ok(()) => {}
                // A file shorter than its mapping.
                Err(_) if name.starts_with('/') => break,
                Err(e) => panic!("{name} at {at:x}: {e}"),
            }
            bytes += block.len();
            for (what, offset) in search.find(&block) {
                let place = at + offset as u64;
                told.push(format!(
                    "{what} in {name} ({access}) at {place:x}, {:x} from its end",
                    to - place
                ));
            }
            if at + BLOCK >= to {
                break;
            }
            at += BLOCK - search.longest() as u64;
        }
    }
    assert!(
        bytes > 1 << 20,
        "only {bytes} bytes of memory were looked at"
    );
    told
}

/// Argument list and environment, as other processes see them.
pub fn calling(pid: u32, search: &Search) -> Vec<String> {
    let file = |name: &str| std::fs::read(format!("/proc/{pid}/{name}")).unwrap();
    let mut told = search.told("the argument list", &file("cmdline"));
    told.extend(search.told("the environment", &file("environ")));
    told
}

/// No core dump will be written, nor piped to a program, which only this limit keeps the kernel from.
pub fn assert_closed(pid: u32) {
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits
        .lines()
        .find(|l| l.starts_with("Max core file size"))
        .unwrap();
    let figures: Vec<&str> = core["Max core file size".len()..]
        .split_whitespace()
        .take(2)
        .collect();
    assert_eq!(figures, ["1", "1"], "{core}");
}

/// No way of the C library's leads to syslog. Alarms of the watch go there by themselves, and nothing else does: they are
/// made from reports, which hold no secret.
#[test]
fn only_alarms_go_to_syslog() {
    let program = std::fs::read(env!("CARGO_BIN_EXE_freescout-rescue")).unwrap();
    for name in ["\0syslog\0", "\0openlog\0", "\0vsyslog\0"] {
        let at = memchr::memmem::find(&program, name.as_bytes());
        assert_eq!(at, None, "{} is in the program", name.escape_debug());
    }
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut naming = Vec::new();
    for entry in walkdir::WalkDir::new(&sources) {
        let path = entry.unwrap().into_path();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let sockets = ["/dev/log", "/run/systemd/journal"];
        if sockets.iter().any(|name| text.contains(name)) {
            naming.push(path.strip_prefix(&sources).unwrap().to_path_buf());
        }
    }
    assert!(!naming.is_empty());
    for path in &naming {
        assert!(path.starts_with("io/alert"), "{naming:?}");
    }
}
