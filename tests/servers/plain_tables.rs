//! What stands in the place of FreeScout's tables, or behind them: named, and nothing is read or written.

use std::path::Path;
use std::time::Duration;

use freescout_rescue::domain::config::Driver;
use freescout_rescue::domain::inventory::secret::SecretBytes;
use freescout_rescue::domain::inventory::sql;
use freescout_rescue::io::db::{self, Foreign, StoreError, Swap, SwapError};
use mysql::prelude::Queryable;

use crate::install::Install;
use crate::server;

/// What somebody does to the tables; what is said of it. `T` stands for `mailboxes`, in quotes and with its prefix.
type Deed = (&'static [&'static str], &'static str);

const MARIADB: [Deed; 3] = [
    (
        &[
            "RENAME TABLE T TO theirs",
            "CREATE VIEW T AS SELECT * FROM theirs",
        ],
        "is a view",
    ),
    (
        &["CREATE TRIGGER watching BEFORE UPDATE ON T FOR EACH ROW SET NEW.name = 'theirs'"],
        "has the trigger watching",
    ),
    (
        &[
            "CREATE TABLE theirs LIKE T",
            "ALTER TABLE theirs ENGINE=MyISAM",
            "DROP TABLE T",
            "CREATE TABLE T LIKE theirs",
            "ALTER TABLE T ENGINE=MERGE UNION=(theirs)",
        ],
        "uses the storage engine MRG_MyISAM",
    ),
];

const POSTGRES: [Deed; 8] = [
    (
        &[
            "ALTER TABLE T RENAME TO theirs",
            "CREATE VIEW T AS SELECT * FROM theirs",
        ],
        "is a view",
    ),
    (
        &[
            "CREATE FUNCTION acting() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "CREATE TRIGGER watching BEFORE UPDATE ON T FOR EACH ROW EXECUTE FUNCTION acting()",
        ],
        "has the trigger watching",
    ),
    (
        &["CREATE RULE rewriting AS ON UPDATE TO T DO ALSO SELECT 1"],
        "has the rule rewriting",
    ),
    (
        &["ALTER TABLE T ENABLE ROW LEVEL SECURITY"],
        "has row level security",
    ),
    (
        &["CREATE TABLE theirs () INHERITS (T)"],
        "shares its rows with another table",
    ),
    (
        &[
            "CREATE EXTENSION file_fdw",
            "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
            "DROP TABLE T",
            "CREATE FOREIGN TABLE T (id int, in_password text) SERVER files OPTIONS (filename '/etc/passwd')",
        ],
        "is a foreign table",
    ),
    (
        &[
            "CREATE FUNCTION judging(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'",
            "ALTER TABLE T ADD CHECK (judging(in_password))",
        ],
        "calls the function judging",
    ),
    (
        &[
            "CREATE DOMAIN odd AS text CHECK (length(VALUE) < 9999)",
            "ALTER TABLE T ALTER in_password TYPE odd",
        ],
        "has a column of type odd",
    ),
];

const SQLITE: [Deed; 3] = [
    (
        &[
            "ALTER TABLE T RENAME TO theirs",
            "CREATE VIEW T AS SELECT * FROM theirs",
        ],
        "is a view",
    ),
    (
        &["CREATE TRIGGER watching AFTER UPDATE ON T BEGIN DELETE FROM fs_options; END"],
        "has the trigger watching",
    ),
    (
        &[
            "DROP TABLE T",
            "CREATE VIRTUAL TABLE T USING fts5(in_password)",
        ],
        "is a virtual table",
    ),
];

