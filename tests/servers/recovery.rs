//! The whole recovery through the program, on real servers: check, recover, undo, restore, and rows that change meanwhile.

use freescout_rescue::domain::config::Driver;
use freescout_rescue::domain::inventory::sql;
use freescout_rescue::domain::key::derived_hashes;

use crate::install::{Install, key, sealed};
use crate::server;

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

#[test]
fn recover_and_undo_byte_for_byte() {
    for server in server::both() {
        let install = Install::new(server, "recover");
        let (rows, env) = (install.tables(), install.env());
        let (look_in, backups) = (install.look_in(), install.backups());
        let common = ["--json", "--state-dir", backups.to_str().unwrap()];
        let hunting = [&common[..], &["--look-in", look_in.to_str().unwrap()]].concat();
        let (code, out, _) = install.run(&[&["check"], &hunting[..]].concat());
        let checked = json(&out);
        assert_eq!(code, 2, "{out}");
        assert_eq!(checked["summary"]["opens"], 2);
        assert_eq!(checked["summary"]["other_key"], 7);
        assert_eq!(checked["summary"]["unknown_key"], 1);
        assert_eq!(
            (install.tables(), install.env()),
            (rows.clone(), env.clone()),
            "check changes nothing"
        );
        let (code, out, err) =
            install.run(&[&["recover", "--yes", "--no-artisan"], &hunting[..]].concat());
        assert_eq!(code, 2, "one stays lost: {out} {err}");
        let done = json(&out);
        assert_eq!(
            (&done["verified"], &done["resealed"]),
            (&true.into(), &2.into())
        );
        assert_eq!(done["still_unreadable"].as_array().unwrap().len(), 1);
        assert_eq!(
            install.env(),
            env.replace(&text(2), &text(1)),
            "only the key changed"
        );
        let (code, out, _) = install.run(&["check", "--json"]);
        assert_eq!((code, &json(&out)["summary"]["opens"]), (2, &9.into()));
        let (code, _, err) =
            install.run(&[&["undo", "--yes", "--no-artisan"], &common[..]].concat());
        assert_eq!(code, 0, "{err}");
        assert_eq!((install.tables(), install.env()), (rows, env));
    }
}

fn text(byte: u8) -> String {
    String::from_utf8_lossy(key(byte).text()).into_owned()
}

#[test]
fn undo_leaves_alone_what_somebody_changed_since() {
    for server in server::both() {
        let install = Install::new(server, "changed");
        let backups = install.backups();
        let look_in = install.look_in();
        let common = [
            "--state-dir",
            backups.to_str().unwrap(),
            "--no-artisan",
            "--yes",
        ];
        let recover = [
            &["recover"],
            &common[..],
            &["--look-in", look_in.to_str().unwrap()],
        ]
        .concat();
        assert_eq!(install.run(&recover).0, 2);
        let table = sql::table(
            install.settings.driver,
            &install.settings.prefix,
            "mailboxes",
        );
        let typed = sealed(&key(1), "typed in the browser since");
        server.admin(
            &install.settings.database,
            &[&format!(
                "UPDATE {table} SET in_password = '{typed}' WHERE id = 2"
            )],
        );
        let (code, out, err) = install.run(&[&["undo"], &common[..]].concat());
        assert_eq!(code, 2, "{out}{err}");
        assert!(
            format!("{out}{err}").contains("incoming password (mailbox 2)"),
            "{out}{err}"
        );
        let rows = install.tables();
        let row = rows.iter().find(|r| r.starts_with("mailboxes 2 ")).unwrap();
        assert!(row.contains(&typed), "what was typed is kept");
        assert!(install.env().contains(&text(2)));
    }
}

#[test]
fn passwords_are_stored_and_never_written_elsewhere() {
    for server in server::both() {
        let install = Install::new(server, "passwords");
        let (backups, look_in) = (install.backups(), install.look_in());
        let typed = "typed \"Pässwörd\" 密码\\";
        let file = install.folder.path().join("passwords.jsonl");
        let line = serde_json::json!({"mailbox": 3, "incoming": typed}).to_string();
        std::fs::write(&file, format!("{line}\n")).unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .unwrap();
        let (code, out, err) = install.run(&[
            "recover",
            "--yes",
            "--json",
            "--no-artisan",
            "--state-dir",
            backups.to_str().unwrap(),
            "--look-in",
            look_in.to_str().unwrap(),
            "--passwords",
            file.to_str().unwrap(),
        ]);
        assert_eq!(code, 0, "{out}{err}");
        assert_eq!(json(&out)["reentered"], 1);
        std::fs::remove_file(&file).unwrap();
        let said = [out, err].concat();
        assert!(!said.contains(typed));
        for entry in walkdir::WalkDir::new(install.folder.path())
            .into_iter()
            .flatten()
            .filter(|e| e.file_type().is_file())
        {
            let bytes = std::fs::read(entry.path()).unwrap();
            let found = bytes.windows(typed.len()).any(|w| w == typed.as_bytes());
            assert!(!found, "a password in {}", entry.path().display());
        }
        let (code, out, _) = install.run(&["check", "--json"]);
        assert_eq!(
            (code, &json(&out)["summary"]["unknown_key"]),
            (0, &0.into()),
            "{out}"
        );
    }
}

