//! A process of our own that goes ahead through a large file and tells which stretches of it hold something.
//!
//! It maps the file into memory, where nothing is copied: what lies in the page cache is looked through twice as fast as
//! it could be read. But who maps a file is killed (SIGBUS) when somebody cuts it meanwhile, or when the disk fails. So
//! only the scout maps, and it may perish: whatever it did not tell of is read, as is every stretch in which it saw
//! something. It has nobody's rights, is told nothing but what kind of text to look for, and tells nothing but numbers.

mod mapped;

use std::ffi::{CStr, OsString};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Stdio};

use super::large::STRETCH;
use super::patient::Patient;
use crate::domain::glance::{Seen, Wish};
use crate::io::{crash, programs};

/// First argument of a call that only looks ahead.
const LOOK_AHEAD: &str = "--look-ahead";
/// Our name, as far as Linux lets a process have one: 15 bytes.
const NAME: &CStr = c"freescout-rescu";
/// Smaller files are not worth a process.
const WORTH: u64 = 32 << 20;
/// A line of a report is shorter than this.
const MAX_LINE: u64 = 32;
/// What is looked for, and how that is told.
const WISHES: [(Wish, &str); 3] = [
    (Wish::Prefixed, "prefixed"),
    (Wish::Keys, "keys"),
    (Wish::KeysAndRows, "rows"),
];

/// What a stretch holds, on a line of its own: the number of line ends, and a letter for everything else there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// What a pass counted.
    pub(super) seen: Seen,
    /// Whether there is a text that may be a key.
    pub(super) keys: bool,
    /// Whether there is something of an older payload.
    pub(super) matters: bool,
}

impl Report {
    const ZERO: char = 'z';
    const KEYS: char = 'k';
    const MATTERS: char = 'm';

    fn line(&self) -> String {
        let marks = [
            (self.seen.zero, Self::ZERO),
            (self.keys, Self::KEYS),
            (self.matters, Self::MATTERS),
        ];
        let marks = marks.iter().filter(|(there, _)| *there);
        let marks: String = marks.map(|(_, mark)| *mark).collect();
        format!("{}{marks}\n", self.seen.lines)
    }

    fn of_line(line: &str) -> Option<Self> {
        let line = line.strip_suffix('\n')?;
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let (lines, marks) = line.split_at(digits);
        let lines = lines.parse().ok().filter(|n| *n <= STRETCH as u64)?;
        let known = [Self::ZERO, Self::KEYS, Self::MATTERS];
        marks.chars().all(|mark| known.contains(&mark)).then(|| {
            let has = |mark| marks.contains(mark);
            Self {
                seen: Seen {
                    lines,
                    zero: has(Self::ZERO),
                },
                keys: has(Self::KEYS),
                matters: has(Self::MATTERS),
            }
        })
    }
}

/// A scout on its way. It ends when this is dropped.
pub(super) struct Scout<'a> {
    process: Child,
    reports: BufReader<Patient<'a, ChildStdout>>,
}

impl<'a> Scout<'a> {
    /// Sends one through a file of this length. `None` where that is not worth it, or cannot be.
    pub(super) fn send(
        file: &File,
        length: u64,
        wish: Wish,
        threads: usize,
        cancel: &'a dyn Fn() -> bool,
    ) -> Option<Self> {
        // Disks are read: on a failing one that says where and why.
        if length < WORTH || !file.metadata().ok()?.is_file() {
            return None;
        }
        let (_, wish) = WISHES.iter().find(|(known, _)| *known == wish)?;
        let mut command = programs::ourselves(LOOK_AHEAD)?;
        command
            .args([&length.to_string(), *wish, &threads.to_string()])
            .env_clear()
            .stdin(file.try_clone().ok()?)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        crash::hand_on(&mut command);
        let mut process = command.spawn().ok()?;
        let input = process.stdout.take()?;
        Some(Self {
            process,
            reports: BufReader::new(Patient { input, cancel }),
        })
    }

    /// What it tells of the next stretch. `None` when it tells no more, or the search was cancelled.
    pub(super) fn report(&mut self) -> Option<Report> {
        let mut line = String::new();
        let mut next = (&mut self.reports).take(MAX_LINE);
        next.read_line(&mut line).ok()?;
        Report::of_line(&line)
    }
}

impl Drop for Scout<'_> {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// For `main` alone: when this process was called to look ahead, it does, and gives the exit code.
pub fn called_to_scout(arguments: &[OsString]) -> Option<u8> {
    let [_, call, caller, length, wish, threads] = arguments else {
        return None;
    };
    if call != LOOK_AHEAD {
        return None;
    }
    // In lists of processes it would be called after the link it was started by; of no consequence if that fails.
    let _ = rustix::thread::set_name(NAME);
    // Whatever happens here, who called goes on by himself.
    std::panic::set_hook(Box::new(|_| std::process::exit(1)));
    let number = |text: &OsString| text.to_str().and_then(|text| text.parse().ok());
    let threads = number(threads).and_then(|threads| usize::try_from(threads).ok());
    let wish = WISHES.iter().find(|(_, known)| wish == known);
    let (Some(caller), Some(length), Some((wish, _)), Some(threads)) =
        (number(caller), number(length), wish, threads)
    else {
        return Some(1);
    };
    let caller = u32::try_from(caller).ok()?;
    let done = programs::become_nobody(caller)
        .map_err(std::io::Error::from)
        .and_then(|()| mapped::look_ahead(length, *wish, threads));
    Some(u8::from(done.is_err()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_as_it_was_told_and_nothing_else_is() {
        for bits in 0..8u8 {
            for lines in [0, 1, STRETCH as u64] {
                let zero = bits & 1 != 0;
                let report = Report {
                    seen: Seen { lines, zero },
                    keys: bits & 2 != 0,
                    matters: bits & 4 != 0,
                };
                let line = report.line();
                assert!(line.len() as u64 <= MAX_LINE);
                assert_eq!(Report::of_line(&line), Some(report));
            }
        }
        let too_many = format!("{}\n", STRETCH + 1);
        for line in [
            "", "\n", "12", "k\n", "1x\n", "1 k\n", "-1\n", "1\n2\n", &too_many,
        ] {
            assert_eq!(Report::of_line(line), None, "{line:?}");
        }
    }

    #[test]
    fn nobody_is_sent_by_a_library() {
        // Who calls itself again would here run all tests once more.
        assert!(programs::ourselves(LOOK_AHEAD).is_none());
    }
}
