//! The way through folders, by one thread and by two: the same files in the same order, whatever lies among them.

use std::path::{Path, PathBuf};

use freescout_rescue::domain::hunt::old_payloads::Wanted;
use freescout_rescue::domain::key::app_key::AppKey;
use freescout_rescue::io::hunt::{self, HuntEvent, HuntLimits, SkipReason};
use freescout_rescue::words::untrusted::Untrusted;

use super::{KEY, env, folder, gz, search_with, tar, zip};
use crate::not_tried::as_root;

fn key(number: u32) -> String {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    String::from_utf8(AppKey::generate(&bytes).text().to_vec()).unwrap()
}

/// What a search by so many threads comes to: texts and places of keys, and what was skipped, in the order it was told.
type Told = (
    Vec<(String, PathBuf, Vec<String>)>,
    Vec<(PathBuf, SkipReason)>,
    u64,
    u64,
);

fn search(root: &Path, threads: usize) -> Told {
    let limits = HuntLimits {
        threads,
        skipped: usize::MAX,
        ..HuntLimits::default()
    };
    let mut found = Vec::new();
    let looked = hunt::search(
        &[root.to_owned()],
        &limits,
        &Wanted::default(),
        &|| false,
        &mut |event| {
            if let HuntEvent::Candidate(candidate) = event {
                let text = String::from_utf8_lossy(candidate.text.expose()).into_owned();
                let source = candidate.source;
                let inside = source.inside.into_iter().map(Untrusted::into_raw);
                found.push((text, source.path.unwrap_or_default(), inside.collect()));
            }
        },
    );
    let skipped = looked.skipped.into_iter().map(|s| (s.path, s.why));
    (found, skipped.collect(), looked.files, looked.bytes)
}

#[test]
fn two_threads_tell_what_one_tells_in_the_same_order() {
    let folder = folder();
    let root = std::fs::canonicalize(folder.path()).unwrap();
    let mut number = 0;
    let mut text = || {
        number += 1;
        format!(
            "{}\nAPP_KEY={}\n",
            ".".repeat(number as usize % 700),
            key(number)
        )
        .into_bytes()
    };
    for folder in 0..40 {
        let folder = root.join(format!("{folder:02}"));
        std::fs::create_dir(&folder).unwrap();
        for file in 0..60 {
            std::fs::write(folder.join(format!("{file:02}")), text()).unwrap();
        }
        // Archives, a large file, a broken one, and many keys in one file, among them.
        let many: Vec<u8> = (0..600).flat_map(|_| text()).collect();
        std::fs::write(folder.join("20.many"), many).unwrap();
        std::fs::write(folder.join("30.gz"), gz(&text())).unwrap();
        std::fs::write(
            folder.join("31.zip"),
            zip(&[("a", &text()), ("b", &text())]),
        )
        .unwrap();
        std::fs::write(folder.join("40.tar"), tar(&[("c", &text())])).unwrap();
        std::fs::write(folder.join("50.xz"), b"\xfd7zXZ\0broken").unwrap();
    }
    let large = [&vec![b'\n'; 5 << 20][..], &text()].concat();
    std::fs::write(root.join("07/large"), large).unwrap();
    let one = search(&root, 1);
    assert_eq!(one.0.len(), number as usize);
    assert_eq!(one.1.len(), 40);
    let places: Vec<_> = one.0.iter().map(|(_, path, _)| path).collect();
    assert!(places.is_sorted());
    assert_eq!(search(&root, 2), one);
}

#[test]
fn a_folder_of_very_many_files_is_read_whole() {
    let folder = folder();
    let files = 5000;
    for number in 0..files {
        let text = format!("APP_KEY={}\n", key(number));
        std::fs::write(folder.path().join(format!("session-{number}")), text).unwrap();
    }
    for threads in [1, 2] {
        let (mut found, skipped, read, _) = search(folder.path(), threads);
        found.sort();
        found.dedup();
        assert_eq!((found.len(), skipped.len()), (files as usize, 0));
        assert_eq!(read, u64::from(files));
    }
}

#[test]
fn folders_within_folders_are_entered_as_far_as_they_may_stay_open() {
    let folder = folder();
    let mut path = std::fs::canonicalize(folder.path()).unwrap();
    for depth in 0..230 {
        if [0, 100, 190, 229].contains(&depth) {
            std::fs::write(path.join(".env"), env()).unwrap();
        }
        path.push("d");
        std::fs::create_dir(&path).unwrap();
    }
    for threads in [1, 2] {
        let (found, skipped, ..) = search(folder.path(), threads);
        assert_eq!(found.len(), 3);
        assert_eq!(skipped.len(), 1);
        assert_eq!(skipped[0].1, SkipReason::TooDeep);
        // Named himself, it is entered.
        let (found, ..) = search(&skipped[0].0, threads);
        assert_eq!(found.len(), 1);
    }
}

#[test]
fn a_folder_that_is_taken_away_meanwhile_is_nothing_to_speak_of() {
    let folder = folder();
    for name in ["a", "b", "c"] {
        std::fs::create_dir_all(folder.path().join(name).join("in")).unwrap();
        std::fs::write(folder.path().join(name).join("in/.env"), env()).unwrap();
    }
    let mut told = 0;
    let limits = HuntLimits {
        threads: 1,
        ..HuntLimits::default()
    };
    let looked = hunt::search(
        &[folder.path().to_owned()],
        &limits,
        &Wanted::default(),
        &|| false,
        &mut |event| {
            if let HuntEvent::Candidate(_) = event {
                told += 1;
                // The second is gone, and in the third's place is a link by now.
                std::fs::remove_dir_all(folder.path().join("b")).unwrap();
                std::fs::remove_dir_all(folder.path().join("c")).unwrap();
                std::os::unix::fs::symlink("/etc", folder.path().join("c")).unwrap();
            }
        },
    );
    assert_eq!((told, looked.files, looked.skipped.len()), (1, 1, 0));
}

#[test]
fn a_file_that_became_a_link_is_not_followed_to_what_is_anothers() {
    if !as_root("a link of another's") {
        return;
    }
    let folder = folder();
    let (file, other) = (folder.path().join(".env"), folder.path().join("other"));
    std::fs::write(&other, format!("APP_KEY={KEY}\n")).unwrap();
    std::os::unix::fs::symlink(&other, &file).unwrap();
    std::os::unix::fs::lchown(&file, Some(4711), None).unwrap();
    let real = |real_files| HuntLimits {
        real_files,
        ..HuntLimits::default()
    };
    // What the operator names is followed.
    assert_eq!(search_with(&file, real(false)).0.len(), 1);
    let (found, looked) = search_with(&file, real(true));
    assert_eq!(found, []);
    assert_eq!(looked.skipped.len(), 1);
    assert_eq!(search_with(&other, real(true)).0.len(), 1);
}
