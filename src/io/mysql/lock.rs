//! `GET_LOCK`: of one session, on one node. Where the nodes of a cluster have their own, the comparison of rows is what is
//! left; a server, or a proxy, that does not keep the lock on our connection gives none.

use mysql::Row;
use mysql::prelude::Queryable;

use super::{MySql, error};
use crate::io::database_lock::{self, Claim, Claimant};
use crate::io::store::StoreError;

/// Some servers end what idles for a minute; in seconds.
const STAYS: &str = "SET SESSION wait_timeout = GREATEST(@@wait_timeout, 28800)";

pub(super) fn claim(store: &mut MySql) -> Result<Claim, StoreError> {
    let name = name(store)?;
    // Where that is refused, a connection that ended is told before anything is committed.
    let _ = store.run(STAYS);
    let got: Option<Option<i64>> = store
        .connection
        .exec_first("SELECT GET_LOCK(?, 0)", (&name,))
        .map_err(|e| error(&e))?;
    match got.flatten() {
        Some(1) if is_ours(store, &name) => Ok(Claim::Ours),
        Some(0) => Ok(Claim::Theirs(claimant(store, &name))),
        _ => Err(StoreError::Query("GET_LOCK".to_owned())),
    }
}

pub(super) fn still_claimed(store: &mut MySql) -> bool {
    name(store).is_ok_and(|name| is_ours(store, &name))
}

fn name(store: &mut MySql) -> Result<String, StoreError> {
    let database: Option<Option<String>> = store
        .connection
        .query_first("SELECT DATABASE()")
        .map_err(|e| error(&e))?;
    let database = database.flatten().unwrap_or_default();
    Ok(database_lock::name(&database, &store.prefix))
}

fn is_ours(store: &mut MySql, name: &str) -> bool {
    let ours: Result<Option<Option<i64>>, _> = store
        .connection
        .exec_first("SELECT IS_USED_LOCK(?) = CONNECTION_ID()", (name,));
    ours.is_ok_and(|ours| ours.flatten() == Some(1))
}

fn claimant(store: &mut MySql, name: &str) -> Claimant {
    let holder: Option<Option<u64>> = store
        .connection
        .exec_first("SELECT IS_USED_LOCK(?)", (name,))
        .ok()
        .flatten();
    let Some(id) = holder.flatten() else {
        return Claimant::default();
    };
    // Connections of the same user are shown to everybody.
    let row: Option<Row> = store
        .connection
        .exec_first(
            "SELECT HOST FROM information_schema.PROCESSLIST WHERE ID = ?",
            (id,),
        )
        .ok()
        .flatten();
    let from = row.and_then(|mut row| row.take_opt::<String, _>(0)?.ok());
    let from = from.filter(|host| !host.is_empty());
    let here = from.as_deref().and_then(|from| {
        let (host, port) = from.rsplit_once(':')?;
        let here = host == "localhost" || host.starts_with("127.");
        here.then(|| port.parse().ok())?
    });
    Claimant {
        connection: Some(id.to_string()),
        pid: here.and_then(database_lock::at_port),
        from,
        ..Claimant::default()
    }
}
