//! Eras of logs that are made up, and what holds for all of them.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::domain::key::app_key::AppKey;
use crate::domain::key::derived_hashes;
use crate::domain::key::ring::KeyRing;
use crate::domain::key::source::{Source, SourceKind};

fn key(byte: u8) -> AppKey {
    AppKey::generate(&[byte; 32])
}

fn name(byte: u8) -> Option<Fingerprint> {
    Some(key(byte).fingerprint())
}

/// A log of emails by key and hour of 2025, asked about keys 1 and 2; any other is a key not known here.
fn timeline(mails: &[(u8, i64)]) -> Option<Timeline> {
    let keys: Vec<AppKey> = (0..4).map(key).collect();
    let mut log = SendLog::default();
    for (thread, (byte, hour)) in (1..).zip(mails) {
        let hash = derived_hashes::message_id_hash(&keys[usize::from(*byte)], thread);
        let at = start() + SignedDuration::from_hours(*hour);
        log.add(
            format!("FS_notify-{thread}-1-{hash}@example.org").as_bytes(),
            Some(at.strftime("%Y-%m-%d %H:%M:%S").to_string().as_bytes()),
        );
    }
    let mut ring = KeyRing::default();
    for byte in [1, 2] {
        ring.add(key(byte), Source::of(SourceKind::Given));
    }
    log.ask(&ring);
    Timeline::of(&log)
}

fn start() -> DateTime {
    jiff::civil::date(2025, 1, 1).at(0, 0, 0, 0)
}

fn day(number: i64) -> i64 {
    number * 24
}

fn eras(timeline: &Timeline) -> Vec<(Option<Fingerprint>, u64, i64, i64)> {
    let day = |at: DateTime| at.duration_since(start()).as_hours() / 24;
    let eras = timeline.eras.iter();
    eras.map(|e| (e.key, e.mails, day(e.first), day(e.last)))
        .collect()
}

#[test]
fn the_lost_key_has_an_era_between_the_old_one_and_the_new_one() {
    let old = (0..100).map(|n| (1, day(n)));
    let lost = (100..120).map(|n| (3, day(n)));
    let new = (120..200).map(|n| (2, day(n)));
    let mails: Vec<_> = old.chain(lost).chain(new).collect();
    let timeline = timeline(&mails).unwrap();
    assert_eq!(
        eras(&timeline),
        [
            (name(1), 100, 0, 99),
            (None, 20, 100, 119),
            (name(2), 80, 120, 199)
        ]
    );
    assert_eq!((timeline.unit, timeline.turns), (Unit::Week, None));
    let uses = timeline.last_uses(name(2));
    let named: Vec<_> = uses.iter().map(|u| (u.era.key, u.still)).collect();
    assert_eq!(named, [(None, false), (name(1), false)]);
    assert!(timeline.last_uses(name(1))[0].still);
}

#[test]
fn a_pause_splits_an_era_only_while_others_send() {
    let quiet = timeline(&[(1, 0), (1, day(60))]).unwrap();
    assert_eq!(eras(&quiet), [(name(1), 2, 0, 60)]);
    let replaced = timeline(&[(1, 0), (2, day(30)), (1, day(60))]).unwrap();
    assert_eq!(
        eras(&replaced),
        [
            (name(1), 1, 0, 0),
            (name(2), 1, 30, 30),
            (name(1), 1, 60, 60)
        ]
    );
    // Two lost keys, perhaps.
    let lost = timeline(&[(0, 0), (2, day(30)), (3, day(60))]).unwrap();
    assert_eq!(lost.eras.iter().filter(|e| e.key.is_none()).count(), 2);
    assert_eq!(lost.last_uses(name(2)).len(), 2);
    assert_eq!(lost.row(None).iter().sum::<u32>(), 2);
}

#[test]
fn two_processes_with_different_keys_overlap() {
    let mails: Vec<_> = (0..40).map(|n| (1 + (n % 2) as u8, n)).collect();
    let timeline = timeline(&mails).unwrap();
    assert_eq!(timeline.eras.len(), 2);
    let turns = timeline.turns.unwrap();
    let mut keys = [name(1), name(2)];
    keys.sort_unstable();
    assert_eq!((turns.keys, turns.changes), (keys, 39));
    assert_eq!(turns.first, start());
}

#[test]
fn parts_follow_the_span() {
    for (days, unit, parts) in [
        (0, Unit::Day, 1),
        (59, Unit::Day, 60),
        (60, Unit::Week, 9),
        (419, Unit::Week, 60),
        (420, Unit::Month, 14),
        (1900, Unit::Quarter, 21),
        (9000, Unit::Year, 25),
    ] {
        let timeline = timeline(&[(1, 0), (1, day(days))]).unwrap();
        assert_eq!(timeline.unit, unit, "{days}");
        assert_eq!(timeline.eras[0].buckets.len(), parts, "{days}");
    }
    assert!(timeline(&[]).is_none());
}

proptest! {
    #[test]
    fn eras_hold_every_mail_once_in_whatever_order(
        mails in proptest::collection::vec((0u8..4, 0i64..20_000), 1..120)
    ) {
        let timeline_of = timeline;
        let timeline = timeline_of(&mails).unwrap();
        let count = |known: Option<Fingerprint>, is: &dyn Fn(u8) -> bool| {
            let sent = mails.iter().filter(|(byte, _)| is(*byte)).count() as u64;
            let eras = timeline.eras.iter().filter(|e| e.key == known);
            (sent, eras.map(|e| e.mails).sum::<u64>())
        };
        for (sent, told) in [
            count(name(1), &|b| b == 1),
            count(name(2), &|b| b == 2),
            count(None, &|b| b == 0 || b == 3),
        ] {
            prop_assert_eq!(sent, told);
        }
        for era in &timeline.eras {
            prop_assert_eq!(era.buckets.iter().map(|n| u64::from(*n)).sum::<u64>(), era.mails);
            prop_assert!(era.buckets.len() <= BUCKETS);
            prop_assert!(timeline.from <= era.first && era.first <= era.last && era.last <= timeline.to);
        }
        // The same emails, sent by the same keys at the same times, stored in another order.
        let mut reversed = mails.clone();
        reversed.reverse();
        prop_assert_eq!(timeline_of(&reversed).unwrap(), timeline);
    }
}
