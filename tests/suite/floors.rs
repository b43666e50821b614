//! The house keeps its shape: imports only go down and never round, the listings are short, a name means one thing, and
//! the files say what they are.

mod rooms;

use std::collections::BTreeMap;
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

/// Every file of `src/`: its path below it, and its text.
fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let text = |file: PathBuf| {
        let relative = file.strip_prefix(&root).unwrap().to_string_lossy();
        (
            relative.into_owned(),
            std::fs::read_to_string(&file).unwrap(),
        )
    };
    files.into_iter().map(text).collect()
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let graph = rooms::graph(&texts());
    let arrows: usize = graph.values().map(|others| others.len()).sum();
    assert!(arrows > 1000, "only {arrows} imports were looked at");
    let circles = rooms::circles(&graph);
    assert!(circles.is_empty(), "{:#?}", rooms::names(&circles));
}

/// The modules that a text lists, in their order.
fn listed(text: &str) -> Vec<&str> {
    let lines = text
        .lines()
        .map(|line| line.strip_prefix("pub ").unwrap_or(line));
    lines
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .collect()
}

#[test]
fn each_floor_lists_at_most_ten_rooms_and_the_map_names_them_on_one_screen() {
    let texts: BTreeMap<String, String> = texts().into_iter().collect();
    let map = &texts["lib.rs"];
    let lines = map.lines().count();
    assert!(lines <= 60, "the map has {lines} lines");
    for floor in ["domain", "io", "engine", "wizard", "tui", "cli"] {
        let mut rooms = listed(&texts[&format!("{floor}.rs")]);
        rooms.sort_unstable();
        assert!(
            (1..=10).contains(&rooms.len()),
            "{floor} lists {} rooms",
            rooms.len()
        );
        // In the map they stand below what the floor is.
        let mut below = map
            .lines()
            .skip_while(|line| !line.starts_with(&format!("//! {floor} ")));
        let named: Vec<&str> = below.nth(1).unwrap().split_whitespace().skip(1).collect();
        assert_eq!(named, rooms, "the rooms of {floor} in the map");
    }
}

/// Names that are always written behind their module: `keys::State`.
const BEHIND_THEIR_MODULE: [&str; 1] = ["State"];

/// The types of a text: the name of each, and whether other files see it.
fn types(text: &str) -> Vec<(String, bool)> {
    let types = text.lines().filter_map(|line| {
        // What is indented stands within a function, or is a type of a trait's.
        let (visible, rest) = match line.strip_prefix("pub") {
            Some(rest) if rest.starts_with('(') => (true, rest.split_once(") ")?.1),
            Some(rest) => (true, rest.strip_prefix(' ')?),
            None => (false, line),
        };
        let (kind, rest) = rest.split_once(' ')?;
        let name = rest.split(|c: char| !c.is_alphanumeric()).next()?;
        let named = name.starts_with(char::is_uppercase);
        (["struct", "enum", "trait", "type"].contains(&kind) && named)
            .then(|| (name.to_owned(), visible))
    });
    types.collect()
}

#[test]
fn a_type_that_other_files_see_shares_its_name_with_no_other() {
    let mut named: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for (path, text) in texts() {
        for (name, visible) in types(&text) {
            named.entry(name).or_default().push((path.clone(), visible));
        }
    }
    assert!(
        named.len() > 500,
        "only {} names were looked at",
        named.len()
    );
    for (name, places) in named {
        let seen = places.iter().any(|(_, visible)| *visible);
        let alone = places.len() == 1 || BEHIND_THEIR_MODULE.contains(&name.as_str());
        assert!(
            !seen || alone,
            "{name} means something else in each of {places:?}"
        );
    }
}

#[test]
fn types_are_told_from_what_only_looks_like_them() {
    let text = "pub struct One<T>(T);\n    type Item = u8;\npub(super) enum Two {}\ntype three = u8;\nstruct Four;\n";
    let expected = [("One", true), ("Two", true), ("Four", false)];
    assert_eq!(
        types(text),
        expected.map(|(name, visible)| (name.to_owned(), visible))
    );
}

/// Where `text` shows something of somebody else's as it was read: a path or a lossy text that does not pass `Untrusted`.
fn shown_raw(text: &str) -> Vec<usize> {
    let code = |line: &str| !line.trim_start().starts_with("//");
    text.lines()
        .enumerate()
        .filter(|(_, line)| code(line) && line.contains(".display()"))
        .map(|(number, _)| number + 1)
        .collect()
}

#[test]
fn paths_are_shown_through_untrusted_alone() {
    assert_eq!(shown_raw("a\n    path.display()\n// path.display()"), [2]);
    let raw: Vec<String> = texts()
        .iter()
        .flat_map(|(file, text)| {
            let at = move |line| format!("{file}:{line}");
            shown_raw(text).into_iter().map(at)
        })
        .collect();
    assert!(raw.is_empty(), "{raw:#?}");
}
