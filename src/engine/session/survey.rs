//! Step 1: the install, its database, and what is wrong, with the evidence.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD};
use rustix::io::Errno;

use super::{elsewhere, env_trouble};
use super::{own_backups, own_keys};
use crate::domain::config::{ConfiguredKey, DbSettings, Driver, KeySource};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::key::app_key::AppKey;
use crate::domain::key::derived_hashes;
use crate::domain::key::ring::KeyRing;
use crate::domain::verdict::finding::{Finding, KeyName};
use crate::engine::session::Session;
use crate::engine::worker::{DatabaseValues, OtherDatabase, Survey};
use crate::io::db;
use crate::io::db::{Bounds, Foreign, Store, StoreError};
use crate::io::fs;
use crate::io::install::{self, Environment, Install, KnownBy, WebAccount};
use crate::io::os::as_user;
use crate::io::os::processes;
use crate::words::untrusted::sanitize;
use crate::words::words;

/// Finds the install: the folder given, or the only FreeScout in the usual places.
///
/// # Errors
/// A [`Problem`] when there is none, or several to choose from.
pub fn find(given: Option<&Path>) -> Result<PathBuf, Problem> {
    let w = words();
    match (install::find(given).as_slice(), given) {
        ([one], _) => Ok(one.clone()),
        // Nothing found at a given place: opening it says precisely what is missing.
        ([], Some(path)) => Ok(path.to_owned()),
        ([first, ..], Some(_)) => Ok(first.clone()),
        ([], None) => Err(Problem::new(
            ErrorKind::InstallNotFound,
            w.install_not_found,
            w.install_not_found_why,
            w.install_not_found_next,
        )),
        (several, None) => {
            let list = several
                .iter()
                .map(|p| sanitize(&p.to_string_lossy()))
                .collect::<Vec<_>>()
                .join("\n    ");
            Err(Problem::new(
                ErrorKind::InstallAmbiguous,
                w.install_several,
                list,
                w.install_several_next,
            ))
        }
    }
}

/// The install was read; its database does not answer as it is configured.
pub struct NoDatabase {
    /// What happened, with the variable to look at.
    pub problem: Problem,
    /// What was tried.
    pub values: DatabaseValues,
}

/// Reads the install, connects to its database and collects the keys of the install itself. With `other`, the operator's
/// values take the place of FreeScout's; the rest (TLS, character set) stays as configured.
///
/// # Errors
/// A [`Problem`] that names the file to look at; [`NoDatabase`] inside when only the database is to blame.
pub fn open(
    given: Option<&Path>,
    environment: Environment,
    other: Option<OtherDatabase>,
) -> Result<Result<Session, NoDatabase>, Problem> {
    let install = Install::open(&find(given)?, environment)?;
    let trouble = install.env_trouble().filter(|_| other.is_none());
    let mut settings = install.database()?;
    let other_database = other.is_some();
    if let Some(trouble) = &trouble
        && !install.names_database()
    {
        // The database of somebody else might answer at Laravel's defaults.
        let problem = env_trouble::settings_missing(&install, trouble);
        return Ok(Err(no_database(problem, &settings)));
    }
    // Where `.env` cannot be read to its end, what was tried are not FreeScout's settings.
    let told = |problem: Problem| match &trouble {
        Some(trouble) => env_trouble::beside(&install, trouble, problem),
        None => problem,
    };
    if let Some(OtherDatabase { values, password }) = other {
        settings = DbSettings {
            driver: values.driver,
            host: values.host,
            port: values.port,
            socket: values.socket,
            database: values.database,
            username: values.username,
            prefix: values.prefix,
            ..settings
        };
        if let Some(password) = password {
            settings.password = String::from_utf8_lossy(password.expose())
                .into_owned()
                .into();
        }
    }
    let connected = if other_database {
        db::connect_as_operator(&settings, &install.root)
    } else {
        db::connect(&settings, &install.root)
    };
    let mut store = match connected {
        Ok(store) => store,
        Err(e) => {
            let mut problem = told(unreachable_database(&e, &settings));
            if let Some(hint) = opened_as(&install, &settings) {
                problem.next = format!("{} {hint}", problem.next);
            }
            if let Some(places) = elsewhere::database_places(&install) {
                let hint = text!(database_set_elsewhere, places = places);
                problem.next = format!("{} {hint}", problem.next);
            }
            return Ok(Err(no_database(problem, &settings)));
        }
    };
    store.together(Some(Bounds::KEPT));
    let required = require_tables(&mut *store, &settings);
    store.together(None);
    if let Err(problem) = required {
        return Ok(Err(no_database(told(problem), &settings)));
    }
    let mut ring = KeyRing::default();
    let mut findings = Vec::new();
    own_keys::collect(&install, &mut ring, &mut findings);
    let elsewhere = elsewhere::read(Path::new("/"), &install);
    elsewhere::collect_keys(&elsewhere, &mut ring);
    let session = Session::new(install, settings, store, ring, findings);
    Ok(Ok(Session {
        other_database,
        elsewhere,
        ..session
    }))
}