#[test]
fn a_backup_can_be_put_back_by_hand_and_by_restore() {
    for server in server::both() {
        let install = Install::new(server, "byhand");
        let (rows, env) = (install.tables(), install.env());
        let (backups, look_in) = (install.backups(), install.look_in());
        let common = ["--no-artisan", "--state-dir", backups.to_str().unwrap()];
        let recover = [
            &[
                "recover",
                "--yes",
                "--json",
                "--look-in",
                look_in.to_str().unwrap(),
            ],
            &common[..],
        ]
        .concat();
        let (_, out, _) = install.run(&recover);
        let backup = json(&out)["backup"].as_str().unwrap().to_owned();
        server.client(
            &install.settings,
            &std::path::Path::new(&backup).join("restore.sql"),
        );
        assert_eq!(install.tables(), rows, "restore.sql puts every row back");
        let (code, out, err) =
            install.run(&[&["restore", &backup], &common[..], &["--yes"]].concat());
        assert_eq!(code, 0, "{out}{err}");
        assert_eq!((install.tables(), install.env()), (rows, env));
    }
}

#[test]
fn every_strategy_does_what_it_says() {
    for server in server::both() {
        for (strategy, opens, key_after) in [
            ("carry", 9, Some(2)),
            ("fresh", 9, None),
            ("reenter", 2, Some(2)),
        ] {
            let install = Install::new(server, strategy);
            let (backups, look_in) = (install.backups(), install.look_in());
            let (code, out, err) = install.run(&[
                "recover",
                "--yes",
                "--json",
                "--no-artisan",
                "--strategy",
                strategy,
                "--state-dir",
                backups.to_str().unwrap(),
                "--look-in",
                look_in.to_str().unwrap(),
            ]);
            assert_eq!(code, 2, "{strategy}: {out}{err}");
            assert_eq!(json(&out)["verified"], true, "{strategy}");
            let (_, out, _) = install.run(&["check", "--json"]);
            assert_eq!(json(&out)["summary"]["opens"], opens, "{strategy}: {out}");
            match key_after {
                Some(byte) => assert!(install.env().contains(&text(byte))),
                None => {
                    assert!(!install.env().contains(&text(1)) && !install.env().contains(&text(2)))
                }
            }
        }
    }
}

#[test]
fn the_timeline_is_read_from_real_timestamps() {
    for server in server::both() {
        let install = Install::new(server, "timeline");
        let settings = &install.settings;
        let table = |name| sql::table(settings.driver, &settings.prefix, name);
        // As FreeScout's migrations make them there.
        let (at, number) = match settings.driver {
            Driver::MySql => ("TIMESTAMP NULL DEFAULT NULL", "TINYINT UNSIGNED"),
            _ => ("TIMESTAMP(0) WITHOUT TIME ZONE", "SMALLINT"),
        };
        let (mails, files) = (table("send_logs"), table("attachments"));
        let mut statements = vec![
            format!(
                "CREATE TABLE {mails} (id INT PRIMARY KEY, thread_id INT, message_id VARCHAR(998), created_at {at})"
            ),
            format!(
                "CREATE TABLE {files} (id INT PRIMARY KEY, thread_id INT, token_type {number} NOT NULL DEFAULT 3)"
            ),
            format!(
                "INSERT INTO {files} VALUES (1, 2, 3), (2, 2, 2), (3, 2, 1), (4, 50, 3), (5, NULL, 3)"
            ),
        ];
        for (id, byte, at) in [
            (1, 1, "'2025-01-01 10:00:00'"),
            (2, 1, "NULL"),
            (3, 3, "'2025-03-01 10:00:00'"),
            (4, 2, "'2025-06-20 23:59:59'"),
        ] {
            let hash = derived_hashes::message_id_hash(&key(byte), id);
            statements.push(format!(
                "INSERT INTO {mails} VALUES ({id}, {id}, 'FS_notify-{id}-1-{hash}@x.example', {at})"
            ));
        }
        if settings.driver == Driver::PgSql {
            for table in [mails, files] {
                statements.push(format!("ALTER TABLE {table} OWNER TO {}", server::USER));
            }
        }
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        server.admin(&settings.database, &statements);
        let look_in = install.look_in();
        let hunting = ["--json", "--look-in", look_in.to_str().unwrap()];
        let checked = json(&install.run(&[&["check"], &hunting[..]].concat()).1);
        let eras = checked["timeline"]["eras"].as_array().unwrap();
        let told: Vec<_> = eras
            .iter()
            .map(|e| (&e["mails"], &e["first"], &e["last"]))
            .collect();
        let era = |mails: u64, first: &str, last: &str| (mails.into(), first.into(), last.into());
        let wanted: [(serde_json::Value, serde_json::Value, serde_json::Value); 3] = [
            era(2, "2025-01-01T10:00:00", "2025-01-01T10:00:00"),
            era(1, "2025-03-01T10:00:00", "2025-03-01T10:00:00"),
            era(1, "2025-06-20T23:59:59", "2025-06-20T23:59:59"),
        ];
        for (told, (mails, first, last)) in told.iter().zip(&wanted) {
            assert_eq!(*told, (mails, first, last));
        }
        assert_eq!((told.len(), &eras[1]["key"]), (3, &serde_json::Value::Null));
        let planned = [&["recover", "--strategy", "restore"], &hunting[..]].concat();
        let planned = json(&install.run(&planned).1);
        let regains = &planned["damage"]["regains"][0];
        assert_eq!(
            (&regains["mails"], &regains["links"]),
            (&2.into(), &2.into())
        );
    }
}
