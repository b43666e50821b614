//! How an install was found, as sentences: what names it, and where that stands.

use crate::domain::config::container::{Container, Realm, Runtime};
use crate::domain::config::found::{Evidence, FoundBy, FoundInstall, Strength, WebServer};
use crate::words::untrusted::{Untrusted, shown};
use crate::words::{joined, words};

/// How many things that name an install are told.
const TOLD: usize = 3;
/// How many containers are named in one sentence.
const LISTED: usize = 20;

/// An install on one line: its folder, its address, and what names it.
pub fn install(found: &FoundInstall) -> String {
    format!("{}: {}", head(found), how(&found.evidence))
}

/// An install's folder, version and address; and the container, where it is in one.
pub fn head(found: &FoundInstall) -> String {
    let path = place(found);
    match (&found.address, found.version.as_str()) {
        (Some(address), "") => text!(found_at_address, path, address),
        (Some(address), version) => text!(found_version_at_address, path, version, address),
        (None, "") => path,
        (None, version) => text!(found_version, path, version),
    }
}

/// An install's folder, and the container, where it is in one.
pub fn place(found: &FoundInstall) -> String {
    let path = shown(&found.path).to_string();
    match &found.container {
        Some(container) => text!(
            found_in_container,
            container = self::container(container),
            path
        ),
        None => path,
    }
}

/// A container, by its runtime and its name, and whose it is.
pub fn container(container: &Container) -> String {
    let name = container.name.clone().or_else(|| container.short_id());
    let name = name.as_ref().map(|name| shown(name).to_string());
    let Some(name) = name else {
        let process = container.process.map(|pid| pid.to_string());
        let process = process.unwrap_or_default();
        return match &container.realm {
            Some(Realm::Container(outer)) => {
                text!(
                    container_nameless_in,
                    process,
                    container = self::container(outer)
                )
            }
            _ => text!(container_nameless, process),
        };
    };
    let told = match container.runtime {
        Runtime::Docker => text!(container_docker, name),
        Runtime::Podman => text!(container_podman, name),
        Runtime::Kubernetes => text!(container_kubernetes, name),
        Runtime::Containerd => text!(container_containerd, name),
        Runtime::Lxc => text!(container_lxc, name),
        Runtime::Nspawn => text!(container_nspawn, name),
        Runtime::Unknown => text!(container_named, name),
    };
    match &container.realm {
        Some(Realm::Account { name, .. }) => {
            text!(container_of_account, container = told, user = shown(name))
        }
        Some(Realm::Namespace(name)) => {
            text!(
                container_in_namespace,
                container = told,
                namespace = shown(name)
            )
        }
        Some(Realm::Container(_)) | None => told,
    }
}

/// Several containers, as sentence parts, in one sentence.
pub fn listed(containers: &[String]) -> String {
    let mut listed = joined::list(&containers[..containers.len().min(LISTED)]);
    if containers.len() > LISTED {
        listed = text!(list_more, list = listed, one = "…");
    }
    listed
}

/// What names it, the strongest first.
pub fn how(evidence: &[Evidence]) -> String {
    let told: Vec<String> = evidence.iter().take(TOLD).map(one).collect();
    joined::clauses(&told)
}

/// The same where the operator did not name it.
pub fn worth_telling(evidence: &[Evidence]) -> Option<String> {
    let meant = |one: &Evidence| one.by.strength() == Strength::Meant;
    (!evidence.is_empty() && !evidence.iter().any(meant)).then(|| how(evidence))
}

fn one(evidence: &Evidence) -> String {
    let w = words();
    let user = evidence.user.as_ref();
    let what = match (&evidence.by, user) {
        (FoundBy::Operator, _) => w.found_operator.to_owned(),
        (FoundBy::CurrentFolder, _) => w.found_current_folder.to_owned(),
        (FoundBy::Process(pid), Some(user)) => text!(found_process_of, pid, user),
        (FoundBy::Process(pid), None) => text!(found_process, pid),
        (FoundBy::Crontab, Some(user)) => text!(found_crontab_of, user),
        (FoundBy::Crontab, None) => w.found_crontab.to_owned(),
        (FoundBy::Service(name), _) => text!(found_service, name),
        (FoundBy::IdleService(name), _) => text!(found_idle_service, name),
        (FoundBy::Supervisor(name), _) => text!(found_supervisor, name),
        (FoundBy::Site(server, name), _) => site(*server, name),
        (FoundBy::BelowSite(server, name), _) => {
            text!(found_below, site = site(*server, name))
        }
        (FoundBy::Pool(name), _) => text!(found_pool, name),
        (FoundBy::Panel, _) => w.found_panel.to_owned(),
        (FoundBy::RestartingContainer, _) => w.found_restarting_container.to_owned(),
        (FoundBy::StoppedContainer, _) => w.found_stopped_container.to_owned(),
        (FoundBy::UsualFolder, _) => w.found_usual_folder.to_owned(),
        (FoundBy::Home, _) => w.found_home.to_owned(),
    };
    match (&evidence.path, evidence.line) {
        (Some(path), Some(line)) => text!(found_in_line, what, path = shown(path), line),
        (Some(path), None) => text!(found_in, what, path = shown(path)),
        (None, _) => what,
    }
}

fn site(server: WebServer, name: &Untrusted) -> String {
    let server = match server {
        WebServer::Nginx => "nginx",
        WebServer::Apache => "Apache",
        WebServer::LiteSpeed => "LiteSpeed",
        WebServer::Caddy => "Caddy",
        WebServer::Lighttpd => "lighttpd",
        WebServer::Unit => "NGINX Unit",
    };
    match name.is_empty() {
        true => text!(found_site_unnamed, server),
        false => text!(found_site, server, name),
    }
}