/// A database's file is opened with the rights of FreeScout's account, which may have been told wrongly. A sentence.
fn opened_as(install: &Install, settings: &DbSettings) -> Option<String> {
    let w = words();
    let told = match install.known.by {
        KnownBy::Untold => return Some(w.finding_web_user_untold.to_owned()),
        KnownBy::LeastOwner(_) | KnownBy::Acl | KnownBy::Group(_) => true,
        KnownBy::Operator | KnownBy::Owner | KnownBy::Root => false,
    };
    let as_another = told && rustix::process::geteuid().is_root();
    (as_another && settings.driver == Driver::Sqlite).then(|| {
        let user = fs::user_name(install.web_user.uid);
        text!(database_file_opened_as, user = user)
    })
}

fn no_database(problem: Problem, settings: &DbSettings) -> NoDatabase {
    NoDatabase {
        problem,
        values: DatabaseValues::of(settings),
    }
}

/// Where the database of a session is, for the operator.
pub fn place(session: &Session) -> String {
    place_of(&session.settings)
}

fn place_of(settings: &DbSettings) -> String {
    sanitize(&match (&settings.socket, settings.driver) {
        (_, Driver::Sqlite) => settings.database.clone(),
        (Some(socket), _) => socket.clone(),
        (None, _) => format!("{}:{}", settings.host, settings.port),
    })
}

/// The problem of a database that cannot be reached, with the variable to look at.
pub fn unreachable_database(error: &StoreError, settings: &DbSettings) -> Problem {
    let w = words();
    let place = place_of(settings);
    let elsewhere;
    let kind = database_kind(error);
    let (what, next) = match error {
        StoreError::Unreachable(_) if settings.driver == Driver::Sqlite => (
            text!(database_unreachable, place = place),
            w.database_file_next,
        ),
        StoreError::Unreachable(_) => (
            text!(database_unreachable, place = place),
            w.database_unreachable_next,
        ),
        StoreError::Denied(_) => (
            text!(database_denied, user = sanitize(&settings.username)),
            w.database_denied_next,
        ),
        StoreError::UnknownDatabase(_) => (
            text!(database_unknown, database = sanitize(&settings.database)),
            w.database_unknown_next,
        ),
        StoreError::Tls(_) => (text!(database_tls, place = place), w.database_tls_next),
        StoreError::UnsupportedDriver(_) => {
            (w.database_driver.to_owned(), w.database_settings_next)
        }
        StoreError::TooMuch(_) => (
            text!(database_too_much, place = place),
            w.database_too_much_next,
        ),
        StoreError::NotPlain { table, foreign } => return not_plain(table, foreign),
        StoreError::Query(_) => (w.database_query.to_owned(), w.database_query_next),
        StoreError::Locked(_) if settings.driver == Driver::Sqlite => {
            (w.database_locked.to_owned(), w.database_file_locked_next)
        }
        StoreError::Locked(_) => (w.database_locked.to_owned(), w.database_locked_next),
        StoreError::Deadlock(_) => (w.database_deadlock.to_owned(), w.database_deadlock_next),
        StoreError::ReadOnly(_) if settings.driver == Driver::Sqlite => (
            text!(database_read_only, place = place),
            w.database_file_read_only_next,
        ),
        StoreError::ReadOnly(_) => (
            text!(database_read_only, place = place),
            w.database_read_only_next,
        ),
        StoreError::Replica { primary, .. } => {
            let primary = primary.as_deref().filter(|host| !host.is_empty());
            elsewhere = match primary {
                Some(host) => text!(database_replica_of_next, primary = sanitize(host)),
                None => w.database_replica_next.to_owned(),
            };
            (text!(database_replica, place = place), elsewhere.as_str())
        }
    };
    Problem::new(kind, what, sanitize(&error.to_string()), next)
}

