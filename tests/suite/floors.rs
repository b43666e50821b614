//! The house keeps its shape: imports only go down, and the files say what they are.

use std::path::{Path, PathBuf};

/// The floors from the ground up. `cli` knows of no screen; `demo` may use what it likes below it.
const FLOORS: [&[&str]; 8] = [
    &["words"],
    &["domain"],
    &["sentences"],
    &["io"],
    &["engine"],
    &["cli"],
    &["demo", "wizard"],
    &["tui"],
];

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|names| names.contains(&name))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn imports_only_go_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(
        files.len() > 40,
        "only {} files were looked at",
        files.len()
    );
    let mut seen = 0;
    for file in files {
        let relative = file
            .strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let own = relative.split(['/', '.']).next().unwrap().to_owned();
        let Some(own_floor) = floor(&own) else {
            continue;
        };
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(
            text.starts_with("//! "),
            "{relative} does not say what it is"
        );
        for (number, line) in text.lines().enumerate() {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let names: Vec<&str> = match rest.strip_prefix('{') {
                    Some(list) => list
                        .split('}')
                        .next()
                        .unwrap_or_default()
                        .split(',')
                        .map(str::trim)
                        .collect(),
                    None => vec![rest],
                };
                for name in names {
                    let name = name
                        .split(|c: char| !c.is_alphanumeric() && c != '_')
                        .next()
                        .unwrap_or_default();
                    if let Some(target) = floor(name) {
                        seen += 1;
                        assert!(
                            target <= own_floor,
                            "{relative}:{}: {own} must not import from {name}, a floor above",
                            number + 1
                        );
                    }
                }
            }
        }
    }
    assert!(seen > 100, "only {seen} imports were looked at");
}
