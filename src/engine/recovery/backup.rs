//! Step 2: everything that may be touched, in one closed folder, read back before anything else may happen.

mod readme;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use super::disk_trouble::{kind_of, place, way_out, why_of};
use super::run_log;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::{Cell, SecretBytes, Table};
use crate::domain::inventory::sql::Script;
use crate::engine::progress::Progress;
use crate::engine::recovery::clock::now;
use crate::engine::session::options::Options;
use crate::engine::session::{Session, database, inherited, own_backups, reading, survey};
use crate::engine::worker::BackupDone;
use crate::io::container::within;
use crate::io::db::{Swap, dump};
use crate::io::fs::{self, FileRead};
use crate::io::install::{self, Environment, Install};
use crate::io::state::backup::{Backup, BackupError, Manifest, Sealing, Writer, WriterOptions};
use crate::io::state::{self, Served};
use crate::words::untrusted::shown;
use crate::words::{joined, words};

/// Name of the full dump within the backup.
const DUMP: &str = "database.dump";

/// What is in a backup, beyond what may be touched.
#[derive(Default)]
pub struct BackupContents<'a> {
    /// The whole database as well, with the server's own program.
    pub full_dump: bool,
    /// Encrypt it.
    pub sealing: Option<&'a Sealing>,
    /// Texts that are about to be replaced though no secret is found in them now.
    pub also: &'a [Swap],
}

impl From<BackupError> for Problem {
    /// The problem of a backup that failed: while it was made, or when it is to be used.
    fn from(error: BackupError) -> Self {
        not_written(&error, place(error.obstacle(), error.path()))
    }
}

/// The same, with the place to look at.
fn not_written(error: &BackupError, place: &Path) -> Problem {
    let w = words();
    let (what, otherwise) = match error {
        BackupError::File(e) if e.is_missing() => (w.backup_unusable, w.backup_unusable_next),
        BackupError::File(_)
        | BackupError::System(..)
        | BackupError::Open(_)
        | BackupError::Foreign(_) => (w.backup_failed, w.backup_failed_next),
        BackupError::NotApart(_) => (w.backup_failed, w.backup_not_apart_next),
        BackupError::NotTakenAlong(_) => (w.backup_failed, w.not_taken_along_next),
        BackupError::Sum(_) | BackupError::Form(..) | BackupError::Sealed(_) => {
            (w.backup_unusable, w.backup_unusable_next)
        }
        BackupError::Newer(..) => (w.backup_unusable, w.backup_newer_next),
        BackupError::KeysAway(_) => (w.backup_unusable, w.backup_keys_away_next),
        BackupError::Locked(_) | BackupError::Passphrase(_) => {
            (w.backup_locked, w.backup_locked_next)
        }
    };
    let kind = kind_of(error.obstacle(), backup_kind(error));
    let next = way_out(w.quit_nothing_changed, error.obstacle(), place, otherwise);
    kind.problem(what, why_of(error, error.path()), next)
}

/// The problem of a backup that is to be used and cannot be read: none of it is about writing one.
pub(in crate::engine) fn unusable(error: BackupError) -> Problem {
    let w = words();
    match &error {
        BackupError::File(e) if e.is_missing() => error.into(),
        BackupError::File(_)
        | BackupError::System(..)
        | BackupError::Open(_)
        | BackupError::Foreign(_) => {
            let next = joined::sentences(&[w.quit_nothing_changed, w.backup_unreadable_next]);
            ErrorKind::BackupUnusable.problem(w.backup_unusable, error.to_string(), next)
        }
        _ => error.into(),
    }
}

/// Refuses to put a copy of the key where the web server hands it out: rights alone do not keep it closed, as an account of
/// a shared host may be the web server's own, and what lies there is given to the web user with everything else.
///
/// # Errors
/// A [`Problem`] that names the folder.
pub(in crate::engine) fn require_unserved(
    options: &Options,
    install: &Path,
) -> Result<(), Problem> {
    let w = words();
    let own = [
        Some(&options.backup_dir),
        options.keys_dir.as_ref(),
        Some(&options.state_dir),
    ];
    let mut own = own.into_iter().flatten();
    let served = own.find_map(|folder| Some((folder, state::served(folder, install)?)));
    let Some((folder, way)) = served else {
        return Ok(());
    };
    let folder = shown(&**folder).to_string();
    let what = match way {
        Served::Public => text!(backup_served, folder),
        Served::Disk => text!(backup_served_disk, folder),
        Served::Link(link) => text!(backup_served_link, folder, link = shown(&link)),
    };
    Err(ErrorKind::BadInput.problem(what, w.backup_served_why, w.backup_served_next))
}

