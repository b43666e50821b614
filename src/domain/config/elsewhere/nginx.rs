//! nginx's configuration: sites, their document roots, and the parameters that PHP gets as its environment.
//!
//! `fastcgi_param` is inherited from the level above only where a level has none of its own.

use std::path::{Path, PathBuf};

use super::apache::Included;
use super::{Block, By, Setting};

/// Levels within levels, and files within files.
const MAX_DEPTH: usize = 20;

/// One directive, and what is in its braces.
struct Directive {
    words: Vec<String>,
    path: PathBuf,
    line: u64,
    inner: Vec<Directive>,
}

impl Directive {
    fn is(&self, name: &str) -> bool {
        self.words.first().is_some_and(|word| word == name)
    }
}

/// A file of nginx's, with all that it includes.
pub fn configuration(
    path: &Path,
    bytes: &[u8],
    include: &dyn Fn(&str) -> Vec<Included>,
) -> Vec<Block> {
    let all = parse(path, bytes, include, 0);
    let mut upstreams = Vec::new();
    find(&all, "upstream", &mut upstreams);
    let upstreams: Vec<(&str, &str)> = upstreams
        .iter()
        .flat_map(|upstream| {
            let name = upstream.words.get(1).map_or("", String::as_str);
            let servers = upstream.inner.iter().filter(|d| d.is("server"));
            servers.filter_map(move |d| Some((name, d.words.get(1)?.as_str())))
        })
        .collect();
    let mut blocks = Vec::new();
    sites(&all, &[], &upstreams, &mut blocks);
    blocks
}

fn find<'d>(all: &'d [Directive], name: &str, found: &mut Vec<&'d Directive>) {
    for directive in all {
        if directive.is(name) && !directive.inner.is_empty() {
            found.push(directive);
        }
        find(&directive.inner, name, found);
    }
}

fn sites(
    level: &[Directive],
    above: &[Setting],
    upstreams: &[(&str, &str)],
    blocks: &mut Vec<Block>,
) {
    let own = parameters(level);
    let here = if own.is_empty() { above } else { &own };
    for directive in level.iter().filter(|d| !d.inner.is_empty()) {
        if directive.is("server") {
            let mut block = Block::new(By::Site(String::new().into()));
            let names = names(level, &directive.inner);
            server(&directive.inner, here, upstreams, &names, &mut block);
            blocks.push(block);
        } else {
            sites(&directive.inner, here, upstreams, blocks);
        }
    }
}

/// What a level sets itself: also what is of no interest here keeps the level above from counting.
fn parameters(level: &[Directive]) -> Vec<Setting> {
    let set = level.iter().filter(|d| d.is("fastcgi_param"));
    set.map(|d| {
        let value = d.words.get(2).filter(|v| !v.contains('$'));
        Setting {
            name: d.words.get(1).cloned().unwrap_or_default(),
            value: value.map(|v| v.as_bytes().into()),
            path: d.path.clone(),
            line: d.line,
        }
    })
    .collect()
}

/// What `set` gives a fixed value, for `root $base/public`.
fn names<'d>(above: &'d [Directive], level: &'d [Directive]) -> Vec<(&'d str, &'d str)> {
    let set = above.iter().chain(level).filter(|d| d.is("set"));
    let named =
        set.filter_map(|d| Some((d.words.get(1)?.strip_prefix('$')?, d.words.get(2)?.as_str())));
    named.filter(|(_, value)| !value.contains('$')).collect()
}

/// A path with these names put in; `None` where more is needed to know it.
fn put_in(path: &str, names: &[(&str, &str)]) -> Option<PathBuf> {
    let mut path = path.to_owned();
    for (name, value) in names {
        path = path.replace(&format!("${{{name}}}"), value);
        let variable = format!("${name}");
        if let Some(rest) = path
            .strip_prefix(&variable)
            .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        {
            path = format!("{value}{rest}");
        }
    }
    (!path.contains('$')).then(|| path.into())
}

fn server(
    level: &[Directive],
    above: &[Setting],
    upstreams: &[(&str, &str)],
    names: &[(&str, &str)],
    block: &mut Block,
) {
    let own = parameters(level);
    let here = if own.is_empty() { above } else { &own };
    for directive in level {
        let argument = directive.words.get(1);
        match (directive.words.first().map_or("", String::as_str), argument) {
            ("root" | "alias", Some(root)) => {
                if let Some(root) = put_in(root, names) {
                    block.stands(&directive.path, directive.line);
                    block.roots.push(root);
                }
            }
            ("server_name", Some(name)) => block.by = By::Site(name.clone().into()),
            ("fastcgi_pass", Some(to)) => {
                let of_name = upstreams.iter().filter(|(name, _)| name == to);
                let servers: Vec<String> = of_name.map(|(_, s)| (*s).to_owned()).collect();
                match servers.is_empty() {
                    true => block.passes_to.push(to.clone()),
                    false => block.passes_to.extend(servers),
                }
                for setting in here.iter().filter(|s| super::is_wanted(&s.name)) {
                    block.add(setting.clone());
                }
            }
            _ => {}
        }
        if !directive.inner.is_empty() {
            server(&directive.inner, here, upstreams, names, block);
        }
    }
}

fn parse(
    path: &Path,
    bytes: &[u8],
    include: &dyn Fn(&str) -> Vec<Included>,
    depth: usize,
) -> Vec<Directive> {
    let text = String::from_utf8_lossy(bytes);
    let mut levels: Vec<(Vec<String>, u64, Vec<Directive>)> = vec![(Vec::new(), 1, Vec::new())];
    let (mut words, mut word, mut line, mut begun) = (Vec::new(), String::new(), 1, 1);
    let mut quote = None;
    let mut comment = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\n' {
            line += 1;
            comment = false;
        }
        if comment {
            continue;
        }
        if let Some(open) = quote {
            match c {
                '\\' => word.extend(chars.next()),
                c if c == open => quote = None,
                c => word.push(c),
            }
            continue;
        }
        match c {
            '"' | '\'' if word.is_empty() => quote = Some(c),
            '\\' => word.extend(chars.next()),
            '#' if word.is_empty() => comment = true,
            '$' if chars.peek() == Some(&'{') => word.push(c),
            '{' if word.ends_with('$') => word.push(c),
            c if c.is_whitespace() || ";{}".contains(c) => {
                if !word.is_empty() {
                    if words.is_empty() {
                        begun = line;
                    }
                    words.push(std::mem::take(&mut word));
                }
                match c {
                    ';' => {
                        let words = std::mem::take(&mut words);
                        let included = words.first().is_some_and(|w| w == "include");
                        let Some((_, _, level)) = levels.last_mut() else {
                            break;
                        };
                        match words.get(1).filter(|_| included) {
                            Some(pattern) if depth < MAX_DEPTH => {
                                for (path, bytes) in include(pattern) {
                                    level.extend(parse(&path, &bytes, include, depth + 1));
                                }
                            }
                            _ => level.push(Directive {
                                words,
                                path: path.to_owned(),
                                line: begun,
                                inner: Vec::new(),
                            }),
                        }
                    }
                    '{' if levels.len() < MAX_DEPTH => {
                        levels.push((std::mem::take(&mut words), begun, Vec::new()));
                    }
                    '}' if levels.len() > 1 => {
                        if let Some((words, line, inner)) = levels.pop()
                            && let Some((_, _, level)) = levels.last_mut()
                        {
                            let path = path.to_owned();
                            level.push(Directive {
                                words,
                                path,
                                line,
                                inner,
                            });
                        }
                    }
                    _ => {}
                }
            }
            c => word.push(c),
        }
    }
    levels.swap_remove(0).2
}
