//! Installs that a deploy puts into a new folder each time and reaches by a link (Deployer, Envoyer, Capistrano): what was
//! done on one release is known on the next.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value as Json;

use crate::cli::{Bench, Outcome};
use freescout_rescue::words::words;

/// `app/current -> releases/1`, the database in `app/shared`, and `.env` as well or in each release.
struct App {
    bench: Bench,
    env_is_shared: bool,
}

impl App {
    fn new(env_is_shared: bool) -> Self {
        let bench = Bench::new();
        for folder in ["app/releases", "app/shared"] {
            std::fs::create_dir_all(bench.path(folder)).unwrap();
        }
        let release = bench.path("app/releases/1");
        std::fs::rename(bench.install(), &release).unwrap();
        std::fs::rename(release.join("database"), bench.path("app/shared/database")).unwrap();
        let (from, to) = (
            bench.install().join("database"),
            bench.path("app/shared/database"),
        );
        for file in [".env", "bootstrap/cache/config.php"] {
            let text = std::fs::read_to_string(release.join(file)).unwrap();
            let text = text.replace(from.to_str().unwrap(), to.to_str().unwrap());
            std::fs::write(release.join(file), text).unwrap();
        }
        if env_is_shared {
            std::fs::rename(release.join(".env"), bench.path("app/shared/.env")).unwrap();
            symlink("../../shared/.env", release.join(".env")).unwrap();
        }
        symlink("releases/1", bench.path("app/current")).unwrap();
        Self {
            bench,
            env_is_shared,
        }
    }

    /// The next release: the code anew, a cache of its own, the link turned, the release before removed.
    fn deploy(&self) {
        let [first, second] = ["1", "2"].map(|n| self.bench.path("app/releases").join(n));
        let copied = std::process::Command::new("cp")
            .arg("-a")
            .args([&first, &second])
            .status();
        assert!(copied.unwrap().success());
        std::fs::remove_dir_all(&first).unwrap();
        std::fs::remove_file(self.bench.path("app/current")).unwrap();
        symlink("releases/2", self.bench.path("app/current")).unwrap();
    }

    fn act(&self, arguments: &[&str]) -> Outcome {
        let current = self.bench.path("app/current");
        self.bench
            .run(&[arguments, &[current.to_str().unwrap()]].concat())
    }

    fn recover(&self) -> String {
        let look_in = self.bench.path("demo/old-server");
        let look_in = ["--look-in", look_in.to_str().unwrap()];
        let recovered = self.act(
            &[
                &["recover", "--yes", "--no-test", "--no-artisan"],
                &look_in[..],
            ]
            .concat(),
        );
        assert_eq!(recovered.code, 2, "{}", recovered.err);
        recovered.out
    }

    fn env(&self) -> Vec<u8> {
        std::fs::read(self.bench.path("app/current/.env")).unwrap()
    }

