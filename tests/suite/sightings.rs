//! Wiped passwords brought back from older copies, on the demo install: seen in a dump or in a binary backup, offered with
//! date and source, stored only when asked for, read back, undone.

use std::collections::BTreeSet;

use freescout_rescue::domain::config::Driver;
use freescout_rescue::domain::hunt::old_payloads::Scanner;
use freescout_rescue::domain::inventory::secret::{Place, Table};
use freescout_rescue::domain::key::source::{Source, SourceKind};
use freescout_rescue::domain::payload::{Payload, php};
use freescout_rescue::domain::plan::Choices;
use freescout_rescue::domain::verdict::Verdict;
use freescout_rescue::domain::verdict::finding::Finding;
use freescout_rescue::engine::hunt::{files, log_secrets, old_payloads};
use freescout_rescue::engine::recovery::apply::Order;
use freescout_rescue::engine::recovery::run_log::Ledger;
use freescout_rescue::engine::recovery::{self, anew, backup, undo};
use freescout_rescue::engine::report::payloads::payloads;
use freescout_rescue::engine::session::options::Options;
use freescout_rescue::engine::session::{Session, mails, reading, survey};
use freescout_rescue::engine::worker::Entered;
use freescout_rescue::io::install::Environment;
use freescout_rescue::io::state::AbsolutePath;
use freescout_rescue::sentences;

use crate::cli::Bench;

/// The mailbox whose outgoing password the demo's story wipes; it was sealed with the old key.
const WIPED: u64 = 9;

fn session(bench: &Bench) -> Session {
    let session = survey::open(Some(&bench.install()), Environment::of_this_process(), None);
    let mut session = session.ok().and_then(Result::ok).expect("the demo opens");
    reading::read_inventory(&mut session).unwrap();
    session
}

fn find_keys(bench: &Bench, session: &mut Session) {
    let roots = [bench.path("demo/old-server")];
    files::look_in(session, &roots, &|| false, &mut |_, _| {});
}

/// Feeds a stream to the scanner as a search does: how many sightings made something new recoverable.
fn scan(session: &mut Session, name: &str, bytes: &[u8]) -> usize {
    let wanted = old_payloads::wanted(session);
    let mut seen = Vec::new();
    let mut scanner = Scanner::new(&wanted);
    scanner.begin(Some(1_759_201_200));
    for block in bytes.chunks(4096) {
        scanner.feed(block, &mut |sighting| seen.push(sighting));
    }
    scanner.end(&mut |sighting| seen.push(sighting));
    seen.into_iter()
        .filter(|s| {
            let source = Source::file(SourceKind::File, name, None);
            old_payloads::sighted(session, s.clone(), source)
        })
        .count()
}

fn place(id: u64, column: &str) -> Place {
    Place::column(Table::Mailboxes, id, column)
}

fn stored(bench: &Bench, id: u64, column: &str) -> String {
    let query = format!("SELECT coalesce({column}, '') FROM mailboxes WHERE id = {id}");
    bench
        .database()
        .query_row(&query, [], |row| row.get(0))
        .unwrap()
}

/// A dump of these columns, as `mysqldump --complete-insert` writes it, of this day.
fn dump(bench: &Bench, ids: &[u64], day: &str) -> String {
    let rows: Vec<String> = ids
        .iter()
        .map(|id| {
            let [email, out, incoming] =
                ["email", "out_password", "in_password"].map(|column| stored(bench, *id, column));
            format!("({id},'{email}','it\\'s','{out}','{incoming}')")
        })
        .collect();
    format!(
        "-- MySQL dump 10.13\nINSERT INTO `mailboxes` (`id`,`email`,`signature`,`out_password`,`in_password`) VALUES {};\n\
         -- Dump completed on {day}  3:00:01\n",
        rows.join(",")
    )
}

