//! What a store promises, on every database: exact texts, bounds, all or nothing.

use std::path::Path;

use freescout_rescue::domain::config::{DbSettings, Driver};
use freescout_rescue::domain::inventory::secret::SecretBytes;
use freescout_rescue::domain::inventory::sql;
use freescout_rescue::io::db::{
    self, MAX_VALUE_BYTES, Store, StoreError, Stored, Swap, SwapError, dump,
};
use freescout_rescue::io::install::Environment;

use crate::server::{self, Server};

const ODD: [&str; 7] = [
    "plain",
    "it's \"quoted\"",
    "back\\slash \\' \\0",
    "密码 🔑 pässwörd",
    "line\nbreak\ttab",
    "%s _ ; -- /* */",
    "a",
];

fn bytes(text: &str) -> Option<SecretBytes> {
    Some(SecretBytes::from(text.as_bytes()))
}

/// A database with a table `odd` of texts, a number, a truth and a narrow column, behind a prefix.
fn settings(server: &Server, name: &str) -> DbSettings {
    let mut settings = server.database(name);
    settings.prefix = "fs_".to_owned();
    let table = sql::table(settings.driver, &settings.prefix, "odd");
    let (id, boolean) = match server.driver {
        Driver::MySql => ("INT UNSIGNED AUTO_INCREMENT PRIMARY KEY", "TINYINT(1)"),
        _ => ("SERIAL PRIMARY KEY", "BOOLEAN"),
    };
    let suffix = if server.driver == Driver::MySql {
        " ENGINE=InnoDB"
    } else {
        ""
    };
    let owner = if server.driver == Driver::MySql {
        String::new()
    } else {
        format!("ALTER TABLE {table} OWNER TO {}", server::USER)
    };
    let create = format!(
        "CREATE TABLE {table} (id {id}, body TEXT, narrow VARCHAR(10), port INT, yes {boolean}){suffix}"
    );
    let long = if server.driver == Driver::MySql {
        "MEDIUMTEXT"
    } else {
        "TEXT"
    };
    let widen = match server.driver {
        Driver::MySql => format!("ALTER TABLE {table} MODIFY body {long}"),
        _ => format!("ALTER TABLE {table} ALTER body TYPE {long}"),
    };
    let mut statements = vec![create, widen];
    for text in ODD {
        let value = sql::literal(settings.driver, "utf8mb4", Some(text.as_bytes()));
        statements.push(format!(
            "INSERT INTO {table} (body, narrow, port, yes) VALUES ({value}, 'n', 993, true)"
        ));
    }
    statements.push(format!(
        "INSERT INTO {table} (body, narrow, port, yes) VALUES (NULL, '', 0, false)"
    ));
    statements.push(owner);
    let statements: Vec<&str> = statements
        .iter()
        .map(String::as_str)
        .filter(|s| !s.is_empty())
        .collect();
    server.admin(&settings.database, &statements);
    settings
}

fn rows(store: &mut dyn Store, newest: Option<u32>) -> Vec<(u64, Vec<Stored>)> {
    let mut rows = Vec::new();
    store
        .read(
            "odd",
            &["body", "narrow", "port", "yes"],
            newest,
            &mut |id, values| rows.push((id, values)),
        )
        .unwrap();
    rows
}

fn connect(settings: &DbSettings) -> Box<dyn Store> {
    db::connect(settings, Path::new("/")).unwrap()
}

#[test]
fn every_text_is_read_byte_for_byte() {
    for server in server::both() {
        let mut store = connect(&settings(server, "read"));
        let read = rows(&mut *store, None);
        assert_eq!(read.len(), ODD.len() + 1);
        for ((id, values), text) in read.iter().zip(ODD) {
            let wanted = [text, "n", "993", "1"].map(|t| Stored::Text(t.as_bytes().into()));
            assert_eq!(values, &wanted, "row {id}");
        }
        let last = &read[ODD.len()].1;
        assert_eq!(
            (&last[0], &last[3]),
            (&Stored::Null, &Stored::Text(b"0"[..].into()))
        );
        let newest: Vec<u64> = rows(&mut *store, Some(2))
            .iter()
            .map(|(id, _)| *id)
            .collect();
        assert_eq!(newest, [8, 7]);
        assert_eq!(
            store.columns("odd").unwrap(),
            ["id", "body", "narrow", "port", "yes"]
        );
        assert!(store.columns("absent").unwrap().is_empty());
        assert!(store.transactional("odd").unwrap());
        assert!(matches!(
            store.read("absent", &["x"], None, &mut |_, _| {}),
            Err(StoreError::Query(_))
        ));
    }
}

#[test]
fn a_value_too_long_is_measured_and_not_read() {
    for server in server::both() {
        let settings = settings(server, "long");
        let table = sql::table(settings.driver, &settings.prefix, "odd");
        let length = MAX_VALUE_BYTES + 1;
        server.admin(
            &settings.database,
            &[&format!(
                "UPDATE {table} SET body = REPEAT('x', {length}) WHERE id = 1"
            )],
        );
        let mut store = connect(&settings);
        assert_eq!(rows(&mut *store, None)[0].1[0], Stored::TooLong(length));
    }
}

