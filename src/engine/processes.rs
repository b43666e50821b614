//! Keys in running PHP: the environment and the memory of its processes, before anything is restarted.
//!
//! A worker says by its queue name (md5 of the key text) which key it was started with, so those that hold another one
//! than the key in force are told and read first.

use std::collections::HashSet;
use std::io::Read;
use std::path::PathBuf;

use crate::domain::derived;
use crate::domain::source::{Source, SourceKind};
use crate::engine::checks::{self, Looking};
use crate::engine::session::Session;
use crate::io::files;
use crate::io::hunt::{Candidate, Looked, SkipReason, Skipped};
use crate::io::memory::{self, Memory};
use crate::io::processes::{self, PhpProcess};
use crate::words::{fill, words};

/// Memory that is read of one process.
const MAX_MEMORY: u64 = 4 << 30;
/// How many unread processes are remembered.
const MAX_SKIPPED: usize = 200;

/// The PHP processes of this machine, those first that hold another key than the one in force; and how many these are.
pub fn queue(session: &Session) -> (Vec<PhpProcess>, usize) {
    let effective = session.ring.effective().map(derived::worker_identifier);
    let (mut queue, others): (Vec<PhpProcess>, Vec<PhpProcess>) = processes::php()
        .into_iter()
        .partition(|process| process.worker.is_some() && process.worker != effective);
    let first = queue.len();
    // A key once loaded is read from a worker sooner than from a pool of FPM.
    let (workers, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(|p| p.worker.is_some());
    queue.extend(workers);
    queue.extend(rest);
    (queue, first)
}

/// Searches the environment and the memory of every PHP process and adds what it finds to the session. `on` hears as
/// of a search in files; `files` counts processes.
pub fn look_in(
    session: &mut Session,
    cancel: &dyn Fn() -> bool,
    on: &mut dyn FnMut(&mut Session, Looking<'_>),
) -> Looked {
    let mut search = Search {
        cancel,
        on,
        sieve: checks::Sieve::of(session),
        looked: Looked {
            files: 0,
            bytes: 0,
            skipped: Vec::new(),
            skipped_more: 0,
        },
    };
    let (queue, first) = queue(session);
    for process in &queue[..first] {
        (search.on)(session, Looking::OtherKey(process));
    }
    for process in &queue {
        if cancel() {
            break;
        }
        search.process(session, process);
    }
    search.looked
}

struct Search<'a> {
    cancel: &'a dyn Fn() -> bool,
    on: &'a mut dyn FnMut(&mut Session, Looking<'_>),
    sieve: checks::Sieve,
    looked: Looked,
}

impl Search<'_> {
    fn process(&mut self, session: &mut Session, process: &PhpProcess) {
        self.looked.files += 1;
        let file = |name: &str| PathBuf::from(format!("/proc/{}/{name}", process.pid));
        let place = file("environ");
        let kind = SourceKind::ProcessEnvironment;
        let read = processes::environment(process.pid)
            .and_then(|bytes| self.stream(session, &mut &bytes[..], kind, &place));
        if let Err(e) = read {
            self.skip(process, place, &e.to_string());
        }
        let place = file("mem");
        let read = Memory::open(process.pid, MAX_MEMORY).and_then(|mut memory| {
            self.stream(session, &mut memory, SourceKind::ProcessMemory, &place)?;
            Ok(memory.unread())
        });
        match read {
            Ok(unread) if unread >> 20 > 0 && !(self.cancel)() => {
                let megabytes = unread >> 20;
                let why = fill(words().process_memory_unread, &[("megabytes", &megabytes)]);
                self.skip(process, place, &why);
            }
            Ok(_) => {}
            Err(e) => self.skip(process, place, &e.to_string()),
        }
    }

    fn stream(
        &mut self,
        session: &mut Session,
        stream: &mut dyn Read,
        kind: SourceKind,
        place: &std::path::Path,
    ) -> std::io::Result<()> {
        let (files, before) = (self.looked.files, self.looked.bytes);
        let mut seen = HashSet::new();
        // Both closures report to the session, one after the other.
        let state = std::cell::RefCell::new((session, &mut *self));
        memory::scan(
            stream,
            &mut |hit| {
                let (session, search) = &mut *state.borrow_mut();
                if seen.insert(files::digest(hit.text.expose())) {
                    let candidate = Candidate {
                        text: hit.text,
                        source: Source::file(kind, place, None),
                        named: hit.named,
                    };
                    if checks::consider(session, candidate, &mut search.sieve) {
                        (search.on)(session, Looking::Found);
                    }
                }
            },
            &mut |read| {
                let (session, search) = &mut *state.borrow_mut();
                search.looked.bytes = before + read;
                let bytes = search.looked.bytes;
                let at = Looking::At {
                    files,
                    bytes,
                    current: place,
                };
                (search.on)(session, at);
                !(search.cancel)()
            },
        )
    }

    fn skip(&mut self, process: &PhpProcess, path: PathBuf, why: &str) {
        if self.looked.skipped.len() >= MAX_SKIPPED {
            self.looked.skipped_more += 1;
            return;
        }
        let named = fill(
            words().process_named,
            &[("what", &process.what), ("user", &process.user)],
        );
        self.looked.skipped.push(Skipped {
            path,
            inside: vec![named],
            why: SkipReason::Refused(why.to_owned()),
        });
    }
}
