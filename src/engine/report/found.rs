//! How an install was found, and what there is to choose from, in the JSON forms.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use crate::domain::config::container::{Container, Realm, RunState, Runtime};
use crate::domain::config::found::{Evidence, FoundBy, FoundInstall};
use crate::words::untrusted::Untrusted;

/// One thing that names an install.
#[derive(Serialize)]
pub(super) struct EvidenceJson<'a> {
    by: &'static str,
    /// Of the web server, where it is a site's.
    server: Option<&'static str>,
    /// Of the site, service, program or pool.
    name: Option<&'a Untrusted>,
    process: Option<i32>,
    path: Option<Cow<'a, str>>,
    line: Option<u64>,
    user: Option<&'a Untrusted>,
}

/// What names an install, in this form.
pub(super) fn evidence(all: &[Evidence]) -> Vec<EvidenceJson<'_>> {
    all.iter().map(EvidenceJson::of).collect()
}

impl<'a> EvidenceJson<'a> {
    fn of(evidence: &'a Evidence) -> Self {
        let Evidence {
            by,
            path,
            line,
            user,
            ..
        } = evidence;
        Self {
            by: by.code(),
            server: match by {
                FoundBy::Site(server, _) | FoundBy::BelowSite(server, _) => Some(server.code()),
                _ => None,
            },
            name: match by {
                FoundBy::Site(_, name)
                | FoundBy::BelowSite(_, name)
                | FoundBy::Service(name)
                | FoundBy::IdleService(name)
                | FoundBy::Supervisor(name)
                | FoundBy::Pool(name) => Some(name).filter(|name| !name.is_empty()),
                _ => None,
            },
            process: match by {
                FoundBy::Process(pid) => Some(*pid),
                _ => None,
            },
            path: path.as_deref().map(Path::to_string_lossy),
            line: *line,
            user: user.as_ref(),
        }
    }
}

/// The container that an install is in.
#[derive(Serialize)]
pub(super) struct ContainerJson<'a> {
    runtime: Runtime,
    id: Option<&'a str>,
    name: Option<&'a str>,
    /// The account whose container it is, where that is not root.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    /// The namespace of its pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    /// What the container is called that it runs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<String>,
    process: Option<i32>,
    running: bool,
    /// Where it is restarting or paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    /// What `--container` takes for it.
    option: String,
}

impl<'a> ContainerJson<'a> {
    pub(super) fn of(container: &'a Container) -> Self {
        let (mut account, mut namespace, mut within) = (None, None, None);
        match &container.realm {
            Some(Realm::Account { name, .. }) => account = Some(name.as_str()),
            Some(Realm::Namespace(name)) => namespace = Some(name.as_str()),
            Some(Realm::Container(outer)) => within = Some(outer.lasting_name()),
            None => {}
        }
        Self {
            runtime: container.runtime,
            id: container.id.as_deref(),
            name: container.name.as_deref(),
            account,
            namespace,
            within,
            process: container.process,
            running: container.running,
            state: container.state.map(RunState::code),
            option: container.lasting_name(),
        }
    }
}

/// One of several installs.
#[derive(Serialize)]
pub(super) struct FoundJson<'a> {
    path: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<ContainerJson<'a>>,
    version: &'a str,
    url: Option<&'a Untrusted>,
    found: Vec<EvidenceJson<'a>>,
}

/// What there is to choose from.
pub(super) fn installs(all: &[FoundInstall]) -> Vec<FoundJson<'_>> {
    all.iter().map(FoundJson::of).collect()
}

impl<'a> FoundJson<'a> {
    fn of(found: &'a FoundInstall) -> Self {
        Self {
            path: found.path.to_string_lossy(),
            container: found.container.as_deref().map(ContainerJson::of),
            version: &found.version,
            url: found.address.as_ref(),
            found: evidence(&found.evidence),
        }
    }
}
