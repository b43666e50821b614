//! FreeScout's settings that stand outside of `.env`: in the configuration of FPM, web servers, services and crontabs.
//!
//! Each reader turns a file into blocks: what is set, and what tells for whom. [`tie`] decides which blocks are this
//! install's: by document root, by the socket that a web server hands its requests to, by the folder or program that a
//! service runs, by the pool's user. What belongs to another site is dropped; what is not known is kept as unsure.
//! Sources: the manuals php-fpm.conf, Apache mod_env and mod_proxy_fcgi, nginx ngx_http_fastcgi_module, Caddy php_fastcgi,
//! systemd.exec(5), supervisord, crontab(5), pam_env(8).

pub mod apache;
pub mod caddy;
pub mod lines;
pub mod nginx;
pub mod roots;
pub mod sections;
pub(crate) mod unit_words;

use std::path::{Component, Path, PathBuf};

use crate::domain::inventory::secret::SecretBytes;
use crate::words::untrusted::Untrusted;

/// Variables of FreeScout's that decide which key and which database it uses.
const SETTINGS: [&str; 10] = [
    "APP_KEY",
    "APP_KEY_FILE",
    "DB_CONNECTION",
    "DB_HOST",
    "DB_PORT",
    "DB_SOCKET",
    "DB_DATABASE",
    "DB_USERNAME",
    "DB_PASSWORD",
    "DB_TABLE_PREFIX",
];
/// Settings of one site: of more, nobody needs to be told.
const MAX_SETTINGS: usize = 100;
/// Variables of common images, whose start writes them into `.env` as `APP_KEY`.
pub const CONTAINER_KEYS: [&str; 2] = ["FREESCOUT_APP_KEY", "FREESCOUT_APP_KEY_FILE"];

/// Whether a variable is one of those that are looked for.
pub fn is_wanted(name: &str) -> bool {
    SETTINGS.contains(&name) || CONTAINER_KEYS.contains(&name)
}

/// A variable that is set for a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value; `None` where it is taken over from somewhere else again.
    pub value: Option<SecretBytes>,
    /// The file.
    pub path: PathBuf,
    /// Line, counted from 1.
    pub line: u64,
}

/// Who sets a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A pool of FPM, of this name.
    Pool(Untrusted),
    /// A site of a web server, of this name.
    Site(Untrusted),
    /// A folder's own settings: `.htaccess`, `<Directory>`, a script that `.user.ini` has run first.
    Folder,
    /// A service, of this name.
    Service(Untrusted),
    /// A crontab.
    Cron,
    /// `/etc/environment`: logins, and cron where it uses PAM.
    Everyone,
    /// The environment of a running process.
    Process(i32),
    /// What a container is defined by, and made anew from: a compose file and the like. `true` where it runs with this value.
    Definition(bool),
    /// The environment that a container was created with, and has at each start.
    Created,
    /// A variable that a container's start writes into `.env`.
    ContainerStart(Untrusted),
}

/// What a file sets, and for whom. Texts are as found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Who sets it.
    pub by: By,
    /// Document roots; for a folder's own settings that folder.
    pub roots: Vec<PathBuf>,
    /// Folders and commands that are named.
    pub mentions: Vec<String>,
    /// As whom it runs.
    pub user: Option<String>,
    /// The socket a pool listens at.
    pub listens: Option<String>,
    /// Sockets a site hands requests to.
    pub passes_to: Vec<String>,
    /// Document roots of the site within which a folder's own settings stand; none where they stand outside of sites.
    pub within: Vec<PathBuf>,
    /// Folders that PHP may open files in, where it may not do so everywhere.
    pub opens: Vec<PathBuf>,
    /// The file and line where its web root, its command or itself is named.
    pub at: Option<(PathBuf, u64)>,
    /// What is set.
    pub settings: Vec<Setting>,
}

impl Block {
    /// One that sets nothing yet.
    pub fn new(by: By) -> Self {
        Self {
            by,
            roots: Vec::new(),
            mentions: Vec::new(),
            user: None,
            listens: None,
            passes_to: Vec::new(),
            within: Vec::new(),
            opens: Vec::new(),
            at: None,
            settings: Vec::new(),
        }
    }

