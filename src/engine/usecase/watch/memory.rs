//! What a round remembers of the one before, and hands on to the next: the record in the journal. Where that cannot be written,
//! a round looks and compares all the same, tries no login, and says so.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::run::watch::WatchReport;
use crate::domain::run::watch::digest::DigestSecret;
use crate::domain::run::watch::record::{TriedLogin, WatchRecord};
use crate::engine::recovery::disk_trouble::help;
use crate::engine::session::options::Options;
use crate::io::fs::disk_trouble::Obstacle;
use crate::io::state::digest_secret;
use crate::io::state::journal::{Journal, JournalError};
use crate::io::state::lock::{Lock, LockError};
use crate::words::words;

/// Why nothing can be written down.
#[derive(Debug, Clone)]
pub(super) struct RecordTrouble {
    /// A sentence.
    pub(super) why: String,
    /// What to do.
    pub(super) next: String,
}

impl RecordTrouble {
    fn of(why: String, obstacle: Option<Obstacle>, path: &Path) -> Self {
        let next = help(obstacle, path, words().watch_cannot_record_next);
        Self { why, next }
    }

    fn of_journal(error: &JournalError) -> Self {
        Self::of(error.to_string(), error.obstacle(), error.path())
    }
}

/// The memory of one round.
pub(super) struct RoundMemory {
    options: Options,
    folder: PathBuf,
    /// What the round before wrote down.
    pub(super) before: Arc<WatchRecord>,
    /// What the digests are made with; none where there is none.
    pub(super) secret: Option<DigestSecret>,
    /// Why nothing can be written down, where that is so.
    pub(super) trouble: Option<RecordTrouble>,
    /// What the journal has now.
    written: Arc<WatchRecord>,
    _lock: Option<Lock>,
}

impl RoundMemory {
    /// Reads what is there. What stands in the way is no error: it is told.
    pub(super) fn read(options: &Options, folder: &Path, lock: Result<Lock, LockError>) -> Self {
        let mut trouble = None;
        let lock = lock.map_err(|error| {
            let path = error.path().unwrap_or(&options.state_dir);
            trouble = Some(RecordTrouble::of(error.to_string(), error.obstacle(), path));
        });
        let record = Journal::existing(&options.state_dir)
            .and_then(|there| there.map_or(Ok(None), |journal| journal.watch_record(folder)));
        let before = record.unwrap_or_else(|error| {
            trouble = Some(RecordTrouble::of_journal(&error));
            None
        });
        let secret = digest_secret::read_or_make(&options.state_dir).map_err(|error| {
            let told = RecordTrouble::of(error.to_string(), error.obstacle(), error.path());
            trouble.get_or_insert(told);
        });
        // Thousands of mailboxes are in it: there is one of it as long as nothing is written.
        let before = Arc::new(before.unwrap_or_default());
        Self {
            options: options.clone(),
            folder: folder.to_owned(),
            written: Arc::clone(&before),
            before,
            secret: secret.ok(),
            trouble,
            _lock: lock.ok(),
        }
    }

    /// Writes down that these logins are begun, before they are. Where it could not, they must not be.
    pub(super) fn begin(&mut self, logins: BTreeMap<String, TriedLogin>) -> bool {
        let begun = WatchRecord {
            logins,
            ..WatchRecord::clone(&self.written)
        };
        self.put(begun, None)
    }

    /// Writes down what a round came to, where anything of it is new, or where `anyway`. Says whether all is written down.
    pub(super) fn end(&mut self, after: &WatchRecord, report: &WatchReport, anyway: bool) -> bool {
        if self.trouble.is_some() {
            return false;
        }
        if *self.written == *after && report.news.is_empty() && !anyway {
            return true;
        }
        self.put(after.clone(), Some(report))
    }

    fn put(&mut self, record: WatchRecord, report: Option<&WatchReport>) -> bool {
        if self.trouble.is_some() {
            return false;
        }
        let put = Journal::open(&self.options.state_dir).and_then(|mut journal| match report {
            Some(report) => journal.write_round(&self.folder, &record, report),
            None => journal.begin_logins(&self.folder, &record),
        });
        match put {
            Ok(()) => self.written = Arc::new(record),
            Err(error) => self.trouble = Some(RecordTrouble::of_journal(&error)),
        }
        self.trouble.is_none()
    }

    /// Reads something else of the journal; `None` where it cannot be read.
    pub(super) fn of_journal<T: Default>(
        &self,
        read: impl FnOnce(&Journal) -> Result<T, JournalError>,
    ) -> Option<T> {
        match Journal::existing(&self.options.state_dir).ok()? {
            Some(journal) => read(&journal).ok(),
            None => Some(T::default()),
        }
    }

    /// Notes that these keys, by their fingerprints, are in a safe.
    pub(super) fn note_safe(&mut self, keys: &[String], path: &Path) {
        let noted = Journal::open(&self.options.state_dir).and_then(|mut journal| {
            journal.safe_made(&self.folder, keys, Some(path), Timestamp::now())
        });
        if let Err(error) = noted {
            self.trouble
                .get_or_insert(RecordTrouble::of_journal(&error));
        }
    }
}
