//! The PHP processes of this machine: where FreeScout runs, and which key its workers were started with.
//!
//! Reads `/proc` only. A plain account sees only its own processes where `/proc` is mounted with `hidepid`. What belongs
//! to an install is recognised by what a process runs and where, compared as files and not as names: a container, a release that
//! was moved away and a link each call the same folder by another name.

pub mod backups;
mod home;

use std::io::Read;
use std::path::{Path, PathBuf};

use procfs::process::Process;
use rustix::time::ClockId;
use zeroize::Zeroizing;

use super::spawn::Account;
use super::{accounts, as_user};
use crate::domain::config::php::is_php;
use crate::words::untrusted::shown;
use home::Home;

/// Longest environment that is read; the system allows some megabytes.
const MAX_ENVIRONMENT: u64 = 16 << 20;

/// A running `queue:work` of the install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueWorker {
    /// Process id.
    pub pid: i32,
    /// The last queue name of `--queue`, where it is md5 of the key text that the worker was started with. Workers of
    /// containers and hosters are often started without.
    pub identifier: Option<String>,
    /// When it was started, at the latest: Unix seconds.
    pub started: Option<i64>,
}

/// What a PHP process does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessRole {
    /// `queue:work`, or what starts it again and again; and md5 of the key text it was started with, where it says so.
    Worker(Option<String>),
    /// It serves a web server: FPM (its pool), CGI, LiteSpeed, FrankenPHP, or Apache itself.
    Server(Option<String>),
    /// The command line.
    Command,
}

/// Whether a process belongs to the install.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belongs {
    /// It runs in the install's folder, or the install's program.
    Here,
    /// It runs something else.
    Elsewhere,
    /// Nothing tells: servers work for several sites, and from anywhere.
    Unclear,
}

/// A process that runs PHP, whosever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhpProcess {
    /// Process id.
    pub pid: i32,
    /// What it is, without its arguments: `php artisan queue:work`, `php-fpm: pool www`. Sanitised.
    pub what: String,
    /// What it does.
    pub role: ProcessRole,
    /// Whether it belongs to the install.
    pub belongs: Belongs,
    /// Whose it is.
    pub account: Account,
    /// The same as a name.
    pub user: String,
}

impl PhpProcess {
    /// For a queue worker that says so: md5 of the key text it was started with.
    pub fn identifier(&self) -> Option<&str> {
        match &self.role {
            ProcessRole::Worker(identifier) => identifier.as_deref(),
            _ => None,
        }
    }
}

/// Every process that runs PHP (the command line, FPM, CGI, LiteSpeed, Apache with PHP inside), and whether it belongs to
/// this install.
pub fn php(install: &Path) -> Vec<PhpProcess> {
    let home = Home::of(install);
    let processes = php_processes();
    let told = processes.map(|(process, arguments)| {
        let account = account(&process);
        let role = role(&arguments);
        PhpProcess {
            pid: process.pid(),
            what: what(&arguments),
            belongs: home.belongs(process.pid(), account.uid, &arguments, &role),
            role,
            user: accounts::called(account.uid),
            account,
        }
    });
    told.collect()
}

/// Whose a process is. Not whose its files below `/proc` are: those of one that hides belong to root.
fn account(process: &Process) -> Account {
    match process.status() {
        Ok(status) => Account {
            uid: status.euid,
            gid: status.egid,
        },
        Err(_) => Account {
            uid: process.uid().unwrap_or(0),
            gid: 0,
        },
    }
}

/// Whether processes can be seen at all: `/proc` is mounted.
pub fn can_be_seen() -> bool {
    Path::new("/proc/self/stat").exists()
}

