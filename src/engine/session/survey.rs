//! Step 1: the install, its database, and what is wrong, with the evidence.

mod containers;

use std::path::Path;

use secrecy::ExposeSecret;

use super::{elsewhere, env_trouble, own_keys};
use crate::domain::config::container::{Container, RunState};
use crate::domain::config::found::{Evidence, FoundBy, FoundInstall};
use crate::domain::config::{DbSettings, Driver, KeySource};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::key::ring::KeyRing;
use crate::engine::session::Session;
use crate::engine::session::database::{require_tables, unreachable_database};
use crate::engine::session::machine::MachineScope;
use crate::engine::worker::{DatabaseValues, OtherDatabase, Survey};
use crate::io::container::{self, within};
use crate::io::db::{self, Bounds, StoreError};
use crate::io::fs;
use crate::io::install::{self, Environment, Install, KnownBy, WebAccount};
use crate::io::os::{accounts, around};
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::{joined, words};

/// Finds the install, and how: the folder given, the current one, or the only FreeScout on this host.
///
/// # Errors
/// A [`Problem`] when there is none, or several to choose from.
pub fn find(given: Option<&Path>) -> Result<FoundInstall, Problem> {
    let w = words();
    let mut found = install::find(given);
    match (found.as_slice(), given) {
        // Nothing found at a given place: opening it says precisely what is missing.
        ([], Some(path)) => Ok(FoundInstall {
            path: path.to_owned(),
            container: None,
            version: String::new(),
            address: None,
            evidence: vec![Evidence::of(FoundBy::Operator)],
        }),
        ([_], _) | ([_, ..], Some(_)) => Ok(as_found(found.swap_remove(0))),
        ([], None) => Err(ErrorKind::InstallNotFound.problem(
            w.install_not_found,
            w.install_not_found_why,
            none_found(),
        )),
        (several, None) => {
            let places: Vec<String> = several.iter().map(sentences::found::place).collect();
            let problem = ErrorKind::InstallAmbiguous.problem(
                w.install_several,
                places.join(", "),
                name_one_of(several),
            );
            Err(Problem {
                installs: found,
                ..problem
            })
        }
    }
}

/// With what names it, where it was found on the host before its container was entered, and only its path handed on.
fn as_found(install: FoundInstall) -> FoundInstall {
    let found = within::get().and_then(|within| within.found.as_ref());
    match found.filter(|found| found.path == install.path) {
        Some(found) => FoundInstall {
            evidence: found.evidence.clone(),
            ..install
        },
        None => install,
    }
}

/// What to do where none was found.
fn none_found() -> String {
    let mut told = containers::not_looked_into();
    told.push(name_its_folder());
    told.join(" ")
}

/// What to do where none was found, and all was seen.
fn name_its_folder() -> String {
    let program = around::program();
    match within::get() {
        Some(within) => text!(
            install_not_found_next_in_container,
            command = containers::command_in(&within.container)
        ),
        None if !rustix::process::geteuid().is_root() => {
            text!(install_not_found_next_as_user, program)
        }
        None if container::found::passes_over() => {
            text!(install_not_found_next_passed_over, program)
        }
        None => text!(install_not_found_next, program),
    }
}

/// What to do where there are several.
fn name_one_of(several: &[FoundInstall]) -> String {
    let of = |container, path| {
        format!(
            "{} {}",
            containers::command_in(container),
            sentences::shell(path)
        )
    };
    if let (Some(within), Some(one)) = (within::get(), several.first()) {
        let command = of(&within.container, &one.path);
        return text!(install_several_next_in_container, command);
    }
    let in_container = several.iter().find_map(|one| {
        let container = one.container.as_deref()?;
        Some(of(container, &one.path))
    });
    let all = several.iter().all(|one| one.container.is_some());
    match in_container {
        None => text!(install_several_next, program = around::program()),
        Some(command) if all => text!(install_several_next_containers, command),
        Some(command) => text!(
            install_several_next_both,
            program = around::program(),
            command
        ),
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
    open_with(
        given,
        environment,
        other,
        KeyRing::default(),
        MachineScope::Host,
    )
}

/// The same with a ring that knows which numbers the keys had before, on this machine.
///
/// # Errors
/// As [`open`].
pub fn open_with(
    given: Option<&Path>,
    environment: Environment,
    other: Option<OtherDatabase>,
    mut ring: KeyRing,
    machine: MachineScope,
) -> Result<Result<Session, NoDatabase>, Problem> {
    let FoundInstall { path, evidence, .. } = find(given)?;
    let install = Install::open(&path, environment);
    let beside = |problem, path: &Path| match machine {
        MachineScope::Host => containers::beside(problem, path),
        MachineScope::Only(_) => problem,
    };
    let install = install.map_err(|problem| beside(problem, &path))?;
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
            let asked_as = asked_as(&install, &settings).filter(|_| !other_database);
            let refused = matches!(e, StoreError::Denied(_));
            let hint = asked_as
                .filter(|_| refused)
                .map(|user| text!(database_asked_as, user));
            if let Some(hint) = hint.or_else(|| opened_as(&install, &settings)) {
                problem.next = joined::sentences(&[problem.next.as_str(), hint.as_ref()]);
            }
            if let Some(places) = elsewhere::database_places(machine.system(), &install) {
                let hint = text!(database_set_elsewhere, places);
                problem.next = joined::sentences(&[problem.next.as_str(), hint.as_ref()]);
            }
            let problem = beside(problem, &install.root);
            return Ok(Err(no_database(problem, &settings)));
        }
    };
    store.together(Some(Bounds::KEPT));
    let required = require_tables(&mut *store, &settings);
    store.together(None);
    if let Err(problem) = required {
        return Ok(Err(no_database(told(problem), &settings)));
    }
    let mut findings = Vec::new();
    own_keys::collect(&install, machine.system(), &mut ring, &mut findings);
    if machine.is_host() {
        findings.extend(containers::findings(&install.root, &evidence));
    }
    let elsewhere = elsewhere::read(machine.system(), &install);
    elsewhere::collect_keys(&elsewhere, &mut ring);
    let session = Session::new(install, settings, store, ring, findings);
    Ok(Ok(Session {
        machine,
        evidence,
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
        text!(database_file_opened_as, user)
    })
}

