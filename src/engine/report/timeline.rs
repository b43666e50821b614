//! The timeline of key eras in `check --json`. Dates are those of FreeScout's own clock, which no row names.

use jiff::civil::DateTime;
use serde::{Serialize, Serializer};

use crate::domain::key::app_key::Fingerprint;
use crate::domain::key::timeline::{Era, Timeline, Turns, Unit};

/// A time without a zone, as `2025-06-20T10:00:00`.
struct Moment(DateTime);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The form of `timeline`.
#[derive(Serialize)]
pub(super) struct TimelineJson<'a> {
    from: Moment,
    to: Moment,
    unit: Unit,
    without_hash: u64,
    eras: Vec<EraJson<'a>>,
    turns: Option<TurnsJson>,
}

#[derive(Serialize)]
struct EraJson<'a> {
    key: Option<Fingerprint>,
    mails: u64,
    first: Moment,
    last: Moment,
    buckets: &'a [u32],
}

#[derive(Serialize)]
struct TurnsJson {
    keys: [Option<Fingerprint>; 2],
    first: Moment,
    last: Moment,
    changes: usize,
}

/// A timeline; `key` is null for a key that is not known.
pub(super) fn timeline<'a>(timeline: &'a Timeline) -> TimelineJson<'a> {
    let era = |era: &'a Era| EraJson {
        key: era.key,
        mails: era.mails,
        first: Moment(era.first),
        last: Moment(era.last),
        buckets: &era.buckets,
    };
    let turns = |turns: Turns| TurnsJson {
        keys: turns.keys,
        first: Moment(turns.first),
        last: Moment(turns.last),
        changes: turns.changes,
    };
    TimelineJson {
        from: Moment(timeline.from),
        to: Moment(timeline.to),
        unit: timeline.unit,
        without_hash: timeline.without_hash,
        eras: timeline.eras.iter().map(era).collect(),
        turns: timeline.turns.map(turns),
    }
}
