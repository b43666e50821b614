//! `GET_LOCK`: of one session, on one node. Where the nodes of a cluster have their own, the comparison of rows is what is
//! left; a server, or a proxy, that does not keep the lock on our connection gives none.

use mysql::Row;
use mysql::prelude::{FromValue, Queryable};

use super::{MySql, literal, taken};
use crate::io::db::error::StoreError;
use crate::io::db::lock::{self, Claimant};
use crate::io::db::store::LockAnswer;
use crate::words::untrusted::Untrusted;

/// Some servers end what idles for a minute; in seconds.
const STAYS: &str = "SET SESSION wait_timeout = GREATEST(@@wait_timeout, 28800)";

pub(super) fn claim(store: &mut MySql) -> Result<LockAnswer, StoreError> {
    let name = name(store)?;
    // Where that is refused, a connection that ended is told before anything is committed.
    let _ = store.run(STAYS);
    let got: Option<i64> = ask(store, &format!("GET_LOCK({name}, 0)"))?;
    match got {
        Some(1) if is_ours(store, &name) => Ok(LockAnswer::Ours),
        Some(0) => Ok(LockAnswer::Theirs(claimant(store, &name))),
        _ => Err(StoreError::Query("GET_LOCK".into())),
    }
}

pub(super) fn still_claimed(store: &mut MySql) -> bool {
    name(store).is_ok_and(|name| is_ours(store, &name))
}

/// The lock's name, as a text within a statement.
fn name(store: &mut MySql) -> Result<String, StoreError> {
    let database: Option<String> = ask(store, "DATABASE()")?;
    let name = lock::name(&database.unwrap_or_default(), &store.prefix);
    Ok(literal(&name))
}

/// The value of an expression; `None` is NULL.
fn ask<T: FromValue>(store: &mut MySql, expression: &str) -> Result<Option<T>, StoreError> {
    first::<Option<T>>(store, &format!("SELECT {expression}")).map(Option::flatten)
}

/// The first value of the first row, where there is a row.
fn first<T: FromValue>(store: &mut MySql, query: &str) -> Result<Option<T>, StoreError> {
    let row: Option<Row> = store.connection.query_first(query)?;
    row.map(|row| taken(&row, 0)).transpose()
}

fn is_ours(store: &mut MySql, name: &str) -> bool {
    let ours = ask(store, &format!("IS_USED_LOCK({name}) = CONNECTION_ID()"));
    ours.is_ok_and(|ours| ours == Some(1_i64))
}

fn claimant(store: &mut MySql, name: &str) -> Claimant {
    let holder = ask(store, &format!("IS_USED_LOCK({name})"));
    let Some(id): Option<u64> = holder.ok().flatten() else {
        return Claimant::default();
    };
    // Connections of the same user are shown to everybody.
    let from: Option<String> = first(
        store,
        &format!("SELECT HOST FROM information_schema.PROCESSLIST WHERE ID = {id}"),
    )
    .ok()
    .flatten();
    let from = from.filter(|host| !host.is_empty());
    Claimant {
        connection: Some(id.to_string().into()),
        from: from.map(Untrusted::new),
        ..Claimant::default()
    }
}
