//! Who imports whom in `src/`, read from the text: the `use` items, and the paths written out in the code.
//!
//! A module and its child may name each other: that is one room. Any other ring of files is a circle, one that leads
//! through a parent and two of its children too: none of its files can be understood, or moved, without all the others.

use std::collections::{BTreeMap, BTreeSet};

/// A module by its path below the crate: `["domain", "key", "ring"]`.
pub(crate) type Module = Vec<String>;

/// Which modules each module names.
pub(crate) type Graph = BTreeMap<Module, BTreeSet<Module>>;

/// The module that a file of `src/` is, by its path below it. The crate's own root is none.
pub(crate) fn module(relative: &str) -> Option<Module> {
    let path = relative.strip_suffix(".rs")?;
    let path = path.strip_suffix("/mod").unwrap_or(path);
    (path != "lib" && path != "main").then(|| path.split('/').map(str::to_owned).collect())
}

/// The graph of these files: their paths below `src/`, and their texts.
pub(crate) fn graph(files: &[(String, String)]) -> Graph {
    let modules: BTreeSet<Module> = files.iter().filter_map(|(path, _)| module(path)).collect();
    let mut graph = Graph::new();
    for (path, text) in files {
        let Some(own) = module(path) else { continue };
        let code = code(text);
        let named = paths(&code).into_iter();
        let mut named: Vec<Module> = named
            .filter_map(|path| absolute(&path, &own, &modules))
            .collect();
        named.extend(behind_modules(&code, &own, &named, &modules));
        let named = named.into_iter().filter_map(|path| owner(path, &modules));
        graph.insert(own.clone(), named.filter(|other| *other != own).collect());
    }
    graph
}

/// The rings of modules that are no rooms. Each is given whole, and in order.
pub(crate) fn circles(graph: &Graph) -> Vec<Vec<Module>> {
    let reaches = |from: &Module| {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![from];
        while let Some(module) = waiting.pop() {
            for other in graph.get(module).into_iter().flatten() {
                if seen.insert(other) {
                    waiting.push(other);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&Module, BTreeSet<&Module>> = graph
        .keys()
        .map(|module| (module, reaches(module)))
        .collect();
    let mut circles = BTreeSet::new();
    for (module, others) in &reached {
        let ring = others
            .iter()
            .filter(|other| reached[*other].contains(module));
        let ring: Vec<Module> = ring.copied().cloned().collect();
        if !ring.is_empty() && !is_room(&ring, graph) {
            circles.insert(ring);
        }
    }
    circles.into_iter().collect()
}

/// Whether a ring is nothing but parents and children that name each other two by two, and no longer way leads round.
fn is_room(ring: &[Module], graph: &Graph) -> bool {
    let within = |module: &Module| ring.iter().any(|other| other == module);
    let arrows = ring
        .iter()
        .flat_map(|from| graph[from].iter().map(move |to| (from, to)));
    let arrows: Vec<_> = arrows.filter(|(_, to)| within(to)).collect();
    let paired = |(from, to): &(&Module, &Module)| {
        let family = from.split_last().is_some_and(|(_, parent)| parent == *to)
            || to.split_last().is_some_and(|(_, parent)| parent == *from);
        family && graph[*to].contains(*from)
    };
    // A tree of so many has one pair fewer.
    arrows.iter().all(paired) && arrows.len() == 2 * (ring.len() - 1)
}

/// The text without its comments, and without its tests, which stand last: a test may look at whatever it likes.
fn code(text: &str) -> String {
    let begins_tests = |at: &usize| {
        let mut lines = text[*at..]
            .lines()
            .skip_while(|line| line.starts_with("#["));
        lines
            .next()
            .is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
    };
    let mut marks = text.match_indices("#[cfg(test)]").map(|(at, _)| at);
    let end = marks.find(begins_tests).unwrap_or(text.len());
    let lines = text[..end].lines();
    let lines = lines.map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// Every path that is written in the code, `use` trees taken apart.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = next_use(rest) {
        in_line(&rest[..at], &mut found);
        let tree = &rest[at + "use ".len()..];
        let end = tree.find(';').unwrap_or(tree.len());
        leaves(&[], &tree[..end], &mut found);
        rest = &tree[end..];
    }
    in_line(rest, &mut found);
    found
}

/// Where the next `use` item begins.
fn next_use(code: &str) -> Option<usize> {
    code.match_indices("use ").map(|(at, _)| at).find(|at| {
        let line = code[..*at].rsplit('\n').next().unwrap_or_default().trim();
        line.is_empty() || line == "pub" || line.starts_with("pub(") && line.ends_with(')')
    })
}

/// The leaves of a `use` tree.
fn leaves(before: &[String], tree: &str, found: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let (path, inner) = match tree.find('{') {
        Some(at) => (
            &tree[..at],
            Some(&tree[at + 1..tree.rfind('}').unwrap_or(tree.len())]),
        ),
        None => (tree.split(" as ").next().unwrap_or_default(), None),
    };
    let mut whole = before.to_vec();
    let names = path.split("::").map(str::trim);
    whole.extend(
        names
            .filter(|name| !name.is_empty() && *name != "*")
            .map(str::to_owned),
    );
    match inner {
        None => found.push(whole),
        Some(inner) => {
            let (mut depth, mut from) = (0, 0);
            for (at, c) in inner.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        leaves(&whole, &inner[from..at], found);
                        from = at + 1;
                    }
                    _ => {}
                }
            }
            if !inner[from..].trim().is_empty() {
                leaves(&whole, &inner[from..], found);
            }
        }
    }
}