#[test]
fn a_wiped_password_comes_back_from_yesterdays_dump_and_goes_again() {
    let bench = Bench::new();
    let before_wiping = dump(&bench, &[2, 3, 4], "2025-06-19");
    let older = dump(&bench, &[3], "2025-06-01");
    bench
        .database()
        .execute_batch("UPDATE mailboxes SET in_password = '', out_password = NULL WHERE id = 3")
        .unwrap();
    let mut session = session(&bench);
    // The payloads are met before the key that opens them.
    assert_eq!(
        scan(&mut session, "/root/backup.sql", before_wiping.as_bytes()),
        0
    );
    assert!(session.assess().recoverable.is_empty());
    find_keys(&bench, &mut session);
    // The same in an older copy says nothing new.
    assert_eq!(scan(&mut session, "/root/older.sql", older.as_bytes()), 0);
    let assessment = session.assess();
    let offered: Vec<String> = assessment
        .recoverable
        .iter()
        .map(sentences::older::older)
        .collect();
    assert_eq!(
        offered,
        [
            "the incoming password of 2025-06-19, from /root/backup.sql",
            "the outgoing password of 2025-06-19, from /root/backup.sql",
        ]
    );
    let json = serde_json::to_value(payloads(&assessment.recoverable)).unwrap();
    assert_eq!(
        (&json[0]["table"], &json[0]["id"]),
        (&"mailboxes".into(), &3.into())
    );
    assert_eq!(json[0]["date"], "2025-06-19T03:00:01");
    assert_eq!(json[0]["source"]["path"], "/root/backup.sql");
    let secret = |s: &str| !s.contains("eyJpdiI6") && !s.contains("demo-buchhaltung");
    assert!(secret(&json.to_string()) && secret(&format!("{assessment:?}")));

    // Unasked, nothing is taken.
    let unasked = recovery::plan(&session, None, &Choices::default()).unwrap();
    assert_eq!(unasked.plan.entered(), 0);
    let older = recovery::older(&assessment, &[]);
    let places: BTreeSet<Place> = older.iter().map(|taken| taken.place().clone()).collect();
    assert_eq!(
        places,
        [place(3, "in_password"), place(3, "out_password")].into()
    );
    let choices = Choices {
        entered: places,
        ..Choices::default()
    };
    let options = Options {
        backup_dir: AbsolutePath::new(bench.path("backups")).unwrap(),
        state_dir: AbsolutePath::new(bench.path("state")).unwrap(),
        keys_dir: None,
        artisan: false,
        php_limit: freescout_rescue::io::install::artisan::TIME_LIMIT,
    };
    let mut quiet = |_: &str, _: u64, _: Option<u64>| {};
    let (backup, _) = backup::make(&mut session, &options, false, &mut quiet, &|| false).unwrap();
    let entered = recovery::take(&session, older).unwrap();
    let ready = recovery::plan(&session, None, &choices).unwrap();
    let mut ledger = Ledger::open(&options, &session).unwrap();
    let applied = anew::apply(
        &mut session,
        &mut ledger,
        &Order {
            plan: &ready.plan,
            entered: &entered,
            backup: &backup,
            artisan: false,
            cancel: &|| false,
        },
        &mut quiet,
    );
    assert!(applied.ok().is_some_and(|applied| applied.verified));
    for (column, text) in [
        ("in_password", "demo-buchhaltung-incoming"),
        ("out_password", "demo-buchhaltung-outgoing"),
    ] {
        let payload = Payload::parse(stored(&bench, 3, column).as_bytes())
            .ok()
            .unwrap();
        let plain = payload.open(session.ring.effective().unwrap()).unwrap();
        assert_eq!(plain.expose(), &php::serialize_text(text.as_bytes())[..]);
    }
    assert!(
        session.assess().recoverable.is_empty(),
        "nothing is lost any more"
    );
    undo::undo(&mut session, &mut ledger, &backup, &mut quiet)
        .ok()
        .unwrap();
    assert_eq!(stored(&bench, 3, "in_password"), "");
    assert_eq!(stored(&bench, 3, "out_password"), "");
}

#[test]
fn a_wiped_password_comes_back_from_a_copy_of_the_database_file() {
    let bench = Bench::new();
    let file = bench.install().join("database/database.sqlite");
    let payload = stored(&bench, WIPED, "in_password");
    let update = format!("UPDATE mailboxes SET out_password = '{payload}' WHERE id = {WIPED}");
    bench.database().execute_batch(&update).unwrap();
    let copy = std::fs::read(&file).unwrap();
    bench
        .database()
        .execute_batch(&format!(
            "UPDATE mailboxes SET out_password = '' WHERE id = {WIPED}"
        ))
        .unwrap();
    let mut session = session(&bench);
    find_keys(&bench, &mut session);
    assert_eq!(scan(&mut session, "/root/database.sqlite", &copy), 1);
    let offered = session.assess().recoverable;
    assert_eq!(offered.len(), 1);
    assert_eq!(offered[0].place, place(WIPED, "out_password"));
    assert_eq!(
        sentences::older::older(&offered[0]),
        "the outgoing password of 2025-09-30, from /root/database.sqlite"
    );
}

