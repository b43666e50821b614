//! Keys in running PHP: the environment and the memory of its processes, before anything is restarted.
//!
//! A worker may say by its queue name (md5 of the key text) which key it was started with, so those that hold another one
//! than the current key are told and read first. While something opens with no key we know, no worker of the install is
//! restarted before its memory was searched: it may be the last place of that key.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::path::PathBuf;

use crate::domain::hunt::trials::KeyTrials;
use crate::domain::inventory::secret::Place;
use crate::domain::key::app_key::Fingerprint;
use crate::domain::key::derived_hashes;
use crate::domain::key::source::{Source, SourceKind};
use crate::engine::hunt::Looking;
use crate::engine::hunt::sieve::{self, closed};
use crate::engine::progress::Progress;
use crate::engine::session::{Session, Unsearched, mails};
use crate::io::container::within;
use crate::io::fs;
use crate::io::hunt::{Candidate, HuntTotals, SkipReason, Skipped};
use crate::io::os::memory::{self, Barred, ProcessMemory};
use crate::io::os::processes::{self, Belongs, PhpProcess, ProcessRole};
use crate::words::words;

/// Memory that is read of one process.
const MAX_MEMORY: u64 = 4 << 30;
/// Texts remembered of one process, so that each is tried once; of more than that, some are tried again.
const MAX_SEEN: usize = 1 << 15;
/// How many unread processes are remembered.
const MAX_SKIPPED: usize = 200;

/// Whether queue workers are restarted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workers {
    /// They are.
    Restart,
    /// They are not: sentences that say why.
    Stay(Vec<String>),
}

