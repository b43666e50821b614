//! The eras of keys as sentences: a line each, and what they say about where to look.

use jiff::civil::DateTime;

use super::journal;
use crate::domain::key::app_key::Fingerprint;
use crate::domain::key::timeline::{Era, LastUse, Timeline};
use crate::domain::verdict::assessment::Assessment;
use crate::words::words;

/// Eras that are listed; more are counted.
const ERAS: usize = 12;

/// A day, as everybody reads it.
pub fn day(at: DateTime) -> String {
    at.date().to_string()
}

/// How a key is named in a line of its own.
pub fn name(key: Option<Fingerprint>, assessment: &Assessment) -> String {
    key.map_or_else(
        || words().damage_unknown_key.to_owned(),
        |key| assessment.name(key),
    )
}

/// When the backup was made in which alone a key stands; `None` for a key that stands somewhere else as well.
fn only_in_backup(key: Fingerprint, assessment: &Assessment) -> Option<String> {
    let known = assessment.keys.iter().find(|k| k.fingerprint == key)?;
    let created: Option<Vec<&String>> = known.sources.iter().map(|s| s.backup.as_ref()).collect();
    let newest = created?.into_iter().max()?;
    Some(journal::time(newest))
}

/// How many emails.
pub fn mails(count: u64) -> String {
    match count {
        1 => words().timeline_mail.to_owned(),
        mails => text!(timeline_mails, mails),
    }
}

/// A line an era, in order; of very many the longest by their emails.
pub fn eras(timeline: &Timeline, assessment: &Assessment) -> Vec<String> {
    let mut chosen: Vec<&Era> = timeline.eras.iter().collect();
    chosen.sort_by_key(|era| std::cmp::Reverse(era.mails));
    let more = chosen.len().saturating_sub(ERAS);
    chosen.truncate(ERAS);
    chosen.sort_by_key(|era| (era.first, era.last));
    let line = |era: &Era| {
        text!(
            timeline_era,
            first = day(era.first),
            last = day(era.last),
            key = name(era.key, assessment),
            mails = mails(era.mails)
        )
    };
    let mut lines: Vec<String> = chosen.into_iter().map(line).collect();
    if more > 0 {
        lines.push(text!(timeline_more, more));
    }
    lines
}

/// What the eras say, what helps most first: keys still to be found, keys by turns, keys no longer in use.
pub fn says(timeline: &Timeline, assessment: &Assessment) -> Vec<String> {
    let w = words();
    let uses = timeline.last_uses(assessment.circumstances.effective);
    let (lost, known): (Vec<LastUse<'_>>, Vec<LastUse<'_>>) =
        uses.into_iter().partition(|used| used.era.key.is_none());
    let said = |LastUse { era, still }: &LastUse<'_>| {
        // Before the first mail of all it may have been in use as well.
        let from_the_start = era.first == timeline.from;
        let saved = era.key.and_then(|key| only_in_backup(key, assessment));
        if let (Some(key), Some(backup)) = (era.key, saved) {
            let (key, last) = (assessment.name(key), day(era.last));
            let replaced = *still && assessment.circumstances.settled;
            return match replaced {
                true => text!(timeline_replaced, mails = era.mails, last, key, backup),
                false => text!(timeline_in_backup, key, last, backup),
            };
        }
        match (era.key, still, from_the_start) {
            (None, true, _) => text!(timeline_lost_latest, last = day(era.last)),
            (None, false, true) => text!(
                timeline_lost_until,
                last = day(era.last),
                mails = mails(era.mails)
            ),
            (None, false, false) => text!(
                timeline_lost_between,
                first = day(era.first),
                last = day(era.last),
                mails = mails(era.mails)
            ),
            (Some(_), true, _) => text!(
                timeline_latest,
                key = name(era.key, assessment),
                last = day(era.last)
            ),
            (Some(_), false, true) => text!(
                timeline_until,
                key = name(era.key, assessment),
                last = day(era.last)
            ),
            (Some(_), false, false) => text!(
                timeline_between,
                key = name(era.key, assessment),
                first = day(era.first),
                last = day(era.last)
            ),
        }
    };
    let turns = timeline.turns.map(|turns| {
        let [one, other] = turns.keys.map(|key| match key {
            Some(key) => assessment.name(key),
            None => w.a_key_not_known_here.to_owned(),
        });
        text!(
            timeline_turns,
            first = day(turns.first),
            last = day(turns.last),
            one,
            other
        )
    });
    lost.iter()
        .map(said)
        .chain(turns)
        .chain(known.iter().map(said))
        .take(ERAS)
        .collect()
}