#[test]
fn what_is_not_lost_or_opens_with_nothing_is_not_offered() {
    let bench = Bench::new();
    let mut session = session(&bench);
    find_keys(&bench, &mut session);
    // Mailbox 5 has an outgoing password under a lost key; an older copy under the same lost key is no help.
    let lost = stored(&bench, 5, "out_password");
    let row = |payload: &str| {
        format!(
            "INSERT INTO mailboxes (id, email, out_password) VALUES (5, 'sapoto@helpdesk.example', '{payload}');\n"
        )
    };
    assert_eq!(scan(&mut session, "a.sql", row(&lost).as_bytes()), 0);
    assert_eq!(
        scan(
            &mut session,
            "b.sql",
            dump(&bench, &[1, 2, 3], "2025-06-19").as_bytes()
        ),
        0
    );
    assert!(session.assess().recoverable.is_empty());
    // One that opens is: under the key of mailbox 3.
    let opens = stored(&bench, 3, "out_password");
    assert_eq!(scan(&mut session, "c.sql", row(&opens).as_bytes()), 1);
    let offered = session.assess().recoverable;
    assert_eq!(offered[0].place, place(5, "out_password"));
    let verdict = session
        .assess()
        .secrets
        .iter()
        .find(|s| s.place == offered[0].place)
        .map(|s| s.verdict);
    assert!(matches!(verdict, Some(Verdict::UnknownKey { .. })));
    // Thousands of copies that open with nothing push nothing out.
    let many: String = (0..2100)
        .map(|n| {
            let key = freescout_rescue::domain::key::app_key::AppKey::generate(
                &[(n % 251) as u8 + 1; 32],
            );
            let mut iv = [9; 16];
            iv[..4].copy_from_slice(&u32::to_le_bytes(n));
            row(&Payload::seal(&key, &iv, b"s:1:\"x\";"))
        })
        .collect();
    assert_eq!(scan(&mut session, "d.sql", many.as_bytes()), 0);
    assert_eq!(session.assess().recoverable, offered);
}

/// What is known of one lost password after these streams: the text that is taken, and why each other copy is not.
struct Known {
    taken: Option<String>,
    offered: Vec<&'static str>,
}

/// Reads files, each with its path, for an install whose database is `desk` on a server of this kind.
fn known(bench: &Bench, driver: Driver, files: &[(&str, String)]) -> Known {
    let mut session = session(bench);
    find_keys(bench, &mut session);
    session.settings.driver = driver;
    session.settings.database = "desk".to_owned();
    session.settings.host = "127.0.0.1".to_owned();
    for (path, text) in files {
        scan(&mut session, path, text.as_bytes());
    }
    let assessment = session.assess();
    let taken = recovery::take(&session, recovery::older(&assessment, &[])).unwrap();
    assert!(taken.len() < 2, "one secret, one text");
    let offered = assessment.recoverable.iter().filter_map(|o| o.doubt());
    Known {
        taken: taken
            .first()
            .map(|(_, text)| String::from_utf8(text.expose().to_vec()).unwrap()),
        offered: offered.map(|doubt| doubt.code()).collect(),
    }
}

