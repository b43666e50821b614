//! A full dump through the database's own program: mysqldump, pg_dump, SQLite's backup.
//!
//! The password goes by a file in memory that is the program's standard input, closed to every other account: argument
//! lists are for all to read, and an environment for as long as the program runs. As root we run it as the web user where
//! that user knows the password: the server is whichever `.env` names, and may be a hostile one that asks its client for files.
//! A password that the web user does not know goes to a program of an account that is nobody's.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{MemfdFlags, Mode};
use rustix::io::Errno;
use rustix::process::{Gid, Uid};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::error::StoreError;
use super::{mysql, sqlite};
use crate::domain::config::{DbSettings, Driver};
use crate::io::container::idmap::IdMap;
use crate::io::container::within::{self, Within};
use crate::io::fs::certificates;
use crate::io::install::{self, Environment, Install};
use crate::io::os::as_user;
use crate::io::os::programs;
use crate::io::os::spawn::{self, Account, Family, Program};
use crate::words::untrusted::shown;
use crate::words::words;

/// SQLite's own bound on databases in memory (`SQLITE_MEMDB_DEFAULT_MAXSIZE`), in bytes.
const MOST_IN_MEMORY: u64 = 1 << 30;
/// Where a program finds what it was given as its standard input, as a file that it opens by itself.
const READ_HERE: &str = "/dev/stdin";
/// An account that has no name and no processes of its own on any distribution: anything else that runs as `nobody`
/// could look into a program of that account.
const NOBODYS: u32 = 65533;
/// How much of a failing program's complaint is kept.
const COMPLAINT: u64 = 2000;
/// How often a program that says nothing is looked up from.
const LOOK_UP: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// Dumps the whole database into `target` and says how many bytes that were. `environment` is FreeScout's own: what else
/// the settings come from, the web user does not know.
///
/// # Errors
/// [`StoreError`] with the program's own words; what was written until then is no dump.
pub fn full(
    settings: &DbSettings,
    root: &Path,
    environment: &Environment,
    target: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
    cancel: &dyn Fn() -> bool,
) -> Result<u64, StoreError> {
    match settings.driver {
        Driver::MySql => {
            let program = find(&["mariadb-dump", "mysqldump"])?;
            let command = mysqldump(&program, settings, root, environment)?;
            pipe(command, target, progress, cancel)
        }
        Driver::PgSql => {
            let program = find(&["pg_dump"])?;
            let command = pg_dump(&program, settings, root, environment)?;
            pipe(command, target, progress, cancel)
        }
        Driver::Sqlite => {
            let (file, web_user) = (sqlite::file(settings, root), install::web_user(root));
            copy_sqlite(&file, web_user, target, progress, cancel)
        }
    }
}

/// [`full`], without a plain copy on the disk even for a moment: SQLite's is made in memory, where it must find room.
///
/// # Errors
/// As [`full`].
pub fn full_unseen(
    settings: &DbSettings,
    root: &Path,
    environment: &Environment,
    target: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
    cancel: &dyn Fn() -> bool,
) -> Result<u64, StoreError> {
    match settings.driver {
        // Through a pipe from their programs.
        Driver::MySql | Driver::PgSql => {
            full(settings, root, environment, target, progress, cancel)
        }
        Driver::Sqlite => {
            let (file, web_user) = (sqlite::file(settings, root), install::web_user(root));
            let bytes = sqlite_in_memory(&file, web_user, target, cancel)?;
            progress(bytes);
            Ok(bytes)
        }
    }
}

/// What fails here counts as a statement that failed; the reason keeps its own words.
fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Query(error.to_string().into())
}

/// MariaDB renamed the program; either does for either server.
fn find(names: &[&str]) -> Result<PathBuf, StoreError> {
    programs::find(names).map_err(failed)
}

/// Whom the program runs as: with no more rights than it needs.
fn account(settings: &DbSettings, root: &Path, environment: &Environment) -> Account {
    let we = Account {
        uid: rustix::process::geteuid().as_raw(),
        gid: rustix::process::getegid().as_raw(),
    };
    if we.uid != 0 {
        return we;
    }
    // What the operator gave in place of FreeScout's own settings must not come into the web user's hands.
    let own = Install::open(root, environment.clone())
        .and_then(|install| install.database())
        .is_ok_and(|own| own.same_as(settings));
    match (own, settings.password.expose_secret()) {
        (true, _) => install::web_user(root),
        // The system vouches for us at a socket.
        (false, "") => we,
        (false, _) => nobodys(),
    }
}

