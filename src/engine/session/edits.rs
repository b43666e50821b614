//! When mailboxes were last saved in FreeScout, and which administrators had logged in before: only they may change a
//! mailbox's connections. What is not there, or not as we know it, is no evidence and no error.
//!
//! Names as FreeScout's classes `ActivityLog` and `User` have them.

use std::collections::{BTreeMap, BTreeSet};

use super::signs::read_newest;
use crate::domain::run::watch::edit::{AdminLogin, LastSave};
use crate::engine::session::Session;
use crate::io::db::{Bounds, Store};
use crate::words::untrusted::Untrusted;

/// Rows looked at of mailboxes and users.
const ROWS: u32 = 10_000;
/// Entries looked at of the log, the newest.
const ENTRIES: u32 = 2_000;
/// `users.role`.
const ADMIN: i64 = 2;
/// `activity_logs.log_name` and `activity_logs.description`.
const OF_PEOPLE: &[u8] = b"users";
const LOGIN: &[u8] = b"login";

/// The last time that each of these mailboxes was saved.
pub fn last_saves(session: &mut Session, wanted: &BTreeSet<u64>) -> BTreeMap<u64, LastSave> {
    let saves = session.together(Bounds::GLANCE, |session| {
        let store = &mut *session.store;
        let admins = admins(store);
        let logins = logins(store, &admins);
        let mut saves = BTreeMap::new();
        read_newest(store, "mailboxes", &["updated_at"], ROWS, &mut |id, row| {
            if let Some(at) = row.date(0).filter(|_| wanted.contains(&id)) {
                saves.insert(id, LastSave::of(at, &logins));
            }
        });
        saves
    });
    session.mend();
    saves
}

/// The names of those who may change mailboxes, by their ids.
fn admins(store: &mut dyn Store) -> BTreeMap<i64, Untrusted> {
    let mut admins = BTreeMap::new();
    let columns = ["first_name", "last_name", "role"];
    read_newest(store, "users", &columns, ROWS, &mut |id, row| {
        if row.number(2) != Some(ADMIN) {
            return;
        }
        let part = |n| String::from_utf8_lossy(row.text(n).unwrap_or_default()).into_owned();
        let name = format!("{} {}", part(0), part(1));
        if let (Ok(id), false) = (i64::try_from(id), name.trim().is_empty()) {
            admins.insert(id, name.trim().into());
        }
    });
    admins
}

/// Their last logins, the last first.
fn logins(store: &mut dyn Store, admins: &BTreeMap<i64, Untrusted>) -> Vec<AdminLogin> {
    let mut logins = Vec::new();
    let columns = ["log_name", "description", "causer_id", "created_at"];
    read_newest(store, "activity_logs", &columns, ENTRIES, &mut |_, row| {
        let is_login = row.text(0) == Some(OF_PEOPLE) && row.text(1) == Some(LOGIN);
        let name = row.number(2).and_then(|id| admins.get(&id));
        if let (true, Some(name), Some(at)) = (is_login, name, row.date(3)) {
            let name = name.clone();
            logins.push(AdminLogin { name, at });
        }
    });
    logins
}
