//! A SQLite file is opened with the rights of the web user: his `.env` may name one of somebody else's, and what SQLite
//! makes beside it must be his.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

use super::{OTHER, WEB};
use crate::cli::{Bench, state};
use crate::not_tried::as_root;

#[test]
fn a_database_of_others_is_neither_read_nor_written() {
    if !as_root("databases of others") {
        return;
    }
    let theirs = Bench::of_web_user();
    let others = theirs.install().join("database/database.sqlite");
    for (owner, mode) in [(OTHER, 0o600), (0, 0o600), (OTHER, 0o644)] {
        chown(&others, Some(owner), Some(owner)).unwrap();
        std::fs::set_permissions(&others, std::fs::Permissions::from_mode(mode)).unwrap();
        let bench = Bench::of_web_user();
        let own = bench.install().join("database/database.sqlite");
        let text = std::fs::read_to_string(bench.env()).unwrap();
        let named = text.replace(own.to_str().unwrap(), others.to_str().unwrap());
        std::fs::write(bench.env(), named).unwrap();
        let before = state(theirs.folder.path());
        let outcome = bench.recover_with(&["--no-artisan"]);
        // What everybody may read is read, as the web user could himself.
        let code = if mode == 0o600 { 3 } else { 1 };
        assert_eq!(
            outcome.code, code,
            "{owner} {mode:o}: {}{}",
            outcome.out, outcome.err
        );
        assert_eq!(
            state(theirs.folder.path()),
            before,
            "{owner} {mode:o}: written"
        );
    }
}

#[test]
fn a_database_is_reached_through_links_with_the_web_users_rights_alone() {
    // As images have it that keep everything in one volume: the folder, and the file itself.
    for linked in ["database", "database/database.sqlite"] {
        let bench = Bench::of_web_user();
        let (there, volume) = (bench.install().join(linked), bench.path("volume"));
        let kept = volume.join("kept");
        std::fs::create_dir(&volume).unwrap();
        std::fs::rename(&there, &kept).unwrap();
        symlink(&kept, &there).unwrap();
        if as_root("a volume of the web user's") {
            super::give(&volume, WEB);
        }
        let outcome = bench.recover_with(&["--no-artisan"]);
        assert_eq!(outcome.code, 2, "{linked}: {}{}", outcome.out, outcome.err);
        assert!(outcome.out.contains("can read 30 of 32"), "{}", outcome.out);
        assert!(there.is_symlink(), "{linked}");
        if !as_root("links to databases of others") {
            continue;
        }
        super::give(&kept, 0);
        std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o600)).unwrap();
        let outcome = bench.act(&["check"], &[]);
        assert_eq!(outcome.code, 3, "{linked}: {}{}", outcome.out, outcome.err);
    }
}

#[test]
fn what_is_made_beside_a_database_is_the_web_users() {
    if !as_root("files beside a database") {
        return;
    }
    let bench = Bench::of_web_user();
    // This way of writing leaves files open beside it for all that come.
    bench
        .database()
        .pragma_update(None, "journal_mode", "WAL")
        .unwrap();
    let folder = bench.install().join("database");
    super::give(&folder, WEB);
    // Somebody holds it open, so that they stay.
    let reader = bench.database();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM mailboxes")
        .unwrap();
    super::give(&folder, WEB);
    let outcome = bench.recover_with(&["--no-artisan"]);
    assert_eq!(outcome.code, 2, "{}{}", outcome.out, outcome.err);
    let files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        assert_eq!(
            file.metadata().unwrap().uid(),
            WEB,
            "{}",
            file.path().display()
        );
    }
}
