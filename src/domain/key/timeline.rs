//! Which key was in use when, by the hashes in the emails that went out: eras, with their first and last mail.
//!
//! A hash that no known key explains belongs to an era too: that of a key still to be found. Pure; what it is made from
//! is in [`crate::domain::mail::send_log`].

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Unit as Span};
use serde::Serialize;

use super::app_key::Fingerprint;
use crate::domain::mail::send_log::SendLog;

/// Parts of the picture at most.
pub const BUCKETS: usize = 60;
/// A pause of this length, in which emails went out under other keys, ends an era. A process that holds a key hardly rests
/// for a week; days off and quiet nights are shorter.
const PAUSE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Keys that follow each other so often without a pause belong to processes that ran side by side. Fewer changes may be
/// a key that was put in and taken out again.
const TURNS: usize = 3;

/// What one part of the picture stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A day.
    Day,
    /// Seven days, from the day of the first mail on.
    Week,
    /// A month.
    Month,
    /// Three months, from the month of the first mail on.
    Quarter,
    /// A year.
    Year,
}

/// A stretch of time in which emails went out under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Era {
    /// The key; `None` for one that is not known here.
    pub key: Option<Fingerprint>,
    /// How many emails.
    pub mails: u64,
    /// The first of them.
    pub first: DateTime,
    /// The last of them.
    pub last: DateTime,
    /// How many in each part of the picture.
    pub buckets: Vec<u32>,
}

/// A stretch of time in which emails of two keys followed each other by turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turns {
    /// The two keys.
    pub keys: [Option<Fingerprint>; 2],
    /// From the first change on.
    pub first: DateTime,
    /// To the last one.
    pub last: DateTime,
    /// How often they changed.
    pub changes: usize,
}

/// The whole of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// By their first mail. They may overlap.
    pub eras: Vec<Era>,
    /// The longest stretch in which two keys took turns.
    pub turns: Option<Turns>,
    /// The first mail of all.
    pub from: DateTime,
    /// The last mail of all.
    pub to: DateTime,
    /// What one part of the picture stands for.
    pub unit: Unit,
    /// Mails that carry no hash: of old versions of FreeScout, or of modules.
    pub without_hash: u64,
}

/// How a key that is no longer used was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastUse<'a> {
    /// The era that ended.
    pub era: &'a Era,
    /// No mail went out under any other key since: a process may still hold it.
    pub still: bool,
}

impl Timeline {
    /// The timeline of a log; `None` when it has no mail with a hash and a date.
    pub fn of(log: &SendLog) -> Option<Self> {
        let mut mails: Vec<_> = log.dated().collect();
        mails.sort_unstable();
        let ((from, _), (to, _)) = (*mails.first()?, *mails.last()?);
        let unit = Unit::of(from.date(), to.date());
        let mut by_key: BTreeMap<Option<Fingerprint>, Vec<DateTime>> = BTreeMap::new();
        for (at, key) in &mails {
            by_key.entry(*key).or_default().push(*at);
        }
        let mut eras = Vec::new();
        for (key, times) in by_key {
            for era in stretches(&times, &mails) {
                eras.push(unit.era(key, era, from.date(), to.date(), log.weight()));
            }
        }
        eras.sort_by_key(|era| (era.first, era.last, era.key));
        Some(Self {
            eras,
            turns: turns(&mails),
            from,
            to,
            unit,
            without_hash: log.without_hash(),
        })
    }

