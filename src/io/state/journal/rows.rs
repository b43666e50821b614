//! Runs and intents as rows of the journal.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::domain::inventory::secret::{Cell, Place, Table, Token};
use crate::domain::run::belongs::DataId;
use crate::domain::run::{Intent, Run, RunKind, RunOrigin, RunOutcome};
use crate::io::install::identity;
use crate::words::untrusted::Untrusted;
use rusqlite::{Row, Transaction, params};

/// From the first form, in which a run was found by its folder alone.
const FROM_FIRST: &str = "
ALTER TABLE runs ADD COLUMN identity BLOB NOT NULL DEFAULT x'';
DROP INDEX runs_of_install;
CREATE INDEX runs_of_identity ON runs (identity, outcome);
";

/// From the second form, which did not know in which volume an install is.
pub(super) const FROM_SECOND: &str = "ALTER TABLE runs ADD COLUMN data TEXT";

/// From the third form, before there was a watch. Whatever is told of an install is found by its row in `watched`.
pub(super) const FROM_THIRD: &str = "
CREATE TABLE watched (id INTEGER PRIMARY KEY AUTOINCREMENT, install BLOB NOT NULL, identity BLOB NOT NULL, data TEXT,
    record TEXT);
CREATE TABLE told (id INTEGER PRIMARY KEY AUTOINCREMENT, watched INTEGER NOT NULL, at TEXT NOT NULL, turn TEXT NOT NULL,
    code TEXT NOT NULL, severity TEXT NOT NULL, subject TEXT NOT NULL, message TEXT NOT NULL);
CREATE INDEX told_of_watched ON told (watched);
CREATE TABLE safes (watched INTEGER NOT NULL, fingerprint TEXT NOT NULL, path BLOB, at TEXT NOT NULL);
";

/// From the fourth form, in which what was told was not known to have arrived.
pub(super) const FROM_FOURTH: &str = "
ALTER TABLE watched ADD COLUMN at TEXT;
CREATE TABLE fleet (one INTEGER PRIMARY KEY CHECK (one = 1), memory TEXT NOT NULL);
CREATE TABLE undelivered (id INTEGER PRIMARY KEY AUTOINCREMENT, since TEXT NOT NULL, taken TEXT NOT NULL, report TEXT NOT NULL);
";

/// Files the runs of the first form under what their install is filed under now.
pub(super) fn give_identities(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(FROM_FIRST)?;
    let mut installs = transaction.prepare("SELECT DISTINCT install FROM runs")?;
    let installs = installs.query_map([], |row| row.get(0).map(path_of))?;
    for install in installs.collect::<rusqlite::Result<Vec<PathBuf>>>()? {
        transaction.execute(
            "UPDATE runs SET identity = ?2 WHERE install = ?1",
            params![text(&install), text(&identity(&install))],
        )?;
    }
    Ok(())
}

/// A path as it is written down: its bytes, as not every path is UTF-8.
pub(super) fn text(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

pub(super) fn path_of(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes))
}

/// As a column holds it.
pub(super) fn as_json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))
}

pub(super) fn end_steps(
    transaction: &Transaction<'_>,
    run: i64,
    now: &str,
) -> rusqlite::Result<()> {
    let ended = "UPDATE steps SET ended = ?2 WHERE run = ?1 AND ended IS NULL";
    transaction.execute(ended, params![run, now]).map(|_| ())
}

pub(super) fn insert_run(transaction: &Transaction<'_>, run: &Run) -> rusqlite::Result<()> {
    let RunOrigin {
        host,
        user,
        from,
        pid,
        version,
    } = &run.origin;
    transaction.execute(
        "INSERT INTO runs (kind, install, backup, safety, started, ended, host, user, came_from, pid, version, strategy, key, \
         resealed, reentered, refresh, artisan, outcome, identity, data) \
         VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        params![
            run.kind.code(),
            text(&run.install),
            text(&run.backup),
            run.safety.as_deref().map(text),
            run.started,
            run.ended,
            host.raw(),
            user.raw(),
            from.raw(),
            pid,
            version,
            run.strategy,
            run.key,
            i64::try_from(run.resealed).unwrap_or(i64::MAX),
            i64::try_from(run.reentered).unwrap_or(i64::MAX),
            run.refresh,
            run.artisan,
            run.outcome.code(),
            text(&run.filed),
            run.data.as_ref().map(DataId::as_str),
        ],
    )?;
    Ok(())
}

