//! We never make it worse: recoveries that must be refused, undone whole, or left alone. Each on the demo install.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use freescout_rescue::domain::inventory::secret::{Place, Table};
use freescout_rescue::domain::payload::{Payload, php};
use freescout_rescue::domain::plan::Choices;
use freescout_rescue::domain::verdict;
use freescout_rescue::engine::hunt::files;
use freescout_rescue::engine::recovery::apply::Order;
use freescout_rescue::engine::recovery::run_log::Ledger;
use freescout_rescue::engine::recovery::{self, anew, backup};
use freescout_rescue::engine::session::options::Options;
use freescout_rescue::engine::session::{reading, survey};
use freescout_rescue::io::install::Environment;
use freescout_rescue::io::state::AbsolutePath;
use freescout_rescue::text;
use freescout_rescue::words::words;

use crate::cli::{Bench, Outcome, state};
use crate::not_tried::as_root;

/// What somebody does to an install, and its name (or the message it must lead to).
type Act<'a> = (&'a str, &'a dyn Fn(&Bench));

impl Bench {
    pub fn act(&self, command: &[&str], more: &[&str]) -> Outcome {
        let (install, state) = (self.install(), self.path("state"));
        let backups = self.path("backups");
        let common = [
            install.to_str().unwrap(),
            "--no-artisan",
            "--state-dir",
            state.to_str().unwrap(),
            "--backup-dir",
            backups.to_str().unwrap(),
        ];
        self.run(&[command, &common[..], more].concat())
    }

    fn recover(&self) -> Outcome {
        let look_in = self.path("demo/old-server");
        self.act(
            &["recover", "--yes"],
            &["--look-in", look_in.to_str().unwrap()],
        )
    }

    fn edit_env(&self, change: impl Fn(&str) -> String) {
        let path = self.install().join(".env");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, change(&text)).unwrap();
    }
}

/// A recovery would clear the cache, and FreeScout could not run on what `.env` says.
#[test]
fn a_cache_that_is_all_freescout_has_is_not_cleared() {
    let other = tempfile::tempdir().unwrap();
    let other = other.path().join("other.sqlite");
    let breaks: [Act<'_>; 4] = [
        ("is missing", &|b| {
            std::fs::remove_file(b.install().join(".env")).unwrap()
        }),
        (".env: line 5, APP_NAME", &|b| {
            b.edit_env(|t| t.replace("APP_TIMEZONE=UTC", "APP_NAME=two words"))
        }),
        ("do not lead to the database", &|b| {
            b.edit_env(|t| t.replace("database.sqlite", "nowhere.sqlite"))
        }),
        ("do not lead to the database", &|b| {
            // The same tables, other mailboxes: a staging copy.
            std::fs::copy(b.install().join("database/database.sqlite"), &other).unwrap();
            rusqlite::Connection::open(&other)
                .unwrap()
                .execute_batch("UPDATE mailboxes SET in_password = 'x' WHERE id = 1")
                .unwrap();
            let real = b.install().join("database/database.sqlite");
            b.edit_env(|t| t.replace(real.to_str().unwrap(), other.to_str().unwrap()));
        }),
    ];
    for (message, break_it) in breaks {
        let bench = Bench::new();
        break_it(&bench);
        let before = bench.state();
        let outcome = bench.recover();
        assert_eq!(outcome.code, 1, "{message}: {}{}", outcome.out, outcome.err);
        assert!(outcome.err.contains(message), "{message}: {}", outcome.err);
        assert_eq!(bench.state(), before, "{message}: something was changed");
        let backups = bench.path("backups");
        assert!(!backups.exists(), "{message}: refused after a backup");
    }
}

#[test]
fn a_file_that_holds_no_key_is_never_overwritten() {
    let bench = Bench::new();
    std::fs::remove_file(bench.install().join("bootstrap/cache/config.php")).unwrap();
    let victim = bench.path("victim");
    std::fs::write(&victim, "* * * * * root do-something-important\n").unwrap();
    bench.edit_env(|t| {
        let line = t
            .lines()
            .find(|l| l.starts_with("APP_KEY="))
            .unwrap()
            .to_owned();
        t.replace(
            &line,
            &format!("APP_KEY=\nAPP_KEY_FILE={}", victim.display()),
        )
    });
    let before = bench.state();
    let outcome = bench.recover();
    assert_eq!(outcome.code, 1, "{}{}", outcome.out, outcome.err);
    assert!(outcome.err.contains("contains no key"), "{}", outcome.err);
    assert_eq!(
        std::fs::read_to_string(&victim).unwrap(),
        "* * * * * root do-something-important\n"
    );
    assert_eq!(bench.state(), before);
}

