//! Where a container's environment is defined: which line of a compose file, of a file of variables, or of a unit for
//! Podman sets a key. Read line by line: what matters stands on lines of its own, and a file that is written otherwise is
//! told as one that sets nothing.
//!
//! Formats: the Compose specification (services, `environment`, `env_file`, `secrets`), podman-systemd.unit(5).

use std::path::PathBuf;

use crate::domain::config::elsewhere::is_wanted;
use crate::domain::inventory::secret::SecretBytes;

/// A line that sets a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Which one.
    pub name: String,
    /// Its value, or where that comes from.
    pub value: SetTo,
    /// The line, counted from 1.
    pub line: u64,
}

/// What a variable is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetTo {
    /// This.
    Is(SecretBytes),
    /// What another variable has: one of the file of variables beside the definition.
    Of(String),
}

/// What a definition says of one container.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// The variables that it sets.
    pub sets: Vec<Set>,
    /// Files of variables that it names, as they stand there.
    pub files: Vec<PathBuf>,
    /// Secrets by name, and the files that hold them, as they stand there.
    pub secrets: Vec<(String, PathBuf)>,
}

/// A compose file, as far as it says something of this service; of every service, where that is none of it.
pub fn compose(text: &str, service: &str) -> Definition {
    let lines: Vec<Line<'_>> = text.lines().enumerate().filter_map(Line::read).collect();
    let of_service = |line: &Line<'_>| {
        line.path.first() == Some(&"services") && line.path.get(1) == Some(&service)
    };
    // The path of a line is known only from those above it.
    let lines = nested(lines);
    let named = lines.iter().any(of_service);
    let mut found = Definition::default();
    for line in &lines {
        match line.path.as_slice() {
            ["services", one, "environment", ..] | ["services", one, "environment"]
                if !named || *one == service =>
            {
                found.sets.extend(line.set());
            }
            ["services", one, "env_file", ..] if !named || *one == service => {
                let path = line
                    .item
                    .or_else(|| line.value_of("path"))
                    .or(line.value_of("env_file"));
                found.files.extend(path.map(PathBuf::from));
            }
            ["secrets", name, ..] => {
                let path = line.value_of("file");
                found
                    .secrets
                    .extend(path.map(|path| ((*name).to_owned(), path.into())));
            }
            _ => {}
        }
    }
    found
}

/// A file of variables: `NAME=value` on lines.
pub fn variables(text: &str) -> Vec<Set> {
    let lines = text.lines().enumerate();
    let set = |(at, line): (usize, &str)| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=')?;
        wanted(name.trim(), value.trim(), at)
    };
    lines.filter_map(set).collect()
}

/// The value of any variable in a file of variables, and its line.
pub fn variable(text: &str, name: &str) -> Option<(SecretBytes, u64)> {
    let found = text.lines().enumerate().filter_map(|(at, line)| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (its, value) = line.split_once('=')?;
        (its.trim() == name).then(|| (unquoted(value.trim()).as_bytes().into(), at as u64 + 1))
    });
    found.last()
}

/// A unit of Podman's: `Environment=`, `EnvironmentFile=` of its `[Container]`.
pub fn quadlet(text: &str) -> Definition {
    let mut found = Definition::default();
    for (at, line) in text.lines().enumerate() {
        let Some((name, value)) = line.trim().split_once('=') else {
            continue;
        };
        match name.trim() {
            "Environment" => {
                let words = value.split_whitespace();
                let sets = words.filter_map(|word| {
                    let (name, value) = word.trim_matches(['"', '\'']).split_once('=')?;
                    wanted(name, value, at)
                });
                found.sets.extend(sets);
            }
            "EnvironmentFile" => {
                let path = value.trim().trim_start_matches('-');
                found.files.push(path.into());
            }
            _ => {}
        }
    }
    found
}

/// The name of the container that a unit of Podman's defines, where it gives one.
pub fn quadlet_name(text: &str) -> Option<&str> {
    let mut names = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("ContainerName="));
    names.next().map(str::trim)
}

fn wanted(name: &str, value: &str, at: usize) -> Option<Set> {
    if !is_wanted(name) {
        return None;
    }
    let value = unquoted(value);
    let value = match reference(value) {
        Some(other) => SetTo::Of(other.to_owned()),
        None => SetTo::Is(value.as_bytes().into()),
    };
    Some(Set {
        name: name.to_owned(),
        value,
        line: at as u64 + 1,
    })
}

/// The variable that a value is taken from: `$NAME`, `${NAME}`, `${NAME:-default}`.
fn reference(value: &str) -> Option<&str> {
    let inner = value.strip_prefix('$')?;
    let inner = inner
        .strip_prefix('{')
        .and_then(|inner| inner.strip_suffix('}'))
        .unwrap_or(inner);
    let end = inner
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(inner.len());
    (end > 0).then(|| &inner[..end])
}

fn unquoted(value: &str) -> &str {
    let quoted = |quote: char| value.strip_prefix(quote)?.split(quote).next();
    quoted('"').or_else(|| quoted('\'')).unwrap_or_else(|| {
        // A comment begins after a blank.
        value.split(" #").next().unwrap_or(value).trim_end()
    })
}

