//! What `php.ini` says of the authorities that PHP trusts, and where it lies for a PHP of the command line.
//!
//! Of PHP's own reader: sections for hosts and paths, which the command line passes over, quotes, comments, variables. What
//! PHP takes for a mistake ends a value; constants are not looked up.

use std::path::{Path, PathBuf};

/// Which authorities PHP trusts in place of the system's (`openssl.cafile`, `openssl.capath`); an empty text is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PhpAuthorities {
    /// A bundle.
    pub file: String,
    /// A folder of files that are found by a hash of their names.
    pub folder: String,
}

impl PhpAuthorities {
    /// Takes over what this text of settings says; what was said before stays where it says nothing.
    pub fn read(&mut self, text: &str, variable: &dyn Fn(&str) -> Option<String>) {
        let mut counts = true;
        for line in text.lines().map(str::trim) {
            if let Some(section) = line.strip_prefix('[') {
                let section = section.trim_start().to_ascii_uppercase();
                counts = !["HOST", "PATH"].iter().any(|of| section.starts_with(of));
                continue;
            }
            let (key, set) = line.split_once('=').unwrap_or((line, ""));
            let place = match key.trim_end() {
                "openssl.cafile" => &mut self.file,
                "openssl.capath" => &mut self.folder,
                _ => continue,
            };
            if counts {
                *place = value(set, variable);
            }
        }
    }

    /// Whether it names any: else the system's count.
    pub fn names_any(&self) -> bool {
        !self.file.is_empty() || !self.folder.is_empty()
    }
}

/// The value behind the sign.
fn value(set: &str, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let mut value = String::new();
    let mut rest = set.trim();
    let mut quoted = false;
    while let Some(first) = rest.chars().next() {
        let inner = &rest[first.len_utf8()..];
        match first {
            // These end a value: a comment, and what PHP takes for a mistake.
            ';' | '=' | '(' | ')' | '{' | '}' | '|' | '&' | '^' | '~' | '!' => break,
            '\'' => {
                quoted = true;
                let end = inner.find('\'').unwrap_or(inner.len());
                value.push_str(&inner[..end]);
                rest = inner.get(end + 1..).unwrap_or_default();
            }
            '"' => {
                quoted = true;
                rest = in_quotes(inner, &mut value, variable).trim_start_matches([' ', '\t']);
            }
            '$' if inner.starts_with('{') => rest = of_variable(inner, &mut value, variable),
            _ => {
                value.push(first);
                rest = inner;
            }
        }
    }
    let words = ["none", "null", "off", "no", "false"];
    let plain = value.trim_end();
    match quoted {
        true => value,
        false if words.iter().any(|word| plain.eq_ignore_ascii_case(word)) => String::new(),
        false => plain.to_owned(),
    }
}

/// Reads to the end of the quotes; gives what follows.
fn in_quotes<'a>(
    text: &'a str,
    value: &mut String,
    variable: &dyn Fn(&str) -> Option<String>,
) -> &'a str {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let inner = &rest[first.len_utf8()..];
        match (first, inner.chars().next()) {
            ('"', _) => return inner,
            ('\\', Some(escaped @ ('"' | '\\'))) => {
                value.push(escaped);
                rest = &inner[1..];
            }
            ('$', Some('{')) => rest = of_variable(inner, value, variable),
            _ => {
                value.push(first);
                rest = inner;
            }
        }
    }
    rest
}

/// `{NAME}`, and a default behind `:-`, as PHP has it from 8.3 on; gives what follows.
fn of_variable<'a>(
    text: &'a str,
    value: &mut String,
    variable: &dyn Fn(&str) -> Option<String>,
) -> &'a str {
    let inner = &text[1..];
    let Some(end) = inner.find('}') else {
        return "";
    };
    let (name, _) = inner[..end].split_once(":-").unwrap_or((&inner[..end], ""));
    value.push_str(&variable(name).unwrap_or_default());
    &inner[end + 1..]
}

/// A folder with `php.ini`, and one with more files of settings, which are read after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IniPlace {
    /// Where `php-cli.ini` or `php.ini` is.
    pub folder: PathBuf,
    /// Where those beside it are.
    pub scanned: PathBuf,
}