    /// Where it is named. The first place counts.
    pub(crate) fn stands(&mut self, path: &Path, line: u64) {
        self.at.get_or_insert_with(|| (path.to_owned(), line));
    }

    /// Adds a setting that is one of those that matter, once.
    pub(crate) fn add(&mut self, setting: Setting) {
        if self.settings.len() < MAX_SETTINGS && !self.settings.contains(&setting) {
            self.settings.push(setting);
        }
    }

    /// Takes a setting, if it is one of those that matter. The last one of a name counts.
    pub(crate) fn set(&mut self, name: &str, value: Option<&[u8]>, path: &Path, line: u64) {
        if is_wanted(name) {
            self.settings.retain(|setting| setting.name != name);
            self.settings.push(Setting {
                name: name.to_owned(),
                value: value.map(SecretBytes::from),
                path: path.to_owned(),
                line,
            });
        }
    }
}

/// What tells the install from others.
#[derive(Debug, Clone)]
pub struct Site<'a> {
    /// Its folder, links resolved.
    pub root: &'a Path,
    /// Who owns what FreeScout writes.
    pub user: &'a str,
}

/// A setting outside of `.env` that is, or may be, this install's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// What is set, and where.
    pub setting: Setting,
    /// Who sets it.
    pub by: By,
    /// Whether it is told that it belongs to this install.
    pub certain: bool,
}

/// How a site relates to the install.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Serves {
    Not,
    /// A folder above the install: unless another site is nearer.
    Above(usize),
    Exactly,
}

/// The settings that belong to this install, and those of which it is not known.
pub fn tie(blocks: Vec<Block>, site: &Site<'_>) -> Vec<Elsewhere> {
    let is_site = |block: &&Block| matches!(block.by, By::Site(_));
    let nearest = blocks
        .iter()
        .filter(is_site)
        .map(|b| serves(b, site))
        .max()
        .unwrap_or(Serves::Not);
    let ours = |block: &Block| nearest != Serves::Not && serves(block, site) == nearest;
    let sockets = |ours_only: bool| -> Vec<String> {
        let sites = blocks
            .iter()
            .filter(is_site)
            .filter(|b| !ours_only || ours(b));
        sites
            .flat_map(|b| b.passes_to.iter().map(|s| socket(s)))
            .collect()
    };
    let (of_ours, of_any) = (sockets(true), sockets(false));
    let same_user = |block: &Block| block.user.as_deref() == Some(site.user);
    let is_pool = |block: &&Block| matches!(block.by, By::Pool(_));
    let pools_of_user = blocks
        .iter()
        .filter(is_pool)
        .filter(|b| same_user(b))
        .count();
    let certain = |block: &Block| -> Option<bool> {
        match &block.by {
            By::Site(_) => ours(block).then_some(true),
            By::Folder => {
                let public = site.root.join("public");
                let above = block.roots.iter().any(|root| covers(root, &public));
                let here = block.within.is_empty() || serves_any(&block.within, site) == nearest;
                (above && here && (block.within.is_empty() || nearest != Serves::Not))
                    .then_some(true)
            }
            By::Pool(_) => {
                let listens = block.listens.as_deref().map(socket);
                let among = |all: &[String]| listens.as_ref().is_some_and(|l| all.contains(l));
                let folders = block.mentions.iter();
                let (inside, named) = (mentions(block, site), folders.len() > 0);
                match () {
                    () if among(&of_ours) || inside => Some(true),
                    () if !of_ours.is_empty() || among(&of_any) || named => None,
                    () if same_user(block) => Some(pools_of_user == 1),
                    () => None,
                }
            }
            By::Service(name) => match mentions(block, site) {
                true => Some(true),
                false => serves_all(name.raw()).then_some(false),
            },
            By::Cron => mentions(block, site).then_some(true),
            By::Everyone
            | By::Process(_)
            | By::Definition(_)
            | By::Created
            | By::ContainerStart(_) => Some(true),
        }
    };
    let told: Vec<Option<bool>> = blocks.iter().map(certain).collect();
    let tied = blocks.into_iter().zip(told);
    tied.filter_map(|(block, told)| Some((block, told?)))
        .flat_map(|(block, certain)| {
            let by = block.by;
            block.settings.into_iter().map(move |setting| Elsewhere {
                // What a site takes over from somewhere else may be unset there.
                certain: certain && setting.value.is_some(),
                setting,
                by: by.clone(),
            })
        })
        .collect()
}