#[test]
fn only_what_is_certainly_this_installs_own_is_taken() {
    let bench = Bench::new();
    let read = session(&bench);
    let key = read.ring.effective().unwrap();
    let sealed = |text: &str| {
        let mut iv = [7; 16];
        iv[..text.len()].copy_from_slice(text.as_bytes());
        Payload::seal(key, &iv, &php::serialize_text(text.as_bytes()))
    };
    let address = "biuro@helpdesk.example";
    let row_of = |table: &str, id: u64, email: &str, more: &str, text: &str| {
        let (columns, values) = more.split_once('=').unwrap_or_default();
        format!(
            "INSERT INTO {table} (id,email,out_password{columns}) VALUES ({id},'{email}','{}'{values});\n",
            sealed(text)
        )
    };
    let row = |text: &str| row_of("`mailboxes`", WIPED, address, "", text);
    let header = |host: &str, database: &str| {
        format!("-- MySQL dump 10.13\n-- Host: {host}    Database: {database}\n")
    };
    let over = |day: &str| format!("-- Dump completed on {day}  3:00:01\n");
    let dump = |database: &str, day: &str, text: &str| {
        format!(
            "{}{}{}",
            header("localhost", database),
            row(text),
            over(day)
        )
    };
    let of_all = |parts: &[(&str, &str)]| {
        let parts = parts.iter();
        let parts = parts.map(|(name, text)| format!("USE `{name}`;\n{}", row(text)));
        format!(
            "{}{}{}",
            header("localhost", ""),
            parts.collect::<String>(),
            over("2025-06-19")
        )
    };
    let copy = |table: &str| {
        let payload = sealed("ours");
        format!(
            "COPY {table} (id, email, out_password) FROM stdin;\n{WIPED}\t{address}\t{payload}\n\\.\n"
        )
    };
    let postgres = "-- PostgreSQL database dump\nSET standard_conforming_strings = on;\n";
    let one = |text: String| vec![("/root/x.sql", text)];
    let (ours, nothing) = (Some("ours"), None::<&str>);
    let my = Driver::MySql;
    let pg = Driver::PgSql;
    for (name, driver, files, taken, offered) in [
        (
            "its own database",
            my,
            one(dump("desk", "2025-06-19", "ours")),
            ours,
            vec![],
        ),
        ("no database named", my, one(row("ours")), ours, vec![]),
        (
            "another database",
            my,
            one(dump("staging", "2025-06-19", "other")),
            nothing,
            vec!["other_database"],
        ),
        (
            "all databases, ours last",
            my,
            one(of_all(&[("a", "other"), ("desk", "ours")])),
            ours,
            vec!["other_database"],
        ),
        (
            "all databases, ours first",
            my,
            one(of_all(&[("desk", "ours"), ("z", "other")])),
            ours,
            vec!["other_database"],
        ),
        (
            "all databases but ours",
            my,
            one(of_all(&[("a", "other"), ("z", "another")])),
            nothing,
            vec!["other_database"; 2],
        ),
        (
            "a qualified name",
            my,
            one(format!(
                "USE desk;\n{}",
                row_of("`a`.`mailboxes`", WIPED, address, "", "other")
            )),
            nothing,
            vec!["other_database"],
        ),
        (
            "another prefix",
            my,
            one(header("localhost", "desk")
                + &row_of("`fs_mailboxes`", WIPED, address, "", "other")
                + &row("ours")),
            ours,
            vec!["other_table"],
        ),
        (
            "another server",
            my,
            one(header("db.staging.example", "desk") + &row("other")),
            nothing,
            vec!["other_server"],
        ),
        (
            "another address",
            my,
            one(row_of(
                "mailboxes",
                WIPED,
                "before@elsewhere.example",
                "",
                "other",
            )),
            nothing,
            vec!["other_address"],
        ),
        (
            "another number",
            my,
            one(row_of("mailboxes", 77, address, "", "other")),
            nothing,
            vec!["other_row"],
        ),
        (
            "another login",
            my,
            one(row_of(
                "mailboxes",
                WIPED,
                address,
                ",out_server=,'smtp.before.example'",
                "other",
            )),
            nothing,
            vec!["other_login"],
        ),
        (
            "no row",
            my,
            one(format!(
                "{address}\0{}\0\0\u{2}\u{4b}\u{1}",
                sealed("other")
            )),
            nothing,
            vec!["no_row"],
        ),
        (
            "nights of one database",
            my,
            vec![
                ("/a.sql", dump("desk", "2025-06-18", "before")),
                ("/b.sql", dump("desk", "2025-06-19", "ours")),
                ("/c.sql", dump("desk", "2025-06-17", "before")),
            ],
            ours,
            vec!["superseded"],
        ),
        (
            "two of the same night",
            my,
            vec![
                ("/a.sql", dump("desk", "2025-06-19", "one")),
                ("/b.sql", dump("desk", "2025-06-19", "two")),
            ],
            nothing,
            vec!["disagreement"; 2],
        ),
        (
            "two that name nothing",
            my,
            vec![("/a.sql", row("one")), ("/b.sql", row("two"))],
            nothing,
            vec!["disagreement"; 2],
        ),
        (
            "ours, and a later one that names nothing",
            my,
            vec![
                ("/a.sql", dump("desk", "2025-06-19", "one")),
                ("/b.sql", row("two")),
            ],
            nothing,
            vec!["disagreement"; 2],
        ),
        (
            "mydumper, another's",
            my,
            vec![("/d/staging.mailboxes.00000.sql", row("other"))],
            nothing,
            vec!["other_database"],
        ),
        (
            "mydumper, ours",
            my,
            vec![
                ("/d/desk.mailboxes.00000.sql", row("ours")),
                ("/d/staging.mailboxes.sql", row("other")),
            ],
            ours,
            vec!["other_database"],
        ),
        (
            "PostgreSQL",
            pg,
            one(format!("{postgres}{}", copy("public.mailboxes"))),
            ours,
            vec![],
        ),
        (
            "pg_dumpall, ours",
            pg,
            one(format!(
                "\\connect desk\n{postgres}{}",
                copy("public.mailboxes")
            )),
            ours,
            vec![],
        ),
        (
            "pg_dumpall, another's",
            pg,
            one(format!(
                "\\connect a\n{postgres}{}",
                copy("public.mailboxes")
            )),
            nothing,
            vec!["other_database"],
        ),
        (
            "another schema",
            pg,
            one(format!("{postgres}{}", copy("staging.mailboxes"))),
            nothing,
            vec!["other_table"],
        ),
        (
            "a mail that names it",
            pg,
            one(format!(
                "{postgres}\\connect desk\n{}",
                row("other").replace('`', "")
            )),
            nothing,
            vec!["unsure"],
        ),
    ] {
        let known = known(&bench, driver, &files);
        assert_eq!(known.taken.as_deref(), taken, "{name}");
        assert_eq!(known.offered, offered, "{name}");
    }
    // In a backup of ours whose manifest does not say that it is of this install.
    let folder = bench.path("backup-of-another");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join(".freescout-rescue-backup"), "").unwrap();
    let file = folder.join("database.dump");
    let known = known(&bench, my, &[(file.to_str().unwrap(), row("other"))]);
    assert_eq!((known.taken, known.offered), (None, vec!["other_install"]));
}

