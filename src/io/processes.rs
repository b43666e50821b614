//! The PHP processes of this machine: where FreeScout runs, and which key its workers were started with.
//!
//! Reads `/proc` only. A plain account sees only its own processes where `/proc` is mounted with `hidepid`.

use std::io::Read;
use std::path::{Path, PathBuf};

use procfs::process::Process;
use zeroize::Zeroizing;

use super::files;
use crate::domain::sanitize::sanitize;

/// Longest environment that is read; the system allows some megabytes.
const MAX_ENVIRONMENT: u64 = 16 << 20;

/// A running `queue:work` of the install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Process id.
    pub pid: i32,
    /// The last queue name of `--queue`: md5 of the key text it was started with.
    pub identifier: String,
}

/// A process that runs PHP, whosever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhpProcess {
    /// Process id.
    pub pid: i32,
    /// What it is, without its arguments: `php artisan queue:work`, `php-fpm: pool www`. Sanitised.
    pub what: String,
    /// For a queue worker: md5 of the key text it was started with.
    pub worker: Option<String>,
    /// Whose it is.
    pub user: String,
}

/// Every process that runs PHP: the command line, FPM, CGI, LiteSpeed, Apache with PHP inside.
pub fn php() -> Vec<PhpProcess> {
    php_processes()
        .map(|(process, arguments)| PhpProcess {
            pid: process.pid(),
            what: what(&arguments),
            worker: identifier(&arguments),
            user: process
                .uid()
                .map_or_else(|_| String::new(), files::user_name),
        })
        .collect()
}

/// The environment a process was started with, `NAME=value` with NULs between.
///
/// # Errors
/// The system's refusal, or the process is gone.
pub fn environment(pid: i32) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let file = std::fs::File::open(format!("/proc/{pid}/environ"))?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 << 10));
    file.take(MAX_ENVIRONMENT).read_to_end(&mut bytes)?;
    Ok(bytes)
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
            let identifier = identifier(&arguments)?;
            ours.then(|| Worker {
                pid: process.pid(),
                identifier,
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

fn php_processes() -> impl Iterator<Item = (Process, Vec<String>)> {
    procfs::process::all_processes()
        .into_iter()
        .flatten()
        .filter_map(|process| {
            let process = process.ok()?;
            let arguments = process.cmdline().ok()?;
            runs_php(&process, program(&arguments)?).then_some((process, arguments))
        })
}

/// The program's name. FPM and LiteSpeed write more behind it: `php-fpm: pool www`.
fn program(arguments: &[String]) -> Option<&str> {
    let called = arguments.first()?.split(':').next()?;
    called.rsplit('/').next()
}

fn runs_php(process: &Process, program: &str) -> bool {
    match program {
        "apache2" | "httpd" => process.open_relative("maps").is_ok_and(|maps| {
            let mut text = Vec::new();
            let read = maps.take(MAX_ENVIRONMENT).read_to_end(&mut text);
            read.is_ok() && memchr::memmem::find(&text, b"/libphp").is_some()
        }),
        _ => ["php", "lsphp", "frankenphp"]
            .iter()
            .any(|name| program.starts_with(name)),
    }
}

/// What a process is, without what its arguments may give away.
fn what(arguments: &[String]) -> String {
    let Some(program) = program(arguments) else {
        return String::new();
    };
    let title = arguments.first().filter(|title| title.contains(": "));
    let mut text = title.map_or(program, String::as_str).to_owned();
    let artisan = arguments
        .iter()
        .position(|a| a == "artisan" || a.ends_with("/artisan"));
    if let Some(at) = artisan {
        text.push_str(" artisan");
        if let Some(command) = arguments.get(at + 1) {
            text.push(' ');
            text.push_str(command);
        }
    }
    sanitize(text.trim_end())
}

/// The last queue that a worker serves is named after its key.
fn identifier(arguments: &[String]) -> Option<String> {
    let at = arguments.iter().position(|a| a == "queue:work")?;
    let queues = arguments[at..]
        .iter()
        .find_map(|a| a.strip_prefix("--queue="))?;
    let last = queues.rsplit(',').next();
    last.filter(|name| is_md5(name)).map(str::to_owned)
}

fn is_md5(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_named_without_its_secrets() {
        let of = |words: &[&str]| {
            let arguments: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
            (what(&arguments), identifier(&arguments))
        };
        let md5 = "0123456789abcdef0123456789abcdef";
        let queue = format!("--queue=emails,default,{md5}");
        assert_eq!(
            of(&["/usr/bin/php8.2", "/srv/x/artisan", "queue:work", &queue]),
            ("php8.2 artisan queue:work".to_owned(), Some(md5.to_owned()))
        );
        assert_eq!(
            of(&["php-fpm: pool www", "", ""]),
            ("php-fpm: pool www".to_owned(), None)
        );
        assert_eq!(of(&["php", "-r", "secret"]), ("php".to_owned(), None));
        assert_eq!(of(&[]), (String::new(), None));
    }
}
