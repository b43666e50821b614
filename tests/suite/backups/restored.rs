//! Backups put back: by hand, as their README says, and by us, as was foretold.

use std::path::PathBuf;

use serde_json::Value as Json;

use super::PASSPHRASE;
use crate::by_hand;
use crate::cli::Bench;

#[test]
fn the_readme_alone_puts_everything_back() {
    let bench = Bench::with_sentinel();
    for (id, text) in (1..).zip(by_hand::hostile()) {
        let update = "UPDATE mailboxes SET out_password = ?1 WHERE id = ?2";
        let text = rusqlite::types::ToSqlOutput::Borrowed(rusqlite::types::ValueRef::Text(&text));
        bench
            .database()
            .execute(update, rusqlite::params![text, id])
            .unwrap();
    }
    bench
        .database()
        .execute_batch(
            "UPDATE mailboxes SET in_password = CAST(X'FF00FEC32827' AS TEXT) WHERE id = 1;
             UPDATE mailboxes SET in_password = CAST(X'610062' AS TEXT) WHERE id = 2;
             UPDATE mailboxes SET in_password = '' WHERE id = 3;
             UPDATE mailboxes SET in_password = NULL WHERE id = 4;
             UPDATE modules SET license = X'FFFE5C27' WHERE id = 1;",
        )
        .unwrap();
    let (texts, files) = (bench.texts(), bench.state());
    let keys = bench.path("keys");
    let backups = [
        bench.backup(&[]),
        bench.encrypted(&[]),
        bench.encrypted(&["--keys-dir", keys.to_str().unwrap()]),
    ];
    for backup in backups {
        bench.spoil();
        assert_ne!(bench.texts(), texts);
        by_hand::follow_readme(&backup, PASSPHRASE, |line| line);
        assert_eq!(bench.texts(), texts, "{}", backup.display());
        for (path, what) in &files {
            if !path.ends_with("database.sqlite") {
                assert_eq!(bench.state().get(path), Some(what), "{}", path.display());
            }
        }
        assert!(!backup.join("env").exists() && !backup.join("config.php").exists());
    }
}

#[test]
fn a_script_that_was_cut_off_changes_nothing() {
    let bench = Bench::with_sentinel();
    let backup = bench.encrypted(&[]);
    bench.spoil();
    let spoilt = bench.texts();
    let script = backup.join("restore.sql.age");
    let whole = std::fs::read(&script).unwrap();
    std::fs::write(&script, &whole[..whole.len() - 1]).unwrap();
    let line = by_hand::lines(&backup).remove(0);
    by_hand::type_line(&backup, &line, PASSPHRASE);
    assert_eq!(bench.texts(), spoilt);
    std::fs::write(&script, whole).unwrap();
    let (_, said) = by_hand::type_line(&backup, &line, "another");
    assert!(said.contains("incorrect passphrase"), "{said}");
    assert_eq!(bench.texts(), spoilt);
}