#[test]
fn plan_and_json_say_which_database_an_older_password_is_from() {
    let bench = Bench::new();
    let text = dump(&bench, &[3], "2025-06-19");
    bench
        .database()
        .execute_batch(
            "UPDATE mailboxes SET in_password = '', out_password = '' WHERE id = 3; VACUUM",
        )
        .unwrap();
    let named = text.replace("INSERT", "-- Host: localhost    Database: staging\nINSERT");
    let file = bench.path("demo/old-server/root/backups/all.sql");
    std::fs::write(&file, named).unwrap();
    let (install, look_in) = (bench.install(), bench.path("demo/old-server"));
    let common = [
        install.to_str().unwrap(),
        "--look-in",
        look_in.to_str().unwrap(),
    ];
    let planned = bench.run(&[&["recover", "--take-older"], &common[..]].concat());
    let words = format!("from {} · ", file.display());
    assert!(planned.out.contains(&words), "{}", planned.out);
    assert!(
        planned.out.contains(
            "From: table mailboxes of database staging. That is another database: this install uses"
        ),
        "{}",
        planned.out
    );
    let json = bench.run(&[&["recover", "--take-older", "--json"], &common[..]].concat());
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert!(json.get("older").is_none(), "{json}");
    let offered = &json["older_offered"][0];
    assert_eq!(
        (&offered["certain"], &offered["doubt"]),
        (&false.into(), &"other_database".into())
    );
    assert_eq!(
        offered["origin"],
        serde_json::json!({"host": "localhost", "database": "staging", "schema": null, "table": "mailboxes", "row": 3})
    );
    let check = bench.check(&["--look-in", look_in.to_str().unwrap(), "--json"]);
    let check: serde_json::Value = serde_json::from_str(&check.out).unwrap();
    let codes: Vec<_> = check["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["code"].clone())
        .collect();
    assert!(codes.contains(&"older_offered".into()) && !codes.contains(&"older_found".into()));
    // The same without the name is this install's own.
    std::fs::write(&file, text).unwrap();
    let planned = bench.run(&[&["recover", "--take-older"], &common[..]].concat());
    let words = "(table mailboxes of an unnamed database)";
    assert!(planned.out.contains(words), "{}", planned.out);
    let json = bench.run(&[&["recover", "--take-older", "--json"], &common[..]].concat());
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["older"].as_array().map(Vec::len), Some(2), "{json}");
    assert_eq!(json["older"][0]["certain"], true);
}

