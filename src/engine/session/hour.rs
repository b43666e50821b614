//! Looks whether this is a good hour for a recovery. What is not there, or not as we know it, is no evidence and no error;
//! nothing is kept of what was read but figures.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::DateTime;
use memchr::memmem;

use super::signs::{read_newest, read_signs};
use crate::domain::plan::hour::{Hour, NOW, Observed, is_now};
use crate::engine::session::Session;
use crate::engine::session::machine::MachineScope;
use crate::io::db::{Bounds, Store};
use crate::io::fs;
use crate::io::install::Install;
use crate::io::os::as_user;
use crate::io::os::processes::backups;

/// Rows looked at of tables that tell of people's work, the newest.
const ROWS: u32 = 200;
/// Entries looked at of a folder.
const ENTRIES: usize = 20_000;
/// Sessions that are read, and how much of one.
const SESSIONS: usize = 2000;
const SESSION_BYTES: u64 = 64 << 10;
/// Migrations that are read from the database. FreeScout has some hundred, each module a few.
const MIGRATIONS: u32 = 10_000;
/// What Laravel notes in the session of somebody who is signed in (`SessionGuard`).
const SIGNED_IN: &[u8] = b"login_web_";
/// Files of a release that nobody changes by hand, and that an update replaces.
const OF_RELEASE: [&str; 3] = [
    "vendor/autoload.php",
    "vendor/composer/installed.json",
    "app/Console/Kernel.php",
];

/// What a thread is made in, and what of the log tells of people (`App\Thread`, `App\ActivityLog`).
const IN_BROWSER: i64 = 2;
const OF_PEOPLE: &[u8] = b"users";

/// Looks at the queue, the people, the processes and the files, now.
pub fn look(session: &mut Session) -> Hour {
    let signs = read_signs(session);
    let now = session.install.now_local();
    let install = session.install.root.clone();
    let files = migration_files(&install);
    let (acts, migrations_pending) = session.together(Bounds::GLANCE, |session| {
        let store = &mut *session.store;
        (acts(store, now), pending(store, &files))
    });
    session.mend();
    let settings = &session.settings;
    Hour::of(Observed {
        signs,
        signed_in: signed_in(&session.install),
        acts,
        backups: match session.machine {
            MachineScope::Host => backups::running(&install, settings.driver, &settings.database),
            MachineScope::Only(_) => Vec::new(),
        },
        maintenance: install.join("storage/framework/down").exists(),
        migrations_pending,
        files_replaced: OF_RELEASE.iter().any(|file| replaced(&install.join(file))),
        texts: session.inventory.cells.len() as u64,
    })
}

/// Whether a file was written or put there just now, by when the system last changed what it knows of it.
fn replaced(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|meta| is_fresh(meta.ctime()))
}

/// Whether a moment of the system's clock is just now.
fn is_fresh(seconds: i64) -> bool {
    let now = Timestamp::now().as_second();
    (now.saturating_sub(seconds)).saturating_abs() <= NOW
}

/// How many people are signed in whose browser asked for something just now. Sessions are read with the rights of the
/// account they belong to.
fn signed_in(install: &Install) -> u64 {
    let folder = install.root.join("storage/framework/sessions");
    let count = || {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let fresh = entries.take(ENTRIES).filter(|entry| {
            // Of the entry itself: a link is no session.
            let meta = entry.metadata();
            meta.is_ok_and(|meta| meta.is_file() && is_fresh(meta.mtime()))
        });
        let session = |path: &Path| fs::read(path, SESSION_BYTES).ok();
        fresh
            .take(SESSIONS)
            .filter_map(|entry| session(&entry.path()))
            .filter(|read| memmem::find(&read.bytes, SIGNED_IN).is_some())
            .count() as u64
    };
    let known = install.known.certain();
    known.map_or(0, |user| as_user::with(user, count).unwrap_or(0))
}

/// How much people wrote in the browser, or logged in and out, just now.
fn acts(store: &mut dyn Store, now: DateTime) -> u64 {
    let mut acts = 0;
    let threads = ["created_by_user_id", "source_type", "created_at"];
    read_newest(store, "threads", &threads, ROWS, &mut |_, row| {
        let by_user = row.number(0).is_some() && row.number(1) == Some(IN_BROWSER);
        acts += u64::from(by_user && row.date(2).is_some_and(|at| is_now(at, now)));
    });
    let log = ["log_name", "causer_id", "created_at"];
    read_newest(store, "activity_logs", &log, ROWS, &mut |_, row| {
        let by_user = row.text(0) == Some(OF_PEOPLE) && row.number(1).is_some();
        acts += u64::from(by_user && row.date(2).is_some_and(|at| is_now(at, now)));
    });
    acts
}

/// The names of the migrations that come with the installed version.
fn migration_files(install: &Path) -> Vec<Vec<u8>> {
    let folder = install.join("database/migrations");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let name = |entry: std::fs::DirEntry| {
        let name = entry.file_name();
        Some(name.to_str()?.strip_suffix(".php")?.as_bytes().to_vec())
    };
    entries.take(ENTRIES).filter_map(name).collect()
}

/// How many of these migrations have not run on the database. Where it knows of none at all, nothing is told.
fn pending(store: &mut dyn Store, files: &[Vec<u8>]) -> u64 {
    if files.is_empty() {
        return 0;
    }
    let mut ran: HashSet<Vec<u8>> = HashSet::new();
    let whole = read_newest(
        store,
        "migrations",
        &["migration"],
        MIGRATIONS,
        &mut |_, row| {
            ran.extend(row.text(0).map(<[u8]>::to_vec));
        },
    );
    if !whole || ran.is_empty() {
        return 0;
    }
    files.iter().filter(|name| !ran.contains(*name)).count() as u64
}
