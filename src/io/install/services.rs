//! Where web servers, FPM, services and crontabs keep their settings: found by the usual places of distributions and
//! panels, read bounded, and handed to the readers in `domain::elsewhere`.
//!
//! Nothing here is written. Files may belong to the web user: only regular files of moderate size are read, so many in all,
//! and links are followed as everywhere (see `io::fs::resolve`).

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::domain::config::elsewhere::apache::{self, Included};
use crate::domain::config::elsewhere::{Block, By, fits, lines, nginx, sections};
use crate::io::fs;
use crate::io::os::as_user;

/// Longest file that is read.
const MAX_FILE: u64 = 1 << 20;
/// How many files are read in all.
const MAX_FILES: usize = 4000;
/// How many entries of one folder are looked at.
const MAX_ENTRIES: usize = 2000;

/// Pools of FPM: Debian, RHEL, SUSE and Arch, Alpine, software collections, Remi, the images of Docker; Plesk, cPanel,
/// CloudLinux, DirectAdmin, aaPanel, Bitnami.
const POOLS: [&str; 15] = [
    "etc/php/*/fpm/pool.d/*.conf",
    "etc/php-fpm.d/*.conf",
    "etc/php*/fpm/php-fpm.d/*.conf",
    "etc/php/php-fpm.d/*.conf",
    "etc/php*/php-fpm.d/*.conf",
    "etc/opt/remi/php*/php-fpm.d/*.conf",
    "etc/opt/rh/*/php-fpm.d/*.conf",
    "usr/local/etc/php-fpm.d/*.conf",
    "usr/local/etc/php-fpm.conf",
    "opt/plesk/php/*/etc/php-fpm.d/*.conf",
    "opt/cpanel/ea-php*/root/etc/php-fpm.d/*.conf",
    "opt/alt/php*/etc/php-fpm.d/*.conf",
    "usr/local/directadmin/data/users/*/php/php-fpm*.conf",
    "www/server/php/*/etc/php-fpm*.conf",
    "opt/bitnami/php/etc/php-fpm.d/*.conf",
];
/// Apache's own files; they include the others.
const APACHE: [&str; 7] = [
    "etc/apache2/apache2.conf",
    "etc/apache2/httpd.conf",
    "etc/httpd/conf/httpd.conf",
    "etc/apache2/conf/httpd.conf",
    "usr/local/apache2/conf/httpd.conf",
    "www/server/apache/conf/httpd.conf",
    "opt/bitnami/apache/conf/httpd.conf",
];
/// The sites of a server whose own file is not there.
const APACHE_SITES: [&str; 3] = [
    "etc/apache2/sites-enabled/*",
    "etc/apache2/conf-enabled/*.conf",
    "etc/httpd/conf.d/*.conf",
];
/// nginx's own files.
const NGINX: [&str; 5] = [
    "etc/nginx/nginx.conf",
    "usr/local/etc/nginx/nginx.conf",
    "usr/local/nginx/conf/nginx.conf",
    "www/server/nginx/conf/nginx.conf",
    "opt/bitnami/nginx/conf/nginx.conf",
];
const NGINX_SITES: [&str; 2] = ["etc/nginx/sites-enabled/*", "etc/nginx/conf.d/*.conf"];
/// Folders of units, the later ones over the earlier.
const UNITS: [&str; 4] = [
    "usr/lib/systemd/system",
    "lib/systemd/system",
    "run/systemd/system",
    "etc/systemd/system",
];
const SUPERVISOR: [&str; 5] = [
    "etc/supervisord.conf",
    "etc/supervisor/supervisord.conf",
    "etc/supervisor/conf.d/*.conf",
    "etc/supervisord.d/*",
    "etc/supervisor.d/*",
];
const CRONTABS: [&str; 5] = [
    "etc/crontab",
    "etc/cron.d/*",
    "var/spool/cron/crontabs/*",
    "var/spool/cron/*",
    "etc/crontabs/*",
];

/// A reader of a server's own file and of those it includes.
type ServerFileReader = fn(&Path, &[u8], &dyn Fn(&str) -> Vec<Included>) -> Vec<Block>;

/// What these settings were read from.
struct ReadFrom<'a> {
    /// Below which folder the system's files lie.
    system: &'a Path,
    left: Cell<usize>,
}

/// Everything that is set for programs of a system whose files lie below this folder, and for this install's folders.
pub fn read(system: &Path, install: &Path) -> Vec<Block> {
    let places = ReadFrom {
        system,
        left: Cell::new(MAX_FILES),
    };
    let mut blocks = Vec::new();
    for (path, bytes) in places.all(&POOLS) {
        blocks.extend(sections::fpm(&path, &bytes));
    }
    blocks.extend(places.servers(&APACHE, &APACHE_SITES, apache::configuration));
    blocks.extend(places.servers(&NGINX, &NGINX_SITES, nginx::configuration));
    blocks.extend(places.units());
    blocks.extend(sections::supervisor(&places.all(&SUPERVISOR)));
    for (path, bytes) in places.all(&CRONTABS) {
        blocks.extend(lines::crontab(&path, &bytes));
    }
    for (path, bytes) in places.all(&["etc/environment"]) {
        let mut block = Block::new(By::Everyone);
        block.settings = lines::assignments(&path, &bytes);
        blocks.push(block);
    }
    blocks.extend(places.folders(install));
    blocks.iter_mut().for_each(follow_links);
    blocks
}