/// What is printed without `--yes` is what happens with it.
#[test]
fn a_restore_comes_out_as_it_was_foretold() {
    let bench = Bench::with_sentinel();
    let backup = bench.backup(&[]);
    let saved = bench.texts();
    let look_in = bench.path("demo/old-server");
    let recovered = bench.act(
        &["recover", "--yes"],
        &["--look-in", look_in.to_str().unwrap()],
    );
    assert_eq!(recovered.code, 2, "{}", recovered.err);
    // A user who accepted the invitation meanwhile: no secret stands there any more, and it is replaced all the same.
    bench
        .database()
        .execute_batch(
            "UPDATE users SET password = '$2y$10$accepted' WHERE id = 2;
             DELETE FROM modules WHERE id = 2;",
        )
        .unwrap();
    let (before, files) = (bench.texts(), bench.state());
    let (code, told) = bench.restore_json(&backup, &[]);
    assert_eq!((code, &told["planned"]), (0, &true.into()));
    assert_eq!(bench.state(), files, "nothing was changed");
    let changes = told["changes"]["rows"].as_array().unwrap();
    let told_rows: Vec<String> = changes
        .iter()
        .map(|c| {
            let text = |name: &str| c[name].as_str().unwrap().to_owned();
            format!("{}#{}.{}", text("table"), c["id"], text("column"))
        })
        .collect();
    assert_eq!(told["rows"], told_rows.len());
    let differs = |(place, text): &&(String, Option<Vec<u8>>)| {
        before.iter().any(|(p, t)| p == place && t != text)
    };
    let mut differing: Vec<String> = saved
        .iter()
        .filter(differs)
        .map(|(place, _)| place.clone())
        .collect();
    let mut sorted = told_rows.clone();
    sorted.sort();
    differing.sort();
    assert_eq!(sorted, differing, "exactly what differs, nowhere a value");
    assert!(sorted.contains(&"users#2.password".to_owned()));
    let actions: Vec<&Json> = told["changes"]["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["action"])
        .collect();
    assert_eq!(actions, ["write", "write"]);
    let of = |secrets: &Json, table: &str, id: u64, column: &str| {
        let is = |s: &&Json| s["table"] == table && s["id"] == id && s["column"] == column;
        secrets.as_array().unwrap().iter().find(is).unwrap().clone()
    };
    let (now, after) = (&told["key_now"], &told["key_after"]);
    assert_ne!(now, after);
    let support = of(&told["secrets"], "mailboxes", 1, "in_password");
    assert_eq!(
        (&support["now"]["key"], &support["after"]["key"]),
        (now, after)
    );
    let sales = of(&told["secrets"], "mailboxes", 3, "in_password");
    assert_eq!(
        (&sales["now"]["verdict"], &sales["after"]["verdict"]),
        (&"opens".into(), &"other_key".into())
    );
    let plain = of(&told["secrets"], "mailboxes", 6, "in_password");
    assert_eq!(plain["after"]["verdict"], "plaintext");
    let invited = of(&told["secrets"], "users", 2, "password");
    assert_eq!(invited["now"], Json::Null);
    let text = bench.restore(&backup, &[]);
    for said in [
        "placeholder password of an invited user (users row 2)",
        "The current key becomes",
        "FreeScout would be able to read fewer secrets than now.",
        "bootstrap/cache/config.php",
    ] {
        assert!(text.out.contains(said), "{said}: {}", text.out);
    }
    let (code, done) = bench.restore_json(&backup, &["--yes"]);
    assert_eq!((code, &done["as_foretold"]), (0, &true.into()), "{done}");
    assert_eq!(done["surprises"].as_array().unwrap().len(), 0);
    for same in ["secrets", "changes", "rows", "files", "key_after"] {
        assert_eq!(done[same], told[same], "{same}");
    }
    let checked = bench.check_json();
    assert_eq!(&checked["effective_key"], after);
    for secret in checked["secrets"].as_array().unwrap() {
        let is = |s: &&Json| {
            ["table", "id", "column", "json_path"]
                .iter()
                .all(|name| s[name] == secret[name])
        };
        let foretold = told["secrets"].as_array().unwrap().iter().find(is);
        // Another program does not know the key that stands nowhere but in the recovery.
        let verdict = &foretold.unwrap()["after"]["verdict"];
        assert!(
            verdict == &secret["verdict"]
                || verdict == "other_key" && secret["verdict"] == "unknown_key",
            "{secret}"
        );
    }
    // What was replaced can be put back in its turn, the accepted user's password with it.
    let safety = PathBuf::from(done["safety_backup"].as_str().unwrap());
    assert_eq!(bench.restore(&safety, &["--yes"]).code, 0);
    assert_eq!(bench.texts(), before);
    let (code, nothing) = bench.restore_json(&safety, &[]);
    assert_eq!(
        (code, &nothing["rows"], &nothing["files"]),
        (0, &0.into(), &0.into())
    );
}

/// Somebody saves something in FreeScout between what was foretold and what is done.
#[test]
fn what_changes_meanwhile_is_refused_or_named() {
    use freescout_rescue::engine::recovery::restore;
    use freescout_rescue::engine::recovery::run_log::Ledger;
    use freescout_rescue::engine::session::options::Options;
    use freescout_rescue::engine::session::survey;
    use freescout_rescue::io::install::Environment;
    use freescout_rescue::io::state::AbsolutePath;
    use freescout_rescue::io::state::backup::Backup;

    for update in [
        "UPDATE mailboxes SET in_password = 'typed' WHERE id = 1",
        "UPDATE mailboxes SET out_password = 'typed' WHERE id = 9",
    ] {
        let bench = Bench::with_sentinel();
        let folder = bench.backup(&[]);
        let look_in = bench.path("demo/old-server");
        let recovered = bench.act(
            &["recover", "--yes"],
            &["--look-in", look_in.to_str().unwrap()],
        );
        assert_eq!(recovered.code, 2, "{}", recovered.err);
        let environment = Environment::of_this_process();
        let opened = survey::open(Some(&bench.install()), environment, None);
        let mut session = opened.ok().and_then(Result::ok).expect("the demo opens");
        let backup = Backup::open(&folder).unwrap();
        let foretold = restore::foretell(&mut session, &backup).unwrap();
        bench.database().execute_batch(update).unwrap();
        let before = bench.state();
        let mut quiet = |_: &str, _: u64, _: Option<u64>| {};
        let options = Options {
            backup_dir: AbsolutePath::new(bench.path("backups")).unwrap(),
            state_dir: AbsolutePath::new(bench.path("state")).unwrap(),
            keys_dir: None,
            artisan: false,
            php_limit: freescout_rescue::io::install::artisan::TIME_LIMIT,
        };
        let mut ledger = Ledger::open(&options, &session).unwrap();
        let refused = restore::restore(
            &mut session,
            &mut ledger,
            &backup,
            &foretold,
            &folder,
            &mut quiet,
        );
        let Err(failure) = refused else {
            panic!("a row that was changed is overwritten")
        };
        assert!(
            failure.meanwhile && !failure.half_done(),
            "{}",
            failure.problem
        );
        assert_eq!(bench.state(), before);
        // By itself it is foretold anew, and what was typed is in the backup that is made first.
        let put_back = restore::put_back(
            &mut session,
            &mut ledger,
            &backup,
            foretold,
            &|_| Ok(()),
            &mut quiet,
        );
        let put_back = put_back.unwrap_or_else(|failure| panic!("{}", failure.problem));
        assert!(put_back.restored.surprises.is_empty());
        let saved = put_back.safety.rows().unwrap();
        let typed = saved
            .values()
            .flatten()
            .any(|text| text.expose() == b"typed");
        assert!(typed, "{update}");
    }
}
