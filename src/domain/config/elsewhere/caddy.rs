//! Caddy's configuration: sites, their document roots, the pools they hand requests to, and the variables that PHP gets.
//!
//! `env NAME value` of `php_fastcgi`, and of `transport fastcgi` in `reverse_proxy`, reaches PHP; of two of one name the
//! last. All between braces is replaced by Caddy: what it becomes is not known here. Of FrankenPHP only the roots are read.

use std::path::{Path, PathBuf};

use super::apache::Included;
use super::roots::WebRoot;
use super::{Block, By};

/// Levels within levels, and imports within imports.
const MAX_DEPTH: usize = 20;
/// Directives of one configuration, what it imports counted each time.
const MAX_DIRECTIVES: usize = 20_000;

/// One directive, and what is in its braces, where it has some.
#[derive(Clone)]
struct CaddyDirective {
    words: Vec<String>,
    path: PathBuf,
    line: u64,
    inner: Option<Vec<CaddyDirective>>,
}

impl CaddyDirective {
    fn name(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// Of a site, the first address.
    fn address(&self) -> String {
        self.name().trim_end_matches(',').to_owned()
    }

    /// The web root that it names.
    fn root(&self) -> Option<&str> {
        let ("root", [_, root] | [_, _, root]) = (self.name(), &self.words[..]) else {
            return None;
        };
        (root.starts_with('/') && !root.contains('{')).then_some(root)
    }

    fn inner(&self) -> &[CaddyDirective] {
        self.inner.as_deref().unwrap_or_default()
    }
}

/// A word, and whether it stands without quotes.
struct CaddyWord {
    text: String,
    bare: bool,
}

impl CaddyWord {
    fn is_brace(&self, brace: &str) -> bool {
        self.bare && self.text == brace
    }
}

/// A Caddyfile, with all that it imports.
pub fn configuration(
    path: &Path,
    bytes: &[u8],
    include: &dyn Fn(&str) -> Vec<Included>,
) -> Vec<Block> {
    let mut importer = Importer {
        include,
        folder: path.parent().unwrap_or(path),
        snippets: Vec::new(),
        room: MAX_DIRECTIVES,
    };
    let mut all = parse(path, bytes);
    // A file of one site may leave its braces out: its first line is the address.
    let lone = all
        .iter()
        .position(|d| !d.words.is_empty() && d.name() != "import");
    if let Some(at) = lone.filter(|at| all[*at].inner.is_none()) {
        let inner = all.split_off(at + 1);
        all[at].inner = Some(inner);
    }
    let mut blocks = Vec::new();
    for directive in importer.expand(all, 0) {
        let of_site = !directive.words.is_empty() && directive.inner.is_some();
        if of_site && !is_snippet(directive.name()) {
            let mut block = Block::new(By::Site(directive.address().into()));
            site(directive.inner(), &mut block);
            blocks.push(block);
        }
    }
    blocks
}

/// `(name)`, which is imported, and `&(name)`, which is invoked.
fn is_snippet(name: &str) -> bool {
    name.starts_with('(') || name.starts_with("&(")
}

/// Puts in what is imported.
struct Importer<'a> {
    include: &'a dyn Fn(&str) -> Vec<Included>,
    folder: &'a Path,
    snippets: Vec<(String, Vec<CaddyDirective>)>,
    room: usize,
}

impl Importer<'_> {
    fn expand(&mut self, all: Vec<CaddyDirective>, depth: usize) -> Vec<CaddyDirective> {
        let mut expanded = Vec::new();
        for mut directive in all {
            if self.room == 0 || depth > MAX_DEPTH {
                break;
            }
            self.room -= 1;
            let argument = directive.words.get(1).cloned();
            let put_in = match (directive.name(), argument) {
                ("import", Some(what)) => {
                    let snippet = self.snippet(&format!("({what})"));
                    Some(snippet.unwrap_or_else(|| self.files(&directive.path, &what)))
                }
                ("invoke", Some(what)) => self.snippet(&format!("&({what})")),
                _ => None,
            };
            if let Some(put_in) = put_in {
                expanded.extend(self.expand(put_in, depth + 1));
                continue;
            }
            if let Some(inner) = directive.inner.take() {
                if is_snippet(directive.name()) {
                    self.snippets.push((directive.name().to_owned(), inner));
                    continue;
                }
                directive.inner = Some(self.expand(inner, depth + 1));
            }
            expanded.push(directive);
        }
        expanded
    }

    fn snippet(&self, name: &str) -> Option<Vec<CaddyDirective>> {
        let mut known = self.snippets.iter();
        let found = known.find(|(known, _)| known == name)?;
        Some(found.1.clone())
    }

    /// Files are named from the folder of the file that imports them.
    fn files(&self, importing: &Path, pattern: &str) -> Vec<CaddyDirective> {
        let below = importing
            .parent()
            .and_then(|folder| folder.strip_prefix(self.folder).ok());
        let pattern = match below {
            Some(below) => below.join(pattern).to_string_lossy().into_owned(),
            None => pattern.to_owned(),
        };
        let files = (self.include)(&pattern).into_iter();
        files
            .flat_map(|(path, bytes)| parse(&path, &bytes))
            .collect()
    }
}

