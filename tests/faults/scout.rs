//! What happens to a scout happens to nobody else: a file that is cut while it is mapped, a scout that is killed, one
//! that stands still.

use std::fs::OpenOptions;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::held::{signal, state_of, wait};

/// What a scout maps at a time.
const PIECE: usize = 16 << 20;

/// How long a scout stands still before nobody waits for it.
const GIVEN_UP: Duration = Duration::from_secs(5);

/// A demo install, and a large log with a key in its first piece and one in its third.
struct Bench {
    folder: tempfile::TempDir,
}

/// A hunt in that log, and its scout, which stands still.
struct Hunt {
    hunt: Child,
    scout: u32,
}

fn key(number: usize) -> String {
    let bytes = format!("a throw-away key, number {number:07}");
    freescout_rescue::domain::base64::encode(bytes.as_bytes())
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
            .args(["demo", "--make"])
            .arg(folder.path().join("demo"))
            .output()
            .unwrap();
        assert!(made.status.success());
        let bench = Self { folder };
        let line = b"a line as it stands in a log of some length\n";
        let mut bytes: Vec<u8> = line.iter().copied().cycle().take(3 * PIECE).collect();
        for (number, place) in [(1, 1 << 20), (2, 2 * PIECE + (1 << 20))] {
            let key = format!("\nAPP_KEY=base64:{}\n", key(number));
            bytes[place..place + key.len()].copy_from_slice(key.as_bytes());
        }
        std::fs::write(bench.log(), bytes).unwrap();
        bench
    }

    fn log(&self) -> std::path::PathBuf {
        self.folder.path().join("log")
    }

    /// Hunts with so many threads until the scout has mapped its nth piece and stands still.
    fn hunt(&self, threads: &str, nth: usize) -> Hunt {
        let hunt = Command::new(env!("CARGO_BIN_EXE_freescout-rescue"))
            .arg("find-key")
            .arg(self.folder.path().join("demo/freescout"))
            .args(["--json", "--threads", threads, "--look-in"])
            .arg(self.log())
            .env("FREESCOUT_RESCUE_STOP_AT", "FileMapped")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut scout = None;
        wait("the scout to stand still", || {
            scout = scout_of(hunt.id());
            scout.is_some_and(|scout| state_of(scout) == 'T')
        });
        let scout = scout.unwrap();
        for _ in 1..nth {
            let mapped = mapped(scout);
            signal(scout, Signal::CONT);
            wait("the scout to map its next piece", || {
                state_of(scout) == 'T' && self::mapped(scout) != mapped
            });
        }
        Hunt { hunt, scout }
    }
}

/// The only process that another one has started.
fn scout_of(pid: u32) -> Option<u32> {
    let started: Vec<u32> = procfs::process::all_processes()
        .unwrap()
        .filter_map(|process| process.ok()?.stat().ok())
        .filter(|stat| stat.ppid == pid.cast_signed())
        .map(|stat| stat.pid.cast_unsigned())
        .collect();
    assert!(started.len() < 2);
    started.first().copied()
}

/// From which byte on a scout has mapped the log.
fn mapped(scout: u32) -> Option<u64> {
    let process = procfs::process::Process::new(scout.cast_signed()).unwrap();
    let mut maps = process.maps().unwrap().into_iter();
    maps.find_map(|map| match map.pathname {
        procfs::process::MMapPath::Path(path) if path.ends_with("log") => Some(map.offset),
        _ => None,
    })
}

impl Hunt {
    /// Waits for its end: the keys it found in the log, in order, and its exit code.
    fn end(self, log: &Path) -> (Vec<String>, Option<i32>) {
        let said = self.hunt.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&said.stderr), "");
        let json: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
        let keys = json["keys"].as_array().unwrap().iter();
        let found = keys.filter(|key| {
            let mut sources = key["sources"].as_array().unwrap().iter();
            sources.any(|source| source["path"].as_str() == log.to_str())
        });
        let found = found.map(|key| key["fingerprint"].as_str().unwrap().to_owned());
        let mut found: Vec<String> = found.collect();
        found.sort_unstable();
        (found, said.status.code())
    }
}

fn fingerprint(number: usize) -> String {
    let key = format!("base64:{}", key(number));
    let key = freescout_rescue::domain::app_key::AppKey::parse(key.as_bytes()).unwrap();
    key.fingerprint().to_string()
}

/// What a hunt finds that looks at all of the log.
fn both() -> (Vec<String>, Option<i32>) {
    let mut both = vec![fingerprint(1), fingerprint(2)];
    both.sort_unstable();
    (both, Some(2))
}

#[test]
fn a_file_that_is_cut_while_it_is_mapped_costs_the_scout_alone() {
    let bench = Bench::new();
    let hunt = bench.hunt("1", 1);
    let log = OpenOptions::new().write(true).open(bench.log()).unwrap();
    log.set_len(2 << 20).unwrap();
    signal(hunt.scout, Signal::CONT);
    // It would stand still again if it came to its next piece.
    assert_eq!(hunt.end(&bench.log()), (vec![fingerprint(1)], Some(2)));
}

#[test]
fn what_a_killed_scout_did_not_tell_of_is_read() {
    // Of two threads both stand still when one does.
    for (threads, nth) in [("1", 1), ("1", 2), ("1", 3), ("2", 1)] {
        let bench = Bench::new();
        let hunt = bench.hunt(threads, nth);
        signal(hunt.scout, Signal::KILL);
        let found = hunt.end(&bench.log());
        assert_eq!(
            found,
            both(),
            "killed at its piece {nth} of {threads} threads"
        );
    }
}

#[test]
fn nobody_waits_for_a_scout_that_stands_still() {
    let bench = Bench::new();
    let hunt = bench.hunt("1", 2);
    assert_eq!(hunt.end(&bench.log()), both());
}

#[test]
fn a_search_is_stopped_while_its_scout_stands_still() {
    let bench = Bench::new();
    let hunt = bench.hunt("2", 1);
    let (pid, scout) = (hunt.hunt.id(), hunt.scout);
    let asked = Instant::now();
    signal(pid, Signal::INT);
    hunt.hunt.wait_with_output().unwrap();
    assert!(asked.elapsed() < GIVEN_UP, "the search waited for it");
    wait("the scout to end", || ['X', 'Z'].contains(&state_of(scout)));
}

#[test]
fn a_scout_ends_with_its_caller() {
    let bench = Bench::new();
    let mut hunt = bench.hunt("1", 2);
    hunt.hunt.kill().unwrap();
    hunt.hunt.wait().unwrap();
    wait("the scout to end", || {
        ['X', 'Z'].contains(&state_of(hunt.scout))
    });
}
