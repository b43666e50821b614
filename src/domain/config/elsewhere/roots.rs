//! Web roots alone: of LiteSpeed, lighttpd, NGINX Unit, and of the records that cPanel keeps of its sites. What these may set
//! for PHP is not read. Sources: their manuals.

use std::path::PathBuf;

/// A web root, and the site it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebRoot {
    /// The site's name, where it has one.
    pub site: String,
    /// The folder.
    pub root: PathBuf,
    /// The line, counted from 1.
    pub line: u64,
}

/// lighttpd: `server.document-root = "/srv/app/public"`, within a host's braces or outside.
pub fn lighttpd(bytes: &[u8]) -> Vec<WebRoot> {
    let text = String::from_utf8_lossy(bytes);
    let (mut found, mut site) = (Vec::new(), String::new());
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        let quoted = line.rsplit('"').nth(1).unwrap_or_default();
        if line.starts_with("$HTTP[\"host\"]") {
            quoted.clone_into(&mut site);
        } else if line.starts_with("server.document-root") && quoted.starts_with('/') {
            let (site, root) = (site.clone(), quoted.into());
            found.push(WebRoot {
                site,
                root,
                line: number,
            });
        }
    }
    found
}

/// NGINX Unit's stored configuration: `"root": "/srv/app/public"`, `"share": "/srv/app/public$uri"`.
pub fn unit(bytes: &[u8]) -> Vec<WebRoot> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let texts: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        for pair in texts.windows(2) {
            if let ["root" | "share", value] = *pair
                && value.starts_with('/')
            {
                let root = value.split('$').next().unwrap_or(value).into();
                found.push(WebRoot {
                    site: String::new(),
                    root,
                    line: number,
                });
            }
        }
    }
    found
}

/// cPanel's record of a site: `documentroot: /home/user/public_html`.
pub fn cpanel(bytes: &[u8]) -> Vec<WebRoot> {
    let text = String::from_utf8_lossy(bytes);
    let value = |line: &str, key: &str| {
        let value = line.strip_prefix(key)?.strip_prefix(':')?.trim();
        Some(value.trim_matches(['"', '\'']).to_owned())
    };
    let name = text.lines().find_map(|line| value(line, "servername"));
    let roots = (1..).zip(text.lines()).filter_map(|(line, text)| {
        let root = value(text, "documentroot").filter(|root| root.starts_with('/'))?;
        let site = name.clone().unwrap_or_default();
        Some(WebRoot {
            site,
            root: root.into(),
            line,
        })
    });
    roots.collect()
}

/// OpenLiteSpeed's own file: the folder of each site, by the site's name.
pub fn litespeed_sites(bytes: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(bytes);
    let (mut found, mut site) = (Vec::new(), String::new());
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [
                "virtualhost" | "virtualHost" | "member" | "vhTemplate",
                name,
                ..,
            ] => name.trim_end_matches('{').clone_into(&mut site),
            ["vhRoot", root] => found.push((site.clone(), root.to_owned())),
            _ => {}
        }
    }
    found
}

/// A site's file of OpenLiteSpeed: `docRoot $VH_ROOT/public_html`. The site's name is that of the folder the file lies in.
pub fn litespeed(bytes: &[u8], site: &str, folder: &str) -> Vec<WebRoot> {
    let text = String::from_utf8_lossy(bytes);
    let put_in = |path: &str| {
        let path = path.replace("$VH_ROOT", folder.trim_end_matches('/'));
        let path = path
            .replace("$VH_NAME", site)
            .replace("$SERVER_ROOT", "/usr/local/lsws");
        path.starts_with('/').then(|| PathBuf::from(path))
    };
    let roots = (1..).zip(text.lines()).filter_map(|(line, text)| {
        let mut words = text.split_whitespace();
        let named = matches!(words.next(), Some("docRoot" | "location" | "<docRoot>"));
        let root = put_in(words.next().filter(|_| named)?)?;
        Some(WebRoot {
            site: site.to_owned(),
            root,
            line,
        })
    });
    roots.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(found: Vec<WebRoot>) -> Vec<(String, String, u64)> {
        let told = found.into_iter();
        told.map(|one| (one.site, one.root.to_string_lossy().into_owned(), one.line))
            .collect()
    }

    fn root(site: &str, root: &str, line: u64) -> (String, String, u64) {
        (site.to_owned(), root.to_owned(), line)
    }

    #[test]
    fn each_server_names_its_web_roots_in_its_own_way() {
        let caddyfile = b"{\n  frankenphp\n}\nhelp.example.org {\n  root * /srv/app/public\n  php_fastcgi unix//run/php.sock\n}\n\
            :80 {\n  php_server {\n    root /srv/b/public\n  }\n}\n";
        assert_eq!(
            told(super::super::caddy::roots(caddyfile)),
            [
                root("help.example.org", "/srv/app/public", 5),
                root(":80", "/srv/b/public", 10)
            ]
        );
        let lighttpd_conf = b"server.document-root = \"/var/www\"\n$HTTP[\"host\"] == \"help.example.org\" {\n  server.document-root = \"/srv/a/public\"\n}\n";
        assert_eq!(
            told(lighttpd(lighttpd_conf)),
            [
                root("", "/var/www", 1),
                root("help.example.org", "/srv/a/public", 3)
            ]
        );
        let json = br#"{"routes":[{"action":{"share":"/srv/a/public$uri"}}],"applications":{"fs":{"type":"php","root":"/srv/a/public/"}}}"#;
        assert_eq!(
            told(unit(json)),
            [root("", "/srv/a/public", 1), root("", "/srv/a/public/", 1)]
        );
        let record = b"---\nhomedir: /home/u\ndocumentroot: /home/u/public_html\nservername: help.example.org\n";
        assert_eq!(
            told(cpanel(record)),
            [root("help.example.org", "/home/u/public_html", 3)]
        );
        let main = b"virtualhost help.example.org {\n  vhRoot  /home/help.example.org\n  configFile x\n}\n";
        let sites = litespeed_sites(main);
        assert_eq!(
            sites,
            [(
                "help.example.org".to_owned(),
                "/home/help.example.org".to_owned()
            )]
        );
        let vhost = b"docRoot                   $VH_ROOT/public_html\nvhDomain $VH_NAME\n";
        assert_eq!(
            told(litespeed(vhost, &sites[0].0, &sites[0].1)),
            [root(
                "help.example.org",
                "/home/help.example.org/public_html",
                1
            )]
        );
    }
}
