//! One key, planted in every place and form that is known to keep one, by the programs that put it there; found in all
//! of them, and nothing else claimed among 100,000 decoys.
//!
//! `cargo test --test suite planted -- --nocapture` prints the table.

mod forms;
mod leftovers;
mod makers;
mod packers;

use std::any::Any;
use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::key::source::Source;
use freescout_rescue::engine::hunt::{files, processes};

use super::processes::{install, open};

/// Decoys in all.
const DECOYS: usize = 100_000;

/// How a place is searched.
#[derive(Clone, Copy)]
pub enum Search {
    /// As a folder that the operator names.
    Folder,
    /// As what the operator names: `named` in the folder, a link to it.
    Named,
    /// Among the running processes.
    Processes,
}

/// A place, and what puts the key there.
pub struct Case {
    pub place: &'static str,
    pub search: Search,
    /// Gets an empty folder, the key, and some decoys; gives what must live until the search is over.
    pub plant: fn(&Path, &str, &str) -> Box<dyn Any>,
}

struct Outcome {
    place: &'static str,
    /// Where the search says that the key is.
    found: Vec<Source>,
    /// Other keys that were said to open something.
    false_claims: usize,
    took: Duration,
}

#[test]
fn the_key_is_found_in_every_place_and_form_and_nothing_else_is_claimed() {
    // A key with both signs that are escaped in JSON and URLs.
    let (_folder, install, key) = loop {
        let (folder, path, lost) = install();
        if let Some(key) = lost.iter().find(|k| k.contains('/') && k.contains('+')) {
            let key = key.clone();
            break (folder, path, key);
        }
    };
    let cases = forms::cases().into_iter().chain(makers::cases());
    let cases = cases.chain(packers::cases()).chain(leftovers::cases());
    let cases: Vec<Case> = cases.collect();
    let mut decoys = Decoys(0x9e37_79b9_7f4a_7c15);
    let each = DECOYS / cases.len() + 1;
    let outcomes: Vec<Outcome> = cases
        .iter()
        .map(|case| search(&install, case, &key, &decoys.lines(each)))
        .collect();

    // Where nothing was planted nothing may be found: otherwise the table would mean nothing.
    for kind in [Search::Folder, Search::Processes] {
        let nothing = Case {
            place: "",
            search: kind,
            plant: |folder, _, decoys| Box::new(std::fs::write(folder.join("log"), decoys)),
        };
        let outcome = search(&install, &nothing, &key, &decoys.lines(100));
        assert!(outcome.found.is_empty());
    }

    let mut table = format!("\n{:<44} {:<72} seconds\n", "place", "found");
    for outcome in &outcomes {
        let found = outcome.found.first().map_or("NOT FOUND".to_owned(), said);
        let seconds = outcome.took.as_secs_f64();
        writeln!(table, "{:<44} {found:<72} {seconds:.2}", outcome.place).unwrap();
    }
    println!("{table}{} decoys", each * cases.len());
    let missed: Vec<_> = outcomes
        .iter()
        .filter(|o| o.found.is_empty())
        .map(|o| o.place)
        .collect();
    assert!(missed.is_empty(), "not found: {missed:?}");
    let claims: usize = outcomes.iter().map(|o| o.false_claims).sum();
    assert_eq!(claims, 0, "keys that open nothing were said to");
}

fn said(source: &Source) -> String {
    let kind = serde_json::to_value(source.kind).unwrap();
    let path = source.path.as_deref().unwrap_or(Path::new(""));
    let mut text = format!("{}: ", kind.as_str().unwrap());
    // Below the folder of the case.
    let parts: Vec<_> = path
        .components()
        .map(|c| c.as_os_str().to_string_lossy())
        .collect();
    let outside = path.starts_with("/proc") || path.starts_with("/dev");
    let shown = if outside { 1 } else { 3 };
    text.push_str(&parts.get(shown..).unwrap_or_default().join("/"));
    for member in &source.inside {
        write!(
            text,
            " › {}",
            member.raw().get(..24).unwrap_or(member.raw())
        )
        .unwrap();
    }
    if let Some(line) = source.line {
        write!(text, ", line {line}").unwrap();
    }
    text
}

fn search(install: &Path, case: &Case, key: &str, decoys: &str) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let alive = (case.plant)(folder.path(), key, decoys);
    let mut session = open(install);
    let start = Instant::now();
    match case.search {
        Search::Folder | Search::Named => {
            let named = matches!(case.search, Search::Named);
            let roots = [folder.path().join(if named { "named" } else { "" })];
            files::look_in(&mut session, &roots, &|| false, &mut |_, _| {});
        }
        Search::Processes => {
            processes::look_in(&mut session, &|| false, &mut |_, _| {});
        }
    }
    let took = start.elapsed();
    drop(alive);

    let planted = AppKey::parse(key.as_bytes()).unwrap();
    let effective = session.ring.effective().unwrap().fingerprint();
    let false_claims = session
        .assess()
        .keys
        .iter()
        .filter(|k| k.opens > 0)
        .filter(|k| k.fingerprint != effective && k.fingerprint != planted.fingerprint())
        .count();
    // Some forms lose the padding: another text for the same bytes.
    let found = session
        .ring
        .iter()
        .filter(|known| known.key.same_bytes(&planted))
        .flat_map(|known| known.sources.clone())
        .collect();
    Outcome {
        place: case.place,
        found,
        false_claims,
        took,
    }
}

/// Keys of nobody: the same ones in every run.
struct Decoys(u64);

impl Decoys {
    fn next(&mut self) -> [u8; 32] {
        std::array::from_fn(|_| {
            // Marsaglia's xorshift.
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0.to_le_bytes()[3]
        })
    }

    /// As many lines, each with a decoy in one of the dresses that keys come in.
    fn lines(&mut self, count: usize) -> String {
        let mut lines = String::new();
        for number in 0..count {
            let key = AppKey::generate(&self.next());
            let key = std::str::from_utf8(key.text()).unwrap();
            match number % 5 {
                0 => writeln!(lines, "APP_KEY={key}"),
                1 => writeln!(lines, "{{\"app_key\":\"{}\"}}", key.replace('/', "\\/")),
                2 => writeln!(lines, "[2025-01-01] key {key} was refused"),
                3 => writeln!(lines, "APP_KEY=\"{}\"", &key[7..39]),
                _ => writeln!(lines, "x={}", key.replace('/', "%2F").replace('+', "%2B")),
            }
            .unwrap();
        }
        lines
    }
}
