//! What is wrong with an install whatever its secrets say: its files, its workers, and who may write where.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD};
use rustix::io::Errno;

use super::{elsewhere, hints, own_backups};
use crate::domain::config::{ConfiguredKey, KeySource};
use crate::domain::key::app_key::AppKey;
use crate::domain::key::derived_hashes;
use crate::domain::verdict::finding::{Finding, KeyName};
use crate::engine::session::Session;
use crate::io::container::within;
use crate::io::fs;
use crate::io::install::{Install, KnownBy};
use crate::io::os::{as_user, processes};

/// What is wrong with the install itself, whatever the secrets say. Call it when the keys are known.
pub fn of_install(session: &Session) -> Vec<Finding> {
    let (install, ring) = (&session.install, &session.ring);
    let mut findings = session.journal_findings.clone();
    let early = session.early_findings.iter().cloned();
    findings.extend(early.map(|finding| match finding {
        // It was found before the keys had their numbers.
        Finding::MisspelledKey {
            mut key,
            spelling,
            place,
        } => {
            key.label = ring.label(key.fingerprint);
            Finding::MisspelledKey {
                key,
                spelling,
                place,
            }
        }
        other => other,
    }));
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
    findings.extend(elsewhere::definition_unread(session));
    if session.machine.is_host() {
        findings.extend(elsewhere::not_lasting(session));
    }
    if let Some(unread) = &install.key_file_unread {
        let user = || fs::user_name(install.web_user.uid);
        findings.push(Finding::KeyFileUnreadable {
            path: unread.path.clone(),
            why: unread.why.clone().into(),
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
    findings.extend(hints::findings(install));
    let we = rustix::process::geteuid();
    if !we.is_root() && session.machine.is_host() {
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
    let mut findings: Vec<Finding> = session.queue_workers().iter().filter_map(told).collect();
    if crate::engine::hunt::sieve::closed(session) > 0 {
        findings.extend(own_backups::findings(session));
        let unsearched = session.unsearched.iter();
        findings.extend(unsearched.map(|unsearched| Finding::WorkerUnsearched {
            pid: unsearched.process.pid,
            what: unsearched.process.what.clone().into(),
            why: unsearched.why.clone().into(),
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
    let web_user = install
        .known
        .certain()
        .filter(|user| !within::is_root(user.uid))?;
    // What root owns, a group, a list or everybody may still write; as anybody else we ask for ourselves.
    let shut = |path: &Path| {
        let roots = std::fs::symlink_metadata(path).is_ok_and(|meta| within::is_root(meta.uid()));
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
