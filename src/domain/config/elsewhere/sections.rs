//! Files of sections, `[name]` and `key = value` below: FPM's pools, systemd's units, supervisor's programs.

use std::path::{Path, PathBuf};

use super::{Block, By, unit_words};

/// A logical line: its number and its text.
pub(crate) type LogicalLine = (u64, String);

/// The lines of a text, those that end with a backslash joined with the next.
pub(crate) fn lines(bytes: &[u8]) -> Vec<LogicalLine> {
    let text = String::from_utf8_lossy(bytes);
    let mut joined: Vec<LogicalLine> = Vec::new();
    let mut goes_on = false;
    for (number, line) in (1..).zip(text.lines()) {
        let (line, more) = match line.strip_suffix('\\') {
            Some(line) => (line, true),
            None => (line, false),
        };
        match joined.last_mut().filter(|_| goes_on) {
            Some((_, before)) => {
                before.push(' ');
                before.push_str(line);
            }
            None => joined.push((number, line.to_owned())),
        }
        goes_on = more;
    }
    joined
}

/// The section that a line begins.
fn section(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.split(']').next()
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once('=')?;
    Some((key.trim(), value.trim()))
}

/// A value as PHP's reader of ini files takes it: quoted, or up to a comment.
fn ini(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            return rest.split(quote).next().unwrap_or(rest);
        }
    }
    value.split(';').next().unwrap_or(value).trim_end()
}

/// The pools of a file of FPM's.
pub fn fpm(path: &Path, bytes: &[u8]) -> Vec<Block> {
    let mut pools: Vec<Block> = Vec::new();
    let text = String::from_utf8_lossy(bytes);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.starts_with([';', '#']) {
            continue;
        }
        if let Some(name) = section(line) {
            let mut pool = Block::new(By::Pool(name.to_owned().into()));
            pool.stands(path, number);
            pools.push(pool);
            continue;
        }
        let Some((pool, (key, value))) = pools.last_mut().zip(assignment(line)) else {
            continue;
        };
        let By::Pool(name) = &pool.by else { continue };
        let value = ini(value).replace("$pool", name.raw());
        if let Some(name) = key.strip_prefix("env[").and_then(|k| k.strip_suffix(']')) {
            // `$NAME` is taken over from FPM's own environment.
            let own = Some(value.as_bytes()).filter(|v| !v.starts_with(b"$"));
            pool.set(name.trim(), own, path, number);
            continue;
        }
        match key {
            "user" => pool.user = Some(value),
            "listen" => pool.listens = Some(value),
            "chdir" | "chroot" if value != "/" => pool.mentions.push(value),
            "php_admin_value[doc_root]" | "php_value[doc_root]" => pool.mentions.push(value),
            "php_admin_value[open_basedir]" | "php_value[open_basedir]" => {
                pool.opens = value.split(':').map(PathBuf::from).collect();
            }
            _ => {}
        }
    }
    pools
}

/// A unit of systemd: its file and its drop-ins, in their order. `load` reads the files of `EnvironmentFile=`.
pub fn unit(
    name: &str,
    files: &[(PathBuf, Vec<u8>)],
    load: &dyn Fn(&Path) -> Option<Vec<u8>>,
) -> Block {
    let mut unit = Block::new(By::Service(name.to_owned().into()));
    let mut environment_files: Vec<PathBuf> = Vec::new();
    for (path, bytes) in files {
        let mut service = false;
        for (number, line) in lines(bytes) {
            let line = line.trim();
            if line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(section) = section(line) {
                service = section == "Service";
                continue;
            }
            let Some((key, value)) = assignment(line).filter(|_| service) else {
                continue;
            };
            match key {
                "User" => unit.user = Some(value.to_owned()),
                "WorkingDirectory" | "RootDirectory" => {
                    unit.mentions.push(value.to_owned());
                    if key == "WorkingDirectory" {
                        unit.roots = vec![value.trim_start_matches('-').into()];
                    }
                }
                key if key.starts_with("ExecStart") => {
                    unit.stands(path, number);
                    unit.mentions.push(value.to_owned());
                }
                // An empty one takes back those before.
                "Environment" if value.is_empty() => unit.settings.clear(),
                "Environment" => {
                    for word in unit_words::split(value).words {
                        if let Some((name, value)) = word.text.split_once('=') {
                            unit.set(name, Some(value.as_bytes()), path, number);
                        }
                    }
                }
                "PassEnvironment" => {
                    for name in value.split_whitespace() {
                        unit.set(name, None, path, number);
                    }
                }
                "EnvironmentFile" if value.is_empty() => environment_files.clear(),
                "EnvironmentFile" => {
                    environment_files.push(value.trim_start_matches('-').into());
                }
                _ => {}
            }
        }
    }
    // They count before `Environment=`, wherever they are named.
    for file in &environment_files {
        let bytes = load(file).unwrap_or_default();
        for setting in super::lines::assignments(file, &bytes) {
            let value = setting.value.as_ref().map(|v| v.expose().to_vec());
            let (name, path) = (setting.name.as_str(), setting.path.as_path());
            unit.set(name, value.as_deref(), path, setting.line);
        }
    }
    unit
}