/// The web roots of a file, as it stands: what it imports is another one.
pub fn roots(bytes: &[u8]) -> Vec<WebRoot> {
    let mut found = Vec::new();
    for directive in parse(Path::new(""), bytes) {
        let site = match directive.inner {
            Some(_) => directive.address(),
            None => String::new(),
        };
        roots_in(std::slice::from_ref(&directive), &site, &mut found);
    }
    found
}

fn roots_in(level: &[CaddyDirective], site: &str, found: &mut Vec<WebRoot>) {
    for directive in level {
        found.extend(directive.root().map(|root| WebRoot {
            site: site.to_owned(),
            root: root.into(),
            line: directive.line,
        }));
        roots_in(directive.inner(), site, found);
    }
}

fn site(level: &[CaddyDirective], block: &mut Block) {
    for directive in level {
        if let Some(root) = directive.root() {
            block.stands(&directive.path, directive.line);
            block.roots.push(root.into());
        }
        match directive.name() {
            "php_fastcgi" => fastcgi(directive, directive.inner(), block),
            "reverse_proxy" => {
                let of_fastcgi = |d: &&CaddyDirective| d.words[..] == ["transport", "fastcgi"];
                if let Some(transport) = directive.inner().iter().find(of_fastcgi) {
                    fastcgi(directive, transport.inner(), block);
                }
            }
            _ => {}
        }
        site(directive.inner(), block);
    }
}

/// Where requests are handed to, and the variables that go with them.
fn fastcgi(proxy: &CaddyDirective, settings: &[CaddyDirective], block: &mut Block) {
    let more = proxy.inner().iter().filter(|d| d.name() == "to");
    for directive in [proxy].into_iter().chain(more) {
        let named = directive.words.iter().skip(1);
        // Before them may stand which requests are meant.
        let upstreams = named.filter(|word| !word.starts_with(['/', '@', '*']));
        block.passes_to.extend(upstreams.cloned());
    }
    let mut own = Block::new(block.by.clone());
    for directive in settings {
        if let [env, name, value] = &directive.words[..]
            && env == "env"
        {
            let replaced = value.contains('{') && value.contains('}');
            let value = Some(value.as_bytes()).filter(|_| !replaced);
            own.set(name, value, &directive.path, directive.line);
        }
    }
    own.settings
        .into_iter()
        .for_each(|setting| block.add(setting));
}

fn parse(path: &Path, bytes: &[u8]) -> Vec<CaddyDirective> {
    let text = String::from_utf8_lossy(bytes);
    let mut levels: Vec<(Vec<String>, u64, Vec<CaddyDirective>)> = vec![<_>::default()];
    // Addresses go on in the next line behind a comma.
    let mut before: Vec<String> = Vec::new();
    for (line, mut words) in lines(&text) {
        let closes = words.len() == 1 && words[0].is_brace("}");
        let opens = words.last().is_some_and(|word| word.is_brace("{"));
        if opens {
            words.pop();
        }
        let goes_on = levels.len() == 1 && words.last().is_some_and(|w| w.text.ends_with(','));
        let texts = words.into_iter().map(|word| word.text);
        let texts: Vec<String> = before.drain(..).chain(texts).collect();
        let (words, line, inner) = match (opens, closes) {
            (true, _) if levels.len() >= MAX_DEPTH => break,
            (true, _) => {
                levels.push((texts, line, Vec::new()));
                continue;
            }
            (_, true) if levels.len() > 1 => match levels.pop() {
                Some((words, line, inner)) => (words, line, Some(inner)),
                None => break,
            },
            (_, true) => continue,
            _ if goes_on => {
                before = texts;
                continue;
            }
            _ => (texts, line, None),
        };
        if let Some((_, _, level)) = levels.last_mut() {
            let path = path.to_owned();
            level.push(CaddyDirective {
                words,
                path,
                line,
                inner,
            });
        }
    }
    levels.swap_remove(0).2
}

/// The lines that have words, with their numbers. A quote may span several; a backslash joins a line with the next.
fn lines(text: &str) -> Vec<(u64, Vec<CaddyWord>)> {
    let (mut lines, mut words, mut begun, mut line) = (Vec::new(), Vec::new(), 1, 1);
    let mut chars = text.chars().filter(|c| *c != '\r').peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => {
                line += 1;
                if !words.is_empty() {
                    lines.push((begun, std::mem::take(&mut words)));
                }
            }
            '\\' if chars.peek() == Some(&'\n') => {
                chars.next();
                line += 1;
            }
            '#' => while chars.next_if(|c| *c != '\n').is_some() {},
            c if c.is_whitespace() => {}
            quote => {
                if words.is_empty() {
                    begun = line;
                }
                let bare = !matches!(quote, '"' | '`');
                let mut text = String::new();
                if bare {
                    text.push(quote);
                    while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
                        text.push(c);
                    }
                } else {
                    while let Some(c) = chars.next().filter(|c| *c != quote) {
                        line += u64::from(c == '\n');
                        let escaped = c == '\\' && quote == '"';
                        match chars.next_if(|next| escaped && matches!(next, '"' | '\\')) {
                            Some('\\') => text.push_str("\\\\"),
                            Some(next) => text.push(next),
                            None => text.push(c),
                        }
                    }
                }
                words.push(CaddyWord { text, bare });
            }
        }
    }
    if !words.is_empty() {
        lines.push((begun, words));
    }
    lines
}