#[test]
fn a_folder_beside_an_install_is_not_that_install() {
    let bench = Bench::new();
    for wrong in ["demo/freescout/stagng", "demo/freescout/storage"] {
        let path = bench.path(wrong);
        let outcome = bench.run(&["recover", "--yes", path.to_str().unwrap()]);
        assert_eq!(outcome.code, 3, "{wrong}: {}", outcome.err);
    }
    // What is meant without doubt is taken.
    for right in [
        "demo/freescout/.env",
        "demo/freescout/public",
        "demo/freescout/artisan",
    ] {
        assert_eq!(
            bench
                .run(&["check", bench.path(right).to_str().unwrap()])
                .code,
            2,
            "{right}"
        );
    }
}

#[test]
fn a_second_recovery_with_nothing_to_do_leaves_the_first_to_be_undone() {
    let bench = Bench::new();
    let before = bench.check_json()["summary"].clone();
    assert_eq!(bench.recover().code, 2);
    let again = bench.recover();
    assert!(
        format!("{}{}", again.out, again.err).contains(words().applied_nothing_to_do),
        "{}{}",
        again.out,
        again.err
    );
    let undone = bench.act(&["undo", "--yes"], &[]);
    assert_eq!(undone.code, 0, "{}", undone.err);
    let summary = bench.act(&["check", "--json"], &[]).out;
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    let summary = &summary["summary"];
    for figure in ["total", "opens", "empty", "plaintext"] {
        assert_eq!(summary[figure], before[figure], "{figure}");
    }
    // The key that was taken away stands in the backup that the undo made.
    let other = before["unknown_key"].as_u64().unwrap() - 1;
    assert_eq!(
        (&summary["other_key"], &summary["unknown_key"]),
        (&other.into(), &1.into())
    );
    assert_eq!(
        bench.act(&["undo", "--yes"], &[]).code,
        1,
        "there is nothing more to take back"
    );
}

#[test]
fn an_undo_keeps_the_key_that_it_takes_away() {
    let bench = Bench::new();
    let look_in = bench.path("demo/old-server");
    let fresh = [
        "--strategy",
        "fresh",
        "--look-in",
        look_in.to_str().unwrap(),
    ];
    assert_eq!(bench.act(&["recover", "--yes"], &fresh).code, 2);
    let env = std::fs::read(bench.install().join(".env")).unwrap();
    let undone = bench.act(&["undo", "--yes"], &[]);
    assert_eq!(undone.code, 0, "{}", undone.err);
    let kept = state(&bench.path("backups"));
    let saved = kept
        .keys()
        .any(|path| path.ends_with("files/env") && std::fs::read(path).unwrap() == env);
    assert!(saved, "the fresh key stands nowhere any more");
}

