//! Object stores that are cut, damaged or made to hurt: what stands is read, the rest is said.

use std::path::PathBuf;

use freescout_rescue::io::hunt::SkipReason;
use freescout_rescue::io::hunt::git::{GitLimits, ObjectKind};
use tempfile::TempDir;

use super::{Contents, KEY, commit, git, holders, packs, read, read_with, repository, settings};

/// A repository whose pack holds the key in a difference.
fn packed() -> (TempDir, PathBuf) {
    let folder = repository();
    commit(folder.path(), &settings(KEY));
    commit(folder.path(), &settings("another"));
    git(folder.path(), &["gc", "-q"]);
    let store = folder.path().join(".git");
    let pack = packs(&store).remove(0);
    let writable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&pack, writable).unwrap();
    (folder, pack)
}

#[test]
fn a_pack_without_its_index_is_read_in_its_order() {
    let (folder, pack) = packed();
    let store = folder.path().join(".git");
    let whole = read(&store);
    let index = pack.with_extension("idx");
    std::fs::remove_file(&index).unwrap();
    let contents = read(&store);
    assert_eq!(contents.len(), whole.len());
    let [(id, ObjectKind::Blob)] = holders(&contents)[..] else {
        panic!("{:?}", holders(&contents));
    };
    let name = pack.file_name().unwrap().to_str().unwrap();
    assert!(id.starts_with(&format!("{name}:")), "{id}");
    // What an interrupted `gc` leaves behind.
    std::fs::rename(&pack, pack.with_file_name("tmp_pack_Ab12Cd")).unwrap();
    assert_eq!(holders(&read(&store)).len(), 1);
}

#[test]
fn damage_is_said_and_what_stands_is_read() {
    let (folder, pack) = packed();
    let store = folder.path().join(".git");
    let bytes = std::fs::read(&pack).unwrap();
    let (whole, _) = read_with(&store, &GitLimits::default());

    // One object is damaged: with the index, all others but those that build on it are read.
    let mut flipped = bytes.clone();
    flipped[40] ^= 0xff;
    std::fs::write(&pack, &flipped).unwrap();
    let (contents, said) = read_with(&store, &GitLimits::default());
    assert!(contents.len() + 3 > whole.len(), "{}", contents.len());
    assert!(!said.skipped.is_empty() && !said.skipped[0].inside.is_empty());
    assert_eq!(holders(&contents).len(), 1);

    for index in [true, false] {
        if !index {
            std::fs::remove_file(pack.with_extension("idx")).unwrap();
        }
        // Cut anywhere, at every place: never fatal, and what comes before the cut is read.
        for cut in (0..bytes.len()).step_by(7) {
            std::fs::write(&pack, &bytes[..cut]).unwrap();
            let (contents, said) = read_with(&store, &GitLimits::default());
            let texts = |contents: &Contents| {
                let mut texts: Vec<_> = contents.values().cloned().map(|(_, text)| text).collect();
                texts.sort();
                texts
            };
            assert!(
                texts(&contents) == texts(&whole) || !said.skipped.is_empty(),
                "a cut at {cut} is not said"
            );
            assert!(
                cut < bytes.len() / 2 || !contents.is_empty(),
                "cut at {cut}"
            );
        }
    }
    let object = store.join("objects/ab");
    std::fs::create_dir_all(&object).unwrap();
    std::fs::write(object.join("c".repeat(38)), b"nothing of the kind").unwrap();
    let (_, said) = read_with(&store, &GitLimits::default());
    assert!(said.skipped.iter().any(|s| s.path.starts_with(&object)));
}

/// The web user may write anything into a pack and its index.
#[test]
fn no_byte_of_a_pack_or_its_index_can_end_the_search() {
    let (folder, pack) = packed();
    let store = folder.path().join(".git");
    let index = pack.with_extension("idx");
    let writable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&index, writable).unwrap();
    for path in [&pack, &index] {
        let whole = std::fs::read(path).unwrap();
        // The fan-out of the index is the same value a thousand times.
        let places = (0..whole.len()).filter(|at| path == &pack || *at < 16 || *at > 1020);
        for (number, at) in places.enumerate().filter(|(n, _)| n % 3 == 0) {
            let mut bytes = whole.clone();
            bytes[at] = [0, 0xff, 0x80, bytes[at] ^ 0x10][number / 3 % 4];
            std::fs::write(path, bytes).unwrap();
            read_with(&store, &GitLimits::default());
        }
        std::fs::write(path, whole).unwrap();
    }
    assert_eq!(holders(&read(&store)).len(), 1);
}

#[test]
fn an_object_that_lies_about_its_size_does_not_keep_others_from_being_read() {
    let folder = repository();
    commit(folder.path(), &settings(KEY));
    let store = folder.path().join(".git");
    // Read before all others.
    let first = store.join("objects/00");
    std::fs::create_dir_all(&first).unwrap();
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    let text = format!("blob {}\0x", u64::MAX);
    std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
    std::fs::write(first.join("0".repeat(38)), packed.finish().unwrap()).unwrap();
    let (contents, said) = read_with(&store, &GitLimits::default());
    assert_eq!(holders(&contents).len(), 1);
    assert_eq!(said.skipped.len(), 1, "it is shorter than it says");
    assert!(said.skipped[0].path.starts_with(&first));
}

#[test]
fn bounds_hold() {
    let (folder, _) = packed();
    let store = folder.path().join(".git");
    let limits = GitLimits::default();
    let (_, said) = read_with(
        &store,
        &GitLimits {
            object: 64,
            ..limits
        },
    );
    assert!(
        said.skipped
            .iter()
            .any(|s| matches!(s.why, SkipReason::TooMuch(_)))
    );
    let small = GitLimits {
        unpacked: 12_000,
        ratio: 0,
        ..limits
    };
    let (contents, said) = read_with(&store, &small);
    let read: usize = contents.values().map(|(_, bytes)| bytes.len()).sum();
    assert!(read <= 12_000 && !said.skipped.is_empty());
    let forgetful = GitLimits {
        object: 1,
        skipped: 1,
        ..limits
    };
    let (_, said) = read_with(&store, &forgetful);
    assert_eq!(said.skipped.len(), 1);
    assert!(said.skipped_more > 0);

    let mut count = 0;
    let cancelled = std::cell::Cell::new(false);
    git::objects(&store, &limits, &|| cancelled.get(), &mut |_, _| {
        count += 1;
        cancelled.set(true);
        Ok(())
    });
    assert_eq!(count, 1);
}