#[test]
fn a_password_in_a_log_is_offered_for_a_test_and_never_taken_unasked() {
    let bench = Bench::new();
    let said = "Failed to authenticate on SMTP server with username \"biuro@helpdesk.example\" using 1 possible authenticators.";
    let sent =
        |password: &str| freescout_rescue::domain::payload::base64::encode(password.as_bytes());
    bench
        .database()
        .execute_batch(&format!(
            "ALTER TABLE send_logs ADD COLUMN status_message TEXT;
             INSERT INTO send_logs (id, status_message, created_at) VALUES
               (9001, '{said} Last Command: {}', '2025-05-01 10:00:00'), (9002, 'Last Command: QUIT', NULL);
             CREATE TABLE failed_jobs (id INTEGER PRIMARY KEY, exception TEXT);
             INSERT INTO failed_jobs VALUES (1, 'Last Command: {}');",
            sent("demo-biuro-outgoing"),
            sent("whose-is-it")
        ))
        .unwrap();
    let logs = bench.install().join("storage/logs");
    let line = format!(
        "[2025-06-19 03:00:01] production.ERROR: {said} Last Command: {}\n",
        sent("demo-biuro-outgoing")
    );
    std::fs::write(logs.join("laravel-2025-06-19.log"), &line).unwrap();
    // A link is not followed, another file not read.
    std::fs::write(bench.path("elsewhere.log"), line.replace("demo-biuro", "x")).unwrap();
    std::os::unix::fs::symlink(
        bench.path("elsewhere.log"),
        logs.join("laravel-2025-06-20.log"),
    )
    .unwrap();

    let mut session = session(&bench);
    find_keys(&bench, &mut session);
    assert!(log_secrets::read(&mut session));
    let assessment = session.assess();
    let of_wiped: Vec<String> = assessment
        .logged
        .iter()
        .filter(|l| l.place == place(WIPED, "out_password"))
        .map(sentences::logged)
        .collect();
    let log = logs.join("laravel-2025-06-19.log");
    assert_eq!(
        of_wiped,
        [
            format!(
                "a password seen on 2025-06-19 in {}, unconfirmed",
                log.display()
            ),
            "a password seen in failed_jobs#1, unconfirmed".to_owned(),
        ]
    );
    // A name that fits one mailbox is not offered for another.
    assert!(
        assessment
            .logged
            .iter()
            .all(|l| l.place == place(WIPED, "out_password") || l.seen_in == "failed_jobs#1")
    );
    assert!(
        assessment
            .findings
            .contains(&Finding::PasswordInLog { count: 2 })
    );
    let everything = format!("{assessment:?}");
    assert!(!everything.contains("demo-biuro-outgoing") && !everything.contains("whose-is-it"));

    let wiped = place(WIPED, "out_password");
    let of = |n| {
        recovery::texts(
            &session,
            vec![(wiped.clone(), Entered::Logged(wiped.clone(), n))],
        )
    };
    let texts = [of(0), of(1)].map(|text| text.unwrap().pop().unwrap().1);
    assert_eq!(texts[0].expose(), b"demo-biuro-outgoing");
    assert_eq!(texts[1].expose(), b"whose-is-it");
    assert!(of(2).is_err());

    let install = bench.install();
    let look_in = bench.path("demo/old-server");
    let before = stored(&bench, WIPED, "out_password");
    let outcome = bench.run(&[
        "recover",
        "--yes",
        "--take-older",
        "--no-test",
        "--no-artisan",
        install.to_str().unwrap(),
        "--look-in",
        look_in.to_str().unwrap(),
        "--state-dir",
        bench.path("backups").to_str().unwrap(),
    ]);
    assert_eq!(outcome.code, 2, "{}{}", outcome.out, outcome.err);
    assert_eq!(stored(&bench, WIPED, "out_password"), before);
    let check = bench.check(&[]);
    assert!(check.out.contains("probably passwords"), "{}", check.out);
    for text in [&outcome.out, &outcome.err, &check.out, &check.err] {
        assert!(!text.contains("demo-biuro-outgoing"));
    }
}