/// Refuses folders of the host that hide an install of the container that we work within, or lie in it: they stand at their
/// own paths there, and what lies around them is not the container's.
///
/// # Errors
/// A [`Problem`] that names the folder.
pub(in crate::engine) fn require_apart(install: &Path) -> Result<(), Problem> {
    let hidden = within::get().and_then(|within| within.overlaps(install));
    let Some(folder) = hidden else {
        return Ok(());
    };
    let what = text!(
        container_folders_overlap,
        install = shown(&install),
        folder = shown(&folder)
    );
    let w = words();
    Err(ErrorKind::BadInput.problem(
        what,
        w.container_folders_overlap_why,
        w.container_folders_overlap_next,
    ))
}

/// Whether it is the making or the using of a backup that failed, or its passphrase that is missing.
fn backup_kind(error: &BackupError) -> ErrorKind {
    match error {
        BackupError::File(e) if e.is_missing() => ErrorKind::BackupUnusable,
        BackupError::File(_)
        | BackupError::System(..)
        | BackupError::Open(_)
        | BackupError::Foreign(_)
        | BackupError::NotTakenAlong(_)
        | BackupError::NotApart(_) => ErrorKind::BackupFailed,
        BackupError::Sum(_)
        | BackupError::Form(..)
        | BackupError::Sealed(_)
        | BackupError::Newer(..)
        | BackupError::KeysAway(_) => ErrorKind::BackupUnusable,
        BackupError::Locked(_) | BackupError::Passphrase(_) => ErrorKind::Passphrase,
    }
}

/// Reads everything again and backs it up; the session then holds exactly what the backup holds.
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
    let wanted = BackupContents {
        full_dump,
        ..BackupContents::default()
    };
    make_as(session, options, &wanted, progress, cancel)
}

/// [`make`], with more in it, or encrypted.
///
/// # Errors
/// As [`make`].
pub fn make_as(
    session: &mut Session,
    options: &Options,
    wanted: &BackupContents<'_>,
    progress: &mut Progress<'_>,
    cancel: &dyn Fn() -> bool,
) -> Result<(Backup, BackupDone), Problem> {
    let w = words();
    require_unserved(options, &session.install.root)?;
    progress(w.backup_reading, 0, None);
    session.awake()?;
    survey::reread(session)?;
    // Another of us may have made one since.
    own_backups::load(session, options);
    reading::read_inventory(session)?;
    let go_on = || match cancel() {
        true => Err(called_off()),
        false => Ok(()),
    };
    go_on()?;
    // Its own folder is gone again by the time somebody looks.
    let failed = |e: BackupError| not_written(&e, &options.backup_dir);
    let (stamp, created) = now();
    let keeping = WriterOptions {
        sealing: wanted.sealing,
        keys_dir: options.keys_dir.as_deref(),
    };
    let mut writer = Writer::create(&options.backup_dir, &stamp, keeping).map_err(failed)?;
    for (name, file) in files_of(&session.install) {
        if let Some(file) = file {
            writer.save_file(name, file).map_err(failed)?;
        }
    }
    let mut cells = session.inventory.cells.clone();
    for swap in wanted.also {
        if let Some(cell) = swap.cell() {
            cells.entry(cell).or_insert_with(|| swap.old.clone());
        }
    }
    progress(w.backup_rows, 0, Some(cells.len() as u64));
    writer
        .save_rows(&cells, &restore_sql(session, &cells, &created))
        .map_err(failed)?;
    if wanted.full_dump {
        let mut target = writer.open(DUMP).map_err(failed)?;
        let dump = match wanted.sealing {
            None => dump::full,
            Some(_) => dump::full_unseen,
        };
        let mut watched = Watched {
            inner: &mut target,
            refused: None,
        };
        let dumped = dump(
            &session.settings,
            &session.install.root,
            &Environment::of(inherited::of_ours(session).own),
            &mut watched,
            &mut |bytes| progress(w.backup_dump, bytes, None),
            cancel,
        );
        if let Some(refused) = watched.refused {
            return Err(failed(BackupError::System(
                options.backup_dir.to_path_buf(),
                refused,
            )));
        }
        go_on()?;
        dumped.map_err(|e| database::unreachable_database(&e, &session.settings))?;
        writer.adopt(target).map_err(failed)?;
    }
    progress(w.backup_verifying, 0, None);
    let manifest = manifest(session, &created, cells.len());
    let about = readme::ReadmeFacts {
        session,
        folder: writer.folder(),
        keys: writer.keys(),
        encrypted: wanted.sealing.is_some(),
        created: &created,
    };
    let (readme, keys_readme) = (about.backup(), about.keys());
    let backup = writer
        .finish(&readme, &keys_readme, manifest)
        .map_err(failed)?;
    // It stands, written down or not; what changes something cannot be begun without the journal.
    let _ = run_log::note_backup(options, &session.install.root, &backup.folder);
    let done = BackupDone::of(&backup);
    Ok((backup, done))
}

