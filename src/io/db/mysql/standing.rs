//! What stands under a table's name on a MySQL or MariaDB server, by its `information_schema`.

use mysql::Row;
use mysql::prelude::Queryable;

use super::{error, literal, taken};
use crate::domain::config::Driver;
use crate::domain::inventory::sql;
use crate::io::db::error::StoreError;
use crate::io::db::standing::Foreign;
use crate::io::db::store::Use;

/// What stands there that is not FreeScout's. `name` has its prefix. Triggers are shown to who may make them, and so to
/// every account that could have made one.
pub(super) fn of(
    connection: &mut impl Queryable,
    name: &str,
) -> Result<Option<Foreign>, StoreError> {
    let name = literal(name);
    let mut ask = |query: &str| -> Result<Option<Row>, StoreError> {
        let query = format!("{query} = {name}");
        connection.query_first(query).map_err(|e| error(&e))
    };
    let Some(row) = ask("SELECT TABLE_TYPE, ENGINE FROM information_schema.TABLES \
         WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME")?
    else {
        return Ok(None);
    };
    let (kind, engine): (String, Option<String>) = (taken(&row, 0)?, taken(&row, 1)?);
    if let Some(foreign) = Foreign::of_mysql(&kind, engine.as_deref()) {
        return Ok(Some(foreign));
    }
    let trigger = ask("SELECT TRIGGER_NAME FROM information_schema.TRIGGERS \
         WHERE EVENT_OBJECT_SCHEMA = DATABASE() AND EVENT_OBJECT_TABLE")?;
    let name = trigger.map(|row| taken(&row, 0)).transpose()?;
    Ok(name.map(Foreign::Trigger))
}

/// Refuses what is not a plain table, within a transaction that holds the table until it ends, so that it stays one.
pub(super) fn require(
    connection: &mut impl Queryable,
    prefix: &str,
    table: &str,
    wanted: Use,
) -> Result<(), StoreError> {
    let name = format!("{prefix}{table}");
    let foreign = of(connection, &name)?;
    wanted.refuse(&name, foreign)?;
    // Whoever asks for a row, if for none, is in nobody's way but of those who would change the table itself.
    let quoted = sql::table(Driver::MySql, prefix, table);
    connection
        .query_drop(format!("SELECT 1 FROM {quoted} LIMIT 0"))
        .map_err(|e| error(&e))?;
    // It may have become another until it was held.
    let foreign = of(connection, &name)?;
    wanted.refuse(&name, foreign)
}
