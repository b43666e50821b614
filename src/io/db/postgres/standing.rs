//! What stands under a table's name on a PostgreSQL server, by its catalogue (`pg_class`, `pg_trigger`, `pg_rewrite`,
//! `pg_depend`: "System Catalogs" in its manual).

use tokio_postgres::types::Type;

use super::link::Link;
use super::reply::taken;
use crate::domain::config::Driver;
use crate::domain::inventory::sql;
use crate::io::db::error::StoreError;
use crate::io::db::standing::Foreign;
use crate::io::db::store::Use;

/// One row for the table, if there is one: its kind, and the first of each thing that FreeScout's schema does not have.
///
/// A table depends on what its constraints, defaults of generated columns and indexes call; on what came with the server
/// nothing is recorded to depend. A type that is no base type can be cast to text by a function of its maker's. Servers before 12 have no generated columns.
const STANDING: &str = "\
    SELECT c.relkind::text, \
      EXISTS (SELECT 1 FROM pg_inherits i WHERE c.oid IN (i.inhparent, i.inhrelid)), \
      (SELECT t.typname::text FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid \
         JOIN pg_namespace tn ON tn.oid = t.typnamespace \
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
           AND tn.nspname <> 'pg_catalog' AND t.typtype <> 'b' LIMIT 1), \
      c.relrowsecurity, \
      (SELECT t.tgname::text FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal LIMIT 1), \
      (SELECT r.rulename::text FROM pg_rewrite r WHERE r.ev_class = c.oid LIMIT 1), \
      (SELECT COALESCE(p.proname::text, o.oprname::text) FROM pg_depend d \
         LEFT JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid \
         LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid \
         WHERE COALESCE(p.oid, o.oid) IS NOT NULL AND ( \
           d.classid = 'pg_constraint'::regclass \
             AND d.objid IN (SELECT k.oid FROM pg_constraint k WHERE k.conrelid = c.oid) \
           OR d.classid = 'pg_class'::regclass \
             AND d.objid IN (SELECT x.indexrelid FROM pg_index x WHERE x.indrelid = c.oid) \
           OR d.classid = 'pg_attrdef'::regclass \
             AND d.objid IN (SELECT f.oid FROM pg_attrdef f \
               JOIN pg_attribute g ON g.attrelid = f.adrelid AND g.attnum = f.adnum \
               WHERE f.adrelid = c.oid AND to_jsonb(g)->>'attgenerated' <> '')) LIMIT 1) \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE n.nspname = 'public' AND c.relname = $1";

/// What stands there that is not FreeScout's. `name` has its prefix.
pub(super) fn of(link: &Link, name: &str) -> Result<Option<Foreign>, StoreError> {
    let Some(row) = link.query_opt(STANDING, &[(&name, Type::TEXT)])? else {
        return Ok(None);
    };
    let relkind: String = taken(&row, 0)?;
    if let Some(foreign) = Foreign::of_postgres(&relkind) {
        return Ok(Some(foreign));
    }
    let (inherited, row_security): (bool, bool) = (taken(&row, 1)?, taken(&row, 3)?);
    let name = |index| taken::<Option<String>>(&row, index);
    let found = [
        inherited.then_some(Foreign::Inherited),
        name(2)?.map(Foreign::Type),
        row_security.then_some(Foreign::RowSecurity),
        name(4)?.map(Foreign::Trigger),
        name(5)?.map(Foreign::Rule),
        name(6)?.map(Foreign::Function),
    ];
    Ok(found.into_iter().flatten().next())
}

/// Refuses what is not a plain table, and holds the table until the transaction ends, so that it stays one.
pub(super) fn require(
    link: &Link,
    prefix: &str,
    table: &str,
    wanted: Use,
) -> Result<(), StoreError> {
    let name = format!("{prefix}{table}");
    let look = || wanted.refuse(&name, of(link, &name)?);
    look()?;
    let mode = match wanted {
        Use::Read => "ACCESS SHARE",
        Use::Change => "ROW EXCLUSIVE",
    };
    let quoted = sql::table(Driver::PgSql, prefix, table);
    link.batch_execute(&format!("LOCK TABLE ONLY {quoted} IN {mode} MODE"))?;
    // It may have become another until it was held.
    look()
}
