//! The memory of another process, as a stream of bytes.
//!
//! Reads `/proc/PID/mem`, never writes, never stops the process (no ptrace attachment). Only pages that the process has
//! in use are read, so that reading makes it no larger: its own writable ones, and those it shares with its siblings
//! without a file, where PHP's opcache keeps compiled files. Formats: `proc_pid_maps(5)`, `proc_pid_pagemap(5)`.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use zeroize::Zeroizing;

use super::around::{self, Enclosure};
use super::processes::{self, PhpProcess};
use crate::domain::hunt::{self, Hit, LOOK_BACK, REACH};
use crate::words::words;

/// How much is searched at a time.
const BLOCK: usize = 1 << 20;
/// Pages looked up at a time.
const LOOKED_UP: u64 = 4096;
/// Longest list of mappings that is read.
const MAX_MAPS: u64 = 16 << 20;

/// A process's memory. Between stretches that do not touch stands a NUL.
pub struct ProcessMemory {
    memory: File,
    /// Which pages are in use; `None` where the system does not tell.
    pages: Option<File>,
    page: u64,
    mappings: VecDeque<Range<u64>>,
    stretches: VecDeque<Range<u64>>,
    /// Where the last byte given stood, plus one.
    end: u64,
    left: u64,
    unread: u64,
}

impl ProcessMemory {
    /// Opens a process's memory, of which at most `limit` bytes will be read.
    ///
    /// # Errors
    /// The system's refusal: it takes root or the same user, and some processes refuse even those.
    pub fn open(pid: i32, limit: u64) -> std::io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        // All three belong to one process, even if its number is given to another meanwhile.
        let folder = rustix::fs::open(
            format!("/proc/{pid}"),
            flags | OFlags::DIRECTORY,
            Mode::empty(),
        )?;
        let open = |name: &str| rustix::fs::openat(&folder, name, flags, Mode::empty());
        let maps = std::io::BufReader::new(File::from(open("maps")?).take(MAX_MAPS));
        let pages = open("pagemap").ok().map(File::from);
        let mut mappings = VecDeque::new();
        for line in maps.split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            let Some(mapping) = Mapping::parse(&line) else {
                continue;
            };
            // Without knowing which pages are in use, reading shared ones would bring them into being.
            if mapping.own || pages.is_some() && mapping.siblings {
                mappings.push_back(mapping.range);
            }
        }
        Ok(Self {
            memory: File::from(open("mem")?),
            pages,
            page: procfs::page_size(),
            mappings,
            stretches: VecDeque::new(),
            end: 0,
            left: limit,
            unread: 0,
        })
    }

    /// The same of a PHP process, with its own account's rights where root's do not suffice.
    pub fn of(process: &PhpProcess, limit: u64) -> Result<Self, Barred> {
        processes::as_itself(process.account, || Self::open(process.pid, limit))
            .map_err(|e| Barred::of(process, &e))
    }

    /// Bytes that the process has and that could not be read, or were beyond the limit.
    pub fn unread(&self) -> u64 {
        let stretches = self.stretches.iter().chain(&self.mappings);
        self.unread + stretches.map(|range| range.end - range.start).sum::<u64>()
    }

    /// Finds the pages in use of the next mapping, or of the next part of it. `false` when all was read.
    fn look_up(&mut self) -> std::io::Result<bool> {
        let Some(mapping) = self.mappings.front_mut() else {
            return Ok(false);
        };
        let first = mapping.start;
        let last = mapping.end.min(first.saturating_add(LOOKED_UP * self.page));
        mapping.start = last;
        if mapping.start >= mapping.end {
            self.mappings.pop_front();
        }
        let Some(pages) = &self.pages else {
            self.stretches.push_back(first..last);
            return Ok(true);
        };
        let count = (last - first) / self.page;
        let mut entries = vec![0; usize::try_from(count * 8).unwrap_or(0)];
        pages
            .read_exact_at(&mut entries, first / self.page * 8)
            .map_err(|_| gone())?;
        for (page, entry) in (0..).zip(entries.chunks_exact(8)) {
            // Bit 63: in memory; bit 62: swapped out.
            if entry[if cfg!(target_endian = "little") { 7 } else { 0 }] & 0xc0 == 0 {
                continue;
            }
            let start = first + page * self.page;
            match self.stretches.back_mut() {
                Some(stretch) if stretch.end == start => stretch.end += self.page,
                _ => self.stretches.push_back(start..start + self.page),
            }
        }
        Ok(true)
    }
}

