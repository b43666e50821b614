//! Which FreeScout is meant: the folder that was named, the current one, or what is found on this host.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::discover::{Discovery, Levels, address};
use super::host::HostRoot;
use super::recognised::freescout_version;
use crate::domain::config::found::{self, Evidence, FoundBy, FoundInstall, Strength};
use crate::domain::config::php;
use crate::io::container;
use crate::io::os::processes;

/// How deep our own home folder is looked through.
const HOME_LEVELS: Levels = Levels(6);

/// Folders that look like a FreeScout, the strongest evidence first: the one given; else the current one or the nearest
/// above it; else all that run on this host, that its configuration names, or that lie in the usual places or in our home.
pub fn find(given: Option<&Path>) -> Vec<FoundInstall> {
    if let Some(given) = given {
        // A file of an install and its `public/` are as good as its folder; a folder beside one is not.
        let inside = given.is_file() || given.file_name().is_some_and(|name| name == "public");
        let above = given.parent().filter(|_| inside);
        let named = [Some(given), above].into_iter().flatten();
        return named
            .filter_map(|folder| meant(folder, FoundBy::Operator))
            .collect();
    }
    if let Ok(current) = std::env::current_dir() {
        let mut above = current.ancestors();
        if let Some(here) = above.find_map(|folder| meant(folder, FoundBy::CurrentFolder)) {
            return vec![here];
        }
    }
    all()
}

/// The same of this whole host, whichever folder is the current one.
pub fn all() -> Vec<FoundInstall> {
    match HostRoot::at(Path::new("/")) {
        Ok(host) => with_containers(on_this_host(&host)),
        Err(_) => Vec::new(),
    }
}

/// The installs of this host and of its containers. Those in containers that are stopped count unless there is just one
/// other and something names it or it runs.
fn with_containers(mut found: Vec<FoundInstall>) -> Vec<FoundInstall> {
    let contained = container::found::installs();
    // A folder that a container has for its own: what runs there tells, not where it lies on the host.
    let number = |path: &Path| std::fs::metadata(path).ok().map(|m| (m.dev(), m.ino()));
    let shared: Vec<_> = contained
        .iter()
        .filter_map(|one| number(&container::found::from_here(one)?))
        .collect();
    let weak = |one: &FoundInstall| one.strength() >= Strength::Named;
    found.retain(|one| {
        !(weak(one) && number(&one.path).is_some_and(|number| shared.contains(&number)))
    });
    let has_weak = found.iter().any(weak);
    found.extend(contained);
    if found.len() == 1 && !has_weak {
        found::sort(&mut found);
        return found;
    }
    let mut stopped = container::found::stopped_installs();
    let kept = |one: &FoundInstall| number(&container::found::stopped_from_here(one)?);
    let folders: Vec<_> = stopped.iter().map(kept).collect();
    let its = |one: &FoundInstall| number(&one.path).is_some_and(|n| folders.contains(&Some(n)));
    found.retain(|one| one.container.is_some() || !(weak(one) && its(one)));
    if let [only] = &found[..]
        && only.is_in_use()
    {
        stopped.clear();
    }
    found.extend(stopped);
    found::sort(&mut found);
    found
}

/// The install in this folder, if there is one.
fn meant(folder: &Path, by: FoundBy) -> Option<FoundInstall> {
    let version = freescout_version(folder)?;
    let path = std::fs::canonicalize(folder).ok()?;
    let host = HostRoot::at(Path::new("/")).ok();
    Some(FoundInstall {
        address: host.and_then(|host| address(&host, &path)),
        path,
        container: None,
        version,
        evidence: vec![Evidence::of(by)],
    })
}

fn on_this_host(host: &HostRoot) -> Vec<FoundInstall> {
    let mut discovery = Discovery::of(host);
    for running in processes::php_folders() {
        let evidence = Evidence {
            user: Some(running.user.into()),
            php: running
                .program
                .as_deref()
                .and_then(|p| php::of_program(p).into_iter().next()),
            ..Evidence::of(FoundBy::Process(running.pid))
        };
        let parents = running.folder.ancestors().take(2);
        for folder in parents {
            if discovery.add(folder, &evidence) {
                break;
            }
        }
    }
    discovery.configured();
    discovery.usual_folders();
    if let Some(home) = std::env::var_os("HOME")
        .map(PathBuf::from)
        .filter(|home| home.is_absolute())
    {
        discovery.walk(&home, HOME_LEVELS, &Evidence::of(FoundBy::Home));
    }
    discovery.done()
}