fn refused(install: &Install, (deeds, said_of_it): Deed) {
    let driver = install.settings.driver;
    let table = sql::table(driver, &install.settings.prefix, "mailboxes");
    let deeds: Vec<String> = deeds
        .iter()
        .map(|deed| deed.replace('T', "\u{0}"))
        .collect();
    // `T` alone, as a word, is the table.
    let deeds: Vec<String> = deeds
        .iter()
        .map(|deed| {
            let words = deed.split(' ').map(|word| match word {
                "\u{0}" => table.clone(),
                "(\u{0})" => format!("({table})"),
                word => word.replace('\u{0}', "T"),
            });
            words.collect::<Vec<_>>().join(" ")
        })
        .collect();
    let deeds: Vec<&str> = deeds.iter().map(String::as_str).collect();
    install.admin(&deeds);
    let before = install.env();
    let (look_in, backups) = (install.look_in(), install.backups());
    let recover = [
        "recover",
        "--yes",
        "--no-test",
        "--no-artisan",
        "--backup-dir",
        backups.to_str().unwrap(),
        "--look-in",
        look_in.to_str().unwrap(),
    ];
    for arguments in [&["check"][..], &["backup"], &recover] {
        let (code, out, said) = install.run(arguments);
        assert_eq!(
            code, 3,
            "{driver:?} {said_of_it}, {arguments:?}: {out}{said}"
        );
        assert!(said.contains("fs_mailboxes"), "{said}");
        assert!(said.contains(said_of_it), "{said_of_it}: {said}");
        assert!(said.contains("othing was changed"), "{said}");
    }
    assert_eq!(install.env(), before);
    assert!(!backups.exists(), "{said_of_it}: a backup was begun");
    let mut store = db::connect(&install.settings, Path::new("/")).unwrap();
    // What is read within a transaction is looked at there as well.
    let foreign = store.foreign("mailboxes").unwrap().unwrap();
    let mut rows = 0;
    let read = store.read("mailboxes", &["in_password"], None, &mut |_, _| rows += 1);
    if foreign.acts_on_writes_alone() {
        read.unwrap();
    } else {
        assert!(matches!(read, Err(StoreError::NotPlain { .. })), "{read:?}");
        assert_eq!(rows, 0);
    }
    let swap = Swap {
        table: "mailboxes",
        id: 1,
        column: "in_password".to_owned(),
        old: Some(SecretBytes::from(&b"x"[..])),
        new: Some(SecretBytes::from(&b"y"[..])),
    };
    for swapped in [
        store.rehearse(std::slice::from_ref(&swap)),
        store.swap(std::slice::from_ref(&swap)),
    ] {
        assert!(
            matches!(swapped, Err(SwapError::Store(StoreError::NotPlain { .. }))),
            "{said_of_it}: {swapped:?}"
        );
    }
}

#[test]
fn mariadb_tables_that_are_none_are_named() {
    for (number, deed) in MARIADB.into_iter().enumerate() {
        let name = format!("plain_{number}");
        refused(&Install::new(server::mariadb(), &name), deed);
    }
}

#[test]
fn postgresql_tables_that_are_none_are_named() {
    for (number, deed) in POSTGRES.into_iter().enumerate() {
        let name = format!("plain_{number}");
        refused(&Install::new(server::postgres(), &name), deed);
    }
}

#[test]
fn sqlite_tables_that_are_none_are_named() {
    for deed in SQLITE {
        refused(&Install::sqlite(), deed);
    }
}

/// Tables that are only read must be plain as well; what would act on writes to them alone is nobody's business.
#[test]
fn a_log_may_have_a_trigger_and_be_no_view() {
    let install = Install::sqlite();
    install.admin(&[
        "CREATE TABLE fs_send_logs (id INTEGER PRIMARY KEY, message_id TEXT)",
        "CREATE TRIGGER counting AFTER INSERT ON fs_send_logs BEGIN SELECT 1; END",
    ]);
    let (code, _, said) = install.run(&["check"]);
    assert_eq!(code, 2, "{said}");
    install.admin(&[
        "DROP TABLE fs_send_logs",
        "CREATE VIEW fs_send_logs AS SELECT id, in_password AS message_id FROM fs_mailboxes",
    ]);
    let (code, _, said) = install.run(&["check"]);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("fs_send_logs") && said.contains("is a view"),
        "{said}"
    );
}