    fn passwords(&self) -> BTreeSet<String> {
        let database = self.bench.path("app/shared/database/database.sqlite");
        let database = rusqlite::Connection::open(database).unwrap();
        let mut select = database
            .prepare("SELECT id || coalesce(in_password, '') || ' ' || coalesce(out_password, '') FROM mailboxes")
            .unwrap();
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

fn undone_on_the_next_release(env_is_shared: bool) {
    let app = App::new(env_is_shared);
    let before = (app.env(), app.passwords());
    let told = app.recover();
    assert_ne!((app.env(), app.passwords()), before);
    // What is printed leads to the release of that day.
    let current = app.bench.path("app/current");
    let undo = format!(
        "undo --yes --state-dir {} {}",
        app.bench.path("state").display(),
        current.display()
    );
    assert!(told.contains(&undo), "{told}");
    app.deploy();
    // FreeScout has built its cache on the new release, with the key of the recovery in it.
    let cache = app.bench.path("app/current/bootstrap/cache/config.php");
    let env = String::from_utf8(app.env()).unwrap();
    let key = env
        .lines()
        .find_map(|l| l.strip_prefix("APP_KEY="))
        .unwrap();
    let database = app.bench.path("app/shared/database/database.sqlite");
    std::fs::write(
        &cache,
        format!(
            "<?php return array('app' => array('key' => '{key}', 'cipher' => 'AES-256-CBC'), 'database' => array('default' => 'sqlite', 'connections' => array('sqlite' => array('driver' => 'sqlite', 'database' => '{}', 'prefix' => ''))));",
            database.display()
        ),
    )
    .unwrap();
    let told = app.act(&["history", "--json"]);
    let json: Json = serde_json::from_str(&told.out).unwrap();
    assert_eq!(json["runs"][0]["kind"], "recovery", "{json}");
    let undone = app.act(&["undo", "--yes", "--json"]);
    assert_eq!(undone.code, 0, "{}{}", undone.out, undone.err);
    assert_eq!((app.env(), app.passwords()), before);
    assert!(!cache.exists(), "it held the key that was taken back");
    let is_link = app.bench.path("app/current/.env").is_symlink();
    assert_eq!(is_link, app.env_is_shared);
    let again = app.act(&["undo", "--yes"]);
    assert_eq!(again.code, 1, "{}", again.err);
}

#[test]
fn a_recovery_is_undone_after_a_deploy_that_shares_env() {
    undone_on_the_next_release(true);
}

#[test]
fn a_recovery_is_undone_after_a_deploy_that_copies_env() {
    undone_on_the_next_release(false);
}

/// What a worker of the release before saves, it seals with the key that was replaced then.
#[test]
fn the_keys_of_the_backups_are_known_on_the_next_release() {
    use freescout_rescue::domain::key::app_key::AppKey;
    use freescout_rescue::domain::payload::Payload;
    for env_is_shared in [true, false] {
        let app = App::new(env_is_shared);
        let env = String::from_utf8(app.env()).unwrap();
        let replaced = env.lines().find_map(|l| l.strip_prefix("APP_KEY="));
        let replaced = AppKey::parse(replaced.unwrap().as_bytes()).unwrap();
        app.recover();
        app.deploy();
        let saved = Payload::seal(&replaced, &[5; 16], b"s:5:\"saved\";");
        let database = app.bench.path("app/shared/database/database.sqlite");
        let database = rusqlite::Connection::open(database).unwrap();
        let update = "UPDATE mailboxes SET in_password = ?1 WHERE id = 1";
        database.execute(update, [saved]).unwrap();
        let checked = app.act(&["check", "--json"]);
        let json: Json = serde_json::from_str(&checked.out).unwrap();
        let secrets = json["secrets"].as_array().unwrap();
        let saved = secrets
            .iter()
            .find(|s| s["id"] == 1 && s["column"] == "in_password");
        let saved = saved.unwrap();
        let key = replaced.fingerprint().to_string();
        assert_eq!(
            (&saved["verdict"], &saved["key"]),
            (&"other_key".into(), &key.into())
        );
        let again = app.act(&["recover", "--yes", "--no-test", "--no-artisan"]);
        assert!(matches!(again.code, 0 | 2), "{}", again.err);
        let checked = app.act(&["check", "--json"]);
        let json: Json = serde_json::from_str(&checked.out).unwrap();
        assert_eq!(json["summary"]["other_key"], 0, "{json}");
    }
}

/// A recovery is killed once its rows are written, and before `.env` is; then a deploy comes.
#[cfg(feature = "crash-points")]
#[test]
fn what_was_interrupted_before_a_deploy_is_ended_after_it() {
    let killed = |env_is_shared: bool| {
        let app = App::new(env_is_shared);
        let before = (app.env(), app.passwords());
        let kill = |name: &str, value: &str| {
            let mut command = assert_cmd::Command::cargo_bin("freescout-rescue").unwrap();
            command
                .args(["recover", "--yes", "--no-test", "--no-artisan", "--look-in"])
                .args([
                    app.bench.path("demo/old-server"),
                    "--state-dir".into(),
                    app.bench.path("state"),
                ])
                .arg(app.bench.path("app/current"))
                .env(name, value)
                .output()
                .unwrap()
        };
        let at = (1..200)
            .find(|at| {
                // Nothing is known of the try before.
                let _ = std::fs::remove_dir_all(app.bench.path("state"));
                kill("FREESCOUT_RESCUE_CRASH_AT", &at.to_string());
                app.passwords() != before.1
            })
            .unwrap();
        assert_eq!(app.env(), before.0, "killed at {at}");
        app.deploy();
        (app, before)
    };
    for env_is_shared in [true, false] {
        let (app, before) = killed(env_is_shared);
        let resumed = app.act(&["resume", "--no-test", "--no-artisan"]);
        if env_is_shared {
            assert_eq!(resumed.code, 2, "{}", resumed.err);
            assert_ne!(app.env(), before.0);
        } else {
            // The new file lay beside that of the release which is gone.
            assert_eq!(resumed.code, 1, "{}", resumed.out);
            assert!(resumed.err.contains("undo --yes"), "{}", resumed.err);
        }
        let undone = app.act(&["undo", "--yes", "--no-artisan"]);
        assert_eq!(undone.code, 0, "{}", undone.err);
        assert_eq!((app.env(), app.passwords()), before);
    }
}

#[test]
fn a_backup_of_the_release_before_is_put_back_but_for_its_cache() {
    let app = App::new(true);
    let before = (app.env(), app.passwords());
    app.recover();
    app.deploy();
    let folder = std::fs::read_dir(app.bench.path("state/backups"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let restored = app.act(&["restore", folder.to_str().unwrap(), "--yes"]);
    assert_eq!(restored.code, 0, "{}{}", restored.out, restored.err);
    assert_eq!((app.env(), app.passwords()), before);
    assert!(
        !app.bench
            .path("app/current/bootstrap/cache/config.php")
            .exists(),
        "it names folders that are gone"
    );
}

#[test]
fn installs_side_by_side_in_a_folder_called_releases_are_not_one() {
    let app = App::new(false);
    let [first, second] = ["1", "2"].map(|n| app.bench.path("app/releases").join(n));
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .args([&first, &second])
        .status();
    assert!(copied.unwrap().success());
    // No deploy's link: nothing says that one followed the other.
    std::fs::remove_file(app.bench.path("app/current")).unwrap();
    let look_in = app.bench.path("demo/old-server");
    let recovered = app.bench.run(&[
        "recover",
        first.to_str().unwrap(),
        "--yes",
        "--no-test",
        "--no-artisan",
        "--look-in",
        look_in.to_str().unwrap(),
    ]);
    assert_eq!(recovered.code, 2, "{}", recovered.err);
    let mut backups = std::fs::read_dir(app.bench.path("state/backups")).unwrap();
    let backup = backups.next().unwrap().unwrap().path();
    let backup = backup.to_str().unwrap();
    let before = std::fs::read(second.join(".env")).unwrap();
    let second = second.to_str().unwrap();
    for (arguments, said) in [
        (
            &["restore", backup, second, "--yes", "--no-artisan"][..],
            words().restore_other_install,
        ),
        (
            &["undo", second, "--yes", "--no-artisan"],
            words().undo_nothing,
        ),
    ] {
        let refused = app.bench.run(arguments);
        assert_eq!(refused.code, 1, "{}", refused.err);
        assert!(refused.err.contains(said), "{}", refused.err);
    }
    assert_eq!(
        std::fs::read(Path::new(second).join(".env")).unwrap(),
        before
    );
}

#[test]
fn two_releases_are_one_install_to_the_lock() {
    use freescout_rescue::io::state::lock::{Holder, Lock, LockError};
    let app = App::new(true);
    app.deploy();
    let state = app.bench.path("state");
    let lock = |release: &str| {
        Lock::take(
            &state,
            &app.bench.path("app/releases").join(release),
            &Holder::default(),
        )
    };
    let first = lock("1");
    assert!(first.is_ok());
    assert!(matches!(lock("2"), Err(LockError::Held(_))));
    assert!(lock("../../other").is_ok());
}

#[test]
fn folders_typed_short_are_printed_whole() {
    let bench = Bench::new();
    let release = bench.install();
    let look_in = bench.path("demo/old-server");
    let run = |from: &Path, arguments: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("freescout-rescue").unwrap();
        command
            .env_clear()
            .env("HOME", bench.path("home"))
            .env("PATH", "/usr/bin:/bin");
        let out = command.current_dir(from).args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (out.status.code(), text(&out.stdout) + &text(&out.stderr))
    };
    let mut recover = vec!["recover", "--yes", "--no-test", "--no-artisan", "--look-in"];
    recover.extend([
        look_in.to_str().unwrap(),
        "--state-dir",
        "../../st",
        "--backup-dir",
        "../../ba",
        "--keys-dir",
        "../../ke",
        ".",
    ]);
    let (code, said) = run(&release, &recover);
    assert_eq!(code, Some(2), "{said}");
    let top = std::fs::canonicalize(bench.folder.path()).unwrap();
    let folder = |name: &str| top.join(name).display().to_string();
    let folders = format!(
        "--state-dir {} --backup-dir {} --keys-dir {}",
        folder("st"),
        folder("ba"),
        folder("ke")
    );
    assert!(said.contains(&format!("undo --yes {folders} ")), "{said}");
    let (code, said) = run(
        Path::new("/"),
        &[
            "undo",
            "--yes",
            "--state-dir",
            &folder("st"),
            "--backup-dir",
            &folder("ba"),
            "--keys-dir",
            &folder("ke"),
            release.to_str().unwrap(),
        ],
    );
    assert_eq!(code, Some(0), "{said}");
    // What is written down of a backup that was named short is found from elsewhere.
    let name = std::fs::read_dir(top.join("ba"))
        .unwrap()
        .flatten()
        .map(|e| e.file_name().into_string().unwrap())
        .min()
        .unwrap();
    let short = format!("ba/{name}");
    let (code, said) = run(
        &top,
        &[
            "restore",
            &short,
            "--yes",
            "--state-dir",
            "st",
            "--backup-dir",
            "ba",
            "--keys-dir",
            "ke",
            release.to_str().unwrap(),
        ],
    );
    assert_eq!(code, Some(0), "{said}");
    let (_, told) = run(
        Path::new("/"),
        &[
            "history",
            "--state-dir",
            &folder("st"),
            release.to_str().unwrap(),
        ],
    );
    assert!(told.contains(&folder(&short)), "{told}");
}

#[test]
fn a_folder_in_memory_is_named_before_anything_is_written_to_it() {
    let bench = Bench::new();
    let memory = tempfile::tempdir_in("/dev/shm").unwrap();
    let (state, install) = (memory.path().join("state"), bench.install());
    let options = [
        "--state-dir",
        state.to_str().unwrap(),
        "--json",
        install.to_str().unwrap(),
    ];
    let run = |command: &[&str]| bench.run(&[command, &options[..]].concat());
    let caution = |outcome: &Outcome| {
        let json: Json = serde_json::from_str(&outcome.out).unwrap();
        let cautions = json["cautions"].as_array().unwrap().clone();
        assert_eq!(cautions.len(), 1, "the backups lie in it: {json}");
        assert_eq!(cautions[0]["code"], "in_memory");
        assert_eq!(cautions[0]["path"], state.to_str().unwrap());
        let said = cautions[0]["message"].as_str().unwrap();
        assert!(
            outcome.err.starts_with(said),
            "first of all: {}",
            outcome.err
        );
    };
    // What would be done is said with it, and nothing is written.
    let planned = run(&["recover"]);
    caution(&planned);
    assert!(!state.exists());
    caution(&run(&["backup"]));
    caution(&run(&[
        "recover",
        "--yes",
        "--no-test",
        "--no-artisan",
        "--strategy",
        "carry",
    ]));
    caution(&run(&["undo", "--yes", "--no-artisan"]));
    // Of a folder apart from it that goes too, that is said as well.
    let keys = bench.path("keys");
    let apart = run(&["backup", "--keys-dir", keys.to_str().unwrap()]);
    let json: Json = serde_json::from_str(&apart.out).unwrap();
    let codes = json["cautions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["code"].as_str().unwrap());
    let emptied = std::fs::canonicalize(&bench.folder)
        .unwrap()
        .starts_with("/tmp");
    let expected: &[&str] = if emptied {
        &["in_memory", "emptied_by_system"]
    } else {
        &["in_memory"]
    };
    assert_eq!(codes.collect::<Vec<_>>(), expected);
}
