//! Files of sections, `[name]` and `key = value` below: FPM's pools, systemd's units, supervisor's programs.

use std::path::{Path, PathBuf};

use super::{Block, By};

/// A logical line: its number and its text.
pub(crate) type Line = (u64, String);

/// The lines of a text, those that end with a backslash joined with the next.
pub(crate) fn lines(bytes: &[u8]) -> Vec<Line> {
    let text = String::from_utf8_lossy(bytes);
    let mut joined: Vec<Line> = Vec::new();
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
            pools.push(Block::new(By::Pool(name.to_owned())));
            continue;
        }
        let Some((pool, (key, value))) = pools.last_mut().zip(assignment(line)) else {
            continue;
        };
        let By::Pool(name) = &pool.by else { continue };
        let value = ini(value).replace("$pool", name);
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
    let mut unit = Block::new(By::Service(name.to_owned()));
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
                "WorkingDirectory" | "RootDirectory" => unit.mentions.push(value.to_owned()),
                key if key.starts_with("ExecStart") => unit.mentions.push(value.to_owned()),
                // An empty one takes back those before.
                "Environment" if value.is_empty() => unit.settings.clear(),
                "Environment" => {
                    for word in words(value, ' ') {
                        if let Some((name, value)) = word.split_once('=') {
                            unit.set(name, Some(value.as_bytes()), path, number);
                        }
                    }
                }
                "PassEnvironment" => {
                    for name in value.split_whitespace() {
                        unit.set(name, None, path, number);
                    }
                }
                "EnvironmentFile" => {
                    let file = Path::new(value.trim_start_matches('-'));
                    let bytes = load(file).unwrap_or_default();
                    for setting in super::lines::assignments(file, &bytes) {
                        let value = setting.value.as_ref().map(|v| v.expose().to_vec());
                        let (name, path) = (setting.name.as_str(), setting.path.as_path());
                        unit.set(name, value.as_deref(), path, setting.line);
                    }
                }
                _ => {}
            }
        }
    }
    unit
}

/// The programs of a file of supervisor's.
pub fn supervisor(path: &Path, bytes: &[u8]) -> Vec<Block> {
    let (mut programs, mut shared) = (Vec::<Block>::new(), Block::new(By::Everyone));
    let (mut of_all, mut key): (bool, String) = (false, String::new());
    let text = String::from_utf8_lossy(bytes);
    for (number, raw) in (1..).zip(text.lines()) {
        let line = raw.trim();
        if line.is_empty() || line.starts_with([';', '#']) {
            continue;
        }
        if let Some(section) = section(line) {
            of_all = section == "supervisord";
            key.clear();
            let name = section.strip_prefix("program:");
            programs.extend(name.map(|n| Block::new(By::Service(n.to_owned()))));
            continue;
        }
        // A line that begins with a blank goes on with the value before.
        let (of, value) = match assignment(line) {
            Some((of, value)) if !raw.starts_with([' ', '\t']) => {
                key = of.to_owned();
                (key.as_str(), value)
            }
            _ => (key.as_str(), line),
        };
        let set = |block: &mut Block| {
            for word in words(value, ',') {
                if let Some((name, value)) = word.trim().split_once('=') {
                    block.set(name.trim(), Some(value.trim().as_bytes()), path, number);
                }
            }
        };
        match (of, programs.last_mut()) {
            ("environment", _) if of_all => set(&mut shared),
            ("environment", Some(program)) => set(program),
            ("command" | "directory", Some(program)) => program.mentions.push(value.to_owned()),
            ("user", Some(program)) => program.user = Some(value.to_owned()),
            _ => {}
        }
    }
    for program in &mut programs {
        let own: Vec<String> = program.settings.iter().map(|s| s.name.clone()).collect();
        let inherited = shared.settings.iter().filter(|s| !own.contains(&s.name));
        program.settings.extend(inherited.cloned());
    }
    programs
}

/// The words between these, quotes taken off; a quote may begin within a word.
pub(crate) fn words(text: &str, between: char) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\\', Some('"') | None) => word.extend(chars.next()),
            (c, Some(_)) => word.push(c),
            ('"' | '\'', None) => quote = Some(c),
            (c, None) if c == between => words.push(std::mem::take(&mut word)),
            (c, None) => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}
