//! Whether this is a good hour: what `check` and `recover` say of it, and how one is waited for.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::cli::Bench;

/// Seconds since 1970.
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// As FreeScout writes it, by a clock in UTC.
fn stamp(seconds_ago: i64) -> String {
    let at = jiff::Timestamp::from_second(now() - seconds_ago).unwrap();
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The tables of FreeScout that tell of the hour, with nothing in them.
const TABLES: &str = "
    DROP TABLE jobs;
    CREATE TABLE jobs (id INTEGER PRIMARY KEY, queue TEXT, payload TEXT, attempts INT, reserved_at INT, available_at INT, created_at INT);
    CREATE TABLE threads (id INTEGER PRIMARY KEY, created_by_user_id INT, source_type INT, created_at TEXT);
    CREATE TABLE activity_logs (id INTEGER PRIMARY KEY, log_name TEXT, causer_id INT, created_at TEXT);
    CREATE TABLE migrations (id INTEGER PRIMARY KEY, migration TEXT, batch INT);
";

fn bench() -> Bench {
    let bench = Bench::new();
    bench.database().execute_batch(TABLES).unwrap();
    bench
}

fn codes(json: &Json) -> Vec<&str> {
    let reasons = json["hour"]["reasons"].as_array().unwrap();
    reasons
        .iter()
        .map(|r| r["code"].as_str().unwrap())
        .collect()
}

/// A script that is called as a program of backups is, until the test ends.
struct Running(Child);

impl Running {
    fn start(bench: &Bench, name: &str, arguments: &[&str]) -> Self {
        let script = bench.path(name);
        std::fs::write(&script, "while :; do sleep 0.1; done\n").unwrap();
        let child = Command::new("/bin/sh")
            .arg(&script)
            .args(arguments)
            .stdin(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_speaks_against_a_recovery_is_told_and_changes_no_exit_code() {
    let bench = bench();
    let quiet = bench.check(&["--json"]);
    let json: Json = serde_json::from_str(&quiet.out).unwrap();
    assert_eq!(json["hour"]["quiet"], true, "{}", json["hour"]);
    assert_eq!(json["hour"]["reasons"], json!([]));
    assert!(json["hour"]["texts"].as_u64() > Some(10));
    assert!(bench.check(&[]).out.contains("A quiet moment"));

    let install = bench.install();
    let (due, later, dead) = (now() - 5, now() + 3600, now() - 4000);
    bench
        .database()
        .execute_batch(&format!(
            "INSERT INTO jobs (queue, reserved_at, available_at) VALUES
               ('emails', NULL, {due}), ('default', NULL, {due}), ('emails', NULL, {later}), ('emails', NULL, {dead}),
               ('emails', {due}, {due}), ('emails', {dead}, {dead});
             INSERT INTO threads (created_by_user_id, source_type, created_at) VALUES (1, 2, '{}');
             INSERT INTO migrations (migration) VALUES ('2018_07_07_071443_create_activity_logs_table');",
            stamp(30)
        ))
        .unwrap();
    let migrations = install.join("database/migrations");
    std::fs::create_dir_all(&migrations).unwrap();
    for name in [
        "2018_07_07_071443_create_activity_logs_table",
        "2099_01_01_000000_new",
    ] {
        std::fs::write(migrations.join(format!("{name}.php")), "").unwrap();
    }
    std::fs::create_dir_all(install.join("vendor")).unwrap();
    std::fs::write(install.join("vendor/autoload.php"), "").unwrap();
    let framework = install.join("storage/framework");
    std::fs::create_dir_all(framework.join("sessions")).unwrap();
    std::fs::write(framework.join("down"), "").unwrap();
    let signed_in = "a:2:{s:6:\"_token\";s:1:\"x\";s:50:\"login_web_59ba\";i:1;}";
    std::fs::write(framework.join("sessions/one"), signed_in).unwrap();
    std::fs::write(
        framework.join("sessions/guest"),
        "a:1:{s:6:\"_token\";s:1:\"x\";}",
    )
    .unwrap();
    let backup = Running::start(
        &bench,
        "borg",
        &["create", "::x", install.to_str().unwrap()],
    );
    let _other = Running::start(&bench, "rsync", &["-a", "/somewhere/else", "--password=x"]);

    let bad = bench.check(&["--json"]);
    assert_eq!(bad.code, quiet.code);
    let json: Json = serde_json::from_str(&bad.out).unwrap();
    assert_eq!(json["hour"]["quiet"], false);
    let wanted = [
        "maintenance_mode",
        "files_replaced",
        "migrations_pending",
        "backup_running",
        "jobs_running",
        "jobs_waiting",
        "people_at_work",
        "signed_in",
    ];
    assert_eq!(codes(&json), wanted);
    let said = format!(
        "A bad hour: FreeScout is in maintenance mode, files of the release were replaced within the last minutes, an update \
         is half done, 1 migration has not run, a backup runs (borg {}), a worker is in the middle of a job, 2 jobs wait, \
         people are working in FreeScout, 1 person has it open.",
        backup.0.id()
    );
    let text = bench.check(&[]);
    assert!(text.out.contains(&said), "{}", text.out);
    let install = install.to_str().unwrap();
    let look_in = bench.path("demo/old-server");
    let planned = [
        "recover",
        install,
        "--no-artisan",
        "--look-in",
        look_in.to_str().unwrap(),
    ];
    let plan = bench.run(&planned);
    assert_eq!(plan.code, 0, "{}", plan.err);
    assert!(plan.out.contains(&said), "{}", plan.out);
    assert!(plan.out.contains("A recovery locks"), "{}", plan.out);
    let plan = bench.run(&[&planned[..], &["--json"]].concat());
    let json: Json = serde_json::from_str(&plan.out).unwrap();
    assert_eq!(codes(&json), wanted);
}

#[test]
fn what_is_not_there_or_hostile_is_no_evidence_and_no_error() {
    let bench = bench();
    bench
        .database()
        .execute_batch(
            "INSERT INTO jobs (queue, reserved_at, available_at) VALUES
               (char(27) || ']0;owned', 'soon', 'x'), (NULL, NULL, 9223372036854775807), (x'ff', -9223372036854775808, x'00'),
               (hex(zeroblob(3000000)), NULL, hex(zeroblob(3000000)));
             INSERT INTO threads VALUES (1, 1, 2, 'yesterday'), (2, 'x', 'y', NULL), (3, 1, 2, '9999-99-99 99:99:99');
             DROP TABLE activity_logs;
             DROP TABLE migrations;
             CREATE TABLE migrations (other TEXT);",
        )
        .unwrap();
    let sessions = bench.install().join("storage/framework/sessions");
    std::fs::create_dir_all(&sessions).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, sessions.join("pipe"), 0o600.into()).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", sessions.join("link")).unwrap();
    std::fs::create_dir(sessions.join("login_web_folder")).unwrap();
    let json = bench.check_json();
    assert_eq!(codes(&json), Vec::<&str>::new(), "{}", json["hour"]);
    bench
        .database()
        .execute_batch("DROP TABLE jobs; DROP TABLE threads;")
        .unwrap();
    assert_eq!(bench.check_json()["hour"]["quiet"], true);
}

#[test]
fn a_quiet_moment_is_waited_for_and_not_longer_than_was_said() {
    let bench = bench();
    let install = bench.install();
    let down = install.join("storage/framework/down");
    std::fs::create_dir_all(down.parent().unwrap()).unwrap();
    std::fs::write(&down, "").unwrap();
    let before = bench.state();
    let look_in = bench.path("demo/old-server");
    let recover = |limit: &str, more: &[&str]| {
        let asked = [
            "recover",
            install.to_str().unwrap(),
            "--yes",
            "--no-test",
            "--no-artisan",
        ];
        let places = [
            "--look-in",
            look_in.to_str().unwrap(),
            "--wait-for-quiet",
            limit,
        ];
        bench.run(&[&asked[..], &places, more].concat())
    };
    let refused = recover("1s", &["--json"]);
    assert_eq!(refused.code, 1, "{}", refused.err);
    let json: Json = serde_json::from_str(&refused.out).unwrap();
    assert_eq!(
        (&json["error"]["code"], &json["error"]["retry"]),
        (&json!("not_quiet"), &json!(true))
    );
    assert!(
        refused
            .err
            .contains("Waiting for a quiet moment: FreeScout is in maintenance mode."),
        "{}",
        refused.err
    );
    assert_eq!(bench.state(), before);

    let began = Instant::now();
    let removed = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(2));
        std::fs::remove_file(down).unwrap();
    });
    let done = recover("10m", &[]);
    removed.join().unwrap();
    assert!(began.elapsed() < Duration::from_secs(300));
    assert_eq!(done.code, 2, "one stays lost: {} {}", done.out, done.err);
    assert!(
        done.err.contains("Waiting for a quiet moment"),
        "{}",
        done.err
    );
    assert_ne!(bench.state(), before);
}