/// That account, by its number where the program runs.
fn nobodys() -> Account {
    let within = within::get();
    let number = |map: fn(&Within) -> &IdMap| within.and_then(|w| map(w).outside(NOBODYS));
    Account {
        uid: number(|within| &within.users).unwrap_or(NOBODYS),
        gid: number(|within| &within.groups).unwrap_or(NOBODYS),
    }
}

/// The program as this account, with nothing of our environment, and with this file to read that it alone may read.
fn command(program: &Path, account: Account, password: &[u8]) -> Result<Program, StoreError> {
    let file = || -> std::io::Result<File> {
        let mut file = File::from(rustix::fs::memfd_create("password", MemfdFlags::CLOEXEC)?);
        file.write_all(password)?;
        rustix::fs::fchmod(&file, Mode::RUSR)?;
        if rustix::process::geteuid().is_root() {
            let (uid, gid) = (Uid::from_raw(account.uid), Gid::from_raw(account.gid));
            rustix::fs::fchown(&file, Some(uid), Some(gid))?;
        }
        Ok(file)
    };
    let mut command = spawn::command(program, account);
    command.current_dir("/").stdin(file().map_err(failed)?);
    Ok(command)
}

fn mysqldump(
    program: &Path,
    settings: &DbSettings,
    root: &Path,
    environment: &Environment,
) -> Result<Program, StoreError> {
    let socket = mysql::socket(settings)?;
    let account = account(settings, root, environment);
    let password = option_file(settings.password.expose_secret());
    let mut command = command(program, account, password.as_bytes())?;
    // First, and in place of all others: settings of an account must not decide where the dump comes from.
    command.args([
        &format!("--defaults-file={READ_HERE}"),
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
    if socket.is_none() {
        command.args(tls(settings)?);
    }
    command.arg(format!("--user={}", settings.username));
    command.args(["--", &settings.database]);
    Ok(command)
}

/// The program would wait for ever for a FIFO, and fill itself with a device: no such file is named.
fn tls(settings: &DbSettings) -> Result<Vec<String>, StoreError> {
    let named = [
        ("--ssl-ca", &settings.ssl_ca),
        ("--ssl-cert", &settings.ssl_cert),
        // Both are in one file.
        ("--ssl-key", &settings.ssl_cert),
    ];
    let named = named
        .into_iter()
        .filter_map(|(name, file)| Some((name, file.as_ref()?)));
    named
        .map(|(name, file)| {
            let read = certificates::read(Path::new(file));
            read.map_err(|e| StoreError::Tls(e.to_string().into()))?;
            Ok(format!("{name}={file}"))
        })
        .collect()
}

/// An option file of MySQL's and MariaDB's clients (their manuals: "Using Option Files").
fn option_file(password: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(2 * password.len() + 32));
    text.push_str("[client]\npassword=\"");
    for c in password.chars() {
        match c {
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            c => text.push(c),
        }
    }
    text.push_str("\"\n");
    text
}

fn pg_dump(
    program: &Path,
    settings: &DbSettings,
    root: &Path,
    environment: &Environment,
) -> Result<Program, StoreError> {
    let account = account(settings, root, environment);
    let password = password_file(settings.password.expose_secret())?;
    let mut command = command(program, account, password.as_bytes())?;
    command.arg("--no-password");
    command
        .env("PGHOST", &settings.host)
        .env("PGPORT", settings.port.to_string())
        .env("PGUSER", &settings.username);
    command
        .env("PGPASSFILE", READ_HERE)
        .env("PGSSLMODE", &settings.sslmode);
    command.env("PGDATABASE", &settings.database);
    Ok(command)
}

/// A password file of libpq ("The Password File" in its manual), for whatever it connects to.
fn password_file(password: &str) -> Result<Zeroizing<String>, StoreError> {
    // Its lines have no escape for these.
    if password.contains(['\n', '\r']) {
        return Err(failed(words().error_dump_password));
    }
    let mut text = Zeroizing::new(String::with_capacity(2 * password.len() + 16));
    text.push_str("*:*:*:*:");
    for c in password.chars() {
        if matches!(c, '\\' | ':') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('\n');
    Ok(text)
}

/// Runs the program, its output into `target`.
fn pipe(
    mut program: Program,
    target: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
    cancel: &dyn Fn() -> bool,
) -> Result<u64, StoreError> {
    program.stdout(Stdio::piped()).stderr(Stdio::piped());
    let family = Family::begin();
    // With it goes our hold of the password's file.
    let mut child = program.spawn().map_err(failed)?;
    let complaint = child.stderr.take().map(|mut stderr| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = (&mut stderr).take(COMPLAINT).read_to_end(&mut text);
            // Read on, so that the program never waits for us.
            let _ = std::io::copy(&mut stderr, &mut std::io::sink());
            shown(text.trim_ascii()).to_string()
        })
    });
    let copied = copy(&mut child, target, progress, cancel);
    if copied.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(failed)?;
    // What it left behind may hold its end of the pipe for ever.
    drop(family);
    let complaint = complaint
        .and_then(|reader| reader.join().ok())
        .unwrap_or_default();
    let bytes = copied?;
    if status.success() {
        Ok(bytes)
    } else {
        Err(StoreError::Query(complaint.into()))
    }
}

