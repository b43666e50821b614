//! Apache's configuration, and `.htaccess`: what is set where, for which document root.

use std::path::{Path, PathBuf};

use super::sections::{lines, words};
use super::{Block, By};

/// Files within files.
const MAX_DEPTH: usize = 10;

/// A file that another one includes.
pub type Included = (PathBuf, Vec<u8>);

/// What is being read.
struct Reader<'a> {
    include: &'a dyn Fn(&str) -> Vec<Included>,
    blocks: Vec<Block>,
    /// The server outside of its sites: what is set there counts in all of them.
    server: Block,
    /// Whether a site is open: the last of the blocks that are sites.
    site: Option<usize>,
    /// Open sections that limit what is in them to a folder; `None` for those that limit it otherwise.
    folders: Vec<(String, Option<PathBuf>)>,
}

/// A file of Apache's, with all that it includes.
pub fn configuration(
    path: &Path,
    bytes: &[u8],
    include: &dyn Fn(&str) -> Vec<Included>,
) -> Vec<Block> {
    let mut reader = Reader {
        include,
        blocks: Vec::new(),
        server: Block::new(By::Site(String::new())),
        site: None,
        folders: Vec::new(),
    };
    reader.file(path, bytes, 0);
    let Reader {
        mut blocks, server, ..
    } = reader;
    for block in blocks.iter_mut().filter(|b| matches!(b.by, By::Site(_))) {
        let own: Vec<String> = block.settings.iter().map(|s| s.name.clone()).collect();
        let of_all = server.settings.iter().filter(|s| !own.contains(&s.name));
        block.settings.extend(of_all.cloned());
        if block.roots.is_empty() {
            block.roots.clone_from(&server.roots);
        }
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

impl Reader<'_> {
    fn file(&mut self, path: &Path, bytes: &[u8], depth: usize) {
        for (number, line) in lines(bytes) {
            let line = line.trim();
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

    fn open(&mut self, section: &str) {
        let words = words(section, ' ');
        let Some((name, arguments)) = words.split_first() else {
            return;
        };
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "virtualhost" => {
                self.blocks.push(Block::new(By::Site(String::new())));
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
            // Modules, versions, names of files: what is in them counts as if it stood outside.
            _ => {}
        }
    }

    fn close(&mut self, section: &str) {
        let name = section.trim_end_matches('>').trim().to_ascii_lowercase();
        if name == "virtualhost" {
            self.site = None;
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

    fn directive(
        &mut self,
        name: &str,
        arguments: &[String],
        path: &Path,
        line: u64,
        depth: usize,
    ) {
        let mut set = |name: &str, value: Option<&str>| {
            let value = value.filter(|v| !v.contains("${"));
            let setting = |block: &mut Block| block.set(name, value.map(str::as_bytes), path, line);
            match self.folders.last().cloned() {
                None => setting(self.site()),
                Some((_, Some(folder))) => {
                    let mut block = Block::new(By::Folder);
                    block.roots.push(folder);
                    setting(&mut block);
                    self.blocks.push(block);
                    // The new block must not be taken for the open site.
                }
                Some((_, None)) => {}
            }
        };
        match (name, arguments) {
            ("setenv" | "fcgidinitialenv", [name, value @ ..]) => {
                set(name, Some(value.first().map_or("", String::as_str)));
            }
            ("passenv", names) => names.iter().for_each(|name| set(name, None)),
            ("proxyfcgisetenvif", [_, name, value]) => set(name, Some(value)),
            ("setenvif" | "setenvifnocase", [_, _, assigned @ ..]) => {
                for assigned in assigned {
                    if let Some((name, value)) = assigned.split_once('=') {
                        set(name, Some(value));
                    }
                }
            }
            ("documentroot", [root, ..]) => self.site().roots.push(root.into()),
            ("alias", [_, folder]) => self.site().roots.push(folder.into()),
            ("servername", [name, ..]) => self.site().by = By::Site(name.clone()),
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
