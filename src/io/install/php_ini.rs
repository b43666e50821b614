//! The settings of the PHP that FreeScout fetches and sends with: that of the command line, which its cron and its workers
//! are.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::{Environment, Install, artisan, web_user};
use crate::domain::config::inherited::Variables;
use crate::domain::config::php::ini::{self, IniPlace, PhpAuthorities};
use crate::io::fs;

/// A file of settings is no longer than this, in bytes.
const LONGEST: u64 = 1 << 20;
/// Files of settings that are read.
const MOST_FILES: usize = 200;

/// The authorities that `php.ini` and the files beside it name in place of the system's; `None` where they name none, or
/// are not found.
pub fn authorities(install: &Install) -> Option<PhpAuthorities> {
    let web_user = web_user(&install.root);
    let configured = install.setting(&["app", "php_path"], "PHP_PATH");
    let program = artisan::find_php(&install.root, web_user, configured.as_deref()).ok()?;
    let program = std::fs::canonicalize(program).ok()?;
    let variables = Environment::all_of_this_process();
    let found = of(&program, &variables);
    found.names_any().then_some(found)
}

/// What the settings of this PHP say, with these variables.
fn of(program: &Path, variables: &Variables) -> PhpAuthorities {
    let value = |name: &str| variables.get(name.as_bytes());
    let path = |name: &str| value(name).map(|v| OsString::from_vec(v.expose().to_vec()));
    let places = ini::places(program);
    let usual = places.into_iter().find(is_there);
    let folder = path("PHPRC").map(PathBuf::from);
    let folder = folder.or_else(|| Some(usual.as_ref()?.folder.clone()));
    let mut files: Vec<PathBuf> = folder
        .into_iter()
        .filter_map(|one| main_file(&one))
        .collect();
    let scanned = path("PHP_INI_SCAN_DIR");
    let scanned: Vec<PathBuf> = match &scanned {
        Some(folders) => std::env::split_paths(folders).collect(),
        None => vec![PathBuf::new()],
    };
    for folder in scanned {
        // An empty one is the one that PHP was built with.
        let folder = match folder.as_os_str().is_empty() {
            true => usual.as_ref().map(|usual| usual.scanned.clone()),
            false => Some(folder),
        };
        files.extend(folder.iter().flat_map(|folder| in_folder(folder)));
    }
    let mut found = PhpAuthorities::default();
    for file in files.into_iter().take(MOST_FILES) {
        if let Ok(read) = fs::read(&file, LONGEST) {
            let text = String::from_utf8_lossy(&read.bytes);
            let of_variable =
                |name: &str| Some(String::from_utf8_lossy(value(name)?.expose()).into_owned());
            found.read(&text, &of_variable);
        }
    }
    found
}

fn is_there(place: &IniPlace) -> bool {
    main_file(&place.folder).is_some() || place.scanned.is_dir()
}

/// The file itself, where it was named; the one in its folder that the command line looks for first.
fn main_file(place: &Path) -> Option<PathBuf> {
    let names = ["php-cli.ini", "php.ini"];
    let mut within = names.iter().map(|name| place.join(name));
    match place.is_file() {
        true => Some(place.to_owned()),
        false => within.find(|file| file.is_file()),
    }
}

/// In the order of their names.
fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path());
    let settings = |file: &PathBuf| file.extension().is_some_and(|e| e == "ini");
    let mut files: Vec<PathBuf> = files.filter(settings).take(MOST_FILES).collect();
    files.sort();
    files
}
