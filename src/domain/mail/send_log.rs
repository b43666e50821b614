//! The emails of `send_logs`, as far as they tell which key FreeScout held when it sent them.
//!
//! The Message-ID of a mail carries a hash of its thread's number and the key text: `FS_reply-12-<hash>@…` and
//! `FS_autoreply-12-<hash>@…` to customers, `FS_notify-12-3-<hash>@…` (thread, user) to agents; without `FS_` in older
//! versions. FreeScout takes the hash for its own only when it has 16 digits (`FetchEmails`). Still older versions wrote
//! all 32 of `md5(thread_id)`, or the time, in its place: those depend on no key and are only counted.
//!
//! A few numbers a mail are kept, no text, so that a key found later is asked without reading the database again.

use std::collections::{HashMap, HashSet};

use jiff::civil::DateTime;

use crate::domain::key::app_key::{AppKey, Fingerprint};
use crate::domain::key::derived_hashes;
use crate::domain::key::ring::KeyRing;
use crate::domain::plan::mail_impact::Trace;

/// Mails kept at most, of 32 bytes each. Of more, every second one is let go, and every one left counts for two.
const MOST: usize = 500_000;
/// How many of the newest emails say which key serves the living conversations.
const NEWEST: usize = 2000;
/// Emails that a handful of keys are asked about, all of them together: some seconds at most.
const MOST_ASKED: usize = 20_000_000;
/// The maker of a mail that no known key explains.
const NOBODY: u16 = u16::MAX;

/// Whether a row of this `status` is a mail that was sent. FreeScout writes a row for every attempt, with the Message-ID
/// it would have had: 2 is an error on sending, 5 one on delivery, 10 an attempt to be repeated (`App\SendLog`). A status
/// that is missing is that of a mail.
pub fn was_sent(status: Option<&[u8]>) -> bool {
    !matches!(status.map(<[u8]>::trim_ascii), Some(b"2" | b"5" | b"10"))
}

/// What is known of one mail.
#[derive(Debug, Clone, Copy)]
struct Sent {
    thread: u64,
    hash: u64,
    /// When it was sent, by the clock of FreeScout.
    at: DateTime,
    /// Place in the keys that were asked.
    maker: u16,
}

/// All of them.
#[derive(Debug)]
pub struct SendLog {
    mails: Vec<Sent>,
    /// How many emails one that is kept stands for.
    weight: u64,
    with_hash: u64,
    without_hash: u64,
    /// The newest date met so far: that of emails without one.
    last: Option<DateTime>,
    asked: Vec<Fingerprint>,
    /// How many attachments each thread has whose link carries a token of the key: `attachments.token_type` 2 and 3.
    links: Option<HashMap<u64, u64>>,
}

impl Default for SendLog {
    fn default() -> Self {
        Self {
            mails: Vec::new(),
            weight: 1,
            with_hash: 0,
            without_hash: 0,
            last: None,
            asked: Vec::new(),
            links: None,
        }
    }
}

impl SendLog {
    /// Takes one row, in the order of ids. A mail without a date was sent between its neighbours.
    pub fn add(&mut self, message_id: &[u8], created_at: Option<&[u8]>) {
        let Some((thread, hash)) = std::str::from_utf8(message_id).ok().and_then(keyed) else {
            self.without_hash += 1;
            return;
        };
        let at = created_at.and_then(date);
        if let (Some(first), None) = (at, self.last) {
            self.mails.iter_mut().for_each(|mail| mail.at = first);
        }
        self.last = at.or(self.last);
        if self.with_hash.is_multiple_of(self.weight) {
            self.mails.push(Sent {
                thread,
                hash,
                at: self.last.unwrap_or_default(),
                maker: NOBODY,
            });
        }
        self.with_hash += 1;
        if self.mails.len() == MOST {
            let mut index = 0;
            self.mails.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.weight *= 2;
        }
    }

    /// Asks every key of the ring that was not asked yet about the emails that no other explains.
    pub fn ask(&mut self, ring: &KeyRing) {
        for known in ring.iter() {
            let fingerprint = known.fingerprint();
            let Ok(maker) = u16::try_from(self.asked.len()) else {
                return;
            };
            if maker == NOBODY || self.asked.contains(&fingerprint) {
                continue;
            }
            self.asked.push(fingerprint);
            for mail in self.mails.iter_mut().filter(|mail| mail.maker == NOBODY) {
                if derived_hashes::message_id_number(&known.key, mail.thread) == mail.hash {
                    mail.maker = maker;
                }
            }
        }
    }

    /// Whether this key, one of `of` that are asked so, made an email that no other explains. Of very many emails some are
    /// asked, evenly spread.
    pub fn has_from(&self, key: &AppKey, of: usize) -> bool {
        let unexplained = |mail: &&Sent| mail.maker == NOBODY;
        let each = (MOST_ASKED / of.max(1)).max(1);
        let every = self.mails.len().div_ceil(each).max(1);
        let mut asked = self.mails.iter().filter(unexplained).step_by(every);
        asked.any(|mail| derived_hashes::message_id_number(key, mail.thread) == mail.hash)
    }