/// Whether the processes of other users are hidden from us.
pub fn others_hidden() -> bool {
    !rustix::process::geteuid().is_root() && std::fs::read("/proc/1/cmdline").is_err()
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

/// The same of a process of this account, with that account's rights where root's do not suffice: in a container root may
/// not look into others' processes, they themselves may.
///
/// # Errors
/// As [`environment`].
pub fn environment_of(pid: i32, account: Account) -> std::io::Result<Zeroizing<Vec<u8>>> {
    as_itself(account, || environment(pid))
}

/// Does something with our own rights, and where those do not suffice, with the rights of this account.
pub(super) fn as_itself<T>(
    account: Account,
    work: impl Fn() -> std::io::Result<T>,
) -> std::io::Result<T> {
    work().or_else(|e| match e.kind() {
        std::io::ErrorKind::PermissionDenied if account.uid != 0 => {
            // Where that is not possible either, the first refusal is the one to tell.
            as_user::with(account, &work).unwrap_or(Err(e))
        }
        _ => Err(e),
    })
}

/// Queue workers of this install.
pub fn workers(install: &Path) -> Vec<QueueWorker> {
    let home = Home::of(install);
    php_processes()
        .filter_map(|(process, arguments)| {
            let role = role(&arguments);
            let user = account(&process).uid;
            let ours = home.belongs(process.pid(), user, &arguments, &role) == Belongs::Here;
            match role {
                ProcessRole::Worker(identifier) if ours => Some(QueueWorker {
                    pid: process.pid(),
                    identifier,
                    started: started(&process),
                }),
                _ => None,
            }
        })
        .collect()
}

/// When a process was started, at the latest: Unix seconds. The kernel counts in ticks since the machine was started, and tells
/// that moment itself in whole seconds alone (`btime`): by it, a worker that is started right after a change looks older.
fn started(process: &Process) -> Option<i64> {
    let tick = 1_000_000_000 / i128::from(procfs::ticks_per_second());
    let begun = (i128::from(process.stat().ok()?.starttime) + 1) * tick;
    let nanoseconds = |clock| {
        let now = rustix::time::clock_gettime(clock);
        i128::from(now.tv_sec) * 1_000_000_000 + i128::from(now.tv_nsec)
    };
    let booted = nanoseconds(ClockId::Realtime) - nanoseconds(ClockId::Boottime);
    i64::try_from((booted + begun).div_euclid(1_000_000_000)).ok()
}

/// A folder that a running PHP process works in, or of the `artisan` file it was called with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhpFolder {
    /// Process id.
    pub pid: i32,
    /// Whose process it is.
    pub user: String,
    /// The folder.
    pub folder: PathBuf,
    /// The program that runs, where that may be seen.
    pub program: Option<PathBuf>,
}

/// Folders that running PHP processes work in, and of the `artisan` files they were called with. Those of processes with
/// another root are left out: they are names of other files.
pub fn php_folders() -> Vec<PhpFolder> {
    let mut folders: Vec<PhpFolder> = php_processes()
        .filter(|(process, _)| home::shares_our_root(process.pid()))
        .flat_map(|(process, arguments)| {
            let called = arguments
                .iter()
                .filter(|a| a.ends_with("/artisan"))
                .filter_map(|a| Path::new(a).parent().map(Path::to_owned));
            let folders = process.cwd().ok().into_iter().chain(called);
            let (pid, program) = (process.pid(), program_file(&process));
            let user = accounts::called(account(&process).uid);
            let found = folders.map(|folder| PhpFolder {
                pid,
                user: user.clone(),
                folder,
                program: program.clone(),
            });
            found.collect::<Vec<_>>()
        })
        .collect();
    // Many workers of one folder are one piece of evidence: the first of them.
    folders.sort_by(|a, b| (&a.folder, a.pid).cmp(&(&b.folder, b.pid)));
    folders.dedup_by(|a, b| a.folder == b.folder);
    folders
}

/// The file of the program that a process runs; `None` where that may not be seen, or it was removed since.
fn program_file(process: &Process) -> Option<PathBuf> {
    process.exe().ok().filter(|program| program.is_file())
}

/// The PHP programs that this install's own processes run, command lines before servers.
pub fn programs(install: &Path) -> Vec<PathBuf> {
    let home = Home::of(install);
    let mut found: Vec<(bool, PathBuf)> = php_processes()
        .filter_map(|(process, arguments)| {
            let role = role(&arguments);
            let user = account(&process).uid;
            let pid = process.pid();
            let ours = home.belongs(pid, user, &arguments, &role) == Belongs::Here;
            if !ours || !home::shares_our_root(pid) {
                return None;
            }
            let server = matches!(role, ProcessRole::Server(_));
            Some((server, program_file(&process)?))
        })
        .collect();
    found.sort();
    found.dedup();
    found.into_iter().map(|(_, program)| program).collect()
}

/// The command lines of root's own processes of this program, outside of containers. What they are called is not believed:
/// whoever starts a program that becomes root chooses its arguments.
pub fn of_root(program: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for process in procfs::process::all_processes().into_iter().flatten() {
        let Ok(process) = process else { continue };
        let arguments = process.cmdline().unwrap_or_default();
        let file = program_file(&process);
        let is_it = file.is_some_and(|file| file.file_name() == Some(program.as_ref()));
        let started_by = process.status().ok().map(|status| status.ruid);
        if is_it && started_by == Some(0) && home::shares_our_root(process.pid()) {
            found.push(arguments);
        }
    }
    found
}