impl Read for ProcessMemory {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let Some(stretch) = self.stretches.front_mut() else {
                if self.left > 0 && self.look_up()? {
                    continue;
                }
                return Ok(0);
            };
            if self.left == 0 || buffer.is_empty() {
                return Ok(0);
            }
            if self.end != stretch.start && self.end != 0 {
                self.end = stretch.start;
                buffer[0] = 0;
                return Ok(1);
            }
            let room = (stretch.end - stretch.start)
                .min(self.left)
                .min(buffer.len() as u64);
            let room = usize::try_from(room).unwrap_or(buffer.len());
            match self.memory.read_at(&mut buffer[..room], stretch.start) {
                // The process ended, and its memory with it.
                Ok(0) => return Err(gone()),
                Ok(read) => {
                    stretch.start += read as u64;
                    self.end = stretch.start;
                    self.left -= read as u64;
                    if stretch.start >= stretch.end {
                        self.stretches.pop_front();
                    }
                    return Ok(read);
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                // A page that went away since, or never was readable: the next one may be.
                Err(e) if matches!(Errno::from_io_error(&e), Some(Errno::IO | Errno::FAULT)) => {
                    let next = (stretch.start / self.page + 1) * self.page;
                    self.unread += next.min(stretch.end) - stretch.start;
                    stretch.start = next;
                    if stretch.start >= stretch.end {
                        self.stretches.pop_front();
                    }
                }
                Err(e) => return Err(e),
            }
        }
    }
}

/// Why the memory of a process cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    /// It is another user's, and we are not root.
    #[error("{}", of_another(.0, *.1))]
    AnothersProcess(String, Option<Enclosure>),
    /// We are root without the capability that this takes, as in a container; and without the one to become its user, where
    /// that is named.
    #[error("{}", incapable(.0.as_deref(), *.1))]
    Capability(Option<String>, Option<Enclosure>),
    /// The kernel allows it to parents and to root alone (Yama).
    #[error("{}", words().memory_yama)]
    Yama,
    /// The process changed its user since it was started, so it is closed to all but root: FPM's do.
    #[error("{}", words().memory_hidden)]
    Hidden,
    /// It ended meanwhile.
    #[error("{}", words().process_gone)]
    Gone,
    /// Anything else, in the system's words.
    #[error("{0}")]
    System(String),
}

/// The capability that reading others' memory takes: its bit in `CapEff` (capabilities(7)).
const SYS_PTRACE: u64 = 1 << 19;
/// That of becoming another user.
const SETUID: u64 = 1 << 7;

impl Barred {
    fn of(process: &PhpProcess, error: &std::io::Error) -> Self {
        let refused = error.kind() == std::io::ErrorKind::PermissionDenied;
        let gone = error.kind() == std::io::ErrorKind::NotFound
            || Errno::from_io_error(error) == Some(Errno::SRCH);
        match rustix::process::geteuid() {
            _ if gone => Barred::Gone,
            _ if !refused => Barred::System(error.to_string()),
            we if we.is_root() && !has_capability(SYS_PTRACE) => {
                let user = (!has_capability(SETUID)).then(|| process.user.clone());
                Barred::Capability(user, around::surroundings())
            }
            we if we.is_root() => Barred::System(error.to_string()),
            we if we.as_raw() != process.account.uid => {
                Barred::AnothersProcess(process.user.clone(), around::surroundings())
            }
            _ if yama() => Barred::Yama,
            _ => Barred::Hidden,
        }
    }
}

fn has_capability(bit: u64) -> bool {
    let status = procfs::process::Process::myself().and_then(|us| us.status());
    status.is_ok_and(|status| status.capeff & bit != 0)
}

fn of_another(user: &str, around: Option<Enclosure>) -> String {
    match around.and_then(|around| around.exec_as(user)) {
        Some(command) => text!(memory_of_another_in_container, user, command),
        None => text!(memory_of_another, user),
    }
}

fn incapable(user: Option<&str>, around: Option<Enclosure>) -> String {
    let Some(around) = around else {
        return words().memory_capability.to_owned();
    };
    let add = around.add_tracing();
    match user.and_then(|user| around.exec_as(user)) {
        Some(command) => text!(memory_capability_as_user, command, add),
        None => text!(memory_capability_in_container, add),
    }
}

fn yama() -> bool {
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    scope.is_ok_and(|scope| scope.trim() != "0")
}

fn gone() -> std::io::Error {
    std::io::Error::other(words().process_gone)
}

/// A line of `maps` that says something of use.
struct Mapping {
    range: Range<u64>,
    /// Writable, and the process's alone: heap, stack, anonymous memory, variables.
    own: bool,
    /// Shared with its siblings, and no file on a disk.
    siblings: bool,
}

impl Mapping {
    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.splitn(6, ' ');
        let (start, end) = parts.next()?.split_once('-')?;
        let (permissions, path) = (parts.next()?, parts.nth(3)?.trim_start());
        let hex = |digits| u64::from_str_radix(digits, 16).ok();
        let readable = permissions.starts_with('r');
        let shared = permissions.ends_with('s');
        let without_file = path == "/dev/zero (deleted)"
            || path.starts_with("/SYSV")
            || path.starts_with("/memfd:");
        let range = hex(start)?..hex(end)?;
        (range.start < range.end).then_some(Self {
            range,
            own: readable && !shared && permissions.contains('w'),
            siblings: readable && shared && without_file,
        })
    }
}