pub(super) fn insert_intent(
    transaction: &Transaction<'_>,
    run: i64,
    intent: &Intent,
) -> rusqlite::Result<()> {
    let row = |cell: &Cell| cell.id.cast_signed();
    let path = |place: &Place| place.token.map(Token::json_path);
    let mut plan = transaction.prepare("INSERT INTO plan VALUES (?,?,?,?,?,?,?)")?;
    for step in &intent.plan {
        let cell = &step.place.cell;
        plan.execute(params![
            run,
            cell.table.name(),
            row(cell),
            cell.column,
            path(&step.place),
            step.action,
            step.readable_after
        ])?;
    }
    let mut cells = transaction.prepare("INSERT INTO cells VALUES (?,?,?,?,?,?)")?;
    let mut payloads = transaction.prepare("INSERT INTO payloads VALUES (?,?,?,?,?,?)")?;
    for intended in &intent.cells {
        let cell = &intended.cell;
        cells.execute(params![
            run,
            cell.table.name(),
            row(cell),
            cell.column,
            intended.old,
            intended.new
        ])?;
        for (place, payload) in &intended.payloads {
            payloads.execute(params![
                run,
                cell.table.name(),
                row(cell),
                cell.column,
                path(place),
                payload
            ])?;
        }
    }
    let mut files = transaction.prepare("INSERT INTO files VALUES (?,?,?,?,?,?)")?;
    for file in &intent.files {
        files.execute(params![
            run,
            text(&file.path),
            file.saved,
            file.old,
            file.new,
            file.staged.as_deref().map(text)
        ])?;
    }
    Ok(())
}

/// The place of a row that begins with table, row, column and JSON path.
pub(super) fn place_of(row: &Row<'_>) -> rusqlite::Result<Option<Place>> {
    let (table, id, column, path): (String, i64, String, Option<String>) =
        (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    let token = [Token::Access, Token::Refresh]
        .into_iter()
        .find(|token| Some(token.json_path()) == path.as_deref());
    Ok(Table::by_name(&table).map(|table| Place {
        token,
        ..Place::column(table, id.cast_unsigned(), column)
    }))
}

pub(super) fn run_of(row: &Row<'_>) -> rusqlite::Result<Run> {
    let count = |name: &str| {
        row.get::<_, i64>(name)
            .map(|n| usize::try_from(n).unwrap_or(0))
    };
    let path = |name: &str| row.get(name).map(path_of);
    let data: Option<String> = row.get("data")?;
    let (kind, outcome): (String, String) = (row.get("kind")?, row.get("outcome")?);
    Ok(Run {
        id: row.get("id")?,
        kind: RunKind::by_code(&kind).unwrap_or(RunKind::Backup),
        install: path("install")?,
        filed: path("identity")?,
        data: data.map(DataId::from_recorded),
        backup: path("backup")?,
        safety: row.get::<_, Option<Vec<u8>>>("safety")?.map(path_of),
        started: row.get("started")?,
        ended: row.get("ended")?,
        origin: RunOrigin {
            host: Untrusted::new(row.get("host")?),
            user: Untrusted::new(row.get("user")?),
            from: Untrusted::new(row.get("came_from")?),
            pid: row.get("pid")?,
            version: row.get("version")?,
        },
        strategy: row.get("strategy")?,
        key: row.get("key")?,
        resealed: count("resealed")?,
        reentered: count("reentered")?,
        refresh: row.get("refresh")?,
        artisan: row.get("artisan")?,
        outcome: RunOutcome::by_code(&outcome).unwrap_or(RunOutcome::Unfinished),
    })
}