/// The programs of supervisor's files. What `[supervisord]` sets counts for those of all files.
pub fn supervisor(files: &[(PathBuf, Vec<u8>)]) -> Vec<Block> {
    let (mut programs, mut shared) = (Vec::<Block>::new(), Block::new(By::Everyone));
    for (path, bytes) in files {
        supervisor_file(path, bytes, &mut programs, &mut shared);
    }
    for program in &mut programs {
        let own: Vec<String> = program.settings.iter().map(|s| s.name.clone()).collect();
        let inherited = shared.settings.iter().filter(|s| !own.contains(&s.name));
        program.settings.extend(inherited.cloned());
    }
    programs
}

/// What a section of supervisor's is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SectionKind {
    Everything,
    Program,
    Nothing,
}

fn supervisor_file(path: &Path, bytes: &[u8], programs: &mut Vec<Block>, shared: &mut Block) {
    let (mut about, mut key) = (SectionKind::Nothing, String::new());
    let text = String::from_utf8_lossy(bytes);
    for (number, raw) in (1..).zip(text.lines()) {
        let line = raw.trim();
        if line.is_empty() || line.starts_with([';', '#']) {
            continue;
        }
        if let Some(section) = section(line) {
            key.clear();
            let program = ["program:", "fcgi-program:", "eventlistener:"]
                .iter()
                .find_map(|kind| section.strip_prefix(kind));
            about = match program {
                Some(_) => SectionKind::Program,
                None if section == "supervisord" => SectionKind::Everything,
                None => SectionKind::Nothing,
            };
            programs.extend(program.map(|name| {
                let mut block = Block::new(By::Service(name.to_owned().into()));
                block.stands(path, number);
                block
            }));
            continue;
        }
        // A line that begins with a space goes on with the value before.
        let (of, value) = match assignment(line) {
            Some((of, value)) if !raw.starts_with([' ', '\t']) => {
                key = of.to_owned();
                (key.as_str(), value)
            }
            _ => (key.as_str(), line),
        };
        let block = match (about, programs.last_mut()) {
            (SectionKind::Everything, _) => &mut *shared,
            (SectionKind::Program, Some(program)) => program,
            _ => continue,
        };
        match of {
            "environment" => {
                for (name, value) in supervised(value) {
                    block.set(name, value.map(str::as_bytes), path, number);
                }
            }
            "command" => block.mentions.push(value.to_owned()),
            "directory" => {
                block.mentions.push(value.to_owned());
                block.roots = vec![value.into()];
            }
            "user" => block.user = Some(value.to_owned()),
            _ => {}
        }
    }
}

/// Pairs as supervisor splits them: a value without quotes ends at the first character that it takes for none of a word,
/// so that a key loses the `=` it ends with. What `%(…)s` stands for is not known here.
fn supervised(text: &str) -> Vec<(&str, Option<&str>)> {
    let (mut pairs, mut rest) = (Vec::new(), text);
    while let Some((name, behind)) = rest.split_once('=') {
        let behind = behind.trim_start();
        let quote = behind.chars().next().filter(|c| "'\"".contains(*c));
        let (value, after) = match quote {
            Some(quote) => behind[1..].split_once(quote).unwrap_or((&behind[1..], "")),
            None => {
                let word = |c: char| c.is_alphanumeric() || "_/.+-():%".contains(c);
                behind.split_at(behind.find(|c| !word(c)).unwrap_or(behind.len()))
            }
        };
        pairs.push((name.trim(), Some(value).filter(|v| !v.contains("%("))));
        rest = after.split_once(',').map_or("", |(_, rest)| rest);
    }
    pairs
}
