//! Whether this is a good hour for a recovery: what runs or waits on the server, and who is at work.
//!
//! It never decides whether a recovery may be carried out: each row is compared before it is written, whatever the hour. It
//! says what a recovery would get in the way of, or would be held up by.

use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::domain::mail::queue::Signs;

/// What was seen or done within so many seconds counts as happening now.
pub const NOW: i64 = 300;

/// A program that reads the database or the files as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningBackup {
    /// Process id.
    pub pid: i32,
    /// The program's name, one of ours to know: nothing of its arguments.
    pub program: &'static str,
}

/// What was seen of an install, all at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observed {
    /// Of its queue.
    pub signs: Signs,
    /// People who are signed in and whose browser asked for something just now.
    pub signed_in: u64,
    /// What people wrote in the browser, or logged in and out, just now.
    pub acts: u64,
    /// Backups and dumps that run.
    pub backups: Vec<RunningBackup>,
    /// FreeScout is in maintenance mode.
    pub maintenance: bool,
    /// Migrations that come with the installed version and have not run on its database.
    pub migrations_pending: u64,
    /// Whether files of the release were replaced just now.
    pub files_replaced: bool,
    /// Stored texts that a recovery compares, and locks while it writes.
    pub texts: u64,
}

named! {
    /// What makes an hour a bad one.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum BadSign {
        /// FreeScout is in maintenance mode: somebody updates it, or works on it.
        Maintenance = "maintenance_mode",
        /// Files of the release were replaced just now.
        FilesReplaced = "files_replaced",
        /// An update is half done: the files are newer than the database.
        MigrationsPending {
            /// How many.
            count: u64,
        } = "migrations_pending",
        /// A backup or dump runs: half of it would be from before the recovery.
        BackupRuns(RunningBackup) = "backup_running",
        /// Workers are in the middle of jobs.
        JobsRun {
            /// How many.
            count: u64,
        } = "jobs_running",
        /// Jobs wait that a worker is about to take.
        JobsWait {
            /// How many.
            count: u64,
        } = "jobs_waiting",
        /// People wrote in the browser, or logged in or out, just now.
        PeopleAct = "people_at_work",
        /// People have FreeScout open: a new key signs them out.
        SignedIn {
            /// How many.
            count: u64,
        } = "signed_in",
    }
    /// The name in the JSON forms.
    pub fn code(&self);
}

/// How good the hour is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hour {
    /// What speaks against it, the gravest first.
    pub bad_signs: Vec<BadSign>,
    /// Stored texts that a recovery compares, and locks while it writes.
    pub texts: u64,
}

impl Hour {
    /// Judges what was seen.
    pub fn of(seen: Observed) -> Self {
        let Observed {
            signs,
            signed_in,
            acts,
            backups,
            maintenance,
            migrations_pending,
            files_replaced,
            texts,
        } = seen;
        let some = |count: u64| (count > 0).then_some(count);
        let mut bad_signs: Vec<BadSign> = Vec::new();
        bad_signs.extend(maintenance.then_some(BadSign::Maintenance));
        bad_signs.extend(files_replaced.then_some(BadSign::FilesReplaced));
        bad_signs
            .extend(some(migrations_pending).map(|count| BadSign::MigrationsPending { count }));
        bad_signs.extend(backups.into_iter().map(BadSign::BackupRuns));
        bad_signs.extend(some(signs.reserved_lately).map(|count| BadSign::JobsRun { count }));
        bad_signs.extend(some(signs.jobs_due_lately).map(|count| BadSign::JobsWait { count }));
        bad_signs.extend(some(acts).map(|_| BadSign::PeopleAct));
        bad_signs.extend(some(signed_in).map(|count| BadSign::SignedIn { count }));
        Self { bad_signs, texts }
    }

    /// Whether nothing speaks against it.
    pub fn is_quiet(&self) -> bool {
        self.bad_signs.is_empty()
    }

    /// For about how long a recovery holds rows that others want to write, in whole seconds, rounded up.
    pub fn holds_seconds(&self) -> u64 {
        1 + self.texts / TEXTS_A_SECOND
    }
}

/// How many texts are compared and written in a second, about: measured with a database on the same machine.
const TEXTS_A_SECOND: u64 = 4000;

/// Whether something happened just now: not long before `now`, and not in a future that a wrong clock would make. Both by
/// one clock.
pub fn is_now(at: DateTime, now: DateTime) -> bool {
    let near = SignedDuration::from_secs(NOW);
    now.duration_since(at).abs() <= near
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_hour_is_quiet_until_something_speaks_against_it() {
        let quiet = Observed {
            signs: Signs {
                // Nobody is about to take those.
                jobs_waiting: 12,
                jobs_delayed: 9,
                reserved: 1,
                failed_jobs: 40,
                ..Signs::default()
            },
            texts: 8100,
            ..Observed::default()
        };
        let hour = Hour::of(quiet.clone());
        assert!(hour.is_quiet());
        assert_eq!(hour.holds_seconds(), 3);
        let backup = RunningBackup {
            pid: 4211,
            program: "mysqldump",
        };
        let busy = Observed {
            signs: Signs {
                jobs_due_lately: 3,
                reserved_lately: 1,
                ..quiet.signs
            },
            signed_in: 2,
            acts: 7,
            backups: vec![backup.clone()],
            maintenance: true,
            migrations_pending: 4,
            files_replaced: true,
            texts: 1,
        };
        let codes: Vec<&str> = Hour::of(busy.clone())
            .bad_signs
            .iter()
            .map(BadSign::code)
            .collect();
        let wanted = [
            "maintenance_mode",
            "files_replaced",
            "migrations_pending",
            "backup_running",
            "jobs_running",
            "jobs_waiting",
            "people_at_work",
            "signed_in",
        ];
        assert_eq!(codes, wanted);
        assert_eq!(Hour::of(busy).bad_signs[3], BadSign::BackupRuns(backup));
    }

    #[test]
    fn now_is_a_few_minutes_either_way() {
        let now = date(2026, 11, 30).at(0, 2, 0, 0);
        let before = |seconds| now - SignedDuration::from_secs(seconds);
        for (seconds, is) in [
            (0, true),
            (300, true),
            (301, false),
            (-300, true),
            (-301, false),
        ] {
            assert_eq!(is_now(before(seconds), now), is, "{seconds}");
        }
        assert!(!is_now(DateTime::MIN, DateTime::MAX));
    }
}