fn database_kind(error: &StoreError) -> ErrorKind {
    match error {
        StoreError::Unreachable(_) => ErrorKind::DatabaseUnreachable,
        StoreError::Denied(_) => ErrorKind::DatabaseDenied,
        StoreError::UnknownDatabase(_) => ErrorKind::DatabaseUnknown,
        StoreError::Tls(_) => ErrorKind::DatabaseTls,
        StoreError::UnsupportedDriver(_) => ErrorKind::DatabaseSettings,
        StoreError::TooMuch(_) | StoreError::NotPlain { .. } => ErrorKind::DatabaseUnsuitable,
        StoreError::Query(_) => ErrorKind::DatabaseError,
        StoreError::Locked(_) | StoreError::Deadlock(_) => ErrorKind::DatabaseBusy,
        StoreError::ReadOnly(_) | StoreError::Replica { .. } => ErrorKind::DatabaseReadOnly,
    }
}

/// The problem of a table that is none of FreeScout's making.
fn not_plain(table: &str, foreign: &Foreign) -> Problem {
    let w = words();
    let next = if foreign.acts_on_writes_alone() {
        w.database_acts_next
    } else {
        w.database_not_plain_next
    };
    Problem::new(
        ErrorKind::DatabaseUnsuitable,
        text!(
            database_not_plain,
            table = sanitize(table),
            foreign = foreign
        ),
        w.database_not_plain_why,
        next,
    )
}

/// Reads the install's files again and what they say of the key in force.
///
/// # Errors
/// A [`Problem`] when the install can no longer be read.
pub fn reread(session: &mut Session) -> Result<(), Problem> {
    session.reread_files()?;
    let mut findings = Vec::new();
    own_keys::collect(&session.install, &mut session.ring, &mut findings);
    session.early_findings = findings;
    session.elsewhere = elsewhere::read(Path::new("/"), &session.install);
    elsewhere::collect_keys(&session.elsewhere, &mut session.ring);
    Ok(())
}

/// What is wrong with the install itself, whatever the secrets say. Call it when the keys are known.
pub fn findings(session: &Session) -> Vec<Finding> {
    let (install, ring) = (&session.install, &session.ring);
    let mut findings = session.journal_findings.clone();
    findings.extend(session.early_findings.iter().cloned());
    let name = |key: &AppKey| KeyName {
        label: ring.label(key.fingerprint()),
        fingerprint: key.fingerprint(),
    };
    let named = |key: &ConfiguredKey| AppKey::parse(key.text.expose()).ok().map(|k| name(&k));
    let (in_force, configured) = (install.key_in_force(), install.key_without_cache());
    if in_force.source == KeySource::ConfigCache && in_force.text != configured.text {
        findings.push(Finding::StaleConfigCache {
            cached: named(&in_force),
            configured: named(&configured),
        });
    }
    if configured.source == KeySource::ProcessEnvironment {
        findings.push(Finding::KeyFromProcessEnvironment);
    }
    findings.extend(elsewhere::findings(session));
    if let Some(unread) = &install.key_file_unread {
        let user = || fs::user_name(install.web_user.uid);
        findings.push(Finding::KeyFileUnreadable {
            path: unread.path.clone(),
            why: unread.why.clone(),
            barred: unread.barred.then(user),
        });
    }
    if install.known.by == KnownBy::Untold {
        findings.push(Finding::WebUserUntold);
    }
    if let Some(refused) = install.env().refused() {
        findings.push(Finding::EnvRefused {
            line: refused.line,
            cached: install.cache.is_some(),
        });
    }
    if install.database_settings_differ() {
        findings.push(Finding::DatabaseSettingsDiffer);
    }
    if matches!(
        configured.source,
        KeySource::KeyFile | KeySource::ProcessEnvironment | KeySource::Nowhere
    ) || configured.text.is_empty()
        || install.env().refused().is_some()
    {
        findings.push(Finding::InstallPageDangerous);
    }
    findings.extend(worker_findings(session));
    if let Some(path) = root_owned(install) {
        findings.push(Finding::RootOwned { path });
    }
    let we = rustix::process::geteuid();
    if !we.is_root() {
        findings.push(Finding::NotRoot);
    }
    findings
}

