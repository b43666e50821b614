//! Backups of real servers put back without this program, from a plain and from an encrypted one: every byte of what
//! clients, shells and character sets might take apart.

use std::path::{Path, PathBuf};

use freescout_rescue::domain::config::Driver;
use freescout_rescue::domain::inventory::sql;
use freescout_rescue::io::db::{self, Store, Stored, Swap};

use crate::by_hand;
use crate::install::Install;
use crate::server::{self, Server};

const PASSPHRASE: &str = "correct horse battery ст@ple";

fn connect(install: &Install) -> Box<dyn Store> {
    db::connect(&install.settings, Path::new("/")).unwrap()
}

/// Puts a text into a column, whatever stands there.
fn put(install: &Install, table: &'static str, id: u64, column: &str, text: &[u8]) -> bool {
    let mut store = connect(install);
    let mut old = None;
    let mut take = |row, values: Vec<Stored>| {
        if row == id {
            old = values[0].text().map(Into::into);
        }
    };
    store.read(table, &[column], None, &mut take).unwrap();
    let swap = Swap {
        table,
        id,
        column: column.to_owned(),
        old,
        new: Some(text.into()),
    };
    store.swap(&[swap]).is_ok()
}

/// Every text that may be touched, byte for byte.
fn texts(install: &Install) -> Vec<(&'static str, u64, Vec<Stored>)> {
    let mut store = connect(install);
    let mut all = Vec::new();
    for (table, columns) in [
        ("mailboxes", &["in_password", "out_password", "meta"][..]),
        ("options", &["value"]),
        ("modules", &["license"]),
    ] {
        let mut take = |id, values| all.push((table, id, values));
        store.read(table, columns, None, &mut take).unwrap();
    }
    all
}

/// An install full of hostile texts, in columns of several kinds.
fn hostile(server: &'static Server, name: &str) -> Install {
    let install = Install::new(server, name);
    let settings = &install.settings;
    let table = |name| sql::table(settings.driver, &settings.prefix, name);
    let (mailboxes, modules) = (table("mailboxes"), table("modules"));
    let texts = by_hand::hostile();
    let mut statements: Vec<String> = texts
        .iter()
        .map(|_| format!("INSERT INTO {mailboxes} (name, email, in_password, out_password) VALUES ('h', 'h', '', '')"))
        .collect();
    match settings.driver {
        Driver::MySql => statements.extend([
            format!("ALTER TABLE {mailboxes} MODIFY in_password MEDIUMTEXT"),
            format!("ALTER TABLE {mailboxes} MODIFY out_password TEXT CHARACTER SET latin1"),
            format!("ALTER TABLE {modules} MODIFY license BLOB"),
        ]),
        // As a server that was set up long ago may still have it.
        _ => statements.push(format!(
            "ALTER DATABASE {} SET standard_conforming_strings = off",
            settings.database
        )),
    }
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    server.admin(&settings.database, &statements);
    for (id, text) in (4..).zip(&texts) {
        assert!(put(&install, "mailboxes", id, "in_password", text));
    }
    let latin = "é\\ß\n'\u{a0}ÿ".as_bytes();
    assert!(put(&install, "mailboxes", 4, "out_password", latin));
    let bytes = b"\xff\xfe\x00'\\\xc3(\n";
    let kept = put(&install, "modules", 1, "license", bytes);
    assert_eq!(
        kept,
        settings.driver == Driver::MySql,
        "PostgreSQL's texts hold nothing but UTF-8"
    );
    install
}

fn assert_back(install: &Install, before: &[(&'static str, u64, Vec<Stored>)], backup: &Path) {
    let after = texts(install);
    assert_eq!(after.len(), before.len());
    for (after, before) in after.iter().zip(before) {
        assert_eq!(after, before, "{}", backup.display());
    }
}

fn spoil(server: &Server, install: &Install) {
    let settings = &install.settings;
    let table = |name| sql::table(settings.driver, &settings.prefix, name);
    server.admin(
        &settings.database,
        &[
            &format!(
                "UPDATE {} SET in_password = 'spoilt', out_password = NULL, meta = NULL",
                table("mailboxes")
            ),
            &format!(
                "UPDATE {} SET value = 'spoilt' WHERE name = 'mail_password'",
                table("options")
            ),
            &format!("UPDATE {} SET license = NULL", table("modules")),
        ],
    );
    let env = install.root().join(".env");
    std::fs::write(env, "APP_KEY=\n").unwrap();
}

fn back_up(install: &Install, options: &[&str]) -> PathBuf {
    let backups = install.backups();
    let common = [
        "backup",
        "--json",
        "--backup-dir",
        backups.to_str().unwrap(),
    ];
    let (code, out, err) = install.run(&[&common[..], options].concat());
    assert_eq!(code, 0, "{out}{err}");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    PathBuf::from(json["backup"].as_str().unwrap())
}

#[test]
fn the_name_of_a_database_is_no_option_of_a_client() {
    let names = [
        "-e=it's",
        "--help",
        "host=/nowhere dbname=it's",
        "postgresql://nowhere/x",
    ];
    for server in server::both() {
        for name in names {
            let install = Install::named(server, name);
            let before = texts(&install);
            let backup = back_up(&install, &["--full-dump"]);
            spoil(server, &install);
            assert_ne!(texts(&install), before);
            by_hand::follow_readme(&backup, PASSPHRASE, |line| server.here(&line, ""));
            assert_back(&install, &before, &backup);
            let dump = std::fs::read_to_string(backup.join("database.dump")).unwrap();
            assert!(dump.contains("fs_mailboxes"), "{name}: {dump}");
        }
    }
}

#[test]
fn the_readme_alone_puts_everything_back() {
    for server in server::both() {
        let install = hostile(server, "readme");
        let (before, env) = (texts(&install), install.env());
        let passphrase = install.folder.path().join("passphrase");
        std::fs::write(&passphrase, PASSPHRASE).unwrap();
        let encrypt = [
            "--encrypt",
            "--work-factor",
            "4",
            "--passphrase-file",
            passphrase.to_str().unwrap(),
        ];
        let backups = [
            back_up(&install, &[]),
            back_up(&install, &[&encrypt[..], &["--full-dump"]].concat()),
        ];
        // Clients differ in what they make of quotes; the statements mean the same to all.
        for (mode, backup) in ["", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"]
            .into_iter()
            .zip(&backups)
        {
            spoil(server, &install);
            assert_ne!(texts(&install), before);
            by_hand::follow_readme(backup, PASSPHRASE, |line| server.here(&line, mode));
            assert_back(&install, &before, backup);
            assert_eq!(install.env(), env);
        }
        let [_, encrypted] = backups;
        let restore = [
            "restore",
            encrypted.to_str().unwrap(),
            "--yes",
            "--no-artisan",
            "--passphrase-file",
            passphrase.to_str().unwrap(),
            "--backup-dir",
        ];
        let backups = install.backups();
        let restore = [&restore[..], &[backups.to_str().unwrap()]].concat();
        let table = sql::table(
            install.settings.driver,
            &install.settings.prefix,
            "mailboxes",
        );
        server.admin(
            &install.settings.database,
            &[&format!("UPDATE {table} SET in_password = 'spoilt'")],
        );
        let (code, out, err) = install.run(&restore);
        assert_eq!(code, 0, "{out}{err}");
        assert!(out.contains("is as it was shown before"), "{out}");
        assert_back(&install, &before, &encrypted);
        let (opened, said) = by_hand::type_line(
            &encrypted,
            "age -d database.dump.age | grep -c fs_mailboxes",
            PASSPHRASE,
        );
        assert!(opened, "the dump is whole: {said}");
    }
}
