//! Settings of FreeScout's outside of `.env`: compared with what `.env` says, because PHP takes them first.
//!
//! We are often started without them: then `.env` reads fine, and FreeScout uses another key. Nothing of it is written by
//! us; findings name file and line. A cached config makes them irrelevant until it is built again.

use std::path::{Path, PathBuf};

use crate::domain::config::container::definition::UnreadFile;
use crate::domain::config::elsewhere::{
    self, Block, By, CONTAINER_KEYS, Elsewhere, Setting, Site, is_wanted, lines,
};
use crate::domain::config::{self, Driver, KeySource};
use crate::domain::inventory::secret::SecretBytes;
use crate::domain::key::app_key::{AppKey, Fingerprint};
use crate::domain::key::ring::KeyRing;
use crate::domain::key::source::{Source, SourceKind};
use crate::domain::payload::Payload;
use crate::domain::run::volatile::Fleeting;
use crate::domain::verdict::finding::{Finding, KeyName, SetAt, SettingEffect};
use crate::engine::session::Session;
use crate::io::container::defined::{self, Defined};
use crate::io::container::within::{self, Within};
use crate::io::fs::{self, volatile};
use crate::io::install::host::HostRoot;
use crate::io::install::{Install, services};
use crate::io::os::as_user;
use crate::io::os::processes::{self, Belongs, ProcessRole};
use crate::io::os::spawn::Account;
use crate::words::joined;
use crate::words::untrusted::shown;

/// Longest file of a container's secret.
const MAX_SECRET: u64 = 64 << 10;
/// Settings of the database that one in a file does not have.
const OF_SERVERS: [&str; 5] = [
    "DB_HOST",
    "DB_PORT",
    "DB_SOCKET",
    "DB_USERNAME",
    "DB_PASSWORD",
];
/// How many findings of one sort are told.
const TOLD: usize = 8;

/// What is set outside of `.env` for an install.
#[derive(Debug, Default)]
pub struct Outside {
    /// The settings.
    pub settings: Vec<Elsewhere>,
    /// What could not be read of the container's definition: more may be set there.
    pub unread: Vec<UnreadFile>,
}

/// Reads what is set for this install, on the system below this folder, and in its running processes.
pub fn read(system: &Path, install: &Install) -> Outside {
    let mut blocks = services::read(system, &install.root);
    let mut unread = Vec::new();
    if system == Path::new("/") {
        let running = match within::get() {
            Some(within) if within.spaces.is_none() => created(within),
            Some(within) => with_origin(created(within), running(&install.root)),
            None => running(&install.root),
        };
        let (defined, not_read) = defined(&running);
        unread = not_read;
        blocks.extend(defined);
        blocks.extend(running);
    }
    let user = fs::user_name(install.web_user.uid);
    let site = Site {
        root: &install.root,
        user: &user,
    };
    let mut found: Vec<Elsewhere> = Vec::new();
    for new in elsewhere::tie(blocks, &site) {
        let twin = |known: &Elsewhere| {
            let same = known.setting.name == new.setting.name;
            // A process has it from a file; where that is known it says more.
            let of_process = matches!(new.by, By::Process(_) | By::Created | By::ContainerStart(_));
            // A file that it does not read tells nothing more of its variable.
            let tells_nothing = of_process && new.setting.value.is_none();
            same && (known.setting == new.setting
                || tells_nothing
                || of_process && known.certain && known.setting.value == new.setting.value)
        };
        if !found.iter().any(twin) {
            found.push(new);
        }
    }
    Outside {
        settings: found,
        unread,
    }
}

/// What processes have, that of it first which their container was created with: there it has to be changed.
fn with_origin(created: Vec<Block>, running: Vec<Block>) -> Vec<Block> {
    let has = |setting: &Setting| {
        let mut all = running.iter().flat_map(|block| &block.settings);
        all.any(|one| one.name == setting.name && one.value == setting.value)
    };
    let shown = |block: &Block| block.by == By::Created && block.settings.iter().all(has);
    let mut all: Vec<Block> = created.into_iter().filter(shown).collect();
    all.extend(running);
    all
}

/// What a container is started with, as its runtime wrote it down.
fn created(within: &Within) -> Vec<Block> {
    let set = within.started_with.variables.iter();
    let settings = set.filter_map(|(name, value)| {
        let name = std::str::from_utf8(name).ok().filter(|n| is_wanted(n))?;
        let setting = Setting {
            name: name.to_owned(),
            value: Some(value.clone()),
            path: within.started_with.written.clone(),
            line: 0,
        };
        Some(match CONTAINER_KEYS.contains(&name) {
            true => (
                By::ContainerStart(name.to_owned().into()),
                named_file(setting, Account { uid: 0, gid: 0 }),
            ),
            false => (By::Created, setting),
        })
    });
    let block = |(by, setting)| {
        let mut block = Block::new(by);
        block.settings.push(setting);
        block
    };
    settings.map(block).collect()
}

