//! Where web servers, FPM, services and crontabs keep their settings: the usual places of distributions and panels, and
//! what the readers in `domain::config::elsewhere` make of the files that stand there.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::domain::config::elsewhere::apache::{self, Included};
use crate::domain::config::elsewhere::{Block, caddy, nginx, sections};
use crate::io::install::host::HostRoot;

/// Pools of FPM: Debian, RHEL, SUSE and Arch, Alpine, software collections, Remi, the images of Docker; Plesk, cPanel,
/// CloudLinux, DirectAdmin, aaPanel, Bitnami, RunCloud, ServerPilot.
const POOLS: [&str; 18] = [
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
    "usr/local/php*/etc/php-fpm*.conf",
    "etc/php*rc/fpm.d/*.conf",
    "etc/php*-sp/fpm-pools.d/*.conf",
];
/// Apache's own files; they include the others.
const APACHE: [&str; 10] = [
    "etc/apache2/apache2.conf",
    "etc/apache2/httpd.conf",
    "etc/httpd/conf/httpd.conf",
    "etc/apache2/conf/httpd.conf",
    "usr/local/apache2/conf/httpd.conf",
    "www/server/apache/conf/httpd.conf",
    "opt/bitnami/apache/conf/httpd.conf",
    "usr/local/apache/conf/httpd.conf",
    "etc/apache2-rc/apache2.conf",
    "opt/lampp/etc/httpd.conf",
];
/// The sites of a server whose own file is not there.
const APACHE_SITES: [&str; 9] = [
    "etc/apache2/sites-enabled/*",
    "etc/apache2/conf-enabled/*.conf",
    "etc/apache2/vhosts.d/*.conf",
    "etc/apache2/conf.d/*.conf",
    "etc/httpd/conf.d/*.conf",
    "etc/httpd/conf/sites-enabled/*",
    // Plesk's, DirectAdmin's and HestiaCP's.
    "var/www/vhosts/system/*/conf/httpd.conf",
    "usr/local/directadmin/data/users/*/httpd.conf",
    "home/*/conf/web/*/apache2.conf",
];
/// nginx's own files.
const NGINX: [&str; 10] = [
    "etc/nginx/nginx.conf",
    "usr/local/etc/nginx/nginx.conf",
    "usr/local/nginx/conf/nginx.conf",
    "www/server/nginx/conf/nginx.conf",
    "opt/bitnami/nginx/conf/nginx.conf",
    "opt/nginx/conf/nginx.conf",
    "usr/local/openresty/nginx/conf/nginx.conf",
    "etc/angie/angie.conf",
    "etc/nginx-rc/nginx.conf",
    "etc/nginx-sp/nginx.conf",
];
const NGINX_SITES: [&str; 7] = [
    "etc/nginx/sites-enabled/*",
    "etc/nginx/conf.d/*.conf",
    "etc/nginx/http.d/*.conf",
    // ISPmanager's and FASTPANEL's, Plesk's, HestiaCP's.
    "etc/nginx/vhosts/*/*.conf",
    "etc/nginx/fastpanel2-sites/*/*.conf",
    "var/www/vhosts/system/*/conf/nginx.conf",
    "home/*/conf/web/*/nginx.conf",
];
/// Caddy's own files, and sites of one whose own file is not there.
const CADDY: [&str; 3] = [
    "etc/caddy/Caddyfile",
    "usr/local/etc/caddy/Caddyfile",
    "usr/local/etc/Caddyfile",
];
const CADDY_SITES: [&str; 4] = [
    "etc/caddy/*.caddy",
    "etc/caddy/conf.d/*",
    "etc/caddy/sites/*",
    "etc/caddy/sites-enabled/*",
];
/// Folders of units, the later ones over the earlier.
const UNITS: [&str; 5] = [
    "usr/lib/systemd/system",
    "lib/systemd/system",
    "usr/local/lib/systemd/system",
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
/// Crontabs of the system: each line names the account.
const SYSTEM_CRONTABS: [&str; 3] = ["etc/crontab", "etc/cron.d/*", "etc/anacrontab"];
/// Crontabs of accounts, called like them: Debian and SUSE, RHEL, Alpine.
const OWN_CRONTABS: [&str; 4] = [
    "var/spool/cron/crontabs/*",
    "var/spool/cron/tabs/*",
    "var/spool/cron/*",
    "etc/crontabs/*",
];
/// Scripts that root's cron runs, and aaPanel's.
const CRON_SCRIPTS: [&str; 5] = [
    "etc/cron.hourly/*",
    "etc/cron.daily/*",
    "etc/cron.weekly/*",
    "etc/periodic/*/*",
    "www/server/cron/*",
];
/// Scripts that other init systems keep running: OpenRC's local ones, runit, s6.
const SERVICE_SCRIPTS: [&str; 7] = [
    "etc/local.d/*.start",
    "etc/rc.local",
    "etc/init.d/*",
    "etc/sv/*/run",
    "etc/service/*/run",
    "etc/services.d/*/run",
    "etc/s6-overlay/s6-rc.d/*/run",
];
/// What the names of files end with that were put aside.
const PUT_ASIDE: [&str; 10] = [
    "~",
    ".bak",
    ".old",
    ".orig",
    ".off",
    ".disabled",
    ".rpmsave",
    ".rpmnew",
    ".swp",
    ".save",
];

/// A reader of a server's own file and of those it includes.
type ServerFileReader = fn(&Path, &[u8], &dyn Fn(&str) -> Vec<Included>) -> Vec<Block>;

/// A file, by its path here, and the account it is called like.
pub(super) struct Crontab {
    /// Its path here.
    pub(super) path: PathBuf,
    /// What is in it.
    pub(super) bytes: Vec<u8>,
    /// Whose it is; `None` where its lines say so.
    pub(super) owner: Option<String>,
}

/// The settings of a system.
pub(super) struct Configured<'a> {
    /// Its files.
    pub(super) host: &'a HostRoot,
}