/// Workers that hold another key, or may, and those whose memory could not be searched while something is lost.
fn worker_findings(session: &Session) -> Vec<Finding> {
    let (install, ring) = (&session.install, &session.ring);
    let effective = ring.effective().map(derived_hashes::worker_identifier);
    let changed = key_changed(install);
    let told = |worker: &processes::QueueWorker| match &worker.identifier {
        Some(identifier) if effective.as_ref() != Some(identifier) => {
            let mut known = ring.iter().map(|k| &k.key);
            let key = known.find(|key| derived_hashes::worker_identifier(key) == *identifier);
            let key = key.map(|key| KeyName {
                label: ring.label(key.fingerprint()),
                fingerprint: key.fingerprint(),
            });
            let pid = worker.pid;
            Some(Finding::WorkerHoldsOtherKey { pid, key })
        }
        None if worker.started.is_some_and(|started| started < changed) => {
            Some(Finding::WorkerOlderThanKey { pid: worker.pid })
        }
        _ => None,
    };
    let mut findings: Vec<Finding> = processes::workers(&install.root)
        .iter()
        .filter_map(told)
        .collect();
    if crate::engine::hunt::processes::closed(session) > 0 {
        findings.extend(own_backups::findings(session));
        let unsearched = session.unsearched.iter();
        findings.extend(unsearched.map(|unsearched| Finding::WorkerUnsearched {
            pid: unsearched.process.pid,
            what: unsearched.process.what.clone(),
            why: unsearched.why.clone(),
        }));
    }
    findings
}

/// When the files that the key comes from were last changed: Unix seconds.
fn key_changed(install: &Install) -> i64 {
    let files = [&install.env_file, &install.key_file, &install.cache_file];
    let changed = files.into_iter().flatten().map(|f| f.attributes.modified);
    changed.max().unwrap_or(i64::MIN)
}

/// The first file of the caches that belongs to root although the web user must write it.
fn root_owned(install: &Install) -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    let web_user = install.known.certain().filter(|user| user.uid != 0)?;
    // What root owns, a group, a list or everybody may still write; as anybody else we ask for ourselves.
    let shut = |path: &Path| {
        let roots = std::fs::symlink_metadata(path).is_ok_and(|meta| meta.uid() == 0);
        let access = || rustix::fs::accessat(CWD, path, Access::WRITE_OK, AtFlags::EACCESS);
        roots && access() == Err(Errno::ACCESS)
    };
    let folders = [
        "bootstrap/cache",
        "storage/framework/cache/data",
        "storage/framework/views",
        "storage/logs",
    ];
    let paths = folders
        .iter()
        .map(|f| install.root.join(f))
        .flat_map(|folder| {
            let inside: Vec<PathBuf> = std::fs::read_dir(&folder)
                .into_iter()
                .flatten()
                .flatten()
                .take(2000)
                .map(|e| e.path())
                .collect();
            std::iter::once(folder).chain(inside)
        });
    let mut paths = std::iter::once(install.root.join("storage")).chain(paths);
    as_user::with(web_user, || paths.find(|path| shut(path))).ok()?
}

