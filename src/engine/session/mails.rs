//! What the emails that were sent say of the keys: every Message-ID in `send_logs` carries a hash made with the key of its day.

use crate::domain::config::rules::Rules;
use crate::domain::key::app_key::AppKey;
use crate::domain::key::derived_hashes;
use crate::domain::key::timeline::Timeline;
use crate::domain::mail::send_log::{self, SendLog};
use crate::engine::session::Session;
use crate::io::db::{Bounds, Store, Stored};

/// How many attachments are read, the newest: links in older emails are hardly followed.
const LINKS_READ: u32 = 500_000;

/// Asks every mail of `send_logs` which key made the hash in its Message-ID; the table is read once, keys that join
/// later are asked from memory. A table that is not there, or not as we know it, gives no evidence and no error.
pub fn count_mails(session: &mut Session) {
    if session.mails.is_none() {
        let read = session.together(Bounds::PASSING, |session| {
            read_mails(&mut *session.store, session.inventory.rules())
        });
        session.mails = Some(read);
        session.mend();
    }
    let Some(mut log) = session.mails.take() else {
        return;
    };
    log.ask(&session.ring);
    offer_senders(session, &log);
    log.ask(&session.ring);
    for known in session.ring.iter_mut() {
        known.mails = log.made_by(known.key.fingerprint());
    }
    session.timeline = Timeline::of(&log);
    session.traces = log.traces();
    session.mails = Some(log);
    ask_workers(session);
}

/// Makes those keys of the backups known that emails were sent with which no known key explains: the one that a recovery
/// replaced decrypts nothing any more, and still names what was sent until then.
fn offer_senders(session: &mut Session, log: &SendLog) {
    let own = std::mem::take(&mut session.own_backups);
    let unknown = own
        .keys
        .iter()
        .filter(|(key, _)| session.ring.get(key.fingerprint()).is_none());
    let unknown: Vec<_> = unknown.collect();
    let asked = unknown.len();
    let senders = unknown
        .into_iter()
        .filter(|(key, _)| log.has_from(key, asked));
    for (key, sources) in senders {
        for source in sources {
            if let Ok(key) = AppKey::parse(key.text()) {
                session.ring.add(key, source.clone());
            }
        }
    }
    session.own_backups = own;
}

/// Where one key is known in several texts, running workers tell which of them FreeScout was started with.
fn ask_workers(session: &mut Session) {
    if !session.ring.has_twins() {
        return;
    }
    let workers = session.queue_workers();
    for known in session.ring.iter_mut() {
        let identifier = derived_hashes::worker_identifier(&known.key);
        let ours = workers
            .iter()
            .filter(|w| w.identifier.as_deref() == Some(&identifier));
        known.workers = ours.count() as u64;
    }
}

fn read_mails(store: &mut dyn Store, rules: &Rules) -> SendLog {
    let there = store.columns("send_logs").unwrap_or_default();
    let has = |name: &&str| there.iter().any(|c| c == name);
    let wanted: Vec<&str> = ["message_id", "created_at", "status"]
        .into_iter()
        .filter(has)
        .collect();
    let mut log = SendLog::default();
    if wanted.first() != Some(&"message_id") {
        return log;
    }
    let place = |name: &str| wanted.iter().position(|w| *w == name);
    let (date, status) = (place("created_at"), place("status"));
    let read = store.read("send_logs", &wanted, None, &mut |_, values| {
        let text = |n: usize| values.get(n).and_then(Stored::text);
        if let Some(message_id) = text(0)
            && send_log::was_sent(status.and_then(text))
        {
            log.add(message_id, date.and_then(text));
        }
    });
    // Half a log would show eras that end where the reading did.
    if read.is_err() {
        return SendLog::default();
    }
    read_links(store, rules, &mut log);
    log
}

/// The attachments whose links carry a token of the key. Without the table nothing is known of them.
fn read_links(store: &mut dyn Store, rules: &Rules, log: &mut SendLog) {
    let there = store.columns("attachments").unwrap_or_default();
    let has = |name: &str| there.iter().any(|c| c == name);
    if !has("thread_id") {
        return;
    }
    if !rules.links_carry_tokens() {
        log.set_links(&[]);
        return;
    }
    // `token_type` took the place of `public` in 1.8.213: what is public is served without a token.
    let column = ["token_type", "public"].into_iter().find(|name| has(name));
    let wanted: Vec<&str> = ["thread_id"].into_iter().chain(column).collect();
    let mut threads = Vec::new();
    let newest = Some(LINKS_READ);
    let read = store.read("attachments", &wanted, newest, &mut |_, values| {
        let number = |n: usize| -> Option<u64> {
            std::str::from_utf8(values.get(n)?.text()?)
                .ok()?
                .parse()
                .ok()
        };
        let tokened = match column {
            Some("token_type") => matches!(number(1), Some(2 | 3)),
            Some(_) => number(1) == Some(0),
            None => true,
        };
        if let (Some(thread), true) = (number(0), tokened) {
            threads.push(thread);
        }
    });
    if read.is_ok() {
        log.set_links(&threads);
    }
}
