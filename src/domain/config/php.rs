//! What PHP is called, and where the PHP of a command line lies beside the one of a web server.

pub mod ini;

use std::path::{Path, PathBuf};

/// Whether a program of this name is PHP, as distributions and panels call it: `php`, `php8.2`, `php-fpm8.3`, `php82-cli`,
/// `ea-php82`, `alt-php82`, `lsphp`, `lsphp82`, `frankenphp`.
pub fn is_php(name: &str) -> bool {
    let bare = ["ea-", "alt-", "plesk-", "ls", "franken"]
        .iter()
        .find_map(|before| name.strip_prefix(before))
        .unwrap_or(name);
    let Some(rest) = bare.strip_prefix("php") else {
        return false;
    };
    let rest = rest.strip_suffix(".bin").unwrap_or(rest);
    let plain = |c: char| c.is_ascii_digit() || ".-".contains(c);
    let kinds = ["fpm", "cgi", "cli", "fastcgi", "zts", "nts", "sp"];
    let mut parts = rest.split(plain).filter(|part| !part.is_empty());
    parts.all(|part| kinds.contains(&part))
}

/// Where the PHP of the command line lies that goes with a pool of FPM, by the file that the pool stands in: distributions
/// and panels keep several versions side by side. The likeliest first; none where the file does not tell.
pub fn of_pool(file: &Path) -> Vec<PathBuf> {
    let parts: Vec<&str> = file.iter().filter_map(|part| part.to_str()).collect();
    let below = |before: &[&str]| -> Option<String> {
        let at = parts
            .windows(before.len())
            .position(|window| window == before)?;
        parts.get(at + before.len()).map(|part| (*part).to_owned())
    };
    let mut found: Vec<String> = Vec::new();
    let versioned = |name: &str| {
        name.strip_prefix("php")
            .is_some_and(|v| v.starts_with(|c: char| c.is_ascii_digit()))
    };
    if let Some(version) = below(&["opt", "plesk", "php"]) {
        found.push(format!("/opt/plesk/php/{version}/bin/php"));
    } else if let Some(name) = below(&["opt", "cpanel"]).filter(|name| name.starts_with("ea-php")) {
        found.push(format!("/opt/cpanel/{name}/root/usr/bin/php"));
        found.push(format!("/usr/local/bin/{name}"));
    } else if let Some(name) = below(&["opt", "alt"]).filter(|name| versioned(name)) {
        found.push(format!("/opt/alt/{name}/usr/bin/php"));
    } else if let Some(name) = below(&["opt", "remi"]).filter(|name| versioned(name)) {
        found.push(format!("/opt/remi/{name}/root/usr/bin/php"));
        found.push(format!("/usr/bin/{name}"));
    } else if let Some(name) = below(&["opt", "rh"]) {
        let name = name
            .strip_prefix("rh-")
            .map_or(name.clone(), |_| name.clone());
        found.push(format!("/opt/rh/{name}/root/usr/bin/php"));
    } else if let Some(version) = below(&["www", "server", "php"]) {
        found.push(format!("/www/server/php/{version}/bin/php"));
    } else if parts.contains(&"bitnami") {
        found.push("/opt/bitnami/php/bin/php".to_owned());
    } else if let Some(name) = parts
        .iter()
        .find(|part| versioned(part))
        .filter(|_| parts.contains(&"local"))
    {
        // DirectAdmin: /usr/local/php82/etc/php-fpm.conf, and the users' pools in /usr/local/directadmin/…/php/php-fpm82.conf.
        found.push(format!("/usr/local/{name}/bin/php"));
    } else if let Some(version) =
        below(&["etc", "php"]).filter(|v| v.starts_with(|c: char| c.is_ascii_digit()))
    {
        found.push(format!("/usr/bin/php{version}"));
    } else if let Some(name) = parts.iter().find(|part| versioned(part)) {
        found.push(format!("/usr/bin/{name}"));
    }
    if let (true, Some(version)) = (
        parts.contains(&"directadmin"),
        file.file_stem()
            .and_then(|stem| stem.to_str()?.strip_prefix("php-fpm")),
    ) && !version.is_empty()
    {
        found = vec![format!("/usr/local/php{version}/bin/php")];
    }
    found.into_iter().map(PathBuf::from).collect()
}

