//! Every FreeScout on a system, from what the system says of itself: crontabs, services, web servers, pools of FPM, and
//! then the folders where such installs use to lie. No running PHP is needed.
//!
//! What is named is believed only as far as a FreeScout is found there; the names go with it, so that a dead copy is told
//! from the one that runs (see `domain::config::found`).

mod folders;
mod jobs;
mod sites;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::domain::config::elsewhere::Block;
use crate::domain::config::found::{self, Evidence, FoundBy, FoundInstall, Strength};
use crate::domain::config::{self, dotenv::EnvFile};
use crate::io::install::host::HostRoot;
use crate::io::install::recognised::version_in;
use crate::words::untrusted::Untrusted;

/// Longest address that is kept.
const MAX_ADDRESS: usize = 200;

/// Every FreeScout on this system that is named anywhere or lies in a usual place, the strongest evidence first. Paths are
/// those of the system itself.
pub fn discover(host: &HostRoot) -> Vec<FoundInstall> {
    let mut discovery = Discovery::of(host);
    discovery.configured();
    discovery.usual_folders();
    discovery.done()
}

/// The same with what its running processes of PHP say: the folders that they work in.
pub fn with_processes(
    host: &HostRoot,
    processes: impl Iterator<Item = (PathBuf, Evidence)>,
) -> Vec<FoundInstall> {
    let mut discovery = Discovery::of(host);
    for (folder, evidence) in processes {
        discovery.add(&folder, &evidence);
    }
    discovery.configured();
    discovery.usual_folders();
    discovery.done()
}

/// How many folders below a folder are looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Levels(pub(super) usize);

/// What is found on one system, while it is looked for.
pub(super) struct Discovery<'a> {
    host: &'a HostRoot,
    found: Vec<FoundInstall>,
    /// Folders that were looked at and are none.
    others: HashSet<PathBuf>,
}

impl<'a> Discovery<'a> {
    pub(super) fn of(host: &'a HostRoot) -> Self {
        Self {
            host,
            found: Vec::new(),
            others: HashSet::new(),
        }
    }

    /// All that the system's own configuration names.
    pub(super) fn configured(&mut self) {
        self.jobs();
        self.sites();
    }

    /// The installs, in order, with their addresses.
    pub(super) fn done(mut self) -> Vec<FoundInstall> {
        found::sort(&mut self.found);
        for one in &mut self.found {
            one.address = address(self.host, &one.path);
        }
        self.found
    }

    /// What was found for this folder.
    pub(super) fn of_folder(&self, folder: &Path) -> Option<&FoundInstall> {
        self.found.iter().find(|one| one.path == folder)
    }

    /// Takes a folder that something names. Says whether it is a FreeScout.
    pub(super) fn add(&mut self, folder: &Path, evidence: &Evidence) -> bool {
        let Some(real) = self.host.real(folder) else {
            return false;
        };
        if let Some(known) = self.found.iter_mut().find(|one| one.path == real) {
            known.add(evidence.clone());
            return true;
        }
        if self.others.contains(&real) {
            return false;
        }
        let Some(version) = version(self.host, &real) else {
            self.others.insert(real);
            return false;
        };
        self.found.push(FoundInstall {
            path: real,
            container: None,
            version,
            address: None,
            evidence: vec![evidence.clone()],
        });
        true
    }

    /// Where a block of configuration stands, as evidence.
    fn evidence(&self, by: FoundBy, block: &Block) -> Evidence {
        Evidence {
            path: block.at.as_ref().map(|(path, _)| self.host.inside(path)),
            line: block.at.as_ref().map(|(_, line)| *line),
            user: block.user.clone().map(Untrusted::new),
            ..Evidence::of(by)
        }
    }

    /// The first of these programs that is there.
    fn program(&self, programs: Vec<PathBuf>) -> Option<PathBuf> {
        programs.into_iter().find(|path| self.host.is_file(path))
    }
}

/// The PHP programs that this system uses for an install, as far as its crontabs, services and pools say; what runs it
/// again and again comes first. Paths, or names to be looked for. Anybody may have a crontab: what it names counts where it
/// is root's, or of the account that FreeScout runs as.
pub fn php_of(host: &HostRoot, install: &Path, web_user: &str) -> Vec<PathBuf> {
    let mut discovery = Discovery::of(host);
    discovery.configured();
    let found = discovery.of_folder(install);
    let told = found.into_iter().flat_map(|one| &one.evidence);
    let told = told.filter(|evidence| {
        let user = evidence.user.as_ref().map(|user| user.raw().as_str());
        let theirs = user.is_none_or(|user| user == "root" || user == web_user);
        // Sites and pools are root's to make.
        let trusted = theirs || matches!(evidence.by, FoundBy::Site(..));
        trusted && evidence.by.strength() < Strength::Named
    });
    let programs = told.filter_map(|evidence| evidence.php.clone());
    let plain = |program: &PathBuf| program.is_absolute() || program.components().count() == 1;
    programs.filter(plain).collect()
}

/// The version of the FreeScout in this folder; `None` where there is none.
pub fn version(host: &HostRoot, folder: &Path) -> Option<String> {
    if !host.is_file(&folder.join("artisan")) {
        return None;
    }
    version_in(&host.read(&folder.join("config/app.php"))?)
}

/// `APP_URL` of `.env`.
pub(super) fn address(host: &HostRoot, install: &Path) -> Option<Untrusted> {
    let bytes = host.read(&install.join(".env"))?;
    let env = EnvFile::read(&bytes, &|_| None);
    let address = config::text_of(env.env(b"APP_URL"))?;
    let address = String::from_utf8_lossy(address.expose()).into_owned();
    let kept = !address.is_empty() && address.len() <= MAX_ADDRESS;
    kept.then(|| address.into())
}
