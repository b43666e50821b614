//! Step 2: everything that may be touched, in one closed folder, read back before anything else may happen.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::problem::Problem;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::Table;
use crate::domain::sql;
use crate::engine::checks;
use crate::engine::job::BackupDone;
use crate::engine::ledger;
use crate::engine::obstacle::{place, way_out};
use crate::engine::session::Session;
use crate::engine::survey;
use crate::io::backup::{Backup, BackupError, Manifest, Writer};
use crate::io::dump;
use crate::io::{files, state_dir};
use crate::sentences;
use crate::words::{fill, words};

/// Name of the full dump within the backup.
const DUMP: &str = "database.dump";

/// Where the work may leave things, and how it ends.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder that holds the backups.
    pub backup_dir: PathBuf,
    /// Folder of the journal, the locks, and what the wizard remembers.
    pub state_dir: PathBuf,
    /// Run FreeScout's own cache command.
    pub artisan: bool,
    /// How long that may take.
    pub php_limit: Duration,
}

/// What a long step reports: a sentence, how far, of how much.
pub type Progress<'a> = dyn FnMut(&str, u64, Option<u64>) + 'a;

/// The problem of a backup that failed.
pub fn backup_problem(error: &BackupError) -> Problem {
    not_written(error, place(error.obstacle(), error.path()))
}

/// The same, with the place to look at.
fn not_written(error: &BackupError, place: &Path) -> Problem {
    let w = words();
    let next = way_out(
        w.quit_nothing_changed,
        error.obstacle(),
        place,
        w.backup_failed_next,
    );
    Problem::new(w.backup_failed, sanitize(&error.to_string()), next)
}

/// The moment, as used in names and in records.
pub fn now() -> (String, String) {
    let now = jiff::Zoned::now();
    (
        now.strftime("%Y%m%d-%H%M%S").to_string(),
        now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
    )
}

/// Reads everything anew and backs it up; the session then holds exactly what the backup holds.
///
/// # Errors
/// A [`Problem`]; then there is no new backup, nor half of one.
pub fn make(
    session: &mut Session,
    options: &Options,
    full_dump: bool,
    progress: &mut Progress<'_>,
    cancel: &dyn Fn() -> bool,
) -> Result<(Backup, BackupDone), Problem> {
    let w = words();
    progress(w.backup_reading, 0, None);
    session.awake()?;
    survey::reread(session)?;
    checks::read_inventory(session)?;
    // Its own folder is gone again by the time somebody looks.
    let failed = |e: BackupError| not_written(&e, &options.backup_dir);
    let (stamp, created) = now();
    let mut writer = Writer::create(&options.backup_dir, &stamp).map_err(failed)?;
    let install = &session.install;
    let saved = [
        ("env", &install.env_file),
        ("config.php", &install.cache_file),
        ("key_file", &install.key_file),
    ];
    let mut files = 0;
    for (name, file) in saved {
        if let Some(file) = file {
            writer.save_file(name, file).map_err(failed)?;
            files += 1;
        }
    }
    let cells = &session.inventory.cells;
    progress(w.backup_rows, 0, Some(cells.len() as u64));
    writer
        .save_rows(cells, &restore_sql(session, &created))
        .map_err(failed)?;
    if full_dump {
        let mut target = writer.open(DUMP).map_err(failed)?;
        let mut target = Watched {
            inner: &mut target,
            refused: None,
        };
        let dumped = dump::full(
            &session.settings,
            &session.install.root,
            &mut target,
            &mut |bytes| progress(w.backup_dump, bytes, None),
            cancel,
        );
        if let Some(refused) = target.refused {
            return Err(failed(BackupError::System(
                options.backup_dir.clone(),
                refused,
            )));
        }
        dumped.map_err(|e| survey::unreachable_database(&e, &session.settings))?;
        writer.adopt(DUMP).map_err(failed)?;
        files += 1;
    }
    progress(w.backup_verifying, 0, None);
    let manifest = Manifest {
        schema: 1,
        install: session.install.root.clone(),
        host: rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned(),
        user: files::user_name(rustix::process::geteuid().as_raw()),
        created: created.clone(),
        version: session.install.version.clone(),
        driver: session.settings.driver.name().to_owned(),
        database: session.settings.database.clone(),
        prefix: session.settings.prefix.clone(),
        rows: cells.len(),
        files: Vec::new(),
    };
    let rows = cells.len();
    let folder = writer.folder().to_owned();
    let backup = writer
        .finish(&readme(session, &folder, &created), manifest)
        .map_err(failed)?;
    let bytes = backup.manifest.files.iter().map(|f| f.bytes).sum();
    // It stands, written down or not; what changes something cannot be begun without the journal.
    let _ = ledger::note_backup(options, &session.install.root, &backup.folder);
    let done = BackupDone {
        folder: backup.folder.clone(),
        cells: rows,
        files,
        bytes,
    };
    Ok((backup, done))
}