    /// The last era of every key but the current one, the newest first. All eras of keys that are not known count: each
    /// may be another's.
    pub fn last_uses(&self, effective: Option<Fingerprint>) -> Vec<LastUse<'_>> {
        let mut uses: Vec<LastUse<'_>> = Vec::new();
        let mut eras: Vec<&Era> = self.eras.iter().collect();
        eras.sort_by_key(|era| std::cmp::Reverse((era.last, era.first)));
        for era in eras {
            let told = era.key.is_some() && uses.iter().any(|used| used.era.key == era.key);
            if !told && (era.key.is_none() || era.key != effective) {
                let still = era.last == self.to;
                uses.push(LastUse { era, still });
            }
        }
        uses
    }

    /// The emails of a key (`None`: of keys that are not known) in each part of the picture.
    pub fn row(&self, key: Option<Fingerprint>) -> Vec<u32> {
        let eras = self.eras.iter().filter(|era| era.key == key);
        let mut row = vec![0u32; self.unit.index(self.from.date(), self.to.date()) + 1];
        for era in eras {
            for (sum, part) in row.iter_mut().zip(&era.buckets) {
                *sum = sum.saturating_add(*part);
            }
        }
        row
    }
}

impl Unit {
    /// The smallest with which the picture has no more than [`BUCKETS`] parts.
    fn of(from: Date, to: Date) -> Self {
        [Unit::Day, Unit::Week, Unit::Month, Unit::Quarter]
            .into_iter()
            .find(|unit| unit.index(from, to) < BUCKETS)
            .unwrap_or(Unit::Year)
    }

    /// The part that a date belongs to, counted from the part of `from`.
    fn index(self, from: Date, date: Date) -> usize {
        let days = || from.until((Span::Day, date)).map_or(0, |s| s.get_days());
        let months = |d: Date| i32::from(d.year()) * 12 + i32::from(d.month());
        let index = match self {
            Unit::Day => days(),
            Unit::Week => days() / 7,
            Unit::Month => months(date) - months(from),
            Unit::Quarter => (months(date) - months(from)) / 3,
            Unit::Year => i32::from(date.year()) - i32::from(from.year()),
        };
        usize::try_from(index).unwrap_or(0)
    }

    fn era(
        self,
        key: Option<Fingerprint>,
        times: &[DateTime],
        from: Date,
        to: Date,
        weight: u64,
    ) -> Era {
        let mut buckets = vec![0u32; self.index(from, to) + 1];
        let each = u32::try_from(weight).unwrap_or(u32::MAX);
        for at in times {
            if let Some(bucket) = buckets.get_mut(self.index(from, at.date())) {
                *bucket = bucket.saturating_add(each);
            }
        }
        Era {
            key,
            mails: times.len() as u64 * weight,
            first: times.first().copied().unwrap_or_default(),
            last: times.last().copied().unwrap_or_default(),
            buckets,
        }
    }
}

/// The emails of one key, cut where it paused while others sent. `mails` are those of all keys, in order.
fn stretches<'a>(
    times: &'a [DateTime],
    mails: &'a [(DateTime, Option<Fingerprint>)],
) -> impl Iterator<Item = &'a [DateTime]> {
    // What lies between two emails of one key that follow each other is another's.
    let others_sent = |from: DateTime, to: DateTime| {
        mails.partition_point(|(at, _)| *at < to) > mails.partition_point(|(at, _)| *at <= from)
    };
    times.chunk_by(move |a, b| b.duration_since(*a) < PAUSE || !others_sent(*a, *b))
}

/// The longest stretch of emails by turns. Emails of one second count as sent in the order of their keys.
fn turns(mails: &[(DateTime, Option<Fingerprint>)]) -> Option<Turns> {
    let mut longest: Option<Turns> = None;
    let mut current: Option<Turns> = None;
    for pair in mails.windows(2) {
        let ((before, old), (at, new)) = (pair[0], pair[1]);
        if old == new {
            continue;
        }
        let keys = if old < new { [old, new] } else { [new, old] };
        let goes_on = |run: &Turns| run.keys == keys && at.duration_since(run.last) < PAUSE;
        let run = match current.filter(goes_on) {
            Some(run) => Turns {
                last: at,
                changes: run.changes + 1,
                ..run
            },
            None => Turns {
                keys,
                first: before,
                last: at,
                changes: 1,
            },
        };
        current = Some(run);
        if run.changes >= TURNS && longest.is_none_or(|l| l.changes < run.changes) {
            longest = Some(run);
        }
    }
    longest
}

#[cfg(test)]
mod tests;