/// Whose login a server at a socket sees, where that is another account's than ours.
fn asked_as(install: &Install, settings: &DbSettings) -> Option<String> {
    let (root, user) = (rustix::process::geteuid().is_root(), install.web_user.uid);
    let by_socket = root && user != 0 && db::by_socket(settings);
    by_socket.then(|| fs::user_name(user))
}

fn no_database(problem: Problem, settings: &DbSettings) -> NoDatabase {
    NoDatabase {
        problem,
        values: DatabaseValues::of(settings),
    }
}

/// Reads the install's files again and what they say of the current key.
///
/// # Errors
/// A [`Problem`] when the install can no longer be read.
pub fn reread(session: &mut Session) -> Result<(), Problem> {
    session.reread_files()?;
    let mut findings = Vec::new();
    let system = session.machine.system();
    own_keys::collect(&session.install, system, &mut session.ring, &mut findings);
    if session.machine.is_host() {
        findings.extend(containers::findings(
            &session.install.root,
            &session.evidence,
        ));
    }
    session.early_findings = findings;
    session.elsewhere = elsewhere::read(session.machine.system(), &session.install);
    elsewhere::collect_keys(&session.elsewhere, &mut session.ring);
    Ok(())
}

/// The survey as it is shown.
pub fn summary(session: &Session) -> Survey {
    let (install, settings) = (&session.install, &session.settings);
    let w = words();
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
        KeySource::KeyFile => install
            .key_file
            .as_ref()
            .map_or_else(|| "APP_KEY_FILE".to_owned(), |f| shown(&f.path).to_string()),
        KeySource::Nowhere => w.source_nowhere.to_owned(),
    };
    let database = Path::new(&settings.database);
    let database = shown(database.strip_prefix(&install.root).unwrap_or(database)).to_string();
    // Without a password, it is the account alone that lets us in.
    let vouched = settings.password.expose_secret().is_empty() && !session.other_database;
    let login = asked_as(install, settings).filter(|_| vouched);
    let mut left_out = Vec::new();
    if !rustix::process::geteuid().is_root() && session.machine.is_host() {
        left_out.push(text!(
            left_out_not_root,
            user = fs::user_name(rustix::process::geteuid().as_raw())
        ));
    }
    Survey {
        host: match session.machine {
            MachineScope::Host => shown(&rustix::system::uname().nodename()).to_string(),
            MachineScope::Only(_) => shown(&site).to_string(),
        },
        path: install.root.clone(),
        version: install.version.clone(),
        site: shown(&site).to_string(),
        server: shown(session.server()).to_string(),
        database: match login {
            Some(user) => text!(survey_database_asked_as, database, user),
            None => database,
        },
        prefix: shown(&settings.prefix).to_string(),
        driver: settings.driver.name(),
        web_user: web_user(install),
        key_source: source,
        found: match within::get() {
            Some(within) => Some(in_container(&within.container)),
            None => sentences::found::worth_telling(&session.evidence),
        },
        left_out,
    }
}

/// The container that the install is in, as a sentence part.
fn in_container(container: &Container) -> String {
    let told = sentences::found::container(container);
    let named = container.name.is_some() || container.id.is_some();
    match container.process {
        Some(process) if container.state == Some(RunState::Paused) => {
            text!(survey_in_paused_container, container = told, process)
        }
        Some(process) if named => text!(survey_in_container_by, container = told, process),
        Some(_) => text!(survey_in_container, container = told),
        None if container.state == Some(RunState::Restarting) => {
            text!(survey_in_restarting_container, container = told)
        }
        None => text!(survey_in_stopped_container, container = told),
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
    match accounts::user(account.uid) {
        Some(user) => text!(survey_web_user_value, user = shown(&user.name), why),
        // As in the files of a container that has no list of accounts.
        None => text!(
            survey_web_user_nameless,
            number = fs::user_name(account.uid),
            why
        ),
    }
}
