//! Units for Podman (Quadlet): which line of a `[Container]` sets a variable, which files of variables it names, and which
//! container it makes.
//!
//! Formats: podman-systemd.unit(5), systemd.unit(5) for specifiers, podman-run(1) for `PodmanArgs=`.

use std::path::{Path, PathBuf};

use super::definition::{Definition, Set, Stands, VariablesFile, VariablesForm, WhyUnread};
use crate::domain::config::elsewhere::is_wanted;
use crate::domain::config::elsewhere::unit_words::{self, UnitWord, UnitWords};

/// What specifiers (`%h`, `%i`) stand for in a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Specifiers {
    /// The unit's name without its ending, with the instance where it is that of a template.
    pub name: String,
    /// Whose it is: the account's number, its name, and its home.
    pub account: u32,
    /// See there.
    pub user: String,
    /// See there.
    pub home: PathBuf,
}

impl Specifiers {
    fn parts(&self) -> (&str, Option<&str>) {
        match self.name.split_once('@') {
            Some((prefix, instance)) => (prefix, Some(instance)),
            None => (&self.name, None),
        }
    }

    /// A text with its specifiers filled in; `None` where one of them is not known here.
    pub fn fill_in(&self, text: &str) -> Option<String> {
        let (prefix, instance) = self.parts();
        let mut out = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            match chars.next()? {
                '%' => out.push('%'),
                'h' => out.push_str(self.home.to_str()?),
                'i' => out.push_str(instance.unwrap_or_default()),
                'n' => {
                    out.push_str(&self.name);
                    out.push_str(".service");
                }
                'N' => out.push_str(&self.name),
                'p' => out.push_str(prefix),
                'u' => out.push_str(&self.user),
                'U' => out.push_str(&self.account.to_string()),
                't' if self.account == 0 => out.push_str("/run"),
                't' => out.push_str(&format!("/run/user/{}", self.account)),
                'E' if self.account == 0 => out.push_str("/etc"),
                'E' => out.push_str(self.home.join(".config").to_str()?),
                'S' if self.account == 0 => out.push_str("/var/lib"),
                _ => return None,
            }
        }
        Some(out)
    }
}

/// What one file of a unit says: the unit itself, or one that is added to it. An empty assignment voids those before it,
/// also those of the files before.
pub fn read(text: &str, specifiers: &Specifiers) -> Definition {
    let mut found = Definition {
        named: true,
        ..Definition::default()
    };
    for line in of_container(text) {
        let UnitWords { words, is_broken } = unit_words::split(&line.value);
        match line.name {
            "Environment" if line.value.is_empty() => {
                found.sets.clear();
                found.resets = true;
            }
            "EnvironmentFile" if line.value.is_empty() => {
                found.files.clear();
                found.resets_files = true;
            }
            "Environment" | "EnvironmentFile" | "Secret" | "PodmanArgs" if is_broken => {
                found.unread.push(WhyUnread::NotUnderstood(line.number(0)));
            }
            "Environment" => {
                for word in &words {
                    let at = line.number(word.at);
                    found.sets.extend(assigned(&word.text, at, specifiers));
                }
            }
            "EnvironmentFile" => {
                for word in &words {
                    name_file(&mut found, &word.text, line.number(word.at), specifiers);
                }
            }
            "Secret" => {
                for word in &words {
                    found.sets.extend(secret(&word.text, line.number(word.at)));
                }
            }
            "PodmanArgs" => arguments(&mut found, &line, &words, specifiers),
            // Whatever the service has, which is not looked into.
            "EnvironmentHost" if is_true(&line.value) => {
                found.unread.push(WhyUnread::NotUnderstood(line.number(0)));
            }
            _ => {}
        }
    }
    found
}

fn is_true(value: &str) -> bool {
    let words = ["1", "yes", "true", "on"];
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// `NAME=value`; a name alone is that variable of whoever starts the container.
fn assigned(word: &str, line: u64, specifiers: &Specifiers) -> Option<Set> {
    let (name, value) = match word.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word, None),
    };
    is_wanted(name).then(|| Set {
        name: name.to_owned(),
        value: value.and_then(|value| {
            // It becomes a part of a command line of systemd's.
            let plain = !value.replace("$$", "").contains("${");
            let value = specifiers.fill_in(value).filter(|_| plain)?;
            Some(value.replace("$$", "$").as_bytes().into())
        }),
        stands: Stands::Here(line),
    })
}