/// What the definition of the container sets that we work within, and what could not be read of it.
fn defined(running: &[Block]) -> (Vec<Block>, Vec<UnreadFile>) {
    let Some(within) = within::get() else {
        return <_>::default();
    };
    let container = within.container.clone();
    let read = within.on_host(move || match HostRoot::at(Path::new("/")) {
        Ok(host) => defined::read(&host, &container),
        Err(_) => Defined::default(),
    });
    let Defined { settings, unread } = read.unwrap_or_default();
    let block = |mut setting: Setting| {
        // What it takes from somewhere else is what the container got; a file may be another one at the next start.
        if setting.value.is_none() && setting.name != CONTAINER_KEYS[1] {
            let mut its = running.iter().flat_map(|block| &block.settings);
            let its = its.find(|one| one.name == setting.name);
            setting.value = its.and_then(|one| one.value.clone());
        }
        let mut set = running.iter().flat_map(|block| &block.settings);
        let is_so = set.any(|one| one.name == setting.name && one.value == setting.value);
        let mut block = Block::new(match CONTAINER_KEYS.contains(&setting.name.as_str()) {
            true => By::ContainerStart(setting.name.clone().into()),
            false => By::Definition(is_so),
        });
        block.settings.push(setting);
        block
    };
    (settings.into_iter().map(block).collect(), unread)
}

/// The environment of the install's processes, and of the one that a container was started with. That of FPM says nothing:
/// its processes write their titles over it, and pools have an environment of their own.
fn running(install: &Path) -> Vec<Block> {
    let mut blocks = Vec::new();
    let own = processes::php(install).into_iter().filter(|process| {
        process.belongs == Belongs::Here && !matches!(process.role, ProcessRole::Server(_))
    });
    let read = |pid, account| {
        let bytes = match account {
            Some(account) => processes::environment_of(pid, account),
            None => processes::environment(pid),
        };
        let path = PathBuf::from(format!("/proc/{pid}/environ"));
        bytes
            .map(|bytes| lines::environment(&path, &bytes))
            .unwrap_or_default()
    };
    let roots = Account { uid: 0, gid: 0 };
    let mut add = |pid: i32, reader: Account, settings: Vec<Setting>, all: bool| {
        for setting in settings {
            let of_start = CONTAINER_KEYS.contains(&setting.name.as_str());
            let by = match of_start {
                true => By::ContainerStart(setting.name.clone().into()),
                false if all => By::Process(pid),
                false => continue,
            };
            let mut block = Block::new(by);
            block.settings.push(named_file(setting, reader));
            blocks.push(block);
        }
    };
    // In a container, the first process has what the container was started with.
    add(1, roots, read(1, None), false);
    // What we were started with is FreeScout's where we were started in its container.
    let us = match within::get() {
        Some(within) => within.process.unwrap_or(1),
        None => i32::try_from(std::process::id()).unwrap_or(0),
    };
    add(us, roots, read(us, None), false);
    for process in own {
        let settings = read(process.pid, Some(process.account));
        add(process.pid, process.account, settings, true);
    }
    blocks
}

/// A container's variable that names a file stands for what is in it, where this account may read it: a process decides
/// itself what its environment says.
fn named_file(setting: Setting, reader: Account) -> Setting {
    if setting.name != CONTAINER_KEYS[1] {
        return setting;
    }
    let path = setting
        .value
        .as_ref()
        .and_then(|v| std::str::from_utf8(v.expose()).ok());
    let read = path.map(PathBuf::from).and_then(|path| {
        let file = as_user::with(reader, || fs::read(&path, MAX_SECRET));
        Some((path, file.ok()?.ok()?))
    });
    let Some((path, file)) = read else {
        return Setting {
            value: None,
            ..setting
        };
    };
    // It is changed where the host has it.
    Setting {
        value: Some(SecretBytes::from(file.bytes.trim_ascii())),
        path: volatile::on_host(&path).unwrap_or(path),
        line: 1,
        ..setting
    }
}

/// Whether a variable holds a key.
fn holds_key(name: &str) -> bool {
    name == "APP_KEY" || CONTAINER_KEYS.contains(&name)
}

/// Keys that stand there are candidates as well.
pub fn collect_keys(found: &Outside, ring: &mut KeyRing) {
    for Elsewhere { setting, .. } in found.settings.iter().filter(|e| holds_key(&e.setting.name)) {
        let parsed = setting
            .value
            .as_ref()
            .and_then(|v| AppKey::parse(v.expose()).ok());
        if let Some(key) = parsed {
            // An environment has no lines.
            let line = (setting.line > 0).then_some(setting.line);
            let kind = match line {
                None => SourceKind::ProcessEnvironment,
                Some(_) => SourceKind::File,
            };
            ring.add(key, Source::file(kind, &setting.path, line));
        }
    }
}

