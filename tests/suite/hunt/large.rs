//! Large files, which two threads read in stretches: the program as the library, whatever becomes of the file meanwhile.

use freescout_rescue::domain::hunt::old_payloads::Wanted;
use freescout_rescue::domain::payload::base64;
use freescout_rescue::io::hunt::{self, HuntEvent, HuntLimits};

use super::{folder, search};
use crate::cli::Bench;

/// A file of many stretches.
const LARGE: usize = 9 << 20;
/// Stands for the line of a key that has none.
const NO_LINE: u64 = 0;
/// What is taken at a time.
const STRETCH: usize = 512 << 10;

fn key(number: usize) -> String {
    let bytes = format!("a throw-away key, number {number:07}");
    format!("APP_KEY=base64:{}\n", base64::encode(bytes.as_bytes()))
}

/// Keys on edges of stretches, more or less of each before the edge, at the beginning and at the end, among lines of the
/// filler. Of keys that open nothing the program names 20.
fn planted(filler: &[u8]) -> (Vec<u8>, usize) {
    let mut bytes: Vec<u8> = filler.iter().copied().cycle().take(LARGE + 777).collect();
    let edges = [1, 2, 3, 4, 7, 8, 9, 12, 15, 16, 17];
    let edges = edges.map(|edge| edge * STRETCH - edge * 13 % 75);
    let places: Vec<usize> = [0, bytes.len() - key(0).len()]
        .into_iter()
        .chain(edges)
        .collect();
    for (number, place) in places.iter().enumerate() {
        let key = key(number);
        bytes[*place..*place + key.len()].copy_from_slice(key.as_bytes());
    }
    (bytes, places.len())
}

/// The lines on which the program finds keys in a file.
fn by_program(bench: &Bench, file: &str, threads: &str) -> Vec<u64> {
    let install = bench.install();
    let install = install.to_str().unwrap();
    let ran = bench.run(&[
        "find-key",
        install,
        "--json",
        "--threads",
        threads,
        "--look-in",
        file,
    ]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    // Of other tests' processes some may end while they are looked at.
    let mut skipped = json["skipped"].as_array().unwrap().iter();
    assert!(
        !skipped.any(|skipped| skipped["path"] == file),
        "{}",
        ran.out
    );
    let keys = json["keys"].as_array().unwrap().iter();
    let sources = keys.flat_map(|key| key["sources"].as_array().unwrap());
    let sources = sources.filter(|source| source["path"] == file);
    sorted(sources.map(|source| source["line"].as_u64().unwrap_or(NO_LINE)))
}

fn sorted(lines: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut lines: Vec<u64> = lines.collect();
    lines.sort_unstable();
    lines
}

#[test]
fn what_stands_on_the_edges_of_stretches_is_found_by_one_thread_as_by_two() {
    let bench = Bench::new();
    let folder = folder();
    let text = b"a line as it may stand in a log, with base64 and eyJ and a key = in it\n";
    let binary = b"\0a page of a database\x01, k\0e\0y\0 and no line\xff ends here======";
    for (name, filler) in [("text", &text[..]), ("binary", binary)] {
        let (bytes, keys) = planted(filler);
        let file = folder.path().join(name);
        std::fs::write(&file, &bytes).unwrap();
        let (read, _) = search(&file);
        let read = read.iter().filter(|(text, ..)| text.starts_with("base64:"));
        let lines = sorted(read.map(|(_, _, line)| line.unwrap_or(NO_LINE)));
        assert_eq!(lines.len(), keys, "{name}");
        for threads in ["1", "2"] {
            let found = by_program(&bench, file.to_str().unwrap(), threads);
            assert_eq!(found, lines, "{name}, {threads} threads");
        }
    }
}

#[test]
fn a_file_that_becomes_shorter_meanwhile_is_read_as_far_as_it_goes() {
    for threads in [1, 2] {
        let folder = folder();
        let path = folder.path().join("log");
        let (bytes, _) = planted(b"a line as it stands in a log\n");
        std::fs::write(&path, &bytes).unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        let limits = HuntLimits {
            threads,
            ..HuntLimits::default()
        };
        let mut found = 0;
        let looked = hunt::search(
            std::slice::from_ref(&path),
            &limits,
            &Wanted::default(),
            &|| false,
            &mut |event| {
                if let HuntEvent::Candidate(candidate) = event {
                    found += usize::from(candidate.text.expose().starts_with(b"base64:"));
                    // In the middle of what stands in it.
                    file.set_len(2 * STRETCH as u64 + 7).unwrap();
                }
            },
        );
        // Another thread may be ahead of what is told.
        let most = if threads == 1 { 3 } else { 13 };
        assert!(
            (1..=most).contains(&found),
            "{found} with {threads} threads"
        );
        assert!(looked.bytes <= bytes.len() as u64 && looked.skipped.is_empty());
    }
}
