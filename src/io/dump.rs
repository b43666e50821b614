//! A full dump through the database's own program: mysqldump, pg_dump, SQLite's backup.
//!
//! The password goes by environment variable, never by argument: other users read argument lists.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use secrecy::ExposeSecret;

use super::store::StoreError;
use super::{mysql, sqlite};
use crate::domain::configuration::{DbSettings, Driver};
use crate::words::{fill, words};

/// SQLite's own bound on databases in memory (`SQLITE_MEMDB_DEFAULT_MAXSIZE`), in bytes.
const MOST_IN_MEMORY: u64 = 1 << 30;
/// How much of a failing program's complaint is kept.
const COMPLAINT: u64 = 2000;

/// Dumps the whole database into `target` and says how many bytes that were.
///
/// # Errors
/// [`StoreError`] with the program's own words; what was written until then is no dump.
pub fn full(
    settings: &DbSettings,
    root: &Path,
    target: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
    cancel: &dyn Fn() -> bool,
) -> Result<u64, StoreError> {
    match settings.driver {
        Driver::MySql => pipe(mysql_programs(settings)?, target, progress, cancel),
        Driver::PgSql => pipe(vec![pg_dump(settings)], target, progress, cancel),
        Driver::Sqlite => copy_sqlite(&sqlite::file(settings, root), target, progress, cancel),
    }
}

/// [`full`], without a plain copy on the disk even for a moment: SQLite's is made in memory, where it must find room.
///
/// # Errors
/// As [`full`].
pub fn full_unseen(
    settings: &DbSettings,
    root: &Path,
    target: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
    cancel: &dyn Fn() -> bool,
) -> Result<u64, StoreError> {
    match settings.driver {
        // Through a pipe from their programs.
        Driver::MySql | Driver::PgSql => full(settings, root, target, progress, cancel),
        Driver::Sqlite => {
            let bytes = sqlite_in_memory(&sqlite::file(settings, root), target, cancel)?;
            progress(bytes);
            Ok(bytes)
        }
    }
}

/// MariaDB renamed the program; either does for either server.
fn mysql_programs(settings: &DbSettings) -> Result<Vec<Command>, StoreError> {
    let socket = mysql::socket(settings)?;
    let command = |program: &str| {
        let mut command = Command::new(program);
        // Settings of the account that runs us must not decide where the dump comes from.
        command.args([
            "--no-defaults",
            "--single-transaction",
            "--quick",
            "--default-character-set=utf8mb4",
        ]);
        match &socket {
            Some(socket) => command.arg(format!("--socket={socket}")),
            None => command.args([
                "--protocol=tcp".into(),
                format!("--host={}", settings.host),
                format!("--port={}", settings.port),
            ]),
        };
        if let (None, Some(ca)) = (&socket, &settings.ssl_ca) {
            command.arg(format!("--ssl-ca={ca}"));
        }
        command.arg(format!("--user={}", settings.username));
        command.env("MYSQL_PWD", settings.password.expose_secret());
        command.args(["--", &settings.database]);
        command
    };
    Ok(vec![command("mariadb-dump"), command("mysqldump")])
}

fn pg_dump(settings: &DbSettings) -> Command {
    let mut command = Command::new("pg_dump");
    command.arg("--no-password");
    command
        .env("PGHOST", &settings.host)
        .env("PGPORT", settings.port.to_string())
        .env("PGUSER", &settings.username);
    command
        .env("PGPASSWORD", settings.password.expose_secret())
        .env("PGSSLMODE", &settings.sslmode);
    command.env("PGDATABASE", &settings.database);
    command
}