/// That the file which the key is read from goes with the container, or at its restart; nothing where the key is set outside
/// of it, by what the container is started with.
pub fn not_lasting(session: &Session) -> Option<Finding> {
    let install = &session.install;
    let path = match install.key_without_cache().source {
        KeySource::ProcessEnvironment => return None,
        KeySource::KeyFile => install.key_file.as_ref()?.path.clone(),
        KeySource::Env | KeySource::ConfigCache | KeySource::Nowhere => install.env_path(),
    };
    // Whatever key a container's start writes, it does so each time.
    let at_start = |e: &Elsewhere| matches!(e.by, By::ContainerStart(_));
    let set = |e: &Elsewhere| holds_key(&e.setting.name) && (e.certain || at_start(e));
    if mounts_are_untold(session)
        || !volatile::in_container()
        || session.elsewhere.settings.iter().any(set)
    {
        return None;
    }
    // What lies in memory there is rather a secret, put there anew at each start.
    let goes = [Fleeting::Container, Fleeting::Pod, Fleeting::NamelessVolume];
    let fleeting = volatile::of(&path).filter(|fleeting| goes.contains(fleeting))?;
    let path = std::fs::canonicalize(&path).unwrap_or(path);
    // Where nothing at all is kept, nobody expects it.
    if path.starts_with("/tmp") {
        return None;
    }
    let definition = within::get().and_then(|within| {
        let container = within.container.clone();
        within.on_host(move || {
            let host = HostRoot::at(Path::new("/")).ok()?;
            defined::file(&host, &container)
        })?
    });
    Some(Finding::KeyNotLasting {
        path,
        fleeting,
        definition,
    })
}

/// Whether it is not known what is mounted into the container, so that its own layer may be hidden by a volume.
fn mounts_are_untold(session: &Session) -> bool {
    within::get().is_some_and(|within| {
        let mut unread = session.elsewhere.unread.iter();
        within::is_stopped() && unread.any(|file| file.path == within.started_with.written)
    })
}

/// What differs from `.env`, gravest first.
pub fn findings(session: &Session) -> Vec<Finding> {
    let found = session.elsewhere.settings.iter();
    let mut findings: Vec<Finding> = found
        .filter(|e| !is_of_last_start(session, e))
        .filter_map(|e| finding(session, e, Told::Differing))
        .collect();
    findings.sort_by_key(Finding::severity);
    findings.truncate(TOLD);
    findings
}

/// What could not be read of the container's definition.
pub fn definition_unread(session: &Session) -> impl Iterator<Item = Finding> {
    let unread = session.elsewhere.unread.iter().take(TOLD);
    unread.cloned().map(Finding::DefinitionUnread)
}

/// Where the very key that is configured is set too: a plan that ends with another one has to reckon with that.
pub fn set_alike(session: &Session) -> Vec<Finding> {
    let found = session.elsewhere.settings.iter();
    let keys = found.filter(|e| holds_key(&e.setting.name) && !is_of_last_start(session, e));
    let alike = keys.filter_map(|e| finding(session, e, Told::Alike));
    alike.take(TOLD).collect()
}

/// Whether it is the file that a container found where its variable says when it was last started, while its definition
/// gives it one that is not known here: to change the former would change nothing.
fn is_of_last_start(session: &Session, found: &Elsewhere) -> bool {
    let name = &found.setting.name;
    let mut all = session.elsewhere.settings.iter().map(|e| &e.setting);
    // Of all that tell this variable, a definition alone has lines.
    let untold = |one: &Setting| one.name == *name && one.value.is_none() && one.line > 0;
    name == CONTAINER_KEYS[1] && found.setting.value.is_some() && all.any(untold)
}

/// Which of the settings that stand outside of `.env` are told.
#[derive(PartialEq, Eq)]
enum Told {
    /// Those that are other than there.
    Differing,
    /// Those that are the same.
    Alike,
}