    /// How many emails this key made.
    pub fn made_by(&self, key: Fingerprint) -> u64 {
        self.count(&self.mails, key)
    }

    /// How many of the newest emails this key made: an old key may have sent more in all, and serve none of the
    /// conversations that still go on.
    pub fn lately_made_by(&self, key: Fingerprint) -> u64 {
        let newest = self.mails.len().saturating_sub(NEWEST);
        self.count(&self.mails[newest..], key)
    }

    fn count(&self, mails: &[Sent], key: Fingerprint) -> u64 {
        let maker = self.asked.iter().position(|asked| *asked == key);
        let made = |mail: &&Sent| maker == Some(usize::from(mail.maker));
        mails.iter().filter(made).count() as u64 * self.weight
    }

    /// Takes the threads of attachments whose links carry a token of the key.
    pub fn set_links(&mut self, threads: &[u64]) {
        let links = self.links.insert(HashMap::new());
        for thread in threads {
            *links.entry(*thread).or_default() += 1;
        }
    }

    /// What was sent under each key, in the order in which the keys were asked; keys that are not known come last. The
    /// link to an attachment was made when the last mail of its thread was; one that no mail showed is no link.
    pub fn traces(&self) -> Vec<Trace> {
        let mut mails = vec![0; self.asked.len() + 1];
        let mut links = mails.clone();
        let mut seen = HashSet::new();
        for mail in self.mails.iter().rev() {
            let at = usize::from(mail.maker).min(self.asked.len());
            mails[at] += self.weight;
            let attached = self
                .links
                .as_ref()
                .and_then(|links| links.get(&mail.thread));
            if let Some(attached) = attached
                && seen.insert(mail.thread)
            {
                links[at] += attached * self.weight;
            }
        }
        let keys = self.asked.iter().copied().map(Some).chain([None]);
        keys.zip(mails.into_iter().zip(links))
            .filter(|(_, (mails, _))| *mails > 0)
            .map(|(key, (mails, links))| Trace {
                key,
                mails,
                links: self.links.is_some().then_some(links),
            })
            .collect()
    }

    /// Mails whose Message-ID holds no hash of a key.
    pub fn without_hash(&self) -> u64 {
        self.without_hash
    }

    /// How many emails one of [`SendLog::dated`] stands for.
    pub fn weight(&self) -> u64 {
        self.weight
    }

    /// Every mail that is kept: when it was sent, and its maker, where that is a known key. None when no row had a date.
    pub fn dated(&self) -> impl Iterator<Item = (DateTime, Option<Fingerprint>)> {
        let dated = if self.last.is_some() {
            &self.mails[..]
        } else {
            &[]
        };
        dated
            .iter()
            .map(|mail| (mail.at, self.asked.get(usize::from(mail.maker)).copied()))
    }
}

/// Thread and hash of a Message-ID, where it carries one.
fn keyed(message_id: &str) -> Option<(u64, u64)> {
    let text = message_id.trim().trim_start_matches('<');
    let (local, _) = text.split_once('@')?;
    let mut parts = local.strip_prefix("FS_").unwrap_or(local).split('-');
    let between = match parts.next()? {
        "reply" | "autoreply" => 0,
        "notify" => 1,
        _ => return None,
    };
    let thread = parts.next()?.parse().ok()?;
    let hash = parts.nth(between)?;
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if hash.len() != 16 || !hash.bytes().all(hex) {
        return None;
    }
    Some((thread, u64::from_str_radix(hash, 16).ok()?))
}

