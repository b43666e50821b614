//! Whose rights FreeScout has, where its owners differ; and what root does not do for who only names it in `.env`.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::{OTHER, WEB, give};
use crate::cli::{Bench, state};
use crate::not_tried::as_root;

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn check(bench: &Bench, more: &[&str]) -> Json {
    let outcome = bench.check(&[&["--json"], more].concat());
    serde_json::from_str(&outcome.out).unwrap_or_else(|e| panic!("{e}: {}", outcome.err))
}

fn codes(check: &Json) -> Vec<&str> {
    let findings = check["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|f| f["code"].as_str().unwrap())
        .collect()
}

fn message<'a>(check: &'a Json, code: &str) -> &'a str {
    let findings = check["findings"].as_array().unwrap();
    let found = findings.iter().find(|f| f["code"] == code);
    found.map_or("", |f| f["message"].as_str().unwrap())
}

#[test]
fn who_owns_storage_alone_decides_nothing() {
    if !as_root("owners that differ") {
        return;
    }
    // A folder of root's that lay beside it, renamed by him.
    let bench = Bench::of_web_user();
    let storage = bench.install().join("storage");
    std::fs::rename(&storage, bench.install().join("was")).unwrap();
    std::fs::create_dir_all(storage.join("framework/cache/data")).unwrap();
    let told = check(&bench, &[]);
    let web_user = serde_json::json!({"name": "nobody", "uid": WEB, "known_by": "least_owner"});
    assert_eq!(told["install"]["web_user"], web_user);
    assert!(message(&told, "root_owned").contains("storage"), "{told}");
    let text = bench.check(&[]).out;
    let says = "Web user: nobody (the least privileged of the owners: root, nobody)";
    assert!(text.contains(says), "{text}");
    let outcome = bench.recover_with(&["--no-artisan"]);
    assert_eq!(outcome.code, 2, "{}{}", outcome.out, outcome.err);
    // What SQLite made meanwhile is not root's.
    for entry in std::fs::read_dir(bench.install().join("database")).unwrap() {
        assert_eq!(entry.unwrap().metadata().unwrap().uid(), WEB);
    }
}

#[test]
fn an_account_that_deploys_is_not_the_one_that_pages_run_as() {
    if !as_root("accounts that deploy") {
        return;
    }
    let bench = Bench::of_web_user();
    give(&bench.install(), OTHER);
    for his in ["storage", "bootstrap/cache", "database"] {
        give(&bench.install().join(his), WEB);
    }
    chown(bench.env(), Some(OTHER), Some(WEB)).unwrap();
    mode(&bench.env(), 0o640);
    let told = check(&bench, &[]);
    assert_eq!(told["install"]["web_user"]["uid"], WEB);
    assert!(!codes(&told).contains(&"root_owned"), "{told}");
    let outcome = bench.recover_with(&["--no-artisan"]);
    assert_eq!(outcome.code, 2, "{}{}", outcome.out, outcome.err);
    let env = std::fs::metadata(bench.env()).unwrap();
    assert_eq!(
        (env.uid(), env.gid(), env.mode() & 0o777),
        (OTHER, WEB, 0o640)
    );
}