/// The PHP processes of this machine, those first that hold another key than the current one; and how many these are.
pub fn queue(session: &Session) -> (Vec<PhpProcess>, usize) {
    let effective = session
        .ring
        .effective()
        .map(derived_hashes::worker_identifier);
    let holds_another = |process: &PhpProcess| {
        let identifier = process.identifier();
        identifier.is_some() && identifier != effective.as_deref()
    };
    let (mut queue, others): (Vec<PhpProcess>, Vec<PhpProcess>) =
        session.php_processes().into_iter().partition(holds_another);
    let first = queue.len();
    // A key once loaded is read from a worker sooner than from a pool of FPM.
    let is_worker = |process: &PhpProcess| matches!(process.role, ProcessRole::Worker(_));
    let (workers, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(is_worker);
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
) -> HuntTotals {
    let queue = queue(session);
    look_through(session, queue, cancel, on)
}

/// The same in what belongs to this install, or may: done unasked, before something is judged or restarted.
pub fn look_in_own(
    session: &mut Session,
    cancel: &dyn Fn() -> bool,
    on: &mut dyn FnMut(&mut Session, Looking<'_>),
) -> HuntTotals {
    let (queue, _) = queue(session);
    let own = queue
        .into_iter()
        .filter(|p| p.belongs != Belongs::Elsewhere);
    look_through(session, (own.collect(), 0), cancel, on)
}

/// Whether there can be processes of the install: in a stopped container, none runs.
pub fn runs_anything() -> bool {
    !within::is_stopped()
}

/// Searches, while anything is lost, what a restart would destroy, and says whether workers may be restarted.
/// `stays` says which secrets will not be readable in the end.
pub fn before_restart(
    session: &mut Session,
    stays: &dyn Fn(&Session, &Place) -> bool,
    progress: &mut Progress<'_>,
    cancel: &dyn Fn() -> bool,
) -> Workers {
    let w = words();
    if closed(session) > 0 && session.machine.is_host() {
        if runs_anything() {
            progress(w.memory_searched_first, 0, None);
        }
        look_in_own(session, cancel, &mut |_, _| {});
        mails::count_mails(session);
    }
    let mut why = Vec::new();
    if closed(session) > 0 {
        why.extend(session.unsearched.iter().map(unsearched));
    }
    if closed(session) > 0 && session.machine.is_host() {
        if !processes::can_be_seen() {
            why.push(w.no_proc.to_owned());
        }
        if processes::others_hidden() && !are_web_user(session) {
            why.push(w.workers_hidden.to_owned());
        }
    }
    why.extend(only_in_memory(session, stays));
    match why.is_empty() || session.restart_anyway {
        true => Workers::Restart,
        false => Workers::Stay(why),
    }
}

/// A worker whose memory was not searched, as a sentence.
fn unsearched(Unsearched { process, why }: &Unsearched) -> String {
    text!(
        worker_unsearched,
        pid = process.pid,
        what = process.what,
        why
    )
}

fn are_web_user(session: &Session) -> bool {
    rustix::process::geteuid().as_raw() == session.install.web_user.uid
}

/// Keys that something still needs, and that stand nowhere but in running processes: a sentence for each.
fn only_in_memory(
    session: &Session,
    stays: &dyn Fn(&Session, &Place) -> bool,
) -> impl Iterator<Item = String> {
    let needed = session.inventory.secrets.iter().filter_map(|secret| {
        let payload = secret.payload()?.as_ref().ok()?;
        let key = session.ring.maker_of(payload)?.fingerprint();
        stays(session, &secret.place).then_some(key)
    });
    let needed: HashSet<_> = needed.collect();
    held_by_processes_alone(session, &needed)
        .into_iter()
        .map(|key| text!(key_only_in_memory, key))
}

/// Those of these keys that stand nowhere but in running processes, as they are named.
pub fn held_by_processes_alone(session: &Session, keys: &HashSet<Fingerprint>) -> Vec<String> {
    let running = |source: &Source| match source.kind {
        SourceKind::ProcessMemory => true,
        // Without a path it is our own: the process that started us has it.
        SourceKind::ProcessEnvironment => source.path.is_some(),
        _ => false,
    };
    let held = session
        .ring
        .iter()
        .filter(|known| keys.contains(&known.fingerprint()) && known.sources.iter().all(running));
    held.map(|known| {
        let key = known.fingerprint();
        session.ring.name(key)
    })
    .collect()
}

fn look_through(
    session: &mut Session,
    (queue, first): (Vec<PhpProcess>, usize),
    cancel: &dyn Fn() -> bool,
    on: &mut dyn FnMut(&mut Session, Looking<'_>),
) -> HuntTotals {
    let mut search = ProcessSearch {
        cancel,
        on,
        sieve: sieve::Sieve::of(session),
        trials: sieve::trials(session),
        looked: HuntTotals::default(),
        unsearched: Vec::new(),
        others: BTreeMap::new(),
    };
    for process in &queue[..first] {
        (search.on)(session, Looking::OtherKey(process));
    }
    for process in &queue {
        if cancel() {
            break;
        }
        search.process(session, process);
    }
    search.tell_others();
    let ProcessSearch {
        looked, unsearched, ..
    } = search;
    session.unsearched = unsearched;
    looked
}

struct ProcessSearch<'a> {
    cancel: &'a dyn Fn() -> bool,
    on: &'a mut dyn FnMut(&mut Session, Looking<'_>),
    sieve: sieve::Sieve,
    trials: KeyTrials,
    looked: HuntTotals,
    unsearched: Vec<Unsearched>,
    /// Processes of other users, by what keeps them from being searched.
    others: BTreeMap<String, Vec<PhpProcess>>,
}

impl ProcessSearch<'_> {
    fn process(&mut self, session: &mut Session, process: &PhpProcess) {
        self.looked.files += 1;
        let file = |name: &str| PathBuf::from(format!("/proc/{}/{name}", process.pid));
        let place = file("environ");
        let kind = SourceKind::ProcessEnvironment;
        let read = processes::environment_of(process.pid, process.account)
            .and_then(|bytes| self.stream(session, &mut &bytes[..], kind, &place));
        let place = file("mem");
        let memory = ProcessMemory::of(process, MAX_MEMORY);
        // Of those of another user neither can be read: that is told once for all of them.
        if let Err(barred @ Barred::AnothersProcess(..)) = &memory {
            let why = barred.to_string();
            self.left(process, why.clone());
            self.others.entry(why).or_default().push(process.clone());
            return;
        }
        if let Err(e) = read {
            self.skip(process, file("environ"), &e.to_string());
        }
        let left = match memory {
            Ok(mut memory) => {
                let kind = SourceKind::ProcessMemory;
                let read = self.stream(session, &mut memory, kind, &place);
                let megabytes = memory.unread() >> 20;
                match read {
                    Ok(()) if megabytes > 0 && !(self.cancel)() => {
                        Some(text!(process_memory_unread, megabytes))
                    }
                    // The key may be among what was not tried on all that it may open.
                    Ok(()) => sieve::tried_on_some(&self.trials).map(|why| why.to_string()),
                    Err(e) => Some(e.to_string()),
                }
            }
            Err(barred) => Some(barred.to_string()),
        };
        if let Some(why) = left {
            self.skip(process, place, &why);
            self.left(process, why);
        }
    }

    /// Of each user whose processes cannot be searched, the first one, and how many more there are.
    fn tell_others(&mut self) {
        for (why, all) in std::mem::take(&mut self.others) {
            let Some((first, more)) = all.split_first() else {
                continue;
            };
            let why = match more.len() {
                0 => why,
                more => text!(processes_alike, why, more),
            };
            let place = PathBuf::from(format!("/proc/{}", first.pid));
            self.skip(first, place, &why);
        }
    }

    /// Remembers a worker whose restart would destroy what was not searched. One that ended is beyond that.
    fn left(&mut self, process: &PhpProcess, why: String) {
        let worker = matches!(process.role, ProcessRole::Worker(_));
        let still_there = PathBuf::from(format!("/proc/{}/stat", process.pid)).exists();
        if worker && process.belongs != Belongs::Elsewhere && still_there {
            self.unsearched.push(Unsearched {
                process: process.clone(),
                why,
            });
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
        let (mut seen, mut paid) = (HashSet::new(), 0);
        // Both closures report to the session, one after the other.
        let state = std::cell::RefCell::new((session, &mut *self));
        memory::scan(
            stream,
            &mut |hit| {
                let (session, search) = &mut *state.borrow_mut();
                if !search.trials.is_worth_telling(hit.text.expose(), hit.named) {
                    return;
                }
                if seen.len() >= MAX_SEEN {
                    seen.clear();
                }
                if seen.insert(fs::digest(hit.text.expose())) {
                    let candidate = Candidate {
                        text: hit.text,
                        source: Source::file(kind, place, None),
                        named: hit.named,
                    };
                    let ProcessSearch { sieve, trials, .. } = &mut **search;
                    if sieve::consider(session, candidate, sieve, Some(trials)) {
                        (search.on)(session, Looking::Found);
                    }
                }
            },
            &mut |read| {
                let (session, search) = &mut *state.borrow_mut();
                search.looked.bytes = before + read;
                let bytes = search.looked.bytes;
                search.trials.read(read.saturating_sub(paid));
                paid = read;
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
        let named = text!(process_named, what = process.what, user = process.user);
        self.looked.skipped.push(Skipped {
            path,
            inside: vec![named.into()],
            why: SkipReason::Refused(why.to_owned()),
            bytes: 0,
            alike: 0,
        });
    }
}