/// The paths in other code than `use` items: those from the crate's root, or from where we are.
fn in_line(code: &str, found: &mut Vec<Vec<String>>) {
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(start) {
            // What a macro writes (`$crate::`) is named where it is called.
            let word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let goes_on = |c: char| word(c) || c == '$';
            if code[..at].chars().next_back().is_some_and(goes_on) {
                continue;
            }
            let path = code[at..].split(|c| !word(c)).next().unwrap_or_default();
            let names = path.split("::").filter(|name| !name.is_empty());
            found.push(names.map(str::to_owned).collect());
        }
    }
}

/// The paths that begin with a module imported here, or declared here: `fs::trust::of` where `fs` was imported.
fn behind_modules(
    code: &str,
    own: &Module,
    named: &[Module],
    modules: &BTreeSet<Module>,
) -> Vec<Module> {
    let imported = named.iter().filter(|path| modules.contains(*path));
    let imported = imported.filter_map(|path| Some((path.last()?.as_str(), path)));
    let imported: BTreeMap<&str, &Module> = imported.collect();
    let word = |c: char| c.is_alphanumeric() || "_:$".contains(c);
    let written = code.split(|c| !word(c)).filter_map(|path| {
        let names = path.split("::").filter(|name| !name.is_empty());
        let names: Vec<String> = names.map(str::to_owned).collect();
        match imported.get(names.first()?.as_str()) {
            _ if names.len() == 1 => None,
            Some(module) => Some([module.as_slice(), &names[1..]].concat()),
            None => absolute(&names, own, modules),
        }
    });
    written.collect()
}

/// The path from the crate's root; `None` where it leads out of the crate.
fn absolute(path: &[String], own: &Module, modules: &BTreeSet<Module>) -> Option<Module> {
    let ups = path.iter().take_while(|name| *name == "super").count();
    let from = |base: &[String], rest: &[String]| Some([base, rest].concat());
    match path.first().map(String::as_str)? {
        "crate" => from(&[], &path[1..]),
        "self" => from(own, &path[1..]),
        "super" => from(&own[..own.len().checked_sub(ups)?], &path[ups..]),
        child => {
            let child = [&own[..], &[child.to_owned()]].concat();
            modules.contains(&child).then(|| from(own, path))?
        }
    }
}

/// The module in which what a path names is defined.
fn owner(mut path: Module, modules: &BTreeSet<Module>) -> Option<Module> {
    while !path.is_empty() {
        if modules.contains(&path) {
            return Some(path);
        }
        path.pop();
    }
    None
}

