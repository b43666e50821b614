//! Where it is kept what is remembered of all installs and what has not reached everybody: the journal; a file in memory while
//! that cannot be written; nowhere, where that cannot be either.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::run::watch::fleet::FleetMemory;
use crate::domain::run::watch::{News, Turn, WatchReport};
use crate::engine::session::options::Options;
use crate::io::state::AbsolutePath;
use crate::io::state::journal::outbox::Undelivered;
use crate::io::state::journal::{Journal, JournalError};
use crate::io::state::lock::{Lock, LockError};
use crate::io::state::spare::{SpareFile, SpareMemory};
use crate::sentences;
use crate::words::words;

/// How long it is waited for somebody else who tells.
const PATIENCE: Duration = Duration::from_mins(1);
/// So many wait in the file in memory; the oldest give way.
const MOST_KEPT: usize = 100;
/// Whatever waits longer is told by whoever comes: the one whose it was does not.
const LEFT_BEHIND: SignedDuration = SignedDuration::from_hours(1);

/// The book, held by one process at a time.
pub(super) struct WatchBook {
    state_dir: AbsolutePath,
    file: Option<SpareFile>,
    /// What the file in memory has, or would have.
    spare: Option<SpareMemory>,
    was: FleetMemory,
    /// What is remembered of all installs.
    pub(super) fleet: FleetMemory,
    _lock: Option<Lock>,
}

/// Where something waits.
#[derive(Debug, Clone, Copy)]
pub(super) enum Waiting {
    /// In the journal, under this number.
    Journal(i64),
    /// In the file in memory, so many after the first.
    Spare(usize),
}

/// What is remembered of all installs, without the book: to know which are watched.
pub fn fleet(options: &Options) -> FleetMemory {
    let spare = SpareFile::of(&options.state_dir).and_then(|file| file.read());
    spare.map_or_else(|| of_journal(&options.state_dir), |spare| spare.fleet)
}

fn of_journal(state_dir: &AbsolutePath) -> FleetMemory {
    let journal = Journal::existing(state_dir).ok().flatten();
    let fleet = journal.and_then(|journal| journal.fleet().ok());
    fleet.unwrap_or_default()
}

impl WatchBook {
    /// Takes the book; `None` where somebody else has it for longer than one waits.
    pub(super) fn take(options: &Options) -> Option<Self> {
        let state_dir = options.state_dir.clone();
        let file = SpareFile::of(&state_dir);
        let lock = match Lock::take_for_telling(&state_dir, PATIENCE) {
            Err(LockError::Held(_)) => return None,
            Ok(lock) => Some(lock),
            Err(_) => match file.as_ref().map(|file| file.lock(PATIENCE)) {
                Some(Err(LockError::Held(_))) => return None,
                Some(Ok(lock)) => Some(lock),
                // Told twice is better than not at all.
                Some(Err(_)) | None => None,
            },
        };
        let spare = file.as_ref().and_then(SpareFile::read);
        let was = match &spare {
            Some(spare) => spare.fleet.clone(),
            None => of_journal(&state_dir),
        };
        Some(Self {
            fleet: was.clone(),
            was,
            spare,
            file,
            state_dir,
            _lock: lock,
        })
    }

    /// Keeps what is remembered now, and in the same moment these news, before anybody is told.
    ///
    /// # Errors
    /// Why it is kept nowhere: then all of it is told again.
    pub(super) fn keep(&mut self, news: Vec<WatchReport>) -> Result<(), String> {
        if self.fleet == self.was && news.is_empty() && self.spare.is_none() {
            return Ok(());
        }
        let mut spare = self.spare.take().unwrap_or_default();
        spare
            .undelivered
            .extend(news.into_iter().map(Undelivered::of));
        let surplus = spare.undelivered.len().saturating_sub(MOST_KEPT);
        spare.undelivered.drain(..surplus);
        spare.fleet = self.fleet.clone();
        match self.to_journal(&spare) {
            Ok(()) => {
                if let Some(file) = &self.file {
                    file.remove();
                }
                Ok(())
            }
            Err(_) => {
                self.spare = Some(spare);
                self.write_spare()
            }
        }
    }

