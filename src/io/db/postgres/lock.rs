//! `pg_try_advisory_xact_lock`, in a transaction that stays open as long as the lock is held: a pooler that hands out
//! connections by the transaction keeps this one for us.

use super::reply::taken;
use super::{LIFTED, NAMES, PgSql};
use crate::domain::config::Driver;
use crate::domain::inventory::sql;
use crate::io::container::within;
use crate::io::db::error::StoreError;
use crate::io::db::lock::{self, Claimant};
use crate::io::db::store::LockAnswer;
use crate::io::fs;
use crate::words::untrusted::Untrusted;

pub(super) fn claim(store: &mut PgSql) -> Result<LockAnswer, StoreError> {
    store
        .link
        .batch_execute(&["BEGIN;", NAMES, LIFTED].concat())?;
    let us = format!(
        "freescout-rescue {} {}@{}",
        within::own_process(),
        fs::user_name(rustix::process::getuid().as_raw()),
        rustix::system::uname().nodename().to_string_lossy()
    );
    let us = sql::literal(Driver::PgSql, "utf8", Some(us.as_bytes()));
    // What a second run is told about us; where the server refuses the name, it learns less.
    if store
        .link
        .batch_execute(&format!(
            "SAVEPOINT named; SET LOCAL application_name = {us}"
        ))
        .is_err()
    {
        store.link.batch_execute("ROLLBACK TO SAVEPOINT named")?;
    }
    let database = ask(store, "SELECT current_database()::text")?.unwrap_or_default();
    let number = lock::number(&database, &store.prefix);
    let got = ask(
        store,
        &format!("SELECT pg_try_advisory_xact_lock({number})::text"),
    )?;
    match got.as_deref() {
        Some("true") => Ok(LockAnswer::Ours),
        Some("false") => Ok(LockAnswer::Theirs(claimant(store, number))),
        _ => Err(StoreError::Query("pg_try_advisory_xact_lock".into())),
    }
}

pub(super) fn still_claimed(store: &mut PgSql) -> bool {
    // The transaction ends with its connection, and not before.
    ask(store, "SELECT 1::text").is_ok()
}

fn ask(store: &mut PgSql, query: &str) -> Result<Option<String>, StoreError> {
    let row = store.link.query_opt(query, &[])?;
    row.map_or(Ok(None), |row| taken(&row, 0))
}

fn claimant(store: &mut PgSql, number: i64) -> Claimant {
    let of_holder = |store: &mut PgSql, what: &str| {
        let (high, low) = (number.cast_unsigned() >> 32, number & 0xffff_ffff);
        let query = format!(
            "SELECT {what} FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
             AND l.classid = {high}::oid AND l.objid = {low}::oid \
             AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1"
        );
        let told = ask(store, &query).ok().flatten();
        told.filter(|text| !text.is_empty())
    };
    Claimant {
        program: of_holder(store, "a.application_name::text").map(Untrusted::new),
        connection: of_holder(store, "a.pid::text").map(Untrusted::new),
        from: of_holder(store, "host(a.client_addr)").map(Untrusted::new),
        pid: None,
    }
}