fn swap(id: u64, column: &str, old: Option<SecretBytes>, new: &str) -> Swap {
    Swap {
        table: "odd",
        id,
        column: column.to_owned(),
        old,
        new: bytes(new),
    }
}

#[test]
fn a_swap_is_all_or_nothing() {
    for server in server::both() {
        let mut store = connect(&settings(server, "swap"));
        let before = rows(&mut *store, None);
        let fine = [
            swap(1, "body", bytes(ODD[0]), ODD[3]),
            swap(3, "body", bytes(ODD[2]), "\\'; \"x\n"),
            swap(8, "body", None, "set"),
        ];
        store.swap(&fine).unwrap();
        let after = rows(&mut *store, None);
        assert_eq!(after[0].1[0], Stored::Text(ODD[3].as_bytes().into()));
        assert_eq!(after[2].1[0], Stored::Text(b"\\'; \"x\n"[..].into()));
        assert_eq!(after[7].1[0], Stored::Text(b"set"[..].into()));
        // Back again, to NULL as well.
        let back: Vec<Swap> = fine.iter().map(Swap::reversed).collect();
        store.swap(&back).unwrap();
        assert_eq!(rows(&mut *store, None), before);
        // One changed row (also one that differs in case only), one gone: nothing is written.
        for stale in [
            swap(2, "body", bytes("IT'S \"quoted\""), "x"),
            swap(99, "body", bytes("y"), "x"),
            swap(2, "body", None, "x"),
        ] {
            let outcome = store.swap(&[swap(1, "body", bytes(ODD[0]), "x"), stale]);
            assert!(
                matches!(outcome, Err(SwapError::Changed(ref which)) if which == &[1]),
                "{outcome:?}"
            );
            assert_eq!(rows(&mut *store, None), before);
        }
    }
}

/// Held rows wait for whoever holds them, also through his change; another reads what stood before.
#[test]
fn held_rows_are_changed_by_their_holder_alone() {
    for server in server::both() {
        let settings = settings(server, "hold");
        let (mut holder, mut reader) = (connect(&settings), connect(&settings));
        let before = rows(&mut *reader, None);
        let held = [swap(1, "body", bytes(ODD[0]), ODD[0])];
        holder.hold(&held).unwrap();
        assert_eq!(rows(&mut *reader, None), before);
        let settings = settings.clone();
        let other = std::thread::spawn(move || {
            connect(&settings).swap(&[swap(1, "body", bytes(ODD[0]), "theirs")])
        });
        // Time enough to change it, were it not held.
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert_eq!(rows(&mut *reader, None), before);
        holder
            .swap(&[swap(1, "body", bytes(ODD[0]), "ours")])
            .unwrap();
        let outcome = other.join().unwrap();
        assert!(matches!(outcome, Err(SwapError::Changed(_))), "{outcome:?}");
        let now = Stored::Text(b"ours"[..].into());
        assert_eq!(rows(&mut *reader, None)[0].1[0], now);
        // Rolled back, nothing of it stands, and others come in.
        holder
            .exchange(&[swap(1, "body", bytes("ours"), "not kept")])
            .unwrap();
        holder.roll_back().unwrap();
        reader
            .swap(&[swap(1, "body", bytes("ours"), "theirs")])
            .unwrap();
    }
}

/// One lock an install: the second is told of the first, another prefix is another install, and it ends with its connection.
#[test]
fn the_lock_of_an_install_is_held_by_one() {
    use freescout_rescue::io::db::LockAnswer;
    for server in server::both() {
        let settings = settings(server, "claim");
        let other = DbSettings {
            prefix: "other_".to_owned(),
            ..settings.clone()
        };
        let (mut first, mut second) = (connect(&settings), connect(&settings));
        assert_eq!(first.claim().unwrap(), LockAnswer::Ours);
        let LockAnswer::Theirs(claimant) = second.claim().unwrap() else {
            panic!("two hold one lock")
        };
        assert!(claimant.connection.is_some(), "{claimant:?}");
        assert_eq!(connect(&other).claim().unwrap(), LockAnswer::Ours);
        assert!(first.still_claimed());
        drop(first);
        let began = std::time::Instant::now();
        // The server hears of the end a moment later.
        while connect(&settings).claim().unwrap() != LockAnswer::Ours {
            assert!(began.elapsed().as_secs() < 30, "the lock stays");
        }
    }
}

#[test]
fn a_text_the_server_does_not_keep_whole_is_rolled_back() {
    for server in server::both() {
        let mut store = connect(&settings(server, "narrow"));
        let before = rows(&mut *store, None);
        let swaps = [
            swap(1, "body", bytes(ODD[0]), "x"),
            swap(1, "narrow", bytes("n"), "longer than ten characters"),
        ];
        let outcome = store.swap(&swaps);
        match server.driver {
            // FreeScout's SQL mode cuts in silence; PostgreSQL refuses.
            Driver::MySql => assert!(matches!(outcome, Err(SwapError::NotKept(1))), "{outcome:?}"),
            _ => assert!(
                matches!(outcome, Err(SwapError::Store(StoreError::Query(_)))),
                "{outcome:?}"
            ),
        }
        assert_eq!(rows(&mut *store, None), before);
    }
}

