//! Backups whose keys lie apart from what they open.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value as Json;

use super::{assert_closed, assert_nowhere};
use crate::cli::Bench;

#[test]
fn the_key_lies_apart_from_what_it_opens() {
    let bench = Bench::with_sentinel();
    let (key, keys) = (bench.key_text(), bench.path("keys"));
    let dir = ["--keys-dir", keys.to_str().unwrap()];
    let backup = bench.backup(&dir);
    let apart = keys.join(backup.file_name().unwrap());
    assert_closed(&keys);
    assert_nowhere(&backup, &key);
    assert!(!backup.join("files").exists());
    assert_eq!(
        std::fs::read(apart.join("files/env")).unwrap(),
        std::fs::read(bench.install().join(".env")).unwrap()
    );
    for (folder, other) in [(&backup, &apart), (&apart, &backup)] {
        let readme = std::fs::read_to_string(folder.join("README.txt")).unwrap();
        assert!(readme.contains(other.to_str().unwrap()), "{readme}");
    }
    // Both are left out of a search for keys, unless they are named.
    let looked = bench.act(
        &["find-key", "--json"],
        &["--look-in", bench.folder.path().to_str().unwrap()],
    );
    let json: Json = serde_json::from_str(&looked.out).unwrap();
    let skipped: Vec<&str> = json["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|s| s["path"].as_str())
        .collect();
    for folder in [&backup, &apart] {
        assert!(skipped.contains(&folder.to_str().unwrap()), "{skipped:?}");
    }
    let (texts, env) = (
        bench.texts(),
        std::fs::read(bench.install().join(".env")).unwrap(),
    );
    bench.spoil();
    let outcome = bench.restore(&backup, &["--yes"]);
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    assert_eq!(bench.texts(), texts);
    assert_eq!(std::fs::read(bench.install().join(".env")).unwrap(), env);
}

#[test]
fn nothing_is_put_back_while_the_keys_are_away() {
    let bench = Bench::with_sentinel();
    let (keys, elsewhere) = (bench.path("keys"), bench.path("elsewhere"));
    let dir = ["--keys-dir", keys.to_str().unwrap()];
    let look_in = bench.path("demo/old-server");
    let before = bench.state();
    let recovered = bench.act(
        &["recover", "--yes", "--json"],
        &[&dir[..], &["--look-in", look_in.to_str().unwrap()]].concat(),
    );
    assert_eq!(recovered.code, 2, "{}", recovered.err);
    let json: Json = serde_json::from_str(&recovered.out).unwrap();
    let backup = PathBuf::from(json["backup"].as_str().unwrap());
    assert!(!backup.join("files").exists());
    std::fs::rename(&keys, &elsewhere).unwrap();
    let after = bench.state();
    let apart = keys.join(backup.file_name().unwrap());
    for (command, code) in [
        (&["undo", "--yes"][..], 1),
        (&["undo"], 1),
        (&["restore", backup.to_str().unwrap(), "--yes"], 3),
        (&["restore", backup.to_str().unwrap()], 3),
    ] {
        let outcome = bench.act(command, &[]);
        assert_eq!(outcome.code, code, "{command:?}: {}", outcome.err);
        for said in [
            apart.to_str().unwrap(),
            "this folder does not exist",
            "the rows could be restored",
            "--keys-dir",
        ] {
            assert!(outcome.err.contains(said), "{said}: {}", outcome.err);
        }
    }
    assert_eq!(bench.state(), after);
    // A folder that others may write into, and one that somebody else could have put there.
    let now = elsewhere.join(backup.file_name().unwrap());
    let there = ["--keys-dir", elsewhere.to_str().unwrap()];
    std::fs::set_permissions(&now, std::fs::Permissions::from_mode(0o777)).unwrap();
    let outcome = bench.act(&["undo", "--yes"], &there);
    assert_eq!(outcome.code, 1, "{}", outcome.err);
    assert_eq!(bench.state(), after);
    std::fs::set_permissions(&now, std::fs::Permissions::from_mode(0o700)).unwrap();
    let outcome = bench.act(&["undo", "--yes"], &there);
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    for (path, what) in before {
        if !path.ends_with("database.sqlite") {
            assert_eq!(bench.state().get(&path), Some(&what), "{}", path.display());
        }
    }
    // The backup that the undo made first keeps its keys there too.
    assert_nowhere(&bench.path("backups"), &bench.key_text());
}

#[test]
fn a_folder_for_the_keys_must_be_apart_and_safe() {
    let bench = Bench::with_sentinel();
    std::fs::create_dir(bench.path("backups")).unwrap();
    std::fs::set_permissions(
        bench.path("backups"),
        std::fs::Permissions::from_mode(0o700),
    )
    .unwrap();
    std::fs::create_dir(bench.path("open")).unwrap();
    std::fs::set_permissions(bench.path("open"), std::fs::Permissions::from_mode(0o777)).unwrap();
    std::os::unix::fs::symlink(bench.path("backups"), bench.path("link")).unwrap();
    for (dir, why) in [
        ("backups", "is inside the backup folder"),
        ("backups/keys", "is inside the backup folder"),
        ("link/keys", "is inside the backup folder"),
        ("open", "others could replace what is in it"),
    ] {
        let dir = bench.path(dir);
        let outcome = bench.act(&["backup"], &["--keys-dir", dir.to_str().unwrap()]);
        assert_eq!(outcome.code, 3, "{}", outcome.out);
        assert!(outcome.err.contains(why), "{why}: {}", outcome.err);
    }
    // A name that is taken among the keys is not taken for the backup either.
    let keys = bench.path("keys");
    let dir = ["--keys-dir", keys.to_str().unwrap()];
    let (first, second) = (bench.backup(&dir), bench.backup(&dir));
    std::fs::remove_dir_all(&first).unwrap();
    let third = bench.backup(&dir);
    let names = std::fs::read_dir(&keys).unwrap().count();
    assert_eq!(names, 3);
    assert_ne!(first.file_name(), second.file_name());
    assert!(keys.join(third.file_name().unwrap()).is_dir());
}
