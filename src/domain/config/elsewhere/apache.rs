//! Apache's configuration, and `.htaccess`: what is set where, for which document root.

use std::path::{Path, PathBuf};

use super::sections::lines;
use super::{Block, By};
use crate::domain::config::elsewhere::lines::words;

/// Files within files.
const MAX_DEPTH: usize = 10;
/// Longest line that names are put into, and most names that are kept.
const MAX_LINE: usize = 16 << 10;
const MAX_DEFINED: usize = 500;

/// A file that another one includes.
pub type Included = (PathBuf, Vec<u8>);

/// What is being read.
struct ApacheReader<'a> {
    include: &'a dyn Fn(&str) -> Vec<Included>,
    blocks: Vec<Block>,
    /// The server outside of its sites: what is set there counts in all of them.
    server: Block,
    /// Whether a site is open: the last of the blocks that are sites.
    site: Option<usize>,
    /// What `Define` names, for `${NAME}`.
    defined: Vec<(String, String)>,
    /// Folders' own settings that stand in a site, as places in `blocks`: the folder's, the site's.
    folders_of_sites: Vec<(usize, usize)>,
    /// What `UnsetEnv` takes away: the site's place, or none for all of the server; the variable.
    unset: Vec<(Option<usize>, String)>,
    /// How many sections are open whose condition is only known with a request.
    conditions: usize,
    /// Open sections that limit what is in them to a folder; `None` for those that limit it otherwise.
    folders: Vec<(String, Option<PathBuf>)>,
}

/// A file of Apache's, with all that it includes.
pub fn configuration(
    path: &Path,
    bytes: &[u8],
    include: &dyn Fn(&str) -> Vec<Included>,
) -> Vec<Block> {
    let mut reader = ApacheReader {
        include,
        blocks: Vec::new(),
        server: Block::new(By::Site(String::new().into())),
        site: None,
        defined: Vec::new(),
        folders_of_sites: Vec::new(),
        unset: Vec::new(),
        conditions: 0,
        folders: Vec::new(),
    };
    reader.file(path, bytes, 0);
    let ApacheReader {
        mut blocks,
        mut server,
        folders_of_sites,
        unset,
        ..
    } = reader;
    let taken =
        |site: Option<usize>, name: &str| unset.iter().any(|(of, n)| *of == site && n == name);
    server.settings.retain(|s| !taken(None, &s.name));
    let sites = blocks.iter_mut().enumerate();
    for (at, block) in sites.filter(|(_, b)| matches!(b.by, By::Site(_))) {
        let own: Vec<String> = block.settings.iter().map(|s| s.name.clone()).collect();
        let of_all = server.settings.iter().filter(|s| !own.contains(&s.name));
        block.settings.extend(of_all.cloned());
        if block.roots.is_empty() {
            block.roots.clone_from(&server.roots);
        }
        block.settings.retain(|s| !taken(Some(at), &s.name));
    }
    for (folder, site) in folders_of_sites {
        blocks[folder].within = blocks[site].roots.clone();
    }
    blocks.push(server);
    blocks
}

/// A `.htaccess`: it counts for its folder and all below.
pub fn htaccess(path: &Path, bytes: &[u8]) -> Vec<Block> {
    let mut block = Block::new(By::Folder);
    block.roots.extend(path.parent().map(Path::to_owned));
    let of_server = configuration(path, bytes, &|_| Vec::new());
    block.settings = of_server.into_iter().flat_map(|b| b.settings).collect();
    vec![block]
}

