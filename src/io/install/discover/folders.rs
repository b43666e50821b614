//! Folders where installs use to lie, whether or not anything names them: those of distributions, panels and hosters.
//!
//! Looked through from above, so that what lies at the surface is found before the search is cut short.

use std::collections::{HashSet, VecDeque};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::Discovery;
use crate::domain::config::found::{Evidence, FoundBy};

/// How many folders below a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::io::install) struct Depth(pub(in crate::io::install) usize);

/// Where such installs lie, and how deep below.
const USUAL: [(&str, Depth); 26] = [
    ("/var/www", Depth(5)),
    ("/www", Depth(4)),
    ("/srv", Depth(5)),
    ("/app", Depth(2)),
    ("/data", Depth(2)),
    ("/opt", Depth(4)),
    ("/usr/share/nginx", Depth(2)),
    ("/usr/share/webapps", Depth(2)),
    ("/usr/share", Depth(1)),
    ("/usr/local/www", Depth(2)),
    ("/usr/local/lsws", Depth(3)),
    ("/usr/local/apache2/htdocs", Depth(2)),
    ("/var/lib", Depth(1)),
    ("/sites", Depth(3)),
    ("/bitnami", Depth(2)),
    ("/var/customers/webs", Depth(3)),
    ("/volume1/web", Depth(2)),
    ("/share/Web", Depth(2)),
    ("/html", Depth(2)),
    ("/web", Depth(3)),
    ("/usr/www", Depth(4)),
    ("/usr/home", Depth(4)),
    ("/kunden/homepages", Depth(4)),
    ("/customers", Depth(5)),
    ("/home", Depth(6)),
    ("/root", Depth(3)),
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
        for (folder, depth) in USUAL {
            self.walk(Path::new(folder), depth, &evidence);
        }
    }

    /// Takes every FreeScout in a folder and below.
    pub(in crate::io::install) fn walk(
        &mut self,
        folder: &Path,
        depth: Depth,
        evidence: &Evidence,
    ) {
        let host = self.host;
        let mut waiting = VecDeque::from([(folder.to_owned(), depth.0)]);
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
                if entry.is_folder && !name.starts_with(b".") && !passed_over {
                    waiting.push_back((real.join(entry.name), left - 1));
                }
            }
        }
    }
}