#[test]
fn a_backup_that_others_could_have_written_is_not_trusted() {
    let bench = Bench::new();
    assert_eq!(bench.recover().code, 2);
    let before = bench.state();
    let backups: Vec<_> = std::fs::read_dir(bench.path("backups"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    std::fs::set_permissions(&backups[0], std::fs::Permissions::from_mode(0o777)).unwrap();
    let outcome = bench.act(&["undo", "--yes"], &[]);
    assert_eq!(outcome.code, 1, "{}{}", outcome.out, outcome.err);
    let restored = bench.act(&["restore", backups[0].to_str().unwrap()], &["--yes"]);
    assert_eq!(restored.code, 3, "{}", restored.err);
    assert!(
        restored.err.contains("others may write"),
        "{}",
        restored.err
    );
    assert_eq!(bench.state(), before);
    // A manifest that names another file, its sum kept right.
    std::fs::set_permissions(&backups[0], std::fs::Permissions::from_mode(0o700)).unwrap();
    let manifest = backups[0].join("manifest.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let cache = bench.install().join("bootstrap/cache/config.php");
    let victim = bench.path("victim");
    std::fs::write(
        &manifest,
        text.replace(cache.to_str().unwrap(), victim.to_str().unwrap()),
    )
    .unwrap();
    let restored = bench.act(&["restore", backups[0].to_str().unwrap()], &["--yes"]);
    assert_eq!(restored.code, 1, "{}{}", restored.out, restored.err);
    assert!(!victim.exists(), "a manifest chose what we write");
}

/// Somebody works on the server between our backup and our writing.
#[test]
fn what_changed_since_the_backup_is_refused() {
    let changes: [Act<'_>; 2] = [
        ("the .env", &|b| {
            b.edit_env(|t| format!("{t}# a colleague was here\n"))
        }),
        ("the cache", &|b| {
            std::fs::remove_file(b.install().join("bootstrap/cache/config.php")).unwrap()
        }),
    ];
    for (what, change) in changes {
        let bench = Bench::new();
        let environment = Environment::of_this_process();
        let session = survey::open(Some(&bench.install()), environment, None);
        let mut session = session.ok().and_then(Result::ok).expect("the demo opens");
        reading::read_inventory(&mut session).unwrap();
        files::look_in(
            &mut session,
            &[bench.path("demo/old-server")],
            &|| false,
            &mut |_, _| {},
        );
        let options = Options {
            backup_dir: AbsolutePath::new(bench.path("backups")).unwrap(),
            state_dir: AbsolutePath::new(bench.path("state")).unwrap(),
            keys_dir: None,
            artisan: false,
            php_limit: freescout_rescue::io::install::artisan::TIME_LIMIT,
        };
        let mut quiet = |_: &str, _: u64, _: Option<u64>| {};
        let (backup, _) =
            backup::make(&mut session, &options, false, &mut quiet, &|| false).unwrap();
        let choices = freescout_rescue::domain::plan::Choices::default();
        let ready = recovery::plan(&session, None, &choices).unwrap();
        change(&bench);
        let before = bench.state();
        let mut ledger = Ledger::open(&options, &session).unwrap();
        let outcome = anew::apply(
            &mut session,
            &mut ledger,
            &Order {
                plan: &ready.plan,
                entered: &[],
                backup: &backup,
                artisan: false,
                cancel: &|| false,
            },
            &mut quiet,
        );
        let failure = outcome
            .err()
            .unwrap_or_else(|| panic!("{what} was overlooked"));
        assert!(!failure.half_done(), "{what}: {}", failure.problem);
        assert_eq!(bench.state(), before, "{what}: something was changed");
        assert!(
            matches!(backup.recovery(), Ok(None)),
            "{what}: a recovery is recorded that never was"
        );
    }
}

/// What somebody saves in FreeScout between our backup and our writing is kept: the plan is made anew.
#[test]
fn what_is_saved_since_the_backup_is_planned_anew() {
    for (row, column) in [
        // One that is sealed anew.
        (1_u64, "in_password"),
        // One that stays as it is, saved under the key that is about to go: it would be stranded.
        (9, "out_password"),
    ] {
        let bench = Bench::new();
        let environment = Environment::of_this_process();
        let session = survey::open(Some(&bench.install()), environment, None);
        let mut session = session.ok().and_then(Result::ok).expect("the demo opens");
        reading::read_inventory(&mut session).unwrap();
        let look_in = [bench.path("demo/old-server")];
        files::look_in(&mut session, &look_in, &|| false, &mut |_, _| {});
        let options = Options {
            backup_dir: AbsolutePath::new(bench.path("backups")).unwrap(),
            state_dir: AbsolutePath::new(bench.path("state")).unwrap(),
            keys_dir: None,
            artisan: false,
            php_limit: freescout_rescue::io::install::artisan::TIME_LIMIT,
        };
        let mut said = Vec::new();
        let mut progress = |what: &str, _: u64, _: Option<u64>| said.push(what.to_owned());
        let (backup, _) =
            backup::make(&mut session, &options, false, &mut progress, &|| false).unwrap();
        let ready = recovery::plan(&session, None, &Choices::default()).unwrap();
        let in_force = session.ring.effective().unwrap();
        let typed = php::serialize_text(b"typed in the browser");
        let saved = Payload::seal(in_force, &[7; 16], &typed);
        let update = format!("UPDATE mailboxes SET {column} = ?1 WHERE id = ?2");
        bench
            .database()
            .execute(&update, (&saved, row.cast_signed()))
            .unwrap();
        let mut ledger = Ledger::open(&options, &session).unwrap();
        let order = Order {
            plan: &ready.plan,
            entered: &[],
            backup: &backup,
            artisan: false,
            cancel: &|| false,
        };
        let applied = anew::apply(&mut session, &mut ledger, &order, &mut progress);
        let applied = applied.unwrap_or_else(|failure| panic!("{}", failure.problem));
        assert!(applied.verified);
        assert_eq!(applied.notes[0], text!(made_anew_note, times = 1_usize));
        let told = text!(made_anew, tried = 1, tries = anew::TRIES);
        assert!(said.contains(&told), "{said:?}");
        assert_ne!(applied.backup, backup.folder, "it holds what was saved");
        let place = Place::column(Table::Mailboxes, row, column);
        let secret = session.inventory.secret(&place).unwrap();
        let text = verdict::text::text(secret, &session.ring).unwrap();
        assert_eq!(text.expose(), b"typed in the browser");
        let with = session
            .ring
            .maker_of(secret.payload().unwrap().as_ref().ok().unwrap());
        let target = session.ring.effective().unwrap().fingerprint();
        assert_eq!(with.unwrap().fingerprint(), target);
    }
}

/// On a shared host: no root, no PHP of ours, and sometimes not our `.env`.
#[test]
fn a_plain_account_recovers_what_it_owns_and_is_told_what_it_may_not() {
    const NOBODY: u32 = 65534;
    // Only root can play both parts; a plain account plays its own.
    let root = as_root("an `.env` of another account");
    let (uid, gid) = match root {
        true => (NOBODY, NOBODY),
        false => (
            rustix::process::geteuid().as_raw(),
            rustix::process::getegid().as_raw(),
        ),
    };
    let folder = tempfile::tempdir().unwrap();
    // As /tmp is: everybody may put something there, and nobody take away what is not his.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o1777)).unwrap();
    // Built below /root or a private folder, the program may be out of the account's reach: a copy is not.
    let program = folder.path().join("freescout-rescue");
    crate::runnable::copied(env!("CARGO_BIN_EXE_freescout-rescue"), &program);
    let run = |arguments: &[&str]| {
        let out = Command::new(&program)
            .args(arguments)
            .env_clear()
            .env("HOME", folder.path().join("home"))
            .env("PATH", "/usr/bin:/bin")
            .current_dir("/")
            .uid(uid)
            .gid(gid)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned();
        (out.status.code(), text)
    };
    let demo = folder.path().join("demo");
    let path = |p: &Path| p.to_str().unwrap().to_owned();
    let (code, text) = run(&["demo", "--make", &path(&demo)]);
    assert_eq!(code, Some(0), "{text}");
    let (install, look_in) = (
        path(&demo.join("freescout")),
        path(&demo.join("old-server")),
    );
    let backups = path(&folder.path().join("backups"));
    let common = [
        "--look-in",
        &look_in,
        "--no-artisan",
        "--state-dir",
        &backups,
    ];
    if root {
        let env = demo.join("freescout/.env");
        std::os::unix::fs::chown(&env, Some(0), Some(0)).unwrap();
        std::fs::set_permissions(&env, std::fs::Permissions::from_mode(0o644)).unwrap();
        let before = state(&demo);
        let (code, text) = run(&[&["recover", "--yes", &install], &common[..]].concat());
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("owner and group cannot be kept"), "{text}");
        assert_eq!(state(&demo), before);
        std::os::unix::fs::chown(&env, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let (code, text) = run(&[&["check", &install], &common[..2]].concat());
    assert!(
        code == Some(2) && text.contains("Not running as root"),
        "{text}"
    );
    let (code, text) = run(&[&["recover", "--yes", &install], &common[..]].concat());
    assert_eq!(code, Some(2), "one stays lost: {text}");
    assert!(text.contains("read again and is right"), "{text}");
}

/// A container whose compose file passes `APP_KEY` along, and it is not set: the variable is there, and empty.
#[test]
fn an_empty_variable_does_not_cost_the_cache_its_key() {
    let bench = Bench::new();
    let before = bench.state();
    for command in [
        &["recover", "--yes"][..],
        &["recover", "--yes", "--strategy", "carry"],
    ] {
        let mut run = Command::new(assert_cmd::cargo::cargo_bin("freescout-rescue"));
        run.args(command)
            .arg(bench.install())
            .args(["--no-artisan", "--state-dir"])
            .arg(bench.path("state"));
        run.env_clear()
            .env("HOME", bench.path("home"))
            .env("APP_KEY", "");
        let out = run.output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(1), "{said}");
        assert_eq!(bench.state(), before, "{said}");
    }
}

/// Typed in the browser after the recovery, sealed with the key that an undo takes away.
#[test]
fn an_undo_names_what_it_strands() {
    let bench = Bench::new();
    assert_eq!(bench.recover().code, 2);
    let env = std::fs::read_to_string(bench.install().join(".env")).unwrap();
    let key = env
        .lines()
        .find_map(|l| l.strip_prefix("APP_KEY="))
        .unwrap();
    let key = freescout_rescue::domain::key::app_key::AppKey::parse(key.as_bytes()).unwrap();
    let plain = freescout_rescue::domain::payload::php::serialize_text(b"typed since");
    let typed = freescout_rescue::domain::payload::Payload::seal(&key, &[5; 16], &plain);
    let update = format!("UPDATE mailboxes SET out_password = '{typed}' WHERE id = 9");
    bench.database().execute_batch(&update).unwrap();
    let undone = bench.act(&["undo", "--yes"], &[]);
    assert_eq!(undone.code, 2, "{}{}", undone.out, undone.err);
    assert!(
        undone
            .out
            .contains("cannot be decrypted now: Biuro Łódź, outgoing password (mailbox 9)"),
        "{}",
        undone.out
    );
    assert_eq!(
        undone.out.matches("cannot be decrypted now").count(),
        1,
        "{}",
        undone.out
    );
}

/// The key lies in a file of its own; after the recovery the file is lost, and the line that names it.
#[test]
fn a_lost_key_file_comes_back_from_the_backup() {
    let bench = Bench::new();
    std::fs::remove_file(bench.install().join("bootstrap/cache/config.php")).unwrap();
    let secret = bench.path("app_key");
    bench.edit_env(|t| {
        let line = t
            .lines()
            .find(|l| l.starts_with("APP_KEY="))
            .unwrap()
            .to_owned();
        std::fs::write(&secret, format!("{}\n", &line["APP_KEY=".len()..])).unwrap();
        t.replace(
            &line,
            &format!("APP_KEY=\nAPP_KEY_FILE={}", secret.display()),
        )
    });
    let (env, key) = (
        std::fs::read(bench.install().join(".env")).unwrap(),
        std::fs::read(&secret).unwrap(),
    );
    let before = bench.check_json()["summary"].clone();
    let outcome = bench.recover();
    assert_eq!(outcome.code, 2, "{}{}", outcome.out, outcome.err);
    assert_ne!(
        std::fs::read(&secret).unwrap(),
        key,
        "the key file holds the old key again"
    );
    assert_eq!(
        std::fs::read(bench.install().join(".env")).unwrap(),
        env,
        "only the key file was written"
    );
    let backup = std::fs::read_dir(bench.path("backups"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::remove_file(&secret).unwrap();
    bench.edit_env(|t| {
        t.replace(
            "APP_KEY=\n",
            "APP_KEY=base64:QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUI=\n",
        )
    });
    let restored = bench.act(&["restore", backup.to_str().unwrap()], &["--yes"]);
    assert_eq!(restored.code, 0, "{}{}", restored.out, restored.err);
    assert_eq!(std::fs::read(&secret).unwrap(), key);
    assert_eq!(std::fs::read(bench.install().join(".env")).unwrap(), env);
    assert_eq!(bench.check_json()["summary"], before);
}