/// Runs the first of the programs that exists, its output into `target`.
fn pipe(
    programs: Vec<Command>,
    target: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
    cancel: &dyn Fn() -> bool,
) -> Result<u64, StoreError> {
    let names = programs
        .iter()
        .map(|c| c.get_program().to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" / ");
    let mut child = None;
    for mut program in programs {
        program
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        match program.spawn() {
            Ok(started) => {
                child = Some(started);
                break;
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(StoreError::Query(format!("{names}: {e}"))),
        }
    }
    let mut child = child.ok_or_else(|| StoreError::Query(format!("{names}: not installed")))?;
    let complaint = child.stderr.take().map(|mut stderr| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = (&mut stderr).take(COMPLAINT).read_to_end(&mut text);
            // Read on, so that the program never waits for us.
            let _ = std::io::copy(&mut stderr, &mut std::io::sink());
            String::from_utf8_lossy(&text).into_owned()
        })
    });
    let copied = copy(&mut child, target, progress, cancel);
    if copied.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|e| StoreError::Query(e.to_string()))?;
    let complaint = complaint
        .and_then(|reader| reader.join().ok())
        .unwrap_or_default();
    let bytes = copied?;
    if status.success() {
        Ok(bytes)
    } else {
        Err(StoreError::Query(format!("{names}: {}", complaint.trim())))
    }
}

fn copy(
    child: &mut Child,
    target: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
    cancel: &dyn Fn() -> bool,
) -> Result<u64, StoreError> {
    let failed = |e: std::io::Error| StoreError::Query(e.to_string());
    let Some(mut output) = child.stdout.take() else {
        return Ok(0);
    };
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        if cancel() {
            return Err(StoreError::Query("cancelled".to_owned()));
        }
        let read = output.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            return Ok(bytes);
        }
        target.write_all(&buffer[..read]).map_err(failed)?;
        bytes += read as u64;
        progress(bytes);
    }
}

/// A consistent copy through SQLite's own backup, by way of a file closed to others.
fn copy_sqlite(
    file: &Path,
    target: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
    cancel: &dyn Fn() -> bool,
) -> Result<u64, StoreError> {
    let failed = |e: &dyn std::fmt::Display| StoreError::Query(e.to_string());
    let copy = tempfile::NamedTempFile::new().map_err(|e| failed(&e))?;
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let source = rusqlite::Connection::open_with_flags(file, flags).map_err(|e| failed(&e))?;
    let mut into = rusqlite::Connection::open(copy.path()).map_err(|e| failed(&e))?;
    rusqlite::backup::Backup::new(&source, &mut into)
        .and_then(|backup| backup.run_to_completion(1000, Duration::ZERO, None))
        .map_err(|e| failed(&e))?;
    drop(into);
    if cancel() {
        return Err(StoreError::Query("cancelled".to_owned()));
    }
    let mut from = std::fs::File::open(copy.path()).map_err(|e| failed(&e))?;
    let bytes = std::io::copy(&mut from, target).map_err(|e| failed(&e))?;
    progress(bytes);
    Ok(bytes)
}

/// The same in memory.
fn sqlite_in_memory(
    file: &Path,
    target: &mut dyn Write,
    cancel: &dyn Fn() -> bool,
) -> Result<u64, StoreError> {
    let failed = |e: &dyn std::fmt::Display| StoreError::Query(e.to_string());
    let bytes = std::fs::metadata(file).map_err(|e| failed(&e))?.len();
    if bytes > MOST_IN_MEMORY {
        return Err(StoreError::Query(fill(
            words().error_dump_memory,
            &[("bytes", &bytes), ("most", &MOST_IN_MEMORY)],
        )));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let source = Connection::open_with_flags(file, flags).map_err(|e| failed(&e))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI;
    let mut copy =
        Connection::open_with_flags("file:dump?vfs=memdb", flags).map_err(|e| failed(&e))?;
    rusqlite::backup::Backup::new(&source, &mut copy)
        .and_then(|backup| backup.run_to_completion(1000, Duration::ZERO, None))
        .map_err(|e| failed(&e))?;
    if cancel() {
        return Err(StoreError::Query("cancelled".to_owned()));
    }
    let whole = copy.serialize(rusqlite::MAIN_DB).map_err(|e| failed(&e))?;
    target.write_all(&whole).map_err(|e| failed(&e))?;
    Ok(whole.len() as u64)
}