fn name_file(found: &mut Definition, path: &str, line: u64, specifiers: &Specifiers) {
    match specifiers.fill_in(path) {
        Some(path) => found.files.push(VariablesFile {
            path: path.into(),
            required: true,
            form: VariablesForm::Literal,
        }),
        None => found.unread.push(WhyUnread::Untold(line)),
    }
}

/// A secret of Podman's that becomes a variable: `NAME,type=env,target=VARIABLE`. Its value is Podman's.
fn secret(word: &str, line: u64) -> Option<Set> {
    let mut parts = word.split(',');
    let name = parts.next()?;
    let options: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('=')).collect();
    let option = |wanted: &str| {
        let mut its = options.iter().filter(|(name, _)| *name == wanted);
        its.next_back().map(|(_, value)| *value)
    };
    let target = option("target").unwrap_or(name);
    (option("type") == Some("env") && is_wanted(target)).then(|| Set {
        name: target.to_owned(),
        value: None,
        stands: Stands::Here(line),
    })
}

/// Options of `podman run` that set variables, wherever they are put.
fn arguments(
    found: &mut Definition,
    line: &UnitAssignment<'_>,
    words: &[UnitWord],
    specifiers: &Specifiers,
) {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (option, value) = match word.text.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value)),
            _ => (word.text.as_str(), None),
        };
        let at = line.number(word.at);
        if !["--env", "-e", "--env-file", "--secret"].contains(&option) {
            if option == "--env-host" {
                found.unread.push(WhyUnread::NotUnderstood(at));
            }
            continue;
        }
        let next = || words.next().map(|word| word.text.as_str());
        let Some(value) = value.or_else(next) else {
            return;
        };
        match option {
            "--env-file" => name_file(found, value, at, specifiers),
            "--secret" => found.sets.extend(secret(value, at)),
            _ => found.sets.extend(assigned(value, at, specifiers)),
        }
    }
}

/// How a container is called that units may make, as far as these files of one tell: `ContainerName=`, or by the unit's own
/// name.
fn name_pattern(texts: &[&str], stem: &str) -> String {
    let lines = texts.iter().flat_map(|text| of_container(text));
    let named = lines.filter(|line| line.name == "ContainerName").last();
    let named = named.map(|line| line.value).filter(|name| !name.is_empty());
    named.unwrap_or_else(|| match stem.contains('@') {
        true => "systemd-%p_%i".to_owned(),
        false => "systemd-%N".to_owned(),
    })
}

/// The unit that makes the container of this name, if these files do: as it is called with its instance, where they are a
/// template's. `with` gives what specifiers stand for in a unit of a name.
///
/// # Errors
/// That the name cannot be told.
pub fn made_by(
    texts: &[&str],
    stem: &str,
    container: &str,
    with: &dyn Fn(&str) -> Specifiers,
) -> Result<Option<String>, NameUntold> {
    let pattern = name_pattern(texts, stem);
    let is_template = stem.ends_with('@');
    let instance = match pattern.split_once("%i").filter(|_| is_template) {
        Some((before, after)) => {
            let fill = |part: &str| {
                let part = part.split("%i").next().unwrap_or_default();
                with(stem).fill_in(part).ok_or(NameUntold)
            };
            let (before, after) = (fill(before)?, fill(after)?);
            let rest = container.strip_prefix(before.as_str());
            let end = |rest: &str| match after.is_empty() {
                true => Some(rest.len()),
                false => rest.find(&after),
            };
            match rest.and_then(|rest| rest.get(..end(rest)?)) {
                Some(instance) if !instance.is_empty() => instance.to_owned(),
                _ => return Ok(None),
            }
        }
        None => String::new(),
    };
    let unit = format!("{stem}{instance}");
    let name = with(&unit).fill_in(&pattern).ok_or(NameUntold)?;
    Ok((name == container).then_some(unit))
}