fn copy(
    child: &mut Child,
    target: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
    cancel: &dyn Fn() -> bool,
) -> Result<u64, StoreError> {
    let Some(mut output) = child.stdout.take() else {
        return Ok(0);
    };
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        if cancel() {
            return Err(failed("cancelled"));
        }
        // A server that says nothing must not keep us from hearing that.
        let mut waiting = [PollFd::new(&output, PollFlags::IN)];
        match poll(&mut waiting, Some(&LOOK_UP)) {
            Ok(0) | Err(Errno::INTR) => continue,
            Ok(_) => {}
            Err(e) => return Err(failed(e)),
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
    web_user: Account,
    target: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
    cancel: &dyn Fn() -> bool,
) -> Result<u64, StoreError> {
    // In a folder of its own, and without a journal: SQLite trusts what lies beside a database under its name.
    let folder = tempfile::tempdir().map_err(failed)?;
    let copy = folder.path().join("copy");
    let mut into = rusqlite::Connection::open(&copy).map_err(failed)?;
    into.pragma_update(None, "journal_mode", "OFF")
        .map_err(failed)?;
    // The copy is open already; what lies beside the other one is the web user's.
    let copied = as_user::with(web_user, || copy_from(file, &mut into));
    copied.map_err(failed)?.map_err(failed)?;
    drop(into);
    if cancel() {
        return Err(failed("cancelled"));
    }
    let mut from = std::fs::File::open(&copy).map_err(failed)?;
    let bytes = std::io::copy(&mut from, target).map_err(failed)?;
    progress(bytes);
    Ok(bytes)
}

/// The same in memory.
fn sqlite_in_memory(
    file: &Path,
    web_user: Account,
    target: &mut dyn Write,
    cancel: &dyn Fn() -> bool,
) -> Result<u64, StoreError> {
    let bytes = std::fs::metadata(file).map_err(failed)?.len();
    if bytes > MOST_IN_MEMORY {
        let why = text!(error_dump_memory, bytes, most = MOST_IN_MEMORY);
        return Err(failed(why));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_URI;
    let mut copy = Connection::open_with_flags("file:dump?vfs=memdb", flags).map_err(failed)?;
    let copied = as_user::with(web_user, || copy_from(file, &mut copy));
    copied.map_err(failed)?.map_err(failed)?;
    if cancel() {
        return Err(failed("cancelled"));
    }
    let whole = copy.serialize(rusqlite::MAIN_DB).map_err(failed)?;
    target.write_all(&whole).map_err(failed)?;
    Ok(whole.len() as u64)
}

fn copy_from(file: &Path, into: &mut Connection) -> rusqlite::Result<()> {
    let source = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    rusqlite::backup::Backup::new(&source, into)?.run_to_completion(1000, Duration::ZERO, None)
}