fn serves(block: &Block, site: &Site<'_>) -> Serves {
    serves_any(&block.roots, site)
}

fn serves_any(roots: &[PathBuf], site: &Site<'_>) -> Serves {
    let of = |root: &PathBuf| {
        let root = plain(root);
        if root.starts_with(site.root) {
            return Serves::Exactly;
        }
        match site.root.starts_with(&root) {
            true if root.components().count() > 1 => Serves::Above(root.components().count()),
            _ => Serves::Not,
        }
    };
    roots.iter().map(of).max().unwrap_or(Serves::Not)
}

/// Whether a folder, which may be a pattern within its names, is this one or stands above it.
fn covers(pattern: &Path, folder: &Path) -> bool {
    let mut parts = folder.components();
    plain(pattern).components().all(|part| {
        let name = parts.next();
        name.is_some_and(|name| {
            fits(
                name.as_os_str().as_encoded_bytes(),
                part.as_os_str().as_encoded_bytes(),
            )
        })
    })
}

/// Whether a name fits a pattern of `*`, `?` and `[…]` (which stands for any one character here).
pub fn fits(name: &[u8], pattern: &[u8]) -> bool {
    let (mut n, mut p) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, n));
                p += 1;
            }
            Some(b'[') => {
                let close = pattern[p..].iter().position(|b| *b == b']');
                p = close.map_or(pattern.len(), |at| p + at + 1);
                n += 1;
            }
            Some(b) if *b == b'?' || *b == name[n] => (n, p) = (n + 1, p + 1),
            _ => match star {
                Some((after, at)) => {
                    star = Some((after, at + 1));
                    (n, p) = (at + 1, after);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

/// Whether a folder or a command of the block names the install.
fn mentions(block: &Block, site: &Site<'_>) -> bool {
    let root = site.root.to_string_lossy();
    let names = |text: &String| {
        text.match_indices(&*root).any(|(at, _)| {
            let (before, after) = (
                text[..at].chars().last(),
                text[at + root.len()..].chars().next(),
            );
            let ends = |c: char| !c.is_alphanumeric() && !"-_.".contains(c);
            before.is_none_or(|c| ends(c) && c != '/') && after.is_none_or(ends)
        })
    };
    block.mentions.iter().any(names)
}

/// Services that run the PHP of all sites.
fn serves_all(name: &str) -> bool {
    let all = [
        "fpm",
        "apache",
        "httpd",
        "nginx",
        "lsws",
        "frankenphp",
        "cron",
    ];
    all.iter().any(|part| name.contains(part))
}

/// A socket by one spelling: `proxy:unix:/run/php/a.sock|fcgi://localhost/`, `unix:/var/run/php/a.sock`, `9000`.
pub fn socket(text: &str) -> String {
    let text = text.split('|').next().unwrap_or_default();
    let mut text = text.trim().trim_end_matches('/');
    // `unix/` in front of a path is Caddy's.
    for scheme in ["proxy:", "unix:", "unix/", "fcgi://", "tcp://", "tcp/"] {
        text = text.strip_prefix(scheme).unwrap_or(text);
    }
    if let Some(rest) = text.strip_prefix("/var/run/") {
        return format!("/run/{rest}");
    }
    let port = text.strip_prefix(':').unwrap_or(text);
    if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) {
        return format!("127.0.0.1:{port}");
    }
    text.replace("localhost:", "127.0.0.1:")
        .trim_end_matches(':')
        .to_owned()
}

/// A path without `.` and `..`, as text alone.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests;