/// The numbers of all processes that run PHP, whosever they are and wherever they run.
pub fn php_numbers() -> Vec<i32> {
    php_processes().map(|(process, _)| process.pid()).collect()
}

fn php_processes() -> impl Iterator<Item = (Process, Vec<String>)> {
    procfs::process::all_processes()
        .into_iter()
        .flatten()
        .filter_map(|process| {
            let process = process.ok()?;
            let arguments = process.cmdline().ok()?;
            // A thread of the kernel has no arguments.
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
        _ if ["php", "lsphp", "frankenphp"]
            .iter()
            .any(|name| program.starts_with(name)) =>
        {
            true
        }
        // Whatever it calls itself.
        _ => process.exe().is_ok_and(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            is_php(name.strip_suffix(" (deleted)").unwrap_or(&name))
        }),
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
    shown(text.trim_end()).to_string()
}

/// What it does, by its title and its arguments.
fn role(arguments: &[String]) -> ProcessRole {
    let title = arguments.first().map_or("", String::as_str);
    if let Some((_, pool)) = title.split_once(": pool ") {
        return ProcessRole::Server(Some(pool.trim_end().to_owned()));
    }
    let works = |a: &String| a == "queue:work" || a == "queue:listen";
    if let Some(at) = arguments.iter().position(works) {
        return ProcessRole::Worker(identifier(&arguments[at..]));
    }
    let program = program(arguments).unwrap_or_default();
    let serves = [
        "php-fpm",
        "php-cgi",
        "lsphp",
        "frankenphp",
        "apache2",
        "httpd",
    ];
    match serves.iter().any(|name| program.starts_with(name)) || program.contains("fpm") {
        true => ProcessRole::Server(None),
        false => ProcessRole::Command,
    }
}

/// The last queue that a worker serves is named after its key.
fn identifier(arguments: &[String]) -> Option<String> {
    let together = arguments.iter().find_map(|a| a.strip_prefix("--queue="));
    let apart = || {
        let at = arguments.iter().position(|a| a == "--queue")?;
        arguments.get(at + 1).map(String::as_str)
    };
    let last = together.or_else(apart)?.rsplit(',').next();
    last.filter(|name| is_md5(name)).map(str::to_owned)
}

fn is_md5(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Whoever restarts a worker right after the key was changed is not told that it holds the old one.
    #[test]
    fn a_process_is_not_older_than_what_was_written_before_it() {
        let seconds = || rustix::time::clock_gettime(ClockId::Realtime).tv_sec;
        for _ in 0..30 {
            let written = seconds();
            let mut child = std::process::Command::new("sleep")
                .arg("60")
                .spawn()
                .unwrap();
            let seen = Process::new(child.id().cast_signed()).unwrap();
            let at = started(&seen);
            let after = seconds();
            child.kill().unwrap();
            child.wait().unwrap();
            let at = at.unwrap();
            assert!(
                (written..=after + 1).contains(&at),
                "{at}: {written} to {after}"
            );
            std::thread::sleep(std::time::Duration::from_millis(37));
        }
    }

    #[test]
    fn a_process_is_named_without_its_secrets() {
        let of = |words: &[&str]| {
            let arguments: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
            (what(&arguments), role(&arguments))
        };
        let worker = |identifier: Option<&str>| ProcessRole::Worker(identifier.map(str::to_owned));
        let md5 = "0123456789abcdef0123456789abcdef";
        let queue = format!("--queue=emails,default,{md5}");
        assert_eq!(
            of(&["/usr/bin/php8.2", "/srv/x/artisan", "queue:work", &queue]),
            ("php8.2 artisan queue:work".to_owned(), worker(Some(md5)))
        );
        assert_eq!(
            of(&["php", "artisan", "queue:work", "--queue", &queue[8..]]).1,
            worker(Some(md5))
        );
        assert_eq!(
            of(&["php", "artisan", "queue:work", "--queue=emails,default"]),
            ("php artisan queue:work".to_owned(), worker(None))
        );
        assert_eq!(
            of(&["php-fpm: pool www", "", ""]),
            (
                "php-fpm: pool www".to_owned(),
                ProcessRole::Server(Some("www".to_owned()))
            )
        );
        let alone = |name: &str, role| (name.to_owned(), role);
        assert_eq!(
            of(&["php", "-r", "secret"]),
            alone("php", ProcessRole::Command)
        );
        assert_eq!(
            of(&["lsphp:/home/x"]),
            alone("lsphp", ProcessRole::Server(None))
        );
        assert_eq!(of(&[]), (String::new(), ProcessRole::Command));
    }
}
