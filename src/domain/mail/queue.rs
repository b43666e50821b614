//! FreeScout's queue: the jobs that wait in the table `jobs`, and those it gave up, in `failed_jobs`.
//!
//! Follows Laravel 5.5 (`DatabaseQueue`, `DatabaseFailedJobProvider`): times in `jobs` are Unix seconds, `failed_at` is a
//! date by the clock of FreeScout. A job that failed and will be tried again waits with `available_at` in the future.

use jiff::civil::DateTime;

/// The queue that FreeScout puts the jobs on that send mail.
const MAIL_QUEUE: &[u8] = b"emails";
/// A worker that runs takes a job, and is done with it, within so many seconds: FreeScout ends the ones that send mail
/// after two minutes. What is older lies there because no worker runs, or because one died with it.
const LATELY: i64 = 300;

/// A row of `jobs`, as far as it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueuedJob<'a> {
    /// The name of its queue.
    pub queue: &'a [u8],
    /// Since when a worker has it: Unix seconds.
    pub reserved_at: Option<i64>,
    /// When it may be taken: Unix seconds.
    pub available_at: Option<i64>,
}

/// The signs of life of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signs {
    /// Jobs that no worker has. Where there are very many, that many at least.
    pub jobs_waiting: u64,
    /// Of these, those that are to be tried later.
    pub jobs_delayed: u64,
    /// Of those that wait, the ones that may be taken since a moment ago: a worker that runs is about to.
    pub jobs_due_lately: u64,
    /// Of those that wait, the ones on the queue of mail.
    pub mails_waiting: u64,
    /// Since when the one that may be taken longest waits: Unix seconds.
    pub oldest_job: Option<i64>,
    /// Jobs that a worker has taken. One that a worker died with is among them until it is taken again.
    pub reserved: u64,
    /// Of these, those that were taken a moment ago: a worker is in the middle of them.
    pub reserved_lately: u64,
    /// When the last of them was taken: Unix seconds.
    pub newest_reserved: Option<i64>,
    /// Jobs that FreeScout gave up. Where there are very many, that many at least.
    pub failed_jobs: u64,
    /// The number of the last of them.
    pub newest_failed_id: Option<u64>,
    /// When the last of them was given up, by the clock of FreeScout.
    pub newest_failed: Option<DateTime>,
}

impl Signs {
    /// Counts a job, as things stand `now` (Unix seconds).
    pub fn add_job(&mut self, job: QueuedJob<'_>, now: i64) {
        if let Some(reserved) = job.reserved_at {
            self.reserved += 1;
            self.reserved_lately += u64::from(reserved > now.saturating_sub(LATELY));
            self.newest_reserved = self.newest_reserved.max(Some(reserved));
            return;
        }
        self.jobs_waiting += 1;
        self.mails_waiting += u64::from(job.queue == MAIL_QUEUE);
        let Some(available) = job.available_at else {
            return;
        };
        if available > now {
            self.jobs_delayed += 1;
        } else {
            self.jobs_due_lately += u64::from(available > now.saturating_sub(LATELY));
            let oldest = self.oldest_job.unwrap_or(available);
            self.oldest_job = Some(oldest.min(available));
        }
    }

    /// Counts a job that was given up.
    pub fn add_failed(&mut self, id: u64, at: Option<DateTime>) {
        self.failed_jobs += 1;
        self.newest_failed_id = self.newest_failed_id.max(Some(id));
        self.newest_failed = self.newest_failed.max(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_waits_is_delayed_or_is_in_a_workers_hands() {
        let mut signs = Signs::default();
        let job = |queue: &'static str, reserved_at, available_at| QueuedJob {
            queue: queue.as_bytes(),
            reserved_at,
            available_at: Some(available_at),
        };
        signs.add_job(job("emails", None, 800), 1000);
        signs.add_job(job("default", None, 90), 1000);
        signs.add_job(job("emails", None, 4600), 1000);
        signs.add_job(job("emails", Some(990), 80), 1000);
        signs.add_job(job("emails", Some(-7), i64::MIN), 1000);
        signs.add_job(QueuedJob::default(), 1000);
        let wanted = Signs {
            jobs_waiting: 4,
            jobs_delayed: 1,
            mails_waiting: 2,
            oldest_job: Some(90),
            jobs_due_lately: 1,
            reserved: 2,
            reserved_lately: 1,
            newest_reserved: Some(990),
            ..Signs::default()
        };
        assert_eq!(signs, wanted);
    }

    #[test]
    fn the_last_job_that_failed_is_the_one_with_the_latest_date() {
        let mut signs = Signs::default();
        let at = |text: &str| text.parse().ok();
        signs.add_failed(7, at("2026-11-02T10:00:00"));
        signs.add_failed(9, at("2026-11-01T10:00:00"));
        signs.add_failed(8, None);
        assert_eq!((signs.failed_jobs, signs.newest_failed_id), (3, Some(9)));
        assert_eq!(signs.newest_failed, at("2026-11-02T10:00:00"));
    }
}