    fn to_journal(&self, spare: &SpareMemory) -> Result<(), JournalError> {
        let mut journal = Journal::open(&self.state_dir)?;
        journal.keep_fleet(&self.fleet, &spare.undelivered)?;
        spare.taken.iter().try_for_each(|(id, taken)| {
            let taken: Vec<&str> = taken.iter().map(String::as_str).collect();
            journal.delivered_to(*id, &taken)
        })
    }

    fn write_spare(&self) -> Result<(), String> {
        let (Some(file), Some(spare)) = (&self.file, &self.spare) else {
            return Err(words().watch_no_runtime_folder.to_owned());
        };
        file.write(spare).map_err(|error| error.to_string())
    }

    /// Says with all that waits here alone that it is told again each time, and why.
    pub(super) fn say_so(&mut self, why: &str) {
        let claim = sentences::watch::claims::told_each_time(why);
        for one in self
            .spare
            .iter_mut()
            .flat_map(|spare| &mut spare.undelivered)
        {
            one.report.news.push(News {
                turn: Turn::Happened,
                matter: claim.clone().matter(one.since),
            });
        }
    }

    /// What waits to be told, the oldest first: of what is `ours`, and of what others left behind.
    pub(super) fn waiting(
        &self,
        ours: &dyn Fn(&WatchReport) -> bool,
    ) -> Vec<(Waiting, Undelivered)> {
        let now = Timestamp::now();
        let is_due =
            |one: &Undelivered| ours(&one.report) || now.duration_since(one.since) >= LEFT_BEHIND;
        let mut all = self.all();
        all.retain(|(_, one)| is_due(one));
        all
    }

    fn all(&self) -> Vec<(Waiting, Undelivered)> {
        let journal = Journal::existing(&self.state_dir).ok().flatten();
        let rows = journal.and_then(|journal| journal.undelivered().ok());
        let spare = self.spare.as_ref();
        let of_journal = rows.unwrap_or_default().into_iter().map(|(id, mut one)| {
            let noted = spare.into_iter().flat_map(|spare| &spare.taken);
            let noted = noted
                .filter(|(of, _)| *of == id)
                .flat_map(|(_, taken)| taken);
            one.taken.extend(noted.cloned());
            (Waiting::Journal(id), one)
        });
        let of_spare = spare.into_iter().flat_map(|spare| &spare.undelivered);
        let of_spare = of_spare.cloned().enumerate();
        of_journal
            .chain(of_spare.map(|(at, one)| (Waiting::Spare(at), one)))
            .collect()
    }

    /// Writes down who took it.
    pub(super) fn mark(&mut self, place: Waiting, taken: &[String]) {
        match place {
            Waiting::Journal(id) => {
                let names: Vec<&str> = taken.iter().map(String::as_str).collect();
                let marked = Journal::open(&self.state_dir)
                    .and_then(|mut journal| journal.delivered_to(id, &names));
                if marked.is_ok() {
                    return;
                }
                let fleet = &self.fleet;
                let spare = self.spare.get_or_insert_with(|| SpareMemory {
                    fleet: fleet.clone(),
                    ..SpareMemory::default()
                });
                spare.taken.retain(|(of, _)| *of != id);
                spare.taken.push((id, taken.to_vec()));
            }
            Waiting::Spare(at) => {
                let spare = self.spare.as_mut();
                if let Some(one) = spare.and_then(|spare| spare.undelivered.get_mut(at)) {
                    one.taken = taken.to_vec();
                }
            }
        }
        // Where it cannot be written, it is told again.
        let _ = self.write_spare();
    }

    /// Writes down that it has reached everybody.
    pub(super) fn done(&mut self, place: Waiting) {
        match place {
            Waiting::Journal(id) => {
                // What stays is marked as taken by all.
                let _ = Journal::open(&self.state_dir).and_then(|mut j| j.delivered(id));
            }
            Waiting::Spare(at) => {
                let spare = self.spare.as_mut();
                if let Some(one) = spare.and_then(|spare| spare.undelivered.get_mut(at)) {
                    one.report.news.clear();
                }
            }
        }
    }
}

impl Drop for WatchBook {
    /// Lets go of what has reached everybody.
    fn drop(&mut self) {
        let Some(spare) = &mut self.spare else { return };
        let before = spare.undelivered.len();
        spare.undelivered.retain(|one| !one.report.news.is_empty());
        if spare.undelivered.len() < before {
            // Where it cannot be written, it is told again.
            let _ = self.write_spare();
        }
    }
}
