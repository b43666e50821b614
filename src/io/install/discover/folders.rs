//! Folders where installs use to lie, whether or not anything names them: those of distributions, panels and hosters.
//!
//! Looked through from above, so that what lies at the surface is found before the search is cut short.

use std::collections::{HashSet, VecDeque};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Discovery, Levels};
use crate::domain::config::found::{Evidence, FoundBy};
use crate::io::fs::volatile;

/// Where such installs lie, and how deep below.
const USUAL: [(&str, Levels); 26] = [
    ("/var/www", Levels(5)),
    ("/www", Levels(4)),
    ("/srv", Levels(5)),
    ("/app", Levels(2)),
    ("/data", Levels(2)),
    ("/opt", Levels(4)),
    ("/usr/share/nginx", Levels(2)),
    ("/usr/share/webapps", Levels(2)),
    ("/usr/share", Levels(1)),
    ("/usr/local/www", Levels(2)),
    ("/usr/local/lsws", Levels(3)),
    ("/usr/local/apache2/htdocs", Levels(2)),
    ("/var/lib", Levels(1)),
    ("/sites", Levels(3)),
    ("/bitnami", Levels(2)),
    ("/var/customers/webs", Levels(3)),
    ("/volume1/web", Levels(2)),
    ("/share/Web", Levels(2)),
    ("/html", Levels(2)),
    ("/web", Levels(3)),
    ("/usr/www", Levels(4)),
    ("/usr/home", Levels(4)),
    ("/kunden/homepages", Levels(4)),
    ("/customers", Levels(5)),
    ("/home", Levels(6)),
    ("/root", Levels(3)),
];
/// How many folders are looked into below one of them.
const MAX_FOLDERS: usize = 6000;

/// What holds no web applications, but a great many folders.
const PASSED_OVER: [&str; 18] = [
    "node_modules",
    "vendor",
    "cache",
    "tmp",
    "temp",
    "log",
    "logs",
    "mail",
    "Maildir",
    "imap",
    "storage",
    "lost+found",
    "containers",
    "containerd",
    "docker",
    "overlay2",
    "backup",
    "backups",
];

impl Discovery<'_> {
    pub(in crate::io::install) fn usual_folders(&mut self) {
        let evidence = Evidence::of(FoundBy::UsualFolder);
        for (folder, levels) in USUAL {
            self.walk(Path::new(folder), levels, &evidence);
        }
    }

    /// Takes every FreeScout in a folder and below.
    pub(in crate::io::install) fn walk(
        &mut self,
        folder: &Path,
        levels: Levels,
        evidence: &Evidence,
    ) {
        let host = self.host;
        // Those of other machines that are away would hold us for ever: what lies there is found where something names it.
        let closed = match host.is_ours() {
            true => volatile::mounts_that_may_hang(),
            false => Vec::new(),
        };
        let mut waiting = VecDeque::from([(folder.to_owned(), levels.0)]);
        let mut seen: HashSet<PathBuf> = HashSet::new();
        while let Some((folder, left)) = waiting.pop_front() {
            let Some(real) = host.real(&folder) else {
                continue;
            };
            // Below an application's own folder there is no other.
            if seen.len() >= MAX_FOLDERS || !seen.insert(real.clone()) {
                continue;
            }
            if self.add(&real, evidence) || left == 0 || host.is_file(&real.join("artisan")) {
                continue;
            }
            let entries = host.entries(&real);
            let deployed = entries.iter().any(|entry| entry.name == "current")
                && host.is_link(&real.join("current"));
            for entry in entries {
                let name = entry.name.as_bytes();
                let passed_over = PASSED_OVER.iter().any(|other| other.as_bytes() == name)
                    // Former releases of the one that `current` leads to.
                    || deployed && name == b"releases";
                let folder = real.join(&entry.name);
                let looked_into = entry.is_folder && !passed_over && !closed.contains(&folder);
                if looked_into && !name.starts_with(b".") {
                    waiting.push_back((folder, left - 1));
                }
            }
        }
    }
}