#[test]
fn the_command_takes_older_passwords_only_where_there_are_some() {
    let bench = Bench::new();
    let (install, look_in) = (bench.install(), bench.path("demo/old-server"));
    let common = [
        install.to_str().unwrap(),
        "--look-in",
        look_in.to_str().unwrap(),
    ];
    let with = bench.run(&[&["recover", "--take-older"], &common[..]].concat());
    let without = bench.run(&[&["recover"], &common[..]].concat());
    assert_eq!((with.code, &with.out), (0, &without.out), "{}", with.err);
}

#[test]
fn find_key_and_recover_bring_an_older_password_back_through_the_front_door() {
    let bench = Bench::new();
    let yesterday = dump(&bench, &[3], "2025-06-19");
    let packed = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, yesterday.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let nightly = bench.path("demo/old-server/root/backups/nightly.sql.gz");
    std::fs::write(nightly, packed).unwrap();
    bench
        .database()
        // The database file itself must not remember.
        .execute_batch("UPDATE mailboxes SET in_password = '' WHERE id = 3; VACUUM")
        .unwrap();
    let (install, look_in) = (bench.install(), bench.path("demo/old-server"));
    let (install, look_in) = (install.to_str().unwrap(), look_in.to_str().unwrap());
    let hunted = bench.run(&["find-key", install, "--look-in", look_in, "--json"]);
    assert_eq!(
        hunted.code, 2,
        "one secret of the story stays closed: {}",
        hunted.err
    );
    let json: serde_json::Value = serde_json::from_str(&hunted.out).unwrap();
    let payload = &json["payloads"][0];
    assert_eq!(
        (&payload["id"], &payload["column"]),
        (&3.into(), &"in_password".into())
    );
    assert_eq!(payload["source"]["inside"][0], "nightly.sql");
    let backups = bench.path("backups");
    let recover = |more: &[&str]| {
        let fixed = [
            "recover",
            install,
            "--look-in",
            look_in,
            "--yes",
            "--no-artisan",
            "--no-test",
            "--state-dir",
            backups.to_str().unwrap(),
        ];
        bench.run(&[&fixed, more].concat())
    };
    let recovered = recover(&["--take-older"]);
    assert_eq!(recovered.code, 2, "{}", recovered.err);
    let mut session = session(&bench);
    mails::count_mails(&mut session);
    let assessment = session.assess();
    let restored = assessment
        .secrets
        .iter()
        .find(|s| s.place == place(3, "in_password"))
        .unwrap();
    assert!(
        matches!(restored.verdict, Verdict::Opens(_)),
        "{restored:?}"
    );
}

#[test]
fn older_passwords_in_a_large_dump_are_found_behind_a_scout() {
    let bench = Bench::new();
    let rows = dump(&bench, &[3], "2025-06-19");
    bench
        .database()
        .execute_batch("UPDATE mailboxes SET in_password = '' WHERE id = 3; VACUUM")
        .unwrap();
    let filler = "INSERT INTO `threads` VALUES (1,'mail upon mail, nothing of which matters');\n";
    let filler = filler.repeat((33 << 20) / filler.len());
    let (install, file) = (bench.install(), bench.path("all.sql"));
    // Where the key is.
    let old_server = bench.path("demo/old-server");
    // Where a stretch begins, where many stretches have gone before, and at the end.
    for edge in [512 << 10, 16 << 20, filler.len()] {
        for before in [0, rows.len() / 2, rows.len()] {
            // The rows begin so many bytes before the edge.
            let begin = edge - before;
            let until = filler[..begin - 1].rfind('\n').unwrap() + 1;
            let pad = "-".repeat(begin - 1 - until);
            let text = [&filler[..until], &pad, "\n", &rows, &filler[until..]].concat();
            assert!(text[begin..].starts_with(&rows));
            std::fs::write(&file, text).unwrap();
            let paths = [&install, &old_server, &file].map(|path| path.to_str().unwrap());
            let [install, old_server, file] = paths;
            let hunted = bench.run(&[
                "find-key",
                install,
                "--look-in",
                old_server,
                "--look-in",
                file,
                "--json",
            ]);
            let json: serde_json::Value = serde_json::from_str(&hunted.out).unwrap();
            let payload = &json["payloads"][0];
            assert_eq!(payload["id"], 3, "{edge}, {before}: {}", hunted.out);
            assert_eq!(payload["column"], "in_password");
            assert!(payload["date"].as_str().unwrap().starts_with("2025-06-19"));
        }
    }
}
