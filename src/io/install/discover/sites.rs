//! Installs that a web server serves, or that a pool of FPM is made for.

use std::path::{Path, PathBuf};

use super::{Discovery, Levels};
use crate::domain::config::elsewhere::roots::{self, WebRoot};
use crate::domain::config::elsewhere::{Block, By, caddy, socket};
use crate::domain::config::found::{Evidence, FoundBy, WebServer};
use crate::io::install::configured::Configured;
use crate::words::untrusted::Untrusted;

const CADDY: [&str; 7] = [
    "etc/caddy/Caddyfile",
    "etc/caddy/*.caddy",
    "etc/caddy/conf.d/*",
    "etc/caddy/sites/*",
    "etc/caddy/sites-enabled/*",
    "etc/frankenphp/Caddyfile",
    "etc/frankenphp/Caddyfile.d/*",
];
const LIGHTTPD: [&str; 3] = [
    "etc/lighttpd/lighttpd.conf",
    "etc/lighttpd/conf-enabled/*",
    "etc/lighttpd/vhosts.d/*",
];
const UNIT: [&str; 2] = ["var/lib/unit/conf.json", "usr/local/unit/state/conf.json"];
const CPANEL: [&str; 1] = ["var/cpanel/userdata/*/*"];
const LITESPEED: [&str; 1] = ["usr/local/lsws/conf/httpd_config.*"];
const LITESPEED_SITES: [&str; 1] = ["usr/local/lsws/conf/vhosts/*/*.conf"];

/// Folders that PHP may open files in on many a server, and that say nothing.
const SHARED: [&str; 5] = ["/tmp", "/var/tmp", "/usr/share", "/dev", "/proc"];

impl Discovery<'_> {
    pub(super) fn sites(&mut self) {
        let configured = Configured { host: self.host };
        let pools = configured.pools();
        for (server, blocks) in [
            (WebServer::Nginx, configured.nginx()),
            (WebServer::Apache, configured.apache()),
        ] {
            for block in blocks {
                self.site(server, &block, &pools);
            }
        }
        self.other_servers(&configured);
        for pool in &pools {
            self.pool(pool);
        }
    }

    fn site(&mut self, server: WebServer, block: &Block, pools: &[Block]) {
        let By::Site(name) = &block.by else { return };
        let mut exactly = self.evidence(FoundBy::Site(server, name.clone()), block);
        let passes: Vec<String> = block.passes_to.iter().map(|to| socket(to)).collect();
        let listens = |pool: &&Block| {
            let at = pool.listens.as_deref().map(socket);
            at.is_some_and(|at| passes.contains(&at))
        };
        if let Some(pool) = pools.iter().find(listens) {
            exactly.user = pool.user.clone().map(Untrusted::new);
            exactly.php = self.php_of_pool(pool);
        }
        let below = Evidence {
            by: FoundBy::BelowSite(server, name.clone()),
            ..exactly.clone()
        };
        for root in &block.roots {
            self.web_root(root, &exactly, &below);
        }
    }

    fn web_root(&mut self, root: &Path, exactly: &Evidence, below: &Evidence) {
        if !self.root(root, exactly) {
            self.walk(root, Levels(2), below);
        }
    }

    fn other_servers(&mut self, configured: &Configured<'_>) {
        type Reader = fn(&[u8]) -> Vec<WebRoot>;
        let servers: [(WebServer, &[&str], Reader); 3] = [
            (WebServer::Caddy, &CADDY, caddy::roots),
            (WebServer::Lighttpd, &LIGHTTPD, roots::lighttpd),
            (WebServer::Unit, &UNIT, roots::unit),
        ];
        for (server, places, reader) in servers {
            for (path, bytes) in configured.all(places) {
                self.named_roots(server, &path, reader(&bytes));
            }
        }
        let own = configured.all(&LITESPEED);
        let sites: Vec<(String, String)> = own
            .iter()
            .flat_map(|(_, bytes)| roots::litespeed_sites(bytes))
            .collect();
        for (path, bytes) in configured.all(&LITESPEED_SITES) {
            let name = path.parent().and_then(Path::file_name).unwrap_or_default();
            let name = name.to_string_lossy();
            let folder = sites.iter().find(|(site, _)| *site == name);
            let folder = folder.map_or("", |(_, folder)| folder.as_str());
            self.named_roots(
                WebServer::LiteSpeed,
                &path,
                roots::litespeed(&bytes, &name, folder),
            );
        }
        for (path, bytes) in configured.all(&CPANEL) {
            for one in roots::cpanel(&bytes) {
                let evidence = at(FoundBy::Panel, self.host.inside(&path), one.line);
                self.web_root(&one.root, &evidence, &evidence);
            }
        }
    }

    fn named_roots(&mut self, server: WebServer, path: &Path, found: Vec<WebRoot>) {
        for one in found {
            let (path, line) = (self.host.inside(path), one.line);
            let name = Untrusted::new(one.site);
            let exactly = at(FoundBy::Site(server, name.clone()), path.clone(), line);
            let below = at(FoundBy::BelowSite(server, name), path, line);
            self.web_root(&one.root, &exactly, &below);
        }
    }

    fn pool(&mut self, pool: &Block) {
        let By::Pool(name) = &pool.by else { return };
        let evidence = Evidence {
            php: self.php_of_pool(pool),
            ..self.evidence(FoundBy::Pool(name.clone()), pool)
        };
        for folder in &pool.mentions {
            self.root(Path::new(folder), &evidence);
        }
        let says_nothing = |folder: &&PathBuf| {
            let short = folder.components().count() < 3;
            short || SHARED.iter().any(|shared| folder.starts_with(shared))
        };
        for folder in pool.opens.iter().filter(|folder| !says_nothing(folder)) {
            if !self.root(folder, &evidence) {
                self.walk(folder, Levels(2), &evidence);
            }
        }
    }
}

fn at(by: FoundBy, path: PathBuf, line: u64) -> Evidence {
    Evidence {
        path: Some(path),
        line: Some(line),
        ..Evidence::of(by)
    }
}