/// A name has a specifier that is not known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameUntold;

/// Whether a text sets anything that is looked for, or may do so.
pub fn may_set(text: &str) -> bool {
    let names = ["Environment", "EnvironmentFile", "Secret", "PodmanArgs"];
    of_container(text).any(|line| names.contains(&line.name))
}

/// An assignment in a unit's `[Container]`, with the lines that go on with it.
struct UnitAssignment<'a> {
    name: &'a str,
    value: String,
    /// Where the text of each line begins in the value, and its number.
    lines: Vec<(usize, u64)>,
}

impl UnitAssignment<'_> {
    /// The number of the line that this place of the value stands in, counted from 1.
    fn number(&self, at: usize) -> u64 {
        let mut before = self.lines.iter().rev();
        let line = before.find(|(begins, _)| *begins <= at);
        line.map_or(0, |(_, number)| *number)
    }
}

/// A line that a backslash ends goes on with the next; what is commented out in between is left out.
fn of_container(text: &str) -> impl Iterator<Item = UnitAssignment<'_>> {
    let mut inside = false;
    let mut lines = (1..).zip(text.lines());
    std::iter::from_fn(move || {
        loop {
            let (number, line) = lines.next()?;
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if line.starts_with('[') {
                inside = line == "[Container]";
                continue;
            }
            let (name, rest) = line.split_once('=').unwrap_or(("", line));
            let mut rest = rest.trim_start();
            let (mut value, mut numbers) = (String::new(), vec![(0, number)]);
            while let Some(more) = rest.strip_suffix('\\') {
                value.push_str(more);
                let is_comment = |line: &str| line.is_empty() || line.starts_with(['#', ';']);
                let mut following = lines.by_ref().map(|(number, line)| (number, line.trim()));
                let Some((number, next)) = following.find(|(_, line)| !is_comment(line)) else {
                    rest = "";
                    break;
                };
                numbers.push((value.len(), number));
                rest = next;
            }
            value.push_str(rest);
            if inside && !name.is_empty() {
                return Some(UnitAssignment {
                    name: name.trim_end(),
                    value: value.trim_end().to_owned(),
                    lines: numbers,
                });
            }
        }
    })
}

/// The folders in which files lie that are added to a unit of this name, the most telling first: its own, those of its
/// template, of what its name begins with, of all.
pub fn added_folders(stem: &str) -> Vec<String> {
    let folder = |stem: &str| format!("{stem}.container.d");
    let mut folders = vec![folder(stem)];
    if let Some((prefix, instance)) = stem.split_once('@')
        && !instance.is_empty()
    {
        folders.push(folder(&format!("{prefix}@")));
    }
    let dashes = stem.rmatch_indices('-');
    folders.extend(dashes.map(|(at, dash)| folder(&stem[..at + dash.len()])));
    folders.push("container.d".to_owned());
    folders.dedup();
    folders
}