/// The survey as it is shown.
pub fn summary(session: &Session) -> Survey {
    let (install, settings) = (&session.install, &session.settings);
    let w = words();
    let uname = rustix::system::uname();
    let site = install
        .setting(&["app", "url"], "APP_URL")
        .unwrap_or_default();
    let site = site
        .split("://")
        .last()
        .unwrap_or_default()
        .split(['/', ':'])
        .next()
        .unwrap_or_default()
        .to_owned();
    let source = match install.key_in_force().source {
        KeySource::ConfigCache => "bootstrap/cache/config.php".to_owned(),
        KeySource::ProcessEnvironment => w.source_process_environment.to_owned(),
        KeySource::Env => ".env".to_owned(),
        KeySource::KeyFile => install.key_file.as_ref().map_or_else(
            || "APP_KEY_FILE".to_owned(),
            |f| sanitize(&f.path.to_string_lossy()),
        ),
        KeySource::Nowhere => w.source_nowhere.to_owned(),
    };
    let mut left_out = Vec::new();
    if !rustix::process::geteuid().is_root() {
        left_out.push(text!(
            left_out_not_root,
            user = fs::user_name(rustix::process::geteuid().as_raw())
        ));
    }
    Survey {
        host: sanitize(&uname.nodename().to_string_lossy()),
        path: install.root.clone(),
        version: install.version.clone(),
        site: sanitize(&site),
        server: sanitize(session.server()),
        database: sanitize(
            settings
                .database
                .strip_prefix(&format!("{}/", install.root.display()))
                .unwrap_or(&settings.database),
        ),
        prefix: sanitize(&settings.prefix),
        driver: settings.driver.name(),
        web_user: web_user(install),
        key_source: source,
        left_out,
    }
}

/// The account that FreeScout runs as and how we know, for the operator.
pub fn web_user(install: &Install) -> String {
    let w = words();
    let WebAccount { account, by } = &install.known;
    let names = |uids: &[u32]| {
        let names: Vec<String> = uids.iter().map(|uid| fs::user_name(*uid)).collect();
        names.join(", ")
    };
    let why = match by {
        KnownBy::Operator => w.web_user_named.to_owned(),
        KnownBy::Owner => w.web_user_owner.to_owned(),
        KnownBy::LeastOwner(owners) => text!(web_user_least, owners = names(owners)),
        KnownBy::Acl => w.web_user_acl.to_owned(),
        KnownBy::Group(gid) => text!(web_user_group, group = fs::group_name(*gid)),
        KnownBy::Root => w.web_user_root.to_owned(),
        KnownBy::Untold => return w.web_user_untold.to_owned(),
    };
    let user = fs::user_name(account.uid);
    text!(survey_web_user_value, user = user, why = why)
}

/// Tables that we change rows of.
const CHANGED: [&str; 4] = ["mailboxes", "options", "modules", "users"];
/// Tables that are only read.
const READ: [&str; 5] = [
    "migrations",
    "send_logs",
    "attachments",
    "activity_logs",
    "failed_jobs",
];

/// Whether the tables FreeScout cannot do without are there, and all that are read are tables of its own.
///
/// # Errors
/// A [`Problem`] that names the missing table and the prefix it was looked for with, or the table that is none.
pub fn require_tables(store: &mut dyn Store, settings: &DbSettings) -> Result<(), Problem> {
    let w = words();
    for table in CHANGED.into_iter().chain(READ) {
        let foreign = store
            .foreign(table)
            .map_err(|e| unreachable_database(&e, settings))?;
        match foreign {
            Some(foreign) if CHANGED.contains(&table) || !foreign.acts_on_writes_alone() => {
                return Err(not_plain(&format!("{}{table}", settings.prefix), &foreign));
            }
            _ => {}
        }
    }
    for table in ["mailboxes", "options"] {
        let columns = store
            .columns(table)
            .map_err(|e| unreachable_database(&e, settings))?;
        if columns.is_empty() {
            return Err(Problem::new(
                ErrorKind::DatabaseUnsuitable,
                text!(
                    table_missing,
                    table = sanitize(&format!("{}{table}", settings.prefix))
                ),
                text!(table_missing_why, database = sanitize(&settings.database)),
                w.table_missing_next,
            ));
        }
    }
    Ok(())
}
