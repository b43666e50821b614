//! How an install was found: what on the server names it. Several may look like a FreeScout; only some of them run.
//!
//! What runs, or is started again and again, is stronger evidence than what a web server would serve, and that is stronger
//! than a folder that lies where such folders use to lie.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::domain::config::container::Container;
use crate::words::untrusted::{Untrusted, as_read};

named! {
    /// A web server whose configuration is read.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    pub enum WebServer {
        /// nginx.
        Nginx = "nginx",
        /// Apache.
        Apache = "apache",
        /// LiteSpeed and OpenLiteSpeed.
        LiteSpeed = "litespeed",
        /// Caddy and FrankenPHP.
        Caddy = "caddy",
        /// lighttpd.
        Lighttpd = "lighttpd",
        /// NGINX Unit.
        Unit = "unit",
    }
    /// Its name in JSON.
    pub fn code(self);
}

named! {
    /// What names an install.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub enum FoundBy {
        /// The operator.
        Operator = "operator",
        /// It is the current folder, or one above that.
        CurrentFolder = "current_folder",
        /// A running process of PHP, by its number.
        Process(i32) = "process",
        /// A crontab, or a script that cron runs.
        Crontab = "crontab",
        /// A service, by its name.
        Service(#[serde(with = "as_read")] Untrusted) = "service",
        /// A service that is not started with the system, by its name.
        IdleService(#[serde(with = "as_read")] Untrusted) = "idle_service",
        /// A program of supervisor's, by its name.
        Supervisor(#[serde(with = "as_read")] Untrusted) = "supervisor",
        /// A site of a web server, by its name: its web root is the install's.
        Site(WebServer, #[serde(with = "as_read")] Untrusted) = "site",
        /// A site of a web server, by its name: its web root is a folder above the install.
        BelowSite(WebServer, #[serde(with = "as_read")] Untrusted) = "below_site",
        /// A pool of FPM, by its name.
        Pool(#[serde(with = "as_read")] Untrusted) = "pool",
        /// A panel's own record of its sites.
        Panel = "panel",
        /// A container has it that is between two of its starts.
        RestartingContainer = "restarting_container",
        /// A stopped container has it.
        StoppedContainer = "stopped_container",
        /// Nothing: it lies in a folder where such installs use to lie.
        UsualFolder = "usual_folder",
        /// Nothing: it lies in our own home folder.
        Home = "home",
    }
    /// Its name in JSON.
    pub fn code(&self);
}

/// How much it tells, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// The operator means it.
    Meant,
    /// It runs.
    Runs,
    /// It is run again and again.
    Scheduled,
    /// A web server serves it.
    Served,
    /// Something names it, or a folder above it.
    Named,
    /// It lies there.
    Lies,
}

impl FoundBy {
    /// How much it tells.
    pub fn strength(&self) -> Strength {
        match self {
            FoundBy::Operator | FoundBy::CurrentFolder => Strength::Meant,
            FoundBy::Process(_) => Strength::Runs,
            FoundBy::Crontab | FoundBy::Service(_) | FoundBy::Supervisor(_) => Strength::Scheduled,
            FoundBy::Site(..) => Strength::Served,
            FoundBy::IdleService(_)
            | FoundBy::BelowSite(..)
            | FoundBy::Pool(_)
            | FoundBy::Panel
            | FoundBy::RestartingContainer
            | FoundBy::StoppedContainer => Strength::Named,
            FoundBy::UsualFolder | FoundBy::Home => Strength::Lies,
        }
    }
}

/// A path in our own forms: whatever bytes it has.
mod bytes {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        path.as_os_str().as_bytes().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        let bytes = Vec::<u8>::deserialize(from)?;
        Ok(OsString::from_vec(bytes).into())
    }

    pub(super) mod optional {
        use super::{
            Deserialize, Deserializer, OsStrExt, OsString, OsStringExt, PathBuf, Serialize,
            Serializer,
        };

        #[allow(clippy::ref_option, reason = "serde hands it over so")]
        pub(in super::super) fn serialize<S: Serializer>(
            path: &Option<PathBuf>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            let bytes = path.as_ref().map(|path| path.as_os_str().as_bytes());
            bytes.serialize(to)
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<PathBuf>, D::Error> {
            let bytes = Option::<Vec<u8>>::deserialize(from)?;
            Ok(bytes.map(|bytes| OsString::from_vec(bytes).into()))
        }
    }
}

/// One thing that names an install.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is.
    pub by: FoundBy,
    /// The file that says so.
    #[serde(with = "bytes::optional")]
    pub path: Option<PathBuf>,
    /// The line, counted from 1.
    pub line: Option<u64>,
    /// As whom PHP runs there.
    #[serde(with = "as_read::optional")]
    pub user: Option<Untrusted>,
    /// The PHP that is run there: a path, or a name to be looked for.
    #[serde(with = "bytes::optional")]
    pub php: Option<PathBuf>,
}

impl Evidence {
    /// Evidence without a file.
    pub fn of(by: FoundBy) -> Self {
        Self {
            by,
            path: None,
            line: None,
            user: None,
            php: None,
        }
    }
}

/// Something that looks like a FreeScout, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundInstall {
    /// Its folder, links resolved; as the container calls it, where it is in one.
    #[serde(with = "bytes")]
    pub path: PathBuf,
    /// The container it is in, when that is another place than where we are.
    pub container: Option<Box<Container>>,
    /// FreeScout's version; empty where it does not say.
    pub version: String,
    /// Its address: `APP_URL` of `.env`.
    #[serde(with = "as_read::optional")]
    pub address: Option<Untrusted>,
    /// What names it, the strongest first. Never empty.
    pub evidence: Vec<Evidence>,
}

impl FoundInstall {
    /// How much the strongest evidence tells.
    pub fn strength(&self) -> Strength {
        let all = self.evidence.iter().map(|evidence| evidence.by.strength());
        all.min().unwrap_or(Strength::Lies)
    }

    /// Whether it is more than a folder of the host's that lies there, as a dead copy does: one found in a container is.
    pub fn is_in_use(&self) -> bool {
        self.container.is_some() || self.strength() < Strength::Lies
    }

    /// Takes further evidence, unless it says nothing new.
    pub fn add(&mut self, evidence: Evidence) {
        let same = |known: &Evidence| known.by == evidence.by && known.path == evidence.path;
        if self.evidence.iter().any(same) {
            return;
        }
        let nothing_else = evidence.by.strength() == Strength::Lies;
        if nothing_else && !self.evidence.is_empty() {
            return;
        }
        self.evidence.push(evidence);
        self.evidence.sort_by_key(|evidence| evidence.by.strength());
    }
}

/// The strongest first; of the same strength, those that are named most often.
pub fn sort(found: &mut [FoundInstall]) {
    found.sort_by_key(|one| (one.strength(), std::cmp::Reverse(one.evidence.len())));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, by: &[FoundBy]) -> FoundInstall {
        let mut one = FoundInstall {
            path: path.into(),
            container: None,
            version: String::new(),
            address: None,
            evidence: Vec::new(),
        };
        by.iter().for_each(|by| one.add(Evidence::of(by.clone())));
        one
    }

    #[test]
    fn what_runs_comes_before_what_lies_there() {
        let site = || FoundBy::Site(WebServer::Nginx, "help.example.org".to_owned().into());
        let mut all = [
            found("/var/www/html", &[FoundBy::UsualFolder]),
            found("/srv/a", &[site()]),
            found("/srv/b", &[FoundBy::UsualFolder, site(), FoundBy::Crontab]),
            found("/srv/c", &[FoundBy::Process(7)]),
        ];
        sort(&mut all);
        let order: Vec<&str> = all.iter().filter_map(|one| one.path.to_str()).collect();
        assert_eq!(order, ["/srv/c", "/srv/b", "/srv/a", "/var/www/html"]);
        let by: Vec<&str> = all[1].evidence.iter().map(|e| e.by.code()).collect();
        assert_eq!(by, ["crontab", "site", "usual_folder"]);
    }

    #[test]
    fn it_is_read_as_it_was_written_whatever_it_is_called() {
        use std::os::unix::ffi::OsStringExt;
        let odd = || PathBuf::from(std::ffi::OsString::from_vec(b"/srv/\xff\x1b[1m".to_vec()));
        let mut one = found("", &[]);
        one.path = odd();
        one.address = Some("https://\u{202e}".into());
        one.evidence = vec![Evidence {
            path: Some(odd()),
            user: Some("a\nb".into()),
            ..Evidence::of(FoundBy::Site(WebServer::Nginx, "\u{1b}[2J".into()))
        }];
        let text = serde_json::to_string(&one).ok();
        let read = text.and_then(|text| serde_json::from_str::<FoundInstall>(&text).ok());
        assert_eq!(read, Some(one));
    }

    #[test]
    fn what_only_lies_on_the_host_may_be_a_dead_copy() {
        for (by, in_use) in [
            (FoundBy::UsualFolder, false),
            (FoundBy::Home, false),
            (FoundBy::Crontab, true),
            (FoundBy::IdleService("desk".into()), true),
            (FoundBy::Pool("desk".into()), true),
            (FoundBy::Process(7), true),
        ] {
            assert_eq!(found("/srv/fs", &[by]).is_in_use(), in_use);
        }
        let within = FoundInstall {
            container: Some(Box::default()),
            ..found("/www/html", &[FoundBy::UsualFolder])
        };
        assert!(within.is_in_use());
    }

    #[test]
    fn a_usual_folder_adds_nothing_to_what_is_named() {
        let one = found("/var/www/html", &[FoundBy::Crontab, FoundBy::UsualFolder]);
        assert_eq!(one.evidence.len(), 1);
        assert_eq!(one.strength(), Strength::Scheduled);
    }
}