#[test]
fn where_everything_is_roots_it_is_said_and_can_be_told() {
    if !as_root("installs of root's") {
        return;
    }
    let bench = Bench::of_web_user();
    give(&bench.install(), 0);
    let told = check(&bench, &[]);
    assert_eq!(told["install"]["web_user"]["known_by"], "root");
    let text = bench.check(&[]).out;
    assert!(text.contains("PHP is not run as root"), "{text}");
    // By name, and by number, as in a container seen from outside.
    for (name, uid) in [("nobody", WEB), ("100033:100033", 100_033)] {
        let told = check(&bench, &["--web-user", name]);
        let known = &told["install"]["web_user"];
        assert_eq!(
            (&known["known_by"], &known["uid"]),
            (&"operator".into(), &uid.into())
        );
    }
    let wrong = bench.check(&["--web-user", "no-such-account"]);
    assert_eq!(wrong.code, 3);
    assert!(
        wrong.err.contains("no account named no-such-account"),
        "{}",
        wrong.err
    );
    // Commands for later have it too.
    let text = bench.check(&["--web-user", "nobody"]).out;
    assert!(text.contains("--web-user nobody"), "{text}");
    // `chmod -R 777`: whoever writes there is told by nothing.
    mode(&bench.install(), 0o777);
    mode(&bench.env(), 0o666);
    let told = check(&bench, &[]);
    let known = serde_json::json!({"name": null, "uid": null, "known_by": "untold"});
    assert_eq!(told["install"]["web_user"], known);
    assert!(
        message(&told, "web_user_untold").contains("--web-user"),
        "{told}"
    );
    // The database's file is opened with no rights at all then, and what to do is said where that fails.
    let database = bench.install().join("database/database.sqlite");
    mode(&database, 0o600);
    let barred = bench.check(&[]);
    assert_eq!(barred.code, 3, "{}", barred.out);
    assert!(barred.err.contains("--web-user"), "{}", barred.err);
    assert_eq!(bench.check(&["--web-user", "root"]).code, 2);
    mode(&database, 0o644);
    let told = check(&bench, &["--web-user", "root"]);
    assert!(!codes(&told).contains(&"web_user_untold"), "{told}");
}

/// `.env` names this file, which holds the key that was in force.
fn name_key_file(bench: &Bench, file: &Path, named: &Path) {
    let text = std::fs::read_to_string(bench.env()).unwrap();
    let key = text.lines().find_map(|l| l.strip_prefix("APP_KEY="));
    let key = key.unwrap().to_owned();
    std::fs::write(file, format!("{key}\n")).unwrap();
    let line = format!("\nAPP_KEY_FILE={}", named.display());
    std::fs::write(bench.env(), text.replace(&key, &line)).unwrap();
}

#[test]
fn a_key_file_that_freescout_may_not_read_is_not_read_for_it() {
    if !as_root("a secret of root's") {
        return;
    }
    let bench = Bench::of_web_user();
    let file = bench.path("app_key");
    name_key_file(&bench, &file, &file);
    let readable = check(&bench, &[]);
    let key = readable["effective_key"].as_str().unwrap();
    // As engines of containers make them where nothing is said.
    mode(&file, 0o400);
    let told = check(&bench, &[]);
    assert_eq!(told["effective_key"], Json::Null);
    let said = message(&told, "key_file_unreadable");
    for part in ["app_key", "nobody", "may not read", "--key-file"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let known = |told: &Json| told["keys"].to_string().contains(key);
    assert!(!known(&told), "read as root: {told}");
    // Given by the operator it is another matter.
    let given = check(&bench, &["--key-file", file.to_str().unwrap()]);
    assert!(known(&given), "{given}");
    // A group of his is enough.
    chown(&file, Some(0), Some(WEB)).unwrap();
    mode(&file, 0o440);
    assert_eq!(check(&bench, &[])["effective_key"], key);
    // The same where the path stands in place of the key.
    mode(&file, 0o400);
    let env = std::fs::read_to_string(bench.env()).unwrap();
    std::fs::write(
        bench.env(),
        env.replace("APP_KEY_FILE=", "APP_KEY=")
            .replacen("APP_KEY=\n", "", 1),
    )
    .unwrap();
    let told = check(&bench, &[]);
    assert!(!known(&told), "read as root: {told}");
}

/// Where a key file lies, and what is said of it; nothing where it is replaced.
type Place<'a> = (&'a str, &'a dyn Fn(&Bench) -> (PathBuf, PathBuf), &'a str);

