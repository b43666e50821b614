//! How an install was found: what on the server names it. Several may look like a FreeScout; only some of them run.
//!
//! What runs, or is started again and again, is stronger evidence than what a web server would serve, and that is stronger
//! than a folder that lies where such folders use to lie.

use std::path::PathBuf;

use crate::domain::config::container::Container;
use crate::words::untrusted::Untrusted;

named! {
    /// A web server whose configuration is read.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    #[derive(Debug, Clone, PartialEq, Eq)]
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
        Service(Untrusted) = "service",
        /// A service that is not started with the system, by its name.
        IdleService(Untrusted) = "idle_service",
        /// A program of supervisor's, by its name.
        Supervisor(Untrusted) = "supervisor",
        /// A site of a web server, by its name: its web root is the install's.
        Site(WebServer, Untrusted) = "site",
        /// A site of a web server, by its name: its web root is a folder above the install.
        BelowSite(WebServer, Untrusted) = "below_site",
        /// A pool of FPM, by its name.
        Pool(Untrusted) = "pool",
        /// A panel's own record of its sites.
        Panel = "panel",
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
            | FoundBy::StoppedContainer => Strength::Named,
            FoundBy::UsualFolder | FoundBy::Home => Strength::Lies,
        }
    }
}

/// One thing that names an install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it is.
    pub by: FoundBy,
    /// The file that says so.
    pub path: Option<PathBuf>,
    /// The line, counted from 1.
    pub line: Option<u64>,
    /// As whom PHP runs there.
    pub user: Option<Untrusted>,
    /// The PHP that is run there: a path, or a name to be looked for.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundInstall {
    /// Its folder, links resolved; as the container calls it, where it is in one.
    pub path: PathBuf,
    /// The container it is in, when that is another place than where we are.
    pub container: Option<Box<Container>>,
    /// FreeScout's version; empty where it does not say.
    pub version: String,
    /// Its address: `APP_URL` of `.env`.
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
    fn a_usual_folder_adds_nothing_to_what_is_named() {
        let one = found("/var/www/html", &[FoundBy::Crontab, FoundBy::UsualFolder]);
        assert_eq!(one.evidence.len(), 1);
        assert_eq!(one.strength(), Strength::Scheduled);
    }
}
