//! `resend`: the emails that FreeScout gave up are shown, and sent again by its own command, and nothing else is.
//!
//! The `artisan` here writes down how it was called; what FreeScout does to its tables then is done by the test.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::cli::Bench;

/// Writes down its arguments, and waits until the tables are changed.
const ARTISAN: &str = r"<?php
file_put_contents('storage/called.new', json_encode(array_slice($argv, 1)));
rename('storage/called.new', 'storage/called');
for ($i = 0; $i < 600 && !file_exists('storage/answered'); $i++) { usleep(100000); }
exit(file_exists('storage/answered') ? (int) file_get_contents('storage/answered') : 1);
";

/// An account that owns nothing else.
const NOBODY: &str = "65534:65534";

fn payload(job: &str, conversation: u64) -> String {
    let class = format!("App\\Jobs\\{job}");
    let command = format!(
        "O:1:\"{class}\":1:{{s:12:\"conversation\";O:45:\"Illuminate\\Contracts\\Database\\ModelIdentifier\":2:\
         {{s:5:\"class\";s:16:\"App\\Conversation\";s:2:\"id\";i:{conversation};}}}}"
    );
    json!({"displayName": class, "data": {"commandName": class, "command": command}}).to_string()
}

/// A demo that was recovered, so that most outgoing passwords can be read, with emails that FreeScout gave up.
fn bench() -> Bench {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    let install = bench.install();
    let look_in = bench.path("demo/old-server");
    let recovered = bench.run(&[
        "recover",
        install.to_str().unwrap(),
        "--yes",
        "--no-test",
        "--no-artisan",
        "--look-in",
        look_in.to_str().unwrap(),
    ]);
    assert_eq!(recovered.code, 2, "{}", recovered.err);
    let database = bench.database();
    database
        .execute_batch(
            "CREATE TABLE failed_jobs (id INTEGER PRIMARY KEY, connection TEXT, queue TEXT, payload TEXT, exception TEXT, failed_at TEXT);
             CREATE TABLE conversations (id INTEGER PRIMARY KEY, mailbox_id INT);",
        )
        .unwrap();
    let mailbox = |verdict: &dyn Fn(&str) -> bool| {
        let json = bench.check_json();
        let secrets = json["secrets"].as_array().unwrap().clone();
        let of = secrets
            .iter()
            .find(|s| s["column"] == "out_password" && verdict(s["verdict"].as_str().unwrap()));
        of.unwrap()["id"].as_i64().unwrap()
    };
    let readable = mailbox(&|verdict| verdict == "opens");
    let closed = mailbox(&|verdict| verdict == "unknown_key" || verdict == "damaged");
    let conversations = [(71_i64, readable), (72, closed)];
    for (id, mailbox) in conversations {
        let row = (id, mailbox);
        database
            .execute("INSERT INTO conversations VALUES (?1, ?2)", row)
            .unwrap();
    }
    for (id, job, conversation, at) in [
        (3, "SendReplyToCustomer", 71, "2026-11-20 09:30:00"),
        (5, "SendAutoReply", 71, "2026-11-28 10:00:00"),
        (6, "SendReplyToCustomer", 72, "2026-11-28 11:00:00"),
        (7, "UpdateFolderCounters", 71, "2026-11-28 12:00:00"),
        (8, "SendNotificationToUsers", 71, "2026-11-29 13:00:00"),
    ] {
        let row = (id, payload(job, conversation), at);
        let insert = "INSERT INTO failed_jobs VALUES (?1, 'database', 'emails', ?2, '535', ?3)";
        database.execute(insert, row).unwrap();
    }
    std::fs::write(install.join("artisan"), ARTISAN).unwrap();
    if rustix::process::geteuid().is_root() {
        for folder in [bench.folder.path().to_owned(), bench.path("demo")] {
            std::fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).unwrap();
        }
        let given = Command::new("chown")
            .args(["-R", NOBODY])
            .arg(&install)
            .output();
        assert!(given.unwrap().status.success());
    }
    bench
}

fn resend(bench: &Bench, more: &[&str]) -> crate::cli::Outcome {
    let install = bench.install();
    bench.run(&[&["resend", install.to_str().unwrap()], more].concat())
}

