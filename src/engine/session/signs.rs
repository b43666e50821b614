//! The signs of life of FreeScout's queue: what waits in `jobs`, what was given up into `failed_jobs`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::domain::mail::queue::QueuedJob;
pub use crate::domain::mail::queue::Signs;
use crate::engine::session::Session;
use crate::io::db::{Bounds, Store, Stored};

/// Rows looked at of each table, the newest.
const ROWS: u32 = 20_000;

/// Reads them as they are now. A table or a column that is not there, or not as we know it, gives no evidence and no error.
pub fn read_signs(session: &mut Session) -> Signs {
    let now = Timestamp::now().as_second();
    let signs = session.together(Bounds::GLANCE, |session| {
        let mut signs = Signs::default();
        jobs(&mut *session.store, now, &mut signs);
        failed(&mut *session.store, &mut signs);
        signs
    });
    session.mend();
    signs
}

fn jobs(store: &mut dyn Store, now: i64, signs: &mut Signs) {
    let mut seen = Signs::default();
    let wanted = ["queue", "reserved_at", "available_at"];
    let read = read_newest(store, "jobs", &wanted, ROWS, &mut |_, row| {
        let job = QueuedJob {
            queue: row.text(0).unwrap_or_default(),
            reserved_at: row.number(1),
            available_at: row.number(2),
        };
        seen.add_job(job, now);
    });
    if read {
        *signs = seen;
    }
}

fn failed(store: &mut dyn Store, signs: &mut Signs) {
    let mut seen = signs.clone();
    let read = read_newest(
        store,
        "failed_jobs",
        &["failed_at"],
        ROWS,
        &mut |id, row| {
            seen.add_failed(id, row.date(0));
        },
    );
    if read {
        *signs = seen;
    }
}

/// The mailboxes of the newest conversations, of those that are wanted; and whether they were read to the end.
pub(super) fn mailboxes_of_conversations(
    store: &mut dyn Store,
    rows: u32,
    wanted: &dyn Fn(u64) -> bool,
) -> (BTreeMap<u64, u64>, bool) {
    let mut found = BTreeMap::new();
    let read = read_newest(
        store,
        "conversations",
        &["mailbox_id"],
        rows,
        &mut |id, row| {
            let mailbox = row.number(0).filter(|_| wanted(id));
            found.extend(mailbox.and_then(|mailbox| Some((id, u64::try_from(mailbox).ok()?))));
        },
    );
    (found, read)
}

/// The columns of one row that were wanted, `None` where the table lacks one.
pub(super) struct NewestRow<'a> {
    places: &'a [Option<usize>],
    values: Vec<Stored>,
}

impl NewestRow<'_> {
    /// The text of the n-th column that was wanted.
    pub(super) fn text(&self, n: usize) -> Option<&[u8]> {
        self.values.get(self.places.get(n).copied()??)?.text()
    }

    /// The same as a number.
    pub(super) fn number(&self, n: usize) -> Option<i64> {
        std::str::from_utf8(self.text(n)?).ok()?.trim().parse().ok()
    }

    /// The same as a date by the clock of FreeScout, without fractions of seconds and zone.
    pub(super) fn date(&self, n: usize) -> Option<DateTime> {
        let text = std::str::from_utf8(self.text(n)?).ok()?;
        text.get(..19)?.parse().ok()
    }
}

/// Reads the newest rows of a table, newest first, with those of the columns that are there. Whether it was read to the
/// end; a table that is not there was not.
pub(super) fn read_newest(
    store: &mut dyn Store,
    table: &'static str,
    wanted: &[&'static str],
    rows: u32,
    each: &mut dyn FnMut(u64, &NewestRow<'_>),
) -> bool {
    let there = store.columns(table).unwrap_or_default();
    let has = |name: &&str| there.iter().any(|column| column == name);
    let columns: Vec<&str> = wanted.iter().copied().filter(has).collect();
    let place = |name: &&str| columns.iter().position(|column| column == name);
    let places: Vec<Option<usize>> = wanted.iter().map(place).collect();
    if !has(&"id") || columns.is_empty() {
        return false;
    }
    let read = store.read(table, &columns, Some(rows), &mut |id, values| {
        let places = &places;
        each(id, &NewestRow { places, values });
    });
    read.is_ok()
}