#[test]
fn a_key_file_is_replaced_only_where_nobody_else_can_have_put_it() {
    if !as_root("places of key files") {
        return;
    }
    let folder = |bench: &Bench, name: &str, owner: u32, bits: u32| {
        let path = bench.path(name);
        std::fs::create_dir(&path).unwrap();
        chown(&path, Some(owner), Some(owner)).unwrap();
        mode(&path, bits);
        path.join("app_key")
    };
    let same = |path: PathBuf| (path.clone(), path);
    let places: [Place<'_>; 7] = [
        (
            "root's folder",
            &|b| same(folder(b, "secrets", 0, 0o755)),
            "",
        ),
        ("his folder", &|b| same(folder(b, "his", WEB, 0o755)), ""),
        (
            "the folder of another",
            &|b| same(folder(b, "foreign", OTHER, 0o755)),
            "belongs to 12345",
        ),
        (
            "a folder that everybody may write",
            &|b| same(folder(b, "open", 0, 0o777)),
            "somebody else could put another file in its place",
        ),
        (
            "a folder of his that a group of others may write",
            &|b| {
                let path = folder(b, "group", WEB, 0o775);
                chown(path.parent().unwrap(), Some(WEB), Some(OTHER)).unwrap();
                same(path)
            },
            "somebody else could put another file in its place",
        ),
        (
            "a link of his to a file of root's",
            &|b| {
                let file = folder(b, "secrets", 0, 0o755);
                let link = b.install().join("key");
                b.trap(&file, &link);
                (file, link)
            },
            "is a link to",
        ),
        (
            "a link of root's",
            &|b| {
                let file = folder(b, "secrets", 0, 0o755);
                let link = b.path("link");
                std::os::unix::fs::symlink(&file, &link).unwrap();
                (file, link)
            },
            "is a link to",
        ),
    ];
    for (name, lay, says) in places {
        let bench = Bench::of_web_user();
        let (file, named) = lay(&bench);
        name_key_file(&bench, &file, &named);
        let before = (std::fs::read(&file).unwrap(), state(&bench.install()));
        let outcome = bench.recover_with(&["--no-artisan", "--strategy", "restore"]);
        let said = format!("{name}: {}{}", outcome.out, outcome.err);
        let after = std::fs::read(&file).unwrap();
        if says.is_empty() {
            assert_eq!(outcome.code, 2, "{said}");
            assert_ne!(before.0, after, "{said}");
            assert_eq!(std::fs::metadata(&file).unwrap().uid(), 0, "{said}");
            continue;
        }
        assert_eq!(outcome.code, 1, "{said}");
        assert_eq!(before, (after, state(&bench.install())), "{said}");
        for part in [says, file.to_str().unwrap(), "Nothing was changed", "carry"] {
            assert!(outcome.err.contains(part), "{part}: {said}");
        }
        // Told with the plan already, before anything is confirmed.
        let install = bench.install();
        let planned = bench.run(&[
            "recover",
            "--strategy",
            "restore",
            "--look-in",
            bench.path("demo/old-server").to_str().unwrap(),
            install.to_str().unwrap(),
        ]);
        assert!(planned.err.contains(says), "{name}: {}", planned.err);
    }
}

#[test]
fn the_plan_names_the_key_file() {
    let bench = Bench::new();
    std::fs::remove_file(bench.install().join("bootstrap/cache/config.php")).unwrap();
    let file = bench.path("app_key");
    name_key_file(&bench, &file, &file);
    let install = bench.install();
    let planned = bench.run(&[
        "recover",
        "--strategy",
        "restore",
        "--look-in",
        bench.path("demo/old-server").to_str().unwrap(),
        install.to_str().unwrap(),
    ]);
    let real = std::fs::canonicalize(&file).unwrap();
    let says = format!("the key file {} becomes K", real.display());
    assert!(
        planned.out.contains(&says),
        "{}{}",
        planned.out,
        planned.err
    );
}

/// A script that PHP runs before each page, named in `.user.ini`: the web user's word, followed with his rights alone.
#[test]
fn a_script_that_he_names_is_read_with_his_rights() {
    if !as_root("scripts that run before every page") {
        return;
    }
    let bench = Bench::of_web_user();
    let script = bench.path("prepend.php");
    std::fs::write(
        &script,
        "<?php putenv('APP_KEY=base64:U0VDUkVUU0VDUkVUU0VDUkVUU0VDUkVUU0VDUkVUU0U=');",
    )
    .unwrap();
    let ini = bench.install().join(".user.ini");
    std::fs::write(&ini, format!("auto_prepend_file={}\n", script.display())).unwrap();
    chown(&ini, Some(WEB), Some(WEB)).unwrap();
    assert!(codes(&check(&bench, &[])).contains(&"key_set_elsewhere"));
    mode(&script, 0o600);
    assert!(!codes(&check(&bench, &[])).contains(&"key_set_elsewhere"));
}
