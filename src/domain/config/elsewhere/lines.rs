//! Files of lines `NAME=value`: environment files, `/etc/environment`, crontabs; and scripts that PHP runs first.

use std::path::Path;

use super::{Block, By, Setting};

/// What an environment file sets, as a shell, systemd and PAM would take it. The last one of a name counts.
pub fn assignments(path: &Path, bytes: &[u8]) -> Vec<Setting> {
    let mut block = Block::new(By::Everyone);
    let text = String::from_utf8_lossy(bytes);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        if let Some((name, value)) = variable(line) {
            block.set(name, Some(value.as_bytes()), path, number);
        }
    }
    block.settings
}

/// A variable that a line sets.
fn variable(line: &str) -> Option<(&str, String)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let named = !name.is_empty() && name.chars().all(is_name);
    let value = words(value.trim(), ' ').into_iter().next();
    named.then(|| (name, value.unwrap_or_default()))
}

/// A crontab: what is set in it counts for the jobs below; what a job sets itself, for that job.
pub fn crontab(path: &Path, bytes: &[u8]) -> Vec<Block> {
    let text = String::from_utf8_lossy(bytes);
    // What is set at this line, by name: a later assignment takes its place.
    let (mut set, mut blocks): (Vec<Block>, Vec<Block>) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        if let Some((name, value)) = variable(line) {
            let is = |block: &mut Block| block.settings.iter().any(|s| s.name == name);
            blocks.extend(set.extract_if(.., is));
            let mut block = Block::new(By::Cron);
            block.set(name, Some(value.as_bytes()), path, number);
            set.extend(Some(block).filter(|block| !block.settings.is_empty()));
            continue;
        }
        for block in &mut set {
            block.mentions.push(line.to_owned());
        }
        let mut own = Block::new(By::Cron);
        for word in line.split_whitespace() {
            if let Some((name, value)) = variable(word) {
                own.set(name, Some(value.as_bytes()), path, number);
            }
        }
        if !own.settings.is_empty() {
            own.mentions.push(line.to_owned());
            blocks.push(own);
        }
    }
    blocks.extend(set);
    blocks
}

/// The script that an ini file has PHP run before every page. An ini file by itself sets no variable.
pub fn runs_first(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let scripts = text.lines().filter_map(|line| {
        let (key, value) = line.trim().split_once('=')?;
        (key.trim() == "auto_prepend_file").then(|| words(value.trim(), ' ').into_iter().next())?
    });
    scripts.reduce(|_, last| last).filter(|s| s != "none")
}

/// What a PHP script sets by `putenv('NAME=value')`, `$_ENV['NAME'] = 'value'` or `$_SERVER[…]`, on lines of their own.
pub fn script(path: &Path, bytes: &[u8]) -> Vec<Setting> {
    let mut block = Block::new(By::Folder);
    let text = String::from_utf8_lossy(bytes);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        let calls = ["putenv(", "$_ENV[", "$_SERVER["];
        let Some(rest) = calls.iter().find_map(|call| Some(line.split_once(call)?.1)) else {
            continue;
        };
        let texts: Vec<&str> = rest.split(['\'', '"']).skip(1).step_by(2).collect();
        match texts[..] {
            [both] | [both, ""] if both.contains('=') => {
                if let Some((name, value)) = both.split_once('=') {
                    // What is put together from parts is not known here.
                    let whole = Some(value.as_bytes()).filter(|value| !value.is_empty());
                    block.set(name, whole, path, number);
                }
            }
            [name, value, ..] => block.set(name, Some(value.as_bytes()), path, number),
            _ => {}
        }
    }
    block.settings
}

/// The environment of a process, `NAME=value` with NULs between.
pub fn environment(path: &Path, bytes: &[u8]) -> Vec<Setting> {
    let mut block = Block::new(By::Everyone);
    for entry in bytes.split(|b| *b == 0) {
        if let Some(at) = memchr::memchr(b'=', entry)
            && let Ok(name) = std::str::from_utf8(&entry[..at])
        {
            block.set(name, Some(&entry[at + 1..]), path, 0);
        }
    }
    block.settings
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