/// Reports every hit in a stream, in overlapping blocks, and says after each how many bytes were read so far; `false`
/// from there ends it.
///
/// # Errors
/// The stream's own, after what was read before it has been searched.
pub fn scan(
    stream: &mut dyn Read,
    hit: &mut dyn FnMut(Hit),
    go_on: &mut dyn FnMut(u64) -> bool,
) -> std::io::Result<()> {
    let mut window = Zeroizing::new(Vec::with_capacity(LOOK_BACK + BLOCK + 2 * REACH));
    let (mut total, mut scanned) = (0, 0);
    loop {
        let before = window.len();
        let read = (&mut *stream).take(BLOCK as u64).read_to_end(&mut window);
        let added = window.len() - before;
        total += added as u64;
        let end = read.is_err() || added < BLOCK;
        let until = if end {
            window.len()
        } else {
            window.len().saturating_sub(2 * REACH).max(scanned)
        };
        hunt::scan_in(&window, scanned..until, hit);
        let goes_on = go_on(total);
        read?;
        if !goes_on || end {
            return Ok(());
        }
        let kept = until.saturating_sub(LOOK_BACK);
        window.drain(..kept);
        scanned = until - kept;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_a_mark_on_any_edge_is_found_once() {
        let alone = "dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=";
        let edge = BLOCK - 2 * REACH;
        for start in (edge - 50..edge + 5).chain([0, BLOCK - 20, BLOCK, 2 * edge - 30]) {
            let mut bytes = vec![0; start];
            bytes.extend_from_slice(alone.as_bytes());
            bytes.resize(2 * BLOCK + 100, 0);
            let mut found = 0;
            scan(&mut &bytes[..], &mut |_| found += 1, &mut |_| true).unwrap();
            assert_eq!(found, 1, "at {start}");
        }
    }

    #[test]
    fn what_would_help_is_said_in_the_words_of_what_is_around() {
        let docker = Some(Enclosure::Docker);
        let nginx = || "nginx".to_owned();
        for (barred, says) in [
            (
                Barred::Capability(Some(nginx()), docker),
                "docker exec -u nginx",
            ),
            (
                Barred::Capability(None, docker),
                "docker run --cap-add SYS_PTRACE",
            ),
            (
                Barred::Capability(Some(nginx()), Some(Enclosure::Kubernetes)),
                "securityContext.capabilities.add: [SYS_PTRACE]",
            ),
            (
                Barred::AnothersProcess(nginx(), Some(Enclosure::Podman)),
                "podman exec -u nginx",
            ),
        ] {
            let said = barred.to_string();
            assert!(said.contains(says), "{says}: {said}");
        }
        for barred in [
            Barred::Capability(Some(nginx()), None),
            Barred::AnothersProcess(nginx(), None),
        ] {
            assert!(!barred.to_string().contains("exec"), "{barred}");
        }
    }

    #[test]
    fn mappings_are_told_apart() {
        let says = |line: &str| Mapping::parse(line).map(|m| (m.own, m.siblings));
        let at = "7f00-7fff";
        for (rest, expected) in [
            ("rw-p 00000000 00:00 0 ", (true, false)),
            ("rw-p 00000000 00:00 0          [heap]", (true, false)),
            ("r--p 00000000 00:00 0          [vvar]", (false, false)),
            ("r-xp 00001000 fe:00 12    /usr/bin/php8.2", (false, false)),
            (
                "rw-s 00000000 00:01 5     /dev/zero (deleted)",
                (false, true),
            ),
            ("rw-s 00000000 fe:00 7     /var/lib/x/data", (false, false)),
            ("---p 00000000 00:00 0 ", (false, false)),
        ] {
            assert_eq!(says(&format!("{at} {rest}")), Some(expected), "{rest}");
        }
        for line in [
            "",
            "x",
            "7fff-7f00 rw-p 0 0 0 ",
            "zz-1 rw-p 0 0 0 ",
            "1-2 rw-p",
        ] {
            assert_eq!(says(line), None, "{line}");
        }
    }

    #[test]
    fn what_was_read_before_a_failure_is_searched() {
        struct Fails;
        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(gone())
            }
        }
        let text = format!("\0base64:{}=", "A".repeat(43));
        let mut hits = 0;
        let read = scan(
            &mut text.as_bytes().chain(Fails),
            &mut |_| hits += 1,
            &mut |_| true,
        );
        assert_eq!((hits, read.is_err()), (1, true));
    }

    #[test]
    fn a_key_on_the_edge_of_a_block_is_found_once() {
        for shift in [0, 1, 30, 51, 52, 2000, 2048] {
            let mut bytes = vec![b' '; BLOCK - shift];
            bytes.extend_from_slice(format!("base64:{}=", "A".repeat(43)).as_bytes());
            bytes.resize(3 * BLOCK, b' ');
            let mut hits = 0;
            scan(&mut &bytes[..], &mut |_| hits += 1, &mut |_| true).unwrap();
            assert_eq!(hits, 1, "shift {shift}");
        }
    }
}