/// The circles of a made-up house.
fn made(files: &[(&str, &str)]) -> Vec<Vec<Module>> {
    let files: Vec<_> = files
        .iter()
        .map(|(p, t)| ((*p).to_owned(), (*t).to_owned()))
        .collect();
    circles(&graph(&files))
}

/// The circles as they are told.
pub(crate) fn names(circles: &[Vec<Module>]) -> Vec<Vec<String>> {
    let name = |ring: &Vec<Module>| ring.iter().map(|module| module.join("::")).collect();
    circles.iter().map(name).collect()
}

#[test]
fn a_ring_of_three_is_found_however_it_is_written() {
    let found = made(&[
        ("lib.rs", "pub mod a;"),
        ("a/one.rs", "use super::two::{self, Thing};"),
        (
            "a/two.rs",
            "pub(crate) use crate::{\n    b::Other,\n    c::{x, three::{Y as Z}},\n};",
        ),
        ("c/three.rs", "fn f() -> crate::a::one::Deep {}"),
        ("b.rs", "use crate::a::two::*;"),
    ]);
    assert_eq!(names(&found), [["a::one", "a::two", "b", "c::three"]]);
}

#[test]
fn a_parent_and_its_children_are_one_room() {
    let found = made(&[
        ("a.rs", "mod one;\nuse one::Thing;\nuse self::two::It;"),
        (
            "a/one.rs",
            "use super::Whole;\nuse crate::a::deep::down::It;",
        ),
        ("a/two.rs", "use crate::a::Whole;"),
        ("a/deep/down.rs", "use crate::b::Other;"),
    ]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_ring_that_leads_through_a_parent_is_a_circle() {
    let siblings = made(&[
        ("a.rs", "mod one;\nuse one::Thing;"),
        ("a/one.rs", "use super::two::It;"),
        ("a/two.rs", "use super::Whole;"),
    ]);
    assert_eq!(names(&siblings), [["a", "a::one", "a::two"]]);
    // As many arrows as a tree has, and a way round all the same.
    let chord = made(&[
        ("a.rs", "use one::Thing;"),
        ("a/one.rs", "use super::Whole;\nuse super::two::It;"),
        ("a/two.rs", "use super::Whole;"),
    ]);
    assert_eq!(names(&chord), [["a", "a::one", "a::two"]]);
    let grandchild = made(&[
        ("a.rs", "use crate::a::deep::down::It;"),
        ("a/deep/down.rs", "use crate::a::Whole;"),
    ]);
    assert_eq!(names(&grandchild), [["a", "a::deep::down"]]);
}

#[test]
fn what_is_named_behind_a_module_counts_as_well() {
    let found = made(&[
        ("a.rs", "mod one;\nmod two;\nfn f() { one::g() }"),
        ("a/one.rs", "use super::two::{self, It};"),
        ("a/two.rs", "use crate::b;\nfn h() -> b::c::Deep {}"),
        ("b/c.rs", "use crate::a::Whole;"),
        ("b.rs", "mod c;"),
    ]);
    assert_eq!(names(&found), [["a", "a::one", "a::two", "b::c"]]);
}

#[test]
fn two_children_that_name_each_other_are_a_circle_all_the_same() {
    let found = made(&[
        ("a.rs", "mod one;\nmod two;"),
        ("a/one.rs", "use super::two::Thing;"),
        ("a/two.rs", "impl super::one::Named for Thing {}"),
    ]);
    assert_eq!(names(&found), [["a::one", "a::two"]]);
}

#[test]
fn comments_tests_and_other_crates_name_nobody() {
    let found = made(&[
        (
            "a/one.rs",
            "use super::two::Thing;\nuse std::two::X;\nmacro_rules! m { () => { $crate::a::five::X } }",
        ),
        ("a/five.rs", "use super::one::Y;"),
        (
            "a/two.rs",
            "//! See crate::a::one.\n/// [`super::one`]\nfn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::a::one::Thing;\n}\n",
        ),
        (
            "a/three.rs",
            "mod four { }\n#[cfg(test)]\nmod tests;\nuse super::two::Thing;",
        ),
    ]);
    assert!(found.is_empty(), "{found:?}");
}