impl ApacheReader<'_> {
    fn file(&mut self, path: &Path, bytes: &[u8], depth: usize) {
        for (number, line) in lines(bytes) {
            let line = self.with_defined(line.trim());
            let line = line.as_str();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(inner) = line.strip_prefix("</") {
                self.close(inner);
            } else if let Some(inner) = line.strip_prefix('<') {
                self.open(inner.trim_end_matches('>'));
            } else {
                let words = words(&line.replace('\t', " "), ' ');
                if let Some((name, arguments)) = words.split_first() {
                    self.directive(&name.to_ascii_lowercase(), arguments, path, number, depth);
                }
            }
        }
    }

    /// A line with what `Define` has named put in.
    fn with_defined(&self, line: &str) -> String {
        let mut line = line.to_owned();
        if !line.contains("${") {
            return line;
        }
        for (name, value) in &self.defined {
            let variable = format!("${{{name}}}");
            if line.contains(&variable) && line.len() + value.len() <= MAX_LINE {
                line = line.replace(&variable, value);
            }
        }
        line
    }

    fn open(&mut self, section: &str) {
        let words = words(section, ' ');
        let Some((name, arguments)) = words.split_first() else {
            return;
        };
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "virtualhost" => {
                self.blocks.push(Block::new(By::Site(String::new().into())));
                self.site = Some(self.blocks.len() - 1);
            }
            "directory" => {
                let folder = arguments.first().filter(|f| *f != "~").map(PathBuf::from);
                self.folders.push((name, folder));
            }
            "location" if arguments.first().is_some_and(|at| at == "/") => {}
            "location" | "locationmatch" | "directorymatch" | "proxy" => {
                self.folders.push((name, None));
            }
            "if" | "elseif" | "else" => self.conditions += 1,
            // Modules, versions, names of files: what is in them counts as if it stood outside.
            _ => {}
        }
    }

    fn close(&mut self, section: &str) {
        let name = section.trim_end_matches('>').trim().to_ascii_lowercase();
        if name == "virtualhost" {
            self.site = None;
        }
        if matches!(name.as_str(), "if" | "elseif" | "else") {
            self.conditions = self.conditions.saturating_sub(1);
        }
        if self.folders.last().is_some_and(|(open, _)| *open == name) {
            self.folders.pop();
        }
    }

    fn site(&mut self) -> &mut Block {
        match self.site {
            Some(site) => &mut self.blocks[site],
            None => &mut self.server,
        }
    }

    fn set(&mut self, name: &str, value: Option<&str>, path: &Path, line: u64) {
        let conditional = self.conditions > 0;
        let value = value.filter(|v| !v.contains("${") && !conditional);
        let setting = |block: &mut Block| {
            // What may be does not take the place of what is.
            if !conditional || block.settings.iter().all(|s| s.name != name) {
                block.set(name, value.map(str::as_bytes), path, line);
            }
        };
        match self.folders.last().cloned() {
            None => setting(self.site()),
            Some((_, Some(folder))) => {
                let mut block = Block::new(By::Folder);
                block.roots.push(folder);
                setting(&mut block);
                let place = self.blocks.len();
                let of_site = self.site.map(|site| (place, site));
                self.folders_of_sites.extend(of_site);
                self.blocks.push(block);
            }
            Some((_, None)) => {}
        }
    }

    fn directive(
        &mut self,
        name: &str,
        arguments: &[String],
        path: &Path,
        line: u64,
        depth: usize,
    ) {
        match (name, arguments) {
            ("setenv" | "fcgidinitialenv", [name, value @ ..]) => {
                self.set(
                    name,
                    Some(value.first().map_or("", String::as_str)),
                    path,
                    line,
                );
            }
            // Within a folder it takes away from that folder's pages alone: rare, and left out.
            ("unsetenv", names) if self.folders.is_empty() && self.conditions == 0 => {
                let site = self.site;
                self.unset
                    .extend(names.iter().map(|name| (site, name.clone())));
            }
            ("define", [name, value]) if self.defined.len() < MAX_DEFINED => {
                self.defined.retain(|(known, _)| known != name);
                self.defined.push((name.clone(), value.clone()));
            }
            ("passenv", names) => names
                .iter()
                .for_each(|name| self.set(name, None, path, line)),
            ("proxyfcgisetenvif", [_, name, value]) => self.set(name, Some(value), path, line),
            ("setenvif" | "setenvifnocase", [_, _, assigned @ ..]) => {
                for assigned in assigned {
                    if let Some((name, value)) = assigned.split_once('=') {
                        self.set(name, Some(value), path, line);
                    }
                }
            }
            ("documentroot", [root, ..]) => {
                self.site().stands(path, line);
                self.site().roots.push(root.into());
            }
            ("alias", [_, folder]) => {
                self.site().stands(path, line);
                self.site().roots.push(folder.into());
            }
            ("servername", [name, ..]) => self.site().by = By::Site(name.clone().into()),
            ("sethandler" | "proxypass" | "proxypassmatch", arguments) => {
                let passes = arguments
                    .iter()
                    .filter(|a| a.contains("fcgi") || a.contains("unix:"));
                // `balancer` and the path behind the address do not name the socket.
                let passes = passes.map(|a| match a.strip_prefix("fcgi://") {
                    Some(rest) => rest.split('/').next().unwrap_or(rest).to_owned(),
                    None => a.clone(),
                });
                let passes: Vec<String> = passes.collect();
                self.site().passes_to.extend(passes);
            }
            ("include" | "includeoptional", [pattern]) if depth < MAX_DEPTH => {
                for (path, bytes) in (self.include)(pattern) {
                    self.file(&path, &bytes, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// What a setting is called, for tests of the readers.
#[cfg(test)]
pub(super) fn told(settings: &[super::Setting]) -> Vec<(String, Option<String>, u64)> {
    let text = |s: &super::Setting| {
        let value = s.value.as_ref();
        value.map(|v| String::from_utf8_lossy(v.expose()).into_owned())
    };
    settings
        .iter()
        .map(|s| (s.name.clone(), text(s), s.line))
        .collect()
}
