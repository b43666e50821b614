//! When mail last came and went: FreeScout's own word on its last fetch, and the times of the last messages of each mailbox.
//!
//! Codes of `threads.type` (1 from a customer, 2 from a user) and `threads.state` (1 a draft) as FreeScout's class `Thread`
//! names them.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::signs::{mailboxes_of_conversations, read_newest};
use crate::engine::session::Session;
use crate::io::db::Bounds;

/// Rows looked at of each table, the newest.
const ROWS: u32 = 10_000;
/// Times of a mailbox that are kept, each way.
const MOST_TIMES: usize = 200;
/// `threads.type`.
const FROM_CUSTOMER: i64 = 1;
const FROM_USER: i64 = 2;
/// `threads.state`.
const DRAFT: i64 = 1;

/// FreeScout's own word on fetching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LastFetch {
    /// When it last began: Unix seconds; `None` where it never did, or that is not noted.
    pub began: Option<i64>,
    /// How often it fetches, in seconds, where that is set.
    pub every: Option<i64>,
}

/// When the last messages of a mailbox were, in seconds by the clock of FreeScout.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageTimes {
    /// From customers.
    pub received: Vec<i64>,
    /// From users.
    pub sent: Vec<i64>,
}

/// What the options `fetch_emails_last_run` and `fetch_schedule` say.
pub fn last_fetch(session: &mut Session) -> LastFetch {
    let mut last = LastFetch::default();
    session.together(Bounds::GLANCE, |session| {
        let store = &mut *session.store;
        read_newest(store, "options", &["name", "value"], ROWS, &mut |_, row| {
            let number = row.number(1);
            match row.text(0) {
                Some(b"fetch_emails_last_run") => last.began = number.filter(|at| *at > 0),
                Some(b"fetch_schedule") => {
                    last.every = number.filter(|m| *m > 0).map(|m| m.saturating_mul(60));
                }
                _ => {}
            }
        })
    });
    session.mend();
    last
}

/// The times of the last messages, by mailbox; `None` where they could not be read.
pub fn message_times(session: &mut Session) -> Option<BTreeMap<u64, MessageTimes>> {
    let mut times: BTreeMap<u64, MessageTimes> = BTreeMap::new();
    let read = session.together(Bounds::GLANCE, |session| {
        let store = &mut *session.store;
        let (mailboxes, read) = mailboxes_of_conversations(store, ROWS, &|_| true);
        let columns = ["conversation_id", "type", "state", "created_at"];
        read && read_newest(store, "threads", &columns, ROWS, &mut |_, row| {
            let id = row.number(0).and_then(|id| u64::try_from(id).ok());
            let mailbox = id.and_then(|id| mailboxes.get(&id));
            let at = row.date(3).and_then(seconds);
            let (Some(mailbox), Some(at)) = (mailbox, at) else {
                return;
            };
            let of = times.entry(*mailbox).or_default();
            let list = match (row.number(1), row.number(2)) {
                (_, Some(DRAFT)) => return,
                (Some(FROM_CUSTOMER), _) => &mut of.received,
                (Some(FROM_USER), _) => &mut of.sent,
                _ => return,
            };
            if list.len() < MOST_TIMES {
                list.push(at);
            }
        })
    });
    session.mend();
    read.then_some(times)
}

/// A date by the clock of FreeScout in seconds, to compare with others by that clock.
pub fn seconds(date: DateTime) -> Option<i64> {
    let zoned = date.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_second())
}