/// Where the files of an account's units are read, beside those in its home; `None` for root's.
pub fn of_account(account: u32) -> Option<PathBuf> {
    let folder = format!("/run/user/{account}/containers/systemd");
    (account != 0).then(|| Path::new(&folder).to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(name: &str) -> Specifiers {
        Specifiers {
            name: name.to_owned(),
            account: 4711,
            user: "ann".to_owned(),
            home: "/home/ann".into(),
        }
    }

    /// What is set, by name, value and line; the files; what is not read.
    fn told(text: &str) -> (Vec<String>, Vec<String>, Vec<WhyUnread>) {
        let found = read(&format!("[Container]\n{text}"), &of("desk"));
        let set = |set: &Set| {
            let value = set.value.as_ref();
            let value = value.map_or("?".into(), |value| {
                String::from_utf8_lossy(value.expose()).into_owned()
            });
            let Stands::Here(line) = set.stands else {
                panic!("{set:?}");
            };
            format!("{} {value} {line}", set.name)
        };
        let files = found.files.iter();
        let files = files.map(|file| file.path.to_str().unwrap().to_owned());
        let sets = found.sets.iter().map(set).collect();
        (sets, files.collect(), found.unread)
    }

    #[test]
    fn whatever_sets_a_variable_is_told_with_its_line() {
        use WhyUnread::{NotUnderstood, Untold};
        let sets = |text: &str, expected: &[&str]| {
            assert_eq!(
                told(text),
                (
                    expected.iter().map(|s| (*s).to_owned()).collect(),
                    vec![],
                    vec![]
                ),
                "{text}"
            );
        };
        sets("Environment=\"APP_KEY=a\\\"b\" TZ=UTC", &["APP_KEY a\"b 2"]);
        sets("Environment=APP_KEY=\\x41%%$$", &["APP_KEY A%$ 2"]);
        sets("Environment=APP_KEY=%h/x", &["APP_KEY /home/ann/x 2"]);
        sets(
            "Environment=APP_KEY=%m DB_HOST=${X}",
            &["APP_KEY ? 2", "DB_HOST ? 2"],
        );
        sets(
            "Environment=TZ=UTC \\\n# no\n  APP_KEY=\"x \\\n  y\" \\\n DB_HOST=z\nUser=80",
            &["APP_KEY x y 4", "DB_HOST z 6"],
        );
        sets(
            "Environment=APP_KEY=x\nEnvironment=\nEnvironment=DB_HOST=y",
            &["DB_HOST y 4"],
        );
        sets("Environment=APP_KEY", &["APP_KEY ? 2"]);
        sets("Secret=fs-key,type=env,target=APP_KEY", &["APP_KEY ? 2"]);
        sets("Secret=APP_KEY,type=env", &["APP_KEY ? 2"]);
        sets("Secret=APP_KEY\nSecret=other,type=env,target=TZ", &[]);
        sets(
            "PodmanArgs=--env APP_KEY=x -e DB_HOST=y --env=DB_PORT=1 --secret k,type=env,target=FREESCOUT_APP_KEY",
            &[
                "APP_KEY x 2",
                "DB_HOST y 2",
                "DB_PORT 1 2",
                "FREESCOUT_APP_KEY ? 2",
            ],
        );
        let files = told("EnvironmentFile=%h/fs.env \"./a b\"\nPodmanArgs=--env-file=/x");
        assert_eq!(files.1, ["/home/ann/fs.env", "./a b", "/x"]);
        let unread = |text: &str, why| assert_eq!(told(text).2, [why], "{text}");
        unread("EnvironmentFile=%m.env", Untold(2));
        unread("Environment=APP_KEY=\\q", NotUnderstood(2));
        unread("EnvironmentHost=True", NotUnderstood(2));
        unread("PodmanArgs=--env-host", NotUnderstood(2));
        assert!(
            read("[Service]\nEnvironment=APP_KEY=x\n", &of("desk"))
                .sets
                .is_empty()
        );
    }

    #[test]
    fn a_container_is_that_of_its_unit() {
        let made = |text: &str, stem: &str, container: &str| {
            made_by(&[&format!("[Container]\n{text}")], stem, container, &of)
        };
        let by = |unit: &str| Ok(Some(unit.to_owned()));
        assert_eq!(made("", "desk", "systemd-desk"), by("desk"));
        assert_eq!(made("ContainerName=fs\n", "desk", "fs"), by("desk"));
        assert_eq!(
            made("ContainerName=a\nContainerName=fs\n", "desk", "fs"),
            by("desk")
        );
        assert_eq!(made("", "desk", "fs"), Ok(None));
        assert_eq!(made("", "desk@", "systemd-desk_one"), by("desk@one"));
        assert_eq!(made("", "desk@one", "systemd-desk_one"), by("desk@one"));
        assert_eq!(made("", "desk@one", "systemd-desk_two"), Ok(None));
        assert_eq!(
            made("ContainerName=%p-%i-app", "fs@", "fs-b-app"),
            by("fs@b")
        );
        assert_eq!(made("ContainerName=%m", "desk", "fs"), Err(NameUntold));
        assert_eq!(
            added_folders("a-b@c"),
            [
                "a-b@c.container.d",
                "a-b@.container.d",
                "a-.container.d",
                "container.d"
            ]
        );
    }
}
