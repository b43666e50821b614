//! FreeScout's own logs, searched for passwords that failed logins left there: rows of `send_logs`, `activity_logs` and
//! `failed_jobs`, and `storage/logs/laravel*.log`.
//!
//! What is found is worth a try at the mail server and no more: it is offered, never stored untested. That it stands
//! there at all is a finding of its own.

use std::path::Path;

use super::old_payloads::is_lost;
use crate::domain::hunt::log_secrets::{self, Logged, SeenPassword};
use crate::domain::inventory::secret::{Place, SecretBytes, SecretKind, Table};
use crate::domain::verdict::assessment::LoggedPassword;
use crate::domain::verdict::secret_report::SecretReport;
use crate::engine::session::Session;
use crate::io::db::{Bounds, Store, Stored};
use crate::io::fs;

/// Where FreeScout writes down what a mail server said.
const TABLES: [(&str, &str, &str); 3] = [
    ("send_logs", "status_message", "created_at"),
    ("activity_logs", "properties", "created_at"),
    ("failed_jobs", "exception", "failed_at"),
];
/// Rows read of each table, the newest.
const ROWS: u32 = 5000;
/// Log files read, the newest by name; how large one may be, and all of them.
const FILES: usize = 60;
const MAX_FILE: u64 = 32 << 20;
const MAX_FILES: u64 = 256 << 20;
/// Passwords kept in all, and offered for one secret.
const MAX_KEPT: usize = 500;
const MAX_OFFERED: usize = 10;

/// Reads the logs, once a session, and says whether passwords stand in them. What is not there, or not as we know it,
/// holds nothing and is no error.
pub fn read(session: &mut Session) -> bool {
    if session.logged.is_some() {
        return false;
    }
    let mut seen = Vec::new();
    session.together(Bounds::PASSING, |session| {
        for table in TABLES {
            in_table(&mut *session.store, table, &mut seen);
        }
    });
    session.mend();
    in_files(&session.install.root.join("storage/logs"), &mut seen);
    let found = !seen.is_empty();
    session.logged = Some(seen);
    found
}

fn keep(seen: &mut Vec<SeenPassword>, logged: Logged, seen_in: impl FnOnce() -> String) {
    let known = |s: &&mut SeenPassword| {
        s.logged.password == logged.password && s.logged.user == logged.user
    };
    if let Some(known) = seen.iter_mut().find(known) {
        // The last time it was tried says most.
        if logged.date > known.logged.date {
            known.logged.date = logged.date;
            known.seen_in = seen_in();
        }
    } else if seen.len() < MAX_KEPT {
        seen.push(SeenPassword {
            logged,
            seen_in: seen_in(),
        });
    }
}

fn in_table(
    store: &mut dyn Store,
    (table, text, date): (&str, &str, &str),
    seen: &mut Vec<SeenPassword>,
) {
    let there = store.columns(table).unwrap_or_default();
    let has = |name: &str| there.iter().any(|column| column == name);
    if !has("id") || !has(text) {
        return;
    }
    let columns: Vec<&str> = [text, date].into_iter().filter(|name| has(name)).collect();
    // A table that is not read to its end is not told from one that is: what was found counts.
    let _ = store.read(table, &columns, Some(ROWS), &mut |id, values| {
        let Some(text) = values.first().and_then(Stored::text) else {
            return;
        };
        let date = values.get(1).and_then(Stored::text);
        let date = date.and_then(|d| std::str::from_utf8(d).ok()?.get(..19)?.parse().ok());
        log_secrets::in_text(text, &mut |logged| {
            let logged = Logged { date, ..logged };
            keep(seen, logged, || format!("{table}#{id}"));
        });
    });
}

fn in_files(folder: &Path, seen: &mut Vec<SeenPassword>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries
        // Of the entry itself: a link is none.
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("laravel") && name.ends_with(".log")
        })
        .collect();
    paths.sort_unstable_by(|a, b| b.cmp(a));
    let mut left = MAX_FILES;
    for path in paths.iter().take(FILES) {
        if let Ok(file) = fs::read(path, MAX_FILE.min(left)) {
            left -= file.bytes.len() as u64;
            log_secrets::in_log(&file.bytes, &mut |logged| {
                keep(seen, logged, || path.to_string_lossy().into_owned());
            });
        }
    }
}

/// How many different passwords stand in the logs.
pub(in crate::engine) fn count(session: &Session) -> usize {
    session.logged.as_ref().map_or(0, Vec::len)
}

/// What can be tried for which lost secret: in the order of the secrets, newest first.
pub(in crate::engine) fn offered(
    session: &Session,
    secrets: &[SecretReport],
) -> Vec<LoggedPassword> {
    let mut offered = Vec::new();
    for secret in secrets.iter().filter(|s| is_lost(s)) {
        let seen = newest_first(session, &secret.place);
        offered.extend(seen.into_iter().map(|seen| LoggedPassword {
            place: secret.place.clone(),
            seen_in: seen.seen_in.clone().into(),
            date: seen.logged.date,
        }));
    }
    offered
}

/// The `n`th of the passwords offered for a place.
pub(in crate::engine) fn text(session: &Session, place: &Place, n: usize) -> Option<SecretBytes> {
    let seen = newest_first(session, place).into_iter().nth(n)?;
    Some(seen.logged.password.clone())
}

fn newest_first<'s>(session: &'s Session, place: &Place) -> Vec<&'s SeenPassword> {
    let mut seen: Vec<&SeenPassword> = Vec::new();
    for one in session.logged.iter().flatten() {
        let known = |s: &&SeenPassword| s.logged.password == one.logged.password;
        if fits(session, place, one.logged.user.as_deref()) && !seen.iter().any(known) {
            seen.push(one);
        }
    }
    seen.sort_by_key(|s| std::cmp::Reverse(s.logged.date));
    seen.truncate(MAX_OFFERED);
    seen
}

/// Whether a password of this user may be the one of this place. Without a name it may be any that is sent with.
fn fits(session: &Session, place: &Place, user: Option<&str>) -> bool {
    let inventory = &session.inventory;
    let Some(kind) = inventory.secret(place).map(|secret| secret.kind) else {
        return false;
    };
    let is = |name: &str| user.is_none_or(|user| user.trim().eq_ignore_ascii_case(name.trim()));
    let mailbox = || match place.cell.table {
        Table::Mailboxes => inventory.mailbox(place.cell.id),
        _ => None,
    };
    match kind {
        SecretKind::Outgoing => {
            mailbox().is_some_and(|m| m.oauth.is_none() && is(m.out_username.raw()))
        }
        // It was sent to the other server: only the same name makes it likely.
        SecretKind::Incoming => {
            user.is_some()
                && mailbox().is_some_and(|m| m.oauth.is_none() && is(m.in_username.raw()))
        }
        SecretKind::SystemMail => is(inventory.system_mail.username.raw()),
        _ => false,
    }
}
