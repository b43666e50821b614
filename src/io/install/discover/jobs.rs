//! Installs that are named by what is run again and again: crontabs, the scripts that cron runs, services, supervisor's
//! programs.

use std::path::Path;

use super::Discovery;
use crate::domain::config::elsewhere::{Block, By, sections};
use crate::domain::config::found::{Evidence, FoundBy};
use crate::domain::config::jobs::{self, Start};
use crate::domain::config::php;
use crate::io::install::configured::Configured;
use crate::words::untrusted::Untrusted;

/// Longest script that is read.
const MAX_SCRIPT: usize = 64 << 10;
/// What a script finds its own folder with.
const OWN_FOLDER: [&str; 4] = [
    "$(dirname \"$0\")",
    "$(dirname $0)",
    "$(dirname \"${BASH_SOURCE[0]}\")",
    "${0%/*}",
];
/// Services of accounts, with the folder in which links start them.
const USER_UNITS: [&str; 3] = [
    "home/*/.config/systemd/user/*.service",
    "root/.config/systemd/user/*.service",
    "etc/systemd/user/*.service",
];

impl Discovery<'_> {
    pub(super) fn jobs(&mut self) {
        let host = self.host;
        let configured = Configured { host };
        for crontab in configured.crontabs() {
            for job in jobs::crontab(&crontab.bytes, crontab.owner.is_none()) {
                let user = crontab.owner.clone().or(job.user);
                let start = self.start(user.as_deref());
                let evidence = Evidence {
                    path: Some(host.inside(&crontab.path)),
                    line: Some(job.line),
                    user: user.map(Untrusted::new),
                    ..Evidence::of(FoundBy::Crontab)
                };
                self.command(&job.command, &start, &evidence);
            }
        }
        for (path, bytes) in configured.cron_scripts() {
            let path = host.inside(&path);
            let evidence = Evidence {
                path: Some(path.clone()),
                ..Evidence::of(FoundBy::Crontab)
            };
            self.script(&path, &bytes, &Start::default(), &evidence);
        }
        for (path, bytes) in configured.service_scripts() {
            let path = host.inside(&path);
            let named = match path.file_name() {
                Some(name) if name == "run" => path.parent().and_then(Path::file_name),
                name => name,
            };
            let name = named.unwrap_or_default().to_string_lossy().into_owned();
            let evidence = Evidence {
                path: Some(path.clone()),
                ..Evidence::of(FoundBy::Service(name.into()))
            };
            self.script(&path, &bytes, &Start::default(), &evidence);
        }
        for block in configured.units() {
            let By::Service(name) = &block.by else {
                continue;
            };
            let by = match configured.is_enabled(name.raw()) {
                true => FoundBy::Service(name.clone()),
                false => FoundBy::IdleService(name.clone()),
            };
            self.service(&block, by);
        }
        for block in configured.supervisor() {
            let By::Service(name) = &block.by else {
                continue;
            };
            self.service(&block, FoundBy::Supervisor(name.clone()));
        }
        self.user_units(&configured);
    }

    fn user_units(&mut self, configured: &Configured<'_>) {
        for (path, bytes) in configured.all(&USER_UNITS) {
            let inside = self.host.inside(&path);
            let (Some(name), Some(folder)) = (inside.file_stem(), inside.parent()) else {
                continue;
            };
            let name = name.to_string_lossy().into_owned();
            let mut block = sections::unit(&name, &[(path.clone(), bytes)], &|_| None);
            // `/home/NAME/.config/systemd/user`.
            let home = folder
                .ancestors()
                .nth(3)
                .filter(|home| *home != Path::new("/"));
            block.mentions.iter_mut().for_each(|text| {
                if let Some(home) = home {
                    *text = text.replace("%h", &home.to_string_lossy());
                }
            });
            let wanted = self.host.matching(folder, &format!("*.wants/{name}.*"));
            let by = match wanted.is_empty() {
                false => FoundBy::Service(name.into()),
                true => FoundBy::IdleService(name.into()),
            };
            self.service(&block, by);
        }
    }

    /// A service, or a program of supervisor's.
    fn service(&mut self, block: &Block, by: FoundBy) {
        let evidence = self.evidence(by, block);
        let start = Start {
            folder: block.roots.first().cloned(),
            ..self.start(block.user.as_deref())
        };
        let mut called = false;
        for command in &block.mentions {
            let command = command.trim_start_matches(['-', '@', '+', '!', ':', '|']);
            called |= self.command(command, &start, &evidence);
        }
        // What runs in an install's folder belongs to it, whatever it is called: a PHP server, a script.
        if let (false, Some(folder)) = (called, &start.folder) {
            self.root(folder, &evidence);
        }
    }

    /// A command, or the script that it runs. Says whether it is some FreeScout's.
    fn command(&mut self, command: &str, start: &Start, evidence: &Evidence) -> bool {
        let mut found = self.calls(command, start, evidence);
        if command.contains("artisan") {
            return found;
        }
        let words = command.split(|c: char| c.is_whitespace() || "'\";&|()<>".contains(c));
        for word in words.filter(|word| word.starts_with('/')).take(8) {
            let path = Path::new(word);
            let is_program = ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/dev/"];
            if is_program.iter().any(|folder| word.starts_with(folder)) || !self.host.is_file(path)
            {
                continue;
            }
            if let Some(bytes) = self.host.read(path) {
                found |= self.script(path, &bytes, start, evidence);
            }
        }
        found
    }

    fn script(&mut self, path: &Path, bytes: &[u8], start: &Start, evidence: &Evidence) -> bool {
        if bytes.len() > MAX_SCRIPT || bytes.contains(&0) {
            return false;
        }
        let folder = path.parent().unwrap_or(path).to_string_lossy();
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        for own in OWN_FOLDER {
            text = text.replace(own, &folder);
        }
        self.calls(&text, start, evidence)
    }

    fn calls(&mut self, text: &str, start: &Start, evidence: &Evidence) -> bool {
        let mut found = false;
        for call in jobs::calls(text, start) {
            let evidence = Evidence {
                user: call
                    .user
                    .map(Untrusted::new)
                    .or_else(|| evidence.user.clone()),
                php: call.php,
                ..evidence.clone()
            };
            found |= self.add(&call.folder, &evidence);
        }
        found
    }

    fn start(&self, user: Option<&str>) -> Start {
        Start {
            folder: None,
            home: user.and_then(|user| self.host.home_of(user)),
        }
    }

    /// Takes a folder that something works in or serves: the install, or its `public/`. Says whether it is one.
    pub(super) fn root(&mut self, folder: &Path, evidence: &Evidence) -> bool {
        let real = self.host.real(folder);
        let public = real.filter(|real| real.file_name().is_some_and(|name| name == "public"));
        if let Some(above) = public.as_deref().and_then(Path::parent)
            && self.add(above, evidence)
        {
            return true;
        }
        self.add(folder, evidence)
    }

    /// The PHP of the command line that goes with a pool.
    pub(super) fn php_of_pool(&self, pool: &Block) -> Option<std::path::PathBuf> {
        let (path, _) = pool.at.as_ref()?;
        self.program(php::of_pool(&self.host.inside(path)))
    }
}