/// Adds what the folders of a block are without links: sites and services name a `current` that a deploy turns over, or a
/// folder that lies on another disk, and the install is known by its real one.
fn follow_links(block: &mut Block) {
    let real = |path: &Path| {
        let real = path.is_absolute().then(|| path.canonicalize().ok())??;
        (real != path).then_some(real)
    };
    for roots in [&mut block.roots, &mut block.within] {
        let more: Vec<PathBuf> = roots.iter().filter_map(|root| real(root)).collect();
        roots.extend(more);
    }
    let ends = |c: char| c.is_whitespace() || "'\"=;&|()<>,".contains(c);
    let mut more = Vec::new();
    for word in block.mentions.iter().flat_map(|text| text.split(ends)) {
        more.extend(real(Path::new(word)).map(|path| path.to_string_lossy().into_owned()));
    }
    block.mentions.extend(more);
}

impl ReadFrom<'_> {
    fn file(&self, path: &Path) -> Option<Vec<u8>> {
        self.left.set(self.left.get().checked_sub(1)?);
        let file = fs::read(path, MAX_FILE).ok()?;
        Some(file.bytes.to_vec())
    }

    fn all(&self, patterns: &[&str]) -> Vec<Included> {
        let paths = patterns
            .iter()
            .flat_map(|pattern| matching(self.system, pattern));
        paths
            .filter_map(|path| Some((path.clone(), self.file(&path)?)))
            .collect()
    }

    /// A server's own files with all they include; where there are none, its sites as they stand.
    fn servers(&self, own: &[&str], sites: &[&str], reader: ServerFileReader) -> Vec<Block> {
        let mut files = self.all(own);
        if files.is_empty() {
            files = self.all(sites);
        }
        let read = |(path, bytes): &Included| {
            // Apache's own file lies one folder below what its includes are relative to, on some systems.
            let base = path.parent().unwrap_or(self.system);
            let base = match base.file_name() == Some(OsStr::new("conf")) {
                true if !base.join("conf.d").is_dir() => base.parent().unwrap_or(base),
                _ => base,
            };
            let include = |pattern: &str| -> Vec<Included> {
                let (from, pattern) = match pattern.strip_prefix('/') {
                    Some(pattern) => (self.system, pattern),
                    None => (base, pattern),
                };
                let paths = matching(from, pattern).into_iter();
                paths
                    .filter_map(|path| Some((path.clone(), self.file(&path)?)))
                    .collect()
            };
            reader(path, bytes, &include)
        };
        files.iter().flat_map(read).collect()
    }

    /// systemd's services, each with its drop-ins.
    fn units(&self) -> Vec<Block> {
        let mut names: Vec<(String, Vec<PathBuf>)> = Vec::new();
        for folder in UNITS {
            for path in matching(self.system, &format!("{folder}/*.service")) {
                let name = path
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                match names.iter_mut().find(|(known, _)| *known == name) {
                    // The later one takes the place of the earlier.
                    Some((_, files)) => *files = vec![path],
                    None => names.push((name, vec![path])),
                }
            }
        }
        for (name, files) in &mut names {
            // In the order of their names, wherever they lie; of two of one name the later folder's.
            let mut drop_ins = BTreeMap::new();
            for folder in UNITS {
                let pattern = format!("{folder}/{name}.service.d/*.conf");
                let found = matching(self.system, &pattern).into_iter();
                drop_ins.extend(found.map(|path| (path.file_name().map(OsStr::to_owned), path)));
            }
            files.extend(drop_ins.into_values());
        }
        let load = |path: &Path| {
            let path = path.strip_prefix("/").unwrap_or(path);
            self.file(&self.system.join(path))
        };
        let read = |(name, files): (String, Vec<PathBuf>)| {
            let files: Vec<Included> = files
                .into_iter()
                .filter_map(|path| Some((path.clone(), self.file(&path)?)))
                .collect();
            sections::unit(&name, &files, &load)
        };
        let set = |block: &Block| !block.settings.is_empty();
        names.into_iter().map(read).filter(set).collect()
    }

    /// What the install's own folders, and those above them, say to the web server and to PHP.
    fn folders(&self, install: &Path) -> Vec<Block> {
        let public = install.join("public");
        let web_user = super::web_user(install);
        let mut blocks = Vec::new();
        for folder in public.ancestors() {
            let path = folder.join(".htaccess");
            if let Some(bytes) = self.file(&path) {
                blocks.extend(apache::htaccess(&path, &bytes));
            }
        }
        for folder in [&public, install] {
            let bytes = self.file(&folder.join(".user.ini"));
            let script = bytes.and_then(|bytes| lines::runs_first(&bytes));
            // Relative ones are looked for beside the page. The web user names it, and PHP reads it with the web user's rights.
            let script = script.map(|script| folder.join(script));
            let read = |path: &Path| as_user::with(web_user, || self.file(path)).ok()?;
            if let Some((path, bytes)) = script.and_then(|p| Some((p.clone(), read(&p)?))) {
                let mut block = Block::new(By::Folder);
                block.roots.push(folder.to_owned());
                block.settings = lines::script(&path, &bytes);
                blocks.push(block);
            }
        }
        blocks
    }
}

/// The paths below a folder that a pattern stands for: `*` and `?` within names. A folder stands for all within it.
fn matching(from: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut paths = vec![from.to_owned()];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        if !part.contains(['*', '?', '[']) {
            paths.iter_mut().for_each(|path| path.push(part));
            continue;
        }
        paths = paths
            .iter()
            .flat_map(|folder| entries(folder, part))
            .collect();
    }
    let mut files = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => files.extend(entries(&path, "*").into_iter().filter(|p| p.is_file())),
            false if path.exists() => files.push(path),
            false => {}
        }
    }
    files
}

fn entries(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .take(MAX_ENTRIES)
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            !name.starts_with('.') && fits(name.as_bytes(), pattern.as_bytes())
        })
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}