impl Configured<'_> {
    /// The files that these patterns stand for, by their paths here.
    pub(super) fn all(&self, patterns: &[&str]) -> Vec<Included> {
        let root = Path::new("/");
        let paths = patterns
            .iter()
            .flat_map(|pattern| self.host.matching(root, pattern));
        paths.filter_map(|path| self.file(&path)).collect()
    }

    fn file(&self, path: &Path) -> Option<Included> {
        let bytes = self.host.read(path)?;
        Some((self.host.here(path), bytes.to_vec()))
    }

    /// The pools of FPM.
    pub(super) fn pools(&self) -> Vec<Block> {
        let files = self.all(&POOLS);
        let read = |(path, bytes): &Included| sections::fpm(path, bytes);
        files.iter().flat_map(read).collect()
    }

    /// Apache's sites.
    pub(super) fn apache(&self) -> Vec<Block> {
        self.servers(&APACHE, &APACHE_SITES, apache::configuration)
    }

    /// nginx's sites.
    pub(super) fn nginx(&self) -> Vec<Block> {
        self.servers(&NGINX, &NGINX_SITES, nginx::configuration)
    }

    /// Caddy's sites.
    pub(super) fn caddy(&self) -> Vec<Block> {
        self.servers(&CADDY, &CADDY_SITES, caddy::configuration)
    }

    /// A server's own files with all they include; where there are none, its sites as they stand.
    fn servers(&self, own: &[&str], sites: &[&str], reader: ServerFileReader) -> Vec<Block> {
        let root = Path::new("/");
        let standing = |patterns: &[&str]| -> Vec<PathBuf> {
            let all = patterns
                .iter()
                .flat_map(|pattern| self.host.matching(root, pattern));
            all.collect()
        };
        let mut files = standing(own);
        if files.is_empty() {
            files = standing(sites);
        }
        let read = |path: &PathBuf| {
            let Some((named, bytes)) = self.file(path) else {
                return Vec::new();
            };
            // Apache's own file lies one folder below what its includes are relative to, on some systems.
            let base = path.parent().unwrap_or(root);
            let base = match base.file_name() == Some(OsStr::new("conf")) {
                true if self.host.real(&base.join("conf.d")).is_none() => {
                    base.parent().unwrap_or(base)
                }
                _ => base,
            };
            let include = |pattern: &str| -> Vec<Included> {
                let from = if pattern.starts_with('/') { root } else { base };
                let paths = self.host.matching(from, pattern).into_iter();
                paths.filter_map(|path| self.file(&path)).collect()
            };
            reader(&named, &bytes, &include)
        };
        files.iter().flat_map(read).collect()
    }

    /// systemd's services, each with its drop-ins.
    pub(super) fn units(&self) -> Vec<Block> {
        let root = Path::new("/");
        let mut names: Vec<(String, Vec<PathBuf>)> = Vec::new();
        // `/lib` is a link to `/usr/lib` on most systems.
        let mut folders: Vec<PathBuf> = Vec::new();
        for folder in UNITS {
            let real = self.host.real(&root.join(folder));
            folders.extend(real.filter(|real| !folders.contains(real)));
        }
        for folder in &folders {
            for path in self.host.matching(folder, "*.service") {
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
        // In the order of their names, wherever they lie; of two of one name the later folder's. The folders are looked through
        // once for all services: hosts have hundreds of them, and next to no drop-ins.
        let mut drop_ins: BTreeMap<String, BTreeMap<OsString, PathBuf>> = BTreeMap::new();
        for folder in &folders {
            for path in self.host.matching(folder, "*.service.d/*.conf") {
                let folder = path.parent().and_then(Path::file_name);
                let folder = folder.unwrap_or_default().to_string_lossy();
                let service = folder.trim_end_matches(".service.d").to_owned();
                let name = path.file_name().unwrap_or_default().to_owned();
                drop_ins.entry(service).or_default().insert(name, path);
            }
        }
        for (name, files) in &mut names {
            files.extend(drop_ins.remove(name).unwrap_or_default().into_values());
        }
        let load = |path: &Path| Some(self.host.read(path)?.to_vec());
        let read = |(name, files): (String, Vec<PathBuf>)| {
            let files: Vec<Included> = files.iter().filter_map(|path| self.file(path)).collect();
            sections::unit(&name, &files, &load)
        };
        names.into_iter().map(read).collect()
    }

    /// Whether a service is started with the system, or by a timer that is. One that was made for a single install and is
    /// not started says little.
    pub(super) fn is_enabled(&self, service: &str) -> bool {
        let root = Path::new("/");
        ["service", "timer"].iter().any(|kind| {
            // `name@instance` is started by links to `name@`.
            let pattern = match service.strip_suffix('@') {
                Some(name) => format!("etc/systemd/system/*.wants/{name}@*.{kind}"),
                None => format!("etc/systemd/system/*.wants/{service}.{kind}"),
            };
            let links = self.host.matching(root, &pattern);
            links
                .iter()
                .any(|link| self.host.is_link(link) || self.host.is_file(link))
        })
    }

    /// The programs of supervisor.
    pub(super) fn supervisor(&self) -> Vec<Block> {
        sections::supervisor(&self.all(&SUPERVISOR))
    }

    /// The crontabs of the system and of accounts.
    pub(super) fn crontabs(&self) -> Vec<Crontab> {
        let aside = |path: &Path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            PUT_ASIDE.iter().any(|end| name.ends_with(end)) || name.contains(".dpkg-")
        };
        let read = |patterns: &[&str], own: bool| -> Vec<Crontab> {
            let files = self.all(patterns).into_iter();
            let files = files.filter(|(path, _)| !aside(path));
            let crontab = |(path, bytes): Included| Crontab {
                owner: own.then(|| {
                    let name = path.file_name().unwrap_or_default();
                    name.to_string_lossy().into_owned()
                }),
                path,
                bytes,
            };
            files.map(crontab).collect()
        };
        let mut all = read(&SYSTEM_CRONTABS, false);
        all.extend(read(&OWN_CRONTABS, true));
        all
    }

    /// Scripts that cron runs.
    pub(super) fn cron_scripts(&self) -> Vec<Included> {
        self.all(&CRON_SCRIPTS)
    }

    /// Scripts that keep a service running.
    pub(super) fn service_scripts(&self) -> Vec<Included> {
        self.all(&SERVICE_SCRIPTS)
    }
}
