//! A key at any offset, in any form, in any archive, is found, and found once.

use std::path::Path;

use freescout_rescue::domain::hunt::old_payloads::Wanted;
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::domain::payload::Payload;
use freescout_rescue::io::hunt::{self, HuntEvent, HuntLimits};
use proptest::prelude::*;

use super::archives::{bz2, seven, xz, zst};
use super::{KEY, folder, gz, search, tar, zip};

/// What the search takes at a time: the edges that keys are put on.
const BLOCK: usize = 256 << 10;

/// A form of the key, and the text it is found as.
fn forms() -> Vec<(Vec<u8>, &'static str)> {
    let alone = KEY.trim_start_matches("base64:");
    let wide = |text: &str| text.bytes().flat_map(|b| [b, 0]).collect::<Vec<u8>>();
    let word = "0123456789abcdef0123456789ABCDEF";
    vec![
        (KEY.into(), KEY),
        (alone.into(), KEY),
        (format!("APP_KEY={KEY}").into(), KEY),
        (format!("app_key: {alone}").into(), KEY),
        (format!("{}\r\n    {}", &KEY[..25], &KEY[25..]).into(), KEY),
        (format!("{}\n  {}", &alone[..25], &alone[25..]).into(), KEY),
        (wide(KEY), KEY),
        (wide(alone), KEY),
        (format!("APP_KEY={word}").into(), word),
        (format!("- name: APP_KEY\n  value: {word}").into(), word),
    ]
}

#[test]
fn lines_of_a_large_file_are_counted_by_both_threads() {
    let filler = "a line as it may stand in a log of some length\n";
    for line in [1, 7, 60_000, 150_000] {
        let folder = folder();
        let mut bytes = filler.repeat(line - 1).into_bytes();
        bytes.extend(format!("APP_KEY={KEY}\n").repeat(3).bytes());
        bytes.extend(filler.repeat(50_000).bytes());
        bytes.resize(bytes.len().max(9 << 20), b'x');
        std::fs::write(folder.path().join("log"), &bytes).unwrap();
        let (found, looked) = search(folder.path());
        assert_eq!(found, [(KEY.to_owned(), vec![], Some(line as u64))]);
        assert_eq!(looked.bytes, bytes.len() as u64);
    }
}

#[test]
fn the_last_stretch_of_a_large_file_may_be_short() {
    let other = KEY.replace("dGhp", "VGhp");
    let line = "a line as it may stand in a log of some length\n";
    for behind in [1, 60, 70, 130, 300, 700, 1500, 2100, 4200] {
        // The first key ends where the last stretch begins, the other one where the file ends.
        let lines = (5 << 20) / line.len() - 2;
        let first = format!("APP_KEY={KEY}\n");
        let last = format!("APP_KEY={other}\n");
        let pad = "-".repeat((5 << 20) - lines * line.len() - first.len());
        let rest = line.repeat(behind / line.len());
        let text = [&line.repeat(lines)[..], &pad, &first, &rest, &last].concat();
        let folder = folder();
        std::fs::write(folder.path().join("log"), &text).unwrap();
        for threads in [1, 2] {
            let limits = HuntLimits {
                threads,
                ..HuntLimits::default()
            };
            let (found, looked) = super::search_with(folder.path(), limits);
            let line_of =
                |key: &str| text[..text.find(key).unwrap()].matches('\n').count() as u64 + 1;
            let expected = [KEY, &other].map(|key| (key.to_owned(), vec![], Some(line_of(key))));
            assert_eq!(found, expected, "{behind} bytes behind, {threads} threads");
            assert_eq!(looked.bytes, text.len() as u64);
        }
    }
}

/// Older passwords of the mailbox with id 3, by the number in their dates, as so many threads find them.
fn older(file: &Path, threads: usize) -> Vec<String> {
    let mut wanted = Wanted::default();
    wanted.mailbox(3, "support@acme.example", true);
    let limits = HuntLimits {
        threads,
        ..HuntLimits::default()
    };
    let mut found = Vec::new();
    hunt::search(
        &[file.to_owned()],
        &limits,
        &wanted,
        &|| false,
        &mut |event| {
            if let HuntEvent::Sighting(sighting, _) = event {
                let date = sighting.date.map(|d| d.at.to_string()).unwrap_or_default();
                found.push(format!("{:?} {date}", sighting.id));
            }
        },
    );
    found
}

/// A dump that ends with its date, with so many bytes in the row before the password.
fn dump(day: usize, before: usize) -> String {
    let key = AppKey::parse(b"this is a throw-away example key").unwrap();
    let payload = Payload::seal(&key, &[day as u8; 16], b"s:1:\"x\";");
    let signature = "x".repeat(before);
    format!(
        "\n-- MySQL dump 10.13\nCREATE TABLE `mailboxes` (\n  `id` int,\n  `email` text,\n  `signature` text,\n  \
         `in_password` text\n);\nINSERT INTO `mailboxes` VALUES (3,'support@acme.example','{signature}','{payload}');\n\
         -- Dump completed on 2025-06-{day:02}  3:00:01\n"
    )
}