/// A line of a file in YAML.
struct Line<'a> {
    at: usize,
    indent: usize,
    /// What stands after `- `, where it is no pair.
    item: Option<&'a str>,
    pair: Option<(&'a str, &'a str)>,
    /// The keys that it stands below, and its own.
    path: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn read((at, line): (usize, &'a str)) -> Option<Self> {
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') || text.starts_with("---") {
            return None;
        }
        let mut indent = line.len() - line.trim_start().len();
        let (listed, text) = match text.strip_prefix("- ") {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text),
        };
        // An item belongs to the key above it, however far it is indented.
        indent += usize::from(listed);
        let pair = match text.strip_suffix(':') {
            Some(key) => Some((key, "")),
            None => text.split_once(": "),
        };
        let pair = pair.filter(|(key, _)| !key.contains(['=', ' ']) || key.starts_with('"'));
        let pair = pair.map(|(key, value)| (unquoted(key), value.trim()));
        let item = (listed && pair.is_none()).then(|| unquoted(text));
        Some(Self {
            at,
            indent,
            item,
            pair,
            path: Vec::new(),
        })
    }

    fn value_of(&self, key: &str) -> Option<&'a str> {
        let (own, value) = self.pair?;
        (own == key && !value.is_empty()).then(|| unquoted(value))
    }

    fn set(&self) -> Option<Set> {
        match (self.item, self.pair) {
            (Some(item), _) => {
                let (name, value) = item.split_once('=')?;
                wanted(name.trim(), value.trim(), self.at)
            }
            (None, Some((name, value))) => wanted(name, value, self.at),
            (None, None) => None,
        }
    }
}

/// The same lines with the keys that each stands below.
fn nested(mut lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let mut above: Vec<(usize, &str)> = Vec::new();
    for line in &mut lines {
        above.retain(|(indent, _)| *indent < line.indent);
        line.path = above.iter().map(|(_, key)| *key).collect();
        if let Some((key, _)) = line.pair {
            line.path.push(key);
            above.push((line.indent, key));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(name: &str, value: &str, line: u64) -> Set {
        Set {
            name: name.to_owned(),
            value: SetTo::Is(value.as_bytes().into()),
            line,
        }
    }

    fn of(name: &str, other: &str, line: u64) -> Set {
        Set {
            name: name.to_owned(),
            value: SetTo::Of(other.to_owned()),
            line,
        }
    }

    #[test]
    fn a_compose_file_tells_the_line_of_a_key() {
        let text = "\
version: '3'
services:
  freescout-app:
    image: somebody/freescout
    env_file:
      - ./app.env
    environment:
    - APP_KEY=base64:AAAA= # old
    - \"FREESCOUT_APP_KEY=${FS_KEY:-none}\"
    - SITE_URL=https://x
  db:
    image: mariadb
    environment:
      APP_KEY: not-this
secrets:
  app_key:
    file: ./secrets/key.txt
";
        let found = compose(text, "freescout-app");
        assert_eq!(
            found.sets,
            [
                is("APP_KEY", "base64:AAAA=", 8),
                of("FREESCOUT_APP_KEY", "FS_KEY", 9)
            ]
        );
        assert_eq!(found.files, [PathBuf::from("./app.env")]);
        let secret = ("app_key".to_owned(), PathBuf::from("./secrets/key.txt"));
        assert_eq!(found.secrets, [secret]);
        assert_eq!(compose(text, "db").sets, [is("APP_KEY", "not-this", 14)]);
        assert_eq!(compose(text, "gone").sets.len(), 3, "of every service");
    }

    #[test]
    fn a_map_and_one_file_of_variables_do_as_well() {
        let text = "services:\n    app:\n        env_file: .env.app\n        environment:\n            FREESCOUT_APP_KEY_FILE: /run/secrets/app_key\n            APP_KEY: \"base64:B=\"\n        volumes:\n            - ./data:/data\n";
        let found = compose(text, "app");
        assert_eq!(
            found.sets,
            [
                is("FREESCOUT_APP_KEY_FILE", "/run/secrets/app_key", 5),
                is("APP_KEY", "base64:B=", 6)
            ]
        );
        assert_eq!(found.files, [PathBuf::from(".env.app")]);
    }

    #[test]
    fn what_is_no_compose_file_sets_nothing() {
        for text in [
            "",
            ":",
            "- - -\n\t:",
            "services:",
            "APP_KEY=x",
            "services: {app: {environment: {APP_KEY: x}}}",
        ] {
            assert_eq!(compose(text, "app"), Definition::default(), "{text}");
        }
    }

    #[test]
    fn files_of_variables_and_units_tell_theirs() {
        assert_eq!(
            variables("# APP_KEY=no\nexport APP_KEY='base64:C='\nDB=1\n"),
            [is("APP_KEY", "base64:C=", 2)]
        );
        let (value, line) =
            variable("A=1\nFS_KEY=base64:D=\n", "FS_KEY").unwrap_or_else(|| unreachable!());
        assert_eq!((value.expose(), line), (&b"base64:D="[..], 2));
        let unit = "[Container]\nContainerName=helpdesk\nEnvironment=TZ=UTC \"APP_KEY=base64:E=\"\nEnvironmentFile=-/etc/fs.env\n";
        let found = quadlet(unit);
        assert_eq!(found.sets, [is("APP_KEY", "base64:E=", 3)]);
        assert_eq!(found.files, [PathBuf::from("/etc/fs.env")]);
        assert_eq!(quadlet_name(unit), Some("helpdesk"));
    }
}