#[test]
fn a_server_that_only_reads_says_so() {
    let maria = &server::own_mariadb();
    let mut store = connect(&settings(maria, "readonly"));
    maria.admin("", &["SET GLOBAL read_only = 1"]);
    let outcome = store.swap(&[swap(1, "body", bytes(ODD[0]), "x")]);
    let rehearsed = store.rehearse(&[swap(1, "body", bytes(ODD[0]), "x")]);
    maria.admin("", &["SET GLOBAL read_only = 0"]);
    for outcome in [outcome, rehearsed] {
        assert!(
            matches!(outcome, Err(SwapError::Store(StoreError::ReadOnly(_)))),
            "{outcome:?}"
        );
    }
    let postgres = server::postgres();
    let settings = settings(postgres, "readonly");
    postgres.admin(
        "",
        &[&format!(
            "ALTER DATABASE {} SET default_transaction_read_only = on",
            settings.database
        )],
    );
    let mut store = connect(&settings);
    let change = [swap(1, "body", bytes(ODD[0]), "x")];
    for outcome in [store.swap(&change), store.rehearse(&change)] {
        assert!(
            matches!(outcome, Err(SwapError::Store(StoreError::ReadOnly(_)))),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_rehearsal_finds_what_a_swap_would_and_leaves_no_trace() {
    for server in [server::mariadb(), server::postgres()] {
        let mut store = connect(&settings(server, "rehearsal"));
        let before = rows(&mut *store, None);
        let rehearsed = store.rehearse(&[swap(1, "body", bytes(ODD[0]), "other")]);
        assert!(rehearsed.is_ok(), "{rehearsed:?}");
        let stale = store.rehearse(&[swap(1, "body", bytes("not this"), "other")]);
        assert!(matches!(stale, Err(SwapError::Changed(_))), "{stale:?}");
        let narrow = store.rehearse(&[swap(1, "narrow", bytes("n"), "longer than ten")]);
        assert!(
            matches!(
                narrow,
                Err(SwapError::NotKept(0) | SwapError::Store(StoreError::Query(_)))
            ),
            "{narrow:?}"
        );
        assert_eq!(rows(&mut *store, None), before);
        let swapped = store.swap(&[swap(1, "body", bytes(ODD[0]), "other")]);
        assert!(swapped.is_ok(), "the connection is as good as before");
    }
}

#[test]
fn a_table_without_transactions_is_known() {
    let maria = server::mariadb();
    let settings = settings(maria, "myisam");
    maria.admin(&settings.database, &["ALTER TABLE fs_odd ENGINE = MyISAM"]);
    assert!(!connect(&settings).transactional("odd").unwrap());
}

#[test]
fn a_dump_holds_everything_and_can_be_stopped() {
    for server in server::both() {
        let settings = settings(server, "dump");
        let mut dump = Vec::new();
        let mut told = 0;
        let bytes = dump::full(
            &settings,
            Path::new("/"),
            &Environment::default(),
            &mut dump,
            &mut |n| told = n,
            &|| false,
        )
        .unwrap();
        assert_eq!((bytes, told), (dump.len() as u64, dump.len() as u64));
        let text = String::from_utf8_lossy(&dump);
        assert!(
            text.contains("fs_odd") && text.contains("密码 🔑"),
            "{}",
            &text[..text.len().min(500)]
        );
        assert!(
            dump::full(
                &settings,
                Path::new("/"),
                &Environment::default(),
                &mut Vec::new(),
                &mut |_| {},
                &|| true
            )
            .is_err()
        );
        let wrong = DbSettings {
            password: "wrong".into(),
            ..settings.clone()
        };
        let said = dump::full(
            &wrong,
            Path::new("/"),
            &Environment::default(),
            &mut Vec::new(),
            &mut |_| {},
            &|| false,
        )
        .unwrap_err()
        .to_string();
        assert!(!said.contains("wrong\""), "{said}");
    }
}

#[test]
fn statements_mean_the_same_to_the_servers_own_client() {
    for server in server::both() {
        let settings = settings(server, "sql");
        let mut store = connect(&settings);
        let before = rows(&mut *store, None);
        let statements = sql::Script {
            driver: settings.driver,
            prefix: &settings.prefix,
            charset: &settings.charset,
        };
        let mut script = statements.preamble().into_bytes();
        for (id, values) in &before {
            let update = statements.update("odd", *id, "body", values[0].text());
            script.extend_from_slice(b"\n");
            script.extend(update);
        }
        let table = sql::table(settings.driver, &settings.prefix, "odd");
        server.admin(
            &settings.database,
            &[&format!("UPDATE {table} SET body = 'overwritten'")],
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), script).unwrap();
        server.client(&settings, file.path());
        assert_eq!(rows(&mut *store, None), before);
    }
}