#[test]
fn older_passwords_of_a_large_file_are_found_by_two_threads_as_by_one() {
    let filler = "a line as it may stand between two dumps, nothing of which matters\n";
    let folder = folder();
    let path = folder.path().join("all.sql");
    // Dumps on every edge between stretches, and rows that go on over several of them.
    for before in [0, 300, 30_000, 1_300_000] {
        let mut bytes = Vec::new();
        for day in 1..=8 {
            let edge = day * 2 * BLOCK + day * before;
            let until = edge.max(bytes.len() + 1) - 40 * day;
            while bytes.len() < until {
                bytes.extend_from_slice(filler.as_bytes());
            }
            bytes.extend_from_slice(dump(day, before).as_bytes());
        }
        bytes.extend(filler.repeat(40_000).bytes());
        std::fs::write(&path, &bytes).unwrap();
        let expected: Vec<String> = (1..=8)
            .map(|day| format!("Some(3) 2025-06-{day:02}T03:00:01"))
            .collect();
        assert_eq!(older(&path, 1), expected, "{before} bytes before");
        assert_eq!(older(&path, 2), expected, "{before} bytes before");
    }
}

#[test]
fn what_tells_of_a_payload_may_stand_in_a_stretch_that_holds_nothing_else() {
    let key = AppKey::parse(b"this is a throw-away example key").unwrap();
    let payload = Payload::seal(&key, &[1; 16], b"s:1:\"x\";").to_string();
    let folder = folder();
    let path = folder.path().join("ibdata1");
    let stretch = 2 * BLOCK;
    // A page of a database file: the address before the edge, at which nobody looks but for the payload behind it.
    for before in [30, 300, 3000] {
        let mut bytes = vec![b'.'; 5 * stretch];
        let address = b"support@acme.example";
        let at = 3 * stretch - before;
        bytes[at..at + address.len()].copy_from_slice(address);
        bytes.splice(3 * stretch.., payload.bytes());
        bytes.resize(20 * stretch, b'.');
        std::fs::write(&path, &bytes).unwrap();
        for threads in [1, 2] {
            // Of the date no more is known than the file's own.
            let found = older(&path, threads);
            assert_eq!(found.len(), 1, "{before} bytes before: {found:?}");
            assert!(found[0].starts_with("Some(3) "), "{found:?}");
        }
    }
    // A dump whose date stands long behind its rows, and whose table is described long before.
    let (rows, trailer) = dump(7, 10)
        .rsplit_once("\n-- ")
        .map(|(a, b)| (a.to_owned(), format!("\n-- {b}")))
        .unwrap();
    let (table, rows) = rows
        .split_once("INSERT")
        .map(|(a, b)| (a.to_owned(), format!("INSERT{b}\n")))
        .unwrap();
    let filler = "INSERT INTO `threads` VALUES (1,'nothing of which matters');\n".repeat(40_000);
    std::fs::write(
        &path,
        [&table, &filler, &rows, &filler, &trailer[1..], &filler].concat(),
    )
    .unwrap();
    for threads in [1, 2] {
        assert_eq!(older(&path, threads), ["Some(3) 2025-06-07T03:00:01"]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_key_on_any_edge_is_found_once(
        form in prop::sample::select(forms()),
        blocks in 1usize..3,
        before in -3000isize..600,
        behind in prop::sample::select(vec![0usize, 1, 2047, 2048, 300_000, 5 << 20]),
        filler in prop::sample::select(vec![b'.', b'\n', b'=', b' ']),
        packed in 0usize..16,
    ) {
        let (form, key) = form;
        let start = (blocks * BLOCK).checked_add_signed(before).unwrap();
        let mut bytes = vec![filler; start];
        bytes.push(b' ');
        bytes.extend_from_slice(&form);
        bytes.push(b'\n');
        bytes.resize(bytes.len() + behind, filler);
        let bytes = match packed {
            0 => gz(&bytes),
            1 => bz2(&bytes),
            2 => xz(&bytes),
            3 => zst(&bytes),
            4 => tar(&[("a", b"x"), ("b", &bytes)]),
            5 => zip(&[("b", &bytes)]),
            6 => seven(&[("b", &bytes)]),
            7 => gz(&tar(&[("c.zip", &zip(&[("b", &bytes)]))])),
            _ => bytes,
        };
        let folder = folder();
        std::fs::write(folder.path().join("file"), bytes).unwrap();
        let (found, looked) = search(folder.path());
        prop_assert!(looked.skipped.is_empty());
        let times = found.iter().filter(|(text, ..)| text == key).count();
        prop_assert_eq!(times, 1);
    }
}