/// A request to stop before the backup was complete is honoured: half a backup is worth nothing.
fn called_off() -> Problem {
    let w = words();
    ErrorKind::Cancelled.problem(w.backup_called_off, "", w.quit_nothing_changed)
}

/// The files of an install that are saved, by their names in a backup.
fn files_of(install: &Install) -> [(&'static str, Option<&FileRead>); 3] {
    [
        ("env", install.env_file.as_ref()),
        ("config.php", install.cache_file.as_ref()),
        ("key_file", install.key_file.as_ref()),
    ]
}

/// The manifest, but for what the writer knows better.
fn manifest(session: &Session, created: &str, rows: usize) -> Manifest {
    let install = install::identified(&session.install.root);
    Manifest {
        schema: 0,
        identity: Some(install.filed).filter(|filed| *filed != install.folder),
        install: install.folder,
        data: install.data,
        host: rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned(),
        user: fs::user_name(rustix::process::geteuid().as_raw()),
        created: created.to_owned(),
        version: session.install.version.clone(),
        driver: session.settings.driver.name().to_owned(),
        database: session.settings.database.clone(),
        prefix: session.settings.prefix.clone(),
        rows,
        encrypted: None,
        keys: None,
        files: Vec::new(),
    }
}

impl BackupDone {
    /// What a backup that stands came to.
    pub fn of(backup: &Backup) -> Self {
        let dump = backup.manifest.files.iter().filter(|f| f.name == DUMP);
        Self {
            folder: backup.folder.clone(),
            cells: backup.manifest.rows,
            keys: backup.manifest.keys.clone(),
            encrypted: backup.is_encrypted(),
            files: backup.saved_files().count() + dump.count(),
            bytes: backup.manifest.files.iter().map(|f| f.bytes).sum(),
        }
    }
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
    backup.verify()?;
    let rows = backup.rows()?;
    let stale = ErrorKind::ChangedMeanwhile.problem(
        w.backup_stale,
        w.backup_stale_why,
        w.backup_stale_next,
    );
    if rows != session.inventory.cells {
        return Err(stale);
    }
    for (name, file) in files_of(&session.install) {
        let saved = backup.file(&format!("files/{name}"))?;
        if saved.as_ref().map(|(_, bytes)| &***bytes) != file.as_ref().map(|f| &**f.bytes) {
            return Err(stale);
        }
    }
    Ok(())
}

fn restore_sql(
    session: &Session,
    cells: &BTreeMap<Cell, Option<SecretBytes>>,
    created: &str,
) -> Vec<u8> {
    let settings = &session.settings;
    let script = Script {
        driver: settings.driver,
        prefix: &settings.prefix,
        charset: &settings.charset,
    };
    let mut text = text!(
        restore_sql_head,
        database = shown(&settings.database),
        path = shown(&session.install.root),
        created
    )
    .into_bytes();
    text.extend_from_slice(b"\n");
    text.extend_from_slice(script.preamble().as_bytes());
    text.extend_from_slice(b"\nBEGIN;\n");
    for (cell, value) in cells.iter().filter(|(cell, _)| cell.table != Table::Env) {
        let value = value.as_ref().map(|v| v.expose());
        text.extend(script.update(cell.table.name(), cell.id, &cell.column, value));
        text.push(b'\n');
    }
    text.extend_from_slice(b"COMMIT;\n");
    text
}

/// The newest backup of the install below the folder whose recovery was not taken back yet.
pub fn last_recovery(backup_dir: &Path, install: &Path) -> Option<Backup> {
    crate::io::state::backup::list(backup_dir, install)
        .into_iter()
        .find(|b| matches!(b.recovery(), Ok(Some(record)) if record.undone.is_none()))
}
