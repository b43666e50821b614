//! The seeds of the fuzz targets, run through their checks; and what fuzzing found, each with a test of its own.

#[path = "../fuzz/checks/lib.rs"]
mod checks;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use freescout_rescue::domain::config::rules::{Migrations, Rules};
use freescout_rescue::domain::config::version::Version;
use freescout_rescue::domain::hunt::old_payloads::{Scanner, Wanted};
use freescout_rescue::domain::inventory::secret::{SecretBytes, SecretKind};
use freescout_rescue::domain::inventory::{Inventory, Row, Secret, StoredText};
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::key::ring::KeyRing;
use freescout_rescue::domain::key::source::{Source, SourceKind};
use freescout_rescue::domain::payload::Payload;
use freescout_rescue::domain::verdict::{self, Remedy};
use freescout_rescue::io::hunt::{HuntLimits, SkipReason, search_stream};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz")
}

/// Names in a folder, without what stands behind the last dot.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            path.file_stem().unwrap().to_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn every_seed_passes_its_check() {
    let mut seeds = 0;
    for (name, _) in checks::ALL {
        let folder = folder().join("seeds").join(name);
        let entries = std::fs::read_dir(&folder).unwrap();
        let mut of_this = 0;
        for entry in entries {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            assert!(bytes.len() < 8 << 10, "{} is no small seed", path.display());
            println!("{}", path.display());
            checks::run(name, &bytes);
            of_this += 1;
        }
        assert!(of_this >= 3, "{name} has {of_this} seeds");
        seeds += of_this;
    }
    assert!(seeds > 50, "only {seeds} seeds");
}

#[test]
fn every_check_has_a_target_and_every_target_a_check() {
    let checks: BTreeSet<String> = checks::ALL
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(names(&folder().join("targets")), checks);
    assert_eq!(names(&folder().join("seeds")), checks);
    let manifest = std::fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    for name in &checks {
        let target = std::fs::read_to_string(folder().join(format!("targets/{name}.rs"))).unwrap();
        assert!(
            target.contains(&format!("checks::run(\"{name}\", bytes)")),
            "{name}"
        );
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
}

/// Nothing, and a few bytes of everything, pass every check.
#[test]
fn the_shortest_inputs_pass_every_check() {
    for (_, check) in checks::ALL {
        check(b"");
        for byte in [0, b'\n', b'(', b'{', b'1', b'i', b'l', b'p', b's', 0xff] {
            check(&[byte]);
            check(&[byte, byte, byte]);
        }
    }
}

/// A zstd frame may say that it unpacks to any size, and so asks for a window of any size.
#[test]
fn a_zstd_frame_of_any_size_is_refused_for_its_memory() {
    for size in [
        [0xff; 8],
        [1, 0, 0, 0, 0, 0, 0, 0x80],
        [0, 0, 0, 0, 0, 0, 0, 0x80],
    ] {
        let frame = [&[0x28, 0xb5, 0x2f, 0xfd, 0xe0][..], &size, b"rest"].concat();
        let looked = search_stream(
            &mut &frame[..],
            &HuntLimits::default(),
            &Wanted::default(),
            &|| false,
            &mut |_| {},
        );
        let why: Vec<&SkipReason> = looked.skipped.iter().map(|skipped| &skipped.why).collect();
        assert!(
            matches!(why[..], [SkipReason::Memory(_)]),
            "{size:?}: {why:?}"
        );
    }
}

/// What looks like the beginning of a payload again and again is not read to its end for each of them. It took a minute
/// for each of these mebibytes.
#[test]
fn beginnings_of_payloads_without_an_end_cost_no_more_than_other_bytes() {
    let mut wanted = Wanted::default();
    wanted.mailbox(3, "support@acme.example", true);
    for unit in [
        "eyJpdiI6",
        "eyJpdiI6A",
        "eyJpdiI6AB",
        "eyJpdiI6ABC",
        "eyJpdiI6\\",
    ] {
        let stream = unit.repeat((1 << 20) / unit.len());
        let start = Instant::now();
        let mut scanner = Scanner::new(&wanted);
        scanner.feed(stream.as_bytes(), &mut |sighting| panic!("{sighting:?}"));
        scanner.end(&mut |sighting| panic!("{sighting:?}"));
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{unit}: {:?}",
            start.elapsed()
        );
    }
}

/// A secret of an outgoing password whose text is sealed in these layers, the innermost last.
fn outgoing(text: &[u8], layers: &[&AppKey]) -> Secret {
    let sealed = layers.iter().rev().fold(text.to_vec(), |text, key| {
        Payload::seal(key, &[7; 16], &text).into_bytes()
    });
    let mut inventory = Inventory::by(Rules::of(Version::parse("1.8.235"), Migrations::default()));
    inventory.add_mailbox(&Row {
        id: 1,
        values: vec![("out_password", StoredText::Text(SecretBytes::from(sealed)))],
    });
    let at = inventory
        .secrets
        .iter()
        .position(|s| s.kind == SecretKind::Outgoing);
    inventory.secrets.swap_remove(at.unwrap())
}

/// The plan said that it would read, and it did not: FreeScout insists on a serialised password, and within two layers
/// there was a raw one.
#[test]
fn what_lies_under_two_layers_is_serialised_where_freescout_insists_on_it() {
    let key = |text: &[u8]| AppKey::parse(text).unwrap();
    let (one, two) = (
        key(b"this is a throw-away example key"),
        key(b"0123456789abcdefghijklmnopqrstuv"),
    );
    let mut ring = KeyRing::default();
    for key in [&one, &two] {
        ring.add(
            AppKey::parse(key.text()).unwrap(),
            Source::of(SourceKind::Given),
        );
    }
    let rescued = |text: &[u8]| {
        let secret = outgoing(text, &[&one, &two]);
        let rescued = verdict::rescued(&secret, &ring, false);
        assert_eq!(
            verdict::judge(&secret, &ring).remedy() == Remedy::Unwrap,
            rescued.is_some()
        );
        rescued.map(|text| String::from_utf8(text.expose().to_vec()).unwrap())
    };
    assert_eq!(rescued(b"hunter2").as_deref(), Some("s:7:\"hunter2\";"));
    assert_eq!(
        rescued(b"s:7:\"hunter2\";").as_deref(),
        Some("s:7:\"hunter2\";")
    );
    // Cut, or nothing: no value, and no promise of one.
    assert_eq!(rescued(b"s:9:\"hunter2"), None);
    assert_eq!(rescued(b"N;"), None);
    assert_eq!(rescued(b""), None);
}
