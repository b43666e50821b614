//! One freescout-rescue at a time on an install, wherever it runs and keeps its state: a lock in the database itself, on
//! a connection of its own, held until it is dropped, and let go by the server when that connection ends.
//!
//! MySQL and MariaDB: `GET_LOCK`, of the session. PostgreSQL: `pg_try_advisory_xact_lock`, in a transaction that stays open,
//! as behind a pooler a session's lock would belong to nobody. SQLite: `flock` on the folder of the file, as SQLite's own
//! locks (`fcntl`) are lost whenever any descriptor of the file is closed. None of them keeps FreeScout from its work.
//!
//! The lock is named after database and table prefix, so that installs which share a server do not meet.

use std::time::Duration;

use procfs::process::{FDTarget, Process, all_processes};
use sha2::{Digest, Sha256};

use super::error::StoreError;
use super::store::{LockAnswer, Store};
use crate::domain::config::Driver;
pub use crate::domain::run::claimant::Claimant;
use crate::io::fs;
use crate::words::words;

/// What the name of every lock begins with.
const NAME: &str = "freescout-rescue-";
/// Our program's name in `/proc/PID/stat`, which is cut after 15 characters.
const CUT_NAME: &str = "freescout-rescu";
/// How long another connection may take.
const ROOM: Duration = Duration::from_secs(10);
/// How many processes of ours are named.
const MAX_NAMED: usize = 5;

/// Opens a further connection to the database of an install.
pub trait Connect: Fn() -> Result<Box<dyn Store>, StoreError> + Send + 'static {}

impl<F: Fn() -> Result<Box<dyn Store>, StoreError> + Send + 'static> Connect for F {}

/// The lock of an install in its database.
pub struct DatabaseLock {
    store: Box<dyn Store>,
}

/// What came of taking it.
pub enum LockAttempt {
    /// It is held.
    Held(DatabaseLock),
    /// Somebody else holds it.
    Theirs(Claimant),
    /// This database gives none, or no further connection.
    Refused(StoreError),
}

impl DatabaseLock {
    /// Takes the lock of the install whose database this is, at once or not at all.
    pub fn take(driver: Driver, connect: impl Connect) -> LockAttempt {
        let claimed = connect().and_then(|mut store| {
            let claim = store.claim()?;
            Ok((store, claim))
        });
        match claimed {
            Ok((store, LockAnswer::Ours)) => match require_room(driver, connect) {
                Ok(()) => LockAttempt::Held(Self { store }),
                Err(error) => LockAttempt::Refused(error),
            },
            // With our own rights: those of the connection see nobody else's processes.
            Ok((_, LockAnswer::Theirs(claimant))) => LockAttempt::Theirs(Claimant {
                pid: claimant.pid.or_else(|| at(claimant.from.as_ref()?.raw())),
                ..claimant
            }),
            Err(error) => LockAttempt::Refused(error),
        }
    }

    /// Whether it is still ours: the connection may have ended.
    pub fn is_held(&mut self) -> bool {
        self.store.still_claimed()
    }
}

/// Refuses where the lock leaves no room for the work: a pooler with one connection would let us wait for ourselves, and an
/// account of few connections could not read everything again over a new one in the end.
fn require_room(driver: Driver, connect: impl Connect) -> Result<(), StoreError> {
    if driver == Driver::Sqlite {
        return Ok(());
    }
    let (sender, answer) = oneshot::channel();
    // Where it waits in vain, it ends when the lock is let go.
    std::thread::spawn(move || {
        let another = connect();
        let _ = sender.send(another.and_then(|mut store| store.columns("options").map(|_| ())));
    });
    let none = |_| {
        Err(StoreError::Unreachable(
            words().no_room_beside_lock.to_owned().into(),
        ))
    };
    answer.recv_timeout(ROOM).unwrap_or_else(none)
}

/// The lock of a table prefix within a database, by the database's own name for itself: the first 16 hex digits of SHA-256
/// over `DATABASE/PREFIX` in lower case, as some servers do not tell the cases apart.
pub fn name(database: &str, prefix: &str) -> String {
    format!("{NAME}{}", fs::hex(&digest(database, prefix)))
}

/// The same as a number, for servers whose locks have no names.
pub(super) fn number(database: &str, prefix: &str) -> i64 {
    i64::from_be_bytes(digest(database, prefix))
}

fn digest(database: &str, prefix: &str) -> [u8; 8] {
    let text = format!("{database}/{prefix}").to_lowercase();
    let digest = Sha256::digest(text.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    first
}

/// Other processes of ours on this machine, with the users they run as: one of them may hold the lock.
pub fn others_of_ours() -> Vec<(u32, String)> {
    let named = of_ours().filter_map(|process| {
        let user = fs::user_name(process.uid().ok()?);
        Some((process.pid().unsigned_abs(), user))
    });
    named.take(MAX_NAMED).collect()
}

fn of_ours() -> impl Iterator<Item = Process> {
    let us = std::process::id();
    let processes = all_processes().into_iter().flatten().flatten();
    processes.filter(move |process| {
        let ours = process.stat().is_ok_and(|stat| stat.comm == CUT_NAME);
        ours && process.pid().unsigned_abs() != us
    })
}

/// The process of ours whose connection begins here (`localhost:51234`), where we may look.
fn at(from: &str) -> Option<u32> {
    let (host, port) = from.rsplit_once(':')?;
    if host != "localhost" && !host.starts_with("127.") {
        return None;
    }
    let port: u16 = port.parse().ok()?;
    let sockets = [procfs::net::tcp(), procfs::net::tcp6()];
    let here = sockets.into_iter().flatten().flatten();
    let inodes: Vec<u64> = here
        .filter(|socket| socket.local_address.port() == port)
        .map(|socket| socket.inode)
        .collect();
    let holds = |process: &Process| {
        let open = process.fd().into_iter().flatten().flatten();
        let mut sockets = open.filter_map(|fd| match fd.target {
            FDTarget::Socket(inode) => Some(inode),
            _ => None,
        });
        sockets.any(|inode| inodes.contains(&inode))
    };
    let holder = of_ours().find(holds)?;
    Some(holder.pid().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_named_after_database_and_prefix() {
        // As in the README: printf %s freescout/fs_ | sha256sum | cut -c 1-16
        assert_eq!(
            name("freescout", "fs_"),
            "freescout-rescue-3dd8a39255ab1c11"
        );
        assert_eq!(name("FreeScout", "fs_"), name("freescout", "fs_"));
        assert_ne!(name("freescout", ""), name("freescout", "fs_"));
        assert_ne!(name("free", "scout"), name("freescout", ""));
        let long = name(&"x".repeat(64), &"y".repeat(64));
        assert!(long.len() <= 64, "MySQL takes no longer ones: {long}");
        assert_eq!(number("freescout", "fs_"), 4_456_491_680_180_935_697);
    }
}
