//! The PHP processes of an install: where FreeScout runs, and which key its workers were started with.
//!
//! Reads `/proc` only. A plain account sees only its own processes where `/proc` is mounted with `hidepid`.

use std::path::{Path, PathBuf};

/// A running `queue:work` of the install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Process id.
    pub pid: i32,
    /// The last queue name of `--queue`: md5 of the key text it was started with.
    pub identifier: String,
}

/// Queue workers of this install.
pub fn workers(install: &Path) -> Vec<Worker> {
    php_processes()
        .filter_map(|(process, arguments)| {
            let at = arguments.iter().position(|a| a == "queue:work")?;
            let artisan = arguments[..at].last()?;
            let folder = process.cwd().ok();
            let ours = Path::new(artisan).parent() == Some(install)
                || folder
                    .as_deref()
                    .is_some_and(|f| f == install || f.join(artisan).parent() == Some(install));
            let queues = arguments[at..]
                .iter()
                .find_map(|a| a.strip_prefix("--queue="))?;
            let identifier = queues.rsplit(',').next().filter(|name| is_md5(name))?;
            ours.then(|| Worker {
                pid: process.pid(),
                identifier: identifier.to_owned(),
            })
        })
        .collect()
}

/// Folders that running PHP processes work in, and of the `artisan` files they were called with.
pub fn php_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = php_processes()
        .flat_map(|(process, arguments)| {
            let called = arguments
                .iter()
                .filter(|a| a.ends_with("/artisan"))
                .filter_map(|a| Path::new(a).parent().map(Path::to_owned))
                .collect::<Vec<_>>();
            process.cwd().ok().into_iter().chain(called)
        })
        .collect();
    folders.sort();
    folders.dedup();
    folders
}

fn php_processes() -> impl Iterator<Item = (procfs::process::Process, Vec<String>)> {
    procfs::process::all_processes()
        .into_iter()
        .flatten()
        .filter_map(|process| {
            let process = process.ok()?;
            let arguments = process.cmdline().ok()?;
            let program = Path::new(arguments.first()?)
                .file_name()?
                .to_string_lossy()
                .into_owned();
            program.starts_with("php").then_some((process, arguments))
        })
}

fn is_md5(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