fn finding(session: &Session, found: &Elsewhere, told: Told) -> Option<Finding> {
    let Elsewhere {
        setting,
        by,
        certain,
    } = found;
    let install = &session.install;
    let at = SetAt {
        path: setting.path.clone(),
        line: (setting.line > 0).then_some(setting.line),
        by: by.clone(),
    };
    let standing = match by {
        _ if setting.value.is_none() => SettingEffect::TakenOver,
        _ if !certain => SettingEffect::Unsure,
        By::ContainerStart(_) | By::Definition(false) => SettingEffect::NextStart,
        _ if install.cache.is_some() => SettingEffect::Cached,
        _ => SettingEffect::InForce,
    };
    // A file has neither server nor login: images set these for every database.
    if session.settings.driver == Driver::Sqlite && OF_SERVERS.contains(&setting.name.as_str()) {
        return None;
    }
    if !holds_key(&setting.name) {
        let own = config::text_of(install.env().env(setting.name.as_bytes()));
        let same = setting.value.is_some() && own == setting.value;
        let name = setting.name.clone();
        return (!same && told == Told::Differing).then_some(Finding::SettingElsewhere {
            name: name.into(),
            at,
            standing,
        });
    }
    let configured = install.key_without_cache().text;
    let same = match &setting.value {
        // An empty one hides `.env` all the same, but images take it for none.
        Some(value) if value.is_empty() && standing == SettingEffect::NextStart => return None,
        value => value.as_ref() == Some(&configured),
    };
    if same != (told == Told::Alike) {
        return None;
    }
    let parsed = setting
        .value
        .as_ref()
        .and_then(|v| AppKey::parse(v.expose()).ok());
    let key = parsed.as_ref().map(|key| KeyName {
        label: session.ring.label(key.fingerprint()),
        fingerprint: key.fingerprint(),
    });
    let (opens, total) = reads(session, parsed.as_ref());
    Some(Finding::KeySetElsewhere {
        key,
        at,
        standing,
        opens,
        total,
    })
}

/// How many secrets FreeScout reads with this key, of how many payloads.
fn reads(session: &Session, key: Option<&AppKey>) -> (usize, usize) {
    let payloads: Vec<&Payload> = session
        .inventory
        .secrets
        .iter()
        .filter_map(|secret| secret.payload()?.as_ref().ok())
        .collect();
    let opens = payloads
        .iter()
        .filter(|p| key.is_some_and(|key| p.made_with(key)));
    (opens.count(), payloads.len())
}

/// Whether something counts only from the container's next start on.
fn at_next_start(by: &By) -> bool {
    matches!(by, By::ContainerStart(_) | By::Definition(false))
}

/// Whether another key than this one, or something that is none, is certainly set outside of `.env`: without a config cache
/// it would count.
pub fn overrules(session: &Session, key: &AppKey) -> bool {
    session.elsewhere.settings.iter().any(|e| {
        let of_php = e.setting.name == "APP_KEY" && !at_next_start(&e.by);
        let text = e.setting.value.as_ref().map(SecretBytes::expose);
        e.certain && of_php && text != Some(key.text())
    })
}

/// The one key that is certainly set outside of `.env`, where it counts before it and we cannot change it.
pub fn key_out_of_reach(session: &Session) -> Option<Fingerprint> {
    let certain = session
        .elsewhere
        .settings
        .iter()
        .filter(|e| e.certain && e.setting.name == "APP_KEY" && !at_next_start(&e.by));
    let mut keys: Vec<Fingerprint> = certain
        .filter_map(|e| AppKey::parse(e.setting.value.as_ref()?.expose()).ok())
        .map(|key| key.fingerprint())
        .collect();
    keys.dedup();
    match keys[..] {
        [key] => Some(key),
        _ => None,
    }
}

/// Where the database is set outside of `.env`, for an operator who cannot reach the one of `.env`.
pub fn database_places(system: &Path, install: &Install) -> Option<String> {
    let found = read(system, install);
    let set = found
        .settings
        .iter()
        .filter(|e| e.certain && e.setting.name.starts_with("DB_"));
    let mut places: Vec<String> = set
        .map(|e| format!("{}:{}", shown(&e.setting.path), e.setting.line))
        .collect();
    places.dedup();
    places.truncate(TOLD);
    (!places.is_empty()).then(|| joined::list(&places))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(by: By, value: &str) -> Block {
        let mut block = Block::new(by);
        block.set("APP_KEY", Some(value.as_bytes()), Path::new("/at"), 0);
        block
    }

    #[test]
    fn what_a_container_was_created_with_counts_where_its_processes_have_it() {
        let start = || By::ContainerStart("FREESCOUT_APP_KEY".to_owned().into());
        let created = vec![
            block(By::Created, "one"),
            block(By::Created, "replaced by its start script"),
            block(start(), "one"),
        ];
        let running = vec![block(By::Process(7), "one"), block(By::Process(8), "other")];
        let all = with_origin(created, running);
        let told: Vec<&By> = all.iter().map(|block| &block.by).collect();
        assert_eq!(told, [&By::Created, &By::Process(7), &By::Process(8)]);
        let site = Site {
            root: Path::new("/www/html"),
            user: "nginx",
        };
        let tied = elsewhere::tie(all, &site);
        assert!(tied.iter().all(|found| found.certain));
    }
}
