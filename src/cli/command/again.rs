//! The options of a command once more, for the next one that the operator is to type: another one, or the same to be carried
//! out.

use std::path::{Path, PathBuf};

use crate::cli::arguments::{Common, STDIN, is_stdin};
use crate::domain::key::source::{Source, SourceKind};
use crate::domain::verdict::assessment::Assessment;
use crate::engine::recovery::commands;
use crate::io::os::around;
use crate::io::{install, state};
use crate::sentences;

/// These options and the install again, ready for a shell, with the places to search for keys in. A key file that is of no
/// use is left out: a recovery refuses it.
pub(super) fn options(
    common: &Common,
    look_in: &[PathBuf],
    assessment: &Assessment,
    root: &Path,
) -> String {
    let key_files = common
        .key_file
        .iter()
        .filter(|path| helps(assessment, path));
    let key_files: Vec<PathBuf> = key_files.cloned().collect();
    let mut words: Vec<String> = Vec::new();
    let mut option = |name: &str, path: &Path| {
        let path = match is_stdin(path) {
            true => STDIN.to_owned(),
            false => sentences::shell(path),
        };
        words.push(format!("{name} {path}"));
    };
    for (name, paths) in [("--look-in", look_in), ("--key-file", &key_files)] {
        paths.iter().for_each(|path| option(name, path));
    }
    // What is so without being said is not said: within a container, the host's folders are handed on by name.
    let state_dir = common
        .state_dir
        .as_ref()
        .filter(|dir| **dir != state::usual());
    for (name, folder) in [
        ("--backup-dir", common.backup_dir.as_ref()),
        ("--keys-dir", common.keys_dir.as_ref()),
        ("--state-dir", state_dir),
    ] {
        folder.iter().for_each(|path| option(name, path));
    }
    words.extend(commands::container_option());
    words.extend(commands::web_user_option());
    if common.no_artisan {
        words.push("--no-artisan".to_owned());
    }
    words.push(sentences::shell(&as_given(common, root)));
    words.join(" ")
}

/// The command that carries out what was only shown, ready for a shell: as it was called, with `--yes`. `own` are options that
/// only this command has, and `again` the others.
pub(super) fn carried_out(what: &str, own: &[String], common: &Common, again: &str) -> String {
    let mut words = vec![
        around::program().to_owned(),
        what.to_owned(),
        "--yes".to_owned(),
    ];
    words.extend(own.iter().cloned());
    words.extend(flag("--restart-workers", common.restart_workers));
    words.push(again.to_owned());
    words.join(" ")
}

/// An option with a path, where it was given.
pub(super) fn with_path(name: &str, path: Option<&Path>) -> Option<String> {
    let path = path?;
    let path = match is_stdin(path) {
        true => STDIN.to_owned(),
        false => sentences::shell(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned())),
    };
    Some(format!("{name} {path}"))
}

/// An option without a value, where it was given.
pub(super) fn flag(name: &str, given: bool) -> Option<String> {
    given.then(|| name.to_owned())
}

/// Whether the key of this file decrypts something, or is the current one.
fn helps(assessment: &Assessment, key_file: &Path) -> bool {
    let from_it = |source: &Source| match is_stdin(key_file) {
        true => source.kind == SourceKind::Stdin,
        false => source.kind == SourceKind::Given && source.path.as_deref() == Some(key_file),
    };
    let keys = assessment.keys.iter();
    keys.filter(|key| key.opens > 0 || key.effective)
        .any(|key| key.sources.iter().any(from_it))
}

/// The install as the operator named it: a link may lead to another release by the time the next command is typed.
fn as_given(common: &Common, root: &Path) -> PathBuf {
    let given = common.install.as_ref();
    let given = given.and_then(|path| std::path::absolute(path).ok());
    let is_root = |path: &PathBuf| std::fs::canonicalize(path).is_ok_and(|real| real == root);
    given
        .filter(is_root)
        .unwrap_or_else(|| install::lasting_name(root))
}