/// Where this PHP of the command line may have its settings, as distributions, images and panels build it; what is there
/// first counts. `program` is the file itself, links resolved.
pub fn places(program: &Path) -> Vec<IniPlace> {
    let name = program.file_name().and_then(|name| name.to_str());
    let version: String = name
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let Some(prefix) = program.parent().and_then(Path::parent) else {
        return Vec::new();
    };
    // `/opt/cpanel/ea-php82/root/usr/bin/php` has `/opt/cpanel/ea-php82/root/etc`.
    let base = match prefix.parent() {
        Some(base) if prefix.ends_with("usr") => base,
        _ => prefix,
    };
    let mut found: Vec<(String, &str)> = Vec::new();
    if version.contains('.') {
        found.push((format!("etc/php/{version}/cli"), "conf.d"));
    } else if !version.is_empty() {
        found.push((format!("etc/php{version}"), "conf.d"));
    }
    for (folder, scanned) in [
        ("etc/php", "conf.d"),
        ("etc/php8/cli", "conf.d"),
        ("etc", "php.d"),
        ("etc", "conf.d"),
        ("lib", "php.conf.d"),
    ] {
        found.push((folder.to_owned(), scanned));
    }
    let below = |(folder, scanned): (String, &str)| IniPlace {
        scanned: base.join(&folder).join(scanned),
        folder: base.join(folder),
    };
    let mut all: Vec<IniPlace> = found.into_iter().map(below).collect();
    // `/opt/remi/php82/root/usr/bin/php` has `/etc/opt/remi/php82`.
    if let Some(of) = base.parent().filter(|_| base.ends_with("root"))
        && let Ok(below) = of.strip_prefix("/opt")
    {
        let folder = Path::new("/etc/opt").join(below);
        let scanned = folder.join("php.d");
        all.push(IniPlace { folder, scanned });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As PHP 8.2 reads them.
    #[test]
    fn values_are_read_as_php_reads_them() {
        let home = |name: &str| (name == "HOME").then(|| "/root".to_owned());
        for (text, file) in [
            ("openssl.cafile=/a/b.pem", "/a/b.pem"),
            ("openssl.cafile = \"/a/b c.pem\" ; c", "/a/b c.pem"),
            ("openssl.cafile = \"/a\" \"/b\" c", "/a/bc"),
            ("openssl.cafile='/a/b.pem'", "/a/b.pem"),
            (";openssl.cafile=/x", ""),
            ("#openssl.cafile=/x", ""),
            (" openssl.cafile=/x ; comment", "/x"),
            ("openssl.cafile=/x;y", "/x"),
            ("OPENSSL.CAFILE=/x", ""),
            ("[openssl]\nopenssl.cafile=/x", "/x"),
            ("[HOST=example.org]\nopenssl.cafile=/x", ""),
            ("[PATH=/work]\nopenssl.cafile=/x", ""),
            ("[PATH=/work]\n[PHP]\nopenssl.cafile=/x", "/x"),
            ("openssl.cafile=/x\nopenssl.cafile=/y", "/y"),
            ("openssl.cafile=/x\nopenssl.cafile=", ""),
            ("openssl.cafile=${HOME}/x", "/root/x"),
            ("openssl.cafile=\"${HOME}/x\"", "/root/x"),
            ("openssl.cafile='${HOME}/x'", "${HOME}/x"),
            ("openssl.cafile=${NOPE:-/d}/x", "/x"),
            ("openssl.cafile=none", ""),
            ("openssl.cafile=null", ""),
            ("openssl.cafile=\"none\"", "none"),
            ("openssl.cafile=/a b/c", "/a b/c"),
            ("openssl.cafile=/a#b", "/a#b"),
            ("openssl.cafile", ""),
            ("openssl.cafile=a/b\"c\"d", "a/bcd"),
            ("openssl.cafile=/x\r\n", "/x"),
            ("openssl.cafile=/x=y", "/x"),
            ("openssl.cafile=/a(b", "/a"),
            ("openssl.cafile=/a!b", "/a"),
            ("openssl.cafile = \"/x\\\"y\"", "/x\"y"),
            ("openssl.cafile=${HOME", ""),
            ("openssl.cafile=\"/open", "/open"),
        ] {
            let mut found = PhpAuthorities::default();
            found.read(text, &home);
            assert_eq!(found.file, file, "{text}");
            assert_eq!(found.names_any(), !file.is_empty());
        }
        let mut found = PhpAuthorities::default();
        found.read("openssl.cafile=/x\nopenssl.capath = /y", &home);
        found.read("[PHP]\nopenssl.cafile=", &home);
        let folder = "/y".to_owned();
        let file = String::new();
        assert_eq!(found, PhpAuthorities { file, folder });
    }

    #[test]
    fn each_php_has_its_own_settings() {
        for (program, folder, scanned) in [
            (
                "/usr/bin/php8.2",
                "/etc/php/8.2/cli",
                "/etc/php/8.2/cli/conf.d",
            ),
            ("/usr/bin/php82", "/etc/php82", "/etc/php82/conf.d"),
            ("/usr/bin/php", "/etc", "/etc/php.d"),
            (
                "/usr/local/bin/php",
                "/usr/local/etc/php",
                "/usr/local/etc/php/conf.d",
            ),
            (
                "/opt/plesk/php/8.2/bin/php",
                "/opt/plesk/php/8.2/etc",
                "/opt/plesk/php/8.2/etc/php.d",
            ),
            (
                "/opt/cpanel/ea-php82/root/usr/bin/php",
                "/opt/cpanel/ea-php82/root/etc",
                "/opt/cpanel/ea-php82/root/etc/php.d",
            ),
            (
                "/opt/remi/php82/root/usr/bin/php",
                "/etc/opt/remi/php82",
                "/etc/opt/remi/php82/php.d",
            ),
            (
                "/usr/local/php82/bin/php",
                "/usr/local/php82/lib",
                "/usr/local/php82/lib/php.conf.d",
            ),
        ] {
            let expected = IniPlace {
                folder: folder.into(),
                scanned: scanned.into(),
            };
            assert!(places(Path::new(program)).contains(&expected), "{program}");
        }
        assert_eq!(places(Path::new("php")), []);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "(openssl.cafile|=|[\\[\\]\"'${}\\\\;a \nä]){0,40}") {
            PhpAuthorities::default().read(&text, &|_| None);
        }
    }
}
