//! Where web servers, FPM, services and crontabs set what PHP gets as its environment: read bounded, and handed to the
//! readers in `domain::elsewhere`.
//!
//! Nothing here is written. Files may belong to the web user: see [`HostRoot`].

use std::path::{Path, PathBuf};

use crate::domain::config::elsewhere::{Block, By, apache, lines};
use crate::io::fs;
use crate::io::install::configured::Configured;
use crate::io::install::host::{HostRoot, MAX_FILE};
use crate::io::os::as_user;

/// Everything that is set for programs of a system whose files lie below this folder, and for this install's folders.
pub fn read(system: &Path, install: &Path) -> Vec<Block> {
    let mut blocks = match HostRoot::at(system) {
        Ok(host) => of_system(&Configured { host: &host }),
        Err(_) => Vec::new(),
    };
    blocks.extend(folders(install));
    blocks.iter_mut().for_each(follow_links);
    blocks
}

fn of_system(configured: &Configured<'_>) -> Vec<Block> {
    let mut blocks = configured.pools();
    blocks.extend(configured.apache());
    blocks.extend(configured.nginx());
    blocks.extend(configured.caddy());
    let set = |block: &Block| !block.settings.is_empty();
    blocks.extend(configured.units().into_iter().filter(set));
    blocks.extend(configured.supervisor());
    for crontab in configured.crontabs() {
        blocks.extend(lines::crontab(&crontab.path, &crontab.bytes));
    }
    for (path, bytes) in configured.all(&["etc/environment"]) {
        let mut block = Block::new(By::Everyone);
        block.settings = lines::assignments(&path, &bytes);
        blocks.push(block);
    }
    blocks
}

/// Adds what the folders of a block are without links: sites and services name a `current` that a deploy turns over, or a
/// folder that lies on another disk, and the install is known by its real one.
fn follow_links(block: &mut Block) {
    let real = |path: &Path| {
        let real = path.is_absolute().then(|| path.canonicalize().ok())??;
        (real != path).then_some(real)
    };
    for roots in [&mut block.roots, &mut block.within] {
        let more: Vec<PathBuf> = roots.iter().filter_map(|root| real(root)).collect();
        roots.extend(more);
    }
    let ends = |c: char| c.is_whitespace() || "'\"=;&|()<>,".contains(c);
    let mut more = Vec::new();
    for word in block.mentions.iter().flat_map(|text| text.split(ends)) {
        more.extend(real(Path::new(word)).map(|path| path.to_string_lossy().into_owned()));
    }
    block.mentions.extend(more);
}

/// What the install's own folders, and those above them, say to the web server and to PHP.
fn folders(install: &Path) -> Vec<Block> {
    let public = install.join("public");
    let web_user = super::web_user(install);
    let file = |path: &Path| Some(fs::read(path, MAX_FILE).ok()?.bytes.to_vec());
    let mut blocks = Vec::new();
    for folder in public.ancestors() {
        let path = folder.join(".htaccess");
        if let Some(bytes) = file(&path) {
            blocks.extend(apache::htaccess(&path, &bytes));
        }
    }
    for folder in [&public, install] {
        let bytes = file(&folder.join(".user.ini"));
        let script = bytes.and_then(|bytes| lines::runs_first(&bytes));
        // Relative ones are looked for beside the page. The web user names it, and PHP reads it with the web user's rights.
        let script = script.map(|script| folder.join(script));
        let read = |path: &Path| as_user::with(web_user, || file(path)).ok()?;
        if let Some((path, bytes)) = script.and_then(|p| Some((p.clone(), read(&p)?))) {
            let mut block = Block::new(By::Folder);
            block.roots.push(folder.to_owned());
            block.settings = lines::script(&path, &bytes);
            blocks.push(block);
        }
    }
    blocks
}