/// Where the PHP of the command line lies that goes with the one a process runs, by that program's path:
/// `/usr/sbin/php-fpm8.2` has `/usr/bin/php8.2` beside it. The likeliest first.
pub fn of_program(program: &Path) -> Vec<PathBuf> {
    let name = program.file_name().and_then(|name| name.to_str());
    let Some((name, folder)) = name.filter(|name| is_php(name)).zip(program.parent()) else {
        return Vec::new();
    };
    let server = ["fpm", "cgi", "lsphp", "frankenphp"]
        .iter()
        .any(|kind| name.contains(kind));
    if !server {
        return vec![program.to_owned()];
    }
    let version: String = name
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let beside = match folder.file_name().and_then(|name| name.to_str()) {
        Some("sbin") => folder.with_file_name("bin"),
        _ => folder.to_owned(),
    };
    let mut found = Vec::new();
    if !version.is_empty() {
        found.push(beside.join(format!("php{version}")));
    }
    found.push(beside.join("php"));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn php_has_many_names() {
        for name in [
            "php",
            "php8.2",
            "php82",
            "php-fpm",
            "php-fpm8.3",
            "php8.2-fpm",
            "php-cgi",
            "php82-cli",
            "ea-php82",
            "alt-php82",
            "lsphp",
            "lsphp83",
            "frankenphp",
            "php-cli",
            "plesk-php82-fpm",
            "php.bin",
        ] {
            assert!(is_php(name), "{name}");
        }
        for name in [
            "phpstorm",
            "phpmyadmin",
            "php.ini",
            "phpunit",
            "python",
            "lsof",
            "",
        ] {
            assert!(!is_php(name), "{name}");
        }
    }

    #[test]
    fn a_pool_stands_where_its_php_does() {
        let first = |file: &str| {
            of_pool(Path::new(file))
                .first()
                .map(|p| p.to_string_lossy().into_owned())
        };
        for (file, php) in [
            ("/etc/php/8.2/fpm/pool.d/www.conf", "/usr/bin/php8.2"),
            ("/etc/php82/php-fpm.d/www.conf", "/usr/bin/php82"),
            (
                "/opt/plesk/php/8.2/etc/php-fpm.d/a.conf",
                "/opt/plesk/php/8.2/bin/php",
            ),
            (
                "/opt/cpanel/ea-php82/root/etc/php-fpm.d/a.conf",
                "/opt/cpanel/ea-php82/root/usr/bin/php",
            ),
            (
                "/opt/alt/php82/etc/php-fpm.d/a.conf",
                "/opt/alt/php82/usr/bin/php",
            ),
            (
                "/etc/opt/remi/php82/php-fpm.d/www.conf",
                "/opt/remi/php82/root/usr/bin/php",
            ),
            (
                "/www/server/php/82/etc/php-fpm.conf",
                "/www/server/php/82/bin/php",
            ),
            (
                "/usr/local/php82/etc/php-fpm.conf",
                "/usr/local/php82/bin/php",
            ),
            (
                "/usr/local/directadmin/data/users/u/php/php-fpm82.conf",
                "/usr/local/php82/bin/php",
            ),
            (
                "/opt/bitnami/php/etc/php-fpm.d/www.conf",
                "/opt/bitnami/php/bin/php",
            ),
        ] {
            assert_eq!(first(file).as_deref(), Some(php), "{file}");
        }
        assert_eq!(first("/etc/php-fpm.d/www.conf"), None);
    }

    #[test]
    fn a_server_has_its_command_line_beside_it() {
        let of = |program: &str| -> Vec<String> {
            let found = of_program(Path::new(program)).into_iter();
            found
                .map(|path| path.to_string_lossy().into_owned())
                .collect()
        };
        assert_eq!(
            of("/usr/sbin/php-fpm8.2"),
            ["/usr/bin/php8.2", "/usr/bin/php"]
        );
        assert_eq!(
            of("/opt/plesk/php/8.2/sbin/php-fpm"),
            ["/opt/plesk/php/8.2/bin/php"]
        );
        assert_eq!(
            of("/usr/local/lsws/lsphp82/bin/lsphp")[0],
            "/usr/local/lsws/lsphp82/bin/php"
        );
        assert_eq!(
            of("/opt/alt/php82/usr/bin/php"),
            ["/opt/alt/php82/usr/bin/php"]
        );
        assert_eq!(of("/bin/bash"), [""; 0]);
    }
}