fn failed(bench: &Bench) -> Vec<i64> {
    let database = bench.database();
    let mut rows = database
        .prepare("SELECT id FROM failed_jobs ORDER BY id")
        .unwrap();
    let ids = rows.query_map((), |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

/// What FreeScout does when it is told to put these back: what it was called with. It ends with `code`.
fn answer(bench: &Bench, keeps: &[i64], code: &str) -> std::thread::JoinHandle<Vec<String>> {
    let (called, answered): (PathBuf, PathBuf) = {
        let storage = bench.install().join("storage");
        (storage.join("called"), storage.join("answered"))
    };
    let (keeps, code) = (keeps.to_vec(), code.to_owned());
    let database = bench.database();
    std::thread::spawn(move || {
        let until = Instant::now() + Duration::from_secs(60);
        while !called.exists() {
            assert!(Instant::now() < until, "artisan was not run");
            std::thread::sleep(Duration::from_millis(20));
        }
        let words: Vec<String> = serde_json::from_slice(&std::fs::read(&called).unwrap()).unwrap();
        for id in words.iter().filter_map(|word| word.parse::<i64>().ok()) {
            if !keeps.contains(&id) {
                let delete = "DELETE FROM failed_jobs WHERE id = ?1";
                database.execute(delete, [id]).unwrap();
            }
        }
        std::fs::write(answered, code).unwrap();
        words
    })
}

#[test]
fn they_are_shown_first_and_only_mail_that_can_be_sent_is_sent() {
    let bench = bench();
    let check = bench.check_json();
    let finding = check["findings"].as_array().unwrap().iter();
    let finding: Vec<_> = finding.filter(|f| f["code"] == "failed_mails").collect();
    assert_eq!(finding.len(), 1, "{check}");
    assert_eq!(finding[0]["severity"], "info");

    let shown = resend(&bench, &[]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    for said in [
        "FreeScout gave up 3 emails, from 2026-11-20 09:30 to 2026-11-29 13:00 by its clock.",
        "  1 reply to a customer\n  1 notification to agents\n  1 automatic reply to a customer\n",
        ": 3\n",
        "1 email is left where it is",
    ] {
        assert!(shown.out.contains(said), "{said}: {}", shown.out);
    }
    assert!(shown.err.contains("Add --yes"), "{}", shown.err);
    let since = resend(&bench, &["--since", "2026-11-28", "--json"]);
    let json: Json = serde_json::from_str(&since.out).unwrap();
    let next = "Next: freescout-rescue resend --yes --since 2026-11-28T00:00:00 ";
    assert!(since.err.contains(next), "{}", since.err);
    assert_eq!(json["planned"], true);
    assert_eq!((&json["mails"], &json["held_back"]), (&json!(2), &json!(1)));
    assert_eq!(json["oldest"], "2026-11-28T10:00:00");
    assert_eq!(failed(&bench), [3, 5, 6, 7, 8]);
    assert!(!bench.install().join("storage/called").exists());

    let freescout = answer(&bench, &[], "0");
    let done = resend(&bench, &["--yes", "--json"]);
    let words = freescout.join().unwrap();
    assert_eq!(words, ["queue:retry", "3", "5", "8", "--no-interaction"]);
    assert_eq!(done.code, 0, "{} {}", done.out, done.err);
    let json: Json = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&json["resent"], &json["left"]), (&json!(3), &json!(0)));
    assert_eq!(failed(&bench), [6, 7]);

    // What is left would fail again.
    let again = resend(&bench, &["--yes"]);
    assert_eq!(again.code, 1, "{}", again.out);
    assert!(again.err.contains("would fail again"), "{}", again.err);
}

#[test]
fn what_freescout_did_counts_and_not_how_its_command_ended() {
    let bench = bench();
    let freescout = answer(&bench, &[5], "1");
    let done = resend(&bench, &["--yes"]);
    freescout.join().unwrap();
    assert_eq!(done.code, 2, "{} {}", done.out, done.err);
    assert!(
        done.out.contains("2 emails are back in FreeScout's queue"),
        "{}",
        done.out
    );
    assert!(
        done.out.contains("1 email could not be put back"),
        "{}",
        done.out
    );
    assert_eq!(failed(&bench), [5, 6, 7]);
    for file in ["called", "answered"] {
        std::fs::remove_file(bench.install().join("storage").join(file)).unwrap();
    }
    // It says that all is well, and nothing has changed.
    let freescout = answer(&bench, &[5], "0");
    let nothing = resend(&bench, &["--yes", "--json"]);
    freescout.join().unwrap();
    assert_eq!(nothing.code, 1, "{}", nothing.err);
    let json: Json = serde_json::from_str(&nothing.out).unwrap();
    assert_eq!(json["error"]["code"], "refused");
    let refused = resend(&bench, &["--yes", "--no-artisan"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("Only FreeScout's own command"),
        "{}",
        refused.err
    );
}

#[test]
fn where_there_is_nothing_to_send_that_is_said() {
    let bench = Bench::new();
    let none = resend(&bench, &[]);
    assert_eq!(none.code, 0, "{}", none.err);
    assert!(
        none.out.contains("There is no email to be sent again."),
        "{}",
        none.out
    );
    let none = resend(&bench, &["--yes"]);
    assert_eq!(none.code, 0, "{}", none.err);
    let wrong = resend(&bench, &["--since", "yesterday"]);
    assert_eq!(wrong.code, 3, "{}", wrong.err);
}
