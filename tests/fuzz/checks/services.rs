//! Configuration of web servers and services: what is told stands in the file, on the line that is told.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use freescout_rescue::domain::config::elsewhere::{
    Block, Setting, Site, apache, is_wanted, lines, nginx, sections, tie,
};

use super::take_below;

/// How often a file that includes itself is given.
const INCLUDED: u32 = 20;

pub(super) fn check(mut bytes: &[u8]) {
    let reader = take_below(&mut bytes, 8);
    let path = Path::new("/srv/desk/public/file");
    let given = Cell::new(0);
    let include = |_: &str| {
        given.set(given.get() + 1);
        let again = (given.get() < INCLUDED).then(|| (path.to_owned(), bytes.to_vec()));
        again.into_iter().collect::<Vec<_>>()
    };
    let alone = |settings: Vec<Setting>| {
        let mut block = Block::new(freescout_rescue::domain::config::elsewhere::By::Everyone);
        block.settings = settings;
        vec![block]
    };
    let blocks = match reader {
        0 => sections::fpm(path, bytes),
        1 => sections::supervisor(&[(path.to_owned(), bytes.to_vec())]),
        2 => {
            let files = [(PathBuf::from(path), bytes.to_vec())];
            let load = |file: &Path| (file != path).then(|| bytes.to_vec());
            vec![sections::unit("desk", &files, &load)]
        }
        3 => lines::crontab(path, bytes),
        4 => nginx::configuration(path, bytes, &include),
        5 => apache::configuration(path, bytes, &include),
        6 => alone(lines::assignments(path, bytes)),
        _ => alone(lines::script(path, bytes)),
    };
    let last = bytes.split(|b| *b == b'\n').count() as u64;
    for setting in blocks.iter().flat_map(|block| &block.settings) {
        assert!(is_wanted(&setting.name), "{}", setting.name);
        assert!((1..=last).contains(&setting.line), "line {}", setting.line);
    }
    let site = Site {
        root: Path::new("/srv/desk"),
        user: "desk",
    };
    let all: Vec<Setting> = blocks.iter().flat_map(|b| b.settings.clone()).collect();
    for found in tie(blocks, &site) {
        assert!(all.contains(&found.setting), "made up");
    }
    let _ = lines::runs_first(bytes);
}