/// A date as MySQL, PostgreSQL and SQLite show it as text: `2025-06-20 10:00:00`, with or without fraction. One that can
/// be no mail's is none: `0000-00-00`, or years before there was FreeScout and long after.
fn date(text: &[u8]) -> Option<DateTime> {
    let text = std::str::from_utf8(text).ok()?;
    let at: DateTime = text.get(..19).unwrap_or(text).parse().ok()?;
    (2010..2060).contains(&at.year()).then_some(at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::key::source::{Source, SourceKind};

    #[test]
    fn only_the_three_prefixes_with_sixteen_digits_carry_a_hash() {
        let hash = "0123456789abcdef";
        for (id, thread) in [
            (format!("FS_reply-12-{hash}@example.org"), 12),
            (format!("<FS_autoreply-7-{hash}@example.org>"), 7),
            (format!("FS_notify-5-3-{hash}@example.org"), 5),
            (format!("reply-12-{hash}@example.org"), 12),
        ] {
            assert_eq!(keyed(&id), Some((thread, 0x0123_4567_89ab_cdef)), "{id}");
        }
        for id in [
            "reply-12-c20ad4d76fe97759aa27a0c99bff6710@example.org".to_owned(),
            "notify-5-3-1559385600@example.org".to_owned(),
            format!("FS_notify-5-{hash}@example.org"),
            format!("conversation-5-{hash}@example.org"),
            format!("FS_broadcast-5-{hash}@example.org"),
            format!("reply-x-{hash}@example.org"),
            "reply-12-0123456789ABCDEF@example.org".to_owned(),
            format!("reply-12-{hash}"),
            "CAF=abc@mail.example.org".to_owned(),
            String::new(),
        ] {
            assert_eq!(keyed(&id), None, "{id}");
        }
    }

    #[test]
    fn an_attempt_that_failed_is_no_mail() {
        for sent in ["1", "4", "6", "7", "8", "9", ""] {
            assert!(was_sent(Some(sent.as_bytes())), "{sent}");
        }
        assert!(was_sent(None));
        for failed in ["2", "5", "10"] {
            assert!(!was_sent(Some(failed.as_bytes())), "{failed}");
        }
    }

    #[test]
    fn dates_of_all_three_databases_are_read() {
        for text in [
            "2025-06-20 10:11:12",
            "2025-06-20 10:11:12.000000",
            "2025-06-20T10:11:12",
        ] {
            assert_eq!(
                date(text.as_bytes()),
                Some(jiff::civil::date(2025, 6, 20).at(10, 11, 12, 0))
            );
        }
        for text in [
            "",
            "0000-00-00 00:00:00",
            "1970-01-01 00:00:00",
            "soon",
            "2025-06-31 10:00:00",
            "销售销售销售销售",
        ] {
            assert_eq!(date(text.as_bytes()), None, "{text}");
        }
    }

    fn mail(key: &AppKey, thread: u64) -> Vec<u8> {
        let hash = derived_hashes::message_id_hash(key, thread);
        format!("FS_reply-{thread}-{hash}@example.org").into_bytes()
    }

    fn ring(keys: &[u8]) -> KeyRing {
        let mut ring = KeyRing::default();
        for byte in keys {
            ring.add(
                AppKey::generate(&[*byte; 32]),
                Source::of(SourceKind::Given),
            );
        }
        ring
    }

    #[test]
    fn a_mail_without_a_date_was_sent_between_its_neighbours() {
        let key = AppKey::generate(&[1; 32]);
        let mut log = SendLog::default();
        assert_eq!(log.dated().count(), 0);
        for (thread, at) in [(1, None), (2, Some("2025-01-02 00:00:00")), (3, None)] {
            log.add(&mail(&key, thread), at.map(str::as_bytes));
        }
        let day = jiff::civil::date(2025, 1, 2).at(0, 0, 0, 0);
        assert!(log.dated().all(|(at, maker)| at == day && maker.is_none()));
        log.ask(&ring(&[1]));
        assert_eq!(log.dated().filter(|(_, maker)| maker.is_some()).count(), 3);
        let mut undated = SendLog::default();
        undated.add(&mail(&key, 1), None);
        undated.ask(&ring(&[1]));
        assert_eq!(
            (undated.dated().count(), undated.made_by(key.fingerprint())),
            (0, 1)
        );
    }

    #[test]
    fn keys_that_join_later_explain_what_was_read_before() {
        let keys = [1, 2].map(|byte| AppKey::generate(&[byte; 32]));
        let mut log = SendLog::default();
        for thread in 0..5000 {
            log.add(&mail(&keys[usize::from(thread >= 4000)], thread), None);
        }
        log.add(b"CAF=abc@mail.example.org", None);
        log.ask(&ring(&[1]));
        assert_eq!(log.made_by(keys[0].fingerprint()), 4000);
        assert_eq!(log.made_by(keys[1].fingerprint()), 0);
        log.ask(&ring(&[1, 2]));
        assert_eq!(log.made_by(keys[1].fingerprint()), 1000);
        assert_eq!(log.lately_made_by(keys[0].fingerprint()), 1000);
        assert_eq!(log.without_hash(), 1);
    }

    #[test]
    fn a_link_is_the_last_mails_of_its_thread() {
        let keys = [1, 2].map(|byte| AppKey::generate(&[byte; 32]));
        let mut log = SendLog::default();
        for (key, thread) in [(0, 1), (0, 2), (1, 2), (1, 3)] {
            log.add(&mail(&keys[key], thread), None);
        }
        log.ask(&ring(&[1]));
        let trace = |key, mails, links| Trace { key, mails, links };
        let first = Some(keys[0].fingerprint());
        assert_eq!(log.traces(), [trace(first, 2, None), trace(None, 2, None)]);
        // Two attachments of thread 1; 9 was never mailed.
        log.set_links(&[1, 1, 2, 9]);
        assert_eq!(
            log.traces(),
            [trace(first, 2, Some(2)), trace(None, 2, Some(1))]
        );
    }

    #[test]
    fn of_very_many_mails_every_one_kept_counts_for_two() {
        let mut log = SendLog::default();
        for thread in 0..MOST + 10 {
            log.add(
                format!("reply-{thread}-0123456789abcdef@x").as_bytes(),
                Some(b"2025-01-02 00:00:00"),
            );
        }
        assert_eq!(log.weight(), 2);
        assert_eq!(log.dated().count(), MOST / 2 + 5);
    }
}