/// Whoever owns a PostgreSQL database decides where names are looked for, for everybody who connects.
#[test]
fn names_mean_what_the_server_means_by_them() {
    let install = Install::new(server::postgres(), "names");
    let database = &install.settings.database;
    install.admin(&[
        "CREATE SCHEMA evil",
        "CREATE TABLE evil.called (who text)",
        &format!("GRANT ALL ON SCHEMA evil TO {}", server::USER),
        &format!("GRANT ALL ON evil.called TO {}", server::USER),
        "CREATE FUNCTION evil.octet_length(text) RETURNS int LANGUAGE plpgsql AS \
           'BEGIN INSERT INTO evil.called VALUES (current_user); RETURN 1; END'",
        "CREATE FUNCTION evil.same(name, text) RETURNS boolean LANGUAGE plpgsql AS \
           'BEGIN RAISE EXCEPTION ''evil was called''; END'",
        "CREATE OPERATOR evil.= (LEFTARG = name, RIGHTARG = text, FUNCTION = evil.same)",
        "CREATE TABLE evil.pg_class (oid oid)",
        &format!("GRANT ALL ON evil.pg_class TO {}", server::USER),
        &format!("ALTER DATABASE {database} SET search_path = evil, pg_catalog, public"),
    ]);
    let (code, _, said) = install.run(&["check"]);
    assert_eq!(code, 2, "{said}");
    let (backups, look_in) = (install.backups(), install.look_in());
    let (code, _, said) = install.run(&[
        "recover",
        "--yes",
        "--no-test",
        "--no-artisan",
        "--backup-dir",
        backups.to_str().unwrap(),
        "--look-in",
        look_in.to_str().unwrap(),
    ]);
    assert_eq!(code, 2, "{said}");
    let mut root = server::postgres().postgres_root(database).unwrap();
    let called = root.query("SELECT who FROM evil.called", &[]).unwrap();
    assert!(called.is_empty(), "{called:?}");
}

/// Nobody puts a view in a table's place between the look at it and the last of its rows.
#[test]
fn a_table_stays_what_it_is_while_it_is_read() {
    for server in server::both() {
        let install = Install::new(server, "stays");
        let table = sql::table(server.driver, "fs_", "mailboxes");
        let many = match server.driver {
            Driver::MySql => format!("INSERT INTO {table} (name) SELECT seq FROM seq_1_to_9000"),
            _ => format!("INSERT INTO {table} (name) SELECT generate_series(1, 9000)::text"),
        };
        install.admin(&[&many]);
        let database = install.settings.database.clone();
        let mut store = db::connect(&install.settings, Path::new("/")).unwrap();
        let mut refused = None;
        let mut rows = 0;
        let read = store.read("mailboxes", &["name"], None, &mut |_, _| {
            rows += 1;
            // The rest is on its way, and the transaction open.
            refused.get_or_insert_with(|| match server.driver {
                Driver::MySql => {
                    let mut root = server.mariadb_root().unwrap();
                    root.query_drop(format!("USE {database}")).unwrap();
                    root.query_drop("SET lock_wait_timeout = 1").unwrap();
                    root.query_drop("RENAME TABLE fs_mailboxes TO theirs")
                        .is_err()
                }
                _ => {
                    let mut root = server.postgres_root(&database).unwrap();
                    root.batch_execute(
                        "SET lock_timeout = '1s'; ALTER TABLE fs_mailboxes RENAME TO theirs",
                    )
                    .is_err()
                }
            });
        });
        read.unwrap();
        assert_eq!((rows, refused), (9003, Some(true)), "{:?}", server.driver);
        // And then it is free again: nothing is held longer than needed.
        std::thread::sleep(Duration::from_millis(100));
        install.admin(&[&format!("ALTER TABLE {table} RENAME TO theirs")]);
        assert_eq!(store.foreign("mailboxes").unwrap(), None::<Foreign>);
    }
}