/// Where a dump goes. What is refused there is no fault of the database.
struct Watched<'a> {
    inner: &'a mut dyn Write,
    refused: Option<io::Error>,
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes).inspect_err(|e| {
            self.refused = e.raw_os_error().map(io::Error::from_raw_os_error);
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Whether the backup still holds exactly what the session holds: what is about to be overwritten can be put back.
///
/// # Errors
/// A [`Problem`] when it does not, or does not read back.
pub fn require_current(session: &Session, backup: &Backup) -> Result<(), Problem> {
    let w = words();
    backup.verify().map_err(|e| backup_problem(&e))?;
    let rows = backup.rows().map_err(|e| backup_problem(&e))?;
    let stale = Problem::new(w.backup_stale, w.backup_stale_why, w.backup_stale_next);
    if rows != session.inventory.cells {
        return Err(stale);
    }
    let install = &session.install;
    for (name, file) in [
        ("files/env", &install.env_file),
        ("files/config.php", &install.cache_file),
        ("files/key_file", &install.key_file),
    ] {
        let saved = backup.file(name).map_err(|e| backup_problem(&e))?;
        if saved.as_ref().map(|(_, bytes)| &***bytes) != file.as_ref().map(|f| &**f.bytes) {
            return Err(stale);
        }
    }
    Ok(())
}

fn restore_sql(session: &Session, created: &str) -> Vec<u8> {
    let settings = &session.settings;
    let mut text = fill(
        words().restore_sql_head,
        &[
            ("database", &sanitize(&settings.database)),
            ("path", &sanitize(&session.install.root.to_string_lossy())),
            ("created", &created),
        ],
    )
    .into_bytes();
    text.extend_from_slice(b"\n");
    text.extend_from_slice(sql::preamble(settings.driver).as_bytes());
    text.extend_from_slice(b"\nBEGIN;\n");
    for (cell, value) in &session.inventory.cells {
        if cell.table != Table::Env {
            let table = cell.table.name();
            let value = value.as_ref().map(|v| v.expose());
            text.extend(sql::update_statement(
                settings.driver,
                &settings.prefix,
                table,
                cell.id,
                &cell.column,
                value,
            ));
            text.push(b'\n');
        }
    }
    text.extend_from_slice(b"COMMIT;\n");
    text
}

/// One of our commands on this install, ready for a shell, with the folder its backups lie in.
pub fn command(what: &str, backup: &Path, install: &Path) -> String {
    let parent = backup.parent().unwrap_or(backup);
    format!(
        "freescout-rescue {what} --backup-dir {} {}",
        sentences::shell(parent),
        sentences::shell(install)
    )
}

/// One of our commands on this install, ready for a shell, with our folders as they are.
pub fn command_with(what: &str, options: &Options, install: &Path) -> String {
    let mut text = format!("freescout-rescue {what}");
    if options.state_dir != state_dir::default() {
        text += &format!(" --state-dir {}", sentences::shell(&options.state_dir));
    }
    if options.backup_dir != options.state_dir.join("backups") {
        text += &format!(" --backup-dir {}", sentences::shell(&options.backup_dir));
    }
    format!("{text} {}", sentences::shell(install))
}

fn readme(session: &Session, folder: &Path, created: &str) -> String {
    let path = session.install.root.to_string_lossy();
    let command = match session.settings.driver.name() {
        "pgsql" => format!(
            "psql {} < restore.sql",
            sanitize(&session.settings.database)
        ),
        "sqlite" => format!(
            "sqlite3 {} < restore.sql",
            sanitize(&session.settings.database)
        ),
        _ => format!(
            "mysql {} < restore.sql",
            sanitize(&session.settings.database)
        ),
    };
    fill(
        words().backup_readme,
        &[
            ("path", &sanitize(&path)),
            ("created", &created),
            ("command", &command),
            (
                "restore",
                &self::command(
                    &format!("restore {} --yes", sentences::shell(folder)),
                    folder,
                    &session.install.root,
                ),
            ),
            (
                "undo",
                &self::command("undo --yes", folder, &session.install.root),
            ),
        ],
    )
}

/// The newest backup of the install below the folder whose recovery was not taken back yet.
pub fn last_recovery(backup_dir: &Path, install: &Path) -> Option<Backup> {
    crate::io::backup::list(backup_dir, install)
        .into_iter()
        .find(|b| matches!(b.recovery(), Ok(Some(record)) if record.undone.is_none()))
}
